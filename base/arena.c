/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>

/* Under AddressSanitizer what is not handed out may not be touched. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

/* The analyzer loses a block that is linked behind the head. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define ARENA_MAGIC 0x41524e41u
#define ALIGN       16
#define BLOCK_FIRST 1008 /* most hold no more; malloc has such at hand */
#define BLOCK_MIN   4096
#define BLOCK_MAX   65536

struct block {
	struct block *next;
	size_t size; /* of data */
	size_t used;
	size_t clean; /* zeroed already */
	uint8_t data[];
};
static_assert(sizeof(struct block) % ALIGN == 0, "data stays aligned");

struct vt_arena {
	uint32_t magic;
	int failed; /* of the last allocation that failed */
	size_t limit;
	size_t total;       /* of all blocks, with their heads */
	size_t used;        /* handed out */
	size_t next_size;   /* of the next ordinary block, with its head */
	struct block *head; /* allocations are tried here */
};

struct vt_arena *
vt_arena_new(size_t limit)
{
	struct vt_arena *a;

	VT_ASSERT(limit >= BLOCK_MIN);
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->magic = ARENA_MAGIC;
	a->limit = limit;
	a->next_size = BLOCK_FIRST;
	return a;
}

void
vt_arena_free(struct vt_arena *a)
{
	struct block *b, *next;

	if (a == NULL)
		return;
	VT_CHECK(a, ARENA_MAGIC);
	for (b = a->head; b != NULL; b = next) {
		next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		free(b);
	}
	a->magic = 0;
	free(a);
}

static void *
fail(struct vt_arena *a, int code)
{
	a->failed = code;
	return NULL;
}

/* A block with room for n bytes. It becomes the head, unless it is a large
 * one of its own: then small allocations go on in the old head. */
static struct block *
new_block(struct vt_arena *a, size_t n)
{
	size_t left = a->limit - a->total, size;
	struct block *b;

	if (n > SIZE_MAX - sizeof(*b) || n + sizeof(*b) > left)
		return fail(a, VT_E_LIMIT);
	size = n + sizeof(*b);
	if (size < a->next_size)
		size = a->next_size < left ? a->next_size : left;
	/* A large one is clean as it comes, mostly; a small one is zeroed as it
	 * is handed out. */
	b = size > a->next_size ? calloc(1, size) : malloc(size);
	if (b == NULL)
		return fail(a, VT_E_NOMEM);
	b->used = 0;
	b->clean = size > a->next_size;
	b->size = size - sizeof(*b);
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
	a->total += size;
	if (a->head != NULL && size > a->next_size) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
		if (a->next_size < BLOCK_MIN)
			a->next_size = BLOCK_MIN;
		else if (a->next_size < BLOCK_MAX)
			a->next_size *= 2;
	}
	return b;
}

void *
vt_arena_alloc(struct vt_arena *a, size_t n)
{
	struct block *b;
	size_t need;
	void *p;

	VT_CHECK(a, ARENA_MAGIC);
	if (n == 0)
		return NULL;
	if (n > SIZE_MAX - ALIGN)
		return fail(a, VT_E_LIMIT);
	need = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	b = a->head;
	if (b == NULL || need > b->size - b->used) {
		b = new_block(a, need);
		if (b == NULL)
			return NULL;
	}
	p = b->data + b->used;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	if (b->clean == 0)
		memset(p, 0, n);
	b->used += need;
	a->used += n;
	return p;
}

void *
vt_arena_array(struct vt_arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return fail(a, VT_E_LIMIT);
	return vt_arena_alloc(a, n);
}

char *
vt_arena_strndup(struct vt_arena *a, const void *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX)
		return fail(a, VT_E_LIMIT);
	p = vt_arena_alloc(a, n + 1);
	if (p != NULL && n != 0)
		memcpy(p, s, n);
	return p;
}

char *
vt_arena_strdup(struct vt_arena *a, const char *s)
{
	return vt_arena_strndup(a, s, strlen(s));
}

struct vt_span
vt_arena_copy(struct vt_arena *a, struct vt_span s, bool *ok)
{
	uint8_t *p;

	*ok = true;
	if (s.n == 0)
		return VT_SPAN(NULL, 0);
	p = vt_arena_alloc(a, s.n);
	if (p == NULL) {
		*ok = false;
		return VT_SPAN(NULL, 0);
	}
	memcpy(p, s.p, s.n);
	return VT_SPAN(p, s.n);
}

size_t
vt_arena_used(const struct vt_arena *a)
{
	VT_CHECK(a, ARENA_MAGIC);
	return a->used;
}

int
vt_arena_err(const struct vt_arena *a, struct vt_err *reterr)
{
	VT_CHECK(a, ARENA_MAGIC);
	if (a->failed == VT_E_LIMIT)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "arena: wanted at most %zu bytes, %zu are in use", a->limit,
		    a->total);
	return vt_err_set(
	    reterr, VT_E_NOMEM, "arena of %zu bytes: out of memory", a->total);
}
