/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signature values: RSA PKCS#1 v1.5 and PSS (RFC 8017, RFC 4055), ECDSA
 * (RFC 5753), EdDSA (RFC 8419), all by OpenSSL's EVP.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "signing/key/x509.h"
#include "signing/verdict/facts.h"

enum scheme { RSA_PKCS1, RSA_PSS, ECDSA, ED25519, ED448 };

struct algorithm {
	const char *oid;
	enum scheme scheme;
	const char *digest; /* OID; NULL: the SignerInfo's digestAlgorithm */
};

#define SHA1_OID   "1.3.14.3.2.26"
#define SHA256_OID "2.16.840.1.101.3.4.2.1"
#define SHA384_OID "2.16.840.1.101.3.4.2.2"
#define SHA512_OID "2.16.840.1.101.3.4.2.3"

static const struct algorithm algorithms[] = {
	{ "1.2.840.113549.1.1.1", RSA_PKCS1, NULL },
	{ "1.2.840.113549.1.1.4", RSA_PKCS1, "1.2.840.113549.2.5" },
	{ "1.2.840.113549.1.1.5", RSA_PKCS1, SHA1_OID },
	{ "1.2.840.113549.1.1.11", RSA_PKCS1, SHA256_OID },
	{ "1.2.840.113549.1.1.12", RSA_PKCS1, SHA384_OID },
	{ "1.2.840.113549.1.1.13", RSA_PKCS1, SHA512_OID },
	{ "1.2.840.113549.1.1.10", RSA_PSS, NULL },
	{ "1.2.840.10045.4.1", ECDSA, SHA1_OID },
	{ "1.2.840.10045.4.3.2", ECDSA, SHA256_OID },
	{ "1.2.840.10045.4.3.3", ECDSA, SHA384_OID },
	{ "1.2.840.10045.4.3.4", ECDSA, SHA512_OID },
	{ "2.16.840.1.101.3.4.3.10", ECDSA, "2.16.840.1.101.3.4.2.8" },
	{ "2.16.840.1.101.3.4.3.11", ECDSA, "2.16.840.1.101.3.4.2.9" },
	{ "2.16.840.1.101.3.4.3.12", ECDSA, "2.16.840.1.101.3.4.2.10" },
	{ "1.3.101.112", ED25519, SHA512_OID },
	{ "1.3.101.113", ED448, "2.16.840.1.101.3.4.2.12" },
};

/* RSASSA-PSS-params (RFC 4055 §3.1) with its defaults. */
struct pss {
	char hash[VT_OID_TEXT], mgf_hash[VT_OID_TEXT];
	int salt;
};

static bool
pss_small(struct vt_span element, int *ret)
{
	struct vt_tlv_reader r;
	struct vt_tlv t;

	vt_tlv_open(&r, element);
	if (!vt_tlv_expect(&r, VT_TLV_INTEGER, &t) || !vt_tlv_end(&r) ||
	    t.body.n == 0 || t.body.n > 2 || (t.body.p[0] & 0x80) != 0)
		return false;
	*ret = t.body.n == 1 ? t.body.p[0] : t.body.p[0] << 8 | t.body.p[1];
	return true;
}

static bool
pss_algorithm(struct vt_span element, struct vt_cms_algorithm *ret)
{
	struct vt_tlv_reader r;

	vt_tlv_open(&r, element);
	return vt_cms_algorithm(&r, ret) && vt_tlv_end(&r);
}

static bool
pss_read(struct vt_span params, struct pss *ret)
{
	struct vt_cms_algorithm alg, hash;
	struct vt_tlv_reader r, in;
	struct vt_tlv seq, t;
	int trailer;

	snprintf(ret->hash, sizeof(ret->hash), SHA1_OID);
	snprintf(ret->mgf_hash, sizeof(ret->mgf_hash), SHA1_OID);
	ret->salt = 20;
	vt_tlv_open(&r, params);
	if (!vt_tlv_expect(&r, VT_TLV_SEQUENCE, &seq) || !vt_tlv_end(&r))
		return false;
	vt_tlv_open(&in, seq.body);
	if (vt_tlv_at(&in, VT_TLV_CONTEXT)) {
		if (!vt_tlv_next(&in, &t) || !pss_algorithm(t.body, &alg))
			return false;
		memcpy(ret->hash, alg.oid, sizeof(ret->hash));
	}
	if (vt_tlv_at(&in, VT_TLV_CONTEXT + 1)) {
		if (!vt_tlv_next(&in, &t) || !pss_algorithm(t.body, &alg) ||
		    strcmp(alg.oid, "1.2.840.113549.1.1.8") != 0 ||
		    !pss_algorithm(alg.params, &hash))
			return false;
		memcpy(ret->mgf_hash, hash.oid, sizeof(ret->mgf_hash));
	}
	if (vt_tlv_at(&in, VT_TLV_CONTEXT + 2) &&
	    (!vt_tlv_next(&in, &t) || !pss_small(t.body, &ret->salt)))
		return false;
	if (vt_tlv_at(&in, VT_TLV_CONTEXT + 3) &&
	    (!vt_tlv_next(&in, &t) || !pss_small(t.body, &trailer) ||
		trailer != 1))
		return false;
	return vt_tlv_end(&in);
}

static const struct algorithm *
algorithm_find(const char *oid)
{
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (strcmp(algorithms[i].oid, oid) == 0)
			return &algorithms[i];
	return NULL;
}

static enum vt_value_result
check_eddsa(const struct vt_value_input *in, const char **ret_why)
{
	EVP_MD_CTX *ctx;
	int ok;

	if (in->tbs.n == 0) {
		*ret_why = "EdDSA over the content itself";
		return VT_VALUE_UNSUPPORTED;
	}
	ctx = EVP_MD_CTX_new();
	ok = ctx != NULL &&
	     EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, in->key) == 1 &&
	     EVP_DigestVerify(
		 ctx, in->value.p, in->value.n, in->tbs.p, in->tbs.n) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? VT_VALUE_GOOD : VT_VALUE_BAD;
}

