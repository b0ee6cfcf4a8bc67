/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/signing/pki.h"

#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"

#define NEED(cond) VT_ASSERT(cond)

static void
add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	NEED(e != NULL && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void
set_time(ASN1_TIME *t, vt_time at)
{
	NEED(ASN1_TIME_adj(t, (time_t)(at / VT_TIME_S(1)), 0, 0) != NULL);
}

static void
set_subject(X509 *x, const struct pki_options *o)
{
	X509_NAME *name = X509_NAME_new();

	NEED(name != NULL);
	NEED(X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC,
		 (const unsigned char *)"VN", -1, -1, 0) == 1);
	if (o->o != NULL)
		NEED(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
			 (const unsigned char *)o->o, -1, -1, 0) == 1);
	NEED(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		 (const unsigned char *)o->cn, -1, -1, 0) == 1);
	for (size_t i = 0; i < 2 && o->more[i][0] != NULL; i++)
		NEED(X509_NAME_add_entry_by_txt(name, o->more[i][0],
			 MBSTRING_UTF8, (const unsigned char *)o->more[i][1],
			 -1, -1, 0) == 1);
	NEED(X509_set_subject_name(x, name) == 1);
	X509_NAME_free(name);
}

static EVP_PKEY *
make_key(const struct pki_options *o)
{
	EVP_PKEY *key;

	if (o->alg == VT_KEY_RSA_PKCS1_SHA256)
		key = EVP_RSA_gen(o->rsa_bits == 0 ? 2048 : o->rsa_bits);
	else
		key = EVP_EC_gen(o->curve == NULL ? "P-256" : o->curve);
	NEED(key != NULL);
	return key;
}

static void
add_extensions(X509 *x, const struct pki_options *o, X509 *issuer)
{
	const char *usage = o->key_usage;
	char aia[512];

	add_extension(x, issuer, NID_basic_constraints,
	    o->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (usage == NULL)
		usage = o->ca ? "critical,keyCertSign,cRLSign"
			      : "critical,digitalSignature,nonRepudiation";
	if (usage[0] != '\0')
		add_extension(x, issuer, NID_key_usage, usage);
	if (o->eku != NULL && o->eku[0] != '\0')
		add_extension(x, issuer, NID_ext_key_usage, o->eku);
	add_extension(x, issuer, NID_subject_key_identifier, "hash");
	if (issuer != x)
		add_extension(
		    x, issuer, NID_authority_key_identifier, "keyid:always");
	if (o->ocsp_url != NULL || o->ca_issuers_url != NULL) {
		snprintf(aia, sizeof(aia), "%s%s%s%s%s",
		    o->ocsp_url == NULL ? "" : "OCSP;URI:",
		    o->ocsp_url == NULL ? "" : o->ocsp_url,
		    o->ocsp_url == NULL || o->ca_issuers_url == NULL ? "" : ",",
		    o->ca_issuers_url == NULL ? "" : "caIssuers;URI:",
		    o->ca_issuers_url == NULL ? "" : o->ca_issuers_url);
		add_extension(x, issuer, NID_info_access, aia);
	}
	if (o->policies != NULL)
		add_extension(x, issuer, NID_certificate_policies, o->policies);
	if (o->qc != NULL)
		add_extension(x, issuer, NID_qcStatements, o->qc);
	if (o->no_check)
		add_extension(x, issuer, NID_id_pkix_OCSP_noCheck, "ignored");
}

struct pki *
pki_issue(const struct pki_options *o, const struct pki *issuer)
{
	struct vt_date from = { .year = 2026, .month = 1, .day = 1 };
	struct vt_date to = { .year = 2036, .month = 1, .day = 1 };
	struct pki *p = calloc(1, sizeof(*p));
	unsigned char *der = NULL;
	X509 *by;
	int n;

	NEED(p != NULL);
	p->key = make_key(o);
	p->cert = X509_new();
	p->issuer = issuer;
	NEED(p->cert != NULL && X509_set_version(p->cert, 2) == 1);
	by = issuer == NULL ? p->cert : issuer->cert;
	NEED(ASN1_INTEGER_set_uint64(X509_get_serialNumber(p->cert),
		 o->serial == 0 ? 4097 : o->serial) == 1);
	set_time(X509_getm_notBefore(p->cert),
	    o->not_before == 0 ? vt_time_from_date(&from, 0) : o->not_before);
	set_time(X509_getm_notAfter(p->cert),
	    o->not_after == 0 ? vt_time_from_date(&to, 0) : o->not_after);
	set_subject(p->cert, o);
	NEED(X509_set_issuer_name(p->cert, X509_get_subject_name(by)) == 1);
	NEED(X509_set_pubkey(p->cert, p->key) == 1);
	add_extensions(p->cert, o, by);
	NEED(X509_sign(p->cert, issuer == NULL ? p->key : issuer->key,
		 EVP_sha256()) > 0);
	n = i2d_X509(p->cert, &der);
	NEED(n > 0);
	vt_buf_put(&p->der, der, (size_t)n);
	OPENSSL_free(der);
	return p;
}

void
pki_free(struct pki *p)
{
	if (p == NULL)
		return;
	EVP_PKEY_free(p->key);
	X509_free(p->cert);
	vt_buf_free(&p->der);
	free(p);
}

struct pki *
pki_ca(enum vt_key_alg alg)
{
	struct pki_options o = {
		.alg = alg, .cn = "CA mẫu", .o = "Cơ quan mẫu", .ca = true
	};

	return pki_issue(&o, NULL);
}

struct pki *
pki_signer(enum vt_key_alg alg, const char *cn, const struct pki *issuer)
{
	struct pki_options o = { .alg = alg, .cn = cn, .serial = 4098 };

	return pki_issue(&o, issuer);
}

struct vt_span
pki_der(const struct pki *p)
{
	return vt_buf_view(&p->der);
}

static STACK_OF(X509) * issuers(const struct pki *p)
{
	STACK_OF(X509) *st = sk_X509_new_null();

	NEED(st != NULL);
	for (p = p->issuer; p != NULL; p = p->issuer)
		NEED(sk_X509_push(st, p->cert) > 0);
	return st;
}

static void
take_bio(BIO *bio, struct vt_buf *ret)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);

	vt_buf_put(ret, p, (size_t)n);
	BIO_free(bio);
}

