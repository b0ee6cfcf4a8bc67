/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/accept.h"

/* Cuts the text before the next separator off; quotes are not separators'. */
static struct vt_span
cut(struct vt_span *s, uint8_t separator)
{
	struct vt_span head = *s;
	bool quoted = false;
	size_t at = 0;

	for (; at < s->n && (quoted || s->p[at] != separator); at++) {
		if (s->p[at] == '"')
			quoted = !quoted;
		else if (s->p[at] == '\\' && quoted && at + 1 < s->n)
			at++;
	}
	head.n = at;
	*s = at < s->n ? VT_SPAN(s->p + at + 1, s->n - at - 1)
		       : VT_SPAN(NULL, 0);
	while (head.n > 0 && (head.p[0] == ' ' || head.p[0] == '\t'))
		head = VT_SPAN(head.p + 1, head.n - 1);
	while (head.n > 0 &&
	       (head.p[head.n - 1] == ' ' || head.p[head.n - 1] == '\t'))
		head.n--;
	return head;
}

/* RFC 9110 §12.4.2: 0 to 1000; what is not a weight counts as 1. */
static unsigned
weight(struct vt_span q)
{
	unsigned n = 0, unit = 1000;

	if (q.n == 0 || q.p[0] != '0')
		return 1000;
	for (size_t i = 2; i < q.n && i < 5; i++) {
		unit /= 10;
		if (q.p[i] < '0' || q.p[i] > '9')
			return 1000;
		n += (unsigned)(q.p[i] - '0') * unit;
	}
	return n;
}

/* Of the parameters behind a range. */
static unsigned
weight_of(struct vt_span params)
{
	unsigned ret = 1000;

	while (params.n > 0) {
		struct vt_span p = cut(&params, ';');

		if (p.n > 2 && (p.p[0] | 0x20) == 'q' && p.p[1] == '=')
			ret = weight(VT_SPAN(p.p + 2, p.n - 2));
	}
	return ret;
}

/* Equal but for the case of ASCII letters; both have n bytes. */
static bool
same(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t x = a[i], y = b[i];

		x = x >= 'A' && x <= 'Z' ? (uint8_t)(x + 32) : x;
		y = y >= 'A' && y <= 'Z' ? (uint8_t)(y + 32) : y;
		if (x != y)
			return false;
	}
	return true;
}

/* How well a range fits the type: 3 itself, 2 its kind, 1 anything, 0 not. */
static int
fit(struct vt_span range, struct vt_span type)
{
	const uint8_t *slash = memchr(type.p, '/', type.n);
	size_t kind = (size_t)(slash - type.p) + 1;

	if (vt_span_is(range, "*/*"))
		return 1;
	if (range.n == kind + 1 && range.p[kind] == '*')
		return same(range.p, type.p, kind) ? 2 : 0;
	return range.n == type.n && same(range.p, type.p, type.n) ? 3 : 0;
}

static bool
takes(struct vt_span accept, struct vt_span type)
{
	bool good = false;
	int best = 0;

	while (accept.n > 0) {
		struct vt_span one = cut(&accept, ','), range;
		int how;

		range = cut(&one, ';');
		how = range.n == 0 ? 0 : fit(range, type);
		if (how > best) {
			best = how;
			good = weight_of(one) > 0;
		}
	}
	return good;
}

bool
vt_http_accept_lists(struct vt_span accept, const char *const *types)
{
	if (accept.p == NULL || accept.n == 0)
		return true;
	for (; *types != NULL; types++)
		if (takes(accept, vt_span_str(*types)))
			return true;
	return false;
}

bool
vt_http_accepts(const struct vt_http_req *req, const char *const *types)
{
	return vt_http_accept_lists(vt_http_header(req, "Accept"), types);
}

static bool
begins(struct vt_span range, const char *language)
{
	return range.n >= 2 && (range.n == 2 || range.p[2] == '-') &&
	       same(range.p, (const uint8_t *)language, 2);
}

bool
vt_http_language_vi(struct vt_span accept)
{
	unsigned best = 0;
	bool vi = false;

	while (accept.n > 0) {
		struct vt_span one = cut(&accept, ',');
		struct vt_span range = cut(&one, ';');
		bool is = begins(range, "vi");
		unsigned w = weight_of(one);

		if ((is || begins(range, "en")) && w > best) {
			best = w;
			vi = is;
		}
	}
	return vi;
}
