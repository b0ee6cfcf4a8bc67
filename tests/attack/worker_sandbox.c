/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a worker taken over by its input may try, one attack a row. Each must
 * be denied, or end the worker with the right reason; and the next job must
 * find a good worker. The plain build proves the tight profile; rows marked
 * `tight` mean nothing under a sanitizer, whose profile is widened.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/worker.h"
#include "tests/tap.h"

#define CHANNEL    3
#define MEMORY     ((uint64_t)64 << 20)
#define OUTPUT_MAX ((size_t)1 << 20)
#define WALL_MS    3000
#define CPU_S      1

#ifdef VT_SANITIZED
#define TIGHT false
/* Faults are to reach the kernel as they do in the shipped program. */
#define FAULTS_TO_KERNEL                                                       \
	"handle_segv=0:handle_abort=0:handle_sigfpe=0:handle_sigbus=0:"        \
	"handle_sigill=0"
#define EXPORTED __attribute__((visibility("default")))
EXPORTED const char *__asan_default_options(void);
EXPORTED const char *__ubsan_default_options(void);
EXPORTED const char *__tsan_default_options(void);

const char *
__asan_default_options(void)
{
	return FAULTS_TO_KERNEL;
}

const char *
__ubsan_default_options(void)
{
	return FAULTS_TO_KERNEL;
}

const char *
__tsan_default_options(void)
{
	return FAULTS_TO_KERNEL;
}
#else
#define TIGHT true
#endif

/* An attack returns 0 when it got what it wanted, else the errno. */
typedef int attack_fn(struct vt_job *job);

static int
result(long rc)
{
	return rc < 0 ? errno : 0;
}

/* ---- files ---- */

static int
open_passwd(struct vt_job *job)
{
	(void)job;
	return result(open("/etc/passwd", O_RDONLY));
}

static int
open_self(struct vt_job *job)
{
	(void)job;
	return result(open("/proc/self/mem", O_RDWR));
}

static int
open_parent(struct vt_job *job)
{
	char path[64];

	(void)job;
	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)getppid());
	return result(open(path, O_RDONLY));
}

static int
open_write(struct vt_job *job)
{
	(void)job;
	return result(open("/dev/null", O_WRONLY));
}

static int
create(struct vt_job *job)
{
	(void)job;
	return result(creat("/tmp/vanthu-attack", 0600));
}

static int
create_at(struct vt_job *job)
{
	(void)job;
	return result(
	    openat(AT_FDCWD, "/tmp/vanthu-attack", O_RDWR | O_CREAT, 0600));
}

static int
create_unnamed(struct vt_job *job)
{
	(void)job;
	return result(open("/tmp", O_TMPFILE | O_RDWR, 0600));
}

static int
reopen_input(struct vt_job *job)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", job->fds[0]);
	return result(open(path, O_RDWR));
}

