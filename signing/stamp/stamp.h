/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timestamps of RFC 3161 over a hash: what is sent to an authority, and what
 * its reply is worth. The reply is read in the `proof` worker (law 7); nothing
 * here fetches.
 */
#ifndef VT_SIGNING_STAMP_H
#define VT_SIGNING_STAMP_H

#include "base/buf.h"
#include "base/id.h"
#include "base/time.h"
#include "base/worker/worker.h"

#define VT_STAMP_NONCE     8     /* bytes, random */
#define VT_STAMP_REPLY_MAX 65536 /* bytes of a reply */

/* Appends the DER of a TimeStampReq (RFC 3161 §2.4.1): SHA-256, this nonce, the
 * authority's certificate asked for. */
void vt_stamp_request(const vt_hash *imprint,
    const uint8_t nonce[static VT_STAMP_NONCE], struct vt_buf *ret);

/* What a reply must be, to be kept. */
struct vt_stamp_want {
	vt_hash imprint;
	uint8_t nonce[VT_STAMP_NONCE];
	/* DER; whom the signer's certificate must lead to. n_anchors 0: the
	 * token must hold by the certificate in it, whoever's that is. */
	const struct vt_span *anchors;
	size_t n_anchors;
};

/*
 * Judges a TimeStampResp: granted, over the imprint, with the nonce, signed,
 * by a certificate for timestamping that held at its time. *ret_token: the
 * TimeStampToken, appended; *ret_time: its genTime.
 * Errors: VT_E_SYNTAX (not a reply), VT_E_PEER_REFUSED (not granted),
 * VT_E_SIGNATURE_MISMATCH (what does not hold), VT_E_WORKER_*.
 */
VT_NODISCARD int vt_stamp_judge(struct vt_spawner *s, struct vt_span reply,
    const struct vt_stamp_want *want, struct vt_buf *ret_token,
    vt_time *ret_time, struct vt_err *reterr);

#endif
