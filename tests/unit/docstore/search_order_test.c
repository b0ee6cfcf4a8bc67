/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hits by number, day and due day, sifted by state, person, unit, days and
 * numbers: random papers and queries on a store whose index is behind or whole,
 * against the model, which has none; pages while papers come; what a cursor,
 * or a text, must not do.
 */
#include <inttypes.h>

#include "docstore/index.h"
#include "tests/unit/docstore/fixture.h"

#define MANY 400

struct pair {
	struct doer *real, *model;
	vt_id who[2][2]; /* [store][person] */
	uint64_t x;
	unsigned int papers;
};

static uint64_t
draw(struct pair *w, uint64_t n)
{
	w->x ^= w->x << 13;
	w->x ^= w->x >> 7;
	w->x ^= w->x << 17;
	return w->x % n;
}

static struct vt_view *
view_of(struct doer *d)
{
	struct vt_view *v = NULL;

	if (vt_view_begin(d->s, &v, &d->err) != VT_OK)
		tap_need(false, "view: %s", d->err.msg);
	return v;
}

static void
merge_all(struct doer *d)
{
	bool any = true;

	while (any)
		tap_need(
		    vt_search_merge(d->s, d->agency, &any, &d->err) == VT_OK,
		    "merge: %s", d->err.msg);
}

/* ---- papers ---- */

static const char *const days[] = { "", "2026-03-05", "2026-03-09",
	"2026-04-01", "mai" };
static const char *const units[] = { "", "Phòng Một", "Phòng Hai" };
static const char *const words[] = { "đường", "duong", "thuế", "họp" };

static vt_id
id_of(struct doer *d, uint64_t seq)
{
	struct vt_paper_query q = { .before = seq + 1 };
	struct vt_view *v = view_of(d);
	struct vt_paper p = { .seq = 0 };
	uint64_t next;
	size_t n = 0;
	vt_id id;

	tap_need(vt_paper_search(v, d->agency, &q, &p, 1, &n, &next, &d->err) ==
			 VT_OK &&
		     n == 1 && p.seq == seq,
	    "paper %" PRIu64, seq);
	id = p.id;
	vt_view_end(v);
	return id;
}

static int
make(struct doer *d, bool in, bool book, const struct vt_meta *m, uint64_t seed)
{
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	struct vt_file f;
	int rc;

	rc = make_file(d, VT_SPAN(&seed, sizeof(seed)), "tep.pdf", &f);
	if (rc != VT_OK)
		return rc;
	st.u.reg.direction = in ? VT_DIR_IN : VT_DIR_OUT;
	st.u.reg.meta = m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = in && book ? "den" : NULL;
	return do_step(d, NULL, st);
}

/* The same act on both; what one refuses the other refuses. */
static void
both(struct pair *w, uint64_t seq, struct vt_step st, unsigned int person)
{
	struct doer *d[2] = { w->real, w->model };
	int rc[2];

	for (int i = 0; i < 2; i++) {
		vt_id p = id_of(d[i], seq);

		if (st.kind == VT_STEP_ASSIGN)
			st.u.assign.person = w->who[i][person];
		rc[i] = do_step(d[i], &p, st);
	}
	tap_need(rc[0] == rc[1], "alike: %d, %d: %s", rc[0], rc[1],
	    w->real->err.msg);
}

static void
act(struct pair *w)
{
	struct vt_meta m = { .subject = words[draw(w, 4)],
		.type_code = draw(w, 2) == 0 ? "CV" : "QĐ",
		.issued_on = days[draw(w, 5)],
		.due_on = days[draw(w, 5)] };
	struct vt_step st = { .kind = VT_STEP_META };
	bool in = draw(w, 3) > 0, book = draw(w, 4) > 0;

	if (w->papers < 5 || draw(w, 3) == 0) {
		w->papers++;
		tap_need(make(w->real, in, book, &m, w->papers) == VT_OK &&
			     make(w->model, in, book, &m, w->papers) == VT_OK,
		    "paper: %s", w->real->err.msg);
		return;
	}
	if (draw(w, 2) == 0) {
		st.u.meta.meta = &m;
	} else {
		st.kind = VT_STEP_ASSIGN;
		st.u.assign.unit = units[draw(w, 3)];
		st.u.assign.due_on = days[draw(w, 4)];
	}
	both(w, 1 + draw(w, w->papers), st, (unsigned int)draw(w, 2));
}

/* ---- asking ---- */

struct found {
	uint64_t seq[MANY];
	size_t n;
};

static void
find(struct doer *d, struct vt_paper_query q, size_t page, struct found *ret)
{
	struct vt_paper p[64];
	size_t n;

	ret->n = 0;
	for (int i = 0; i < MANY; i++) {
		struct vt_view *v = view_of(d);

		n = 0;
		tap_need(vt_paper_search(v, d->agency, &q, p, page, &n,
			     &q.before, &d->err) == VT_OK,
		    "search: %s", d->err.msg);
		for (size_t k = 0; k < n && ret->n < MANY; k++)
			ret->seq[ret->n++] = p[k].seq;
		vt_view_end(v);
		if (q.before == 0)
			return;
	}
	tap_need(false, "a search that ends");
}

