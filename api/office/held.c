/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "api/office/held.h"
#include "base/limits.h"

void
vt_held_init(struct vt_held *h)
{
	VT_ASSERT(pthread_mutex_init(&h->lock, NULL) == 0);
	for (size_t i = 0; i < VT_HELD_FILES; i++)
		h->file[i].fd = -1;
}

void
vt_held_fini(struct vt_held *h)
{
	VT_ASSERT(pthread_mutex_destroy(&h->lock) == 0);
}

/*
 * Is it still the file that was admitted? Another thread may close it, or open
 * another one under its number, at this very moment: either answer is right
 * then. fstatat, because a thread checker takes the fstat of a descriptor that
 * another thread closes for a mistake.
 */
static bool
is_open(const struct vt_held *h, size_t i)
{
	struct stat st;

	return fstatat(h->file[i].fd, "", &st, AT_EMPTY_PATH) == 0 &&
	       st.st_dev == h->file[i].dev && st.st_ino == h->file[i].ino;
}

/* Forgets what is closed; what is left. *ret_free: a free row, or none. */
static uint64_t
sweep(struct vt_held *h, size_t *ret_free)
{
	uint64_t total = 0;

	*ret_free = VT_HELD_FILES;
	for (size_t i = 0; i < VT_HELD_FILES; i++) {
		if (h->file[i].fd >= 0 && !is_open(h, i))
			h->file[i].fd = -1;
		if (h->file[i].fd < 0)
			*ret_free = i;
		else
			total += h->file[i].size;
	}
	return total;
}

int
vt_held_admit(struct vt_held *h, int fd, uint64_t size, struct vt_err *reterr)
{
	uint64_t total;
	struct stat st;
	size_t row;
	int rc = VT_OK;

	if (fstat(fd, &st) != 0)
		return vt_err_errno(
		    reterr, VT_E_IO, errno, "a memory file for a worker");
	VT_ASSERT(pthread_mutex_lock(&h->lock) == 0);
	total = sweep(h, &row);
	if (row == VT_HELD_FILES ||
	    (total > 0 && (size > VT_L(PAPER_MEMORY_MAX) ||
			      total > VT_L(PAPER_MEMORY_MAX) - size))) {
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "papers of %llu bytes are being read; %llu more are over "
		    "%zu (PAPER_MEMORY_MAX)",
		    (unsigned long long)total, (unsigned long long)size,
		    VT_L(PAPER_MEMORY_MAX));
	} else {
		h->file[row].fd = fd;
		h->file[row].dev = st.st_dev;
		h->file[row].ino = st.st_ino;
		h->file[row].size = size;
	}
	VT_ASSERT(pthread_mutex_unlock(&h->lock) == 0);
	return rc;
}
