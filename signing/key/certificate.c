/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May this certificate sign, and what people see of it. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "signing/key/key.h"
#include "signing/key/key_priv.h"
#include "signing/key/x509.h"

/* Extended key usages under which authorities issue certificates for signing
 * documents. A list without any of them was issued for something else. */
static const char *const document_usages[] = {
	"2.5.29.37.0",             /* any (RFC 5280 §4.2.1.12) */
	"1.3.6.1.5.5.7.3.36",      /* document signing (RFC 9336) */
	"1.3.6.1.5.5.7.3.4",       /* e-mail protection: most citizens' cards */
	"1.3.6.1.4.1.311.10.3.12", /* Microsoft document signing */
	"1.2.840.113583.1.1.5",    /* Adobe authentic documents */
};

bool
vt_rsa_exponent_ok(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
		  BN_is_odd(e) && !BN_is_one(e) && !BN_is_negative(e);

	BN_free(e);
	return ok;
}

int
vt_pkey_algorithm(const EVP_PKEY *pkey, const char *what, enum vt_key_alg *ret,
    struct vt_err *reterr)
{
	char group[64] = "";
	int bits = EVP_PKEY_get_bits(pkey);

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_RSA:
		if (bits < 2048)
			return vt_err_set(reterr, VT_E_KEY_WEAK,
			    "%s: RSA of %d bits, want at least 2048 "
			    "(TS 119 312 §6.2)",
			    what, bits);
		if (!vt_rsa_exponent_ok(pkey))
			return vt_err_set(reterr, VT_E_KEY_WEAK,
			    "%s: RSA exponent, want an odd one of at least 3 "
			    "(RFC 8017 §3.1)",
			    what);
		*ret = VT_KEY_RSA_PKCS1_SHA256;
		return VT_OK;
	case EVP_PKEY_EC:
		EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
		if (OBJ_txt2nid(group) != NID_X9_62_prime256v1)
			return vt_err_set(reterr, VT_E_KEY_WEAK,
			    "%s: elliptic curve %s, want P-256", what,
			    group[0] == '\0' ? "without a name" : group);
		*ret = VT_KEY_ECDSA_P256_SHA256;
		return VT_OK;
	default:
		return vt_err_set(reterr, VT_E_KEY_WEAK,
		    "%s: key of type %s, want RSA or ECDSA P-256", what,
		    EVP_PKEY_get0_type_name(pkey) == NULL
			? "unknown"
			: EVP_PKEY_get0_type_name(pkey));
	}
}

static int
check_dates(
    const X509 *x, const char *subject, vt_time at, struct vt_err *reterr)
{
	vt_time from = vt_x509_time(X509_get0_notBefore(x));
	vt_time to = vt_x509_time(X509_get0_notAfter(x));
	VT_BUF_AUTO(dates);

	if (from == VT_TIME_NONE || to == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "certificate of %s: RFC 5280 §4.1.2.5: malformed validity",
		    subject);
	if (at >= from && at < to + VT_TIME_S(1))
		return VT_OK;
	vt_time_rfc3339(from, VT_TIME_VN_S, &dates);
	vt_buf_puts(&dates, " to ");
	vt_time_rfc3339(to, VT_TIME_VN_S, &dates);
	vt_buf_puts(&dates, ", asked for ");
	vt_time_rfc3339(at, VT_TIME_VN_S, &dates);
	return vt_err_set(reterr,
	    at < from ? VT_E_CERT_NOT_YET_VALID : VT_E_CERT_EXPIRED,
	    "certificate of %s: RFC 5280 §4.1.2.5: valid %s", subject,
	    vt_buf_str(&dates));
}

static bool
has_document_usage(const EXTENDED_KEY_USAGE *eku)
{
	char oid[80];
	int i;
	size_t j;

	for (i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(eku, i), 1);
		for (j = 0;
		     j < sizeof(document_usages) / sizeof(*document_usages);
		     j++)
			if (strcmp(oid, document_usages[j]) == 0)
				return true;
	}
	return false;
}

