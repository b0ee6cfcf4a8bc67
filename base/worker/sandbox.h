/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a worker takes from itself before it reads hostile bytes. One way:
 * nothing here can be undone in the process. Order: limits, capabilities,
 * Landlock, seccomp.
 */
#ifndef VT_BASE_WORKER_SANDBOX_H
#define VT_BASE_WORKER_SANDBOX_H

#include <linux/filter.h>

#include "base/worker/worker.h"

/* True when the build is instrumented and the profile is widened. */
#ifdef VT_SANITIZED
#define VT_SANDBOX_WIDENED true
#else
#define VT_SANDBOX_WIDENED false
#endif

/* A seccomp program of a kind, as the kernel takes it. */
struct vt_seccomp {
	struct sock_filter *code; /* owned, NULL until built */
	size_t n;
};

/* All of it. Errors: VT_E_ENVIRONMENT, naming the step. */
VT_NODISCARD int vt_sandbox_enter(const struct vt_worker_kind *kind,
    const struct vt_seccomp *filter, struct vt_err *reterr);

/* VT_E_ENVIRONMENT when the kernel cannot filter system calls. */
VT_NODISCARD int vt_sandbox_available(struct vt_err *reterr);

/* ---- the parts ---- */

/* Landlock version of this kernel; 0 when there is none. */
int vt_landlock_abi(void);

/* Leaves reading below the paths (NULL: nothing), and takes every other right
 * that this kernel's Landlock knows. Does nothing when there is no Landlock. */
VT_NODISCARD int vt_landlock_enter(
    const char *const *readable, struct vt_err *reterr);

/* Translates the allow-list of seccomp.c for a kind; the spawner does so once,
 * since it takes longer than a fork. Errors: VT_E_ENVIRONMENT, VT_E_NOMEM. */
VT_NODISCARD int vt_seccomp_build(const struct vt_worker_kind *kind,
    struct vt_seccomp *ret, struct vt_err *reterr);

/* Installs it for this process and all its threads. */
VT_NODISCARD int vt_seccomp_enter(
    const struct vt_seccomp *filter, struct vt_err *reterr);

#endif
