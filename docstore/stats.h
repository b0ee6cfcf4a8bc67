/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of a store, counted from its rows: for the operator, a report, a
 * monitoring system. */
#ifndef VT_DOCSTORE_STATS_H
#define VT_DOCSTORE_STATS_H

#include "docstore/record.h"
#include "docstore/work.h"

#define VT_STATS_MONTHS 12
#define VT_STATS_KINDS  32 /* of work */

struct vt_stats_agency {
	uint32_t agency_no;
	const char *code; /* borrowed for the call */
	uint64_t acts, events, deliveries, consignments, people;
	uint64_t papers[4][VT_PAPER_STATE_MAX + 1]; /* direction, state */
	/* Registered in the month (UTC+7) so many months ago, by direction. */
	uint64_t month[VT_STATS_MONTHS][4];
	uint64_t pages, printed; /* as stated; copies */
};

struct vt_stats_work {
	uint64_t depth;    /* items */
	uint64_t due;      /* may be claimed now */
	uint64_t held;     /* by a lease that runs */
	uint64_t parked;   /* wait for a person: dead letters */
	uint64_t failed;   /* tried before, and not done */
	uint64_t attempts; /* over all items */
	int64_t oldest_us; /* for how long the oldest that is due has been */
};

/*
 * Counts in one state of the records; each agency is told once. Not a view: it
 * may take longer, and pages that writers free meanwhile are not used again.
 * work: VT_STATS_KINDS of them, by kind. Any thread. Cost: all papers and
 * items.
 */
VT_NODISCARD int vt_store_stats(struct vt_store *s,
    void (*agency)(void *arg, const struct vt_stats_agency *a), void *arg,
    struct vt_stats_work *work, struct vt_err *reterr);

#endif
