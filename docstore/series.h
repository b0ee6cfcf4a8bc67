/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Number series, and the books (sổ) that are their periods: what gives a
 * number, what a number stands for when no paper has it, and what a closed
 * book says. Changed by the steps TERM, RESERVE, CANCEL_NUMBER, OUTAGE and
 * BOOK_CLOSE of docstore/act.h.
 *
 * A series has one row in table `number` for every number it gave, whoever
 * has it: a paper, a reservation, a block for an outage. The highest row of a
 * period is the last number; there is no counter. A number that was given is
 * never given again, also when it was cancelled.
 *
 * Source: Decree 30/2020, Articles 15, 16, 22; 36-HD/VPTW for the Party's
 * papers; else own design.
 */
#ifndef VT_DOCSTORE_SERIES_H
#define VT_DOCSTORE_SERIES_H

#include "base/id.h"
#include "base/time.h"

struct vt_view;
struct vt_paper;

/* Stored; numbers are never reused. */
enum vt_series_reset {
	VT_RESET_YEAR = 1,  /* calendar year in UTC+7 */
	VT_RESET_NEVER = 2, /* period 0 for ever */
	VT_RESET_TERM = 3,  /* a committee's term: begun with start and end */
	VT_RESET_EVENT = 4  /* a congress: begun, and ended by closing */
};
enum vt_series_authority {
	VT_SERIES_OURS = 1,    /* we give the next number: unique, gap-free */
	VT_SERIES_EXTERNAL = 2 /* the caller's system owns the book: unique */
};

/* How number and notation are written. Stored; a number keeps the family it
 * was given in. */
enum vt_number_family {
	VT_FAMILY_STATE = 0, /* 05/QĐ-UBND (Decree 30, Appendix III) */
	VT_FAMILY_PARTY = 1, /* 05-QĐ/TU (36-HD/VPTW) */
	VT_FAMILY_LEGAL = 2  /* 05/2026/QĐ-UBND (legal documents) */
};

/* A term or an event. Its number, from 1, is the period of its numbers. */
struct vt_term {
	uint32_t no;
	const char *title; /* "Nhiệm kỳ 2025-2030" */
	vt_time from;
	vt_time until; /* its first moment no more; VT_TIME_NONE: open */
};

struct vt_series {
	const char *key;   /* "di", "den", "QĐ", … unique in the agency */
	const char *title; /* name of the book */
	enum vt_series_reset reset;
	enum vt_series_authority authority;
	uint32_t period; /* of last, or 0; as listed, not given */
	uint64_t last;   /* highest number given in period, 0 none */
	enum vt_number_family family;
	/* Codes of the types of paper that it numbers ("QĐ"); "*": every one
	 * that no other series names. None: it is named by who numbers. */
	const char *const *types;
	size_t n_types; /* <= SERIES_TYPES_MAX */
	/* TERM, EVENT: key of the series whose terms these are; "": own. Given
	 * once, like reset and authority. */
	const char *terms_of;
	const struct vt_term *terms; /* own, oldest first; by TERM steps */
	size_t n_terms;              /* <= SERIES_TERMS_MAX */
};

/* All of an agency, in the order they were made. */
VT_NODISCARD int vt_series_list(struct vt_view *v, uint32_t agency_no,
    struct vt_series *ret, size_t max, size_t *ret_n, struct vt_err *reterr);
/* Errors: VT_E_NOT_FOUND. */
VT_NODISCARD int vt_series_get(struct vt_view *v, uint32_t agency_no,
    const char *key, struct vt_series *ret, struct vt_err *reterr);

/*
 * The series that numbers papers of a type: the first that names it, else the
 * first that names "*", else the one of key `otherwise`. Data decides, not
 * code. *ret_key is borrowed like the view, or `otherwise` itself.
 */
VT_NODISCARD int vt_series_of_type(struct vt_view *v, uint32_t agency_no,
    const char *type_code, const char *otherwise, const char **ret_key,
    struct vt_err *reterr);

/* Of s the period that t falls in; its terms are those of `of`, s itself when
 * it has own ones. False: no term is in force then. */
bool vt_series_period(const struct vt_series *s, const struct vt_series *of,
    vt_time t, uint32_t *ret);
/* First moment of a period and the first after it; VT_TIME_NONE: none, open.
 * False: there is no such period. */
bool vt_series_span(const struct vt_series *s, const struct vt_series *of,
    uint32_t period, vt_time *ret_from, vt_time *ret_until);

/* "05/QĐ-UBND": at least two digits (Decree 30); notation "" gives "05". */
void vt_number_text(uint64_t value, const char *notation, struct vt_buf *ret);
/* The same in a family; t: when, for the year of VT_FAMILY_LEGAL. */
void vt_number_format(enum vt_number_family f, uint64_t value,
    const char *notation, vt_time t, struct vt_buf *ret);

