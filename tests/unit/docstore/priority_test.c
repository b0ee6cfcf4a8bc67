/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is urgent goes first and starves nobody; a clock that steps neither
 * stops the queue nor makes it run hot. On both engines. */
#include "base/limits.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define KINDS  (1U << VT_WORK_NOTICE | 1U << VT_WORK_LOOK)
#define HOUR   VT_TIME_S(3600)
#define FLASH  VT_TIME_S((int64_t)VT_L(WORK_FLASH_S))
#define URGENT VT_TIME_S((int64_t)VT_L(WORK_URGENT_S))
#define BACK   VT_TIME_S((int64_t)VT_L(WORK_BACKGROUND_S))

static const vt_id owner = { { 9 } };

/* A paper each, of every urgency. */
static vt_id papers[VT_URGENCY_FLASH_TIMED + 1];

static void
make_papers(struct doer *d)
{
	for (uint32_t u = 0; u <= VT_URGENCY_FLASH_TIMED; u++) {
		struct vt_meta m = { .urgency = u };

		tap_call(make_paper_of(d, VT_DIR_OUT, m, 1000, u + 1), &d->err,
		    "a paper of urgency %u", u);
		papers[u] = d->paper;
	}
}

/* An item of the paper of this urgency; tag: first byte of its subject. */
static void
add(struct doer *d, enum vt_work_kind kind, uint32_t urgency, uint8_t tag,
    vt_time due)
{
	struct vt_step st = { .kind = VT_STEP_WORK };

	st.u.work.kind = kind;
	st.u.work.subject = (vt_id){ { tag } };
	st.u.work.due = due;
	tap_call(do_step(d, &papers[urgency], st), &d->err, "item %d", tag);
}

/* The tags in the order in which they are claimed, until nothing is due. */
static void
claims(struct doer *d, uint32_t kinds, const char *want, const char *what)
{
	char got[32];
	size_t n = 0;
	struct vt_work w;
	int rc = VT_OK;

	while (n < sizeof(got) - 1) {
		rc = vt_work_claim(d->s, kinds, &owner, 60000000, &w, &d->err);
		if (rc != VT_OK)
			break;
		got[n++] = (char)w.subject.b[0];
		tap_call(vt_work_done(d->s, w.no, w.lease, &d->err), &d->err,
		    "%s: done", what);
		vt_work_free(&w);
	}
	got[n] = '\0';
	tap_eq_int(rc, VT_E_NOT_FOUND, "%s: nothing is left", what);
	tap_eq_str(got, want, "%s", what);
}

static void
order(struct doer *d, struct world *w)
{
	add(d, VT_WORK_NOTICE, 0, 'a', 0);
	add(d, VT_WORK_NOTICE, 1, 'b', 0);
	add(d, VT_WORK_LOOK, 3, 'c', 0);
	add(d, VT_WORK_NOTICE, 4, 'd', 0);
	add(d, VT_WORK_LOOK, 2, 'e', 0);
	add(d, VT_WORK_LOOK, 0, 'f', 0);
	add(d, VT_WORK_SCRUB, 3, 'g', 0);
	claims(d, KINDS | 1U << VT_WORK_SCRUB, "cdbeafg",
	    "hoả tốc, khẩn, thường, what nobody waits for");
	/* at the edge of a head start */
	add(d, VT_WORK_NOTICE, 0, 'o', w->now);
	add(d, VT_WORK_NOTICE, 0, 'n', w->now + 2);
	add(d, VT_WORK_NOTICE, 3, 'f', w->now + FLASH + 1);
	w->now += FLASH + HOUR;
	claims(d, KINDS, "ofn", "a day's head start and no more: none starves");
	add(d, VT_WORK_NOTICE, 0, 'o', w->now);
	add(d, VT_WORK_NOTICE, 0, 'n', w->now + 2);
	add(d, VT_WORK_NOTICE, 1, 'u', w->now + URGENT + 1);
	w->now += URGENT + HOUR;
	claims(d, KINDS, "oun", "khẩn");
	add(d, VT_WORK_SCRUB, 0, 's', w->now);
	add(d, VT_WORK_NOTICE, 0, 'o', w->now + BACK - 1);
	add(d, VT_WORK_NOTICE, 0, 'n', w->now + BACK + 1);
	w->now += BACK + HOUR;
	claims(d, KINDS | 1U << VT_WORK_SCRUB, "osn",
	    "scrubbing lets others go first for an hour");
}