static int
change_input(struct vt_job *job)
{
	if (write(job->fds[0], "x", 1) == 1 || ftruncate(job->fds[0], 0) == 0)
		return 0;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, job->fds[0],
		   0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int
remove_file(struct vt_job *job)
{
	(void)job;
	return result(unlink("/tmp/vanthu-attack-none"));
}

static int
make_directory(struct vt_job *job)
{
	(void)job;
	return result(mkdir("/tmp/vanthu-attack-dir", 0700));
}

static int
change_mode(struct vt_job *job)
{
	(void)job;
	return result(chmod("/tmp", 01777));
}

static int
memory_file(struct vt_job *job)
{
	(void)job;
	return result(memfd_create("x", 0));
}

/* ---- the network and other processes ---- */

static int
socket_inet(struct vt_job *job)
{
	(void)job;
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
socket_netlink(struct vt_job *job)
{
	(void)job;
	return result(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int
socket_unix(struct vt_job *job)
{
	(void)job;
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
socket_pair(struct vt_job *job)
{
	int pair[2];

	(void)job;
	return result(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static int
connect_channel(struct vt_job *job)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "/x" };

	(void)job;
	return result(connect(CHANNEL, (struct sockaddr *)&a, sizeof(a)));
}

static int
pass_descriptor(struct vt_job *job)
{
	char x = 'x';
	struct iovec iov = { &x, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	(void)job;
	return result(sendmsg(CHANNEL, &m, 0));
}

static int
execute(struct vt_job *job)
{
	char *argv[] = { NULL };

	(void)job;
	return result(execve("/bin/true", argv, argv));
}

static int
execute_input(struct vt_job *job)
{
	char *argv[] = { NULL };

	return result(
	    syscall(SYS_execveat, job->fds[0], "", argv, argv, AT_EMPTY_PATH));
}

static int
trace_parent(struct vt_job *job)
{
	(void)job;
	return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
read_parent(struct vt_job *job)
{
	char c;
	struct iovec here = { &c, 1 }, there = { &c, 1 };

	(void)job;
	return result(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static int
kill_parent(struct vt_job *job)
{
	(void)job;
	return result(kill(getppid(), SIGKILL));
}

static int
kill_all(struct vt_job *job)
{
	(void)job;
	return result(kill(-1, SIGKILL));
}

static int
signal_parent_thread(struct vt_job *job)
{
	(void)job;
	return result(syscall(SYS_tgkill, getppid(), getppid(), SIGKILL));
}

static int
signal_queue_parent(struct vt_job *job)
{
	siginfo_t info = { .si_code = SI_QUEUE };

	(void)job;
	return result(syscall(SYS_rt_sigqueueinfo, getppid(), SIGKILL, &info));
}

static int
pidfd_parent(struct vt_job *job)
{
	(void)job;
	return result(syscall(434 /* pidfd_open */, getppid(), 0));
}

static int
signal_by_owner(struct vt_job *job)
{
	(void)job;
	return result(fcntl(CHANNEL, F_SETOWN, getppid()));
}

static int
fork_child(struct vt_job *job)
{
	pid_t pid = fork();

	(void)job;
	if (pid == 0)
		for (;;)
			(void)pause();
	return result(pid);
}

static int
fork_old(struct vt_job *job)
{
	(void)job;
#ifdef SYS_fork
	return result(syscall(SYS_fork));
#else
	return ENOSYS;
#endif
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
make_thread(struct vt_job *job)
{
	pthread_t t;

	(void)job;
	return pthread_create(&t, NULL, nothing, NULL);
}

static int
new_namespace(struct vt_job *job)
{
	(void)job;
	return result(unshare(CLONE_NEWUSER));
}

static int
ring(struct vt_job *job)
{
	char params[256] = { 0 };

	(void)job;
	return result(syscall(425 /* io_uring_setup */, 1, params));
}

static int
filter_program(struct vt_job *job)
{
	char attr[128] = { 0 };

	(void)job;
	return result(syscall(SYS_bpf, 0, attr, sizeof(attr)));
}

/* ---- the way out of the limits ---- */

static int
raise_limit(struct vt_job *job)
{
	struct rlimit r = { 1, 1 };

	(void)job;
	return result(setrlimit(RLIMIT_NOFILE, &r));
}

static int
outlive_spawner(struct vt_job *job)
{
	(void)job;
	return result(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
}

static int
arm_timer(struct vt_job *job)
{
	struct itimerval t = { .it_value = { .tv_sec = 100 } };

	(void)job;
	return result(setitimer(ITIMER_REAL, &t, NULL));
}

static int
map(int prot, int flags)
{
	return mmap(NULL, 4096, prot, flags | MAP_ANONYMOUS, -1, 0) ==
		       MAP_FAILED
		   ? errno
		   : 0;
}

static int
map_executable(struct vt_job *job)
{
	(void)job;
	return map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
}

static int
map_input_executable(struct vt_job *job)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, job->fds[0],
		   0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int
make_executable(struct vt_job *job)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)job;
	return result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
map_shared(struct vt_job *job)
{
	(void)job;
	return map(PROT_READ | PROT_WRITE, MAP_SHARED);
}

static int
map_growing(struct vt_job *job)
{
	(void)job;
	return map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);
}

/* Every byte it can get, in pieces that no single check would refuse. */
static int
take_memory(struct vt_job *job)
{
	uint64_t got = 0;

	(void)job;
	for (;;) {
		void *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return got <= MEMORY ? errno : 0;
		memset(p, 1, 65536);
		got += 65536;
	}
}

/* Reserved first, made writable after. */
static int
take_memory_later(struct vt_job *job)
{
	size_t size = (size_t)MEMORY * 2;
	void *p = mmap(NULL, size, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)job;
	if (p == MAP_FAILED)
		return errno;
	return result(mprotect(p, size, PROT_READ | PROT_WRITE));
}

static int
take_break(struct vt_job *job)
{
	(void)job;
	return (intptr_t)sbrk((intptr_t)MEMORY * 2) == -1 ? errno : 0;
}

/* As a library does it: malloc, NULL, VT_E_NOMEM (see attack()). */
static int
allocate(struct vt_job *job)
{
	volatile size_t size = (size_t)MEMORY + 1;
	/* Else a compiler may leave the pair of calls out. */
	void *volatile p = malloc(size);

	(void)job;
	if (p == NULL)
		return ENOMEM;
	free(p);
	return 0;
}

static int
use_processor(struct vt_job *job)
{
	volatile uint64_t n = 0;

	(void)job;
	for (;;)
		n++;
	return 0;
}

static int
use_processor_stubbornly(struct vt_job *job)
{
	(void)signal(SIGXCPU, SIG_IGN);
	return use_processor(job);
}

static int
sleep_on(struct vt_job *job)
{
	struct timespec ts = { .tv_sec = 3600 };

	(void)job;
	for (;;)
		(void)nanosleep(&ts, NULL);
	return 0;
}

static int
endless_reply(struct vt_job *job)
{
	while (job->reply->failed == VT_OK)
		vt_buf_puts(job->reply, "all work and no play ");
	return 0;
}

static int
flood_log(struct vt_job *job)
{
	char text[1024];

	memset(text, '.', sizeof(text));
	text[sizeof(text) - 1] = '\n';
	for (int i = 0; i < 10000; i++)
		if (write(2, text, sizeof(text)) < 0)
			return errno;
	(void)job;
	return 0;
}

/* ---- lies on the channel ---- */

static void
say(const void *p, size_t n)
{
	if (write(CHANNEL, p, n) < 0)
		_exit(9);
}

static void
say_head(enum vt_frame_kind kind, uint64_t length)
{
	uint8_t head[VT_FRAME_HEAD];

	vt_frame_put(head, kind, length);
	say(head, sizeof(head));
}

static int
garbage(struct vt_job *job)
{
	(void)job;
	for (;;)
		say("garbage!garbage!garbage!garbage!", 32);
	return 0;
}

static int
wrong_kind(struct vt_job *job)
{
	say_head(VT_FRAME_JOB, 0);
	return sleep_on(job);
}

static int
wrong_error(struct vt_job *job)
{
	say_head(VT_FRAME_ERROR, 3);
	say("abc", 3);
	return sleep_on(job);
}

static int
error_outside_table(struct vt_job *job)
{
	/* {1: -100000, 2: 0, 3: "x"} */
	const uint8_t lie[] = { 0xa3, 1, 0x3a, 0, 1, 0x86, 0x9f, 2, 0, 3, 0x61,
		'x' };

	say_head(VT_FRAME_ERROR, sizeof(lie));
	say(lie, sizeof(lie));
	return sleep_on(job);
}

static int
long_error(struct vt_job *job)
{
	say_head(VT_FRAME_ERROR, VT_FRAME_ERROR_MAX + 1);
	return sleep_on(job);
}

static int
reply_beyond_kind(struct vt_job *job)
{
	say_head(VT_FRAME_REPLY, OUTPUT_MAX + 1);
	return sleep_on(job);
}

static int
reply_beyond_all(struct vt_job *job)
{
	say_head(VT_FRAME_REPLY, UINT64_MAX);
	return sleep_on(job);
}

static int
half_reply(struct vt_job *job)
{
	say_head(VT_FRAME_REPLY, 100);
	say("only this", 9);
	return sleep_on(job);
}

static int
half_head(struct vt_job *job)
{
	(void)job;
	say("VTW1", 4);
	_exit(0);
}

static int
dribble(struct vt_job *job)
{
	struct timespec ts = { .tv_nsec = 1000000 };

	(void)job;
	say_head(VT_FRAME_REPLY, OUTPUT_MAX);
	for (;;) {
		say("x", 1);
		(void)nanosleep(&ts, NULL);
	}
	return 0;
}

/* Answers now, and has an answer ready for the next question. */
static int
answer_ahead(struct vt_job *job)
{
	(void)job;
	say_head(VT_FRAME_REPLY, 5);
	say("first", 5);
	say_head(VT_FRAME_REPLY, 5);
	say("false", 5);
	return 0;
}

static int
hang_up(struct vt_job *job)
{
	(void)close(CHANNEL);
	return sleep_on(job);
}

/* ---- faults ---- */

static int
fault(struct vt_job *job)
{
	volatile int *volatile p = NULL;

	(void)job;
	return *p; /* NOLINT(*-core.NullDereference): the attack */
}

static int
give_up(struct vt_job *job)
{
	(void)job;
	abort();
}

static int
assertion(struct vt_job *job)
{
	VT_ASSERT(job->n_fds == 99);
	return 0;
}

static int
divide(struct vt_job *job)
{
	(void)job;
	(void)raise(SIGFPE);
	return 0;
}

static int deeper(volatile int depth);
static int (*volatile deeper_again)(volatile int) = deeper;

static int
deeper(volatile int depth)
{
	volatile char room[4096];

	room[depth % 4096] = 1;
	return deeper_again(depth + 1) + room[(depth + 1) % 4096];
}

static int
overflow_stack(struct vt_job *job)
{
	(void)job;
	return deeper_again(0);
}

static int
read_beyond_input(struct vt_job *job)
{
	volatile char *p =
	    mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, job->fds[0], 0);

	return p[4096];
}

static int
leave(struct vt_job *job)
{
	(void)job;
	_exit(0);
}

#ifdef __x86_64__
static int
call_32_bit(struct vt_job *job)
{
	long rc;

	(void)job;
	/* getpid of the 32-bit table */
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20) : "memory");
	return result(rc);
}

static int
call_x32(struct vt_job *job)
{
	(void)job;
	return result(syscall(0x40000000L + 39));
}
#endif

/* ---- the table ---- */

enum { DENIED = 1 }; /* the attack got an errno and the job went on */

/* In reading order. NOLINTNEXTLINE(*-optin.performance.Padding) */
struct row {
	const char *name;
	attack_fn *run;
	int want;         /* DENIED, VT_OK or a code */
	const char *says; /* in the message */
	bool tight;       /* only in the tight profile */
};

#define SYS_KILL VT_E_WORKER_CRASHED, "SIGSYS"

static const struct row rows[] = {
	{ "open-passwd", open_passwd, DENIED, NULL, false },
	{ "open-own-memory", open_self, DENIED, NULL, false },
	{ "open-parent-environment", open_parent, DENIED, NULL, false },
	{ "open-for-writing", open_write, DENIED, NULL, false },
	{ "creat", create, DENIED, NULL, false },
	{ "openat-create", create_at, DENIED, NULL, false },
	{ "unnamed-file", create_unnamed, DENIED, NULL, false },
	{ "reopen-input", reopen_input, DENIED, NULL, false },
	{ "change-input", change_input, DENIED, NULL, false },
	{ "unlink", remove_file, DENIED, NULL, false },
	{ "mkdir", make_directory, DENIED, NULL, false },
	{ "chmod", change_mode, DENIED, NULL, false },
	{ "memfd", memory_file, DENIED, NULL, false },

	{ "socket-inet", socket_inet, SYS_KILL, false },
	{ "socket-netlink", socket_netlink, SYS_KILL, false },
	{ "socket-unix", socket_unix, DENIED, NULL, false },
	{ "socketpair", socket_pair, DENIED, NULL, false },
	{ "connect", connect_channel, SYS_KILL, false },
	{ "pass-descriptor", pass_descriptor, SYS_KILL, false },
	{ "execve", execute, SYS_KILL, false },
	{ "execveat", execute_input, SYS_KILL, false },
	{ "ptrace", trace_parent, SYS_KILL, false },
	{ "process_vm_readv", read_parent, SYS_KILL, false },
	{ "kill-parent", kill_parent, SYS_KILL, false },
	{ "kill-all", kill_all, SYS_KILL, false },
	{ "tgkill-parent", signal_parent_thread, SYS_KILL, false },
	{ "sigqueue-parent", signal_queue_parent, SYS_KILL, false },
	{ "pidfd_open", pidfd_parent, SYS_KILL, false },
	{ "fcntl-owner", signal_by_owner, DENIED, NULL, false },
	{ "fork", fork_child, SYS_KILL, true },
	{ "fork-old", fork_old, SYS_KILL, true },
	{ "thread", make_thread, SYS_KILL, true },
	{ "unshare", new_namespace, SYS_KILL, false },
	{ "io_uring", ring, SYS_KILL, false },
	{ "bpf", filter_program, SYS_KILL, false },

	{ "setrlimit", raise_limit, DENIED, NULL, true },
	{ "prctl-outlive", outlive_spawner, DENIED, NULL, true },
	{ "setitimer", arm_timer, DENIED, NULL, false },
	{ "mmap-exec", map_executable, DENIED, NULL, false },
	{ "mmap-exec-input", map_input_executable, DENIED, NULL, false },
	{ "mprotect-exec", make_executable, DENIED, NULL, false },
	{ "mmap-shared", map_shared, DENIED, NULL, false },
	{ "mmap-growsdown", map_growing, DENIED, NULL, false },
	{ "memory", take_memory, DENIED, NULL, true },
	{ "memory-later", take_memory_later, DENIED, NULL, true },
	{ "memory-brk", take_break, DENIED, NULL, true },
	{ "malloc", allocate, DENIED, NULL, true },
	{ "busy-loop", use_processor, VT_E_WORKER_TIMEOUT, "processor time",
	    false },
	{ "busy-loop-stubborn", use_processor_stubbornly, VT_E_WORKER_TIMEOUT,
	    "processor time", false },
	{ "sleep", sleep_on, VT_E_WORKER_TIMEOUT, "within 3000 ms", false },
	{ "endless-reply", endless_reply, VT_E_WORKER_LIMIT, "1048576", false },
	{ "flood-log", flood_log, DENIED, NULL, false },

	{ "garbage", garbage, VT_E_WORKER_PROTOCOL, "magic", false },
	{ "wrong-kind", wrong_kind, VT_E_WORKER_PROTOCOL, "kind", false },
	{ "wrong-error", wrong_error, VT_E_WORKER_PROTOCOL, "error", false },
	{ "error-outside-table", error_outside_table, VT_E_WORKER_PROTOCOL,
	    "table", false },
	{ "long-error", long_error, VT_E_WORKER_PROTOCOL, "error", false },
	{ "reply-beyond-kind", reply_beyond_kind, VT_E_WORKER_LIMIT, "1048577",
	    false },
	{ "reply-beyond-all", reply_beyond_all, VT_E_WORKER_LIMIT,
	    "WORKER_MESSAGE_MAX", false },
	{ "half-reply", half_reply, VT_E_WORKER_TIMEOUT, "3000", false },
	{ "half-head", half_head, VT_E_WORKER_CRASHED, "status 0", false },
	{ "dribble", dribble, VT_E_WORKER_TIMEOUT, "3000", false },
	{ "answer-ahead", answer_ahead, VT_OK, NULL, false },
	{ "hang-up", hang_up, VT_E_WORKER_PROTOCOL, "lived on", false },

	{ "segfault", fault, VT_E_WORKER_CRASHED, "SIGSEGV", false },
	{ "abort", give_up, VT_E_WORKER_CRASHED, "SIGABRT", false },
	{ "assert", assertion, VT_E_WORKER_CRASHED, "SIGABRT", false },
	{ "sigfpe", divide, VT_E_WORKER_CRASHED, "SIGFPE", false },
	{ "stack-overflow", overflow_stack, VT_E_WORKER_CRASHED, "SIGSEGV",
	    false },
	{ "beyond-input", read_beyond_input, VT_E_WORKER_CRASHED, "SIGBUS",
	    false },
	{ "exit", leave, VT_E_WORKER_CRASHED, "status 0", false },
#ifdef __x86_64__
	{ "call-32-bit", call_32_bit, VT_E_WORKER_CRASHED, "SIGS", false },
	{ "call-x32", call_x32, SYS_KILL, false },
#endif
};

#define ROWS (sizeof(rows) / sizeof(*rows))

/* Runs the named attack in the worker; "echo" is the honest job. */
static int
attack(struct vt_job *job, struct vt_err *reterr)
{
	int e;

	for (size_t i = 0; i < ROWS; i++) {
		if (!vt_span_is(job->request, rows[i].name))
			continue;
		e = rows[i].run(job);
		if (e == ENOMEM)
			return vt_err_errno(reterr, VT_E_NOMEM, e, "denied");
		vt_buf_printf(
		    job->reply, "%s %d", e == 0 ? "ALLOWED" : "denied", e);
		return VT_OK;
	}
	vt_buf_puts(job->reply, "honest");
	return VT_OK;
}

static const char *const readable[] = { "/usr/share", NULL };

static const struct vt_worker_kind kinds[] = {
	{ .name = "tight",
	    .handle = attack,
	    .jobs_max = 100,
	    .wall_ms = WALL_MS,
	    .cpu_s = CPU_S,
	    .memory = MEMORY,
	    .output_max = OUTPUT_MAX },
	/* a busy machine takes longer over a second of processor time */
	{ .name = "cpu", .handle = attack, .wall_ms = 60000, .cpu_s = CPU_S },
	{ .name = "once",
	    .handle = attack,
	    .jobs_max = 1,
	    .output_max = OUTPUT_MAX },
	/* as Poppler needs it */
	{ .name = "wide",
	    .handle = attack,
	    .jobs_max = 100,
	    .wall_ms = WALL_MS,
	    .cpu_s = CPU_S,
	    .memory = MEMORY,
	    .output_max = OUTPUT_MAX,
	    .threads = true,
	    .readable = readable },
};

static int
ask(struct vt_spawner *s, const char *kind, const char *request, int fd,
    struct vt_buf *reply, struct vt_err *err)
{
	struct vt_job_call call = { .kind = kind,
		.request = VT_SPAN(request, strlen(request)),
		.fds = &fd,
		.n_fds = 1 };

	*err = (struct vt_err)VT_ERR_INIT;
	vt_buf_reset(reply);
	return vt_spawner_call(s, &call, reply, err);
}

/* Where files may be opened at all, Landlock says which; a kernel without it
 * denies none of these, and vt_worker_sandbox() says that. */
static bool
needs_landlock(const char *kind, const struct row *r)
{
	return (r->run == open_passwd || r->run == open_parent) &&
	       (!TIGHT || strcmp(kind, "wide") == 0);
}

static void
check_row(struct vt_spawner *s, const char *kind, const struct row *r, int fd)
{
	struct vt_err err;
	VT_BUF_AUTO(reply);
	int rc;

	if (needs_landlock(kind, r) &&
	    strstr(vt_worker_sandbox(), "landlock ABI") == NULL) {
		printf("# %s %s: no Landlock here\n", kind, r->name);
		return;
	}
	rc = ask(s, kind, r->name, fd, &reply, &err);
	if (r->want == DENIED)
		tap_ok((rc == VT_OK &&
			   strncmp(vt_buf_str(&reply), "denied", 6) == 0) ||
			   (rc == VT_E_NOMEM && strstr(err.msg, "denied")),
		    "%s %s is denied: %s%s", kind, r->name, vt_buf_str(&reply),
		    err.msg);
	else
		tap_code(
		    rc, r->want, &err, "%s %s: %s", kind, r->name, err.msg);
	if (r->says != NULL)
		tap_ok(strstr(err.msg, r->says) != NULL, "says %s", r->says);

	/* A lie that is ready before the question is seen, not one that comes
	 * in between: see check_once(). */
	if (r->run == answer_ahead)
		(void)usleep(100000);
	rc = ask(s, kind, "honest", fd, &reply, &err);
	tap_ok(rc == VT_OK && strcmp(vt_buf_str(&reply), "honest") == 0,
	    "%s: the next job is served", r->name);
	if (rc != VT_OK)
		printf("# code %d: %s\n", rc, err.msg);
}

/*
 * A worker that serves several papers and is taken over by one can lie about
 * the next. A kind with one job a process cannot.
 */
static void
check_once(struct vt_spawner *s, int fd)
{
	int lies = 0;

	for (int i = 0; i < 50; i++) {
		struct vt_err err;
		VT_BUF_AUTO(reply);

		if (ask(s, "once", "answer-ahead", fd, &reply, &err) != VT_OK ||
		    ask(s, "once", "honest", fd, &reply, &err) != VT_OK ||
		    strcmp(vt_buf_str(&reply), "honest") != 0)
			lies++;
	}
	tap_eq_int(lies, 0, "a process a job: no lie reaches the next paper");
}

/* The same attacks where threads and some files are allowed. */
static void
check_wide(struct vt_spawner *s, int fd)
{
	const char *same[] = { "open-passwd", "open-own-memory",
		"open-parent-environment", "open-for-writing", "creat",
		"openat-create", "unnamed-file", "reopen-input", "unlink",
		"socket-inet", "execve", "ptrace", "kill-parent", "fork-old",
		"unshare", "mmap-exec", "mprotect-exec", "memory",
		"prctl-outlive" };

	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < sizeof(same) / sizeof(*same); j++)
			if (strcmp(rows[i].name, same[j]) == 0 &&
			    (TIGHT || !rows[i].tight))
				check_row(s, "wide", &rows[i], fd);
	if (TIGHT) {
		struct row child = { "fork", fork_child, DENIED, NULL, true };

		check_row(s, "wide", &child, fd);
	}
}

/* Standard error of the workers goes to a file, to be measured. */
static int
redirect_log(void)
{
	char path[] = "worker-log-XXXXXX";
	int fd = mkstemp(path);

	tap_need(fd >= 0 && unlink(path) == 0 && dup2(fd, 2) == 2,
	    "a file for the log");
	return fd;
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_spawner *s = NULL;
	struct stat st;
	int input = -1, log, before;

	tap_call(vt_base_init(&err), &err, "base");
	log = redirect_log();
	before = open_descriptors();
	tap_need(vt_spawner_start(
		     kinds, sizeof(kinds) / sizeof(*kinds), &s, &err) == VT_OK,
	    "the spawner starts");
	tap_call(
	    vt_job_memfd(VT_SPAN_LIT("input"), &input, &err), &err, "an input");
	printf("# sandbox: %s\n", vt_worker_sandbox());
	for (size_t i = 0; i < ROWS; i++)
		if (TIGHT || !rows[i].tight)
			check_row(s,
			    rows[i].run == use_processor ||
				    rows[i].run == use_processor_stubbornly
				? "cpu"
				: "tight",
			    &rows[i], input);
	check_once(s, input);
	check_wide(s, input);
	vt_spawner_free(s);

	/* A sanitizer adds reports; the worker that floods is held alike. */
	tap_need(fstat(log, &st) == 0, "the log has a size");
	tap_ok(
	    st.st_size <= (off_t)(TIGHT ? 2 : 8) * (off_t)VT_L(WORKER_LOG_MAX),
	    "the flood stopped: %lld bytes of log", (long long)st.st_size);
	tap_ok(access("/tmp/vanthu-attack", F_OK) != 0 &&
		   access("/tmp/vanthu-attack-dir", F_OK) != 0,
	    "no file was made");
	(void)close(input);
	tap_eq_int(open_descriptors(), before, "no descriptor leaked");
	return tap_done();
}
