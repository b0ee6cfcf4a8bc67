/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Direct exchange between two vanthu nodes: the same edXML packet that the
 * axis carries, the sender's detached CMS beside it, the receiver's receipt as
 * the answer. Own design, after vietnam.md §12.3.
 *
 *	POST {url}/exchange/direct/{id}		id: 32 hex digits, the sender's
 *						id of the consignment
 *	Content-Type: application/xml		the packet
 *	Content-Digest: sha-256=:…:		RFC 9530
 *	X-Vanthu-From, X-Vanthu-To		agency codes
 *	X-Vanthu-Kind: edoc | status
 *	X-Vanthu-Signature: base64 of the CMS, which is over all of the
 *						above (api/office/envelope.h)
 *
 * 201 (first) or 200 (again, the same bytes): application/vnd.vanthu.
 * receipt+cbor, the receipt of the act that took it; its `main` is the
 * SHA-256 of the packet. Nothing is acknowledged before it is on disk.
 *	POST {url}/exchange/direct/witness/add-checkpoint
 *
 * is C2SP tlog-witness (api/office/cosign.h): whoever brings it, the
 * checkpoint's own signature says whose it is.
 *
 * The sender is judged before its body is read: by the certificate of its TLS,
 * which must be pinned, and by the CMS.
 */
#ifndef VT_API_EXCHANGE_DIRECT_H
#define VT_API_EXCHANGE_DIRECT_H

#include "api/exchange/transport.h"
#include "api/http/http.h"
#include "api/office/office.h"

struct vt_direct;

struct vt_direct_options {
	struct vt_office *office; /* borrowed, as all of these */
	const struct vt_context *ctx;
	bool allow_private; /* peers on loopback and private addresses */
	long timeout_ms;    /* 0 = CALL_MS */
	/* PEM: what peers' TLS is checked against (empty: the system's), and
	 * who we are for mutual TLS (empty: nobody). */
	struct vt_span ca, cert, key;
};

/* *ret owned: vt_direct_free, after the server and the office are closed. */
VT_NODISCARD int vt_direct_new(const struct vt_direct_options *o,
    struct vt_direct **ret, struct vt_err *reterr);
void vt_direct_free(struct vt_direct *d); /* NULL allowed */

struct vt_http_face vt_direct_face(struct vt_direct *d);
struct vt_transport vt_direct_transport(struct vt_direct *d);

#endif
