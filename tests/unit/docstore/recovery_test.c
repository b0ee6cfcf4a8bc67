/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bad days of a backup place and of a standby: what is damaged there is found
 * and written anew, another history is refused, a promotion that was cut off
 * goes on, what was destroyed comes back by no way.
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/files.h"
#include "docstore/restored.h"
#include "tests/unit/docstore/fixture.h"

#define SUBJECT "V/v KHONG-DUOC-CON-CHU-NAO"

static struct world world;
static char base[400], place[512], keys[512], key_file[512];

static int
take(struct vt_store *s, bool verify, struct vt_backup_report *r,
    struct vt_err *err)
{
	struct vt_backup_options o = {
		.place = place, .keys = keys, .verify = verify
	};

	return vt_backup_take(s, &o, r, err);
}

static struct vt_restore_options
from(uint64_t number)
{
	return (struct vt_restore_options){ .place = place,
		.keys = keys,
		.key_file = key_file,
		.number = number,
		.map_size = options.map_size };
}

static int
restore(const char *to, uint64_t number, struct vt_restore_report *r,
    struct vt_err *err)
{
	struct vt_restore_options o = from(number);

	return vt_backup_restore(to, &o, &world.ctx, r, err);
}

static int
follow(const char *to, bool *changed, struct vt_err *err)
{
	struct vt_restore_options o = from(0);
	struct vt_restore_report r;

	return vt_backup_follow(to, &o, &world.ctx, changed, &r, err);
}

static int
promote(const char *to, struct vt_err *err)
{
	struct vt_restore_options o = from(0);
	struct vt_restore_report r;

	return vt_backup_promote(to, &o, &world.ctx, &r, err);
}

static void
begin_store(struct doer *d, const char *data)
{
	d->s = store_new(data, &world.ctx);
	tap_need(
	    make_agency(d, "H99.07", "Sở") == VT_OK &&
		make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK &&
		make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "an agency");
	for (unsigned i = 0; i < 3; i++)
		tap_need(
		    make_paper(d, VT_DIR_IN, 90000, i + 1) == VT_OK, "paper");
}

static void
flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t c = 0;

	tap_need(fd >= 0 && pread(fd, &c, 1, at) == 1, "a byte of it");
	c ^= 1;
	tap_need(pwrite(fd, &c, 1, at) == 1, "is another");
	(void)close(fd);
}

static void
copy_dir(const char *from_dir, const char *to)
{
	char *argv[] = { (char[]){ "cp" }, (char[]){ "-a" }, strdup(from_dir),
		strdup(to), NULL };
	int status = 1;
	pid_t pid;

	tap_need(posix_spawnp(&pid, "cp", NULL, NULL, argv, environ) == 0 &&
		     waitpid(pid, &status, 0) == pid && status == 0,
	    "a snapshot of the disk");
	free(argv[2]);
	free(argv[3]);
}

/* ---- a place that is damaged ---- */

/* The object of the newest increment that has chunks. */
static void
chunk_object(char *ret, size_t size)
{
	struct vt_err err = VT_ERR_INIT;
	char hex[VT_HASH_TEXT + 1];
	struct vt_manifest m = { .n_part = 0 };
	struct vt_place p;
	struct vt_keys k;
	uint64_t n = 0;

	tap_need(vt_place_open(&p, place, keys, false, &err) == VT_OK &&
		     vt_place_newest(&p, 0, &n, &err) == VT_OK &&
		     vt_keys_load(key_file, &k, &err) == VT_OK &&
		     vt_manifest_load(&p, n, &k, &m, &err) == VT_OK,
	    "the newest manifest");
	if (m.part == NULL)
		abort();
	tap_need(m.part[m.n_part - 1].kind == VT_PART_BYTES, "has chunks");
	vt_hash_text(&m.part[m.n_part - 1].name, hex);
	(void)snprintf(ret, size, "%s/objects/%s", place, hex);
	vt_manifest_free(&m);
	vt_keys_clear(&k);
	vt_place_close(&p);
}

