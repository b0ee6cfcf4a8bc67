/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams, object streams, filters and pages; what must not change later. */
#include <zlib.h>

#include "base/limits.h"
#include "tests/unit/pdf/open_file.h"

#define HEAD   "%PDF-1.7\n@La1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
#define FREE0  "0000000000 65535 f \n"
#define TAIL   "startxref\n@Dx\n%%EOF\n"
#define TAIL2  "startxref\n@Dy\n%%EOF\n"
#define PAGES0 "@Lb2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"

/* One stream, object 2, of this dictionary and data. */
#define ONE(dict, data)                                                        \
	HEAD "@Lb2 0 obj\n<< " dict " >>\nstream\n" data                       \
	     "\nendstream\nendobj\n@Lc3 0 obj\n4\nendobj\n"                    \
	     "@Lxxref\n0 4\n" FREE0                                            \
	     "@Da 00000 n \n@Db 00000 n \n@Dc 00000 n \n"                      \
	     "trailer\n<< /Size 4 /Root 1 0 R >>\n" TAIL

struct row {
	const char *what, *script;
	size_t n;
	enum vt_code code;
};
#define ROW(what, script, code)                                                \
	{                                                                      \
		what, script, sizeof(script) - 1, code                         \
	}

static void
test_streams(void)
{
	static const struct row row[] = {
		ROW("a direct length", ONE("/Length 4", "data"), VT_OK),
		ROW("an indirect length", ONE("/Length 3 0 R", "data"), VT_OK),
		ROW("no data", ONE("/Length 0", ""), VT_OK),
		ROW("endstream in the data",
		    ONE("/Length 13", "a\nendstream\nb"), VT_OK),
		ROW("no length", ONE("", "data"), VT_E_PDF_SYNTAX),
		ROW("a length that is no number", ONE("/Length /A", "data"),
		    VT_E_PDF_SYNTAX),
		ROW("a negative one", ONE("/Length -1", "data"),
		    VT_E_PDF_SYNTAX),
		ROW("one too short", ONE("/Length 3", "data"), VT_E_PDF_SYNTAX),
		ROW("one too long", ONE("/Length 6", "data"), VT_E_PDF_SYNTAX),
		ROW("one past the file", ONE("/Length 99999", "data"),
		    VT_E_PDF_SYNTAX),
		ROW("one past all numbers",
		    ONE("/Length 9223372036854775807", "data"),
		    VT_E_PDF_SYNTAX),
		ROW("a length that is the stream itself",
		    ONE("/Length 2 0 R", "data"), VT_E_PDF_XREF),
		ROW("a length that is missing", ONE("/Length 9 0 R", "data"),
		    VT_E_PDF_SYNTAX),
	};
	struct vt_pdf_object *o;
	struct open_file f;
	int rc;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		tap_need(
		    open_script(&f, row[i].script, row[i].n) == VT_OK, "opens");
		rc = vt_pdf_get(f.pdf, 0, 2, &o, &f.err);
		tap_code(rc, row[i].code, &f.err, "stream: %s", row[i].what);
		open_close(&f);
	}
}

/* ---- filters ---- */

/* A file whose object 2 is a stream of this dictionary and data. */
static void
make_stream(struct open_file *f, const char *dict, struct vt_span data)
{
	VT_BUF_AUTO(script);

	*f = (struct open_file){ .bytes = VT_BUF_INIT };
	vt_buf_puts(&script, HEAD "@Lb2 0 obj\n<< /Length @N01 ");
	vt_buf_puts(&script, dict);
	vt_buf_puts(&script, " >>\nstream\n@L0");
	for (size_t i = 0; i < data.n; i++) {
		if (data.p[i] == '@')
			vt_buf_putc(&script, '@');
		vt_buf_putc(&script, data.p[i]);
	}
	vt_buf_puts(&script, "@L1\nendstream\nendobj\n@Lxxref\n0 3\n" FREE0
			     "@Da 00000 n \n@Db 00000 n \n"
			     "trailer\n<< /Size 3 /Root 1 0 R >>\n" TAIL);
	pdf_script(vt_buf_view(&script), &f->bytes);
	tap_need(open_bytes(f) == VT_OK, "a file with a stream");
}

