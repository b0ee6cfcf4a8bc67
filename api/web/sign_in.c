/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in and out, the cookie, one's password, the language. */
#include <stdlib.h>

#include "api/office/answers.h"
#include "api/office/oidc.h"
#include "api/web/web_priv.h"
#include "base/secret.h"
#include "base/text.h"

#define NEXT_MAX 200

/* --- cookies --- */

static const char *
cookie_name(const struct vt_web *w)
{
	return w->secure ? "__Host-vt" : "vt";
}

/* value "": away with it. */
static void
set_session(struct vt_desk *d, const char *value)
{
	char c[256];

	(void)snprintf(c, sizeof(c),
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name(d->web),
	    value, d->web->secure ? "; Secure" : "",
	    *value == '\0' ? "; Max-Age=0" : "");
	vt_http_res_cookie(d->res, c);
	vt_wipe(c, sizeof(c));
}

/* That somebody signed in here before: whose wrong passwords elsewhere make
 * him wait, they do not here. It opens nothing. */
static const char *
device_name(const struct vt_web *w)
{
	return w->secure ? "__Host-vt-device" : "vt-device";
}

static void
set_device(struct vt_desk *d, const char *value)
{
	char c[256];

	(void)snprintf(c, sizeof(c),
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s; Max-Age=%zu",
	    device_name(d->web), value, d->web->secure ? "; Secure" : "",
	    VT_L(DEVICE_S));
	vt_http_res_cookie(d->res, c);
	vt_wipe(c, sizeof(c));
}

static void
user_free(void *arg)
{
	vt_wipe(arg, sizeof(struct vt_web_user));
	free(arg);
}

int
vt_web_admit(struct vt_http_req *req, struct vt_err *reterr)
{
	struct vt_web *w = req->app;
	const char *token = vt_http_cookie(req, cookie_name(w));
	struct vt_web_user *u;
	int rc;

	if (token == NULL || strlen(token) != VT_SESSION_TOKEN)
		return vt_err_set(
		    reterr, VT_E_UNAUTHENTICATED, "desk: nobody is signed in");
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "desk: no memory");
	rc = vt_office_session(
	    w->office, vt_span_str(token), &u->session, reterr);
	if (rc != VT_OK) {
		user_free(u);
		return rc;
	}
	memcpy(u->token, token, VT_SESSION_TOKEN);
	vt_session_csrf(w->office, vt_span_str(u->token), u->csrf);
	req->user = u;
	req->user_free = user_free;
	/* A password that somebody else set opens nothing but its change. */
	if (u->session.must_change &&
	    strcmp(req->route->pattern, "/desk/password") != 0 &&
	    strcmp(req->route->pattern, "/desk/sign-out") != 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "desk: the password must be changed first");
	return VT_OK;
}

int
vt_web_same_origin(const struct vt_http_req *req, struct vt_err *reterr)
{
	struct vt_span site = vt_http_header(req, "Sec-Fetch-Site");
	struct vt_span origin = vt_http_header(req, "Origin");
	struct vt_span host = vt_http_header(req, "Host");
	bool own = true;

	if (site.p != NULL)
		own =
		    vt_span_is(site, "same-origin") || vt_span_is(site, "none");
	/* "null" is what a page says that hides where it comes from; ours do
	 * not (Referrer-Policy: same-origin). Every browser since Chrome 76
	 * and Firefox 70 says one of the two. */
	else if (origin.p != NULL)
		own =
		    origin.n > host.n + 3 &&
		    memcmp(origin.p + origin.n - host.n, host.p, host.n) == 0 &&
		    memcmp(origin.p + origin.n - host.n - 3, "://", 3) == 0;
	return own ? VT_OK
		   : vt_err_set(reterr, VT_E_CSRF,
			 "form: it was sent by a page of another site");
}

int
vt_web_own_form(
    const struct vt_desk *d, const char *csrf, struct vt_err *reterr)
{
	int rc = vt_web_same_origin(d->req, reterr);

	return rc != VT_OK ? rc
			   : vt_session_csrf_check(d->office,
				 vt_span_str(d->user->token), csrf, reterr);
}

int
vt_web_open_form(struct vt_http_req *req, struct vt_http_res *res,
    struct vt_desk *d, struct vt_webform *ret, struct vt_err *reterr)
{
	int rc;

	vt_desk_begin(d, req, res);
	rc = vt_webform_read(req, ret, reterr);
	return rc != VT_OK
		   ? rc
		   : vt_web_own_form(d, vt_webform_get(ret, "csrf"), reterr);
}

/* --- signing in --- */

/* A page of the desk to go on to, nothing that a browser could take for
 * another server's. */
