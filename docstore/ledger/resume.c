/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/resume.h"

#include <inttypes.h>

#include "docstore/bundle.h"
#include "docstore/restored.h"
#include "docstore/store_priv.h"

/* ---- what was shown ---- */

static int
is_ours(struct vt_txn *t, uint32_t no, const struct vt_checkpoint *cp,
    struct vt_shown_says *ret, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = t, .agency_no = no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	vt_hash root;
	int rc;

	ret->agency_no = no;
	if ((rc = vt_ledger_size(t, no, &ret->ours, reterr)) != VT_OK)
		return rc;
	ret->is = VT_SHOWN_BEYOND;
	if (cp->size > ret->ours)
		return VT_OK;
	if ((rc = vt_ledger_root(&io, cp->size, &root, reterr)) != VT_OK)
		return rc;
	ret->is =
	    vt_hash_eq(&root, &cp->root) ? VT_SHOWN_OURS : VT_SHOWN_FORKED;
	return VT_OK;
}

static int
judge(struct vt_txn *t, struct vt_arena *arena, struct vt_span note,
    struct vt_shown_says *ret, struct vt_err *reterr)
{
	struct vt_shown_says says = { .is = VT_SHOWN_FOREIGN };
	struct vt_counters count;
	struct vt_checkpoint cp;
	struct vt_agency a;
	struct vt_err err;
	int rc;

	if ((rc = vt_checkpoint_parse(note, &cp, reterr)) != VT_OK ||
	    (rc = vt_row_counters(t, &count, reterr)) != VT_OK)
		return rc;
	says.size = cp.size;
	for (uint32_t no = 1; no <= count.agencies; no++) {
		if ((rc = vt_row_agency(t, no, arena, &a, reterr)) != VT_OK)
			return rc;
		if (strcmp(a.origin, cp.origin) != 0)
			continue;
		if (vt_checkpoint_verify(note, a.log_key, &cp, &err) != VT_OK)
			break;
		if ((rc = is_ours(t, no, &cp, &says, reterr)) != VT_OK)
			return rc;
		break;
	}
	*ret = says;
	return VT_OK;
}

int
vt_shown_judge(struct vt_view *v, struct vt_span note,
    struct vt_shown_says *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc == VT_OK ? judge(v->txn, v->arena, note, ret, reterr) : rc;
}

/* ---- the act ---- */

int
vt_resume_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	bool ok = true;
	VT_BUF_AUTO(b);
	int rc;

	if (st->u.resume.n_shown > VT_RESUME_SHOWN)
		return vt_prep_invalid(reterr, "more than 64 checkpoints");
	if (vt_id_is_zero(&a->act->person) ||
	    vt_id_is_zero(&st->u.resume.second) ||
	    vt_id_eq(&a->act->person, &st->u.resume.second))
		return vt_prep_invalid(
		    reterr, "a restored store wants two persons (law 14)");
	p->r.note = st->u.resume.asked;
	if ((rc = vt_prep_text(a, &p->r.note, VT_L(NOTE_MAX), "who was asked",
		 reterr)) != VT_OK ||
	    (rc = vt_prep_need(p->r.note, "who was asked", reterr)) != VT_OK)
		return rc;
	vt_cbor_array(&b, st->u.resume.n_shown);
	for (size_t i = 0; i < st->u.resume.n_shown; i++)
		vt_cbor_text(&b, st->u.resume.shown[i]);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	p->r.who = st->u.resume.second;
	p->r.blob = vt_arena_copy(a->arena, vt_buf_view(&b), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

static int
shown_decide(struct vt_apply *x, struct vt_span note, struct vt_err *reterr)
{
	struct vt_shown_says s;
	int rc;

	if ((rc = judge(x->b->txn, x->arena, note, &s, reterr)) != VT_OK)
		return rc;
	switch (s.is) {
	case VT_SHOWN_OURS:
		return VT_OK;
	case VT_SHOWN_BEYOND:
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "ledger of agency %u: design law 14: somebody holds a "
		    "checkpoint of %" PRIu64 " leaves signed by its key, here "
		    "are %" PRIu64 ": leaves %" PRIu64 " to %" PRIu64
		    " are missing; restore a later backup or standby",
		    s.agency_no, s.size, s.ours, s.ours, s.size - 1);
	case VT_SHOWN_FORKED:
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "ledger of agency %u: design law 14: the checkpoint of "
		    "%" PRIu64 " leaves that was shown is signed by its key "
		    "and of another history",
		    s.agency_no, s.size);
	default:
		return vt_err_set(reterr, VT_E_INVALID,
		    "resume: a checkpoint that was shown is of no ledger of "
		    "this store, or not signed by its key");
	}
}

static int
person_decide(struct vt_apply *x, const vt_id *id, struct vt_err *reterr)
{
	struct vt_person p;
	struct vt_ref ref;
	int rc;

	rc = vt_row_ref(x->b->txn, id, VT_OBJECT_PERSON, &ref, reterr);
	if (rc == VT_OK)
		rc = vt_row_person(
		    x->b->txn, ref.agency_no, ref.seq, x->arena, &p, reterr);
	if (rc == VT_OK && !p.active)
		rc = vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
		    "resume: %s is not active", p.name);
	return rc;
}

int
vt_resume_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_restored mark;
	struct vt_cbor c;
	size_t n;
	int rc;

	if ((rc = vt_restored_get(x->b->txn, &mark, reterr)) != VT_OK)
		return rc;
	if (!mark.is)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "resume: the store is not a restored one");
	if (mark.handed_over)
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "resume: it was handed over to its standby, and writes no "
		    "more");
	if ((rc = person_decide(x, &x->rec.person, reterr)) != VT_OK ||
	    (rc = person_decide(x, &r->who, reterr)) != VT_OK)
		return rc;
	vt_cbor_open(&c, r->blob);
	n = vt_cbor_get_array(&c);
	for (; n > 0 && rc == VT_OK && c.failed == VT_OK; n--)
		rc = shown_decide(x, vt_cbor_get_text(&c), reterr);
	return rc == VT_OK ? vt_cbor_finish(&c, "resume", reterr) : rc;
}

int
vt_resume_keep(struct vt_apply *x, struct vt_err *reterr)
{
	return vt_restored_lift(x->b, reterr);
}
