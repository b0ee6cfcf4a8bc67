/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/pool.h"
#include "base/worker/process.h"
#include "base/worker/sandbox.h"
#include "base/worker/wire.h"

#define SPAWN_US 10000000 /* a fork and two messages; generous */

static void
lock(pthread_mutex_t *m)
{
	VT_ASSERT(pthread_mutex_lock(m) == 0);
}

static void
unlock(pthread_mutex_t *m)
{
	VT_ASSERT(pthread_mutex_unlock(m) == 0);
}

/* Closing the life line makes the spawner end what is left of it. */
static void
worker_free(struct vt_worker *w)
{
	vt_wire_close_all(&w->data, 1);
	vt_wire_close_all(&w->life, 1);
	free(w);
}

/* ---- start and end ---- */

static void
check_kinds(const struct vt_worker_kind *kinds, size_t n)
{
	VT_ASSERT(n > 0);
	for (size_t i = 0; i < n; i++) {
		VT_ASSERT(kinds[i].name != NULL && kinds[i].handle != NULL);
		VT_ASSERT(strlen(kinds[i].name) <= 15);
		VT_ASSERT(kinds[i].output_max <= VT_L(WORKER_MESSAGE_MAX));
	}
}

static struct vt_spawner *
spawner_new(const struct vt_worker_kind *kinds, size_t n_kinds)
{
	struct vt_spawner *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	if (s == NULL)
		return NULL;
	*s = (struct vt_spawner){ .magic = VT_SPAWNER_MAGIC,
		.kinds = kinds,
		.n_kinds = n_kinds,
		.control = -1 };
	VT_ASSERT(pthread_mutex_init(&s->lock, NULL) == 0);
	VT_ASSERT(pthread_mutex_init(&s->control_lock, NULL) == 0);
	VT_ASSERT(pthread_condattr_init(&attr) == 0);
	VT_ASSERT(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	VT_ASSERT(pthread_cond_init(&s->freed, &attr) == 0);
	VT_ASSERT(pthread_condattr_destroy(&attr) == 0);
	return s;
}

static void
spawner_delete(struct vt_spawner *s)
{
	VT_ASSERT(pthread_mutex_destroy(&s->lock) == 0);
	VT_ASSERT(pthread_mutex_destroy(&s->control_lock) == 0);
	VT_ASSERT(pthread_cond_destroy(&s->freed) == 0);
	s->magic = 0;
	free(s);
}

int
vt_spawner_start(const struct vt_worker_kind *kinds, size_t n_kinds,
    struct vt_spawner **ret, struct vt_err *reterr)
{
	struct vt_spawner *s;
	int pair[2], rc;

	check_kinds(kinds, n_kinds);
	rc = vt_sandbox_available(reterr);
	if (rc != VT_OK)
		return rc;
	s = spawner_new(kinds, n_kinds);
	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "spawner");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		rc = vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "spawner: socketpair");
		spawner_delete(s);
		return rc;
	}
	s->pid = fork();
	if (s->pid == 0)
		vt_spawner_main(pair[1], kinds, n_kinds);
	if (s->pid < 0) {
		rc = vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "spawner: fork");
		vt_wire_close_all(pair, 2);
		spawner_delete(s);
		return rc;
	}
	vt_wire_close_all(&pair[1], 1);
	s->control = pair[0];
	*ret = s;
	return VT_OK;
}

void
vt_spawner_free(struct vt_spawner *s)
{
	struct vt_worker *w;

	if (s == NULL)
		return;
	VT_CHECK(s, VT_SPAWNER_MAGIC);
	VT_ASSERT(s->calls == 0);
	while ((w = s->idle) != NULL) {
		s->idle = w->next;
		worker_free(w);
	}
	/* Heard even if a child of the program still holds a copy. */
	(void)shutdown(s->control, SHUT_RDWR);
	vt_wire_close_all(&s->control, 1);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	spawner_delete(s);
}

