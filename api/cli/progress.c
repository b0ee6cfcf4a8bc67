/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/cli/cli.h"

#define STEP_MS 500 /* till the first line, and between two */

/* The work goes on in its own thread and only says what it is at; this one
 * writes, so that work which says nothing for long is seen to go on. */
struct vt_progress {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	char stage[80];
	uint64_t done, total;
	bool ended;
};

static void
line(const struct vt_progress *p, unsigned step)
{
	if (p->total > 0)
		(void)fprintf(stderr, "\r\033[K%s %llu%%", p->stage,
		    (unsigned long long)(p->done * 100 / p->total));
	else if (p->done > 0)
		(void)fprintf(stderr, "\r\033[K%s %llu", p->stage,
		    (unsigned long long)p->done);
	else
		(void)fprintf(stderr, "\r\033[K%s… %u s", p->stage,
		    step * STEP_MS / 1000);
	(void)fflush(stderr);
}

static void
after(struct timespec *t, long ms)
{
	t->tv_sec += ms / 1000;
	t->tv_nsec += ms % 1000 * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_sec++;
		t->tv_nsec -= 1000000000;
	}
}

static void *
show(void *arg)
{
	struct vt_progress *p = arg;
	struct timespec next;
	unsigned step = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &next);
	(void)pthread_mutex_lock(&p->lock);
	while (!p->ended) {
		after(&next, STEP_MS);
		while (!p->ended &&
		       pthread_cond_timedwait(&p->wake, &p->lock, &next) == 0)
			;
		if (!p->ended)
			line(p, ++step);
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (step > 0) {
		(void)fputs("\r\033[K", stderr);
		(void)fflush(stderr);
	}
	return NULL;
}

void
vt_progress_stage(
    struct vt_progress *p, const char *stage, uint64_t done, uint64_t total)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	(void)snprintf(p->stage, sizeof(p->stage), "%s", stage);
	p->done = done;
	p->total = total;
	(void)pthread_mutex_unlock(&p->lock);
}

struct vt_progress *
vt_progress_new(const struct vt_cli *cli, const char *stage)
{
	struct vt_progress *p;
	pthread_condattr_t a;

	if (cli->json || isatty(STDERR_FILENO) != 1 ||
	    (p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_condattr_init(&a);
	(void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->wake, &a);
	(void)pthread_condattr_destroy(&a);
	vt_progress_stage(p, stage, 0, 0);
	if (pthread_create(&p->thread, NULL, show, p) != 0) {
		(void)pthread_cond_destroy(&p->wake);
		(void)pthread_mutex_destroy(&p->lock);
		free(p);
		return NULL;
	}
	return p;
}

void
vt_progress_free(struct vt_progress *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->ended = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_join(p->thread, NULL);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}
