/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every act of the office begins with. */
#include "api/office/answers.h"
#include "api/office/office_priv.h"

int
vt_office_enter(
    const struct vt_request *rq, enum vt_duty duty, struct vt_err *reterr)
{
	size_t n;

	VT_ASSERT(rq != NULL && rq->actor != NULL);
	if (rq->key == NULL || rq->key[0] == '\0')
		return vt_err_set(reterr, VT_E_IDEMPOTENCY_KEY_MISSING,
		    "act \"%s\": no idempotency key was given",
		    vt_duty_name(duty));
	n = strlen(rq->key);
	if (n > VT_OFFICE_KEY_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "idempotency key: %zu characters, at most %d", n,
		    VT_OFFICE_KEY_MAX);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)rq->key[i] <= 0x20 ||
		    (unsigned char)rq->key[i] >= 0x7f)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "idempotency key: character %zu is not printable "
			    "ASCII",
			    i + 1);
	return vt_who_may(rq->actor, duty, reterr);
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

void
vt_office_act(const struct vt_request *rq, const vt_id *paper,
    const struct vt_step *steps, size_t n_steps, struct vt_act *ret)
{
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
}
