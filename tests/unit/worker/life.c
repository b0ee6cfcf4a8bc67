/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who ends with whom: nobody outlives the program, and whatever dies on the
 * way is a reason or is replaced. The test is a subreaper: orphans become its
 * children, so that none can hide.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/context.h"
#include "base/worker/worker.h"
#include "tests/tap.h"

static void
doze(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		continue;
}

/* Replies with its own number and the spawner's. */
static int
numbers(struct vt_job *job, struct vt_err *reterr)
{
	int n[2] = { (int)getpid(), (int)getppid() };

	(void)reterr;
	vt_buf_put(job->reply, n, sizeof(n));
	return VT_OK;
}

/* Writes its numbers to the pipe given, then never answers. */
static int
hang(struct vt_job *job, struct vt_err *reterr)
{
	int n[2] = { (int)getpid(), (int)getppid() };

	if (job->n_fds > 0 && write(job->fds[0], n, sizeof(n)) < 0)
		return vt_err_errno(reterr, VT_E_IO, errno, "write");
	for (;;)
		doze(1000);
}

/* Does not listen even to what it could hear. */
static int
spin(struct vt_job *job, struct vt_err *reterr)
{
	int n[2] = { (int)getpid(), (int)getppid() };
	volatile unsigned k = 0;

	if (write(job->fds[0], n, sizeof(n)) < 0)
		return vt_err_errno(reterr, VT_E_IO, errno, "write");
	for (;;)
		k++;
}

static const struct vt_worker_kind kinds[] = {
	{ .name = "numbers", .handle = numbers, .jobs_max = 100 },
	{ .name = "hang", .handle = hang },
	{ .name = "spin", .handle = spin },
};

static struct vt_spawner *
start(void)
{
	struct vt_spawner *s = NULL;
	struct vt_err err = VT_ERR_INIT;

	if (vt_spawner_start(kinds, sizeof(kinds) / sizeof(*kinds), &s, &err) !=
	    VT_OK) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	return s;
}

static int
ask(struct vt_spawner *s, int *ret_worker, int *ret_spawner, struct vt_err *err)
{
	struct vt_job_call call = { .kind = "numbers" };
	VT_BUF_AUTO(reply);
	int n[2], rc;

	*err = (struct vt_err)VT_ERR_INIT;
	rc = vt_spawner_call(s, &call, &reply, err);
	if (rc != VT_OK)
		return rc;
	if (reply.n != sizeof(n))
		return vt_err_set(err, VT_E_SYNTAX, "%zu bytes", reply.n);
	memcpy(n, reply.p, sizeof(n));
	*ret_worker = n[0];
	*ret_spawner = n[1];
	return VT_OK;
}

/* True when the process is gone within 5 s; reaps orphans that came to us. */
static bool
ends(int pid)
{
	for (int i = 0; i < 500; i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		doze(10);
	}
	return false;
}

/* ---- the program dies ---- */

static void
victim(const char *kind, int report)
{
	struct vt_job_call call = { .kind = kind, .fds = &report, .n_fds = 1 };
	struct vt_spawner *s = start();
	VT_BUF_AUTO(reply);

	_exit(vt_spawner_call(s, &call, &reply, NULL) == VT_OK ? 0 : 1);
}

static void
check_program_killed(const char *kind)
{
	int report[2], n[2] = { 0, 0 }, status = 0;
	pid_t pid;

	tap_need(pipe(report) == 0, "a pipe");
	pid = fork();
	if (pid == 0)
		victim(kind, report[1]);
	(void)close(report[1]);
	tap_need(pid > 0, "a program");
	tap_need(read(report[0], n, sizeof(n)) == sizeof(n), "starts");
	tap_ok(n[0] > 0 && n[1] > 0, "%s: worker %d of spawner %d is at work",
	    kind, n[0], n[1]);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	tap_ok(WIFSIGNALED(status), "%s: the program is killed", kind);
	tap_ok(ends(n[0]), "%s: its worker ends", kind);
	tap_ok(ends(n[1]), "%s: its spawner ends", kind);
	tap_ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
	    "%s: no orphan is left", kind);
	(void)close(report[0]);
}

/* ---- the spawner dies ---- */

struct killer {
	int report;
	int n[2];
};

static void *
kill_spawner(void *arg)
{
	struct killer *k = arg;

	if (read(k->report, k->n, sizeof(k->n)) == sizeof(k->n))
		(void)kill(k->n[1], SIGKILL);
	return NULL;
}

static void
check_spawner_killed(void)
{
	struct vt_spawner *s = start();
	struct vt_err err = VT_ERR_INIT;
	struct killer k = { 0 };
	int report[2], worker = 0, spawner = 0;
	struct vt_job_call call = {
		.kind = "hang", .fds = &report[1], .n_fds = 1
	};
	VT_BUF_AUTO(reply);
	pthread_t t;

	tap_call(ask(s, &worker, &spawner, &err), &err, "an idle worker");
	tap_need(pipe(report) == 0, "a pipe");
	k.report = report[0];
	tap_need(pthread_create(&t, NULL, kill_spawner, &k) == 0, "a killer");
	tap_code(vt_spawner_call(s, &call, &reply, &err), VT_E_ENVIRONMENT,
	    &err, "the job under way says so");
	(void)pthread_join(t, NULL);
	tap_ok(strstr(err.msg, "spawner process") != NULL, "%s", err.msg);
	tap_ok(ends(k.n[0]), "the worker at work ends");
	tap_ok(ends(worker), "the idle worker ends");
	tap_ok(!vt_spawner_alive(s), "that it is gone can be asked");
	for (int i = 0; i < 3; i++)
		tap_code(ask(s, &worker, &spawner, &err), VT_E_ENVIRONMENT,
		    &err, "later calls too: %s", err.msg);
	(void)close(report[0]);
	(void)close(report[1]);
	vt_spawner_free(s);
}

/* ---- a worker dies between two jobs ---- */

static void
check_idle_killed(void)
{
	struct vt_spawner *s = start();
	struct vt_err err;
	int worker = 0, spawner = 0, again = 0;

	tap_call(ask(s, &worker, &spawner, &err), &err, "a job");
	tap_ok(vt_spawner_alive(s), "the spawner is alive");
	(void)kill(worker, SIGKILL);
	tap_ok(ends(worker), "its worker is killed");
	tap_call(ask(s, &again, &spawner, &err), &err, "the next job");
	tap_ok(again != worker && again > 0, "has another worker");

	(void)kill(spawner, SIGINT);
	(void)kill(spawner, SIGTERM);
	(void)kill(spawner, SIGHUP);
	(void)kill(again, SIGINT);
	(void)kill(again, SIGTERM);
	doze(50);
	tap_call(ask(s, &worker, &spawner, &err), &err,
	    "signals meant for the program do not end them");
	tap_eq_int(worker, again, "same worker");
	vt_spawner_free(s);
	tap_ok(ends(worker) && ends(spawner), "freeing ends both");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	tap_need(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0,
	    "orphans come to us");
	check_program_killed("hang");
	check_program_killed("spin");
	check_idle_killed();
	check_spawner_killed();
	return tap_done();
}
