/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measuring side by side: the things compared take turns, round after round,
 * so that a machine that slows down slows all of them; the median counts.
 */
#ifndef VT_TESTS_BENCH_ROUNDS_H
#define VT_TESTS_BENCH_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

#define ROUNDS_MAX 64

struct rounds {
	double value[ROUNDS_MAX];
	size_t n;
};

/* Monotonic seconds, and CPU seconds of this thread. */
double bench_wall(void);
double bench_cpu(void);

void rounds_add(struct rounds *r, double v);
double rounds_median(const struct rounds *r); /* sorts a copy */
double rounds_min(const struct rounds *r);
double rounds_max(const struct rounds *r);

/* Peak RssAnon + RssShmem of this process in KiB, from /proc. */
long bench_memory_kib(void);

#endif
