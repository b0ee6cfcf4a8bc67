/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store by itself, beside bare LMDB and what the machine could do at best.
 *
 *	bench_store small DIR [PAPERS]		10,000 of 200 KB, in turn with
 *						the peer; reading, size, check,
 *						copies of a broadcast
 *	bench_store large DIR [PAPERS]		100,000 of 200 KB
 *	bench_store million DIR [PAPERS]	1,000,000 of 2 KB, and what an
 *						act costs beside a small store
 *	bench_store ledger DIR [ACTS]		1,500,000 acts derived again
 *
 * A line a figure: name, value, unit, bar. Progress goes to stderr. DIR is on
 * the disk to be measured; what is made below it is removed.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/rounds.h"
#include "tests/bench/store_fill.h"

#define THREADS     16
#define ROUNDS      20
#define READS       200 /* papers a round */
#define TENANTS     600
#define BROADCASTS  5
#define SEARCHES    200
#define DISK_SAMPLE ((uint64_t)2 << 30)
#define MB          1e6

static char dir[400];

static void
row(const char *name, double value, const char *unit, const char *bar)
{
	printf(
	    "%s\t%.*f\t%s\t%s\n", name, value < 10 ? 3 : 1, value, unit, bar);
	(void)fflush(stdout);
}

static void
row_rounds(
    const char *name, const struct rounds *r, const char *unit, const char *bar)
{
	printf("%s\t%.1f\t%s\t%s\t%.1f..%.1f\n", name, rounds_median(r), unit,
	    bar, rounds_min(r), rounds_max(r));
	(void)fflush(stdout);
}

