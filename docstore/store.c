/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data directory: making, opening, closing; views. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/fields.h"
#include "docstore/files.h"
#include "docstore/index.h"
#include "docstore/migrate/migrated.h"
#include "docstore/outside.h"
#include "docstore/restored.h"
#include "docstore/store_priv.h"

#define MAP_SIZE_DEFAULT ((uint64_t)64 << 30)
#define MAGIC            "vanthu store"
#define VIEW_ARENA       ((size_t)64 << 20)
#define BYTES_SLACK      ((uint64_t)64 << 20)

/* ---- superblock ---- */

struct super {
	char magic[32];
	struct vt_super x;
};

#define VT_ROW_T struct super
static const struct vt_row_field super_fields[] = {
#include "docstore/fields/super.def"
};
#undef VT_ROW_T
static const struct vt_row super_row = VT_ROW_MAP("superblock", super_fields);

void
vt_super_encode(const struct vt_super *x, struct vt_buf *ret)
{
	struct super row = { MAGIC, *x };

	vt_row_put(&super_row, &row, ret);
}

/* What is read of a superblock before it is known to be one of ours. */
struct bare_super {
	char magic[32];
	uint32_t format;
	uint64_t features;
	char release[32]; /* that it needs */
};

static int
super_refuse(const struct bare_super *x, struct vt_err *reterr)
{
	unsigned long long unknown = x->features & ~VT_STORE_FEATURES;
	const char *needs =
	    x->release[0] != '\0' ? x->release : "a later release of vanthu";

	if (strcmp(x->magic, MAGIC) != 0 || x->format == 0)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "superblock: not that of a vanthu store");
	if (x->format > VT_STORE_FORMAT)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "superblock: format %u needs %s; this is " VT_STORE_RELEASE
		    ", which reads up to format %u: install that one",
		    x->format, needs, VT_STORE_FORMAT);
	if (unknown != 0)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "superblock: feature bits %#llx need %s; this is "
		    VT_STORE_RELEASE ", which does not know them: install "
		    "that one",
		    unknown, needs);
	return VT_OK;
}

/*
 * Magic, format, features and the release that is needed come first, so that a
 * newer store is told from a broken one: its other fields may be of any kind.
 */
static int
super_decode(struct vt_span v, struct vt_super *ret, struct vt_err *reterr)
{
	struct bare_super bare = { .format = 0 };
	struct vt_cbor_map_reader m;
	struct super row;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		if (key == 1)
			vt_cbor_get_str(&c, bare.magic, sizeof(bare.magic));
		else if (key == 2)
			bare.format = vt_take_u32(&c);
		else if (key == 4)
			bare.features = vt_cbor_get_uint(&c);
		else if (key == 8 && vt_cbor_peek(&c) == VT_CBOR_TEXT)
			vt_cbor_get_str(&c, bare.release, sizeof(bare.release));
		else
			(void)vt_cbor_skip(&c);
	if ((rc = super_refuse(&bare, reterr)) != VT_OK ||
	    (rc = vt_row_read(&super_row, v, NULL, &row, reterr)) != VT_OK)
		return rc;
	*ret = row.x;
	return VT_OK;
}

static int
domain_check(const char *domain, struct vt_err *reterr)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	size_t n = domain == NULL ? 0 : strlen(domain);

	if (n == 0 || n > 39 || strspn(domain, ok) != n || domain[0] == '.' ||
	    domain[0] == '-')
		return vt_err_set(reterr, VT_E_INVALID,
		    "store domain: 1 to 39 characters of a-z 0-9 . - are "
		    "needed, as in vanthu.tinhmau.gov.vn");
	return VT_OK;
}

static int
super_write(
    struct vt_engine *e, const struct vt_super *x, struct vt_err *reterr)
{
	struct vt_counters count = { .time = VT_TIME_NONE };
	struct vt_key ks = vt_key_text("store"), kc = vt_key_text("counters");
	struct vt_txn *t;
	VT_BUF_AUTO(v);
	VT_BUF_AUTO(c);
	int rc;

