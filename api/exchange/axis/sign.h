/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How calls of the national axis are signed (the Java SDK 2.0.1 as it was seen
 * on the wire): parameters travel as headers "XroadVnpt-<name>"; one JSON
 * object of them, in the order emitted, is sent as XroadVnpt-sign-header, and
 * its HMAC-SHA256 under the system's secret as XroadVnpt-hash-header. A packet
 * is bound by its own parameter, hash-file.
 *
 * Pure functions: no clock, no network.
 */
#ifndef VT_API_EXCHANGE_AXIS_SIGN_H
#define VT_API_EXCHANGE_AXIS_SIGN_H

#include "base/arena.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"

#define VT_AXIS_PREFIX     "XroadVnpt-"
#define VT_AXIS_VERSION    "3.0.201608"
#define VT_AXIS_USER_AGENT "JAVASDKAgent/1.0.0 XRoad/VPCP"

#define VT_AXIS_PARAMS_MAX VT_L(AXIS_PARAMS_MAX)
#define VT_AXIS_TIME_TEXT  20 /* "02032026T081530+0123" */

struct vt_axis_param {
	const char *name, *value; /* without the prefix; ASCII */
};

/* ---- signing ---- */

struct vt_axis_signature {
	struct vt_buf json;          /* of XroadVnpt-sign-header */
	struct vt_buf names;         /* of XroadVnpt-sign-header-key */
	char hash[VT_HASH_TEXT + 1]; /* of XroadVnpt-hash-header */
};

#define VT_AXIS_SIGNATURE_INIT                                                 \
	{                                                                      \
		VT_BUF_INIT, VT_BUF_INIT, ""                                   \
	}
void vt_axis_signature_free(struct vt_axis_signature *s); /* NULL allowed */

/*
 * Signs n parameters in their order. Errors: VT_E_INVALID (a name or value
 * with control characters or beyond ASCII: it could not travel as a header),
 * VT_E_NOMEM. ret: *owned*, empty before.
 */
VT_NODISCARD int vt_axis_sign(const struct vt_axis_param *params, size_t n,
    struct vt_span secret, struct vt_axis_signature *ret,
    struct vt_err *reterr);

/* ddMMyyyy'T'HHmmss+SSSS: local time (UTC+7), SSSS are milliseconds in four
 * digits, not a zone. */
void vt_axis_time_text(vt_time t, char ret[static VT_AXIS_TIME_TEXT + 1]);
/* False for anything else, also for a day that no calendar has. */
bool vt_axis_time_parse(const char *s, vt_time *ret);

/* ---- the hash of a packet ---- */

/*
 * hash-file of a packet. The SDK prints each byte of the SHA-256 without
 * padding, so that 0x0a becomes "a": that is what the axis expects. padded:
 * two digits a byte, as one would.
 */
void vt_axis_hash_file(
    const vt_hash *sha256, bool padded, char ret[static VT_HASH_TEXT + 1]);
/* Is `given` either form of it, in either case? */
bool vt_axis_hash_file_is(const vt_hash *sha256, const char *given);

/* ---- checking ---- */

/* A call's signed parameters, as its sign-header says them. */
struct vt_axis_claims {
	struct vt_axis_param params[VT_AXIS_PARAMS_MAX]; /* in the arena */
	size_t n;
	struct vt_span json; /* the sign-header as received; *borrowed* */
	vt_hash hash;        /* of the hash-header */
};

/* Value of a parameter, NULL when it was not signed. */
const char *vt_axis_claim(const struct vt_axis_claims *c, const char *name);

/* How a header is found by its name (any case); p == NULL: absent. */
typedef struct vt_span vt_axis_field(void *arg, const char *name);

/*
 * Reads the claims: nothing is believed yet, but systemid says whose secret
 * to check with. Errors: VT_E_UNAUTHENTICATED (a header is missing or cannot
 * be read; more than AXIS_SIGN_HEADER_MAX bytes or VT_AXIS_PARAMS_MAX
 * parameters), VT_E_NOMEM.
 */
VT_NODISCARD int vt_axis_read_claims(vt_axis_field *field, void *arg,
    struct vt_arena *a, struct vt_axis_claims *ret, struct vt_err *reterr);

/*
 * Judges them: the HMAC over the sign-header string as received (in constant
 * time), each signed parameter equal to its header, the timestamp within
 * bound_us of now. Headers that were not signed are nothing: a call takes its
 * parameters from the claims only, and those that it does not need, such as
 * the ones that the SDK carries over from earlier calls, are ignored. A
 * timestamp may come again. Errors: VT_E_UNAUTHENTICATED.
 */
VT_NODISCARD int vt_axis_check_claims(const struct vt_axis_claims *c,
    vt_axis_field *field, void *arg, struct vt_span secret, vt_time now,
    int64_t bound_us, struct vt_err *reterr);

#endif
