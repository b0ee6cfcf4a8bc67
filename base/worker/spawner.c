/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spawner: one thread, no secrets, never looks at a byte of a paper. It
 * forks workers, ends those whose caller let go, and tells how each ended.
 *
 * Of each worker it holds two things: the life line (a socket to the caller;
 * hang-up means: end it; the EXIT frame goes back over it) and the reading
 * end of its log, so that a worker cannot flood ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/process.h"
#include "base/worker/sandbox.h"
#include "base/worker/wire.h"

#define CHANNEL 3
/* Those at work, and those that are dying and not reaped yet. */
#define CHILDREN_MAX (4 * VT_L(WORKERS_MAX))

struct child {
	pid_t pid;
	int life;        /* to the caller; -1 once it hung up */
	int log;         /* its standard error; -1 once full or ended */
	size_t log_left; /* bytes it may still write */
};

/* What is kept ready for a kind. */
struct made {
	struct vt_seccomp filter; /* built at its first use */
	bool used;                /* asked for before: a spare is worth it */
	int spare[2];             /* ends of data and life line; -1: none */
};

struct spawner {
	const struct vt_worker_kind *kinds;
	size_t n_kinds;
	struct made *made; /* of each kind */
	int signals;       /* signalfd of SIGCHLD */
	pid_t self;
	struct child children[CHILDREN_MAX];
	size_t n_children;
};

int
vt_process_settle(int channel, int log)
{
	/* Out of the way of 0 to 3 first: any of them may be one of those. */
	int high = fcntl(channel, F_DUPFD_CLOEXEC, 10);
	int high_log = log < 0 ? -1 : fcntl(log, F_DUPFD_CLOEXEC, 10);

	if (high < 0 || (log >= 0 && high_log < 0))
		return -errno;
	if (log >= 0 && dup2(high_log, 2) < 0)
		return -errno;
	if (dup3(high, CHANNEL, O_CLOEXEC) < 0)
		return -errno;
	return close_range(CHANNEL + 1, UINT_MAX, 0) == 0 ? 0 : -errno;
}

/* Passes on what the worker wrote to its log, as far as it may. */
static void
forward_log(struct child *c)
{
	char text[4096];
	ssize_t n;

	while (c->log >= 0) {
		struct pollfd out = { .fd = 2, .events = POLLOUT };

		n = read(c->log, text, sizeof(text));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0 && (size_t)n <= c->log_left) {
			c->log_left -= (size_t)n;
			/* Never blocks on a log that nobody reads: this
			 * process must stay able to end workers. */
			if (poll(&out, 1, 0) == 1 &&
			    (out.revents & POLLOUT) != 0 &&
			    write(2, text, (size_t)n) < 0)
				c->log_left = 0;
			continue;
		}
		vt_wire_close_all(&c->log, 1);
	}
}

static void
end(struct child *c)
{
	/* Not reaped yet, so the number is still this child's. */
	(void)kill(c->pid, SIGKILL);
	vt_wire_close_all(&c->life, 1);
}

static void
tell_exit(struct child *c, int status, const struct rusage *use)
{
	uint64_t cpu =
	    (uint64_t)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1000000 +
	    (uint64_t)(use->ru_utime.tv_usec + use->ru_stime.tv_usec);
	uint64_t numbers[2] = { (uint32_t)status, cpu };
	VT_BUF_AUTO(b);

	if (c->life < 0)
		return;
	vt_frame_numbers_put(&b, VT_FRAME_EXIT, numbers, 2);
	/* A caller that is gone needs no answer. */
	if (b.failed == VT_OK &&
	    vt_wire_packet_send(c->life, vt_buf_view(&b), NULL, 0) != 0)
		vt_wire_close_all(&c->life, 1);
}

/* Takes up one ended child (or any, for pid -1); false when there is none. */
static bool
reap(struct spawner *s, pid_t pid, int flags)
{
	struct rusage use;
	int status;

	do
		pid = wait4(pid, &status, flags, &use);
	while (pid < 0 && errno == EINTR);
	if (pid <= 0)
		return false;
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = &s->children[i];

		if (c->pid != pid)
			continue;
		forward_log(c);
		tell_exit(c, status, &use);
		vt_wire_close_all(&c->life, 1);
		vt_wire_close_all(&c->log, 1);
		*c = s->children[--s->n_children];
		break;
	}
	return true;
}

