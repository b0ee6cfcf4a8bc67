/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * To whom a paper was sent, to be printed: a table each time it was sent, with
 * a place to sign for what goes on paper; or the same as CSV.
 */
#include "api/office/csv.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define COLUMNS 9

static const char *const headings[COLUMNS][2] = { { "TT", "No" },
	{ "Nơi nhận", "Recipient" }, { "Mã định danh", "Code" },
	{ "Cách gửi", "Way" }, { "Số vận đơn", "Waybill" },
	{ "Ngày gửi", "Sent" }, { "Tình trạng", "State" },
	{ "Ngày nhận", "Received" }, { "Người nhận, ký nhận", "Received by" } };

struct list {
	struct vt_sheet *s;
	struct vt_buf *b;
	bool csv, open; /* open: a table is */
	vt_time at;     /* of the sending at hand */
	size_t n;       /* in it */
};

static const char *
way(const struct vt_sheet *s, const struct vt_delivery *v)
{
	switch (v->way.channel) {
	case VT_CHANNEL_PARALLEL:
		return T(s->d, "Điện tử, kèm bản giấy", "Both");
	case VT_CHANNEL_PAPER:
		return T(s->d, "Bản giấy", "On paper");
	case VT_CHANNEL_POST:
		return T(s->d, "Bưu chính", "By post");
	default:
		return *v->to.code == '\0' ? T(s->d, "Bản giấy", "On paper")
					   : T(s->d, "Điện tử", "Electronic");
	}
}

static const char *
said(const char *s)
{
	return s == NULL ? "" : s;
}

static void
begin(struct list *l)
{
	struct vt_sheet *s = l->s;
	VT_BUF_AUTO(at);

	if (l->csv)
		return;
	if (l->open)
		vt_html(l->b, "</tbody></table>\n");
	l->open = true;
	vt_page_moment(l->at, &at);
	vt_html(l->b, "<p class=\"period\">%s %s</p>\n<table>\n<thead><tr>",
	    T(s->d, "Gửi lúc", "Sent at"), vt_buf_str(&at));
	for (size_t i = 0; i < COLUMNS; i++)
		vt_html(l->b, "<th>%s</th>",
		    T(s->d, headings[i][0], headings[i][1]));
	vt_html(l->b, "</tr></thead>\n<tbody>\n");
}

static bool
row(void *arg, const struct vt_delivery *v)
{
	struct list *l = arg;
	/* of the paper when it is known who has it, else of the e-version */
	vt_time got =
	    *said(v->handed_to) != '\0' ? v->handed_at : v->delivered_at;
	const char *cell[COLUMNS];
	VT_BUF_AUTO(sent);
	VT_BUF_AUTO(received);
	char no[24];

	if (l->n == 0 || v->created_at != l->at) {
		l->at = v->created_at;
		l->n = 0;
		begin(l);
	}
	(void)snprintf(no, sizeof(no), "%zu", ++l->n);
	vt_page_moment(v->created_at, &sent);
	vt_page_moment(got, &received);
	cell[0] = no;
	cell[1] = vt_sheet_addressee(&v->to);
	cell[2] = v->to.code;
	cell[3] = way(l->s, v);
	cell[4] = said(v->way.waybill);
	cell[5] = vt_buf_str(&sent);
	cell[6] = vt_word_delivery(l->s->d, v);
	cell[7] = got == VT_TIME_NONE ? "" : vt_buf_str(&received);
	cell[8] = said(v->handed_to);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (l->csv)
			vt_csv_cell(l->b, cell[i], i == 0);
		else
			vt_html(l->b,
			    i == 0 ? "<tr><td>%s</td>" : "<td>%s</td>",
			    cell[i]);
	}
	if (l->csv)
		vt_buf_puts(l->b, "\r\n");
	else
		vt_html(l->b, "</tr>\n");
	return vt_buf_status(l->b, NULL) == VT_OK;
}

static void
head(struct list *l)
{
	static const struct vt_page_kind kind = { .style = "/desk/desk.css",
		.script = "/desk/desk.js",
		.icon = "/desk/desk.svg" };
	struct vt_sheet *s = l->s;
	const char *title = T(s->d, "Danh sách nơi gửi", "Sent to");

	if (l->csv) {
		vt_buf_puts(l->b, VT_CSV_BOM);
		for (size_t i = 0; i < COLUMNS; i++)
			vt_csv_cell(l->b,
			    T(s->d, headings[i][0], headings[i][1]), i == 0);
		vt_buf_puts(l->b, "\r\n");
		return;
	}
	vt_page_head(&s->d->page, s->d->req, s->d->res, &kind, title);
	vt_html(l->b,
	    "<main id=\"main\" class=\"register\">\n<h1>%s</h1>\n"
	    "<p class=\"period\">%s %s</p>\n<p lang=\"vi\">%s</p>\n",
	    title, T(s->d, "Văn bản số", "Paper"), s->p.number.text,
	    s->p.meta.subject);
}

static void
foot(struct list *l)
{
	struct vt_desk *d = l->s->d;
	VT_BUF_AUTO(now);

	if (l->csv)
		return;
	if (l->open)
		vt_html(l->b, "</tbody></table>\n");
	else
		vt_html(l->b, "<p class=\"empty\">%s</p>\n",
		    T(d, "Văn bản chưa được gửi cho nơi nào.",
			"It was sent to nobody yet."));
	vt_page_moment(vt_now(d->web->ctx), &now);
	vt_html(l->b,
	    "<p class=\"printed\">%s: %s, %s</p>\n</main>\n</body></html>\n",
	    T(d, "In từ Hệ thống quản lý văn bản", "Printed from the System"),
	    vt_buf_str(&now), d->me->name);
}

int
vt_web_sending(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *format = vt_http_query(req, "format");
	struct vt_sheet s = { .d = NULL };
	struct vt_desk d;
	struct list l = { .s = &s,
		.b = &res->body,
		.csv = format != NULL && strcmp(format, "csv") == 0 };
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	s.d = &d;
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_paper(d.office, v, d.me, &paper, &s.p, reterr)) !=
		VT_OK)
		return rc;
	s.v = v;
	vt_id_text(&paper, s.id);
	if (l.csv) {
		vt_http_res_type(
		    res, "text/csv; charset=utf-8; header=present");
		vt_http_res_header(res, "Content-Disposition",
		    "attachment; filename=\"noi-gui.csv\"");
	}
	head(&l);
	if ((rc = vt_sheet_each(&s, 0, reterr, row, &l)) != VT_OK) {
		vt_buf_reset(&res->body);
		return rc;
	}
	foot(&l);
	return vt_buf_status(&res->body, reterr);
}
