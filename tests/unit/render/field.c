/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fonts and appearances of laid fields, stamps, demo pictures. */
#include "tests/tap.h"

#include <zlib.h>

#include "base/limits.h"
#include "base/pdf/pdf.h"
#include "render/face.h"
#include "render/render.h"

static struct vt_arena *arena;
static struct vt_err err;

static struct vt_pdf_object *
body(const struct vt_pdf_graft *g, size_t i)
{
	struct vt_pdf_object *o = NULL;

	tap_need(i < g->n_objects, "object %zu is in the graft", i);
	tap_need(vt_pdf_parse(g->objects[i].body, arena, &o, &err) == VT_OK,
	    "object %zu is well formed", i);
	return o;
}

/* Object that a local reference names. */
static struct vt_pdf_object *
follow(const struct vt_pdf_graft *g, const struct vt_pdf_object *o,
    const char *key, size_t *ret_i)
{
	struct vt_pdf_object *r = vt_pdf_dict_get(o, key);

	if (r != NULL && r->type == VT_PDF_ARRAY && r->u.array.n > 0)
		r = r->u.array.items[0];
	tap_need(r != NULL && r->type == VT_PDF_REF && r->u.ref.gen == 65535,
	    "/%s is a reference inside the graft", key);
	if (ret_i != NULL)
		*ret_i = r->u.ref.num;
	return body(g, r->u.ref.num);
}

/* Data of stream i, inflated when it says so. */
static struct vt_span
data(const struct vt_pdf_graft *g, size_t i)
{
	struct vt_pdf_object *d = body(g, i);
	uLongf n = 1 << 20;
	uint8_t *p;

	if (vt_pdf_dict_get(d, "Filter") == NULL)
		return g->objects[i].data;
	p = vt_arena_alloc(arena, n);
	tap_need(p != NULL && uncompress(p, &n, g->objects[i].data.p,
				  g->objects[i].data.n) == Z_OK,
	    "stream %zu inflates", i);
	return VT_SPAN(p, n);
}

static void
check_font(const struct vt_pdf_graft *g, size_t i, const char *what)
{
	struct vt_pdf_object *t0 = body(g, i), *cid;
	const uint32_t *letters;
	struct vt_span map, tu;
	size_t n, at, lost = 0, shared = 0, size = 0;
	uint8_t seen[8192] = { 0 };

	tap_ok(vt_pdf_is_name(vt_pdf_dict_get(t0, "Encoding"), "Identity-H"),
	    "%s: Identity-H", what);
	cid = follow(g, t0, "DescendantFonts", NULL);
	(void)follow(g, cid, "CIDToGIDMap", &at);
	map = data(g, at);
	letters = vt_field_letters(&n);
	for (size_t k = 0; k < n; k++) {
		uint32_t c = letters[k];
		unsigned gid =
		    2 * c + 1 < map.n
			? (unsigned)(map.p[2 * c] << 8 | map.p[2 * c + 1])
			: 0;

		lost += gid == 0;
		/* the no-break space may share the space's glyph */
		if (gid < sizeof(seen) && c != 0xA0)
			shared += seen[gid]++ != 0;
	}
	tap_eq_int(lost, 0, "%s: every letter has a glyph", what);
	tap_eq_int(shared, 0, "%s: no two letters share one", what);
	(void)follow(g, t0, "ToUnicode", &at);
	tu = data(g, at);
	tap_ok(memmem(tu.p, tu.n, "<1EA0> <1EF9> <1EA0>", 20) != NULL,
	    "%s: ToUnicode is the identity", what);
	(void)follow(
	    g, follow(g, cid, "FontDescriptor", NULL), "FontFile2", &at);
	size = g->objects[at].data.n;
	tap_ok(
	    size > 2000 && size < 16000, "%s: %zu bytes of font", what, size);
}

