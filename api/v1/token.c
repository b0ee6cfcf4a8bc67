/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The OAuth2 token endpoint (RFC 6749 §4.4): form in, JSON out. */
#include "api/http/target.h"
#include "api/office/clients.h"
#include "api/v1/v1_priv.h"
#include "base/base64.h"
#include "base/limits.h"

#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* RFC 6749 §5.2 has its own form of errors. */
static int
oauth_error(
    struct vt_http_res *res, int status, const char *error, const char *why)
{
	struct vt_json j;

	res->status = status;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "error", error);
	vt_json_kstr(&j, "error_description", why);
	vt_json_end(&j);
	if (status == 401)
		vt_http_res_header(
		    res, "WWW-Authenticate", "Basic realm=\"vanthu\"");
	return VT_OK;
}

/* "+" and %XX of a form (RFC 6749 §2.3.1 wants them inside Basic, too). */
static const char *
form_decoded(struct vt_http_req *req, struct vt_span s)
{
	char *out = vt_arena_alloc(req->arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < s.n; i++) {
		uint8_t byte = 0;

		if (s.p[i] == '+') {
			out[n++] = ' ';
		} else if (s.p[i] != '%') {
			out[n++] = (char)s.p[i];
		} else {
			for (size_t k = i + 1; k < i + 3; k++) {
				int c = k < s.n ? s.p[k] : 0;
				int v = c >= '0' && c <= '9'   ? c - '0'
					: c >= 'a' && c <= 'f' ? c - 'a' + 10
					: c >= 'A' && c <= 'F' ? c - 'A' + 10
							       : -1;

				if (v < 0)
					return NULL;
				byte = (uint8_t)(byte << 4 | v);
			}
			if (byte == 0)
				return NULL;
			out[n++] = (char)byte;
			i += 2;
		}
	}
	return out;
}

/* RFC 6749 §3.2: nothing stands twice. */
static bool
stands_twice(struct vt_http_req *req)
{
	const struct vt_http_param *v;
	size_t n;

	if (!vt_http_pairs(req->arena, req->body, &v, &n))
		return false; /* not a form at all: told below */
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(v[i].name, v[k].name) == 0)
				return true;
	return false;
}

/* False: there is a Basic header and it cannot be read. */
static bool
basic(struct vt_http_req *req, const char **ret_id, const char **ret_secret)
{
	struct vt_span v = vt_http_header(req, "Authorization");
	const uint8_t *colon;
	VT_BUF_AUTO(raw);

	raw.secret = true;
	if (v.n < 6 || strncasecmp((const char *)v.p, "Basic ", 6) != 0)
		return true;
	if (vt_base64_get(VT_SPAN(v.p + 6, v.n - 6), &raw, NULL) != VT_OK ||
	    raw.n == 0 || (colon = memchr(raw.p, ':', raw.n)) == NULL)
		return false;
	*ret_id = form_decoded(req, VT_SPAN(raw.p, (size_t)(colon - raw.p)));
	*ret_secret = form_decoded(
	    req, VT_SPAN(colon + 1, raw.n - (size_t)(colon - raw.p) - 1));
	return *ret_id != NULL && *ret_secret != NULL;
}

static int
answer(struct vt_http_res *res, const struct vt_token *t)
{
	VT_BUF_AUTO(scope);
	struct vt_json j;

	vt_scope_text(t->scopes, &scope);
	vt_v1_json(res, &j);
	res->body.secret = true;
	vt_json_kstr(&j, "access_token", t->token);
	vt_json_kstr(&j, "token_type", "Bearer");
	vt_json_kuint(&j, "expires_in", t->expires_s);
	vt_json_kstr(&j, "scope", vt_buf_str(&scope));
	vt_json_end(&j);
	vt_http_res_header(res, "Cache-Control", "no-store");
	return VT_OK;
}

static int
refuse(struct vt_http_res *res, int rc, struct vt_err *reterr)
{
	switch (rc) {
	case VT_E_SIGN_IN_FAILED:
		return oauth_error(res, 401, "invalid_client", reterr->msg);
	case VT_E_SCOPE:
		return oauth_error(res, 400, "invalid_scope", reterr->msg);
	case VT_E_USAGE:
		return oauth_error(res, 400, "invalid_request", reterr->msg);
	default:
		return rc;
	}
}

int
vt_v1_token(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *grant = vt_http_form(req, "grant_type");
	const char *type = vt_http_form(req, "client_assertion_type");
	const char *id = NULL, *secret = NULL, *form_id, *form_secret;
	VT_CLEANUP(vt_secret_free) struct vt_secret *s = NULL;
	struct vt_token_request rq = { .scope = vt_http_form(req, "scope") };
	struct vt_token t;
	int rc;

	if (stands_twice(req))
		return oauth_error(res, 400, "invalid_request",
		    "RFC 6749 §3.2: a parameter stands twice");
	if (grant == NULL || strcmp(grant, "client_credentials") != 0)
		return oauth_error(res, 400,
		    grant == NULL ? "invalid_request"
				  : "unsupported_grant_type",
		    "grant_type=client_credentials wanted");
	if (!basic(req, &id, &secret))
		return oauth_error(res, 401, "invalid_client",
		    "Authorization: Basic credentials that cannot be read");
	form_id = vt_http_form(req, "client_id");
	form_secret = vt_http_form(req, "client_secret");
	rq.assertion = vt_http_form(req, "client_assertion");
	if ((secret != NULL && form_secret != NULL) ||
	    (id != NULL && form_id != NULL && strcmp(id, form_id) != 0) ||
	    (rq.assertion != NULL &&
		(type == NULL || strcmp(type, JWT_BEARER) != 0)))
		return oauth_error(res, 400, "invalid_request",
		    "one way of proving who it is at a time");
	rq.client_id = id != NULL ? id : form_id;
	secret = secret != NULL ? secret : form_secret;
	if (secret != NULL) {
		s = vt_secret_new(secret, strlen(secret));
		if (s == NULL)
			return vt_err_set(reterr, VT_E_NOMEM, "secret");
	}
	rq.client_secret = s;
	if (req->peer_cert.trusted)
		rq.certificate = req->peer_cert.der;
	rc = vt_office_token(vt_v1_office(req), &rq, &t, reterr);
	if (rc != VT_OK)
		return refuse(res, rc, reterr);
	rc = answer(res, &t);
	vt_wipe(&t, sizeof(t));
	return rc;
}
