/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Number books at the office: working days, who may what, and what the queue
 * does with a number that nobody used. */
#include <unistd.h>

#include "api/office/books.h"
#include "api/office/office_priv.h"
#include "api/office/register.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static struct vt_request
ask(const struct vt_actor *a)
{
	(void)snprintf(h.key, sizeof(h.key), "book-%u", ++h.keys);
	return (struct vt_request){ .actor = a, .key = h.key };
}

/* The end of the working day after `day`, as the day that then begins. */
static const char *
after(const char *day)
{
	static char text[16];
	struct vt_err err = VT_ERR_INIT;
	struct vt_date d;
	struct vt_view *v;
	vt_time t;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_need(
	    vt_office_next_working_day(v,
		vt_time_parse_day(day) + VT_TIME_S(36000), &t, &err) == VT_OK,
	    "%s: %s", day, err.msg);
	vt_view_end(v);
	d = vt_time_date(t, VT_TIME_VN_S);
	(void)snprintf(
	    text, sizeof(text), "%04d-%02d-%02d", d.year, d.month, d.day);
	return text;
}

static int
holiday(const char *day, const char *name, bool work)
{
	struct vt_holiday x = { .work = work };
	struct vt_err err = VT_ERR_INIT;

	(void)snprintf(x.day, sizeof(x.day), "%s", day);
	(void)snprintf(x.name, sizeof(x.name), "%s", name);
	return vt_office_holiday_set(h.store, &x, &err);
}

static void
days(void)
{
	struct vt_holiday list[4];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;
	size_t n;

	tap_eq_str(after("2026-03-04"), "2026-03-06", "Wednesday: Thursday");
	tap_eq_str(after("2026-03-06"), "2026-03-10", "Friday: Monday");
	tap_eq_str(after("2026-03-07"), "2026-03-10", "Saturday: Monday");
	tap_eq_int(holiday("2026-03-09", "Giỗ Tổ", false), VT_OK, "a holiday");
	tap_eq_str(after("2026-03-06"), "2026-03-11", "then Tuesday");
	tap_eq_int(holiday("2026-03-07", "Làm bù", true), VT_OK, "made up");
	tap_eq_str(after("2026-03-06"), "2026-03-08", "then Saturday");
	tap_eq_int(holiday("2026-02-30", "x", false), VT_E_INVALID, "no day");
	tap_eq_int(holiday("2026-04-30", "", false), VT_E_INVALID, "no name");
	tap_call(vt_view_begin(h.store, &v, &err), &err, "view");
	tap_call(
	    vt_office_holiday_list(v, "", list, 4, &n, &err), &err, "list");
	tap_ok(n == 2 && strcmp(list[0].day, "2026-03-07") == 0 &&
		   list[0].work && strcmp(list[1].name, "Giỗ Tổ") == 0,
	    "both are listed");
	vt_view_end(v);
	tap_call(vt_office_holiday_remove(h.store, "2026-03-07", &err), &err,
	    "taken away");
	tap_eq_int(vt_office_holiday_remove(h.store, "2026-03-07", &err),
	    VT_E_NOT_FOUND, "once");
	for (int i = 10; i < 28; i++) {
		char day[16];

		(void)snprintf(day, sizeof(day), "2026-07-%02d", i);
		(void)holiday(day, "nghỉ", false);
		(void)snprintf(day, sizeof(day), "2026-08-%02d", i);
		(void)holiday(day, "nghỉ", false);
	}
	tap_eq_str(after("2026-07-09"), "2026-07-29", "eighteen days in a row");
}

