/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/cms/cms.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "signing/cms/der.h"
#include "signing/cms/tlv.h"
#include "signing/key/x509.h"

/* Whole TLVs of the object identifiers and algorithms we write. */
#define OID(name, ...)                                                         \
	static const uint8_t name##_tlv[] = { __VA_ARGS__ };                   \
	static const struct vt_span name = { name##_tlv, sizeof(name##_tlv) }

/* 1.2.840.113549.1.7.1, .2: RFC 5652 §4, §5.1 */
OID(id_data, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1);
OID(id_signed_data, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2);
/* 1.2.840.113549.1.9.3, .4: RFC 5652 §11.1, §11.2 */
OID(id_content_type, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3);
OID(id_message_digest, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4);
/* 1.2.840.113549.1.9.52: RFC 6211 §2 */
OID(id_algorithm_protection, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9,
    52);
/* 1.2.840.113549.1.9.16.2.47: RFC 5035 §3 */
OID(id_signing_certificate_v2, 0x06, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1,
    9, 16, 2, 47);
/* Contents of AlgorithmIdentifier. SHA-256 without parameters (RFC 5754 §2),
 * sha256WithRSAEncryption with NULL (RFC 4055 §5), ecdsa-with-SHA256 without
 * (RFC 5758 §3.2). */
OID(alg_sha256, 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1);
OID(alg_rsa, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 0x05, 0);
/* rsaEncryption (RFC 3279 §2.3.1): the algorithm of a public key. */
OID(alg_rsa_key, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0);
OID(alg_ecdsa, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2);

#define ECDSA_P256_VALUE_MAX 72 /* 2 INTEGERs of up to 33 octets */

static struct vt_span
signature_algorithm(enum vt_key_alg alg)
{
	return alg == VT_KEY_RSA_PKCS1_SHA256 ? alg_rsa : alg_ecdsa;
}

/* What we copy out of the signer's certificate: whole TLVs, borrowed. */
struct identity {
	struct vt_span issuer, serial;
	size_t modulus; /* octets of an RSA key's modulus; 0: another key */
};

/* RSAPublicKey (RFC 8017 A.1.1) inside SubjectPublicKeyInfo. */
static size_t
modulus_octets(struct vt_span spki)
{
	struct vt_tlv_reader r, key;
	struct vt_tlv alg, bits, seq, n;

	vt_tlv_open(&r, spki);
	if (!vt_tlv_expect(&r, VT_DER_SEQUENCE, &alg) ||
	    !vt_tlv_expect(&r, VT_DER_BITS, &bits) || bits.body.n < 2 ||
	    !vt_span_eq(alg.body, alg_rsa_key))
		return 0;
	vt_tlv_open(&key, VT_SPAN(bits.body.p + 1, bits.body.n - 1));
	if (!vt_tlv_expect(&key, VT_DER_SEQUENCE, &seq))
		return 0;
	vt_tlv_open(&key, seq.body);
	if (!vt_tlv_expect(&key, VT_DER_INTEGER, &n) || n.body.n < 2)
		return 0;
	return n.body.p[0] == 0 ? n.body.n - 1 : n.body.n;
}

/*
 * RFC 5280 §4.1: only the outline is walked, to copy octets as they are.
 * Whether the certificate is one, and good for signing, is OpenSSL's to say
 * (vt_certificate_check), once a signature and not at each of these calls.
 */
static int
identity_of(
    struct vt_span signer_der, struct identity *ret, struct vt_err *reterr)
{
	struct vt_tlv_reader r;
	struct vt_tlv cert, tbs, version, serial, alg, issuer, other, spki;
	bool ok;

	vt_tlv_open(&r, signer_der);
	ok = vt_tlv_expect(&r, VT_DER_SEQUENCE, &cert) && vt_tlv_end(&r);
	if (ok) {
		vt_tlv_open(&r, cert.body);
		ok = vt_tlv_expect(&r, VT_DER_SEQUENCE, &tbs);
	}
	if (ok) {
		vt_tlv_open(&r, tbs.body);
		if (vt_tlv_at(&r, VT_DER_CTX(0)))
			ok = vt_tlv_next(&r, &version);
	}
	ok = ok && vt_tlv_expect(&r, VT_DER_INTEGER, &serial) &&
	     vt_tlv_expect(&r, VT_DER_SEQUENCE, &alg) &&
	     vt_tlv_expect(&r, VT_DER_SEQUENCE, &issuer) &&
	     vt_tlv_expect(&r, VT_DER_SEQUENCE, &other) && /* validity */
	     vt_tlv_expect(&r, VT_DER_SEQUENCE, &other) && /* subject */
	     vt_tlv_expect(&r, VT_DER_SEQUENCE, &spki) &&
	     vt_tlv_is_der(issuer.raw) && vt_tlv_is_der(serial.raw);
	if (!ok)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "certificate of the signer: RFC 5280 §4.1: not a "
		    "certificate in DER: %s",
		    r.why == NULL ? "indefinite lengths" : r.why);
	ret->issuer = issuer.raw;
	ret->serial = serial.raw;
	ret->modulus = modulus_octets(spki.body);
	return VT_OK;
}

