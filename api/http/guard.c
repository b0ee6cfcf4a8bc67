/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/guard.h"

#include "api/http/target.h"
#include "base/limits.h"
#include "base/text.h"

/* RFC 9110 §5.6.2: tchar. */
static bool
is_tchar(uint8_t c)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z'))
		return true;
	return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool
vt_http_is_token(struct vt_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_tchar(s.p[i]))
			return false;
	return s.n > 0;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool
vt_http_span_is(struct vt_span a, const char *s)
{
	size_t n = strlen(s);

	if (a.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(a.p[i]) != lower((uint8_t)s[i]))
			return false;
	return true;
}

/* --- tiling: nothing between the pieces but what the grammar has there --- */

/* Where a piece begins in the block, or SIZE_MAX when it lies outside. */
static size_t
place(struct vt_span block, struct vt_span piece)
{
	uintptr_t b = (uintptr_t)block.p, p = (uintptr_t)piece.p;

	if (piece.p == NULL || p < b || p - b > block.n ||
	    piece.n > block.n - (p - b))
		return SIZE_MAX;
	return (size_t)(p - b);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Takes exactly the two bytes of a line's end. */
static bool
take_eol(struct vt_span block, size_t *at)
{
	if (block.n - *at < 2 || block.p[*at] != 0 || block.p[*at + 1] != 0)
		return false;
	*at += 2;
	return true;
}

static int
tile_request_line(
    const struct vt_http_head *h, size_t *at, struct vt_err *reterr)
{
	struct vt_span b = h->block;
	size_t version = place(b, h->version);

	if (place(b, h->method) != 0 || h->target_at != h->method.n + 1 ||
	    version == SIZE_MAX || version != h->target_at + h->target.n + 1 ||
	    b.p[h->method.n] != 0 || b.p[version - 1] != 0)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "request line: RFC 9112 §3: one space between its parts "
		    "and no other byte wanted");
	*at = version + h->version.n;
	if (!take_eol(b, at))
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "request line: RFC 9112 §2.2: wanted CR LF after the "
		    "version");
	return VT_OK;
}

static int
tile_field(
    const struct vt_http_head *h, size_t i, size_t *at, struct vt_err *reterr)
{
	struct vt_span b = h->block;
	const struct vt_http_field *f = &h->fields[i];
	size_t value;

	if (place(b, f->name) != *at)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "field %zu: RFC 9112 §5.2: a folded line, or bytes that "
		    "belong to no field",
		    i + 1);
	*at += f->name.n;
	value = f->value.n == 0 ? *at + 1 : place(b, f->value);
	if (value == SIZE_MAX || value < *at + 1 || *at >= b.n || b.p[*at] != 0)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "field %zu: RFC 9112 §5.2: a folded line", i + 1);
	for (++*at; *at < value; ++*at)
		if (!is_blank(b.p[*at]))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "field %zu: RFC 9112 §5: bytes between colon and "
			    "value",
			    i + 1);
	*at += f->value.n;
	while (*at < b.n && is_blank(b.p[*at]))
		++*at;
	if (!take_eol(b, at))
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "field %zu: RFC 9112 §2.2, RFC 9110 §5.5: a NUL in the "
		    "value, or a line that does not end in CR LF",
		    i + 1);
	return VT_OK;
}

static int
tile(const struct vt_http_head *h, struct vt_err *reterr)
{
	size_t at = 0;
	int rc = tile_request_line(h, &at, reterr);

	for (size_t i = 0; i < h->nfields && rc == VT_OK; i++)
		rc = tile_field(h, i, &at, reterr);
	if (rc != VT_OK)
		return rc;
	if (!take_eol(h->block, &at) || at != h->block.n)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "header: RFC 9112 §2.1: wanted one empty line (CR LF) "
		    "after the last field");
	return VT_OK;
}

/* --- syntax --- */

static bool
value_is_clean(struct vt_span v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((v.p[i] < 0x20 && v.p[i] != '\t') || v.p[i] == 0x7f)
			return false;
	return vt_utf8_is_valid(v);
}

static int
check_fields(const struct vt_http_head *h, struct vt_err *reterr)
{
	for (size_t i = 0; i < h->nfields; i++) {
		if (!vt_http_is_token(h->fields[i].name))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "field %zu: RFC 9112 §5.1: the name is not a "
			    "token (a space before the colon?)",
			    i + 1);
		if (!value_is_clean(h->fields[i].value))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "field %zu: RFC 9110 §5.5: a control character or "
			    "ill-formed UTF-8 in the value",
			    i + 1);
	}
	return VT_OK;
}

static bool
host_is_plain(struct vt_span v)
{
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') ||
			(c != 0 && strchr(".-_~:[]", c) != NULL)))
			return false;
	}
	return v.n > 0 && v.n <= 255;
}

/* Fields that may stand once; two of them are two meanings. */
static const char *const singletons[] = { "Host", "Content-Length",
	"Transfer-Encoding", "Content-Type", "Content-Encoding",
	"Authorization", "Idempotency-Key", "Expect", "Range", "If-Range",
	"Repr-Digest", "Content-Digest", "Content-Disposition",
	"Accept-Language", "X-HTTP-Method-Override" };

