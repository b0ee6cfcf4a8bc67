/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work queue: items, leases with fencing, and the events feed. */
#include <stdio.h>
#include <stdlib.h>

#include "docstore/restored.h"
#include "docstore/store_priv.h"

/* ---- rows ---- */

int
vt_work_row(
    struct vt_txn *t, uint64_t no, struct vt_work *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(no);
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_WORK, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "work item %llu: done, or never was",
		    (unsigned long long)no);
	if (rc == VT_OK && (rc = vt_work_decode(v, ret, reterr)) == VT_OK)
		ret->no = no;
	return rc;
}

static int
work_put(struct vt_batch *b, const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(w->no), due = vt_key_due(w);
	VT_BUF_AUTO(v);
	VT_BUF_AUTO(null);
	int rc;

	vt_work_encode(w, &v);
	vt_cbor_null(&null);
	if ((rc = vt_batch_put(b, VT_T_WORK, &k, &v, reterr)) != VT_OK)
		return rc;
	return vt_batch_put(b, VT_T_DUE, &due, &null, reterr);
}

int
vt_work_note_hurry(
    struct vt_batch *b, struct vt_work *w, vt_time due, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(w->no);
	VT_BUF_AUTO(v);

	if (w->hurry != VT_TIME_NONE && w->hurry <= due)
		return VT_OK;
	w->hurry = due;
	/* A payload may lie in the transaction until its next write. */
	vt_work_encode(w, &v);
	return vt_batch_put(b, VT_T_WORK, &k, &v, reterr);
}

static int
due_del(struct vt_batch *b, const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_key due = vt_key_due(w);
	int rc = vt_batch_del(b, VT_T_DUE, &due, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "work item %llu: it is not in the index of what is due",
		    (unsigned long long)w->no);
	return rc;
}

int
vt_work_exists(struct vt_txn *t, uint64_t no, bool *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(no);
	struct vt_span v;
	int rc;

	*ret = false;
	if (no == 0)
		return VT_OK;
	rc = vt_tx_get(t, VT_T_WORK, &k, &v, reterr);
	*ret = rc == VT_OK;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

static int
put_new(struct vt_batch *b, struct vt_work *w, const struct vt_work_new *n,
    struct vt_err *reterr)
{
	union {
		const uint8_t *in;
		uint8_t *out;
	} payload = { .in = n->payload.p }; /* only encoded */
	int rc;

	w->kind = n->kind;
	w->subject = n->subject;
	w->due = n->due;
	w->lease_until = w->hurry = w->tried_at = VT_TIME_NONE;
	w->payload = payload.out;
	w->n_payload = n->payload.n;
	rc = vt_turn_enter(b, w, reterr);
	return rc != VT_OK ? rc : work_put(b, w, reterr);
}

int
vt_work_put_new(struct vt_apply *x, uint64_t no, const struct vt_work_new *n,
    struct vt_err *reterr)
{
	struct vt_work w = { .no = no,
		.agency_no = x->st.agency_no,
		.priority = vt_work_priority_of(
		    n->kind, x->paper == NULL ? 0 : x->paper->meta.urgency) };

	return put_new(x->b, &w, n, reterr);
}

int
vt_work_put_backfill(struct vt_batch *b, uint32_t agency_no, uint64_t no,
    const struct vt_work_new *n, struct vt_err *reterr)
{
	struct vt_work w = { .no = no,
		.agency_no = agency_no,
		.priority = VT_WORK_BACKGROUND };

	return put_new(b, &w, n, reterr);
}

int
vt_work_remove(struct vt_batch *b, uint64_t no, struct vt_err *reterr)
{
	struct vt_key k = vt_key_work(no);
	struct vt_work w;
	int rc;

	if ((rc = vt_work_row(b->txn, no, &w, NULL)) == VT_E_NOT_FOUND)
		return VT_OK; /* its handler was faster */
	if (rc != VT_OK)
		return vt_work_row(b->txn, no, &w, reterr);
	if ((rc = due_del(b, &w, reterr)) != VT_OK ||
	    (rc = vt_batch_del(b, VT_T_WORK, &k, reterr)) != VT_OK)
		return rc;
	return vt_turn_leave(b, &w, reterr);
}

static int
lease_check(const struct vt_work *w, uint64_t lease, struct vt_err *reterr)
{
	if (w->lease == lease && !vt_id_is_zero(&w->owner))
		return VT_OK;
	return vt_err_set(reterr, VT_E_CONFLICT,
	    "work item %llu: the lease was lost", (unsigned long long)w->no);
}

/* ---- inside acts ---- */

int
vt_work_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_work w;
	int rc;

	if (r->kind == VT_STEP_WORK) {
		r->work = ++x->work;
		if (r->at == VT_TIME_NONE)
			r->at = x->rec.time;
		return VT_OK;
	}
	if (r->kind != VT_STEP_WORK_DONE)
		return vt_err_set(reterr, VT_E_INVALID, "act: unknown step");
	if ((rc = vt_work_row(x->b->txn, r->work, &w, reterr)) != VT_OK)
		return rc;
	if (w.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no work item of this agency has this number");
	return lease_check(&w, x->op->prep[i].lease, reterr);
}

int
vt_work_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_work_new w = { .kind = (enum vt_work_kind)r->sub,
		.subject = r->object,
		.due = r->at,
		.payload = r->blob };

	if (r->kind == VT_STEP_WORK_DONE)
		return vt_work_remove(x->b, r->work, reterr);
	return vt_work_put_new(x, r->work, &w, reterr);
}

