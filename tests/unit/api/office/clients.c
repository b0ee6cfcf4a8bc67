/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs: made, proved by secret, assertion and certificate; tokens. */
#include "api/office/clients.h"
#include "api/office/identity.h"
#include "tests/unit/api/office/house.h"
#include "tests/unit/api/office/jwt_maker.h"

#define AUDIENCE "http://127.0.0.1:8480/v1/token"

static struct house h;

static int
token(
    const struct vt_token_request *rq, struct vt_token *ret, struct vt_err *err)
{
	return vt_office_token(h.office, rq, ret, err);
}

static int
by_secret(const char *id, const char *secret, const char *scope,
    struct vt_token *ret, struct vt_err *err)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *s = house_secret(secret);
	struct vt_token_request rq = {
		.client_id = id, .client_secret = s, .scope = scope
	};

	return token(&rq, ret, err);
}

static int
who(const char *bearer, struct vt_actor *ret, struct vt_err *err)
{
	return vt_office_authenticate(h.office, vt_span_str(bearer), ret, err);
}

static void
repeated(const struct vt_actor *admin)
{
	struct vt_new_client n = { "cong", "Cổng", VT_SCOPE_READ, true, NULL,
		0 };
	struct vt_new_client bare = { "tran", "Trần", VT_SCOPE_READ, false,
		NULL, 0 };
	char first[VT_CLIENT_SECRET + 1], fresh[VT_CLIENT_SECRET + 1];
	char again[VT_CLIENT_SECRET + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_request made, rq;
	struct vt_client c;
	struct vt_token t;

	made = house_request(&h, admin);
	made.key = "made-once";
	tap_call(vt_office_client_add(h.office, &made, &n, &c, first, &err),
	    &err, "a client");
	rq = house_request(&h, admin);
	tap_call(vt_office_client_act(
		     h.office, &rq, "cong", VT_CLIENT_NEW_SECRET, fresh, &err),
	    &err, "another secret for it");
	tap_call(vt_office_client_add(h.office, &made, &n, &c, again, &err),
	    &err, "the first request again");
	tap_eq_str(again, first, "is answered alike");
	tap_code(by_secret("cong", first, NULL, &t, &err), VT_E_SIGN_IN_FAILED,
	    &err, "though it is good for nothing");
	tap_call(by_secret("cong", fresh, NULL, &t, &err), &err, "the new is");
	made.key = "bare-once";
	tap_call(vt_office_client_add(h.office, &made, &bare, &c, first, &err),
	    &err, "one without a secret");
	rq = house_request(&h, admin);
	tap_call(vt_office_client_act(
		     h.office, &rq, "tran", VT_CLIENT_NEW_SECRET, fresh, &err),
	    &err, "gets one");
	tap_call(vt_office_client_add(h.office, &made, &bare, &c, again, &err),
	    &err, "the first request again");
	tap_eq_str(again, "", "does not tell it");
}

static void
making(const struct vt_actor *admin, char secret[VT_CLIENT_SECRET + 1])
{
	struct vt_actor leader = house_actor(&h, "leader", h.here);
	struct vt_actor other = house_actor(&h, "admin", h.there);
	struct vt_new_client n = { "qlvb", "Quản lý văn bản",
		VT_SCOPE_READ | VT_SCOPE_WRITE, true, NULL, 0 };
	char again[VT_CLIENT_SECRET + 1], next[65];
	struct vt_client c, d, list[4];
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq = house_request(&h, &leader);
	size_t got = 0;

	tap_code(vt_office_client_add(h.office, &rq, &n, &c, secret, &err),
	    VT_E_FORBIDDEN, &err, "only an administrator makes clients");
	rq = house_request(&h, admin);
	n.scopes = VT_SCOPE_HOUSE;
	tap_code(vt_office_client_add(h.office, &rq, &n, &c, secret, &err),
	    VT_E_INVALID, &err, "none for the house");
	n.scopes = VT_SCOPE_READ | VT_SCOPE_WRITE;
	n.id = "a b";
	tap_code(vt_office_client_add(h.office, &rq, &n, &c, secret, &err),
	    VT_E_INVALID, &err, "a blank in the client id");
	n.id = "qlvb";
	tap_call(vt_office_client_add(h.office, &rq, &n, &c, secret, &err),
	    &err, "a client");
	tap_eq_int(strlen(secret), VT_CLIENT_SECRET, "its secret");
	tap_call(vt_office_client_add(h.office, &rq, &n, &d, again, &err), &err,
	    "asked again");
	tap_eq_str(again, secret, "the same secret");
	tap_ok(vt_id_eq(&c.person, &d.person), "the same program");
	rq = house_request(&h, &other);
	tap_code(vt_office_client_add(h.office, &rq, &n, &d, again, &err),
	    VT_E_EXISTS, &err, "the client id is taken");
	tap_call(
	    vt_office_clients(h.office, admin, NULL, list, 4, &got, next, &err),
	    &err, "listed");
	tap_ok(got == 1 && strcmp(list[0].id, "qlvb") == 0 &&
		   list[0].has_secret && list[0].active,
	    "with what it is");
	tap_call(vt_office_clients(
		     h.office, &other, NULL, list, 4, &got, next, &err),
	    &err, "in another agency");
	tap_eq_int(got, 0, "not listed");
	rq = house_request(&h, &other);
	tap_code(vt_office_client_act(
		     h.office, &rq, "qlvb", VT_CLIENT_DISABLE, again, &err),
	    VT_E_NOT_FOUND, &err, "and as absent");
}

static void
secrets(const char *secret)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_token t;
	struct vt_actor a;

	tap_code(by_secret("qlvb", "wrong", NULL, &t, &err),
	    VT_E_SIGN_IN_FAILED, &err, "a wrong secret");
	tap_code(by_secret("qlvb", "", NULL, &t, &err), VT_E_SIGN_IN_FAILED,
	    &err, "none");
	tap_code(by_secret("nobody", secret, NULL, &t, &err),
	    VT_E_SIGN_IN_FAILED, &err, "another's name");
	tap_call(by_secret("qlvb", secret, NULL, &t, &err), &err, "right");
	tap_ok(t.expires_s == VT_L(ACCESS_TOKEN_S) &&
		   t.scopes == (VT_SCOPE_READ | VT_SCOPE_WRITE),
	    "all its scopes, for a quarter of an hour");
	tap_call(who(t.token, &a, &err), &err, "the token is known");
	tap_ok(a.scoped && a.scopes == t.scopes && a.roles == VT_ROLE_SYSTEM &&
		   a.agency_no == h.here,
	    "as a program of the agency with these scopes");
	tap_call(vt_who_may(&a, VT_DUTY_REGISTER, &err), &err, "it registers");
	tap_code(vt_who_may(&a, VT_DUTY_NUMBER, &err), VT_E_SCOPE, &err,
	    "and gives no numbers");
	tap_code(vt_who_may(&a, VT_DUTY_SIGN, &err), VT_E_SOLE_CONTROL, &err,
	    "and never signs");
	tap_call(by_secret("qlvb", secret, "papers:read", &t, &err), &err,
	    "fewer scopes");
	tap_need(who(t.token, &a, &err) == VT_OK, "known");
	tap_code(vt_who_may(&a, VT_DUTY_REGISTER, &err), VT_E_SCOPE, &err,
	    "only what was asked for");
	tap_code(
	    by_secret("qlvb", secret, "papers:read numbers:give", &t, &err),
	    VT_E_SCOPE, &err, "not more than it has");
	tap_code(by_secret("qlvb", secret, "everything", &t, &err), VT_E_SCOPE,
	    &err, "an unknown scope");
	h.w.now += VT_TIME_S(VT_L(ACCESS_TOKEN_S)) - 1;
	tap_call(who(t.token, &a, &err), &err, "just before it ends");
	h.w.now++;
	tap_code(who(t.token, &a, &err), VT_E_TOKEN_EXPIRED, &err,
	    "expired, and told so");
}

