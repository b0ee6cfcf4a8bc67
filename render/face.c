/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/face.h"

#include <stdio.h>

#include "base/text.h"

/* Where distributions put Liberation; the first complete set is taken. */
static const char *const folders[] = {
	"/usr/share/fonts/truetype/liberation2", /* Debian 12 */
	"/usr/share/fonts/truetype/liberation",  /* Debian 13 */
	"/usr/share/fonts/liberation-serif",     /* Fedora */
	"/usr/share/fonts/liberation",           /* Arch */
};

static const char *const names[VT_STYLES] = {
	[VT_ROMAN] = "LiberationSerif",
	[VT_BOLD] = "LiberationSerif-Bold",
	[VT_ITALIC] = "LiberationSerif-Italic",
	[VT_BOLD_ITALIC] = "LiberationSerif-BoldItalic",
};

static const char *const files[VT_STYLES] = {
	[VT_ROMAN] = "LiberationSerif-Regular.ttf",
	[VT_BOLD] = "LiberationSerif-Bold.ttf",
	[VT_ITALIC] = "LiberationSerif-Italic.ttf",
	[VT_BOLD_ITALIC] = "LiberationSerif-BoldItalic.ttf",
};

static const uint32_t letters[] = {
	/* ASCII */
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B,
	0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
	0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x41, 0x42, 0x43,
	0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
	0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x5B,
	0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67,
	0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0x73,
	0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E,
	/* no-break space, degree */
	0xA0, 0xB0,
	/* Vietnamese letters of Latin-1, capitals, then small */
	0xC0, 0xC1, 0xC2, 0xC3, 0xC8, 0xC9, 0xCA, 0xCC, 0xCD, 0xD2, 0xD3, 0xD4,
	0xD5, 0xD9, 0xDA, 0xDD, 0xE0, 0xE1, 0xE2, 0xE3, 0xE8, 0xE9, 0xEA, 0xEC,
	0xED, 0xF2, 0xF3, 0xF4, 0xF5, 0xF9, 0xFA, 0xFD,
	/* breve, bar, tilde, horn */
	0x102, 0x103, 0x110, 0x111, 0x128, 0x129, 0x168, 0x169, 0x1A0, 0x1A1,
	0x1AF, 0x1B0,
	/* the Vietnamese block of Latin Extended Additional */
	0x1EA0, 0x1EA1, 0x1EA2, 0x1EA3, 0x1EA4, 0x1EA5, 0x1EA6, 0x1EA7, 0x1EA8,
	0x1EA9, 0x1EAA, 0x1EAB, 0x1EAC, 0x1EAD, 0x1EAE, 0x1EAF, 0x1EB0, 0x1EB1,
	0x1EB2, 0x1EB3, 0x1EB4, 0x1EB5, 0x1EB6, 0x1EB7, 0x1EB8, 0x1EB9, 0x1EBA,
	0x1EBB, 0x1EBC, 0x1EBD, 0x1EBE, 0x1EBF, 0x1EC0, 0x1EC1, 0x1EC2, 0x1EC3,
	0x1EC4, 0x1EC5, 0x1EC6, 0x1EC7, 0x1EC8, 0x1EC9, 0x1ECA, 0x1ECB, 0x1ECC,
	0x1ECD, 0x1ECE, 0x1ECF, 0x1ED0, 0x1ED1, 0x1ED2, 0x1ED3, 0x1ED4, 0x1ED5,
	0x1ED6, 0x1ED7, 0x1ED8, 0x1ED9, 0x1EDA, 0x1EDB, 0x1EDC, 0x1EDD, 0x1EDE,
	0x1EDF, 0x1EE0, 0x1EE1, 0x1EE2, 0x1EE3, 0x1EE4, 0x1EE5, 0x1EE6, 0x1EE7,
	0x1EE8, 0x1EE9, 0x1EEA, 0x1EEB, 0x1EEC, 0x1EED, 0x1EEE, 0x1EEF, 0x1EF0,
	0x1EF1, 0x1EF2, 0x1EF3, 0x1EF4, 0x1EF5, 0x1EF6, 0x1EF7, 0x1EF8, 0x1EF9,
	/* dashes, quotes, ellipsis */
	0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026
};

