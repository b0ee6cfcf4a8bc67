/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rotation of the store key: every data key under a new wrap key. In this
 * order, each step done again does no harm:
 *
 *	1 the next key lies in its file, the one of now in its copy
 *	2 row "rekey": nobody opens the store but this
 *	3 rows of wrap, a piece a transaction; each says its epoch
 *	4 keys/ written anew: what was under the old key is in no free page
 *	5 the superblock knows the new key alone, the row goes
 *	6 the file of the next key gets the name of the one of now
 *
 * A store that was cut off between 5 and 6 is opened with FILE.new.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/files.h"
#include "docstore/store_priv.h"

#define MAP_SIZE ((uint64_t)64 << 30)
#define PIECE    32768 /* rows a transaction */
#define PATH     4096

/* ---- the mark ---- */

static struct vt_key
mark_key(void)
{
	return vt_key_text("rekey");
}

int
vt_rekey_get(struct vt_txn *t, struct vt_rekey *ret, struct vt_err *reterr)
{
	struct vt_rekey x = { .epoch = 0 };
	struct vt_key k = mark_key();
	struct vt_span v;
	struct vt_cbor c;
	int rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);

	if (rc == VT_OK) {
		vt_cbor_open(&c, v);
		if (vt_cbor_get_array(&c) != 2)
			vt_cbor_fail(&c, "not a pair");
		x.epoch = vt_take_u32(&c);
		x.key_check = vt_cbor_get_hash(&c);
		if (c.failed == VT_OK && x.epoch < 2)
			vt_cbor_fail(&c, "no epoch that comes");
		rc = vt_take_end(&c, "rekey", reterr);
	} else if (rc == VT_E_NOT_FOUND) {
		rc = VT_OK;
	}
	if (rc == VT_OK)
		*ret = x;
	return rc;
}

struct rotate {
	const struct vt_rotate_options *o;
	const char *path;
	struct vt_engine *engine;
	struct vt_super super;
	struct vt_rekey mark;
	struct vt_keys old, next; /* old epoch 0: not needed any more */
	char now_file[PATH];      /* empty: unwrapped by a function */
	char next_file[PATH];
	struct vt_rotate_report rep;
};

static bool
fits(const struct vt_keys *k, const struct vt_super *super)
{
	vt_hash check = vt_keys_check(k, &super->id);

	return vt_hash_eq(&check, &super->key_check);
}

