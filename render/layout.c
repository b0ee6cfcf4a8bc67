/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/layout.h"

#include "base/limits.h"
#include "base/text.h"

/* Ascent of Liberation Serif in ems: the first baseline of a unit. */
#define ASCENT 0.891

void
vt_layout_init(
    struct vt_layout *l, struct vt_arena *a, const struct vt_faces *faces)
{
	memset(l, 0, sizeof(*l));
	l->a = a;
	l->faces = faces;
	l->pages = vt_arena_array(a, VT_L(RENDER_PAGES_MAX), sizeof(*l->pages));
	if (l->pages == NULL)
		l->rc = vt_arena_err(a, &l->err);
}

int
vt_layout_status(const struct vt_layout *l, struct vt_err *reterr)
{
	if (l->rc != VT_OK && reterr != NULL)
		*reterr = l->err;
	return l->rc;
}

void
vt_layout_fail(struct vt_layout *l, const struct vt_err *err)
{
	if (l->rc != VT_OK)
		return;
	l->rc = err->code;
	l->err = *err;
}

/* The arena gave nothing: says why, once. */
static void
no_room(struct vt_layout *l)
{
	struct vt_err err = VT_ERR_INIT;

	if (vt_arena_err(l->a, &err) != VT_OK)
		vt_layout_fail(l, &err);
}

const char *
vt_layout_text(struct vt_layout *l, const char *s, const char *what, size_t max)
{
	VT_BUF_AUTO(b);
	struct vt_err err = VT_ERR_INIT;
	char *copy;

	if (l->rc != VT_OK || s == NULL)
		return "";
	if (vt_text_clean(vt_span_str(s), max, what, &b, &err) != VT_OK) {
		vt_layout_fail(l, &err);
		return "";
	}
	copy = vt_arena_strdup(l->a, vt_buf_str(&b));
	if (copy == NULL) {
		no_room(l);
		return "";
	}
	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return copy;
}

const char *
vt_layout_need(struct vt_layout *l, const char *s, const char *what, size_t max)
{
	const char *t = vt_layout_text(l, s, what, max);
	struct vt_err err = VT_ERR_INIT;

	if (l->rc == VT_OK && t[0] == '\0') {
		vt_err_set(&err, VT_E_INVALID,
		    "%s: Decree 30/2020, Appendix I: required, but empty",
		    what);
		vt_layout_fail(l, &err);
	}
	return t;
}

/* Moves a finished buffer into the arena. */
static const char *
keep(struct vt_layout *l, const struct vt_buf *b)
{
	struct vt_err err = VT_ERR_INIT;
	const char *copy;

	if (l->rc != VT_OK)
		return "";
	if (vt_buf_status(b, &err) != VT_OK) {
		vt_layout_fail(l, &err);
		return "";
	}
	copy = vt_arena_strdup(l->a, vt_buf_str(b));
	if (copy == NULL)
		no_room(l);
	return copy == NULL ? "" : copy;
}

const char *
vt_layout_upper(struct vt_layout *l, const char *s)
{
	VT_BUF_AUTO(b);

	vt_text_upper(vt_span_str(s), &b);
	return keep(l, &b);
}

const char *
vt_layout_closed(struct vt_layout *l, const char *s, char end)
{
	VT_BUF_AUTO(b);
	size_t n = strlen(s);

	while (n > 0 && strchr(" ;,.", s[n - 1]) != NULL)
		n--;
	vt_buf_put(&b, s, n);
	if (n > 0)
		vt_buf_putc(&b, (uint8_t)end);
	return keep(l, &b);
}

const char *
vt_layout_join(struct vt_layout *l, const char *a, const char *b)
{
	VT_BUF_AUTO(buf);

	vt_buf_puts(&buf, a);
	vt_buf_puts(&buf, b);
	return keep(l, &buf);
}

double
vt_layout_width(
    struct vt_layout *l, enum vt_style style, double size, const char *s)
{
	struct vt_err err = VT_ERR_INIT;
	double w = 0;

	if (l->rc != VT_OK)
		return 0;
	if (vt_face_width(&l->faces->f[style], s, size, &w, &err) != VT_OK)
		vt_layout_fail(l, &err);
	return w;
}

/* ---- lists of drawing operations ---- */

static struct vt_op *
op_new(struct vt_layout *l, struct vt_ops *ops, enum vt_op_kind kind)
{
	struct vt_op *op;

	if (l->rc != VT_OK)
		return NULL;
	op = vt_arena_alloc(l->a, sizeof(*op));
	if (op == NULL) {
		no_room(l);
		return NULL;
	}
	op->kind = kind;
	if (ops->last == NULL)
		ops->first = op;
	else
		ops->last->next = op;
	ops->last = op;
	return op;
}

