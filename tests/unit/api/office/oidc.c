/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in by an identity provider that may lie in every field. */
#include "api/office/oidc.h"
#include "api/office/accounts.h"
#include "api/office/identity.h"
#include "tests/unit/api/office/house.h"
#include "tests/unit/api/office/jwt_maker.h"

#define ISSUER "https://id.test"
#define OURS   "client-of-ours"

static struct house h;
static struct maker key, next_key;

/* What the provider answers; each test changes what it wants wrong. */
static struct {
	const char *issuer, *kid, *header;
	const struct maker *signs, *publishes;
	char claims[1024];
	bool down, slow;
	unsigned documents, key_sets, exchanges;
	char body[2048], authorization[256];
} fake;

static void
key_set(struct vt_buf *b)
{
	VT_BUF_AUTO(n);
	VT_BUF_AUTO(e);
	const struct maker *m = fake.publishes;

	fake.key_sets++;
	vt_base64url_put(&n, VT_SPAN(m->a, m->n_a));
	vt_base64url_put(&e, VT_SPAN(m->b, m->n_b));
	vt_buf_printf(b,
	    m->rsa ? "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"},{\"kty\":"
		     "\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"}]}"
		   : "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":"
		     "\"%s\",\"x\":\"%s\",\"y\":\"%s\"}]}",
	    fake.kid, vt_buf_str(&n), vt_buf_str(&e));
}

static int
provider(void *arg, const char *url, const char *authorization,
    const char *content_type, struct vt_span body, size_t limit,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(jwt);

	(void)arg;
	(void)content_type;
	(void)limit;
	if (strstr(url, "/.well-known/") != NULL)
		(void)__atomic_add_fetch(&fake.documents, 1, __ATOMIC_SEQ_CST);
	if (fake.slow)
		(void)usleep(100000);
	if (fake.down)
		return vt_err_set(reterr, VT_E_ENVIRONMENT, "not reached");
	if (strcmp(url, ISSUER "/.well-known/openid-configuration") == 0) {
		vt_buf_printf(ret,
		    "{\"issuer\":\"%s\",\"authorization_endpoint\":\"" ISSUER
		    "/auth\",\"token_endpoint\":\"" ISSUER
		    "/token\",\"jwks_uri\":\"" ISSUER "/keys\"}",
		    fake.issuer);
	} else if (strcmp(url, ISSUER "/keys") == 0) {
		key_set(ret);
	} else {
		fake.exchanges++;
		(void)snprintf(fake.body, sizeof(fake.body), "%.*s",
		    (int)body.n, (const char *)body.p);
		(void)snprintf(fake.authorization, sizeof(fake.authorization),
		    "%s", authorization == NULL ? "" : authorization);
		maker_sign(fake.signs, fake.header, fake.claims, &jwt);
		vt_buf_printf(ret, "{\"id_token\":\"%s\"}", vt_buf_str(&jwt));
	}
	return VT_OK;
}

static void
honest(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.issuer = ISSUER;
	fake.kid = "one";
	fake.signs = fake.publishes = &key;
}

static void
query(const char *url, const char *name, char ret[256])
{
	char at[64];
	const char *s;
	size_t n;

	(void)snprintf(at, sizeof(at), "%s=", name);
	s = strstr(url, at);
	tap_need(s != NULL, "%s in the address", name);
	s += strlen(at);
	n = strcspn(s, "&");
	(void)snprintf(ret, 256, "%.*s", (int)n, s);
}

/* One way there and back, up to the claims that are to be. */
struct trip {
	char state[256], nonce[256], challenge[256], browser[44];
	struct vt_oidc_back back;
};

static void
leave(struct vt_oidc *c, const char *to, struct trip *t)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(url);

	memset(t, 0, sizeof(*t));
	tap_call(
	    vt_oidc_begin(c, "so", to, &url, t->browser, &err), &err, "leaves");
	query(vt_buf_str(&url), "state", t->state);
	query(vt_buf_str(&url), "nonce", t->nonce);
	query(vt_buf_str(&url), "code_challenge", t->challenge);
	t->back = (struct vt_oidc_back){ .provider = "so",
		.state = t->state,
		.code = "abc",
		.browser = t->browser };
}

static void
claims(const char *iss, const char *sub, const char *aud, const char *nonce,
    int64_t exp_s)
{
	(void)snprintf(fake.claims, sizeof(fake.claims),
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":%s,\"nonce\":\"%s\","
	    "\"exp\":%lld,\"iat\":%lld}",
	    iss, sub, aud, nonce, (long long)exp_s,
	    (long long)(h.w.now / 1000000));
}

