/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Digests of byte ranges. The signatures of one file share almost all of
 * their bytes: the file up to a signature's gap is hashed once, in ascending
 * order of the gaps, and each signature goes on from a copy of that state.
 */
#include <openssl/evp.h>
#include <stdlib.h>

#include "signing/verdict/facts.h"

struct vt_digest {
	const char *oid, *name;
	size_t xof; /* bytes taken of an extendable function, else 0 */
	bool weak;  /* TS 119 312: not to be trusted any more */
};

static const struct vt_digest digests[] = {
	{ "2.16.840.1.101.3.4.2.1", "SHA256", 0, false },
	{ "2.16.840.1.101.3.4.2.2", "SHA384", 0, false },
	{ "2.16.840.1.101.3.4.2.3", "SHA512", 0, false },
	{ "2.16.840.1.101.3.4.2.8", "SHA3-256", 0, false },
	{ "2.16.840.1.101.3.4.2.9", "SHA3-384", 0, false },
	{ "2.16.840.1.101.3.4.2.10", "SHA3-512", 0, false },
	/* RFC 8702 §3.1: 64 bytes; with Ed448 (RFC 8419 §2.3). */
	{ "2.16.840.1.101.3.4.2.12", "SHAKE256", 64, false },
	{ "2.16.840.1.101.3.4.2.18", "SHAKE256", 64, false },
	{ "2.16.840.1.101.3.4.2.4", "SHA224", 0, true },
	{ "1.3.14.3.2.26", "SHA1", 0, true },
	{ "1.2.840.113549.2.5", "MD5", 0, true },
};

#define N_DIGESTS (sizeof(digests) / sizeof(*digests))

const struct vt_digest *
vt_digest_find(const char *oid)
{
	size_t i;

	for (i = 0; i < N_DIGESTS; i++)
		if (strcmp(digests[i].oid, oid) == 0)
			return &digests[i];
	return NULL;
}

const char *
vt_digest_name(const struct vt_digest *d)
{
	return d->name;
}

bool
vt_digest_is_weak(const struct vt_digest *d)
{
	return d->weak;
}

static bool
finish(EVP_MD_CTX *ctx, const struct vt_digest *d, uint8_t ret[static 64],
    size_t *ret_n)
{
	unsigned n = 0;

	if (d->xof != 0) {
		*ret_n = d->xof;
		return EVP_DigestFinalXOF(ctx, ret, d->xof) == 1;
	}
	if (EVP_DigestFinal_ex(ctx, ret, &n) != 1)
		return false;
	*ret_n = n;
	return true;
}

static bool
start(EVP_MD_CTX *ctx, const struct vt_digest *d)
{
	const EVP_MD *md = EVP_get_digestbyname(d->name);

	return md != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1;
}

bool
vt_digest_span(const struct vt_digest *d, struct vt_span s,
    uint8_t ret[static 64], size_t *ret_n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && start(ctx, d) &&
		  EVP_DigestUpdate(ctx, s.p, s.n) == 1 &&
		  finish(ctx, d, ret, ret_n);

	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool
update(struct vt_facts *f, EVP_MD_CTX *ctx, uint64_t from, uint64_t to)
{
	static const size_t chunk = 65536;
	struct vt_err err;
	uint8_t *b = NULL;
	bool ok = true;

	if (f->src->map != NULL)
		return EVP_DigestUpdate(
			   ctx, f->src->map + from, (size_t)(to - from)) == 1;
	b = malloc(chunk);
	if (b == NULL) {
		f->nomem = true;
		return false;
	}
	while (ok && from < to) {
		size_t n = to - from < chunk ? (size_t)(to - from) : chunk;

		ok = vt_source_read(f->src, from, b, n, &err) == VT_OK &&
		     EVP_DigestUpdate(ctx, b, n) == 1;
		from += n;
	}
	free(b);
	return ok;
}

/* The lists are of pointers. NOLINTBEGIN(bugprone-sizeof-expression) */
static int
by_gap(const void *a, const void *b)
{
	const struct vt_signature_facts *x, *y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x->range[1] < y->range[1] ? -1 : x->range[1] > y->range[1];
}

/* All signatures of one digest algorithm, sorted by their gaps. */
static void
digest_group(struct vt_facts *f, const struct vt_digest *d,
    struct vt_signature_facts **sigs, size_t n)
{
	EVP_MD_CTX *prefix = EVP_MD_CTX_new(), *own = EVP_MD_CTX_new();
	uint64_t at = 0;
	size_t i;

	if (prefix == NULL || own == NULL) {
		f->nomem = true;
		goto out;
	}
	if (!start(prefix, d))
		goto out;
	for (i = 0; i < n; i++) {
		struct vt_signature_facts *s = sigs[i];
		uint8_t md[64];
		size_t md_n;
		bool ok;

		if (!update(f, prefix, at, s->range[1]))
			goto out;
		at = s->range[1];
		if (EVP_MD_CTX_copy_ex(own, prefix) != 1 ||
		    !update(f, own, s->range[2], s->range[2] + s->range[3]) ||
		    !finish(own, d, md, &md_n))
			goto out;
		s->digest = vt_arena_copy(f->out, VT_SPAN(md, md_n), &ok);
		if (!ok)
			f->nomem = true;
	}
out:
	EVP_MD_CTX_free(prefix);
	EVP_MD_CTX_free(own);
}

void
vt_facts_digests(struct vt_facts *f)
{
	struct vt_signature_facts **group;
	size_t i, k, n;

	if (f->n_signatures == 0)
		return;
	group = vt_arena_array(f->work, f->n_signatures, sizeof(*group));
	if (group == NULL) {
		f->nomem = true;
		return;
	}
	for (k = 0; k < N_DIGESTS; k++) {
		n = 0;
		for (i = 0; i < f->n_signatures; i++) {
			struct vt_signature_facts *s = f->signatures[i];

			if (s->has_cms && s->range_ok &&
			    vt_digest_find(s->cms.signer.digest.oid) ==
				&digests[k])
				group[n++] = s;
		}
		if (n == 0)
			continue;
		qsort(group, n, sizeof(*group), by_gap);
		digest_group(f, &digests[k], group, n);
	}
}
/* NOLINTEND(bugprone-sizeof-expression) */
