/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any PDF dropped on the page, and its verdict in plain words. */
#include "api/citizen/page.h"
#include "api/http/spool.h"
#include "base/limits.h"

static int
check_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct vt_span type = vt_http_header(req, "Content-Type");
	struct vt_http_spool *s = NULL;
	int rc;

	(void)length;
	if (vt_http_type_is(req, "application/pdf"))
		type = VT_SPAN(NULL, 0);
	else if (!vt_http_type_is(req, "multipart/form-data"))
		return vt_err_set(reterr, VT_E_HTTP_MEDIA_TYPE,
		    "Content-Type: wanted multipart/form-data or "
		    "application/pdf");
	rc = vt_http_spool_new(VT_HTTP_SHARE_PUBLIC, req->peer, type,
	    VT_L(CHECK_BYTES_MAX), &s, reterr);
	if (rc == VT_OK)
		*ret = s;
	return rc;
}

static int
check_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	return vt_http_spool_put(stream, b, reterr);
}

static void
check_abort(void *stream)
{
	vt_http_spool_free(stream);
}

const struct vt_http_sink vt_citizen_check_sink = { check_begin, check_put,
	check_abort };

/* --- words --- */

static void
overall(struct vt_page *p, const struct vt_verdict *v)
{
	switch (v->overall) {
	case VT_OVERALL_PASSED:
		vt_page_banner(p, VT_TONE_GOOD,
		    vt_page_t(p, "Chữ ký hợp lệ", "The signatures are valid"),
		    vt_page_t(p,
			"Mọi chữ ký đều đúng, chứng thư đáng tin cậy, và nội "
			"dung không bị sửa sau khi ký. Hãy đọc tên người ký "
			"dưới đây: có đúng là cơ quan bạn chờ đợi không?",
			"Every signature is right, its certificate trusted, "
			"and nothing was changed after signing. Read below "
			"who signed: is it the agency you expect?"));
		return;
	case VT_OVERALL_INDETERMINATE:
		vt_page_banner(p, VT_TONE_UNSURE,
		    vt_page_t(p, "Chưa thể kết luận", "Not certain"),
		    vt_page_t(p,
			"Không thấy dấu hiệu giả mạo rõ ràng, nhưng còn thiếu "
			"điều kiện để tin. Lý do ở dưới.",
			"No clear sign of forgery, but something needed for "
			"trust is missing. The reasons are below."));
		return;
	case VT_OVERALL_FAILED:
		vt_page_banner(p, VT_TONE_BAD,
		    vt_page_t(p, "Không hợp lệ", "Not valid"),
		    vt_page_t(p,
			"Ít nhất một chữ ký sai hoặc nội dung đã bị sửa sau "
			"khi ký. Đừng dùng tệp này; hãy hỏi cơ quan ban hành.",
			"At least one signature is wrong, or something was "
			"changed after signing. Do not rely on this file; ask "
			"the agency."));
		return;
	case VT_OVERALL_NO_SIGNATURE:
		vt_page_banner(p, VT_TONE_UNSURE,
		    vt_page_t(p, "Không có chữ ký số", "No signature"),
		    vt_page_t(p,
			"Tệp này không có chữ ký số nào. Hình con dấu hay chữ "
			"ký trên trang giấy không phải là chữ ký số.",
			"This file has no digital signature. A picture of a "
			"seal or a signature is not one."));
		return;
	case VT_OVERALL_NOT_READABLE:
		break;
	}
	vt_page_banner(p, VT_TONE_UNSURE,
	    vt_page_t(p, "Không đọc được tệp này", "This file cannot be read"),
	    p->en ? vt_err_info(v->unreadable.code)->en
		  : vt_err_info(v->unreadable.code)->vi);
}

static const char *
indication(const struct vt_page *p, enum vt_indication i)
{
	switch (i) {
	case VT_TOTAL_PASSED:
		return vt_page_t(p, "✓ Hợp lệ", "✓ Valid");
	case VT_TOTAL_FAILED:
		return vt_page_t(p, "✕ Không hợp lệ", "✕ Not valid");
	case VT_INDETERMINATE:
		break;
	}
	return vt_page_t(p, "? Chưa thể kết luận", "? Not certain");
}

