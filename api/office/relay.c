/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/relay.h"

#include <stdlib.h>

#include "api/office/arrive.h"
#include "api/office/hosted.h"
#include "api/office/packet.h"
#include "api/office/statuses.h"

/* Only our axis server gives ids of its own to what comes HOSTED:
 * vt_office_hosted_external. */
const char *
vt_relay_to(const struct vt_consignment *c)
{
	return c->transport == VT_TRANSPORT_HOSTED &&
		       strlen(c->external) > VT_ID_TEXT + 1 &&
		       c->external[VT_ID_TEXT] == '/'
		   ? c->external + VT_ID_TEXT + 1
		   : NULL;
}

static int
load(struct vt_office *o, const vt_id *id, struct vt_relay *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;
	const char *to;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_get(v, id, &c, reterr)) != VT_OK)
		return rc;
	if ((to = vt_relay_to(&c)) == NULL)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the packet is for an agency of this store");
	memset(ret, 0, sizeof(*ret));
	ret->id = c.id;
	ret->agency_no = c.agency_no;
	ret->kind =
	    c.kind == VT_CONSIGN_STATUS ? VT_PACKET_STATUS : VT_PACKET_EDOC;
	ret->state = c.state;
	ret->packet = c.packet;
	ret->received_at = c.received_at;
	vt_text_fit(ret->from, sizeof(ret->from), c.from_code);
	vt_text_fit(ret->to, sizeof(ret->to), to);
	vt_text_fit(ret->title, sizeof(ret->title), c.subject);
	vt_text_fit(ret->notation, sizeof(ret->notation), c.code);
	return VT_OK;
}

/* ---- read ---- */

/* What is missing for the sender to know it by: who brought it, its DocId. */
static void
name(struct vt_arrival *a, struct vt_step *s)
{
	if (s->u.consign_read.from_code == NULL ||
	    s->u.consign_read.from_code[0] == '\0')
		s->u.consign_read.from_code = a->peer;
	if (s->u.consign_read.document_id == NULL ||
	    s->u.consign_read.document_id[0] == '\0')
		s->u.consign_read.document_id = a->doc_id;
}

