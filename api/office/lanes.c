/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/lanes.h"

#include <stdlib.h>
#include <time.h>

#include "api/office/admission.h"
#include "api/office/budgets.h"
#include "api/office/packet.h"
#include "api/office/routes.h"
#include "api/office/work.h"

#define PAGE  64 /* items looked at, at once */
#define PAGES 16 /* in one view */

/* An item may be given an hour that is over by so much when it is stored. */
#define LATE VT_TIME_S(2)
/* Routes change, so who found an item its lane may have been wrong about it: so
 * often all is looked at again. */
#define AGAIN_US ((int64_t)60 * 1000000)
/* While there is something to do, whose turn it is is known so well. */
#define EVERY_US ((int64_t)20 * 1000)
/* Looking takes at most this part of the time, and waits no longer for it. */
#define PART    10
#define WAIT_US ((int64_t)50 * 1000)
/* Items of a lane in memory while half of the places are taken. */
#define FEW 16
/* So many of those that were not tried yet nobody keeps out. */
#define UNTRIED (VT_OFFICE_FAR / 4)

/* Queues of a lane are in this order; what stays here has those of what goes to
 * peers. */
static const struct {
	enum vt_work_kind kind;
	enum vt_side side;
} kinds[VT_LANES_KINDS] = {
	{ VT_WORK_NUMBER, VT_SIDE_CLERK },
	{ VT_WORK_LOOK, VT_SIDE_CLERK },
	{ VT_WORK_NOTICE, VT_SIDE_CLERK },
	{ VT_WORK_EXPIRE, VT_SIDE_CLERK },
	{ VT_WORK_PACKET, VT_SIDE_READ },
	{ VT_WORK_ASK, VT_SIDE_READ },
	{ VT_WORK_RECALL, VT_SIDE_READ },
	{ VT_WORK_ERASE, VT_SIDE_READ },
	{ VT_WORK_ANSWERED, VT_SIDE_READ },
	{ VT_WORK_VALIDATE, VT_SIDE_JUDGE },
	{ VT_WORK_SCRUB, VT_SIDE_JUDGE },
	{ VT_WORK_TEXT, VT_SIDE_TEXT },
	{ VT_WORK_DELIVERY, VT_SIDE_FAR },
	{ VT_WORK_STATUS, VT_SIDE_FAR },
	{ VT_WORK_PULL, VT_SIDE_FAR },
	{ VT_WORK_SYNC, VT_SIDE_FAR },
	{ VT_WORK_COSIGN, VT_SIDE_FAR },
};
static const size_t first_kind[] = { [VT_SIDE_CLERK] = 0,
	[VT_SIDE_READ] = 4,
	[VT_SIDE_JUDGE] = 9,
	[VT_SIDE_TEXT] = 11,
	[VT_SIDE_HERE] = 12,
	[VT_SIDE_FAR] = 12 };

/* Walks and queues are in the order of kinds[], four priorities each. */
#define PRIORITIES ((size_t)VT_WORK_PRIORITY__MAX)

static size_t
first_walk(enum vt_side side)
{
	return first_kind[side] * PRIORITIES;
}

static enum vt_work_priority
priority_of(size_t walk)
{
	return (enum vt_work_priority)(walk % PRIORITIES);
}

void
vt_lanes_init(struct vt_lanes *l)
{
	(void)pthread_mutex_init(&l->look_lock, NULL);
	(void)pthread_mutex_init(&l->lock, NULL);
}

void
vt_lanes_fini(struct vt_lanes *l)
{
	(void)pthread_mutex_destroy(&l->look_lock);
	(void)pthread_mutex_destroy(&l->lock);
}

static bool
is_before(const struct vt_work_due *a, const struct vt_work_due *b)
{
	return a->due < b->due || (a->due == b->due && a->no < b->no);
}

/* ---- which lane ---- */

struct place {
	uint64_t key, group;
	enum vt_side side;
	bool tried; /* an item that comes again */
};

static uint64_t
key_of(enum vt_side side, const char *name, uint32_t agency_no)
{
	char text[320];
	uint64_t key;
	vt_hash h;

	(void)snprintf(text, sizeof(text), "%d %u %s", (int)side,
	    (unsigned)agency_no, name);
	h = vt_sha256(vt_span_str(text));
	memcpy(&key, h.b, sizeof(key));
	return key == 0 ? 1 : key;
}

