/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * printf with an escape for the text arguments, for vt_html and the log.
 * Private to base.
 */
#ifndef VT_BASE_FORMAT_PRIV_H
#define VT_BASE_FORMAT_PRIV_H

#include "base/buf.h"

/* Appends s, escaped for where it goes. */
typedef void vt_format_escape(struct vt_buf *b, struct vt_span s);

/*
 * Appends fmt with its arguments. %s and %c go through escape; %s may have a
 * precision when `precision` is true. Numbers: d i u x X with h hh l ll j z,
 * flag 0 and a width; %%. Returns false at any other conversion; what was
 * before it has been written then.
 */
bool vt_format(struct vt_buf *b, vt_format_escape *escape, bool precision,
    const char *fmt, va_list ap) VT_PRINTF(4, 0);

#endif
