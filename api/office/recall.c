/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lấy lại, thu hồi, thay thế: the sender's three acts and the answers. */
#include <stdlib.h>

#include "api/office/incoming.h"
#include "api/office/packet.h"
#include "api/office/recall.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define ARENA_LIMIT ((size_t)4 << 20)
#define PAGE        64

static int
need_reason(const char *reason, const char *what, struct vt_buf *ret,
    struct vt_err *reterr)
{
	int rc;

	if (reason != NULL && reason[0] != '\0' &&
	    (rc = vt_text_clean(vt_span_str(reason), VT_L(SUBJECT_MAX), what,
		 ret, reterr)) != VT_OK)
		return rc;
	if (ret->n == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: a reason is wanted (Decree 30/2020, Article 18)",
		    what);
	return VT_OK;
}

/* ---- the sender ---- */

/* The paper, of the actor's agency, at the revision that was asked for. */
static int
check_own(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    struct vt_err *reterr)
{
	struct vt_incoming p;
	int rc;

	rc = vt_incoming_load(
	    o, paper, rq->actor->agency_no, rq->if_match, &p, reterr);
	if (rc == VT_OK && p.direction == VT_DIR_IN)
		rc = vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "the paper came from elsewhere: only its sender recalls "
		    "it");
	return rc;
}

int
vt_office_take_back(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *delivery, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_TAKE_BACK };
	struct vt_act act;
	VT_BUF_AUTO(why);
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_TAKE_BACK, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = check_own(o, rq, paper, reterr)) != VT_OK ||
	    (rc = need_reason(reason, "take back", &why, reterr)) != VT_OK)
		return rc;
	if (delivery != NULL)
		step.u.take_back.delivery = *delivery;
	step.u.take_back.note = vt_buf_str(&why);
	vt_office_act(rq, paper, &step, 1, &act);
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}

/* Everybody who got the paper, or may have: those of its deliveries that were
 * neither refused nor withdrawn. */
static int
receivers(struct vt_office *o, const vt_id *paper, struct vt_arena *a,
    struct vt_recipient **ret, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery d[PAGE];
	struct vt_recipient *r;
	uint64_t after = 0;
	size_t n, found = 0, max = VT_L(ADDRESSEES_MAX);
	int rc;

	if ((r = vt_arena_array(a, max, sizeof(*r))) == NULL)
		return vt_arena_err(a, reterr);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	do {
		rc = vt_delivery_list_after(
		    v, paper, after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && found < max; i++) {
			after = d[i].seq;
			if (d[i].state == VT_DELIVERY_REFUSED ||
			    d[i].state == VT_DELIVERY_WITHDRAWN)
				continue;
			r[found].code = vt_arena_strdup(a, d[i].to.code);
			r[found].name = vt_arena_strdup(a, d[i].to.name);
			if (r[found].code == NULL || r[found].name == NULL)
				return vt_arena_err(a, reterr);
			found++;
		}
	} while (n == PAGE && found < max);
	*ret = r;
	*ret_n = found;
	return VT_OK;
}

/*
 * The paper that says so goes to all who got the other one. An act of its own,
 * under a key derived from the request's: asked again, it is finished if a
 * crash came between. Who has it already is left out.
 */
