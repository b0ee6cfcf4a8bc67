/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps of series and numbers, made ready. */
#include "docstore/resume.h"
#include "docstore/store_priv.h"

static int
prepare_types(struct vt_act_op *a, struct vt_series *s, struct vt_err *reterr)
{
	const char **types;
	int rc;

	if (s->n_types > VT_L(SERIES_TYPES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "series \"%s\": %zu types of paper, at most %zu "
		    "(SERIES_TYPES_MAX)",
		    s->key, s->n_types, VT_L(SERIES_TYPES_MAX));
	if (s->n_types == 0)
		return VT_OK;
	types = vt_arena_array(a->arena, s->n_types, sizeof(*types));
	if (types == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < s->n_types; i++) {
		types[i] = s->types[i];
		if ((rc = vt_prep_text(
			 a, &types[i], 20, "type code", reterr)) != VT_OK ||
		    (rc = vt_prep_need(types[i], "the type code", reterr)) !=
			VT_OK)
			return rc;
		for (size_t j = 0; j < i; j++)
			if (strcmp(types[i], types[j]) == 0)
				return vt_prep_invalid(
				    reterr, "a series names a type twice");
	}
	s->types = types;
	return VT_OK;
}

int
vt_prep_series(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_series *s = &p->series;
	bool terms;
	int rc;

	*s = st->u.series;
	s->period = 0;
	s->last = 0;
	s->terms = NULL;
	s->n_terms = 0;
	if ((rc = vt_prep_text(a, &s->key, 40, "series", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &s->title, VT_L(NAME_MAX), "series title",
		 reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, &s->terms_of, 40, "series", reterr)) !=
		VT_OK ||
	    (rc = prepare_types(a, s, reterr)) != VT_OK)
		return rc;
	terms = s->reset == VT_RESET_TERM || s->reset == VT_RESET_EVENT;
	if (s->reset < VT_RESET_YEAR || s->reset > VT_RESET_EVENT ||
	    s->authority < VT_SERIES_OURS ||
	    s->authority > VT_SERIES_EXTERNAL ||
	    (unsigned int)s->family > VT_FAMILY_LEGAL ||
	    (*s->terms_of != '\0' &&
		(!terms || strcmp(s->terms_of, s->key) == 0)))
		return vt_prep_invalid(reterr, "unknown rule of a series");
	return vt_prep_need(s->key, "the series", reterr);
}

/* A series and a text that must be there. */
static int
named(struct vt_act_op *a, struct vt_srec *r, const char **text,
    const char *what, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_prep_text(a, &r->series, 40, "series", reterr)) != VT_OK ||
	    (rc = vt_prep_need(r->series, "the series", reterr)) != VT_OK ||
	    (rc = vt_prep_text(a, text, VT_L(NOTE_MAX), what, reterr)) != VT_OK)
		return rc;
	return VT_OK;
}

static int
prepare_term(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->series = st->u.term.series;
	r->name = st->u.term.title;
	r->begins = st->u.term.from;
	r->ends = st->u.term.until == 0 ? VT_TIME_NONE : st->u.term.until;
	if ((rc = named(a, r, &r->name, "title of a term", reterr)) != VT_OK)
		return rc;
	if (r->begins <= 0)
		return vt_prep_invalid(reterr, "a term has a first day");
	return vt_prep_need(r->name, "the title of a term", reterr);
}

static int
prepare_block(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->series = st->u.outage.series;
	r->note = st->u.outage.note;
	r->size = st->u.outage.n;
	r->begins = st->u.outage.from == 0 ? VT_TIME_NONE : st->u.outage.from;
	r->ends = st->u.outage.to;
	r->at = st->u.outage.until;
	if ((rc = named(a, r, &r->note, "note", reterr)) != VT_OK)
		return rc;
	if (r->size < 1 || r->size > VT_L(OUTAGE_BLOCK_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "a block of %llu numbers, allowed are 1 to %zu "
		    "(OUTAGE_BLOCK_MAX)",
		    (unsigned long long)r->size, VT_L(OUTAGE_BLOCK_MAX));
	return vt_prep_need(r->note, "which outage it is for", reterr);
}

static int
prepare_cancel(struct vt_act_op *a, const struct vt_step *st, struct vt_srec *r,
    struct vt_err *reterr)
{
	int rc;

	r->series = st->u.cancel_number.series;
	r->period = st->u.cancel_number.period;
	r->value = st->u.cancel_number.value;
	r->size = st->u.cancel_number.n;
	r->note = st->u.cancel_number.note;
	if ((rc = named(a, r, &r->note, "note", reterr)) != VT_OK)
		return rc;
	if (r->value < 1 || r->value > VT_L(NUMBER_MAX) || r->size < 1 ||
	    r->size > VT_L(OUTAGE_BLOCK_MAX))
		return vt_prep_invalid(reterr, "there are no such numbers");
	return vt_prep_need(r->note, "the reason", reterr);
}

static int
prepare_lost(struct vt_act_op *a, const struct vt_step *st, struct vt_prep *p,
    struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	int rc;

	r->series = st->u.lost.series;
	r->period = st->u.lost.period;
	r->value = st->u.lost.last;
	r->note = st->u.lost.note;
	if ((rc = vt_prep_two(a, &st->u.lost.second, p, reterr)) != VT_OK ||
	    (rc = named(a, r, &r->note, "note", reterr)) != VT_OK)
		return rc;
	if (r->value > VT_L(NUMBER_MAX))
		return vt_prep_invalid(reterr, "there is no such number");
	return vt_prep_need(r->note, "how it is known", reterr);
}

int
vt_prep_numbers(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr)
{
	struct vt_srec *r = &p->r;
	int rc;

	switch (st->kind) {
	case VT_STEP_TERM:
		return prepare_term(a, st, r, reterr);
	case VT_STEP_RESERVE:
		r->series = st->u.reserve.series;
		r->note = st->u.reserve.note;
		r->at = st->u.reserve.until;
		r->size = 1;
		rc = named(a, r, &r->note, "note", reterr);
		return rc == VT_OK
			   ? vt_prep_need(r->note, "what it is for", reterr)
			   : rc;
	case VT_STEP_CANCEL_NUMBER:
		return prepare_cancel(a, st, r, reterr);
	case VT_STEP_LOST:
		return prepare_lost(a, st, p, reterr);
	case VT_STEP_OUTAGE:
		return prepare_block(a, st, r, reterr);
	default:
		r->series = st->u.book_close.series;
		r->period = st->u.book_close.period;
		r->note = st->u.book_close.note;
		rc = named(a, r, &r->note, "note", reterr);
		return rc == VT_OK ? vt_book_prepare(a, p, reterr) : rc;
	}
}

/* Each step is decided on the rows as they were before the act, so of those
 * that are about one series only one stands in an act. */
bool
vt_prep_series_meet(const struct vt_prep *x, const struct vt_prep *y)
{
	const char *a =
	    x->r.kind == VT_STEP_SERIES ? x->series.key : x->r.series;
	const char *b =
	    y->r.kind == VT_STEP_SERIES ? y->series.key : y->r.series;
	bool about =
	    x->r.kind == VT_STEP_SERIES || vt_step_is_of_numbers(x->r.kind) ||
	    y->r.kind == VT_STEP_SERIES || vt_step_is_of_numbers(y->r.kind);

	return about && a != NULL && b != NULL && *a != '\0' &&
	       strcmp(a, b) == 0;
}
