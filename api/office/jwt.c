/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/jwt.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"

static int
bad(struct vt_err *reterr, const char *clause, const char *why)
{
	return vt_err_set(reterr, VT_E_ID_TOKEN, "token (%s): %s", clause, why);
}

/* One part as a JSON object. */
static int
part(struct vt_span s, json_t **ret, struct vt_err *reterr)
{
	json_error_t je;
	VT_BUF_AUTO(raw);
	json_t *v;

	if (vt_base64url_get(s, &raw, NULL) != VT_OK)
		return bad(reterr, "RFC 7515 section 2", "not base64url");
	v = json_loadb((const char *)raw.p, raw.n, JSON_REJECT_DUPLICATES, &je);
	if (!json_is_object(v)) {
		json_decref(v);
		return bad(reterr, "RFC 7519 section 7.2", "no JSON object");
	}
	*ret = v;
	return VT_OK;
}

static int
read_header(const json_t *h, struct vt_jwt *ret, struct vt_err *reterr)
{
	const char *alg = json_string_value(json_object_get(h, "alg"));
	const json_t *kid = json_object_get(h, "kid");

	if (alg != NULL && strcmp(alg, "RS256") == 0)
		ret->alg = VT_JWS_RS256;
	else if (alg != NULL && strcmp(alg, "ES256") == 0)
		ret->alg = VT_JWS_ES256;
	else
		return bad(reterr, "RFC 7518 section 3.1",
		    "alg: RS256 or ES256 wanted");
	if (json_object_get(h, "crit") != NULL)
		return bad(reterr, "RFC 7515 section 4.1.11",
		    "crit: nothing of it is understood");
	if (kid != NULL && (!json_is_string(kid) ||
			       json_string_length(kid) >= sizeof(ret->kid)))
		return bad(reterr, "RFC 7515 section 4.1.4", "kid");
	vt_text_fit(ret->kid, sizeof(ret->kid), json_string_value(kid));
	return VT_OK;
}

int
vt_jwt_parse(const char *text, struct vt_jwt *ret, struct vt_err *reterr)
{
	const char *dot = strchr(text, '.');
	const char *dot2 = dot == NULL ? NULL : strchr(dot + 1, '.');
	json_t *header = NULL;
	int rc;

	if (strlen(text) > VT_L(JWT_MAX))
		return bad(reterr, "JWT_MAX", "too long");
	if (dot2 == NULL || strchr(dot2 + 1, '.') != NULL)
		return bad(
		    reterr, "RFC 7515 section 7.1", "three parts wanted");
	rc = part(VT_SPAN(text, (size_t)(dot - text)), &header, reterr);
	if (rc == VT_OK)
		rc = read_header(header, ret, reterr);
	json_decref(header);
	if (rc == VT_OK)
		rc = part(VT_SPAN(dot + 1, (size_t)(dot2 - dot - 1)),
		    &ret->claims, reterr);
	if (rc == VT_OK && vt_base64url_get(vt_span_str(dot2 + 1),
			       &ret->signature, NULL) != VT_OK)
		rc = bad(reterr, "RFC 7515 section 2", "signature");
	ret->input = VT_SPAN(text, (size_t)(dot2 - text));
	return rc;
}

void
vt_jwt_free(struct vt_jwt *j)
{
	vt_buf_free(&j->signature);
	json_decref(j->claims);
	j->claims = NULL;
}

void
vt_jwk_free(struct vt_jwk *k)
{
	vt_buf_free(&k->a);
	vt_buf_free(&k->b);
}

static bool
number(const json_t *jwk, const char *name, struct vt_buf *ret)
{
	const char *s = json_string_value(json_object_get(jwk, name));

	return s != NULL && *s != '\0' && strlen(s) <= 4096 &&
	       vt_base64url_get(vt_span_str(s), ret, NULL) == VT_OK;
}

int
vt_jwk_read(const json_t *jwk, struct vt_jwk *ret, struct vt_err *reterr)
{
	const char *kty = json_string_value(json_object_get(jwk, "kty"));
	const char *use = json_string_value(json_object_get(jwk, "use"));
	const char *kid = json_string_value(json_object_get(jwk, "kid"));
	const char *crv = json_string_value(json_object_get(jwk, "crv"));
	const char *alg = json_string_value(json_object_get(jwk, "alg"));
	bool ok = false;

	if (kty != NULL && strcmp(kty, "RSA") == 0) {
		ret->rsa = true;
		ok = (alg == NULL || strcmp(alg, "RS256") == 0) &&
		     number(jwk, "n", &ret->a) && number(jwk, "e", &ret->b);
	} else if (kty != NULL && strcmp(kty, "EC") == 0) {
		ret->rsa = false;
		ok = (alg == NULL || strcmp(alg, "ES256") == 0) &&
		     crv != NULL && strcmp(crv, "P-256") == 0 &&
		     number(jwk, "x", &ret->a) && number(jwk, "y", &ret->b);
	}
	if (!ok || (use != NULL && strcmp(use, "sig") != 0) ||
	    json_object_get(jwk, "d") != NULL ||
	    (kid != NULL && strlen(kid) >= sizeof(ret->kid)))
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "JWK (RFC 7517 section 4): a public key for RS256 or "
		    "ES256 wanted");
	vt_text_fit(ret->kid, sizeof(ret->kid), kid);
	return VT_OK;
}