static void
deflate_span(struct vt_span in, struct vt_buf *out)
{
	uLongf n = compressBound((uLong)in.n);
	uint8_t *p = vt_buf_extend(out, n);

	tap_need(compress(p, &n, in.p, (uLong)in.n) == Z_OK, "zlib");
	vt_buf_truncate(out, n);
}

static int
decode(const char *dict, struct vt_span raw, size_t limit, struct vt_buf *ret,
    struct vt_err *err)
{
	struct vt_pdf_object *o;
	struct open_file f;
	int rc;

	make_stream(&f, dict, raw);
	tap_need(vt_pdf_get(f.pdf, 0, 2, &o, &f.err) == VT_OK, "is read");
	rc = vt_pdf_stream_data(f.pdf, o, limit, ret, &f.err);
	*err = f.err;
	open_close(&f);
	return rc;
}

#define PNG "/Filter /FlateDecode /DecodeParms << /Predictor 12 "

static void
test_predictors(void)
{
	static const struct {
		const char *what, *dict, *in;
		size_t n;
		const char *out;
		size_t out_n;
	} row[] = {
		{ "none", "/Filter /FlateDecode", "plain", 5, "plain", 5 },
		{ "as an array", "/Filter [/FlateDecode]", "plain", 5, "plain",
		    5 },
		{ "PNG none", PNG "/Columns 3 >>", "\0abc\0def", 8, "abcdef",
		    6 },
		{ "PNG sub", PNG "/Columns 3 >>", "\1a\1\1", 4, "abc", 3 },
		{ "PNG up", PNG "/Columns 2 >>", "\2ab\2\1\1", 6, "abbc", 4 },
		{ "PNG average", PNG "/Columns 2 >>", "\0dd\3\2\4", 6, "dd4P",
		    4 },
		{ "PNG Paeth", PNG "/Columns 2 >>", "\0ab\4\1\1", 6, "abbc",
		    4 },
		{ "PNG of two colours", PNG "/Colors 2 /Columns 2 >>",
		    "\1ab\1\1", 5, "abbc", 4 },
		{ "TIFF, 8 bits",
		    "/Filter /FlateDecode /DecodeParms [<< /Predictor 2 "
		    "/Columns 3 >>]",
		    "a\1\1d\1\1", 6, "abcdef", 6 },
		{ "TIFF, 16 bits",
		    "/Filter /FlateDecode /DecodeParms << /Predictor 2 "
		    "/BitsPerComponent 16 /Columns 2 >>",
		    "\1\377\0\1", 4, "\1\377\2\0", 4 },
		{ "TIFF, 4 bits",
		    "/Filter /FlateDecode /DecodeParms << /Predictor 2 "
		    "/BitsPerComponent 4 /Columns 4 >>",
		    "\x11\x1f", 2, "\x12\x32", 2 },
	};
	struct vt_err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		VT_BUF_AUTO(raw);
		VT_BUF_AUTO(out);
		deflate_span(VT_SPAN(row[i].in, row[i].n), &raw);
		tap_call(decode(row[i].dict, vt_buf_view(&raw), 64, &out, &err),
		    &err, "predictor: %s", row[i].what);
		tap_ok(vt_span_eq(vt_buf_view(&out),
			   VT_SPAN(row[i].out, row[i].out_n)),
		    "gives what was meant");
	}
}

