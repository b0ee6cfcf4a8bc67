/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/limits.h"
#include "base/text.h"
#include "render/letterhead.h"
#include "render/qr.h"

#define QR_SIDE VT_MM(27)
#define BAND    (QR_SIDE + 6) /* at the foot of the last page */
#define LABEL_W (VT_TEXT_W * 0.36)
#define CELL    4.0 /* space around the text of a cell */

/* One row of the table of facts. */
static void
set_fact(struct vt_layout *l, struct vt_units *us, const char *label,
    const char *value)
{
	struct vt_par p = { .size = 13,
		.align = VT_LEFT,
		.leading = 1.2,
		.x = VT_MARGIN_L + CELL + 2,
		.w = LABEL_W - 2 * CELL - 2 };
	struct vt_unit *u = vt_unit_new(l);
	double y, z;

	if (u == NULL)
		return;
	y = vt_layout_cell(l, u, &p, CELL, label);
	p.style = VT_BOLD;
	p.x = VT_MARGIN_L + LABEL_W + CELL + 2;
	p.w = VT_TEXT_W - LABEL_W - 2 * CELL - 2;
	z = vt_layout_cell(l, u, &p, CELL, value);
	u->height = (y > z ? y : z) + CELL;
	for (int i = 0; i < 2; i++)
		vt_ops_rule(l, &u->ops,
		    (double[2]){ VT_MARGIN_L, i == 0 ? 0 : u->height },
		    (double[2]){ VT_TEXT_W, 0 }, 0.5);
	for (int i = 0; i < 3; i++) {
		static const double at[3] = { 0, LABEL_W, VT_TEXT_W };

		vt_ops_rule(l, &u->ops, (double[2]){ VT_MARGIN_L + at[i], 0 },
		    (double[2]){ 0, u->height }, 0.5);
	}
	vt_units_add(us, u);
}

static void
set_facts(struct vt_layout *l, struct vt_units *us, const struct vt_notice *n)
{
	struct vt_unit *before = us->last, *first;

	set_fact(l, us, "Họ và tên",
	    vt_layout_need(l, n->citizen, "citizen", VT_L(NAME_MAX)));
	if (n->case_code != NULL)
		set_fact(l, us, "Mã số hồ sơ",
		    vt_layout_need(
			l, n->case_code, "case code", VT_L(NAME_MAX)));
	for (size_t i = 0; i < n->n_facts; i++)
		set_fact(l, us,
		    vt_layout_need(l, n->facts[i].label, "label of a fact",
			VT_L(NAME_MAX)),
		    vt_layout_need(l, n->facts[i].value, "value of a fact",
			VT_L(RENDER_TEXT_MAX)));
	first = before == NULL ? us->first : before->next;
	if (first != NULL) {
		first->before = 8;
		first->glued = before != NULL;
	}
}

/* Paragraphs [from, to). */
static void
set_body(struct vt_layout *l, struct vt_units *us, const struct vt_notice *n,
    size_t from, size_t to)
{
	struct vt_par p = { .size = VT_BODY_PT,
		.align = VT_JUSTIFY,
		.x = VT_MARGIN_L,
		.w = VT_TEXT_W,
		.indent = VT_INDENT,
		.before = VT_PAR_GAP + 2 };

	for (size_t i = from; i < to; i++)
		vt_layout_par(l, us, &p,
		    vt_layout_need(
			l, n->body[i], "paragraph", VT_L(RENDER_TEXT_MAX)));
}

/* "7KQ29XMD4TPA" as "7KQ2-9XMD-4TPA". */
static const char *
grouped(struct vt_layout *l, const char *code)
{
	VT_BUF_AUTO(b);
	size_t n = 0;

	for (const char *p = code; *p != '\0'; p++) {
		if (*p == '-' || *p == ' ')
			continue;
		if (n > 0 && n % 4 == 0)
			vt_buf_putc(&b, '-');
		vt_buf_putc(&b, (uint8_t)*p);
		n++;
	}
	return vt_layout_join(l, vt_buf_str(&b), "");
}

/* QR code, code and address at the foot of the last page, with the mark of
 * the system that Decree 45/2020 asks for on a print-out. */
