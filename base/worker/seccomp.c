/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system calls of a worker: an allow-list, in three tiers.
 *
 *	allowed   what computing on memory and on given descriptors needs
 *	denied    everything else: EPERM, or ENOSYS where the C library then
 *	          takes an older way (libraries ask for odd things innocently)
 *	killed    what no library asks for innocently: the process ends by
 *	          SIGSYS and the paper says so
 *
 * Memory is never executable, no file is opened for writing, no socket and
 * no process is made, no signal leaves the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/worker/sandbox.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Conditions on argument n of a call. */
#define TEST(n, o, a, b)                                                       \
	((struct scmp_arg_cmp){                                                \
	    .arg = (n), .op = SCMP_CMP_##o, .datum_a = (a), .datum_b = (b) })
#define IS(n, value)           TEST(n, EQ, value, 0)
#define IS_NOT(n, value)       TEST(n, NE, value, 0)
#define MASKED(n, mask, value) TEST(n, MASKED_EQ, mask, value)

/* They hold together: the last two arguments of add(). */
#define ARRAY(...) ((struct scmp_arg_cmp[]){ __VA_ARGS__ })
#define RULE(...)  COUNT(ARRAY(__VA_ARGS__)), ARRAY(__VA_ARGS__)

/* Stands for the number of the worker's own process until it is known. */
#define SELF 0x5e1f5e1fU

static const int allowed[] = {
	/* given descriptors */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv),
	SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(write),
	SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(dup), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(fadvise64),
	/* memory (mmap and mprotect below) */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	/* signals of its own, time, itself */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid),
	SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(uname),
	SCMP_SYS(sysinfo), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getcpu), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	SCMP_SYS(exit_group)
};

/* Answered ENOSYS, so that glibc falls back to a call of the list above. */
static const int absent[] = { SCMP_SYS(clone3), SCMP_SYS(statx),
	SCMP_SYS(openat2), SCMP_SYS(faccessat2), SCMP_SYS(close_range),
	SCMP_SYS(epoll_pwait2) };

static const int killed[] = {
	/* other programs and processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise), SCMP_SYS(kcmp),
	SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(pidfd_send_signal), SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo),
	/* the network, and handing descriptors on */
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept),
	SCMP_SYS(accept4), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
	SCMP_SYS(sendto),
	/* the machine */
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen),
	SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register), SCMP_SYS(add_key), SCMP_SYS(request_key),
	SCMP_SYS(keyctl), SCMP_SYS(init_module), SCMP_SYS(finit_module),
	SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(setuid), SCMP_SYS(setgid),
	SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid),
	SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(capset)
};

/* fcntl: nothing that sends signals or takes locks. */
static const int fcntl_commands[] = { F_GETFD, F_SETFD, F_GETFL, F_GET_SEALS,
	F_DUPFD_CLOEXEC };

#ifdef VT_SANITIZED
/* The sanitizers' own needs, for reports and for their shadow memory. */
static const int widened[] = { SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(prctl), SCMP_SYS(mlock), SCMP_SYS(munlock),
	SCMP_SYS(getrlimit), SCMP_SYS(setrlimit), SCMP_SYS(prlimit64),
	SCMP_SYS(arch_prctl), SCMP_SYS(ioctl), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(getdents64) };
#endif

static int
add_list(scmp_filter_ctx c, uint32_t action, const int *list, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add_array(c, action, list[i], 0, NULL);
	return rc;
}

static int
add(scmp_filter_ctx c, uint32_t action, int call, unsigned n,
    const struct scmp_arg_cmp *args)
{
	return seccomp_rule_add_array(c, action, call, n, args);
}

/*
 * Memory without execution. The type of a mapping is checked so that
 * RLIMIT_DATA, which counts private writable memory only, holds it all:
 * no shared anonymous memory, no mapping that grows like a stack.
 */
static int
add_memory(scmp_filter_ctx c)
{
	const scmp_datum_t type = MAP_SHARED | MAP_PRIVATE | MAP_GROWSDOWN;
	int rc;

	rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
	    RULE(MASKED(2, PROT_EXEC, 0), MASKED(3, type, MAP_PRIVATE)));
	if (rc == 0)
		rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
		    RULE(MASKED(2, PROT_EXEC, 0),
			MASKED(3, type | MAP_ANONYMOUS, MAP_SHARED)));
	if (rc == 0)
		rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
		    RULE(MASKED(2, PROT_EXEC, 0)));
	return rc;
}

/* Reading files by name: only when the kind names paths (Landlock says which).
 */
static int
add_files(scmp_filter_ctx c, bool readable)
{
	const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND |
				     (O_TMPFILE & ~O_DIRECTORY);
	const int read_only[] = { SCMP_SYS(readlink), SCMP_SYS(readlinkat),
		SCMP_SYS(getdents64), SCMP_SYS(access), SCMP_SYS(faccessat),
		SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statfs),
		SCMP_SYS(fstatfs), SCMP_SYS(getcwd) };
	int rc = 0;

	if (readable || VT_SANDBOX_WIDENED)
		rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(openat),
		    RULE(MASKED(2, writing, O_RDONLY)));
	if (rc == 0 && (readable || VT_SANDBOX_WIDENED))
		rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(open),
		    RULE(MASKED(1, writing, O_RDONLY)));
	if (rc == 0 && readable)
		rc = add_list(c, SCMP_ACT_ALLOW, read_only, COUNT(read_only));
	for (size_t i = 0; rc == 0 && i < COUNT(fcntl_commands); i++)
		rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
		    RULE(IS(1, (scmp_datum_t)fcntl_commands[i])));
	return rc;
}

