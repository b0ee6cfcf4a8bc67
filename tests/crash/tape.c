/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * To be preloaded: records, and can make fail, what is done to files below a
 * folder (tape.h). A lock is held over each call and its record, so that the
 * order of the tape is the order of the calls, also with several threads.
 */
#undef _FILE_OFFSET_BITS /* both names of each function are taken */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/crash/tape.h"

#define EXPORT __attribute__((visibility("default")))
#define FDS    4096

static struct {
	pthread_mutex_t lock;
	char root[PATH_MAX];
	size_t n_root;
	int log;
	uint64_t call; /* the last one */
	uint64_t fault_at, fault_n;
	int fault;
	struct {
		uint64_t file; /* inode; 0: not ours */
		bool dsync, append;
		char path[96]; /* below the root */
	} fd[FDS];
} tape = { .lock = PTHREAD_MUTEX_INITIALIZER, .log = -1 };

/* ---- the real ones ---- */

#define REAL(type, name, ...)                                                  \
	static type (*real_##name)(__VA_ARGS__);                               \
	static type (*get_##name(void))(__VA_ARGS__)                           \
	{                                                                      \
		if (real_##name == NULL)                                       \
			*(void **)&real_##name = dlsym(RTLD_NEXT, #name);      \
		return real_##name;                                            \
	}
REAL(int, openat64, int, const char *, int, ...)
REAL(int, mkostemp64, char *, int)
REAL(int, close, int)
REAL(ssize_t, read, int, void *, size_t)
REAL(ssize_t, pread64, int, void *, size_t, off64_t)
REAL(ssize_t, write, int, const void *, size_t)
REAL(ssize_t, writev, int, const struct iovec *, int)
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)
REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t)
REAL(int, ftruncate64, int, off64_t)
REAL(int, fallocate64, int, int, off64_t, off64_t)
REAL(int, fsync, int)
REAL(int, fdatasync, int)
REAL(int, rename, const char *, const char *)
REAL(int, link, const char *, const char *)
REAL(int, unlink, const char *)
REAL(int, rmdir, const char *)
REAL(int, mkdir, const char *, mode_t)
REAL(void *, mmap64, void *, size_t, int, int, int, off64_t)
REAL(int, flock, int, int)
REAL(int, fcntl64, int, int, ...)
REAL(int, dup, int)
REAL(int, dup2, int, int)

__attribute__((constructor)) static void
begin(void)
{
	const char *root = getenv("VT_TAPE_ROOT"), *log = getenv("VT_TAPE_LOG");
	const char *fault = getenv("VT_TAPE_FAULT");

	if (root == NULL || log == NULL)
		return;
	(void)snprintf(tape.root, sizeof(tape.root), "%s", root);
	tape.n_root = strlen(tape.root);
	if (fault != NULL) {
		char *p;

		tape.fault_at = strtoull(fault, &p, 10);
		tape.fault_n = strtoull(p, &p, 10);
		tape.fault = (int)strtol(p, &p, 10);
	}
	tape.log = (int)syscall(SYS_openat, AT_FDCWD, log,
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (tape.log < 0)
		abort();
}

/* ---- the tape ---- */

static const char *
below(const char *path)
{
	if (tape.log < 0 || path == NULL ||
	    strncmp(path, tape.root, tape.n_root) != 0 ||
	    (path[tape.n_root] != '/' && path[tape.n_root] != '\0') ||
	    strstr(path, "/..") != NULL)
		return NULL;
	path += tape.n_root;
	while (*path == '/')
		path++;
	return path;
}

static bool
mine(int fd)
{
	return tape.log >= 0 && fd >= 0 && fd < FDS && tape.fd[fd].file != 0;
}

static void
put(struct tape_rec *r, const void *a, size_t n_a, const void *b, size_t n_b)
{
	struct iovec v[3] = { { r, sizeof(*r) } };
	union {
		const void *in;
		void *out;
	} ua = { .in = a }, ub = { .in = b };

	r->magic = TAPE_MAGIC;
	r->n_a = (uint32_t)n_a;
	r->n_b = (uint32_t)n_b;
	v[1] = (struct iovec){ ua.out, n_a };
	v[2] = (struct iovec){ ub.out, n_b };
	/* A tape with a hole would be a lie. */
	if (syscall(SYS_writev, tape.log, v, 3) !=
	    (long)(sizeof(*r) + n_a + n_b))
		abort();
}

static void
put_path(enum tape_op op, unsigned int flags, uint64_t file, const char *path)
{
	struct tape_rec r = { .op = (uint16_t)op,
		.flags = (uint16_t)flags,
		.call = tape.call,
		.file = file };

	put(&r, path, strlen(path), NULL, 0);
}

static void
put_fd(enum tape_op op, unsigned int flags, int fd)
{
	put_path(op, flags, tape.fd[fd].file, tape.fd[fd].path);
}

/* Takes the lock and a number: the fault of this call, or 0. */
static int
enter(void)
{
	(void)pthread_mutex_lock(&tape.lock);
	tape.call++;
	if (tape.fault != 0 && tape.call >= tape.fault_at &&
	    tape.call - tape.fault_at < tape.fault_n) {
		if (tape.fault == TAPE_KILL)
			(void)raise(SIGKILL);
		return tape.fault;
	}
	return 0;
}

/* The lock is given back; rc, with the error that was there before. */
static long
leave(long rc, int e)
{
	(void)pthread_mutex_unlock(&tape.lock);
	errno = e;
	return rc;
}

/* Likewise; but a fault may say that what was done has failed. */
static long
leave_after(int fault, long rc, int e)
{
	if (fault == TAPE_EIO_AFTER)
		return leave(-1, EIO);
	if (fault == TAPE_ENOSPC_AFTER)
		return leave(-1, ENOSPC);
	return leave(rc, e);
}

/* The error of a fault that lets a call do nothing; 0: do it. */
static int
refusal(int fault, bool needs_room)
{
	switch (fault) {
	case TAPE_EIO:
		return EIO;
	case TAPE_ENOSPC:
		return ENOSPC;
	case TAPE_EINTR:
		return EINTR;
	case TAPE_ENOMEM:
		return ENOMEM;
	case TAPE_NOROOM:
		return needs_room ? ENOSPC : 0;
	default:
		return 0;
	}
}

EXPORT tape_mark_fn tape_mark;

void
tape_mark(uint16_t mark, int64_t number, const void *a, size_t n_a,
    const void *b, size_t n_b)
{
	struct tape_rec r = { .op = TAPE_MARK, .flags = mark, .off = number };

	if (tape.log < 0)
		return;
	(void)pthread_mutex_lock(&tape.lock);
	put(&r, a, n_a, b, n_b);
	(void)pthread_mutex_unlock(&tape.lock);
}

/* ---- opening ---- */

static void
opened(int fd, const char *path, int flags, bool there)
{
	unsigned int f = 0;
	struct stat st;

	if (fd < 0) {
		put_path(TAPE_OPEN, TAPE_FAILED, 0, path);
		return;
	}
	if (fd >= FDS || strlen(path) >= sizeof(tape.fd[fd].path) ||
	    fstat(fd, &st) != 0)
		abort();
	tape.fd[fd].file = st.st_ino;
	tape.fd[fd].dsync = (flags & (O_DSYNC | O_SYNC)) != 0;
	tape.fd[fd].append = (flags & O_APPEND) != 0;
	(void)snprintf(tape.fd[fd].path, sizeof(tape.fd[fd].path), "%s", path);
	if (!there)
		f |= TAPE_MADE;
	if ((flags & O_TRUNC) != 0)
		f |= TAPE_EMPTIED;
	put_fd(TAPE_OPEN, f, fd);
}

static int
tape_open(int at, const char *path, int flags, mode_t mode)
{
	const char *p = path[0] == '/' ? below(path) : NULL;
	int fault, fd, e;
	bool there;

	/* A file without a name is no part of the folder. */
	if (p == NULL || (flags & O_TMPFILE) == O_TMPFILE)
		return get_openat64()(at, path, flags, mode);
	fault = enter();
	there = access(path, F_OK) == 0;
	if ((e = refusal(fault, (flags & O_CREAT) != 0 && !there)) != 0) {
		put_path(TAPE_OPEN, TAPE_FAILED, 0, p);
		return (int)leave(-1, e);
	}
	fd = get_openat64()(at, path, flags, mode);
	e = errno;
	opened(fd, p, flags, there);
	if (fd >= 0 && fault == TAPE_EIO_AFTER) {
		tape.fd[fd].file = 0;
		(void)get_close()(fd);
		return (int)leave(-1, EIO);
	}
	return (int)leave(fd, e);
}

#define MODE(flags, mode)                                                      \
	do {                                                                   \
		va_list ap_;                                                   \
		va_start(ap_, flags);                                          \
		(mode) =                                                       \
		    ((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE \
			? va_arg(ap_, mode_t)                                  \
			: 0;                                                   \
		va_end(ap_);                                                   \
	} while (0)

EXPORT int
open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return tape_open(AT_FDCWD, path, flags, mode);
}

EXPORT int
open64(const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return tape_open(AT_FDCWD, path, flags, mode);
}

EXPORT int
openat(int at, const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return tape_open(at, path, flags, mode);
}

EXPORT int
openat64(int at, const char *path, int flags, ...)
{
	mode_t mode;

	MODE(flags, mode);
	return tape_open(at, path, flags, mode);
}

EXPORT int
mkostemp64(char *template, int flags)
{
	int fault, fd, e;

	if (below(template) == NULL)
		return get_mkostemp64()(template, flags);
	fault = enter();
	if ((e = refusal(fault, true)) != 0) {
		put_path(TAPE_OPEN, TAPE_FAILED, 0, below(template));
		return (int)leave(-1, e);
	}
	fd = get_mkostemp64()(template, flags);
	e = errno;
	opened(fd, below(template), flags, false);
	return (int)leave(fd, e);
}

EXPORT int
mkostemp(char *template, int flags)
{
	return mkostemp64(template, flags);
}

EXPORT int
mkstemp64(char *template)
{
	return mkostemp64(template, 0);
}

EXPORT int
mkstemp(char *template)
{
	return mkostemp64(template, 0);
}

EXPORT int
close(int fd)
{
	int fault, rc, e;

	if (!mine(fd))
		return get_close()(fd);
	fault = enter();
	put_fd(TAPE_CLOSE, 0, fd);
	tape.fd[fd].file = 0;
	rc = get_close()(fd);
	e = errno;
	if (fault == TAPE_EIO || fault == TAPE_EIO_AFTER)
		return (int)leave(-1, EIO);
	return (int)leave(rc, e);
}

/* ---- reading, mapping, locking: counted, and can fail ---- */

static ssize_t
tape_read(int fd, void *p, size_t n, off64_t off)
{
	int fault, e;
	ssize_t r;

	if (!mine(fd))
		return off < 0 ? get_read()(fd, p, n)
			       : get_pread64()(fd, p, n, off);
	fault = enter();
	put_fd(TAPE_READ, 0, fd);
	if ((e = refusal(fault, false)) != 0)
		return leave(-1, e);
	if (fault == TAPE_SHORT && n > 1)
		n /= 2;
	r = off < 0 ? get_read()(fd, p, n) : get_pread64()(fd, p, n, off);
	e = errno;
	return leave_after(fault, r, e);
}

EXPORT ssize_t
read(int fd, void *p, size_t n)
{
	return tape_read(fd, p, n, -1);
}

EXPORT ssize_t
pread(int fd, void *p, size_t n, off_t off)
{
	return tape_read(fd, p, n, off);
}

EXPORT ssize_t
pread64(int fd, void *p, size_t n, off64_t off)
{
	return tape_read(fd, p, n, off);
}

/* LMDB's table of readers lives in a mapping. It is made anew by whoever
 * opens the environment alone, so nothing of it need be on the tape. */
static bool
is_table_of_readers(const char *path)
{
	size_t n = strlen(path);

	return n >= 8 && strcmp(path + n - 8, "lock.mdb") == 0;
}

EXPORT void *
mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t off)
{
	int fault, e;
	void *r;

	if (!mine(fd))
		return get_mmap64()(at, n, prot, flags, fd, off);
	fault = enter();
	put_fd(TAPE_MMAP, 0, fd);
	if ((prot & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0 &&
	    !is_table_of_readers(tape.fd[fd].path))
		put_path(TAPE_BYPASS, 0, 0, "a writable mapping");
	if ((e = refusal(fault, false)) != 0) {
		(void)leave(-1, e);
		return MAP_FAILED;
	}
	r = get_mmap64()(at, n, prot, flags, fd, off);
	e = errno;
	(void)leave(0, e);
	return r;
}

EXPORT void *
mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	return mmap64(at, n, prot, flags, fd, off);
}

EXPORT int
flock(int fd, int op)
{
	int fault, rc, e;

	if (!mine(fd))
		return get_flock()(fd, op);
	fault = enter();
	put_fd(TAPE_LOCK, 0, fd);
	if ((e = refusal(fault, false)) != 0)
		return (int)leave(-1, e);
	rc = get_flock()(fd, op);
	e = errno;
	return (int)leave(rc, e);
}

static int
tape_fcntl(int fd, int cmd, void *arg)
{
	int fault, rc, e;

	if (!mine(fd))
		return get_fcntl64()(fd, cmd, arg);
	fault = enter();
	put_fd(TAPE_LOCK, 0, fd);
	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
		put_path(TAPE_BYPASS, 0, 0, "a second descriptor");
	if (cmd != F_SETFD && cmd != F_GETFD &&
	    (e = refusal(fault, false)) != 0)
		return (int)leave(-1, e);
	rc = get_fcntl64()(fd, cmd, arg);
	e = errno;
	return (int)leave(rc, e);
}

EXPORT int
fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return tape_fcntl(fd, cmd, arg);
}

EXPORT int
fcntl64(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return tape_fcntl(fd, cmd, arg);
}

static void
second_descriptor(int fd)
{
	if (!mine(fd))
		return;
	(void)enter();
	put_path(TAPE_BYPASS, 0, 0, "a second descriptor");
	(void)leave(0, errno);
}

EXPORT int
dup(int fd)
{
	second_descriptor(fd);
	return get_dup()(fd);
}

EXPORT int
dup2(int fd, int to)
{
	second_descriptor(fd);
	return get_dup2()(fd, to);
}

/* ---- writing ---- */

static off64_t
place(int fd)
{
	return lseek64(fd, 0, tape.fd[fd].append ? SEEK_END : SEEK_CUR);
}

static off64_t
size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_size : 0;
}

