/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One delivery: found its way, carried, tried again, given up, replayed. The
 * queue holds one item a delivery; whatever ends it goes through an act.
 */
#include <stdlib.h>

#include "api/office/asks.h"
#include "api/office/cosign.h"
#include "api/office/deliver.h"
#include "api/office/packet.h"
#include "api/office/relay.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define MINUTE VT_TIME_S(60)
#define PAGE   32

vt_time
vt_deliver_next(vt_time now, uint32_t attempt)
{
	static const int64_t after[] = { 1, 5, 30, 120, 360 };
	const size_t n = sizeof(after) / sizeof(after[0]);
	size_t i = attempt == 0 ? 0 : attempt - 1;

	return now + after[i < n ? i : n - 1] * MINUTE;
}

vt_time
vt_deliver_soon(vt_time now, uint32_t attempt)
{
	return now + VT_TIME_S(attempt > 7 ? 300 : 1 << attempt);
}

/* ---- transports ---- */

int
vt_office_transport_add(
    struct vt_office *o, const struct vt_transport *t, struct vt_err *reterr)
{
	int rc = VT_OK;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < o->n_transports && rc == VT_OK; i++)
		if (strcmp(o->transports[i].name, t->name) == 0)
			rc = vt_err_set(reterr, VT_E_EXISTS,
			    "transport \"%s\" is there already", t->name);
	if (rc == VT_OK && o->n_transports == VT_OFFICE_TRANSPORTS)
		rc = vt_err_set(reterr, VT_E_LIMIT, "more than %d transports",
		    VT_OFFICE_TRANSPORTS);
	if (rc == VT_OK)
		o->transports[o->n_transports++] = *t;
	pthread_mutex_unlock(&o->lock);
	if (rc == VT_OK && t->cosign != NULL)
		vt_cosign_soon(o);
	vt_office_wake(o);
	return rc;
}

int
vt_transport_of(struct vt_office *o, const struct vt_route *r,
    struct vt_transport *ret, struct vt_err *reterr)
{
	return vt_transport_named(o, vt_route_kind_name(r->kind), ret, reterr);
}

int
vt_transport_named(struct vt_office *o, const char *name,
    struct vt_transport *ret, struct vt_err *reterr)
{
	int rc;

	rc = vt_err_set(reterr, VT_E_PEER_UNAVAILABLE,
	    "this program has no transport \"%s\"", name);
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < o->n_transports; i++)
		if (strcmp(o->transports[i].name, name) == 0) {
			*ret = o->transports[i];
			rc = VT_OK;
		}
	pthread_mutex_unlock(&o->lock);
	return rc;
}

static enum vt_transport_kind
transport_kind(enum vt_route_kind k)
{
	switch (k) {
	case VT_ROUTE_DIRECT:
		return VT_TRANSPORT_DIRECT;
	case VT_ROUTE_AXIS:
		return VT_TRANSPORT_AXIS;
	case VT_ROUTE_WRAPPER:
		return VT_TRANSPORT_WRAPPER;
	case VT_ROUTE_HOSTED:
		return VT_TRANSPORT_HOSTED;
	default:
		return VT_TRANSPORT_TENANT;
	}
}

/* ---- one delivery ---- */

/* What is known of it, copied out of its view. */
struct job {
	vt_id id, paper;
	vt_id about;               /* a paper of ours that it ends, or zero */
	uint32_t sender, receiver; /* agency numbers; receiver: tenants only */
	enum vt_delivery_state state;
	enum vt_route_kind kind;
	struct vt_route route;
	char from[64]; /* code of the sender */
	char to[64];   /* who has the addressee's tasks, when it is not
			* the addressee; else "" */
	uint32_t attempt;
	bool offered; /* a peer may have it */
	bool held;    /* its paper is frozen, or isolated */
	bool vouched; /* a transport's word, and its receipt, are here */
};

