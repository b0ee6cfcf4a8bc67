/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deliveries: what waits for us, receiving it, what became of what we sent. */
#include <stdio.h>

#include "api/office/deliver.h"
#include "api/office/envelope.h"
#include "api/office/handed.h"
#include "api/office/statuses.h"
#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"

#define INBOX_MAX  200
#define SENT_MAX   200
#define LOG_MAX    200
#define UNTOLD_MAX 100

/* Where a delivery of ours was read. */
struct from {
	struct vt_office *o;
	struct vt_view *v;
};

static const char *
state_name(enum vt_delivery_state s)
{
	static const char *const names[] = { [VT_DELIVERY_WAITING] = "waiting",
		[VT_DELIVERY_ARRIVED] = "arrived",
		[VT_DELIVERY_REGISTERED] = "registered",
		[VT_DELIVERY_REFUSED] = "refused",
		[VT_DELIVERY_FAILED] = "failed",
		[VT_DELIVERY_PRINT] = "print",
		[VT_DELIVERY_SENT] = "sent",
		[VT_DELIVERY_WITHDRAWN] = "withdrawn" };

	VT_ASSERT(s >= VT_DELIVERY_WAITING && s <= VT_DELIVERY_WITHDRAWN);
	return names[s];
}

/* The status of edXML that is shown (01 to 16), or null. */
static void
status_out(struct vt_json *j, uint32_t code)
{
	char text[16];

	vt_json_key(j, "status");
	if (code == 0) {
		vt_json_null(j);
		return;
	}
	snprintf(text, sizeof(text), "%02u", (unsigned)code);
	vt_json_object(j);
	vt_json_kstr(j, "code", text);
	vt_json_kstr(j, "name", vt_status_name(code));
	vt_json_kstr(j, "vi", vt_status_vi(code));
	vt_json_end(j);
}

/* When what of it is known; each line is evidence, told by whom it concerns. */
static void
evidence_out(struct vt_json *j, const struct vt_delivery *d)
{
	vt_json_key(j, "evidence");
	vt_json_object(j);
	vt_v1_ktime(j, "sent", d->sent_at);
	vt_v1_ktime(j, "stored", d->stored_at);
	vt_v1_ktime(j, "delivered", d->delivered_at);
	vt_v1_ktime(j, "opened", d->opened_at);
	vt_v1_ktime(j, "accepted", d->accepted_at);
	vt_v1_ktime(j, "refused", d->refused_at);
	vt_v1_ktime(j, "answered", d->answered_at);
	vt_json_end(j);
}

/* Is the receipt by the key that we know as the receiver's? Null: none came. */
static void
receipt_out(
    struct vt_json *j, const struct vt_delivery *d, const struct from *f)
{
	bool known = false;

	vt_json_key(j, "receipt_verified");
	if (d->receipt.n == 0)
		vt_json_null(j);
	else
		vt_json_bool(j, vt_office_receipt_known(
				    f->o, f->v, d, &known, NULL) == VT_OK &&
				    known);
}

/* Who the addressee is, which way it goes, who has the paper. */
static void
way_out(struct vt_json *j, const struct vt_delivery *d)
{
	vt_v1_kstr(j, "kind", vt_addressee_kind_name(d->way.kind));
	vt_v1_kstr(j, "channel", vt_channel_name(d->way.channel));
	vt_v1_kstr(j, "waybill", d->way.waybill);
	vt_v1_ktime(j, "handed_at", d->handed_at);
	vt_v1_kstr(j, "handed_to", d->handed_to);
}

/* A code that has ended, and who has its tasks. */
static void
now_out(struct vt_json *j, const struct vt_delivery *d, const struct from *f)
{
	struct vt_code_now now;

	if (vt_office_code_now(f->o, f->v, d->to.code, &now, NULL) != VT_OK ||
	    !now.ended)
		return;
	vt_json_key(j, "now");
	vt_json_object(j);
	vt_v1_kstr(j, "code", now.code);
	vt_v1_kstr(j, "name", now.name);
	vt_v1_kstr(j, "until", now.until);
	vt_json_end(j);
}

