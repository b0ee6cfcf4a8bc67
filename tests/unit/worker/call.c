/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that go well, and errors that handlers choose. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "base/source.h"
#include "base/worker/worker.h"
#include "tests/tap.h"

#define OUTPUT_MAX 4096

/* ---- handlers ---- */

static int warmed;

static int
warm(struct vt_err *reterr)
{
	(void)reterr;
	warmed = 4711;
	return VT_OK;
}

static int
warm_fails(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_ENVIRONMENT, "fonts: none found");
}

static int
echo(struct vt_job *job, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_span(job->reply, job->request);
	return VT_OK;
}

static int
who(struct vt_job *job, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_printf(job->reply, "%d %d", (int)getpid(), warmed);
	return VT_OK;
}

/* Concatenates its inputs, mapped and read. */
static int
join(struct vt_job *job, struct vt_err *reterr)
{
	for (size_t i = 0; i < job->n_fds; i++) {
		struct vt_source src;
		char c;
		int rc = vt_source_map_fd(&src, job->fds[i], reterr);

		if (rc != VT_OK)
			return rc;
		vt_buf_put(job->reply, src.map, (size_t)src.size);
		vt_source_close(&src);
		if (pread(job->fds[i], &c, 1, 0) != 1)
			return vt_err_errno(reterr, VT_E_IO, errno, "pread");
		vt_buf_putc(job->reply, (uint8_t)c);
	}
	return VT_OK;
}

static int
refuse(struct vt_job *job, struct vt_err *reterr)
{
	vt_buf_puts(job->reply, "half an answer");
	return vt_err_errno(reterr, VT_E_PDF_SYNTAX, EILSEQ,
	    "đối tượng 7: ISO 32000-1 §7.3.8: wanted endstream, found %s",
	    "xyz");
}

/* The request is the size of the reply in decimal. */
static int
fill(struct vt_job *job, struct vt_err *reterr)
{
	char text[24] = "";

	memcpy(text, job->request.p, job->request.n);
	(void)reterr;
	vt_buf_zero(job->reply, strtoul(text, NULL, 10));
	return VT_OK;
}

static int
strange_code(struct vt_job *job, struct vt_err *reterr)
{
	(void)job;
	(void)reterr;
	return 12345;
}