struct vt_op *
vt_ops_text(struct vt_layout *l, struct vt_ops *ops, enum vt_style style,
    double size, const char *text)
{
	struct vt_op *op = op_new(l, ops, VT_OP_TEXT);

	if (op == NULL)
		return NULL;
	op->style = style;
	op->size = size;
	op->text = text;
	return op;
}

void
vt_ops_rule(struct vt_layout *l, struct vt_ops *ops, const double at[2],
    const double by[2], double width)
{
	struct vt_op *op = op_new(l, ops, VT_OP_RULE);

	if (op == NULL)
		return;
	op->x = at[0];
	op->y = at[1];
	op->w = by[0];
	op->h = by[1];
	op->size = width;
}

void
vt_ops_rect(struct vt_layout *l, struct vt_ops *ops, double x, double y,
    double w, double h)
{
	struct vt_op *op = op_new(l, ops, VT_OP_RECT);

	if (op == NULL)
		return;
	op->x = x;
	op->y = y;
	op->w = w;
	op->h = h;
}

struct vt_unit *
vt_unit_new(struct vt_layout *l)
{
	struct vt_unit *u;

	if (l->rc != VT_OK)
		return NULL;
	u = vt_arena_alloc(l->a, sizeof(*u));
	if (u == NULL)
		no_room(l);
	return u;
}

void
vt_units_add(struct vt_units *us, struct vt_unit *u)
{
	if (u == NULL)
		return;
	if (us->last == NULL)
		us->first = u;
	else
		us->last->next = u;
	us->last = u;
	us->n++;
}

/* ---- breaking paragraphs ---- */

/* One line: a stretch of the text and what it needs. */
struct line {
	size_t from, to; /* bytes; no space at either end */
	size_t gaps;     /* spaces between words */
	double width;    /* natural */
	bool last;
};

/* Bytes of s[from..] that fit into room, at least one letter: for a word
 * wider than the column. */
static size_t
fitting(struct vt_layout *l, const struct vt_par *p, const char *s,
    const size_t range[2], double room, double *ret_width)
{
	const struct vt_face *f = &l->faces->f[p->style];
	size_t from = range[0], to = range[1], at = from, fit = from;
	struct vt_span t = VT_SPAN(s, to);
	double w = 0;

	while (at < to) {
		double one = 0;
		int32_t c = vt_utf8_next(t, &at);

		if (c < 0 || !vt_face_advance(f, (uint32_t)c, &one))
			break; /* measured before: does not happen */
		w += one * p->size / 1000;
		if (w > room && fit > from)
			break;
		fit = at;
		*ret_width = w;
	}
	return fit > from ? fit : to;
}

/* Width of s[from..to). */
static double
stretch(struct vt_layout *l, const struct vt_par *p, const char *s, size_t from,
    size_t to)
{
	const struct vt_face *f = &l->faces->f[p->style];
	struct vt_err err = VT_ERR_INIT;
	struct vt_span t = VT_SPAN(s, to);
	double w = 0, one;
	size_t at = from;

	while (at < to && l->rc == VT_OK) {
		size_t start = at;
		int32_t c = vt_utf8_next(t, &at);

		if (c < 0 || !vt_face_advance(f, (uint32_t)c, &one)) {
			vt_err_set(&err, VT_E_INVALID,
			    "letter \"%.*s\" (U+%04X): %s has no glyph for it",
			    (int)(at - start), s + start, (unsigned)c,
			    f->ps_name);
			vt_layout_fail(l, &err);
			break;
		}
		w += one;
	}
	return w * p->size / 1000;
}

/* Takes the next line from *at on; first fit. False at the end. */
static bool
next_line(struct vt_layout *l, const struct vt_par *p, const char *s,
    size_t *at, double room, struct line *ret)
{
	double space = stretch(l, p, " ", 0, 1);
	size_t i = *at;

	while (s[i] == ' ')
		i++;
	if (s[i] == '\0' || l->rc != VT_OK)
		return false;
	*ret = (struct line){ .from = i, .to = i };
	for (;;) {
		size_t end = i;
		double w;

		while (s[end] != ' ' && s[end] != '\0')
			end++;
		w = stretch(l, p, s, i, end);
		if (ret->to > ret->from && ret->width + space + w > room)
			break;
		if (ret->to == ret->from && w > room) {
			ret->to =
			    fitting(l, p, s, (size_t[2]){ i, end }, room, &w);
			ret->width = w;
			i = ret->to;
			break;
		}
		if (ret->to > ret->from) {
			ret->width += space;
			ret->gaps++;
		}
		ret->width += w;
		ret->to = end;
		i = end;
		while (s[i] == ' ')
			i++;
		if (s[i] == '\0')
			break;
	}
	while (s[i] == ' ')
		i++;
	ret->last = s[i] == '\0';
	*at = i;
	return l->rc == VT_OK;
}

