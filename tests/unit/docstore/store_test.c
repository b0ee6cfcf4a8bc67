/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data directory: made once, opened by one, refused when it should be,
 * full, old, foreign; views, receipts, work and many threads. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static struct world world;

static int
open_code(const char *dir, const struct vt_store_options *o, struct vt_err *err)
{
	struct vt_store *s = NULL;
	int rc = vt_store_open(dir, o, &world.ctx, &s, err);

	vt_store_close(s);
	return rc;
}

static void
directory(const char *dir)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	char path[512], other[512];
	struct vt_store *s;
	struct stat st;
	char *empty = dir_new();

	o.domain = "Không phải tên miền";
	tap_code(vt_store_init(empty, &o, &world.ctx, &err), VT_E_INVALID, &err,
	    "a domain that is none");
	o = options;
	tap_code(
	    open_code(empty, &o, &err), VT_E_NO_INPUT, &err, "no store there");
	s = store_new(dir, &world.ctx);
	tap_code(vt_store_init(dir, &o, &world.ctx, &err), VT_E_STORE_LOCKED,
	    &err, "init over an open store");
	tap_code(
	    open_code(dir, &o, &err), VT_E_STORE_LOCKED, &err, "opened twice");
	vt_store_close(s);
	(void)snprintf(path, sizeof(path), "%s/store.key", dir);
	tap_ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "the store key is 0600");
	(void)snprintf(other, sizeof(other), "%s/away.key", dir);
	tap_ok(rename(path, other) == 0, "the key is elsewhere");
	tap_code(open_code(dir, &o, &err), VT_E_NO_INPUT, &err,
	    "not opened without it");
	o.key_file = other;
	tap_call(open_code(dir, &o, &err), &err, "opened with it");
	o.key_file = NULL;
	tap_call(vt_store_init(empty, &o, &world.ctx, &err), &err, "another");
	(void)snprintf(other, sizeof(other), "%s/store.key", empty);
	o.key_file = other;
	tap_code(open_code(dir, &o, &err), VT_E_STORE_CORRUPT, &err,
	    "not opened with the key of another store");
	(void)snprintf(other, sizeof(other), "%s/away.key", dir);
	tap_ok(rename(other, path) == 0, "the key is back");
	dir_free(empty);
}

/* ---- where the store key comes from ---- */

struct giver {
	struct vt_store_key key;
	int rc;
	unsigned int calls;
};

static int
give_key(void *arg, struct vt_store_key *ret, struct vt_err *reterr)
{
	struct giver *g = arg;

	g->calls++;
	if (g->rc != VT_OK)
		return vt_err_set(
		    reterr, (enum vt_code)g->rc, "token: it is locked");
	*ret = g->key;
	return VT_OK;
}

static void
given_key(void)
{
	struct giver g = { .key = { .epoch = 1, .wrap = { 1 }, .id = { 2 } } };
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new(), path[512];
	struct stat st;

	o.unwrap = give_key;
	o.unwrap_arg = &g;
	tap_call(vt_store_init(dir, &o, &world.ctx, &err), &err,
	    "a store under a key that the caller gives");
	(void)snprintf(path, sizeof(path), "%s/store.key", dir);
	tap_ok(stat(path, &st) != 0, "no key lies in it");
	tap_call(open_code(dir, &o, &err), &err, "opened with it");
	tap_eq_int((int)g.calls, 2, "asked for once each time");
	tap_code(open_code(dir, &options, &err), VT_E_NO_INPUT, &err,
	    "not without it");
	g.rc = VT_E_PIN_WRONG;
	tap_code(open_code(dir, &o, &err), VT_E_PIN_WRONG, &err,
	    "what the caller says is handed on");
	tap_eq_str(err.msg, "token: it is locked", "in its words");
	g.rc = VT_OK;
	g.key.wrap[0] = 9;
	tap_code(
	    open_code(dir, &o, &err), VT_E_STORE_CORRUPT, &err, "another key");
	g.key.wrap[0] = 0;
	tap_code(open_code(dir, &o, &err), VT_E_INVALID, &err, "half a key");
	g.key.wrap[0] = 2;
	tap_code(
	    open_code(dir, &o, &err), VT_E_INVALID, &err, "two equal halves");
	g.key.wrap[0] = 1;
	g.key.epoch = 7;
	tap_code(open_code(dir, &o, &err), VT_E_INVALID, &err,
	    "an epoch that is not there");
	dir_free(dir);
}

