/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#define REPLACEMENT 0xFFFD

/* Unicode Standard, table 3-7: length of a sequence and the range of its
 * second byte, by the first byte. 0: no sequence starts like this. */
static size_t
lead(uint8_t b, uint8_t *ret_low, uint8_t *ret_high)
{
	*ret_low = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
	*ret_high = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
	if (b < 0x80)
		return 1;
	if (b >= 0xC2 && b <= 0xDF)
		return 2;
	if (b >= 0xE0 && b <= 0xEF)
		return 3;
	if (b >= 0xF0 && b <= 0xF4)
		return 4;
	return 0;
}

int32_t
vt_utf8_next(struct vt_span s, size_t *at)
{
	static const uint8_t mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const uint8_t *p = s.p + *at;
	size_t left = s.n - *at, n;
	uint8_t low, high;
	uint32_t c;

	n = lead(*p, &low, &high);
	if (n == 0 || n > left)
		goto ill_formed;
	c = *p & mask[n];
	for (size_t i = 1; i < n; i++) {
		if (p[i] < low || p[i] > high)
			goto ill_formed;
		low = 0x80;
		high = 0xBF;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	*at += n;
	return (int32_t)c;
ill_formed:
	*at += 1;
	return -1;
}

bool
vt_utf8_is_valid(struct vt_span s)
{
	size_t at = 0;

	while (at < s.n) {
		if (s.p[at] < 0x80)
			at++;
		else if (vt_utf8_next(s, &at) < 0)
			return false;
	}
	return true;
}

void
vt_utf8_put(struct vt_buf *b, uint32_t scalar)
{
	uint32_t c = scalar;
	uint8_t p[4];
	size_t n;

	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = REPLACEMENT;
	if (c < 0x80) {
		p[0] = (uint8_t)c;
		n = 1;
	} else if (c < 0x800) {
		p[0] = (uint8_t)(0xC0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		p[0] = (uint8_t)(0xE0 | c >> 12);
		n = 3;
	} else {
		p[0] = (uint8_t)(0xF0 | c >> 18);
		n = 4;
	}
	for (size_t i = n; i > 1; i--) {
		p[i - 1] = (uint8_t)(0x80 | (c & 0x3F));
		c >>= 6;
	}
	vt_buf_put(b, p, n);
}

void
vt_text_fit(char *dst, size_t size, const char *src)
{
	size_t n = src == NULL ? 0 : strlen(src);

	VT_ASSERT(size > 0);
	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((uint8_t)src[n] & 0xc0) == 0x80)
			n--;
	}
	if (n > 0)
		memcpy(dst, src, n);
	dst[n] = '\0';
}

size_t
vt_utf8_length(struct vt_span s)
{
	size_t at = 0, n = 0;

	while (at < s.n) {
		(void)vt_utf8_next(s, &at);
		n++;
	}
	return n;
}

/* Offset of the first ill-formed byte; s.n when there is none. */
static size_t
first_ill_formed(struct vt_span s)
{
	size_t at = 0;

	while (at < s.n) {
		size_t start = at;

		if (vt_utf8_next(s, &at) < 0)
			return start;
	}
	return s.n;
}

static bool
is_ascii(struct vt_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* what: name of the text for the message. */
static int
nfc(struct vt_span s, const char *what, struct vt_buf *ret,
    struct vt_err *reterr)
{
	size_t bad = first_ill_formed(s), n;
	uint8_t *p;

	if (bad != s.n)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "%s: RFC 3629 §3: wanted UTF-8, found byte 0x%02x at %zu",
		    what, s.p[bad], bad);
	if (is_ascii(s)) {
		vt_buf_span(ret, s);
		return vt_buf_status(ret, reterr);
	}
	p = u8_normalize(UNINORM_NFC, s.p, s.n, NULL, &n);
	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "%s: out of memory normalising %zu bytes", what, s.n);
	vt_buf_put(ret, p, n);
	free(p);
	return vt_buf_status(ret, reterr);
}

int
vt_text_nfc(struct vt_span s, struct vt_buf *ret, struct vt_err *reterr)
{
	size_t before = ret->n;
	int rc = nfc(s, "text", ret, reterr);

	if (rc != VT_OK && ret->n > before)
		vt_buf_truncate(ret, before);
	return rc;
}

/* The open embeddings, overrides and isolates of UAX #9, innermost last:
 * max_depth there is 125, no honest field needs more than a few. */