static int64_t
soon(void)
{
	return h.w.now / 1000000 + 300;
}

#define AUD "\"" OURS "\""

static int
come_back(struct vt_oidc *c, const struct trip *t, struct vt_session *s,
    struct vt_err *err)
{
	VT_BUF_AUTO(to);

	return vt_oidc_finish(c, &t->back, s, &to, err);
}

static void
right(struct vt_oidc *c)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s, again;
	struct trip t;
	VT_BUF_AUTO(to);
	char verifier[256];
	VT_BUF_AUTO(challenge);
	vt_hash hash;

	honest();
	leave(c, "/desk/papers?x=1", &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	tap_call(vt_oidc_finish(c, &t.back, &s, &to, &err), &err, "comes back");
	tap_ok(
	    vt_id_eq(&s.actor.person, &h.leader) && s.kind == VT_SESSION_OIDC,
	    "as the leader");
	tap_eq_str(vt_buf_str(&to), "/desk/papers?x=1", "where he wanted to");
	tap_call(
	    vt_office_session(h.office, vt_span_str(s.token), &again, &err),
	    &err, "a session");
	query(fake.body, "code_verifier", verifier);
	hash = vt_sha256(vt_span_str(verifier));
	vt_base64url_put(&challenge, VT_SPAN(hash.b, 32));
	tap_eq_str(vt_buf_str(&challenge), t.challenge,
	    "the challenge is the verifier's (RFC 7636)");
	tap_ok(strstr(fake.body,
		   "redirect_uri=https%3A%2F%2Fvanthu.test%2Fdesk%2Foidc%2F"
		   "so") != NULL &&
		   strncmp(fake.authorization, "Basic ", 6) == 0,
	    "the request for the token");
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err,
	    "once and no more");
	tap_eq_int(fake.exchanges, 1, "the code was not shown again");
}

/* Everything right but one thing. */
static void
lies(struct vt_oidc *c)
{
	static const struct {
		const char *what, *iss, *aud, *nonce, *header;
		int exp; /* seconds from now */
		int rc;
	} cases[] = {
		{ "another issuer", "https://evil.test", AUD, NULL, NULL, 300,
		    VT_E_ID_TOKEN },
		{ "for another client", ISSUER, "\"other\"", NULL, NULL, 300,
		    VT_E_ID_TOKEN },
		{ "for us and others", ISSUER, "[" AUD ",\"other\"]", NULL,
		    NULL, 300, VT_E_ID_TOKEN },
		{ "for us in a list", ISSUER, "[" AUD "]", NULL, NULL, 300,
		    VT_OK },
		{ "another nonce", ISSUER, AUD, "x", NULL, 300, VT_E_ID_TOKEN },
		{ "expired", ISSUER, AUD, NULL, NULL, -61, VT_E_ID_TOKEN },
		{ "within the skew", ISSUER, AUD, NULL, NULL, -59, VT_OK },
		{ "alg none", ISSUER, AUD, NULL, "{\"alg\":\"none\"}", 300,
		    VT_E_ID_TOKEN },
		{ "alg HS256", ISSUER, AUD, NULL, "{\"alg\":\"HS256\"}", 300,
		    VT_E_ID_TOKEN },
		{ "alg of another kind of key", ISSUER, AUD, NULL,
		    "{\"alg\":\"ES256\"}", 300, VT_E_ID_TOKEN },
		{ "critical headers", ISSUER, AUD, NULL,
		    "{\"alg\":\"RS256\",\"crit\":[\"x\"]}", 300,
		    VT_E_ID_TOKEN },
		{ "alg twice", ISSUER, AUD, NULL,
		    "{\"alg\":\"RS256\",\"alg\":\"none\"}", 300,
		    VT_E_ID_TOKEN },
		{ "a key that is not in the set", ISSUER, AUD, NULL,
		    "{\"alg\":\"RS256\",\"kid\":\"two\"}", 300, VT_E_ID_TOKEN },
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	struct trip t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		honest();
		leave(c, NULL, &t);
		claims(cases[i].iss, "nguyen.thi.mau", cases[i].aud,
		    cases[i].nonce == NULL ? t.nonce : cases[i].nonce,
		    h.w.now / 1000000 + cases[i].exp);
		fake.header = cases[i].header;
		tap_code(come_back(c, &t, &s, &err), cases[i].rc, &err, "%s",
		    cases[i].what);
	}
	honest();
	leave(c, NULL, &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	fake.signs = &next_key;
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err,
	    "signed by somebody else");
	honest();
	leave(c, NULL, &t);
	claims(ISSUER, "someone.else", AUD, t.nonce, soon());
	tap_code(come_back(c, &t, &s, &err), VT_E_IDENTITY_UNKNOWN, &err,
	    "a subject that nobody linked");
	honest();
	leave(c, NULL, &t);
	claims(ISSUER, "", AUD, t.nonce, soon());
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err, "no subject");
}

