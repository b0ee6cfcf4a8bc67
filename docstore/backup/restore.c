/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restoring: an increment is verified as a whole, then made a data directory
 * whose superblock comes last. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/backup/backup_priv.h"
#include "docstore/files.h"
#include "docstore/restored.h"

#define PATH_SIZE 4096

/* ---- what is there, and is it whole? ---- */

static int
tell(struct vt_restore *x, const char *stage, uint64_t done,
    struct vt_err *reterr)
{
	if (x->o->progress == NULL ||
	    x->o->progress(x->o->arg, stage, done, x->m.n_part))
		return VT_OK;
	return vt_err_set(
	    reterr, VT_E_TIMEOUT, "restore: stopped before its end");
}

int
vt_restore_load(struct vt_restore *x, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	uint64_t newest;
	int rc;

	rc = vt_place_newest(&x->place, 0, &newest, reterr);
	if (rc == VT_OK && newest == 0)
		rc = vt_err_set(reterr, VT_E_NO_INPUT,
		    "%s: there is no backup in it", x->place.dir[0]);
	if (rc != VT_OK)
		return rc;
	x->rep.newest = newest;
	x->rep.number = x->o->number != 0 ? x->o->number : newest;
	rc =
	    vt_manifest_load(&x->place, x->rep.number, &x->keys, &x->m, reterr);
	if (rc == VT_OK)
		rc = vt_manifest_epoch(&x->m, &x->keys, reterr);
	if (rc != VT_OK || x->rep.number == newest)
		return rc;
	/* It helps only where keys of this one have expired. */
	if (vt_manifest_load(&x->place, newest, &x->keys, &x->newest, &err) !=
	    VT_OK)
		vt_log_err("restore.newest", &err);
	return VT_OK;
}

/* The keys of the same sequences as the newest increment has them: those that
 * were destroyed since are not among them. */
static const struct vt_bpart *
newer_keys(const struct vt_restore *x, const struct vt_bpart *part)
{
	for (size_t i = 0; i < x->newest.n_part; i++) {
		const struct vt_bpart *p = &x->newest.part[i];

		if (p->kind == VT_PART_KEYS && p->env == part->env &&
		    p->index == part->index)
			return p;
	}
	return NULL;
}

/* Into x->object; empty: keys that have expired. *ret_later: they are those of
 * the newest increment. */
