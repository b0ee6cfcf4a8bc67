/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several byte environments: sealed when they are full and at the year's end,
 * read and written, checked, backed up, mended and lost one by one. */
#include <sys/wait.h>

#include "docstore/backup.h"
#include "docstore/quick.h"
#include "docstore/restored.h"
#include "docstore/scrub.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define SMALL ((uint64_t)8 * 65536) /* eight chunks */

static struct world world;
static char base[300], dir[400], place[400], keys[400];

static struct vt_store *
open_small(const char *path, int *ret_rc, struct vt_err *err)
{
	struct vt_store_options o = options;
	struct vt_store *s = NULL;

	o.bytes_max = SMALL;
	o.in_memory = path == NULL;
	*ret_rc = vt_store_open(path, &o, &world.ctx, &s, err);
	return s;
}

static struct vt_store *
reopen(void)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;
	struct vt_store *s = open_small(dir, &rc, &err);

	tap_need(s != NULL, "opened: %s", err.msg);
	return s;
}

static struct vt_store *
fresh(const char *name)
{
	struct vt_err err = VT_ERR_INIT;

	world_init(&world);
	(void)snprintf(dir, sizeof(dir), "%s/%s", base, name);
	(void)snprintf(place, sizeof(place), "%s/%s.place", base, name);
	(void)snprintf(keys, sizeof(keys), "%s/%s.keys", base, name);
	tap_need(
	    vt_store_init(dir, &options, &world.ctx, &err) == VT_OK, "init");
	return reopen();
}

static void
house(struct doer *d)
{
	tap_need(make_agency(d, "H99.07", "Sở Thử nghiệm") == VT_OK &&
		     make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) ==
			 VT_OK,
	    "an agency and its book");
}

static uint32_t
envs(struct vt_store *s)
{
	struct vt_store_info i = { .bytes_envs = 0 };
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_store_info(s, &i, &err) == VT_OK, "figures");
	return i.bytes_envs;
}

static int
read_file(struct vt_store *s, const vt_hash *h, size_t n, struct vt_err *err)
{
	uint8_t *p = malloc(n);
	size_t got = 0;
	vt_hash is;
	int rc = vt_bytes_read(s, h, 0, p, n, &got, err);

	is = vt_sha256(VT_SPAN(p, got));
	free(p);
	if (rc == VT_OK && !vt_hash_eq(&is, h))
		rc = VT_E_INTERNAL;
	return rc;
}

/* Papers of two chunks and a bit, numbered from first. */
static void
papers(struct doer *d, unsigned first, unsigned n, vt_hash *ret)
{
	for (unsigned i = 0; i < n; i++) {
		tap_need(make_paper(d, VT_DIR_IN, 140000, first + i) == VT_OK,
		    "paper %u: %s", first + i, d->err.msg);
		if (ret != NULL)
			ret[i] = d->main;
	}
}

