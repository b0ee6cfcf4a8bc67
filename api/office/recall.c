/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lấy lại, thu hồi, thay thế: the sender's three acts and the answers. */
#include <stdlib.h>

#include "api/office/asks.h"
#include "api/office/incoming.h"
#include "api/office/packet.h"
#include "api/office/recall.h"
#include "api/office/statuses.h"
#include "api/office/work.h"
#include "base/cbor.h"

#define ARENA_LIMIT ((size_t)16 << 20)
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
		VT_OK ||
	    (rc = vt_hosted_call_in(o, paper, delivery, reterr)) != VT_OK)
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

/* ---- telling who got it ---- */

struct receivers {
	struct vt_recipient *to;
	uint32_t *no; /* of the tenant that each leads to, 0 */
	size_t n, max;
};

/* Two codes that lead to one tenant are one receiver: it gets a paper once. */
static bool
listed(const struct receivers *r, const struct vt_recipient *to, uint32_t no)
{
	for (size_t i = 0; i < r->n; i++)
		if (no != 0 ? r->no[i] == no
			    : strcmp(r->to[i].code, to->code) == 0 &&
				  (to->code[0] != '\0' ||
				      strcmp(r->to[i].name, to->name) == 0))
			return true;
	return false;
}

static int
grow(struct receivers *r, struct vt_arena *a, struct vt_err *reterr)
{
	size_t max = r->max == 0 ? PAGE : 2 * r->max;
	struct vt_recipient *to = vt_arena_array(a, max, sizeof(*to));
	uint32_t *no = vt_arena_array(a, max, sizeof(*no));

	if (to == NULL || no == NULL)
		return vt_arena_err(a, reterr);
	if (r->n > 0) {
		memcpy(to, r->to, r->n * sizeof(*to));
		memcpy(no, r->no, r->n * sizeof(*no));
	}
	r->to = to;
	r->no = no;
	r->max = max;
	return VT_OK;
}

static int
list(struct vt_view *v, struct receivers *r, const struct vt_recipient *to,
    struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_agency g = { .no = 0 };
	struct vt_recipient *at;
	int rc = VT_E_AGENCY_UNKNOWN;

	if (to->code[0] != '\0')
		rc = vt_agency_by_code(v, to->code, &g, reterr);
	if (rc == VT_OK)
		rc = vt_agency_follow(v, &g, reterr);
	if (rc != VT_OK && rc != VT_E_AGENCY_UNKNOWN)
		return rc;
	if (rc != VT_OK)
		g.no = 0;
	if (listed(r, to, g.no))
		return VT_OK;
	if (r->n == r->max && (rc = grow(r, a, reterr)) != VT_OK)
		return rc;
	VT_ASSERT(r->to != NULL && r->no != NULL);
	r->no[r->n] = g.no;
	at = &r->to[r->n];
	at->code = vt_arena_strdup(a, to->code);
	at->name = vt_arena_strdup(a, to->name);
	if (at->code == NULL || at->name == NULL)
		return vt_arena_err(a, reterr);
	r->n++;
	return VT_OK;
}

/* about NULL: has its addressee the paper, or may have it? Else: does it tell
 * of what became of `about`? One on paper does: its reader has it all on one
 * sheet. */
static bool
counts(const struct vt_delivery *d, const vt_id *about)
{
	if (about != NULL)
		return vt_id_eq(&d->about, about) ||
		       d->state == VT_DELIVERY_PRINT;
	return d->state != VT_DELIVERY_REFUSED &&
	       d->state != VT_DELIVERY_WITHDRAWN;
}

/* Addressees of the paper's deliveries that count, each once. */
static int
receivers(struct vt_view *v, const vt_id *paper, const vt_id *about,
    struct vt_arena *a, struct receivers *ret, struct vt_err *reterr)
{
	struct vt_delivery d[PAGE];
	uint64_t after = 0;
	size_t n;
	int rc;

	memset(ret, 0, sizeof(*ret));
	do {
		rc = vt_delivery_list_after(
		    v, paper, after, d, PAGE, &n, reterr);
		for (size_t i = 0; i < n && rc == VT_OK; i++) {
			after = d[i].seq;
			if (counts(&d[i], about))
				rc = list(v, ret, &d[i].to, a, reterr);
		}
	} while (rc == VT_OK && n == PAGE);
	return rc;
}

