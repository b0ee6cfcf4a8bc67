/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A long walk of random verbs, sensible and not, on LMDB and on the model at
 * once: every answer has the same code and the same receipt, what was read is
 * the same, the store has the same rows in the end, and check is clean, also
 * after opening again. The verbs are in walk_*.c (walk.h).
 *
 * store_walk [STEPS [SEED]], or VT_STEPS and VT_SEED. A walk of more than
 * EPOCH steps is one of several stores, one after the other, each with a seed
 * of its own: that is printed, and repeats it alone ("store_walk 20000 SEED").
 * A short one goes on until each kind of move has succeeded, a long one must
 * have done each.
 */
#include <time.h>

#include "tests/property/walk.h"

#define EPOCH  20000
#define SHORT  1000
#define DIGEST 5000 /* steps between comparisons of all rows */
#define VERBS  256
#define NEEDED 256

static const struct walk_noun *const nouns[] = {
#define WALK_NOUN(noun) &walk_##noun,
#include "tests/property/walk.def"
#undef WALK_NOUN
};
#define NOUNS (sizeof(nouns) / sizeof(nouns[0]))

/* Of all nouns together. */
static struct {
	const struct walk_verb *verb[VERBS];
	size_t n_verb;
	unsigned int weight;
	const char *needed[NEEDED];
	size_t n_needed;
} all;
static unsigned int won[NEEDED];

static uint64_t state;

