/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/oidc.h"

#include <stdlib.h>

#include "api/office/accounts_priv.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/jwt.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"
#include "base/base64.h"
#include "base/cbor.h"

#define OIDC_MAGIC 0x6f696463U

/* What a provider said of itself; asked for anew after OIDC_AGE_S. */
struct known {
	char authorize[VT_L(URL_MAX) + 1], token[VT_L(URL_MAX) + 1];
	char jwks[VT_L(URL_MAX) + 1];
	bool says_iss; /* authorization_response_iss_parameter_supported */
	json_t *keys;
	vt_time at, keys_at; /* VT_TIME_NONE: never */
	uint64_t keys_no;    /* which set it is, from 1 */
	bool asking;         /* one asks for all who want to know */
};

struct vt_oidc {
	uint32_t magic;
	struct vt_oidc_options o;
	pthread_mutex_t lock; /* guards known */
	pthread_cond_t told;  /* somebody has asked a provider to the end */
	struct known *known;  /* as many as providers */
};

/* Fields of a flow kept between leaving and coming back. */
enum { K_VERSION = 1, K_PROVIDER, K_NONCE, K_VERIFIER, K_RETURN, K_BROWSER };

struct flow {
	char provider[33], nonce[44], verifier[44], to[256];
	vt_hash browser; /* SHA-256 of what the browser keeps */
};

/*
 * https, or http on this very machine (tests, a provider beside us): the whole
 * host, not something that begins like it.
 */
static bool
is_url(const char *s, bool plain)
{
	static const char *const here[] = { "http://127.0.0.1",
		"http://localhost", "http://[::1]" };

	if (strncmp(s, "https://", 8) == 0)
		return s[8] != '\0' && s[8] != '/';
	for (size_t i = 0; plain && i < sizeof(here) / sizeof(here[0]); i++) {
		size_t n = strlen(here[i]);

		if (strncmp(s, here[i], n) == 0 &&
		    strchr(":/?", s[n]) != NULL &&
		    memchr(s + n, '@', strcspn(s + n, "/?")) == NULL)
			return true;
	}
	return false;
}

int
vt_oidc_new(const struct vt_oidc_options *o, struct vt_oidc **ret,
    struct vt_err *reterr)
{
	struct vt_oidc *c;

	for (size_t i = 0; i < o->n_providers; i++) {
		const struct vt_oidc_provider *p = &o->providers[i];
		size_t n = strlen(p->id);

		if (n == 0 || n > 32 ||
		    strspn(p->id, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
			n ||
		    !is_url(p->issuer, true) || strlen(p->issuer) > 512 ||
		    p->client_id[0] == '\0')
			return vt_err_set(reterr, VT_E_USAGE,
			    "identity provider %s: id of [a-z0-9-], issuer "
			    "over https and client_id wanted",
			    p->id);
	}
	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    (c->known = calloc(o->n_providers + 1, sizeof(*c->known))) ==
		NULL) {
		free(c);
		return vt_err_set(reterr, VT_E_NOMEM, "identity providers");
	}
	c->magic = OIDC_MAGIC;
	c->o = *o;
	VT_ASSERT(pthread_mutex_init(&c->lock, NULL) == 0);
	VT_ASSERT(pthread_cond_init(&c->told, NULL) == 0);
	for (size_t i = 0; i < o->n_providers; i++)
		c->known[i].at = c->known[i].keys_at = VT_TIME_NONE;
	*ret = c;
	return VT_OK;
}

void
vt_oidc_free(struct vt_oidc *c)
{
	if (c == NULL)
		return;
	VT_CHECK(c, OIDC_MAGIC);
	for (size_t i = 0; i < c->o.n_providers; i++)
		json_decref(c->known[i].keys);
	VT_ASSERT(pthread_cond_destroy(&c->told) == 0);
	VT_ASSERT(pthread_mutex_destroy(&c->lock) == 0);
	c->magic = 0;
	free(c->known);
	free(c);
}

