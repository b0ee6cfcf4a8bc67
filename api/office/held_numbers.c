/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that are held: which of them a paper may get now. */
#include "api/office/books.h"
#include "api/office/office_priv.h"

#define BOOKS 4 /* the newest of a series */
#define PAGE  16

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
