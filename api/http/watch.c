/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/log.h"

#define IDS 16 /* a connection has in store */

struct vt_watched {
	struct vt_watched *prev, *next;
	int fd;
	enum { IDLE, BUSY, BODY, PAUSED } state;
	int64_t since_us;  /* IDLE: waiting; BODY: of the window; PAUSED */
	int64_t until_us;  /* BODY: the end of its time */
	uint64_t got;      /* BODY: bytes in this window */
	int64_t window_us; /* PAUSED: what since_us was */
	/* Its thread's own, not guarded by the lock. */
	vt_id ids[IDS];
	size_t n_ids; /* not used yet: the first so many */
};

struct vt_watch {
	const struct vt_context *context;
	pthread_mutex_t lock;
	pthread_cond_t end;
	pthread_t thread;
	struct vt_watched *first;
	int64_t wait_us, window_us;
	uint64_t window_bytes;
	bool stop;
};

/* Has it been too slow? Begins the next window of one that has not. */
static bool
is_late(const struct vt_watch *w, struct vt_watched *c, int64_t now)
{
	if (c->state == IDLE)
		return now - c->since_us > w->wait_us;
	if (c->state != BODY)
		return false;
	if (now > c->until_us)
		return true;
	if (now - c->since_us <= w->window_us)
		return false;
	if (c->got < w->window_bytes)
		return true;
	c->since_us = now;
	c->got = 0;
	return false;
}

static void
look(struct vt_watch *w)
{
	int64_t now = vt_monotonic_us(w->context);

	for (struct vt_watched *c = w->first; c != NULL; c = c->next)
		if (is_late(w, c, now)) {
			/* The connection's own thread sees the end of it. */
			(void)shutdown(c->fd, SHUT_RDWR);
			c->state = BUSY;
		}
}

static void *
run(void *arg)
{
	struct vt_watch *w = arg;
	struct timespec t;

	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		t.tv_sec++;
		(void)pthread_cond_timedwait(&w->end, &w->lock, &t);
		look(w);
		pthread_mutex_unlock(&w->lock);
		vt_log_flush();
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int
init_end(pthread_cond_t *c)
{
	pthread_condattr_t a;
	int rc = pthread_condattr_init(&a);

	if (rc == 0)
		rc = pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	if (rc == 0)
		rc = pthread_cond_init(c, &a);
	return rc;
}

int
vt_watch_start(const struct vt_context *c, const struct vt_watch_options *o,
    struct vt_watch **ret, struct vt_err *reterr)
{
	struct vt_watch *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "HTTP server");
	w->context = c;
	w->wait_us = (int64_t)o->wait_s * 1000000;
	w->window_us = (int64_t)o->window_s * 1000000;
	w->window_bytes = o->window_bytes;
	rc = pthread_mutex_init(&w->lock, NULL);
	if (rc == 0)
		rc = init_end(&w->end);
	if (rc == 0)
		rc = pthread_create(&w->thread, NULL, run, w);
	if (rc != 0) {
		free(w);
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, rc,
		    "starting the watch over connections");
	}
	*ret = w;
	return VT_OK;
}

void
vt_watch_stop(struct vt_watch *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->end);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	vt_log_flush();
	VT_ASSERT(w->first == NULL);
	pthread_cond_destroy(&w->end);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

struct vt_watched *
vt_watch_add(struct vt_watch *w, int fd)
{
	struct vt_watched *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = fd;
	c->since_us = vt_monotonic_us(w->context);
	pthread_mutex_lock(&w->lock);
	c->next = w->first;
	if (w->first != NULL)
		w->first->prev = c;
	w->first = c;
	pthread_mutex_unlock(&w->lock);
	return c;
}

void
vt_watch_remove(struct vt_watch *w, struct vt_watched *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		w->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	pthread_mutex_unlock(&w->lock);
	free(c);
}

vt_id
vt_watch_id(struct vt_watch *w, struct vt_watched *c)
{
	if (c == NULL)
		return vt_id_new(w->context);
	if (c->n_ids == 0) {
		vt_random(w->context, c->ids, sizeof(c->ids));
		c->n_ids = IDS;
	}
	return c->ids[--c->n_ids];
}

void
vt_watch_busy(struct vt_watch *w, struct vt_watched *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	c->state = BUSY;
	pthread_mutex_unlock(&w->lock);
}

void
vt_watch_waiting(struct vt_watch *w, struct vt_watched *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	c->state = IDLE;
	c->since_us = vt_monotonic_us(w->context);
	pthread_mutex_unlock(&w->lock);
}

void
vt_watch_body(struct vt_watch *w, struct vt_watched *c, unsigned total_s)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	c->state = BODY;
	c->since_us = vt_monotonic_us(w->context);
	c->until_us = c->since_us + (int64_t)total_s * 1000000;
	c->got = 0;
	pthread_mutex_unlock(&w->lock);
}

void
vt_watch_took(struct vt_watch *w, struct vt_watched *c, uint64_t n)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	if (c->state == BODY) { /* else it was given up already */
		c->state = PAUSED;
		c->window_us = c->since_us;
		c->since_us = vt_monotonic_us(w->context);
		c->got += n;
	}
	pthread_mutex_unlock(&w->lock);
}

void
vt_watch_next(struct vt_watch *w, struct vt_watched *c)
{
	int64_t ours;

	if (c == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	if (c->state == PAUSED) {
		ours = vt_monotonic_us(w->context) - c->since_us;
		c->state = BODY;
		c->since_us = c->window_us + ours;
		c->until_us += ours;
	}
	pthread_mutex_unlock(&w->lock);
}
