/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of one paper: its pictures, what may be done, what is known. */
#include "api/office/initials.h"
#include "api/office/pictures.h"
#include "api/web/list.h"
#include "api/web/sheet.h"
#include "api/web/shelf.h"
#include "api/web/words.h"
#include "base/log.h"

#define LONG_SUBJECT 300 /* bytes; longer ones in smaller letters */
#define PAGES_SHOWN  5   /* at once; the others by a link */

int
vt_sheet_id(const struct vt_http_req *req, vt_id *ret, struct vt_err *reterr)
{
	if (vt_id_parse(vt_span_str(vt_http_param(req, "id")), ret))
		return VT_OK;
	return vt_err_set(reterr, VT_E_NOT_FOUND, "paper: not an id");
}

static size_t
first_page(const struct vt_sheet *s)
{
	const char *q = vt_http_query(s->d->req, "page");
	size_t n = 0;

	for (; q != NULL && *q >= '0' && *q <= '9' && n < 1000000; q++)
		n = n * 10 + (size_t)(*q - '0');
	if (n == 0 || n > s->pages)
		return 1;
	return (n - 1) / PAGES_SHOWN * PAGES_SHOWN + 1;
}

static void
picture(struct vt_sheet *s, size_t no)
{
	vt_html(s->d->page.b,
	    "<a class=\"page\" href=\"/desk/papers/%s/pages/%" PRIu32
	    "/%zu?large=1\"><img src=\"/desk/papers/%s/pages/%" PRIu32
	    "/%zu\" loading=\"%s\" width=\"794\" height=\"1123\" alt=\"\">"
	    "<span class=\"away\">%s %zu / %zu</span></a>\n",
	    s->id, s->version, no, s->id, s->version, no,
	    no < 3 ? "eager" : "lazy", T(s->d, "Trang", "Page"), no, s->pages);
}

static void
pictures(struct vt_sheet *s)
{
	struct vt_buf *b = s->d->page.b;
	size_t from = first_page(s), to;

	vt_html(b,
	    "<section class=\"pages\" aria-labelledby=\"h-pages\">\n"
	    "<h2 id=\"h-pages\">%s",
	    T(s->d, "Nội dung văn bản", "The paper"));
	if (s->pages > 0)
		vt_html(b, " <span class=\"n\">%zu %s</span>", s->pages,
		    T(s->d, "trang", s->pages == 1 ? "page" : "pages"));
	vt_html(b, "</h2>\n");
	if (s->pages == 0) {
		vt_html(b,
		    "<p class=\"empty\">%s <a href=\"/desk/papers/%s/parts/1\">"
		    "%s</a></p>\n</section>\n",
		    T(s->d, "Không dựng được hình trang của tệp này.",
			"No pictures can be made of this file."),
		    s->id, T(s->d, "Tải tệp chính", "Download it"));
		return;
	}
	to = from + PAGES_SHOWN - 1 < s->pages ? from + PAGES_SHOWN - 1
					       : s->pages;
	for (size_t i = from; i <= to; i++)
		picture(s, i);
	if (s->pages > PAGES_SHOWN) {
		vt_html(b, "<p class=\"turn\">");
		if (from > 1)
			vt_html(b,
			    "<a href=\"/desk/papers/%s?page=%zu#h-pages\">← "
			    "%s</a> ",
			    s->id, from - 1, T(s->d, "Trang trước", "Before"));
		if (to < s->pages)
			vt_html(b,
			    "<a href=\"/desk/papers/%s?page=%zu#h-pages\">%s "
			    "→</a>",
			    s->id, to + 1, T(s->d, "Trang sau", "Next"));
		vt_html(b, "</p>\n");
	}
	vt_html(b, "</section>\n");
}

static void
heading(struct vt_sheet *s)
{
	struct vt_desk *d = s->d;
	const struct vt_paper *p = &s->p;
	const char *done = vt_http_query(d->req, "done");
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(scratch);
	const char *no = vt_list_number(p, &scratch), *said;

	vt_html(b,
	    "<p class=\"up\"><a href=\"/desk\">← %s</a></p>\n"
	    "<div class=\"title\"><h1%s>%s</h1>\n<p>",
	    T(d, "Việc cần làm", "To do"),
	    /* no quotes: it is escaped */
	    strlen(p->meta.subject) > LONG_SUBJECT ? " class=long" : "",
	    *p->meta.subject == '\0' ? T(d, "(không có trích yếu)", "(none)")
				     : p->meta.subject);
	vt_html(b, "<span class=\"tag %s\">%s</span> ",
	    vt_word_state_class(p->state), vt_word_state(d, p));
	if (p->arrival.value != 0)
		vt_html(b, "<b>%s %s</b> · ", T(d, "Số đến", "Arrival No."),
		    p->arrival.text);
	if (*no != '\0')
		vt_html(b, "<b>%s</b> · ", no);
	vt_html(b, "%s%s%s</p></div>\n", p->meta.type_name,
	    *p->meta.type_name != '\0' && *p->meta.agency_name != '\0' ? " · "
								       : "",
	    p->meta.agency_name);
	said =
	    done == NULL || s->refused != NULL ? NULL : vt_desk_done(d, done);
	if (said != NULL)
		vt_desk_notice(d, VT_TONE_GOOD, said);
}

