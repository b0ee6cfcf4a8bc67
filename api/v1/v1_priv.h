/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of api/v1 only. */
#ifndef VT_API_V1_PRIV_H
#define VT_API_V1_PRIV_H

#include "api/http/rate.h"
#include "api/v1/contract.h"
#include "api/v1/handlers.h"
#include "api/v1/in.h"
#include "api/v1/v1.h"
#include "base/json_out.h"

struct vt_v1 {
	struct vt_office *office;
	struct vt_http_rate *public_rate;
};

/* me.c: who asks, by whatever credential; fills req->user. */
VT_NODISCARD int vt_v1_admit(struct vt_http_req *req, struct vt_err *reterr);

/* tus.c: what tus wants in an answer to a request of its routes. */
void vt_v1_tus_problem(const struct vt_http_req *req, const struct vt_err *err,
    struct vt_http_res *res);

/* accounts.c: a DELETE as an act; its idempotency key is the request's own. */
VT_NODISCARD int vt_v1_removal(
    struct vt_http_req *req, struct vt_request *ret, struct vt_err *reterr);

/* --- helpers --- */

static inline struct vt_office *
vt_v1_office(const struct vt_http_req *req)
{
	const struct vt_v1 *v = req->app;

	return v->office;
}

static inline const struct vt_actor *
vt_v1_actor(const struct vt_http_req *req)
{
	VT_ASSERT(req->user != NULL); /* the route has no admit */
	return req->user;
}

/* An id in the path; VT_E_NOT_FOUND when it is none. */
/* Repr-Digest (RFC 9530), if it was given. VT_E_SYNTAX. */
VT_NODISCARD int vt_v1_repr_digest(struct vt_http_req *req, vt_hash *ret,
    bool *ret_is, struct vt_err *reterr);
VT_NODISCARD int vt_v1_param_id(struct vt_http_req *req, const char *name,
    vt_id *ret, struct vt_err *reterr);
/* A number in the path; VT_E_NOT_FOUND when it is none. */
VT_NODISCARD int vt_v1_param_uint(struct vt_http_req *req, const char *name,
    uint64_t max, uint64_t *ret, struct vt_err *reterr);
/* A number in the query; missing when absent, VT_E_INVALID else. */
VT_NODISCARD int vt_v1_query_uint(struct vt_http_req *req, const char *name,
    uint64_t missing, uint64_t max, uint64_t *ret, struct vt_err *reterr);

/* Opaque cursors of lists: bound to the list, its filters and the agency.
 * Errors: VT_E_CURSOR_FOREIGN. */
const char *vt_v1_cursor(struct vt_http_req *req, uint64_t n);
VT_NODISCARD int vt_v1_query_cursor(
    struct vt_http_req *req, uint64_t *ret, struct vt_err *reterr);
/* The same for lists that go by a text; "" at the start. */
const char *vt_v1_cursor_text(struct vt_http_req *req, const char *after);
VT_NODISCARD int vt_v1_query_cursor_text(
    struct vt_http_req *req, const char **ret, struct vt_err *reterr);

/* The request as office wants it; in is parsed and its secrets taken. paper: of
 * which If-Match names the revision; NULL: it is not asked for. */
VT_NODISCARD int vt_v1_request(const struct vt_in *in, const vt_id *paper,
    struct vt_request *ret, struct vt_err *reterr);

/* What the office says of a field becomes the pointer of the problem. */
void vt_v1_tell_fields(struct vt_http_req *req, struct vt_request *rq);

/* Was it done before under this key? Then the answer says so
 * (Idempotent-Replayed), and *ret_done. */
VT_NODISCARD int vt_v1_mark_replayed(struct vt_http_req *req,
    struct vt_http_res *res, const struct vt_request *rq, bool *ret_done,
    struct vt_err *reterr);

/*
 * An act that was refused: was it done meanwhile under this key, by the same
 * request on another connection? Then it is to be asked once more, and gets
 * that answer: a repeat is never an error.
 */
VT_NODISCARD bool vt_v1_overtaken(
    struct vt_http_req *req, const struct vt_request *rq);

/* The record's revision is the ETag of what is read of it. *ret: the client has
 * it (If-None-Match), the answer is 304 and whole. VT_E_PRECONDITION_FAILED. */
VT_NODISCARD int vt_v1_unchanged(const struct vt_http_req *req,
    struct vt_http_res *res, uint64_t rev, bool *ret, struct vt_err *reterr);

/* Of what has no revision the ETag is the SHA-256 of the answer, once it is
 * whole; 304 without it, to a client that has it. */
VT_NODISCARD int vt_v1_tagged(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);

/* application/json, open object. */
void vt_v1_json(struct vt_http_res *res, struct vt_json *j);

/* Metadata in and out. Strings are borrowed from the body. */
void vt_v1_meta_in(const struct vt_in_obj *o, struct vt_meta *ret);
void vt_v1_meta_out(struct vt_json *j, const struct vt_meta *m);
void vt_v1_recipients_in(const struct vt_in_obj *o, const char *key,
    const struct vt_recipient **ret, size_t *ret_n);

/* null for VT_TIME_NONE, for a zero id, for "". */
void vt_v1_ktime(struct vt_json *j, const char *key, vt_time t);
void vt_v1_kid(struct vt_json *j, const char *key, const vt_id *id);
void vt_v1_kstr(struct vt_json *j, const char *key, const char *s);

/* The answer to an act, and its headers. Frees r. */
int vt_v1_act_answer(struct vt_http_req *req, struct vt_http_res *res,
    struct vt_act_result *r, struct vt_err *reterr);
/* One of several acts on the object that the path names ({id}), as the body says:
 * read, done, once more when it was overtaken, answered. */
typedef int vt_v1_act_fn(struct vt_office *o, const struct vt_request *rq,
    const struct vt_in_obj *root, const vt_id *id, struct vt_act_result *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_v1_act_on(struct vt_http_req *req, struct vt_http_res *res,
    vt_v1_act_fn *act, struct vt_err *reterr);
/* 201 and the id of what was made. */
void vt_v1_created(struct vt_http_res *res, const vt_id *id);
/* Fields of it into an open object. */
void vt_v1_act_fields(struct vt_json *j, const struct vt_act_result *r);
/* Headers: ETag of the paper, whether it was an earlier answer. */
void vt_v1_act_headers(struct vt_http_req *req, struct vt_http_res *res,
    const struct vt_act_result *r);

/* Parts of a verdict of a spooled or stored file. */
int vt_v1_verdict_answer(struct vt_http_res *res, struct vt_verdict *v);

const char *vt_v1_direction(enum vt_direction d);

/* "roles": [...] of enum vt_role bits. */
void vt_v1_roles_out(struct vt_json *j, uint32_t roles);

#endif
