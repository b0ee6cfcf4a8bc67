/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: what is read, what is refused, how it is printed, and the limits. */
#include "base/limits.h"
#include "base/pdf/pdf.h"
#include "tests/guard.h"
#include "tests/tap.h"

#define ARENA ((size_t)128 << 20)

static int
parse(struct vt_span s, struct vt_arena *arena, struct vt_pdf_object **ret,
    struct vt_err *err)
{
	*err = (struct vt_err)VT_ERR_INIT;
	return vt_pdf_parse(s, arena, ret, err);
}

static void
test_read(struct vt_arena *arena)
{
	static const struct {
		const char *in, *out;
	} row[] = {
		{ "null", "null" },
		{ " \t\r\n\f true ", "true" },
		{ "false% comment", "false" },
		{ "0", "0" },
		{ "+17", "17" },
		{ "-98", "-98" },
		{ "007", "7" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "34.5", "34.5" },
		{ "-.002", "-0.002" },
		{ "4.", "4" },
		{ "0.000001", "0" },
		{ "-0.00001", "-0.00001" },
		{ "123456.78901", "123456.78901" },
		{ "340282346638528859811704183484516925440.0",
		    "340282346638528859811704183484516925440." },
		{ "1 0 R", "1 0 R" },
		{ "12 %c\n 3 R", "12 3 R" },
		{ "[1 0 R 2 3 4]", "[1 0 R 2 3 4]" },
		{ "[1 2]", "[1 2]" },
		{ "()", "()" },
		{ "(a(b)c)", "(a\\(b\\)c)" },
		{ "(\\n\\r\\t\\b\\f\\(\\)\\\\)",
		    "(\\012\\015\\011\\010\\014\\(\\)\\\\)" },
		{ "(\\101\\1012\\7\\400)", "(AA2\\007\\000)" },
		{ "(a\\\nb\\\r\nc\\\rd)", "(abcd)" },
		{ "(a\r\nb\rc\nd)", "(a\\012b\\012c\\012d)" },
		{ "(\\x)", "(x)" },
		{ "<48 65 6c6C6f>", "<48656c6c6f>" },
		{ "<4>", "<40>" },
		{ "<>", "<>" },
		{ "/Name", "/Name" },
		{ "/", "/" },
		{ "/A#42#20c", "/AB#20c" },
		{ "/A;_-*$?!.", "/A;_-*$?!." },
		{ "[]", "[]" },
		{ "[/A/B(c)<00>[1]null]", "[/A /B (c) <00> [1] null]" },
		{ "<<>>", "<< >>" },
		{ "<</A 1/B[2]/C<</D/E>>>>",
		    "<< /A 1 /B [2] /C << /D /E >> >>" },
	};
	struct vt_pdf_object *o;
	struct vt_err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		/* no byte past the value may be looked at */
		struct guard g;
		struct vt_span in = guard_put(&g, vt_span_str(row[i].in));
		VT_BUF_AUTO(b);

		tap_call(parse(in, arena, &o, &err), &err, "read: row %zu", i);
		vt_pdf_print(o, &b);
		tap_eq_str(vt_buf_str(&b), row[i].out, "printed: row %zu", i);
		guard_drop(&g);
	}
}

static void
test_refused(struct vt_arena *arena)
{
	static const char *const row[] = { "", " ", "%", "nul", "nullx", "True",
		"1x", "--1", "1.2.3", "+", ".", "1e5", "1 0 r",
		"9223372036854775808", "(", "(a", "(a\\", "(a\\)", "<4", "<4g>",
		"/A#", "/A#4", "/A#4g", "/A#00", "[", "[1", "]", "<<", "<</A",
		"<</A>>", "<</A 1", "<</A 1>", "<<1 2>>", ">>", "{", "}", "1 2",
		"null null", "<</A 1/A 2>>", "<</A 1/#41 2>>",
		"<</A null/A null>>", "1 65536 R", "8388608 0 R" };
	struct vt_pdf_object *o = NULL;
	struct vt_err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct guard g;
		struct vt_span in = guard_put(&g, vt_span_str(row[i]));

		tap_code(parse(in, arena, &o, &err), VT_E_PDF_SYNTAX, &err,
		    "refused: \"%s\"", row[i]);
		tap_ok(err.msg[0] != '\0' && o == NULL,
		    "with a reason, output untouched");
		guard_drop(&g);
	}
}

