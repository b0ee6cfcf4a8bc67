/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes of the desk, and what it answers when something fails. */
#include <stdlib.h>

#include "api/web/shelf.h"
#include "api/web/web_priv.h"

#define NO_BODY VT_HTTP_BODY_NONE, 0
#define FORM    VT_HTTP_BODY_BUFFER, VT_L(FORM_MAX)
#define PAPER   "/desk/papers/{id}"
#define ME      vt_web_admit

#define ARRIVE_MAX (VT_L(UPLOAD_MAX) + VT_L(ARRIVAL_AROUND_MAX))

static const struct vt_http_route routes[] = {
	{ "GET", "/desk/desk.css", NO_BODY, NULL, vt_web_style, NULL },
	{ "GET", "/desk/desk.js", NO_BODY, NULL, vt_web_script, NULL },
	{ "GET", "/desk/desk.svg", NO_BODY, NULL, vt_web_icon, NULL },
	{ "GET", "/desk/sign-in", NO_BODY, NULL, vt_web_sign_in, NULL },
	{ "POST", "/desk/sign-in", FORM, NULL, vt_web_sign_in_post, NULL },
	{ "GET", "/desk/language", NO_BODY, NULL, vt_web_language, NULL },
	{ "POST", "/desk/sign-out", FORM, ME, vt_web_sign_out, NULL },
	{ "GET", "/desk/password", NO_BODY, ME, vt_web_password, NULL },
	{ "POST", "/desk/password", FORM, ME, vt_web_password_post, NULL },
	{ "GET", "/desk", NO_BODY, ME, vt_web_inbox, NULL },
	{ "GET", "/desk/queues/{queue}", NO_BODY, ME, vt_web_queue, NULL },
	{ "GET", "/desk/search", NO_BODY, ME, vt_web_search, NULL },
	{ "GET", "/desk/search/export", NO_BODY, ME, vt_web_export_search,
	    NULL },
	{ "POST", "/desk/search/saved", FORM, ME, vt_web_save_search, NULL },
	{ "POST", "/desk/search/saved/{id}/remove", FORM, ME,
	    vt_web_remove_search, NULL },
	{ "GET", "/desk/arrive", NO_BODY, ME, vt_web_arrive, NULL },
	{ "GET", "/desk/draft", NO_BODY, ME, vt_web_arrive, NULL },
	{ "POST", "/desk/arrive", VT_HTTP_BODY_STREAM, ARRIVE_MAX, ME,
	    vt_web_arrive_post, &vt_web_arrive_sink },
	{ "POST", "/desk/draft", VT_HTTP_BODY_STREAM, ARRIVE_MAX, ME,
	    vt_web_arrive_post, &vt_web_arrive_sink },
	{ "GET", "/desk/me", NO_BODY, ME, vt_web_me, NULL },
	{ "POST", "/desk/me/sign-out-all", FORM, ME, vt_web_sign_out_all,
	    NULL },
	{ "GET", "/desk/me/factor", NO_BODY, ME, vt_web_factor, NULL },
	{ "POST", "/desk/me/factor", FORM, ME, vt_web_factor_post, NULL },
	{ "POST", "/desk/me/factor/confirm", FORM, ME, vt_web_factor_confirm,
	    NULL },
	{ "POST", "/desk/me/factor/off", FORM, ME, vt_web_factor_off, NULL },
	{ "GET", "/desk/delegations", NO_BODY, ME, vt_web_delegations, NULL },
	{ "POST", "/desk/delegations", FORM, ME, vt_web_delegate, NULL },
	{ "POST", "/desk/delegations/{id}/end", FORM, ME, vt_web_delegation_end,
	    NULL },
	{ "GET", "/desk/packets", NO_BODY, ME, vt_web_packets, NULL },
	{ "GET", "/desk/packets/{id}", NO_BODY, ME, vt_web_packet, NULL },
	{ "GET", "/desk/packets/{id}/content", NO_BODY, ME,
	    vt_web_packet_content, NULL },
	{ "POST", "/desk/packets/{id}/{act}", FORM, ME, vt_web_packet_act,
	    NULL },
	{ "GET", "/desk/prints", NO_BODY, ME, vt_web_prints, NULL },
	{ "GET", "/desk/books", NO_BODY, ME, vt_web_books, NULL },
	{ "POST", "/desk/books", FORM, ME, vt_web_book_act, NULL },
	{ "GET", "/desk/register", NO_BODY, ME, vt_web_register, NULL },
	{ "GET", "/desk/register.pdf", NO_BODY, ME, vt_web_register_pdf, NULL },
	{ "GET", "/desk/report", NO_BODY, ME, vt_web_report, NULL },
	{ "GET", "/desk/work", NO_BODY, ME, vt_web_work, NULL },
	{ "POST", "/desk/work", FORM, ME, vt_web_work_act, NULL },
	{ "GET", "/desk/uses", NO_BODY, ME, vt_web_uses, NULL },
	{ "GET", "/desk/uses/csv", NO_BODY, ME, vt_web_uses_csv, NULL },
	{ "POST", "/desk/statuses/{id}/send", FORM, ME, vt_web_tell_again,
	    NULL },
	{ "GET", PAPER, NO_BODY, ME, vt_web_paper, NULL },
	{ "POST", PAPER "/acts/{act}", FORM, ME, vt_web_act, NULL },
	{ "POST", PAPER "/version", VT_HTTP_BODY_STREAM, ARRIVE_MAX, ME,
	    vt_web_version_post, &vt_web_arrive_sink },
	{ "GET", PAPER "/sending", NO_BODY, ME, vt_web_sending, NULL },
	{ "GET", PAPER "/deliveries/{delivery}", NO_BODY, ME, vt_web_delivery,
	    NULL },
	{ "GET", PAPER "/parts/{part}", NO_BODY, ME, vt_web_part, NULL },
	{ "GET", PAPER "/parts/{part}/renditions/{kind}", NO_BODY, ME,
	    vt_web_rendition, NULL },
	{ "GET", PAPER "/pages/{version}/{page}", NO_BODY, ME, vt_web_picture,
	    NULL },
	{ "GET", PAPER "/reads", NO_BODY, ME, vt_web_reads, NULL },
	{ "GET", PAPER "/check", NO_BODY, ME, vt_web_check, NULL },
	{ "POST", PAPER "/two-step", FORM, ME, vt_web_prepare, NULL },
	{ "GET", PAPER "/two-step/{key}", NO_BODY, ME, vt_web_prepared, NULL },
	{ "GET", PAPER "/two-step/{key}/{file}", NO_BODY, ME,
	    vt_web_prepared_file, NULL },
	{ "POST", PAPER "/two-step/{key}", FORM, ME, vt_web_complete, NULL },
};

