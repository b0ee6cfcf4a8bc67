/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/v1/in.h"

#include "api/office/answers.h"
#include "api/v1/contract.h"
#include "api/v1/v1_priv.h"
#include "api/v1/where.h"
#include "base/base64.h"

int
vt_in_open(struct vt_in *in, struct vt_http_req *req, struct vt_err *reterr)
{
	const struct vt_contract_op *op = vt_contract_of(req);

	*in = (struct vt_in){ .req = req, .rc = VT_OK, .reterr = reterr };
	if (req->body.n == 0) {
		in->root = json_object();
		if (in->root == NULL)
			in->rc = vt_err_set(reterr, VT_E_NOMEM, "body");
	} else {
		in->rc = vt_schema_parse(
		    req->body, req->arena, &in->root, &req->pointer, reterr);
	}
	if (in->rc == VT_OK && op->body != NULL)
		in->rc = vt_schema_check(
		    op->body, in->root, req->arena, &req->pointer, reterr);
	return in->rc;
}

/* Whatever was read of a secret is wiped before it is freed. */
static void
wipe_strings(json_t *o)
{
	const char *key, *s;
	json_t *v;
	void *mine;

	json_object_foreach(o, key, v)
	{
		if ((s = json_string_value(v)) == NULL)
			continue;
		/* jansson hands its own memory out as const. */
		memcpy(&mine, &s, sizeof(mine));
		vt_wipe(mine, json_string_length(v));
	}
}

void
vt_in_close(struct vt_in *in)
{
	wipe_strings(in->root);
	json_decref(in->root);
	in->root = NULL;
	vt_buf_free(&in->secrets);
}

struct vt_in_obj
vt_in_root(struct vt_in *in)
{
	return (struct vt_in_obj){ in, in->root, "" };
}

int
vt_in_ok(const struct vt_in *in)
{
	return in->rc;
}

static const char *
pointer(const struct vt_in_obj *o, const char *key, size_t i)
{
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, o->at);
	if (key != NULL)
		vt_where_token(&b, vt_span_str(key));
	if (i != SIZE_MAX)
		vt_buf_printf(&b, "/%zu", i);
	return vt_arena_strdup(o->in->req->arena, vt_buf_str(&b));
}

static int
fail_at(const struct vt_in_obj *o, const char *at, enum vt_code code,
    const char *what)
{
	if (o->in->rc != VT_OK)
		return o->in->rc;
	o->in->req->pointer = at;
	o->in->rc = vt_err_set(o->in->reterr, code, "%s: %s",
	    at == NULL || *at == '\0' ? "body" : at, what);
	return o->in->rc;
}

int
vt_in_fail(const struct vt_in_obj *o, const char *key, enum vt_code code,
    const char *fmt, ...)
{
	VT_BUF_AUTO(b);
	va_list ap;

	va_start(ap, fmt);
	vt_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return fail_at(o, pointer(o, key, SIZE_MAX), code, vt_buf_str(&b));
}

void
vt_in_about(const struct vt_in_obj *o, const char *key)
{
	o->in->req->pointer = pointer(o, key, SIZE_MAX);
}

static json_t *
get(const struct vt_in_obj *o, const char *key)
{
	json_t *v = o->o == NULL || o->in->rc != VT_OK
			? NULL
			: json_object_get(o->o, key);

	return json_is_null(v) ? NULL : v;
}

bool
vt_in_has(const struct vt_in_obj *o, const char *key)
{
	return get(o, key) != NULL;
}

const char *
vt_in_str(const struct vt_in_obj *o, const char *key)
{
	json_t *v = get(o, key);

	if (v != NULL && !json_is_string(v))
		(void)vt_in_fail(o, key, VT_E_INVALID, "wanted a string");
	return json_string_value(v);
}

uint64_t
vt_in_uint(const struct vt_in_obj *o, const char *key, uint64_t max)
{
	json_t *v = get(o, key);
	json_int_t i = json_integer_value(v);

	if (v == NULL)
		return 0;
	if (!json_is_integer(v) || i < 0 || (uint64_t)i > max) {
		(void)vt_in_fail(o, key, VT_E_INVALID,
		    "wanted a whole number from 0 to %llu",
		    (unsigned long long)max);
		return 0;
	}
	return (uint64_t)i;
}

double
vt_in_real(const struct vt_in_obj *o, const char *key)
{
	json_t *v = get(o, key);

	if (v != NULL && !json_is_number(v))
		(void)vt_in_fail(o, key, VT_E_INVALID, "wanted a number");
	return json_number_value(v);
}

bool
vt_in_bool(const struct vt_in_obj *o, const char *key)
{
	json_t *v = get(o, key);

	if (v != NULL && !json_is_boolean(v))
		(void)vt_in_fail(o, key, VT_E_INVALID, "wanted true or false");
	return json_is_true(v);
}

static struct vt_span
decode(const struct vt_in_obj *o, json_t *v, const char *at)
{
	struct vt_span s = VT_SPAN(NULL, 0);
	VT_BUF_AUTO(b);
	bool ok;

	if (!json_is_string(v) ||
	    vt_base64_get(VT_SPAN(json_string_value(v), json_string_length(v)),
		&b, NULL) != VT_OK) {
		(void)fail_at(
		    o, at, VT_E_INVALID, "wanted base64 (RFC 4648 §4)");
		return s;
	}
	s = vt_arena_copy(o->in->req->arena, vt_buf_view(&b), &ok);
	if (!ok)
		(void)fail_at(o, at, VT_E_LIMIT, "too large");
	return s;
}

