/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a paper is to other papers: said by an act, told from both ends.
 * Replacing, amending and recalling a paper of the store is recall.h's; here is
 * what it answers, copies, has to do with, and what it does to papers that lie
 * elsewhere and are only cited.
 */
#ifndef VT_API_OFFICE_LINKS_H
#define VT_API_OFFICE_LINKS_H

#include "api/office/office.h"

struct vt_link_order {
	enum vt_link_kind kind;
	vt_id paper;              /* of the actor's agency, or zero: */
	struct vt_answered cited; /* NULL members: "" */
	vt_hash version;          /* COPIES: what of it was copied, or zero */
	const char *note;         /* may be NULL */
};

/*
 * Roles: officer, clerk, system. Errors: those of VT_STEP_LINK and
 * VT_STEP_COPY (docstore/act.h), each at its field; VT_E_NOT_FOUND.
 */
VT_NODISCARD int vt_office_link(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_link_order *l, struct vt_act_result *ret,
    struct vt_err *reterr);

/* As vt_paper_links, of a paper that the actor may read. */
VT_NODISCARD int vt_office_links(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper_link *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr);

/* What this paper is to the other one, or (back) the other one to it. Static.
 */
const char *vt_link_words(enum vt_link_kind k, bool back, bool en);

/* The words of the contract ("replaces", …); 0 for another one. */
enum vt_link_kind vt_link_kind_parse(const char *name);

#endif
