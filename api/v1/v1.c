/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The face, and what several handlers share. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/office/accounts.h"
#include "api/office/answers.h"
#include "api/v1/v1_priv.h"
#include "base/base64.h"
#include "base/limits.h"

int
vt_v1_new(struct vt_office *office, const struct vt_context *ctx,
    struct vt_v1 **ret, struct vt_err *reterr)
{
	struct vt_v1 *v = calloc(1, sizeof(*v));

	if (v != NULL)
		v->public_rate =
		    vt_http_rate_new(ctx, (unsigned)VT_L(PUBLIC_BURST),
			(unsigned)VT_L(PUBLIC_PER_HOUR));
	if (v == NULL || v->public_rate == NULL) {
		free(v);
		return vt_err_set(reterr, VT_E_NOMEM, "JSON face");
	}
	v->office = office;
	*ret = v;
	return VT_OK;
}

void
vt_v1_free(struct vt_v1 *v)
{
	if (v == NULL)
		return;
	vt_http_rate_free(v->public_rate);
	free(v);
}

static void
problem(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res)
{
	vt_http_problem(req, err, res);
	vt_v1_tus_problem(req, err, res);
}

struct vt_http_face
vt_v1_face(struct vt_v1 *v)
{
	return (struct vt_http_face){
		.prefix = "/v1",
		.routes = vt_contract_routes,
		.nroutes = vt_contract_n,
		.app = v,
		.fail = problem,
		.overridden = "/v1/tus", /* tus 1.0 wants it */
	};
}

int
vt_v1_param_id(struct vt_http_req *req, const char *name, vt_id *ret,
    struct vt_err *reterr)
{
	if (vt_id_parse(vt_span_str(vt_http_param(req, name)), ret))
		return VT_OK;
	return vt_err_set(reterr, VT_E_NOT_FOUND,
	    "%s: there is none; ids have 32 lower-case hexadecimal digits",
	    name);
}

static bool
parse_uint(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (*s == '\0' || strlen(s) > 19)
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	*ret = n;
	return n <= max;
}

int
vt_v1_param_uint(struct vt_http_req *req, const char *name, uint64_t max,
    uint64_t *ret, struct vt_err *reterr)
{
	if (parse_uint(vt_http_param(req, name), max, ret))
		return VT_OK;
	return vt_err_set(reterr, VT_E_NOT_FOUND, "%s: there is none", name);
}

int
vt_v1_query_uint(struct vt_http_req *req, const char *name, uint64_t missing,
    uint64_t max, uint64_t *ret, struct vt_err *reterr)
{
	const char *s = vt_http_query(req, name);

	*ret = missing;
	if (s == NULL || parse_uint(s, max, ret))
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "query parameter %s: wanted a whole number up to %" PRIu64, name,
	    max);
}

/*
 * A cursor is a place in a list, sealed together with what the list is: its
 * path, its filters, the agency. So it fits the list that gave it out, and no
 * other; nobody makes one, and nobody reads in it who comes next.
 */
enum { CURSOR_NUMBER = 1, CURSOR_TEXT = 2 }; /* kind of place */

static bool
filters(const char *name)
{
	return strcmp(name, "cursor") != 0 && strcmp(name, "limit") != 0;
}

static void
cursor_of(struct vt_http_req *req, uint8_t kind, struct vt_buf *ret)
{
	uint32_t agency = vt_v1_actor(req)->agency_no;

	vt_buf_putc(ret, kind);
	for (int i = 24; i >= 0; i -= 8)
		vt_buf_putc(ret, (uint8_t)(agency >> i));
	vt_buf_put(ret, req->path, strlen(req->path) + 1);
	for (size_t i = 0; i < req->nquery; i++) {
		const struct vt_http_param *q = &req->query[i];

		if (!filters(q->name))
			continue;
		vt_buf_put(ret, q->name, strlen(q->name) + 1);
		vt_buf_put(ret, q->value, strlen(q->value) + 1);
	}
	VT_ASSERT(ret->failed == VT_OK);
}

