/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agreeing on a draft, besides submitting, approving and returning it
 * (decide.c): who checked its content, who its form, each bound to the files he
 * read; and a submission that its author takes back.
 */
#include "docstore/store_priv.h"

/* The same duty of the same version, twice by one person in one post. */
static int
check_is_new(
    const struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;

	for (size_t i = 0; i < p->n_checks; i++)
		if (p->checks[i].kind == r->sub &&
		    p->checks[i].post == x->rec.post &&
		    vt_hash_eq(&p->checks[i].main, &r->main) &&
		    vt_hash_eq(&p->checks[i].manifest, &r->manifest) &&
		    vt_id_eq(&p->checks[i].person, &x->rec.person))
			return vt_err_set(reterr, VT_E_EXISTS,
			    "check: this person has checked the %s of this "
			    "version",
			    r->sub == VT_DRAFT_CONTENT ? "content" : "form");
	if (p->n_checks >= VT_L(DRAFT_CHECKS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "check: the draft has %zu checks (DRAFT_CHECKS_MAX)",
		    p->n_checks);
	return VT_OK;
}

int
vt_agree_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	bool check = r->kind == VT_STEP_CHECK;
	int rc;

	if (p->direction == VT_DIR_IN ||
	    !(p->state == VT_PAPER_SUBMITTED ||
		(check && p->state == VT_PAPER_APPROVED)))
		return vt_out_of_order(p, vt_step_kind_name(r->kind), reterr);
	if (!check && p->number.value != 0)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "withdraw: the paper has its number already");
	if ((rc = vt_main_current(x, &r->main, reterr)) != VT_OK ||
	    (rc = vt_manifest_decide(x, i, reterr)) != VT_OK)
		return rc;
	return check ? check_is_new(x, r, reterr) : VT_OK;
}

int
vt_check_evolve(struct vt_paper *p, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	size_t n = p->n_checks;
	struct vt_draft_check *c = vt_arena_array(e->arena, n + 1, sizeof(*c));

	if (c == NULL)
		return vt_nomem(reterr);
	if (n > 0)
		memcpy(c, p->checks, n * sizeof(*c));
	c[n] =
	    (struct vt_draft_check){ .kind = (enum vt_draft_check_kind)r->sub,
		    .person = e->person,
		    .post = e->post,
		    .time = e->time,
		    .main = r->main,
		    .manifest = r->manifest };
	p->checks = c;
	p->n_checks = n + 1;
	return VT_OK;
}
