/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers before their papers, blocks given by hand, terms, closed books. */
#include "docstore/series.h"
#include "tests/property/walk.h"

static const char *const needed[] = { "reserve", "use-held", "cancel-number",
	"outage", "by-hand", "term", "number-term", "book-close" };

/* "giu-N" runs on until it is closed; then there is N+1. */
static char *
held_series(const struct side *s, char ret[static 24])
{
	(void)snprintf(ret, 24, "giu-%u", s->n_held_series);
	return ret;
}

/* One of the last numbers that the book gave, or the one after. */
static uint64_t
recent(struct side *s, uint64_t drawn)
{
	struct doer *d = &s->d[0];
	struct vt_series x = { .last = 0 };
	struct vt_view *v;
	char key[24];

	if (vt_view_begin(d->s, &v, &d->err) != VT_OK)
		return 1;
	if (vt_series_get(v, d->agency, held_series(s, key), &x, &d->err) !=
	    VT_OK)
		x.last = 0;
	vt_view_end(v);
	return x.last + 1 > drawn % 5 ? x.last + 1 - drawn % 5 : 1;
}

static int
reserve(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_RESERVE };
	char key[24];

	s->did = "reserve";
	st.u.reserve.series = m->size % 9 == 0 ? "di" : held_series(s, key);
	st.u.reserve.note = m->size % 11 == 0 ? "" : "khen thưởng";
	st.u.reserve.until =
	    s->w.now + (vt_time)(m->seed % (uint64_t)VT_TIME_S(8640000));
	return do_step(&s->d[0], NULL, st);
}

/* A new paper, so that there is one without a number. */
static int
give(struct side *s, const struct move *m, struct vt_step number)
{
	struct doer *d = &s->d[0];
	struct vt_step st[2] = { [1] = number };
	vt_id p;
	int rc = make_paper(d, VT_DIR_OUT, m->size % 1000, m->seed);

	if (rc != VT_OK)
		return rc;
	p = d->paper;
	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	return do_steps(d, &p, st, 2, NULL);
}

static int
use_held(struct side *s, const struct move *m)
{
	struct vt_step st;
	char key[24];
	bool hand = m->reason % 3 != 0;

	s->did = hand ? "by-hand" : "use-held";
	st = number_step(held_series(s, key));
	st.u.number.value = recent(s, m->seed);
	st.u.number.held = hand ? VT_HOLD_OUTAGE : VT_HOLD_RESERVED;
	if (hand)
		st.u.number.stated =
		    s->w.now - (vt_time)(m->size % (size_t)VT_TIME_S(1));
	return give(s, m, st);
}

static int
cancel(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_CANCEL_NUMBER };
	struct vt_act a = {
		.agency_no = s->d[0].agency, .steps = &st, .n_steps = 1
	};
	struct doer *d = &s->d[0];
	char key[24];

	s->did = "cancel-number";
	st.u.cancel_number.series = held_series(s, key);
	st.u.cancel_number.value = recent(s, m->seed);
	st.u.cancel_number.n = 1 + m->paper % 3;
	st.u.cancel_number.note = "hết hạn";
	if (m->size % 3 != 0) /* else by its time */
		a.person = (vt_id){ { 2 } };
	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	return vt_store_do(d->s, &a, &d->r, &d->err);
}

static int
outage(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_OUTAGE };
	char key[24];

	s->did = "outage";
	st.u.outage.series = held_series(s, key);
	st.u.outage.n = 1 + m->paper % 4;
	st.u.outage.to = s->w.now + VT_TIME_S((int64_t)m->size * 100);
	st.u.outage.until = st.u.outage.to + VT_TIME_S(8640000);
	st.u.outage.note = "mất điện";
	return do_step(&s->d[0], NULL, st);
}

static int
term(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_TERM };
	bool event = m->reason % 2 == 0;

	s->did = "term";
	st.u.term.series = event ? "ĐH" : "HĐND";
	st.u.term.title = "Khóa";
	st.u.term.from =
	    s->w.now + VT_TIME_S((int64_t)(m->seed % 3)) - VT_TIME_S(1);
	st.u.term.until =
	    event ? VT_TIME_NONE
		  : st.u.term.from + VT_TIME_S((int64_t)(m->size * 400));
	return do_step(&s->d[0], NULL, st);
}

static int
number_term(struct side *s, const struct move *m)
{
	s->did = "number-term";
	return give(s, m, number_step(m->reason % 2 == 0 ? "ĐH" : "HĐND"));
}

static int
book_close(struct side *s, const struct move *m)
{
	struct vt_step st = { .kind = VT_STEP_BOOK_CLOSE };
	struct doer *d = &s->d[0];
	bool held = m->size % 8 == 0;
	char key[24];
	int rc;

	s->did = "book-close";
	st.u.book_close.series = held                 ? held_series(s, key)
				 : m->reason % 2 == 0 ? "ĐH"
						      : "HĐND";
	st.u.book_close.period = held ? 0 : 1 + m->paper % 4;
	if ((rc = do_step(d, NULL, st)) != VT_OK || !held)
		return rc;
	s->n_held_series++;
	return make_series(
	    d, held_series(s, key), VT_RESET_NEVER, VT_SERIES_OURS);
}

/* What the book says of its numbers. */
static int
books(struct side *s, const struct move *m)
{
	static struct vt_register_row row[16];
	struct doer *d = &s->d[0];
	struct vt_view *v;
	char key[24];
	size_t n = 0;
	int rc;

	s->did = "";
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = vt_register_list(v, d->agency, held_series(s, key), 0, m->seed % 8,
	    row, 16, &n, &d->err);
	for (size_t i = 0; rc == VT_OK && i < n; i++) {
		walk_see(s, &row[i].state, sizeof(row[i].state));
		walk_see(s, &row[i].value, sizeof(row[i].value));
		walk_see(s, &row[i].to, sizeof(row[i].to));
	}
	vt_view_end(v);
	return rc;
}

static const struct walk_verb verbs[] = { { 4, reserve }, { 6, use_held },
	{ 3, cancel }, { 4, outage }, { 2, term }, { 3, number_term },
	{ 2, book_close }, { 2, books } };

static int
begin(struct side *s)
{
	struct doer *d = &s->d[0];
	char key[24];
	int rc = make_series(d, "HĐND", VT_RESET_TERM, VT_SERIES_OURS);

	if (rc == VT_OK)
		rc = make_series(d, "ĐH", VT_RESET_EVENT, VT_SERIES_OURS);
	return rc == VT_OK ? make_series(d, held_series(s, key), VT_RESET_NEVER,
				 VT_SERIES_OURS)
			   : rc;
}

WALK_NOUN_OF(numbers, begin, NULL);
