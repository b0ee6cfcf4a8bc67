/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/subset.h"

#include <hb-subset.h>
#include <math.h>

#include "base/text.h"
#include "base/worker/worker.h"

/* What a CIDFontType2 has no use for (ISO 32000-1 §9.9, Table 126). The last
 * three stay in a font file that stands alone. */
static const hb_tag_t dropped[] = { HB_TAG('G', 'S', 'U', 'B'),
	HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
	HB_TAG('k', 'e', 'r', 'n'), HB_TAG('D', 'S', 'I', 'G'),
	HB_TAG('g', 'a', 's', 'p'), HB_TAG('F', 'F', 'T', 'M'),
	HB_TAG('h', 'd', 'm', 'x'), HB_TAG('V', 'D', 'M', 'X'),
	HB_TAG('L', 'T', 'S', 'H'), HB_TAG('P', 'C', 'L', 'T'),
	HB_TAG('m', 'e', 't', 'a'), HB_TAG('n', 'a', 'm', 'e'),
	HB_TAG('p', 'o', 's', 't'), HB_TAG('O', 'S', '/', '2') };

#define N_DROPPED (sizeof(dropped) / sizeof(dropped[0]))

struct subset {
	struct vt_grafter *g;
	const struct vt_face *f;
	enum vt_style style;
	const uint32_t *letters;
	size_t n;
	char tag[7]; /* six capitals, §9.6.4 */
	size_t type0, cid, descriptor, file, map, unicode; /* object indexes */
};

/* The tag tells subsets of the same face apart: FNV-1a over the letters. */
static void
make_tag(struct subset *s)
{
	uint64_t h = 14695981039346656037U;

	for (size_t i = 0; i < s->n; i++)
		h = (h ^ s->letters[i]) * 1099511628211U;
	for (int i = 0; i < 6; i++) {
		s->tag[i] = (char)('A' + h % 26);
		h /= 26;
	}
	s->tag[6] = '\0';
}

/* Big-endian 16 bits, signed, of a table of the original face. */
static int
table_i16(const struct vt_face *f, hb_tag_t tag, unsigned off, int otherwise)
{
	hb_blob_t *blob = hb_face_reference_table(f->face, tag);
	unsigned n = 0;
	const uint8_t *p = (const uint8_t *)hb_blob_get_data(blob, &n);
	int v = otherwise;

	if (n >= off + 2)
		v = (int16_t)(uint16_t)(p[off] << 8 | p[off + 1]);
	hb_blob_destroy(blob);
	return v;
}

static long
thousandths(const struct vt_face *f, double units)
{
	return lround(units * 1000.0 / f->upem);
}

static void
put_descriptor(struct subset *s)
{
	const hb_tag_t head = HB_TAG('h', 'e', 'a', 'd');
	const hb_tag_t os2 = HB_TAG('O', 'S', '/', '2');
	bool italic = s->style == VT_ITALIC || s->style == VT_BOLD_ITALIC;
	bool bold = s->style == VT_BOLD || s->style == VT_BOLD_ITALIC;
	hb_font_extents_t ex;
	VT_BUF_AUTO(b);

	memset(&ex, 0, sizeof(ex));
	hb_font_get_h_extents(s->f->font, &ex);
	/* Flags: serif, symbolic (an own encoding), italic; Table 123. */
	vt_buf_printf(&b,
	    "<< /Type /FontDescriptor /FontName /%s+%s "
	    "/Flags %d /FontBBox [%ld %ld %ld %ld] /ItalicAngle %d "
	    "/Ascent %ld /Descent %ld /CapHeight %ld /StemV %d "
	    "/FontFile2 %zu %d R >>",
	    s->tag, s->f->ps_name, 2 + 4 + (italic ? 64 : 0),
	    thousandths(s->f, table_i16(s->f, head, 36, 0)),
	    thousandths(s->f, table_i16(s->f, head, 38, 0)),
	    thousandths(s->f, table_i16(s->f, head, 40, 0)),
	    thousandths(s->f, table_i16(s->f, head, 42, 0)),
	    italic ? table_i16(s->f, HB_TAG('p', 'o', 's', 't'), 4, -16) : 0,
	    thousandths(s->f, ex.ascender), thousandths(s->f, ex.descender),
	    thousandths(s->f, table_i16(s->f, os2, 88, 1341)), bold ? 138 : 80,
	    s->file, VT_GRAFT_LOCAL);
	vt_grafter_body(s->g, s->descriptor, &b);
}

