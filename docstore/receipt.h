/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receipts and proofs. A receipt is one self-contained file (deterministic
 * CBOR, application/vnd.vanthu.receipt+cbor): what was done, its place in the
 * agency's ledger (RFC 6962 tree), and the checkpoint signed by the agency's
 * log key (C2SP signed note, Ed25519). Asked for again it has the same bytes,
 * at any time in the life of the record.
 *
 * Everything here but the three functions that take a view works without a
 * store, on any thread.
 */
#ifndef VT_DOCSTORE_RECEIPT_H
#define VT_DOCSTORE_RECEIPT_H

#include "base/id.h"
#include "base/time.h"

struct vt_view;

#define VT_RECEIPT_MAX      65536 /* bytes of one receipt */
#define VT_RECEIPT_KINDS    16
#define VT_LEDGER_PROOF_MAX 64   /* hashes of one proof */
#define VT_ORIGIN_MAX       60   /* characters of a ledger's name */
#define VT_CHECKPOINT_MAX   1024 /* bytes of a signed checkpoint */

/* What a receipt says; plain values. */
struct vt_receipt {
	vt_id agency; /* vt_agency.id */
	vt_id act;
	vt_id paper;                      /* zero if none */
	uint32_t kinds[VT_RECEIPT_KINDS]; /* enum vt_step_kind */
	size_t n_kinds;
	vt_hash main;    /* main file after the act, zero if none */
	uint64_t number; /* 0 if none given */
	char number_text[96];
	uint64_t arrival; /* số đến, 0 if none */
	vt_hash manifest; /* of all files the act is about; zero: not said */
	vt_time time;
	vt_hash request; /* of the request, as the caller stated it */
	vt_hash record;  /* SHA-256 of the stored act record */
	char origin[VT_ORIGIN_MAX + 1];
	uint32_t epoch; /* of the ledger (docstore/epoch.h); 0: the first */
	/* of the act that opened it: the ledger before, what of it was here,
	 * and how many leaves it is known to have had (0: no more) */
	char prior[VT_ORIGIN_MAX + 1];
	uint64_t prior_size;
	vt_hash prior_root;
	uint64_t prior_lost;
	uint64_t index; /* of the leaf */
	uint64_t size;  /* of the tree it is proved in */
	vt_hash root;
	uint8_t key_id[4];   /* of the note signature */
	uint8_t log_key[32]; /* Ed25519 public key it names; trust it only if
			      * it is the one known for the origin */
};

/*
 * Reads and verifies a receipt: commitment → leaf → inclusion proof → root →
 * checkpoint → signature by log_key. log_key NULL: by the key the receipt
 * names itself (proves consistency, not origin).
 * Errors: VT_E_SYNTAX (not a receipt), VT_E_LEDGER_PROOF (what does not hold).
 * Source: RFC 6962 §2.1, C2SP tlog-checkpoint, signed-note; docs/format.md.
 */
VT_NODISCARD int vt_receipt_verify(struct vt_span bytes,
    const uint8_t log_key[32], struct vt_receipt *ret, struct vt_err *reterr);

/* The receipt of an act of an agency, the bytes first given. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_receipt_get(struct vt_view *v, uint32_t agency_no,
    uint64_t index, struct vt_buf *ret, struct vt_err *reterr);

/*
 * The newest signed checkpoint of an agency's ledger (signed note text).
 * VT_E_NOT_FOUND for an empty ledger.
 */
VT_NODISCARD int vt_checkpoint_get(struct vt_view *v, uint32_t agency_no,
    struct vt_buf *ret, struct vt_err *reterr);

/* Hashes that prove that the tree of old_size is a prefix of new_size, in the
 * ledger as it is called now. */
VT_NODISCARD int vt_consistency_get(struct vt_view *v, uint32_t agency_no,
    uint64_t old_size, uint64_t new_size, vt_hash *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);

#endif
