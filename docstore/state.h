/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * States: rows beside the ledger. They survive a restart and may be lost
 * without harm to any paper: sessions, counters of failures, cursors, answers
 * kept for repeats. No act, no leaf, no event; nothing in `vanthu check`
 * depends on their values.
 *
 * Writing goes through the one writer and its group commit: durable when the
 * function returns. Rows that expired are not found any more from that moment
 * on, and are swept with later commits.
 */
#ifndef VT_DOCSTORE_STATE_H
#define VT_DOCSTORE_STATE_H

#include "base/id.h"
#include "base/time.h"

struct vt_store;
struct vt_view;

/* Stored; numbers are never reused. */
enum vt_state_kind {
	VT_STATE_SESSION = 1,
	VT_STATE_LOGIN_FAILURES = 2,
	VT_STATE_TOTP_USED = 3,
	VT_STATE_CURSOR = 4, /* how far a gateway was read */
	VT_STATE_HOOK_LOG = 5,
	VT_STATE_TUS = 6,
	VT_STATE_ANSWER = 7, /* to a POST that is no act */
	VT_STATE_FLOW = 8,   /* OIDC, between two requests */
	VT_STATE_CODE = 9,   /* one-time codes and tokens, by hash */
	VT_STATE_OTHER = 10
};

#define VT_STATE_KEY_MAX   255   /* bytes; at least 1 */
#define VT_STATE_VALUE_MAX 65536 /* bytes; any bytes, also none */

/* What a change expects to find: a revision, or */
#define VT_STATE_ANY 0ULL       /* whatever there is, also nothing */
#define VT_STATE_NEW UINT64_MAX /* nothing (an expired row is nothing) */

/* As read: borrowed until vt_view_end. */
struct vt_state {
	enum vt_state_kind kind;
	struct vt_span key, value;
	vt_time expires; /* VT_TIME_NONE: never */
	uint64_t rev;    /* given by the store, rising, never used twice */
	vt_time changed_at;
};

struct vt_state_new {
	enum vt_state_kind kind;
	struct vt_span key, value; /* borrowed for the call */
	vt_time expires;           /* VT_TIME_NONE (not 0): never */
	uint64_t expect;           /* compare and set; else VT_E_CONFLICT */
	/* NULL, or: it goes with this upload, when it expires or is given up.
	 * Once an act has named the upload it stays. One that is not there any
	 * more changes nothing. At most one row an upload, the newest. */
	const vt_id *upload;
};

/*
 * New or replaced, whole. ret_rev may be NULL.
 * Errors: VT_E_CONFLICT (another revision than expected), VT_E_INVALID (kind,
 * key), VT_E_LIMIT (value), VT_E_BUSY, VT_E_STORE_READ_ONLY, VT_E_STORE_FULL.
 * Any thread but the writer's.
 */
VT_NODISCARD int vt_state_put(struct vt_store *s, const struct vt_state_new *n,
    uint64_t *ret_rev, struct vt_err *reterr);

/* Errors: VT_E_NOT_FOUND (also when expired). */
VT_NODISCARD int vt_state_get(struct vt_view *v, enum vt_state_kind kind,
    struct vt_span key, struct vt_state *ret, struct vt_err *reterr);

/*
 * Rows of a kind whose keys begin with prefix (may be empty) and are above
 * after (empty: from the first), ascending by key. Expired ones are left out;
 * *ret_n < max only at the end.
 */
VT_NODISCARD int vt_state_list(struct vt_view *v, enum vt_state_kind kind,
    struct vt_span prefix, struct vt_span after, struct vt_state *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr);

/* expect as in put. Errors: VT_E_NOT_FOUND (also when expired: the row goes
 * all the same), VT_E_CONFLICT. */
VT_NODISCARD int vt_state_delete(struct vt_store *s, enum vt_state_kind kind,
    struct vt_span key, uint64_t expect, struct vt_err *reterr);

/* Removes rows that expired, at most max at once. Commits of acts take some
 * away by themselves; this is for a store in which nothing else happens. */
VT_NODISCARD int vt_state_sweep(
    struct vt_store *s, size_t max, size_t *ret_removed, struct vt_err *reterr);

#endif
