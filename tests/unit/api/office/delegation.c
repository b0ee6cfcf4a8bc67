/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delegations over the real store: given, used, shown, over, revoked. */
#include "api/office/delegation.h"
#include "tests/unit/api/office/house.h"

static struct house h;

static struct vt_delegation
to_sign(const vt_id *to)
{
	struct vt_delegation d = {
		.to = *to, .since = h.w.now, .until = h.w.now + VT_TIME_S(86400)
	};

	vt_duties_add(&d.duties, VT_DUTY_SIGN);
	vt_duties_add(&d.duties, VT_DUTY_APPROVE);
	(void)snprintf(d.text, sizeof(d.text), "%s",
	    "Ủy quyền ký các công văn thường ngày");
	return d;
}

static int
give(const struct vt_actor *by, const struct vt_delegation *d, vt_id *id,
    struct vt_err *err)
{
	struct vt_request rq = house_request(&h, by);

	return vt_office_delegate(h.office, &rq, d, id, err);
}

static void
refused(const struct vt_actor *leader)
{
	struct vt_actor officer = house_actor(&h, "officer", h.here);
	struct vt_actor clerk = house_actor(&h, "clerk", h.here);
	struct vt_actor system = house_actor(&h, "system", h.here);
	struct vt_delegation d = to_sign(&h.deputy);
	struct vt_err err = VT_ERR_INIT;
	vt_id id;

	tap_code(give(&officer, &d, &id, &err), VT_E_FORBIDDEN, &err,
	    "an officer has nothing to hand on");
	tap_code(give(&clerk, &d, &id, &err), VT_E_FORBIDDEN, &err,
	    "a clerk does not hand on the leader's duties");
	tap_code(give(&system, &d, &id, &err), VT_E_FORBIDDEN, &err,
	    "a program hands on nothing");
	tap_eq_str(h.field, "", "is told at its field");
	d = to_sign(&h.leader);
	tap_code(give(leader, &d, &id, &err), VT_E_INVALID, &err, "himself");
	tap_eq_str(h.field, "/to", "is told at its field");
	d = to_sign(&h.other_leader);
	tap_code(give(leader, &d, &id, &err), VT_E_PERSON_UNKNOWN, &err,
	    "another agency's person is as absent");
	tap_eq_str(h.field, "/to", "is told at its field");
	d = to_sign(&h.system);
	tap_code(give(leader, &d, &id, &err), VT_E_SOLE_CONTROL, &err,
	    "a system receives no duty that activates a key");
	tap_eq_str(h.field, "/duties", "is told at its field");
	d = to_sign(&h.deputy);
	d.text[0] = '\0';
	tap_code(
	    give(leader, &d, &id, &err), VT_E_INVALID, &err, "not in writing");
	tap_eq_str(h.field, "/text", "is told at its field");
	memset(d.paper.b, 1, sizeof(d.paper.b));
	tap_code(give(leader, &d, &id, &err), VT_E_NOT_FOUND, &err,
	    "a paper that is not there");
	tap_eq_str(h.field, "/paper", "is told at its field");
	d = to_sign(&h.deputy);
	d.since = h.w.now - VT_TIME_S(3600);
	tap_code(give(leader, &d, &id, &err), VT_E_INVALID, &err,
	    "begun before it is given");
	tap_eq_str(h.field, "/since", "is told at its field");
	d = to_sign(&h.admin);
	tap_code(give(leader, &d, &id, &err), VT_E_PERSON_UNKNOWN, &err,
	    "to somebody who may open no paper");
	tap_eq_str(h.field, "/to", "is told at its field");
	{
		struct doer do_it = { .s = h.store, .agency = h.here };

		tap_need(
		    make_paper(&do_it, VT_DIR_OUT, 100, 1) == VT_OK, "a draft");
		d = to_sign(&h.deputy);
		d.paper = do_it.paper;
		tap_code(give(leader, &d, &id, &err), VT_E_OUT_OF_ORDER, &err,
		    "resting on a paper that nobody signed");
		tap_eq_str(h.field, "/paper", "is told at its field");
		vt_act_result_free(&do_it.r);
		tap_need(make_paper(&do_it, VT_DIR_IN, 100, 2) == VT_OK,
		    "an arrival");
		d.paper = do_it.paper;
		tap_code(give(leader, &d, &id, &err), VT_E_OUT_OF_ORDER, &err,
		    "resting on another agency's paper");
		vt_act_result_free(&do_it.r);
	}
	d = to_sign(&h.deputy);
	d.until = d.since;
	tap_code(give(leader, &d, &id, &err), VT_E_INVALID, &err, "no time");
	tap_eq_str(h.field, "/until", "is told at its field");
	d.until = d.since + VT_TIME_S(86400 * VT_L(DELEGATION_DAYS_MAX)) + 1;
	tap_code(give(leader, &d, &id, &err), VT_E_INVALID, &err,
	    "without a real end");
	tap_eq_str(h.field, "/until", "is told at its field");
	d = to_sign(&h.deputy);
	memset(&d.duties, 0, sizeof(d.duties));
	tap_code(give(leader, &d, &id, &err), VT_E_INVALID, &err, "no duty");
	tap_eq_str(h.field, "/duties", "is told at its field");
	vt_duties_add(&d.duties, VT_DUTY_DELEGATE);
	tap_code(give(leader, &d, &id, &err), VT_E_FORBIDDEN, &err,
	    "delegating is not delegated");
	d = to_sign(&h.deputy);
	vt_duties_add(&d.duties, VT_DUTY_SEAL);
	tap_code(give(leader, &d, &id, &err), VT_E_FORBIDDEN, &err,
	    "the seal is not the leader's");
	tap_eq_str(h.field, "/duties", "is told at its field");
}

