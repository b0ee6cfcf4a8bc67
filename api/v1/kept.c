/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/v1/kept.h"

#include "api/v1/v1_priv.h"
#include "base/limits.h"

const struct vt_answer_life vt_v1_kept_a_week = { NULL, VT_L(KEPT_ANSWER_S) };

int
vt_v1_kept_begin(struct vt_http_req *req, struct vt_request *rq,
    bool *ret_known, struct vt_err *reterr)
{
	struct vt_span key;
	int rc;

	memset(rq, 0, sizeof(*rq));
	rq->actor = vt_v1_actor(req);
	if ((rc = vt_http_idempotency_key(req, &key, reterr)) != VT_OK)
		return rc;
	rq->key = vt_arena_strndup(req->arena, key.p, key.n);
	if (rq->key == NULL)
		return vt_arena_err(req->arena, reterr);
	return vt_office_answer_get(vt_v1_office(req), rq->actor, rq->key, NULL,
	    NULL, ret_known, reterr);
}

static int
give(struct vt_http_res *res, const struct vt_buf *kept, struct vt_err *reterr)
{
	if (!vt_http_res_load(res, vt_buf_view(kept)))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "kept answer: these are not the bytes of one");
	vt_http_res_header(res, "Idempotent-Replayed", "true");
	return VT_OK;
}

int
vt_v1_kept_answer(struct vt_http_req *req, const struct vt_request *rq,
    struct vt_http_res *res, bool *ret_done, struct vt_err *reterr)
{
	VT_BUF_AUTO(kept);
	int rc = vt_office_answer_get(vt_v1_office(req), rq->actor, rq->key,
	    &rq->hash, &kept, ret_done, reterr);

	if (rc != VT_OK || !*ret_done)
		return rc;
	return give(res, &kept, reterr);
}

int
vt_v1_kept_end(struct vt_http_req *req, const struct vt_request *rq,
    struct vt_http_res *res, const struct vt_answer_life *life,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(answer);
	VT_BUF_AUTO(kept);
	int rc;

	vt_http_res_save(res, &answer);
	if ((rc = vt_buf_status(&answer, reterr)) != VT_OK ||
	    (rc = vt_office_answer_keep(vt_v1_office(req), rq,
		 vt_buf_view(&answer), life, &kept, reterr)) != VT_OK ||
	    kept.n == 0)
		return rc;
	vt_buf_reset(&res->headers);
	vt_buf_reset(&res->body);
	return give(res, &kept, reterr);
}

vt_hash
vt_v1_kept_hash(const struct vt_http_req *req, const vt_hash *content)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();

	/* With their closing NULs: two fields cannot run into one another. */
	vt_sha256_put(h, req->method, strlen(req->method) + 1);
	vt_sha256_put(h, req->path, strlen(req->path) + 1);
	for (size_t i = 0; i < req->nquery; i++) {
		vt_sha256_put(
		    h, req->query[i].name, strlen(req->query[i].name) + 1);
		vt_sha256_put(
		    h, req->query[i].value, strlen(req->query[i].value) + 1);
	}
	vt_sha256_put(h, content->b, VT_HASH_SIZE);
	return vt_sha256_end(h);
}
