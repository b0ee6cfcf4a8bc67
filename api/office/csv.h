/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as text (RFC 4180), for spreadsheets. */
#ifndef VT_API_OFFICE_CSV_H
#define VT_API_OFFICE_CSV_H

#include "base/buf.h"

#define VT_CSV_BOM "\xef\xbb\xbf" /* in front: so that it is taken for UTF-8 */

/* A cell, quoted, with a comma in front unless it is the first. What a
 * spreadsheet would take for a formula is made text. */
void vt_csv_cell(struct vt_buf *out, const char *s, bool first);

#endif