static const char *
cursor_out(struct vt_http_req *req, uint8_t kind, const struct vt_buf *place)
{
	VT_BUF_AUTO(list);
	VT_BUF_AUTO(sealed);
	VT_BUF_AUTO(b);

	cursor_of(req, kind, &list);
	vt_office_seal(
	    vt_v1_office(req), vt_buf_view(&list), vt_buf_view(place), &sealed);
	vt_base64url_put(&b, vt_buf_view(&sealed));
	return vt_arena_strdup(req->arena, vt_buf_str(&b));
}

/* *ret_is false: the query has no cursor. */
static int
cursor_in(struct vt_http_req *req, uint8_t kind, struct vt_buf *ret,
    bool *ret_is, struct vt_err *reterr)
{
	const char *s = vt_http_query(req, "cursor");
	VT_BUF_AUTO(list);
	VT_BUF_AUTO(b);

	*ret_is = s != NULL;
	if (s == NULL)
		return VT_OK;
	cursor_of(req, kind, &list);
	if (vt_base64url_get(vt_span_str(s), &b, NULL) == VT_OK &&
	    vt_office_unseal(
		vt_v1_office(req), vt_buf_view(&list), vt_buf_view(&b), ret))
		return vt_buf_status(ret, reterr);
	req->parameter = "cursor";
	return vt_err_set(reterr, VT_E_CURSOR_FOREIGN,
	    "parameter cursor: not one that this list gave out");
}

const char *
vt_v1_cursor(struct vt_http_req *req, uint64_t n)
{
	VT_BUF_AUTO(place);

	for (int i = 56; i >= 0; i -= 8)
		vt_buf_putc(&place, (uint8_t)(n >> i));
	return cursor_out(req, CURSOR_NUMBER, &place);
}

const char *
vt_v1_cursor_text(struct vt_http_req *req, const char *after)
{
	VT_BUF_AUTO(place);

	vt_buf_puts(&place, after);
	return cursor_out(req, CURSOR_TEXT, &place);
}

int
vt_v1_query_cursor(
    struct vt_http_req *req, uint64_t *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	bool is;
	int rc = cursor_in(req, CURSOR_NUMBER, &b, &is, reterr);

	*ret = 0;
	if (rc == VT_OK)
		for (size_t i = 0; i < b.n; i++)
			*ret = *ret << 8 | b.p[i];
	return rc;
}

int
vt_v1_query_cursor_text(
    struct vt_http_req *req, const char **ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	bool is;
	int rc = cursor_in(req, CURSOR_TEXT, &b, &is, reterr);

	if (rc != VT_OK)
		return rc;
	*ret = vt_arena_strdup(req->arena, vt_buf_str(&b));
	return *ret != NULL ? VT_OK : vt_arena_err(req->arena, reterr);
}

/* 0: nobody asks, or the act will say why it cannot be read. */
static uint64_t
rev_now(struct vt_http_req *req, const vt_id *paper)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_paper p;

	return vt_http_if_match_several(req) &&
		       vt_view_begin(vt_office_store(o), &v, NULL) == VT_OK &&
		       vt_office_paper(
			   o, v, vt_v1_actor(req), paper, &p, NULL) == VT_OK
		   ? p.rev
		   : 0;
}

static void
about(void *arg, const char *field)
{
	struct vt_http_req *req = arg;

	req->pointer = vt_arena_strdup(req->arena, field);
}

void
vt_v1_tell_fields(struct vt_http_req *req, struct vt_request *rq)
{
	rq->about = about;
	rq->about_arg = req;
}

