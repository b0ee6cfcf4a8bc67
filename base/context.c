/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/context.h"

#include <errno.h>
#include <gcrypt.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.h"

#define NEED_GCRYPT   "1.10.0"
#define SECURE_MEMORY (256 * 1024)

static int64_t
clock_us(clockid_t id)
{
	struct timespec ts;

	VT_ASSERT(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static vt_time
system_now(void *arg)
{
	(void)arg;
	return clock_us(CLOCK_REALTIME);
}

static int64_t
system_monotonic_us(void *arg)
{
	(void)arg;
	return clock_us(CLOCK_MONOTONIC);
}

static void
system_random(void *arg, void *p, size_t n)
{
	(void)arg;
	gcry_randomize(p, n, GCRY_STRONG_RANDOM);
}

const struct vt_context *
vt_context_system(void)
{
	static const struct vt_context system_context = {
		.now = system_now,
		.monotonic_us = system_monotonic_us,
		.random = system_random,
	};

	return &system_context;
}

/* No core file and no other process of the user reads our memory. Not under
 * the sanitizers: their leak checker attaches to the process. */
static int
close_memory(struct vt_err *reterr)
{
#ifdef VT_SANITIZED
	(void)reterr;
#else
	struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "setrlimit RLIMIT_CORE 0");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "prctl PR_SET_DUMPABLE 0");
#endif
	return VT_OK;
}

static int
init_gcrypt(struct vt_err *reterr)
{
	gcry_error_t e;

	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return VT_OK;
	/* The kernel's generator: safe after fork, and an id costs 0.5 us. */
	gcry_control(GCRYCTL_SET_PREFERRED_RNG_TYPE, GCRY_RNG_TYPE_SYSTEM);
	if (gcry_check_version(NEED_GCRYPT) == NULL)
		return vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "libgcrypt: wanted at least %s, found %s", NEED_GCRYPT,
		    gcry_check_version(NULL));
	/* It would print its own warning; ours goes to the log. */
	gcry_control(GCRYCTL_DISABLE_SECMEM_WARN);
	e = gcry_control(GCRYCTL_INIT_SECMEM, SECURE_MEMORY, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	if (e != 0)
		vt_log(VT_LEVEL_WARN, "base.memory-not-locked",
		    "bytes=%d hint=%s", SECURE_MEMORY,
		    "raise RLIMIT_MEMLOCK; until then secrets may be swapped");
	return VT_OK;
}

int
vt_base_init(struct vt_err *reterr)
{
	/* A forked child inherits all of this and returns at once. */
	static atomic_bool done;
	int rc;

	if (atomic_load(&done))
		return VT_OK;
	if ((rc = close_memory(reterr)) != VT_OK ||
	    (rc = init_gcrypt(reterr)) != VT_OK)
		return rc;
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "signal SIGPIPE");
	atomic_store(&done, true);
	return VT_OK;
}