static void
test_filters_refused(void)
{
	static const struct {
		const char *what, *dict;
		enum vt_code code;
	} row[] = {
		{ "another filter", "/Filter /LZWDecode",
		    VT_E_PDF_UNSUPPORTED },
		{ "a filter that is none", "/Filter 7", VT_E_PDF_UNSUPPORTED },
		{ "data in another file", "/F (x) /Filter /FlateDecode",
		    VT_E_PDF_UNSUPPORTED },
		{ "an unknown predictor",
		    "/Filter /FlateDecode /DecodeParms "
		    "<< /Predictor 5 >>",
		    VT_E_PDF_SYNTAX },
		{ "no whole rows", PNG "/Columns 5 >>", VT_E_PDF_SYNTAX },
		{ "an unknown PNG row", PNG "/Columns 3 >>", VT_E_PDF_SYNTAX },
		{ "huge columns", PNG "/Columns 99999999 >>", VT_E_PDF_SYNTAX },
		{ "nine bits", PNG "/BitsPerComponent 9 >>", VT_E_PDF_SYNTAX },
	};
	struct vt_err err;
	VT_BUF_AUTO(raw);
	VT_BUF_AUTO(out);

	deflate_span(VT_SPAN_LIT("\7abc\7abc"), &raw);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		tap_code(decode(row[i].dict, vt_buf_view(&raw), 64, &out, &err),
		    row[i].code, &err, "refused: %s", row[i].what);
	tap_code(decode("/Filter /FlateDecode", VT_SPAN(raw.p, raw.n - 1), 64,
		     &out, &err),
	    VT_E_PDF_SYNTAX, &err, "compressed data that ends too early");
	tap_code(decode("/Filter /FlateDecode", VT_SPAN_LIT("no zlib"), 64,
		     &out, &err),
	    VT_E_PDF_SYNTAX, &err, "data that is not compressed");
	tap_eq_int(out.n, 0, "nothing is given out on failure");
	tap_call(
	    decode("/Filter /FlateDecode", vt_buf_view(&raw), 8, &out, &err),
	    &err, "as much as the limit");
	vt_buf_reset(&out);
	tap_code(
	    decode("/Filter /FlateDecode", vt_buf_view(&raw), 7, &out, &err),
	    VT_E_LIMIT, &err, "one byte more");
}

/* A bomb: a gigabyte of zeros, compressed twice, ends at the limit. */
static void
test_bomb(void)
{
	static uint8_t zeros[1 << 20];
	z_stream z = { 0 };
	struct vt_err err;
	VT_BUF_AUTO(once);
	VT_BUF_AUTO(twice);
	VT_BUF_AUTO(out);
	uint8_t piece[65536];

	tap_need(deflateInit(&z, 9) == Z_OK, "zlib");
	for (int i = 0; i < 1024; i++) {
		z.next_in = zeros;
		z.avail_in = sizeof(zeros);
		do {
			z.next_out = piece;
			z.avail_out = sizeof(piece);
			(void)deflate(&z, i == 1023 ? Z_FINISH : Z_NO_FLUSH);
			vt_buf_put(&once, piece, sizeof(piece) - z.avail_out);
		} while (z.avail_out == 0);
	}
	deflateEnd(&z);
	deflate_span(vt_buf_view(&once), &twice);
	tap_code(decode("/Filter [/FlateDecode /FlateDecode]",
		     vt_buf_view(&twice), VT_L(PDF_INFLATE_MAX), &out, &err),
	    VT_E_LIMIT, &err, "a gigabyte of zeros in %zu bytes", twice.n);
}

/* ---- what a later revision must not reach into ---- */

#define OBJSTM(first, body)                                                    \
	"@Lc3 0 obj\n<< /Type /ObjStm /N 1 /First " first                      \
	" /Length @N01 >>\nstream\n@L0" body "@L1\nendstream\nendobj\n"
#define XSTREAM(rows)                                                          \
	"@Lx5 0 obj\n<< /Type /XRef /W [1 4 1] /Size 6 /Root 1 0 R "           \
	"/Length @N45 >>\nstream\n@L4\0\0\0\0\0\377\001@Ba\0" rows             \
	"\001@Bx\0@L5\nendstream\nendobj\n" TAIL
#define IN_STREAM                                                              \
	HEAD PAGES0 OBJSTM("4", "4 0 (four)")                                  \
	    XSTREAM("\001@Bb\0\001@Bc\0\002\0\0\0\003\0")

