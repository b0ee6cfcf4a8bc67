/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/id.h"

#include <gcrypt.h>
#include <stdlib.h>

#include "base/secret.h"

#define BLOCK_SIZE 64 /* of SHA-256, RFC 2104 §2 */

static const char digits[] = "0123456789abcdef";

static void
put_hex(const uint8_t *p, size_t n, char *ret)
{
	for (size_t i = 0; i < n; i++) {
		*ret++ = digits[p[i] >> 4];
		*ret++ = digits[p[i] & 15];
	}
	*ret = '\0';
}

static int
digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Exactly 2n lower-case digits; ret is untouched on failure. */
static bool
get_hex(struct vt_span s, uint8_t *ret, size_t n)
{
	uint8_t tmp[VT_HASH_SIZE];

	VT_ASSERT(n <= sizeof(tmp));
	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = digit_value(s.p[2 * i]);
		int low = digit_value(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		tmp[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret, tmp, n);
	return true;
}

vt_id
vt_id_new(const struct vt_context *c)
{
	vt_id id;

	vt_random(c, id.b, sizeof(id.b));
	return id;
}

bool
vt_id_eq(const vt_id *a, const vt_id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool
vt_hash_is_zero(const vt_hash *a)
{
	static const vt_hash zero;

	return memcmp(a->b, zero.b, sizeof(zero.b)) == 0;
}

bool
vt_id_is_zero(const vt_id *a)
{
	static const vt_id zero;

	return vt_id_eq(a, &zero);
}

void
vt_id_text(const vt_id *id, char ret[static VT_ID_TEXT + 1])
{
	put_hex(id->b, sizeof(id->b), ret);
}

bool
vt_id_parse(struct vt_span s, vt_id *ret)
{
	return get_hex(s, ret->b, sizeof(ret->b));
}

bool
vt_hash_eq(const vt_hash *a, const vt_hash *b)
{
	uint8_t diff = 0;

	for (size_t i = 0; i < sizeof(a->b); i++)
		diff |= (uint8_t)(a->b[i] ^ b->b[i]);
	return diff == 0;
}

void
vt_hash_text(const vt_hash *h, char ret[static VT_HASH_TEXT + 1])
{
	put_hex(h->b, sizeof(h->b), ret);
}

bool
vt_hash_parse(struct vt_span s, vt_hash *ret)
{
	return get_hex(s, ret->b, sizeof(ret->b));
}

vt_hash
vt_sha256(struct vt_span s)
{
	vt_hash h;

	gcry_md_hash_buffer(GCRY_MD_SHA256, h.b, s.p, s.n);
	return h;
}

struct vt_sha256 {
	gcry_md_hd_t md;
};

static struct vt_sha256 *
sha256_alloc(void)
{
	struct vt_sha256 *h = calloc(1, sizeof(*h));

	VT_ASSERT(h != NULL);
	return h;
}

struct vt_sha256 *
vt_sha256_new(void)
{
	struct vt_sha256 *h = sha256_alloc();

	VT_ASSERT(gcry_md_open(&h->md, GCRY_MD_SHA256, 0) == 0);
	return h;
}

void
vt_sha256_free(struct vt_sha256 *h)
{
	if (h == NULL)
		return;
	gcry_md_close(h->md);
	free(h);
}

void
vt_sha256_put(struct vt_sha256 *h, const void *p, size_t n)
{
	gcry_md_write(h->md, p, n);
}

struct vt_sha256 *
vt_sha256_copy(const struct vt_sha256 *h)
{
	struct vt_sha256 *to = sha256_alloc();

	VT_ASSERT(gcry_md_copy(&to->md, h->md) == 0);
	return to;
}

vt_hash
vt_sha256_end(struct vt_sha256 *h)
{
	const unsigned char *p = gcry_md_read(h->md, GCRY_MD_SHA256);
	vt_hash ret;

	VT_ASSERT(p != NULL);
	memcpy(ret.b, p, sizeof(ret.b));
	return ret;
}

/* SHA-256 of the key block, xored with pad, followed by s. */
static vt_hash
keyed(const uint8_t block[BLOCK_SIZE], uint8_t pad, struct vt_span s)
{
	uint8_t k[BLOCK_SIZE];
	/* libgcrypt only reads these; its struct has no const. */
	union {
		const uint8_t *in;
		void *out;
	} text = { s.p };
	gcry_buffer_t iov[2] = {
		{ .len = sizeof(k), .data = k },
		{ .len = s.n, .data = text.out },
	};
	vt_hash h;

	for (size_t i = 0; i < sizeof(k); i++)
		k[i] = block[i] ^ pad;
	VT_ASSERT(gcry_md_hash_buffers(GCRY_MD_SHA256, 0, h.b, iov, 2) == 0);
	vt_wipe(k, sizeof(k));
	return h;
}

/*
 * Put together from two hashes: libgcrypt's own HMAC opens a handle and stirs
 * its random pool at each call, which costs forty times the hash of a short
 * text, and a chunk id is made for every 64 KB stored.
 */
vt_hash
vt_hmac_sha256(struct vt_span key, struct vt_span s)
{
	uint8_t block[BLOCK_SIZE] = { 0 };
	vt_hash h;

	if (key.n > sizeof(block)) {
		h = vt_sha256(key);
		key = VT_SPAN(h.b, sizeof(h.b));
	}
	/* No memcpy: gcc 12's -fanalyzer takes one of a length it does not know
	 * for one that leaves the rest of the block unset. */
	for (size_t i = 0; i < key.n; i++)
		block[i] = key.p[i];
	h = keyed(block, 0x36, s);
	h = keyed(block, 0x5C, VT_SPAN(h.b, sizeof(h.b)));
	vt_wipe(block, sizeof(block));
	return h;
}