size_t
vt_oidc_providers(const struct vt_oidc *c, const struct vt_oidc_provider **ret)
{
	VT_CHECK(c, OIDC_MAGIC);
	*ret = c->o.providers;
	return c->o.n_providers;
}

static int
find(
    const struct vt_oidc *c, const char *id, size_t *ret, struct vt_err *reterr)
{
	for (size_t i = 0; id != NULL && i < c->o.n_providers; i++) {
		if (strcmp(c->o.providers[i].id, id) == 0) {
			*ret = i;
			return VT_OK;
		}
	}
	return vt_err_set(
	    reterr, VT_E_NOT_FOUND, "identity provider: there is none");
}

static int
wrong(struct vt_err *reterr, const char *clause, const char *why)
{
	return vt_err_set(
	    reterr, VT_E_ID_TOKEN, "identity provider (%s): %s", clause, why);
}

/* ---- what the provider says of itself ---- */

static int
fetch_json(const struct vt_oidc *c, const char *url, const char *auth,
    struct vt_span body, json_t **ret, struct vt_err *reterr)
{
	json_error_t je;
	VT_BUF_AUTO(text);
	json_t *v;
	int rc;

	text.secret = true;
	rc = c->o.fetch(c->o.fetch_arg, url, auth,
	    "application/x-www-form-urlencoded", body, VT_L(OIDC_ANSWER_MAX),
	    &text, reterr);
	if (rc != VT_OK)
		return rc;
	v = json_loadb(
	    (const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &je);
	if (!json_is_object(v)) {
		json_decref(v);
		return wrong(reterr, "RFC 8259", "its answer is no object");
	}
	*ret = v;
	return VT_OK;
}

/* A URL under the same rules as the issuer. */
static bool
take_url(const json_t *doc, const char *name, const char *issuer, char *ret)
{
	const char *s = json_string_value(json_object_get(doc, name));
	bool plain = strncmp(issuer, "http://", 7) == 0;

	if (s == NULL || strlen(s) > VT_L(URL_MAX) || !is_url(s, plain))
		return false;
	vt_text_fit(ret, VT_L(URL_MAX) + 1, s);
	return true;
}

static int
discover(struct vt_oidc *c, size_t i, struct known *ret, struct vt_err *reterr)
{
	const struct vt_oidc_provider *p = &c->o.providers[i];
	size_t n = strlen(p->issuer);
	json_t *doc = NULL;
	VT_BUF_AUTO(url);
	const char *iss;
	int rc;

	vt_buf_put(&url, p->issuer, p->issuer[n - 1] == '/' ? n - 1 : n);
	vt_buf_puts(&url, "/.well-known/openid-configuration");
	if ((rc = vt_buf_status(&url, reterr)) != VT_OK ||
	    (rc = fetch_json(c, vt_buf_str(&url), NULL, VT_SPAN(NULL, 0), &doc,
		 reterr)) != VT_OK)
		return rc;
	iss = json_string_value(json_object_get(doc, "issuer"));
	if (iss == NULL || strcmp(iss, p->issuer) != 0)
		rc = wrong(reterr, "OpenID Connect Discovery 4.3",
		    "it is another issuer");
	else if (!take_url(doc, "authorization_endpoint", p->issuer,
		     ret->authorize) ||
		 !take_url(doc, "token_endpoint", p->issuer, ret->token) ||
		 !take_url(doc, "jwks_uri", p->issuer, ret->jwks))
		rc = wrong(reterr, "OpenID Connect Discovery 3",
		    "an endpoint is missing, or not https");
	ret->says_iss = json_is_true(json_object_get(
	    doc, "authorization_response_iss_parameter_supported"));
	json_decref(doc);
	return rc;
}

static bool
is_old(const struct vt_oidc *c, vt_time at)
{
	vt_time now = vt_now(c->o.office->o.ctx);

	return at == VT_TIME_NONE || now - at >= VT_TIME_S(VT_L(OIDC_AGE_S)) ||
	       now < at;
}

/* Waits until nobody asks provider i. True: somebody did. With the lock held.
 */
static bool
ask_wait(struct vt_oidc *c, size_t i)
{
	bool waited = c->known[i].asking;

	while (c->known[i].asking)
		pthread_cond_wait(&c->told, &c->lock);
	return waited;
}

/* Who waited for an answer that did not come does not ask once more. */
static int
not_told(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_BUSY,
	    "identity provider: it does not answer, or not rightly");
}

