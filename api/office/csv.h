/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as text (RFC 4180), for and from spreadsheets. */
#ifndef VT_API_OFFICE_CSV_H
#define VT_API_OFFICE_CSV_H

#include "base/buf.h"

#define VT_CSV_BOM "\xef\xbb\xbf" /* in front: so that it is taken for UTF-8 */

/* A cell, quoted, with a comma in front unless it is the first. What a
 * spreadsheet would take for a formula is made text. */
void vt_csv_cell(struct vt_buf *out, const char *s, bool first);

/* A table being read; borrowed from the bytes it is of. */
struct vt_csv {
	struct vt_span rest;
	size_t line; /* of what comes next, from 1 */
};
/* Passes over the mark in front. */
struct vt_csv vt_csv_open(struct vt_span table);
/* Is there another line? Empty ones are passed over. */
bool vt_csv_line(struct vt_csv *c);
/* The next cell of the line, without quotes and the blanks around it; *ret_more
 * false: it was the last one. VT_E_SYNTAX names the line. */
VT_NODISCARD int vt_csv_next(struct vt_csv *c, struct vt_buf *ret,
    bool *ret_more, struct vt_err *reterr);

#endif
