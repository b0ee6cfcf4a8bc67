/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/shelf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct kept {
	struct vt_shelf_key key;
	uint8_t *bytes; /* owned; NULL: the place is free */
	size_t n;
	vt_time made, until; /* until 0: no end */
	uint64_t used;       /* larger: later */
};

struct vt_shelf {
	const struct vt_context *ctx;
	pthread_mutex_t lock; /* guards all below */
	size_t places, max, bytes;
	uint64_t clock;
	struct kept kept[];
};

struct vt_shelf *
vt_shelf_new(const struct vt_context *ctx, size_t places, size_t bytes)
{
	struct vt_shelf *s =
	    calloc(1, sizeof(*s) + places * sizeof(s->kept[0]));

	VT_ASSERT(places > 0);
	if (s != NULL && pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		s = NULL;
	}
	if (s == NULL)
		return NULL;
	s->ctx = ctx;
	s->places = places;
	s->max = bytes;
	return s;
}

void
vt_shelf_free(struct vt_shelf *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->places; i++)
		free(s->kept[i].bytes);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Under the lock, as all below. NULL: not there. */
static struct kept *
find(struct vt_shelf *s, const struct vt_shelf_key *k)
{
	for (size_t i = 0; i < s->places; i++) {
		struct kept *e = &s->kept[i];

		if (e->bytes != NULL && e->key.what == k->what &&
		    e->key.a == k->a && e->key.b == k->b &&
		    vt_hash_eq(&e->key.of, &k->of))
			return e;
	}
	return NULL;
}

static void
drop(struct vt_shelf *s, struct kept *e)
{
	s->bytes -= e->bytes == NULL ? 0 : e->n;
	free(e->bytes);
	memset(e, 0, sizeof(*e));
}

/* The one that nobody asked for longest; NULL: the shelf is empty. */
static struct kept *
oldest(struct vt_shelf *s)
{
	struct kept *old = NULL;

	for (size_t i = 0; i < s->places; i++)
		if (s->kept[i].bytes != NULL &&
		    (old == NULL || s->kept[i].used < old->used))
			old = &s->kept[i];
	return old;
}

/* A free place, with room for n bytes, n <= max. Each turn but the last takes
 * one away: there are no more turns than places. */
static struct kept *
room(struct vt_shelf *s, size_t n)
{
	struct kept *old;

	for (;;) {
		if (s->bytes + n <= s->max)
			for (size_t i = 0; i < s->places; i++)
				if (s->kept[i].bytes == NULL)
					return &s->kept[i];
		old = oldest(s);
		VT_ASSERT(old != NULL);
		drop(s, old);
	}
}

bool
vt_shelf_get(struct vt_shelf *s, const struct vt_shelf_key *k,
    struct vt_buf *ret, vt_time *ret_made)
{
	vt_time now = vt_now(s->ctx);
	struct kept *e;
	bool fresh;

	pthread_mutex_lock(&s->lock);
	e = find(s, k);
	/* Made later than now: the clock was set back, its age is unknown. */
	fresh =
	    e != NULL && (e->until == 0 || (e->made <= now && now < e->until));
	if (fresh) {
		e->used = ++s->clock;
		/* markup: none here, what was put in */
		vt_buf_put(ret, e->bytes, e->n);
		if (ret_made != NULL)
			*ret_made = e->made;
	}
	pthread_mutex_unlock(&s->lock);
	return fresh;
}

void
vt_shelf_put(struct vt_shelf *s, const struct vt_shelf_key *k,
    struct vt_span bytes, unsigned for_s)
{
	vt_time now = vt_now(s->ctx);
	struct kept *e;
	uint8_t *copy;

	if (bytes.n > s->max || (copy = malloc(bytes.n + 1)) == NULL)
		return; /* it is made again */
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	pthread_mutex_lock(&s->lock);
	if ((e = find(s, k)) != NULL)
		drop(s, e);
	e = room(s, bytes.n);
	*e = (struct kept){ *k, copy, bytes.n, now,
		for_s == 0 ? 0 : now + VT_TIME_S(for_s), ++s->clock };
	s->bytes += bytes.n;
	pthread_mutex_unlock(&s->lock);
}

size_t
vt_shelf_bytes(struct vt_shelf *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->bytes;
	pthread_mutex_unlock(&s->lock);
	return n;
}