/* Copies a line's text, runs of spaces made one. */
static const char *
line_text(struct vt_layout *l, const char *s, const struct line *ln)
{
	char *t = vt_arena_alloc(l->a, ln->to - ln->from + 1);
	size_t n = 0;

	if (t == NULL) {
		no_room(l);
		return "";
	}
	for (size_t i = ln->from; i < ln->to; i++)
		if (s[i] != ' ' || t[n - 1] != ' ')
			t[n++] = s[i];
	t[n] = '\0';
	return t;
}

/*
 * A justified line: the words stand apart by what is left over. Each word is
 * shown with the space after it, so that text taken out of the page keeps its
 * spaces (word spacing has no effect on two-byte codes, ISO 32000-1 §9.3.3).
 */
static void
put_justified(struct vt_layout *l, struct vt_ops *ops, const struct vt_par *p,
    char *t, const double at[2], double extra)
{
	double x = at[0];

	while (*t != '\0' && l->rc == VT_OK) {
		size_t n = strcspn(t, " ");
		bool more = t[n] == ' ';
		struct vt_op *op;
		char *word = vt_arena_strndup(l->a, t, n + (more ? 1 : 0));

		if (word == NULL) {
			no_room(l);
			return;
		}
		op = vt_ops_text(l, ops, p->style, p->size, word);
		if (op == NULL)
			return;
		op->x = x;
		op->y = at[1];
		x += vt_layout_width(l, p->style, p->size, word) + extra;
		t += n + (more ? 1 : 0);
	}
}

/* Where a line goes: start of its baseline, and the width there is. */
struct spot {
	double x, y, room;
};

/* Draws one line; returns the x where it ends. */
static double
put_line(struct vt_layout *l, struct vt_ops *ops, const struct vt_par *p,
    const char *s, const struct line *ln, struct spot at)
{
	const char *t = line_text(l, s, ln);
	double left = at.room - ln->width;
	struct vt_op *op;

	if (p->align == VT_JUSTIFY && !ln->last && ln->gaps > 0 && left > 0) {
		char *copy = vt_arena_strdup(l->a, t);

		if (copy == NULL) {
			no_room(l);
			return at.x;
		}
		put_justified(l, ops, p, copy, (double[2]){ at.x, at.y },
		    left / (double)ln->gaps);
		return at.x + at.room;
	}
	op = vt_ops_text(l, ops, p->style, p->size, t);
	if (op == NULL)
		return at.x;
	op->x = at.x;
	op->y = at.y;
	if (p->align == VT_CENTRE)
		op->x += left / 2;
	else if (p->align == VT_RIGHT)
		op->x += left;
	return op->x + ln->width;
}

static double
leading_of(const struct vt_par *p)
{
	return p->size * (p->leading > 0 ? p->leading : VT_LEADING);
}

/* Distance from the top of a line of this leading to its baseline. */
static double
baseline_of(const struct vt_par *p)
{
	double lead = leading_of(p);

	return (lead - p->size * 1.107) / 2 + p->size * ASCENT;
}

void
vt_layout_par(struct vt_layout *l, struct vt_units *to, const struct vt_par *p,
    const char *text)
{
	struct vt_unit *prev[2] = { NULL, NULL };
	struct line ln;
	size_t at = 0, n = 0;
	double in = p->indent;

	while (next_line(l, p, text, &at, p->w - in, &ln)) {
		struct vt_unit *u = vt_unit_new(l);

		if (u == NULL)
			return;
		u->before = n == 0 ? p->before : 0;
		u->height = leading_of(p);
		u->glued = n == 1;
		u->end_y = baseline_of(p);
		u->end_x = put_line(l, &u->ops, p, text, &ln,
		    (struct spot){ p->x + in, u->end_y, p->w - in });
		vt_units_add(to, u);
		prev[0] = prev[1];
		prev[1] = u;
		in = p->hang;
		n++;
	}
	if (n > 1 && prev[0] != NULL)
		prev[1]->glued = true;
}

double
vt_layout_cell(struct vt_layout *l, struct vt_unit *u, const struct vt_par *p,
    double y, const char *text)
{
	struct line ln;
	size_t at = 0;
	double in = p->indent;

	if (u == NULL)
		return y;
	y += p->before;
	while (next_line(l, p, text, &at, p->w - in, &ln)) {
		u->end_y = y + baseline_of(p);
		u->end_x = put_line(l, &u->ops, p, text, &ln,
		    (struct spot){ p->x + in, u->end_y, p->w - in });
		y += leading_of(p);
		in = p->hang;
	}
	return y;
}

