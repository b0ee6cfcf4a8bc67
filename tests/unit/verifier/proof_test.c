/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-alone verifier and the one of the house, made apart, say the same:
 * of good proofs, and of thousands of spoilt ones. */
#include "docstore/verifier/proof.h"

#include "base/base64.h"
#include "base/ed25519.h"
#include "docstore/bundle.h"
#include "tests/unit/docstore/fixture.h"

static struct vt_buf *
fresh(struct vt_buf *b)
{
	vt_buf_reset(b);
	return b;
}

/* What a reader holds, in both languages. */
struct reader {
	struct vt_vkey log, cosigner[3];
	uint8_t seed[3][32];
	const char *whose[3], *own;
};

static bool
alone(const struct reader *r, struct vt_span bundle, struct vt_span receipt,
    unsigned int *ret_outsiders)
{
	struct question q = { .bundle = { bundle.p, bundle.n },
		.receipt = { receipt.p, receipt.n } };
	struct answer a = { .index = 0 };
	VT_BUF_AUTO(t);
	bool ok;

	vt_vkey_put(&r->log, &t);
	if (!proof_key(vt_buf_str(&t), 1, &q.log))
		abort();
	q.log.whose = r->own;
	for (; q.n_cosigners < 3; q.n_cosigners++) {
		struct key *k = &q.cosigner[q.n_cosigners];

		vt_vkey_put(&r->cosigner[q.n_cosigners], fresh(&t));
		if (!proof_key(vt_buf_str(&t), 4, k))
			abort();
		k->whose = r->whose[q.n_cosigners];
	}
	ok = proof_check(&q, &a) == PROOF_HOLDS;
	*ret_outsiders = a.outsiders;
	return ok;
}

static bool
house(const struct reader *r, struct vt_span bytes, struct vt_span receipt,
    unsigned int *ret_outsiders)
{
	struct vt_bundle_trust t = { .log = &r->log,
		.whose = r->own,
		.receipt = receipt,
		.n_cosigners = 3 };
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_bundle_says says;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	for (size_t i = 0; i < 3; i++) {
		t.cosigner[i].key = &r->cosigner[i];
		t.cosigner[i].whose = r->whose[i];
	}
	if ((rc = vt_bundle_parse(bytes, &b, &err)) == VT_OK)
		rc = vt_bundle_verify(&b, &t, &says, &err);
	vt_bundle_free(&b);
	*ret_outsiders = rc == VT_OK ? says.outsiders : 0;
	return rc == VT_OK;
}

/* A ledger of n acts, and who reads it. */
static struct vt_store *
ledger_of(struct doer *d, struct world *w, size_t n, struct reader *r)
{
	static const char *const names[] = { "tinhuy.test/w", "kho.test/w",
		"vien.test/chung-kien" };
	struct vt_view *v;

	world_init(w);
	d->s = model_new(&w->ctx);
	tap_need(make_agency(d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	for (size_t i = 0; i < n; i++)
		tap_need(make_paper(d, VT_DIR_OUT, 300, i) == VT_OK, "paper");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_log_vkey(v, d->agency, &r->log, &d->err) == VT_OK, "key");
	vt_view_end(v);
	r->own = "Ban Cơ yếu";
	for (uint8_t i = 0; i < 3; i++) {
		struct vt_vkey *k = &r->cosigner[i];

		memset(r->seed[i], 7 + i, 32);
		k->type = VT_VKEY_COSIGNER;
		(void)snprintf(k->name, sizeof(k->name), "%s", names[i]);
		tap_need(vt_ed25519_public(
			     VT_SPAN(r->seed[i], 32), k->pub, &d->err) == VT_OK,
		    "key");
		vt_vkey_id(k);
		r->whose[i] = names[i];
	}
	return d->s;
}

static void
get(struct doer *d, uint64_t index, bool opening, struct vt_buf *ret)
{
	struct vt_bundle_wish wish = { .opening = opening };
	struct vt_view *v;

	vt_buf_reset(ret);
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_bundle_get(v, d->agency, index, &wish, ret, &d->err),
	    &d->err, "a bundle of leaf %llu", (unsigned long long)index);
	vt_view_end(v);
}