static void
held(void)
{
	struct vt_actor clerk = house_actor(&h, "clerk", h.here);
	struct vt_actor leader = house_actor(&h, "leader", h.here);
	struct vt_actor officer = house_actor(&h, "officer", h.here);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_register_line line[8];
	struct vt_register_walk w = VT_REGISTER_WALK_INIT;
	struct vt_outage b = { .series = "di", .n = 2, .why = "mất mạng" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = ask(&officer);
	struct vt_arena *a = vt_arena_new((size_t)8 << 20);
	struct vt_work work;
	size_t n = 0;
	int done;

	w.series = "di";
	w.period = 2026;
	h.w.now = vt_time_parse_day("2026-03-06") + VT_TIME_S(36000);
	tap_eq_int(vt_office_reserve(h.office, &rq, "di", "x", &r, &err),
	    VT_E_FORBIDDEN, "an officer reserves nothing");
	rq = ask(&clerk);
	tap_call(vt_office_reserve(h.office, &rq, "di", "thưởng", &r, &err),
	    &err, "a clerk does");
	tap_eq_int(r.number, 1, "the first");
	vt_act_result_free(&r);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	tap_call(vt_office_reserve(h.office, &rq, "di", "thưởng", &r, &err),
	    &err, "asked again");
	tap_ok(r.repeated && r.number == 1, "the same answer");
	vt_act_result_free(&r);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	b.to = h.w.now + VT_TIME_S(3600);
	rq = ask(&clerk);
	tap_eq_int(vt_office_outage(h.office, &rq, &b, &r, &err),
	    VT_E_FORBIDDEN, "a clerk approves no block");
	rq = ask(&leader);
	tap_call(vt_office_outage(h.office, &rq, &b, &r, &err), &err,
	    "a leader does");
	vt_act_result_free(&r);
	tap_eq_int(vt_work_claim(h.store, 1U << VT_WORK_EXPIRE, &h.clerk,
		       1000000, &work, &err),
	    VT_E_NOT_FOUND, "nothing is due yet");
	h.w.now = vt_time_parse_day("2026-03-11");
	for (int i = 0; i < 2; i++) {
		tap_call(vt_work_claim(h.store, 1U << VT_WORK_EXPIRE, &h.clerk,
			     1000000, &work, &err),
		    &err, "after the next working day");
		tap_call(vt_office_work_item(h.office, &work, &done, &err),
		    &err, "the queue does it");
		tap_eq_int(done, VT_OK, "done");
		vt_work_free(&work);
	}
	tap_call(vt_office_register_lines(
		     h.office, &clerk, &w, a, line, 8, &n, &err),
	    &err, "register");
	tap_eq_int(n, 3, "three lines");
	for (size_t i = 0; i < n; i++)
		tap_ok(line[i].state == VT_REGISTER_CANCELLED &&
			   strstr(line[i].note, "ĐÃ HỦY") != NULL,
		    "%s: %s", line[i].number, line[i].note);
	w.after = 0;
	w.since = vt_time_parse_day("2026-03-11");
	tap_call(vt_office_register_lines(
		     h.office, &clerk, &w, a, line, 8, &n, &err),
	    &err, "of the day they were cancelled");
	tap_eq_int(n, 3, "all of them");
	w.after = 0;
	w.until = w.since - VT_TIME_S(86400);
	w.since = VT_TIME_NONE;
	tap_call(vt_office_register_lines(
		     h.office, &clerk, &w, a, line, 8, &n, &err),
	    &err, "to the day before");
	tap_eq_int(n, 0, "none");
	vt_arena_free(a);
	tap_eq_int(findings(h.store, true), 0, "check is clean");
}

/* More numbers than one print-out has: by volumes. */
static void
volumes(void)
{
	struct vt_actor leader = house_actor(&h, "leader", h.here);
	struct vt_outage b = { .series = "di",
		.n = VT_L(OUTAGE_BLOCK_MAX),
		.why = "mất mạng" };
	struct vt_register_walk w = VT_REGISTER_WALK_INIT;
	struct vt_register_book book;
	struct vt_err err = VT_ERR_INIT;
	uint64_t last = 0;
	vt_hash hash;
	int fd = -1;

	b.to = h.w.now + VT_TIME_S(3600);
	while (last <= VT_REGISTER_VOLUME) {
		struct vt_act_result r = VT_ACT_RESULT_INIT;
		struct vt_request rq = ask(&leader);

		tap_need(vt_office_outage(h.office, &rq, &b, &r, &err) == VT_OK,
		    "a block: %s", err.msg);
		last = r.number + b.n - 1;
		vt_act_result_free(&r);
	}
	w.series = "di";
	w.period = 2026;
	tap_call(vt_office_register_book(
		     h.office, &leader, "di", 2026, &book, &err),
	    &err, "the book");
	tap_code(vt_office_register_print(h.office, &leader, &book, &w,
		     VT_REGISTER_FULL, &fd, &hash, &err),
	    VT_E_LIMIT, &err, "more than a volume");
	w.after = VT_REGISTER_VOLUME;
	tap_call(vt_office_register_print(h.office, &leader, &book, &w,
		     VT_REGISTER_FULL, &fd, &hash, &err),
	    &err, "the second volume");
	(void)close(fd);
	w.after = 0;
	w.last = VT_REGISTER_VOLUME;
	tap_call(vt_office_register_print(h.office, &leader, &book, &w,
		     VT_REGISTER_HANDOVER, &fd, &hash, &err),
	    &err, "the first, whole");
	(void)close(fd);
}

static struct vt_period_end
end_of(const char *day, int hour, size_t *ret_n)
{
	struct vt_actor clerk = house_actor(&h, "clerk", h.here);
	struct vt_period_end e[8] = { { .series = "" } };
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;

	h.w.now = vt_time_parse_day(day) + VT_TIME_S(3600 * hour);
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_need(vt_office_period_ends(
		     h.office, v, &clerk, e, 8, ret_n, &err) == VT_OK,
	    "%s: %s", day, err.msg);
	for (size_t i = 1; i < *ret_n; i++)
		if (strcmp(e[i].series, "di") == 0)
			e[0] = e[i];
	tap_need(*ret_n == 0 || strcmp(e[0].series, "di") == 0, "its own");
	vt_view_end(v);
	e[0].series = e[0].title = ""; /* they went with the view */
	return e[0];
}

/* The year ends: told beforehand, what is held goes, the next book opens by
 * itself, the old one is closed and takes nothing. */
static void
year_end(void)
{
	struct vt_actor clerk = house_actor(&h, "clerk", h.here);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_register_book book;
	struct vt_err err = VT_ERR_INIT;
	struct vt_period_end e;
	struct vt_request rq;
	struct vt_work work;
	size_t n = 0;
	uint64_t last;
	int done;

	(void)end_of("2026-12-01", 23, &n);
	tap_eq_int(n, 0, "not yet on the first of December");
	e = end_of("2026-12-31", 16, &n);
	tap_ok(n >= 2, "every book by year, on its last day");
	tap_ok(e.period == 2026 && e.at == vt_time_parse_day("2027-01-01") &&
		   e.next,
	    "until midnight in Vietnam; the next one follows by itself");
	rq = ask(&clerk);
	tap_call(vt_office_reserve(h.office, &rq, "di", "muộn", &r, &err),
	    &err, "one more is held, on a Thursday");
	last = r.number;
	vt_act_result_free(&r);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	e = end_of("2026-12-31", 23, &n);
	tap_ok(e.held >= 1 && e.last == last, "and counted");
	rq = ask(&clerk);
	tap_code(vt_office_book_close(
		     h.office, &rq, "di", 2026, "hết năm", &r, &err),
	    VT_E_OUT_OF_ORDER, &err, "it is not closed before");
	h.w.now = vt_time_parse_day("2027-01-01");
	while (vt_work_claim(h.store, 1U << VT_WORK_EXPIRE, &h.clerk, 1000000,
		   &work, &err) == VT_OK) {
		tap_call(vt_office_work_item(h.office, &work, &done, &err),
		    &err, "what is held is cancelled with the year");
		vt_work_free(&work);
	}
	rq = ask(&clerk);
	tap_call(vt_office_book_close(
		     h.office, &rq, "di", 2026, "hết năm", &r, &err),
	    &err, "closed");
	vt_act_result_free(&r);
	r = (struct vt_act_result)VT_ACT_RESULT_INIT;
	tap_call(vt_office_register_book(
		     h.office, &clerk, "di", 2026, &book, &err),
	    &err, "its book");
	tap_ok(book.closed && strcmp(book.closed_by, "clerk") == 0 &&
		   book.book.count == last && book.book.cancelled == last,
	    "says who, how many, how many of them cancelled");
	rq = ask(&clerk);
	tap_call(vt_office_reserve(h.office, &rq, "di", "mới", &r, &err), &err,
	    "a number on the first of January");
	tap_ok(r.number == 1 && r.number_period == 2027,
	    "is the first of the new book");
	vt_act_result_free(&r);
}

/* In which of two posts a number is held is kept, as of every act. */
static void
post_of_books(void)
{
	static const enum vt_step_kind kinds[] = { VT_STEP_RESERVE,
		VT_STEP_CANCEL_NUMBER, VT_STEP_BOOK_CLOSE, VT_STEP_TERM,
		VT_STEP_SERIES };
	struct vt_actor clerk = house_actor(&h, "clerk", h.here);
	struct vt_request rq = ask(&clerk);

	clerk.n_posts = 2;
	clerk.posts[0].no = 1;
	clerk.posts[0].roles = VT_ROLE_OFFICER;
	clerk.posts[1].no = 2;
	clerk.posts[1].roles = VT_ROLE_CLERK;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct vt_step step = { .kind = kinds[i] };
		struct vt_act act;

		vt_office_act(&rq, NULL, &step, 1, &act);
		tap_eq_int(act.post, 2, "%s: the clerk's post",
		    vt_step_kind_name(kinds[i]));
	}
}

int
main(void)
{
	house_begin(&h);
	days();
	held();
	volumes();
	post_of_books();
	year_end();
	house_end(&h);
	return tap_done();
}
