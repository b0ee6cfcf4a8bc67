/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which subscriptions are on, and the threads: those that send, and one that
 * looks whose next event came.
 */
#include <errno.h>
#include <stdlib.h>

#include "api/office/hooks_priv.h"

/* Between looks at what is due when nobody wakes a sender. */
#define NAP_S 1
/* Commits of one moment are looked at together. */
#define WAKER_PAUSE_NS 20000000L
#define WAKER_WAIT_US  ((int64_t)1000000)

/* ---- the list of those that are on ---- */

static struct vt_hook_live *
find_live(struct vt_hooks *hooks, const vt_id *id)
{
	for (size_t i = 0; i < hooks->n; i++)
		if (vt_id_eq(&hooks->live[i].id, id))
			return &hooks->live[i];
	return NULL;
}

/* With the lock held. False: no memory; the item's own time comes (IDLE_S). */
static bool
set_live(struct vt_hooks *hooks, const struct vt_hook *h, bool idle)
{
	struct vt_hook_live *l = find_live(hooks, &h->id), *more;
	size_t cap;

	if (l == NULL && hooks->n == hooks->cap) {
		cap = hooks->cap == 0 ? 16 : 2 * hooks->cap;
		more = reallocarray(hooks->live, cap, sizeof(*more));
		if (more == NULL)
			return false;
		hooks->live = more;
		hooks->cap = cap;
	}
	if (l == NULL) {
		VT_ASSERT(hooks->live != NULL);
		l = &hooks->live[hooks->n++];
	}
	*l = (struct vt_hook_live){ .id = h->id,
		.agency_no = h->agency_no,
		.generation = h->generation,
		.after = h->after,
		.idle = idle };
	return true;
}

static void
kick(struct vt_hooks *hooks)
{
	hooks->kicks++;
	pthread_cond_broadcast(&hooks->more);
}

void
vt_hooks_kick(struct vt_office *o, const struct vt_hook *h)
{
	struct vt_hooks *hooks = o->hooks;

	if (hooks == NULL)
		return;
	pthread_mutex_lock(&hooks->lock);
	if (!set_live(hooks, h, false))
		vt_log(VT_LEVEL_WARN, "hooks.memory", "on=%zu", hooks->n);
	kick(hooks);
	pthread_mutex_unlock(&hooks->lock);
}

void
vt_hooks_forget(struct vt_office *o, const struct vt_hook *h)
{
	struct vt_hooks *hooks = o->hooks;
	struct vt_hook_live *l;

	if (hooks == NULL)
		return;
	pthread_mutex_lock(&hooks->lock);
	/* unless it is on again by now */
	l = find_live(hooks, &h->id);
	if (l != NULL && l->generation == h->generation)
		*l = hooks->live[--hooks->n];
	pthread_mutex_unlock(&hooks->lock);
}

int
vt_hooks_wake(struct vt_office *o, const vt_id *id, struct vt_err *reterr)
{
	struct vt_hooks *hooks = o->hooks;
	int rc;

	rc = vt_work_wake(o->o.store, VT_WORK_WEBHOOK, id, NULL, reterr);
	if (hooks != NULL) {
		pthread_mutex_lock(&hooks->lock);
		kick(hooks);
		pthread_mutex_unlock(&hooks->lock);
	}
	return rc;
}

void
vt_hooks_idle(struct vt_hooks *hooks, const struct vt_hook *h)
{
	struct vt_hook_live *l;

	pthread_mutex_lock(&hooks->lock);
	/* It may have been switched off meanwhile: then it is not listed. */
	l = find_live(hooks, &h->id);
	if (l != NULL && l->generation == h->generation)
		(void)set_live(hooks, h, true);
	pthread_mutex_unlock(&hooks->lock);
}

/* ---- whose turn ---- */

enum vt_hook_trust
vt_hook_trust(const struct vt_hook *h)
{
	return h->failures > 0                   ? VT_HOOK_FAILING
	       : h->delivered_at == VT_TIME_NONE ? VT_HOOK_UNTRIED
						 : VT_HOOK_PROVED;
}

/* Under the lock. */
static bool
has_place(const struct vt_hooks *hooks, struct vt_hook_turn turn)
{
	size_t own = 0, own_doubtful = 0, doubtful = 0, failing = 0;

	for (size_t i = 0; i < hooks->n_sending; i++) {
		const struct vt_hook_turn *t = &hooks->sending[i];
		bool mine = t->agency_no == turn.agency_no;

		own += mine;
		doubtful += t->trust != VT_HOOK_PROVED;
		own_doubtful += mine && t->trust != VT_HOOK_PROVED;
		failing += t->trust == VT_HOOK_FAILING;
	}
	if (hooks->n_sending >= VT_L(WEBHOOK_THREADS) ||
	    own >= VT_L(WEBHOOKS_AT_ONCE))
		return false;
	if (turn.trust == VT_HOOK_PROVED)
		return true;
	return own_doubtful == 0 && doubtful < VT_L(WEBHOOKS_DOUBTFUL) &&
	       (turn.trust == VT_HOOK_UNTRIED ||
		   failing + 1 < VT_L(WEBHOOKS_DOUBTFUL));
}

