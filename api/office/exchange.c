/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between agencies of one store: what waits for us, receiving it, and the
 * sender's side of it, which the work queue brings up to date.
 */
#include "api/office/budgets.h"
#include "api/office/destruction.h"
#include "api/office/letters.h"
#include "api/office/scrub.h"
#include "api/office/incoming.h"
#include "api/office/look.h"
#include "api/office/packet.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define JUST_SENT_MAX 1024 /* items of the queue looked at */

/* Is `code` one that this agency, or one merged into it, has or had? */
static bool
is_ours(struct vt_view *v, const char *code, uint32_t agency_no)
{
	struct vt_agency a;

	return code[0] != '\0' &&
	       vt_agency_by_code(v, code, &a, NULL) == VT_OK &&
	       vt_agency_follow(v, &a, NULL) == VT_OK && a.no == agency_no;
}

/* ---- what waits ---- */

struct inbox {
	struct vt_delivery *ret;
	size_t n, max;
	uint64_t before, next; /* places in the list of waiting papers */
};

static bool
has(const struct inbox *in, const vt_id *delivery)
{
	for (size_t i = 0; i < in->n; i++)
		if (vt_id_eq(&in->ret[i].id, delivery))
			return true;
	return false;
}

/* Those whose paper waits for the clerk. */
static int
waiting_papers(struct vt_view *v, uint32_t agency_no, struct inbox *in,
    struct vt_err *reterr)
{
	struct vt_paper_filter f = { .direction = VT_DIR_IN,
		.state = VT_PAPER_WAITING,
		.before = in->before };
	struct vt_paper p[16];
	size_t n = 0;
	int rc;

	do {
		size_t room = in->max - in->n;

		rc = vt_paper_list(v, agency_no, &f, p, room < 16 ? room : 16,
		    &n, &f.before, reterr);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			if (vt_id_is_zero(&p[i].source_delivery))
				continue;
			rc = vt_delivery_get(
			    v, &p[i].source_delivery, &in->ret[in->n], reterr);
			if (rc == VT_OK)
				in->n++;
		}
		if (rc != VT_OK)
			return rc;
	} while (f.before != 0 && in->n < in->max);
	in->next = f.before;
	return VT_OK;
}

/* Those that were sent off this moment: their paper is not made yet. */
static int
just_sent(struct vt_view *v, uint32_t agency_no, struct inbox *in,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_work w[32];
	struct vt_paper made;
	uint64_t after = 0;
	size_t n = 32, looked = 0;
	int rc;

	while (n == 32 && looked < JUST_SENT_MAX) {
		rc = vt_work_list(v, 0, after, w, 32, &n, reterr);
		if (rc != VT_OK)
			return rc;
		looked += n;
		for (size_t i = 0; i < n; i++) {
			after = w[i].no;
			/* one place is left, for the next page to begin at */
			if (w[i].kind != VT_WORK_DELIVERY ||
			    in->n + 1 >= in->max || has(in, &w[i].subject))
				continue;
			rc = vt_delivery_get(
			    v, &w[i].subject, &in->ret[in->n], &err);
			if (rc == VT_E_NOT_FOUND)
				continue; /* a packet that is carried on */
			if (rc != VT_OK) {
				if (reterr != NULL)
					*reterr = err;
				return rc;
			}
			if (is_ours(v, in->ret[in->n].to.code, agency_no) &&
			    vt_paper_by_delivery(v, agency_no, &w[i].subject,
				&made, NULL) == VT_E_NOT_FOUND)
				in->n++;
		}
	}
	return VT_OK;
}

int
vt_office_inbox(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct inbox in = { .ret = ret, .max = max, .before = before };
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_INBOX, reterr)) != VT_OK ||
	    (before == 0 &&
		(rc = just_sent(v, actor->agency_no, &in, reterr)) != VT_OK) ||
	    (rc = waiting_papers(v, actor->agency_no, &in, reterr)) != VT_OK)
		return rc;
	*ret_n = in.n;
	*ret_next = in.next;
	return VT_OK;
}

/* ---- receiving ---- */

/* The paper that was made of the delivery; VT_E_NOT_FOUND when it is not for
 * this agency. *ret_made false: none yet. */
