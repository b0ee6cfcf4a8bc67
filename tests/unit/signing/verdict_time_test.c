/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time in a verdict (vietnam.md 12.4, point 9): certificates revoked before and
 * after the time of signing, a responder that does not answer, no timestamp.
 * What is true today: the only time that counts is the time of judgement; /M is
 * the signer's claim, and a signature timestamp, however good, is named and
 * counts as proof of nothing. So revocation is REVOKED_NO_POE whenever it came
 * (EN 319 102-1, 5.2.6.4), and the reason says on which side of the claim.
 */
#include <openssl/cms.h>
#include <openssl/ts.h>

#include "base/context.h"
#include "tests/unit/signing/verdict_help.h"

#define T    WALK_TIME
#define HOUR VT_TIME_S(3600)
#define DAY  VT_TIME_S(86400)
#define NOW  (T + 10 * DAY)

static struct trust t;
static struct pki *tsa;
static struct vt_buf paper, stamped;

static int
nibble(uint8_t c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* file with another token beside its signature: /Contents lies outside of what
 * is signed, and has room. */
static void
with_token(const struct vt_buf *file, struct vt_span token, struct vt_buf *ret)
{
	uint8_t *at = memmem(file->p, file->n, "/Contents <", 11);
	size_t hole, n = 0;
	CMS_ContentInfo *cms;
	const unsigned char *p;
	unsigned char *der = NULL;
	VT_BUF_AUTO(old);
	VT_BUF_AUTO(hex);
	int len;

	tap_need(at != NULL, "a signature");
	at += 11;
	hole = (size_t)((uint8_t *)memchr(at, '>', 99999) - at);
	while (n + 1 < hole) {
		vt_buf_putc(
		    &old, (uint8_t)(nibble(at[n]) << 4 | nibble(at[n + 1])));
		n += 2;
	}
	p = old.p;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)old.n);
	tap_need(cms != NULL &&
		     CMS_unsigned_add1_attr_by_txt(
			 sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0),
			 "1.2.840.113549.1.9.16.2.14", V_ASN1_SEQUENCE, token.p,
			 (int)token.n) == 1,
	    "a token beside the signature");
	len = i2d_CMS_ContentInfo(cms, &der);
	tap_need(len > 0 && (size_t)len * 2 <= hole, "there is room for it");
	vt_buf_hex(&hex, VT_SPAN(der, (size_t)len));
	vt_buf_span(ret, vt_buf_view(file));
	memset(ret->p + (at - file->p), '0', hole);
	memcpy(ret->p + (at - file->p), hex.p, hex.n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
}

/* The signature value of file's only signer: what a token is over. */
static void
value_of(const struct vt_buf *file, struct vt_buf *ret)
{
	VT_BUF_AUTO(der);
	uint8_t *at = memmem(file->p, file->n, "/Contents <", 11);
	const ASN1_OCTET_STRING *value;
	const unsigned char *p;
	CMS_ContentInfo *cms;

	tap_need(at != NULL, "a signature");
	for (at += 11; *at != '>'; at += 2)
		vt_buf_putc(
		    &der, (uint8_t)(nibble(at[0]) << 4 | nibble(at[1])));
	p = der.p;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	tap_need(cms != NULL, "its CMS");
	value = CMS_SignerInfo_get0_signature(
	    sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0));
	vt_buf_put(ret, ASN1_STRING_get0_data(value),
	    (size_t)ASN1_STRING_length(value));
	CMS_ContentInfo_free(cms);
}

/* Is the token a good one, as OpenSSL sees it? */
static bool
token_holds(struct vt_span token, struct vt_span data)
{
	BIO *bio = BIO_new_mem_buf(data.p, (int)data.n);
	X509_STORE *store = X509_STORE_new();
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	const unsigned char *p = token.p;
	PKCS7 *p7 = d2i_PKCS7(NULL, &p, (long)token.n);
	bool ok;

	tap_need(bio != NULL && store != NULL && ctx != NULL && p7 != NULL &&
		     X509_STORE_add_cert(store, t.ca->cert) == 1,
	    "a token to look at");
	TS_VERIFY_CTX_set_flags(ctx, TS_VFY_SIGNATURE | TS_VFY_DATA);
	TS_VERIFY_CTX_set_data(ctx, bio);
	TS_VERIFY_CTX_set_store(ctx, store);
	ok = TS_RESP_verify_token(ctx, p7) == 1;
	PKCS7_free(p7);
	TS_VERIFY_CTX_free(ctx);
	return ok;
}