static void
test_fonts(void)
{
	struct vt_pdf_graft g, h;
	size_t r, it;
	bool same;

	tap_call(vt_render_field_fonts(arena, &g, &r, &it, &err), &err,
	    "fonts of the fields");
	check_font(&g, r, "regular");
	check_font(&g, it, "italic");
	tap_call(
	    vt_render_field_fonts(arena, &h, &r, &it, &err), &err, "again");
	same = g.n_objects == h.n_objects;
	for (size_t i = 0; same && i < g.n_objects; i++)
		same = vt_span_eq(g.objects[i].body, h.objects[i].body) &&
		       vt_span_eq(g.objects[i].data, h.objects[i].data);
	tap_ok(same, "same fonts, same bytes");
	tap_ok(vt_field_letter_is(0x1EC6) && vt_field_letter_is('/') &&
		   !vt_field_letter_is(0x2603),
	    "the table of letters is searched");
}

/* Font size in the appearance's content, 0 when there is none. */
static double
size_in(const struct vt_pdf_graft *g)
{
	struct vt_span s = data(g, 0);
	char text[512];
	const char *p;

	if (s.n >= sizeof(text))
		return 0;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	p = strstr(text, "/VtSerif ");
	return p == NULL ? 0 : strtod(p + 9, NULL);
}

static void
test_text(void)
{
	struct vt_pdf_graft g;
	struct vt_span s;
	double size;

	tap_call(vt_render_field_text("128/SKHCN-CĐS", VT_RENDER_FONT_KEY, 13,
		     128, 18, arena, &g, &err),
	    &err, "number");
	tap_ok(g.n_imports == 1 && strcmp(g.imports[0], "DR/Font/VtSerif") == 0,
	    "its font is the file's own");
	s = data(&g, 0);
	tap_ok(memmem(s.p, s.n, "0110", 4) != NULL, "Đ is written as U+0110");
	size = size_in(&g);
	tap_ok(size > 12.9 && size < 13.1, "at 13 pt");
	tap_call(vt_render_field_text("128456/SKHCNMTTTTDL-CĐSVPTTR",
		     VT_RENDER_FONT_KEY, 13, 140, 18, arena, &g, &err),
	    &err, "a long symbol");
	size = size_in(&g);
	tap_ok(size >= 8 && size < 13, "is set smaller: %.1f pt", size);
	tap_code(vt_render_field_text("128456/SKHCNMTTTTDL-CĐSVPTTR",
		     VT_RENDER_FONT_KEY, 13, 60, 18, arena, &g, &err),
	    VT_E_LIMIT, &err, "too long at 8 pt");
	tap_code(vt_render_field_text(
		     "12/Ж", VT_RENDER_FONT_KEY, 13, 128, 18, arena, &g, &err),
	    VT_E_INVALID, &err, "a letter not laid");
	tap_ok(strstr(err.msg, "U+0416") != NULL, "is named: %s", err.msg);
	tap_code(vt_render_field_text(
		     "", VT_RENDER_FONT_KEY, 13, 128, 18, arena, &g, &err),
	    VT_E_INVALID, &err, "no text");
	tap_code(
	    vt_render_field_text("1", "Helv", 13, 128, 18, arena, &g, &err),
	    VT_E_INVALID, &err, "a font that is not laid");
	tap_code(vt_render_field_text(
		     "1", VT_RENDER_FONT_KEY, 13, 3, 18, arena, &g, &err),
	    VT_E_INVALID, &err, "no room at all");
}