	vt_super_encode(x, &v);
	vt_counters_encode(&count, &c);
	if ((rc = vt_buf_status(&v, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&c, reterr)) != VT_OK ||
	    (rc = e->ops->begin(e, VT_SPACE_RECORDS, true, &t, reterr)) !=
		VT_OK)
		return rc;
	if ((rc = vt_tx_put(t, VT_T_SUPER, &ks, vt_buf_view(&v), reterr)) !=
		VT_OK ||
	    (rc = vt_tx_put(t, VT_T_SUPER, &kc, vt_buf_view(&c), reterr)) !=
		VT_OK) {
		e->ops->abort(t);
		return rc;
	}
	return e->ops->commit(t, reterr);
}

int
vt_super_get(struct vt_txn *t, struct vt_super *ret, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text("store");
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "superblock: missing; init did not finish, or this is no "
		    "store");
	return rc == VT_OK ? super_decode(v, ret, reterr) : rc;
}

int
vt_super_read(struct vt_engine *e, struct vt_super *ret, struct vt_err *reterr)
{
	struct vt_txn *t;
	int rc;

	rc = e->ops->begin(e, VT_SPACE_RECORDS, false, &t, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_super_get(t, ret, reterr);
	e->ops->abort(t);
	return rc;
}

/* ---- lock ---- */

static int
no_store(const char *path, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_NO_INPUT,
	    "%s: no data directory; `vanthu init` makes one", path);
}

int
vt_store_lock(const char *path, bool create, int *ret, struct vt_err *reterr)
{
	char file[4096];
	int fd, e;

	if ((size_t)snprintf(file, sizeof(file), "%s/lock", path) >=
	    sizeof(file))
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	fd = open(file, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
	if (fd < 0 && errno == ENOENT && !create)
		return no_store(path, reterr);
	if (fd < 0)
		return vt_file_err(reterr, errno,
		    create ? "making the lock of the data directory"
			   : "opening the lock of the data directory");
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		e = errno;
		(void)close(fd);
		if (e == EWOULDBLOCK)
			return vt_err_set(reterr, VT_E_STORE_LOCKED,
			    "data directory %s: another instance has it open",
			    path);
		return vt_file_err(reterr, e, "locking the data directory");
	}
	*ret = fd;
	return VT_OK;
}

static int
access_lock(const char *path)
{
	char file[4096];

	if ((size_t)snprintf(file, sizeof(file), "%s/lock", path) >=
	    sizeof(file))
		return errno = ENAMETOOLONG, -1;
	return access(file, F_OK);
}

/* ---- init ---- */

int
vt_store_key_file(const char *path, const struct vt_store_options *o, char *ret,
    size_t size, struct vt_err *reterr)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	int n;

	/* systemd keeps credentials in memory that only the service reads. */
	if (o->key_file == NULL && dir != NULL && *dir == '/') {
		n = snprintf(ret, size, "%s/%s", dir, VT_STORE_CREDENTIAL);
		if (n > 0 && (size_t)n < size && access(ret, F_OK) == 0)
			return VT_OK;
	}
	n = o->key_file != NULL ? snprintf(ret, size, "%s", o->key_file)
				: snprintf(ret, size, "%s/store.key", path);

	if (n < 0 || (size_t)n >= size)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the store key is too long");
	return VT_OK;
}

static bool
has_data(const char *path, const char *env)
{
	char file[4096];

	return (size_t)snprintf(file, sizeof(file), "%s/%s/data.mdb", path,
		   env) >= sizeof(file) ||
	       access(file, F_OK) == 0;
}

/*
 * Is this what an init that was cut off left behind? Then init goes on. Only
 * two pictures are taken for it, so that a store that lost a part is never
 * made anew: our own names and no environment at all, or all of them and no
 * superblock.
 */
