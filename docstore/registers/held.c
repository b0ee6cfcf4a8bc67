/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers that were given without a paper: reserved for one to come, or in a
 * block to be given by hand while the System is away. Each has its row in
 * table number from the first moment, so the next number is another one; what
 * becomes of it stands in table held, and is final.
 */
#include "docstore/resume.h"
#include "docstore/store_priv.h"

const char *
vt_hold_kind_name(enum vt_hold_kind k)
{
	return k == VT_HOLD_OUTAGE ? "outage"
	       : k == VT_HOLD_LOST ? "lost"
				   : "reserved";
}

struct vt_key
vt_key_held(const struct vt_register_at *at)
{
	return vt_key_number(at->agency_no, at->series, at->period, at->value);
}

int
vt_row_held(struct vt_txn *t, const struct vt_register_at *at,
    struct vt_arena *a, struct vt_hold *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_held(at);
	struct vt_hold h;
	struct vt_span v;
	int rc;

	rc = vt_tx_get(t, VT_T_HELD, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "number %llu of %u: it was neither reserved nor in a block "
		    "for an outage",
		    (unsigned long long)at->value, at->period);
	if (rc != VT_OK || (rc = vt_hold_decode(v, a, &h, reterr)) != VT_OK)
		return rc;
	h.period = at->period;
	h.value = at->value;
	*ret = h;
	return VT_OK;
}

static struct vt_register_at
place_of(const struct vt_apply *x, const struct vt_srec *r, uint32_t no,
    uint64_t value)
{
	return (struct vt_register_at){ .agency_no = x->st.agency_no,
		.series = no,
		.period = r->period,
		.value = value };
}

/* ---- what a step makes of it; pure, used again by check ---- */

void
vt_hold_begin(const struct vt_srec *r, const struct vt_evolve *e,
    uint64_t value, struct vt_hold *ret)
{
	*ret = (struct vt_hold){ .period = r->period,
		.value = value,
		.kind = r->kind == VT_STEP_OUTAGE ? VT_HOLD_OUTAGE
			: r->kind == VT_STEP_LOST ? VT_HOLD_LOST
						  : VT_HOLD_RESERVED,
		.state = VT_HOLD_OPEN,
		.person = e->person,
		.note = r->note,
		.made_at = e->time,
		.from = r->begins,
		.by_hand_until = r->ends,
		.until = r->at,
		.act = e->index,
		.first = r->value,
		.n = r->size,
		.work = r->work,
		.ended_at = VT_TIME_NONE,
		.reason = "" };
}

void
vt_hold_end(
    struct vt_hold *h, const struct vt_srec *r, const struct vt_evolve *e)
{
	bool used = r->kind != VT_STEP_CANCEL_NUMBER;

	h->state = used ? VT_HOLD_USED : VT_HOLD_CANCELLED;
	h->end_person = e->person;
	h->ended_at = e->time;
	h->end_act = e->index;
	h->reason = used ? "" : r->note;
	if (used)
		h->paper = e->paper;
}

/* ---- giving ---- */

/* The times of a block inside the period, in their order. */
static int
block_times(const struct vt_apply *x, struct vt_srec *r, vt_time from,
    vt_time until, struct vt_err *reterr)
{
	if (r->begins == VT_TIME_NONE || r->begins < x->rec.time)
		r->begins = x->rec.time; /* approved beforehand */
	if (until != VT_TIME_NONE && r->ends > until)
		r->ends = until;
	if (r->begins < from || r->begins >= r->ends || r->ends > r->at)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": a block is given by hand from a moment of "
		    "its period to a later one, and entered after that",
		    r->series);
	return VT_OK;
}

static int
decide_hold(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_series s, of;
	vt_time from, until;
	uint32_t no;
	int rc;

	if ((rc = vt_number_may(x, r->series, &no, &s, reterr)) != VT_OK)
		return rc;
	if (s.authority == VT_SERIES_EXTERNAL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": its numbers are given by another system",
		    s.key);
	if ((rc = vt_row_period(x->b->txn, x->st.agency_no, &s, x->rec.time,
		 x->arena, &r->period, reterr)) != VT_OK ||
	    (rc = vt_row_terms(x->b->txn, x->st.agency_no, &s, x->arena, &of,
		 reterr)) != VT_OK)
		return rc;
	(void)vt_series_span(&s, &of, r->period, &from, &until);
	if (r->at <= x->rec.time)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": a number is held until a moment to come",
		    s.key);
	if (r->kind == VT_STEP_OUTAGE) {
		rc = block_times(x, r, from, until, reterr);
		if (rc != VT_OK)
			return rc;
	} else if (until != VT_TIME_NONE && r->at > until) {
		r->at = until; /* its paper's date is of the period, too */
	}
	if ((rc = vt_number_next(x, r, no, r->size, reterr)) != VT_OK)
		return rc;
	r->seq = no;
	r->work = ++x->work;
	return VT_OK;
}

