/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and changing local accounts. */
#include "api/office/accounts_priv.h"

#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/cbor.h"

static const vt_id nobody;

/* Who asks for it, and with what: the office's or the operator's. */
struct ask {
	struct vt_store *store;
	const struct vt_context *ctx;
	const struct vt_request *rq;   /* NULL: the operator */
	struct vt_password_gate *gate; /* NULL likewise */
	struct vt_tries *tries;        /* NULL likewise */
};

static struct ask
ask_of(struct vt_office *o, const struct vt_request *rq)
{
	return (
	    struct ask){ o->o.store, o->o.ctx, rq, &o->passwords, o->sign_ins };
}

/* ---- making ---- */

/* What was refused is told at its field. */
static int
field(const struct ask *k, const char *name, int rc)
{
	if (rc != VT_OK)
		vt_office_about(k->rq, "/%s", name);
	return rc;
}

static int
no_login(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_INVALID,
	    "login name: 3 to %zu of a-z 0-9 . _ @ - wanted", VT_L(LOGIN_MAX));
}

int
vt_account_whose(
    struct vt_view *v, const char *login, vt_id *ret, struct vt_err *reterr)
{
	struct vt_account a;
	char clean[65];
	int rc;

	*ret = (vt_id){ { 0 } };
	if (!vt_login_clean(login, clean))
		return no_login(reterr);
	rc = vt_account_get(v, clean, &a, reterr);
	if (rc == VT_OK)
		*ret = a.person;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

static int
add(const struct ask *k, const char *login, const vt_id *person,
    const struct vt_secret *password, bool must_change, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_account a = { .must_change = must_change };
	struct vt_person p;
	char there[65];
	int rc;

	if (!vt_login_clean(login, a.login))
		return field(k, "login", no_login(reterr));
	if ((rc = vt_password_check(password, a.login, reterr)) != VT_OK)
		return field(k, "password", rc);
	if ((rc = vt_view_begin(k->store, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_house_person(v, person,
		 k->rq == NULL ? 0 : k->rq->actor->agency_no, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_identity_name(
		 v, VT_IDENTITY_LOGIN, person, there, reterr)) != VT_OK)
		return field(k, "person", rc);
	if ((p.roles & VT_ROLE_SYSTEM) != 0)
		return field(k, "person",
		    vt_err_set(reterr, VT_E_INVALID,
			"account: programs have none, they are clients"));
	if (there[0] != '\0')
		return field(k, "person",
		    vt_err_set(
			reterr, VT_E_EXISTS, "account: this person has one"));
	a.person = p.id;
	a.agency_no = p.agency_no;
	vt_view_end(VT_TAKE(v));
	rc = vt_password_make(k->gate, k->ctx, password, &a.password, reterr);
	if (rc == VT_OK)
		rc = vt_account_put(k->store, &a, k->rq, &nobody, reterr);
	/* somebody else's name: not told whose */
	if (rc == VT_E_CONFLICT)
		rc = field(k, "login",
		    vt_err_set(reterr, VT_E_EXISTS,
			"account: the login name is taken"));
	vt_wipe(&a, sizeof(a));
	return rc;
}

int
vt_office_account_add(struct vt_office *o, const struct vt_request *rq,
    const char *login, const vt_id *person, const struct vt_secret *password,
    struct vt_err *reterr)
{
	struct ask k = ask_of(o, rq);
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_ACCOUNTS, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	return add(&k, login, person, password, true, reterr);
}

int
vt_account_add(struct vt_store *s, const struct vt_context *ctx,
    const char *login, const vt_id *person, const struct vt_secret *password,
    bool must_change, struct vt_err *reterr)
{
	struct ask k = { s, ctx, NULL, NULL, NULL };

	return add(&k, login, person, password, must_change, reterr);
}

/* ---- changing ---- */

static int
load(struct vt_store *s, const char *login, uint32_t agency_no,
    struct vt_account *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	char clean[65];
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	if (!vt_login_clean(login, clean))
		rc = VT_E_NOT_FOUND;
	else
		rc = vt_account_get(v, clean, ret, reterr);
	if (rc == VT_OK && agency_no != 0 && ret->agency_no != agency_no) {
		vt_wipe(ret, sizeof(*ret));
		rc = VT_E_NOT_FOUND;
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "account: there is none");
	return rc;
}

static int
remove_account(
    const struct ask *k, const struct vt_account *a, struct vt_err *reterr)
{
	struct vt_house_act act = { .rq = k->rq, .agency_no = a->agency_no };
	struct vt_identity_key key;
	VT_BUF_AUTO(none);

	vt_house_change(&act, VT_ENTRY_ACCOUNT, vt_span_str(a->login),
	    VT_SPAN(NULL, 0), a->rev);
	vt_identity_name_change(
	    &act, VT_IDENTITY_LOGIN, &a->person, NULL, &key, &none);
	return vt_house_do(k->store, &act, NULL, reterr);
}

static int
new_password(const struct ask *k, struct vt_account *a,
    const struct vt_secret *password, struct vt_err *reterr)
{
	int rc;

	if (password == NULL)
		return field(k, "password",
		    vt_err_set(reterr, VT_E_INVALID,
			"account: the password is missing"));
	if ((rc = vt_password_check(password, a->login, reterr)) != VT_OK)
		return field(k, "password", rc);
	a->must_change = true;
	return vt_password_make(
	    k->gate, k->ctx, password, &a->password, reterr);
}

static int
forget_tries(const struct ask *k, const char *login, struct vt_err *reterr)
{
	struct vt_tries *own = NULL;
	int rc = VT_OK;

	if (k->tries == NULL)
		rc = vt_tries_new(
		    k->ctx, k->store, &vt_tries_sign_in, &own, reterr);
	if (rc == VT_OK)
		rc = vt_tries_forget(
		    k->tries == NULL ? own : k->tries, login, reterr);
	vt_tries_free(own);
	return rc;
}

static int
change(const struct ask *k, const char *login, enum vt_account_act what,
    const struct vt_secret *password, struct vt_err *reterr)
{
	struct vt_account a;
	int rc;

	rc = load(k->store, login, k->rq == NULL ? 0 : k->rq->actor->agency_no,
	    &a, reterr);
	if (rc != VT_OK)
		return rc;
	switch (what) {
	case VT_ACCOUNT_LOCK:
		a.locked = true;
		break;
	case VT_ACCOUNT_UNLOCK:
		a.locked = false;
		rc = forget_tries(k, a.login, reterr);
		break;
	case VT_ACCOUNT_PASSWORD:
		rc = new_password(k, &a, password, reterr);
		break;
	case VT_ACCOUNT_TOTP_OFF:
		vt_account_totp_off(&a);
		break;
	case VT_ACCOUNT_REMOVE:
	default:
		break;
	}
	if (rc == VT_OK)
		rc = what == VT_ACCOUNT_REMOVE
			 ? remove_account(k, &a, reterr)
			 : vt_account_put(k->store, &a, k->rq, &nobody, reterr);
	/* Unlocking lets somebody in; everything else shuts him out first. */
	if (rc == VT_OK && what != VT_ACCOUNT_UNLOCK)
		rc = vt_sessions_end(k->store, &a.person, NULL, NULL, reterr);
	vt_wipe(&a, sizeof(a));
	return rc;
}

/* The first try may have been cut off between the account and its sessions. */
static int
shut_out_again(const struct ask *k, const char *login, enum vt_account_act what,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_account a;
	int rc;

	if (what == VT_ACCOUNT_UNLOCK || what == VT_ACCOUNT_REMOVE)
		return VT_OK;
	rc = load(k->store, login, k->rq->actor->agency_no, &a, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK; /* removed since */
	if (rc == VT_OK) {
		rc = vt_sessions_end(k->store, &a.person, NULL, NULL, &err);
		vt_wipe(&a, sizeof(a));
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_account_act(struct vt_office *o, const struct vt_request *rq,
    const char *login, enum vt_account_act act,
    const struct vt_secret *password, struct vt_err *reterr)
{
	struct ask k = ask_of(o, rq);
	bool done = false;
	int rc;

	rc = vt_house_enter(o, rq, VT_DUTY_ACCOUNTS, &done, reterr);
	if (rc != VT_OK)
		return rc;
	return done ? shut_out_again(&k, login, act, reterr)
		    : change(&k, login, act, password, reterr);
}

int
vt_account_act(struct vt_store *s, const struct vt_context *ctx,
    const char *login, enum vt_account_act act,
    const struct vt_secret *password, struct vt_err *reterr)
{
	struct ask k = { s, ctx, NULL, NULL, NULL };

	return change(&k, login, act, password, reterr);
}

int
vt_account_lock_of(
    struct vt_store *s, const vt_id *person, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct vt_account a;
	char login[65];
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_identity_name(v, VT_IDENTITY_LOGIN, person, login, reterr);
	vt_view_end(v);
	if (rc != VT_OK || login[0] == '\0' ||
	    (rc = load(s, login, 0, &a, reterr)) != VT_OK)
		return rc;
	if (!a.locked) {
		a.locked = true;
		rc = vt_account_put(s, &a, NULL, &nobody, reterr);
	}
	vt_wipe(&a, sizeof(a));
	return rc;
}

/* ---- reading ---- */

static void
info(const struct vt_account *a, struct vt_account_info *ret)
{
	memset(ret, 0, sizeof(*ret));
	vt_text_fit(ret->login, sizeof(ret->login), a->login);
	ret->person = a->person;
	ret->agency_no = a->agency_no;
	ret->locked = a->locked;
	ret->must_change = a->must_change;
	ret->totp = vt_account_has_totp(a);
	ret->recovery_left = a->n_recovery;
	ret->rev = a->rev;
	ret->changed_at = a->changed_at;
}

int
vt_office_account(struct vt_office *o, const struct vt_actor *actor,
    const char *login, struct vt_account_info *ret, struct vt_err *reterr)
{
	struct vt_account a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_ACCOUNTS, reterr)) != VT_OK ||
	    (rc = load(o->o.store, login, actor->agency_no, &a, reterr)) !=
		VT_OK)
		return rc;
	info(&a, ret);
	vt_wipe(&a, sizeof(a));
	return VT_OK;
}

static int
take_account(const struct vt_entry *e, uint32_t agency_no, void *ret,
    bool *ret_own, struct vt_err *reterr)
{
	struct vt_account a;
	int rc = vt_account_decode(e, &a, reterr);

	if (rc == VT_OK && (*ret_own = a.agency_no == agency_no))
		info(&a, ret);
	vt_wipe(&a, sizeof(a));
	return rc;
}

int
vt_office_accounts(struct vt_office *o, const struct vt_actor *actor,
    const char *after, struct vt_account_info *ret, size_t max, size_t *ret_n,
    char ret_next[65], struct vt_err *reterr)
{
	struct vt_house_list l = { .kind = VT_ENTRY_ACCOUNT,
		.after = after,
		.take = take_account,
		.items = ret,
		.size = sizeof(*ret),
		.max = max };
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_who_may(actor, VT_DUTY_ACCOUNTS, reterr)) != VT_OK)
		return rc;
	return vt_house_list(o, actor->agency_no, &l, ret_n, ret_next, reterr);
}

/* ---- the second factor ---- */

static void
show(const uint8_t secret[static VT_TOTP_SECRET], const char *login,
    struct vt_totp_offer *ret)
{
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(uri);

