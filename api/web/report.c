/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the handling of papers stands, to be read and printed (Appendix VI of
 * Decree 30/2020, outputs 2 and 4). */
#include "api/office/report.h"

#include "api/web/sheet.h"

static const struct {
	const char *name, *vi, *en;
} kinds[] = { { "type", "Loại văn bản", "Type" }, { "unit", "Đơn vị", "Unit" },
	{ "month", "Tháng", "Month" } };

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
choose(struct vt_desk *d, const struct vt_report_ask *ask)
{
	struct vt_buf *b = d->page.b;
	bool in = ask->direction == VT_DIR_IN;

	vt_html(b,
	    "<form class=\"search sheet\" action=\"/desk/report\" "
	    "method=\"get\">\n"
	    "<p><label for=\"direction\">%s</label>\n<select id=\"direction\" "
	    "name=\"direction\"><option value=\"in\"%s>%s</option>"
	    "<option value=\"out\"%s>%s</option></select></p>\n"
	    "<p><label for=\"from\">%s</label>\n<input id=\"from\" "
	    "name=\"from\" "
	    "type=\"date\" required value=\"%s\"></p>\n"
	    "<p><label for=\"to\">%s</label>\n<input id=\"to\" name=\"to\" "
	    "type=\"date\" required value=\"%s\"></p>\n"
	    "<p><label for=\"by\">%s</label>\n<select id=\"by\" name=\"by\">",
	    T(d, "Văn bản", "Papers"), in ? " selected" : "",
	    T(d, "Văn bản đến", "Incoming"), in ? "" : " selected",
	    T(d, "Văn bản đi", "Outgoing"), T(d, "Từ ngày", "From"), ask->from,
	    T(d, "Đến ngày", "To"), ask->to, T(d, "Theo", "By"));
	for (size_t i = 0; i < N_KINDS; i++)
		vt_html(b, "<option value=\"%s\"%s>%s</option>", kinds[i].name,
		    i == (size_t)ask->by ? " selected" : "",
		    T(d, kinds[i].vi, kinds[i].en));
	vt_html(b,
	    "</select></p>\n<p class=\"go\"><button type=\"submit\" "
	    "class=\"main\">%s</button></p>\n</form>\n",
	    T(d, "Lập báo cáo", "Make it"));
}

static void
line(struct vt_desk *d, const char *name, const struct vt_report_row *r,
    size_t n)
{
	struct vt_buf *b = d->page.b;

	vt_html(b, "<tr><th scope=\"row\">%s</th>", name);
	for (size_t i = 0; i < n; i++)
		vt_html(b, "<td class=\"no\">%" PRIu64 "</td>", r->n[i]);
	vt_html(b, "</tr>\n");
}

static void
table(struct vt_desk *d, const struct vt_report_ask *ask,
    const struct vt_report *r)
{
	const struct vt_report_count *c;
	size_t n = vt_report_counts(ask->direction, &c);
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<table class=\"papers\" aria-labelledby=\"title\">\n<thead><tr>"
	    "<th scope=\"col\">%s</th>",
	    T(d, kinds[ask->by].vi, kinds[ask->by].en));
	for (size_t i = 0; i < n; i++)
		vt_html(b, "<th scope=\"col\">%s</th>", T(d, c[i].vi, c[i].en));
	vt_html(b, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < r->n_rows; i++)
		line(d,
		    *r->rows[i].name != '\0'
			? r->rows[i].name
			: T(d, "(không ghi)", "(not said)"),
		    &r->rows[i], n);
	line(d, T(d, "Cộng", "Total"), &r->total, n);
	vt_html(b, "</tbody></table>\n");
}

/* From the first of January until today, when nothing is said. */
static void
this_year(
    struct vt_desk *d, struct vt_report_ask *ask, char from[16], char to[16])
{
	struct vt_date t = vt_time_date(vt_now(d->web->ctx), VT_TIME_VN_S);

	(void)snprintf(from, 16, "%04u-01-01", (unsigned)t.year % 10000);
	(void)snprintf(to, 16, "%04u-%02u-%02u", (unsigned)t.year % 10000,
	    (unsigned)t.month % 100, (unsigned)t.day % 100);
	if (ask->from == NULL || *ask->from == '\0')
		ask->from = from;
	if (ask->to == NULL || *ask->to == '\0')
		ask->to = to;
}

int
vt_web_report(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *way = vt_http_query(req, "direction");
	const char *by = vt_http_query(req, "by");
	struct vt_report_ask ask = { .direction = VT_DIR_IN,
		.from = vt_http_query(req, "from"),
		.to = vt_http_query(req, "to") };
	struct vt_err err = VT_ERR_INIT;
	struct vt_report r = { .n_rows = 0 };
	char from[16], to[16];
	struct vt_desk d;
	bool out = way != NULL && strcmp(way, "out") == 0;
	int rc;

	vt_desk_begin(&d, req, res);
	if (out)
		ask.direction = VT_DIR_OUT;
	if (by != NULL)
		(void)vt_report_by_parse(by, &ask.by);
	this_year(&d, &ask, from, to);
	rc = vt_office_report(d.office, d.me, &ask, req->arena, &r, &err);
	if (rc != VT_OK && rc != VT_E_INVALID) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_desk_open(&d, T(&d, "Báo cáo", "Report"), "/desk/report");
	vt_html(d.page.b, "<h1 id=\"title\">%s</h1>\n<p>%s · %s – %s</p>\n",
	    out ? T(&d, "Báo cáo văn bản đi", "Report on outgoing papers")
		: T(&d, "Báo cáo tình hình giải quyết văn bản đến",
		      "Report on the handling of incoming papers"),
	    d.me->agency_name, ask.from, ask.to);
	vt_html(d.page.b, "<p><a href=\"/desk/uses\">%s</a></p>\n",
	    T(&d, "Lượt xem, tải, in, tra cứu văn bản", "Uses of papers"));
	choose(&d, &ask);
	if (rc == VT_OK) {
		table(&d, &ask, &r);
	} else {
		vt_desk_notice(&d, VT_TONE_BAD,
		    T(&d, "Ngày đầu phải trước ngày cuối.",
			"The first day is before the last one."));
		res->status = vt_err_info(rc)->http_status;
	}
	vt_desk_close(&d);
	return VT_OK;
}
