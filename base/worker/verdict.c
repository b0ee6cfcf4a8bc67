/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/worker/verdict.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/limits.h"

static const char *
remark(int sig)
{
	switch (sig) {
	case SIGSYS:
		return "a system call that its sandbox forbids";
	case SIGKILL:
		return "by the kernel for want of memory, or by hand";
	case SIGABRT:
		return "it gave up: an assertion, or memory ran out";
	case SIGBUS:
		return "the input was cut short while it was read";
	default:
		return strsignal(sig);
	}
}

int
vt_worker_verdict(const struct vt_worker_kind *kind, int status,
    uint64_t cpu_us, struct vt_err *reterr)
{
	uint64_t cpu_s = kind->cpu_s == 0 ? VT_L(WORKER_CPU_S) : kind->cpu_s;
	const char *name;
	int sig;

	if (!WIFSIGNALED(status))
		return vt_err_set(reterr, VT_E_WORKER_CRASHED,
		    "worker %s ended without an answer, exit status %d",
		    kind->name, WEXITSTATUS(status));

	sig = WTERMSIG(status);
	/* SIGKILL follows when SIGXCPU was caught. The kernel's accounting
	 * may be a tick short of the limit. */
	if (sig == SIGXCPU ||
	    (sig == SIGKILL && cpu_us + 100000 >= cpu_s * 1000000))
		return vt_err_set(reterr, VT_E_WORKER_TIMEOUT,
		    "worker %s: at most %llu s of processor time wanted, "
		    "%llu ms found; it was ended",
		    kind->name, (unsigned long long)cpu_s,
		    (unsigned long long)(cpu_us / 1000));

	name = sigabbrev_np(sig);
	return vt_err_set(reterr, VT_E_WORKER_CRASHED,
	    "worker %s ended by SIG%s (%s)", kind->name,
	    name == NULL ? "?" : name, remark(sig));
}
