/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The course of a paper besides its main walk: opinions, deadlines that are
 * extended, incoming papers that their issuer voids, papers that are frozen.
 * The gate through which every step on a paper passes stands here, too.
 */
#include "docstore/store_priv.h"

/* ---- the gate ---- */

/* What a frozen paper still takes: what the order is about, what comes back
 * from those who have it, and the end. */
static bool
passes_frozen(enum vt_step_kind k)
{
	switch (k) {
	case VT_STEP_FREEZE:
	case VT_STEP_TAKE_BACK:
	case VT_STEP_RECALL:
	case VT_STEP_DELIVERED:
	case VT_STEP_HANDED:
	case VT_STEP_ERASED:
	case VT_STEP_ISOLATE:
	case VT_STEP_CLEAR:
		return true;
	default: /* statuses, work and entries are beside the paper */
		return !vt_step_is_of_paper(k) && k != VT_STEP_RESEND;
	}
}

int
vt_gate_decide(
    const struct vt_paper *p, enum vt_step_kind k, struct vt_err *reterr)
{
	if (p->frozen_at != VT_TIME_NONE && !passes_frozen(k))
		return vt_err_set(reterr, VT_E_FROZEN,
		    "%s: the paper is frozen by %s (Decree 30/2020, Appendix "
		    "VI) until it is released",
		    vt_step_kind_name(k), p->frozen_order);
	return vt_isolated_gate(p, k, reterr);
}

/* ---- freeze ---- */

int
vt_freeze_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	bool frozen = p->frozen_at != VT_TIME_NONE;

	if (r->sub == VT_FREEZE_END)
		return frozen ? VT_OK
			      : vt_err_set(reterr, VT_E_OUT_OF_ORDER,
				    "release: the paper is not frozen");
	if (frozen)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "freeze: the paper is frozen by %s", p->frozen_order);
	if (p->direction == VT_DIR_IN ||
	    (p->state != VT_PAPER_ISSUED && p->state != VT_PAPER_DISPATCHED &&
		p->state != VT_PAPER_RECALLED))
		return vt_out_of_order(p, "freeze", reterr);
	return VT_OK;
}

/* ---- deadlines ---- */

static int
later(const struct vt_paper *p, const struct vt_srec *r, struct vt_err *reterr)
{
	if (strcmp(r->due, p->assigned_due) > 0)
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "extend: %s is not later than the deadline %s", r->due,
	    p->assigned_due);
}

int
vt_extend_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	const struct vt_paper *p = x->paper;
	bool asked = *p->extend_asked != '\0';

	if (p->state != VT_PAPER_ASSIGNED && p->state != VT_PAPER_PROCESSING)
		return vt_out_of_order(p, "extend", reterr);
	if (*p->assigned_due == '\0')
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "extend: it was assigned without a deadline");
	if (r->sub == VT_EXTEND_ASK && asked)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "extend: another ask, for %s, waits for its answer",
		    p->extend_asked);
	if (r->sub == VT_EXTEND_DECLINE && !asked)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "extend: nobody asks for another deadline");
	r->was_due = p->assigned_due;
	return r->sub == VT_EXTEND_DECLINE ? VT_OK : later(p, r, reterr);
}

void
vt_extend_clear(struct vt_paper *p)
{
	static const vt_id nobody;

	p->extend_asked = "";
	p->extend_by = nobody;
}

static void
extend(struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	vt_extend_clear(p);
	if (r->sub == VT_EXTEND_ASK) {
		p->extend_asked = r->due;
		p->extend_by = e->person;
	} else if (r->sub == VT_EXTEND_ORDER) {
		if (*p->due_first == '\0')
			p->due_first = p->assigned_due;
		p->assigned_due = r->due;
		p->extended++;
	}
}

/* ---- an order of the issuer ---- */

int
vt_cancel_decide(
    const struct vt_paper *p, const char *what, struct vt_err *reterr)
{
	if (p->direction != VT_DIR_IN || p->state == VT_PAPER_REFUSED ||
	    p->state == VT_PAPER_TAKEN_BACK || p->state == VT_PAPER_RECALLED)
		return vt_out_of_order(p, what, reterr);
	if (p->asked != 0)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "%s: its sender asks for it: that ask is to be answered",
		    what);
	return VT_OK;
}

/* ---- what they do to the paper ---- */

bool
vt_course_evolve(
    struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e)
{
	switch (r->kind) {
	case VT_STEP_WITHDRAW:
		p->state = VT_PAPER_DRAFT;
		return true;
	case VT_STEP_OPINION: /* in the acts */
		return true;
	case VT_STEP_EXTEND:
		extend(p, r, e);
		return true;
	case VT_STEP_CANCEL:
		p->recalled_at = e->time;
		p->closed_note = r->order;
		p->state = VT_PAPER_RECALLED;
		return true;
	case VT_STEP_FREEZE:
		p->frozen_at =
		    r->sub == VT_FREEZE_BEGIN ? e->time : VT_TIME_NONE;
		p->frozen_order = r->sub == VT_FREEZE_BEGIN ? r->order : "";
		return true;
	default:
		return false;
	}
}
