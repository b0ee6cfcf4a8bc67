/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/http_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "api/http/range.h"
#include "base/base64.h"
#include "base/limits.h"

void
vt_http_res_init(struct vt_http_res *res)
{
	memset(res, 0, sizeof(*res));
	res->status = 200;
	vt_buf_init(&res->body, 0);
	vt_buf_init(&res->headers, 0);
}

void
vt_http_res_clear(struct vt_http_res *res)
{
	if (res->source != NULL && res->source_free != NULL)
		res->source_free(res->source);
	vt_buf_free(&res->body);
	vt_buf_free(&res->headers);
	vt_http_res_init(res);
}

bool
vt_http_res_next(const struct vt_http_res *res, size_t *at,
    const char **ret_name, const char **ret_value)
{
	const char *p = (const char *)res->headers.p + *at;

	if (*at >= res->headers.n)
		return false;
	*ret_name = p;
	p += strlen(p) + 1;
	*ret_value = p;
	p += strlen(p) + 1;
	*at = (size_t)(p - (const char *)res->headers.p);
	return true;
}

static bool
same_name(const char *a, const char *b)
{
	return ((*a ^ *b) & ~0x20) == 0 && strcasecmp(a, b) == 0;
}

/* Of a name, among those of vt_http_res.names. */
static uint32_t
name_bit(const char *name, size_t n)
{
	return UINT32_C(1) << ((n + (*name & 0x1f)) & 31);
}

bool
vt_http_res_has(const struct vt_http_res *res, const char *name)
{
	const char *n, *v;
	size_t at = 0;

	if ((res->names & name_bit(name, strlen(name))) == 0)
		return false;
	while (vt_http_res_next(res, &at, &n, &v))
		if (same_name(n, name))
			return true;
	return false;
}

/* One that is not there yet. */
static void
append(struct vt_http_res *res, const char *name, const char *value)
{
	size_t n = strlen(name);

	res->names |= name_bit(name, n);
	vt_buf_put(&res->headers, name, n + 1);
	vt_buf_put(&res->headers, value, strlen(value) + 1);
}

void
vt_http_res_header(struct vt_http_res *res, const char *name, const char *value)
{
	struct vt_buf old = res->headers;
	const char *n, *v;
	size_t at = 0;

	for (const char *p = value; *p != '\0'; p++)
		VT_ASSERT((uint8_t)*p >= 0x20 && *p != 0x7f);
	if (vt_http_res_has(res, name)) {
		struct vt_http_res was = *res;

		vt_buf_init(&res->headers, 0);
		while (vt_http_res_next(&was, &at, &n, &v))
			if (strcasecmp(n, name) != 0) {
				vt_buf_put(&res->headers, n, strlen(n) + 1);
				vt_buf_put(&res->headers, v, strlen(v) + 1);
			}
		/* A failed copy must stay visible. */
		if (old.failed != VT_OK)
			res->headers.failed = old.failed;
		append(res, name, value); /* may lie in the old ones */
		vt_buf_free(&old);
		return;
	}
	append(res, name, value);
}

void
vt_http_res_cookie(struct vt_http_res *res, const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		VT_ASSERT((uint8_t)*p >= 0x20 && *p != 0x7f);
	append(res, "Set-Cookie", value);
}

void
vt_http_res_type(struct vt_http_res *res, const char *type)
{
	vt_http_res_header(res, "Content-Type", type);
	vt_buf_reset(&res->body);
}

void
vt_http_res_etag(struct vt_http_res *res, const char *token)
{
	VT_BUF_AUTO(b);

	vt_buf_putc(&b, '"');
	vt_buf_puts(&b, token);
	vt_buf_putc(&b, '"');
	vt_http_res_header(res, "ETag", vt_buf_str(&b));
}

/* Status and length of the headers, both big-endian, headers, body. */
#define SAVED_HEAD ((size_t)6)
#define RETRY_S    2 /* when nobody knows better */

unsigned
vt_http_retry_s(const struct vt_http_req *req, int status)
{
	return req->retry_after_s != 0          ? req->retry_after_s
	       : status == 503 || status == 429 ? RETRY_S
						: 0;
}

