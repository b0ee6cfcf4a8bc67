/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/print.h"

#include "api/office/office_priv.h"

/* The version is the paper's, and the paper the actor's agency's. *version,
 * when none is named: the one that is seen now, but of a list none. */
static int
check(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    enum vt_print what, vt_hash *version, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const vt_hash none = { { 0 } };
	struct vt_version ver;
	struct vt_paper found;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, rq->actor, paper, &found, reterr)) !=
		VT_OK)
		return rc;
	if (rq->if_match != 0 && rq->if_match != found.rev)
		return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
		    "print: the paper is at another revision");
	if (!vt_hash_eq(version, &none))
		return vt_version_by_hash(v, paper, version, &ver, reterr);
	if (what != VT_PRINT_LIST)
		*version = found.parts[0].hash;
	return VT_OK;
}

int
vt_office_print(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_printing *p, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step[2] = { { .kind = VT_STEP_PRINT },
		{ .kind = VT_STEP_COUNTED } };
	vt_hash version = p->version;
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_PRINT, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = check(o, rq, paper, p->what, &version, reterr)) != VT_OK)
		return rc;
	step[0].u.print.what = p->what;
	step[0].u.print.copies = p->copies;
	step[0].u.print.version = version;
	step[0].u.print.note = p->note;
	step[1].u.counted.use = VT_USE_PRINT;
	step[1].u.counted.n = p->copies == 0 ? 1 : p->copies;
	vt_office_act(rq, paper, step, p->what == VT_PRINT_LIST ? 1 : 2, &act);
	return vt_store_do(o->o.store, &act, ret, reterr);
}
