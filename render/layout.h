/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typesetting: paragraphs become units (a line, a row of a table, a block
 * that stays together), units are poured onto pages, and the finished pages
 * are drawn. Lengths in points. Inside a unit y runs down from its top;
 * on a page x and y are those of PDF, from the lower left corner.
 *
 * As in vt_buf the first failure sticks: later calls do nothing, and
 * vt_layout_status() tells. One thread per layout.
 */
#ifndef VT_RENDER_LAYOUT_H
#define VT_RENDER_LAYOUT_H

#include "base/arena.h"
#include "render/face.h"
#include "render/haru.h"

#define VT_MM(mm) ((mm)*72.0 / 25.4)

/* Decree 30/2020, Appendix I: A4, margins within 20-25, 30-35, 15-20 mm. */
#define VT_PAGE_W   595.276
#define VT_PAGE_H   841.89
#define VT_MARGIN_T VT_MM(20)
#define VT_MARGIN_B VT_MM(20)
#define VT_MARGIN_L VT_MM(30)
#define VT_MARGIN_R VT_MM(15)
#define VT_TEXT_W   (VT_PAGE_W - VT_MARGIN_L - VT_MARGIN_R)
/* The same sheet lying down: wide tables (Appendix I, part I). */
#define VT_LYING_W      VT_PAGE_H
#define VT_LYING_H      VT_PAGE_W
#define VT_LYING_L      VT_MM(20)
#define VT_LYING_TEXT_W (VT_LYING_W - VT_LYING_L - VT_MARGIN_R)
#define VT_BODY_PT  14.0
#define VT_INDENT   VT_MM(12.7)
#define VT_PAR_GAP  6.0 /* least distance of paragraphs */
/* "Single" spacing of Times New Roman is 1.15 em; 1.25 lies between it and
 * the 1.5 lines that the decree still allows. */
#define VT_LEADING 1.25

enum vt_align { VT_LEFT, VT_CENTRE, VT_RIGHT, VT_JUSTIFY };

enum vt_op_kind { VT_OP_TEXT, VT_OP_RULE, VT_OP_RECT };

struct vt_op {
	struct vt_op *next;
	enum vt_op_kind kind;
	enum vt_style style; /* TEXT */
	double size;         /* TEXT: font size; RULE: width of the line */
	double x, y;         /* TEXT: start of baseline; RECT: lower left */
	double w, h;         /* RECT; RULE: distance to its other end */
	const char *text;
};

struct vt_ops {
	struct vt_op *first, *last;
};

struct vt_unit {
	struct vt_unit *next;
	double before; /* space above, dropped at the top of a page */
	double height;
	bool glued;          /* no page break directly before it */
	double end_x, end_y; /* where its text ends, from its upper left */
	struct vt_ops ops;
	/* set by vt_layout_pour: */
	size_t page;
	double top; /* y of its upper edge on that page */
};

struct vt_units {
	struct vt_unit *first, *last;
	size_t n;
};

struct vt_layout {
	struct vt_arena *a;
	const struct vt_faces *faces;
	int rc;
	struct vt_err err;
	bool lying;
	struct vt_ops *pages; /* PAGES_MAX of them */
	size_t n_pages;
};

/* a, faces: borrowed for the life of l. Nothing to free. */
void vt_layout_init(
    struct vt_layout *l, struct vt_arena *a, const struct vt_faces *faces);
VT_NODISCARD int vt_layout_status(
    const struct vt_layout *l, struct vt_err *reterr);
/* Records a failure, unless one is recorded. */
void vt_layout_fail(struct vt_layout *l, const struct vt_err *err);

/*
 * Text as it was given becomes text that can be set: NFC, controls refused,
 * line breaks and tabs made spaces, trimmed. Never NULL; "" for NULL or after
 * a failure. what: the field's name in messages; max: characters.
 */
const char *vt_layout_text(
    struct vt_layout *l, const char *s, const char *what, size_t max);
/* The same, but empty text is VT_E_INVALID. */
const char *vt_layout_need(
    struct vt_layout *l, const char *s, const char *what, size_t max);
/* Upper case; the text closed by this end instead of ";", "," or "." */
const char *vt_layout_upper(struct vt_layout *l, const char *s);
const char *vt_layout_closed(struct vt_layout *l, const char *s, char end);
/* "a" + "b". */
const char *vt_layout_join(struct vt_layout *l, const char *a, const char *b);

double vt_layout_width(
    struct vt_layout *l, enum vt_style style, double size, const char *s);

/* ---- drawing into a list ---- */

struct vt_op *vt_ops_text(struct vt_layout *l, struct vt_ops *ops,
    enum vt_style style, double size, const char *text);
void vt_ops_rule(struct vt_layout *l, struct vt_ops *ops, const double at[2],
    const double by[2], double width);
void vt_ops_rect(struct vt_layout *l, struct vt_ops *ops, double x, double y,
    double w, double h);

/* How a paragraph is set. */
struct vt_par {
	enum vt_style style;
	double size;
	enum vt_align align;
	double x, w;    /* column */
	double indent;  /* of the first line */
	double hang;    /* of the others */
	double leading; /* in ems; 0: VT_LEADING */
	double before;  /* above the first line */
};

/*
 * Breaks text at spaces into lines of the column and appends one unit a line,
 * glued so that no page starts with a last line or ends with a first one.
 */
void vt_layout_par(struct vt_layout *l, struct vt_units *to,
    const struct vt_par *p, const char *text);

/*
 * Sets a paragraph inside one unit, from y down; returns the y below it and
 * leaves the end of the text in u->end_x, end_y.
 */
double vt_layout_cell(struct vt_layout *l, struct vt_unit *u,
    const struct vt_par *p, double y, const char *text);

struct vt_unit *vt_unit_new(struct vt_layout *l);
void vt_units_add(struct vt_units *us, struct vt_unit *u);

/*
 * Pours units onto pages, the first page starting with the head, then the
 * text; at the end the tail, which takes at least two units of text along
 * when it moves to a new page. Fills page and top of every unit.
 * foot: kept free at the bottom of the last page, below the tail.
 */
void vt_layout_pour(struct vt_layout *l, struct vt_unit *head,
    struct vt_units *text, struct vt_unit *tail, double foot);

/* Puts a unit at a fixed place. */
void vt_layout_put(
    struct vt_layout *l, struct vt_unit *u, size_t page, double top);

/* Draws all pages, with page numbers from the second on. */
VT_NODISCARD int vt_layout_draw(struct vt_layout *l, const char *title,
    struct vt_buf *ret, struct vt_err *reterr);

#endif
