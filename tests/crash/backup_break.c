/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * backup_break N: a backup, the restore of an old increment, a standby that
 * follows and one that is promoted, each lived through while one of its calls
 * fails (tape.h), or it is killed before it: N of these in all, spread evenly.
 * After each: increments that were there are whole; what said that it was done
 * is; what did not can be asked for again, and then is; a restore that was cut
 * off opens as no store; the standby holds one whole increment; two are never
 * promoted; and of the paper that was destroyed there is no word in any file.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/restored.h"
#include "tests/crash/disk.h"
#include "tests/unit/docstore/fixture.h"

#define SUBJECT "V/v KHONG-DUOC-CON-CHU-NAO"

static char here[PATH_MAX], base[PATH_MAX], root[PATH_MAX + 16],
    saved[PATH_MAX + 16], tape_log[PATH_MAX + 16];
static struct world w;
static unsigned bad;
static vt_hash want[3]; /* content of increments 1 to 2 */

static void
problem(const char *what, const char *why)
{
	printf("# PROBLEM %s: %s\n", what, why);
	bad++;
}

static const char *
in(const char *name)
{
	static char path[4][PATH_MAX + 64];
	static unsigned i;

	i = (i + 1) % 4;
	(void)snprintf(path[i], sizeof(path[i]), "%s/%s", root, name);
	return path[i];
}

