/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of verdicts share: a demo trust, judging a buffer, and the
 * loop of needs answered by a demo responder. */
#ifndef VT_TESTS_VERDICT_HELP_H
#define VT_TESTS_VERDICT_HELP_H

#include "signing/verdict/verdict.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

#define OCSP_URL "http://ocsp.example.vn/ca"

/* A CA and a signer under it whose certificate names OCSP_URL. */
struct trust {
	struct pki *ca, *signer;
	struct vt_key *key;
	struct vt_span anchor;
};

static inline __attribute__((unused)) void
trust_open(struct trust *t, enum vt_key_alg alg)
{
	struct pki_options o = { .alg = alg,
		.cn = "Nguyễn Văn Mẫu",
		.o = "Sở KH&CN mẫu",
		.ocsp_url = OCSP_URL };

	t->ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	t->signer = pki_issue(&o, t->ca);
	t->key = pki_key(t->signer);
	t->anchor = pki_der(t->ca);
}

static inline __attribute__((unused)) void
trust_close(struct trust *t)
{
	vt_key_free(t->key);
	pki_free(t->signer);
	pki_free(t->ca);
}

/* Stops the test when there is no verdict at all. */
static inline __attribute__((unused)) struct vt_verdict *
judge(const struct vt_buf *file, const struct vt_verify_input *in)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_verdict *v = NULL;
	struct vt_source src;

	vt_source_memory(&src, vt_buf_view(file));
	if (vt_verify_pdf(&src, in, &v, &err) != VT_OK) {
		printf("Bail out! no verdict: %s\n", err.msg);
		exit(1);
	}
	return v;
}

/* Judged at WALK_TIME with t's CA as the anchor and a good OCSP answer. */
static inline __attribute__((unused)) struct vt_verdict *
judge_trusted(const struct vt_buf *file, const struct trust *t)
{
	struct vt_verify_input in = {
		.anchors = &t->anchor, .n_anchors = 1, .now = WALK_TIME
	};
	struct vt_fact fact = { .kind = "ocsp" };
	struct vt_verdict *v = judge(file, &in), *w;
	VT_BUF_AUTO(answer);

	if (v->n_needs != 1)
		return v;
	pki_ocsp(t->ca, t->signer, 0, WALK_TIME - VT_TIME_S(60),
	    WALK_TIME + VT_TIME_S(3600), VT_SPAN(NULL, 0), &answer);
	fact.url = v->needs[0].url;
	fact.request = v->needs[0].request;
	fact.answer = vt_buf_view(&answer);
	in.facts = &fact;
	in.n_facts = 1;
	w = judge(file, &in);
	vt_verdict_free(v);
	return w;
}

/* The reason with this code of signature i, or NULL. */
static inline __attribute__((unused)) const struct vt_reason *
reason(const struct vt_verdict *v, size_t i, const char *code)
{
	size_t k;

	if (i >= v->n_signatures)
		return NULL;
	for (k = 0; k < v->signatures[i].n_reasons; k++)
		if (strcmp(v->signatures[i].reasons[k].code, code) == 0)
			return &v->signatures[i].reasons[k];
	return NULL;
}

/* Prints a verdict as comments, for a test that fails. */
static inline __attribute__((unused)) void
show(const struct vt_verdict *v)
{
	char *line, *save = NULL;
	VT_BUF_AUTO(b);

	vt_verdict_print(v, false, &b);
	for (line = strtok_r((char *)b.p, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		printf("# %s\n", line);
}

/* One signature with this indication, sub-indication and reason. */
static inline __attribute__((unused)) void
expect(struct vt_verdict *v, enum vt_indication indication, const char *sub,
    const char *code, const char *what)
{
	const struct vt_signature_verdict *s = v->signatures;
	bool ok = v->n_signatures == 1 && s->indication == indication &&
		  (sub == NULL ? s->sub_indication == NULL
			       : s->sub_indication != NULL &&
				     strcmp(s->sub_indication, sub) == 0) &&
		  (code == NULL || reason(v, 0, code) != NULL);

	if (!tap_ok(ok, "%s", what))
		show(v);
	vt_verdict_free(v);
}

#endif