void
vt_http_res_save(const struct vt_http_res *res, struct vt_buf *ret)
{
	size_t n = res->headers.n;
	uint8_t head[SAVED_HEAD] = { (uint8_t)(res->status >> 8),
		(uint8_t)res->status, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	VT_ASSERT(res->source == NULL);
	vt_buf_put(ret, head, sizeof(head));
	vt_buf_span(ret, vt_buf_view(&res->headers));
	vt_buf_span(ret, vt_buf_view(&res->body));
}

bool
vt_http_res_load(struct vt_http_res *res, struct vt_span b)
{
	size_t n;

	if (b.n < SAVED_HEAD)
		return false;
	n = (size_t)b.p[2] << 24 | (size_t)b.p[3] << 16 | (size_t)b.p[4] << 8 |
	    b.p[5];
	if (n > b.n - SAVED_HEAD || (n > 0 && b.p[SAVED_HEAD + n - 1] != '\0'))
		return false;
	res->status = b.p[0] << 8 | b.p[1];
	res->names = UINT32_MAX; /* whichever they are */
	vt_buf_put(&res->headers, b.p + SAVED_HEAD, n);
	vt_buf_put(&res->body, b.p + SAVED_HEAD + n, b.n - SAVED_HEAD - n);
	return true;
}

void
vt_http_res_see_other(struct vt_http_res *res, const char *location)
{
	res->status = 303;
	vt_http_res_header(res, "Location", location);
}

/* What a program reads: no page, so it has no links, openers or camera. */
static bool
is_json(const char *type)
{
	return strncmp(type, "application/", 12) == 0 &&
	       (strncmp(type + 12, "json", 4) == 0 ||
		   strncmp(type + 12, "problem+json", 12) == 0);
}

void
vt_http_res_defaults(struct vt_http_res *res, const struct vt_http_req *req)
{
	static const struct {
		const char *name, *value;
		bool page; /* means nothing but on a page */
	} headers[] = {
		{ "X-Content-Type-Options", "nosniff", false },
		{ "X-Frame-Options", "DENY", false },
		{ "Referrer-Policy", "same-origin", true },
		{ "Cross-Origin-Resource-Policy", "same-origin", false },
		{ "Cross-Origin-Opener-Policy", "same-origin", true },
		{ "Permissions-Policy",
		    "camera=(), microphone=(), geolocation=()", true },
		{ "Cache-Control", "no-store", false },
		{ "Content-Security-Policy",
		    "default-src 'none'; frame-ancestors 'none'; sandbox",
		    false },
	};
	enum { N = sizeof(headers) / sizeof(headers[0]) };
	char id[VT_ID_TEXT + 1], wait[16], https[40];
	bool has[N] = { false }, json = false;
	const char *n, *v;
	unsigned wait_s;
	size_t at = 0;

	while (vt_http_res_next(res, &at, &n, &v)) {
		for (size_t i = 0; i < N; i++)
			has[i] = has[i] || same_name(n, headers[i].name);
		json = json || (same_name(n, "Content-Type") && is_json(v));
	}
	for (size_t i = 0; i < N; i++)
		if (!has[i] && !(json && headers[i].page))
			append(res, headers[i].name, headers[i].value);
	if (req->tls) {
		(void)snprintf(
		    https, sizeof(https), "max-age=%zu", VT_L(HSTS_S));
		vt_http_res_header(res, "Strict-Transport-Security", https);
	}
	vt_id_text(&req->id, id);
	vt_http_res_header(res, "X-Request-Id", id);
	if (res->status == 401)
		vt_http_res_header(
		    res, "WWW-Authenticate", "Bearer realm=\"vanthu\"");
	wait_s = vt_http_retry_s(req, res->status);
	if (wait_s > 0) {
		(void)snprintf(wait, sizeof(wait), "%u", wait_s);
		vt_http_res_header(res, "Retry-After", wait);
	}
	if (req->range_hint != NULL && res->status == 416)
		vt_http_res_header(res, "Content-Range", req->range_hint);
}

/* --- files --- */

/* RFC 6266 §4, RFC 8187 §3.2.3: an ASCII name and the true one. */
static void
disposition(struct vt_http_res *res, const struct vt_http_file *f)
{
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, f->attachment ? "attachment" : "inline");
	if (f->name != NULL) {
		vt_buf_puts(&b, "; filename=\"");
		for (const char *p = f->name; *p != '\0'; p++)
			vt_buf_putc(&b, (uint8_t)*p < 0x20 ||
						(uint8_t)*p >= 0x7f ||
						strchr("\"\\/%", *p)
					    ? '_'
					    : (uint8_t)*p);
		vt_buf_puts(&b, "\"; filename*=UTF-8''");
		for (const char *p = f->name; *p != '\0'; p++) {
			uint8_t c = (uint8_t)*p;

			if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z') || strchr("-._~", c))
				vt_buf_putc(&b, c);
			else
				vt_buf_printf(&b, "%%%02X", c);
		}
	}
	vt_http_res_header(res, "Content-Disposition", vt_buf_str(&b));
}