static int
send_to_receivers(struct vt_office *o, const struct vt_request *rq,
    const vt_id *about, const vt_id *send, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_DISPATCH };
	struct vt_recipient *to = NULL, *has = NULL;
	char key[VT_OFFICE_KEY_MAX + 8];
	size_t n = 0, n_has = 0, left = 0;
	struct vt_act act;
	int rc;

	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "recall: no memory");
	if ((rc = receivers(o, about, a, &to, &n, reterr)) != VT_OK ||
	    (rc = receivers(o, send, a, &has, &n_has, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		bool there = false;

		for (size_t k = 0; k < n_has && !there; k++)
			there = strcmp(to[i].code, has[k].code) == 0 &&
				strcmp(to[i].name, has[k].name) == 0;
		if (!there)
			to[left++] = to[i];
	}
	if (left == 0)
		return VT_OK;
	step.u.dispatch.to = to;
	step.u.dispatch.n_to = left;
	vt_office_act(rq, send, &step, 1, &act);
	(void)snprintf(key, sizeof(key), "%s/send", rq->key);
	act.key = key;
	act.expect_rev = 0;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}

/* RECALL or REPLACE on `paper`, then `by` to all who got it. */
static int
order(struct vt_office *o, const struct vt_request *rq, enum vt_duty duty,
    const vt_id *paper, const vt_id *by, const struct vt_step *step,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_act act;
	bool done;
	int rc;

	if ((rc = vt_office_enter(rq, duty, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK)
		return rc;
	if (!done) {
		if ((rc = check_own(o, rq, paper, reterr)) != VT_OK)
			return rc;
		vt_office_act(rq, paper, step, 1, &act);
		rc = vt_office_do(o, rq, &act, ret, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return send_to_receivers(o, rq, paper, by, reterr);
}

int
vt_office_recall(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *notice, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_RECALL };
	VT_BUF_AUTO(why);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = need_reason(reason, "recall", &why, reterr)) != VT_OK)
		return rc;
	step.u.recall.notice = *notice;
	step.u.recall.note = vt_buf_str(&why);
	return order(o, rq, VT_DUTY_RECALL, paper, notice, &step, ret, reterr);
}

int
vt_office_replace(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_REPLACE };
	VT_BUF_AUTO(why);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = need_reason(reason, "replace", &why, reterr)) != VT_OK)
		return rc;
	step.u.replace.by = *by;
	step.u.replace.kind = VT_REPLACE_NEW;
	step.u.replace.note = vt_buf_str(&why);
	return order(o, rq, VT_DUTY_REPLACE, paper, by, &step, ret, reterr);
}

/* ---- the receiver: being asked ---- */

static bool
closed(enum vt_paper_state s)
{
	return s == VT_PAPER_REFUSED || s == VT_PAPER_TAKEN_BACK ||
	       s == VT_PAPER_RECALLED;
}

int
vt_ask_about(
    struct vt_office *o, const struct vt_asking *k, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { .agency_no = k->agency_no,
		.caller = k->once,
		.key = "ask",
		.request = vt_sha256(VT_SPAN(k->once.b, sizeof(k->once.b))),
		.paper = k->paper };
	struct vt_err err = VT_ERR_INIT;
	struct vt_telling t;
	struct vt_step steps[3];
	struct vt_paper source = { 0 };
	struct vt_incoming p;
	VT_BUF_AUTO(payload);
	size_t n = 1;
	int rc;

	rc = vt_incoming_load(o, &k->paper, k->agency_no, 0, &p, reterr);
	if (rc != VT_OK || closed(p.state))
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_TAKE_BACK;
	steps[0].u.take_back.ask = k->ask;
	steps[0].u.take_back.note = k->reason;
	steps[0].u.take_back.consignment = k->consignment;
	steps[0].u.take_back.at = k->at;
	if (k->ask == VT_ASK_TAKE_BACK && p.state == VT_PAPER_WAITING) {
		steps[n].kind = VT_STEP_TAKE_BACK_ANSWER;
		steps[n++].u.take_back_answer.agree = true;
		source.source_delivery = p.source_delivery;
		source.source_consignment = p.source_consignment;
		vt_telling_new(o, VT_STATUS_AGREED, "", "", &t);
		if (vt_tell_later(&source, &t, &payload, &steps[n]))
			n++;
	}
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	act.steps = steps;
	act.n_steps = n;
	rc = vt_store_do(o->o.store, &act, &res, &err);
	vt_act_result_free(&res);
	/* the same ask once more, with another answer made ready: it was done;
	 * or the clerk was quicker, and the next try sees what he did */
	if (rc == VT_E_IDEMPOTENCY_KEY_REUSED)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}

/* ---- the receiver: answering ---- */

