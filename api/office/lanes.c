/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/lanes.h"

#include <stdlib.h>

#include "api/office/packet.h"
#include "api/office/routes.h"
#include "api/office/work.h"

#define PAGE  64 /* items looked at, at once */
#define PAGES 16 /* in one view */

void
vt_lanes_init(struct vt_lanes *l)
{
	(void)pthread_mutex_init(&l->lock, NULL);
}

void
vt_lanes_fini(struct vt_lanes *l)
{
	(void)pthread_mutex_destroy(&l->lock);
}

/* ---- slots ---- */

/* The row of a lane; when it has none, a free one, or the one that failed
 * longest ago. There is always one: fewer are in use than there are rows. */
static struct vt_lane *
row_of(struct vt_lanes *l, uint64_t lane)
{
	struct vt_lane *spare = NULL;

	for (size_t i = 0; i < VT_L(LANES_KNOWN); i++) {
		struct vt_lane *k = &l->known[i];

		if (k->lane == lane)
			return k;
		if (k->held == 0 && (spare == NULL || k->left < spare->left))
			spare = k;
	}
	VT_ASSERT(spare != NULL);
	return spare;
}

/*
 * May one more enter? Under the lock. The first always, unless half of the
 * threads are in failing lanes; a second and third only while more than half
 * of the threads have nothing to do.
 */
static bool
is_open(struct vt_lanes *l, uint64_t lane)
{
	const struct vt_lane *k = row_of(l, lane);
	uint32_t failing = 0, held = 0;

	if (k->lane != lane)
		return true;
	for (size_t i = 0; i < VT_L(LANES_KNOWN); i++) {
		held += l->known[i].held;
		failing += l->known[i].failing ? l->known[i].held : 0;
	}
	if (k->failing)
		return k->held == 0 && failing < VT_OFFICE_FAR / 2;
	return k->held == 0 ||
	       (k->held < VT_L(ROUTE_SLOTS) && held < VT_OFFICE_FAR / 2);
}

static bool
enter(struct vt_lanes *l, uint64_t lane)
{
	bool ok;

	(void)pthread_mutex_lock(&l->lock);
	ok = is_open(l, lane);
	if (ok) {
		struct vt_lane *k = row_of(l, lane);

		if (k->lane != lane)
			*k = (struct vt_lane){ .lane = lane };
		k->held++;
	}
	(void)pthread_mutex_unlock(&l->lock);
	return ok;
}

/* tried: how it went says something of the peer. */
static void
leave(struct vt_lanes *l, uint64_t lane, bool tried, bool failing)
{
	struct vt_lane *k;

	(void)pthread_mutex_lock(&l->lock);
	k = row_of(l, lane);
	k->held--;
	if (tried)
		k->failing = failing;
	k->left = ++l->leavings;
	if (k->held == 0 && !k->failing)
		*k = (struct vt_lane){ 0 };
	(void)pthread_mutex_unlock(&l->lock);
}

/* ---- which lane ---- */

static uint64_t
lane_of_key(const char *key)
{
	vt_hash h = vt_sha256(vt_span_str(key));
	uint64_t lane;

	memcpy(&lane, h.b, sizeof(lane));
	return lane == 0 ? 1 : lane;
}

static uint64_t
lane_of_route(enum vt_route_kind kind, const struct vt_route *r)
{
	return kind == VT_ROUTE_DIRECT || kind == VT_ROUTE_AXIS ||
		       kind == VT_ROUTE_WRAPPER
		   ? lane_of_key(r->key)
		   : 0;
}

/* What cannot be routed is done here: its handler says why. */
static uint64_t
find_lane(struct vt_office *o, struct vt_view *v, const struct vt_work *w,
    struct vt_route *r)
{
	enum vt_route_kind kind = VT_ROUTE_PRINT;
	char key[64];
	int rc;

	if (w->kind == VT_WORK_PULL || w->kind == VT_WORK_SYNC)
		return vt_gateway_key(w, key, NULL) == VT_OK ? lane_of_key(key)
							     : 0;
	rc = vt_tell_route(o, v, &w->subject, &kind, r, NULL, NULL);
	return rc == VT_OK ? lane_of_route(kind, r) : 0;
}

/* Only lanes to peers are remembered: a route that changes meanwhile puts an
 * item into the wrong lane, never a peer's into the thread of what stays. */
