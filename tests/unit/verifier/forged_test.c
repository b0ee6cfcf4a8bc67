/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs that an operator makes by hand, with his own good key: every hash and
 * signature holds, and yet they must not say more than is so. */
#include "docstore/verifier/proof.h"

#include "base/base64.h"
#include "base/ed25519.h"
#include "docstore/bundle.h"
#include "docstore/store_priv.h"
#include "tests/tap.h"

#define ORIGIN "so.test/log/1"

static const uint8_t seed[32] = { 3 }, other_seed[32] = { 9 };

static void
key_of(struct vt_vkey *k, enum vt_vkey_type type, const char *name,
    const uint8_t s[32])
{
	struct vt_err err = VT_ERR_INIT;

	*k = (struct vt_vkey){ .type = type };
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	tap_need(vt_ed25519_public(VT_SPAN(s, 32), k->pub, &err) == VT_OK, "k");
	vt_vkey_id(k);
}

static void
known(const struct vt_vkey *k, uint8_t type, const char *whose, struct key *ret)
{
	VT_BUF_AUTO(t);

	vt_vkey_put(k, &t);
	tap_need(proof_key(vt_buf_str(&t), type, ret), "the key is taken");
	ret->whose = whose;
}

/* A ledger of one leaf over these facts, as its operator would sign it. */
static void
forge(struct vt_span facts, struct vt_buf *ret)
{
	static const uint8_t salt[16] = { 1 };
	struct vt_checkpoint cp = { .origin = ORIGIN, .size = 1 };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(leaf);
	VT_BUF_AUTO(extra);
	struct vt_vkey log;

	key_of(&log, VT_VKEY_LOG, ORIGIN, seed);
	vt_leaf_encode(salt, facts, &leaf);
	cp.root = vt_ledger_leaf(vt_buf_view(&leaf));
	vt_cbor_map(&extra, 2);
	vt_cbor_uint(&extra, 1);
	vt_cbor_bytes(&extra, VT_SPAN(salt, 16));
	vt_cbor_uint(&extra, 2);
	vt_cbor_bytes(&extra, facts);
	vt_buf_reset(ret);
	vt_buf_puts(ret, "c2sp.org/tlog-proof@v1\nextra ");
	vt_base64_put(ret, vt_buf_view(&extra));
	vt_buf_puts(ret, "\nindex 0\n\n");
	tap_need(vt_checkpoint_sign(
		     &cp, VT_SPAN(seed, 32), log.pub, ret, &err) == VT_OK,
	    "signed");
}

static void
cosign(const char *name, struct vt_buf *bundle)
{
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_vkey k;
	VT_BUF_AUTO(l);

	key_of(&k, VT_VKEY_COSIGNER, name, other_seed);
	tap_need(vt_bundle_parse(vt_buf_view(bundle), &b, &err) == VT_OK &&
		     vt_cosign(b.text, &k, VT_SPAN(other_seed, 32),
			 VT_TIME_S(1772500000), &l, &err) == VT_OK,
	    "cosigned");
	vt_bundle_free(&b);
	vt_buf_span(bundle, vt_buf_view(&l));
}

/* What the verifier says, and that the house says the same. */
static enum why
asked(const struct vt_buf *bundle, unsigned int *ret_outsiders)
{
	struct question q = { .bundle = { bundle->p, bundle->n },
		.n_cosigners = 2 };
	struct answer a = { .index = 0 };
	struct vt_vkey log, one, two;
	struct vt_bundle_trust t = { .log = &log,
		.whose = "Sở",
		.cosigner = { { &one, "Kho" }, { &two, "Viện" } },
		.n_cosigners = 2 };
	struct vt_bundle_says says = { .outsiders = 0 };
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_err err = VT_ERR_INIT;
	enum why why;
	bool ok;

	key_of(&log, VT_VKEY_LOG, ORIGIN, seed);
	key_of(&one, VT_VKEY_COSIGNER, "kho.test/w", other_seed);
	key_of(&two, VT_VKEY_COSIGNER, "vien.test/w", other_seed);
	known(&log, 1, "Sở", &q.log);
	known(&one, 4, "Kho", &q.cosigner[0]);
	known(&two, 4, "Viện", &q.cosigner[1]);
	why = proof_check(&q, &a);
	ok = vt_bundle_parse(vt_buf_view(bundle), &b, &err) == VT_OK &&
	     vt_bundle_verify(&b, &t, &says, &err) == VT_OK;
	vt_bundle_free(&b);
	tap_ok(ok == (why == PROOF_HOLDS) && says.outsiders == a.outsiders,
	    "both verifiers say the same");
	*ret_outsiders = a.outsiders;
	return why;
}

/* Facts of a map head and fields; f says which. */
static void
facts(const char *f, struct vt_buf *ret)
{
	vt_hash h = { { 0 } };

	vt_buf_reset(ret);
	vt_cbor_map(ret, strlen(f));
	for (; *f != '\0'; f++) {
		vt_cbor_uint(ret, *f == 'o' ? 12 : *f == 't' ? 4 : 6);
		h.b[0]++;
		if (*f == 'o')
			vt_cbor_text(ret, vt_span_str(ORIGIN));
		else if (*f == 'f')
			vt_cbor_hash(ret, &h);
		else
			vt_cbor_uint(ret, *f == 'F' ? 7 : 1772500000000000);
	}
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	unsigned int n;
	VT_BUF_AUTO(f);
	VT_BUF_AUTO(b);

	tap_need(vt_base_init(&err) == VT_OK, "base");
	facts("tfo", &f);
	forge(vt_buf_view(&f), &b);
	tap_eq_int(asked(&b, &n), PROOF_HOLDS, "a plain one holds");
	tap_eq_int((int)n, 0, "by its own word");
	cosign("kho.test/w", &b);
	cosign("vien.test/w", &b);
	tap_eq_int(asked(&b, &n), PROOF_HOLDS, "cosigned twice");
	tap_eq_int((int)n, 1, "one key under two names is one outsider");

	facts("tffo", &f);
	forge(vt_buf_view(&f), &b);
	tap_eq_int(asked(&b, &n), PROOF_OTHER_FACTS, "two files in one act");
	facts("oft", &f);
	forge(vt_buf_view(&f), &b);
	tap_eq_int(asked(&b, &n), PROOF_OTHER_FACTS, "fields out of order");
	facts("tFo", &f);
	forge(vt_buf_view(&f), &b);
	tap_eq_int(asked(&b, &n), PROOF_OTHER_FACTS, "a number for a file");
	facts("tf", &f);
	forge(vt_buf_view(&f), &b);
	tap_eq_int(asked(&b, &n), PROOF_OTHER_FACTS, "of no ledger");
	facts("tfo", &f);
	vt_buf_putc(&f, 0);
	forge(vt_buf_view(&f), &b);
	tap_eq_int(asked(&b, &n), PROOF_OTHER_FACTS, "a byte behind them");
	return tap_done();
}
