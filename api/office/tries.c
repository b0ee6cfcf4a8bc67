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
	VT_L(PIN_WAIT_S), VT_L(PIN_FORGET_S), VT_L(PIN_KEYS_MAX) };
const struct vt_tries_rule vt_tries_sign_in = { "password", 'l',
	VT_L(SIGN_IN_TRIES), VT_L(SIGN_IN_WAIT_S), VT_L(SIGN_IN_FORGET_S),
	VT_L(PIN_KEYS_MAX) };

/* Fields of the kept value. */
enum { K_VERSION = 1, K_FAILURES, K_LAST, K_UNTIL };

struct count {
	uint64_t failures;
	vt_time last;  /* wrong one */
	vt_time until; /* nobody is admitted before */
};

struct row {
	vt_hash name; /* SHA-256 */
	bool used, busy;
	bool unsaved; /* count could not be written */
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

struct key {
	uint8_t b[1 + VT_HASH_SIZE];
};

static struct key
key_of(const struct vt_tries *t, const vt_hash *name)
{
	struct key k;

	k.b[0] = (uint8_t)t->rule.space;
	memcpy(k.b + 1, name->b, VT_HASH_SIZE);
	return k;
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

static int
load(struct vt_tries *t, const vt_hash *name, struct count *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct key k = key_of(t, name);
	struct vt_err err = VT_ERR_INIT;
	struct vt_state st;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_view_begin(t->store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(
	    v, VT_STATE_LOGIN_FAILURES, VT_SPAN(k.b, sizeof(k.b)), &st, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc == VT_OK)
		return decode(st.value, ret, reterr);
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
save(struct vt_tries *t, const vt_hash *name, const struct count *c,
    struct vt_err *reterr)
{
	struct key k = key_of(t, name);
	struct vt_cbor_map_writer m;
	struct vt_state_new n = { .kind = VT_STATE_LOGIN_FAILURES,
		.key = VT_SPAN(k.b, sizeof(k.b)),
		.expect = VT_STATE_ANY };
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
drop(struct vt_tries *t, const vt_hash *name, struct vt_err *reterr)
{
	struct key k = key_of(t, name);
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_state_delete(t->store, VT_STATE_LOGIN_FAILURES,
	    VT_SPAN(k.b, sizeof(k.b)), VT_STATE_ANY, &err);
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- attempts under way ---- */

static struct row *
find(struct vt_tries *t, const vt_hash *name)
{
	for (size_t i = 0; i < t->rule.at_once; i++)
		if (t->rows[i].used && vt_hash_eq(&t->rows[i].name, name))
			return &t->rows[i];
	return NULL;
}

/* The name's row, busy for us, or NULL: all are taken. */
static struct row *
seize(struct vt_tries *t, const vt_hash *name)
{
	struct row *r;

	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	/* Looked for anew each time: the row may have become another's. */
	while ((r = find(t, name)) != NULL && r->busy)
		VT_ASSERT(pthread_cond_wait(&t->freed, &t->lock) == 0);
	for (size_t i = 0; r == NULL && i < t->rule.at_once; i++) {
		if (t->rows[i].used)
			continue;
		r = &t->rows[i];
		*r = (struct row){ .name = *name, .used = true };
	}
	if (r != NULL)
		r->busy = true;
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
	return r;
}

static void
release(struct vt_tries *t, struct row *r)
{
	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	r->busy = false;
	r->used = r->unsaved;
	VT_ASSERT(pthread_cond_broadcast(&t->freed) == 0);
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
}

/* 1 s after rule.tries, doubling. */
static int64_t
wait_s(const struct vt_tries_rule *r, uint64_t failures)
{
	int64_t s;

	if (failures < r->tries)
		return 0;
	s = failures - r->tries > 30 ? r->wait_s
				     : (int64_t)1 << (failures - r->tries);
	return s > r->wait_s ? r->wait_s : s;
}

/* May it be tried now? The row is ours. */
static int
judge(struct vt_tries *t, struct row *r, unsigned *ret_wait_s,
    struct vt_err *reterr)
{
	vt_time now = vt_now(t->ctx), until = r->count.until;
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
		    (unsigned long long)r->count.failures, t->rule.what, s);
	}
	if (now - r->count.last > VT_TIME_S(t->rule.forget_s))
		r->count.failures = 0;
	return VT_OK;
}

int
vt_tries_admit(struct vt_tries *t, const char *name, unsigned *ret_wait_s,
    struct vt_err *reterr)
{
	vt_hash h = vt_sha256(vt_span_str(name));
	struct row *r;
	int rc;

	VT_CHECK(t, TRIES_MAGIC);
	if ((r = seize(t, &h)) == NULL)
		return vt_err_set(reterr, VT_E_BUSY,
		    "%zu names (%s) are being tried", t->rule.at_once,
		    t->rule.what);
	if (r->unsaved) {
		rc = save(t, &h, &r->count, reterr);
		if (rc == VT_OK)
			r->unsaved = false;
	} else {
		rc = load(t, &h, &r->count, reterr);
	}
	if (rc == VT_OK)
		rc = judge(t, r, ret_wait_s, reterr);
	if (rc != VT_OK)
		release(t, r);
	return rc;
}

static void
wrong(struct vt_tries *t, struct row *r, const vt_id *person)
{
	char who[VT_ID_TEXT + 1], hex[VT_HASH_TEXT + 1];
	struct vt_err err = VT_ERR_INIT;

	r->count.failures++;
	r->count.last = vt_now(t->ctx);
	r->count.until =
	    r->count.last + VT_TIME_S(wait_s(&t->rule, r->count.failures));
	if (save(t, &r->name, &r->count, &err) != VT_OK) {
		r->unsaved = true;
		vt_log_err("office.wrong_unsaved", &err);
	}
	vt_id_text(person, who);
	vt_hash_text(&r->name, hex);
	vt_log(VT_LEVEL_WARN, "office.wrong",
	    "what=%s person=%s name=%.16s count=%llu", t->rule.what, who, hex,
	    (unsigned long long)r->count.failures);
}

void
vt_tries_result(struct vt_tries *t, const char *name, const vt_id *person,
    enum vt_tried how)
{
	vt_hash h = vt_sha256(vt_span_str(name));
	struct vt_err err = VT_ERR_INIT;
	struct row *r;

	VT_CHECK(t, TRIES_MAGIC);
	VT_ASSERT(pthread_mutex_lock(&t->lock) == 0);
	r = find(t, &h);
	VT_ASSERT(r != NULL && r->busy);
	VT_ASSERT(pthread_mutex_unlock(&t->lock) == 0);
	if (how == VT_TRIED_WRONG)
		wrong(t, r, person);
	else if (how == VT_TRIED_RIGHT && r->count.failures > 0 &&
		 drop(t, &h, &err) != VT_OK)
		vt_log_err("office.right_unsaved", &err);
	release(t, r);
}

int
vt_tries_forget(struct vt_tries *t, const char *name, struct vt_err *reterr)
{
	vt_hash h = vt_sha256(vt_span_str(name));
	struct row *r;
	int rc;

	VT_CHECK(t, TRIES_MAGIC);
	if ((r = seize(t, &h)) == NULL)
		return vt_err_set(reterr, VT_E_BUSY,
		    "%zu names (%s) are being tried", t->rule.at_once,
		    t->rule.what);
	rc = drop(t, &h, reterr);
	if (rc == VT_OK)
		r->unsaved = false;
	release(t, r);
	return rc;
}
