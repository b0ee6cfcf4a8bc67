/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does what a packet brought carry a valid signature? Found out after its
 * paper is registered, as work of its own: a validation may ask the network,
 * and nothing waits for it. A paper without one is "for information only"
 * (vietnam.md §12.2; Decision 28/2018) and says so at its main file.
 */
#include <stdlib.h>
#include <unistd.h>

#include "api/exchange/edxml/edxml.h"
#include "api/office/look.h"
#include "api/office/work.h"
#include "base/limits.h"
#include "signing/verdict/verdict.h"

/* A paper's PDFs, copied out of the view. */
struct judging {
	uint64_t rev;
	vt_hash pdf[VT_L(PAPER_PARTS_MAX)];
	size_t n;
	bool noted; /* its main file says something else already */
	bool unsure;
};

void
vt_judge_later(const vt_id *paper, struct vt_step *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = VT_STEP_WORK;
	ret->u.work.kind = VT_WORK_VALIDATE;
	ret->u.work.subject = *paper;
}

static int
load(struct vt_office *o, const vt_id *paper, struct judging *j,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	j->rev = p.rev;
	j->noted = p.n_parts > 0 && *p.parts[0].problem != '\0';
	for (size_t i = 0; i < p.n_parts && j->n < VT_L(PAPER_PARTS_MAX); i++)
		if (vt_look_is_pdf(p.parts[i].name, p.parts[i].media_type))
			j->pdf[j->n++] = p.parts[i].hash;
	return VT_OK;
}

/* *ret: it carries signatures and all of them passed. */
static int
judge_one(struct vt_office *o, struct judging *j, size_t i, bool *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *verdict = NULL;
	struct vt_err err = VT_ERR_INIT;
	int fd = -1, rc;

	*ret = false;
	if ((rc = vt_office_fd(o, &j->pdf[i], &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_office_validate_fd(o, fd, &verdict, &err);
	close(fd);
	if (rc != VT_OK && vt_look_blames_file(rc))
		return VT_OK; /* what cannot be read proves nothing */
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	*ret = verdict->overall == VT_OVERALL_PASSED;
	j->unsure |= verdict->overall == VT_OVERALL_INDETERMINATE;
	return VT_OK;
}

static int
note_unsigned(struct vt_office *o, const struct vt_work *w,
    const struct judging *j, struct vt_err *reterr)
{
	const struct vt_edxml_rule_info *rule =
	    vt_edxml_rule_info(VT_EDXML_R_NO_VALID_SIGNATURE);
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_PROBLEM };
	struct vt_act act = { .agency_no = w->agency_no,
		.paper = w->subject,
		.expect_rev = j->rev,
		.steps = &step,
		.n_steps = 1 };
	VT_BUF_AUTO(note);
	int rc;

	vt_buf_printf(&note, "%s (%c: %s)%s", rule->vi, rule->class, rule->slug,
	    j->unsure ? "; có chữ ký chưa xác định được: hãy kiểm tra lại"
		      : "");
	if ((rc = vt_buf_status(&note, reterr)) != VT_OK)
		return rc;
	step.u.problem.part = 1;
	step.u.problem.note = vt_buf_str(&note);
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

int
vt_judge_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	struct judging *j = calloc(1, sizeof(*j));
	bool is_signed = false;
	int rc;

	*ret_due = VT_TIME_NONE; /* back-off is the queue's */
	if (j == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "judging: no memory");
	rc = load(o, &w->subject, j, reterr);
	for (size_t i = 0; i < j->n && rc == VT_OK && !is_signed; i++)
		rc = judge_one(o, j, i, &is_signed, reterr);
	if (rc == VT_OK && !is_signed && !j->noted)
		rc = note_unsigned(o, w, j, reterr);
	free(j);
	return rc;
}
