/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random access to bytes that are not all in memory: a mapped file, a blob of
 * the store, or memory in tests. Offsets are 64-bit.
 */
#ifndef VT_BASE_SOURCE_H
#define VT_BASE_SOURCE_H

#include "base/err.h"
#include "base/span.h"

struct vt_source {
	uint64_t size;
	/*
	 * Copies exactly n bytes at off; [off, off + n) lies inside size.
	 * Returns VT_OK or an error. One thread at a time.
	 */
	int (*read)(struct vt_source *s, uint64_t off, void *p, size_t n,
	    struct vt_err *reterr);
	/* The whole content when it is addressable, else NULL. */
	const uint8_t *map;
	void *arg;
};

/* Over borrowed memory, which must outlive s. */
void vt_source_memory(struct vt_source *s, struct vt_span m);

/*
 * Maps an open regular file or memfd read-only (the descriptor may be closed
 * afterwards). Errors: VT_E_IO, VT_E_FILE_EMPTY. Unmapped by
 * vt_source_close. A file cut short while mapped raises SIGBUS: only workers
 * map foreign files.
 */
VT_NODISCARD int vt_source_map_fd(struct vt_source *s, int fd,
    struct vt_err *reterr);
void vt_source_close(struct vt_source *s);

/*
 * The same file by pread, not mapped: for the program itself, which only
 * hashes and copies, and must survive a file that is cut short meanwhile
 * (VT_E_IO). fd: borrowed until vt_source_close. An empty file is allowed.
 */
VT_NODISCARD int vt_source_pread_fd(
    struct vt_source *s, int fd, struct vt_err *reterr);

/*
 * A file without a name in this folder (of a file system that has none: a name
 * that is gone at once), readable and writable. *ret_fd owned. VT_E_IO,
 * VT_E_STORE_FULL.
 */
VT_NODISCARD int vt_unnamed_open(
    const char *folder, int *ret_fd, struct vt_err *reterr);
/* Writes all of it where a descriptor stands. VT_E_IO, VT_E_STORE_FULL. */
VT_NODISCARD int vt_fd_put(
    int fd, struct vt_span s, struct vt_err *reterr);

/* Bounds-checked read; VT_E_INVALID outside the source. */
VT_NODISCARD int vt_source_read(struct vt_source *s, uint64_t off, void *p,
    size_t n, struct vt_err *reterr);

#endif