static struct vt_paper_query
some_query(struct pair *w, unsigned int *ret_person)
{
	struct vt_paper_query q = {
		.order = (enum vt_search_order)draw(w, VT_SEARCH_ORDERS)
	};

	*ret_person = 2;
	if (draw(w, 2) == 0)
		q.words = words[draw(w, 4)];
	else if (draw(w, 8) == 0)
		q.words = "-duong";
	if (draw(w, 4) == 0)
		q.direction = draw(w, 2) == 0 ? VT_DIR_IN : VT_DIR_OUT;
	if (draw(w, 3) == 0)
		q.states = draw(w, 2) == 0 ? 1U << VT_PAPER_ASSIGNED
					   : VT_STATES_OPEN;
	if (draw(w, 4) == 0)
		q.unit = units[draw(w, 3)];
	if (draw(w, 4) == 0)
		*ret_person = (unsigned int)draw(w, 2);
	if (draw(w, 4) == 0)
		q.due_before = days[draw(w, 5)];
	if (draw(w, 4) == 0)
		q.issued_from = days[draw(w, 5)];
	if (draw(w, 4) == 0)
		q.issued_until = days[draw(w, 5)];
	if (draw(w, 4) == 0)
		q.type_code = "QĐ";
	if (draw(w, 4) == 0)
		q.number_min = draw(w, 20);
	if (draw(w, 4) == 0)
		q.number_max = draw(w, 40);
	return q;
}

static bool
same(struct pair *w, size_t *ret_hits)
{
	static struct found f, g;
	unsigned int person;
	struct vt_paper_query q = some_query(w, &person), r = q;
	size_t page = 1 + draw(w, 9);

	if (person < 2) {
		q.assigned_to = w->who[0][person];
		r.assigned_to = w->who[1][person];
	}
	find(w->real, q, page, &f);
	find(w->model, r, 64, &g);
	*ret_hits += g.n;
	if (f.n == g.n && memcmp(f.seq, g.seq, f.n * sizeof(f.seq[0])) == 0)
		return true;
	printf("# <%s> order %d states %x unit %s due %s from %s until %s: %zu "
	       "by the index, %zu by looking\n",
	    q.words == NULL ? "" : q.words, (int)q.order, q.states, q.unit,
	    q.due_before, q.issued_from, q.issued_until, f.n, g.n);
	return false;
}

static void
walk(struct pair *w, uint64_t seed)
{
	unsigned int bad = 0, asked = 0;
	size_t hits = 0;
	bool any;

	w->x = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (unsigned int i = 0; i < 150; i++) {
		act(w);
		if (draw(w, 6) == 0)
			tap_need(vt_search_merge(w->real->s, w->real->agency,
				     &any, &w->real->err) == VT_OK,
			    "merge");
		for (int k = 0; k < 16; k++, asked++)
			bad += same(w, &hits) ? 0 : 1;
	}
	tap_ok(bad == 0 && hits > 1000,
	    "seed %" PRIu64 ": %u queries, %zu hits, %u differ", seed, asked,
	    hits, bad);
}

static void
start(struct pair *w, const char *code, unsigned int store)
{
	struct doer *d = store == 0 ? w->real : w->model;

	tap_call(make_agency(d, code, "Sở"), &d->err, "agency");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	for (size_t i = 0; i < 2; i++)
		tap_call(make_person(d, "Người", &w->who[store][i]), &d->err,
		    "person");
}

static void
property(struct doer *d, struct world *world, uint64_t seed)
{
	static const char *const codes[] = { "H99.01", "H99.02", "H99.03" };
	struct doer model = { .r = VT_ACT_RESULT_INIT };
	struct pair w = { .real = d, .model = &model };

	model.s = model_new(&world->ctx);
	start(&w, codes[seed % 3], 0);
	start(&w, "H99.01", 1);
	walk(&w, seed);
	vt_act_result_free(&model.r);
	vt_store_close(model.s);
}

/* ---- as a clerk sees them ---- */

static void
is_order(struct doer *d, enum vt_search_order order, const char *want)
{
	struct vt_paper_query q = { .order = order };
	struct found f;
	char got[64] = "";

	find(d, q, 2, &f);
	for (size_t i = 0; i < f.n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    "%s%" PRIu64, i > 0 ? " " : "", f.seq[i]);
	tap_eq_str(got, want, "order %d", (int)order);
}

static void
orders(struct doer *d)
{
	/* number 1, none, number 2 */
	const struct vt_meta m[] = { { .subject = "Một",
					 .issued_on = "2026-03-09",
					 .due_on = "2026-03-20" },
		{ .subject = "Hai", .issued_on = "2026-02-27" },
		{ .subject = "Ba", .due_on = "2026-03-19" } };

	for (uint64_t i = 0; i < 3; i++)
		tap_call(make(d, true, i != 1, &m[i], 500 + i), &d->err,
		    "paper");
	for (int merged = 0; merged < 2; merged++) {
		is_order(d, VT_SEARCH_NUMBER, "1 3 2");
		is_order(d, VT_SEARCH_NUMBER_DOWN, "3 1 2");
		is_order(d, VT_SEARCH_DATE, "2 1 3");
		is_order(d, VT_SEARCH_DATE_DOWN, "1 2 3");
		is_order(d, VT_SEARCH_DUE, "3 1 2");
		is_order(d, VT_SEARCH_DUE_DOWN, "1 3 2");
		merge_all(d);
	}
}

