/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hits of the index and papers that it has not got yet, as one list in the
 * order that was asked for. The latter are put in order first, by their records
 * as the view has them; whether their words fit is tried when it is their turn.
 */
#include <stdlib.h>

#include "docstore/search/search_priv.h"

struct list {
	struct vt_place *at; /* owned; in order */
	size_t n, cap, next;
};

static int
list_add(struct list *l, struct vt_place p, struct vt_err *reterr)
{
	size_t cap = l->cap == 0 ? 256 : 2 * l->cap;
	struct vt_place *at;

	if (l->n == l->cap) {
		if ((at = realloc(l->at, cap * sizeof(*at))) == NULL)
			return vt_nomem(reterr);
		l->at = at;
		l->cap = cap;
	}
	l->at[l->n++] = p;
	return VT_OK;
}

static int
rising(const void *a, const void *b)
{
	const struct vt_place *x = a, *y = b;

	return vt_place_is_before(*x, *y, true)
		   ? -1
		   : vt_place_is_before(*y, *x, true);
}

static int
falling(const void *a, const void *b)
{
	return rising(b, a);
}

static bool
is_behind(const struct vt_searching *s, struct vt_place p)
{
	return s->after.seq == 0 ||
	       vt_place_is_before(s->after, p, s->o.rising);
}

/* Its place, if it is one of the papers to be tried. */
static int
collect(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    uint64_t seq, struct list *l, struct vt_err *reterr)
{
	struct vt_paper p = { .seq = 0 };
	struct vt_place at = { .seq = seq };
	struct vt_sift sift;
	bool fit = true;
	int rc;

	if (s->o.by != VT_SORT_ARRIVAL) {
		rc = vt_fits_but_words(v, s, seq, page, &p, &fit, reterr);
		if (rc != VT_OK || !fit)
			return rc;
		vt_sift_of(&p, &sift);
		at = vt_place_of(&sift, s->o, seq);
	}
	return is_behind(s, at) ? list_add(l, at, reterr) : VT_OK;
}

/* *ret_here false: not known to this view yet. */
static int
row_of(const struct vt_view *v, const struct vt_found *page, uint64_t seq,
    struct vt_span *ret, bool *ret_here, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(page->agency_no, seq);
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_tx_get(v->txn, VT_T_PAPER, &k, ret, &err);

	*ret_here = rc == VT_OK;
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
collect_tail(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    const struct vt_hits *h, struct list *l, struct vt_err *reterr)
{
	struct vt_span row;
	bool here, maybe;
	int rc;

	for (size_t i = 0; i < h->n_tail; i++) {
		rc = row_of(v, page, h->tail[i], &row, &here, reterr);
		if (rc == VT_OK && here)
			rc = vt_may_fit(s->q, row, &maybe, reterr);
		if (rc == VT_OK && here && maybe)
			rc = collect(v, s, page, h->tail[i], l, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static void
put_in_order(const struct vt_searching *s, struct list *l)
{
	if (l->n > 1)
		qsort(l->at, l->n, sizeof(*l->at),
		    s->o.rising ? rising : falling);
}

/* ---- one list of both ---- */

static bool
is_changed(const struct vt_hits *h, uint64_t seq)
{
	size_t lo = 0, hi = h->n_tail;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->tail[mid] < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < h->n_tail && h->tail[lo] == seq;
}

/* The next hit whose place the index knows as it is now. */
static int
next_hit(struct vt_hits *h, struct vt_place *ret, uint64_t *ret_last)
{
	int rc;

	do
		if ((rc = vt_index_next(h, ret)) == VT_OK && ret->seq != 0)
			*ret_last = vt_place_cursor(*ret);
	while (rc == VT_OK && ret->seq != 0 && is_changed(h, ret->seq));
	return rc;
}

static int
try_one(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    uint64_t seq, bool found, struct vt_err *reterr)
{
	struct vt_span row;
	bool here;
	int rc = row_of(v, page, seq, &row, &here, reterr);

	return rc != VT_OK || !here
		   ? rc
		   : vt_look_at_row(v, s, row, seq, found, page, reterr);
}

/* h NULL: the list is all there is. */
static int
walk_both(struct vt_view *v, struct vt_searching *s, struct vt_found *page,
    struct vt_hits *h, struct list *l, struct vt_err *reterr)
{
	bool by_words = vt_expr_is_positive(&s->e);
	struct vt_place hit = { .seq = 0 }, p;
	uint64_t last = 0;
	int rc;

	if (h != NULL && (rc = next_hit(h, &hit, &last)) != VT_OK)
		return rc;
	for (;;) {
		bool mine = l->next < l->n &&
			    (hit.seq == 0 ||
				vt_place_is_before(
				    l->at[l->next], hit, s->o.rising));

		if (hit.seq == 0 && h != NULL && h->cut) {
			page->next = last; /* more come behind */
			return VT_OK;
		}
		if (!mine && hit.seq == 0)
			return VT_OK;
		p = mine ? l->at[l->next++] : hit;
		rc = try_one(v, s, page, p.seq, !mine && by_words, reterr);
		if (rc != VT_OK || vt_is_enough(page, vt_place_cursor(p)))
			return rc;
		if (!mine && (rc = next_hit(h, &hit, &last)) != VT_OK)
			return rc;
	}
}

int
vt_search_by_index(struct vt_view *v, struct vt_searching *s,
    struct vt_found *page, const char *match, bool *ret_done,
    struct vt_err *reterr)
{
	struct vt_hits_ask a = { .match = match,
		.q = s->q,
		.o = s->o,
		.after = s->after };
	struct list l = { .n = 0 };
	struct vt_hits h;
	int rc;

	*ret_done = false;
	if (!vt_index_begin(v, page->agency_no, &a, &h))
		return VT_OK;
	rc = collect_tail(v, s, page, &h, &l, reterr);
	put_in_order(s, &l);
	if (rc == VT_OK)
		rc = walk_both(v, s, page, &h, &l, reterr);
	vt_index_end(&h);
	free(l.at);
	*ret_done = rc != VT_E_STORE_CORRUPT;
	return *ret_done ? rc : VT_OK;
}

int
vt_search_in_order(struct vt_view *v, struct vt_searching *s,
    struct vt_found *page, struct vt_err *reterr)
{
	struct vt_scan rows =
	    vt_scan_agency(v->txn, VT_T_PAPER, page->agency_no, 0);
	struct list l = { .n = 0 };
	int rc = VT_OK;
	size_t n = 0;
	bool maybe;

	while (rc == VT_OK && vt_scan_next(&rows, reterr)) {
		if (++n > VT_L(SEARCH_SORT_MAX))
			rc = vt_err_set(reterr, VT_E_BUSY,
			    "search: there is no index of the agency's papers "
			    "yet, and more than %zu are not put in order "
			    "without it (SEARCH_SORT_MAX); ask for the newest, "
			    "or again in some minutes",
			    VT_L(SEARCH_SORT_MAX));
		else if ((rc = vt_may_fit(s->q, rows.row, &maybe, reterr)) ==
			     VT_OK &&
			 maybe)
			rc = collect(v, s, page, vt_be64(rows.k.p + 4), &l,
			    reterr);
	}
	if (rc == VT_OK)
		rc = rows.rc;
	put_in_order(s, &l);
	if (rc == VT_OK)
		rc = walk_both(v, s, page, NULL, &l, reterr);
	free(l.at);
	return rc;
}
