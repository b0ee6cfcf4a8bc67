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
	int fds[VT_JOB_FDS];    /* as the caller gave them: input, and with
				 * file_max output; closed by the framework */
	size_t n_fds;
	struct vt_buf *reply; /* limit set to the kind's output limit */
};

/*
 * Runs in the worker. VT_OK: the reply is sent. Else: the error travels back
 * unchanged (code and message) to the caller.
 */
typedef int vt_job_fn(struct vt_job *job, struct vt_err *reterr);

/*
 * A kind of worker. A number that is 0 means the named limit of limits.def.
 *
 * jobs_max > 1 lets papers share a process: one that takes the worker over can
 * lie about the next ones. Kinds whose answers are proof use 1; the spawner
 * keeps a spare of each kind that was asked for twice, so it costs little.
 */
struct vt_worker_kind {
	const char *name; /* "proof", "pages"; <= 15 characters */
	vt_job_fn *handle;
	/* Runs once in the fresh worker, before the sandbox closes: opens what
	 * the job needs (fonts, configuration, what is loaded later by
	 * dlopen). May be NULL; leaves no thread behind. */
	int (*warm)(struct vt_err *reterr);
	size_t jobs_max;   /* jobs per process, 0 or 1 = a process a job */
	uint64_t wall_ms;  /* per job, a new worker's warm-up included; 0 =
			    * WORKER_WALL_MS */
	uint64_t cpu_s;    /* per process, a job has at least half of it; 0 =
			    * WORKER_CPU_S */
	uint64_t memory;   /* private writable bytes above what the worker
			    * starts with; mapped inputs do not count; 0 =
			    * WORKER_MEMORY */
	size_t output_max; /* bytes of one reply; 0 = WORKER_MESSAGE_MAX */
	/* Paths that stay readable (Landlock, NULL-terminated); NULL = none.
	 * One that does not exist is passed over. */
	const char *const *readable;
	bool threads; /* the library makes threads (clone allowed) */
	uint64_t file_max; /* bytes of a given file it may write up to; 0 = it
			    * writes no file */
};

struct vt_spawner;

/*
 * Forks the spawner. Single-threaded callers only, before anything that must
 * not be inherited. kinds: static, outlives the spawner. *ret owned.
 * Errors: VT_E_ENVIRONMENT (fork, socketpair), VT_E_NOMEM.
 */
VT_NODISCARD int vt_spawner_start(const struct vt_worker_kind *kinds,
    size_t n_kinds, struct vt_spawner **ret, struct vt_err *reterr);

/* Ends the spawner and every worker; waits for them. No call may be under way.
 * NULL allowed. */
void vt_spawner_free(struct vt_spawner *s);
VT_CLEANUP_DEFINE(struct vt_spawner, vt_spawner_free)

/*
 * Has the spawner ended? Then nothing can be read any more until the program
 * is started again. Threads: safe. Cost: one poll(2).
 */
bool vt_spawner_alive(const struct vt_spawner *s);

struct vt_job_call {
	const char *kind;
	struct vt_span request;
	const int *fds; /* borrowed; duplicated into the worker */
	size_t n_fds;
};

/*
 * Runs one job and waits for its answer; appends the payload to reply.
 * Errors: the handler's own, or VT_E_WORKER_CRASHED / _TIMEOUT / _LIMIT /
 * _PROTOCOL; VT_E_LIMIT for a request beyond WORKER_MESSAGE_MAX or a reply
 * beyond the caller's buffer; VT_E_BUSY when WORKERS_MAX are at work for
 * WORKER_WALL_MS; VT_E_ENVIRONMENT when the spawner has ended (by hand: it
 * never reads a byte of a paper) or no worker can be made.
 * Threads: safe; calls run in parallel in different workers.
 * Cost: under 0.1 ms with an idle worker, else a fork: under 1 ms when a spare
 * is ready, 1 to 3 ms for the first of its kind.
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
