/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/anchors.h"

#include <stdlib.h>

#include "api/office/office_priv.h"
#include "docstore/anchor.h"
#include "signing/stamp/stamp.h"

struct vt_anchors {
	struct vt_office *o;
	struct vt_anchors_options opt;
	pthread_mutex_t lock; /* guards stop */
	pthread_cond_t wake;
	bool stop, thread_runs;
	pthread_t thread;
};

/* One authority: request, reply, judgement. */
static int
ask(struct vt_anchors *a, const char *url, const struct vt_anchor_plan *plan,
    struct vt_err *reterr)
{
	struct vt_stamp_want want = { .imprint = plan->root,
		.anchors = a->opt.trusted,
		.n_anchors = a->opt.n_trusted };
	struct vt_office *o = a->o;
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	VT_BUF_AUTO(token);
	vt_time stated;
	int rc;

	vt_random(o->o.ctx, want.nonce, sizeof(want.nonce));
	vt_stamp_request(&want.imprint, want.nonce, &request);
	if ((rc = vt_buf_status(&request, reterr)) != VT_OK ||
	    (rc = o->o.fetch(o->o.fetch_arg, url, "application/timestamp-query",
		 vt_buf_view(&request), VT_STAMP_REPLY_MAX, &reply, reterr)) !=
		VT_OK ||
	    (rc = vt_stamp_judge(o->o.spawner, vt_buf_view(&reply), &want,
		 &token, &stated, reterr)) != VT_OK)
		return rc;
	return vt_anchor_keep(
	    o->o.store, plan, url, vt_buf_view(&token), stated, reterr);
}

int
vt_anchors_once(struct vt_office *o, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_anchors *a = o->anchors;
	struct vt_anchor_plan plan;
	struct vt_view *v;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	VT_ASSERT(a != NULL);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_anchor_plan(v, &plan, reterr);
	vt_view_end(v); /* not across the network */
	if (rc != VT_OK)
		return rc;
	*ret_n = plan.n;
	for (size_t i = 0; plan.n > 0 && i < a->opt.n_urls; i++) {
		struct vt_err err = VT_ERR_INIT;

		rc = ask(a, a->opt.url[i], &plan, &err);
		if (rc == VT_OK)
			break;
		vt_log_err("anchor.ask", &err);
		if (reterr != NULL)
			*reterr = err;
	}
	vt_anchor_plan_free(&plan);
	return rc;
}

static int
last_kept(struct vt_office *o, vt_time *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_anchor_row row;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_anchor_newest(v, &row, reterr);
	*ret = rc == VT_OK ? row.kept : VT_TIME_NONE;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

int
vt_anchors_state(
    struct vt_office *o, bool *ret_on, vt_time *ret_last, struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	*ret_on = o->anchors != NULL;
	return last_kept(o, ret_last, reterr);
}

/* ---- the thread ---- */

/* Until then, or the end; true: the end. */
static bool
sleep_for(struct vt_anchors *a, int64_t seconds)
{
	struct timespec t = { 0 };
	bool stop;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)seconds;
	pthread_mutex_lock(&a->lock);
	while (!a->stop && pthread_cond_timedwait(&a->wake, &a->lock, &t) == 0)
		continue;
	stop = a->stop;
	pthread_mutex_unlock(&a->lock);
	return stop;
}

/* How long until the next one is due, 0: now. */
static int64_t
due_in(struct vt_anchors *a)
{
	int64_t every = (int64_t)VT_L(ANCHOR_S), since;
	struct vt_err err = VT_ERR_INIT;
	vt_time last;

	if (last_kept(a->o, &last, &err) != VT_OK) {
		vt_log_err("anchor.look", &err);
		return (int64_t)VT_L(ANCHOR_RETRY_S);
	}
	if (last == VT_TIME_NONE)
		return 0;
	since = (vt_now(a->o->o.ctx) - last) / 1000000;
	/* A clock that was set back must not stop it for long. */
	return since < 0 || since >= every ? 0 : every - since;
}

static void *
run(void *arg)
{
	struct vt_anchors *a = arg;
	int64_t wait = 0;
	size_t n;

	while (!sleep_for(a, wait)) {
		struct vt_err err = VT_ERR_INIT;

		if ((wait = due_in(a)) > 0)
			continue;
		wait = (int64_t)VT_L(ANCHOR_RETRY_S);
		if (vt_anchors_once(a->o, &n, &err) != VT_OK)
			vt_log_err("anchor.later", &err);
		else if (n > 0)
			vt_log(
			    VT_LEVEL_INFO, "anchor.kept", "checkpoints=%zu", n);
	}
	return NULL;
}

int
vt_anchors_start(struct vt_office *o, const struct vt_anchors_options *opt,
    bool thread, struct vt_err *reterr)
{
	pthread_condattr_t attr;
	struct vt_anchors *a;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	VT_ASSERT(o->anchors == NULL);
	if (opt->n_urls == 0 || opt->n_urls > VT_ANCHORS_TSA ||
	    o->o.fetch == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "anchoring: 1 to %d authorities are wanted, and a way to "
		    "ask them",
		    VT_ANCHORS_TSA);
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "anchoring");
	a->o = o;
	a->opt = *opt;
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->wake, &attr);
	pthread_condattr_destroy(&attr);
	o->anchors = a;
	if (!thread)
		return VT_OK;
	if (pthread_create(&a->thread, NULL, run, a) != 0) {
		vt_anchors_stop(o);
		return vt_err_set(
		    reterr, VT_E_ENVIRONMENT, "anchoring: no thread");
	}
	a->thread_runs = true;
	return VT_OK;
}

void
vt_anchors_stop(struct vt_office *o)
{
	struct vt_anchors *a;

	if (o == NULL || (a = o->anchors) == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_broadcast(&a->wake);
	pthread_mutex_unlock(&a->lock);
	if (a->thread_runs)
		pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->wake);
	pthread_mutex_destroy(&a->lock);
	free(a);
	o->anchors = NULL;
}
