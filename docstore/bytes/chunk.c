/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chunks in their envelopes.
 *
 * Envelope (48 bytes, big-endian): version 1 ‖ algorithm 1 (AES-256-GCM) ‖
 * zero 2 ‖ key epoch 4 ‖ plaintext length 4 ‖ zero 8 ‖ nonce 12 ‖ tag 16, then
 * the ciphertext. The first 20 bytes and the chunk id are authenticated. The
 * data key is random, used for this chunk only, and stored wrapped by the
 * store key (AES key wrap, RFC 3394) in another environment. The epoch is that
 * of the store key when the chunk was written; it stays when the data key is
 * wrapped by a later one.
 */
#include <gcrypt.h>

#include "docstore/store_priv.h"

#define KEY_SIZE  32
#define HEAD_SIZE 20
#define NONCE_AT  20
#define TAG_AT    32

static int
crypt_err(gcry_error_t e, const char *what, struct vt_err *reterr)
{
	return vt_err_set(reterr,
	    gcry_err_code(e) == GPG_ERR_ENOMEM ? VT_E_NOMEM : VT_E_INTERNAL,
	    "chunk: %s: %s", what, gcry_strerror(e));
}

vt_hash
vt_chunk_id(const struct vt_keys *k, struct vt_span plain)
{
	return vt_hmac_sha256(vt_secret_view(k->id), plain);
}

static void
head_write(uint8_t *h, uint32_t epoch, size_t n)
{
	memset(h, 0, HEAD_SIZE);
	h[0] = 1;
	h[1] = 1;
	for (int i = 0; i < 4; i++) {
		h[4 + i] = (uint8_t)(epoch >> (24 - 8 * i));
		h[8 + i] = (uint8_t)(n >> (24 - 8 * i));
	}
}

static int
gcm_open(const uint8_t *key, const uint8_t *envelope, const vt_hash *id,
    gcry_cipher_hd_t *ret, struct vt_err *reterr)
{
	gcry_cipher_hd_t c;
	gcry_error_t e;

	e = gcry_cipher_open(&c, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 0);
	if (e != 0)
		return crypt_err(e, "AES-256-GCM", reterr);
	if ((e = gcry_cipher_setkey(c, key, KEY_SIZE)) != 0 ||
	    (e = gcry_cipher_setiv(c, envelope + NONCE_AT, 12)) != 0 ||
	    (e = gcry_cipher_authenticate(c, envelope, HEAD_SIZE)) != 0 ||
	    (e = gcry_cipher_authenticate(c, id->b, sizeof(id->b))) != 0) {
		gcry_cipher_close(c);
		return crypt_err(e, "AES-256-GCM", reterr);
	}
	*ret = c;
	return VT_OK;
}

static int
wrap_open(const struct vt_keys *k, gcry_cipher_hd_t *ret, struct vt_err *reterr)
{
	struct vt_span kek = vt_secret_view(k->wrap);
	gcry_error_t e;

	e = gcry_cipher_open(
	    ret, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_AESWRAP, 0);
	if (e != 0)
		return crypt_err(e, "AES key wrap", reterr);
	if ((e = gcry_cipher_setkey(*ret, kek.p, kek.n)) != 0) {
		gcry_cipher_close(*ret);
		return crypt_err(e, "AES key wrap", reterr);
	}
	return VT_OK;
}

static int
key_wrap(const struct vt_keys *k, const uint8_t *key, uint8_t *wrapped,
    struct vt_err *reterr)
{
	gcry_cipher_hd_t c;
	gcry_error_t e;
	int rc;

	if ((rc = wrap_open(k, &c, reterr)) != VT_OK)
		return rc;
	e = gcry_cipher_encrypt(c, wrapped, VT_WRAPPED_SIZE, key, KEY_SIZE);
	gcry_cipher_close(c);
	return e == 0 ? VT_OK : crypt_err(e, "AES key wrap", reterr);
}

static int
key_unwrap(const struct vt_keys *k, struct vt_span wrapped, uint8_t *key,
    struct vt_err *reterr)
{
	gcry_cipher_hd_t c;
	gcry_error_t e;
	int rc;

