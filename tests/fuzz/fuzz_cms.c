/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of SignedData: no crash; what it hands out lies inside what it
 * was given; what it would hash is the attributes as they stand, as a set.
 */
#include "base/context.h"
#include "signing/cms/cms.h"
#include "signing/cms/parse.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/signing/pki.h"

#define ARENA_LIMIT ((size_t)16 << 20)

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static struct vt_buf seed;

	if (i > 0)
		return NULL;
	if (seed.n == 0) {
		struct vt_err err = VT_ERR_INIT;
		struct pki *ca, *who;
		struct vt_span der;
		VT_BUF_AUTO(attrs);
		vt_hash hash;

		VT_FUZZ_HOLDS(vt_base_init(&err) == VT_OK);
		ca = pki_ca(VT_KEY_ECDSA_P256_SHA256);
		who = pki_signer(VT_KEY_ECDSA_P256_SHA256, "A", ca);
		der = pki_der(who);
		memset(&hash, 7, sizeof(hash));
		VT_FUZZ_HOLDS(
		    vt_cms_attributes(&hash, der, VT_KEY_ECDSA_P256_SHA256,
			&attrs, &err) == VT_OK);
		VT_FUZZ_HOLDS(
		    vt_cms_build(vt_buf_view(&attrs), &der, 1,
			VT_KEY_ECDSA_P256_SHA256,
			VT_SPAN_LIT("0\6\2\1\1\2\1\1"), &seed, &err) == VT_OK);
		pki_free(who);
		pki_free(ca);
	}
	*ret_n = seed.n;
	return seed.p;
}

static void
inside(struct vt_span part, const uint8_t *p, size_t n)
{
	VT_FUZZ_HOLDS(part.n == 0 || (part.p >= p && part.p + part.n <= p + n));
}

static void
check(
    const struct vt_cms *c, const uint8_t *p, size_t n, struct vt_arena *arena)
{
	const struct vt_cms_attributes *a = &c->signer.attrs;
	VT_BUF_AUTO(sorted);
	VT_BUF_AUTO(stored);
	size_t i;

	VT_FUZZ_HOLDS(c->size <= n);
	for (i = 0; i < c->n_certificates; i++)
		inside(c->certificates[i], p, n);
	if (c->n_signers == 0)
		return;
	inside(c->signer.issuer, p, n);
	inside(c->signer.serial, p, n);
	inside(c->signer.value, p, n);
	for (i = 0; i < a->n; i++) {
		inside(a->items[i].raw, p, n);
		inside(a->items[i].value, p, n);
		VT_FUZZ_HOLDS(
		    vt_cms_attribute(a, a->items[i].oid, NULL) != NULL);
	}
	if (vt_cms_signed_bytes(&c->signer, false, arena, &sorted) &&
	    vt_cms_signed_bytes(&c->signer, true, arena, &stored))
		VT_FUZZ_HOLDS(sorted.n <= stored.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_cms cms;
	int rc;

	arena = vt_arena_new(ARENA_LIMIT);
	VT_FUZZ_HOLDS(arena != NULL);
	rc = vt_cms_parse(VT_SPAN(p, n), arena, &cms, &err);
	if (rc == VT_OK)
		check(&cms, p, n, arena);
	else
		VT_FUZZ_HOLDS(err.code == rc && err.msg[0] != '\0');
	return 0;
}
