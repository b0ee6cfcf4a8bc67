/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "signing/demo/demo.h"
#include "signing/key/x509.h"

#define P12_ROUNDS 20000

struct vt_demo_authority {
	EVP_PKEY *key;
	X509 *cert;
	vt_time now;
};

static int
failed(const char *what, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_INTERNAL, "demo authority: %s: %s", what,
	    vt_ossl_reason());
}

static bool
add_name(X509_NAME *n, int nid, const char *mark, const char *text)
{
	VT_BUF_AUTO(b);

	if (text == NULL || text[0] == '\0')
		return true;
	vt_buf_printf(&b, "%s%s%s", mark, mark[0] == '\0' ? "" : " – ", text);
	return b.failed == VT_OK &&
	       X509_NAME_add_entry_by_NID(n, nid, MBSTRING_UTF8,
		   (const unsigned char *)vt_buf_str(&b), (int)b.n, -1, 0) == 1;
}

static bool
set_name(X509_NAME *n, const struct vt_demo_holder *h)
{
	return add_name(n, NID_countryName, "", "VN") &&
	       add_name(
		   n, NID_organizationName, VT_DEMO_MARK, h->organisation) &&
	       add_name(n, NID_title, "", h->title) &&
	       add_name(n, NID_commonName, "", h->name);
}

static bool
set_serial(X509 *x)
{
	unsigned char r[16];
	BIGNUM *bn = NULL;
	bool good;

	if (RAND_bytes(r, sizeof(r)) != 1)
		return false;
	r[0] = (unsigned char)((r[0] & 0x7f) | 0x40); /* positive, 16 bytes */
	bn = BN_bin2bn(r, sizeof(r), NULL);
	good = bn != NULL &&
	       BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != NULL;
	BN_free(bn);
	return good;
}

static bool
set_times(X509 *x, vt_time now)
{
	time_t t = (time_t)(now / 1000000) - 3600; /* clocks differ */

	return X509_time_adj_ex(X509_getm_notBefore(x), 0, 0, &t) != NULL &&
	       X509_time_adj_ex(X509_getm_notAfter(x), VT_DEMO_DAYS, 0, &t) !=
		   NULL;
}

static bool
add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	bool good;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	good = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return good;
}

/* issuer NULL: it certifies itself. */
static X509 *
certify(const struct vt_demo_holder *h, EVP_PKEY *key,
    const struct vt_demo_authority *issuer, EVP_PKEY *issuer_key, vt_time now)
{
	bool ca = issuer == NULL;
	X509 *x = X509_new();
	X509 *from = ca ? x : issuer->cert;

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    set_serial(x) && set_times(x, now) &&
	    set_name(X509_get_subject_name(x), h) &&
	    X509_set_issuer_name(x, X509_get_subject_name(from)) == 1 &&
	    X509_set_pubkey(x, key) == 1 &&
	    add_extension(x, from, NID_basic_constraints,
		ca ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
	    add_extension(x, from, NID_key_usage,
		ca ? "critical,keyCertSign,cRLSign"
		   : "critical,digitalSignature,nonRepudiation") &&
	    add_extension(x, from, NID_subject_key_identifier, "hash") &&
	    (ca || add_extension(
		       x, from, NID_authority_key_identifier, "keyid")) &&
	    X509_sign(x, issuer_key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

int
vt_demo_authority_new(const char *name, vt_time now,
    struct vt_demo_authority **ret, struct vt_err *reterr)
{
	struct vt_demo_holder h = { name, name, NULL };
	struct vt_demo_authority *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "demo authority: no memory");
	a->now = now;
	a->key = EVP_EC_gen("P-256");
	if (a->key != NULL)
		a->cert = certify(&h, a->key, NULL, a->key, now);
	if (a->cert == NULL) {
		vt_demo_authority_free(a);
		return failed("its certificate", reterr);
	}
	*ret = a;
	return VT_OK;
}

void
vt_demo_authority_free(struct vt_demo_authority *a)
{
	if (a == NULL)
		return;
	EVP_PKEY_free(a->key); /* clears the private part */
	X509_free(a->cert);
	free(a);
}

int
vt_demo_authority_pem(const struct vt_demo_authority *a, struct vt_buf *ret,
    struct vt_err *reterr)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;

	if (bio == NULL || PEM_write_bio_X509(bio, a->cert) != 1 ||
	    (n = BIO_get_mem_data(bio, &p)) <= 0) {
		BIO_free(bio);
		return failed("writing PEM", reterr);
	}
	vt_buf_put(ret, p, (size_t)n);
	BIO_free(bio);
	return vt_buf_status(ret, reterr);
}

static bool
put_der(X509 *x, struct vt_buf *ret)
{
	unsigned char *p = NULL;
	int n = i2d_X509(x, &p);

	if (n <= 0)
		return false;
	vt_buf_put(ret, p, (size_t)n);
	OPENSSL_free(p);
	return true;
}

static bool
put_p12(const struct vt_demo_authority *a, EVP_PKEY *key, X509 *x,
    const char *pin, struct vt_buf *ret)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	PKCS12 *p12 = NULL;
	unsigned char *p = NULL;
	int n = 0;

	if (chain != NULL && sk_X509_push(chain, a->cert) > 0)
		p12 = PKCS12_create(pin, "vanthu", key, x, chain, 0, 0,
		    P12_ROUNDS, P12_ROUNDS, 0);
	if (p12 != NULL)
		n = i2d_PKCS12(p12, &p);
	if (n > 0)
		vt_buf_put(ret, p, (size_t)n);
	OPENSSL_free(p);
	PKCS12_free(p12);
	sk_X509_free(chain);
	return n > 0;
}

int
vt_demo_issue(struct vt_demo_authority *a, const struct vt_demo_holder *holder,
    const struct vt_secret *pin, struct vt_buf *ret_p12, struct vt_buf *ret_der,
    struct vt_err *reterr)
{
	const char *text = (const char *)vt_secret_view(pin).p;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = NULL;
	bool good;

	if (key != NULL)
		x = certify(holder, key, a, a->key, a->now);
	good = x != NULL && put_der(x, ret_der) &&
	       put_p12(a, key, x, text, ret_p12);
	X509_free(x);
	EVP_PKEY_free(key);
	if (!good)
		return failed("a certificate", reterr);
	if (ret_der->failed != VT_OK)
		return vt_buf_status(ret_der, reterr);
	return vt_buf_status(ret_p12, reterr);
}
