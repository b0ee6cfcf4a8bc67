/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The caller's side: which workers there are, and what one job comes to.
 *
 * Two locks. `lock` guards the list of idle workers and the counters and is
 * held for moments. `control_lock` makes a SPAWN and its answer one exchange.
 * A worker that was taken belongs to one thread until it is given back.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/process.h"
#include "base/worker/sandbox.h"
#include "base/worker/verdict.h"
#include "base/worker/wire.h"

#define MAGIC       0x56545350U /* "VTSP" */
#define SPAWN_US    10000000    /* a fork and two messages; generous */
#define REPLY_CHUNK ((size_t)1 << 20)

struct worker {
	struct worker *next;
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
	struct worker *idle; /* most recently used first */
	size_t alive;        /* idle or at work; at most WORKERS_MAX */
	size_t calls;        /* under way, for vt_spawner_free */

	pthread_mutex_t control_lock;
	int control;
	uint32_t sequence;
};

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

static size_t
jobs_max(const struct vt_worker_kind *k)
{
	return k->jobs_max == 0 ? 1 : k->jobs_max;
}

static uint64_t
wall_ms(const struct vt_worker_kind *k)
{
	return k->wall_ms == 0 ? VT_L(WORKER_WALL_MS) : k->wall_ms;
}

/* Closing the life line makes the spawner end what is left of it. */
static void
worker_free(struct worker *w)
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
	*s = (struct vt_spawner){ .magic = MAGIC,
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
	struct worker *w;

	if (s == NULL)
		return;
	VT_CHECK(s, MAGIC);
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

/* ---- making workers ---- */

static int
spawner_gone(struct vt_err *reterr)
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
			return spawner_gone(reterr);
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
worker_spawn(struct vt_spawner *s, size_t kind, struct worker **ret,
    struct vt_err *reterr)
{
	struct worker *w = calloc(1, sizeof(*w));
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
			rc = spawner_gone(reterr);
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
	*w = (struct worker){ .kind = kind, .data = fds[0], .life = fds[1] };
	*ret = w;
	return VT_OK;
}

/* ---- idle workers ---- */

/* An idle worker says nothing. One that does has ended, or is trying to
 * answer a question before it is asked. */
static bool
worker_is_quiet(const struct worker *w)
{
	struct pollfd p[2] = { { .fd = w->data, .events = POLLIN },
		{ .fd = w->life, .events = POLLIN } };

	return poll(p, 2, 0) == 0;
}

/* Unlinks the first idle worker of the kind; under lock. */
static struct worker *
take_idle(struct vt_spawner *s, size_t kind)
{
	for (struct worker **at = &s->idle; *at != NULL; at = &(*at)->next) {
		struct worker *w = *at;

		if (w->kind != kind)
			continue;
		*at = w->next;
		w->next = NULL;
		return w;
	}
	return NULL;
}

/* Unlinks the idle worker unused for longest; under lock. */
static struct worker *
take_oldest(struct vt_spawner *s)
{
	struct worker **at = &s->idle, *w;

	if (*at == NULL)
		return NULL;
	while ((*at)->next != NULL)
		at = &(*at)->next;
	w = *at;
	*at = NULL;
	return w;
}

/* Gives a worker back: to the idle ones, or (dropped) to its end. */
static void
give_back(struct vt_spawner *s, struct worker *w, bool keep)
{
	if (!keep && w != NULL) {
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
take_place(struct vt_spawner *s, size_t kind, struct worker **ret,
    struct vt_err *reterr)
{
	int64_t us = vt_wire_now() + (int64_t)VT_L(WORKER_WALL_MS) * 1000;
	struct timespec until = { .tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000 };
	struct worker *w, *old = NULL;
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

static int
acquire(struct vt_spawner *s, size_t kind, struct worker **ret,
    struct vt_err *reterr)
{
	for (;;) {
		struct worker *w = NULL;
		int rc = take_place(s, kind, &w, reterr);

		if (rc != VT_OK)
			return rc;
		if (w == NULL) {
			rc = worker_spawn(s, kind, &w, reterr);
			if (rc != VT_OK)
				give_back(s, NULL, false);
			else
				*ret = w;
			return rc;
		}
		if (worker_is_quiet(w)) {
			*ret = w;
			return VT_OK;
		}
		give_back(s, w, false);
	}
}

/*
 * Forks the successor of a worker that does its last job now, while it works:
 * the next call finds it warm. Only a wish: when there is no room, or it
 * fails, the next call makes its own and reports what is wrong.
 */
static void
prepare_spare(struct vt_spawner *s, size_t kind)
{
	struct worker *w;
	bool wanted;

	lock(&s->lock);
	w = take_idle(s, kind);
	if (w != NULL) {
		w->next = s->idle;
		s->idle = w;
	}
	wanted = w == NULL && s->alive < VT_L(WORKERS_MAX);
	if (wanted)
		s->alive++;
	unlock(&s->lock);
	if (!wanted)
		return;
	w = NULL;
	if (worker_spawn(s, kind, &w, NULL) != VT_OK)
		w = NULL;
	give_back(s, w, w != NULL);
}

/* ---- one job ---- */

/* What the worker's end says, once its socket is closed or it was killed. */
static int
verdict(struct vt_spawner *s, struct worker *w, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];
	uint8_t packet[VT_WIRE_PACKET];
	uint64_t numbers[VT_FRAME_NUMBERS];
	int fds[VT_WIRE_FDS];
	enum vt_frame_kind kind;
	size_t n = 0, n_fds = 0;
	int rc;

	/* It is ending: the kernel closed its socket before it became a
	 * zombie. One that closed its socket itself stays alive. */
	rc = vt_wire_packet_recv(w->life,
	    vt_wire_now() + (int64_t)VT_WORKER_GRACE_MS * 1000, packet, fds,
	    &n_fds);
	if (rc == -ETIMEDOUT)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker %s closed its socket and lived on; it was ended",
		    k->name);
	if (rc < 0)
		return spawner_gone(reterr);
	vt_wire_close_all(fds, n_fds);
	if (vt_frame_numbers_get(VT_SPAN(packet, (size_t)rc), &kind, numbers,
		&n, reterr) != VT_OK ||
	    kind != VT_FRAME_EXIT || n != 2)
		return spawner_gone(reterr);
	return vt_worker_verdict(k, (int)numbers[0], numbers[1], reterr);
}

/* rc: a negative errno of the wire. */
static int
broken(struct vt_spawner *s, struct worker *w, int rc, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];

	if (rc == -EPIPE)
		return verdict(s, w, reterr);
	if (rc == -ETIMEDOUT)
		return vt_err_set(reterr, VT_E_WORKER_TIMEOUT,
		    "worker %s: answer within %llu ms wanted, none found; it "
		    "was ended",
		    k->name, (unsigned long long)wall_ms(k));
	return vt_err_errno(reterr, VT_E_IO, -rc, "worker %s", k->name);
}

/* Appends length bytes from the worker. 0, a negative errno of the wire, or
 * -ENOBUFS when reply cannot take them; then it is as long as before. */
static int
receive_reply(
    struct worker *w, int64_t deadline, size_t length, struct vt_buf *reply)
{
	size_t before = reply->n;
	int rc = 0;

	while (length > 0 && rc == 0) {
		size_t n = length < REPLY_CHUNK ? length : REPLY_CHUNK;
		uint8_t *p = vt_buf_extend(reply, n);

		rc = p == NULL ? -ENOBUFS
			       : vt_wire_recv(w->data, deadline, p, n);
		length -= n;
	}
	if (rc != 0)
		vt_buf_truncate(reply, before);
	return rc;
}

/* Receives the answer. *ret_last: the worker is not to be used again. */
static int
receive_answer(struct vt_spawner *s, struct worker *w, int64_t deadline,
    struct vt_buf *reply, bool *ret_last, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];
	size_t max =
	    k->output_max == 0 ? VT_L(WORKER_MESSAGE_MAX) : k->output_max;
	uint8_t head[VT_FRAME_HEAD], text[VT_FRAME_ERROR_MAX];
	struct vt_err answered = VT_ERR_INIT;
	struct vt_frame f;
	int rc, wire;

	*ret_last = true;
	wire = vt_wire_recv(w->data, deadline, head, sizeof(head));
	if (wire != 0)
		return broken(s, w, wire, reterr);
	rc = vt_frame_get(head, &f, reterr);
	if (rc != VT_OK)
		return rc;

	switch (f.kind) {
	case VT_FRAME_REPLY:
	case VT_FRAME_REPLY_LAST:
		if (f.length > max)
			return vt_err_set(reterr, VT_E_WORKER_LIMIT,
			    "worker %s: reply of at most %zu bytes wanted, "
			    "%llu announced",
			    k->name, max, (unsigned long long)f.length);
		wire = receive_reply(w, deadline, (size_t)f.length, reply);
		if (wire == -ENOBUFS)
			return vt_buf_status(reply, reterr);
		if (wire != 0)
			return broken(s, w, wire, reterr);
		*ret_last = f.kind == VT_FRAME_REPLY_LAST;
		return VT_OK;
	case VT_FRAME_ERROR:
	case VT_FRAME_ERROR_LAST:
		wire = vt_wire_recv(w->data, deadline, text, (size_t)f.length);
		if (wire != 0)
			return broken(s, w, wire, reterr);
		rc = vt_frame_error_get(
		    VT_SPAN(text, f.length), &answered, reterr);
		if (rc != VT_OK)
			return rc;
		*ret_last = f.kind == VT_FRAME_ERROR_LAST;
		if (reterr != NULL)
			*reterr = answered;
		return answered.code;
	default:
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker %s: reply or error wanted, frame of kind %d found",
		    k->name, (int)f.kind);
	}
}