int
vt_jwk_verify(
    const struct vt_jwk *k, const struct vt_jwt *j, struct vt_err *reterr)
{
	struct vt_jws_key key = { .alg = j->alg };

	if (k->rsa != (j->alg == VT_JWS_RS256))
		return bad(reterr, "RFC 7515 section 10.7",
		    "the key is of another kind than alg");
	if (k->rsa) {
		key.n = vt_buf_view(&k->a);
		key.e = vt_buf_view(&k->b);
	} else {
		key.x = vt_buf_view(&k->a);
		key.y = vt_buf_view(&k->b);
	}
	return vt_jws_verify(
	    &key, j->input, vt_buf_view(&j->signature), reterr);
}

int
vt_jwt_verify_set(const struct vt_jwt *j, const json_t *set, bool *ret_known,
    struct vt_err *reterr)
{
	const json_t *jwk;
	bool good = false;
	size_t i;

	*ret_known = false;
	json_array_foreach(json_object_get(set, "keys"), i, jwk)
	{
		struct vt_jwk k = VT_JWK_INIT;

		/* sets hold keys for other uses, too */
		if (!good && vt_jwk_read(jwk, &k, NULL) == VT_OK &&
		    (j->kid[0] == '\0' || strcmp(j->kid, k.kid) == 0) &&
		    k.rsa == (j->alg == VT_JWS_RS256)) {
			*ret_known = true;
			good = vt_jwk_verify(&k, j, NULL) == VT_OK;
		}
		vt_jwk_free(&k);
	}
	if (good)
		return VT_OK;
	return bad(reterr, "RFC 7515 section 5.2",
	    *ret_known ? "the signature is not the key's"
		       : "signed by a key that the set does not have");
}

const char *
vt_jwt_str(const struct vt_jwt *j, const char *claim)
{
	return json_string_value(json_object_get(j->claims, claim));
}

static bool
is(const struct vt_jwt *j, const char *claim, const char *want)
{
	const char *s = vt_jwt_str(j, claim);

	return want == NULL || (s != NULL && strcmp(s, want) == 0);
}

static bool
ours(const json_t *v, const struct vt_jwt_want *w)
{
	for (size_t i = 0; i < w->n_aud; i++)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), w->aud[i]) == 0)
			return true;
	return false;
}

static bool
audience(const struct vt_jwt *j, const struct vt_jwt_want *w)
{
	const json_t *aud = json_object_get(j->claims, "aud");
	const json_t *azp = json_object_get(j->claims, "azp"), *v;
	bool found = false;
	size_t i;

	if (w->n_aud == 0)
		return true;
	if (!json_is_array(aud))
		return ours(aud, w) && (azp == NULL || ours(azp, w));
	json_array_foreach(aud, i, v) found = found || ours(v, w);
	if (w->alone && (json_array_size(aud) != 1 || azp != NULL))
		found = found && ours(azp, w);
	return found;
}

/* Whole seconds since 1970 of a numeric claim; false when it is none. */
static bool
seconds(const struct vt_jwt *j, const char *claim, vt_time *ret)
{
	const json_t *v = json_object_get(j->claims, claim);
	double d = json_number_value(v);

	if (!json_is_number(v) || !(d >= 0 && d < 1e11))
		return false;
	*ret = VT_TIME_S((int64_t)d);
	return true;
}

static int
times(
    const struct vt_jwt *j, const struct vt_jwt_want *w, struct vt_err *reterr)
{
	vt_time skew = VT_TIME_S(VT_L(JWT_SKEW_S)), t;

	if (!seconds(j, "exp", &t) || w->now >= t + skew)
		return bad(reterr, "RFC 7519 section 4.1.4",
		    "exp: it has expired, or says no end");
	if (w->life_s > 0 && t > w->now + VT_TIME_S(w->life_s) + skew)
		return bad(reterr, "RFC 7523 section 3", "exp: too far ahead");
	if (json_object_get(j->claims, "nbf") != NULL &&
	    (!seconds(j, "nbf", &t) || w->now + skew < t))
		return bad(
		    reterr, "RFC 7519 section 4.1.5", "nbf: not valid yet");
	if (json_object_get(j->claims, "iat") != NULL &&
	    (!seconds(j, "iat", &t) || w->now + skew < t))
		return bad(reterr, "RFC 7519 section 4.1.6",
		    "iat: made in the future");
	return VT_OK;
}

int
vt_jwt_judge(
    const struct vt_jwt *j, const struct vt_jwt_want *w, struct vt_err *reterr)
{
	if (!is(j, "iss", w->iss))
		return bad(reterr, "RFC 7519 section 4.1.1",
		    "iss: another issuer than expected");
	if (!is(j, "sub", w->sub))
		return bad(reterr, "RFC 7519 section 4.1.2",
		    "sub: another subject than expected");
	if (!audience(j, w))
		return bad(reterr, "RFC 7519 section 4.1.3",
		    "aud: not meant for us, or not for us alone");
	if (!is(j, "nonce", w->nonce))
		return bad(reterr, "OpenID Connect Core 3.1.3.7",
		    "nonce: not that of the request");
	return times(j, w, reterr);
}
