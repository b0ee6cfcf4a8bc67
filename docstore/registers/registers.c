/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers that papers get, and the register that lists them. The highest
 * number of a period is that of the last row in table number, so there is no
 * counter that could disagree with it.
 */
#include "docstore/store_priv.h"

static int
number_taken(struct vt_apply *x, const struct vt_srec *r, uint32_t series,
    struct vt_err *reterr)
{
	struct vt_key k =
	    vt_key_number(x->st.agency_no, series, r->period, r->value);
	struct vt_span v;
	int rc = vt_tx_get(x->b->txn, VT_T_NUMBER, &k, &v, reterr);

	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc == VT_OK)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "series \"%s\": number %llu of %u is taken", r->series,
		    (unsigned long long)r->value, r->period);
	return rc;
}

static int
clock_is_back(const struct vt_batch *b, struct vt_err *reterr)
{
	VT_BUF_AUTO(now);
	VT_BUF_AUTO(last);

	vt_time_rfc3339(b->clock, VT_TIME_VN_S, &now);
	vt_time_rfc3339(b->time, VT_TIME_VN_S, &last);
	return vt_err_set(reterr, VT_E_STORE_CLOCK,
	    "number: the clock says %s, the last act was at %s: set the clock "
	    "right; numbering goes on by itself from an hour before that",
	    vt_buf_str(&now), vt_buf_str(&last));
}

int
vt_number_may(struct vt_apply *x, const char *key, uint32_t *ret_no,
    struct vt_series *ret, struct vt_err *reterr)
{
	if (x->b->clock_back)
		return clock_is_back(x->b, reterr);
	return vt_row_series(
	    x->b->txn, x->st.agency_no, key, x->arena, ret_no, ret, reterr);
}

int
vt_number_next(struct vt_apply *x, struct vt_srec *r, uint32_t no, uint64_t n,
    struct vt_err *reterr)
{
	uint64_t last;
	int rc;

	if ((rc = vt_book_open_for(x, no, r->series, r->period, reterr)) !=
		VT_OK ||
	    (rc = vt_row_last_number(x->b->txn, x->st.agency_no, no, r->period,
		 &last, reterr)) != VT_OK)
		return rc;
	if (last >= VT_L(NUMBER_MAX) || VT_L(NUMBER_MAX) - last < n)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "series \"%s\": no number is left", r->series);
	r->value = last + 1;
	return VT_OK;
}

int
vt_number_decide(
    struct vt_apply *x, struct vt_srec *r, bool arrival, struct vt_err *reterr)
{
	struct vt_series s;
	uint32_t no;
	int rc;

	if ((rc = vt_number_may(x, r->series, &no, &s, reterr)) != VT_OK)
		return rc;
	r->family = s.family;
	if (r->held != 0)
		return vt_hold_take(x, r, no, &s, reterr);
	rc = vt_row_period(x->b->txn, x->st.agency_no, &s, x->rec.time,
	    x->arena, &r->period, reterr);
	if (rc != VT_OK)
		return rc;
	if (s.authority == VT_SERIES_EXTERNAL) {
		if (arrival || r->value == 0 || r->value > VT_L(NUMBER_MAX))
			return vt_err_set(reterr, VT_E_INVALID,
			    "series \"%s\": its numbers are given by another "
			    "system; the act must bring one",
			    r->series);
		rc = vt_book_open_for(x, no, r->series, r->period, reterr);
		return rc == VT_OK ? number_taken(x, r, no, reterr) : rc;
	}
	if (r->value != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": its numbers are given here", r->series);
	return vt_number_next(x, r, no, 1, reterr);
}

int
vt_number_keep(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_series s;
	struct vt_key k;
	uint32_t no;
	VT_BUF_AUTO(v);
	int rc;

	rc = vt_row_series(
	    x->b->txn, x->st.agency_no, r->series, x->arena, &no, &s, reterr);
	if (rc != VT_OK ||
	    (r->held != 0 && (rc = vt_hold_used(x, r, no, reterr)) != VT_OK))
		return rc;
	k = vt_key_number(x->st.agency_no, no, r->period, r->value);
	vt_pair_encode(x->paper->seq, x->st.acts, &v);
	return vt_batch_put(x->b, VT_T_NUMBER, &k, &v, reterr);
}

