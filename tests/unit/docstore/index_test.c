/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index of words: the quality table (tests/golden/search), asked of papers
 * that are not indexed, half indexed and indexed; random papers and queries
 * against the model, which has no index; a damaged, foreign or lost file; what
 * is left in an index that is removed.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define PAPERS  220
#define COLUMNS 13
#define QUERIES 128

/* ---- tables ---- */

struct row {
	const char *f[COLUMNS];
};

struct table {
	char *text;
	struct row row[QUERIES];
	size_t n;
};

static void
table_load(struct table *t, const char *name)
{
	const char *source = getenv("VANTHU_SOURCE");
	char path[4096], *line, *rest;
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/golden/search/%s",
	    source == NULL ? "." : source, name);
	tap_need((f = fopen(path, "r")) != NULL, "%s", path);
	t->text = calloc(1, 1 << 20);
	tap_need(t->text != NULL, "memory");
	n = fread(t->text, 1, (1 << 20) - 1, f);
	(void)fclose(f);
	tap_need(n > 0, "%s", path);
	rest = t->text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line == '#' || *line == '\0')
			continue;
		tap_need(t->n < QUERIES, "room for the table");
		for (size_t i = 0; i < COLUMNS; i++)
			t->row[t->n].f[i] =
			    line == NULL ? "" : strsep(&line, "\t");
		t->n++;
	}
}

/* ---- papers ---- */

static int
make_in(struct doer *d, struct vt_meta m, uint64_t seed)
{
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	int rc;

	rc = make_file(d, VT_SPAN(&seed, sizeof(seed)), "tep.pdf", &f);
	if (rc != VT_OK)
		return rc;
	st.u.reg.direction = VT_DIR_IN;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	return do_step(d, NULL, st);
}

static int
make_row(struct doer *d, const struct row *r, uint64_t seed)
{
	struct vt_recipient to[4];
	struct vt_meta m = { .type_code = r->f[1],
		.subject = r->f[2],
		.number = r->f[3],
		.notation = r->f[4],
		.issued_on = r->f[5],
		.agency_code = r->f[6],
		.agency_name = r->f[7],
		.signer_name = r->f[8],
		.recipients = to,
		.description = r->f[10],
		.holder_name = r->f[11] };
	char copy[256], *rest = copy, *name;
	vt_hash main;
	vt_id paper;
	int rc;

	(void)snprintf(copy, sizeof(copy), "%s", r->f[9]);
	while ((name = strsep(&rest, ";")) != NULL)
		if (*name != '\0')
			to[m.n_recipients++] =
			    (struct vt_recipient){ .code = "", .name = name };
	rc = make_in(d, m, seed);
	if (rc != VT_OK || r->f[12] == NULL || *r->f[12] == '\0')
		return rc;
	paper = d->paper;
	main = d->main;
	return put_text(d, &paper, &main, r->f[12]);
}

/* Others, which no query is about. */
static int
make_other(struct doer *d, unsigned int i)
{
	char subject[128], number[16];
	struct vt_meta m = { .subject = subject,
		.number = number,
		.notation = "PL-VTKB",
		.agency_name = "Tổ xe" };

	(void)snprintf(subject, sizeof(subject),
	    "Phụ lục bảng kê vật tư tồn, mục %u", 4000 + i);
	(void)snprintf(number, sizeof(number), "%u", 2100 + i);
	return make_in(d, m, 1000 + i);
}

static void
make_some(struct doer *d, const struct table *t, size_t from, size_t to)
{
	int rc = VT_OK;

	for (size_t i = from; i < to && rc == VT_OK; i++)
		rc = i % 5 == 0 && i / 5 < t->n
			 ? make_row(d, &t->row[i / 5], i)
			 : make_other(d, (unsigned int)i);
	tap_call(rc, &d->err, "papers %zu to %zu", from, to);
}