/*
 * A number as somebody wrote it, of a paper of ours: digits, 1..NUMBER_MAX.
 * VT_E_NUMBER_SUFFIX for "12a", "12bis": numbers follow one another, a late
 * paper takes the next one (Decree 30/2020, Article 15(1)). VT_E_INVALID for
 * anything else. Others' papers may be cited as they call them.
 */
VT_NODISCARD int vt_number_parse(
    const char *text, uint64_t *ret, struct vt_err *reterr);

/* ---- numbers that were given without a paper ---- */

enum vt_hold_kind {           /* stored */
	VT_HOLD_RESERVED = 1, /* giữ số */
	VT_HOLD_OUTAGE = 2,   /* by hand while the System is away */
	VT_HOLD_LOST = 3      /* maybe given in what a restore lost */
};
const char *vt_hold_kind_name(enum vt_hold_kind k);
enum vt_hold_state { /* stored; forward only */
	VT_HOLD_OPEN = 1,
	VT_HOLD_USED = 2,     /* a paper has it */
	VT_HOLD_CANCELLED = 3 /* for ever, with the reason */
};

struct vt_hold {
	uint32_t period;
	uint64_t value;
	enum vt_hold_kind kind;
	enum vt_hold_state state;
	vt_id person;     /* who reserved it, or approved the block */
	const char *note; /* for what; what fails */
	vt_time made_at;
	vt_time from;          /* block: the outage may begin; else made_at */
	vt_time by_hand_until; /* block: the last that may stand on a paper */
	vt_time until;     /* open no longer: to be used, or entered, before */
	uint64_t act;      /* leaf index of the act that gave it */
	uint64_t first, n; /* what that act gave together */
	uint64_t work;     /* item that ends it */
	/* how it ended; absent while it is open */
	vt_id end_person; /* zero: by its time */
	vt_time ended_at;
	uint64_t end_act;
	const char *reason;
	vt_id paper;
};

/* Held numbers of a series and period with value > after, ascending;
 * open_only: those nothing has happened to yet. VT_E_NOT_FOUND: no series. */
struct vt_hold_filter {
	const char *series;
	uint32_t period;
	uint64_t after;
	bool open_only;
};
VT_NODISCARD int vt_hold_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_hold_filter *f, struct vt_hold *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);

/* ---- the register, row by row ---- */

enum vt_register_state {
	VT_REGISTER_PAPER = 1,     /* a paper has it */
	VT_REGISTER_RESERVED = 2,  /* for a paper to come */
	VT_REGISTER_OUTAGE = 3,    /* may be given by hand */
	VT_REGISTER_CANCELLED = 4, /* nobody's, with the reason */
	VT_REGISTER_LOST = 6,      /* maybe given, and lost with its paper */
	VT_REGISTER_GAP = 5        /* value..to were not told to us: only in a
				    * series of another system */
};
const char *vt_register_state_name(enum vt_register_state s);

struct vt_register_row {
	enum vt_register_state state;
	uint64_t value, to; /* to = value, but for a gap */
	uint64_t act;       /* that gave it to whom has it now; gap: 0 */
	const struct vt_paper *paper; /* PAPER: as it is now; or NULL */
	bool arrival;                 /* PAPER: it is its số đến */
	bool was_held;                /* held says how */
	struct vt_hold held;
};

/*
 * Rows of one book with value > after, ascending; *ret_n < max only at the
 * end. Borrowed until vt_view_end. Cost: one row of a paper each, so ask for
 * some hundred at most in one view. Of an isolated paper a view that does not
 * see those (record.h) hands out id, numbers and isolated_at alone.
 */
VT_NODISCARD int vt_register_list(struct vt_view *v, uint32_t agency_no,
    const char *series, uint32_t period, uint64_t after,
    struct vt_register_row *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* ---- books ---- */

/* A period of a series that has numbers. */
struct vt_book_row {
	const char *series; /* key */
	uint32_t period;
	vt_time from, until; /* as vt_series_span */
	uint64_t last;       /* highest number */
	bool over;   /* its time has passed: to be closed when it is not */
	bool closed; /* what follows stands for ever */
	vt_time closed_at;
	vt_id closed_by;
	uint64_t act;
	uint64_t count, first, cancelled; /* numbers given; of them nobody's */
	vt_hash hash; /* over its rows, see docs/format.md §4a */
	const char *note;
};

/* Books of a series, newest first. Errors: VT_E_NOT_FOUND (series). */
VT_NODISCARD int vt_series_books(struct vt_view *v, uint32_t agency_no,
    const char *series, struct vt_book_row *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

#endif
