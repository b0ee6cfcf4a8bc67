/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Anchors: a timestamp token (RFC 3161) over the newest checkpoints of all
 * agencies whose ledgers grew, as one tree of their texts. They follow from no
 * act and change none: evidence from outside, beside the ledger. The store
 * asks nobody: who has a timestamp authority plans, asks it, and keeps.
 */
#ifndef VT_DOCSTORE_ANCHOR_H
#define VT_DOCSTORE_ANCHOR_H

#include "base/buf.h"
#include "base/id.h"
#include "base/time.h"

struct vt_store;
struct vt_view;

#define VT_ANCHOR_TOKEN_MAX 65536 /* bytes of a token */

/* What one token is to stamp. */
struct vt_anchor_plan {
	struct vt_anchor_of {
		uint32_t agency_no;
		uint64_t size; /* of its checkpoint */
		vt_hash leaf;  /* RFC 6962 leaf hash of its text */
	} * of; /* *owned*: vt_anchor_plan_free; ascending by agency */
	size_t n;
	vt_hash root; /* what the token's imprint must be */
};

/* Agencies whose ledger grew since it was anchored last; n 0: none did. */
VT_NODISCARD int vt_anchor_plan(
    struct vt_view *v, struct vt_anchor_plan *ret, struct vt_err *reterr);
void vt_anchor_plan_free(struct vt_anchor_plan *p);

/*
 * Keeps a token that was judged: its imprint is plan->root. stated: the time
 * in it. tsa: who gave it, as the operator calls him (<= 255 bytes).
 * Errors: VT_E_INVALID (no plan, or a token that is empty, too long, or not
 * over its root), VT_E_CONFLICT (a checkpoint of the plan is not the ledger's:
 * the store was exchanged meanwhile), VT_E_STORE_READ_ONLY,
 * VT_E_STORE_RESTORED. Any thread but the writer's.
 */
VT_NODISCARD int vt_anchor_keep(struct vt_store *s,
    const struct vt_anchor_plan *plan, const char *tsa, struct vt_span token,
    vt_time stated, struct vt_err *reterr);

struct vt_anchor_row {
	uint64_t no;    /* 1, 2, ... */
	vt_time kept;   /* our clock */
	vt_time stated; /* its clock */
	const char *tsa;
	struct vt_span token;
	vt_hash root;
};
/* The newest of all; VT_E_NOT_FOUND. Borrowed until vt_view_end. */
VT_NODISCARD int vt_anchor_newest(
    struct vt_view *v, struct vt_anchor_row *ret, struct vt_err *reterr);
/* Of an agency's checkpoint: the earliest anchored size >= from, its anchor
 * in the CBOR of a bundle's extra. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_anchor_covering(struct vt_view *v, uint32_t agency_no,
    uint64_t from, uint64_t *ret_size, struct vt_buf *ret,
    struct vt_err *reterr);

/* Size of an agency's newest anchored checkpoint, 0: none is. */
VT_NODISCARD int vt_anchor_last(struct vt_view *v, uint32_t agency_no,
    uint64_t *ret, struct vt_err *reterr);

#endif
