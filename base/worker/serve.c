/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker: one thread of control from fork to _exit. Memory that runs out
 * outside a handler ends the process; it is disposable. */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/process.h"
#include "base/worker/sandbox.h"
#include "base/worker/wire.h"

#define CHANNEL 3

static_assert(VT_JOB_FDS == VT_WIRE_FDS, "a job's descriptors fit a message");

/* By write(2): sending calls, which could pass descriptors, are forbidden. */
static void
write_all(struct vt_span s)
{
	while (s.n > 0) {
		ssize_t n = write(CHANNEL, s.p, s.n);

		if (n > 0) {
			s.p += n;
			s.n -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			_exit(0); /* the caller went away */
		}
	}
}

static void
answer(enum vt_frame_kind kind, struct vt_span payload)
{
	uint8_t head[VT_FRAME_HEAD];

	vt_frame_put(head, kind, payload.n);
	write_all(VT_SPAN(head, sizeof(head)));
	write_all(payload);
}

static void
answer_error(int code, const struct vt_err *err, bool last)
{
	VT_BUF_AUTO(payload);

	vt_frame_error_put(&payload, code, err);
	VT_ASSERT(payload.failed == VT_OK);
	answer(
	    last ? VT_FRAME_ERROR_LAST : VT_FRAME_ERROR, vt_buf_view(&payload));
}

/* What does not fit the reply is the kind's limit, whatever the handler made
 * of it. */
static int
check_reply(const struct vt_worker_kind *kind, const struct vt_buf *reply,
    int rc, struct vt_err *err)
{
	if (reply->failed == VT_E_LIMIT)
		return vt_err_set(err, VT_E_WORKER_LIMIT,
		    "worker %s: reply of at most %zu bytes wanted, more found",
		    kind->name, reply->limit);
	if (reply->failed != VT_OK)
		return vt_err_set(err, VT_E_WORKER_LIMIT,
		    "worker %s: out of memory for its reply", kind->name);
	return rc;
}

static bool
cpu_is_half_used(const struct vt_worker_kind *kind)
{
	uint64_t limit = kind->cpu_s == 0 ? VT_L(WORKER_CPU_S) : kind->cpu_s;
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) != 0)
		return true;
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000 >=
	       limit * 500;
}

/* Receives one job into request and fds; _exits when there is none. */
static void
receive(struct vt_buf *request, int fds[static VT_WIRE_FDS], size_t *n_fds)
{
	uint8_t head[VT_FRAME_HEAD], *p;
	struct vt_err err = VT_ERR_INIT;
	struct vt_frame frame;

	if (vt_wire_recv_fds(CHANNEL, head, sizeof(head), fds, n_fds) != 0)
		_exit(0); /* the caller closed */
	if (vt_frame_get(head, &frame, &err) != VT_OK ||
	    frame.kind != VT_FRAME_JOB) {
		answer_error(VT_E_WORKER_PROTOCOL, &err, true);
		_exit(1);
	}
	if (frame.length == 0)
		return;
	p = vt_buf_extend(request, (size_t)frame.length);
	if (p == NULL) {
		vt_err_set(&err, VT_E_WORKER_LIMIT,
		    "worker: out of memory for a request of %zu bytes",
		    (size_t)frame.length);
		answer_error(VT_E_WORKER_LIMIT, &err, true);
		_exit(0);
	}
	if (vt_wire_recv(CHANNEL, VT_WIRE_FOREVER, p, (size_t)frame.length) !=
	    0)
		_exit(0);
}

static void
serve_one(const struct vt_worker_kind *kind, bool last)
{
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	struct vt_err err = VT_ERR_INIT;
	struct vt_job job = { .reply = &reply };
	int rc;

	vt_buf_init(&request, VT_L(WORKER_MESSAGE_MAX));
	vt_buf_init(&reply, kind->output_max == 0 ? VT_L(WORKER_MESSAGE_MAX)
						  : kind->output_max);
	receive(&request, job.fds, &job.n_fds);
	job.request = vt_buf_view(&request);

	rc = kind->handle(&job, &err);

	vt_wire_close_all(job.fds, job.n_fds);
	rc = check_reply(kind, &reply, rc, &err);
	last = last || cpu_is_half_used(kind);
	if (rc != VT_OK)
		answer_error(rc, &err, last);
	else
		answer(last ? VT_FRAME_REPLY_LAST : VT_FRAME_REPLY,
		    vt_buf_view(&reply));
	if (last)
		_exit(0);
}

/* Everything before hostile bytes. */
static int
prepare(const struct vt_worker_birth *birth, struct vt_err *reterr)
{
	const struct vt_worker_kind *kind = birth->kind;
	int rc;

	rc = vt_base_init(reterr);
	if (rc == VT_OK && kind->warm != NULL)
		rc = kind->warm(reterr);
	if (rc == VT_OK)
		rc = vt_sandbox_enter(kind, birth->filter, reterr);
	return rc;
}

void
vt_worker_main(const struct vt_worker_birth *birth)
{
	const struct vt_worker_kind *kind = birth->kind;
	struct vt_err err = VT_ERR_INIT;
	sigset_t none;
	size_t jobs;
	char name[16];
	int rc;

	/* Its parent may have died before this was asked for. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    getppid() != birth->spawner)
		_exit(1);
	if (vt_process_settle(birth->data, birth->log) != 0)
		_exit(1);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)snprintf(name, sizeof(name), "vt-%.12s", kind->name);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);

	rc = prepare(birth, &err);
	if (rc != VT_OK) {
		answer_error(rc, &err, true);
		_exit(0);
	}
	jobs = kind->jobs_max == 0 ? 1 : kind->jobs_max;
	for (size_t i = 1;; i++)
		serve_one(kind, i >= jobs);
}