static void
copy_tree(const char *from, const char *to)
{
	char dot[PATH_MAX + 32];
	char *argv[] = { (char[]){ "cp" }, (char[]){ "-a" }, dot, NULL, NULL };
	char target[PATH_MAX + 32];
	int status;
	pid_t pid;

	(void)snprintf(dot, sizeof(dot), "%s/.", from);
	(void)snprintf(target, sizeof(target), "%s", to);
	argv[3] = target;
	(void)mkdir(to, 0700);
	if (posix_spawnp(&pid, "cp", NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0) {
		printf("Bail out! cp\n");
		exit(1);
	}
}

/* ---- one disturbed call ---- */

/* What it exited with; -1: a signal ended it. */
static int
run(const char *verb, uint64_t call, int fault)
{
	char prog[PATH_MAX + 16], text[4][PATH_MAX + 64], word[16];
	char *argv[] = { prog, root, word, NULL };
	char *env[6] = { text[0], text[1], text[2],
		(char[]){ "ASAN_OPTIONS=verify_asan_link_order=0:"
			  "detect_leaks=0" },
		text[3], NULL };
	int status;
	pid_t pid;

	(void)snprintf(prog, sizeof(prog), "%s/backup_day", here);
	(void)snprintf(word, sizeof(word), "%s", verb);
	(void)snprintf(text[0], sizeof(text[0]), "VT_TAPE_ROOT=%s", root);
	(void)snprintf(text[1], sizeof(text[1]), "VT_TAPE_LOG=%s", tape_log);
	(void)snprintf(
	    text[2], sizeof(text[2]), "LD_PRELOAD=%s/libtape.so", here);
	(void)snprintf(text[3], sizeof(text[3]), "VT_TAPE_FAULT=%llu 1 %d",
	    (unsigned long long)call, fault);
	if (fault == 0)
		env[4] = NULL;
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (getenv("VT_LOUD") == NULL &&
		    freopen("/dev/null", "w", stderr) == NULL)
			_exit(126);
		(void)alarm(60);
		(void)execve(prog, argv, env);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

static uint64_t
calls_of(const char *verb)
{
	struct tape t;
	uint64_t n;

	disk_empty(root);
	copy_tree(saved, root);
	tap_eq_int(run(verb, 0, 0), 0, "%s, undisturbed", verb);
	tap_need(tape_load(&t, tape_log) && t.n_at > 0, "a tape");
	n = t.at[t.n_at - 1].r.call;
	tape_free(&t);
	return n;
}

/* ---- judging ---- */

static struct vt_restore_options
from_place(uint64_t number, bool only_check)
{
	static char place[PATH_MAX], keys[PATH_MAX], key[PATH_MAX];

	(void)snprintf(place, sizeof(place), "%.4000s", in("place"));
	(void)snprintf(keys, sizeof(keys), "%.4000s", in("keys"));
	(void)snprintf(key, sizeof(key), "%.4000s", in("store.key"));
	return (struct vt_restore_options){ .place = place,
		.keys = keys,
		.key_file = key,
		.number = number,
		.only_check = only_check,
		.map_size = options.map_size };
}

static void
increment_is_whole(uint64_t number, const char *what)
{
	struct vt_restore_options o = from_place(number, true);
	struct vt_err err = VT_ERR_INIT;
	struct vt_restore_report r;

	if (vt_backup_restore(in("nowhere"), &o, &w.ctx, &r, &err) != VT_OK)
		problem(what, err.msg);
}

static struct vt_store *
opened(const char *dir, const char *what)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	o.read_only = true;
	if (vt_store_open(dir, &o, &w.ctx, &s, &err) != VT_OK)
		problem(what, err.msg);
	return s;
}

static unsigned words;

static int
look_for_words(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	VT_BUF_AUTO(b);
	int fd;

	(void)f;
	if (flag != FTW_F || (fd = open(path, O_RDONLY)) < 0)
		return 0;
	for (ssize_t n = 1; n > 0;) {
		uint8_t *p = vt_buf_extend(&b, 65536);

		n = p == NULL ? -1 : read(fd, p, 65536);
		vt_buf_truncate(&b, b.n - 65536 + (n > 0 ? (size_t)n : 0));
	}
	(void)close(fd);
	(void)st;
	if (b.n > 0 && memmem(b.p, b.n, SUBJECT, strlen(SUBJECT)) != NULL) {
		printf("# words of it in %s\n", path);
		words++;
	}
	return 0;
}

static void
no_words(const char *dir, const char *what)
{
	words = 0;
	(void)nftw(dir, look_for_words, 16, FTW_PHYS);
	if (words > 0)
		problem(what, "words of what was destroyed");
}

/* Its content without the mark. */
static vt_hash
content(const char *dir, uint64_t *ret_number)
{
	struct vt_engine_options eo = { .path = dir,
		.map_size = options.map_size };
	struct vt_key k = vt_key_text("restored");
	struct vt_err err = VT_ERR_INIT;
	struct vt_restored mark = { .number = 0 };
	struct vt_engine *e = NULL;
	struct vt_store *s;
	struct vt_txn *t;
	VT_BUF_AUTO(v);
	vt_hash h;

	if (vt_engine_lmdb.open(&eo, &e, &err) != VT_OK)
		printf("# %s\n", err.msg);
	if (e == NULL)
		abort();
	tap_need(e->ops->begin(e, VT_SPACE_RECORDS, true, &t, &err) == VT_OK &&
		     vt_restored_get(t, &mark, &err) == VT_OK,
	    "the mark");
	*ret_number = mark.number;
	vt_restored_encode(&mark, &v);
	if (mark.is)
		tap_need(vt_tx_del(t, VT_T_SUPER, &k, &err) == VT_OK, "off");
	tap_need(e->ops->commit(t, &err) == VT_OK, "committed");
	s = opened(dir, "content");
	tap_need(s != NULL && vt_store_digest(s, &h, &err) == VT_OK, "digest");
	vt_store_close(s);
	if (mark.is)
		tap_need(e->ops->begin(e, VT_SPACE_RECORDS, true, &t, &err) ==
				 VT_OK &&
			     vt_tx_put(t, VT_T_SUPER, &k, vt_buf_view(&v),
				 &err) == VT_OK &&
			     e->ops->commit(t, &err) == VT_OK,
		    "the mark again");
	e->ops->close(e);
	return h;
}

static void
line_of(void *arg, const char *line)
{
	(void)arg;
	printf("# FINDING %s\n", line);
}

static void
is_clean(const char *dir, const char *what)
{
	struct vt_check_options o = { .finding = line_of };
	struct vt_store *s = opened(dir, what);
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 1;

	if (s != NULL && (vt_store_check(s, &o, &n, &err) != VT_OK || n != 0))
		problem(what, "not clean");
	vt_store_close(s);
}

static void
after_backup(int rc, const char *what)
{
	increment_is_whole(1, what);
	increment_is_whole(2, what);
	if (rc == 0)
		increment_is_whole(3, what);
	if (run("backup", 0, 0) != 0)
		problem(what, "asked again it fails");
	increment_is_whole(0, what);
}

static void
after_restore(int rc, const char *what)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	o.read_only = true;
	if (rc != 0 &&
	    vt_store_open(in("out"), &o, &w.ctx, &s, &err) == VT_OK) {
		/* It was cut off behind its end. */
		vt_store_close(s);
		rc = 0;
	}
	if (rc != 0 && run("restore", 0, 0) != 0)
		problem(what, "asked again it fails");
	is_clean(in("out"), what);
	no_words(in("out"), what);
}

static void
after_follow(int rc, const char *what)
{
	uint64_t number;
	vt_hash h = content(in("standby"), &number);

	if ((number != 1 && number != 2) || !vt_hash_eq(&h, &want[number]))
		problem(what, "the rows of no increment");
	if (rc == 0 && number != 2)
		problem(what, "it said that it had followed");
	if (run("follow", 0, 0) != 0)
		problem(what, "asked again it fails");
	h = content(in("standby"), &number);
	if (number != 2 || !vt_hash_eq(&h, &want[2]))
		problem(what, "not the newest in the end");
	is_clean(in("standby"), what);
	no_words(in("standby"), what);
	if (access(in("standby/standby.next"), F_OK) == 0)
		problem(what, "still on its way");
}

static const struct verb {
	const char *name;
	void (*after)(int rc, const char *what);
} verbs[] = { { "backup", after_backup }, { "restore", after_restore },
	{ "follow", after_follow } };

static void
disturb(const struct verb *v, uint64_t call, int fault)
{
	char what[100];
	int rc;

	(void)snprintf(what, sizeof(what), "%s, call %llu, fault %d", v->name,
	    (unsigned long long)call, fault);
	disk_empty(root);
	copy_tree(saved, root);
	rc = run(v->name, call, fault);
	if (rc != 0 && rc != 1 && (rc != -1 || fault != TAPE_KILL))
		problem(what, rc == -1 ? "a signal" : "no word why");
	v->after(rc, what);
}

