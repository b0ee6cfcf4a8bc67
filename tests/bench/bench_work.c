/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work queue: enqueued in acts, claimed, given back, ended, one after the
 * other, with few and with many items waiting. Its cost must not grow with
 * them.
 *
 *	bench_work DIR [ITEMS]	100,000 when not said
 *
 * A line a figure: name, value, unit. DIR is on the disk to be measured; what
 * is made below it is removed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/rounds.h"
#include "tests/unit/docstore/fixture.h"

#define ROUNDS 300

static void
row(const char *name, double value, const char *unit)
{
	printf("%s\t%.1f\t%s\n", name, value, unit);
	(void)fflush(stdout);
}

static double
now_s(void)
{
	return (double)vt_monotonic_us(vt_context_system()) / 1e6;
}

/* So many items, sixteen an act. */
static void
fill(struct doer *d, size_t n)
{
	struct vt_step st[16];

	for (size_t done = 0; done < n; done += 16) {
		memset(st, 0, sizeof(st));
		for (size_t i = 0; i < 16; i++) {
			st[i].kind = VT_STEP_WORK;
			st[i].u.work.kind = VT_WORK_NOTICE;
			st[i].u.work.subject =
			    (vt_id){ { (uint8_t)i, (uint8_t)(done >> 4) } };
		}
		if (do_steps(d, NULL, st, 16, NULL) != VT_OK) {
			fprintf(stderr, "fill: %s\n", d->err.msg);
			exit(1);
		}
	}
}

/* Claims, gives back and ends; ms an item of each. */
static void
measure(struct doer *d, size_t depth)
{
	const vt_id me = { { 1 } };
	double claim = 0, back = 0, end = 0, at;
	char name[80];

	for (int i = 0; i < ROUNDS; i++) {
		struct vt_work w, again;

		at = now_s();
		if (vt_work_claim(d->s, 1U << VT_WORK_NOTICE, &me, 60000000, &w,
			&d->err) != VT_OK)
			goto failed;
		claim += now_s() - at;
		at = now_s();
		if (vt_work_retry(d->s, w.no, w.lease, vt_work_now(d->s),
			"later", &d->err) != VT_OK)
			goto failed;
		back += now_s() - at;
		if (vt_work_claim_item(d->s, w.no, &me, 60000000, &again,
			&d->err) != VT_OK)
			goto failed;
		at = now_s();
		if (vt_work_done(d->s, again.no, again.lease, &d->err) != VT_OK)
			goto failed;
		end += now_s() - at;
		vt_work_free(&w);
		vt_work_free(&again);
	}
	(void)snprintf(name, sizeof(name), "claim, %zu waiting", depth);
	row(name, claim * 1e6 / ROUNDS, "us");
	(void)snprintf(name, sizeof(name), "give back, %zu waiting", depth);
	row(name, back * 1e6 / ROUNDS, "us");
	(void)snprintf(name, sizeof(name), "end, %zu waiting", depth);
	row(name, end * 1e6 / ROUNDS, "us");
	return;
failed:
	fprintf(stderr, "bench_work: %s\n", d->err.msg);
	exit(1);
}

int
main(int argc, char **argv)
{
	size_t items = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
	struct doer d = { 0 };
	struct vt_err err = VT_ERR_INIT;
	double at;
	char *dir;

	if (argc < 2 || setenv("TMPDIR", argv[1], 1) != 0 ||
	    vt_base_init(&err) != VT_OK)
		return 64;
	dir = dir_new();
	d.s = store_new(dir, vt_context_system());
	if (make_agency(&d, "H99.07", "Sở") != VT_OK)
		return 1;
	fill(&d, 1000);
	measure(&d, 1000);
	at = now_s();
	fill(&d, items);
	row("enqueue, 16 an act", (double)items / (now_s() - at), "items/s");
	measure(&d, items);
	vt_act_result_free(&d.r);
	vt_store_close(d.s);
	dir_free(dir);
	return 0;
}