static void
credential(void)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new(), *cred = dir_new(), from[512], to[512];
	FILE *f;

	(void)snprintf(from, sizeof(from), "%s/store.key", dir);
	(void)snprintf(to, sizeof(to), "%s/%s", cred, VT_STORE_CREDENTIAL);
	tap_call(vt_store_init(dir, &o, &world.ctx, &err), &err, "with a file");
	tap_ok(rename(from, to) == 0, "which becomes a credential");
	tap_code(
	    open_code(dir, &o, &err), VT_E_NO_INPUT, &err, "not said where");
	tap_ok(setenv("CREDENTIALS_DIRECTORY", cred, 1) == 0, "said where");
	tap_call(open_code(dir, &o, &err), &err, "opened");
	dir_free(dir);
	dir = dir_new();
	(void)snprintf(from, sizeof(from), "%s/store.key", dir);
	tap_call(vt_store_init(dir, &o, &world.ctx, &err), &err,
	    "a new store takes the one there is");
	tap_ok(access(from, F_OK) != 0, "and makes none");
	tap_call(open_code(dir, &o, &err), &err, "opened");
	tap_need((f = fopen(to, "w")) != NULL && fclose(f) == 0, "emptied");
	tap_code(open_code(dir, &o, &err), VT_E_STORE_FORMAT, &err,
	    "a credential that is no key");
	tap_ok(unlink(to) == 0, "removed");
	tap_code(open_code(dir, &o, &err), VT_E_NO_INPUT, &err, "neither");
	tap_ok(unsetenv("CREDENTIALS_DIRECTORY") == 0, "as before");
	dir_free(dir);
	dir_free(cred);
}

static int
resume(const char *dir, const char *without, struct vt_err *err)
{
	char path[512];
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, without);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if ((rc = vt_store_init(dir, &options, &world.ctx, err)) != VT_OK)
		return rc;
	return open_code(dir, &options, err);
}

/* An init that was cut off is taken up; anything else is left alone. */
static void
unfinished(void)
{
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new(), path[512];
	FILE *f;

	tap_call(resume(dir, "nothing", &err), &err, "init");
	tap_code(vt_store_init(dir, &options, &world.ctx, &err), VT_E_EXISTS,
	    &err, "a whole store is not made again");
	/* A store that lost a part is not an unfinished one. */
	tap_code(resume(dir, "bytes-0001", &err), VT_E_EXISTS, &err,
	    "its bytes are lost: not made anew");
	tap_code(resume(dir, "records", &err), VT_E_EXISTS, &err,
	    "its records are lost: not made anew");
	tap_call(resume(dir, "keys", &err), &err,
	    "cut off before the first environment: goes on");
	(void)snprintf(path, sizeof(path), "%s/thu-cua-toi.pdf", dir);
	f = fopen(path, "w");
	tap_need(f != NULL && fclose(f) == 0, "a file of somebody");
	(void)resume(dir, "records", &err);
	(void)resume(dir, "keys", &err);
	tap_code(resume(dir, "bytes-0001", &err), VT_E_EXISTS, &err,
	    "beside a foreign file: not touched");
	dir_free(dir);
}