int
vt_restore_fetch(struct vt_restore *x, const struct vt_bpart *part,
    bool *ret_later, struct vt_err *reterr)
{
	const struct vt_bpart *later;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret_later = false;
	vt_buf_reset(&x->object);
	rc = vt_place_get(
	    &x->place, vt_bpart_side(part), &part->name, &x->object, &err);
	if (rc == VT_E_NO_INPUT && part->kind == VT_PART_KEYS &&
	    x->newest.arena != NULL) {
		*ret_later = true;
		if ((later = newer_keys(x, part)) == NULL)
			return VT_OK;
		return vt_place_get(
		    &x->place, VT_SIDE_KEYS, &later->name, &x->object, reterr);
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

void
vt_restore_tell(struct vt_restore *x)
{
	x->rep.acts = 0;
	for (size_t i = 0; i < x->m.n_agency; i++)
		x->rep.acts += x->m.agency[i].size;
	x->rep.agencies = (uint32_t)x->m.n_agency;
	x->rep.backup = x->m.made;
	x->rep.manifest = x->m.body;
	x->rep.store = x->m.store;
	x->rep.final = x->m.final;
}

/* Every object against its name, before anything is written. */
static int
verify_all(struct vt_restore *x, struct vt_err *reterr)
{
	bool later;
	int rc = VT_OK;

	for (size_t i = 0; i < x->m.n_part && rc == VT_OK; i++) {
		rc = vt_restore_fetch(x, &x->m.part[i], &later, reterr);
		x->rep.objects++;
		x->rep.bytes += x->object.n;
		if (rc == VT_OK)
			rc = tell(x, "verifying", i + 1, reterr);
	}
	vt_restore_tell(x);
	return rc;
}

/* ---- rows into the environments ---- */

int
vt_restore_table(struct vt_span name, enum vt_table *ret, struct vt_err *reterr)
{
	for (int t = 0; t < VT_T__MAX; t++)
		if (vt_span_is(name, vt_table_name((enum vt_table)t))) {
			*ret = (enum vt_table)t;
			return VT_OK;
		}
	return vt_err_set(reterr, VT_E_STORE_FORMAT,
	    "backup: table %.40s is not known to this release",
	    (const char *)name.p);
}

/* Keys of the newest increment count where there are bytes for them. */
static int
is_wanted(
    struct vt_span key, struct vt_txn *bytes, bool *ret, struct vt_err *reterr)
{
	struct vt_span v;
	int rc;

	*ret = true;
	if (bytes == NULL)
		return VT_OK;
	if (key.n != 12)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "backup: a wrapped key without a place");
	rc = bytes->ops->get(bytes, VT_T_BYTES, key, &v, reterr);
	*ret = rc == VT_OK;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* A data key as the store that is made can unwrap it, into *ret; left empty
 * when it is that already. */
static int
as_then(struct vt_restore *x, struct vt_span v, struct vt_buf *ret,
    struct vt_err *reterr)
{
	uint8_t wrapped[VT_WRAPPED_SIZE];
	struct vt_wrap_row row;
	int rc;

	if ((rc = vt_wrap_row_decode(v, &row, reterr)) != VT_OK ||
	    row.epoch == x->keys.epoch)
		return rc;
	if (row.epoch != x->later.epoch)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "restore: keys of increment %llu have expired, and those "
		    "of the newest are wrapped by the store key of epoch %u: "
		    "that is needed as well (--newer-key)",
		    (unsigned long long)x->m.number, row.epoch);
	rc = vt_chunk_rewrap(&x->later, &x->keys, row.wrapped, wrapped, reterr);
	if (rc != VT_OK)
		return rc;
	row.epoch = x->keys.epoch;
	row.wrapped = VT_SPAN(wrapped, sizeof(wrapped));
	vt_wrap_row_encode(&row, ret);
	return vt_buf_status(ret, reterr);
}

struct vt_span
vt_restore_key(const struct vt_bpart *part, struct vt_span k, struct vt_key *at)
{
	if (part->kind != VT_PART_BYTES)
		return k;
	at->n = 0;
	vt_key_u32(at, part->env);
	vt_key_bytes(at, k.p, k.n);
	return vt_key_view(at);
}

int
vt_restore_rows(struct vt_restore *x, struct vt_txn *t,
    const struct vt_bpart *part, enum vt_table table, struct vt_txn *bytes,
    uint64_t *ret_n, struct vt_err *reterr)
{
	struct vt_span in = vt_buf_view(
	    table == VT_T_WRAP || table == VT_T_BYTES ? &x->object : &x->plain);
	struct vt_span k, v;
	struct vt_key at;
	bool wanted;
	int rc = VT_OK, bad;

	*ret_n = 0;
	while (rc == VT_OK && vt_object_next(&in, &k, &v, &bad, reterr)) {
		VT_BUF_AUTO(then);

		k = vt_restore_key(part, k, &at);
		rc = is_wanted(k, bytes, &wanted, reterr);
		if (rc == VT_OK && wanted && table == VT_T_WRAP)
			rc = as_then(x, v, &then, reterr);
		if (then.n > 0)
			v = vt_buf_view(&then);
		if (rc == VT_OK && wanted)
			rc = t->ops->put(t, table, k, v, reterr);
		*ret_n += wanted;
	}
	return rc == VT_OK ? bad : rc;
}

/* The rows of one object, in a transaction of their own. */
static int
put_part(struct vt_restore *x, const struct vt_bpart *part, enum vt_table table,
    bool later, struct vt_err *reterr)
{
	const struct vt_engine_ops *ops = x->engine->ops;
	struct vt_txn *t, *bytes = NULL;
	uint64_t n = 0;
	int rc;

	rc = ops->begin(x->engine, vt_table_space(table), true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	if (later)
		rc = ops->begin(
		    x->engine, VT_SPACE_BYTES, false, &bytes, reterr);
	if (rc == VT_OK)
		rc = vt_restore_rows(x, t, part, table, bytes, &n, reterr);
	ops->abort(bytes);
	if (rc != VT_OK) {
		ops->abort(t);
		return rc;
	}
	if (table == VT_T_BYTES)
		x->rep.chunks += n;
	else if (table == VT_T_WRAP)
		x->rep.keys_gone += part->rows - n;
	else
		x->rep.rows += n;
	return ops->commit(t, reterr);
}

int
vt_restore_decipher(
    struct vt_restore *x, const struct vt_keys *keys, struct vt_err *reterr)
{
	vt_buf_reset(&x->plain);
	return vt_object_open(keys, vt_buf_view(&x->object), &x->plain, reterr);
}

int
vt_restore_log_keys(struct vt_restore *x, struct vt_err *reterr)
{
	char path[PATH_SIZE], id[VT_ID_TEXT + 1];
	struct vt_span in = vt_buf_view(&x->plain), k, v;
	int rc = VT_OK, bad;

	(void)snprintf(path, sizeof(path), "%s/log-keys", x->target);
	if ((rc = vt_dir_make(path, NULL, reterr)) != VT_OK)
		return rc;
	while (rc == VT_OK && vt_object_next(&in, &k, &v, &bad, reterr)) {
		VT_BUF_AUTO(text);
		vt_id agency;

		text.secret = true;
		if (k.n != VT_ID_SIZE || v.n != VT_LOG_KEY_SIZE)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "backup: a log key of %zu bytes", v.n);
		memcpy(agency.b, k.p, VT_ID_SIZE);
		vt_id_text(&agency, id);
		(void)snprintf(
		    path, sizeof(path), "%s/log-keys/%s.key", x->target, id);
		vt_buf_hex(&text, v);
		vt_buf_putc(&text, '\n');
		if ((rc = vt_buf_status(&text, reterr)) == VT_OK)
			rc = vt_file_create(path, vt_buf_view(&text), reterr);
		if (rc == VT_E_EXISTS) /* a standby has it; they never change */
			rc = VT_OK;
	}
	return rc == VT_OK ? bad : rc;
}

static int
apply_part(
    struct vt_restore *x, const struct vt_bpart *part, struct vt_err *reterr)
{
	enum vt_table table = VT_T_WRAP;
	bool later;
	int rc;

	if (part->kind == VT_PART_BYTES &&
	    (rc = x->engine->ops->env_make(x->engine, part->env, reterr)) !=
		VT_OK)
		return rc;
	if ((rc = vt_restore_fetch(x, part, &later, reterr)) != VT_OK)
		return rc;
	if (part->kind == VT_PART_ROWS || part->kind == VT_PART_LOG_KEYS) {
		if ((rc = vt_restore_decipher(x, &x->keys, reterr)) != VT_OK)
			return rc;
		if (part->kind == VT_PART_LOG_KEYS)
			return vt_restore_log_keys(x, reterr);
		if ((rc = vt_restore_table(part->table, &table, reterr)) !=
		    VT_OK)
			return rc;
	} else if (part->kind == VT_PART_BYTES) {
		table = VT_T_BYTES;
	}
	return put_part(x, part, table, later, reterr);
}

static bool
is_super(const struct vt_bpart *p)
{
	return p->kind == VT_PART_ROWS &&
	       vt_span_is(p->table, vt_table_name(VT_T_SUPER));
}

/* Chunks first, then their keys, then what names them; table super is left. */
static int
apply_all(struct vt_restore *x, struct vt_err *reterr)
{
	static const enum vt_bpart_kind order[] = { VT_PART_BYTES, VT_PART_KEYS,
		VT_PART_LOG_KEYS, VT_PART_ROWS };
	uint64_t done = 0;
	int rc = VT_OK;

	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++)
		for (size_t i = 0; i < x->m.n_part && rc == VT_OK; i++) {
			const struct vt_bpart *p = &x->m.part[i];

			if (p->kind != order[o] || is_super(p))
				continue;
			rc = apply_part(x, p, reterr);
			if (rc == VT_OK)
				rc = tell(x, "restoring", ++done, reterr);
		}
	return rc;
}

