/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A warm standby: a data directory that follows the increments of a place. Of
 * each it takes what the one before did not have, in three steps that may be
 * done again (chunks, keys, then all rows in one transaction), so that it
 * always holds the rows of one whole increment. Another history than the one
 * it holds is refused, and what was destroyed leaves its files.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/epoch.h"
#include "docstore/files.h"
#include "docstore/restored.h"

#define ON_ITS_WAY "standby.next"

struct follow {
	struct vt_restore r; /* m: the increment to reach */
	struct vt_manifest was;
	struct vt_keys held;            /* the key that the standby has */
	const struct vt_keys *was_keys; /* of the increment before */
	bool erase; /* something was destroyed: no byte of it stays */
	const struct vt_bpart **gone, **come; /* by kind, then place */
	size_t n_gone, n_come;
};

/* ---- what differs ---- */

static int
by_place(const void *a, const void *b)
{
	const struct vt_bpart *x = *(const struct vt_bpart *const *)a;
	const struct vt_bpart *y = *(const struct vt_bpart *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->env != y->env)
		return x->env < y->env ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return memcmp(x->id.b, y->id.b, VT_HASH_SIZE);
}

/* By kind and place, their order when they are equal in all else, too. */
static int
compare(const struct vt_bpart *a, const struct vt_bpart *b)
{
	int c = by_place(&a, &b);

	if (c != 0)
		return c;
	if (a->table.n != b->table.n)
		return a->table.n < b->table.n ? -1 : 1;
	return a->table.n == 0 ? 0 : memcmp(a->table.p, b->table.p, a->table.n);
}

static int
by_all(const void *a, const void *b)
{
	return compare(*(const struct vt_bpart *const *)a,
	    *(const struct vt_bpart *const *)b);
}

static const struct vt_bpart **
sorted(const struct vt_manifest *m)
{
	const struct vt_bpart **p =
	    calloc(m->n_part + 1, sizeof(struct vt_bpart *));

	for (size_t i = 0; p != NULL && i < m->n_part; i++)
		p[i] = &m->part[i];
	if (p != NULL && m->n_part > 0)
		qsort(p, m->n_part, sizeof(struct vt_bpart *), by_all);
	return p;
}

/* Leaves in gone and come what only one of the two has. */
static int
differ(struct follow *f, struct vt_err *reterr)
{
	size_t a = 0, b = 0, n_old = f->was.n_part, n_new = f->r.m.n_part;

	f->gone = sorted(&f->was);
	f->come = sorted(&f->r.m);
	if (f->gone == NULL || f->come == NULL)
		return vt_nomem(reterr);
	while (a < n_old || b < n_new) {
		int c = a == n_old   ? 1
			: b == n_new ? -1
				     : compare(f->gone[a], f->come[b]);

		if (c < 0)
			f->gone[f->n_gone++] = f->gone[a++];
		else if (c > 0)
			f->come[f->n_come++] = f->come[b++];
		else {
			a++;
			b++;
		}
	}
	return VT_OK;
}

/* ---- into the environments ---- */

static int
drop_rows(struct follow *f, struct vt_txn *t, const struct vt_bpart *p,
    enum vt_table table, struct vt_err *reterr)
{
	struct vt_span in, k, v;
	struct vt_key at;
	bool later;
	int rc, bad;

	if ((rc = vt_restore_fetch(&f->r, p, &later, reterr)) != VT_OK ||
	    (p->kind == VT_PART_ROWS && (rc = vt_restore_decipher(&f->r,
					     f->was_keys, reterr)) != VT_OK))
		return rc;
	in = vt_buf_view(p->kind == VT_PART_ROWS ? &f->r.plain : &f->r.object);
	while (rc == VT_OK && vt_object_next(&in, &k, &v, &bad, reterr)) {
		rc = t->ops->del(
		    t, table, vt_restore_key(p, k, &at), reterr);
		if (rc == VT_E_NOT_FOUND) /* cut off before, and again now */
			rc = VT_OK;
	}
	return rc == VT_OK ? bad : rc;
}

static int
put_rows(struct follow *f, struct vt_txn *t, const struct vt_bpart *p,
    enum vt_table table, struct vt_err *reterr)
{
	uint64_t n = 0;
	bool later;
	int rc;

