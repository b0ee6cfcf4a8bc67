/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What leaves the house to prove the ledger: proof bundles (C2SP tlog-proof),
 * consistency (the body of C2SP tlog-witness add-checkpoint), keys as text
 * (vkey), cosignatures (cosignature/v1). docs/format.md §7 has the forms;
 * docstore/verifier/proof.c judges the same from its own code.
 *
 * Everything but what takes a view works without a store, on any thread.
 */
#ifndef VT_DOCSTORE_BUNDLE_H
#define VT_DOCSTORE_BUNDLE_H

#include "docstore/ledger.h"
#include "docstore/note.h"

struct vt_view;

#define VT_BUNDLE_MAX      ((size_t)256 << 10) /* bytes of one that is read */
#define VT_BUNDLE_BARE     2048 /* bytes of one of ours without its extra */
#define VT_COSIGNER_MAX    40   /* characters of a cosigner's name */
#define VT_COSIGNERS       3    /* cosignatures in a bundle */
#define VT_COSIGNATURE     72   /* bytes: time 8, Ed25519 64 */
#define VT_OPERATOR_MAX    120  /* bytes of the name of who runs a node */
#define VT_VKEY_MAX        (128 + 1 + 8 + 1 + 44)
#define VT_CONSISTENCY_MAX 4096 /* bytes of the text */

enum vt_vkey_type { VT_VKEY_LOG = 1, VT_VKEY_COSIGNER = 4 };

/* A key that is known from elsewhere. */
struct vt_vkey {
	enum vt_vkey_type type;
	char name[128];
	uint8_t id[4], pub[VT_LOG_KEY_SIZE];
};

/* Fills id from the rest. */
void vt_vkey_id(struct vt_vkey *k);
/* NAME+ID+KEY (C2SP signed-note "verifier keys"). */
void vt_vkey_put(const struct vt_vkey *k, struct vt_buf *ret);
/* VT_E_SYNTAX: not one, of another type, or its id is not that of its key. */
VT_NODISCARD int vt_vkey_parse(struct vt_span text, enum vt_vkey_type type,
    struct vt_vkey *ret, struct vt_err *reterr);

/* ---- cosignatures ---- */

/*
 * Appends the signature line of a cosigner over a checkpoint's text, at a time
 * (whole seconds of it). seed: 32 bytes, k its public key and name.
 */
VT_NODISCARD int vt_cosign(struct vt_span text, const struct vt_vkey *k,
    struct vt_span seed, vt_time time, struct vt_buf *ret,
    struct vt_err *reterr);
/*
 * Among signature lines, the first of this cosigner, and is it good? *ret the
 * 72 bytes, *ret_time its time. VT_E_NOT_FOUND: there is no line of his;
 * VT_E_LEDGER_PROOF: there is, and it is not valid.
 */
VT_NODISCARD int vt_cosignature_find(struct vt_span text, struct vt_span lines,
    const struct vt_vkey *k, uint8_t ret[static VT_COSIGNATURE],
    vt_time *ret_time, struct vt_err *reterr);

/* A checkpoint's text and its signature lines, borrowed from the note. Nothing
 * is verified. VT_E_SYNTAX. */
VT_NODISCARD int vt_checkpoint_split(struct vt_span note,
    struct vt_checkpoint *ret, struct vt_span *ret_text,
    struct vt_span *ret_lines, struct vt_err *reterr);

/* ---- bundles ---- */

struct vt_bundle {
	uint64_t index;
	struct vt_ledger_proof proof;
	struct vt_checkpoint cp;
	struct vt_span text, lines; /* of the checkpoint, in the input */
	struct vt_span salt, facts; /* of the opening, in the extra; or empty */
	struct vt_span anchor;      /* likewise: an anchor's CBOR */
	struct vt_buf extra;        /* *owned*: vt_bundle_free */
};
#define VT_BUNDLE_INIT                                                         \
	{                                                                      \
		.extra = VT_BUF_INIT                                           \
	}
/* Reads; proves nothing. bytes: borrowed as long as ret. VT_E_SYNTAX. */
VT_NODISCARD int vt_bundle_parse(
    struct vt_span bytes, struct vt_bundle *ret, struct vt_err *reterr);
void vt_bundle_free(struct vt_bundle *b);
/* What the facts of a bundle's opening say; proves nothing. VT_E_SYNTAX. */
VT_NODISCARD int vt_facts_of(
    struct vt_span facts, struct vt_receipt *ret, struct vt_err *reterr);

