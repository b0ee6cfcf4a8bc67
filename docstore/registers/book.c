/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Closing a book (đóng sổ). Its rows are hashed while the act is made ready,
 * which takes a while for a large book; the act itself only looks whether one
 * came or changed since.
 */
#include "docstore/store_priv.h"

/* Acts that may have been done while the rows were hashed. */
#define MEANWHILE_MAX 1024

static struct vt_key
key_book(uint32_t agency_no, uint32_t series, uint32_t period)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u32(&k, series);
	vt_key_u32(&k, period);
	return k;
}

int
vt_row_book(struct vt_txn *t, const struct vt_register_at *at,
    struct vt_arena *a, struct vt_book_row *ret, struct vt_err *reterr)
{
	struct vt_key k = key_book(at->agency_no, at->series, at->period);
	struct vt_book_row b;
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_BOOK, &k, &v, reterr);
	if (rc != VT_OK || (rc = vt_book_decode(v, a, &b, reterr)) != VT_OK)
		return rc;
	b.period = at->period;
	*ret = b;
	return VT_OK;
}

int
vt_book_open_for(struct vt_apply *x, uint32_t series, const char *key,
    uint32_t period, struct vt_err *reterr)
{
	struct vt_key k = key_book(x->st.agency_no, series, period);
	struct vt_span v;
	int rc = vt_tx_get(x->b->txn, VT_T_BOOK, &k, &v, reterr);

	if (rc == VT_OK)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": its book %u is closed, nothing is numbered "
		    "in it any more",
		    key, period);
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* ---- the hash ---- */

/* One row as it stands in the archive for ever. The leaf binds the act that
 * gave the number, or cancelled it. */
static int
hash_row(struct vt_txn *t, struct vt_sha256 *h, uint32_t agency_no,
    const struct vt_register_row *x, struct vt_err *reterr)
{
	const struct vt_number *n = x->paper == NULL ? NULL
				    : x->arrival     ? &x->paper->arrival
						     : &x->paper->number;
	struct vt_key k =
	    vt_key_row(agency_no, n != NULL ? x->act : x->held.end_act);
	struct vt_span leaf;
	VT_BUF_AUTO(b);
	vt_hash bound;
	int rc;

	if ((rc = vt_tx_get(t, VT_T_LEAF, &k, &leaf, reterr)) != VT_OK)
		return rc == VT_E_NOT_FOUND
			   ? vt_err_set(reterr, VT_E_STORE_CORRUPT,
				 "number %llu: its act has no leaf",
				 (unsigned long long)x->value)
			   : rc;
	bound = vt_ledger_leaf(leaf);
	vt_cbor_array(&b, 7);
	vt_cbor_uint(&b, x->value);
	vt_cbor_uint(&b, x->state);
	vt_cbor_str(&b, n == NULL ? "" : n->text);
	vt_cbor_int(&b, n == NULL ? x->held.ended_at : n->time);
	if (n == NULL)
		vt_cbor_null(&b);
	else
		vt_cbor_id(&b, &x->paper->id);
	vt_cbor_hash(&b, &bound);
	vt_cbor_str(&b, n == NULL ? x->held.reason : "");
	if ((rc = vt_buf_status(&b, reterr)) == VT_OK)
		vt_sha256_put(h, b.p, b.n);
	return rc;
}

static void
hash_head(struct vt_sha256 *h, const char *key, uint32_t period)
{
	VT_BUF_AUTO(b);

	vt_cbor_array(&b, 3);
	vt_cbor_str(&b, "vanthu book 1");
	vt_cbor_str(&b, key);
	vt_cbor_uint(&b, period);
	vt_sha256_put(h, b.p, b.n);
}

static bool
is_open(const struct vt_register_row *x)
{
	return x->state == VT_REGISTER_RESERVED ||
	       x->state == VT_REGISTER_OUTAGE ||
	       x->state == VT_REGISTER_LOST;
}

