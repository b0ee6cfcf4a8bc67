/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reference engine: tables as immutable search trees in memory. A write
 * copies the path it changes, so a reader that holds a root sees one state for
 * ever, and abort is forgetting the new root. Slow and obvious on purpose.
 *
 * Nodes are treaps with a priority derived from the key, so equal content has
 * equal trees whatever the order of writes.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/id.h"
#include "docstore/engine.h"

struct node {
	atomic_size_t refs;
	struct node *left, *right;
	uint64_t priority;
	size_t n_key, n_value;
	uint8_t bytes[]; /* key, value */
};

struct state {
	struct node *root[VT_T__MAX];
	uint64_t rows[VT_T__MAX];
};

struct model {
	struct vt_engine base;
	pthread_mutex_t lock; /* current */
	pthread_mutex_t writer[VT_SPACES];
	struct state current;
	uint32_t envs; /* byte environments, under lock */
};

struct model_txn {
	struct vt_txn base;
	struct model *model;
	enum vt_space space;
	bool write;
	struct state state;
};

/* ---- nodes ---- */

static struct node *
node_ref(struct node *n)
{
	if (n != NULL)
		atomic_fetch_add(&n->refs, 1);
	return n;
}

/*
 * The recursions below go as deep as the tree, which is a treap: its depth is
 * that of a random tree whatever the keys are, and the model is a test's.
 */
/* NOLINTBEGIN(misc-no-recursion) */
static void
node_unref(struct node *n)
{
	while (n != NULL && atomic_fetch_sub(&n->refs, 1) == 1) {
		struct node *right = n->right;

		node_unref(n->left);
		free(n);
		n = right;
	}
}

static struct vt_span
key_of(const struct node *n)
{
	return VT_SPAN(n->bytes, n->n_key);
}

static struct vt_span
value_of(const struct node *n)
{
	return VT_SPAN(n->bytes + n->n_key, n->n_value);
}

static int
compare(struct vt_span a, struct vt_span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

/* Takes the references of left and right, on failure too. */
static struct node *
node_new(struct vt_span key, struct vt_span value, uint64_t priority,
    struct node *left, struct node *right)
{
	struct node *n = malloc(sizeof(*n) + key.n + value.n);

	if (n == NULL) {
		node_unref(left);
		node_unref(right);
		return NULL;
	}
	atomic_init(&n->refs, 1);
	n->left = left;
	n->right = right;
	n->priority = priority;
	n->n_key = key.n;
	n->n_value = value.n;
	if (key.n > 0)
		memcpy(n->bytes, key.p, key.n);
	if (value.n > 0)
		memcpy(n->bytes + key.n, value.p, value.n);
	return n;
}

static struct node *
node_with(const struct node *n, struct node *left, struct node *right)
{
	return node_new(key_of(n), value_of(n), n->priority, left, right);
}

/* Splits t in keys < key and keys > key; *ok false when out of memory. */
static void
split(const struct node *t, struct vt_span key, struct node **lo,
    struct node **hi, bool *ok)
{
	struct node *a = NULL, *b = NULL;
	int c;

	*lo = *hi = NULL;
	if (t == NULL)
		return;
	c = compare(key_of(t), key);
	if (c == 0) {
		*lo = node_ref(t->left);
		*hi = node_ref(t->right);
	} else if (c < 0) {
		split(t->right, key, &a, &b, ok);
		*lo = node_with(t, node_ref(t->left), a);
		*hi = b;
		*ok = *ok && *lo != NULL;
	} else {
		split(t->left, key, &a, &b, ok);
		*lo = a;
		*hi = node_with(t, b, node_ref(t->right));
		*ok = *ok && *hi != NULL;
	}
}

/* All keys of a are smaller than those of b; takes nothing. */
static struct node *
merge(struct node *a, struct node *b, bool *ok)
{
	struct node *n;

	if (a == NULL || b == NULL)
		return node_ref(a == NULL ? b : a);
	if (a->priority > b->priority)
		n = node_with(a, node_ref(a->left), merge(a->right, b, ok));
	else
		n = node_with(b, merge(a, b->left, ok), node_ref(b->right));
	*ok = *ok && n != NULL;
	return n;
}
/* NOLINTEND(misc-no-recursion) */

static const struct node *
find(const struct node *t, struct vt_span key)
{
	while (t != NULL) {
		int c = compare(key, key_of(t));

		if (c == 0)
			break;
		t = c < 0 ? t->left : t->right;
	}
	return t;
}

/* ---- the engine ---- */

static int
nomem(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_NOMEM, "model: out of memory");
}

