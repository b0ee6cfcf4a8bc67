/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Held numbers and closed books against the acts. Forward: each act that
 * holds, takes, cancels or closes must have its rows. Backward: each row must
 * be what the two acts that it names make of it.
 */
#include <inttypes.h>

#include "docstore/check.h"

/* ---- forward ---- */

static int
place_of(struct vt_check *c, uint32_t agency_no, const struct vt_srec *r,
    struct vt_register_at *ret, struct vt_err *reterr)
{
	struct vt_series s;

	*ret = (struct vt_register_at){
		.agency_no = agency_no, .period = r->period, .value = r->value
	};
	return vt_row_series(c->r.records, agency_no, r->series, c->arena,
	    &ret->series, &s, reterr);
}

/* Each of the numbers has a row that says so. */
static int
held_by(struct vt_check *c, uint32_t agency_no, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	bool taken = !vt_step_is_of_numbers(r->kind);
	uint64_t n = taken ? 1 : r->size;
	struct vt_register_at at;
	struct vt_hold h;
	int rc = place_of(c, agency_no, r, &at, reterr);

	for (uint64_t i = 0; i < n && rc == VT_OK; i++, at.value++) {
		bool ok;

		rc = vt_row_held(c->r.records, &at, e->arena, &h, reterr);
		if (rc != VT_OK)
			return rc;
		if (taken)
			ok = h.state == VT_HOLD_USED && h.end_act == e->index;
		else if (r->kind == VT_STEP_CANCEL_NUMBER)
			ok = h.state != VT_HOLD_OPEN && h.end_act <= e->index;
		else
			ok = h.act == e->index;
		if (!ok)
			vt_check_finding(c,
			    "agency %" PRIu32 ", series \"%s\": held number "
			    "%" PRIu64 " of %" PRIu32 " differs from what act "
			    "%" PRIu64 " implies",
			    agency_no, r->series, at.value, at.period,
			    e->index);
		c->held += !taken && r->kind != VT_STEP_CANCEL_NUMBER;
	}
	return rc;
}

static int
closed_by(struct vt_check *c, uint32_t agency_no, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 };
	struct vt_register_at at;
	struct vt_book_sum sum;
	struct vt_book_row b;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = place_of(c, agency_no, r, &at, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&k, agency_no);
	vt_key_u32(&k, at.series);
	vt_key_u32(&k, at.period);
	vt_book_of(r, e, &b);
	vt_book_encode(&b, &v);
	c->books++;
	if ((rc = vt_check_equal(c, VT_T_BOOK, &k, &v, reterr)) != VT_OK ||
	    (rc = vt_book_sum(c->r.records, &at, r->series, &sum, reterr)) !=
		VT_OK)
		return rc;
	if (sum.open > 0 || sum.count != r->size || sum.first != r->first ||
	    sum.last != r->value || sum.cancelled != r->cancelled ||
	    !vt_hash_eq(&sum.hash, &r->main))
		vt_check_finding(c,
		    "agency %" PRIu32 ", series \"%s\": the rows of its book "
		    "%" PRIu32 " are not those that were closed",
		    agency_no, r->series, r->period);
	return VT_OK;
}

int
vt_check_numbers_step(struct vt_check *c, uint32_t agency_no,
    const struct vt_srec *r, const struct vt_evolve *e, struct vt_err *reterr)
{
	switch (r->kind) {
	case VT_STEP_RESERVE:
	case VT_STEP_OUTAGE:
	case VT_STEP_LOST:
	case VT_STEP_CANCEL_NUMBER:
		return held_by(c, agency_no, r, e, reterr);
	case VT_STEP_BOOK_CLOSE:
		return closed_by(c, agency_no, r, e, reterr);
	default:
		return r->held != 0 ? held_by(c, agency_no, r, e, reterr)
				    : VT_OK;
	}
}

int
vt_check_number_in_book(
    struct vt_check *c, const struct vt_register_at *at, struct vt_err *reterr)
{
	struct vt_book_row b;
	uint64_t seq, index;
	int rc = vt_row_book(c->r.records, at, c->arena, &b, reterr);

	if (rc != VT_OK)
		return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	if ((rc = vt_pair_decode(at->row, &seq, &index, reterr)) != VT_OK)
		return rc;
	if (index > b.act)
		vt_check_finding(c,
		    "agency %" PRIu32 ", series \"%s\": number %" PRIu64
		    " was given after book %" PRIu32 " had been closed",
		    at->agency_no, b.series, at->value, at->period);
	return VT_OK;
}

/* ---- backward ---- */