static void
ask_end(struct vt_oidc *c, size_t i)
{
	pthread_mutex_lock(&c->lock);
	c->known[i].asking = false;
	pthread_cond_broadcast(&c->told);
	pthread_mutex_unlock(&c->lock);
}

/* Its addresses, copied; keys is left out. */
static int
known_of(struct vt_oidc *c, size_t i, struct known *ret, struct vt_err *reterr)
{
	struct known *k = &c->known[i];
	bool old, waited = false;
	int rc;

	pthread_mutex_lock(&c->lock);
	if (is_old(c, k->at))
		waited = ask_wait(c, i);
	old = is_old(c, k->at);
	if (old && !waited)
		k->asking = true;
	*ret = *k;
	pthread_mutex_unlock(&c->lock);
	ret->keys = NULL;
	if (!old || waited)
		return old ? not_told(reterr) : VT_OK;
	/* Nobody waits for the network under the lock. */
	if ((rc = discover(c, i, ret, reterr)) == VT_OK) {
		ret->at = vt_now(c->o.office->o.ctx);
		pthread_mutex_lock(&c->lock);
		memcpy(k->authorize, ret->authorize, sizeof(k->authorize));
		memcpy(k->token, ret->token, sizeof(k->token));
		memcpy(k->jwks, ret->jwks, sizeof(k->jwks));
		k->says_iss = ret->says_iss;
		k->at = ret->at;
		pthread_mutex_unlock(&c->lock);
	}
	ask_end(c, i);
	return rc;
}

/* A newer set than number `no`, whoever fetches it. */
static int
new_keys(struct vt_oidc *c, size_t i, const struct known *k, uint64_t no,
    struct vt_err *reterr)
{
	json_t *keys = NULL, *old;
	bool newer, waited;
	int rc;

	pthread_mutex_lock(&c->lock);
	waited = ask_wait(c, i);
	newer = c->known[i].keys_no != no;
	if (!newer && !waited)
		c->known[i].asking = true;
	pthread_mutex_unlock(&c->lock);
	if (newer || waited)
		return newer ? VT_OK : not_told(reterr);
	rc = fetch_json(c, k->jwks, NULL, VT_SPAN(NULL, 0), &keys, reterr);
	if (rc == VT_OK) {
		pthread_mutex_lock(&c->lock);
		old = c->known[i].keys;
		c->known[i].keys = keys;
		c->known[i].keys_at = vt_now(c->o.office->o.ctx);
		c->known[i].keys_no++;
		pthread_mutex_unlock(&c->lock);
		json_decref(old);
	}
	ask_end(c, i);
	return rc;
}

/*
 * The token's signature, by the set that is known; by a new one when that is
 * old or does not have the key it names (a key that was changed).
 */
static int
verify(struct vt_oidc *c, size_t i, const struct known *k,
    const struct vt_jwt *j, struct vt_err *reterr)
{
	bool fresh = false, has_key = false, old;
	uint64_t no;
	int rc;

	pthread_mutex_lock(&c->lock);
	no = c->known[i].keys_no;
	old = c->known[i].keys == NULL || is_old(c, c->known[i].keys_at);
	pthread_mutex_unlock(&c->lock);
	for (;;) {
		if (old) {
			if ((rc = new_keys(c, i, k, no, reterr)) != VT_OK)
				return rc;
			fresh = true;
		}
		pthread_mutex_lock(&c->lock);
		no = c->known[i].keys_no;
		rc = vt_jwt_verify_set(j, c->known[i].keys, &has_key, reterr);
		pthread_mutex_unlock(&c->lock);
		if (rc == VT_OK || has_key || fresh)
			return rc;
		old = true;
	}
}

/* ---- leaving ---- */