static void
ends(const struct vt_actor *admin, const char *secret)
{
	char fresh[VT_CLIENT_SECRET + 1], again[VT_CLIENT_SECRET + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;
	struct vt_token t;
	struct vt_actor a;

	tap_call(by_secret("qlvb", secret, NULL, &t, &err), &err, "a token");
	rq = house_request(&h, admin);
	tap_call(vt_office_client_act(
		     h.office, &rq, "qlvb", VT_CLIENT_DISABLE, again, &err),
	    &err, "disabled");
	tap_code(who(t.token, &a, &err), VT_E_UNAUTHENTICATED, &err,
	    "its token has ended");
	tap_code(by_secret("qlvb", secret, NULL, &t, &err), VT_E_SIGN_IN_FAILED,
	    &err, "and it gets no other");
	rq = house_request(&h, admin);
	tap_call(vt_office_client_act(
		     h.office, &rq, "qlvb", VT_CLIENT_ENABLE, again, &err),
	    &err, "enabled");
	tap_call(by_secret("qlvb", secret, NULL, &t, &err), &err, "a token");
	rq = house_request(&h, admin);
	tap_call(vt_office_client_act(
		     h.office, &rq, "qlvb", VT_CLIENT_NEW_SECRET, fresh, &err),
	    &err, "a new secret");
	tap_call(vt_office_client_act(
		     h.office, &rq, "qlvb", VT_CLIENT_NEW_SECRET, again, &err),
	    &err, "asked again");
	tap_eq_str(fresh, again, "the same");
	tap_ok(strcmp(fresh, secret) != 0, "not the old one");
	tap_code(by_secret("qlvb", secret, NULL, &t, &err), VT_E_SIGN_IN_FAILED,
	    &err, "which is none any more");
	house_restart(&h);
	tap_call(by_secret("qlvb", fresh, NULL, &t, &err), &err,
	    "the new one, also after a restart");
}

/* Claims of an assertion; each may be made wrong. */
struct claims {
	const char *iss, *sub, *aud, *jti;
	int64_t exp;
};

static int
assert_by(const struct maker *m, const char *header, const struct claims *c,
    struct vt_err *err)
{
	struct vt_token_request rq = { .client_id = NULL };
	struct vt_token t;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(jwt);

	vt_buf_printf(&text,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"jti\":\"%s\","
	    "\"exp\":%lld}",
	    c->iss, c->sub, c->aud, c->jti, (long long)c->exp);
	maker_sign(m, header, vt_buf_str(&text), &jwt);
	rq.assertion = vt_buf_str(&jwt);
	return token(&rq, &t, err);
}

static void
assertions(const struct vt_actor *admin, bool rsa)
{
	struct vt_client_key key = { .rsa = rsa };
	struct vt_new_client n = { rsa ? "by-rsa" : "by-ec", "Dịch vụ công",
		VT_SCOPE_READ, false, &key, 1 };
	struct vt_request rq = house_request(&h, admin);
	struct vt_err err = VT_ERR_INIT;
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_client made;
	struct maker m, other;
	struct claims good = { n.id, n.id, AUDIENCE, "1",
		h.w.now / 1000000 + 60 };
	struct claims c;

	maker_begin(&m, rsa);
	maker_begin(&other, rsa);
	key.n_a = (uint32_t)m.n_a;
	key.n_b = (uint32_t)m.n_b;
	memcpy(key.a, m.a, m.n_a);
	memcpy(key.b, m.b, m.n_b);
	key.n_a--;
	tap_ok(vt_office_client_add(h.office, &rq, &n, &made, secret, &err) !=
		   VT_OK,
	    "a key cut short is refused: %s", err.msg);
	key.n_a++;
	tap_call(vt_office_client_add(h.office, &rq, &n, &made, secret, &err),
	    &err, "a client with a key");
	tap_eq_str(secret, "", "and no secret");
	tap_call(assert_by(&m, NULL, &good, &err), &err, "its assertion");
	tap_code(assert_by(&m, NULL, &good, &err), VT_E_SIGN_IN_FAILED, &err,
	    "counts once");
	c = good;
	c.jti = "2";
	tap_code(assert_by(&other, NULL, &c, &err), VT_E_SIGN_IN_FAILED, &err,
	    "by another key");
	tap_code(assert_by(&m, "{\"alg\":\"none\"}", &c, &err),
	    VT_E_SIGN_IN_FAILED, &err, "alg none");
	tap_code(assert_by(&m, "{\"alg\":\"HS256\"}", &c, &err),
	    VT_E_SIGN_IN_FAILED, &err, "alg HS256");
	tap_code(
	    assert_by(&m, rsa ? "{\"alg\":\"ES256\"}" : "{\"alg\":\"RS256\"}",
		&c, &err),
	    VT_E_SIGN_IN_FAILED, &err, "the other algorithm");
	c.aud = "https://elsewhere.test/token";
	tap_code(assert_by(&m, NULL, &c, &err), VT_E_SIGN_IN_FAILED, &err,
	    "meant for somebody else");
	c.aud = AUDIENCE;
	c.iss = "qlvb";
	tap_code(assert_by(&m, NULL, &c, &err), VT_E_SIGN_IN_FAILED, &err,
	    "issued by another");
	c.iss = n.id;
	c.exp = h.w.now / 1000000 - 61;
	tap_code(assert_by(&m, NULL, &c, &err), VT_E_SIGN_IN_FAILED, &err,
	    "expired");
	c.exp = h.w.now / 1000000 + 86400;
	tap_code(assert_by(&m, NULL, &c, &err), VT_E_SIGN_IN_FAILED, &err,
	    "good for a day");
	c.exp = good.exp;
	c.jti = "";
	tap_code(assert_by(&m, NULL, &c, &err), VT_E_SIGN_IN_FAILED, &err,
	    "without an id");
	c.jti = "2";
	tap_call(assert_by(&m, NULL, &c, &err), &err, "and right again");
	tap_code(
	    by_secret(n.id, "anything", NULL, &(struct vt_token){ 0 }, &err),
	    VT_E_SIGN_IN_FAILED, &err, "no secret opens it");
	maker_end(&m);
	maker_end(&other);
}

static void
certificates(const struct vt_actor *admin)
{
	/* any bytes: what they are was judged where they came in */
	static const uint8_t der[] = "certificate of a client";
	struct vt_identity id = { .kind = VT_IDENTITY_CERTIFICATE };
	struct vt_token_request rq = { .client_id = "qlvb" };
	struct vt_actor other = house_actor(&h, "admin", h.there);
	struct vt_actor leader = house_actor(&h, "leader", h.here);
	struct vt_err err = VT_ERR_INIT;
	struct vt_identity_key key;
	struct vt_client list[8];
	struct vt_request own;
	struct vt_token t;
	struct vt_actor a;
	char next[65];
	size_t n = 0;
	vt_hash hash = vt_sha256(VT_SPAN(der, sizeof(der)));

	rq.certificate = VT_SPAN(der, sizeof(der));
	tap_code(token(&rq, &t, &err), VT_E_SIGN_IN_FAILED, &err,
	    "a certificate that nobody linked");
	tap_code(vt_office_authenticate_certificate(
		     h.office, rq.certificate, &a, &err),
	    VT_E_UNAUTHENTICATED, &err, "is nobody's");
	tap_need(vt_office_clients(
		     h.office, admin, NULL, list, 8, &n, next, &err) == VT_OK,
	    "clients");
	id.certificate = hash;
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].id, "qlvb") == 0)
			tap_call(vt_identity_link(
				     h.store, &list[i].person, &id, NULL, &err),
			    &err, "linked");
	/* what is linked to somebody stays his, and whose is not told */
	tap_code(vt_identity_link(h.store, &h.other_leader, &id, NULL, &err),
	    VT_E_EXISTS, &err, "nobody else has it linked");
	own = house_request(&h, &other);
	tap_code(vt_office_link_oidc(
		     h.office, &own, &h.leader, "https://id", "sub", &err),
	    VT_E_PERSON_UNKNOWN, &err, "nor links for another agency's person");
	own = house_request(&h, admin);
	tap_call(vt_office_link_oidc(
		     h.office, &own, &h.leader, "https://id", "sub", &err),
	    &err, "an administrator links for his own");
	own = house_request(&h, &other);
	tap_code(vt_office_link_oidc(h.office, &own, &h.other_leader,
		     "https://id", "sub", &err),
	    VT_E_EXISTS, &err, "the same subject, in another agency");
	tap_ok(strstr(err.msg, "leader") == NULL, "whose it is is not told");
	key = vt_identity_oidc("https://id", "sub");
	tap_call(vt_identity_unlink(h.store, &key, &err), &err,
	    "the operator takes a link away, whoever made it");
	tap_code(vt_identity_unlink(h.store, &key, &err), VT_E_NOT_FOUND, &err,
	    "once");
	own = house_request(&h, &other);
	tap_call(vt_office_link_oidc(h.office, &own, &h.other_leader,
		     "https://id", "sub", &err),
	    &err, "then it is free");
	own = house_request(&h, &leader);
	tap_code(vt_office_link_oidc(
		     h.office, &own, &h.leader, "https://id", "other", &err),
	    VT_E_FORBIDDEN, &err, "nobody links himself");
	tap_call(token(&rq, &t, &err), &err, "it stands for the client");
	tap_call(vt_office_authenticate_certificate(
		     h.office, rq.certificate, &a, &err),
	    &err, "and by itself");
	tap_ok(a.scoped && a.scopes == (VT_SCOPE_READ | VT_SCOPE_WRITE),
	    "with the client's scopes");
	rq.client_id = "by-ec";
	tap_code(token(&rq, &t, &err), VT_E_SIGN_IN_FAILED, &err,
	    "not for another client");
	key = vt_identity_certificate(&hash);
	own = house_request(&h, &other);
	tap_code(vt_office_unlink(h.office, &own, &key, &err), VT_E_NOT_FOUND,
	    &err, "another agency cannot unlink it");
	own = house_request(&h, admin);
	tap_call(who(t.token, &a, &err), &err, "its token is good");
	tap_call(
	    vt_office_unlink(h.office, &own, &key, &err), &err, "unlinked");
	tap_code(who(t.token, &a, &err), VT_E_UNAUTHENTICATED, &err,
	    "what it opened is shut");
	tap_code(vt_office_authenticate_certificate(
		     h.office, rq.certificate, &a, &err),
	    VT_E_UNAUTHENTICATED, &err, "and nobody's again");
}

