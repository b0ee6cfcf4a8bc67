/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/rounds.h"

static double
clock_s(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double
bench_wall(void)
{
	return clock_s(CLOCK_MONOTONIC);
}

double
bench_cpu(void)
{
	return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

void
rounds_add(struct rounds *r, double v)
{
	if (r->n < ROUNDS_MAX)
		r->value[r->n++] = v;
}

static int
compare(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

double
rounds_median(const struct rounds *r)
{
	double s[ROUNDS_MAX];

	if (r->n == 0)
		return 0;
	memcpy(s, r->value, r->n * sizeof(s[0]));
	qsort(s, r->n, sizeof(s[0]), compare);
	return r->n % 2 == 1 ? s[r->n / 2] :
			       (s[r->n / 2 - 1] + s[r->n / 2]) / 2;
}

double
rounds_min(const struct rounds *r)
{
	double m = r->n == 0 ? 0 : r->value[0];

	for (size_t i = 1; i < r->n; i++)
		m = r->value[i] < m ? r->value[i] : m;
	return m;
}

double
rounds_max(const struct rounds *r)
{
	double m = 0;

	for (size_t i = 0; i < r->n; i++)
		m = r->value[i] > m ? r->value[i] : m;
	return m;
}

long
bench_memory_kib(void)
{
	char line[256];
	long anon = 0, shm = 0;
	FILE *f = fopen("/proc/self/status", "r");

	if (f == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL) {
		sscanf(line, "RssAnon: %ld", &anon);
		sscanf(line, "RssShmem: %ld", &shm);
	}
	fclose(f);
	return anon + shm;
}