static void
token43(const struct vt_context *ctx, char ret[44])
{
	uint8_t raw[32];
	VT_BUF_AUTO(b);

	b.secret = true;
	vt_random(ctx, raw, sizeof(raw));
	vt_base64url_put(&b, VT_SPAN(raw, sizeof(raw)));
	vt_text_fit(ret, 44, vt_buf_str(&b));
	vt_wipe(raw, sizeof(raw));
}

static void
escaped(struct vt_buf *b, const char *s)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
	    "~";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			vt_buf_putc(b, (uint8_t)*s);
		else
			vt_buf_printf(b, "%%%02X", (unsigned)(uint8_t)*s);
	}
}

static void
parameter(struct vt_buf *b, const char *name, const char *value)
{
	vt_buf_printf(b, "&%s=", name);
	escaped(b, value);
}

static void
redirect_uri(const struct vt_oidc *c, const char *id, struct vt_buf *ret)
{
	vt_buf_printf(ret, "%s/%s", c->o.redirect_base, id);
}

/* Only a path of ours: "//x", "/\x" and others lead elsewhere. */
static const char *
safe_return(const char *to)
{
	if (to == NULL || strlen(to) >= 256 ||
	    (strcmp(to, "/desk") != 0 && strncmp(to, "/desk/", 6) != 0))
		return "/desk";
	for (const char *s = to; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f ||
		    *s == '\\' || (*s == '/' && s[1] == '/'))
			return "/desk";
	return to;
}

static void
flow_key(const char *state, uint8_t ret[1 + VT_HASH_SIZE])
{
	vt_hash h = vt_sha256(vt_span_str(state));

	ret[0] = 'o';
	memcpy(ret + 1, h.b, sizeof(h.b));
}

static int
keep_flow(struct vt_oidc *c, const char *state, const struct flow *f,
    struct vt_err *reterr)
{
	const struct vt_office *o = c->o.office;
	uint8_t key[1 + VT_HASH_SIZE];
	struct vt_state_new n = { .kind = VT_STATE_FLOW,
		.key = VT_SPAN(key, sizeof(key)),
		.expires = vt_now(o->o.ctx) + VT_TIME_S(VT_L(FLOW_S)),
		.expect = VT_STATE_NEW };
	struct vt_cbor_map_writer m;
	VT_BUF_AUTO(b);
	int rc;

	flow_key(state, key);
	vt_cbor_map_begin(&m, &b);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(&b, 1);
	vt_cbor_key(&m, K_PROVIDER);
	vt_cbor_str(&b, f->provider);
	vt_cbor_key(&m, K_NONCE);
	vt_cbor_str(&b, f->nonce);
	vt_cbor_key(&m, K_VERIFIER);
	vt_cbor_str(&b, f->verifier);
	vt_cbor_key(&m, K_RETURN);
	vt_cbor_str(&b, f->to);
	vt_cbor_key(&m, K_BROWSER);
	vt_cbor_hash(&b, &f->browser);
	vt_cbor_map_end(&m);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	n.value = vt_buf_view(&b);
	return vt_state_put(o->o.store, &n, NULL, reterr);
}

/* The address of the provider with all that it wants to be told. */
static int
leave_url(const struct vt_oidc *c, size_t i, const struct known *k,
    const char *state, const struct flow *f, struct vt_buf *ret,
    struct vt_err *reterr)
{
	const struct vt_oidc_provider *p = &c->o.providers[i];
	vt_hash h = vt_sha256(vt_span_str(f->verifier));
	VT_BUF_AUTO(uri);
	VT_BUF_AUTO(challenge);
	int rc;

	vt_base64url_put(&challenge, VT_SPAN(h.b, sizeof(h.b)));
	redirect_uri(c, p->id, &uri);
	vt_buf_printf(ret, "%s%sresponse_type=code", k->authorize,
	    strchr(k->authorize, '?') == NULL ? "?" : "&");
	parameter(ret, "client_id", p->client_id);
	parameter(ret, "redirect_uri", vt_buf_str(&uri));
	parameter(ret, "scope", p->scope == NULL ? "openid" : p->scope);
	parameter(ret, "state", state);
	parameter(ret, "nonce", f->nonce);
	parameter(ret, "code_challenge", vt_buf_str(&challenge));
	parameter(ret, "code_challenge_method", "S256");
	if ((rc = vt_buf_status(&uri, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&challenge, reterr)) != VT_OK)
		return rc;
	return vt_buf_status(ret, reterr);
}

