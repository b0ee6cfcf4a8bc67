/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the worker: is this reply the timestamp that was asked for? */
#include "signing/stamp/judge.h"

#include <openssl/ts.h>
#include <string.h>
#include <time.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"
#include "signing/stamp/stamp.h"

struct wanted {
	vt_hash imprint;
	struct vt_span nonce, anchor[VT_LIMIT_VALUE_CHAIN_MAX];
	size_t n_anchors;
};

static int
no(struct vt_err *reterr, const char *why)
{
	return vt_err_set(
	    reterr, VT_E_SIGNATURE_MISMATCH, "timestamp: RFC 3161: %s", why);
}

static int
get_wanted(struct vt_cbor *c, struct wanted *ret, struct vt_err *reterr)
{
	size_t n;

	if (vt_cbor_get_map(c) != 3 || vt_cbor_get_uint(c) != 1)
		vt_cbor_fail(c, "no imprint");
	ret->imprint = vt_cbor_get_hash(c);
	if (vt_cbor_get_uint(c) != 2)
		vt_cbor_fail(c, "no nonce");
	ret->nonce = vt_cbor_get_bytes(c);
	if (vt_cbor_get_uint(c) != 3)
		vt_cbor_fail(c, "no anchors");
	n = vt_cbor_get_array(c);
	if (n > VT_L(CHAIN_MAX) || ret->nonce.n != VT_STAMP_NONCE)
		vt_cbor_fail(c, "too many anchors, or another nonce");
	for (; ret->n_anchors < n && c->failed == VT_OK; ret->n_anchors++)
		ret->anchor[ret->n_anchors] = vt_cbor_get_bytes(c);
	return vt_cbor_finish(c, "proof request", reterr);
}

static bool
is_imprint(TS_TST_INFO *info, const vt_hash *want)
{
	TS_MSG_IMPRINT *im = TS_TST_INFO_get_msg_imprint(info);
	ASN1_OCTET_STRING *h = TS_MSG_IMPRINT_get_msg(im);
	const ASN1_OBJECT *alg;

	X509_ALGOR_get0(&alg, NULL, NULL, TS_MSG_IMPRINT_get_algo(im));
	return OBJ_obj2nid(alg) == NID_sha256 &&
	       ASN1_STRING_length(h) == VT_HASH_SIZE &&
	       memcmp(ASN1_STRING_get0_data(h), want->b, VT_HASH_SIZE) == 0;
}

static bool
is_nonce(const TS_TST_INFO *info, struct vt_span want)
{
	const ASN1_INTEGER *n = TS_TST_INFO_get_nonce(info);

	/* 01 in front: stamp.c */
	return n != NULL && ASN1_STRING_type(n) == V_ASN1_INTEGER &&
	       ASN1_STRING_length(n) == (int)want.n + 1 &&
	       ASN1_STRING_get0_data(n)[0] == 1 &&
	       memcmp(ASN1_STRING_get0_data(n) + 1, want.p, want.n) == 0;
}

static X509_STORE *
store_of(const struct wanted *w, PKCS7 *token)
{
	X509_STORE *s = X509_STORE_new();
	STACK_OF(X509) *in = token->d.sign->cert;

	if (s == NULL)
		return NULL;
	(void)X509_STORE_set_flags(s, X509_V_FLAG_PARTIAL_CHAIN);
	for (size_t i = 0; i < w->n_anchors; i++) {
		const uint8_t *p = w->anchor[i].p;
		X509 *x = d2i_X509(NULL, &p, (long)w->anchor[i].n);

		if (x != NULL)
			(void)X509_STORE_add_cert(s, x);
		X509_free(x);
	}
	/* Nobody to lead to: by what it brings itself. */
	for (int i = 0; w->n_anchors == 0 && i < sk_X509_num(in); i++)
		(void)X509_STORE_add_cert(s, sk_X509_value(in, i));
	return s;
}

