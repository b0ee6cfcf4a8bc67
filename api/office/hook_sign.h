/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a webhook's receiver relies on, after Standard Webhooks 1.0.0: the
 * signatures, the schedule of attempts, what an answer means. Pure functions;
 * hooks.h says what is sent to whom.
 */
#ifndef VT_API_OFFICE_HOOK_SIGN_H
#define VT_API_OFFICE_HOOK_SIGN_H

#include "base/buf.h"
#include "base/context.h"

#define VT_HOOK_SECRET 32 /* bytes of a symmetric secret; the spec: 24..64 */

/* The keys in force: the current one first, an earlier one after it while a
 * change of keys is under way. */
struct vt_hook_keys {
	struct vt_span seed[2]; /* Ed25519 */
	size_t n_seeds;
	struct vt_span secret[2]; /* HMAC-SHA256 */
	size_t n_secrets;
};

/*
 * The value of webhook-signature: "v1a,<base64>" a seed, "v1,<base64>" a
 * secret, one space between. What is signed is "id.timestamp.body".
 * id: without a full stop (asserted). timestamp: of the attempt, seconds.
 * VT_E_INTERNAL, VT_E_NOMEM. Any thread.
 */
VT_NODISCARD int vt_hook_signature(const struct vt_hook_keys *keys,
    const char *id, int64_t timestamp, struct vt_span body, struct vt_buf *ret,
    struct vt_err *reterr);

/* How keys are written down: "whpk_<base64>", "whsec_<base64>". */
void vt_hook_public_text(struct vt_span key, struct vt_buf *ret);
void vt_hook_secret_text(struct vt_span secret, struct vt_buf *ret);

/* ---- attempts ---- */

/* At once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
#define VT_HOOK_ATTEMPTS 10

/*
 * How long to wait after that many attempts failed (1..), microseconds: the
 * schedule and up to a tenth more, so that receivers that fell together do
 * not get up together; -1 when the schedule is at its end. Any thread.
 */
int64_t vt_hook_wait_us(unsigned failed, const struct vt_context *ctx);

/*
 * Retry-After (RFC 9110 section 10.2.3), seconds or a date, as microseconds
 * from now; 0 when absent or not understood; never more than the longest step
 * of the schedule.
 */
int64_t vt_hook_retry_after_us(const char *value, vt_time now);

enum vt_hook_outcome {
	VT_HOOK_DELIVERED = 1, /* 2xx */
	VT_HOOK_FAILED = 2,    /* anything else, or no answer */
	VT_HOOK_GONE = 3       /* 410: wants no more */
};
enum vt_hook_outcome vt_hook_outcome_of(long status); /* 0: no answer */
const char *vt_hook_outcome_name(enum vt_hook_outcome o);

#endif