static struct vt_chunk_row
first_chunk(struct vt_store *s, const vt_hash *h)
{
	struct vt_chunk_row row = { .seq = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_blob_row blob;
	struct vt_span ids, v;
	struct vt_txn *t;
	struct vt_key k;
	vt_hash id;

	tap_need(vt_store_read(s, &t, &err) == VT_OK &&
		     vt_blob_get(t, h, &blob, &err) == VT_OK &&
		     vt_manifest_segment(t, blob.manifest, 0, &ids, &err) ==
			 VT_OK,
	    "its manifest");
	memcpy(id.b, ids.p, VT_HASH_SIZE);
	k = vt_key_hash(&id);
	tap_need(vt_tx_get(t, VT_T_CHUNK, &k, &v, &err) == VT_OK &&
		     vt_chunk_row_decode(v, &row, &err) == VT_OK,
	    "its first chunk");
	t->ops->abort(t);
	return row;
}

static uint64_t
quick(struct vt_store *s)
{
	struct vt_check_options o = { .finding = print_finding };
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 99;

	tap_need(vt_store_check_quick(s, &o, &n, &err) == VT_OK, "quick check");
	return n;
}

static vt_hash
file_hash(const char *env)
{
	char path[500];
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	(void)snprintf(path, sizeof(path), "%s/%s/data.mdb", dir, env);
	vt_buf_init(&b, (size_t)64 << 20);
	FILE *f = fopen(path, "r");
	tap_need(f != NULL, "%s", path);
	for (int c; (c = fgetc(f)) != EOF;)
		vt_buf_putc(&b, (uint8_t)c);
	(void)fclose(f);
	tap_need(vt_buf_status(&b, &err) == VT_OK, "read");
	return vt_sha256(vt_buf_view(&b));
}

static bool
has(const char *name)
{
	char path[500];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void
move_away(const char *name, bool back)
{
	char path[500], away[520];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)snprintf(away, sizeof(away), "%s/%s.away", base, name);
	tap_need(rename(back ? away : path, back ? path : away) == 0,
	    "%s %s", name, back ? "put back" : "moved away");
}

/* ---- full ---- */

static void
size(void)
{
	struct doer d = { .s = fresh("size"), .r = VT_ACT_RESULT_INIT };
	struct vt_store_info i = { .features = 0 };
	struct vt_err err = VT_ERR_INIT;
	vt_hash h[12], sealed;
	uint64_t chunks;
	uint32_t was;
	uint8_t *same = make_bytes(140000, 1);
	struct vt_file f;

	house(&d);
	tap_eq_int((int)envs(d.s), 1, "one environment");
	papers(&d, 1, 2, h);
	tap_need(vt_store_info(d.s, &i, &err) == VT_OK, "figures");
	tap_eq_int((int)(i.features & VT_FEATURE_ENVS), 0,
	    "an older build opens a store with one");
	papers(&d, 3, 10, h + 2);
	tap_ok(envs(d.s) >= 4, "36 chunks, eight in each: %u", envs(d.s));
	tap_ok(has("bytes-0002") && has("bytes-0004"), "have folders");
	tap_need(vt_store_info(d.s, &i, &err) == VT_OK, "figures");
	tap_ok((i.features & VT_FEATURE_ENVS) != 0,
	    "and the bit that an older build refuses");
	for (unsigned k = 0; k < 12; k++)
		tap_call(read_file(d.s, &h[k], 140000, &err), &err,
		    "file %u is read", k);
	tap_eq_int((int64_t)findings(d.s, true), 0, "check is clean");
	tap_eq_int((int64_t)quick(d.s), 0, "the quick one, too");
	chunks = i.chunks;
	sealed = file_hash("bytes-0001");
	was = envs(d.s);
	tap_call(make_file(&d, VT_SPAN(same, 140000), "x", &f), &d.err,
	    "what lies in a sealed one comes again");
	tap_need(vt_store_info(d.s, &i, &err) == VT_OK, "figures");
	tap_eq_int((int64_t)i.chunks, (int64_t)chunks, "and is not copied");
	tap_eq_int((int)first_chunk(d.s, &h[0]).env, 1, "it lies in the first");
	free(same);
	vt_store_close(d.s);
	d.s = reopen();
	tap_eq_int((int)envs(d.s), (int)was, "opened again: as many");
	papers(&d, 100, 6, NULL);
	tap_ok(envs(d.s) > was, "and it goes on");
	for (unsigned k = 0; k < 12; k++)
		tap_call(read_file(d.s, &h[k], 140000, &err), &err,
		    "file %u is read again", k);
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
	vt_hash now = file_hash("bytes-0001");
	tap_ok(vt_hash_eq(&sealed, &now), "a sealed one never changed");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* The store rolls at the same chunk on both engines. */
static void
equal(void)
{
	struct vt_err err = VT_ERR_INIT;
	vt_hash rows[2];
	int rc;

	for (int i = 0; i < 2; i++) {
		struct doer d = { .r = VT_ACT_RESULT_INIT };

		if (i == 1)
			d.s = fresh("equal");
		else {
			world_init(&world);
			d.s = open_small(NULL, &rc, &err);
		}
		house(&d);
		papers(&d, 1, 9, NULL);
		world.now += VT_TIME_S(400 * 86400);
		papers(&d, 20, 4, NULL);
		tap_ok(envs(d.s) >= 5, "%u environments", envs(d.s));
		tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
		tap_call(vt_store_digest(d.s, &rows[i], &err), &err, "digest");
		vt_store_close(d.s);
		vt_act_result_free(&d.r);
	}
	tap_ok(vt_hash_eq(&rows[0], &rows[1]), "the same rows on both engines");
}

/* ---- the year ---- */

static void
year(void)
{
	struct doer d = { .s = fresh("year"), .r = VT_ACT_RESULT_INIT };
	vt_hash h;

	house(&d);
	/* 2026-12-31 23:59 in Vietnam */
	world.now = VT_TIME_S(1798736340);
	papers(&d, 1, 1, NULL);
	tap_eq_int((int)envs(d.s), 1, "the last minute of a year");
	world.now += VT_TIME_S(120);
	papers(&d, 2, 1, &h);
	tap_eq_int((int)envs(d.s), 2, "the first of the next: sealed");
	tap_eq_int((int)first_chunk(d.s, &h).env, 2, "and written there");
	papers(&d, 3, 1, NULL);
	tap_eq_int((int)envs(d.s), 2, "once");
	vt_store_close(d.s);
	world.now += VT_TIME_S(366 * 86400);
	d.s = reopen();
	tap_eq_int((int)envs(d.s), 2, "nothing is sealed before bytes come");
	papers(&d, 4, 1, NULL);
	tap_eq_int((int)envs(d.s), 3, "another year");
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
	vt_store_close(d.s);
	/* Empty over the turn of a year: it is that of the next. */
	d.s = fresh("year2");
	house(&d);
	world.now = VT_TIME_S(1798736340 + 120);
	papers(&d, 1, 2, NULL);
	tap_eq_int((int)envs(d.s), 1, "an empty one is not sealed");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* ---- cut off ---- */

static void
cut(void)
{
	struct doer d = { .s = fresh("cut"), .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	vt_hash h[3];
	char path[500];

	house(&d);
	papers(&d, 1, 2, NULL);
	/* Made, and nobody said so. */
	tap_need(d.s->engine->ops->env_make(d.s->engine, 2, &err) == VT_OK,
	    "made");
	vt_store_close(d.s);
	(void)snprintf(path, sizeof(path), "%s/bytes-0003.making", dir);
	tap_need(mkdir(path, 0700) == 0, "half of a third");
	d.s = reopen();
	tap_ok(!has("bytes-0003.making"), "is removed");
	tap_eq_int((int)envs(d.s), 1, "the second one is not in use");
	papers(&d, 10, 1, h);
	tap_eq_int((int)envs(d.s), 2, "until bytes come");
	tap_eq_int((int)first_chunk(d.s, &h[0]).env, 2, "which lie in it");
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* Chunks that were written and never mapped, the last ones of an environment
 * that was sealed behind them. */
static void
tail(void)
{
	struct doer d = { .s = fresh("tail"), .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	uint8_t *p = make_bytes(VT_CHUNK_SIZE, 77), *room = malloc(80000);
	struct vt_chunk_in c = { .plain = VT_SPAN(p, VT_CHUNK_SIZE),
		.envelope = room };
	struct vt_key k;
	struct vt_txn *t;
	struct vt_span v;
	uint64_t first;

	house(&d);
	papers(&d, 1, 2, NULL); /* six of eight */
	c.id = vt_chunk_id(&d.s->keys, c.plain);
	tap_need(vt_chunk_seal(&d.s->keys, &world.ctx, &c.id, c.plain, room,
		     c.wrapped, &err) == VT_OK &&
		     vt_byter_write(d.s, &c, 1, &first, &err) == VT_OK,
	    "written, not mapped");
	tap_eq_int((int)c.env, 1, "in the first");
	papers(&d, 5, 1, NULL);
	tap_eq_int((int)envs(d.s), 2, "which is sealed then");
	vt_store_close(d.s);
	d.s = reopen();
	k = vt_key_wrap(c.env, c.seq);
	tap_need(d.s->engine->ops->begin(
		     d.s->engine, VT_SPACE_KEYS, false, &t, &err) == VT_OK,
	    "keys");
	tap_code(vt_tx_get(t, VT_T_WRAP, &k, &v, &err), VT_E_NOT_FOUND, &err,
	    "its key is swept");
	t->ops->abort(t);
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
	free(p);
	free(room);
}

/* ---- what nobody names any more ---- */

static void
dead(void)
{
	struct doer d = { .s = fresh("dead"), .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	uint8_t *p = make_bytes(140000, 9);
	struct vt_chunk_row row;
	struct vt_reading r;
	struct vt_file f;
	size_t n;
	struct vt_span v;
	struct vt_key k;

	house(&d);
	tap_call(make_file(&d, VT_SPAN(p, 140000), "x", &f), &d.err,
	    "an upload that no act names");
	row = first_chunk(d.s, &f.hash);
	papers(&d, 1, 4, NULL);
	tap_ok(envs(d.s) > 1, "its environment is sealed");
	world.now += VT_TIME_S(10 * 86400);
	tap_call(vt_upload_expire(d.s, 10, &n, &err), &err, "it expires");
	tap_need(vt_reading_begin(d.s, &r, &err) == VT_OK, "a reading");
	k = vt_key_wrap(row.env, row.seq);
	tap_code(vt_tx_get(r.keys, VT_T_WRAP, &k, &v, &err), VT_E_NOT_FOUND,
	    &err, "its key is gone");
	tap_call(vt_tx_get(r.bytes, VT_T_BYTES, &k, &v, &err), &err,
	    "what it enciphered stays where it is sealed");
	vt_reading_end(&r);
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
	tap_call(make_file(&d, VT_SPAN(p, 140000), "x", &f), &d.err,
	    "the same comes again");
	tap_ok(first_chunk(d.s, &f.hash).env > row.env, "written anew");
	tap_call(read_file(d.s, &f.hash, 140000, &err), &err, "and read");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
	free(p);
}

/* ---- one is missing ---- */

static void
missing(void)
{
	struct doer d = { .s = fresh("missing"), .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	char last[20];
	vt_hash h[8], more;
	uint32_t n;

	house(&d);
	papers(&d, 1, 8, h);
	n = envs(d.s);
	vt_store_close(d.s);
	move_away("bytes-0002", false);
	d.s = reopen();
	tap_call(read_file(d.s, &h[0], 140000, &err), &err, "others are read");
	for (unsigned i = 0; i < 8; i++)
		if (first_chunk(d.s, &h[i]).env == 2) {
			tap_code(read_file(d.s, &h[i], 140000, &err),
			    VT_E_STORE_CORRUPT, &err, "what lay in it is not");
			tap_ok(strstr(err.msg, "bytes-0002") != NULL,
			    "says which: %s", err.msg);
			break;
		}
	tap_ok(quick(d.s) >= 1, "the quick check names it");
	tap_ok(findings(d.s, false) >= 1, "the whole one, too");
	papers(&d, 20, 1, &more);
	tap_call(read_file(d.s, &more, 140000, &err), &err, "new papers come");
	vt_store_close(d.s);
	move_away("bytes-0002", true);
	d.s = reopen();
	tap_eq_int((int64_t)findings(d.s, true), 0, "put back: clean");
	n = envs(d.s);
	vt_store_close(d.s);
	(void)snprintf(last, sizeof(last), "bytes-%04u", n);
	move_away(last, false);
	d.s = reopen();
	tap_ok(quick(d.s) >= 1, "the one that was written is missing");
	papers(&d, 30, 1, &more);
	tap_eq_int((int)envs(d.s), (int)n + 1, "it is not made anew");
	tap_call(read_file(d.s, &more, 140000, &err), &err, "and it goes on");
	vt_store_close(d.s);
	move_away(last, true);
	d.s = reopen();
	tap_eq_int((int64_t)findings(d.s, true), 0, "put back: clean");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* ---- backups ---- */

static int
take(struct vt_store *s, struct vt_backup_report *r, struct vt_err *err)
{
	struct vt_backup_options o = { .place = place, .keys = keys };

	return vt_backup_take(s, &o, r, err);
}

static void
same_as(const char *path, const vt_hash *h, unsigned n, uint32_t want)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	o.read_only = true;
	tap_call(vt_store_open(path, &o, &world.ctx, &s, &err), &err, "open");
	tap_need(s != NULL, "a store");
	tap_eq_int((int)envs(s), (int)want, "as many environments");
	for (unsigned i = 0; i < n; i++)
		tap_call(
		    read_file(s, &h[i], 140000, &err), &err, "file %u", i);
	tap_eq_int((int64_t)findings(s, true), 0, "clean");
	vt_store_close(s);
}

static void
backup(void)
{
	struct doer d = { .s = fresh("backup"), .r = VT_ACT_RESULT_INIT };
	struct vt_backup_report r = { .number = 0 };
	struct vt_restore_report rr;
	char standby[500], to[500], key[500];
	struct vt_restore_options ro = { .place = place,
		.keys = keys,
		.key_file = key,
		.map_size = options.map_size };
	struct vt_err err = VT_ERR_INIT;
	uint64_t whole;
	vt_hash h[20];
	bool changed;

	(void)snprintf(key, sizeof(key), "%s/store.key", dir);
	(void)snprintf(to, sizeof(to), "%s/restored", base);
	(void)snprintf(standby, sizeof(standby), "%s/standby", base);
	house(&d);
	papers(&d, 1, 2, h);
	tap_call(take(d.s, &r, &err), &err, "an increment with one");
	tap_call(vt_backup_follow(
		     standby, &ro, &world.ctx, &changed, &rr, &err),
	    &err, "a standby");
	papers(&d, 3, 10, h + 2);
	tap_call(take(d.s, &r, &err), &err, "one with several");
	whole = r.fresh_bytes;
	tap_call(vt_backup_follow(
		     standby, &ro, &world.ctx, &changed, &rr, &err),
	    &err, "it follows over several seals");
	same_as(standby, h, 12, envs(d.s));
	papers(&d, 13, 1, h + 12);
	tap_call(take(d.s, &r, &err), &err, "one more");
	tap_ok(r.fresh_bytes < whole / 3,
	    "sealed ones change nothing: %llu bytes after %llu",
	    (unsigned long long)r.fresh_bytes, (unsigned long long)whole);
	tap_call(vt_backup_follow(
		     standby, &ro, &world.ctx, &changed, &rr, &err),
	    &err, "it follows");
	same_as(standby, h, 13, envs(d.s));
	tap_call(vt_backup_restore(to, &ro, &world.ctx, &rr, &err), &err,
	    "restored");
	same_as(to, h, 13, envs(d.s));
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* ---- another process reads ---- */

/* Opened before the seals; reads what came after them. */
static int
be_reader(int in, int out)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	vt_hash h;
	int rc;

	o.read_only = true;
	if (vt_store_open(dir, &o, &world.ctx, &s, &err) != VT_OK ||
	    write(out, "r", 1) != 1 || read(in, h.b, sizeof(h.b)) != 32)
		return 1;
	rc = read_file(s, &h, 140000, &err);
	if (rc != VT_OK)
		printf("# reader: %s\n", err.msg);
	vt_store_close(s);
	(void)fflush(stdout);
	return rc == VT_OK ? 0 : 2;
}

static void
reader(void)
{
	struct doer d = { .s = fresh("reader"), .r = VT_ACT_RESULT_INIT };
	int there[2], back[2], status = -1;
	vt_hash h[6];
	char ready;
	pid_t pid;

	house(&d);
	papers(&d, 1, 3, NULL);
	vt_store_close(d.s);
	tap_need(pipe(there) == 0 && pipe(back) == 0, "pipes");
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(be_reader(there[0], back[1]));
	tap_need(read(back[0], &ready, 1) == 1, "a reader has it open");
	d.s = reopen();
	papers(&d, 10, 6, h);
	tap_need(write(there[1], h[5].b, 32) == 32 &&
		     waitpid(pid, &status, 0) == pid,
	    "it is told of a file");
	tap_eq_int(status, 0, "and reads it, in an environment made since");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* ---- one is lost for good ---- */

static void told(void *arg, const char *line);

static void
lost(void)
{
	struct doer d = { .s = fresh("lost"), .r = VT_ACT_RESULT_INIT };
	struct vt_repair_options o = {
		.place = place, .keys = keys, .told = told
	};
	struct vt_repair_report rep = { .repaired = 0 };
	struct vt_backup_report r;
	struct vt_err err = VT_ERR_INIT;
	vt_hash h[6];

	house(&d);
	papers(&d, 1, 6, h);
	tap_call(take(d.s, &r, &err), &err, "a backup");
	vt_store_close(d.s);
	move_away("bytes-0002", false);
	d.s = reopen();
	tap_call(vt_store_repair(d.s, &o, &rep, &err), &err, "repaired");
	tap_eq_int((int64_t)rep.repaired, 6, "what lay in it");
	for (unsigned i = 0; i < 6; i++)
		tap_call(
		    read_file(d.s, &h[i], 140000, &err), &err, "file %u", i);
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean without it");
	tap_eq_int((int64_t)quick(d.s), 0, "the quick check, too");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
}

/* ---- a damaged chunk of a sealed one ---- */

static void
told(void *arg, const char *line)
{
	(void)arg;
	printf("# %s\n", line);
}

static void
repair(bool mending)
{
	struct doer d = { .s = fresh(mending ? "mending" : "repair"),
		.r = VT_ACT_RESULT_INIT };
	struct vt_store_options so = options;
	struct vt_engine_options eo = { .path = dir,
		.copying = true,
		.map_size = options.map_size };
	struct vt_repair_options o = {
		.place = place, .keys = keys, .told = told
	};
	struct vt_repair_report rep = { .repaired = 0 };
	struct vt_backup_report r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_engine *e = NULL;
	struct vt_chunk_row row;
	struct vt_scrub scrub;
	struct vt_txn *t;
	struct vt_key k;
	vt_hash h[8], sealed, now;

	house(&d);
	papers(&d, 1, 8, h);
	row = first_chunk(d.s, &h[1]);
	tap_eq_int((int)row.env, 1, "a chunk of the first");
	tap_call(take(d.s, &r, &err), &err, "a backup");
	vt_store_close(d.s);
	k = vt_key_wrap(row.env, row.seq);
	tap_need(vt_engine_lmdb.open(&eo, &e, &err) == VT_OK &&
		     e->ops->begin(e, VT_SPACE_BYTES, true, &t, &err) ==
			 VT_OK &&
		     vt_tx_put(t, VT_T_BYTES, &k, VT_SPAN_LIT("damaged"),
			 &err) == VT_OK &&
		     e->ops->commit(t, &err) == VT_OK,
	    "is damaged");
	e->ops->close(e);
	d.s = reopen();
	tap_ok(findings(d.s, false) > 0, "found");
	tap_call(vt_store_scrub(d.s, (uint64_t)1 << 40, told, NULL, &scrub,
		     &err),
	    &err, "scrubbed");
	tap_eq_int((int64_t)scrub.was_damaged, 1, "all of them, one is bad");
	tap_eq_int((int64_t)scrub.chunks, 24, "over every environment");
	sealed = file_hash("bytes-0001");
	if (mending) {
		vt_store_close(d.s);
		so.bytes_max = SMALL;
		so.mending = true;
		tap_call(vt_store_open(dir, &so, &world.ctx, &d.s, &err), &err,
		    "opened for mending");
	}
	tap_call(vt_store_repair(d.s, &o, &rep, &err), &err, "repaired");
	tap_eq_int((int64_t)rep.repaired, 1, "one");
	tap_call(read_file(d.s, &h[1], 140000, &err), &err, "and read");
	tap_eq_int((int64_t)findings(d.s, true), 0, "clean");
	now = file_hash("bytes-0001");
	tap_ok(vt_hash_eq(&sealed, &now) != mending,
	    mending ? "in its place" : "the sealed one was left alone");
	row = first_chunk(d.s, &h[1]);
	tap_ok((row.env == 1) == mending, "in environment %u", row.env);
	vt_store_close(d.s);
	if (mending) { /* as the increments have it */
		d.s = reopen();
		tap_eq_int((int64_t)findings(d.s, true), 0, "clean again");
		vt_store_close(d.s);
	}
	vt_act_result_free(&d.r);
}

int
main(void)
{
	char *tmp = dir_new();

	(void)snprintf(base, sizeof(base), "%s", tmp);
	size();
	equal();
	year();
	cut();
	tail();
	dead();
	missing();
	backup();
	reader();
	lost();
	repair(true);
	repair(false);
	dir_free(tmp);
	return tap_done();
}
