/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An operator with root and every key of the node rewrites yesterday: another
 * paper in the old one's place, and everything after it derived again, signed
 * with our own keys. The store's own check is clean. One citizen's proof and
 * one anchor are enough to see it, with the verifier that stands alone.
 */
#include "docstore/verifier/proof.h"

#include "docstore/anchor.h"
#include "docstore/bundle.h"
#include "signing/signing.h"
#include "signing/stamp/stamp.h"
#include "tests/unit/docstore/fixture.h"
#include "tests/unit/verifier/tsa.h"

#define PAPERS 9
#define ACT    4 /* of the paper that is rewritten */

static struct vt_spawner *spawner;

static void
stamp(struct doer *d, struct tsa *t)
{
	static const uint8_t nonce[VT_STAMP_NONCE] = { 0xff, 1, 2, 3 };
	struct vt_anchor_plan plan;
	struct vt_stamp_want want = { .n_anchors = 0 };
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	VT_BUF_AUTO(token);
	struct vt_view *v;
	vt_time stated;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_anchor_plan(v, &plan, &d->err), &d->err, "what grew");
	vt_view_end(v);
	vt_stamp_request(&plan.root, nonce, &request);
	tsa_reply(t, vt_buf_view(&request), &reply);
	want.imprint = plan.root;
	memcpy(want.nonce, nonce, sizeof(nonce));
	tap_call(vt_stamp_judge(spawner, vt_buf_view(&reply), &want, &token,
		     &stated, &d->err),
	    &d->err, "the reply is judged");
	tap_call(vt_anchor_keep(
		     d->s, &plan, "tsa", vt_buf_view(&token), stated, &d->err),
	    &d->err, "%zu checkpoints anchored", plan.n);
	vt_anchor_plan_free(&plan);
}

/* The same days; paper number ACT - 2 is another one when told. */
static struct vt_store *
live(const char *dir, struct world *w, struct doer *d, bool rewritten)
{
	world_init(w);
	d->s = store_new(dir, &w->ctx);
	tap_need(make_agency(d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	for (uint64_t i = 1; i <= PAPERS; i++)
		tap_need(make_paper(d, VT_DIR_OUT, 2000,
			     rewritten && i == ACT ? 666 : i) == VT_OK,
		    "paper");
	return d->s;
}

static void
bundle_of(struct doer *d, uint64_t index, struct vt_buf *ret)
{
	const struct vt_bundle_wish wish = { .opening = true };
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_bundle_get(v, d->agency, index, &wish, ret, &d->err),
	    &d->err, "a bundle");
	vt_view_end(v);
}

static void
key_of(struct doer *d, struct key *ret, struct vt_vkey *ret_house)
{
	struct vt_vkey k;
	struct vt_view *v;
	VT_BUF_AUTO(t);

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_log_vkey(v, d->agency, &k, &d->err), &d->err, "key");
	vt_view_end(v);
	vt_vkey_put(&k, &t);
	tap_need(proof_key(vt_buf_str(&t), 1, ret), "the verifier takes it");
	*ret_house = k;
}

static X509_STORE *
trust(const struct tsa *t)
{
	X509_STORE *s = X509_STORE_new();

	(void)X509_STORE_set_flags(s, X509_V_FLAG_PARTIAL_CHAIN);
	(void)X509_STORE_add_cert(s, t->cert);
	return s;
}

static bool
proved(const struct key *log, const struct vt_buf *bundle, struct span anchor,
    X509_STORE *tsa, struct answer *ret)
{
	struct question q = { .bundle = { bundle->p, bundle->n },
		.anchor = anchor,
		.log = *log,
		.tsa = tsa };
	enum why why;

	*ret = (struct answer){ .index = 0 };
	why = proof_check(&q, ret);
	if (why != PROOF_HOLDS)
		printf("# not proved: %d\n", (int)why);
	return why == PROOF_HOLDS;
}

/* The anchor's bytes out of a citizen's bundle, copied. */
static struct span
anchor_in(const struct vt_buf *bundle, uint8_t *copy)
{
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct span s = { copy, 0 };

	tap_need(vt_bundle_parse(vt_buf_view(bundle), &b, &err) == VT_OK, "it");
	memcpy(copy, b.anchor.p, b.anchor.n);
	s.n = b.anchor.n;
	vt_bundle_free(&b);
	tap_ok(s.n > 0, "the citizen's proof has an anchor");
	return s;
}

