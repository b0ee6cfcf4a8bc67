/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests that are no acts and yet have an idempotency key: their answer is
 * kept by the office (api/office/answers.h) as it went out.
 */
#ifndef VT_API_V1_KEPT_H
#define VT_API_V1_KEPT_H

#include "api/http/http.h"
#include "api/office/answers.h"

/*
 * Begin of a request under a key: actor and key are set in *rq, its hash by
 * the caller when it is known. *ret_known: an answer is kept for the key, so
 * that the work need not be done, only the request compared.
 */
VT_NODISCARD int vt_v1_kept_begin(struct vt_http_req *req,
    struct vt_request *rq, bool *ret_known, struct vt_err *reterr);

/* The kept answer into res, when there is one (*ret_done).
 * Errors: VT_E_IDEMPOTENCY_KEY_REUSED. */
VT_NODISCARD int vt_v1_kept_answer(struct vt_http_req *req,
    const struct vt_request *rq, struct vt_http_res *res, bool *ret_done,
    struct vt_err *reterr);

/* Keeps the answer that stands in res; when another thread was first, res
 * becomes that one. */
VT_NODISCARD int vt_v1_kept_end(struct vt_http_req *req,
    const struct vt_request *rq, struct vt_http_res *res,
    const struct vt_answer_life *life, struct vt_err *reterr);

/* Of what leaves no record. */
extern const struct vt_answer_life vt_v1_kept_a_week;

/* Hash of a request whose body is a file: method, path, query and content. */
vt_hash vt_v1_kept_hash(const struct vt_http_req *req, const vt_hash *content);

#endif