static int
find_made(struct vt_office *o, uint32_t agency_no, const vt_id *delivery,
    vt_id *ret, bool *ret_made, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_delivery d;
	struct vt_paper p;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_delivery_get(v, delivery, &d, reterr)) != VT_OK)
		return rc;
	rc = vt_paper_by_delivery(v, agency_no, delivery, &p, &err);
	*ret_made = rc == VT_OK;
	if (rc == VT_OK) {
		*ret = p.id;
		return VT_OK;
	}
	if (rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (!is_ours(v, d.to.code, agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no such delivery for this agency");
	return VT_OK;
}

/* The paper waits, or has its number: accept answers either way. */
static int
accept_made(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_request any = *rq;
	struct vt_incoming p;
	int rc;

	any.if_match = 0; /* of a delivery there is no revision */
	rc = vt_incoming_load(o, paper, rq->actor->agency_no, 0, &p, reterr);
	return rc != VT_OK ? rc : vt_incoming_accept(o, &any, &p, ret, reterr);
}

/* Nobody made its paper yet: made and registered in one act. */
static int
receive_new(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, struct vt_act_result *ret, struct vt_err *reterr)
{
	const struct vt_paper source = { .source_delivery = *delivery };
	struct vt_telling t;
	struct vt_step steps[2];
	struct vt_act act;
	VT_BUF_AUTO(payload);
	int rc;

	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_RECEIVE;
	steps[0].u.receive.delivery = *delivery;
	steps[0].u.receive.series = VT_BOOK_IN;
	/* the sender learns of it by the queue, also after a crash here */
	vt_telling_new(o, VT_STATUS_ACCEPTED, "", rq->actor->name, &t);
	(void)vt_tell_later(&source, &t, &payload, &steps[1]);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	vt_office_act(rq, NULL, steps, 2, &act);
	act.expect_rev = 0;
	return vt_office_do(o, rq, &act, ret, reterr);
}

static int
receive(struct vt_office *o, const struct vt_request *rq, const vt_id *delivery,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	vt_id paper;
	bool made;
	int rc;

	rc =
	    find_made(o, rq->actor->agency_no, delivery, &paper, &made, reterr);
	if (rc != VT_OK)
		return rc;
	return made ? accept_made(o, rq, &paper, ret, reterr)
		    : receive_new(o, rq, delivery, ret, reterr);
}

/* The queue was quicker by a moment: the paper it made waits. */
static int
receive_waiting(struct vt_office *o, const struct vt_request *rq,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	char key[VT_OFFICE_KEY_MAX + 8];
	struct vt_request again = *rq;
	vt_id paper = ret->paper;
	bool done;
	int rc;

	vt_act_result_free(ret);
	*ret = (struct vt_act_result)VT_ACT_RESULT_INIT;
	(void)snprintf(key, sizeof(key), "%s/accept", rq->key);
	again.key = key;
	rc = vt_office_replay(o, &again, ret, &done, reterr);
	if (rc == VT_OK && !done)
		rc = accept_made(o, &again, &paper, ret, reterr);
	return rc;
}

/* Somebody did it between our look and our act: what he got is the answer. */
static bool
was_late(int rc)
{
	return rc == VT_E_OUT_OF_ORDER || rc == VT_E_EXISTS;
}

int
vt_office_receive(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, struct vt_act_result *ret, struct vt_err *reterr)
{
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_RECEIVE, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK)
		return rc;
	if (!done)
		rc = receive(o, rq, delivery, ret, reterr);
	if (rc == VT_OK && ret->arrival == 0)
		rc = receive_waiting(o, rq, ret, reterr);
	if (was_late(rc))
		rc = receive(o, rq, delivery, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}

/* ---- work ---- */

/* Tells the sender that the receiver has registered the paper. Idempotent:
 * a delivery moves forward only. */
static int
do_notice(struct vt_office *o, const struct vt_work *w, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_DELIVERED };
	struct vt_view *v = NULL;
	struct vt_delivery d;
	struct vt_paper p;
	struct vt_act act = { 0 };
	VT_BUF_AUTO(note);
	VT_BUF_AUTO(receipt);
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_delivery_get(v, &w->subject, &d, reterr)) != VT_OK ||
	    (rc = vt_paper_by_delivery(
		 v, w->agency_no, &w->subject, &p, reterr)) != VT_OK ||
	    d.state == VT_DELIVERY_REGISTERED ||
	    (rc = vt_receipt_get(
		 v, w->agency_no, p.arrival.act, &receipt, reterr)) != VT_OK)
		goto out;
	vt_buf_printf(&note, "số đến %s", p.arrival.text);
	act.agency_no = d.agency_no;
	act.paper = d.paper;
	step.u.delivered.delivery = w->subject;
	step.u.delivered.state = VT_DELIVERY_REGISTERED;
	vt_view_end(v);
	v = NULL;
	step.u.delivered.note = vt_buf_str(&note);
	step.u.delivered.receipt = vt_buf_view(&receipt);
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
out:
	vt_view_end(v);
	vt_act_result_free(&res);
	return rc;
}

