/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/letterhead.h"

#include "base/limits.h"
#include "render/fieldtext.h"

#define NATIONAL "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
#define MOTTO    "Độc lập - Tự do - Hạnh phúc"
#define GUTTER   8.0
#define RULE_PT  0.6

/* True size of what is put there by hand on paper. */
#define LEADER_W   VT_MM(55)
#define LEADER_H   VT_MM(25)
#define SEAL       VT_MM(36)
#define INITIALS_W VT_MM(13)
#define INITIALS_H VT_MM(6)

/* The two columns of the head, and the sizes that let the agency's name stand
 * on one line when the decree's larger ones do not. */
struct columns {
	double name;  /* national name and agency: 12-13 */
	double motto; /* 13-14 */
	double lx, lw, rx, rw;
};

static struct columns
columns_for(struct vt_layout *l, const char *parent, const char *agency)
{
	struct columns c = { .name = 13, .motto = 14, .lx = VT_MARGIN_L };

	for (;;) {
		c.rw = vt_layout_width(l, VT_BOLD, c.name, NATIONAL) + 2;
		c.rx = VT_PAGE_W - VT_MARGIN_R - c.rw;
		c.lw = c.rx - GUTTER - c.lx;
		if (c.name < 12.5 ||
		    (vt_layout_width(l, VT_BOLD, c.name, agency) <= c.lw &&
			vt_layout_width(l, VT_ROMAN, c.name, parent) <= c.lw))
			return c;
		c.name = 12;
		c.motto = 13;
	}
}

/* A centred rule under a line: its share of the line's width. */
static void
rule_under(struct vt_layout *l, struct vt_unit *u, double centre, double y,
    double width)
{
	vt_ops_rule(l, &u->ops, (double[2]){ centre - width / 2, y },
	    (double[2]){ width, 0 }, RULE_PT);
}

static double
set_agency(struct vt_layout *l, struct vt_head *h, const struct columns *c,
    const char *parent, const char *agency)
{
	struct vt_par p = { .size = c->name,
		.align = VT_CENTRE,
		.x = c->lx,
		.w = c->lw,
		.leading = 1.18 };
	double y = 0, line;

	if (parent[0] != '\0')
		y = vt_layout_cell(l, h->unit, &p, y, parent);
	p.style = VT_BOLD;
	y = vt_layout_cell(l, h->unit, &p, y, agency);
	line = (h->unit->end_x - (c->lx + c->lw / 2)) * 2;
	/* 1/3 to 1/2 of the line; a short last line still gets a seen rule. */
	rule_under(l, h->unit, c->lx + c->lw / 2, y + 2, line * 0.42);
	return y + 4;
}

static double
set_national(struct vt_layout *l, struct vt_head *h, const struct columns *c)
{
	struct vt_par p = { .style = VT_BOLD,
		.size = c->name,
		.align = VT_CENTRE,
		.x = c->rx,
		.w = c->rw,
		.leading = 1.18 };
	double y = vt_layout_cell(l, h->unit, &p, 0, NATIONAL);

	p.size = c->motto;
	y = vt_layout_cell(l, h->unit, &p, y, MOTTO);
	rule_under(l, h->unit, c->rx + c->rw / 2, y + 2,
	    vt_layout_width(l, VT_BOLD, c->motto, MOTTO));
	return y + 4;
}

/* "Số:" with its field, and the field of place and date on the same line. */
static double
set_number(
    struct vt_layout *l, struct vt_head *h, const struct columns *c, double y)
{
	static const char label[] = "Số: ";
	double size = VT_RENDER_NUMBER_SIZE;
	double lead = vt_layout_width(l, VT_ROMAN, size, label);
	/* Wide enough for a long symbol, as far as the column has room. */
	double field = vt_layout_width(l, VT_ROMAN, size, "1284/QĐ-UBND-XYZ") +
		       2 * VT_FIELD_PAD + 2;
	double height = 18, x, base;
	struct vt_op *op;

	if (lead + field > c->lw)
		field = c->lw - lead;
	x = c->lx + (c->lw - lead - field) / 2;
	base = y + height - vt_field_baseline(size, height);
	op = vt_ops_text(l, &h->unit->ops, VT_ROMAN, size, label);
	if (op != NULL) {
		op->x = x;
		op->y = base;
	}
	h->number = (struct vt_place){ .x = x + lead - VT_FIELD_PAD,
		.y = y,
		.w = field + VT_FIELD_PAD,
		.h = height };
	h->date =
	    (struct vt_place){ .x = c->rx, .y = y, .w = c->rw, .h = height };
	return y + height;
}