/* Another process has it; then it dies and the lock is free. */
static void
other_process(const char *dir)
{
	struct vt_err err = VT_ERR_INIT;
	int fd[2], status;
	char c = 0;
	pid_t pid;

	tap_need(pipe(fd) == 0, "pipe");
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)store_open(dir, &world.ctx);
		(void)!write(fd[1], "x", 1);
		for (;;)
			(void)pause();
	}
	tap_ok(read(fd[0], &c, 1) == 1, "another process opened it");
	tap_code(
	    open_code(dir, &options, &err), VT_E_STORE_LOCKED, &err, "locked");
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	tap_call(open_code(dir, &options, &err), &err, "free when it died");
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void
set_super(const char *dir, uint32_t format, uint64_t features)
{
	struct vt_store *s = store_open(dir, &world.ctx);
	struct vt_key k = vt_key_text("store");
	struct vt_super x = s->super;
	struct vt_txn *t;
	struct vt_err err;
	VT_BUF_AUTO(v);

	x.format = format;
	x.features = features;
	vt_super_encode(&x, &v);
	if (s->engine->ops->begin(
		s->engine, VT_SPACE_RECORDS, true, &t, &err) == VT_OK &&
	    vt_tx_put(t, VT_T_SUPER, &k, vt_buf_view(&v), &err) == VT_OK)
		(void)!t->ops->commit(t, &err);
	vt_store_close(s);
}

static void
formats(void)
{
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();

	vt_store_close(store_new(dir, &world.ctx));
	set_super(dir, 1, 1ULL << 5);
	tap_code(open_code(dir, &options, &err), VT_E_STORE_FORMAT, &err,
	    "an unknown feature bit");
	dir_free(dir);
	dir = dir_new();
	vt_store_close(store_new(dir, &world.ctx));
	set_super(dir, 2, 0);
	tap_code(open_code(dir, &options, &err), VT_E_STORE_FORMAT, &err,
	    "a newer format");
	dir_free(dir);
}

static uint64_t
rows(struct vt_store *s, enum vt_table t)
{
	struct vt_txn *txn;
	struct vt_err err;
	uint64_t n = UINT64_MAX;

	if (s->engine->ops->begin(
		s->engine, vt_table_space(t), false, &txn, &err) == VT_OK) {
		(void)!txn->ops->count(txn, t, &n, &err);
		txn->ops->abort(txn);
	}
	return n;
}

/* Bytes that were written and never mapped go at the next open, and their
 * sequences are never given again: else nobody would look at them twice. */
static void
swept(void)
{
	struct vt_err err = VT_ERR_INIT;
	uint8_t envelope[100 + VT_ENVELOPE_SIZE] = { 0 };
	struct vt_chunk_in c = { .plain = VT_SPAN(envelope, 100),
		.envelope = envelope };
	char *dir = dir_new();
	struct vt_store *s = store_new(dir, &world.ctx);
	uint64_t first = 0, next;

	tap_call(vt_byter_write(s, &c, 1, &first, &err), &err,
	    "bytes without a map");
	tap_eq_int(rows(s, VT_T_BYTES), 1, "are there");
	vt_store_close(s);
	s = store_open(dir, &world.ctx);
	tap_eq_int(rows(s, VT_T_BYTES) + rows(s, VT_T_WRAP), 0, "and swept");
	vt_store_close(s);
	s = store_open(dir, &world.ctx);
	next = s->byter.next;
	tap_ok(next > first, "their sequence is not given again");
	vt_store_close(s);
	dir_free(dir);
}