int
vt_x509_check_usage(X509 *x, const char *subject, struct vt_err *reterr)
{
	uint32_t flags = X509_get_extension_flags(x);
	EXTENDED_KEY_USAGE *eku;
	int critical = -1;
	bool ok;

	if (flags & EXFLAG_INVALID)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "certificate of %s: RFC 5280 §4.2: malformed extensions",
		    subject);
	if (flags & EXFLAG_CA)
		return vt_err_set(reterr, VT_E_CERT_USAGE,
		    "certificate of %s: RFC 5280 §4.2.1.9: it is an "
		    "authority's, want a signer's",
		    subject);
	if ((flags & EXFLAG_KUSAGE) &&
	    !(X509_get_key_usage(x) &
		(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return vt_err_set(reterr, VT_E_CERT_USAGE,
		    "certificate of %s: RFC 5280 §4.2.1.3: key usage has "
		    "neither digitalSignature nor nonRepudiation",
		    subject);
	if (!(flags & EXFLAG_XKUSAGE))
		return VT_OK;
	eku = X509_get_ext_d2i(x, NID_ext_key_usage, &critical, NULL);
	ok = eku != NULL && has_document_usage(eku);
	EXTENDED_KEY_USAGE_free(eku);
	if (!ok)
		return vt_err_set(reterr, VT_E_CERT_USAGE,
		    "certificate of %s: RFC 5280 §4.2.1.12: extended key "
		    "usage names no purpose that covers documents",
		    subject);
	return VT_OK;
}

int
vt_certificate_check(struct vt_span der, vt_time at, struct vt_err *reterr)
{
	VT_CLEANUP(vt_x509_free) X509 *x = NULL;
	char subject[128], what[160];
	enum vt_key_alg alg;
	EVP_PKEY *pkey;
	int rc;

	rc = vt_x509_read(der, "certificate of the signer", &x, reterr);
	if (rc != VT_OK)
		return rc;
	vt_x509_subject(x, subject, sizeof(subject));
	snprintf(what, sizeof(what), "certificate of %s", subject);
	pkey = X509_get0_pubkey(x);
	if (pkey == NULL)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "%s: RFC 5280 §4.1.2.7: unreadable public key: %s", what,
		    vt_ossl_reason());
	rc = vt_pkey_algorithm(pkey, what, &alg, reterr);
	if (rc == VT_OK)
		rc = check_dates(x, subject, at, reterr);
	if (rc == VT_OK)
		rc = vt_x509_check_usage(x, subject, reterr);
	return rc;
}

static void
serial_text(const X509 *x, char *ret, size_t size)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t used = 0;
	int i;

	ret[0] = '\0';
	for (i = 0; i < serial->length && used + 3 <= size; i++, used += 2)
		snprintf(ret + used, size - used, "%02x", serial->data[i]);
}

int
vt_certificate_describe(
    struct vt_span der, struct vt_certificate_info *ret, struct vt_err *reterr)
{
	struct vt_certificate_info info = { 0 };
	VT_CLEANUP(vt_x509_free) X509 *x = NULL;
	const X509_NAME *subject;
	EVP_PKEY *pkey;
	int rc;

	rc = vt_x509_read(der, "certificate", &x, reterr);
	if (rc != VT_OK)
		return rc;
	subject = X509_get_subject_name(x);
	vt_x509_name_text(
	    subject, NID_commonName, info.subject_cn, sizeof(info.subject_cn));
	vt_x509_name_text(subject, NID_organizationName, info.subject_o,
	    sizeof(info.subject_o));
	vt_x509_name_text(X509_get_issuer_name(x), NID_commonName,
	    info.issuer_cn, sizeof(info.issuer_cn));
	serial_text(x, info.serial, sizeof(info.serial));
	info.not_before = vt_x509_time(X509_get0_notBefore(x));
	info.not_after = vt_x509_time(X509_get0_notAfter(x));
	pkey = X509_get0_pubkey(x);
	if (pkey == NULL)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "certificate of %s: RFC 5280 §4.1.2.7: unreadable public "
		    "key: %s",
		    info.subject_cn, vt_ossl_reason());
	info.bits = (size_t)EVP_PKEY_get_bits(pkey);
	rc = vt_pkey_algorithm(pkey, "certificate", &info.alg, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = info;
	return VT_OK;
}
