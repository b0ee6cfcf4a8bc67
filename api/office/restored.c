/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/restored.h"

int
vt_office_checkpoint_in(
    struct vt_span file, struct vt_span *ret, struct vt_err *reterr)
{
	static const char bundle[] = "c2sp.org/tlog-proof@v1\n";
	struct vt_bundle b = VT_BUNDLE_INIT;
	int rc;

	if (file.n > 0 && file.p[0] == 0xa3)
		return vt_receipt_note(file, ret, reterr);
	*ret = file;
	if (file.n < strlen(bundle) ||
	    memcmp(file.p, bundle, strlen(bundle)) != 0)
		return VT_OK;
	if ((rc = vt_bundle_parse(file, &b, reterr)) != VT_OK)
		return rc;
	/* from its text to the end of its signatures */
	*ret = VT_SPAN(b.text.p, (size_t)(file.p + file.n - b.text.p));
	vt_bundle_free(&b);
	return VT_OK;
}

static int
may_answer(struct vt_view *v, const vt_id *id, struct vt_err *reterr)
{
	struct vt_person p;
	int rc = vt_person_get(v, id, &p, reterr);

	if (rc == VT_OK && (p.roles & (VT_ROLE_LEADER | VT_ROLE_ADMIN)) == 0)
		rc = vt_err_set(reterr, VT_E_FORBIDDEN,
		    "resume: %s is neither leader nor administrator", p.name);
	return rc;
}

static int
two_do(struct vt_store *s, const struct vt_two *two, struct vt_act *act,
    uint64_t *ret_index, struct vt_err *reterr)
{
	struct vt_act_result done = VT_ACT_RESULT_INIT;
	struct vt_agency a;
	struct vt_view *v;
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_by_code(v, two->code, &a, reterr)) == VT_OK &&
	    (rc = may_answer(v, &two->first, reterr)) == VT_OK)
		rc = may_answer(v, &two->second, reterr);
	act->agency_no = rc == VT_OK ? a.no : 0;
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	act->person = two->first;
	if ((rc = vt_store_do(s, act, &done, reterr)) == VT_OK)
		*ret_index = done.index;
	vt_act_result_free(&done);
	return rc;
}

static int
shown_of(const struct vt_two *two, struct vt_span ret[VT_RESUME_SHOWN],
    struct vt_err *reterr)
{
	int rc = VT_OK;

	if (two->n_files > VT_RESUME_SHOWN)
		return vt_err_set(reterr, VT_E_INVALID,
		    "resume: at most %d files", VT_RESUME_SHOWN);
	for (size_t i = 0; i < two->n_files && rc == VT_OK; i++)
		rc = vt_office_checkpoint_in(two->files[i], &ret[i], reterr);
	return rc;
}

int
vt_office_resume(
    struct vt_store *s, const struct vt_two *two, struct vt_err *reterr)
{
	struct vt_span shown[VT_RESUME_SHOWN];
	struct vt_step st = { .kind = VT_STEP_RESUME };
	struct vt_act act = { .steps = &st, .n_steps = 1 };
	uint64_t index;
	int rc = shown_of(two, shown, reterr);

	st.u.resume.second = two->second;
	st.u.resume.asked = two->asked;
	st.u.resume.shown = shown;
	st.u.resume.n_shown = two->n_files;
	return rc == VT_OK ? two_do(s, two, &act, &index, reterr) : rc;
}

int
vt_office_epoch(struct vt_store *s, const struct vt_two *two, uint64_t lost,
    struct vt_buf *ret, struct vt_err *reterr)
{
	const struct vt_bundle_wish wish = { .opening = true, .newest = true };
	struct vt_span shown[VT_RESUME_SHOWN];
	struct vt_step st = { .kind = VT_STEP_EPOCH };
	struct vt_act act = { .steps = &st, .n_steps = 1 };
	struct vt_view *v;
	uint64_t index;
	int rc = shown_of(two, shown, reterr);

	st.u.epoch.second = two->second;
	st.u.epoch.asked = two->asked;
	st.u.epoch.shown = shown;
	st.u.epoch.n_shown = two->n_files;
	st.u.epoch.lost = lost;
	if (rc != VT_OK ||
	    (rc = two_do(s, two, &act, &index, reterr)) != VT_OK ||
	    (rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_bundle_get(v, act.agency_no, index, &wish, ret, reterr);
	vt_view_end(v);
	return rc;
}

int
vt_office_lost(struct vt_store *s, const struct vt_two *two,
    const struct vt_lost_numbers *x, size_t n, struct vt_err *reterr)
{
	struct vt_step st[VT_ACT_STEPS_MAX];
	struct vt_act act = { .steps = st, .n_steps = n };
	uint64_t index;

	if (n == 0 || n > VT_ACT_STEPS_MAX)
		return vt_err_set(reterr, VT_E_INVALID,
		    "lost numbers: 1 to %d series at a time", VT_ACT_STEPS_MAX);
	for (size_t i = 0; i < n; i++) {
		st[i] = (struct vt_step){ .kind = VT_STEP_LOST };
		st[i].u.lost.second = two->second;
		st[i].u.lost.series = x[i].series;
		st[i].u.lost.period = x[i].period;
		st[i].u.lost.last = x[i].last;
		st[i].u.lost.note = two->asked;
	}
	return two_do(s, two, &act, &index, reterr);
}
