/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work queue of the agency: what was given up and why, with a button that
 * has it tried again, and what waits. For its clerk and administrator.
 */
#include "api/office/letters.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define SHOWN 50

static const struct {
	enum vt_work_kind kind;
	const char *vi, *en;
} words[] = {
	{ VT_WORK_DELIVERY, "Gửi văn bản", "Sending a paper" },
	{ VT_WORK_STATUS, "Báo trạng thái", "Telling a status" },
	{ VT_WORK_PACKET, "Đọc gói tin đến", "Reading a packet" },
	{ VT_WORK_ASK, "Trả lời yêu cầu của nơi gửi", "What a sender asks" },
	{ VT_WORK_RECALL, "Gửi thông báo thu hồi, thay thế",
	    "Telling that a paper is recalled" },
	{ VT_WORK_ANSWERED, "Kết thúc văn bản đã trả lời",
	    "Finishing what was answered" },
	{ VT_WORK_VALIDATE, "Kiểm tra chữ ký số", "Judging signatures" },
	{ VT_WORK_TEXT, "Đọc chữ để tra cứu", "Reading text for search" },
	{ VT_WORK_LOOK, "Xem tệp mới đến", "Looking into a file" },
	{ VT_WORK_NUMBER, "Điền số vào tệp", "The number into the file" },
	{ VT_WORK_EXPIRE, "Hủy số giữ quá hạn", "Ending held numbers" },
	{ VT_WORK_ERASE, "Tiêu hủy theo lệnh", "Destroying by order" },
	{ VT_WORK_NOTICE, "Thông báo", "A notice" },
	{ VT_WORK_WEBHOOK, "Gọi webhook", "A webhook" },
};

static const char *
kind_word(const struct vt_desk *d, enum vt_work_kind kind)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].kind == kind)
			return T(d, words[i].vi, words[i].en);
	return T(d, "Việc của hệ thống", "Work of the system");
}

/* A form of one button. */
static void
button(struct vt_desk *d, const struct vt_work *w, const char *act,
    const char *label)
{
	char subject[VT_ID_TEXT + 1];
	struct vt_buf *b = d->page.b;

	vt_id_text(&w->subject, subject);
	vt_html(b,
	    "<form class=\"again\" action=\"/desk/work\" method=\"post\" "
	    "data-once=\"1\">\n");
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_desk_post(d, VT_DUTY_REPLAY);
	vt_html(b,
	    "<input type=\"hidden\" name=\"kind\" value=\"%s\">"
	    "<input type=\"hidden\" name=\"act\" value=\"%s\">",
	    vt_work_kind_name(w->kind), act);
	if (!vt_id_is_zero(&w->subject))
		vt_html(b,
		    "<input type=\"hidden\" name=\"subject\" value=\"%s\">",
		    subject);
	vt_html(b,
	    "<button type=\"submit\" class=\"second\">%s</button></form>",
	    label);
}

/* What it is about, when that is a paper the reader may see. */
static void
about(struct vt_desk *d, struct vt_view *v, const struct vt_work *w)
{
	char id[VT_ID_TEXT + 1];
	struct vt_delivery l;
	struct vt_paper p;
	vt_id paper = w->subject;

	if (vt_delivery_get(v, &w->subject, &l, NULL) == VT_OK)
		paper = l.paper;
	if (vt_office_paper(d->office, v, d->me, &paper, &p, NULL) != VT_OK)
		return;
	vt_id_text(&paper, id);
	vt_html(d->page.b, " <a href=\"/desk/papers/%s\" lang=\"vi\">%s</a>",
	    id, p.meta.subject);
}

static void
item(struct vt_desk *d, struct vt_view *v, const struct vt_work_shown *s)
{
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(at);

	vt_html(b, "<li><b>%s</b>", kind_word(d, s->w.kind));
	about(d, v, &s->w);
	if (s->w.priority == VT_WORK_FLASH || s->w.priority == VT_WORK_URGENT)
		vt_html(b, " <span class=\"n\">%s</span>",
		    s->w.priority == VT_WORK_FLASH ? T(d, "Hỏa tốc", "Express")
						   : T(d, "Khẩn", "Urgent"));
	if (s->w.attempt > 0)
		vt_html(b, " <span class=\"quiet\">%s %u</span>",
		    T(d, "số lần thử:", "tries:"), (unsigned)s->w.attempt);
	if (s->w.note[0] != '\0')
		vt_html(b, "<p class=\"said\">%s</p>", s->w.note);
	vt_page_moment(s->next, &at);
	if (s->state == VT_WORK_WAITS && at.n > 0)
		vt_html(b, "<p class=\"quiet\">%s %s</p>",
		    T(d, "Lần tới:", "Next:"), vt_buf_str(&at));
	else if (s->state == VT_WORK_RUNS)
		vt_html(b, "<p class=\"quiet\">%s</p>",
		    T(d, "Đang làm", "Being done"));
	if (s->state == VT_WORK_DEAD &&
	    vt_who_may(d->me, VT_DUTY_REPLAY, NULL) == VT_OK) {
		button(d, &s->w, "again", T(d, "Thử lại", "Try again"));
		if (s->w.kind != VT_WORK_DELIVERY &&
		    s->w.kind != VT_WORK_PACKET && s->w.kind != VT_WORK_ERASE)
			button(d, &s->w, "drop", T(d, "Bỏ", "Drop"));
	}
	vt_html(b, "</li>\n");
}

