/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets: PINs, keys, tokens. Held in libgcrypt's secure (locked) memory,
 * wiped on free, never printed, never in a message of an error or a log.
 */
#ifndef VT_BASE_SECRET_H
#define VT_BASE_SECRET_H

#include "base/err.h"
#include "base/span.h"

struct vt_secret;

/* Copies n bytes (n may be 0). NULL when secure memory is exhausted. *owned* */
struct vt_secret *vt_secret_new(const void *p, size_t n);
void vt_secret_free(struct vt_secret *s); /* wipes; NULL allowed */
VT_CLEANUP_DEFINE(struct vt_secret, vt_secret_free)

/* Borrowed from s until it is freed; followed by a NUL byte. */
struct vt_span vt_secret_view(const struct vt_secret *s);

bool vt_secret_eq(const struct vt_secret *a, struct vt_span b); /* const time */

/*
 * Reads a secret from a file of at most 4096 bytes and drops one trailing
 * newline. Errors: VT_E_NO_INPUT, VT_E_IO, VT_E_LIMIT.
 */
VT_NODISCARD int vt_secret_read_file(const char *path, struct vt_secret **ret,
    struct vt_err *reterr);

/* Wipes memory that held a secret. */
void vt_wipe(void *p, size_t n);

#endif