/* What is known of the signatures; the script puts the verdict in. */
static void
signatures(struct vt_sheet *s)
{
	struct vt_desk *d = s->d;

	/* Of our own paper there is nothing to say before it is signed. */
	if (s->pages == 0 ||
	    (s->p.direction != VT_DIR_IN && vt_id_is_zero(&s->p.signed_by) &&
		s->p.sealed_at == VT_TIME_NONE))
		return;
	vt_html(d->page.b,
	    "<section id=\"verdict\" class=\"box\" aria-live=\"polite\" "
	    "data-piece=\"/desk/papers/%s/check?piece=1%s\">\n<h2>%s</h2>\n"
	    "<p><a href=\"/desk/papers/%s/check\">%s</a></p>\n</section>\n",
	    s->id, d->page.en ? "&lang=en" : "",
	    T(d, "Chữ ký số", "Signatures"), s->id,
	    T(d, "Kiểm tra chữ ký của tệp chính",
		"Check the signatures of the main file"));
}

/* Why the act was refused because the paper moved on: what happened since. */
static int
changes(struct vt_sheet *s, struct vt_err *reterr)
{
	uint64_t seen;
	int rc;

	if (s->refused == NULL ||
	    (s->refused->err.code != VT_E_CONFLICT &&
		s->refused->err.code != VT_E_PRECONDITION_FAILED))
		return VT_OK;
	seen = vt_webform_number(s->refused->form, "seen");
	vt_html(s->d->page.b, "<section class=\"box changed\"><h2>%s</h2>\n",
	    T(s->d, "Đã đổi trong lúc bạn đọc", "Changed meanwhile"));
	if ((rc = vt_sheet_timeline(s, seen, NULL, reterr)) != VT_OK)
		return rc;
	vt_html(s->d->page.b, "</section>\n");
	return VT_OK;
}

static int
show(struct vt_sheet *s, struct vt_err *reterr)
{
	struct vt_desk *d = s->d;
	int rc;

	vt_desk_open(d,
	    *s->p.meta.subject == '\0' ? T(d, "Văn bản", "Paper")
				       : s->p.meta.subject,
	    NULL);
	heading(s);
	vt_html(d->page.b,
	    "<p class=\"jump\"><a href=\"#acts\">%s</a></p>\n"
	    "<div class=\"sheet2\">\n",
	    T(d, "Đến phần việc cần làm ↓", "To what can be done ↓"));
	pictures(s);
	vt_html(d->page.b, "<div class=\"side\">\n");
	if ((rc = changes(s, reterr)) != VT_OK)
		return rc;
	vt_sheet_acts(s);
	signatures(s);
	vt_sheet_facts(s);
	vt_sheet_parts(s);
	if ((rc = vt_sheet_deliveries(s, reterr)) != VT_OK ||
	    (rc = vt_untold_show(d, s->v, &s->p.id, reterr)) != VT_OK ||
	    (rc = vt_sheet_timeline(
		 s, 0, T(d, "Quá trình", "History"), reterr)) != VT_OK)
		return rc;
	if (vt_who_may(d->me, VT_DUTY_SEE_READS, NULL) == VT_OK)
		vt_html(d->page.b,
		    "<p><a href=\"/desk/papers/%s/reads\">%s</a></p>\n", s->id,
		    T(d, "Ai đã xem", "Who looked at it"));
	vt_html(d->page.b, "</div>\n</div>\n");
	vt_desk_close(d);
	return VT_OK;
}

/* Places for initials that are empty, where somebody may fill them now. Asks a
 * worker once for each version. */
static unsigned
initials(
    const struct vt_desk *d, const vt_id *paper, const struct vt_content *main)
{
	const struct vt_desk_act *a = vt_desk_act("initial");
	struct vt_shelf_key k = { main->blob.hash, VT_KEPT_INITIALS, 0, 0 };
	struct vt_view *v = NULL;
	struct vt_paper p;
	unsigned n = 0;
	bool now;
	VT_BUF_AUTO(kept);

	if (vt_view_begin(vt_office_store(d->office), &v, NULL) != VT_OK)
		return 0;
	now = vt_office_paper(d->office, v, d->me, paper, &p, NULL) == VT_OK &&
	      vt_desk_may(d, a, &p);
	vt_view_end(v);
	if (!now)
		return 0;
	if (vt_shelf_get(d->web->shelf, &k, &kept, NULL) && kept.n == 1)
		return kept.p[0];
	if (vt_office_initials_left(d->office, main, &n, NULL) == VT_OK)
		vt_shelf_put(
		    d->web->shelf, &k, VT_SPAN(&(uint8_t){ (uint8_t)n }, 1), 0);
	return n;
}

