/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/format_priv.h"

#include <stdio.h>

#include "base/text.h"

enum length {
	LEN_INT,
	LEN_CHAR,
	LEN_SHORT,
	LEN_LONG,
	LEN_LLONG,
	LEN_MAX,
	LEN_SIZE
};

/* One conversion of a format. */
struct spec {
	bool zero;      /* flag 0 */
	unsigned width; /* 0: none */
	bool has_precision;
	size_t precision;
	enum length length;
	char conv;
};

/* A va_list inside a struct can be handed to functions that advance it. */
struct args {
	va_list ap;
};

static unsigned
digits(const char **p)
{
	unsigned v = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++) {
		if (v < 1000)
			v = v * 10 + (unsigned)(**p - '0');
	}
	return v;
}

static enum length
length_of(const char **p)
{
	switch (**p) {
	case 'h':
		(*p)++;
		if (**p != 'h')
			return LEN_SHORT;
		(*p)++;
		return LEN_CHAR;
	case 'l':
		(*p)++;
		if (**p != 'l')
			return LEN_LONG;
		(*p)++;
		return LEN_LLONG;
	case 'j':
		(*p)++;
		return LEN_MAX;
	case 'z':
		(*p)++;
		return LEN_SIZE;
	default:
		return LEN_INT;
	}
}

/* p stands after the '%'; returns where the format goes on. */
static const char *
parse_spec(const char *p, struct args *a, struct spec *ret)
{
	*ret = (struct spec){ .length = LEN_INT };
	if (*p == '0') {
		ret->zero = true;
		p++;
	}
	ret->width = digits(&p);
	if (*p == '.') {
		p++;
		ret->has_precision = true;
		if (*p == '*') {
			int n = va_arg(a->ap, int);

			p++;
			ret->has_precision = n >= 0;
			ret->precision = n < 0 ? 0 : (size_t)n;
		} else {
			ret->precision = digits(&p);
		}
	}
	ret->length = length_of(&p);
	ret->conv = *p;
	return *p == '\0' ? p : p + 1;
}

/* Types of equal size are no equal branches.
 * NOLINTBEGIN(bugprone-branch-clone) */
static int64_t
signed_arg(struct args *a, enum length length)
{
	switch (length) {
	case LEN_CHAR:
		return (signed char)va_arg(a->ap, int);
	case LEN_SHORT:
		return (short)va_arg(a->ap, int);
	case LEN_LONG:
		return va_arg(a->ap, long);
	case LEN_LLONG:
		return va_arg(a->ap, long long);
	case LEN_MAX:
		return va_arg(a->ap, intmax_t);
	case LEN_SIZE:
		return va_arg(a->ap, ssize_t);
	case LEN_INT:
	default:
		return va_arg(a->ap, int);
	}
}

static uint64_t
unsigned_arg(struct args *a, enum length length)
{
	switch (length) {
	case LEN_CHAR:
		return (unsigned char)va_arg(a->ap, int);
	case LEN_SHORT:
		return (unsigned short)va_arg(a->ap, int);
	case LEN_LONG:
		return va_arg(a->ap, unsigned long);
	case LEN_LLONG:
		return va_arg(a->ap, unsigned long long);
	case LEN_MAX:
		return va_arg(a->ap, uintmax_t);
	case LEN_SIZE:
		return va_arg(a->ap, size_t);
	case LEN_INT:
	default:
		return va_arg(a->ap, unsigned);
	}
}

static void
put_number(struct vt_buf *b, const struct spec *s, struct args *a)
{
	char text[24];
	size_t at = sizeof(text), n;
	unsigned base = s->conv == 'x' || s->conv == 'X' ? 16 : 10;
	const char *set =
	    s->conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	bool minus = false;
	uint64_t v;

	if (s->conv == 'd' || s->conv == 'i') {
		int64_t i = signed_arg(a, s->length);

		minus = i < 0;
		v = minus ? (uint64_t)0 - (uint64_t)i : (uint64_t)i;
	} else {
		v = unsigned_arg(a, s->length);
	}
	do {
		text[--at] = set[v % base];
		v /= base;
	} while (v != 0);
	n = sizeof(text) - at + (minus ? 1 : 0);
	if (minus && s->zero)
		vt_buf_putc(b, '-');
	for (; n < s->width; n++)
		vt_buf_putc(b, s->zero ? '0' : ' ');
	if (minus && !s->zero)
		vt_buf_putc(b, '-');
	vt_buf_put(b, text + at, sizeof(text) - at);
}

static void
put_text(struct vt_buf *b, vt_format_escape *escape, const struct spec *s,
    struct args *a)
{
	if (s->conv == 'c') {
		uint8_t c = (uint8_t)va_arg(a->ap, int);

		escape(b, VT_SPAN(&c, 1));
	} else {
		const char *str = va_arg(a->ap, const char *);

		VT_ASSERT(str != NULL);
		escape(b,
		    VT_SPAN(str, s->has_precision ? strnlen(str, s->precision)
						  : strlen(str)));
	}
}

/* NOLINTEND(bugprone-branch-clone) */

static bool
put_spec(struct vt_buf *b, vt_format_escape *escape, bool precision,
    const struct spec *s, struct args *a)
{
	switch (s->conv) {
	case '%':
		vt_buf_putc(b, '%');
		return true;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
		if (s->has_precision)
			return false;
		put_number(b, s, a);
		return true;
	case 's':
	case 'c':
		if (s->zero || s->width != 0 || s->length != LEN_INT ||
		    (s->has_precision && (!precision || s->conv == 'c')))
			return false;
		put_text(b, escape, s, a);
		return true;
	default:
		return false;
	}
}

bool
vt_format(struct vt_buf *b, vt_format_escape *escape, bool precision,
    const char *fmt, va_list ap)
{
	struct args a;
	bool ok = true;

	va_copy(a.ap, ap);
	while (ok && *fmt != '\0') {
		size_t plain = strcspn(fmt, "%");
		struct spec s;

		vt_buf_put(b, fmt, plain);
		fmt += plain;
		if (*fmt == '\0')
			break;
		fmt = parse_spec(fmt + 1, &a, &s);
		ok = put_spec(b, escape, precision, &s, &a);
	}
	va_end(a.ap);
	return ok;
}

static void
escape_html(struct vt_buf *b, struct vt_span s)
{
	size_t at = 0;

	while (at < s.n) {
		int32_t c = vt_utf8_next(s, &at);

		switch (c) {
		case '&':
			vt_buf_puts(b, "&amp;");
			break;
		case '<':
			vt_buf_puts(b, "&lt;");
			break;
		case '>':
			vt_buf_puts(b, "&gt;");
			break;
		case '"':
			vt_buf_puts(b, "&quot;");
			break;
		case '\'':
			vt_buf_puts(b, "&#39;");
			break;
		default:
			/* -1, an ill-formed byte, becomes U+FFFD. */
			vt_utf8_put(b, (uint32_t)c);
		}
	}
}

void
vt_html(struct vt_buf *b, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = vt_format(b, escape_html, false, fmt, ap);
	va_end(ap);
	VT_ASSERT(ok);
}
