/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delegations (giao ký thay, thừa ủy quyền; Decree 30/2020, Article 13):
 * written, from one person to another of the same agency, for named duties,
 * from a time to a time, revocable, never handed on. The other signs with his
 * own key and in his own name; that he acts for somebody is kept with the act.
 *
 * A system receives none for duties that activate a key.
 */
#ifndef VT_API_OFFICE_DELEGATION_H
#define VT_API_OFFICE_DELEGATION_H

#include "api/office/office.h"

struct vt_delegation {
	vt_id id, from, to;
	uint32_t agency_no;
	struct vt_duties duties; /* known ones of those that were named */
	vt_time since, until;    /* in force since <= t < until */
	vt_id paper;             /* the paper that says so, or zero */
	/* or what it says; DELEGATION_TEXT_MAX characters */
	char text[4 * VT_L(DELEGATION_TEXT_MAX) + 1];
	vt_time made_at;
	vt_time revoked_at; /* VT_TIME_NONE */
	vt_id revoked_by;
	uint64_t rev; /* of its entry */
};

/*
 * The actor hands duties of his own to somebody. to, duties, since, until,
 * paper or text of d count. *ret_id: the new one's.
 * Errors: VT_E_FORBIDDEN (a duty is not his own by role, or not delegable),
 * VT_E_SOLE_CONTROL (key acts, to a system), VT_E_PERSON_UNKNOWN, VT_E_INVALID
 * (himself, times, neither paper nor text), VT_E_NOT_FOUND (paper), VT_E_LIMIT
 * (ACTING_MAX in force for that person).
 */
VT_NODISCARD int vt_office_delegate(struct vt_office *o,
    const struct vt_request *rq, const struct vt_delegation *d, vt_id *ret_id,
    struct vt_err *reterr);

/* By the one who gave it, or an administrator; again: no error. */
VT_NODISCARD int vt_office_revoke(struct vt_office *o,
    const struct vt_request *rq, const vt_id *id, struct vt_err *reterr);

/*
 * Delegations of the actor's agency, revoked and expired ones too, ordered by
 * receiver and id, after the one given (NULL: from the first). *ret_n < max
 * only at the end.
 */
VT_NODISCARD int vt_office_delegations(struct vt_office *o,
    const struct vt_actor *actor, const struct vt_delegation *after,
    struct vt_delegation *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* An act on a paper that was done for another: what history shows. */
struct vt_acted {
	uint64_t act; /* leaf index */
	vt_id delegation, from;
	char duty[64];
};
/* Of one paper, at most max; any order. v: the caller's. */
VT_NODISCARD int vt_office_acted(struct vt_view *v, uint32_t agency_no,
    const vt_id *paper, struct vt_acted *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

VT_NODISCARD int vt_office_delegation(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *id, struct vt_delegation *ret,
    struct vt_err *reterr);

#endif
