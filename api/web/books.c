/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Number books: what each gives, what is held, which are to be closed. */
#include "api/office/books.h"

#include "api/web/books.h"
#include "api/web/sheet.h"

#define BOOKS 100
#define PARTS 12
#define HELD  60
#define TYPES VT_L(SERIES_TYPES_MAX)

/* What the page is made of. */
struct books {
	struct vt_desk *d;
	struct vt_view *v;
	const struct vt_book_refusal *refused; /* or NULL */
};

/* One form of it. */
struct book_form {
	const struct books *p;
	const char *act, *book; /* book NULL: it is typed */
	uint64_t period, number;
	const char *id; /* its fields' ids begin so */
	enum vt_duty duty;
};

/* ---- a form, and what was typed into it ---- */

static bool
is_again(const struct book_form *f)
{
	const struct vt_book_refusal *r = f->p->refused;

	return r != NULL && strcmp(r->act, f->act) == 0 &&
	       (f->book == NULL || strcmp(r->book, f->book) == 0) &&
	       r->period == f->period && r->number == f->number;
}

static const char *
typed(const struct book_form *f, const char *name)
{
	return is_again(f) ? vt_webform_get(f->p->refused->form, name) : "";
}

/* Why it was refused, at the field that this is about; NULL: of the whole. */
static void
blame(const struct book_form *f, const char *name)
{
	const struct vt_book_refusal *r = f->p->refused;
	bool here;

	if (!is_again(f))
		return;
	here = r->field == NULL ? name == NULL
				: name != NULL && strcmp(name, r->field) == 0;
	if (here)
		vt_html(f->p->d->page.b,
		    "<p class=\"error\" role=\"alert\" id=\"%s-why\">%s</p>\n",
		    f->id, r->why);
}

static void
described(const struct book_form *f, const char *name)
{
	if (is_again(f) && f->p->refused->field != NULL &&
	    strcmp(f->p->refused->field, name) == 0)
		vt_html(f->p->d->page.b,
		    " aria-invalid=\"true\" aria-describedby=\"%s-why\"",
		    f->id);
}

/* With the summary that opens it; summary NULL: it stands open. */
static void
form_open(const struct book_form *f, const char *summary)
{
	struct vt_desk *d = f->p->d;

	if (summary != NULL)
		vt_html(d->page.b, "<details%s%s><summary>%s</summary>\n",
		    f->book == NULL ? " class=\"box\"" : "",
		    is_again(f) ? " open" : "", summary);
	vt_html(d->page.b,
	    "<form class=\"act\" action=\"/desk/books\" method=\"post\" "
	    "data-once=\"1\">\n"
	    "<input type=\"hidden\" name=\"act\" value=\"%s\">\n",
	    f->act);
	if (f->book != NULL)
		vt_html(d->page.b,
		    "<input type=\"hidden\" name=\"book\" value=\"%s\">\n",
		    f->book);
	if (f->period != 0)
		vt_html(d->page.b,
		    "<input type=\"hidden\" name=\"period\" value=\"%" PRIu64
		    "\">\n",
		    f->period);
	if (f->number != 0)
		vt_html(d->page.b,
		    "<input type=\"hidden\" name=\"number\" value=\"%" PRIu64
		    "\">\n",
		    f->number);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	blame(f, NULL);
}

static void
form_close(const struct book_form *f, const char *class, const char *label,
    bool details)
{
	vt_desk_post(f->p->d, f->duty);
	vt_html(f->p->d->page.b,
	    "<p class=\"go\"><button type=\"submit\" class=\"%s\">%s</button>"
	    "</p>\n</form>\n",
	    class, label);
	if (details)
		vt_html(f->p->d->page.b, "</details>\n");
}

static void
field(const struct book_form *f, const char *name, const char *type,
    const char *label, bool required)
{
	struct vt_buf *b = f->p->d->page.b;

	vt_html(b,
	    "<label for=\"%s-%s\">%s</label>\n"
	    "<input id=\"%s-%s\" name=\"%s\" type=\"%s\"%s "
	    "maxlength=\"400\" value=\"%s\"",
	    f->id, name, label, f->id, name, name, type,
	    required ? " required" : "", typed(f, name));
	described(f, name);
	vt_html(b, ">\n");
	blame(f, name);
}

struct choice {
	const char *value, *word;
};

