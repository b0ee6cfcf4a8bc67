/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an older store lacks is named, and brought once: in a store of the first
 * release, on both engines, in pieces, killed at every step. A release that a
 * store is too new for says which one is needed.
 */
#include "docstore/migrate/migrate_priv.h"
#include "tests/unit/docstore/fixture.h"
#include "tests/unit/docstore/steps.h"

#define BY "Nguyễn Văn Vận, quản trị"

static struct vt_migrate_plan
plan_of(struct vt_store *s)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_migrate_plan p;

	tap_need(vt_store_migrate_plan(s, &p, &err) == VT_OK, "plan: %s",
	    err.msg);
	return p;
}

/* Items that ask for text, and papers they are of. */
static size_t
asked(struct vt_store *s)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_migrate_seen seen;
	struct vt_txn *t;
	size_t n;

	tap_need(vt_store_read(s, &t, &err) == VT_OK &&
		     vt_migrate_look(t, &seen, &err) == VT_OK,
	    "look: %s", err.msg);
	t->ops->abort(t);
	n = seen.n_read;
	for (size_t i = 1; i < n; i++)
		if (vt_id_eq(&seen.read[i], &seen.read[i - 1]))
			tap_ok(false, "a paper is asked for twice");
	vt_migrate_forget(&seen);
	return n;
}

/* Acts of migration in a ledger; the last one's step. */
static size_t
said(struct vt_store *s, uint32_t agency, struct vt_srec *ret,
    struct vt_arena *a)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_key k = { .n = 0 };
	struct vt_scan scan;
	struct vt_arec rec;
	struct vt_txn *t;
	size_t n = 0;

	tap_need(vt_store_read(s, &t, &err) == VT_OK, "read");
	vt_key_u32(&k, agency);
	scan = vt_scan_up(t, VT_T_ACT, &k, NULL);
	while (vt_scan_next(&scan, &err)) {
		tap_need(vt_arec_decode(scan.row, a, &rec, &err) == VT_OK,
		    "act: %s", err.msg);
		if (rec.steps[0].kind != VT_STEP_MIGRATED)
			continue;
		n++;
		*ret = rec.steps[0];
	}
	t->ops->abort(t);
	return n;
}

static int
migrate(struct vt_store *s, struct vt_migrate_report *ret, struct vt_err *err)
{
	struct vt_migrate_options o = { .by = BY, .backup = 7 };

	return vt_store_migrate(s, &o, ret, err);
}

/* ---- a store of the first release ---- */

static bool
unpack(const char *dir)
{
	const char *root = getenv("VANTHU_SOURCE");
	char cmd[1500];

	(void)snprintf(cmd, sizeof(cmd),
	    "tar -xzf '%s/tests/golden/format-1.tar.gz' -C '%s'",
	    root != NULL ? root : ".", dir);
	return shell(cmd) == 0;
}

/* The superblock as somebody else left it. */
static void
super_set(const char *dir, const struct world *w, const struct vt_super *x)
{
	struct vt_store_options o = options;
	struct vt_key k = vt_key_text("store");
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	struct vt_txn *t;
	VT_BUF_AUTO(v);

	o.migrates = true;
	tap_need(vt_store_open(dir, &o, &w->ctx, &s, &err) == VT_OK, "open: %s",
	    err.msg);
	vt_super_encode(x, &v);
	tap_need(s->engine->ops->begin(
		     s->engine, VT_SPACE_RECORDS, true, &t, &err) == VT_OK &&
		     vt_tx_put(t, VT_T_SUPER, &k, vt_buf_view(&v), &err) ==
			 VT_OK &&
		     t->ops->commit(t, &err) == VT_OK,
	    "superblock");
	vt_store_close(s);
}

static void
refused(const char *dir, const struct world *w, const char *says)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	tap_code(vt_store_open(dir, &o, &w->ctx, &s, &err), VT_E_STORE_FORMAT,
	    &err, "a newer store is refused");
	tap_ok(strstr(err.msg, says) != NULL &&
		   strstr(err.msg, VT_STORE_RELEASE) != NULL,
	    "it says what it is, which release is needed and which this is: %s",
	    err.msg);
	o.read_only = true;
	tap_code(vt_store_open(dir, &o, &w->ctx, &s, &err), VT_E_STORE_FORMAT,
	    &err, "also for reading");
}

