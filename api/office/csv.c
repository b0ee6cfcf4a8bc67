/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/csv.h"

void
vt_csv_cell(struct vt_buf *out, const char *s, bool first)
{
	if (!first)
		vt_buf_putc(out, ',');
	vt_buf_putc(out, '"');
	if (*s == '=' || *s == '+' || *s == '-' || *s == '@' || *s == '\t' ||
	    *s == '\r')
		vt_buf_putc(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			vt_buf_putc(out, '"');
		vt_buf_putc(out, (uint8_t)*s);
	}
	vt_buf_putc(out, '"');
}
