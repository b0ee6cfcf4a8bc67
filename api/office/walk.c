/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of the walk that need no key: submit, approve, return, number,
 * issue, dispatch. */
#include <unistd.h>

#include "api/office/books.h"
#include "api/office/office_priv.h"
#include "api/office/routes.h"

/* Enter, replay, load: true when the verb goes on, else *rc is its result. */
static bool
begin(struct vt_office *o, const struct vt_request *rq, enum vt_duty duty,
    const vt_id *paper, struct vt_facts *f, struct vt_act_result *ret, int *rc,
    struct vt_err *reterr)
{
	bool done;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((*rc = vt_office_enter(rq, duty, reterr)) != VT_OK ||
	    (*rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done)
		return false;
	*rc = vt_facts_load(
	    o, paper, rq->actor->agency_no, rq->if_match, f, reterr);
	return *rc == VT_OK;
}

/* Lays what is missing; the version step for it, or *ret_laid false. */
static int
lay_version(struct vt_office *o, const struct vt_facts *f,
    const struct vt_places *places, unsigned initials, struct vt_step *step,
    bool *ret_laid, struct vt_err *reterr)
{
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_inspection i = { 0 };
	struct vt_blob blob;
	int fd = -1, rc;

	if ((rc = vt_office_fd(o, &f->main.hash, &fd, reterr)) != VT_OK ||
	    (rc = vt_sign_inspect(o->o.spawner, fd, &i, reterr)) != VT_OK)
		goto out;
	if (f->copy != NULL)
		rc = vt_copy_lay(
		    o->o.spawner, fd, &i, f, &tail, ret_laid, reterr);
	else
		rc = vt_office_lay(o->o.spawner, fd, &i, places, initials,
		    &tail, ret_laid, reterr);
	if (rc != VT_OK || !*ret_laid)
		goto out;
	rc = vt_upload_append(o->o.store, f->agency_no, &f->main,
	    vt_buf_view(&tail.bytes), &step->u.version.file.upload, &blob,
	    reterr);
	if (rc != VT_OK)
		goto out;
	step->kind = VT_STEP_VERSION;
	step->u.version.part = 1;
	step->u.version.file.hash = blob.hash;
	step->u.version.file.name = f->name;
	step->u.version.file.media_type = f->media_type;
	step->u.version.expect = f->main.hash;
	step->u.version.reason = VT_VERSION_LAID;
out:
	if (fd >= 0)
		close(fd);
	vt_inspection_free(&i);
	vt_pdf_tail_free(&tail);
	return rc;
}

int
vt_office_submit(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_places *places, unsigned initials,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step steps[2];
	struct vt_facts f;
	struct vt_act act;
	bool laid = false;
	size_t n = 0;
	int rc;

	if (!begin(o, rq, VT_DUTY_SUBMIT, paper, &f, ret, &rc, reterr))
		return rc;
	if (initials > 2)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "initials: 0 to 2 can be laid, %u were asked for",
		    initials);
	if (f.copy != NULL && (initials > 0 || places != NULL))
		return vt_err_set(reterr, VT_E_INVALID,
		    "a copy has no initials, and its one field its place "
		    "(Decree 30/2020, Appendix I, part II)");
	memset(steps, 0, sizeof(steps));
	rc = lay_version(o, &f, places, initials, &steps[0], &laid, reterr);
	if (rc != VT_OK)
		return rc;
	if (laid)
		n = 1;
	steps[n].kind = VT_STEP_SUBMIT;
	steps[n].u.submit.main =
	    laid ? steps[0].u.version.file.hash : f.main.hash;
	steps[n].u.submit.note = note;
	steps[n].u.submit.whole = true;
	vt_office_act(rq, paper, steps, n + 1, &act);
	return vt_office_do(o, rq, &act, ret, reterr);
}

static int
one_step(struct vt_office *o, const struct vt_request *rq, enum vt_duty duty,
    const vt_id *paper, const struct vt_step *step, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_facts f;
	struct vt_act act;
	int rc;

	if (!begin(o, rq, duty, paper, &f, ret, &rc, reterr))
		return rc;
	vt_office_act(rq, paper, step, 1, &act);
	return vt_office_do(o, rq, &act, ret, reterr);
}

int
vt_office_approve(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_APPROVE };

	step.u.approve.main = files->main;
	step.u.approve.note = note;
	step.u.approve.whole = true;
	step.u.approve.manifest = files->manifest;
	return one_step(o, rq, VT_DUTY_APPROVE, paper, &step, ret, reterr);
}

