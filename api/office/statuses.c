/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receiver's acts on an incoming paper. The status that tells the sender
 * is enqueued by the act itself, so that neither is there without the other.
 */
#include "api/office/statuses.h"
#include "api/office/asks.h"
#include "api/office/house.h"
#include "api/office/incoming.h"
#include "api/office/packet.h"
#include "api/office/work.h"

#define REFUSE_TRIES 4 /* against acts of others between look and act */

static const struct status_row {
	unsigned code;
	const char *name, *vi;
} rows[] = {
	{ VT_STATUS_ARRIVED, "inbox", "Đã đến" },
	{ VT_STATUS_REFUSED, "rejection", "Từ chối tiếp nhận" },
	{ VT_STATUS_ACCEPTED, "acceptance", "Đã tiếp nhận" },
	{ VT_STATUS_ASSIGNED, "assignment", "Phân công" },
	{ VT_STATUS_PROCESSING, "processing", "Đang xử lý" },
	{ VT_STATUS_FINISHED, "finish", "Hoàn thành" },
	{ VT_STATUS_TAKE_BACK, "cancellation", "Yêu cầu lấy lại" },
	{ VT_STATUS_AGREED, "change-acceptance", "Đồng ý lấy lại, cập nhật" },
	{ VT_STATUS_DECLINED, "change-rejection", "Từ chối lấy lại, cập nhật" },
	{ VT_LOG_OPENED, "opened", "Đã mở" },
};

static const struct status_row *
row_of(unsigned code)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

const char *
vt_status_vi(unsigned code)
{
	const struct status_row *r = row_of(code);

	return r == NULL ? "không rõ" : r->vi;
}

const char *
vt_status_name(unsigned code)
{
	const struct status_row *r = row_of(code);

	return r == NULL ? "unknown" : r->name;
}

/* ---- loading ---- */

static void
copy(const struct vt_paper *p, struct vt_incoming *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = p->id;
	ret->agency_no = p->agency_no;
	ret->rev = p->rev;
	ret->direction = p->direction;
	ret->state = p->state;
	ret->source_paper = p->source_paper;
	ret->source_delivery = p->source_delivery;
	ret->source_consignment = p->source_consignment;
	ret->arrival = p->arrival.value;
	ret->arrival_act = p->arrival.act;
	ret->arrival_period = p->arrival.period;
	vt_text_fit(
	    ret->arrival_text, sizeof(ret->arrival_text), p->arrival.text);
	ret->opened = p->opened_at != VT_TIME_NONE;
	ret->asked = p->asked;
	ret->asked_consignment = p->asked_consignment;
	ret->asked_delivery = p->asked_delivery;
}

/* A paper that came on paper has the sender of the e-version that was joined to
 * it, also when the act that says so was never done. */
static int
sender_of_joined(
    struct vt_view *v, struct vt_incoming *ret, struct vt_err *reterr)
{
	struct vt_paper p;
	vt_id e;
	int rc;

	if (ret->direction != VT_DIR_IN ||
	    !vt_id_is_zero(&ret->source_delivery) ||
	    !vt_id_is_zero(&ret->source_consignment))
		return VT_OK;
	rc = vt_paper_e_version(v, &ret->id, &e, reterr);
	if (rc != VT_OK || vt_id_is_zero(&e) ||
	    (rc = vt_paper_get(v, &e, &p, reterr)) != VT_OK)
		return rc;
	ret->source_paper = p.source_paper;
	ret->source_delivery = p.source_delivery;
	ret->source_consignment = p.source_consignment;
	return VT_OK;
}

int
vt_incoming_load(struct vt_office *o, const vt_id *paper, uint32_t agency_no,
    uint64_t if_match, struct vt_incoming *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_paper p;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_paper_get(v, paper, &p, &err);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && p.agency_no != agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no such paper of this agency");
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (if_match != 0 && if_match != p.rev)
		return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
		    "the paper is at revision %llu, not %llu",
		    (unsigned long long)p.rev, (unsigned long long)if_match);
	copy(&p, ret);
	return sender_of_joined(v, ret, reterr);
}