static int
model_open(const struct vt_engine_options *o, struct vt_engine **ret,
    struct vt_err *reterr)
{
	struct model *m = calloc(1, sizeof(*m));

	(void)o;
	if (m == NULL || pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m);
		return nomem(reterr);
	}
	for (int i = 0; i < VT_SPACES; i++)
		(void)pthread_mutex_init(&m->writer[i], NULL);
	m->base.ops = &vt_engine_model;
	m->envs = 1;
	*ret = &m->base;
	return VT_OK;
}

static void
model_close(struct vt_engine *base)
{
	struct model *m = (struct model *)(void *)base;

	if (m == NULL)
		return;
	for (int t = 0; t < VT_T__MAX; t++)
		node_unref(m->current.root[t]);
	for (int i = 0; i < VT_SPACES; i++)
		(void)pthread_mutex_destroy(&m->writer[i]);
	(void)pthread_mutex_destroy(&m->lock);
	free(m);
}

static int
model_begin(struct vt_engine *base, enum vt_space space, bool write,
    struct vt_txn **ret, struct vt_err *reterr)
{
	struct model *m = (struct model *)(void *)base;
	struct model_txn *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return nomem(reterr);
	t->base.ops = &vt_engine_model;
	t->model = m;
	t->space = space;
	t->write = write;
	if (write)
		(void)pthread_mutex_lock(&m->writer[space]);
	(void)pthread_mutex_lock(&m->lock);
	for (int i = 0; i < VT_T__MAX; i++)
		if (vt_table_space((enum vt_table)i) == space) {
			t->state.root[i] = node_ref(m->current.root[i]);
			t->state.rows[i] = m->current.rows[i];
		}
	(void)pthread_mutex_unlock(&m->lock);
	*ret = &t->base;
	return VT_OK;
}

static void
model_abort(struct vt_txn *base)
{
	struct model_txn *t = (struct model_txn *)(void *)base;

	if (t == NULL)
		return;
	for (int i = 0; i < VT_T__MAX; i++)
		node_unref(t->state.root[i]);
	if (t->write)
		(void)pthread_mutex_unlock(&t->model->writer[t->space]);
	free(t);
}

static int
model_commit(struct vt_txn *base, struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;
	struct model *m = t->model;
	struct node *was;

	(void)reterr;
	(void)pthread_mutex_lock(&m->lock);
	for (int i = 0; i < VT_T__MAX && t->write; i++)
		if (vt_table_space((enum vt_table)i) == t->space) {
			was = m->current.root[i];
			m->current.root[i] = t->state.root[i];
			m->current.rows[i] = t->state.rows[i];
			t->state.root[i] = was; /* abort lets go of it */
		}
	(void)pthread_mutex_unlock(&m->lock);
	model_abort(base);
	return VT_OK;
}

static int
model_get(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_span *ret, struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;
	const struct node *n = find(t->state.root[table], key);

	(void)reterr;
	VT_ASSERT(vt_table_space(table) == t->space);
	if (n == NULL)
		return VT_E_NOT_FOUND;
	*ret = value_of(n);
	return VT_OK;
}

/* Replaces the row of key by a node, or by nothing. */
static int
replace(struct model_txn *t, enum vt_table table, struct vt_span key,
    struct node *with, struct vt_err *reterr)
{
	struct node *lo, *hi, *left, *all = NULL;
	bool ok = true;

	split(t->state.root[table], key, &lo, &hi, &ok);
	if (ok) {
		left = with == NULL ? node_ref(lo) : merge(lo, with, &ok);
		if (ok)
			all = merge(left, hi, &ok);
		node_unref(left);
	}
	node_unref(lo);
	node_unref(hi);
	node_unref(with);
	if (!ok) {
		node_unref(all);
		return nomem(reterr);
	}
	node_unref(t->state.root[table]);
	t->state.root[table] = all;
	return VT_OK;
}

