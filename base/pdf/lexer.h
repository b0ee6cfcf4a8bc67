/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes and tokens of PDF (ISO 32000-2 §7.2), private to base/pdf.
 *
 * A lexer reads a vt_source through one window, or memory directly. Positions
 * are absolute. Nothing here allocates but the window. Reading failures of
 * the source are kept in the lexer and reported by pdf_fail(), so that the
 * functions which look at single bytes need no error argument.
 */
#ifndef VT_BASE_PDF_LEXER_H
#define VT_BASE_PDF_LEXER_H

#include "base/err.h"
#include "base/source.h"

#define PDF_WINDOW 16384

struct pdf_lexer {
	struct vt_source *src; /* NULL: win is all there is */
	uint8_t *buf;          /* owned window; NULL when not needed */
	const uint8_t *win;    /* bytes [win_at, win_at + win_n) */
	uint64_t win_at;
	size_t win_n;
	uint64_t at;       /* next byte */
	uint64_t end;      /* one past the last byte that may be read */
	uint32_t objstm;   /* number of the object stream read, 0 = file */
	int rc;            /* failure of the source, sticky */
	struct vt_err err; /* its message */
};

/* Over memory that outlives lx. */
void pdf_lexer_memory(struct pdf_lexer *lx, struct vt_span s);
/* Over a source that outlives lx. VT_E_NOMEM. */
VT_NODISCARD int pdf_lexer_source(
    struct pdf_lexer *lx, struct vt_source *src, struct vt_err *reterr);
void pdf_lexer_free(struct pdf_lexer *lx);

/* Moves the window over `at`; the byte, or -1 past the end or on failure. */
int pdf_lexer_fill(struct pdf_lexer *lx, uint64_t at);

/* The byte at a position, -1 outside the input. */
static inline int
pdf_byte(struct pdf_lexer *lx, uint64_t at)
{
	if (at >= lx->end)
		return -1;
	if (at - lx->win_at < lx->win_n)
		return lx->win[at - lx->win_at];
	return pdf_lexer_fill(lx, at);
}

static inline int
pdf_peek(struct pdf_lexer *lx)
{
	return pdf_byte(lx, lx->at);
}

/* Copies n bytes from a position inside the input, past the window. */
VT_NODISCARD int pdf_lexer_copy(struct pdf_lexer *lx, uint64_t at, void *p,
    size_t n, struct vt_err *reterr);

/* Character classes of §7.2.3; c may be -1, which is none of them. */
bool pdf_is_space(int c);
bool pdf_is_delimiter(int c);
bool pdf_is_regular(int c);
static inline bool
pdf_is_digit(int c)
{
	return c >= '0' && c <= '9';
}
int pdf_hex_digit(int c); /* 0-15, -1 for anything else */

/* Skips white space; pdf_skip() comments too. */
void pdf_skip_space(struct pdf_lexer *lx);
void pdf_skip(struct pdf_lexer *lx);

/* Consumes the word when it stands here and no regular character follows. */
bool pdf_word(struct pdf_lexer *lx, const char *word);

/* Consumes a run of digits not followed by a regular character; the value must
 * be at most max. Nothing is consumed on failure. */
bool pdf_uint(struct pdf_lexer *lx, uint64_t max, uint64_t *ret);

/* Consumes "N G obj" with white space between. */
bool pdf_object_head(
    struct pdf_lexer *lx, uint32_t *ret_num, uint16_t *ret_gen);

/*
 * Reports that something is wrong at lx->at: the source's own failure, or
 * VT_E_PDF_TRUNCATED when the input ended there, else `code`. The message
 * names the place, the clause, and what was wanted and found.
 */
int pdf_fail(struct pdf_lexer *lx, enum vt_code code, const char *clause,
    const char *wanted, struct vt_err *reterr);

#endif
