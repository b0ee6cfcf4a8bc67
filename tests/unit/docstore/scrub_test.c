/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is stored is read again, a little at a time; a damaged chunk is found
 * and named, everything else stays readable, and it comes back from any file
 * that has it. Readers that died, or look at old states, do not make the files
 * grow unseen.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"
#include "docstore/backup.h"
#include "docstore/scrub.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static struct world world;
static unsigned lines;

static void
told(void *arg, const char *line)
{
	(void)arg;
	lines++;
	printf("# %s\n", line);
}

static struct vt_scrub
scrub(struct doer *d, uint64_t budget)
{
	struct vt_scrub x = { .chunks = 0 };

	tap_call(vt_store_scrub(d->s, budget, told, NULL, &x, &d->err), &d->err,
	    "scrubbed");
	return x;
}

static void
begin_house(struct doer *d)
{
	tap_need(
	    make_agency(d, "H99.07", "Sở") == VT_OK &&
		make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK &&
		make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS) == VT_OK,
	    "an agency");
}

/* On both engines. */
static void
rounds(struct doer *d)
{
	struct vt_scrub x;
	struct vt_err err = VT_ERR_INIT;
	unsigned calls = 0;

	tap_call(vt_store_scrubbed(d->s, &x, &err), &err, "asked before");
	tap_ok(x.began == VT_TIME_NONE && x.rounds == 0, "never begun");
	x = scrub(d, 1);
	tap_ok(x.next == 0 && x.rounds == 1 && x.chunks == 0,
	    "nothing is stored: a round");
	begin_house(d);
	for (unsigned i = 0; i < 5; i++)
		tap_need(
		    make_paper(d, VT_DIR_IN, 150000, i + 1) == VT_OK, "paper");
	do {
		world.now += VT_TIME_S(1);
		x = scrub(d, 100000);
		calls++;
	} while (x.next != 0 && calls < 100);
	tap_eq_int((int64_t)x.chunks, 15, "each chunk once");
	tap_eq_int((int64_t)x.bytes, 750000, "its bytes");
	tap_ok(
	    calls >= 7 && calls <= 9, "%u calls for so small a budget", calls);
	tap_ok(x.rounds == 2 && x.damaged == 0 && x.done > x.began,
	    "a round in time");
	x = scrub(d, 1);
	tap_ok(x.chunks == 1 && x.next != 0, "one at least, and anew");
	x = scrub(d, UINT64_MAX);
	tap_ok(x.chunks == 15 && x.next == 0, "the rest at once");
}