void
pki_p12(const struct pki *p, const char *pin, struct vt_buf *ret)
{
	STACK_OF(X509) *ca = issuers(p);
	PKCS12 *p12 =
	    PKCS12_create(pin, "key", p->key, p->cert, ca, 0, 0, 2048, 2048, 0);
	BIO *bio = BIO_new(BIO_s_mem());

	NEED(p12 != NULL && bio != NULL && i2d_PKCS12_bio(bio, p12) == 1);
	PKCS12_free(p12);
	sk_X509_free(ca);
	take_bio(bio, ret);
}

void
pki_pem(const struct pki *p, const char *pin, struct vt_buf *ret)
{
	BIO *bio = BIO_new(BIO_s_mem());

	NEED(bio != NULL);
	NEED(PEM_write_bio_PKCS8PrivateKey(bio, p->key,
		 pin == NULL ? NULL : EVP_aes_256_cbc(), pin,
		 pin == NULL ? 0 : (int)strlen(pin), NULL, NULL) == 1);
	for (; p != NULL; p = p->issuer)
		NEED(PEM_write_bio_X509(bio, p->cert) == 1);
	take_bio(bio, ret);
}

char *
pki_file(const struct vt_buf *b, const char *suffix)
{
	const char *dir = getenv("TMPDIR");
	char *path = NULL;
	size_t at = 0;
	ssize_t n;
	int fd;

	NEED(asprintf(&path, "%s/vt-test-XXXXXX%s", dir == NULL ? "/tmp" : dir,
		 suffix) > 0);
	fd = mkstemps(path, (int)strlen(suffix));
	NEED(fd >= 0);
	for (; at < b->n; at += (size_t)n) {
		n = write(fd, b->p + at, b->n - at);
		NEED(n > 0);
	}
	NEED(close(fd) == 0);
	return path;
}

struct vt_key *
pki_key(const struct pki *p)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *k = NULL;
	VT_BUF_AUTO(pem);
	char *path;

	pki_pem(p, NULL, &pem);
	path = pki_file(&pem, ".pem");
	if (vt_key_open(path, NULL, &k, &err) != VT_OK)
		fprintf(stderr, "pki_key: %s\n", err.msg);
	unlink(path);
	free(path);
	NEED(k != NULL);
	return k;
}

void
pki_ocsp(const struct pki *responder, const struct pki *cert, int status,
    vt_time this_update, vt_time next_update, struct vt_span nonce_of,
    struct vt_buf *ret)
{
	ASN1_TIME *from = ASN1_TIME_new(), *to = ASN1_TIME_new();
	ASN1_TIME *revoked = ASN1_TIME_new();
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_REQUEST *request = NULL;
	const unsigned char *p = nonce_of.p;
	OCSP_RESPONSE *response;
	OCSP_CERTID *id;
	unsigned char *der = NULL;
	int n;

