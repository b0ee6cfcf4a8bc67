/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/ledger.h"

vt_hash
vt_ledger_leaf(struct vt_span leaf)
{
	static const uint8_t tag = 0x00;
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = NULL;
	uint8_t b[1 + 255];

	/* Every leaf of ours: at once costs half. */
	if (leaf.n < sizeof(b)) {
		b[0] = tag;
		if (leaf.n > 0)
			memcpy(b + 1, leaf.p, leaf.n);
		return vt_sha256(VT_SPAN(b, 1 + leaf.n));
	}
	h = vt_sha256_new();
	vt_sha256_put(h, &tag, 1);
	vt_sha256_put(h, leaf.p, leaf.n);
	return vt_sha256_end(h);
}

vt_hash
vt_ledger_node(const vt_hash *left, const vt_hash *right)
{
	uint8_t b[1 + 2 * VT_HASH_SIZE];

	b[0] = 0x01;
	memcpy(b + 1, left->b, VT_HASH_SIZE);
	memcpy(b + 1 + VT_HASH_SIZE, right->b, VT_HASH_SIZE);
	return vt_sha256(VT_SPAN(b, sizeof(b)));
}

int
vt_ledger_append(const struct vt_ledger_io *io, uint64_t size,
    const vt_hash *leaf, struct vt_err *reterr)
{
	vt_hash h = *leaf, left;
	uint64_t index = size;
	int rc;

	for (unsigned int level = 0;; level++) {
		if ((rc = io->put(io->arg, level, index, &h, reterr)) != VT_OK)
			return rc;
		if ((index & 1) == 0)
			return VT_OK;
		rc = io->get(io->arg, level, index - 1, &left, reterr);
		if (rc != VT_OK)
			return rc;
		h = vt_ledger_node(&left, &h);
		index >>= 1;
	}
}

/* Level of the largest complete subtree that starts at `start` (a multiple
 * of it) and fits in n leaves; n > 0. */
static unsigned int
fit(uint64_t n)
{
	return 63u - (unsigned int)__builtin_clzll(n);
}

/* Root over leaves [start, start + n), start a multiple of 2^fit(n), n > 0. */
static int
range_root(const struct vt_ledger_io *io, uint64_t start, uint64_t n,
    vt_hash *ret, struct vt_err *reterr)
{
	vt_hash part[64];
	size_t parts = 0;
	unsigned int level;
	int rc;

	while (n > 0) {
		level = fit(n);
		rc = io->get(
		    io->arg, level, start >> level, &part[parts], reterr);
		if (rc != VT_OK)
			return rc;
		parts++;
		start += (uint64_t)1 << level;
		n -= (uint64_t)1 << level;
	}
	while (parts > 1) {
		part[parts - 2] =
		    vt_ledger_node(&part[parts - 2], &part[parts - 1]);
		parts--;
	}
	*ret = part[0];
	return VT_OK;
}

int
vt_ledger_root(const struct vt_ledger_io *io, uint64_t size, vt_hash *ret,
    struct vt_err *reterr)
{
	if (size == 0) {
		*ret = vt_sha256(VT_SPAN(NULL, 0));
		return VT_OK;
	}
	return range_root(io, 0, size, ret, reterr);
}

static int
add(struct vt_ledger_proof *p, const struct vt_ledger_io *io, uint64_t start,
    uint64_t n, struct vt_err *reterr)
{
	int rc;

	VT_ASSERT(p->n < VT_LEDGER_PROOF_MAX);
	rc = range_root(io, start, n, &p->h[p->n], reterr);
	if (rc == VT_OK)
		p->n++;
	return rc;
}

static void
reverse(struct vt_ledger_proof *p)
{
	for (size_t i = 0, j = p->n; i + 1 < j; i++, j--) {
		vt_hash h = p->h[i];

		p->h[i] = p->h[j - 1];
		p->h[j - 1] = h;
	}
}

/* Largest power of two smaller than n; n >= 2. */
static uint64_t
split(uint64_t n)
{
	return (uint64_t)1 << fit(n - 1);
}

int
vt_ledger_inclusion(const struct vt_ledger_io *io, uint64_t index,
    uint64_t size, struct vt_ledger_proof *ret, struct vt_err *reterr)
{
	struct vt_ledger_proof p = { .n = 0 };
	uint64_t start = 0, n = size, k;
	int rc;

	if (index >= size)
		return vt_err_set(reterr, VT_E_INVALID,
		    "ledger: leaf %llu is not in a tree of %llu",
		    (unsigned long long)index, (unsigned long long)size);
	/* PATH(m, D[n]) of RFC 6962, from the root down; turned at the end. */
	while (n > 1) {
		k = split(n);
		if (index - start < k) {
			rc = add(&p, io, start + k, n - k, reterr);
			n = k;
		} else {
			rc = add(&p, io, start, k, reterr);
			start += k;
			n -= k;
		}
		if (rc != VT_OK)
			return rc;
	}
	reverse(&p);
	*ret = p;
	return VT_OK;
}

