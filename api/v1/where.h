/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a byte of a JSON text stands, as a JSON pointer. Pure. */
#ifndef VT_API_V1_WHERE_H
#define VT_API_V1_WHERE_H

#include "base/buf.h"

/*
 * Walks the text up to byte `upto` (or the end) as if it were JSON. Appends
 * the RFC 6901 pointer of what stands there to ret. *ret_depth: the deepest
 * nesting met; the walk ends where it passes depth_max, and the pointer is
 * that place. Any bytes are taken; what is not JSON gives some pointer.
 * depth_max: at most VT_WHERE_DEPTH.
 */
#define VT_WHERE_DEPTH 64
void vt_where(struct vt_span text, size_t upto, unsigned depth_max,
    struct vt_buf *ret, unsigned *ret_depth);

/* Appends "/token", escaped by RFC 6901 §3. */
void vt_where_token(struct vt_buf *ret, struct vt_span token);

#endif
