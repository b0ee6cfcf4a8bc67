/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing DER (X.690 §10): what CMS needs, and no more. Values grow in a
 * vt_buf, which remembers failure; a constructed value is opened, filled and
 * closed, and gets its length when it is closed.
 */
#ifndef VT_SIGNING_DER_H
#define VT_SIGNING_DER_H

#include "base/buf.h"

#define VT_DER_INTEGER  0x02
#define VT_DER_BITS     0x03
#define VT_DER_OCTETS   0x04
#define VT_DER_NULL     0x05
#define VT_DER_OID      0x06
#define VT_DER_SEQUENCE 0x30
#define VT_DER_SET      0x31
#define VT_DER_CTX(n)   (0xa0 | (n)) /* context-specific, constructed */

/* Writes the tag; returns the mark to close with. Nesting is free. */
size_t vt_der_open(struct vt_buf *b, uint8_t tag);
/* Puts the length of all that was written since before it. O(content). */
void vt_der_close(struct vt_buf *b, size_t mark);

/* A primitive value: tag, length, content. */
void vt_der_put(struct vt_buf *b, uint8_t tag, struct vt_span content);
/* INTEGER of a small number, 0..127. */
void vt_der_small(struct vt_buf *b, uint8_t v);

/*
 * Appends the elements (whole TLVs) in ascending order of their bytes, equal
 * ones once each: the content of a SET OF (X.690 §11.6). items is reordered.
 */
void vt_der_sorted(struct vt_buf *b, struct vt_span *items, size_t n);

/* Size of a value with that many content octets, one tag octet. */
size_t vt_der_size(size_t content);

#endif
