/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The OAuth2 token endpoint: a program proves itself and gets a token. */
#include "api/office/clients_priv.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "api/office/jwt.h"
#include "api/office/office_priv.h"
#include "api/office/sessions_priv.h"

static int
unknown(struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_SIGN_IN_FAILED,
	    "client (RFC 6749 section 5.2, invalid_client): not recognised");
}

/* ---- the three proofs ---- */

static int
by_secret(struct vt_office *o, const struct vt_client_row *c,
    const struct vt_secret *given, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *want = NULL;
	char text[VT_CLIENT_SECRET + 1];

	if (!c->c.has_secret)
		return unknown(reterr);
	vt_client_secret(o->o.store, c, text);
	want = vt_secret_new(text, strlen(text));
	vt_wipe(text, sizeof(text));
	if (want == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "client secret");
	return vt_secret_eq(want, vt_secret_view(given)) ? VT_OK
							 : unknown(reterr);
}

static bool
buf_is(struct vt_buf *b, const uint8_t *p, size_t n)
{
	vt_buf_put(b, p, n);
	return vt_buf_status(b, NULL) == VT_OK;
}

static bool
signed_by(const struct vt_client_row *c, const struct vt_jwt *j)
{
	bool good = false;

	for (uint32_t i = 0; i < c->c.n_keys && !good; i++) {
		const struct vt_client_key *k = &c->keys[i];
		struct vt_jwk key = VT_JWK_INIT;

		key.rsa = k->rsa;
		if ((j->kid[0] == '\0' || k->kid[0] == '\0' ||
			strcmp(j->kid, k->kid) == 0) &&
		    buf_is(&key.a, k->a, k->n_a) &&
		    buf_is(&key.b, k->b, k->n_b))
			good = vt_jwk_verify(&key, j, NULL) == VT_OK;
		vt_jwk_free(&key);
	}
	return good;
}

/* Each assertion once (RFC 7523 §3 (7)): making the row is the test. */
static int
first_use(struct vt_office *o, const struct vt_client_row *c,
    const struct vt_jwt *j, struct vt_err *reterr)
{
	const char *jti = vt_jwt_str(j, "jti");
	struct vt_err err = VT_ERR_INIT;
	uint8_t key[1 + VT_HASH_SIZE] = { 'j' };
	struct vt_state_new n = { .kind = VT_STATE_CODE,
		.key = VT_SPAN(key, sizeof(key)),
		.expires = vt_now(o->o.ctx) +
			   VT_TIME_S(VT_L(JWT_LIFE_S) + 2 * VT_L(JWT_SKEW_S)),
		.expect = VT_STATE_NEW };
	VT_BUF_AUTO(b);
	vt_hash h;
	int rc;

	if (jti == NULL || *jti == '\0')
		return unknown(reterr);
	vt_buf_puts(&b, c->c.id);
	vt_buf_putc(&b, 0);
	vt_buf_puts(&b, jti);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	h = vt_sha256(vt_buf_view(&b));
	memcpy(key + 1, h.b, sizeof(h.b));
	rc = vt_state_put(o->o.store, &n, NULL, &err);
	if (rc == VT_E_CONFLICT)
		return unknown(reterr);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
by_assertion(struct vt_office *o, const struct vt_client_row *c,
    const struct vt_jwt *j, const struct vt_jwt_want *aud,
    struct vt_err *reterr)
{
	struct vt_jwt_want w = *aud;

	w.iss = w.sub = c->c.id;
	w.now = vt_now(o->o.ctx);
	w.life_s = (int64_t)VT_L(JWT_LIFE_S);
	if (!signed_by(c, j) || vt_jwt_judge(j, &w, NULL) != VT_OK)
		return unknown(reterr);
	return first_use(o, c, j, reterr);
}

static int
by_certificate(struct vt_view *v, const struct vt_client_row *c,
    struct vt_span der, struct vt_err *reterr)
{
	vt_hash h = vt_sha256(der);
	struct vt_identity_key key = vt_identity_certificate(&h);
	struct vt_identity id;
	int rc = vt_identity_find(v, &key, &id, reterr);

	if (rc == VT_E_IDENTITY_UNKNOWN ||
	    (rc == VT_OK && !vt_id_eq(&id.person, &c->c.person)))
		return unknown(reterr);
	return rc;
}

/* ---- the request ---- */

/* Exactly one proof, and whose it is said to be. */
static int
shape(const struct vt_token_request *rq, const struct vt_jwt *j,
    const char **ret_id, struct vt_err *reterr)
{
	const char *sub = j->claims == NULL ? NULL : vt_jwt_str(j, "sub");
	int proofs = (rq->client_secret != NULL) + (rq->assertion != NULL);

	if (proofs > 1)
		return vt_err_set(reterr, VT_E_USAGE,
		    "token (RFC 6749 section 2.3): one way of proving who it "
		    "is at a time");
	if (rq->assertion != NULL && rq->client_id != NULL &&
	    (sub == NULL || strcmp(sub, rq->client_id) != 0))
		return vt_err_set(reterr, VT_E_USAGE,
		    "token (RFC 7521 section 4.2): client_id and sub differ");
	*ret_id = rq->client_id != NULL ? rq->client_id : sub;
	if (*ret_id == NULL || (proofs == 0 && rq->certificate.n == 0))
		return unknown(reterr);
	return VT_OK;
}

static int
prove(struct vt_office *o, const struct vt_token_request *rq,
    const struct vt_jwt *j, const struct vt_jwt_want *aud, const char *id,
    struct vt_client_row *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_person p;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_client_get(v, id, ret, &err);
	if (rc == VT_OK)
		rc = vt_house_person(
		    v, &ret->c.person, ret->c.agency_no, &p, &err);
	if (rc == VT_E_NOT_FOUND || rc == VT_E_PERSON_UNKNOWN ||
	    (rc == VT_OK && !ret->c.active))
		return unknown(reterr);
	if (rc == VT_OK && rq->client_secret == NULL && rq->assertion == NULL)
		return by_certificate(v, ret, rq->certificate, reterr);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_view_end(VT_TAKE(v));
	return rq->assertion != NULL
		   ? by_assertion(o, ret, j, aud, reterr)
		   : by_secret(o, ret, rq->client_secret, reterr);
}

/* What was proved must still hold when the token is there. */
static int
still(struct vt_office *o, const struct vt_client_row *c, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_client_row now;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_client_get(v, c->c.id, &now, &err);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && now.c.rev != c->c.rev))
		return unknown(reterr);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