static void
merge_all(struct doer *d)
{
	bool any = true;
	int rc = VT_OK;

	for (int i = 0; any && rc == VT_OK && i < 1000; i++)
		rc = vt_search_merge(d->s, d->agency, &any, &d->err);
	tap_call(rc, &d->err, "merged");
}

static struct vt_view *
view_of(struct doer *d)
{
	struct vt_view *v = NULL;

	if (vt_view_begin(d->s, &v, &d->err) != VT_OK)
		tap_need(false, "view: %s", d->err.msg);
	return v;
}

/* ---- asking ---- */

struct found {
	uint64_t seq[PAPERS + 64];
	size_t n;
	int rc;
};

/* All pages of so many, each in a view of its own. */
static void
find(struct doer *d, struct vt_paper_query q, size_t page, struct found *ret)
{
	struct vt_paper p[64];
	struct vt_view *v;
	size_t n;

	ret->n = 0;
	for (int i = 0; i < 4096; i++) {
		v = view_of(d);
		n = 0;
		ret->rc = vt_paper_search(
		    v, d->agency, &q, p, page, &n, &q.before, &d->err);
		for (size_t k = 0;
		     ret->rc == VT_OK && k < n && ret->n < PAPERS + 64; k++)
			ret->seq[ret->n++] = p[k].seq;
		vt_view_end(v);
		if (ret->rc != VT_OK || q.before == 0)
			return;
	}
	ret->rc = VT_E_INTERNAL;
}

static bool
has_name(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = list; *s != '\0'; s += *s == ',') {
		size_t len = strcspn(s, ",");

		if (len == n && memcmp(s, name, n) == 0)
			return true;
		s += len;
	}
	return false;
}

static void
ask_all(struct doer *d, const struct table *papers, const struct table *queries,
    const char *how)
{
	for (size_t i = 0; i < queries->n; i++) {
		const struct row *r = &queries->row[i];
		struct vt_paper_query q = { .words = r->f[0] };
		char got[512] = "", want[512] = "";
		struct found f;

		find(d, q, 64, &f);
		for (size_t k = papers->n; k > 0; k--) {
			const char *name = papers->row[k - 1].f[0];
			bool is = false;

			for (size_t m = 0; m < f.n; m++)
				is = is || f.seq[m] == (k - 1) * 5 + 1;
			if (is)
				(void)snprintf(got + strlen(got),
				    sizeof(got) - strlen(got), " %s", name);
			if (has_name(r->f[1], name))
				(void)snprintf(want + strlen(want),
				    sizeof(want) - strlen(want), " %s", name);
			if (is && has_name(r->f[2], name))
				tap_ok(false, "%s: \"%s\" finds %s", how,
				    r->f[0], name);
		}
		tap_eq_str(got, want, "%s: \"%s\" %s", how, r->f[0], r->f[3]);
	}
}

/* ---- the file ---- */

static const char *
file_of(const char *dir, struct doer *d, const char *suffix)
{
	static char path[4096];

	(void)snprintf(
	    path, sizeof(path), "%s/search/%08u.db%s", dir, d->agency, suffix);
	return path;
}

static void
sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;

	tap_ok(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ==
		       SQLITE_OK &&
		   sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK,
	    "%s", text);
	(void)sqlite3_close(db);
}

static size_t
count(struct doer *d, const char *words)
{
	struct vt_paper_query q = { .words = words };
	struct found f;

	find(d, q, 64, &f);
	return f.rc == VT_OK ? f.n : 9999;
}

static void
quality(const char *dir, struct doer *d)
{
	static struct table papers, queries;

	table_load(&papers, "papers.tsv");
	table_load(&queries, "queries.tsv");
	tap_ok(queries.n >= 60, "%zu queries", queries.n);
	make_some(d, &papers, 0, PAPERS / 2);
	merge_all(d);
	make_some(d, &papers, PAPERS / 2, PAPERS);
	ask_all(d, &papers, &queries, "half");
	tap_call(vt_search_forget(d->s, d->agency, &d->err), &d->err, "forget");
	tap_ok(access(file_of(dir, d, ""), F_OK) != 0, "no index");
	ask_all(d, &papers, &queries, "scan");
	merge_all(d);
	ask_all(d, &papers, &queries, "index");
	free(papers.text);
	free(queries.text);
}