static int
is_unfinished(const char *path, bool *ret, struct vt_err *reterr)
{
	static const char *const ours[] = { "lock", "store.key", "records",
		"keys", "bytes-0001", NULL };
	struct vt_engine_options eo = {
		.path = path, .read_only = true, .map_size = MAP_SIZE_DEFAULT
	};
	struct vt_key k = vt_key_text("store");
	struct vt_engine *e = NULL;
	unsigned int envs;
	struct vt_txn *t;
	struct vt_span v;
	int rc;

	if ((rc = vt_dir_holds_only(path, ours, ret, reterr)) != VT_OK || !*ret)
		return rc;
	envs = (unsigned int)has_data(path, "records") +
	       has_data(path, "keys") + has_data(path, "bytes-0001");
	*ret = envs == 0;
	if (envs != VT_SPACES)
		return VT_OK;
	if ((rc = vt_engine_lmdb.open(&eo, &e, reterr)) != VT_OK)
		return rc;
	rc = e->ops->begin(e, VT_SPACE_RECORDS, false, &t, reterr);
	if (rc == VT_OK) {
		rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);
		t->ops->abort(t);
	}
	vt_engine_lmdb.close(e);
	*ret = rc == VT_E_NOT_FOUND;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

static int
unwrap(const struct vt_store_options *o, struct vt_keys *ret,
    struct vt_err *reterr)
{
	struct vt_store_key k = { .epoch = 0 };
	int rc = o->unwrap(o->unwrap_arg, &k, reterr);

	if (rc == VT_OK)
		rc = vt_keys_given(&k, ret, reterr);
	vt_wipe(&k, sizeof(k));
	return rc;
}

/* The key of a store that is there. */
int
vt_store_key_load(const char *path, const struct vt_store_options *o,
    struct vt_keys *ret, struct vt_err *reterr)
{
	char file[4096];
	int rc;

	if (o->unwrap != NULL)
		return unwrap(o, ret, reterr);
	if ((rc = vt_store_key_file(path, o, file, sizeof(file), reterr)) !=
	    VT_OK)
		return rc;
	return vt_keys_load(file, ret, reterr);
}

/* One that was given beforehand is taken. */
static int
init_keys(const char *path, const struct vt_store_options *o,
    const struct vt_context *ctx, struct vt_keys *ret, struct vt_err *reterr)
{
	char file[4096];
	int rc;

	if (o->unwrap != NULL)
		return unwrap(o, ret, reterr);
	if ((rc = vt_store_key_file(path, o, file, sizeof(file), reterr)) !=
	    VT_OK)
		return rc;
	if (access(file, F_OK) == 0)
		return vt_keys_load(file, ret, reterr);
	rc = vt_keys_create(file, ctx, ret, reterr);
	/* Given beforehand, or of an init that was cut off; nothing was
	 * encrypted with it yet. */
	return rc == VT_E_EXISTS ? vt_keys_load(file, ret, reterr) : rc;
}

