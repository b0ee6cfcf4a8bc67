/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key files and what may sign: every error by its name. */
#include <openssl/param_build.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "signing/key/key_priv.h"
#include "tests/tap.h"
#include "tests/unit/signing/pki.h"

static struct pki *ca, *rsa, *ec;

/* Opens the bytes as a key file with this pin; NULL pin: none. */
static int
open_bytes(const struct vt_buf *b, const char *pin, struct vt_key **ret,
    struct vt_err *err)
{
	struct vt_secret *secret = NULL;
	char *path = pki_file(b, ".key");
	int rc;

	if (pin != NULL)
		secret = vt_secret_new(pin, strlen(pin));
	rc = vt_key_open(path, secret, ret, err);
	vt_secret_free(secret);
	unlink(path);
	free(path);
	return rc;
}

static void
refused(const struct vt_buf *b, const char *pin, enum vt_code want,
    const char *about)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *k = NULL;

	tap_code(open_bytes(b, pin, &k, &err), want, &err, "%s", about);
	tap_ok(k == NULL && err.msg[0] != '\0', "%s: says why (%s)", about,
	    err.msg);
	vt_key_free(k);
}

static void
accepted(const struct vt_buf *b, const char *pin, const struct pki *p,
    enum vt_key_alg alg, const char *about)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *k = NULL;
	VT_BUF_AUTO(value);

	tap_call(open_bytes(b, pin, &k, &err), &err, "%s: opens", about);
	if (k == NULL)
		return;
	tap_eq_int(vt_key_algorithm(k), alg, "%s: algorithm", about);
	tap_eq_int(vt_key_chain_length(k), 2, "%s: chain", about);
	tap_ok(vt_span_eq(vt_key_chain(k, 0), pki_der(p)) &&
		   vt_span_eq(vt_key_chain(k, 1), pki_der(ca)),
	    "%s: signer first, then its issuer", about);
	tap_call(vt_key_sign(k, VT_SPAN_LIT("abc"), &value, &err), &err,
	    "%s: signs", about);
	tap_ok(value.n >= 8 && value.n <= 512, "%s: value of %zu bytes", about,
	    value.n);
	vt_key_free(k);
}

static void
test_p12(void)
{
	VT_BUF_AUTO(p12);
	VT_BUF_AUTO(open);
	VT_BUF_AUTO(cut);
	size_t i;

	pki_p12(rsa, "mật khẩu", &p12);
	accepted(&p12, "mật khẩu", rsa, VT_KEY_RSA_PKCS1_SHA256, "PKCS#12");
	refused(&p12, "1234", VT_E_PIN_WRONG, "PKCS#12, wrong PIN");
	refused(&p12, NULL, VT_E_PIN_WRONG, "PKCS#12, no PIN");
	refused(&p12, "", VT_E_PIN_WRONG, "PKCS#12, empty PIN");
	vt_buf_putc(&p12, 0);
	refused(&p12, "mật khẩu", VT_E_KEY_FORMAT, "PKCS#12, trailing byte");
	pki_p12(ec, "", &open);
	accepted(&open, "", ec, VT_KEY_ECDSA_P256_SHA256, "PKCS#12, PIN \"\"");
	accepted(&open, NULL, ec, VT_KEY_ECDSA_P256_SHA256,
	    "PKCS#12, PIN \"\" not given");
	for (i = 0; i < open.n; i += 97) {
		vt_buf_reset(&cut);
		vt_buf_put(&cut, open.p, i);
		refused(&cut, "", VT_E_KEY_FORMAT, "PKCS#12, cut off");
	}
	/* Into the encrypted content: the MAC notices. */
	open.p[open.n / 2] ^= 1;
	refused(&open, "", VT_E_PIN_WRONG, "PKCS#12, one bit turned");
}

static void
test_legacy(void)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *d = OSSL_PROVIDER_load(lib, "default");
	OSSL_PROVIDER *l = OSSL_PROVIDER_load(lib, "legacy");
	STACK_OF(X509) *certs = sk_X509_new_null();
	unsigned char *der = NULL;
	PKCS12 *p12 = NULL;
	VT_BUF_AUTO(b);
	int n;

	if (d == NULL || l == NULL) {
		tap_ok(true, "old PKCS#12 # SKIP no legacy provider");
	} else {
		sk_X509_push(certs, ca->cert);
		p12 = PKCS12_create_ex("123456", "k", rsa->key, rsa->cert,
		    certs, NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
		    NID_pbe_WithSHA1And40BitRC2_CBC, 2048, 1, 0, lib, NULL);
		tap_need(p12 != NULL, "made an old PKCS#12");
		n = i2d_PKCS12(p12, &der);
		vt_buf_put(&b, der, (size_t)n);
		accepted(&b, "123456", rsa, VT_KEY_RSA_PKCS1_SHA256,
		    "PKCS#12 with RC2-40");
		refused(&b, "654321", VT_E_PIN_WRONG,
		    "PKCS#12 with RC2-40, wrong PIN");
	}
	OPENSSL_free(der);
	PKCS12_free(p12);
	sk_X509_free(certs);
	if (l != NULL)
		OSSL_PROVIDER_unload(l);
	if (d != NULL)
		OSSL_PROVIDER_unload(d);
	OSSL_LIB_CTX_free(lib);
}