int
vt_restore_mark(struct vt_restore *x, struct vt_txn *t, struct vt_err *reterr)
{
	struct vt_restored mark = { .at = vt_now(x->ctx),
		.manifest = x->m.body,
		.backup = x->m.made,
		.number = x->m.number };
	struct vt_key k = vt_key_text("restored");
	VT_BUF_AUTO(v);
	int rc;

	vt_restored_encode(&mark, &v);
	if ((rc = vt_buf_status(&v, reterr)) != VT_OK)
		return rc;
	return vt_tx_put(t, VT_T_SUPER, &k, vt_buf_view(&v), reterr);
}

/* The byte environments that the store had, also those without a chunk. */
int
vt_restore_envs(struct vt_restore *x, struct vt_txn *t, struct vt_err *reterr)
{
	struct vt_open_env open;
	int rc = vt_open_env_get(t, &open, reterr);

	for (uint32_t i = 1; rc == VT_OK && i <= open.env; i++)
		rc = x->engine->ops->env_make(x->engine, i, reterr);
	return rc;
}

/* The superblock, the counters and the mark, in one transaction. */
static int
apply_super(struct vt_restore *x, struct vt_err *reterr)
{
	struct vt_txn *t;
	uint64_t n;
	bool later;
	int rc;

	rc = x->engine->ops->begin(
	    x->engine, VT_SPACE_RECORDS, true, &t, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < x->m.n_part && rc == VT_OK; i++)
		if (is_super(&x->m.part[i]) &&
		    (rc = vt_restore_fetch(x, &x->m.part[i], &later, reterr)) ==
			VT_OK &&
		    (rc = vt_restore_decipher(x, &x->keys, reterr)) == VT_OK) {
			rc = vt_restore_rows(x, t, &x->m.part[i], VT_T_SUPER,
			    NULL, &n, reterr);
			x->rep.rows += n;
		}
	if (rc == VT_OK)
		rc = vt_restore_mark(x, t, reterr);
	if (rc == VT_OK)
		rc = vt_restore_envs(x, t, reterr);
	if (rc != VT_OK) {
		x->engine->ops->abort(t);
		return rc;
	}
	return x->engine->ops->commit(t, reterr);
}