static int
do_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	switch (w->kind) {
	case VT_WORK_NOTICE: /* of a store that an older release wrote */
		return do_notice(o, w, reterr);
	case VT_WORK_NUMBER:
		return vt_office_fill_number(
		    o, w->agency_no, &w->subject, reterr);
	case VT_WORK_LOOK:
		return vt_look_work(o, w, reterr);
	case VT_WORK_DELIVERY:
		return vt_deliver_work(o, w, ret_due, reterr);
	case VT_WORK_STATUS:
		return vt_tell_work(o, w, ret_due, reterr);
	case VT_WORK_PACKET:
		return vt_arrive_work(o, w, ret_due, reterr);
	case VT_WORK_PULL:
		return vt_pull_work(o, w, ret_due, reterr);
	case VT_WORK_SYNC:
		return vt_sync_work(o, w, ret_due, reterr);
	case VT_WORK_TEXT:
		return vt_text_work(o, w, ret_due, reterr);
	case VT_WORK_VALIDATE:
		return vt_judge_work(o, w, ret_due, reterr);
	case VT_WORK_ASK:
		return vt_ask_work(o, w, ret_due, reterr);
	case VT_WORK_RECALL:
		return vt_recall_work(o, w, ret_due, reterr);
	case VT_WORK_ERASE:
		return vt_erase_work(o, w, ret_due, reterr);
	case VT_WORK_COSIGN:
		return vt_cosign_work(o, w, ret_due, reterr);
	case VT_WORK_SCRUB:
		return vt_scrub_work(o, w, ret_due, reterr);
	case VT_WORK_EXPIRE:
		return vt_expire_work(o, w, ret_due, reterr);
	case VT_WORK_ANSWERED:
		return vt_answered_work(o, w, ret_due, reterr);
	default:
		return vt_err_set(reterr, VT_E_UNSUPPORTED,
		    "work of kind %d is not done here", (int)w->kind);
	}
}

/* Back-off: 2 s, 4 s, ... at most an hour. */
static vt_time
next_try(vt_time now, uint32_t attempt)
{
	uint32_t s = attempt >= 11 ? 3600 : 2U << attempt;

	return now + VT_TIME_S(s);
}

/* Handlers tell the hours by the wall; while it was set back, the queue goes on
 * by its own (vt_work_now), and what is to wait waits as long. */
static vt_time
by_work_clock(struct vt_office *o, vt_time due)
{
	vt_time wall = vt_now(o->o.ctx), now = vt_work_now(o->o.store);

	if (due >= VT_WORK_TURN)
		return due;
	return due <= wall ? now : now + (due - wall);
}

/* Its budget is used up, or its handler says so: it waits for a person. False:
 * it is tried again, also when that could not be written. What waits for a
 * paper to be released does not fail. */
static bool
is_given_up(struct vt_office *o, const struct vt_work *w, vt_time due,
    const struct vt_err *why)
{
	struct vt_err err = VT_ERR_INIT;

	if (due != VT_WORK_PARKED &&
	    (due != VT_TIME_NONE || why->code == VT_E_ISOLATED ||
		why->code == VT_E_FROZEN ||
		!vt_budget_is_spent(w, vt_work_now(o->o.store))))
		return false;
	vt_log_err("office.dead_letter", why);
	if (vt_letter_give_up(o, w, why->msg, &err) == VT_OK)
		return true;
	vt_log_err("office.dead_letter", &err);
	return false;
}

int
vt_office_work_item(struct vt_office *o, const struct vt_work *w, int *ret_done,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	vt_time due = VT_TIME_NONE;
	int rc = do_work(o, w, &due, &err);

	*ret_done = rc;
	/* given up because we close: who opens next takes its lease over */
	if (rc == VT_E_BUSY && vt_office_is_closing(o))
		return VT_OK;
	if (rc == VT_OK && due == VT_TIME_NONE)
		return vt_work_done(o->o.store, w->no, w->lease, reterr);
	if (rc != VT_OK && is_given_up(o, w, due, &err))
		return VT_OK;
	/* until it is released, however long: it is asked again as one that
	 * waits to be sent is */
	if ((rc == VT_E_ISOLATED || rc == VT_E_FROZEN) && due == VT_TIME_NONE)
		due = vt_now(o->o.ctx) + VT_TIME_S(VT_L(HELD_LOOK_S));
	else if (rc != VT_OK) {
		vt_log_err("office.work", &err);
		if (due == VT_TIME_NONE)
			due = next_try(vt_now(o->o.ctx), w->attempt);
	}
	return vt_work_retry(o->o.store, w->no, w->lease, by_work_clock(o, due),
	    err.msg, reterr);
}
