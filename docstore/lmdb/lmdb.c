/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine on LMDB 0.9: one environment a space, of bytes several (many.c),
 * every table a named database; rewrite.c replaces an environment by a fresh
 * one. Default flags:
 * each commit is written and synced before it returns (no NOSYNC, no WRITEMAP).
 * NOTLS lets a thread hold several read transactions and hand none to another.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "docstore/lmdb/lmdb_priv.h"

const char *const vt_lmdb_dir[VT_SPACES] = { "records", "keys", NULL };

/* Sets the error for an LMDB return code. */
int
vt_lmdb_err(int rc, const char *what, struct vt_err *reterr)
{
	switch (rc) {
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return vt_err_set(
		    reterr, VT_E_STORE_FULL, "%s: %s", what, mdb_strerror(rc));
	case EROFS:
	case EACCES:
	case EPERM:
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY, "%s: %s", what,
		    mdb_strerror(rc));
	case ENOMEM:
		return vt_err_set(
		    reterr, VT_E_NOMEM, "%s: out of memory", what);
	case MDB_READERS_FULL:
		return vt_err_set(
		    reterr, VT_E_BUSY, "%s: %s", what, mdb_strerror(rc));
	case MDB_VERSION_MISMATCH:
	case MDB_INVALID:
	case MDB_INCOMPATIBLE:
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "%s: not a database of this store: %s", what,
		    mdb_strerror(rc));
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
		return vt_err_set(reterr, VT_E_STORE_CORRUPT, "%s: %s", what,
		    mdb_strerror(rc));
	default:
		if (rc > 0)
			return vt_err_errno(reterr, VT_E_IO, rc, "%s", what);
		return vt_err_set(
		    reterr, VT_E_IO, "%s: %s", what, mdb_strerror(rc));
	}
}

void
vt_lmdb_drain(struct lmdb_gen *g)
{
	while (g->spare != NULL) {
		struct lmdb_txn *t = g->spare;

		g->spare = t->next;
		g->n_spare--;
		mdb_txn_abort(t->txn);
		free(t);
	}
}

void
vt_lmdb_gen_free(struct lmdb_gen *g)
{
	if (g == NULL)
		return;
	vt_lmdb_drain(g);
	if (g->env != NULL)
		mdb_env_close(g->env);
	free(g);
}

static void
lmdb_close(struct vt_engine *base)
{
	struct lmdb_engine *e = (struct lmdb_engine *)(void *)base;

	if (e == NULL)
		return;
	for (int i = 0; i < VT_SPACES; i++) {
		vt_lmdb_gen_free(e->gen[i]);
		(void)pthread_mutex_destroy(&e->writing[i]);
	}
	vt_lmdb_many_close(e);
	(void)pthread_mutex_destroy(&e->lock);
	free(e->path);
	free(e);
}

static void
keep_first(void *arg, const char *line)
{
	char *first = arg;

	if (first[0] == '\0')
		(void)snprintf(first, sizeof(((struct vt_err *)NULL)->msg),
		    "%s", line);
}

/*
 * Before LMDB believes them: those that opening reads, and when it may write,
 * all of an environment that is not too large for that. What is damaged is
 * not written to; to be read it opens as far as that can be done.
 */
static int
look_at_pages(MDB_env *env, const struct lmdb_at *at, struct vt_err *reterr)
{
	char first[sizeof(((struct vt_err *)NULL)->msg)] = "";
	mdb_filehandle_t fd;
	struct stat st;
	uint64_t faults;
	bool deep;
	int rc;

	if ((rc = mdb_env_get_fd(env, &fd)) != 0 || fstat(fd, &st) != 0)
		return vt_lmdb_err(rc != 0 ? rc : errno, at->name, reterr);
	deep = !at->read_only && at->space != VT_SPACE_BYTES &&
	       (uint64_t)st.st_size <= VT_L(PAGES_AT_OPEN);
	rc = vt_lmdb_pages(
	    env, at->name, deep, keep_first, first, &faults, reterr);
	if (rc != VT_OK || faults == 0)
		return rc;
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "%.150s (`vanthu check`)", first);
}

