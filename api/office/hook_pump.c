/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks' items of the work queue. An item is the subscription's, not the
 * event's: so events keep their order, and one that fails holds up its own
 * subscription only.
 */
#include <stdlib.h>

#include "api/office/hooks_priv.h"
#include "base/cbor.h"

#define LEASE_US ((int64_t)30 * 1000000)
/* Of one claim: then others have their turn. With WEBHOOK_MS for the last
 * message it ends before the lease does. */
#define ROUND_US       ((int64_t)10 * 1000000)
#define ROUND_MESSAGES 64
#define EVENTS_PAGE    64
/* Events nobody asked for that one round passes over. */
#define SKIP_MAX 4096
/* An idle item comes back by itself, whatever else went wrong. */
#define IDLE_S 600

/* ---- one claim ---- */

enum next {
	NEXT_AGAIN, /* more is waiting */
	NEXT_IDLE,
	NEXT_LATER, /* failed: at a time */
	NEXT_OFF,   /* switched off by the round; the item is done */
	NEXT_DONE   /* not its subscription any more */
};

struct round {
	struct vt_office *o;
	const struct vt_work *w;
	struct vt_hook h;
	struct vt_hook_progress p;
	vt_time due;    /* NEXT_LATER */
	char why[200];  /* likewise */
	size_t skipped; /* since the progress was saved */
};

