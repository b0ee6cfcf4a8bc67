/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series: which period a moment falls in, how a number is written, which
 * series numbers a type of paper, and the terms that are begun by acts.
 */
#include "docstore/store_priv.h"

/* Acts looked through for a number that stands in the way of a term. */
#define BACK_MAX 4096

/* ---- periods ---- */

bool
vt_series_period(const struct vt_series *s, const struct vt_series *of,
    vt_time t, uint32_t *ret)
{
	*ret = 0;
	if (s->reset == VT_RESET_NEVER)
		return true;
	if (s->reset == VT_RESET_YEAR) {
		*ret = (uint32_t)vt_time_date(t, VT_TIME_VN_S).year;
		return true;
	}
	for (size_t i = of->n_terms; i-- > 0;) {
		const struct vt_term *x = &of->terms[i];

		if (x->from > t)
			continue;
		*ret = x->no;
		return x->until == VT_TIME_NONE || t < x->until;
	}
	return false;
}

static vt_time
new_year(uint32_t year)
{
	struct vt_date d = { .year = (int)year, .month = 1, .day = 1 };

	return vt_time_from_date(&d, VT_TIME_VN_S);
}

bool
vt_series_span(const struct vt_series *s, const struct vt_series *of,
    uint32_t period, vt_time *ret_from, vt_time *ret_until)
{
	*ret_from = *ret_until = VT_TIME_NONE;
	if (s->reset == VT_RESET_NEVER)
		return period == 0;
	if (s->reset == VT_RESET_YEAR) {
		if (period < 1970 || period > 9000)
			return false;
		*ret_from = new_year(period);
		*ret_until = new_year(period + 1);
		return true;
	}
	for (size_t i = 0; i < of->n_terms; i++)
		if (of->terms[i].no == period) {
			*ret_from = of->terms[i].from;
			*ret_until = of->terms[i].until;
			return true;
		}
	return false;
}

int
vt_row_terms(struct vt_txn *t, uint32_t agency_no, const struct vt_series *s,
    struct vt_arena *a, struct vt_series *ret, struct vt_err *reterr)
{
	uint32_t no;

	*ret = *s;
	return *s->terms_of == '\0' ? VT_OK
				    : vt_row_series(t, agency_no, s->terms_of,
					  a, &no, ret, reterr);
}

int
vt_row_period(struct vt_txn *t, uint32_t agency_no, const struct vt_series *s,
    vt_time at, struct vt_arena *a, uint32_t *ret, struct vt_err *reterr)
{
	struct vt_series of;
	int rc = vt_row_terms(t, agency_no, s, a, &of, reterr);

	if (rc != VT_OK || vt_series_period(s, &of, at, ret))
		return rc;
	return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
	    "series \"%s\": no %s is in force; begin one, with its dates",
	    s->key, s->reset == VT_RESET_TERM ? "term" : "event");
}

/* ---- how a number is written ---- */

void
vt_number_format(enum vt_number_family f, uint64_t value, const char *notation,
    vt_time t, struct vt_buf *ret)
{
	vt_buf_printf(ret, "%02llu", (unsigned long long)value);
	if (notation == NULL || *notation == '\0')
		return;
	if (f == VT_FAMILY_LEGAL)
		vt_buf_printf(ret, "/%d", vt_time_date(t, VT_TIME_VN_S).year);
	vt_buf_printf(ret, "%s%s", f == VT_FAMILY_PARTY ? "-" : "/", notation);
}

void
vt_number_text(uint64_t value, const char *notation, struct vt_buf *ret)
{
	vt_number_format(VT_FAMILY_STATE, value, notation, 0, ret);
}

int
vt_number_parse(const char *text, uint64_t *ret, struct vt_err *reterr)
{
	uint64_t v = 0;
	size_t n = 0;

	while (text[n] >= '0' && text[n] <= '9' && n < 8)
		v = 10 * v + (uint64_t)(text[n++] - '0');
	if (n > 0 && text[n] != '\0' && (text[n] < '0' || text[n] > '9'))
		return vt_err_set(reterr, VT_E_NUMBER_SUFFIX,
		    "number \"%.20s\": digits alone wanted; numbers follow one "
		    "another in the order of issue, a late paper takes the "
		    "next one (Decree 30/2020, Article 15(1))",
		    text);
	if (n == 0 || text[n] != '\0' || v == 0 || v > VT_L(NUMBER_MAX))
		return vt_err_set(reterr, VT_E_INVALID,
		    "number \"%.20s\": 1 to %zu wanted (NUMBER_MAX)", text,
		    VT_L(NUMBER_MAX));
	*ret = v;
	return VT_OK;
}

