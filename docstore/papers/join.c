/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A paper original and its e-version are one arrival (Decree 30/2020, Article
 * 22(2)): whichever comes second is joined to the first, under the số đến that
 * was given once. The paper original is noted on the e-version; an e-version
 * that waits is told which registered paper it is, and that one then has its
 * sender.
 */
#include "docstore/store_priv.h"

int
vt_join_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr)
{
	int rc;

	r->sub = st->u.join.how;
	r->object = st->u.join.other;
	r->at = st->u.join.at == 0 ? VT_TIME_NONE : st->u.join.at;
	r->part = st->u.join.pages;
	r->from = st->u.join.from;
	r->note = st->u.join.note;
	if (r->sub < VT_JOIN_ORIGINAL || r->sub > VT_JOIN_SOURCE)
		return vt_prep_invalid(reterr, "unknown kind of joining");
	if ((r->sub == VT_JOIN_ORIGINAL) != vt_id_is_zero(&r->object))
		return vt_prep_invalid(
		    reterr, r->sub == VT_JOIN_ORIGINAL
				? "a paper original is joined to no other paper"
				: "which paper it is joined to is missing");
	if ((rc = vt_prep_text(a, &r->from, VT_L(NAME_MAX), "who brought it",
		 reterr)) != VT_OK)
		return rc;
	return vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
}

static bool
is_closed(const struct vt_paper *p)
{
	return p->state == VT_PAPER_REFUSED ||
	       p->state == VT_PAPER_TAKEN_BACK || p->state == VT_PAPER_RECALLED;
}

/* The other paper, which came to this agency, too. */
static int
other(struct vt_apply *x, struct vt_srec *r, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	rc = vt_row_ref(x->b->txn, &r->object, VT_OBJECT_PAPER, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "join: no paper of this agency has the other id");
	if (rc == VT_OK && ref.seq == x->paper->seq)
		rc = vt_err_set(
		    reterr, VT_E_INVALID, "join: the other paper is this one");
	if (rc != VT_OK)
		return rc;
	r->seq = ref.seq;
	return vt_row_paper(
	    x->b->txn, ref.agency_no, ref.seq, x->arena, ret, reterr);
}

static int
decide_original(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_paper *p = x->paper;

	if (is_closed(p))
		return vt_out_of_order(p, "paper original", reterr);
	if (p->original_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "join: its paper original came already");
	if (r->at == VT_TIME_NONE)
		r->at = x->rec.time;
	return VT_OK;
}

/* What waits is the paper that was registered before it. */
static int
decide_same(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k[2], back;
	struct vt_paper o;
	struct vt_scan s;
	bool any;
	int rc;

	if (x->paper->state != VT_PAPER_WAITING)
		return vt_out_of_order(x->paper, "join", reterr);
	if ((rc = other(x, r, &o, reterr)) != VT_OK)
		return rc;
	if (o.direction != VT_DIR_IN || o.arrival.value == 0 || is_closed(&o))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "join: the other paper has no số đến, or is \"%s\"",
		    vt_paper_state_name(o.state));
	if (!vt_id_is_zero(&o.source_consignment) ||
	    !vt_id_is_zero(&o.source_delivery))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "join: the other paper came by exchange itself");
	(void)vt_step_links(r, x->st.agency_no, x->paper->seq, k);
	back = k[1];
	back.n -= 8; /* any paper that is joined to it */
	s = vt_scan_up(x->b->txn, VT_T_PAPER_LINK, &back, NULL);
	any = vt_scan_next(&s, reterr);
	if (s.rc != VT_OK)
		return s.rc;
	if (any)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "join: the other paper has its e-version already");
	r->value = o.arrival.value;
	r->period = o.arrival.period;
	r->series = o.arrival.series;
	r->notation = o.arrival.notation;
	r->at = o.arrival.time;
	return VT_OK;
}

/* The registered paper gets the sender of the e-version joined to it. */
static int
decide_source(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_paper o;
	int rc;

	if ((rc = other(x, r, &o, reterr)) != VT_OK)
		return rc;
	if (!vt_id_eq(&o.joined_to, &x->paper->id))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "join: the other paper is not joined to this one");
	if (!vt_id_is_zero(&x->paper->source_consignment) ||
	    !vt_id_is_zero(&x->paper->source_delivery))
		return vt_err_set(
		    reterr, VT_E_EXISTS, "join: the paper has its sender");
	r->consignment = o.source_consignment;
	r->source = o.source_paper;
	r->about = o.source_delivery;
	return VT_OK;
}

int
vt_join_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];

	if (x->paper->direction != VT_DIR_IN)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "join: the paper is not incoming");
	switch (r->sub) {
	case VT_JOIN_ORIGINAL:
		return decide_original(x, r, reterr);
	case VT_JOIN_SAME:
		return decide_same(x, r, reterr);
	default: /* VT_JOIN_SOURCE */
		return decide_source(x, r, reterr);
	}
}

/* false: the step gives no number. */
bool
vt_join_evolve(
    struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	switch (r->sub) {
	case VT_JOIN_ORIGINAL:
		p->original_at = r->at;
		p->original_pages = r->part;
		p->original_from = r->from;
		return false;
	case VT_JOIN_SAME:
		p->joined_to = r->object;
		p->finished_at = e->time;
		p->state = VT_PAPER_FINISHED;
		return true;
	default:
		p->source_consignment = r->consignment;
		p->source_paper = r->source;
		p->source_delivery = r->about;
		return false;
	}
}
