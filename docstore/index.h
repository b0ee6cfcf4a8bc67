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
 * it is open; a unit whose turn it is, likewise; it is open and due some day. */
#define VT_DOC_DUE "opendue"
void vt_doc_hand(const vt_id *who, bool open, struct vt_buf *ret);
void vt_doc_unit(const char *unit, bool open, struct vt_buf *ret);
void vt_doc_free(struct vt_doc *d); /* empty again; NULL allowed */
/* columns: those wanted, but for the text of its pages. */
VT_NODISCARD int vt_doc_make(const struct vt_paper *p, uint32_t columns,
    struct vt_doc *ret, struct vt_err *reterr);

/* The text of its pages, SEARCH_TEXT_MAX at most, into that column. What was
 * destroyed since the view began is not there. */
VT_NODISCARD int vt_doc_text(struct vt_view *v, const struct vt_paper *p,
    struct vt_doc *ret, struct vt_err *reterr);

/* ---- what papers are sifted and put in order by, beside words ---- */

enum vt_sort {
	VT_SORT_NUMBER,
	VT_SORT_DATE,
	VT_SORT_DUE,
	VT_SORTS,
	VT_SORT_ARRIVAL = VT_SORTS /* as they came */
};

/* 0 in `by`: it has none. odd: one of its days is no YYYY-MM-DD. */
struct vt_sift {
	uint32_t by[VT_SORTS];
	bool odd;
};
void vt_sift_of(const struct vt_paper *p, struct vt_sift *ret);

/* Does q ask anything that it knows? No string of q is NULL. */
bool vt_sift_helps(const struct vt_paper_query *q);

/* A place in such an order. A paper without has UINT32_MAX when it rises. */
struct vt_place {
	uint32_t by;
	uint64_t seq; /* <= UINT32_MAX */
};
struct vt_ordering {
	enum vt_sort by;
	bool rising;
};
struct vt_ordering vt_ordering_of(enum vt_search_order order);
struct vt_place vt_place_of(
    const struct vt_sift *s, struct vt_ordering o, uint64_t seq);
bool vt_place_is_before(struct vt_place a, struct vt_place b, bool rising);
/* As a cursor, never 0, and back. */
uint64_t vt_place_cursor(struct vt_place p);
struct vt_place vt_place_at(uint64_t cursor);

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
	const struct vt_hits_ask *ask;
	size_t given;
	bool without; /* those without what they are ordered by have begun */
	bool cut;     /* there are more than SEARCH_SCAN_MAX */
};

/*
 * match: MATCH of FTS5, or NULL: all that q's direction, states, days, type and
 * numbers let through; its other conditions are the caller's to ask. Hits come
 * in the order o, those behind `after` (seq 0: from the first).
 */
struct vt_hits_ask {
	const char *match;
	const struct vt_paper_query *q; /* no string of it is NULL */
	struct vt_ordering o;
	struct vt_place after;
};
/*
 * false: there is none that could be asked now (not made yet, too far behind,
 * damaged): the caller looks at every paper. v: the view the papers are read
 * from. ask is borrowed until vt_index_end.
 */
bool vt_index_begin(struct vt_view *v, uint32_t agency_no,
    const struct vt_hits_ask *ask, struct vt_hits *ret);
/* The next hit; seq 0: the end. VT_E_STORE_CORRUPT: the index is damaged and
 * will be made again; search without it. */
VT_NODISCARD int vt_index_next(struct vt_hits *h, struct vt_place *ret);
void vt_index_end(struct vt_hits *h);

#endif
