/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register (sổ đăng ký) as it is printed: one line a number, in order,
 * with the columns of Decree 30/2020's model books (Appendix IV) and Appendix
 * VI's output 1 and 3. Numbers that no paper has stand in it, too.
 */
#ifndef VT_API_OFFICE_REGISTER_H
#define VT_API_OFFICE_REGISTER_H

#include "api/office/office.h"

#define VT_REGISTER_PAGE 100 /* lines read in one view */

/* A line; text is in the caller's arena, "" when there is nothing to say. Days
 * are DD/MM/YYYY of Vietnam. */
struct vt_register_line {
	enum vt_register_state state;
	uint64_t value, to;       /* to = value, but for a gap */
	vt_id paper;              /* zero: none */
	vt_time day;              /* by which since and until count; or NONE */
	const char *arrived_on;   /* incoming: ngày đến */
	const char *number;       /* số đến; or số, ký hiệu of ours */
	const char *author;       /* incoming: tác giả */
	const char *their_number; /* incoming: số, ký hiệu */
	const char *dated;        /* ngày tháng of the paper */
	const char *title;        /* tên loại và trích yếu */
	const char *signer;       /* outgoing: người ký */
	const char *recipients;   /* outgoing: nơi nhận */
	const char *unit; /* đơn vị, người nhận; outgoing: of the kept copy */
	uint64_t copies; /* outgoing: số lượng bản, 0: not stated */
	const char *passed_on; /* ngày chuyển */
	const char *received;  /* ký nhận, as the System knows it */
	const char *note;      /* ghi chú */
};

/* "2026-03-01" of a question; "" or NULL: VT_TIME_NONE. VT_E_INVALID. */
VT_NODISCARD int vt_register_day(
    const char *text, vt_time *ret, struct vt_err *reterr);

/* Names of the ten columns, in their order, NULL at the end. Static. */
const char *const *vt_register_columns(bool incoming);

struct vt_register_book {
	bool incoming;
	char title[800]; /* of the series */
	char agency[800];
	char period[200]; /* "năm 2026", or the term's title */
	uint64_t last;
	bool closed;
	struct vt_book_row book; /* when closed; its text is gone */
	char closed_by[400];
};

/* Errors: VT_E_FORBIDDEN, VT_E_NOT_FOUND (series, or nothing in the period). */
VT_NODISCARD int vt_office_register_book(struct vt_office *o,
    const struct vt_actor *actor, const char *series, uint32_t period,
    struct vt_register_book *ret, struct vt_err *reterr);

/*
 * The lines with value > *after, in a view of its own; *after moves on.
 * *ret_n < max only at the end. max <= VT_REGISTER_PAGE.
 */
struct vt_register_walk {
	const char *series;
	uint32_t period;
	bool incoming;
	uint64_t after, last; /* last: none above; 0: to the end */
	/* Of these days only, in Vietnam, both ends included; VT_TIME_NONE: any.
	 * A number counts by the day that stands beside it: of its paper, of its
	 * cancelling, of its being held; a gap has none. */
	vt_time since, until;
};
#define VT_REGISTER_WALK_INIT                                                  \
	{                                                                      \
		.since = VT_TIME_NONE, .until = VT_TIME_NONE                   \
	}
VT_NODISCARD int vt_office_register_lines(struct vt_office *o,
    const struct vt_actor *actor, struct vt_register_walk *w,
    struct vt_arena *a, struct vt_register_line *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/*
 * A whole register, written piece by piece to a file without a name: of any
 * length in the memory of one page. `line` writes one line to b.
 */
struct vt_register_writer {
	void (*head)(void *arg, struct vt_buf *b);
	void (*line)(
	    void *arg, const struct vt_register_line *l, struct vt_buf *b);
	void (*foot)(void *arg, struct vt_buf *b);
	void *arg;
};
/* *ret_fd owned (close); *ret_hash its SHA-256. */
VT_NODISCARD int vt_office_register_write(struct vt_office *o,
    const struct vt_actor *actor, struct vt_register_walk *w,
    const struct vt_register_writer *out, int *ret_fd, vt_hash *ret_hash,
    struct vt_err *reterr);

/* ---- printed ---- */

/* Lines of one volume (quyển): a longer book is printed volume by volume. */
#define VT_REGISTER_VOLUME VT_L(REGISTER_VOLUME_LINES)

enum vt_register_form {
	VT_REGISTER_FULL = 1,    /* sổ đăng ký: all ten columns */
	VT_REGISTER_HANDOVER = 2 /* sổ chuyển giao: who got it, and signs */
};

/*
 * The lines of a walk as PDF, A4 lying down: cover, head on each page, page
 * numbers, and how the book was closed. *ret_fd owned (close).
 * Errors: VT_E_LIMIT (more than VT_REGISTER_VOLUME lines), those of
 * vt_render_book. Memory: one volume, some 5 KB a line.
 */
VT_NODISCARD int vt_office_register_print(struct vt_office *o,
    const struct vt_actor *actor, const struct vt_register_book *book,
    struct vt_register_walk *w, enum vt_register_form form, int *ret_fd,
    vt_hash *ret_hash, struct vt_err *reterr);

#endif