bool
vt_hooks_take(struct vt_hooks *hooks, struct vt_hook_turn turn)
{
	bool may;

	pthread_mutex_lock(&hooks->lock);
	if ((may = has_place(hooks, turn)))
		hooks->sending[hooks->n_sending++] = turn;
	pthread_mutex_unlock(&hooks->lock);
	return may;
}

void
vt_hooks_give(struct vt_hooks *hooks, struct vt_hook_turn turn)
{
	size_t i = 0;

	pthread_mutex_lock(&hooks->lock);
	while (i < hooks->n_sending &&
	       (hooks->sending[i].agency_no != turn.agency_no ||
		   hooks->sending[i].trust != turn.trust))
		i++;
	VT_ASSERT(i < hooks->n_sending);
	hooks->sending[i] = hooks->sending[--hooks->n_sending];
	/* another subscription may have been passed over */
	kick(hooks);
	pthread_mutex_unlock(&hooks->lock);
}

bool
vt_hooks_ping_take(struct vt_hooks *hooks, uint32_t agency_no)
{
	size_t same = 0;
	bool may;

	pthread_mutex_lock(&hooks->lock);
	for (size_t i = 0; i < hooks->n_pinging; i++)
		same += hooks->pinging[i] == agency_no;
	may = same < VT_L(WEBHOOKS_AT_ONCE) &&
	      hooks->n_pinging < VT_L(WEBHOOK_PINGS_MAX);
	if (may)
		hooks->pinging[hooks->n_pinging++] = agency_no;
	pthread_mutex_unlock(&hooks->lock);
	return may;
}

void
vt_hooks_ping_give(struct vt_hooks *hooks, uint32_t agency_no)
{
	size_t i = 0;

	pthread_mutex_lock(&hooks->lock);
	while (i < hooks->n_pinging && hooks->pinging[i] != agency_no)
		i++;
	VT_ASSERT(i < hooks->n_pinging);
	hooks->pinging[i] = hooks->pinging[--hooks->n_pinging];
	pthread_mutex_unlock(&hooks->lock);
}

/* ---- threads ---- */

static void
nap(struct vt_hooks *hooks, uint64_t kicks)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += NAP_S;
	pthread_mutex_lock(&hooks->lock);
	if (hooks->kicks == kicks && !atomic_load(&hooks->stop))
		pthread_cond_timedwait(&hooks->more, &hooks->lock, &until);
	pthread_mutex_unlock(&hooks->lock);
}

static uint64_t
kicks_now(struct vt_hooks *hooks)
{
	uint64_t n;

	pthread_mutex_lock(&hooks->lock);
	n = hooks->kicks;
	pthread_mutex_unlock(&hooks->lock);
	return n;
}

static void *
sender_main(void *arg)
{
	struct vt_hooks *hooks = arg;

	while (!atomic_load(&hooks->stop)) {
		struct vt_err err = VT_ERR_INIT;
		uint64_t kicks = kicks_now(hooks);
		bool any = false;

		if (vt_hooks_work_once(hooks->office, &any, &err) != VT_OK) {
			vt_log_err("hooks.work", &err);
			any = false;
		}
		if (!any)
			nap(hooks, kicks);
	}
	return NULL;
}

/* Up to max of those whose next event came; they are not idle any more. */
static size_t
take_ready(struct vt_hooks *hooks, vt_id *ret, size_t max)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_event e;
	size_t n = 0, got;

	pthread_mutex_lock(&hooks->lock);
	for (size_t i = 0; i < hooks->n && n < max; i++) {
		struct vt_hook_live *l = &hooks->live[i];

		if (!l->idle)
			continue;
		if (v == NULL &&
		    vt_view_begin(hooks->office->o.store, &v, &err) != VT_OK)
			break;
		if (vt_event_list(
			v, l->agency_no, l->after, &e, 1, &got, &err) != VT_OK)
			break;
		if (got > 0) {
			l->idle = false;
			ret[n++] = l->id;
		}
	}
	pthread_mutex_unlock(&hooks->lock);
	if (err.code != VT_OK)
		vt_log_err("hooks.waker", &err);
	return n;
}

