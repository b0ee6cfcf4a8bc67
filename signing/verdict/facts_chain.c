/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signer's chain (RFC 5280 §6.1), built and checked by OpenSSL with the
 * given anchors and the certificates of the CMS, and nothing else.
 *
 * Times are compared here, not there: whether a certificate is in its validity
 * is a fact of its own with its own consequence. An anchor above the signer
 * is trusted as given, its dates included (RFC 5280 §6.1.1 d).
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/limits.h"
#include "signing/key/x509.h"
#include "signing/verdict/facts.h"

struct fault {
	int code, depth; /* X509_V_ERR_..., of the first fault */
	bool no_chain;   /* it does not lead to an anchor */
};

static int
on_fault(int ok, X509_STORE_CTX *ctx)
{
	struct fault *fault = X509_STORE_CTX_get_app_data(ctx);
	int code = X509_STORE_CTX_get_error(ctx);

	if (ok)
		return 1;
	switch (code) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		fault->no_chain = true;
		break;
	default:
		break;
	}
	if (fault->code == X509_V_OK) {
		fault->code = code;
		fault->depth = X509_STORE_CTX_get_error_depth(ctx);
	}
	return 0;
}

static X509_STORE *
anchors_store(struct vt_facts *f)
{
	X509_STORE *store = X509_STORE_new();
	int i;

	if (store == NULL)
		return NULL;
	for (i = 0; i < sk_X509_num(f->anchors); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(f->anchors, i)) !=
		    1) {
			X509_STORE_free(store);
			return NULL;
		}
	return store;
}

/* NULL when no chain leads to an anchor; the finding is added then. */
static STACK_OF(X509) * build(struct vt_facts *f, struct vt_signature_facts *s)
{
	struct fault fault = { X509_V_OK, 0, false };
	X509_STORE *store = anchors_store(f);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *chain = NULL;
	X509_VERIFY_PARAM *param;
	int rc;

	if (store == NULL || ctx == NULL ||
	    X509_STORE_CTX_init(ctx, store, s->signer, s->pool) != 1) {
		f->nomem = true;
		goto out;
	}
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
					       X509_V_FLAG_NO_CHECK_TIME |
					       X509_V_FLAG_CHECK_SS_SIGNATURE);
	X509_VERIFY_PARAM_set_depth(param, (int)VT_L(CHAIN_MAX));
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_STORE_CTX_set_verify_cb(ctx, on_fault);
	X509_STORE_CTX_set_app_data(ctx, &fault);
	rc = X509_verify_cert(ctx);
	if (rc == 1) {
		chain = X509_STORE_CTX_get1_chain(ctx);
		if (chain == NULL)
			f->nomem = true;
	} else if (fault.no_chain || fault.code == X509_V_OK) {
		vt_finding(f, s, VT_R_NO_CHAIN, "%s",
		    X509_verify_cert_error_string(
			X509_STORE_CTX_get_error(ctx)));
	} else {
		vt_finding(f, s, VT_R_CHAIN_INVALID,
		    "certificate %d of the chain: %s", fault.depth,
		    X509_verify_cert_error_string(fault.code));
	}
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return chain;
}

static bool
is_anchor(struct vt_facts *f, const X509 *x)
{
	int i;

	for (i = 0; i < sk_X509_num(f->anchors); i++)
		if (X509_cmp(sk_X509_value(f->anchors, i), x) == 0)
			return true;
	return false;
}

static void
check_dates(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_link *link)
{
	char subject[128];
	VT_BUF_AUTO(when);

	vt_x509_subject(link->x, subject, sizeof(subject));
	if (link->not_before == VT_TIME_NONE ||
	    link->not_after == VT_TIME_NONE) {
		vt_finding(f, s, VT_R_CHAIN_INVALID,
		    "%s: RFC 5280 4.1.2.5: validity malformed", subject);
		return;
	}
	/* notAfter includes its whole second. */
	if (f->in->now >= link->not_before &&
	    f->in->now < link->not_after + VT_TIME_S(1))
		return;
	vt_time_rfc3339(link->not_before, VT_TIME_VN_S, &when);
	vt_buf_puts(&when, " .. ");
	vt_time_rfc3339(link->not_after, VT_TIME_VN_S, &when);
	vt_finding(f, s,
	    f->in->now < link->not_before ? VT_R_NOT_YET_VALID : VT_R_EXPIRED,
	    "%s: %s", subject, vt_buf_str(&when));
}