static int
find_single(const struct vt_http_head *h, const char *name, struct vt_span *ret,
    struct vt_err *reterr)
{
	size_t n = 0, length = strlen(name);

	*ret = VT_SPAN(NULL, 0);
	for (size_t i = 0; i < h->nfields; i++) {
		if (h->fields[i].name.n != length ||
		    !vt_http_span_is(h->fields[i].name, name))
			continue;
		if (n++ > 0)
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "%s: RFC 9110 §5.3: wanted at most one, found "
			    "more",
			    name);
		*ret = h->fields[i].value;
		if (ret->p == NULL)
			ret->p = (const uint8_t *)"";
	}
	return VT_OK;
}

static int
parse_length(struct vt_span v, uint64_t *ret, struct vt_err *reterr)
{
	uint64_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9' ||
		    n > (uint64_t)INT64_MAX / 10 - 10)
			n = UINT64_MAX;
		else
			n = n * 10 + (uint64_t)(v.p[i] - '0');
		if (n == UINT64_MAX)
			break;
	}
	if (v.n == 0 || n == UINT64_MAX)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "Content-Length: RFC 9110 §8.6: wanted one decimal "
		    "number");
	*ret = n;
	return VT_OK;
}

static int
check_length(const struct vt_http_head *h, struct vt_http_length *ret,
    struct vt_err *reterr)
{
	struct vt_span cl, te, expect;
	int rc = find_single(h, "Content-Length", &cl, reterr);

	if (rc == VT_OK)
		rc = find_single(h, "Transfer-Encoding", &te, reterr);
	if (rc == VT_OK)
		rc = find_single(h, "Expect", &expect, reterr);
	if (rc != VT_OK)
		return rc;
	if (te.p != NULL) {
		if (cl.p != NULL)
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "RFC 9112 §6.1: Content-Length and "
			    "Transfer-Encoding together");
		if (!vt_http_span_is(te, "chunked") ||
		    vt_span_is(h->version, "HTTP/1.0"))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "Transfer-Encoding: RFC 9112 §6.1: wanted "
			    "\"chunked\" in HTTP/1.1");
		ret->chunked = true;
	}
	if (expect.p != NULL && !vt_http_span_is(expect, "100-continue"))
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "Expect: RFC 9110 §10.1.1: only 100-continue is known");
	if (cl.p == NULL)
		return VT_OK;
	ret->declared = true;
	return parse_length(cl, &ret->length, reterr);
}

static int
check_request_line(const struct vt_http_head *h, struct vt_err *reterr)
{
	if (!vt_http_is_token(h->method) || h->method.n > 16)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "RFC 9112 §3.1: the method is not a short token");
	if (!vt_span_is(h->version, "HTTP/1.1") &&
	    !vt_span_is(h->version, "HTTP/1.0"))
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "RFC 9112 §2.3: wanted HTTP/1.1 or HTTP/1.0");
	if (vt_span_is(h->target, "*")) {
		if (!vt_span_is(h->method, "OPTIONS"))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "RFC 9112 §3.2.4: \"*\" is for OPTIONS only");
		return VT_OK;
	}
	return vt_http_guard_target(h->target, reterr);
}

int
vt_http_guard(const struct vt_http_head *head, struct vt_http_length *ret,
    struct vt_err *reterr)
{
	struct vt_http_length len = { false, false, 0 };
	struct vt_span v;
	int rc;

	if (head->target.n > VT_L(HTTP_TARGET_MAX))
		return vt_err_set(reterr, VT_E_HTTP_TARGET_TOO_LONG,
		    "request target: at most %zu bytes, found %zu",
		    VT_L(HTTP_TARGET_MAX), head->target.n);
	if (head->block.n > VT_L(HTTP_HEADER_MAX) ||
	    head->nfields > VT_L(HTTP_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_HTTP_HEADERS_TOO_LARGE,
		    "header: at most %zu bytes in %zu fields, found %zu in "
		    "%zu",
		    VT_L(HTTP_HEADER_MAX), VT_L(HTTP_FIELDS_MAX), head->block.n,
		    head->nfields);
	rc = check_fields(head, reterr);
	if (rc == VT_OK)
		rc = tile(head, reterr);
	if (rc == VT_OK)
		rc = check_request_line(head, reterr);
	for (size_t i = 0;
	     i < sizeof(singletons) / sizeof(singletons[0]) && rc == VT_OK; i++)
		rc = find_single(head, singletons[i], &v, reterr);
	if (rc == VT_OK)
		rc = find_single(head, "Host", &v, reterr);
	if (rc != VT_OK)
		return rc;
	if (!host_is_plain(v))
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "Host: RFC 9112 §3.2: wanted exactly one, a name or an "
		    "address");
	rc = check_length(head, &len, reterr);
	if (rc == VT_OK)
		*ret = len;
	return rc;
}
