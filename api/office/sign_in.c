/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in by a local account, and changing one's own password. */
#include "api/office/accounts_priv.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"

/* Counted by the name as typed, whether it is somebody's or not; one that is
 * no login name is cut. */
#define NAME_BYTES 128

static int
failed(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_SIGN_IN_FAILED,
	    "sign-in: login name, password or code is wrong");
}

static int
find_account(struct vt_office *o, const char *login, struct vt_account *ret,
    bool *ret_found, bool *ret_active, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_person p;
	int rc;

	*ret_found = *ret_active = false;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_account_get(v, login, ret, &err)) == VT_OK) {
		*ret_found = true;
		rc = vt_person_get(v, &ret->person, &p, &err);
		*ret_active = rc == VT_OK && p.active;
	}
	if (rc == VT_OK || rc == VT_E_NOT_FOUND || rc == VT_E_PERSON_UNKNOWN)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* Each step of a secret counts once: making the row is the test. */
static int
use_step(struct vt_office *o, const struct vt_account *a, uint64_t step,
    bool *ret_ok, struct vt_err *reterr)
{
	uint8_t key[VT_ID_SIZE + 8];
	struct vt_state_new n = { .kind = VT_STATE_TOTP_USED,
		.key = VT_SPAN(key, sizeof(key)),
		.expires = VT_TIME_S((step + 3) * VT_L(TOTP_STEP_S)),
		.expect = VT_STATE_NEW };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	memcpy(key, a->person.b, VT_ID_SIZE);
	for (int i = 0; i < 8; i++)
		key[VT_ID_SIZE + i] = (uint8_t)(step >> (56 - 8 * i));
	rc = vt_state_put(o->o.store, &n, NULL, &err);
	*ret_ok = rc == VT_OK;
	if (rc == VT_OK || rc == VT_E_CONFLICT)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

/* A recovery code goes with its use, in an act. */
static int
use_recovery(struct vt_office *o, struct vt_account *a, const char *code,
    bool *ret_ok, struct vt_err *reterr)
{
	vt_hash tag = vt_account_recovery_tag(o->o.store, a->login, code);
	struct vt_err err = VT_ERR_INIT;
	uint32_t at = a->n_recovery;
	int rc;

	*ret_ok = false;
	for (uint32_t i = 0; i < a->n_recovery; i++)
		if (vt_hash_eq(&a->recovery[i], &tag))
			at = i;
	if (at == a->n_recovery)
		return VT_OK;
	a->recovery[at] = a->recovery[--a->n_recovery];
	rc = vt_account_put(o->o.store, a, NULL, &a->person, &err);
	*ret_ok = rc == VT_OK;
	/* used by another sign-in at the same moment: not again */
	if (rc == VT_OK || rc == VT_E_CONFLICT)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
second_factor(struct vt_office *o, struct vt_account *a, const char *code,
    bool *ret_ok, struct vt_err *reterr)
{
	uint8_t secret[VT_TOTP_SECRET];
	char recovery[VT_RECOVERY_CODE + 1];
	uint64_t step = 0;
	uint32_t value;
	int rc = VT_OK;

	*ret_ok = false;
	if (vt_totp_parse(code, &value)) {
		vt_account_totp_pad(o->o.store, a->login, a->totp_nonce,
		    a->totp_hidden, secret);
		rc = vt_totp_step(
		    secret, vt_now(o->o.ctx), value, &step, reterr);
		vt_wipe(secret, sizeof(secret));
		if (rc == VT_OK && step != 0)
			rc = use_step(o, a, step, ret_ok, reterr);
	} else if (vt_recovery_parse(code, recovery)) {
		rc = use_recovery(o, a, recovery, ret_ok, reterr);
	}
	return rc;
}

/*
 * Password and code against the account; *ret_how for the count. The password
 * is computed whatever is known about the name.
 */
static int
prove(struct vt_office *o, struct vt_account *a, bool found, bool active,
    const struct vt_secret *password, const char *code, enum vt_tried *ret_how,
    struct vt_err *reterr)
{
	bool right = false, ok = true;
	int rc;

	*ret_how = VT_TRIED_NEITHER;
	rc = vt_password_try(&o->passwords, found ? &a->password : NULL,
	    password, &right, reterr);
	if (rc != VT_OK)
		return rc;
	if (!right) {
		*ret_how = VT_TRIED_WRONG;
		return failed(reterr);
	}
	if (a->locked || !active)
		return vt_err_set(reterr, VT_E_ACCOUNT_LOCKED,
		    "sign-in: the account is locked, or its person no longer "
		    "active");
	if (vt_account_has_totp(a)) {
		if (code == NULL || code[0] == '\0')
			return vt_err_set(reterr, VT_E_SECOND_FACTOR,
			    "sign-in: a one-time code is wanted (RFC 6238)");
		rc = second_factor(o, a, code, &ok, reterr);
	}
	if (rc != VT_OK)
		return rc;
	*ret_how = ok ? VT_TRIED_RIGHT : VT_TRIED_WRONG;
	return ok ? VT_OK : failed(reterr);
}

static int
begin(struct vt_office *o, const struct vt_account *a, struct vt_session *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_session_new n = { .person = a->person,
		.kind = vt_account_has_totp(a) ? VT_SESSION_TOTP
					       : VT_SESSION_PASSWORD,
		.must_change = a->must_change,
		.life_s = (int64_t)VT_L(SESSION_S),
		.idle_s = (int64_t)VT_L(SESSION_IDLE_S) };
	struct vt_session s;
	int rc;

	memset(&s, 0, sizeof(s));
	s.kind = n.kind;
	s.must_change = n.must_change;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_house_actor(
		 v, &a->person, vt_now(o->o.ctx), &s.actor, reterr)) != VT_OK)
		return rc;
	vt_view_end(VT_TAKE(v));
	rc = vt_session_make(
	    o->o.store, o->o.ctx, &n, s.token, &s.until, reterr);
	if (rc == VT_OK)
		*ret = s;
	vt_wipe(s.token, sizeof(s.token));
	return rc;
}

