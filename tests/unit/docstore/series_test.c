/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series and books on both engines: periods by year, term and event, what is
 * held for a paper to come or for an outage, what is cancelled, and closing.
 */
#include <pthread.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define DAY 86400

/* A day of Vietnam and an hour of it. */
static vt_time
at(const char *day, int hour)
{
	return vt_time_parse_day(day) + VT_TIME_S((int64_t)hour * 3600);
}

static void
set(struct world *w, const char *day, int hour)
{
	w->now = at(day, hour);
}

/* A draft that was submitted: it can be numbered. */
static void
draft(struct doer *d, uint64_t seed)
{
	vt_id p;

	tap_call(make_paper(d, VT_DIR_OUT, 1500, seed), &d->err, "a paper");
	p = d->paper;
	tap_call(do_step(d, &p, agree(VT_STEP_SUBMIT, &d->main)), &d->err,
	    "submitted");
}

/* The number that a new paper gets, 0 when it is refused. */
static uint64_t
number(struct doer *d, const char *series, uint64_t seed)
{
	vt_id p;

	draft(d, seed);
	p = d->paper;
	return do_step(d, &p, number_step(series)) == VT_OK ? d->r.number : 0;
}

static int
term(struct doer *d, const char *series, const char *from, const char *until)
{
	struct vt_step st = { .kind = VT_STEP_TERM };

	st.u.term.series = series;
	st.u.term.title = "Nhiệm kỳ";
	st.u.term.from = vt_time_parse_day(from);
	st.u.term.until =
	    until == NULL ? VT_TIME_NONE : vt_time_parse_day(until);
	return do_step(d, NULL, st);
}

static int
reserve(struct doer *d, const char *series, vt_time until)
{
	struct vt_step st = { .kind = VT_STEP_RESERVE };

	st.u.reserve.series = series;
	st.u.reserve.note = "Quyết định khen thưởng";
	st.u.reserve.until = until;
	return do_step(d, NULL, st);
}

static int
outage(struct doer *d, uint64_t n, vt_time from, vt_time to, vt_time until)
{
	struct vt_step st = { .kind = VT_STEP_OUTAGE };

	st.u.outage.series = "di";
	st.u.outage.n = n;
	st.u.outage.from = from;
	st.u.outage.to = to;
	st.u.outage.until = until;
	st.u.outage.note = "Bảo trì đường truyền";
	return do_step(d, NULL, st);
}

static int
cancel(struct doer *d, const char *series, uint32_t period, uint64_t value,
    uint64_t n, bool person)
{
	struct vt_step st = { .kind = VT_STEP_CANCEL_NUMBER };
	struct vt_act a = {
		.agency_no = d->agency, .steps = &st, .n_steps = 1
	};

	st.u.cancel_number.series = series;
	st.u.cancel_number.period = period;
	st.u.cancel_number.value = value;
	st.u.cancel_number.n = n;
	st.u.cancel_number.note = "Hết hạn giữ số";
	if (person)
		a.person = (vt_id){ { 2 } };
	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	return vt_store_do(d->s, &a, &d->r, &d->err);
}

static int
book_close(struct doer *d, const char *series, uint32_t period)
{
	struct vt_step st = { .kind = VT_STEP_BOOK_CLOSE };

	st.u.book_close.series = series;
	st.u.book_close.period = period;
	return do_step(d, NULL, st);
}

static struct vt_step
held_step(const char *series, enum vt_hold_kind how, uint64_t value)
{
	struct vt_step st = number_step(series);

	st.u.number.value = value;
	st.u.number.held = how;
	return st;
}

/* What the register says of the numbers of a book, one letter each. */
static const char *
states(struct doer *d, const char *series, uint32_t period)
{
	static const char letters[] = "?PROCG";
	static char text[64];
	struct vt_register_row row[40];
	uint64_t after = 0;
	struct vt_view *v;
	size_t n, len = 0;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	do {
		/* short pages: each must go on where the one before ended */
		tap_need(vt_register_list(v, d->agency, series, period, after,
			     row, 3, &n, &d->err) == VT_OK,
		    "register");
		for (size_t i = 0; i < n && len < sizeof(text) - 1; i++) {
			text[len++] = letters[row[i].state];
			after = row[i].to;
		}
	} while (n == 3);
	vt_view_end(v);
	text[len] = '\0';
	return text;
}