static int
load(struct vt_office *o, const struct vt_work *w, struct job *j,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery d;
	struct vt_agency a;
	struct vt_paper p;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_delivery_get(v, &w->subject, &d, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, &d.paper, &p, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, d.agency_no, &a, reterr)) != VT_OK)
		return rc;
	j->held = p.frozen_at != VT_TIME_NONE || p.isolated_at != VT_TIME_NONE;
	j->id = d.id;
	j->paper = d.paper;
	j->about = d.about;
	j->sender = d.agency_no;
	j->state = d.state;
	j->attempt = w->attempt;
	/* what an earlier try did, nobody knows for certain */
	j->offered = w->attempt > 1 || d.attempts > 0;
	j->vouched = d.sent_at != VT_TIME_NONE;
	vt_text_fit(j->from, sizeof(j->from), a.now.code);
	rc = vt_office_route_find(
	    o, v, d.to.code, &j->kind, &j->route, &j->receiver, j->to, reterr);
	if (rc != VT_OK || strcmp(j->to, d.to.code) == 0)
		j->to[0] = '\0';
	/* was known when the paper was sent off: then it goes on paper */
	if (rc == VT_E_AGENCY_UNKNOWN) {
		j->kind = VT_ROUTE_PRINT;
		rc = VT_OK;
	}
	return rc;
}

/* What became of it, at the sender. */
static int
record(struct vt_office *o, const struct job *j, const struct vt_step *step,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { .agency_no = j->sender,
		.paper = j->paper,
		.steps = step,
		.n_steps = 1 };
	int rc = vt_store_do(o->o.store, &act, &res, reterr);

	vt_act_result_free(&res);
	return rc;
}

static void
outcome(const struct job *j, enum vt_delivery_state state, const char *note,
    struct vt_step *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_DELIVERED;
	ret->u.delivered.delivery = j->id;
	ret->u.delivered.state = state;
	ret->u.delivered.note = note;
	/* of what nobody was offered there is no try; a way it has, so that
	 * this is the word of a transport */
	ret->u.delivered.attempts =
	    j->offered || state != VT_DELIVERY_FAILED ? j->attempt : 0;
	if (state == VT_DELIVERY_FAILED)
		ret->u.delivered.transport = transport_kind(j->route.kind);
	ret->u.delivered.sent_at = VT_TIME_NONE;
	ret->u.delivered.stored_at = VT_TIME_NONE;
}

/* Has the tenant a paper of ours from another delivery already? */
static int
has_it(struct vt_office *o, const struct job *j, uint32_t no, bool *ret,
    char code[64], struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery d[PAGE];
	struct vt_paper theirs;
	struct vt_agency a;
	uint64_t after = 0;
	size_t n;
	int rc;

	*ret = false;
	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, no, &a, reterr)) != VT_OK)
		return rc;
	vt_text_fit(code, 64, a.now.code);
	do {
		rc = vt_delivery_list_after(
		    v, &j->paper, after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && !*ret; i++) {
			after = d[i].seq;
			*ret = !vt_id_eq(&d[i].id, &j->id) &&
			       vt_paper_by_delivery(
				   v, no, &d[i].id, &theirs, NULL) == VT_OK &&
			       theirs.state != VT_PAPER_REFUSED &&
			       theirs.state != VT_PAPER_TAKEN_BACK;
		}
	} while (n == PAGE && !*ret);
	return VT_OK;
}

/* It has the paper; this delivery only ended another one: 01. */
static int
told_tenant(struct vt_office *o, const struct job *j, const char *code,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_STATUS };

	step.u.status.delivery = j->id;
	step.u.status.code = VT_STATUS_ARRIVED;
	step.u.status.at = vt_now(o->o.ctx);
	step.u.status.from = code;
	return record(o, j, &step, reterr);
}

/* Its paper waits for its clerk, and the sender hears that it arrived (01), as
 * from anybody else; not from who only gets it besides, for that would end the
 * delivery. */