static void
test_stamp(void)
{
	static const char *const lines[] = { "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
		"Thời gian ký: 2026-11-21T10:00:00+07:00" };
	static const char *const many[17] = { "1", "2", "3", "4", "5", "6", "7",
		"8", "9", "10", "11", "12", "13", "14", "15", "16", "17" };
	struct vt_stamp s = { .lines = lines, .n_lines = 2, .font_size = 10 };
	struct vt_pdf_object *form, *image;
	struct vt_pdf_graft g;
	VT_BUF_AUTO(png);

	tap_call(vt_render_stamp(&s, 200, 40, arena, &g, &err), &err,
	    "two lines without a picture");
	tap_ok(vt_pdf_is_name(vt_pdf_dict_get(body(&g, 0), "Subtype"), "Form"),
	    "object 0 is the form");
	tap_call(vt_render_demo_seal("Ủy ban nhân dân xã An Mẫu", &png, &err),
	    &err, "a seal");
	s.png = vt_buf_view(&png);
	s.text_below = true;
	tap_call(vt_render_stamp(&s, 200, 140, arena, &g, &err), &err,
	    "picture with text below");
	form = vt_pdf_dict_get(body(&g, 0), "Resources");
	tap_ok(vt_pdf_dict_get(form, "Font") != NULL &&
		   vt_pdf_dict_get(form, "XObject") != NULL,
	    "font and picture are its resources");
	image = body(&g, 1);
	(void)follow(&g, image, "SMask", NULL);
	s.text_below = false;
	s.n_lines = 0;
	tap_call(vt_render_stamp(&s, 102, 102, arena, &g, &err), &err,
	    "a picture alone");
	s.png = VT_SPAN_LIT("\x89PNG\r\n\x1a\n");
	tap_code(vt_render_stamp(&s, 102, 102, arena, &g, &err), VT_E_INVALID,
	    &err, "a cut PNG");
	s.png = VT_SPAN_LIT("GIF89a");
	tap_code(vt_render_stamp(&s, 102, 102, arena, &g, &err), VT_E_INVALID,
	    &err, "not a PNG");
	s.png = VT_SPAN(NULL, 0);
	s.lines = many;
	s.n_lines = 17;
	tap_code(vt_render_stamp(&s, 102, 102, arena, &g, &err), VT_E_LIMIT,
	    &err, "too many lines");
	s.n_lines = 16;
	tap_code(vt_render_stamp(&s, 102, 30, arena, &g, &err), VT_E_LIMIT,
	    &err, "lines that do not fit at 5 pt");
	tap_code(vt_render_stamp(&s, 0, 30, arena, &g, &err), VT_E_INVALID,
	    &err, "no width");
}

/* How often `what` stands in the content of the graft's form. */
static size_t
times(const struct vt_pdf_graft *g, const char *what)
{
	struct vt_span s = data(g, 0);
	size_t n = 0, k = strlen(what);

	for (size_t i = 0; i + k <= s.n; i++)
		n += memcmp(s.p + i, what, k) == 0;
	return n;
}

/* The block of a copy: 10 pt, black, each line whole; a long name is broken,
 * never set smaller. */
static void
test_wrap(void)
{
	static const char agency[] = "Văn phòng Đoàn đại biểu Quốc hội và Hội "
				     "đồng nhân dân tỉnh An Mẫu Thượng";
	static const char *const lines[] = { "Sao y", agency,
		"2026-11-21T10:00:00+07:00" };
	static const char *const word[] = { "Mộttừrấtdàikhôngcókhoảngtrắng x" };
	struct vt_stamp s = {
		.lines = lines, .n_lines = 3, .font_size = 10, .wrap = true
	};
	struct vt_pdf_graft g;
	double w, h, w2, h2;

	tap_call(vt_render_stamp_room(&s, 1000, arena, &w, &h, &err), &err,
	    "room for the block");
	tap_ok(w > 300 && w < 400, "as wide as its longest line: %g", w);
	tap_eq_int((int)h, 38, "three lines of 12 pt and an edge");
	tap_call(vt_render_stamp(&s, w, h, arena, &g, &err), &err, "drawn so");
	tap_ok(times(&g, "/F0 10 Tf") == 1 && times(&g, "0 g\n") == 1 &&
		   times(&g, " Tj") == 3,
	    "10 pt, black, three lines");
	tap_call(vt_render_stamp_room(&s, 200, arena, &w2, &h2, &err), &err,
	    "on a narrower page");
	tap_ok(w2 <= 200 && (int)h2 == 50, "four lines: %g x %g", w2, h2);
	tap_call(
	    vt_render_stamp(&s, w2, h2, arena, &g, &err), &err, "drawn so");
	tap_ok(times(&g, "/F0 10 Tf") == 1 && times(&g, " Tj") == 4,
	    "10 pt, four lines");
	tap_call(vt_render_stamp(&s, w2, h, arena, &g, &err), &err,
	    "in a box too low for them");
	tap_ok(times(&g, "/F0 7.5 Tf") == 1, "they are set smaller");
	s.lines = word;
	s.n_lines = 1;
	tap_call(vt_render_stamp(&s, 100, 40, arena, &g, &err), &err,
	    "a word wider than the box");
	tap_ok(times(&g, " Tj") == 2, "is a line of its own");
}