/* mark NULL: it goes. */
static int
super_put(struct rotate *x, const struct vt_rekey *mark, struct vt_err *reterr)
{
	struct vt_key ks = vt_key_text("store"), km = mark_key();
	struct vt_engine *e = x->engine;
	struct vt_txn *t;
	VT_BUF_AUTO(s);
	VT_BUF_AUTO(m);
	int rc;

	vt_super_encode(&x->super, &s);
	if (mark != NULL) {
		vt_cbor_array(&m, 2);
		vt_cbor_uint(&m, mark->epoch);
		vt_cbor_hash(&m, &mark->key_check);
	}
	if ((rc = vt_buf_status(&s, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&m, reterr)) != VT_OK ||
	    (rc = e->ops->begin(e, VT_SPACE_RECORDS, true, &t, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_tx_put(t, VT_T_SUPER, &ks, vt_buf_view(&s), reterr);
	if (rc == VT_OK)
		rc = mark != NULL ? vt_tx_put(t, VT_T_SUPER, &km,
					vt_buf_view(&m), reterr)
				  : vt_tx_del(t, VT_T_SUPER, &km, reterr);
	if (rc != VT_OK) {
		e->ops->abort(t);
		return rc;
	}
	return e->ops->commit(t, reterr);
}

/* ---- the keys of now and then ---- */

int
vt_rotated_key(const char *file, const struct vt_super *super, bool settle,
    struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_err ignored;
	struct vt_keys k;
	char path[PATH];
	int rc;

	if ((size_t)snprintf(path, sizeof(path), "%s.new", file) >=
		sizeof(path) ||
	    access(path, F_OK) != 0 ||
	    vt_keys_load(path, &k, &ignored) != VT_OK)
		return VT_E_NOT_FOUND;
	if (!fits(&k, super)) {
		vt_keys_clear(&k);
		return VT_E_NOT_FOUND;
	}
	rc = VT_OK;
	if (settle && rename(path, file) != 0)
		rc = vt_file_err(reterr, errno, "naming the new store key");
	if (settle && rc == VT_OK) {
		char *slash = strrchr(path, '/');

		if (slash != NULL)
			*slash = '\0';
		rc = vt_dir_sync(slash != NULL ? path : ".", reterr);
	}
	if (rc != VT_OK)
		vt_keys_clear(&k);
	else
		*ret = k;
	return rc;
}

/* A copy of the key file of now; the same copy is fine. */
static int
keep_old(const struct rotate *x, struct vt_err *reterr)
{
	struct vt_keys there;
	int rc;

	if (x->o->keep_old == NULL || x->old.epoch == 0)
		return VT_OK;
	rc = vt_keys_save(x->o->keep_old, &x->old, reterr);
	if (rc != VT_E_EXISTS)
		return rc;
	if ((rc = vt_keys_load(x->o->keep_old, &there, reterr)) != VT_OK)
		return rc;
	if (!vt_span_eq(
		vt_secret_view(there.wrap), vt_secret_view(x->old.wrap)) ||
	    !fits(&there, &x->super))
		rc = vt_err_set(reterr, VT_E_EXISTS,
		    "%s: it is there, and not the store key of now",
		    x->o->keep_old);
	vt_keys_clear(&there);
	return rc;
}

/* The next key: as its file says, or made there. */
static int
next_key(struct rotate *x, const struct vt_context *ctx, struct vt_err *reterr)
{
	int rc;

	if (access(x->next_file, F_OK) == 0)
		return vt_keys_load(x->next_file, &x->next, reterr);
	if (x->mark.epoch != 0)
		return vt_err_set(reterr, VT_E_NO_INPUT,
		    "%s: the key of epoch %u, to which the change was begun, "
		    "is not there any more",
		    x->next_file, x->mark.epoch);
	if (x->old.epoch == 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "store key: it belongs to another store");
	rc = vt_keys_next(&x->old, ctx, &x->next, reterr);
	return rc == VT_OK ? vt_keys_save(x->next_file, &x->next, reterr) : rc;
}

static int
files(
    struct rotate *x, const struct vt_store_options *so, struct vt_err *reterr)
{
	const struct vt_rotate_options *o = x->o;
	int n, rc = VT_OK;

	if (o->unwrap == NULL)
		rc = vt_store_key_file(
		    x->path, so, x->now_file, sizeof(x->now_file), reterr);
	if (rc != VT_OK)
		return rc;
	if (o->next == NULL && (o->unwrap != NULL || o->keep_old == NULL))
		return vt_err_set(reterr, VT_E_INVALID, "store key: %s",
		    o->unwrap != NULL
			? "where the next one is to lie must be said"
			: "where a copy of the one of now is to lie must be "
			  "said: backups of its time open with it alone");
	n = o->next != NULL
		? snprintf(x->next_file, PATH, "%s", o->next)
		: snprintf(x->next_file, PATH, "%s.new", x->now_file);
	if (n < 0 || n >= PATH)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the store key is too long");
	return VT_OK;
}

/* Both, and what is left to do. */
static int
keys(struct rotate *x, const struct vt_store_options *so,
    const struct vt_context *ctx, struct vt_err *reterr)
{
	vt_hash check;
	int rc;

	if ((rc = vt_store_key_load(x->path, so, &x->old, reterr)) != VT_OK)
		return rc;
	if (!fits(&x->old, &x->super))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "store key: it belongs to another store, or to another "
		    "epoch of this one");
	if ((rc = keep_old(x, reterr)) != VT_OK ||
	    (rc = next_key(x, ctx, reterr)) != VT_OK)
		return rc;
	check = vt_keys_check(&x->next, &x->super.id);
	if (!vt_keys_follow(&x->old, &x->next) ||
	    (x->mark.epoch != 0 && !vt_hash_eq(&check, &x->mark.key_check)))
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: not the store key that follows on epoch %u: "
		    "`vanthu key next` makes it",
		    x->next_file, x->old.epoch);
	return VT_OK;
}

/* ---- the rows ---- */

static int
rewrap_row(struct rotate *x, struct vt_txn *t, const struct vt_scan *scan,
    struct vt_err *reterr)
{
	uint8_t wrapped[VT_WRAPPED_SIZE];
	struct vt_key k = { .n = 0 };
	struct vt_wrap_row row;
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_wrap_row_decode(scan->row, &row, reterr)) != VT_OK)
		return rc;
	x->rep.keys++;
	if (row.epoch == x->next.epoch) {
		x->rep.before++;
		return VT_OK;
	}
	if (row.epoch != x->old.epoch)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "table wrap: a key of epoch %u in a store of epoch %u",
		    row.epoch, x->old.epoch);
	rc = vt_chunk_rewrap(&x->old, &x->next, row.wrapped, wrapped, reterr);
	if (rc != VT_OK)
		return rc;
	row.epoch = x->next.epoch;
	row.wrapped = VT_SPAN(wrapped, sizeof(wrapped));
	vt_wrap_row_encode(&row, &v);
	if ((rc = vt_buf_status(&v, reterr)) != VT_OK)
		return rc;
	vt_key_bytes(&k, scan->k.p, scan->k.n);
	return vt_tx_put(t, VT_T_WRAP, &k, vt_buf_view(&v), reterr);
}