/* LMDB would make an empty one in the place of what is lost. */
static int
is_there(const char *path, const char *what, struct vt_err *reterr)
{
	char file[4200];
	struct stat st;

	(void)snprintf(file, sizeof(file), "%s/data.mdb", path);
	if (stat(file, &st) != 0)
		return errno == ENOENT
			   ? vt_err_set(reterr, VT_E_NO_INPUT,
				 "%s: its file data.mdb is not there: is the "
				 "disk mounted? Else restore it from a backup",
				 what)
			   : vt_lmdb_err(errno, what, reterr);
	if (st.st_size == 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "%s: its file data.mdb is empty: restore it from a backup",
		    what);
	return VT_OK;
}

static int
open_env(struct lmdb_gen *g, const struct lmdb_at *at, struct vt_err *reterr)
{
	unsigned int flags = MDB_NOTLS;
	char path[4096], what[64];
	int rc;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", at->path, at->name) >=
	    sizeof(path))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	(void)snprintf(what, sizeof(what), "environment %s", at->name);
	if (at->create && mkdir(path, 0700) != 0 && errno != EEXIST)
		return vt_lmdb_err(errno, what, reterr);
	if (!at->create && (rc = is_there(path, what, reterr)) != VT_OK)
		return rc;
	if (at->read_only)
		flags |= MDB_RDONLY;
	/* Chunks are read whole, at random: no read-ahead. */
	if (at->space == VT_SPACE_BYTES)
		flags |= MDB_NORDAHEAD;
	if ((rc = mdb_env_create(&g->env)) != 0 ||
	    (rc = mdb_env_set_mapsize(g->env, at->map)) != 0 ||
	    (rc = mdb_env_set_maxdbs(g->env, VT_T__MAX)) != 0 ||
	    (rc = mdb_env_set_maxreaders(g->env, LMDB_MAX_READERS)) != 0 ||
	    (rc = mdb_env_open(g->env, path, flags, 0600)) != 0)
		return vt_lmdb_err(rc, what, reterr);
	if (!at->read_only)
		vt_lmdb_readers(g->env, at->name);
	return look_at_pages(g->env, at, reterr);
}

static int
open_table(struct lmdb_gen *g, MDB_txn *txn, enum vt_table t,
    const struct lmdb_at *at, struct vt_err *reterr)
{
	bool make = at->create || (t >= VT_T_ADDED && !at->read_only);
	int rc;

	rc = mdb_dbi_open(
	    txn, vt_table_name(t), make ? MDB_CREATE : 0, &g->dbi[t]);
	if (rc == 0)
		return VT_OK;
	if (rc != MDB_NOTFOUND)
		return vt_lmdb_err(rc, "opening tables", reterr);
	if (t < VT_T_ADDED)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "table %s is missing", vt_table_name(t));
	g->absent[t] = true;
	return VT_OK;
}

static int
open_tables(struct lmdb_gen *g, const struct lmdb_at *at, struct vt_err *reterr)
{
	MDB_txn *txn;
	int rc;

	rc = mdb_txn_begin(g->env, NULL, at->read_only ? MDB_RDONLY : 0, &txn);
	if (rc != 0)
		return vt_lmdb_err(rc, "opening tables", reterr);
	for (int t = 0; t < VT_T__MAX; t++) {
		if (vt_table_space((enum vt_table)t) != at->space)
			continue;
		rc = open_table(g, txn, (enum vt_table)t, at, reterr);
		if (rc != VT_OK) {
			mdb_txn_abort(txn);
			return rc;
		}
	}
	if ((rc = mdb_txn_commit(txn)) != 0)
		return vt_lmdb_err(rc, "opening tables", reterr);
	return VT_OK;
}