static const char *
safe_next(const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	if (n < 5 || n > NEXT_MAX || strncmp(s, "/desk", 5) != 0 ||
	    strstr(s, "//") != NULL)
		return "/desk";
	for (size_t i = 0; i < n; i++)
		if (strchr("/-_.?=&", s[i]) == NULL &&
		    !(s[i] >= '0' && s[i] <= '9') &&
		    !(s[i] >= 'a' && s[i] <= 'z') &&
		    !(s[i] >= 'A' && s[i] <= 'Z'))
			return "/desk";
	return s;
}

/* Other ways in, which api/oidc carries out. */
static void
providers(struct vt_desk *d, const char *next)
{
	char query[3 * NEXT_MAX + 1];
	size_t n = 0;

	/* of what safe_next lets through, only "&" means something there */
	for (const char *s = next; *s != '\0' && n + 3 < sizeof(query); s++) {
		if (*s == '&') {
			memcpy(query + n, "%26", 3);
			n += 3;
		} else {
			query[n++] = *s;
		}
	}
	query[n] = '\0';
	for (size_t i = 0; i < d->web->n_providers; i++) {
		const struct vt_oidc_provider *p = &d->web->providers[i];

		vt_html(d->page.b,
		    "<p><a class=\"button\" id=\"by-%s\" "
		    "href=\"/desk/oidc/%s/go?next=%s\">%s %s</a></p>\n",
		    p->id, p->id, query, T(d, "Đăng nhập bằng", "Sign in by"),
		    p->title);
	}
}

static void
sign_in_page(struct vt_desk *d, const char *error, const char *login,
    const char *next, bool want_code)
{
	struct vt_buf *b = d->page.b;

	vt_desk_open(d, T(d, "Đăng nhập", "Sign in"), NULL);
	vt_html(b, "<div class=\"narrow\">\n<h1>%s</h1>\n",
	    T(d, "Đăng nhập bàn văn thư", "Sign in to the desk"));
	if (error != NULL)
		vt_html(b,
		    "<p class=\"notice bad\" role=\"alert\" id=\"why\">"
		    "<span class=\"sign\" aria-hidden=\"true\">✕</span> "
		    "%s</p>\n",
		    error);
	vt_html(b,
	    "<form class=\"sheet\" action=\"/desk/sign-in\" "
	    "method=\"post\">\n"
	    "<input type=\"hidden\" name=\"next\" value=\"%s\">\n"
	    "<label for=\"login\">%s</label>\n"
	    "<input id=\"login\" name=\"login\" type=\"text\" required "
	    "maxlength=\"64\" autocomplete=\"username\" "
	    "autocapitalize=\"none\" spellcheck=\"false\" value=\"%s\">\n",
	    next, T(d, "Tên đăng nhập", "Login name"), login);
	vt_html(b,
	    "<label for=\"password\">%s</label>\n"
	    "<input id=\"password\" name=\"password\" type=\"password\" "
	    "required maxlength=\"256\" autocomplete=\"current-password\">\n"
	    "<label for=\"code\">%s</label>\n"
	    "<input id=\"code\" name=\"code\" type=\"text\" maxlength=\"20\" "
	    "autocomplete=\"one-time-code\" spellcheck=\"false\" "
	    "aria-describedby=\"code-hint\"",
	    T(d, "Mật khẩu", "Password"),
	    T(d, "Mã xác thực hai lớp (nếu đã bật)",
		"One-time code (if you turned it on)"));
	if (want_code)
		vt_html(b, " aria-invalid=\"true\"");
	vt_html(b,
	    ">\n<p class=\"hint\" id=\"code-hint\">%s</p>\n"
	    "<p><button type=\"submit\">%s</button></p>\n</form>\n",
	    T(d, "6 chữ số trong ứng dụng xác thực, hoặc một mã dự phòng.",
		"6 digits of your authenticator, or a recovery code."),
	    T(d, "Đăng nhập", "Sign in"));
	providers(d, next);
	vt_html(b, "<p class=\"quiet\"><a href=\"/%s\">%s</a></p>\n</div>\n",
	    d->page.en ? "?lang=en" : "",
	    T(d, "Trang tra cứu và kiểm tra công khai",
		"Public look-up and check"));
	vt_desk_close(d);
}

int
vt_web_sign_in(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;

	(void)reterr;
	vt_desk_begin(&d, req, res);
	sign_in_page(
	    &d, NULL, "", safe_next(vt_http_query(req, "next")), false);
	return VT_OK;
}

