/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups: one increment after the other beside a store that is written to,
 * each restored by itself; what is damaged is named and restores nothing. */
#include <fcntl.h>
#include <sys/wait.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/restored.h"
#include "tests/unit/docstore/fixture.h"

static struct world world;
static char base[400], place[512], keys[512], key_file[512], out[512];

static void
finding(void *arg, const char *line)
{
	(void)arg;
	printf("# FINDING %s\n", line);
}

static int
take(struct vt_store *s, struct vt_backup_report *r, struct vt_err *err)
{
	struct vt_backup_options o = { .place = place, .keys = keys };

	return vt_backup_take(s, &o, r, err);
}

static int
restore(const char *to, uint64_t number, struct vt_restore_report *r,
    struct vt_err *err)
{
	struct vt_restore_options o = { .place = place,
		.keys = keys,
		.key_file = key_file,
		.number = number,
		.map_size = options.map_size };

	return vt_backup_restore(to, &o, &world.ctx, r, err);
}

static void
begin_agency(struct doer *d, const char *code)
{
	tap_need(make_agency(d, code, "Sở Thử nghiệm") == VT_OK, "an agency");
	tap_need(
	    make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK &&
		make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "its books");
}

static struct vt_store *
open_read(const char *dir)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	o.read_only = true;
	tap_call(vt_store_open(dir, &o, &world.ctx, &s, &err), &err,
	    "opened for reading");
	tap_need(s != NULL, "there is a store");
	return s;
}

static void
clean(struct vt_store *s, const char *what)
{
	struct vt_check_options co = { .finding = finding };
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 1;

	tap_call(vt_store_check(s, &co, &n, &err), &err, "check of %s", what);
	tap_eq_int((int64_t)n, 0, "%s is clean", what);
}

/* The content without the mark. */
static vt_hash
unmarked(const char *dir)
{
	struct vt_engine_options eo = { .path = dir,
		.map_size = options.map_size };
	struct vt_key k = vt_key_text("restored");
	struct vt_err err = VT_ERR_INIT;
	struct vt_engine *e = NULL;
	struct vt_store *s;
	struct vt_txn *t;
	vt_hash h;

	tap_need(
	    vt_engine_lmdb.open(&eo, &e, &err) == VT_OK &&
		e->ops->begin(e, VT_SPACE_RECORDS, true, &t, &err) == VT_OK &&
		vt_tx_del(t, VT_T_SUPER, &k, &err) == VT_OK &&
		e->ops->commit(t, &err) == VT_OK,
	    "the mark taken off");
	e->ops->close(e);
	s = open_read(dir);
	tap_call(vt_store_digest(s, &h, &err), &err, "its digest");
	vt_store_close(s);
	return h;
}

