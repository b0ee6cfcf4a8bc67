/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last write of a commit, the one that makes it count, fails after the
 * disk has it. Whatever the error is called, nobody knows then what the next
 * open will find, and that is what must be answered.
 */
#undef _FILE_OFFSET_BITS /* LMDB asks for it by its plain name */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "tests/unit/docstore/fixture.h"

static struct {
	int error; /* 0: nothing fails */
	bool meta; /* the last write of a commit, after it was done; else one
		    * before it, instead of it */
} fault;

__attribute__((visibility("default"))) ssize_t
pwrite(int fd, const void *p, size_t n, off_t off)
{
	bool meta = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
	int e = fault.error;

	if (e == 0 || meta != fault.meta)
		return syscall(SYS_pwrite64, fd, p, n, off);
	fault.error = 0;
	if (meta && syscall(SYS_pwrite64, fd, p, n, off) < 0)
		abort();
	errno = e;
	return -1;
}

/* Pages that follow one another; never the last write. */
__attribute__((visibility("default"))) ssize_t
writev(int fd, const struct iovec *v, int n)
{
	int e = fault.error;

	if (e == 0 || fault.meta)
		return syscall(SYS_writev, fd, v, n);
	fault.error = 0;
	errno = e;
	return -1;
}

int
main(void)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EROFS };
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	char *dir = dir_new();
	struct world w;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	s = store_new(dir, &w.ctx);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fault.error = errors[i];
		fault.meta = true;
		tap_eq_int(put_state(s, VT_STATE_OTHER, "k", "v", VT_TIME_NONE),
		    VT_E_UNKNOWN_OUTCOME, "the last write: %s",
		    strerror(errors[i]));
		vt_store_close(s);
		s = store_open(dir, &w.ctx);
	}
	fault.error = ENOSPC;
	fault.meta = false;
	tap_eq_int(put_state(s, VT_STATE_OTHER, "k", "w", VT_TIME_NONE),
	    VT_E_STORE_FULL, "a write before it: no room, and nothing is done");
	tap_eq_int(put_state(s, VT_STATE_OTHER, "k", "w", VT_TIME_NONE), VT_OK,
	    "the next one goes well");
	vt_store_close(s);
	dir_free(dir);
	return tap_done();
}
