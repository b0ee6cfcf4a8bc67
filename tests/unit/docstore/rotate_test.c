/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another wrap key for a store: what stays, what the old key still opens
 * (nothing), backups of before and after, and a kill at every step.
 */
#include "docstore/backup.h"
#include "docstore/backup/backup_priv.h"
#include "docstore/files.h"
#include "tests/unit/docstore/fixture.h"
#include "tests/unit/docstore/steps.h"

static struct world world;
static char base[300], data[360], safe[360], place[360], keys[360];

static void
path_of(char *ret, size_t size, const char *dir, const char *name)
{
	(void)snprintf(ret, size, "%s/%s", dir, name);
}

static int
rotate(const char *dir, const char *old, struct vt_err *err)
{
	struct vt_rotate_options o = { .keep_old = old,
		.map_size = options.map_size };
	struct vt_rotate_report r;

	return vt_store_rotate(dir, &o, &world.ctx, &r, err);
}

/* Some papers; the hash of the first. */
static vt_hash
fill(void)
{
	struct doer d = { .s = store_new(data, &world.ctx) };
	vt_hash h;

	tap_call(make_agency(&d, "H99.01", "Sở"), &d.err, "agency");
	tap_call(make_series(&d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d.err,
	    "series");
	tap_call(make_paper(&d, VT_DIR_IN, 200000, 4), &d.err, "a paper");
	h = d.main;
	tap_call(make_paper(&d, VT_DIR_IN, 1000, 5), &d.err, "another");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	return h;
}

static bool
reads(struct vt_store *s, const vt_hash *h)
{
	struct vt_err err = VT_ERR_INIT;
	uint8_t *want = make_bytes(200000, 4), *got = malloc(200000);
	size_t n = 0;
	bool same;

	same = vt_bytes_read(s, h, 0, got, 200000, &n, &err) == VT_OK &&
	       n == 200000 && memcmp(got, want, n) == 0;
	free(want);
	free(got);
	return same;
}

static int
opens(const char *dir, const char *key, struct vt_err *err)
{
	struct vt_store_options o = options;
	struct vt_store *s = NULL;
	int rc;

	o.key_file = key;
	rc = vt_store_open(dir, &o, &world.ctx, &s, err);
	vt_store_close(s);
	return rc;
}

static void
copy(const char *from, const char *to)
{
	char cmd[900];

	(void)snprintf(
	    cmd, sizeof(cmd), "rm -rf %s && cp -a %s %s", to, from, to);
	tap_need(shell(cmd) == 0, "%s", cmd);
}

/* ---- what stays, what changes ---- */

static vt_hash
mac(struct vt_store *s)
{
	return vt_store_mac(s, "totp secret", VT_SPAN_LIT("nonce, name"));
}

/* No row under the old key; all under the new one. */
static void
rows_are(const char *dir, const char *old_file, uint32_t epoch)
{
	struct vt_store *s = store_open(dir, &world.ctx);
	struct vt_err err = VT_ERR_INIT;
	uint8_t again[VT_WRAPPED_SIZE];
	static const struct vt_key all;
	struct vt_wrap_row row;
	struct vt_keys old = { .epoch = 0 };
	struct vt_scan scan;
	struct vt_txn *t = NULL;
	size_t n = 0, opened = 0;

	tap_need(vt_keys_load(old_file, &old, &err) == VT_OK &&
		     s->engine->ops->begin(
			 s->engine, VT_SPACE_KEYS, false, &t, &err) == VT_OK,
	    "keys are read");
	if (t == NULL)
		return;
	scan = vt_scan_up(t, VT_T_WRAP, &all, NULL);
	while (vt_scan_next(&scan, &err)) {
		tap_need(vt_wrap_row_decode(scan.row, &row, &err) == VT_OK &&
			     row.epoch == epoch,
		    "a row of epoch %u", epoch);
		n++;
		opened += vt_chunk_rewrap(
			      &old, &old, row.wrapped, again, &err) == VT_OK;
	}
	t->ops->abort(t);
	tap_ok(n >= 5, "%zu data keys", n);
	tap_eq_int((int)opened, 0, "the old key unwraps none");
	vt_keys_clear(&old);
	vt_store_close(s);
}

static void
whole(const char *dir, const vt_hash *h, const vt_hash *tag)
{
	struct doer d = { .s = store_open(dir, &world.ctx), .agency = 1 };
	vt_hash now = mac(d.s);

	tap_ok(reads(d.s, h), "the paper is read");
	tap_ok(vt_hash_eq(&now, tag), "vt_store_mac says what it said");
	tap_call(make_paper(&d, VT_DIR_IN, 200000, 4), &d.err,
	    "the same file again");
	tap_call(make_paper(&d, VT_DIR_IN, 70000, 6), &d.err, "a new one");
	tap_eq_int((int)findings(d.s, true), 0, "clean");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
}

static void
once(const vt_hash *h)
{
	struct vt_store *s = store_open(data, &world.ctx);
	struct vt_err err = VT_ERR_INIT;
	struct vt_store_info before = { .chunks = 0 }, after = before;
	vt_hash tag = mac(s);
	char old[400], key[400];

	tap_call(vt_store_info(s, &before, &err), &err, "figures");
	tap_code(rotate(data, safe, &err), VT_E_STORE_LOCKED, &err,
	    "while it is open");
	vt_store_close(s);
	path_of(old, sizeof(old), safe, "store.key.1");
	path_of(key, sizeof(key), data, "store.key");
	tap_code(rotate(data, NULL, &err), VT_E_INVALID, &err,
	    "without a place for the key of now");
	tap_call(rotate(data, old, &err), &err, "rotated");
	tap_code(opens(data, old, &err), VT_E_STORE_CORRUPT, &err,
	    "the old key opens nothing any more");
	rows_are(data, old, 2);
	whole(data, h, &tag);
	s = store_open(data, &world.ctx);
	tap_call(vt_store_info(s, &after, &err), &err, "figures");
	tap_eq_int((int)after.chunks, (int)before.chunks + 2,
	    "equal content is kept once over the rotation");
	tap_eq_int((int)after.features, (int)VT_FEATURE_EPOCHS,
	    "releases of before do not misread it");
	vt_store_close(s);
	tap_code(rotate(data, old, &err), VT_E_EXISTS, &err,
	    "the copy of another key is not written over");
	path_of(old, sizeof(old), safe, "store.key.2");
	tap_call(rotate(data, old, &err), &err, "and once more");
	rows_are(data, old, 3);
	whole(data, h, &tag);
}

/* A key file of the first release: its wrap key stays what tags hang on. */
static void
first_release(const vt_hash *h)
{
	struct vt_err err = VT_ERR_INIT;
	char dir[400], key[440], old[400], cmd[900];
	struct vt_store *s;
	vt_hash tag;

	path_of(dir, sizeof(dir), base, "first");
	path_of(key, sizeof(key), dir, "store.key");
	path_of(old, sizeof(old), safe, "first.key");
	copy(data, dir);
	(void)snprintf(cmd, sizeof(cmd),
	    "f=%s; { echo 'vanthu store key 1'; sed -n 2,4p $f; } >$f.1 && "
	    "chmod 600 $f.1 && mv $f.1 $f",
	    key);
	tap_need(shell(cmd) == 0, "a key file of the first release");
	s = store_open(dir, &world.ctx);
	tag = mac(s);
	vt_store_close(s);
	tap_call(rotate(dir, old, &err), &err, "rotated");
	whole(dir, h, &tag);
}

/* The next key made apart, for a credential; the file of now is left alone. */
static void
apart(const vt_hash *h)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_rotate_options o = { .map_size = options.map_size };
	struct vt_rotate_report r;
	char dir[400], key[440], next[400], other[400];

	path_of(dir, sizeof(dir), base, "apart");
	path_of(key, sizeof(key), dir, "store.key");
	path_of(next, sizeof(next), safe, "next.key");
	path_of(other, sizeof(other), safe, "after-next.key");
	copy(data, dir);
	tap_call(vt_store_key_next(key, next, &world.ctx, &err), &err,
	    "the next key");
	tap_code(vt_store_key_next(key, next, &world.ctx, &err), VT_E_EXISTS,
	    &err, "is not written over");
	tap_call(vt_store_key_next(next, other, &world.ctx, &err), &err,
	    "and the one after it");
	o.next = other;
	tap_code(vt_store_rotate(dir, &o, &world.ctx, &r, &err), VT_E_INVALID,
	    &err, "no epoch is left out");
	o.next = next;
	tap_call(
	    vt_store_rotate(dir, &o, &world.ctx, &r, &err), &err, "rotated");
	tap_eq_int((int)r.epoch, 2, "the second epoch");
	tap_ok(r.keys >= 5, "%d keys", (int)r.keys);
	tap_code(opens(dir, key, &err), VT_E_STORE_CORRUPT, &err,
	    "not with the key of before");
	tap_ok(strstr(err.msg, "epoch") != NULL, "%s", err.msg);
	tap_call(opens(dir, next, &err), &err, "with the new one");
	tap_call(vt_store_rotate(dir, &o, &world.ctx, &r, &err), &err,
	    "asked again");
	tap_eq_int((int)r.keys, 0, "nothing is left to do");
	(void)h;
}

