/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An environment written anew, row by row, so that nothing of what was deleted
 * from it is left in its file. (LMDB's own compacting copy takes whole overflow
 * pages, with what lies behind their value; and free space inside a page keeps
 * what was there. A fresh environment has seen living rows only.)
 *
 * NAME.new is filled and synced; NAME becomes NAME.old; NAME.new becomes NAME;
 * NAME.old is removed. Whenever it is cut off, vt_lmdb_settle knows from the
 * names alone which one counts: NAME, else NAME.new (it is whole, since NAME
 * was moved away after its sync), else NAME.old. Nobody writes meanwhile, so
 * both hold the same rows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/files.h"
#include "docstore/lmdb/lmdb_priv.h"

#define PIECE ((size_t)16 << 20) /* written between two commits, about */
#define ROWS  65536

struct names {
	char dir[4096], fresh[4096], old[4096];
};

static int
names_of(const char *path, const char *d, struct names *ret,
    struct vt_err *reterr)
{
	if ((size_t)snprintf(ret->fresh, sizeof(ret->fresh), "%s/%s.new", path,
		d) >= sizeof(ret->fresh))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	(void)snprintf(ret->dir, sizeof(ret->dir), "%s/%s", path, d);
	(void)snprintf(ret->old, sizeof(ret->old), "%s/%s.old", path, d);
	return VT_OK;
}

/* The folder of an environment with its two files; none is fine. */
int
vt_lmdb_remove(const char *dir, struct vt_err *reterr)
{
	static const char *const files[] = { "data.mdb", "lock.mdb" };
	char file[4200];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s/%s", dir, files[i]);
		if (unlink(file) != 0 && errno != ENOENT)
			return vt_file_err(reterr, errno,
			    "removing a part of the store that was replaced");
	}
	if (rmdir(dir) != 0 && errno != ENOENT)
		return vt_file_err(reterr, errno,
		    "removing a part of the store that was replaced");
	return VT_OK;
}

static int
move(const char *from, const char *to, struct vt_err *reterr)
{
	if (rename(from, to) != 0)
		return vt_file_err(
		    reterr, errno, "putting a part of the store in its place");
	return VT_OK;
}

int
vt_lmdb_settle(
    const struct vt_engine_options *o, const char *name, struct vt_err *reterr)
{
	struct names n;
	bool dir, fresh, old;
	int rc;

	if ((rc = names_of(o->path, name, &n, reterr)) != VT_OK)
		return rc;
	dir = access(n.dir, F_OK) == 0;
	fresh = access(n.fresh, F_OK) == 0;
	old = access(n.old, F_OK) == 0;
	if (!fresh && !old)
		return VT_OK;
	if (o->read_only) {
		if (dir)
			return VT_OK;
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "%s: it was being written anew; open the store for "
		    "writing once",
		    n.dir);
	}
	vt_log(VT_LEVEL_INFO, "store.rewrite.settle", "space=%s new=%d old=%d",
	    name, fresh, old);
	if (!dir &&
	    (rc = move(fresh ? n.fresh : n.old, n.dir, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_dir_sync(o->path, reterr)) != VT_OK ||
	    (rc = vt_lmdb_remove(n.fresh, reterr)) != VT_OK ||
	    (rc = vt_lmdb_remove(n.old, reterr)) != VT_OK)
		return rc;
	return vt_dir_sync(o->path, reterr);
}

/* ---- the copy ---- */

struct copy {
	MDB_txn *from;
	MDB_env *env;
	MDB_txn *to; /* NULL: none begun */
	size_t bytes, rows;
};

static int
copy_row(struct copy *c, MDB_dbi dbi, MDB_val *k, MDB_val *v)
{
	int rc = 0;

	if (c->to == NULL)
		rc = mdb_txn_begin(c->env, NULL, 0, &c->to);
	if (rc == 0)
		rc = mdb_put(c->to, dbi, k, v, MDB_APPEND);
	c->bytes += k->mv_size + v->mv_size;
	if (rc != 0 || (c->bytes < PIECE && ++c->rows < ROWS))
		return rc;
	c->bytes = c->rows = 0;
	rc = mdb_txn_commit(c->to);
	c->to = NULL;
	return rc;
}

