/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing the office; the thread that does the work queue. */
#include <errno.h>
#include <stdlib.h>

#include "api/office/office_priv.h"

/* Between looks at the queue when nobody woke the thread. */
#define IDLE_S 1

static bool
stopping(struct vt_office *o)
{
	bool stop;

	pthread_mutex_lock(&o->lock);
	stop = o->stop;
	pthread_mutex_unlock(&o->lock);
	return stop;
}

static void
idle(struct vt_office *o)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += IDLE_S;
	pthread_mutex_lock(&o->lock);
	if (!o->stop)
		pthread_cond_timedwait(&o->wake, &o->lock, &until);
	pthread_mutex_unlock(&o->lock);
}

static void *
work_thread(void *arg)
{
	struct vt_office *o = arg;
	vt_time swept = 0, now;
	size_t removed;
	bool any;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	while (!stopping(o)) {
		struct vt_err err = VT_ERR_INIT;

		any = false;
		if (vt_office_work_once(o, &any, &err) != VT_OK)
			vt_log_err("office.work", &err);
		now = vt_now(o->o.ctx);
		if (now - swept > VT_TIME_S(60)) {
			swept = now;
			if (vt_upload_expire(o->o.store, 64, &removed, &err) !=
			    VT_OK)
				vt_log_err("office.expire", &err);
		}
		if (!any)
			idle(o);
	}
	return NULL;
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
	pthread_cond_init(&o->wake, NULL);
	vt_held_init(&o->held);
	vt_password_gate_init(&o->passwords);
	if ((rc = vt_tries_new(opt->ctx, opt->store, &vt_tries_pins, &o->pins,
		 reterr)) != VT_OK ||
	    (rc = vt_tries_new(opt->ctx, opt->store, &vt_tries_sign_in,
		 &o->sign_ins, reterr)) != VT_OK) {
		vt_office_close(o);
		return rc;
	}
	rc = pthread_create(&o->thread, NULL, work_thread, o);
	if (rc != 0) {
		vt_office_close(o);
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, rc,
		    "office: no thread for the work queue");
	}
	o->started = true;
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
	pthread_cond_signal(&o->wake);
	pthread_mutex_unlock(&o->lock);
	if (o->started)
		pthread_join(o->thread, NULL);
	pthread_cond_destroy(&o->wake);
	pthread_mutex_destroy(&o->lock);
	vt_tries_free(o->pins);
	vt_tries_free(o->sign_ins);
	vt_password_gate_fini(&o->passwords);
	vt_held_fini(&o->held);
	o->magic = 0;
	free(o);
}

struct vt_store *
vt_office_store(struct vt_office *o)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	return o->o.store;
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