/* A file system that is read-only: needs root and its own mount namespace. */
static void
read_only(const char *dir)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	struct doer d = { .agency = 1, .r = VT_ACT_RESULT_INIT };
	pid_t pid;
	int st;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (unshare(CLONE_NEWNS) != 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount(dir, dir, NULL, MS_BIND, NULL) != 0 ||
		    mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY,
			NULL) != 0)
			_exit(99);
		_exit(-open_code(dir, &options, &err));
	}
	(void)waitpid(pid, &st, 0);
	if (WIFEXITED(st) && WEXITSTATUS(st) == 99)
		printf("ok %d - # SKIP no mount namespace here\n", ++tap_count);
	else
		tap_eq_int(WEXITSTATUS(st), -VT_E_STORE_READ_ONLY,
		    "a read-only directory says so");
	o.read_only = true;
	tap_call(vt_store_open(dir, &o, &world.ctx, &s, &err), &err,
	    "opened for reading");
	d.s = s;
	tap_code(make_paper(&d, VT_DIR_OUT, 10, 1), VT_E_STORE_READ_ONLY,
	    &d.err, "takes no upload");
	tap_code(do_step(&d, NULL, (struct vt_step){ .kind = VT_STEP_ISSUE }),
	    VT_E_STORE_READ_ONLY, &d.err, "and no act");
	tap_eq_int(findings(s, true), 0, "but can be checked");
	vt_store_close(s);
}

static void
full(void)
{
	struct vt_store_options o = options;
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	uint8_t *big = make_bytes(6 << 20, 5);
	char *dir = dir_new();
	struct vt_file f;
	int rc = VT_OK, n;
	vt_id first;

	tap_call(vt_store_init(dir, &o, &world.ctx, &err), &err, "init");
	o.map_size = 4 << 20;
	tap_call(vt_store_open(dir, &o, &world.ctx, &d.s, &err), &err,
	    "room for 4 MiB");
	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "agency");
	tap_call(make_paper(&d, VT_DIR_OUT, 1000, 1), &d.err, "paper");
	first = d.paper;
	tap_call(make_file(&d, VT_SPAN(big, 6 << 20), "to.pdf", &f), &d.err,
	    "a file of more than an environment takes the next");
	free(big);
	for (n = 0; n < 4000 && rc == VT_OK; n++)
		rc = make_paper(&d, VT_DIR_OUT, 2000, (uint64_t)n + 10);
	tap_code(rc, VT_E_STORE_FULL, &d.err, "full after %d papers", n);
	tap_eq_int(findings(d.s, true), 0, "nothing is broken");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	o.map_size = 64 << 20;
	tap_call(
	    vt_store_open(dir, &o, &world.ctx, &d.s, &err), &err, "more room");
	tap_eq_int(findings(d.s, true), 0, "nothing is lost");
	tap_call(
	    make_paper(&d, VT_DIR_OUT, 2000, 9999), &d.err, "and it goes on");
	d.paper = first;
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
}

static void
receipts(struct doer *d)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_receipt r;
	unsigned int passed = 0;
	struct vt_agency a;
	struct vt_view *v;
	uint8_t other[32];
	vt_hash h[64];
	size_t n;
	VT_BUF_AUTO(cp);
	VT_BUF_AUTO(b);

	tap_call(make_paper(d, VT_DIR_OUT, 5000, 77), &d->err, "paper");
	vt_buf_span(&b, vt_buf_view(&d->r.receipt));
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_agency_get(v, d->agency, &a, &err), &err, "agency");
	tap_call(vt_receipt_verify(vt_buf_view(&b), a.log_key, &r, &err), &err,
	    "a receipt verifies offline");
	tap_ok(vt_id_eq(&r.paper, &d->paper) && vt_hash_eq(&r.main, &d->main) &&
		   r.time == d->r.time && r.index == d->r.index,
	    "it says what was done");
	memcpy(other, a.log_key, 32);
	other[0] ^= 1;
	tap_code(vt_receipt_verify(vt_buf_view(&b), other, &r, &err),
	    VT_E_LEDGER_PROOF, &err, "not by another key");
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 0x20;
		passed += vt_receipt_verify(
			      vt_buf_view(&b), a.log_key, &r, &err) == VT_OK;
		b.p[i] ^= 0x20;
		passed += vt_receipt_verify(
			      VT_SPAN(b.p, i), a.log_key, &r, &err) == VT_OK;
	}
	tap_eq_int(passed, 0, "no changed or cut receipt passes");
	tap_call(vt_consistency_get(v, d->agency, 1, r.size, h, 64, &n, &err),
	    &err, "consistency from the first leaf on");
	tap_call(vt_checkpoint_get(v, d->agency, &cp, &err), &err,
	    "newest checkpoint");
	tap_ok(strncmp(vt_buf_str(&cp), "vanthu.test/log/", 16) == 0,
	    "of a ledger without a name in it");
	world.mono += (int64_t)VT_L(VIEW_US) + 1;
	world.now += (int64_t)VT_L(VIEW_US) + 1; /* both clocks went on */
	tap_code(vt_checkpoint_get(v, d->agency, &cp, &err), VT_E_TIMEOUT, &err,
	    "a view of more than a second");
	vt_view_end(v);
}

