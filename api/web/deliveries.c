/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To whom a paper went: by state, by pages; one of them with what it said. */
#include "api/office/routes.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define DELIVERIES_SHOWN 50  /* on a page of them */
#define LOG_SHOWN        100 /* statuses of one, likewise */
#define BATCH            32

const char *
vt_sheet_addressee(const struct vt_recipient *r)
{
	return *r->name != '\0' ? r->name : r->code;
}

static void
time_cell(struct vt_sheet *s, const char *vi, const char *en, vt_time t)
{
	VT_BUF_AUTO(text);

	if (t == VT_TIME_NONE || t == 0)
		return;
	vt_page_moment(t, &text);
	vt_html(
	    s->d->page.b, "<li>%s %s</li>", T(s->d, vi, en), vt_buf_str(&text));
}

static void
times(struct vt_sheet *s, const struct vt_delivery *v)
{
	vt_html(s->d->page.b, "<ul class=\"times\">");
	time_cell(s, "gửi", "sent", v->sent_at);
	time_cell(s, "đến", "arrived", v->delivered_at);
	time_cell(s, "mở đọc", "opened", v->opened_at);
	time_cell(s, "tiếp nhận", "accepted", v->accepted_at);
	time_cell(s, "từ chối", "refused", v->refused_at);
	time_cell(s, "xong", "finished", v->answered_at);
	vt_html(s->d->page.b, "</ul>");
}

static void
log_link(struct vt_sheet *s, const struct vt_delivery *v)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(&v->id, id);
	vt_html(s->d->page.b,
	    "<a href=\"/desk/papers/%s/deliveries/%s\">%s "
	    "<span class=\"away\">%s</span></a>",
	    s->id, id, T(s->d, "Mọi trạng thái đã nhận", "All statuses"),
	    vt_sheet_addressee(&v->to));
}

/* What is known of its paper: the way, the waybill, who has it. */
static void
paper(struct vt_sheet *s, const struct vt_delivery *v)
{
	struct vt_buf *b = s->d->page.b;
	VT_BUF_AUTO(at);

	if (v->way.channel >= VT_CHANNEL_PARALLEL)
		vt_html(b, " <span class=\"quiet\">%s</span>",
		    v->way.channel == VT_CHANNEL_PARALLEL
			? T(s->d, "kèm bản giấy", "a paper beside it")
		    : v->way.channel == VT_CHANNEL_PAPER
			? T(s->d, "bản giấy", "on paper")
			: T(s->d, "bưu chính", "by post"));
	if (v->way.waybill != NULL && *v->way.waybill != '\0')
		vt_html(b, " <span class=\"quiet\">%s %s</span>",
		    T(s->d, "số vận đơn", "waybill"), v->way.waybill);
	if (v->handed_to == NULL || *v->handed_to == '\0')
		return;
	vt_page_moment(v->handed_at, &at);
	vt_html(b, " <span class=\"quiet\">%s %s, %s</span>",
	    T(s->d, "đã giao bản giấy cho", "the paper is with"), v->handed_to,
	    vt_buf_str(&at));
}

void
vt_sheet_code(struct vt_desk *d, const struct vt_code_now *now)
{
	VT_BUF_AUTO(day);

	if (now->code[0] == '\0')
		vt_html(d->page.b, "%s",
		    T(d, "không rõ cơ quan nào", "nobody's that is known"));
	else
		vt_html(d->page.b, "<span lang=\"vi\">%s</span> · %s",
		    now->name, now->code);
	if (now->until[0] == '\0')
		return;
	vt_word_day(now->until, &day);
	vt_html(d->page.b, " (%s %s)", T(d, "đến hết ngày", "it held until"),
	    vt_buf_str(&day));
}

/* Sent to a code that has ended since, or had then. */
static void
ended(struct vt_sheet *s, const struct vt_delivery *v)
{
	struct vt_code_now now;

	if (*v->to.code == '\0' || vt_office_code_now(s->d->office, s->v,
				       v->to.code, &now, NULL) != VT_OK ||
	    !now.ended)
		return;
	vt_html(s->d->page.b, " <span class=\"tag wait\">%s ",
	    T(s->d, "mã đã hết hiệu lực, nay là",
		"the code has ended; it is now"));
	vt_sheet_code(s->d, &now);
	vt_buf_puts(s->d->page.b, "</span>");
}

static void
delivery(struct vt_sheet *s, const struct vt_delivery *v)
{
	uint32_t shown = vt_delivery_shown(v);
	bool bad = v->state == VT_DELIVERY_FAILED || shown == 2;
	struct vt_buf *b = s->d->page.b;
	const char *way = vt_word_transport(s->d, v->transport);
	/* of an agency whose name is not known, the code stands for it */
	bool named = *v->to.name != '\0' && strcmp(v->to.name, v->to.code) != 0;

	vt_html(b, "<li><b>%s</b>%s%s <span class=\"tag %s\">%s</span>",
	    named ? v->to.name : v->to.code,
	    named && *v->to.code != '\0' ? " · " : "", named ? v->to.code : "",
	    bad                               ? "stop"
	    : v->state == VT_DELIVERY_WAITING ? "wait"
					      : "done",
	    vt_word_delivery(s->d, v));
	if (*way != '\0')
		vt_html(b, " <span class=\"quiet\">%s</span>", way);
	ended(s, v);
	paper(s, v);
	times(s, v);
	if (v->log > 0 && !s->alone)
		log_link(s, v);
	if (*v->reason != '\0')
		vt_word_said(s->d, v->reason);
	else if (*v->note != '\0')
		vt_word_said(s->d, v->note);
	vt_html(b, "</li>\n");
}