/* A free row of the table; false when every child is at work. */
static bool
make_room(struct spawner *s)
{
	for (size_t i = 0; s->n_children == CHILDREN_MAX && i < CHILDREN_MAX;
	     i++)
		if (s->children[i].life < 0)
			(void)reap(s, s->children[i].pid, 0);
	return s->n_children < CHILDREN_MAX;
}

/* Forks; ret_fds: the caller's ends of data and life line. */
static int
fork_worker(struct spawner *s, size_t kind, int ret_fds[static 2])
{
	struct vt_worker_birth birth = { .kind = &s->kinds[kind],
		.filter = &s->made[kind].filter,
		.spawner = s->self };
	int data[2] = { -1, -1 }, life[2] = { -1, -1 }, log[2] = { -1, -1 };
	int e = 0;
	pid_t pid = -1;

	if (!make_room(s))
		return -EAGAIN;
	if (s->made[kind].filter.code == NULL) {
		struct vt_err err = VT_ERR_INIT;

		if (vt_seccomp_build(birth.kind, &s->made[kind].filter, &err) !=
		    VT_OK)
			return err.os_errno == 0 ? -ENOMEM : -err.os_errno;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, data) != 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, life) != 0 ||
	    pipe2(log, O_CLOEXEC) != 0 ||
	    fcntl(log[0], F_SETFL, O_NONBLOCK) != 0)
		e = errno;
	if (e == 0) {
		pid = fork();
		e = pid < 0 ? errno : 0;
	}
	if (pid == 0) {
		birth.data = data[1];
		birth.log = log[1];
		vt_worker_main(&birth);
	}

	vt_wire_close_all(&data[1], 1);
	vt_wire_close_all(&log[1], 1);
	if (e != 0) {
		vt_wire_close_all(data, 2);
		vt_wire_close_all(life, 2);
		vt_wire_close_all(log, 2);
		return -e;
	}
	s->children[s->n_children++] = (struct child){ .pid = pid,
		.life = life[1],
		.log = log[0],
		.log_left = VT_L(WORKER_LOG_MAX) };
	ret_fds[0] = data[0];
	ret_fds[1] = life[0];
	return 0;
}

/* Spares give way when everybody else is at work. */
static void
drop_spares(struct spawner *s)
{
	for (size_t i = 0; i < s->n_kinds; i++)
		vt_wire_close_all(s->made[i].spare, 2);
}

/*
 * The spare of the kind, or a new worker. A spare that says something has
 * ended or failed to warm: a new one will say so itself.
 */
static int
take_worker(struct spawner *s, size_t kind, int ret_fds[static 2])
{
	int *spare = s->made[kind].spare;
	struct pollfd p = { .fd = spare[0], .events = POLLIN };

	if (spare[0] >= 0 && poll(&p, 1, 0) == 0) {
		memcpy(ret_fds, spare, 2 * sizeof(*spare));
		spare[0] = spare[1] = -1;
		return 0;
	}
	vt_wire_close_all(spare, 2);
	if (s->n_children >= VT_L(WORKERS_MAX))
		drop_spares(s);
	return fork_worker(s, kind, ret_fds);
}

/*
 * After an answer: forks what the next request for the kind will want. Only a
 * wish; a failure shows when a worker is asked for. Not at the first request:
 * a command that reads one file needs one worker.
 */
static void
make_spare(struct spawner *s, size_t kind)
{
	struct made *m = &s->made[kind];

	if (m->used && m->spare[0] < 0 && s->n_children < VT_L(WORKERS_MAX) &&
	    fork_worker(s, kind, m->spare) != 0)
		m->spare[0] = m->spare[1] = -1;
	m->used = true;
}

/* False: the caller is gone, or speaks nonsense; both end everything. */
static bool
serve_control(struct spawner *s)
{
	uint8_t packet[VT_WIRE_PACKET];
	uint64_t numbers[VT_FRAME_NUMBERS];
	int fds[VT_WIRE_FDS] = { -1, -1, -1, -1 };
	enum vt_frame_kind kind;
	size_t n_fds = 0, n, kind_no;
	int rc;
	VT_BUF_AUTO(b);

	rc = vt_wire_packet_recv(CHANNEL, VT_WIRE_FOREVER, packet, fds, &n_fds);
	if (rc < 0)
		return false;
	vt_wire_close_all(fds, n_fds);
	if (vt_frame_numbers_get(VT_SPAN(packet, (size_t)rc), &kind, numbers,
		&n, NULL) != VT_OK ||
	    kind != VT_FRAME_SPAWN || n != 2 || numbers[1] >= s->n_kinds)
		return false;

	kind_no = (size_t)numbers[1];
	rc = take_worker(s, kind_no, fds);
	if (rc == 0) {
		vt_frame_numbers_put(&b, VT_FRAME_SPAWNED, numbers, 1);
	} else {
		numbers[1] = (uint64_t)-rc;
		vt_frame_numbers_put(&b, VT_FRAME_SPAWN_FAILED, numbers, 2);
	}
	VT_ASSERT(b.failed == VT_OK);
	rc =
	    vt_wire_packet_send(CHANNEL, vt_buf_view(&b), fds, rc == 0 ? 2 : 0);
	vt_wire_close_all(fds, 2);
	make_spare(s, kind_no);
	return rc == 0;
}