/* ---- random papers and queries; the model has no index ---- */

static const char *const vocabulary[] = { "đường", "Dương", "duong", "hoà",
	"hòa", "hoa", "hoá", "quy", "quí", "quyết", "định", "đinh", "thuế",
	"thuê", "đất", "đạt", "12", "05", "5", "QĐ-UBND", "ky", "kỹ", "UBND",
	"Smart", "МИР", "a@b.vn", "2026-03-05", "05/03/2026" };
#define WORDS (sizeof(vocabulary) / sizeof(vocabulary[0]))

static uint64_t
draw(uint64_t *x, uint64_t n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x % n;
}

static void
some_words(uint64_t *x, char *ret, size_t size, bool operators)
{
	static const char *const before[] = { "", "", "", "-",
		"trichyeu:", "so:", "\"", "OR ", "ngay:" };
	static const char *const after[] = { "", "", "", "*", "\"" };
	size_t n = 1 + draw(x, 4);

	*ret = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *word = vocabulary[draw(x, WORDS)];
		/* a part of a word, cut between two letters */
		size_t len = strlen(word);

		if (operators && draw(x, 4) == 0)
			while (len > 1 && (word[--len] & 0xc0) == 0x80)
				;
		(void)snprintf(ret + strlen(ret), size - strlen(ret),
		    "%s%s%.*s%s", i > 0 ? " " : "",
		    operators ? before[draw(x, 9)] : "", (int)len, word,
		    operators ? after[draw(x, 5)] : "");
	}
	if (operators && draw(x, 3) == 0)
		(void)snprintf(ret + strlen(ret), size - strlen(ret), " ");
}

static vt_id
id_of(struct doer *d, uint64_t seq)
{
	struct vt_paper_query q = { .before = seq + 1 };
	struct vt_paper p = { .seq = 0 };
	struct vt_view *v;
	uint64_t next;
	size_t n = 0;

	v = view_of(d);
	if (vt_paper_search(v, d->agency, &q, &p, 1, &n, &next, &d->err) !=
		VT_OK ||
	    n != 1 || p.seq != seq)
		tap_need(false, "paper %" PRIu64, seq);
	vt_view_end(v);
	return p.id;
}

static void
random_paper(struct doer *one, struct doer *other, uint64_t *x, unsigned int i)
{
	char subject[200], signer[200], number[16];
	struct vt_meta m = { .subject = subject,
		.signer_name = signer,
		.number = number,
		.notation = draw(x, 2) == 0 ? "QĐ-UBND" : "",
		.issued_on = draw(x, 2) == 0 ? "2026-03-05" : "2026-05-12" };
	struct vt_step st = { .kind = VT_STEP_META };

	some_words(x, subject, sizeof(subject), false);
	some_words(x, signer, sizeof(signer), false);
	(void)snprintf(number, sizeof(number), "%u", (unsigned)draw(x, 16));
	if (i > 4 && draw(x, 4) == 0) { /* one that was there is changed */
		uint64_t seq = 1 + draw(x, i / 2);
		vt_id a = id_of(one, seq), b = id_of(other, seq);

		st.u.meta.meta = &m;
		if (do_step(one, &a, st) != VT_OK ||
		    do_step(other, &b, st) != VT_OK)
			tap_need(false, "changed: %s", one->err.msg);
		return;
	}
	if (make_in(one, m, i) != VT_OK || make_in(other, m, i) != VT_OK)
		tap_ok(false, "paper %u: %s", i, one->err.msg);
}