static int
receive(struct vt_office *o, const struct job *j, uint32_t no,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	const struct vt_paper source = { .source_delivery = j->id };
	struct vt_act act = { .agency_no = no };
	struct vt_telling t;
	struct vt_step steps[2];
	VT_BUF_AUTO(payload);
	bool known = false;
	char code[64];
	int rc;

	if (!vt_id_is_zero(&j->about) &&
	    (rc = has_it(o, j, no, &known, code, reterr)) != VT_OK)
		return rc;
	if (known)
		return no == j->receiver ? told_tenant(o, j, code, reterr)
					 : VT_OK;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_RECEIVE;
	steps[0].u.receive.delivery = j->id;
	vt_telling_new(o, VT_STATUS_ARRIVED, "", "", &t);
	(void)vt_tell_later(&source, &t, &payload, &steps[1]);
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	act.steps = steps;
	act.n_steps = no == j->receiver ? 2 : 1;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* What a tenant is asked about the papers that it has of us. */
struct earlier {
	enum vt_ask ask;
	char reason[2048];
	vt_id theirs;    /* one of them */
	uint32_t holder; /* who has it: the tenant, or who was merged into it */
	bool is;
	bool coming; /* a delivery there is not done yet */
};

static int
find_ask(struct vt_view *v, const struct job *j, struct earlier *e,
    struct vt_err *reterr)
{
	struct vt_paper old;
	int rc = vt_paper_get(v, &j->about, &old, reterr);

	if (rc != VT_OK)
		return rc;
	if (vt_id_eq(&old.recalled_by, &j->paper))
		e->ask = VT_ASK_RECALL;
	else if (vt_paper_replaced_how(&old, &j->paper) == VT_REPLACE_NEW)
		e->ask = VT_ASK_REPLACE;
	else
		e->ask = VT_ASK_UPDATE;
	vt_text_fit(e->reason, sizeof(e->reason), old.closed_note);
	return VT_OK;
}

/* The next paper that was made of the one that the delivery ends, behind the
 * delivery *after. */
static int
find_earlier(struct vt_view *v, const struct job *j, uint64_t *after,
    struct earlier *e, struct vt_err *reterr)
{
	struct vt_delivery d[PAGE];
	struct vt_paper theirs;
	struct vt_agency a;
	size_t n;
	int rc;

	e->is = false;
	do {
		rc = vt_delivery_list_after(
		    v, &j->about, *after, d, PAGE, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n && !e->is; i++) {
			*after = d[i].seq;
			if (d[i].to.code[0] == '\0' ||
			    vt_agency_by_code(v, d[i].to.code, &a, NULL) !=
				VT_OK ||
			    vt_agency_follow(v, &a, NULL) != VT_OK ||
			    a.no != j->receiver)
				continue;
			if (vt_paper_of_delivery(v, &d[i], &theirs, NULL) !=
			    VT_OK) {
				e->coming |= d[i].state == VT_DELIVERY_WAITING;
				continue;
			}
			e->theirs = theirs.id;
			e->holder = theirs.agency_no;
			e->is = true;
		}
	} while (n == PAGE && !e->is);
	return VT_OK;
}

static int
ask_one(struct vt_office *o, const struct job *j, const struct earlier *e,
    struct vt_err *reterr)
{
	struct vt_asking k = { .agency_no = e->holder,
		.about = { .paper = e->theirs },
		.ask = e->ask,
		.reason = e->reason,
		.delivery = j->id,
		.at = vt_now(o->o.ctx) };
	uint8_t seed[sizeof(vt_id) * 2];
	vt_hash h;

	memcpy(seed, j->id.b, sizeof(vt_id));
	memcpy(seed + sizeof(vt_id), e->theirs.b, sizeof(vt_id));
	h = vt_sha256(VT_SPAN(seed, sizeof(seed)));
	memcpy(k.once.b, h.b, sizeof(k.once.b));
	return vt_ask(o, &k, reterr);
}

/*
 * Our paper recalls or replaces one that the tenant has, or somebody who was
 * merged into it: they are asked, as a peer is by the type of the edoc, and who
 * was merged gets the paper that asks, too, for what it had stays with it.
 * Before the notice is made there, so that a crash between the two repeats
 * both.
 */
static int
ask_earlier(struct vt_office *o, const struct job *j, struct vt_err *reterr)
{
	struct earlier e = { .is = false };
	struct vt_view *v = NULL;
	uint64_t after = 0;
	bool any = false;
	int rc;

	do {
		if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
			return rc;
		rc = find_ask(v, j, &e, reterr);
		if (rc == VT_OK)
			rc = find_earlier(v, j, &after, &e, reterr);
		vt_view_end(v);
		if (rc == VT_OK && e.is)
			rc = ask_one(o, j, &e, reterr);
		if (rc == VT_OK && e.is && e.holder != j->receiver)
			rc = receive(o, j, e.holder, reterr);
		any |= e.is;
	} while (rc == VT_OK && e.is);
	if (rc == VT_OK && !any && e.coming)
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "the paper that this one ends is still on its way there");
	return rc;
}

/* To another tenant: no packet. */
static int
to_tenant(struct vt_office *o, const struct job *j, struct vt_err *reterr)
{
	int rc;

	if (!vt_id_is_zero(&j->about) &&
	    (rc = ask_earlier(o, j, reterr)) != VT_OK)
		return rc;
	return receive(o, j, j->receiver, reterr);
}

static int
to_print(struct vt_office *o, const struct job *j, struct vt_err *reterr)
{
	struct vt_step step;

	outcome(j, VT_DELIVERY_PRINT,
	    "nơi nhận không có hệ thống: phát hành bản giấy", &step);
	return record(o, j, &step, reterr);
}