/* The spawner holds the other end for as long as it lives. */
bool
vt_spawner_alive(const struct vt_spawner *s)
{
	struct pollfd p = { .fd = s->control };

	VT_CHECK(s, VT_SPAWNER_MAGIC);
	return poll(&p, 1, 0) >= 0 && (p.revents & (POLLHUP | POLLERR)) == 0;
}

/* ---- making workers ---- */

int
vt_pool_spawner_gone(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_ENVIRONMENT,
	    "the spawner process of this program has ended; no file can be "
	    "read until the program is started again");
}

/* The spawner's answer to this sequence number. Answers that came too late
 * for an earlier request are dropped, and their workers end with them. */
static int
spawn_answer(struct vt_spawner *s, uint64_t sequence, int ret_fds[static 2],
    struct vt_err *reterr)
{
	int64_t deadline = vt_wire_now() + SPAWN_US;

	for (;;) {
		uint8_t packet[VT_WIRE_PACKET];
		uint64_t numbers[VT_FRAME_NUMBERS];
		int fds[VT_WIRE_FDS] = { -1, -1, -1, -1 };
		enum vt_frame_kind kind;
		size_t n, n_fds = 0;
		int rc;

		rc = vt_wire_packet_recv(
		    s->control, deadline, packet, fds, &n_fds);
		if (rc == -ETIMEDOUT)
			return vt_err_set(reterr, VT_E_BUSY,
			    "spawner: no new worker within %d s",
			    SPAWN_US / 1000000);
		if (rc == -EPIPE)
			return vt_pool_spawner_gone(reterr);
		if (rc < 0)
			return vt_err_errno(reterr, VT_E_ENVIRONMENT, -rc,
			    "spawner: receiving a worker");
		rc = vt_frame_numbers_get(
		    VT_SPAN(packet, (size_t)rc), &kind, numbers, &n, reterr);
		if (rc == VT_OK && n >= 1 && numbers[0] == sequence &&
		    kind == VT_FRAME_SPAWNED && n_fds == 2) {
			ret_fds[0] = fds[0];
			ret_fds[1] = fds[1];
			return VT_OK;
		}
		vt_wire_close_all(fds, n_fds);
		if (rc != VT_OK)
			return rc;
		if (kind == VT_FRAME_SPAWN_FAILED && n == 2 &&
		    numbers[0] == sequence)
			return vt_err_errno(reterr, VT_E_ENVIRONMENT,
			    (int)numbers[1], "spawner: new worker");
	}
}

static int
worker_spawn(struct vt_spawner *s, size_t kind, struct vt_worker **ret,
    struct vt_err *reterr)
{
	struct vt_worker *w = calloc(1, sizeof(*w));
	uint64_t numbers[2] = { 0, kind };
	int fds[2] = { -1, -1 }, rc;
	VT_BUF_AUTO(b);

	if (w == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "worker");
	lock(&s->control_lock);
	numbers[0] = ++s->sequence;
	vt_frame_numbers_put(&b, VT_FRAME_SPAWN, numbers, 2);
	rc = vt_buf_status(&b, reterr);
	if (rc == VT_OK) {
		int e =
		    vt_wire_packet_send(s->control, vt_buf_view(&b), NULL, 0);

		if (e == -EPIPE)
			rc = vt_pool_spawner_gone(reterr);
		else if (e != 0)
			rc = vt_err_errno(reterr, VT_E_BUSY, -e,
			    "spawner: asking for a worker");
	}
	if (rc == VT_OK)
		rc = spawn_answer(s, numbers[0], fds, reterr);
	unlock(&s->control_lock);
	if (rc != VT_OK) {
		free(w);
		return rc;
	}
	*w = (struct vt_worker){ .kind = kind, .data = fds[0], .life = fds[1] };
	*ret = w;
	return VT_OK;
}

/* ---- idle workers ---- */

