/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who one is here: roles, password, second factor, devices, delegations. */
#include "api/office/accounts.h"
#include "api/office/factor.h"
#include "api/office/qr.h"
#include "api/web/web_priv.h"
#include "base/secret.h"
#include "base/text.h"

static void
roles(struct vt_desk *d)
{
	static const struct {
		uint32_t bit;
		const char *vi, *en;
	} names[] = { { VT_ROLE_LEADER, "lãnh đạo", "leader" },
		{ VT_ROLE_OFFICER, "chuyên viên", "officer" },
		{ VT_ROLE_CLERK, "văn thư", "clerk" },
		{ VT_ROLE_ADMIN, "quản trị", "administrator" },
		{ VT_ROLE_AUDITOR, "kiểm tra", "auditor" },
		{ VT_ROLE_ARCHIVIST, "lưu trữ", "archivist" } };
	size_t n = 0;

	vt_html(d->page.b, "<div><dt>%s</dt><dd>", T(d, "Vai trò", "Roles"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((d->me->roles & names[i].bit) != 0)
			vt_html(d->page.b, "%s%s", n++ == 0 ? "" : ", ",
			    T(d, names[i].vi, names[i].en));
	vt_html(d->page.b, "</dd></div>\n");
}

static void
said(struct vt_desk *d)
{
	const char *done = vt_http_query(d->req, "done");

	if (done != NULL && strcmp(done, "off") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Đã tắt xác thực hai lớp.",
			"The second factor is off."));
}

static void
head(struct vt_desk *d)
{
	vt_desk_open(d, T(d, "Tài khoản của tôi", "My account"), "/desk/me");
	vt_html(d->page.b, "<div class=\"narrow\">\n<h1>%s</h1>\n",
	    T(d, "Tài khoản của tôi", "My account"));
}

static void
factor(struct vt_desk *d, const struct vt_factor *f)
{
	struct vt_buf *b = d->page.b;
	char left[16];

	(void)snprintf(left, sizeof(left), "%" PRIu32, f->recovery_left);
	vt_html(b,
	    "<section class=\"box\"><h2>%s</h2>\n<p>%s <b>%s</b>%s%s</p>\n"
	    "<p><a class=\"button second\" href=\"/desk/me/factor\">%s</a></p>"
	    "\n</section>\n",
	    T(d, "Xác thực hai lớp", "Second factor"),
	    T(d, "Trạng thái:", "It is"),
	    f->on ? T(d, "đang bật", "on") : T(d, "chưa bật", "off"),
	    f->on
		? T(d, "; số mã dự phòng còn lại: ", "; recovery codes left: ")
		: "",
	    f->on ? left : "",
	    f->on ? T(d, "Đổi hoặc tắt", "Change it, or turn it off")
		  : T(d, "Bật xác thực hai lớp", "Turn it on"));
}

int
vt_web_me(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_factor f = { .on = false };
	struct vt_desk d;
	struct vt_buf *b;
	bool local;
	int rc;

	vt_desk_begin(&d, req, res);
	rc = vt_office_factor(d.office, d.me, &f, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	local = rc == VT_OK; /* else he comes by a provider only */
	b = d.page.b;
	head(&d);
	said(&d);
	vt_html(b, "<dl class=\"facts box\">\n");
	vt_page_row(&d.page, T(&d, "Họ và tên", "Name"), d.me->name);
	vt_page_row(&d.page, T(&d, "Chức vụ", "Position"), d.me->position);
	vt_page_row(&d.page, T(&d, "Cơ quan", "Agency"), d.me->agency_name);
	roles(&d);
	vt_html(b, "</dl>\n");
	if (local)
		factor(&d, &f);
	if (local)
		vt_html(b,
		    "<p><a class=\"button second\" href=\"/desk/password\">%s"
		    "</a></p>\n",
		    T(&d, "Đổi mật khẩu", "Change the password"));
	if (vt_who_may(d.me, VT_DUTY_SEE_DELEGATIONS, NULL) == VT_OK)
		vt_html(b,
		    "<p><a class=\"button second\" href=\"/desk/delegations\">"
		    "%s</a></p>\n",
		    T(&d, "Ủy quyền", "Delegations"));
	vt_html(b, "<form action=\"/desk/me/sign-out-all\" method=\"post\">\n");
	vt_desk_csrf(&d);
	vt_html(b,
	    "<p><button type=\"submit\" class=\"second\">%s</button></p>\n"
	    "</form>\n</div>\n",
	    T(&d, "Đăng xuất khỏi mọi thiết bị", "Sign out everywhere"));
	vt_desk_close(&d);
	return VT_OK;
}

int
vt_web_sign_out_all(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_webform f;
	struct vt_desk d;
	size_t n = 0;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK ||
	    (rc = vt_office_sign_out_all(d.office, d.me, &n, reterr)) != VT_OK)
		return rc;
	vt_http_res_see_other(res, "/desk/sign-in");
	return VT_OK;
}

/* --- the second factor --- */

static const char *
why_not(struct vt_desk *d, int code)
{
	switch (code) {
	case VT_E_SIGN_IN_FAILED:
		return T(d, "Mật khẩu hoặc mã không đúng.",
		    "The password or the code is wrong.");
	case VT_E_SECOND_FACTOR:
		return T(d,
		    "Xác thực hai lớp đang bật: hãy nhập cả mã của ứng dụng "
		    "hiện nay, hoặc một mã dự phòng.",
		    "It is on: enter a code of the present authenticator, or "
		    "a recovery code.");
	case VT_E_NOT_FOUND:
		return T(d,
		    "Khóa bí mật đã hết hạn, hoặc tài khoản này không đăng "
		    "nhập bằng mật khẩu. Hãy làm lại từ đầu.",
		    "The key is too old, or this account has no password. "
		    "Begin again.");
	default:
		return vt_desk_error(d, code);
	}
}

static void
factor_head(struct vt_desk *d, const struct vt_err *err)
{
	vt_desk_open(d, T(d, "Xác thực hai lớp", "Second factor"), NULL);
	vt_html(d->page.b,
	    "<div class=\"narrow\">\n<p class=\"up\"><a href=\"/desk/me\">← %s"
	    "</a></p>\n<h1>%s</h1>\n",
	    T(d, "Tài khoản của tôi", "My account"),
	    T(d, "Xác thực hai lớp", "Second factor"));
	if (err != NULL)
		vt_desk_notice(d, VT_TONE_BAD, why_not(d, err->code));
}

/* What both forms ask; which: ids are unique on a page. */
static void
proof(struct vt_desk *d, const char *which, const struct vt_factor *f)
{
	struct vt_buf *b = d->page.b;

	/* for keepers of passwords: whose it is */
	vt_html(b,
	    "<input type=\"text\" autocomplete=\"username\" value=\"%s\" "
	    "hidden>\n",
	    f->login);
	vt_html(b,
	    "<label for=\"%spassword\">%s</label>\n"
	    "<input id=\"%spassword\" name=\"password\" type=\"password\" "
	    "required maxlength=\"256\" autocomplete=\"current-password\">\n",
	    which, T(d, "Mật khẩu", "Password"), which);
	if (f->on)
		vt_html(b,
		    "<label for=\"%scode\">%s</label>\n"
		    "<input id=\"%scode\" name=\"code\" type=\"text\" required "
		    "maxlength=\"20\" autocomplete=\"one-time-code\" "
		    "spellcheck=\"false\">\n",
		    which,
		    T(d, "Mã của ứng dụng hiện nay, hoặc một mã dự phòng",
			"A code of the present authenticator, or a recovery "
			"code"),
		    which);
}

static void
off_form(struct vt_desk *d, const struct vt_factor *f)
{
	vt_html(d->page.b,
	    "<form class=\"sheet\" action=\"/desk/me/factor/off\" "
	    "method=\"post\">\n<h2>%s</h2>\n",
	    T(d, "Tắt xác thực hai lớp", "Turn it off"));
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	proof(d, "off-", f);
	vt_html(d->page.b,
	    "<p class=\"go\"><button type=\"submit\" class=\"strong\">%s"
	    "</button></p>\n</form>\n",
	    T(d, "Tắt", "Turn it off"));
}

static int
ask(struct vt_desk *d, const struct vt_err *err, struct vt_err *reterr)
{
	struct vt_buf *b = d->page.b;
	struct vt_factor f;
	int rc;

	if ((rc = vt_office_factor(d->office, d->me, &f, reterr)) != VT_OK)
		return rc;

	factor_head(d, err);
	vt_html(b,
	    "<p>%s</p>\n<form class=\"sheet\" action=\"/desk/me/factor\" "
	    "method=\"post\">\n",
	    T(d,
		"Khi đăng nhập, ngoài mật khẩu sẽ hỏi thêm mã 6 chữ số trong "
		"ứng dụng xác thực trên điện thoại của bạn.",
		"Besides your password you are asked for 6 digits of an "
		"authenticator on your phone."));
	vt_desk_csrf(d);
	if (f.on)
		vt_html(b, "<h2>%s</h2>\n",
		    T(d, "Đổi ứng dụng xác thực", "Change the authenticator"));
	proof(d, "", &f);
	vt_html(b,
	    "<p class=\"go\"><button type=\"submit\" class=\"main\">%s</button>"
	    "</p>\n</form>\n",
	    T(d, "Lấy khóa mới", "Get a new key"));
	if (f.on)
		off_form(d, &f);
	vt_html(b, "<p class=\"hint\">%s</p>\n</div>\n",
	    T(d,
		"Mất điện thoại và hết mã dự phòng: người quản trị của cơ "
		"quan tắt giúp xác thực hai lớp.",
		"Lost the phone and the recovery codes: the agency's "
		"administrator turns it off for you."));
	vt_desk_close(d);
	return VT_OK;
}

int
vt_web_factor(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;

	vt_desk_begin(&d, req, res);
	return ask(&d, NULL, reterr);
}

/* Drawn by shapes, not as a picture: no address has the secret in it. */
static void
draw(struct vt_desk *d, const char *uri)
{
	unsigned side = 0;
	VT_BUF_AUTO(path);

	path.secret = true;
	if (vt_office_qr(uri, &path, &side, NULL) != VT_OK)
		return; /* the key for typing is below */
	vt_html(d->page.b,
	    "<svg class=\"qr\" viewBox=\"0 0 %u %u\" role=\"img\" "
	    "aria-label=\"%s\" shape-rendering=\"crispEdges\">"
	    "<path fill=\"#fff\" d=\"M0 0h%uv%uH0z\"/>"
	    "<path fill=\"#000\" d=\"%s\"/></svg>\n",
	    side, side,
	    T(d, "Mã QR cho ứng dụng xác thực",
		"QR code for the authenticator"),
	    side, side, vt_buf_str(&path));
}

static void
offered(struct vt_desk *d, const struct vt_totp_offer *o, bool wrong)
{
	struct vt_buf *b = d->page.b;

	factor_head(d, NULL);
	vt_html(b, "<h2>1. %s</h2>\n",
	    T(d, "Quét mã bằng ứng dụng xác thực",
		"Scan it with your authenticator"));
	draw(d, o->uri);
	vt_html(b,
	    "<p>%s</p>\n<p><code id=\"secret\">%s</code></p>\n"
	    "<details><summary>%s</summary><p><code>%s</code></p></details>\n"
	    "<h2>2. %s</h2>\n<form class=\"sheet\" "
	    "action=\"/desk/me/factor/confirm\" method=\"post\">\n",
	    T(d, "hoặc nhập khóa này vào ứng dụng:", "or type this key:"),
	    o->secret, T(d, "Địa chỉ đầy đủ", "The whole address"), o->uri,
	    T(d, "Nhập mã mà ứng dụng hiện ra", "Enter the code it shows"));
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	/* for a wrong code: the page again, with the same key */
	vt_html(b,
	    "<input type=\"hidden\" name=\"secret\" value=\"%s\">\n"
	    "<input type=\"hidden\" name=\"uri\" value=\"%s\">\n"
	    "<label for=\"code\">%s</label>\n"
	    "<input id=\"code\" name=\"code\" type=\"text\" required "
	    "maxlength=\"10\" inputmode=\"numeric\" "
	    "autocomplete=\"one-time-code\" spellcheck=\"false\"%s>\n",
	    o->secret, o->uri, T(d, "Mã 6 chữ số", "6 digits"),
	    /* no quotes: it is escaped */
	    wrong ? " aria-invalid=true aria-describedby=code-why" : "");
	if (wrong)
		vt_html(b,
		    "<p class=\"error\" role=\"alert\" id=\"code-why\">%s"
		    "</p>\n",
		    T(d,
			"Mã không đúng. Hãy nhập mã mới nhất của ứng dụng; nếu "
			"vẫn sai, xem giờ của điện thoại đã đúng chưa.",
			"The code is wrong. Enter the newest one; if it is "
			"wrong again, see whether the phone's clock is "
			"right."));
	vt_html(b,
	    "<p class=\"go\"><button type=\"submit\" class=\"main\">%s</button>"
	    "</p>\n</form>\n</div>\n",
	    T(d, "Bật xác thực hai lớp", "Turn it on"));
	vt_desk_close(d);
}

int
vt_web_factor_post(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_totp_offer o;
	struct vt_webform f;
	struct vt_desk d;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK ||
	    (rc = vt_webform_secret(&f, "password", &password, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_office_totp_offer(
	    d.office, d.me, password, vt_webform_get(&f, "code"), &o, &err);
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		return ask(&d, &err, reterr);
	}
	offered(&d, &o, false);
	vt_wipe(&o, sizeof(o));
	return VT_OK;
}

static void
confirmed(
    struct vt_desk *d, char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1])
{
	struct vt_buf *b = d->page.b;

	factor_head(d, NULL);
	vt_desk_notice(d, VT_TONE_GOOD,
	    T(d, "Đã bật xác thực hai lớp.", "The second factor is on."));
	vt_html(b, "<h2>%s</h2>\n<p>%s</p>\n<ul class=\"codes\">\n",
	    T(d, "Mã dự phòng", "Recovery codes"),
	    T(d,
		"Mỗi mã dùng được một lần khi không có điện thoại. Các mã này "
		"chỉ hiện một lần: hãy in ra hoặc chép lại, cất nơi an toàn.",
		"Each is good once, without the phone. They are shown this "
		"once: print them or write them down, and keep them safe."));
	for (size_t i = 0; i < VT_L(RECOVERY_CODES); i++)
		vt_html(b, "<li><code>%s</code></li>\n", codes[i]);
	vt_html(b,
	    "</ul>\n<p><a class=\"button\" href=\"/desk\">%s</a></p>\n</div>\n",
	    T(d, "Đã cất các mã, về việc cần làm",
		"I have kept them, on to work"));
	vt_desk_close(d);
}

int
vt_web_factor_confirm(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1];
	struct vt_request rq = { .key = "" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_webform f;
	struct vt_desk d;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK)
		return rc;
	rq.actor = d.me;
	rq.key = vt_webform_get(&f, "key");
	rq.hash = vt_sha256(vt_span_str("desk second factor"));
	rc = vt_office_totp_confirm(d.office, &rq, vt_webform_get(&f, "code"),
	    vt_span_str(d.user->token), codes, &err);
	if (rc == VT_E_SIGN_IN_FAILED &&
	    *vt_webform_get(&f, "secret") != '\0') {
		struct vt_totp_offer o;

		vt_text_fit(
		    o.secret, sizeof(o.secret), vt_webform_get(&f, "secret"));
		vt_text_fit(o.uri, sizeof(o.uri), vt_webform_get(&f, "uri"));
		res->status = vt_err_info(rc)->http_status;
		offered(&d, &o, true);
		vt_wipe(&o, sizeof(o));
		return VT_OK;
	}
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		return ask(&d, &err, reterr);
	}
	confirmed(&d, codes);
	vt_wipe(codes, sizeof(codes));
	return VT_OK;
}

int
vt_web_factor_off(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_request rq = { .key = "" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_webform f;
	struct vt_desk d;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK ||
	    (rc = vt_webform_secret(&f, "password", &password, reterr)) !=
		VT_OK)
		return rc;
	rq.actor = d.me;
	rq.key = vt_webform_get(&f, "key");
	rq.hash = vt_sha256(vt_span_str("desk second factor off"));
	rc = vt_office_factor_off(
	    d.office, &rq, password, vt_webform_get(&f, "code"), &err);
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		return ask(&d, &err, reterr);
	}
	vt_http_res_see_other(res, "/desk/me?done=off");
	return VT_OK;
}