	if ((rc = vt_restore_fetch(&f->r, p, &later, reterr)) != VT_OK ||
	    (p->kind == VT_PART_ROWS &&
		(rc = vt_restore_decipher(&f->r, &f->r.keys, reterr)) != VT_OK))
		return rc;
	rc = vt_restore_rows(&f->r, t, p, table, NULL, &n, reterr);
	f->r.rep.rows += p->kind == VT_PART_ROWS ? n : 0;
	f->r.rep.chunks += p->kind == VT_PART_BYTES ? n : 0;
	return rc;
}

static bool
same_range(const struct vt_bpart *a, const struct vt_bpart *b)
{
	return a->kind == b->kind && a->env == b->env && a->index == b->index;
}

static bool
earlier_range(const struct vt_bpart *a, const struct vt_bpart *b)
{
	return a->env != b->env ? a->env < b->env : a->index < b->index;
}

/* Chunks or keys of one range: what is no more goes, what is new comes, in one
 * transaction. */
static int
one_range(struct follow *f, const struct vt_bpart *at, struct vt_err *reterr)
{
	enum vt_bpart_kind kind = at->kind;
	enum vt_table table = kind == VT_PART_KEYS ? VT_T_WRAP : VT_T_BYTES;
	struct vt_engine *e = f->r.engine;
	struct vt_txn *t;
	int rc;

	if (kind == VT_PART_BYTES &&
	    (rc = e->ops->env_make(e, at->env, reterr)) != VT_OK)
		return rc;
	rc = e->ops->begin(e, vt_table_space(table), true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < f->n_gone && rc == VT_OK; i++)
		if (same_range(f->gone[i], at))
			rc = drop_rows(f, t, f->gone[i], table, reterr);
	for (size_t i = 0; i < f->n_come && rc == VT_OK; i++)
		if (same_range(f->come[i], at))
			rc = put_rows(f, t, f->come[i], table, reterr);
	if (rc != VT_OK) {
		e->ops->abort(t);
		return rc;
	}
	return e->ops->commit(t, reterr);
}

static int
ranges(struct follow *f, enum vt_bpart_kind kind, struct vt_err *reterr)
{
	const struct vt_bpart *done = NULL, *at;
	int rc = VT_OK;

	/* Both are in the order of their ranges. */
	for (size_t a = 0, b = 0; rc == VT_OK;) {
		while (a < f->n_gone && (f->gone[a]->kind != kind ||
			   (done != NULL && same_range(f->gone[a], done))))
			a++;
		while (b < f->n_come && (f->come[b]->kind != kind ||
			   (done != NULL && same_range(f->come[b], done))))
			b++;
		if (a == f->n_gone && b == f->n_come)
			break;
		at = a < f->n_gone ? f->gone[a] : f->come[b];
		if (b < f->n_come && earlier_range(f->come[b], at))
			at = f->come[b];
		rc = one_range(f, at, reterr);
		done = at;
	}
	return rc;
}

/* The ledger of an agency, as the transaction has it, against a manifest. */
static int
is_root(struct vt_txn *t, const struct vt_manifest_agency *a, bool *ret,
    struct vt_err *reterr)
{
	struct vt_agency_state st;
	struct vt_epoch e;
	vt_hash root;
	int rc;

	*ret = false;
	rc = vt_row_state(t, a->agency_no, &st, reterr);
	if (rc != VT_OK || st.acts < a->size)
		return rc == VT_E_AGENCY_UNKNOWN ? VT_OK : rc;
	rc = vt_epoch_root(t, a->agency_no, a->size, &e, &root, reterr);
	if (rc == VT_OK)
		*ret = vt_hash_eq(&root, &a->root);
	return rc;
}

/* Design law 14: every ledger goes on where the increment before ended, and
 * ends as the manifest says. */
static int
goes_on(struct follow *f, struct vt_txn *t, struct vt_err *reterr)
{
	const struct vt_manifest *m[] = { &f->was, &f->r.m };
	int rc = VT_OK;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < m[k]->n_agency && rc == VT_OK; i++) {
			const struct vt_manifest_agency *a = &m[k]->agency[i];
			bool same;

			rc = is_root(t, a, &same, reterr);
			if (rc == VT_OK && !same)
				rc = vt_err_set(reterr, VT_E_LEDGER_PROOF,
				    "standby: design law 14: increment %" PRIu64
				    " is of another history: the ledger of "
				    "agency %" PRIu32 " does not have the "
				    "first %" PRIu64 " acts of increment "
				    "%" PRIu64 "; nothing was changed",
				    f->r.m.number, a->agency_no, a->size,
				    m[k]->number);
		}
	return rc;
}

