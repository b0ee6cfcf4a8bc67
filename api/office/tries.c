/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/tries.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cbor.h"
#include "base/limits.h"
#include "base/log.h"
#include "docstore/store.h"

#define TRIES_MAGIC 0x74726965U

const struct vt_tries_rule vt_tries_pins = { "PIN", 'p', VT_L(PIN_TRIES),
	VT_L(PIN_WAIT_S), VT_L(PIN_FORGET_S), VT_L(PIN_KEYS_MAX), 0 };
const struct vt_tries_rule vt_tries_sign_in = { "password", 'l',
	VT_L(SIGN_IN_TRIES), VT_L(SIGN_IN_WAIT_S), VT_L(SIGN_IN_FORGET_S),
	VT_L(PIN_KEYS_MAX), VT_L(SIGN_IN_ALL_TRIES) };

/* Fields of the kept value. */
enum { K_VERSION = 1, K_FAILURES, K_LAST, K_UNTIL };

struct count {
	uint64_t failures;
	vt_time last;  /* wrong one */
	vt_time until; /* nobody is admitted before */
};

/* Of a state: the rule's space, the name's SHA-256, and of the place's, if it
 * makes a difference, PLACE_SIZE bytes. */
#define NAME_KEY   (1 + VT_HASH_SIZE)
#define PLACE_SIZE 16
struct key {
	uint8_t b[NAME_KEY + PLACE_SIZE];
	size_t n;
};

struct row {
	struct key key;
	bool used, busy;
	bool unsaved;   /* count could not be written */
	bool forgotten; /* while an attempt was under way */
	size_t waiting; /* attempts, for this one to end */
	struct count count;
};

struct vt_tries {
	uint32_t magic;
	const struct vt_context *ctx;
	struct vt_store *store;
	struct vt_tries_rule rule;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct row *rows; /* rule.at_once; guarded by lock, a busy one is its
			   * attempt's own */
};

int
vt_tries_new(const struct vt_context *ctx, struct vt_store *store,
    const struct vt_tries_rule *rule, struct vt_tries **ret,
    struct vt_err *reterr)
{
	struct vt_tries *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->rows = calloc(rule->at_once, sizeof(*t->rows));
	if (t == NULL || t->rows == NULL) {
		free(t);
		return vt_err_set(reterr, VT_E_NOMEM, "tries: out of memory");
	}
	t->magic = TRIES_MAGIC;
	t->ctx = ctx;
	t->store = store;
	t->rule = *rule;
	VT_ASSERT(pthread_mutex_init(&t->lock, NULL) == 0);
	VT_ASSERT(pthread_cond_init(&t->freed, NULL) == 0);
	*ret = t;
	return VT_OK;
}

void
vt_tries_free(struct vt_tries *t)
{
	if (t == NULL)
		return;
	VT_CHECK(t, TRIES_MAGIC);
	VT_ASSERT(pthread_cond_destroy(&t->freed) == 0);
	VT_ASSERT(pthread_mutex_destroy(&t->lock) == 0);
	t->magic = 0;
	free(t->rows);
	free(t);
}

/* ---- kept counts ---- */

static struct key
key_of(const struct vt_tries *t, const char *name, const char *place)
{
	vt_hash h = vt_sha256(vt_span_str(name));
	struct key k = { .n = NAME_KEY };

	k.b[0] = (uint8_t)t->rule.space;
	memcpy(k.b + 1, h.b, VT_HASH_SIZE);
	if (place != NULL) {
		h = vt_sha256(vt_span_str(place));
		memcpy(k.b + NAME_KEY, h.b, PLACE_SIZE);
		k.n += PLACE_SIZE;
	}
	return k;
}

static bool
is_key(const struct key *a, const struct key *b)
{
	return a->n == b->n && memcmp(a->b, b->b, a->n) == 0;
}

