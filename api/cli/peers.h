/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's ways to other systems: transports for the office, faces for
 * those who come. Opened after the office; freed after the server and the
 * office are closed.
 */
#ifndef VT_API_CLI_PEERS_H
#define VT_API_CLI_PEERS_H

#include "api/http/http.h"
#include "api/office/office.h"

struct vt_cli_peers;

struct vt_cli_peers_options {
	struct vt_office *office;
	const struct vt_context *ctx;
	bool allow_private;    /* peers on private addresses */
	const char *key_dir;   /* base of relative "file:" secrets of routes */
	const char *spool_dir; /* where packets wait while they arrive */
	struct vt_spawner *spawner;
	int64_t axis_clock_s; /* a timestamp may be off; 0 = AXIS_CLOCK_S */
	bool tls_outside;     /* callers come over TLS that a proxy ends */
	/* PEM files or NULL: what their TLS is checked against (the system's
	 * authorities), and who we are for mutual TLS. */
	const char *ca, *cert, *key;
};

VT_NODISCARD int vt_cli_peers_open(const struct vt_cli_peers_options *o,
    struct vt_cli_peers **ret, struct vt_err *reterr);
void vt_cli_peers_free(struct vt_cli_peers *p); /* NULL allowed */

/* Faces for the server, at most max; how many there are. */
size_t vt_cli_peers_faces(
    struct vt_cli_peers *p, struct vt_http_face *ret, size_t max);

#endif
