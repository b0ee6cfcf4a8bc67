/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Telling a status: to the sender of what came in (01-06, 15, 16), or to the
 * receiver of what we sent (13). A packet over the way it came, or, between
 * tenants of this store, the delivery's log alone.
 *
 * A status is never forgotten. After the budget it is tried once a day; what
 * the peer will not take waits for a person. Both show (untold.c). Those of one
 * paper go out one after the other (docstore/work.h, VT_WORK_TURN): many a
 * system shows the one that came last.
 */
#include <stdlib.h>

#include "api/office/asks.h"
#include "api/office/deliver.h"
#include "api/office/packet.h"
#include "api/office/routes.h"
#include "api/office/statuses.h"
#include "api/office/work.h"

#define DAILY VT_TIME_S(86400)
/* Tries by the queue's own back-off: a day, most of them an hour apart. */
#define TRIES_HERE 34

/* ---- enqueueing ---- */

void
vt_telling_new(struct vt_office *o, unsigned code, const char *text,
    const char *staff, struct vt_telling *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = vt_id_new(o->o.ctx);
	ret->code = code;
	ret->at = vt_now(o->o.ctx);
	vt_text_fit(ret->description, sizeof(ret->description),
	    text == NULL ? "" : text);
	vt_text_fit(ret->staff, sizeof(ret->staff), staff == NULL ? "" : staff);
}

bool
vt_tell_later(const struct vt_paper *p, const struct vt_telling *t,
    struct vt_buf *payload, struct vt_step *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_WORK;
	ret->u.work.kind = VT_WORK_STATUS;
	if (!vt_id_is_zero(&p->source_delivery))
		ret->u.work.subject = p->source_delivery;
	else if (!vt_id_is_zero(&p->source_consignment))
		ret->u.work.subject = p->source_consignment;
	else
		return false;
	vt_telling_encode(t, payload);
	ret->u.work.payload = vt_buf_view(payload);
	return true;
}

/* ---- between tenants ---- */

/* What a tenant's delivery is, copied out of its view. */
struct local {
	vt_id delivery, paper, theirs; /* theirs: the receiver's paper */
	uint32_t sender, receiver;
	char from[64]; /* the receiver's code: who says so */
	char arrival[96];
	bool nowhere; /* given up before a paper was made of it */
	struct vt_buf receipt;
};

static int
local_load(struct vt_office *o, const struct vt_work *w, uint32_t receiver,
    struct local *l, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_delivery d;
	struct vt_agency a;
	struct vt_paper p;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_delivery_get(v, &w->subject, &d, reterr)) != VT_OK)
		return rc;
	/* what ends another paper may have come to several who were merged */
	rc = vt_paper_by_delivery(v, w->agency_no, &d.id, &p, &err);
	if (rc == VT_E_NOT_FOUND)
		rc = vt_paper_of_delivery(v, &d, &p, &err);
	l->nowhere = rc == VT_E_NOT_FOUND && d.state == VT_DELIVERY_FAILED;
	if (rc != VT_OK && !l->nowhere) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	/* who was merged since keeps the papers that it had */
	l->receiver = l->nowhere ? receiver : p.agency_no;
	if ((rc = vt_agency_get(v, l->receiver, &a, reterr)) != VT_OK)
		return rc;
	l->delivery = d.id;
	l->paper = d.paper;
	l->sender = d.agency_no;
	vt_text_fit(l->from, sizeof(l->from), a.now.code);
	if (l->nowhere)
		return VT_OK;
	l->theirs = p.id;
	if (p.arrival.value == 0)
		return VT_OK;
	vt_text_fit(l->arrival, sizeof(l->arrival), p.arrival.text);
	return vt_receipt_get(
	    v, l->receiver, p.arrival.act, &l->receipt, reterr);
}

