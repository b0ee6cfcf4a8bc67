/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/target.h"

#include "api/http/guard.h"
#include "base/limits.h"
#include "base/text.h"

#define PARAMS_MAX 8

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One byte of s at *at, escape undone; -1 for a broken escape. */
static int
next_byte(struct vt_span s, size_t *at, bool *ret_escaped)
{
	uint8_t c = s.p[(*at)++];
	int hi, lo;

	*ret_escaped = c == '%';
	if (c != '%')
		return c;
	if (s.n - *at < 2)
		return -1;
	hi = hex(s.p[*at]);
	lo = hex(s.p[*at + 1]);
	*at += 2;
	return hi < 0 || lo < 0 ? -1 : hi * 16 + lo;
}

char *
vt_http_decode(struct vt_arena *a, struct vt_span s, bool form)
{
	char *out = vt_arena_alloc(a, s.n + 1);
	size_t n = 0, at = 0;

	if (out == NULL)
		return NULL;
	while (at < s.n) {
		bool escaped;
		int c = next_byte(s, &at, &escaped);

		if (form && !escaped && c == '+')
			c = ' ';
		/* Line ends are fine in a text area, other controls never. */
		if (c < 0 || c == 0x7f ||
		    (c < 0x20 && !(form && strchr("\t\r\n", c) && c != 0)))
			return NULL;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return vt_utf8_is_valid(VT_SPAN(out, n)) ? out : NULL;
}

void
vt_http_target_split(
    struct vt_span target, struct vt_span *ret_path, struct vt_span *ret_query)
{
	const uint8_t *q =
	    target.n == 0 ? NULL : memchr(target.p, '?', target.n);

	*ret_path = target;
	*ret_query = VT_SPAN(NULL, 0);
	if (q == NULL)
		return;
	ret_path->n = (size_t)(q - target.p);
	*ret_query = VT_SPAN(q + 1, target.n - ret_path->n - 1);
}

bool
vt_http_pairs(struct vt_arena *a, struct vt_span s,
    const struct vt_http_param **ret, size_t *ret_n)
{
	struct vt_http_param *v;
	size_t n = 0, at = 0;

	*ret = NULL;
	*ret_n = 0;
	if (s.n == 0)
		return true;
	v = vt_arena_array(a, VT_L(HTTP_FIELDS_MAX), sizeof(*v));
	if (v == NULL)
		return false;
	while (at <= s.n) {
		const uint8_t *p = s.p + at;
		const uint8_t *amp = at < s.n ? memchr(p, '&', s.n - at) : NULL;
		size_t len = amp != NULL ? (size_t)(amp - p) : s.n - at;
		const uint8_t *eq = len > 0 ? memchr(p, '=', len) : NULL;
		size_t nlen = eq != NULL ? (size_t)(eq - p) : len;

		at += len + 1;
		if (len == 0)
			continue;
		if (n == VT_L(HTTP_FIELDS_MAX))
			return false;
		v[n].name = vt_http_decode(a, VT_SPAN(p, nlen), true);
		v[n].value = eq == NULL
				 ? ""
				 : vt_http_decode(a,
				       VT_SPAN(eq + 1, len - nlen - 1), true);
		if (v[n].name == NULL || v[n].value == NULL)
			return false;
		n++;
	}
	*ret = v;
	*ret_n = n;
	return true;
}

static struct vt_span
segment(struct vt_span s, size_t at)
{
	size_t end = at;

	while (end < s.n && s.p[end] != '/')
		end++;
	return VT_SPAN(s.p + at, end - at);
}

/* Literals equal, a segment for each {name}: most patterns end here, before
 * anything is decoded. */
static bool
shape_fits(const char *pattern, struct vt_span path)
{
	size_t j = 0;

	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '{' && p > pattern && p[-1] == '/') {
			while (p[1] != '\0' && p[1] != '/')
				p++;
			if (j >= path.n || path.p[j] == '/')
				return false;
			while (j < path.n && path.p[j] != '/')
				j++;
		} else if (j >= path.n || path.p[j++] != (uint8_t)*p) {
			return false;
		}
	}
	return j == path.n;
}

