/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes of the public pages, and what they answer when something fails. */
#include <stdlib.h>

#include "api/citizen/page.h"
#include "base/limits.h"

/* A form's boundary and small fields come on top of the file. */
#define CHECK_BODY_MAX (VT_L(CHECK_BYTES_MAX) + 65536)

#define DOWNLOAD "/r/{code}/download"

#define NO_BODY VT_HTTP_BODY_NONE, 0

static const struct vt_http_route routes[] = {
	{ "GET", "/", NO_BODY, NULL, vt_citizen_home, NULL },
	{ "GET", "/r", NO_BODY, NULL, vt_citizen_find, NULL },
	{ "GET", "/r/{code}", NO_BODY, vt_citizen_admit, vt_citizen_result,
	    NULL },
	{ "POST", DOWNLOAD, VT_HTTP_BODY_BUFFER, VT_L(CITIZEN_FORM_MAX),
	    vt_citizen_admit, vt_citizen_download, NULL },
	{ "GET", "/check", NO_BODY, NULL, vt_citizen_check_home, NULL },
	{ "POST", "/check", VT_HTTP_BODY_STREAM, CHECK_BODY_MAX,
	    vt_citizen_admit, vt_citizen_check, &vt_citizen_check_sink },
	{ "GET", "/assets/citizen.css", NO_BODY, NULL, vt_citizen_style, NULL },
	{ "GET", "/assets/citizen.js", NO_BODY, NULL, vt_citizen_script, NULL },
	{ "GET", "/assets/citizen.svg", NO_BODY, NULL, vt_citizen_icon, NULL },
};

int
vt_citizen_new(struct vt_office *office, const struct vt_context *ctx,
    struct vt_citizen **ret, struct vt_err *reterr)
{
	struct vt_citizen *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->office = office;
		c->looking = vt_http_rate_new(ctx, (unsigned)VT_L(PUBLIC_BURST),
		    (unsigned)VT_L(PUBLIC_PER_HOUR));
		c->guessing = vt_http_rate_new(ctx, (unsigned)VT_L(FACT_TRIES),
		    (unsigned)VT_L(FACT_PER_HOUR));
	}
	if (c == NULL || c->looking == NULL || c->guessing == NULL) {
		vt_citizen_free(c);
		return vt_err_set(reterr, VT_E_NOMEM, "public pages");
	}
	*ret = c;
	return VT_OK;
}

void
vt_citizen_free(struct vt_citizen *c)
{
	if (c == NULL)
		return;
	vt_http_rate_free(c->looking);
	vt_http_rate_free(c->guessing);
	free(c);
}

struct vt_http_face
vt_citizen_face(struct vt_citizen *c)
{
	return (struct vt_http_face){
		.prefix = "/",
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]),
		.app = c,
		.fail = vt_citizen_fail,
	};
}

int
vt_citizen_admit(struct vt_http_req *req, struct vt_err *reterr)
{
	struct vt_citizen *c = req->app;

	return vt_http_rate_take(
	    c->looking, req->peer, &req->retry_after_s, reterr);
}

/* What the reader can do about it. NULL: nothing particular. */
static const char *
advice(const struct vt_page *p, int code)
{
	switch (code) {
	case VT_E_NOT_FOUND:
		return vt_page_t(p,
		    "Nếu bạn nhập mã từ bản giấy, hãy so lại từng ký tự. Mã có "
		    "17 chữ và số; chữ O đọc là 0, chữ I và L đọc là 1. Nếu "
		    "mã đúng như trên giấy mà vẫn không có, bản giấy đó "
		    "không do các cơ quan ở đây phát hành: hãy hỏi cơ quan "
		    "ghi trên giấy.",
		    "If you typed a code from a print-out, compare it again "
		    "letter by letter. It has 17 letters and digits; O reads "
		    "as 0, I and L as 1. If it is right and still not found, "
		    "that paper was not issued by the agencies here: ask the "
		    "agency named on it.");
	case VT_E_FORBIDDEN:
		return vt_page_t(p,
		    "Thông tin bạn nhập không khớp với thông tin người nhận đã "
		    "khai trong hồ sơ. Hãy xem lại giấy hẹn trả kết quả.",
		    "What you entered is not what the holder stated in the "
		    "dossier. Look at the appointment slip.");
	case VT_E_LIMIT:
		return vt_page_t(p,
		    "Tệp lớn hơn 100 MB không kiểm tra được "
		    "ở trang này.",
		    "A file larger than 100 MB cannot be checked here.");
	case VT_E_FILE_EMPTY:
		return vt_page_t(p, "Bạn chưa chọn tệp, hoặc tệp rỗng.",
		    "No file was chosen, or it is empty.");
	default:
		return NULL;
	}
}

/* The path for the language switch, NULL: none. Nothing that a browser could
 * take for another server's address. */
static const char *
again(const struct vt_http_req *req)
{
	const char *path = req->path;

	if (req->method == NULL || strcmp(req->method, "GET") != 0 ||
	    path == NULL || strncmp(path, "/r/", 3) != 0)
		return NULL;
	for (const char *p = path; *p != '\0'; p++)
		if (!(*p >= '0' && *p <= '9') && !(*p >= 'a' && *p <= 'z') &&
		    !(*p >= 'A' && *p <= 'Z') && *p != '-' && *p != '/')
			return NULL;
	return path;
}

/* The way on: to the result whose fact was wrong, or to the first page. */
static void
way_on(struct vt_page *p, const struct vt_http_req *req, int code)
{
	if (code == VT_E_FORBIDDEN && req->route != NULL &&
	    strcmp(req->route->pattern, DOWNLOAD) == 0)
		vt_html(p->b,
		    "<p><a class=\"button\" href=\"/r/%s%s\">%s</a></p>\n",
		    vt_http_param(req, "code"), vt_page_suffix(p),
		    vt_page_t(p, "Nhập lại", "Try again"));
	else
		vt_html(p->b,
		    "<p><a class=\"button\" href=\"/%s\">%s</a></p>\n",
		    vt_page_suffix(p),
		    vt_page_t(
			p, "Về trang tra cứu", "Back to the look-up page"));
}

void
vt_citizen_fail(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res)
{
	const struct vt_err_info *i = vt_err_info(err->code);
	struct vt_page p = { .en = vt_page_wants_en(req) };
	char id[VT_ID_TEXT + 1];
	const char *head;

	res->status = i->http_status;
	head = p.en ? i->en : i->vi;
	if (err->code == VT_E_FORBIDDEN)
		head = vt_page_t(&p, "Thông tin không khớp", "It differs");
	vt_page_open(&p, req, res, head, again(req));
	vt_html(p.b, "<h1>%s</h1>\n", head);
	if (advice(&p, err->code) != NULL)
		vt_html(p.b, "<p>%s</p>\n", advice(&p, err->code));
	if (req->retry_after_s > 0)
		vt_html(p.b, "<p>%s %u %s</p>\n",
		    vt_page_t(&p, "Hãy thử lại sau", "Try again in"),
		    req->retry_after_s, vt_page_t(&p, "giây.", "seconds."));
	vt_id_text(&req->id, id);
	way_on(&p, req, err->code);
	vt_html(p.b,
	    "<p class=\"quiet\">%s <code>%s</code> · <code>%s</code></p>\n",
	    vt_page_t(&p, "Mã yêu cầu để báo lỗi:", "Request, for a report:"),
	    id, i->slug);
	vt_page_close(&p);
}
