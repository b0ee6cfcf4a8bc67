/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS of the server: its certificate and key, and which clients' certificates
 * are believed. The only place, with tls.c, that knows GnuTLS.
 */
#ifndef VT_API_HTTP_TLS_H
#define VT_API_HTTP_TLS_H

#include "api/http/http.h"
#include "base/secret.h"

/* What the HTTP library is given; PEM. */
struct vt_tls {
	struct vt_buf cert, client_ca; /* client_ca empty: nobody is asked */
	struct vt_secret *key;
};

/* Priorities (gnutls_priority_init) that vt_http_start uses: TLS 1.2 and 1.3,
 * ephemeral keys, AEAD. */
extern const char vt_tls_priorities[];

/*
 * Reads the files and tries them: the certificate parses, the key belongs to
 * it, the list of client CAs is not empty. *ret owned (vt_tls_free).
 * Errors: VT_E_NO_INPUT, VT_E_IO, VT_E_LIMIT (a file over KEY_FILE_MAX),
 * VT_E_KEY_FORMAT, VT_E_KEY_MISMATCH, VT_E_NOMEM.
 */
VT_NODISCARD int vt_tls_open(const struct vt_http_tls *files,
    struct vt_tls **ret, struct vt_err *reterr);
void vt_tls_free(struct vt_tls *t); /* wipes; NULL allowed */

/*
 * The client's certificate of a session that is up; session is the library's
 * gnutls_session_t. ret->der.p stays NULL when the client sent none. The bytes
 * are copied into the arena. VT_E_NOMEM.
 */
VT_NODISCARD int vt_tls_peer(void *session, struct vt_arena *arena,
    struct vt_http_peer_cert *ret, struct vt_err *reterr);

#endif