static void *
waker_main(void *arg)
{
	static const struct timespec pause = { .tv_nsec = WAKER_PAUSE_NS };
	struct vt_hooks *hooks = arg;
	uint64_t commits = 0;
	vt_id ready[64];
	size_t n;

	while (!atomic_load(&hooks->stop)) {
		struct vt_err err = VT_ERR_INIT;

		if (vt_store_watch(hooks->office->o.store, 0, commits,
			WAKER_WAIT_US, &commits, &err) != VT_OK)
			vt_log_err("hooks.watch", &err);
		do {
			n = take_ready(hooks, ready, 64);
			for (size_t i = 0; i < n; i++)
				if (vt_hooks_wake(hooks->office, &ready[i],
					&err) != VT_OK)
					vt_log_err("hooks.wake", &err);
		} while (n == 64);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* ---- start and stop ---- */

/* Those of one agency that are on. */
static int
list_agency(struct vt_hooks *hooks, struct vt_view *v, uint32_t agency_no,
    struct vt_hook *h, struct vt_err *reterr)
{
	struct vt_entry_range range = { .kind = VT_ENTRY_HOOK,
		.agency_no = agency_no };
	struct vt_entry e[VT_HOOK_ENTRIES];
	size_t n = 0;
	vt_id id;
	int rc;

	rc = vt_entry_list(v, &range, e, sizeof(e) / sizeof(e[0]), &n, reterr);
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		if (e[i].key.n != sizeof(id.b))
			continue;
		memcpy(id.b, e[i].key.p, sizeof(id.b));
		rc = vt_hook_load(v, agency_no, &id, h, reterr);
		if (rc == VT_OK && h->off == VT_HOOK_ON &&
		    !set_live(hooks, h, h->failures == 0))
			rc = vt_err_set(
			    reterr, VT_E_NOMEM, "webhooks: no memory");
	}
	return rc;
}

/* A new view now and then: there may be many agencies. */
static int
list_all(struct vt_hooks *hooks, struct vt_err *reterr)
{
	struct vt_hook *h = malloc(sizeof(*h));
	struct vt_view *v = NULL;
	struct vt_agency a[32];
	uint32_t after = 0;
	size_t n = 0;
	int rc = VT_OK;

	if (h == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "webhooks: no memory");
	do {
		if ((rc = vt_view_begin(hooks->office->o.store, &v, reterr)) !=
		    VT_OK)
			break;
		rc = vt_agency_list(v, after, a, 32, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			after = a[i].no;
			rc = list_agency(hooks, v, a[i].no, h, reterr);
		}
		vt_view_end(VT_TAKE(v));
	} while (rc == VT_OK && n == 32);
	free(h);
	return rc;
}

static int
start_threads(struct vt_hooks *hooks, struct vt_err *reterr)
{
	int rc;

	rc = pthread_create(&hooks->waker, NULL, waker_main, hooks);
	hooks->waking = rc == 0;
	while (rc == 0 && hooks->n_threads < VT_L(WEBHOOK_THREADS)) {
		rc = pthread_create(&hooks->threads[hooks->n_threads], NULL,
		    sender_main, hooks);
		if (rc == 0)
			hooks->n_threads++;
	}
	return rc == 0 ? VT_OK
		       : vt_err_errno(reterr, VT_E_ENVIRONMENT, rc,
			     "webhooks: no threads to send them");
}

int
vt_hooks_start(struct vt_office *o, const struct vt_hook_wire *wire,
    bool threads, struct vt_err *reterr)
{
	struct vt_hooks *hooks;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	VT_ASSERT(o->hooks == NULL);
	if ((hooks = calloc(1, sizeof(*hooks))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "webhooks: no memory");
	hooks->office = o;
	hooks->wire = *wire;
	vt_random(o->o.ctx, hooks->owner.b, sizeof(hooks->owner.b));
	pthread_mutex_init(&hooks->lock, NULL);
	pthread_cond_init(&hooks->more, NULL);
	o->hooks = hooks;
	if ((rc = list_all(hooks, reterr)) == VT_OK && threads)
		rc = start_threads(hooks, reterr);
	if (rc != VT_OK)
		vt_hooks_stop(o);
	return rc;
}

void
vt_hooks_halt(struct vt_office *o)
{
	struct vt_hooks *hooks = o->hooks;

	if (hooks == NULL)
		return;
	atomic_store(&hooks->stop, true);
	pthread_mutex_lock(&hooks->lock);
	kick(hooks);
	pthread_mutex_unlock(&hooks->lock);
}

void
vt_hooks_stop(struct vt_office *o)
{
	struct vt_hooks *hooks = o == NULL ? NULL : o->hooks;

	if (hooks == NULL)
		return;
	vt_hooks_halt(o);
	for (size_t i = 0; i < hooks->n_threads; i++)
		pthread_join(hooks->threads[i], NULL);
	if (hooks->waking)
		pthread_join(hooks->waker, NULL);
	o->hooks = NULL;
	pthread_cond_destroy(&hooks->more);
	pthread_mutex_destroy(&hooks->lock);
	free(hooks->live);
	free(hooks);
}