/* One bit of the anchor in a citizen's proof is another: both verifiers say
 * the same of its path, and what passes still says the true time. */
static void
mutated(const struct key *log, const struct vt_vkey *vkey,
    const struct vt_buf *citizen, X509_STORE *good)
{
	unsigned int passed = 0, false_time = 0, differ = 0;
	static uint8_t copy[VT_ANCHOR_TOKEN_MAX];
	struct vt_bundle_trust trust = { .log = vkey };
	struct span anchor = anchor_in(citizen, copy), none = { NULL, 0 };
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_bundle_says true_one, says;
	struct answer was, a;
	size_t step = anchor.n / 500 + 1;

	tap_need(proved(log, citizen, none, good, &was), "as it is");
	tap_need(vt_bundle_parse(vt_buf_view(citizen), &b, &err) == VT_OK &&
		     vt_bundle_verify(&b, &trust, &true_one, &err) == VT_OK,
	    "the house's, too");
	b.anchor = VT_SPAN(copy, anchor.n);
	for (size_t i = 0; i < anchor.n; i += step) {
		struct question q = { .bundle = { citizen->p, citizen->n },
			.anchor = anchor,
			.log = *log,
			.tsa = good };
		bool one, other;

		copy[i] ^= (uint8_t)(1U << (i % 8));
		a = (struct answer){ .index = 0 };
		one = proof_check(&q, &a) == PROOF_HOLDS;
		other = vt_bundle_verify(&b, &trust, &says, &err) == VT_OK &&
			vt_hash_eq(&says.imprint, &true_one.imprint);
		copy[i] ^= (uint8_t)(1U << (i % 8));
		passed += one;
		differ += one && !other;
		false_time += one && strcmp(a.stamp, was.stamp) != 0;
	}
	printf("# %u of %zu pass: bytes that nothing signs\n", passed,
	    anchor.n / step);
	tap_eq_int(differ, 0, "no anchor passes that the house refuses");
	tap_eq_int(false_time, 0, "none says another time");
	tap_ok(passed < anchor.n / step / 4, "nearly all are found out");
	vt_bundle_free(&b);
}

static void
rewritten(struct tsa *t, struct tsa *other)
{
	char *dir[2] = { dir_new(), dir_new() };
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	static uint8_t copy[VT_ANCHOR_TOKEN_MAX];
	X509_STORE *good = trust(t), *bad = trust(other);
	struct key log, log2;
	struct vt_vkey vkey;
	struct answer a;
	struct span anchor, none = { NULL, 0 };
	struct vt_view *v;
	struct world w;
	VT_BUF_AUTO(citizen);
	VT_BUF_AUTO(forged);
	VT_BUF_AUTO(text);

	/* yesterday */
	(void)live(dir[0], &w, &d, false);
	stamp(&d, t);
	bundle_of(&d, ACT, &citizen);
	key_of(&d, &log, &vkey);
	tap_eq_int(findings(d.s, true), 0, "yesterday's store is clean");
	vt_store_close(d.s);
	anchor = anchor_in(&citizen, copy);
	tap_ok(proved(&log, &citizen, none, good, &a) && a.stamped,
	    "the citizen's proof holds, timestamped");
	tap_ok(proved(&log, &citizen, none, NULL, &a) && !a.stamped &&
		   a.stamp_shown,
	    "a token whose signature was not looked at adds no strength");
	tap_ok(!proved(&log, &citizen, none, bad, &a),
	    "another authority's certificate does not do");

	mutated(&log, &vkey, &citizen, good);

	/* today, after the rewriting */
	(void)live(dir[1], &w, &d, true);
	tap_eq_int(findings(d.s, true), 0, "the rewritten store is clean, too");
	key_of(&d, &log2, &vkey);
	tap_ok(memcmp(&log.pub, &log2.pub, 32) == 0 &&
		   strcmp(log.name, log2.name) == 0,
	    "with the same key and name");
	bundle_of(&d, ACT, &forged);
	tap_ok(proved(&log, &forged, none, good, &a) && !a.stamped &&
		   a.outsiders == 0,
	    "its proof holds by its own word, and by nothing else");
	tap_ok(!proved(&log, &forged, anchor, good, &a),
	    "against the citizen's anchor: found out");
	tap_ok(proved(&log, &citizen, none, good, &a) && a.stamped,
	    "the citizen's proof still holds, of yesterday's tree");
	for (uint64_t i = 0; i < 3; i++)
		tap_need(make_paper(&d, VT_DIR_OUT, 100, 50 + i) == VT_OK,
		    "new papers");
	tap_need(vt_view_begin(d.s, &v, &d.err) == VT_OK, "view");
	tap_call(vt_consistency_put(v, d.agency, PAPERS + 1, &text, &d.err),
	    &d.err, "what the operator has to show");
	vt_view_end(v);
	a = (struct answer){ .index = 0 };
	tap_eq_int(proof_extends((struct span){ citizen.p, citizen.n },
		       (struct span){ text.p, text.n }, &log, &a),
	    PROOF_NOT_EXTENDED,
	    "it does not go on from what the citizen holds: REWRITTEN");
	vt_store_close(d.s);
	X509_STORE_free(good);
	X509_STORE_free(bad);
	vt_act_result_free(&d.r);
	dir_free(dir[0]);
	dir_free(dir[1]);
}

