/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the room only: the index of an agency, one SQLite file with FTS5 under
 * DATA/search. All of it is derived: it is made again when it is missing,
 * damaged, of another store, or ahead of this one.
 *
 * What it covers is one number, `merged`: the acts below it. The papers of
 * later acts are the tail, read from the records; so what an act changed is
 * found by the very next search, and merging changes no answer.
 */
#ifndef VT_DOCSTORE_INDEX_H
#define VT_DOCSTORE_INDEX_H

#include "docstore/query.h"
#include "docstore/store_priv.h"

struct vt_index;

/* Of a store; NULL in a vt_store when there can be no index (in memory, read
 * only). */
struct vt_indexes;
VT_NODISCARD int vt_indexes_new(
    struct vt_store *s, struct vt_indexes **ret, struct vt_err *reterr);
void vt_indexes_free(struct vt_indexes *x); /* NULL allowed */

/* What is searched in a paper, column by column. */
struct vt_doc {
	uint64_t seq;
	struct vt_buf col[VT_COLUMNS];
};
/* States in which somebody has something to do yet. */
#define VT_STATES_OPEN                                                         \
	(1U << VT_PAPER_DRAFT | 1U << VT_PAPER_SUBMITTED |                     \
	    1U << VT_PAPER_APPROVED | 1U << VT_PAPER_RETURNED |                \
	    1U << VT_PAPER_SIGNED | 1U << VT_PAPER_SEALED |                    \
	    1U << VT_PAPER_ARRIVED | 1U << VT_PAPER_ASSIGNED |                 \
	    1U << VT_PAPER_WAITING | 1U << VT_PAPER_PROCESSING)
/* Words of the column VT_COL_HANDS: a person who has the paper, or has it and
 * it is open; it is open and due some day. */
#define VT_DOC_DUE "opendue"
void vt_doc_hand(const vt_id *who, bool open, struct vt_buf *ret);
void vt_doc_free(struct vt_doc *d); /* empty again; NULL allowed */
/* columns: those wanted, but for the text of its pages. */
VT_NODISCARD int vt_doc_make(const struct vt_paper *p, uint32_t columns,
    struct vt_doc *ret, struct vt_err *reterr);

/* The text of its pages, SEARCH_TEXT_MAX at most, into that column. What was
 * destroyed since the view began is not there. */
VT_NODISCARD int vt_doc_text(struct vt_view *v, const struct vt_paper *p,
    struct vt_doc *ret, struct vt_err *reterr);

/* ---- reading ---- */

/*
 * Hits of one search, and the papers of the tail, which are to be tried by the
 * caller. The index is locked until vt_index_end.
 */
struct vt_hits {
	struct vt_index *index;
	void *stmt;           /* sqlite3_stmt */
	const uint64_t *tail; /* rising; of the papers that changed */
	size_t n_tail;
};

/*
 * false: there is none that could be asked now (not made yet, too far behind,
 * damaged): the caller looks at every paper. v: the view the papers are read
 * from; match: MATCH of FTS5; the hits are those with from < seq < to, in
 * falling order, or rising.
 */
struct vt_hits_range {
	uint64_t from, to;
	bool rising;
};
bool vt_index_begin(struct vt_view *v, uint32_t agency_no, const char *match,
    const struct vt_hits_range *range, struct vt_hits *ret);
/* The next hit; 0: the end. VT_E_STORE_CORRUPT: the index is damaged and will
 * be made again; search without it. */
VT_NODISCARD int vt_index_next(struct vt_hits *h, uint64_t *ret_seq);
void vt_index_end(struct vt_hits *h);

#endif