static bool
is_far(enum vt_route_kind kind)
{
	return kind == VT_ROUTE_DIRECT || kind == VT_ROUTE_AXIS ||
	       kind == VT_ROUTE_WRAPPER;
}

/* The route of what goes to a peer; false: it is done here, also what cannot
 * be routed: its handler says why. */
static bool
route_of(struct vt_office *o, struct vt_view *v, const struct vt_work *w,
    struct vt_route *r, char key[64])
{
	enum vt_route_kind kind = VT_ROUTE_PRINT;

	if (w->kind == VT_WORK_PULL || w->kind == VT_WORK_SYNC ||
	    w->kind == VT_WORK_COSIGN)
		return vt_gateway_key(w, key, NULL) == VT_OK;
	if (vt_tell_route(o, v, &w->subject, &kind, r, NULL, NULL) != VT_OK ||
	    !is_far(kind))
		return false;
	vt_text_fit(key, 64, r->key);
	return true;
}

static void
find_place(struct vt_office *o, struct vt_view *v, const struct vt_work *w,
    struct vt_route *r, struct place *p)
{
	struct vt_consignment c;
	char name[256] = "";

	if (p->side == VT_SIDE_FAR && route_of(o, v, w, r, name)) {
		p->tried = w->attempt > 0;
		p->key = p->group = key_of(p->side, name, 0);
		return;
	}
	if (p->side == VT_SIDE_FAR)
		p->side = VT_SIDE_HERE;
	p->key = p->group = key_of(p->side, "", w->agency_no);
	if (w->kind != VT_WORK_PACKET ||
	    vt_consign_get(v, &w->subject, &c, NULL) != VT_OK)
		return;
	vt_admission_peer(o, v, c.peer, r, name);
	p->key = key_of(p->side, name, w->agency_no);
	p->group = key_of(p->side, name, 0);
}

/* Only lanes of peers are remembered: a route that changes meanwhile puts an
 * item into the wrong one, never a peer's into the thread of what stays.
 * VT_E_NOT_FOUND: it is done. */
static int
place_of(struct vt_office *o, struct vt_view *v, const struct vt_work_due *d,
    size_t walk, struct vt_route *r, struct place *ret)
{
	struct vt_lanes *l = &o->lanes;
	size_t at = (size_t)(d->no % VT_L(LANES_CACHE));
	struct vt_work w;
	int rc;

	*ret = (struct place){ .side = kinds[walk / PRIORITIES].side };
	(void)pthread_mutex_lock(&l->lock);
	if (l->cache[at].no == d->no) {
		ret->key = l->cache[at].key;
		ret->group = l->cache[at].group;
	}
	(void)pthread_mutex_unlock(&l->lock);
	if (ret->key != 0)
		return VT_OK;
	if ((rc = vt_work_get(v, d->no, &w, NULL)) != VT_OK)
		return rc;
	find_place(o, v, &w, r, ret);
	if (ret->side != VT_SIDE_FAR && ret->side != VT_SIDE_READ)
		return VT_OK;
	(void)pthread_mutex_lock(&l->lock);
	l->cache[at].no = d->no;
	l->cache[at].key = ret->key;
	l->cache[at].group = ret->group;
	(void)pthread_mutex_unlock(&l->lock);
	return VT_OK;
}

/* ---- items; under the lock, as all up to the next line ---- */

/* The link that leads to an item; *link 0: it is not known. */
static uint32_t *
link_of(struct vt_lanes *l, uint64_t no)
{
	uint32_t *link = &l->bucket[no % VT_L(LANES_ITEMS)];

	while (*link != 0 && l->item[*link - 1].no != no)
		link = &l->item[*link - 1].chain;
	return link;
}