static int
check_signature(
    PKCS7 *token, const struct wanted *w, struct tm *at, struct vt_err *reterr)
{
	TS_VERIFY_CTX *c = TS_VERIFY_CTX_new();
	X509_STORE *s = store_of(w, token);
	bool ok = c != NULL && s != NULL;

	if (ok) {
		/* Its certificate has to hold at its own time. */
		X509_VERIFY_PARAM_set_time(
		    X509_STORE_get0_param(s), timegm(at));
		(void)TS_VERIFY_CTX_set_store(c, s); /* takes it */
		s = NULL;
		(void)TS_VERIFY_CTX_add_flags(c, TS_VFY_SIGNATURE);
		ok = TS_RESP_verify_token(c, token) == 1;
	}
	X509_STORE_free(s);
	TS_VERIFY_CTX_free(c);
	return ok ? VT_OK
		  : no(reterr,
			"§2.4.2: its signature, or the certificate for it, "
			"does not hold");
}

static int
check_token(PKCS7 *token, const struct wanted *w, vt_time *ret_time,
    struct vt_err *reterr)
{
	TS_TST_INFO *info = PKCS7_to_TS_TST_INFO(token);
	struct tm at;
	int rc;

	if (info == NULL)
		rc = no(reterr, "§2.4.2: no TSTInfo in it");
	else if (!is_imprint(info, &w->imprint))
		rc = no(reterr, "§2.4.2: it is over another imprint");
	else if (!is_nonce(info, w->nonce))
		rc = no(reterr, "§2.4.2: the nonce is not the one asked with");
	else if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &at) != 1)
		rc = no(reterr, "§2.4.2: its genTime cannot be read");
	else
		rc = check_signature(token, w, &at, reterr);
	if (rc == VT_OK)
		*ret_time = VT_TIME_S((int64_t)timegm(&at));
	TS_TST_INFO_free(info);
	return rc;
}

int
vt_stamp_handle(struct vt_cbor *c, struct vt_source *src, struct vt_buf *reply,
    struct vt_err *reterr)
{
	struct wanted w = { .n_anchors = 0 };
	uint8_t in[VT_STAMP_REPLY_MAX], *der = NULL;
	const uint8_t *p = in;
	TS_RESP *r = NULL;
	PKCS7 *token;
	vt_time time = VT_TIME_NONE;
	long status;
	int n, rc;

	if ((rc = get_wanted(c, &w, reterr)) != VT_OK)
		return rc;
	if (src->size == 0 || src->size > sizeof(in))
		return vt_err_set(reterr, VT_E_SYNTAX, "timestamp: too long");
	rc = vt_source_read(src, 0, in, (size_t)src->size, reterr);
	if (rc != VT_OK)
		return rc;
	r = d2i_TS_RESP(NULL, &p, (long)src->size);
	if (r == NULL || p != in + src->size) {
		TS_RESP_free(r);
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "timestamp: RFC 3161 §2.4.2: not a TimeStampResp");
	}
	status = ASN1_INTEGER_get(
	    TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(r)));
	token = TS_RESP_get_token(r);
	if (status < 0 || status > 1 || token == NULL)
		rc = vt_err_set(reterr, VT_E_PEER_REFUSED,
		    "timestamp: RFC 3161 §2.4.2: the authority answered with "
		    "status %ld",
		    status);
	else if (!PKCS7_type_is_signed(token) || PKCS7_is_detached(token))
		rc = no(reterr, "§2.4.2: the token is no SignedData");
	else
		rc = check_token(token, &w, &time, reterr);
	if (rc == VT_OK && (n = i2d_PKCS7(token, &der)) > 0) {
		vt_cbor_array(reply, 2);
		vt_cbor_bytes(reply, VT_SPAN(der, (size_t)n));
		vt_cbor_int(reply, time);
	} else if (rc == VT_OK) {
		rc = vt_err_set(reterr, VT_E_NOMEM, "timestamp");
	}
	OPENSSL_free(der);
	TS_RESP_free(r);
	return rc;
}