/* ---- signed attributes ---- */

/* Attribute with one value: opens both; close with attribute_close. */
struct attribute_marks {
	size_t sequence, set;
};

static struct attribute_marks
attribute_open(struct vt_buf *b, struct vt_span oid)
{
	struct attribute_marks m;

	m.sequence = vt_der_open(b, VT_DER_SEQUENCE);
	vt_buf_span(b, oid);
	m.set = vt_der_open(b, VT_DER_SET);
	return m;
}

static void
attribute_close(struct vt_buf *b, struct attribute_marks m)
{
	vt_der_close(b, m.set);
	vt_der_close(b, m.sequence);
}

static void
put_content_type(struct vt_buf *b)
{
	struct attribute_marks m = attribute_open(b, id_content_type);

	vt_buf_span(b, id_data);
	attribute_close(b, m);
}

static void
put_message_digest(struct vt_buf *b, const vt_hash *digest)
{
	struct attribute_marks m = attribute_open(b, id_message_digest);

	vt_der_put(b, VT_DER_OCTETS, VT_SPAN(digest->b, sizeof(digest->b)));
	attribute_close(b, m);
}

/*
 * SigningCertificateV2 with one ESSCertIDv2 (RFC 5035 §4): SHA-256 is the
 * default and therefore left out in DER; issuerSerial is given.
 */
static void
put_signing_certificate(
    struct vt_buf *b, struct vt_span signer_der, const struct identity *id)
{
	struct attribute_marks m = attribute_open(b, id_signing_certificate_v2);
	vt_hash hash = vt_sha256(signer_der);
	size_t v2, ids, ess, issuer_serial, names, directory;

	v2 = vt_der_open(b, VT_DER_SEQUENCE);
	ids = vt_der_open(b, VT_DER_SEQUENCE);
	ess = vt_der_open(b, VT_DER_SEQUENCE);
	vt_der_put(b, VT_DER_OCTETS, VT_SPAN(hash.b, sizeof(hash.b)));
	issuer_serial = vt_der_open(b, VT_DER_SEQUENCE);
	names = vt_der_open(b, VT_DER_SEQUENCE);
	directory = vt_der_open(b, VT_DER_CTX(4)); /* directoryName */
	vt_buf_span(b, id->issuer);
	vt_der_close(b, directory);
	vt_der_close(b, names);
	vt_buf_span(b, id->serial);
	vt_der_close(b, issuer_serial);
	vt_der_close(b, ess);
	vt_der_close(b, ids);
	vt_der_close(b, v2);
	attribute_close(b, m);
}

/* CMSAlgorithmProtection (RFC 6211 §2): the very identifiers of SignerInfo. */
static void
put_algorithm_protection(struct vt_buf *b, enum vt_key_alg alg)
{
	struct attribute_marks m = attribute_open(b, id_algorithm_protection);
	size_t protection = vt_der_open(b, VT_DER_SEQUENCE);

	vt_der_put(b, VT_DER_SEQUENCE, alg_sha256);
	vt_der_put(b, VT_DER_CTX(1), signature_algorithm(alg));
	vt_der_close(b, protection);
	attribute_close(b, m);
}