/* ---- pages ---- */

#define TOP    (VT_PAGE_H - VT_MARGIN_T)
#define BOTTOM VT_MARGIN_B

void
vt_layout_put(struct vt_layout *l, struct vt_unit *u, size_t page, double top)
{
	struct vt_ops *ops;

	if (l->rc != VT_OK || u == NULL)
		return;
	if (page >= VT_L(RENDER_PAGES_MAX)) {
		struct vt_err err = VT_ERR_INIT;

		vt_err_set(&err, VT_E_LIMIT,
		    "paper: RENDER_PAGES_MAX: more than %zu pages",
		    VT_L(RENDER_PAGES_MAX));
		vt_layout_fail(l, &err);
		return;
	}
	if (page >= l->n_pages)
		l->n_pages = page + 1;
	u->page = page;
	u->top = top;
	for (struct vt_op *op = u->ops.first; op != NULL; op = op->next) {
		op->y = top - op->y;
		op->h = -op->h;
		if (op->kind == VT_OP_RECT) {
			op->h = -op->h;
			op->y -= op->h;
		}
	}
	ops = &l->pages[page];
	if (u->ops.first == NULL)
		return;
	if (ops->last == NULL)
		ops->first = u->ops.first;
	else
		ops->last->next = u->ops.first;
	ops->last = u->ops.last;
}

/*
 * The unit with which the page must break, when `over` is the first that does
 * not fit and `start` the first of the page: the nearest one before it that is
 * not glued; `over` itself when there is none.
 */
static size_t
break_at(struct vt_unit *const *us, size_t start, size_t over)
{
	size_t b = over;

	while (b > start && us[b]->glued)
		b--;
	return b > start ? b : over;
}

/* First unit of the page that must go to the next one to let the tail follow
 * with at least two units of text. */
static size_t
break_for_tail(struct vt_unit *const *us, size_t start, size_t n)
{
	size_t b;

	if (n < start + 3)
		return n; /* nothing to spare: the tail goes alone */
	b = n - 2;
	while (b > start && us[b]->glued)
		b--;
	return b > start ? b : n;
}

/* Puts us[start..end) from y down; returns the y below. */
static double
put_run(struct vt_layout *l, struct vt_unit *const *us, const size_t range[2],
    size_t page, double y)
{
	for (size_t i = range[0]; i < range[1]; i++) {
		if (y < TOP)
			y -= us[i]->before;
		vt_layout_put(l, us[i], page, y);
		y -= us[i]->height;
	}
	return y;
}

/* A block that stays together must fit on a page. */
static bool
too_high(struct vt_layout *l, const struct vt_unit *u, const char *what)
{
	struct vt_err err = VT_ERR_INIT;

	if (u->height <= TOP - BOTTOM)
		return false;
	vt_err_set(&err, VT_E_LIMIT, "%s: A4 page: %.0f pt high, room for %.0f",
	    what, u->height, TOP - BOTTOM);
	vt_layout_fail(l, &err);
	return true;
}

void
vt_layout_pour(struct vt_layout *l, struct vt_unit *head, struct vt_units *text,
    struct vt_unit *tail, double foot)
{
	struct vt_unit **us;
	size_t n = 0, start = 0, page = 0;
	double y = TOP;

	if (l->rc != VT_OK)
		return;
	us = vt_arena_array(l->a, text->n + 1, sizeof(struct vt_unit *));
	if (us == NULL) {
		no_room(l);
		return;
	}
	for (struct vt_unit *u = text->first; u != NULL; u = u->next)
		us[n++] = u;
	if (too_high(l, head, "head") || too_high(l, tail, "signature block"))
		return;
	vt_layout_put(l, head, 0, y);
	y -= head->height;
	while (l->rc == VT_OK) {
		size_t i = start, b;
		double at = y;

		while (i < n) {
			double need = us[i]->height;

			if (at < TOP)
				need += us[i]->before;
			if (at - need < BOTTOM && (i > start || page == 0))
				break;
			at -= need;
			i++;
		}
		if (i == n &&
		    at - tail->before - tail->height >= BOTTOM + foot) {
			y = put_run(l, us, (size_t[2]){ start, n }, page, y);
			vt_layout_put(l, tail, page, y - tail->before);
			return;
		}
		b = i == n ? break_for_tail(us, start, n)
			   : break_at(us, start, i);
		(void)put_run(l, us, (size_t[2]){ start, b }, page, y);
		start = b;
		page++;
		y = TOP;
		if (start == n) {
			vt_layout_put(l, tail, page, y);
			return;
		}
	}
}