int
vt_oidc_begin(struct vt_oidc *c, const char *provider, const char *return_to,
    struct vt_buf *ret_url, char ret_browser[44], struct vt_err *reterr)
{
	const struct vt_context *ctx;
	char state[44];
	struct known k;
	struct flow f;
	size_t i = 0;
	int rc;

	VT_CHECK(c, OIDC_MAGIC);
	ctx = c->o.office->o.ctx;
	if ((rc = find(c, provider, &i, reterr)) != VT_OK ||
	    (rc = known_of(c, i, &k, reterr)) != VT_OK)
		return rc;
	memset(&f, 0, sizeof(f));
	token43(ctx, state);
	token43(ctx, f.nonce);
	token43(ctx, f.verifier);
	token43(ctx, ret_browser);
	f.browser = vt_sha256(vt_span_str(ret_browser));
	vt_text_fit(f.provider, sizeof(f.provider), c->o.providers[i].id);
	vt_text_fit(f.to, sizeof(f.to), safe_return(return_to));
	if ((rc = keep_flow(c, state, &f, reterr)) == VT_OK)
		rc = leave_url(c, i, &k, state, &f, ret_url, reterr);
	vt_wipe(&f, sizeof(f));
	vt_wipe(state, sizeof(state));
	return rc;
}

/* ---- coming back ---- */

static int
decode_flow(struct vt_span s, struct flow *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, s);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == K_VERSION && vt_cbor_get_uint(&c) != 1)
			vt_cbor_fail(&c, "unknown version");
		else if (key == K_PROVIDER)
			vt_cbor_get_str(
			    &c, ret->provider, sizeof(ret->provider));
		else if (key == K_NONCE)
			vt_cbor_get_str(&c, ret->nonce, sizeof(ret->nonce));
		else if (key == K_VERIFIER)
			vt_cbor_get_str(
			    &c, ret->verifier, sizeof(ret->verifier));
		else if (key == K_RETURN)
			vt_cbor_get_str(&c, ret->to, sizeof(ret->to));
		else if (key == K_BROWSER)
			ret->browser = vt_cbor_get_hash(&c);
		else if (key > K_BROWSER)
			vt_cbor_fail(&c, "unknown field");
	}
	return vt_cbor_finish(&c, "flow of an identity provider", reterr);
}