static void
setup(struct doer *d)
{
	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
}

/* ---- terms ---- */

static int
party_series(struct doer *d, const char *key, const char *terms_of)
{
	const char *types[] = { key };
	struct vt_step st = { .kind = VT_STEP_SERIES };

	st.u.series = (struct vt_series){ .key = key,
		.title = "Sổ của cấp ủy",
		.reset = VT_RESET_TERM,
		.authority = VT_SERIES_OURS,
		.family = VT_FAMILY_PARTY,
		.types = types,
		.n_types = 1,
		.terms_of = terms_of };
	return do_step(d, NULL, st);
}

static void
terms(struct doer *d, struct world *w)
{
	struct vt_step st;
	vt_id p;

	setup(d);
	set(w, "2026-03-02", 9);
	tap_call(party_series(d, "QĐ", NULL), &d->err, "a series by term");
	tap_call(party_series(d, "NQ", "QĐ"), &d->err, "one with its terms");
	tap_code(party_series(d, "CT", "di"), VT_E_INVALID, &d->err,
	    "terms of a series that has none");
	tap_code(
	    party_series(d, "CT", "CT"), VT_E_INVALID, &d->err, "or of itself");
	tap_code(party_series(d, "NQ", NULL), VT_E_CONFLICT, &d->err,
	    "whose terms it has is given once");
	draft(d, 1);
	p = d->paper;
	tap_code(do_step(d, &p, number_step("QĐ")), VT_E_OUT_OF_ORDER, &d->err,
	    "no term is in force");
	tap_code(term(d, "QĐ", "2020-10-01", NULL), VT_E_INVALID, &d->err,
	    "a term has an end");
	tap_code(term(d, "QĐ", "2020-10-01", "2025-10-01"), VT_E_INVALID,
	    &d->err, "which is still to come");
	tap_code(term(d, "di", "2020-10-01", "2027-10-01"), VT_E_OUT_OF_ORDER,
	    &d->err, "a series by year has no terms");
	tap_code(term(d, "NQ", "2020-10-01", "2027-10-01"), VT_E_OUT_OF_ORDER,
	    &d->err, "nor one that has another's");
	tap_call(term(d, "QĐ", "2020-10-01", "2026-10-01"), &d->err,
	    "the term that runs, begun long ago");
	st = number_step("QĐ");
	st.u.number.notation = "QĐ/TU";
	tap_call(do_step(d, &p, st), &d->err, "numbered");
	tap_eq_str(d->r.number_text, "01-QĐ/TU", "with a hyphen");
	tap_eq_int(d->r.number_period, 1, "in the first term");
	tap_eq_int(number(d, "NQ", 2), 1, "each type from 01");
	tap_eq_int(number(d, "QĐ", 3), 2, "and on");
	tap_code(term(d, "QĐ", "2020-10-01", "2030-10-01"), VT_E_OUT_OF_ORDER,
	    &d->err, "a term that begins with the one before");
	tap_code(term(d, "QĐ", "2026-03-02", "2031-10-01"), VT_E_CONFLICT,
	    &d->err, "today, after numbers of today");
	tap_call(term(d, "QĐ", "2026-06-15", "2031-06-15"), &d->err,
	    "the new term, begun beforehand");
	set(w, "2026-06-14", 23);
	tap_eq_int(number(d, "QĐ", 4), 3, "the day before: the old term");
	set(w, "2026-06-15", 0);
	tap_eq_int(number(d, "QĐ", 5), 1, "from its first moment: 01");
	tap_eq_int(d->r.number_period, 2, "of the second term");
	tap_eq_int(number(d, "NQ", 6), 1, "for the types that follow it, too");
	set(w, "2031-06-15", 0);
	tap_eq_int(number(d, "QĐ", 7), 0, "after its end: none");
	tap_code(
	    book_close(d, "QĐ", 3), VT_E_NOT_FOUND, &d->err, "no such term");
	tap_call(book_close(d, "QĐ", 1), &d->err, "the first is closed");
	tap_eq_str(states(d, "QĐ", 1), "PPP", "its rows");
	tap_eq_str(states(d, "QĐ", 2), "P", "and those of the second");
}

