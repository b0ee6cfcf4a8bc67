/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store key, and chunks in their envelopes.
 *
 * Envelope (48 bytes, big-endian): version 1 ‖ algorithm 1 (AES-256-GCM) ‖
 * zero 2 ‖ key epoch 4 ‖ plaintext length 4 ‖ zero 8 ‖ nonce 12 ‖ tag 16, then
 * the ciphertext. The first 20 bytes and the chunk id are authenticated. The
 * data key is random, used for this chunk only, and stored wrapped by the
 * store key (AES key wrap, RFC 3394) in another environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/files.h"
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

void
vt_keys_clear(struct vt_keys *k)
{
	vt_secret_free(k->wrap);
	vt_secret_free(k->id);
	*k = (struct vt_keys){ .epoch = 0 };
}

static int
keys_from(const uint8_t *wrap, const uint8_t *id, uint32_t epoch,
    struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_keys k = { .epoch = epoch };

	k.wrap = vt_secret_new(wrap, KEY_SIZE);
	k.id = vt_secret_new(id, KEY_SIZE);
	if (k.wrap == NULL || k.id == NULL) {
		vt_keys_clear(&k);
		return vt_err_set(reterr, VT_E_NOMEM,
		    "store key: secure memory is exhausted");
	}
	*ret = k;
	return VT_OK;
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

int
vt_keys_given(
    const struct vt_store_key *k, struct vt_keys *ret, struct vt_err *reterr)
{
	if (k->epoch != 1 || is_zero(k->wrap, KEY_SIZE) ||
	    is_zero(k->id, KEY_SIZE) || memcmp(k->wrap, k->id, KEY_SIZE) == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "store key: what was unwrapped is no key: epoch 1 and two "
		    "different halves of 32 bytes are wanted");
	return keys_from(k->wrap, k->id, k->epoch, ret, reterr);
}

int
vt_keys_random(
    const struct vt_context *ctx, struct vt_keys *ret, struct vt_err *reterr)
{
	uint8_t raw[2 * KEY_SIZE];
	int rc;

	vt_random(ctx, raw, sizeof(raw));
	rc = keys_from(raw, raw + KEY_SIZE, 1, ret, reterr);
	vt_wipe(raw, sizeof(raw));
	return rc;
}

/* Text, so that it can be printed and kept in a safe. */
static const char key_format[] = "vanthu store key 1\nepoch %u\nwrap ";

int
vt_keys_create(const char *file, const struct vt_context *ctx,
    struct vt_keys *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(text);
	struct vt_keys k;
	int rc;

	text.secret = true;
	if ((rc = vt_keys_random(ctx, &k, reterr)) != VT_OK)
		return rc;
	vt_buf_printf(&text, key_format, k.epoch);
	vt_buf_hex(&text, vt_secret_view(k.wrap));
	vt_buf_puts(&text, "\nid ");
	vt_buf_hex(&text, vt_secret_view(k.id));
	vt_buf_putc(&text, '\n');
	if ((rc = vt_buf_status(&text, reterr)) == VT_OK)
		rc = vt_file_create(file, vt_buf_view(&text), reterr);
	if (rc != VT_OK)
		vt_keys_clear(&k);
	else
		*ret = k;
	return rc;
}

/* Takes a literal and 64 hex digits off the front of s. */
static bool
take_hex(struct vt_span *s, const char *literal, uint8_t out[static KEY_SIZE])
{
	size_t n = strlen(literal);
	vt_hash h;

	if (s->n < n + VT_HASH_TEXT || memcmp(s->p, literal, n) != 0 ||
	    !vt_hash_parse(VT_SPAN(s->p + n, VT_HASH_TEXT), &h))
		return false;
	memcpy(out, h.b, KEY_SIZE);
	vt_wipe(&h, sizeof(h));
	*s = VT_SPAN(s->p + n + VT_HASH_TEXT, s->n - n - VT_HASH_TEXT);
	return true;
}

int
vt_keys_load(const char *file, struct vt_keys *ret, struct vt_err *reterr)
{
	static const char head[] = "vanthu store key 1\nepoch 1\n";
	VT_CLEANUP(vt_secret_free) struct vt_secret *text = NULL;
	uint8_t wrap[KEY_SIZE], id[KEY_SIZE];
	struct vt_span s;
	int rc;

	if ((rc = vt_secret_read_file(file, &text, reterr)) != VT_OK)
		return rc;
	s = vt_secret_view(text);
	if (s.n < sizeof(head) - 1 || memcmp(s.p, head, sizeof(head) - 1) != 0)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "store key file: not a key of format 1, epoch 1");
	s = VT_SPAN(s.p + sizeof(head) - 1, s.n - (sizeof(head) - 1));
	if (!take_hex(&s, "wrap ", wrap) || !take_hex(&s, "\nid ", id) ||
	    s.n != 0)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "store key file: cut off or damaged");
	rc = keys_from(wrap, id, 1, ret, reterr);
	vt_wipe(wrap, sizeof(wrap));
	vt_wipe(id, sizeof(id));
	return rc;
}

vt_hash
vt_keys_check(const struct vt_keys *k, const vt_id *store)
{
	VT_BUF_AUTO(b);
	vt_hash first, second;

	vt_buf_puts(&b, "vanthu store key check 1");
	vt_buf_put(&b, store->b, sizeof(store->b));
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	first = vt_hmac_sha256(vt_secret_view(k->id), vt_buf_view(&b));
	vt_buf_put(&b, first.b, sizeof(first.b));
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	second = vt_hmac_sha256(vt_secret_view(k->wrap), vt_buf_view(&b));
	return second;
}

vt_hash
vt_keys_mac(const struct vt_keys *k, const char *purpose, struct vt_span bytes)
{
	VT_BUF_AUTO(b);
	vt_hash key;

	vt_buf_puts(&b, "vanthu store mac 1 ");
	vt_buf_puts(&b, purpose);
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	key = vt_hmac_sha256(vt_secret_view(k->wrap), vt_buf_view(&b));
	return vt_hmac_sha256(VT_SPAN(key.b, sizeof(key.b)), bytes);
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
	size_t n;
	int rc;

	if (envelope.n <= VT_ENVELOPE_SIZE ||
	    (n = envelope.n - VT_ENVELOPE_SIZE) > VT_CHUNK_SIZE)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "chunk: envelope of %zu bytes", envelope.n);
	head_write(head, k->epoch, n);
	if (memcmp(head, envelope.p, HEAD_SIZE) != 0)
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