/* *ret_hits: so many. false: they differ. */
static bool
same(struct doer *one, struct doer *other, uint64_t *x, size_t *ret_hits)
{
	static struct found f, g;
	char words[300];
	struct vt_paper_query q = { .words = words,
		.order = (enum vt_search_order)draw(x, 3) };
	size_t page = 1 + draw(x, 20);

	some_words(x, words, sizeof(words), true);
	find(one, q, page, &f);
	find(other, q, 64, &g);
	*ret_hits += g.n;
	if (f.rc == g.rc && f.n == g.n &&
	    memcmp(f.seq, g.seq, f.n * sizeof(f.seq[0])) == 0)
		return true;
	printf("# <%s> order %d: %zu by the index, %zu by looking (%d, %d)\n",
	    words, (int)q.order, f.n, g.n, f.rc, g.rc);
	return false;
}

static void
random_walk(struct doer *one, struct doer *other, uint64_t seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;
	unsigned int bad = 0, asked = 0;
	size_t hits = 0;
	bool any;

	for (unsigned int i = 0; i < 80; i++) {
		random_paper(one, other, &x, i);
		if (draw(&x, 3) == 0 && vt_search_merge(one->s, one->agency,
					    &any, &one->err) != VT_OK)
			bad++;
		for (int k = 0; k < 16; k++, asked++)
			bad += same(one, other, &x, &hits) ? 0 : 1;
	}
	tap_ok(bad == 0 && hits > 100,
	    "seed %" PRIu64 ": %u queries, %zu hits, %u differ", seed, asked,
	    hits, bad);
}

static void
property(struct doer *d, uint64_t seed)
{
	static const char *const codes[] = { "H01", "H02", "H03" };
	struct doer model = { .r = VT_ACT_RESULT_INIT };
	struct world w;

	world_init(&w);
	tap_call(make_agency(d, codes[seed % 3], "Sở"), &d->err, "agency");
	model.s = model_new(&w.ctx);
	tap_call(make_agency(&model, "H01", "Sở"), &model.err, "agency");
	random_walk(d, &model, seed);
	vt_act_result_free(&model.r);
	vt_store_close(model.s);
}

/* ---- a file that is damaged, lost, or of another history ---- */

static struct vt_search_figures
figures(struct doer *d)
{
	struct vt_search_figures f;
	struct vt_view *v;

	v = view_of(d);
	tap_call(
	    vt_search_figures(v, d->agency, &f, &d->err), &d->err, "figures");
	vt_view_end(v);
	return f;
}

static void
reopen(struct doer *d, const char *dir, struct world *w)
{
	vt_store_close(d->s);
	d->s = store_open(dir, &w->ctx);
}

/* So many bytes of the file from here on are others. */
static void
scribble(const char *path, off_t at, size_t n)
{
	uint8_t *p = make_bytes(n, 77);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	tap_ok(fd >= 0 && pwrite(fd, p, n, at) == (ssize_t)n, "damaged");
	(void)close(fd);
	free(p);
}

static void
damaged(struct doer *d, const char *dir, struct world *w)
{
	struct vt_search_figures f;
	size_t want = count(d, "duong");

	tap_ok(want > 0, "papers to be found");
	f = figures(d);
	tap_ok(f.made && f.merged == f.acts, "the index is there");
	vt_store_close(d->s);
	scribble(file_of(dir, d, ""), 8192, 40000);
	d->s = store_open(dir, &w->ctx);
	tap_eq_int((int)count(d, "duong"), (int)want, "pages are damaged");
	tap_ok(!figures(d).made, "which was noticed: the index is asked");
	merge_all(d);
	f = figures(d);
	tap_ok(f.made && f.merged == f.acts, "made again");
	tap_eq_int((int)count(d, "duong"), (int)want, "by the new one");
	vt_store_close(d->s);
	scribble(file_of(dir, d, ""), 0, 100);
	d->s = store_open(dir, &w->ctx);
	tap_eq_int((int)count(d, "duong"), (int)want, "no database at all");
	merge_all(d);
	tap_ok(figures(d).made, "made again");
	vt_store_close(d->s);
	sql(file_of(dir, d, ""), "UPDATE state SET leaf = zeroblob(32)");
	d->s = store_open(dir, &w->ctx);
	merge_all(d);
	tap_ok(figures(d).made, "of another history: made again");
	vt_store_close(d->s);
	sql(file_of(dir, d, ""), "UPDATE state SET merged = merged + 9");
	d->s = store_open(dir, &w->ctx);
	tap_eq_int((int)count(d, "duong"), (int)want, "ahead of the store");
	merge_all(d);
	f = figures(d);
	tap_ok(f.made && f.merged == f.acts, "made again");
	reopen(d, dir, w);
	tap_eq_int((int)count(d, "duong"), (int)want, "after a restart");
	tap_ok(figures(d).made, "the index is opened when it is asked");
}

