/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A long walk of random acts, sensible and not, on LMDB and on the model at
 * once: every answer has the same code and the same receipt, the store has
 * the same rows in the end, and check is clean, also after opening again.
 * VT_SEED, VT_STEPS.
 */
#include <time.h>

#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define PAPERS 24

struct side {
	struct world w;
	struct doer d[2]; /* two agencies */
	vt_id paper[PAPERS];
	vt_hash main[PAPERS];
	size_t n;
};

static uint64_t state;

static uint64_t
draw(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
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
	tap_need(bad == 0, "two agencies");
}

struct move { /* drawn once, done on both sides */
	unsigned int what, paper, reason;
	size_t size;
	uint64_t seed;
	bool key;
};

static int
version(struct doer *d, const struct move *m, const vt_id *paper,
    const vt_hash *main)
{
	struct vt_step st[2];
	int rc;

	d->main = *main;
	rc = append_step(
	    d, (enum vt_version_reason)m->reason, m->size + 1, m->seed, &st[0]);
	if (rc != VT_OK)
		return rc;
	st[1] = sign_step(m->seed & 1 ? VT_SIGN_COMPETENT : VT_SIGN_INITIALS,
	    &st[0].u.version.file.hash);
	if (m->reason == VT_VERSION_SEALED)
		st[1] = seal_step(&st[0].u.version.file.hash);
	return do_steps(d, paper, st,
	    m->reason >= VT_VERSION_INITIALLED && m->reason <= VT_VERSION_SEALED
		? 2
		: 1,
	    NULL);
}

static int
receive(struct doer *d, const struct doer *sender, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_RECEIVE };
	struct vt_delivery del = { .seq = 0 };
	struct vt_view *v;
	struct vt_err err;
	size_t n = 0;

	(void)sender;
	if (vt_view_begin(d->s, &v, &err) != VT_OK)
		return VT_E_INTERNAL;
	if (vt_delivery_list(v, paper, &del, 1, &n, &err) == VT_OK && n == 1)
		st.u.receive.delivery = del.id;
	vt_view_end(v);
	st.u.receive.series = "den";
	return do_step(d, NULL, st);
}

static int
move(struct side *s, const struct move *m)
{
	static const struct vt_recipient to[] = { { "H99.31", "UBND xã" } };
	struct doer *d = &s->d[0];
	struct vt_meta meta = { .subject = "sửa", .urgency = 1 };
	struct vt_step st = { .kind = VT_STEP_META };
	size_t i = s->n == 0 ? 0 : m->paper % s->n;
	vt_id *p = &s->paper[i];
	vt_hash *main = &s->main[i];
	int rc;

	switch (m->what) {
	case 0:
		if (s->n == PAPERS)
			return VT_OK;
		rc = make_paper(d, VT_DIR_OUT, m->size, m->seed);
		if (rc == VT_OK) {
			s->paper[s->n] = d->paper;
			s->main[s->n++] = d->main;
		}
		return rc;
	case 1:
		rc = do_step(d, p, agree(VT_STEP_SUBMIT, main));
		break;
	case 2:
	case 3:
		rc = do_step(d, p, agree(VT_STEP_APPROVE, main));
		break;
	case 4:
		rc = do_step(d, p, agree(VT_STEP_RETURN, main));
		break;
	case 5:
	case 6:
		rc = do_step(d, p, number_step("di"));
		break;
	case 7:
	case 8:
	case 9:
	case 10:
		rc = version(d, m, p, main);
		break;
	case 11:
	case 12:
		rc = do_step(d, p, (struct vt_step){ .kind = VT_STEP_ISSUE });
		break;
	case 13:
		d->paper = *p;
		rc = dispatch(d, to, 1);
		break;
	case 14:
		return receive(&s->d[1], d, p);
	case 15:
		s->w.now += (vt_time)(m->seed % (uint64_t)VT_TIME_S(8640000));
		return VT_OK;
	default:
		st.u.meta.meta = &meta;
		rc = do_step(d, p, st);
		break;
	}
	if (rc == VT_OK)
		*main = d->main;
	return rc;
}

static struct move
draw_move(void)
{
	struct move m = { .what = (unsigned int)draw(17),
		.paper = (unsigned int)draw(PAPERS),
		.reason = VT_VERSION_EDITED + (unsigned int)draw(6),
		.size = (size_t)draw(200000),
		.seed = draw(1ULL << 40) };

	return m;
}

static bool
same(const struct doer *a, const struct doer *b)
{
	return vt_span_eq(
	    vt_buf_view(&a->r.receipt), vt_buf_view(&b->r.receipt));
}

int
main(void)
{
	const char *se = getenv("VT_SEED"), *ns = getenv("VT_STEPS");
	unsigned int steps = ns ? (unsigned int)atoi(ns) : 250, ok = 0;
	static struct side a, b;
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();
	vt_hash x, y;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	state = se ? strtoull(se, NULL, 10) : (uint64_t)time(NULL);
	printf("# VT_SEED=%llu\n", (unsigned long long)state);
	state = state * 0x9e3779b97f4a7c15ULL + 1;
	world_init(&a.w);
	a.d[0].s = a.d[1].s = model_new(&a.w.ctx);
	begin(&a);
	world_init(&b.w);
	b.d[0].s = b.d[1].s = store_new(dir, &b.w.ctx);
	begin(&b);
	for (unsigned int i = 0; i < steps; i++) {
		struct move m = draw_move();
		int ra = move(&a, &m), rb = move(&b, &m);

		ok += ra == VT_OK && m.what != 15;
		if (ra != rb || (ra == VT_OK && !same(&a.d[0], &b.d[0]))) {
			tap_eq_int(rb, ra, "step %u, move %u", i, m.what);
			printf("# model: %s\n# lmdb: %s\n", a.d[0].err.msg,
			    b.d[0].err.msg);
			return tap_done();
		}
	}
	tap_ok(ok > steps / 8, "%u acts done, %u refused, the same on both", ok,
	    steps - ok);
	tap_call(vt_store_digest(a.d[0].s, &x, &err), &err, "digest");
	tap_call(vt_store_digest(b.d[0].s, &y, &err), &err, "digest");
	tap_ok(vt_hash_eq(&x, &y), "the same rows");
	tap_eq_int(findings(a.d[0].s, true), 0, "model: check is clean");
	tap_eq_int(findings(b.d[0].s, true), 0, "lmdb: check is clean");
	for (int i = 0; i < 2; i++) {
		vt_act_result_free(&a.d[i].r);
		vt_act_result_free(&b.d[i].r);
	}
	vt_store_close(a.d[0].s);
	vt_store_close(b.d[0].s);
	b.d[0].s = store_open(dir, &b.w.ctx);
	tap_eq_int(findings(b.d[0].s, true), 0, "opened again: clean");
	vt_store_close(b.d[0].s);
	dir_free(dir);
	return tap_done();
}