/* An idle worker says nothing. One that does has ended, or is trying to
 * answer a question before it is asked. */
static bool
worker_is_quiet(const struct vt_worker *w)
{
	struct pollfd p[2] = { { .fd = w->data, .events = POLLIN },
		{ .fd = w->life, .events = POLLIN } };

	return poll(p, 2, 0) == 0;
}

/* Unlinks the first idle worker of the kind; under lock. */
static struct vt_worker *
take_idle(struct vt_spawner *s, size_t kind)
{
	for (struct vt_worker **at = &s->idle; *at != NULL; at = &(*at)->next) {
		struct vt_worker *w = *at;

		if (w->kind != kind)
			continue;
		*at = w->next;
		w->next = NULL;
		return w;
	}
	return NULL;
}

/* Unlinks the idle worker unused for longest; under lock. */
static struct vt_worker *
take_oldest(struct vt_spawner *s)
{
	struct vt_worker **at = &s->idle, *w;

	if (*at == NULL)
		return NULL;
	while ((*at)->next != NULL)
		at = &(*at)->next;
	w = *at;
	*at = NULL;
	return w;
}

/* Gives a worker back: to the idle ones, or (dropped) to its end. */
void
vt_pool_give_back(struct vt_spawner *s, struct vt_worker *w, bool keep)
{
	if (w != NULL && !(keep && worker_is_quiet(w))) {
		worker_free(w);
		w = NULL;
	}
	lock(&s->lock);
	if (w != NULL) {
		w->next = s->idle;
		s->idle = w;
	} else {
		s->alive--;
	}
	VT_ASSERT(pthread_cond_signal(&s->freed) == 0);
	unlock(&s->lock);
}

/*
 * Waits until there is an idle worker (*ret) or room for a new one (*ret is
 * NULL, and it is counted). Errors: VT_E_BUSY.
 */
static int
take_place(struct vt_spawner *s, size_t kind, struct vt_worker **ret,
    struct vt_err *reterr)
{
	int64_t us = vt_wire_now() + (int64_t)VT_L(WORKER_WALL_MS) * 1000;
	struct timespec until = { .tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000 };
	struct vt_worker *w, *old = NULL;
	int rc = 0;

	lock(&s->lock);
	while ((w = take_idle(s, kind)) == NULL &&
	       s->alive >= VT_L(WORKERS_MAX) &&
	       (old = take_oldest(s)) == NULL && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&s->freed, &s->lock, &until);
	if (w == NULL && old == NULL && s->alive >= VT_L(WORKERS_MAX)) {
		unlock(&s->lock);
		return vt_err_set(reterr, VT_E_BUSY,
		    "all %zu workers (WORKERS_MAX) at work for %zu ms",
		    VT_L(WORKERS_MAX), VT_L(WORKER_WALL_MS));
	}
	if (w == NULL && old == NULL)
		s->alive++;
	unlock(&s->lock);
	if (old != NULL) /* its place is ours now */
		worker_free(old);
	*ret = w;
	return VT_OK;
}

int
vt_pool_take(struct vt_spawner *s, size_t kind, struct vt_worker **ret,
    struct vt_err *reterr)
{
	for (;;) {
		struct vt_worker *w = NULL;
		int rc = take_place(s, kind, &w, reterr);

		if (rc != VT_OK)
			return rc;
		if (w == NULL) {
			rc = worker_spawn(s, kind, &w, reterr);
			if (rc != VT_OK)
				vt_pool_give_back(s, NULL, false);
			else
				*ret = w;
			return rc;
		}
		if (worker_is_quiet(w)) {
			*ret = w;
			return VT_OK;
		}
		vt_pool_give_back(s, w, false);
	}
}

void
vt_pool_count_call(struct vt_spawner *s, bool begin)
{
	lock(&s->lock);
	s->calls = begin ? s->calls + 1 : s->calls - 1;
	unlock(&s->lock);
}