/* A paper that ends or changes another one. */
struct change {
	vt_id about, by;
	uint32_t agency_no;
	vt_id person; /* who ordered it */
};

/* Who got `about` and was not told yet; *ret_told: how many were. */
static int
find_untold(struct vt_office *o, const struct change *c, struct vt_arena *a,
    struct receivers *ret, size_t *ret_told, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct receivers all, told;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = receivers(v, &c->about, NULL, a, &all, reterr)) != VT_OK ||
	    (rc = receivers(v, &c->by, &c->about, a, &told, reterr)) != VT_OK)
		return rc;
	*ret = (struct receivers){ .to = all.to };
	for (size_t i = 0; i < all.n; i++)
		if (!listed(&told, &all.to[i], all.no[i]))
			ret->to[ret->n++] = all.to[i];
	*ret_told = told.n;
	return VT_OK;
}

/* The same receivers are told once, whoever comes first: the request that
 * ordered it, or the queue. By how many are told already. */
static int
send_to(struct vt_office *o, const struct change *c,
    const struct vt_recipient *to, size_t n, size_t told, struct vt_err *reterr)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_DISPATCH };
	struct vt_act act = { .agency_no = c->agency_no,
		.person = c->person,
		.paper = c->by,
		.key = "told",
		.steps = &step,
		.n_steps = 1 };
	uint64_t count = told;
	struct vt_sender who;
	int rc;

	if ((rc = vt_office_sender(o, &c->person, &who, reterr)) != VT_OK)
		return rc;
	vt_sha256_put(h, c->about.b, sizeof(c->about.b));
	vt_sha256_put(h, c->by.b, sizeof(c->by.b));
	for (size_t i = 0; i < sizeof(count); i++, count >>= 8)
		vt_sha256_put(h, &(uint8_t){ (uint8_t)count }, 1);
	act.request = vt_sha256_end(h);
	memcpy(act.caller.b, act.request.b, sizeof(act.caller.b));
	step.u.dispatch.to = to;
	step.u.dispatch.n_to = n;
	step.u.dispatch.about = c->about;
	step.u.dispatch.staff = who.name;
	step.u.dispatch.unit = who.unit;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* The other paper goes to all who got this one, also to those who have it:
 * each such delivery is about the paper that it ends. */
static int
tell_receivers(
    struct vt_office *o, const struct change *c, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	const size_t most = VT_L(ADDRESSEES_MAX);
	struct receivers left = { .n = 0 };
	size_t told, n;
	int rc;

	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "recall: no memory");
	rc = find_untold(o, c, a, &left, &told, reterr);
	for (size_t at = 0; at < left.n && rc == VT_OK; at += n) {
		n = left.n - at < most ? left.n - at : most;
		rc = send_to(o, c, &left.to[at], n, told + at, reterr);
	}
	return rc;
}

enum { W_BY = 1, W_PERSON };

void
vt_recall_later(const struct vt_request *rq, const vt_id *about,
    const vt_id *by, struct vt_buf *payload, struct vt_step *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, payload);
	vt_cbor_key(&w, W_BY);
	vt_cbor_id(payload, by);
	vt_cbor_key(&w, W_PERSON);
	vt_cbor_id(payload, &rq->actor->person);
	vt_cbor_map_end(&w);
	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_WORK;
	ret->u.work.kind = VT_WORK_RECALL;
	ret->u.work.subject = *about;
	ret->u.work.payload = vt_buf_view(payload);
}

int
vt_recall_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct change t = { .about = w->subject, .agency_no = w->agency_no };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;
	int rc;

	*ret_due = VT_TIME_NONE; /* the queue's own back-off */
	vt_cbor_open(&c, VT_SPAN(w->payload, w->n_payload));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == W_BY)
			t.by = vt_cbor_get_id(&c);
		else if (k == W_PERSON)
			t.person = vt_cbor_get_id(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	if ((rc = vt_cbor_finish(&c, "work of a recall", reterr)) != VT_OK ||
	    (rc = tell_receivers(o, &t, reterr)) != VT_OK)
		return rc;
	vt_office_wake(o);
	return VT_OK;
}