/* From the number behind the last that is known to the one stated. */
static int
decide_lost(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	uint64_t stated = r->value, last;
	struct vt_series s;
	uint32_t no;
	int rc;

	if ((rc = vt_resume_may(x, &r->who, reterr)) != VT_OK ||
	    (rc = vt_number_may(x, r->series, &no, &s, reterr)) != VT_OK)
		return rc;
	if (s.authority == VT_SERIES_EXTERNAL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": its numbers are given by another system",
		    s.key);
	if ((r->period == 0 &&
		(rc = vt_row_period(x->b->txn, x->st.agency_no, &s, x->rec.time,
		     x->arena, &r->period, reterr)) != VT_OK) ||
	    (rc = vt_row_last_number(x->b->txn, x->st.agency_no, no, r->period,
		 &last, reterr)) != VT_OK)
		return rc;
	r->seq = no;
	r->value = last + 1;
	r->size = stated > last ? stated - last : 0;
	if (r->size > VT_L(LOST_NUMBERS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "series \"%s\": number %llu is known, %llu is stated: "
		    "%llu lost ones, at most %zu at a time (LOST_NUMBERS_MAX)",
		    s.key, (unsigned long long)last,
		    (unsigned long long)stated, (unsigned long long)r->size,
		    VT_L(LOST_NUMBERS_MAX));
	return r->size == 0 ? VT_OK
			    : vt_book_open_for(
				  x, no, s.key, r->period, reterr);
}

static int
keep_hold(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_evolve e = vt_evolve_of(x);
	struct vt_work_new w = {
		.kind = VT_WORK_EXPIRE, .subject = x->rec.act, .due = r->at
	};
	struct vt_cbor_map_writer m;
	struct vt_hold h;
	VT_BUF_AUTO(given);
	VT_BUF_AUTO(payload);
	int rc;

	vt_pair_encode(0, e.index, &given);
	for (uint64_t n = 0; n < r->size; n++) {
		struct vt_register_at at =
		    place_of(x, r, (uint32_t)r->seq, r->value + n);
		struct vt_key k = vt_key_held(&at);
		VT_BUF_AUTO(row);

		vt_hold_begin(r, &e, at.value, &h);
		vt_hold_encode(&h, &row);
		if ((rc = vt_batch_put(
			 x->b, VT_T_NUMBER, &k, &given, reterr)) != VT_OK ||
		    (rc = vt_batch_put(x->b, VT_T_HELD, &k, &row, reterr)) !=
			VT_OK)
			return rc;
	}
	if (r->kind == VT_STEP_LOST)
		return VT_OK; /* it is held until its paper turns up */
	vt_cbor_map_begin(&m, &payload);
	vt_put_text(&m, 1, r->series);
	vt_put_uint(&m, 2, r->period);
	vt_put_uint(&m, 3, r->value);
	vt_put_uint(&m, 4, r->size);
	vt_cbor_map_end(&m);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	w.payload = vt_buf_view(&payload);
	return vt_work_put_new(x, r->work, &w, reterr);
}

/* ---- taking ---- */

static int
refuse_hold(
    const struct vt_srec *r, const struct vt_hold *h, struct vt_err *reterr)
{
	const char *what = r->held == VT_HOLD_OUTAGE
			       ? "was not in a block for an outage"
			       : "was not reserved";

	if (h->kind != (enum vt_hold_kind)r->held &&
	    !(h->kind == VT_HOLD_LOST && r->held == VT_HOLD_OUTAGE))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": number %llu of %u %s", r->series,
		    (unsigned long long)r->value, r->period, what);
	if (h->state == VT_HOLD_USED)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "series \"%s\": a paper has number %llu of %u", r->series,
		    (unsigned long long)r->value, r->period);
	if (h->state == VT_HOLD_CANCELLED)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": number %llu of %u was cancelled: %.80s",
		    r->series, (unsigned long long)r->value, r->period,
		    h->reason);
	return VT_OK;
}

int
vt_hold_take(struct vt_apply *x, struct vt_srec *r, uint32_t no,
    const struct vt_series *s, struct vt_err *reterr)
{
	bool outage = r->held == VT_HOLD_OUTAGE;
	struct vt_register_at at;
	struct vt_hold h;
	int rc;

	if (outage && r->stated > x->rec.time)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": the date on the paper is still to come",
		    s->key);
	rc = vt_row_period(x->b->txn, x->st.agency_no, s,
	    outage ? r->stated : x->rec.time, x->arena, &r->period, reterr);
	if (rc != VT_OK ||
	    (rc = vt_book_open_for(x, no, s->key, r->period, reterr)) != VT_OK)
		return rc;
	at = place_of(x, r, no, r->value);
	rc = vt_row_held(x->b->txn, &at, x->arena, &h, reterr);
	if (rc == VT_E_NOT_FOUND)
		h = (struct vt_hold){ .kind = 0 };
	else if (rc != VT_OK)
		return rc;
	if ((rc = refuse_hold(r, &h, reterr)) != VT_OK)
		return rc;
	if (!outage && x->rec.time >= h.until)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": the time for which number %llu was "
		    "reserved has passed",
		    s->key, (unsigned long long)r->value);
	if (h.kind == VT_HOLD_LOST && r->stated >= h.made_at)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": number %llu was given before it was lost: "
		    "the date on the paper says otherwise",
		    s->key, (unsigned long long)r->value);
	if (h.kind == VT_HOLD_OUTAGE &&
	    (r->stated < h.from || r->stated >= h.by_hand_until))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": number %llu was not to be given by hand at "
		    "that time: its block says from when to when",
		    s->key, (unsigned long long)r->value);
	return VT_OK;
}