int
vt_office_sign_in(struct vt_office *o, const char *login,
    const struct vt_secret *password, const char *code, unsigned *ret_wait_s,
    struct vt_session *ret, struct vt_err *reterr)
{
	enum vt_tried how = VT_TRIED_NEITHER;
	struct vt_account a;
	char name[NAME_BYTES], clean[65];
	bool found = false, active = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(&a, 0, sizeof(a));
	vt_text_fit(
	    name, sizeof(name), vt_login_clean(login, clean) ? clean : login);
	rc = vt_tries_admit(o->sign_ins, name, ret_wait_s, reterr);
	if (rc != VT_OK)
		return rc;
	rc = find_account(o, name, &a, &found, &active, reterr);
	if (rc == VT_OK)
		rc = prove(o, &a, found, active, password, code, &how, reterr);
	vt_tries_result(o->sign_ins, name, &a.person, how);
	if (rc == VT_OK)
		rc = begin(o, &a, ret, reterr);
	vt_wipe(&a, sizeof(a));
	return rc;
}

/* ---- one's own password ---- */

static int
load_own(struct vt_office *o, const struct vt_actor *actor,
    struct vt_account *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	char login[65];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_identity_name(
		 v, VT_IDENTITY_LOGIN, &actor->person, login, reterr)) != VT_OK)
		return rc;
	if (login[0] == '\0')
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "account: you have no local one");
	return vt_account_get(v, login, ret, reterr);
}

static int
replace_password(struct vt_office *o, const struct vt_request *rq,
    struct vt_account *a, const struct vt_secret *password,
    struct vt_err *reterr)
{
	int rc = vt_password_check(password, a->login, reterr);

	if (rc == VT_OK)
		rc = vt_password_make(
		    &o->passwords, o->o.ctx, password, &a->password, reterr);
	if (rc != VT_OK)
		return rc;
	a->must_change = false;
	return vt_account_put(o->o.store, a, rq, &rq->actor->person, reterr);
}

/* The session that goes on is no longer one with a password to be changed. */
static int
renew(struct vt_office *o, struct vt_span keep, struct vt_err *reterr)
{
	return keep.n == 0 ? VT_OK : vt_session_changed(o, keep, reterr);
}

int
vt_office_change_password(struct vt_office *o, const struct vt_request *rq,
    const struct vt_secret *old, const struct vt_secret *new_password,
    struct vt_span keep, struct vt_err *reterr)
{
	const struct vt_actor *me = rq->actor;
	struct vt_account a;
	bool right = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(&a, 0, sizeof(a));
	if ((rc = load_own(o, me, &a, reterr)) != VT_OK ||
	    (rc = vt_tries_admit(o->sign_ins, a.login, NULL, reterr)) !=
		VT_OK) {
		vt_wipe(&a, sizeof(a));
		return rc;
	}
	rc = vt_password_try(&o->passwords, &a.password, old, &right, reterr);
	vt_tries_result(o->sign_ins, a.login, &a.person,
	    rc != VT_OK ? VT_TRIED_NEITHER
	    : right     ? VT_TRIED_RIGHT
			: VT_TRIED_WRONG);
	if (rc == VT_OK && !right)
		rc = failed(reterr);
	if (rc == VT_OK)
		rc = replace_password(o, rq, &a, new_password, reterr);
	if (rc == VT_OK)
		rc = vt_sessions_end(
		    o->o.store, &me->person, &keep, NULL, reterr);
	if (rc == VT_OK)
		rc = renew(o, keep, reterr);
	vt_wipe(&a, sizeof(a));
	return rc;
}