/* ---- events, and never ---- */

static void
events(struct doer *d, struct world *w)
{
	setup(d);
	tap_call(make_series(d, "ĐH", VT_RESET_EVENT, VT_SERIES_OURS), &d->err,
	    "series of a congress");
	tap_call(make_series(d, "mai", VT_RESET_NEVER, VT_SERIES_OURS), &d->err,
	    "series that runs on");
	set(w, "2026-05-10", 8);
	tap_call(term(d, "ĐH", "2026-05-10", NULL), &d->err, "it begins");
	tap_eq_int(number(d, "ĐH", 1), 1, "01");
	tap_eq_int(number(d, "ĐH", 2), 2, "02");
	tap_call(book_close(d, "ĐH", 1), &d->err, "closing ends it");
	tap_eq_int(number(d, "ĐH", 3), 0, "nothing is numbered after");
	tap_code((int)d->err.code, VT_E_OUT_OF_ORDER, &d->err, "it is closed");
	tap_code(book_close(d, "ĐH", 1), VT_E_EXISTS, &d->err, "closed once");
	set(w, "2031-05-10", 8);
	tap_call(term(d, "ĐH", "2031-05-10", NULL), &d->err, "the next one");
	tap_eq_int(number(d, "ĐH", 4), 1, "01 again");
	tap_eq_int(number(d, "mai", 5), 1, "a series that runs on");
	tap_call(book_close(d, "mai", 0), &d->err, "ends for good");
	tap_eq_int(number(d, "mai", 6), 0, "by closing");
}

/* ---- reserved ---- */

static void
reserved(struct doer *d, struct world *w)
{
	struct vt_hold h[4];
	struct vt_hold_filter f = { .series = "di", .period = 2026 };
	struct vt_work work;
	struct vt_view *v;
	size_t n;
	vt_id p;

	setup(d);
	set(w, "2026-03-06", 15); /* a Friday */
	tap_eq_int(number(d, "di", 1), 1, "01 to a paper");
	tap_code(reserve(d, "di", w->now), VT_E_INVALID, &d->err,
	    "held until a moment to come");
	tap_call(reserve(d, "di", at("2026-03-10", 0)), &d->err, "02 is held");
	tap_eq_int(d->r.number, 2, "the next number");
	tap_eq_int(d->r.number_period, 2026, "of this year");
	tap_call(reserve(d, "di", at("2026-03-10", 0)), &d->err, "03 too");
	tap_eq_int(number(d, "di", 2), 4, "a paper gets the one after");
	tap_eq_str(states(d, "di", 2026), "PRRP", "the register shows them");
	draft(d, 3);
	p = d->paper;
	tap_code(do_step(d, &p, held_step("di", VT_HOLD_RESERVED, 4)),
	    VT_E_OUT_OF_ORDER, &d->err, "04 was not reserved");
	tap_code(do_step(d, &p, held_step("di", VT_HOLD_OUTAGE, 2)),
	    VT_E_INVALID, &d->err, "given by hand: with the date");
	tap_call(do_step(d, &p, held_step("di", VT_HOLD_RESERVED, 2)), &d->err,
	    "02 is used");
	tap_eq_str(d->r.number_text, "02/SKHCN-VP", "its text");
	draft(d, 4);
	p = d->paper;
	tap_code(do_step(d, &p, held_step("di", VT_HOLD_RESERVED, 2)),
	    VT_E_EXISTS, &d->err, "once");
	tap_code(cancel(d, "di", 2026, 3, 1, false), VT_E_FORBIDDEN, &d->err,
	    "by the program not before its time");
	tap_code(cancel(d, "di", 2026, 4, 1, true), VT_E_NOT_FOUND, &d->err,
	    "nor what was not held");
	set(w, "2026-03-10", 0);
	tap_code(do_step(d, &p, held_step("di", VT_HOLD_RESERVED, 3)),
	    VT_E_OUT_OF_ORDER, &d->err, "its time has passed");
	tap_call(vt_work_claim(d->s, 1U << VT_WORK_EXPIRE, &(vt_id){ { 1 } },
		     1000000, &work, &d->err),
	    &d->err, "its item is due");
	vt_work_free(&work);
	tap_call(cancel(d, "di", 2026, 3, 1, false), &d->err, "cancelled");
	tap_code(cancel(d, "di", 2026, 3, 1, true), VT_E_OUT_OF_ORDER, &d->err,
	    "once");
	tap_code(do_step(d, &p, held_step("di", VT_HOLD_RESERVED, 3)),
	    VT_E_OUT_OF_ORDER, &d->err, "for ever");
	tap_call(do_step(d, &p, number_step("di")), &d->err, "the next paper");
	tap_eq_int(d->r.number, 5, "never refills it");
	tap_eq_str(states(d, "di", 2026), "PPCPP", "the register");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_hold_list(v, d->agency, &f, h, 4, &n, &d->err), &d->err,
	    "what was held");
	tap_eq_int(n, 2, "two");
	tap_ok(n == 2 && h[0].state == VT_HOLD_USED &&
		   h[1].state == VT_HOLD_CANCELLED &&
		   strcmp(h[1].reason, "Hết hạn giữ số") == 0 &&
		   strcmp(h[1].note, "Quyết định khen thưởng") == 0,
	    "used; cancelled, with the reason");
	vt_view_end(v);
	/* at the end of the year nothing is held into the next one */
	set(w, "2026-12-31", 16);
	tap_call(reserve(d, "di", at("2027-01-05", 0)), &d->err, "held");
	set(w, "2027-01-01", 1);
	draft(d, 5);
	p = d->paper;
	tap_code(do_step(d, &p, held_step("di", VT_HOLD_RESERVED, 6)),
	    VT_E_OUT_OF_ORDER, &d->err, "not with a date of 2027");
	tap_call(cancel(d, "di", 2026, 6, 1, false), &d->err,
	    "its time ended with the year");
}