/* ---- what there is before ---- */

static vt_id
secret_paper(struct doer *d)
{
	struct vt_meta meta = {
		.subject = SUBJECT, .agency_code = "H01", .type_code = "CV"
	};
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	uint8_t *bytes = make_bytes(150000, 77);
	struct vt_file f;

	tap_need(
	    make_file(d, VT_SPAN(bytes, 150000), SUBJECT, &f) == VT_OK, "file");
	free(bytes);
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &meta;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = "den";
	tap_need(do_step(d, NULL, st) == VT_OK, "a paper");
	return d->paper;
}

static void
destroyed(struct doer *d, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_DESTROY };
	uint64_t n = 0;

	st.u.destroy.reason = VT_DESTROY_SECRET;
	st.u.destroy.asked_by = (vt_id){ { 7 } };
	st.u.destroy.wipe = true;
	st.u.destroy.note = "Quyết định 12/QĐ-UBND";
	tap_need(do_step(d, paper, st) == VT_OK &&
		     vt_destroy_finish(d->s, &n, &d->err) == VT_OK && n == 1,
	    "destroyed");
}

static void
increment(struct doer *d, uint64_t number)
{
	struct vt_backup_options o = { .place = in("place"),
		.keys = in("keys") };
	struct vt_backup_report r;

	tap_call(vt_backup_take(d->s, &o, &r, &d->err), &d->err, "increment");
	tap_eq_int((int64_t)r.number, (int64_t)number, "its number");
	tap_need(vt_store_digest(d->s, &want[number], &d->err) == VT_OK,
	    "its content");
}

static void
prepare(void)
{
	struct vt_restore_options o;
	struct doer d = { .agency = 0 };
	struct vt_restore_report r;
	struct vt_file f;
	uint8_t *bytes = make_bytes(200000, 5);
	bool changed;
	vt_id secret;

	(void)mkdir(root, 0700);
	d.s = store_new(in("data"), &w.ctx);
	tap_need(
	    make_agency(&d, "H99.07", "Sở") == VT_OK &&
		make_series(&d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK &&
		make_series(&d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "an agency");
	for (unsigned i = 0; i < 4; i++)
		tap_need(
		    make_paper(&d, VT_DIR_IN, 90000, i + 1) == VT_OK, "paper");
	secret = secret_paper(&d);
	increment(&d, 1);
	tap_need(rename(in("data/store.key"), in("store.key")) == 0 &&
		     symlink(in("store.key"), in("data/store.key")) == 0,
	    "the key apart");
	o = from_place(0, false);
	tap_call(
	    vt_backup_follow(in("standby"), &o, &w.ctx, &changed, &r, &d.err),
	    &d.err, "a standby");
	for (unsigned i = 0; i < 3; i++)
		tap_need(
		    make_paper(&d, VT_DIR_IN, 70000, i + 50) == VT_OK, "paper");
	destroyed(&d, &secret);
	/* Nobody names it yet. */
	tap_need(
	    make_file(&d, VT_SPAN(bytes, 200000), "x", &f) == VT_OK, "upload");
	free(bytes);
	increment(&d, 2);
	tap_need(make_paper(&d, VT_DIR_IN, 70000, 60) == VT_OK, "one more");
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	no_words(in("data"), "the store");
}

int
main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10)
				  : 60,
		     done = 0;
	static const int faults[] = { TAPE_KILL, TAPE_EIO, TAPE_ENOSPC,
		TAPE_EIO_AFTER, TAPE_SHORT, TAPE_KILL, TAPE_EINTR, TAPE_NOROOM,
		TAPE_ENOSPC_AFTER, TAPE_ENOMEM };
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new(), *slash;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(realpath(argv[0], here) != NULL &&
		     (slash = strrchr(here, '/')) != NULL,
	    "our folder");
	*strrchr(here, '/') = '\0';
	tap_need(realpath(dir, base) != NULL, "a folder");
	(void)snprintf(root, sizeof(root), "%s/root", base);
	(void)snprintf(saved, sizeof(saved), "%s/saved", base);
	(void)snprintf(tape_log, sizeof(tape_log), "%s/tape", base);
	world_init(&w);
	prepare();
	copy_tree(root, saved);
	for (size_t v = 0; v < sizeof(verbs) / sizeof(verbs[0]); v++) {
		uint64_t calls = calls_of(verbs[v].name);
		unsigned int share = n / 3;

		printf("# %s: %llu calls\n", verbs[v].name,
		    (unsigned long long)calls);
		for (unsigned int i = 0; i < share; i++, done++)
			disturb(&verbs[v], 1 + calls * i / share,
			    faults[(i + (unsigned)v + i / 10) % 10]);
		tap_eq_int(bad, 0, "%s: %u disturbed", verbs[v].name, share);
	}
	printf("# SUM backup %u 0 0 0 %u\n", done, bad);
	dir_free(dir);
	return tap_done();
}
