/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Points of the acceptance list (vietnam.md §12.4) that no other test stands
 * for: 11, the turn of the year while two clerks number; 12, dossier codes
 * beyond 9,999 a day.
 */
#include "tests/unit/api/exchange/nodes.h"

#define EACH 30 /* papers of a clerk */

static struct node a;

/* ---- 11 ---- */

struct clerk {
	pthread_t thread;
	struct doer d;
	vt_id paper[EACH];
	vt_hash main[EACH];
	uint64_t number[EACH];
	uint32_t year[EACH];
	bool turns; /* half of the way it is midnight */
	int rc;
};

static void
prepare(struct clerk *c, uint64_t seed)
{
	c->d = (struct doer){
		.s = a.store, .agency = a.no[0], .r = VT_ACT_RESULT_INIT
	};
	for (size_t i = 0; i < EACH; i++) {
		must(make_paper(&c->d, VT_DIR_OUT, 500, seed + i) == VT_OK,
		    "paper", c->d.err.msg);
		c->paper[i] = c->d.paper;
		must(do_step(&c->d, &c->paper[i],
			 agree(VT_STEP_SUBMIT, &c->d.main)) == VT_OK,
		    "submit", c->d.err.msg);
	}
}

static void *
number_all(void *arg)
{
	struct clerk *c = arg;

	for (size_t i = 0; i < EACH && c->rc == VT_OK; i++) {
		if (c->turns && i == EACH / 2)
			atomic_store(&clock_now, (int64_t)1798736400 * 1000000);
		c->rc = do_step(&c->d, &c->paper[i], number_step(VT_BOOK_OUT));
		c->number[i] = c->d.r.number;
		c->year[i] = c->d.r.number_period;
	}
	return NULL;
}

/* Is every number of the year from 1 on given, once? *ret_n: how many. */
static bool
gap_free(const struct clerk *c, uint32_t year, size_t *ret_n)
{
	bool seen[2 * EACH + 1] = { false };
	size_t n = 0, found = 0;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < EACH; i++) {
			if (c[k].year[i] != year)
				continue;
			n++;
			if (c[k].number[i] >= 1 && c[k].number[i] <= 2 * EACH)
				seen[c[k].number[i]] = true;
		}
	for (size_t i = 1; i <= n; i++)
		found += seen[i];
	*ret_n = n;
	return n > 0 && found == n;
}

static void
year_turns(void)
{
	static struct clerk c[2];
	size_t old = 0, new = 0;
	bool good;

	prepare(&c[0], 100);
	prepare(&c[1], 200);
	c[0].turns = true;
	/* 2026-12-31 23:59:59 in Vietnam */
	atomic_store(&clock_now, (int64_t)1798736399 * 1000000);
	for (size_t i = 0; i < 2; i++)
		must(pthread_create(&c[i].thread, NULL, number_all, &c[i]) == 0,
		    "thread", "");
	for (size_t i = 0; i < 2; i++)
		(void)pthread_join(c[i].thread, NULL);
	tap_call(c[0].rc, &c[0].d.err, "the first clerk's papers");
	tap_call(c[1].rc, &c[1].d.err, "the second clerk's");
	good = gap_free(c, 2026, &old);
	tap_ok(good, "2026: %zu numbers, from 1, no gap", old);
	good = gap_free(c, 2027, &new);
	tap_ok(good, "2027: %zu numbers, from 1, no gap", new);
	tap_eq_int(old + new, 2 * EACH, "every paper has one");
	for (size_t i = 0; i < 2; i++)
		vt_act_result_free(&c[i].d.r);
}

/* ---- 12 ---- */

static int
with_case(const char *code, char ret[128])
{
	struct vt_meta m = { .subject = "Kết quả", .case_code = code };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor who = actor(&a, 0);
	struct vt_request rq = request(&a, &who);
	struct vt_office_file f = { .name = "kq.txt", .media_type = "" };
	struct vt_view *v = NULL;
	struct vt_blob blob;
	struct vt_paper p;
	int rc;

	must(vt_upload_memory(a.store, a.no[0], vt_span_str(code), &f.upload,
		 &blob, &err) == VT_OK,
	    "upload", err.msg);
	rc = vt_office_register(a.office, &rq,
	    &(struct vt_new_paper){ .direction = VT_DIR_OUT,
		.meta = &m,
		.files = &f,
		.n_files = 1 },
	    &r, &err);
	ret[0] = '\0';
	if (rc == VT_OK) {
		must(vt_view_begin(a.store, &v, &err) == VT_OK &&
			 vt_paper_get(v, &r.paper, &p, &err) == VT_OK,
		    "paper", err.msg);
		vt_text_fit(ret, 128, p.meta.case_code);
		vt_view_end(v);
	}
	vt_act_result_free(&r);
	return rc;
}

static void
dossiers(void)
{
	static const char *const good[] = { "000.00.19.H47-260105-9999",
		"000.00.19.H47-260105-10000", "H57.132-260804-123456" };
	char kept[128], large[80] = "H57.132-260804-";

	for (size_t i = 0; i < 3; i++) {
		tap_eq_int(with_case(good[i], kept), VT_OK, "%s", good[i]);
		tap_eq_str(kept, good[i], "is kept whole");
	}
	memset(large + 15, '9', 40);
	tap_ok(with_case(large, kept) != VT_OK,
	    "one too long for its field is refused, never cut");
}

int
main(void)
{
	spawn();
	node_begin(&a);
	a.other = &a;
	node_tenant(&a, "H99.07");
	node_open(&a);
	dossiers();
	year_turns();
	node_end(&a);
	vt_spawner_free(spawner);
	return tap_done();
}
