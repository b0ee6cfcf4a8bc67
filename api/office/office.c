/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing the office; the threads that do the work queue. */
#include <errno.h>
#include <stdlib.h>

#include "api/office/office_priv.h"

/* Between looks at the queue when nobody woke the thread. */
#define IDLE_S   1
#define SWEPT    64  /* expired uploads removed at once */
#define INDEX_MS 250 /* between looks at what is to be indexed */

void
vt_office_wake(struct vt_office *o)
{
	pthread_mutex_lock(&o->lock);
	o->woken++;
	pthread_cond_broadcast(&o->wake);
	pthread_mutex_unlock(&o->lock);
}

bool
vt_office_is_closing(struct vt_office *o)
{
	bool stop;

	pthread_mutex_lock(&o->lock);
	stop = o->stop;
	pthread_mutex_unlock(&o->lock);
	return stop;
}

/* *seen: wakings known before the look that found nothing. False: stop. */
static bool
idle(struct vt_office *o, uint64_t seen)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_S;
	pthread_mutex_lock(&o->lock);
	if (!o->stop && o->woken == seen)
		pthread_cond_timedwait(&o->wake, &o->lock, &until);
	stop = o->stop;
	pthread_mutex_unlock(&o->lock);
	return !stop;
}

/* False: stop. */
static bool
look_around(struct vt_office *o, uint64_t *ret_woken)
{
	bool stop;

	pthread_mutex_lock(&o->lock);
	*ret_woken = o->woken;
	stop = o->stop;
	pthread_mutex_unlock(&o->lock);
	return !stop;
}

/* Some time, unless it ends; work that comes is no reason to stop resting. */
static void
rest(struct vt_office *o, int ms)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&o->lock);
	while (!o->stop && rc == 0)
		rc = pthread_cond_timedwait(&o->wake, &o->lock, &until);
	pthread_mutex_unlock(&o->lock);
}

static void
sweep(struct vt_office *o, vt_time *swept)
{
	struct vt_err err = VT_ERR_INIT;
	vt_time now = vt_now(o->o.ctx);
	size_t removed;

	if (now - *swept <= VT_TIME_S(60))
		return;
	*swept = now;
	vt_uses_flush(o);
	do {
		removed = 0;
		if (vt_upload_expire(o->o.store, SWEPT, &removed, &err) !=
		    VT_OK)
			vt_log_err("office.expire", &err);
	} while (removed == SWEPT);
}

static void *
work_thread(void *arg)
{
	struct vt_office_thread *t = arg;
	struct vt_office *o = t->o;
	size_t at = (size_t)(t - o->threads);
	enum vt_side side = at < VT_SIDE_FAR ? (enum vt_side)at : VT_SIDE_FAR;
	uint64_t woken = 0;
	vt_time swept = 0;
	bool any, more = true;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	while (more && look_around(o, &woken)) {
		struct vt_err err = VT_ERR_INIT;
		int rc;

		rc = vt_lane_work(o, side, &any, &err);
		if (rc != VT_OK)
			vt_log_err("office.work", &err);
		if (at == 0)
			sweep(o, &swept);
		if (!any)
			more = idle(o, woken);
	}
	return NULL;
}

/*
 * What was done goes into the indexes of words, a while after; searches do not
 * wait for it. No work item says so: how far an index is it says itself, and
 * what is left to be done is the rest.
 */
static void *
index_thread(void *arg)
{
	struct vt_office_thread *t = arg;
	struct vt_office *o = t->o;
	uint64_t woken = 0;
	bool any;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	while (look_around(o, &woken)) {
		struct vt_err err = VT_ERR_INIT;

		if (vt_search_merge_due(o->o.store, &any, &err) != VT_OK)
			vt_log_err("office.index", &err);
		if (!any)
			rest(o, INDEX_MS);
	}
	return NULL;
}

/*
 * One process has the store (its lock file): who held a lease before us has
 * ended, and what it held is due now, not when the lease would run out.
 */
static int
take_over(struct vt_office *o, struct vt_err *reterr)
{
	struct vt_work w[32];
	struct vt_err err = VT_ERR_INIT;
	uint64_t after = 0;
	size_t n = 32;
	int rc = VT_OK;

	while (rc == VT_OK && n == 32) {
		struct vt_view *v = NULL;
		vt_time now = vt_work_now(o->o.store);

		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_work_list(v, 0, after, w, 32, &n, reterr);
		vt_view_end(v);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			after = w[i].no;
			if (vt_id_is_zero(&w[i].owner) ||
			    w[i].lease_until <= now)
				continue;
			if (vt_work_retry(o->o.store, w[i].no, w[i].lease, now,
				"the program that did it has ended",
				&err) != VT_OK)
				vt_log_err("office.take_over", &err);
		}
	}
	return rc;
}