/* The step of an act that made, or ended, the number; NULL: none. */
static const struct vt_srec *
step_of(const struct vt_arec *rec, const struct vt_register_at *at, bool made,
    const char *series)
{
	for (size_t i = 0; i < rec->n_steps; i++) {
		const struct vt_srec *r = &rec->steps[i];
		bool gives = r->kind == VT_STEP_RESERVE ||
			     r->kind == VT_STEP_OUTAGE ||
			     r->kind == VT_STEP_LOST;
		bool ends = r->held != 0 || r->kind == VT_STEP_CANCEL_NUMBER;
		uint64_t n = r->held != 0 ? 1 : r->size;

		if ((made ? gives : ends) && strcmp(r->series, series) == 0 &&
		    r->period == at->period && at->value >= r->value &&
		    at->value - r->value < n)
			return r;
	}
	return NULL;
}

static int
derive(struct vt_check *c, const struct vt_register_at *at, uint64_t index,
    const char *series, struct vt_hold *h, struct vt_err *reterr)
{
	const struct vt_srec *r;
	struct vt_arec rec;
	struct vt_evolve e = { .index = index, .arena = c->arena };
	bool made = h->state == 0;
	int rc;

	rc = vt_row_act(
	    c->r.records, at->agency_no, index, c->arena, &rec, reterr);
	if (rc != VT_OK)
		return rc;
	if ((r = step_of(&rec, at, made, series)) == NULL)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "number %" PRIu64 ": act %" PRIu64 " says nothing of it",
		    at->value, index);
	e.paper = rec.paper;
	e.person = rec.person;
	e.time = rec.time;
	if (made)
		vt_hold_begin(r, &e, at->value, h);
	else
		vt_hold_end(h, r, &e);
	return VT_OK;
}

/* Its item ends it in time, and until then the number is nobody's. */
static int
check_open(struct vt_check *c, const struct vt_register_at *at,
    const struct vt_hold *h, const struct vt_key *k, struct vt_err *reterr)
{
	struct vt_arec rec;
	struct vt_check_item item = { .no = h->work,
		.agency_no = at->agency_no,
		.kind = VT_WORK_EXPIRE,
		.what = "held number",
		.seq = at->value,
		.needed = h->state == VT_HOLD_OPEN };
	VT_BUF_AUTO(row);
	int rc;

	rc = vt_row_act(
	    c->r.records, at->agency_no, h->act, c->arena, &rec, reterr);
	if (rc != VT_OK)
		return rc;
	item.subject = &rec.act;
	if ((h->kind != VT_HOLD_LOST &&
		(rc = vt_check_work_of(c, &item, reterr)) != VT_OK) ||
	    h->state == VT_HOLD_USED)
		return rc;
	c->held_numbers++;
	vt_pair_encode(0, h->act, &row);
	return vt_check_equal(c, VT_T_NUMBER, k, &row, reterr);
}

static int
held_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 }, ks = { .n = 0 };
	struct vt_hold was, h = { .state = 0 };
	struct vt_register_at at;
	struct vt_series s;
	struct vt_span row;
	VT_BUF_AUTO(v);
	int rc;

	(void)arg;
	if (key.n != 20)
		return vt_err_set(
		    reterr, VT_E_STORE_CORRUPT, "a key of %zu bytes", key.n);
	at = (struct vt_register_at){ vt_be32(key.p), vt_be32(key.p + 4),
		vt_be32(key.p + 8), vt_be64(key.p + 12), value };
	vt_key_bytes(&k, key.p, key.n);
	vt_key_bytes(&ks, key.p, 8);
	if ((rc = vt_check_arena(c, reterr)) != VT_OK ||
	    (rc = vt_hold_decode(value, c->arena, &was, reterr)) != VT_OK ||
	    (rc = vt_tx_get(c->r.records, VT_T_SERIES, &ks, &row, reterr)) !=
		VT_OK ||
	    (rc = vt_series_decode(row, c->arena, &s, reterr)) != VT_OK ||
	    (rc = derive(c, &at, was.act, s.key, &h, reterr)) != VT_OK ||
	    (was.state != VT_HOLD_OPEN &&
		(rc = derive(c, &at, was.end_act, s.key, &h, reterr)) != VT_OK))
		return rc;
	vt_hold_encode(&h, &v);
	if ((rc = vt_check_equal(c, VT_T_HELD, &k, &v, reterr)) != VT_OK)
		return rc;
	return check_open(c, &at, &h, &k, reterr);
}

int
vt_check_held(struct vt_check *c, struct vt_err *reterr)
{
	static const struct vt_key all = { .n = 0 };

	return vt_check_rows(c, VT_T_HELD, &all, held_row, NULL, reterr);
}