/* From the first try on the packet has one content, whatever becomes of its
 * addressee. */
static int
settle(struct vt_office *o, const struct job *j, struct vt_err *reterr)
{
	return j->offered ? VT_OK : vt_packet_settle(o, &j->id, j->to, reterr);
}

static int
carry(struct vt_office *o, struct job *j, const struct vt_transport *t,
    struct vt_packet_answer *ret, struct vt_err *reterr)
{
	struct vt_office_packet *pk = NULL;
	int rc;

	if ((rc = vt_packet_delivery(o, &j->id, &pk, reterr)) != VT_OK)
		return rc;
	vt_packet_attempt(pk, j->attempt);
	j->offered = true;
	rc = t->send(t->arg, &j->route, vt_office_packet_get(pk), ret, reterr);
	vt_office_packet_close(pk);
	return rc;
}

/* A try failed: later, or a dead letter with the reason. */
static int
failed(struct vt_office *o, const struct job *j, const struct vt_err *why,
    vt_time *ret_due, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_step step;
	bool ended = why->code == VT_E_BUSY && vt_office_is_closing(o);
	int rc;

	if (ended || ((vt_err_info(why->code)->retryable ||
			  vt_outcome(why->code) == VT_OUTCOME_CONFLICT) &&
			 j->attempt < VT_L(DELIVERY_ATTEMPTS_MAX))) {
		*ret_due = vt_deliver_next(vt_now(o->o.ctx), j->attempt);
		if (reterr != NULL)
			*reterr = *why;
		return why->code;
	}
	vt_log_err("office.dead_letter", why);
	if (j->state != VT_DELIVERY_WAITING)
		return VT_OK; /* it is there; only the receipt is missing */
	outcome(j, VT_DELIVERY_FAILED, why->msg, &step);
	rc = record(o, j, &step, &err);
	if (rc == VT_E_CONFLICT)
		return VT_OK; /* its addressee has answered meanwhile */
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
to_peer(
    struct vt_office *o, struct job *j, vt_time *ret_due, struct vt_err *reterr)
{
	struct vt_packet_answer a = VT_PACKET_ANSWER_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_transport t;
	struct vt_step step;
	int rc;

	if ((rc = settle(o, j, reterr)) != VT_OK)
		return rc;
	rc = vt_transport_of(o, &j->route, &t, reterr);
	if (rc != VT_OK) { /* not there yet: no try at all */
		*ret_due = vt_deliver_soon(vt_now(o->o.ctx), j->attempt);
		return rc;
	}
	rc = carry(o, j, &t, &a, &err);
	if (rc == VT_OK) {
		outcome(j, VT_DELIVERY_SENT,
		    a.unverified ? "biên nhận chưa kiểm được: chưa biết khóa "
				   "nhật ký của nơi nhận"
				 : "",
		    &step);
		step.u.delivered.transport = transport_kind(j->route.kind);
		step.u.delivered.external = a.external;
		step.u.delivered.receipt = vt_buf_view(&a.receipt);
		step.u.delivered.sent_at = vt_now(o->o.ctx);
		if (a.by_addressee)
			step.u.delivered.stored_at = a.stored_at;
		rc = record(o, j, &step, reterr);
	} else {
		rc = failed(o, j, &err, ret_due, reterr);
	}
	vt_buf_free(&a.receipt);
	return rc;
}

/*
 * It arrived, but the peer's answer was lost before its receipt was here: the
 * same packet again brings the same receipt.
 */
static bool
wants_receipt(const struct job *j)
{
	return j->kind == VT_ROUTE_DIRECT && !j->vouched &&
	       (j->state == VT_DELIVERY_ARRIVED ||
		   j->state == VT_DELIVERY_REFUSED ||
		   j->state == VT_DELIVERY_REGISTERED);
}

int
vt_deliver_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct job *j = calloc(1, sizeof(*j));
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if (j == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "delivery: no memory");
	rc = load(o, w, j, &err);
	if (rc == VT_E_NOT_FOUND) { /* of nobody here: it is carried on */
		rc = vt_relay_work(o, w, ret_due, reterr);
	} else if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
	} else if (j->held &&
		   (j->state == VT_DELIVERY_WAITING || wants_receipt(j))) {
		/* until it is released, or taken back */
		*ret_due = vt_now(o->o.ctx) + VT_TIME_S(VT_L(HELD_LOOK_S));
	} else if (wants_receipt(j)) {
		rc = to_peer(o, j, ret_due, reterr);
	} else if (j->state == VT_DELIVERY_WAITING) {
		switch (j->kind) {
		case VT_ROUTE_TENANT:
			rc = to_tenant(o, j, &err);
			if (rc != VT_OK) {
				j->offered = false; /* no act, no paper */
				rc = failed(o, j, &err, ret_due, reterr);
			}
			break;
		case VT_ROUTE_HOSTED:
			/* in the queue until it is fetched, or was too long */
			rc = settle(o, j, reterr);
			if (rc == VT_OK)
				rc = vt_hosted_put_delivery(o, j->route.key,
				    &j->id, j->from, ret_due, reterr);
			break;
		case VT_ROUTE_DIRECT:
		case VT_ROUTE_AXIS:
		case VT_ROUTE_WRAPPER:
			rc = to_peer(o, j, ret_due, reterr);
			break;
		default:
			rc = to_print(o, j, reterr);
		}
	}
	free(j);
	return rc;
}