/* Numbers that are held, for who numbers. */
static int
held(struct vt_sheet *s, struct vt_err *reterr)
{
	struct vt_desk *d = s->d;
	int rc;

	if (s->p.direction == VT_DIR_IN || s->p.number.value != 0 ||
	    vt_who_may(d->me, VT_DUTY_NUMBER, NULL) != VT_OK)
		return VT_OK;
	rc = vt_office_held(d->office, s->v, d->me, &s->p, VT_HOLD_RESERVED,
	    &s->reserved, reterr);
	return rc != VT_OK ? rc
			   : vt_office_held(d->office, s->v, d->me, &s->p,
				 VT_HOLD_OUTAGE, &s->by_hand, reterr);
}

int
vt_sheet_show(struct vt_desk *d, const vt_id *paper,
    const struct vt_refusal *refused, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_sheet s = { .d = d, .refused = refused };
	struct vt_content main;
	int rc;

	/* What a worker says is asked before the view begins. To ask for the
	 * content is to open the paper: the office notes it, once. */
	rc = vt_office_content(d->office, d->me, paper, 1, 0, &main, reterr);
	if (rc != VT_OK)
		return rc;
	s.pages = vt_pictures_count(d, &main);
	s.version = main.version;
	s.initials = initials(d, paper, &main);
	if ((rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_paper(d->office, v, d->me, paper, &s.p, reterr)) !=
		VT_OK)
		return rc;
	s.v = v;
	vt_id_text(paper, s.id);
	if ((rc = vt_sheet_tally(&s, reterr)) != VT_OK ||
	    (rc = held(&s, reterr)) != VT_OK)
		return rc;
	if ((rc = show(&s, reterr)) != VT_OK)
		vt_buf_reset(&d->res->body);
	return rc;
}

int
vt_web_paper(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	return vt_sheet_show(&d, &paper, NULL, reterr);
}

/* --- doing something with it --- */

int
vt_sheet_request(const struct vt_desk *d, const struct vt_webform *f,
    const char *what, struct vt_request *ret, struct vt_err *reterr)
{
	const char *key = vt_webform_get(f, "key");
	size_t n = strlen(key);
	int rc = vt_web_own_form(d, vt_webform_get(f, "csrf"), reterr);

	memset(ret, 0, sizeof(*ret));
	if (rc != VT_OK)
		return rc;
	if (n < 16 || n > 64 || strspn(key, "0123456789abcdef") != n)
		return vt_err_set(reterr, VT_E_SYNTAX, "form: no key of ours");
	ret->actor = d->me;
	ret->key = key;
	ret->hash = vt_webform_hash(f, what);
	ret->if_match = vt_webform_number(f, "rev");
	ret->post = (uint32_t)vt_webform_number(f, "post");
	return VT_OK;
}

static int
refuse(struct vt_desk *d, const vt_id *paper, struct vt_refusal *r,
    struct vt_err *reterr)
{
	const struct vt_err_info *i = vt_err_info(r->err.code);
	int rc;

	/* No longer his to see: then there is nothing to show it on. */
	if (r->err.code == VT_E_UNAUTHENTICATED) {
		*reterr = r->err;
		return r->err.code;
	}
	vt_log(VT_LEVEL_INFO, "desk.refused", "act=%s code=%s", r->act->name,
	    i->slug);
	if ((rc = vt_sheet_show(d, paper, r, reterr)) != VT_OK)
		return rc;
	d->res->status = i->http_status;
	return VT_OK;
}

int
vt_sheet_done(struct vt_desk *d, const vt_id *paper, struct vt_refusal *r,
    int rc, struct vt_err *reterr)
{
	char to[128], id[VT_ID_TEXT + 1];

	if (rc != VT_OK)
		return refuse(d, paper, r, reterr);
	vt_id_text(paper, id);
	(void)snprintf(
	    to, sizeof(to), "/desk/papers/%s?done=%s", id, r->act->name);
	vt_http_res_see_other(d->res, to);
	return VT_OK;
}

int
vt_web_act(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result result = VT_ACT_RESULT_INIT;
	struct vt_refusal r = { .err = VT_ERR_INIT };
	struct vt_request rq;
	struct vt_webform form;
	struct vt_doing w;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_webform_read(req, &form, reterr)) != VT_OK)
		return rc;
	r.act = vt_desk_act(vt_http_param(req, "act"));
	r.form = &form;
	if (r.act == NULL || r.act->run == NULL)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "desk: no such act");
	w = (struct vt_doing){ &d, &form, &rq, &paper, &result, &r.err };
	rc = vt_sheet_request(&d, &form, req->path, &rq, &r.err);
	/* a search in its form: shown again, with what is in it */
	if (rc == VT_OK && r.act->fields == vt_fields_send &&
	    vt_webform_has(&form, "find"))
		return vt_sheet_show(&d, &paper, &r, reterr);
	if (rc == VT_OK)
		rc = r.act->run(&w);
	vt_act_result_free(&result);
	return vt_sheet_done(&d, &paper, &r, rc, reterr);
}