/* An object of chunks of the newest increment. */
static void
chunk_object(char *ret, size_t size)
{
	char hex[VT_HASH_TEXT + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_manifest m;
	struct vt_keys k;
	struct vt_place p;
	uint64_t newest;

	tap_need(vt_place_open(&p, place, keys, false, &err) == VT_OK &&
		     vt_place_newest(&p, 0, &newest, &err) == VT_OK &&
		     vt_keys_load(key_file, &k, &err) == VT_OK &&
		     vt_manifest_load(&p, newest, &k, &m, &err) == VT_OK,
	    "the newest manifest");
	tap_need(m.part[m.n_part - 1].kind == VT_PART_BYTES, "has chunks");
	vt_hash_text(&m.part[m.n_part - 1].name, hex);
	(void)snprintf(ret, size, "%s/objects/%s", place, hex);
	vt_manifest_free(&m);
	vt_keys_clear(&k);
	vt_place_close(&p);
}

static void
flip(const char *path)
{
	int fd = open(path, O_RDWR);
	uint8_t c = 0;

	tap_need(fd >= 0 && pread(fd, &c, 1, 100) == 1, "a byte of it");
	c ^= 1;
	tap_need(pwrite(fd, &c, 1, 100) == 1, "is another");
	(void)close(fd);
}

static void
increments(const char *dir, struct doer *d)
{
	struct vt_backup_report a, b, c;
	struct vt_restore_report r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	vt_hash was, is;

	for (unsigned i = 0; i < 30; i++)
		tap_need(make_paper(d, VT_DIR_IN, 100000, i + 1) == VT_OK,
		    "paper %u", i);
	tap_call(take(d->s, &a, &err), &err, "the first increment");
	tap_eq_int((int64_t)a.fresh, (int64_t)a.objects, "all of it is new");
	tap_call(take(d->s, &b, &err), &err, "another, nothing happened");
	tap_ok(b.fresh_bytes < 70000 && b.objects == a.objects,
	    "writes next to nothing (%" PRIu64 " of %" PRIu64 " bytes)",
	    b.fresh_bytes, b.bytes);
	vt_store_close(d->s);
	s = open_read(dir);
	tap_call(vt_store_digest(s, &was, &err), &err, "digest of it");
	tap_call(take(s, &b, &err), &err, "taken of a store open for reading");
	vt_store_close(s);
	d->s = store_open(dir, &world.ctx);
	tap_need(make_paper(d, VT_DIR_IN, 300000, 99) == VT_OK, "one more");
	tap_call(take(d->s, &c, &err), &err, "and its increment");
	tap_ok(c.fresh_bytes > 300000 && c.fresh_bytes < a.bytes / 2,
	    "has what is new (%" PRIu64 " of %" PRIu64 ")", c.fresh_bytes,
	    c.bytes);
	(void)snprintf(out, sizeof(out), "%s/out", base);
	tap_call(restore(out, 0, &r, &err), &err, "the newest restored");
	tap_ok(r.number == 4 && r.newest == 4 && r.keys_gone == 0 &&
		   r.acts == c.acts && r.agencies == 1,
	    "the report says so");
	s = open_read(out);
	clean(s, "what was restored");
	vt_store_close(s);
	(void)snprintf(out, sizeof(out), "%s/out3", base);
	tap_call(restore(out, 3, &r, &err), &err, "an earlier one restored");
	is = unmarked(out);
	tap_ok(vt_hash_eq(&was, &is), "row by row what it was then");
}

static void
gate(struct doer *live)
{
	struct vt_restored mark = { .is = false };
	struct vt_err err = VT_ERR_INIT;
	struct doer d = { .agency = live->agency };
	struct vt_restore_report r;
	struct vt_work w;
	vt_id owner = { { 3 } };

	(void)snprintf(out, sizeof(out), "%s/gate", base);
	tap_call(restore(out, 0, &r, &err), &err, "restored");
	d.s = store_open(out, &world.ctx);
	tap_call(vt_store_restored(d.s, &mark, &err), &err, "its mark");
	tap_ok(mark.is && !mark.handed_over && mark.number == r.number &&
		   vt_hash_eq(&mark.manifest, &r.manifest),
	    "says from what");
	tap_code(make_paper(&d, VT_DIR_IN, 1000, 5), VT_E_STORE_RESTORED,
	    &d.err, "an upload is refused");
	tap_code(make_series(&d, "x", VT_RESET_YEAR, VT_SERIES_OURS),
	    VT_E_STORE_RESTORED, &d.err, "an act is refused");
	tap_ok(strstr(d.err.msg, "new epoch") != NULL, "and told a way out");
	tap_code(vt_work_claim(d.s, ~0U, &owner, 1000000, &w, &err),
	    VT_E_NOT_FOUND, &err, "no work is given out");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	d.s = open_read(out);
	clean(d.s, "it");
	vt_store_close(d.s);
}

static void
damage(void)
{
	struct vt_restore_report r;
	struct vt_err err = VT_ERR_INIT;
	char object[1200], was[1300], other[512];
	struct stat st;

	(void)snprintf(out, sizeof(out), "%s/damaged", base);
	chunk_object(object, sizeof(object));
	flip(object);
	tap_code(restore(out, 0, &r, &err), VT_E_STORE_CORRUPT, &err,
	    "a damaged object");
	tap_ok(strstr(err.msg, "objects/") != NULL, "is named: %s", err.msg);
	tap_ok(stat(out, &st) != 0, "and nothing was made");
	flip(object);
	(void)snprintf(was, sizeof(was), "%s.away", object);
	tap_need(rename(object, was) == 0, "an object away");
	tap_code(
	    restore(out, 0, &r, &err), VT_E_NO_INPUT, &err, "a missing object");
	tap_need(rename(was, object) == 0, "and back");
	(void)snprintf(
	    object, sizeof(object), "%s/manifests/0000000004", place);
	flip(object);
	tap_ok(restore(out, 0, &r, &err) != VT_OK, "a damaged manifest: %s",
	    err.msg);
	tap_call(restore(out, 3, &r, &err), &err, "the one before is whole");
	flip(object);
	(void)snprintf(other, sizeof(other), "%s/other", base);
	tap_need(vt_store_init(other, &options, &world.ctx, &err) == VT_OK,
	    "another store");
	(void)snprintf(other, sizeof(other), "%s/other/store.key", base);
	(void)snprintf(was, sizeof(was), "%s", key_file);
	(void)snprintf(key_file, sizeof(key_file), "%s", other);
	(void)snprintf(out, sizeof(out), "%s/foreign", base);
	tap_code(restore(out, 0, &r, &err), VT_E_CONFLICT, &err,
	    "the store key of another store");
	(void)snprintf(key_file, sizeof(key_file), "%.500s", was);
	tap_code(restore(base, 0, &r, &err), VT_E_EXISTS, &err,
	    "into a folder with something in it");
}

static void
refusals(struct doer *d)
{
	struct vt_backup_options o = { .place = place, .keys = place };
	struct vt_backup_report r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_place p;
	struct doer other = { .agency = 0 };
	char dir[512];

	tap_code(vt_backup_take(d->s, &o, &r, &err), VT_E_INVALID, &err,
	    "keys beside what they open");
	tap_call(vt_place_open(&p, place, keys, true, &err), &err, "locked");
	tap_code(
	    take(d->s, &r, &err), VT_E_STORE_LOCKED, &err, "two at a time");
	vt_place_close(&p);
	(void)snprintf(dir, sizeof(dir), "%s/second", base);
	other.s = store_new(dir, &world.ctx);
	o.keys = keys;
	tap_code(take(other.s, &r, &err), VT_E_CONFLICT, &err,
	    "another store into this place");
	(void)snprintf(dir, sizeof(dir), "%s/p2", base);
	o.place = dir;
	tap_code(vt_backup_take(other.s, &o, &r, &err), VT_E_INVALID, &err,
	    "a store without an agency");
	vt_store_close(other.s);
}

/* Keys that the store has no more are in no backup after their time. */
static void
expiry(struct doer *d)
{
	struct vt_backup_options o = {
		.place = place, .keys = keys, .keep = 3, .keys_days = 10
	};
	struct vt_restore_report r;
	struct vt_backup_report b;
	struct vt_err err = VT_ERR_INIT;
	struct vt_file f;
	uint8_t *bytes = make_bytes(150000, 4711);
	size_t removed;

	/* An upload that nobody names: its keys are in this increment. */
	tap_need(make_file(d, VT_SPAN(bytes, 150000), "x", &f) == VT_OK,
	    "an upload");
	free(bytes);
	tap_call(vt_backup_take(d->s, &o, &b, &err), &err, "with its keys");
	world.now += VT_TIME_S(VT_L(UPLOAD_EXPIRY_S) + 10);
	tap_call(vt_upload_expire(d->s, 10, &removed, &err), &err, "expired");
	tap_eq_int((int64_t)removed, 1, "it is gone");
	world.now += VT_TIME_S(11 * 86400);
	tap_call(vt_backup_take(d->s, &o, &b, &err), &err, "11 days later");
	tap_ok(b.removed > 0, "old keys are gone (%" PRIu64 ")", b.removed);
	(void)snprintf(out, sizeof(out), "%s/expired", base);
	tap_call(restore(out, b.number - 1, &r, &err), &err,
	    "the increment before, without those keys");
	tap_eq_int((int64_t)r.keys_gone, 3, "chunks that stay closed");
	(void)snprintf(out, sizeof(out), "%s/gone", base);
	tap_code(restore(out, 1, &r, &err), VT_E_NO_INPUT, &err,
	    "increments beyond --keep are gone");
}

/* Killed in the middle: again makes it, and init does not take it over. */
static void
cut_off(void)
{
	struct vt_restore_report r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	char path[600];
	FILE *f;

	(void)snprintf(out, sizeof(out), "%s/cut", base);
	tap_call(restore(out, 0, &r, &err), &err, "restored");
	(void)snprintf(path, sizeof(path), "%s/restore.unfinished", out);
	tap_need((f = fopen(path, "w")) != NULL && fclose(f) == 0,
	    "as if it had been cut off");
	(void)snprintf(path, sizeof(path), "%s/records/data.mdb", out);
	tap_need(unlink(path) == 0, "in the middle");
	tap_ok(vt_store_init(out, &options, &world.ctx, &err) == VT_E_EXISTS,
	    "init makes no new store of it");
	tap_call(restore(out, 0, &r, &err), &err, "asked for again");
	s = open_read(out);
	clean(s, "it");
	vt_store_close(s);
}

static void *
write_on(void *arg)
{
	struct doer *d = arg;

	for (unsigned i = 0; i < 60; i++)
		if (make_paper(d, VT_DIR_IN, 70000, 5000 + i) != VT_OK)
			return d;
	return NULL;
}

static void
beside(struct doer *d)
{
	struct vt_backup_report b;
	struct vt_restore_report r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	pthread_t t;
	void *failed;
	int n = 0;

	tap_need(pthread_create(&t, NULL, write_on, d) == 0, "a writer");
	for (n = 0; n < 4; n++)
		tap_call(take(d->s, &b, &err), &err, "taken beside it");
	(void)pthread_join(t, &failed);
	tap_ok(failed == NULL, "the writer went on");
	(void)snprintf(out, sizeof(out), "%s/beside", base);
	tap_call(restore(out, 0, &r, &err), &err, "the last of them");
	s = store_open(out, &world.ctx); /* sweeps what was not named yet */
	clean(s, "it");
	vt_store_close(s);
}

/* ---- repairing ---- */

static void
told(void *arg, const char *line)
{
	++*(unsigned *)arg;
	printf("# %s\n", line);
}

/* Changes a byte of one chunk of a store that is closed, and loses another. */
static void
break_chunks(const char *data)
{
	struct vt_engine_options eo = { .path = data,
		.map_size = options.map_size };
	struct vt_key all = { .n = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_engine *e = NULL;
	struct vt_span k, v;
	struct vt_key at = { .n = 0 };
	struct vt_txn *t;
	VT_BUF_AUTO(b);

	tap_need(
	    vt_engine_lmdb.open(&eo, &e, &err) == VT_OK &&
		e->ops->begin(e, VT_SPACE_BYTES, true, &t, &err) == VT_OK &&
		vt_tx_ge(t, VT_T_BYTES, &all, &k, &v, &err) == VT_OK,
	    "the first chunk");
	vt_key_bytes(&at, k.p, k.n);
	vt_buf_span(&b, v);
	b.p[b.n / 2] ^= 1;
	tap_need(vt_tx_put(t, VT_T_BYTES, &at, vt_buf_view(&b), &err) == VT_OK,
	    "is changed");
	vt_key_u8(&at, 0);
	tap_need(
	    vt_tx_ge(t, VT_T_BYTES, &at, &k, &v, &err) == VT_OK, "the second");
	at.n = 0;
	vt_key_bytes(&at, k.p, k.n);
	tap_need(vt_tx_del(t, VT_T_BYTES, &at, &err) == VT_OK &&
		     e->ops->commit(t, &err) == VT_OK,
	    "is lost");
	e->ops->close(e);
}

static uint64_t
count_findings(struct vt_store *s)
{
	struct vt_check_options co = { .finding = finding };
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 0;

	tap_call(vt_store_check(s, &co, &n, &err), &err, "checked");
	return n;
}

static void
repairing(const char *data, struct doer *d)
{
	unsigned lines = 0;
	struct vt_repair_options o = {
		.place = place, .keys = keys, .told = told, .arg = &lines
	};
	struct vt_backup_report b;
	struct vt_repair_report r;
	struct vt_err err = VT_ERR_INIT;
	char path[600];

	tap_call(take(d->s, &b, &err), &err, "an increment before");
	vt_store_close(d->s);
	break_chunks(data);
	d->s = store_open(data, &world.ctx);
	tap_ok(count_findings(d->s) > 0, "check finds it");
	tap_call(make_paper(d, VT_DIR_IN, 70000, 31337), &d->err,
	    "the rest goes on");
	tap_call(vt_store_repair(d->s, &o, &r, &err), &err, "repaired");
	tap_ok(r.damaged == 2 && r.repaired == 2 && lines == 2,
	    "two found, two mended, two lines");
	clean(d->s, "the store");
	(void)snprintf(path, sizeof(path), "%s/damaged/1", data);
	tap_ok(access(path, F_OK) == 0, "the damaged one is kept as it lay");
	tap_call(vt_store_repair(d->s, &o, &r, &err), &err, "again");
	tap_eq_int((int64_t)r.damaged, 0, "nothing is damaged any more");
	vt_store_close(d->s);
	d->s = open_read(data);
	tap_code(vt_store_repair(d->s, &o, &r, &err), VT_E_STORE_READ_ONLY,
	    &err, "not a store open for reading");
	vt_store_close(d->s);
	d->s = store_open(data, &world.ctx);
}

/* ---- a warm standby ---- */

static int
follow(const char *to, bool *changed, struct vt_err *err)
{
	struct vt_restore_options o = { .place = place,
		.keys = keys,
		.key_file = key_file,
		.map_size = options.map_size };
	struct vt_restore_report r;

	return vt_backup_follow(to, &o, &world.ctx, changed, &r, err);
}

static int
promote(const char *to, struct vt_err *err)
{
	struct vt_restore_options o = { .place = place,
		.keys = keys,
		.key_file = key_file,
		.map_size = options.map_size };
	struct vt_restore_report r;

	return vt_backup_promote(to, &o, &world.ctx, &r, err);
}

/* Each increment, row by row what a restore of it gives. */
static void
equal_to_restored(const char *standby, const char *what)
{
	struct vt_restore_report r;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *a, *b;
	vt_hash x, y;
	char other[512];
	static int n;

	(void)snprintf(other, sizeof(other), "%s/anew%d", base, n++);
	tap_call(restore(other, 0, &r, &err), &err, "restored anew");
	a = open_read(standby);
	b = open_read(other);
	clean(a, "the standby");
	tap_need(vt_store_digest(a, &x, &err) == VT_OK &&
		     vt_store_digest(b, &y, &err) == VT_OK,
	    "digests");
	tap_ok(vt_hash_eq(&x, &y), "the standby is what a restore gives: %s",
	    what);
	vt_store_close(a);
	vt_store_close(b);
}

static void
standby(const char *data, struct doer *d)
{
	struct vt_backup_options o = { .place = place, .keys = keys };
	struct vt_backup_report b;
	struct vt_err err = VT_ERR_INIT;
	struct vt_restored mark;
	struct doer p = { .agency = d->agency };
	char sb[480], lone[480];
	bool changed;
	uint64_t acts;

	(void)snprintf(sb, sizeof(sb), "%s/standby", base);
	tap_call(follow(sb, &changed, &err), &err, "a standby is made");
	for (unsigned i = 0; i < 20; i++) {
		tap_need(make_paper(d, VT_DIR_IN, 90000, 700 + i) == VT_OK,
		    "the store goes on");
		if (i % 5 != 0)
			continue;
		tap_call(take(d->s, &b, &err), &err, "an increment");
		world.now += VT_TIME_S(1);
		tap_call(follow(sb, &changed, &err), &err, "followed");
		tap_ok(changed, "it was new");
	}
	tap_call(take(d->s, &b, &err), &err, "the last before");
	tap_call(follow(sb, &changed, &err), &err, "followed");
	equal_to_restored(sb, "after five increments");
	tap_call(follow(sb, &changed, &err), &err, "again");
	tap_ok(!changed, "nothing is new");
	acts = b.acts;
	tap_code(promote(sb, &err), VT_E_STORE_RESTORED, &err,
	    "not promoted while the store may go on");
	tap_ok(strstr(err.msg, "hand-over") != NULL, "and told how");
	/* The store is stopped and handed over. */
	vt_store_close(d->s);
	d->s = store_open(data, &world.ctx);
	o.hand_over = true;
	tap_call(vt_backup_take(d->s, &o, &b, &err), &err, "handed over");
	tap_code(make_series(d, "y", VT_RESET_YEAR, VT_SERIES_OURS),
	    VT_E_STORE_RESTORED, &d->err, "the old one writes no more");
	tap_ok(strstr(d->err.msg, "handed over") != NULL, "says why");
	tap_call(vt_backup_take(d->s, &o, &b, &err), &err, "asked again");
	tap_code(promote(sb, &err), VT_E_CONFLICT, &err, "it follows first");
	tap_call(follow(sb, &changed, &err), &err, "followed");
	tap_eq_int((int64_t)b.acts, (int64_t)acts, "nothing came after");
	(void)snprintf(lone, sizeof(lone), "%s/second-standby", base);
	tap_call(follow(lone, &changed, &err), &err, "a second standby");
	tap_call(promote(sb, &err), &err, "promoted");
	tap_code(promote(lone, &err), VT_E_CONFLICT, &err,
	    "the second is not: there would be two");
	p.s = store_open(sb, &world.ctx);
	tap_call(vt_store_restored(p.s, &mark, &err), &err, "its mark");
	tap_ok(!mark.is, "is gone");
	tap_call(make_paper(&p, VT_DIR_IN, 5000, 4), &p.err, "it writes");
	tap_eq_int((int64_t)p.r.index, (int64_t)acts, "the next leaf");
	clean(p.s, "the promoted one");
	vt_act_result_free(&p.r);
	vt_store_close(p.s);
	tap_code(follow(sb, &changed, &err), VT_E_CONFLICT, &err,
	    "it follows nobody any more");
}

static void
stream(struct doer *d)
{
	struct vt_backup_options o = { .keys = keys };
	struct vt_restore_options ro = {
		.keys = keys, .key_file = key_file, .map_size = options.map_size
	};
	struct vt_restore_report rr;
	struct vt_backup_report r;
	struct vt_err err = VT_ERR_INIT;
	char path[512], to[512], dir[512];
	struct vt_store *s;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/stream.tar", base);
	(void)snprintf(to, sizeof(to), "%s/unpacked", base);
	(void)snprintf(dir, sizeof(dir), "%s/from-stream", base);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	tap_need(fd > 0, "a stream");
	o.stream = fd;
	tap_call(vt_backup_take(d->s, &o, &r, &err), &err, "written");
	tap_need(lseek(fd, 0, SEEK_SET) == 0, "read from its beginning");
	tap_call(vt_backup_unpack(fd, to, keys, &err), &err, "unpacked");
	ro.place = to;
	tap_call(vt_backup_restore(dir, &ro, &world.ctx, &rr, &err), &err,
	    "restored");
	s = open_read(dir);
	clean(s, "what came by stream");
	vt_store_close(s);
	tap_need(ftruncate(fd, lseek(fd, 0, SEEK_END) / 2) == 0 &&
		     lseek(fd, 0, SEEK_SET) == 0,
	    "a stream that was cut off");
	(void)snprintf(to, sizeof(to), "%s/half", base);
	tap_code(vt_backup_unpack(fd, to, keys, &err), VT_E_STORE_CORRUPT, &err,
	    "is refused");
	(void)snprintf(dir, sizeof(dir), "%s/from-half", base);
	ro.place = to;
	tap_code(vt_backup_restore(dir, &ro, &world.ctx, &rr, &err),
	    VT_E_NO_INPUT, &err, "and restores nothing");
	(void)close(fd);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct doer d = { .agency = 0 };
	char *dir = dir_new();
	char data[480];

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&world);
	(void)snprintf(base, sizeof(base), "%s", dir);
	(void)snprintf(place, sizeof(place), "%s/place", dir);
	(void)snprintf(keys, sizeof(keys), "%s/keys", dir);
	(void)snprintf(data, sizeof(data), "%s/data", dir);
	(void)snprintf(key_file, sizeof(key_file), "%s/store.key", data);
	d.s = store_new(data, &world.ctx);
	begin_agency(&d, "H99.07");
	increments(data, &d);
	gate(&d);
	damage();
	refusals(&d);
	cut_off();
	beside(&d);
	repairing(data, &d);
	stream(&d);
	expiry(&d);
	standby(data, &d);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