int
vt_ledger_consistency(const struct vt_ledger_io *io, uint64_t old_size,
    uint64_t size, struct vt_ledger_proof *ret, struct vt_err *reterr)
{
	struct vt_ledger_proof p = { .n = 0 };
	uint64_t start = 0, n = size, m = old_size, k;
	bool whole = true; /* b of SUBPROOF(m, D[n], b) */
	int rc = VT_OK;

	if (old_size == 0 || old_size > size)
		return vt_err_set(reterr, VT_E_INVALID,
		    "ledger: no proof from size %llu to %llu",
		    (unsigned long long)old_size, (unsigned long long)size);
	while (m != n) {
		k = split(n);
		if (m <= k) {
			rc = add(&p, io, start + k, n - k, reterr);
			n = k;
		} else {
			rc = add(&p, io, start, k, reterr);
			start += k;
			m -= k;
			n -= k;
			whole = false;
		}
		if (rc != VT_OK)
			return rc;
	}
	if (!whole && (rc = add(&p, io, start, n, reterr)) != VT_OK)
		return rc;
	reverse(&p);
	*ret = p;
	return VT_OK;
}

int
vt_ledger_climb(const vt_hash *leaf, uint64_t index, uint64_t size,
    const struct vt_ledger_proof *proof, vt_hash *ret, struct vt_err *reterr)
{
	uint64_t fn = index, sn = size - 1;
	vt_hash r = *leaf;

	if (index >= size)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "inclusion proof: RFC 9162 §2.1.3.2: leaf index %llu is "
		    "not below the tree size %llu",
		    (unsigned long long)index, (unsigned long long)size);
	for (size_t i = 0; i < proof->n; i++) {
		if (sn == 0)
			return vt_err_set(reterr, VT_E_LEDGER_PROOF,
			    "inclusion proof: RFC 9162 §2.1.3.2: longer than "
			    "a tree of %llu needs",
			    (unsigned long long)size);
		if ((fn & 1) == 1 || fn == sn) {
			r = vt_ledger_node(&proof->h[i], &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = vt_ledger_node(&r, &proof->h[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "inclusion proof: RFC 9162 §2.1.3.2: shorter than a tree "
		    "of %llu needs",
		    (unsigned long long)size);
	*ret = r;
	return VT_OK;
}

int
vt_ledger_verify_inclusion(const vt_hash *leaf, uint64_t index, uint64_t size,
    const struct vt_ledger_proof *proof, const vt_hash *root,
    struct vt_err *reterr)
{
	vt_hash r;
	int rc = vt_ledger_climb(leaf, index, size, proof, &r, reterr);

	if (rc == VT_OK && !vt_hash_eq(&r, root))
		rc = vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "inclusion proof: RFC 9162 §2.1.3.2: leaf %llu does not "
		    "lead to the root of the checkpoint",
		    (unsigned long long)index);
	return rc;
}

int
vt_ledger_verify_consistency(uint64_t old_size, uint64_t size,
    const struct vt_ledger_proof *proof, const vt_hash *old_root,
    const vt_hash *root, struct vt_err *reterr)
{
	static const char what[] = "consistency proof: RFC 9162 §2.1.4.2";
	uint64_t fn = old_size - 1, sn = size - 1;
	vt_hash fr, sr;
	size_t i = 0;

	if (old_size == 0 || old_size > size)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "%s: no proof "
		    "from size %llu to %llu",
		    what, (unsigned long long)old_size,
		    (unsigned long long)size);
	if (old_size == size) {
		if (proof->n == 0 && vt_hash_eq(old_root, root))
			return VT_OK;
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "%s: equal sizes with different roots", what);
	}
	/* A complete old tree is itself the first node of the path. */
	if ((old_size & (old_size - 1)) == 0) {
		fr = sr = *old_root;
	} else {
		if (proof->n == 0)
			return vt_err_set(
			    reterr, VT_E_LEDGER_PROOF, "%s: empty", what);
		fr = sr = proof->h[0];
		i = 1;
	}
	while ((fn & 1) == 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < proof->n; i++) {
		if (sn == 0)
			return vt_err_set(
			    reterr, VT_E_LEDGER_PROOF, "%s: too long", what);
		if ((fn & 1) == 1 || fn == sn) {
			fr = vt_ledger_node(&proof->h[i], &fr);
			sr = vt_ledger_node(&proof->h[i], &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = vt_ledger_node(&sr, &proof->h[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0 || !vt_hash_eq(&fr, old_root) || !vt_hash_eq(&sr, root))
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "%s: the tree of %llu is not a prefix of the tree of %llu",
		    what, (unsigned long long)old_size,
		    (unsigned long long)size);
	return VT_OK;
}
