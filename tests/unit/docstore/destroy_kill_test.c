/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Destroying, killed at every step; a restore out of an increment of before,
 * killed at its steps; and what a place of backups still has, before it
 * forgets and after.
 */
#include "docstore/backup/backup_priv.h"
#include "docstore/destroy.h"
#include "docstore/files.h"
#include "tests/unit/docstore/fixture.h"
#include "tests/unit/docstore/steps.h"

#define SUBJECT  "V/v CHUYEN-KHONG-AI-DUOC-BIET"
#define FILENAME "BAN-DO-MAT.pdf"
#define SIZE     ((size_t)2 * VT_CHUNK_SIZE + 500)

static struct world world;
static char base[300], data[360], old[360], dir[360], place[360], keys[360];
static char key_file[400];
static vt_id paper;
static vt_hash content;

/* ---- what is looked for ---- */

static struct {
	uint8_t b[40];
	size_t n;
} needle[16];
static size_t n_needles, found, files;
static const struct vt_keys *opener; /* objects are deciphered, too */

static void
look_for(const void *p, size_t n)
{
	tap_need(n_needles < 16 && n <= sizeof(needle[0].b), "room");
	memcpy(needle[n_needles].b, p, n);
	needle[n_needles++].n = n;
}

static void
search_in(struct vt_span s)
{
	for (size_t i = 0; i < n_needles; i++)
		found += s.n > 0 &&
			 memmem(s.p, s.n, needle[i].b, needle[i].n) != NULL;
}

static int
search_file(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	struct vt_err err;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(plain);

	(void)f;
	if (flag != FTW_F || st->st_size == 0)
		return 0;
	vt_buf_init(&b, (size_t)1 << 30);
	if (vt_file_read(path, (size_t)1 << 30, &b, &err) != VT_OK)
		tap_need(false, "%s is read", path);
	files++;
	search_in(vt_buf_view(&b));
	if (opener != NULL &&
	    vt_object_open(opener, vt_buf_view(&b), &plain, &err) == VT_OK)
		search_in(vt_buf_view(&plain));
	return 0;
}

static size_t
search(const char *where)
{
	found = files = 0;
	(void)nftw(where, search_file, 16, FTW_PHYS);
	if (files == 0)
		tap_need(false, "files of %s", where);
	return found;
}

/* The wrapped keys of its chunks, words, and bytes in the clear. */
static void
needles(struct vt_store *s, const uint8_t *bytes)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_reading r = { .records = NULL };
	struct vt_span ids, v;
	struct vt_chunk_row chunk;
	struct vt_wrap_row wrap;
	struct vt_blob_row row;
	struct vt_key k;

	look_for(&SUBJECT[4], 20);
	look_for(FILENAME, sizeof(FILENAME) - 1);
	look_for(bytes, 32);
	look_for(bytes + SIZE - 40, 32);
	tap_need(vt_reading_begin(s, &r, &err) == VT_OK &&
		     vt_blob_get(r.records, &content, &row, &err) == VT_OK &&
		     vt_manifest_segment(
			 r.records, row.manifest, 0, &ids, &err) == VT_OK,
	    "its manifest");
	for (size_t i = 0; i < ids.n; i += VT_HASH_SIZE) {
		vt_hash id;

		memcpy(id.b, ids.p + i, VT_HASH_SIZE);
		k = vt_key_hash(&id);
		tap_need(
		    vt_tx_get(r.records, VT_T_CHUNK, &k, &v, &err) == VT_OK &&
			vt_chunk_row_decode(v, &chunk, &err) == VT_OK,
		    "a chunk");
		k = vt_key_wrap(chunk.env, chunk.seq);
		tap_need(vt_tx_get(r.keys, VT_T_WRAP, &k, &v, &err) == VT_OK &&
			     vt_wrap_row_decode(v, &wrap, &err) == VT_OK,
		    "its key");
		look_for(wrap.wrapped.p, wrap.wrapped.n);
	}
	vt_reading_end(&r);
}

/* ---- the stage ---- */

/* Runs a command that must go well. */
static void
need(const char *cmd)
{
	if (shell(cmd) != 0)
		tap_need(false, "%s", cmd);
}

static void
copy(const char *from, const char *to)
{
	char cmd[1600];

	(void)snprintf(cmd, sizeof(cmd),
	    "rm -rf %s %s.destroyed && cp -a %s %s", to, to, from, to);
	need(cmd);
}