static double
set_type(struct vt_layout *l, struct vt_head *h, double y)
{
	struct vt_par p = { .style = VT_BOLD,
		.size = 14,
		.align = VT_CENTRE,
		.x = VT_MARGIN_L,
		.w = VT_TEXT_W,
		.leading = 1.2,
		.before = 14 };
	double centre = VT_MARGIN_L + VT_TEXT_W / 2, line;

	y = vt_layout_cell(l, h->unit, &p, y, h->type_name);
	p.before = 0;
	/* A subject of several lines is set narrower than the text. */
	p.x += VT_MM(12);
	p.w -= VT_MM(24);
	y = vt_layout_cell(l, h->unit, &p, y, h->subject);
	line = (h->unit->end_x - centre) * 2;
	rule_under(l, h->unit, centre, y + 2.5, line * 0.42);
	return y + 5;
}

void
vt_head_set(struct vt_layout *l, struct vt_head *h)
{
	const char *parent = vt_layout_upper(
	    l, vt_layout_text(l, h->parent, "parent agency", VT_L(NAME_MAX)));
	const char *agency = vt_layout_upper(
	    l, vt_layout_need(l, h->agency, "agency", VT_L(NAME_MAX)));
	struct columns c = columns_for(l, parent, agency);
	double left, right;

	h->subject =
	    vt_layout_need(l, h->subject, "subject", VT_L(SUBJECT_MAX));
	h->unit = vt_unit_new(l);
	if (h->unit == NULL)
		return;
	left = set_agency(l, h, &c, parent, agency);
	right = set_national(l, h, &c);
	left = set_number(l, h, &c, (left > right ? left : right) + 6);
	if (h->type_name == NULL) {
		struct vt_par p = { .size = 12,
			.align = VT_CENTRE,
			.x = c.lx,
			.w = c.lw,
			.leading = 1.18,
			.before = 2 };

		left = vt_layout_cell(l, h->unit, &p, left,
		    vt_layout_join(l, "V/v ", h->subject));
	} else {
		h->type_name =
		    vt_layout_upper(l, vt_layout_need(l, h->type_name,
					   "type of paper", VT_L(NAME_MAX)));
		left = set_type(l, h, left);
	}
	h->unit->height = left + 13;
}

/* Several: each on its line, the dashes under the colon. */
static void
set_list(
    struct vt_layout *l, struct vt_units *us, const char *const *to, size_t n)
{
	static const char label[] = "Kính gửi:";
	struct vt_par p = {
		.size = VT_BODY_PT, .align = VT_LEFT, .leading = VT_LEADING
	};
	double wide = 0, lead = vt_layout_width(l, VT_ROMAN, p.size, label);
	double dash = vt_layout_width(l, VT_ROMAN, p.size, "- ");

	for (size_t i = 0; i < n; i++) {
		double w = vt_layout_width(l, VT_ROMAN, p.size, to[i]);

		wide = w > wide ? w : wide;
	}
	wide += lead + dash;
	p.x = VT_MARGIN_L + VT_INDENT;
	if (VT_TEXT_W - wide > 2 * VT_INDENT)
		p.x = VT_MARGIN_L + (VT_TEXT_W - wide) / 2;
	p.w = lead + 1;
	vt_layout_par(l, us, &p, label);
	p.x += lead - 4;
	p.w = VT_MARGIN_L + VT_TEXT_W - p.x;
	p.hang = dash;
	for (size_t i = 0; i < n; i++) {
		const char *s =
		    vt_layout_closed(l, to[i], i + 1 == n ? '.' : ';');
		struct vt_unit *last = us->last;

		vt_layout_par(l, us, &p, vt_layout_join(l, "- ", s));
		if (last != NULL && last->next != NULL)
			last->next->glued = true;
	}
}

void
vt_addressees_set(
    struct vt_layout *l, struct vt_units *us, const char *const *to, size_t n)
{
	struct vt_par p = { .size = VT_BODY_PT,
		.align = VT_CENTRE,
		.x = VT_MARGIN_L,
		.w = VT_TEXT_W };
	const char **lines;

	if (n == 0 || l->rc != VT_OK)
		return;
	lines = vt_arena_array(l->a, n, sizeof(const char *));
	if (lines == NULL) {
		struct vt_err err = VT_ERR_INIT;

		if (vt_arena_err(l->a, &err) != VT_OK)
			vt_layout_fail(l, &err);
		return;
	}
	for (size_t i = 0; i < n; i++)
		lines[i] =
		    vt_layout_need(l, to[i], "addressee", VT_L(SUBJECT_MAX));
	if (n > 1) {
		set_list(l, us, lines, n);
		return;
	}
	vt_layout_par(l, us, &p,
	    vt_layout_join(
		l, "Kính gửi: ", vt_layout_closed(l, lines[0], '.')));
}

