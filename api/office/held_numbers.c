/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that are held: which of them a paper may get now, and which will be
 * cancelled because their period ends. */
#include "api/office/books.h"
#include "api/office/office_priv.h"

#define BOOKS 4 /* the newest of a series */
#define PAGE  16
#define SERIES 100

struct looking {
	struct vt_view *v;
	uint32_t agency_no;
	const char *series;
	enum vt_hold_kind kind;
	vt_time now;
	struct vt_held_numbers *ret;
};

/* What is lost was given by hand as well: until its paper turns up. */
static bool
may_be(const struct looking *x, const struct vt_hold *h)
{
	if (h->kind == VT_HOLD_LOST)
		return x->kind == VT_HOLD_OUTAGE;
	return h->kind == x->kind && h->until > x->now && h->from <= x->now;
}

static int
of_period(struct looking *x, uint32_t period, struct vt_err *reterr)
{
	struct vt_hold_filter f = {
		.series = x->series, .period = period, .open_only = true
	};
	struct vt_hold h[PAGE];
	size_t n;
	int rc;

	do {
		rc = vt_hold_list(x->v, x->agency_no, &f, h, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && x->ret->n < VT_HELD_MAX; i++) {
			f.after = h[i].value;
			if (may_be(x, &h[i]))
				x->ret->h[x->ret->n++] = h[i];
		}
	} while (n == PAGE && x->ret->n < VT_HELD_MAX);
	return VT_OK;
}

int
vt_office_held(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_paper *p,
    enum vt_hold_kind kind, struct vt_held_numbers *ret, struct vt_err *reterr)
{
	struct looking x = { .v = v,
		.agency_no = actor->agency_no,
		.series = VT_BOOK_IN,
		.kind = kind,
		.now = vt_now(o->o.ctx),
		.ret = ret };
	struct vt_err err = VT_ERR_INIT;
	struct vt_book_row b[BOOKS];
	size_t n = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	ret->n = 0;
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK)
		return rc;
	if (p != NULL && vt_copy_form(&p->meta) != NULL)
		x.series = VT_BOOK_COPIES;
	else if (p != NULL &&
		 (rc = vt_series_of_type(v, x.agency_no, p->meta.type_code,
		      VT_BOOK_OUT, &x.series, reterr)) != VT_OK)
		return rc;
	rc = vt_series_books(v, x.agency_no, x.series, b, BOOKS, &n, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK; /* no such book: nothing is held in it */
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		if (!b[i].closed)
			rc = of_period(&x, b[i].period, reterr);
	return rc;
}

/* ---- periods that end ---- */

/* Those that have an end. */
static int
count_open(struct vt_view *v, uint32_t agency_no, const char *series,
    uint32_t period, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_hold_filter f = {
		.series = series, .period = period, .open_only = true
	};
	struct vt_hold h[PAGE];
	size_t n;
	int rc;

	*ret = 0;
	do {
		rc = vt_hold_list(v, agency_no, &f, h, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++)
			*ret += h[i].until != VT_TIME_NONE;
		if (n > 0)
			f.after = h[n - 1].value;
	} while (n == PAGE);
	return VT_OK;
}

/* *ret_is: the period of s that runs now ends soon. */
static int
ends_soon(struct vt_view *v, uint32_t agency_no, const struct vt_series *s,
    vt_time now, struct vt_period_end *ret, bool *ret_is,
    struct vt_err *reterr)
{
	struct vt_series of = *s;
	vt_time from, until;
	uint32_t period, after;
	int rc;

	*ret_is = false;
	if (*s->terms_of != '\0' &&
	    (rc = vt_series_get(v, agency_no, s->terms_of, &of, reterr)) !=
		VT_OK)
		return rc;
	if (!vt_series_period(s, &of, now, &period) ||
	    !vt_series_span(s, &of, period, &from, &until) ||
	    until == VT_TIME_NONE ||
	    until - now > VT_TIME_S((int64_t)VT_PERIOD_END_DAYS * 86400))
		return VT_OK;
	*ret = (struct vt_period_end){ .series = s->key,
		.title = s->title,
		.period = period,
		.at = until,
		.last = s->period == period ? s->last : 0,
		.next = vt_series_period(s, &of, until, &after) };
	*ret_is = true;
	return count_open(v, agency_no, s->key, period, &ret->held, reterr);
}

int
vt_office_period_ends(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, struct vt_period_end *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_series s[SERIES];
	size_t n = 0, found = 0;
	bool is;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_series_list(
		 v, actor->agency_no, s, SERIES, &n, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n && found < max; i++) {
		rc = ends_soon(v, actor->agency_no, &s[i], vt_now(o->o.ctx),
		    &ret[found], &is, reterr);
		if (rc != VT_OK)
			return rc;
		found += is;
	}
	*ret_n = found;
	return VT_OK;
}
