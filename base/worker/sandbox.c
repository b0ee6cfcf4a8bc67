/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/worker/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"

#define STACK_MAX ((rlim_t)8 << 20)
#define FILES_MAX ((rlim_t)128)

/* glibc's resource arguments are an enum of their own. */
static int
limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
	struct rlimit r = { .rlim_cur = soft, .rlim_max = hard };

	return setrlimit(what, &r);
}

#ifndef VT_SANITIZED
/* True when one more page fits below a soft limit of so many pages. */
static bool
page_fits(__rlimit_resource_t what, rlim_t pages, rlim_t hard, size_t page)
{
	void *p;

	VT_ASSERT(limit(what, pages * page, hard) == 0);
	p = mmap(NULL, page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED)
		VT_ASSERT(munmap(p, page) == 0);
	return p != MAP_FAILED;
}

/*
 * Bytes in use now, as the kernel counts them for this limit: the smallest
 * limit under which one more page fits. Found by doubling and halving, since
 * /proc may not be mounted and no system call tells.
 */
static rlim_t
in_use(__rlimit_resource_t what)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	rlim_t low = 1, high = 1024;
	struct rlimit old;

	VT_ASSERT(getrlimit(what, &old) == 0);
	while (!page_fits(what, high, old.rlim_max, page)) {
		VT_ASSERT(high < (rlim_t)1 << 36);
		low = high + 1;
		high *= 2;
	}
	while (low < high) {
		rlim_t middle = low + (high - low) / 2;

		if (page_fits(what, middle, old.rlim_max, page))
			high = middle;
		else
			low = middle + 1;
	}
	VT_ASSERT(setrlimit(what, &old) == 0);
	return low * page;
}

/*
 * The limit that bites is RLIMIT_DATA: private writable memory, so that a
 * large input mapped for reading does not count. RLIMIT_AS bounds the whole,
 * inputs included. (A sanitizer's shadow memory fits under neither.)
 */
static int
limit_memory(uint64_t memory)
{
	rlim_t data = in_use(RLIMIT_DATA) + memory;
	rlim_t all =
	    in_use(RLIMIT_AS) + memory + (rlim_t)VT_JOB_FDS * VT_L(UPLOAD_MAX);

	if (limit(RLIMIT_DATA, data, data) != 0)
		return -1;
	return limit(RLIMIT_AS, all, all);
}
#else
static int
limit_memory(uint64_t memory)
{
	(void)memory;
	return 0;
}
#endif

static int
limit_everything(const struct vt_worker_kind *kind, struct vt_err *reterr)
{
	rlim_t cpu = kind->cpu_s == 0 ? VT_L(WORKER_CPU_S) : kind->cpu_s;
	uint64_t memory =
	    kind->memory == 0 ? VT_L(WORKER_MEMORY) : kind->memory;

	/* SIGXCPU at the limit; SIGKILL a second later if that is caught. */
	if (limit(RLIMIT_CPU, cpu, cpu + 1) != 0 ||
	    limit(RLIMIT_CORE, 0, 0) != 0 ||
	    limit(RLIMIT_FSIZE, kind->file_max, kind->file_max) != 0 ||
	    limit(RLIMIT_NOFILE, FILES_MAX, FILES_MAX) != 0 ||
	    limit(RLIMIT_STACK, STACK_MAX, STACK_MAX) != 0 ||
	    limit(RLIMIT_MSGQUEUE, 0, 0) != 0 || limit_memory(memory) != 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: setrlimit");
	return VT_OK;
}

/* Root's powers, should the service run as root. */
static int
drop_capabilities(struct vt_err *reterr)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capset, &head, none) != 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "worker sandbox: capset");
	return VT_OK;
}

/* Landlock binds the calling thread only: warm() must not have left others.
 * unshare(CLONE_THREAD) changes nothing and fails when there are any. */
static int
require_one_thread(struct vt_err *reterr)
{
	if (VT_SANDBOX_WIDENED) /* ThreadSanitizer keeps one of its own */
		return VT_OK;
	if (unshare(CLONE_THREAD) != 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: one thread wanted before it closes");
	return VT_OK;
}

int
vt_sandbox_enter(const struct vt_worker_kind *kind,
    const struct vt_seccomp *filter, struct vt_err *reterr)
{
	int rc;

	rc = require_one_thread(reterr);
	if (rc != VT_OK)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "worker sandbox: prctl");
	rc = limit_everything(kind, reterr);
	if (rc != VT_OK)
		return rc;
	rc = drop_capabilities(reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_landlock_enter(kind->readable, reterr);
	if (rc != VT_OK)
		return rc;
	return vt_seccomp_enter(filter, reterr);
}

int
vt_sandbox_available(struct vt_err *reterr)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: the kernel must offer seccomp filters "
		    "(Linux 4.14, CONFIG_SECCOMP_FILTER)");
	return VT_OK;
}

/* Written once, before anybody reads it. */
static char description[160];

static void
describe(void)
{
	int abi = vt_landlock_abi();
	char landlock[64] = "no Landlock (a kind with readable paths can read "
			    "all)";

	if (abi > 0)
		(void)snprintf(
		    landlock, sizeof(landlock), "landlock ABI %d", abi);
	(void)snprintf(description, sizeof(description),
	    "seccomp, %s, rlimits%s", landlock,
	    VT_SANDBOX_WIDENED
		? "; widened for sanitizers: memory, opening for reading, "
		  "prctl, setrlimit"
		: "");
}

const char *
vt_worker_sandbox(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	VT_ASSERT(pthread_once(&once, describe) == 0);
	return description;
}
