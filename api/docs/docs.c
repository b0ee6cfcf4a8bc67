/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/docs/docs.h"

#include "api/docs/docs_priv.h"
#include "base/id.h"

static int
asset(struct vt_http_req *req, struct vt_http_res *res, const char *type,
    struct vt_span s)
{
	char tag[VT_HASH_TEXT + 1];
	vt_hash h = vt_sha256(s);

	vt_hash_text(&h, tag);
	vt_http_res_etag(res, tag);
	vt_http_res_header(res, "Cache-Control", "public, max-age=300");
	vt_http_res_header(res, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; base-uri 'none'; "
	    "form-action 'none'; frame-ancestors 'none'");
	if (vt_http_none_match(req, tag)) {
		res->status = 304;
		return VT_OK;
	}
	vt_http_res_type(res, type);
	vt_buf_span(&res->body, s);
	return VT_OK;
}

static int
page(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return asset(req, res, "text/html; charset=utf-8", vt_docs_page);
}

static int
page_vi(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return asset(req, res, "text/html; charset=utf-8", vt_docs_page_vi);
}

static int
style(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return asset(req, res, "text/css; charset=utf-8", vt_docs_style);
}

/* RFC 9512 */
static int
contract(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return asset(req, res, "application/yaml", vt_docs_contract);
}

static const struct vt_http_route routes[] = {
	{ "GET", "/docs", VT_HTTP_BODY_NONE, 0, NULL, page, NULL },
	{ "GET", "/docs/vi", VT_HTTP_BODY_NONE, 0, NULL, page_vi, NULL },
	{ "GET", "/docs/style.css", VT_HTTP_BODY_NONE, 0, NULL, style, NULL },
	{ "GET", "/docs/openapi.yaml", VT_HTTP_BODY_NONE, 0, NULL, contract,
	    NULL },
};

struct vt_http_face
vt_docs_face(void)
{
	return (struct vt_http_face){
		.prefix = "/docs",
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]),
	};
}