static void
cosign(const struct reader *r, size_t i, struct vt_buf *bundle)
{
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(l);

	tap_need(vt_bundle_parse(vt_buf_view(bundle), &b, &err) == VT_OK, "it");
	tap_need(vt_cosign(b.text, &r->cosigner[i], VT_SPAN(r->seed[i], 32),
		     VT_TIME_S(1772500000), &l, &err) == VT_OK,
	    "cosigned");
	vt_bundle_free(&b);
	vt_buf_span(bundle, vt_buf_view(&l));
}

/* Both say the same; *ret what. */
static bool
same(const struct reader *r, struct vt_span bundle, struct vt_span receipt,
    bool *ret)
{
	unsigned int m, n;
	bool one = alone(r, bundle, receipt, &m);

	*ret = house(r, bundle, receipt, &n);
	return one == *ret && (!one || m == n);
}

static void
good(struct doer *d, struct reader *r)
{
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(receipt);
	struct vt_view *v;
	unsigned int n;
	bool ok;

	for (uint64_t i = 0; i < 20; i++) {
		get(d, i, true, &b);
		tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) && ok,
		    "leaf %llu: proved by both", (unsigned long long)i);
	}
	get(d, 5, false, &b);
	tap_ok(b.n <= VT_BUNDLE_BARE, "without the leaf it is small");
	tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) && !ok,
	    "nothing opens the leaf: not proved");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_receipt_get(v, d->agency, 5, &receipt, &d->err), &d->err,
	    "its receipt");
	tap_ok(same(r, vt_buf_view(&b), vt_buf_view(&receipt), &ok) && ok,
	    "the receipt opens it");
	vt_buf_reset(&receipt);
	tap_call(vt_receipt_get(v, d->agency, 6, &receipt, &d->err), &d->err,
	    "another");
	vt_view_end(v);
	tap_ok(same(r, vt_buf_view(&b), vt_buf_view(&receipt), &ok) && !ok,
	    "the receipt of another act does not");

	get(d, 5, true, &b);
	cosign(r, 0, &b);
	tap_ok(alone(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &n) && n == 1,
	    "one outsider");
	cosign(r, 1, &b);
	cosign(r, 2, &b);
	tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) && ok,
	    "three cosignatures: both agree");
	tap_ok(alone(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &n) && n == 3,
	    "three outsiders");
	r->whose[1] = r->whose[0];
	tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) &&
		   alone(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &n) && n == 2,
	    "two keys of one operator are one outsider");
	r->whose[0] = r->own;
	tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) &&
		   alone(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &n) && n == 2,
	    "the keeper's own cosigner does not count");
	r->whose[2] = NULL;
	tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) &&
		   alone(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &n) && n == 1,
	    "nor one of nobody");
	r->whose[2] = "Người khác";
	r->own = NULL;
	tap_ok(same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok) && ok &&
		   alone(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &n) && n == 0,
	    "whoever does not know the keeper cannot tell who is outside");
	r->own = "Ban Cơ yếu";
	r->whose[0] = r->cosigner[0].name;
	r->whose[1] = r->cosigner[1].name;
	r->whose[2] = r->cosigner[2].name;
}