/* All rows in one transaction, with the mark that says which increment; to
 * try: nothing is committed. */
static int
records(struct follow *f, bool try, struct vt_err *reterr)
{
	struct vt_engine *e = f->r.engine;
	struct vt_txn *t;
	enum vt_table table;
	int rc;

	rc = e->ops->begin(e, VT_SPACE_RECORDS, true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < f->n_gone && rc == VT_OK; i++)
		if (f->gone[i]->kind == VT_PART_ROWS &&
		    (rc = vt_restore_table(
			 f->gone[i]->table, &table, reterr)) == VT_OK)
			rc = drop_rows(f, t, f->gone[i], table, reterr);
	for (size_t i = 0; i < f->n_come && rc == VT_OK; i++)
		if (f->come[i]->kind == VT_PART_ROWS &&
		    (rc = vt_restore_table(
			 f->come[i]->table, &table, reterr)) == VT_OK)
			rc = put_rows(f, t, f->come[i], table, reterr);
	if (rc == VT_OK)
		rc = goes_on(f, t, reterr);
	if (rc == VT_OK && !try)
		rc = vt_restore_mark(&f->r, t, reterr);
	if (rc == VT_OK && !try)
		rc = vt_restore_envs(&f->r, t, reterr);
	if (rc != VT_OK || try) {
		e->ops->abort(t);
		return rc;
	}
	return e->ops->commit(t, reterr);
}

static int
log_keys(struct follow *f, struct vt_err *reterr)
{
	bool later;
	int rc = VT_OK;

	for (size_t i = 0; i < f->n_come && rc == VT_OK; i++)
		if (f->come[i]->kind == VT_PART_LOG_KEYS &&
		    (rc = vt_restore_fetch(
			 &f->r, f->come[i], &later, reterr)) == VT_OK &&
		    (rc = vt_restore_decipher(&f->r, &f->r.keys, reterr)) ==
			VT_OK)
			rc = vt_restore_log_keys(&f->r, reterr);
	return rc;
}

/* Everything that is needed is there and whole. */
static int
verify(struct follow *f, struct vt_err *reterr)
{
	bool later;
	int rc = VT_OK;

	for (size_t i = 0; i < f->n_gone && rc == VT_OK; i++)
		rc = vt_restore_fetch(&f->r, f->gone[i], &later, reterr);
	for (size_t i = 0; i < f->n_come && rc == VT_OK; i++) {
		rc = vt_restore_fetch(&f->r, f->come[i], &later, reterr);
		f->r.rep.objects++;
		f->r.rep.bytes += f->r.object.n;
	}
	return rc;
}

/* ---- the standby's directory ---- */

static int
lock(const char *target, int *ret, struct vt_err *reterr)
{
	char path[4096];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/lock", target) >=
	    sizeof(path))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return vt_file_err(reterr, errno, "the lock of the standby");
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return vt_err_set(reterr, VT_E_STORE_LOCKED,
		    "standby %s: another instance has it open", target);
	}
	*ret = fd;
	return VT_OK;
}

static int
mark_of(struct vt_engine *e, struct vt_restored *ret, struct vt_err *reterr)
{
	struct vt_txn *t;
	int rc = e->ops->begin(e, VT_SPACE_RECORDS, false, &t, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_restored_get(t, ret, reterr);
	e->ops->abort(t);
	if (rc == VT_OK && !ret->is)
		rc = vt_err_set(reterr, VT_E_CONFLICT,
		    "standby: the store writes by itself; it follows nobody");
	return rc;
}

/*
 * On its way from one increment to the next the standby says to which: what
 * came of that one is not left behind when it was cut off, though a later one
 * may know nothing of it any more (an upload that expired, bytes that were
 * destroyed).
 */
struct way {
	bool on;
	uint64_t number;
	vt_hash manifest;
};
struct restored_way {
	struct vt_restored mark;
	struct way way;
};

static int
way_path(char ret[static 4096], const char *target, struct vt_err *reterr)
{
	if ((size_t)snprintf(ret, 4096, "%s/" ON_ITS_WAY, target) >= 4096)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	return VT_OK;
}

static int
way_read(const char *target, struct way *ret, struct vt_err *reterr)
{
	char path[4096];
	VT_BUF_AUTO(text);
	int rc;

	*ret = (struct way){ .on = false };
	if ((rc = way_path(path, target, reterr)) != VT_OK)
		return rc;
	rc = vt_file_read(path, 1024, &text, reterr);
	if (rc == VT_E_NO_INPUT)
		return VT_OK;
	if (rc != VT_OK)
		return rc;
	if (text.n < 11 + VT_HASH_TEXT ||
	    !vt_hash_parse(VT_SPAN(vt_buf_view(&text).p + 11, VT_HASH_TEXT),
		&ret->manifest))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "%s: not what a standby writes: restore it anew into "
		    "another directory",
		    path);
	ret->number = strtoull(vt_buf_str(&text), NULL, 10);
	ret->on = true;
	return VT_OK;
}