struct vt_span
vt_in_bytes(const struct vt_in_obj *o, const char *key)
{
	json_t *v = get(o, key);

	return v == NULL ? VT_SPAN(NULL, 0)
			 : decode(o, v, pointer(o, key, SIZE_MAX));
}

static bool
need(const struct vt_in_obj *o, const char *key)
{
	if (get(o, key) != NULL)
		return true;
	(void)vt_in_fail(o, key, VT_E_INVALID, "is required");
	return false;
}

const char *
vt_in_need_str(const struct vt_in_obj *o, const char *key)
{
	const char *s = need(o, key) ? vt_in_str(o, key) : NULL;

	return s == NULL ? "" : s;
}

vt_id
vt_in_need_id(const struct vt_in_obj *o, const char *key)
{
	const char *s = vt_in_need_str(o, key);
	vt_id id = { { 0 } };

	if (!vt_id_parse(vt_span_str(s), &id))
		(void)vt_in_fail(o, key, VT_E_INVALID,
		    "wanted an id of 32 lower-case hexadecimal digits");
	return id;
}

vt_hash
vt_in_need_hash(const struct vt_in_obj *o, const char *key)
{
	const char *s = vt_in_need_str(o, key);
	vt_hash h = { { 0 } };

	if (!vt_hash_parse(vt_span_str(s), &h))
		(void)vt_in_fail(o, key, VT_E_INVALID,
		    "wanted SHA-256 in 64 lower-case hexadecimal digits");
	return h;
}

struct vt_span
vt_in_need_bytes(const struct vt_in_obj *o, const char *key)
{
	return need(o, key) ? vt_in_bytes(o, key) : VT_SPAN(NULL, 0);
}

struct vt_in_obj
vt_in_object(const struct vt_in_obj *o, const char *key)
{
	json_t *v = get(o, key);

	if (v != NULL && !json_is_object(v)) {
		(void)vt_in_fail(o, key, VT_E_INVALID, "wanted an object");
		v = NULL;
	}
	return (struct vt_in_obj){ o->in, v, pointer(o, key, SIZE_MAX) };
}

size_t
vt_in_array(const struct vt_in_obj *o, const char *key, size_t max)
{
	json_t *v = get(o, key);

	if (v == NULL)
		return 0;
	if (!json_is_array(v) || json_array_size(v) > max) {
		(void)vt_in_fail(o, key, VT_E_INVALID,
		    "wanted an array of at most %zu items", max);
		return 0;
	}
	return json_array_size(v);
}

struct vt_in_obj
vt_in_item(const struct vt_in_obj *o, const char *key, size_t i)
{
	json_t *v = json_array_get(get(o, key), i);
	const char *at = pointer(o, key, i);

	if (!json_is_object(v)) {
		(void)fail_at(o, at, VT_E_INVALID, "wanted an object");
		v = NULL;
	}
	return (struct vt_in_obj){ o->in, v, at };
}

const char *
vt_in_item_str(const struct vt_in_obj *o, const char *key, size_t i)
{
	json_t *v = json_array_get(get(o, key), i);

	if (json_is_string(v))
		return json_string_value(v);
	(void)fail_at(o, pointer(o, key, i), VT_E_INVALID, "wanted a string");
	return "";
}

struct vt_span
vt_in_item_bytes(const struct vt_in_obj *o, const char *key, size_t i)
{
	return decode(o, json_array_get(get(o, key), i), pointer(o, key, i));
}

struct vt_secret *
vt_in_take_pin(const struct vt_in_obj *o, const char *key)
{
	json_t *v = get(o, key);
	const char *s = vt_in_str(o, key);
	struct vt_secret *ret;
	void *mine;

	if (s == NULL)
		return NULL;
	ret = vt_secret_new(s, json_string_length(v));
	if (ret == NULL)
		(void)vt_in_fail(o, key, VT_E_NOMEM, "no secure memory left");
	/* jansson hands its own memory out as const; it is ours to wipe. */
	memcpy(&mine, &s, sizeof(mine));
	vt_wipe(mine, json_string_length(v));
	(void)json_object_del(o->o, key);
	return ret;
}

struct vt_secret *
vt_in_take_secret(const struct vt_in_obj *o, const char *key)
{
	struct vt_secret *s = vt_in_take_pin(o, key);
	struct vt_http_req *req = o->in->req;
	vt_hash tag;

	if (s == NULL)
		return NULL;
	tag = vt_office_secret_tag(vt_v1_office(req),
	    vt_http_header(req, "Idempotency-Key"), vt_secret_view(s));
	vt_buf_put(&o->in->secrets, key, strlen(key) + 1);
	vt_buf_put(&o->in->secrets, tag.b, sizeof(tag.b));
	return s;
}

static int
hash_some(const char *p, size_t n, void *arg)
{
	vt_sha256_put(arg, p, n);
	return 0;
}

int
vt_in_hash(const struct vt_in *in, vt_hash *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();

	/* With their closing NULs: two fields cannot run into one another. */
	vt_sha256_put(h, in->req->method, strlen(in->req->method) + 1);
	vt_sha256_put(h, in->req->path, strlen(in->req->path) + 1);
	if (json_dump_callback(
		in->root, hash_some, h, JSON_SORT_KEYS | JSON_COMPACT) != 0)
		return vt_err_set(reterr, VT_E_NOMEM, "body");
	vt_sha256_put(h, in->secrets.p, in->secrets.n);
	*ret = vt_sha256_end(h);
	return vt_buf_status(&in->secrets, reterr);
}