static uint64_t
draw(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* One way to spoil it: a bit, a byte gone, doubled, two places swapped, the
 * end cut off, a line twice. */
static void
spoil(struct vt_buf *b, uint64_t *x)
{
	size_t at = draw(x) % b->n, to = draw(x) % b->n;
	uint8_t c = b->p[at];

	switch (draw(x) % 6) {
	case 0:
		b->p[at] ^= (uint8_t)(1U << draw(x) % 8);
		break;
	case 1:
		memmove(b->p + at, b->p + at + 1, b->n - at - 1);
		b->n--;
		break;
	case 2:
		vt_buf_putc(b, 0);
		memmove(b->p + at + 1, b->p + at, b->n - at - 1);
		break;
	case 3:
		b->p[at] = b->p[to];
		b->p[to] = c;
		break;
	case 4:
		vt_buf_truncate(b, at);
		break;
	default:
		b->p[at] = (uint8_t)draw(x);
	}
}

static void
spoilt(struct doer *d, const struct reader *r)
{
	unsigned int differ = 0, passed = 0, unexplained = 0;
	uint64_t x = 20261122;
	VT_BUF_AUTO(whole);
	VT_BUF_AUTO(b);
	bool ok;

	get(d, 13, true, &whole);
	cosign(r, 0, &whole);
	cosign(r, 1, &whole);
	for (unsigned int i = 0; i < 3000; i++) {
		vt_buf_span(fresh(&b), vt_buf_view(&whole));
		spoil(&b, &x);
		if (b.n == 0)
			continue;
		if (!same(r, vt_buf_view(&b), VT_SPAN(NULL, 0), &ok)) {
			printf("# they differ: %s\n", vt_buf_str(&b));
			differ++;
		}
		passed += ok;
		/* only a cosignature's line may be spoilt without harm */
		unexplained += ok && b.n > 600 && whole.n > 600 &&
			       memcmp(b.p, whole.p, whole.n - 400) != 0;
	}
	printf("# passed all the same: %u of 3000\n", passed);
	tap_eq_int(differ, 0, "3000 spoilt bundles: both say the same");
	tap_eq_int(unexplained, 0, "what passes lost a cosignature, no more");
}

/* ---- consistency ---- */

static bool
goes_on(const struct reader *r, struct vt_span old, struct vt_span text)
{
	struct answer a = { .index = 0 };
	struct key k;
	VT_BUF_AUTO(t);

	vt_vkey_put(&r->log, &t);
	if (!proof_key(vt_buf_str(&t), 1, &k))
		abort();
	return proof_extends((struct span){ old.p, old.n },
		   (struct span){ text.p, text.n }, &k, &a) == PROOF_HOLDS;
}

static bool
goes_on_house(const struct reader *r, struct vt_span old, struct vt_span text)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_checkpoint from, to;
	struct vt_consistency c;

	return vt_checkpoint_verify(old, r->log.pub, &from, &err) == VT_OK &&
	       vt_consistency_parse(text, &c, &err) == VT_OK &&
	       vt_checkpoint_verify(c.note, r->log.pub, &to, &err) == VT_OK &&
	       strcmp(from.origin, r->log.name) == 0 &&
	       strcmp(to.origin, r->log.name) == 0 && c.old_size == from.size &&
	       vt_ledger_verify_consistency(from.size, to.size, &c.proof,
		   &from.root, &to.root, &err) == VT_OK;
}

static void
checkpoint_now(struct doer *d, struct vt_buf *ret)
{
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_checkpoint_get(v, d->agency, ret, &d->err) == VT_OK, "now");
	vt_view_end(v);
}

static void
consistency_to_now(struct doer *d, uint64_t old, struct vt_buf *ret)
{
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_consistency_put(v, d->agency, old, ret, &d->err), &d->err,
	    "from %llu to now", (unsigned long long)old);
	vt_view_end(v);
}

