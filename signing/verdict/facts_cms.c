/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CMS of one signature: structure, the signer's certificate, the signed
 * attributes, and whether digest and value fit.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/limits.h"
#include "signing/key/x509.h"
#include "signing/verdict/facts.h"

/* Signed attributes that are understood, or that say nothing a verdict hangs
 * on. What is not here is named, and keeps the verdict from passing. */
static const char *const known_attributes[] = {
	VT_OID_CONTENT_TYPE, VT_OID_MESSAGE_DIGEST, VT_OID_SIGNING_TIME,
	VT_OID_ALG_PROTECTION, VT_OID_SIGNING_CERT, VT_OID_SIGNING_CERT_2,
	VT_OID_POLICY, "1.2.840.113583.1.1.8", /* Adobe revocation archival */
	"1.2.840.113549.1.9.15",               /* S/MIME capabilities */
	"1.2.840.113549.1.9.16.2.16",          /* commitment type */
	"1.2.840.113549.1.9.16.2.17",          /* signer location */
	"1.2.840.113549.1.9.16.2.4",           /* content hints */
	"1.2.840.113549.1.9.16.2.7",           /* content identifier */
	"0.4.0.1733.2.1",                      /* MIME type */
};

static bool
is_zero(struct vt_span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != 0)
			return false;
	return true;
}

static void
read_pool(struct vt_facts *f, struct vt_signature_facts *s)
{
	size_t i;

	s->pool = sk_X509_new_null();
	if (s->pool == NULL) {
		f->nomem = true;
		return;
	}
	for (i = 0; i < s->cms.n_certificates; i++) {
		X509 *x = NULL;
		struct vt_err err;

		/* One that cannot be read does not help any chain; whether a
		 * chain can be built without it is seen there. */
		if (vt_x509_read(s->cms.certificates[i], "CMS certificate", &x,
			&err) != VT_OK)
			continue;
		if (sk_X509_push(s->pool, x) == 0) {
			X509_free(x);
			f->nomem = true;
			return;
		}
	}
}

/* Is the serial number, as DER contents, that of the certificate? */
static bool
serial_matches(struct vt_span want, const X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &der);
	struct vt_tlv_reader r;
	struct vt_tlv t;
	bool ok = false;

	if (n > 0) {
		vt_tlv_open(&r, VT_SPAN(der, (size_t)n));
		ok = vt_tlv_next(&r, &t) && vt_span_eq(t.body, want);
	}
	OPENSSL_free(der);
	return ok;
}

static bool
sid_matches(const struct vt_cms_signer *g, X509 *x)
{
	const ASN1_OCTET_STRING *ski = X509_get0_subject_key_id(x);
	const unsigned char *p = g->issuer.p;
	X509_NAME *name;
	bool ok;

	if (g->ski.n > 0)
		return ski != NULL &&
		       vt_span_eq(
			   g->ski, VT_SPAN(ski->data, (size_t)ski->length));
	name = d2i_X509_NAME(NULL, &p, (long)g->issuer.n);
	ok = name != NULL && p == g->issuer.p + g->issuer.n &&
	     X509_NAME_cmp(name, X509_get_issuer_name(x)) == 0 &&
	     serial_matches(g->serial, x);
	X509_NAME_free(name);
	ERR_clear_error();
	return ok;
}

/* What a signing-certificate attribute says of one certificate. */
enum bound { BOUND_YES, BOUND_NO, BOUND_UNKNOWN_DIGEST, BOUND_MALFORMED };

/* ESSCertIDv2 (RFC 5035 §4) or ESSCertID (RFC 2634 §5.4.1): the first names
 * the signer's certificate. */
static enum bound
bound_to(const struct vt_cms_attribute *a, struct vt_span der)
{
	bool v2 = strcmp(a->oid, VT_OID_SIGNING_CERT_2) == 0;
	const char *oid = v2 ? "2.16.840.1.101.3.4.2.1" : "1.3.14.3.2.26";
	const struct vt_digest *d;
	struct vt_tlv_reader r;
	struct vt_tlv t;
	struct vt_cms_algorithm alg;
	uint8_t md[64];
	size_t n;
	int depth;

	/* SigningCertificate, its certs, the first ESSCertID: three inside one
	 * another. */
	vt_tlv_open(&r, a->value);
	for (depth = 0; depth < 3; depth++) {
		if (!vt_tlv_expect(&r, VT_TLV_SEQUENCE, &t))
			return BOUND_MALFORMED;
		vt_tlv_open(&r, t.body);
	}
	if (v2 && vt_tlv_at(&r, VT_TLV_SEQUENCE)) {
		if (!vt_cms_algorithm(&r, &alg))
			return BOUND_MALFORMED;
		oid = alg.oid;
	}
	if (!vt_tlv_expect(&r, VT_TLV_OCTETS, &t))
		return BOUND_MALFORMED;
	d = vt_digest_find(oid);
	if (d == NULL || !vt_digest_span(d, der, md, &n))
		return BOUND_UNKNOWN_DIGEST;
	return vt_span_eq(t.body, VT_SPAN(md, n)) ? BOUND_YES : BOUND_NO;
}