/* n opening brackets and as many closing ones. */
static void
nested(struct vt_buf *b, size_t n)
{
	vt_buf_reset(b);
	for (size_t i = 0; i < n; i++)
		vt_buf_putc(b, '[');
	for (size_t i = 0; i < n; i++)
		vt_buf_putc(b, ']');
}

/* open, n times c, close */
static void
filled(struct vt_buf *b, const char *open, char c, size_t n, const char *close)
{
	vt_buf_reset(b);
	vt_buf_puts(b, open);
	for (size_t i = 0; i < n; i++)
		vt_buf_putc(b, (uint8_t)c);
	vt_buf_puts(b, close);
}

static void
test_limits(struct vt_arena *arena)
{
	size_t depth = VT_L(PDF_DEPTH_MAX), token = VT_L(PDF_TOKEN_MAX),
	       contents = VT_L(PDF_CONTENTS_MAX);
	const struct {
		const char *open, *close, *what;
		char c;
		size_t max;
	} row[] = {
		{ "(", ")", "a string", 'a', token },
		{ "/", "", "a name", 'a', token },
		{ "<", ">", "a hexadecimal string", '0', 2 * token },
		{ "<</Contents<", ">>>", "/Contents", '0', contents },
	};
	struct vt_pdf_object *o;
	struct vt_err err;
	VT_BUF_AUTO(b);

	nested(&b, depth);
	tap_call(parse(vt_buf_view(&b), arena, &o, &err), &err,
	    "nested as deep as allowed");
	nested(&b, depth + 1);
	tap_code(parse(vt_buf_view(&b), arena, &o, &err), VT_E_LIMIT, &err,
	    "one deeper is refused");
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		filled(&b, row[i].open, row[i].c, row[i].max, row[i].close);
		tap_call(parse(vt_buf_view(&b), arena, &o, &err), &err,
		    "%s as long as allowed", row[i].what);
		filled(&b, row[i].open, row[i].c, row[i].max + 1, row[i].close);
		tap_code(parse(vt_buf_view(&b), arena, &o, &err), VT_E_LIMIT,
		    &err, "%s one longer", row[i].what);
	}
}

static void
test_places(struct vt_arena *arena)
{
	static const char in[] = " << /A (x) /B <00> /C [ 12 /D ] >> ";
	struct vt_pdf_object *o, *v;
	struct vt_err err;
	int64_t n = 0;

	tap_call(parse(VT_SPAN_LIT(in), arena, &o, &err), &err, "read");
	tap_ok(o->offset == 1 && o->end == sizeof(in) - 2,
	    "a dictionary stands from << to >>");
	v = vt_pdf_dict_get(o, "A");
	tap_ok(memcmp(in + v->offset, "(x)", 3) == 0 && v->end == v->offset + 3,
	    "a string from ( to )");
	v = vt_pdf_dict_get(o, "B");
	tap_ok(memcmp(in + v->offset, "<00>", 4) == 0 &&
		   v->end == v->offset + 4 && v->hex,
	    "a hexadecimal one from < to >");
	v = vt_pdf_dict_get(o, "C");
	tap_ok(in[v->offset] == '[' && in[v->end - 1] == ']',
	    "an array from [ to ]");
	tap_ok(vt_pdf_int(v->u.array.items[0], &n) && n == 12, "a number");
	tap_ok(vt_pdf_is_name(v->u.array.items[1], "D") &&
		   !vt_pdf_is_name(v->u.array.items[1], "d") &&
		   !vt_pdf_is_name(NULL, "D"),
	    "a name");
	tap_ok(vt_pdf_dict_get(o, "Z") == NULL &&
		   vt_pdf_dict_get(v, "A") == NULL &&
		   vt_pdf_dict_get(NULL, "A") == NULL,
	    "an absent key, or no dictionary");
}

/* A dictionary too large for pairwise comparison. */
static void
test_many_keys(struct vt_arena *arena)
{
	struct vt_pdf_object *o;
	struct vt_err err;
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, "<<");
	for (int i = 0; i < 1000; i++)
		vt_buf_printf(&b, "/K%d %d", i, i);
	vt_buf_puts(&b, ">>");
	tap_call(
	    parse(vt_buf_view(&b), arena, &o, &err), &err, "a thousand keys");
	tap_eq_int(vt_pdf_dict_get(o, "K999")->u.integer, 999, "in order");
	vt_buf_truncate(&b, b.n - 2);
	vt_buf_puts(&b, "/K500 1>>");
	tap_code(parse(vt_buf_view(&b), arena, &o, &err), VT_E_PDF_SYNTAX, &err,
	    "one of them twice");
}