/* The flow of this state and browser; it is used up by this. */
static int
take_flow(struct vt_oidc *c, const struct vt_oidc_back *b, struct flow *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_store *s = c->o.office->o.store;
	struct vt_err err = VT_ERR_INIT;
	uint8_t key[1 + VT_HASH_SIZE];
	struct vt_state st;
	uint64_t rev = 0;
	vt_hash browser;
	int rc;

	if (b->state == NULL || b->browser == NULL)
		return wrong(reterr, "RFC 6749 section 10.12",
		    "state or cookie is missing");
	flow_key(b->state, key);
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(
	    v, VT_STATE_FLOW, VT_SPAN(key, sizeof(key)), &st, &err);
	if (rc == VT_OK) {
		rev = st.rev;
		rc = decode_flow(st.value, ret, &err);
	}
	vt_view_end(VT_TAKE(v));
	browser = vt_sha256(vt_span_str(b->browser));
	if (rc == VT_OK && !vt_hash_eq(&browser, &ret->browser))
		return wrong(reterr, "RFC 6749 section 10.12",
		    "another browser began this");
	if (rc == VT_OK)
		rc = vt_state_delete(
		    s, VT_STATE_FLOW, VT_SPAN(key, sizeof(key)), rev, &err);
	if (rc == VT_E_NOT_FOUND || rc == VT_E_CONFLICT)
		return wrong(reterr, "RFC 6749 section 4.1.2",
		    "state: not one that is open; it ended, or was used");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* client_secret_basic (RFC 6749 §2.3.1) */
static void
basic(const struct vt_oidc_provider *p, struct vt_buf *ret)
{
	VT_BUF_AUTO(pair);

	pair.secret = true;
	escaped(&pair, p->client_id);
	vt_buf_putc(&pair, ':');
	escaped(&pair, p->client_secret);
	vt_buf_puts(ret, "Basic ");
	vt_base64_put(ret, vt_buf_view(&pair));
}

static int
exchange_code(struct vt_oidc *c, size_t i, const struct known *k,
    const struct flow *f, const char *code, struct vt_buf *ret_id_token,
    struct vt_err *reterr)
{
	const struct vt_oidc_provider *p = &c->o.providers[i];
	bool secret = p->client_secret != NULL && p->client_secret[0] != '\0';
	json_t *answer = NULL;
	const char *token;
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(auth);
	VT_BUF_AUTO(uri);
	int rc;

	body.secret = auth.secret = true;
	redirect_uri(c, p->id, &uri);
	vt_buf_puts(&body, "grant_type=authorization_code");
	parameter(&body, "code", code);
	parameter(&body, "redirect_uri", vt_buf_str(&uri));
	parameter(&body, "code_verifier", f->verifier);
	if (secret)
		basic(p, &auth);
	else
		parameter(&body, "client_id", p->client_id);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&auth, reterr)) != VT_OK ||
	    (rc = fetch_json(c, k->token, secret ? vt_buf_str(&auth) : NULL,
		 vt_buf_view(&body), &answer, reterr)) != VT_OK)
		return rc;
	token = json_string_value(json_object_get(answer, "id_token"));
	if (token == NULL || strlen(token) > VT_L(JWT_MAX))
		rc = wrong(reterr, "OpenID Connect Core 3.1.3.3",
		    "no ID token in its answer");
	else
		vt_buf_puts(ret_id_token, token);
	json_decref(answer);
	return rc != VT_OK ? rc : vt_buf_status(ret_id_token, reterr);
}

/* Whose session it becomes: by issuer and subject alone. */
static int
whose(struct vt_office *o, const char *issuer, const char *subject,
    struct vt_actor *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_identity_key key = vt_identity_oidc(issuer, subject);
	struct vt_identity id;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_identity_find(v, &key, &id, reterr)) != VT_OK)
		return rc;
	rc = vt_house_actor(v, &id.person, vt_now(o->o.ctx), ret, reterr);
	if (rc == VT_OK)
		rc = vt_account_open(v, &id.person, reterr);
	if (rc == VT_E_PERSON_UNKNOWN)
		return vt_err_set(reterr, VT_E_IDENTITY_UNKNOWN,
		    "identity: its person is no longer active");
	if (rc == VT_OK && (ret->roles & VT_ROLE_SYSTEM) != 0)
		rc = vt_err_set(reterr, VT_E_IDENTITY_UNKNOWN,
		    "identity: programs do not sign in");
	return rc;
}

static int
begin_session(struct vt_oidc *c, const char *issuer, const char *subject,
    struct vt_session *ret, struct vt_err *reterr)
{
	struct vt_session_new n = { .kind = VT_SESSION_OIDC,
		.life_s = (int64_t)VT_L(SESSION_S),
		.idle_s = (int64_t)VT_L(SESSION_IDLE_S) };
	struct vt_office *o = c->o.office;
	struct vt_err err = VT_ERR_INIT;
	struct vt_session s;
	int rc;

