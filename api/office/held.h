/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much memory the papers take that are held in memory files for workers.
 * Nobody has to give it back: a file that its holder has closed is noticed at
 * the next admission, by its descriptor being closed or another file's.
 */
#ifndef VT_API_OFFICE_HELD_H
#define VT_API_OFFICE_HELD_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define VT_HELD_FILES 256

struct vt_held {
	pthread_mutex_t lock;
	struct {
		int fd; /* -1: free */
		dev_t dev;
		ino_t ino;
		uint64_t size;
	} file[VT_HELD_FILES];
};

void vt_held_init(struct vt_held *h);
void vt_held_fini(struct vt_held *h);

/*
 * Counts fd, an empty memory file that is to become size bytes. More than
 * PAPER_MEMORY_MAX together is VT_E_BUSY; a larger file is admitted when it is
 * alone. Threads: safe. Cost: a system call for each file held.
 */
VT_NODISCARD int vt_held_admit(
    struct vt_held *h, int fd, uint64_t size, struct vt_err *reterr);

#endif