static void
consistency(struct doer *d, const struct reader *r)
{
	struct vt_err err = VT_ERR_INIT;
	unsigned int differ = 0, passed = 0;
	struct vt_checkpoint cp;
	uint64_t x = 4711;
	VT_BUF_AUTO(old);
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(bundle);
	struct vt_view *v;

	checkpoint_now(d, &old);
	get(d, 3, true, &bundle);
	tap_need(vt_checkpoint_verify(
		     vt_buf_view(&old), r->log.pub, &cp, &err) == VT_OK,
	    "old");
	for (uint64_t i = 0; i < 11; i++)
		tap_need(
		    make_paper(d, VT_DIR_OUT, 300, 900 + i) == VT_OK, "paper");
	consistency_to_now(d, cp.size, &text);
	tap_ok(goes_on(r, vt_buf_view(&old), vt_buf_view(&text)) &&
		   goes_on_house(r, vt_buf_view(&old), vt_buf_view(&text)),
	    "the later ledger goes on from the earlier one");
	tap_ok(goes_on(r, vt_buf_view(&bundle), vt_buf_view(&text)),
	    "a citizen's bundle stands for its checkpoint");
	for (unsigned int i = 0; i < 1500; i++) {
		bool one, other;

		vt_buf_span(fresh(&b), vt_buf_view(&text));
		spoil(&b, &x);
		one = goes_on(r, vt_buf_view(&old), vt_buf_view(&b));
		other = goes_on_house(r, vt_buf_view(&old), vt_buf_view(&b));
		differ += one != other;
		passed +=
		    one && !vt_span_eq(vt_buf_view(&b), vt_buf_view(&text));
	}
	tap_eq_int(differ, 0, "1500 spoilt ones: both say the same");
	tap_eq_int(passed, 0, "and none passes");
	vt_buf_reset(&text);
	consistency_to_now(d, cp.size - 1, &text);
	tap_ok(!goes_on(r, vt_buf_view(&old), vt_buf_view(&text)),
	    "from another size: not");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_code(vt_consistency_put(v, d->agency, 1000, &text, &d->err),
	    VT_E_NOT_FOUND, &d->err, "it is not so long");
	vt_view_end(v);
}

/* ---- tiles ---- */

static void
tiles(struct doer *d)
{
	struct vt_checkpoint cp;
	struct vt_span text, lines;
	vt_hash h, part[256];
	struct vt_view *v;
	VT_BUF_AUTO(note);
	VT_BUF_AUTO(t);
	size_t n;

	while (true) {
		checkpoint_now(d, fresh(&note));
		tap_need(vt_checkpoint_split(vt_buf_view(&note), &cp, &text,
			     &lines, &d->err) == VT_OK,
		    "now");
		if (cp.size >= 260)
			break;
		tap_need(make_paper(d, VT_DIR_OUT, 10, 5000 + cp.size) == VT_OK,
		    "paper");
	}
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_tile_get(v, d->agency, 0, 0, 256, &t, &d->err), &d->err,
	    "the first tile");
	tap_eq_int((int)t.n, 8192, "is full");
	memcpy(part, t.p, sizeof(part));
	for (n = 256; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			part[i] =
			    vt_ledger_node(&part[2 * i], &part[2 * i + 1]);
	tap_call(vt_tile_get(v, d->agency, 1, 0, 1, fresh(&t), &d->err),
	    &d->err, "the tile above it");
	memcpy(h.b, t.p, 32);
	tap_ok(t.n == 32 && vt_hash_eq(&h, &part[0]),
	    "is the root of the one below");
	tap_call(vt_tile_get(v, d->agency, 0, 1, (unsigned)(cp.size - 256),
		     fresh(&t), &d->err),
	    &d->err, "a part of the second");
	tap_code(vt_tile_get(v, d->agency, 0, 1, (unsigned)(cp.size - 255), &t,
		     &d->err),
	    VT_E_NOT_FOUND, &d->err, "one leaf more is not there");
	tap_code(vt_tile_get(v, d->agency, 8, 0, 1, &t, &d->err),
	    VT_E_NOT_FOUND, &d->err, "no such level");
	tap_code(vt_tile_get(v, d->agency, 0, UINT64_MAX / 256, 1, &t, &d->err),
	    VT_E_NOT_FOUND, &d->err, "no such tile");
	tap_code(vt_tile_get(v, d->agency, 0, 0, 0, &t, &d->err),
	    VT_E_NOT_FOUND, &d->err, "no width");
	vt_view_end(v);
}

