/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of one request or job, freed at once. Allocations are aligned to 16
 * bytes and zeroed. A hard limit counts all blocks. One thread at a time.
 */
#ifndef VT_BASE_ARENA_H
#define VT_BASE_ARENA_H

#include "base/err.h"
#include "base/span.h"

struct vt_arena;

/* limit: bytes, at least 4096. NULL when out of memory. *owned* */
struct vt_arena *vt_arena_new(size_t limit);
void vt_arena_free(struct vt_arena *a); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_arena, vt_arena_free)

/*
 * NULL when the limit or memory is exhausted (or n is 0). *Borrowed from a
 * until vt_arena_free*, as are the results of the others.
 */
void *vt_arena_alloc(struct vt_arena *a, size_t n);
void *vt_arena_array(struct vt_arena *a, size_t count, size_t size);
char *vt_arena_strndup(struct vt_arena *a, const void *s, size_t n);
char *vt_arena_strdup(struct vt_arena *a, const char *s);
struct vt_span vt_arena_copy(struct vt_arena *a, struct vt_span s, bool *ok);

/* Bytes handed out so far, for limits and tests. */
size_t vt_arena_used(const struct vt_arena *a);

/* Sets VT_E_NOMEM or VT_E_LIMIT, whichever made the last allocation fail. */
int vt_arena_err(const struct vt_arena *a, struct vt_err *reterr);

#endif
