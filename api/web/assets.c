/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/embedded.h"
#include "api/web/web_priv.h"

int
vt_web_style(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return vt_page_asset(
	    req, res, "text/css; charset=utf-8", vt_embedded_style);
}

int
vt_web_script(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return vt_page_asset(
	    req, res, "text/javascript; charset=utf-8", vt_embedded_script);
}

int
vt_web_icon(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	return vt_page_asset(req, res, "image/svg+xml", vt_embedded_icon);
}
