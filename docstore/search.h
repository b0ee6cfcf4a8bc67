/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers by words and numbers, newest first, by looking at each: right at
 * once after the act, bounded in a call. An index comes with a later release
 * and gives the same papers.
 *
 * Words: split at everything that is no letter or digit, in lower case, NFC,
 * old and new places of the tone mark equal (hoà = hòa, thuý = thúy). A word
 * typed with any mark (or đ) is found as typed; one typed without marks is
 * found in every spelling ("quyet dinh" finds "quyết định" and "Quyết đỉnh").
 * The last word may be the beginning of one. All words must be there, in any
 * order, in: subject, type, number, notation, sender's number, agency, signer,
 * description, unit, procedure, case code, holder, recipients, file names.
 */
#ifndef VT_DOCSTORE_SEARCH_H
#define VT_DOCSTORE_SEARCH_H

#include "docstore/record.h"

/* All conditions hold together; a zero or NULL member asks nothing. */
struct vt_paper_query {
	const char *words; /* any UTF-8; <= SEARCH_WORDS_MAX words count */
	/* A number: "05", "5", "05/QĐ-UBND", "QĐ-UBND": of the paper, of its
	 * arrival, or the sender's; marks and case as in words. */
	const char *number;
	enum vt_direction direction;
	uint32_t states;        /* bits 1 << enum vt_paper_state */
	vt_time from, until;    /* created_at in [from, until); 0 = open */
	const char *agency;     /* code of the sender or of a recipient */
	const char *type_code;  /* "QĐ" */
	vt_id assigned_to;      /* lead, coordinating or forwarded to */
	const char *due_before; /* YYYY-MM-DD: due earlier (meta or order) */
	uint64_t before;        /* seq of the last one seen; 0 = newest */
};

/*
 * *ret_next: `before` of the next call, 0 at the end. Looks at SEARCH_SCAN_MAX
 * papers at most, or passes 16 times as many whose direction or state does not
 * fit: a page may come short or empty before the end.
 * Errors: VT_E_SYNTAX (not UTF-8). Results are borrowed until vt_view_end.
 */
VT_NODISCARD int vt_paper_search(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_query *q, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);

/*
 * Appends the words of text in the form they are compared in, a space between:
 * lower case; marks true: tones taken off their letters and put behind the word
 * as +1 (sắc) to +5 (nặng); false: without any mark, đ as d. A number loses
 * the zeros in front of it. text is NFC. For faces that mark what was found.
 */
void vt_search_fold(struct vt_span text, bool marks, struct vt_buf *ret);

#endif
