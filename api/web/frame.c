/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame of every page of the desk. */
#include "api/web/web_priv.h"

#define LANGUAGE_COOKIE "vt-lang"

static bool
wants_en(const struct vt_http_req *req)
{
	const char *asked = vt_http_query(req, "lang");
	const char *kept = vt_http_cookie(req, LANGUAGE_COOKIE);

	if (asked != NULL)
		return strcmp(asked, "en") == 0;
	return kept != NULL && strcmp(kept, "en") == 0;
}

void
vt_desk_begin(
    struct vt_desk *d, struct vt_http_req *req, struct vt_http_res *res)
{
	memset(d, 0, sizeof(*d));
	d->web = req->app;
	d->office = d->web->office;
	d->req = req;
	d->res = res;
	d->user = req->user;
	d->me = d->user == NULL ? NULL : &d->user->session.actor;
	d->page.req = req;
	d->page.b = &res->body;
	d->page.en = wants_en(req);
}

struct item {
	const char *path, *vi, *en;
	enum vt_duty duty; /* for those who may; READ: for all */
};

static const struct item items[] = {
	{ "/desk", "Việc cần làm", "To do", VT_DUTY_READ },
	{ "/desk/search", "Tra cứu", "Search", VT_DUTY_READ },
	{ "/desk/arrive", "Vào sổ văn bản đến", "Register an arrival",
	    VT_DUTY_REGISTER },
	{ "/desk/draft", "Dự thảo mới", "New draft", VT_DUTY_REGISTER },
	{ "/desk/packets", "Gói tin đến", "Packets", VT_DUTY_REREAD },
	{ "/desk/prints", "Chuyển bản giấy", "On paper", VT_DUTY_DISPATCH },
	{ "/desk/books", "Sổ văn bản", "Books", VT_DUTY_READ },
	{ "/desk/report", "Báo cáo", "Report", VT_DUTY_READ },
	{ "/desk/work", "Hàng việc", "Work queue", VT_DUTY_REPLAY },
};

static void
menu(struct vt_desk *d, const char *here)
{
	struct vt_buf *b = d->page.b;

	vt_html(b, "<nav class=\"menu\" aria-label=\"%s\"><ul>\n",
	    T(d, "Trình đơn", "Menu"));
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const struct item *it = &items[i];

		if (vt_who_may(d->me, it->duty, NULL) != VT_OK)
			continue;
		if (here != NULL && strcmp(here, it->path) == 0)
			vt_html(b,
			    "<li><a href=\"%s\" aria-current=\"page\">%s</a>"
			    "</li>\n",
			    it->path, T(d, it->vi, it->en));
		else
			vt_html(b, "<li><a href=\"%s\">%s</a></li>\n", it->path,
			    T(d, it->vi, it->en));
	}
	vt_html(b, "<li><a href=\"/%s\">%s</a></li>\n</ul></nav>\n",
	    d->page.en ? "?lang=en" : "",
	    T(d, "Kiểm tra tệp PDF", "Check a PDF"));
}

static void
who(struct vt_desk *d)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<form class=\"find\" action=\"/desk/search\" method=\"get\" "
	    "role=\"search\">\n"
	    "<label class=\"away\" for=\"find\">%s</label>\n"
	    "<input id=\"find\" name=\"q\" type=\"search\" maxlength=\"200\" "
	    "placeholder=\"%s\">\n<button type=\"submit\">%s</button>\n"
	    "</form>\n",
	    T(d, "Tìm văn bản theo số hoặc từ", "Find by number or words"),
	    T(d, "Số, ký hiệu hoặc từ trong trích yếu", "Number or words"),
	    T(d, "Tìm", "Find"));
	vt_html(b,
	    "<div class=\"me\">\n<a href=\"/desk/me\"><strong>%s</strong>",
	    d->me->name);
	if (d->me->position[0] != '\0')
		vt_html(b, "<span class=\"pos\"> · %s</span>", d->me->position);
	vt_html(b, "</a>\n");
	vt_html(b,
	    "<form action=\"/desk/sign-out\" method=\"post\">\n"
	    "<input type=\"hidden\" name=\"csrf\" value=\"%s\">\n"
	    "<button class=\"plain\" type=\"submit\">%s</button></form>\n"
	    "</div>\n",
	    d->user->csrf, T(d, "Đăng xuất", "Sign out"));
}

/* Where the language switch comes back to: pages of GET only. */
static const char *
back_to(const struct vt_desk *d)
{
	if (d->req->path == NULL || strncmp(d->req->path, "/desk", 5) != 0 ||
	    (strcmp(d->req->method, "GET") != 0 &&
		strcmp(d->req->method, "HEAD") != 0))
		return "/desk";
	return d->req->path;
}

