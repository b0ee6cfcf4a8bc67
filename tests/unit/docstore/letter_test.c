/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dead letters: made under a lease, tried again or dropped by an act, never
 * twice. On both engines. */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define KINDS (1U << VT_WORK_NOTICE | 1U << VT_WORK_PACKET)

static const vt_id owner = { { 9 } };

static void
add(struct doer *d, enum vt_work_kind kind, uint8_t tag)
{
	struct vt_step st = { .kind = VT_STEP_WORK };

	st.u.work.kind = kind;
	st.u.work.subject = (vt_id){ { tag } };
	tap_call(do_step(d, NULL, st), &d->err, "item %d", tag);
}

static void
claim(struct doer *d, uint32_t kinds, struct vt_work *ret)
{
	tap_call(vt_work_claim(d->s, kinds, &owner, 60000000, ret, &d->err),
	    &d->err, "claimed");
	vt_work_free(ret);
}

static struct vt_step
letter(enum vt_letter_act what, const struct vt_work *w, const char *why)
{
	struct vt_step st = { .kind = VT_STEP_LETTER };

	st.u.letter.what = what;
	st.u.letter.work = w->no;
	st.u.letter.lease = w->lease;
	st.u.letter.why = why;
	return st;
}

static struct vt_work
look(struct doer *d, uint64_t no)
{
	struct vt_work w = { .no = 0 };
	struct vt_view *v;

	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	if (vt_work_get(v, no, &w, NULL) != VT_OK)
		w.no = 0;
	vt_view_end(v);
	return w;
}

static struct vt_event
last_event(struct doer *d)
{
	struct vt_event e[64] = { { 0 } };
	struct vt_view *v;
	size_t n = 0;

	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(vt_event_list(v, d->agency, 0, e, 64, &n, &d->err), &d->err,
	    "events");
	vt_view_end(v);
	return n == 0 ? e[0] : e[n - 1];
}

static void
once(struct doer *d, struct world *w)
{
	struct vt_event e;
	struct vt_work a, b, now;
	char big[400];

	add(d, VT_WORK_NOTICE, 1);
	claim(d, KINDS, &a);
	tap_eq_int(look(d, a.no).tried_at, w->now, "when it was first tried");
	tap_code(do_step(d, NULL, letter(VT_LETTER_AGAIN, &a, NULL)),
	    VT_E_OUT_OF_ORDER, &d->err, "what runs is not dead");
	b = a;
	b.lease++;
	tap_code(do_step(d, NULL, letter(VT_LETTER_DEAD, &b, "x")),
	    VT_E_CONFLICT, &d->err, "only its holder gives up");
	memset(big, 'k', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	tap_call(do_step(d, NULL, letter(VT_LETTER_DEAD, &a, big)), &d->err,
	    "given up");
	now = look(d, a.no);
	tap_ok(now.due == VT_WORK_PARKED && vt_id_is_zero(&now.owner),
	    "it waits for a person");
	tap_eq_int((long long)strlen(now.note), sizeof(now.note) - 1,
	    "the reason is kept, bounded");
	tap_eq_int(vt_work_state_of(&now, w->now), VT_WORK_DEAD, "dead");
	e = last_event(d);
	tap_ok(e.kind == VT_STEP_LETTER && e.subject.b[0] == 1,
	    "an event says so, and of what");
	w->now += VT_TIME_S(86400);
	tap_code(vt_work_claim(d->s, KINDS, &owner, 1000, &b, &d->err),
	    VT_E_NOT_FOUND, &d->err, "no hour comes for it");
	tap_call(do_step(d, NULL, letter(VT_LETTER_AGAIN, &a, NULL)), &d->err,
	    "tried again");
	tap_code(do_step(d, NULL, letter(VT_LETTER_AGAIN, &a, NULL)),
	    VT_E_OUT_OF_ORDER, &d->err, "not twice");
	tap_code(vt_work_done(d->s, a.no, a.lease, &d->err), VT_E_CONFLICT,
	    &d->err, "who held it before is fenced off");
	claim(d, KINDS, &b);
	tap_ok(b.no == a.no && b.lease > a.lease && b.attempt == 2,
	    "under its number, with a higher fence");
	tap_ok(b.spent == 1 && b.tried_at == w->now, "and a new budget");
	tap_call(do_step(d, NULL, letter(VT_LETTER_DEAD, &b, "again")), &d->err,
	    "given up again");
	tap_call(do_step(d, NULL, letter(VT_LETTER_DROP, &b, NULL)), &d->err,
	    "dropped");
	tap_eq_int((long long)look(d, a.no).no, 0, "it is gone");
	tap_code(do_step(d, NULL, letter(VT_LETTER_AGAIN, &b, NULL)),
	    VT_E_NOT_FOUND, &d->err, "for good");
}

static void
many(struct doer *d, struct doer *other)
{
	struct vt_step st[2];
	struct vt_work a, b, c;

	add(d, VT_WORK_NOTICE, 2);
	add(d, VT_WORK_NOTICE, 3);
	add(d, VT_WORK_PACKET, 4);
	claim(d, 1U << VT_WORK_NOTICE, &a);
	claim(d, 1U << VT_WORK_NOTICE, &b);
	claim(d, 1U << VT_WORK_PACKET, &c);
	st[0] = letter(VT_LETTER_DEAD, &a, "a");
	st[1] = letter(VT_LETTER_DEAD, &a, "a");
	tap_code(do_steps(d, NULL, st, 2, NULL), VT_E_INVALID, &d->err,
	    "one item twice in an act");
	st[1] = letter(VT_LETTER_DEAD, &b, "b");
	tap_call(do_steps(d, NULL, st, 2, NULL), &d->err, "two in an act");
	tap_call(do_step(d, NULL, letter(VT_LETTER_DEAD, &c, "c")), &d->err,
	    "a packet");
	tap_code(do_step(other, NULL, letter(VT_LETTER_AGAIN, &a, NULL)),
	    VT_E_NOT_FOUND, &other->err, "another agency does not see it");
	tap_code(do_step(d, NULL, letter(VT_LETTER_DROP, &c, NULL)),
	    VT_E_OUT_OF_ORDER, &d->err, "its consignment waits for it");
	st[0] = letter(VT_LETTER_AGAIN, &a, NULL);
	st[1] = letter(VT_LETTER_AGAIN, &b, NULL);
	tap_call(do_steps(d, NULL, st, 2, "again-1"), &d->err, "both again");
	tap_call(do_steps(d, NULL, st, 2, "again-1"), &d->err,
	    "asked again by its key: answered, not done");
	claim(d, 1U << VT_WORK_NOTICE, &a);
	claim(d, 1U << VT_WORK_NOTICE, &b);
	tap_ok(a.no != b.no && a.attempt == 2 && b.attempt == 2,
	    "each once");
	tap_call(vt_work_done(d->s, a.no, a.lease, &d->err), &d->err, "done");
	tap_call(vt_work_done(d->s, b.no, b.lease, &d->err), &d->err, "done");
	tap_code(do_step(d, NULL, (struct vt_step){ .kind = VT_STEP_LETTER }),
	    VT_E_INVALID, &d->err, "no act of a letter");
}

static void
play(struct doer *d, struct world *w)
{
	struct doer other = { .s = d->s };

	tap_call(make_agency(d, "H99.07", "Sở"), &d->err, "an agency");
	tap_call(make_agency(&other, "H99.31", "Xã"), &other.err, "another");
	once(d, w);
	many(d, &other);
	add(d, VT_WORK_NOTICE, 9);
	vt_act_result_free(&other.r);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	(void)on_both(play, "letters");
	return tap_done();
}