static void
put_fonts(struct subset *s)
{
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(c);

	vt_buf_printf(&b,
	    "<< /Type /Font /Subtype /Type0 /BaseFont /%s+%s "
	    "/Encoding /Identity-H /DescendantFonts [%zu %d R] "
	    "/ToUnicode %zu %d R >>",
	    s->tag, s->f->ps_name, s->cid, VT_GRAFT_LOCAL, s->unicode,
	    VT_GRAFT_LOCAL);
	vt_grafter_body(s->g, s->type0, &b);
	vt_buf_printf(&c,
	    "<< /Type /Font /Subtype /CIDFontType2 "
	    "/BaseFont /%s+%s /CIDSystemInfo << /Registry (Adobe) "
	    "/Ordering (Identity) /Supplement 0 >> /FontDescriptor %zu %d R "
	    "/CIDToGIDMap %zu %d R /DW 500 /W [",
	    s->tag, s->f->ps_name, s->descriptor, VT_GRAFT_LOCAL, s->map,
	    VT_GRAFT_LOCAL);
	for (size_t i = 0; i < s->n; i++) {
		double w = 0;

		/* a new run where the letters are not neighbours */
		if (i == 0 || s->letters[i] != s->letters[i - 1] + 1)
			vt_buf_printf(
			    &c, "%s%u [", i == 0 ? "" : "] ", s->letters[i]);
		else
			vt_buf_putc(&c, ' ');
		(void)vt_face_advance(s->f, s->letters[i], &w);
		vt_buf_printf(&c, "%ld", lround(w));
	}
	vt_buf_puts(&c, "]] >>");
	vt_grafter_body(s->g, s->cid, &c);
}

/*
 * Code to Unicode is the identity, in ranges that keep to one high byte, at
 * most 100 a block (Adobe Technical Note 5014 §2.3).
 */
static void
put_tounicode(struct subset *s)
{
	VT_BUF_AUTO(ranges);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(dict);
	size_t n = 0;

	for (size_t i = 0; i < s->n; n++) {
		size_t j = i + 1;

		while (j < s->n && s->letters[j] == s->letters[j - 1] + 1 &&
		       (s->letters[j] & 0xFF) != 0)
			j++;
		vt_buf_printf(&ranges, "<%04X> <%04X> <%04X>\n", s->letters[i],
		    s->letters[j - 1], s->letters[i]);
		i = j;
	}
	vt_buf_puts(&b,
	    "/CIDInit /ProcSet findresource begin\n"
	    "12 dict begin\nbegincmap\n"
	    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) "
	    "/Supplement 0 >> def\n"
	    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
	    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
	for (size_t at = 0, line = 0; line < n;) {
		size_t k = n - line > 100 ? 100 : n - line;

		vt_buf_printf(&b, "%zu beginbfrange\n", k);
		/* a range takes 21 characters */
		vt_buf_put(&b, ranges.p + at, k * 21);
		vt_buf_puts(&b, "endbfrange\n");
		at += k * 21;
		line += k;
	}
	vt_buf_puts(&b, "endcmap\nCMapName currentdict /CMap "
			"defineresource pop\nend\nend\n");
	if (ranges.failed != VT_OK)
		b.failed = ranges.failed;
	if (b.failed == VT_OK)
		vt_grafter_stream(s->g, s->unicode, &dict, vt_buf_view(&b));
	else
		vt_grafter_stream(s->g, s->unicode, &b, VT_SPAN(NULL, 0));
}