static int
way_begin(const struct follow *f, struct vt_err *reterr)
{
	char path[4096], hex[VT_HASH_TEXT + 1];
	VT_BUF_AUTO(text);
	int rc;

	if ((rc = way_path(path, f->r.target, reterr)) != VT_OK)
		return rc;
	vt_hash_text(&f->r.m.body, hex);
	vt_buf_printf(&text, "%010" PRIu64 " %s\n", f->r.m.number, hex);
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	return vt_file_replace(path, vt_buf_view(&text), reterr);
}

/* A deleted row stays readable in its file until that is written anew. */
static int
way_end(struct follow *f, struct vt_err *reterr)
{
	struct vt_engine *e = f->r.engine;
	char path[4096];
	int rc;

	if (f->erase &&
	    ((rc = e->ops->rewrite(e, VT_SPACE_KEYS, reterr)) != VT_OK ||
		(rc = e->ops->rewrite(e, VT_SPACE_RECORDS, reterr)) != VT_OK))
		return rc;
	if ((rc = way_path(path, f->r.target, reterr)) != VT_OK)
		return rc;
	if (unlink(path) != 0 && errno != ENOENT)
		return vt_file_err(reterr, errno, "ending the following");
	return vt_dir_sync(f->r.target, reterr);
}

static bool
is_destroyed(const struct vt_bpart *p)
{
	return p->kind == VT_PART_ROWS &&
	       vt_span_is(p->table, vt_table_name(VT_T_DESTROYED));
}

static void
what_must_go(struct follow *f)
{
	/* What an earlier store key opens goes as well. */
	f->erase = f->was.epoch != f->r.m.epoch;
	for (size_t i = 0; i < f->n_come; i++)
		f->erase = f->erase || is_destroyed(f->come[i]);
}

/* From `was` to the increment that was loaded. */
static int
go(struct follow *f, struct vt_err *reterr)
{
	int rc;

	if ((rc = differ(f, reterr)) != VT_OK ||
	    (rc = verify(f, reterr)) != VT_OK ||
	    (rc = records(f, true, reterr)) != VT_OK ||
	    (rc = way_begin(f, reterr)) != VT_OK)
		return rc;
	what_must_go(f);
	if ((rc = ranges(f, VT_PART_BYTES, reterr)) != VT_OK ||
	    (rc = ranges(f, VT_PART_KEYS, reterr)) != VT_OK ||
	    (rc = log_keys(f, reterr)) != VT_OK ||
	    (rc = records(f, false, reterr)) != VT_OK)
		return rc;
	return way_end(f, reterr);
}

/* The increment to reach now: the one it was on its way to, else the newest. */
static int
aim(struct follow *f, const struct restored_way *at, struct vt_err *reterr)
{
	int rc;

	if (!at->way.on || at->way.number == at->mark.number)
		return vt_restore_load(&f->r, reterr);
	f->r.rep.number = at->way.number;
	rc = vt_manifest_load(
	    &f->r.place, at->way.number, &f->r.keys, &f->r.m, reterr);
	if (rc == VT_E_NO_INPUT ||
	    (rc == VT_OK && !vt_hash_eq(&f->r.m.body, &at->way.manifest)))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "standby: it was cut off on its way to increment %" PRIu64
		    ", which is not in the place (any more): restore it anew "
		    "into another directory",
		    at->way.number);
	return rc == VT_OK ? vt_manifest_epoch(&f->r.m, &f->r.keys, reterr)
			   : rc;
}

