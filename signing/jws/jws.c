/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/jws/jws.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "signing/key/x509.h"

#define P256_BYTES   32
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define RSA_E_BYTES  8 /* OpenSSL refuses exponents over 64 bits itself */

static int
from_params(
    const char *type, OSSL_PARAM *params, EVP_PKEY **ret, struct vt_err *reterr)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	int rc = VT_OK;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, ret, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		rc = vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "JWK (RFC 7518 section 6): no public key of type %s: %s",
		    type, vt_ossl_reason());
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int
rsa_key(const struct vt_jws_key *k, EVP_PKEY **ret, struct vt_err *reterr)
{
	OSSL_PARAM_BLD *bld = NULL;
	BIGNUM *n = NULL, *e = NULL;
	OSSL_PARAM *params = NULL;
	int rc = VT_E_NOMEM;

	if (k->n.n > RSA_BITS_MAX / 8 + 1 || k->e.n > RSA_E_BYTES)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "JWK (RFC 7518 section 6.3): numbers of that size are not "
		    "taken");
	n = BN_bin2bn(k->n.p, (int)k->n.n, NULL);
	e = BN_bin2bn(k->e.p, (int)k->e.n, NULL);
	bld = OSSL_PARAM_BLD_new();
	if (n == NULL || e == NULL || bld == NULL ||
	    !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) ||
	    (params = OSSL_PARAM_BLD_to_param(bld)) == NULL)
		rc = vt_err_set(reterr, VT_E_NOMEM, "JWK: no memory");
	else if (BN_num_bits(n) < RSA_BITS_MIN)
		rc = vt_err_set(reterr, VT_E_KEY_WEAK,
		    "JWK: an RSA key of %d bits, at least %d wanted",
		    BN_num_bits(n), RSA_BITS_MIN);
	else
		rc = from_params("RSA", params, ret, reterr);
	if (rc == VT_OK && !vt_rsa_exponent_ok(*ret))
		rc = vt_err_set(reterr, VT_E_KEY_WEAK,
		    "JWK: RSA exponent (RFC 8017 section 3.1): odd and at "
		    "least 3 wanted");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	return rc;
}

static int
ec_key(const struct vt_jws_key *k, EVP_PKEY **ret, struct vt_err *reterr)
{
	uint8_t point[1 + 2 * P256_BYTES] = { 4 }; /* uncompressed */
	char group[] = "P-256";
	OSSL_PARAM params[3];

	if (k->x.n != P256_BYTES || k->y.n != P256_BYTES)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "JWK (RFC 7518 section 6.2.1): x and y of %d bytes wanted",
		    P256_BYTES);
	memcpy(point + 1, k->x.p, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, k->y.p, P256_BYTES);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params[2] = OSSL_PARAM_construct_end();
	return from_params("EC", params, ret, reterr);
}

/* r ‖ s (RFC 7518 section 3.4) as the DER that OpenSSL verifies. */
static int
ec_signature(
    struct vt_span s, uint8_t **ret, size_t *ret_n, struct vt_err *reterr)
{
	ECDSA_SIG *sig = NULL;
	BIGNUM *r = NULL, *t = NULL;
	int n = -1;

	if (s.n != (size_t)2 * P256_BYTES)
		return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "JWS (RFC 7518 section 3.4): an ES256 signature has %d "
		    "bytes, %zu found",
		    2 * P256_BYTES, s.n);
	r = BN_bin2bn(s.p, P256_BYTES, NULL);
	t = BN_bin2bn(s.p + P256_BYTES, P256_BYTES, NULL);
	sig = ECDSA_SIG_new();
	if (r != NULL && t != NULL && sig != NULL &&
	    ECDSA_SIG_set0(sig, r, t) == 1) {
		r = t = NULL; /* sig's now */
		n = i2d_ECDSA_SIG(sig, ret);
	}
	BN_free(r);
	BN_free(t);
	ECDSA_SIG_free(sig);
	if (n <= 0)
		return vt_err_set(reterr, VT_E_NOMEM, "JWS: no memory");
	*ret_n = (size_t)n;
	return VT_OK;
}

int
vt_jws_verify(const struct vt_jws_key *key, struct vt_span input,
    struct vt_span signature, struct vt_err *reterr)
{
	EVP_PKEY *pkey = NULL;
	EVP_MD_CTX *md = NULL;
	uint8_t *der = NULL;
	size_t n = 0;
	int rc;

	if (key->alg == VT_JWS_RS256) {
		rc = rsa_key(key, &pkey, reterr);
	} else {
		rc = ec_key(key, &pkey, reterr);
		if (rc == VT_OK)
			rc = ec_signature(signature, &der, &n, reterr);
		if (rc == VT_OK)
			signature = VT_SPAN(der, n);
	}
	if (rc != VT_OK)
		goto out;
	/* RSA: PKCS#1 v1.5 is EVP's default padding. */
	if ((md = EVP_MD_CTX_new()) == NULL)
		rc = vt_err_set(reterr, VT_E_NOMEM, "JWS: no memory");
	else if (EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, pkey) !=
		     1 ||
		 EVP_DigestVerify(
		     md, signature.p, signature.n, input.p, input.n) != 1)
		rc = vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "JWS (RFC 7515 section 5.2): the signature is not the "
		    "key's over these bytes");
	(void)vt_ossl_reason(); /* leaves no stale error behind */
out:
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(pkey);
	OPENSSL_free(der);
	return rc;
}