/* crowded: it was not looked at, because too many come from there. */
static const char *
why_not(struct vt_desk *d, int code, unsigned wait_s, bool crowded)
{
	char *s;

	switch (code) {
	case VT_E_SIGN_IN_FAILED:
		return T(d, "Sai tên đăng nhập, mật khẩu hoặc mã xác thực.",
		    "Wrong login name, password or one-time code.");
	case VT_E_SECOND_FACTOR:
		return T(d,
		    "Tài khoản này có xác thực hai lớp: hãy nhập lại mật khẩu "
		    "cùng mã 6 chữ số.",
		    "This account has a second factor: enter the password "
		    "again, with the 6-digit code.");
	case VT_E_HTTP_TOO_MANY:
		if ((s = vt_arena_alloc(d->req->arena, 160)) == NULL)
			break;
		(void)snprintf(s, 160, "%s %u %s",
		    crowded ? T(d,
				  "Đăng nhập quá nhiều lần từ mạng này. "
				  "Hãy đợi",
				  "Too many sign-ins from this network. Wait")
			    : T(d, "Đã thử sai nhiều lần. Hãy đợi",
				  "Too many wrong tries. Wait"),
		    wait_s,
		    T(d, "giây rồi thử lại.", "seconds, then try again."));
		return s;
	default:
		break;
	}
	return vt_desk_error(d, code);
}

/*
 * Passwords cost us time, so that of one place so many are looked at and no
 * more; right ones do not count, so that an office behind one address does not
 * keep itself out. A device that is known is a place of its own.
 */
static int
try(struct vt_desk *d, const struct vt_sign_in *who, unsigned *ret_wait_s,
    struct vt_session *ret, bool *ret_crowded, struct vt_err *reterr)
{
	char place[VT_SIGN_IN_PLACE + 1];
	int rc;

	rc = vt_office_sign_in_place(d->office, who, place, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_http_rate_take(d->web->trying, place, ret_wait_s, reterr);
	*ret_crowded = rc != VT_OK;
	if (rc != VT_OK)
		return rc;
	rc = vt_office_sign_in(d->office, who, ret_wait_s, ret, reterr);
	if (rc == VT_OK)
		vt_http_rate_give(d->web->trying, place);
	return rc;
}

int
vt_web_sign_in_post(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s = { 0 };
	struct vt_sign_in who = { 0 };
	struct vt_webform f;
	struct vt_desk d;
	bool crowded = false;
	unsigned wait_s = 0;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK ||
	    (rc = vt_web_same_origin(req, reterr)) != VT_OK ||
	    (rc = vt_webform_secret(&f, "password", &password, reterr)) !=
		VT_OK)
		return rc;
	who.login = vt_webform_get(&f, "login");
	who.code = vt_webform_get(&f, "code");
	who.password = password;
	who.address = req->peer;
	who.device = vt_http_cookie(req, device_name(d.web));
	rc = try(&d, &who, &wait_s, &s, &crowded, &err);
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		req->retry_after_s = wait_s;
		sign_in_page(&d, why_not(&d, rc, wait_s, crowded),
		    vt_webform_get(&f, "login"),
		    safe_next(vt_webform_get(&f, "next")),
		    rc == VT_E_SECOND_FACTOR);
		return VT_OK;
	}
	set_session(&d, s.token);
	set_device(&d, s.device);
	vt_http_res_see_other(res, s.must_change
				       ? "/desk/password"
				       : safe_next(vt_webform_get(&f, "next")));
	vt_wipe(&s, sizeof(s));
	return VT_OK;
}

int
vt_web_sign_out(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_webform f;
	struct vt_desk d;
	int rc;

	if ((rc = vt_web_open_form(req, res, &d, &f, reterr)) != VT_OK ||
	    (rc = vt_office_sign_out(
		 d.office, vt_span_str(d.user->token), reterr)) != VT_OK)
		return rc;
	set_session(&d, "");
	vt_http_res_see_other(res, "/desk/sign-in");
	return VT_OK;
}

int
vt_web_language(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *to = vt_http_query(req, "to");
	struct vt_desk d;

	(void)reterr;
	vt_desk_begin(&d, req, res);
	vt_http_res_header(res, "Set-Cookie",
	    to != NULL && strcmp(to, "en") == 0
		? "vt-lang=en; Path=/desk; HttpOnly; SameSite=Lax; "
		  "Max-Age=31536000"
		: "vt-lang=vi; Path=/desk; HttpOnly; SameSite=Lax; "
		  "Max-Age=31536000");
	vt_http_res_see_other(res, safe_next(vt_http_query(req, "back")));
	return VT_OK;
}

/* --- one's password --- */