static int
take(struct vt_store *s, const char *to, const char *to_keys, bool forget,
    struct vt_backup_report *r)
{
	struct vt_backup_options o = {
		.place = to, .keys = to_keys, .forget = forget
	};
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_backup_take(s, &o, r, &err);

	tap_call(rc, &err, "an increment");
	return rc;
}

/* A secret paper, one that stays, a backup of both, a copy of both; then the
 * order. */
static void
stage(void)
{
	struct doer d = { .s = store_new(data, &world.ctx) };
	struct vt_meta meta = { .subject = SUBJECT, .type_code = "CV" };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_backup_report r;
	uint8_t *bytes = make_bytes(SIZE, 4);
	struct vt_file f;

	tap_call(make_agency(&d, "H99.01", "Sở"), &d.err, "agency");
	tap_call(make_series(&d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d.err,
	    "series");
	tap_call(make_paper(&d, VT_DIR_IN, 70000, 9), &d.err, "one that stays");
	tap_call(make_file(&d, VT_SPAN(bytes, SIZE), FILENAME, &f), &d.err,
	    "its file");
	content = f.hash;
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &meta;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	tap_call(do_step(&d, NULL, st), &d.err, "the secret one");
	paper = d.paper;
	needles(d.s, bytes);
	free(bytes);
	(void)take(d.s, place, keys, false, &r);
	vt_store_close(d.s);
	copy(data, old);
	tap_ok(search(old) >= 5, "a copy has words and keys");
	d.s = store_open(data, &world.ctx);
	world.now += VT_TIME_S(60);
	st = (struct vt_step){ .kind = VT_STEP_DESTROY };
	st.u.destroy.reason = VT_DESTROY_SECRET;
	st.u.destroy.asked_by = (vt_id){ { 7 } };
	st.u.destroy.note = "Quyết định 12/QĐ-UBND";
	st.u.destroy.wipe = true;
	tap_call(do_step(&d, &paper, st), &d.err, "the order");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
}

/* ---- killed ---- */

static int
finish(void *arg)
{
	struct vt_store *s = NULL;
	struct vt_err err = VT_ERR_INIT;
	uint64_t n;
	int rc = vt_store_open(arg, &options, &world.ctx, &s, &err);

	if (rc == VT_OK)
		rc = vt_destroy_finish(s, &n, &err);
	if (rc != VT_OK)
		printf("# %s\n", err.msg);
	vt_store_close(s);
	return rc;
}

/* Nothing of it can be had, whatever lies there. */
static bool
is_gone(struct vt_store *s)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p = { .n_parts = 0 };
	struct vt_view *v = NULL;
	uint8_t b[16];
	size_t n;
	bool gone;

	if (vt_bytes_read(s, &content, 0, b, sizeof(b), &n, &err) !=
		VT_E_NOT_FOUND ||
	    vt_view_begin(s, &v, &err) != VT_OK)
		return false;
	gone = vt_paper_get(v, &paper, &p, &err) == VT_OK &&
	       p.destroyed_at != VT_TIME_NONE && p.meta.subject[0] == '\0';
	vt_view_end(v);
	return gone;
}

/* Each of them when VT_EVERY_STEP is set, else the first ones and some. */
static long
next(long i)
{
	return getenv("VT_EVERY_STEP") != NULL ? i + 1 : i + 1 + i / 5;
}

static void
killed(const char *from, int (*f)(void *), const char *what)
{
	char beside[400];
	struct vt_store *s;
	long n;

	(void)snprintf(beside, sizeof(beside), "%s.destroyed", dir);
	for (long i = 0, all = 1; i < all; i = next(i)) {
		copy(from, dir);
		n = steps_run(f, dir, i);
		if (i == 0)
			all = n; /* the last ones are of closing */
		if (i == 0 ? n < 20 : n != 0)
			tap_need(false, "%s: killed at %ld: %ld", what, i, n);
		if (finish(dir) != VT_OK)
			tap_ok(false, "%s, step %ld: not completed", what, i);
		s = store_open(dir, &world.ctx);
		if (!is_gone(s) || findings(s, true) != 0)
			tap_ok(false, "%s, step %ld: not gone", what, i);
		vt_store_close(s);
		if (search(dir) != 0 || access(beside, F_OK) != 0)
			tap_ok(
			    false, "%s, step %ld: %zu found", what, i, found);
	}
	tap_ok(true, "%s: killed at its steps", what);
}

/* ---- out of a backup ---- */