static bool
set_padding(EVP_PKEY_CTX *ctx, const struct algorithm *a, const struct pss *pss)
{
	const EVP_MD *mgf;

	if (a->scheme == ECDSA)
		return true;
	if (a->scheme == RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) ==
		       1;
	mgf =
	    EVP_get_digestbyname(vt_digest_name(vt_digest_find(pss->mgf_hash)));
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, pss->salt) == 1;
}

/* RSA and ECDSA over a digest. */
static enum vt_value_result
check_hashed(const struct vt_value_input *in, const struct algorithm *a,
    const struct vt_digest *d, const struct pss *pss)
{
	uint8_t md[64];
	size_t md_n = 0;
	EVP_PKEY_CTX *ctx;
	bool ok;

	if (in->tbs.n > 0) {
		if (!vt_digest_span(d, in->tbs, md, &md_n))
			return VT_VALUE_UNSUPPORTED;
	} else if (in->tbs_hash.n <= sizeof(md)) {
		md_n = in->tbs_hash.n;
		memcpy(md, in->tbs_hash.p, md_n);
	}
	ctx = EVP_PKEY_CTX_new(in->key, NULL);
	ok = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	     set_padding(ctx, a, pss) &&
	     EVP_PKEY_CTX_set_signature_md(
		 ctx, EVP_get_digestbyname(vt_digest_name(d))) == 1 &&
	     EVP_PKEY_verify(ctx, in->value.p, in->value.n, md, md_n) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok ? VT_VALUE_GOOD : VT_VALUE_BAD;
}

static bool
key_fits(const EVP_PKEY *key, enum scheme scheme)
{
	int id = EVP_PKEY_get_base_id(key);

	switch (scheme) {
	case RSA_PKCS1:
		return id == EVP_PKEY_RSA;
	case RSA_PSS:
		return id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS;
	case ECDSA:
		return id == EVP_PKEY_EC;
	case ED25519:
		return id == EVP_PKEY_ED25519;
	case ED448:
		return id == EVP_PKEY_ED448;
	}
	return false;
}

/* EdDSA's message digest is fixed by RFC 8419 §3.1: any other is refused. */
static bool
eddsa_digest_fits(const struct algorithm *a, const char *oid)
{
	return strcmp(oid, a->digest) == 0 ||
	       (a->scheme == ED448 &&
		   strcmp(oid, "2.16.840.1.101.3.4.2.18") == 0);
}

enum vt_value_result
vt_value_check(const struct vt_value_input *in,
    const struct vt_digest **ret_digest, const char **ret_why)
{
	const struct algorithm *a = algorithm_find(in->algorithm->oid);
	const struct vt_digest *d;
	struct pss pss = { .salt = 0 };
	const char *oid;

	*ret_digest = NULL;
	*ret_why = "";
	/* RFC 5753 §7.1.3 forbids the bare key type here, signers use it. */
	if (strcmp(in->algorithm->oid, "1.2.840.10045.2.1") == 0) {
		static const struct algorithm bare = { NULL, ECDSA, NULL };

		a = &bare;
	}
	if (a == NULL) {
		*ret_why = "unknown signature algorithm";
		return VT_VALUE_UNSUPPORTED;
	}
	if (!key_fits(in->key, a->scheme)) {
		*ret_why = "the certificate's key is of another kind";
		return VT_VALUE_BAD;
	}
	if (a->scheme == ED25519 || a->scheme == ED448) {
		if (!eddsa_digest_fits(a, in->digest->oid)) {
			*ret_why = "digest algorithm not allowed with EdDSA";
			return VT_VALUE_UNSUPPORTED;
		}
		*ret_digest = vt_digest_find(a->digest);
		return check_eddsa(in, ret_why);
	}
	oid = a->digest != NULL ? a->digest : in->digest->oid;
	if (a->scheme == RSA_PSS) {
		if (!pss_read(in->algorithm->params, &pss) ||
		    vt_digest_find(pss.mgf_hash) == NULL) {
			*ret_why = "RSASSA-PSS parameters not understood";
			return VT_VALUE_UNSUPPORTED;
		}
		oid = pss.hash;
	}
	d = vt_digest_find(oid);
	if (d == NULL ||
	    (in->tbs.n == 0 && strcmp(oid, in->digest->oid) != 0)) {
		*ret_why = "unknown digest algorithm";
		return VT_VALUE_UNSUPPORTED;
	}
	*ret_digest = d;
	return check_hashed(in, a, d, &pss);
}

const char *
vt_key_weakness(EVP_PKEY *key)
{
	static const int curves[] = { NID_X9_62_prime256v1, NID_secp384r1,
		NID_secp521r1, NID_brainpoolP256r1, NID_brainpoolP384r1,
		NID_brainpoolP512r1 };
	char group[64] = "";
	size_t i;
	int nid;

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return EVP_PKEY_get_bits(key) < 2048
			   ? "RSA of fewer than 2048 bits"
		       : vt_rsa_exponent_ok(key)
			   ? NULL
			   : "RSA exponent even or below 3";
	case EVP_PKEY_EC:
		EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
		nid = OBJ_txt2nid(group);
		for (i = 0; i < sizeof(curves) / sizeof(*curves); i++)
			if (nid == curves[i])
				return NULL;
		return "elliptic curve not on the list";
	case EVP_PKEY_ED25519:
	case EVP_PKEY_ED448:
		return NULL;
	default:
		return "kind of key not on the list";
	}
}
