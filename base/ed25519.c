/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gcrypt.h>

#include "base/ed25519.h"

VT_CLEANUP_DEFINE(struct gcry_sexp, gcry_sexp_release)

static int
crypt_err(gcry_error_t e, const char *what, struct vt_err *reterr)
{
	return vt_err_set(
	    reterr, VT_E_INTERNAL, "Ed25519: %s: %s", what, gcry_strerror(e));
}

/* libgcrypt takes the seed as d; the public key is derived from it, each time,
 * unless it is given. */
static int
secret_key(struct vt_span seed, const uint8_t *pub, gcry_sexp_t *ret,
    struct vt_err *reterr)
{
	gcry_error_t e;

	VT_ASSERT(seed.n == VT_ED25519_KEY);
	if (pub == NULL)
		e = gcry_sexp_build(ret, NULL,
		    "(private-key (ecc (curve Ed25519)(flags eddsa)(d %b)))",
		    VT_ED25519_KEY, seed.p);
	else
		e = gcry_sexp_build(ret, NULL,
		    "(private-key (ecc (curve Ed25519)(flags eddsa)(q %b)"
		    "(d %b)))",
		    VT_ED25519_KEY, pub, VT_ED25519_KEY, seed.p);
	return e != 0 ? crypt_err(e, "reading the key", reterr) : VT_OK;
}

int
vt_ed25519_public(struct vt_span seed, uint8_t ret[static VT_ED25519_KEY],
    struct vt_err *reterr)
{
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *key = NULL;
	gcry_ctx_t ctx = NULL;
	unsigned int bits = 0;
	gcry_error_t e;
	const void *p;
	gcry_mpi_t q;
	int rc;

	if ((rc = secret_key(seed, NULL, &key, reterr)) != VT_OK)
		return rc;
	if ((e = gcry_mpi_ec_new(&ctx, key, NULL)) != 0)
		return crypt_err(e, "deriving the public key", reterr);
	q = gcry_mpi_ec_get_mpi("q@eddsa", ctx, 1);
	p = q == NULL ? NULL : gcry_mpi_get_opaque(q, &bits);
	if (p != NULL && bits == 8 * VT_ED25519_KEY)
		memcpy(ret, p, VT_ED25519_KEY);
	else
		rc = vt_err_set(reterr, VT_E_INTERNAL,
		    "Ed25519: the public key has %u bits", bits);
	gcry_mpi_release(q);
	gcry_ctx_release(ctx);
	return rc;
}

static gcry_error_t
text_sexp(struct vt_span text, gcry_sexp_t *ret)
{
	return gcry_sexp_build(ret, NULL,
	    "(data (flags eddsa)(hash-algo sha512)(value %b))", (int)text.n,
	    text.p);
}

static int
sign(struct vt_span seed, const uint8_t *pub, struct vt_span text,
    uint8_t ret[static VT_ED25519_SIGNATURE], struct vt_err *reterr)
{
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *key = NULL;
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *data = NULL;
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *sig = NULL;
	uint8_t half[2][32];
	gcry_error_t e;
	int rc;

	VT_ASSERT(text.n <= INT32_MAX);
	if ((rc = secret_key(seed, pub, &key, reterr)) != VT_OK)
		return rc;
	if ((e = text_sexp(text, &data)) == 0)
		e = gcry_pk_sign(&sig, data, key);
	if (e != 0)
		return crypt_err(e, "signing", reterr);
	for (int i = 0; i < 2; i++) {
		VT_CLEANUP(gcry_sexp_release)
		struct gcry_sexp *part =
		    gcry_sexp_find_token(sig, i == 0 ? "r" : "s", 0);
		size_t n = 0;
		const char *p =
		    part == NULL ? NULL : gcry_sexp_nth_data(part, 1, &n);

		if (p == NULL || n != sizeof(half[i]))
			return vt_err_set(reterr, VT_E_INTERNAL,
			    "Ed25519: signature of an unexpected form");
		memcpy(half[i], p, n);
	}
	memcpy(ret, half, sizeof(half));
	return VT_OK;
}

int
vt_ed25519_sign(struct vt_span seed, struct vt_span text,
    uint8_t ret[static VT_ED25519_SIGNATURE], struct vt_err *reterr)
{
	return sign(seed, NULL, text, ret, reterr);
}

int
vt_ed25519_sign_with(struct vt_span seed,
    const uint8_t pub[static VT_ED25519_KEY], struct vt_span text,
    uint8_t ret[static VT_ED25519_SIGNATURE], struct vt_err *reterr)
{
	return sign(seed, pub, text, ret, reterr);
}

bool
vt_ed25519_verify(const uint8_t pub[static VT_ED25519_KEY], struct vt_span text,
    const uint8_t sig[static VT_ED25519_SIGNATURE])
{
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *key = NULL;
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *data = NULL;
	VT_CLEANUP(gcry_sexp_release) struct gcry_sexp *value = NULL;

	VT_ASSERT(text.n <= INT32_MAX);
	if (gcry_sexp_build(&key, NULL,
		"(public-key (ecc (curve Ed25519)(flags eddsa)(q %b)))",
		VT_ED25519_KEY, pub) != 0 ||
	    text_sexp(text, &data) != 0 ||
	    gcry_sexp_build(&value, NULL, "(sig-val (eddsa (r %b)(s %b)))", 32,
		sig, 32, sig + 32) != 0)
		return false;
	return gcry_pk_verify(value, data, key) == 0;
}