/* ---- a term begins ---- */

/* Is a number of this series given by the step? */
bool
vt_step_numbers(const struct vt_srec *r, const char *series)
{
	switch (r->kind) {
	case VT_STEP_REGISTER:
	case VT_STEP_RECEIVE:
	case VT_STEP_ACCEPT:
	case VT_STEP_NUMBER:
	case VT_STEP_RESERVE:
	case VT_STEP_CANCEL_NUMBER:
	case VT_STEP_OUTAGE:
		return strcmp(r->series, series) == 0;
	default:
		return false;
	}
}

/* The series, or one that follows its terms. */
static int
numbers_in(struct vt_apply *x, const struct vt_srec *r, const char *key,
    bool *ret, struct vt_err *reterr)
{
	struct vt_series s;
	uint32_t no;
	int rc;

	*ret = vt_step_numbers(r, key);
	if (*ret || r->series == NULL || !vt_step_numbers(r, r->series) ||
	    *r->series == '\0')
		return VT_OK;
	rc = vt_row_series(
	    x->b->txn, x->st.agency_no, r->series, x->arena, &no, &s, reterr);
	if (rc == VT_OK)
		*ret = strcmp(s.terms_of, key) == 0;
	return rc;
}

/* No number of the term before was given at or after the new one's begin. */
static int
way_is_clear(
    struct vt_apply *x, const char *key, vt_time from, struct vt_err *reterr)
{
	struct vt_arec rec;
	bool given = false;
	int rc;

	for (uint64_t i = x->st.acts; i-- > 0;) {
		if (x->st.acts - i > BACK_MAX)
			return vt_err_set(reterr, VT_E_CONFLICT,
			    "series \"%s\": too much was done since the day "
			    "its term is to begin; let it begin later",
			    key);
		rc = vt_row_act(
		    x->b->txn, x->st.agency_no, i, x->arena, &rec, reterr);
		if (rc != VT_OK || rec.time < from)
			return rc;
		for (size_t n = 0; n < rec.n_steps && !given; n++)
			if ((rc = numbers_in(x, &rec.steps[n], key, &given,
				 reterr)) != VT_OK)
				return rc;
		if (given)
			return vt_err_set(reterr, VT_E_CONFLICT,
			    "series \"%s\": a number was given after the "
			    "moment its new term is to begin",
			    key);
	}
	return VT_OK;
}

static int
term_fits(const struct vt_apply *x, const struct vt_series *s,
    const struct vt_srec *r, struct vt_err *reterr)
{
	const struct vt_term *last =
	    s->n_terms == 0 ? NULL : &s->terms[s->n_terms - 1];

	if (s->reset != VT_RESET_TERM && s->reset != VT_RESET_EVENT)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": it has no terms, by its reset rule",
		    s->key);
	if (*s->terms_of != '\0')
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": its terms are those of \"%s\"", s->key,
		    s->terms_of);
	if (s->n_terms >= VT_L(SERIES_TERMS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "series \"%s\": it has %zu terms (SERIES_TERMS_MAX)",
		    s->key, s->n_terms);
	if (last != NULL && r->begins <= last->from)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "series \"%s\": the term before begins at the same moment "
		    "or later",
		    s->key);
	if (s->reset == VT_RESET_TERM && r->ends == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": a term has an end", s->key);
	if (r->ends != VT_TIME_NONE &&
	    (r->ends <= r->begins || r->ends <= x->rec.time))
		return vt_err_set(reterr, VT_E_INVALID,
		    "series \"%s\": the term ends before it begins, or has "
		    "ended already",
		    s->key);
	return VT_OK;
}

