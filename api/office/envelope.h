/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What two nodes prove to each other (vietnam.md §12.3): the sender signs, with
 * its service key and as a detached CMS beside the packet, a text that names
 * sender, receiver, kind, id and SHA-256 of the packet, not the packet itself;
 * the receiver answers with the receipt of the act that took it. Service keys
 * are opened by the program, unattended; here they sign such texts only
 * (design law 10).
 *
 * Our own certificate and key: the route "@own:CODE", or "@own" for every
 * tenant, kind VT_ROUTE_OWN; secret_ref names the key file (PEM or PKCS#12),
 * password_ref, when set, a file that holds its password.
 */
#ifndef VT_API_OFFICE_ENVELOPE_H
#define VT_API_OFFICE_ENVELOPE_H

#include "api/exchange/transport.h"
#include "api/office/routes.h"

/*
 * One packet on its way from one agency to one other. The signature is over
 * all of it, so that it proves nothing about the same bytes sent to somebody
 * else, as something else, or once more under another id. What is signed, each
 * line ended by a newline, hash and id in lower-case hex:
 *
 *	vanthu envelope 1
 *	FROM
 *	TO
 *	edoc | status
 *	ID
 *	SHA-256 of the packet
 */
struct vt_envelope {
	const char *from, *to; /* agency codes */
	enum vt_packet_kind kind;
	vt_id id;       /* the sender's of the consignment */
	vt_hash packet; /* as stated, until the packet is here */
};

/*
 * The detached CMS (RFC 5652, SHA-256, one signer, its certificate alone) over
 * the text above, appended to *ret as DER.
 * VT_E_KEY_* when the tenant `from` has no service key that opens, VT_E_CERT_*
 * when its certificate may not sign now.
 */
VT_NODISCARD int vt_envelope_sign(struct vt_office *o,
    const struct vt_envelope *e, struct vt_buf *ret, struct vt_err *reterr);

/*
 * Is this the peer's signature of that envelope? Only the form that
 * vt_envelope_sign writes, with a certificate that is pinned in the route and
 * in force, is accepted: it is built again from the pinned certificate and
 * compared byte for byte, so that nothing of the stranger's is parsed here.
 * VT_E_PEER_UNTRUSTED says why not.
 */
VT_NODISCARD int vt_envelope_check(const struct vt_route *peer, vt_time now,
    const struct vt_envelope *e, struct vt_span cms, struct vt_err *reterr);

/* What a caller of the direct face says of itself and of its packet. */
struct vt_peer_claim {
	struct vt_envelope envelope;
	struct vt_span cms;
	/* SHA-256 of the certificate that TLS proved; NULL: no client
	 * certificate. */
	const vt_hash *tls;
};

/*
 * Is the caller who it says? A route for `from` must be there (direct,
 * active), the certificate that TLS proved is pinned in it (among its TLS pins;
 * where it has none, it is a service certificate), the envelope is its own;
 * `to` is a tenant. Errors: VT_E_PEER_UNTRUSTED (one answer for "unknown" and
 * "wrong"), VT_E_AGENCY_UNKNOWN (to).
 */
VT_NODISCARD int vt_office_peer_check(struct vt_office *o,
    const struct vt_peer_claim *claim, struct vt_err *reterr);

/*
 * Is this the peer's receipt for the packet with this hash? Verifies its
 * ledger proof and its signature, by the log key that the route knows. Where
 * it knows none, by the one that the receipt names, and *ret_known is false:
 * then it proves itself, not who gave it. *ret_time: when it was stored there.
 * VT_E_LEDGER_PROOF, VT_E_PEER_UNTRUSTED (for another packet).
 */
VT_NODISCARD int vt_envelope_receipt(const struct vt_route *peer,
    const vt_hash *packet, struct vt_span receipt, vt_time *ret_time,
    bool *ret_known, struct vt_err *reterr);

/* The receipt that is kept with a delivery of ours, by what is known today:
 * *ret_known false when the receiver's log key is not, or is another. */
VT_NODISCARD int vt_office_receipt_known(struct vt_office *o, struct vt_view *v,
    const struct vt_delivery *d, bool *ret_known, struct vt_err *reterr);

#endif
