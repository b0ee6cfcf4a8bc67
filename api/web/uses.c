/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looked at a paper; how often papers were used in a month. */
#include "api/office/uses.h"

#include "api/web/sheet.h"

#define SHOWN 100 /* on a page */

static const struct {
	const char *vi, *en;
} uses[] = { [VT_USE_OPEN] = { "Mở xem", "Opened" },
	[VT_USE_DOWNLOAD] = { "Tải về", "Downloaded" },
	[VT_USE_PRINT] = { "In", "Printed" },
	[VT_USE_CHECK] = { "Tra cứu công khai", "Checked by anybody" },
	[VT_USE_FETCH] = { "Tải công khai", "Downloaded by anybody" } };

static void
reading(struct vt_sheet *s, const struct vt_read *r)
{
	struct vt_buf *b = s->d->page.b;
	struct vt_version ver;
	struct vt_person p;
	VT_BUF_AUTO(when);

	vt_page_moment(r->at, &when);
	vt_html(b,
	    "<li><span class=\"when\">%s</span> <b>%s</b> "
	    "<span class=\"who\">%s</span>",
	    vt_buf_str(&when), T(s->d, uses[r->use].vi, uses[r->use].en),
	    vt_sheet_person(s, &r->person));
	if (r->post > 0 && vt_person_get(s->v, &r->person, &p, NULL) == VT_OK &&
	    r->post <= p.n_posts)
		vt_html(b, " <span class=\"quiet\" lang=\"vi\">%s</span>",
		    p.posts[r->post - 1].position);
	if (vt_version_by_hash(s->v, &s->p.id, &r->main, &ver, NULL) == VT_OK)
		vt_html(b, " <span class=\"quiet\">%s %" PRIu32 "</span>",
		    T(s->d, "phiên bản", "version"), ver.no);
	if (r->at != r->time) {
		vt_buf_reset(&when);
		vt_page_moment(r->time, &when);
		vt_html(b, " <span class=\"quiet\">%s %s</span>",
		    T(s->d, "ghi sổ lúc", "written down"), vt_buf_str(&when));
	}
	vt_html(b, "</li>\n");
}

int
vt_web_reads(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_desk d;
	struct vt_sheet s = { .d = &d };
	struct vt_read *r;
	size_t n = 0;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((r = vt_arena_array(req->arena, SHOWN, sizeof(*r))) == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_paper(
		 d.office, v, d.me, &paper, &s.p, reterr)) != VT_OK ||
	    (rc = vt_office_reads(d.office, v, d.me, &paper,
		 vt_sheet_asked(&s, "before"), r, SHOWN, &n, reterr)) != VT_OK)
		return rc;
	s.v = v;
	vt_id_text(&paper, s.id);
	vt_desk_open(&d, T(&d, "Ai đã xem", "Who looked at it"), NULL);
	vt_html(d.page.b,
	    "<h1>%s</h1>\n<p lang=\"vi\"><a href=\"/desk/papers/%s\">%s</a>"
	    "</p>\n<ol class=\"history\">\n",
	    T(&d, "Ai đã xem", "Who looked at it"), s.id, s.p.meta.subject);
	for (size_t i = 0; i < n; i++)
		reading(&s, &r[i]);
	vt_html(d.page.b, "</ol>\n");
	if (n == 0)
		vt_html(d.page.b, "<p>%s</p>\n",
		    T(&d, "Chưa có ai.", "Nobody yet."));
	if (n == SHOWN)
		vt_html(d.page.b,
		    "<p><a href=\"/desk/papers/%s/reads?before=%" PRIu64
		    "\">%s</a></p>\n",
		    s.id, r[n - 1].index, T(&d, "Cũ hơn", "Older"));
	vt_desk_close(&d);
	return VT_OK;
}

