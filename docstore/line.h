/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A checkpoint as one line for paper and telephone, so that it leaves the house
 * without a computer: date, origin, size, the first 80 bits of the root, the
 * key's id, two check digits. Years later it is typed in and compared.
 *
 *	SC1 2026-11-22 a.test/log/0f… 12345 7QK2-M9DX-W4T5-H8BC 1a2b3c4d 57
 *
 * The root in base32 of Crockford, check digits by ISO 7064 (mod 97) over the
 * line before them. 80 bits: to make another tree for a line that was printed
 * takes 2^80 trees; who prepares two of one line before it is printed needs some
 * 2^40, so it binds an operator who turns bad later, not one who planned it.
 * Timestamps and witnesses have the whole root. Own design.
 */
#ifndef VT_DOCSTORE_LINE_H
#define VT_DOCSTORE_LINE_H

#include "docstore/note.h"

struct vt_view;

#define VT_LINE_ROOT 10 /* bytes of the root in it */

struct vt_line {
	char day[11]; /* YYYY-MM-DD, of Vietnam */
	char origin[VT_ORIGIN_MAX + 1];
	uint64_t size;
	uint8_t root[VT_LINE_ROOT], key_id[4];
};

/* Appends the line, without a newline. */
void vt_line_put(const struct vt_line *l, struct vt_buf *ret);
/*
 * As somebody typed it: any blanks between the parts, hyphens of the root left
 * out, its letters small, O for 0, I or L for 1. VT_E_SYNTAX says which part
 * is wrong, or that the check digits are not those of the rest: mistyped.
 */
VT_NODISCARD int vt_line_parse(
    struct vt_span typed, struct vt_line *ret, struct vt_err *reterr);

/* An agency's newest checkpoint on the day that it is now. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_line_get(struct vt_view *v, uint32_t agency_no,
    struct vt_line *ret, struct vt_err *reterr);
/*
 * Does a line of the agency still hold? VT_OK. VT_E_LEDGER_PROOF: the ledger
 * is shorter than it was, or has another root at that size, or the line is
 * another key's or another ledger's; the message says which.
 */
VT_NODISCARD int vt_line_holds(struct vt_view *v, uint32_t agency_no,
    const struct vt_line *l, struct vt_err *reterr);

#endif