/* A number cannot be given back: preparing in order A needs the right to it. */
static void
numbering(void)
{
	struct vt_signing_order order = { .act = VT_SIGNING_COMPETENT,
		.number_first = true };
	struct vt_actor a = house_actor(&h, "system", h.here);
	struct vt_office_prepared p = { .attrs = VT_BUF_INIT };
	struct vt_request rq = house_request(&h, &a);
	struct vt_err err = VT_ERR_INIT;
	vt_id paper = { { 7 } };

	a.scoped = true;
	a.scopes = VT_SCOPE_SIGN;
	tap_code(
	    vt_office_prepare(h.office, &rq, &paper, &order, NULL, 0, &p, &err),
	    VT_E_SCOPE, &err, "preparing with a number, without that scope");
	a.scopes |= VT_SCOPE_NUMBER;
	tap_code(
	    vt_office_prepare(h.office, &rq, &paper, &order, NULL, 0, &p, &err),
	    VT_E_NOT_FOUND, &err, "with it: only the paper is missing");
	a.scopes = VT_SCOPE_SIGN;
	order.number_first = false;
	tap_code(
	    vt_office_prepare(h.office, &rq, &paper, &order, NULL, 0, &p, &err),
	    VT_E_NOT_FOUND, &err, "and so without a number");
}