static void
finish(struct spawner *s)
{
	for (size_t i = 0; i < s->n_children; i++)
		end(&s->children[i]);
	while (s->n_children > 0 && reap(s, -1, 0))
		continue;
	_exit(0);
}

static void
run(struct spawner *s)
{
	struct pollfd p[2 + 2 * CHILDREN_MAX];
	struct signalfd_siginfo info;

	for (;;) {
		size_t n = s->n_children;

		p[0] = (struct pollfd){ .fd = CHANNEL, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
		for (size_t i = 0; i < n; i++) {
			struct child *c = &s->children[i];

			p[2 + 2 * i] =
			    (struct pollfd){ .fd = c->life, .events = POLLIN };
			p[3 + 2 * i] =
			    (struct pollfd){ .fd = c->log, .events = POLLIN };
		}
		if (poll(p, (nfds_t)(2 + 2 * n), -1) < 0) {
			if (errno == EINTR)
				continue;
			finish(s);
		}
		for (size_t i = 0; i < n; i++) {
			if (p[2 + 2 * i].revents != 0)
				end(&s->children[i]);
			if (p[3 + 2 * i].revents != 0)
				forward_log(&s->children[i]);
		}
		if (p[1].revents != 0) {
			/* Signals merge: the read empties, the loop counts. */
			while (read(s->signals, &info, sizeof(info)) > 0)
				continue;
			while (reap(s, -1, WNOHANG))
				continue;
		}
		if (p[0].revents != 0 && !serve_control(s))
			finish(s);
	}
}

/*
 * Handlers of the program are not ours. What a terminal or a service manager
 * sends to the whole group is for the caller alone: this process ends when
 * the caller does. SIGPIPE and SIGXFSZ become errors of the call.
 */
static void
set_signals(void)
{
	const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE,
		SIGXFSZ };

	for (int sig = 1; sig < SIGRTMIN; sig++) {
		bool fault = sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE ||
			     sig == SIGILL || sig == SIGABRT;

		/* Sanitizers report faults by handlers of their own. */
		if (!(fault && VT_SANDBOX_WIDENED))
			(void)signal(sig, SIG_DFL);
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
}

/* The strings themselves too: they may hold what the program was told. */
static void
wipe_environment(void)
{
	for (char **e = environ; e != NULL && *e != NULL; e++)
		explicit_bzero(*e, strlen(*e));
	(void)clearenv();
}

static int
open_null(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0)
		return -errno;
	/* Standard error stays, if there is one. */
	if (fcntl(2, F_GETFD) < 0 && dup2(fd, 2) < 0)
		return -errno;
	return 0;
}

void
vt_spawner_main(int control, const struct vt_worker_kind *kinds, size_t n_kinds)
{
	struct spawner s = {
		.kinds = kinds, .n_kinds = n_kinds, .self = getpid()
	};
	sigset_t chld;

	(void)prctl(PR_SET_NAME, "vt-spawner", 0, 0, 0);
	set_signals();
	wipe_environment();
	s.made = calloc(n_kinds, sizeof(*s.made));
	if (s.made == NULL)
		_exit(1);
	for (size_t i = 0; i < n_kinds; i++)
		s.made[i].spare[0] = s.made[i].spare[1] = -1;
	(void)sigemptyset(&chld);
	(void)sigaddset(&chld, SIGCHLD);
	if (vt_process_settle(control, -1) != 0 || open_null() != 0 ||
	    chdir("/") != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    sigprocmask(SIG_SETMASK, &chld, NULL) != 0)
		_exit(1);
	s.signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.signals < 0)
		_exit(1);
	run(&s);
	abort(); /* run() never returns */
}
