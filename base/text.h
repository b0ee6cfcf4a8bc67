/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 (RFC 3629) and NFC (Unicode UAX #15, by libunistring). */
#ifndef VT_BASE_TEXT_H
#define VT_BASE_TEXT_H

#include "base/buf.h"

/* True when s is well-formed UTF-8: no overlongs, surrogates, > U+10FFFF. */
bool vt_utf8_is_valid(struct vt_span s);

/*
 * Decodes one scalar at s[*at] and advances *at. Returns the scalar, or -1 at
 * an ill-formed byte (then *at advances by one). *at < s.n on entry.
 */
int32_t vt_utf8_next(struct vt_span s, size_t *at);

/* Appends one scalar; anything not a scalar appends U+FFFD. */
void vt_utf8_put(struct vt_buf *b, uint32_t scalar);

/*
 * Appends the NFC form of s to ret. Errors: VT_E_SYNTAX for ill-formed UTF-8,
 * VT_E_NOMEM. O(n).
 */
VT_NODISCARD int vt_text_nfc(struct vt_span s, struct vt_buf *ret,
    struct vt_err *reterr);

/*
 * The same for text that people enter: also refuses control characters
 * (C0 but TAB, LF; DEL; C1), unpaired bidi controls and U+FFFE/FFFF, and trims
 * spaces at both ends. max: characters after NFC; more is VT_E_LIMIT.
 * what: name of the field for the message.
 */
VT_NODISCARD int vt_text_clean(struct vt_span s, size_t max, const char *what,
    struct vt_buf *ret, struct vt_err *reterr);

/* Appends the upper-case form of well-formed text (Vietnamese letters and
 * ASCII by simple case mapping). */
void vt_text_upper(struct vt_span s, struct vt_buf *ret);

/* The lower-case form of a scalar (simple case mapping), or itself. */
int32_t vt_utf8_lower(int32_t scalar);

/*
 * Copies a C string into dst of size bytes (>= 1), cut before the first scalar
 * that does not fit; NULL gives "".
 */
void vt_text_fit(char *dst, size_t size, const char *src);

/* Number of scalars in well-formed text. */
size_t vt_utf8_length(struct vt_span s);

/*
 * Appends `s` with everything but the first letter of each word replaced by
 * `*` ("Nguyễn Thị Mẫu" -> "N***** T** M**"), as the public page shows names.
 */
void vt_text_mask_name(struct vt_span s, struct vt_buf *ret);

#endif