static bool
may_sign(const char *who, const vt_id **ret_from)
{
	static struct vt_actor a;
	int at;

	a = house_actor(&h, who, h.here);
	at = vt_who_acts_for(&a, VT_DUTY_SIGN);
	*ret_from = at < 0 ? NULL : &a.acting[at].from;
	return vt_who_may(&a, VT_DUTY_SIGN, NULL) == VT_OK;
}

static void
in_time(const struct vt_actor *leader)
{
	struct vt_delegation d = to_sign(&h.deputy), got;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;
	const vt_id *from;
	vt_id id, again;

	d.since = h.w.now + VT_TIME_S(3600);
	tap_ok(!may_sign("deputy", &from), "the deputy does not sign");
	rq = house_request(&h, leader);
	tap_call(vt_office_delegate(h.office, &rq, &d, &id, &err), &err,
	    "handed on");
	tap_call(vt_office_delegate(h.office, &rq, &d, &again, &err), &err,
	    "asked again");
	tap_ok(vt_id_eq(&id, &again), "the same answer");
	tap_ok(!may_sign("deputy", &from), "not before it begins");
	h.w.now = d.since;
	tap_ok(may_sign("deputy", &from) && from != NULL &&
		   vt_id_eq(from, &h.leader),
	    "from then on, for the leader");
	tap_ok(!may_sign("officer", &from), "nobody else");
	house_restart(&h);
	tap_ok(may_sign("deputy", &from), "also after a restart");
	h.w.now = d.until - 1;
	tap_ok(may_sign("deputy", &from), "to its end");
	h.w.now = d.until;
	tap_ok(!may_sign("deputy", &from), "and no longer");
	tap_call(vt_office_delegation(h.office, leader, &id, &got, &err), &err,
	    "it stays to be read");
	tap_eq_str(got.text, d.text, "with its text");
	tap_ok(vt_duties_has(&got.duties, VT_DUTY_SIGN) &&
		   vt_duties_has(&got.duties, VT_DUTY_APPROVE) &&
		   !vt_duties_has(&got.duties, VT_DUTY_RETURN),
	    "and its duties");
}