static void
password_field(struct vt_desk *d, const char *name, const char *label,
    const char *complete, const char *wrong)
{
	const char *hint =
	    strcmp(name, "new") != 0
		? ""
		: T(d,
		      "Ít nhất 10 ký tự. Dài và dễ nhớ, ví dụ bốn từ không "
		      "liên "
		      "quan.",
		      "At least 10 characters. Long and easy to remember: four "
		      "unrelated words.");

	static_assert(VT_L(PASSWORD_MIN) == 10, "as the hint says");

	vt_html(d->page.b,
	    "<label for=\"%s\">%s</label>\n"
	    "<input id=\"%s\" name=\"%s\" type=\"password\" required "
	    "maxlength=\"256\" autocomplete=\"%s\" "
	    "aria-describedby=\"%s-hint\"%s>\n"
	    "<p class=\"hint\" id=\"%s-hint\">%s</p>\n",
	    name, label, name, name, complete, name,
	    /* no quotes: it is escaped */
	    wrong != NULL && strcmp(wrong, name) == 0 ? " aria-invalid=true"
						      : "",
	    name, hint);
}

static void
password_page(struct vt_desk *d, const char *wrong, const char *said)
{
	struct vt_buf *b = d->page.b;

	vt_desk_open(d, T(d, "Mật khẩu", "Password"), NULL);
	vt_html(b, "<div class=\"narrow\">\n<h1>%s</h1>\n",
	    T(d, "Đổi mật khẩu", "Change your password"));
	if (said != NULL)
		vt_desk_notice(d, VT_TONE_BAD, said);
	else if (d->user->session.must_change)
		vt_desk_notice(d, VT_TONE_UNSURE,
		    T(d,
			"Mật khẩu này do người khác đặt: hãy đổi trước khi "
			"làm việc.",
			"Somebody else set this password: change it first."));
	vt_html(b, "<form class=\"sheet\" action=\"/desk/password\" "
		   "method=\"post\">\n");
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	password_field(d, "old", T(d, "Mật khẩu hiện nay", "Present password"),
	    "current-password", wrong);
	password_field(d, "new", T(d, "Mật khẩu mới", "New password"),
	    "new-password", wrong);
	password_field(d, "again",
	    T(d, "Nhập lại mật khẩu mới", "The new one again"), "new-password",
	    wrong);
	vt_html(b,
	    "<p><button type=\"submit\">%s</button></p>\n</form>\n"
	    "</div>\n",
	    T(d, "Đổi mật khẩu", "Change it"));
	vt_desk_close(d);
}

int
vt_web_password(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;

	(void)reterr;
	vt_desk_begin(&d, req, res);
	password_page(&d, NULL, NULL);
	return VT_OK;
}

static int
change_password(
    struct vt_desk *d, const struct vt_webform *f, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *old = NULL, *new = NULL;
	struct vt_request rq = { .actor = d->me };
	int rc;

	if ((rc = vt_web_own_form(d, vt_webform_get(f, "csrf"), reterr)) !=
		VT_OK ||
	    (rc = vt_webform_secret(f, "old", &old, reterr)) != VT_OK ||
	    (rc = vt_webform_secret(f, "new", &new, reterr)) != VT_OK)
		return rc;
	rq.key = vt_webform_get(f, "key");
	rq.hash = vt_office_secret_tag(
	    d->office, vt_span_str(rq.key), vt_secret_view(new));
	return vt_office_change_password(
	    d->office, &rq, old, new, vt_span_str(d->user->token), reterr);
}

static const char *
why_no_password(const struct vt_desk *d, const struct vt_webform *f, int code)
{
	const char *new = vt_webform_get(f, "new");

	if (code == VT_E_SIGN_IN_FAILED)
		return T(d, "Mật khẩu hiện nay không đúng.",
		    "The present password is wrong.");
	if (code != VT_E_PASSWORD_WEAK)
		return vt_desk_error(d, code);
	if (vt_utf8_length(vt_span_str(new)) < VT_L(PASSWORD_MIN))
		return T(d, "Mật khẩu mới quá ngắn: cần ít nhất 10 ký tự.",
		    "The new password is too short: at least 10 characters.");
	if (strcmp(new, vt_webform_get(f, "old")) == 0)
		return T(d, "Mật khẩu mới phải khác mật khẩu hiện nay.",
		    "The new password has to differ from the present one.");
	return T(d, "Mật khẩu mới không được trùng tên đăng nhập.",
	    "The new password must not be the login name.");
}

int
vt_web_password_post(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_webform f;
	struct vt_desk d;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	if (strcmp(vt_webform_get(&f, "new"), vt_webform_get(&f, "again")) !=
	    0) {
		res->status = 422;
		password_page(&d, "again",
		    T(&d, "Hai lần nhập mật khẩu mới khác nhau.",
			"The two new passwords differ."));
		return VT_OK;
	}
	rc = change_password(&d, &f, &err);
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		password_page(&d,
		    rc == VT_E_SIGN_IN_FAILED  ? "old"
		    : rc == VT_E_PASSWORD_WEAK ? "new"
					       : NULL,
		    why_no_password(&d, &f, rc));
		return VT_OK;
	}
	vt_http_res_see_other(res, "/desk?done=password");
	return VT_OK;
}