static void
choose(const struct book_form *f, const char *name, const char *label,
    const struct choice *c, size_t n)
{
	struct vt_buf *b = f->p->d->page.b;

	vt_html(b,
	    "<label for=\"%s-%s\">%s</label>\n<select id=\"%s-%s\" "
	    "name=\"%s\"",
	    f->id, name, label, f->id, name, name);
	described(f, name);
	vt_html(b, ">");
	for (size_t i = 0; i < n; i++)
		vt_html(b, "<option value=\"%s\"%s>%s</option>", c[i].value,
		    strcmp(typed(f, name), c[i].value) == 0 ? " selected" : "",
		    c[i].word);
	vt_html(b, "</select>\n");
	blame(f, name);
}

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
held(const struct books *p, const char *series, uint32_t period)
{
	struct vt_desk *d = p->d;
	struct vt_hold_filter f = {
		.series = series, .period = period, .open_only = true
	};
	struct vt_hold *h = vt_arena_array(d->req->arena, HELD, sizeof(*h));
	size_t n = 0;

	if (h == NULL ||
	    vt_hold_list(p->v, d->me->agency_no, &f, h, HELD, &n, NULL) !=
		VT_OK ||
	    n == 0)
		return;
	vt_html(d->page.b, "<ul class=\"files\">\n");
	for (size_t i = 0; i < n; i++) {
		held_one(d, &h[i]);
		if (vt_who_may(d->me, VT_DUTY_CANCEL_NUMBER, NULL) == VT_OK) {
			char id[40];

			struct book_form c = { p, "cancel", series, period,
				h[i].value, id, VT_DUTY_CANCEL_NUMBER };

			(void)snprintf(
			    id, sizeof(id), "c%u-%" PRIu64, period, h[i].value);
			form_open(&c, T(d, "Hủy số này", "Cancel it"));
			field(&c, "note", "text", T(d, "Lý do", "Why"), true);
			form_close(
			    &c, "strong", T(d, "Hủy số", "Cancel"), true);
		}
		vt_html(d->page.b, "</li>\n");
	}
	vt_html(d->page.b, "</ul>\n");
}

static void
period(
    const struct books *p, const struct vt_series *s, const struct vt_book_row *b)
{
	struct vt_desk *d = p->d;
	struct vt_buf *o = d->page.b;
	char id[64];
	struct book_form close = { p, "close", s->key, b->period, 0, id,
		VT_DUTY_CLOSE_BOOK };
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
		(void)snprintf(id, sizeof(id), "x%u", b->period);
		form_open(&close, NULL);
		form_close(
		    &close, "strong", T(d, "Đóng sổ", "Close the book"), false);
	}
	if (!b->closed)
		held(p, s->key, b->period);
	vt_html(o, "</li>\n");
}

static void
acts(const struct books *p, const struct vt_series *s, size_t i)
{
	struct vt_desk *d = p->d;
	bool ours = s->authority == VT_SERIES_OURS;
	char id[24];
	struct book_form f = { p, "reserve", s->key, 0, 0, id,
		VT_DUTY_RESERVE };

	(void)snprintf(id, sizeof(id), "b%zu", i);
	if (ours && vt_who_may(d->me, VT_DUTY_RESERVE, NULL) == VT_OK) {
		form_open(&f, T(d, "Giữ số", "Reserve a number"));
		field(&f, "note", "text",
		    T(d, "Giữ cho văn bản nào", "For which paper"), true);
		form_close(&f, "main",
		    T(d, "Giữ số đến hết ngày làm việc tiếp theo",
			"Until the end of the next working day"),
		    true);
	}
	if (ours && vt_who_may(d->me, VT_DUTY_OUTAGE, NULL) == VT_OK) {
		(void)snprintf(id, sizeof(id), "o%zu", i);
		f.act = "outage";
		f.duty = VT_DUTY_OUTAGE;
		form_open(&f,
		    T(d, "Duyệt dải số cấp tay khi hệ thống gián đoạn",
			"Approve numbers for an outage"));
		field(&f, "count", "number",
		    T(d, "Bao nhiêu số", "How many numbers"), true);
		field(&f, "from", "datetime-local", T(d, "Từ", "From"), true);
		field(
		    &f, "until", "datetime-local", T(d, "Đến", "Until"), true);
		field(&f, "note", "text", T(d, "Lý do", "Why"), true);
		form_close(&f, "strong", T(d, "Duyệt", "Approve"), true);
	}
	if ((s->reset == VT_RESET_TERM || s->reset == VT_RESET_EVENT) &&
	    *s->terms_of == '\0' &&
	    vt_who_may(d->me, VT_DUTY_BOOKS, NULL) == VT_OK) {
		(void)snprintf(id, sizeof(id), "t%zu", i);
		f.act = "term";
		f.duty = VT_DUTY_BOOKS;
		form_open(&f,
		    T(d, "Bắt đầu nhiệm kỳ, sự kiện mới", "Begin a new term"));
		field(&f, "title", "text", T(d, "Tên", "Name"), true);
		field(
		    &f, "from", "date", T(d, "Ngày đầu", "First day"), true);
		if (s->reset == VT_RESET_TERM)
			field(&f, "until", "date",
			    T(d, "Ngày cuối", "Last day"), true);
		form_close(&f, "main", T(d, "Bắt đầu", "Begin"), true);
	}
}

