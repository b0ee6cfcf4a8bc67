/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place of backups: files named by their hashes, manifests by number. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/files.h"

#define PATH_SIZE 4096

static int
path_of(char *ret, const char *dir, const char *sub, const char *name,
    struct vt_err *reterr)
{
	int n = snprintf(ret, PATH_SIZE, "%s/%s%s%s", dir, sub,
	    name[0] == '\0' ? "" : "/", name);

	if (n < 0 || n >= PATH_SIZE)
		return vt_err_set(
		    reterr, VT_E_INVALID, "the path of a backup is too long");
	return VT_OK;
}

static int
object_path(char *ret, const struct vt_place *p, enum vt_side side,
    const vt_hash *name, struct vt_err *reterr)
{
	char hex[VT_HASH_TEXT + 1];

	vt_hash_text(name, hex);
	return path_of(ret, p->dir[side], "objects", hex, reterr);
}

static int
make_dirs(const char *dir, const char *sub, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int rc;

	if ((rc = vt_dir_make(dir, NULL, reterr)) != VT_OK ||
	    (rc = path_of(path, dir, sub, "", reterr)) != VT_OK ||
	    (rc = vt_dir_make(path, NULL, reterr)) != VT_OK)
		return rc;
	return vt_dir_sync(dir, reterr);
}

static int
same_place(const struct vt_place *p, bool *ret, struct vt_err *reterr)
{
	struct stat a, b;

	if (stat(p->dir[0], &a) != 0 || stat(p->dir[1], &b) != 0)
		return vt_file_err(
		    reterr, errno, "looking for the backup and its keys");
	*ret = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	return VT_OK;
}

static int
take_lock(struct vt_place *p, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int rc;

	if ((rc = path_of(path, p->dir[0], "lock", "", reterr)) != VT_OK)
		return rc;
	p->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (p->lock_fd < 0)
		return vt_file_err(reterr, errno, "the lock of a backup");
	if (flock(p->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return vt_err_set(reterr, VT_E_STORE_LOCKED,
		    "backup %s: another one is being taken there", p->dir[0]);
	return VT_OK;
}

int
vt_place_stream(
    struct vt_place *p, int fd, const char *keys, struct vt_err *reterr)
{
	*p = (struct vt_place){
		.dir = { "-", keys }, .lock_fd = -1, .stream = fd
	};
	return make_dirs(keys, "objects", reterr);
}

int
vt_place_open(struct vt_place *p, const char *place, const char *keys,
    bool make, struct vt_err *reterr)
{
	bool same = true;
	int rc = VT_OK;

	*p = (struct vt_place){
		.dir = { place, keys }, .lock_fd = -1, .stream = -1
	};
	if (make && ((rc = make_dirs(place, "objects", reterr)) != VT_OK ||
			(rc = make_dirs(place, "manifests", reterr)) != VT_OK ||
			(rc = make_dirs(keys, "objects", reterr)) != VT_OK))
		return rc;
	if ((rc = same_place(p, &same, reterr)) != VT_OK)
		return rc;
	if (same)
		return vt_err_set(reterr, VT_E_INVALID,
		    "backup: keys lie apart from what they open: --keys names "
		    "another directory");
	if (make && (rc = take_lock(p, reterr)) != VT_OK)
		vt_place_close(p);
	return rc;
}

void
vt_place_close(struct vt_place *p)
{
	if (p->lock_fd >= 0)
		(void)close(p->lock_fd);
	p->lock_fd = -1;
}

bool
vt_place_has(const struct vt_place *p, enum vt_side side, const vt_hash *name,
    uint64_t size)
{
	char path[PATH_SIZE];
	struct stat st;

	return object_path(path, p, side, name, NULL) == VT_OK &&
	       stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == size;
}

/* ---- files ---- */

static int
write_out(int fd, struct vt_span s, struct vt_err *reterr)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vt_file_err(
			    reterr, errno, "writing to the backup");
		s = VT_SPAN(s.p + n, s.n - (size_t)n);
	}
	if (fsync(fd) != 0)
		return vt_file_err(reterr, errno, "syncing the backup");
	return VT_OK;
}

