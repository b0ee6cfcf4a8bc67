/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delegations (ủy quyền, giao thay): those of the agency, a form for a new
 * one, and an end before its time. */
#include "api/office/delegation.h"

#include "api/web/people.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define SHOWN   50
#define DAY_US  VT_TIME_S(86400)
#define LOOK_US ((int64_t)300000) /* as the inbox */

/* What a form that was refused brings back. */
struct typed {
	const struct vt_webform *form; /* NULL: fresh */
	struct vt_err err;
	bool past; /* its first day is */
};

static const char *
name_of(struct vt_view *v, const vt_id *id)
{
	struct vt_person p;

	return vt_person_get(v, id, &p, NULL) == VT_OK ? p.name : "";
}

static const char *
state(const struct vt_desk *d, const struct vt_delegation *g, vt_time now)
{
	if (g->revoked_at != VT_TIME_NONE)
		return T(d, "Đã chấm dứt", "Ended");
	if (now >= g->until)
		return T(d, "Đã hết hạn", "Over");
	return now < g->since ? T(d, "Chưa đến hạn", "To come")
			      : T(d, "Đang có hiệu lực", "In force");
}

static bool
stands(const struct vt_delegation *g, vt_time now)
{
	return g->revoked_at == VT_TIME_NONE && now < g->until;
}

static void
end_form(struct vt_desk *d, const struct vt_delegation *g)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(&g->id, id);
	vt_html(d->page.b,
	    "<form action=\"/desk/delegations/%s/end\" method=\"post\" "
	    "data-once=\"1\">\n",
	    id);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_html(d->page.b,
	    "<button type=\"submit\" class=\"strong\">%s</button></form>\n",
	    T(d, "Chấm dứt ủy quyền", "End it"));
}

static void
one(struct vt_desk *d, struct vt_view *v, const struct vt_delegation *g)
{
	vt_time now = vt_now(d->web->ctx);
	struct vt_buf *b = d->page.b;
	bool own = vt_id_eq(&g->from, &d->me->person) ||
		   (d->me->roles & VT_ROLE_ADMIN) != 0;
	size_t n = 0;
	VT_BUF_AUTO(since);
	VT_BUF_AUTO(until);
	struct vt_paper p;

	vt_page_date(g->since, &since);
	vt_page_date(g->until - 1, &until); /* its last day */
	vt_html(b,
	    "<li><b>%s</b> → <b>%s</b> <span class=\"tag %s\">%s</span>\n"
	    "<ul class=\"times\"><li>%s %s – %s</li></ul>\n<p>",
	    name_of(v, &g->from), name_of(v, &g->to),
	    stands(g, now) ? "go" : "done", state(d, g, now),
	    T(d, "Thời hạn", "Term"), vt_buf_str(&since), vt_buf_str(&until));
	for (int i = 0; i < VT_DUTY__MAX; i++)
		if (vt_duties_has(&g->duties, (enum vt_duty)i) &&
		    vt_word_duty(d, (enum vt_duty)i) != NULL)
			vt_html(b, "%s%s", n++ == 0 ? "" : ", ",
			    vt_word_duty(d, (enum vt_duty)i));
	vt_html(b, "</p>\n");
	if (!vt_id_is_zero(&g->paper) && vt_office_paper(d->office, v, d->me,
					     &g->paper, &p, NULL) == VT_OK) {
		char id[VT_ID_TEXT + 1];

		vt_id_text(&g->paper, id);
		vt_html(b, "<p>%s <a href=\"/desk/papers/%s\">%s</a></p>\n",
		    T(d, "Theo văn bản", "By paper"), id,
		    p.number.value == 0 ? p.meta.subject : p.number.text);
	}
	if (g->text[0] != '\0')
		vt_html(b, "<p class=\"said\" lang=\"vi\">%s</p>\n", g->text);
	if (own && stands(g, now))
		end_form(d, g);
	vt_html(b, "</li>\n");
}

/* Where a page of them begins: ?after=, receiver and id. */
static bool
after_in(const struct vt_desk *d, struct vt_delegation *ret)
{
	const char *s = vt_http_query(d->req, "after");

	return s != NULL && strlen(s) == (size_t)2 * VT_ID_TEXT &&
	       vt_id_parse(VT_SPAN(s, VT_ID_TEXT), &ret->to) &&
	       vt_id_parse(VT_SPAN(s + VT_ID_TEXT, VT_ID_TEXT), &ret->id);
}