/* What is later due is not due, however urgent; and it is woken. */
static void
waits(struct doer *d, struct world *w)
{
	struct vt_work_walk walk = { .kind = VT_WORK_NOTICE,
		.until = w->now + FLASH };
	const vt_id id = { { 'x' } };
	struct vt_work_due due[4];
	struct vt_view *v;
	vt_time next = 0;
	size_t n = 0;

	add(d, VT_WORK_NOTICE, 3, 'x', w->now + HOUR);
	add(d, VT_WORK_NOTICE, 0, 'y', w->now + HOUR / 2);
	claims(d, KINDS, "", "neither is due");
	tap_call(vt_view_begin(d->s, &v, &d->err), &d->err, "view");
	tap_call(
	    vt_work_next_due(v, KINDS, &next, &d->err), &d->err, "next due");
	tap_ok(next == w->now + HOUR / 2, "it is the earlier one, not the "
					  "urgent one");
	tap_call(vt_work_next(v, &walk, due, 4, &n, &d->err), &d->err, "walk");
	tap_eq_int((long long)n, 2, "a walk meets every priority");
	walk = (struct vt_work_walk){ .kind = VT_WORK_NOTICE,
		.until = w->now + FLASH,
		.priority = VT_WORK_FLASH,
		.alone = true };
	tap_call(vt_work_next(v, &walk, due, 4, &n, &d->err), &d->err, "walk");
	tap_eq_int((long long)n, 1, "or one of them");
	vt_view_end(v);
	tap_call(vt_work_wake(d->s, VT_WORK_NOTICE, &id, &n, &d->err), &d->err,
	    "what it waits for came");
	tap_eq_int((long long)n, 1, "it is woken");
	claims(d, KINDS, "x", "it is due");
	w->now += HOUR;
	claims(d, KINDS, "y", "the other one at its hour");
}

/* Claims one and gives it back for 2 s. */
static void
give_back(struct doer *d, uint8_t tag, const char *what)
{
	struct vt_work w = { .no = 0 };

	tap_call(vt_work_claim(d->s, KINDS, &owner, 60000000, &w, &d->err),
	    &d->err, "%s: claimed", what);
	tap_eq_int(w.subject.b[0], tag, "%s: it is the one", what);
	tap_call(vt_work_retry(d->s, w.no, w.lease,
		     vt_work_now(d->s) + VT_TIME_S(2), "later", &d->err),
	    &d->err, "%s: given back", what);
	vt_work_free(&w);
}

static void
clock_steps(struct doer *d, struct world *w)
{
	add(d, VT_WORK_NOTICE, 0, 'k', 0);
	give_back(d, 'k', "before");
	claims(d, KINDS, "", "not before its time");
	w->now -= 5 * HOUR;
	claims(d, KINDS, "", "five hours back: not at once");
	w->mono += VT_TIME_S(3);
	give_back(d, 'k', "five hours back: as soon as ever");
	claims(d, KINDS, "", "and no hot loop");
	w->mono += VT_TIME_S(3);
	add(d, VT_WORK_NOTICE, 0, 'm', 0);
	claims(d, KINDS, "mk", "nothing lost, nothing twice");
	/* forward, and back again: the hours between do not come twice */
	add(d, VT_WORK_NOTICE, 0, 'p', 0);
	w->now += 20 * HOUR;
	give_back(d, 'p', "far ahead");
	w->now -= 15 * HOUR;
	claims(d, KINDS, "", "back: not at once");
	w->mono += VT_TIME_S(3);
	claims(d, KINDS, "p", "back: nor after fifteen hours");
	w->now += 15 * HOUR;
}

static void
run(struct vt_store *s, struct world *w)
{
	struct doer d = { .s = s };

	tap_call(make_agency(&d, "H99.07", "Sở"), &d.err, "an agency");
	make_papers(&d);
	order(&d, w);
	waits(&d, w);
	clock_steps(&d, w);
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