/* Enter, replay, load: true when the verb goes on, else *rc is its result. */
static bool
begin(struct vt_office *o, const struct vt_request *rq, enum vt_duty duty,
    const vt_id *paper, struct vt_incoming *p, struct vt_act_result *ret,
    int *rc, struct vt_err *reterr)
{
	bool done;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((*rc = vt_office_enter(rq, duty, reterr)) != VT_OK ||
	    (*rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done)
		return false;
	*rc = vt_incoming_load(
	    o, paper, rq->actor->agency_no, rq->if_match, p, reterr);
	if (*rc == VT_OK && p->direction != VT_DIR_IN)
		*rc = vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "act \"%s\" is for incoming papers", vt_duty_name(duty));
	return *rc == VT_OK;
}

int
vt_incoming_act(struct vt_office *o, const struct vt_request *rq,
    const struct vt_incoming *p, struct vt_step *steps, size_t n,
    const struct vt_follow *follow, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_paper source = { .source_delivery = p->source_delivery,
		.source_consignment = p->source_consignment };
	struct vt_telling t;
	struct vt_act act;
	VT_BUF_AUTO(payload);
	int rc;

	if (follow->code != 0) {
		vt_telling_new(
		    o, follow->code, follow->text, rq->actor->name, &t);
		if (vt_tell_later(&source, &t, &payload, &steps[n]))
			n++;
	}
	if ((rc = vt_buf_status(&payload, reterr)) != VT_OK)
		return rc;
	vt_office_act(rq, &p->id, steps, n, &act);
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(o);
	return rc;
}

/* ---- số đến ---- */

int
vt_incoming_given(struct vt_office *o, const struct vt_incoming *p,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_act_entry e;
	size_t n;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_act_list(v, &p->id, p->arrival_act, &e, 1, &n, reterr)) !=
		VT_OK)
		return rc;
	if (n == 0 || e.index != p->arrival_act)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "the act that gave số đến %s is not in the paper's "
		    "history",
		    p->arrival_text);
	rc = vt_receipt_get(
	    v, p->agency_no, p->arrival_act, &ret->receipt, reterr);
	if (rc != VT_OK)
		return rc;
	ret->repeated = true;
	ret->act = e.act;
	ret->agency_no = p->agency_no;
	ret->index = e.index;
	ret->time = e.time;
	ret->paper = p->id;
	ret->paper_rev = e.paper_rev;
	ret->current = e.main;
	ret->arrival = p->arrival;
	ret->number_period = p->arrival_period;
	return VT_OK;
}

int
vt_incoming_accept(struct vt_office *o, const struct vt_request *rq,
    const struct vt_incoming *p, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	static const struct vt_follow follow = { VT_STATUS_ACCEPTED, "" };
	struct vt_step steps[2];

	if (p->arrival != 0)
		return vt_incoming_given(o, p, ret, reterr);
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_ACCEPT;
	steps[0].u.accept.series = VT_BOOK_IN;
	return vt_incoming_act(o, rq, p, steps, 1, &follow, ret, reterr);
}

int
vt_office_accept(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_incoming p;
	int rc;

	if (!begin(o, rq, VT_DUTY_ACCEPT, paper, &p, ret, &rc, reterr))
		return rc;
	return vt_incoming_accept(o, rq, &p, ret, reterr);
}

int
vt_incoming_reason(const char *reason, const char *what, struct vt_buf *ret,
    struct vt_err *reterr)
{
	int rc;

	if (reason != NULL && reason[0] != '\0' &&
	    (rc = vt_text_clean(vt_span_str(reason), VT_L(SUBJECT_MAX), what,
		 ret, reterr)) != VT_OK)
		return rc;
	if (ret->n == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: a reason is wanted (Decree 30/2020, Articles 18, 21)",
		    what);
	return VT_OK;
}