static void
check_bound(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_cms_attribute *a)
{
	if (a == NULL)
		return;
	switch (bound_to(a, s->signer_der)) {
	case BOUND_YES:
		s->bound = true;
		break;
	case BOUND_NO:
		vt_finding(f, s, VT_R_CERTIFICATE_ATTRIBUTE,
		    "%s: the certificate's digest differs", a->oid);
		break;
	case BOUND_UNKNOWN_DIGEST:
		vt_finding(f, s, VT_R_CERTIFICATE_ATTRIBUTE,
		    "%s: digest algorithm not known", a->oid);
		break;
	case BOUND_MALFORMED:
		vt_finding(f, s, VT_R_ATTRIBUTES, "%s malformed", a->oid);
		break;
	}
}

static struct vt_span
certificate_der(struct vt_facts *f, X509 *x)
{
	struct vt_span ret = { NULL, 0 };
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	bool ok = false;

	if (n > 0)
		ret = vt_arena_copy(f->out, VT_SPAN(der, (size_t)n), &ok);
	OPENSSL_free(der);
	if (!ok)
		f->nomem = true;
	return ret;
}

/*
 * The certificate that the SignerIdentifier names. Where an authority gave one
 * number twice, the one that the signer bound counts.
 */
static void
find_signer(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_cms_attribute *a =
	    vt_cms_attribute(&s->cms.signer.attrs, VT_OID_SIGNING_CERT_2, NULL);
	int i;

	for (i = 0; s->pool != NULL && i < sk_X509_num(s->pool); i++) {
		X509 *x = sk_X509_value(s->pool, i);
		struct vt_span der;

		if (!sid_matches(&s->cms.signer, x))
			continue;
		der = certificate_der(f, x);
		if (s->signer != NULL &&
		    (a == NULL || bound_to(a, der) != BOUND_YES))
			continue;
		s->signer = x;
		s->signer_der = der;
	}
	if (s->signer == NULL)
		vt_finding(f, s, VT_R_NO_CERTIFICATE,
		    "RFC 5652 5.3: none of %zu certificates fits the "
		    "SignerIdentifier",
		    s->cms.n_certificates);
}

/* RFC 6211 §2: the algorithms as signed are those in the SignerInfo. */
static void
check_protection(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_cms_attribute *a)
{
	const struct vt_cms_signer *g = &s->cms.signer;
	struct vt_cms_algorithm digest, value;
	struct vt_tlv_reader r, in, one;
	struct vt_tlv seq, t;

	vt_tlv_open(&r, a->value);
	if (!vt_tlv_expect(&r, VT_TLV_SEQUENCE, &seq))
		goto malformed;
	vt_tlv_open(&in, seq.body);
	if (!vt_cms_algorithm(&in, &digest) ||
	    !vt_tlv_expect(&in, VT_TLV_CONTEXT + 1, &t) || !vt_tlv_end(&in))
		goto malformed;
	/* [1] IMPLICIT SignatureAlgorithmIdentifier: OID and parameters. */
	vt_tlv_open(&one, t.body);
	if (!vt_tlv_expect(&one, VT_TLV_OID, &t) ||
	    !vt_tlv_oid_text(t.body, value.oid, sizeof(value.oid)))
		goto malformed;
	value.params = VT_SPAN(NULL, 0);
	if (one.at < one.in.n && vt_tlv_next(&one, &t))
		value.params = t.raw;
	if (!vt_tlv_end(&one))
		goto malformed;
	if (strcmp(digest.oid, g->digest.oid) != 0 ||
	    strcmp(value.oid, g->signature.oid) != 0 ||
	    (value.params.n > 2 &&
		!vt_span_eq(value.params, g->signature.params)))
		vt_finding(f, s, VT_R_ALG_PROTECTION,
		    "signed: %s, %s; found: %s, %s", digest.oid, value.oid,
		    g->digest.oid, g->signature.oid);
	return;
malformed:
	vt_finding(f, s, VT_R_ATTRIBUTES, "cms-algorithm-protection malformed");
}

