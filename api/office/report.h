/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the handling of papers stands: counts by type, unit or month, and state.
 * Outputs 2 and 4 of Appendix VI of Decree 30/2020.
 */
#ifndef VT_API_OFFICE_REPORT_H
#define VT_API_OFFICE_REPORT_H

#include "api/office/office.h"

enum vt_report_by { VT_REPORT_TYPE, VT_REPORT_UNIT, VT_REPORT_MONTH };
/* "type", "unit", "month"; false: none of them. */
bool vt_report_by_parse(const char *s, enum vt_report_by *ret);

#define VT_REPORT_COUNTS 7

/* What is counted of papers of a direction, in this order: "all" first, then
 * parts of it, n_counts in all ("overdue" is a part of "open"). Static. */
struct vt_report_count {
	const char *name, *vi, *en;
};
size_t vt_report_counts(
    enum vt_direction d, const struct vt_report_count **ret);

struct vt_report_row {
	const char *key;  /* type code, unit, or YYYY-MM; "" when not said */
	const char *name; /* of a type; else the key */
	uint64_t n[VT_REPORT_COUNTS];
};

struct vt_report_ask {
	enum vt_direction direction; /* IN, or OUT: with results */
	const char *from, *to;       /* YYYY-MM-DD, both belong to it */
	enum vt_report_by by;
};

/* Rows by key. Of more than REPORT_ROWS_MAX keys the rest is in one row
 * "…". */
struct vt_report {
	struct vt_report_row *rows; /* in the caller's arena */
	size_t n_rows;
	struct vt_report_row total;
};

/*
 * Incoming papers count on the day they came (as stated, when their số đến was
 * given by hand), ours on that of their number; a draft does not. What is isolated from the
 * actor is not counted for him. Errors: VT_E_FORBIDDEN, VT_E_INVALID (days).
 * Cost: the papers of the agency, ours all, incoming ones back to `from`; read
 * in short views.
 */
VT_NODISCARD int vt_office_report(struct vt_office *o,
    const struct vt_actor *actor, const struct vt_report_ask *ask,
    struct vt_arena *a, struct vt_report *ret, struct vt_err *reterr);

#endif
