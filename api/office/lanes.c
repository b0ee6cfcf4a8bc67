/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/lanes.h"

#include <stdlib.h>

#include "api/office/packet.h"
#include "api/office/routes.h"
#include "api/office/work.h"

#define PAGE  64 /* items looked at, at once */
#define PAGES 16 /* in one view */

/* An item may be given an hour that is over by so much when it is stored. */
#define LATE VT_TIME_S(2)
/* Routes change, so who passed an item over may have been wrong about it: so
 * often all is looked at again. */
#define AGAIN_US ((int64_t)60 * 1000000)

static const enum vt_work_kind kinds[VT_LANES_KINDS] = { VT_WORK_DELIVERY,
	VT_WORK_STATUS, VT_WORK_PULL, VT_WORK_SYNC };

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

/* ---- how far it was looked ---- */

static bool
is_before(const struct vt_work_due *a, const struct vt_work_due *b)
{
	return a->due < b->due || (a->due == b->due && a->no < b->no);
}

/* This item is to be met again. Under the lock, as all of these. */
static void
set_back(struct vt_lane_walk *w, size_t kind, struct vt_work_due to)
{
	to.no--;
	if (is_before(&to, &w->at[kind])) {
		w->at[kind] = to;
		w->turned++;
	}
}

/* What was passed over in the lane is nobody's any more, or may be done. */
static void
turn_to(struct vt_lanes *l, struct vt_lane *k, size_t kind)
{
	if (k->passed[kind].no != 0)
		set_back(&l->walks[1], kind, k->passed[kind]);
	k->passed[kind] = (struct vt_work_due){ 0 };
}

static void
clear_row(struct vt_lanes *l, struct vt_lane *k)
{
	for (size_t i = 0; i < VT_LANES_KINDS; i++)
		turn_to(l, k, i);
	*k = (struct vt_lane){ 0 };
}

/* Where to go on; *ret_turned for end_walk. */
static struct vt_work_due
begin_walk(struct vt_office *o, bool far, size_t kind, uint64_t *ret_turned)
{
	struct vt_lanes *l = &o->lanes;
	struct vt_lane_walk *w = &l->walks[far];
	int64_t now = vt_monotonic_us(vt_context_system());
	struct vt_work_due at;

	(void)pthread_mutex_lock(&l->lock);
	if (now - w->begun > AGAIN_US) {
		memset(w->at, 0, sizeof(w->at));
		w->turned++;
		w->begun = now;
	}
	for (size_t i = 0; far && i < VT_L(LANES_KNOWN); i++) {
		struct vt_lane *k = &l->known[i];

		if (k->passed[kind].no != 0 && is_open(l, k->lane))
			turn_to(l, k, kind);
	}
	at = w->at[kind];
	*ret_turned = w->turned;
	(void)pthread_mutex_unlock(&l->lock);
	return at;
}

/* Everything up to `at` was seen, if nobody has set it back meanwhile. */
static void
end_walk(struct vt_office *o, bool far, size_t kind, uint64_t turned,
    struct vt_work_due at)
{
	struct vt_lane_walk *w = &o->lanes.walks[far];
	vt_time late = vt_now(o->o.ctx) - LATE;

	if (at.due > late)
		at = (struct vt_work_due){ .due = late };
	(void)pthread_mutex_lock(&o->lanes.lock);
	if (w->turned == turned)
		w->at[kind] = at;
	(void)pthread_mutex_unlock(&o->lanes.lock);
}

/* It was given back, perhaps with an hour that is over. */
static void
given_back(struct vt_office *o, size_t kind, uint64_t no)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_work_due d = { .no = no };
	struct vt_view *v = NULL;
	struct vt_work w;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, &err)) == VT_OK)
		rc = vt_work_get(v, no, &w, &err);
	/* not known (then it is met again after AGAIN_US), or done */
	d.due = rc == VT_OK ? w.due : INT64_MAX;
	vt_view_end(v);
	(void)pthread_mutex_lock(&o->lanes.lock);
	for (size_t i = 0; i < 2; i++)
		set_back(&o->lanes.walks[i], kind, d);
	(void)pthread_mutex_unlock(&o->lanes.lock);
}