static void
setup(void)
{
	struct pki_options o = { .alg = VT_KEY_RSA_PKCS1_SHA256,
		.cn = "TSA mẫu",
		.serial = 80001,
		.key_usage = "critical,digitalSignature",
		.eku = "critical,timeStamping" };
	/* with room for a token */
	struct vt_signature_spec s = {
		.field = "vt_leader", .time = T, .contents_size = 16384
	};
	struct vt_pades_change c = { .sign = &s };
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bare);
	VT_BUF_AUTO(laid);
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(token);

	trust_open(&t, VT_KEY_ECDSA_P256_SHA256);
	tsa = pki_issue(&o, t.ca);
	walk_pdf(&kind, &bare);
	tap_need(walk_lay(&bare, 0, &laid, &err) == VT_OK &&
		     walk_step(&laid, &c, t.key, &paper, &err) == VT_OK,
	    "a signed paper %s", err.msg);
	value_of(&paper, &value);
	pki_token(tsa, vt_buf_view(&value), T + VT_TIME_S(60), &token);
	tap_ok(token_holds(vt_buf_view(&token), vt_buf_view(&value)),
	    "a timestamp over its value, by an authority that is trusted");
	with_token(&paper, vt_buf_view(&token), &stamped);
}

/* Judged at NOW with the CA's answer: status, and when it was revoked. */
static struct vt_verdict *
answered(const struct vt_buf *file, int status, vt_time revoked)
{
	struct vt_verify_input in = {
		.anchors = &t.anchor, .n_anchors = 1, .now = NOW
	};
	struct vt_fact fact = { .kind = "ocsp" };
	struct vt_verdict *v = judge(file, &in), *w;
	VT_BUF_AUTO(answer);

	tap_need(v->n_needs == 1, "one question");
	/* pki_ocsp: revoked an hour before the answer */
	pki_ocsp(t.ca, t.signer, status,
	    status == 1 ? revoked + HOUR : NOW - HOUR, NOW + DAY,
	    VT_SPAN(NULL, 0), &answer);
	fact.url = v->needs[0].url;
	fact.request = v->needs[0].request;
	fact.answer = vt_buf_view(&answer);
	in.facts = &fact;
	in.n_facts = 1;
	w = judge(file, &in);
	vt_verdict_free(v);
	return w;
}

