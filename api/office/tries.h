/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wrong guesses of a secret, counted: PINs of a key, passwords and codes of a
 * login name. After some of them in a row the next attempt has to wait: 1 s,
 * then twice as long after each further one, up to a bound. The right guess,
 * or long enough without an attempt, ends it. Attempts on one name are made
 * one after another, so that many at once are counted like many in a row.
 *
 * Where a name can be tried by strangers, it is counted for each place they
 * come from, so that they keep nobody out but themselves. What all unknown
 * places tried is bounded, too (rule.all_tries a day): beyond it only a place
 * that is known as the holder's does not wait. A guess that had to wait
 * already counts for its place alone: a single place, however long it goes on,
 * never uses the bound up.
 *
 * Counts are kept as states of the store: a restart does not forget them. A
 * count that cannot be saved blocks its name until it can be.
 * Times are the wall clock's: a clock that steps back makes nobody wait longer
 * than the bound.
 */
#ifndef VT_API_OFFICE_TRIES_H
#define VT_API_OFFICE_TRIES_H

#include "base/context.h"
#include "base/id.h"

struct vt_store;
struct vt_tries;

struct vt_tries_rule {
	const char *what; /* "PIN", for messages and the log; "pin" ... */
	char space;       /* first byte of its keys, its own */
	size_t tries;     /* wrong ones that cost nothing */
	int64_t wait_s;   /* longest wait */
	int64_t forget_s; /* without an attempt: counted anew */
	size_t at_once;   /* names being tried at the same time */
	size_t all_tries; /* a day, from all unknown places together; 0: none */
};

/* What is tried, and from where. */
struct vt_tries_on {
	const char *name;
	const char *place; /* NULL: it makes no difference */
	bool known;        /* the place was the holder's before */
};

extern const struct vt_tries_rule vt_tries_pins, vt_tries_sign_in;

/* store: borrowed. *ret owned. */
VT_NODISCARD int vt_tries_new(const struct vt_context *ctx,
    struct vt_store *store, const struct vt_tries_rule *rule,
    struct vt_tries **ret, struct vt_err *reterr);
void vt_tries_free(struct vt_tries *t); /* NULL allowed; nobody waits in it */

/*
 * Before an attempt. VT_OK must be followed by vt_tries_result for the same
 * name and place. Waits while another attempt on them is under way.
 * Errors: VT_E_HTTP_TOO_MANY (ret_wait_s, may be NULL: seconds to wait; the
 * message says them, too), VT_E_BUSY (more names than at_once are being
 * tried, or TRIES_WAITING wait for this one), those of reading and writing
 * states.
 * Threads: safe, as is vt_tries_result.
 */
VT_NODISCARD int vt_tries_admit(struct vt_tries *t,
    const struct vt_tries_on *on, unsigned *ret_wait_s, struct vt_err *reterr);

enum vt_tried {
	VT_TRIED_RIGHT,  /* clears the count */
	VT_TRIED_WRONG,  /* raises it */
	VT_TRIED_NEITHER /* says nothing of the secret */
};

/*
 * How it went. A wrong one is logged with the person (may be zero) and the
 * beginning of the name's SHA-256.
 */
void vt_tries_result(struct vt_tries *t, const struct vt_tries_on *on,
    const vt_id *person, enum vt_tried how);

/* Forgets what was counted for a name, from wherever (an administrator's
 * help). */
VT_NODISCARD int vt_tries_forget(
    struct vt_tries *t, const char *name, struct vt_err *reterr);

#endif