	memset(&s, 0, sizeof(s));
	s.kind = n.kind;
	rc = whose(o, issuer, subject, &s.actor, reterr);
	if (rc != VT_OK)
		return rc;
	n.person = s.actor.person;
	rc = vt_session_make(
	    o->o.store, o->o.ctx, &n, s.token, &s.until, reterr);
	if (rc != VT_OK)
		return rc;
	/* It must still hold when the session is there: else one who was locked
	 * out, or unlinked, meanwhile would keep it. */
	rc = whose(o, issuer, subject, &s.actor, reterr);
	if (rc == VT_OK && !vt_id_eq(&s.actor.person, &n.person))
		rc = vt_err_set(reterr, VT_E_IDENTITY_UNKNOWN,
		    "identity: it became another's");
	if (rc != VT_OK &&
	    vt_office_sign_out(o, vt_span_str(s.token), &err) != VT_OK)
		vt_log_err("office.session_left", &err);
	if (rc == VT_OK)
		*ret = s;
	vt_wipe(s.token, sizeof(s.token));
	return rc;
}

static int
check_back(const struct vt_oidc *c, size_t i, const struct known *k,
    const struct vt_oidc_back *b, const struct flow *f, struct vt_err *reterr)
{
	const char *issuer = c->o.providers[i].issuer;

	if (strcmp(f->provider, c->o.providers[i].id) != 0)
		return wrong(reterr, "RFC 9207 section 2.4",
		    "the answer comes by another provider");
	if (b->iss != NULL ? strcmp(b->iss, issuer) != 0 : k->says_iss)
		return wrong(reterr, "RFC 9207 section 2.4",
		    "iss: another issuer than expected");
	if (b->error != NULL)
		return wrong(reterr, "RFC 6749 section 4.1.2.1",
		    "it refused, or the person did");
	if (b->code == NULL || strlen(b->code) > 2048)
		return wrong(
		    reterr, "RFC 6749 section 4.1.2", "code is missing");
	return VT_OK;
}

/* The code for a token, and the token's subject: nothing of it is used before
 * its signature and what it says hold. */
static int
recognise(struct vt_oidc *c, size_t i, const struct vt_oidc_back *b,
    const struct flow *f, char ret_sub[256], struct vt_err *reterr)
{
	const struct vt_oidc_provider *p = &c->o.providers[i];
	const char *aud[1] = { p->client_id };
	struct vt_jwt_want w = { .aud = aud,
		.n_aud = 1,
		.alone = true,
		.iss = p->issuer,
		.nonce = f->nonce };
	const char *sub;
	struct known k;
	VT_BUF_AUTO(token);
	VT_JWT_AUTO(j);
	int rc;

	token.secret = true;
	if ((rc = known_of(c, i, &k, reterr)) != VT_OK ||
	    (rc = check_back(c, i, &k, b, f, reterr)) != VT_OK ||
	    (rc = exchange_code(c, i, &k, f, b->code, &token, reterr)) !=
		VT_OK ||
	    (rc = vt_jwt_parse(vt_buf_str(&token), &j, reterr)) != VT_OK ||
	    (rc = verify(c, i, &k, &j, reterr)) != VT_OK)
		return rc;
	w.now = vt_now(c->o.office->o.ctx);
	if ((rc = vt_jwt_judge(&j, &w, reterr)) != VT_OK)
		return rc;
	sub = vt_jwt_str(&j, "sub");
	if (sub == NULL || *sub == '\0' || strlen(sub) > 255)
		return wrong(reterr, "OpenID Connect Core 2", "sub");
	vt_text_fit(ret_sub, 256, sub);
	return VT_OK;
}

int
vt_oidc_finish(struct vt_oidc *c, const struct vt_oidc_back *b,
    struct vt_session *ret, struct vt_buf *ret_to, struct vt_err *reterr)
{
	char sub[256];
	struct flow f;
	size_t i = 0;
	int rc;

	VT_CHECK(c, OIDC_MAGIC);
	if ((rc = find(c, b->provider, &i, reterr)) != VT_OK)
		return rc;
	if ((rc = take_flow(c, b, &f, reterr)) == VT_OK &&
	    (rc = recognise(c, i, b, &f, sub, reterr)) == VT_OK &&
	    (rc = begin_session(
		 c, c->o.providers[i].issuer, sub, ret, reterr)) == VT_OK) {
		vt_buf_puts(ret_to, f.to);
		rc = vt_buf_status(ret_to, reterr);
	}
	vt_wipe(&f, sizeof(f));
	return rc;
}
