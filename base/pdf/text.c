/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text strings (ISO 32000-2 §7.9.2.2, Annex D.2). */
#include "base/text.h"
#include "base/pdf/file.h"

#define REPLACEMENT 0xfffd

/* Where PDFDocEncoding differs from Latin-1 (Annex D.2). */
static const uint16_t low[8] = { 0x02d8, 0x02c7, 0x02c6, 0x02d9, 0x02dd, 0x02db,
	0x02da, 0x02dc }; /* 0x18.. */
static const uint16_t high[33] = { 0x2022, 0x2020, 0x2021, 0x2026, 0x2014,
	0x2013, 0x0192, 0x2044, 0x2039, 0x203a, 0x2212, 0x2030, 0x201e, 0x201c,
	0x201d, 0x2018, 0x2019, 0x201a, 0x2122, 0xfb01, 0xfb02, 0x0141, 0x0152,
	0x0160, 0x0178, 0x017d, 0x0131, 0x0142, 0x0153, 0x0161, 0x017e,
	REPLACEMENT, 0x20ac }; /* 0x80.. */

static uint32_t
from_pdfdoc(uint8_t c)
{
	if (c >= 0x18 && c < 0x20)
		return low[c - 0x18];
	if (c >= 0x80 && c <= 0xa0)
		return high[c - 0x80];
	if (c == 0x7f || c == 0xad)
		return REPLACEMENT;
	if (c < 0x18 && c != '\t' && c != '\n' && c != '\r')
		return REPLACEMENT;
	return c;
}

static void
from_utf16(struct vt_span s, struct vt_buf *ret)
{
	bool language = false; /* between two U+001B: a language code */

	for (size_t i = 0; i < s.n; i += 2) {
		uint32_t c, d;

		if (i + 1 == s.n) {
			vt_utf8_put(ret, REPLACEMENT);
			break;
		}
		c = (uint32_t)s.p[i] << 8 | s.p[i + 1];
		if (c == 0x1b) {
			language = !language;
			continue;
		}
		if (language)
			continue;
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < s.n) {
			d = (uint32_t)s.p[i + 2] << 8 | s.p[i + 3];
			if (d >= 0xdc00 && d < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (d - 0xdc00);
				i += 2;
			}
		}
		vt_utf8_put(ret, c); /* a lone surrogate gives U+FFFD */
	}
}

static void
from_utf8(struct vt_span s, struct vt_buf *ret)
{
	size_t at = 0;
	int32_t c;

	while (at < s.n) {
		c = vt_utf8_next(s, &at);
		vt_utf8_put(ret, c < 0 ? REPLACEMENT : (uint32_t)c);
	}
}

struct vt_span
vt_pdf_text(const struct vt_pdf_object *o, struct vt_arena *arena)
{
	struct vt_span s = { NULL, 0 };
	VT_BUF_AUTO(b);
	bool ok;

	if (o == NULL || o->type != VT_PDF_STRING)
		return s;
	s = o->u.string;
	if (s.n >= 2 && s.p[0] == 0xfe && s.p[1] == 0xff)
		from_utf16(VT_SPAN(s.p + 2, s.n - 2), &b);
	else if (s.n >= 3 && s.p[0] == 0xef && s.p[1] == 0xbb && s.p[2] == 0xbf)
		from_utf8(VT_SPAN(s.p + 3, s.n - 3), &b);
	else
		for (size_t i = 0; i < s.n; i++)
			vt_utf8_put(&b, from_pdfdoc(s.p[i]));
	if (b.failed != VT_OK)
		return VT_SPAN(NULL, 0);
	s = vt_arena_copy(arena, vt_buf_view(&b), &ok);
	return ok ? s : VT_SPAN(NULL, 0);
}