void
vt_desk_open(struct vt_desk *d, const char *title, const char *here)
{
	static const struct vt_page_kind kind = { .style = "/desk/desk.css",
		.script = "/desk/desk.js",
		.icon = "/desk/desk.svg",
		.connects = true };
	struct vt_buf *b = d->page.b;

	vt_page_head(&d->page, d->req, d->res, &kind, title);
	vt_html(b,
	    "<header><div class=\"bar\">\n"
	    "<a class=\"home\" href=\"/desk\"><span class=\"name\">%s</span>"
	    "<span class=\"agency\">%s</span></a>\n",
	    T(d, "Văn thư", "Vanthu desk"),
	    d->me == NULL ? "" : d->me->agency_name);
	if (d->me != NULL)
		who(d);
	vt_html(b,
	    "<a class=\"lang\" lang=\"%s\" hreflang=\"%s\" "
	    "href=\"/desk/language?to=%s&amp;back=%s\">%s</a>\n"
	    "</div></header>\n",
	    d->page.en ? "vi" : "en", d->page.en ? "vi" : "en",
	    d->page.en ? "vi" : "en", back_to(d),
	    d->page.en ? "Tiếng Việt" : "English");
	if (d->me != NULL)
		menu(d, here);
	vt_html(b, "<main id=\"main\">\n");
}

void
vt_desk_close(struct vt_desk *d)
{
	vt_html(d->page.b, "</main>\n</body>\n</html>\n");
}

void
vt_desk_csrf(struct vt_desk *d)
{
	vt_html(d->page.b,
	    "<input type=\"hidden\" name=\"csrf\" value=\"%s\">\n",
	    d->user->csrf);
}

void
vt_desk_post(struct vt_desk *d, enum vt_duty duty)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_person p;

	if (vt_who_in_post(d->me, 0, duty, NULL) != VT_E_POST_AMBIGUOUS ||
	    vt_view_begin(vt_office_store(d->office), &v, NULL) != VT_OK ||
	    vt_person_get(v, &d->me->person, &p, NULL) != VT_OK)
		return;
	vt_html(d->page.b, "<label>%s <select name=\"post\">\n",
	    T(d, "Làm với chức vụ", "In the post of"));
	for (size_t i = 0; i < d->me->n_posts; i++) {
		const struct vt_actor_post *own = &d->me->posts[i];
		const struct vt_post *post;

		if (own->no > p.n_posts || !vt_who_role_may(own->roles, duty))
			continue;
		post = &p.posts[own->no - 1];
		vt_html(d->page.b,
		    "<option value=\"%" PRIu32 "\">%s%s%s</option>\n", own->no,
		    post->position, *post->unit == '\0' ? "" : " · ",
		    post->unit);
	}
	vt_html(d->page.b, "</select></label>\n");
}

void
vt_desk_key(struct vt_desk *d, const char *again)
{
	char key[VT_ID_TEXT + 1];
	vt_id id;

	if (again == NULL || *again == '\0') {
		id = vt_id_new(d->web->ctx);
		vt_id_text(&id, key);
		again = key;
	}
	vt_html(d->page.b,
	    "<input type=\"hidden\" name=\"key\" value=\"%s\">\n", again);
}

void
vt_desk_notice(struct vt_desk *d, enum vt_tone tone, const char *text)
{
	vt_html(d->page.b,
	    "<p class=\"notice %s\" role=\"%s\"><span class=\"sign\" "
	    "aria-hidden=\"true\">%s</span> %s</p>\n",
	    vt_tone_class(tone), tone == VT_TONE_GOOD ? "status" : "alert",
	    vt_tone_sign(tone), text);
}

const char *
vt_desk_error(const struct vt_desk *d, int code)
{
	const struct vt_err_info *i = vt_err_info(code);

	switch (code) {
	case VT_E_CSRF:
		return T(d,
		    "Phiên làm việc đã đổi từ khi trang này được mở. Những gì "
		    "đã nhập vẫn còn dưới đây: hãy bấm lại.",
		    "The session changed since this page was opened. What you "
		    "entered is still there: press again.");
	case VT_E_PRECONDITION_FAILED:
	case VT_E_CONFLICT:
		return T(d,
		    "Văn bản đã thay đổi trong lúc bạn đọc. Hãy xem điều gì "
		    "đã đổi rồi làm lại nếu vẫn đúng.",
		    "The paper changed while you were reading. See what "
		    "changed, then do it again if it is still right.");
	case VT_E_IDEMPOTENCY_KEY_REUSED:
		return T(d,
		    "Trang này đã cũ: biểu mẫu của nó đã được gửi một lần rồi. "
		    "Hãy xem văn bản hiện nay ở dưới, rồi bấm lại nếu vẫn cần.",
		    "This page is old: its form was sent once already. Look "
		    "at how things stand below, and press again if you still "
		    "want to.");
	default:
		return d->page.en ? i->en : i->vi;
	}
}
