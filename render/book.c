/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers: a cover and a table, line by line, on A4 lying down. */
#include "base/limits.h"
#include "base/text.h"
#include "render/layout.h"
#include "render/render.h"

#define BOTTOM VT_MM(15)
#define TOP    (VT_LYING_H - VT_MARGIN_T)
#define PAD    3.0 /* between a rule and the text of a cell */
#define SIZE   10.0
#define LEAD   1.2
#define THIN   0.5

struct table {
	struct vt_layout *l;
	const struct vt_book_print *b;
	double x[VT_BOOK_COLUMNS_MAX + 1]; /* left edges, and the last right */
	size_t page;
	double y;   /* below what stands on the page */
	double top; /* of the table on this page */
	bool open;  /* its sides are not drawn yet */
};

/* ---- text ---- */

/* Letters that cannot be drawn, as their code. */
static const char *
drawable(struct vt_layout *l, const char *s)
{
	struct vt_span t = vt_span_str(s);
	VT_BUF_AUTO(b);
	bool all = true;
	double w;

	for (size_t at = 0; at < t.n;) {
		size_t from = at;
		int32_t c = vt_utf8_next(t, &at);

		if (c >= 0 && c < 0x10000 &&
		    vt_face_advance(
			&l->faces->f[VT_ROMAN], (uint32_t)c, &w) &&
		    vt_face_advance(&l->faces->f[VT_BOLD], (uint32_t)c, &w)) {
			vt_buf_put(&b, s + from, at - from);
			continue;
		}
		all = false;
		vt_buf_printf(&b, "[U+%04X]", (unsigned)c);
	}
	return all ? s : vt_layout_join(l, vt_buf_str(&b), "");
}

static const char *
text_of(struct vt_layout *l, const char *s, const char *what)
{
	return drawable(l, vt_layout_text(l, s, what, VT_L(RENDER_TEXT_MAX)));
}

/* ---- rules ---- */

/* From (x, y) on the page, by (w, h) to the right and up. */
static void
rule(struct table *t, double x, double y, double w, double h)
{
	struct vt_unit *u = vt_unit_new(t->l);

	if (u == NULL)
		return;
	vt_ops_rule(t->l, &u->ops, (double[2]){ x, VT_LYING_H - y },
	    (double[2]){ w, -h }, THIN);
	vt_layout_put(t->l, u, t->page, VT_LYING_H);
}

static void
rule_across(struct table *t)
{
	rule(t, t->x[0], t->y, t->x[t->b->n_columns] - t->x[0], 0);
}

static void
close_page(struct table *t)
{
	if (!t->open)
		return;
	for (size_t i = 0; i <= t->b->n_columns; i++)
		rule(t, t->x[i], t->y, 0, t->top - t->y);
	t->open = false;
}

/* ---- rows ---- */

struct row {
	struct vt_unit *next[VT_BOOK_COLUMNS_MAX]; /* lines still to be put */
	size_t lines;
	double lead;
};

static void
break_row(struct table *t, const char *const *cells, enum vt_style style,
    struct row *ret)
{
	struct vt_par p = { .style = style, .size = SIZE, .leading = LEAD };

	*ret = (struct row){ .lines = 1, .lead = SIZE * LEAD };
	for (size_t i = 0; i < t->b->n_columns; i++) {
		struct vt_units us = { NULL, NULL, 0 };
		bool centre = style != VT_ROMAN || t->b->columns[i].centre;

		p.align = centre ? VT_CENTRE : VT_LEFT;
		p.x = t->x[i] + PAD;
		p.w = t->x[i + 1] - t->x[i] - 2 * PAD;
		vt_layout_par(t->l, &us, &p, cells[i]);
		ret->next[i] = us.first;
		if (us.n > ret->lines)
			ret->lines = us.n;
	}
}

/* As many of its lines, with the rule below them. */
static void
put_lines(struct table *t, struct row *r, size_t n)
{
	for (size_t i = 0; i < t->b->n_columns; i++)
		for (size_t k = 0; k < n && r->next[i] != NULL; k++) {
			struct vt_unit *u = r->next[i];

			r->next[i] = u->next;
			vt_layout_put(t->l, u, t->page,
			    t->y - PAD - (double)k * r->lead);
		}
	t->y -= 2 * PAD + (double)n * r->lead;
	r->lines -= n;
	rule_across(t);
}

static void
put_head(struct table *t)
{
	const char *cells[VT_BOOK_COLUMNS_MAX] = { NULL };
	static const char *const numbers[VT_BOOK_COLUMNS_MAX] = { "(1)", "(2)",
		"(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)",
		"(12)" };
	struct row r;

	for (size_t i = 0; i < t->b->n_columns; i++)
		cells[i] = text_of(t->l, t->b->columns[i].name, "column");
	break_row(t, cells, VT_BOLD, &r);
	put_lines(t, &r, r.lines);
	break_row(t, numbers, VT_ITALIC, &r);
	put_lines(t, &r, r.lines);
}