	text.secret = uri.secret = true;
	vt_totp_text(secret, &text);
	vt_totp_uri(secret, "vanthu", login, &uri);
	vt_text_fit(ret->secret, sizeof(ret->secret), vt_buf_str(&text));
	vt_text_fit(ret->uri, sizeof(ret->uri), vt_buf_str(&uri));
}

/* An offer waits as a state under this key: nonce and hidden secret. */
#define OFFER_SIZE (16 + VT_TOTP_SECRET)

static void
offer_key(const vt_id *person, uint8_t ret[1 + VT_ID_SIZE])
{
	ret[0] = 't';
	memcpy(ret + 1, person->b, VT_ID_SIZE);
}

/* A password that somebody else set opens nothing but its change. */
static int
may_change(const struct vt_actor *actor, struct vt_err *reterr)
{
	return actor->must_change
		   ? vt_err_set(reterr, VT_E_FORBIDDEN,
			 "the password was set by somebody else: change it "
			 "first")
		   : VT_OK;
}

int
vt_office_totp_offer(struct vt_office *o, const struct vt_actor *actor,
    const struct vt_secret *password, const char *code,
    struct vt_totp_offer *ret, struct vt_err *reterr)
{
	uint8_t secret[VT_TOTP_SECRET], value[OFFER_SIZE];
	uint8_t key[1 + VT_ID_SIZE];
	struct vt_state_new n = { .kind = VT_STATE_CODE,
		.key = VT_SPAN(key, sizeof(key)),
		.value = VT_SPAN(value, sizeof(value)),
		.expires = vt_now(o->o.ctx) + VT_TIME_S(VT_L(FLOW_S)) };
	struct vt_account a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(&a, 0, sizeof(a));
	if ((rc = may_change(actor, reterr)) != VT_OK ||
	    (rc = vt_account_own(o, &actor->person, &a, reterr)) != VT_OK ||
	    (rc = vt_account_prove(
		 o, &a, password, code == NULL ? "" : code, reterr)) != VT_OK) {
		vt_wipe(&a, sizeof(a));
		return rc;
	}
	vt_random(o->o.ctx, secret, sizeof(secret));
	vt_random(o->o.ctx, value, 16);
	vt_account_totp_pad(o->o.store, a.login, value, secret, value + 16);
	offer_key(&actor->person, key);
	rc = vt_state_put(o->o.store, &n, NULL, reterr);
	if (rc == VT_OK)
		show(secret, a.login, ret);
	vt_wipe(secret, sizeof(secret));
	vt_wipe(&a, sizeof(a));
	return rc;
}

void
vt_account_totp_off(struct vt_account *a)
{
	vt_wipe(a->totp_nonce, sizeof(a->totp_nonce));
	vt_wipe(a->totp_hidden, sizeof(a->totp_hidden));
	vt_wipe(a->recovery, sizeof(a->recovery));
	a->n_recovery = 0;
}

static int
get_offer(struct vt_office *o, const vt_id *person, uint8_t ret[OFFER_SIZE],
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	uint8_t key[1 + VT_ID_SIZE];
	struct vt_state st;
	int rc;

	offer_key(person, key);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_state_get(v, VT_STATE_CODE, VT_SPAN(key, sizeof(key)), &st,
		 reterr)) != VT_OK)
		return rc;
	if (st.value.n != OFFER_SIZE)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "offer of a second factor: %zu bytes", st.value.n);
	memcpy(ret, st.value.p, OFFER_SIZE);
	return VT_OK;
}