int
vt_lmdb_gen_open(
    const struct lmdb_at *at, struct lmdb_gen **ret, struct vt_err *reterr)
{
	struct lmdb_gen *g = calloc(1, sizeof(*g));
	int rc;

	if (g == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	if ((rc = open_env(g, at, reterr)) != VT_OK ||
	    (rc = open_tables(g, at, reterr)) != VT_OK) {
		vt_lmdb_gen_free(g);
		return rc;
	}
	*ret = g;
	return VT_OK;
}

static bool
locks_init(struct lmdb_engine *e)
{
	if (pthread_mutex_init(&e->lock, NULL) != 0)
		return false;
	for (int i = 0; i < VT_SPACES; i++)
		if (pthread_mutex_init(&e->writing[i], NULL) != 0) {
			while (i-- > 0)
				(void)pthread_mutex_destroy(&e->writing[i]);
			(void)pthread_mutex_destroy(&e->lock);
			return false;
		}
	return true;
}

static int
lmdb_open(const struct vt_engine_options *o, struct vt_engine **ret,
    struct vt_err *reterr)
{
	struct lmdb_engine *e = calloc(1, sizeof(*e));
	int rc;

	if (e == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	e->base.ops = &vt_engine_lmdb;
	if (!locks_init(e)) {
		free(e);
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	}
	if ((e->path = strdup(o->path)) == NULL) {
		lmdb_close(&e->base);
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	}
	e->map_size = o->map_size;
	e->bytes_map = o->bytes_map != 0 ? o->bytes_map : o->map_size;
	e->read_only = o->read_only;
	e->copying = o->copying;
	for (int i = 0; i < VT_SPACES; i++) {
		struct lmdb_at at = { .path = o->path,
			.name = vt_lmdb_dir[i],
			.space = (enum vt_space)i,
			.map = o->map_size,
			.read_only = o->read_only,
			.create = o->create };

		if (i == VT_SPACE_BYTES)
			rc = vt_lmdb_many_open(e, o, reterr);
		else if ((rc = vt_lmdb_settle(o, at.name, reterr)) == VT_OK)
			rc = vt_lmdb_gen_open(&at, &e->gen[i], reterr);
		if (rc != VT_OK) {
			lmdb_close(&e->base);
			return rc;
		}
	}
	*ret = &e->base;
	return VT_OK;
}

/* The generation in use, held until leave. */
static struct lmdb_gen *
enter(struct lmdb_engine *e, enum vt_space space)
{
	struct lmdb_gen *g;

	(void)pthread_mutex_lock(&e->lock);
	g = e->gen[space];
	g->refs++;
	(void)pthread_mutex_unlock(&e->lock);
	return g;
}

void
vt_lmdb_leave(struct lmdb_engine *e, struct lmdb_gen *g)
{
	bool last;

	(void)pthread_mutex_lock(&e->lock);
	last = --g->refs == 0 && g->retired;
	(void)pthread_mutex_unlock(&e->lock);
	if (last)
		vt_lmdb_gen_free(g);
}

/* A spare one of g, begun again; NULL: there is none. */
static struct lmdb_txn *
renew(struct lmdb_engine *e, struct lmdb_gen *g)
{
	struct lmdb_txn *t;

	(void)pthread_mutex_lock(&e->lock);
	if ((t = g->spare) != NULL) {
		g->spare = t->next;
		g->n_spare--;
	}
	(void)pthread_mutex_unlock(&e->lock);
	if (t != NULL && mdb_txn_renew(t->txn) != 0) {
		mdb_txn_abort(t->txn);
		free(t);
		t = NULL;
	}
	return t;
}

/* Keeps an ended read transaction; false: there are enough. */
static bool
spare(struct lmdb_txn *t)
{
	struct lmdb_engine *e = t->engine;
	struct lmdb_gen *g = t->gen;
	bool room;

	memset(t->cursor, 0, sizeof(t->cursor));
	mdb_txn_reset(t->txn);
	(void)pthread_mutex_lock(&e->lock);
	room = !g->retired && g->n_spare < VT_L(STORE_SPARE_READERS);
	if (room) {
		g->refs--;
		t->next = g->spare;
		g->spare = t;
		g->n_spare++;
	}
	(void)pthread_mutex_unlock(&e->lock);
	return room;
}

int
vt_lmdb_begin_on(struct lmdb_engine *e, struct lmdb_gen *g, enum vt_space space,
    bool write, struct vt_txn **ret, struct vt_err *reterr)
{
	struct lmdb_txn *t;
	int rc;

	if (!write && (t = renew(e, g)) != NULL) {
		*ret = &t->base;
		return VT_OK;
	}
	if ((t = calloc(1, sizeof(*t))) == NULL) {
		vt_lmdb_leave(e, g);
		return vt_err_set(reterr, VT_E_NOMEM, "store: out of memory");
	}
	if (write && ++e->begun[space] % VT_LMDB_READERS_EVERY == 0)
		vt_lmdb_readers(g->env,
		    space == VT_SPACE_BYTES ? "bytes" : vt_lmdb_dir[space]);
	t->write = write;
	t->base.ops = &vt_engine_lmdb;
	t->engine = e;
	t->space = space;
	t->gen = g;
	rc = mdb_txn_begin(g->env, NULL, write ? 0 : MDB_RDONLY, &t->txn);
	if (rc != 0) {
		vt_lmdb_leave(e, g);
		free(t);
		return vt_lmdb_err(rc, "beginning a transaction", reterr);
	}
	*ret = &t->base;
	return VT_OK;
}

static int
lmdb_begin(struct vt_engine *base, enum vt_space space, bool write,
    struct vt_txn **ret, struct vt_err *reterr)
{
	struct lmdb_engine *e = (struct lmdb_engine *)(void *)base;
	int rc;

	if (space == VT_SPACE_BYTES)
		return vt_lmdb_many_begin(e, write, ret, reterr);
	if (write) {
		(void)pthread_mutex_lock(&e->writing[space]);
		if (e->broken[space]) {
			(void)pthread_mutex_unlock(&e->writing[space]);
			return vt_err_set(reterr, VT_E_IO,
			    "environment %s: writing it anew failed half-way; "
			    "the store must be opened again",
			    vt_lmdb_dir[space]);
		}
	}
	rc = vt_lmdb_begin_on(e, enter(e, space), space, write, ret, reterr);
	if (rc != VT_OK && write)
		(void)pthread_mutex_unlock(&e->writing[space]);
	return rc;
}

static void
close_cursors(struct lmdb_txn *t)
{
	for (int i = 0; i < VT_T__MAX; i++)
		if (t->cursor[i] != NULL)
			mdb_cursor_close(t->cursor[i]);
}

/* Less than this is no room: a transaction with its free pages needs more. */
#define ROOM_MIN ((uint64_t)1 << 20)

static bool
is_full(MDB_env *env)
{
	struct statvfs fs;
	mdb_filehandle_t fd;

	return mdb_env_get_fd(env, &fd) == 0 && fstatvfs(fd, &fs) == 0 &&
	       (uint64_t)fs.f_bavail * fs.f_frsize < ROOM_MIN;
}

/*
 * Is the state of before still the current one for certain? LMDB writes the
 * pages first and the meta page that refers to them last; a fault there makes
 * the environment refuse every later write transaction.
 */
static bool
is_unchanged(MDB_env *env, size_t txn_id)
{
	MDB_envinfo info;
	MDB_txn *probe;

	if (mdb_env_info(env, &info) != 0 || info.me_last_txnid >= txn_id ||
	    mdb_txn_begin(env, NULL, 0, &probe) != 0)
		return false;
	mdb_txn_abort(probe);
	return true;
}

/* What the error of a commit means. */
static int
commit_failed(MDB_env *env, size_t txn_id, int rc, struct vt_err *reterr)
{
	/* Whatever the error is called: the last write may have been done. */
	if (!is_unchanged(env, txn_id))
		return vt_err_set(reterr, VT_E_UNKNOWN_OUTCOME,
		    "commit: the disk reported an error: %s", mdb_strerror(rc));
	/* EIO is also LMDB's word for a write that came out short, which is
	 * how most disks fill up. */
	if (rc == EIO && is_full(env))
		rc = ENOSPC;
	return vt_lmdb_err(rc, "commit: nothing was changed", reterr);
}

/* Its transaction of LMDB has ended. */
static void
end(struct lmdb_txn *t)
{
	struct lmdb_engine *e = t->engine;

	vt_lmdb_leave(e, t->gen);
	if (t->write)
		(void)pthread_mutex_unlock(&e->writing[t->space]);
	free(t);
}

static int
lmdb_commit(struct vt_txn *base, struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	size_t id;
	int rc;

	if (base->ops != &vt_engine_lmdb) /* many.c */
		return base->ops->commit(base, reterr);
	id = mdb_txn_id(t->txn);
	close_cursors(t);
	rc = mdb_txn_commit(t->txn);
	if (rc != 0)
		rc = commit_failed(t->gen->env, id, rc, reterr);
	end(t);
	return rc;
}

static void
lmdb_abort(struct vt_txn *base)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;

	if (t == NULL)
		return;
	if (base->ops != &vt_engine_lmdb) {
		base->ops->abort(base);
		return;
	}
	close_cursors(t);
	if (!t->write && spare(t))
		return;
	mdb_txn_abort(t->txn);
	end(t);
}

static MDB_val
val(struct vt_span s)
{
	union {
		const void *in;
		void *out;
	} u = { .in = s.p }; /* LMDB does not write through it */

	return (MDB_val){ .mv_size = s.n, .mv_data = u.out };
}

static int
lmdb_get(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_span *ret, struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	MDB_val k = val(key), v;
	int rc;

	VT_ASSERT(vt_table_space(table) == t->space);
	if (t->gen->absent[table])
		return VT_E_NOT_FOUND;
	rc = mdb_get(t->txn, t->gen->dbi[table], &k, &v);
	if (rc == MDB_NOTFOUND)
		return VT_E_NOT_FOUND;
	if (rc != 0)
		return vt_lmdb_err(rc, vt_table_name(table), reterr);
	*ret = VT_SPAN(v.mv_data, v.mv_size);
	return VT_OK;
}

static int
lmdb_put(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	MDB_val k = val(key), v = val(value);
	int rc;

	VT_ASSERT(vt_table_space(table) == t->space);
	rc = mdb_put(t->txn, t->gen->dbi[table], &k, &v, 0);
	return rc == 0 ? VT_OK : vt_lmdb_err(rc, vt_table_name(table), reterr);
}

static int
lmdb_del(struct vt_txn *base, enum vt_table table, struct vt_span key,
    struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	MDB_val k = val(key);
	int rc;

	VT_ASSERT(vt_table_space(table) == t->space);
	rc = mdb_del(t->txn, t->gen->dbi[table], &k, NULL);
	if (rc == MDB_NOTFOUND)
		return VT_E_NOT_FOUND;
	return rc == 0 ? VT_OK : vt_lmdb_err(rc, vt_table_name(table), reterr);
}

static int
cursor_of(struct lmdb_txn *t, enum vt_table table, struct vt_err *reterr)
{
	int rc;

	VT_ASSERT(vt_table_space(table) == t->space);
	if (t->cursor[table] != NULL)
		return VT_OK;
	rc = mdb_cursor_open(t->txn, t->gen->dbi[table], &t->cursor[table]);
	return rc == 0 ? VT_OK : vt_lmdb_err(rc, vt_table_name(table), reterr);
}

static int
row(int rc, enum vt_table table, MDB_val k, MDB_val v, struct vt_span *ret_key,
    struct vt_span *ret_value, struct vt_err *reterr)
{
	if (rc == MDB_NOTFOUND)
		return VT_E_NOT_FOUND;
	if (rc != 0)
		return vt_lmdb_err(rc, vt_table_name(table), reterr);
	*ret_key = VT_SPAN(k.mv_data, k.mv_size);
	*ret_value = VT_SPAN(v.mv_data, v.mv_size);
	return VT_OK;
}

static int
lmdb_ge(struct vt_txn *base, enum vt_table table, struct vt_span from,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	MDB_val k = val(from), v = { 0, NULL };
	int rc;

	if (t->gen->absent[table])
		return VT_E_NOT_FOUND;
	if ((rc = cursor_of(t, table, reterr)) != VT_OK)
		return rc;
	rc = mdb_cursor_get(
	    t->cursor[table], &k, &v, from.n == 0 ? MDB_FIRST : MDB_SET_RANGE);
	return row(rc, table, k, v, ret_key, ret_value, reterr);
}

static int
lmdb_lt(struct vt_txn *base, enum vt_table table, struct vt_span before,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	MDB_val k = val(before), v = { 0, NULL };
	int rc;

	if (t->gen->absent[table])
		return VT_E_NOT_FOUND;
	if ((rc = cursor_of(t, table, reterr)) != VT_OK)
		return rc;
	rc = MDB_NOTFOUND;
	if (before.n > 0)
		rc = mdb_cursor_get(t->cursor[table], &k, &v, MDB_SET_RANGE);
	if (rc == 0)
		rc = mdb_cursor_get(t->cursor[table], &k, &v, MDB_PREV);
	else if (rc == MDB_NOTFOUND) /* every key is smaller */
		rc = mdb_cursor_get(t->cursor[table], &k, &v, MDB_LAST);
	return row(rc, table, k, v, ret_key, ret_value, reterr);
}

static int
lmdb_count(struct vt_txn *base, enum vt_table table, uint64_t *ret,
    struct vt_err *reterr)
{
	struct lmdb_txn *t = (struct lmdb_txn *)(void *)base;
	MDB_stat st;
	int rc;

	VT_ASSERT(vt_table_space(table) == t->space);
	*ret = 0;
	if (t->gen->absent[table])
		return VT_OK;
	rc = mdb_stat(t->txn, t->gen->dbi[table], &st);
	if (rc != 0)
		return vt_lmdb_err(rc, vt_table_name(table), reterr);
	*ret = st.ms_entries;
	return VT_OK;
}

/*
 * The map of the bytes is read without read-ahead, so a chunk that is not in
 * memory would come page by page, waiting for each. The advice asks for all of
 * them at once.
 */
static void
lmdb_ahead(struct vt_txn *base, struct vt_span value)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = (uintptr_t)value.p & ~(page - 1);

	(void)base;
	if (value.n > page) /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		(void)madvise((void *)begin,
		    (uintptr_t)value.p + value.n - begin, MADV_WILLNEED);
}

static int
lmdb_pages(struct vt_engine *base, enum vt_space space,
    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
    struct vt_err *reterr)
{
	struct lmdb_engine *e = (struct lmdb_engine *)(void *)base;
	struct lmdb_gen *g;
	int rc;

	if (space == VT_SPACE_BYTES)
		return vt_lmdb_many_pages(e, told, arg, ret, reterr);
	g = enter(e, space);
	rc = vt_lmdb_pages(
	    g->env, vt_lmdb_dir[space], true, told, arg, ret, reterr);
	vt_lmdb_leave(e, g);
	return rc;
}

const struct vt_engine_ops vt_engine_lmdb = {
	.name = "lmdb",
	.open = lmdb_open,
	.close = lmdb_close,
	.begin = lmdb_begin,
	.commit = lmdb_commit,
	.abort = lmdb_abort,
	.get = lmdb_get,
	.put = lmdb_put,
	.del = lmdb_del,
	.ge = lmdb_ge,
	.lt = lmdb_lt,
	.count = lmdb_count,
	.ahead = lmdb_ahead,
	.rewrite = vt_lmdb_rewrite,
	.pages = lmdb_pages,
	.env_make = vt_lmdb_env_make,
	.env_look = vt_lmdb_env_look,
};