/* Reports what a worker inherits: environment, descriptors, group. */
static int
surroundings(struct vt_job *job, struct vt_err *reterr)
{
	size_t open_fds = 0;

	(void)reterr;
	for (int fd = 0; fd < 100; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			open_fds++;
	vt_buf_printf(job->reply, "%zu %s", open_fds,
	    getenv("VANTHU_SECRET") == NULL && environ == NULL ? "empty"
							       : "kept");
	return VT_OK;
}

static void *
add_one(void *arg)
{
	atomic_int *n = arg;

	atomic_fetch_add(n, 1);
	return NULL;
}

static int
with_threads(struct vt_job *job, struct vt_err *reterr)
{
	pthread_t t[4];
	atomic_int n = 0;

	for (size_t i = 0; i < 4; i++) {
		int e = pthread_create(&t[i], NULL, add_one, &n);

		if (e != 0)
			return vt_err_errno(
			    reterr, VT_E_ENVIRONMENT, e, "pthread_create");
	}
	for (size_t i = 0; i < 4; i++)
		(void)pthread_join(t[i], NULL);
	vt_buf_printf(job->reply, "%d", atomic_load(&n));
	return VT_OK;
}

static int
slow(struct vt_job *job, struct vt_err *reterr)
{
	struct timespec ts = { .tv_nsec = 100000000 };

	(void)reterr;
	(void)nanosleep(&ts, NULL);
	vt_buf_puts(job->reply, "done");
	return VT_OK;
}

static const char *const readable[] = { "/usr/share", "/no/such/path", NULL };

static int
read_path(struct vt_job *job, struct vt_err *reterr)
{
	int fd = open((const char *)job->request.p, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return vt_err_errno(reterr, VT_E_FORBIDDEN, errno, "open");
	(void)close(fd);
	vt_buf_puts(job->reply, "read");
	return VT_OK;
}

static const struct vt_worker_kind kinds[] = {
	{ .name = "echo", .handle = echo, .jobs_max = 50 },
	{ .name = "who", .handle = who, .warm = warm, .jobs_max = 3 },
	{ .name = "once", .handle = who },
	{ .name = "join", .handle = join, .jobs_max = 50 },
	{ .name = "refuse", .handle = refuse, .jobs_max = 50 },
	{ .name = "fill",
	    .handle = fill,
	    .jobs_max = 50,
	    .output_max = OUTPUT_MAX },
	{ .name = "strange", .handle = strange_code },
	{ .name = "coldfail", .handle = echo, .warm = warm_fails },
	{ .name = "surroundings", .handle = surroundings },
	{ .name = "threads", .handle = with_threads, .threads = true },
	{ .name = "slow", .handle = slow, .jobs_max = 5 },
	{ .name = "reader", .handle = read_path, .readable = readable },
};

static struct vt_spawner *
start(void)
{
	struct vt_spawner *s = NULL;
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_spawner_start(
		     kinds, sizeof(kinds) / sizeof(*kinds), &s, &err) == VT_OK,
	    "the spawner starts %s", err.msg);
	return s;
}

static int
ask(struct vt_spawner *s, const char *kind, const char *request,
    struct vt_buf *reply, struct vt_err *err)
{
	struct vt_job_call call = { .kind = kind,
		.request = VT_SPAN(request, strlen(request)) };

	*err = (struct vt_err)VT_ERR_INIT;
	vt_buf_reset(reply);
	return vt_spawner_call(s, &call, reply, err);
}

/* ---- checks ---- */

static void
check_sizes(struct vt_spawner *s)
{
	const size_t sizes[] = { 0, 1, 15, 16, 65536, 1000003, 5 << 20,
		64 << 20 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		VT_BUF_AUTO(request);
		VT_BUF_AUTO(reply);
		struct vt_err err = VT_ERR_INIT;
		struct vt_job_call call = { .kind = "echo" };

		vt_buf_zero(&request, sizes[i]);
		for (size_t j = 0; j < request.n; j++)
			request.p[j] = (uint8_t)(j * 31 >> 3);
		vt_buf_puts(&reply, "before");
		call.request = vt_buf_view(&request);
		tap_call(vt_spawner_call(s, &call, &reply, &err), &err,
		    "%zu bytes there and back", sizes[i]);
		tap_ok(reply.n == 6 + sizes[i] &&
			   memcmp(reply.p, "before", 6) == 0 &&
			   vt_span_eq(VT_SPAN(reply.p + 6, sizes[i]),
			       vt_buf_view(&request)),
		    "appended unchanged");
	}
}

static void
check_request_limit(struct vt_spawner *s)
{
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	struct vt_err err = VT_ERR_INIT;
	struct vt_job_call call = { .kind = "echo" };

	vt_buf_zero(&request, VT_L(WORKER_MESSAGE_MAX) + 1);
	call.request = vt_buf_view(&request);
	tap_code(vt_spawner_call(s, &call, &reply, &err), VT_E_LIMIT, &err,
	    "a request beyond WORKER_MESSAGE_MAX");
}

static void
check_reply_limit(struct vt_spawner *s)
{
	VT_BUF_AUTO(reply);
	struct vt_err err = VT_ERR_INIT;
	struct vt_job_call call = { .kind = "fill",
		.request = VT_SPAN_LIT("100") };

	tap_call(ask(s, "fill", "4096", &reply, &err), &err,
	    "a reply of exactly output_max");
	tap_eq_int(reply.n, 4096, "is whole");
	tap_code(ask(s, "fill", "4097", &reply, &err), VT_E_WORKER_LIMIT, &err,
	    "one byte more");
	tap_eq_int(reply.n, 0, "adds nothing to the caller's buffer");

	reply.limit = 50;
	vt_buf_reset(&reply);
	tap_code(vt_spawner_call(s, &call, &reply, &err), VT_E_LIMIT, &err,
	    "the caller's own buffer is smaller");
	tap_eq_int(reply.n, 0, "nothing is left in it");
}

static void
check_errors(struct vt_spawner *s)
{
	VT_BUF_AUTO(reply);
	struct vt_err err;
	struct vt_job_call call = { .kind = "refuse" };

	tap_code(ask(s, "refuse", "", &reply, &err), VT_E_PDF_SYNTAX, &err,
	    "the handler's code");
	tap_eq_int(err.code, VT_E_PDF_SYNTAX, "in the error too");
	tap_eq_int(err.os_errno, EILSEQ, "errno travels");
	tap_ok(strncmp(err.msg,
		   "đối tượng 7: ISO 32000-1 §7.3.8: wanted endstream, found "
		   "xyz",
		   60) == 0,
	    "the message travels: %s", err.msg);
	tap_eq_int(reply.n, 0, "half a reply does not");
	tap_eq_int(vt_spawner_call(s, &call, &reply, NULL), VT_E_PDF_SYNTAX,
	    "without an error struct");
	tap_code(ask(s, "strange", "", &reply, &err), VT_E_INTERNAL, &err,
	    "a code outside the table");
	tap_code(ask(s, "coldfail", "x", &reply, &err), VT_E_ENVIRONMENT, &err,
	    "warm() failed");
	tap_eq_str(err.msg, "fonts: none found", "its message");
}

static void
check_reuse(struct vt_spawner *s)
{
	VT_BUF_AUTO(reply);
	struct vt_err err;
	char first[64];

	tap_call(ask(s, "who", "", &reply, &err), &err, "first job");
	(void)snprintf(first, sizeof(first), "%s", vt_buf_str(&reply));
	tap_ok(strstr(first, " 4711") != NULL, "warm() ran before: %s", first);
	tap_call(ask(s, "who", "", &reply, &err), &err, "second job");
	tap_eq_str(vt_buf_str(&reply), first, "same process");
	tap_call(ask(s, "who", "", &reply, &err), &err, "third job");
	tap_eq_str(vt_buf_str(&reply), first, "same process");
	tap_call(ask(s, "who", "", &reply, &err), &err, "fourth job");
	tap_ok(strcmp(vt_buf_str(&reply), first) != 0,
	    "after jobs_max another process");

	tap_call(ask(s, "once", "", &reply, &err), &err, "a process a job");
	(void)snprintf(first, sizeof(first), "%s", vt_buf_str(&reply));
	tap_call(ask(s, "once", "", &reply, &err), &err, "and again");
	tap_ok(strcmp(vt_buf_str(&reply), first) != 0, "another process");
}

static void
check_fds(struct vt_spawner *s)
{
	VT_BUF_AUTO(reply);
	struct vt_err err = VT_ERR_INIT;
	const char *texts[VT_JOB_FDS] = { "one", "two", "three", "four" };
	int fds[VT_JOB_FDS];
	struct vt_job_call call = {
		.kind = "join", .fds = fds, .n_fds = VT_JOB_FDS
	};

	for (size_t i = 0; i < VT_JOB_FDS; i++)
		tap_call(vt_job_memfd(vt_span_str(texts[i]), &fds[i], &err),
		    &err, "memfd %zu", i);
	for (int round = 0; round < 60; round++) {
		vt_buf_reset(&reply);
		if (vt_spawner_call(s, &call, &reply, &err) != VT_OK ||
		    strcmp(vt_buf_str(&reply), "oneotwotthreetfourf") != 0)
			break;
	}
	tap_eq_str(vt_buf_str(&reply), "oneotwotthreetfourf",
	    "four descriptors, 60 jobs on %s",
	    err.code == VT_OK ? "two workers" : err.msg);
	tap_ok(fcntl(fds[0], F_GETFD) >= 0, "the caller keeps its own");
	for (size_t i = 0; i < VT_JOB_FDS; i++)
		(void)close(fds[i]);
}

static void
check_memfd(void)
{
	struct vt_err err = VT_ERR_INIT;
	char c[4];
	int fd = -1;

	tap_call(vt_job_memfd(VT_SPAN_LIT("abc"), &fd, &err), &err, "memfd");
	tap_ok(write(fd, "x", 1) < 0 && errno == EPERM, "cannot be written");
	tap_ok(ftruncate(fd, 1) < 0 && errno == EPERM, "nor cut");
	tap_ok(pread(fd, c, 4, 0) == 3 && memcmp(c, "abc", 3) == 0, "reads");
	tap_ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	(void)close(fd);
	tap_call(vt_job_memfd(VT_SPAN(NULL, 0), &fd, &err), &err, "empty");
	(void)close(fd);
}

static void
check_surroundings(struct vt_spawner *s)
{
	VT_BUF_AUTO(reply);
	struct vt_err err;

	tap_call(ask(s, "surroundings", "", &reply, &err), &err, "looks");
	tap_eq_str(vt_buf_str(&reply), "4 empty",
	    "four descriptors and no environment");
	tap_call(ask(s, "threads", "", &reply, &err), &err, "threads");
	tap_eq_str(vt_buf_str(&reply), "4", "four of them ran");
	tap_call(ask(s, "reader", "/usr/share/", &reply, &err), &err,
	    "a readable path is read");
	if (strstr(vt_worker_sandbox(), "landlock") != NULL)
		tap_code(ask(s, "reader", "/etc/", &reply, &err),
		    VT_E_FORBIDDEN, &err, "another is not");
}

/* ---- many threads ---- */

struct client {
	struct vt_spawner *s;
	int seed, rounds, failures;
	pthread_t thread;
};

static void *
client_run(void *arg)
{
	struct client *c = arg;
	VT_BUF_AUTO(reply);
	struct vt_err err;
	char text[64];

	for (int i = 0; i < c->rounds; i++) {
		(void)snprintf(text, sizeof(text), "%d/%d", c->seed, i);
		if (ask(c->s, "echo", text, &reply, &err) != VT_OK ||
		    strcmp(vt_buf_str(&reply), text) != 0)
			c->failures++;
		if (i % 8 == 0 &&
		    (ask(c->s, "once", "", &reply, &err) != VT_OK ||
			reply.n == 0))
			c->failures++;
	}
	return NULL;
}

static void *
slow_run(void *arg)
{
	struct client *c = arg;
	VT_BUF_AUTO(reply);
	struct vt_err err;

	if (ask(c->s, "slow", "", &reply, &err) != VT_OK)
		c->failures++;
	return NULL;
}

static int
run_clients(struct vt_spawner *s, int n, void *(*run)(void *))
{
	struct client clients[32];
	int failures = 0;

	for (int i = 0; i < n; i++) {
		clients[i] = (struct client){ .s = s, .seed = i, .rounds = 40 };
		tap_need(pthread_create(
			     &clients[i].thread, NULL, run, &clients[i]) == 0,
		    "thread %d", i);
	}
	for (int i = 0; i < n; i++) {
		(void)pthread_join(clients[i].thread, NULL);
		failures += clients[i].failures;
	}
	return failures;
}

static void
check_threads(struct vt_spawner *s)
{
	const struct vt_context *c = vt_context_system();
	int64_t before, took;

	tap_eq_int(run_clients(s, 24, client_run), 0,
	    "24 threads, more than there are workers");
	before = vt_monotonic_us(c);
	tap_eq_int(run_clients(s, 16, slow_run), 0, "16 slow jobs");
	took = vt_monotonic_us(c) - before;
	tap_ok(took < 1200000, "run side by side: %d ms for 16 x 100 ms",
	    (int)(took / 1000));
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_spawner *s;

	tap_need(setenv("VANTHU_SECRET", "1234", 1) == 0, "environment");
	tap_call(vt_base_init(&err), &err, "base");
	s = start();
	printf("# sandbox: %s\n", vt_worker_sandbox());
	check_sizes(s);
	check_request_limit(s);
	check_reply_limit(s);
	check_errors(s);
	check_reuse(s);
	check_fds(s);
	check_memfd();
	check_surroundings(s);
	check_threads(s);
	vt_spawner_free(s);
	vt_spawner_free(NULL);
	tap_ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
	    "no child is left");
	return tap_done();
}
