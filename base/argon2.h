/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id (RFC 9106) by libgcrypt: what passwords are kept by. */
#ifndef VT_BASE_ARGON2_H
#define VT_BASE_ARGON2_H

#include "base/err.h"
#include "base/span.h"

#define VT_ARGON2_SIZE 32 /* bytes of result */

struct vt_argon2 {
	uint32_t memory_kib; /* at least 8 a lane */
	uint32_t passes, lanes;
	struct vt_span salt;   /* 8 bytes at least */
	struct vt_span secret; /* may be empty, as ad */
	struct vt_span ad;
};

/*
 * Errors: VT_E_NOMEM, VT_E_INVALID (parameters, or an empty password). Any thread; takes memory_kib
 * and, at 64 MiB and 3 passes, about 0.2 s. Lanes are computed one after
 * another.
 */
VT_NODISCARD int vt_argon2id(const struct vt_argon2 *p, struct vt_span password,
    uint8_t ret[static VT_ARGON2_SIZE], struct vt_err *reterr);

#endif
