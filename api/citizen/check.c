/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any PDF dropped on the page, and its verdict in plain words. */
#include "api/citizen/page.h"
#include "api/html/verdict.h"
#include "api/http/spool.h"
#include "base/limits.h"

static int
check_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct vt_span type = vt_http_header(req, "Content-Type");
	struct vt_http_spool *s = NULL;
	int rc;

	(void)length;
	if (vt_http_type_is(req, "application/pdf"))
		type = VT_SPAN(NULL, 0);
	else if (!vt_http_type_is(req, "multipart/form-data"))
		return vt_err_set(reterr, VT_E_HTTP_MEDIA_TYPE,
		    "Content-Type: wanted multipart/form-data or "
		    "application/pdf");
	rc = vt_http_spool_new(VT_HTTP_SHARE_PUBLIC, req->peer, type,
	    VT_L(CHECK_BYTES_MAX), &s, reterr);
	if (rc == VT_OK)
		*ret = s;
	return rc;
}

static int
check_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	return vt_http_spool_put(stream, b, reterr);
}

static void
check_abort(void *stream)
{
	vt_http_spool_free(stream);
}

const struct vt_http_sink vt_citizen_check_sink = { check_begin, check_put,
	check_abort };

int
vt_citizen_check(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_http_spool_free) struct vt_http_spool *s = req->stream;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_citizen *c = req->app;
	struct vt_said said;
	struct vt_page p;
	int fd, rc;

	if ((rc = vt_http_spool_end(s, &fd, reterr)) != VT_OK ||
	    (rc = vt_office_validate_fd(c->office, fd, &v, reterr)) != VT_OK)
		return rc;
	vt_page_open(&p, req, res,
	    vt_page_wants_en(req) ? "Result of the check" : "Kết quả kiểm tra",
	    NULL);
	said = vt_page_overall(&p, v);
	vt_page_banner(&p, said.tone, said.head, said.more);
	for (size_t i = 0; i < v->n_signatures; i++)
		vt_page_signature(&p, &v->signatures[i], i + 1);
	vt_html(p.b, "<p><a class=\"button\" href=\"/%s\">%s</a></p>\n",
	    vt_page_suffix(&p),
	    vt_page_t(&p, "Kiểm tra tệp khác", "Check another file"));
	vt_page_close(&p);
	return VT_OK;
}

int
vt_citizen_check_home(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_http_res_see_other(res, vt_page_wants_en(req) ? "/?lang=en" : "/");
	return VT_OK;
}
