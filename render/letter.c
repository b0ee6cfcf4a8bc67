/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/limits.h"
#include "render/letterhead.h"

/* Legal bases: italic, each closed by ";", the last by ".". */
static void
set_bases(struct vt_layout *l, struct vt_units *us, const struct vt_letter *t)
{
	struct vt_par p = { .style = VT_ITALIC,
		.size = VT_BODY_PT,
		.align = VT_JUSTIFY,
		.x = VT_MARGIN_L,
		.w = VT_TEXT_W,
		.indent = VT_INDENT,
		.before = VT_PAR_GAP };

	for (size_t i = 0; i < t->n_bases; i++) {
		const char *s = vt_layout_need(
		    l, t->bases[i], "legal basis", VT_L(RENDER_TEXT_MAX));

		vt_layout_par(l, us, &p,
		    vt_layout_closed(l, s, i + 1 == t->n_bases ? '.' : ';'));
	}
}

static void
set_body(struct vt_layout *l, struct vt_units *us, const struct vt_letter *t)
{
	struct vt_par p = { .size = VT_BODY_PT,
		.align = VT_JUSTIFY,
		.x = VT_MARGIN_L,
		.w = VT_TEXT_W,
		.indent = VT_INDENT,
		.before = VT_PAR_GAP };

	for (size_t i = 0; i < t->n_body; i++)
		vt_layout_par(l, us, &p,
		    vt_layout_need(
			l, t->body[i], "paragraph", VT_L(RENDER_TEXT_MAX)));
}

static int
letter_set(struct vt_layout *l, const struct vt_letter *t,
    struct vt_places *ret_places, struct vt_err *reterr)
{
	struct vt_head head = { .parent = t->parent,
		.agency = t->agency,
		.type_name = t->type_name,
		.subject = t->subject };
	struct vt_tail tail = { .authority = t->authority,
		.title = t->title,
		.signer = t->signer,
		.copies = t->copies,
		.n_copies = t->n_copies };
	struct vt_units us = { NULL, NULL, 0 };
	int rc;

	if (t->n_body == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "letter: Decree 30/2020, Appendix I: a content of at least "
		    "one paragraph is required, found none");
	vt_head_set(l, &head);
	vt_addressees_set(l, &us, t->to, t->n_to);
	set_bases(l, &us, t);
	set_body(l, &us, t);
	vt_tail_set(l, &tail);
	rc = vt_layout_status(l, reterr);
	if (rc != VT_OK)
		return rc;
	vt_layout_pour(l, head.unit, &us, tail.unit, 0);
	rc = vt_layout_status(l, reterr);
	if (rc == VT_OK)
		vt_places_take(&head, &tail, us.last, ret_places);
	return rc;
}

int
vt_render_letter(const struct vt_letter *t, struct vt_buf *ret_pdf,
    struct vt_places *ret_places, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_layout l;
	struct vt_places places;
	struct vt_faces faces;
	int rc;

	a = vt_arena_new(VT_L(RENDER_ARENA_MAX));
	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "letter: no memory");
	rc = vt_faces_open(&faces, reterr);
	if (rc != VT_OK)
		return rc;
	vt_layout_init(&l, a, &faces);
	rc = letter_set(&l, t, &places, reterr);
	if (rc == VT_OK)
		rc = vt_layout_draw(&l,
		    vt_layout_text(
			&l, t->subject, "subject", VT_L(SUBJECT_MAX)),
		    ret_pdf, reterr);
	vt_faces_close(&faces);
	if (rc == VT_OK)
		*ret_places = places;
	return rc;
}