static size_t
rows_of(const vt_id *person)
{
	struct vt_state st[256];
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	size_t n = 0;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK &&
		     vt_state_list(v, VT_STATE_SESSION,
			 VT_SPAN(person->b, VT_ID_SIZE), VT_SPAN(NULL, 0), st,
			 256, &n, &err) == VT_OK,
	    "its rows");
	vt_view_end(v);
	return n;
}

/* A program that asks for a token each time fills nothing. */
static void
many(const struct vt_actor *admin)
{
	struct vt_new_client n = { "many", "Chương trình", VT_SCOPE_READ, true,
		NULL, 0 };
	struct vt_request rq = house_request(&h, admin);
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_token first, t;
	struct vt_actor a;
	struct vt_client c;
	int bad = 0;

	tap_call(vt_office_client_add(h.office, &rq, &n, &c, secret, &err),
	    &err, "a client");
	tap_call(by_secret("many", secret, NULL, &first, &err), &err, "first");
	for (size_t i = 1; i < VT_L(ACCESS_TOKENS_MAX); i++) {
		h.w.now += 1000;
		bad += by_secret("many", secret, NULL, &t, &err) != VT_OK;
	}
	tap_eq_int(bad, 0, "%zu tokens", VT_L(ACCESS_TOKENS_MAX));
	tap_call(who(first.token, &a, &err), &err, "all are good");
	h.w.now += 1000;
	tap_call(by_secret("many", secret, NULL, &t, &err), &err, "one more");
	tap_code(who(first.token, &a, &err), VT_E_UNAUTHENTICATED, &err,
	    "ends the oldest");
	tap_call(who(t.token, &a, &err), &err, "and is good");
	tap_eq_int(rows_of(&c.person), VT_L(ACCESS_TOKENS_MAX), "rows");
	h.w.now += VT_TIME_S(VT_L(ACCESS_TOKEN_S));
	tap_call(by_secret("many", secret, NULL, &t, &err), &err, "later");
	tap_eq_int(rows_of(&c.person), 1, "those that ended are gone");
}