static void
first_release(void)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 24);
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	char *base = dir_new(), dir[400];
	struct vt_migrate_report rep;
	struct vt_migrate_plan p;
	struct vt_super super;
	struct vt_store *s;
	struct vt_srec st = { .kind = 0 };
	vt_hash before, after;
	struct world w;

	world_init(&w);
	tap_need(unpack(base), "the fixture unpacks (tar, gzip)");
	(void)snprintf(dir, sizeof(dir), "%s/format-1", base);
	o.read_only = true;
	tap_need(vt_store_open(dir, &o, &w.ctx, &s, &err) == VT_OK, "open: %s",
	    err.msg);
	tap_call(vt_store_digest(s, &before, &err), &err, "digest");
	p = plan_of(s);
	tap_ok(p.n == 1 && strcmp(p.item[0].name, "texts") == 0 &&
		   p.item[0].rows > 0 && p.from == 1 && p.to == 1 &&
		   !p.under_way,
	    "its papers were never read: %llu",
	    (unsigned long long)p.item[0].rows);
	tap_code(migrate(s, &rep, &err), VT_E_STORE_READ_ONLY, &err,
	    "not in a store that is open for reading");
	vt_store_close(s);
	o.read_only = false;
	o.migrates = true;
	tap_need(vt_store_open(dir, &o, &w.ctx, &s, &err) == VT_OK, "open: %s",
	    err.msg);
	tap_call(vt_store_digest(s, &after, &err), &err, "digest");
	tap_ok(vt_hash_eq(&before, &after), "the plan changed nothing");
	tap_code(vt_store_migrate(s,
		     &(struct vt_migrate_options){ .by = " \t" }, &rep, &err),
	    VT_E_INVALID, &err, "nobody migrates");
	tap_call(migrate(s, &rep, &err), &err, "migrated");
	tap_ok(rep.rows == p.item[0].rows && asked(s) == rep.rows,
	    "each paper is asked for once");
	for (uint32_t no = 1; no <= rep.agencies; no++)
		tap_ok(said(s, no, &st, a) == 1 && strcmp(st.note, BY) == 0 &&
			   st.format_from == 1 && st.format_to == 1 &&
			   st.increment == 7 && strcmp(st.name, "texts") == 0 &&
			   strcmp(st.release, VT_STORE_RELEASE) == 0,
		    "the ledger of agency %u says who, from, to and what", no);
	tap_eq_int(findings(s, true), 0, "check is clean");
	tap_ok(plan_of(s).n == 0, "nothing is left");
	tap_call(migrate(s, &rep, &err), &err, "asked again");
	tap_ok(rep.rows == 0 && rep.agencies == 0 && said(s, 1, &st, a) == 1,
	    "nothing happens, and no act says so");
	super = s->super;
	tap_ok((super.features & VT_FEATURE_MIGRATED) != 0 &&
		   strcmp(super.release, VT_STORE_RELEASE) == 0,
	    "older releases are told which one is needed");
	vt_store_close(s);
	s = store_open(dir, &w.ctx);
	tap_eq_int(findings(s, true), 0, "it opens as any store");
	vt_store_close(s);

	super.features |= (uint64_t)1 << 40;
	(void)snprintf(super.release, sizeof(super.release), "vanthu 9.9");
	super_set(dir, &w, &super);
	refused(dir, &w, "feature bits 0x10000000000 need vanthu 9.9");
	vt_arena_free(VT_TAKE(a));
	dir_free(base);
}

static void
newer_format(void)
{
	char *dir = dir_new();
	struct vt_super super;
	struct vt_store *s;
	struct world w;

	world_init(&w);
	s = store_new(dir, &w.ctx);
	super = s->super;
	vt_store_close(s);
	super.format = 2;
	super_set(dir, &w, &super);
	refused(dir, &w, "format 2 needs a later release");
	dir_free(dir);
}

/* ---- several pieces, two agencies ---- */

#define PAPERS 300 /* more than VT_MIGRATE_PIECE, in the second agency */
static_assert(PAPERS > VT_MIGRATE_PIECE, "two pieces");

static void
fill(struct doer *d, size_t first, size_t second)
{
	uint32_t one;

	tap_need(make_agency(d, "H99.01", "Sở Mẫu") == VT_OK, "agency: %s",
	    d->err.msg);
	one = d->agency;
	for (size_t i = 0; i < first; i++)
		tap_need(make_paper(d, VT_DIR_OUT, 50, i) == VT_OK, "paper");
	tap_need(put_text(d, &d->paper, &d->main, "đã đọc") == VT_OK, "text");
	tap_need(make_agency(d, "H99.02", "Phòng Mẫu") == VT_OK, "agency");
	for (size_t i = 0; i < second; i++)
		tap_need(make_paper(d, VT_DIR_OUT, 50, 1000 + i) == VT_OK,
		    "paper");
	d->agency = one;
}

static bool
stop_at(void *arg, const char *name, uint64_t done, uint64_t total)
{
	(void)name;
	(void)done;
	(void)total;
	return --*(int *)arg > 0;
}