/* Cuts the face; the plan tells the new glyph numbers. Both owned. */
static hb_face_t *
cut(const struct vt_face *f, const uint32_t *letters, size_t n,
    size_t n_dropped, hb_subset_plan_t **ret_plan)
{
	hb_subset_input_t *in = hb_subset_input_create_or_fail();
	hb_face_t *face = NULL;
	hb_set_t *set;

	*ret_plan = NULL;
	if (in == NULL)
		return NULL;
	hb_subset_input_set_flags(
	    in, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
	set = hb_subset_input_unicode_set(in);
	for (size_t i = 0; i < n; i++)
		hb_set_add(set, letters[i]);
	set = hb_subset_input_set(in, HB_SUBSET_SETS_DROP_TABLE_TAG);
	for (size_t i = 0; i < n_dropped; i++)
		hb_set_add(set, dropped[i]);
	*ret_plan = hb_subset_plan_create_or_fail(f->face, in);
	if (*ret_plan != NULL)
		face = hb_subset_plan_execute_or_fail(*ret_plan);
	hb_subset_input_destroy(in);
	return face;
}

/* Two bytes a CID up to the last letter: the glyph's number in the subset. */
static void
put_map(struct subset *s, hb_subset_plan_t *plan)
{
	const hb_map_t *new_of = hb_subset_plan_old_to_new_glyph_mapping(plan);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(dict);
	size_t size = ((size_t)s->letters[s->n - 1] + 1) * 2;
	uint8_t *p = vt_buf_extend(&b, size);

	for (size_t i = 0; p != NULL && i < s->n; i++) {
		hb_codepoint_t old = 0, gid;
		size_t at;

		(void)hb_font_get_nominal_glyph(
		    s->f->font, s->letters[i], &old);
		gid = hb_map_get(new_of, old);
		at = (size_t)s->letters[i] * 2;
		p[at] = (uint8_t)(gid >> 8);
		p[at + 1] = (uint8_t)gid;
	}
	vt_buf_puts(&dict, "");
	if (b.failed != VT_OK)
		dict.failed = b.failed;
	vt_grafter_stream(s->g, s->map, &dict, vt_buf_view(&b));
}

static void
put_file(struct subset *s, hb_face_t *face)
{
	hb_blob_t *blob = hb_face_reference_blob(face);
	unsigned n = 0;
	const char *p = hb_blob_get_data(blob, &n);
	VT_BUF_AUTO(dict);

	vt_buf_printf(&dict, "/Length1 %u", n);
	vt_grafter_stream(s->g, s->file, &dict, VT_SPAN(p, n));
	hb_blob_destroy(blob);
}

/* Records the first letter that the face lacks. */
static bool
complete(struct subset *s)
{
	struct vt_err err = VT_ERR_INIT;
	double w;

	for (size_t i = 0; i < s->n; i++) {
		if (vt_face_advance(s->f, s->letters[i], &w))
			continue;
		vt_err_set(&err, VT_E_INVALID,
		    "letter U+%04X: %s has no glyph for it",
		    (unsigned)s->letters[i], s->f->ps_name);
		vt_grafter_fail(s->g, &err);
		return false;
	}
	return true;
}

size_t
vt_subset_put(struct vt_grafter *g, const struct vt_face *f,
    enum vt_style style, const uint32_t *letters, size_t n)
{
	struct subset s = {
		.g = g, .f = f, .style = style, .letters = letters, .n = n
	};
	struct vt_err err = VT_ERR_INIT;
	hb_subset_plan_t *plan;
	hb_face_t *face;

	VT_ASSERT(n > 0 && letters[n - 1] < 0xFFFF);
	s.type0 = vt_grafter_reserve(g);
	s.cid = vt_grafter_reserve(g);
	s.descriptor = vt_grafter_reserve(g);
	s.file = vt_grafter_reserve(g);
	s.map = vt_grafter_reserve(g);
	s.unicode = vt_grafter_reserve(g);
	if (g->rc != VT_OK || !complete(&s))
		return s.type0;
	make_tag(&s);
	face = cut(f, letters, n, N_DROPPED, &plan);
	if (face == NULL) {
		vt_err_set(
		    &err, VT_E_NOMEM, "font %s: hb-subset failed", f->ps_name);
		vt_grafter_fail(g, &err);
	} else {
		put_fonts(&s);
		put_descriptor(&s);
		put_tounicode(&s);
		put_map(&s, plan);
		put_file(&s, face);
	}
	hb_face_destroy(face);
	hb_subset_plan_destroy(plan);
	return s.type0;
}

int
vt_subset_file(const struct vt_face *f, const uint32_t *letters, size_t n,
    int *ret_fd, struct vt_err *reterr)
{
	hb_subset_plan_t *plan;
	hb_face_t *face = cut(f, letters, n, N_DROPPED - 3, &plan);
	unsigned size = 0;
	hb_blob_t *blob;
	const char *p;
	int rc;

	if (face == NULL) {
		hb_subset_plan_destroy(plan);
		return vt_err_set(reterr, VT_E_NOMEM,
		    "font %s: hb-subset failed", f->ps_name);
	}
	blob = hb_face_reference_blob(face);
	p = hb_blob_get_data(blob, &size);
	rc = vt_job_memfd(VT_SPAN(p, size), ret_fd, reterr);
	hb_blob_destroy(blob);
	hb_face_destroy(face);
	hb_subset_plan_destroy(plan);
	return rc;
}
