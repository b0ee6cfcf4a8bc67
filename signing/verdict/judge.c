/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judgement: what the facts are worth. reason.def is the policy; here it is
 * applied. Failed outranks indeterminate; among equals the reason that stands
 * first in the table gives the sub-indication. A signature passes only when
 * everything that must be proven is proven, not when nothing was found.
 */
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "signing/key/x509.h"
#include "signing/verdict/facts.h"
#include "signing/verdict/signer_kind.h"

/* ---- rules over values ---- */

static void
judge_format(struct vt_facts *f, struct vt_signature_facts *s)
{
	if (s->subfilter <= VT_SUBFILTER_PKCS7)
		return;
	vt_finding(f, s, VT_R_SUBFILTER, "/SubFilter %s",
	    s->subfilter_name == NULL ? "missing" : s->subfilter_name);
}

static void
judge_binding(struct vt_facts *f, struct vt_signature_facts *s)
{
	if (s->subfilter != VT_SUBFILTER_CADES || !s->has_cms ||
	    s->signer == NULL || s->bound ||
	    vt_has_finding(s, VT_R_CERTIFICATE_ATTRIBUTE))
		return;
	vt_finding(f, s, VT_R_CERTIFICATE_UNBOUND,
	    "neither signing-certificate-v2 nor signing-certificate");
}

/* Level B-B of EN 319 142-1 §6.3, as far as it goes beyond validity. */
static const char *
level_of(struct vt_facts *f, struct vt_signature_facts *s)
{
	const char *why = NULL;

	if (s->subfilter != VT_SUBFILTER_CADES || !s->has_cms)
		return NULL;
	if (vt_cms_attribute(
		&s->cms.signer.unsigned_attrs, VT_OID_TIME_STAMP, NULL) != NULL)
		vt_finding(f, s, VT_R_TIMESTAMP, NULL);
	if (s->m == VT_TIME_NONE)
		why = "/M missing or malformed";
	else if (s->has_cert_entry)
		why = "/Cert present";
	else if (vt_cms_attribute(
		     &s->cms.signer.attrs, VT_OID_SIGNING_TIME, NULL) != NULL)
		why = "signing-time attribute present";
	if (why != NULL)
		vt_finding(f, s, VT_R_NOT_BASELINE, "%s", why);
	if (why != NULL || !s->bound || s->cms.n_signers != 1 ||
	    s->cms.has_content)
		return NULL;
	return "B-B";
}

/* What must be proven for a signature to pass; NULL when all of it is. */
static const char *
unproven(const struct vt_signature_facts *s)
{
	size_t i;

	if (!s->range_ok || (s->coverage != VT_COVERAGE_WHOLE_FILE &&
				s->coverage != VT_COVERAGE_REVISION))
		return "coverage";
	if (!s->has_cms || !s->verified)
		return "signature value";
	if (s->n_links == 0 || !s->links[s->n_links - 1].anchor)
		return "certificate chain";
	for (i = 0; i < s->n_links && !s->links[i].anchor; i++)
		if (s->links[i].revocation != VT_REVOCATION_GOOD)
			return "revocation";
	for (i = 0; i < s->n_changes; i++)
		if (s->changes[i].rule == NULL)
			return "later changes";
	return NULL;
}