/* What an authority, or who stands between, may answer. */
static void
replies(struct tsa *t, struct tsa *other)
{
	struct vt_stamp_want want = { .n_anchors = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_span trusted;
	uint8_t *der = NULL;
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	VT_BUF_AUTO(token);
	VT_BUF_AUTO(spoilt);
	unsigned int passed = 0;
	vt_time stated;
	int n;

	want.imprint = vt_sha256(vt_span_str("x"));
	want.nonce[3] = 9;
	vt_stamp_request(&want.imprint, want.nonce, &request);
	tsa_reply(t, vt_buf_view(&request), &reply);
	n = i2d_X509(t->cert, &der);
	trusted = VT_SPAN(der, (size_t)n);
	want.anchors = &trusted;
	want.n_anchors = 1;
	tap_call(vt_stamp_judge(spawner, vt_buf_view(&reply), &want, &token,
		     &stated, &err),
	    &err, "by the authority that is trusted");
	want.nonce[3] = 8;
	tap_code(vt_stamp_judge(spawner, vt_buf_view(&reply), &want, &token,
		     &stated, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "another nonce: an old reply");
	want.nonce[3] = 9;
	want.imprint.b[0] ^= 1;
	tap_code(vt_stamp_judge(spawner, vt_buf_view(&reply), &want, &token,
		     &stated, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "another imprint");
	want.imprint.b[0] ^= 1;
	for (size_t i = 0; i < 12; i++) {
		vt_buf_reset(&spoilt);
		vt_buf_span(&spoilt, vt_buf_view(&reply));
		spoilt.p[i * reply.n / 12] ^= 0x10;
		passed += vt_stamp_judge(spawner, vt_buf_view(&spoilt), &want,
			      &token, &stated, &err) == VT_OK;
	}
	printf("# %u of 12 spoilt replies pass (what no signature covers)\n",
	    passed);
	tap_ok(passed <= 3, "spoilt replies are refused");
	tap_code(vt_stamp_judge(spawner, vt_span_str("<html>"), &want, &token,
		     &stated, &err),
	    VT_E_SYNTAX, &err, "a page of HTML");
	vt_buf_reset(&reply);
	tsa_reply(other, vt_buf_view(&request), &reply);
	tap_code(vt_stamp_judge(spawner, vt_buf_view(&reply), &want, &token,
		     &stated, &err),
	    VT_E_SIGNATURE_MISMATCH, &err, "an authority nobody trusts");
	t->refuse = true;
	vt_buf_reset(&reply);
	tsa_reply(t, vt_buf_view(&request), &reply);
	tap_code(vt_stamp_judge(spawner, vt_buf_view(&reply), &want, &token,
		     &stated, &err),
	    VT_E_PEER_REFUSED, &err, "it does not grant one");
	t->refuse = false;
	OPENSSL_free(der);
}

int
main(void)
{
	static const struct vt_worker_kind *const kinds = &vt_proof_worker;
	struct vt_err err = VT_ERR_INIT;
	struct tsa t, other;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(
	    vt_spawner_start(kinds, 1, &spawner, &err) == VT_OK, "workers");
	tsa_new(&t, "Dấu thời gian thử");
	tsa_new(&other, "Kẻ khác");
	replies(&t, &other);
	rewritten(&t, &other);
	tsa_free(&t);
	tsa_free(&other);
	vt_spawner_free(spawner);
	return tap_done();
}