static void
read_signing_time(struct vt_signature_facts *s)
{
	const struct vt_cms_attribute *a =
	    vt_cms_attribute(&s->cms.signer.attrs, VT_OID_SIGNING_TIME, NULL);
	const unsigned char *p;
	ASN1_TIME *t;

	if (a == NULL)
		return;
	p = a->value.p;
	t = d2i_ASN1_TIME(NULL, &p, (long)a->value.n);
	if (t != NULL)
		s->signing_time = vt_x509_time(t);
	ASN1_TIME_free(t);
	ERR_clear_error();
}

/* Each attribute once, with one value, and of a kind that is understood. */
static void
check_attributes(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_cms_attributes *attrs = &s->cms.signer.attrs;
	size_t i, j, n;

	for (i = 0; i < attrs->n; i++) {
		const struct vt_cms_attribute *a = &attrs->items[i];
		bool known = false;

		vt_cms_attribute(attrs, a->oid, &n);
		if (n != 1 || a->n_values != 1)
			vt_finding(f, s, VT_R_ATTRIBUTES,
			    "%s: RFC 5652 11: want it once with one value, "
			    "found %zu times with %zu",
			    a->oid, n, a->n_values);
		for (j = 0;
		     j < sizeof(known_attributes) / sizeof(*known_attributes);
		     j++)
			known =
			    known || strcmp(a->oid, known_attributes[j]) == 0;
		if (!known)
			vt_finding(f, s, VT_R_ATTRIBUTE_UNKNOWN, "%s", a->oid);
	}
	if (vt_cms_attribute(attrs, VT_OID_POLICY, NULL) != NULL)
		vt_finding(f, s, VT_R_POLICY, NULL);
}

/* content-type: an OID, and it must be what encapContentInfo says and what
 * PDF wants. */
static void
check_content_type(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_cms_attribute *a =
	    vt_cms_attribute(&s->cms.signer.attrs, VT_OID_CONTENT_TYPE, NULL);
	char oid[VT_OID_TEXT] = "none";
	struct vt_tlv_reader r;
	struct vt_tlv t;

	if (a != NULL) {
		vt_tlv_open(&r, a->value);
		if (!vt_tlv_expect(&r, VT_TLV_OID, &t) ||
		    !vt_tlv_oid_text(t.body, oid, sizeof(oid)))
			a = NULL;
	}
	if (a == NULL || strcmp(oid, VT_OID_DATA) != 0 ||
	    strcmp(s->cms.content_type, VT_OID_DATA) != 0)
		vt_finding(f, s, VT_R_ATTRIBUTES,
		    "content-type: want id-data, found %s (eContentType %s)",
		    oid, s->cms.content_type);
}

void
vt_facts_cms(struct vt_facts *f, struct vt_signature_facts *s)
{
	struct vt_err err = VT_ERR_INIT;
	const struct vt_cms_attribute *a;
	struct vt_cms *cms = &s->cms;
	int rc;

	if (s->contents.n == 0 || s->subfilter > VT_SUBFILTER_PKCS7)
		return;
	rc = vt_cms_parse(s->contents, f->out, cms, &err);
	if (rc == VT_E_NOMEM)
		f->nomem = true;
	if (rc != VT_OK) {
		vt_finding(f, s,
		    rc == VT_E_LIMIT ? VT_R_TOO_MUCH : VT_R_CMS_SYNTAX, "%s",
		    err.msg);
		return;
	}
	if (!is_zero(
		VT_SPAN(s->contents.p + cms->size, s->contents.n - cms->size)))
		vt_finding(f, s, VT_R_CMS_PADDING,
		    "/Contents: %zu bytes after the CMS, not all zero",
		    s->contents.n - cms->size);
	if (cms->n_signers == 0) {
		vt_finding(f, s, VT_R_CMS_NO_SIGNER, NULL);
		return;
	}
	s->has_cms = true;
	if (cms->n_signers > 1)
		vt_finding(
		    f, s, VT_R_CMS_SIGNERS, "%zu SignerInfos", cms->n_signers);
	if (cms->has_content)
		vt_finding(f, s, VT_R_CMS_CONTENT, "eContent present");
	read_pool(f, s);
	find_signer(f, s);
	if (!cms->signer.attrs.present || cms->signer.attrs.n == 0) {
		vt_finding(f, s, VT_R_NO_ATTRIBUTES, NULL);
		return;
	}
	check_attributes(f, s);
	check_content_type(f, s);
	read_signing_time(s);
	a = vt_cms_attribute(&cms->signer.attrs, VT_OID_ALG_PROTECTION, NULL);
	if (a != NULL)
		check_protection(f, s, a);
	if (s->signer == NULL)
		return;
	check_bound(f, s,
	    vt_cms_attribute(&cms->signer.attrs, VT_OID_SIGNING_CERT_2, NULL));
	check_bound(f, s,
	    vt_cms_attribute(&cms->signer.attrs, VT_OID_SIGNING_CERT, NULL));
}

