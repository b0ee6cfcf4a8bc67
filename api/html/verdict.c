/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/html/verdict.h"

static struct vt_said
said(enum vt_tone tone, const char *head, const char *more)
{
	return (struct vt_said){ tone, head, more };
}

/* words: what an agency's name begins with, and no person's. */
static const char *const agencies[] = { "Ủy ban ", "Uỷ ban ", "UBND ",
	"Hội đồng ", "HĐND ", "Sở ", "Bộ ", "Cục ", "Chi cục ", "Tổng cục ",
	"Vụ ", "Ban ", "Phòng ", "Văn phòng ", "Trung tâm ", "Trường ", "Viện ",
	"Học viện ", "Bệnh viện ", "Thanh tra ", "Công an ", "Tòa án ",
	"Kho bạc ", "Bảo hiểm ", "Ngân hàng ", "Công ty ", "Tổng công ty ",
	"Chính phủ", "Quốc hội", "Đảng ủy ", "Tỉnh ủy ", "Huyện ủy ",
	"Thành ủy ", "Đài ", "Cơ quan ", "Agency " };

static bool
is_timestamp(const struct vt_signature_verdict *s)
{
	return s->format != NULL && strcmp(s->format, "RFC3161") == 0;
}

/* Where the certificate does not say what somebody is: by the name. */
static bool
named_agency(const struct vt_signature_verdict *s)
{
	for (size_t i = 0; i < sizeof(agencies) / sizeof(agencies[0]); i++)
		if (strncmp(s->signer, agencies[i], strlen(agencies[i])) == 0)
			return true;
	return false;
}

static bool
is_agency(const struct vt_signature_verdict *s)
{
	return s->signer_kind == VT_SIGNER_ORGANISATION ||
	       (s->signer_kind == VT_SIGNER_UNKNOWN && named_agency(s));
}

const char *
vt_page_signer_kind(
    const struct vt_page *p, const struct vt_signature_verdict *s)
{
	if (is_timestamp(s))
		return vt_page_t(p, "dấu thời gian", "time stamp");
	if (s->signer == NULL)
		return NULL;
	switch (s->signer_kind) {
	case VT_SIGNER_ORGANISATION:
		return vt_page_t(p, "chữ ký số của cơ quan, tổ chức (con dấu)",
		    "an organisation's signature (seal)");
	case VT_SIGNER_PERSON:
		return vt_page_t(
		    p, "chữ ký số cá nhân", "a person's signature");
	case VT_SIGNER_UNKNOWN:
		break;
	}
	return named_agency(s)
		   ? vt_page_t(p,
			 "chứng thư không nói của ai; theo tên thì là của cơ "
			 "quan",
			 "the certificate does not say whose; by its name an "
			 "agency's")
		   : vt_page_t(p,
			 "không rõ của cá nhân hay cơ quan: chứng thư không "
			 "nói",
			 "a person's or an agency's is not known: the "
			 "certificate does not say");
}

/* Valid, and yet: a paper has a person's signature and its agency's. */
static struct vt_said
passed(const struct vt_page *p, const struct vt_verdict *v)
{
	size_t person = 0, agency = 0, unknown = 0;

	for (size_t i = 0; i < v->n_signatures; i++) {
		const struct vt_signature_verdict *s = &v->signatures[i];

		if (s->signer == NULL || is_timestamp(s))
			continue;
		if (is_agency(s))
			agency++;
		else if (s->signer_kind == VT_SIGNER_PERSON)
			person++;
		else
			unknown++;
	}
	if (agency == 0 && unknown > 0)
		return said(VT_TONE_UNSURE,
		    vt_page_t(p,
			"Chữ ký hợp lệ nhưng không rõ chữ ký nào là của cơ "
			"quan",
			"Valid, but which signature is the agency's is not "
			"known"),
		    vt_page_t(p,
			"Người ký dưới đây đúng và nội dung không bị sửa sau "
			"khi ký, nhưng chứng thư không nói chữ ký là của cá "
			"nhân hay của cơ quan. Văn bản điện tử phải có cả chữ "
			"ký số của cơ quan ban hành.",
			"Who signed below is right and nothing was changed "
			"after signing, but no certificate says that it is an "
			"agency's. An electronic paper bears the signature of "
			"its agency, too."));
	if (agency == 0 && person > 0)
		return said(VT_TONE_UNSURE,
		    vt_page_t(p,
			"Chữ ký hợp lệ nhưng thiếu chữ ký số của cơ quan",
			"Valid, but the agency's signature is missing"),
		    vt_page_t(p,
			"Người ký dưới đây đúng và nội dung không bị sửa sau "
			"khi ký, nhưng văn bản điện tử phải có cả chữ ký số "
			"của cơ quan ban hành.",
			"Who signed below is right and nothing was changed "
			"after signing, but an electronic paper bears the "
			"signature of its agency, too."));
	if (person + unknown == 0 && agency > 0)
		return said(VT_TONE_UNSURE,
		    vt_page_t(p,
			"Chữ ký hợp lệ nhưng thiếu chữ ký số của người có "
			"thẩm quyền",
			"Valid, but the competent person's signature is "
			"missing"),
		    vt_page_t(p,
			"Chữ ký của cơ quan đúng và nội dung không bị sửa sau "
			"khi ký. Bản sao do cơ quan thực hiện chỉ cần chữ ký "
			"này; bản gốc phải có cả chữ ký số của người có thẩm "
			"quyền.",
			"The agency's signature is right and nothing was "
			"changed after signing. A copy made by an agency needs "
			"this one alone; an original bears that of the "
			"competent person, too."));
	return said(VT_TONE_GOOD,
	    vt_page_t(p, "Chữ ký hợp lệ", "The signatures are valid"),
	    vt_page_t(p,
		"Mọi chữ ký đều đúng, chứng thư đáng tin cậy, và nội "
		"dung không bị sửa sau khi ký. Hãy đọc tên người ký "
		"dưới đây: có đúng là cơ quan bạn chờ đợi không?",
		"Every signature is right, its certificate trusted, "
		"and nothing was changed after signing. Read below "
		"who signed: is it the agency you expect?"));
}

