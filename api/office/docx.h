/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table as a Word document: the least that ECMA-376 asks for, three parts in
 * a ZIP archive whose files are stored. Deterministic: no times of its own.
 */
#ifndef VT_API_OFFICE_DOCX_H
#define VT_API_OFFICE_DOCX_H

#include "base/buf.h"

#define VT_DOCX_TYPE                                                           \
	"application/vnd.openxmlformats-officedocument."                       \
	"wordprocessingml.document"

/* Rows of the table, appended to its body: begin or end, cells between. */
void vt_docx_row(struct vt_buf *body, bool begin);
/* s is UTF-8; what XML cannot hold becomes U+FFFD. */
void vt_docx_cell(struct vt_buf *body, const char *s, bool heading);

/* The file around the rows, a line below them. Errors: VT_E_NOMEM, VT_E_LIMIT
 * (4 GiB, which no archive of this kind holds). */
VT_NODISCARD int vt_docx_finish(struct vt_span body, const char *below,
    struct vt_buf *ret, struct vt_err *reterr);

#endif
