/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/accept.h"
#include "api/http/http_priv.h"
#include "base/json_out.h"

/*
 * What went wrong inside (paths, errno) is for the log, not for the caller:
 * from 500 on the detail is only the public text. The title is in the language
 * asked for, vi and en always stand beside it.
 */
void
vt_http_problem(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res)
{
	bool vi = vt_http_language_vi(vt_http_header(req, "Accept-Language"));
	const struct vt_err_info *i = vt_err_info(err->code);
	unsigned wait_s = vt_http_retry_s(req, i->http_status);
	char id[VT_ID_TEXT + 1];
	VT_BUF_AUTO(instance);
	VT_BUF_AUTO(type);
	VT_BUF_AUTO(what);
	struct vt_json j;

	res->status = i->http_status;
	vt_http_res_type(res, "application/problem+json");
	vt_http_res_header(res, "Content-Language", vi ? "vi" : "en");
	vt_http_res_header(res, "Vary", "Accept-Language");
	vt_buf_printf(&type, "urn:vanthu:error:%s", i->slug);
	vt_json_open(&j, &res->body, false);
	vt_json_object(&j);
	vt_id_text(&req->id, id);
	vt_buf_printf(&instance, "urn:vanthu:request:%s", id);
	vt_json_kstr(&j, "type", vt_buf_str(&type));
	vt_json_kstr(&j, "title", vi ? i->vi : i->en);
	vt_json_kint(&j, "status", i->http_status);
	/* Why something is not found could tell that it is another's; where in
	 * the body it is named, the caller knows. */
	if (i->http_status == 404 && req->pointer != NULL)
		vt_buf_printf(&what, vi ? "%s: không có" : "%s: there is none",
		    req->pointer);
	else if (i->http_status < 500 && i->http_status != 404)
		vt_buf_puts(&what, err->msg);
	if (what.n > 0)
		vt_json_kstr(&j, "detail", vt_buf_str(&what));
	vt_json_kstr(&j, "code", i->slug);
	vt_json_kbool(&j, "retryable", i->retryable);
	if (wait_s > 0)
		vt_json_kuint(&j, "retry_after", wait_s);
	if (req->pointer != NULL)
		vt_json_kstr(&j, "pointer", req->pointer);
	if (req->parameter != NULL)
		vt_json_kstr(&j, "parameter", req->parameter);
	vt_json_kstr(&j, "instance", vt_buf_str(&instance));
	vt_json_kstr(&j, "vi", i->vi);
	vt_json_kstr(&j, "en", i->en);
	vt_json_kid(&j, "request_id", &req->id);
	vt_json_end(&j);
}
