/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Doing acts and asking for their answers. */
#include <stdio.h>
#include <stdlib.h>

#include "docstore/store_priv.h"

enum vt_outcome
vt_outcome(int code)
{
	switch (code) {
	case VT_OK:
		return VT_OUTCOME_OK;
	case VT_E_CONFLICT:
	case VT_E_PRECONDITION_FAILED:
	case VT_E_ALREADY_NUMBERED:
		return VT_OUTCOME_CONFLICT;
	case VT_E_BUSY:
	case VT_E_NOMEM:
	case VT_E_STORE_FULL:
	case VT_E_STORE_CLOCK:
	case VT_E_IO:
		return VT_OUTCOME_RETRY;
	case VT_E_UNKNOWN_OUTCOME:
		return VT_OUTCOME_UNKNOWN;
	default:
		return VT_OUTCOME_REFUSED;
	}
}

void
vt_act_result_free(struct vt_act_result *r)
{
	if (r == NULL)
		return;
	vt_buf_free(&r->receipt);
	vt_buf_free(&r->keep);
}

/* ---- the answer, always from the record ---- */

static int
result_steps(
    const struct vt_arec *rec, struct vt_act_result *r, struct vt_err *reterr)
{
	for (size_t i = 0; i < rec->n_steps; i++) {
		const struct vt_srec *st = &rec->steps[i];
		VT_BUF_AUTO(text);
		int rc;

		switch (st->kind) {
		case VT_STEP_NUMBER:
			vt_number_format((enum vt_number_family)st->family,
			    st->value, st->notation,
			    st->stated == VT_TIME_NONE ? rec->time : st->stated,
			    &text);
			if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
				return rc;
			r->number = st->value;
			r->number_period = st->period;
			(void)snprintf(r->number_text, sizeof(r->number_text),
			    "%s", vt_buf_str(&text));
			break;
		case VT_STEP_REGISTER:
		case VT_STEP_RECEIVE:
		case VT_STEP_ACCEPT:
			r->arrival = st->value;
			break;
		case VT_STEP_JOIN:
			if (st->value != 0)
				r->arrival = st->value;
			break;
		case VT_STEP_RESERVE:
		case VT_STEP_OUTAGE:
			r->number = st->value;
			r->number_period = st->period;
			break;
		case VT_STEP_CONSIGN:
			r->consignment = st->object;
			break;
		case VT_STEP_PERSON:
			r->person = st->who;
			break;
		default:
			break;
		}
	}
	return VT_OK;
}

int
vt_result_load(struct vt_store *s, struct vt_txn *t, uint32_t agency_no,
    uint64_t index, struct vt_act_result *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_arec rec;
	int rc;

	if ((a = vt_arena_new(VT_ARENA_ACT)) == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_row_act(t, agency_no, index, a, &rec, reterr)) != VT_OK ||
	    (rc = result_steps(&rec, &r, reterr)) != VT_OK)
		return rc;
	r.act = rec.act;
	r.agency_no = agency_no;
	r.index = index;
	r.time = rec.time;
	r.paper = rec.paper;
	r.paper_rev = rec.paper_rev;
	r.current = rec.main;
	vt_buf_span(&r.keep, rec.keep);
	if ((rc = vt_buf_status(&r.keep, reterr)) == VT_OK)
		rc =
		    vt_receipt_read(s, t, agency_no, index, &r.receipt, reterr);
	if (rc != VT_OK)
		vt_act_result_free(&r);
	else
		*ret = r;
	return rc;
}

/* After the writer is done with it, on any thread. */
static int
answer(struct vt_act_op *a, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_store *s = a->store;
	struct vt_txn *t;
	int rc;

	if (a->op.rc != VT_OK) {
		*ret = a->hint;
		return a->op.rc;
	}
	rc = vt_store_read(s, &t, reterr);
	if (rc == VT_OK) {
		rc = vt_result_load(s, t, a->agency_no, a->index, ret, reterr);
		t->ops->abort(t);
	}
	if (rc == VT_OK)
		ret->repeated = a->repeated;
	if (rc == VT_OK)
		return VT_OK;
	return vt_err_set(reterr, VT_E_UNKNOWN_OUTCOME,
	    "act: it is done and on disk, its answer could not be read (code "
	    "%d); ask again with the same idempotency key",
	    rc);
}

int
vt_store_do(struct vt_store *s, const struct vt_act *act,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_act_op a;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	*ret = r;
	if ((rc = vt_act_prepare(s, act, &a, reterr)) != VT_OK)
		return rc;
	rc = vt_queue_run(&s->writer.queue, &a.op, reterr);
	a.op.rc = rc; /* also when it was not queued */
	rc = answer(&a, ret, reterr);
	vt_act_unprepare(&a);
	return rc;
}

static void
submitted_done(struct vt_op *op)
{
	struct vt_act_op *a = (struct vt_act_op *)(void *)op;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = op->err;
	int rc;

	rc = answer(a, &r, &err);
	a->done(a->arg, rc, &err, &r);
	vt_act_result_free(&r);
	vt_act_unprepare(a);
	free(a);
}

int
vt_store_submit(struct vt_store *s, const struct vt_act *act, vt_act_done *done,
    void *arg, struct vt_err *reterr)
{
	struct vt_act_op *a;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_act_prepare(s, act, a, reterr)) != VT_OK) {
		free(a);
		return rc;
	}
	a->done = done;
	a->arg = arg;
	a->op.done = submitted_done;
	rc = vt_queue_push(&s->writer.queue, &a->op, reterr);
	if (rc != VT_OK) {
		a->op.rc = rc;
		vt_act_unprepare(a);
		free(a);
	}
	return rc;
}

