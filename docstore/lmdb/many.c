/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The byte environments bytes-0001, bytes-0002, … as one space: the first four
 * bytes of a key say in which of them the rest of it lies. The last one is
 * open for writing, those before it are opened for reading, mapped with what
 * they need and no more.
 *
 * One more is made under another name, which it loses when it is whole; so
 * what a crash leaves is never taken for an environment.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/files.h"
#include "docstore/lmdb/lmdb_priv.h"

#define NAME   "bytes-%04u"
#define MAKING ".making"
#define SLACK  ((uint64_t)16 << 20) /* a transaction with its free pages */

struct many {
	struct vt_txn base;
	struct lmdb_engine *engine;
	struct lmdb_set *set;
	bool write;
	uint32_t at; /* writing: in which one; 0: none yet */
	uint8_t key[VT_KEY_MAX];
	struct vt_txn *sub[]; /* one an environment, NULL: not looked at */
};

/* ---- sets ---- */

/* A set with one more in it, at number env, or the first one (was NULL). */
static struct lmdb_set *
set_with(const struct lmdb_set *was, uint32_t env, struct lmdb_gen *g)
{
	uint32_t old = was == NULL ? 0 : was->n, n = env > old ? env : old;
	struct lmdb_set *s = calloc(1, sizeof(*s) + n * sizeof(void *));

	if (s == NULL)
		return NULL;
	s->refs = 1;
	s->n = n;
	for (uint32_t i = 0; i < old; i++)
		s->gen[i] = was->gen[i];
	if (env > 0)
		s->gen[env - 1] = g;
	return s;
}

static struct lmdb_set *
set_hold(struct lmdb_engine *e)
{
	struct lmdb_set *s;

	(void)pthread_mutex_lock(&e->lock);
	s = e->set;
	s->refs++;
	(void)pthread_mutex_unlock(&e->lock);
	return s;
}

/* Its environments stay: the set in use has them, too. */
static void
set_leave(struct lmdb_engine *e, struct lmdb_set *s)
{
	bool last;

	(void)pthread_mutex_lock(&e->lock);
	last = --s->refs == 0;
	(void)pthread_mutex_unlock(&e->lock);
	if (last)
		free(s);
}

/* ---- opening ---- */

static uint32_t
number_of(const char *name)
{
	unsigned int no = 0;
	char same[32];

	if (sscanf(name, NAME, &no) != 1 || no == 0 || /* NOLINT */
	    no > VT_BYTES_ENVS)
		return 0;
	(void)snprintf(same, sizeof(same), NAME, no);
	return strcmp(same, name) == 0 ? no : 0;
}

static bool
has_file(const char *path, uint32_t env)
{
	char file[4096];

	return (size_t)snprintf(file, sizeof(file), "%s/" NAME "/data.mdb",
		   path, env) < sizeof(file) &&
	       access(file, F_OK) == 0;
}

/* The highest there is; 0: none. What was being made is removed. */
static int
highest(const char *path, bool tidy, uint32_t *ret, struct vt_err *reterr)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int rc = VT_OK;

	*ret = 0;
	if (dir == NULL)
		return vt_file_err(reterr, errno, "opening the data directory");
	while (rc == VT_OK && (d = readdir(dir)) != NULL) {
		size_t n = strlen(d->d_name), cut = strlen(MAKING);
		uint32_t no = number_of(d->d_name);
		char file[4400];

		if (no > *ret && has_file(path, no))
			*ret = no;
		if (!tidy || n <= cut || strncmp(d->d_name, "bytes-", 6) != 0 ||
		    strcmp(d->d_name + n - cut, MAKING) != 0)
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
		rc = vt_lmdb_remove(file, reterr);
	}
	(void)closedir(dir);
	return rc;
}

/* last: somebody writes it, here or in another process; it grows. */
static int
open_one(const struct lmdb_engine *e, uint32_t env, bool last,
    struct lmdb_gen **ret, struct vt_err *reterr)
{
	bool written = !e->read_only && (last || e->copying);
	char name[32];
	struct lmdb_at at = { .path = e->path,
		.name = name,
		.space = VT_SPACE_BYTES,
		/* It is never mapped with less than it needs. */
		.map = written || last ? e->bytes_map : 4096,
		.read_only = !written };