/* All kinds of writes: off < 0: where the file stands. */
static ssize_t
tape_write(int fd, const void *p, size_t n, off64_t off)
{
	struct tape_rec rec = { .op = TAPE_WRITE };
	int fault = enter(), e;
	ssize_t r;

	rec.call = tape.call;
	rec.file = tape.fd[fd].file;
	rec.flags = tape.fd[fd].dsync ? TAPE_DSYNC : 0;
	rec.off = off < 0 ? place(fd) : off;
	/* What a file has already, a full disk takes. */
	if ((e = refusal(fault, rec.off + (off64_t)n > size_of(fd))) != 0) {
		rec.flags |= TAPE_FAILED;
		put(&rec, NULL, 0, NULL, 0);
		return leave(-1, e);
	}
	if (fault == TAPE_SHORT && n > 1)
		n /= 2;
	r = off < 0 ? get_write()(fd, p, n) : get_pwrite64()(fd, p, n, off);
	e = errno;
	put(&rec, p, r > 0 ? (size_t)r : 0, NULL, 0);
	return leave_after(fault, r, e);
}

static ssize_t
tape_writev(int fd, const struct iovec *v, int n_v, off64_t off)
{
	uint8_t *all;
	size_t n = 0;
	ssize_t r;
	int e;

	for (int i = 0; i < n_v; i++)
		n += v[i].iov_len;
	if ((all = malloc(n + 1)) == NULL)
		abort();
	n = 0;
	for (int i = 0; i < n_v; i++) {
		memcpy(all + n, v[i].iov_base, v[i].iov_len);
		n += v[i].iov_len;
	}
	r = tape_write(fd, all, n, off);
	e = errno;
	free(all);
	errno = e;
	return r;
}