/* ---- claim, retry, done ---- */

struct work_op {
	struct vt_op op;
	uint32_t kinds;
	vt_id owner;
	int64_t lease_us;
	uint64_t no, lease;
	vt_time due;
	const char *note;
	struct vt_work got; /* with a payload of its own */
};

/* What is due first of one kind and priority; VT_E_NOT_FOUND: nothing is. */
static int
first_of(struct vt_txn *t, enum vt_work_kind kind, enum vt_work_priority p,
    struct vt_work_due *ret, struct vt_err *reterr)
{
	struct vt_key from = vt_key_due_of(kind, p);
	struct vt_span k, v;
	int rc = vt_tx_ge(t, VT_T_DUE, &from, &k, &v, reterr);

	if (rc != VT_OK)
		return rc;
	if (!vt_key_is_prefix(&from, k))
		return VT_E_NOT_FOUND;
	ret->due = (vt_time)vt_be64(k.p + 1);
	ret->no = vt_be64(k.p + 9);
	return VT_OK;
}

/* The first of these kinds among what is due at `until`: by rank, or by the
 * hour alone. VT_E_NOT_FOUND: nothing is due. */
static int
first_due(struct vt_txn *t, uint32_t kinds, vt_time until, bool by_rank,
    struct vt_work_due *ret, struct vt_err *reterr)
{
	struct vt_work_due d;
	bool found = false;
	vt_time best = 0;

	for (unsigned int i = 0; i < 32 * VT_WORK_PRIORITY__MAX; i++) {
		enum vt_work_priority p = (enum vt_work_priority)(i / 32);
		unsigned int kind = i % 32;
		vt_time rank;
		int rc;

		if (kind == 0 || (kinds & (1U << kind)) == 0)
			continue;
		rc = first_of(t, (enum vt_work_kind)kind, p, &d, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
		if (rc != VT_OK || d.due > until)
			continue;
		rank = by_rank ? vt_work_rank(p, d.due) : d.due;
		if (found && (rank > best || (rank == best && d.no > ret->no)))
			continue;
		best = rank;
		*ret = d;
		found = true;
	}
	return found ? VT_OK : VT_E_NOT_FOUND;
}

static int
take_payload(
    const struct vt_work *w, struct vt_work *ret, struct vt_err *reterr)
{
	uint8_t *p = NULL;

	if (w->n_payload > 0) {
		if ((p = malloc(w->n_payload)) == NULL)
			return vt_nomem(reterr);
		memcpy(p, w->payload, w->n_payload);
	}
	free(ret->payload); /* of a run before */
	*ret = *w;
	ret->payload = p;
	return VT_OK;
}

static int
claim_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct work_op *o = (struct work_op *)(void *)op;
	struct vt_work_due first = { .no = o->no };
	struct vt_work w;
	int rc;

