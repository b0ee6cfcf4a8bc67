/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/fieldtext.h"

#include <math.h>

#include "base/limits.h"
#include "base/text.h"
#include "render/face.h"
#include "render/graft.h"
#include "render/render.h"

#define LEAST_PT 8.0
/* Ascent and descent of Liberation Serif in ems. */
#define ASCENT  0.891
#define DESCENT 0.216

double
vt_field_baseline(double font_size, double h)
{
	return (h - font_size * (ASCENT + DESCENT)) / 2 + font_size * DESCENT;
}

/* Clean text whose letters the laid font all has. */
static int
field_clean(const char *text, struct vt_buf *ret, struct vt_err *reterr)
{
	size_t at = 0;
	int rc = vt_text_clean(
	    vt_span_str(text), VT_L(NAME_MAX), "field", ret, reterr);

	if (rc == VT_OK)
		rc = vt_buf_status(ret, reterr);
	if (rc != VT_OK)
		return rc;
	if (ret->n == 0)
		return vt_err_set(
		    reterr, VT_E_INVALID, "field: text wanted, found none");
	while (at < ret->n) {
		size_t start = at;
		int32_t c = vt_utf8_next(vt_buf_view(ret), &at);

		if (c < 0 || !vt_field_letter_is((uint32_t)c))
			return vt_err_set(reterr, VT_E_INVALID,
			    "field: letter \"%.*s\" (U+%04X): the laid font "
			    "has no glyph for it",
			    (int)(at - start), (const char *)ret->p + start,
			    (unsigned)c);
	}
	return VT_OK;
}

struct placed {
	double size, x, y;
};

/* Size and start of the text in a field of w x h. */
static int
place(const char *text, enum vt_style style, const double wh[2],
    struct placed *p, struct vt_err *reterr)
{
	struct vt_faces faces;
	double room = wh[0] - 2 * VT_FIELD_PAD, em = 0;
	int rc = vt_faces_open_one(&faces, style, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_face_width(&faces.f[style], text, 1, &em, reterr);
	vt_faces_close(&faces);
	if (rc != VT_OK)
		return rc;
	p->y = vt_field_baseline(p->size, wh[1]);
	if (em * p->size > room)
		p->size = floor(room / em * 10) / 10;
	if (p->size < LEAST_PT)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "field: %.0f pt wide: text needs %.0f at the smallest "
		    "size of %.0f pt",
		    wh[0], em * LEAST_PT + 2 * VT_FIELD_PAD, LEAST_PT);
	p->x = VT_FIELD_PAD;
	if (style == VT_ITALIC)
		p->x = (wh[0] - em * p->size) / 2;
	return VT_OK;
}

static void
put_text(struct vt_buf *b, const char *key, const struct placed *p,
    struct vt_span text)
{
	size_t at = 0;

	vt_buf_printf(b, "/Tx BMC\nq\nBT\n/%s ", key);
	vt_pdf_print_real(p->size, b);
	vt_buf_puts(b, " Tf\n0 g\n");
	vt_pdf_print_real(p->x, b);
	vt_buf_putc(b, ' ');
	vt_pdf_print_real(p->y, b);
	vt_buf_puts(b, " Td\n<");
	while (at < text.n)
		vt_buf_printf(b, "%04X", (unsigned)vt_utf8_next(text, &at));
	vt_buf_puts(b, "> Tj\nET\nQ\nEMC\n");
}

/* NOLINTBEGIN(readability-function-size): eight values, a contract */
int
vt_render_field_text(const char *text, const char *font_key, double font_size,
    double w, double h, struct vt_arena *a, struct vt_pdf_graft *ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(clean);
	VT_BUF_AUTO(content);
	VT_BUF_AUTO(dict);
	VT_BUF_AUTO(import);
	struct vt_grafter g;
	struct placed p = { .size = font_size };
	enum vt_style style = VT_ROMAN;
	int rc;

	if (strcmp(font_key, VT_RENDER_FONT_ITALIC_KEY) == 0)
		style = VT_ITALIC;
	else if (strcmp(font_key, VT_RENDER_FONT_KEY) != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "field: font \"%s\" is not one that is laid", font_key);
	if (!(w > 2 * VT_FIELD_PAD && h > 0 && font_size > 0))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field: %.1f x %.1f pt at size %.1f has no room for text",
		    w, h, font_size);
	rc = field_clean(text, &clean, reterr);
	if (rc == VT_OK)
		rc = place(
		    vt_buf_str(&clean), style, (double[2]){ w, h }, &p, reterr);
	if (rc != VT_OK)
		return rc;
	put_text(&content, font_key, &p, vt_buf_view(&clean));
	vt_buf_puts(&dict, "/Type /XObject /Subtype /Form /BBox [0 0 ");
	vt_pdf_print_real(w, &dict);
	vt_buf_putc(&dict, ' ');
	vt_pdf_print_real(h, &dict);
	vt_buf_printf(&dict, "] /Resources << /Font << /%s 0 %d R >> >>",
	    font_key, VT_GRAFT_IMPORT);
	vt_buf_printf(&import, "DR/Font/%s", font_key);
	rc = vt_buf_status(&content, reterr);
	if (rc == VT_OK)
		rc = vt_buf_status(&import, reterr);
	if (rc != VT_OK)
		return rc;
	vt_grafter_init(&g, a);
	g.import = vt_buf_str(&import);
	vt_grafter_form(
	    &g, vt_grafter_reserve(&g), &dict, vt_buf_view(&content));
	return vt_grafter_finish(&g, ret, reterr);
}
/* NOLINTEND(readability-function-size) */
