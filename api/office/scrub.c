/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/scrub.h"

#include "api/office/office_priv.h"
#include "api/office/routes_priv.h"
#include "docstore/scrub.h"

static int
is_queued(struct vt_view *v, bool *ret, struct vt_err *reterr)
{
	struct vt_work_walk walk = { .kind = VT_WORK_SCRUB,
		.until = VT_WORK_PARKED };
	struct vt_work_due one;
	size_t n = 0;
	int rc = vt_work_next(v, &walk, &one, 1, &n, reterr);

	*ret = n > 0;
	return rc;
}

int
vt_scrub_start(struct vt_office *o, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_WORK };
	struct vt_act act = { .steps = &step, .n_steps = 1 };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_store_info info;
	struct vt_view *v = NULL;
	bool queued = true;
	int rc;

	if ((rc = vt_store_info(o->o.store, &info, reterr)) != VT_OK ||
	    info.agencies == 0 || info.restored ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = is_queued(v, &queued, reterr)) == VT_OK)
		rc = vt_house_agency(v, &act.agency_no, reterr);
	vt_view_end(v);
	if (rc != VT_OK || queued)
		return rc;
	step.u.work.kind = VT_WORK_SCRUB;
	step.u.work.due = vt_now(o->o.ctx);
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

int
vt_scrub_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct vt_scrub s;
	int rc = vt_store_scrub(
	    o->o.store, VT_L(SCRUB_BYTES), NULL, NULL, &s, reterr);

	(void)w; /* there is one of them */
	*ret_due = vt_now(o->o.ctx) + VT_TIME_S(VT_L(SCRUB_EVERY_S));
	return rc;
}

int
vt_scrub_state(struct vt_office *o, bool *ret_damaged, vt_time *ret_done,
    struct vt_err *reterr)
{
	struct vt_scrub s;
	int rc = vt_store_scrubbed(o->o.store, &s, reterr);

	if (rc != VT_OK)
		return rc;
	*ret_damaged = s.damaged + s.was_damaged != 0;
	*ret_done = s.done;
	return VT_OK;
}