static void
pieces(struct doer *d, struct world *w)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 24);
	struct vt_step act = { .kind = VT_STEP_MIGRATED };
	struct vt_migrate_options o = { .by = BY, .progress = stop_at };
	struct vt_migrate_report rep;
	struct vt_srec st = { .kind = 0 };
	int left;

	(void)w;
	fill(d, 3, PAPERS);
	act.u.migrated.what = "texts";
	tap_code(do_step(d, NULL, act), VT_E_CONFLICT, &d->err,
	    "nobody says so while none is under way");
	tap_eq_int(plan_of(d->s).item[0].rows, PAPERS + 2,
	    "one paper was read already");
	o.arg = &left;
	/* stopped after each transaction in turn, and asked again */
	for (left = 1; left < 9; left = left + 1) {
		int at = left, rc;

		rc = vt_store_migrate(d->s, &o, &rep, &d->err);
		left = at;
		if (rc == VT_OK)
			break;
		tap_need(rc == VT_E_TIMEOUT, "stopped: %s", d->err.msg);
		tap_need(plan_of(d->s).under_way, "it is under way");
	}
	tap_ok(left < 9, "it ends");
	tap_ok(rep.rows == PAPERS + 2 && rep.agencies == 2,
	    "all of it is told: %llu rows", (unsigned long long)rep.rows);
	tap_eq_int(asked(d->s), PAPERS + 2, "each paper is asked for once");
	tap_ok(said(d->s, 1, &st, a) == 1 && st.value == 2,
	    "the first ledger has its own figure");
	tap_ok(said(d->s, 2, &st, a) == 1 && st.value == PAPERS,
	    "the second one, too");
	tap_ok(plan_of(d->s).n == 0 && !plan_of(d->s).under_way, "done");
	tap_call(make_paper(d, VT_DIR_OUT, 50, 9), &d->err, "the day goes on");
}

/* ---- killed ---- */

static struct world world;
static char *home;

static int
migrate_there(void *arg)
{
	struct vt_store_options o = options;
	struct vt_migrate_report rep;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	int rc;

	(void)arg;
	o.migrates = true;
	if (vt_store_open(home, &o, &world.ctx, &s, &err) != VT_OK)
		return 1;
	rc = migrate(s, &rep, &err);
	vt_store_close(s);
	return rc != VT_OK;
}

static void
killed_at(const char *from, long nth)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 24);
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	struct vt_srec st = { .kind = 0 };
	char cmd[1000];
	bool cut;
	int rc;

	(void)snprintf(cmd, sizeof(cmd),
	    "rm -rf '%s' && cp -a --sparse=always '%s' '%s'", home, from, home);
	tap_need(shell(cmd) == 0, "a copy");
	tap_need(steps_run(migrate_there, NULL, nth) == 0, "killed at %ld", nth);
	o.read_only = true;
	tap_need(vt_store_open(home, &o, &world.ctx, &s, &err) == VT_OK,
	    "%ld: read: %s", nth, err.msg);
	cut = plan_of(s).under_way;
	vt_store_close(s);
	o.read_only = false;
	rc = vt_store_open(home, &o, &world.ctx, &s, &err);
	tap_need(rc == (cut ? VT_E_CONFLICT : VT_OK), "%ld: opened: %s", nth,
	    err.msg);
	if (rc == VT_OK)
		vt_store_close(s);
	world.drawn += 1 << 20; /* other ids than the killed one drew */
	tap_need(migrate_there(NULL) == 0, "%ld: goes on", nth);
	s = store_open(home, &world.ctx);
	tap_need(asked(s) == 6 && plan_of(s).n == 0 &&
		     said(s, 1, &st, a) == 1 && st.value == 2 &&
		     said(s, 2, &st, a) == 1 && st.value == 4,
	    "%ld: once, and said once", nth);
	if (nth % 5 == 0)
		tap_need(findings(s, true) == 0, "%ld: check is clean", nth);
	vt_store_close(s);
}

static void
killed(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	char *from = dir_new();
	char cmd[1000];
	long n;

	world_init(&world);
	d.s = store_new(from, &world.ctx);
	fill(&d, 3, 4);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	home = dir_new();
	(void)snprintf(cmd, sizeof(cmd),
	    "rm -rf '%s' && cp -a --sparse=always '%s' '%s'", home, from, home);
	tap_need(shell(cmd) == 0, "a copy");
	n = steps_run(migrate_there, NULL, 0);
	tap_need(n > 10, "it has steps: %ld", n);
	for (long i = 1; i <= n; i++)
		killed_at(from, i);
	tap_ok(true, "killed at each of %ld steps", n);
	dir_free(from);
	dir_free(home);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	killed();
	first_release();
	newer_format();
	(void)on_both(pieces, "pieces");
	return tap_done();
}