static void
file_headers(struct vt_http_res *res, const struct vt_http_file *f)
{
	VT_BUF_AUTO(digest);

	vt_buf_puts(&digest, "sha-256=:");
	vt_base64_put(&digest, VT_SPAN(f->hash.b, VT_HASH_SIZE));
	vt_buf_putc(&digest, ':');
	vt_http_res_header(res, "Repr-Digest", vt_buf_str(&digest));
	vt_http_res_header(res, "Accept-Ranges", "bytes");
	/* Bytes under a hash never change, but reading them is a right. */
	vt_http_res_header(res, "Cache-Control", "private, no-cache");
}

static int
file_range(struct vt_http_req *req, struct vt_http_res *res, const char *etag,
    struct vt_err *reterr)
{
	struct vt_span range = vt_http_header(req, "Range");
	struct vt_span if_range = vt_http_header(req, "If-Range");
	uint64_t size = res->source->size, off = 0, n = size;
	VT_BUF_AUTO(b);

	/* RFC 9110 §14.2: only with GET. A date in If-Range never matches. */
	if (strcmp(req->method, "GET") != 0 ||
	    (if_range.p != NULL &&
		(vt_span_is(if_range, "*") ||
		    !vt_http_etag_listed(if_range, etag, false))))
		range = VT_SPAN(NULL, 0);
	switch (vt_http_range_parse(range, size, &off, &n)) {
	case VT_HTTP_RANGE_WHOLE:
		break;
	case VT_HTTP_RANGE_PART:
		res->status = 206;
		vt_buf_printf(&b, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, off,
		    off + n - 1, size);
		vt_http_res_header(res, "Content-Range", vt_buf_str(&b));
		break;
	case VT_HTTP_RANGE_OUTSIDE:
		vt_buf_printf(&b, "bytes */%" PRIu64, size);
		req->range_hint = vt_arena_strdup(req->arena, vt_buf_str(&b));
		return vt_err_set(reterr, VT_E_HTTP_RANGE,
		    "Range: RFC 9110 §14.1: the file has %" PRIu64 " bytes",
		    size);
	}
	res->source_off = off;
	res->source_n = n;
	return VT_OK;
}

int
vt_http_res_conditions(const struct vt_http_req *req, struct vt_http_res *res,
    const char *token, bool *ret_unchanged, struct vt_err *reterr)
{
	struct vt_span v = vt_http_header(req, "If-Match");

	if (v.p != NULL && !vt_http_etag_listed(v, token, false))
		return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
		    "If-Match: RFC 9110 §13.1.1: it is now \"%s\"", token);
	vt_http_res_etag(res, token);
	*ret_unchanged = vt_http_none_match(req, token);
	if (*ret_unchanged)
		res->status = 304;
	return VT_OK;
}

int
vt_http_res_file(struct vt_http_req *req, struct vt_http_res *res,
    const struct vt_http_file *f, struct vt_err *reterr)
{
	char etag[VT_HASH_TEXT + 1];
	bool unchanged;
	int rc;

	res->source = f->source;
	res->source_free = f->source_free;
	res->source_piece = f->piece;
	vt_hash_text(&f->hash, etag);
	rc = vt_http_res_conditions(req, res, etag, &unchanged, reterr);
	if (rc != VT_OK)
		return rc;
	file_headers(res, f);
	if (unchanged) {
		if (res->source_free != NULL)
			res->source_free(res->source);
		res->source = NULL;
		return VT_OK;
	}
	vt_http_res_header(res, "Content-Type", f->type);
	disposition(res, f);
	return file_range(req, res, etag, reterr);
}