/* ---- the directory ---- */

/* Ours by name, or the temporary file of one of them. */
static bool
is_ours(const char *name)
{
	static const char *const ours[] = { "records", "keys", "records.new",
		"records.old", "keys.new", "keys.old",
		"log-keys", "search", "store.key", "lock", VT_DESTROYED_LIST,
		VT_RESTORE_UNDONE };

	if (strncmp(name, "bytes-", 6) == 0 &&
	    strspn(name + 6, "0123456789") == 4 &&
	    (name[10] == '\0' || name[10] == '.'))
		return true;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		size_t n = strlen(ours[i]);

		if (strncmp(name, ours[i], n) == 0 &&
		    (name[n] == '\0' ||
			(name[n] == '.' && strlen(name + n) == 7)))
			return true;
	}
	return false;
}

static int
remove_in(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return unlinkat(at, name, 0);
	}
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			(void)unlinkat(dirfd(dir), d->d_name, 0);
	(void)closedir(dir);
	return unlinkat(at, name, AT_REMOVEDIR);
}

/* What a restore that was cut off left, but the file that says so; nothing
 * else. */
static int
clear(const char *target, struct vt_err *reterr)
{
	DIR *dir = opendir(target);
	struct dirent *d;
	int e = 0;

	if (dir == NULL)
		return vt_file_err(reterr, errno, "opening the data directory");
	while (e == 0 && (d = readdir(dir)) != NULL)
		if (is_ours(d->d_name) &&
		    strcmp(d->d_name, VT_RESTORE_UNDONE) != 0 &&
		    remove_in(dirfd(dir), d->d_name) != 0)
			e = errno;
	(void)closedir(dir);
	return e == 0 ? VT_OK
		      : vt_file_err(reterr, e,
			    "removing what a restore left that was cut off");
}