static int
book(const struct books *p, const struct vt_series *s, size_t i,
    struct vt_err *reterr)
{
	struct vt_desk *d = p->d;
	struct vt_buf *b = d->page.b;
	struct vt_book_row *row =
	    vt_arena_array(d->req->arena, PARTS, sizeof(*row));
	size_t n = 0;
	int rc;

	if (row == NULL)
		return vt_arena_err(d->req->arena, reterr);
	rc = vt_series_books(
	    p->v, d->me->agency_no, s->key, row, PARTS, &n, reterr);
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
		period(p, s, &row[k]);
	vt_html(b, "</ul>\n");
	acts(p, s, i);
	vt_html(b, "</section>\n");
	return VT_OK;
}

static void
new_book(const struct books *p)
{
	struct vt_desk *d = p->d;
	struct book_form f = { p, "open", NULL, 0, 0, "n", VT_DUTY_BOOKS };
	const struct choice resets[] = {
		{ "1", reset_word(d, VT_RESET_YEAR) },
		{ "3", reset_word(d, VT_RESET_TERM) },
		{ "4", reset_word(d, VT_RESET_EVENT) },
		{ "2", reset_word(d, VT_RESET_NEVER) }
	};
	/* words: numbers as they are written. */
	static const struct choice families[] = { { "0", "05/QĐ-UBND" },
		{ "1", "05-QĐ/TU" }, { "2", "05/2026/QĐ-UBND" } };

	if (vt_who_may(d->me, VT_DUTY_BOOKS, NULL) != VT_OK)
		return;
	form_open(&f, T(d, "Mở sổ mới, sửa tên sổ", "Open or rename a book"));
	field(&f, "book", "text", T(d, "Mã sổ", "Key"), true);
	field(&f, "title", "text", T(d, "Tên sổ", "Title"), true);
	choose(&f, "reset", T(d, "Đánh số lại", "Begins again"), resets, 4);
	choose(&f, "family", T(d, "Cách viết", "How it is written"), families,
	    3);
	field(&f, "types", "text",
	    T(d, "Loại văn bản (mã, cách nhau bằng dấu phẩy)",
		"Types of paper (codes, with commas)"),
	    false);
	field(&f, "terms_of", "text",
	    T(d, "Theo nhiệm kỳ của sổ (mã)", "With the terms of book (key)"),
	    false);
	form_close(&f, "main", T(d, "Ghi", "Write"), true);
}

/* What the end of a year or term brings, before it comes. */
static int
ends(const struct books *p, struct vt_err *reterr)
{
	struct vt_desk *d = p->d;
	struct vt_buf *b = d->page.b;
	struct vt_period_end *e =
	    vt_arena_array(d->req->arena, BOOKS, sizeof(*e));
	size_t n = 0;
	int rc;

	if (e == NULL)
		return vt_arena_err(d->req->arena, reterr);
	rc = vt_office_period_ends(
	    d->office, p->v, d->me, e, BOOKS, &n, reterr);
	if (rc != VT_OK || n == 0)
		return rc;
	vt_html(b,
	    "<section class=\"box\" id=\"ends\"><h2>%s</h2>\n<p>%s</p>\n"
	    "<ul class=\"files\">\n",
	    T(d, "Sắp hết kỳ của sổ", "Books whose period ends soon"),
	    T(d,
		"Hết kỳ, sổ thôi cấp số; văn bản ký sau đó lấy số của kỳ mới, "
		"kể từ 01. Số còn giữ mà chưa dùng sẽ bị hủy. Sau đó hãy đóng "
		"sổ cũ.",
		"When it ends the book gives no number any more; a later paper "
		"gets one of the new period, from 01. Numbers that are held "
		"and not used are cancelled. Then close the old book."));
	for (size_t i = 0; i < n; i++) {
		VT_BUF_AUTO(last);

		vt_page_moment(e[i].at, &last);
		vt_html(b, "<li><strong>%s</strong> · %s %s · %s %" PRIu64,
		    e[i].title, T(d, "hết kỳ lúc", "ends at"),
		    vt_buf_str(&last), T(d, "số cuối", "last number"),
		    e[i].last);
		if (e[i].held > 0)
			vt_html(b,
			    " · <span class=\"tag wait\">%" PRIu64 " %s</span>",
			    e[i].held,
			    T(d, "số còn giữ", "numbers are held"));
		vt_html(b, " · %s</li>\n",
		    e[i].next ? T(d, "sổ kỳ mới tự mở",
				    "the next book opens by itself")
			      : T(d,
				    "chưa có nhiệm kỳ sau: hãy bắt đầu trước",
				    "no term follows: begin one before"));
	}
	vt_html(b, "</ul></section>\n");
	return VT_OK;
}

