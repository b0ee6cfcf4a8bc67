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
	static const struct vt_page_kind kind = { .style =
						      "/assets/citizen.css",
		.script = "/assets/citizen.js",
		.icon = "/assets/citizen.svg" };

	p->en = vt_page_wants_en(req);
	vt_page_head(p, req, res, &kind, title);
	vt_html(p->b,
	    "<header><div class=\"wide\">\n"
	    "<a class=\"home\" href=\"/%s\">%s</a>\n",
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
