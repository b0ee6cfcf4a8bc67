/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chain and revocation: what each state of the world does to a verdict. One
 * file, signed correctly; only trust, time and answers differ.
 */
#include "base/context.h"
#include "tests/unit/signing/verdict_help.h"

#define DAY VT_TIME_S(86400)

static struct pki *ca;

/* A paper signed once by p. */
static void
signed_by(const struct pki *p, struct vt_buf *ret)
{
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *key = pki_key(p);
	VT_BUF_AUTO(bare);
	VT_BUF_AUTO(laid);

	walk_pdf(&kind, &bare);
	tap_need(
	    walk_lay(&bare, 0, &laid, &err) == VT_OK &&
		walk_sign(&laid, "vt_leader", 120, 60, key, ret, &err) == VT_OK,
	    "a signed paper %s", err.msg);
	vt_key_free(key);
}

/* An answer that the test makes. */
struct answer {
	const struct pki *responder, *about;
	int status;
	vt_time this_update, next_update;
	const char *junk; /* instead of an answer */
};

static struct vt_verdict *
judge_with(const struct vt_buf *file, const struct pki *anchor, vt_time now,
    const struct answer *answers, size_t n)
{
	struct vt_span der = { NULL, 0 };
	struct vt_verify_input in = { .anchors = &der, .now = now };
	struct vt_fact facts[8];
	struct vt_buf bytes[8];
	struct vt_verdict *v, *w;
	size_t i, k;

	if (anchor != NULL) {
		der = pki_der(anchor);
		in.n_anchors = 1;
	}
	v = judge(file, &in);
	if (n == 0 || v->n_needs == 0)
		return v;
	/* Every answer is offered for every question, as one fetched from the
	 * same URL would be. */
	in.facts = facts;
	for (i = 0, k = 0; i < n; i++) {
		vt_buf_init(&bytes[i], 0);
		if (answers[i].junk != NULL)
			vt_buf_puts(&bytes[i], answers[i].junk);
		else
			pki_ocsp(answers[i].responder, answers[i].about,
			    answers[i].status, answers[i].this_update,
			    answers[i].next_update, VT_SPAN(NULL, 0),
			    &bytes[i]);
		facts[k++] = (struct vt_fact){ .kind = "ocsp",
			.url = v->needs[i < v->n_needs ? i : 0].url,
			.request = v->needs[i < v->n_needs ? i : 0].request,
			.answer = vt_buf_view(&bytes[i]) };
	}
	in.n_facts = k;
	w = judge(file, &in);
	for (i = 0; i < n; i++)
		vt_buf_free(&bytes[i]);
	vt_verdict_free(v);
	return w;
}

static struct pki *
issue(const struct pki_options *base, const struct pki *issuer)
{
	struct pki_options o = *base;

	if (o.cn == NULL)
		o.cn = "Trần Thị Mẫu";
	if (o.serial == 0)
		o.serial = 70001;
	return pki_issue(&o, issuer);
}

static void
test_anchors(void)
{
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.ocsp_url = OCSP_URL };
	struct pki *signer = issue(&o, ca);
	struct pki *other = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	VT_BUF_AUTO(file);

	signed_by(signer, &file);
	expect(judge_with(&file, NULL, WALK_TIME, NULL, 0), VT_INDETERMINATE,
	    "NO_CERTIFICATE_CHAIN_FOUND", "no-trust-anchors", "no anchors");
	expect(judge_with(&file, other, WALK_TIME, NULL, 0), VT_INDETERMINATE,
	    "NO_CERTIFICATE_CHAIN_FOUND", "chain-not-found",
	    "another authority of the same name");
	expect(judge_with(&file, signer, WALK_TIME, NULL, 0), VT_TOTAL_PASSED,
	    NULL, NULL, "the signer's own certificate as anchor");
	expect(judge_with(&file, signer, WALK_TIME + 4000 * DAY, NULL, 0),
	    VT_INDETERMINATE, "OUT_OF_BOUNDS_NO_POE", "certificate-expired",
	    "which expires all the same");
	pki_free(other);
	pki_free(signer);
}