int
vt_web_new(
    const struct vt_web_options *o, struct vt_web **ret, struct vt_err *reterr)
{
	struct vt_web *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "desk: no memory");
	w->office = o->office;
	w->ctx = o->ctx;
	w->secure = o->secure;
	w->providers = o->providers;
	w->n_providers = o->n_providers;
	w->trying = vt_http_rate_new(
	    o->ctx, VT_L(SIGN_IN_BURST), VT_L(SIGN_IN_PER_HOUR));
	w->shelf = vt_shelf_new(o->ctx, VT_L(SHELF_MAX), VT_L(PICTURES_MAX));
	if (w->trying == NULL || w->shelf == NULL) {
		vt_web_free(w);
		return vt_err_set(reterr, VT_E_NOMEM, "desk: no memory");
	}
	*ret = w;
	return VT_OK;
}

void
vt_web_free(struct vt_web *w)
{
	if (w == NULL)
		return;
	vt_http_rate_free(w->trying);
	vt_shelf_free(w->shelf);
	free(w);
}

struct vt_http_face
vt_web_face(struct vt_web *w)
{
	return (struct vt_http_face){
		.prefix = "/desk",
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]),
		.app = w,
		.fail = vt_web_fail,
	};
}

/* Nobody is signed in: a page asked for is shown after signing in; a form
 * that was filled in is not lost, the browser still has it. */