/* Recovery codes follow from the request (and the store's key), so that its
 * repeat, whose first answer may have been lost, is answered alike. */
static void
codes_of(const struct vt_store *s, const struct vt_request *rq,
    char ret[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1])
{
	for (uint32_t i = 0; i < VT_L(RECOVERY_CODES); i++) {
		VT_BUF_AUTO(b);
		vt_hash h;

		static_assert(VT_RECOVERY_BYTES <= VT_HASH_SIZE, "enough");
		vt_buf_put(&b, rq->actor->person.b, VT_ID_SIZE);
		vt_buf_put(&b, rq->hash.b, VT_HASH_SIZE);
		vt_buf_putc(&b, (uint8_t)i);
		vt_buf_puts(&b, rq->key);
		h = vt_store_mac(s, "recovery code", vt_buf_view(&b));
		vt_recovery_text(h.b, ret[i]);
		vt_wipe(&h, sizeof(h));
	}
}

/* Kept as tags. */
static void
keep_codes(const struct vt_store *s, struct vt_account *a,
    char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1])
{
	a->n_recovery = (uint32_t)VT_L(RECOVERY_CODES);
	for (uint32_t i = 0; i < a->n_recovery; i++)
		a->recovery[i] = vt_account_recovery_tag(s, a->login, codes[i]);
}