/* The post that the caller says he acts in: its place among his, from 1. */
static int
acting_post(struct vt_http_req *req, uint32_t *ret, struct vt_err *reterr)
{
	struct vt_span s = vt_http_header(req, "Acting-Post");
	uint32_t n = 0;
	size_t i = 0;

	if (s.n == 0)
		return VT_OK;
	for (; i < s.n && i < 3 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		n = 10 * n + (uint32_t)(s.p[i] - '0');
	if (i != s.n || n < 1 || n > VT_L(POSTS_MAX))
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "Acting-Post: 1 to %zu wanted, as in /v1/people/{id}",
		    VT_L(POSTS_MAX));
	*ret = n;
	return VT_OK;
}

int
vt_v1_request(const struct vt_in *in, const vt_id *paper,
    struct vt_request *ret, struct vt_err *reterr)
{
	struct vt_span key;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->actor = vt_v1_actor(in->req);
	vt_v1_tell_fields(in->req, ret);
	if ((rc = acting_post(in->req, &ret->post, reterr)) != VT_OK)
		return rc;
	rc = vt_http_idempotency_key(in->req, &key, reterr);
	if (rc == VT_OK)
		rc = vt_in_hash(in, &ret->hash, reterr);
	if (rc == VT_OK && paper != NULL)
		rc = vt_http_if_match_number(
		    in->req, rev_now(in->req, paper), &ret->if_match, reterr);
	if (rc != VT_OK)
		return rc;
	ret->key = vt_arena_strndup(in->req->arena, key.p, key.n);
	return ret->key != NULL ? VT_OK : vt_arena_err(in->req->arena, reterr);
}

int
vt_v1_mark_replayed(struct vt_http_req *req, struct vt_http_res *res,
    const struct vt_request *rq, bool *ret_done, struct vt_err *reterr)
{
	int rc = vt_office_answered(vt_v1_office(req), rq, ret_done, reterr);

	if (rc == VT_OK && *ret_done)
		vt_http_res_header(res, "Idempotent-Replayed", "true");
	return rc;
}

bool
vt_v1_overtaken(struct vt_http_req *req, const struct vt_request *rq)
{
	bool answered = false;

	return vt_office_answered(vt_v1_office(req), rq, &answered, NULL) ==
		   VT_OK &&
	       answered;
}

int
vt_v1_unchanged(const struct vt_http_req *req, struct vt_http_res *res,
    uint64_t rev, bool *ret, struct vt_err *reterr)
{
	char tag[24];

	snprintf(tag, sizeof(tag), "%" PRIu64, rev);
	return vt_http_res_conditions(req, res, tag, ret, reterr);
}

int
vt_v1_tagged(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char tag[VT_HASH_TEXT + 1];
	bool unchanged;
	vt_hash h;
	int rc = vt_buf_status(&res->body, reterr);

	if (rc != VT_OK)
		return rc;
	h = vt_sha256(vt_buf_view(&res->body));
	vt_hash_text(&h, tag);
	rc = vt_http_res_conditions(req, res, tag, &unchanged, reterr);
	if (rc == VT_OK && unchanged)
		vt_buf_reset(&res->body);
	return rc;
}

void
vt_v1_json(struct vt_http_res *res, struct vt_json *j)
{
	vt_http_res_type(res, "application/json");
	vt_json_open(j, &res->body, false);
	vt_json_object(j);
}

void
vt_v1_created(struct vt_http_res *res, const vt_id *id)
{
	struct vt_json j;

	res->status = 201;
	vt_v1_json(res, &j);
	vt_json_kid(&j, "id", id);
	vt_json_end(&j);
}

void
vt_v1_ktime(struct vt_json *j, const char *key, vt_time t)
{
	vt_json_key(j, key);
	if (t == VT_TIME_NONE || t == 0)
		vt_json_null(j);
	else
		vt_json_time(j, t);
}

void
vt_v1_kid(struct vt_json *j, const char *key, const vt_id *id)
{
	vt_json_key(j, key);
	if (vt_id_is_zero(id))
		vt_json_null(j);
	else
		vt_json_id(j, id);
}

void
vt_v1_kstr(struct vt_json *j, const char *key, const char *s)
{
	vt_json_kstr(j, key, s == NULL || *s == '\0' ? NULL : s);
}