/* Signatures and keys of the chain against TS 119 312. */
static void
check_strength(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_link *link, bool signer)
{
	EVP_PKEY *key = X509_get0_pubkey(link->x);
	const char *why = key == NULL ? "key unreadable" : vt_key_weakness(key);
	char subject[128];
	int md = NID_undef, pk = NID_undef;

	vt_x509_subject(link->x, subject, sizeof(subject));
	if (why != NULL)
		vt_finding(f, s, signer ? VT_R_WEAK_KEY : VT_R_WEAK_CHAIN,
		    "%s: %s", subject, why);
	/* Nobody relies on the signature of an anchor. */
	if (link->anchor)
		return;
	if (X509_get_signature_info(link->x, &md, &pk, NULL, NULL) != 1) {
		vt_finding(f, s, VT_R_WEAK_CHAIN,
		    "%s: signature algorithm not known", subject);
		return;
	}
	if (md == NID_sha1 || md == NID_md5 || md == NID_md5_sha1 ||
	    md == NID_md2 || md == NID_md4 || md == NID_sha224 ||
	    md == NID_ripemd160)
		vt_finding(f, s, VT_R_WEAK_CHAIN, "%s: certified with %s",
		    subject, OBJ_nid2sn(md));
}

/* RFC 5280 §6.1.4 k: every issuer below the anchor says that it is one. */
static void
check_authority(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_link *link)
{
	char subject[128];

	if (link->anchor || X509_check_ca(link->x) == 1)
		return;
	vt_x509_subject(link->x, subject, sizeof(subject));
	vt_finding(f, s, VT_R_CHAIN_INVALID,
	    "%s: RFC 5280 6.1.4 (k): issues certificates and is no CA",
	    subject);
}

static void
check_signer(struct vt_facts *f, struct vt_signature_facts *s)
{
	char subject[128];
	struct vt_err err = VT_ERR_INIT;

	vt_x509_subject(s->signer, subject, sizeof(subject));
	if (vt_x509_check_usage(s->signer, subject, &err) != VT_OK)
		vt_finding(f, s, VT_R_USAGE, "%s", err.msg);
}

void
vt_facts_chain(struct vt_facts *f, struct vt_signature_facts *s)
{
	struct vt_link alone = { 0 };
	int i, n;

	if (s->signer == NULL)
		return;
	check_signer(f, s);
	alone.x = s->signer;
	alone.anchor = is_anchor(f, s->signer);
	alone.not_before = vt_x509_time(X509_get0_notBefore(s->signer));
	alone.not_after = vt_x509_time(X509_get0_notAfter(s->signer));
	check_dates(f, s, &alone);
	check_strength(f, s, &alone, true);
	if (sk_X509_num(f->anchors) == 0) {
		vt_finding(f, s, VT_R_NO_ANCHORS, NULL);
		return;
	}
	s->chain = build(f, s);
	if (s->chain == NULL)
		return;
	n = sk_X509_num(s->chain);
	s->links = vt_arena_array(f->out, (size_t)n, sizeof(*s->links));
	if (s->links == NULL) {
		f->nomem = true;
		return;
	}
	s->n_links = (size_t)n;
	for (i = 0; i < n; i++) {
		struct vt_link *link = &s->links[i];

		link->x = sk_X509_value(s->chain, i);
		link->anchor = is_anchor(f, link->x);
		link->not_before = vt_x509_time(X509_get0_notBefore(link->x));
		link->not_after = vt_x509_time(X509_get0_notAfter(link->x));
		if (i > 0) {
			check_strength(f, s, link, false);
			check_authority(f, s, link);
			if (!link->anchor)
				check_dates(f, s, link);
		}
		/* What stands above an anchor is of no interest. */
		if (link->anchor) {
			s->n_links = (size_t)i + 1;
			break;
		}
	}
}