EXPORT ssize_t
write(int fd, const void *p, size_t n)
{
	return mine(fd) ? tape_write(fd, p, n, -1) : get_write()(fd, p, n);
}

EXPORT ssize_t
pwrite(int fd, const void *p, size_t n, off_t off)
{
	return mine(fd) ? tape_write(fd, p, n, off)
			: get_pwrite64()(fd, p, n, off);
}

EXPORT ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t off)
{
	return mine(fd) ? tape_write(fd, p, n, off)
			: get_pwrite64()(fd, p, n, off);
}

EXPORT ssize_t
writev(int fd, const struct iovec *v, int n)
{
	return mine(fd) ? tape_writev(fd, v, n, -1) : get_writev()(fd, v, n);
}

EXPORT ssize_t
pwritev(int fd, const struct iovec *v, int n, off_t off)
{
	return mine(fd) ? tape_writev(fd, v, n, off)
			: get_pwritev64()(fd, v, n, off);
}

EXPORT ssize_t
pwritev64(int fd, const struct iovec *v, int n, off64_t off)
{
	return mine(fd) ? tape_writev(fd, v, n, off)
			: get_pwritev64()(fd, v, n, off);
}

EXPORT int
ftruncate64(int fd, off64_t size)
{
	struct tape_rec rec = { .op = TAPE_SIZE, .off = size };
	int fault, rc, e;

	if (!mine(fd))
		return get_ftruncate64()(fd, size);
	fault = enter();
	rec.call = tape.call;
	rec.file = tape.fd[fd].file;
	if ((e = refusal(fault, true)) != 0) {
		rec.flags = TAPE_FAILED;
		put(&rec, NULL, 0, NULL, 0);
		return (int)leave(-1, e);
	}
	rc = get_ftruncate64()(fd, size);
	e = errno;
	rec.flags = rc == 0 ? 0 : TAPE_FAILED;
	put(&rec, NULL, 0, NULL, 0);
	return (int)leave_after(fault, rc, e);
}

