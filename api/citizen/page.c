/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/citizen/page.h"

bool
vt_page_wants_en(const struct vt_http_req *req)
{
	const char *lang = vt_http_query(req, "lang");

	return lang != NULL && strcmp(lang, "en") == 0;
}

const char *
vt_page_suffix(const struct vt_page *p)
{
	return p->en ? "?lang=en" : "";
}

void
vt_page_open(struct vt_page *p, struct vt_http_req *req,
    struct vt_http_res *res, const char *title, const char *here)
{
	p->req = req;
	p->b = &res->body;
	p->en = vt_page_wants_en(req);
	vt_http_res_type(res, "text/html; charset=utf-8");
	vt_http_res_header(res, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; script-src 'self'; "
	    "img-src 'self'; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'");
	vt_http_res_header(res, "Content-Language", p->en ? "en" : "vi");
	vt_html(p->b,
	    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n"
	    "<title>%s</title>\n"
	    "<link rel=\"icon\" type=\"image/svg+xml\" "
	    "href=\"/assets/citizen.svg\">\n"
	    "<link rel=\"stylesheet\" href=\"/assets/citizen.css\">\n"
	    "<script src=\"/assets/citizen.js\" defer></script>\n"
	    "</head>\n<body>\n"
	    "<a class=\"skip\" href=\"#main\">%s</a>\n"
	    "<header><div class=\"wide\">\n"
	    "<a class=\"home\" href=\"/%s\">%s</a>\n",
	    p->en ? "en" : "vi", title,
	    vt_page_t(p, "Đến nội dung chính", "Skip to content"),
	    vt_page_suffix(p),
	    vt_page_t(
		p, "Tra cứu văn bản điện tử", "Official e-document look-up"));
	if (here != NULL)
		vt_html(p->b,
		    "<a class=\"lang\" lang=\"%s\" hreflang=\"%s\" "
		    "href=\"%s%s\">%s</a>\n",
		    p->en ? "vi" : "en", p->en ? "vi" : "en", here,
		    p->en ? "" : "?lang=en", p->en ? "Tiếng Việt" : "English");
	vt_html(p->b, "</div></header>\n<main id=\"main\">\n");
}

void
vt_page_close(struct vt_page *p)
{
	vt_html(p->b, "</main>\n<footer><p>%s</p></footer>\n</body>\n</html>\n",
	    vt_page_t(p,
		"Trang này không yêu cầu tài khoản, không lưu tệp bạn gửi lên "
		"và không dùng cookie. Hãy nhìn địa chỉ trên thanh trình "
		"duyệt: trang giả có thể trông giống hệt.",
		"No account is needed here; files sent for a check are not "
		"kept; there are no cookies. Look at the address in your "
		"browser: a false page can look just the same."));
}

void
vt_page_banner(
    struct vt_page *p, enum vt_tone tone, const char *head, const char *more)
{
	static const char *const class[] = { [VT_TONE_GOOD] = "good",
		[VT_TONE_UNSURE] = "unsure",
		[VT_TONE_BAD] = "bad" };
	static const char *const sign[] = { [VT_TONE_GOOD] = "✓",
		[VT_TONE_UNSURE] = "?",
		[VT_TONE_BAD] = "✕" };

	vt_html(p->b,
	    "<div class=\"banner %s\" role=\"status\">\n"
	    "<span class=\"sign\" aria-hidden=\"true\">%s</span>\n"
	    "<div><h1>%s</h1><p>%s</p></div>\n</div>\n",
	    class[tone], sign[tone], head, more);
}

void
vt_page_row(struct vt_page *p, const char *label, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	vt_html(p->b, "<div><dt>%s</dt><dd>%s</dd></div>\n", label, value);
}

void
vt_page_date(vt_time t, struct vt_buf *ret)
{
	struct vt_date d;

	if (t == VT_TIME_NONE || t == 0)
		return;
	d = vt_time_date(t, VT_TIME_VN_S);
	vt_buf_printf(ret, "%02d/%02d/%04d", d.day, d.month, d.year);
}