static int
decide_term(struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_term *terms;
	struct vt_series s;
	VT_BUF_AUTO(row);
	bool ok = true;
	uint32_t no;
	int rc;

	rc = vt_row_series(
	    x->b->txn, x->st.agency_no, r->series, x->arena, &no, &s, reterr);
	if (rc != VT_OK || (rc = term_fits(x, &s, r, reterr)) != VT_OK ||
	    (s.n_terms > 0 && r->begins <= x->rec.time &&
		(rc = way_is_clear(x, s.key, r->begins, reterr)) != VT_OK))
		return rc;
	terms = vt_arena_array(x->arena, s.n_terms + 1, sizeof(*terms));
	if (terms == NULL)
		return vt_nomem(reterr);
	if (s.n_terms > 0) {
		struct vt_term *last = &terms[s.n_terms - 1];

		memcpy(terms, s.terms, s.n_terms * sizeof(*terms));
		if (last->until == VT_TIME_NONE || last->until > r->begins)
			last->until = r->begins;
	}
	terms[s.n_terms] = (struct vt_term){ (uint32_t)s.n_terms + 1, r->name,
		r->begins, r->ends };
	s.terms = terms;
	s.n_terms++;
	vt_series_encode(&s, &row);
	if ((rc = vt_buf_status(&row, reterr)) != VT_OK)
		return rc;
	r->seq = no;
	r->period = (uint32_t)s.n_terms;
	r->blob = vt_arena_copy(x->arena, vt_buf_view(&row), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

/* ---- steps of numbers ---- */

bool
vt_step_is_of_numbers(enum vt_step_kind k)
{
	return (k >= VT_STEP_TERM && k <= VT_STEP_BOOK_CLOSE) ||
	       k == VT_STEP_LOST;
}

int
vt_numbers_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_srec *r = &x->rec.steps[i];

	switch (r->kind) {
	case VT_STEP_TERM:
		return decide_term(x, r, reterr);
	case VT_STEP_BOOK_CLOSE:
		return vt_book_decide(x, i, reterr);
	default:
		return vt_hold_decide(x, r, reterr);
	}
}

int
vt_numbers_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_key k = { .n = 0 };
	VT_BUF_AUTO(v);

	switch (r->kind) {
	case VT_STEP_TERM:
		vt_key_u32(&k, x->st.agency_no);
		vt_key_u32(&k, (uint32_t)r->seq);
		vt_buf_span(&v, r->blob);
		return vt_batch_put(x->b, VT_T_SERIES, &k, &v, reterr);
	case VT_STEP_BOOK_CLOSE:
		return vt_book_keep(x, r, reterr);
	default:
		return vt_hold_keep(x, r, reterr);
	}
}

/* ---- reading ---- */

/* The newest number of a series, in its latest period. */
static int
newest(struct vt_view *v, uint32_t agency_no, uint32_t no, struct vt_series *s,
    struct vt_err *reterr)
{
	struct vt_key k = { .n = 0 }, before;
	struct vt_span rk, rv;
	int rc;

	vt_key_u32(&k, agency_no);
	vt_key_u32(&k, no);
	before = vt_key_number(agency_no, no + 1, 0, 0);
	rc = vt_tx_last(v->txn, VT_T_NUMBER, &k, &before, &rk, &rv, reterr);
	if (rc == VT_OK && rk.n == 20) {
		s->period = vt_be32(rk.p + 8);
		s->last = vt_be64(rk.p + 12);
	}
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_series_list(struct vt_view *v, uint32_t agency_no, struct vt_series *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key k;
	struct vt_span rv;
	size_t n;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	for (n = 0; n < max; n++) {
		uint32_t no = (uint32_t)n + 1;

		k.n = 0;
		vt_key_u32(&k, agency_no);
		vt_key_u32(&k, no);
		rc = vt_tx_get(v->txn, VT_T_SERIES, &k, &rv, reterr);
		if (rc == VT_E_NOT_FOUND)
			break;
		if (rc != VT_OK ||
		    (rc = vt_series_decode(rv, v->arena, &ret[n], reterr)) !=
			VT_OK ||
		    (rc = newest(v, agency_no, no, &ret[n], reterr)) != VT_OK)
			return rc;
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_series_get(struct vt_view *v, uint32_t agency_no, const char *key,
    struct vt_series *ret, struct vt_err *reterr)
{
	uint32_t no;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_row_series(
		 v->txn, agency_no, key, v->arena, &no, ret, reterr)) != VT_OK)
		return rc;
	return newest(v, agency_no, no, ret, reterr);
}

static bool
names_type(const struct vt_series *s, const char *type)
{
	for (size_t i = 0; i < s->n_types; i++)
		if (strcmp(s->types[i], type) == 0)
			return true;
	return false;
}

int
vt_series_of_type(struct vt_view *v, uint32_t agency_no, const char *type_code,
    const char *otherwise, const char **ret_key, struct vt_err *reterr)
{
	struct vt_key prefix = { .n = 0 };
	const char *any = NULL;
	struct vt_series s;
	struct vt_scan all;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	all = vt_scan_up(v->txn, VT_T_SERIES, &prefix, NULL);
	while (vt_scan_next(&all, reterr)) {
		rc = vt_series_decode(all.row, v->arena, &s, reterr);
		if (rc != VT_OK)
			return rc;
		if (*type_code != '\0' && names_type(&s, type_code)) {
			*ret_key = s.key;
			return VT_OK;
		}
		if (any == NULL && names_type(&s, "*"))
			any = s.key;
	}
	if (all.rc == VT_OK)
		*ret_key = any != NULL ? any : otherwise;
	return all.rc;
}