/* One item is looked at and claimed by its number; `other` is claimed. */
static void
walk(struct doer *d, uint64_t other)
{
	const vt_id me = { { 1 } };
	struct vt_step st = { .kind = VT_STEP_WORK };
	struct vt_work_walk way = { .kind = VT_WORK_TEXT,
		.until = world.now + 1 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_work_due due[4];
	struct vt_work w, one;
	struct vt_view *v;
	size_t n = 0;

	for (unsigned i = 0; i < 3; i++) {
		st.u.work = (struct vt_work_new){ .kind = VT_WORK_TEXT,
			.due = world.now + (i == 1 ? 100 : 0) * 1000000,
			.payload = VT_SPAN_LIT("payload") };
		tap_call(do_step(d, NULL, st), &d->err, "enqueue");
	}
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_work_next(v, &way, due, 1, &n, &err), &err, "the first");
	tap_ok(n == 1 && due[0].no == other + 1, "it is the one due first");
	tap_call(vt_work_next(v, &way, due + 1, 3, &n, &err), &err, "the rest");
	tap_ok(n == 1 && due[1].no == other + 3,
	    "neither what is claimed nor what is due later");
	tap_call(vt_work_get(v, due[0].no, &w, &err), &err, "one of them");
	tap_ok(vt_span_is(VT_SPAN(w.payload, w.n_payload), "payload"),
	    "with its payload");
	vt_view_end(v);
	for (size_t i = 0; i < 2; i++) {
		tap_call(
		    vt_work_claim_item(d->s, due[i].no, &me, 1000, &one, &err),
		    &err, "claimed by its number");
		vt_work_free(&one);
		tap_code(
		    vt_work_claim_item(d->s, due[i].no, &me, 1000, &one, &err),
		    VT_E_NOT_FOUND, &err, "not twice");
		tap_call(vt_work_done(d->s, due[i].no, 1, &err), &err, "done");
	}
	tap_code(vt_work_claim_item(d->s, other + 2, &me, 1000, &one, &err),
	    VT_E_NOT_FOUND, &err, "not before it is due");
}

