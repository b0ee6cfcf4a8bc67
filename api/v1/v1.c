/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The face, and what several handlers share. */
#include <inttypes.h>
#include <stdlib.h>

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

struct vt_http_face
vt_v1_face(struct vt_v1 *v)
{
	return (struct vt_http_face){
		.prefix = "/v1",
		.routes = vt_contract_routes,
		.nroutes = vt_contract_n,
		.app = v,
		.fail = NULL,
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

const char *
vt_v1_cursor(struct vt_arena *a, uint64_t n)
{
	VT_BUF_AUTO(b);
	uint8_t be[8];

	for (int i = 0; i < 8; i++)
		be[i] = (uint8_t)(n >> (56 - 8 * i));
	vt_base64url_put(&b, VT_SPAN(be, sizeof(be)));
	return vt_arena_strdup(a, vt_buf_str(&b));
}

int
vt_v1_query_cursor(
    struct vt_http_req *req, uint64_t *ret, struct vt_err *reterr)
{
	const char *s = vt_http_query(req, "cursor");
	VT_BUF_AUTO(b);

	*ret = 0;
	if (s == NULL)
		return VT_OK;
	if (vt_base64url_get(vt_span_str(s), &b, NULL) != VT_OK || b.n != 8)
		return vt_err_set(reterr, VT_E_INVALID,
		    "query parameter cursor: not one that was given out");
	for (int i = 0; i < 8; i++)
		*ret = *ret << 8 | b.p[i];
	return VT_OK;
}

int
vt_v1_request(const struct vt_in *in, bool if_match, struct vt_request *ret,
    struct vt_err *reterr)
{
	struct vt_span key;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->actor = vt_v1_actor(in->req);
	rc = vt_http_idempotency_key(in->req, &key, reterr);
	if (rc == VT_OK)
		rc = vt_in_hash(in, &ret->hash, reterr);
	if (rc == VT_OK && if_match)
		rc = vt_http_if_match_number(in->req, &ret->if_match, reterr);
	if (rc != VT_OK)
		return rc;
	ret->key = vt_arena_strndup(in->req->arena, key.p, key.n);
	return ret->key != NULL ? VT_OK : vt_arena_err(in->req->arena, reterr);
}

void
vt_v1_json(struct vt_http_res *res, struct vt_json *j)
{
	vt_http_res_type(res, "application/json");
	vt_json_open(j, &res->body, false);
	vt_json_object(j);
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
