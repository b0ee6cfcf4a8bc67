/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/rate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/id.h"

#define SLOTS  4096 /* 160 KiB */
#define PROBE  8
#define DAY_US 86400000000LL

struct bucket {
	uint8_t net[8]; /* hash of the network */
	int64_t at_us;  /* when level was right; 0: free */
	int64_t level;  /* microtokens */
};

struct vt_http_rate {
	const struct vt_context *context;
	pthread_mutex_t lock;
	int64_t full; /* microtokens */
	int64_t per_hour;
	uint8_t key[16]; /* so that nobody can aim at a slot */
	struct bucket slots[SLOTS];
};

struct vt_http_rate *
vt_http_rate_new(const struct vt_context *c, unsigned burst, unsigned per_hour)
{
	struct vt_http_rate *r = calloc(1, sizeof(*r));

	VT_ASSERT(burst > 0 && per_hour > 0);
	if (r == NULL)
		return NULL;
	r->context = c;
	r->full = (int64_t)burst * 1000000;
	r->per_hour = (int64_t)per_hour;
	vt_random(c, r->key, sizeof(r->key));
	if (pthread_mutex_init(&r->lock, NULL) != 0) {
		free(r);
		return NULL;
	}
	return r;
}

void
vt_http_rate_free(struct vt_http_rate *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* The address, or its /64; anything else by its text. */
static vt_hash
network(const struct vt_http_rate *r, const char *peer)
{
	struct in6_addr v6;

	if (inet_pton(AF_INET6, peer, &v6) == 1)
		return vt_hmac_sha256(
		    VT_SPAN(r->key, sizeof(r->key)), VT_SPAN(&v6, 8));
	return vt_hmac_sha256(
	    VT_SPAN(r->key, sizeof(r->key)), vt_span_str(peer));
}

static struct bucket *
find(struct vt_http_rate *r, const vt_hash *h, int64_t now)
{
	size_t at = ((size_t)h->b[8] << 8 | h->b[9]) % SLOTS;
	struct bucket *oldest = NULL;

	for (size_t i = 0; i < PROBE; i++) {
		struct bucket *b = &r->slots[(at + i) % SLOTS];

		if (b->at_us != 0 && memcmp(b->net, h->b, 8) == 0)
			return b;
		if (oldest == NULL || b->at_us < oldest->at_us)
			oldest = b;
	}
	memcpy(oldest->net, h->b, 8);
	oldest->at_us = now;
	oldest->level = r->full;
	return oldest;
}

int
vt_http_rate_take(struct vt_http_rate *r, const char *peer,
    unsigned *ret_wait_s, struct vt_err *reterr)
{
	/* Never 0, which marks a free slot. */
	int64_t now = vt_monotonic_us(r->context) + 1, gained, missing;
	vt_hash h = network(r, peer);
	struct bucket *b;

	pthread_mutex_lock(&r->lock);
	b = find(r, &h, now);
	/* At most a day counts, so that the product stays small. */
	gained = now - b->at_us;
	if (gained > DAY_US)
		gained = DAY_US;
	gained = gained * r->per_hour / 3600;
	if (gained > 0) {
		b->level =
		    b->level + gained > r->full ? r->full : b->level + gained;
		b->at_us = now;
	}
	missing = 1000000 - b->level;
	if (missing <= 0)
		b->level -= 1000000;
	pthread_mutex_unlock(&r->lock);
	if (missing <= 0)
		return VT_OK;
	*ret_wait_s = (unsigned)(missing * 3600 / r->per_hour / 1000000) + 1;
	return vt_err_set(reterr, VT_E_HTTP_TOO_MANY,
	    "too many requests from this address; again in %u s", *ret_wait_s);
}

void
vt_http_rate_give(struct vt_http_rate *r, const char *peer)
{
	vt_hash h = network(r, peer);
	struct bucket *b;

	pthread_mutex_lock(&r->lock);
	b = find(r, &h, vt_monotonic_us(r->context) + 1);
	b->level += 1000000;
	if (b->level > r->full)
		b->level = r->full;
	pthread_mutex_unlock(&r->lock);
}