/*
 * A page of those that stand, or of those that are past. The two lie mixed, so
 * the look is bounded in time. *more: behind *at there may be others.
 */
static int
look(struct vt_desk *d, bool past, struct vt_delegation *g, size_t *ret_n,
    struct vt_delegation *at, bool *more, struct vt_err *reterr)
{
	int64_t until = vt_monotonic_us(d->web->ctx) + LOOK_US;
	struct vt_delegation *all =
	    vt_arena_array(d->req->arena, SHOWN, sizeof(*all));
	vt_time now = vt_now(d->web->ctx);
	bool any = after_in(d, at);
	size_t n = 0, i;
	int rc;

	if (all == NULL)
		return vt_arena_err(d->req->arena, reterr);
	do {
		rc = vt_office_delegations(
		    d->office, d->me, any ? at : NULL, all, SHOWN, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (i = 0; i < n && *ret_n < SHOWN; i++) {
			*at = all[i];
			if (stands(&all[i], now) != past)
				g[(*ret_n)++] = all[i];
		}
		any = true;
		*more = i < n || n == SHOWN;
	} while (
	    *more && *ret_n < SHOWN && vt_monotonic_us(d->web->ctx) < until);
	return VT_OK;
}

static void
further(struct vt_desk *d, bool past, const struct vt_delegation *at)
{
	char to[VT_ID_TEXT + 1], id[VT_ID_TEXT + 1];

	vt_id_text(&at->to, to);
	vt_id_text(&at->id, id);
	vt_html(d->page.b,
	    "<p><a class=\"button second\" href=\"/desk/delegations?%s"
	    "after=%s%s\">%s</a></p>\n",
	    past ? "past=1&" : "", to, id, T(d, "Xem tiếp", "More"));
}

/* Those that stand, and by themselves those that are over. */
static int
list(struct vt_desk *d, struct vt_err *reterr)
{
	struct vt_delegation at = { 0 }, *g = vt_arena_array(
					     d->req->arena, SHOWN, sizeof(*g));
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	bool past = vt_http_query(d->req, "past") != NULL, more = false;
	size_t n = 0;
	int rc;

	if (g == NULL)
		return vt_arena_err(d->req->arena, reterr);
	if ((rc = look(d, past, g, &n, &at, &more, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK)
		return rc;
	vt_html(d->page.b,
	    "<section class=\"box\"><h2>%s <span class=\"n\">%zu%s</span></h2>"
	    "\n",
	    past ? T(d, "Đã chấm dứt, đã hết hạn", "Ended or over")
		 : T(d, "Ủy quyền của cơ quan", "Of the agency"),
	    n, more ? "+" : "");
	if (n == 0)
		vt_html(d->page.b, "<p class=\"quiet\">%s</p>\n",
		    more ? T(d, "Chưa tìm thấy, còn nữa.", "None so far.")
		    : past ? T(d, "Không có.", "None.")
			   : T(d, "Không có ủy quyền nào còn hiệu lực.",
				 "None is in force or to come."));
	vt_html(d->page.b, "<ul class=\"to\">\n");
	for (size_t i = 0; i < n; i++)
		one(d, v, &g[i]);
	vt_html(d->page.b, "</ul>\n");
	if (more)
		further(d, past, &at);
	vt_html(d->page.b,
	    "<p><a href=\"/desk/delegations%s\">%s</a></p></section>\n",
	    past ? "" : "?past=1",
	    past ? T(d, "Còn hiệu lực", "In force")
		 : T(d, "Đã chấm dứt, đã hết hạn", "Ended or over"));
	return VT_OK;
}

/* --- a new one --- */

static const char *
again(const struct typed *t, const char *name)
{
	return vt_webform_get(t->form, name);
}

/* The field that is wrong: NULL: none in particular. */
static const char *
wrong(const struct typed *t)
{
	if (t->form == NULL)
		return NULL;
	switch (t->err.code) {
	case VT_E_PERSON_UNKNOWN:
	case VT_E_LIMIT:
		return "to";
	case VT_E_NOT_FOUND:
	case VT_E_OUT_OF_ORDER:
		return "paper";
	case VT_E_INVALID:
		if (*again(t, "text") == '\0' && *again(t, "paper") == '\0')
			return "text";
		return t->past ? "since" : "until";
	default:
		return NULL;
	}
}

static bool
is_wrong(const struct typed *t, const char *field)
{
	const char *w = wrong(t);

	return w != NULL && strcmp(w, field) == 0;
}

static void
describe(struct vt_desk *d, const struct typed *t, const char *field)
{
	if (is_wrong(t, field))
		vt_html(d->page.b,
		    " aria-invalid=\"true\" aria-describedby=\"%s-why\"",
		    field);
}

static void
blame(struct vt_desk *d, const struct typed *t, const char *field)
{
	const char *why = vt_desk_error(d, t->err.code);

	if (!is_wrong(t, field))
		return;
	if (strcmp(field, "text") == 0)
		why = T(d, "Hãy ghi căn cứ hoặc số văn bản ủy quyền.",
		    "Say on what ground, or by which paper.");
	else if (strcmp(field, "since") == 0)
		why = T(d, "Ủy quyền không bắt đầu từ ngày đã qua.",
		    "It cannot begin on a day that is over.");
	else if (strcmp(field, "paper") == 0)
		why = T(d,
		    "Cần số của một văn bản do cơ quan ban hành, đã có chữ ký "
		    "của người có thẩm quyền.",
		    "The number of a paper of this agency is wanted that is "
		    "signed.");
	else if (strcmp(field, "until") == 0)
		why = T(d,
		    "Thời hạn hoặc việc được giao chưa đúng: chọn ít nhất một "
		    "việc; ngày cuối từ hôm nay trở đi, không quá một năm.",
		    "Choose a task; the last day is today or later, within a "
		    "year.");
	vt_html(d->page.b,
	    "<p class=\"error\" role=\"alert\" id=\"%s-why\">%s</p>\n", field,
	    why);
}

static void
day_field(struct vt_desk *d, const struct typed *t, const char *name,
    const char *label, bool required)
{
	vt_html(d->page.b,
	    "<label for=\"%s\">%s</label>\n<input id=\"%s\" name=\"%s\" "
	    "type=\"date\" value=\"%s\"%s",
	    name, label, name, name, again(t, name),
	    required ? " required" : "");
	describe(d, t, name);
	vt_html(d->page.b, ">\n");
	blame(d, t, name);
}

static void
to_whom(struct vt_desk *d, const struct typed *t, struct vt_view *v)
{
	struct vt_people_field f = { .id = "to",
		.name = "to",
		.typed = again(t, "to"),
		.wrong = is_wrong(t, "to") ? "to-why" : NULL,
		.except = &d->me->person };

	vt_html(d->page.b, "<label for=\"to\">%s</label>\n",
	    T(d, "Người được ủy quyền", "To"));
	vt_people_field(d, v, &f);
	blame(d, t, "to");
}

static bool
may_hand_on(const struct vt_desk *d, enum vt_duty duty)
{
	return vt_duty_delegable(duty) && vt_who_role_may(d->me->roles, duty) &&
	       vt_word_duty(d, duty) != NULL;
}

static void
duties(struct vt_desk *d, const struct typed *t)
{
	struct vt_buf *b = d->page.b;

	vt_html(b, "<fieldset><legend>%s</legend>\n",
	    T(d, "Việc được giao", "Tasks"));
	for (int i = 0; i < VT_DUTY__MAX; i++) {
		char name[16];

		if (!may_hand_on(d, (enum vt_duty)i))
			continue;
		(void)snprintf(name, sizeof(name), "d%d", i);
		vt_html(b,
		    "<p class=\"check\"><input type=\"checkbox\" id=\"%s\" "
		    "name=\"%s\" value=\"1\"%s> <label for=\"%s\">%s</label>"
		    "</p>\n",
		    name, name, vt_webform_has(t->form, name) ? " checked" : "",
		    name, vt_word_duty(d, (enum vt_duty)i));
	}
	vt_html(b, "</fieldset>\n");
}

static int
form(struct vt_desk *d, const struct typed *t, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	bool same = t->form != NULL && vt_err_info(t->err.code)->retryable;
	struct vt_buf *b = d->page.b;
	int rc;

	rc = vt_view_begin(vt_office_store(d->office), &v, reterr);
	if (rc != VT_OK)
		return rc;
	vt_html(b, "<section class=\"sheet\"><h2>%s</h2>\n",
	    T(d, "Ủy quyền mới", "A new one"));
	if (t->form != NULL && wrong(t) == NULL)
		vt_desk_notice(d, VT_TONE_BAD, vt_desk_error(d, t->err.code));
	vt_html(b, "<form action=\"/desk/delegations\" method=\"post\" "
		   "data-once=\"1\">\n");
	vt_desk_csrf(d);
	vt_desk_key(d, same ? again(t, "key") : NULL);
	to_whom(d, t, v);
	duties(d, t);
	day_field(d, t, "since",
	    T(d, "Từ ngày (để trống: từ bây giờ)", "From (empty: now)"), false);
	day_field(d, t, "until", T(d, "Đến hết ngày", "To the end of"), true);
	vt_html(b,
	    "<label for=\"text\">%s</label>\n<textarea id=\"text\" "
	    "name=\"text\" rows=\"2\" maxlength=\"600\"",
	    T(d, "Căn cứ, nội dung ủy quyền", "Ground, and what it says"));
	describe(d, t, "text");
	vt_html(b, ">%s</textarea>\n", again(t, "text"));
	blame(d, t, "text");
	vt_html(b,
	    "<label for=\"paper\">%s</label>\n<input id=\"paper\" "
	    "name=\"paper\" type=\"text\" maxlength=\"80\" value=\"%s\"",
	    T(d, "hoặc số văn bản ủy quyền của cơ quan (ví dụ 05/QĐ-SKHCN)",
		"or the number of our paper that says so"),
	    again(t, "paper"));
	describe(d, t, "paper");
	vt_html(b, ">\n");
	blame(d, t, "paper");
	vt_html(b,
	    "<p class=\"hint\">%s</p>\n<p class=\"go\"><button type=\"submit\" "
	    "class=\"main\">%s</button></p>\n</form></section>\n",
	    T(d,
		"Người được ủy quyền ký bằng khóa của chính mình; không được "
		"ủy quyền lại cho người khác.",
		"Who acts for you signs with his own key, and cannot hand it "
		"on."),
	    T(d, "Lập ủy quyền", "Delegate"));
	return VT_OK;
}

static void
said(struct vt_desk *d)
{
	const char *done = vt_http_query(d->req, "done");

	if (done == NULL)
		return;
	if (strcmp(done, "given") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Đã lập ủy quyền.", "It is delegated."));
	else if (strcmp(done, "ended") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Đã chấm dứt ủy quyền.", "It has ended."));
}

static int
show(struct vt_desk *d, const struct typed *t, struct vt_err *reterr)
{
	int rc;

	vt_desk_open(d, T(d, "Ủy quyền", "Delegations"), NULL);
	vt_html(d->page.b,
	    "<p class=\"up\"><a href=\"/desk/me\">← %s</a></p>\n<h1>%s</h1>\n",
	    T(d, "Tài khoản của tôi", "My account"),
	    T(d, "Ủy quyền", "Delegations"));
	said(d);
	if ((rc = list(d, reterr)) != VT_OK ||
	    (vt_who_may(d->me, VT_DUTY_DELEGATE, NULL) == VT_OK &&
		(rc = form(d, t, reterr)) != VT_OK)) {
		vt_buf_reset(&d->res->body);
		return rc;
	}
	vt_desk_close(d);
	return VT_OK;
}

int
vt_web_delegations(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct typed t = { .form = NULL };
	struct vt_desk d;

	vt_desk_begin(&d, req, res);
	return show(&d, &t, reterr);
}

/* The first moment of that day; "": otherwise. */
static int
day_in(const char *s, vt_time otherwise, vt_time *ret, struct vt_err *reterr)
{
	vt_time t = *s == '\0' ? otherwise : vt_time_parse_day(s);

	if (*s != '\0' && t == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_INVALID, "form: not a day");
	*ret = t;
	return VT_OK;
}

static int
paper_in(struct vt_desk *d, const char *no, vt_id *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	int rc;

	if (*no == '\0')
		return VT_OK;
	if ((rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_paper_by_number_text(
		 v, d->me->agency_no, no, "", &p, reterr)) != VT_OK)
		return rc;
	*ret = p.id;
	return VT_OK;
}

/* A task with what it cannot be done without: a signature may be made in two
 * steps, and what is accepted is received. */
static void
add_task(const struct vt_desk *d, enum vt_duty duty, struct vt_duties *ret)
{
	static const struct {
		enum vt_duty of, with;
	} pairs[] = { { VT_DUTY_SIGN, VT_DUTY_PREPARE_SIGN },
		{ VT_DUTY_SIGN, VT_DUTY_COMPLETE },
		{ VT_DUTY_SEAL, VT_DUTY_PREPARE_SEAL },
		{ VT_DUTY_SEAL, VT_DUTY_COMPLETE },
		{ VT_DUTY_ACCEPT, VT_DUTY_RECEIVE } };

	vt_duties_add(ret, duty);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].of == duty && vt_duty_delegable(pairs[i].with) &&
		    vt_who_role_may(d->me->roles, pairs[i].with))
			vt_duties_add(ret, pairs[i].with);
}

/* Is that day over? */
static bool
is_past(const struct vt_desk *d, const char *day)
{
	vt_time t = *day == '\0' ? VT_TIME_NONE : vt_time_parse_day(day);

	return t != VT_TIME_NONE && t <= vt_now(d->web->ctx) - DAY_US;
}

static int
give(struct vt_desk *d, const struct vt_webform *f, struct vt_err *reterr)
{
	struct vt_delegation *g = vt_arena_alloc(d->req->arena, sizeof(*g));
	vt_time now = vt_now(d->web->ctx);
	struct vt_request rq;
	vt_id id;
	int rc;

	if (g == NULL)
		return vt_arena_err(d->req->arena, reterr);
	memset(g, 0, sizeof(*g));
	if ((rc = vt_sheet_request(d, f, d->req->path, &rq, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_people_find(d, vt_webform_get(f, "to"), &g->to, reterr)) !=
	    VT_OK)
		return rc;
	for (int i = 0; i < VT_DUTY__MAX; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "d%d", i);
		if (vt_webform_has(f, name))
			add_task(d, (enum vt_duty)i, &g->duties);
	}
	if ((rc = day_in(vt_webform_get(f, "since"), now, &g->since, reterr)) !=
		VT_OK ||
	    (rc = day_in(vt_webform_get(f, "until"), VT_TIME_NONE, &g->until,
		 reterr)) != VT_OK ||
	    (rc = paper_in(d, vt_webform_get(f, "paper"), &g->paper, reterr)) !=
		VT_OK)
		return rc;
	if (g->until == VT_TIME_NONE || vt_duties_none(&g->duties))
		return vt_err_set(
		    reterr, VT_E_INVALID, "form: a last day, and a task");
	/* today's first moment is over, and it is today */
	if (g->since < now && g->since > now - DAY_US)
		g->since = now;
	g->until += DAY_US;
	(void)snprintf(
	    g->text, sizeof(g->text), "%s", vt_webform_get(f, "text"));
	return vt_office_delegate(d->office, &rq, g, &id, reterr);
}

int
vt_web_delegate(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct typed t = { .err = VT_ERR_INIT };
	struct vt_webform f;
	struct vt_desk d;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	if (give(&d, &f, &t.err) != VT_OK) {
		t.form = &f;
		t.past = is_past(&d, vt_webform_get(&f, "since"));
		if ((rc = show(&d, &t, reterr)) == VT_OK)
			res->status = vt_err_info(t.err.code)->http_status;
		return rc;
	}
	vt_http_res_see_other(res, "/desk/delegations?done=given");
	return VT_OK;
}

int
vt_web_delegation_end(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	struct vt_webform f;
	struct vt_desk d;
	vt_id id;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK ||
	    (rc = vt_sheet_request(&d, &f, req->path, &rq, reterr)) != VT_OK)
		return rc;
	if (!vt_id_parse(vt_span_str(vt_http_param(req, "id")), &id))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "not an id");
	if ((rc = vt_office_revoke(d.office, &rq, &id, reterr)) != VT_OK)
		return rc;
	vt_http_res_see_other(res, "/desk/delegations?done=ended");
	return VT_OK;
}
