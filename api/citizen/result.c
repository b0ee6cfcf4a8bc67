/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One result: what to compare with the print-out, and the download. */
#include <inttypes.h>
#include <stdio.h>

#include "api/citizen/page.h"
#include "api/office/uses.h"
#include "api/content/content.h"

/* What the paper itself says: Vietnamese on every page, for a voice that reads
 * it. own: the label is the paper's too. */
static void
said(struct vt_page *p, const char *label, const char *value, bool own)
{
	if (*value != '\0')
		vt_html(p->b,
		    "<div><dt lang=\"%s\">%s</dt><dd lang=\"vi\">%s</dd>"
		    "</div>\n",
		    own || !p->en ? "vi" : "en", label, value);
}

static void
facts(struct vt_page *p, const struct vt_public_result *r)
{
	char pages[16], hash[VT_HASH_TEXT + 1];
	VT_BUF_AUTO(issuer);
	VT_BUF_AUTO(date);

	/* markup: none, vt_page_row escapes it */
	vt_buf_printf(&issuer, "%s (%s)", r->issuer, r->issuer_code);
	vt_page_date(r->date, &date);
	(void)snprintf(pages, sizeof(pages), "%" PRIu32, r->pages);
	vt_hash_text(&r->hash, hash);
	vt_html(p->b, "<dl class=\"facts\">\n");
	said(p, vt_page_t(p, "Cơ quan ban hành", "Issued by"),
	    vt_buf_str(&issuer), false);
	said(p, vt_page_t(p, "Loại văn bản", "Type"), r->type, false);
	vt_page_row(p, vt_page_t(p, "Số, ký hiệu", "Number"), r->number);
	vt_page_row(
	    p, vt_page_t(p, "Ngày ban hành", "Date"), vt_buf_str(&date));
	said(p, vt_page_t(p, "Trích yếu", "Subject"), r->subject, false);
	said(p, vt_page_t(p, "Người nhận (đã che)", "Holder (masked)"),
	    r->masked_holder, false);
	for (size_t i = 0; i < r->n_facts; i++)
		said(p, r->facts[i].label, r->facts[i].value, true);
	vt_page_row(
	    p, vt_page_t(p, "Số trang", "Pages"), r->pages == 0 ? NULL : pages);
	vt_page_row(p, vt_page_t(p, "Mã tra cứu", "Code"), r->code);
	vt_html(p->b, "</dl>\n");
	vt_html(p->b,
	    "<details><summary>%s</summary>\n"
	    "<p>%s</p>\n<p><code id=\"hash\">%s</code> · %" PRIu64
	    " byte</p>\n</details>\n",
	    vt_page_t(p, "Dấu vân tay của bản điện tử (SHA-256)",
		"Fingerprint of the electronic original (SHA-256)"),
	    vt_page_t(p,
		"Tệp PDF bạn có phải cho đúng dãy này thì mới là bản gốc "
		"điện tử.",
		"A PDF is the electronic original only if it gives exactly "
		"this."),
	    hash, r->size);
}

static void
download_form(struct vt_page *p, const struct vt_public_result *r)
{
	vt_html(p->b,
	    "<section aria-labelledby=\"h-get\">\n<h2 id=\"h-get\">%s</h2>\n"
	    "<p id=\"why\">%s</p>\n"
	    "<form action=\"/r/%s/download%s\" method=\"post\">\n"
	    "<label for=\"fact\">%s</label>\n"
	    "<div class=\"line\">\n"
	    "<input id=\"fact\" name=\"fact\" type=\"text\" required "
	    "maxlength=\"100\" autocomplete=\"off\" spellcheck=\"false\" "
	    "aria-describedby=\"why\">\n"
	    "<button type=\"submit\">%s</button>\n</div>\n"
	    "</form>\n</section>\n",
	    vt_page_t(
		p, "Tải bản gốc điện tử", "Download the electronic original"),
	    vt_page_t(p,
		"Để bảo vệ thông tin cá nhân, chỉ người nhận mới tải được. "
		"Hãy nhập thông tin đã thống nhất khi nộp hồ sơ, ví dụ 4 số "
		"cuối của số định danh cá nhân.",
		"To protect personal data only the holder may download it. "
		"Enter what was agreed when the dossier was handed in, for "
		"example the last 4 digits of the personal number."),
	    r->code, vt_page_suffix(p),
	    vt_page_t(p, "Thông tin chỉ người nhận biết",
		"What only the holder knows"),
	    vt_page_t(p, "Tải về", "Download"));
}

int
vt_citizen_result(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_citizen *c = req->app;
	struct vt_public_result r;
	VT_BUF_AUTO(here);
	struct vt_page p;
	int rc;

	rc =
	    vt_office_public(c->office, vt_http_param(req, "code"), &r, reterr);
	if (rc != VT_OK)
		return rc;
	/* markup: none, a path of letters and digits */
	vt_buf_printf(&here, "/r/%s", r.code);
	vt_page_open(&p, req, res, r.code, vt_buf_str(&here));
	if (r.status == VT_PUBLIC_NOT_ISSUED) {
		vt_page_banner(&p, VT_TONE_UNSURE,
		    vt_page_t(&p, "Chưa phát hành", "Not issued yet"),
		    vt_page_t(&p,
			"Mã này có thật nhưng văn bản chưa được phát hành. "
			"Bản giấy mang mã này lúc này chưa có giá trị.",
			"The code is real, but the document has not been "
			"issued. A print-out with it has no effect yet."));
		vt_html(p.b, "<dl class=\"facts\">\n");
		said(&p, vt_page_t(&p, "Cơ quan ban hành", "Issued by"),
		    r.issuer, false);
		said(&p, vt_page_t(&p, "Loại văn bản", "Type"), r.type, false);
		vt_page_row(&p, vt_page_t(&p, "Mã tra cứu", "Code"), r.code);
		vt_html(p.b, "</dl>\n");
	} else {
		vt_page_banner(&p, VT_TONE_GOOD,
		    vt_page_t(&p, "Đã phát hành", "Issued"),
		    vt_page_t(&p,
			"Hãy so từng dòng dưới đây với bản giấy. Nếu có dòng "
			"khác, bản giấy không đúng với bản đã phát hành.",
			"Compare every line below with the print-out. If one "
			"differs, the print-out is not what was issued."));
		facts(&p, &r);
		download_form(&p, &r);
		vt_office_count_use(c->office, r.code, VT_USE_CHECK);
	}
	vt_page_close(&p);
	return VT_OK;
}

int
vt_citizen_download(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *code = vt_http_param(req, "code");
	const char *fact = vt_http_form(req, "fact");
	struct vt_citizen *c = req->app;
	struct vt_public_result r;
	struct vt_content content;
	int rc;

	/* Few facts are possible: tries count by address and by code, so that
	 * neither one guesser nor many get far. */
	if ((rc = vt_http_rate_take(c->guessing, req->peer, &req->retry_after_s,
		 reterr)) != VT_OK ||
	    (rc = vt_office_public(c->office, code, &r, reterr)) != VT_OK ||
	    (rc = vt_http_rate_take(
		 c->guessing, r.code, &req->retry_after_s, reterr)) != VT_OK ||
	    (rc = vt_office_public_content(c->office, code,
		 fact == NULL ? "" : fact, &content, reterr)) != VT_OK)
		return rc;
	vt_office_count_use(c->office, r.code, VT_USE_FETCH);
	(void)snprintf(content.name, sizeof(content.name), "%s.pdf", r.code);
	return vt_content_answer(c->office, req, res, &content, reterr);
}