static void
test_object_streams(void)
{
	static const struct row row[] = {
		ROW("an object in a stream", IN_STREAM, VT_OK),
		ROW("another number there",
		    HEAD PAGES0 OBJSTM("4", "7 0 (four)")
			XSTREAM("\001@Bb\0\001@Bc\0\002\0\0\0\003\0"),
		    VT_E_PDF_XREF),
		ROW("an index past its end",
		    HEAD PAGES0 OBJSTM("4", "4 0 (four)")
			XSTREAM("\001@Bb\0\001@Bc\0\002\0\0\0\003\1"),
		    VT_E_PDF_XREF),
		ROW("an offset past its end",
		    HEAD PAGES0 OBJSTM("5", "4 99 (four)")
			XSTREAM("\001@Bb\0\001@Bc\0\002\0\0\0\003\0"),
		    VT_E_PDF_SYNTAX),
		ROW("a first past its end",
		    HEAD PAGES0 OBJSTM("77", "4 0 (four)")
			XSTREAM("\001@Bb\0\001@Bc\0\002\0\0\0\003\0"),
		    VT_E_PDF_SYNTAX),
		ROW("a value cut off",
		    HEAD PAGES0 OBJSTM("4", "4 0 (four")
			XSTREAM("\001@Bb\0\001@Bc\0\002\0\0\0\003\0"),
		    VT_E_PDF_SYNTAX),
		ROW("a stream that is none",
		    HEAD PAGES0 "@Lc3 0 obj\n[]\nendobj\n" XSTREAM(
			"\001@Bb\0\001@Bc\0\002\0\0\0\003\0"),
		    VT_E_PDF_SYNTAX),
	};
	static const struct row closed[] = {
		ROW("a stream in a stream",
		    HEAD PAGES0 OBJSTM("4", "4 0 (four)")
			XSTREAM("\001@Bb\0\002\0\0\0\004\0\002\0\0\0\003\0"),
		    VT_E_PDF_XREF),
		ROW("a stream that is free",
		    HEAD PAGES0 XSTREAM(
			"\001@Bb\0\0\0\0\0\0\0\002\0\0\0\003\0"),
		    VT_E_PDF_XREF),
		ROW("a stream that a later revision replaces",
		    IN_STREAM
		    "@Ld3 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length 8 >>\n"
		    "stream\n4 0 (no)\nendstream\nendobj\n"
		    "@Ly6 0 obj\n<< /Type /XRef /W [1 4 1] /Size 7 "
		    "/Root 1 0 R /Prev @Dx /Index [3 1 6 1] /Length @N67 >>\n"
		    "stream\n@L6\001@Bd\0\001@By\0@"
		    "L7\nendstream\nendobj\n" TAIL2,
		    VT_E_PDF_XREF),
	};
	struct vt_pdf_object *o = NULL;
	struct open_file f;
	int rc;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		rc = open_script(&f, row[i].script, row[i].n);
		tap_call(rc, &f.err, "opens");
		rc = vt_pdf_get(f.pdf, 0, 4, &o, &f.err);
		tap_code(
		    rc, row[i].code, &f.err, "object stream: %s", row[i].what);
		open_close(&f);
	}
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		rc = open_script(&f, closed[i].script, closed[i].n);
		tap_code(rc, closed[i].code, &f.err, "object stream: %s",
		    closed[i].what);
		open_close(&f);
	}
	/* the token's place is inside the decoded stream */
	tap_need(OPEN_LIT(&f, IN_STREAM) == VT_OK, "opens");
	tap_call(vt_pdf_get(f.pdf, 0, 4, &o, &f.err), &f.err, "object 4");
	tap_ok(o->objstm == 3 && o->offset == 4 && o->end == 10,
	    "stands in stream 3 at 4 to 10");
	open_close(&f);
}

/* Widths and index of a cross-reference stream, whose row for object 1 is
 * "1 00000009 0". */
#define XREF(dict, rows)                                                       \
	HEAD "@Lx5 0 obj\n<< /Type /XRef /Root 1 0 R /Length @N45 " dict       \
	     " >>\nstream\n@L4" rows "@L5\nendstream\nendobj\n" TAIL
