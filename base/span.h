/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A borrowed run of bytes. Who owns them, and until when, is said where a
 * span is handed out. An empty span has n == 0; p may then be NULL. */
#ifndef VT_BASE_SPAN_H
#define VT_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct vt_span {
	const uint8_t *p;
	size_t n;
};

#define VT_SPAN(ptr, len) ((struct vt_span){ (const uint8_t *)(ptr), (len) })
#define VT_SPAN_LIT(s)    VT_SPAN((s), sizeof(s) - 1)

static inline struct vt_span
vt_span_str(const char *s)
{
	return VT_SPAN(s, s == NULL ? 0 : strlen(s));
}

static inline bool
vt_span_eq(struct vt_span a, struct vt_span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
vt_span_is(struct vt_span a, const char *s)
{
	return vt_span_eq(a, vt_span_str(s));
}

#endif
