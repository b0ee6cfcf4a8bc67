/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who does which item of the queue, so that a peer that is slow, or silent,
 * holds up nobody else. What stays in this store has a thread of its own. What
 * goes to a peer is done by a few others, in the lane of its route: one, or up
 * to ROUTE_SLOTS while fewer than half of them have anything to do; one in a
 * lane whose last try failed, and in all such lanes together at most half of
 * them. So it takes eight silent peers to keep all of them from the others,
 * and none can once it is known to fail.
 */
#ifndef VT_API_OFFICE_LANES_H
#define VT_API_OFFICE_LANES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "docstore/work.h"

struct vt_office;

#define VT_LANES_KINDS 4 /* of work */

struct vt_lane {
	uint64_t lane; /* 0: the row is free */
	uint32_t held; /* threads in it */
	bool failing;  /* its last try did not reach the peer */
	uint64_t left; /* vt_lanes.leavings when one left it last */
	/* The first item of a kind that was passed over while it was closed;
	 * no 0: none. */
	struct vt_work_due passed[VT_LANES_KINDS];
};

/*
 * How far along what is due one side has looked, so that no look begins at the
 * start: what lies before is the other side's, or passed over in its lane. Set
 * back to an item that comes to lie before it.
 */
struct vt_lane_walk {
	struct vt_work_due at[VT_LANES_KINDS];
	uint64_t turned; /* times it was set back */
	int64_t begun;   /* at the start, monotonic */
};

struct vt_lanes {
	pthread_mutex_t lock; /* guards all of it */
	struct vt_lane known[VT_L(LANES_KNOWN)];
	uint64_t leavings;
	struct vt_lane_walk walks[2]; /* what stays here; what goes to peers */
	struct {
		uint64_t no, lane;
	} cache[VT_L(LANES_CACHE)];
};

void vt_lanes_init(struct vt_lanes *l);
void vt_lanes_fini(struct vt_lanes *l);

/* The work of a thread: one item of deliveries, statuses, gateways, either of
 * those that stay here or of those that go to a peer. *ret_any false: nothing
 * that may be done now is due. */
VT_NODISCARD int vt_lane_work(
    struct vt_office *o, bool far, bool *ret_any, struct vt_err *reterr);

#endif
