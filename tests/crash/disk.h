/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a disk may hold, from a tape. What was synced is there. Of what was
 * not, each sector of 512 bytes, and each name, is there or is not; which of
 * them is drawn, or all, none, or the last. One sector may be torn: its first
 * bytes new, the others as they were (no disk writes one from behind).
 */
#ifndef VT_TESTS_CRASH_DISK_H
#define VT_TESTS_CRASH_DISK_H

#include <stdbool.h>

#include "tests/crash/tape.h"

struct tape { /* a tape, read */
	uint8_t *bytes;
	size_t n;
	struct tape_entry {
		struct tape_rec r;
		const uint8_t *a, *b; /* borrowed from bytes */
	} * at;
	size_t n_at;
};

/* False: no tape, or not one. A record that was cut off ends it. */
bool tape_load(struct tape *t, const char *path);
void tape_free(struct tape *t);

enum disk_choice {
	DISK_NONE,    /* nothing that was not synced */
	DISK_ALL,     /* all of it */
	DISK_LAST,    /* the last write alone */
	DISK_WRITES,  /* each write, whole, or not */
	DISK_SECTORS, /* each sector, up to some write */
	DISK_TORN,    /* likewise, and one sector is torn */
	DISK_CHOICES
};

struct disk;
struct disk *disk_new(void);
void disk_free(struct disk *d);
/* The record has been done. */
void disk_apply(struct disk *d, const struct tape_entry *e);
/* Is anything not synced? Then the choices differ. */
bool disk_is_dirty(const struct disk *d);
/*
 * The disk into an empty folder. e: what is under way when the power is cut,
 * or NULL.
 */
void disk_build(struct disk *d, const struct tape_entry *e,
    enum disk_choice choice, uint64_t seed, const char *dir);
/* Files and folders that are not in dir as the calls on the tape say. */
unsigned int disk_differs(const struct disk *d, const char *dir);

/* Removes what is in a folder, and the list that a store keeps beside it. */
void disk_empty(const char *dir);

#endif
