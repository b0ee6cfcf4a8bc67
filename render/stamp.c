/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "render/picture.h"
#include "render/render.h"
#include "render/subset.h"

#define DEFAULT_PT 8.0
#define LEAST_PT   5.0
#define LINES_MAX  16
#define LEAD       1.2
#define PAD        1.0  /* between the text and the edge, pt */
#define SLACK      1e-6 /* for what is computed in another order */

struct stamp {
	struct vt_grafter g;
	double w, h;
	char *lines[LINES_MAX]; /* clean, in the arena */
	size_t n;
	double size;   /* of the text */
	double text_h; /* height of the block of lines, 0 without any */
	double picture_y, picture_h; /* the part of the box for the picture */
	struct vt_picture picture;
	bool has_picture;
	size_t font;
	struct vt_buf content;
};

static int
clean_lines(struct stamp *s, const struct vt_stamp *spec, struct vt_err *reterr)
{
	if (spec->n_lines > LINES_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "stamp: %zu lines of text, allowed %d", spec->n_lines,
		    LINES_MAX);
	for (size_t i = 0; i < spec->n_lines; i++) {
		VT_BUF_AUTO(b);
		int rc = vt_text_clean(vt_span_str(spec->lines[i]),
		    VT_L(SUBJECT_MAX), "stamp", &b, reterr);

		if (rc == VT_OK)
			rc = vt_buf_status(&b, reterr);
		if (rc != VT_OK)
			return rc;
		s->lines[s->n] = vt_arena_strdup(s->g.a, vt_buf_str(&b));
		if (s->lines[s->n++] == NULL)
			return vt_arena_err(s->g.a, reterr);
	}
	return VT_OK;
}

/* Where the line is to be broken so that its head is not wider than the box:
 * at a space; 0: nowhere. */
static int
break_of(const struct stamp *s, const struct vt_face *f, char *line,
    size_t *ret, struct vt_err *reterr)
{
	double w = 0;
	int rc = vt_face_width(f, line, s->size, &w, reterr);

	*ret = 0;
	if (rc != VT_OK || w <= s->w - 2 * PAD + SLACK)
		return rc;
	for (char *p = strchr(line, ' '); p != NULL; p = strchr(p + 1, ' ')) {
		*p = '\0';
		rc = vt_face_width(f, line, s->size, &w, reterr);
		*p = ' ';
		if (rc != VT_OK || (w > s->w - 2 * PAD + SLACK && *ret > 0))
			return rc;
		*ret = (size_t)(p - line);
	}
	return VT_OK;
}

static int
wrap(struct stamp *s, const struct vt_face *f, struct vt_err *reterr)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t at;
		int rc = break_of(s, f, s->lines[i], &at, reterr);

		if (rc != VT_OK)
			return rc;
		if (at == 0)
			continue;
		if (s->n == LINES_MAX)
			return vt_err_set(reterr, VT_E_LIMIT,
			    "stamp: its text takes more than %d lines",
			    LINES_MAX);
		memmove(&s->lines[i + 2], &s->lines[i + 1],
		    (s->n++ - i - 1) * sizeof(s->lines[0]));
		s->lines[i][at] = '\0';
		s->lines[i + 1] = s->lines[i] + at + 1;
	}
	return VT_OK;
}

/* Width of the widest line at 1 pt. */
static int
widest(const struct stamp *s, const struct vt_face *f, double *ret,
    struct vt_err *reterr)
{
	*ret = 0;
	for (size_t i = 0; i < s->n; i++) {
		double w = 0;
		int rc = vt_face_width(f, s->lines[i], 1, &w, reterr);

		if (rc != VT_OK)
			return rc;
		*ret = w > *ret ? w : *ret;
	}
	return VT_OK;
}

/* The size at which all lines fit, and the room left for the picture. */
static int
fit(struct stamp *s, const struct vt_stamp *spec, const struct vt_face *f,
    struct vt_err *reterr)
{
	double wide = 0, high = s->h - 2 * PAD, by_w, by_h;
	int rc;