/* ---- outage ---- */

static struct vt_step
by_hand(uint64_t value, vt_time stated)
{
	struct vt_step st = held_step("di", VT_HOLD_OUTAGE, value);

	st.u.number.stated = stated;
	return st;
}

static void
outages(struct doer *d, struct world *w)
{
	const struct vt_paper *row;
	struct vt_step st[2];
	struct vt_file f;
	struct vt_meta m = { .subject = "Giấy mời", .agency_code = "H01" };
	vt_id p, arrived;

	setup(d);
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series of arrivals");
	set(w, "2026-12-30", 16);
	tap_eq_int(number(d, "di", 1), 1, "01 to a paper");
	tap_code(outage(d, VT_L(OUTAGE_BLOCK_MAX) + 1, 0, at("2026-12-31", 0),
		     at("2027-01-05", 0)),
	    VT_E_LIMIT, &d->err, "too many");
	tap_code(outage(d, 3, at("2026-12-31", 8), at("2026-12-31", 7),
		     at("2027-01-05", 0)),
	    VT_E_INVALID, &d->err, "times out of order");
	tap_code(outage(d, 3, at("2027-01-02", 0), at("2027-01-03", 0),
		     at("2027-01-05", 0)),
	    VT_E_INVALID, &d->err,
	    "numbers of this year are given in this year");
	tap_call(outage(d, 4, at("2026-12-31", 8), at("2027-01-02", 0),
		     at("2027-01-05", 0)),
	    &d->err, "02 to 05 may be given by hand");
	tap_eq_int(d->r.number, 2, "from 02");
	tap_eq_int(number(d, "di", 2), 6, "the System goes on with 06");
	set(w, "2027-01-04", 9); /* it is back */
	tap_call(make_paper(d, VT_DIR_OUT, 1500, 3), &d->err, "entered");
	p = d->paper;
	tap_code(do_step(d, &p, by_hand(7, at("2026-12-31", 10))),
	    VT_E_OUT_OF_ORDER, &d->err, "07 is in no block");
	tap_code(do_step(d, &p, by_hand(2, at("2026-12-30", 20))),
	    VT_E_OUT_OF_ORDER, &d->err, "a date before the block");
	tap_code(do_step(d, &p, by_hand(2, at("2027-01-01", 10))),
	    VT_E_OUT_OF_ORDER, &d->err, "or of another year");
	tap_code(do_step(d, &p, by_hand(2, at("2027-02-01", 10))), VT_E_INVALID,
	    &d->err, "or to come");
	tap_code(book_close(d, "di", 2026), VT_E_OUT_OF_ORDER, &d->err,
	    "the book cannot be closed yet");
	tap_call(do_step(d, &p, by_hand(3, at("2026-12-31", 10))), &d->err,
	    "03 was given by hand");
	row = paper_row(d, &p);
	tap_eq_int(row->number.period, 2026, "of the year it states");
	tap_ok(row->number.time == at("2026-12-31", 10) &&
		   row->number.entered == at("2027-01-04", 9),
	    "the date on it, and when it was entered");
	tap_code(do_step(d, &p, by_hand(4, at("2026-12-31", 11))),
	    VT_E_ALREADY_NUMBERED, &d->err, "a paper has one number");
	tap_call(cancel(d, "di", 2026, 2, 4, true), &d->err,
	    "the rest is cancelled");
	tap_eq_str(states(d, "di", 2026), "PCPCCP", "the register");
	tap_call(book_close(d, "di", 2026), &d->err, "now it is closed");
	tap_call(make_paper(d, VT_DIR_OUT, 1500, 4), &d->err, "a late one");
	p = d->paper;
	tap_code(do_step(d, &p, by_hand(2, at("2026-12-31", 10))),
	    VT_E_OUT_OF_ORDER, &d->err, "nothing is entered in it");
	/* an arrival number, stamped by hand */
	st[0] = (struct vt_step){ .kind = VT_STEP_OUTAGE };
	st[0].u.outage.series = "den";
	st[0].u.outage.n = 2;
	st[0].u.outage.to = at("2027-01-05", 0);
	st[0].u.outage.until = at("2027-01-07", 0);
	st[0].u.outage.note = "Mất điện";
	tap_call(do_step(d, NULL, st[0]), &d->err, "two arrivals by hand");
	w->now += VT_TIME_S(7200);
	tap_call(make_file(d, VT_SPAN_LIT("giấy"), "g", &f), &d->err, "scan");
	st[1] = (struct vt_step){ .kind = VT_STEP_REGISTER };
	st[1].u.reg.direction = VT_DIR_IN;
	st[1].u.reg.meta = &m;
	st[1].u.reg.files = &f;
	st[1].u.reg.n_files = 1;
	st[1].u.reg.arrival_value = 1;
	st[1].u.reg.arrival_stated = w->now - VT_TIME_S(3600);
	tap_code(do_step(d, NULL, st[1]), VT_E_INVALID, &d->err,
	    "without its series");
	st[1].u.reg.arrival_series = "den";
	tap_call(do_step(d, NULL, st[1]), &d->err, "entered");
	arrived = d->paper;
	row = paper_row(d, &arrived);
	tap_ok(row->arrival.value == 1 && row->arrival.held == VT_HOLD_OUTAGE &&
		   row->arrival.time == w->now - VT_TIME_S(3600) &&
		   row->arrival.entered == w->now,
	    "as it was stamped, and when it was entered");
}

