/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Revocation by OCSP (RFC 6960). What is missing becomes a need with a ready
 * request; answers come in as facts. The CertID uses SHA-1, which every
 * responder in service understands; it identifies, it protects nothing. No
 * nonce: the same file gives the same request, and an answer may be kept.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <stdio.h>

#include "base/limits.h"
#include "signing/key/x509.h"
#include "signing/verdict/facts.h"

#define OCSP_URL_MAX 1024

/* The first http(s) responder that the certificate names (RFC 5280
 * §4.2.2.1), printable ASCII only; NULL when none. */
static const char *
responder_url(struct vt_facts *f, X509 *x)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(x);
	const char *ret = NULL;
	int i;

	for (i = 0; ret == NULL && i < sk_OPENSSL_STRING_num(urls); i++) {
		const char *url = sk_OPENSSL_STRING_value(urls, i);
		size_t k, n = strlen(url);

		if (n > OCSP_URL_MAX ||
		    (strncasecmp(url, "http://", 7) != 0 &&
			strncasecmp(url, "https://", 8) != 0))
			continue;
		for (k = 0; k < n && url[k] > ' ' && url[k] < 0x7f; k++)
			continue;
		if (k < n)
			continue;
		ret = vt_arena_strdup(f->out, url);
		if (ret == NULL)
			f->nomem = true;
	}
	X509_email_free(urls);
	return ret;
}

static struct vt_span
make_request(struct vt_facts *f, X509 *x, X509 *issuer)
{
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), x, issuer);
	struct vt_span ret = { NULL, 0 };
	unsigned char *der = NULL;
	bool ok = false;
	int n;

	if (req != NULL && id != NULL &&
	    OCSP_request_add0_id(req, id) != NULL) {
		id = NULL;
		n = i2d_OCSP_REQUEST(req, &der);
		if (n > 0)
			ret =
			    vt_arena_copy(f->out, VT_SPAN(der, (size_t)n), &ok);
	}
	if (!ok)
		f->nomem = true;
	OPENSSL_free(der);
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(req);
	return ret;
}

/* May this certificate answer for the issuer (RFC 6960 §4.2.2.2)? NULL, or
 * what is wrong. */
static const char *
delegate_fault(const struct vt_facts *f, X509 *delegate, X509 *issuer)
{
	vt_time from = vt_x509_time(X509_get0_notBefore(delegate));
	vt_time to = vt_x509_time(X509_get0_notAfter(delegate));
	int md = NID_undef, pk;

	if (X509_check_issued(issuer, delegate) != X509_V_OK ||
	    X509_verify(delegate, X509_get0_pubkey(issuer)) != 1)
		return "the responder was not appointed by the issuer";
	if ((X509_get_extension_flags(delegate) & EXFLAG_XKUSAGE) == 0 ||
	    (X509_get_extended_key_usage(delegate) & XKU_OCSP_SIGN) == 0)
		return "the responder's certificate lacks OCSPSigning";
	if (from == VT_TIME_NONE || to == VT_TIME_NONE || f->in->now < from ||
	    f->in->now >= to + VT_TIME_S(1))
		return "the responder's certificate is not in its validity";
	if (X509_get_signature_info(delegate, &md, &pk, NULL, NULL) != 1 ||
	    md == NID_sha1 || md == NID_md5)
		return "the responder was certified with a weak algorithm";
	if (X509_get_ext_by_NID(delegate, NID_id_pkix_OCSP_noCheck, -1) < 0)
		return "the responder's own certificate lacks ocsp-nocheck, "
		       "and its revocation is not judged here yet";
	return NULL;
}

/* The certificate whose key signed the answer; NULL and why. */
static X509 *
find_responder(const struct vt_facts *f, OCSP_BASICRESP *basic, X509 *issuer,
    const char **why)
{
	const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);
	STACK_OF(X509) *try = sk_X509_new_null();
	X509 *found = NULL, *signer = NULL;
	int i;

	*why = "signed by nobody we can identify";
	if (try == NULL)
		return NULL;
	/* A list of one at a time: OpenSSL then checks that very key. */
	for (i = -1; found == NULL && i < sk_X509_num(certs); i++) {
		X509 *x = i < 0 ? issuer : sk_X509_value(certs, i);

		sk_X509_zero(try);
		if (sk_X509_push(try, x) == 0)
			break;
		if (OCSP_resp_get0_signer(basic, &signer, try) != 1 ||
		    signer != x)
			continue;
		if (OCSP_basic_verify(
			basic, try, NULL, OCSP_NOVERIFY | OCSP_NOINTERN) <= 0) {
			*why = "the answer's signature is wrong";
			continue;
		}
		if (X509_cmp(x, issuer) != 0) {
			*why = delegate_fault(f, x, issuer);
			if (*why != NULL)
				continue;
		}
		found = x;
	}
	sk_X509_free(try);
	return found;
}

