/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdlib.h>

#include "api/office/pins.h"
#include "base/limits.h"
#include "base/log.h"

#define PINS_MAGIC 0x70696e73U
#define S_US       ((int64_t)1000000)

struct row {
	vt_hash key; /* SHA-256 of the reference */
	size_t failures;
	int64_t last;  /* monotonic; of the last wrong PIN */
	int64_t until; /* nobody is admitted before */
	bool used, busy;
};

struct vt_pins {
	uint32_t magic;
	const struct vt_context *ctx;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct row rows[VT_L(PIN_KEYS_MAX)];
};

int
vt_pins_new(
    const struct vt_context *ctx, struct vt_pins **ret, struct vt_err *reterr)
{
	struct vt_pins *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "pins: out of memory");
	p->magic = PINS_MAGIC;
	p->ctx = ctx;
	VT_ASSERT(pthread_mutex_init(&p->lock, NULL) == 0);
	VT_ASSERT(pthread_cond_init(&p->freed, NULL) == 0);
	*ret = p;
	return VT_OK;
}

void
vt_pins_free(struct vt_pins *p)
{
	if (p == NULL)
		return;
	VT_CHECK(p, PINS_MAGIC);
	VT_ASSERT(pthread_cond_destroy(&p->freed) == 0);
	VT_ASSERT(pthread_mutex_destroy(&p->lock) == 0);
	p->magic = 0;
	free(p);
}

static struct row *
find(struct vt_pins *p, const vt_hash *key)
{
	for (size_t i = 0; i < VT_L(PIN_KEYS_MAX); i++)
		if (p->rows[i].used && vt_hash_eq(&p->rows[i].key, key))
			return &p->rows[i];
	return NULL;
}

/* A row for a key that has none: a free one, else that of the wrong PIN
 * longest ago. NULL: every key is being tried right now. */
static struct row *
take(struct vt_pins *p, const vt_hash *key)
{
	struct row *best = NULL;

	for (size_t i = 0; i < VT_L(PIN_KEYS_MAX); i++) {
		struct row *r = &p->rows[i];

		if (!r->used) {
			best = r;
			break;
		}
		if (!r->busy && (best == NULL || r->last < best->last))
			best = r;
	}
	if (best != NULL)
		*best = (struct row){ .key = *key, .used = true };
	return best;
}

int
vt_pins_admit(struct vt_pins *p, const char *key_ref, struct vt_err *reterr)
{
	vt_hash key = vt_sha256(vt_span_str(key_ref));
	struct row *r;
	int64_t now;
	int rc = VT_OK;

	VT_CHECK(p, PINS_MAGIC);
	VT_ASSERT(pthread_mutex_lock(&p->lock) == 0);
	/* Looked for anew each time: the row may have become another key's. */
	while ((r = find(p, &key)) != NULL && r->busy)
		VT_ASSERT(pthread_cond_wait(&p->freed, &p->lock) == 0);
	now = vt_monotonic_us(p->ctx);
	if (r == NULL)
		r = take(p, &key);
	if (r == NULL) {
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "all %zu keys (PIN_KEYS_MAX) are being opened",
		    VT_L(PIN_KEYS_MAX));
	} else if (now < r->until) {
		rc = vt_err_set(reterr, VT_E_HTTP_TOO_MANY,
		    "%zu wrong PINs for this key: try again in %lld s",
		    r->failures, (long long)(r->until - now - 1) / S_US + 1);
	} else {
		if (now - r->last > (int64_t)VT_L(PIN_FORGET_S) * S_US)
			r->failures = 0;
		r->busy = true;
	}
	VT_ASSERT(pthread_mutex_unlock(&p->lock) == 0);
	return rc;
}

/* 1 s after PIN_TRIES, doubling. */
static int64_t
wait_us(size_t failures)
{
	size_t n, s;

	if (failures < VT_L(PIN_TRIES))
		return 0;
	n = failures - VT_L(PIN_TRIES);
	s = n > 20 ? VT_L(PIN_WAIT_S) : (size_t)1 << n;
	if (s > VT_L(PIN_WAIT_S))
		s = VT_L(PIN_WAIT_S);
	return (int64_t)s * S_US;
}

void
vt_pins_result(
    struct vt_pins *p, const char *key_ref, const vt_id *person, int rc)
{
	vt_hash key = vt_sha256(vt_span_str(key_ref));
	char who[VT_ID_TEXT + 1], hex[VT_HASH_TEXT + 1];
	struct row *r;
	size_t failures;

	VT_CHECK(p, PINS_MAGIC);
	VT_ASSERT(pthread_mutex_lock(&p->lock) == 0);
	r = find(p, &key);
	VT_ASSERT(r != NULL && r->busy);
	r->busy = false;
	if (rc == VT_E_PIN_WRONG) {
		r->last = vt_monotonic_us(p->ctx);
		r->failures++;
		r->until = r->last + wait_us(r->failures);
	} else if (rc == VT_OK || r->failures == 0) {
		*r = (struct row){ .used = false };
	}
	failures = r->failures;
	VT_ASSERT(pthread_cond_broadcast(&p->freed) == 0);
	VT_ASSERT(pthread_mutex_unlock(&p->lock) == 0);
	if (rc != VT_E_PIN_WRONG)
		return;
	vt_id_text(person, who);
	vt_hash_text(&key, hex);
	vt_log(VT_LEVEL_WARN, "office.pin_wrong",
	    "person=%s key=%.16s count=%zu", who, hex, failures);
}