/* Takes the secret that was offered over into the account, if this is a code
 * of it, which then is none any more. */
static int
take_offer(struct vt_office *o, const uint8_t offer[OFFER_SIZE],
    const char *code, struct vt_account *a, struct vt_err *reterr)
{
	uint8_t secret[VT_TOTP_SECRET];
	uint64_t step = 0;
	uint32_t value;
	bool ok = false;
	int rc = VT_OK;

	vt_account_totp_pad(o->o.store, a->login, offer, offer + 16, secret);
	if (vt_totp_parse(code, &value))
		rc = vt_totp_step(
		    secret, vt_now(o->o.ctx), value, &step, reterr);
	vt_wipe(secret, sizeof(secret));
	if (rc != VT_OK)
		return rc;
	memcpy(a->totp_nonce, offer, 16);
	memcpy(a->totp_hidden, offer + 16, VT_TOTP_SECRET);
	if (step != 0)
		rc = vt_account_use_step(o, a, step, &ok, reterr);
	if (rc == VT_OK && !ok)
		rc = vt_err_set(reterr, VT_E_SIGN_IN_FAILED,
		    "second factor: this is not a code of the new secret, or "
		    "it was used");
	return rc;
}

int
vt_office_totp_confirm(struct vt_office *o, const struct vt_request *rq,
    const char *code, struct vt_span keep,
    char ret[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1], struct vt_err *reterr)
{
	const vt_id *me = &rq->actor->person;
	bool done = false;
	struct vt_err err = VT_ERR_INIT;
	uint8_t offer[OFFER_SIZE], key[1 + VT_ID_SIZE];
	struct vt_account a;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	memset(&a, 0, sizeof(a));
	if ((rc = may_change(rq->actor, reterr)) != VT_OK ||
	    (rc = vt_office_answered(o, rq, &done, reterr)) != VT_OK)
		return rc;
	codes_of(o->o.store, rq, ret);
	if (!done && (rc = vt_account_own(o, me, &a, reterr)) == VT_OK &&
	    (rc = get_offer(o, me, offer, reterr)) == VT_OK &&
	    (rc = take_offer(o, offer, code, &a, reterr)) == VT_OK) {
		keep_codes(o->o.store, &a, ret);
		rc = vt_account_put(o->o.store, &a, rq, me, reterr);
	}
	/* whoever has one of them has shown no second factor */
	if (rc == VT_OK)
		rc = vt_sessions_end(o->o.store, me, &keep, NULL, reterr);
	if (rc != VT_OK)
		vt_wipe(ret, VT_L(RECOVERY_CODES) * sizeof(*ret));
	offer_key(me, key);
	if (rc == VT_OK && !done &&
	    vt_state_delete(o->o.store, VT_STATE_CODE,
		VT_SPAN(key, sizeof(key)), VT_STATE_ANY, &err) != VT_OK)
		vt_log_err("office.offer_left", &err);
	vt_wipe(&a, sizeof(a));
	return rc;
}

int
vt_account_totp(struct vt_store *s, const struct vt_context *ctx,
    const char *login, struct vt_totp_offer *ret,
    char ret_codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1],
    struct vt_err *reterr)
{
	uint8_t secret[VT_TOTP_SECRET], raw[VT_RECOVERY_BYTES];
	struct vt_account a;
	int rc;

	if ((rc = load(s, login, 0, &a, reterr)) != VT_OK)
		return rc;
	vt_random(ctx, secret, sizeof(secret));
	vt_random(ctx, a.totp_nonce, sizeof(a.totp_nonce));
	vt_account_totp_pad(s, a.login, a.totp_nonce, secret, a.totp_hidden);
	for (size_t i = 0; i < VT_L(RECOVERY_CODES); i++) {
		vt_random(ctx, raw, sizeof(raw));
		vt_recovery_text(raw, ret_codes[i]);
	}
	vt_wipe(raw, sizeof(raw));
	keep_codes(s, &a, ret_codes);
	rc = vt_account_put(s, &a, NULL, &nobody, reterr);
	if (rc == VT_OK)
		show(secret, a.login, ret);
	vt_wipe(secret, sizeof(secret));
	vt_wipe(&a, sizeof(a));
	return rc;
}