static void
revoked(const struct vt_actor *leader)
{
	struct vt_actor admin = house_actor(&h, "admin", h.here);
	struct vt_actor officer = house_actor(&h, "officer", h.here);
	struct vt_actor other = house_actor(&h, "admin", h.there);
	struct vt_delegation d = to_sign(&h.deputy), got;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;
	const vt_id *from;
	vt_id id;

	tap_call(give(leader, &d, &id, &err), &err, "handed on");
	tap_ok(may_sign("deputy", &from), "in force");
	rq = house_request(&h, &officer);
	tap_code(vt_office_revoke(h.office, &rq, &id, &err), VT_E_FORBIDDEN,
	    &err, "not by just anybody");
	rq = house_request(&h, &other);
	tap_code(vt_office_revoke(h.office, &rq, &id, &err), VT_E_NOT_FOUND,
	    &err, "another agency's is as absent");
	rq = house_request(&h, &admin);
	tap_call(vt_office_revoke(h.office, &rq, &id, &err), &err,
	    "by an administrator");
	tap_ok(!may_sign("deputy", &from), "no longer");
	rq = house_request(&h, leader);
	tap_call(vt_office_revoke(h.office, &rq, &id, &err), &err,
	    "again is no error");
	tap_call(vt_office_delegation(h.office, leader, &id, &got, &err), &err,
	    "it stays to be read");
	tap_ok(got.revoked_at == h.w.now && vt_id_eq(&got.revoked_by, &h.admin),
	    "when and by whom");
}

/* The giver's own right is what counts, today. */
static void
giver_leaves(const struct vt_actor *leader)
{
	struct vt_step st = { .kind = VT_STEP_PERSON };
	struct vt_act act = { .agency_no = h.here, .steps = &st, .n_steps = 1 };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_delegation d = to_sign(&h.deputy);
	struct vt_err err = VT_ERR_INIT;
	const vt_id *from;
	vt_id id, second;
	vt_hash token;

	second = house_person(&h, h.here, "second", VT_ROLE_LEADER);
	tap_call(give(leader, &d, &id, &err), &err, "handed on");
	tap_ok(may_sign("deputy", &from), "in force");
	token = vt_sha256(vt_span_str("another token of the leader"));
	st.u.person = (struct vt_person){ .id = h.leader,
		.name = "leader",
		.roles = VT_ROLE_OFFICER,
		.active = true,
		.tokens = &token,
		.n_tokens = 1 };
	tap_call(vt_store_do(h.store, &act, &res, &err), &err,
	    "the leader becomes an officer");
	vt_act_result_free(&res);
	tap_ok(!may_sign("deputy", &from), "and what he handed on is gone");
	tap_ok(!vt_id_is_zero(&second), "another leader is there");
}

