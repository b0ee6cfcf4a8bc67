/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every act of the office begins with. */
#include "api/office/answers.h"
#include "api/office/delegation_priv.h"
#include "api/office/house.h"
#include "api/office/office_priv.h"

int
vt_office_enter(
    const struct vt_request *rq, enum vt_duty duty, struct vt_err *reterr)
{
	size_t n;
	int rc;

	VT_ASSERT(rq != NULL && rq->actor != NULL);
	if (rq->key == NULL || rq->key[0] == '\0')
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_MISSING,
		    "act \"%s\": no idempotency key was given",
		    vt_duty_name(duty));
	n = strlen(rq->key);
	if (n > VT_OFFICE_KEY_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "idempotency key: %zu characters, at most %zu", n,
		    VT_OFFICE_KEY_MAX);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)rq->key[i] <= 0x20 ||
		    (unsigned char)rq->key[i] >= 0x7f)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "idempotency key: character %zu is not printable "
			    "ASCII",
			    i + 1);
	if ((rc = vt_who_may(rq->actor, duty, reterr)) != VT_OK)
		return rc;
	return vt_who_in_post(rq->actor, rq->post, duty, reterr);
}

int
vt_office_replay(struct vt_office *o, const struct vt_request *rq,
    struct vt_act_result *ret, bool *ret_done, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret_done = false;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc =
	    vt_act_by_key(v, &rq->actor->person, rq->key, &rq->hash, ret, &err);
	if (rc == VT_E_NOT_FOUND)
		return vt_office_key_free(
		    v, &rq->actor->person, rq->key, reterr);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	ret->repeated = true;
	*ret_done = true;
	return VT_OK;
}

/* ---- what an act is, in whose right it is done ---- */

static const struct {
	enum vt_step_kind step;
	enum vt_duty duty;
} duties[] = {
	{ VT_STEP_APPROVE, VT_DUTY_APPROVE },
	{ VT_STEP_RETURN, VT_DUTY_RETURN }, { VT_STEP_NUMBER, VT_DUTY_NUMBER },
	{ VT_STEP_SIGN, VT_DUTY_SIGN }, { VT_STEP_SEAL, VT_DUTY_SEAL },
	{ VT_STEP_ISSUE, VT_DUTY_ISSUE },
	{ VT_STEP_DISPATCH, VT_DUTY_DISPATCH },
	{ VT_STEP_RECEIVE, VT_DUTY_RECEIVE },
	{ VT_STEP_ACCEPT, VT_DUTY_ACCEPT }, { VT_STEP_REFUSE, VT_DUTY_REFUSE },
	{ VT_STEP_ASSIGN, VT_DUTY_ASSIGN },
	{ VT_STEP_TAKE_BACK, VT_DUTY_TAKE_BACK },
	{ VT_STEP_RECALL, VT_DUTY_RECALL },
	{ VT_STEP_REPLACE, VT_DUTY_REPLACE },
	{ VT_STEP_TAKE_BACK_ANSWER, VT_DUTY_ANSWER_RECALL },
	{ VT_STEP_FREEZE, VT_DUTY_FREEZE }, { VT_STEP_EXTEND, VT_DUTY_EXTEND },
	{ VT_STEP_CANCEL, VT_DUTY_CANCEL },
	{ VT_STEP_REGISTER, VT_DUTY_REGISTER },
	{ VT_STEP_SUBMIT, VT_DUTY_SUBMIT },
	{ VT_STEP_WITHDRAW, VT_DUTY_WITHDRAW },
	{ VT_STEP_OPINION, VT_DUTY_OPINION },
	{ VT_STEP_FORWARD, VT_DUTY_FORWARD },
	{ VT_STEP_PROCESS, VT_DUTY_PROCESS },
	{ VT_STEP_FINISH, VT_DUTY_FINISH }, { VT_STEP_PRINT, VT_DUTY_PRINT },
	{ VT_STEP_RESEND, VT_DUTY_REPLAY },
	{ VT_STEP_ISOLATE, VT_DUTY_ISOLATE }, { VT_STEP_CLEAR, VT_DUTY_CLEAR },
	{ VT_STEP_OPENED, VT_DUTY_READ },
	{ VT_STEP_RENDITION, VT_DUTY_RENDITION },
	{ VT_STEP_SERIES, VT_DUTY_BOOKS }, { VT_STEP_TERM, VT_DUTY_BOOKS },
	{ VT_STEP_RESERVE, VT_DUTY_RESERVE },
	{ VT_STEP_CANCEL_NUMBER, VT_DUTY_CANCEL_NUMBER },
	{ VT_STEP_OUTAGE, VT_DUTY_OUTAGE },
	{ VT_STEP_BOOK_CLOSE, VT_DUTY_CLOSE_BOOK },
	{ VT_STEP_VERSION, VT_DUTY_EDIT }, /* the main step of an act that has
					    * no other of these */
};