bool
vt_http_match(struct vt_arena *a, const char *pattern, struct vt_span raw_path,
    const struct vt_http_param **ret, size_t *ret_n)
{
	struct vt_http_param v[PARAMS_MAX];
	struct vt_span pat = vt_span_str(pattern);
	size_t i = 0, j = 0, n = 0;

	if (!shape_fits(pattern, raw_path))
		return false;
	while (i < pat.n && j < raw_path.n) {
		struct vt_span ps, rs;

		if (pat.p[i] != '/' || raw_path.p[j] != '/')
			return false;
		ps = segment(pat, ++i);
		rs = segment(raw_path, ++j);
		i += ps.n;
		j += rs.n;
		if (ps.n > 2 && ps.p[0] == '{') {
			VT_ASSERT(n < PARAMS_MAX);
			v[n].name = vt_arena_strndup(a, ps.p + 1, ps.n - 2);
			v[n].value =
			    rs.n == 0 ? NULL : vt_http_decode(a, rs, false);
			if (v[n].name == NULL || v[n].value == NULL)
				return false;
			n++;
		} else if (!vt_span_eq(ps, rs)) {
			return false;
		}
	}
	if (i != pat.n || j != raw_path.n)
		return false;
	*ret = NULL;
	*ret_n = n;
	if (n > 0) {
		struct vt_span copy;
		bool ok;

		copy = vt_arena_copy(a, VT_SPAN(v, n * sizeof(v[0])), &ok);
		if (!ok)
			return false;
		*ret = (const struct vt_http_param *)(const void *)copy.p;
	}
	return true;
}

/* RFC 3986 §3.3, §3.4: what may stand unescaped in a path or query. */
static bool
is_target_char(uint8_t c, bool in_query)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z'))
		return true;
	switch (c) {
	case '-':
	case '.':
	case '_':
	case '~':
	case '!':
	case '$':
	case '&':
	case '\'':
	case '(':
	case ')':
	case '*':
	case '+':
	case ',':
	case ';':
	case '=':
	case ':':
	case '@':
	case '/':
		return true;
	default:
		return in_query && c == '?';
	}
}

/* Collects the decoded bytes of a segment only as far as "." and ".." need. */
struct segment_state {
	size_t n, dots;
};

/* Escapes undone: no more bytes than there were, and a '?'. */
struct decoded {
	size_t n;
	uint8_t b[VT_L(HTTP_TARGET_MAX) + 1];
};

static int
end_segment(const struct segment_state *s, bool last, struct vt_err *reterr)
{
	if (s->n > 0 && s->n == s->dots && s->n <= 2)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "request target: RFC 3986 §3.3: a \".\" or \"..\" segment");
	if (s->n == 0 && !last)
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "request target: an empty segment (\"//\")");
	return VT_OK;
}

static int
guard_path(struct vt_span path, struct decoded *d, struct vt_err *reterr)
{
	struct segment_state s = { 0, 0 };
	size_t at = 1;
	int rc = VT_OK;

	while (at < path.n && rc == VT_OK) {
		bool escaped;
		uint8_t raw = path.p[at];
		int c = next_byte(path, &at, &escaped);

		if (c < 0 || (!escaped && !is_target_char(raw, false)))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "request target: RFC 3986 §3.3: byte 0x%02x or a "
			    "broken escape in the path",
			    raw);
		if (c < 0x20 || c == 0x7f ||
		    (escaped && (c == '/' || c == '\\')))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "request target: an escaped slash, backslash or "
			    "control character in the path");
		d->b[d->n++] = (uint8_t)c;
		if (c == '/' && !escaped) {
			rc = end_segment(&s, false, reterr);
			s = (struct segment_state){ 0, 0 };
		} else {
			s.n++;
			s.dots += c == '.';
		}
	}
	return rc == VT_OK ? end_segment(&s, true, reterr) : rc;
}

static int
guard_query(struct vt_span query, struct decoded *d, struct vt_err *reterr)
{
	size_t at = 0;

	while (at < query.n) {
		bool escaped;
		uint8_t raw = query.p[at];
		int c = next_byte(query, &at, &escaped);

		if (c < 0 || (!escaped && !is_target_char(raw, true)))
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "request target: RFC 3986 §3.4: byte 0x%02x or a "
			    "broken escape in the query",
			    raw);
		if (c < 0x20 || c == 0x7f)
			return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
			    "request target: a control character in the "
			    "query");
		d->b[d->n++] = (uint8_t)c;
	}
	return VT_OK;
}

int
vt_http_guard_target(struct vt_span target, struct vt_err *reterr)
{
	struct vt_span path, query;
	struct decoded d;
	int rc;

	d.n = 0;
	if (target.n > VT_L(HTTP_TARGET_MAX))
		return vt_err_set(reterr, VT_E_HTTP_TARGET_TOO_LONG,
		    "request target: at most %zu bytes, found %zu",
		    VT_L(HTTP_TARGET_MAX), target.n);
	if (target.n == 0 || target.p[0] != '/')
		return vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "request target: RFC 9112 §3.2.1: wanted a path that "
		    "begins with \"/\"");
	vt_http_target_split(target, &path, &query);
	rc = guard_path(path, &d, reterr);
	if (rc == VT_OK) {
		/* Parts are judged apart: no sequence spans the border. */
		d.b[d.n++] = '?';
		rc = guard_query(query, &d, reterr);
	}
	if (rc == VT_OK && !vt_utf8_is_valid(VT_SPAN(d.b, d.n)))
		rc = vt_err_set(reterr, VT_E_HTTP_BAD_REQUEST,
		    "request target: RFC 3629: ill-formed UTF-8");
	return rc;
}
