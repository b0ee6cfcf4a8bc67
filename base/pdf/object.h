/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of PDF (ISO 32000-2 §7.3) from a lexer; private to base/pdf. */
#ifndef VT_BASE_PDF_OBJECT_H
#define VT_BASE_PDF_OBJECT_H

#include "base/pdf/lexer.h"
#include "base/pdf/pdf.h"

/* What parsing needs besides the bytes. The stack holds the members of the
 * arrays and dictionaries being read, so that each is allocated once. */
struct pdf_parser {
	struct vt_arena *arena;
	struct vt_pdf_entry *stack; /* owned */
	size_t n, cap;
	struct vt_buf scratch; /* the string or name being read */
	unsigned depth;
};

void pdf_parser_init(struct pdf_parser *p, struct vt_arena *arena);
void pdf_parser_free(struct pdf_parser *p);

/*
 * One value at lx->at (white space and comments before it are skipped); leaves
 * lx->at after its last byte. Streams are the caller's business: the value
 * before the word `stream` is a dictionary. VT_E_PDF_SYNTAX and the others of
 * vt_pdf_get.
 */
VT_NODISCARD int pdf_parse_value(struct pdf_parser *p, struct pdf_lexer *lx,
    struct vt_pdf_object **ret, struct vt_err *reterr);

/* A fresh value of this type in the arena; NULL when it is exhausted. */
struct vt_pdf_object *pdf_new(struct vt_arena *arena, enum vt_pdf_type type);

#endif
