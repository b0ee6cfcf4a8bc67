/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/course.h"

#include "api/office/incoming.h"
#include "api/office/statuses.h"

#define ACTS 32 /* of a paper's history, read at once */

/* Enter, replay: true when the verb goes on, else *rc is its result. */
static bool
begin(struct vt_office *o, const struct vt_request *rq, enum vt_duty duty,
    struct vt_act_result *ret, int *rc, struct vt_err *reterr)
{
	bool done;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((*rc = vt_office_enter(rq, duty, reterr)) != VT_OK ||
	    (*rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK)
		return false;
	return !done;
}

/* One step on a paper of the actor's agency. */
static int
one_step(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    const struct vt_step *step, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_act act;

	vt_office_act(rq, paper, step, 1, &act);
	return vt_office_do(o, rq, &act, ret, reterr);
}

int
vt_office_check_draft(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, enum vt_draft_check_kind kind,
    const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_CHECK };
	enum vt_duty duty =
	    kind == VT_DRAFT_FORM ? VT_DUTY_CHECK_FORM : VT_DUTY_CHECK_CONTENT;
	int rc;

	if (!begin(o, rq, duty, ret, &rc, reterr))
		return rc;
	step.u.check.kind = kind;
	step.u.check.main = files->main;
	step.u.check.whole = true;
	step.u.check.manifest = files->manifest;
	step.u.check.note = note;
	return one_step(o, rq, paper, &step, ret, reterr);
}

/* ---- a submission taken back ---- */

/* Who submitted it last; zero: nobody did. */
static int
submitted_by(
    struct vt_view *v, const vt_id *paper, vt_id *ret, struct vt_err *reterr)
{
	struct vt_act_entry e[ACTS];
	uint64_t from = 0;
	size_t n;
	int rc;

	memset(ret, 0, sizeof(*ret));
	do {
		rc = vt_act_list(v, paper, from, e, ACTS, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < e[i].n_kinds; k++)
				if (e[i].kinds[k] == VT_STEP_SUBMIT)
					*ret = e[i].person;
		if (n > 0)
			from = e[n - 1].index + 1;
	} while (n == ACTS);
	return VT_OK;
}

static int
is_author(struct vt_office *o, const struct vt_actor *a, const vt_id *paper,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	vt_id who;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, a, paper, &p, reterr)) != VT_OK ||
	    (rc = submitted_by(v, paper, &who, reterr)) != VT_OK)
		return rc;
	if (vt_id_eq(&who, &a->person) || vt_id_eq(&p.created_by, &a->person))
		return VT_OK;
	return vt_err_set(reterr, VT_E_FORBIDDEN,
	    "withdraw: a submission is taken back by who made it; others "
	    "return the draft");
}

int
vt_office_withdraw(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_WITHDRAW };
	int rc;

	if (!begin(o, rq, VT_DUTY_WITHDRAW, ret, &rc, reterr) ||
	    (rc = is_author(o, rq->actor, paper, reterr)) != VT_OK)
		return rc;
	step.u.withdraw.main = files->main;
	step.u.withdraw.whole = true;
	step.u.withdraw.manifest = files->manifest;
	step.u.withdraw.note = note;
	return one_step(o, rq, paper, &step, ret, reterr);
}

/* ---- what came ---- */

int
vt_office_opinion(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *opinion, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_OPINION };
	int rc;

	if (!begin(o, rq, VT_DUTY_OPINION, ret, &rc, reterr))
		return rc;
	step.u.opinion.note = opinion;
	return one_step(o, rq, paper, &step, ret, reterr);
}

/* Those who have the paper ask for time, and clerks for them. */
static int
has_it(struct vt_office *o, const struct vt_actor *a, const vt_id *paper,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	bool has;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, a, paper, &p, reterr)) != VT_OK)
		return rc;
	has = (a->roles & VT_ROLE_CLERK) != 0 ||
	      vt_id_eq(&p.assigned_to, &a->person) ||
	      vt_id_eq(&p.forwarded_to, &a->person);
	for (size_t i = 0; i < p.n_assigned_with && !has; i++)
		has = vt_id_eq(&p.assigned_with[i], &a->person);
	return has ? VT_OK
		   : vt_err_set(reterr, VT_E_FORBIDDEN,
			 "extend: who has the paper asks for another "
			 "deadline");
}

int
vt_office_extend(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, enum vt_extend kind, const char *due_on,
    const char *reason, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_EXTEND };
	bool ask = kind == VT_EXTEND_ASK;
	int rc;

	if (!begin(o, rq, ask ? VT_DUTY_EXTEND_ASK : VT_DUTY_EXTEND, ret, &rc,
		reterr) ||
	    (ask && (rc = has_it(o, rq->actor, paper, reterr)) != VT_OK))
		return rc;
	step.u.extend.kind = kind;
	step.u.extend.due_on = due_on;
	step.u.extend.note = reason;
	return one_step(o, rq, paper, &step, ret, reterr);
}

int
vt_office_cancel(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *order, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_follow follow = { VT_STATUS_AGREED, "" };
	struct vt_step steps[2];
	struct vt_incoming p;
	VT_BUF_AUTO(said);
	int rc;

	if (!begin(o, rq, VT_DUTY_CANCEL, ret, &rc, reterr))
		return rc;
	if ((rc = vt_incoming_reason(order, "cancel", &said, reterr)) !=
		VT_OK ||
	    (rc = vt_incoming_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &p, reterr)) != VT_OK)
		return rc;
	follow.text = vt_buf_str(&said);
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_CANCEL;
	steps[0].u.cancel.order = order;
	steps[0].u.cancel.note = note;
	return vt_incoming_act(o, rq, &p, steps, 1, &follow, ret, reterr);
}

/* ---- what was issued ---- */

int
vt_office_freeze(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *order, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_FREEZE };
	int rc;

	if (!begin(o, rq, VT_DUTY_FREEZE, ret, &rc, reterr))
		return rc;
	step.u.freeze.kind = VT_FREEZE_BEGIN;
	step.u.freeze.order = order;
	step.u.freeze.note = note;
	return one_step(o, rq, paper, &step, ret, reterr);
}

int
vt_office_release(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_FREEZE };
	int rc;

	if (!begin(o, rq, VT_DUTY_FREEZE, ret, &rc, reterr))
		return rc;
	step.u.freeze.kind = VT_FREEZE_END;
	step.u.freeze.note = reason;
	if ((rc = one_step(o, rq, paper, &step, ret, reterr)) == VT_OK)
		vt_office_wake(o);
	return rc;
}
