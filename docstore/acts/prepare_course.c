/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making ready, on any thread: steps of agree.c and course.c. */
#include "docstore/store_priv.h"

static int
note_of(struct vt_act_op *a, const char *note, bool needed, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->note = note;
	rc = vt_prep_text(a, &r->note, VT_L(NOTE_MAX), "note", reterr);
	return rc == VT_OK && needed
		   ? vt_prep_need(r->note, "the reason", reterr)
		   : rc;
}

static int
order_of(struct vt_act_op *a, const char *order, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->order = order;
	rc = vt_prep_text(a, &r->order, VT_L(NAME_MAX), "order", reterr);
	return rc == VT_OK ? vt_prep_need(r->order, "the order", reterr) : rc;
}

static int
prep_check(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;

	r->sub = st->u.check.kind;
	r->main = st->u.check.main;
	r->manifest = st->u.check.manifest;
	p->whole = st->u.check.whole;
	if (r->sub != VT_DRAFT_CONTENT && r->sub != VT_DRAFT_FORM)
		return vt_prep_invalid(reterr, "unknown kind of check");
	return note_of(a, st->u.check.note, false, r, reterr);
}

static int
prep_extend(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->sub = st->u.extend.kind;
	if (r->sub < VT_EXTEND_ASK || r->sub > VT_EXTEND_DECLINE)
		return vt_prep_invalid(reterr, "unknown kind of extension");
	if (r->sub != VT_EXTEND_DECLINE) {
		r->due = st->u.extend.due_on;
		if ((rc = vt_prep_date(a, &r->due, "due date", reterr)) !=
			VT_OK ||
		    (rc = vt_prep_need(r->due, "the due date", reterr)) !=
			VT_OK)
			return rc;
	}
	return note_of(a, st->u.extend.note, true, r, reterr);
}

static int
prep_freeze(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	bool begin = st->u.freeze.kind == VT_FREEZE_BEGIN;
	int rc;

	r->sub = st->u.freeze.kind;
	if (!begin && r->sub != VT_FREEZE_END)
		return vt_prep_invalid(reterr, "unknown kind of freezing");
	if (begin && (rc = order_of(a, st->u.freeze.order, r, reterr)) != VT_OK)
		return rc;
	return note_of(a, st->u.freeze.note, !begin, r, reterr);
}

int
vt_prep_course(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	int rc;

	switch (st->kind) {
	case VT_STEP_CHECK:
		return prep_check(a, st, p, reterr);
	case VT_STEP_WITHDRAW:
		r->main = st->u.withdraw.main;
		r->manifest = st->u.withdraw.manifest;
		p->whole = st->u.withdraw.whole;
		return note_of(a, st->u.withdraw.note, false, r, reterr);
	case VT_STEP_OPINION:
		return note_of(a, st->u.opinion.note, true, r, reterr);
	case VT_STEP_EXTEND:
		return prep_extend(a, st, r, reterr);
	case VT_STEP_CANCEL:
		rc = order_of(a, st->u.cancel.order, r, reterr);
		return rc != VT_OK
			   ? rc
			   : note_of(a, st->u.cancel.note, false, r, reterr);
	case VT_STEP_FREEZE:
		return prep_freeze(a, st, r, reterr);
	case VT_STEP_ISOLATE:
	case VT_STEP_CLEAR: /* two members of one shape */
		return note_of(a, st->u.isolate.note, true, r, reterr);
	default:
		return vt_prep_invalid(reterr, "unknown step");
	}
}

int
vt_prep_secret(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;

	r->sub = st->u.secret.level;
	r->from = st->u.secret.from;
	r->transport = st->u.secret.transport;
	p->files = st->u.secret.uploads;
	p->n_files = st->u.secret.n_uploads;
	if (r->sub < 1 || r->sub > 3)
		return vt_prep_invalid(reterr, "a secret is of level 1 to 3");
	if (r->transport > VT_TRANSPORT_HOSTED)
		return vt_prep_invalid(reterr, "unknown transport");
	if (p->n_files > VT_L(PAPER_PARTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "secret: %zu uploads, allowed are %zu (PAPER_PARTS_MAX)",
		    p->n_files, VT_L(PAPER_PARTS_MAX));
	return vt_prep_text(a, &r->from, VT_L(NAME_MAX), "from", reterr);
}