#define ROW1 "\001@Ba\0"

static void
test_xref_streams(void)
{
	static const struct row row[] = {
		ROW("with an index",
		    XREF("/W [1 4 1] /Size 6 /Index [1 1]", ROW1), VT_OK),
		ROW("with more data than entries",
		    XREF("/W [1 4 1] /Size 6 /Index [1 1]", ROW1 "more"),
		    VT_OK),
		ROW("without the type field",
		    XREF("/W [0 4 0] /Size 6 /Index [1 1]", "@Ba"), VT_OK),
		ROW("without widths", XREF("/Size 6 /Index [1 1]", ROW1),
		    VT_E_PDF_XREF),
		ROW("two widths", XREF("/W [1 4] /Size 6 /Index [1 1]", ROW1),
		    VT_E_PDF_XREF),
		ROW("a width of nine",
		    XREF("/W [1 9 1] /Size 6 /Index [1 1]", ROW1),
		    VT_E_PDF_XREF),
		ROW("no offsets", XREF("/W [1 0 1] /Size 6 /Index [1 1]", ROW1),
		    VT_E_PDF_XREF),
		ROW("too little data",
		    XREF("/W [1 4 1] /Size 6 /Index [1 2]", ROW1),
		    VT_E_PDF_XREF),
		ROW("half a pair",
		    XREF("/W [1 4 1] /Size 6 /Index [1 1 2]", ROW1),
		    VT_E_PDF_XREF),
		ROW("a pair of names",
		    XREF("/W [1 4 1] /Size 6 /Index [/A /B]", ROW1),
		    VT_E_PDF_XREF),
		ROW("a negative index",
		    XREF("/W [1 4 1] /Size 6 /Index [-1 1]", ROW1),
		    VT_E_PDF_XREF),
		ROW("more than the size",
		    XREF("/W [1 4 1] /Size 6 /Index [1 8388607]", ROW1),
		    VT_E_PDF_XREF),
		ROW("an object twice",
		    XREF("/W [1 4 1] /Size 6 /Index [1 1 1 1]", ROW1 ROW1),
		    VT_E_PDF_XREF),
		ROW("an unknown type",
		    XREF("/W [1 4 1] /Size 6 /Index [1 1]", "\003@Ba\0"),
		    VT_E_PDF_UNSUPPORTED),
		ROW("an indirect width",
		    XREF("/W 1 0 R /Size 6 /Index [1 1]", ROW1), VT_E_PDF_XREF),
		ROW("an indirect filter",
		    XREF("/W [1 4 1] /Size 6 /Index [1 1] /Filter 1 0 R", ROW1),
		    VT_E_PDF_XREF),
	};
	struct open_file f;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		tap_code(open_script(&f, row[i].script, row[i].n), row[i].code,
		    &f.err, "xref stream: %s", row[i].what);
		open_close(&f);
	}
}

/* The length of stream 2 is object 3, which an update replaces: readers of
 * the two revisions would see different data. */
static void
test_length_replaced(void)
{
	static const char script[] = ONE("/Length 3 0 R",
	    "data") "@Ld3 0 obj\n3\nendobj\n@Lyxref\n3 1\n@Dd 00000 n \n"
		    "trailer\n<< /Size 4 /Root 1 0 R /Prev @Dx >>\n" TAIL2;
	struct vt_pdf_object *o;
	struct open_file f;

	tap_call(OPEN_LIT(&f, script), &f.err, "opens");
	tap_code(vt_pdf_get(f.pdf, 0, 2, &o, &f.err), VT_E_PDF_XREF, &f.err,
	    "a length that a later revision replaces");
	open_close(&f);
}

/* An object that begins in its revision and ends in the next: its string
 * runs over the cross-reference and the end. */
