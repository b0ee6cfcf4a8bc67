/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Number books: what each gives, what is held, which are to be closed. */
#include "api/office/books.h"

#include "api/web/sheet.h"

#define BOOKS 100
#define PARTS 12
#define HELD  60
#define TYPES VT_L(SERIES_TYPES_MAX)

/* ---- the books ---- */

static const char *
reset_word(const struct vt_desk *d, enum vt_series_reset r)
{
	switch (r) {
	case VT_RESET_YEAR:
		return T(d, "theo năm", "by year");
	case VT_RESET_TERM:
		return T(d, "theo nhiệm kỳ", "by term");
	case VT_RESET_EVENT:
		return T(d, "theo kỳ đại hội, sự kiện", "by event");
	case VT_RESET_NEVER:
	default:
		return T(d, "liên tục", "never begins again");
	}
}

static void
form_open(struct vt_desk *d, const char *act, const char *book)
{
	vt_html(d->page.b,
	    "<form class=\"act\" action=\"/desk/books\" method=\"post\" "
	    "data-once=\"1\">\n"
	    "<input type=\"hidden\" name=\"act\" value=\"%s\">\n",
	    act);
	if (book != NULL)
		vt_html(d->page.b,
		    "<input type=\"hidden\" name=\"book\" value=\"%s\">\n",
		    book);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
}

static void
form_close(struct vt_desk *d, const char *class, const char *label)
{
	vt_html(d->page.b,
	    "<p class=\"go\"><button type=\"submit\" class=\"%s\">%s</button>"
	    "</p>\n</form>\n",
	    class, label);
}

static void
field(struct vt_desk *d, const char *id, const char *name, const char *type,
    const char *label)
{
	vt_html(d->page.b,
	    "<label for=\"%s-%s\">%s</label>\n"
	    "<input id=\"%s-%s\" name=\"%s\" type=\"%s\" required "
	    "maxlength=\"200\">\n",
	    id, name, label, id, name, name, type);
}

static void
held_one(struct vt_desk *d, const struct vt_hold *h)
{
	VT_BUF_AUTO(until);

	if (h->until != VT_TIME_NONE)
		vt_page_moment(h->until, &until);
	vt_html(d->page.b,
	    "<li><span class=\"tag wait\">%s</span> %s %" PRIu64
	    " · %s · %s %s",
	    h->kind == VT_HOLD_OUTAGE ? T(d, "Cấp tay", "By hand")
	    : h->kind == VT_HOLD_LOST ? T(d, "Mất khi khôi phục", "Lost")
				      : T(d, "Giữ số", "Reserved"),
	    T(d, "số", "number"), h->value, h->note,
	    h->kind == VT_HOLD_LOST
		? T(d, "đến khi có văn bản giấy", "until its paper turns up")
		: T(d, "đến", "until"),
	    vt_buf_str(&until));
}

static void
held(struct vt_desk *d, struct vt_view *v, const char *series, uint32_t period)
{
	struct vt_hold_filter f = {
		.series = series, .period = period, .open_only = true
	};
	struct vt_hold *h = vt_arena_array(d->req->arena, HELD, sizeof(*h));
	size_t n = 0;

	if (h == NULL ||
	    vt_hold_list(v, d->me->agency_no, &f, h, HELD, &n, NULL) != VT_OK ||
	    n == 0)
		return;
	vt_html(d->page.b, "<ul class=\"files\">\n");
	for (size_t i = 0; i < n; i++) {
		held_one(d, &h[i]);
		if (vt_who_may(d->me, VT_DUTY_CANCEL_NUMBER, NULL) == VT_OK) {
			char id[40];

			(void)snprintf(
			    id, sizeof(id), "c%u-%" PRIu64, period, h[i].value);
			vt_html(d->page.b, "<details><summary>%s</summary>\n",
			    T(d, "Hủy số này", "Cancel it"));
			form_open(d, "cancel", series);
			vt_html(d->page.b,
			    "<input type=\"hidden\" name=\"period\" "
			    "value=\"%u\">\n<input type=\"hidden\" "
			    "name=\"number\" value=\"%" PRIu64 "\">\n",
			    period, h[i].value);
			field(d, id, "note", "text", T(d, "Lý do", "Why"));
			form_close(d, "strong", T(d, "Hủy số", "Cancel"));
			vt_html(d->page.b, "</details>");
		}
		vt_html(d->page.b, "</li>\n");
	}
	vt_html(d->page.b, "</ul>\n");
}