/* ---- books ---- */

static void
books(struct doer *d, struct world *w)
{
	struct vt_step st = number_step("ngoai");
	struct vt_book_row b[4];
	struct vt_view *v;
	size_t n;
	vt_id p;

	setup(d);
	tap_call(make_series(d, "ngoai", VT_RESET_YEAR, VT_SERIES_EXTERNAL),
	    &d->err, "a series of another system");
	set(w, "2026-12-31", 23);
	for (uint64_t i = 1; i <= 3; i++)
		tap_eq_int(number(d, "di", i), i, "number");
	tap_code(book_close(d, "di", 2026), VT_E_OUT_OF_ORDER, &d->err,
	    "its year has not passed");
	tap_code(book_close(d, "di", 2025), VT_E_NOT_FOUND, &d->err,
	    "no number in it");
	tap_code(reserve(d, "ngoai", at("2027-01-02", 0)), VT_E_INVALID,
	    &d->err, "another system's numbers are not held here");
	st.u.number.value = 5;
	draft(d, 10);
	p = d->paper;
	tap_call(do_step(d, &p, st), &d->err, "05 by another system");
	st.u.number.value = 2;
	draft(d, 11);
	p = d->paper;
	tap_call(do_step(d, &p, st), &d->err, "02 later");
	tap_eq_str(states(d, "ngoai", 2026), "GPGP", "gaps are shown");
	set(w, "2027-01-01", 0);
	tap_call(book_close(d, "di", 2026), &d->err, "closed");
	tap_eq_int(number(d, "di", 12), 1, "a late one is of the new year");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_series_books(v, d->agency, "di", b, 4, &n, &d->err),
	    &d->err, "books");
	tap_eq_int(n, 2, "two");
	tap_ok(n == 2 && b[0].period == 2027 && !b[0].closed && !b[0].over &&
		   b[0].last == 1,
	    "this year's is open");
	tap_ok(n == 2 && b[1].period == 2026 && b[1].closed &&
		   b[1].count == 3 && b[1].first == 1 && b[1].last == 3 &&
		   b[1].cancelled == 0 && b[1].closed_at == w->now &&
		   b[1].closed_by.b[0] == 2,
	    "last year's says how it was closed, and by whom");
	tap_call(vt_series_books(v, d->agency, "ngoai", b, 4, &n, &d->err),
	    &d->err, "books of the other");
	tap_ok(n == 1 && b[0].over && !b[0].closed, "are to be closed");
	vt_view_end(v);
}

