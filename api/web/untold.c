/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What did not get through: papers that could not be sent, and statuses that
 * the other side was not told. Why, when it is tried next, and a button that
 * tries it now.
 */
#include "api/office/deliver.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define SHOWN 50

/* A button alone. delivery NULL: a status. */
static void
button(struct vt_desk *d, const char *action, const char *delivery)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<form class=\"again\" action=\"%s\" method=\"post\" "
	    "data-once=\"1\">\n",
	    action);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_desk_post(d, VT_DUTY_REPLAY);
	if (delivery != NULL)
		vt_html(b,
		    "<input type=\"hidden\" name=\"delivery\" value=\"%s\">\n",
		    delivery);
	vt_html(b,
	    "<button type=\"submit\" class=\"second\">%s</button></form>",
	    T(d, "Gửi lại", "Send again"));
}

/* Words for the clerk first, then what the program found, for those who mend
 * it. */
static void
reason(struct vt_desk *d, const char *words, const char *found)
{
	vt_html(d->page.b, "<p class=\"said\">%s", words);
	if (*found != '\0')
		vt_html(d->page.b, " <span class=\"quiet\">(%s)</span>", found);
	vt_html(d->page.b, "</p>");
}

void
vt_untold_letter(
    struct vt_desk *d, struct vt_view *v, const struct vt_delivery *l)
{
	char paper[VT_ID_TEXT + 1], id[VT_ID_TEXT + 1], action[96];
	/* of an agency whose name is not known, the code stands for it */
	bool named = *l->to.name != '\0' && strcmp(l->to.name, l->to.code) != 0;
	struct vt_buf *b = d->page.b;
	struct vt_paper p;

	/* an administrator sends again, and reads no paper */
	if (vt_office_paper(d->office, v, d->me, &l->paper, &p, NULL) != VT_OK)
		return;
	vt_id_text(&l->paper, paper);
	vt_id_text(&l->id, id);
	(void)snprintf(
	    action, sizeof(action), "/desk/papers/%s/acts/resend", paper);
	vt_html(b, "<li><a href=\"/desk/papers/%s\" lang=\"vi\">%s</a> → %s %s",
	    paper, p.meta.subject, named ? l->to.name : "", l->to.code);
	if (*l->note != '\0')
		vt_word_said(d, l->note);
	button(d, action, id);
	vt_html(b, "</li>\n");
}

static void
status(struct vt_desk *d, struct vt_view *v, const struct vt_untold *u,
    bool linked)
{
	char paper[VT_ID_TEXT + 1], id[VT_ID_TEXT + 1], action[96];
	struct vt_buf *b = d->page.b;
	struct vt_paper p;
	VT_BUF_AUTO(at);
	VT_BUF_AUTO(next);

	vt_page_moment(u->at, &at);
	vt_page_moment(u->next, &next);
	vt_html(b, "<li><b>%s</b> → %s ", vt_word_status(d, u->code), u->to);
	if (at.n > 0)
		vt_html(b, "<span class=\"quiet\">%s</span> ", vt_buf_str(&at));
	if (linked && !vt_id_is_zero(&u->paper) &&
	    vt_office_paper(d->office, v, d->me, &u->paper, &p, NULL) ==
		VT_OK) {
		vt_id_text(&u->paper, paper);
		vt_html(b, "<a href=\"/desk/papers/%s\" lang=\"vi\">%s</a>",
		    paper, p.meta.subject);
	}
	if (*u->text != '\0')
		vt_html(b, "<p lang=\"vi\">%s</p>", u->text);
	reason(d,
	    u->next == VT_TIME_NONE
		? T(d, "Bên kia không nhận; hệ thống không tự gửi lại nữa.",
		      "The other side does not take it; it is not tried again "
		      "by itself.")
		: T(d, "Nhiều lần chưa gửi được; hệ thống còn thử lại.",
		      "It failed several times; it is still being tried."),
	    u->note);
	if (u->next != VT_TIME_NONE)
		vt_html(b, "<p class=\"quiet\">%s %s</p>",
		    T(d, "Lần tới:", "Next:"), vt_buf_str(&next));
	vt_id_text(&u->id, id);
	(void)snprintf(action, sizeof(action), "/desk/statuses/%s/send", id);
	button(d, action, NULL);
	vt_html(b, "</li>\n");
}

int
vt_untold_show(struct vt_desk *d, struct vt_view *v, const vt_id *paper,
    struct vt_err *reterr)
{
	struct vt_untold *u;
	uint64_t next = 0;
	size_t n = 0, fit = 0;
	int rc;

	if (vt_who_may(d->me, VT_DUTY_REPLAY, NULL) != VT_OK ||
	    vt_who_may(d->me, VT_DUTY_INBOX, NULL) != VT_OK)
		return VT_OK;
	if ((u = vt_arena_array(d->req->arena, SHOWN, sizeof(*u))) == NULL)
		return vt_arena_err(d->req->arena, reterr);
	rc = vt_office_untold(
	    d->office, v, d->me, 0, u, SHOWN, &n, &next, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (paper == NULL || vt_id_eq(&u[i].paper, paper))
			u[fit++] = u[i];
	if (fit == 0)
		return VT_OK;
	vt_html(d->page.b,
	    "<section class=\"%s\" id=\"untold\"><h2>%s <span class=\"n\">"
	    "%zu%s</span></h2>\n<ul class=\"to%s\">\n",
	    paper == NULL ? "queue" : "box",
	    T(d, "Chưa báo được", "Could not be told"), fit,
	    next != 0 && paper == NULL ? "+" : "",
	    paper == NULL ? " dead" : "");
	for (size_t i = 0; i < fit; i++)
		status(d, v, &u[i], paper == NULL);
	vt_html(d->page.b, "</ul></section>\n");
	return VT_OK;
}

void
vt_untold_said(struct vt_desk *d, const char *done)
{
	if (strcmp(done, "told-again") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Trạng thái đang được gửi lại.",
			"The status is being sent again."));
	else if (strcmp(done, "told") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Trạng thái này không còn chờ: đã báo được.",
			"This status waits no longer: it was told."));
}

/* No act: nothing changes but the hour, and twice is as once. */
int
vt_web_tell_again(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_untold u;
	struct vt_webform f;
	struct vt_desk d;
	vt_id id;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK)
		return rc;
	if (!vt_id_parse(vt_span_str(vt_http_param(req, "id")), &id))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "status: not an id");
	rc = vt_office_hurry_status(d.office, d.me, &id, &u, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	vt_http_res_see_other(
	    res, rc == VT_OK ? "/desk?done=told-again" : "/desk?done=told");
	return VT_OK;
}
