/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/range.h"

#include "api/http/guard.h"
#include "base/err.h"

/* Decimal digits at *at; false when there are none. Saturates. */
static bool
digits(struct vt_span s, size_t *at, uint64_t *ret)
{
	size_t start = *at;
	uint64_t n = 0;

	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9') {
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(s.p[*at] - '0'), &n))
			n = UINT64_MAX;
		++*at;
	}
	*ret = n;
	return *at > start;
}

enum vt_http_range
vt_http_range_parse(
    struct vt_span h, uint64_t size, uint64_t *ret_off, uint64_t *ret_n)
{
	uint64_t first, last;
	bool has_first, has_last;
	size_t at = 6;

	if (h.p == NULL || h.n < 6 ||
	    !vt_http_span_is(VT_SPAN(h.p, 6), "bytes="))
		return VT_HTTP_RANGE_WHOLE;
	has_first = digits(h, &at, &first);
	if (at >= h.n || h.p[at++] != '-')
		return VT_HTTP_RANGE_WHOLE;
	has_last = digits(h, &at, &last);
	if (at != h.n || (!has_first && !has_last) ||
	    (has_first && has_last && last < first))
		return VT_HTTP_RANGE_WHOLE;
	if (!has_first) {
		if (last == 0 || size == 0)
			return VT_HTTP_RANGE_OUTSIDE;
		first = last >= size ? 0 : size - last;
		last = size - 1;
	} else if (first >= size) {
		return VT_HTTP_RANGE_OUTSIDE;
	} else if (!has_last || last >= size) {
		last = size - 1;
	}
	*ret_off = first;
	*ret_n = last - first + 1;
	return VT_HTTP_RANGE_PART;
}

bool
vt_http_etag_next(struct vt_span s, size_t *at, struct vt_http_etag *ret)
{
	const uint8_t *end;

	while (*at < s.n &&
	       (s.p[*at] == ' ' || s.p[*at] == '\t' || s.p[*at] == ','))
		++*at;
	ret->weak = s.n - *at >= 2 && s.p[*at] == 'W' && s.p[*at + 1] == '/';
	if (ret->weak)
		*at += 2;
	if (*at >= s.n || s.p[*at] != '"')
		return false;
	++*at;
	end = *at < s.n ? memchr(s.p + *at, '"', s.n - *at) : NULL;
	if (end == NULL)
		return false;
	ret->tag = VT_SPAN(s.p + *at, (size_t)(end - (s.p + *at)));
	*at += ret->tag.n + 1;
	return true;
}

bool
vt_http_etag_listed(struct vt_span s, const char *token, bool weak)
{
	struct vt_http_etag e;
	size_t at = 0;

	VT_ASSERT(token != NULL);
	if (vt_span_is(s, "*"))
		return true;
	while (vt_http_etag_next(s, &at, &e))
		if ((weak || !e.weak) && vt_span_is(e.tag, token))
			return true;
	return false;
}
