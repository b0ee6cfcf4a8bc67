/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of the axis read as a stream: rows, packets, refusals, and that it
 * makes no difference where the bytes are cut. */
#include "api/exchange/axis/answer.h"
#include "base/context.h"
#include "base/limits.h"
#include "tests/tap.h"

struct seen {
	struct vt_buf rows, bytes;
	struct vt_axis_said said;
	struct vt_err err;
	int rc;
};

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct seen *s = arg;

	(void)reterr;
	for (size_t i = 0; i < row->n; i++)
		vt_buf_printf(&s->rows, "%s=%s;", row->name[i], row->value[i]);
	vt_buf_putc(&s->rows, '|');
	return VT_OK;
}

static int
on_bytes(void *arg, struct vt_span b, struct vt_err *reterr)
{
	struct seen *s = arg;

	(void)reterr;
	vt_buf_span(&s->bytes, b);
	return VT_OK;
}

static void
read_answer(struct seen *s, struct vt_span in, size_t step)
{
	struct vt_axis_answer_ops ops = { on_row, on_bytes, s };
	struct vt_axis_answer *a = vt_axis_answer_new(&ops);

	memset(s, 0, sizeof(*s));
	tap_need(a != NULL, "memory");
	for (size_t at = 0; at < in.n && s->rc == VT_OK; at += step)
		s->rc = vt_axis_answer_put(a,
		    VT_SPAN(in.p + at, in.n - at < step ? in.n - at : step),
		    &s->err);
	if (s->rc == VT_OK)
		s->rc = vt_axis_answer_end(a, &s->said, &s->err);
	vt_axis_answer_free(a);
}

static void
seen_free(struct seen *s)
{
	vt_buf_free(&s->rows);
	vt_buf_free(&s->bytes);
}

/* Whole and in every cut. */
static void
expect(const char *in, int rc, const char *rows, const char *bytes,
    const char *what)
{
	struct seen s;

	for (size_t step = 1; step <= 9; step++) {
		read_answer(&s, vt_span_str(in), step == 9 ? 100000 : step);
		tap_code(s.rc, rc, &s.err, "%s, %zu at a time", what, step);
		if (rc == VT_OK) {
			tap_eq_str(vt_buf_str(&s.rows), rows, "its rows");
			tap_eq_str(vt_buf_str(&s.bytes), bytes, "its packet");
		}
		seen_free(&s);
	}
}

static void
test_forms(void)
{
	expect("{\"status\":\"OK\",\"ErrorCode\":\"0\",\"data\":[{\"id\":7,"
	       "\"name\":\"H\\u00e0 N\\u1ed9i\",\"x\":null,\"deep\":{\"a\":1},"
	       "\"list\":[1,\"b\"],\"last\":true},{}]}",
	    VT_OK, "id=7;name=Hà Nội;x=;last=true;||", "", "rows");
	expect("{\"data\":\"PGE+\\nPC9h\\r\\nPg==\",\"status\":\"OK\"}", VT_OK,
	    "", "<a></a>", "a packet in base64, in lines");
	expect("{\"success\":true,\"data\":{\"docId\":\"1\",\"edxml\":"
	       "\" <a>\\u00e9</a>\",\"attachments\":[{\"edxml\":\"no\"}]}}",
	    VT_OK, "docId=1;|", "<a>é</a>", "the wrapper's, as XML");
	expect("{\"success\":true,\"data\":{\"edxml\":\"PGE+\"}}", VT_OK, "|",
	    "<a>", "the wrapper's, in base64");
	expect("{\"data\":null}", VT_OK, "", "", "no data");
	expect(" [ ] ", VT_OK, "", "", "not an object");
	expect("{\"data\":\"PGE\"}", VT_E_SYNTAX, "", "", "base64 cut off");
	expect("{\"data\":\"PGE=PGE+\"}", VT_E_SYNTAX, "", "",
	    "base64 after its end");
	expect("{\"data\":\"P*E+\"}", VT_E_SYNTAX, "", "", "no base64");
	expect("{\"data\":\"PGE+\",\"data\":\"PGE+\"}", VT_E_SYNTAX, "", "",
	    "two packets");
	expect("{\"data\":[{\"a\":\"x\xff\",\"b\":\"\\u0000\\ud83d\"},{\"a\":"
	       "\"1\"}]}",
	    VT_OK, "a=x\uFFFD;b=\uFFFD\uFFFD;|a=1;|", "",
	    "a row that is not UTF-8 costs the others nothing");
}

static void
test_syntax(void)
{
	static const char *const bad[] = { "", "{", "{]", "[}", "[1,]", "{,}",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "01", "1.", "-", "+1",
		"1e", "tru", "nulll", "\"", "\"\\x\"", "\"\\u12g4\"",
		"\"\\ud800\\x\"", "\"\t\"", "1 2", "{} x", "[1 2]", "<html>" };
	static const char *const good[] = { "0", "-0.5e+10",
		"\"\\ud83d\\ude00\"", "\"\\ud800\"", "\"\\ud800x\"",
		"\"\\udc00\"", "\"\\u0000\"", "\"\\ud800\\ud800\\n\"",
		"[[],{},\"\",1,true,false,null]", " {\"a\" : [ ] } \n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(bad[i], VT_E_SYNTAX, "", "", "not JSON");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect(good[i], VT_OK, "", "", "JSON");
	expect("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", VT_E_LIMIT, "", "",
	    "seventeen levels");
}

static void
test_said(void)
{
	static const char in[] =
	    "{\"status\":\"FAIL\",\"ErrorCode\":18,\"ErrorDesc\":"
	    "\"kh\xc3\xb4ng "
	    "c\\u00f3\\nai\",\"DocId\":\"d-1\",\"count\":12}";
	struct seen s;

	read_answer(&s, vt_span_str(in), 5);
	tap_call(s.rc, &s.err, "a refusal");
	tap_ok(!s.said.ok, "is one");
	tap_eq_str(s.said.code, "18", "its code, a number or text");
	tap_eq_str(s.said.desc, "không có ai", "its words on one line");
	tap_eq_str(s.said.doc_id, "d-1", "DocId");
	tap_eq_int(s.said.count, 12, "count");
	seen_free(&s);
	read_answer(&s, VT_SPAN_LIT("{\"status\":\"OK\",\"count\":\"3\"}"), 50);
	tap_ok(s.said.ok && s.said.count == 3, "a count as text");
	seen_free(&s);
}

static int
count_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	size_t *n = arg;

	(void)reterr;
	if (strcmp(vt_axis_row_get(row, "CODE"), "H99.07.0001") == 0)
		++*n;
	return VT_OK;
}

