/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lấy lại, thu hồi, thay thế: the sender's three acts and the answers. */
#include <stdlib.h>

#include "api/office/asks.h"
#include "api/office/incoming.h"
#include "api/office/packet.h"
#include "api/office/recall.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define ARENA_LIMIT ((size_t)4 << 20)
#define PAGE        64

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
	    (rc = vt_incoming_reason(reason, "take back", &why, reterr)) !=
		VT_OK)
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

struct receivers {
	struct vt_recipient *to;
	size_t n, max;
};

static bool
listed(const struct receivers *r, const struct vt_delivery *d)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->to[i].code, d->to.code) == 0 &&
		    (d->to.code[0] != '\0' ||
			strcmp(r->to[i].name, d->to.name) == 0))
			return true;
	return false;
}

/* Is nobody told by it? A delivery that was refused or withdrawn. When about
 * is given, also every other one but those about that paper, and those that
 * are on paper: such a reader has it all on one sheet. */
static bool
left_out(const struct vt_delivery *d, const vt_id *about)
{
	if (d->state == VT_DELIVERY_REFUSED ||
	    d->state == VT_DELIVERY_WITHDRAWN)
		return true;
	return about != NULL && !vt_id_eq(&d->about, about) &&
	       d->state != VT_DELIVERY_PRINT;
}

/* Everybody who got the paper, or may have; each once. */
static int
receivers(struct vt_office *o, const vt_id *paper, const vt_id *about,
    struct vt_arena *a, struct receivers *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery d[PAGE];
	uint64_t after = 0;
	size_t n;
	int rc;

	ret->n = 0;
	ret->max = VT_L(ADDRESSEES_MAX);
	ret->to = vt_arena_array(a, ret->max, sizeof(*ret->to));
	if (ret->to == NULL)
		return vt_arena_err(a, reterr);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	do {
		rc = vt_delivery_list_after(
		    v, paper, after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && ret->n < ret->max; i++) {
			struct vt_recipient *r = &ret->to[ret->n];

			after = d[i].seq;
			if (left_out(&d[i], about) || listed(ret, &d[i]))
				continue;
			r->code = vt_arena_strdup(a, d[i].to.code);
			r->name = vt_arena_strdup(a, d[i].to.name);
			if (r->code == NULL || r->name == NULL)
				return vt_arena_err(a, reterr);
			ret->n++;
		}
	} while (n == PAGE && ret->n < ret->max);
	return VT_OK;
}

/*
 * The paper that says so goes to all who got the other one, also to those who
 * have it: each such delivery is about the paper that it ends. An act of its
 * own, under a key derived from the request's: asked again, it is finished if
 * a crash came between. Who was told of this very end already is left out.
 */
static int
send_to_receivers(struct vt_office *o, const struct vt_request *rq,
    const vt_id *about, const vt_id *send, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_DISPATCH };
	char key[VT_OFFICE_KEY_MAX + 8];
	struct receivers all, told;
	size_t left = 0;
	struct vt_act act;
	int rc;

	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "recall: no memory");
	if ((rc = receivers(o, about, NULL, a, &all, reterr)) != VT_OK ||
	    (rc = receivers(o, send, about, a, &told, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < all.n; i++) {
		struct vt_delivery d = { .to = all.to[i] };

		if (!listed(&told, &d))
			all.to[left++] = all.to[i];
	}
	if (left == 0)
		return VT_OK;
	step.u.dispatch.to = all.to;
	step.u.dispatch.n_to = left;
	step.u.dispatch.about = *about;
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
	if ((rc = vt_incoming_reason(reason, "recall", &why, reterr)) != VT_OK)
		return rc;
	step.u.recall.notice = *notice;
	step.u.recall.note = vt_buf_str(&why);
	return order(o, rq, VT_DUTY_RECALL, paper, notice, &step, ret, reterr);
}

/* step: kind and the other paper are filled in. */
static int
replace(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    const char *reason, struct vt_step *step, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(why);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_incoming_reason(reason, "replace", &why, reterr)) != VT_OK)
		return rc;
	step->kind = VT_STEP_REPLACE;
	step->u.replace.note = vt_buf_str(&why);
	return order(o, rq, VT_DUTY_REPLACE, paper, &step->u.replace.by, step,
	    ret, reterr);
}

int
vt_office_replace(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .u.replace = {
				    .by = *by, .kind = VT_REPLACE_NEW } };

	return replace(o, rq, paper, reason, &step, ret, reterr);
}

int
vt_office_amend(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .u.replace = {
				    .by = *by, .kind = VT_REPLACE_AMEND } };

	return replace(o, rq, paper, reason, &step, ret, reterr);
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
	struct vt_err late = VT_ERR_INIT;
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
		rc =
		    vt_incoming_reason(reason, "answer a recall", &why, reterr);
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
	if (agree && p.state != VT_PAPER_REFUSED) /* else it is gone already */
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
	rc = vt_incoming_act(o, rq, &p, steps, n, &follow, ret, reterr);
	/* what waited for this answer; its own work is behind it */
	if (rc == VT_OK &&
	    vt_ask_settle_paper(o, p.agency_no, paper, &late) != VT_OK)
		vt_log_err("office.ask", &late);
	return rc;
}
