/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The caller's side: which workers there are (pool.c) and what one job comes
 * to (call.c).
 *
 * Two locks. `lock` guards the list of idle workers and the counters and is
 * held for moments. `control_lock` makes a SPAWN and its answer one exchange.
 * A worker that was taken belongs to one thread until it is given back.
 */
#ifndef VT_BASE_WORKER_POOL_H
#define VT_BASE_WORKER_POOL_H

#include <pthread.h>
#include <sys/types.h>

#include "base/worker/worker.h"

#define VT_SPAWNER_MAGIC 0x56545350U /* "VTSP" */

struct vt_worker {
	struct vt_worker *next;
	size_t kind;
	int data; /* jobs and answers */
	int life; /* hang-up ends it; its EXIT frame comes here */
	size_t jobs;
};

struct vt_spawner {
	uint32_t magic;
	pid_t pid;
	const struct vt_worker_kind *kinds; /* static */
	size_t n_kinds;

	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct vt_worker *idle; /* most recently used first */
	size_t alive;           /* idle or at work; at most WORKERS_MAX */
	size_t calls;           /* under way, for vt_spawner_free */

	pthread_mutex_t control_lock;
	int control;
	uint32_t sequence;
};

/*
 * An idle worker of the kind, or a new one. *ret goes back by
 * vt_pool_give_back. Errors: VT_E_BUSY, VT_E_ENVIRONMENT, VT_E_NOMEM.
 */
VT_NODISCARD int vt_pool_take(struct vt_spawner *s, size_t kind,
    struct vt_worker **ret, struct vt_err *reterr);

/* keep: it may serve another job. Else it ends now. */
void vt_pool_give_back(struct vt_spawner *s, struct vt_worker *w, bool keep);

/* Counts calls under way, for vt_spawner_free. */
void vt_pool_count_call(struct vt_spawner *s, bool begin);

/* Sets VT_E_ENVIRONMENT: the spawner has ended. */
int vt_pool_spawner_gone(struct vt_err *reterr);

#endif