/* Rows from *at on; *at empty: there are no more. */
static int
piece(struct rotate *x, struct vt_key *at, struct vt_err *reterr)
{
	static const struct vt_key all;
	struct vt_engine *e = x->engine;
	struct vt_scan scan;
	struct vt_txn *t;
	size_t n = 0;
	int rc;

	rc = e->ops->begin(e, VT_SPACE_KEYS, true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	scan = vt_scan_up(t, VT_T_WRAP, &all, at->n == 0 ? NULL : at);
	while (rc == VT_OK && n < PIECE && vt_scan_next(&scan, reterr)) {
		rc = rewrap_row(x, t, &scan, reterr);
		n++;
	}
	*at = n == PIECE ? scan.at : (struct vt_key){ .n = 0 };
	if (rc != VT_OK || (rc = scan.rc) != VT_OK) {
		e->ops->abort(t);
		return rc;
	}
	return e->ops->commit(t, reterr);
}

static int
rewrap(struct rotate *x, struct vt_err *reterr)
{
	struct vt_rekey mark = { .epoch = x->next.epoch,
		.key_check = vt_keys_check(&x->next, &x->super.id) };
	struct vt_key at = { .n = 0 };
	int rc;

	x->super.features |= VT_FEATURE_EPOCHS;
	if ((rc = super_put(x, &mark, reterr)) != VT_OK)
		return rc;
	do
		rc = piece(x, &at, reterr);
	while (rc == VT_OK && at.n > 0);
	if (rc == VT_OK)
		rc = x->engine->ops->rewrite(x->engine, VT_SPACE_KEYS, reterr);
	if (rc != VT_OK)
		return rc;
	x->super.key_check = mark.key_check;
	return super_put(x, NULL, reterr);
}

/* ---- the whole ---- */

static int
look(struct rotate *x, struct vt_err *reterr)
{
	struct vt_engine *e = x->engine;
	struct vt_txn *t;
	int rc;

	if ((rc = vt_super_read(e, &x->super, reterr)) != VT_OK ||
	    (rc = e->ops->begin(e, VT_SPACE_RECORDS, false, &t, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_rekey_get(t, &x->mark, reterr);
	e->ops->abort(t);
	return rc;
}

/* FILE.XXXXXX, where writing FILE was cut off: a key, or part of one. */
static int
tidy(const char *file, struct vt_err *reterr)
{
	const char *slash = strrchr(file, '/');
	size_t n = strlen(file);
	char dir[PATH] = ".";
	struct dirent *d;
	DIR *at;
	int rc = VT_OK;

	if (slash != NULL)
		(void)snprintf(dir, sizeof(dir), "%.*s",
		    (int)(slash == file ? 1 : slash - file), file);
	if (slash != NULL)
		n -= (size_t)(slash + 1 - file);
	if ((at = opendir(dir)) == NULL)
		return vt_file_err(
		    reterr, errno, "looking for what was cut off");
	while (rc == VT_OK && (d = readdir(at)) != NULL)
		if (strlen(d->d_name) == n + 7 &&
		    strncmp(d->d_name, file + (strlen(file) - n), n) == 0 &&
		    d->d_name[n] == '.' &&
		    unlinkat(dirfd(at), d->d_name, 0) != 0)
			rc = vt_file_err(
			    reterr, errno, "removing what was cut off");
	(void)closedir(at);
	return rc;
}

static int
rotate(struct rotate *x, const struct vt_store_options *so,
    const struct vt_context *ctx, struct vt_err *reterr)
{
	struct vt_keys done = { .epoch = 0 };
	int rc;

	if ((rc = files(x, so, reterr)) != VT_OK ||
	    (rc = look(x, reterr)) != VT_OK)
		return rc;
	if (x->o->next != NULL && x->mark.epoch == 0 &&
	    access(x->next_file, F_OK) == 0) {
		rc = vt_keys_load(x->next_file, &done, reterr);
		if (rc != VT_OK)
			return rc;
		if (fits(&done, &x->super))
			x->rep.epoch = done.epoch;
		vt_keys_clear(&done);
		if (x->rep.epoch != 0)
			return VT_OK;
	}
	if (x->o->next == NULL && (rc = tidy(x->next_file, reterr)) != VT_OK)
		return rc;
	/* Everything was done but the name. */
	if (x->o->next == NULL && x->mark.epoch == 0) {
		rc =
		    vt_rotated_key(x->now_file, &x->super, true, &done, reterr);
		x->rep.epoch = done.epoch;
		vt_keys_clear(&done);
		if (rc != VT_E_NOT_FOUND)
			return rc;
	}
	if ((rc = keys(x, so, ctx, reterr)) != VT_OK ||
	    (rc = rewrap(x, reterr)) != VT_OK)
		return rc;
	x->rep.epoch = x->next.epoch;
	if (x->o->next == NULL) {
		rc =
		    vt_rotated_key(x->now_file, &x->super, true, &done, reterr);
		vt_keys_clear(&done);
	}
	VT_ASSERT(rc != VT_E_NOT_FOUND);
	vt_log(VT_LEVEL_INFO, "store.rotated", "epoch=%u keys=%llu",
	    x->rep.epoch, (unsigned long long)x->rep.keys);
	return rc;
}

int
vt_store_rotate(const char *path, const struct vt_rotate_options *o,
    const struct vt_context *ctx, struct vt_rotate_report *ret,
    struct vt_err *reterr)
{
	struct rotate x = { .o = o, .path = path };
	struct vt_store_options so = { .key_file = o->key_file,
		.unwrap = o->unwrap,
		.unwrap_arg = o->unwrap_arg };
	struct vt_engine_options eo = { .path = path,
		.map_size = o->map_size != 0 ? o->map_size : MAP_SIZE };
	int rc, fd = -1;

	if ((rc = vt_store_lock(path, false, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_engine_lmdb.open(&eo, &x.engine, reterr);
	if (rc == VT_OK)
		rc = rotate(&x, &so, ctx, reterr);
	if (x.engine != NULL)
		vt_engine_lmdb.close(x.engine);
	vt_keys_clear(&x.old);
	vt_keys_clear(&x.next);
	(void)close(fd);
	if (rc == VT_OK)
		*ret = x.rep;
	return rc;
}

int
vt_store_key_next(const char *file, const char *next,
    const struct vt_context *ctx, struct vt_err *reterr)
{
	struct vt_keys k = { .epoch = 0 }, n = { .epoch = 0 };
	int rc;

	if ((rc = vt_keys_load(file, &k, reterr)) == VT_OK &&
	    (rc = vt_keys_next(&k, ctx, &n, reterr)) == VT_OK)
		rc = vt_keys_save(next, &n, reterr);
	vt_keys_clear(&k);
	vt_keys_clear(&n);
	return rc;
}