static void
test_pem(void)
{
	VT_BUF_AUTO(plain);
	VT_BUF_AUTO(locked);
	VT_BUF_AUTO(two);
	VT_BUF_AUTO(bad);

	pki_pem(ec, NULL, &plain);
	accepted(&plain, NULL, ec, VT_KEY_ECDSA_P256_SHA256, "PEM");
	pki_pem(rsa, "123456", &locked);
	accepted(
	    &locked, "123456", rsa, VT_KEY_RSA_PKCS1_SHA256, "encrypted PEM");
	refused(&locked, "12345", VT_E_PIN_WRONG, "encrypted PEM, wrong PIN");
	refused(&locked, NULL, VT_E_PIN_WRONG, "encrypted PEM, no PIN");
	vt_buf_span(&two, vt_buf_view(&plain));
	vt_buf_span(&two, vt_buf_view(&plain));
	refused(&two, NULL, VT_E_KEY_FORMAT, "PEM with two keys");
	vt_buf_puts(&bad, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	refused(&bad, NULL, VT_E_KEY_FORMAT, "PEM without an end");
	vt_buf_reset(&bad);
	vt_buf_puts(&bad,
	    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	refused(&bad, NULL, VT_E_KEY_FORMAT, "PEM with garbage in it");
}

/* A key and the certificates of another. */
static void
test_mismatch(void)
{
	struct pki other = *ec;
	struct pki *mine = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Khác", ca);
	VT_BUF_AUTO(b);
	const char *certs;
	VT_BUF_AUTO(alone);

	other.key = mine->key;
	pki_pem(&other, NULL, &b);
	refused(&b, NULL, VT_E_KEY_MISMATCH, "key of another certificate");
	certs = strstr(vt_buf_str(&b), "-----BEGIN CERT");
	tap_need(certs != NULL, "the file has certificates");
	vt_buf_put(&alone, b.p, (size_t)(certs - vt_buf_str(&b)));
	refused(&alone, NULL, VT_E_KEY_FORMAT, "key without certificate");
	vt_buf_reset(&alone);
	vt_buf_puts(&alone, certs);
	refused(&alone, NULL, VT_E_KEY_FORMAT, "certificates without key");
	pki_free(mine);
}

static int
of_exponent(BN_ULONG exponent, struct vt_err *err)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = NULL, *e = BN_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	enum vt_key_alg alg;
	int rc;

	tap_need(
	    EVP_PKEY_get_bn_param(rsa->key, "n", &n) == 1 &&
		BN_set_word(e, exponent) == 1 &&
		OSSL_PARAM_BLD_push_BN(b, "n", n) == 1 &&
		OSSL_PARAM_BLD_push_BN(b, "e", e) == 1 &&
		(params = OSSL_PARAM_BLD_to_param(b)) != NULL &&
		EVP_PKEY_fromdata_init(ctx) == 1 &&
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1,
	    "a key of exponent %lu", (unsigned long)exponent);
	rc = vt_pkey_algorithm(key, "key", &alg, err);
	EVP_PKEY_free(key);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	return rc;
}

/* With 1 the value of a signature is the padded digest itself. */
static void
test_exponent(void)
{
	static const struct {
		BN_ULONG exponent;
		bool good;
	} rows[] = { { 1, false }, { 2, false }, { 3, true }, { 65536, false },
		{ 65537, true } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vt_err err = VT_ERR_INIT;
		int rc = of_exponent(rows[i].exponent, &err);

		tap_ok(rc == (rows[i].good ? VT_OK : VT_E_KEY_WEAK),
		    "RSA exponent %lu: %s", (unsigned long)rows[i].exponent,
		    err.msg);
	}
}

static void
test_weak(void)
{
	struct pki_options small = {
		.alg = VT_KEY_RSA_PKCS1_SHA256, .cn = "Yếu", .rsa_bits = 1024
	};
	struct pki_options curve = {
		.alg = VT_KEY_ECDSA_P256_SHA256, .cn = "P-384", .curve = "P-384"
	};
	struct pki *a = pki_issue(&small, ca), *b = pki_issue(&curve, ca);
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(pem);

	pki_pem(a, NULL, &pem);
	refused(&pem, NULL, VT_E_KEY_WEAK, "RSA-1024");
	tap_code(vt_certificate_check(pki_der(a), VT_TIME_S(1790000000), &err),
	    VT_E_KEY_WEAK, &err, "certificate of RSA-1024");
	vt_buf_reset(&pem);
	pki_pem(b, NULL, &pem);
	refused(&pem, NULL, VT_E_KEY_WEAK, "P-384");
	pki_free(a);
	pki_free(b);
}

static void
test_files(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *k = NULL;
	VT_BUF_AUTO(big);
	VT_BUF_AUTO(none);

	tap_code(vt_key_open("file:/nonexistent/key.p12", NULL, &k, &err),
	    VT_E_NO_INPUT, &err, "no such file");
	tap_code(vt_key_open("/", NULL, &k, &err), VT_E_KEY_FORMAT, &err,
	    "a directory");
	refused(&none, NULL, VT_E_KEY_FORMAT, "an empty file");
	vt_buf_zero(&big, VT_L(KEY_FILE_MAX));
	refused(&big, NULL, VT_E_KEY_FORMAT, "a file of the largest size");
	vt_buf_zero(&big, 1);
	refused(&big, NULL, VT_E_LIMIT, "a byte more");
}

static void
checked(const struct pki_options *o, vt_time at, int want, const char *about)
{
	struct vt_err err = VT_ERR_INIT;
	struct pki *p = pki_issue(o, ca);

	if (want == VT_OK)
		tap_call(vt_certificate_check(pki_der(p), at, &err), &err, "%s",
		    about);
	else {
		tap_code(vt_certificate_check(pki_der(p), at, &err), want, &err,
		    "%s", about);
		tap_ok(strstr(err.msg, o->cn) != NULL &&
			   strstr(err.msg, "RFC 5280") != NULL,
		    "%s: names subject and clause (%s)", about, err.msg);
	}
	pki_free(p);
}

static void
test_certificate(void)
{
	vt_time now = VT_TIME_S(1790000000); /* 2026-09-21 */
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.cn = "Nguyễn Thị Mẫu",
		.not_before = now,
		.not_after = now + VT_TIME_S(86400) };
	struct vt_certificate_info info;
	struct vt_err err = VT_ERR_INIT;

	checked(&o, now, VT_OK, "from its first second");
	checked(&o, now + VT_TIME_S(86400), VT_OK, "to its last");
	checked(&o, now - 1, VT_E_CERT_NOT_YET_VALID, "before");
	checked(&o, now + VT_TIME_S(86401), VT_E_CERT_EXPIRED, "after");
	o.key_usage = "critical,keyEncipherment";
	checked(&o, now, VT_E_CERT_USAGE, "key usage of encryption");
	o.key_usage = "critical,nonRepudiation";
	checked(&o, now, VT_OK, "key usage nonRepudiation alone");
	o.key_usage = "";
	checked(&o, now, VT_OK, "no key usage");
	o.eku = "serverAuth";
	checked(&o, now, VT_E_CERT_USAGE, "a web server's certificate");
	o.eku = "critical,timeStamping";
	checked(&o, now, VT_E_CERT_USAGE, "a timestamp authority's");
	o.eku = "clientAuth,emailProtection";
	checked(&o, now, VT_OK, "client and e-mail");
	o.eku = "1.3.6.1.5.5.7.3.36";
	checked(&o, now, VT_OK, "document signing");
	o.eku = NULL;
	o.ca = true;
	checked(&o, now, VT_E_CERT_USAGE, "an authority's certificate");
	tap_code(vt_certificate_check(VT_SPAN_LIT("0"), now, &err),
	    VT_E_KEY_FORMAT, &err, "not a certificate");
	tap_call(vt_certificate_describe(pki_der(rsa), &info, &err), &err,
	    "describes");
	tap_eq_str(info.subject_cn, "Trần Văn Mẫu", "subject");
	tap_eq_str(info.issuer_cn, "CA mẫu", "issuer");
	tap_eq_str(info.subject_o, "", "no organisation");
	tap_eq_str(info.serial, "1002", "serial number");
	tap_eq_int(info.bits, 2048, "bits");
	tap_eq_int(info.not_before, VT_TIME_S(1767225600), "from 2026-01-01");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	rsa = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	ec = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Lê Thị Mẫu", ca);
	test_p12();
	test_legacy();
	test_pem();
	test_mismatch();
	test_exponent();
	test_weak();
	test_files();
	test_certificate();
	pki_free(ec);
	pki_free(rsa);
	pki_free(ca);
	return tap_done();
}