/* 111,000 agencies and a packet of 24 MB go through a reader that holds at
 * most a few pieces. */
static void
test_large(void)
{
	static const char row[] =
	    "{\"id\":\"1\",\"pid\":\"0\",\"code\":\"H99.07.0001\",\"name\":"
	    "\"\xe1\xbb\xa6y ban nh\xc3\xa2n d\xc3\xa2n\",\"mail\":\"a@b.vn\","
	    "\"oldCode\":\"000.00.01.H99\"}";
	size_t rows = 0, i;
	struct vt_axis_answer_ops ops = { count_row, NULL, &rows };
	struct vt_axis_answer *a = vt_axis_answer_new(&ops);
	struct vt_err err = VT_ERR_INIT;
	struct vt_axis_said said;
	char quads[6001];
	int rc;

	rc = vt_axis_answer_put(
	    a, VT_SPAN_LIT("{\"status\":\"OK\",\"data\":["), &err);
	for (i = 0; i < 111000 && rc == VT_OK; i++) {
		if (i > 0)
			rc = vt_axis_answer_put(a, VT_SPAN_LIT(","), &err);
		if (rc == VT_OK)
			rc = vt_axis_answer_put(
			    a, VT_SPAN(row, sizeof(row) - 1), &err);
	}
	if (rc == VT_OK)
		rc = vt_axis_answer_put(a, VT_SPAN_LIT("]}"), &err);
	if (rc == VT_OK)
		rc = vt_axis_answer_end(a, &said, &err);
	tap_call(rc, &err, "a list of 111,000 agencies");
	tap_eq_int(rows, 111000, "each row came");
	vt_axis_answer_free(a);

	ops = (struct vt_axis_answer_ops){ NULL, NULL, NULL };
	a = vt_axis_answer_new(&ops);
	memset(quads, 'Q', sizeof(quads));
	rc = vt_axis_answer_put(a, VT_SPAN_LIT("{\"data\":\""), &err);
	for (i = 0; i < 5332 && rc == VT_OK; i++)
		rc = vt_axis_answer_put(a, VT_SPAN(quads, 6001), &err);
	if (rc == VT_OK)
		rc = vt_axis_answer_put(a, VT_SPAN_LIT("\"}"), &err);
	if (rc == VT_OK)
		rc = vt_axis_answer_end(a, &said, &err);
	tap_call(rc, &err, "a packet of 24 MB");
	tap_eq_int(said.bytes, 5332 * 6001 / 4 * 3, "each byte came");
	vt_axis_answer_free(a);
}

static int
keep_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	size_t *len = arg;

	(void)reterr;
	len[0] = strlen(vt_axis_row_get(row, "a"));
	len[1]++;
	len[2] = row->n;
	return VT_OK;
}

/* n fields of `size` bytes, the last one named a; a second row behind it. */
static void
read_wide(size_t n, size_t size, size_t len[3])
{
	struct vt_axis_answer_ops ops = { keep_row, NULL, len };
	VT_CLEANUP(vt_axis_answer_free)
	struct vt_axis_answer *a = vt_axis_answer_new(&ops);
	struct vt_err err = VT_ERR_INIT;
	struct vt_axis_said said;
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, "{\"data\":[{\"z\":1");
	for (size_t i = 0; i < n; i++) {
		vt_buf_puts(&b, i + 1 == n ? ",\"a\":\"" : ",\"f\":\"");
		for (size_t k = 0; k < size; k++)
			vt_buf_putc(&b, 'x');
		vt_buf_putc(&b, '"');
	}
	vt_buf_puts(&b, "}]}");
	len[1] = 0;
	tap_call(vt_axis_answer_put(a, vt_buf_view(&b), &err), &err,
	    "a row of %zu values of %zu bytes", n, size);
	tap_call(vt_axis_answer_end(a, &said, &err), &err, "its end");
	tap_eq_int(len[1], 1, "it is a row");
}

/* What is too long in a row is cut or left out; the list goes on. */
static void
test_limits(void)
{
	size_t len[3], max = VT_L(AXIS_FIELD_MAX);

	read_wide(1, max, len);
	tap_eq_int(len[0], max, "a value of AXIS_FIELD_MAX bytes is whole");
	read_wide(1, max + 1, len);
	tap_eq_int(len[0], max, "one byte more is cut");
	read_wide(7, max, len);
	tap_eq_int(len[0], max, "seven of them fit into AXIS_ROW_MAX");
	read_wide(9, max, len);
	tap_eq_int(len[0], 0, "the ninth does not");
	tap_eq_int(len[2], 8, "seven and the first do");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	test_forms();
	test_syntax();
	test_said();
	test_large();
	test_limits();
	return tap_done();
}
