/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A process that dies at its Nth call that changes a disk: write, size, sync,
 * name. The calls of LMDB, SQLite and our own meet these first, so a test that
 * includes this is linked with export_dynamic. Syncs do nothing: a killed
 * process loses no page (power cuts are those of tests/crash).
 */
#ifndef VT_TESTS_DOCSTORE_STEPS_H
#define VT_TESTS_DOCSTORE_STEPS_H

#include <dlfcn.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>

static atomic_long steps_left; /* 0: not counted; dies when it becomes 0 */
static atomic_long steps_seen;

static void
step(void)
{
	atomic_fetch_add(&steps_seen, 1);
	if (atomic_load(&steps_left) > 0 &&
	    atomic_fetch_sub(&steps_left, 1) == 1)
		(void)raise(SIGKILL);
}

/* The call itself, of whoever comes behind us. symbol: offsets are of 64 bits
 * here, so some have two names. */
#define STEP_CALL(type, name, symbol, params, args)                            \
	__attribute__((visibility("default"))) type name params __asm__(       \
	    symbol);                                                           \
	type name params                                                       \
	{                                                                      \
		static __typeof__(&name) next;                                 \
		if (next == NULL) {                                            \
			void *p_ = dlsym(RTLD_NEXT, symbol);                   \
			memcpy(&next, &p_, sizeof(next));                      \
		}                                                              \
		step();                                                        \
		return next args;                                              \
	}

STEP_CALL(ssize_t, step_write, "write", (int fd, const void *p, size_t n),
    (fd, p, n))
STEP_CALL(ssize_t, step_pwrite, "pwrite",
    (int fd, const void *p, size_t n, int64_t at), (fd, p, n, at))
STEP_CALL(ssize_t, step_pwrite64, "pwrite64",
    (int fd, const void *p, size_t n, int64_t at), (fd, p, n, at))
STEP_CALL(ssize_t, step_pwritev, "pwritev",
    (int fd, const struct iovec *v, int n, int64_t at), (fd, v, n, at))
STEP_CALL(ssize_t, step_pwritev64, "pwritev64",
    (int fd, const struct iovec *v, int n, int64_t at), (fd, v, n, at))
STEP_CALL(ssize_t, step_writev, "writev",
    (int fd, const struct iovec *v, int n), (fd, v, n))
STEP_CALL(int, step_rename, "rename", (const char *from, const char *to),
    (from, to))
STEP_CALL(int, step_link, "link", (const char *from, const char *to),
    (from, to))
STEP_CALL(int, step_unlink, "unlink", (const char *path), (path))
STEP_CALL(int, step_rmdir, "rmdir", (const char *path), (path))
STEP_CALL(int, step_mkdir, "mkdir", (const char *path, mode_t mode),
    (path, mode))
STEP_CALL(int, step_ftruncate, "ftruncate", (int fd, int64_t n), (fd, n))
STEP_CALL(int, step_ftruncate64, "ftruncate64", (int fd, int64_t n), (fd, n))

#define STEP_SYNC(name)                                                        \
	__attribute__((visibility("default"))) int name(int fd);               \
	int name(int fd)                                                       \
	{                                                                      \
		(void)fd;                                                      \
		step();                                                        \
		return 0;                                                      \
	}

STEP_SYNC(fsync)
STEP_SYNC(fdatasync)

/*
 * Runs f(arg) in a child that dies at its nth step (0: it lives). Returns its
 * steps when it lived to its end and exits 0, 0 when it was killed, -1 when
 * it failed otherwise.
 */
static long
steps_run(int (*f)(void *arg), void *arg, long nth)
{
	int pipe_[2], status = 0, rc;
	long n = 0;
	pid_t pid;

	(void)fflush(stdout);
	if (pipe(pipe_) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		(void)close(pipe_[0]);
		atomic_store(&steps_seen, 0);
		atomic_store(&steps_left, nth);
		rc = f(arg);
		atomic_store(&steps_left, 0);
		n = atomic_load(&steps_seen);
		(void)fflush(stdout);
		if (write(pipe_[1], &n, sizeof(n)) != sizeof(n))
			rc = 1;
		_exit(rc == 0 ? 0 : 1);
	}
	(void)close(pipe_[1]);
	if (read(pipe_[0], &n, sizeof(n)) != sizeof(n))
		n = 0;
	(void)close(pipe_[0]);
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? n : -1;
}

/* What the shell says of a command. */
static __attribute__((unused)) int
shell(const char *cmd)
{
	char *argv[] = { strdup("sh"), strdup("-c"), strdup(cmd), NULL };
	int status = -1;
	pid_t pid;

	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid)
		status = -1;
	for (int i = 0; i < 3; i++)
		free(argv[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
