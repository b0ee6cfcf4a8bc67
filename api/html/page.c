/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/html/page.h"

void
vt_page_head(struct vt_page *p, struct vt_http_req *req,
    struct vt_http_res *res, const struct vt_page_kind *kind, const char *title)
{
	p->req = req;
	p->b = &res->body;
	vt_http_res_type(res, "text/html; charset=utf-8");
	vt_http_res_header(res, "Content-Security-Policy",
	    kind->connects
		? "default-src 'none'; style-src 'self'; script-src 'self'; "
		  "img-src 'self'; connect-src 'self'; form-action 'self'; "
		  "base-uri 'none'; frame-ancestors 'none'"
		: "default-src 'none'; style-src 'self'; script-src 'self'; "
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
	    "<link rel=\"icon\" type=\"image/svg+xml\" href=\"%s\">\n"
	    "<link rel=\"stylesheet\" href=\"%s\">\n"
	    "<script src=\"%s\" defer></script>\n"
	    "</head>\n<body>\n"
	    "<a class=\"skip\" href=\"#main\">%s</a>\n",
	    p->en ? "en" : "vi", title, kind->icon, kind->style, kind->script,
	    vt_page_t(p, "Đến nội dung chính", "Skip to content"));
}

const char *
vt_tone_class(enum vt_tone tone)
{
	static const char *const class[] = { [VT_TONE_GOOD] = "good",
		[VT_TONE_UNSURE] = "unsure",
		[VT_TONE_BAD] = "bad" };

	return class[tone];
}

const char *
vt_tone_sign(enum vt_tone tone)
{
	static const char *const sign[] = { [VT_TONE_GOOD] = "✓",
		[VT_TONE_UNSURE] = "?",
		[VT_TONE_BAD] = "✕" };

	return sign[tone];
}

void
vt_page_banner(
    struct vt_page *p, enum vt_tone tone, const char *head, const char *more)
{
	vt_html(p->b,
	    "<div class=\"banner %s\" role=\"status\">\n"
	    "<span class=\"sign\" aria-hidden=\"true\">%s</span>\n"
	    "<div><h1>%s</h1><p>%s</p></div>\n</div>\n",
	    vt_tone_class(tone), vt_tone_sign(tone), head, more);
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
	/* markup: none, digits */
	vt_buf_printf(ret, "%02d/%02d/%04d", d.day, d.month, d.year);
}

void
vt_page_moment(vt_time t, struct vt_buf *ret)
{
	struct vt_date d;

	if (t == VT_TIME_NONE || t == 0)
		return;
	d = vt_time_date(t, VT_TIME_VN_S);
	/* markup: none, digits */
	vt_buf_printf(ret, "%02d/%02d/%04d %02d:%02d", d.day, d.month, d.year,
	    d.hour, d.minute);
}

int
vt_page_asset(struct vt_http_req *req, struct vt_http_res *res,
    const char *type, struct vt_span s)
{
	char tag[VT_HASH_TEXT + 1];
	vt_hash h = vt_sha256(s);

	vt_hash_text(&h, tag);
	vt_http_res_etag(res, tag);
	vt_http_res_header(res, "Cache-Control", "public, max-age=3600");
	if (vt_http_none_match(req, tag)) {
		res->status = 304;
		return VT_OK;
	}
	vt_http_res_type(res, type);
	/* markup: none, a file of the program, whole */
	vt_buf_span(&res->body, s);
	return VT_OK;
}