/* ---- what is removed leaves nothing ---- */

static bool
file_has(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	char *p = calloc(1, 8 << 20);
	size_t n;
	bool has;

	if (f == NULL || p == NULL) {
		free(p);
		return false;
	}
	n = fread(p, 1, 8 << 20, f);
	has = memmem(p, n, word, strlen(word)) != NULL;
	(void)fclose(f);
	free(p);
	return has;
}

static bool
index_has(const char *dir, struct doer *d, const char *word)
{
	return file_has(file_of(dir, d, ""), word) ||
	       file_has(file_of(dir, d, "-wal"), word);
}

static void
removed(struct doer *d, const char *dir)
{
	struct vt_meta m = { .subject = "Zuyxuwent không để lại gì",
		.signer_name = "Pqrstuvw" };

	for (uint64_t i = 0; i < 8; i++) {
		tap_call(make_in(d, (struct vt_meta){ .subject = "Zuyx khác" },
			     700 + i),
		    &d->err, "beside it");
		merge_all(d);
	}
	tap_call(make_in(d, m, 800), &d->err, "paper");
	merge_all(d);
	tap_ok(index_has(dir, d, "zuyxuwent") && index_has(dir, d, "Zuyxuwent"),
	    "its words are in the file");
	tap_call(vt_search_forget(d->s, d->agency, &d->err), &d->err, "removed");
	tap_ok(!index_has(dir, d, "uyxuwent") && !index_has(dir, d, "qrstuvw"),
	    "not a byte of its words is left");
	tap_ok(figures(d).merged == 0, "nor anything else");
	tap_eq_int((int)count(d, "zuyxuwent"), 1, "it is found all the same");
	merge_all(d);
	tap_ok(figures(d).made, "merging makes it again");
	tap_eq_int((int)count(d, "zuyx khác"), 8, "the others are");
}

/* ---- order and ranges ---- */

static void
ordered(struct doer *d)
{
	struct vt_paper_query q = { .words = "trạm 7" };
	struct found f;

	tap_call(make_in(d,
		     (struct vt_meta){
			 .subject = "Trạm ở xã 7", .issued_on = "2026-02-01" },
		     900),
	    &d->err, "in the subject");
	tap_call(make_in(d,
		     (struct vt_meta){ .subject = "Trạm",
			 .description = "đợt 7",
			 .issued_on = "2026-02-28" },
		     901),
	    &d->err, "elsewhere, too");
	tap_call(make_in(d,
		     (struct vt_meta){ .subject = "Trạm y tế",
			 .number = "7",
			 .issued_on = "2026-03-01" },
		     902),
	    &d->err, "subject and number");
	for (int merged = 0; merged < 2; merged++) {
		find(d, q, 1, &f);
		tap_ok(f.n == 3 && f.seq[0] == 3 && f.seq[2] == 1, "newest");
		q.order = VT_SEARCH_OLDEST;
		find(d, q, 1, &f);
		tap_ok(f.n == 3 && f.seq[0] == 1 && f.seq[2] == 3, "oldest");
		q.order = VT_SEARCH_RELEVANCE;
		find(d, q, 1, &f);
		tap_ok(
		    f.n == 3 && f.seq[0] == 3 && f.seq[1] == 1 && f.seq[2] == 2,
		    "the best first");
		q.order = VT_SEARCH_NEWEST;
		q.issued_from = "2026-02-28";
		find(d, q, 1, &f);
		tap_ok(f.n == 2 && f.seq[0] == 3, "from a day on");
		q.issued_until = "2026-02-28";
		find(d, q, 1, &f);
		tap_ok(f.n == 1 && f.seq[0] == 2, "to that day");
		q.issued_from = q.issued_until = NULL;
		merge_all(d);
	}
}