int
vt_office_return(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_RETURN };

	if (note == NULL || note[0] == '\0')
		return vt_err_set(reterr, VT_E_INVALID,
		    "a draft is returned with a reason (Decree 30/2020, "
		    "Article 11)");
	step.u.sendback.main = files->main;
	step.u.sendback.note = note;
	step.u.sendback.whole = true;
	step.u.sendback.manifest = files->manifest;
	return one_step(o, rq, VT_DUTY_RETURN, paper, &step, ret, reterr);
}

/* Can the number be written into this file? Asked before it is given. */
static int
can_fill(struct vt_office *o, const struct vt_facts *f, struct vt_err *reterr)
{
	struct vt_inspection i = { 0 };
	int rc;

	rc = vt_office_inspect(o, &f->main.hash, &i, reterr);
	if (rc == VT_OK)
		rc = vt_office_can_number(o, f, &i, reterr);
	vt_inspection_free(&i);
	return rc;
}

/* May it be numbered so now? *ret_fill: the file shows it at once. */
static int
can_number(struct vt_office *o, const struct vt_facts *f,
    const struct vt_numbering *n, bool *ret_fill, struct vt_err *reterr)
{
	bool early = n->held == VT_HOLD_RESERVED && f->copy == NULL &&
		     f->state == VT_PAPER_APPROVED;

	*ret_fill = n->held != VT_HOLD_OUTAGE && !early;
	if (f->number != 0 || n->held == VT_HOLD_OUTAGE)
		return VT_OK;
	if (!f->ready && !early)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER, "%s",
		    f->copy != NULL
			? "the making of this copy is not approved yet"
			: "the competent person has not signed yet: the number "
			  "is given with the signature (order A) or after it "
			  "(order B)");
	return f->copy != NULL ? vt_copy_book(o, f->agency_no, reterr)
			       : can_fill(o, f, reterr);
}

int
vt_office_number_as(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_numbering *n, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_step steps[2];
	struct vt_err err = VT_ERR_INIT;
	struct vt_facts f;
	struct vt_act act;
	bool fill;
	int rc;

	if (!begin(o, rq, VT_DUTY_NUMBER, paper, &f, ret, &rc, reterr))
		return rc;
	if ((rc = can_number(o, &f, n, &fill, reterr)) != VT_OK)
		return rc;
	memset(steps, 0, sizeof(steps));
	steps[0].kind = VT_STEP_NUMBER;
	steps[0].u.number.series = n->series != NULL ? n->series : f.series;
	steps[0].u.number.notation = f.notation;
	steps[0].u.number.value = n->value;
	steps[0].u.number.held = n->held;
	steps[0].u.number.stated = n->stated;
	/* The file follows; if that is cut off, the work queue does it. */
	steps[1].kind = VT_STEP_WORK;
	steps[1].u.work.kind = VT_WORK_NUMBER;
	steps[1].u.work.subject = *paper;
	steps[1].u.work.due = vt_now(o->o.ctx) + VT_TIME_S(30);
	vt_office_act(rq, paper, steps, fill ? 2 : 1, &act);
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc != VT_OK || !fill)
		return rc;
	if (vt_office_fill_number(o, f.agency_no, paper, &err) != VT_OK)
		vt_log_err("office.fill_number", &err);
	return VT_OK;
}

int
vt_office_number(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	static const struct vt_numbering next = { .series = NULL };

	return vt_office_number_as(o, rq, paper, &next, ret, reterr);
}

int
vt_office_issue(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step steps[2] = { { .kind = VT_STEP_ISSUE,
	    .u.issue.whole = true } };
	VT_BUF_AUTO(payload);
	struct vt_facts f;
	struct vt_act act;
	size_t n = 1;
	int rc;

	if (!begin(o, rq, VT_DUTY_ISSUE, paper, &f, ret, &rc, reterr))
		return rc;
	if (!f.sealed)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "issue: the agency has not signed yet (Decree 30/2020, "
		    "Article 5)");
	rc = vt_answered_later(
	    o, paper, &rq->actor->person, &payload, steps, &n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_office_act(rq, paper, steps, n, &act);
	if ((rc = vt_office_do(o, rq, &act, ret, reterr)) == VT_OK)
		vt_office_wake(o);
	return rc;
}