struct bidi {
	char open[32]; /* 'e' closed by PDF, 'i' closed by PDI */
	size_t depth;
};

/* False when c closes what is not open, or opens too much. */
static bool
bidi_step(struct bidi *b, int32_t c)
{
	char close;

	switch (c) {
	case 0x202A: /* LRE */
	case 0x202B: /* RLE */
	case 0x202D: /* LRO */
	case 0x202E: /* RLO */
	case 0x2066: /* LRI */
	case 0x2067: /* RLI */
	case 0x2068: /* FSI */
		if (b->depth == sizeof(b->open))
			return false;
		b->open[b->depth++] = c < 0x2060 ? 'e' : 'i';
		return true;
	case 0x202C: /* PDF */
	case 0x2069: /* PDI */
		close = c < 0x2060 ? 'e' : 'i';
		if (b->depth == 0 || b->open[b->depth - 1] != close)
			return false;
		b->depth--;
		return true;
	default:
		return true;
	}
}

static bool
is_forbidden(int32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n') ||
	       (c >= 0x7F && c <= 0x9F) || (c & 0xFFFE) == 0xFFFE;
}

static int
check_clean(
    struct vt_span s, size_t max, const char *what, struct vt_err *reterr)
{
	struct bidi bidi = { .depth = 0 };
	size_t at = 0, n;

	while (at < s.n) {
		int32_t c = vt_utf8_next(s, &at);

		if (is_forbidden(c))
			return vt_err_set(reterr, VT_E_INVALID,
			    "%s: control or non-character U+%04X is not "
			    "allowed",
			    what, (unsigned)c);
		if (!bidi_step(&bidi, c))
			return vt_err_set(reterr, VT_E_INVALID,
			    "%s: UAX #9: bidi control U+%04X has no partner",
			    what, (unsigned)c);
	}
	if (bidi.depth != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: UAX #9: %zu bidi controls are not closed", what,
		    bidi.depth);
	n = vt_utf8_length(s);
	if (n > max)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: wanted at most %zu characters, found %zu", what, max,
		    n);
	return VT_OK;
}

/* Removes white space at both ends. */
static struct vt_span
trim(struct vt_span s)
{
	size_t at = 0, first = s.n, end = 0;

	while (at < s.n) {
		size_t start = at;
		int32_t c = vt_utf8_next(s, &at);

		/* U+0085 and the like are refused, not trimmed away. */
		if (uc_is_property_white_space((ucs4_t)c) && !is_forbidden(c))
			continue;
		if (first == s.n)
			first = start;
		end = at;
	}
	return first == s.n ? VT_SPAN(s.p, 0)
			    : VT_SPAN(s.p + first, end - first);
}

int
vt_text_clean(struct vt_span s, size_t max, const char *what,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(tmp);
	struct vt_span trimmed;
	int rc;

	if ((rc = nfc(s, what, &tmp, reterr)) != VT_OK)
		return rc;
	trimmed = trim(vt_buf_view(&tmp));
	if ((rc = check_clean(trimmed, max, what, reterr)) != VT_OK)
		return rc;
	vt_buf_span(ret, trimmed);
	return vt_buf_status(ret, reterr);
}

void
vt_text_upper(struct vt_span s, struct vt_buf *ret)
{
	size_t at = 0;

	while (at < s.n) {
		int32_t c = vt_utf8_next(s, &at);

		vt_utf8_put(ret, c < 0 ? REPLACEMENT : uc_toupper((ucs4_t)c));
	}
}

int32_t
vt_utf8_lower(int32_t scalar)
{
	return (int32_t)uc_tolower((ucs4_t)scalar);
}

void
vt_text_mask_name(struct vt_span s, struct vt_buf *ret)
{
	bool in_word = false, masking = false;
	size_t at = 0;

	while (at < s.n) {
		int32_t c = vt_utf8_next(s, &at);
		uint32_t u = c < 0 ? REPLACEMENT : (uint32_t)c;

		if (uc_is_property_white_space(u)) {
			vt_utf8_put(ret, u);
			in_word = masking = false;
		} else if (!in_word) {
			vt_utf8_put(ret, u);
			in_word = true;
		} else if (uc_is_general_category(u, UC_MARK)) {
			/* Part of the letter before it: kept with the first
			 * one, else it would tell what the star hides. */
			if (!masking)
				vt_utf8_put(ret, u);
		} else {
			vt_buf_putc(ret, '*');
			masking = true;
		}
	}
}