#define N_LETTERS (sizeof(letters) / sizeof(letters[0]))

const uint32_t *
vt_field_letters(size_t *ret_n)
{
	*ret_n = N_LETTERS;
	return letters;
}

bool
vt_field_letter_is(uint32_t scalar)
{
	size_t lo = 0, hi = N_LETTERS;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (letters[mid] == scalar)
			return true;
		if (letters[mid] < scalar)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static void
face_close(struct vt_face *f)
{
	hb_font_destroy(f->font);
	hb_face_destroy(f->face);
	f->font = NULL;
	f->face = NULL;
}

/* True when the face has every letter of the table. */
static bool
face_is_complete(const struct vt_face *f)
{
	hb_codepoint_t gid;

	for (size_t i = 0; i < N_LETTERS; i++)
		if (!hb_font_get_nominal_glyph(f->font, letters[i], &gid))
			return false;
	return true;
}

/* Tries one file; false when it is absent, broken or incomplete. */
static bool
face_try(struct vt_face *f, const char *folder, enum vt_style style)
{
	hb_blob_t *blob;

	(void)snprintf(f->path, sizeof(f->path), "%s/%s", folder, files[style]);
	blob = hb_blob_create_from_file_or_fail(f->path);
	if (blob == NULL)
		return false;
	f->ps_name = names[style];
	f->face = hb_face_create(blob, 0);
	f->font = hb_font_create(f->face);
	hb_blob_destroy(blob); /* the face holds it */
	f->upem = hb_face_get_upem(f->face);
	if (f->upem >= 16 && face_is_complete(f))
		return true;
	face_close(f);
	return false;
}

int
vt_faces_open_one(
    struct vt_faces *ret, enum vt_style style, struct vt_err *reterr)
{
	VT_ASSERT(style < VT_STYLES);
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (face_try(&ret->f[style], folders[i], style))
			return VT_OK;
	return vt_err_set(reterr, VT_E_ENVIRONMENT,
	    "font %s with all Vietnamese letters: not installed (Debian "
	    "package fonts-liberation2)",
	    files[style]);
}

int
vt_faces_open(struct vt_faces *ret, struct vt_err *reterr)
{
	struct vt_faces all;
	int rc;

	memset(&all, 0, sizeof(all));
	for (int s = 0; s < VT_STYLES; s++) {
		struct vt_faces one;

		rc = vt_faces_open_one(&one, (enum vt_style)s, reterr);
		if (rc != VT_OK) {
			vt_faces_close(&all);
			return rc;
		}
		all.f[s] = one.f[s];
	}
	*ret = all;
	return VT_OK;
}

void
vt_faces_close(struct vt_faces *f)
{
	for (int s = 0; s < VT_STYLES; s++)
		if (f->f[s].face != NULL)
			face_close(&f->f[s]);
}

bool
vt_face_advance(const struct vt_face *f, uint32_t scalar, double *ret_width)
{
	hb_codepoint_t gid;

	if (!hb_font_get_nominal_glyph(f->font, scalar, &gid))
		return false;
	*ret_width =
	    hb_font_get_glyph_h_advance(f->font, gid) * 1000.0 / f->upem;
	return true;
}

int
vt_face_width(const struct vt_face *f, const char *s, double size, double *ret,
    struct vt_err *reterr)
{
	struct vt_span t = vt_span_str(s);
	double sum = 0, w;
	size_t at = 0;

	while (at < t.n) {
		size_t start = at;
		int32_t c = vt_utf8_next(t, &at);

		if (c < 0)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "text: RFC 3629: ill-formed byte at %zu", start);
		if (!vt_face_advance(f, (uint32_t)c, &w))
			return vt_err_set(reterr, VT_E_INVALID,
			    "letter \"%.*s\" (U+%04X): %s has no glyph for it",
			    (int)(at - start), (const char *)t.p + start,
			    (unsigned)c, f->ps_name);
		sum += w;
	}
	*ret = sum * size / 1000.0;
	return VT_OK;
}
