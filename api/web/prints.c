/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of what goes on paper: addressees without a system, with the paper
 * that each is to get. To be printed, taken along, and marked off when the
 * recipient has it.
 */
#include "api/office/deliver.h"
#include "api/web/list.h"
#include "api/web/sheet.h"

#define SHOWN 100

static void
mark(struct vt_desk *d, const struct vt_delivery *l, const char *paper)
{
	struct vt_buf *b = d->page.b;
	char id[VT_ID_TEXT + 1];

	vt_id_text(&l->id, id);
	vt_html(b,
	    "<details class=\"mark\"><summary>%s</summary>\n"
	    "<form action=\"/desk/papers/%s/acts/handed\" method=\"post\" "
	    "data-once=\"1\">\n",
	    T(d, "Đánh dấu đã nhận", "Mark as received"), paper);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_desk_post(d, VT_DUTY_DISPATCH);
	vt_html(b,
	    "<input type=\"hidden\" name=\"delivery\" value=\"%s\">\n"
	    "<label for=\"on-%s\">%s</label>\n"
	    "<input id=\"on-%s\" name=\"on\" type=\"date\">\n"
	    "<label for=\"note-%s\">%s</label>\n"
	    "<input id=\"note-%s\" name=\"note\" type=\"text\" "
	    "maxlength=\"200\">\n"
	    "<p class=\"go\"><button type=\"submit\" class=\"second\">%s"
	    "</button></p>\n</form></details>",
	    id, id, T(d, "Ngày nhận (để trống: hôm nay)", "Day (empty: today)"),
	    id, id, T(d, "Người ký nhận", "Who signed for it"), id,
	    T(d, "Ghi nhận", "It was received"));
}

static void
row(struct vt_desk *d, struct vt_view *v, const struct vt_delivery *l)
{
	struct vt_buf *b = d->page.b;
	char paper[VT_ID_TEXT + 1];
	struct vt_paper p;
	VT_BUF_AUTO(day);
	VT_BUF_AUTO(scratch);
	const char *no;

	if (vt_office_paper(d->office, v, d->me, &l->paper, &p, NULL) != VT_OK)
		return;
	vt_id_text(&l->paper, paper);
	vt_page_date(l->created_at, &day);
	no = vt_list_number(&p, &scratch);
	vt_html(b,
	    "<tr><td class=\"no\">%s</td><td class=\"subject\">"
	    "<a href=\"/desk/papers/%s\">%s</a></td>"
	    "<td class=\"other\" lang=\"vi\">%s%s%s</td>"
	    "<td class=\"date\">%s</td><td class=\"signed\">",
	    no, paper, p.meta.subject, l->to.name,
	    *l->to.code == '\0' || *l->to.name == '\0' ? "" : " · ", l->to.code,
	    vt_buf_str(&day));
	if (vt_who_may(d->me, VT_DUTY_DISPATCH, NULL) == VT_OK)
		mark(d, l, paper);
	vt_html(b, "</td></tr>\n");
}

static void
table(
    struct vt_desk *d, struct vt_view *v, const struct vt_delivery *l, size_t n)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<table class=\"papers\" aria-labelledby=\"title\">\n<thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
	    T(d, "Số, ký hiệu", "Number"), T(d, "Trích yếu", "Subject"),
	    T(d, "Nơi nhận", "Recipient"), T(d, "Ngày gửi", "Sent on"),
	    T(d, "Ký nhận", "Received"));
	for (size_t i = 0; i < n; i++)
		row(d, v, &l[i]);
	vt_html(b, "</tbody></table>\n");
}

int
vt_web_prints(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery *l = vt_arena_array(req->arena, SHOWN, sizeof(*l));
	uint64_t next = 0;
	struct vt_desk d;
	size_t n = 0;
	int rc;

	if (l == NULL)
		return vt_arena_err(req->arena, reterr);
	vt_desk_begin(&d, req, res);
	if ((rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_delivery_list(d.office, v, d.me,
		 vt_list_before(req), l, SHOWN, &n, &next, reterr)) != VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, "Chuyển bản giấy", "On paper"), "/desk/prints");
	vt_html(d.page.b,
	    "<h1 id=\"title\">%s</h1>\n<p class=\"hint\">%s</p>\n",
	    T(&d, "Danh sách chuyển bản giấy", "To be sent on paper"),
	    T(&d,
		"Nơi nhận không có hệ thống liên thông: in văn bản, đóng dấu, "
		"chuyển đi, rồi ghi nhận khi nơi nhận ký nhận.",
		"Recipients without a system: print, seal, send, and mark off "
		"what was received."));
	if (n > 0)
		table(&d, v, l, n);
	else
		vt_html(d.page.b, "<p class=\"empty\">%s</p>\n",
		    T(&d, "Không có bản giấy nào cần chuyển.",
			"Nothing is to be sent on paper."));
	if (next != 0)
		vt_html(d.page.b,
		    "<p><a class=\"button second\" "
		    "href=\"/desk/prints?before=%" PRIu64 "\">%s</a></p>\n",
		    next, T(&d, "Cũ hơn", "Older"));
	vt_desk_close(&d);
	return VT_OK;
}