/* Whom the reader believes, and about what. */
struct vt_bundle_trust {
	const struct vt_vkey *log;
	const char *whose; /* of the log; NULL: not known, and nobody counts
			    * as an outsider */
	struct {
		const struct vt_vkey *key;
		const char *whose; /* NULL: nobody's, does not count */
	} cosigner[16];
	size_t n_cosigners;
	struct vt_span receipt; /* opens the leaf in place of the extra */
};
struct vt_bundle_says {
	struct vt_receipt facts; /* log_key, key_id of the log */
	unsigned int outsiders;  /* operators who cosigned, not the log's own */
	/* What a timestamp token must be over, and the token; n 0: none. */
	vt_hash imprint;
	struct vt_span token;
};
/*
 * Opening -> leaf -> root -> checkpoint -> log key; cosignatures; an anchor's
 * path. The token itself is for who reads CMS (signing/stamp).
 * Errors: VT_E_SYNTAX, VT_E_LEDGER_PROOF (what does not hold).
 */
VT_NODISCARD int vt_bundle_verify(const struct vt_bundle *b,
    const struct vt_bundle_trust *trust, struct vt_bundle_says *ret,
    struct vt_err *reterr);

/* ---- consistency ---- */

/* "old N", hashes, "", checkpoint: parsed, nothing verified. */
struct vt_consistency {
	uint64_t old_size;
	struct vt_ledger_proof proof;
	struct vt_span note; /* the newer checkpoint, borrowed */
};
VT_NODISCARD int vt_consistency_parse(
    struct vt_span bytes, struct vt_consistency *ret, struct vt_err *reterr);

/* ---- anchors ---- */

/* {1: token, 2: index, 3: count, 4: path}: the place of a checkpoint's text
 * among those that one token stamps (RFC 6962 tree of their texts). */
void vt_anchor_put(struct vt_span token, uint64_t index, uint64_t count,
    const struct vt_ledger_proof *path, struct vt_buf *ret);
VT_NODISCARD int vt_anchor_parse(struct vt_span bytes,
    struct vt_span *ret_token, uint64_t *ret_index, uint64_t *ret_count,
    struct vt_ledger_proof *ret_path, struct vt_err *reterr);

/* ---- from the store ---- */

struct vt_bundle_wish {
	bool opening; /* salt, facts and anchor in the extra */
	bool newest;  /* at the newest checkpoint, whoever has seen it */
};
/*
 * The proof bundle of one act (text). Without `newest` at a checkpoint covering
 * it that others have seen: cosigned and anchored, else cosigned, else the
 * first that is anchored (the earliest time); else at the newest.
 * Without extra at most VT_BUNDLE_BARE bytes. VT_E_NOT_FOUND.
 */
VT_NODISCARD int vt_bundle_get(struct vt_view *v, uint32_t agency_no,
    uint64_t index, const struct vt_bundle_wish *wish, struct vt_buf *ret,
    struct vt_err *reterr);

/* Acts of an agency, which are the leaves of its ledgers (docstore/epoch.h). */
VT_NODISCARD int vt_log_size(struct vt_view *v, uint32_t agency_no,
    uint64_t *ret, struct vt_err *reterr);

/* From the checkpoint of so many acts to that of more, as text; old 0, or of an
 * earlier epoch: the checkpoint alone. VT_E_NOT_FOUND: there are not so many
 * acts, or it goes down. */
VT_NODISCARD int vt_consistency_at(struct vt_view *v, uint32_t agency_no,
    uint64_t old, uint64_t acts, struct vt_buf *ret, struct vt_err *reterr);
/* From an old size of the ledger as it is called now to the newest. */
VT_NODISCARD int vt_consistency_put(struct vt_view *v, uint32_t agency_no,
    uint64_t old_size, struct vt_buf *ret, struct vt_err *reterr);

/*
 * A tile of C2SP tlog-tiles: hashes of level 8 * level, from index 256 * n,
 * width of them (1..256), 32 bytes each. VT_E_NOT_FOUND: the tree has not got
 * so many yet.
 */
VT_NODISCARD int vt_tile_get(struct vt_view *v, uint32_t agency_no,
    unsigned int level, uint64_t n, unsigned int width, struct vt_buf *ret,
    struct vt_err *reterr);

/* The key of an agency's ledger; and of an epoch of it (docstore/epoch.h).
 * VT_E_NOT_FOUND. */
VT_NODISCARD int vt_log_vkey(struct vt_view *v, uint32_t agency_no,
    struct vt_vkey *ret, struct vt_err *reterr);
VT_NODISCARD int vt_log_vkey_at(struct vt_view *v, uint32_t agency_no,
    uint32_t epoch, struct vt_vkey *ret, struct vt_err *reterr);

#endif
