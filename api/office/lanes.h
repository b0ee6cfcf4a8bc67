/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who does which item of the queue, so that nobody's thousand items, and no
 * peer that is slow or silent, hold up anybody else. What is due stands in
 * lanes; a thread takes the first item, by rank (vt_work_rank), of the lane
 * whose turn it is: what is urgent goes before the lane's own, not before that
 * of others, so that nobody gains by calling everything urgent. Threads have
 * sides:
 *
 *	CLERK	what a person waits for: numbers, files to be looked into
 *	READ	packets to be read, and what they ask. Turns go by peers, then
 *		by the agencies that a peer writes to
 *	JUDGE	signatures, which may ask the network
 *	TEXT	pages, to be found by their words; nobody waits for them
 *	HERE	deliveries and statuses that stay in this store
 *	FAR	those that go to peers
 *
 * A lane is an agency's; a peer's and an agency's (READ); a route's (FAR).
 * FAR has several threads. A lane has one of them, or up to ROUTE_SLOTS while
 * fewer than half of them have anything to do. One whose last try failed, or
 * that was not tried yet, has one at most. All such together have half of them,
 * and of those that were not tried, which after a restart are also friends, a
 * quarter of all is never taken away: neither strangers nor peers that are
 * known to fail keep out the others. An item that was tried before says that
 * its peer failed.
 */
#ifndef VT_API_OFFICE_LANES_H
#define VT_API_OFFICE_LANES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "docstore/work.h"

struct vt_office;

enum vt_side {
	VT_SIDE_CLERK,
	VT_SIDE_READ,
	VT_SIDE_JUDGE,
	VT_SIDE_TEXT,
	VT_SIDE_HERE,
	VT_SIDE_FAR
};

#define VT_LANES_KINDS 17 /* of work */
/* Of a lane: one a priority of each of its kinds, at most five. */
#define VT_LANE_QUEUES ((size_t)5 * VT_WORK_PRIORITY__MAX)
/* What is walked along: a priority of a kind each. */
#define VT_LANES_WALKS ((size_t)VT_LANES_KINDS * VT_WORK_PRIORITY__MAX)

/* What is known of a lane's peer. */
enum vt_lane_word { VT_LANE_UNTRIED, VT_LANE_GOOD, VT_LANE_FAILED };

/* An item that stands in a lane, or is being done. */
struct vt_lane_item {
	uint64_t no;
	vt_time due;
	uint32_t next;  /* in its queue, or among those that are free */
	uint32_t chain; /* of its bucket */
};

struct vt_lane {
	uint64_t group;            /* lanes that share turns: a peer's */
	uint64_t turn, group_turn; /* vt_lanes.turns when it was theirs */
	enum vt_side side;
	uint32_t held;          /* threads in it */
	uint32_t n;             /* items in its queues */
	uint32_t n_of[VT_WORK_PRIORITY__MAX];
	enum vt_lane_word word; /* of the last try */
	uint32_t head[VT_LANE_QUEUES], tail[VT_LANE_QUEUES];
	/* The first that found no place in the queue; no 0: none. */
	struct vt_work_due passed[VT_LANE_QUEUES];
};

struct vt_lanes {
	/* One looks at what is due at a time; guards what follows. */
	pthread_mutex_t look_lock;
	atomic_bool looked;  /* the first look is over */
	int64_t begun, took; /* last look */
	int64_t again;       /* last one at everything */
	/* Up to where everything was seen, of each walk. */
	struct vt_work_due at[VT_LANES_WALKS];

	pthread_mutex_t lock; /* guards all that follows */
	/* From where it is to be seen again; no 0: from nowhere. */
	struct vt_work_due back[VT_LANES_WALKS];
	uint64_t key[VT_L(LANES_KNOWN)]; /* of each lane; 0: the row is free */
	struct vt_lane lane[VT_L(LANES_KNOWN)];
	size_t n_lanes; /* rows that were used */
	uint64_t turns;
	uint32_t held;                        /* threads with peers */
	uint32_t of_word[VT_LANE_FAILED + 1]; /* of which they know this */
	/* Links are rows + 1; 0: none. */
	struct vt_lane_item item[VT_L(LANES_ITEMS)];
	uint32_t bucket[VT_L(LANES_ITEMS)]; /* by number */
	uint32_t n_items, n_used, free;
	/* Lanes that items to peers, or of peers, were found to be in. */
	struct {
		uint64_t no, key, group;
	} cache[VT_L(LANES_CACHE)];
};

void vt_lanes_init(struct vt_lanes *l);
void vt_lanes_fini(struct vt_lanes *l);

/* The work of a thread of a side: one item. *ret_any false: nothing that may
 * be done now is due. */
VT_NODISCARD int vt_lane_work(struct vt_office *o, enum vt_side side,
    bool *ret_any, struct vt_err *reterr);

#endif