/* From the increment that it holds to the next one to reach. */
static int
advance(struct follow *f, bool *ret_changed, struct vt_err *reterr)
{
	struct restored_way at;
	struct vt_restored mark;
	int rc;

	if ((rc = mark_of(f->r.engine, &mark, reterr)) != VT_OK ||
	    (rc = way_read(f->r.target, &at.way, reterr)) != VT_OK)
		return rc;
	at.mark = mark;
	/* Its rows are there; what comes behind them was cut off. */
	if (at.way.on && at.way.number == mark.number) {
		f->erase = true;
		if ((rc = way_end(f, reterr)) != VT_OK)
			return rc;
		f->erase = false;
	}
	if ((rc = aim(f, &at, reterr)) != VT_OK)
		return rc;
	*ret_changed = mark.number != f->r.m.number;
	if (!*ret_changed)
		return VT_OK;
	rc = vt_manifest_load(
	    &f->r.place, mark.number, &f->r.keys, &f->was, reterr);
	if (rc == VT_E_NO_INPUT ||
	    (rc == VT_OK && !vt_hash_eq(&f->was.body, &mark.manifest)))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "standby: it holds increment %" PRIu64
		    ", which is not in the place (any more): restore it anew "
		    "into another directory",
		    mark.number);
	if (rc != VT_OK)
		return rc;
	/* It may have been cut off before it took the new key. */
	f->was_keys = f->was.epoch == f->held.epoch ? &f->held : &f->r.keys;
	rc = vt_manifest_epoch(&f->was, f->was_keys, reterr);
	return rc == VT_OK ? go(f, reterr) : rc;
}

/* After a rotation: the key that was given is the standby's from now on. */
static int
take_key(struct follow *f, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *text = NULL;
	char path[4096];
	VT_BUF_AUTO(b);
	int rc;

	if (f->held.epoch == f->r.keys.epoch)
		return VT_OK;
	rc = vt_secret_read_file(f->r.o->key_file, &text, reterr);
	if (rc != VT_OK)
		return rc;
	b.secret = true;
	vt_buf_span(&b, vt_secret_view(text));
	vt_buf_putc(&b, '\n');
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/store.key", f->r.target);
	return vt_file_replace(path, vt_buf_view(&b), reterr);
}

static void
follow_free(struct follow *f)
{
	if (f->r.engine != NULL)
		f->r.engine->ops->close(f->r.engine);
	vt_restore_fini(&f->r);
	vt_keys_clear(&f->held);
	vt_manifest_free(&f->was);
	free(f->gone);
	free(f->come);
}

/* Opens the standby's environments under its lock. */
static int
follow_begin(struct follow *f, const char *target,
    const struct vt_restore_options *o, const struct vt_context *ctx,
    int *ret_lock, struct vt_err *reterr)
{
	struct vt_engine_options eo = { .path = target,
		.copying = true,
		.bytes_map = VT_RESTORE_BYTES_MAP,
		.map_size =
		    o->map_size != 0 ? o->map_size : (uint64_t)64 << 30 };
	char path[4096];
	int rc;

	rc = vt_restore_init(&f->r, target, o, ctx, reterr);
	if (rc == VT_OK)
		rc = lock(target, ret_lock, reterr);
	(void)snprintf(path, sizeof(path), "%s/store.key", target);
	if (rc == VT_OK)
		rc = vt_keys_load(path, &f->held, reterr);
	return rc == VT_OK ? vt_engine_lmdb.open(&eo, &f->r.engine, reterr)
			   : rc;
}

/* One step, under the lock. */
static int
follow_once(const char *target, const struct vt_restore_options *o,
    const struct vt_context *ctx, bool *ret_changed,
    struct vt_restore_report *ret, struct vt_err *reterr)
{
	struct follow f = { .n_gone = 0 };
	int rc, fd = -1;

	rc = follow_begin(&f, target, o, ctx, &fd, reterr);
	if (rc == VT_OK)
		rc = advance(&f, ret_changed, reterr);
	if (rc == VT_OK)
		rc = take_key(&f, reterr);
	if (rc == VT_OK) {
		vt_restore_tell(&f.r);
		*ret = f.r.rep;
	}
	follow_free(&f);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int
vt_backup_follow(const char *target, const struct vt_restore_options *o,
    const struct vt_context *ctx, bool *ret_changed,
    struct vt_restore_report *ret, struct vt_err *reterr)
{
	bool more = false;
	struct way way;
	int rc;

	if (!vt_restore_is_there(target)) {
		*ret_changed = true;
		return vt_backup_restore(target, o, ctx, ret, reterr);
	}
	if ((rc = way_read(target, &way, reterr)) != VT_OK ||
	    (rc = follow_once(target, o, ctx, ret_changed, ret, reterr)) !=
		VT_OK ||
	    !way.on)
		return rc;
	/* What was cut off is done; the newest is behind it. */
	rc = follow_once(target, o, ctx, &more, ret, reterr);
	*ret_changed = *ret_changed || more;
	return rc;
}

/* ---- promoting ---- */

/* A mark of this standby alone, until it is promoted. */
static int
own_mark(const struct follow *f, char path[static 4096], struct vt_buf *ret,
    struct vt_err *reterr)
{
	char text[VT_ID_TEXT + 1];
	vt_id id;
	int rc;

