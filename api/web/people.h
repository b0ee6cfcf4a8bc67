/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agency's people in forms: whoever may handle papers, no program. Few are
 * chosen from a list; of many the name is typed, with proposals. */
#ifndef VT_API_WEB_PEOPLE_H
#define VT_API_WEB_PEOPLE_H

#include "api/web/web_priv.h"

#define VT_PEOPLE_BATCH 32

struct vt_people {
	struct vt_view *v;
	uint32_t agency_no;
	uint64_t after;
	struct vt_person p[VT_PEOPLE_BATCH];
	size_t n, i;
	int rc; /* how it ended */
};

/* vt_people p = { .v = v, .agency_no = … }. NULL: the end, or p->rc. */
const struct vt_person *vt_people_next(struct vt_people *p);

/* So many that they are typed? */
bool vt_people_are_many(struct vt_desk *d, struct vt_view *v);

/* How the proposal for a person reads. */
void vt_people_label(const struct vt_person *p, struct vt_buf *ret);

struct vt_people_field {
	const char *id, *name, *typed;
	const char *wrong;   /* id of what says why it is wrong, or NULL */
	const vt_id *except; /* or NULL */
};
/* The control itself; its label and its error are the caller's. */
void vt_people_field(
    struct vt_desk *d, struct vt_view *v, const struct vt_people_field *f);

/* Whom does the field mean: an id, a proposal, or a name that one alone has?
 * Errors: VT_E_PERSON_UNKNOWN. */
VT_NODISCARD int vt_people_find(
    struct vt_desk *d, const char *text, vt_id *ret, struct vt_err *reterr);

#endif
