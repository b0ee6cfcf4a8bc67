/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any PDF judged; the file is not kept. */
#include "api/http/spool.h"
#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

struct validation {
	struct vt_request rq;
	bool known; /* answered before under this key */
	struct vt_http_spool *spool;
	struct vt_sha256 *h;
};

static void
validation_abort(void *stream)
{
	struct validation *v = stream;

	vt_http_spool_free(v->spool);
	vt_sha256_free(v->h);
}

static int
validation_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct validation *v = vt_arena_alloc(req->arena, sizeof(*v));
	int rc;

	(void)length;
	if (v == NULL)
		return vt_arena_err(req->arena, reterr);
	rc = vt_office_may_read(vt_v1_actor(req), reterr);
	if (rc == VT_OK)
		rc = vt_v1_kept_begin(req, &v->rq, &v->known, reterr);
	if (rc == VT_OK && !v->known)
		rc = vt_http_spool_new(VT_HTTP_SHARE_OWN, req->peer,
		    VT_SPAN(NULL, 0), VT_L(CHECK_BYTES_MAX), &v->spool, reterr);
	if (rc != VT_OK)
		return rc;
	v->h = vt_sha256_new();
	*ret = v;
	return VT_OK;
}

static int
validation_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	struct validation *v = stream;

	vt_sha256_put(v->h, b.p, b.n);
	return v->known ? VT_OK : vt_http_spool_put(v->spool, b, reterr);
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

static int
judge(struct vt_http_req *req, struct vt_http_res *res, struct validation *v,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *verdict = NULL;
	int fd, rc;

	if ((rc = vt_http_spool_end(v->spool, &fd, reterr)) != VT_OK ||
	    (rc = vt_office_validate_fd(
		 vt_v1_office(req), fd, &verdict, reterr)) != VT_OK ||
	    (rc = vt_v1_verdict_answer(res, verdict)) != VT_OK)
		return rc;
	return vt_v1_kept_end(req, &v->rq, res, &vt_v1_kept_a_week, reterr);
}

int
vt_v1_validate(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct validation *v = req->stream;
	vt_hash content = vt_sha256_end(v->h);
	bool done = false;
	int rc = VT_OK;

	v->rq.hash = vt_v1_kept_hash(req, &content);
	if (v->known)
		rc = vt_v1_kept_answer(req, &v->rq, res, &done, reterr);
	else
		rc = judge(req, res, v, reterr);
	if (rc == VT_OK && v->known && !done)
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "the answer kept for this key went while the bytes came");
	validation_abort(v);
	return rc;
}