/* message-digest against the digest of the byte range. */
static bool
digest_fits(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_cms_attribute *a =
	    vt_cms_attribute(&s->cms.signer.attrs, VT_OID_MESSAGE_DIGEST, NULL);
	struct vt_tlv_reader r;
	struct vt_tlv t;

	if (a != NULL)
		vt_tlv_open(&r, a->value);
	if (a == NULL || !vt_tlv_expect(&r, VT_TLV_OCTETS, &t)) {
		vt_finding(f, s, VT_R_ATTRIBUTES,
		    "message-digest missing or malformed");
		return false;
	}
	if (!vt_span_eq(t.body, s->digest)) {
		vt_finding(f, s, VT_R_HASH_MISMATCH,
		    "message-digest is not the %s of the byte range",
		    vt_digest_name(vt_digest_find(s->cms.signer.digest.oid)));
		return false;
	}
	return true;
}

static void
value_fits(struct vt_facts *f, struct vt_signature_facts *s, bool digest_ok)
{
	const struct vt_cms_signer *g = &s->cms.signer;
	struct vt_value_input in = {
		.algorithm = &g->signature,
		.digest = &g->digest,
		.key = X509_get0_pubkey(s->signer),
		.value = g->value,
	};
	const struct vt_digest *d = NULL;
	const char *why = "";
	enum vt_value_result result;
	bool attrs = g->attrs.present && g->attrs.n > 0;
	VT_BUF_AUTO(tbs);

	if (in.key == NULL) {
		vt_finding(f, s, VT_R_ALGORITHM_UNKNOWN,
		    "public key of the certificate: %s", vt_ossl_reason());
		return;
	}
	if (attrs && !vt_cms_signed_bytes(g, false, f->work, &tbs)) {
		vt_finding(f, s, VT_R_ATTRIBUTES, "not in DER");
		return;
	}
	if (attrs)
		in.tbs = vt_buf_view(&tbs);
	else
		in.tbs_hash = s->digest;
	result = vt_value_check(&in, &d, &why);
	if (result == VT_VALUE_BAD && attrs) {
		vt_buf_reset(&tbs);
		if (vt_cms_signed_bytes(g, true, f->work, &tbs))
			in.tbs = vt_buf_view(&tbs);
		result = vt_value_check(&in, &d, &why);
		if (result == VT_VALUE_GOOD)
			vt_finding(f, s, VT_R_ATTRIBUTE_ORDER, NULL);
	}
	switch (result) {
	case VT_VALUE_GOOD:
		s->verified = digest_ok;
		break;
	case VT_VALUE_BAD:
		vt_finding(f, s, VT_R_SIGNATURE_INVALID,
		    "signature algorithm %s%s%s", g->signature.oid,
		    *why == '\0' ? "" : ": ", why);
		break;
	case VT_VALUE_UNSUPPORTED:
		vt_finding(f, s, VT_R_ALGORITHM_UNKNOWN, "%s: %s",
		    g->signature.oid, why);
		break;
	}
	if (d != NULL && vt_digest_is_weak(d))
		vt_finding(f, s, VT_R_WEAK_DIGEST, "%s", vt_digest_name(d));
	ERR_clear_error();
}

void
vt_facts_verify(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_digest *d;
	bool digest_ok = true;

	if (!s->has_cms || !s->range_ok)
		return;
	d = vt_digest_find(s->cms.signer.digest.oid);
	if (d == NULL || s->digest.n == 0) {
		vt_finding(f, s, VT_R_ALGORITHM_UNKNOWN, "digest algorithm %s",
		    s->cms.signer.digest.oid);
		return;
	}
	if (vt_digest_is_weak(d))
		vt_finding(f, s, VT_R_WEAK_DIGEST, "%s", vt_digest_name(d));
	if (s->cms.signer.attrs.present && s->cms.signer.attrs.n > 0)
		digest_ok = digest_fits(f, s);
	if (s->signer != NULL)
		value_fits(f, s, digest_ok);
}