/* ---- at the edge ---- */

/* The longest bundle that format 1 promises, made by hand. */
static void
largest(void)
{
	struct vt_checkpoint cp = { .size = (uint64_t)1 << 24 };
	struct vt_vkey log = { .type = VT_VKEY_LOG },
		       co = { .type = VT_VKEY_COSIGNER };
	struct vt_err err = VT_ERR_INIT;
	struct vt_bundle parsed = VT_BUNDLE_INIT;
	uint8_t seed[32] = { 5 };
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(b);

	memset(cp.origin, 'o', VT_ORIGIN_MAX);
	memset(log.name, 'o', VT_ORIGIN_MAX);
	memset(co.name, 'c', VT_COSIGNER_MAX);
	tap_need(vt_ed25519_public(VT_SPAN(seed, 32), log.pub, &err) == VT_OK,
	    "key");
	memcpy(co.pub, log.pub, 32);
	vt_buf_printf(&b, "c2sp.org/tlog-proof@v1\nindex %d\n", (1 << 24) - 1);
	for (int i = 0; i < 24; i++) {
		vt_base64_put(&b, VT_SPAN(cp.root.b, 32));
		vt_buf_putc(&b, '\n');
	}
	vt_buf_putc(&b, '\n');
	tap_call(vt_checkpoint_sign(&cp, VT_SPAN(seed, 32), log.pub, &b, &err),
	    &err, "signed");
	vt_checkpoint_text(&cp, &text);
	for (unsigned char i = 0; i < VT_COSIGNERS; i++) {
		co.name[0] = (char)('a' + i);
		vt_vkey_id(&co);
		tap_call(vt_cosign(vt_buf_view(&text), &co, VT_SPAN(seed, 32),
			     VT_TIME_S(4102444800), &b, &err),
		    &err, "cosigned");
	}
	printf("# %zu bytes\n", b.n);
	tap_ok(b.n <= VT_BUNDLE_BARE,
	    "2^24 leaves, 3 cosigners, longest names: within 2,048 bytes");
	tap_call(vt_bundle_parse(vt_buf_view(&b), &parsed, &err), &err,
	    "and it is read");
	vt_bundle_free(&parsed);
}

static void
keys(const struct reader *r)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_vkey back;
	struct key k;
	VT_BUF_AUTO(t);

	vt_vkey_put(&r->log, &t);
	tap_call(vt_vkey_parse(vt_buf_view(&t), VT_VKEY_LOG, &back, &err), &err,
	    "a key is read back");
	tap_ok(memcmp(back.pub, r->log.pub, 32) == 0 &&
		   strcmp(back.name, r->log.name) == 0,
	    "the same");
	tap_code(vt_vkey_parse(vt_buf_view(&t), VT_VKEY_COSIGNER, &back, &err),
	    VT_E_SYNTAX, &err, "not as another type");
	tap_ok(!proof_key(vt_buf_str(&t), 4, &k), "neither alone");
	t.p[strlen(r->log.name) + 1] ^= 1;
	tap_code(vt_vkey_parse(vt_buf_view(&t), VT_VKEY_LOG, &back, &err),
	    VT_E_SYNTAX, &err, "its id must be its own");
	tap_ok(!proof_key(vt_buf_str(&t), 1, &k), "alone, too");
	tap_code(vt_vkey_parse(vt_span_str("x"), VT_VKEY_LOG, &back, &err),
	    VT_E_SYNTAX, &err, "too short");
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	struct reader r = { .own = NULL };
	struct world w;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	(void)ledger_of(&d, &w, 20, &r);
	keys(&r);
	good(&d, &r);
	spoilt(&d, &r);
	consistency(&d, &r);
	tiles(&d);
	largest();
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	return tap_done();
}
