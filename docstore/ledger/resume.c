/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/resume.h"

#include <inttypes.h>

#include "docstore/bundle.h"
#include "docstore/epoch.h"
#include "docstore/restored.h"
#include "docstore/store_priv.h"

/* ---- what was shown ---- */

/* One of the agency's ledgers, the epoch `no`, of which `size` leaves are
 * here. end: how it ended; NULL: it goes on. */
static int
judge_one(struct vt_txn *t, const struct vt_agency *a, uint32_t no,
    uint64_t size, const struct vt_epoch_end *end, const struct vt_checkpoint *cp,
    struct vt_shown_says *ret, struct vt_err *reterr)
{
	struct vt_ledger_tx lt = { .txn = t,
		.agency_no = a->no,
		.epoch = no };
	struct vt_ledger_io io = vt_ledger_on(&lt);
	vt_hash root;
	int rc;

	ret->ours = size;
	if (cp->size > size) {
		ret->is = end != NULL && cp->size <= end->lost
			      ? VT_SHOWN_LOST
			      : VT_SHOWN_BEYOND;
		return VT_OK;
	}
	if ((rc = vt_ledger_root(&io, cp->size, &root, reterr)) != VT_OK)
		return rc;
	ret->is = vt_hash_eq(&root, &cp->root)	 ? VT_SHOWN_OURS
		  : end != NULL && end->forked ? VT_SHOWN_LOST
					       : VT_SHOWN_FORKED;
	return VT_OK;
}

/* By the ledger of its origin. No ledger of that origin, and its key signed it:
 * of an epoch that came after what is here. */
static int
judge_agency(struct vt_txn *t, const struct vt_agency *a,
    const struct vt_checkpoint *cp, struct vt_shown_says *ret,
    struct vt_err *reterr)
{
	uint64_t begin = 0, acts;
	int rc = vt_ledger_size(t, a->no, &acts, reterr);

	if (rc != VT_OK)
		return rc;
	for (uint32_t i = 0; i < a->n_ended; i++) {
		const struct vt_epoch_end *end = &a->ended[i];

		if (strcmp(end->origin, cp->origin) == 0)
			return judge_one(t, a, i, end->end - begin, end, cp,
			    ret, reterr);
		begin = end->end;
	}
	if (strcmp(a->origin, cp->origin) == 0)
		return judge_one(t, a, (uint32_t)a->n_ended, acts - begin, NULL,
		    cp, ret, reterr);
	ret->is = VT_SHOWN_BEYOND;
	ret->unknown = true;
	return VT_OK;
}

int
vt_shown_in(struct vt_txn *t, struct vt_arena *arena, struct vt_span note,
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
		if (vt_checkpoint_verify(note, a.log_key, &cp, &err) != VT_OK)
			continue;
		says.agency_no = no;
		if ((rc = judge_agency(t, &a, &cp, &says, reterr)) != VT_OK)
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

	return rc == VT_OK ? vt_shown_in(v->txn, v->arena, note, ret, reterr)
			   : rc;
}

/* ---- the act ---- */

int
vt_prep_two(struct vt_act_op *a, const vt_id *second, struct vt_prep *p,
    struct vt_err *reterr)
{
	if (vt_id_is_zero(&a->act->person) || vt_id_is_zero(second) ||
	    vt_id_eq(&a->act->person, second))
		return vt_prep_invalid(
		    reterr, "a restored store wants two persons (law 14)");
	p->r.who = *second;
	return VT_OK;
}

int
vt_prep_asked(struct vt_act_op *a, const char *asked, struct vt_prep *p,
    struct vt_err *reterr)
{
	int rc;

	p->r.note = asked;
	rc = vt_prep_text(
	    a, &p->r.note, VT_L(NOTE_MAX), "who was asked", reterr);
	return rc == VT_OK ? vt_prep_need(p->r.note, "who was asked", reterr)
			   : rc;
}

int
vt_prep_shown(struct vt_act_op *a, const struct vt_span *shown, size_t n,
    struct vt_span *ret, struct vt_err *reterr)
{
	bool ok = true;
	VT_BUF_AUTO(b);
	int rc;

	if (n > VT_RESUME_SHOWN)
		return vt_prep_invalid(reterr, "more than 64 checkpoints");
	vt_cbor_array(&b, n);
	for (size_t i = 0; i < n; i++)
		vt_cbor_text(&b, shown[i]);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	*ret = vt_arena_copy(a->arena, vt_buf_view(&b), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

int
vt_resume_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_prep_two(a, &st->u.resume.second, p, reterr)) != VT_OK ||
	    (rc = vt_prep_asked(a, st->u.resume.asked, p, reterr)) != VT_OK)
		return rc;
	return vt_prep_shown(a, st->u.resume.shown, st->u.resume.n_shown,
	    &p->r.blob, reterr);
}