int
vt_book_sum(struct vt_txn *t, const struct vt_register_at *book,
    const char *key, struct vt_book_sum *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_register_at at = *book;
	struct vt_book_sum sum = { .count = 0 };
	struct vt_key prefix =
	    vt_key_number(at.agency_no, at.series, at.period, 0);
	struct vt_register_row x;
	struct vt_scan all;
	int rc;

	prefix.n -= 8;
	hash_head(h, key, at.period);
	all = vt_scan_up(t, VT_T_NUMBER, &prefix, NULL);
	while (vt_scan_next(&all, reterr)) {
		at.value = vt_be64(all.k.p + 12);
		at.row = all.row;
		if ((rc = vt_scratch(&a, reterr)) != VT_OK ||
		    (rc = vt_register_row_of(t, &at, a, &x, reterr)) != VT_OK)
			return rc;
		sum.count++;
		sum.first = sum.first == 0 ? at.value : sum.first;
		sum.last = at.value;
		sum.cancelled += x.state == VT_REGISTER_CANCELLED;
		sum.open += is_open(&x);
		if (!is_open(&x) &&
		    (rc = hash_row(t, h, at.agency_no, &x, reterr)) != VT_OK)
			return rc;
	}
	if (all.rc != VT_OK)
		return all.rc;
	sum.hash = vt_sha256_end(h);
	*ret = sum;
	return VT_OK;
}

/* ---- preparing ---- */

static int
sum_up(struct vt_txn *t, const struct vt_act_op *a, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_register_at at = { .agency_no = a->act->agency_no,
		.period = p->r.period };
	struct vt_series s;
	int rc;

	if ((rc = vt_ledger_size(
		 t, at.agency_no, &p->book.acts_seen, reterr)) != VT_OK ||
	    (rc = vt_row_series(t, at.agency_no, p->r.series, a->arena,
		 &at.series, &s, reterr)) != VT_OK)
		return rc;
	return vt_book_sum(t, &at, p->r.series, &p->book.sum, reterr);
}

int
vt_book_prepare(struct vt_act_op *a, struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_store *s = a->store;
	struct vt_txn *t;
	int rc;

	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = sum_up(t, a, p, reterr);
	t->ops->abort(t);
	return rc;
}

/* ---- closing ---- */

/* Did a number of it come, or end, since its rows were hashed? */
static int
still_same(struct vt_apply *x, const struct vt_srec *r, uint64_t seen,
    struct vt_err *reterr)
{
	struct vt_arec rec;
	bool same = x->st.acts - seen <= MEANWHILE_MAX;
	int rc;

	for (uint64_t i = seen; i < x->st.acts && same; i++) {
		rc = vt_row_act(
		    x->b->txn, x->st.agency_no, i, x->arena, &rec, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t n = 0; n < rec.n_steps; n++)
			same =
			    same && !vt_step_numbers(&rec.steps[n], r->series);
	}
	return same ? VT_OK
		    : vt_err_set(reterr, VT_E_CONFLICT,
			  "series \"%s\": something was numbered while its "
			  "book was summed up; try again",
			  r->series);
}

/* Has its time passed, or does closing end it? */
static int
may_end(struct vt_apply *x, const struct vt_srec *r, const struct vt_series *s,
    struct vt_err *reterr)
{
	vt_time from, until;
	struct vt_series of;
	int rc;

	rc = vt_row_terms(x->b->txn, x->st.agency_no, s, x->arena, &of, reterr);
	if (rc != VT_OK)
		return rc;
	if (!vt_series_span(s, &of, r->period, &from, &until))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "series \"%s\": it has no period %u", s->key, r->period);
	if ((s->reset == VT_RESET_YEAR || s->reset == VT_RESET_TERM) &&
	    (until == VT_TIME_NONE || x->rec.time < until))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": the time of its book %u has not passed",
		    s->key, r->period);
	return VT_OK;
}