/* The names of what init made: LMDB syncs its files, not their folders. */
static int
sync_all(const char *path, struct vt_err *reterr)
{
	static const char *const below[] = { "/records", "/keys", "/bytes-0001",
		"", "/..", NULL };
	struct vt_err err = VT_ERR_INIT;
	char dir[4096];
	int rc = VT_OK;

	for (size_t i = 0; below[i] != NULL && rc == VT_OK; i++) {
		if ((size_t)snprintf(dir, sizeof(dir), "%s%s", path,
			below[i]) >= sizeof(dir))
			return vt_err_set(reterr, VT_E_INVALID,
			    "the path of the data directory is too long");
		rc = vt_dir_sync(dir, &err);
	}
	/* A folder above that we may not read was not made by us. */
	if (rc == VT_E_STORE_READ_ONLY && err.os_errno == EACCES) {
		vt_log_err("store.init.sync", &err);
		rc = VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
init_locked(const char *path, const struct vt_store_options *o,
    const struct vt_context *ctx, struct vt_err *reterr)
{
	struct vt_engine_options eo = { .path = path,
		.create = true,
		.map_size = o->map_size != 0 ? o->map_size : MAP_SIZE_DEFAULT };
	struct vt_super x = { .format = VT_STORE_FORMAT };
	struct vt_keys keys = { .epoch = 0 };
	struct vt_engine *e = NULL;
	int rc;

	if ((rc = init_keys(path, o, ctx, &keys, reterr)) != VT_OK)
		return rc;
	x.id = vt_id_new(ctx);
	x.created = vt_now(ctx);
	x.key_check = vt_keys_check(&keys, &x.id);
	vt_keys_clear(&keys);
	(void)snprintf(x.domain, sizeof(x.domain), "%s", o->domain);
	/* The superblock comes last: without it there is no store. */
	if ((rc = vt_engine_lmdb.open(&eo, &e, reterr)) == VT_OK)
		rc = super_write(e, &x, reterr);
	vt_engine_lmdb.close(e);
	return rc == VT_OK ? sync_all(path, reterr) : rc;
}

int
vt_store_init(const char *path, const struct vt_store_options *o,
    const struct vt_context *ctx, struct vt_err *reterr)
{
	bool empty, cut = false;
	int rc, fd = -1;

	if ((rc = domain_check(o->domain, reterr)) != VT_OK ||
	    (rc = vt_dir_make(path, &empty, reterr)) != VT_OK)
		return rc;
	if (!empty && access_lock(path) != 0)
		return vt_err_set(reterr, VT_E_EXISTS,
		    "data directory %s: it is not empty", path);
	if ((rc = vt_store_lock(path, true, &fd, reterr)) != VT_OK)
		return rc;
	if (!empty && (rc = is_unfinished(path, &cut, reterr)) == VT_OK && !cut)
		rc = vt_err_set(reterr, VT_E_EXISTS,
		    "data directory %s: there is a store in it", path);
	if (rc == VT_OK)
		rc = init_locked(path, o, ctx, reterr);
	(void)close(fd);
	return rc;
}

/* ---- open and close ---- */

static int
no_rekey(struct vt_engine *e, struct vt_err *reterr)
{
	struct vt_rekey mark;
	struct vt_txn *t;
	int rc = e->ops->begin(e, VT_SPACE_RECORDS, false, &t, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_rekey_get(t, &mark, reterr);
	e->ops->abort(t);
	if (rc == VT_OK && mark.epoch != 0)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "store key: its change to epoch %u was cut off; complete "
		    "it: the same `vanthu key rotate` again",
		    mark.epoch);
	return rc;
}

/* The key that the superblock knows. */
static int
keys_that_fit(
    struct vt_store *s, const struct vt_store_options *o, struct vt_err *reterr)
{
	char file[4096];
	vt_hash check;
	int rc;

	if ((rc = no_rekey(s->engine, reterr)) != VT_OK)
		return rc;
	if (o->unwrap == NULL) {
		rc = vt_store_key_file(s->path, o, file, sizeof(file), reterr);
		if (rc == VT_OK)
			rc = vt_rotated_key(
			    file, &s->super, !s->read_only, &s->keys, reterr);
		if (rc != VT_E_NOT_FOUND)
			return rc;
	}
	if ((rc = vt_store_key_load(s->path, o, &s->keys, reterr)) != VT_OK)
		return rc;
	check = vt_keys_check(&s->keys, &s->super.id);
	if (!vt_hash_eq(&check, &s->super.key_check))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "store key: it belongs to another store, or to another "
		    "epoch of this one: this one is epoch %u",
		    s->keys.epoch);
	return VT_OK;
}

static int
engine_open(
    struct vt_store *s, const struct vt_store_options *o, struct vt_err *reterr)
{
	struct vt_engine_options eo = { .path = s->path,
		.read_only = o->read_only,
		.create = o->in_memory,
		.map_size = s->map_size,
		.bytes_map = s->bytes_map,
		.copying = o->mending };
	struct vt_super x = { .format = VT_STORE_FORMAT };
	int rc;

	if (o->in_memory) {
		if ((rc = domain_check(o->domain, reterr)) != VT_OK ||
		    (rc = vt_engine_model.open(&eo, &s->engine, reterr)) !=
			VT_OK ||
		    (rc = vt_keys_random(s->ctx, &s->keys, reterr)) != VT_OK)
			return rc;
		x.id = vt_id_new(s->ctx);
		x.created = vt_now(s->ctx);
		x.key_check = vt_keys_check(&s->keys, &x.id);
		(void)snprintf(x.domain, sizeof(x.domain), "%s", o->domain);
		s->super = x;
		return super_write(s->engine, &x, reterr);
	}
	if ((rc = vt_engine_lmdb.open(&eo, &s->engine, reterr)) != VT_OK ||
	    (rc = vt_super_read(s->engine, &s->super, reterr)) != VT_OK)
		return rc;
	return keys_that_fit(s, o, reterr);
}

static int
threads_start(struct vt_store *s, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_byter_start(s, reterr)) != VT_OK ||
	    (rc = vt_writer_start(s, reterr)) != VT_OK ||
	    (rc = vt_bytes_recover(s, reterr)) != VT_OK ||
	    (rc = vt_uploads_forget(s, reterr)) != VT_OK)
		return rc;
	return vt_garbage_collect(s, reterr);
}

