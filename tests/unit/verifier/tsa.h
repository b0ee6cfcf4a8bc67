/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A timestamp authority of our own, by OpenSSL: a key, a certificate for
 * nothing but timestamps, replies. */
#ifndef VT_TESTS_VERIFIER_TSA_H
#define VT_TESTS_VERIFIER_TSA_H

#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "tests/tap.h"

struct tsa {
	EVP_PKEY *key;
	X509 *cert;
	long serial;
	bool refuse;
};

static ASN1_INTEGER *
tsa_serial(TS_RESP_CTX *c, void *arg)
{
	struct tsa *t = arg;
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	(void)c;
	(void)ASN1_INTEGER_set(n, ++t->serial);
	return n;
}

static void
tsa_new(struct tsa *t, const char *name)
{
	X509_EXTENSION *use;
	X509_NAME *n;

	*t = (struct tsa){ .key = EVP_RSA_gen(2048), .cert = X509_new() };
	tap_need(t->key != NULL && t->cert != NULL, "a timestamp authority");
	(void)X509_set_version(t->cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(t->cert), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(t->cert), -86400);
	(void)X509_gmtime_adj(X509_getm_notAfter(t->cert), 864000);
	(void)X509_set_pubkey(t->cert, t->key);
	n = X509_get_subject_name(t->cert);
	(void)X509_NAME_add_entry_by_txt(
	    n, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0);
	(void)X509_set_issuer_name(t->cert, n);
	use = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_ext_key_usage, "critical,timeStamping");
	(void)X509_add_ext(t->cert, use, -1);
	X509_EXTENSION_free(use);
	tap_need(X509_sign(t->cert, t->key, EVP_sha256()) > 0, "its cert");
}

/* The reply to a request, as it would come over HTTP. */
static void
tsa_reply(struct tsa *t, struct vt_span request, struct vt_buf *ret)
{
	TS_RESP_CTX *c = TS_RESP_CTX_new();
	BIO *in = BIO_new_mem_buf(request.p, (int)request.n);
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);
	TS_RESP *r;
	uint8_t *der = NULL;
	int n;

	(void)TS_RESP_CTX_set_signer_cert(c, t->cert);
	(void)TS_RESP_CTX_set_signer_key(c, t->key);
	(void)TS_RESP_CTX_set_signer_digest(c, EVP_sha256());
	(void)TS_RESP_CTX_set_def_policy(c, policy);
	(void)TS_RESP_CTX_add_md(c, t->refuse ? EVP_sha512() : EVP_sha256());
	TS_RESP_CTX_set_serial_cb(c, tsa_serial, t);
	r = TS_RESP_create_response(c, in);
	n = r == NULL ? 0 : i2d_TS_RESP(r, &der);
	tap_need(n > 0, "a reply");
	vt_buf_put(ret, der, (size_t)n);
	OPENSSL_free(der);
	TS_RESP_free(r);
	ASN1_OBJECT_free(policy);
	BIO_free(in);
	TS_RESP_CTX_free(c);
}

static void
tsa_free(struct tsa *t)
{
	EVP_PKEY_free(t->key);
	X509_free(t->cert);
}

#endif