static struct vt_unit *
band(struct vt_layout *l, const struct vt_notice *n)
{
	const char *code = vt_layout_need(l, n->code, "code", 64);
	const char *url =
	    vt_layout_need(l, n->url, "address", VT_L(QR_TEXT_MAX));
	struct vt_unit *u = vt_unit_new(l);
	struct vt_par p = { .size = 11,
		.leading = 1.25,
		.x = VT_MARGIN_L + QR_SIDE + 8,
		.w = VT_TEXT_W - QR_SIDE - 8 };
	double y;

	if (u == NULL)
		return NULL;
	vt_ops_rule(l, &u->ops, (double[2]){ VT_MARGIN_L, 0 },
	    (double[2]){ VT_TEXT_W, 0 }, 0.4);
	vt_qr_put(l, u, url, (double[2]){ VT_MARGIN_L - 6, 5 }, QR_SIDE);
	(void)vt_layout_cell(l, u, &p, 10, "Mã kết quả:");
	p.indent = u->end_x - p.x + 4;
	p.style = VT_BOLD;
	y = vt_layout_cell(l, u, &p, 10, grouped(l, code));
	p.indent = 0;
	p.style = VT_ROMAN;
	y = vt_layout_cell(
	    l, u, &p, y + 2, vt_layout_join(l, "Tra cứu, kiểm tra: ", url));
	p.size = 10;
	p.style = VT_ITALIC;
	(void)vt_layout_cell(l, u, &p, y + 2,
	    vt_layout_join(l,
		"Bản điện tử có chữ ký số được lập và lưu tại hệ thống quản lý "
		"văn bản của ",
		vt_layout_closed(l,
		    vt_layout_text(l, n->agency, "agency", VT_L(NAME_MAX)),
		    '.')));
	u->height = BAND;
	return u;
}

static int
notice_set(struct vt_layout *l, const struct vt_notice *n,
    struct vt_places *ret_places, struct vt_err *reterr)
{
	struct vt_head head = { .parent = n->parent,
		.agency = n->agency,
		.type_name = n->type_name,
		.subject = n->subject };
	struct vt_tail tail = { .authority = n->authority,
		.title = n->title,
		.signer = n->signer,
		.copies = n->copies,
		.n_copies = n->n_copies };
	struct vt_units us = { NULL, NULL, 0 };
	struct vt_unit *foot;
	size_t intro = 0;
	int rc;

	if (n->type_name == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "notice: Decree 30/2020, Appendix I: the type of paper is "
		    "required, found none");
	vt_head_set(l, &head);
	/* A first paragraph that ends in a colon announces the facts. */
	if (n->n_body > 0) {
		const char *s = vt_layout_need(
		    l, n->body[0], "paragraph", VT_L(RENDER_TEXT_MAX));

		intro = s[0] != '\0' && s[strlen(s) - 1] == ':';
	}
	set_body(l, &us, n, 0, intro);
	set_facts(l, &us, n);
	set_body(l, &us, n, intro, n->n_body);
	vt_tail_set(l, &tail);
	foot = band(l, n);
	rc = vt_layout_status(l, reterr);
	if (rc != VT_OK)
		return rc;
	vt_layout_pour(l, head.unit, &us, tail.unit, BAND + 6);
	if (vt_layout_status(l, reterr) == VT_OK)
		vt_layout_put(l, foot, tail.unit->page, VT_MARGIN_B + BAND - 8);
	rc = vt_layout_status(l, reterr);
	if (rc == VT_OK)
		vt_places_take(&head, &tail, us.last, ret_places);
	return rc;
}

int
vt_render_notice(const struct vt_notice *n, struct vt_buf *ret_pdf,
    struct vt_places *ret_places, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_layout l;
	struct vt_places places;
	struct vt_faces faces;
	int rc;

	a = vt_arena_new(VT_L(RENDER_ARENA_MAX));
	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "notice: no memory");
	rc = vt_faces_open(&faces, reterr);
	if (rc != VT_OK)
		return rc;
	vt_layout_init(&l, a, &faces);
	rc = notice_set(&l, n, &places, reterr);
	if (rc == VT_OK)
		rc = vt_layout_draw(&l,
		    vt_layout_text(
			&l, n->subject, "subject", VT_L(SUBJECT_MAX)),
		    ret_pdf, reterr);
	vt_faces_close(&faces);
	if (rc == VT_OK)
		*ret_places = places;
	return rc;
}
