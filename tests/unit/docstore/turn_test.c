/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statuses of one subject are done one after the other, on both engines; who
 * waits is claimed by nobody, and due at once when its turn comes.
 */
#include "base/limits.h"
#include "tests/unit/docstore/fixture.h"

#define STATUS (1U << VT_WORK_STATUS)

static const vt_id owner = { { 9 } };

/* Its payload is its name. */
static void
enqueue(
    struct doer *d, enum vt_work_kind kind, uint8_t subject, const char *name)
{
	struct vt_step st = { .kind = VT_STEP_WORK };

	st.u.work.kind = kind;
	st.u.work.subject = (vt_id){ { subject } };
	st.u.work.payload = vt_span_str(name);
	tap_call(
	    do_step(d, NULL, st), &d->err, "subject %u: \"%s\"", subject, name);
}

/* The name of what is due, or "". */
static const char *
claim(struct doer *d, uint32_t kinds, struct vt_work *ret)
{
	static char name[8];

	memset(ret, 0, sizeof(*ret));
	memset(name, 0, sizeof(name));
	if (vt_work_claim(d->s, kinds, &owner, 60000000, ret, &d->err) ==
		VT_OK &&
	    ret->n_payload < sizeof(name))
		memcpy(name, ret->payload, ret->n_payload);
	vt_work_free(ret);
	return name;
}

static void
done(struct doer *d, const struct vt_work *w)
{
	tap_call(vt_work_done(d->s, w->no, w->lease, &d->err), &d->err,
	    "it is done");
}

static void
give_back(struct doer *d, const struct vt_work *w, vt_time due)
{
	tap_call(vt_work_retry(d->s, w->no, w->lease, due, "later", &d->err),
	    &d->err, "it is given back");
}

static void
one_after_the_other(struct doer *d, struct world *w)
{
	struct vt_work a, b, c;
	vt_id first = { { 1 } };
	size_t n;

	enqueue(d, VT_WORK_STATUS, 1, "a1");
	enqueue(d, VT_WORK_STATUS, 1, "a2");
	enqueue(d, VT_WORK_STATUS, 2, "b1");
	enqueue(d, VT_WORK_STATUS, 1, "a3");
	enqueue(d, VT_WORK_NOTICE, 1, "n1");
	enqueue(d, VT_WORK_NOTICE, 1, "n2");
	tap_eq_str(claim(d, STATUS, &a), "a1", "the first");
	tap_eq_str(claim(d, STATUS, &b), "b1", "the first of another subject");
	tap_eq_str(claim(d, STATUS, &c), "", "the others wait");
	tap_eq_str(claim(d, 1U << VT_WORK_NOTICE, &c), "n1", "other kinds");
	tap_eq_str(claim(d, 1U << VT_WORK_NOTICE, &c), "n2", "do not");
	done(d, &b);
	tap_eq_str(claim(d, STATUS, &b), "", "that was somebody else's");
	give_back(d, &a, w->now + VT_TIME_S(60));
	tap_eq_str(claim(d, STATUS, &b), "",
	    "the first is tried again: nobody goes before");
	tap_call(vt_work_hurry(d->s, a.no + 1, w->now, &d->err), &d->err,
	    "the second is hurried");
	tap_call(vt_work_wake(d->s, VT_WORK_STATUS, &first, &n, &d->err),
	    &d->err, "all are woken");
	tap_eq_int(n, 1, "which is the first");
	tap_eq_str(claim(d, STATUS, &a), "a1", "it comes first all the same");
	tap_eq_str(claim(d, STATUS, &b), "", "alone");
	w->now += VT_TIME_S(61);
	tap_eq_str(claim(d, STATUS, &a), "a1", "its lease ran out");
	tap_eq_str(claim(d, STATUS, &b), "", "it is still its turn");
	done(d, &a);
	tap_eq_str(claim(d, STATUS, &a), "a2", "then the second, at once");
	tap_eq_int(a.attempt, 1, "waiting was no try");
	done(d, &a);
	tap_eq_str(claim(d, STATUS, &a), "a3", "then the third");
	done(d, &a);
	enqueue(d, VT_WORK_STATUS, 1, "a4");
	tap_eq_str(claim(d, STATUS, &a), "a4", "one alone waits for nobody");
	done(d, &a);
}

/* What is given back for long, at the edge, or for a person. */
static void
aside(struct doer *d, struct world *w, vt_time due, bool passes)
{
	struct vt_work a, b;

	enqueue(d, VT_WORK_STATUS, 3, "c1");
	enqueue(d, VT_WORK_STATUS, 3, "c2");
	enqueue(d, VT_WORK_STATUS, 3, "c3");
	tap_eq_str(claim(d, STATUS, &a), "c1", "the first");
	give_back(d, &a, due);
	tap_eq_str(claim(d, STATUS, &b), passes ? "c2" : "", "the second %s",
	    passes ? "goes before" : "waits");
	tap_eq_str(claim(d, STATUS, &b), "", "the third waits for it");
	if (!passes) {
		w->now = due;
		tap_eq_str(claim(d, STATUS, &a), "c1", "the first again");
		done(d, &a);
		tap_eq_str(claim(d, STATUS, &b), "c2", "then the second");
	} else {
		w->now += VT_TIME_S(61);
		tap_eq_str(claim(d, STATUS, &b), "c2", "claimed anew");
		tap_call(vt_work_hurry(d->s, a.no, w->now, &d->err), &d->err,
		    "the first is hurried by a person");
		tap_eq_str(claim(d, STATUS, &a), "c1", "and done");
		give_back(d, &a, w->now);
		tap_eq_str(claim(d, STATUS, &a), "c1", "and done");
		done(d, &a);
		enqueue(d, VT_WORK_STATUS, 3, "c4");
		tap_eq_str(claim(d, STATUS, &a), "",
		    "which lets nobody go before the second");
	}
	done(d, &b);
	tap_eq_str(claim(d, STATUS, &b), "c3", "then the third");
	done(d, &b);
	if (passes) {
		tap_eq_str(claim(d, STATUS, &b), "c4", "and the fourth");
		done(d, &b);
	}
}

static void
run(struct vt_store *s, struct world *w)
{
	const vt_time bound = VT_TIME_S((int64_t)VT_L(WORK_TURN_S));
	struct doer d = { .s = s };

	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "an agency");
	one_after_the_other(&d, w);
	aside(&d, w, w->now + bound, false);
	aside(&d, w, w->now + bound + VT_TIME_S(1), true);
	aside(&d, w, VT_WORK_PARKED, true);
	vt_act_result_free(&d.r);
}

/* Two that wait, and the store is closed and opened. */
static void
restart(char *dir, struct vt_store **s, struct world *w)
{
	struct doer d = { .s = *s };
	struct vt_work a;

	d.agency = 1;
	enqueue(&d, VT_WORK_STATUS, 5, "e1");
	enqueue(&d, VT_WORK_STATUS, 5, "e2");
	vt_act_result_free(&d.r);
	vt_store_close(*s);
	*s = store_open(dir, &w->ctx);
	d = (struct doer){ .s = *s, .agency = 1 };
	tap_eq_str(claim(&d, STATUS, &a), "e1", "opened again: the first");
	done(&d, &a);
	tap_eq_str(claim(&d, STATUS, &a), "e2", "and then the second");
	tap_eq_int(findings(*s, true), 0, "nothing is found by a check");
	done(&d, &a);
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
	restart(dir, &s, &w);
	vt_store_close(s);
	dir_free(dir);
	return tap_done();
}