/* What was done for another stays with the act. */
static void
shown(const struct vt_actor *leader)
{
	struct vt_actor deputy;
	struct vt_delegation d = to_sign(&h.deputy);
	struct vt_file file = { .name = "a.txt", .media_type = "text/plain" };
	struct vt_step step = { .kind = VT_STEP_REGISTER };
	struct vt_act reg = {
		.agency_no = h.here, .steps = &step, .n_steps = 1
	};
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_act_result made = VT_ACT_RESULT_INIT;
	struct vt_meta meta = { .subject = "V/v thử" };
	struct vt_err err = VT_ERR_INIT;
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_acted acted[4];
	struct vt_files_read files = { .main = { { 0 } } };
	struct vt_request rq;
	struct vt_blob blob;
	size_t n = 0;
	vt_id id;

	deputy = house_actor(&h, "deputy", h.here);
	tap_need(vt_upload_memory(h.store, h.here, vt_span_str("x"),
		     &file.upload, &blob, &err) == VT_OK,
	    "a file");
	file.hash = blob.hash;
	step.u.reg.direction = VT_DIR_OUT;
	step.u.reg.meta = &meta;
	step.u.reg.files = &file;
	step.u.reg.n_files = 1;
	tap_need(vt_store_do(h.store, &reg, &made, &err) == VT_OK, "a paper %s",
	    err.msg);
	rq = house_request(&h, &deputy);
	rq.if_match = made.paper_rev;
	files.main = made.current;
	tap_code(vt_office_return(
		     h.office, &rq, &made.paper, &files, "sửa lại", &r, &err),
	    VT_E_FORBIDDEN, &err, "the deputy does not send back papers");
	vt_duties_add(&d.duties, VT_DUTY_RETURN);
	tap_call(give(leader, &d, &id, &err), &err, "handed on");
	deputy = house_actor(&h, "deputy", h.here);
	{
		struct vt_step st = { .kind = VT_STEP_SUBMIT };
		struct vt_act act = { .agency_no = h.here,
			.paper = made.paper,
			.steps = &st,
			.n_steps = 1 };

		st.u.submit.main = made.current;
		tap_need(vt_store_do(h.store, &act, &r, &err) == VT_OK,
		    "submitted %s", err.msg);
		vt_act_result_free(&r);
	}
	rq = house_request(&h, &deputy);
	tap_call(vt_office_return(
		     h.office, &rq, &made.paper, &files, "sửa lại", &r, &err),
	    &err, "now he does");
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_office_acted(v, h.here, &made.paper, acted, 4, &n, &err),
	    &err, "history");
	tap_ok(n == 1 && vt_id_eq(&acted[0].delegation, &id) &&
		   vt_id_eq(&acted[0].from, &h.leader) &&
		   acted[0].act == r.index &&
		   strcmp(acted[0].duty, "return") == 0,
	    "says which act, for whom, by which delegation");
	vt_act_result_free(&r);
	vt_act_result_free(&made);
}

static void
bounded(const struct vt_actor *leader)
{
	struct vt_actor other = house_actor(&h, "leader", h.there);
	struct vt_delegation d = to_sign(&h.officer), list[32];
	struct vt_err err = VT_ERR_INIT;
	size_t n = 0, m = 0;
	vt_id id;

	for (size_t i = 0; i < VT_L(ACTING_MAX); i++)
		tap_call(
		    give(leader, &d, &id, &err), &err, "number %zu", i + 1);
	tap_code(give(leader, &d, &id, &err), VT_E_LIMIT, &err, "one more");
	d.since = d.until;
	d.until += VT_TIME_S(60);
	tap_call(give(leader, &d, &id, &err), &err, "at another time");
	tap_call(
	    vt_office_delegations(h.office, leader, NULL, list, 5, &n, &err),
	    &err, "a page");
	tap_eq_int(n, 5, "of five");
	tap_call(vt_office_delegations(
		     h.office, leader, &list[4], list, 32, &m, &err),
	    &err, "the rest");
	tap_ok(m >= VT_L(ACTING_MAX) + 1 - 5, "all of them");
	tap_call(
	    vt_office_delegations(h.office, &other, NULL, list, 32, &m, &err),
	    &err, "another agency");
	tap_eq_int(m, 0, "sees none of them");
}

/* More than one reading of the store gives. */
static void
many(const struct vt_actor *leader)
{
	static struct vt_delegation list[128];
	struct vt_delegation d = to_sign(&h.deputy);
	struct vt_err err = VT_ERR_INIT;
	size_t n = 0, given = 0;
	vt_id id;

	for (; given < 70; given++) {
		d.since = d.until;
		d.until += VT_TIME_S(60);
		if (give(leader, &d, &id, &err) != VT_OK)
			break;
	}
	tap_eq_int(given, 70, "seventy, one after the other %s", err.msg);
	tap_call(
	    vt_office_delegations(h.office, leader, NULL, list, 128, &n, &err),
	    &err, "listed");
	tap_ok(n >= 70 && n < 128, "all of them at once");
}

int
main(void)
{
	struct vt_actor leader;

	house_begin(&h);
	leader = house_actor(&h, "leader", h.here);
	refused(&leader);
	in_time(&leader);
	revoked(&leader);
	shown(&leader);
	bounded(&leader);
	many(&leader);
	giver_leaves(&leader);
	house_end(&h);
	return tap_done();
}