	NEED(from != NULL && to != NULL && revoked != NULL && basic != NULL &&
	     cert->issuer != NULL);
	set_time(from, this_update);
	set_time(to, next_update);
	set_time(revoked, this_update - VT_TIME_S(3600));
	id = OCSP_cert_to_id(EVP_sha1(), cert->cert, cert->issuer->cert);
	NEED(id != NULL);
	NEED(OCSP_basic_add1_status(basic, id, status,
		 status == V_OCSP_CERTSTATUS_REVOKED
		     ? OCSP_REVOKED_STATUS_KEYCOMPROMISE
		     : 0,
		 status == V_OCSP_CERTSTATUS_REVOKED ? revoked : NULL, from,
		 to) != NULL);
	if (nonce_of.n > 0) {
		request = d2i_OCSP_REQUEST(NULL, &p, (long)nonce_of.n);
		NEED(request != NULL);
		OCSP_copy_nonce(basic, request);
	}
	NEED(OCSP_basic_sign(basic, responder->cert, responder->key,
		 EVP_sha256(), NULL, 0) == 1);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	NEED(response != NULL);
	/* by hand: clang does not like OpenSSL's macro for a BIO */
	n = i2d_OCSP_RESPONSE(response, &der);
	NEED(n > 0);
	vt_buf_put(ret, der, (size_t)n);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(response);
	OCSP_REQUEST_free(request);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	ASN1_TIME_free(revoked);
}

static int
token_time(TS_RESP_CTX *ctx, void *arg, long *sec, long *usec)
{
	(void)ctx;
	*sec = (long)(*(const vt_time *)arg / VT_TIME_S(1));
	*usec = 0;
	return 1;
}

static ASN1_INTEGER *
token_serial(TS_RESP_CTX *ctx, void *arg)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	(void)ctx;
	(void)arg;
	NEED(n != NULL && ASN1_INTEGER_set(n, 7) == 1);
	return n;
}

/* A DER request for the imprint, certificates wanted. */
static BIO *
token_request(struct vt_span data)
{
	vt_hash h = vt_sha256(data);
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	TS_REQ *req = TS_REQ_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	int n;

	NEED(imprint != NULL && req != NULL && alg != NULL && bio != NULL);
	X509_ALGOR_set0(alg, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL);
	NEED(TS_MSG_IMPRINT_set_algo(imprint, alg) == 1 &&
	     TS_MSG_IMPRINT_set_msg(imprint, h.b, sizeof(h.b)) == 1 &&
	     TS_REQ_set_version(req, 1) == 1 &&
	     TS_REQ_set_msg_imprint(req, imprint) == 1 &&
	     TS_REQ_set_cert_req(req, 1) == 1);
	n = i2d_TS_REQ(req, &der);
	NEED(n > 0 && BIO_write(bio, der, n) == n);
	OPENSSL_free(der);
	X509_ALGOR_free(alg);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(req);
	return bio;
}

void
pki_token(
    const struct pki *tsa, struct vt_span data, vt_time at, struct vt_buf *ret)
{
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	BIO *request = token_request(data);
	unsigned char *der = NULL;
	TS_RESP *resp;
	int n;

	NEED(ctx != NULL && policy != NULL);
	NEED(TS_RESP_CTX_set_signer_cert(ctx, tsa->cert) == 1 &&
	     TS_RESP_CTX_set_signer_key(ctx, tsa->key) == 1 &&
	     TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) == 1 &&
	     TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()) == 1 &&
	     TS_RESP_CTX_set_def_policy(ctx, policy) == 1 &&
	     TS_RESP_CTX_add_md(ctx, EVP_sha256()) == 1);
	TS_RESP_CTX_set_time_cb(ctx, token_time, &at);
	TS_RESP_CTX_set_serial_cb(ctx, token_serial, NULL);
	resp = TS_RESP_create_response(ctx, request);
	NEED(resp != NULL && TS_RESP_get_token(resp) != NULL);
	n = i2d_PKCS7(TS_RESP_get_token(resp), &der);
	NEED(n > 0);
	vt_buf_put(ret, der, (size_t)n);
	OPENSSL_free(der);
	TS_RESP_free(resp);
	TS_RESP_CTX_free(ctx);
	ASN1_OBJECT_free(policy);
	BIO_free(request);
}
