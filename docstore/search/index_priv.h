/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the index only: index.c, merge.c, tokenizer.c. */
#ifndef VT_DOCSTORE_INDEX_PRIV_H
#define VT_DOCSTORE_INDEX_PRIV_H

#include <sqlite3.h>

#include "docstore/index.h"

/* Raised when tokens or columns change: an index of another is made again. */
#define VT_INDEX_VERSION 4

#define VT_INDEX_NOT_KNOWN UINT64_MAX

/* An act that changed a paper. */
struct vt_change {
	uint64_t act, seq;
};

/*
 * What is known of the acts from `lo` to `upto`: which papers they changed.
 * It reaches back to the older of what is merged and what views see, else a
 * search looks at every paper.
 */
struct vt_tail {
	struct vt_change *change; /* rising */
	size_t n, cap;
	uint64_t lo, upto;
	bool known;
	uint64_t *seqs; /* of the search that goes on */
	size_t cap_seqs;
};

struct vt_index {
	struct vt_index *next;
	struct vt_indexes *of;
	uint32_t agency_no;
	/* Merging, making, dropping: one thread. Taken before `lock`. */
	pthread_mutex_t merging;
	/* Reading, the tail, and opening and closing. */
	pthread_mutex_t lock;
	sqlite3 *writer, *reader; /* both or none */
	struct vt_tail tail;
	uint64_t used;         /* turn of the last use, for closing */
	_Atomic uint64_t done; /* acts known to be in it; all bits: not known */
	_Atomic bool is_open;
	_Atomic bool damaged; /* to be made again by the next merge */
};

struct vt_indexes {
	struct vt_store *store;
	pthread_mutex_t lock; /* of the list and turns */
	struct vt_index *list;
	uint64_t turns;
	uint32_t at;      /* the last agency whose turn it was to be merged */
	uint64_t batches; /* committed when nothing was left to be merged */
};

/* Row `state` of the file. */
struct vt_index_state {
	uint64_t merged; /* acts below are in it */
	uint64_t making; /* next paper to be read, 0: it is whole */
};
VT_NODISCARD int vt_index_state(
    sqlite3 *db, struct vt_index_state *ret, struct vt_err *reterr);

/* Is the file one of this store, agency and history, by this release? */
bool vt_index_is_of(
    sqlite3 *db, const vt_id *store, uint32_t agency_no, struct vt_view *v);

/* SHA-256 of the leaf before an act, which says which history it is. */
VT_NODISCARD int vt_index_leaf(struct vt_view *v, uint32_t agency_no,
    uint64_t act, vt_hash *ret, struct vt_err *reterr);

/* The index of an agency; NULL: no memory. */
struct vt_index *vt_index_of(struct vt_indexes *x, uint32_t agency_no);
/* With ->merging held: opens the file, or makes it anew when it is missing,
 * damaged or of another history. v: a view of now. */
VT_NODISCARD int vt_index_open(
    struct vt_index *i, struct vt_view *v, struct vt_err *reterr);
/* With ->lock held. */
void vt_index_close(struct vt_index *i);
/* Takes its files away. With ->merging held. */
VT_NODISCARD int vt_index_remove(struct vt_index *i, struct vt_err *reterr);

/* Sets the error for what SQLite said; notes damage in i. */
int vt_index_err(
    struct vt_index *i, sqlite3 *db, const char *what, struct vt_err *reterr);

/* With ->lock held: all acts that v sees are in the tail, from `merged` on or
 * earlier. false: they are too many. */
VT_NODISCARD int vt_tail_extend(struct vt_index *i, struct vt_view *v,
    uint64_t merged, bool *ret_known, struct vt_err *reterr);
/* Papers changed by acts from this one on, rising, each once: in ->seqs. */
VT_NODISCARD int vt_tail_since(
    struct vt_tail *t, uint64_t act, size_t *ret_n, struct vt_err *reterr);

/* ---- table `sift` ---- */

extern const char vt_sift_table[]; /* makes it */
extern const char vt_sift_put[];

/* What stands behind seq, in the order of the columns. */
#define VT_SIFT_COLUMNS 10
#define VT_SIFT_TYPE    2
struct vt_sift_row {
	int64_t n[VT_SIFT_COLUMNS];
	struct vt_buf type; /* for VT_SIFT_TYPE; the caller's to free */
};
void vt_sift_row(const struct vt_paper *p, struct vt_sift_row *ret);
bool vt_sift_bind(
    sqlite3_stmt *st, uint64_t seq, const struct vt_sift_row *r);
/* Is it that row, from this column on? */
bool vt_sift_is(sqlite3_stmt *st, int from, const struct vt_sift_row *r);

/* Are those that have nothing to be ordered by asked for apart, at last? */
bool vt_sift_is_in_two(const struct vt_hits_ask *a);
/* A statement that gives seq and what it is ordered by; without: of those that
 * have nothing there. And its parameters. */
void vt_sift_say(const struct vt_hits_ask *a, bool without, struct vt_buf *b);
bool vt_sift_ask(sqlite3_stmt *st, const struct vt_hits_ask *a, bool without);

/* Makes the tokenizer "vanthu" known to a connection. SQLite's code. */
int vt_tokenizer_register(sqlite3 *db);

#endif
