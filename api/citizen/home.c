/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first page: a code, or a file. */
#include "api/citizen/page.h"

static void
code_form(struct vt_page *p)
{
	vt_html(p->b,
	    "<section aria-labelledby=\"h-code\">\n"
	    "<h2 id=\"h-code\">%s</h2>\n<p>%s</p>\n"
	    "<form action=\"/r\" method=\"get\">\n"
	    "<label for=\"code\">%s</label>\n"
	    "<div class=\"line\">\n"
	    "<input id=\"code\" name=\"code\" type=\"text\" required "
	    "maxlength=\"40\" autocomplete=\"off\" "
	    "autocapitalize=\"characters\" "
	    "spellcheck=\"false\" placeholder=\"XXXX-XXXX-XXXX-XXXX-X\">\n",
	    vt_page_t(p, "Tra cứu bằng mã", "Look up by code"),
	    vt_page_t(p,
		"Mã in dưới mã QR trên kết quả giải quyết thủ tục hành "
		"chính, gồm 17 chữ và số.",
		"The code stands below the QR code on the result: 17 letters "
		"and digits."),
	    vt_page_t(p, "Mã tra cứu", "Code"));
	if (p->en)
		vt_html(p->b,
		    "<input type=\"hidden\" name=\"lang\" value=\"en\">\n");
	vt_html(p->b,
	    "<button type=\"submit\">%s</button>\n</div>\n"
	    "</form>\n</section>\n",
	    vt_page_t(p, "Tra cứu", "Look up"));
}

static void
check_form(struct vt_page *p)
{
	vt_html(p->b,
	    "<section aria-labelledby=\"h-file\">\n"
	    "<h2 id=\"h-file\">%s</h2>\n<p>%s</p>\n"
	    "<form id=\"check\" action=\"/check%s\" method=\"post\" "
	    "enctype=\"multipart/form-data\">\n"
	    "<div class=\"drop\" id=\"drop\">\n"
	    "<label for=\"file\">%s</label>\n"
	    "<input id=\"file\" name=\"file\" type=\"file\" required "
	    "accept=\"application/pdf,.pdf\">\n"
	    "<p class=\"hint\" id=\"hint\" hidden>%s</p>\n</div>\n"
	    "<button type=\"submit\" id=\"go\" data-wait=\"%s\">%s</button>\n"
	    "</form>\n</section>\n",
	    vt_page_t(p, "Kiểm tra chữ ký số của tệp PDF",
		"Check the signatures of a PDF"),
	    vt_page_t(p,
		"Chọn tệp PDF bạn nhận được. Tệp chỉ được đọc để kiểm tra, "
		"không được lưu lại.",
		"Choose the PDF you received. It is read for the check and "
		"not kept."),
	    vt_page_suffix(p),
	    vt_page_t(p, "Tệp PDF (tối đa 100 MB)", "PDF file (up to 100 MB)"),
	    vt_page_t(p, "hoặc kéo tệp thả vào đây", "or drop the file here"),
	    vt_page_t(p, "Đang kiểm tra…", "Checking…"),
	    vt_page_t(p, "Kiểm tra", "Check"));
}

int
vt_citizen_home(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *title = vt_page_wants_en(req)
				? "Official e-document look-up"
				: "Tra cứu văn bản điện tử";
	struct vt_page p;

	(void)reterr;
	vt_page_open(&p, req, res, title, "/");
	vt_html(p.b, "<h1>%s</h1>\n<p class=\"lead\">%s</p>\n",
	    vt_page_t(
		&p, "Văn bản này có thật không?", "Is this document genuine?"),
	    vt_page_t(&p,
		"Xem kết quả thủ tục hành chính bằng mã in trên giấy, hoặc "
		"kiểm tra chữ ký số của một tệp PDF.",
		"See a result by the code printed on it, or check the "
		"digital signatures of a PDF."));
	code_form(&p);
	check_form(&p);
	vt_page_close(&p);
	return VT_OK;
}

/* /r?code=...: to the page of that code, percent-encoded. */
int
vt_citizen_find(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *code = vt_http_query(req, "code");
	VT_BUF_AUTO(to);

	vt_buf_puts(&to, "/r/");
	for (const char *p = code == NULL ? "" : code; *p != '\0' && to.n < 64;
	     p++)
		if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
		    (*p >= 'A' && *p <= 'Z') || *p == '-')
			vt_buf_putc(&to, (uint8_t)*p);
	if (to.n == 3)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no code was entered");
	if (vt_page_wants_en(req))
		vt_buf_puts(&to, "?lang=en");
	vt_http_res_see_other(res, vt_buf_str(&to));
	return vt_buf_status(&to, reterr);
}