/* ---- which series, and how a number is written ---- */

static void
choice(struct doer *d, struct world *w)
{
	struct vt_paper row;
	static const char *const both[] = { "NQ", "QĐ" };
	static const char *const any[] = { "*" };
	static const struct {
		const char *type, *key;
	} want[] = { { "QĐ", "qd" }, { "NQ", "qd" }, { "CV", "khac" },
		{ "", "khac" } };
	struct vt_step st = { .kind = VT_STEP_SERIES };
	struct vt_series s;
	const char *key;
	struct vt_view *v;
	vt_id p;

	(void)w;
	setup(d);
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_series_of_type(v, d->agency, "QĐ", "di", &key, &d->err),
	    &d->err, "none names it");
	tap_eq_str(key, "di", "the one that is named otherwise");
	vt_view_end(v);
	st.u.series = (struct vt_series){ .key = "qd",
		.title = "Sổ quyết định",
		.reset = VT_RESET_YEAR,
		.authority = VT_SERIES_OURS,
		.types = both,
		.n_types = 2 };
	tap_call(do_step(d, NULL, st), &d->err, "shared by two types");
	st.u.series.key = "khac";
	st.u.series.types = any;
	st.u.series.n_types = 1;
	tap_call(do_step(d, NULL, st), &d->err, "and one for the others");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	for (size_t i = 0; i < 4; i++) {
		tap_call(vt_series_of_type(
			     v, d->agency, want[i].type, "di", &key, &d->err),
		    &d->err, "type %s", want[i].type);
		tap_eq_str(key, want[i].key, "is numbered there");
	}
	vt_view_end(v);
	tap_eq_int(number(d, "qd", 1), 1, "a number");
	p = d->paper;
	st.u.series.key = "qd";
	st.u.series.title = "Sổ khác";
	st.u.series.family = VT_FAMILY_LEGAL;
	tap_call(do_step(d, NULL, st), &d->err, "the series is changed");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_paper_get(v, &p, &row, &d->err), &d->err, "the paper");
	tap_eq_str(
	    row.number.text, "01/SKHCN-VP", "a number that was given is not");
	vt_view_end(v);
	tap_eq_int(number(d, "qd", 2), 2, "the next one");
	tap_eq_str(d->r.number_text, "02/2026/SKHCN-VP", "is written anew");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(
	    vt_series_get(v, d->agency, "qd", &s, &d->err), &d->err, "read");
	tap_ok(strcmp(s.title, "Sổ khác") == 0 && s.last == 2 && s.n_types == 1,
	    "title, last number, types");
	vt_view_end(v);
	st.u.series.types = (const char *const[]){ "A", "A" };
	st.u.series.n_types = 2;
	tap_code(do_step(d, NULL, st), VT_E_INVALID, &d->err, "a type twice");
	st.u.series.n_types = VT_L(SERIES_TYPES_MAX) + 1;
	tap_code(do_step(d, NULL, st), VT_E_LIMIT, &d->err, "too many types");
}

/* ---- two clerks at midnight ---- */

#define CLERKS 2
#define EACH   24

struct clerk {
	pthread_t thread;
	struct doer d;
	struct world *w;
	const char *series;
	uint64_t seed;
	unsigned given, refused, wrong;
};