struct vt_said
vt_page_overall(const struct vt_page *p, const struct vt_verdict *v)
{
	switch (v->overall) {
	case VT_OVERALL_PASSED:
		return passed(p, v);
	case VT_OVERALL_INDETERMINATE:
		return said(VT_TONE_UNSURE,
		    vt_page_t(p, "Chưa thể kết luận", "Not certain"),
		    vt_page_t(p,
			"Không thấy dấu hiệu giả mạo rõ ràng, nhưng còn thiếu "
			"điều kiện để tin. Lý do ở dưới.",
			"No clear sign of forgery, but something needed for "
			"trust is missing. The reasons are below."));
	case VT_OVERALL_FAILED:
		return said(VT_TONE_BAD,
		    vt_page_t(p, "Không hợp lệ", "Not valid"),
		    vt_page_t(p,
			"Ít nhất một chữ ký sai hoặc nội dung đã bị sửa sau "
			"khi ký. Đừng dùng tệp này; hãy hỏi cơ quan ban hành.",
			"At least one signature is wrong, or something was "
			"changed after signing. Do not rely on this file; ask "
			"the agency."));
	case VT_OVERALL_NO_SIGNATURE:
		return said(VT_TONE_UNSURE,
		    vt_page_t(p, "Không có chữ ký số", "No signature"),
		    vt_page_t(p,
			"Tệp này không có chữ ký số nào. Hình con dấu hay chữ "
			"ký trên trang giấy không phải là chữ ký số.",
			"This file has no digital signature. A picture of a "
			"seal or a signature is not one."));
	case VT_OVERALL_NOT_READABLE:
		break;
	}
	return said(VT_TONE_UNSURE,
	    vt_page_t(p, "Không đọc được tệp này", "This file cannot be read"),
	    p->en ? vt_err_info(v->unreadable.code)->en
		  : vt_err_info(v->unreadable.code)->vi);
}

const char *
vt_page_indication(const struct vt_page *p, enum vt_indication i)
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

void
vt_page_signature(
    struct vt_page *p, const struct vt_signature_verdict *s, size_t no)
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
	    vt_page_indication(p, s->indication));
	/* Anybody can write any name into a certificate of his own. */
	vt_page_row(p,
	    sure ? vt_page_t(p, "Người ký", "Signed by")
		 : vt_page_t(p, "Tên tự khai (chưa xác nhận)",
		       "Name as claimed (not confirmed)"),
	    s->signer != NULL ? s->signer
			      : vt_page_t(p, "Không rõ", "Unknown"));
	vt_page_row(
	    p, vt_page_t(p, "Loại chữ ký", "Kind"), vt_page_signer_kind(p, s));
	vt_page_row(p,
	    vt_page_t(p, "Ngày ký (người ký khai)", "Date (as claimed)"),
	    vt_buf_str(&when));
	vt_page_row(p, vt_page_t(p, "Phần được ký", "What it covers"),
	    coverage(p, s->coverage));
	vt_html(p->b, "</dl>\n");
	reasons(p, s);
	vt_html(p->b, "</section>\n");
}
