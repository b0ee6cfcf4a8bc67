/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static int
read_memory(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	(void)reterr;
	memcpy(p, s->map + off, n);
	return VT_OK;
}

void
vt_source_memory(struct vt_source *s, struct vt_span m)
{
	/* Memory is addressable even when it is empty. */
	*s = (struct vt_source){
		.size = m.n,
		.read = read_memory,
		.map = m.p != NULL ? m.p : (const uint8_t *)"",
	};
}

int
vt_source_map_fd(struct vt_source *s, int fd, struct vt_err *reterr)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0)
		return vt_err_errno(reterr, VT_E_IO, errno, "fstat");
	if (!S_ISREG(st.st_mode))
		return vt_err_set(reterr, VT_E_IO,
		    "file: wanted a regular file, found mode %o",
		    (unsigned)st.st_mode);
	if (st.st_size == 0)
		return vt_err_set(reterr, VT_E_FILE_EMPTY, "file: 0 bytes");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return vt_err_errno(reterr, VT_E_IO, errno,
		    "mmap of %" PRId64 " bytes", (int64_t)st.st_size);
	*s = (struct vt_source){
		.size = (uint64_t)st.st_size,
		.read = read_memory,
		.map = p,
		.arg = p, /* marks what vt_source_close unmaps */
	};
	return VT_OK;
}

void
vt_source_close(struct vt_source *s)
{
	if (s->read == read_memory && s->arg != NULL)
		VT_ASSERT(munmap(s->arg, (size_t)s->size) == 0);
	*s = (struct vt_source){ 0 };
}

/* The descriptor rides in arg: no allocation to be freed. */
static int
read_fd(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	int fd = (int)(intptr_t)s->arg;
	uint8_t *to = p;
	ssize_t got;

	while (n > 0) {
		got = pread(fd, to, n, (off_t)off);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return vt_err_errno(reterr, VT_E_IO, errno,
			    "read at %" PRIu64, off);
		if (got == 0)
			return vt_err_set(reterr, VT_E_IO,
			    "file: it was cut short at %" PRIu64, off);
		to += got;
		off += (uint64_t)got;
		n -= (size_t)got;
	}
	return VT_OK;
}

int
vt_source_pread_fd(struct vt_source *s, int fd, struct vt_err *reterr)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return vt_err_errno(reterr, VT_E_IO, errno, "fstat");
	if (!S_ISREG(st.st_mode))
		return vt_err_set(reterr, VT_E_IO,
		    "file: wanted a regular file, found mode %o",
		    (unsigned)st.st_mode);
	*s = (struct vt_source){
		.size = (uint64_t)st.st_size,
		.read = read_fd,
		/* The number itself, so that nothing is allocated. */
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		.arg = (void *)(intptr_t)fd,
	};
	return VT_OK;
}

int
vt_source_read(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	if (off > s->size || n > s->size - off)
		return vt_err_set(reterr, VT_E_INVALID,
		    "read of %zu bytes at %" PRIu64 ": outside the %" PRIu64
		    " bytes there are",
		    n, off, s->size);
	if (n == 0)
		return VT_OK;
	return s->read(s, off, p, n, reterr);
}

/* ---- files without a name ---- */

static int
unnamed_err(struct vt_err *reterr, const char *what)
{
	return vt_err_errno(reterr,
	    errno == ENOSPC || errno == EDQUOT ? VT_E_STORE_FULL : VT_E_IO,
	    errno, "a file without a name: %s", what);
}

int
vt_unnamed_open(const char *folder, int *ret_fd, struct vt_err *reterr)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	VT_BUF_AUTO(path);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		vt_buf_printf(&path, "%s/.vanthu-XXXXXX", folder);
		if (vt_buf_status(&path, reterr) != VT_OK)
			return path.failed;
		fd = mkostemp((char *)path.p, O_CLOEXEC);
		if (fd >= 0)
			(void)unlink((char *)path.p);
	}
	if (fd < 0)
		return unnamed_err(reterr, folder);
	*ret_fd = fd;
	return VT_OK;
}

int
vt_fd_put(int fd, struct vt_span s, struct vt_err *reterr)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return unnamed_err(reterr, "writing");
		s = VT_SPAN(s.p + n, s.n - (size_t)n);
	}
	return VT_OK;
}