static double
set_copies(struct vt_layout *l, struct vt_tail *t, double w)
{
	struct vt_par p = { .style = VT_BOLD_ITALIC,
		.size = 12,
		.w = w,
		.x = VT_MARGIN_L,
		.leading = 1.2 };
	double y = 0;

	if (t->n_copies == 0) {
		t->unit->end_x = VT_MARGIN_L;
		t->unit->end_y = 12;
		return 0;
	}
	y = vt_layout_cell(l, t->unit, &p, y, "Nơi nhận:");
	p.style = VT_ROMAN;
	p.size = 11;
	p.hang = vt_layout_width(l, VT_ROMAN, p.size, "- ");
	for (size_t i = 0; i < t->n_copies; i++) {
		const char *s = vt_layout_need(
		    l, t->copies[i], "Nơi nhận", VT_L(SUBJECT_MAX));

		s = vt_layout_closed(l, s, i + 1 == t->n_copies ? '.' : ';');
		y = vt_layout_cell(
		    l, t->unit, &p, y, vt_layout_join(l, "- ", s));
	}
	return y;
}

void
vt_tail_set(struct vt_layout *l, struct vt_tail *t)
{
	struct vt_par p = { .style = VT_BOLD,
		.size = 14,
		.align = VT_CENTRE,
		.x = VT_MARGIN_L + VT_TEXT_W * 0.48,
		.w = VT_TEXT_W * 0.52,
		.leading = 1.2 };
	const char *authority = vt_layout_upper(
	    l, vt_layout_text(l, t->authority, "authority", VT_L(NAME_MAX)));
	const char *title = vt_layout_upper(
	    l, vt_layout_need(l, t->title, "title", VT_L(NAME_MAX)));
	const char *signer =
	    vt_layout_need(l, t->signer, "signer", VT_L(NAME_MAX));
	double left, y = 0, centre = p.x + p.w / 2;
	double lw = VT_TEXT_W * 0.46;

	t->unit = vt_unit_new(l);
	if (t->unit == NULL)
		return;
	t->unit->before = 12;
	left = set_copies(l, t, lw);
	t->initials = (struct vt_place){ .x = t->unit->end_x + 5,
		.y = t->unit->end_y + 4 - INITIALS_H,
		.w = INITIALS_W,
		.h = INITIALS_H };
	if (t->initials.x + INITIALS_W > VT_MARGIN_L + lw) {
		t->initials.x = VT_MARGIN_L;
		t->initials.y = left + 2;
		left += INITIALS_H + 2;
	}
	if (authority[0] != '\0')
		y = vt_layout_cell(l, t->unit, &p, y, authority);
	y = vt_layout_cell(l, t->unit, &p, y, title);
	t->leader = (struct vt_place){ .x = centre - LEADER_W / 2,
		.y = y + 5,
		.w = LEADER_W,
		.h = LEADER_H };
	/* Over the left third of the hand signature, at its height. */
	t->seal = (struct vt_place){ .x = t->leader.x + LEADER_W / 3 - SEAL,
		.y = t->leader.y + LEADER_H / 2 - SEAL / 2 - 4,
		.w = SEAL,
		.h = SEAL };
	y = vt_layout_cell(l, t->unit, &p, y + LEADER_H + 16, signer);
	t->unit->height = left > y ? left : y;
	/* The seal may reach below the name; it stays on the page. */
	if (t->seal.y + SEAL > t->unit->height)
		t->unit->height = t->seal.y + SEAL;
}

static struct vt_place
on_page(const struct vt_place *p, const struct vt_unit *u)
{
	struct vt_place r = *p;

	r.page = u->page;
	r.y = u->top - p->y - p->h;
	return r;
}

void
vt_places_take(const struct vt_head *h, const struct vt_tail *t,
    const struct vt_unit *body_end, struct vt_places *ret)
{
	struct vt_place end = { .w = INITIALS_W, .h = INITIALS_H };

	ret->number = on_page(&h->number, h->unit);
	ret->date = on_page(&h->date, h->unit);
	ret->leader = on_page(&t->leader, t->unit);
	ret->seal = on_page(&t->seal, t->unit);
	ret->initials[1] = on_page(&t->initials, t->unit);
	/* After the last word; a full last line leaves the gap below it. */
	end.x = body_end->end_x + 5;
	end.y = body_end->end_y + 4 - INITIALS_H;
	if (end.x + INITIALS_W > VT_PAGE_W - VT_MARGIN_R) {
		end.x = VT_PAGE_W - VT_MARGIN_R - INITIALS_W;
		end.y = body_end->height;
	}
	ret->initials[0] = on_page(&end, body_end);
}
