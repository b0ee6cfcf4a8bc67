/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between agencies of one store: what waits for us, receiving it, and the
 * sender's side of it, which the work queue brings up to date.
 */
#include "api/office/look.h"
#include "api/office/office_priv.h"
#include "base/cbor.h"

#define LEASE_US ((int64_t)60 * 1000000)

/* Is `code` one that this agency has or had? */
static bool
is_ours(struct vt_view *v, const char *code, uint32_t agency_no)
{
	struct vt_agency a;

	return code[0] != '\0' &&
	       vt_agency_by_code(v, code, &a, NULL) == VT_OK &&
	       a.no == agency_no;
}

int
vt_office_inbox(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, struct vt_delivery *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_work w[32];
	uint64_t after = 0;
	size_t n, found = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_INBOX, reterr)) != VT_OK)
		return rc;
	do {
		rc = vt_work_list(v, 0, after, w, 32, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && found < max; i++) {
			after = w[i].no;
			if (w[i].kind != VT_WORK_DELIVERY)
				continue;
			rc = vt_delivery_get(
			    v, &w[i].subject, &ret[found], reterr);
			if (rc != VT_OK)
				return rc;
			if (is_ours(v, ret[found].to.code, actor->agency_no))
				found++;
		}
	} while (n == 32 && found < max);
	*ret_n = found;
	return VT_OK;
}

int
vt_office_receive(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step steps[2];
	struct vt_delivery d;
	struct vt_view *v = NULL;
	struct vt_act act;
	bool done, ours;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_RECEIVE, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK || done)
		return rc;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_delivery_get(v, delivery, &d, reterr);
	ours = rc == VT_OK && is_ours(v, d.to.code, rq->actor->agency_no);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	if (!ours)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no such delivery for this agency");
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_RECEIVE;
	steps[0].u.receive.delivery = *delivery;
	steps[0].u.receive.series = VT_BOOK_IN;
	/* the sender learns of it by the queue, also after a crash here */
	steps[1].kind = VT_STEP_WORK;
	steps[1].u.work.kind = VT_WORK_NOTICE;
	steps[1].u.work.subject = *delivery;
	vt_office_act(rq, NULL, steps, 2, &act);
	act.expect_rev = 0;
	return vt_store_do(o->o.store, &act, ret, reterr);
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

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
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
do_work(struct vt_office *o, const struct vt_work *w, struct vt_err *reterr)
{
	switch (w->kind) {
	case VT_WORK_NOTICE:
		return do_notice(o, w, reterr);
	case VT_WORK_NUMBER:
		return vt_office_fill_number(
		    o, w->agency_no, &w->subject, reterr);
	case VT_WORK_LOOK:
		return vt_look_work(o, w, reterr);
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

int
vt_office_work_once(struct vt_office *o, bool *ret_any, struct vt_err *reterr)
{
	const uint32_t kinds =
	    1U << VT_WORK_NOTICE | 1U << VT_WORK_NUMBER | 1U << VT_WORK_LOOK;
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_work w;
	vt_time due;
	int rc;

	*ret_any = false;
	/* looking costs nothing; claiming is a commit */
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_work_next_due(v, kinds, &due, reterr);
	vt_view_end(v);
	if (rc != VT_OK || due == VT_TIME_NONE || due > vt_now(o->o.ctx))
		return rc;
	rc = vt_work_claim(o->o.store, kinds, &o->worker, LEASE_US, &w, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	*ret_any = true;
	rc = do_work(o, &w, &err);
	if (rc == VT_OK) {
		rc = vt_work_done(o->o.store, w.no, w.lease, reterr);
	} else {
		vt_log_err("office.work", &err);
		rc = vt_work_retry(o->o.store, w.no, w.lease,
		    next_try(vt_now(o->o.ctx), w.attempt), err.msg, reterr);
	}
	vt_work_free(&w);
	/* a lease lost to another claim is that one's business */
	return rc == VT_E_CONFLICT || rc == VT_E_NOT_FOUND ? VT_OK : rc;
}