static int
copy_table(struct copy *c, MDB_dbi from, MDB_dbi to)
{
	MDB_cursor *cur;
	MDB_val k, v;
	int rc = mdb_cursor_open(c->from, from, &cur);

	if (rc != 0)
		return rc;
	for (rc = mdb_cursor_get(cur, &k, &v, MDB_FIRST); rc == 0;
	     rc = mdb_cursor_get(cur, &k, &v, MDB_NEXT))
		if ((rc = copy_row(c, to, &k, &v)) != 0)
			break;
	mdb_cursor_close(cur);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int
copy_all(struct copy *c, const struct lmdb_gen *g, enum vt_space space)
{
	MDB_dbi dbi[VT_T__MAX];
	MDB_txn *t;
	int rc = mdb_txn_begin(c->env, NULL, 0, &t);

	if (rc != 0)
		return rc;
	for (int i = 0; i < VT_T__MAX && rc == 0; i++)
		if (vt_table_space((enum vt_table)i) == space)
			rc = mdb_dbi_open(t, vt_table_name((enum vt_table)i),
			    MDB_CREATE, &dbi[i]);
	if (rc != 0) {
		mdb_txn_abort(t);
		return rc;
	}
	if ((rc = mdb_txn_commit(t)) != 0)
		return rc;
	for (int i = 0; i < VT_T__MAX && rc == 0; i++)
		if (vt_table_space((enum vt_table)i) == space)
			rc = copy_table(c, g->dbi[i], dbi[i]);
	if (rc == 0 && c->to != NULL)
		rc = mdb_txn_commit(c->to);
	else
		mdb_txn_abort(c->to);
	c->to = NULL;
	return rc == 0 ? mdb_env_sync(c->env, 1) : rc;
}

static int
fill(struct lmdb_engine *e, const struct lmdb_gen *g, enum vt_space space,
    const char *dir, struct vt_err *reterr)
{
	struct copy c = { .env = NULL };
	int rc;

	if (mkdir(dir, 0700) != 0)
		return vt_lmdb_err(errno, "writing the store anew", reterr);
	/* One sync at the end: until then it is nobody's. */
	if ((rc = mdb_env_create(&c.env)) == 0 &&
	    (rc = mdb_env_set_mapsize(c.env, e->map_size)) == 0 &&
	    (rc = mdb_env_set_maxdbs(c.env, VT_T__MAX)) == 0 &&
	    (rc = mdb_env_open(c.env, dir, MDB_NOTLS | MDB_NOSYNC, 0600)) ==
		0 &&
	    (rc = mdb_txn_begin(g->env, NULL, MDB_RDONLY, &c.from)) == 0) {
		rc = copy_all(&c, g, space);
		mdb_txn_abort(c.from);
	}
	if (c.env != NULL)
		mdb_env_close(c.env);
	if (rc != 0)
		return vt_lmdb_err(rc, "writing the store anew", reterr);
	return vt_dir_sync(dir, reterr);
}

/* ---- the change ---- */

static void
swap(struct lmdb_engine *e, enum vt_space space, struct lmdb_gen *g)
{
	struct lmdb_gen *old;
	bool last;

	(void)pthread_mutex_lock(&e->lock);
	old = e->gen[space];
	e->gen[space] = g;
	old->retired = true;
	vt_lmdb_drain(old);
	last = old->refs == 0;
	(void)pthread_mutex_unlock(&e->lock);
	if (last)
		vt_lmdb_gen_free(old);
}

/*
 * What is open lies in NAME.old, or nothing was moved: it gets its name back,
 * on the disk, too. Else a cut could bring NAME.new back, without the acts that
 * were written since. A call that says it failed may have done it.
 */
static bool
put_back(struct lmdb_engine *e, const struct names *n)
{
	struct vt_err err = VT_ERR_INIT;

	if (access(n->old, F_OK) == 0 &&
	    ((access(n->dir, F_OK) == 0 && rename(n->dir, n->fresh) != 0) ||
		rename(n->old, n->dir) != 0))
		return false;
	return vt_dir_sync(e->path, &err) == VT_OK;
}

/* Moves the fresh one to its place and opens it there; or all is as before, or
 * nothing more is written (broken). */
static int
take_place(struct lmdb_engine *e, enum vt_space space, const struct names *n,
    struct vt_err *reterr)
{
	struct lmdb_at at = { .path = e->path,
		.name = vt_lmdb_dir[space],
		.space = space,
		.map = e->map_size };
	struct lmdb_gen *g;
	int rc;

	if ((rc = move(n->dir, n->old, reterr)) == VT_OK &&
	    (rc = move(n->fresh, n->dir, reterr)) == VT_OK &&
	    (rc = vt_dir_sync(e->path, reterr)) == VT_OK &&
	    (rc = vt_lmdb_gen_open(&at, &g, reterr)) == VT_OK) {
		swap(e, space, g);
		return VT_OK;
	}
	if (!put_back(e, n))
		e->broken[space] = true;
	return rc;
}

int
vt_lmdb_rewrite(
    struct vt_engine *base, enum vt_space space, struct vt_err *reterr)
{
	struct lmdb_engine *e = (struct lmdb_engine *)(void *)base;
	struct vt_err ignored = VT_ERR_INIT;
	struct names n;
	int rc;

	VT_ASSERT(space != VT_SPACE_BYTES && !e->read_only);
	if ((rc = names_of(e->path, vt_lmdb_dir[space], &n, reterr)) != VT_OK)
		return rc;
	(void)pthread_mutex_lock(&e->writing[space]);
	if (e->broken[space])
		rc = vt_err_set(reterr, VT_E_IO,
		    "environment %s: the store must be opened again",
		    vt_lmdb_dir[space]);
	if (rc == VT_OK && (rc = vt_lmdb_remove(n.fresh, reterr)) == VT_OK &&
	    (rc = vt_lmdb_remove(n.old, reterr)) == VT_OK) {
		/* gen is changed under writing only */
		rc = fill(e, e->gen[space], space, n.fresh, reterr);
		if (rc == VT_OK)
			rc = take_place(e, space, &n, reterr);
		if (rc != VT_OK && !e->broken[space] &&
		    vt_lmdb_remove(n.fresh, &ignored) != VT_OK)
			vt_log_err("store.rewrite", &ignored);
	}
	if (rc == VT_OK && (rc = vt_lmdb_remove(n.old, reterr)) == VT_OK)
		rc = vt_dir_sync(e->path, reterr);
	(void)pthread_mutex_unlock(&e->writing[space]);
	return rc;
}
