/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/verdict/signer_kind.h"

#include <openssl/x509v3.h>

#include "signing/cms/tlv.h"

#define QC_TYPE  "0.4.0.1862.1.6"
#define QC_ESIGN QC_TYPE ".1"
#define QC_ESEAL QC_TYPE ".2"

struct says {
	bool person, organisation;
};

static enum vt_signer_kind
heard(const struct says *s)
{
	if (s->person == s->organisation)
		return VT_SIGNER_UNKNOWN;
	return s->person ? VT_SIGNER_PERSON : VT_SIGNER_ORGANISATION;
}

/* QCStatement ::= SEQUENCE { statementId, statementInfo }; the one of types
 * has a SEQUENCE OF OID. */
static void
qc_statement(struct vt_span body, struct says *ret)
{
	struct vt_tlv_reader r, of;
	char text[64];
	struct vt_tlv t;

	vt_tlv_open(&r, body);
	if (!vt_tlv_expect(&r, VT_TLV_OID, &t) ||
	    !vt_tlv_oid_text(t.body, text, sizeof(text)) ||
	    strcmp(text, QC_TYPE) != 0 ||
	    !vt_tlv_expect(&r, VT_TLV_SEQUENCE, &t))
		return;
	vt_tlv_open(&of, t.body);
	while (vt_tlv_expect(&of, VT_TLV_OID, &t)) {
		if (!vt_tlv_oid_text(t.body, text, sizeof(text)))
			continue;
		ret->person = ret->person || strcmp(text, QC_ESIGN) == 0;
		ret->organisation =
		    ret->organisation || strcmp(text, QC_ESEAL) == 0;
	}
}

static enum vt_signer_kind
by_qc_type(const X509 *cert)
{
	int at = X509_get_ext_by_NID(cert, NID_qcStatements, -1);
	struct says s = { false, false };
	const ASN1_OCTET_STRING *o;
	struct vt_tlv_reader r;
	struct vt_tlv t;

	if (at < 0)
		return VT_SIGNER_UNKNOWN;
	o = X509_EXTENSION_get_data(X509_get_ext(cert, at));
	vt_tlv_open(&r, VT_SPAN(o->data, (size_t)o->length));
	if (!vt_tlv_expect(&r, VT_TLV_SEQUENCE, &t))
		return VT_SIGNER_UNKNOWN;
	vt_tlv_open(&r, t.body);
	while (vt_tlv_expect(&r, VT_TLV_SEQUENCE, &t))
		qc_statement(t.body, &s);
	return heard(&s);
}

static enum vt_signer_kind
by_policy(const X509 *cert)
{
	/* QCP-n, QCP-l, and both in a device (EN 319 411-2 §5.3) */
	static const struct {
		const char *oid;
		struct says s;
	} known[] = {
		{ "0.4.0.194112.1.0", { .person = true } },
		{ "0.4.0.194112.1.1", { .organisation = true } },
		{ "0.4.0.194112.1.2", { .person = true } },
		{ "0.4.0.194112.1.3", { .organisation = true } },
	};
	struct says s = { false, false };
	CERTIFICATEPOLICIES *l =
	    X509_get_ext_d2i(cert, NID_certificate_policies, NULL, NULL);
	char text[64];

	for (int i = 0; i < sk_POLICYINFO_num(l); i++) {
		(void)OBJ_obj2txt(
		    text, sizeof(text), sk_POLICYINFO_value(l, i)->policyid, 1);
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
			if (strcmp(text, known[k].oid) != 0)
				continue;
			s.person = s.person || known[k].s.person;
			s.organisation =
			    s.organisation || known[k].s.organisation;
		}
	}
	CERTIFICATEPOLICIES_free(l);
	return heard(&s);
}

/* Does a value of this attribute begin so? */
static bool
begins(const X509_NAME *name, int nid, const char *with)
{
	size_t n = strlen(with);
	bool found = false;
	int at = -1;

	while (
	    !found && (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0) {
		unsigned char *utf8 = NULL;
		int got = ASN1_STRING_to_UTF8(&utf8,
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));

		found =
		    got > 0 && (size_t)got > n && memcmp(utf8, with, n) == 0;
		OPENSSL_free(utf8);
	}
	return found;
}

static bool
same(const X509_NAME *name, int a, int b)
{
	int i = X509_NAME_get_index_by_NID(name, a, -1);
	int k = X509_NAME_get_index_by_NID(name, b, -1);

	return i >= 0 && k >= 0 &&
	       ASN1_STRING_cmp(
		   X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)),
		   X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, k))) == 0;
}

/* Nobody but a person has these; a person's may also name his organisation,
 * so they are asked about first. */
static bool
is_person(const X509_NAME *n)
{
	static const int only[] = { NID_givenName, NID_surname, NID_title,
		NID_pseudonym };
	static const char *const papers[] = { "CCCD:", "CMND:", "HC:" };

	for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++)
		if (X509_NAME_get_index_by_NID(n, only[i], -1) >= 0)
			return true;
	for (size_t i = 0; i < sizeof(papers) / sizeof(papers[0]); i++)
		if (begins(n, NID_userId, papers[i]))
			return true;
	return false;
}

static enum vt_signer_kind
by_subject(const X509 *cert)
{
	const X509_NAME *n = X509_get_subject_name(cert);

	if (is_person(n))
		return VT_SIGNER_PERSON;
	if (X509_NAME_get_index_by_NID(n, NID_organizationIdentifier, -1) >=
		0 ||
	    begins(n, NID_userId, "MST:") || begins(n, NID_userId, "MNS:") ||
	    same(n, NID_commonName, NID_organizationName))
		return VT_SIGNER_ORGANISATION;
	return VT_SIGNER_UNKNOWN;
}

enum vt_signer_kind
vt_signer_kind_of(const X509 *cert)
{
	enum vt_signer_kind h = by_qc_type(cert);

	if (h == VT_SIGNER_UNKNOWN)
		h = by_policy(cert);
	return h == VT_SIGNER_UNKNOWN ? by_subject(cert) : h;
}