/* While papers come and go into the index none of those that were there is
 * shown twice or passed over. */
static void
pages(struct doer *d, enum vt_search_order order)
{
	const struct vt_meta m = { .subject = "Trang", .due_on = "2026-05-01" };
	struct vt_paper_query q = { .words = "trang", .order = order };
	unsigned int seen[128] = { 0 }, twice = 0, missed = 0;
	struct vt_paper p[4];
	uint64_t there = 0;
	size_t n = 0;

	for (uint64_t i = 0; i < 20; i++)
		tap_need(make(d, true, i % 3 > 0, &m, 600 + i) == VT_OK, "%s",
		    d->err.msg);
	there = 3 + (order == VT_SEARCH_NUMBER ? 20U : 0U);
	for (unsigned int k = 0; k < 64; k++) {
		struct vt_view *v = view_of(d);

		tap_need(vt_paper_search(v, d->agency, &q, p, 4, &n, &q.before,
			     &d->err) == VT_OK,
		    "page: %s", d->err.msg);
		for (size_t i = 0; i < n; i++)
			twice += seen[p[i].seq % 128]++ > 0;
		vt_view_end(v);
		if (q.before == 0)
			break;
		if (k < 5)
			tap_need(make(d, true, k % 2, &m, 700 + k) == VT_OK,
			    "%s", d->err.msg);
		if (k % 2 == 0)
			merge_all(d);
	}
	for (uint64_t seq = 4; seq < there; seq++)
		missed += seen[seq] != 1;
	tap_ok(twice == 0 && missed == 0 && q.before == 0,
	    "order %d: %u twice, %u passed over", (int)order, twice, missed);
}

/* ---- what is typed by somebody who wants to break it ---- */

static void
hostile(struct doer *d)
{
	static const char *const typed[] = { "\"", "\"\"", "\"trang", "*", "**",
		"-", "- -", "OR", "OR OR", "NEAR(a b, 2)", "a AND b", "NOT trang",
		"{subject}: trang", "subject : trang", "doc MATCH 'x'", "'; DROP",
		"trang\" OR \"1", "+0,", "\x1f", "^trang", "trang^", "so:",
		"so:\"", ":", "a:b:c", "\xcc\x80", "\xcc\x80\xcc\x81 a",
		"%s%n", "\xe2\x80\x9c", "rowid:1", "hands:open", "(((((", "))" };
	const size_t long_n = 200000;
	struct vt_paper_query q = { .words = NULL };
	char *text = calloc(1, long_n + 1);
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p[4];
	struct vt_view *v;
	uint64_t next;
	size_t n;
	int rc;

	tap_need(text != NULL, "memory");
	for (size_t order = 0; order < VT_SEARCH_ORDERS; order++)
		for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
			struct found f;

			q.order = (enum vt_search_order)order;
			q.words = typed[i];
			q.number = i % 3 == 0 ? typed[i] : NULL;
			find(d, q, 7, &f);
		}
	tap_ok(true, "signs are signs");
	q = (struct vt_paper_query){ .words = text };
	memset(text, 'x', long_n);
	v = view_of(d);
	tap_call(vt_paper_search(v, d->agency, &q, p, 4, &n, &next, &err), &err,
	    "one word of 200,000 letters");
	tap_eq_int(n, 0, "which is nowhere");
	for (size_t i = 0; i < long_n; i++)
		text[i] = "trang OR  "[i % 10];
	tap_call(vt_paper_search(v, d->agency, &q, p, 4, &n, &next, &err), &err,
	    "20,000 words");
	tap_eq_int(n, 4, "those that count are found");
	q.words = "\xff\xfe";
	rc = vt_paper_search(v, d->agency, &q, p, 4, &n, &next, &err);
	tap_eq_int(rc, VT_E_SYNTAX, "no UTF-8: %s", err.msg);
	q = (struct vt_paper_query){ .words = "trang", .before = UINT64_MAX };
	for (size_t order = 0; order < VT_SEARCH_ORDERS; order++) {
		q.order = (enum vt_search_order)order;
		tap_call(
		    vt_paper_search(v, d->agency, &q, p, 4, &n, &next, &err),
		    &err, "a cursor of nobody's");
	}
	vt_view_end(v);
	free(text);
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	struct world w;
	char *dir;

	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	dir = dir_new();
	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	for (uint64_t seed = 1; seed <= 3; seed++)
		property(&d, &w, seed);
	tap_call(make_agency(&d, "H99.11", "Sở"), &d.err, "agency");
	tap_call(make_series(&d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d.err,
	    "series");
	orders(&d);
	pages(&d, VT_SEARCH_NUMBER_DOWN);
	pages(&d, VT_SEARCH_NUMBER);
	hostile(&d);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