/* ---- by people ---- */

/* The delivery, when it is one of the actor's agency. */
static int
own(struct vt_view *v, const struct vt_actor *actor, const vt_id *id,
    struct vt_delivery *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_delivery_get(v, id, ret, &err);

	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && ret->agency_no != actor->agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no such delivery of this agency");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_replay_delivery(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_RESEND };
	struct vt_view *v = NULL;
	struct vt_delivery d;
	struct vt_act act;
	vt_id paper;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_REPLAY, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = own(v, rq->actor, delivery, &d, reterr);
	paper = rc == VT_OK ? d.paper : (vt_id){ { 0 } };
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	step.u.resend.delivery = *delivery;
	vt_office_act(rq, &paper, &step, 1, &act);
	if ((rc = vt_store_do(o->o.store, &act, ret, reterr)) == VT_OK)
		vt_office_wake(o);
	return rc;
}

int
vt_office_hurry_delivery(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *delivery, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_delivery d;
	uint64_t work = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_REPLAY, reterr)) != VT_OK ||
	    (rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = own(v, actor, delivery, &d, reterr);
	if (rc == VT_OK && d.state == VT_DELIVERY_WAITING)
		work = d.work;
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	if (work != 0)
		rc = vt_work_hurry(o->o.store, work, vt_now(o->o.ctx), &err);
	if (work == 0 || rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "the delivery does not wait for another try");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	vt_office_wake(o);
	return rc;
}

uint32_t
vt_office_attempts(struct vt_view *v, const struct vt_delivery *d)
{
	struct vt_work w;

	return d->work != 0 && vt_work_get(v, d->work, &w, NULL) == VT_OK
		   ? w.attempt
		   : d->attempts;
}

struct page {
	uint64_t before, next;
	struct vt_delivery *ret;
	size_t max, n;
};

/* A page of those in a state, without those of papers that are isolated from
 * the actor. */
static int
scan_shown(struct vt_office *o, struct vt_view *v, const struct vt_actor *actor,
    enum vt_delivery_state state, struct page *g, struct vt_err *reterr)
{
	struct vt_paper p;
	size_t n = 0;
	int rc = vt_who_may(actor, VT_DUTY_INBOX, reterr);

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (rc != VT_OK ||
	    (rc = vt_delivery_scan(v, actor->agency_no, state, g->before,
		 g->ret, g->max, &n, &g->next, reterr)) != VT_OK)
		return rc;
	g->n = 0;
	for (size_t i = 0; i < n; i++) {
		rc = vt_office_paper(o, v, actor, &g->ret[i].paper, &p, reterr);
		if (rc == VT_OK)
			g->ret[g->n++] = g->ret[i];
		else if (rc != VT_E_ISOLATED)
			return rc;
	}
	return VT_OK;
}

/* As many as a page has. NOLINTBEGIN(readability-function-size) */
int
vt_office_delivery_list(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct page g = { .before = before, .ret = ret, .max = max };
	int rc = scan_shown(o, v, actor, VT_DELIVERY_PRINT, &g, reterr);

	if (rc == VT_OK) {
		*ret_n = g.n;
		*ret_next = g.next;
	}
	return rc;
}

int
vt_office_dead_letters(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	struct page g = { .before = before, .ret = ret, .max = max };
	int rc = scan_shown(o, v, actor, VT_DELIVERY_FAILED, &g, reterr);

	if (rc == VT_OK) {
		*ret_n = g.n;
		*ret_next = g.next;
	}
	return rc;
}
/* NOLINTEND(readability-function-size) */