EXPORT int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

/* Nobody here uses it; who begins to is told, by the test that fails. */
EXPORT int
fallocate64(int fd, int mode, off64_t off, off64_t n)
{
	if (mine(fd)) {
		(void)enter();
		put_path(TAPE_BYPASS, 0, 0, "fallocate");
		(void)leave(0, 0);
	}
	return get_fallocate64()(fd, mode, off, n);
}

EXPORT int
fallocate(int fd, int mode, off_t off, off_t n)
{
	return fallocate64(fd, mode, off, n);
}

/* ---- syncing ---- */

static int
tape_sync(int fd, int (*real)(int))
{
	int fault = enter(), rc, e;

	if ((e = refusal(fault, false)) != 0) {
		put_fd(TAPE_SYNC, TAPE_FAILED, fd);
		return (int)leave(-1, e);
	}
	if (fault == TAPE_LIE) {
		put_fd(TAPE_SYNC, TAPE_FAILED, fd);
		return (int)leave(0, 0);
	}
	rc = real(fd);
	e = errno;
	put_fd(TAPE_SYNC, rc == 0 ? 0 : TAPE_FAILED, fd);
	return (int)leave_after(fault, rc, e);
}

EXPORT int
fsync(int fd)
{
	return mine(fd) ? tape_sync(fd, get_fsync()) : get_fsync()(fd);
}

