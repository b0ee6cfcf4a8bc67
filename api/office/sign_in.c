/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in by a local account, and changing one's own password. */
#include <arpa/inet.h>

#include "api/office/accounts_priv.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/base64.h"

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

/* Each step of a secret counts once: making the row is the test. Its nonce
 * tells the secret from the one that it replaced. */
int
vt_account_use_step(struct vt_office *o, const struct vt_account *a,
    uint64_t step, bool *ret_ok, struct vt_err *reterr)
{
	uint8_t key[VT_ID_SIZE + 16];
	struct vt_state_new n = { .kind = VT_STATE_TOTP_USED,
		.key = VT_SPAN(key, sizeof(key)),
		.expires = VT_TIME_S((step + 3) * VT_L(TOTP_STEP_S)),
		.expect = VT_STATE_NEW };
	struct vt_err err = VT_ERR_INIT;
	int rc;

	memcpy(key, a->person.b, VT_ID_SIZE);
	for (int i = 0; i < 8; i++)
		key[VT_ID_SIZE + i] = (uint8_t)(step >> (56 - 8 * i));
	memcpy(key + VT_ID_SIZE + 8, a->totp_nonce, 8);
	rc = vt_state_put(o->o.store, &n, NULL, &err);
	*ret_ok = rc == VT_OK;
	if (rc == VT_OK || rc == VT_E_CONFLICT)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
reread(struct vt_office *o, struct vt_account *a, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	char login[sizeof(a->login)];
	int rc = vt_view_begin(o->o.store, &v, reterr);

	memcpy(login, a->login, sizeof(login));
	return rc != VT_OK ? rc : vt_account_get(v, login, a, reterr);
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
	/* what follows writes it again */
	if (rc == VT_OK)
		rc = reread(o, a, &err);
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
			rc = vt_account_use_step(o, a, step, ret_ok, reterr);
	} else if (vt_recovery_parse(code, recovery)) {
		rc = use_recovery(o, a, recovery, ret_ok, reterr);
	}
	return rc;
}

/* The password is right: is the code, where one is wanted? */
static int
prove_factor(struct vt_office *o, struct vt_account *a, const char *code,
    enum vt_tried *ret_how, struct vt_err *reterr)
{
	bool ok = true;
	int rc = VT_OK;

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

/* Who comes, and from where. */
struct attempt {
	char name[NAME_BYTES], place[VT_SIGN_IN_PLACE + 1];
	struct vt_account a;
	bool found, active;
	bool known; /* by the device that is his place */
};

/*
 * Password and code against the account; *ret_how for the count. The password
 * is computed whatever is known about the name.
 */
static int
prove(struct vt_office *o, struct attempt *t, const struct vt_sign_in *in,
    enum vt_tried *ret_how, struct vt_err *reterr)
{
	struct vt_account *a = &t->a;
	bool right = false;
	int rc;

