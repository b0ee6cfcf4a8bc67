/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searching an agency's papers, beside SQLite FTS5 with its own tokenizer
 * (unicode61, marks removed) over the same subjects, in turns.
 *
 *	bench_search DIR [PAPERS]	100,000 when not said
 *
 * A line a figure: name, value, unit. DIR is on the disk to be measured; what
 * is made below it is removed. The peer gives row numbers alone; we give
 * papers as they are now, 50 a page.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/rounds.h"
#include "tests/bench/store_fill.h"

#define THREADS 16
#define TIMES   200 /* each query */
#define PAGE    50

static const char *const queries[] = { "cong tac", "công tác", "giao duc",
	"\"giáo dục\"", "dat dai -nuoc", "77123", "thanh", "tri*", "moi truong nuoc",
	"khongco" };
#define QUERIES (sizeof(queries) / sizeof(queries[0]))

static void
row(const char *name, double value, const char *unit)
{
	printf("%s\t%.*f\t%s\n", name, value < 10 ? 3 : 1, value, unit);
	(void)fflush(stdout);
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
percentiles(const char *name, double *ms, size_t n)
{
	char line[80];

	qsort(ms, n, sizeof(*ms), by_value);
	(void)snprintf(line, sizeof(line), "%s p50", name);
	row(line, ms[n / 2], "ms");
	(void)snprintf(line, sizeof(line), "%s p99", name);
	row(line, ms[n * 99 / 100], "ms");
}

/* ---- the peer ---- */

static void
sql_must(sqlite3 *db, int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static sqlite3 *
peer_make(const char *dir, size_t papers, double *ret_s)
{
	double t = bench_wall();
	char text[512];
	sqlite3 *db;
	sqlite3_stmt *st;

	(void)snprintf(text, sizeof(text), "%s/peer.db", dir);
	(void)remove(text);
	sql_must(NULL, sqlite3_open(text, &db), "peer");
	sql_must(db,
	    sqlite3_exec(db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		"CREATE VIRTUAL TABLE doc USING fts5(subject, tokenize="
		"'unicode61 remove_diacritics 2'); BEGIN",
		NULL, NULL, NULL),
	    "peer");
	sql_must(db,
	    sqlite3_prepare_v2(
		db, "INSERT INTO doc(subject) VALUES(?1)", -1, &st, NULL),
	    "peer");
	for (size_t i = 0; i < papers; i++) {
		fill_subject(i, text, sizeof(text));
		sql_must(db,
		    sqlite3_bind_text(st, 1, text, -1, SQLITE_TRANSIENT),
		    "peer");
		sql_must(db, sqlite3_step(st), "peer");
		sql_must(db, sqlite3_reset(st), "peer");
	}
	(void)sqlite3_finalize(st);
	sql_must(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), "peer");
	*ret_s = bench_wall() - t;
	return db;
}

/* The same for it: words and phrases are; a minus is NOT. */
static const char *
peer_words(const char *q)
{
	if (strcmp(q, "dat dai -nuoc") == 0)
		return "(dat dai) NOT nuoc";
	return q;
}

static double
peer_ask(sqlite3 *db, const char *q)
{
	double t = bench_wall();
	sqlite3_stmt *st;

	sql_must(db,
	    sqlite3_prepare_v2(db,
		"SELECT rowid FROM doc WHERE doc MATCH ?1 ORDER BY rowid DESC "
		"LIMIT 50",
		-1, &st, NULL),
	    "peer");
	sql_must(db, sqlite3_bind_text(st, 1, peer_words(q), -1, NULL), "peer");
	while (sqlite3_step(st) == SQLITE_ROW)
		;
	sql_must(db, sqlite3_finalize(st), q);
	return (bench_wall() - t) * 1e3;
}

/* ---- ours ---- */

static double
ask(struct fill *f, const struct vt_paper_query *q, size_t *ret_n)
{
	static struct vt_paper p[PAGE];
	struct vt_err err = VT_ERR_INIT;
	double t = bench_wall();
	struct vt_view *v;
	uint64_t next;

	fill_must(vt_view_begin(f->s, &v, &err), "view", &err);
	fill_must(vt_paper_search(v, f->agency, q, p, PAGE, ret_n, &next, &err),
	    q->words, &err);
	vt_view_end(v);
	return (bench_wall() - t) * 1e3;
}

static double
merge_all(struct fill *f)
{
	struct vt_err err = VT_ERR_INIT;
	double t = bench_wall();
	bool any = true;

	while (any)
		fill_must(vt_search_merge(f->s, f->agency, &any, &err), "merge",
		    &err);
	return bench_wall() - t;
}

static void
turns(struct fill *f, sqlite3 *db)
{
	static double all[2][QUERIES * TIMES], one[TIMES];
	size_t n = 0, hits = 0;
	char name[80];

	for (size_t q = 0; q < QUERIES; q++) {
		struct vt_paper_query query = { .words = queries[q] };

		for (size_t i = 0; i < TIMES; i++, n++) {
			one[i] = all[0][n] = ask(f, &query, &hits);
			all[1][n] = peer_ask(db, queries[q]);
		}
		(void)snprintf(name, sizeof(name), "search <%s>, %zu on a page",
		    queries[q], hits);
		percentiles(name, one, TIMES);
	}
	percentiles("search, all", all[0], n);
	percentiles("peer, all", all[1], n);
}

/* What clerks ask that is no word. */
static void
others(struct fill *f)
{
	const struct {
		const char *name;
		struct vt_paper_query q;
	} asked[] = {
		{ "one number", { .number = "77" } },
		{ "begun", { .words = "côn" } },
		{ "a word, a state nobody is in",
		    { .words = "công", .states = 1U << VT_PAPER_RETURNED } },
		{ "a state nobody is in",
		    { .states = 1U << VT_PAPER_RETURNED } },
		{ "a person's", { .assigned_to = { { 7 } } } },
		{ "overdue",
		    { .states = 1U << VT_PAPER_ARRIVED |
				1U << VT_PAPER_ASSIGNED,
			.due_before = "2030-01-01" } },
		{ "numbers 10 to 20", { .number_min = 10, .number_max = 20 } },
		{ "the highest number first",
		    { .order = VT_SEARCH_NUMBER_DOWN } },
		{ "the latest day first", { .order = VT_SEARCH_DATE_DOWN } },
		{ "a word, the latest day first",
		    { .words = "công", .order = VT_SEARCH_DATE_DOWN } },
		{ "three words, the earliest day first",
		    { .words = "môi trường nước", .order = VT_SEARCH_DATE } },
		{ "three words, the best first",
		    { .words = "môi trường nước",
			.order = VT_SEARCH_RELEVANCE } },
	};
	static double one[TIMES];
	char name[120];
	size_t hits = 0;

	for (size_t k = 0; k < sizeof(asked) / sizeof(asked[0]); k++) {
		for (size_t i = 0; i < TIMES; i++)
			one[i] = ask(f, &asked[k].q, &hits);
		(void)snprintf(name, sizeof(name), "search %s, %zu on a page",
		    asked[k].name, hits);
		percentiles(name, one, TIMES);
	}
}

int
main(int argc, char **argv)
{
	size_t papers = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 100000;
	struct fill f = { .n = 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper_query q = { .words = "cong tac",
		.order = VT_SEARCH_RELEVANCE };
	char path[600];
	double s, peer_s;
	size_t n, tail;
	sqlite3 *db;

	if (argc < 2) {
		(void)fprintf(stderr, "bench_search DIR [PAPERS]\n");
		return 64;
	}
	fill_must(vt_base_init(&err), "base", &err);
	(void)snprintf(path, sizeof(path), "%s/search", argv[1]);
	fill_open(&f, path, 100, THREADS);
	row("papers", (double)papers, "");
	row("registered", (double)papers / fill_papers(&f, papers), "papers/s");
	row("found by looking at each", ask(&f, &q, &n), "ms");
	s = merge_all(&f);
	row("index made", (double)papers / s, "papers/s");
	(void)snprintf(path, sizeof(path), "%s/search/search", argv[1]);
	row("index size", (double)disk_used(path) / (double)papers,
	    "bytes a paper");
	db = peer_make(argv[1], papers, &peer_s);
	row("peer made", (double)papers / peer_s, "papers/s");
	turns(&f, db);
	others(&f);
	row("by relevance", ask(&f, &q, &n), "ms");
	tail = papers < 2000 ? papers : 2000;
	(void)fill_papers(&f, tail);
	row("with a tail of 2,000", ask(&f, &q, &n), "ms");
	s = merge_all(&f);
	row("merged", (double)tail / s, "papers/s");
	row("memory, peak", (double)bench_memory_kib() / 1024, "MiB");
	sql_must(db, sqlite3_close(db), "peer");
	(void)snprintf(path, sizeof(path), "%s/peer.db", argv[1]);
	(void)remove(path);
	fill_close(&f);
	(void)snprintf(path, sizeof(path), "%s/search", argv[1]);
	disk_remove(path);
	return 0;
}