static void
new_page(struct table *t)
{
	close_page(t);
	t->page++;
	t->y = t->top = TOP;
	t->open = true;
	rule_across(t);
	put_head(t);
}

static size_t
room_for(const struct table *t, const struct row *r)
{
	double room = (t->y - BOTTOM - 2 * PAD) / r->lead;

	return room < 1 ? 0 : (size_t)room;
}

static void
put_row(struct table *t, struct row *r)
{
	size_t room = room_for(t, r);
	bool begun = false;

	while (r->lines > 0 && vt_layout_status(t->l, NULL) == VT_OK) {
		if (room < r->lines && !begun) {
			new_page(t);
			room = room_for(t, r);
			begun = true;
		}
		put_lines(t, r, room < r->lines ? room : r->lines);
		if (r->lines > 0) {
			new_page(t);
			room = room_for(t, r);
		}
	}
}

static int
put_all(struct table *t, struct vt_err *reterr)
{
	const char *cells[VT_BOOK_COLUMNS_MAX] = { NULL };
	struct row r;
	bool more = true;
	int rc;

	new_page(t);
	for (;;) {
		if ((rc = vt_layout_status(t->l, reterr)) != VT_OK ||
		    (rc = t->b->line(t->b->arg, cells, &more, reterr)) !=
			VT_OK ||
		    !more)
			return rc;
		for (size_t i = 0; i < t->b->n_columns; i++)
			cells[i] = text_of(t->l, cells[i], "line");
		break_row(t, cells, VT_ROMAN, &r);
		put_row(t, &r);
	}
}

/* ---- below the table, and the cover ---- */

static void
put_below(struct table *t, const char *const *below)
{
	struct vt_par p = { .size = SIZE + 1,
		.x = t->x[0],
		.w = t->x[t->b->n_columns] - t->x[0] };

	close_page(t);
	t->y -= 2 * PAD;
	for (; *below != NULL; below++) {
		struct vt_units us = { NULL, NULL, 0 };

		vt_layout_par(
		    t->l, &us, &p, text_of(t->l, *below, "closing words"));
		for (struct vt_unit *u = us.first; u != NULL; u = u->next) {
			if (t->y - u->height < BOTTOM) {
				t->page++;
				t->y = TOP;
			}
			vt_layout_put(t->l, u, t->page, t->y);
			t->y -= u->height;
		}
	}
}

static void
put_cover(struct table *t, const char *const *facts)
{
	struct vt_par p = { .style = VT_BOLD,
		.size = 14,
		.align = VT_CENTRE,
		.x = VT_LYING_L,
		.w = VT_LYING_TEXT_W };
	struct vt_unit *u = vt_unit_new(t->l);
	double y;

	y = vt_layout_cell(t->l, u, &p, VT_MM(5),
	    vt_layout_upper(t->l, text_of(t->l, t->b->agency, "agency")));
	p.size = 26;
	y = vt_layout_cell(t->l, u, &p, y > VT_MM(50) ? y + 20 : VT_MM(50),
	    vt_layout_upper(t->l, text_of(t->l, t->b->title, "title")));
	p.size = 16;
	p.style = VT_ROMAN;
	for (y += VT_MM(12); *facts != NULL; facts++)
		y = vt_layout_cell(
		    t->l, u, &p, y + 4, text_of(t->l, *facts, "cover"));
	vt_layout_put(t->l, u, 0, TOP);
}

static int
set_book(struct vt_layout *l, const struct vt_book_print *b,
    struct vt_err *reterr)
{
	const char *cover[VT_BOOK_FACTS_MAX + 1] = { NULL };
	const char *below[VT_BOOK_FACTS_MAX + 1] = { NULL };
	struct table t = { .l = l, .b = b };
	double all = 0, x = VT_LYING_L;
	int rc;

	VT_ASSERT(b->n_columns <= VT_BOOK_COLUMNS_MAX);
	l->lying = true;
	for (size_t i = 0; i < b->n_columns; i++)
		all += b->columns[i].share;
	for (size_t i = 0; i <= b->n_columns; i++) {
		t.x[i] = x;
		if (i < b->n_columns)
			x += VT_LYING_TEXT_W * b->columns[i].share / all;
	}
	if ((rc = put_all(&t, reterr)) != VT_OK)
		return rc;
	b->end(b->arg, cover, below);
	put_below(&t, below);
	put_cover(&t, cover);
	return vt_layout_status(l, reterr);
}

int
vt_render_book(const struct vt_book_print *b, struct vt_buf *ret_pdf,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_L(RENDER_ARENA_MAX));
	struct vt_layout l;
	struct vt_faces faces;
	int rc;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "register: no memory");
	if ((rc = vt_faces_open(&faces, reterr)) != VT_OK)
		return rc;
	vt_layout_init(&l, a, &faces);
	rc = set_book(&l, b, reterr);
	if (rc == VT_OK)
		rc = vt_layout_draw(
		    &l, text_of(&l, b->title, "title"), ret_pdf, reterr);
	vt_faces_close(&faces);
	return rc;
}
