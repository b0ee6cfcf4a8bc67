/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the store there, the clock right, can files be read, and is anything
 * trusted (design law 9)? No counts: this page is public. */
#include "api/office/anchors.h"
#include "api/office/budgets.h"
#include "api/office/cosign.h"
#include "api/office/scrub.h"
#include "api/v1/v1_priv.h"

/* What has been due for too long (budgets.def): the service is degraded. */
static int
late_out(struct vt_http_req *req, struct vt_json *j, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_store *s = vt_office_store(vt_v1_office(req));
	uint32_t late;
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK ||
	    (rc = vt_budget_late(v, vt_work_now(s), &late, reterr)) != VT_OK)
		return rc;
	vt_json_kbool(j, "degraded", late != 0);
	if (late == 0)
		return VT_OK;
	vt_json_key(j, "late_work");
	vt_json_array(j);
	for (unsigned int k = 1; k < VT_WORK__MAX; k++)
		if ((late & 1U << k) != 0)
			vt_json_str(
			    j, vt_work_kind_name((enum vt_work_kind)k));
	vt_json_end(j);
	return VT_OK;
}

int
vt_v1_health(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_witness_state witness;
	struct vt_store_info info;
	vt_time scrubbed;
	bool damaged;
	struct vt_json j;
	const char *status = "ok";
	vt_time anchored;
	bool anchors;
	int rc;

	rc = vt_store_info(vt_office_store(vt_v1_office(req)), &info, reterr);
	if (rc != VT_OK ||
	    (rc = vt_anchors_state(
		 vt_v1_office(req), &anchors, &anchored, reterr)) != VT_OK ||
	    (rc = vt_office_witness_state(
		 vt_v1_office(req), &witness, reterr)) != VT_OK ||
	    (rc = vt_scrub_state(
		 vt_v1_office(req), &damaged, &scrubbed, reterr)) != VT_OK)
		return rc;
	if (info.broken)
		status = "store-broken";
	else if (info.room.level == VT_ROOM_FULL)
		status = "store-full";
	else if (info.restored)
		status = "store-restored";
	else if (info.clock_back_us > VT_TIME_S(VT_L(CLOCK_BACK_S)))
		status = "clock-stepped-back";
	else if (!vt_office_workers_alive(vt_v1_office(req)))
		status = "workers-gone";
	else if (vt_office_anchors(vt_v1_office(req)) == 0)
		status = "no-trust-anchors";
	res->status = strcmp(status, "ok") == 0 ? 200 : 503;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "status", status);
	/* Who noticed; of a restore that somebody made himself nothing. */
	if (witness.put_back[0] != '\0')
		vt_json_kstr(&j, "reason", witness.put_back);
	vt_json_kstr(&j, "version", VT_VERSION);
	vt_json_kuint(&j, "format", info.format);
	/* Late is no fault: papers go on, and it is made up for (law 9). */
	vt_json_kbool(&j, "anchoring", anchors);
	vt_v1_ktime(&j, "anchored_at", anchored);
	vt_json_kbool(&j, "witnessing", witness.on);
	vt_v1_ktime(&j, "cosigned_at", witness.cosigned);
	/* Two histories of a ledger: of ours, or of one that we cosign. The
	 * program goes on, people must look (`vanthu witness list`). */
	vt_json_kbool(&j, "ledger_refused", witness.refused);
	vt_json_kbool(&j, "refuses_ledger", witness.refuses);
	/* What is damaged is not handed out; all else is (vanthu stats). */
	if (damaged)
		vt_json_kbool(&j, "damaged", true);
	vt_v1_ktime(&j, "scrubbed_at", scrubbed);
	if ((rc = late_out(req, &j, reterr)) != VT_OK)
		return rc;
	if (info.room.level != VT_ROOM_OK)
		vt_json_kstr(&j, "room", vt_room_level_name(info.room.level));
	vt_json_end(&j);
	return VT_OK;
}
