/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/render.h"
#include "render/subset.h"

static size_t
field_font(struct vt_grafter *g, enum vt_style style)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_faces faces;
	const uint32_t *letters;
	size_t n, i = 0;

	if (vt_faces_open_one(&faces, style, &err) != VT_OK) {
		vt_grafter_fail(g, &err);
		return 0;
	}
	letters = vt_field_letters(&n);
	i = vt_subset_put(g, &faces.f[style], style, letters, n);
	vt_faces_close(&faces);
	return i;
}

int
vt_render_field_fonts(struct vt_arena *a, struct vt_pdf_graft *ret,
    size_t *ret_regular, size_t *ret_italic, struct vt_err *reterr)
{
	struct vt_grafter g;
	size_t regular, italic;
	int rc;

	vt_grafter_init(&g, a);
	regular = field_font(&g, VT_ROMAN);
	italic = field_font(&g, VT_ITALIC);
	rc = vt_grafter_finish(&g, ret, reterr);
	if (rc != VT_OK)
		return rc;
	*ret_regular = regular;
	*ret_italic = italic;
	return VT_OK;
}