/* What asks for the paper is answered with it: it is gone. */
static int
refuse_once(struct vt_office *o, const struct vt_request *rq,
    const struct vt_incoming *p, const char *why, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	const struct vt_follow follow = { VT_STATUS_REFUSED, why };
	struct vt_request as_seen = *rq;
	struct vt_step steps[5];
	VT_BUF_AUTO(payload);
	size_t n = 1;
	int rc;

	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_REFUSE;
	steps[0].u.refuse.note = why;
	rc = vt_ask_refused(o, p, steps, &n, &payload, reterr);
	if (rc != VT_OK)
		return rc;
	as_seen.if_match = p->rev; /* nobody asks for it meanwhile */
	return vt_incoming_act(o, &as_seen, p, steps, n, &follow, ret, reterr);
}

int
vt_office_refuse(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_incoming p;
	VT_BUF_AUTO(why);
	int rc;

	if (!begin(o, rq, VT_DUTY_REFUSE, paper, &p, ret, &rc, reterr))
		return rc;
	if ((rc = vt_incoming_reason(reason, "refuse", &why, reterr)) != VT_OK)
		return rc;
	rc = refuse_once(o, rq, &p, vt_buf_str(&why), ret, &err);
	for (unsigned i = 1;
	     i < REFUSE_TRIES && rc == VT_E_PRECONDITION_FAILED &&
	     rq->if_match == 0;
	     i++) {
		rc = vt_incoming_load(
		    o, paper, rq->actor->agency_no, 0, &p, reterr);
		if (rc != VT_OK)
			return rc;
		rc = refuse_once(o, rq, &p, vt_buf_str(&why), ret, &err);
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	/* what waited behind the ask; its own work is behind it */
	if (rc == VT_OK &&
	    vt_ask_settle_paper(o, p.agency_no, paper, &err) != VT_OK)
		vt_log_err("office.ask", &err);
	return rc;
}

/* ---- handling ---- */

static bool
is_day(const char *s)
{
	struct vt_edxml_day d;

	return strlen(s) == 10 && vt_day_parse(s, '-', &d);
}

/* Papers are given to people who work here, and may open and handle them.
 * field: of the request; of a list its items are told apart. */
static int
work_here(struct vt_office *o, const struct vt_request *rq, const char *field,
    const vt_id *people, size_t n, struct vt_err *reterr)
{
	bool list = strcmp(field, "/with") == 0;
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_person p;
	int rc = vt_office_view_all(o, &v, reterr);

	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		rc = vt_house_person(
		    v, &people[i], rq->actor->agency_no, &p, reterr);
		if (rc == VT_OK && !vt_who_role_may(p.roles, VT_DUTY_PROCESS))
			rc = vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
			    "no person who may handle papers");
		if (rc == VT_E_PERSON_UNKNOWN && list)
			vt_office_about(rq, "%s/%zu", field, i);
		else if (rc == VT_E_PERSON_UNKNOWN)
			vt_office_about(rq, "%s", field);
	}
	return rc;
}

int
vt_office_assign(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_assignment *as,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_follow follow = { VT_STATUS_ASSIGNED, "" };
	struct vt_step steps[2];
	struct vt_incoming p;
	int rc;

	if (!begin(o, rq, VT_DUTY_ASSIGN, paper, &p, ret, &rc, reterr))
		return rc;
	if (as->due_on != NULL && as->due_on[0] != '\0' &&
	    !is_day(as->due_on)) {
		vt_office_about(rq, "/due_on");
		return vt_err_set(reterr, VT_E_INVALID,
		    "assign: due_on: YYYY-MM-DD wanted, \"%.20s\" given",
		    as->due_on);
	}
	if ((rc = work_here(o, rq, "/lead", &as->lead, 1, reterr)) != VT_OK ||
	    (rc = work_here(o, rq, "/with", as->with, as->n_with, reterr)) !=
		VT_OK)
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_ASSIGN;
	steps[0].u.assign.person = as->lead;
	steps[0].u.assign.with = as->with;
	steps[0].u.assign.n_with = as->n_with;
	steps[0].u.assign.due_on = as->due_on;
	steps[0].u.assign.note = as->opinion;
	/* assigned anew while somebody works on it: no step back for others */
	if (p.state == VT_PAPER_PROCESSING)
		follow.code = 0;
	return vt_incoming_act(o, rq, &p, steps, 1, &follow, ret, reterr);
}

