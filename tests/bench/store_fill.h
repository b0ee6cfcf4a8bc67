/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stores to be measured: papers made by several threads, the same chunks put
 * into bare LMDB, and what the machine could do at best.
 */
#ifndef VT_TESTS_BENCH_STORE_FILL_H
#define VT_TESTS_BENCH_STORE_FILL_H

#include "docstore/store.h"

/* A store that grows. Papers are made and numbered in turn by the seed. */
struct fill {
	struct vt_store *s;
	char dir[512];
	uint32_t agency;
	size_t mean;    /* bytes of a paper: equally likely from a hundredth of
			 * it to twice as much */
	size_t threads; /* who register */
	/* so far */
	size_t n, room;
	vt_id *paper;
	uint64_t payload; /* bytes of their files */
};

/* Ends the program with what went wrong. */
void fill_must(int rc, const char *what, const struct vt_err *err);

/* A new store in dir (made, or emptied first) with one agency. */
void fill_open(struct fill *f, const char *dir, size_t mean, size_t threads);
/* Closes it and opens it again: nothing of it is in the process any more. */
void fill_reopen(struct fill *f);
void fill_close(struct fill *f);
/* n papers more, each an upload and an act; the seconds it took. */
double fill_papers(struct fill *f, size_t n);
/* n random papers found by id and their bytes read; seconds, and bytes. */
double fill_read(struct fill *f, size_t n, uint64_t *ret_bytes);
/* Size of paper no (from 0), and eight words for a subject. */
size_t fill_size(size_t mean, size_t no);
void fill_subject(size_t no, char *ret, size_t n);
void fill_bytes(uint8_t *p, size_t n, uint64_t seed);

/* Bytes that the files below a folder take on the disk. */
uint64_t disk_used(const char *dir);
/* Bytes still free where it lies. */
uint64_t disk_free(const char *dir);
void disk_remove(const char *dir);
/* The kernel forgets what it has in memory of these files. */
void disk_forget(const char *dir);
/* Bytes a second of reading the largest file below dir from its beginning, at
 * most max bytes, not in memory before. */
double disk_read_rate(const char *dir, uint64_t max);
/* Bytes a second that one core hashes by SHA-256. */
double sha256_rate(void);

/* Bare LMDB with the same chunks, one paper a synced transaction. */
struct peer;
struct peer *peer_open(const char *dir, size_t mean);
double peer_papers(struct peer *p, size_t n);
double peer_read(struct peer *p, size_t n);
void peer_close(struct peer *p);

#endif