static void
work(struct doer *d)
{
	const vt_id me = { { 1 } }, you = { { 2 } };
	struct vt_step st = { .kind = VT_STEP_WORK };
	struct vt_err err = VT_ERR_INIT;
	struct vt_work w, again;
	struct vt_view *v;
	vt_time due;

	st.u.work = (struct vt_work_new){ .kind = VT_WORK_TEXT,
		.subject = { { 9 } },
		.payload = VT_SPAN_LIT("payload") };
	tap_call(do_step(d, NULL, st), &d->err, "enqueue");
	tap_code(
	    vt_work_claim(d->s, 1U << VT_WORK_PREVIEW, &me, 1000, &w, &err),
	    VT_E_NOT_FOUND, &err, "no work of another kind");
	tap_call(vt_work_claim(
		     d->s, 1U << VT_WORK_TEXT, &me, VT_TIME_S(60), &w, &err),
	    &err, "claim");
	tap_ok(vt_span_is(VT_SPAN(w.payload, w.n_payload), "payload") &&
		   w.attempt == 1,
	    "the item");
	world.now += VT_TIME_S(61);
	tap_call(vt_work_claim(d->s, 1U << VT_WORK_TEXT, &you, VT_TIME_S(60),
		     &again, &err),
	    &err, "the lease ran out: another");
	tap_ok(again.no == w.no && again.lease > w.lease && again.attempt == 2,
	    "the same item, a higher lease");
	tap_code(vt_work_done(d->s, w.no, w.lease, &err), VT_E_CONFLICT, &err,
	    "the first is fenced off");
	st = (struct vt_step){ .kind = VT_STEP_WORK_DONE };
	st.u.work_done.work = w.no;
	st.u.work_done.lease = w.lease;
	tap_code(do_step(d, NULL, st), VT_E_CONFLICT, &d->err,
	    "inside an act as well");
	tap_call(vt_work_retry(d->s, again.no, again.lease,
		     world.now + VT_TIME_S(600), "chưa được", &err),
	    &err, "given back");
	tap_call(vt_view_begin(d->s, &v, &err), &err, "view");
	tap_call(vt_work_next_due(v, 1U << VT_WORK_TEXT, &due, &err), &err,
	    "next due");
	tap_eq_int(due, world.now + VT_TIME_S(600), "in ten minutes");
	vt_view_end(v);
	vt_work_free(&w);
	vt_work_free(&again);
	world.now += VT_TIME_S(600);
	tap_call(vt_work_claim(
		     d->s, 1U << VT_WORK_TEXT, &me, VT_TIME_S(60), &w, &err),
	    &err, "claim again");
	tap_eq_str(w.note, "chưa được", "why it failed");
	walk(d, w.no);
	st.u.work_done.lease = w.lease;
	tap_call(do_step(d, NULL, st), &d->err, "done in an act");
	tap_code(vt_work_done(d->s, w.no, w.lease, &err), VT_E_NOT_FOUND, &err,
	    "gone");
	vt_work_free(&w);
}

/* ---- many threads, one store ---- */

#define THREADS 8
#define EACH    12

struct thread {
	struct doer d;
	unsigned int bad;
	uint64_t seed;
};

static void *
many(void *arg)
{
	struct thread *t = arg;

	for (unsigned int i = 0; i < EACH; i++) {
		struct vt_step st[2];
		vt_id id;

		t->bad +=
		    make_paper(&t->d, VT_DIR_OUT, 70000, t->seed + i) != VT_OK;
		id = t->d.paper;
		st[0] = agree(VT_STEP_SUBMIT, &t->d.main);
		st[1] = number_step("di");
		t->bad += do_steps(&t->d, &id, st, 2, NULL) != VT_OK;
	}
	vt_act_result_free(&t->d.r);
	return NULL;
}

static void
threads(struct doer *d)
{
	struct vt_err err = VT_ERR_INIT;
	struct thread t[THREADS];
	struct vt_store_info i;
	pthread_t id[THREADS];
	unsigned int bad = 0;

	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	for (unsigned int n = 0; n < THREADS; n++) {
		/* Pairs of threads bring the same files. */
		t[n] = (struct thread){ .seed = 1000 * (n / 2) };
		t[n].d = (struct doer){
			.s = d->s, .agency = d->agency, .r = VT_ACT_RESULT_INIT
		};
		tap_need(
		    pthread_create(&id[n], NULL, many, &t[n]) == 0, "thread");
	}
	for (unsigned int n = 0; n < THREADS; n++) {
		(void)pthread_join(id[n], NULL);
		bad += t[n].bad;
	}
	tap_eq_int(
	    bad, 0, "%d papers from %d threads", THREADS * EACH, THREADS);
	tap_call(vt_store_info(d->s, &i, &err), &err, "info");
	printf("# %d acts in %d batches\n", (int)i.acts, (int)i.batches);
	tap_eq_int(findings(d->s, true), 0, "check is clean");
}

struct async {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	int rc;
	bool done;
	size_t receipt;
};

