/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sandboxed workers (design law 7): hostile bytes are read only here.
 *
 * vt_spawner_start() forks a single-threaded *spawner* before any thread,
 * LMDB or token is opened. On request the spawner forks a worker of a kind;
 * the worker narrows itself (rlimits, no-new-privs, Landlock where the kernel
 * has it, seccomp allow-list, no network, no new files) and then serves jobs
 * over a socketpair: one framed request with up to VT_JOB_FDS descriptors in,
 * one framed answer out. A worker serves `jobs_max` jobs of the same caller
 * and ends. Whatever happens to it - crash, timeout, limit, broken frame -
 * becomes an error code and a reason; the caller is never harmed.
 *
 * Frame: magic "VTW1", u32 big-endian kind of frame, u64 big-endian length,
 * payload. docs/format.md has the table. Parsing frames is a fuzz target.
 *
 * The handler tables are given by the program (api/cli), so this room knows
 * nothing of PDFs or pages.
 */
#ifndef VT_BASE_WORKER_H
#define VT_BASE_WORKER_H

#include "base/buf.h"

#define VT_JOB_FDS 4

/* One job as the worker's handler sees it. */
struct vt_job {
	struct vt_span request; /* borrowed until the handler returns */
	int fds[VT_JOB_FDS];    /* read-only input; closed by the framework */
	size_t n_fds;
	struct vt_buf *reply; /* limit set to the kind's output limit */
};

/*
 * Runs in the worker. VT_OK: the reply is sent. Else: the error travels back
 * unchanged (code and message) to the caller.
 */
typedef int vt_job_fn(struct vt_job *job, struct vt_err *reterr);

struct vt_worker_kind {
	const char *name; /* "proof", "pages"; <= 15 characters */
	vt_job_fn *handle;
	/* Runs once in the fresh worker, before the sandbox closes: opens what
	 * the job needs (fonts, configuration). May be NULL. */
	int (*warm)(struct vt_err *reterr);
	size_t jobs_max;   /* jobs per process, 1 = a process a job */
	uint64_t wall_ms;  /* per job */
	uint64_t cpu_s;    /* per process */
	uint64_t memory;   /* address space above what the worker starts with */
	size_t output_max; /* bytes of one reply */
	/* Paths that stay readable (Landlock, NULL-terminated); NULL = none. */
	const char *const *readable;
	bool threads; /* the library makes threads (clone allowed) */
};

struct vt_spawner;

/*
 * Forks the spawner. Single-threaded callers only, before anything that must
 * not be inherited. kinds: static, outlives the spawner. *ret owned.
 * Errors: VT_E_ENVIRONMENT (fork, socketpair), VT_E_NOMEM.
 */
VT_NODISCARD int vt_spawner_start(const struct vt_worker_kind *kinds,
    size_t n_kinds, struct vt_spawner **ret, struct vt_err *reterr);

/* Ends the spawner and every worker; waits for them. NULL allowed. */
void vt_spawner_free(struct vt_spawner *s);
VT_CLEANUP_DEFINE(struct vt_spawner, vt_spawner_free)

struct vt_job_call {
	const char *kind;
	struct vt_span request;
	const int *fds; /* borrowed; duplicated into the worker */
	size_t n_fds;
};

/*
 * Runs one job and waits for its answer; appends the payload to reply.
 * Errors: the handler's own, or VT_E_WORKER_CRASHED / _TIMEOUT / _LIMIT /
 * _PROTOCOL, VT_E_BUSY when WORKERS_MAX are at work for WORKER_WALL_MS.
 * Threads: safe; calls run in parallel in different workers.
 * Cost: a fork (about 1 ms) when no idle worker of the kind is left.
 */
VT_NODISCARD int vt_spawner_call(struct vt_spawner *s,
    const struct vt_job_call *call, struct vt_buf *reply,
    struct vt_err *reterr);

/* What the sandbox consists of here: "seccomp, landlock ABI 7, rlimits". In a
 * sanitizer build it names what was widened. Static string. */
const char *vt_worker_sandbox(void);

/*
 * Copies n bytes into a sealed memfd for a job's fds. *ret_fd owned (close).
 */
VT_NODISCARD int vt_job_memfd(
    struct vt_span bytes, int *ret_fd, struct vt_err *reterr);

#endif