/* Signals to itself (abort(3) needs one); anything else is an attack. */
static int
add_signals(scmp_filter_ctx c)
{
	const int calls[] = { SCMP_SYS(kill), SCMP_SYS(tgkill) };
	scmp_datum_t self = SELF;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT(calls); i++) {
		rc = add(c, SCMP_ACT_ALLOW, calls[i], RULE(IS(0, self)));
		if (rc == 0)
			rc = add(c, SCMP_ACT_KILL_PROCESS, calls[i],
			    RULE(IS_NOT(0, self)));
	}
	return rc;
}

/*
 * The C library opens a local socket innocently (nscd, syslog): refused, not
 * killed. No other family has an innocent use.
 */
static int
add_sockets(scmp_filter_ctx c)
{
	int rc;

	rc = add(
	    c, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), RULE(IS(0, AF_UNIX)));
	if (rc == 0)
		rc = add(c, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket),
		    RULE(IS_NOT(0, AF_UNIX)));
	return rc;
}

/* clone(2) as pthread_create makes it: same memory, same thread group, no
 * namespace; and what threads wake one another with. Without threads any clone
 * is a new process. */
static int
add_threads(scmp_filter_ctx c, bool threads)
{
	const scmp_datum_t want = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	const scmp_datum_t never = CLONE_NEWNS | CLONE_NEWCGROUP |
				   CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
				   CLONE_NEWPID | CLONE_NEWNET | CLONE_VFORK |
				   CLONE_PTRACE | CLONE_UNTRACED;
	const int list[] = { SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
		SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler),
		SCMP_SYS(pipe2), SCMP_SYS(eventfd2) };
	int rc;

	if (!threads && !VT_SANDBOX_WIDENED)
		return add(c, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 0, NULL);
	rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(clone),
	    RULE(MASKED(0, want | never, want)));
	if (rc == 0 && !VT_SANDBOX_WIDENED)
		rc = add(c, SCMP_ACT_ALLOW, SCMP_SYS(prctl),
		    RULE(IS(0, PR_SET_NAME)));
	if (rc == 0)
		rc = add_list(c, SCMP_ACT_ALLOW, list, COUNT(list));
	return rc;
}

/* getrlimit(3) asks by prlimit64; setting is not for a worker. */
static int
add_limits(scmp_filter_ctx c)
{
	if (VT_SANDBOX_WIDENED)
		return 0;
	return add(
	    c, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), RULE(IS(0, 0), IS(2, 0)));
}

static int
build(scmp_filter_ctx c, const struct vt_worker_kind *kind)
{
	int rc;

	rc =
	    seccomp_attr_set(c, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = seccomp_attr_set(c, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = add_list(c, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
	if (rc == 0)
		rc = add_list(c, SCMP_ACT_ERRNO(ENOSYS), absent, COUNT(absent));
	if (rc == 0)
		rc = add_list(c, SCMP_ACT_KILL_PROCESS, killed, COUNT(killed));
	if (rc == 0)
		rc = add_memory(c);
	if (rc == 0)
		rc = add_files(c, kind->readable != NULL);
	if (rc == 0)
		rc = add_signals(c);
	if (rc == 0)
		rc = add_sockets(c);
	if (rc == 0)
		rc = add_threads(c, kind->threads);
	if (rc == 0)
		rc = add_limits(c);
#ifdef VT_SANITIZED
	if (rc == 0)
		rc = add_list(c, SCMP_ACT_ALLOW, widened, COUNT(widened));
#endif
	return rc;
}

/* libseccomp 2.5 hands its program out through a descriptor only. */
static int export(scmp_filter_ctx c, struct vt_seccomp *ret)
{
	int fd = memfd_create("seccomp", MFD_CLOEXEC), rc;
	off_t size;
	void *p;

	if (fd < 0)
		return -errno;
	rc = seccomp_export_bpf(c, fd);
	size = lseek(fd, 0, SEEK_END);
	p = rc == 0 && size > 0 ? malloc((size_t)size) : NULL;
	if (p != NULL && pread(fd, p, (size_t)size, 0) == size) {
		ret->code = p;
		ret->n = (size_t)size / sizeof(*ret->code);
	} else {
		rc = rc == 0 ? -EIO : rc;
		free(p);
	}
	(void)close(fd);
	return rc;
}

int
vt_seccomp_build(const struct vt_worker_kind *kind, struct vt_seccomp *ret,
    struct vt_err *reterr)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (c == NULL)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "worker sandbox: seccomp");
	rc = build(c, kind);
	if (rc == 0)
		rc = export(c, ret);
	seccomp_release(c);
	if (rc != 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, -rc,
		    "worker sandbox: building the seccomp filter");
	return VT_OK;
}

int
vt_seccomp_enter(const struct vt_seccomp *filter, struct vt_err *reterr)
{
	struct sock_fprog program = { .len = (unsigned short)filter->n,
		.filter = filter->code };
	size_t places = 0;

	for (size_t i = 0; i < filter->n; i++) {
		struct sock_filter *f = &filter->code[i];

		if (BPF_CLASS(f->code) == BPF_JMP && f->k == SELF) {
			f->k = (uint32_t)getpid();
			places++;
		}
	}
	/* kill and tgkill may share their check. */
	VT_ASSERT(places >= 1);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: loading the seccomp filter");
	return VT_OK;
}
