/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a bearer token stands for. */
#include "api/office/accounts_priv.h"
#include "api/office/house.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"

/* A token that was given out with the person: the oldest kind, without end. */
static int
by_person(struct vt_office *o, struct vt_span token, struct vt_actor *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	vt_hash h = vt_sha256(token);
	struct vt_err err = VT_ERR_INIT;
	struct vt_person p;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_person_by_token(v, &h, &p, &err)) == VT_OK)
		rc = vt_house_actor_of(v, &p, vt_now(o->o.ctx), ret, &err);
	if (rc == VT_OK)
		rc = vt_account_open(v, &p.id, &err);
	if (rc == VT_E_PERSON_UNKNOWN || rc == VT_E_NOT_FOUND)
		rc = vt_err_set(&err, VT_E_UNAUTHENTICATED,
		    "the bearer token is not known here");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_authenticate(struct vt_office *o, struct vt_span token,
    struct vt_actor *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (token.n == 0)
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "no bearer token (RFC 6750 section 2.1)");
	/* Sessions and access tokens have a length of their own. */
	rc = token.n == VT_SESSION_TOKEN ? vt_office_session(o, token, &s, &err)
					 : VT_E_UNAUTHENTICATED;
	if (rc == VT_OK) {
		*ret = s.actor;
		ret->must_change = s.must_change;
	} else if (rc == VT_E_UNAUTHENTICATED) {
		rc = by_person(o, token, ret, &err);
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}