static int
model_put(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;
	bool fresh = find(t->state.root[table], key) == NULL;
	vt_hash h = vt_sha256(key);
	struct node *n;
	int rc;

	VT_ASSERT(t->write && vt_table_space(table) == t->space);
	VT_ASSERT(key.n > 0 && key.n <= VT_KEY_MAX);
	n = node_new(key, value, vt_be64(h.b), NULL, NULL);
	if (n == NULL)
		return nomem(reterr);
	/* key may lie in the tree that goes */
	if ((rc = replace(t, table, key_of(n), n, reterr)) == VT_OK && fresh)
		t->state.rows[table]++;
	return rc;
}

static int
model_del(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;
	int rc;

	VT_ASSERT(t->write && vt_table_space(table) == t->space);
	if (find(t->state.root[table], key) == NULL)
		return VT_E_NOT_FOUND;
	if ((rc = replace(t, table, key, NULL, reterr)) == VT_OK)
		t->state.rows[table]--;
	return rc;
}

static int
row(const struct node *n, struct vt_span *ret_key, struct vt_span *ret_value)
{
	if (n == NULL)
		return VT_E_NOT_FOUND;
	*ret_key = key_of(n);
	*ret_value = value_of(n);
	return VT_OK;
}

static int
model_ge(struct vt_txn *base, enum vt_table table, struct vt_span from,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;
	const struct node *n = t->state.root[table], *best = NULL;

	(void)reterr;
	VT_ASSERT(vt_table_space(table) == t->space);
	while (n != NULL) {
		if (compare(key_of(n), from) >= 0) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return row(best, ret_key, ret_value);
}

static int
model_lt(struct vt_txn *base, enum vt_table table, struct vt_span before,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;
	const struct node *n = t->state.root[table], *best = NULL;

	(void)reterr;
	VT_ASSERT(vt_table_space(table) == t->space);
	while (n != NULL) {
		if (before.n == 0 || compare(key_of(n), before) < 0) {
			best = n;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return row(best, ret_key, ret_value);
}

static int
model_count(struct vt_txn *base, enum vt_table table, uint64_t *ret,
    struct vt_err *reterr)
{
	struct model_txn *t = (struct model_txn *)(void *)base;

	(void)reterr;
	*ret = t->state.rows[table];
	return VT_OK;
}

/* All of it is in memory. */
static void
model_ahead(struct vt_txn *base, struct vt_span value)
{
	(void)base;
	(void)value;
}

/* Memory of what is deleted is freed: there is no file. */
static int
model_rewrite(struct vt_engine *e, enum vt_space space, struct vt_err *reterr)
{
	(void)e;
	(void)space;
	(void)reterr;
	return VT_OK;
}

/* Keys say in which one they lie; there is nothing to make. */
static int
model_env_make(struct vt_engine *base, uint32_t env, struct vt_err *reterr)
{
	struct model *m = (struct model *)(void *)base;

	(void)reterr;
	(void)pthread_mutex_lock(&m->lock);
	if (env > m->envs)
		m->envs = env;
	(void)pthread_mutex_unlock(&m->lock);
	return VT_OK;
}

static int
model_env_look(struct vt_engine *base, uint32_t env, struct vt_env_look *ret,
    struct vt_err *reterr)
{
	struct model *m = (struct model *)(void *)base;
	struct vt_key prefix = { .n = 0 };
	struct vt_env_look l = { .last = 0 };
	struct vt_scan scan;
	struct vt_txn *t;
	int rc;

	(void)pthread_mutex_lock(&m->lock);
	l.last = m->envs;
	(void)pthread_mutex_unlock(&m->lock);
	l.there = env > 0 && env <= l.last;
	rc = model_begin(base, VT_SPACE_BYTES, false, &t, reterr);
	if (rc != VT_OK)
		return rc;
	vt_key_u32(&prefix, env);
	scan = vt_scan_up(t, VT_T_BYTES, &prefix, NULL);
	while (vt_scan_next(&scan, reterr)) {
		l.rows++;
		l.bytes += scan.row.n;
	}
	model_abort(t);
	if (scan.rc == VT_OK)
		*ret = l;
	return scan.rc;
}

const struct vt_engine_ops vt_engine_model = {
	.name = "model",
	.open = model_open,
	.close = model_close,
	.begin = model_begin,
	.commit = model_commit,
	.abort = model_abort,
	.get = model_get,
	.put = model_put,
	.del = model_del,
	.ge = model_ge,
	.lt = model_lt,
	.count = model_count,
	.ahead = model_ahead,
	.rewrite = model_rewrite,
	.env_make = model_env_make,
	.env_look = model_env_look,
};