/* Is the store going to take this recall? Else nothing is called in for it. */
static bool
is_recall(struct vt_office *o, const struct change *c)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p, by;

	return vt_office_view_all(o, &v, NULL) == VT_OK &&
	       vt_paper_get(v, &c->about, &p, NULL) == VT_OK &&
	       vt_paper_get(v, &c->by, &by, NULL) == VT_OK &&
	       (p.state == VT_PAPER_ISSUED || p.state == VT_PAPER_DISPATCHED) &&
	       !vt_id_eq(&p.id, &by.id) && by.agency_no == p.agency_no &&
	       by.direction != VT_DIR_IN && by.number.value != 0 &&
	       by.issued_at != VT_TIME_NONE;
}

/*
 * RECALL or REPLACE, and in the same act the work that sends the other paper to
 * all who got this one. That is done here at once, so that the caller finds the
 * deliveries; whatever comes between leaves it to the queue.
 */
static int
order(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    struct vt_step *step, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	bool recall = step->kind == VT_STEP_RECALL;
	struct change c = { .about = *paper,
		.by = recall ? step->u.recall.notice : step->u.replace.by,
		.agency_no = rq->actor->agency_no,
		.person = rq->actor->person };
	struct vt_err late = VT_ERR_INIT;
	struct vt_step steps[2];
	struct vt_act act;
	VT_BUF_AUTO(payload);
	VT_BUF_AUTO(why);
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, recall ? VT_DUTY_RECALL : VT_DUTY_REPLACE,
		 reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = check_own(o, rq, paper, reterr)) != VT_OK ||
	    (rc = vt_incoming_reason(
		 reason, vt_step_kind_name(step->kind), &why, reterr)) != VT_OK)
		return rc;
	if (recall)
		step->u.recall.note = vt_buf_str(&why);
	else
		step->u.replace.note = vt_buf_str(&why);
	steps[0] = *step;
	vt_recall_later(rq, paper, &c.by, &payload, &steps[1]);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	/* a letter that nobody fetched needs no notice */
	if (recall && is_recall(o, &c) &&
	    (rc = vt_hosted_call_in(o, paper, NULL, reterr)) != VT_OK)
		return rc;
	vt_office_act(rq, paper, steps, 2, &act);
	if ((rc = vt_office_do(o, rq, &act, ret, reterr)) != VT_OK)
		return rc;
	if (tell_receivers(o, &c, &late) != VT_OK)
		vt_log_err("office.recall", &late);
	vt_office_wake(o);
	return VT_OK;
}

int
vt_office_recall(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *notice, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_RECALL };

	step.u.recall.notice = *notice;
	return order(o, rq, paper, &step, reason, ret, reterr);
}

int
vt_office_replace(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_REPLACE };

	step.u.replace.by = *by;
	step.u.replace.kind = VT_REPLACE_NEW;
	return order(o, rq, paper, &step, reason, ret, reterr);
}

int
vt_office_amend(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *by, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_REPLACE };

	step.u.replace.by = *by;
	step.u.replace.kind = VT_REPLACE_AMEND;
	return order(o, rq, paper, &step, reason, ret, reterr);
}

/* ---- the receiver: answering ---- */

/* Between tenants: our paper of the sender's that asks, which this delivery or
 * another one brought. */
static int
notice_of_tenant(struct vt_view *v, const struct vt_incoming *p, vt_id *ret,
    struct vt_err *reterr)
{
	struct vt_delivery d[PAGE];
	struct vt_paper ours, theirs;
	uint64_t after = 0;
	size_t n;
	vt_id by;
	int rc;

	if (!vt_id_is_zero(&p->asked_delivery)) {
		rc = vt_delivery_get(v, &p->asked_delivery, d, reterr);
		if (rc != VT_OK)
			return rc;
		by = d->paper;
	} else { /* asked by a release that did not note it */
		rc = vt_paper_get(v, &p->source_paper, &theirs, reterr);
		if (rc != VT_OK)
			return rc;
		by = p->asked == VT_ASK_RECALL ? theirs.recalled_by
					       : theirs.replaced_by;
	}
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

/* The paper that asks, and the state of the consignment that brought it. Who
 * declines need not have it. */
static int
asking_paper(struct vt_office *o, const struct vt_incoming *p, bool agree,
    vt_id *ret, bool *ret_open, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;
	int rc;

	*ret_open = false;
	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	if (vt_id_is_zero(&p->asked_consignment)) {
		if (p->asked == VT_ASK_TAKE_BACK || !agree)
			return VT_OK;
		return notice_of_tenant(v, p, ret, reterr);
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
	rc = asking_paper(o, &p, agree, &by, &open, reterr);
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