int
vt_sheet_each(struct vt_sheet *s, uint64_t after, struct vt_err *reterr,
    bool (*f)(void *arg, const struct vt_delivery *v), void *arg)
{
	struct vt_delivery l[BATCH];
	size_t n;
	int rc;

	do {
		rc = vt_delivery_list_after(
		    s->v, &s->p.id, after, l, BATCH, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			after = l[i].seq;
			if (!f(arg, &l[i]))
				return VT_OK;
		}
	} while (rc == VT_OK && n == BATCH);
	return rc;
}

bool
vt_sheet_paper_is_out(const struct vt_delivery *v)
{
	return v->state == VT_DELIVERY_PRINT ||
	       (v->way.channel >= VT_CHANNEL_PARALLEL &&
		   v->state != VT_DELIVERY_WITHDRAWN &&
		   (v->handed_to == NULL || *v->handed_to == '\0'));
}

static bool
tally(void *arg, const struct vt_delivery *v)
{
	struct vt_sheet *s = arg;

	if ((size_t)v->state < VT_SHEET_STATES)
		s->in_state[v->state]++;
	s->n_deliveries++;
	s->on_paper += vt_sheet_paper_is_out(v);
	return true;
}

int
vt_sheet_tally(struct vt_sheet *s, struct vt_err *reterr)
{
	return s->p.direction == VT_DIR_IN
		   ? VT_OK
		   : vt_sheet_each(s, 0, reterr, tally, s);
}

uint64_t
vt_sheet_asked(const struct vt_sheet *s, const char *name)
{
	const char *q = vt_http_query(s->d->req, name);
	uint64_t n = 0;

	for (; q != NULL && *q >= '0' && *q <= '9' && n < UINT64_MAX / 10 - 1;
	     q++)
		n = n * 10 + (uint64_t)(*q - '0');
	return n;
}

struct shown {
	struct vt_sheet *s;
	uint64_t state, last; /* 0: any; the last that is on the page */
	size_t n;
	bool more;
};

static bool
show_one(void *arg, const struct vt_delivery *v)
{
	struct shown *k = arg;

	if (k->state != 0 && k->state != (uint64_t)v->state)
		return true;
	if (k->n == DELIVERIES_SHOWN) {
		k->more = true;
		return false;
	}
	delivery(k->s, v);
	k->last = v->seq;
	k->n++;
	return true;
}

/* How many stand where, each a link to those alone. */
static void
states(struct vt_sheet *s, uint64_t only)
{
	struct vt_buf *b = s->d->page.b;

	vt_html(b, "<p class=\"states\">");
	if (only != 0)
		vt_html(b, "<a href=\"/desk/papers/%s#to\">%s %zu</a>", s->id,
		    T(s->d, "Tất cả", "All"), s->n_deliveries);
	for (unsigned i = 1; i < VT_SHEET_STATES; i++)
		if (s->in_state[i] != 0 && i != only)
			vt_html(b,
			    " <a href=\"/desk/papers/%s?to=%u#to\">%s "
			    "%zu</a>",
			    s->id, i, vt_word_delivery_state(s->d, i),
			    s->in_state[i]);
	vt_html(b, "</p>\n");
}

int
vt_sheet_deliveries(struct vt_sheet *s, struct vt_err *reterr)
{
	struct shown k = { .s = s, .state = vt_sheet_asked(s, "to") };
	size_t all = s->n_deliveries, named = s->p.meta.n_recipients;
	struct vt_buf *b = s->d->page.b;
	int rc;

	if (s->p.direction == VT_DIR_IN || (all == 0 && named == 0))
		return VT_OK;
	vt_html(b,
	    "<section id=\"to\" class=\"box\"><h2>%s <span class=\"n\">%zu"
	    "</span></h2>\n",
	    T(s->d, "Nơi nhận", "Recipients"), all > 0 ? all : named);
	if (all > 1)
		states(s, k.state);
	if (all > 0)
		vt_html(b,
		    "<p><a href=\"/desk/papers/%s/sending\">%s</a> · "
		    "<a href=\"/desk/papers/%s/sending?format=csv\">CSV</a>"
		    "</p>\n",
		    s->id, T(s->d, "Danh sách gửi để in", "List to be printed"),
		    s->id);
	vt_html(b, "<ul class=\"to\">\n");
	rc = vt_sheet_each(
	    s, vt_sheet_asked(s, "to_after"), reterr, show_one, &k);
	for (size_t i = 0; all == 0 && i < named; i++)
		vt_html(b,
		    "<li lang=\"vi\">%s <span class=\"quiet\">%s</span></li>\n",
		    s->p.meta.recipients[i].name, s->p.meta.recipients[i].code);
	vt_html(b, "</ul>\n");
	if (k.more)
		vt_html(b,
		    "<p><a href=\"/desk/papers/%s?to=%" PRIu64
		    "&amp;to_after=%" PRIu64 "#to\">%s</a></p>\n",
		    s->id, k.state, k.last, T(s->d, "Xem tiếp", "More"));
	vt_html(b, "</section>\n");
	return rc;
}