int
vt_office_forward(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *person, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	static const struct vt_follow none = { 0, NULL };
	struct vt_step steps[2];
	struct vt_incoming p;
	int rc;

	if (!begin(o, rq, VT_DUTY_FORWARD, paper, &p, ret, &rc, reterr) ||
	    (rc = work_here(o, rq, "/person", person, 1, reterr)) != VT_OK)
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_FORWARD;
	steps[0].u.forward.person = *person;
	steps[0].u.forward.note = note;
	return vt_incoming_act(o, rq, &p, steps, 1, &none, ret, reterr);
}

int
vt_office_process(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const char *note, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	static const struct vt_follow follow = { VT_STATUS_PROCESSING, "" };
	struct vt_step steps[2];
	struct vt_incoming p;
	int rc;

	if (!begin(o, rq, VT_DUTY_PROCESS, paper, &p, ret, &rc, reterr))
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_PROCESS;
	steps[0].u.process.note = note;
	return vt_incoming_act(o, rq, &p, steps, 1, &follow, ret, reterr);
}

/* "Trả lời bằng văn bản 12/UBND-VP": ours, and out. */
static int
answer_text(struct vt_office *o, const struct vt_request *rq,
    const vt_id *answer, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_paper(o, v, rq->actor, answer, &p, reterr);
	if (rc != VT_OK || p.direction == VT_DIR_IN ||
	    p.issued_at == VT_TIME_NONE)
		vt_office_about(rq, "/answer");
	if (rc != VT_OK)
		return rc;
	if (p.direction == VT_DIR_IN || p.issued_at == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_INVALID,
		    "finish: the answer is to be a paper of this agency that "
		    "was issued");
	vt_buf_printf(ret, "Trả lời bằng văn bản %s", p.number.text);
	return vt_buf_status(ret, reterr);
}

int
vt_office_finish(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const vt_id *answer, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_follow follow = { VT_STATUS_FINISHED, "" };
	struct vt_step steps[2];
	struct vt_incoming p;
	VT_BUF_AUTO(text);
	int rc;

	if (!begin(o, rq, VT_DUTY_FINISH, paper, &p, ret, &rc, reterr))
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_FINISH;
	steps[0].u.finish.note = note;
	if (answer != NULL && !vt_id_is_zero(answer)) {
		rc = answer_text(o, rq, answer, &text, reterr);
		if (rc != VT_OK)
			return rc;
		steps[0].u.finish.answer = *answer;
		follow.text = vt_buf_str(&text);
	}
	return vt_incoming_act(o, rq, &p, steps, 1, &follow, ret, reterr);
}

/* Who is told that a paper was opened: tenants, and other nodes like us. The
 * code is not one of edXML's, so no axis carries it. */
static bool
tells_opened(struct vt_office *o, const struct vt_incoming *p)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consignment c;

	if (vt_id_is_zero(&p->source_consignment))
		return !vt_id_is_zero(&p->source_delivery);
	return vt_office_view_all(o, &v, NULL) == VT_OK &&
	       vt_consign_get(v, &p->source_consignment, &c, NULL) == VT_OK &&
	       c.transport == VT_TRANSPORT_DIRECT;
}

int
vt_office_opened(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *paper, struct vt_err *reterr)
{
	struct vt_request rq = { .actor = actor };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_follow follow = { 0, "" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_step steps[2];
	struct vt_incoming p;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_READ, reterr)) != VT_OK ||
	    (rc = vt_incoming_load(
		 o, paper, actor->agency_no, 0, &p, reterr)) != VT_OK)
		return rc;
	/* what waits is looked at by the clerk before it is taken */
	if (p.direction != VT_DIR_IN || p.opened || p.state == VT_PAPER_WAITING)
		return VT_OK;
	if (tells_opened(o, &p))
		follow.code = VT_LOG_OPENED;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_OPENED;
	rc = vt_incoming_act(o, &rq, &p, steps, 1, &follow, &res, &err);
	vt_act_result_free(&res);
	if (rc == VT_E_EXISTS) /* somebody was quicker */
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}