int
vt_cms_attributes(const vt_hash *content_digest, struct vt_span signer_der,
    enum vt_key_alg alg, struct vt_buf *ret, struct vt_err *reterr)
{
	struct identity id = { 0 };
	struct vt_span items[4];
	VT_BUF_AUTO(all);
	size_t ends[4], i, set;
	int rc;

	rc = identity_of(signer_der, &id, reterr);
	if (rc == VT_OK) {
		put_content_type(&all);
		ends[0] = all.n;
		put_message_digest(&all, content_digest);
		ends[1] = all.n;
		put_signing_certificate(&all, signer_der, &id);
		ends[2] = all.n;
		put_algorithm_protection(&all, alg);
		ends[3] = all.n;
		rc = vt_buf_status(&all, reterr);
	}
	if (rc != VT_OK)
		return rc;
	for (i = 0; i < 4; i++) {
		size_t from = i == 0 ? 0 : ends[i - 1];

		items[i] = VT_SPAN(all.p + from, ends[i] - from);
	}
	set = vt_der_open(ret, VT_DER_SET);
	vt_der_sorted(ret, items, 4);
	vt_der_close(ret, set);
	return vt_buf_status(ret, reterr);
}

int
vt_cms_check_value(struct vt_span attrs, struct vt_span signer_der,
    enum vt_key_alg alg, struct vt_span value, struct vt_err *reterr)
{
	VT_CLEANUP(vt_x509_free) X509 *x = NULL;
	EVP_MD_CTX *ctx;
	EVP_PKEY *pub;
	char subject[128];
	int rc, verdict = -1;

	rc = vt_x509_read(signer_der, "certificate of the signer", &x, reterr);
	if (rc != VT_OK)
		return rc;
	vt_x509_subject(x, subject, sizeof(subject));
	pub = X509_get0_pubkey(x);
	if (pub == NULL)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "certificate of %s: RFC 5280 §4.1.2.7: unreadable public "
		    "key: %s",
		    subject, vt_ossl_reason());
	if (EVP_PKEY_get_base_id(pub) !=
	    (alg == VT_KEY_RSA_PKCS1_SHA256 ? EVP_PKEY_RSA : EVP_PKEY_EC))
		return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "signature value: RFC 5652 §5.4: the algorithm is not that "
		    "of the key of %s",
		    subject);
	ERR_clear_error();
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "verification context");
	if (EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pub) == 1)
		verdict =
		    EVP_DigestVerify(ctx, value.p, value.n, attrs.p, attrs.n);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	if (verdict != 1)
		return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "signature value of %zu bytes: RFC 5652 §5.6: does not "
		    "verify with the key of %s over the signed attributes",
		    value.n, subject);
	return VT_OK;
}

/* ---- ContentInfo ---- */

/* SignerInfo (RFC 5652 §5.3), version 1: identified by issuer and serial. */
static void
put_signer(struct vt_buf *b, const struct identity *id, struct vt_span attrs,
    enum vt_key_alg alg, struct vt_span value)
{
	size_t info = vt_der_open(b, VT_DER_SEQUENCE), sid;
	static const uint8_t implicit_0 = VT_DER_CTX(0);

	vt_der_small(b, 1);
	sid = vt_der_open(b, VT_DER_SEQUENCE);
	vt_buf_span(b, id->issuer);
	vt_buf_span(b, id->serial);
	vt_der_close(b, sid);
	vt_der_put(b, VT_DER_SEQUENCE, alg_sha256);
	/* Signed as SET OF, written as [0] IMPLICIT (§5.4). */
	vt_buf_put(b, &implicit_0, 1);
	vt_buf_put(b, attrs.p + 1, attrs.n - 1);
	vt_der_put(b, VT_DER_SEQUENCE, signature_algorithm(alg));
	vt_der_put(b, VT_DER_OCTETS, value);
	vt_der_close(b, info);
}

/* What a ContentInfo is made of. */
struct parts {
	struct identity id;
	struct vt_span certs[VT_LIMIT_VALUE_CHAIN_MAX];
	size_t n_certs;
	struct vt_span attrs, value;
	enum vt_key_alg alg;
};