static void
test_revoked(void)
{
	static const struct {
		vt_time at;
		const char *code, *what;
	} rows[] = {
		{ T - DAY, "certificate-revoked", "a day before" },
		{ T - VT_TIME_S(1), "certificate-revoked", "a second before" },
		{ T, "certificate-revoked", "in the very second" },
		{ T + VT_TIME_S(1), "certificate-revoked-later",
		    "a second after" },
		{ T + 9 * DAY, "certificate-revoked-later", "days after" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vt_verdict *v = answered(&paper, 1, rows[i].at);
		const struct vt_reason *r = reason(v, 0, rows[i].code);
		VT_BUF_AUTO(when);

		vt_time_rfc3339(rows[i].at, VT_TIME_VN_S, &when);
		tap_ok(r != NULL && r->detail != NULL &&
			   strstr(r->detail, vt_buf_str(&when)) != NULL,
		    "%s: when it was revoked is told", rows[i].what);
		tap_eq_str(v->signatures[0].revocation, "revoked", "revoked");
		expect(v, VT_INDETERMINATE, "REVOKED_NO_POE", rows[i].code,
		    rows[i].what);
	}
}

/* A timestamp is named; it neither saves a signature nor raises its level. */
static void
test_timestamp(void)
{
	struct vt_verdict *v = answered(&stamped, 0, 0);
	struct vt_verify_input in = {
		.anchors = &t.anchor, .n_anchors = 1, .offline = true
	};
	VT_BUF_AUTO(junk);

	tap_eq_str(v->signatures[0].level, "B-B", "the level is not B-T");
	expect(v, VT_TOTAL_PASSED, NULL, "timestamp-not-judged",
	    "a good signature with a timestamp passes, and it is said");
	v = answered(&stamped, 1, T + DAY);
	tap_ok(reason(v, 0, "timestamp-not-judged") != NULL,
	    "revoked after the time that the token proves: it is not judged");
	expect(v, VT_INDETERMINATE, "REVOKED_NO_POE",
	    "certificate-revoked-later", "and so proves nothing yet");
	in.now = T + 4000 * DAY;
	expect(judge(&stamped, &in), VT_INDETERMINATE, "OUT_OF_BOUNDS_NO_POE",
	    "certificate-expired", "expired since: the same");
	with_token(&paper, VT_SPAN_LIT("\x30\x03\x02\x01\x07"), &junk);
	expect(answered(&junk, 0, 0), VT_TOTAL_PASSED, NULL,
	    "timestamp-not-judged", "no token at all in its place: the same");
}

static void
test_no_timestamp(void)
{
	struct vt_verdict *v = answered(&paper, 0, 0);
	struct vt_json j;
	VT_BUF_AUTO(vi);
	VT_BUF_AUTO(en);
	VT_BUF_AUTO(json);

	tap_ok(v->overall == VT_OVERALL_PASSED &&
		   v->signatures[0].claimed_time == T &&
		   reason(v, 0, "timestamp-not-judged") == NULL,
	    "without a timestamp it passes while its certificate stands");
	vt_verdict_print(v, true, &vi);
	vt_verdict_print(v, false, &en);
	vt_json_open(&j, &json, false);
	vt_verdict_json(v, &j);
	tap_ok(strstr(vt_buf_str(&vi), "người ký khai") != NULL &&
		   strstr(vt_buf_str(&en), "Time of signing (claimed)") != NULL,
	    "the time of signing is said to be a claim");
	tap_ok(
	    strstr(vt_buf_str(&json), "\"claimed_time\":\"2026-11-1") != NULL &&
		strstr(vt_buf_str(&json), "proven") == NULL,
	    "in JSON, too");
	vt_verdict_free(v);
}

static void
test_down(void)
{
	struct vt_verify_input in = {
		.anchors = &t.anchor, .n_anchors = 1, .now = NOW
	};
	struct vt_fact fact = { .kind = "ocsp",
		.failure = "connection refused" };
	struct vt_verdict *v = judge(&paper, &in), *w;

	expect(judge(&paper, &in), VT_INDETERMINATE, "TRY_LATER",
	    "revocation-missing", "before anybody was asked");
	fact.url = v->needs[0].url;
	fact.request = v->needs[0].request;
	in.facts = &fact;
	in.n_facts = 1;
	w = judge(&paper, &in);
	tap_ok(w->n_needs == 0 &&
		   reason(w, 0, "revocation-not-fetched") != NULL &&
		   strstr(reason(w, 0, "revocation-not-fetched")->detail,
		       "connection refused") != NULL,
	    "why it could not be asked is told, and it is not asked again");
	expect(w, VT_INDETERMINATE, "TRY_LATER", "revocation-not-fetched",
	    "the responder is down");
	vt_verdict_free(v);
	in.n_facts = 0;
	in.offline = true;
	v = judge(&paper, &in);
	tap_eq_int(v->n_needs, 0, "offline nothing is asked");
	expect(v, VT_INDETERMINATE, "TRY_LATER", "revocation-missing",
	    "and nothing is assumed");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	setup();
	test_revoked();
	test_timestamp();
	test_no_timestamp();
	test_down();
	vt_buf_free(&paper);
	vt_buf_free(&stamped);
	pki_free(tsa);
	trust_close(&t);
	return tap_done();
}