static void
line(struct vt_desk *d, const struct vt_use_row *r, const char *name)
{
	struct vt_buf *b = d->page.b;

	if (*r->id != '\0')
		vt_html(b,
		    "<tr><th scope=\"row\" lang=\"vi\">"
		    "<a href=\"/desk/papers/%s\">%s %s</a></th>",
		    r->id, r->number, r->subject);
	else
		vt_html(b, "<tr><th scope=\"row\">%s</th>", name);
	for (int u = VT_USE_OPEN; u < VT_USE__MAX; u++)
		vt_html(b, "<td class=\"no\">%" PRIu64 "</td>", r->n[u]);
	vt_html(b, "</tr>\n");
}

static void
table(struct vt_desk *d, const struct vt_use_report *r)
{
	static const struct vt_use_row none;
	struct vt_buf *b = d->page.b;
	struct vt_use_row rest = r->rest;

	vt_html(b,
	    "<table class=\"papers\" aria-labelledby=\"title\">\n<thead><tr>"
	    "<th scope=\"col\">%s</th>",
	    T(d, "Văn bản", "Paper"));
	for (int u = VT_USE_OPEN; u < VT_USE__MAX; u++)
		vt_html(b, "<th scope=\"col\">%s</th>",
		    T(d, uses[u].vi, uses[u].en));
	vt_html(b, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < r->n_rows && i < SHOWN; i++)
		line(d, &r->rows[i], NULL);
	for (size_t i = SHOWN; i < r->n_rows; i++)
		for (int u = VT_USE_OPEN; u < VT_USE__MAX; u++)
			rest.n[u] += r->rows[i].n[u];
	if (memcmp(rest.n, none.n, sizeof(none.n)) != 0)
		line(d, &rest, T(d, "Văn bản khác", "Other papers"));
	line(d, &r->total, T(d, "Cộng", "Total"));
	vt_html(b, "</tbody></table>\n");
}

/* The month that is asked for, or this one. */
static const char *
month_of(struct vt_desk *d, char now[16])
{
	struct vt_date t = vt_time_date(vt_now(d->web->ctx), VT_TIME_VN_S);
	const char *asked = vt_http_query(d->req, "month");

	(void)snprintf(now, 16, "%04u-%02u", (unsigned)t.year % 10000,
	    (unsigned)t.month % 100);
	return asked == NULL || *asked == '\0' ? now : asked;
}

int
vt_web_uses(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_L(USES_ARENA));
	struct vt_use_report r;
	const char *month;
	char now[16];
	struct vt_desk d;
	int rc;

	vt_desk_begin(&d, req, res);
	month = month_of(&d, now);
	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "uses: no memory");
	if ((rc = vt_office_uses(d.office, d.me, month, a, &r, reterr)) !=
	    VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, "Lượt khai thác", "Uses"), "/desk/uses");
	vt_html(d.page.b,
	    "<h1 id=\"title\">%s</h1>\n<p>%s · %s</p>\n"
	    "<form class=\"search sheet\" action=\"/desk/uses\" "
	    "method=\"get\">\n<p><label for=\"month\">%s</label>\n"
	    "<input id=\"month\" name=\"month\" type=\"month\" required "
	    "pattern=\"[0-9]{4}-[0-9]{2}\" value=\"%s\"></p>\n"
	    "<p class=\"go\"><button type=\"submit\" class=\"main\">%s"
	    "</button></p>\n</form>\n",
	    T(&d, "Lượt xem, tải, in, tra cứu văn bản", "Uses of papers"),
	    d.me->agency_name, month, T(&d, "Tháng", "Month"), month,
	    T(&d, "Xem", "Show"));
	table(&d, &r);
	vt_html(d.page.b,
	    "<p><a href=\"/desk/uses/csv?month=%s\">%s</a></p>\n", month,
	    T(&d, "Tải toàn bộ (CSV)", "All of it (CSV)"));
	vt_desk_close(&d);
	return VT_OK;
}

int
vt_web_uses_csv(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;
	char now[16];

	vt_desk_begin(&d, req, res);
	vt_http_res_type(res, "text/csv; charset=utf-8");
	vt_http_res_header(res, "Content-Disposition",
	    "attachment; filename=\"luot-khai-thac.csv\"");
	return vt_office_uses_csv(
	    d.office, d.me, month_of(&d, now), &res->body, reterr);
}
