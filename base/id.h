/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids and hashes as values, not strings. */
#ifndef VT_BASE_ID_H
#define VT_BASE_ID_H

#include <assert.h>

#include "base/context.h"
#include "base/span.h"

#define VT_ID_SIZE     16
#define VT_ID_TEXT     32 /* lower-case hex digits */
#define VT_HASH_SIZE   32
#define VT_HASH_TEXT   64

typedef struct vt_id {
	uint8_t b[VT_ID_SIZE];
} vt_id;

typedef struct vt_hash {
	uint8_t b[VT_HASH_SIZE];
} vt_hash;

static_assert(sizeof(vt_id) == 16 && sizeof(vt_hash) == 32, "wire sizes");

vt_id vt_id_new(const struct vt_context *c);
bool vt_id_eq(const vt_id *a, const vt_id *b);
bool vt_id_is_zero(const vt_id *a);
bool vt_hash_is_zero(const vt_hash *a);
/* Writes 32 digits and a NUL. */
void vt_id_text(const vt_id *id, char ret[static VT_ID_TEXT + 1]);
/* Exactly 32 lower-case hex digits, else false. */
bool vt_id_parse(struct vt_span s, vt_id *ret);

bool vt_hash_eq(const vt_hash *a, const vt_hash *b); /* constant time */
void vt_hash_text(const vt_hash *h, char ret[static VT_HASH_TEXT + 1]);
bool vt_hash_parse(struct vt_span s, vt_hash *ret);

/* SHA-256 (FIPS 180-4) by libgcrypt. */
vt_hash vt_sha256(struct vt_span s);

/* Running SHA-256. The state is a value that may be copied to save a prefix. */
struct vt_sha256;
struct vt_sha256 *vt_sha256_new(void); /* aborts when out of memory */
void vt_sha256_free(struct vt_sha256 *h);
VT_CLEANUP_DEFINE(struct vt_sha256, vt_sha256_free)
void vt_sha256_put(struct vt_sha256 *h, const void *p, size_t n);
struct vt_sha256 *vt_sha256_copy(const struct vt_sha256 *h);
vt_hash vt_sha256_end(struct vt_sha256 *h); /* h is then only to be freed */

/* HMAC-SHA-256 (RFC 2104). */
vt_hash vt_hmac_sha256(struct vt_span key, struct vt_span s);

#endif
