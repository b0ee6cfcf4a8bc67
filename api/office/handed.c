/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/handed.h"

#include "api/office/office_priv.h"
#include "api/office/statuses.h"

/* When it was, at this delivery: today and the day it was sent go down to the
 * moment, so that nothing comes before it left. */
static int
moment(struct vt_office *o, const struct vt_delivery *d, const char *on,
    vt_time *ret, struct vt_err *reterr)
{
	vt_time now = vt_now(o->o.ctx),
		t = on == NULL ? now : vt_time_parse_day(on);

	if (t == VT_TIME_NONE || t > now)
		return vt_err_set(reterr, VT_E_INVALID,
		    "delivery: a day up to today is wanted (YYYY-MM-DD)");
	if (t + VT_TIME_S(86400) <= d->created_at)
		return vt_err_set(reterr, VT_E_INVALID,
		    "delivery: it was sent after that day");
	*ret = t < d->created_at ? d->created_at : t;
	return VT_OK;
}

static bool
is_said(const char *s)
{
	return s != NULL && *s != '\0';
}

/* What is noted, as a step: an arrival on paper, or a word about the paper. */
static int
noted(struct vt_office *o, const struct vt_delivery *d,
    const struct vt_handing *h, struct vt_step *step, struct vt_err *reterr)
{
	int rc;

	if (is_said(h->waybill)) {
		if (is_said(h->name) || h->on != NULL)
			return vt_err_set(reterr, VT_E_INVALID,
			    "delivery: its waybill, or who has it since when, "
			    "not both at once");
		step->kind = VT_STEP_HANDED;
		step->u.handed.waybill = h->waybill;
		step->u.handed.note = h->note;
		return VT_OK;
	}
	if (d->state != VT_DELIVERY_PRINT &&
	    !(is_said(h->name) && vt_way_has_paper(&d->to, &d->way)))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "delivery: it did not go on paper, or it is known that it "
		    "came");
	if (d->state != VT_DELIVERY_PRINT) {
		step->kind = VT_STEP_HANDED;
		step->u.handed.name = h->name;
		step->u.handed.note = h->note;
		return moment(o, d, h->on, &step->u.handed.at, reterr);
	}
	rc = moment(o, d, h->on, &step->u.status.at, reterr);
	step->u.status.code = VT_STATUS_ARRIVED;
	step->u.status.name = h->name;
	step->u.status.note = h->note;
	return rc;
}

static int
load(struct vt_office *o, const struct vt_request *rq, const vt_id *id,
    const struct vt_handing *h, vt_id *ret_paper, struct vt_step *ret_step,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_delivery d;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_delivery_get(v, id, &d, &err);
	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK && d.agency_no != rq->actor->agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no such delivery of this agency");
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	*ret_paper = d.paper;
	return noted(o, &d, h, ret_step, reterr);
}

int
vt_office_handed(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, const char *on, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	const struct vt_handing h = { .on = on, .note = note };

	return vt_office_handed_by(o, rq, delivery, &h, ret, reterr);
}

int
vt_office_handed_by(struct vt_office *o, const struct vt_request *rq,
    const vt_id *delivery, const struct vt_handing *h,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_STATUS };
	struct vt_act act;
	vt_id paper;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_DISPATCH, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = load(o, rq, delivery, h, &paper, &step, reterr)) != VT_OK)
		return rc;
	if (step.kind == VT_STEP_HANDED) {
		step.u.handed.delivery = *delivery;
	} else {
		step.u.status.delivery = *delivery;
		step.u.status.from = rq->actor->agency_code;
		step.u.status.staff = rq->actor->name;
	}
	vt_office_act(rq, &paper, &step, 1, &act);
	return vt_store_do(o->o.store, &act, ret, reterr);
}
