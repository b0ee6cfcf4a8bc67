/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tape: what a process did to the files below a folder, in order, with the
 * bytes, and between it what the process was told (marks). tape.c, preloaded,
 * writes it; disk.c makes of it what a disk may hold after the power was cut.
 *
 *	VT_TAPE_ROOT	folder, an absolute path without a link in it
 *	VT_TAPE_LOG	file, outside of it
 *	VT_TAPE_FAULT	"CALL COUNT FAULT": what becomes of COUNT calls from the
 *			CALL-th on, counted from 1; FAULT as in enum tape_fault
 *
 * A record is a struct tape_rec, then n_a bytes, then n_b bytes.
 */
#ifndef VT_TESTS_CRASH_TAPE_H
#define VT_TESTS_CRASH_TAPE_H

#include <stddef.h>
#include <stdint.h>

#define TAPE_MAGIC 0x65706174u

enum tape_op {
	TAPE_OPEN = 1, /* a: path; flags: TAPE_MADE, TAPE_EMPTIED */
	TAPE_WRITE,    /* off; a: bytes; flags: TAPE_DSYNC */
	TAPE_SIZE,     /* off: the new size */
	TAPE_SYNC,     /* of a file or a folder; a: path */
	TAPE_MKDIR,    /* a: path */
	TAPE_LINK,     /* a: path, b: the new one */
	TAPE_RENAME,   /* likewise */
	TAPE_UNLINK,   /* a: path */
	TAPE_READ,     /* nothing changed from here on: to be counted */
	TAPE_MMAP,
	TAPE_LOCK,
	TAPE_CLOSE,
	TAPE_MARK,   /* flags: enum mark */
	TAPE_BYPASS, /* a: what wrote so that it is not on the tape */
	TAPE_RMDIR   /* a: path */
};

#define TAPE_MADE    1u
#define TAPE_EMPTIED 2u
#define TAPE_DSYNC   4u
#define TAPE_FAILED  8u /* the call did nothing (a fault, or an error) */

struct tape_rec {
	uint32_t magic;
	uint16_t op, flags;
	uint32_t n_a, n_b;
	uint64_t call; /* from 1; 0 for marks */
	uint64_t file; /* its inode */
	int64_t off;
};

/* What a call answers instead of doing what it was asked. */
enum tape_fault {
	TAPE_EIO = 1,
	TAPE_EIO_AFTER, /* it does it, and says that it failed */
	TAPE_ENOSPC,
	TAPE_SHORT, /* half of the bytes */
	TAPE_EINTR,
	TAPE_ENOMEM,
	TAPE_LIE,          /* a sync says that it was done, and was not */
	TAPE_NOROOM,       /* ENOSPC of what needs room, the others are done */
	TAPE_ENOSPC_AFTER, /* as a thin volume: room was missing later on */
	TAPE_FAULTS,
	TAPE_KILL = TAPE_FAULTS /* SIGKILL before the call */
};

/* Writes a mark; what the process looks for with dlsym. */
typedef void tape_mark_fn(uint16_t mark, int64_t number, const void *a,
    size_t n_a, const void *b, size_t n_b);

#endif
