/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/guard.h"
#include "api/http/range.h"
#include "api/http/target.h"
#include "base/limits.h"

static const char *
find(const struct vt_http_param *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return v[i].value;
	return NULL;
}

const char *
vt_http_param(const struct vt_http_req *req, const char *name)
{
	const char *v = find(req->params, req->nparams, name);

	VT_ASSERT(v != NULL);
	return v;
}

const char *
vt_http_query(const struct vt_http_req *req, const char *name)
{
	return find(req->query, req->nquery, name);
}

struct vt_span
vt_http_header(const struct vt_http_req *req, const char *name)
{
	for (size_t i = 0; i < req->nfields; i++)
		if (vt_http_span_is(req->fields[i].name, name))
			return VT_SPAN(req->fields[i].value.n == 0
					   ? (const uint8_t *)""
					   : req->fields[i].value.p,
			    req->fields[i].value.n);
	return VT_SPAN(NULL, 0);
}

const char *
vt_http_header_str(const struct vt_http_req *req, const char *name)
{
	struct vt_span v = vt_http_header(req, name);

	return v.p == NULL ? NULL : vt_arena_strndup(req->arena, v.p, v.n);
}

struct vt_span
vt_http_bearer(const struct vt_http_req *req)
{
	struct vt_span v = vt_http_header(req, "Authorization");
	size_t at = 6;

	if (v.n < 8 || !vt_http_span_is(VT_SPAN(v.p, 6), "Bearer") ||
	    v.p[6] != ' ')
		return VT_SPAN(NULL, 0);
	while (at < v.n && v.p[at] == ' ')
		at++;
	if (at == v.n || memchr(v.p + at, ' ', v.n - at) != NULL)
		return VT_SPAN(NULL, 0);
	return VT_SPAN(v.p + at, v.n - at);
}

const char *
vt_http_cookie(const struct vt_http_req *req, const char *name)
{
	struct vt_span all = vt_http_header(req, "Cookie");
	size_t n = strlen(name);

	for (size_t at = 0; at < all.n;) {
		const uint8_t *semi = memchr(all.p + at, ';', all.n - at);
		size_t end = semi == NULL ? all.n : (size_t)(semi - all.p);

		while (at < end && all.p[at] == ' ')
			at++;
		if (end - at > n && all.p[at + n] == '=' &&
		    memcmp(all.p + at, name, n) == 0)
			return vt_arena_strndup(
			    req->arena, all.p + at + n + 1, end - at - n - 1);
		at = end + 1;
	}
	return NULL;
}

int
vt_http_idempotency_key(
    const struct vt_http_req *req, struct vt_span *ret, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "Idempotency-Key");

	if (v.n == 0)
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_MISSING,
		    "Idempotency-Key: wanted on every POST, found none");
	if (v.n > VT_L(IDEMPOTENCY_KEY_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "Idempotency-Key: at most %zu characters, found %zu",
		    VT_L(IDEMPOTENCY_KEY_MAX), v.n);
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= 0x20 || v.p[i] >= 0x7f)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "Idempotency-Key: wanted visible ASCII characters "
			    "without spaces");
	*ret = v;
	return VT_OK;
}

bool
vt_http_type_is(const struct vt_http_req *req, const char *type)
{
	struct vt_span v = vt_http_header(req, "Content-Type");
	const uint8_t *semi = v.n == 0 ? NULL : memchr(v.p, ';', v.n);

	if (semi != NULL)
		v.n = (size_t)(semi - v.p);
	while (v.n > 0 && (v.p[v.n - 1] == ' ' || v.p[v.n - 1] == '\t'))
		v.n--;
	return vt_http_span_is(v, type);
}

const char *
vt_http_form(const struct vt_http_req *req, const char *name)
{
	const struct vt_http_param *v;
	size_t n;

	if (!vt_http_type_is(req, "application/x-www-form-urlencoded") ||
	    !vt_http_pairs(req->arena, req->body, &v, &n))
		return NULL;
	return find(v, n, name);
}

/* Of a tag of a record: 1 and more; 0: it is none. */
static uint64_t
revision(struct vt_span tag)
{
	uint64_t n = 0;

	for (size_t i = 0; i < tag.n; i++) {
		if (tag.p[i] < '0' || tag.p[i] > '9' || n > UINT64_MAX / 10 - 1)
			return 0;
		n = n * 10 + (uint64_t)(tag.p[i] - '0');
	}
	return n;
}

int
vt_http_if_match_number(const struct vt_http_req *req, uint64_t now,
    uint64_t *ret, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "If-Match");
	struct vt_http_etag e;
	uint64_t first = 0, n;
	size_t at = 0;

	if (v.p == NULL)
		return vt_err_set(reterr, VT_E_PRECONDITION_REQUIRED,
		    "If-Match: RFC 6585 §3: wanted the ETag of the record "
		    "that was read");
	if (vt_span_is(v, "*")) {
		*ret = 0;
		return VT_OK;
	}
	while (vt_http_etag_next(v, &at, &e)) {
		n = e.weak ? 0 : revision(e.tag);
		if (first == 0 || (n != 0 && n == now))
			first = n;
	}
	if (first == 0)
		return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
		    "If-Match: RFC 9110 §13.1.1: wanted a strong ETag of "
		    "this record");
	*ret = first;
	return VT_OK;
}

bool
vt_http_if_match_several(const struct vt_http_req *req)
{
	struct vt_span v = vt_http_header(req, "If-Match");

	return v.p != NULL && memchr(v.p, ',', v.n) != NULL;
}

bool
vt_http_none_match(const struct vt_http_req *req, const char *token)
{
	struct vt_span v = vt_http_header(req, "If-None-Match");

	return v.p != NULL && vt_http_etag_listed(v, token, true);
}