/* Where the second list of what was destroyed lies: outside, so that it is
 * not restored with the rest. */
static int
destroy_list(const char *path, const struct vt_store_options *o, char **ret,
    struct vt_err *reterr)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (o->destroy_list != NULL)
		*ret = strdup(o->destroy_list);
	else if (asprintf(ret, "%.*s.destroyed", (int)n, path) < 0)
		*ret = NULL;
	return *ret == NULL ? vt_nomem(reterr) : VT_OK;
}

int
vt_store_open(const char *path, const struct vt_store_options *o,
    const struct vt_context *ctx, struct vt_store **ret, struct vt_err *reterr)
{
	char file[4096];
	int rc;

	if (path != NULL &&
	    (size_t)snprintf(file, sizeof(file), "%s/" VT_RESTORE_UNDONE,
		path) < sizeof(file) &&
	    access(file, F_OK) == 0)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "data directory %s: a restore into it is under way, or was "
		    "cut off: ask for it again",
		    path);
	rc = vt_store_open_undone(path, o, ctx, ret, reterr);
	if (rc != VT_OK || o->read_only ||
	    (rc = vt_outside_look(*ret, reterr)) == VT_OK)
		return rc;
	vt_store_close(*ret);
	*ret = NULL;
	return rc;
}

/*
 * A chunk is counted as a whole one, which takes 16 pages; that much is certain
 * without asking the engine, and both engines seal at the same one. Pages that
 * lie free because others became shorter have an eighth of the room.
 */
static void
bytes_sizes(struct vt_store *s, const struct vt_store_options *o)
{
	uint64_t max =
	    o->bytes_max != 0 ? o->bytes_max : (uint64_t)VT_L(BYTES_ENV_MAX);

	s->bytes_map = max + max / 8 + BYTES_SLACK;
	if (o->map_size != 0 && o->map_size < s->bytes_map)
		s->bytes_map = o->map_size;
	if (max > s->bytes_map / 8 * 7)
		max = s->bytes_map / 8 * 7;
	s->byter.rows_max = max / (VT_CHUNK_SIZE + 64);
	if (s->byter.rows_max == 0)
		s->byter.rows_max = 1;
}

