/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the axis server does with a stranger's bytes before anything is kept:
 * the signed headers and the body of sendEdoc, raw or as a form; and what the
 * client does with an axis's answers. The input begins with header lines
 * ("name: value"), an empty line, then the body.
 *
 * Promises: claims that pass were signed with the secret; a call that was
 * changed does not pass; however a body or an answer is cut into pieces, the
 * same comes out.
 */
#include "api/exchange/axis/answer.h"
#include "api/exchange/axis/body.h"
#include "api/exchange/axis/sign.h"
#include "base/limits.h"
#include "tests/fuzz/fuzz.h"

#define SECRET VT_SPAN_LIT("demo-secret-not-real")
#define LIMIT  ((uint64_t)4096)

struct call {
	struct vt_span head, body;
};

static struct vt_span
find(void *arg, const char *name)
{
	const struct call *c = arg;
	size_t at = 0, k = strlen(name);

	while (at < c->head.n) {
		const uint8_t *line = c->head.p + at;
		const uint8_t *nl = memchr(line, '\n', c->head.n - at);
		size_t n = nl == NULL ? c->head.n - at : (size_t)(nl - line);

		at += n + 1;
		if (n > k + 1 &&
		    strncasecmp((const char *)line, name, k) == 0 &&
		    line[k] == ':' && line[k + 1] == ' ')
			return VT_SPAN(line + k + 2, n - k - 2);
	}
	return VT_SPAN(NULL, 0);
}

static struct call
split(const uint8_t *p, size_t n)
{
	const uint8_t *end = n == 0 ? NULL : memmem(p, n, "\n\n", 2);
	size_t head = end == NULL ? n : (size_t)(end - p);
	size_t body = end == NULL ? n : head + 2;

	return (struct call){ VT_SPAN(p, head), VT_SPAN(p + body, n - body) };
}

/* ---- headers ---- */

static void
judge_head(struct call *c)
{
	struct vt_arena *a = vt_arena_new(1 << 20);
	struct vt_axis_claims k;
	struct vt_err err = VT_ERR_INIT;
	vt_hash mac;
	vt_time at = 0;
	int rc;

	VT_FUZZ_HOLDS(a != NULL);
	rc = vt_axis_read_claims(find, c, a, &k, &err);
	VT_FUZZ_HOLDS(rc == (int)err.code);
	if (rc == VT_OK) {
		const char *stamp = vt_axis_claim(&k, "timestamp");

		VT_FUZZ_HOLDS(vt_axis_claim(&k, "systemid") != NULL);
		if (stamp != NULL)
			(void)vt_axis_time_parse(stamp, &at);
		rc = vt_axis_check_claims(
		    &k, find, c, SECRET, at, VT_TIME_S(900), &err);
		mac = vt_hmac_sha256(SECRET, k.json);
		VT_FUZZ_HOLDS(rc != VT_OK || vt_hash_eq(&mac, &k.hash));
		VT_FUZZ_HOLDS(
		    rc != VT_OK ||
		    vt_axis_check_claims(&k, find, c, VT_SPAN_LIT("another"),
			at, VT_TIME_S(900), &err) != VT_OK);
	}
	vt_arena_free(a);
}

/* What we sign ourselves passes, unless no header could carry it. */
static void
sign_again(const struct call *c)
{
	struct vt_axis_signature s = VT_AXIS_SIGNATURE_INIT;
	struct vt_axis_param p[3] = { { "systemid", "x" },
		{ "timestamp", "02032026T081530+0123" }, { "to", NULL } };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(head);
	VT_BUF_AUTO(to);
	char *value;

	vt_buf_put(&to, c->body.p, c->body.n < 200 ? c->body.n : 200);
	value = (char *)(uintptr_t)vt_buf_str(&to);
	p[2].value = value;
	if (vt_axis_sign(p, 3, SECRET, &s, &err) == VT_OK) {
		struct call again;

		vt_buf_printf(&head,
		    "XroadVnpt-sign-header: %s\nXroadVnpt-hash-header: %s\n"
		    "XroadVnpt-systemid: x\nXroadVnpt-timestamp: "
		    "02032026T081530+0123\nXroadVnpt-to: %s\n",
		    vt_buf_str(&s.json), s.hash, value);
		again = (struct call){ vt_buf_view(&head), VT_SPAN(NULL, 0) };
		if (head.failed == VT_OK) {
			struct vt_arena *a = vt_arena_new(1 << 20);
			struct vt_axis_claims k;
			vt_time at;

			VT_FUZZ_HOLDS(vt_axis_time_parse(p[1].value, &at));
			VT_FUZZ_HOLDS(vt_axis_read_claims(
					  find, &again, a, &k, &err) == VT_OK);
			VT_FUZZ_HOLDS(
			    strcmp(vt_axis_claim(&k, "to"), value) == 0);
			VT_FUZZ_HOLDS(value[0] == '\0' ||
				      vt_axis_check_claims(&k, find, &again,
					  SECRET, at, 0, &err) == VT_OK);
			vt_arena_free(a);
		}
	}
	vt_axis_signature_free(&s);
}