static uint64_t
lane_of(struct vt_office *o, struct vt_view *v, uint64_t no, struct vt_route *r)
{
	struct vt_lanes *l = &o->lanes;
	size_t at = (size_t)(no % VT_L(LANES_CACHE));
	uint64_t lane = 0;
	struct vt_work w;

	(void)pthread_mutex_lock(&l->lock);
	if (l->cache[at].no == no)
		lane = l->cache[at].lane;
	(void)pthread_mutex_unlock(&l->lock);
	if (lane != 0 || vt_work_get(v, no, &w, NULL) != VT_OK)
		return lane;
	lane = find_lane(o, v, &w, r);
	if (lane == 0)
		return 0;
	(void)pthread_mutex_lock(&l->lock);
	l->cache[at].no = no;
	l->cache[at].lane = lane;
	(void)pthread_mutex_unlock(&l->lock);
	return lane;
}

/* ---- which item ---- */

struct found {
	uint64_t no, lane;
	vt_time due;
};

/* The first of these that may be done; the walk stops behind it. */
static bool
choose(struct vt_office *o, struct vt_view *v, bool far, struct vt_route *r,
    const struct vt_work_due *d, size_t n, struct found *ret)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t lane = lane_of(o, v, d[i].no, r);
		bool open = !far;

		if ((lane != 0) != far)
			continue;
		if (far) {
			(void)pthread_mutex_lock(&o->lanes.lock);
			open = is_open(&o->lanes, lane);
			(void)pthread_mutex_unlock(&o->lanes.lock);
		}
		if (!open)
			continue;
		*ret = (struct found){ d[i].no, lane, d[i].due };
		return true;
	}
	return false;
}

/* The first item of a kind that may be done and is due before ret->due. */
static int
look(struct vt_office *o, enum vt_work_kind kind, bool far, struct vt_route *r,
    struct found *ret, struct vt_err *reterr)
{
	struct vt_work_walk walk = { .kind = kind, .until = ret->due - 1 };
	struct vt_work_due d[PAGE];
	struct vt_view *v = NULL;
	size_t n = PAGE;
	int rc = VT_OK;

	while (rc == VT_OK && n == PAGE) {
		/* a long queue takes more than one view */
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		for (size_t p = 0; p < PAGES && rc == VT_OK && n == PAGE; p++) {
			rc = vt_work_next(v, &walk, d, PAGE, &n, reterr);
			if (rc == VT_OK && choose(o, v, far, r, d, n, ret))
				n = 0; /* found */
		}
		vt_view_end(v);
	}
	return rc;
}

static int
find(struct vt_office *o, bool far, struct found *ret, struct vt_err *reterr)
{
	static const enum vt_work_kind kinds[] = { VT_WORK_DELIVERY,
		VT_WORK_STATUS, VT_WORK_PULL, VT_WORK_SYNC };
	struct vt_route *r = malloc(sizeof(*r));
	int rc = VT_OK;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "work: no memory");
	ret->due = vt_now(o->o.ctx) + 1;
	for (size_t i = 0; i < 4 && rc == VT_OK; i++)
		rc = look(o, kinds[i], far, r, ret, reterr);
	free(r);
	return rc;
}

/* ---- doing ---- */

/* Did the peer not answer, or could it not be reached? Then its lane is narrow
 * until one gets through. */
static bool
is_failing(int rc)
{
	return rc == VT_E_PEER_UNAVAILABLE || rc == VT_E_TIMEOUT ||
	       rc == VT_E_ENVIRONMENT;
}

int
vt_lane_work(
    struct vt_office *o, bool far, bool *ret_any, struct vt_err *reterr)
{
	int64_t lease = VT_TIME_S((int64_t)VT_L(TRANSPORT_LEASE_S));
	struct vt_err err = VT_ERR_INIT;
	struct found f = { 0 };
	struct vt_work w;
	int rc, done = VT_OK;
	bool tried;

	*ret_any = false;
	if ((rc = find(o, far, &f, reterr)) != VT_OK || f.no == 0)
		return rc;
	*ret_any = true; /* whoever was quicker: look again */
	if (far && !enter(&o->lanes, f.lane))
		return VT_OK;
	rc = vt_work_claim_item(o->o.store, f.no, &o->worker, lease, &w, &err);
	tried = rc == VT_OK;
	if (tried) {
		rc = vt_office_work_item(o, &w, &done, &err);
		vt_work_free(&w);
	}
	if (far)
		leave(&o->lanes, f.lane, tried, is_failing(done));
	/* a lease lost to another claim is that one's business; an item that
	 * its own act has ended is done */
	if (rc == VT_E_CONFLICT || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}