int
vt_office_run(struct vt_office *o, struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	for (size_t i = 0; i < VT_OFFICE_THREADS; i++) {
		struct vt_office_thread *t = &o->threads[i];
		int rc;

		VT_ASSERT(!t->started);
		t->o = o;
		rc = pthread_create(&t->thread, NULL, work_thread, t);
		if (rc != 0)
			return vt_err_errno(reterr, VT_E_ENVIRONMENT, rc,
			    "office: no thread for the work queue");
		t->started = true;
	}
	VT_ASSERT(!o->indexer.started);
	o->indexer.o = o;
	if (pthread_create(
		&o->indexer.thread, NULL, index_thread, &o->indexer) != 0)
		return vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "office: no thread for the index of words");
	o->indexer.started = true;
	return VT_OK;
}

/* Its hours are not the wall's: that may be set back. */
static void
init_wake(pthread_cond_t *c)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(c, &a);
	pthread_condattr_destroy(&a);
}

int
vt_office_open(const struct vt_office_options *opt, struct vt_office **ret,
    struct vt_err *reterr)
{
	struct vt_office *o;
	int rc;

	VT_ASSERT(opt->store != NULL && opt->ctx != NULL);
	if ((o = calloc(1, sizeof(*o))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "office: out of memory");
	o->magic = VT_OFFICE_MAGIC;
	o->o = *opt;
	vt_random(opt->ctx, o->worker.b, sizeof(o->worker.b));
	pthread_mutex_init(&o->lock, NULL);
	init_wake(&o->wake);
	vt_lanes_init(&o->lanes);
	vt_admission_init(&o->admission);
	vt_held_init(&o->held);
	vt_own_keys_init(&o->own_keys);
	vt_password_gate_init(&o->passwords);
	vt_quota_init(&o->uploads);
	if ((rc = vt_uses_init(&o->uses, reterr)) != VT_OK ||
	    (rc = vt_tries_new(opt->ctx, opt->store, &vt_tries_pins, &o->pins,
		 reterr)) != VT_OK ||
	    (rc = vt_tries_new(opt->ctx, opt->store, &vt_tries_sign_in,
		 &o->sign_ins, reterr)) != VT_OK) {
		vt_office_close(o);
		return rc;
	}
	if ((rc = take_over(o, reterr)) != VT_OK ||
	    (rc = vt_admission_load(o, reterr)) != VT_OK) {
		vt_office_close(o);
		return rc;
	}
	*ret = o;
	return VT_OK;
}

void
vt_office_close(struct vt_office *o)
{
	if (o == NULL)
		return;
	VT_CHECK(o, VT_OFFICE_MAGIC);
	pthread_mutex_lock(&o->lock);
	o->stop = true;
	pthread_cond_broadcast(&o->wake);
	pthread_mutex_unlock(&o->lock);
	/* none is added any more */
	for (size_t i = 0; i < o->n_transports; i++)
		if (o->transports[i].stop != NULL)
			o->transports[i].stop(o->transports[i].arg);
	for (size_t i = 0; i < VT_OFFICE_THREADS; i++)
		if (o->threads[i].started)
			pthread_join(o->threads[i].thread, NULL);
	if (o->indexer.started)
		pthread_join(o->indexer.thread, NULL);
	if (o->uses.counts != NULL && o->uses.reads != NULL)
		vt_uses_flush(o);
	vt_uses_fini(&o->uses);
	pthread_cond_destroy(&o->wake);
	pthread_mutex_destroy(&o->lock);
	vt_tries_free(o->pins);
	vt_tries_free(o->sign_ins);
	vt_password_gate_fini(&o->passwords);
	vt_quota_fini(&o->uploads);
	vt_held_fini(&o->held);
	vt_own_keys_fini(&o->own_keys);
	vt_lanes_fini(&o->lanes);
	vt_admission_fini(&o->admission);
	o->magic = 0;
	free(o);
}

struct vt_store *
vt_office_store(struct vt_office *o)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return o->o.store;
}

struct vt_spawner *
vt_office_spawner(struct vt_office *o)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return o->o.spawner;
}

size_t
vt_office_anchors(const struct vt_office *o)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return o->o.n_anchors;
}

bool
vt_office_workers_alive(const struct vt_office *o)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return vt_spawner_alive(o->o.spawner);
}