int
vt_book_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_book_prep *p = &x->op->prep[i].book;
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_register_at at = { .agency_no = x->st.agency_no,
		.period = r->period };
	struct vt_book_row old;
	struct vt_series s;
	int rc;

	rc = vt_row_series(x->b->txn, at.agency_no, r->series, x->arena,
	    &at.series, &s, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_row_book(x->b->txn, &at, x->arena, &old, reterr);
	if (rc == VT_OK)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "series \"%s\": its book %u was closed before", s.key,
		    r->period);
	if (rc != VT_E_NOT_FOUND || (rc = may_end(x, r, &s, reterr)) != VT_OK ||
	    (rc = still_same(x, r, p->acts_seen, reterr)) != VT_OK)
		return rc;
	if (p->sum.count == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "series \"%s\": no number was given in %u", s.key,
		    r->period);
	if (p->sum.open > 0)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": %llu numbers of %u are still held: enter "
		    "or cancel them first",
		    s.key, (unsigned long long)p->sum.open, r->period);
	r->seq = at.series;
	r->size = p->sum.count;
	r->first = p->sum.first;
	r->value = p->sum.last;
	r->cancelled = p->sum.cancelled;
	r->main = p->sum.hash;
	return VT_OK;
}

void
vt_book_of(
    const struct vt_srec *r, const struct vt_evolve *e, struct vt_book_row *ret)
{
	*ret = (struct vt_book_row){ .series = r->series,
		.period = r->period,
		.last = r->value,
		.closed = true,
		.closed_at = e->time,
		.closed_by = e->person,
		.act = e->index,
		.count = r->size,
		.first = r->first,
		.cancelled = r->cancelled,
		.hash = r->main,
		.note = r->note };
}

int
vt_book_keep(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_evolve e = vt_evolve_of(x);
	struct vt_key k =
	    key_book(x->st.agency_no, (uint32_t)r->seq, r->period);
	struct vt_book_row b;
	VT_BUF_AUTO(v);

	vt_book_of(r, &e, &b);
	vt_book_encode(&b, &v);
	return vt_batch_put(x->b, VT_T_BOOK, &k, &v, reterr);
}

/* ---- reading ---- */

static int
book_at(struct vt_view *v, const struct vt_series *s,
    const struct vt_series *of, const struct vt_register_at *at,
    struct vt_book_row *ret, struct vt_err *reterr)
{
	vt_time now = vt_now(v->store->ctx);
	struct vt_book_row b;
	int rc;

	rc = vt_row_book(v->txn, at, v->arena, &b, reterr);
	if (rc == VT_E_NOT_FOUND) {
		b = (struct vt_book_row){ .note = "",
			.closed_at = VT_TIME_NONE };
		rc = VT_OK;
	}
	if (rc != VT_OK)
		return rc;
	b.series = s->key;
	b.period = at->period;
	b.last = at->value;
	(void)vt_series_span(s, of, at->period, &b.from, &b.until);
	b.over = b.closed || (b.until != VT_TIME_NONE && now >= b.until);
	*ret = b;
	return VT_OK;
}

int
vt_series_books(struct vt_view *v, uint32_t agency_no, const char *series,
    struct vt_book_row *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_register_at at = { .agency_no = agency_no };
	struct vt_key prefix = { .n = 0 }, before;
	struct vt_series s, of;
	struct vt_span k, row;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_series(v->txn, agency_no, series, v->arena, &at.series,
		 &s, reterr)) != VT_OK ||
	    (rc = vt_row_terms(v->txn, agency_no, &s, v->arena, &of, reterr)) !=
		VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	vt_key_u32(&prefix, at.series);
	before = vt_key_number(agency_no, at.series, UINT32_MAX, 0);
	while (n < max) {
		rc = vt_tx_last(
		    v->txn, VT_T_NUMBER, &prefix, &before, &k, &row, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK)
			return rc;
		at.period = vt_be32(k.p + 8);
		at.value = vt_be64(k.p + 12);
		rc = book_at(v, &s, &of, &at, &ret[n++], reterr);
		if (rc != VT_OK)
			return rc;
		before = vt_key_number(agency_no, at.series, at.period, 0);
	}
	*ret_n = n;
	return VT_OK;
}