static void
async_done(void *arg, int rc, const struct vt_err *err, struct vt_act_result *r)
{
	struct async *a = arg;

	(void)err;
	(void)pthread_mutex_lock(&a->lock);
	a->rc = rc;
	a->receipt = r->receipt.n;
	a->done = true;
	(void)pthread_cond_signal(&a->cond);
	(void)pthread_mutex_unlock(&a->lock);
}

static void
submitted(struct doer *d)
{
	struct async a = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
		0, false, 0 };
	struct vt_step st = agree(VT_STEP_SUBMIT, &d->main);
	struct vt_err err = VT_ERR_INIT;
	struct vt_act act = {
		.agency_no = d->agency, .steps = &st, .n_steps = 1
	};

	tap_call(make_paper(d, VT_DIR_OUT, 100, 4242), &d->err, "paper");
	st = agree(VT_STEP_SUBMIT, &d->main);
	act.paper = d->paper;
	for (int i = 0; i < 2; i++) {
		a.done = false;
		tap_call(vt_store_submit(d->s, &act, async_done, &a, &err),
		    &err, "submitted");
		(void)pthread_mutex_lock(&a.lock);
		while (!a.done)
			(void)pthread_cond_wait(&a.cond, &a.lock);
		(void)pthread_mutex_unlock(&a.lock);
		tap_ok(i == 0 ? a.rc == VT_OK && a.receipt > 0
			      : a.rc == VT_E_OUT_OF_ORDER && a.receipt == 0,
		    "and told on the writer's thread");
		st = (struct vt_step){ .kind = VT_STEP_ISSUE };
	}
}

/* ---- what init made is there after a power cut ---- */

static char synced_dirs[16][256];
static size_t n_synced;

/* In place of the C library's: notes the folders, then does the same. */
int
fsync(int fd)
{
	char link[64], path[256];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && n_synced < 16) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		path[n < 0 ? 0 : n] = '\0';
		(void)snprintf(synced_dirs[n_synced++], 256, "%s", path);
	}
	return fdatasync(fd);
}

static void
synced(const char *dir)
{
	static const char *const want[] = { "", "/data", "/data/records",
		"/data/keys", "/data/bytes-0001" };
	struct vt_err err = VT_ERR_INIT;
	char path[256], *real = realpath(dir, NULL);

	tap_need(real != NULL, "path");
	(void)snprintf(path, sizeof(path), "%s/data", dir);
	n_synced = 0;
	tap_call(vt_store_init(path, &options, &world.ctx, &err), &err, "init");
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		bool found = false;

		(void)snprintf(path, sizeof(path), "%s%s", real, want[i]);
		for (size_t k = 0; k < n_synced; k++)
			found = found || strcmp(synced_dirs[k], path) == 0;
		tap_ok(found, "init syncs the folder DIR%s", want[i]);
	}
	free(real);
}

/* A reader of a directory that is not there says so. */
static void
no_store(const char *dir)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	char path[256];

	o.read_only = true;
	(void)snprintf(path, sizeof(path), "%s/none", dir);
	tap_code(vt_store_open(path, &o, &world.ctx, &s, &err), VT_E_NO_INPUT,
	    &err, "reading a directory that is not there");
	tap_code(vt_store_open(dir, &o, &world.ctx, &s, &err), VT_E_NO_INPUT,
	    &err, "reading a directory without a store");
}

int
main(void)
{
	char *fresh;
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new(), *sub = NULL;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&world);
	tap_need(asprintf(&sub, "%s/data", dir) > 0, "path");
	no_store(dir);
	fresh = dir_new();
	synced(fresh);
	dir_free(fresh);
	directory(sub);
	other_process(sub);
	unfinished();
	given_key();
	credential();
	formats();
	swept();
	d.s = store_open(sub, &world.ctx);
	tap_call(make_agency(&d, "H99.07", "Sở KH&CN"), &d.err, "agency");
	receipts(&d);
	work(&d);
	threads(&d);
	submitted(&d);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	read_only(sub);
	full();
	free(sub);
	dir_free(dir);
	return tap_done();
}