/* The clock as it may be around a midnight: on, and a little back. */
static void
tick(struct world *w, uint64_t *x)
{
	*x = *x * 6364136223846793005ULL + 1442695040888963407ULL;
	w->now += VT_TIME_S((int64_t)(*x >> 60)) / 8 -
		  ((*x >> 40 & 7) == 0 ? VT_TIME_S(3) : 0);
}

static void *
clerk_main(void *arg)
{
	struct clerk *c = arg;

	for (unsigned i = 0; i < EACH; i++) {
		struct vt_step st = number_step(c->series);
		vt_id p;
		int rc;

		tick(c->w, &c->seed);
		rc = make_paper(&c->d, VT_DIR_OUT, 600, c->seed);
		p = c->d.paper;
		if (rc == VT_OK)
			rc = do_step(
			    &c->d, &p, agree(VT_STEP_SUBMIT, &c->d.main));
		if (rc == VT_OK)
			rc = do_step(&c->d, &p, st);
		c->given += rc == VT_OK;
		c->wrong += rc != VT_OK;
		if (i % 8 == 3 && rc == VT_OK)
			c->wrong += reserve(&c->d, c->series,
					c->w->now + VT_TIME_S(DAY)) != VT_OK;
		vt_act_result_free(&c->d.r);
		c->d.r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	}
	return NULL;
}

/* Each book runs from 1 without a gap, and each paper's date is of it. */
static uint64_t
one_book(struct doer *d, const char *series, uint32_t period,
    const struct vt_series *s)
{
	struct vt_register_row row[20];
	uint64_t after = 0, bad = 0;
	struct vt_view *v;
	uint32_t of;
	size_t n;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	do {
		tap_need(vt_register_list(v, d->agency, series, period, after,
			     row, 20, &n, &d->err) == VT_OK,
		    "register");
		for (size_t i = 0; i < n; i++) {
			vt_time t = row[i].paper != NULL
					? row[i].paper->number.time
					: row[i].held.made_at;

			bad += row[i].value != after + 1;
			bad += !vt_series_period(s, s, t, &of) || of != period;
			after = row[i].value;
		}
	} while (n == 20);
	vt_view_end(v);
	tap_eq_int(bad, 0, "%s %u: no gap, no number twice, dates of it",
	    series, period);
	return after;
}

static void
roll_over(
    struct vt_store *s, struct world *w, const char *series, uint32_t first)
{
	struct doer d = { .s = s, .agency = 1, .r = VT_ACT_RESULT_INIT };
	struct clerk c[CLERKS];
	struct vt_series row;
	struct vt_view *v;
	uint64_t before, after;
	unsigned given = 0, wrong = 0;

	set(w, "2026-12-31", 0);
	w->now += VT_TIME_S(DAY) - VT_TIME_S(20);
	for (unsigned i = 0; i < CLERKS; i++) {
		c[i] = (struct clerk){ .d = d, .w = w, .series = series };
		c[i].seed = 7 * i + first;
		tap_need(
		    pthread_create(&c[i].thread, NULL, clerk_main, &c[i]) == 0,
		    "a clerk");
	}
	for (unsigned i = 0; i < CLERKS; i++) {
		(void)pthread_join(c[i].thread, NULL);
		given += c[i].given;
		wrong += c[i].wrong;
	}
	tap_eq_int(wrong, 0, "%s: nobody was refused", series);
	tap_eq_int(given, CLERKS * EACH, "each paper has its number");
	tap_need(vt_view_begin(s, &v, &d.err) == VT_OK, "view");
	tap_need(vt_series_get(v, 1, series, &row, &d.err) == VT_OK, "series");
	before = one_book(&d, series, first, &row);
	after = one_book(&d, series, first + 1, &row);
	vt_view_end(v);
	printf("# %s: %llu before midnight, %llu after\n", series,
	    (unsigned long long)before, (unsigned long long)after);
	tap_ok(before > 0 && after > 0, "on both sides of midnight");
}

