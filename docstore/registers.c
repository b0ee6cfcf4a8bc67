/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Number series. The highest number of a period is that of the last row in
 * table number, so there is no counter that could disagree with it.
 */
#include "docstore/store_priv.h"

static uint32_t
period_of(const struct vt_series *s, vt_time t)
{
	if (s->reset == VT_RESET_NEVER)
		return 0;
	return (uint32_t)vt_time_date(t, VT_TIME_VN_S).year;
}

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

int
vt_number_decide(
    struct vt_apply *x, struct vt_srec *r, bool arrival, struct vt_err *reterr)
{
	struct vt_series s;
	uint32_t no;
	uint64_t last;
	int rc;

	if (x->b->clock_back)
		return vt_err_set(reterr, VT_E_STORE_CLOCK,
		    "number: the clock is more than an hour behind the last "
		    "act");
	rc = vt_row_series(
	    x->b->txn, x->st.agency_no, r->series, x->arena, &no, &s, reterr);
	if (rc != VT_OK)
		return rc;
	r->period = period_of(&s, x->rec.time);
	if (s.authority == VT_SERIES_EXTERNAL) {
		if (arrival || r->value == 0 || r->value > VT_L(NUMBER_MAX))
			return vt_err_set(reterr, VT_E_INVALID,
			    "series \"%s\": its numbers are given by another "
			    "system; the act must bring one",
			    r->series);
		return number_taken(x, r, no, reterr);
	}
	if (r->value != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": its numbers are given here", r->series);
	rc = vt_row_last_number(
	    x->b->txn, x->st.agency_no, no, r->period, &last, reterr);
	if (rc != VT_OK)
		return rc;
	if (last >= VT_L(NUMBER_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "series \"%s\": no number is left", r->series);
	r->value = last + 1;
	return VT_OK;
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
	if (rc != VT_OK)
		return rc;
	k = vt_key_number(x->st.agency_no, no, r->period, r->value);
	vt_pair_encode(x->paper->seq, x->st.acts, &v);
	return vt_batch_put(x->b, VT_T_NUMBER, &k, &v, reterr);
}

/* ---- reading ---- */

int
vt_series_list(struct vt_view *v, uint32_t agency_no, struct vt_series *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 }, k, before;
	struct vt_span rk, rv;
	size_t n;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	for (n = 0; n < max; n++) {
		uint32_t no = (uint32_t)n + 1;

		k = prefix;
		vt_key_u32(&k, no);
		rc = vt_tx_get(v->txn, VT_T_SERIES, &k, &rv, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK || (rc = vt_series_decode(rv, v->arena, &ret[n],
					reterr)) != VT_OK)
			return rc;
		/* The newest number of the series, in its latest period. */
		before = vt_key_number(agency_no, no + 1, 0, 0);
		rc = vt_tx_last(
		    v->txn, VT_T_NUMBER, &k, &before, &rk, &rv, reterr);
		if (rc == VT_OK && rk.n == 20) {
			ret[n].period = vt_be32(rk.p + 8);
			ret[n].last = vt_be64(rk.p + 12);
		} else if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
			return rc;
		}
	}
	*ret_n = n;
	return VT_OK;
}