	if ((size_t)snprintf(path, 4096, "%s/promoting", f->r.target) >= 4096)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	rc = vt_file_read(path, 1024, ret, reterr);
	if (rc != VT_E_NO_INPUT)
		return rc;
	id = vt_id_new(f->r.ctx);
	vt_id_text(&id, text);
	vt_buf_printf(ret, "%s\n", text);
	if ((rc = vt_buf_status(ret, reterr)) != VT_OK)
		return rc;
	return vt_file_create(path, vt_buf_view(ret), reterr);
}

/* Only once: who comes second finds the file, with another's mark. */
static int
claim(const struct follow *f, char own[static 4096], struct vt_err *reterr)
{
	char path[4096];
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(mark);
	VT_BUF_AUTO(there);
	int rc;

	if ((size_t)snprintf(path, sizeof(path), "%s/promoted-%010" PRIu64,
		f->r.place.dir[0], f->r.m.number) >= sizeof(path))
		return vt_err_set(
		    reterr, VT_E_INVALID, "the path of a backup is too long");
	vt_time_rfc3339(vt_now(f->r.ctx), VT_TIME_VN_S, &text);
	vt_buf_printf(&text, " %s\n", f->r.target);
	if ((rc = own_mark(f, own, &mark, reterr)) != VT_OK)
		return rc;
	vt_buf_span(&text, vt_buf_view(&mark));
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	rc = vt_file_create(path, vt_buf_view(&text), reterr);
	if (rc == VT_E_EXISTS &&
	    (rc = vt_file_read(path, 16384, &there, reterr)) == VT_OK &&
	    (there.n < mark.n ||
		memcmp(there.p + there.n - mark.n, mark.p, mark.n) != 0))
		rc = VT_E_EXISTS;
	if (rc == VT_E_EXISTS)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "standby: design law 14: increment %" PRIu64
		    " was promoted before (%s): two would be a fork",
		    f->r.m.number, path);
	return rc;
}

static int
promote(struct follow *f, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text("restored");
	struct vt_engine *e = f->r.engine;
	struct vt_restored mark;
	char own[4096];
	struct vt_txn *t;
	struct way way;
	int rc;

	if ((rc = mark_of(e, &mark, reterr)) != VT_OK ||
	    (rc = way_read(f->r.target, &way, reterr)) != VT_OK ||
	    (rc = vt_restore_load(&f->r, reterr)) != VT_OK)
		return rc;
	if (mark.number != f->r.m.number || way.on ||
	    !vt_hash_eq(&mark.manifest, &f->r.m.body))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "standby: it holds increment %" PRIu64
		    ", the newest is %" PRIu64 ": follow first",
		    mark.number, f->r.m.number);
	if (!f->r.m.final)
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "standby: design law 14: increment %" PRIu64
		    " is not a handing over (`vanthu backup --hand-over`): "
		    "the store before may have gone on. It stays read-only "
		    "until it caught up, or a new epoch is opened",
		    f->r.m.number);
	if ((rc = claim(f, own, reterr)) != VT_OK ||
	    (rc = e->ops->begin(e, VT_SPACE_RECORDS, true, &t, reterr)) !=
		VT_OK)
		return rc;
	if ((rc = vt_tx_del(t, VT_T_SUPER, &k, reterr)) != VT_OK) {
		e->ops->abort(t);
		return rc;
	}
	if ((rc = e->ops->commit(t, reterr)) != VT_OK)
		return rc;
	/* Left behind it does no harm: nothing is promoted twice. */
	(void)unlink(own);
	return VT_OK;
}

int
vt_backup_promote(const char *target, const struct vt_restore_options *o,
    const struct vt_context *ctx, struct vt_restore_report *ret,
    struct vt_err *reterr)
{
	struct follow f = { .n_gone = 0 };
	int rc, fd = -1;

	rc = follow_begin(&f, target, o, ctx, &fd, reterr);
	if (rc == VT_OK)
		rc = promote(&f, reterr);
	if (rc == VT_OK) {
		vt_restore_tell(&f.r);
		*ret = f.r.rep;
	}
	follow_free(&f);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