/* ---- body ---- */

struct seen {
	struct vt_buf b;
	int rc;
	struct vt_axis_body_found f;
};

static int
keep(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct seen *k = arg;

	(void)reterr;
	vt_buf_span(&k->b, s);
	return VT_OK;
}

static void
read_body(struct seen *k, struct call *c, size_t step)
{
	struct vt_axis_body *b = NULL;
	struct vt_err err = VT_ERR_INIT;
	size_t n;

	memset(k, 0, sizeof(*k));
	k->rc =
	    vt_axis_body_new(find(c, "Content-Type"), LIMIT, keep, k, &b, &err);
	for (size_t at = 0; at < c->body.n && k->rc == VT_OK; at += n) {
		n = step != 0 ? step : (size_t)(c->body.p[at] % 5) + 1;
		if (n > c->body.n - at)
			n = c->body.n - at;
		k->rc = vt_axis_body_put(b, VT_SPAN(c->body.p + at, n), &err);
	}
	if (k->rc == VT_OK)
		k->rc = vt_axis_body_end(b, &k->f, &err);
	VT_FUZZ_HOLDS(k->rc == (int)err.code);
	VT_FUZZ_HOLDS(k->b.n <= LIMIT + 2);
	vt_axis_body_free(b);
}

static void
judge_body(struct call *c)
{
	struct seen whole, cut;
	struct vt_err err;
	char text[VT_HASH_TEXT + 1];
	uint64_t size;
	vt_hash h, is;

	read_body(&whole, c, c->body.n == 0 ? 1 : c->body.n);
	if (whole.rc == VT_OK) {
		is = vt_sha256(vt_buf_view(&whole.b));
		VT_FUZZ_HOLDS(vt_hash_eq(&is, &whole.f.hash));
		VT_FUZZ_HOLDS(whole.f.size == whole.b.n);
		vt_axis_hash_file(&is, false, text);
		VT_FUZZ_HOLDS(vt_axis_body_match(
				  &whole.f, text, &size, &h, &err) == VT_OK &&
			      size == whole.b.n);
	}
	if (whole.rc == VT_OK && whole.f.has_tail) {
		VT_FUZZ_HOLDS(whole.b.p[whole.b.n - 1] == '\n');
		is = vt_sha256(VT_SPAN(whole.b.p, whole.b.n - 2));
		VT_FUZZ_HOLDS(vt_hash_eq(&is, &whole.f.bare_hash));
	}
	for (size_t step = 0; step < 3; step++) {
		read_body(&cut, c, step);
		VT_FUZZ_HOLDS(cut.rc == whole.rc);
		VT_FUZZ_HOLDS(cut.rc != VT_OK ||
			      (vt_hash_eq(&cut.f.hash, &whole.f.hash) &&
				  cut.f.has_tail == whole.f.has_tail));
		vt_buf_free(&cut.b);
	}
	vt_buf_free(&whole.b);
}

/* ---- answers ---- */

struct answer {
	struct vt_buf b;
	int rc;
	struct vt_axis_said said;
};

static int
on_row(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	struct answer *k = arg;

	(void)reterr;
	VT_FUZZ_HOLDS(row->n <= VT_AXIS_ROW_FIELDS);
	for (size_t i = 0; i < row->n; i++)
		vt_buf_printf(&k->b, "%s=%s;", row->name[i], row->value[i]);
	return VT_OK;
}