	/* What a restored store would send may have been sent. */
	if (vt_restored_gate(b->txn, reterr) != VT_OK)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "work: none is due in a store that must not write");
	rc = o->no != 0 ? VT_OK
			: first_due(b->txn, o->kinds, b->work_time, true, &first,
			      reterr);
	if (rc == VT_OK)
		rc = vt_work_row(b->txn, first.no, &w, reterr);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && w.due > b->work_time))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "work: nothing is due");
	if (rc != VT_OK || (rc = take_payload(&w, &o->got, reterr)) != VT_OK ||
	    (rc = due_del(b, &w, reterr)) != VT_OK)
		return rc;
	/* A claimed item is due again when its lease runs out. */
	o->got.owner = o->owner;
	o->got.lease++;
	o->got.attempt++;
	o->got.lease_until = o->got.due = b->work_time + o->lease_us;
	o->got.hurry = VT_TIME_NONE; /* who claims it looks now */
	if (o->got.tried_at == VT_TIME_NONE)
		o->got.tried_at = b->work_time;
	return work_put(b, &o->got, reterr);
}

static int
retry_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	static const vt_id nobody;
	struct work_op *o = (struct work_op *)(void *)op;
	struct vt_work w;
	int rc;

	if ((rc = vt_work_row(b->txn, o->no, &w, reterr)) != VT_OK ||
	    (rc = lease_check(&w, o->lease, reterr)) != VT_OK ||
	    (rc = take_payload(&w, &o->got, reterr)) != VT_OK ||
	    (rc = due_del(b, &w, reterr)) != VT_OK)
		return rc;
	o->got.owner = nobody;
	o->got.lease_until = VT_TIME_NONE;
	o->got.due = o->due;
	if (w.hurry != VT_TIME_NONE && w.hurry < o->due)
		o->got.due = w.hurry;
	o->got.hurry = VT_TIME_NONE;
	(void)snprintf(o->got.note, sizeof(o->got.note), "%s", o->note);
	if ((rc = work_put(b, &o->got, reterr)) != VT_OK ||
	    o->got.due <= b->work_time + VT_TIME_S((int64_t)VT_L(WORK_TURN_S)))
		return rc;
	return vt_turn_leave(b, &o->got, reterr);
}

static int
done_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct work_op *o = (struct work_op *)(void *)op;
	struct vt_work w;
	int rc;

	if ((rc = vt_work_row(b->txn, o->no, &w, reterr)) != VT_OK ||
	    (rc = lease_check(&w, o->lease, reterr)) != VT_OK)
		return rc;
	return vt_work_remove(b, o->no, reterr);
}

static int
run(struct vt_store *s, struct work_op *o, struct vt_err *reterr)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "work: the store was opened for reading");
	o->op.weight = 4096;
	return vt_queue_run(&s->writer.queue, &o->op, reterr);
}

static int
claim(struct vt_store *s, struct work_op *o, struct vt_work *ret,
    struct vt_err *reterr)
{
	int rc;

	if (vt_id_is_zero(&o->owner) || o->lease_us <= 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "work: a claim needs an owner and a time");
	if ((rc = run(s, o, reterr)) == VT_OK)
		*ret = o->got;
	else
		free(o->got.payload);
	return rc;
}

int
vt_work_claim(struct vt_store *s, uint32_t kinds, const vt_id *owner,
    int64_t lease_us, struct vt_work *ret, struct vt_err *reterr)
{
	struct work_op o = { .op = { .apply = claim_apply },
		.kinds = kinds,
		.owner = *owner,
		.lease_us = lease_us };

	return claim(s, &o, ret, reterr);
}

int
vt_work_claim_item(struct vt_store *s, uint64_t no, const vt_id *owner,
    int64_t lease_us, struct vt_work *ret, struct vt_err *reterr)
{
	struct work_op o = { .op = { .apply = claim_apply },
		.no = no,
		.owner = *owner,
		.lease_us = lease_us };

	return claim(s, &o, ret, reterr);
}

int
vt_work_retry(struct vt_store *s, uint64_t no, uint64_t lease, vt_time due,
    const char *note, struct vt_err *reterr)
{
	struct work_op o = { .op = { .apply = retry_apply },
		.no = no,
		.lease = lease,
		.due = due,
		.note = note == NULL ? "" : note };
	char cut[sizeof(o.got.note)];
	size_t n = strlen(o.note);
	int rc;

	if (n >= sizeof(cut)) { /* at a character border */
		n = sizeof(cut) - 1;
		while (n > 0 && ((uint8_t)o.note[n] & 0xc0) == 0x80)
			n--;
		memcpy(cut, o.note, n);
		cut[n] = '\0';
		o.note = cut;
	}
	rc = run(s, &o, reterr);
	free(o.got.payload);
	return rc;
}

