/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/restored.h"

#include "api/office/ask_witnesses.h"
#include "base/text.h"
#include "docstore/outside.h"

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

#define ASKED 1000 /* bytes of who was asked; below NOTE_MAX characters */

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

/* What is shown: the files, and what stands beside the data directory. */
struct shown {
	struct vt_span note[VT_RESUME_SHOWN];
	size_t n;
	struct vt_buf beside[VT_RESUME_SHOWN];
	size_t n_beside;
};

static int
too_many(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_INVALID,
	    "resume: at most %d checkpoints", VT_RESUME_SHOWN);
}

static int
beside_one(void *arg, struct vt_span note, struct vt_err *reterr)
{
	struct shown *x = arg;
	struct vt_buf *b;

	if (x->n == VT_RESUME_SHOWN)
		return too_many(reterr);
	b = &x->beside[x->n_beside++];
	*b = (struct vt_buf)VT_BUF_INIT;
	vt_buf_span(b, note);
	x->note[x->n++] = vt_buf_view(b);
	return vt_buf_status(b, reterr);
}

static void
shown_free(struct shown *x)
{
	for (size_t i = 0; i < x->n_beside; i++)
		vt_buf_free(&x->beside[i]);
}

/* every: of all agencies; else of the one whose ledger it is. */
static int
shown_of(struct vt_store *s, const struct vt_two *two, bool every,
    struct shown *ret, struct vt_err *reterr)
{
	struct vt_agency a;
	struct vt_view *v;
	int rc = VT_OK;

	*ret = (struct shown){ .n = 0 };
	if (two->n_files > VT_RESUME_SHOWN)
		return too_many(reterr);
	for (size_t i = 0; i < two->n_files && rc == VT_OK; i++)
		rc = vt_office_checkpoint_in(
		    two->files[i], &ret->note[ret->n++], reterr);
	if (rc != VT_OK || (rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, two->code, &a, reterr);
	if (rc == VT_OK)
		rc = vt_outside_each(
		    v, every ? 0 : a.no, beside_one, ret, reterr);
	vt_view_end(v);
	return rc;
}

/* ---- witnesses ---- */

/* Their answers, and with them who was asked, in the act's words. */
static int
ask(struct vt_store *s, const struct vt_two *two, bool every,
    struct vt_witnesses_say *says, char asked[ASKED], struct vt_err *reterr)
{
	struct vt_agency a;
	struct vt_view *v;
	VT_BUF_AUTO(words);
	int rc;

	*says = (struct vt_witnesses_say){ .beyond = false };
	vt_buf_puts(&words, two->asked);
	if (two->ask != NULL) {
		if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_agency_by_code(v, two->code, &a, reterr);
		vt_view_end(v);
		if (rc == VT_OK)
			rc = vt_witnesses_ask(s, two->ask, every ? 0 : a.no,
			    two->told, says, reterr);
		if (rc != VT_OK)
			return rc;
		if (two->told->n > 0)
			vt_buf_printf(&words, "; nhân chứng / witnesses: %s",
			    vt_buf_str(two->told));
	}
	if ((rc = vt_buf_status(&words, reterr)) != VT_OK)
		return rc;
	while (words.n > 0 && words.p[words.n - 1] == '\n')
		words.n--;
	for (size_t i = 0; i < words.n; i++)
		if (words.p[i] == '\n')
			words.p[i] = ';';
	vt_text_fit(asked, ASKED, vt_buf_str(&words));
	return VT_OK;
}

static int
agrees(const struct vt_witnesses_say *x, struct vt_err *reterr)
{
	if (x->beyond)
		return vt_err_set(reterr, VT_E_STORE_RESTORED,
		    "ledger of agency %u: design law 14: witness %s has seen "
		    "%llu leaves, here are %llu: restore a later backup or "
		    "standby, or let two persons open a new epoch; a witness "
		    "that claims what was not is removed (witness remove)",
		    x->agency_no, x->who, (unsigned long long)x->seen,
		    (unsigned long long)x->here);
	if (x->forked)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "ledger of agency %u: design law 14: witness %s holds "
		    "another history of it",
		    x->agency_no, x->who);
	return VT_OK;
}

int
vt_office_resume(
    struct vt_store *s, const struct vt_two *two, struct vt_err *reterr)
{
	struct vt_step st = { .kind = VT_STEP_RESUME };
	struct vt_act act = { .steps = &st, .n_steps = 1 };
	struct shown shown;
	struct vt_witnesses_say says;
	char asked[ASKED];
	uint64_t index;
	int rc = shown_of(s, two, true, &shown, reterr);

	if (rc == VT_OK &&
	    (rc = ask(s, two, true, &says, asked, reterr)) == VT_OK)
		rc = agrees(&says, reterr);
	st.u.resume.second = two->second;
	st.u.resume.asked = asked;
	st.u.resume.shown = shown.note;
	st.u.resume.n_shown = shown.n;
	if (rc == VT_OK)
		rc = two_do(s, two, &act, &index, reterr);
	shown_free(&shown);
	return rc;
}

int
vt_office_epoch(struct vt_store *s, const struct vt_two *two, uint64_t lost,
    struct vt_buf *ret, struct vt_err *reterr)
{
	const struct vt_bundle_wish wish = { .opening = true, .newest = true };
	struct vt_step st = { .kind = VT_STEP_EPOCH };
	struct vt_act act = { .steps = &st, .n_steps = 1 };
	struct shown shown;
	struct vt_witnesses_say says = { .beyond = false };
	char asked[ASKED];
	struct vt_view *v;
	uint64_t index;
	int rc = shown_of(s, two, false, &shown, reterr);

	if (rc == VT_OK)
		rc = ask(s, two, false, &says, asked, reterr);
	if (says.beyond && says.seen > lost)
		lost = says.seen;
	st.u.epoch.second = two->second;
	st.u.epoch.asked = asked;
	st.u.epoch.shown = shown.note;
	st.u.epoch.n_shown = shown.n;
	st.u.epoch.lost = lost;
	if (rc == VT_OK)
		rc = two_do(s, two, &act, &index, reterr);
	shown_free(&shown);
	if (rc != VT_OK || (rc = vt_view_begin(s, &v, reterr)) != VT_OK)
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