static int
read_in(int fd, struct vt_buf *ret, struct vt_err *reterr)
{
	struct stat st;
	uint8_t *p;
	size_t at = 0, n;

	if (fstat(fd, &st) != 0)
		return vt_file_err(reterr, errno, "reading the backup");
	if (st.st_size < 0 || (uint64_t)st.st_size > VT_OBJECT_MAX)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "a file of the backup is larger than any that is written");
	n = (size_t)st.st_size;
	if ((p = vt_buf_extend(ret, n)) == NULL)
		return vt_buf_status(ret, reterr);
	while (at < n) {
		ssize_t got = read(fd, p + at, n - at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return vt_file_err(reterr, errno, "reading the backup");
		if (got == 0)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "a file of the backup became shorter while it was "
			    "read");
		at += (size_t)got;
	}
	return VT_OK;
}

/* What the disk gives back, not what memory still holds. */
static int
read_back(int fd, struct vt_span want, struct vt_err *reterr)
{
	uint8_t piece[16384];
	size_t at = 0;
	ssize_t n;

	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	do {
		n = pread(fd, piece, sizeof(piece), (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vt_file_err(
			    reterr, errno, "reading the backup back");
		if ((size_t)n > want.n - at ||
		    memcmp(piece, want.p + at, (size_t)n) != 0)
			break;
		at += (size_t)n;
	} while (n != 0);
	if (n != 0 || at != want.n)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "backup: what was written reads back otherwise: the disk "
		    "of the backup is damaged");
	return VT_OK;
}

/* All or nothing under its name; verified. */
static int
place_file(const char *path, struct vt_span content, struct vt_err *reterr)
{
	char tmp[PATH_SIZE + 8];
	int fd, rc;

	(void)snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	fd = open(
	    tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return vt_file_err(
		    reterr, errno, "making a file of the backup");
	rc = write_out(fd, content, reterr);
	if (rc == VT_OK)
		rc = read_back(fd, content, reterr);
	(void)close(fd);
	if (rc == VT_OK && rename(tmp, path) != 0)
		rc = vt_file_err(reterr, errno, "naming a file of the backup");
	if (rc != VT_OK)
		(void)unlink(tmp);
	return rc;
}

/* One that is there is taken for what its name says only when it is. */
static bool
is_whole(const struct vt_place *p, enum vt_side side, const vt_hash *name,
    uint64_t size)
{
	VT_BUF_AUTO(b);

	vt_buf_init(&b, VT_OBJECT_MAX);
	return vt_place_has(p, side, name, size) &&
	       vt_place_get(p, side, name, &b, NULL) == VT_OK;
}

int
vt_place_put(const struct vt_place *p, enum vt_side side,
    struct vt_span content, vt_hash *ret_name, bool *ret_fresh,
    struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int rc;

	*ret_name = vt_sha256(content);
	if (p->stream >= 0 && side == VT_SIDE_MAIN) {
		*ret_fresh = true;
		(void)snprintf(path, sizeof(path), "objects/");
		vt_hash_text(ret_name, path + 8);
		return vt_stream_put(p->stream, path, content, reterr);
	}
	if ((rc = object_path(path, p, side, ret_name, reterr)) != VT_OK)
		return rc;
	*ret_fresh = !is_whole(p, side, ret_name, content.n);
	if (!*ret_fresh)
		return VT_OK;
	return place_file(path, content, reterr);
}

int
vt_place_get(const struct vt_place *p, enum vt_side side, const vt_hash *name,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	char path[PATH_SIZE], hex[VT_HASH_TEXT + 1];
	vt_hash is;
	int fd, rc;

	vt_hash_text(name, hex);
	if ((rc = object_path(path, p, side, name, reterr)) != VT_OK)
		return rc;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return vt_err_errno(reterr,
		    errno == ENOENT ? VT_E_NO_INPUT : VT_E_IO, errno,
		    "backup: %sobjects/%.16s…",
		    side == VT_SIDE_KEYS ? "keys: " : "", hex);
	rc = read_in(fd, ret, &err);
	(void)close(fd);
	is = vt_sha256(vt_buf_view(ret));
	if (rc == VT_OK && vt_hash_eq(&is, name))
		return VT_OK;
	return vt_err_set(reterr, rc == VT_OK ? VT_E_STORE_CORRUPT : err.code,
	    "backup: %sobjects/%.16s…: %s",
	    side == VT_SIDE_KEYS ? "keys: " : "", hex,
	    rc == VT_OK ? "its SHA-256 is not its name: damaged since it was "
			  "written"
			: err.msg);
}

/* ---- manifests ---- */

static int
manifest_path(
    char *ret, const struct vt_place *p, uint64_t number, struct vt_err *reterr)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%010" PRIu64, number);
	return path_of(ret, p->dir[0], "manifests", name, reterr);
}

int
vt_place_newest(const struct vt_place *p, uint64_t below, uint64_t *ret,
    struct vt_err *reterr)
{
	char path[PATH_SIZE], *end;
	struct dirent *d;
	DIR *dir;
	int rc;

	*ret = 0;
	if ((rc = path_of(path, p->dir[0], "manifests", "", reterr)) != VT_OK)
		return rc;
	if ((dir = opendir(path)) == NULL)
		return vt_file_err(reterr, errno, "looking for backups");
	while ((d = readdir(dir)) != NULL) {
		uint64_t n = strtoull(d->d_name, &end, 10);

		if (strlen(d->d_name) == 10 && *end == '\0' && n > *ret &&
		    (below == 0 || n < below))
			*ret = n;
	}
	(void)closedir(dir);
	return VT_OK;
}

static int
sync_sub(const char *dir, const char *sub, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int rc = path_of(path, dir, sub, "", reterr);

	return rc == VT_OK ? vt_dir_sync(path, reterr) : rc;
}

int
vt_place_manifest_put(const struct vt_place *p, uint64_t number,
    struct vt_span content, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int rc;

	if (p->stream >= 0) {
		(void)snprintf(
		    path, sizeof(path), "manifests/%010" PRIu64, number);
		rc = sync_sub(p->dir[1], "objects", reterr);
		if (rc == VT_OK)
			rc = vt_stream_put(p->stream, path, content, reterr);
		return rc == VT_OK ? vt_stream_end(p->stream, reterr) : rc;
	}
	/* The names of its objects first. */
	if ((rc = sync_sub(p->dir[0], "objects", reterr)) != VT_OK ||
	    (rc = sync_sub(p->dir[1], "objects", reterr)) != VT_OK ||
	    (rc = manifest_path(path, p, number, reterr)) != VT_OK ||
	    (rc = place_file(path, content, reterr)) != VT_OK)
		return rc;
	return sync_sub(p->dir[0], "manifests", reterr);
}

int
vt_place_manifest_get(const struct vt_place *p, uint64_t number,
    struct vt_buf *ret, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int fd, rc;

	if ((rc = manifest_path(path, p, number, reterr)) != VT_OK)
		return rc;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return vt_err_errno(reterr,
		    errno == ENOENT ? VT_E_NO_INPUT : VT_E_IO, errno,
		    "backup: manifests/%010" PRIu64, number);
	rc = read_in(fd, ret, reterr);
	(void)close(fd);
	return rc;
}

int
vt_place_manifest_drop(
    const struct vt_place *p, uint64_t number, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int rc;

	if ((rc = manifest_path(path, p, number, reterr)) != VT_OK)
		return rc;
	if (unlink(path) != 0 && errno != ENOENT)
		return vt_file_err(reterr, errno, "removing a manifest");
	return VT_OK;
}

int
vt_place_sweep(const struct vt_place *p, enum vt_side side,
    bool (*keep)(const void *arg, const vt_hash *name), const void *arg,
    uint64_t *ret_removed, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	struct dirent *d;
	vt_hash name;
	DIR *dir;
	int rc;

	rc = path_of(path, p->dir[side], "objects", "", reterr);
	if (rc != VT_OK)
		return rc;
	if ((dir = opendir(path)) == NULL)
		return vt_file_err(reterr, errno, "looking into the backup");
	while ((d = readdir(dir)) != NULL && rc == VT_OK) {
		size_t n = strlen(d->d_name);

		/* Ours only: a hash, or one that was cut off. */
		if (n < VT_HASH_TEXT ||
		    !vt_hash_parse(VT_SPAN(d->d_name, VT_HASH_TEXT), &name) ||
		    (n == VT_HASH_TEXT && keep(arg, &name)))
			continue;
		if (unlinkat(dirfd(dir), d->d_name, 0) != 0)
			rc = vt_file_err(
			    reterr, errno, "removing an old object");
		else
			(*ret_removed)++;
	}
	(void)closedir(dir);
	return rc;
}
