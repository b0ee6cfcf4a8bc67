/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searching while the rest goes on or breaks: pages while other threads
 * register, change and merge; the file of the index removed or spoilt under a
 * store that serves; no room for it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "docstore/index.h"
#include "tests/unit/docstore/fixture.h"

#define THERE 300 /* papers before the others begin */
#define MORE  300 /* that come meanwhile */
#define LATER 8   /* and when the file breaks */

static int
make(struct doer *d, const char *subject, uint64_t seed)
{
	const struct vt_meta m = { .subject = subject };
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
	st.u.reg.arrival_series = "den";
	return do_step(d, NULL, st);
}

static int
merge_all(struct doer *d)
{
	bool any = true;
	int rc = VT_OK;

	while (rc == VT_OK && any)
		rc = vt_search_merge(d->s, d->agency, &any, &d->err);
	return rc;
}

/* All pages; how many of the papers that were there came other than once. */
static size_t
wrong_ones(struct doer *d, const struct vt_paper_query *asked, size_t *ret_n)
{
	uint8_t seen[THERE + MORE + LATER + 1] = { 0 };
	struct vt_paper_query q = *asked;
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p[7];
	size_t n, wrong = 0;

	*ret_n = 0;
	do {
		struct vt_view *v = NULL;

		if (vt_view_begin(d->s, &v, &err) != VT_OK ||
		    vt_paper_search(v, d->agency, &q, p, 7, &n, &q.before,
			&err) != VT_OK)
			wrong += 1000;
		for (size_t i = 0; wrong < 1000 && i < n; i++)
			wrong += seen[p[i].seq]++ > 0;
		*ret_n += wrong < 1000 ? n : 0;
		vt_view_end(v);
	} while (wrong < 1000 && q.before != 0);
	for (size_t seq = 1; seq <= THERE; seq++)
		wrong += seen[seq] != 1;
	return wrong;
}

/* ---- many at once ---- */

struct crowd {
	struct vt_store *s;
	uint32_t agency;
	_Atomic bool over;
	_Atomic size_t wrong, rounds, failed;
};

static void *
registers(void *arg)
{
	struct crowd *c = arg;
	struct doer d = { .s = c->s,
		.agency = c->agency,
		.r = VT_ACT_RESULT_INIT };

	for (uint64_t i = 0; i < MORE; i++)
		if (make(&d, i % 2 == 0 ? "Đường mới" : "Việc khác",
			THERE + i) != VT_OK)
			c->failed++;
	vt_act_result_free(&d.r);
	c->over = true;
	return NULL;
}

static void *
merges(void *arg)
{
	struct crowd *c = arg;
	struct doer d = { .s = c->s, .agency = c->agency };

	while (!c->over)
		if (merge_all(&d) != VT_OK)
			c->failed++;
	return NULL;
}

static void *
searches(void *arg)
{
	struct crowd *c = arg;
	struct doer d = { .s = c->s, .agency = c->agency };
	struct vt_paper_query q = { .words = "duong" };
	size_t n;

	do {
		q.order = (enum vt_search_order)(c->rounds++ % VT_SEARCH_ORDERS);
		c->wrong += wrong_ones(&d, &q, &n);
	} while (!c->over);
	return NULL;
}

static void
crowded(struct doer *d)
{
	struct crowd c = { .s = d->s, .agency = d->agency };
	void *(*const role[])(void *) = { registers, merges, searches,
		searches };
	pthread_t t[4];

	for (size_t i = 0; i < 4; i++)
		tap_need(pthread_create(&t[i], NULL, role[i], &c) == 0,
		    "thread %zu", i);
	for (size_t i = 0; i < 4; i++)
		(void)pthread_join(t[i], NULL);
	tap_ok(c.failed == 0, "%zu acts or merges failed", (size_t)c.failed);
	tap_ok(c.wrong == 0 && c.rounds > 1,
	    "%zu searches while papers came: %zu twice or passed over",
	    (size_t)c.rounds, (size_t)c.wrong);
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

static bool
is_made(struct doer *d)
{
	struct vt_search_figures f = { .made = false };
	struct vt_view *v = NULL;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK &&
		     vt_search_figures(v, d->agency, &f, &d->err) == VT_OK,
	    "figures: %s", d->err.msg);
	vt_view_end(v);
	return f.made && f.merged == f.acts;
}

/* Words and an order give the same as ever. */
static void
finds(struct doer *d, size_t want, const char *when)
{
	struct vt_paper_query q = { .words = "duong" };
	size_t n = 0, m = 0, wrong = wrong_ones(d, &q, &n);

	q.order = VT_SEARCH_NUMBER_DOWN;
	wrong += wrong_ones(d, &q, &m);
	tap_ok(wrong == 0 && n == want && m == want,
	    "%s: %zu and %zu of %zu, %zu wrong", when, n, m, want, wrong);
}

static void
spoil(const char *path)
{
	uint8_t *p = make_bytes(200000, 7);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	tap_need(fd >= 0 && pwrite(fd, p, 200000, 4096) == 200000, "spoilt");
	(void)close(fd);
	free(p);
}

static void
file_breaks(struct doer *d, const char *dir, size_t want)
{
	tap_call(merge_all(d), &d->err, "merged");
	finds(d, want, "whole");
	tap_ok(unlink(file_of(dir, d, "")) == 0, "removed while it is open");
	finds(d, want, "removed");
	tap_call(make(d, "Đường sau", 5000), &d->err, "and an act");
	(void)merge_all(d);
	finds(d, want + 1, "and merged into");
	tap_call(vt_search_forget(d->s, d->agency, &d->err), &d->err, "forget");
	finds(d, want + 1, "without any");
	tap_call(merge_all(d), &d->err, "made again");
	tap_ok(is_made(d), "it is there");
	spoil(file_of(dir, d, ""));
	finds(d, want + 1, "spoilt while it is open");
	(void)merge_all(d);
	tap_call(make(d, "Đường cuối", 5001), &d->err, "and an act");
	(void)merge_all(d);
	finds(d, want + 2, "and merged into");
}

/* As when the disk is full: no file grows. */
static void
no_room(struct doer *d, size_t want)
{
	struct rlimit was, none;

	for (uint64_t i = 0; i < 3; i++)
		tap_call(make(d, "Đường đầy đĩa", 6000 + i), &d->err, "paper");
	tap_need(getrlimit(RLIMIT_FSIZE, &was) == 0, "limit");
	none = (struct rlimit){ .rlim_cur = 512, .rlim_max = was.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	tap_call(vt_search_forget(d->s, d->agency, &d->err), &d->err, "forget");
	tap_need(setrlimit(RLIMIT_FSIZE, &none) == 0, "no room");
	tap_ok(merge_all(d) != VT_OK, "no room to make it: %s", d->err.msg);
	finds(d, want + 3, "without room");
	tap_need(setrlimit(RLIMIT_FSIZE, &was) == 0, "room");
	tap_call(merge_all(d), &d->err, "made when there is room");
	tap_ok(is_made(d), "it is there");
	finds(d, want + 3, "by it");
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_err err = VT_ERR_INIT;
	size_t want = THERE + MORE / 2;
	struct world w;
	char *dir;

	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	dir = dir_new();
	tap_need(vt_base_init(&err) == VT_OK, "base");
	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "agency");
	tap_call(make_series(&d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d.err,
	    "series");
	for (uint64_t i = 0; i < THERE; i++)
		tap_need(make(&d, "Đường cũ", i) == VT_OK, "%s", d.err.msg);
	crowded(&d);
	file_breaks(&d, dir, want);
	no_room(&d, want + 2);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return tap_done();
}