/* What the addressee is called: as it was written, else as it is known. */
static int
addressee_name(struct vt_office *o, struct vt_view *v, const char *code,
    const char *given, char *ret, size_t size, struct vt_err *reterr)
{
	enum vt_route_kind kind;
	struct vt_address known;
	struct vt_agency ag;
	uint32_t no = 0;
	int rc;

	vt_text_fit(ret, size, given);
	if (code[0] == '\0')
		return VT_OK;
	rc = vt_office_route_find(o, v, code, &kind, NULL, &no, NULL, reterr);
	if (rc != VT_OK || given[0] != '\0')
		return rc;
	if (kind == VT_ROUTE_TENANT) {
		if ((rc = vt_agency_get(v, no, &ag, reterr)) == VT_OK)
			vt_text_fit(ret, size, ag.now.name);
		return rc;
	}
	if (vt_office_address_get(o, v, code, &known, NULL) == VT_OK)
		vt_text_fit(ret, size, known.name);
	if (ret[0] == '\0')
		vt_text_fit(ret, size, code);
	return VT_OK;
}

/* Addressees: those given, else the paper's own; there must be a way to each,
 * or a name to be printed. */
static int
addressees(struct vt_office *o, const vt_id *paper,
    const struct vt_recipient *to, size_t n, struct vt_arena *a,
    struct vt_recipient **ret, size_t *ret_n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_recipient *r;
	char called[1024];
	struct vt_paper p;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if (n == 0) {
		if ((rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
			return rc;
		to = p.meta.recipients;
		n = p.meta.n_recipients;
	}
	if (n == 0)
		return vt_err_set(
		    reterr, VT_E_INVALID, "dispatch: no addressee is named");
	if ((r = vt_arena_array(a, n, sizeof(*r))) == NULL)
		return vt_arena_err(a, reterr);
	for (size_t i = 0; i < n; i++) {
		const char *code = to[i].code == NULL ? "" : to[i].code;
		const char *name = to[i].name == NULL ? "" : to[i].name;

		if (code[0] == '\0' && name[0] == '\0')
			return vt_err_set(reterr, VT_E_INVALID,
			    "addressee %zu: neither code nor name", i + 1);
		rc = addressee_name(
		    o, v, code, name, called, sizeof(called), reterr);
		if (rc != VT_OK)
			return rc;
		r[i].code = vt_arena_strdup(a, code);
		r[i].name = vt_arena_strdup(a, called);
		if (r[i].code == NULL || r[i].name == NULL)
			return vt_arena_err(a, reterr);
	}
	*ret = r;
	*ret_n = n;
	return VT_OK;
}

int
vt_office_sender(struct vt_office *o, const vt_id *person,
    struct vt_sender *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_person p;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_person_get(v, person, &p, &err);
	if (rc == VT_E_PERSON_UNKNOWN)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_text_fit(ret->name, sizeof(ret->name), p.name);
	vt_text_fit(ret->unit, sizeof(ret->unit), p.unit);
	return VT_OK;
}

int
vt_office_dispatch(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_recipient *to, size_t n_to,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	return vt_office_dispatch_by(o, rq, paper, to, NULL, n_to, ret, reterr);
}

int
vt_office_dispatch_by(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_recipient *to,
    const struct vt_way *ways, size_t n_to, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_step step = { .kind = VT_STEP_DISPATCH };
	struct vt_recipient *r = NULL;
	struct vt_sender who;
	struct vt_facts f;
	struct vt_act act;
	size_t n = 0;
	int rc;

	if (!begin(o, rq, VT_DUTY_DISPATCH, paper, &f, ret, &rc, reterr))
		return rc;
	if ((a = vt_arena_new((size_t)1 << 20)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "dispatch: no memory");
	if ((rc = addressees(o, paper, to, n_to, a, &r, &n, reterr)) != VT_OK ||
	    (rc = vt_office_sender(o, &rq->actor->person, &who, reterr)) !=
		VT_OK)
		return rc;
	step.u.dispatch.to = r;
	step.u.dispatch.ways = n_to == 0 ? NULL : ways;
	step.u.dispatch.n_to = n;
	step.u.dispatch.staff = who.name;
	step.u.dispatch.unit = who.unit;
	vt_office_act(rq, paper, &step, 1, &act);
	if ((rc = vt_office_do(o, rq, &act, ret, reterr)) == VT_OK)
		vt_office_wake(o);
	return rc;
}