static int
section(struct vt_desk *d, struct vt_view *v, bool dead, struct vt_err *reterr)
{
	const struct vt_letter_query q = { .dead = dead };
	struct vt_buf *b = d->page.b;
	struct vt_work_shown *s;
	uint64_t next = 0;
	size_t n = 0, fit = 0;
	int rc;

	if ((s = vt_arena_array(d->req->arena, SHOWN, sizeof(*s))) == NULL)
		return vt_arena_err(d->req->arena, reterr);
	rc = vt_office_work_list(
	    d->office, v, d->me, &q, 0, s, SHOWN, &n, &next, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (dead == (s[i].state == VT_WORK_DEAD))
			s[fit++] = s[i];
	vt_html(b,
	    "<section class=\"queue\"><h2>%s <span class=\"n\">%zu%s</span>"
	    "</h2>\n",
	    dead ? T(d, "Đã dừng vì lỗi", "Given up")
		 : T(d, "Đang chờ", "Waiting"),
	    fit, next != 0 ? "+" : "");
	if (fit == 0)
		vt_html(b, "<p class=\"quiet\">%s</p>\n",
		    T(d, "Không có việc nào.", "Nothing."));
	else
		vt_html(b, "<ul class=\"to%s\">\n", dead ? " dead" : "");
	for (size_t i = 0; i < fit; i++)
		item(d, v, &s[i]);
	vt_html(b, fit == 0 ? "</section>\n" : "</ul></section>\n");
	return VT_OK;
}

int
vt_web_work(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *done;
	struct vt_desk d;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_who_may(d.me, VT_DUTY_SEE_WORK, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK)
		return rc;
	vt_desk_open(&d, T(&d, "Hàng việc", "Work queue"), "/desk/work");
	done = vt_http_query(req, "done");
	if (done != NULL && strcmp(done, "again") == 0)
		vt_desk_notice(&d, VT_TONE_GOOD,
		    T(&d, "Đang thử lại.", "It is being tried again."));
	else if (done != NULL && strcmp(done, "drop") == 0)
		vt_desk_notice(
		    &d, VT_TONE_GOOD, T(&d, "Đã bỏ.", "It was dropped."));
	else if (done != NULL)
		vt_desk_notice(&d, VT_TONE_GOOD,
		    T(&d, "Việc này không còn dừng: đã xong hoặc đang thử lại.",
			"It was given up no longer: done, or tried again."));
	vt_html(d.page.b, "<h1>%s</h1>\n", T(&d, "Hàng việc", "Work queue"));
	if ((rc = section(&d, v, true, reterr)) != VT_OK ||
	    (rc = section(&d, v, false, reterr)) != VT_OK)
		return rc;
	vt_desk_close(&d);
	return VT_OK;
}

int
vt_web_work_act(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_letter_query q = { .dead = true };
	struct vt_request rq;
	struct vt_webform f;
	const char *subject;
	struct vt_desk d;
	bool more, drop;
	size_t n;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK ||
	    (rc = vt_sheet_request(&d, &f, req->path, &rq, reterr)) != VT_OK)
		return rc;
	drop = strcmp(vt_webform_get(&f, "act"), "drop") == 0;
	subject = vt_webform_get(&f, "subject");
	q.kind = vt_work_kind_parse(vt_webform_get(&f, "kind"));
	if (q.kind == 0 ||
	    (*subject != '\0' &&
		!vt_id_parse(vt_span_str(subject), &q.subject)))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "desk: no such work");
	rc = vt_office_letters(d.office, &rq,
	    drop ? VT_LETTER_DROP : VT_LETTER_AGAIN, &q, &n, &more, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	vt_http_res_see_other(res,
	    rc != VT_OK ? "/desk/work?done=gone"
	    : drop	? "/desk/work?done=drop"
			: "/desk/work?done=again");
	return VT_OK;
}