static void
test_over_the_end(void)
{
	static const char script[] =
	    HEAD PAGES0 "@Lc3 0 obj\n(\n@Lxxref\n0 4\n" FREE0
			"@Da 00000 n \n@Db 00000 n \n@Dc 00000 n \n"
			"trailer\n<< /Size 4 /Root 1 0 R >>\n" TAIL
			")\nendobj\n@Lyxref\n0 0\n"
			"trailer\n<< /Size 4 /Root 1 0 R /Prev @Dx >>\n" TAIL2;
	struct vt_pdf_object *o;
	struct open_file f;

	tap_call(OPEN_LIT(&f, script), &f.err, "opens");
	tap_code(vt_pdf_get(f.pdf, 0, 3, &o, &f.err), VT_E_PDF_XREF, &f.err,
	    "an object that leaves its revision");
	open_close(&f);
}

/* References through references, and to another generation. */
static void
test_resolve(void)
{
	static const char script[] =
	    HEAD "@Lb2 0 obj\n3 0 R\nendobj\n@Lc3 0 obj\n2 0 R\nendobj\n"
		 "@Ld4 0 obj\n[1 0 R 1 1 R 9 0 R 2 0 R]\nendobj\n"
		 "@Lxxref\n0 5\n" FREE0 "@Da 00000 n \n@Db 00000 n \n"
		 "@Dc 00000 n \n@Dd 00000 n \n"
		 "trailer\n<< /Size 5 /Root 1 0 R >>\n" TAIL;
	struct vt_pdf_object *list, *o;
	struct open_file f;

	tap_need(OPEN_LIT(&f, script) == VT_OK, "opens");
	tap_need(vt_pdf_get(f.pdf, 0, 4, &list, &f.err) == VT_OK, "a list");
	tap_call(vt_pdf_resolve(f.pdf, 0, list->u.array.items[0], &o, &f.err),
	    &f.err, "a reference");
	tap_eq_int(o->type, VT_PDF_DICT, "leads to its object");
	tap_call(vt_pdf_resolve(f.pdf, 0, list->u.array.items[1], &o, &f.err),
	    &f.err, "another generation");
	tap_eq_int(o->type, VT_PDF_NULL, "is null");
	tap_call(vt_pdf_resolve(f.pdf, 0, list->u.array.items[2], &o, &f.err),
	    &f.err, "a missing object");
	tap_eq_int(o->type, VT_PDF_NULL, "is null");
	tap_code(vt_pdf_resolve(f.pdf, 0, list->u.array.items[3], &o, &f.err),
	    VT_E_PDF_SYNTAX, &f.err, "a circle");
	open_close(&f);
}

/* ---- pages ---- */

static void
test_pages(void)
{
	struct vt_pdf_page p;
	struct open_file f;
	size_t n = 0;

	tap_need(OPEN_LIT(&f, PDF_UPDATED) == VT_OK, "opens");
	tap_call(vt_pdf_page_count(f.pdf, VT_PDF_LATEST, &n, &f.err), &f.err,
	    "count");
	tap_eq_int(n, 2, "two pages");
	tap_call(vt_pdf_page(f.pdf, 0, 0, &p, &f.err), &f.err, "the first");
	tap_ok(p.ref.num == 3 && p.media[0] == 0 && p.media[2] == 595 &&
		   p.media[3] == 842 && p.crop[2] == 595 && p.rotate == 90,
	    "inherits its box and rotation");
	tap_ok(vt_pdf_dict_get(p.dict, "New") == NULL, "in revision 0");
	tap_call(vt_pdf_page(f.pdf, VT_PDF_LATEST, 0, &p, &f.err), &f.err,
	    "the same in revision 1");
	tap_ok(vt_pdf_dict_get(p.dict, "New") != NULL, "is the new one");
	tap_call(vt_pdf_page(f.pdf, 0, 1, &p, &f.err), &f.err, "the second");
	tap_ok(
	    p.rotate == 0 && p.crop[0] == 10 && p.crop[3] == 99, "has its own");
	tap_code(vt_pdf_page(f.pdf, 0, 2, &p, &f.err), VT_E_NOT_FOUND, &f.err,
	    "there is no third");
	open_close(&f);
}

