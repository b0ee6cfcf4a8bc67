/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pdf/lexer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

/* Bytes kept before the position asked for: callers look one token back. */
#define WINDOW_BACK 64

void
pdf_lexer_memory(struct pdf_lexer *lx, struct vt_span s)
{
	*lx = (struct pdf_lexer){ .win = s.p, .win_n = s.n, .end = s.n };
}

int
pdf_lexer_source(
    struct pdf_lexer *lx, struct vt_source *src, struct vt_err *reterr)
{
	*lx = (struct pdf_lexer){ .src = src, .end = src->size };
	if (src->map != NULL && src->size <= SIZE_MAX) {
		lx->win = src->map;
		lx->win_n = (size_t)src->size;
		return VT_OK;
	}
	lx->buf = malloc(PDF_WINDOW);
	if (lx->buf == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "window of a PDF");
	return VT_OK;
}

void
pdf_lexer_free(struct pdf_lexer *lx)
{
	free(lx->buf);
	*lx = (struct pdf_lexer){ 0 };
}

int
pdf_lexer_fill(struct pdf_lexer *lx, uint64_t at)
{
	uint64_t start = at > WINDOW_BACK ? at - WINDOW_BACK : 0;
	uint64_t left;
	size_t n;

	if (lx->buf == NULL || lx->rc != VT_OK || at >= lx->end)
		return -1;
	left = lx->src->size - start;
	n = left < PDF_WINDOW ? (size_t)left : PDF_WINDOW;
	lx->rc = vt_source_read(lx->src, start, lx->buf, n, &lx->err);
	if (lx->rc != VT_OK) {
		lx->win_n = 0;
		return -1;
	}
	lx->win = lx->buf;
	lx->win_at = start;
	lx->win_n = n;
	return lx->win[at - start];
}

int
pdf_lexer_copy(
    struct pdf_lexer *lx, uint64_t at, void *p, size_t n, struct vt_err *reterr)
{
	VT_ASSERT(at <= lx->end && n <= lx->end - at);
	if (n == 0)
		return VT_OK;
	if (lx->buf == NULL) {
		memcpy(p, lx->win + at, n);
		return VT_OK;
	}
	return vt_source_read(lx->src, at, p, n, reterr);
}

bool
pdf_is_space(int c)
{
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' ||
	       c == ' ';
}

bool
pdf_is_delimiter(int c)
{
	return c > 0 && strchr("()<>[]{}/%", c) != NULL;
}

bool
pdf_is_regular(int c)
{
	return c > 0 && !pdf_is_space(c) && !pdf_is_delimiter(c);
}

int
pdf_hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void
pdf_skip_space(struct pdf_lexer *lx)
{
	while (pdf_is_space(pdf_peek(lx)))
		lx->at++;
}

void
pdf_skip(struct pdf_lexer *lx)
{
	int c;

	for (;;) {
		pdf_skip_space(lx);
		if (pdf_peek(lx) != '%')
			return;
		while ((c = pdf_peek(lx)) >= 0 && c != '\r' && c != '\n')
			lx->at++;
	}
}

bool
pdf_word(struct pdf_lexer *lx, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i < n; i++) {
		if (pdf_byte(lx, lx->at + i) != (uint8_t)word[i])
			return false;
	}
	if (pdf_is_regular(pdf_byte(lx, lx->at + n)))
		return false;
	lx->at += n;
	return true;
}

bool
pdf_uint(struct pdf_lexer *lx, uint64_t max, uint64_t *ret)
{
	uint64_t at = lx->at, v = 0;
	int c;

	if (!pdf_is_digit(pdf_peek(lx)))
		return false;
	for (; pdf_is_digit(c = pdf_byte(lx, at)); at++) {
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(c - '0'), &v) ||
		    v > max)
			return false;
	}
	if (pdf_is_regular(c))
		return false;
	lx->at = at;
	*ret = v;
	return true;
}

bool
pdf_object_head(struct pdf_lexer *lx, uint32_t *ret_num, uint16_t *ret_gen)
{
	uint64_t at = lx->at, num, gen;

	if (!pdf_uint(lx, VT_L(PDF_OBJECTS_MAX), &num) || num == 0)
		goto no;
	pdf_skip_space(lx);
	if (!pdf_uint(lx, UINT16_MAX, &gen))
		goto no;
	pdf_skip_space(lx);
	if (!pdf_word(lx, "obj"))
		goto no;
	*ret_num = (uint32_t)num;
	*ret_gen = (uint16_t)gen;
	return true;
no:
	lx->at = at;
	return false;
}

/* The next few bytes, printable, for a message. */
static void
describe(struct pdf_lexer *lx, char ret[static 32])
{
	size_t n = 0;
	int c;

	for (; n < 12; n++) {
		c = pdf_byte(lx, lx->at + n);
		if (c < 0)
			break;
		ret[n] = '.';
		if (c >= ' ' && c < 127 && c != '"')
			ret[n] = (char)c;
	}
	ret[n] = '\0';
}

int
pdf_fail(struct pdf_lexer *lx, enum vt_code code, const char *clause,
    const char *wanted, struct vt_err *reterr)
{
	char found[32], where[48];

	if (lx->rc == VT_OK)
		describe(lx, found);
	if (lx->rc != VT_OK) {
		if (reterr != NULL)
			*reterr = lx->err;
		return lx->rc;
	}
	if (lx->objstm != 0)
		(void)snprintf(where, sizeof(where),
		    "PDF object stream %" PRIu32 " byte %" PRIu64, lx->objstm,
		    lx->at);
	else
		(void)snprintf(
		    where, sizeof(where), "PDF byte %" PRIu64, lx->at);
	if (lx->at >= lx->end)
		return vt_err_set(reterr,
		    lx->src != NULL && lx->end == lx->src->size
			? VT_E_PDF_TRUNCATED
			: code,
		    "%s: ISO 32000-2 §%s: wanted %s, found the end", where,
		    clause, wanted);
	return vt_err_set(reterr, code,
	    "%s: ISO 32000-2 §%s: wanted %s, found \"%s\"", where, clause,
	    wanted, found);
}