static int
shown_decide(struct vt_apply *x, struct vt_span note, struct vt_err *reterr)
{
	struct vt_shown_says s;
	int rc;

	rc = vt_shown_in(x->b->txn, x->arena, note, &s, reterr);
	if (rc != VT_OK)
		return rc;
	switch (s.is) {
	case VT_SHOWN_OURS:
	case VT_SHOWN_LOST:
		return VT_OK;
	case VT_SHOWN_BEYOND:
		if (s.unknown)
			return vt_err_set(reterr, VT_E_STORE_RESTORED,
			    "ledger of agency %u: design law 14: somebody "
			    "holds a checkpoint of an epoch that is not known "
			    "here, signed by its key: restore a later backup "
			    "or standby",
			    s.agency_no);
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "ledger of agency %u: design law 14: somebody holds a "
		    "checkpoint of %" PRIu64 " leaves signed by its key, here "
		    "are %" PRIu64 ": leaves %" PRIu64 " to %" PRIu64
		    " are missing; restore a later backup or standby, or let "
		    "two persons open a new epoch",
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
vt_resume_may(
    struct vt_apply *x, const vt_id *second, struct vt_err *reterr)
{
	struct vt_restored mark;
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
	rc = person_decide(x, &x->rec.person, reterr);
	return rc == VT_OK ? person_decide(x, second, reterr) : rc;
}

/* ---- the numbers of an epoch's lost leaves ---- */

/* Is it said in an act from `from` on which of its numbers are lost? */
static int
is_stated(struct vt_apply *x, uint32_t agency_no, uint64_t from,
    const struct vt_series *s, bool *ret, struct vt_err *reterr)
{
	struct vt_arec rec;
	uint64_t acts;
	int rc = vt_ledger_size(x->b->txn, agency_no, &acts, reterr);

	*ret = false;
	for (; rc == VT_OK && from < acts && !*ret; from++) {
		rc = vt_row_act(
		    x->b->txn, agency_no, from, x->arena, &rec, reterr);
		for (size_t i = 0; rc == VT_OK && i < rec.n_steps; i++)
			*ret |= rec.steps[i].kind == VT_STEP_LOST &&
				strcmp(rec.steps[i].series, s->key) == 0;
	}
	return rc;
}

static int
series_decide(struct vt_apply *x, uint32_t agency_no, uint64_t from,
    struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 };
	struct vt_series s;
	struct vt_scan all;
	bool stated;
	int rc;

	vt_key_u32(&prefix, agency_no);
	all = vt_scan_up(x->b->txn, VT_T_SERIES, &prefix, NULL);
	while (vt_scan_next(&all, reterr)) {
		if ((rc = vt_series_decode(all.row, x->arena, &s, reterr)) !=
			VT_OK ||
		    (rc = is_stated(x, agency_no, from, &s, &stated, reterr)) !=
			VT_OK)
			return rc;
		if (!stated && s.authority == VT_SERIES_OURS)
			return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			    "resume: series \"%s\" of agency %u: say up to "
			    "which number it may have given in what is lost "
			    "(ledger numbers), so that none is given twice",
			    s.key, agency_no);
	}
	return all.rc;
}

/* Agencies whose epoch began since the store was restored. */
static int
numbers_decide(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_restored mark;
	struct vt_agency a;
	struct vt_arec rec;
	int rc = vt_restored_get(x->b->txn, &mark, reterr);

	for (uint32_t no = 1; rc == VT_OK && no <= x->b->count.agencies; no++) {
		struct vt_epoch e;

		rc = vt_row_agency(x->b->txn, no, x->arena, &a, reterr);
		if (rc != VT_OK || a.n_ended == 0)
			continue;
		e = vt_epoch_now(&a);
		rc = vt_row_act(
		    x->b->txn, no, e.begin, x->arena, &rec, reterr);
		if (rc == VT_OK && rec.time >= mark.at)
			rc = series_decide(x, no, e.begin, reterr);
	}
	return rc;
}

int
vt_resume_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_restored mark;
	struct vt_cbor c;
	size_t n;
	int rc;

	if ((rc = vt_resume_may(x, &r->who, reterr)) != VT_OK ||
	    (rc = numbers_decide(x, reterr)) != VT_OK ||
	    (rc = vt_restored_get(x->b->txn, &mark, reterr)) != VT_OK)
		return rc;
	/* The mark goes; the ledger says for ever what it said. */
	r->main = mark.manifest;
	r->at = mark.at;
	r->stated = mark.backup;
	r->increment = mark.number;
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
