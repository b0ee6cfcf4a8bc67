/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing byte buffer with a hard limit.
 *
 * Writers do not return errors one by one: the first failure (memory, limit)
 * is remembered, later writes do nothing, and vt_buf_status() tells at the
 * end. A buffer starts as VT_BUF_INIT or vt_buf_init(); vt_buf_free() frees
 * and resets it. Not thread-safe.
 */
#ifndef VT_BASE_BUF_H
#define VT_BASE_BUF_H

#include <stdarg.h>

#include "base/err.h"
#include "base/span.h"

struct vt_buf {
	uint8_t *p;    /* owned; p[n] is always 0 once p is not NULL */
	size_t n;      /* bytes in use */
	size_t cap;    /* bytes allocated, the closing 0 not counted */
	size_t limit;  /* n never exceeds it; 0 = VT_BUF_LIMIT_DEFAULT */
	int failed;    /* VT_OK, VT_E_NOMEM or VT_E_LIMIT */
	bool secret;   /* wipe on growth and free */
};

#define VT_BUF_INIT          { NULL, 0, 0, 0, VT_OK, false }
#define VT_BUF_LIMIT_DEFAULT ((size_t)256 << 20)

void vt_buf_init(struct vt_buf *b, size_t limit);
void vt_buf_free(struct vt_buf *b); /* NULL allowed; wipes when secret */

/* Use: VT_BUF_AUTO(b); declares a buffer that is freed on leaving scope. */
#define VT_BUF_AUTO(name) \
	__attribute__((cleanup(vt_buf_free))) struct vt_buf name = VT_BUF_INIT

void vt_buf_reset(struct vt_buf *b); /* n = 0, failure forgotten, memory kept */
void vt_buf_put(struct vt_buf *b, const void *p, size_t n);
void vt_buf_puts(struct vt_buf *b, const char *s);
void vt_buf_putc(struct vt_buf *b, uint8_t c);
void vt_buf_span(struct vt_buf *b, struct vt_span s);
void vt_buf_zero(struct vt_buf *b, size_t n); /* appends n zero bytes */
void vt_buf_hex(struct vt_buf *b, struct vt_span s); /* lower case */

/* Reserves n bytes to be written by the caller; NULL on failure. The bytes
 * count as used and are zero. Valid until the next write to b. */
uint8_t *vt_buf_extend(struct vt_buf *b, size_t n);

/* Shortens to n (n <= b->n). */
void vt_buf_truncate(struct vt_buf *b, size_t n);

/* Plain text: logs, PDF syntax, headers. Never for HTML. */
void vt_buf_printf(struct vt_buf *b, const char *fmt, ...) VT_PRINTF(2, 3);
void vt_buf_vprintf(struct vt_buf *b, const char *fmt, va_list ap)
    VT_PRINTF(2, 0);

/*
 * HTML text or a double-quoted attribute value: every %s argument is escaped
 * (& < > " '); no flags, width or precision with %s. The format itself is
 * markup and must be a literal. Raw markup goes in by vt_buf_puts only, which
 * makes each such place visible to review (tests/unit/html_rule).
 */
void vt_html(struct vt_buf *b, const char *fmt, ...) VT_PRINTF(2, 3);

/* VT_OK, or the remembered failure with its message. */
VT_NODISCARD int vt_buf_status(const struct vt_buf *b, struct vt_err *reterr);

/* View of the content; borrowed from b until its next write. */
struct vt_span vt_buf_view(const struct vt_buf *b);

/* The content as a C string, "" when empty. Borrowed like vt_buf_view. */
const char *vt_buf_str(const struct vt_buf *b);

#endif