/* sent: as its sender sees it; NULL: as its receiver does. */
static void
delivery_out(
    struct vt_json *j, const struct vt_delivery *d, const struct from *sent)
{
	vt_json_kid(j, "id", &d->id);
	/* The paper is the sender's; the receiver makes its own. */
	if (sent != NULL)
		vt_json_kid(j, "paper", &d->paper);
	vt_json_key(j, "to");
	vt_json_object(j);
	vt_v1_kstr(j, "code", d->to.code);
	vt_v1_kstr(j, "name", d->to.name);
	vt_json_end(j);
	if (sent != NULL)
		now_out(j, d, sent);
	vt_json_kstr(j, "state", state_name(d->state));
	way_out(j, d);
	vt_v1_kstr(j, "note", d->note);
	vt_v1_ktime(j, "created_at", d->created_at);
	vt_v1_ktime(j, "changed_at", d->changed_at);
	if (sent != NULL) {
		vt_json_kstr(j, "transport",
		    d->transport == 0
			? NULL
			: vt_transport_kind_name(
			      (enum vt_transport_kind)d->transport));
		vt_json_kuint(j, "attempts", vt_office_attempts(sent->v, d));
		vt_json_kbool(j, "dead", d->dead);
		status_out(j, vt_delivery_shown(d));
		vt_v1_kstr(j, "reason", d->reason);
		evidence_out(j, d);
		receipt_out(j, d, sent);
	}
	vt_json_key(j, "receipt");
	if (d->receipt.n == 0)
		vt_json_null(j);
	else
		vt_json_base64(j, d->receipt);
}

static void
deliveries_out(struct vt_http_res *res, const struct vt_delivery *d, size_t n,
    const struct from *sent, const char *next)
{
	struct vt_json j;

	vt_v1_json(res, &j);
	vt_json_key(&j, "deliveries");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		delivery_out(&j, &d[i], sent);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next", next);
	vt_json_end(&j);
}

