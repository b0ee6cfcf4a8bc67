/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's side of stamp.h. Internal to signing. */
#ifndef VT_SIGNING_STAMP_JUDGE_H
#define VT_SIGNING_STAMP_JUDGE_H

#include "base/cbor.h"
#include "base/source.h"

/* Body of the request: {1: imprint, 2: nonce, 3: [DER...]}; src: the reply.
 * Answer: [token, genTime]. */
VT_NODISCARD int vt_stamp_handle(struct vt_cbor *c, struct vt_source *src,
    struct vt_buf *reply, struct vt_err *reterr);

#endif