EXPORT int
fdatasync(int fd)
{
	return mine(fd) ? tape_sync(fd, get_fdatasync()) : get_fdatasync()(fd);
}

/* ---- names ---- */

static void
put_names(enum tape_op op, bool done, const char *a, const char *b)
{
	struct tape_rec r = { .op = (uint16_t)op,
		.call = tape.call,
		.flags = done ? 0 : TAPE_FAILED };

	put(&r, a, strlen(a), b, b == NULL ? 0 : strlen(b));
}

/* Names on one side of the root only would be half on the tape. */
static int
two_names(enum tape_op op, const char *a, const char *b,
    int (*real)(const char *, const char *))
{
	const char *p = below(a), *q = below(b);
	int fault, rc, e;

	if (p == NULL && q == NULL)
		return real(a, b);
	fault = enter();
	if (p == NULL || q == NULL)
		put_path(TAPE_BYPASS, 0, 0, "a name from outside");
	if ((e = refusal(fault, true)) != 0) {
		put_names(op, false, p ? p : "", q);
		return (int)leave(-1, e);
	}
	rc = real(a, b);
	e = errno;
	put_names(op, rc == 0, p ? p : "", q);
	return (int)leave_after(fault, rc, e);
}

EXPORT int
rename(const char *a, const char *b)
{
	return two_names(TAPE_RENAME, a, b, get_rename());
}

EXPORT int
link(const char *a, const char *b)
{
	return two_names(TAPE_LINK, a, b, get_link());
}

static int
one_name(enum tape_op op, const char *path, mode_t mode)
{
	const char *p = below(path);
	int fault, rc, e;

	fault = enter();
	if ((e = refusal(fault, op == TAPE_MKDIR)) != 0) {
		put_names(op, false, p, NULL);
		return (int)leave(-1, e);
	}
	rc = op == TAPE_MKDIR   ? get_mkdir()(path, mode)
	     : op == TAPE_RMDIR ? get_rmdir()(path)
				: get_unlink()(path);
	e = errno;
	put_names(op, rc == 0, p, NULL);
	return (int)leave_after(fault, rc, e);
}

EXPORT int
unlink(const char *path)
{
	return below(path) ? one_name(TAPE_UNLINK, path, 0)
			   : get_unlink()(path);
}

EXPORT int
mkdir(const char *path, mode_t mode)
{
	return below(path) ? one_name(TAPE_MKDIR, path, mode)
			   : get_mkdir()(path, mode);
}

EXPORT int
rmdir(const char *path)
{
	return below(path) ? one_name(TAPE_RMDIR, path, 0) : get_rmdir()(path);
}
