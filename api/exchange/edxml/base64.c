/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A packet is mostly base64: these loops are what its speed is made of. */
#include "api/exchange/edxml/wire.h"

/* clang-format off */
static const char letters[64] = {
	'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N',
	'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b',
	'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
	'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3',
	'4', '5', '6', '7', '8', '9', '+', '/'
};

#define OTHER 0x80 /* no digit: one of the three below */
#define BAD   0x80
#define SPACE 0x81
#define PAD   0x82

/* Values of digits; the rest is told apart in put_one(). */
static const uint8_t value[256] = {
#define R16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
	BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	BAD, SPACE, SPACE, BAD, BAD, SPACE, BAD, BAD,
	R16(BAD),
	SPACE, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	BAD, BAD, BAD, 62, BAD, BAD, BAD, 63,
	52, 53, 54, 55, 56, 57, 58, 59,
	60, 61, BAD, BAD, BAD, PAD, BAD, BAD,
	BAD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, BAD, BAD, BAD, BAD, BAD,
	BAD, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, BAD, BAD, BAD, BAD, BAD,
	R16(BAD), R16(BAD), R16(BAD), R16(BAD),
	R16(BAD), R16(BAD), R16(BAD), R16(BAD)
#undef R16
};
/* clang-format on */

size_t
vt_wire_base64(char *out, const uint8_t *p, size_t n)
{
	char *at = out;

	for (; n >= 3; n -= 3, p += 3, at += 4) {
		uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

		at[0] = letters[v >> 18];
		at[1] = letters[v >> 12 & 63];
		at[2] = letters[v >> 6 & 63];
		at[3] = letters[v & 63];
	}
	if (n > 0) {
		uint32_t v = (uint32_t)p[0] << 16;

		if (n == 2)
			v |= (uint32_t)p[1] << 8;
		at[0] = letters[v >> 18];
		at[1] = letters[v >> 12 & 63];
		at[2] = '=';
		if (n == 2)
			at[2] = letters[v >> 6 & 63];
		at[3] = '=';
		at += 4;
	}
	return (size_t)(at - out);
}

/* The group of four digits that is complete. */
static size_t
flush(struct vt_unbase64 *u, uint8_t *out)
{
	out[0] = (uint8_t)(u->group >> 16);
	out[1] = (uint8_t)(u->group >> 8);
	out[2] = (uint8_t)u->group;
	u->group = 0;
	u->n = 0;
	return 3;
}

/* The group that padding ends: 2 or 3 digits. The bits left over belong to no
 * byte; encoders that do not clear them are forgiven. */
static size_t
flush_padded(struct vt_unbase64 *u, uint8_t *out)
{
	uint32_t v = u->group << 6 * (4 - u->n);
	size_t n = u->n - 1;

	out[0] = (uint8_t)(v >> 16);
	if (n == 2)
		out[1] = (uint8_t)(v >> 8);
	u->group = 0;
	u->n = 0;
	return n;
}

/* One character of any kind. */
static size_t
put_one(struct vt_unbase64 *u, uint8_t *out, uint8_t c)
{
	uint8_t v = value[c];

	if (v == SPACE)
		return 0;
	if (v == PAD && !u->ended && u->n >= 2) {
		u->ended = true;
		u->pad = 4 - u->n - 1;
		return flush_padded(u, out);
	}
	if (v == PAD && u->pad > 0) {
		u->pad--;
		return 0;
	}
	if (v >= OTHER || u->ended) {
		u->failed = true;
		return 0;
	}
	u->group = u->group << 6 | v;
	return ++u->n == 4 ? flush(u, out) : 0;
}

/* Whole groups without anything between them, while they last. */
static size_t
put_groups(uint8_t *out, const uint8_t *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= 4; i += 4, out += 3) {
		uint32_t a = value[p[i]], b = value[p[i + 1]];
		uint32_t c = value[p[i + 2]], d = value[p[i + 3]];

		if (((a | b | c | d) & OTHER) != 0)
			break;
		a = a << 18 | b << 12 | c << 6 | d;
		out[0] = (uint8_t)(a >> 16);
		out[1] = (uint8_t)(a >> 8);
		out[2] = (uint8_t)a;
	}
	return i;
}

size_t
vt_unbase64_put(struct vt_unbase64 *u, uint8_t *out, const uint8_t *p, size_t n)
{
	uint8_t *at = out;
	size_t i = 0;

	while (i < n && !u->failed) {
		if (u->n == 0 && !u->ended) {
			size_t k = put_groups(at, p + i, n - i);

			at += k / 4 * 3;
			i += k;
		}
		/* to the next border of a group, or past what is between */
		do {
			if (i < n)
				at += put_one(u, at, p[i++]);
		} while (i < n && !u->failed && (u->n != 0 || u->ended));
	}
	return (size_t)(at - out);
}

bool
vt_unbase64_end(const struct vt_unbase64 *u)
{
	return !u->failed && u->n == 0 && u->pad == 0;
}