static int
hurry_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct work_op *o = (struct work_op *)(void *)op;
	struct vt_work w;
	vt_time due;
	int rc;

	rc = vt_work_row(b->txn, o->no, &w, reterr);
	if (rc == VT_OK && w.due == VT_WORK_TURN)
		return VT_OK; /* those before it are not hurried by it */
	if (rc != VT_OK || (rc = take_payload(&w, &o->got, reterr)) != VT_OK)
		return rc;
	due = o->due == 0 ? b->work_time : o->due;
	/* Who holds a lease keeps it: the item is due when it is given back,
	 * or when the lease runs out. */
	if (!vt_id_is_zero(&w.owner) && w.lease_until > b->work_time)
		return vt_work_note_hurry(b, &o->got, due, reterr);
	if ((rc = due_del(b, &w, reterr)) != VT_OK)
		return rc;
	o->got.due = due;
	return work_put(b, &o->got, reterr);
}

int
vt_work_hurry(
    struct vt_store *s, uint64_t no, vt_time due, struct vt_err *reterr)
{
	struct work_op o = {
		.op = { .apply = hurry_apply }, .no = no, .due = due
	};
	int rc = run(s, &o, reterr);

	free(o.got.payload);
	return rc;
}

int
vt_work_done(
    struct vt_store *s, uint64_t no, uint64_t lease, struct vt_err *reterr)
{
	struct work_op o = {
		.op = { .apply = done_apply }, .no = no, .lease = lease
	};

	return run(s, &o, reterr);
}

void
vt_work_free(struct vt_work *w)
{
	if (w == NULL)
		return;
	free(w->payload);
	w->payload = NULL;
	w->n_payload = 0;
}

/* ---- reading ---- */

int
vt_work_next_due(
    struct vt_view *v, uint32_t kinds, vt_time *ret, struct vt_err *reterr)
{
	struct vt_work_due first = { .due = VT_TIME_NONE };
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = first_due(v->txn, kinds, INT64_MAX, false, &first, reterr);
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		*ret = first.due;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_work_next(struct vt_view *v, struct vt_work_walk *walk,
    struct vt_work_due *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_span k, s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	while (n < max) {
		struct vt_work after = { .kind = walk->kind,
			.priority = walk->priority,
			.due = walk->due,
			.no = walk->no + 1 };
		struct vt_key from = vt_key_due(&after);

		rc = vt_tx_ge(v->txn, VT_T_DUE, &from, &k, &s, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
		if (rc != VT_OK || k.p[0] != from.b[0] ||
		    (vt_time)vt_be64(k.p + 1) > walk->until) {
			if (walk->alone ||
			    walk->priority + 1 == VT_WORK_PRIORITY__MAX)
				break;
			walk->priority++;
			walk->due = 0;
			walk->no = 0;
			continue;
		}
		ret[n].due = (vt_time)vt_be64(k.p + 1);
		ret[n].no = vt_be64(k.p + 9);
		walk->due = ret[n].due;
		walk->no = ret[n++].no;
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_work_get(
    struct vt_view *v, uint64_t no, struct vt_work *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc != VT_OK ? rc : vt_work_row(v->txn, no, ret, reterr);
}

int
vt_work_list(struct vt_view *v, uint32_t agency_no, uint64_t after,
    struct vt_work *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_span k, s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	while (n < max && after < UINT64_MAX) {
		struct vt_key from = vt_key_work(after + 1);

		rc = vt_tx_ge(v->txn, VT_T_WORK, &from, &k, &s, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK ||
		    (rc = vt_work_decode(s, &ret[n], reterr)) != VT_OK)
			return rc;
		after = vt_be64(k.p);
		ret[n].no = after;
		ret[n].payload = NULL;
		ret[n].n_payload = 0;
		if (agency_no == 0 || ret[n].agency_no == agency_no)
			n++;
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_event_list(struct vt_view *v, uint32_t agency_no, uint64_t after,
    struct vt_event *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	s = vt_scan_agency(v->txn, VT_T_EVENT, agency_no, after);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = vt_event_decode(s.row, &ret[n], reterr)) != VT_OK)
			return rc;
		ret[n++].seq = vt_be64(s.k.p + 4);
	}
	*ret_n = n;
	return s.rc;
}
