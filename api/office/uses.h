/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who looked at a paper, and how often papers are used (docstore/use.h).
 *
 * A reading by an identified person or program is on disk before the first
 * byte goes out; a second one in the hour costs a lookup. Where the store takes
 * no act (full, restored, read-only) reading goes on (design law 9): the
 * reading is named in the log, held in memory, up to READS_HELD_MAX, and
 * written when the store writes again, with the time at which it was. People
 * whom nobody knows are counted in memory and written every minute.
 */
#ifndef VT_API_OFFICE_USES_H
#define VT_API_OFFICE_USES_H

#include "api/office/office.h"
#include "docstore/use.h"

/*
 * Who read the paper, newest first, with index < before (0: all). Who handles
 * the paper's agency or audits it sees that: VT_E_FORBIDDEN for others.
 */
VT_NODISCARD int vt_office_reads(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, uint64_t before,
    struct vt_read *ret, size_t max, size_t *ret_n, struct vt_err *reterr);

/* Somebody whom nobody knows looked at an issued result by its code, as typed:
 * VT_USE_CHECK, VT_USE_FETCH. What cannot be counted is not. */
void vt_office_count_use(struct vt_office *o, const char *code,
    enum vt_use use);

struct vt_use_row {
	char id[VT_ID_TEXT + 1]; /* "" in the rest and the total */
	const char *number;      /* its number or arrival number; "" */
	const char *subject;
	uint64_t n[VT_USE__MAX];
};
struct vt_use_report { /* in the caller's arena */
	struct vt_use_row *rows;
	size_t n_rows;
	/* Of papers that the actor does not see, and of those over
	 * USES_ROWS_MAX; all zero: there are none. */
	struct vt_use_row rest, total;
};
/* Uses of the papers of the actor's agency in a month, "YYYY-MM". VT_E_INVALID.
 * Cost: O(papers used), in short views. */
VT_NODISCARD int vt_office_uses(struct vt_office *o,
    const struct vt_actor *actor, const char *month, struct vt_arena *a,
    struct vt_use_report *ret, struct vt_err *reterr);
/* The same as CSV (RFC 4180, UTF-8 with its mark), appended. */
VT_NODISCARD int vt_office_uses_csv(struct vt_office *o,
    const struct vt_actor *actor, const char *month, struct vt_buf *ret,
    struct vt_err *reterr);

#endif