	(void)snprintf(name, sizeof(name), NAME, env);
	return vt_lmdb_gen_open(&at, ret, reterr);
}

int
vt_lmdb_many_open(struct lmdb_engine *e, const struct vt_engine_options *o,
    struct vt_err *reterr)
{
	struct lmdb_at first = { .path = e->path,
		.name = "bytes-0001",
		.space = VT_SPACE_BYTES,
		.map = e->bytes_map,
		.read_only = o->read_only,
		.create = o->create };
	uint32_t n;
	int rc;

	if ((rc = highest(e->path, !o->read_only, &n, reterr)) != VT_OK)
		return rc;
	if ((e->set = set_with(NULL, n > 0 ? n : 1, NULL)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	if (n <= 1)
		return vt_lmdb_gen_open(&first, &e->set->gen[0], reterr);
	for (uint32_t i = 1; i <= n && rc == VT_OK; i++) {
		if (has_file(e->path, i))
			rc = open_one(
			    e, i, i == n, &e->set->gen[i - 1], reterr);
		else
			vt_log(VT_LEVEL_ERROR, "store.bytes",
			    "missing=" NAME, i);
	}
	return rc;
}

void
vt_lmdb_many_close(struct lmdb_engine *e)
{
	for (uint32_t i = 0; e->set != NULL && i < e->set->n; i++)
		vt_lmdb_gen_free(e->set->gen[i]);
	free(e->set);
}

/* ---- one more ---- */

/* The new one under its other name, then under its own. */
static int
make_one(struct lmdb_engine *e, uint32_t env, struct vt_err *reterr)
{
	char name[32], making[4200], made[4200];
	struct lmdb_at at = { .path = e->path,
		.name = name,
		.space = VT_SPACE_BYTES,
		.map = e->bytes_map,
		.create = true };
	struct lmdb_gen *g = NULL;
	int rc;

	(void)snprintf(name, sizeof(name), NAME MAKING, env);
	if ((size_t)snprintf(making, sizeof(making), "%s/%s", e->path, name) >=
		sizeof(making) ||
	    (size_t)snprintf(made, sizeof(made), "%s/" NAME, e->path, env) >=
		sizeof(made))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	if ((rc = vt_lmdb_remove(making, reterr)) != VT_OK ||
	    (rc = vt_lmdb_gen_open(&at, &g, reterr)) != VT_OK)
		return rc;
	vt_lmdb_gen_free(g);
	if ((rc = vt_dir_sync(making, reterr)) != VT_OK)
		return rc;
	if (rename(making, made) != 0)
		return vt_file_err(
		    reterr, errno, "naming a new byte environment");
	return vt_dir_sync(e->path, reterr);
}

static int
put_in_set(struct lmdb_engine *e, uint32_t env, struct vt_err *reterr)
{
	struct lmdb_set *was = e->set, *s;
	struct lmdb_gen *g;
	int rc;

	if ((rc = open_one(e, env, true, &g, reterr)) != VT_OK)
		return rc;
	if ((s = set_with(was, env, g)) == NULL) {
		vt_lmdb_gen_free(g);
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	}
	(void)pthread_mutex_lock(&e->lock);
	e->set = s;
	(void)pthread_mutex_unlock(&e->lock);
	set_leave(e, was);
	return VT_OK;
}

int
vt_lmdb_env_make(struct vt_engine *base, uint32_t env, struct vt_err *reterr)
{
	struct lmdb_engine *e = (struct lmdb_engine *)(void *)base;
	int rc = VT_OK;

	VT_ASSERT(!e->read_only && env > 0);
	if (env > VT_BYTES_ENVS)
		return vt_err_set(reterr, VT_E_STORE_FULL,
		    "bytes: %u environments are all that format 1 can have",
		    (unsigned)VT_BYTES_ENVS);
	/* The set is changed under writing only. */
	(void)pthread_mutex_lock(&e->writing[VT_SPACE_BYTES]);
	if (env > e->set->n || e->set->gen[env - 1] == NULL) {
		rc = make_one(e, env, reterr);
		if (rc == VT_OK)
			rc = put_in_set(e, env, reterr);
	}
	(void)pthread_mutex_unlock(&e->writing[VT_SPACE_BYTES]);
	return rc;
}

/* Another process has made one since we opened the store for reading? */
static int
refresh(struct lmdb_engine *e, struct vt_err *reterr)
{
	int rc = VT_OK;

	(void)pthread_mutex_lock(&e->writing[VT_SPACE_BYTES]);
	while (rc == VT_OK && e->set->n < VT_BYTES_ENVS &&
	       has_file(e->path, e->set->n + 1))
		rc = put_in_set(e, e->set->n + 1, reterr);
	(void)pthread_mutex_unlock(&e->writing[VT_SPACE_BYTES]);
	return rc;
}

/* ---- transactions ---- */

static int
missing(uint32_t env, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "byte environment " NAME
	    " is missing: put it back from a backup; what lies in the others "
	    "stays readable",
	    env);
}

/* The transaction on one environment, begun when it is first asked for. Who
 * writes reads the others, too. */
static int
sub_of(struct many *m, uint32_t env, bool change, struct vt_txn **ret,
    struct vt_err *reterr)
{
	struct lmdb_engine *e = m->engine;
	struct lmdb_gen *g;
	bool write = m->write && (m->at == 0 || m->at == env) &&
		     (env == m->set->n || e->copying);
	int rc = VT_OK;