static const char *
coverage(const struct vt_page *p, enum vt_coverage c)
{
	switch (c) {
	case VT_COVERAGE_WHOLE_FILE:
		return vt_page_t(p, "Toàn bộ tệp", "The whole file");
	case VT_COVERAGE_REVISION:
		return vt_page_t(p,
		    "Toàn bộ tệp tại lúc ký; sau đó có phần thêm vào",
		    "The whole file as it was; something was added later");
	case VT_COVERAGE_PARTIAL:
		return vt_page_t(
		    p, "Chỉ một phần tệp", "Only a part of the file");
	case VT_COVERAGE_UNCLEAR:
		break;
	}
	return vt_page_t(p, "Không rõ", "Unclear");
}

static void
reasons(struct vt_page *p, const struct vt_signature_verdict *s)
{
	if (s->n_reasons == 0)
		return;
	vt_html(p->b, "<ul class=\"reasons\">\n");
	for (size_t i = 0; i < s->n_reasons; i++) {
		const struct vt_reason *r = &s->reasons[i];

		/* Said beside "not valid" it would take that back. */
		if (s->indication == VT_TOTAL_FAILED &&
		    strcmp(r->code, "permitted-changes") == 0)
			continue;
		vt_html(p->b, "<li>%s", p->en ? r->en : r->vi);
		vt_html(p->b,
		    "<details><summary>%s</summary><p><code>%s</code> · "
		    "%s</p>",
		    vt_page_t(p, "Chi tiết kỹ thuật", "Technical detail"),
		    r->code, r->clause == NULL ? "" : r->clause);
		if (r->detail != NULL)
			vt_html(p->b, "<p>%s</p>", r->detail);
		vt_html(p->b, "</details></li>\n");
	}
	vt_html(p->b, "</ul>\n");
}

static void
signature(struct vt_page *p, const struct vt_signature_verdict *s, size_t no)
{
	static const char *const class[] = { [VT_TOTAL_PASSED] = "good",
		[VT_INDETERMINATE] = "unsure",
		[VT_TOTAL_FAILED] = "bad" };
	bool sure = s->indication == VT_TOTAL_PASSED;
	VT_BUF_AUTO(when);

	vt_page_date(s->claimed_time, &when);
	vt_html(p->b,
	    "<section class=\"signature %s\">\n<h2>%s %zu · "
	    "<strong>%s</strong></h2>\n<dl class=\"facts\">\n",
	    class[s->indication], vt_page_t(p, "Chữ ký", "Signature"), no,
	    indication(p, s->indication));
	/* Anybody can write any name into a certificate of his own. */
	vt_page_row(p,
	    sure ? vt_page_t(p, "Người ký", "Signed by")
		 : vt_page_t(p, "Tên tự khai (chưa xác nhận)",
		       "Name as claimed (not confirmed)"),
	    s->signer != NULL ? s->signer
			      : vt_page_t(p, "Không rõ", "Unknown"));
	vt_page_row(p,
	    vt_page_t(p, "Ngày ký (người ký khai)", "Date (as claimed)"),
	    vt_buf_str(&when));
	vt_page_row(p, vt_page_t(p, "Phần được ký", "What it covers"),
	    coverage(p, s->coverage));
	vt_html(p->b, "</dl>\n");
	reasons(p, s);
	vt_html(p->b, "</section>\n");
}

int
vt_citizen_check(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_http_spool_free) struct vt_http_spool *s = req->stream;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_citizen *c = req->app;
	struct vt_page p;
	int fd, rc;

	if ((rc = vt_http_spool_end(s, &fd, reterr)) != VT_OK ||
	    (rc = vt_office_validate_fd(c->office, fd, &v, reterr)) != VT_OK)
		return rc;
	vt_page_open(&p, req, res,
	    vt_page_wants_en(req) ? "Result of the check" : "Kết quả kiểm tra",
	    NULL);
	overall(&p, v);
	for (size_t i = 0; i < v->n_signatures; i++)
		signature(&p, &v->signatures[i], i + 1);
	vt_html(p.b, "<p><a class=\"button\" href=\"/%s\">%s</a></p>\n",
	    vt_page_suffix(&p),
	    vt_page_t(&p, "Kiểm tra tệp khác", "Check another file"));
	vt_page_close(&p);
	return VT_OK;
}

int
vt_citizen_check_home(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_http_res_see_other(res, vt_page_wants_en(req) ? "/?lang=en" : "/");
	return VT_OK;
}
