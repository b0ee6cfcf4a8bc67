/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restored store writes again (design law 14): an act shows the highest
 * checkpoints that others know, and lifts the mark when none of them is beyond
 * our ledgers and each is of our own trees. It stands in the ledger for ever:
 * what was shown, who was asked, which two persons answer for it, out of which
 * increment it was restored and when.
 */
#ifndef VT_DOCSTORE_RESUME_H
#define VT_DOCSTORE_RESUME_H

#include "docstore/act.h"
#include "docstore/receipt.h"

#define VT_RESUME_SHOWN 64 /* checkpoints in one act */

struct vt_apply;
struct vt_act_op;
struct vt_prep;
struct vt_view;

/* What a checkpoint that somebody shows says about our ledger of its origin. */
enum vt_shown {
	VT_SHOWN_OURS,    /* we have it, and at least so many leaves */
	VT_SHOWN_BEYOND,  /* signed by our key, longer than we are: leaves
			   * [ours, its size) are missing here */
	VT_SHOWN_LOST,    /* beyond ours, or of another history, and the epoch
			   * that it is of ended because of that */
	VT_SHOWN_FORKED,  /* signed by our key, of another history */
	VT_SHOWN_FOREIGN, /* of no ledger of ours, or not signed by its key */
};
struct vt_shown_says {
	enum vt_shown is;
	uint32_t agency_no; /* 0: foreign */
	uint64_t ours, size;
	bool unknown; /* BEYOND: of an epoch that is not known here */
};
/* note: a signed checkpoint, as it was shown. VT_E_SYNTAX. */
VT_NODISCARD int vt_shown_judge(struct vt_view *v, struct vt_span note,
    struct vt_shown_says *ret, struct vt_err *reterr);

/* The checkpoint in a receipt, borrowed from it; verified by nobody yet. */
VT_NODISCARD int vt_receipt_note(
    struct vt_span receipt, struct vt_span *ret, struct vt_err *reterr);

/* ---- inside the room ---- */

struct vt_arena;
struct vt_txn;
/* As vt_shown_judge. */
VT_NODISCARD int vt_shown_in(struct vt_txn *t, struct vt_arena *arena,
    struct vt_span note, struct vt_shown_says *ret, struct vt_err *reterr);
/* What such a step has, made ready: the second person, who was asked, what was
 * shown. */
VT_NODISCARD int vt_prep_two(struct vt_act_op *a, const vt_id *second,
    struct vt_prep *p, struct vt_err *reterr);
VT_NODISCARD int vt_prep_asked(struct vt_act_op *a, const char *asked,
    struct vt_prep *p, struct vt_err *reterr);
VT_NODISCARD int vt_prep_shown(struct vt_act_op *a,
    const struct vt_span *shown, size_t n, struct vt_span *ret,
    struct vt_err *reterr);
/* The store is a restored one, and both people are active. */
VT_NODISCARD int vt_resume_may(
    struct vt_apply *x, const vt_id *second, struct vt_err *reterr);

int vt_resume_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_resume_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_resume_keep(struct vt_apply *x, struct vt_err *reterr);

#endif
