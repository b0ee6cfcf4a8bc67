/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work queue: claimed, given back, ended, woken, hurried. */
#include "tests/property/walk.h"

static const char *const needed[] = { "claim", "retry", "wake", "hurry",
	"end" };

/* What is held ends as its handler would end it. */
static int
end_work(struct side *s)
{
	struct vt_step st = { .kind = VT_STEP_DELIVERED };
	struct doer *d = &s->d[s->held.kind == VT_WORK_PACKET ? 1 : 0];
	struct vt_delivery del;
	struct vt_view *v;
	vt_id paper;
	int rc;

	if (s->held.kind == VT_WORK_STATUS)
		return vt_work_done(d->s, s->held.no, s->held.lease, &d->err);
	if (s->held.kind == VT_WORK_PACKET)
		return do_step(d, NULL,
		    read_step(&s->held.subject, VT_CONSIGN_QUARANTINED, "d4"));
	if ((rc = vt_view_begin(d->s, &v, &d->err)) != VT_OK)
		return rc;
	rc = vt_delivery_get(v, &s->held.subject, &del, &d->err);
	paper = rc == VT_OK ? del.paper : (vt_id){ { 0 } };
	vt_view_end(v);
	st.u.delivered.delivery = s->held.subject;
	st.u.delivered.state = VT_DELIVERY_SENT;
	st.u.delivered.attempts = s->held.attempt;
	return rc != VT_OK ? rc : do_step(d, &paper, st);
}

static int
work(struct side *s, const struct move *m)
{
	static const uint32_t kinds = 1U << VT_WORK_DELIVERY |
				      1U << VT_WORK_PACKET |
				      1U << VT_WORK_STATUS;
	static const vt_id owner = { { 9 } };
	struct doer *d = &s->d[0];
	vt_id del = delivery_id(d, &s->sent[m->paper % SENT], m->seed % 2);
	int rc;

	if (m->reason == 5) {
		s->did = "wake";
		return vt_work_wake(
		    d->s, VT_WORK_DELIVERY, &del, NULL, &d->err);
	}
	if (m->reason == 6) {
		s->did = "hurry";
		return vt_work_hurry(d->s, 1 + m->seed % 100,
		    m->size % 2 == 0 ? 0 : s->w.now + VT_TIME_S(5), &d->err);
	}
	if (s->held.no == 0) {
		s->did = "claim";
		rc = vt_work_claim(
		    d->s, kinds, &owner, 60000000, &s->held, &d->err);
		vt_work_free(&s->held);
		if (rc != VT_OK)
			s->held.no = 0;
		return rc;
	}
	if (m->reason % 2 == 0) {
		s->did = "retry";
		rc = vt_work_retry(d->s, s->held.no, s->held.lease,
		    m->size % 2 == 0 ? VT_WORK_PARKED
				     : s->w.now + VT_TIME_S(60),
		    "later", &d->err);
	} else {
		s->did = "end";
		rc = end_work(s);
	}
	s->held.no = 0;
	return rc;
}

static const struct walk_verb verbs[] = { { 8, work } };

WALK_NOUN_OF(work, NULL, NULL);