/* Its row + 1; 0: there is no room. */
static uint32_t
item_new(struct vt_lanes *l, const struct vt_work_due *d)
{
	uint32_t *link = link_of(l, d->no), i = l->free;

	if (i != 0)
		l->free = l->item[i - 1].next;
	else if (l->n_used < VT_L(LANES_ITEMS))
		i = ++l->n_used;
	else
		return 0;
	l->item[i - 1] = (struct vt_lane_item){ .no = d->no, .due = d->due };
	l->n_items++;
	*link = i;
	return i;
}

static void
item_free(struct vt_lanes *l, uint64_t no)
{
	uint32_t *link = link_of(l, no), i = *link;

	*link = l->item[i - 1].chain;
	l->item[i - 1].next = l->free;
	l->free = i;
	l->n_items--;
}

/* This item is to be met again. */
static void
see_again(struct vt_lanes *l, size_t walk, const struct vt_work_due *d)
{
	if (l->back[walk].no == 0 || is_before(d, &l->back[walk]))
		l->back[walk] = *d;
}

/* ---- lanes ---- */

/* Only while one is in it, or something stands in it, a row must stay. */
static struct vt_lane *
lane_known(struct vt_lanes *l, uint64_t key)
{
	for (size_t i = 0; i < l->n_lanes; i++)
		if (l->key[i] == key)
			return &l->lane[i];
	return NULL;
}

/* The row of a lane, which may be new; NULL: all others are in use. */
static struct vt_lane *
lane_of(struct vt_lanes *l, const struct place *p)
{
	struct vt_lane *k = lane_known(l, p->key), *found = NULL;

	if (k != NULL)
		return k;
	for (size_t i = 0; i < VT_L(LANES_KNOWN); i++) {
		k = &l->lane[i];
		if (l->key[i] == 0) {
			found = k;
			l->n_lanes = i >= l->n_lanes ? i + 1 : l->n_lanes;
			break;
		}
		if (k->n == 0 && k->held == 0 &&
		    (found == NULL || k->turn < found->turn))
			found = k;
	}
	if (found == NULL)
		return NULL;
	/* who is new comes after those that wait */
	*found = (struct vt_lane){ .group = p->group,
		.side = p->side,
		.turn = l->turns,
		.group_turn = l->turns };
	l->key[found - l->lane] = p->key;
	for (size_t i = 0; p->key != p->group && i < l->n_lanes; i++)
		if (l->lane[i].group == p->group && &l->lane[i] != found &&
		    l->key[i] != 0)
			found->group_turn = l->lane[i].group_turn;
	return found;
}

/* So many threads are in the lane now, and so much is known of its peer. */
static void
set_held(struct vt_lanes *l, struct vt_lane *k, uint32_t held,
    enum vt_lane_word word)
{
	if (k->side == VT_SIDE_FAR) {
		l->held -= k->held;
		l->held += held;
		l->of_word[k->word] -= k->held;
		l->of_word[word] += held;
	}
	k->held = held;
	k->word = word;
}

static void
push(struct vt_lanes *l, size_t walk, const struct place *p,
    const struct vt_work_due *d)
{
	size_t q = walk - first_walk(p->side);
	uint32_t *n_of;
	struct vt_work_due *passed;
	struct vt_lane *k;
	uint32_t i = 0;
	size_t room;

	if (*link_of(l, d->no) != 0)
		return; /* it stands there, or is being done */
	if ((k = lane_of(l, p)) == NULL) {
		see_again(l, walk, d);
		return;
	}
	/* of each priority: what is urgent finds a place in a full lane */
	n_of = &k->n_of[priority_of(walk)];
	if (p->tried && k->word == VT_LANE_UNTRIED)
		set_held(l, k, k->held, VT_LANE_FAILED);
	room = l->n_items < VT_L(LANES_ITEMS) / 2 ? VT_L(LANE_ITEMS) : FEW;
	passed = &k->passed[q];
	if (*n_of < room && (passed->no == 0 || is_before(d, passed)))
		i = item_new(l, d);
	if (i == 0 && *n_of == 0)
		see_again(l, walk, d);
	else if (i == 0 && (passed->no == 0 || is_before(d, passed)))
		*passed = *d;
	if (i == 0)
		return;
	if (k->head[q] == 0)
		k->head[q] = i;
	else
		l->item[k->tail[q] - 1].next = i;
	k->tail[q] = i;
	k->n++;
	++*n_of;
}