/* An act that was cut off before the tokens ended is done to its end by its
 * repeat. */
static void
cut_off(const struct vt_actor *admin)
{
	struct vt_new_client n = { "cut", "Chương trình", VT_SCOPE_READ, true,
		NULL, 0 };
	char secret[VT_CLIENT_SECRET + 1], none[VT_CLIENT_SECRET + 1];
	struct vt_request rq = house_request(&h, admin), on;
	struct vt_err err = VT_ERR_INIT;
	struct vt_client c;
	struct vt_token t;
	struct vt_actor a;
	char key[sizeof(h.key)];

	tap_call(vt_office_client_add(h.office, &rq, &n, &c, secret, &err),
	    &err, "a client");
	rq = house_request(&h, admin);
	memcpy(key, h.key, sizeof(key));
	rq.key = key;
	tap_call(vt_office_client_act(
		     h.office, &rq, "cut", VT_CLIENT_DISABLE, none, &err),
	    &err, "disabled");
	on = house_request(&h, admin);
	tap_call(vt_office_client_act(
		     h.office, &on, "cut", VT_CLIENT_ENABLE, none, &err),
	    &err, "enabled");
	tap_call(by_secret("cut", secret, NULL, &t, &err), &err, "a token");
	tap_call(vt_office_client_act(
		     h.office, &rq, "cut", VT_CLIENT_DISABLE, none, &err),
	    &err, "the first request again");
	tap_code(who(t.token, &a, &err), VT_E_UNAUTHENTICATED, &err,
	    "ends tokens, as it does the first time");
	tap_call(by_secret("cut", secret, NULL, &t, &err), &err,
	    "and disables nothing twice");
}