/* A step back is reported; one of more than an hour stops numbering. */
static void
stepped_back(struct vt_store *s, struct world *w)
{
	struct doer d = { .s = s, .agency = 1, .r = VT_ACT_RESULT_INIT };
	struct vt_store_info info;
	uint64_t n;

	set(w, "2027-01-01", 2);
	n = number(&d, "di", 900);
	tap_ok(n > 1, "02:00 on the first of January");
	w->now -= VT_TIME_S(1800);
	tap_eq_int(number(&d, "di", 901), n + 1, "half an hour back: goes on");
	tap_call(vt_store_info(s, &info, &d.err), &d.err, "figures");
	tap_ok(info.clock_back_us == (uint64_t)VT_TIME_S(1800), "is reported");
	set(w, "2026-12-31", 23);
	tap_eq_int(number(&d, "di", 902), 0, "three hours back: stops");
	tap_eq_int((int)d.err.code, VT_E_STORE_CLOCK, "for the clock");
	tap_eq_int((int)reserve(&d, "di", at("2027-01-03", 0)),
	    VT_E_STORE_CLOCK, "nothing is held either");
	set(w, "2027-01-01", 3);
	tap_eq_int(number(&d, "di", 903), n + 2, "and goes on where it was");
	vt_act_result_free(&d.r);
}

static void
midnight(void)
{
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();
	struct vt_store *s;
	struct world w;

	for (int i = 0; i < 2; i++) {
		struct doer d = { .r = VT_ACT_RESULT_INIT };

		printf("# midnight, %s\n", i == 0 ? "model" : "lmdb");
		world_init(&w);
		s = d.s = i == 0 ? model_new(&w.ctx) : store_new(dir, &w.ctx);
		setup(&d);
		set(&w, "2026-03-02", 9);
		tap_call(party_series(&d, "QĐ", NULL), &d.err, "by term");
		tap_call(term(&d, "QĐ", "2025-01-01", "2027-01-01"), &d.err,
		    "the first");
		tap_call(term(&d, "QĐ", "2027-01-01", "2032-01-01"), &d.err,
		    "the second, from midnight");
		vt_act_result_free(&d.r);
		roll_over(s, &w, "di", 2026);
		stepped_back(s, &w);
		tap_eq_int(findings(s, true), 0, "check is clean");
		vt_store_close(s);
	}
	s = store_open(dir, &w.ctx);
	tap_eq_int(findings(s, true), 0, "opened again: clean");
	vt_store_close(s);
	dir_free(dir);
	dir = dir_new();
	for (int i = 0; i < 2; i++) {
		struct doer d = { .r = VT_ACT_RESULT_INIT };

		world_init(&w);
		s = d.s = i == 0 ? model_new(&w.ctx) : store_new(dir, &w.ctx);
		setup(&d);
		set(&w, "2026-03-02", 9);
		tap_call(party_series(&d, "QĐ", NULL), &d.err, "by term");
		tap_call(term(&d, "QĐ", "2025-01-01", "2027-01-01"), &d.err,
		    "the first");
		tap_call(term(&d, "QĐ", "2027-01-01", "2032-01-01"), &d.err,
		    "the second, from midnight");
		vt_act_result_free(&d.r);
		roll_over(s, &w, "QĐ", 1);
		tap_eq_int(findings(s, true), 0, "check is clean");
		vt_store_close(s);
	}
	dir_free(dir);
	(void)err;
}

static void
parse(void)
{
	static const char *const suffix[] = { "12a", "12bis", "12/1", "12 " };
	static const char *const bad[] = { "", "a12", "0", "10000000",
		"99999999999", "-1" };
	struct vt_err err = VT_ERR_INIT;
	uint64_t v = 0;

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++)
		tap_code(vt_number_parse(suffix[i], &v, &err),
		    VT_E_NUMBER_SUFFIX, &err, "\"%s\"", suffix[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_code(vt_number_parse(bad[i], &v, &err), VT_E_INVALID, &err,
		    "\"%s\"", bad[i]);
	tap_call(vt_number_parse("007", &v, &err), &err, "007");
	tap_eq_int(v, 7, "is 7");
	tap_call(vt_number_parse("9999999", &v, &err), &err, "the largest");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	parse();
	(void)on_both(terms, "terms");
	(void)on_both(events, "events");
	(void)on_both(reserved, "reserved numbers");
	(void)on_both(outages, "outages");
	(void)on_both(books, "books");
	(void)on_both(choice, "which series");
	midnight();
	return tap_done();
}