/* One at a time; the file is there. */
static int
lock_target(struct vt_restore *x, const char *path, struct vt_err *reterr)
{
	if ((x->undone_fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return vt_file_err(reterr, errno, "the lock of the restore");
	if (flock(x->undone_fd, LOCK_EX | LOCK_NB) != 0)
		return vt_err_set(reterr, VT_E_STORE_LOCKED,
		    "data directory %s: another restore into it is under way",
		    x->target);
	return VT_OK;
}

static int
make_target(struct vt_restore *x, struct vt_err *reterr)
{
	static const char *const begun[] = { VT_RESTORE_UNDONE, NULL };
	static const char why[] = "a restore is under way, or was cut off: ask "
				  "for it again\n";
	bool only = true;
	char path[PATH_SIZE];
	int rc;

	if ((rc = vt_dir_make(x->target, NULL, reterr)) != VT_OK)
		return rc;
	if (snprintf(path, sizeof(path), "%s/" VT_RESTORE_UNDONE, x->target) >=
	    (int)sizeof(path) - 100)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	if (access(path, F_OK) != 0) {
		/* Not even its file was finished? */
		rc = vt_dir_holds_only(x->target, begun, &only, reterr);
		if (rc == VT_OK && !only)
			rc = vt_err_set(reterr, VT_E_EXISTS,
			    "data directory %s: it is not empty; a restore "
			    "makes its own",
			    x->target);
		if (rc == VT_OK)
			rc = vt_file_create(
			    path, VT_SPAN(why, sizeof(why) - 1), reterr);
		if (rc != VT_OK)
			return rc;
	}
	rc = lock_target(x, path, reterr);
	return rc == VT_OK ? clear(x->target, reterr) : rc;
}

static int
copy_key(struct vt_restore *x, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *text = NULL;
	char path[PATH_SIZE];
	VT_BUF_AUTO(b);
	int rc;

	(void)snprintf(path, sizeof(path), "%s/store.key", x->target);
	rc = vt_secret_read_file(x->o->key_file, &text, reterr);
	if (rc != VT_OK)
		return rc;
	b.secret = true;
	vt_buf_span(&b, vt_secret_view(text));
	vt_buf_putc(&b, '\n');
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	return vt_file_create(path, vt_buf_view(&b), reterr);
}

static int
make_lock(const struct vt_restore *x, struct vt_err *reterr)
{
	char path[PATH_SIZE];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/lock", x->target);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return vt_file_err(
		    reterr, errno, "making the lock of the data directory");
	(void)close(fd);
	return VT_OK;
}

static int
sync_target(const struct vt_restore *x, struct vt_err *reterr)
{
	static const char *const below[] = { "/records", "/keys", "/bytes-0001",
		"/log-keys", "", "/.." };
	char path[PATH_SIZE + 16];
	int rc = VT_OK;

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		struct vt_err err = VT_ERR_INIT;

		(void)snprintf(path, sizeof(path), "%s%s", x->target, below[i]);
		/* A folder above that we may not read was not made by us. */
		if (rc == VT_OK && (rc = vt_dir_sync(path, &err)) != VT_OK &&
		    err.os_errno == EACCES)
			rc = VT_OK;
		if (rc != VT_OK && reterr != NULL)
			*reterr = err;
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* ---- what was destroyed since ---- */

/* must: it is named, so it has to be there. */
static int
replay_list(struct vt_restore *x, struct vt_store *s, const char *path,
    bool must, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(list);
	uint64_t n = 0;
	int rc;

	rc = vt_file_read(path, VT_DESTROYED_LIST_MAX, &list, &err);
	if (rc == VT_E_NO_INPUT && !must)
		return VT_OK;
	if (rc == VT_OK)
		rc = vt_destroy_replay(s, vt_buf_view(&list), &n, &err);
	x->rep.destroyed += n;
	if (rc != VT_OK)
		return vt_err_set(reterr, err.code, "%s: %s", path, err.msg);
	return VT_OK;
}

/*
 * By the list beside the keys, and the one that lies beside where the store
 * was, or is named. Nobody can open the store before this is done.
 */
static int
replay(struct vt_restore *x, struct vt_err *reterr)
{
	VT_CLEANUP(vt_store_close) struct vt_store *s = NULL;
	struct vt_store_options o = VT_STORE_OPTIONS_INIT;
	char key[PATH_SIZE], kept[PATH_SIZE], beside[PATH_SIZE];
	size_t n = strlen(x->target);
	int rc;

	while (n > 1 && x->target[n - 1] == '/')
		n--;
	if ((size_t)snprintf(key, sizeof(key), "%s/store.key", x->target) >=
		sizeof(key) ||
	    (size_t)snprintf(kept, sizeof(kept), "%s/" VT_DESTROYED_LIST,
		x->place.dir[VT_SIDE_KEYS]) >= sizeof(kept) ||
	    (size_t)snprintf(beside, sizeof(beside), "%.*s.destroyed", (int)n,
		x->target) >= sizeof(beside))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	o.map_size = x->o->map_size;
	o.key_file = key;
	o.room_free = 1;
	rc = vt_store_open_undone(x->target, &o, x->ctx, &s, reterr);
	if (rc == VT_OK)
		rc = replay_list(x, s, kept, false, reterr);
	if (rc == VT_OK)
		rc = replay_list(x, s,
		    x->o->destroyed != NULL ? x->o->destroyed : beside,
		    x->o->destroyed != NULL, reterr);
	return rc;
}

static int
write_all(struct vt_restore *x, struct vt_err *reterr)
{
	struct vt_engine_options eo = { .path = x->target,
		.create = true,
		.copying = true,
		.bytes_map = VT_RESTORE_BYTES_MAP,
		.map_size =
		    x->o->map_size != 0 ? x->o->map_size : (uint64_t)64 << 30 };
	char path[PATH_SIZE];
	int rc;

	if ((rc = make_target(x, reterr)) != VT_OK ||
	    (rc = make_lock(x, reterr)) != VT_OK ||
	    (rc = copy_key(x, reterr)) != VT_OK ||
	    (rc = vt_engine_lmdb.open(&eo, &x->engine, reterr)) != VT_OK)
		return rc;
	if ((rc = apply_all(x, reterr)) == VT_OK)
		rc = apply_super(x, reterr);
	vt_engine_lmdb.close(x->engine);
	x->engine = NULL;
	if (rc != VT_OK || (rc = sync_target(x, reterr)) != VT_OK ||
	    (rc = replay(x, reterr)) != VT_OK)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/" VT_RESTORE_UNDONE, x->target);
	if (unlink(path) != 0)
		return vt_file_err(reterr, errno, "ending the restore");
	return vt_dir_sync(x->target, reterr);
}

int
vt_restore_init(struct vt_restore *x, const char *target,
    const struct vt_restore_options *o, const struct vt_context *ctx,
    struct vt_err *reterr)
{
	int rc;

	*x = (struct vt_restore){
		.target = target, .o = o, .ctx = ctx, .undone_fd = -1
	};
	vt_buf_init(&x->object, VT_OBJECT_MAX);
	vt_buf_init(&x->plain, VT_OBJECT_MAX);
	x->plain.secret = true;
	rc = vt_place_open(&x->place, o->place, o->keys, false, reterr);
	if (rc == VT_OK)
		rc = vt_keys_load(o->key_file, &x->keys, reterr);
	if (rc == VT_OK && o->newer_key_file != NULL)
		rc = vt_keys_load(o->newer_key_file, &x->later, reterr);
	return rc;
}

void
vt_restore_fini(struct vt_restore *x)
{
	vt_buf_free(&x->object);
	vt_buf_free(&x->plain);
	vt_manifest_free(&x->m);
	vt_manifest_free(&x->newest);
	vt_keys_clear(&x->keys);
	vt_keys_clear(&x->later);
	vt_place_close(&x->place);
	if (x->undone_fd >= 0)
		(void)close(x->undone_fd);
}

bool
vt_restore_is_there(const char *target)
{
	char path[PATH_SIZE];
	bool there;

	(void)snprintf(path, sizeof(path), "%s/lock", target);
	there = access(path, F_OK) == 0;
	(void)snprintf(path, sizeof(path), "%s/" VT_RESTORE_UNDONE, target);
	return there && access(path, F_OK) != 0;
}

int
vt_backup_restore(const char *target, const struct vt_restore_options *o,
    const struct vt_context *ctx, struct vt_restore_report *ret,
    struct vt_err *reterr)
{
	struct vt_restore x;
	int rc = vt_restore_init(&x, target, o, ctx, reterr);

	if (rc == VT_OK && (rc = vt_restore_load(&x, reterr)) == VT_OK &&
	    (rc = verify_all(&x, reterr)) == VT_OK && !o->only_check)
		rc = write_all(&x, reterr);
	if (rc == VT_OK)
		*ret = x.rep;
	vt_restore_fini(&x);
	return rc;
}
