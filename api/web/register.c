/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register of a book, as it is printed: all of it, or from one number to
 * another. */
#include "api/office/register.h"

#include <stdlib.h>

#include "api/content/content.h"
#include "api/web/sheet.h"

struct printing {
	struct vt_desk *d;
	struct vt_register_book *book;
	const struct vt_register_walk *walk;
};

static void
cells(struct vt_buf *b, const char *const *c, const char *tag)
{
	vt_html(b, "<tr>");
	for (; *c != NULL; c++)
		vt_html(b, "<%s>%s</%s>", tag, *c, tag);
	vt_html(b, "</tr>\n");
}

static void
print_head(void *arg, struct vt_buf *b)
{
	static const char *const numbers[] = { "1", "2", "3", "4", "5", "6",
		"7", "8", "9", "10", NULL };
	const struct printing *p = arg;

	vt_html(b, "<thead>");
	cells(b, vt_register_columns(p->book->incoming), "th");
	cells(b, numbers, "th");
	vt_html(b, "</thead>\n<tbody>\n");
}

static void
print_line(void *arg, const struct vt_register_line *l, struct vt_buf *b)
{
	const struct printing *p = arg;
	const char *in[] = { l->arrived_on, l->number, l->author,
		l->their_number, l->dated, l->title, l->unit, l->passed_on,
		l->received, l->note, NULL };
	const char *out[] = { l->number, l->dated, l->title, l->signer,
		l->recipients, l->unit, "", l->passed_on, l->received, l->note,
		NULL };
	char copies[24] = "";

	if (l->copies != 0)
		(void)snprintf(copies, sizeof(copies), "%" PRIu64, l->copies);
	out[6] = copies;
	cells(b, p->book->incoming ? in : out, "td");
}

static void
print_foot(void *arg, struct vt_buf *b)
{
	const struct printing *p = arg;
	const struct vt_book_row *k = &p->book->book;
	char hash[VT_HASH_TEXT + 1];
	VT_BUF_AUTO(at);
	VT_BUF_AUTO(now);

	/* words: a register speaks as the Decree's model does. */
	vt_html(b, "</tbody></table>\n");
	if (p->book->closed) {
		vt_page_moment(k->closed_at, &at);
		vt_hash_text(&k->hash, hash);
		vt_html(b,
		    "<p class=\"closing\">Sổ đã đóng %s, người đóng: %s. Tổng "
		    "số %" PRIu64 " số, từ số %" PRIu64 " đến số %" PRIu64
		    ", trong đó %" PRIu64 " số đã hủy. SHA-256: <code>%s</code>"
		    "</p>\n",
		    vt_buf_str(&at), p->book->closed_by, k->count, k->first,
		    k->last, k->cancelled, hash);
	}
	vt_page_moment(vt_now(p->d->web->ctx), &now);
	vt_html(b,
	    "<p class=\"printed\">In từ Hệ thống quản lý văn bản: %s, %s</p>\n"
	    "</main>\n</body></html>\n",
	    vt_buf_str(&now), p->d->me->name);
}

static void
put_day(vt_time t, const char *id, const char *label, struct vt_buf *b)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);
	char day[16] = "";

	if (t != VT_TIME_NONE)
		(void)snprintf(day, sizeof(day), "%04u-%02u-%02u",
		    (unsigned)d.year % 10000, (unsigned)d.month % 100,
		    (unsigned)d.day % 100);
	vt_html(b,
	    "<p><label for=\"%s\">%s</label> <input id=\"%s\" name=\"%s\" "
	    "type=\"date\" value=\"%s\"></p>\n",
	    id, label, id, id, day);
}

/* Which numbers, and of which days: not printed. */
static void
choose(struct printing *p, struct vt_buf *b)
{
	const struct vt_register_walk *w = p->walk;
	struct vt_desk *d = p->d;
	char last[24] = "";

	if (w->last != 0)
		(void)snprintf(last, sizeof(last), "%" PRIu64, w->last);
	vt_html(b,
	    "<form class=\"search\" action=\"/desk/register\" method=\"get\">\n"
	    "<input type=\"hidden\" name=\"book\" value=\"%s\">\n"
	    "<input type=\"hidden\" name=\"period\" value=\"%u\">\n"
	    "<p><label for=\"from\">%s</label> <input id=\"from\" "
	    "name=\"from\" "
	    "type=\"number\" min=\"1\" value=\"%" PRIu64 "\"></p>\n"
	    "<p><label for=\"to\">%s</label> <input id=\"to\" name=\"to\" "
	    "type=\"number\" min=\"1\" value=\"%s\"></p>\n",
	    w->series, w->period, T(d, "Từ số", "From number"), w->after + 1,
	    T(d, "Đến số (để trống: đến số cuối)", "To (empty: the last)"),
	    last);
	put_day(w->since, "since", T(d, "Từ ngày", "From day"), b);
	put_day(w->until, "until", T(d, "Đến ngày", "To day"), b);
	vt_html(b,
	    "<p class=\"go\"><button type=\"submit\" class=\"second\">%s"
	    "</button> <button type=\"submit\" class=\"second\" "
	    "formaction=\"/desk/register.pdf\">%s</button> "
	    "<button type=\"submit\" class=\"second\" "
	    "formaction=\"/desk/register.pdf\" name=\"form\" "
	    "value=\"handover\">%s</button> "
	    "<a class=\"button second\" href=\"/desk/books\">%s</a>"
	    "</p>\n</form>\n",
	    T(d, "Xem các số này", "These"),
	    T(d, "In sổ đăng ký (PDF)", "The register (PDF)"),
	    T(d, "In sổ chuyển giao (PDF)", "To hand over (PDF)"),
	    T(d, "Về danh sách sổ", "All books"));
}