	if (env == 0 || env > m->set->n || m->set->gen[env - 1] == NULL)
		return missing(env, reterr);
	if (change && !write)
		return vt_err_set(reterr, VT_E_INTERNAL,
		    "byte environment " NAME " is sealed, or not the one that "
		    "is being written",
		    env);
	if (m->sub[env - 1] == NULL) {
		g = m->set->gen[env - 1];
		(void)pthread_mutex_lock(&e->lock);
		g->refs++;
		(void)pthread_mutex_unlock(&e->lock);
		rc = vt_lmdb_begin_on(
		    e, g, VT_SPACE_BYTES, write, &m->sub[env - 1], reterr);
		if (rc == VT_OK && write)
			m->at = env;
	}
	if (rc != VT_OK)
		return rc;
	*ret = m->sub[env - 1];
	return VT_OK;
}

static void
many_free(struct many *m)
{
	set_leave(m->engine, m->set);
	free(m);
}

static void
many_abort(struct vt_txn *base)
{
	struct many *m = (struct many *)(void *)base;

	if (m == NULL)
		return;
	for (uint32_t i = 0; i < m->set->n; i++)
		vt_engine_lmdb.abort(m->sub[i]);
	if (m->write && m->at == 0)
		(void)pthread_mutex_unlock(
		    &m->engine->writing[VT_SPACE_BYTES]);
	many_free(m);
}

static int
many_commit(struct vt_txn *base, struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	int rc = VT_OK;

	if (m->at != 0) {
		rc = vt_engine_lmdb.commit(m->sub[m->at - 1], reterr);
		m->sub[m->at - 1] = NULL;
	}
	many_abort(base);
	return rc;
}

/* Splits a key: *ret the part inside its environment. */
static int
split(struct vt_span key, uint32_t *ret_env, struct vt_span *ret,
    struct vt_err *reterr)
{
	if (key.n < 5)
		return vt_err_set(reterr, VT_E_INTERNAL,
		    "table bytes: a key of %zu bytes", key.n);
	*ret_env = vt_be32(key.p);
	*ret = VT_SPAN(key.p + 4, key.n - 4);
	return VT_OK;
}

static int
many_get(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_span *ret, struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	struct vt_span rest;
	struct vt_txn *t;
	uint32_t env = 0;
	int rc;

	if ((rc = split(key, &env, &rest, reterr)) != VT_OK ||
	    (rc = sub_of(m, env, false, &t, reterr)) != VT_OK)
		return rc;
	return vt_engine_lmdb.get(t, table, rest, ret, reterr);
}

static int
many_put(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	struct vt_span rest;
	struct vt_txn *t;
	uint32_t env = 0;
	int rc;

	if ((rc = split(key, &env, &rest, reterr)) != VT_OK ||
	    (rc = sub_of(m, env, true, &t, reterr)) != VT_OK)
		return rc;
	return vt_engine_lmdb.put(t, table, rest, value, reterr);
}

static int
many_del(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	struct vt_span rest;
	struct vt_txn *t;
	uint32_t env = 0;
	int rc;

	if ((rc = split(key, &env, &rest, reterr)) != VT_OK ||
	    (rc = sub_of(m, env, true, &t, reterr)) != VT_OK)
		return rc;
	return vt_engine_lmdb.del(t, table, rest, reterr);
}

/* The whole key of what was found in one of them. */
static void
join(struct many *m, uint32_t env, struct vt_span *key)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, env);
	vt_key_bytes(&k, key->p, key->n);
	memcpy(m->key, k.b, k.n);
	*key = VT_SPAN(m->key, k.n);
}

