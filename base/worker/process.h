/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two kinds of process this room makes. Neither returns. Channel numbers:
 * 0 and 1 /dev/null, 2 the log, 3 the socket; nothing else is open.
 */
#ifndef VT_BASE_WORKER_PROCESS_H
#define VT_BASE_WORKER_PROCESS_H

#include <sys/types.h>

#include "base/worker/sandbox.h"

/* The spawner: serves SPAWN frames on `control` until the other end closes,
 * then ends every worker and itself. */
_Noreturn void vt_spawner_main(
    int control, const struct vt_worker_kind *kinds, size_t n_kinds);

struct vt_worker_birth {
	const struct vt_worker_kind *kind;
	const struct vt_seccomp *filter;
	int data;      /* jobs come here */
	int log;       /* its standard error goes here */
	pid_t spawner; /* whose death is its own */
};

/* A worker: warms, closes the sandbox, serves jobs. */
_Noreturn void vt_worker_main(const struct vt_worker_birth *birth);

/* Puts `channel` at 3 and `log` (unless -1) at 2, and closes the rest.
 * Returns 0 or a negative errno. */
VT_NODISCARD int vt_process_settle(int channel, int log);

#endif