/* Object 2 is the root of the tree, 3 a node. */
#define TREE(root, node)                                                       \
	HEAD "@Lb2 0 obj\n<< /Type /Pages " root " >>\nendobj\n"               \
	     "@Lc3 0 obj\n<< " node " >>\nendobj\n@Lxxref\n0 4\n" FREE0        \
	     "@Da 00000 n \n@Db 00000 n \n@Dc 00000 n \n"                      \
	     "trailer\n<< /Size 4 /Root 1 0 R >>\n" TAIL
#define LEAF "/Type /Page /MediaBox [0 0 9 9]"

static void
test_trees(void)
{
	static const struct row row[] = {
		ROW("one page", TREE("/Kids [3 0 R] /Count 1", LEAF), VT_OK),
		ROW("corners in another order",
		    TREE("/Kids [3 0 R] /Count 1",
			"/Type /Page /MediaBox [9 9 0 0] /Rotate -90"),
		    VT_OK),
		ROW("an empty tree", TREE("/Kids [] /Count 0", LEAF),
		    VT_E_NOT_FOUND),
		ROW("a count that lies", TREE("/Kids [3 0 R] /Count 2", LEAF),
		    VT_E_PDF_SYNTAX),
		ROW("no count", TREE("/Kids [3 0 R]", LEAF), VT_E_PDF_SYNTAX),
		ROW("no kids", TREE("/Count 1", LEAF), VT_E_PDF_SYNTAX),
		ROW("a page twice", TREE("/Kids [3 0 R 3 0 R] /Count 2", LEAF),
		    VT_E_PDF_SYNTAX),
		ROW("a circle", TREE("/Kids [2 0 R] /Count 1", LEAF),
		    VT_E_PDF_SYNTAX),
		ROW("a circle through a node",
		    TREE("/Kids [3 0 R] /Count 1",
			"/Type /Pages /Kids [2 0 R] /Count 1"),
		    VT_E_PDF_SYNTAX),
		ROW("a direct page",
		    TREE("/Kids [<< " LEAF " >>] /Count 1", LEAF),
		    VT_E_PDF_SYNTAX),
		ROW("a missing page", TREE("/Kids [9 0 R] /Count 1", LEAF),
		    VT_E_PDF_SYNTAX),
		ROW("no type",
		    TREE("/Kids [3 0 R] /Count 1", "/MediaBox [0 0 9 9]"),
		    VT_E_PDF_SYNTAX),
		ROW("no box", TREE("/Kids [3 0 R] /Count 1", "/Type /Page"),
		    VT_E_PDF_SYNTAX),
		ROW("an empty box",
		    TREE("/Kids [3 0 R] /Count 1",
			"/Type /Page /MediaBox [0 0 0 9]"),
		    VT_E_PDF_SYNTAX),
		ROW("a box of three",
		    TREE("/Kids [3 0 R] /Count 1",
			"/Type /Page /MediaBox [0 0 9]"),
		    VT_E_PDF_SYNTAX),
		ROW("turned by 45",
		    TREE("/Kids [3 0 R] /Count 1", LEAF "/Rotate 45"),
		    VT_E_PDF_SYNTAX),
	};
	struct vt_pdf_page p;
	struct open_file f;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		tap_need(
		    open_script(&f, row[i].script, row[i].n) == VT_OK, "opens");
		tap_code(vt_pdf_page(f.pdf, 0, 0, &p, &f.err), row[i].code,
		    &f.err, "page tree: %s", row[i].what);
		open_close(&f);
	}
	tap_need(open_script(&f, row[1].script, row[1].n) == VT_OK, "opens");
	tap_ok(vt_pdf_page(f.pdf, 0, 0, &p, &f.err) == VT_OK &&
		   p.rotate == 270 && p.media[0] == 0 && p.media[2] == 9,
	    "turned back by 90 is 270; the box is in order");
	open_close(&f);
}

int
main(void)
{
	test_streams();
	test_predictors();
	test_filters_refused();
	test_bomb();
	test_object_streams();
	test_xref_streams();
	test_length_replaced();
	test_over_the_end();
	test_resolve();
	test_pages();
	test_trees();
	return tap_done();
}