/* The queue whose first item goes first; the lane has one. */
static size_t
first_queue(const struct vt_lanes *l, const struct vt_lane *k)
{
	struct vt_work_due best = { 0 };
	size_t found = VT_LANE_QUEUES;

	for (size_t q = 0; q < VT_LANE_QUEUES; q++) {
		const struct vt_lane_item *it;
		struct vt_work_due d;

		if (k->head[q] == 0)
			continue;
		it = &l->item[k->head[q] - 1];
		d.no = it->no;
		d.due = vt_work_rank(priority_of(q), it->due);
		if (found < VT_LANE_QUEUES && !is_before(&d, &best))
			continue;
		best = d;
		found = q;
	}
	VT_ASSERT(found < VT_LANE_QUEUES);
	return found;
}

/* Its first item leaves the queue; it stays known while it is being done. */
static struct vt_lane_item *
pop(struct vt_lanes *l, struct vt_lane *k, size_t *ret_walk)
{
	size_t q = first_queue(l, k), p = priority_of(q);
	struct vt_lane_item *found = &l->item[k->head[q] - 1];

	k->head[q] = found->next;
	k->n--;
	k->n_of[p]--;
	for (size_t i = p; k->n_of[p] == 0 && i < VT_LANE_QUEUES;
	     i += PRIORITIES) {
		if (k->passed[i].no != 0)
			see_again(l, first_walk(k->side) + i, &k->passed[i]);
		k->passed[i] = (struct vt_work_due){ 0 };
	}
	*ret_walk = first_walk(k->side) + q;
	return found;
}

static bool
is_open(const struct vt_lanes *l, const struct vt_lane *k)
{
	uint32_t untried = l->of_word[VT_LANE_UNTRIED],
		 failed = l->of_word[VT_LANE_FAILED];

	if (k->side != VT_SIDE_FAR)
		return true;
	if (k->word == VT_LANE_UNTRIED)
		return k->held == 0 &&
		       (untried < UNTRIED ||
			   failed + untried < VT_OFFICE_FAR / 2);
	if (k->word == VT_LANE_FAILED)
		return k->held == 0 &&
		       failed + (untried < UNTRIED ? 0 : untried - UNTRIED) <
			   VT_OFFICE_FAR / 2;
	return k->held == 0 ||
	       (k->held < VT_L(ROUTE_SLOTS) && l->held < VT_OFFICE_FAR / 2);
}

static bool
is_sooner(const struct vt_lane *a, const struct vt_lane *b)
{
	return a->group_turn < b->group_turn ||
	       (a->group_turn == b->group_turn && a->turn < b->turn);
}

/* ---- looking ---- */

/* A walk along what is due of one priority of a kind. */
struct looking {
	struct vt_office *o;
	struct vt_view *v;
	size_t walk;
	struct vt_route *r; /* a place for one */
};

static bool
is_known(struct vt_lanes *l, uint64_t no)
{
	bool known;

	(void)pthread_mutex_lock(&l->lock);
	known = *link_of(l, no) != 0;
	(void)pthread_mutex_unlock(&l->lock);
	return known;
}

static int
put_in_place(
    struct looking *g, const struct vt_work_due *d, struct vt_err *reterr)
{
	struct vt_lanes *l = &g->o->lanes;
	struct place p;
	int rc;

	if (is_known(l, d->no))
		return VT_OK;
	rc = place_of(g->o, g->v, d, g->walk, g->r, &p);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK)
		return vt_err_set(reterr, (enum vt_code)rc,
		    "work item %llu: it cannot be read",
		    (unsigned long long)d->no);
	(void)pthread_mutex_lock(&l->lock);
	push(l, g->walk, &p, d);
	(void)pthread_mutex_unlock(&l->lock);
	return VT_OK;
}