static const char *
below(const char *name)
{
	static char path[2][512];
	static int turn;

	turn ^= 1;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

/* Processor seconds of all threads. */
static double
cpu_all(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* ---- check ---- */

#define STAGES 64

/* How long each stage took: from its first word to that of the next. */
struct stages {
	char name[STAGES][24];
	double s[STAGES];
	size_t n, now;
	double since;
	uint64_t findings;
};

static bool
on_stage(void *arg, const char *stage, uint64_t done, uint64_t total)
{
	struct stages *x = arg;
	double t = bench_wall();
	size_t i = 0;

	(void)done;
	(void)total;
	if (x->n > 0)
		x->s[x->now] += t - x->since;
	x->since = t;
	while (i < x->n && strcmp(x->name[i], stage) != 0)
		i++;
	if (i == x->n && x->n < STAGES)
		(void)snprintf(
		    x->name[x->n++], sizeof(x->name[0]), "%s", stage);
	x->now = i < STAGES ? i : 0;
	return true;
}

static void
on_finding(void *arg, const char *line)
{
	struct stages *x = arg;

	x->findings++;
	(void)fprintf(stderr, "finding: %s\n", line);
}

static double
check(struct fill *f, bool skip_bytes, struct stages *x)
{
	struct vt_check_options o = { .progress = on_stage,
		.finding = on_finding,
		.arg = x,
		.skip_bytes = skip_bytes };
	struct vt_err err = VT_ERR_INIT;
	double t0 = bench_wall();
	uint64_t n;

	*x = (struct stages){ .since = t0 };
	fill_must(vt_store_check(f->s, &o, &n, &err), "check", &err);
	if (n > 0)
		fill_must(VT_E_INTERNAL, "check has findings", NULL);
	if (x->n > 0)
		x->s[x->now] += bench_wall() - x->since;
	t0 = bench_wall() - t0;
	for (size_t i = 0; i < x->n; i++)
		if (x->s[i] > t0 / 50)
			printf("#   check, %s: %.1f s\n", x->name[i], x->s[i]);
	return t0;
}

/* Not in memory before; of the limit: what must be read and hashed once. */
static void
measure_check(struct fill *f)
{
	double disk, sha = sha256_rate(), limit, t, cpu;
	struct stages x;

	vt_store_close(f->s);
	disk = disk_read_rate(f->dir, DISK_SAMPLE);
	disk_forget(f->dir);
	{
		struct vt_err err = VT_ERR_INIT;

		fill_must(
		    vt_store_open(f->dir,
			&(struct vt_store_options){ .domain = "bench.test" },
			vt_context_system(), &f->s, &err),
		    "open", &err);
	}
	cpu = cpu_all();
	t = check(f, false, &x);
	cpu = cpu_all() - cpu;
	row("disk, reading once", disk / MB, "MB/s", "");
	row("SHA-256, a core", sha / MB, "MB/s", "");
	row("check, seconds", t, "s", "");
	row("check, cores used", cpu / t, "", "");
	limit = sha * (cpu / t > 1 ? cpu / t : 1);
	limit = disk < limit ? disk : limit;
	row("check, bytes of papers", (double)f->payload / t / MB, "MB/s", "");
	row("check, of min(disk, SHA-256 on the cores used)",
	    (double)f->payload / t / limit * 100, "%", ">= 70");
}

/* ---- searching ---- */

static int
by_value(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* As a server does it beside the acts: until the index has them all. */
static void
wait_for_index(struct fill *f)
{
	struct vt_err err = VT_ERR_INIT;
	double t = bench_wall();
	bool any = true;

	while (any)
		fill_must(vt_search_merge(f->s, f->agency, &any, &err), "merge",
		    &err);
	row("index of words, made or caught up in", bench_wall() - t, "s", "");
}

/* The first page, of as many calls as it takes; how many were found. */
static size_t
search_once(struct fill *f, const struct vt_paper_query *asked)
{
	struct vt_paper_query q = *asked;
	struct vt_err err = VT_ERR_INIT;
	size_t found = 0, n;
	uint64_t next;

	do {
		static struct vt_paper page[20];
		struct vt_view *v;

		fill_must(vt_view_begin(f->s, &v, &err), "view", &err);
		fill_must(vt_paper_search(v, f->agency, &q, page, 20 - found,
			      &n, &next, &err),
		    "search", &err);
		vt_view_end(v);
		found += n;
		q.before = next;
	} while (found < 20 && next != 0);
	return found;
}

static void
measure_search(struct fill *f, const char *kind, size_t n)
{
	double *t = calloc(n, sizeof(*t));
	char what[320];
	size_t none = 0;

	if (t == NULL) {
		fill_must(VT_E_NOMEM, "search", NULL);
		return;
	}
	wait_for_index(f);
	for (size_t i = 0; i < n; i++) {
		struct vt_paper_query q = { .words = what };
		char subject[256], *words = subject;
		size_t no = (i * 2654435761U) % f->n;
		double t0;

		fill_subject(no, subject, sizeof(subject));
		if (strcmp(kind, "three words") == 0) {
			for (int k = 0; k < 3; k++)
				words = strchr(words, ' ') + 1;
			words[-1] = '\0';
			words = subject;
		} else { /* the one paper's own number */
			words = strrchr(subject, ' ') + 1;
		}
		(void)snprintf(what, sizeof(what), "%s", words);
		t0 = bench_wall();
		none += search_once(f, &q) == 0;
		t[i] = (bench_wall() - t0) * 1e3;
	}
	qsort(t, n, sizeof(*t), by_value);
	(void)snprintf(what, sizeof(what), "search %s, p50", kind);
	row(what, t[n / 2], "ms", "");
	(void)snprintf(what, sizeof(what), "search %s, p99", kind);
	row(what, t[n * 99 / 100], "ms", "");
	free(t);
	if (none > 0)
		fill_must(
		    VT_E_INTERNAL, "a paper that is there was not found", NULL);
}

/* ---- a broadcast ---- */

static vt_id
act_on(struct fill *f, uint32_t agency, const vt_id *paper,
    const struct vt_step *st, size_t n, struct vt_buf *receipt)
{
	struct vt_act a = { .agency_no = agency,
		.steps = st,
		.n_steps = n,
		.caller = { { 1 } },
		.person = { { 2 } } };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	vt_id id;

	if (paper != NULL)
		a.paper = *paper;
	fill_must(vt_store_do(f->s, &a, &r, &err), "act", &err);
	id = r.paper;
	if (receipt != NULL) {
		vt_buf_reset(receipt);
		vt_buf_span(receipt, vt_buf_view(&r.receipt));
	}
	vt_act_result_free(&r);
	return id;
}

/* Agencies with a book each: their numbers follow the sender's. */
static void
tenants(struct fill *f)
{
	for (unsigned int i = 0; i <= TENANTS; i++) {
		struct vt_step st = { .kind = VT_STEP_AGENCY };
		char code[24];

		(void)snprintf(code, sizeof(code), "H99.%u.31", i);
		st.u.agency.name = (struct vt_agency_name){ .code = code,
			.name = "UBND xã",
			.short_name = "UBND",
			.place = "An Mẫu" };
		if (i > 0)
			(void)act_on(f, 0, NULL, &st, 1, NULL);
		st = (struct vt_step){ .kind = VT_STEP_SERIES };
		st.u.series = (struct vt_series){ .key = i == 0 ? "di" : "den",
			.title = "Sổ",
			.reset = VT_RESET_YEAR,
			.authority = VT_SERIES_OURS };
		(void)act_on(f, f->agency + i, NULL, &st, 1, NULL);
	}
}

static void
issue(struct fill *f, const vt_id *paper)
{
	struct vt_step st[3] = { { .kind = VT_STEP_SUBMIT },
		{ .kind = VT_STEP_APPROVE }, { .kind = VT_STEP_NUMBER } };
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p;
	struct vt_blob was, now;
	struct vt_view *v;
	vt_hash main;
	vt_id up;

	fill_must(vt_view_begin(f->s, &v, &err), "view", &err);
	fill_must(vt_paper_get(v, paper, &p, &err), "paper", &err);
	main = p.parts[0].hash;
	vt_view_end(v);
	st[0].u.submit.main = st[1].u.approve.main = main;
	st[2].u.number.series = "di";
	(void)act_on(f, f->agency, paper, st, 3, NULL);
	for (int i = 0; i < 2; i++) {
		fill_must(vt_bytes_stat(f->s, &main, &was, &err), "stat", &err);
		fill_must(vt_upload_append(f->s, f->agency, &was,
			      VT_SPAN_LIT("a signature"), &up, &now, &err),
		    "append", &err);
		st[0] = (struct vt_step){ .kind = VT_STEP_VERSION };
		st[0].u.version.expect = main;
		st[0].u.version.reason =
		    i == 0 ? VT_VERSION_SIGNED : VT_VERSION_SEALED;
		st[0].u.version.file =
		    (struct vt_file){ .upload = up, .hash = now.hash };
		st[1] = (struct vt_step){ .kind = i == 0 ? VT_STEP_SIGN
							 : VT_STEP_SEAL };
		main = now.hash;
		if (i == 0) {
			st[1].u.sign.kind = VT_SIGN_COMPETENT;
			st[1].u.sign.main = main;
			st[1].u.sign.signer = (vt_id){ { 7 } };
			st[1].u.sign.field = "ky1";
			st[1].u.sign.level = "B-B";
			st[1].u.sign.signing_time = 1;
		} else {
			st[1].u.seal.main = main;
			st[1].u.seal.field = "dau";
			st[1].u.seal.level = "B-B";
			st[1].u.seal.signing_time = 1;
		}
		(void)act_on(f, f->agency, paper, st, 2, NULL);
	}
	st[0] = (struct vt_step){ .kind = VT_STEP_ISSUE };
	(void)act_on(f, f->agency, paper, st, 1, NULL);
}

static vt_id
delivery_of(struct fill *f, const vt_id *paper, size_t i)
{
	static struct vt_delivery del[TENANTS];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v;
	size_t n = 0;
	vt_id id;

	fill_must(vt_view_begin(f->s, &v, &err), "view", &err);
	fill_must(vt_delivery_list(v, paper, del, i + 1, &n, &err),
	    "deliveries", &err);
	id = del[i].id;
	vt_view_end(v);
	return id;
}

/* Dispatched to all, taken in by each, and the sender has each receipt. */
static void
broadcast(struct fill *f, const vt_id *paper)
{
	static struct vt_recipient to[TENANTS];
	static char code[TENANTS][24];
	struct vt_step st = { .kind = VT_STEP_DISPATCH };
	VT_BUF_AUTO(receipt);

	for (unsigned int i = 0; i < TENANTS; i++) {
		(void)snprintf(code[i], sizeof(code[i]), "H99.%u.31", i + 1);
		to[i] = (struct vt_recipient){ code[i], "UBND xã" };
	}
	st.u.dispatch.to = to;
	st.u.dispatch.n_to = TENANTS;
	(void)act_on(f, f->agency, paper, &st, 1, NULL);
	for (unsigned int i = 0; i < TENANTS; i++) {
		vt_id del = delivery_of(f, paper, i);

		st = (struct vt_step){ .kind = VT_STEP_RECEIVE };
		st.u.receive.delivery = del;
		st.u.receive.series = "den";
		(void)act_on(f, f->agency + 1 + i, NULL, &st, 1, &receipt);
		st = (struct vt_step){ .kind = VT_STEP_DELIVERED };
		st.u.delivered.delivery = del;
		st.u.delivered.state = VT_DELIVERY_REGISTERED;
		st.u.delivered.receipt = vt_buf_view(&receipt);
		(void)act_on(f, f->agency, paper, &st, 1, NULL);
	}
}

static void
measure_broadcast(struct fill *f)
{
	uint64_t before, after;
	double each;

	tenants(f);
	for (size_t i = 0; i < BROADCASTS + 1; i++)
		issue(f, &f->paper[i]);
	/* The first one makes room in the files that later ones use, too. */
	broadcast(f, &f->paper[0]);
	before = disk_used(f->dir);
	for (size_t i = 1; i <= BROADCASTS; i++)
		broadcast(f, &f->paper[i]);
	after = disk_used(f->dir);
	each = (double)(after - before) / (BROADCASTS * TENANTS);
	row("a copy of a broadcast, all rows of both sides", each, "bytes", "");
	row("a copy of a broadcast, of a paper of the mean size",
	    each / (double)f->mean, "", "<= 0.05");
}

/* ---- the parts ---- */

static void
progress(const struct fill *f, size_t all, double s, size_t n)
{
	(void)fprintf(stderr,
	    "  %zu of %zu papers, %.0f acts/s, %.1f GB free\n", f->n, all,
	    (double)n / s, (double)disk_free(dir) / 1e9);
}

static void
measure_reading(struct fill *f, struct peer *p)
{
	struct rounds ours = { .n = 0 }, mb = { .n = 0 }, peer = { .n = 0 };
	uint64_t bytes;

	for (int i = 0; i < ROUNDS; i++) {
		double t = fill_read(f, READS, &bytes);

		rounds_add(&ours, READS / t);
		rounds_add(&mb, (double)bytes / t / MB);
		if (p != NULL)
			rounds_add(&peer, READS / peer_read(p, READS));
	}
	row_rounds("get: found by id and read, one thread", &ours, "/s", "");
	row_rounds("get, bytes", &mb, "MB/s", "");
	if (p != NULL)
		row_rounds("get, bare LMDB in the clear", &peer, "/s", "");
}

static void
measure_size(struct fill *f, const char *bar)
{
	uint64_t n = disk_used(f->dir);

	row("on the disk, of the payload", (double)n / (double)f->payload, "",
	    bar);
	row("on the disk, a paper", (double)n / (double)f->n, "bytes", "");
	row("of that, besides its file",
	    ((double)n - (double)f->payload) / (double)f->n, "bytes", "");
}

static void
small(size_t n)
{
	struct rounds ours = { .n = 0 }, raw = { .n = 0 }, of = { .n = 0 };
	size_t round = n / ROUNDS;
	struct peer *p = peer_open(below("peer"), 200000);
	struct fill f;

	fill_open(&f, below("store"), 200000, THREADS);
	while (f.n < n) {
		double a = (double)round / fill_papers(&f, round);
		double b = (double)round / peer_papers(p, round);

		rounds_add(&ours, a);
		rounds_add(&raw, b);
		rounds_add(&of, a / b * 100);
		progress(&f, n, (double)round / a, round);
	}
	row("papers", (double)f.n, "", "");
	row_rounds("register, 16 threads", &ours, "/s", "");
	row_rounds("bare LMDB, one paper a transaction", &raw, "/s", "");
	row_rounds("register, of bare LMDB", &of, "%", ">= 70");
	measure_size(&f, "<= 1.1");
	measure_reading(&f, p);
	peer_close(p);
	f.threads = 1;
	row("register, one thread", (double)round / fill_papers(&f, round),
	    "/s", "");
	measure_search(&f, "three words", SEARCHES);
	measure_check(&f);
	measure_broadcast(&f);
	fill_close(&f);
}

static void
large(size_t n)
{
	struct rounds ours = { .n = 0 };
	struct fill f;

	fill_open(&f, below("store"), 200000, THREADS);
	while (f.n < n) {
		size_t round = n / ROUNDS;
		double t = fill_papers(&f, round);

		rounds_add(&ours, (double)round / t);
		progress(&f, n, t, round);
	}
	row("papers", (double)f.n, "", "");
	row_rounds("register, 16 threads", &ours, "/s", "");
	measure_size(&f, "<= 1.1");
	measure_reading(&f, NULL);
	measure_search(&f, "three words", SEARCHES);
	measure_check(&f);
	fill_close(&f);
}

static void
million(size_t n)
{
	struct rounds wall = { .n = 0 }, cpu = { .n = 0 }, ours = { .n = 0 };
	struct fill f, few;
	size_t round = n / 100;

	fill_open(&f, below("store"), 2000, THREADS);
	fill_open(&few, below("few"), 2000, THREADS);
	while (f.n < n) {
		double t = fill_papers(&f, round);

		rounds_add(&ours, (double)round / t);
		if (f.n / round % 10 == 0)
			progress(&f, n, t, round);
	}
	(void)fill_papers(&few, n / 100);
	for (int i = 0; i < ROUNDS; i++) {
		double c0 = cpu_all(), a = fill_papers(&few, 200), c1, b, c2;

		c1 = cpu_all();
		b = fill_papers(&f, 200);
		c2 = cpu_all();
		rounds_add(&wall, b / a);
		rounds_add(&cpu, (c2 - c1) / (c1 - c0));
	}
	row("papers", (double)f.n, "", "");
	row_rounds("register, 16 threads", &ours, "/s", "");
	printf("an act at %zu beside one at %zu, by the clock\t%.2f\t\t<= 1.3"
	       "\t%.2f..%.2f\n",
	    f.n, few.n, rounds_median(&wall), rounds_min(&wall),
	    rounds_max(&wall));
	printf("the same in processor time\t%.2f\t\t\t%.2f..%.2f\n",
	    rounds_median(&cpu), rounds_min(&cpu), rounds_max(&cpu));
	fill_close(&few);
	measure_size(&f, "");
	measure_reading(&f, NULL);
	measure_search(&f, "three words", 50);
	measure_search(&f, "its own number", 20);
	measure_check(&f);
	fill_close(&f);
}

/* ---- the ledger ---- */

struct flight {
	pthread_mutex_t lock;
	pthread_cond_t free;
	size_t n;
};

static void
landed(void *arg, int rc, const struct vt_err *err, struct vt_act_result *r)
{
	struct flight *x = arg;

	(void)r;
	fill_must(rc, "act", err);
	(void)pthread_mutex_lock(&x->lock);
	x->n--;
	(void)pthread_cond_signal(&x->free);
	(void)pthread_mutex_unlock(&x->lock);
}

static void
ledger(size_t n)
{
	struct flight x = { .n = 0 };
	struct vt_entry_change c = { .kind = VT_ENTRY_ADDRESS,
		.store_wide = true,
		.key = VT_SPAN_LIT("H01"),
		.value = VT_SPAN_LIT("\x01"),
		.expect = VT_ENTRY_ANY };
	struct vt_step st = { .kind = VT_STEP_ENTRY };
	struct vt_err err = VT_ERR_INIT;
	struct stages s;
	struct fill f;
	struct vt_act a = { .steps = &st, .n_steps = 1 };
	double t0 = bench_wall(), t = 0;

	st.u.entry.changes = &c;
	st.u.entry.n = 1;
	(void)pthread_mutex_init(&x.lock, NULL);
	(void)pthread_cond_init(&x.free, NULL);
	fill_open(&f, below("store"), 2000, THREADS);
	a.agency_no = f.agency;
	for (size_t i = 0; i < n; i++) {
		(void)pthread_mutex_lock(&x.lock);
		while (x.n >= 128)
			(void)pthread_cond_wait(&x.free, &x.lock);
		x.n++;
		(void)pthread_mutex_unlock(&x.lock);
		fill_must(
		    vt_store_submit(f.s, &a, landed, &x, &err), "submit", &err);
		if ((i + 1) % (n / 10) == 0)
			(void)fprintf(stderr, "  %zu of %zu acts, %.0f s\n",
			    i + 1, n, bench_wall() - t0);
	}
	(void)pthread_mutex_lock(&x.lock);
	while (x.n > 0)
		(void)pthread_cond_wait(&x.free, &x.lock);
	(void)pthread_mutex_unlock(&x.lock);
	row("acts", (double)n, "", "");
	row("acts, 128 asked for at a time", (double)n / (bench_wall() - t0),
	    "/s", "");
	row("on the disk, an act", (double)disk_used(f.dir) / (double)n,
	    "bytes", "");
	fill_reopen(&f);
	(void)check(&f, true, &s);
	for (size_t i = 0; i < s.n; i++)
		if (strcmp(s.name[i], "leaf") == 0 ||
		    strcmp(s.name[i], "node") == 0)
			t += s.s[i];
	row("ledger derived again: leaves, nodes, roots", t, "s", "< 5");
	for (size_t i = 0; i < s.n; i++)
		if (strcmp(s.name[i], "receipt") == 0)
			row("its receipts verified", s.s[i], "s", "");
	fill_close(&f);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(size_t n);
		size_t n;
	} parts[] = { { "small", small, 10000 }, { "large", large, 100000 },
		{ "million", million, 1000000 },
		{ "ledger", ledger, 1500000 } };
	struct vt_err err = VT_ERR_INIT;

	if (argc < 3) {
		(void)fprintf(stderr,
		    "usage: bench_store small|large|million|ledger DIR [N]\n");
		return 64;
	}
	fill_must(vt_base_init(&err), "base", &err);
	(void)snprintf(dir, sizeof(dir), "%s", argv[2]);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : parts[i].n;

		if (strcmp(parts[i].name, argv[1]) != 0)
			continue;
		parts[i].run(n);
		row("memory at the end", (double)bench_memory_kib() / 1024,
		    "MiB", "");
		return 0;
	}
	return 64;
}