static int
do_once(struct vt_office *o, struct vt_act *act, const vt_id *once,
    const char *what, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	int rc;

	act->caller = *once;
	act->key = what;
	act->request = vt_sha256(VT_SPAN(once->b, sizeof(once->b)));
	rc = vt_store_do(o->o.store, act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* The receipt of the registration goes with the 03; a delivery that is further
 * already keeps what it has. */
static int
tell_registered(struct vt_office *o, const struct vt_telling *t,
    const struct local *l, struct vt_err *reterr)
{
	struct vt_act act = { .agency_no = l->sender, .paper = l->paper };
	struct vt_step step = { .kind = VT_STEP_DELIVERED };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(note);
	int rc;

	vt_buf_printf(&note, "số đến %s", l->arrival);
	step.u.delivered.delivery = l->delivery;
	step.u.delivered.state = VT_DELIVERY_REGISTERED;
	step.u.delivered.note = vt_buf_str(&note);
	step.u.delivered.receipt = vt_buf_view(&l->receipt);
	step.u.delivered.transport = VT_TRANSPORT_TENANT;
	step.u.delivered.sent_at = VT_TIME_NONE;
	step.u.delivered.stored_at = VT_TIME_NONE;
	act.steps = &step;
	act.n_steps = 1;
	rc = do_once(o, &act, &t->id, "registered", &err);
	if (rc == VT_E_CONFLICT)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Into the log of the sender's delivery. */
static int
tell_local(struct vt_office *o, const struct vt_telling *t,
    const struct local *l, struct vt_err *reterr)
{
	struct vt_act act = { .agency_no = l->sender, .paper = l->paper };
	struct vt_step step = { .kind = VT_STEP_STATUS };
	int rc;

	if (t->code == VT_STATUS_ACCEPTED && l->receipt.n > 0 &&
	    (rc = tell_registered(o, t, l, reterr)) != VT_OK)
		return rc;
	step.u.status.delivery = l->delivery;
	step.u.status.code = t->code;
	step.u.status.at = t->at;
	step.u.status.from = l->from;
	step.u.status.staff = t->staff;
	step.u.status.note = t->description;
	act.steps = &step;
	act.n_steps = 1;
	return do_once(o, &act, &t->id, "status", reterr);
}

/* ---- to another system ---- */

struct far {
	uint32_t from; /* our agency */
	struct vt_told about;
	enum vt_route_kind kind;
	struct vt_route route;
	vt_time due; /* it waits to be fetched: until then */
};

static int
send_far(struct vt_office *o, const struct vt_work *w,
    const struct vt_telling *t, struct far *f, const struct vt_transport *tr,
    struct vt_err *reterr)
{
	struct vt_packet_answer a = VT_PACKET_ANSWER_INIT;
	struct vt_office_packet *pk = NULL;
	int rc;

	rc = vt_packet_status(o, f->from, t, &f->about, &pk, reterr);
	if (rc != VT_OK)
		return rc;
	vt_packet_attempt(pk, w->attempt);
	if (f->kind == VT_ROUTE_HOSTED)
		rc = vt_hosted_put_status(
		    o, f->route.key, pk, w->no, &f->due, reterr);
	else
		rc = tr->send(
		    tr->arg, &f->route, vt_office_packet_get(pk), &a, reterr);
	vt_office_packet_close(pk);
	vt_buf_free(&a.receipt);
	return rc;
}

static int
tell_far(struct vt_office *o, const struct vt_work *w,
    const struct vt_telling *t, struct far *f, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	vt_time now = vt_now(o->o.ctx);
	struct vt_transport tr = { 0 };
	int rc;

	if (f->kind == VT_ROUTE_PRINT || f->kind == VT_ROUTE_TENANT)
		return VT_OK; /* nobody listens there */
	if (f->kind != VT_ROUTE_HOSTED &&
	    (rc = vt_transport_of(o, &f->route, &tr, reterr)) != VT_OK) {
		*ret_due = vt_deliver_soon(now, w->attempt);
		return rc;
	}
	f->due = VT_TIME_NONE;
	rc = send_far(o, w, t, f, &tr, &err);
	if (rc == VT_OK) {
		*ret_due = f->due;
		return VT_OK;
	}
	if (rc == VT_E_PEER_REFUSED) /* it will say no again */
		*ret_due = VT_WORK_PARKED;
	else
		*ret_due = w->attempt < VT_L(DELIVERY_ATTEMPTS_MAX)
			       ? vt_deliver_next(now, w->attempt)
			       : now + DAILY;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* ---- what the item is about ---- */

static void
day_text(vt_time t, char *ret, size_t size)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	(void)snprintf(ret, size, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* ret_code: as in vt_office_route_find; code itself if nobody is found. */
static int
route_to(struct vt_office *o, struct vt_view *v, const char *code,
    enum vt_route_kind *ret_kind, struct vt_route *ret_route, uint32_t *ret_no,
    char ret_code[64], struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_office_route_find(
	    o, v, code, ret_kind, ret_route, ret_no, ret_code, &err);
	if (rc == VT_E_AGENCY_UNKNOWN) {
		*ret_kind = VT_ROUTE_PRINT;
		vt_text_fit(ret_code, 64, code);
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* To the sender; nobody we know: the way it came, if that leads back. */
static int
route_back(struct vt_office *o, struct vt_view *v,
    const struct vt_consignment *c, enum vt_route_kind *ret_kind,
    struct vt_route *ret_route, uint32_t *ret_no, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_office_route_find(
	    o, v, c->from_code, ret_kind, ret_route, ret_no, NULL, &err);
	if (rc != VT_E_AGENCY_UNKNOWN) {
		if (rc != VT_OK && reterr != NULL)
			*reterr = err;
		return rc;
	}
	*ret_kind = VT_ROUTE_PRINT;
	rc = vt_office_route_get(o, v, c->peer, ret_route, NULL);
	if (rc == VT_OK && ret_route->active)
		*ret_kind = ret_route->kind;
	return VT_OK;
}

int
vt_tell_route(struct vt_office *o, struct vt_view *v, const vt_id *subject,
    enum vt_route_kind *ret_kind, struct vt_route *ret_route, uint32_t *ret_no,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_consignment c;
	struct vt_delivery d;
	char code[64];
	int rc;

	rc = vt_delivery_get(v, subject, &d, &err);
	if (rc == VT_OK)
		return route_to(
		    o, v, d.to.code, ret_kind, ret_route, ret_no, code, reterr);
	if (rc == VT_E_NOT_FOUND)
		rc = vt_consign_get(v, subject, &c, &err);
	if (rc == VT_OK)
		return route_back(
		    o, v, &c, ret_kind, ret_route, ret_no, reterr);
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

struct task {
	struct vt_telling t;
	bool is_delivery;
	uint32_t receiver; /* tenant, when it is one */
	struct far far;
	struct local local;
};

/* A delivery of ours: 13 goes to its receiver; all else to us, from a tenant.
 */
static int
load_delivery(struct vt_office *o, struct vt_view *v,
    const struct vt_delivery *d, struct task *k, struct vt_err *reterr)
{
	struct vt_told *about = &k->far.about;
	struct vt_agency a;
	struct vt_paper p;
	char code[64];
	VT_BUF_AUTO(id);
	int rc;

	k->is_delivery = true;
	k->far.from = d->agency_no;
	if ((rc = route_to(o, v, d->to.code, &k->far.kind, &k->far.route,
		 &k->receiver, code, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, &d->paper, &p, reterr)) != VT_OK ||
	    (rc = vt_agency_get(v, d->agency_no, &a, reterr)) != VT_OK)
		return rc;
	if (k->t.at == VT_TIME_NONE)
		k->t.at =
		    d->asked_at != VT_TIME_NONE ? d->asked_at : d->changed_at;
	vt_packet_document_id(&a, &p, &id);
	vt_text_fit(about->organ, sizeof(about->organ), code);
	vt_text_fit(about->code, sizeof(about->code), p.number.text);
	vt_text_fit(
	    about->document_id, sizeof(about->document_id), vt_buf_str(&id));
	day_text(p.number.time, about->promulgated, sizeof(about->promulgated));
	return vt_buf_status(&id, reterr);
}

static int
load_consignment(struct vt_office *o, struct vt_view *v, const vt_id *id,
    struct task *k, struct vt_err *reterr)
{
	struct vt_told *about = &k->far.about;
	struct vt_consignment c;
	int rc;

	if ((rc = vt_consign_get(v, id, &c, reterr)) != VT_OK)
		return rc;
	k->far.from = c.agency_no;
	if (k->t.at == VT_TIME_NONE)
		k->t.at = c.changed_at;
	vt_text_fit(about->organ, sizeof(about->organ), c.from_code);
	vt_text_fit(about->code, sizeof(about->code), c.code);
	vt_text_fit(
	    about->document_id, sizeof(about->document_id), c.document_id);
	vt_text_fit(
	    about->promulgated, sizeof(about->promulgated), c.promulgated);
	return route_back(
	    o, v, &c, &k->far.kind, &k->far.route, &k->receiver, reterr);
}

static int
load(struct vt_office *o, const struct vt_work *w, struct task *k,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_delivery d;
	int rc;

	if ((rc = vt_telling_decode(w, &k->t, reterr)) != VT_OK ||
	    (rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_delivery_get(v, &w->subject, &d, NULL);
	if (rc == VT_OK)
		return load_delivery(o, v, &d, k, reterr);
	if (rc != VT_E_NOT_FOUND)
		return vt_delivery_get(v, &w->subject, &d, reterr);
	return load_consignment(o, v, &w->subject, k, reterr);
}

/* 13 to a tenant: it is asked about the paper that it made. It has made none
 * and never will: that is an answer, too. */
static int
ask_tenant(struct vt_office *o, struct task *k, struct vt_err *reterr)
{
	struct vt_asking ask = { .agency_no = k->local.receiver,
		.about = { .paper = k->local.theirs },
		.ask = VT_ASK_TAKE_BACK,
		.reason = k->t.description,
		.at = k->t.at,
		.once = k->t.id };

	if (!k->local.nowhere)
		return vt_ask(o, &ask, reterr);
	k->t.code = VT_STATUS_AGREED;
	vt_text_fit(k->t.description, sizeof(k->t.description),
	    "văn bản chưa đến nơi nhận");
	return tell_local(o, &k->t, &k->local, reterr);
}

int
vt_tell_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct task *k = calloc(1, sizeof(*k));
	int rc;

	if (k == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "status: no memory");
	k->local.receipt = (struct vt_buf)VT_BUF_INIT;
	rc = load(o, w, k, reterr);
	if (rc == VT_OK && k->is_delivery && k->far.kind == VT_ROUTE_TENANT) {
		rc = local_load(o, w, k->receiver, &k->local, reterr);
		if (rc == VT_OK && k->t.code == VT_STATUS_TAKE_BACK)
			rc = ask_tenant(o, k, reterr);
		else if (rc == VT_OK)
			rc = tell_local(o, &k->t, &k->local, reterr);
	} else if (rc == VT_OK) {
		rc = tell_far(o, w, &k->t, &k->far, ret_due, reterr);
	}
	vt_buf_free(&k->local.receipt);
	free(k);
	/* those after it wait no longer for what does not even leave us */
	if (rc != VT_OK && *ret_due == VT_TIME_NONE && w->attempt > TRIES_HERE)
		*ret_due = vt_now(o->o.ctx) + DAILY;
	return rc;
}