static int
look_along(struct looking *g, struct vt_err *reterr)
{
	struct vt_work_due d[PAGE], *at = &g->o->lanes.at[g->walk];
	vt_time now = vt_work_now(g->o->o.store);
	struct vt_work_walk walk = {
		.kind = kinds[g->walk / PRIORITIES].kind,
		.priority = priority_of(g->walk),
		.alone = true,
		.until = now,
		.due = at->due,
		.no = at->no,
	};
	size_t n = PAGE;
	int rc = VT_OK;

	while (rc == VT_OK && n == PAGE) {
		/* a long queue takes more than one view */
		if ((rc = vt_view_begin(g->o->o.store, &g->v, reterr)) != VT_OK)
			return rc;
		for (size_t p = 0; p < PAGES && rc == VT_OK && n == PAGE; p++) {
			rc = vt_work_next(g->v, &walk, d, PAGE, &n, reterr);
			for (size_t i = 0; rc == VT_OK && i < n; i++)
				rc = put_in_place(g, &d[i], reterr);
		}
		vt_view_end(g->v);
	}
	if (rc != VT_OK)
		return rc;
	*at = (struct vt_work_due){ .no = walk.no, .due = walk.due };
	if (at->due > now - LATE)
		*at = (struct vt_work_due){ .due = now - LATE };
	return VT_OK;
}

/* From where each walk goes on. */
static void
begin(struct vt_lanes *l)
{
	(void)pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < VT_LANES_WALKS; i++) {
		struct vt_work_due *b = &l->back[i];

		if (l->begun - l->again > AGAIN_US)
			l->at[i] = (struct vt_work_due){ 0 };
		if (b->no != 0 && is_before(b, &l->at[i])) {
			l->at[i] = *b;
			l->at[i].no--;
		}
		*b = (struct vt_work_due){ 0 };
	}
	(void)pthread_mutex_unlock(&l->lock);
	if (l->begun - l->again > AGAIN_US)
		l->again = l->begun;
}

static int64_t
mono(void)
{
	return vt_monotonic_us(vt_context_system());
}

static void
pause_until(int64_t until)
{
	int64_t us = until - mono();

	if (us > WAIT_US)
		us = WAIT_US;
	if (us > 0) {
		const struct timespec ts = { 0, us * 1000 };

		(void)nanosleep(&ts, NULL);
	}
}

/* What is due goes into its lanes. Who has nothing to do waits until it was
 * looked; others do not look too often. For the first look all wait: before it
 * nobody knows whose turn it is, and who is first in the queue would be. */
static int
look(struct vt_office *o, bool idle, struct vt_err *reterr)
{
	struct vt_lanes *l = &o->lanes;
	struct looking g = { .o = o };
	int64_t now = mono(), next;
	int rc = VT_OK;

	if (idle || !atomic_load(&l->looked))
		(void)pthread_mutex_lock(&l->look_lock);
	else if (pthread_mutex_trylock(&l->look_lock) != 0)
		return VT_OK;
	next = l->begun + PART * l->took;
	if (idle ? l->begun > now : next > now || l->begun + EVERY_US > now)
		goto out;
	pause_until(next);
	if ((g.r = malloc(sizeof(*g.r))) == NULL) {
		rc = vt_err_set(reterr, VT_E_NOMEM, "work: no memory");
		goto out;
	}
	l->begun = mono();
	begin(l);
	for (; g.walk < VT_LANES_WALKS && rc == VT_OK; g.walk++)
		rc = look_along(&g, reterr);
	free(g.r);
	l->took = mono() - l->begun;
	atomic_store(&l->looked, true);
out:
	(void)pthread_mutex_unlock(&l->look_lock);
	return rc;
}

/* ---- coming and going ---- */

struct taken {
	uint64_t no, key;
	size_t walk;
};

static bool
take(struct vt_lanes *l, enum vt_side side, struct taken *ret)
{
	struct vt_lane *k = NULL;

	(void)pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->n_lanes; i++) {
		struct vt_lane *x = &l->lane[i];

		if (x->n > 0 && x->side == side && is_open(l, x) &&
		    (k == NULL || is_sooner(x, k)))
			k = x;
	}
	if (k != NULL) {
		ret->no = pop(l, k, &ret->walk)->no;
		ret->key = l->key[k - l->lane];
		set_held(l, k, k->held + 1, k->word);
		k->turn = ++l->turns;
		for (size_t i = 0; i < l->n_lanes; i++)
			if (l->lane[i].group == k->group)
				l->lane[i].group_turn = l->turns;
	}
	(void)pthread_mutex_unlock(&l->lock);
	return k != NULL;
}