int
vt_relay_read(
    struct vt_arrival *a, const struct vt_err *why, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step steps[2] = { { 0 } };
	VT_BUF_AUTO(payload);
	const char *note;
	bool status = a->x != NULL ? a->x->kind == VT_EDXML_STATUS
				   : a->kind == VT_CONSIGN_STATUS;
	bool ok = true;
	size_t n = 1;
	int rc;

	rc = vt_arrival_read(a,
	    why == NULL ? VT_CONSIGN_ARRIVED : VT_CONSIGN_REFUSED, &steps[0],
	    reterr);
	if (rc != VT_OK)
		return rc;
	name(a, &steps[0]);
	if (why == NULL) {
		steps[n].kind = VT_STEP_WORK;
		steps[n].u.work.kind = VT_WORK_DELIVERY;
		steps[n++].u.work.subject = a->id;
	} else {
		vt_buf_reset(&a->reason);
		vt_buf_printf(&a->reason, "không chuyển đến %s: %s (%s)", a->to,
		    vt_err_info(why->code)->vi, why->msg);
		/* the message may quote the packet */
		note = vt_arrival_text(
		    a, vt_buf_str(&a->reason), VT_L(NOTE_MAX), &ok);
		steps[0].u.consign_read.note = note;
		if (ok && !status)
			rc = vt_arrival_tell(a, VT_STATUS_REFUSED, note,
			    &payload, &steps[n++], reterr);
	}
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if (rc == VT_OK)
		rc = vt_arrival_act(a, NULL, steps, n, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- carried on ---- */

/* Whose line it waits in: a hosted agency speaks for its units, too. "": it
 * fetches nothing here any more. */
static int
find_line(struct vt_office *o, const char *to, char ret[static 64],
    struct vt_err *reterr)
{
	struct vt_route *route = malloc(sizeof(*route));
	enum vt_route_kind kind = VT_ROUTE_PRINT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	int rc;

	if (route == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "routes");
	if ((rc = vt_view_begin(o->o.store, &v, &err)) == VT_OK)
		rc = vt_office_route_find(
		    o, v, to, &kind, route, NULL, NULL, &err);
	vt_view_end(v);
	if (rc == VT_OK && kind == VT_ROUTE_HOSTED)
		memcpy(ret, route->key, sizeof(route->key));
	free(route);
	if (rc == VT_OK || rc == VT_E_AGENCY_UNKNOWN)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_relay_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	char line[64] = "";
	struct vt_relay r;
	int rc;

	if ((rc = load(o, &w->subject, &r, reterr)) != VT_OK ||
	    r.state != VT_CONSIGN_ARRIVED ||
	    (rc = find_line(o, r.to, line, reterr)) != VT_OK)
		return rc;
	if (line[0] != '\0')
		return vt_hosted_put_carried(o, line, &r, ret_due, reterr);
	return vt_relay_end(o, &r.id, false,
	    "nơi nhận không còn lấy gói tin từ trục này", reterr);
}

int
vt_relay_end(struct vt_office *o, const vt_id *id, bool taken, const char *note,
    struct vt_err *reterr)
{
	const struct vt_paper source = { .source_consignment = *id };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step steps[2] = { { 0 } };
	struct vt_act act = { .steps = steps, .n_steps = 1 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_telling t;
	struct vt_relay r;
	VT_BUF_AUTO(payload);
	VT_BUF_AUTO(text);
	int rc;

	if ((rc = load(o, id, &r, reterr)) != VT_OK ||
	    r.state != VT_CONSIGN_ARRIVED)
		return rc;
	act.agency_no = r.agency_no;
	steps[0].kind = VT_STEP_CONSIGN_READ;
	steps[0].u.consign_read.consignment = *id;
	steps[0].u.consign_read.state =
	    taken ? VT_CONSIGN_APPLIED : VT_CONSIGN_REFUSED;
	steps[0].u.consign_read.note = note;
	if (!taken && r.kind == VT_PACKET_EDOC) {
		vt_buf_printf(&text, "%s: %s", r.to, note);
		vt_telling_new(o, VT_STATUS_REFUSED, vt_buf_str(&text), "", &t);
		(void)vt_tell_later(&source, &t, &payload, &steps[1]);
		act.n_steps = 2;
	}
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	rc = vt_store_do(o->o.store, &act, &res, &err);
	vt_act_result_free(&res);
	if (rc == VT_OK)
		vt_office_wake(o);
	if (rc == VT_OK || rc == VT_E_OUT_OF_ORDER)
		return VT_OK; /* somebody else ended it */
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_relay_packet(struct vt_office *o, const vt_id *id,
    struct vt_office_packet **ret, struct vt_err *reterr)
{
	struct vt_relay r;
	int rc = load(o, id, &r, reterr);

	return rc != VT_OK ? rc : vt_packet_carried(o, &r, ret, reterr);
}

/* Is it worth an act? The store decides; a status is no document, unless it
 * is carried on. */
static int
look_again(struct vt_office *o, const vt_id *id, uint32_t *ret_agency,
    bool *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;
	bool paper;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_get(v, id, &c, reterr)) != VT_OK)
		return rc;
	paper = !vt_id_is_zero(&c.paper);
	*ret_agency = c.agency_no;
	*ret = (c.state == VT_CONSIGN_REFUSED ||
		   (paper && (c.state == VT_CONSIGN_ARRIVED ||
				 c.state == VT_CONSIGN_DUPLICATE))) &&
	       (c.kind == VT_CONSIGN_EDOC || vt_relay_to(&c) != NULL);
	return VT_OK;
}

int
vt_office_hosted_again(
    struct vt_office *o, const vt_id *consignment, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_CONSIGN_READ };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { .steps = &step, .n_steps = 1 };
	struct vt_err err = VT_ERR_INIT;
	bool again = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = look_again(o, consignment, &act.agency_no, &again, reterr);
	if (rc != VT_OK || !again)
		return rc;
	step.u.consign_read.consignment = *consignment;
	step.u.consign_read.state = VT_CONSIGN_STORED;
	rc = vt_store_do(o->o.store, &act, &res, &err);
	vt_act_result_free(&res);
	if (rc == VT_OK)
		vt_office_wake(o);
	if (rc == VT_OK || rc == VT_E_OUT_OF_ORDER)
		return VT_OK; /* its paper stands; or a call at the same time */
	if (reterr != NULL)
		*reterr = err;
	return rc;
}
