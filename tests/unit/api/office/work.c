/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may be given an incoming paper, and what may be cited as its answer. */
#include "api/office/statuses.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static int
assign(const struct vt_actor *by, const vt_id *paper, const vt_id *lead,
    struct vt_err *err)
{
	struct vt_request rq = house_request(&h, by);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_assignment as = { .lead = *lead };
	int rc = vt_office_assign(h.office, &rq, paper, &as, &r, err);

	vt_act_result_free(&r);
	return rc;
}

static int
forward(const struct vt_actor *by, const vt_id *paper, const vt_id *to,
    struct vt_err *err)
{
	struct vt_request rq = house_request(&h, by);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	int rc = vt_office_forward(h.office, &rq, paper, to, NULL, &r, err);

	vt_act_result_free(&r);
	return rc;
}

static int
finish(const struct vt_actor *by, const vt_id *paper, const vt_id *answer,
    struct vt_err *err)
{
	struct vt_request rq = house_request(&h, by);
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	int rc = vt_office_finish(h.office, &rq, paper, answer, NULL, &r, err);

	vt_act_result_free(&r);
	return rc;
}

static vt_id
paper_of(struct doer *d, enum vt_direction way, uint64_t seed)
{
	int rc = make_paper(d, way, 100, seed);

	tap_need(rc == VT_OK, "a paper %s", d->err.msg);
	return d->paper;
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_actor leader, officer;
	struct doer d = { 0 };
	vt_id in, other, draft;

	house_begin(&h);
	leader = house_actor(&h, "leader", h.here);
	officer = house_actor(&h, "officer", h.here);
	d.s = h.store;
	d.agency = h.here;
	in = paper_of(&d, VT_DIR_IN, 1);
	other = paper_of(&d, VT_DIR_IN, 2);
	draft = paper_of(&d, VT_DIR_OUT, 3);
	tap_code(assign(&leader, &in, &h.admin, &err), VT_E_PERSON_UNKNOWN,
	    &err, "given to somebody who opens no paper");
	tap_code(assign(&leader, &in, &h.auditor, &err), VT_E_PERSON_UNKNOWN,
	    &err, "to somebody who looks on");
	tap_call(assign(&leader, &in, &h.deputy, &err), &err,
	    "to somebody who handles papers");
	tap_code(forward(&officer, &in, &h.admin, &err), VT_E_PERSON_UNKNOWN,
	    &err, "forwarded likewise");
	tap_call(forward(&officer, &in, &h.officer, &err), &err, "forwarded");
	tap_code(finish(&officer, &in, &draft, &err), VT_E_INVALID, &err,
	    "answered by a paper that is not out");
	tap_code(finish(&officer, &in, &other, &err), VT_E_INVALID, &err,
	    "by one that came");
	tap_call(finish(&officer, &in, NULL, &err), &err, "finished by none");
	vt_act_result_free(&d.r);
	house_end(&h);
	return tap_done();
}