/* tried: how it went says something of the peer. */
static void
leave(struct vt_lanes *l, const struct taken *t, bool tried, bool good)
{
	struct vt_lane *k;

	(void)pthread_mutex_lock(&l->lock);
	item_free(l, t->no);
	k = lane_known(l, t->key);
	VT_ASSERT(k != NULL); /* it is held */
	set_held(l, k, k->held - 1,
	    !tried ? k->word
	    : good ? VT_LANE_GOOD
		   : VT_LANE_FAILED);
	if (k->n == 0 && k->held == 0 && k->side != VT_SIDE_FAR)
		l->key[k - l->lane] = 0;
	(void)pthread_mutex_unlock(&l->lock);
}

/* It was given back, perhaps with an hour that is over: then no look meets it
 * again. */
static void
stand_again(struct vt_office *o, const struct taken *t)
{
	struct vt_work_due d = { .no = t->no };
	struct looking g = { .o = o, .walk = t->walk };
	struct vt_err err = VT_ERR_INIT;
	struct vt_work w;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &g.v, &err)) == VT_OK)
		rc = vt_work_get(g.v, t->no, &w, &err);
	if (rc == VT_OK && w.due <= vt_work_now(o->o.store)) {
		d.due = w.due;
		rc = (g.r = malloc(sizeof(*g.r))) == NULL
			 ? VT_E_NOMEM
			 : put_in_place(&g, &d, &err);
		free(g.r);
	}
	vt_view_end(g.v);
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return;
	(void)pthread_mutex_lock(&o->lanes.lock);
	see_again(&o->lanes, t->walk, &(struct vt_work_due){ .no = 1 });
	(void)pthread_mutex_unlock(&o->lanes.lock);
}

/* ---- doing ---- */

/* What one run may take. */
static int64_t
lease_of(size_t walk)
{
	const struct vt_budget *b = vt_budget_of(kinds[walk / PRIORITIES].kind);

	return VT_TIME_S(b == NULL ? (int64_t)VT_L(TRANSPORT_LEASE_S)
				   : (int64_t)b->lease_s);
}

/* Does it go to a peer by now? */
static bool
has_moved(struct vt_office *o, const struct taken *t)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_work_due d = { .no = t->no };
	struct vt_route *r = malloc(sizeof(*r));
	struct place p = { .key = t->key };

	if (r != NULL && vt_view_begin(o->o.store, &v, NULL) == VT_OK)
		(void)place_of(o, v, &d, t->walk, r, &p);
	free(r);
	return p.side == VT_SIDE_FAR;
}

/* Did the peer not answer, or could it not be reached? Then its lane is narrow
 * until one gets through. */
static bool
is_failing(int rc)
{
	return rc == VT_E_PEER_UNAVAILABLE || rc == VT_E_TIMEOUT ||
	       rc == VT_E_ENVIRONMENT;
}

int
vt_lane_work(struct vt_office *o, enum vt_side side, bool *ret_any,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct taken t;
	struct vt_work w;
	int rc, done = VT_OK;
	bool tried = false;

	*ret_any = false;
	if ((rc = look(o, false, reterr)) != VT_OK)
		return rc;
	if (!take(&o->lanes, side, &t) &&
	    ((rc = look(o, true, reterr)) != VT_OK ||
		!take(&o->lanes, side, &t)))
		return rc;
	rc = side == VT_SIDE_HERE && has_moved(o, &t)
		 ? VT_E_CONFLICT
		 : vt_work_claim_item(
		       o->o.store, t.no, &o->worker, lease_of(t.walk), &w, &err);
	if (rc == VT_OK) {
		tried = true;
		rc = vt_office_work_item(o, &w, &done, &err);
		vt_work_free(&w);
	}
	leave(&o->lanes, &t, tried, !is_failing(done));
	stand_again(o, &t);
	/* a lease lost to another claim is that one's business; an item that
	 * its own act has ended is done */
	if (rc == VT_E_CONFLICT || rc == VT_E_NOT_FOUND)
		rc = VT_OK;
	*ret_any = tried || rc == VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}