static int
show(struct vt_desk *d, const struct vt_book_refusal *refused,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_series *s = vt_arena_array(d->req->arena, BOOKS, sizeof(*s));
	struct books p = { .d = d, .refused = refused };
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
	if (refused != NULL)
		vt_desk_notice(d, VT_TONE_BAD, refused->why);
	else if (vt_http_query(d->req, "done") != NULL)
		vt_desk_notice(d, VT_TONE_GOOD, T(d, "Đã ghi nhận.", "Done."));
	p.v = v;
	rc = ends(&p, reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++)
		rc = book(&p, &s[i], i, reterr);
	if (rc != VT_OK)
		return rc;
	new_book(&p);
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
	struct vt_book_refusal *refused;
};

/* A value that is none: said at its field, before anything is asked. */
static int
wrong(const struct doing *w, const char *name, const char *why)
{
	w->refused->field = name;
	w->refused->why = why;
	return vt_err_set(
	    w->err, VT_E_INVALID, "books: field %s has no such value", name);
}

/* A day or moment that was typed; an empty one is 0. */
static int
when(const struct doing *w, const char *name, vt_time *ret)
{
	const char *s = vt_webform_get(w->f, name);
	vt_time t = vt_webform_moment(s);

	if (t == VT_TIME_NONE && *s != '\0')
		return wrong(w, name,
		    T(w->d, "Không phải ngày, giờ có thật.",
			"There is no such day or time."));
	*ret = t == VT_TIME_NONE ? 0 : t;
	return VT_OK;
}

static int
need(const struct doing *w, const char *name)
{
	const char *s = vt_webform_get(w->f, name);

	return s[strspn(s, " \t\r\n")] != '\0'
		   ? VT_OK
		   : wrong(w, name,
			 T(w->d, "Hãy nhập ô này.", "This is needed."));
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

	int rc;

	if (list == NULL)
		return vt_arena_err(w->d->req->arena, w->err);
	if ((rc = need(w, "book")) != VT_OK || (rc = need(w, "title")) != VT_OK)
		return rc;
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
	struct vt_new_term t = { .series = w->book,
		.title = vt_webform_get(w->f, "title"),
		.until = VT_TIME_NONE };
	vt_time last = 0;
	int rc;

	if ((rc = need(w, "title")) != VT_OK ||
	    (rc = need(w, "from")) != VT_OK ||
	    (rc = when(w, "from", &t.from)) != VT_OK ||
	    (rc = when(w, "until", &last)) != VT_OK)
		return rc;
	if (last != 0)
		t.until = last + VT_TIME_S(86400);
	return vt_office_term(w->d->office, &w->rq, &t, w->ret, w->err);
}

static int
do_reserve(const struct doing *w)
{
	int rc = need(w, "note");

	return rc != VT_OK ? rc : vt_office_reserve(w->d->office, &w->rq, w->book,
	    vt_webform_get(w->f, "note"), w->ret, w->err);
}

static int
do_outage(const struct doing *w)
{
	struct vt_outage b = { .series = w->book,
		.n = vt_webform_number(w->f, "count"),
		.why = vt_webform_get(w->f, "note") };
	int rc;

	if (b.n == 0)
		return wrong(w, "count",
		    T(w->d, "Hãy nhập số lượng, ít nhất là 1.",
			"How many? At least 1."));
	if ((rc = when(w, "from", &b.from)) != VT_OK ||
	    (rc = need(w, "until")) != VT_OK ||
	    (rc = when(w, "until", &b.to)) != VT_OK ||
	    (rc = need(w, "note")) != VT_OK)
		return rc;
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

	if (rc == VT_OK)
		rc = need(w, "note");
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
	struct vt_book_refusal refused = { .err = VT_ERR_INIT };
	struct vt_webform f;
	struct vt_desk d;
	struct doing w = { .d = &d,
		.f = &f,
		.ret = &result,
		.err = &refused.err,
		.refused = &refused };
	const char *act;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	act = vt_webform_get(&f, "act");
	w.book = vt_webform_get(&f, "book");
	refused.form = &f;
	refused.book = w.book;
	refused.period = vt_webform_number(&f, "period");
	refused.number = vt_webform_number(&f, "number");
	rc = vt_sheet_request(&d, &f, req->path, &w.rq, &refused.err);
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
		refused.act = table[i].name;
		vt_book_say_why(&d, &refused);
		if ((rc = show(&d, &refused, reterr)) == VT_OK)
			res->status =
			    vt_err_info(refused.err.code)->http_status;
		return rc;
	}
	return vt_err_set(reterr, VT_E_NOT_FOUND, "desk: no such act");
}