/* ---- the register ---- */

const char *
vt_register_state_name(enum vt_register_state s)
{
	static const char *const names[] = { "", "paper", "reserved", "outage",
		"cancelled", "gap", "lost" };

	return (size_t)s < sizeof(names) / sizeof(names[0]) ? names[s] : "";
}

int
vt_register_row_of(struct vt_txn *t, const struct vt_register_at *at,
    struct vt_arena *a, struct vt_register_row *ret, struct vt_err *reterr)
{
	struct vt_register_row x = { .value = at->value, .to = at->value };
	struct vt_paper *p;
	uint64_t seq;
	int rc;

	rc = vt_pair_decode(at->row, &seq, &x.act, reterr);
	if (rc == VT_OK)
		rc = vt_row_held(t, at, a, &x.held, reterr);
	if (rc == VT_OK)
		x.was_held = true;
	if ((rc != VT_OK && rc != VT_E_NOT_FOUND) ||
	    (rc == VT_E_NOT_FOUND && seq == 0))
		return rc;
	if (seq == 0) {
		x.state =
		    x.held.state == VT_HOLD_CANCELLED ? VT_REGISTER_CANCELLED
		    : x.held.kind == VT_HOLD_OUTAGE   ? VT_REGISTER_OUTAGE
		    : x.held.kind == VT_HOLD_LOST     ? VT_REGISTER_LOST
						      : VT_REGISTER_RESERVED;
		*ret = x;
		return VT_OK;
	}
	if ((p = vt_arena_alloc(a, sizeof(*p))) == NULL)
		return vt_nomem(reterr);
	if ((rc = vt_row_paper(t, at->agency_no, seq, a, p, reterr)) != VT_OK)
		return rc;
	x.state = VT_REGISTER_PAPER;
	x.paper = p;
	x.arrival = p->number.value != at->value || p->number.act != x.act;
	*ret = x;
	return VT_OK;
}

/* What a view that hands isolated papers out to nobody shows of one: that the
 * number is taken, so that the register has no gap. */
static int
hide(struct vt_view *v, struct vt_register_row *r, struct vt_err *reterr)
{
	const struct vt_paper *p = r->paper;
	struct vt_paper *x;

	if (p == NULL || p->isolated_at == VT_TIME_NONE || v->isolated)
		return VT_OK;
	if ((x = vt_arena_alloc(v->arena, sizeof(*x))) == NULL)
		return vt_nomem(reterr);
	vt_paper_clear(x);
	x->id = p->id;
	x->agency_no = p->agency_no;
	x->seq = p->seq;
	x->direction = p->direction;
	x->number = p->number;
	x->arrival = p->arrival;
	x->isolated_at = p->isolated_at;
	r->paper = x;
	return VT_OK;
}

int
vt_register_list(struct vt_view *v, uint32_t agency_no, const char *series,
    uint32_t period, uint64_t after, struct vt_register_row *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_register_at at = { .agency_no = agency_no, .period = period };
	struct vt_key prefix, from;
	struct vt_series s;
	struct vt_scan all;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_series(v->txn, agency_no, series, v->arena, &at.series,
		 &s, reterr)) != VT_OK)
		return rc;
	prefix = vt_key_number(agency_no, at.series, period, 0);
	prefix.n -= 8;
	from = vt_key_number(agency_no, at.series, period, after + 1);
	all = vt_scan_up(v->txn, VT_T_NUMBER, &prefix, &from);
	while (n < max && vt_scan_next(&all, reterr)) {
		at.value = vt_be64(all.k.p + 12);
		at.row = all.row;
		if (at.value > after + 1) {
			ret[n] =
			    (struct vt_register_row){ .state = VT_REGISTER_GAP,
				    .value = after + 1,
				    .to = at.value - 1 };
			if (++n == max)
				break;
		}
		rc = vt_register_row_of(v->txn, &at, v->arena, &ret[n], reterr);
		if (rc != VT_OK || (rc = hide(v, &ret[n], reterr)) != VT_OK)
			return rc;
		after = at.value;
		n++;
	}
	*ret_n = n;
	return all.rc;
}
