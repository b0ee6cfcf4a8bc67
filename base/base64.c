/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
put(struct vt_buf *b, struct vt_span s, const char *set, bool pad)
{
	for (size_t i = 0; i < s.n && b->failed == VT_OK; i += 3) {
		size_t n = s.n - i < 3 ? s.n - i : 3;
		uint32_t v = (uint32_t)s.p[i] << 16;
		uint8_t out[4] = { '=', '=', '=', '=' };

		if (n > 1)
			v |= (uint32_t)s.p[i + 1] << 8;
		if (n > 2)
			v |= s.p[i + 2];
		for (size_t k = 0; k <= n; k++)
			out[k] = (uint8_t)set[v >> (18 - 6 * k) & 63];
		vt_buf_put(b, out, pad ? 4 : n + 1);
	}
}

void
vt_base64_put(struct vt_buf *b, struct vt_span s)
{
	put(b, s, standard, true);
}

void
vt_base64url_put(struct vt_buf *b, struct vt_span s)
{
	put(b, s, url_safe, false);
}

static int
value(uint8_t c, const char *set)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (uint8_t)set[62])
		return 62;
	return c == (uint8_t)set[63] ? 63 : -1;
}

/*
 * Decodes digits without padding. Not canonical are a digit outside the set,
 * one digit alone at the end, and unused bits that are not 0 (§3.5).
 */
static int
get(struct vt_span s, const char *set, struct vt_buf *ret,
    struct vt_err *reterr)
{
	size_t start = ret->n;
	uint32_t v = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < s.n; i++) {
		int d = value(s.p[i], set);

		if (d < 0) {
			vt_buf_truncate(ret, start);
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "base64: RFC 4648 §4: byte 0x%02x at %zu is not "
			    "in the alphabet",
			    s.p[i], i);
		}
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			vt_buf_putc(ret, (uint8_t)(v >> bits));
			v &= (1u << bits) - 1;
		}
	}
	if (s.n % 4 == 1 || v != 0) {
		vt_buf_truncate(ret, start);
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "base64: RFC 4648 §3.5: the last of %zu digits is not "
		    "canonical",
		    s.n);
	}
	if (ret->failed != VT_OK)
		vt_buf_truncate(ret, start);
	return vt_buf_status(ret, reterr);
}

int
vt_base64_get(struct vt_span s, struct vt_buf *ret, struct vt_err *reterr)
{
	size_t n = s.n;

	if (n % 4 != 0)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "base64: RFC 4648 §4: wanted groups of 4 digits, found %zu "
		    "digits",
		    n);
	if (n > 0 && s.p[n - 1] == '=')
		n--;
	if (n < s.n && s.p[n - 1] == '=')
		n--;
	return get(VT_SPAN(s.p, n), standard, ret, reterr);
}

int
vt_base64url_get(struct vt_span s, struct vt_buf *ret, struct vt_err *reterr)
{
	return get(s, url_safe, ret, reterr);
}
