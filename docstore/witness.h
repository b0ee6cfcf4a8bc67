/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Witnesses: nodes of other agencies that have seen a ledger and sign that
 * (C2SP tlog-cosignature, tlog-witness). Both sides: cosignatures over our
 * checkpoints, which go out with proofs; and what we, as a witness, have seen
 * of others' ledgers, so that we never sign two histories of one.
 *
 * Neither follows from an act: evidence from outside, beside the ledger. Whom
 * one asks and knows is the office's (api/office/cosign.h).
 */
#ifndef VT_DOCSTORE_WITNESS_H
#define VT_DOCSTORE_WITNESS_H

#include "docstore/bundle.h"

struct vt_store;
struct vt_view;

/* ---- cosignatures over our checkpoints ---- */

/*
 * Keeps what a witness answered: a line with a cosignature of `by` over the
 * checkpoint of that size. whose: who runs it (1..VT_OPERATOR_MAX bytes).
 * Again, by the same key over the same size: the newer one stays.
 * Errors: VT_E_INVALID (name or operator), VT_E_NOT_FOUND (no line of his),
 * VT_E_LEDGER_PROOF (not valid), VT_E_CONFLICT (the ledger is not so long),
 * VT_E_STORE_READ_ONLY, VT_E_STORE_RESTORED. Any thread but the writer's.
 */
VT_NODISCARD int vt_cosigned_keep(struct vt_store *s, uint32_t agency_no,
    uint64_t size, const struct vt_vkey *by, const char *whose,
    struct vt_span line, struct vt_err *reterr);

struct vt_cosigned {
	struct vt_vkey by;
	char whose[VT_OPERATOR_MAX + 1];
	uint8_t raw[VT_COSIGNATURE];
	vt_time kept;
};
/* Of one checkpoint, ascending by key. */
VT_NODISCARD int vt_cosigned_list(struct vt_view *v, uint32_t agency_no,
    uint64_t size, struct vt_cosigned *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);
/* The smallest cosigned size >= from. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_cosigned_covering(struct vt_view *v, uint32_t agency_no,
    uint64_t from, uint64_t *ret_size, struct vt_err *reterr);
/* Appends lines of at most VT_COSIGNERS, each of another operator. */
VT_NODISCARD int vt_cosigned_lines(struct vt_view *v, uint32_t agency_no,
    uint64_t size, struct vt_buf *ret, struct vt_err *reterr);

/* ---- as a witness ---- */

/*
 * The key by which this node cosigns, <data>/log-keys/ beside the ledgers'
 * own. It is in no backup: a store that was restored has forgotten what it
 * saw, and cosigns by a new one. Made at the first call; a store opened for
 * reading has none then (VT_E_NO_INPUT).
 */
VT_NODISCARD int vt_witness_vkey(
    struct vt_store *s, struct vt_vkey *ret, struct vt_err *reterr);

enum vt_witness_is {
	VT_WITNESS_SIGNED,  /* it goes on from what was seen: line */
	VT_WITNESS_STALE,   /* the proof is not from what was seen: size */
	VT_WITNESS_REFUSED, /* it does not go on, or is another history */
};
struct vt_witness_answer {
	enum vt_witness_is is;
	uint64_t size; /* the largest seen, 0: none yet */
	bool forked;   /* two histories, both signed by the ledger's key */
};
/*
 * An add-checkpoint request about the ledger of `log`. What was seen is on
 * disk before it is signed. A refused checkpoint is kept as evidence, until
 * the ledger goes on from what was seen; one of equal size and another root
 * for ever. line: the cosignature, appended (VT_WITNESS_SIGNED).
 * Errors: VT_E_SYNTAX, VT_E_LEDGER_PROOF (not signed by log, or of another
 * origin), VT_E_STORE_READ_ONLY, VT_E_STORE_RESTORED.
 */
VT_NODISCARD int vt_witness_take(struct vt_store *s, const struct vt_vkey *log,
    struct vt_span request, struct vt_witness_answer *ret, struct vt_buf *line,
    struct vt_err *reterr);

struct vt_witnessed {
	struct vt_vkey log;
	uint64_t size;
	vt_hash root;
	vt_time seen;         /* when */
	struct vt_span note;  /* the checkpoint, signed */
	struct vt_span other; /* the refused one, empty: none */
	vt_time refused;
	bool forked; /* other is of the same size, or was */
};
/* Of an origin; borrowed until vt_view_end. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_witnessed_get(struct vt_view *v, const char *origin,
    struct vt_witnessed *ret, struct vt_err *reterr);
/* Is a refused checkpoint of any ledger kept? */
VT_NODISCARD int vt_witness_alarm(
    struct vt_view *v, bool *ret, struct vt_err *reterr);

#endif