/* The clock is asked while a token is made: what happens then happens between
 * the proof and the token. */
static vt_time (*real_now)(void *arg);
static const struct vt_actor *disabling;

static vt_time
now_and_disable(void *arg)
{
	char none[VT_CLIENT_SECRET + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;

	if (disabling != NULL) {
		rq = house_request(&h, disabling);
		disabling = NULL;
		tap_call(vt_office_client_act(h.office, &rq, "qlvb",
			     VT_CLIENT_NEW_SECRET, none, &err),
		    &err, "a new secret meanwhile");
	}
	return real_now(arg);
}

static void
meanwhile(const struct vt_actor *admin)
{
	struct vt_request rq = house_request(&h, admin);
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_err err = VT_ERR_INIT;
	struct vt_token t;

	tap_call(vt_office_client_act(
		     h.office, &rq, "qlvb", VT_CLIENT_NEW_SECRET, secret, &err),
	    &err, "a secret");
	real_now = h.w.ctx.now;
	h.w.ctx.now = now_and_disable;
	disabling = admin;
	tap_code(by_secret("qlvb", secret, NULL, &t, &err), VT_E_SIGN_IN_FAILED,
	    &err, "no token for a secret that ended meanwhile");
	h.w.ctx.now = real_now;
}

int
main(void)
{
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_actor admin;

	house_begin(&h);
	admin = house_actor(&h, "admin", h.here);
	making(&admin, secret);
	secrets(secret);
	ends(&admin, secret);
	assertions(&admin, false);
	assertions(&admin, true);
	certificates(&admin);
	numbering();
	many(&admin);
	cut_off(&admin);
	meanwhile(&admin);
	repeated(&admin);
	house_end(&h);
	return tap_done();
}