static const char *
answer_strength(const OCSP_BASICRESP *basic, const X509 *responder)
{
	const X509_ALGOR *alg = OCSP_resp_get0_tbs_sigalg(basic);
	const ASN1_OBJECT *oid;
	int md = NID_undef, pk = NID_undef;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	if (OBJ_find_sigid_algs(OBJ_obj2nid(oid), &md, &pk) != 1)
		return "signature algorithm not known";
	if (md == NID_sha1 || md == NID_md5 || md == NID_sha224)
		return "signed with a weak digest";
	return vt_key_weakness(X509_get0_pubkey(responder));
}

/* thisUpdate, nextUpdate against the time of judgement (RFC 6960 §4.2.2.1). */
static const char *
freshness(const struct vt_facts *f, const ASN1_GENERALIZEDTIME *this_update,
    const ASN1_GENERALIZEDTIME *next_update)
{
	vt_time skew = VT_TIME_S(VT_L(OCSP_SKEW_S));
	vt_time from = vt_x509_time(this_update);
	vt_time to =
	    next_update == NULL ? VT_TIME_NONE : vt_x509_time(next_update);

	if (from == VT_TIME_NONE || (next_update != NULL && to == VT_TIME_NONE))
		return "times malformed";
	if (from > f->in->now + skew)
		return "thisUpdate lies after the time of checking";
	if (to == VT_TIME_NONE)
		to = from + VT_TIME_S(VT_L(OCSP_AGE_S));
	if (to < f->in->now - skew)
		return "the answer is out of date";
	return NULL;
}

static enum vt_revocation_state
judge_basic(struct vt_facts *f, struct vt_link *link, X509 *issuer,
    OCSP_BASICRESP *basic, OCSP_CERTID *id)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL;
	ASN1_GENERALIZEDTIME *next_update = NULL;
	int status = -1, reason = -1;
	const char *why, *stale;
	X509 *responder;

	responder = find_responder(f, basic, issuer, &why);
	if (responder == NULL) {
		link->detail = why;
		return VT_REVOCATION_UNUSABLE;
	}
	why = answer_strength(basic, responder);
	if (why == NULL && OCSP_resp_find_status(basic, id, &status, &reason,
			       &revoked, &this_update, &next_update) != 1)
		why = "the answer is about another certificate";
	if (why != NULL) {
		link->detail = why;
		return VT_REVOCATION_UNUSABLE;
	}
	stale = freshness(f, this_update, next_update);
	if (status == V_OCSP_CERTSTATUS_REVOKED) {
		link->revoked_at = vt_x509_time(revoked);
		/* Revoked stays revoked, however old the answer is. */
		if (vt_x509_time(this_update) <=
		    f->in->now + VT_TIME_S(VT_L(OCSP_SKEW_S)))
			return VT_REVOCATION_REVOKED;
	}
	if (stale != NULL) {
		link->detail = stale;
		return VT_REVOCATION_UNUSABLE;
	}
	return status == V_OCSP_CERTSTATUS_GOOD ? VT_REVOCATION_GOOD
						: VT_REVOCATION_UNKNOWN;
}

static enum vt_revocation_state
judge_answer(struct vt_facts *f, struct vt_link *link, X509 *issuer,
    struct vt_span answer)
{
	const unsigned char *p = answer.p;
	OCSP_RESPONSE *rsp = NULL;
	OCSP_BASICRESP *basic = NULL;
	OCSP_CERTID *id = NULL;
	enum vt_revocation_state ret = VT_REVOCATION_UNUSABLE;

	link->detail = "not an OCSP answer in DER";
	if (answer.n > VT_L(FETCH_MAX))
		return ret;
	rsp = d2i_OCSP_RESPONSE(NULL, &p, (long)answer.n);
	if (rsp == NULL || p != answer.p + answer.n)
		goto out;
	if (OCSP_response_status(rsp) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		link->detail =
		    OCSP_response_status_str(OCSP_response_status(rsp));
		goto out;
	}
	basic = OCSP_response_get1_basic(rsp);
	id = OCSP_cert_to_id(EVP_sha1(), link->x, issuer);
	if (basic == NULL || id == NULL)
		goto out;
	link->detail = NULL;
	ret = judge_basic(f, link, issuer, basic, id);
out:
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(rsp);
	ERR_clear_error();
	return ret;
}

