/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "api/cli/cli.h"

int
vt_cli_open(const char *path, int *ret_fd, struct vt_err *reterr)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return vt_err_errno(reterr,
		    errno == ENOENT || errno == ENOTDIR || errno == EACCES
			? VT_E_NO_INPUT
			: VT_E_IO,
		    errno, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return vt_err_set(
		    reterr, VT_E_NO_INPUT, "%s: not a regular file", path);
	}
	*ret_fd = fd;
	return VT_OK;
}

static int
read_all(int fd, const char *path, size_t limit, struct vt_buf *ret,
    struct vt_err *reterr)
{
	uint8_t b[65536];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, b, sizeof(b))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vt_err_errno(reterr, VT_E_IO, errno, "%s", path);
		total += (size_t)n;
		if (total > limit)
			return vt_err_set(reterr, VT_E_LIMIT,
			    "%s: more than %zu bytes", path, limit);
		vt_buf_put(ret, b, (size_t)n);
	}
	return vt_buf_status(ret, reterr);
}

int
vt_cli_read(
    const char *path, size_t limit, struct vt_buf *ret, struct vt_err *reterr)
{
	int fd, rc;

	if ((rc = vt_cli_open(path, &fd, reterr)) != VT_OK)
		return rc;
	rc = read_all(fd, path, limit, ret, reterr);
	close(fd);
	return rc;
}

static int
put_all(
    int fd, const char *path, const uint8_t *p, size_t n, struct vt_err *reterr)
{
	ssize_t w;

	while (n > 0) {
		w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return vt_err_errno(reterr,
			    errno == ENOSPC || errno == EDQUOT ? VT_E_STORE_FULL
							       : VT_E_IO,
			    errno, "%s", path);
		p += w;
		n -= (size_t)w;
	}
	return VT_OK;
}

static int
copy_all(int from, int to, const char *path, struct vt_err *reterr)
{
	uint8_t b[65536];
	off_t at = 0;
	ssize_t n;
	int rc;

	for (;;) {
		n = pread(from, b, sizeof(b), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vt_err_errno(
			    reterr, VT_E_IO, errno, "reading the input");
		if (n == 0)
			return VT_OK;
		rc = put_all(to, path, b, (size_t)n, reterr);
		if (rc != VT_OK)
			return rc;
		at += n;
	}
}

int
vt_cli_write(const char *path, int prefix_fd, struct vt_span bytes,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(temp);
	int fd, rc = VT_OK;

	if (strcmp(path, "-") == 0) {
		if (prefix_fd >= 0)
			rc = copy_all(
			    prefix_fd, STDOUT_FILENO, "stdout", reterr);
		return rc != VT_OK ? rc
				   : put_all(STDOUT_FILENO, "stdout", bytes.p,
					 bytes.n, reterr);
	}
	vt_buf_printf(&temp, "%s.%ld.part", path, (long)getpid());
	if ((rc = vt_buf_status(&temp, reterr)) != VT_OK)
		return rc;
	fd = open(
	    vt_buf_str(&temp), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return vt_err_errno(reterr,
		    errno == ENOSPC ? VT_E_STORE_FULL : VT_E_IO, errno, "%s",
		    path);
	if (prefix_fd >= 0)
		rc = copy_all(prefix_fd, fd, path, reterr);
	if (rc == VT_OK)
		rc = put_all(fd, path, bytes.p, bytes.n, reterr);
	if (rc == VT_OK && fsync(fd) < 0)
		rc = vt_err_errno(reterr, VT_E_IO, errno, "%s", path);
	close(fd);
	if (rc == VT_OK && rename(vt_buf_str(&temp), path) < 0)
		rc = vt_err_errno(reterr, VT_E_IO, errno, "%s", path);
	if (rc != VT_OK)
		unlink(vt_buf_str(&temp));
	return rc;
}

int
vt_cli_ask_pin(
    const char *prompt, struct vt_secret **ret, struct vt_err *reterr)
{
	struct termios old, quiet;
	char line[512];
	ssize_t n;
	int tty;

	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0 || tcgetattr(tty, &old) < 0) {
		if (tty >= 0)
			close(tty);
		return vt_err_set(reterr, VT_E_USAGE,
		    "the key needs a PIN and there is no terminal to ask on: "
		    "give --pin-file");
	}
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &quiet);
	dprintf(tty, "%s: ", prompt);
	n = read(tty, line, sizeof(line));
	tcsetattr(tty, TCSAFLUSH, &old);
	dprintf(tty, "\n");
	close(tty);
	if (n <= 0)
		return vt_err_set(reterr, VT_E_USAGE, "no PIN was entered");
	if (line[n - 1] == '\n')
		n--;
	*ret = vt_secret_new(line, (size_t)n);
	vt_wipe(line, sizeof(line));
	return *ret == NULL
		   ? vt_err_set(reterr, VT_E_NOMEM, "no secure memory left")
		   : VT_OK;
}