/* The browser's side of it. */
static void
back(struct vt_oidc *c)
{
	static const char *const elsewhere[] = { NULL, "https://evil.test/",
		"//evil.test", "/\\evil.test", "/deskx", "/desk//evil.test",
		"/desk/\r\nX: y", "/v1/me" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	struct trip t, other;

	honest();
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		VT_BUF_AUTO(to);

		leave(c, elsewhere[i], &t);
		claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
		tap_need(vt_oidc_finish(c, &t.back, &s, &to, &err) == VT_OK,
		    "in %s", err.msg);
		tap_eq_str(vt_buf_str(&to), "/desk",
		    "and not to another place (%zu)", i);
	}
	leave(c, NULL, &t);
	leave(c, NULL, &other);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	t.back.browser = other.browser;
	tap_code(
	    come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err, "another browser");
	t.back.browser = NULL;
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err, "no cookie");
	t.back.browser = t.browser;
	t.back.state = "guessed";
	tap_code(
	    come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err, "another state");
	t.back.state = t.state;
	t.back.iss = "https://evil.test";
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err,
	    "an answer of another issuer (RFC 9207)");
	leave(c, NULL, &t);
	t.back.error = "access_denied";
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err,
	    "the person said no");
	leave(c, NULL, &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon() + 3600);
	h.w.now += VT_TIME_S(VT_L(FLOW_S));
	tap_code(come_back(c, &t, &s, &err), VT_E_ID_TOKEN, &err, "too late");
	tap_code(vt_oidc_begin(c, "other", NULL, &(struct vt_buf)VT_BUF_INIT,
		     t.browser, &err),
	    VT_E_NOT_FOUND, &err, "no such provider");
}

static void
keys_change(struct vt_oidc *c)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	struct trip t;

	honest();
	fake.publishes = fake.signs = &next_key;
	fake.kid = "two";
	fake.header = "{\"alg\":\"RS256\",\"kid\":\"two\"}";
	leave(c, NULL, &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	tap_call(come_back(c, &t, &s, &err), &err,
	    "a key that was changed is looked up");
	tap_eq_int(fake.key_sets, 1, "once");
	h.w.now += VT_TIME_S(VT_L(OIDC_AGE_S));
	honest();
	fake.down = true;
	tap_code(vt_oidc_begin(c, "so", NULL, &(struct vt_buf)VT_BUF_INIT,
		     t.browser, &err),
	    VT_E_ENVIRONMENT, &err, "a provider that is down");
	honest();
	fake.issuer = "https://evil.test";
	tap_code(vt_oidc_begin(c, "so", NULL, &(struct vt_buf)VT_BUF_INIT,
		     t.browser, &err),
	    VT_E_ID_TOKEN, &err, "one that calls itself otherwise");
	honest();
}

/* https, or this very machine: nothing that only begins like it. */
static void
addresses(const struct vt_oidc_options *o, const struct vt_oidc_provider *so)
{
	static const struct {
		const char *issuer;
		bool good;
	} row[] = {
		{ "https://id.test", true },
		{ "http://localhost", true },
		{ "http://localhost:8080/a", true },
		{ "http://127.0.0.1:1/", true },
		{ "http://[::1]:8080", true },
		{ "http://id.test", false },
		{ "http://localhost.evil.test", false },
		{ "http://127.0.0.1.evil.test", false },
		{ "http://127.0.0.11", false },
		{ "http://localhost:1@evil.test/", false },
		{ "http://localhostevil", false },
		{ "https://", false },
		{ "ftp://localhost", false },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct vt_oidc_options other = *o;
		struct vt_oidc_provider p = *so;
		struct vt_err err = VT_ERR_INIT;
		struct vt_oidc *c = NULL;

		p.issuer = row[i].issuer;
		other.providers = &p;
		tap_code(vt_oidc_new(&other, &c, &err),
		    row[i].good ? VT_OK : VT_E_USAGE, &err, "issuer %s",
		    p.issuer);
		vt_oidc_free(c);
	}
}