static int
decode(struct vt_span s, struct count *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, s);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == K_VERSION && vt_cbor_get_uint(&c) != 1)
			vt_cbor_fail(&c, "unknown version");
		else if (key == K_FAILURES)
			ret->failures = vt_cbor_get_uint(&c);
		else if (key == K_LAST)
			ret->last = vt_cbor_get_int(&c);
		else if (key == K_UNTIL)
			ret->until = vt_cbor_get_int(&c);
		else if (key > K_UNTIL)
			vt_cbor_fail(&c, "unknown field");
	}
	return vt_cbor_finish(&c, "count of wrong guesses", reterr);
}

/* *ret_rev: of its row, VT_STATE_NEW when there is none; may be NULL. */
static int
load(struct vt_tries *t, const struct key *k, struct count *ret,
    uint64_t *ret_rev, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_state st = { .rev = VT_STATE_NEW };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_view_begin(t->store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(
	    v, VT_STATE_LOGIN_FAILURES, VT_SPAN(k->b, k->n), &st, &err);
	if (rc == VT_OK)
		rc = decode(st.value, ret, &err);
	else if (rc == VT_E_NOT_FOUND)
		rc = VT_OK;
	if (rc == VT_OK && ret_rev != NULL)
		*ret_rev = st.rev;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
save(struct vt_tries *t, const struct key *k, const struct count *c,
    uint64_t expect, struct vt_err *reterr)
{
	struct vt_cbor_map_writer m;
	struct vt_state_new n = { .kind = VT_STATE_LOGIN_FAILURES,
		.key = VT_SPAN(k->b, k->n),
		.expect = expect };
	VT_BUF_AUTO(b);
	int rc;

	vt_cbor_map_begin(&m, &b);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(&b, 1);
	vt_cbor_key(&m, K_FAILURES);
	vt_cbor_uint(&b, c->failures);
	vt_cbor_key(&m, K_LAST);
	vt_cbor_int(&b, c->last);
	vt_cbor_key(&m, K_UNTIL);
	vt_cbor_int(&b, c->until);
	vt_cbor_map_end(&m);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	n.value = vt_buf_view(&b);
	n.expires = c->last + VT_TIME_S(t->rule.forget_s);
	if (n.expires < c->until)
		n.expires = c->until;
	return vt_state_put(t->store, &n, NULL, reterr);
}

static int
drop(struct vt_tries *t, struct vt_span key, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_state_delete(
	    t->store, VT_STATE_LOGIN_FAILURES, key, VT_STATE_ANY, &err);
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- attempts under way ---- */

static struct row *
find(struct vt_tries *t, const struct key *k)
{
	for (size_t i = 0; i < t->rule.at_once; i++)
		if (t->rows[i].used && is_key(&t->rows[i].key, k))
			return &t->rows[i];
	return NULL;
}

/* The name's row, busy for us, or NULL: all are taken, or too many wait. */
static struct row *
seize(struct vt_tries *t, const struct key *k)
{
	struct row *r;

	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	/* Looked for anew each time: the row may have become another's. */
	while ((r = find(t, k)) != NULL && r->busy) {
		if (r->waiting >= VT_L(TRIES_WAITING)) {
			r = NULL;
			goto out;
		}
		r->waiting++;
		VT_ASSERT(pthread_cond_wait(&t->freed, &t->lock) == 0);
		/* it is kept while somebody waits */
		r->waiting--;
	}
	for (size_t i = 0; r == NULL && i < t->rule.at_once; i++) {
		if (t->rows[i].used)
			continue;
		r = &t->rows[i];
		*r = (struct row){ .key = *k, .used = true };
	}
	if (r != NULL)
		r->busy = true;
out:
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
	return r;
}

static void
release(struct vt_tries *t, struct row *r)
{
	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	r->busy = r->forgotten = false;
	r->used = r->unsaved || r->waiting > 0;
	VT_ASSERT(pthread_cond_broadcast(&t->freed) == 0);
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
}

/* 1 s after `tries`, doubling. */
static int64_t
wait_s(const struct vt_tries *t, size_t tries, uint64_t failures)
{
	int64_t s;

	if (failures < tries)
		return 0;
	s = failures - tries > 30 ? t->rule.wait_s
				  : (int64_t)1 << (failures - tries);
	return s > t->rule.wait_s ? t->rule.wait_s : s;
}

/* May it be tried now? */
static int
judge(struct vt_tries *t, struct count *c, unsigned *ret_wait_s,
    struct vt_err *reterr)
{
	vt_time now = vt_now(t->ctx), until = c->until;
	vt_time most = now + VT_TIME_S(t->rule.wait_s);
	unsigned s;

	if (until > most)
		until = most; /* the clock stepped back */
	if (now < until) {
		s = (unsigned)((until - now - 1) / VT_TIME_S(1) + 1);
		if (ret_wait_s != NULL)
			*ret_wait_s = s;
		return vt_err_set(reterr, VT_E_HTTP_TOO_MANY,
		    "%llu wrong times (%s): try again in %u s",
		    (unsigned long long)c->failures, t->rule.what, s);
	}
	if (now - c->last > VT_TIME_S(t->rule.forget_s))
		c->failures = 0;
	return VT_OK;
}

/* Does it count towards what all unknown places may try? */
static bool
is_shared(const struct vt_tries *t, const struct vt_tries_on *on)
{
	return t->rule.all_tries > 0 && on->place != NULL && !on->known;
}

/* What all unknown places tried is a count per day (of UTC, of forget_s): one
 * that went on for as long as somebody tries would never end. */
static void
new_day(const struct vt_tries *t, struct count *c)
{
	vt_time day = VT_TIME_S(t->rule.forget_s);

	if (c->last / day != vt_now(t->ctx) / day)
		c->failures = 0;
}

static int
admit_all(struct vt_tries *t, const char *name, unsigned *ret_wait_s,
    struct vt_err *reterr)
{
	struct key k = key_of(t, name, NULL);
	struct count c;
	int rc = load(t, &k, &c, NULL, reterr);

	return rc != VT_OK ? rc : judge(t, &c, ret_wait_s, reterr);
}

int
vt_tries_admit(struct vt_tries *t, const struct vt_tries_on *on,
    unsigned *ret_wait_s, struct vt_err *reterr)
{
	struct key k = key_of(t, on->name, on->place);
	struct row *r;
	int rc;

	VT_CHECK(t, TRIES_MAGIC);
	if ((r = seize(t, &k)) == NULL)
		return vt_err_set(reterr, VT_E_BUSY,
		    "%zu names (%s) are being tried, or %zu wait for this one",
		    t->rule.at_once, t->rule.what, VT_L(TRIES_WAITING));
	if (r->unsaved) {
		rc = save(t, &k, &r->count, VT_STATE_ANY, reterr);
		if (rc == VT_OK)
			r->unsaved = false;
	} else {
		rc = load(t, &k, &r->count, NULL, reterr);
	}
	if (rc == VT_OK)
		rc = judge(t, &r->count, ret_wait_s, reterr);
	if (rc == VT_OK && is_shared(t, on))
		rc = admit_all(t, on->name, ret_wait_s, reterr);
	if (rc != VT_OK)
		release(t, r);
	return rc;
}

static void
raise_count(struct vt_tries *t, struct count *c, size_t tries)
{
	c->failures++;
	c->last = vt_now(t->ctx);
	c->until = c->last + VT_TIME_S(wait_s(t, tries, c->failures));
}

/* Several places write this one: what another wrote is not written over. */
static void
wrong_for_all(struct vt_tries *t, const char *name)
{
	struct key k = key_of(t, name, NULL);
	struct vt_err err = VT_ERR_INIT;
	int rc = VT_E_CONFLICT;

	while (rc == VT_E_CONFLICT) {
		uint64_t rev = VT_STATE_NEW;
		struct count c;

		if ((rc = load(t, &k, &c, &rev, &err)) != VT_OK)
			break;
		new_day(t, &c);
		raise_count(t, &c, t->rule.all_tries);
		rc = save(t, &k, &c, rev, &err);
	}
	if (rc != VT_OK)
		vt_log_err("office.wrong_unsaved", &err);
}

static void
wrong(struct vt_tries *t, struct row *r, const struct vt_tries_on *on,
    const vt_id *person)
{
	char who[VT_ID_TEXT + 1];
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(hex);

	if (r->forgotten)
		r->count.failures = 0;
	raise_count(t, &r->count, t->rule.tries);
	if (save(t, &r->key, &r->count, VT_STATE_ANY, &err) != VT_OK) {
		r->unsaved = true;
		vt_log_err("office.wrong_unsaved", &err);
	}
	/* beyond that it had to wait, and is bounded by this */
	if (is_shared(t, on) && r->count.failures <= t->rule.tries)
		wrong_for_all(t, on->name);
	vt_id_text(person, who);
	vt_buf_hex(&hex, VT_SPAN(r->key.b + 1, 8));
	vt_log(VT_LEVEL_WARN, "office.wrong",
	    "what=%s person=%s name=%s known=%d count=%llu", t->rule.what, who,
	    vt_buf_str(&hex), on->known, (unsigned long long)r->count.failures);
}

void
vt_tries_result(struct vt_tries *t, const struct vt_tries_on *on,
    const vt_id *person, enum vt_tried how)
{
	struct key k = key_of(t, on->name, on->place);
	struct vt_err err = VT_ERR_INIT;
	struct row *r;

	VT_CHECK(t, TRIES_MAGIC);
	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	r = find(t, &k);
	VT_ASSERT(r != NULL && r->busy);
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
	if (how == VT_TRIED_WRONG)
		wrong(t, r, on, person);
	else if (how == VT_TRIED_RIGHT && r->count.failures > 0 &&
		 drop(t, VT_SPAN(k.b, k.n), &err) != VT_OK)
		vt_log_err("office.right_unsaved", &err);
	release(t, r);
}

/* Rows of attempts under way, and of counts that are not written yet. */
static void
forget_rows(struct vt_tries *t, const struct key *name)
{
	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	for (size_t i = 0; i < t->rule.at_once; i++) {
		struct row *r = &t->rows[i];

		if (!r->used || memcmp(r->key.b, name->b, NAME_KEY) != 0)
			continue;
		if (r->busy) {
			r->forgotten = true;
		} else {
			r->unsaved = false;
			r->used = r->waiting > 0;
		}
	}
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
}

#define FORGET_STEP 64

int
vt_tries_forget(struct vt_tries *t, const char *name, struct vt_err *reterr)
{
	struct key k = key_of(t, name, NULL);
	struct key found[FORGET_STEP];
	struct vt_state st[FORGET_STEP];
	size_t n = FORGET_STEP;
	int rc = VT_OK;

	VT_CHECK(t, TRIES_MAGIC);
	while (rc == VT_OK && n == FORGET_STEP) {
		struct vt_view *v = NULL;

		if ((rc = vt_view_begin(t->store, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_state_list(v, VT_STATE_LOGIN_FAILURES,
		    VT_SPAN(k.b, NAME_KEY), VT_SPAN(NULL, 0), st, FORGET_STEP,
		    &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			VT_ASSERT(st[i].key.n <= sizeof(found[i].b));
			memcpy(found[i].b, st[i].key.p, st[i].key.n);
			found[i].n = st[i].key.n;
		}
		vt_view_end(v);
		for (size_t i = 0; rc == VT_OK && i < n; i++)
			rc = drop(t, VT_SPAN(found[i].b, found[i].n), reterr);
	}
	if (rc == VT_OK)
		forget_rows(t, &k);
	return rc;
}
