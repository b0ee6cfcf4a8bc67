/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Epochs of an agency's ledger (design law 14). A restored store that cannot
 * catch up goes on in a new tree of a new origin, signed by the same key. Its
 * first leaf is the act that opens it: two persons, the old origin, size and
 * root, and up to which leaf of the old one others have proofs that the store
 * has not. What was proved before stays proved, in the ledger it was proved in.
 *
 * Acts of an agency are counted through all epochs: act i stands at leaf
 * i - begin of the ledger of its epoch, and the store's keys go by i. A size of
 * a ledger inside the room is a count of acts as well; checkpoints, receipts,
 * bundles and tiles say what the tree says.
 */
#ifndef VT_DOCSTORE_EPOCH_H
#define VT_DOCSTORE_EPOCH_H

#include "docstore/act.h"
#include "docstore/receipt.h"

struct vt_act_op;
struct vt_agency;
struct vt_apply;
struct vt_prep;
struct vt_srec;
struct vt_txn;
struct vt_view;

#define VT_EPOCHS_MAX 64 /* of one agency; node rows have room for 65,535 */

/* One that ended: in the agency's row, oldest first. */
struct vt_epoch_end {
	const char *origin;
	uint64_t end; /* acts of the agency when it ended; that of the one
		       * before: nothing of it is here */
	vt_hash root; /* of what is here; zero: nothing */
	uint64_t lost; /* leaves that it is known to have had, at least: those
			* from its size here up to this are lost */
	bool forked; /* its key signed another history, too */
};

/* The ledger in which an act stands. */
struct vt_epoch {
	uint32_t no; /* 0: the first */
	char origin[VT_ORIGIN_MAX + 1];
	uint64_t begin; /* acts of the agency before it */
	uint64_t end;   /* and when it ended; UINT64_MAX: it has not */
};

/* That of the first n acts' last one; n 0: the first. */
struct vt_epoch vt_epoch_of(const struct vt_agency *a, uint64_t n);
/* That in which an agency's acts are now. */
struct vt_epoch vt_epoch_now(const struct vt_agency *a);

/* ---- inside the room ---- */

VT_NODISCARD int vt_epoch_at(struct vt_txn *t, uint32_t agency_no, uint64_t n,
    struct vt_epoch *ret, struct vt_err *reterr);
/* Root of the ledger of that epoch when the agency had n acts. */
VT_NODISCARD int vt_epoch_root(struct vt_txn *t, uint32_t agency_no, uint64_t n,
    struct vt_epoch *ret, vt_hash *ret_root, struct vt_err *reterr);

int vt_epoch_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_epoch_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* After the agency's row. */
int vt_epoch_keep(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr);

#endif
