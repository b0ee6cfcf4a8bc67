/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"

#define FIRST_SIZE 64
#define SMALL_SIZE 4096 /* up to here a buffer grows eightfold */

static const char hex_digits[] = "0123456789abcdef";

void
vt_buf_init(struct vt_buf *b, size_t limit)
{
	*b = (struct vt_buf)VT_BUF_INIT;
	b->limit = limit;
}

void
vt_buf_free(struct vt_buf *b)
{
	size_t limit;
	bool secret;

	if (b == NULL)
		return;
	if (b->secret && b->p != NULL)
		vt_wipe(b->p, b->cap);
	free(b->p);
	limit = b->limit;
	secret = b->secret;
	vt_buf_init(b, limit);
	b->secret = secret;
}

void
vt_buf_reset(struct vt_buf *b)
{
	if (b->secret && b->p != NULL)
		vt_wipe(b->p, b->n);
	b->n = 0;
	b->failed = VT_OK;
	if (b->p != NULL)
		b->p[0] = 0;
}

static size_t
limit_of(const struct vt_buf *b)
{
	if (b->limit == 0)
		return VT_BUF_LIMIT_DEFAULT;
	/* Room for the closing 0, and no object is larger than this. */
	return b->limit < PTRDIFF_MAX ? b->limit : PTRDIFF_MAX - 1;
}

/* Moves the content to cap bytes (and the closing 0). */
static bool
move_to(struct vt_buf *b, size_t cap)
{
	uint8_t *p;

	if (b->secret) {
		/* realloc would leave a copy behind. */
		p = malloc(cap + 1);
		if (p != NULL && b->p != NULL) {
			memcpy(p, b->p, b->n);
			vt_wipe(b->p, b->n);
			free(b->p);
		}
	} else {
		p = realloc(b->p, cap + 1);
	}
	if (p == NULL) {
		b->failed = VT_E_NOMEM;
		return false;
	}
	b->p = p;
	b->cap = cap;
	b->p[b->n] = 0;
	return true;
}

static bool
grow(struct vt_buf *b, size_t need, size_t limit)
{
	size_t cap = b->cap < FIRST_SIZE ? FIRST_SIZE : b->cap;

	while (cap < need) {
		size_t by = cap < SMALL_SIZE ? 8 : 2;

		if (cap > limit / by) {
			cap = limit;
			break;
		}
		cap *= by;
	}
	if (cap > limit)
		cap = limit;
	return move_to(b, cap);
}

/* Room for n more bytes; false, with the failure remembered, if not. */
static inline bool
reserve(struct vt_buf *b, size_t n)
{
	size_t limit = limit_of(b);

	if (b->failed != VT_OK)
		return false;
	if (b->n > limit || n > limit - b->n) {
		b->failed = VT_E_LIMIT;
		return false;
	}
	if (b->p != NULL && b->n + n <= b->cap)
		return true;
	return grow(b, b->n + n, limit);
}

uint8_t *
vt_buf_extend(struct vt_buf *b, size_t n)
{
	uint8_t *at;

	if (!reserve(b, n))
		return NULL;
	at = b->p + b->n;
	memset(at, 0, n + 1);
	b->n += n;
	return at;
}

void
vt_buf_put(struct vt_buf *b, const void *p, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void
vt_buf_puts(struct vt_buf *b, const char *s)
{
	vt_buf_put(b, s, strlen(s));
}

void
vt_buf_putc(struct vt_buf *b, uint8_t c)
{
	if (!reserve(b, 1))
		return;
	b->p[b->n++] = c;
	b->p[b->n] = 0;
}

void
vt_buf_span(struct vt_buf *b, struct vt_span s)
{
	vt_buf_put(b, s.p, s.n);
}

void
vt_buf_zero(struct vt_buf *b, size_t n)
{
	(void)vt_buf_extend(b, n); /* a failure is remembered in b */
}

void
vt_buf_hex(struct vt_buf *b, struct vt_span s)
{
	uint8_t *to;

	if (s.n > SIZE_MAX / 2) {
		b->failed = b->failed == VT_OK ? VT_E_LIMIT : b->failed;
		return;
	}
	to = vt_buf_extend(b, s.n * 2);
	if (to == NULL)
		return;
	for (size_t i = 0; i < s.n; i++) {
		*to++ = (uint8_t)hex_digits[s.p[i] >> 4];
		*to++ = (uint8_t)hex_digits[s.p[i] & 15];
	}
}

void
vt_buf_truncate(struct vt_buf *b, size_t n)
{
	VT_ASSERT(n <= b->n);
	if (b->p == NULL)
		return;
	if (b->secret)
		vt_wipe(b->p + n, b->n - n);
	b->n = n;
	b->p[n] = 0;
}

void
vt_buf_vprintf(struct vt_buf *b, const char *fmt, va_list ap)
{
	size_t room = 0;
	va_list again;
	int n;

	/* Most fits what is there; a secret must not lie behind the end. */
	if (b->failed == VT_OK && b->p != NULL && !b->secret &&
	    b->cap <= limit_of(b))
		room = b->cap - b->n + 1;
	va_copy(again, ap);
	n = vsnprintf(room == 0 ? NULL : (char *)b->p + b->n, room, fmt, ap);
	if (n >= 0 && (size_t)n < room) {
		b->n += (size_t)n;
		va_end(again);
		return;
	}
	if (room > 0)
		b->p[b->n] = 0;
	if (n < 0) {
		/* Only a wide character that has no encoding does this. */
		b->failed = b->failed == VT_OK ? VT_E_LIMIT : b->failed;
	} else if (reserve(b, (size_t)n)) {
		(void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void
vt_buf_printf(struct vt_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vt_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

int
vt_buf_status(const struct vt_buf *b, struct vt_err *reterr)
{
	switch (b->failed) {
	case VT_OK:
		return VT_OK;
	case VT_E_NOMEM:
		return vt_err_set(reterr, VT_E_NOMEM,
		    "buffer of %zu bytes: out of memory", b->n);
	default:
		return vt_err_set(reterr, VT_E_LIMIT,
		    "buffer: wanted at most %zu bytes, more were written",
		    limit_of(b));
	}
}

struct vt_span
vt_buf_view(const struct vt_buf *b)
{
	return VT_SPAN(b->p, b->n);
}

const char *
vt_buf_str(const struct vt_buf *b)
{
	return b->p == NULL ? "" : (const char *)b->p;
}