/* A long book is printed volume by volume. */
static void
volumes(struct printing *p, struct vt_buf *b)
{
	const struct vt_register_walk *w = p->walk;
	uint64_t last = p->book->last, size = VT_REGISTER_VOLUME;

	if (last <= size)
		return;
	vt_html(b, "<nav class=\"volumes\"><h2>%s</h2><ul>\n",
	    T(p->d, "In từng quyển (PDF)", "By volumes (PDF)"));
	for (uint64_t from = 1; from <= last; from += size) {
		uint64_t to = last - from < size ? last : from + size - 1;

		vt_html(b,
		    "<li><form action=\"/desk/register.pdf\" method=\"get\">"
		    "<input type=\"hidden\" name=\"book\" value=\"%s\">"
		    "<input type=\"hidden\" name=\"period\" value=\"%u\">"
		    "<input type=\"hidden\" name=\"from\" value=\"%" PRIu64
		    "\"><input type=\"hidden\" name=\"to\" value=\"%" PRIu64
		    "\"><button type=\"submit\" class=\"second\">%s %" PRIu64
		    ": %" PRIu64 "–%" PRIu64 "</button></form></li>\n",
		    w->series, w->period, from, to,
		    T(p->d, "Quyển", "Volume"), from / size + 1, from, to);
	}
	vt_html(b, "</ul></nav>\n");
}

/* What stands above the table, once. */
static void
print_title(struct printing *p, struct vt_buf *b)
{
	vt_html(b, "<main id=\"main\" class=\"register\">\n");
	choose(p, b);
	volumes(p, b);
	vt_html(b,
	    "<p class=\"agency\">%s</p>\n<h1>%s</h1>\n"
	    "<p class=\"period\">%s</p>\n<table>\n",
	    p->book->agency, p->book->title, p->book->period);
}

static void
print_all(void *arg, struct vt_buf *b)
{
	static const struct vt_page_kind kind = { .style = "/desk/desk.css",
		.script = "/desk/desk.js",
		.icon = "/desk/desk.svg" };
	struct printing *p = arg;

	vt_page_head(&p->d->page, p->d->req, p->d->res, &kind, p->book->title);
	/* markup: the page's head, made by vt_html */
	vt_buf_span(b, vt_buf_view(&p->d->res->body));
	vt_buf_reset(&p->d->res->body);
	print_title(p, b);
	print_head(p, b);
}

/* 0: not said, or no number. */
static uint64_t
number_of(const struct vt_http_req *req, const char *name)
{
	struct vt_err err = VT_ERR_INIT;
	const char *s = vt_http_query(req, name);
	uint64_t n = 0;

	if (s == NULL || vt_number_parse(s, &n, &err) != VT_OK)
		return 0;
	return n;
}

/* The book, and what of it, that the address asks for. */
static int
read_question(struct vt_desk *d, struct vt_register_walk *w,
    struct vt_register_book **ret, struct vt_err *reterr)
{
	struct vt_register_book *b = vt_arena_alloc(d->req->arena, sizeof(*b));
	const char *period = vt_http_query(d->req, "period");
	uint64_t from;
	int rc;

	if (b == NULL)
		return vt_arena_err(d->req->arena, reterr);
	*w = (struct vt_register_walk)VT_REGISTER_WALK_INIT;
	w->series = vt_http_query(d->req, "book");
	if (w->series == NULL || period == NULL)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "register: which book?");
	w->period = (uint32_t)strtoul(period, NULL, 10);
	from = number_of(d->req, "from");
	w->after = from == 0 ? 0 : from - 1;
	w->last = number_of(d->req, "to");
	if ((rc = vt_register_day(vt_http_query(d->req, "since"), &w->since,
		 reterr)) != VT_OK ||
	    (rc = vt_register_day(vt_http_query(d->req, "until"), &w->until,
		 reterr)) != VT_OK ||
	    (rc = vt_office_register_book(d->office, d->me, w->series,
		 w->period, b, reterr)) != VT_OK)
		return rc;
	w->incoming = b->incoming;
	*ret = b;
	return VT_OK;
}

int
vt_web_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_register_writer out = {
		.head = print_all, .line = print_line, .foot = print_foot
	};
	struct vt_register_walk w;
	struct printing p = { .walk = &w };
	struct vt_desk d;
	vt_hash hash;
	int fd, rc;

	vt_desk_begin(&d, req, res);
	p.d = &d;
	out.arg = &p;
	if ((rc = read_question(&d, &w, &p.book, reterr)) != VT_OK ||
	    (rc = vt_office_register_write(
		 d.office, d.me, &w, &out, &fd, &hash, reterr)) != VT_OK)
		return rc;
	return vt_content_made(
	    req, res, fd, &hash, "text/html; charset=utf-8", NULL, reterr);
}

int
vt_web_register_pdf(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *form = vt_http_query(req, "form");
	struct vt_register_book *book = NULL;
	struct vt_register_walk w;
	struct vt_desk d;
	vt_hash hash;
	int fd, rc;

	vt_desk_begin(&d, req, res);
	if ((rc = read_question(&d, &w, &book, reterr)) != VT_OK ||
	    (rc = vt_office_register_print(d.office, d.me, book, &w,
		 form != NULL && strcmp(form, "handover") == 0
		     ? VT_REGISTER_HANDOVER
		     : VT_REGISTER_FULL,
		 &fd, &hash, reterr)) != VT_OK)
		return rc;
	return vt_content_made(
	    req, res, fd, &hash, "application/pdf", "so-dang-ky.pdf", reterr);
}