	*ret_how = VT_TRIED_NEITHER;
	rc = vt_password_try(&o->passwords, t->known ? NULL : t->place,
	    t->found ? &a->password : NULL, in->password, &right, reterr);
	if (rc != VT_OK)
		return rc;
	if (!right) {
		*ret_how = VT_TRIED_WRONG;
		return failed(reterr);
	}
	if (a->locked || !t->active)
		return vt_err_set(reterr, VT_E_ACCOUNT_LOCKED,
		    "sign-in: the account is locked, or its person no longer "
		    "active");
	return prove_factor(o, a, in->code, ret_how, reterr);
}

/* ---- where from ---- */

#define NONCE_SIZE 16

/* Good until the password changes: its salt is in it. */
static vt_hash
device_tag(struct vt_office *o, const struct vt_account *a,
    const uint8_t nonce[static NONCE_SIZE])
{
	VT_BUF_AUTO(b);

	vt_buf_put(&b, nonce, NONCE_SIZE);
	vt_buf_put(&b, a->password.salt, sizeof(a->password.salt));
	vt_buf_puts(&b, a->login);
	return vt_store_mac(o->o.store, "known device", vt_buf_view(&b));
}

static int
device_make(struct vt_office *o, const struct vt_account *a,
    char ret[VT_DEVICE_TOKEN + 1], struct vt_err *reterr)
{
	uint8_t raw[NONCE_SIZE + VT_HASH_SIZE];
	VT_BUF_AUTO(text);
	vt_hash tag;
	int rc;

	static_assert(sizeof(raw) * 4 / 3 == VT_DEVICE_TOKEN, "in base64url");
	text.secret = true;
	vt_random(o->o.ctx, raw, NONCE_SIZE);
	tag = device_tag(o, a, raw);
	memcpy(raw + NONCE_SIZE, tag.b, VT_HASH_SIZE);
	vt_base64url_put(&text, VT_SPAN(raw, sizeof(raw)));
	if ((rc = vt_buf_status(&text, reterr)) == VT_OK)
		vt_text_fit(ret, VT_DEVICE_TOKEN + 1, vt_buf_str(&text));
	vt_wipe(raw, sizeof(raw));
	return rc;
}

static bool
device_is(struct vt_office *o, const struct vt_account *a, const char *device)
{
	VT_BUF_AUTO(raw);
	vt_hash want, got;

	raw.secret = true;
	if (device == NULL || strlen(device) != VT_DEVICE_TOKEN ||
	    vt_base64url_get(vt_span_str(device), &raw, NULL) != VT_OK ||
	    raw.n != NONCE_SIZE + VT_HASH_SIZE)
		return false;
	want = device_tag(o, a, raw.p);
	memcpy(got.b, raw.p + NONCE_SIZE, VT_HASH_SIZE);
	return vt_hash_eq(&want, &got);
}

/* What an IPv6 subscriber is given is 48 to 64 bits: all of it is one place. */
static void
place_of(const char *address, char ret[VT_SIGN_IN_PLACE + 1])
{
	struct in6_addr a;

	if (address == NULL || inet_pton(AF_INET6, address, &a) != 1 ||
	    IN6_IS_ADDR_V4MAPPED(&a))
		snprintf(ret, VT_SIGN_IN_PLACE + 1, "address %s",
		    address == NULL ? "" : address);
	else
		snprintf(ret, VT_SIGN_IN_PLACE + 1,
		    "net %02x%02x%02x%02x%02x%02x", a.s6_addr[0], a.s6_addr[1],
		    a.s6_addr[2], a.s6_addr[3], a.s6_addr[4], a.s6_addr[5]);
}

static int
look(struct vt_office *o, const struct vt_sign_in *in, struct attempt *ret,
    struct vt_err *reterr)
{
	char clean[65];
	int rc;

	memset(ret, 0, sizeof(*ret));
	vt_text_fit(ret->name, sizeof(ret->name),
	    vt_login_clean(in->login, clean) ? clean : in->login);
	rc = find_account(
	    o, ret->name, &ret->a, &ret->found, &ret->active, reterr);
	if (rc != VT_OK)
		return rc;
	ret->known = ret->found && device_is(o, &ret->a, in->device);
	if (ret->known)
		vt_text_fit(ret->place, sizeof(ret->place), in->device);
	else
		place_of(in->address, ret->place);
	return VT_OK;
}

int
vt_office_sign_in_place(struct vt_office *o, const struct vt_sign_in *in,
    char ret[VT_SIGN_IN_PLACE + 1], struct vt_err *reterr)
{
	struct attempt t;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = look(o, in, &t, reterr)) == VT_OK)
		memcpy(ret, t.place, sizeof(t.place));
	vt_wipe(&t, sizeof(t));
	return rc;
}

/* ---- signing in ---- */

/* What was proved must still hold when the session is there: else an account
 * that was locked, or given another password, meanwhile would keep it. */
