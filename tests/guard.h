/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guard pages for tests of parsers: a copy of bytes that ends where a page
 * that cannot be read begins. One byte too far is a crash, also without a
 * sanitizer.
 *
 *	struct guard g;
 *	struct vt_span s = guard_put(&g, VT_SPAN_LIT("..."));
 *	...
 *	guard_drop(&g);
 */
#ifndef VT_TESTS_GUARD_H
#define VT_TESTS_GUARD_H

#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/span.h"

struct guard {
	void *map;
	size_t n;
};

static inline __attribute__((unused)) struct vt_span
guard_put(struct guard *g, struct vt_span s)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t body = (s.n + page - 1) / page * page;
	uint8_t *p;

	g->n = body + page;
	g->map = mmap(NULL, g->n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	VT_ASSERT(g->map != MAP_FAILED);
	p = (uint8_t *)g->map + body;
	VT_ASSERT(mprotect(p, page, PROT_NONE) == 0);
	if (s.n > 0)
		memcpy(p - s.n, s.p, s.n);
	return VT_SPAN(p - s.n, s.n);
}

static inline __attribute__((unused)) void
guard_drop(struct guard *g)
{
	VT_ASSERT(munmap(g->map, g->n) == 0);
}

#endif