/* An account that is locked keeps its person out by this way, too. */
static void
locked(struct vt_oidc *c)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *p = house_secret("mật khẩu rất dài");
	struct vt_actor admin = house_actor(&h, "admin", h.here), a;
	struct vt_err err = VT_ERR_INIT;
	struct vt_request rq;
	struct vt_session s;
	struct trip t;
	VT_BUF_AUTO(to);

	rq = house_request(&h, &admin);
	tap_call(
	    vt_office_account_add(h.office, &rq, "leader", &h.leader, p, &err),
	    &err, "the leader has an account, too");
	honest();
	leave(c, "/desk", &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	tap_call(
	    vt_oidc_finish(c, &t.back, &s, &to, &err), &err, "and gets in");
	tap_call(vt_account_act(
		     h.store, &h.w.ctx, "leader", VT_ACCOUNT_LOCK, NULL, &err),
	    &err, "it is locked");
	leave(c, "/desk", &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	tap_code(vt_oidc_finish(c, &t.back, &s, &to, &err), VT_E_ACCOUNT_LOCKED,
	    &err, "the provider does not open it");
	tap_code(vt_office_authenticate(
		     h.office, VT_SPAN_LIT("token-of-leader-1"), &a, &err),
	    VT_E_ACCOUNT_LOCKED, &err, "nor does a token he has");
	tap_call(vt_account_act(h.store, &h.w.ctx, "leader", VT_ACCOUNT_UNLOCK,
		     NULL, &err),
	    &err, "unlocked");
	leave(c, "/desk", &t);
	claims(ISSUER, "nguyen.thi.mau", AUD, t.nonce, soon());
	tap_call(vt_oidc_finish(c, &t.back, &s, &to, &err), &err, "in again");
}

static void *
leave_one(void *arg)
{
	struct vt_err err = VT_ERR_INIT;
	char browser[44];
	VT_BUF_AUTO(url);
	struct vt_oidc *c = arg;

	return vt_oidc_begin(c, "so", "/desk", &url, browser, &err) == VT_OK
		   ? arg
		   : NULL;
}

/* A morning's crowd asks the provider once. */
static void
crowd(struct vt_oidc *c)
{
	pthread_t threads[8];
	int in = 0;
	void *ret;

	for (int down = 1; down >= 0; down--) {
		honest();
		fake.slow = true;
		fake.down = down != 0;
		h.w.now += VT_TIME_S(VT_L(OIDC_AGE_S));
		for (size_t i = 0; i < 8; i++)
			tap_need(pthread_create(
				     &threads[i], NULL, leave_one, c) == 0,
			    "thread");
		for (size_t i = 0; i < 8; i++) {
			(void)pthread_join(threads[i], &ret);
			in += ret != NULL;
		}
		tap_eq_int(in, down ? 0 : 8, "%d of 8 leave", in);
		tap_eq_int(fake.documents, 1, "it was asked once");
	}
}

int
main(void)
{
	static const struct vt_oidc_provider so = { "so", "Cổng đăng nhập",
		ISSUER, OURS, "a secret", NULL };
	struct vt_identity id = { .kind = VT_IDENTITY_OIDC,
		.issuer = ISSUER,
		.subject = "nguyen.thi.mau" };
	struct vt_oidc_options o = { .providers = &so,
		.n_providers = 1,
		.fetch = provider,
		.redirect_base = "https://vanthu.test/desk/oidc" };
	struct vt_oidc_provider bad = so;
	struct vt_err err = VT_ERR_INIT;
	struct vt_oidc *c = NULL;

	house_begin(&h);
	maker_begin(&key, true);
	maker_begin(&next_key, true);
	tap_call(vt_identity_link(h.store, &h.leader, &id, NULL, &err), &err,
	    "linked");
	tap_code(vt_identity_link(h.store, &h.officer, &id, NULL, &err),
	    VT_E_EXISTS, &err, "to one person only");
	o.office = h.office;
	bad.issuer = "http://id.test";
	o.providers = &bad;
	tap_code(vt_oidc_new(&o, &c, &err), VT_E_USAGE, &err, "not over https");
	o.providers = &so;
	tap_need(vt_oidc_new(&o, &c, &err) == VT_OK, "provider");
	right(c);
	lies(c);
	back(c);
	keys_change(c);
	locked(c);
	crowd(c);
	vt_oidc_free(c);
	addresses(&o, &so);
	maker_end(&key);
	maker_end(&next_key);
	house_end(&h);
	return tap_done();
}
