/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store that must not write: it came out of a backup (others may hold
 * receipts that are newer than it), it is behind what others hold without that
 * (a snapshot of its machine was put back), or it was handed over to its standby. It
 * is opened, read and signed in to as ever; acts, uploads and claims of work
 * answer VT_E_STORE_RESTORED. Design law 14: never a silent fork.
 *
 * The mark is row `restored` of table super (docs/format.md §1). Restoring
 * writes it; it goes with the act that shows that nothing newer is known, or
 * that opens a new epoch, in the same transaction (vt_restored_lift).
 */
#ifndef VT_DOCSTORE_RESTORED_H
#define VT_DOCSTORE_RESTORED_H

#include "base/buf.h"
#include "base/id.h"
#include "base/time.h"

struct vt_store;
struct vt_txn;
struct vt_batch;
struct vt_act;

#define VT_RESTORED_WHY 240

struct vt_restored {
	bool is;          /* there is a mark; else the rest is zero */
	bool handed_over; /* to its standby; else it was restored */
	bool rolled_back; /* not by us: somebody holds more than is here */
	char why[VT_RESTORED_WHY]; /* who, in words; "" */
	vt_time at;       /* when it was restored, or handed over */
	vt_hash manifest; /* SHA-256 of the body of the backup's manifest */
	vt_time backup;   /* when that backup was made */
	uint64_t number;  /* of the backup */
};

/* What stands in the way of writing; ret->is false: nothing. Any thread.
 * Errors: VT_E_STORE_CORRUPT, VT_E_IO. */
VT_NODISCARD int vt_store_restored(
    struct vt_store *s, struct vt_restored *ret, struct vt_err *reterr);

/* Somebody holds more of a ledger than is here: from now on the store is a
 * restored one, until the same act lifts that. One that is marked stays as it
 * is. why: who holds what. Any thread. */
VT_NODISCARD int vt_store_roll_back(
    struct vt_store *s, const char *why, struct vt_err *reterr);

/* ---- inside the room ---- */

void vt_restored_encode(const struct vt_restored *x, struct vt_buf *ret);
VT_NODISCARD int vt_restored_decode(
    struct vt_span v, struct vt_restored *ret, struct vt_err *reterr);
/* The row as a transaction sees it. */
VT_NODISCARD int vt_restored_get(
    struct vt_txn *t, struct vt_restored *ret, struct vt_err *reterr);
/* Do all steps only lift the mark, or catch up (kinds 68, 71, 72)? Such
 * an act passes the gate; its decide says whether it may. */
bool vt_act_lifts(const struct vt_act *act);
/* VT_E_STORE_RESTORED when there is a mark: in the apply of what writes. */
VT_NODISCARD int vt_restored_gate(struct vt_txn *t, struct vt_err *reterr);
/* The same at the door, in a transaction of its own. */
VT_NODISCARD int vt_restored_door(struct vt_store *s, struct vt_err *reterr);
/* Takes the mark away with the batch. None: VT_OK. */
VT_NODISCARD int vt_restored_lift(struct vt_batch *b, struct vt_err *reterr);
/* Marks a store that is open for writing as handed over; again is VT_OK.
 * VT_E_STORE_RESTORED: it was restored and may not hand over. */
VT_NODISCARD int vt_restored_hand_over(
    struct vt_store *s, uint64_t number, struct vt_err *reterr);
/* Puts it there with the batch. */
VT_NODISCARD int vt_restored_put(
    struct vt_batch *b, const struct vt_restored *x, struct vt_err *reterr);

/* ---- making one ---- */

/* A file that lies in a data directory until its restore is done; till then
 * vt_store_open refuses it, and who restores opens it so. */
#define VT_RESTORE_UNDONE "restore.unfinished"
struct vt_store_options;
struct vt_context;
VT_NODISCARD int vt_store_open_undone(const char *path,
    const struct vt_store_options *o, const struct vt_context *ctx,
    struct vt_store **ret, struct vt_err *reterr);

/* The list of what was destroyed (docstore/destroy.h) into this file, beside
 * what it says already; nothing is written when nothing was destroyed. */
#define VT_DESTROYED_LIST     "destroyed.list"
#define VT_DESTROYED_LIST_MAX ((size_t)64 << 20)
VT_NODISCARD int vt_destroy_list_save(
    struct vt_store *s, const char *path, struct vt_err *reterr);

#endif