static void
test_dates(void)
{
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.ocsp_url = OCSP_URL,
		.not_before = WALK_TIME - DAY,
		.not_after = WALK_TIME + DAY };
	struct pki *signer = issue(&o, ca);
	struct answer good = { ca, signer, 0, 0, 0, NULL };
	VT_BUF_AUTO(file);

	signed_by(signer, &file);
	good.this_update = WALK_TIME - DAY;
	good.next_update = WALK_TIME + 9 * DAY;
	expect(judge_with(&file, ca, WALK_TIME + DAY, &good, 1),
	    VT_TOTAL_PASSED, NULL, NULL, "valid to the last second");
	expect(judge_with(&file, ca, WALK_TIME + DAY + VT_TIME_S(1), &good, 1),
	    VT_INDETERMINATE, "OUT_OF_BOUNDS_NO_POE", "certificate-expired",
	    "expired");
	good.this_update = WALK_TIME - 9 * DAY;
	expect(judge_with(&file, ca, WALK_TIME - DAY - 1, &good, 1),
	    VT_INDETERMINATE, "OUT_OF_BOUNDS_NO_POE",
	    "certificate-not-yet-valid", "not valid yet");
	pki_free(signer);
}

static void
test_usage(void)
{
	static const struct {
		struct pki_options o;
		const char *code, *sub, *what;
	} rows[] = {
		{ { .eku = "serverAuth" }, "certificate-usage",
		    "CHAIN_CONSTRAINTS_FAILURE", "a web server's" },
		{ { .key_usage = "keyEncipherment" }, "certificate-usage",
		    "CHAIN_CONSTRAINTS_FAILURE", "one for encryption" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pki_options o = rows[i].o;
		struct pki *signer;
		VT_BUF_AUTO(file);

		o.alg = VT_KEY_ECDSA_P256_SHA256;
		o.ocsp_url = OCSP_URL;
		signer = issue(&o, ca);
		signed_by(signer, &file);
		expect(judge_with(&file, ca, WALK_TIME, NULL, 0),
		    VT_INDETERMINATE, rows[i].sub, rows[i].code, rows[i].what);
		pki_free(signer);
	}
}

static void
test_ocsp(void)
{
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.ocsp_url = OCSP_URL };
	struct pki_options od = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.cn = "OCSP mẫu",
		.serial = 70077,
		.eku = "OCSPSigning",
		.no_check = true };
	struct pki *signer = issue(&o, ca), *delegate, *plain, *checked;
	struct pki *stranger = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	vt_time t = WALK_TIME;
	VT_BUF_AUTO(file);
	size_t i;

	delegate = issue(&od, ca);
	od.no_check = false;
	checked = issue(&od, ca);
	od.eku = NULL;
	plain = issue(&od, ca);
	signed_by(signer, &file);
	{
		const struct {
			struct answer a;
			enum vt_indication indication;
			const char *sub, *code, *what;
		} rows[] = {
			{ { ca, signer, 0, t - DAY, t + DAY, NULL },
			    VT_TOTAL_PASSED, NULL, NULL, "good" },
			{ { ca, signer, 0, t + VT_TIME_S(299), t + DAY, NULL },
			    VT_TOTAL_PASSED, NULL, NULL,
			    "good, a clock a little ahead" },
			{ { ca, signer, 0, t + VT_TIME_S(301), t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable", "from the future" },
			{ { ca, signer, 0, t - 2 * DAY, t - DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable", "out of date" },
			{ { ca, signer, 1, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "REVOKED_NO_POE",
			    "certificate-revoked", "revoked" },
			{ { ca, signer, 1, t - 9 * DAY, t - DAY, NULL },
			    VT_INDETERMINATE, "REVOKED_NO_POE",
			    "certificate-revoked", "revoked, told long ago" },
			{ { ca, signer, 2, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER", "revocation-unknown",
			    "unknown" },
			{ { delegate, signer, 0, t - DAY, t + DAY, NULL },
			    VT_TOTAL_PASSED, NULL, NULL,
			    "good, from an appointed responder" },
			{ { checked, signer, 0, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable",
			    "a responder that could itself be revoked" },
			{ { plain, signer, 0, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable",
			    "a responder without OCSPSigning" },
			{ { signer, signer, 0, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable",
			    "the signer about himself" },
			{ { stranger, signer, 0, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable",
			    "another authority of the same name" },
			{ { stranger, signer, 1, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable",
			    "a stranger cannot revoke, either" },
			{ { ca, delegate, 0, t - DAY, t + DAY, NULL },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable",
			    "about another certificate" },
			{ { NULL, NULL, 0, 0, 0, "<html>404</html>" },
			    VT_INDETERMINATE, "TRY_LATER",
			    "revocation-answer-unusable", "a web page" },
		};

		for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			expect(judge_with(&file, ca, t, &rows[i].a, 1),
			    rows[i].indication, rows[i].sub, rows[i].code,
			    rows[i].what);
	}
	pki_free(stranger);
	pki_free(plain);
	pki_free(checked);
	pki_free(delegate);
	pki_free(signer);
}

/* Root, intermediate, signer: each link but the anchor is asked about. */
static void
test_intermediate(void)
{
	struct pki_options om = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.cn = "CA trung gian mẫu",
		.ca = true,
		.serial = 71001,
		.ocsp_url = "http://ocsp.example.vn/root" };
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.serial = 71002,
		.ocsp_url = OCSP_URL };
	struct pki *middle = issue(&om, ca), *signer = issue(&o, middle), *none;
	vt_time t = WALK_TIME;
	struct answer good[2] = {
		{ middle, signer, 0, t - DAY, t + DAY, NULL },
		{ ca, middle, 0, t - DAY, t + DAY, NULL },
	};
	struct vt_verdict *v;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(silent);

	signed_by(signer, &file);
	v = judge_with(&file, ca, t, NULL, 0);
	tap_ok(v->n_needs == 2 && strcmp(v->needs[0].url, OCSP_URL) == 0 &&
		   strcmp(v->needs[1].url, "http://ocsp.example.vn/root") == 0,
	    "two questions");
	vt_verdict_free(v);
	expect(judge_with(&file, ca, t, good, 2), VT_TOTAL_PASSED, NULL, NULL,
	    "both good");
	expect(judge_with(&file, ca, t, good, 1), VT_INDETERMINATE, "TRY_LATER",
	    "revocation-missing", "one is not enough");
	good[1].status = 1;
	expect(judge_with(&file, ca, t, good, 2), VT_INDETERMINATE,
	    "REVOKED_CA_NO_POE", "authority-revoked",
	    "the authority was revoked");
	expect(judge_with(&file, middle, t, good, 1), VT_TOTAL_PASSED, NULL,
	    NULL, "the intermediate as anchor: nothing above it matters");
	o.ocsp_url = NULL;
	none = issue(&o, ca);
	signed_by(none, &silent);
	expect(judge_with(&silent, ca, t, NULL, 0), VT_INDETERMINATE,
	    "TRY_LATER", "revocation-no-source", "no responder named");
	pki_free(none);
	pki_free(signer);
	pki_free(middle);
}

/* A signer who issues certificates is no authority. */
static void
test_false_authority(void)
{
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.cn = "Người ký mẫu",
		.serial = 72001 };
	struct pki_options below = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.serial = 72002 };
	struct pki *end = issue(&o, ca), *forged = issue(&below, end);
	struct vt_verdict *v;
	VT_BUF_AUTO(file);

	signed_by(forged, &file);
	v = judge_with(&file, ca, WALK_TIME, NULL, 0);
	tap_ok(v->overall == VT_OVERALL_INDETERMINATE && v->n_needs == 0 &&
		   (reason(v, 0, "chain-invalid") != NULL ||
		       reason(v, 0, "chain-not-found") != NULL),
	    "a certificate issued by a mere signer");
	vt_verdict_free(v);
	pki_free(forged);
	pki_free(end);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	test_anchors();
	test_dates();
	test_usage();
	test_ocsp();
	test_intermediate();
	test_false_authority();
	pki_free(ca);
	return tap_done();
}