/* ---- coming and going ---- */

/* May this item be done? Else its lane knows that it waits. */
static bool
may_enter(
    struct vt_lanes *l, uint64_t lane, size_t kind, const struct vt_work_due *d)
{
	bool ok;

	(void)pthread_mutex_lock(&l->lock);
	ok = is_open(l, lane);
	if (!ok) {
		struct vt_work_due *p = &row_of(l, lane)->passed[kind];

		if (p->no == 0 || is_before(d, p))
			*p = *d;
	}
	(void)pthread_mutex_unlock(&l->lock);
	return ok;
}

static bool
enter(struct vt_lanes *l, uint64_t lane)
{
	bool ok;

	(void)pthread_mutex_lock(&l->lock);
	ok = is_open(l, lane);
	if (ok) {
		struct vt_lane *k = row_of(l, lane);

		if (k->lane != lane) {
			clear_row(l, k);
			k->lane = lane;
		}
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
		clear_row(l, k);
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
	struct vt_work_due d;
	uint64_t lane;
	size_t kind;
};

/* A walk along what is due of one kind. */
struct looking {
	struct vt_office *o;
	struct vt_view *v;
	size_t kind;
	bool far;
	struct vt_route *r; /* a place for one */
};

/* The first of these that may be done; the walk stops before it. */
static bool
choose(const struct looking *g, const struct vt_work_due *d, size_t n,
    struct found *ret)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t lane = lane_of(g->o, g->v, d[i].no, g->r);

		if ((lane != 0) != g->far ||
		    (g->far && !may_enter(&g->o->lanes, lane, g->kind, &d[i])))
			continue;
		*ret = (struct found){ d[i], lane, g->kind };
		return true;
	}
	return false;
}

/* The first item of a kind that may be done and is due before ret->d.due. */
static int
look(struct looking *g, struct found *ret, struct vt_err *reterr)
{
	uint64_t turned;
	struct vt_work_due at = begin_walk(g->o, g->far, g->kind, &turned);
	struct vt_work_walk walk = { .kind = kinds[g->kind],
		.until = ret->d.due - 1,
		.due = at.due,
		.no = at.no };
	struct vt_work_due d[PAGE];
	bool found = false;
	size_t n = PAGE;
	int rc = VT_OK;

	while (rc == VT_OK && n == PAGE && !found) {
		/* a long queue takes more than one view */
		if ((rc = vt_view_begin(g->o->o.store, &g->v, reterr)) != VT_OK)
			return rc;
		for (size_t p = 0;
		     p < PAGES && rc == VT_OK && n == PAGE && !found; p++) {
			rc = vt_work_next(g->v, &walk, d, PAGE, &n, reterr);
			found = rc == VT_OK && choose(g, d, n, ret);
		}
		vt_view_end(g->v);
	}
	at = (struct vt_work_due){ .no = walk.no, .due = walk.due };
	if (found) {
		at = ret->d;
		at.no--;
	}
	if (rc == VT_OK)
		end_walk(g->o, g->far, g->kind, turned, at);
	return rc;
}

static int
find(struct vt_office *o, bool far, struct found *ret, struct vt_err *reterr)
{
	struct looking g = { .o = o, .far = far, .r = malloc(sizeof(*g.r)) };
	int rc = VT_OK;

	if (g.r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "work: no memory");
	ret->d.due = vt_now(o->o.ctx) + 1;
	for (; g.kind < VT_LANES_KINDS && rc == VT_OK; g.kind++)
		rc = look(&g, ret, reterr);
	free(g.r);
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
	if ((rc = find(o, far, &f, reterr)) != VT_OK || f.d.no == 0)
		return rc;
	*ret_any = true; /* whoever was quicker: look again */
	if (far && !enter(&o->lanes, f.lane))
		return VT_OK;
	rc =
	    vt_work_claim_item(o->o.store, f.d.no, &o->worker, lease, &w, &err);
	tried = rc == VT_OK;
	if (tried) {
		rc = vt_office_work_item(o, &w, &done, &err);
		vt_work_free(&w);
		given_back(o, f.kind, f.d.no);
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