int
vt_store_open_undone(const char *path, const struct vt_store_options *o,
    const struct vt_context *ctx, struct vt_store **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_store_close) struct vt_store *s = NULL;
	int rc;

	VT_ASSERT(path != NULL || o->in_memory);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return vt_nomem(reterr);
	s->magic = VT_STORE_MAGIC;
	s->ctx = ctx;
	s->lock_fd = -1;
	s->read_only = o->read_only;
	s->read_texts = o->read_texts;
	s->mending = o->mending;
	s->map_size = o->map_size != 0 ? o->map_size : MAP_SIZE_DEFAULT;
	bytes_sizes(s, o);
	s->room_free =
	    o->room_free != 0 ? o->room_free : (uint64_t)VT_L(ROOM_FREE_MIN);
	if (pthread_mutex_init(&s->log_lock, NULL) != 0 ||
	    pthread_mutex_init(&s->writer.lock, NULL) != 0 ||
	    pthread_mutex_init(&s->byter.lock, NULL) != 0)
		return vt_nomem(reterr);
	if ((rc = vt_queue_init(&s->writer.queue, VT_L(QUEUE_MAX), reterr)) !=
		VT_OK ||
	    (rc = vt_queue_init(&s->byter.queue, VT_L(QUEUE_MAX), reterr)) !=
		VT_OK)
		return rc;
	if ((rc = vt_watch_init(&s->watch, reterr)) != VT_OK)
		return rc;
	s->writer.last = VT_TIME_NONE;
	if (!o->in_memory && (s->path = strdup(path)) == NULL)
		return vt_nomem(reterr);
	if (!o->in_memory &&
	    (rc = destroy_list(path, o, &s->destroy_list, reterr)) != VT_OK)
		return rc;
	if (!o->in_memory && o->read_only && access_lock(path) != 0)
		return errno == ENOENT ? no_store(path, reterr)
				       : vt_file_err(reterr, errno,
					     "looking for the data directory");
	if (!o->in_memory && !o->read_only &&
	    (rc = vt_store_lock(path, false, &s->lock_fd, reterr)) != VT_OK)
		return rc;
	if ((rc = engine_open(s, o, reterr)) != VT_OK)
		return rc;
	if (!o->read_only && !o->migrates &&
	    (rc = vt_migrating_door(s, reterr)) != VT_OK)
		return rc;
	if (!o->read_only && (rc = threads_start(s, reterr)) != VT_OK)
		return rc;
	if (!o->read_only && !o->in_memory &&
	    (rc = vt_indexes_new(s, &s->indexes, reterr)) != VT_OK)
		return rc;
	*ret = VT_TAKE(s);
	return VT_OK;
}

void
vt_store_close(struct vt_store *s)
{
	if (s == NULL)
		return;
	VT_CHECK(s, VT_STORE_MAGIC);
	/* The writer's last transaction says how far bytes are settled, so the
	 * byte thread, which nobody feeds any more, ends after it. */
	vt_indexes_free(s->indexes);
	vt_writer_stop(s);
	vt_byter_stop(s);
	vt_queue_fini(&s->writer.queue);
	vt_queue_fini(&s->byter.queue);
	if (s->engine != NULL)
		s->engine->ops->close(s->engine);
	while (s->log_keys != NULL) {
		struct vt_log_key *k = s->log_keys;

		s->log_keys = k->next;
		vt_secret_free(k->seed);
		free(k);
	}
	vt_keys_clear(&s->keys);
	vt_watch_fini(&s->watch);
	(void)pthread_mutex_destroy(&s->log_lock);
	(void)pthread_mutex_destroy(&s->writer.lock);
	(void)pthread_mutex_destroy(&s->byter.lock);
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	free(s->path);
	free(s->destroy_list);
	s->magic = 0;
	free(s);
}

/* ---- figures ---- */

vt_hash
vt_store_mac(
    const struct vt_store *s, const char *purpose, struct vt_span bytes)
{
	VT_CHECK(s, VT_STORE_MAGIC);
	return vt_keys_mac(&s->keys, purpose, bytes);
}

