/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Merkle tree of RFC 6962 §2.1 (= RFC 9162 §2.1), pure: nodes come from
 * and go to a callback. Node (level, index) is the hash over leaves
 * [index << level, (index + 1) << level); only such complete nodes are stored,
 * each once, never changed.
 */
#ifndef VT_DOCSTORE_LEDGER_H
#define VT_DOCSTORE_LEDGER_H

#include "base/id.h"
#include "docstore/receipt.h"

struct vt_ledger_io {
	int (*get)(void *arg, unsigned int level, uint64_t index, vt_hash *ret,
	    struct vt_err *reterr);
	/* NULL for readers. */
	int (*put)(void *arg, unsigned int level, uint64_t index,
	    const vt_hash *h, struct vt_err *reterr);
	void *arg;
};

struct vt_ledger_proof {
	vt_hash h[VT_LEDGER_PROOF_MAX];
	size_t n;
};

/* SHA-256(0x00 ‖ leaf), SHA-256(0x01 ‖ left ‖ right). */
vt_hash vt_ledger_leaf(struct vt_span leaf);
vt_hash vt_ledger_node(const vt_hash *left, const vt_hash *right);

/* Stores leaf number `size` and the nodes it completes: O(log n), 2 at the
 * average. */
VT_NODISCARD int vt_ledger_append(const struct vt_ledger_io *io, uint64_t size,
    const vt_hash *leaf, struct vt_err *reterr);

/* Root of the first `size` leaves; of none it is SHA-256(""). O(log n). */
VT_NODISCARD int vt_ledger_root(const struct vt_ledger_io *io, uint64_t size,
    vt_hash *ret, struct vt_err *reterr);

/* RFC 6962 §2.1.1; index < size. O(log² n) node reads at most. */
VT_NODISCARD int vt_ledger_inclusion(const struct vt_ledger_io *io,
    uint64_t index, uint64_t size, struct vt_ledger_proof *ret,
    struct vt_err *reterr);

/* RFC 6962 §2.1.2; 0 < old_size <= size. Empty when they are equal. */
VT_NODISCARD int vt_ledger_consistency(const struct vt_ledger_io *io,
    uint64_t old_size, uint64_t size, struct vt_ledger_proof *ret,
    struct vt_err *reterr);

/* The root that a leaf and its path give. VT_E_LEDGER_PROOF: the path is not
 * as long as a tree of that size has it. */
VT_NODISCARD int vt_ledger_climb(const vt_hash *leaf, uint64_t index,
    uint64_t size, const struct vt_ledger_proof *proof, vt_hash *ret,
    struct vt_err *reterr);

/* Errors: VT_E_LEDGER_PROOF. Source: RFC 9162 §2.1.3.2, §2.1.4.2. */
VT_NODISCARD int vt_ledger_verify_inclusion(const vt_hash *leaf, uint64_t index,
    uint64_t size, const struct vt_ledger_proof *proof, const vt_hash *root,
    struct vt_err *reterr);
VT_NODISCARD int vt_ledger_verify_consistency(uint64_t old_size, uint64_t size,
    const struct vt_ledger_proof *proof, const vt_hash *old_root,
    const vt_hash *root, struct vt_err *reterr);

#endif