/* ---- backups of before and after ---- */

static void
take(const char *dir, uint64_t number)
{
	struct vt_backup_options o = { .place = place, .keys = keys };
	struct vt_store *s = store_open(dir, &world.ctx);
	struct vt_err err = VT_ERR_INIT;
	struct vt_backup_report r;

	tap_call(vt_backup_take(s, &o, &r, &err), &err, "an increment");
	tap_eq_int((int)r.number, (int)number, "its number");
	vt_store_close(s);
}

static int
restore(const char *name, uint64_t number, const char *key, const char *newer,
    struct vt_err *err)
{
	struct vt_restore_options o = { .place = place,
		.keys = keys,
		.key_file = key,
		.newer_key_file = newer,
		.number = number,
		.map_size = options.map_size };
	struct vt_restore_report r;
	char dir[400];

	path_of(dir, sizeof(dir), base, name);
	return vt_backup_restore(dir, &o, &world.ctx, &r, err);
}

/* The restored one is read with its key, and wholly. */
static void
restored(const char *name, const vt_hash *h)
{
	struct vt_store *s;
	char dir[400];

	path_of(dir, sizeof(dir), base, name);
	s = store_open(dir, &world.ctx);
	tap_ok(reads(s, h), "%s: the paper is read", name);
	tap_eq_int((int)findings(s, true), 0, "%s: clean", name);
	vt_store_close(s);
}