/* The subscription as it is now; false: the item is a stale one. */
static int
load(struct round *r, bool *ret_mine, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_cbor c;
	uint64_t generation;
	int rc;

	*ret_mine = false;
	if ((rc = vt_view_begin(r->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_hook_load(v, r->w->agency_no, &r->w->subject, &r->h, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_cbor_open(&c, VT_SPAN(r->w->payload, r->w->n_payload));
	generation = vt_cbor_get_uint(&c);
	if ((rc = vt_cbor_finish(&c, "webhook's work", reterr)) != VT_OK ||
	    (rc = vt_hook_progress_load(v, &r->h, &r->p, reterr)) != VT_OK)
		return rc;
	*ret_mine = r->h.off == VT_HOOK_ON && generation == r->h.generation;
	return VT_OK;
}

/* The next event of the feed that is wanted; passes over the others. */
static int
next_of_feed(
    struct round *r, struct vt_event *ret, bool *ret_any, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_event e[EVENTS_PAGE];
	size_t n = 0;
	int rc;

	*ret_any = false;
	if ((rc = vt_view_begin(r->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	do {
		rc = vt_event_list(
		    v, r->h.agency_no, r->p.after, e, EVENTS_PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			if (vt_hook_wants(&r->h, e[i].kind)) {
				*ret = e[i];
				*ret_any = true;
				return VT_OK;
			}
			r->p.after = e[i].seq;
			r->skipped++;
		}
	} while (n == EVENTS_PAGE && r->skipped < SKIP_MAX);
	return VT_OK;
}

static int
next_of_replay(
    struct round *r, struct vt_event *ret, bool *ret_any, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_event e;
	size_t n = 0, looked = 0;
	int rc;

	*ret_any = false;
	if (r->p.replay_next == 0)
		return VT_OK;
	if ((rc = vt_view_begin(r->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	for (; r->p.replay_next <= r->p.replay_last && looked < SKIP_MAX;
	     r->p.replay_next++, looked++, r->skipped++) {
		rc = vt_event_list(
		    v, r->h.agency_no, r->p.replay_next - 1, &e, 1, &n, reterr);
		if (rc != VT_OK)
			return rc;
		if (n == 0)
			break;
		if (vt_hook_wants(&r->h, e.kind)) {
			*ret = e;
			*ret_any = true;
			return VT_OK;
		}
	}
	if (looked < SKIP_MAX) {
		r->p.replay_next = r->p.replay_last = 0;
		r->skipped++;
	}
	return VT_OK;
}

/* An act switches it off, says why in the feed, and ends the item. */
static int
switch_off(struct round *r, enum vt_hook_off off, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_hook_act a;
	struct vt_act act = { 0 };
	int rc;

	r->h.off = off;
	r->h.off_at = vt_now(r->o->o.ctx);
	vt_hook_act_init(&a, &r->h, false);
	a.steps[a.n].kind = VT_STEP_WORK_DONE;
	a.steps[a.n].u.work_done.work = r->w->no;
	a.steps[a.n].u.work_done.lease = r->w->lease;
	a.n++;
	act.agency_no = r->h.agency_no;
	act.steps = a.steps;
	act.n_steps = a.n;
	if ((rc = vt_buf_status(&a.value, reterr)) == VT_OK)
		rc = vt_store_do(r->o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	vt_hook_act_free(&a);
	if (rc != VT_OK)
		return rc;
	vt_log(VT_LEVEL_WARN, "hooks.off", "agency=%u why=%s", r->h.agency_no,
	    vt_hook_off_name(off));
	vt_hooks_forget(r->o, &r->h);
	return VT_OK;
}

/* What a message that was not taken means. */
static enum next
not_taken(struct round *r, struct vt_hook_attempt *a)
{
	int64_t wait;

	if (a->outcome == VT_HOOK_GONE)
		return NEXT_OFF;
	if (r->p.failures == 0)
		r->p.since = a->at;
	r->p.failures++;
	if ((wait = vt_hook_wait_us(r->p.failures, r->o->o.ctx)) < 0)
		return NEXT_OFF;
	r->due = vt_work_now(r->o->o.store) + wait;
	if (r->due < a->next) /* Retry-After */
		r->due = a->next;
	if (a->reason[0] != '\0')
		vt_text_fit(r->why, sizeof(r->why), a->reason);
	else
		snprintf(r->why, sizeof(r->why), "status %ld", a->status);
	return NEXT_LATER;
}

static int
attempt(struct round *r, const struct vt_event *e, enum vt_hook_lane lane,
    enum next *ret, struct vt_err *reterr)
{
	struct vt_hook_letter l = { e, lane, r->p.failures + 1 };
	struct vt_hook_attempt a;
	int rc;

	if ((rc = vt_hook_send(r->o, &r->h, &l, &a, reterr)) != VT_OK)
		return rc;
	*ret = NEXT_AGAIN;
	if (a.outcome == VT_HOOK_DELIVERED) {
		if (lane == VT_HOOK_FEED)
			r->p.after = e->seq;
		else if (e->seq < r->p.replay_last)
			r->p.replay_next = e->seq + 1;
		else
			r->p.replay_next = r->p.replay_last = 0;
		r->p.failures = 0;
		r->p.since = VT_TIME_NONE;
		r->p.delivered_at = a.at;
	} else {
		*ret = not_taken(r, &a);
	}
	a.next = *ret == NEXT_LATER ? r->due : VT_TIME_NONE;
	/* by time, but never twice */
	a.no = (uint64_t)a.at > r->p.log ? (uint64_t)a.at : r->p.log + 1;
	r->p.log = a.no;
	r->skipped = 0;
	if ((rc = vt_hook_log_save(r->o->o.store, &r->h.id, &a, reterr)) !=
		VT_OK ||
	    (rc = vt_hook_progress_save(
		 r->o->o.store, &r->h.id, &r->p, reterr)) != VT_OK)
		return rc;
	if (*ret != NEXT_OFF)
		return VT_OK;
	/* Switched on again it begins with this message, as if anew. */
	rc = switch_off(r,
	    a.outcome == VT_HOOK_GONE ? VT_HOOK_OFF_GONE : VT_HOOK_OFF_FAILING,
	    reterr);
	return rc;
}

static int
do_round(struct round *r, enum next *ret, struct vt_err *reterr)
{
	int64_t began = vt_monotonic_us(r->o->o.ctx);
	struct vt_event e;
	bool mine, any;
	int rc;

	*ret = NEXT_DONE;
	if ((rc = load(r, &mine, reterr)) != VT_OK || !mine)
		return rc;
	for (int i = 0; i < ROUND_MESSAGES; i++) {
		enum vt_hook_lane lane = VT_HOOK_FEED;

		if ((rc = next_of_feed(r, &e, &any, reterr)) != VT_OK)
			return rc;
		if (!any) {
			lane = VT_HOOK_REPLAY;
			rc = next_of_replay(r, &e, &any, reterr);
			if (rc != VT_OK)
				return rc;
		}
		*ret = r->skipped >= SKIP_MAX ? NEXT_AGAIN : NEXT_IDLE;
		if (!any)
			break;
		if ((rc = attempt(r, &e, lane, ret, reterr)) != VT_OK ||
		    *ret != NEXT_AGAIN)
			return rc;
		if (atomic_load(&r->o->hooks->stop) ||
		    vt_monotonic_us(r->o->o.ctx) - began > ROUND_US)
			break;
	}
	return r->skipped > 0 ? vt_hook_progress_save(
				    r->o->o.store, &r->h.id, &r->p, reterr)
			      : VT_OK;
}

/*
 * The item waits for the next event. One that came since the round looked is
 * seen here; one that comes later is seen by the waker, for which it is idle
 * from now on.
 */
static int
rest(struct round *r, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_event e;
	size_t n = 0;
	int rc;

	r->h.after = r->p.after;
	vt_hooks_idle(r->o->hooks, &r->h);
	if ((rc = vt_view_begin(r->o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_event_list(
		 v, r->h.agency_no, r->p.after, &e, 1, &n, reterr)) != VT_OK)
		return rc;
	vt_view_end(VT_TAKE(v));
	if (n == 0)
		return VT_OK;
	return vt_hooks_wake(r->o, &r->h.id, reterr);
}

static int
settle(struct round *r, enum next next, struct vt_err *reterr)
{
	struct vt_store *s = r->o->o.store;
	vt_time now = vt_work_now(r->o->o.store);
	int rc;

	switch (next) {
	case NEXT_AGAIN:
		return vt_work_retry(s, r->w->no, r->w->lease, now, "", reterr);
	case NEXT_LATER:
		return vt_work_retry(
		    s, r->w->no, r->w->lease, r->due, r->why, reterr);
	case NEXT_IDLE:
		rc = vt_work_retry(s, r->w->no, r->w->lease,
		    now + VT_TIME_S(IDLE_S), "", reterr);
		return rc != VT_OK ? rc : rest(r, reterr);
	case NEXT_DONE:
		return vt_work_done(s, r->w->no, r->w->lease, reterr);
	case NEXT_OFF:
	default:
		return VT_OK;
	}
}

static int
do_item(struct vt_office *o, const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct round *r = calloc(1, sizeof(*r));
	enum next next = NEXT_DONE;
	int rc;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "webhook: no memory");
	r->o = o;
	r->w = w;
	rc = do_round(r, &next, &err);
	if (rc == VT_OK) {
		rc = settle(r, next, reterr);
	} else {
		/* Not the receiver's failure: soon again. */
		if (rc != VT_E_CONFLICT && rc != VT_E_BUSY)
			vt_log_err("hooks.round", &err);
		rc = vt_work_retry(o->o.store, w->no, w->lease,
		    vt_work_now(o->o.store) + (rc == VT_E_BUSY ? 0 : VT_TIME_S(2)),
		    err.msg, reterr);
	}
	free(r);
	/* a lease that was lost is another claim's business */
	return rc == VT_E_CONFLICT || rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* The items that are due, those first that are due longest; those of agencies,
 * or of a kind, that have their share of the senders are passed over. */
#define LOOK_AT 32

static int
turn_of(struct vt_office *o, uint64_t no, struct vt_hook_turn *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_hook h;
	struct vt_work w;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_work_get(v, no, &w, reterr)) != VT_OK)
		return rc;
	rc = vt_hook_load(v, w.agency_no, &w.subject, &h, &err);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	/* of a subscription that is gone nothing is sent */
	ret->agency_no = w.agency_no;
	ret->trust = rc == VT_OK ? vt_hook_trust(&h) : VT_HOOK_PROVED;
	return VT_OK;
}

static int
claim(struct vt_office *o, const struct vt_work_due *d, struct vt_work *ret,
    struct vt_hook_turn *ret_turn, bool *ret_mine, struct vt_err *reterr)
{
	struct vt_hooks *hooks = o->hooks;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret_mine = false;
	rc = turn_of(o, d->no, ret_turn, &err);
	if (rc == VT_OK && vt_hooks_take(hooks, *ret_turn)) {
		rc = vt_work_claim_item(
		    o->o.store, d->no, &hooks->owner, LEASE_US, ret, &err);
		*ret_mine = rc == VT_OK;
		if (rc != VT_OK)
			vt_hooks_give(hooks, *ret_turn);
	}
	/* done meanwhile, or another's */
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_hooks_work_once(struct vt_office *o, bool *ret_any, struct vt_err *reterr)
{
	struct vt_work_walk walk = { .kind = VT_WORK_WEBHOOK,
		.until = vt_work_now(o->o.store) };
	struct vt_work_due d[LOOK_AT];
	struct vt_work w = { 0 };
	struct vt_hook_turn turn = { 0, VT_HOOK_PROVED };
	bool mine = false;
	size_t n = LOOK_AT;
	int rc = VT_OK;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	VT_ASSERT(o->hooks != NULL);
	*ret_any = false;
	/* looking costs nothing; claiming is a commit */
	while (rc == VT_OK && !mine && n == LOOK_AT) {
		struct vt_view *v = NULL;

		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_work_next(v, &walk, d, LOOK_AT, &n, reterr);
		vt_view_end(v);
		for (size_t i = 0; i < n && rc == VT_OK && !mine; i++)
			rc = claim(o, &d[i], &w, &turn, &mine, reterr);
	}
	if (rc != VT_OK || !mine)
		return rc;
	*ret_any = true;
	rc = do_item(o, &w, reterr);
	vt_hooks_give(o->hooks, turn);
	vt_work_free(&w);
	return rc;
}