static void
ask_to_sign_in(struct vt_desk *d)
{
	VT_BUF_AUTO(to);

	if (strcmp(d->req->method, "POST") != 0) {
		vt_buf_puts(&to, "/desk/sign-in");
		if (strcmp(d->req->path, "/desk") != 0)
			/* markup: none, a path for a header */
			vt_buf_printf(&to, "?next=%s", d->req->path);
		vt_http_res_see_other(d->res, vt_buf_str(&to));
		return;
	}
	d->res->status = 401;
	vt_desk_open(d, T(d, "Phiên đã hết", "The session has ended"), NULL);
	vt_html(d->page.b,
	    "<h1>%s</h1>\n<p>%s</p>\n<p><a class=\"button\" "
	    "href=\"/desk/sign-in\" target=\"_blank\" rel=\"noopener\">%s</a>"
	    "</p>\n",
	    T(d, "Phiên làm việc đã hết", "The session has ended"),
	    T(d,
		"Chưa có gì được gửi đi. Hãy đăng nhập lại ở thẻ mới, rồi trở "
		"lại thẻ này, bấm nút Quay lại của trình duyệt: những gì đã "
		"nhập vẫn còn, bấm gửi lần nữa.",
		"Nothing was sent. Sign in again in a new tab, come back to "
		"this one and press the browser's Back button: what you "
		"entered is still there, send it again."),
	    T(d, "Đăng nhập ở thẻ mới", "Sign in, in a new tab"));
	vt_desk_close(d);
}

static bool
header_safe(const char *s)
{
	for (; *s != '\0'; s++)
		if (!(*s >= '0' && *s <= '9') && !(*s >= 'a' && *s <= 'z') &&
		    *s != '/' && *s != '-')
			return false;
	return true;
}

void
vt_web_fail(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res)
{
	const struct vt_err_info *i = vt_err_info(err->code);
	char id[VT_ID_TEXT + 1];
	struct vt_desk d;

	vt_desk_begin(&d, req, res);
	if ((err->code == VT_E_UNAUTHENTICATED ||
		err->code == VT_E_TOKEN_EXPIRED) &&
	    req->method != NULL && req->path != NULL &&
	    header_safe(req->path)) {
		ask_to_sign_in(&d);
		return;
	}
	if (d.user != NULL && d.user->session.must_change &&
	    err->code == VT_E_FORBIDDEN) {
		vt_http_res_see_other(res, "/desk/password");
		return;
	}
	res->status = i->http_status;
	vt_desk_open(&d, d.page.en ? i->en : i->vi, NULL);
	vt_html(d.page.b, "<h1>%s</h1>\n<p>%s</p>\n", d.page.en ? i->en : i->vi,
	    err->code == VT_E_NOT_FOUND
		? T(&d,
		      "Trang hoặc văn bản này không có, hoặc không thuộc cơ "
		      "quan của bạn.",
		      "There is no such page or paper, or it is not your "
		      "agency's.")
		: vt_desk_error(&d, err->code));
	vt_id_text(&req->id, id);
	vt_html(d.page.b,
	    "<p><a class=\"button\" href=\"/desk\">%s</a></p>\n"
	    "<p class=\"quiet\">%s <code>%s</code> · <code>%s</code></p>\n",
	    T(&d, "Về việc cần làm", "Back to the desk"),
	    T(&d, "Mã yêu cầu để báo lỗi:", "Request, for a report:"), id,
	    i->slug);
	vt_desk_close(&d);
}
