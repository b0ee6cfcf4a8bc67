/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More calls than WORKERS_MAX: the last waits WORKER_WALL_MS, then is told. A
 * program of its own, because it mostly sleeps. */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "base/worker/worker.h"
#include "tests/tap.h"

static void
doze(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&ts, NULL);
}

static int
hang(struct vt_job *job, struct vt_err *reterr)
{
	(void)job;
	(void)reterr;
	for (;;)
		doze(1000);
	return VT_OK;
}

static int
nothing(struct vt_job *job, struct vt_err *reterr)
{
	(void)job;
	(void)reterr;
	return VT_OK;
}

static const struct vt_worker_kind kinds[] = {
	{ .name = "nothing", .handle = nothing },
	{ .name = "hang", .handle = hang, .wall_ms = 34000 },
};

static void *
hang_on(void *arg)
{
	struct vt_job_call call = { .kind = "hang" };
	VT_BUF_AUTO(reply);
	struct vt_err err = VT_ERR_INIT;

	if (vt_spawner_call(arg, &call, &reply, &err) != VT_E_WORKER_TIMEOUT)
		return arg;
	return NULL;
}

static void
check_busy(void)
{
	struct vt_spawner *s = NULL;
	struct vt_job_call one = { .kind = "nothing" };
	VT_BUF_AUTO(reply);
	pthread_t t[VT_LIMIT_VALUE_WORKERS_MAX];
	const struct vt_context *c = vt_context_system();
	struct vt_err err = VT_ERR_INIT;
	int64_t before, took;
	int wrong = 0, rc;

	tap_need(vt_spawner_start(kinds, 2, &s, &err) == VT_OK, "a spawner");
	for (size_t i = 0; i < VT_L(WORKERS_MAX); i++)
		tap_need(pthread_create(&t[i], NULL, hang_on, s) == 0,
		    "thread %zu", i);
	doze(500);
	before = vt_monotonic_us(c);
	rc = vt_spawner_call(s, &one, &reply, &err);
	took = vt_monotonic_us(c) - before;
	tap_code(rc, VT_E_BUSY, &err, "one more than WORKERS_MAX: %s", err.msg);
	tap_ok(took >= (int64_t)VT_L(WORKER_WALL_MS) * 1000,
	    "after WORKER_WALL_MS");
	for (size_t i = 0; i < VT_L(WORKERS_MAX); i++) {
		void *ret = NULL;

		(void)pthread_join(t[i], &ret);
		wrong += ret != NULL;
	}
	tap_eq_int(wrong, 0, "the others timed out, each by its own limit");
	tap_call(
	    vt_spawner_call(s, &one, &reply, &err), &err, "then there is room");
	vt_spawner_free(s);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	check_busy();
	return tap_done();
}