static void
break_chunk(const char *data, uint64_t *ret_seq)
{
	struct vt_engine_options eo = { .path = data,
		.map_size = options.map_size };
	struct vt_key all = { .n = 0 }, at = { .n = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_engine *e = NULL;
	struct vt_span k = VT_SPAN(NULL, 0), v = VT_SPAN(NULL, 0);
	struct vt_txn *t;
	VT_BUF_AUTO(b);

	tap_need(vt_engine_lmdb.open(&eo, &e, &err) == VT_OK, "opened");
	if (e == NULL)
		abort();
	tap_need(e->ops->begin(e, VT_SPACE_BYTES, true, &t, &err) == VT_OK &&
		     vt_tx_ge(t, VT_T_BYTES, &all, &k, &v, &err) == VT_OK,
	    "the first chunk");
	*ret_seq = vt_be64(k.p + 4);
	vt_key_bytes(&at, k.p, k.n);
	vt_buf_span(&b, v);
	b.p[b.n / 2] ^= 1;
	tap_need(
	    vt_tx_put(t, VT_T_BYTES, &at, vt_buf_view(&b), &err) == VT_OK &&
		e->ops->commit(t, &err) == VT_OK,
	    "is changed");
	e->ops->close(e);
}

static void
write_file(const char *path, const uint8_t *p, size_t n)
{
	FILE *f = fopen(path, "w");

	tap_need(
	    f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0, "a file");
}

static int
repair(struct doer *d, const char *path, struct vt_repair_report *r)
{
	struct vt_repair_options o = { .file = path, .told = told };

	return vt_store_repair(d->s, &o, r, &d->err);
}

static void
damaged(struct doer *d, const char *dir, const char *base)
{
	uint8_t *bytes = make_bytes(200000, 3), one;
	struct vt_repair_report r;
	char copy[600], name[32];
	struct vt_scrub x;
	struct vt_file f;
	vt_hash other;
	uint64_t seq;
	size_t n;

	begin_house(d);
	tap_need(make_file(d, VT_SPAN(bytes, 200000), "x", &f) == VT_OK,
	    "the first file");
	tap_need(make_paper(d, VT_DIR_IN, 150000, 9) == VT_OK, "another");
	other = d->main;
	vt_store_close(d->s);
	break_chunk(dir, &seq);
	d->s = store_open(dir, &world.ctx);
	lines = 0;
	x = scrub(d, UINT64_MAX);
	(void)snprintf(name, sizeof(name), "%" PRIu64, seq);
	tap_ok(x.damaged == 1 && x.was_damaged == 1 && lines == 1, "found");
	tap_eq_str(x.names, name, "named");
	tap_code(vt_bytes_read(d->s, &f.hash, 0, &one, 1, &n, &d->err),
	    VT_E_STORE_CORRUPT, &d->err, "nothing of it is handed out");
	tap_call(
	    vt_bytes_read(d->s, &f.hash, VT_CHUNK_SIZE, &one, 1, &n, &d->err),
	    &d->err, "what lies behind it is");
	tap_call(vt_bytes_read(d->s, &other, 0, &one, 1, &n, &d->err), &d->err,
	    "and every other file");
	/* Restarted it still knows. */
	vt_store_close(d->s);
	d->s = store_open(dir, &world.ctx);
	tap_call(vt_store_scrubbed(d->s, &x, &d->err), &d->err, "asked later");
	tap_eq_int((int64_t)x.was_damaged, 1, "it is known");
	(void)snprintf(copy, sizeof(copy), "%s/copy", base);
	tap_code(repair(d, copy, &r), VT_E_NO_INPUT, &d->err, "no such file");
	bytes[7] ^= 1;
	write_file(copy, bytes, 200000);
	tap_call(repair(d, copy, &r), &d->err, "a file that is not equal");
	tap_ok(r.damaged == 1 && r.repaired == 0, "mends nothing");
	bytes[7] ^= 1;
	write_file(copy, bytes, 100000);
	tap_call(repair(d, copy, &r), &d->err, "half of the file");
	tap_ok(r.damaged == 1 && r.repaired == 1, "is enough for its pieces");
	tap_call(vt_bytes_read(d->s, &f.hash, 0, &one, 1, &n, &d->err), &d->err,
	    "it is read again");
	tap_eq_int(one, bytes[0], "and is what it was");
	x = scrub(d, UINT64_MAX);
	tap_ok(x.damaged == 0 && x.was_damaged == 0 && x.names[0] == '\0',
	    "nothing is damaged any more");
	free(bytes);
}

/* ---- readers ---- */

static void
hold_a_state(const char *dir, int ready)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;
	struct vt_view *v = NULL;

	o.read_only = true;
	if (vt_base_init(&err) != VT_OK ||
	    vt_store_open(dir, &o, &world.ctx, &s, &err) != VT_OK ||
	    vt_view_begin(s, &v, &err) != VT_OK || write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

static uint64_t
records_size(const char *dir)
{
	char path[600];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/records/data.mdb", dir);
	tap_need(stat(path, &st) == 0, "its records");
	return (uint64_t)st.st_size;
}

static void
churn(struct doer *d, unsigned n)
{
	struct vt_scrub x;

	for (unsigned i = 0; i < n; i++)
		tap_need(
		    vt_store_scrub(d->s, 1, NULL, NULL, &x, &d->err) == VT_OK,
		    "a commit");
}

/* fork() before the store is open here: it must not be inherited. */
static void
killed_reader(struct doer *d, const char *dir)
{
	uint64_t before, held, after;
	int p[2];
	char c;
	pid_t pid;

	vt_store_close(d->s);
	tap_need(pipe(p) == 0, "a pipe");
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		hold_a_state(dir, p[1]);
	tap_need(pid > 0 && read(p[0], &c, 1) == 1,
	    "another process looks at one state");
	d->s = store_open(dir, &world.ctx);
	before = records_size(dir);
	churn(d, 60);
	held = records_size(dir);
	tap_ok(held > before, "pages pile up behind it (%" PRIu64 " bytes)",
	    held - before);
	tap_need(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid,
	    "it is killed");
	churn(d, 70); /* more than VT_LMDB_READERS_EVERY */
	held = records_size(dir);
	churn(d, 200);
	after = records_size(dir);
	tap_ok(after == held, "its slot is cleared while the store is open: "
			      "the file grows no more");
	(void)close(p[0]);
	(void)close(p[1]);
}

static void
long_view(struct doer *d)
{
	struct vt_view *v = NULL;
	struct vt_paper p;
	char said[400] = "";
	int fd[2];

	(void)pthread_setname_np(pthread_self(), "sleeper");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "a view");
	world.mono += (int64_t)VT_L(VIEW_US) + 1500000;
	tap_code(vt_paper_get(v, &d->paper, &p, &d->err), VT_E_TIMEOUT, &d->err,
	    "held too long: it reads no more");
	tap_need(pipe(fd) == 0, "a pipe");
	vt_log_setup(fd[1], VT_LEVEL_INFO);
	vt_view_end(v);
	vt_log_setup(STDERR_FILENO, VT_LEVEL_INFO);
	(void)close(fd[1]);
	tap_need(read(fd[0], said, sizeof(said) - 1) > 0, "a line");
	(void)close(fd[0]);
	tap_ok(strstr(said, "sleeper") != NULL && strstr(said, "2500") != NULL,
	    "and is named: %s", said);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct doer d = { .agency = 0 };
	char *base = dir_new();
	char dir[480];

	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&world);
	d.s = model_new(&world.ctx);
	rounds(&d);
	vt_store_close(d.s);
	(void)snprintf(dir, sizeof(dir), "%s/rounds", base);
	d.s = store_new(dir, &world.ctx);
	rounds(&d);
	vt_store_close(d.s);
	(void)snprintf(dir, sizeof(dir), "%s/data", base);
	d.s = store_new(dir, &world.ctx);
	damaged(&d, dir, base);
	long_view(&d);
	killed_reader(&d, dir);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(base);
	return tap_done();
}
