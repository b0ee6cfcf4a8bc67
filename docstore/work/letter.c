/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dead letters: work that was given up waits for a person, who has it tried
 * again or drops it. Each is an act, so that it stands in the ledger and in the
 * feed who did it. Why it failed stands in the item alone: such words may be of
 * a paper that is destroyed one day.
 */
#include "base/text.h"
#include "docstore/store_priv.h"

int
vt_letter_prepare(
    const struct vt_step *st, struct vt_prep *p, struct vt_err *reterr)
{
	const char *why = st->u.letter.why;

	p->r.sub = (uint32_t)st->u.letter.what;
	p->r.work = st->u.letter.work;
	p->lease = st->u.letter.lease;
	if (why != NULL)
		vt_text_fit(p->why, sizeof(p->why), why);
	if (p->r.sub < VT_LETTER_DEAD || p->r.sub > VT_LETTER_DROP)
		return vt_prep_invalid(reterr, "letter: unknown act");
	return VT_OK;
}

/* Whose record waits for the item: without it that would wait for ever. */
static bool
is_waited_for(enum vt_work_kind kind)
{
	return kind == VT_WORK_DELIVERY || kind == VT_WORK_PACKET ||
	       kind == VT_WORK_ERASE;
}

/* An act may name an item once. */
static bool
is_named_before(const struct vt_apply *x, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (x->rec.steps[k].kind == VT_STEP_LETTER &&
		    x->rec.steps[k].work == x->rec.steps[i].work)
			return true;
	return false;
}

int
vt_letter_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_work w;
	int rc;

	if ((rc = vt_work_row(x->b->txn, r->work, &w, reterr)) != VT_OK)
		return rc;
	if (w.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no work item of this agency has this number");
	r->object = w.subject;
	r->letter_kind = w.kind;
	if (is_named_before(x, i))
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: two of its steps are about one work item");
	if (r->sub == VT_LETTER_DEAD)
		return w.lease == x->op->prep[i].lease &&
			       !vt_id_is_zero(&w.owner)
			   ? VT_OK
			   : vt_err_set(reterr, VT_E_CONFLICT,
				 "work item %llu: the lease was lost",
				 (unsigned long long)w.no);
	if (w.due != VT_WORK_PARKED)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "this work is no dead letter: it is done, or tried again "
		    "by itself");
	if (r->sub == VT_LETTER_DROP && is_waited_for(w.kind))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "a record waits for this work: have it tried again, or "
		    "take back what it is about");
	return VT_OK;
}

int
vt_letter_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	static const vt_id nobody;
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_work w, was;
	int rc;

	if (r->sub == VT_LETTER_DROP)
		return vt_work_remove(x->b, r->work, reterr);
	if ((rc = vt_work_row(x->b->txn, r->work, &was, reterr)) != VT_OK)
		return rc;
	w = was;
	w.owner = nobody;
	w.lease_until = w.hurry = VT_TIME_NONE;
	if (r->sub == VT_LETTER_AGAIN) {
		w.due = x->b->work_time;
		w.spent = w.attempt;
		w.tried_at = VT_TIME_NONE;
		w.lease++; /* whoever held it before is fenced off */
		return vt_work_move(x->b, &was, &w, reterr);
	}
	w.due = VT_WORK_PARKED;
	vt_text_fit(w.note, sizeof(w.note), x->op->prep[i].why);
	if ((rc = vt_work_move(x->b, &was, &w, reterr)) != VT_OK)
		return rc;
	/* those behind it go on */
	return vt_turn_leave(x->b, &w, reterr);
}