static uint64_t
draw(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

void
walk_see(struct side *s, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		s->seen = (s->seen ^ b[i]) * 0x100000001b3ULL;
}

size_t
walk_size(const struct move *m)
{
	static const size_t borders[] = { 0, 1, VT_CHUNK_SIZE - 1,
		VT_CHUNK_SIZE, VT_CHUNK_SIZE + 1, (size_t)2 * VT_CHUNK_SIZE };

	if (m->size % 32 == 0)
		return borders[m->size / 32 % 6];
	if (m->size % 32 == 1)
		return m->size;
	return m->size % 2500;
}

static void
gather(void)
{
	for (size_t i = 0; i < NOUNS; i++) {
		for (size_t k = 0; k < nouns[i]->n_verb; k++) {
			VT_ASSERT(all.n_verb < VERBS);
			all.verb[all.n_verb++] = &nouns[i]->verb[k];
			all.weight += nouns[i]->verb[k].weight;
		}
		for (size_t k = 0; k < nouns[i]->n_needed; k++) {
			VT_ASSERT(all.n_needed < NEEDED);
			all.needed[all.n_needed++] = nouns[i]->needed[k];
		}
	}
}

/* Counts what was done; how many kinds were not yet. */
static size_t
count(const char *did)
{
	size_t none = 0;

	for (size_t i = 0; i < all.n_needed; i++) {
		won[i] += strcmp(all.needed[i], did) == 0;
		none += won[i] == 0;
	}
	return none;
}

static void
begin(struct side *s)
{
	unsigned int bad = 0;

	bad += make_agency(&s->d[0], "H99.07", "Sở KH&CN") != VT_OK;
	bad += make_agency(&s->d[1], "H99.31", "UBND xã") != VT_OK;
	for (int i = 0; i < 2; i++) {
		bad += make_series(&s->d[i], "di", VT_RESET_YEAR,
			   VT_SERIES_OURS) != VT_OK;
		bad += make_series(&s->d[i], "den", VT_RESET_YEAR,
			   VT_SERIES_OURS) != VT_OK;
	}
	for (size_t i = 0; i < NOUNS; i++)
		if (nouns[i]->begin != NULL)
			bad += nouns[i]->begin(s) != VT_OK;
	if (bad > 0) {
		printf("Bail out! what a noun begins with failed: %s\n",
		    s->d[0].err.msg);
		exit(1);
	}
}

static void
end(struct side *s)
{
	for (size_t i = 0; i < NOUNS; i++)
		if (nouns[i]->end != NULL)
			nouns[i]->end(s);
	for (int i = 0; i < 2; i++)
		vt_act_result_free(&s->d[i].r);
}

static const struct walk_verb *
draw_verb(void)
{
	uint64_t at = draw(all.weight);
	size_t i = 0;

	while (at >= all.verb[i]->weight)
		at -= all.verb[i++]->weight;
	return all.verb[i];
}

static struct move
draw_move(void)
{
	struct move m = { .paper = (unsigned int)draw(PAPERS),
		.reason = VT_VERSION_EDITED + (unsigned int)draw(6),
		.size = (size_t)draw(200000),
		.seed = draw(1ULL << 40) };

	return m;
}

static bool
same(const struct side *a, const struct side *b, int rc)
{
	if (a->seen != b->seen || a->held.no != b->held.no)
		return false;
	for (int i = 0; rc == VT_OK && i < 2; i++)
		if (!vt_span_eq(vt_buf_view(&a->d[i].r.receipt),
			vt_buf_view(&b->d[i].r.receipt)))
			return false;
	return true;
}

static bool
step(struct side *a, struct side *b, unsigned int n, unsigned int *ok)
{
	const struct walk_verb *v = draw_verb();
	struct move m = draw_move();
	int ra, rb;

	a->did = b->did = "";
	ra = v->go(a, &m);
	rb = v->go(b, &m);
	*ok += ra == VT_OK;
	if (ra == VT_OK)
		(void)count(a->did);
	if (ra == rb && same(a, b, ra))
		return true;
	tap_eq_int(rb, ra, "step %u, %s", n, a->did);
	tap_ok(a->seen == b->seen, "and what it saw");
	printf("# model: %s; %s\n# lmdb: %s; %s\n", a->d[0].err.msg,
	    a->d[1].err.msg, b->d[0].err.msg, b->d[1].err.msg);
	return false;
}

/* All rows. One act on both before: what closing stores is then in both. */
static bool
equal(struct side *a, struct side *b, unsigned int n)
{
	struct vt_err err = VT_ERR_INIT;
	vt_hash x, y;
	uint8_t one = 1;

	for (int i = 0; i < 2; i++) {
		struct side *s = i == 0 ? a : b;

		if (put_entry(&s->d[0], VT_ENTRY_ADDRESS, "digest",
			VT_SPAN(&one, 1), VT_ENTRY_ANY) != VT_OK ||
		    vt_store_digest(s->d[0].s, i == 0 ? &x : &y, &err) != VT_OK)
			return tap_ok(false, "digest: %s", err.msg);
	}
	if (vt_hash_eq(&x, &y))
		return true;
	return tap_ok(false, "after step %u: the same rows", n);
}

/* One store on each engine; false: they differ. */
static bool
epoch(uint64_t seed, unsigned int steps)
{
	static struct side a, b;
	struct side *const both[] = { &a, &b };
	unsigned int ok = 0, n = 0;
	char *dir = dir_new();
	bool good = true;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	state = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (int i = 0; i < 2; i++) {
		struct side *s = both[i];

		world_init(&s->w);
		s->lmdb = i == 1;
		s->dir = dir;
		s->d[0].s = s->d[1].s =
		    i == 0 ? model_new(&s->w.ctx) : store_new(dir, &s->w.ctx);
		begin(s);
	}
	for (; good && (n < steps ||
			   (steps <= SHORT && count("") > 0 && n < 40 * steps));
	     n++) {
		good = step(&a, &b, n, &ok);
		if (good && (n + 1) % DIGEST == 0)
			good = equal(&a, &b, n);
	}
	good = good && equal(&a, &b, n);
	if (good && ok <= n / 8)
		good = tap_ok(false, "%u of %u did something", ok, n);
	for (int i = 0; i < 2; i++)
		end(both[i]);
	if (good && steps <= SHORT)
		good = tap_ok(
		    findings(a.d[0].s, true) == 0, "model: check is clean");
	vt_store_close(a.d[0].s);
	vt_store_close(b.d[0].s);
	if (good) {
		b.d[0].s = store_open(dir, &b.w.ctx);
		if (findings(b.d[0].s, true) != 0)
			good = tap_ok(false, "opened again: clean");
		vt_store_close(b.d[0].s);
	}
	dir_free(dir);
	if (!good)
		printf("# again: store_walk %u %llu\n", steps,
		    (unsigned long long)seed);
	return good;
}

int
main(int argc, char **argv)
{
	const char *ns = argc > 1 ? argv[1] : getenv("VT_STEPS");
	const char *se = argc > 2 ? argv[2] : getenv("VT_SEED");
	unsigned long steps = ns != NULL ? strtoul(ns, NULL, 10) : 600;
	uint64_t seed =
	    se != NULL ? strtoull(se, NULL, 10) : (uint64_t)time(NULL);
	struct vt_err err = VT_ERR_INIT;
	unsigned long done = 0;
	bool good = true;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	printf("# %lu steps, VT_SEED=%llu\n", steps, (unsigned long long)seed);
	(void)fflush(stdout);
	gather();
	while (good && done < steps) {
		unsigned int n =
		    steps - done < EPOCH ? (unsigned int)(steps - done) : EPOCH;

		good = epoch(seed++, n);
		done += n;
		if (steps > EPOCH) {
			printf("# %lu of %lu steps\n", done, steps);
			(void)fflush(stdout);
		}
	}
	tap_ok(good, "%lu steps, the same on both", done);
	for (size_t i = 0; i < all.n_needed; i++)
		tap_ok(won[i] > 0 || (steps > SHORT && steps < EPOCH),
		    "%s: %u times", all.needed[i], won[i]);
	return tap_done();
}
