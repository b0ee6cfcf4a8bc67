/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queue as people see it: what waits, what was given up and why; tried
 * again or dropped by an act. Of the actor's agency alone. Items are named by
 * kind and subject: their numbers are the store's.
 */
#ifndef VT_API_OFFICE_LETTERS_H
#define VT_API_OFFICE_LETTERS_H

#include "api/office/office.h"
#include "docstore/work.h"

/* Which items: all that is said must fit. */
struct vt_letter_query {
	enum vt_work_kind kind; /* 0: any */
	vt_id subject;          /* zero: any */
	const char *error;      /* is in the reason; NULL or "": any */
	bool dead;              /* of a list: given up alone */
};

/* vt_work without its payload, and how it stands. */
struct vt_work_shown {
	struct vt_work w; /* no payload */
	enum vt_work_state state;
	vt_time next; /* VT_TIME_NONE: for a person, or for its turn */
};

/*
 * A page, in the order of *ret_next of the page before (after: 0 from the
 * first; *ret_next 0: the end). A page may come short before the end. Roles:
 * clerk, admin, auditor, system. Cost: of the dead those of all agencies of the
 * store; else at most WORK_SCAN_MAX items.
 */
VT_NODISCARD int vt_office_work_list(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_letter_query *q,
    uint64_t after, struct vt_work_shown *ret, size_t max, size_t *ret_n,
    uint64_t *ret_next, struct vt_err *reterr);

/*
 * The dead letters meant are tried again now (VT_LETTER_AGAIN), or dropped: as
 * many as an act has steps, oldest first. *ret_more: others are left.
 * Twice is as once. Roles: clerk, admin. VT_E_NOT_FOUND: there is none.
 * VT_E_OUT_OF_ORDER: one that is waited for is not dropped.
 */
VT_NODISCARD int vt_office_letters(struct vt_office *o,
    const struct vt_request *rq, enum vt_letter_act what,
    const struct vt_letter_query *q, size_t *ret_n, bool *ret_more,
    struct vt_err *reterr);

/* The same of a store at rest, by its operator: no rights are asked for. who:
 * agency, and person if there is one. */
VT_NODISCARD int vt_letters_page(struct vt_store *s, struct vt_view *v,
    uint32_t agency_no, const struct vt_letter_query *q, uint64_t after,
    struct vt_work_shown *ret, size_t max, size_t *ret_n, uint64_t *ret_next,
    struct vt_err *reterr);
VT_NODISCARD int vt_letters_do(struct vt_store *s, const struct vt_act *who,
    enum vt_letter_act what, const struct vt_letter_query *q, size_t *ret_n,
    bool *ret_more, struct vt_err *reterr);

/* A claimed item is given up: why, in words. VT_E_CONFLICT: the lease was
 * lost. */
VT_NODISCARD int vt_letter_give_up(struct vt_office *o, const struct vt_work *w,
    const char *why, struct vt_err *reterr);

#endif
