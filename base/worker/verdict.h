/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From how a process ended to a reason on the paper. Pure. */
#ifndef VT_BASE_WORKER_VERDICT_H
#define VT_BASE_WORKER_VERDICT_H

#include "base/worker/worker.h"

/* An ending worker's socket closes before its end is reported; it has this
 * long for the rest (a large process takes a while to tear down). */
#define VT_WORKER_GRACE_MS 2000

/*
 * status: of waitpid(2). cpu_us: processor time it had used. Never VT_OK:
 * VT_E_WORKER_TIMEOUT when its CPU limit ended it, else VT_E_WORKER_CRASHED,
 * naming the signal or the exit status.
 */
int vt_worker_verdict(const struct vt_worker_kind *kind, int status,
    uint64_t cpu_us, struct vt_err *reterr);

#endif