static int
follow(const char *key, struct vt_err *err)
{
	struct vt_restore_options o = { .place = place,
		.keys = keys,
		.key_file = key,
		.map_size = options.map_size };
	struct vt_restore_report r;
	bool changed;
	char dir[400];

	path_of(dir, sizeof(dir), base, "standby");
	return vt_backup_follow(dir, &o, &world.ctx, &changed, &r, err);
}

/* A chunk whose bytes are damaged, mended out of a backup of the epoch
 * before. */
static void
said(void *arg, const char *line)
{
	(void)arg;
	printf("# %s\n", line);
}

static void
damaged(const char *dir, const vt_hash *h)
{
	struct vt_repair_options o = {
		.place = place, .keys = keys, .told = said
	};
	struct vt_store *s = store_open(dir, &world.ctx);
	struct vt_key k = vt_key_wrap(1, 1);
	struct vt_repair_report r = { .repaired = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_txn *t;

	tap_need(s->engine->ops->begin(
		     s->engine, VT_SPACE_BYTES, true, &t, &err) == VT_OK &&
		     vt_tx_put(t, VT_T_BYTES, &k, VT_SPAN_LIT("damaged"),
			 &err) == VT_OK &&
		     t->ops->commit(t, &err) == VT_OK,
	    "a chunk is damaged");
	tap_ok(!reads(s, h), "and not read");
	tap_call(vt_store_repair(s, &o, &r, &err), &err, "repaired");
	tap_eq_int((int)r.repaired, 1, "from a backup of before");
	tap_ok(reads(s, h), "and read");
	tap_eq_int((int)findings(s, true), 0, "clean");
	vt_store_close(s);
}

/* Removes the keys of chunks of increment 1, as its days being over does. */
static void
expire(const char *key)
{
	struct vt_err err = VT_ERR_INIT;
	char path[500], hex[VT_HASH_TEXT + 1];
	struct vt_manifest m = { .n_part = 0 };
	struct vt_place p = { .lock_fd = -1 };
	struct vt_keys k = { .epoch = 0 };

	tap_need(vt_keys_load(key, &k, &err) == VT_OK &&
		     vt_place_open(&p, place, keys, false, &err) == VT_OK &&
		     vt_manifest_load(&p, 1, &k, &m, &err) == VT_OK,
	    "its manifest");
	for (size_t i = 0; i < m.n_part; i++)
		if (m.part[i].kind == VT_PART_KEYS) {
			vt_hash_text(&m.part[i].name, hex);
			(void)snprintf(
			    path, sizeof(path), "%s/objects/%s", keys, hex);
			tap_ok(unlink(path) == 0, "keys expire");
		}
	vt_manifest_free(&m);
	vt_place_close(&p);
	vt_keys_clear(&k);
}

static void
backups(const vt_hash *h)
{
	struct vt_err err = VT_ERR_INIT;
	char dir[400], old[400], key[440];

	path_of(dir, sizeof(dir), base, "backed-up");
	path_of(old, sizeof(old), safe, "backed-up.key");
	path_of(key, sizeof(key), dir, "store.key");
	copy(data, dir);
	take(dir, 1);
	tap_call(follow(key, &err), &err, "a standby follows");
	tap_call(rotate(dir, old, &err), &err, "rotated");
	damaged(dir, h);
	take(dir, 2);
	tap_call(restore("one", 1, old, NULL, &err), &err,
	    "the first by the key of its time");
	restored("one", h);
	tap_code(restore("not-1", 1, key, NULL, &err), VT_E_CONFLICT, &err,
	    "not by the new one");
	tap_ok(strstr(err.msg, "opens with the store key of epoch 1") != NULL,
	    "it says which: %s", err.msg);
	tap_call(restore("two", 2, key, NULL, &err), &err,
	    "the second by the new key alone");
	restored("two", h);
	tap_code(restore("not-2", 2, old, NULL, &err), VT_E_CONFLICT, &err,
	    "not by the old one");
	tap_code(follow(old, &err), VT_E_CONFLICT, &err,
	    "the standby needs the new key");
	tap_call(follow(key, &err), &err, "and follows with it");
	restored("standby", h);
	tap_call(follow(key, &err), &err, "nothing new");
	expire(old);
	tap_code(restore("not-3", 1, old, NULL, &err), VT_E_CONFLICT, &err,
	    "keys that have expired: those of now need the key of now");
	tap_ok(strstr(err.msg, "epoch 2") != NULL, "it says so: %s", err.msg);
	tap_call(restore("three", 1, old, key, &err), &err, "given both");
	restored("three", h);
}

/* ---- killed at every step ---- */

struct killed {
	const char *dir, *old;
};

static int
rotate_there(void *arg)
{
	struct killed *k = arg;
	struct vt_err err = VT_ERR_INIT;
	int rc = rotate(k->dir, k->old, &err);

	if (rc != VT_OK)
		printf("# %s\n", err.msg);
	return rc;
}

static bool
has_old(const char *dir)
{
	char cmd[500];

	(void)snprintf(cmd, sizeof(cmd),
	    "ls %s | grep -q '^keys\\.\\|^store.key\\.'", dir);
	return shell(cmd) == 0;
}

/* After the nth step: the store opens, or asks for the same call; after that
 * it is whole. */
static void
killed_at(struct killed *k, long nth, const vt_hash *h)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	struct vt_keys key;
	char file[500];
	int rc;

	copy(data, k->dir);
	(void)unlink(k->old);
	tap_need(steps_run(rotate_there, k, nth) == 0, "killed at %ld", nth);
	rc = vt_store_open(k->dir, &options, &world.ctx, &s, &err);
	if (rc == VT_OK && !reads(s, h))
		tap_ok(false, "step %ld: opened, and not read", nth);
	if (rc != VT_OK && rc != VT_E_CONFLICT)
		tap_call(rc, &err, "step %ld: neither opened nor said", nth);
	vt_store_close(s);
	path_of(file, sizeof(file), k->dir, "store.key");
	tap_need(vt_keys_load(file, &key, &err) == VT_OK, "a key");
	if (key.epoch == 1)
		rc = rotate(k->dir, k->old, &err);
	vt_keys_clear(&key);
	if (rc != VT_OK)
		tap_call(rc, &err, "step %ld: asked again", nth);
	s = store_open(k->dir, &world.ctx);
	if (s->keys.epoch != 2 || !reads(s, h) || has_old(k->dir))
		tap_ok(false, "step %ld: not whole after all", nth);
	vt_store_close(s);
	if (opens(k->dir, k->old, &err) != VT_E_STORE_CORRUPT)
		tap_ok(false, "step %ld: the old key opens it", nth);
}

static void
kills(const vt_hash *h)
{
	char dir[400], old[400];
	struct killed k = { .dir = dir, .old = old };
	long n;

	path_of(dir, sizeof(dir), base, "killed");
	path_of(old, sizeof(old), safe, "killed.key");
	copy(data, dir);
	n = steps_run(rotate_there, &k, 0);
	tap_need(n > 20, "a rotation has %ld steps", n);
	for (long i = 1; i <= n; i++)
		killed_at(&k, i, h);
	tap_ok(true, "killed at each of %ld steps", n);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();
	vt_hash h;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&world);
	(void)snprintf(base, sizeof(base), "%s", dir);
	path_of(data, sizeof(data), dir, "data");
	path_of(safe, sizeof(safe), dir, "safe");
	path_of(place, sizeof(place), dir, "place");
	path_of(keys, sizeof(keys), dir, "keys");
	tap_need(mkdir(safe, 0700) == 0, "a safe");
	h = fill();
	first_release(&h);
	apart(&h);
	backups(&h);
	kills(&h);
	once(&h);
	dir_free(dir);
	return tap_done();
}
