/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the room only: what was asked for in words, as a list of clauses that
 * all hold; said to SQLite for the index, and tried here on papers that are
 * not in it yet. Both give the same papers.
 */
#ifndef VT_DOCSTORE_QUERY_H
#define VT_DOCSTORE_QUERY_H

#include "base/arena.h"
#include "docstore/fold.h"

/* The columns of a paper in the index; their order is that of the file. */
enum vt_column {
	VT_COL_HANDS, /* who has it, and what is due: ours, nobody types it */
	VT_COL_NUMBER,
	VT_COL_SUBJECT,
	VT_COL_TYPE,
	VT_COL_AGENCY,
	VT_COL_SIGNER,
	VT_COL_RECIPIENTS,
	VT_COL_OTHER,
	VT_COL_DATE, /* as 05/11/2026; a number alone does not mean a day */
	VT_COL_TEXT, /* of its pages */
	VT_COLUMNS
};
#define VT_COL_ALL   ((1U << VT_COLUMNS) - 1)
#define VT_COL_WORDS (VT_COL_ALL & ~(1U << VT_COL_HANDS))

/* Words that stand one after the other in one of the columns. */
struct vt_phrase {
	uint32_t columns; /* bits 1 << enum vt_column */
	uint8_t first, n; /* of vt_expr.word */
	bool begin;       /* the last one may only be begun */
	uint8_t clause;
	uint32_t started; /* while a text is read: bit i, i words fit */
};

/* One of its phrases is there, or, without, none. */
struct vt_clause {
	bool without;
};

#define VT_EXPR_PHRASES 32

struct vt_expr {
	struct vt_word *word;
	size_t n_words;
	struct vt_phrase phrase[VT_EXPR_PHRASES];
	size_t n_phrases;
	struct vt_clause clause[VT_EXPR_PHRASES];
	size_t n_clauses;
	uint32_t found; /* clauses of which a phrase was found */
};

/*
 * docstore/search.h says what text may be. Adds to *e, which begins as zeroes;
 * words beyond SEARCH_WORDS_MAX count for nothing. columns: where words without
 * a field are looked for. begin: the last word may be begun only.
 * Errors: VT_E_SYNTAX (not UTF-8), VT_E_NOMEM.
 */
struct vt_ask_how {
	uint32_t columns;
	bool begin;
	bool plain; /* no operators: a number */
};
VT_NODISCARD int vt_expr_add(struct vt_arena *a, const char *text,
    const struct vt_ask_how *how, struct vt_expr *e, struct vt_err *reterr);

/* Trying: begin a paper, read its columns, ask. */
void vt_expr_begin(struct vt_expr *e);
void vt_expr_read(struct vt_expr *e, enum vt_column col, struct vt_span text);
/* Were all words found that must be there? */
bool vt_expr_is_met(const struct vt_expr *e);
/* So far; more text may change it only for clauses without. */
bool vt_expr_holds(const struct vt_expr *e);
/* The columns that any clause looks at. */
uint32_t vt_expr_columns(const struct vt_expr *e);
/* Is there a clause without? What was met may fall yet. */
bool vt_expr_has_without(const struct vt_expr *e);
/* Does it ask for a word that must be there? Else no index helps. */
bool vt_expr_is_positive(const struct vt_expr *e);

/* As a MATCH of FTS5 over the columns of `within` only (a clause without: over
 * all). Tokens are those of vt_tokens. */
void vt_expr_match(const struct vt_expr *e, uint32_t within, struct vt_buf *b);

/*
 * The tokens of one word in the index: bare, in every spelling the same; and as
 * it is written, when that has marks: "+", tones, ",", letters. An empty one is
 * none.
 */
struct vt_token {
	char p[160];
	size_t n;
};
void vt_tokens(
    const struct vt_word *w, struct vt_token *bare, struct vt_token *marked);

#endif