/* Between tenants: our paper of the delivery of the sender's notice. */
static int
notice_of_tenant(struct vt_office *o, struct vt_view *v,
    const struct vt_incoming *p, vt_id *ret, struct vt_err *reterr)
{
	struct vt_delivery d[PAGE];
	struct vt_paper theirs, ours;
	uint64_t after = 0;
	size_t n;
	vt_id by;
	int rc;

	(void)o;
	if ((rc = vt_paper_get(v, &p->source_paper, &theirs, reterr)) != VT_OK)
		return rc;
	by =
	    p->asked == VT_ASK_RECALL ? theirs.recalled_by : theirs.replaced_by;
	do {
		rc = vt_delivery_list_after(v, &by, after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			after = d[i].seq;
			if (vt_paper_by_delivery(v, p->agency_no, &d[i].id,
				&ours, NULL) == VT_OK) {
				*ret = ours.id;
				return VT_OK;
			}
		}
	} while (n == PAGE);
	return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
	    "the paper that orders it has not arrived yet");
}

/* The paper that asks, and the state of the consignment that brought it. */
static int
asking_paper(struct vt_office *o, const struct vt_incoming *p, vt_id *ret,
    bool *ret_open, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;
	int rc;

	*ret_open = false;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if (vt_id_is_zero(&p->asked_consignment)) {
		if (p->asked == VT_ASK_TAKE_BACK)
			return VT_OK;
		return notice_of_tenant(o, v, p, ret, reterr);
	}
	rc = vt_consign_get(v, &p->asked_consignment, &c, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = c.paper;
	*ret_open = c.state == VT_CONSIGN_ARRIVED;
	return VT_OK;
}

/* What agreeing does besides the answer. */
static size_t
agreed(const struct vt_incoming *p, const vt_id *by, const char *note,
    struct vt_step *step)
{
	switch (p->asked) {
	case VT_ASK_RECALL:
		step->kind = VT_STEP_RECALL;
		step->u.recall.notice = *by;
		step->u.recall.note = note;
		return 1;
	case VT_ASK_REPLACE:
	case VT_ASK_UPDATE:
		step->kind = VT_STEP_REPLACE;
		step->u.replace.by = *by;
		step->u.replace.kind = p->asked == VT_ASK_UPDATE
					   ? VT_REPLACE_AMEND
					   : VT_REPLACE_NEW;
		step->u.replace.note = note;
		return 1;
	default:
		return 0;
	}
}

int
vt_office_answer_recall(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, bool agree, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_follow follow = {
		agree ? VT_STATUS_AGREED : VT_STATUS_DECLINED, NULL
	};
	struct vt_step steps[4];
	struct vt_incoming p;
	VT_BUF_AUTO(why);
	bool done, open;
	vt_id by = { { 0 } };
	size_t n = 1;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_ANSWER_RECALL, reterr)) !=
		VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = vt_incoming_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &p, reterr)) != VT_OK)
		return rc;
	if (p.asked == 0)
		return vt_err_set(
		    reterr, VT_E_OUT_OF_ORDER, "nobody asked for this paper");
	if (!agree || (reason != NULL && reason[0] != '\0')) {
		rc = need_reason(reason, "answer a recall", &why, reterr);
		if (rc != VT_OK)
			return rc;
	}
	rc = asking_paper(o, &p, &by, &open, reterr);
	if (rc != VT_OK)
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_TAKE_BACK_ANSWER;
	steps[0].u.take_back_answer.agree = agree;
	steps[0].u.take_back_answer.note = vt_buf_str(&why);
	if (agree)
		n += agreed(&p, &by, vt_buf_str(&why), &steps[n]);
	if (open && p.asked != VT_ASK_REPLACE) {
		steps[n].kind = VT_STEP_CONSIGN_READ;
		steps[n].u.consign_read.consignment = p.asked_consignment;
		steps[n].u.consign_read.state =
		    agree ? VT_CONSIGN_APPLIED : VT_CONSIGN_REFUSED;
		steps[n].u.consign_read.note = vt_buf_str(&why);
		steps[n++].u.consign_read.paper = by;
	}
	follow.text = vt_buf_str(&why);
	return vt_incoming_act(o, rq, &p, steps, n, &follow, ret, reterr);
}
