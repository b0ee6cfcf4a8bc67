/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stand-alone verifier on any bytes: as a bundle, as a receipt and anchor
 * beside a good bundle, as a proof of consistency, as a key. The seed is a
 * proof that holds, signed here by a key of one byte.
 */
#include "docstore/verifier/proof.c"

#include "tests/fuzz/fuzz.h"

static struct key log_key;
static uint8_t bundle[4096], extra_text[2048];
static size_t bundle_n;

static void
sign_seed(const uint8_t *text, size_t n, uint8_t sig[64])
{
	const uint8_t seed[32] = { 7 };
	EVP_PKEY *k =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = 32;
	uint8_t raw[35] = { '\n', 1 }, sum[32];

	VT_FUZZ_HOLDS(k != NULL && c != NULL);
	VT_FUZZ_HOLDS(EVP_PKEY_get_raw_public_key(k, log_key.pub, &len) == 1);
	(void)snprintf(log_key.name, sizeof(log_key.name), "a.test/log");
	memcpy(raw + 2, log_key.pub, 32);
	proof_sha256(
	    sum, (struct span[]){ SPAN("a.test/log", 10), SPAN(raw, 34) }, 2);
	memcpy(log_key.id, sum, 4);
	len = 64;
	VT_FUZZ_HOLDS(EVP_DigestSignInit(c, NULL, NULL, NULL, k) == 1 &&
		      EVP_DigestSign(c, sig, &len, text, n) == 1);
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
}

/* One leaf, which is the tree. */
static void
build(void)
{
	/* {1: salt, 2: {4: 0, 8: "x", 12: origin}} */
	static const uint8_t opening[] = "\xa2\x01\x50"
					 "0123456789abcdef"
					 "\x02\x53"
					 "\xa3\x04\x01\x08\x61x\x0c\x6a"
					 "a.test/log";
	const size_t facts = 20 + 1, n = sizeof(opening) - 1;
	uint8_t leaf[38] = { 0xa2, 1, 1, 2, 0x58, 32 }, root[32], b64[64];
	uint8_t sig[68], text[128];
	int len;

	/* the last byte string's head says how long the facts are */
	memcpy(extra_text, opening, n);
	extra_text[facts - 1] = (uint8_t)(0x40 + (n - facts));
	proof_sha256(leaf + 6,
	    (struct span[]){ SPAN("vanthu act 1", 13), SPAN(extra_text + 3, 16),
		SPAN(extra_text + facts, n - facts) },
	    3);
	leaf_hash(root, (struct span){ leaf, sizeof(leaf) });
	(void)EVP_EncodeBlock(b64, root, 32);
	len = snprintf((char *)text, sizeof(text), "a.test/log\n1\n%s\n", b64);
	sign_seed(text, (size_t)len, sig + 4);
	memcpy(sig, log_key.id, 4);
	len = snprintf(
	    (char *)bundle, sizeof(bundle), "c2sp.org/tlog-proof@v1\nextra ");
	len += EVP_EncodeBlock(bundle + len, extra_text, (int)n);
	len += snprintf((char *)bundle + len, sizeof(bundle) - (size_t)len,
	    "\nindex 0\n\n%s\n\xe2\x80\x94 a.test/log ", text);
	len += EVP_EncodeBlock(bundle + len, sig, 68);
	bundle[len++] = '\n';
	bundle_n = (size_t)len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct span in = { p, n };
	struct question q = { .bundle = in };
	struct answer a = { .index = 0 }, b = a, c = a;
	struct key k;
	char text[256];

	if (bundle_n == 0)
		build();
	q.log = log_key;
	/* nothing but the opening's way of being written may differ */
	if (proof_check(&q, &a) == PROOF_HOLDS)
		VT_FUZZ_HOLDS(a.index == 0 && a.cp.size == 1);
	q = (struct question){ .bundle = { bundle, bundle_n },
		.receipt = n % 2 == 0 ? in : (struct span){ NULL, 0 },
		.anchor = in,
		.log = log_key };
	VT_FUZZ_HOLDS(proof_check(&q, &b) < PROOF_WHYS && !b.stamped);
	VT_FUZZ_HOLDS(proof_extends(in, in, &log_key, &c) != PROOF_HOLDS ||
		      c.cp.size > 0);
	if (n < sizeof(text)) {
		memcpy(text, p, n);
		text[n] = '\0';
		(void)proof_key(text, 1, &k);
	}
	return 0;
}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	struct question q = { .bundle = { NULL, 0 } };
	struct answer a = { .index = 0 };

	if (i > 0)
		return NULL;
	build();
	q.bundle = (struct span){ bundle, bundle_n };
	q.log = log_key;
	VT_FUZZ_HOLDS(proof_check(&q, &a) == PROOF_HOLDS);
	*ret_n = bundle_n;
	return bundle;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "extra ", "index ", "old 1\n",
		"\n\n", "\xe2\x80\x94 ", "\xa4\x01", "\xa3\x01" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}
