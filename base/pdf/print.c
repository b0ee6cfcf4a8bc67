/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values in PDF syntax (ISO 32000-2 §7.3). */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/pdf/file.h"
#include "base/text.h"

/* Above this a double has no five decimals to print. */
#define DECIMALS_MAX 9e9

/* v with at most `decimals` (<= 5) decimals, never in a locale's or an
 * exponent's form. */
static void
print_decimal(double v, int decimals, struct vt_buf *ret)
{
	int64_t scale = 1, n, frac;
	char digits[8];
	int i;

	if (!isfinite(v))
		v = 0; /* not expressible; no value of PDF is infinite */
	if (fabs(v) > DECIMALS_MAX) {
		/* the point keeps it a real, whatever its size */
		vt_buf_printf(ret, "%.0f.", v);
		return;
	}
	for (i = 0; i < decimals; i++)
		scale *= 10;
	n = llround(v * (double)scale);
	if (n < 0) {
		vt_buf_putc(ret, '-');
		n = -n;
	}
	vt_buf_printf(ret, "%" PRId64, n / scale);
	frac = n % scale;
	if (frac == 0)
		return;
	for (i = decimals - 1; i >= 0; i--, frac /= 10)
		digits[i] = (char)('0' + frac % 10);
	for (i = decimals; digits[i - 1] == '0'; i--)
		;
	vt_buf_putc(ret, '.');
	vt_buf_put(ret, digits, (size_t)i);
}

void
vt_pdf_print_real(double v, struct vt_buf *ret)
{
	print_decimal(v, 4, ret);
}

void
vt_pdf_print_name(struct vt_span s, struct vt_buf *ret)
{
	vt_buf_putc(ret, '/');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] > ' ' && s.p[i] < 127 && s.p[i] != '#' &&
		    !pdf_is_delimiter(s.p[i]))
			vt_buf_putc(ret, s.p[i]);
		else
			vt_buf_printf(ret, "#%02X", s.p[i]);
	}
}

void
vt_pdf_print_string(struct vt_span s, struct vt_buf *ret)
{
	vt_buf_putc(ret, '(');
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == '(' || c == ')' || c == '\\') {
			vt_buf_putc(ret, '\\');
			vt_buf_putc(ret, c);
		} else if (c < ' ' || c > 126) {
			vt_buf_printf(ret, "\\%03o", c);
		} else {
			vt_buf_putc(ret, c);
		}
	}
	vt_buf_putc(ret, ')');
}

static void
print_hex(struct vt_span s, struct vt_buf *ret)
{
	vt_buf_putc(ret, '<');
	vt_buf_hex(ret, s);
	vt_buf_putc(ret, '>');
}

void
vt_pdf_print_text(struct vt_span utf8, struct vt_buf *ret)
{
	bool ascii = true;
	size_t at = 0;
	int32_t c;

	for (size_t i = 0; i < utf8.n; i++)
		ascii = ascii && utf8.p[i] >= ' ' && utf8.p[i] < 127;
	if (ascii) {
		vt_pdf_print_string(utf8, ret);
		return;
	}
	vt_buf_puts(ret, "<FEFF");
	while (at < utf8.n) {
		c = vt_utf8_next(utf8, &at);
		if (c < 0)
			c = 0xfffd;
		if (c >= 0x10000)
			vt_buf_printf(ret, "%04X%04X",
			    (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
			    (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
		else
			vt_buf_printf(ret, "%04X", (unsigned)c);
	}
	vt_buf_putc(ret, '>');
}

/* As deep as values are read. NOLINTBEGIN(misc-no-recursion) */
static void
print_dict(const struct vt_pdf_object *o, struct vt_buf *ret)
{
	vt_buf_puts(ret, "<<");
	for (size_t i = 0; i < o->u.dict.n; i++) {
		vt_buf_putc(ret, ' ');
		vt_pdf_print_name(o->u.dict.entries[i].key, ret);
		vt_buf_putc(ret, ' ');
		vt_pdf_print(o->u.dict.entries[i].value, ret);
	}
	vt_buf_puts(ret, " >>");
}

void
vt_pdf_print(const struct vt_pdf_object *o, struct vt_buf *ret)
{
	switch (o->type) {
	case VT_PDF_NULL:
		vt_buf_puts(ret, "null");
		break;
	case VT_PDF_BOOL:
		vt_buf_puts(ret, o->u.boolean ? "true" : "false");
		break;
	case VT_PDF_INT:
		vt_buf_printf(ret, "%" PRId64, o->u.integer);
		break;
	case VT_PDF_REAL:
		print_decimal(o->u.real, 5, ret);
		break;
	case VT_PDF_STRING:
		if (o->hex)
			print_hex(o->u.string, ret);
		else
			vt_pdf_print_string(o->u.string, ret);
		break;
	case VT_PDF_NAME:
		vt_pdf_print_name(o->u.name, ret);
		break;
	case VT_PDF_ARRAY:
		vt_buf_putc(ret, '[');
		for (size_t i = 0; i < o->u.array.n; i++) {
			if (i > 0)
				vt_buf_putc(ret, ' ');
			vt_pdf_print(o->u.array.items[i], ret);
		}
		vt_buf_putc(ret, ']');
		break;
	case VT_PDF_DICT:
		print_dict(o, ret);
		break;
	case VT_PDF_REF:
		vt_buf_printf(ret, "%" PRIu32 " %u R", o->u.ref.num,
		    (unsigned)o->u.ref.gen);
		break;
	case VT_PDF_STREAM:
		VT_ASSERT(o->type != VT_PDF_STREAM);
		break;
	}
}
/* NOLINTEND(misc-no-recursion) */