static int
many_ge(struct vt_txn *base, enum vt_table table, struct vt_span from,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	uint32_t env = from.n >= 4 ? vt_be32(from.p) : 1;
	struct vt_span rest = from.n > 4 ? VT_SPAN(from.p + 4, from.n - 4)
					 : VT_SPAN(NULL, 0);
	struct vt_txn *t;
	int rc = VT_E_NOT_FOUND;

	if (env == 0) {
		env = 1;
		rest.n = 0;
	}
	for (; env <= m->set->n && rc == VT_E_NOT_FOUND; env++) {
		if (m->set->gen[env - 1] != NULL) {
			if ((rc = sub_of(m, env, false, &t, reterr)) == VT_OK)
				rc = vt_engine_lmdb.ge(t, table, rest, ret_key,
				    ret_value, reterr);
			if (rc == VT_OK)
				join(m, env, ret_key);
		}
		rest.n = 0;
	}
	return rc;
}

static int
many_lt(struct vt_txn *base, enum vt_table table, struct vt_span before,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	uint32_t env = before.n >= 4 ? vt_be32(before.p) : UINT32_MAX;
	struct vt_span rest = before.n > 4 ? VT_SPAN(before.p + 4, before.n - 4)
					   : VT_SPAN(NULL, 0);
	struct vt_txn *t;
	int rc = VT_E_NOT_FOUND;

	if (env > m->set->n) {
		env = m->set->n;
		rest.n = 0;
	} else if (rest.n == 0) { /* all of it comes behind */
		env--;
	}
	for (; env > 0 && env <= m->set->n && rc == VT_E_NOT_FOUND; env--) {
		if (m->set->gen[env - 1] != NULL) {
			if ((rc = sub_of(m, env, false, &t, reterr)) == VT_OK)
				rc = vt_engine_lmdb.lt(t, table, rest, ret_key,
				    ret_value, reterr);
			if (rc == VT_OK)
				join(m, env, ret_key);
		}
		rest.n = 0;
	}
	return rc;
}

static int
many_count(struct vt_txn *base, enum vt_table table, uint64_t *ret,
    struct vt_err *reterr)
{
	struct many *m = (struct many *)(void *)base;
	uint64_t all = 0, n;
	struct vt_txn *t;
	int rc = VT_OK;

	for (uint32_t i = 1; i <= m->set->n && rc == VT_OK; i++) {
		if (m->set->gen[i - 1] == NULL)
			continue;
		if ((rc = sub_of(m, i, false, &t, reterr)) == VT_OK)
			rc = vt_engine_lmdb.count(t, table, &n, reterr);
		all += rc == VT_OK ? n : 0;
	}
	if (rc == VT_OK)
		*ret = all;
	return rc;
}

