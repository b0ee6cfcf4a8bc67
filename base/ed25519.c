/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/ed25519.h"

VT_CLEANUP_DEFINE(EVP_PKEY, EVP_PKEY_free)
VT_CLEANUP_DEFINE(EVP_MD_CTX, EVP_MD_CTX_free)

static int
crypt_err(const char *what, struct vt_err *reterr)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return vt_err_set(reterr, VT_E_INTERNAL, "Ed25519: %s: %s", what,
	    why == NULL ? "no reason" : why);
}

/* libcrypto derives the public key, and wipes its copy of the seed when the key
 * is freed. */
static int
secret_key(struct vt_span seed, EVP_PKEY **ret, struct vt_err *reterr)
{
	VT_ASSERT(seed.n == VT_ED25519_KEY);
	*ret = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, seed.p, seed.n);
	return *ret == NULL ? crypt_err("reading the key", reterr) : VT_OK;
}

int
vt_ed25519_public(struct vt_span seed, uint8_t ret[static VT_ED25519_KEY],
    struct vt_err *reterr)
{
	VT_CLEANUP(EVP_PKEY_free) EVP_PKEY *key = NULL;
	uint8_t pub[VT_ED25519_KEY];
	size_t n = sizeof(pub);
	int rc;

	if ((rc = secret_key(seed, &key, reterr)) != VT_OK)
		return rc;
	if (EVP_PKEY_get_raw_public_key(key, pub, &n) != 1 || n != sizeof(pub))
		return crypt_err("deriving the public key", reterr);
	memcpy(ret, pub, sizeof(pub));
	return VT_OK;
}

int
vt_ed25519_sign(struct vt_span seed, struct vt_span text,
    uint8_t ret[static VT_ED25519_SIGNATURE], struct vt_err *reterr)
{
	VT_CLEANUP(EVP_PKEY_free) EVP_PKEY *key = NULL;
	VT_CLEANUP(EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[VT_ED25519_SIGNATURE];
	size_t n = sizeof(sig);
	int rc;

	if ((rc = secret_key(seed, &key, reterr)) != VT_OK)
		return rc;
	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, sig, &n, text.p, text.n) != 1 ||
	    n != sizeof(sig))
		return crypt_err("signing", reterr);
	memcpy(ret, sig, sizeof(sig));
	return VT_OK;
}

bool
vt_ed25519_verify(const uint8_t pub[static VT_ED25519_KEY], struct vt_span text,
    const uint8_t sig[static VT_ED25519_SIGNATURE])
{
	VT_CLEANUP(EVP_PKEY_free)
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, pub, VT_ED25519_KEY);
	VT_CLEANUP(EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is;

	is = key != NULL && ctx != NULL &&
	     EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	     EVP_DigestVerify(
		 ctx, sig, VT_ED25519_SIGNATURE, text.p, text.n) == 1;
	ERR_clear_error(); /* of the bytes, not of ours */
	return is;
}