	s->picture_h = s->h;
	if (s->n == 0)
		return VT_OK;
	s->size = spec->font_size > 0 ? spec->font_size : DEFAULT_PT;
	if ((spec->wrap && (rc = wrap(s, f, reterr)) != VT_OK) ||
	    (rc = widest(s, f, &wide, reterr)) != VT_OK)
		return rc;
	/* A picture above the text keeps at least a third of the box. */
	if (spec->text_below && s->has_picture)
		high = s->h * 2 / 3;
	by_w = wide > 0 ? (s->w - 2 * PAD) / wide : s->size;
	by_h = high / ((double)s->n * LEAD);
	if (s->size > by_w)
		s->size = floor(by_w * 10 + SLACK) / 10;
	if (s->size > by_h)
		s->size = floor(by_h * 10 + SLACK) / 10;
	if (s->size < LEAST_PT)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "stamp: %.0f x %.0f pt: %zu lines do not fit at the "
		    "smallest size of %.0f pt",
		    s->w, s->h, s->n, LEAST_PT);
	s->text_h = (double)s->n * LEAD * s->size;
	if (spec->text_below) {
		s->picture_y = s->text_h + 2 * PAD;
		s->picture_h = s->h - s->picture_y;
	}
	return VT_OK;
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The font of just these lines' letters. */
static int
put_font(struct stamp *s, const struct vt_face *f, struct vt_err *reterr)
{
	uint32_t *set;
	size_t n = 0, bytes = 0, kept = 0;

	for (size_t i = 0; i < s->n; i++)
		bytes += strlen(s->lines[i]);
	if (bytes == 0)
		return VT_OK;
	set = vt_arena_array(s->g.a, bytes, sizeof(*set));
	if (set == NULL)
		return vt_arena_err(s->g.a, reterr);
	for (size_t i = 0; i < s->n; i++) {
		struct vt_span t = vt_span_str(s->lines[i]);

		for (size_t at = 0; at < t.n; n++)
			set[n] = (uint32_t)vt_utf8_next(t, &at);
	}
	qsort(set, n, sizeof(*set), by_value);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || set[kept - 1] != set[i])
			set[kept++] = set[i];
	s->font = vt_subset_put(&s->g, f, VT_ROMAN, set, kept);
	return VT_OK;
}

static void
number(struct stamp *s, double v, const char *then)
{
	vt_pdf_print_real(v, &s->content);
	vt_buf_puts(&s->content, then);
}

/* The picture as large as its part of the box allows, in the middle. */
static void
draw_picture(struct stamp *s)
{
	double k = s->w / s->picture.w, w, h;

	if (s->picture_h / s->picture.h < k)
		k = s->picture_h / s->picture.h;
	w = s->picture.w * k;
	h = s->picture.h * k;
	vt_buf_puts(&s->content, "q\n");
	number(s, w, " 0 0 ");
	number(s, h, " ");
	number(s, (s->w - w) / 2, " ");
	number(s, s->picture_y + (s->picture_h - h) / 2, " cm\n/Im0 Do\nQ\n");
}

static void
draw_lines(struct stamp *s, const struct vt_stamp *spec)
{
	double y = spec->text_below ? PAD + s->text_h : (s->h + s->text_h) / 2;

	/* the first baseline: ascent .891 of a line of 1.107 em, centred */
	y -= s->size * ((LEAD - 1.107) / 2 + 0.891);
	vt_buf_puts(&s->content, "BT\n/F0 ");
	number(s, s->size, " Tf\n0 g\n");
	number(s, s->size * LEAD, " TL\n");
	number(s, PAD, " ");
	number(s, y, " Td\n");
	for (size_t i = 0; i < s->n; i++) {
		struct vt_span t = vt_span_str(s->lines[i]);

		vt_buf_putc(&s->content, '<');
		for (size_t at = 0; at < t.n;)
			vt_buf_printf(&s->content, "%04X",
			    (unsigned)vt_utf8_next(t, &at));
		vt_buf_puts(&s->content, "> Tj\nT*\n");
	}
	vt_buf_puts(&s->content, "ET\n");
}

