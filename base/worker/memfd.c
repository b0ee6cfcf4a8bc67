/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/worker/worker.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

static int
memfd_new(void)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("vanthu-job", flags | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL) /* Linux 6.1 does not know the flag */
		fd = memfd_create("vanthu-job", flags);
	return fd;
}

int
vt_job_memfd(struct vt_span bytes, int *ret_fd, struct vt_err *reterr)
{
	int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	size_t at = 0;
	int fd = memfd_new(), e;

	if (fd < 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "memfd_create");

	while (at < bytes.n) {
		ssize_t n = write(fd, bytes.p + at, bytes.n - at);

		if (n > 0)
			at += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	if (at == bytes.n && lseek(fd, 0, SEEK_SET) == 0 &&
	    fcntl(fd, F_ADD_SEALS, seals) == 0) {
		*ret_fd = fd;
		return VT_OK;
	}

	e = errno;
	(void)close(fd);
	return vt_err_errno(reterr,
	    e == ENOSPC || e == ENOMEM ? VT_E_NOMEM : VT_E_IO, e,
	    "memfd of %zu bytes", bytes.n);
}
