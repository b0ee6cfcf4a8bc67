/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside searching only: search.c, fits.c, order.c. */
#ifndef VT_DOCSTORE_SEARCH_PRIV_H
#define VT_DOCSTORE_SEARCH_PRIV_H

#include "docstore/index.h"

/* Of relevance: the columns in which all words stand. */
#define VT_STAGES 4
#define VT_HANDS  (1U << VT_COL_HANDS) /* says nothing of relevance */
extern const uint32_t vt_stage_columns[VT_STAGES];
#define VT_ANY_STAGE VT_STAGES

struct vt_searching {
	const struct vt_paper_query *q; /* no string of it is NULL */
	struct vt_expr e;
	struct vt_doc doc; /* of the paper that is tried */
	unsigned int stage;
	struct vt_ordering o;
	struct vt_place after; /* seq 0: from the start */
};

struct vt_found {
	struct vt_paper *ret;
	size_t max, n;
	uint64_t next; /* where it ended early; 0: at the end */
	size_t spent;
	uint32_t agency_no;
	struct vt_arena *scratch; /* of the paper looked at */
};

/* What a call may spend: passing a paper by its first fields costs one. */
#define VT_LOOK_COST 16
#define VT_TEXT_COST 256 /* bytes of text of pages that cost one */
#define VT_BUDGET    (VT_LOOK_COST * VT_L(SEARCH_SCAN_MAX))

/* By the first fields of the row alone. */
VT_NODISCARD int vt_may_fit(const struct vt_paper_query *q, struct vt_span row,
    bool *ret, struct vt_err *reterr);

/* Decodes a paper into scratch memory. *ret: the view shows it, and it fits in
 * everything but its words. */
VT_NODISCARD int vt_fits_but_words(struct vt_view *v,
    const struct vt_searching *s, uint64_t seq, struct vt_found *page,
    struct vt_paper *ret_paper, bool *ret, struct vt_err *reterr);

/* One paper: into the page if it fits. found: the index says that its words
 * do. The second: its row is at hand. */
VT_NODISCARD int vt_look_at(struct vt_view *v, struct vt_searching *s,
    uint64_t seq, bool found, struct vt_found *page, struct vt_err *reterr);
VT_NODISCARD int vt_look_at_row(struct vt_view *v, struct vt_searching *s,
    struct vt_span row, uint64_t seq, bool found, struct vt_found *page,
    struct vt_err *reterr);

/* Is the page full, or enough spent? Then it ends here. */
bool vt_is_enough(struct vt_found *page, uint64_t cursor);

/* By the index, from s->after on. match: the words, NULL: none that it has.
 * *ret_done: false: there is no index that could be asked. */
VT_NODISCARD int vt_search_by_index(struct vt_view *v, struct vt_searching *s,
    struct vt_found *page, const char *match, bool *ret_done,
    struct vt_err *reterr);
/* Without one, in an order other than that of arrival: all papers. */
VT_NODISCARD int vt_search_in_order(struct vt_view *v, struct vt_searching *s,
    struct vt_found *page, struct vt_err *reterr);

#endif