static int
stamp_put(struct stamp *s, const struct vt_stamp *spec, struct vt_err *reterr)
{
	size_t form = vt_grafter_reserve(&s->g);
	struct vt_faces faces;
	VT_BUF_AUTO(dict);
	int rc = clean_lines(s, spec, reterr);

	if (rc == VT_OK && spec->png.n > 0) {
		rc = vt_picture_put(&s->g, spec->png, &s->picture, reterr);
		s->has_picture = true;
	}
	if (rc == VT_OK)
		rc = vt_faces_open_one(&faces, VT_ROMAN, reterr);
	if (rc != VT_OK)
		return rc;
	rc = fit(s, spec, &faces.f[VT_ROMAN], reterr);
	if (rc == VT_OK)
		rc = put_font(s, &faces.f[VT_ROMAN], reterr);
	vt_faces_close(&faces);
	if (rc != VT_OK)
		return rc;
	vt_buf_puts(&dict, "/Type /XObject /Subtype /Form /BBox [0 0 ");
	vt_pdf_print_real(s->w, &dict);
	vt_buf_putc(&dict, ' ');
	vt_pdf_print_real(s->h, &dict);
	vt_buf_puts(&dict, "] /Resources <<");
	vt_buf_puts(&s->content, "q\n");
	if (s->has_picture) {
		vt_buf_printf(&dict, " /XObject << /Im0 %zu %d R >>",
		    s->picture.object, VT_GRAFT_LOCAL);
		draw_picture(s);
	}
	if (s->font != 0) {
		vt_buf_printf(&dict, " /Font << /F0 %zu %d R >>", s->font,
		    VT_GRAFT_LOCAL);
		draw_lines(s, spec);
	}
	vt_buf_puts(&s->content, "Q\n");
	vt_buf_puts(&dict, " >>");
	rc = vt_buf_status(&s->content, reterr);
	if (rc == VT_OK)
		vt_grafter_form(&s->g, form, &dict, vt_buf_view(&s->content));
	return rc;
}

int
vt_render_stamp(const struct vt_stamp *spec, double w, double h,
    struct vt_arena *a, struct vt_pdf_graft *ret, struct vt_err *reterr)
{
	struct stamp s;
	int rc;

	if (!(w >= 4 && h >= 4 && w <= 14400 && h <= 14400))
		return vt_err_set(reterr, VT_E_INVALID,
		    "stamp: %.1f x %.1f pt: wanted 4 to 14400 each way", w, h);
	memset(&s, 0, sizeof(s));
	s.w = w;
	s.h = h;
	vt_grafter_init(&s.g, a);
	rc = stamp_put(&s, spec, reterr);
	vt_buf_free(&s.content);
	return rc == VT_OK ? vt_grafter_finish(&s.g, ret, reterr) : rc;
}

int
vt_render_stamp_room(const struct vt_stamp *spec, double max_w,
    struct vt_arena *a, double *ret_w, double *ret_h, struct vt_err *reterr)
{
	struct stamp s = { .w = max_w };
	struct vt_faces faces;
	double wide = 0;
	int rc;

	vt_grafter_init(&s.g, a);
	s.size = spec->font_size > 0 ? spec->font_size : DEFAULT_PT;
	if ((rc = clean_lines(&s, spec, reterr)) != VT_OK ||
	    (rc = vt_faces_open_one(&faces, VT_ROMAN, reterr)) != VT_OK)
		return rc;
	if (spec->wrap)
		rc = wrap(&s, &faces.f[VT_ROMAN], reterr);
	if (rc == VT_OK)
		rc = widest(&s, &faces.f[VT_ROMAN], &wide, reterr);
	vt_faces_close(&faces);
	if (rc != VT_OK)
		return rc;
	*ret_w = ceil(wide * s.size + 2 * PAD);
	*ret_h = ceil((double)s.n * LEAD * s.size + 2 * PAD);
	return VT_OK;
}