static int
restore(void *arg)
{
	struct vt_restore_options o = { .place = place,
		.keys = keys,
		.key_file = key_file,
		.number = 1,
		.map_size = options.map_size };
	struct vt_restore_report r;
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_backup_restore(arg, &o, &world.ctx, &r, &err);

	if (rc != VT_OK)
		printf("# %s\n", err.msg);
	return rc;
}

/* Asked for again after it was killed, and opened: is it gone? */
static bool
again(void)
{
	struct vt_store *s;
	bool gone;

	/* It may have come to its end but for the answer. */
	if (!vt_restore_is_there(dir) && restore(dir) != VT_OK)
		return false;
	s = store_open(dir, &world.ctx);
	gone = is_gone(s);
	vt_store_close(s);
	return gone && search(dir) == 0;
}

/* An increment of before, where nobody knows of the order but the place. */
static void
restored(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_store_info info;
	struct vt_store *s = NULL;
	char cmd[1600];
	long all;

	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s %s.destroyed", dir, dir);
	tap_need(shell(cmd) == 0, "nothing there");
	all = steps_run(restore, dir, 0);
	tap_need(all > 20, "restored in %ld steps", all);
	s = store_open(dir, &world.ctx);
	tap_call(vt_store_info(s, &info, &err), &err, "figures");
	tap_ok(info.restored, "and read-only all the same");
	tap_ok(is_gone(s), "nothing of it is handed out");
	tap_eq_int((int)findings(s, true), 0, "clean");
	vt_store_close(s);
	tap_eq_int((int)search(dir), 0, "not one byte of it");
	for (long i = 1; i < all; i = next(i)) {
		need(cmd);
		if (steps_run(restore, dir, i) != 0)
			tap_need(false, "killed at %ld of %ld", i, all);
		s = NULL;
		if (vt_store_open(dir, &options, &world.ctx, &s, &err) ==
			VT_OK &&
		    !is_gone(s))
			tap_ok(false, "step %ld: opened, and it is there", i);
		vt_store_close(s);
		if (!again())
			tap_ok(false, "step %ld: not gone", i);
	}
	tap_ok(true, "a restore killed at its steps");
}

/* ---- what the place still has ---- */

static void
forgets(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_backup_report r;
	struct vt_keys k = { .epoch = 0 };
	char other[400], other_keys[400];
	struct vt_store *s;

	(void)snprintf(other, sizeof(other), "%s/place-2", base);
	(void)snprintf(other_keys, sizeof(other_keys), "%s/keys-2", base);
	copy(place, other);
	copy(keys, other_keys);
	tap_need(vt_keys_load(key_file, &k, &err) == VT_OK, "the store key");
	opener = &k;
	tap_ok(search(place) >= 2, "an increment of before has its words");
	tap_ok(search(keys) >= 3, "and the keys of its bytes");
	s = store_open(data, &world.ctx);
	world.now += VT_TIME_S(3600);
	(void)take(s, place, keys, true, &r);
	tap_ok(r.removed > 0, "what may go goes");
	tap_eq_int((int)search(place), 0, "told to forget: no word in it");
	tap_eq_int((int)search(keys), 0, "and no key");
	world.now += VT_TIME_S((int64_t)29 * 86400);
	(void)take(s, other, other_keys, false, &r);
	tap_ok(search(other) >= 2, "29 days: it is there");
	world.now += VT_TIME_S((int64_t)2 * 86400);
	(void)take(s, other, other_keys, false, &r);
	tap_eq_int((int)search(other), 0, "31 days: no word in it");
	tap_eq_int((int)search(other_keys), 0, "and no key");
	opener = NULL;
	vt_store_close(s);
	vt_keys_clear(&k);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_backup_report r;
	char *made = dir_new();
	struct vt_store *s;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&world);
	(void)snprintf(base, sizeof(base), "%s", made);
	(void)snprintf(data, sizeof(data), "%s/data", made);
	(void)snprintf(old, sizeof(old), "%s/old", made);
	(void)snprintf(dir, sizeof(dir), "%s/killed", made);
	(void)snprintf(place, sizeof(place), "%s/place", made);
	(void)snprintf(keys, sizeof(keys), "%s/keys", made);
	(void)snprintf(key_file, sizeof(key_file), "%s/store.key", data);
	stage();
	killed(data, finish, "destroying");
	tap_ok(finish(data) == VT_OK, "done");
	tap_eq_int((int)search(data), 0, "not one byte of it");
	s = store_open(data, &world.ctx);
	(void)take(s, place, keys, false, &r);
	vt_store_close(s);
	restored();
	forgets();
	dir_free(made);
	return tap_done();
}