static void
period(struct vt_desk *d, struct vt_view *v, const struct vt_series *s,
    const struct vt_book_row *b)
{
	struct vt_buf *o = d->page.b;
	VT_BUF_AUTO(at);

	vt_html(o, "<li><strong>%u</strong> · %s %" PRIu64 " ", b->period,
	    T(d, "số cuối", "last number"), b->last);
	if (b->closed) {
		vt_page_moment(b->closed_at, &at);
		vt_html(o, "<span class=\"tag done\">%s %s</span>",
		    T(d, "Đã đóng sổ", "Closed"), vt_buf_str(&at));
	} else if (b->over) {
		vt_html(o, "<span class=\"tag wait\">%s</span>",
		    T(d, "Cần đóng sổ", "To be closed"));
	}
	vt_html(o,
	    "<form action=\"/desk/register\" method=\"get\">"
	    "<input type=\"hidden\" name=\"book\" value=\"%s\">"
	    "<input type=\"hidden\" name=\"period\" value=\"%u\">"
	    "<button type=\"submit\" class=\"second\">%s</button></form>\n",
	    s->key, b->period, T(d, "Xem, in sổ", "See, print"));
	if (!b->closed && (b->over || s->reset == VT_RESET_EVENT) &&
	    vt_who_may(d->me, VT_DUTY_CLOSE_BOOK, NULL) == VT_OK) {
		form_open(d, "close", s->key);
		vt_html(o,
		    "<input type=\"hidden\" name=\"period\" value=\"%u\">\n",
		    b->period);
		form_close(d, "strong", T(d, "Đóng sổ", "Close the book"));
	}
	if (!b->closed)
		held(d, v, s->key, b->period);
	vt_html(o, "</li>\n");
}

static void
acts(struct vt_desk *d, const struct vt_series *s, size_t i)
{
	bool ours = s->authority == VT_SERIES_OURS;
	char id[24];

	(void)snprintf(id, sizeof(id), "b%zu", i);
	if (ours && vt_who_may(d->me, VT_DUTY_RESERVE, NULL) == VT_OK) {
		vt_html(d->page.b, "<details><summary>%s</summary>\n",
		    T(d, "Giữ số", "Reserve a number"));
		form_open(d, "reserve", s->key);
		field(d, id, "note", "text",
		    T(d, "Giữ cho văn bản nào", "For which paper"));
		form_close(d, "main",
		    T(d, "Giữ số đến hết ngày làm việc tiếp theo",
			"Until the end of the next working day"));
		vt_html(d->page.b, "</details>\n");
	}
	if (ours && vt_who_may(d->me, VT_DUTY_OUTAGE, NULL) == VT_OK) {
		(void)snprintf(id, sizeof(id), "o%zu", i);
		vt_html(d->page.b, "<details><summary>%s</summary>\n",
		    T(d, "Duyệt dải số cấp tay khi hệ thống gián đoạn",
			"Approve numbers for an outage"));
		form_open(d, "outage", s->key);
		field(d, id, "count", "number",
		    T(d, "Bao nhiêu số", "How many numbers"));
		field(d, id, "from", "datetime-local", T(d, "Từ", "From"));
		field(d, id, "until", "datetime-local", T(d, "Đến", "Until"));
		field(d, id, "note", "text", T(d, "Lý do", "Why"));
		form_close(d, "strong", T(d, "Duyệt", "Approve"));
		vt_html(d->page.b, "</details>\n");
	}
	if ((s->reset == VT_RESET_TERM || s->reset == VT_RESET_EVENT) &&
	    *s->terms_of == '\0' &&
	    vt_who_may(d->me, VT_DUTY_BOOKS, NULL) == VT_OK) {
		(void)snprintf(id, sizeof(id), "t%zu", i);
		vt_html(d->page.b, "<details><summary>%s</summary>\n",
		    T(d, "Bắt đầu nhiệm kỳ, sự kiện mới", "Begin a new term"));
		form_open(d, "term", s->key);
		field(d, id, "title", "text", T(d, "Tên", "Name"));
		field(d, id, "from", "date", T(d, "Ngày đầu", "First day"));
		if (s->reset == VT_RESET_TERM)
			field(d, id, "until", "date",
			    T(d, "Ngày cuối", "Last day"));
		form_close(d, "main", T(d, "Bắt đầu", "Begin"));
		vt_html(d->page.b, "</details>\n");
	}
}

static int
book(struct vt_desk *d, struct vt_view *v, const struct vt_series *s, size_t i,
    struct vt_err *reterr)
{
	struct vt_buf *b = d->page.b;
	struct vt_book_row *row =
	    vt_arena_array(d->req->arena, PARTS, sizeof(*row));
	size_t n = 0;
	int rc;