/* ---- asking ---- */

int
vt_act_by_key(struct vt_view *v, const vt_id *caller, const char *key,
    const vt_hash *request, struct vt_act_result *ret, struct vt_err *reterr)
{
	vt_hash h = vt_sha256(vt_span_str(key));
	struct vt_key k = vt_key_idem(caller, &h);
	struct vt_idem was;
	struct vt_span row;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = vt_tx_get(v->txn, VT_T_IDEM, &k, &row, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no act of this caller has this idempotency key");
	if (rc != VT_OK || (rc = vt_idem_decode(row, &was, reterr)) != VT_OK)
		return rc;
	if (request != NULL && !vt_hash_eq(request, &was.request))
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_REUSED,
		    "act: this caller used this idempotency key for another "
		    "request");
	rc = vt_result_load(
	    v->store, v->txn, was.agency_no, was.index, ret, reterr);
	if (rc == VT_OK)
		ret->repeated = true;
	return rc;
}

static void
whom_of(const struct vt_srec *r, struct vt_act_whom *ret)
{
	bool news = r->kind == VT_STEP_STATUS || r->kind == VT_STEP_DELIVERED ||
		    r->kind == VT_STEP_RESEND;

	*ret = (struct vt_act_whom){ .with = r->people,
		.n_with = r->n_people,
		.unit = r->unit == NULL ? "" : r->unit,
		.due = r->due == NULL ? "" : r->due,
		.staff = r->staff == NULL ? "" : r->staff,
		.was_due = r->was_due == NULL ? "" : r->was_due,
		.order = r->order == NULL ? "" : r->order,
		.n_to = r->n_to };
	if (r->kind == VT_STEP_SIGN || r->kind == VT_STEP_ASSIGN ||
	    r->kind == VT_STEP_FORWARD)
		ret->person = r->who;
	if (r->kind == VT_STEP_CHECK || r->kind == VT_STEP_EXTEND ||
	    r->kind == VT_STEP_FREEZE || r->kind == VT_STEP_PRINT)
		ret->how = r->sub;
	if (r->kind == VT_STEP_PRINT) {
		ret->copies = (uint32_t)r->value;
		ret->printed = r->main;
	}
	if (news) {
		ret->delivery = r->object;
		ret->said = r->sub;
	}
	for (size_t i = 0; i < r->n_to && i < VT_ACT_TO_NAMED; i++) {
		ret->to[i] = r->to[i].id;
		ret->recipient[i] = r->to[i].to;
	}
}

static int
entry_of(struct vt_view *v, uint32_t agency_no, uint64_t index,
    struct vt_act_entry *ret, struct vt_err *reterr)
{
	struct vt_act_whom *whom;
	enum vt_step_kind *kinds;
	struct vt_arec rec;
	int rc;

	rc = vt_row_act(v->txn, agency_no, index, v->arena, &rec, reterr);
	if (rc != VT_OK)
		return rc;
	kinds = vt_arena_array(v->arena, rec.n_steps, sizeof(*kinds));
	whom = vt_arena_array(v->arena, rec.n_steps, sizeof(*whom));
	if (kinds == NULL || whom == NULL)
		return vt_nomem(reterr);
	*ret = (struct vt_act_entry){ .index = index,
		.act = rec.act,
		.time = rec.time,
		.person = rec.person,
		.post = rec.post,
		.caller = rec.caller,
		.paper = rec.paper,
		.paper_rev = rec.paper_rev,
		.kinds = kinds,
		.whom = whom,
		.n_kinds = rec.n_steps,
		.main = rec.main,
		.note = "" };
	for (size_t i = 0; i < rec.n_steps; i++) {
		kinds[i] = rec.steps[i].kind;
		whom_of(&rec.steps[i], &whom[i]);
		if (*ret->note == '\0')
			ret->note = rec.steps[i].note;
		if (rec.steps[i].kind == VT_STEP_NUMBER)
			ret->number = rec.steps[i].value;
	}
	return VT_OK;
}

int
vt_act_paper(struct vt_view *v, uint32_t agency_no, uint64_t index, vt_id *ret,
    struct vt_err *reterr)
{
	struct vt_arec rec;
	uint64_t n;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &n, reterr)) != VT_OK)
		return rc;
	if (index >= n)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the ledger of this agency has no leaf %llu",
		    (unsigned long long)index);
	rc = vt_row_act(v->txn, agency_no, index, v->arena, &rec, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = rec.paper;
	return VT_OK;
}

int
vt_act_list(struct vt_view *v, const vt_id *paper, uint64_t from,
    struct vt_act_entry *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix, at;
	struct vt_scan s;
	struct vt_ref ref;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_ref(v, paper, VT_OBJECT_PAPER, &ref, reterr)) !=
		VT_OK)
		return rc;
	prefix = vt_key_row(ref.agency_no, ref.seq);
	at = vt_key_of_paper(ref.agency_no, ref.seq, from);
	s = vt_scan_up(v->txn, VT_T_PAPER_ACT, &prefix, &at);
	while (n < max && vt_scan_next(&s, reterr)) {
		rc = entry_of(
		    v, ref.agency_no, vt_be64(s.k.p + 12), &ret[n], reterr);
		if (rc != VT_OK)
			return rc;
		n++;
	}
	*ret_n = n;
	return s.rc;
}
