/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts of the house: entries changed, by a request or by the operator at the
 * machine. Not for faces. */
#ifndef VT_API_OFFICE_HOUSE_H
#define VT_API_OFFICE_HOUSE_H

#include "api/office/office.h"

#define VT_HOUSE_CHANGES 4

struct vt_house_act {
	const struct vt_request *rq; /* NULL: the operator, or the program */
	uint32_t agency_no;          /* in whose ledger it stands */
	vt_id person;                /* who, when rq is NULL; may be zero */
	const struct vt_step *first; /* a step before the entries, or NULL */
	struct vt_entry_change changes[VT_HOUSE_CHANGES];
	size_t n_changes;
};

/* Adds a change; key and value are borrowed until vt_house_do. value empty:
 * the entry goes. */
void vt_house_change(struct vt_house_act *a, enum vt_entry_kind kind,
    struct vt_span key, struct vt_span value, uint64_t expect);

/* Does it. ret may be NULL. Errors: those of vt_store_do; VT_E_CONFLICT when
 * an entry is not what it was when it was read. */
VT_NODISCARD int vt_house_do(struct vt_store *s, const struct vt_house_act *a,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * Enters a duty and looks whether the request was answered: *ret_done. ret may
 * be NULL. Errors: those of vt_office_enter and vt_office_replay.
 */
VT_NODISCARD int vt_house_enter(struct vt_office *o,
    const struct vt_request *rq, enum vt_duty duty, bool *ret_done,
    struct vt_err *reterr);

/*
 * One agency's of a kind that stands store-wide, by name: `take` tells of one
 * entry whether it is of the agency, and if so fills an item. after: NULL or ""
 * from the first. *ret_next: where to go on, "" at the end; a page may come
 * short, so that a call looks at a bounded number.
 */
struct vt_house_list {
	enum vt_entry_kind kind;
	const char *after;
	int (*take)(const struct vt_entry *e, uint32_t agency_no, void *ret,
	    bool *ret_own, struct vt_err *reterr);
	void *items;
	size_t size, max;
};
VT_NODISCARD int vt_house_list(struct vt_office *o, uint32_t agency_no,
    const struct vt_house_list *l, size_t *ret_n, char ret_next[65],
    struct vt_err *reterr);

/* A person that is active and of this agency (0: any); VT_E_PERSON_UNKNOWN. */
VT_NODISCARD int vt_house_person(struct vt_view *v, const vt_id *id,
    uint32_t agency_no, struct vt_person *ret, struct vt_err *reterr);

/* Fills an actor from the stored person, with his delegations in force. */
VT_NODISCARD int vt_house_actor(struct vt_view *v, const vt_id *person,
    vt_time now, struct vt_actor *ret, struct vt_err *reterr);
/* The same of a person that was read in this view and is active. */
VT_NODISCARD int vt_house_actor_of(struct vt_view *v, const struct vt_person *p,
    vt_time now, struct vt_actor *ret, struct vt_err *reterr);

#endif
