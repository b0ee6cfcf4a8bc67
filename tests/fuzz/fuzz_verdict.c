/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A verdict on any bytes. The signers are trusted, so a file passes when its
 * signatures do; and then it must begin with what the first of them signed:
 * the seed up to there, less the signature's value.
 */
#include "base/context.h"
#include "signing/verdict/verdict.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/signing/walk.h"

static const enum walk_xref kinds[] = { WALK_TABLE, WALK_OBJSTM };

#define SEEDS (sizeof(kinds) / sizeof(*kinds))

static struct vt_buf seeds[SEEDS], firsts[SEEDS];
static struct pki *ca, *who;

static void
make_seeds(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *key;
	size_t i;

	if (seeds[0].n > 0)
		return;
	VT_FUZZ_HOLDS(vt_base_init(&err) == VT_OK);
	ca = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	who = pki_signer(VT_KEY_ECDSA_P256_SHA256, "A", ca);
	key = pki_key(who);
	for (i = 0; i < SEEDS; i++) {
		struct walk_pdf kind = { .xref = kinds[i] };
		VT_BUF_AUTO(bare);
		VT_BUF_AUTO(laid);
		VT_BUF_AUTO(filled);

		walk_pdf(&kind, &bare);
		VT_FUZZ_HOLDS(walk_lay(&bare, 0, &laid, &err) == VT_OK);
		VT_FUZZ_HOLDS(walk_sign(&laid, "vt_leader", 120, 60, key,
				  &firsts[i], &err) == VT_OK);
		VT_FUZZ_HOLDS(walk_fill(&firsts[i], &filled, &err) == VT_OK);
		VT_FUZZ_HOLDS(walk_sign(&filled, "vt_agency", 120, 60, key,
				  &seeds[i], &err) == VT_OK);
	}
	vt_key_free(key);
}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	make_seeds();
	if (i >= SEEDS)
		return NULL;
	*ret_n = seeds[i].n;
	return seeds[i].p;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "/V 99 0 R", "/AP << /N 9 0 R >>",
		"/ByteRange", "/Contents", "/Annots [3 0 R]", "endobj",
		"startxref", "/Reference", "/DocMDP", "/Lock", "%%EOF", "xref",
		"/Prev 100", "/Root 3 0 R", "null", "4 0 obj" };

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

/* Does p begin with the bytes of a signed file, all but its /Contents? */
static bool
begins_with(const struct vt_buf *file, const uint8_t *p, size_t n)
{
	const uint8_t *at = memmem(file->p, file->n, "/Contents <", 11), *end;
	size_t gap;

	VT_FUZZ_HOLDS(at != NULL);
	gap = (size_t)(at - file->p) + 10;
	end = memchr(file->p + gap, '>', file->n - gap);
	VT_FUZZ_HOLDS(end != NULL);
	return n >= file->n && memcmp(p, file->p, gap) == 0 &&
	       memcmp(p + (end - file->p), end,
		   file->n - (size_t)(end - file->p)) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_verify_input in = { .n_anchors = 1, .now = WALK_TIME };
	struct vt_verdict *v = NULL, *w = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	struct vt_span anchor;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	bool known = false;
	size_t i;

	make_seeds();
	anchor = pki_der(who);
	in.anchors = &anchor;
	vt_source_memory(&src, VT_SPAN(p, n));
	VT_FUZZ_HOLDS(vt_verify_pdf(&src, &in, &v, &err) == VT_OK);
	for (i = 0; i < SEEDS; i++)
		known = known || begins_with(&firsts[i], p, n);
	VT_FUZZ_HOLDS(v->overall != VT_OVERALL_PASSED || known);
	vt_verdict_encode(v, &a);
	VT_FUZZ_HOLDS(vt_verdict_decode(vt_buf_view(&a), &w, &err) == VT_OK);
	vt_verdict_encode(w, &b);
	VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)));
	vt_verdict_free(v);
	vt_verdict_free(w);
	return 0;
}
