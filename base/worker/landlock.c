/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Landlock by raw system calls. The kernel that runs us may be newer or older
 * than the headers that built us, so the ABI is asked at run time and the few
 * numbers stand here (linux/landlock.h, ABI 1 to 7).
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/worker/sandbox.h"

#ifndef SYS_landlock_create_ruleset /* one number on every architecture */
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define CREATE_VERSION 1U
#define RULE_PATH      1

#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR  (1ULL << 3)

struct ruleset {
	uint64_t fs;     /* ABI 1 */
	uint64_t net;    /* ABI 4: bind, connect of TCP */
	uint64_t scoped; /* ABI 6: abstract sockets, signals */
};

struct path_rule {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

static_assert(sizeof(struct ruleset) == 24, "kernel interface");
static_assert(sizeof(struct path_rule) == 12, "kernel interface");

int
vt_landlock_abi(void)
{
	long abi = syscall(
	    SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* Every right the ABI knows; what is handled and not allowed is denied. */
static struct ruleset
everything(int abi)
{
	struct ruleset r = { .fs = (1ULL << 13) - 1 };

	if (abi >= 2)
		r.fs |= 1ULL << 13; /* link or rename across directories */
	if (abi >= 3)
		r.fs |= 1ULL << 14; /* truncate */
	if (abi >= 5)
		r.fs |= 1ULL << 15; /* ioctl on devices */
	if (abi >= 4)
		r.net = 3;
	if (abi >= 6)
		r.scoped = 3;
	return r;
}

static int
allow_reading(int ruleset, const char *path, struct vt_err *reterr)
{
	struct path_rule rule = { .allowed = FS_READ_FILE | FS_READ_DIR };
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC), rc = VT_OK;

	if (fd < 0 && errno == ENOENT)
		return VT_OK; /* what is not there stays unreadable */
	if (fd < 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: open %s", path);

	rule.parent_fd = fd;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed = FS_READ_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0U) != 0)
		rc = vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: Landlock rule for %s", path);
	(void)close(fd);
	return rc;
}

int
vt_landlock_enter(const char *const *readable, struct vt_err *reterr)
{
	int abi = vt_landlock_abi(), fd, rc = VT_OK;
	struct ruleset r = everything(abi);

	if (abi == 0)
		return VT_OK; /* seccomp stands alone; vt_worker_sandbox says */

	fd = (int)syscall(SYS_landlock_create_ruleset, &r, sizeof(r), 0U);
	if (fd < 0)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: Landlock ABI %d ruleset", abi);
	for (; rc == VT_OK && readable != NULL && *readable != NULL; readable++)
		rc = allow_reading(fd, *readable, reterr);
	if (rc == VT_OK && syscall(SYS_landlock_restrict_self, fd, 0U) != 0)
		rc = vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "worker sandbox: Landlock restrict");
	(void)close(fd);
	return rc;
}