give(struct vt_office *o, const struct vt_client_row *c, const char *scope,
    struct vt_token *ret, struct vt_err *reterr)
{
	struct vt_session_new n = { .kind = VT_SESSION_CLIENT,
		.person = c->c.person,
		.scoped = true,
		.scopes = c->c.scopes,
		.life_s = (int64_t)VT_L(ACCESS_TOKEN_S) };
	struct vt_err err = VT_ERR_INIT;
	vt_time until;
	int rc;

	if (scope != NULL && scope[0] != '\0' &&
	    (!vt_scope_parse(scope, &n.scopes) ||
		(n.scopes & ~c->c.scopes) != 0))
		return vt_err_set(reterr, VT_E_SCOPE,
		    "scope (RFC 6749 section 5.2, invalid_scope): unknown, "
		    "or not this client's");
	rc = vt_session_make(
	    o->o.store, o->o.ctx, &n, ret->token, &until, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = still(o, c, reterr)) != VT_OK) {
		if (vt_office_sign_out(o, vt_span_str(ret->token), &err) !=
		    VT_OK)
			vt_log_err("office.token_left", &err);
		vt_wipe(ret->token, sizeof(ret->token));
		return rc;
	}
	ret->expires_s = (uint32_t)VT_L(ACCESS_TOKEN_S);
	ret->scopes = n.scopes;
	return VT_OK;
}

int
vt_office_token(struct vt_office *o, const struct vt_token_request *rq,
    struct vt_token *ret, struct vt_err *reterr)
{
	const char *us[2] = { o->o.public_url, NULL };
	struct vt_jwt_want aud = { .aud = us, .n_aud = 2 };
	struct vt_client_row c;
	const char *id = NULL;
	VT_BUF_AUTO(endpoint);
	VT_JWT_AUTO(j);
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	vt_buf_printf(&endpoint, "%s/v1/token", us[0]);
	if ((rc = vt_buf_status(&endpoint, reterr)) != VT_OK)
		return rc;
	us[1] = vt_buf_str(&endpoint);
	if (rq->assertion != NULL &&
	    vt_jwt_parse(rq->assertion, &j, NULL) != VT_OK)
		return unknown(reterr);
	if ((rc = shape(rq, &j, &id, reterr)) != VT_OK ||
	    (rc = prove(o, rq, &j, &aud, id, &c, reterr)) != VT_OK)
		return rc;
	return give(o, &c, rq->scope, ret, reterr);
}