static int
still(struct vt_office *o, const struct vt_account *a, struct vt_err *reterr)
{
	struct vt_account now = *a;
	struct vt_err err = VT_ERR_INIT;
	int rc = reread(o, &now, &err);

	if (rc == VT_E_NOT_FOUND ||
	    (rc == VT_OK &&
		(now.locked || memcmp(now.password.salt, a->password.salt,
				   sizeof(a->password.salt)) != 0)))
		rc = failed(&err);
	vt_wipe(&now, sizeof(now));
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
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
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	int rc;

	memset(&s, 0, sizeof(s));
	s.kind = n.kind;
	s.must_change = n.must_change;
	if ((rc = device_make(o, a, s.device, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_house_actor(
		 v, &a->person, vt_now(o->o.ctx), &s.actor, reterr)) != VT_OK)
		return rc;
	vt_view_end(VT_TAKE(v));
	rc = vt_session_make(
	    o->o.store, o->o.ctx, &n, s.token, &s.until, reterr);
	if (rc == VT_OK && (rc = still(o, a, reterr)) != VT_OK &&
	    vt_office_sign_out(o, vt_span_str(s.token), &err) != VT_OK)
		vt_log_err("office.session_left", &err);
	if (rc == VT_OK)
		*ret = s;
	vt_wipe(&s, sizeof(s));
	return rc;
}

int
vt_office_sign_in(struct vt_office *o, const struct vt_sign_in *in,
    unsigned *ret_wait_s, struct vt_session *ret, struct vt_err *reterr)
{
	enum vt_tried how = VT_TRIED_NEITHER;
	struct vt_tries_on on;
	struct attempt t;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = look(o, in, &t, reterr)) != VT_OK)
		return rc;
	on = (struct vt_tries_on){ t.name, t.place, t.known };
	rc = vt_tries_admit(o->sign_ins, &on, ret_wait_s, reterr);
	if (rc == VT_OK) {
		rc = prove(o, &t, in, &how, reterr);
		vt_tries_result(o->sign_ins, &on, &t.a.person, how);
	}
	if (rc == VT_OK)
		rc = begin(o, &t.a, ret, reterr);
	vt_wipe(&t, sizeof(t));
	return rc;
}

int
vt_account_prove(struct vt_office *o, struct vt_account *a,
    const struct vt_secret *password, const char *code, struct vt_err *reterr)
{
	/* Who is signed in has a count of his own. */
	struct vt_tries_on on = { a->login, "session", true };
	enum vt_tried how = VT_TRIED_NEITHER;
	bool right = false;
	int rc;

	rc = vt_tries_admit(o->sign_ins, &on, NULL, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_password_try(
	    &o->passwords, NULL, &a->password, password, &right, reterr);
	if (rc == VT_OK) {
		how = right ? VT_TRIED_RIGHT : VT_TRIED_WRONG;
		if (!right)
			rc = failed(reterr);
		else if (code != NULL) {
			how = VT_TRIED_NEITHER;
			rc = prove_factor(o, a, code, &how, reterr);
		}
	}
	vt_tries_result(o->sign_ins, &on, &a->person, how);
	return rc;
}

/* ---- one's own password ---- */

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

/*
 * The other sessions end; the one that goes on is no longer one with a password
 * to be changed. One that has ended meanwhile needs nothing.
 */
static int
renew(struct vt_office *o, const struct vt_actor *me, struct vt_span keep,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_sessions_end(o->o.store, &me->person, &keep, NULL, reterr);
	if (rc != VT_OK || keep.n == 0)
		return rc;
	rc = vt_session_changed(o, keep, &err);
	if (rc == VT_OK || rc == VT_E_UNAUTHENTICATED ||
	    rc == VT_E_TOKEN_EXPIRED)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_change_password(struct vt_office *o, const struct vt_request *rq,
    const struct vt_secret *old, const struct vt_secret *new_password,
    struct vt_span keep, struct vt_err *reterr)
{
	const struct vt_actor *me = rq->actor;
	struct vt_account a;
	bool done = false;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	/* Done before: the old password is none any more, which is no guess. */
	if ((rc = vt_office_answered(o, rq, &done, reterr)) != VT_OK)
		return rc;
	memset(&a, 0, sizeof(a));
	if (!done) {
		rc = vt_account_own(o, &me->person, &a, reterr);
		if (rc == VT_OK)
			rc = vt_account_prove(o, &a, old, NULL, reterr);
		/* else what somebody else has set would stay */
		if (rc == VT_OK && vt_span_eq(vt_secret_view(old),
				       vt_secret_view(new_password)))
			rc = vt_err_set(reterr, VT_E_PASSWORD_WEAK,
			    "password: it is the one that it replaces");
		if (rc == VT_OK)
			rc = replace_password(o, rq, &a, new_password, reterr);
	}
	if (rc == VT_OK)
		rc = renew(o, me, keep, reterr);
	vt_wipe(&a, sizeof(a));
	return rc;
}
