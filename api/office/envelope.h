/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What two nodes prove to each other (vietnam.md §12.3): the sender signs the
 * exact bytes of a packet with its service key, a detached CMS beside it; the
 * receiver answers with the receipt of the act that took it. Service keys are
 * opened by the program, unattended; they sign packets and nothing else
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
 * The detached CMS (RFC 5652, SHA-256, one signer, its certificate alone) over
 * a packet with this hash, appended to *ret as DER.
 * VT_E_KEY_* when the tenant `code` has no service key that opens, VT_E_CERT_*
 * when its certificate may not sign now.
 */
VT_NODISCARD int vt_envelope_sign(struct vt_office *o, const char *code,
    const vt_hash *packet, struct vt_buf *ret, struct vt_err *reterr);

/*
 * Is this the peer's envelope for a packet with this hash? Only the form that
 * vt_envelope_sign writes, with a certificate that is pinned in the route and
 * in force, is accepted: it is built again from the pinned certificate and
 * compared byte for byte, so that nothing of the stranger's is parsed here.
 * VT_E_PEER_UNTRUSTED says why not.
 */
VT_NODISCARD int vt_envelope_check(const struct vt_route *peer, vt_time now,
    const vt_hash *packet, struct vt_span cms, struct vt_err *reterr);

/* What a caller of the direct face says of itself and of its packet. */
struct vt_peer_claim {
	const char *from, *to; /* agency codes */
	vt_hash packet;        /* digest as stated */
	struct vt_span cms;
	/* SHA-256 of the certificate that TLS proved; NULL: no client
	 * certificate. */
	const vt_hash *tls;
};

/*
 * Is the caller who it says? A route for `from` must be there (direct,
 * active), its TLS pins hold if it has any, the envelope is its own; `to` is a
 * tenant. Errors: VT_E_PEER_UNTRUSTED (one answer for "unknown" and
 * "wrong"), VT_E_AGENCY_UNKNOWN (to).
 */
VT_NODISCARD int vt_office_peer_check(struct vt_office *o,
    const struct vt_peer_claim *claim, struct vt_err *reterr);

/*
 * Is this the peer's receipt for the packet with this hash? Verifies its
 * ledger proof and signature by the pinned log key, or, where none is pinned,
 * by the key it names. *ret_time: when it was stored there. VT_E_LEDGER_PROOF,
 * VT_E_PEER_UNTRUSTED (for another packet).
 */
VT_NODISCARD int vt_envelope_receipt(const struct vt_route *peer,
    const vt_hash *packet, struct vt_span receipt, vt_time *ret_time,
    struct vt_err *reterr);

#endif