static void
test_text(struct vt_arena *arena)
{
	static const struct {
		const char *in, *out, *what;
	} row[] = {
		{ "(abc)", "abc", "ASCII" },
		{ "(\\200\\240\\374)", "•€ü", "PDFDocEncoding" },
		{ "(\\030\\037)", "˘˜", "its accents" },
		{ "(\\177\\255\\001\\011)",
		    "\xef\xbf\xbd\xef\xbf\xbd"
		    "\xef\xbf\xbd\t",
		    "what it leaves undefined" },
		{ "<FEFF004E006701B0>", "Ngư", "UTF-16" },
		{ "<FEFFD83DDE00>", "😀", "a surrogate pair" },
		{ "<FEFFD83D0041DE00>",
		    "\xef\xbf\xbd"
		    "A"
		    "\xef\xbf\xbd",
		    "surrogates alone" },
		{ "<FEFF0041 00>", "A\xef\xbf\xbd", "half a unit" },
		{ "<FEFF001B00760069001B0041>", "A", "a language code" },
		{ "<EFBBBF4E67C6B0>", "Ngư", "UTF-8" },
		{ "<EFBBBF41FF>", "A\xef\xbf\xbd", "not UTF-8" },
		{ "()", "", "nothing" },
		{ "/Name", "", "no string" },
	};
	struct vt_pdf_object *o;
	struct vt_err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct vt_span s;
		tap_need(
		    parse(vt_span_str(row[i].in), arena, &o, &err) == VT_OK,
		    "read");
		s = vt_pdf_text(o, arena);
		tap_ok(vt_span_is(s, row[i].out), "text: %s", row[i].what);
	}
}

static void
test_print_text(struct vt_arena *arena)
{
	static const char *const row[] = { "", "Cong van 12/UBND", "Số 12/QĐ",
		"(a\\b)", "tab\there", "😀 x" };
	struct vt_pdf_object *o;
	struct vt_err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		VT_BUF_AUTO(b);
		vt_pdf_print_text(vt_span_str(row[i]), &b);
		tap_call(parse(vt_buf_view(&b), arena, &o, &err), &err,
		    "printed text is a string");
		tap_ok(vt_span_is(vt_pdf_text(o, arena), row[i]),
		    "and says the same: row %zu", i);
	}
}

static void
test_print_real(void)
{
	static const struct {
		double v;
		const char *out;
	} row[] = { { 0, "0" }, { -0.0, "0" }, { 1, "1" }, { 0.5, "0.5" },
		{ -1.25, "-1.25" }, { 0.00004, "0" }, { 0.00005, "0.0001" },
		{ 841.8898, "841.8898" }, { 1e9, "1000000000" },
		{ -0.99999, "-1" }, { 1.0 / 3, "0.3333" } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		VT_BUF_AUTO(b);
		vt_pdf_print_real(row[i].v, &b);
		tap_eq_str(vt_buf_str(&b), row[i].out, "%s", row[i].out);
	}
}

/* Parsing with every amount of memory there can be: fails, or succeeds. */
static void
test_memory(void)
{
	static const char in[] = "<< /A [1 2 (three) /Four << /Five 5 0 R >> "
				 "<666978>] /B [[[[[[]]]]]] >>";
	struct vt_pdf_object *o;
	struct vt_err err;
	size_t failed = 0, done = 0;

	for (size_t limit = 4096; limit <= 16384; limit += 16) {
		struct vt_arena *arena = vt_arena_new(limit);
		size_t eat = limit < 8192 ? 8192 - limit : 0;
		int rc;

		(void)vt_arena_alloc(arena, eat < 4000 ? eat + 1 : 4000);
		rc = parse(VT_SPAN_LIT(in), arena, &o, &err);
		tap_ok(rc == VT_OK || rc == VT_E_LIMIT || rc == VT_E_NOMEM,
		    "arena of %zu", limit);
		failed += rc != VT_OK;
		done += rc == VT_OK;
		vt_arena_free(arena);
	}
	tap_ok(failed > 0 && done > 0, "both happened");
}

int
main(void)
{
	struct vt_arena *arena = vt_arena_new(ARENA);

	test_read(arena);
	test_refused(arena);
	test_limits(arena);
	test_places(arena);
	test_many_keys(arena);
	test_text(arena);
	test_print_text(arena);
	test_print_real();
	test_memory();
	vt_arena_free(arena);
	return tap_done();
}