static int
on_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct answer *k = arg;

	(void)reterr;
	vt_buf_span(&k->b, s);
	return VT_OK;
}

static void
read_answer(struct answer *k, struct vt_span in, size_t step)
{
	struct vt_axis_answer_ops ops = { on_row, on_bytes, k };
	struct vt_axis_answer *a = vt_axis_answer_new(&ops);
	struct vt_err err = VT_ERR_INIT;
	size_t n;

	memset(k, 0, sizeof(*k));
	VT_FUZZ_HOLDS(a != NULL);
	for (size_t at = 0; at < in.n && k->rc == VT_OK; at += n) {
		n = in.n - at < step ? in.n - at : step;
		k->rc = vt_axis_answer_put(a, VT_SPAN(in.p + at, n), &err);
	}
	if (k->rc == VT_OK)
		k->rc = vt_axis_answer_end(a, &k->said, &err);
	VT_FUZZ_HOLDS(k->rc == (int)err.code);
	vt_axis_answer_free(a);
}

static void
judge_answer(struct vt_span in)
{
	struct answer whole, cut;

	read_answer(&whole, in, in.n == 0 ? 1 : in.n);
	for (size_t step = 1; step < 4; step++) {
		read_answer(&cut, in, step);
		VT_FUZZ_HOLDS(cut.rc == whole.rc);
		VT_FUZZ_HOLDS(
		    cut.rc != VT_OK ||
		    (vt_span_eq(vt_buf_view(&cut.b), vt_buf_view(&whole.b)) &&
			memcmp(&cut.said, &whole.said, sizeof(cut.said)) == 0));
		vt_buf_free(&cut.b);
	}
	vt_buf_free(&whole.b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct call c = split(p, n);

	judge_head(&c);
	sign_again(&c);
	judge_body(&c);
	judge_answer(c.body);
	return 0;
}

#define SIGNED                                                                 \
	"XroadVnpt-sign-header: {\"XroadVnpt-systemid\":\"demo.system.01\","   \
	"\"XroadVnpt-timestamp\":\"21112026T195608+0114\","                    \
	"\"XroadVnpt-Content-Type\":\"application/json\"}\n"                   \
	"XroadVnpt-hash-header: e61f574bab37d4bde4fa65eb1e4d610b834910bdd5d4"  \
	"b237ea1153273262efd6\nXroadVnpt-systemid: demo.system.01\n"           \
	"XroadVnpt-timestamp: 21112026T195608+0114\n"                          \
	"XroadVnpt-Content-Type: application/json\n"

#define FORM                                                                   \
	SIGNED "Content-Type: multipart/form-data; boundary=xx\n\n"            \
	       "--xx\r\nContent-Disposition: form-data; name=\"file_doc\"; "   \
	       "filename=\"a\"\r\n\r\n<edXML/>\r\n\r\n--xx--\r\n"

#define ROWS                                                                   \
	"\n{\"status\":\"OK\",\"ErrorCode\":\"0\",\"ErrorDesc\":\"\\u00e0\","  \
	"\"DocId\":\"1\",\"count\":3,\"data\":[{\"docId\":\"d\",\"n\":1.5,"    \
	"\"x\":null,\"y\":{\"z\":[true]}}]}"

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const char *const seeds[] = {
		SIGNED "\n<edXML/>\r\n",
		FORM,
		ROWS,
		"\n{\"success\":true,\"data\":{\"edxml\":\"PGE+PC9hPg==\"}}",
		"\n{\"data\":\"PGE+\\nPC9hPg==\"}",
	};

	if (i >= sizeof(seeds) / sizeof(seeds[0]))
		return NULL;
	*ret_n = strlen(seeds[i]);
	return seeds[i];
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "XroadVnpt-", "\r\n", "\n\n",
		"\r\n--xx", "--xx--", "Content-Disposition: form-data; ",
		"name=\"file_doc\"", "{\"", "\":\"", "\"data\":", "\\u00", "\\",
		"[", "]", "}", "null", "-1e5", "edxml", "==" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}