static void
damaged_object(struct doer *d)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_restore_report rr;
	struct vt_backup_report r;
	char object[1200], out[512];

	(void)snprintf(out, sizeof(out), "%s/verified", base);
	tap_call(take(d->s, false, &r, &err), &err, "an increment");
	chunk_object(object, sizeof(object));
	flip(object, 4000);
	tap_call(take(d->s, false, &r, &err), &err, "another takes it over");
	tap_code(restore(out, 0, &rr, &err), VT_E_STORE_CORRUPT, &err,
	    "and cannot be restored");
	tap_call(take(d->s, true, &r, &err), &err, "with verify");
	tap_eq_int((int64_t)r.mended, 1, "it is seen");
	tap_call(restore(out, 0, &rr, &err), &err, "and written anew");
	tap_call(take(d->s, true, &r, &err), &err, "again");
	tap_eq_int((int64_t)r.mended, 0, "nothing is damaged any more");
}

/* Each byte of a manifest counts, and none of them makes it another store's
 * while there is an older one that is ours. */
static void
damaged_manifest(struct doer *d)
{
	struct vt_restore_options ro = from(0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_restore_report rr;
	struct vt_backup_report r;
	char path[600], out[512];
	unsigned taken = 0, known = 0;
	struct stat st;

	tap_call(take(d->s, false, &r, &err), &err, "an increment");
	(void)snprintf(
	    path, sizeof(path), "%s/manifests/%010" PRIu64, place, r.number);
	(void)snprintf(out, sizeof(out), "%s/nowhere", base);
	tap_need(stat(path, &st) == 0, "its manifest");
	ro.only_check = true;
	for (off_t at = 0; at < st.st_size; at += 13) {
		flip(path, at);
		known +=
		    vt_backup_restore(out, &ro, &world.ctx, &rr, &err) != VT_OK;
		taken++;
		flip(path, at);
	}
	tap_eq_int(known, taken, "a byte of a manifest: refused each time");
	for (off_t at = 40; at < st.st_size; at += st.st_size / 3) {
		(void)snprintf(path, sizeof(path), "%s/manifests/%010" PRIu64,
		    place, r.number);
		flip(path, at);
		tap_call(
		    take(d->s, false, &r, &err), &err, "the next increment");
		tap_ok(r.whole, "is whole");
		flip(path, at);
	}
	tap_call(restore(out, 0, &rr, &err), &err, "and is restored");
}

/* ---- histories ---- */

/* Two stores of one origin write to one place. */
static void
forked(struct doer *d, const char *data)
{
	struct doer twin = { .agency = d->agency };
	struct vt_err err = VT_ERR_INIT;
	struct vt_backup_report r;
	char sb[512], other[512], fresh[512];
	struct vt_restored mark = { .is = false };
	struct vt_store *s;
	vt_hash was, is;
	bool changed;

	(void)snprintf(sb, sizeof(sb), "%s/forked", base);
	(void)snprintf(other, sizeof(other), "%s/twin", base);
	(void)snprintf(fresh, sizeof(fresh), "%s/fresh", base);
	vt_store_close(d->s);
	copy_dir(data, other);
	d->s = store_open(data, &world.ctx);
	tap_need(make_paper(d, VT_DIR_IN, 1000, 71) == VT_OK, "one here");
	tap_call(take(d->s, false, &r, &err), &err, "an increment");
	tap_call(follow(sb, &changed, &err), &err, "followed");
	s = store_open(sb, &world.ctx);
	tap_need(vt_store_digest(s, &was, &err) == VT_OK, "what it holds");
	vt_store_close(s);
	/* The snapshot that was rolled back goes on by itself. */
	twin.s = store_open(other, &world.ctx);
	for (unsigned i = 0; i < 3; i++)
		tap_need(make_paper(&twin, VT_DIR_IN, 1000, 90 + i) == VT_OK,
		    "others there");
	tap_call(take(twin.s, false, &r, &err), &err, "into the same place");
	tap_code(follow(sb, &changed, &err), VT_E_LEDGER_PROOF, &err,
	    "the standby does not go over to it");
	tap_ok(strstr(err.msg, "another history") != NULL, "says why: %s",
	    err.msg);
	s = store_open(sb, &world.ctx);
	tap_need(vt_store_digest(s, &is, &err) == VT_OK &&
		     vt_store_restored(s, &mark, &err) == VT_OK,
	    "what it holds");
	vt_store_close(s);
	tap_ok(vt_hash_eq(&was, &is) && mark.number == r.number - 1,
	    "nothing was changed");
	vt_act_result_free(&twin.r);
	vt_store_close(twin.s);
	tap_call(follow(fresh, &changed, &err), &err, "one made anew may");
	/* The place is ours again. */
	tap_call(take(d->s, false, &r, &err), &err, "the store goes on");
	tap_call(follow(sb, &changed, &err), &err,
	    "and so does its standby, over what was not its own");
	tap_code(follow(fresh, &changed, &err), VT_E_LEDGER_PROOF, &err,
	    "but not the one of the twin");
}

/* ---- promoting ---- */

static void
cut_off_promotion(struct doer *d)
{
	struct vt_backup_options o = {
		.place = place, .keys = keys, .hand_over = true
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_backup_report r;
	char sb[480], second[480], path[600];
	struct doer p = { .agency = d->agency };
	bool changed;

	(void)snprintf(sb, sizeof(sb), "%s/heir", base);
	(void)snprintf(second, sizeof(second), "%s/second", base);
	tap_call(vt_backup_take(d->s, &o, &r, &err), &err, "handed over");
	tap_call(follow(sb, &changed, &err), &err, "a standby");
	tap_call(follow(second, &changed, &err), &err, "and another");
	/* The place takes the claim, the standby's disk does not go on. */
	(void)snprintf(path, sizeof(path), "%s/standby.next", sb);
	tap_need(vt_file_replace(path,
		     VT_SPAN_LIT("0000000001 "
				 "00000000000000000000000000000000"
				 "00000000000000000000000000000000\n"),
		     &err) == VT_OK,
	    "cut off on its way");
	tap_code(promote(sb, &err), VT_E_CONFLICT, &err,
	    "not promoted before it has arrived");
	tap_code(follow(sb, &changed, &err), VT_E_CONFLICT, &err,
	    "nor can it, to an increment that is another");
	tap_need(unlink(path) == 0, "as it was");
	(void)snprintf(path, sizeof(path), "%s/promoting", sb);
	tap_need(vt_file_create(path, VT_SPAN_LIT("00112233\n"), &err) == VT_OK,
	    "its own mark");
	(void)snprintf(
	    path, sizeof(path), "%s/promoted-%010" PRIu64, place, r.number);
	tap_need(vt_file_create(
		     path, VT_SPAN_LIT("then there 00112233\n"), &err) == VT_OK,
	    "the claim, and then it was cut off");
	tap_code(promote(second, &err), VT_E_CONFLICT, &err,
	    "another standby does not get it");
	tap_call(promote(sb, &err), &err, "the same one does");
	(void)snprintf(path, sizeof(path), "%s/promoting", sb);
	tap_ok(access(path, F_OK) != 0, "its mark is gone");
	p.s = store_open(sb, &world.ctx);
	tap_call(make_paper(&p, VT_DIR_IN, 5000, 4), &p.err, "it writes");
	vt_act_result_free(&p.r);
	vt_store_close(p.s);
	tap_code(promote(second, &err), VT_E_CONFLICT, &err, "still not");
}

/* ---- what was destroyed ---- */

static vt_id
secret_paper(struct doer *d)
{
	struct vt_meta meta = {
		.subject = SUBJECT, .agency_code = "H01", .type_code = "CV"
	};
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;

	tap_need(make_file(d, VT_SPAN_LIT("bytes of it"), SUBJECT, &f) == VT_OK,
	    "its file");
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &meta;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	tap_need(do_step(d, NULL, st) == VT_OK, "a paper");
	return d->paper;
}

static bool
has_words(const char *dir)
{
	char path[600];
	VT_BUF_AUTO(b);
	int fd;

	(void)snprintf(path, sizeof(path), "%s/records/data.mdb", dir);
	tap_need((fd = open(path, O_RDONLY)) >= 0, "its records");
	for (ssize_t n = 1; n > 0;) {
		uint8_t *p = vt_buf_extend(&b, 65536);

		tap_need(p != NULL && (n = read(fd, p, 65536)) >= 0, "read");
		vt_buf_truncate(&b, b.n - 65536 + (size_t)n);
	}
	(void)close(fd);
	return memmem(b.p, b.n, SUBJECT, strlen(SUBJECT)) != NULL;
}

static void
destroyed(struct doer *d)
{
	struct vt_step st = { .kind = VT_STEP_DESTROY };
	vt_id secret = secret_paper(d);
	struct vt_err err = VT_ERR_INIT;
	char sb[480], out[480], list[600];
	struct vt_restore_options o;
	struct vt_restore_report rr;
	struct vt_backup_report r;
	struct vt_destroyed is;
	struct vt_view *v;
	struct vt_store *s;
	uint64_t n, before;
	char path[600];
	bool changed;
	int fd;

	(void)snprintf(sb, sizeof(sb), "%s/erased", base);
	(void)snprintf(out, sizeof(out), "%s/older", base);
	tap_call(take(d->s, false, &r, &err), &err, "with a paper");
	before = r.number;
	tap_call(follow(sb, &changed, &err), &err, "a standby");
	tap_ok(has_words(sb), "has it");
	st.u.destroy.reason = VT_DESTROY_SECRET;
	st.u.destroy.asked_by = (vt_id){ { 7 } };
	st.u.destroy.wipe = true;
	st.u.destroy.note = "Quyết định 12/QĐ-UBND";
	tap_call(do_step(d, &secret, st), &d->err, "destroyed");
	tap_call(vt_destroy_finish(d->s, &n, &err), &err, "erased");
	tap_call(take(d->s, false, &r, &err), &err, "the next increment");
	tap_call(follow(sb, &changed, &err), &err, "followed");
	tap_ok(!has_words(sb), "no word of it is in the standby's file");
	/* On another machine: nothing lies beside the target. */
	tap_call(restore(out, before, &rr, &err), &err,
	    "the increment before, restored");
	tap_eq_int((int64_t)rr.destroyed, 1, "destroys it again");
	tap_ok(!has_words(out), "no word of it is there");
	s = store_open(out, &world.ctx);
	tap_need(vt_view_begin(s, &v, &err) == VT_OK, "a view");
	tap_call(vt_destroyed_get(v, &secret, &is, &err), &err, "it says so");
	vt_view_end(v);
	vt_store_close(s);
	/* A list that was changed: nobody gets the store. */
	(void)snprintf(list, sizeof(list), "%s/destroyed.list", keys);
	flip(list, 80);
	(void)snprintf(out, sizeof(out), "%s/no-list", base);
	tap_code(restore(out, before, &rr, &err), VT_E_STORE_FORMAT, &err,
	    "a list that was changed");
	tap_ok(strstr(err.msg, "destroyed.list") != NULL, "is named");
	tap_code(vt_store_open(out, &options, &world.ctx, &s, &err),
	    VT_E_STORE_FORMAT, &err, "the store opens for nobody");
	flip(list, 80);
	(void)snprintf(path, sizeof(path), "%s/restore.unfinished", out);
	tap_need((fd = open(path, O_RDWR)) >= 0 && flock(fd, LOCK_EX) == 0,
	    "another restore into it runs");
	tap_code(restore(out, before, &rr, &err), VT_E_STORE_LOCKED, &err,
	    "two at a time");
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s/store.key.abcdef", out);
	tap_need(vt_file_replace(path, VT_SPAN_LIT("half"), &err) == VT_OK,
	    "half a key that a kill left");
	tap_call(restore(out, before, &rr, &err), &err, "asked for again");
	tap_ok(access(path, F_OK) != 0, "which is gone");
	o = from(before);
	o.destroyed = "/nowhere/list";
	(void)snprintf(out, sizeof(out), "%s/named", base);
	tap_code(vt_backup_restore(out, &o, &world.ctx, &rr, &err),
	    VT_E_NO_INPUT, &err, "a list that is named must be there");
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
	(void)snprintf(key_file, sizeof(key_file), "%s/data/store.key", dir);
	begin_store(&d, data);
	damaged_object(&d);
	damaged_manifest(&d);
	destroyed(&d);
	forked(&d, data);
	cut_off_promotion(&d);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
