/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/files.h"

int
vt_file_err(struct vt_err *reterr, int os_errno, const char *what)
{
	switch (os_errno) {
	case ENOSPC:
	case EDQUOT:
		return vt_err_errno(
		    reterr, VT_E_STORE_FULL, os_errno, "%s", what);
	case EROFS:
	case EACCES:
	case EPERM:
		return vt_err_errno(
		    reterr, VT_E_STORE_READ_ONLY, os_errno, "%s", what);
	case ENOENT:
	case ENOTDIR:
		return vt_err_errno(
		    reterr, VT_E_NO_INPUT, os_errno, "%s", what);
	case EEXIST:
		return vt_err_errno(reterr, VT_E_EXISTS, os_errno, "%s", what);
	default:
		return vt_err_errno(reterr, VT_E_IO, os_errno, "%s", what);
	}
}

int
vt_dir_sync(const char *path, struct vt_err *reterr)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = VT_OK;

	if (fd < 0)
		return vt_file_err(reterr, errno, "opening a directory");
	if (fsync(fd) != 0)
		rc = vt_file_err(reterr, errno, "syncing a directory");
	(void)close(fd);
	return rc;
}

static int
sync_parent(const char *path, struct vt_err *reterr)
{
	char *dir = strdup(path), *slash;
	int rc;

	if (dir == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "file: out of memory");
	slash = strrchr(dir, '/');
	if (slash == NULL)
		rc = vt_dir_sync(".", reterr);
	else {
		slash[slash == dir ? 1 : 0] = '\0';
		rc = vt_dir_sync(dir, reterr);
	}
	free(dir);
	return rc;
}

static int
write_all(int fd, struct vt_span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		s = VT_SPAN(s.p + n, s.n - (size_t)n);
	}
	return fsync(fd) == 0 ? 0 : errno;
}

/* A key file that is there is never replaced: link, not rename. */
static int
put_file(const char *path, struct vt_span content, bool replace,
    struct vt_err *reterr)
{
	const char *what =
	    replace ? "writing a file of the store" : "writing a key file";
	char *tmp = NULL;
	int fd, e, rc = VT_OK;

	if (asprintf(&tmp, "%s.XXXXXX", path) < 0)
		return vt_err_set(reterr, VT_E_NOMEM, "file: out of memory");
	fd = mkostemp(tmp, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		e = errno;
		free(tmp);
		return vt_file_err(reterr, e, what);
	}
	e = write_all(fd, content);
	(void)close(fd);
	if (e == 0 && (replace ? rename(tmp, path) : link(tmp, path)) != 0)
		e = errno;
	if (e != 0)
		rc = vt_file_err(reterr, e, what);
	if (e != 0 || !replace)
		(void)unlink(tmp);
	free(tmp);
	return rc == VT_OK ? sync_parent(path, reterr) : rc;
}

int
vt_file_create(const char *path, struct vt_span content, struct vt_err *reterr)
{
	return put_file(path, content, false, reterr);
}

int
vt_file_replace(const char *path, struct vt_span content, struct vt_err *reterr)
{
	return put_file(path, content, true, reterr);
}

int
vt_file_read(
    const char *path, size_t max, struct vt_buf *ret, struct vt_err *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = VT_OK;
	uint8_t piece[16384];
	ssize_t n;

	if (fd < 0)
		return vt_file_err(reterr, errno, path);
	while (rc == VT_OK && (n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = vt_file_err(reterr, errno, path);
		else if (ret->n + (size_t)n > max)
			rc = vt_err_set(reterr, VT_E_LIMIT,
			    "%s: more than %zu bytes", path, max);
		else
			vt_buf_put(ret, piece, (size_t)n);
	}
	(void)close(fd);
	return rc == VT_OK ? vt_buf_status(ret, reterr) : rc;
}

int
vt_dir_make(const char *path, bool *ret_empty, struct vt_err *reterr)
{
	struct dirent *d;
	bool empty = true;
	DIR *dir;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return vt_file_err(reterr, errno, "making the data directory");
	if (ret_empty == NULL)
		return VT_OK;
	if ((dir = opendir(path)) == NULL)
		return vt_file_err(reterr, errno, "opening the data directory");
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			empty = false;
	(void)closedir(dir);
	*ret_empty = empty;
	return VT_OK;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		size_t n = strlen(*names);

		if (strncmp(name, *names, n) == 0 &&
		    (name[n] == '\0' ||
			(name[n] == '.' && strlen(name + n) == 7)))
			return true;
	}
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int
vt_dir_holds_only(const char *path, const char *const *names, bool *ret,
    struct vt_err *reterr)
{
	bool only = true;
	struct dirent *d;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return vt_file_err(reterr, errno, "opening the data directory");
	while (only && (d = readdir(dir)) != NULL)
		only = is_one_of(d->d_name, names);
	(void)closedir(dir);
	*ret = only;
	return VT_OK;
}