static int
by_table(const void *a, const void *b)
{
	const struct vt_finding *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void
decide(struct vt_facts *f, struct vt_signature_facts *s,
    struct vt_signature_verdict *ret)
{
	const char *missing = unproven(s);
	bool passed = true;
	size_t i;

	for (i = 0; i < s->n_findings; i++)
		if (vt_reason_rows[s->findings[i].id].indication !=
		    VT_TOTAL_PASSED)
			passed = false;
	if (passed && missing != NULL)
		vt_finding(f, s, VT_R_TOO_MUCH, "not proven: %s", missing);
	if (s->n_findings > 0)
		qsort(
		    s->findings, s->n_findings, sizeof(*s->findings), by_table);
	ret->indication = VT_TOTAL_PASSED;
	for (i = 0; i < s->n_findings; i++) {
		const struct vt_reason_row *row =
		    &vt_reason_rows[s->findings[i].id];

		if (row->indication > ret->indication) {
			ret->indication = row->indication;
			ret->sub_indication = row->sub;
		}
	}
}

static void
write_reasons(struct vt_facts *f, struct vt_signature_facts *s,
    struct vt_signature_verdict *ret)
{
	size_t i;

	if (s->n_findings == 0)
		return;
	ret->reasons =
	    vt_arena_array(f->out, s->n_findings, sizeof(*ret->reasons));
	if (ret->reasons == NULL) {
		f->nomem = true;
		return;
	}
	for (i = 0; i < s->n_findings; i++) {
		const struct vt_reason_row *row =
		    &vt_reason_rows[s->findings[i].id];

		ret->reasons[i] = (struct vt_reason){
			.code = row->code,
			.clause = row->clause,
			.vi = row->vi,
			.en = row->en,
			.detail = s->findings[i].detail,
		};
	}
	ret->n_reasons = s->n_findings;
}

/* ---- what people see ---- */

static const char *
name_text(struct vt_facts *f, const X509_NAME *name, int nid)
{
	char text[256];

	vt_x509_name_text(name, nid, text, sizeof(text));
	return text[0] == '\0' ? NULL : vt_facts_printf(f, "%s", text);
}

static const char *
serial_text(struct vt_facts *f, const X509 *x)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	const char *ret;
	VT_BUF_AUTO(b);

	vt_buf_hex(&b, VT_SPAN(serial->data, (size_t)serial->length));
	ret = vt_arena_strdup(f->out, vt_buf_str(&b));
	if (ret == NULL)
		f->nomem = true;
	return ret;
}

static const char *
format_of(const struct vt_signature_facts *s)
{
	switch (s->subfilter) {
	case VT_SUBFILTER_CADES:
		return "PAdES";
	case VT_SUBFILTER_PKCS7:
		return "PKCS7";
	case VT_SUBFILTER_RFC3161:
		return "RFC3161";
	case VT_SUBFILTER_SHA1:
		return "PKCS7-SHA1";
	case VT_SUBFILTER_X509:
		return "X509-RSA-SHA1";
	case VT_SUBFILTER_OTHER:
		break;
	}
	return s->subfilter_name == NULL ? "unknown" : s->subfilter_name;
}

/* The worst of the chain. */
static const char *
revocation_of(const struct vt_signature_facts *s)
{
	bool unknown = false, missing = s->n_links == 0;
	size_t i;

	if (s->n_links > 0 && s->links[0].anchor)
		return "not-needed";
	for (i = 0; i < s->n_links && !s->links[i].anchor; i++) {
		switch (s->links[i].revocation) {
		case VT_REVOCATION_REVOKED:
			return "revoked";
		case VT_REVOCATION_UNKNOWN:
			unknown = true;
			break;
		case VT_REVOCATION_GOOD:
			break;
		default:
			missing = true;
			break;
		}
	}
	return missing ? "missing" : unknown ? "unknown" : "good";
}

static void
describe_signer(struct vt_facts *f, const struct vt_signature_facts *s,
    struct vt_signature_verdict *ret)
{
	const X509_NAME *subject;

	if (s->signer == NULL)
		return;
	subject = X509_get_subject_name(s->signer);
	ret->signer = name_text(f, subject, NID_commonName);
	ret->signer_org = name_text(f, subject, NID_organizationName);
	ret->issuer =
	    name_text(f, X509_get_issuer_name(s->signer), NID_commonName);
	ret->serial = serial_text(f, s->signer);
	ret->certificate = s->signer_der;
	ret->signer_kind = vt_signer_kind_of(s->signer);
}

void
vt_judge(struct vt_facts *f, struct vt_signature_facts *s,
    struct vt_signature_verdict *ret)
{
	memset(ret, 0, sizeof(*ret));
	judge_format(f, s);
	judge_binding(f, s);
	ret->level = level_of(f, s);
	decide(f, s, ret);
	write_reasons(f, s, ret);
	ret->field = s->field;
	ret->format = format_of(s);
	describe_signer(f, s, ret);
	ret->claimed_time = s->m != VT_TIME_NONE ? s->m : s->signing_time;
	ret->revision = s->revision;
	ret->coverage = s->coverage;
	ret->revocation = revocation_of(s);
	ret->changes = s->changes;
	ret->n_changes = s->n_changes;
}
