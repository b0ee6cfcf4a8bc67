/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes are destroyed by a named act only (design.md, law 1): the act stays,
 * the bytes don't.
 *
 * Two phases. VT_STEP_DESTROY, the order, takes the bytes of a paper away from
 * every record in its own transaction: from then on nothing hands them out.
 * vt_destroy_finish erases them: wrapped keys, then keys/ and records/ written
 * anew without what was deleted (a deleted value of LMDB stays readable in its
 * file), the lists of what was destroyed, and VT_STEP_ERASED, which says that
 * it is done. A crash in between: the order is still there, its work item
 * (VT_WORK_ERASE) comes again, and finish goes on.
 *
 * What goes: every version of every part, the packets of its consignments,
 * uploads of the agency that hold the same content; with wipe also subject,
 * names, opinions and answers kept for repeats, of the paper and of its
 * consignments, in each act that said them. A file or a piece of one
 * (VT_CHUNK_SIZE) that another record has stays there, and the list of the
 * order says so.
 */
#ifndef VT_DOCSTORE_DESTROY_H
#define VT_DOCSTORE_DESTROY_H

#include "base/buf.h"
#include "docstore/record.h"

struct vt_store;
struct vt_view;

enum vt_destroy_reason {         /* stored */
	VT_DESTROY_SECRET = 1,   /* it should never have come: a state secret */
	VT_DESTROY_DISPOSAL = 2, /* its time to be kept is over */
	VT_DESTROY_COURT = 3     /* ordered by a court */
};
#define VT_DESTROY_REASON_MAX VT_DESTROY_COURT

/* One content that the order was about. */
struct vt_destroyed_file {
	vt_hash hash;
	uint64_t size;
	uint64_t pieces; /* chunks it was made of */
	uint64_t held;   /* of these, named by other records: they stay */
	uint64_t others; /* records that have the whole file: it stays */
};

/* The row of a paper that was destroyed. Pointers: borrowed from the view. */
struct vt_destroyed {
	vt_id paper, agency;
	uint32_t agency_no;
	uint64_t seq; /* of the paper */
	vt_id act;    /* the order's */
	uint64_t index;
	vt_time at;
	enum vt_destroy_reason reason;
	bool wipe;
	vt_time done; /* VT_TIME_NONE: the order stands, not yet erased */
	uint64_t done_index; /* leaf of VT_STEP_ERASED */
	bool replayed;       /* from a list, in a store restored from before */
	const struct vt_destroyed_file *files;
	size_t n_files;
	const uint64_t *consigns; /* their packets were among the files */
	size_t n_consigns;
};

/* VT_E_NOT_FOUND: it was not destroyed. Any thread of the view. */
VT_NODISCARD int vt_destroyed_get(struct vt_view *v, const vt_id *paper,
    struct vt_destroyed *ret, struct vt_err *reterr);

/*
 * Erases what was ordered, all of it, and says so in an act a paper. *ret_n:
 * papers finished now. Blocks: for each call that has something to do keys/
 * and records/ are written anew, during which acts wait (reads go on); some
 * seconds a GB of records. Any thread, one at a time (VT_E_BUSY).
 * Errors: VT_E_STORE_FULL (there must be room for a second records/),
 * VT_E_STORE_READ_ONLY, VT_E_IO; asked again it goes on.
 */
VT_NODISCARD int vt_destroy_finish(
    struct vt_store *s, uint64_t *ret_n, struct vt_err *reterr);

/*
 * Writes keys/ anew, so that data keys of chunks which nothing names any more
 * are in no free page of it: their bytes then open for nobody. For what was
 * staged and refused. O(keys/), some ten milliseconds for 100,000 chunks;
 * uploads wait meanwhile. Errors: VT_E_STORE_FULL, VT_E_STORE_READ_ONLY,
 * VT_E_IO.
 */
VT_NODISCARD int vt_store_forget_keys(
    struct vt_store *s, struct vt_err *reterr);

/*
 * The list of what was destroyed: text, one line a paper, each with a tag of
 * this store (only who has the store key can add one). A restore replays it
 * before anything of an older backup is read. vt_destroy_finish writes it to
 * <data directory>/destroyed.list, which every backup takes along, and
 * beside the data directory, <data directory>.destroyed, so that the restore
 * of an older backup finds it, too. Appended to ret.
 */
VT_NODISCARD int vt_destroy_export(
    struct vt_store *s, struct vt_buf *ret, struct vt_err *reterr);

/*
 * Destroys here what a list names and what is not destroyed here: in a store
 * restored from a backup of before the order. No act is written (the ledger
 * must not fork); the row says `replayed`. Erases, too (as vt_destroy_finish).
 * Papers that this store does not have are passed over. *ret_n: papers
 * destroyed now. Errors: VT_E_STORE_FORMAT (not a list, or of another store, or
 * a line whose tag does not hold; nothing was done), those of
 * vt_destroy_finish.
 */
VT_NODISCARD int vt_destroy_replay(struct vt_store *s, struct vt_span list,
    uint64_t *ret_n, struct vt_err *reterr);

#endif