static int
run_job(struct vt_spawner *s, struct worker *w, const struct vt_job_call *call,
    struct vt_buf *reply, bool *ret_last, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];
	int64_t deadline = vt_wire_now() + (int64_t)wall_ms(k) * 1000;
	uint8_t head[VT_FRAME_HEAD];
	bool final = ++w->jobs >= jobs_max(k);
	int rc, wire;

	vt_frame_put(head, VT_FRAME_JOB, call->request.n);
	wire = vt_wire_send(w->data, deadline, VT_SPAN(head, sizeof(head)),
	    call->request, call->fds, call->n_fds);
	if (final)
		prepare_spare(s, w->kind);
	/* One that ended early may have said why before. */
	if (wire == 0 || wire == -EPIPE) {
		rc = receive_answer(s, w, deadline, reply, ret_last, reterr);
	} else {
		*ret_last = true;
		rc = broken(s, w, wire, reterr);
	}
	*ret_last = *ret_last || final;
	return rc;
}

static size_t
find_kind(const struct vt_spawner *s, const char *name)
{
	size_t i = 0;

	while (i < s->n_kinds && strcmp(s->kinds[i].name, name) != 0)
		i++;
	VT_ASSERT(i < s->n_kinds);
	return i;
}

static void
count_call(struct vt_spawner *s, bool begin)
{
	lock(&s->lock);
	s->calls = begin ? s->calls + 1 : s->calls - 1;
	unlock(&s->lock);
}

int
vt_spawner_call(struct vt_spawner *s, const struct vt_job_call *call,
    struct vt_buf *reply, struct vt_err *reterr)
{
	struct worker *w = NULL;
	bool last = true;
	size_t kind;
	int rc;

	VT_CHECK(s, MAGIC);
	VT_ASSERT(call->n_fds <= VT_JOB_FDS);
	kind = find_kind(s, call->kind);
	if (call->request.n > VT_L(WORKER_MESSAGE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "request to worker %s: at most %zu bytes wanted "
		    "(WORKER_MESSAGE_MAX), %zu found",
		    call->kind, VT_L(WORKER_MESSAGE_MAX), call->request.n);

	count_call(s, true);
	rc = acquire(s, kind, &w, reterr);
	if (rc == VT_OK) {
		rc = run_job(s, w, call, reply, &last, reterr);
		give_back(s, w, !last && worker_is_quiet(w));
	}
	count_call(s, false);
	return rc;
}