/* ---- who has it, what is due ---- */

static void
is_held(struct doer *d, struct vt_paper_query q, size_t n, const char *what)
{
	struct found f;

	find(d, q, 2, &f);
	tap_eq_int(f.n, n, "%s", what);
	q.order = VT_SEARCH_RELEVANCE;
	find(d, q, 2, &f);
	tap_eq_int(f.n, n, "%s, the best first", what);
}

static void
hands(struct doer *d)
{
	const uint32_t open =
	    1U << VT_PAPER_ASSIGNED | 1U << VT_PAPER_PROCESSING;
	struct vt_step st = { .kind = VT_STEP_ASSIGN };
	vt_id who[2], p = { { 0 } };
	char hex[2 * VT_ID_SIZE + 8] = "has";
	VT_BUF_AUTO(b);

	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	for (size_t i = 0; i < 2; i++)
		tap_call(make_person(d, "Người", &who[i]), &d->err, "person");
	for (uint64_t i = 0; i < 7; i++) {
		tap_call(
		    make_paper(d, VT_DIR_IN, 100, 950 + i), &d->err, "paper");
		p = d->paper;
		if (i == 6)
			break;
		st.u.assign.person = who[i % 2];
		st.u.assign.due_on = i < 4 ? "2026-03-05" : "";
		tap_call(do_step(d, &p, st), &d->err, "assigned");
	}
	st = (struct vt_step){ .kind = VT_STEP_FORWARD };
	st.u.forward.person = who[1];
	tap_call(do_step(d, &p, st), &d->err, "forwarded");
	vt_buf_hex(&b, VT_SPAN(who[0].b, VT_ID_SIZE));
	(void)snprintf(hex, sizeof(hex), "has%s", vt_buf_str(&b));
	for (int merged = 0; merged < 2; merged++) {
		is_held(d, (struct vt_paper_query){ .assigned_to = who[0] }, 3,
		    "the first one's");
		is_held(d, (struct vt_paper_query){ .assigned_to = who[1] }, 4,
		    "the other one's, and what was forwarded");
		is_held(d,
		    (struct vt_paper_query){
			.assigned_to = who[1], .states = open },
		    3, "of these, assigned");
		is_held(d,
		    (struct vt_paper_query){ .assigned_to = who[0],
			.states = open,
			.due_before = "2026-03-06" },
		    2, "and due");
		is_held(d,
		    (struct vt_paper_query){
			.states = open, .due_before = "2026-03-06" },
		    4, "whoever has it");
		is_held(d,
		    (struct vt_paper_query){
			.assigned_to = who[0], .words = "thu nghiem" },
		    3, "with words");
		is_held(d, (struct vt_paper_query){ .words = hex }, 0,
		    "nobody types such a word");
		is_held(d, (struct vt_paper_query){ .words = "opendue" }, 0,
		    "nor this");
		merge_all(d);
	}
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	struct world w;
	char *dir;

	/* Hundreds of acts, and nothing here is about their being durable. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	dir = dir_new();
	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "agency");
	quality(dir, &d);
	damaged(&d, dir, &w);
	for (uint64_t seed = 1; seed <= 3; seed++)
		property(&d, seed);
	tap_call(make_agency(&d, "H99.08", "Sở"), &d.err, "agency");
	removed(&d, dir);
	tap_call(make_agency(&d, "H99.09", "Sở"), &d.err, "agency");
	ordered(&d);
	tap_call(make_agency(&d, "H99.10", "Sở"), &d.err, "agency");
	hands(&d);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