/* Of a step that is more than one act. */
static enum vt_duty
duty_of_kind(const struct vt_step *st, enum vt_duty duty)
{
	if (st->kind == VT_STEP_SIGN && st->u.sign.kind != VT_SIGN_COMPETENT)
		return VT_DUTY_INITIAL;
	if (st->kind == VT_STEP_EXTEND && st->u.extend.kind == VT_EXTEND_ASK)
		return VT_DUTY_EXTEND_ASK;
	if (st->kind == VT_STEP_CHECK)
		return st->u.check.kind == VT_DRAFT_FORM
			   ? VT_DUTY_CHECK_FORM
			   : VT_DUTY_CHECK_CONTENT;
	return duty;
}

/*
 * The duty of the act's main step, the last in the order of the table but that
 * what the act brings besides (a version, the number before a signature) is
 * less than it; VT_DUTY__MAX: none of a person's.
 */
static enum vt_duty
duty_of(const struct vt_act *act, vt_id *ret_signer)
{
	memset(ret_signer, 0, sizeof(*ret_signer));
	for (size_t i = 0; i < act->n_steps; i++) {
		const struct vt_step *st = &act->steps[i];

		if (st->kind == VT_STEP_CHECK)
			return duty_of_kind(st, VT_DUTY_CHECK_CONTENT);
		if (st->kind == VT_STEP_VERSION && i + 1 < act->n_steps)
			continue;
		for (size_t k = 0; k < sizeof(duties) / sizeof(*duties); k++) {
			if (duties[k].step != st->kind)
				continue;
			if (st->kind == VT_STEP_SIGN)
				*ret_signer = st->u.sign.signer;
			return duty_of_kind(st, duties[k].duty);
		}
	}
	return VT_DUTY__MAX;
}

void
vt_office_act(const struct vt_request *rq, const vt_id *paper,
    const struct vt_step *steps, size_t n_steps, struct vt_act *ret)
{
	vt_id signer;

	memset(ret, 0, sizeof(*ret));
	ret->agency_no = rq->actor->agency_no;
	ret->person = rq->actor->person;
	ret->caller = rq->actor->person;
	ret->key = rq->key;
	ret->request = rq->hash;
	ret->expect_rev = rq->if_match;
	if (paper != NULL)
		ret->paper = *paper;
	ret->steps = steps;
	ret->n_steps = n_steps;
	ret->post = vt_who_post(rq->actor, rq->post, duty_of(ret, &signer));
}

/* Whose delegation counts: the signer's, when somebody else brings what he
 * signed, else the actor's. */
static int
find_acting(struct vt_office *o, const struct vt_request *rq,
    const vt_id *signer, enum vt_duty duty, struct vt_acting *ret,
    bool *ret_any, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_actor other;
	const struct vt_actor *a = rq->actor;
	int at, rc;

	*ret_any = false;
	if (duty == VT_DUTY__MAX)
		return VT_OK;
	if (!vt_id_is_zero(signer) && !vt_id_eq(signer, &a->person)) {
		if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
		    (rc = vt_house_actor(
			 v, signer, vt_now(o->o.ctx), &other, reterr)) != VT_OK)
			return rc;
		a = &other;
	}
	if ((at = vt_who_acts_for(a, duty)) >= 0) {
		*ret = a->acting[at];
		*ret_any = true;
	}
	return VT_OK;
}

int
vt_office_do(struct vt_office *o, const struct vt_request *rq,
    const struct vt_act *act, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step steps[VT_ACT_STEPS_MAX];
	uint8_t key[VT_ACTED_KEY];
	struct vt_entry_change c;
	struct vt_act more = *act;
	struct vt_acting acting;
	enum vt_duty duty;
	VT_BUF_AUTO(value);
	vt_id signer;
	bool any = false;
	int rc;

	duty = duty_of(act, &signer);
	rc = find_acting(o, rq, &signer, duty, &acting, &any, reterr);
	if (rc != VT_OK || !any)
		return rc != VT_OK ? rc
				   : vt_store_do(o->o.store, act, ret, reterr);
	VT_ASSERT(act->n_steps < VT_ACT_STEPS_MAX);
	memcpy(steps, act->steps, act->n_steps * sizeof(*steps));
	vt_acted_encode(o, &act->paper, &acting, duty, key, &value);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	c = (struct vt_entry_change){ .kind = VT_ENTRY_NOTE,
		.key = VT_SPAN(key, sizeof(key)),
		.value = vt_buf_view(&value),
		.expect = VT_ENTRY_NEW };
	memset(&steps[act->n_steps], 0, sizeof(*steps));
	steps[act->n_steps].kind = VT_STEP_ENTRY;
	steps[act->n_steps].u.entry.changes = &c;
	steps[act->n_steps].u.entry.n = 1;
	more.steps = steps;
	more.n_steps = act->n_steps + 1;
	return vt_store_do(o->o.store, &more, ret, reterr);
}
