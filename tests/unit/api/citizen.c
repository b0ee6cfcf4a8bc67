/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The public pages over a fake office: what they say, escape and refuse. */
#include "api/citizen/citizen.h"

#include "base/limits.h"
#include "tests/unit/api/fake_office.h"
#include "tests/unit/api/http_fixture.h"

#define CODE   "7QK2-M0XD-93TB-HW5E-C"
#define HAS(s) (strstr(vt_buf_str(b), s) != NULL)

static uint16_t port;

static int
get(struct vt_buf *b, const char *path)
{
	VT_BUF_AUTO(q);

	vt_buf_printf(&q,
	    "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
	return raw_ask(port, vt_buf_view(&q), b);
}

static int
post(struct vt_buf *b, const char *path, const char *type, struct vt_span body)
{
	VT_BUF_AUTO(q);

	vt_buf_printf(&q,
	    "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    path, type, body.n);
	vt_buf_span(&q, body);
	return raw_ask(port, vt_buf_view(&q), b);
}

static void
test_home(struct vt_buf *b)
{
	tap_eq_int(get(b, "/"), 200, "home");
	tap_ok(HAS("<html lang=\"vi\">") && HAS("Content-Language: vi") &&
		   HAS("Văn bản này có thật không?") &&
		   HAS("href=\"/?lang=en\""),
	    "Vietnamese first");
	tap_ok(HAS("Content-Security-Policy: default-src 'none'; style-src "
		   "'self'; script-src 'self'; img-src 'self'; form-action "
		   "'self'; base-uri 'none'; frame-ancestors 'none'\r\n") &&
		   !HAS("Set-Cookie") && !HAS(" style=") && !HAS("onclick"),
	    "strict policy, nothing inline, no cookie");
	tap_ok(HAS("<label for=\"code\">") && HAS("<label for=\"file\">"),
	    "fields have labels");
	tap_eq_int(get(b, "/?lang=en"), 200, "home in English");
	tap_ok(HAS("<html lang=\"en\">") && HAS("action=\"/check?lang=en\"") &&
		   HAS("name=\"lang\" value=\"en\""),
	    "stays English");
	tap_eq_int(get(b, "/assets/citizen.css"), 200, "style");
	tap_ok(HAS("Content-Type: text/css"), "is one");
	tap_eq_int(get(b, "/assets/citizen.js"), 200, "script");
	tap_eq_int(get(b, "/r?code=7qk2+m0xd+93tb+hw5e+c"), 303, "a code");
	tap_ok(HAS("Location: /r/7qk2m0xd93tbhw5ec\r\n"), "leads to its page");
	tap_eq_int(get(b, "/r?code=x%22%3E&lang=en"), 303, "a strange one");
	tap_ok(HAS("Location: /r/x?lang=en\r\n"), "is cleaned");
	tap_eq_int(get(b, "/r?code="), 404, "an empty one");
	tap_eq_int(get(b, "/check"), 303, "check without a file");
	tap_eq_int(get(b, "/nowhere"), 404, "no such page");
	tap_ok(HAS("text/html") && HAS("Không tìm thấy"), "is a page too");
}

static void
test_result(struct vt_buf *b)
{
	struct vt_public_result *r = &fake.result;

	snprintf(r->code, sizeof(r->code), "%s", CODE);
	snprintf(r->issuer, sizeof(r->issuer), "Sở <script>alert(1)</script>");
	snprintf(r->issuer_code, sizeof(r->issuer_code), "H99.07");
	snprintf(r->type, sizeof(r->type), "THÔNG BÁO");
	snprintf(r->subject, sizeof(r->subject), "Kết quả \"cấp\" & đổi");
	snprintf(r->number, sizeof(r->number), "05/TB-SKHCN");
	snprintf(r->masked_holder, sizeof(r->masked_holder), "Đ* T** T**");
	snprintf(r->facts[0].label, 256, "Thời hạn");
	snprintf(r->facts[0].value, 512, "05 năm");
	r->n_facts = 1;
	r->pages = 1;
	r->date = 1763739000000000; /* 2025-11-21T22:30:00+07:00 */
	r->status = VT_PUBLIC_VALID;
	tap_eq_int(get(b, "/r/" CODE), 200, "a result");
	tap_ok(HAS("Đã phát hành") && HAS("05/TB-SKHCN") && HAS("21/11/2025") &&
		   HAS("Đ* T** T**") && HAS("05 năm"),
	    "what to compare");
	tap_ok(!HAS("<script>alert") && HAS("&lt;script&gt;") &&
		   HAS("&quot;cấp&quot; &amp; đổi"),
	    "escaped");
	tap_ok(HAS("href=\"/r/" CODE "?lang=en\""), "English is one step away");
	r->status = VT_PUBLIC_NOT_ISSUED;
	tap_eq_int(get(b, "/r/" CODE "?lang=en"), 200, "not issued yet");
	tap_ok(HAS("Not issued yet") && !HAS("05/TB-SKHCN") &&
		   !HAS("name=\"fact\""),
	    "shows no more than that");
	r->status = VT_PUBLIC_VALID;
	tap_eq_int(get(b, "/r/7QK2-M0XD-93TB-HW5E-D"), 404, "no such code");
	tap_ok(HAS("hãy so lại từng ký tự"), "says what to do");
}

/* The right fact in a form as long as one may be, and in a longer one. */
static void
test_form_size(struct vt_buf *b, const char *type)
{
	for (size_t more = 0; more < 2; more++) {
		VT_BUF_AUTO(f);

		vt_buf_puts(&f, "fact=s%E1%BB%91+1234&x=");
		while (f.n < VT_L(CITIZEN_FORM_MAX) + more)
			vt_buf_putc(&f, 'y');
		tap_eq_int(
		    post(b, "/r/" CODE "/download", type, vt_buf_view(&f)),
		    more ? 413 : 200, "a form of CITIZEN_FORM_MAX + %zu bytes",
		    more);
	}
	tap_ok(HAS("text/html"), "is told in a page");
}

static void
test_download(struct vt_buf *b)
{
	const char *form = "application/x-www-form-urlencoded";

	test_form_size(b, form);

	tap_eq_int(post(b, "/r/" CODE "/download", form,
		       VT_SPAN_LIT("fact=s%E1%BB%91+1234")),
	    200, "the right fact");
	tap_eq_str(raw_body(b), "0123456789", "gives the file");
	tap_ok(
	    HAS("attachment; filename=\"" CODE ".pdf\"") && HAS("Repr-Digest"),
	    "under its code");
	tap_eq_int(
	    post(b, "/r/" CODE "/download", form, VT_SPAN_LIT("fact=9999")),
	    403, "a wrong fact");
	tap_ok(HAS("không khớp") && HAS("text/html"), "says so");
	tap_eq_int(post(b, "/r/" CODE "/download", "text/plain",
		       VT_SPAN_LIT("fact=1")),
	    403, "not a form");
	tap_eq_str(fake.fact, "", "is an empty fact");
	for (int i = 0; i < 5; i++)
		if (post(b, "/r/" CODE "/download", form,
			VT_SPAN_LIT("fact=1")) == 429)
			break;
	tap_eq_int(raw_status(b), 429, "facts cannot be tried without end");
	tap_ok(HAS("Retry-After:") && HAS("Hãy thử lại sau"), "come later");
}

#define FORM(body)                                                             \
	"--xx\r\nContent-Disposition: form-data; name=\"file\"; "              \
	"filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n" body     \
	"\r\n--xx--\r\n"
#define MULTI "multipart/form-data; boundary=xx"

static void
test_check(struct vt_buf *b)
{
	static const char *const tricky =
	    FORM("%PDF\r\n--x\r\n-\r\r\n--y\r\n--");

	fake.overall = VT_OVERALL_PASSED;
	tap_eq_int(
	    post(b, "/check", "application/pdf", VT_SPAN_LIT("%PDF-1.7")), 200,
	    "a PDF as it is");
	tap_ok(HAS("Chữ ký hợp lệ") && fake.checked_bytes == 8, "checked");
	tap_ok(HAS("Nguyễn &lt;b&gt;Thị&lt;/b&gt; Mẫu"), "signer escaped");
	tap_eq_int(
	    post(b, "/check?lang=en", MULTI, VT_SPAN_LIT(FORM("%PDF-1.7"))),
	    200, "a PDF in a form");
	tap_ok(HAS("The signatures are valid") && fake.checked_bytes == 8 &&
		   fake.checked_first == '%',
	    "the same bytes");
	tap_eq_int(post(b, "/check", MULTI, vt_span_str(tricky)), 200,
	    "bytes that look like boundaries");
	tap_eq_int(fake.checked_bytes, 22, "are all kept");
	tap_eq_int(post(b, "/check", MULTI, VT_SPAN_LIT(FORM(""))), 422,
	    "no file chosen");
	tap_ok(HAS("Bạn chưa chọn tệp"), "says so");
	tap_eq_int(
	    post(b, "/check", MULTI,
		VT_SPAN_LIT("--xx\r\n"
			    "Content-Disposition: form-data; name=\"file\"; "
			    "filename=\"a\"\r\n\r\n%PDF")),
	    400, "a form that breaks off");
	tap_eq_int(post(b, "/check", "multipart/form-data", VT_SPAN_LIT("x")),
	    400, "a form without a boundary");
	tap_eq_int(post(b, "/check", "text/plain", VT_SPAN_LIT("x")), 415,
	    "no form, no PDF");
	fake.overall = VT_OVERALL_FAILED;
	tap_eq_int(post(b, "/check", "application/pdf", VT_SPAN_LIT("x")), 200,
	    "a forgery");
	tap_ok(HAS("Không hợp lệ") && HAS("Nội dung bị sửa sau khi ký") &&
		   HAS("object 12 &lt;script&gt;"),
	    "with its reason");
	tap_ok(HAS("chưa xác nhận") && !HAS("<dt>Người ký</dt>"),
	    "a name that nobody vouches for is not given as the signer's");
	fake.overall = VT_OVERALL_INDETERMINATE;
	(void)post(b, "/check", "application/pdf", VT_SPAN_LIT("x"));
	tap_ok(HAS("Chưa thể kết luận"), "uncertain");
	fake.overall = VT_OVERALL_NO_SIGNATURE;
	(void)post(b, "/check", "application/pdf", VT_SPAN_LIT("x"));
	tap_ok(HAS("Không có chữ ký số"), "no signature");
	fake.overall = VT_OVERALL_NOT_READABLE;
	(void)post(b, "/check", "application/pdf", VT_SPAN_LIT("x"));
	tap_ok(HAS("Không đọc được") && HAS("không phải PDF"), "no PDF");
}

/* One address does not wear out the public pages for others. */
static void
test_rate(struct vt_buf *b)
{
	int status = 0;

	for (int i = 0; i < 60 && status != 429; i++)
		status = get(b, "/r/" CODE);
	tap_eq_int(status, 429, "look-ups have a rate");
	tap_ok(HAS("Retry-After: ") && HAS("text/html"), "told in a page");
	tap_eq_int(get(b, "/"), 200, "the first page is always there");
}

int
main(int argc, char **argv)
{
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_citizen *c = NULL;
	struct vt_http_face face;
	struct vt_http *h = NULL;
	VT_BUF_AUTO(b);

	tap_need(vt_base_init(&err) == VT_OK, "base %s", err.msg);
	tap_need(vt_citizen_new(fake_office(), vt_context_system(), &c, &err) ==
		     VT_OK,
	    "face %s", err.msg);
	face = vt_citizen_face(c);
	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	/* With a port: serves until it is stopped, for looking at the pages. */
	if (argc > 1)
		opt.port = (uint16_t)atoi(argv[1]);
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	port = vt_http_port(h);
	test_home(&b);
	test_result(&b);
	if (argc > 1)
		pause();
	test_check(&b);
	test_download(&b);
	test_rate(&b);
	vt_http_stop(h);
	vt_citizen_free(c);
	return tap_done();
}
