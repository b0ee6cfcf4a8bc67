/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that waits is woken, on both engines; work that is held is due when it
 * is given back. */
#include "tests/unit/docstore/fixture.h"

#define KINDS (1U << VT_WORK_WEBHOOK)

static const vt_id owner = { { 9 } };

static int
enqueue(struct doer *d, enum vt_work_kind kind, uint8_t subject, vt_time due)
{
	struct vt_step st = { .kind = VT_STEP_WORK };

	st.u.work.kind = kind;
	st.u.work.subject = (vt_id){ { subject } };
	st.u.work.due = due;
	return do_step(d, NULL, st);
}

static int
claim(struct doer *d, uint32_t kinds, struct vt_work *ret)
{
	return vt_work_claim(d->s, kinds, &owner, 60000000, ret, &d->err);
}

static size_t
wake(struct doer *d, enum vt_work_kind kind, uint8_t subject)
{
	vt_id id = { { subject } };
	size_t n = 99;

	tap_call(vt_work_wake(d->s, kind, &id, &n, &d->err), &d->err,
	    "waking subject %d", subject);
	return n;
}

static void
run(struct vt_store *s, struct world *w)
{
	struct doer d = { .s = s };
	vt_time later = w->now + VT_TIME_S(3600);
	struct vt_work a, b;

	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "an agency");
	tap_call(enqueue(&d, VT_WORK_WEBHOOK, 1, later), &d.err, "one item");
	tap_call(enqueue(&d, VT_WORK_WEBHOOK, 2, later), &d.err, "another");
	tap_call(enqueue(&d, VT_WORK_NOTICE, 1, later), &d.err,
	    "a third of another kind");
	tap_code(claim(&d, KINDS, &a), VT_E_NOT_FOUND, &d.err, "none is due");
	tap_eq_int(wake(&d, VT_WORK_WEBHOOK, 3), 0, "of a stranger none");
	tap_eq_int(wake(&d, VT_WORK_WEBHOOK, 2), 1, "of the second one");
	tap_call(claim(&d, ~0U & ~1U, &a), &d.err, "it can be claimed");
	tap_ok(a.subject.b[0] == 2 && a.kind == VT_WORK_WEBHOOK,
	    "it is the one meant");
	tap_code(claim(&d, ~0U & ~1U, &b), VT_E_NOT_FOUND, &d.err,
	    "the others wait on");
	tap_eq_int(
	    wake(&d, VT_WORK_WEBHOOK, 2), 0, "what is held is not woken");
	tap_call(vt_work_retry(s, a.no, a.lease, later, "busy", &d.err), &d.err,
	    "given back for later: its lease still counts");
	tap_eq_int(
	    wake(&d, VT_WORK_WEBHOOK, 2), 0, "it is due now all the same");
	vt_work_free(&a);
	tap_call(claim(&d, KINDS, &a), &d.err, "claimed again");
	tap_ok(a.lease == 2 && a.attempt == 2, "leases go on counting");
	tap_call(vt_work_retry(s, a.no, a.lease, later, "busy", &d.err), &d.err,
	    "given back, and nobody called meanwhile");
	vt_work_free(&a);
	tap_code(claim(&d, KINDS, &a), VT_E_NOT_FOUND, &d.err, "it waits");
	tap_eq_int(wake(&d, VT_WORK_WEBHOOK, 2), 1, "woken again");
	tap_eq_int(
	    wake(&d, VT_WORK_WEBHOOK, 2), 0, "what is due is left alone");
	tap_call(claim(&d, KINDS, &a), &d.err, "claimed again");
	tap_call(vt_work_hurry(s, a.no, w->now + VT_TIME_S(60), &d.err), &d.err,
	    "hurried while it is held");
	tap_call(vt_work_retry(
		     s, a.no, a.lease, VT_WORK_PARKED, "for a person", &d.err),
	    &d.err, "parked");
	vt_work_free(&a);
	tap_code(claim(&d, KINDS, &a), VT_E_NOT_FOUND, &d.err, "not yet");
	w->now += VT_TIME_S(60);
	tap_call(claim(&d, KINDS, &a), &d.err, "in a minute, not never");
	tap_call(vt_work_done(s, a.no, a.lease, &d.err), &d.err, "done");
	vt_work_free(&a);
	w->now = later;
	tap_call(claim(&d, KINDS, &a), &d.err, "the first comes at its time");
	tap_eq_int(a.subject.b[0], 1, "it is the first");
	vt_work_free(&a);
	vt_act_result_free(&d.r);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s;
	struct world w;
	char *dir;

	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	world_init(&w);
	s = model_new(&w.ctx);
	run(s, &w);
	vt_store_close(s);
	world_init(&w);
	dir = dir_new();
	s = store_new(dir, &w.ctx);
	run(s, &w);
	vt_store_close(s);
	dir_free(dir);
	return tap_done();
}