/* A PNG that declares w x h and holds nothing else of use. */
static struct vt_span
hollow_png(uint8_t p[33], uint32_t w, uint32_t h)
{
	static const uint8_t head[16] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A,
		'\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
	uint32_t crc;

	memcpy(p, head, 16);
	for (int i = 0; i < 4; i++) {
		p[16 + i] = (uint8_t)(w >> (24 - 8 * i));
		p[20 + i] = (uint8_t)(h >> (24 - 8 * i));
	}
	memcpy(p + 24, "\x08\x06\0\0\0", 5);
	crc = (uint32_t)crc32(0, p + 12, 17);
	for (int i = 0; i < 4; i++)
		p[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
	return VT_SPAN(p, 33);
}

static void
test_picture_limits(void)
{
	struct vt_stamp s = { .n_lines = 0 };
	struct vt_pdf_graft g;
	uint8_t p[45];
	VT_BUF_AUTO(big);

	(void)hollow_png(p, 2049, 2048);
	memcpy(p + 33, "\0\0\0\0IDAT\x35\xAF\x06\x1E", 12);
	s.png = VT_SPAN(p, 45);
	tap_code(vt_render_stamp(&s, 100, 100, arena, &g, &err), VT_E_LIMIT,
	    &err, "one row of pixels too many: %s", err.msg);
	(void)hollow_png(p, 2048, 2048);
	tap_code(vt_render_stamp(&s, 100, 100, arena, &g, &err), VT_E_INVALID,
	    &err, "IMAGE_PIXELS_MAX pixels are tried, and are not there");
	vt_buf_span(&big, VT_SPAN(p, 33));
	vt_buf_zero(&big, VT_L(IMAGE_MAX) + 1 - 33);
	s.png = vt_buf_view(&big);
	tap_code(vt_render_stamp(&s, 100, 100, arena, &g, &err), VT_E_LIMIT,
	    &err, "one byte too many");
}

static void
test_demo(void)
{
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(c);

	tap_call(vt_render_demo_signature("Lê Văn Đức", &a, &err), &err,
	    "hand signature");
	tap_call(vt_render_demo_signature("Lê Văn Đức", &b, &err), &err,
	    "the same name");
	tap_call(vt_render_demo_signature("Lê Văn Đứa", &c, &err), &err,
	    "another name");
	tap_ok(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)),
	    "the same name signs the same");
	tap_ok(!vt_span_eq(vt_buf_view(&a), vt_buf_view(&c)),
	    "another signs differently");
	vt_buf_reset(&a);
	tap_code(vt_render_demo_seal("Ж☃", &a, &err), VT_E_INVALID, &err,
	    "a name the face lacks");
}

int
main(void)
{
	arena = vt_arena_new((size_t)1 << 28);
	tap_need(arena != NULL, "arena");
	test_fonts();
	test_text();
	test_stamp();
	test_wrap();
	test_picture_limits();
	test_demo();
	vt_arena_free(arena);
	return tap_done();
}
