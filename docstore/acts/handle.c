/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * May it be done now? The handling of a paper that came: accept or refuse,
 * forward, assign, process, finish, opened; and printing. All of it is in the
 * paper's own row (evolve.c).
 */
#include "docstore/store_priv.h"

/* A paper that somebody works on, in the wide sense. */
static bool
is_live(const struct vt_paper *p)
{
	return p->state != VT_PAPER_WAITING && p->state != VT_PAPER_REFUSED &&
	       p->state != VT_PAPER_TAKEN_BACK && p->state != VT_PAPER_RECALLED;
}

/* Has it its số đến, and is its handling not over? */
static bool
is_handled(const struct vt_paper *p, bool processing)
{
	return p->state == VT_PAPER_ARRIVED || p->state == VT_PAPER_ASSIGNED ||
	       (processing && p->state == VT_PAPER_PROCESSING);
}

/* Who is named works in this agency. */
static int
person_fits(struct vt_apply *x, const vt_id *id, struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if (vt_id_is_zero(id))
		return VT_OK;
	rc = vt_row_ref(x->b->txn, id, VT_OBJECT_PERSON, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
		    "no person of this agency has this id");
	return rc;
}

static int
people_fit(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	int rc = person_fits(x, &r->who, reterr);

	for (size_t i = 0; i < r->n_people && rc == VT_OK; i++)
		rc = person_fits(x, &r->people[i], reterr);
	return rc;
}

/* The paper of ours that answers it. */
static int
answer_fits(struct vt_apply *x, const vt_id *id, struct vt_err *reterr)
{
	struct vt_paper p;
	struct vt_ref ref;
	int rc;

	if (vt_id_is_zero(id))
		return VT_OK;
	rc = vt_row_ref(x->b->txn, id, VT_OBJECT_PAPER, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "finish: no paper of this agency has the answer's id");
	if (rc != VT_OK || (rc = vt_row_paper(x->b->txn, ref.agency_no, ref.seq,
				x->arena, &p, reterr)) != VT_OK)
		return rc;
	if (p.direction == VT_DIR_IN)
		return vt_err_set(reterr, VT_E_INVALID,
		    "finish: the answer is an incoming paper");
	return VT_OK;
}

/* What was printed is a version of this paper. */
static int
version_there(struct vt_apply *x, const vt_hash *h, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(x->st.agency_no, x->paper->seq);
	struct vt_scan s = vt_scan_up(x->b->txn, VT_T_VERSION, &prefix, NULL);
	struct vt_version v;
	int rc;

	if (vt_hash_is_zero(h))
		return VT_OK;
	while (vt_scan_next(&s, reterr)) {
		if ((rc = vt_version_decode(s.row, &v, reterr)) != VT_OK)
			return rc;
		if (vt_hash_eq(&v.hash, h))
			return VT_OK;
	}
	if (s.rc != VT_OK)
		return s.rc;
	return vt_err_set(reterr, VT_E_NOT_FOUND,
	    "print: the paper has no version with this content");
}

static int
decide_accept(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;

	if (p->state != VT_PAPER_WAITING)
		return vt_out_of_order(p, vt_step_kind_name(r->kind), reterr);
	return r->kind == VT_STEP_ACCEPT ? vt_number_decide(x, r, true, reterr)
					 : VT_OK;
}

static int
decide_opened(const struct vt_paper *p, struct vt_err *reterr)
{
	if (p->direction != VT_DIR_IN)
		return vt_out_of_order(p, "opened", reterr);
	if (p->opened_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "paper: somebody has opened it already");
	return VT_OK;
}

int
vt_handle_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	bool ok;

	switch (r->kind) {
	case VT_STEP_ACCEPT:
	case VT_STEP_REFUSE:
		return decide_accept(x, r, reterr);
	case VT_STEP_OPENED:
		return decide_opened(p, reterr);
	case VT_STEP_PRINT:
		return version_there(x, &r->main, reterr);
	case VT_STEP_FORWARD:
		ok = is_live(p);
		break;
	case VT_STEP_PROCESS:
		ok = is_handled(p, false);
		break;
	case VT_STEP_EXTEND:
		return vt_extend_decide(x, i, reterr);
	case VT_STEP_CANCEL:
		return vt_cancel_decide(p, vt_step_kind_name(r->kind), reterr);
	default: /* assign, finish, opinion */
		ok = is_handled(p, true);
		break;
	}
	if (!ok)
		return vt_out_of_order(p, vt_step_kind_name(r->kind), reterr);
	if (r->kind == VT_STEP_FINISH)
		return answer_fits(x, &r->object, reterr);
	return people_fit(x, r, reterr);
}
