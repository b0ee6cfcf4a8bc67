/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a filled text field shows. A viewer draws the appearance, a program
 * reads /V: a fill that may show anything would let whoever fills a number
 * write another one, or cover the paper. So the appearance must be text in a
 * font that the form was laid with, in the field's own rectangle, and the
 * text must be /V.
 */
#include "base/text.h"
#include "signing/verdict/compare.h"
#include "signing/verdict/rules.h"

#include <math.h>
#include <stdlib.h>

#define SHOWN_MAX ((size_t)64 << 10) /* content of one field's appearance */
#define FONT_MIN  4.0                /* points */
#define FONT_MAX  72.0
#define CLOSE     0.01 /* points */

static const char *const form_keys[] = { "Type", "Subtype", "FormType", "BBox",
	"Matrix", "Resources", "Length", "Filter", NULL };
static const char *const resource_keys[] = { "Font", "ProcSet", NULL };
/* What the content must be, as every filler of ours writes it. */
static const char *const template[] = { "/Tx", "BMC", "q", "BT", "/", "#", "Tf",
	"0", "g", "#", "#", "Td", "<", "Tj", "ET", "Q", "EMC" };
#define TOKENS (sizeof(template) / sizeof(*template))

static bool
named(struct vt_span s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (vt_span_is(s, *list))
			return true;
	return false;
}

static bool
only_keys(const struct vt_pdf_object *dict, const char *const *list)
{
	size_t i;

	for (i = 0; i < dict->u.dict.n; i++)
		if (!named(dict->u.dict.entries[i].key, list))
			return false;
	return true;
}

static bool
numbers(const struct vt_pdf_object *o, size_t n, double *ret)
{
	size_t i;

	if (o == NULL || o->type != VT_PDF_ARRAY || o->u.array.n != n)
		return false;
	for (i = 0; i < n; i++)
		if (!vt_pdf_number(o->u.array.items[i], &ret[i]) ||
		    !isfinite(ret[i]))
			return false;
	return true;
}

static bool
is_about(double a, double b)
{
	return fabs(a - b) <= CLOSE;
}

/* No matrix, or one that turns by quarters and moves. */
static bool
matrix_turns(const struct vt_pdf_object *o, bool *ret_across)
{
	double m[6];

	*ret_across = false;
	if (o == NULL)
		return true;
	if (!numbers(o, 6, m))
		return false;
	*ret_across = is_about(m[0], 0);
	return *ret_across
		   ? is_about(m[3], 0) && is_about(fabs(m[1]), 1) &&
			 is_about(m[1], -m[2])
		   : is_about(m[1], 0) && is_about(m[2], 0) &&
			 is_about(fabs(m[0]), 1) && is_about(m[0], m[3]);
}

/* The box has the size of the field, so nothing is stretched into it. */
static bool
box_fits(const struct vt_pdf_object *form, const struct vt_pdf_object *field)
{
	double b[4], r[4], w, h;
	bool across;

	if (!numbers(vt_pdf_dict_get(form, "BBox"), 4, b) ||
	    !numbers(vt_pdf_dict_get(field, "Rect"), 4, r) ||
	    !matrix_turns(vt_pdf_dict_get(form, "Matrix"), &across))
		return false;
	w = across ? b[3] - b[1] : b[2] - b[0];
	h = across ? b[2] - b[0] : b[3] - b[1];
	return is_about(b[0], 0) && is_about(b[1], 0) && w > 0 && h > 0 &&
	       is_about(w, fabs(r[2] - r[0])) && is_about(h, fabs(r[3] - r[1]));
}

/* Every font is the one that the form has under that name. */
static int
fonts_fit(struct vt_diff *d, const struct vt_pdf_object *form, bool *ret)
{
	struct vt_pdf_object *resources, *fonts, *catalog, *o, *dr;
	struct vt_pdf_ref root;
	size_t i, rev = d->rev - 1;
	int rc;

	*ret = false;
	resources = vt_pdf_dict_get(form, "Resources");
	if (resources == NULL || resources->type != VT_PDF_DICT ||
	    !only_keys(resources, resource_keys))
		return VT_OK;
	fonts = vt_pdf_dict_get(resources, "Font");
	if (fonts == NULL || fonts->type != VT_PDF_DICT)
		return VT_OK;
	rc = vt_pdf_catalog(d->f->pdf, rev, &catalog, &root, d->err);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(
		    d->f->pdf, rev, catalog, "AcroForm", &o, d->err);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(d->f->pdf, rev, o, "DR", &dr, d->err);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(d->f->pdf, rev, dr, "Font", &o, d->err);
	if (rc != VT_OK)
		return rc;
	for (i = 0; i < fonts->u.dict.n; i++) {
		const struct vt_pdf_entry *e = &fonts->u.dict.entries[i];
		char key[64];

		if (e->key.n >= sizeof(key) || e->value->type != VT_PDF_REF)
			return VT_OK;
		memcpy(key, e->key.p, e->key.n);
		key[e->key.n] = '\0';
		if (strlen(key) != e->key.n ||
		    !vt_pdf_entry_same(
			d->f->src, vt_pdf_dict_get(o, key), e->value))
			return VT_OK;
	}
	*ret = true;
	return VT_OK;
}

