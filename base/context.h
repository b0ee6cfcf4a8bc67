/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program takes from outside: time and randomness. Both are members
 * of a context that is passed down, so that tests set them and the same
 * input gives the same bytes. The shipped program uses vt_context_system()
 * and has no switch for anything else.
 */
#ifndef VT_BASE_CONTEXT_H
#define VT_BASE_CONTEXT_H

#include "base/err.h"
#include "base/time.h"

struct vt_context {
	/* Wall clock, UTC. Thread-safe. */
	vt_time (*now)(void *arg);
	/* Monotonic clock in microseconds, for durations. Thread-safe. */
	int64_t (*monotonic_us)(void *arg);
	/* Fills p with n unpredictable bytes; cannot fail. Thread-safe. */
	void (*random)(void *arg, void *p, size_t n);
	void *arg;
};

/* The real clocks and libgcrypt's generator. Static. Needs vt_base_init(). */
const struct vt_context *vt_context_system(void);

static inline vt_time
vt_now(const struct vt_context *c)
{
	return c->now(c->arg);
}

static inline int64_t
vt_monotonic_us(const struct vt_context *c)
{
	return c->monotonic_us(c->arg);
}

static inline void
vt_random(const struct vt_context *c, void *p, size_t n)
{
	c->random(c->arg, p, n);
}

/*
 * Once per process, before threads and before anything else of base: checks
 * libgcrypt's version, sets up its secure memory, turns core dumps off and
 * blocks SIGPIPE. Workers call it again after fork (it is idempotent).
 */
VT_NODISCARD int vt_base_init(struct vt_err *reterr);

#endif
