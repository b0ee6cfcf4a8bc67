/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648 §4, padded) and base64url (§5, unpadded); strict. */
#ifndef VT_BASE_BASE64_H
#define VT_BASE_BASE64_H

#include "base/buf.h"

void vt_base64_put(struct vt_buf *b, struct vt_span s);
void vt_base64url_put(struct vt_buf *b, struct vt_span s);
/* Appends the decoded bytes; VT_E_SYNTAX for anything not canonical. */
VT_NODISCARD int vt_base64_get(struct vt_span s, struct vt_buf *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_base64url_get(struct vt_span s, struct vt_buf *ret,
    struct vt_err *reterr);

#endif
