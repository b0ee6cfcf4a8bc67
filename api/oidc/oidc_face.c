/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/oidc/oidc_face.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/http/rate.h"
#include "base/limits.h"
#include "base/secret.h"

struct vt_oidc_face {
	struct vt_oidc *oidc;
	struct vt_http_rate *rate; /* each begins a flow that is kept */
	bool secure;
};

/* The desk's session cookie (api/web/sign_in.c). */
static const char *
session_cookie(const struct vt_oidc_face *f)
{
	return f->secure ? "__Host-vt" : "vt";
}

/* What the browser keeps between leaving and coming back. Over https of this
 * host alone: a neighbour in the domain cannot set it. */
static const char *
flow_cookie(const struct vt_oidc_face *f)
{
	return f->secure ? "__Host-vt-oidc" : "vt-oidc";
}

/* Lax: it has to come back with a link from elsewhere. value "": away. */
static void
set_flow(
    const struct vt_oidc_face *f, struct vt_http_res *res, const char *value)
{
	char c[160];

	(void)snprintf(c, sizeof(c),
	    "%s=%s; Path=%s; HttpOnly; SameSite=Lax; Max-Age=%zu%s",
	    flow_cookie(f), value, f->secure ? "/" : "/desk/oidc",
	    *value == '\0' ? (size_t)0 : VT_L(FLOW_S),
	    f->secure ? "; Secure" : "");
	vt_http_res_cookie(res, c);
	vt_wipe(c, sizeof(c));
}

static int
leave(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_oidc_face *f = req->app;
	char browser[44];
	VT_BUF_AUTO(url);
	int rc;

	if ((rc = vt_http_rate_take(
		 f->rate, req->peer, &req->retry_after_s, reterr)) != VT_OK ||
	    (rc = vt_oidc_begin(f->oidc, vt_http_param(req, "provider"),
		 vt_http_query(req, "next"), &url, browser, reterr)) != VT_OK)
		return rc;
	set_flow(f, res, browser);
	vt_wipe(browser, sizeof(browser));
	vt_http_res_header(res, "Location", vt_buf_str(&url));
	vt_http_res_header(res, "Cache-Control", "no-store");
	res->status = 303;
	return VT_OK;
}

/*
 * A page that goes on by itself: the session's cookie is SameSite=Strict and
 * is not sent along a chain of redirects that another site began.
 */
static void
go_on(struct vt_http_res *res, const char *to)
{
	vt_http_res_type(res, "text/html; charset=utf-8");
	vt_http_res_header(res, "Cache-Control", "no-store");
	vt_http_res_header(res, "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
	vt_html(&res->body,
	    "<!DOCTYPE html><html lang=\"vi\"><meta charset=\"utf-8\">"
	    "<meta http-equiv=\"refresh\" content=\"0;url=%s\">"
	    "<title>vanthu</title><p><a href=\"%s\">Tiếp tục / "
	    "<span lang=\"en\">Continue</span></a></html>\n",
	    to, to);
}

static int
come_back(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_oidc_face *f = req->app;
	struct vt_oidc_back b = { .provider = vt_http_param(req, "provider"),
		.state = vt_http_query(req, "state"),
		.code = vt_http_query(req, "code"),
		.error = vt_http_query(req, "error"),
		.iss = vt_http_query(req, "iss"),
		.browser = vt_http_cookie(req, flow_cookie(f)) };
	struct vt_session s;
	char c[256];
	VT_BUF_AUTO(to);
	int rc;

	if ((rc = vt_http_rate_take(
		 f->rate, req->peer, &req->retry_after_s, reterr)) != VT_OK ||
	    (rc = vt_oidc_finish(f->oidc, &b, &s, &to, reterr)) != VT_OK)
		return rc;
	(void)snprintf(c, sizeof(c),
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s", session_cookie(f),
	    s.token, f->secure ? "; Secure" : "");
	vt_http_res_cookie(res, c);
	set_flow(f, res, "");
	go_on(res, vt_buf_str(&to));
	vt_wipe(c, sizeof(c));
	vt_wipe(&s, sizeof(s));
	return VT_OK;
}

static const struct vt_http_route routes[] = {
	{ "GET", "/desk/oidc/{provider}/go", VT_HTTP_BODY_NONE, 0, NULL, leave,
	    NULL },
	{ "GET", "/desk/oidc/{provider}", VT_HTTP_BODY_NONE, 0, NULL, come_back,
	    NULL },
};

/* People see this one: their language both. */
static void
fail(struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res)
{
	const struct vt_err_info *info = vt_err_info(err->code);

	(void)req;
	res->status = info->http_status;
	vt_http_res_type(res, "text/html; charset=utf-8");
	vt_http_res_header(res, "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
	vt_html(&res->body,
	    "<!DOCTYPE html><html lang=\"vi\"><meta charset=\"utf-8\">"
	    "<title>vanthu</title><h1>%s</h1><p lang=\"en\">%s</p>"
	    "<p><a href=\"/desk/sign-in\">Đăng nhập / "
	    "<span lang=\"en\">Sign in</span></a></html>\n",
	    info->vi, info->en);
}

int
vt_oidc_face_new(struct vt_oidc *oidc, const struct vt_context *ctx,
    bool secure, struct vt_oidc_face **ret, struct vt_err *reterr)
{
	struct vt_oidc_face *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->rate = vt_http_rate_new(ctx, (unsigned)VT_L(PUBLIC_BURST),
		    (unsigned)VT_L(PUBLIC_PER_HOUR));
	if (f == NULL || f->rate == NULL) {
		free(f);
		return vt_err_set(
		    reterr, VT_E_NOMEM, "face of identity providers");
	}
	f->oidc = oidc;
	f->secure = secure;
	*ret = f;
	return VT_OK;
}

void
vt_oidc_face_free(struct vt_oidc_face *f)
{
	if (f == NULL)
		return;
	vt_http_rate_free(f->rate);
	free(f);
}

struct vt_http_face
vt_oidc_face(struct vt_oidc_face *f)
{
	return (struct vt_http_face){ .prefix = "/desk/oidc",
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]),
		.app = f,
		.fail = fail };
}
