/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree against the vectors of the Certificate Transparency code base and
 * against the definition of RFC 6962 §2.1, written out recursively. */
#include "docstore/ledger.h"
#include "tests/tap.h"

#define N 130

struct nodes {
	vt_hash h[9][N + 1];
	bool set[9][N + 1];
	unsigned int puts;
};

static int
get(void *arg, unsigned int level, uint64_t index, vt_hash *ret,
    struct vt_err *reterr)
{
	struct nodes *n = arg;

	if (!n->set[level][index])
		return vt_err_set(reterr, VT_E_STORE_CORRUPT, "missing");
	*ret = n->h[level][index];
	return VT_OK;
}

static int
put(void *arg, unsigned int level, uint64_t index, const vt_hash *h,
    struct vt_err *reterr)
{
	struct nodes *n = arg;

	(void)reterr;
	n->puts += n->set[level][index]; /* a node is written once */
	n->h[level][index] = *h;
	n->set[level][index] = true;
	return VT_OK;
}

/* MTH(D[first:first+n]) as the RFC defines it. */
static vt_hash
mth(const vt_hash *leaf, size_t n)
{
	size_t k = 1;
	vt_hash l, r;

	if (n == 0)
		return vt_sha256(VT_SPAN(NULL, 0));
	if (n == 1)
		return leaf[0];
	while (2 * k < n)
		k *= 2;
	l = mth(leaf, k);
	r = mth(leaf + k, n - k);
	return vt_ledger_node(&l, &r);
}

static struct nodes nodes;
static const struct vt_ledger_io io = { get, put, &nodes };

static void
vectors(void)
{
	static const struct {
		const char *bytes;
		size_t n;
	} in[] = { { "", 0 }, { "\x00", 1 }, { "\x10", 1 }, { "\x20\x21", 2 },
		{ "\x30\x31", 2 }, { "\x40\x41\x42\x43", 4 },
		{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
		{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d"
		  "\x6e\x6f",
		    16 } };
	static const char *const root[] = {
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617af"
		"a01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3"
		"c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e0"
		"6e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd952096"
		"14b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a862"
		"64d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f20"
		"87ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a7"
		"4c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff460"
		"4328"
	};
	struct vt_err err = VT_ERR_INIT;
	char text[VT_HASH_TEXT + 1];
	vt_hash h;

	memset(&nodes, 0, sizeof(nodes));
	for (size_t i = 0; i < 8; i++) {
		h = vt_ledger_leaf(VT_SPAN(in[i].bytes, in[i].n));
		tap_call(vt_ledger_append(&io, i, &h, &err), &err, "append");
		tap_call(vt_ledger_root(&io, i + 1, &h, &err), &err, "root");
		vt_hash_text(&h, text);
		tap_eq_str(text, root[i], "vector of %zu leaves", i + 1);
	}
}

static void
definition(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_ledger_proof p;
	vt_hash leaf[N], root[N + 1], h;
	unsigned int bad = 0, forged = 0, roots = 0, longest = 0;

	memset(&nodes, 0, sizeof(nodes));
	for (size_t i = 0; i < N; i++) {
		leaf[i] = vt_ledger_leaf(VT_SPAN(&i, sizeof(i)));
		bad += vt_ledger_append(&io, i, &leaf[i], &err) != VT_OK;
	}
	for (size_t n = 0; n <= N; n++) {
		bad += vt_ledger_root(&io, n, &root[n], &err) != VT_OK;
		h = mth(leaf, n);
		roots += !vt_hash_eq(&h, &root[n]);
	}
	tap_eq_int(roots, 0, "every root is the one defined");
	tap_eq_int(nodes.puts, 0, "no node is written twice");
	for (size_t n = 1; n <= N; n++)
		for (size_t i = 0; i < n; i++) {
			bad +=
			    vt_ledger_inclusion(&io, i, n, &p, &err) != VT_OK;
			longest = p.n > longest ? (unsigned int)p.n : longest;
			bad += vt_ledger_verify_inclusion(
				   &leaf[i], i, n, &p, &root[n], &err) != VT_OK;
			/* one leaf further, another leaf, one hash less */
			forged +=
			    vt_ledger_verify_inclusion(&leaf[i], (i + 1) % n, n,
				&p, &root[n], &err) == VT_OK &&
			    n > 1;
			forged += vt_ledger_verify_inclusion(&leaf[(i + 1) % N],
				      i, n, &p, &root[n], &err) == VT_OK;
			if (p.n > 0) {
				p.n--;
				forged +=
				    vt_ledger_verify_inclusion(&leaf[i], i, n,
					&p, &root[n], &err) == VT_OK;
			}
		}
	tap_eq_int(bad, 0, "every leaf of every tree is proved");
	tap_eq_int(forged, 0, "no other leaf, place or length passes");
	tap_ok(longest <= 8, "130 leaves need at most 8 hashes");
	for (size_t n = 1; n <= N; n++)
		for (size_t m = 1; m <= n; m++) {
			bad +=
			    vt_ledger_consistency(&io, m, n, &p, &err) != VT_OK;
			bad += vt_ledger_verify_consistency(
				   m, n, &p, &root[m], &root[n], &err) != VT_OK;
			forged +=
			    m < n && vt_ledger_verify_consistency(m, n, &p,
					 &root[m - 1], &root[n], &err) == VT_OK;
			forged +=
			    m < n && vt_ledger_verify_consistency(m, n, &p,
					 &root[m], &root[n - 1], &err) == VT_OK;
		}
	tap_eq_int(bad, 0, "every tree is a prefix of every later one");
	tap_eq_int(forged, 0, "no other root passes");
	tap_code(vt_ledger_inclusion(&io, N, N, &p, &err), VT_E_INVALID, &err,
	    "a leaf outside the tree");
	tap_code(vt_ledger_consistency(&io, 0, N, &p, &err), VT_E_INVALID, &err,
	    "no proof from an empty tree");
	tap_code(vt_ledger_consistency(&io, N, N - 1, &p, &err), VT_E_INVALID,
	    &err, "no proof to an earlier tree");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	vectors();
	definition();
	return tap_done();
}