static void
put_signed_data(struct vt_buf *b, struct parts *p)
{
	size_t content = vt_der_open(b, VT_DER_SEQUENCE);
	size_t explicit_0, data, set, encap;

	vt_buf_span(b, id_signed_data);
	explicit_0 = vt_der_open(b, VT_DER_CTX(0));
	data = vt_der_open(b, VT_DER_SEQUENCE);
	vt_der_small(b, 1); /* RFC 5652 §5.1: id-data, no v2 certificates */
	set = vt_der_open(b, VT_DER_SET);
	vt_der_put(b, VT_DER_SEQUENCE, alg_sha256);
	vt_der_close(b, set);
	encap = vt_der_open(b, VT_DER_SEQUENCE);
	vt_buf_span(b, id_data);
	vt_der_close(b, encap);
	set = vt_der_open(b, VT_DER_CTX(0));
	vt_der_sorted(b, p->certs, p->n_certs);
	vt_der_close(b, set);
	set = vt_der_open(b, VT_DER_SET);
	put_signer(b, &p->id, p->attrs, p->alg, p->value);
	vt_der_close(b, set);
	vt_der_close(b, data);
	vt_der_close(b, explicit_0);
	vt_der_close(b, content);
}

/* Seven parameters, of which two are one list.
 * NOLINTBEGIN(readability-function-size) */
int
vt_cms_build(struct vt_span attrs, const struct vt_span *chain, size_t n_chain,
    enum vt_key_alg alg, struct vt_span value, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct parts p = {
		.n_certs = n_chain, .attrs = attrs, .value = value, .alg = alg
	};
	size_t from = ret->n;
	int rc;

	if (n_chain == 0 || n_chain > VT_L(CHAIN_MAX))
		return vt_err_set(reterr, VT_E_INVALID,
		    "CMS: %zu certificates, want 1 to %zu", n_chain,
		    VT_L(CHAIN_MAX));
	if (attrs.n < 2 || attrs.p[0] != VT_DER_SET)
		return vt_err_set(reterr, VT_E_INVALID,
		    "CMS: RFC 5652 §5.4: signed attributes are not a SET OF");
	rc = identity_of(chain[0], &p.id, reterr);
	if (rc == VT_OK) {
		memcpy(p.certs, chain, n_chain * sizeof(*chain));
		put_signed_data(ret, &p);
		rc = vt_buf_status(ret, reterr);
	}
	if (rc == VT_OK && ret->n - from > VT_L(CMS_MAX)) {
		vt_buf_truncate(ret, from);
		rc = vt_err_set(reterr, VT_E_LIMIT, "CMS: more than %zu bytes",
		    VT_L(CMS_MAX));
	}
	return rc;
}
/* NOLINTEND(readability-function-size) */

/* Octets of the longest signature value; 0 when the key is not one for it. */
static size_t
value_max(struct vt_span signer_der, enum vt_key_alg alg)
{
	struct vt_err err = VT_ERR_INIT;
	struct identity id = { 0 };

	if (alg == VT_KEY_ECDSA_P256_SHA256)
		return ECDSA_P256_VALUE_MAX;
	return identity_of(signer_der, &id, &err) == VT_OK ? id.modulus : 0;
}

/* Built once with a value of the longest form: every other part of the result
 * has the same size whatever the digest and the value are. */
size_t
vt_cms_size(const struct vt_span *chain, size_t n_chain, enum vt_key_alg alg)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(cms);
	vt_hash any = { 0 };
	size_t n;

	n = n_chain == 0 ? 0 : value_max(chain[0], alg);
	if (n == 0)
		return 0;
	vt_buf_zero(&value, n);
	if (vt_buf_status(&value, &err) != VT_OK ||
	    vt_cms_attributes(&any, chain[0], alg, &attrs, &err) != VT_OK ||
	    vt_cms_build(vt_buf_view(&attrs), chain, n_chain, alg,
		vt_buf_view(&value), &cms, &err) != VT_OK)
		return 0;
	return cms.n;
}
