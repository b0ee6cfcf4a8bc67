/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/factor.h"

#include "api/office/accounts_priv.h"
#include "api/office/office_priv.h"
#include "base/secret.h"
#include "base/text.h"

int
vt_office_factor(struct vt_office *o, const struct vt_actor *actor,
    struct vt_factor *ret, struct vt_err *reterr)
{
	struct vt_account a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(&a, 0, sizeof(a));
	rc = vt_account_own(o, &actor->person, &a, reterr);
	if (rc == VT_OK) {
		vt_text_fit(ret->login, sizeof(ret->login), a.login);
		ret->on = vt_account_has_totp(&a);
		ret->recovery_left = a.n_recovery;
	}
	vt_wipe(&a, sizeof(a));
	return rc;
}

int
vt_office_factor_off(struct vt_office *o, const struct vt_request *rq,
    const struct vt_secret *password, const char *code, struct vt_err *reterr)
{
	const struct vt_actor *me = rq->actor;
	struct vt_account a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (me->must_change || me->scoped)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "second factor: by its holder, with a password of his own");
	memset(&a, 0, sizeof(a));
	rc = vt_account_own(o, &me->person, &a, reterr);
	if (rc == VT_OK && vt_account_has_totp(&a)) {
		rc = vt_account_prove(
		    o, &a, password, code == NULL ? "" : code, reterr);
		if (rc == VT_OK) {
			vt_account_totp_off(&a);
			rc = vt_account_put(
			    o->o.store, &a, rq, &me->person, reterr);
		}
	}
	vt_wipe(&a, sizeof(a));
	return rc;
}