static int
put_ended(struct vt_apply *x, const struct vt_srec *r,
    const struct vt_register_at *at, struct vt_hold *h, struct vt_err *reterr)
{
	struct vt_evolve e = vt_evolve_of(x);
	struct vt_key k = vt_key_held(at);
	VT_BUF_AUTO(row);

	vt_hold_end(h, r, &e);
	vt_hold_encode(h, &row);
	return vt_batch_put(x->b, VT_T_HELD, &k, &row, reterr);
}

int
vt_hold_used(struct vt_apply *x, const struct vt_srec *r, uint32_t no,
    struct vt_err *reterr)
{
	struct vt_register_at at = place_of(x, r, no, r->value);
	struct vt_hold h;
	int rc = vt_row_held(x->b->txn, &at, x->arena, &h, reterr);

	return rc == VT_OK ? put_ended(x, r, &at, &h, reterr) : rc;
}

/* ---- cancelling ---- */

static int
decide_cancel(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	bool open = false;
	struct vt_series s;
	struct vt_hold h;
	uint32_t no;
	int rc;

	rc = vt_row_series(
	    x->b->txn, x->st.agency_no, r->series, x->arena, &no, &s, reterr);
	if (rc != VT_OK)
		return rc;
	for (uint64_t n = 0; n < r->size; n++) {
		struct vt_register_at at = place_of(x, r, no, r->value + n);

		rc = vt_row_held(x->b->txn, &at, x->arena, &h, reterr);
		if (rc != VT_OK)
			return rc;
		if (h.state != VT_HOLD_OPEN)
			continue;
		open = true;
		if (vt_id_is_zero(&x->rec.person) && x->rec.time < h.until)
			return vt_err_set(reterr, VT_E_FORBIDDEN,
			    "series \"%s\": number %llu is held for longer; "
			    "who gives it up before is named",
			    s.key, (unsigned long long)at.value);
	}
	r->seq = no;
	return open ? VT_OK
		    : vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			  "series \"%s\": none of these numbers is open any "
			  "more",
			  s.key);
}

static int
keep_cancel(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_hold h;
	int rc = VT_OK;

	for (uint64_t n = 0; n < r->size && rc == VT_OK; n++) {
		struct vt_register_at at =
		    place_of(x, r, (uint32_t)r->seq, r->value + n);

		rc = vt_row_held(x->b->txn, &at, x->arena, &h, reterr);
		if (rc == VT_OK && h.state == VT_HOLD_OPEN)
			rc = put_ended(x, r, &at, &h, reterr);
	}
	return rc;
}

int
vt_hold_decide(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	if (r->kind == VT_STEP_LOST)
		return decide_lost(x, r, reterr);
	return r->kind == VT_STEP_CANCEL_NUMBER ? decide_cancel(x, r, reterr)
						: decide_hold(x, r, reterr);
}

int
vt_hold_keep(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	return r->kind == VT_STEP_CANCEL_NUMBER ? keep_cancel(x, r, reterr)
						: keep_hold(x, r, reterr);
}

/* ---- reading ---- */

int
vt_hold_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_hold_filter *f, struct vt_hold *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix, from;
	struct vt_series s;
	struct vt_scan all;
	uint32_t no;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_series(v->txn, agency_no, f->series, v->arena, &no, &s,
		 reterr)) != VT_OK)
		return rc;
	prefix = vt_key_number(agency_no, no, f->period, 0);
	prefix.n -= 8;
	from = vt_key_number(agency_no, no, f->period, f->after + 1);
	all = vt_scan_up(v->txn, VT_T_HELD, &prefix, &from);
	while (n < max && vt_scan_next(&all, reterr)) {
		rc = vt_hold_decode(all.row, v->arena, &ret[n], reterr);
		if (rc != VT_OK)
			return rc;
		ret[n].period = f->period;
		ret[n].value = vt_be64(all.k.p + 12);
		if (!f->open_only || ret[n].state == VT_HOLD_OPEN)
			n++;
	}
	*ret_n = n;
	return all.rc;
}