static bool
blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int
digit(uint8_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

/* Four digits a character: the laid fonts have the code as glyph's name. */
static bool
take_hex(struct vt_span t, struct vt_buf *text)
{
	size_t i, k;

	if (t.n % 4 != 2 || t.p[t.n - 1] != '>')
		return false;
	for (i = 1; i + 1 < t.n; i += 4) {
		uint32_t code = 0;

		for (k = 0; k < 4; k++) {
			if (digit(t.p[i + k]) < 0)
				return false;
			code = code << 4 | (uint32_t)digit(t.p[i + k]);
		}
		if (code < ' ' || (code >= 0xd800 && code < 0xe000))
			return false;
		vt_utf8_put(text, code);
	}
	return true;
}

static bool
take_number(struct vt_span t, double *ret)
{
	char b[32], *end;

	if (t.n >= sizeof(b))
		return false;
	memcpy(b, t.p, t.n);
	b[t.n] = '\0';
	if (strspn(b, "0123456789.") != t.n)
		return false;
	*ret = strtod(b, &end);
	return end != b && *end == '\0';
}

static struct vt_span
next_token(struct vt_span s, size_t *at)
{
	size_t from;

	while (*at < s.n && blank(s.p[*at]))
		++*at;
	for (from = *at; *at < s.n && !blank(s.p[*at]); ++*at)
		continue;
	return VT_SPAN(s.p + from, *at - from);
}

static bool
is_font(struct vt_span name, const struct vt_pdf_object *fonts)
{
	size_t i;

	for (i = 0; i < fonts->u.dict.n; i++)
		if (vt_span_eq(name, fonts->u.dict.entries[i].key))
			return true;
	return false;
}

/* Size and place such that it can be seen in the field. */
static bool
read_content(struct vt_span s, const struct vt_pdf_object *fonts,
    const double box[4], struct vt_buf *text)
{
	double n[3];
	size_t at = 0, i, k = 0;

	for (i = 0; i < TOKENS; i++) {
		struct vt_span t = next_token(s, &at);

		if (t.n == 0)
			return false;
		if (strcmp(template[i], "#") == 0) {
			if (!take_number(t, &n[k++]))
				return false;
		} else if (strcmp(template[i], "<") == 0) {
			if (*t.p != '<' || !take_hex(t, text))
				return false;
		} else if (strcmp(template[i], "/") == 0) {
			if (*t.p != '/' ||
			    !is_font(VT_SPAN(t.p + 1, t.n - 1), fonts))
				return false;
		} else if (!vt_span_is(t, template[i])) {
			return false;
		}
	}
	return next_token(s, &at).n == 0 && n[0] >= FONT_MIN &&
	       n[0] <= FONT_MAX && n[1] >= 0 && n[2] >= 0 &&
	       n[1] < box[2] - box[0] && n[2] < box[3] - box[1];
}

int
vt_shown_fault(struct vt_diff *d, const struct vt_pdf_object *form,
    const struct vt_pdf_object *field, const char **ret)
{
	const struct vt_pdf_object *v = vt_pdf_dict_get(field, "V");
	const struct vt_pdf_object *filter = vt_pdf_dict_get(form, "Filter");
	double box[4];
	VT_BUF_AUTO(content);
	VT_BUF_AUTO(text);
	bool fonts;
	int rc;

	*ret = "the appearance has other entries than a text field needs";
	if (!only_keys(form->u.stream.dict, form_keys) ||
	    (filter != NULL && !vt_pdf_is_name(filter, "FlateDecode")))
		return VT_OK;
	*ret = "the appearance is not of the field's size";
	if (!box_fits(form, field))
		return VT_OK;
	*ret = "the appearance uses more than the fonts of the form";
	rc = fonts_fit(d, form, &fonts);
	if (rc != VT_OK || !fonts)
		return rc;
	*ret = "the appearance draws something else than text";
	if (vt_pdf_stream_data(d->f->pdf, form, SHOWN_MAX, &content, d->err) !=
		VT_OK ||
	    !numbers(vt_pdf_dict_get(form, "BBox"), 4, box) ||
	    !read_content(vt_buf_view(&content),
		vt_pdf_dict_get(vt_pdf_dict_get(form, "Resources"), "Font"),
		box, &text))
		return VT_OK;
	*ret = "the appearance shows another text than /V";
	if (vt_buf_status(&text, d->err) != VT_OK ||
	    !vt_span_eq(vt_pdf_text(v, d->f->work), vt_buf_view(&text)))
		return VT_OK;
	*ret = NULL;
	return VT_OK;
}
