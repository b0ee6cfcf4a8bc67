/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any PDF judged; the file is not kept. */
#include "api/http/spool.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

static int
validation_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct vt_http_spool *s = NULL;
	int rc;

	(void)length;
	rc = vt_office_may_read(vt_v1_actor(req), reterr);
	if (rc == VT_OK)
		rc = vt_http_spool_new(VT_HTTP_SHARE_OWN, req->peer,
		    VT_SPAN(NULL, 0), VT_L(CHECK_BYTES_MAX), &s, reterr);
	if (rc == VT_OK)
		*ret = s;
	return rc;
}

static int
validation_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	return vt_http_spool_put(stream, b, reterr);
}

static void
validation_abort(void *stream)
{
	vt_http_spool_free(stream);
}

const struct vt_http_sink vt_v1_validate_sink = { validation_begin,
	validation_put, validation_abort };

/* The same bytes as `vanthu verify --json` prints. */
int
vt_v1_verdict_answer(struct vt_http_res *res, struct vt_verdict *v)
{
	struct vt_json j;

	vt_http_res_type(res, "application/json");
	vt_json_open(&j, &res->body, true);
	vt_verdict_json(v, &j);
	vt_buf_putc(&res->body, '\n');
	return VT_OK;
}

int
vt_v1_validate(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_http_spool_free) struct vt_http_spool *s = req->stream;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	int fd, rc;

	if ((rc = vt_http_spool_end(s, &fd, reterr)) != VT_OK ||
	    (rc = vt_office_validate_fd(vt_v1_office(req), fd, &v, reterr)) !=
		VT_OK)
		return rc;
	return vt_v1_verdict_answer(res, v);
}
