/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of sendEdoc: raw and as a form, with the bytes that the SDK adds,
 * at its limit, and which packet hash-file means. */
#include "api/exchange/axis/body.h"
#include "api/exchange/axis/sign.h"
#include "tests/tap.h"

#define FORM "multipart/form-data; boundary=\"b\""

static int
keep(void *arg, struct vt_span s, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_span(arg, s);
	return VT_OK;
}

static int
read_body(const char *type, struct vt_span in, uint64_t limit,
    struct vt_axis_body_found *ret, struct vt_buf *out)
{
	VT_CLEANUP(vt_axis_body_free) struct vt_axis_body *b = NULL;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_axis_body_new(vt_span_str(type), limit, keep, out, &b, &err);
	for (size_t i = 0; i < in.n && rc == VT_OK; i++)
		rc = vt_axis_body_put(b, VT_SPAN(in.p + i, 1), &err);
	return rc != VT_OK ? rc : vt_axis_body_end(b, ret, &err);
}

/* The packet that comes out, when hash-file is that of `meant`. */
static void
expect(const char *type, const char *in, const char *meant, bool padded,
    const char *what)
{
	struct vt_axis_body_found f;
	struct vt_err err = VT_ERR_INIT;
	char hash_file[VT_HASH_TEXT + 1];
	vt_hash h = vt_sha256(vt_span_str(meant)), got;
	VT_BUF_AUTO(out);
	uint64_t size = 0;

	vt_axis_hash_file(&h, padded, hash_file);
	tap_eq_int(read_body(type, vt_span_str(in), 100, &f, &out), VT_OK,
	    "%s is read", what);
	tap_call(vt_axis_body_match(&f, hash_file, &size, &got, &err), &err,
	    "hash-file agrees");
	tap_ok(size == strlen(meant) && vt_hash_eq(&h, &got) &&
		   memcmp(out.p, meant, size) == 0,
	    "and what it means comes out");
}

static void
test_forms(void)
{
	static const char head[] =
	    "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n"
	    "--b\r\nContent-Disposition: form-data; name=\"file_doc\"; "
	    "filename=\"a\"\r\n\r\n";
	char form[400], tail[400];

	snprintf(form, sizeof(form), "%s<a/>\r\n--b--\r\n", head);
	snprintf(tail, sizeof(tail), "%s<a/>\r\n\r\n--b--\r\n", head);
	expect("application/octet-stream", "<a/>\r\n", "<a/>", false,
	    "raw, CR LF behind it");
	expect("application/octet-stream", "<a/>", "<a/>", false, "raw");
	expect("application/octet-stream", "<a/>\r\n", "<a/>\r\n", true,
	    "raw, its own CR LF meant");
	expect("", "\r\n\r\n", "\r\n", true, "nothing but line ends");
	expect(FORM, form, "<a/>", false, "a form");
	expect(FORM, tail, "<a/>", true, "a form, CR LF behind it");
	expect("Multipart/Form-Data;boundary=b", form, "<a/>", true,
	    "a form, spelt otherwise");
}

static void
test_refused(void)
{
	static const char file[] =
	    "--b\r\nContent-Disposition: form-data; name=\"f\"; "
	    "filename=\"a\"\r\n\r\nx\r\n";
	struct vt_axis_body_found f;
	struct vt_err err = VT_ERR_INIT;
	char twice[400], big[104];
	VT_BUF_AUTO(out);
	uint64_t size;
	vt_hash h;

	snprintf(twice, sizeof(twice), "%s%s--b--\r\n", file, file);
	memset(big, 'x', sizeof(big));
	memcpy(big + 100, "\r\n", 2);
	tap_eq_int(read_body("", VT_SPAN(NULL, 0), 100, &f, &out),
	    VT_E_FILE_EMPTY, "an empty body");
	tap_eq_int(read_body(FORM, vt_span_str(file), 100, &f, &out),
	    VT_E_SYNTAX, "a form that breaks off");
	tap_eq_int(read_body(FORM, vt_span_str("--b--\r\n"), 100, &f, &out),
	    VT_E_SYNTAX, "a form without a file");
	tap_eq_int(read_body(FORM, vt_span_str(twice), 100, &f, &out),
	    VT_E_SYNTAX, "a form with two");
	tap_eq_int(
	    read_body("multipart/form-data", VT_SPAN_LIT("x"), 100, &f, &out),
	    VT_E_SYNTAX, "a form without a boundary");
	tap_eq_int(read_body("", VT_SPAN(big, 102), 100, &f, &out), VT_OK,
	    "a packet at the limit, CR LF behind it");
	tap_eq_int(read_body("", VT_SPAN(big, 103), 100, &f, &out), VT_E_LIMIT,
	    "one byte more");
	tap_eq_int(read_body("", VT_SPAN_LIT("<a/>"), 100, &f, &out), VT_OK,
	    "a packet");
	tap_code(vt_axis_body_match(&f, "00", &size, &h, &err),
	    VT_E_DIGEST_MISMATCH, &err, "with another hash-file");
	tap_code(vt_axis_body_match(&f, "", &size, &h, &err),
	    VT_E_DIGEST_MISMATCH, &err, "with none");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	test_forms();
	test_refused();
	return tap_done();
}