	if (wrapped.n != VT_WRAPPED_SIZE)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk: its wrapped key has %zu bytes, not %d", wrapped.n,
		    VT_WRAPPED_SIZE);
	if ((rc = wrap_open(k, &c, reterr)) != VT_OK)
		return rc;
	e = gcry_cipher_decrypt(c, key, KEY_SIZE, wrapped.p, wrapped.n);
	gcry_cipher_close(c);
	if (e != 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk: RFC 3394: its key does not unwrap");
	return VT_OK;
}

int
vt_chunk_rewrap(const struct vt_keys *from, const struct vt_keys *to,
    struct vt_span wrapped, uint8_t ret[static VT_WRAPPED_SIZE],
    struct vt_err *reterr)
{
	uint8_t key[KEY_SIZE];
	int rc = key_unwrap(from, wrapped, key, reterr);

	if (rc == VT_OK)
		rc = key_wrap(to, key, ret, reterr);
	vt_wipe(key, sizeof(key));
	return rc;
}

int
vt_chunk_seal(const struct vt_keys *k, const struct vt_context *ctx,
    const vt_hash *id, struct vt_span plain, uint8_t *envelope,
    uint8_t wrapped[static VT_WRAPPED_SIZE], struct vt_err *reterr)
{
	gcry_cipher_hd_t c = NULL;
	uint8_t key[KEY_SIZE];
	gcry_error_t e = 0;
	int rc;

	VT_ASSERT(plain.n > 0 && plain.n <= VT_CHUNK_SIZE);
	head_write(envelope, k->epoch, plain.n);
	vt_random(ctx, key, sizeof(key));
	vt_random(ctx, envelope + NONCE_AT, 12);
	rc = gcm_open(key, envelope, id, &c, reterr);
	if (rc == VT_OK)
		rc = key_wrap(k, key, wrapped, reterr);
	vt_wipe(key, sizeof(key));
	if (rc == VT_OK) {
		e = gcry_cipher_final(c);
		if (e == 0)
			e = gcry_cipher_encrypt(c, envelope + VT_ENVELOPE_SIZE,
			    plain.n, plain.p, plain.n);
		if (e == 0)
			e = gcry_cipher_gettag(c, envelope + TAG_AT, 16);
		if (e != 0)
			rc = crypt_err(e, "encrypting", reterr);
	}
	gcry_cipher_close(c);
	return rc;
}

int
vt_chunk_open(const struct vt_keys *k, const vt_hash *id,
    struct vt_span envelope, struct vt_span wrapped, uint8_t *plain,
    size_t *ret_n, struct vt_err *reterr)
{
	uint8_t head[HEAD_SIZE], key[KEY_SIZE];
	gcry_cipher_hd_t c = NULL;
	gcry_error_t e;
	uint32_t epoch;
	size_t n;
	int rc;

	if (envelope.n <= VT_ENVELOPE_SIZE ||
	    (n = envelope.n - VT_ENVELOPE_SIZE) > VT_CHUNK_SIZE)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk: envelope of %zu bytes", envelope.n);
	epoch = vt_be32(envelope.p + 4);
	head_write(head, epoch, n);
	if (memcmp(head, envelope.p, HEAD_SIZE) != 0 || epoch == 0 ||
	    epoch > k->epoch)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk: the head of its envelope is damaged");
	rc = key_unwrap(k, wrapped, key, reterr);
	if (rc == VT_OK)
		rc = gcm_open(key, envelope.p, id, &c, reterr);
	vt_wipe(key, sizeof(key));
	if (rc != VT_OK)
		return rc;
	e = gcry_cipher_final(c);
	if (e == 0)
		e = gcry_cipher_decrypt(
		    c, plain, n, envelope.p + VT_ENVELOPE_SIZE, n);
	if (e == 0)
		e = gcry_cipher_checktag(c, envelope.p + TAG_AT, 16);
	gcry_cipher_close(c);
	if (e != 0) {
		vt_wipe(plain, n);
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk: AES-256-GCM: its tag does not hold");
	}
	*ret_n = n;
	return VT_OK;
}