	if (row == NULL)
		return vt_arena_err(d->req->arena, reterr);
	rc = vt_series_books(
	    v, d->me->agency_no, s->key, row, PARTS, &n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_html(b,
	    "<section class=\"box\"><h2>%s</h2>\n<p class=\"quiet\">"
	    "<code>%s</code> · %s",
	    s->title, s->key, reset_word(d, s->reset));
	if (s->authority == VT_SERIES_EXTERNAL)
		vt_html(b, " · %s",
		    T(d, "số do hệ thống khác cấp", "of another system"));
	for (size_t t = 0; t < s->n_types; t++)
		vt_html(b, "%s%s", t == 0 ? " · " : ", ", s->types[t]);
	vt_html(b, "</p>\n<ul class=\"files\">\n");
	for (size_t k = 0; k < n; k++)
		period(d, v, s, &row[k]);
	vt_html(b, "</ul>\n");
	acts(d, s, i);
	vt_html(b, "</section>\n");
	return VT_OK;
}

static void
new_book(struct vt_desk *d)
{
	struct vt_buf *b = d->page.b;

	if (vt_who_may(d->me, VT_DUTY_BOOKS, NULL) != VT_OK)
		return;
	vt_html(b, "<details class=\"box\"><summary>%s</summary>\n",
	    T(d, "Mở sổ mới, sửa tên sổ", "Open or rename a book"));
	form_open(d, "open", NULL);
	field(d, "n", "book", "text", T(d, "Mã sổ", "Key"));
	field(d, "n", "title", "text", T(d, "Tên sổ", "Title"));
	vt_html(b,
	    "<label for=\"n-reset\">%s</label>\n<select id=\"n-reset\" "
	    "name=\"reset\"><option value=\"1\">%s</option>"
	    "<option value=\"3\">%s</option><option value=\"4\">%s</option>"
	    "<option value=\"2\">%s</option></select>\n",
	    T(d, "Đánh số lại", "Begins again"), reset_word(d, VT_RESET_YEAR),
	    reset_word(d, VT_RESET_TERM), reset_word(d, VT_RESET_EVENT),
	    reset_word(d, VT_RESET_NEVER));
	/* words: numbers as they are written. */
	vt_html(b,
	    "<label for=\"n-family\">%s</label>\n<select id=\"n-family\" "
	    "name=\"family\"><option value=\"0\">05/QĐ-UBND</option>"
	    "<option value=\"1\">05-QĐ/TU</option>"
	    "<option value=\"2\">05/2026/QĐ-UBND</option></select>\n",
	    T(d, "Cách viết", "How it is written"));
	vt_html(b,
	    "<label for=\"n-types\">%s</label>\n<input id=\"n-types\" "
	    "name=\"types\" type=\"text\" maxlength=\"400\">\n"
	    "<label for=\"n-terms\">%s</label>\n<input id=\"n-terms\" "
	    "name=\"terms_of\" type=\"text\" maxlength=\"40\">\n",
	    T(d, "Loại văn bản (mã, cách nhau bằng dấu phẩy)",
		"Types of paper (codes, with commas)"),
	    T(d, "Theo nhiệm kỳ của sổ (mã)", "With the terms of book (key)"));
	form_close(d, "main", T(d, "Ghi", "Write"));
	vt_html(b, "</details>\n");
}

static int
show(struct vt_desk *d, const struct vt_err *err, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_series *s = vt_arena_array(d->req->arena, BOOKS, sizeof(*s));
	size_t n = 0;
	int rc;

	if (s == NULL)
		return vt_arena_err(d->req->arena, reterr);
	if ((rc = vt_who_may(d->me, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_series_list(v, d->me->agency_no, s, BOOKS, &n, reterr)) !=
		VT_OK)
		return rc;
	vt_desk_open(d, T(d, "Sổ văn bản", "Books"), "/desk/books");
	vt_html(d->page.b, "<h1>%s</h1>\n",
	    T(d, "Sổ đăng ký văn bản", "Number books"));
	if (err != NULL) {
		vt_desk_notice(d, VT_TONE_BAD, vt_desk_error(d, err->code));
		vt_html(d->page.b, "<p class=\"said\" lang=\"en\">%s</p>\n",
		    err->msg);
	} else if (vt_http_query(d->req, "done") != NULL) {
		vt_desk_notice(d, VT_TONE_GOOD, T(d, "Đã ghi nhận.", "Done."));
	}
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = book(d, v, &s[i], i, reterr);
	if (rc != VT_OK)
		return rc;
	new_book(d);
	vt_desk_close(d);
	return VT_OK;
}

int
vt_web_books(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;

	vt_desk_begin(&d, req, res);
	return show(&d, NULL, reterr);
}

/* ---- acts ---- */

struct doing {
	struct vt_desk *d;
	const struct vt_webform *f;
	struct vt_request rq;
	const char *book;
	struct vt_act_result *ret;
	struct vt_err *err;
};

static vt_time
when(const struct doing *w, const char *name)
{
	vt_time t = vt_webform_moment(vt_webform_get(w->f, name));

	return t == VT_TIME_NONE ? 0 : t;
}

static int
do_open(const struct doing *w)
{
	struct vt_series s = { .key = w->book,
		.title = vt_webform_get(w->f, "title"),
		.authority = VT_SERIES_OURS,
		.terms_of = vt_webform_get(w->f, "terms_of") };
	const char *types[TYPES];
	char *list = vt_arena_strdup(
		 w->d->req->arena, vt_webform_get(w->f, "types")),
	     *save = NULL;

	if (list == NULL)
		return vt_arena_err(w->d->req->arena, w->err);
	for (char *t = strtok_r(list, ", ", &save);
	     t != NULL && s.n_types < TYPES; t = strtok_r(NULL, ", ", &save))
		types[s.n_types++] = t;
	s.types = types;
	s.reset = (enum vt_series_reset)vt_webform_number(w->f, "reset");
	s.family = (enum vt_number_family)vt_webform_number(w->f, "family");
	return vt_office_series(w->d->office, &w->rq, &s, w->ret, w->err);
}

static int
do_term(const struct doing *w)
{
	vt_time last = when(w, "until");
	struct vt_new_term t = { .series = w->book,
		.title = vt_webform_get(w->f, "title"),
		.from = when(w, "from"),
		.until = last == 0 ? VT_TIME_NONE : last + VT_TIME_S(86400) };

	return vt_office_term(w->d->office, &w->rq, &t, w->ret, w->err);
}

static int
do_reserve(const struct doing *w)
{
	return vt_office_reserve(w->d->office, &w->rq, w->book,
	    vt_webform_get(w->f, "note"), w->ret, w->err);
}

static int
do_outage(const struct doing *w)
{
	struct vt_outage b = { .series = w->book,
		.n = vt_webform_number(w->f, "count"),
		.from = when(w, "from"),
		.to = when(w, "until"),
		.why = vt_webform_get(w->f, "note") };

	return vt_office_outage(w->d->office, &w->rq, &b, w->ret, w->err);
}

static int
do_cancel(const struct doing *w)
{
	struct vt_give_up g = { .series = w->book,
		.period = (uint32_t)vt_webform_number(w->f, "period"),
		.n = 1,
		.reason = vt_webform_get(w->f, "note") };
	int rc =
	    vt_number_parse(vt_webform_get(w->f, "number"), &g.value, w->err);

	return rc != VT_OK ? rc
			   : vt_office_cancel_number(
				 w->d->office, &w->rq, &g, w->ret, w->err);
}

static int
do_close(const struct doing *w)
{
	return vt_office_book_close(w->d->office, &w->rq, w->book,
	    (uint32_t)vt_webform_number(w->f, "period"), "", w->ret, w->err);
}

int
vt_web_book_act(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const struct {
		const char *name;
		int (*run)(const struct doing *w);
	} table[] = { { "open", do_open }, { "term", do_term },
		{ "reserve", do_reserve }, { "outage", do_outage },
		{ "cancel", do_cancel }, { "close", do_close } };
	struct vt_act_result result = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_webform f;
	struct vt_desk d;
	struct doing w = { .d = &d, .f = &f, .ret = &result, .err = &err };
	const char *act;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	act = vt_webform_get(&f, "act");
	w.book = vt_webform_get(&f, "book");
	rc = vt_sheet_request(&d, &f, req->path, &w.rq, &err);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].name, act) != 0)
			continue;
		if (rc == VT_OK)
			rc = table[i].run(&w);
		vt_act_result_free(&result);
		if (rc == VT_OK) {
			vt_http_res_see_other(res, "/desk/books?done=1");
			return VT_OK;
		}
		if ((rc = show(&d, &err, reterr)) == VT_OK)
			res->status = vt_err_info(err.code)->http_status;
		return rc;
	}
	return vt_err_set(reterr, VT_E_NOT_FOUND, "desk: no such act");
}
