/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk of a validation: open, gather, judge. */
#include <openssl/err.h>

#include "base/limits.h"
#include "signing/key/x509.h"
#include "signing/verdict/facts.h"

static int
read_anchors(struct vt_facts *f, struct vt_err *reterr)
{
	size_t i;

	f->anchors = sk_X509_new_null();
	if (f->anchors == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "trust anchors");
	for (i = 0; i < f->in->n_anchors; i++) {
		X509 *x = NULL;
		struct vt_err err;

		/* One that is no certificate cannot be trusted: it only makes
		 * a chain harder to find. vt_trust_read() names it. */
		if (vt_x509_read(f->in->anchors[i], "trust anchor", &x, &err) !=
		    VT_OK)
			continue;
		if (sk_X509_push(f->anchors, x) == 0) {
			X509_free(x);
			return vt_err_set(reterr, VT_E_NOMEM, "trust anchors");
		}
	}
	return VT_OK;
}

static void
facts_free(struct vt_facts *f)
{
	size_t i;

	for (i = 0; i < f->n_signatures; i++) {
		sk_X509_pop_free(f->signatures[i]->pool, X509_free);
		sk_X509_pop_free(f->signatures[i]->chain, X509_free);
	}
	sk_X509_pop_free(f->anchors, X509_free);
	vt_pdf_free(f->pdf);
	vt_arena_free(f->work);
	ERR_clear_error();
}

static int
facts_open(struct vt_facts *f, struct vt_err *reterr)
{
	size_t n;
	int rc;

	f->work = vt_arena_new(VT_L(VERDICT_PDF_MEMORY));
	if (f->work == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF objects");
	if ((rc = read_anchors(f, reterr)) != VT_OK)
		return rc;
	rc = vt_pdf_open(f->src, f->work, &f->pdf, reterr);
	if (rc != VT_OK)
		return rc;
	n = vt_pdf_revisions(f->pdf);
	f->fields = vt_arena_array(f->out, n, sizeof(*f->fields));
	f->steps = vt_arena_array(f->out, n, sizeof(*f->steps));
	if (f->fields == NULL || f->steps == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF revisions");
	return vt_facts_signatures(f, reterr);
}

static bool
is_broken(const struct vt_signature_facts *s)
{
	size_t i;

	for (i = 0; i < s->n_findings; i++)
		if (vt_reason_rows[s->findings[i].id].indication ==
		    VT_TOTAL_FAILED)
			return true;
	return false;
}

static void
gather(struct vt_facts *f)
{
	size_t i;

	for (i = 0; i < f->n_signatures; i++) {
		vt_facts_range(f, f->signatures[i]);
		vt_facts_cms(f, f->signatures[i]);
	}
	vt_facts_collisions(f);
	vt_facts_digests(f);
	for (i = 0; i < f->n_signatures; i++) {
		struct vt_signature_facts *s = f->signatures[i];

		vt_facts_verify(f, s);
		vt_facts_chain(f, s);
		vt_facts_changes(f, s);
		/* Nobody is asked about the certificate of a signature that
		 * is broken anyway. */
		if (!is_broken(s))
			vt_facts_revocation(f, s);
	}
	for (i = 0; i < f->n_signatures; i++)
		vt_facts_vouched(f, f->signatures[i]);
}

enum vt_overall
vt_verdict_overall(const struct vt_verdict *v)
{
	enum vt_indication ind = VT_TOTAL_PASSED;
	size_t i;

	if (v->n_signatures == 0)
		return VT_OVERALL_NO_SIGNATURE;
	for (i = 0; i < v->n_signatures; i++)
		if (v->signatures[i].indication > ind)
			ind = v->signatures[i].indication;
	return ind == VT_TOTAL_PASSED    ? VT_OVERALL_PASSED
	       : ind == VT_INDETERMINATE ? VT_OVERALL_INDETERMINATE
					 : VT_OVERALL_FAILED;
}

static int
judge_all(struct vt_facts *f, struct vt_verdict *v, struct vt_err *reterr)
{
	size_t i;

	v->revisions = vt_pdf_revisions(f->pdf);
	if (f->n_signatures > 0) {
		v->signatures = vt_arena_array(
		    v->arena, f->n_signatures, sizeof(*v->signatures));
		if (v->signatures == NULL)
			return vt_err_set(reterr, VT_E_NOMEM, "verdict");
	}
	v->n_signatures = f->n_signatures;
	for (i = 0; i < f->n_signatures; i++)
		vt_judge(f, f->signatures[i], &v->signatures[i]);
	v->needs = f->needs;
	v->n_needs = f->n_needs;
	v->overall = vt_verdict_overall(v);
	return f->nomem ? vt_err_set(reterr, VT_E_NOMEM, "verdict") : VT_OK;
}

static struct vt_verdict *
verdict_new(void)
{
	struct vt_arena *arena = vt_arena_new(VT_L(VERDICT_MEMORY));
	struct vt_verdict *v;

	if (arena == NULL)
		return NULL;
	v = vt_arena_alloc(arena, sizeof(*v));
	if (v == NULL) {
		vt_arena_free(arena);
		return NULL;
	}
	v->arena = arena;
	return v;
}

/* What made the gathering run out of memory: VT_E_LIMIT or VT_E_NOMEM. */
static int
ran_out(const struct vt_facts *f, struct vt_err *reterr)
{
	int rc = vt_arena_err(f->out, reterr);

	if (rc != VT_E_LIMIT && f->work != NULL)
		rc = vt_arena_err(f->work, reterr);
	return rc;
}

static struct vt_verdict *
not_readable(vt_time now, const struct vt_err *why)
{
	struct vt_verdict *v = verdict_new();

	if (v != NULL) {
		v->judged_at = now;
		v->overall = VT_OVERALL_NOT_READABLE;
		v->unreadable = *why;
	}
	return v;
}

int
vt_verify_pdf(struct vt_source *src, const struct vt_verify_input *in,
    struct vt_verdict **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = verdict_new();
	struct vt_facts f = { .src = src, .in = in };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if (v == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "verdict: no memory");
	v->judged_at = in->now;
	f.out = v->arena;
	rc = facts_open(&f, &err);
	if (rc == VT_OK) {
		gather(&f);
		rc = judge_all(&f, v, &err);
	}
	if (rc == VT_E_NOMEM || f.nomem)
		rc = ran_out(&f, &err);
	facts_free(&f);
	/* A file that needs more than a limit allows is not readable here:
	 * that is a verdict, and it needs room of its own. */
	if (rc != VT_OK && rc != VT_E_NOMEM) {
		vt_verdict_free(v);
		v = not_readable(in->now, &err);
	}
	if (rc == VT_E_NOMEM || v == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "verdict: no memory");
	*ret = VT_TAKE(v);
	return VT_OK;
}

void
vt_verdict_free(struct vt_verdict *v)
{
	/* The verdict lies in its own arena. */
	if (v != NULL)
		vt_arena_free(v->arena);
}

int
vt_verdict_exit(const struct vt_verdict *v)
{
	switch (v->overall) {
	case VT_OVERALL_PASSED:
		return 0;
	case VT_OVERALL_FAILED:
		return 1;
	case VT_OVERALL_INDETERMINATE:
		return 2;
	case VT_OVERALL_NO_SIGNATURE:
		return 3;
	case VT_OVERALL_NOT_READABLE:
		break;
	}
	return 4;
}