int
vt_store_info(
    struct vt_store *s, struct vt_store_info *ret, struct vt_err *reterr)
{
	struct vt_store_info i = { .format = s->super.format,
		.id = s->super.id,
		.created = s->super.created };
	struct vt_restored mark = { .is = false };
	struct vt_open_env open;
	struct vt_counters count;
	struct vt_super super;
	struct vt_txn *t;
	vt_time now;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	memcpy(i.domain, s->super.domain, sizeof(i.domain));
	rc = vt_store_read(s, &t, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_row_counters(t, &count, reterr)) == VT_OK &&
	    (rc = vt_restored_get(t, &mark, reterr)) == VT_OK &&
	    (rc = vt_super_get(t, &super, reterr)) == VT_OK &&
	    (rc = vt_open_env_get(t, &open, reterr)) == VT_OK &&
	    (rc = t->ops->count(t, VT_T_BLOB, &i.blobs, reterr)) == VT_OK)
		rc = t->ops->count(t, VT_T_CHUNK, &i.chunks, reterr);
	t->ops->abort(t);
	if (rc != VT_OK)
		return rc;
	i.features = super.features;
	i.bytes_envs = open.env;
	i.agencies = count.agencies;
	i.restored = mark.is;
	now = vt_now(s->ctx);
	if (count.time != VT_TIME_NONE && count.time > now)
		i.clock_back_us = (uint64_t)(count.time - now);
	(void)pthread_mutex_lock(&s->writer.lock);
	i.batches = s->writer.batches;
	i.acts = s->writer.acts;
	(void)pthread_mutex_unlock(&s->writer.lock);
	i.broken = atomic_load(&s->broken);
	if ((rc = vt_store_room(s, &i.room, reterr)) != VT_OK)
		return rc;
	*ret = i;
	return VT_OK;
}

/* ---- views ---- */

int
vt_view_begin(struct vt_store *s, struct vt_view **ret, struct vt_err *reterr)
{
	struct vt_view *v;
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return vt_nomem(reterr);
	v->magic = VT_VIEW_MAGIC;
	v->store = s;
	v->until = vt_monotonic_us(s->ctx) + (int64_t)VT_L(VIEW_US);
	if ((v->arena = vt_arena_new(VIEW_ARENA)) == NULL) {
		free(v);
		return vt_nomem(reterr);
	}
	rc = vt_store_read(s, &v->txn, reterr);
	if (rc != VT_OK) {
		vt_arena_free(v->arena);
		free(v);
		return rc;
	}
	*ret = v;
	return VT_OK;
}

void
vt_view_end(struct vt_view *v)
{
	char who[16] = "";
	int64_t late;

	if (v == NULL)
		return;
	VT_CHECK(v, VT_VIEW_MAGIC);
	v->txn->ops->abort(v->txn);
	late = vt_monotonic_us(v->store->ctx) - v->until;
	if (late > 0) {
		(void)pthread_getname_np(pthread_self(), who, sizeof(who));
		vt_log(VT_LEVEL_WARN, "store.view",
		    "thread=%s held_ms=%lld, VIEW_US is %zu", who,
		    (long long)(late + (int64_t)VT_L(VIEW_US)) / 1000,
		    VT_L(VIEW_US));
	}
	vt_arena_free(v->arena);
	v->magic = 0;
	free(v);
}

int
vt_view_check(struct vt_view *v, struct vt_err *reterr)
{
	VT_CHECK(v, VT_VIEW_MAGIC);
	if (vt_monotonic_us(v->store->ctx) > v->until)
		return vt_err_set(reterr, VT_E_TIMEOUT,
		    "view: held longer than a second (VIEW_US); end it and "
		    "begin another");
	return VT_OK;
}

int
vt_view_ref(struct vt_view *v, const vt_id *id, enum vt_object kind,
    struct vt_ref *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc != VT_OK ? rc : vt_row_ref(v->txn, id, kind, ret, reterr);
}

int
vt_store_read(struct vt_store *s, struct vt_txn **ret, struct vt_err *reterr)
{
	return s->engine->ops->begin(
	    s->engine, VT_SPACE_RECORDS, false, ret, reterr);
}
