/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and signed tokens, as a client or an identity provider makes them. */
#ifndef VT_TESTS_API_OFFICE_JWT_MAKER_H
#define VT_TESTS_API_OFFICE_JWT_MAKER_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "base/buf.h"
#include "tests/tap.h"

struct maker {
	EVP_PKEY *key;
	bool rsa;
	uint8_t a[256], b[64]; /* n, e or x, y */
	size_t n_a, n_b;
};

static inline void
maker_number(const struct maker *m, const char *name, uint8_t *ret, size_t max,
    size_t *ret_n)
{
	BIGNUM *n = NULL;

	tap_need(EVP_PKEY_get_bn_param(m->key, name, &n) == 1, "%s", name);
	*ret_n = m->rsa ? (size_t)BN_num_bytes(n) : 32;
	tap_need(
	    *ret_n <= max && BN_bn2binpad(n, ret, (int)*ret_n) == (int)*ret_n,
	    "its bytes");
	BN_free(n);
}

static inline void
maker_begin(struct maker *m, bool rsa)
{
	memset(m, 0, sizeof(*m));
	m->rsa = rsa;
	m->key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	tap_need(m->key != NULL, "a key");
	maker_number(m, rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X,
	    m->a, sizeof(m->a), &m->n_a);
	maker_number(m, rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y,
	    m->b, sizeof(m->b), &m->n_b);
}

static inline void
maker_end(struct maker *m)
{
	EVP_PKEY_free(m->key);
}

/* DER -> r ‖ s */
static inline size_t
maker_raw(const uint8_t *der, size_t n, uint8_t ret[64])
{
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);

	tap_need(s != NULL &&
		     BN_bn2binpad(ECDSA_SIG_get0_r(s), ret, 32) == 32 &&
		     BN_bn2binpad(ECDSA_SIG_get0_s(s), ret + 32, 32) == 32,
	    "r and s");
	ECDSA_SIG_free(s);
	return 64;
}

/* header NULL: the usual one. The token, appended to ret. */
static inline void
maker_sign(const struct maker *m, const char *header, const char *claims,
    struct vt_buf *ret)
{
	const char *h = header != NULL ? header
			: m->rsa       ? "{\"alg\":\"RS256\"}"
				       : "{\"alg\":\"ES256\"}";
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t sig[512], raw[64];
	size_t n = sizeof(sig), at = ret->n;

	vt_base64url_put(ret, vt_span_str(h));
	vt_buf_puts(ret, ".");
	vt_base64url_put(ret, vt_span_str(claims));
	tap_need(
	    md != NULL &&
		EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, m->key) == 1 &&
		EVP_DigestSign(md, sig, &n, ret->p + at, ret->n - at) == 1,
	    "signed");
	EVP_MD_CTX_free(md);
	vt_buf_puts(ret, ".");
	if (m->rsa) {
		vt_base64url_put(ret, VT_SPAN(sig, n));
	} else {
		n = maker_raw(sig, n, raw);
		vt_base64url_put(ret, VT_SPAN(raw, n));
	}
}

#endif