/* One of the four lists, by its name in the contract. */
int
vt_v1_inbox(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_actor *actor = vt_v1_actor(req);
	const char *list = vt_http_query(req, "list");
	struct vt_office *o = vt_v1_office(req);
	uint64_t before, max, next = 0;
	struct vt_delivery *d;
	struct from f;
	size_t n = 0;
	int rc;

	if (list == NULL)
		list = "incoming";
	d = vt_arena_array(req->arena, INBOX_MAX, sizeof(*d));
	if (d == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_query_cursor(req, &before, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(
		 req, "limit", INBOX_MAX, INBOX_MAX, &max, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	if (strcmp(list, "print") == 0)
		rc = vt_office_delivery_list(
		    o, v, actor, before, d, (size_t)max, &n, &next, reterr);
	else if (strcmp(list, "dead") == 0)
		rc = vt_office_dead_letters(
		    o, v, actor, before, d, (size_t)max, &n, &next, reterr);
	else
		rc = vt_office_inbox(
		    o, v, actor, before, d, (size_t)max, &n, &next, reterr);
	f = (struct from){ o, v };
	if (rc == VT_OK)
		deliveries_out(res, d, n,
		    strcmp(list, "incoming") == 0 ? NULL : &f,
		    next == 0 ? NULL : vt_v1_cursor(req, next));
	return rc;
}

int
vt_v1_sent(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_delivery *d;
	struct vt_paper p;
	uint64_t after;
	size_t n = 0;
	vt_id id;
	int rc;

	d = vt_arena_array(req->arena, SENT_MAX, sizeof(*d));
	if (d == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_delivery_list_after(
		 v, &id, after, d, SENT_MAX, &n, reterr)) != VT_OK)
		return rc;
	deliveries_out(res, d, n, &(struct from){ o, v },
	    n < SENT_MAX ? NULL : vt_v1_cursor(req, d[n - 1].seq));
	return VT_OK;
}

static void
log_out(struct vt_json *j, const struct vt_delivery_status *s, size_t n)
{
	vt_json_key(j, "log");
	vt_json_array(j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(j);
		vt_json_kuint(j, "no", s[i].no);
		status_out(j, s[i].code);
		vt_v1_ktime(j, "at", s[i].at);
		vt_v1_kstr(j, "from", s[i].from);
		vt_v1_kstr(j, "staff", s[i].staff);
		vt_v1_kstr(j, "note", s[i].note);
		vt_v1_ktime(j, "received_at", s[i].received_at);
		vt_json_kuint(j, "act", s[i].act);
		vt_json_end(j);
	}
	vt_json_end(j);
}

/* The sender's view of one, with a page of the statuses that came for it. */
int
vt_v1_read_delivery(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_delivery_status *s;
	struct vt_delivery d;
	struct vt_paper p;
	struct vt_json j;
	uint64_t after;
	size_t n = 0;
	vt_id id;
	int rc;

	s = vt_arena_array(req->arena, LOG_MAX, sizeof(*s));
	if (s == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_delivery_get(v, &id, &d, reterr)) != VT_OK ||
	    (rc = vt_office_paper(
		 o, v, vt_v1_actor(req), &d.paper, &p, reterr)) != VT_OK ||
	    (rc = vt_delivery_log(
		 v, &id, (uint32_t)after, s, LOG_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	delivery_out(&j, &d, &(struct from){ o, v });
	log_out(&j, s, n);
	vt_json_kstr(
	    &j, "next", n < LOG_MAX ? NULL : vt_v1_cursor(req, s[n - 1].no));
	vt_json_end(&j);
	return vt_v1_tagged(req, res, reterr);
}

/* The acts on a delivery, by their names in the contract. */
static int
do_act(struct vt_office *o, const struct vt_request *rq,
    const struct vt_in_obj *root, const vt_id *id, struct vt_act_result *r,
    struct vt_err *reterr)
{
	const char *act = vt_in_need_str(root, "act");
	struct vt_handing h;
	int rc;

	if (strcmp(act, "receive") == 0)
		return vt_office_receive(o, rq, id, r, reterr);
	if (strcmp(act, "resend") == 0)
		return vt_office_replay_delivery(o, rq, id, r, reterr);
	h.on = vt_in_str(root, "on");
	h.name = vt_in_str(root, "name");
	h.waybill = vt_in_str(root, "waybill");
	h.note = vt_in_str(root, "note");
	rc = vt_office_handed_by(o, rq, id, &h, r, reterr);
	if (rc == VT_E_INVALID)
		vt_in_about(root, "on");
	return rc;
}

int
vt_v1_receive(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return vt_v1_act_on(req, res, do_act, reterr);
}

/* ---- now, not later ---- */

/* A POST without a body that is no act: true when it was answered before. */
static int
begin_hurry(struct vt_http_req *req, struct vt_http_res *res,
    struct vt_request *rq, vt_id *ret, bool *ret_done, struct vt_err *reterr)
{
	static const vt_hash nothing;
	bool known;
	int rc;

	*ret_done = false;
	if ((rc = vt_v1_param_id(req, "id", ret, reterr)) != VT_OK ||
	    (rc = vt_v1_kept_begin(req, rq, &known, reterr)) != VT_OK)
		return rc;
	rq->hash = vt_v1_kept_hash(req, &nothing);
	return known ? vt_v1_kept_answer(req, rq, res, ret_done, reterr)
		     : VT_OK;
}

int
vt_v1_hurry_delivery(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office *o = vt_v1_office(req);
	struct vt_view *v = NULL;
	struct vt_request rq;
	struct vt_delivery d;
	struct vt_json j;
	bool done;
	vt_id id;
	int rc;

	rc = begin_hurry(req, res, &rq, &id, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	if ((rc = vt_office_hurry_delivery(o, rq.actor, &id, reterr)) !=
		VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_delivery_get(v, &id, &d, reterr)) == VT_OK) {
		vt_v1_json(res, &j);
		delivery_out(&j, &d, &(struct from){ o, v });
		vt_json_end(&j);
	}
	vt_view_end(v);
	return rc == VT_OK
		   ? vt_v1_kept_end(req, &rq, res, &vt_v1_kept_a_week, reterr)
		   : rc;
}

static void
untold_out(struct vt_json *j, const struct vt_untold *u)
{
	vt_json_kid(j, "id", &u->id);
	status_out(j, u->code);
	vt_v1_kstr(j, "to", u->to);
	vt_v1_kid(j, "paper", &u->paper);
	vt_v1_ktime(j, "at", u->at);
	vt_v1_kstr(j, "text", u->text);
	vt_v1_kstr(j, "note", u->note);
	vt_json_kuint(j, "attempts", u->attempts);
	vt_v1_ktime(j, "next_try_at", u->next);
}

int
vt_v1_list_untold(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office *o = vt_v1_office(req);
	struct vt_view *v = NULL;
	struct vt_untold *u;
	uint64_t after, next;
	struct vt_json j;
	size_t n = 0;
	int rc;

	u = vt_arena_array(req->arena, UNTOLD_MAX, sizeof(*u));
	if (u == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_untold(
	    o, v, vt_v1_actor(req), after, u, UNTOLD_MAX, &n, &next, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "statuses");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		untold_out(&j, &u[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next", next == 0 ? NULL : vt_v1_cursor(req, next));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_hurry_status(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	struct vt_untold u;
	struct vt_json j;
	bool done;
	vt_id id;
	int rc;

	rc = begin_hurry(req, res, &rq, &id, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	rc = vt_office_hurry_status(
	    vt_v1_office(req), rq.actor, &id, &u, reterr);
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	untold_out(&j, &u);
	vt_json_end(&j);
	return vt_v1_kept_end(req, &rq, res, &vt_v1_kept_a_week, reterr);
}