static void
many_ahead(struct vt_txn *base, struct vt_span value)
{
	(void)base;
	vt_engine_lmdb.ahead(NULL, value);
}

static const struct vt_engine_ops many_ops = {
	.name = "lmdb",
	.commit = many_commit,
	.abort = many_abort,
	.get = many_get,
	.put = many_put,
	.del = many_del,
	.ge = many_ge,
	.lt = many_lt,
	.count = many_count,
	.ahead = many_ahead,
};

int
vt_lmdb_many_begin(struct lmdb_engine *e, bool write, struct vt_txn **ret,
    struct vt_err *reterr)
{
	struct lmdb_set *set;
	struct vt_txn *t;
	struct many *m;
	int rc;

	if (e->read_only && (rc = refresh(e, reterr)) != VT_OK)
		return rc;
	if (write)
		(void)pthread_mutex_lock(&e->writing[VT_SPACE_BYTES]);
	set = set_hold(e);
	m = calloc(1, sizeof(*m) + set->n * sizeof(void *));
	if (m == NULL) {
		set_leave(e, set);
		if (write)
			(void)pthread_mutex_unlock(&e->writing[VT_SPACE_BYTES]);
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	}
	m->base.ops = &many_ops;
	m->engine = e;
	m->set = set;
	m->write = write;
	/* The one that changes is seen as it is now; the others do not. */
	if (!write && set->gen[set->n - 1] != NULL &&
	    (rc = sub_of(m, set->n, false, &t, reterr)) != VT_OK) {
		many_abort(&m->base);
		return rc;
	}
	*ret = &m->base;
	return VT_OK;
}

/* ---- figures ---- */

int
vt_lmdb_env_look(struct vt_engine *base, uint32_t env, struct vt_env_look *ret,
    struct vt_err *reterr)
{
	struct lmdb_engine *e = (struct lmdb_engine *)(void *)base;
	struct lmdb_set *set = set_hold(e);
	struct vt_env_look l = { .last = set->n };
	struct vt_txn *t = NULL;
	MDB_envinfo info;
	MDB_stat st;
	int rc = VT_OK;

	l.there = env > 0 && env <= set->n && set->gen[env - 1] != NULL;
	if (l.there) {
		struct lmdb_gen *g = set->gen[env - 1];
		uint64_t slack;

		if ((rc = mdb_env_info(g->env, &info)) != 0 ||
		    (rc = mdb_env_stat(g->env, &st)) != 0)
			rc = vt_lmdb_err(rc, "looking at bytes", reterr);
		else {
			slack = info.me_mapsize / 8 < SLACK
				    ? info.me_mapsize / 8
				    : SLACK;
			l.bytes =
			    ((uint64_t)info.me_last_pgno + 1) * st.ms_psize;
			l.full = l.bytes + slack > info.me_mapsize;
			(void)pthread_mutex_lock(&e->lock);
			g->refs++;
			(void)pthread_mutex_unlock(&e->lock);
			rc = vt_lmdb_begin_on(
			    e, g, VT_SPACE_BYTES, false, &t, reterr);
		}
		if (rc == VT_OK) {
			rc = vt_engine_lmdb.count(
			    t, VT_T_BYTES, &l.rows, reterr);
			vt_engine_lmdb.abort(t);
		}
	}
	set_leave(e, set);
	if (rc == VT_OK)
		*ret = l;
	return rc;
}

int
vt_lmdb_many_pages(struct lmdb_engine *e,
    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
    struct vt_err *reterr)
{
	struct lmdb_set *set = set_hold(e);
	uint64_t all = 0, n = 0;
	char name[32];
	int rc = VT_OK;

	for (uint32_t i = 1; i <= set->n && rc == VT_OK; i++) {
		if (set->gen[i - 1] == NULL)
			continue;
		(void)snprintf(name, sizeof(name), NAME, i);
		rc = vt_lmdb_pages(set->gen[i - 1]->env, name, true, told, arg,
		    &n, reterr);
		all += n;
	}
	set_leave(e, set);
	if (rc == VT_OK)
		*ret = all;
	return rc;
}