static void
add_need(struct vt_facts *f, const char *url, struct vt_span request)
{
	size_t i;

	if (f->in->offline)
		return;
	for (i = 0; i < f->n_needs; i++)
		if (strcmp(f->needs[i].url, url) == 0 &&
		    vt_span_eq(f->needs[i].request, request))
			return;
	if (!vt_facts_grow(f, f->out, &f->needs, f->n_needs, &f->cap_needs,
		sizeof(*f->needs)))
		return;
	f->needs[f->n_needs++] = (struct vt_need){
		.kind = "ocsp",
		.url = url,
		.request = request,
		.limit = VT_L(FETCH_MAX),
	};
}

static void
check_link(struct vt_facts *f, struct vt_link *link, X509 *issuer)
{
	struct vt_span request;
	size_t i;

	link->revoked_at = VT_TIME_NONE;
	link->url = responder_url(f, link->x);
	if (link->url == NULL) {
		link->revocation = VT_REVOCATION_NO_SOURCE;
		return;
	}
	request = make_request(f, link->x, issuer);
	link->revocation = VT_REVOCATION_MISSING;
	for (i = 0; i < f->in->n_facts; i++) {
		const struct vt_fact *fact = &f->in->facts[i];

		if (strcmp(fact->kind, "ocsp") != 0 ||
		    strcmp(fact->url, link->url) != 0 ||
		    !vt_span_eq(fact->request, request))
			continue;
		if (fact->answer.n == 0) {
			link->revocation = VT_REVOCATION_NOT_FETCHED;
			link->detail = fact->failure;
			continue;
		}
		link->revocation = judge_answer(f, link, issuer, fact->answer);
		if (link->revocation >= VT_REVOCATION_REVOKED)
			return;
	}
	if (link->revocation == VT_REVOCATION_MISSING)
		add_need(f, link->url, request);
}

static void
say(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_link *link, bool signer)
{
	static const enum vt_reason_id ids[] = {
		[VT_REVOCATION_NO_SOURCE] = VT_R_REVOCATION_NO_SOURCE,
		[VT_REVOCATION_MISSING] = VT_R_REVOCATION_MISSING,
		[VT_REVOCATION_NOT_FETCHED] = VT_R_REVOCATION_FETCH,
		[VT_REVOCATION_UNUSABLE] = VT_R_REVOCATION_ANSWER,
		[VT_REVOCATION_UNKNOWN] = VT_R_REVOCATION_UNKNOWN,
		[VT_REVOCATION_REVOKED] = VT_R_REVOKED_CA,
	};
	vt_time claimed = s->m != VT_TIME_NONE ? s->m : s->signing_time;
	enum vt_reason_id id = ids[link->revocation];
	char subject[128];
	VT_BUF_AUTO(when);

	vt_x509_subject(link->x, subject, sizeof(subject));
	if (link->revocation == VT_REVOCATION_REVOKED) {
		if (signer)
			id = claimed != VT_TIME_NONE &&
				     link->revoked_at > claimed
				 ? VT_R_REVOKED_LATER
				 : VT_R_REVOKED;
		vt_buf_puts(&when, ", since ");
		if (link->revoked_at != VT_TIME_NONE)
			vt_time_rfc3339(link->revoked_at, VT_TIME_VN_S, &when);
	}
	vt_finding(f, s, id, "%s%s%s%s%s%s", subject,
	    link->url == NULL ? "" : ", ", link->url == NULL ? "" : link->url,
	    link->detail == NULL ? "" : ": ",
	    link->detail == NULL ? "" : link->detail, vt_buf_str(&when));
}

void
vt_facts_revocation(struct vt_facts *f, struct vt_signature_facts *s)
{
	size_t i;

	for (i = 0; i < s->n_links && !s->links[i].anchor; i++) {
		/* The chain ends at an anchor, so there is an issuer. */
		if (i + 1 == s->n_links)
			return;
		check_link(f, &s->links[i], s->links[i + 1].x);
		if (s->links[i].revocation != VT_REVOCATION_GOOD)
			say(f, s, &s->links[i], i == 0);
	}
}
