/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-time codes: HOTP (RFC 4226), HMAC-SHA-1 by libgcrypt. */
#ifndef VT_BASE_HOTP_H
#define VT_BASE_HOTP_H

#include "base/err.h"
#include "base/span.h"

/*
 * The code of a counter (RFC 4226 §5.3): digits 6 to 8, so the value is below
 * 10^digits and is shown with leading zeros. Errors: VT_E_INTERNAL.
 */
VT_NODISCARD int vt_hotp(struct vt_span key, uint64_t counter, int digits,
    uint32_t *ret, struct vt_err *reterr);

#endif