/* --- one of them --- */

static void
status(struct vt_desk *d, const struct vt_delivery_status *st)
{
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(at);
	VT_BUF_AUTO(received);

	vt_page_moment(st->at, &at);
	vt_page_moment(st->received_at, &received);
	vt_html(b, "<li><span class=\"when\">%s</span> <b>%s</b>",
	    vt_buf_str(&at), vt_word_heard(d, st->code));
	if (*st->staff != '\0' || *st->from != '\0')
		vt_html(b, " <span class=\"who\" lang=\"vi\">%s%s%s</span>",
		    st->staff,
		    *st->staff != '\0' && *st->from != '\0' ? " · " : "",
		    st->from);
	/* what it says of its time, and when it was here */
	if (strcmp(vt_buf_str(&at), vt_buf_str(&received)) != 0)
		vt_html(b, " <span class=\"quiet\">%s %s</span>",
		    T(d, "nhận được lúc", "came in at"), vt_buf_str(&received));
	if (*st->note != '\0')
		vt_word_said(d, st->note);
	vt_html(b, "</li>\n");
}

static int
statuses(struct vt_sheet *s, const struct vt_delivery *v, struct vt_err *reterr)
{
	uint64_t after = vt_sheet_asked(s, "after");
	struct vt_buf *b = s->d->page.b;
	struct vt_delivery_status *l;
	char id[VT_ID_TEXT + 1];
	size_t n = 0;
	int rc;

	l = vt_arena_array(s->d->req->arena, LOG_SHOWN + 1, sizeof(*l));
	if (l == NULL)
		return vt_arena_err(s->d->req->arena, reterr);
	if (after > UINT32_MAX)
		after = UINT32_MAX;
	rc = vt_delivery_log(
	    s->v, &v->id, (uint32_t)after, l, LOG_SHOWN + 1, &n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_html(b,
	    "<section class=\"box\"><h2>%s <span class=\"n\">%" PRIu32
	    "</span></h2>\n<ol class=\"history\">\n",
	    T(s->d, "Các trạng thái đã nhận, cũ trước",
		"Statuses that came, oldest first"),
	    v->log);
	for (size_t i = 0; i < n && i < LOG_SHOWN; i++)
		status(s->d, &l[i]);
	vt_html(b, "</ol>\n");
	vt_id_text(&v->id, id);
	if (n > LOG_SHOWN)
		vt_html(b,
		    "<p><a href=\"/desk/papers/%s/deliveries/%s?after=%" PRIu32
		    "\">%s</a></p>\n",
		    s->id, id, l[LOG_SHOWN - 1].no,
		    T(s->d, "Xem tiếp", "More"));
	vt_html(b, "</section>\n");
	return VT_OK;
}

static int
one(struct vt_sheet *s, const struct vt_delivery *v, struct vt_err *reterr)
{
	const char *name = vt_sheet_addressee(&v->to);
	struct vt_buf *b = s->d->page.b;

	vt_desk_open(s->d, name, NULL);
	vt_html(b,
	    "<p class=\"up\"><a href=\"/desk/papers/%s#to\">← %s</a></p>\n"
	    "<h1 lang=\"vi\">%s</h1>\n<p class=\"subject\" lang=\"vi\">%s"
	    "</p>\n<section class=\"box\">\n<ul class=\"to\">\n",
	    s->id, T(s->d, "Về văn bản", "Back to the paper"), name,
	    s->p.meta.subject);
	s->alone = true;
	delivery(s, v);
	vt_html(b, "</ul></section>\n");
	if (statuses(s, v, reterr) != VT_OK)
		return reterr->code;
	vt_desk_close(s->d);
	return VT_OK;
}

int
vt_web_delivery(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_sheet s = { .d = NULL };
	struct vt_delivery of;
	struct vt_desk d;
	vt_id paper, id;
	int rc;

	vt_desk_begin(&d, req, res);
	s.d = &d;
	if (!vt_id_parse(vt_span_str(vt_http_param(req, "delivery")), &id))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "delivery: no id");
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_paper(d.office, v, d.me, &paper, &s.p, reterr)) !=
		VT_OK ||
	    (rc = vt_delivery_get(v, &id, &of, reterr)) != VT_OK)
		return rc;
	if (!vt_id_eq(&of.paper, &paper))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "delivery: of another paper");
	s.v = v;
	vt_id_text(&paper, s.id);
	if ((rc = one(&s, &of, reterr)) != VT_OK)
		vt_buf_reset(&res->body);
	return rc;
}
