/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Number books: opened and changed, terms begun, numbers reserved and given
 * up, blocks for an outage, books closed; and the days on which an agency
 * works. Errors besides the ones named: those of vt_office_enter, and of the
 * step in docstore/act.h.
 */
#ifndef VT_API_OFFICE_BOOKS_H
#define VT_API_OFFICE_BOOKS_H

#include "api/office/office.h"

/* ---- days ---- */

/*
 * A public holiday, or a weekend day on which work is made up: data that the
 * operator keeps, for the whole store (`vanthu holiday`).
 */
struct vt_holiday {
	char day[11]; /* YYYY-MM-DD */
	char name[200];
	bool work; /* a day on which work is done after all */
};

/* name NULL: it goes (VT_E_NOT_FOUND). VT_E_INVALID: not a day. For the
 * operator at the machine: no request, in the ledger of the first agency. */
VT_NODISCARD int vt_office_holiday_set(
    struct vt_store *s, const struct vt_holiday *h, struct vt_err *reterr);
VT_NODISCARD int vt_office_holiday_remove(
    struct vt_store *s, const char *day, struct vt_err *reterr);
/* With day > after, ascending. */
VT_NODISCARD int vt_office_holiday_list(struct vt_view *v, const char *after,
    struct vt_holiday *ret, size_t max, size_t *ret_n, struct vt_err *reterr);

/*
 * The end of the next working day after the day of t, in Vietnam: the first
 * moment that is no longer it. Saturdays and Sundays are not worked unless a
 * holiday row says so. VT_E_LIMIT: none within HOLIDAYS_RUN_MAX days.
 */
VT_NODISCARD int vt_office_next_working_day(
    struct vt_view *v, vt_time t, vt_time *ret, struct vt_err *reterr);

/* ---- books ---- */

/* A series, new or changed. Role: administrator, clerk. */
VT_NODISCARD int vt_office_series(struct vt_office *o,
    const struct vt_request *rq, const struct vt_series *s,
    struct vt_act_result *ret, struct vt_err *reterr);

/* A term or event begins. Role: administrator, clerk. */
struct vt_new_term {
	const char *series, *title;
	vt_time from, until; /* VT_TIME_NONE: open, an event */
};
VT_NODISCARD int vt_office_term(struct vt_office *o,
    const struct vt_request *rq, const struct vt_new_term *t,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * The next number is held until the end of the next working day, then it is
 * cancelled by the work queue. ret->number tells. Role: clerk.
 */
VT_NODISCARD int vt_office_reserve(struct vt_office *o,
    const struct vt_request *rq, const char *series, const char *what,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * A leader approves beforehand that the next n numbers may be given by hand on
 * paper between from (0: now) and to. They are entered until the end of the
 * working day after `to`; what is left then is cancelled. ret->number: the
 * first of them. Role: leader.
 */
struct vt_outage {
	const char *series;
	uint64_t n;
	vt_time from, to;
	const char *why;
};
VT_NODISCARD int vt_office_outage(struct vt_office *o,
    const struct vt_request *rq, const struct vt_outage *b,
    struct vt_act_result *ret, struct vt_err *reterr);

/* Held numbers given up before their time. Role: clerk. */
struct vt_give_up {
	const char *series;
	uint32_t period;
	uint64_t value, n;
	const char *reason;
};
VT_NODISCARD int vt_office_cancel_number(struct vt_office *o,
    const struct vt_request *rq, const struct vt_give_up *g,
    struct vt_act_result *ret, struct vt_err *reterr);

/* Đóng sổ. Role: clerk. */
VT_NODISCARD int vt_office_book_close(struct vt_office *o,
    const struct vt_request *rq, const char *series, uint32_t period,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);

/*
 * Books whose year or term ends within VT_PERIOD_END_DAYS: what is to be done
 * before, and what will not go on. Every agency's period ends by itself and the
 * next one begins with its first number; the old book is closed by a person.
 */
#define VT_PERIOD_END_DAYS 30
struct vt_period_end {
	const char *series, *title;
	uint32_t period;
	vt_time at;    /* the first moment that is no longer of it */
	uint64_t last; /* number given so far */
	uint64_t held; /* that no paper has yet: cancelled unless used */
	bool next;     /* another period follows by itself: a year, or a term
			* that was begun beforehand */
};
/* In the order of the books; borrowed until vt_view_end. */
VT_NODISCARD int vt_office_period_ends(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, struct vt_period_end *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);

/*
 * As vt_office_number, with a number that is there already: reserved; given by
 * hand at `stated`; or of a series of another system (held 0). series NULL: by
 * the type of the paper. A paper numbered by hand may be a draft; a reserved
 * number may be given from its approval on, and the signature then shows it.
 */
struct vt_numbering {
	const char *series;
	uint64_t value;
	enum vt_hold_kind held;
	vt_time stated;
};
VT_NODISCARD int vt_office_number_as(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_numbering *n, struct vt_act_result *ret,
    struct vt_err *reterr);

/*
 * Numbers that are held and may be given now: to p, from the book of its type;
 * p NULL: to what arrives. OUTAGE: those whose block has begun. Of books that
 * are not closed, newest first. Borrowed until vt_view_end.
 */
#define VT_HELD_MAX 32
struct vt_held_numbers {
	struct vt_hold h[VT_HELD_MAX];
	size_t n;
};
VT_NODISCARD int vt_office_held(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_paper *p,
    enum vt_hold_kind kind, struct vt_held_numbers *ret, struct vt_err *reterr);

#endif
