/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The four faces of Liberation Serif, found on the machine. A face is taken
 * only when it has every Vietnamese letter: release 1 of the fonts, still
 * packaged beside release 2, lacks half of them.
 */
#ifndef VT_RENDER_FACE_H
#define VT_RENDER_FACE_H

#include <hb.h>

#include "base/buf.h"

enum vt_style { VT_ROMAN, VT_BOLD, VT_ITALIC, VT_BOLD_ITALIC, VT_STYLES };

struct vt_face {
	char path[160];
	const char *ps_name; /* "LiberationSerif-Bold"; static */
	hb_face_t *face;     /* owned */
	hb_font_t *font;     /* owned; scale = units per em */
	double upem;
};

struct vt_faces {
	struct vt_face f[VT_STYLES];
};

/* Opens (maps) all four; VT_E_ENVIRONMENT names the package that is missing.
 * Cost: four small file maps, no glyph is read. */
VT_NODISCARD int vt_faces_open(struct vt_faces *ret, struct vt_err *reterr);
/* Opens one style only; the others stay empty. */
VT_NODISCARD int vt_faces_open_one(
    struct vt_faces *ret, enum vt_style style, struct vt_err *reterr);
void vt_faces_close(struct vt_faces *f);

/* Advance width of a letter in thousandths of the font size. False when the
 * face has no glyph for it. */
bool vt_face_advance(
    const struct vt_face *f, uint32_t scalar, double *ret_width);

/*
 * Width in points of well-formed UTF-8 at a size. VT_E_INVALID names the
 * first letter that the face lacks.
 */
VT_NODISCARD int vt_face_width(const struct vt_face *f, const char *s,
    double size, double *ret, struct vt_err *reterr);

/* Every letter that a laid field can show: ASCII, all Vietnamese letters,
 * dashes, quotes, ellipsis. Ascending; static. */
const uint32_t *vt_field_letters(size_t *ret_n);
bool vt_field_letter_is(uint32_t scalar);

#endif
