/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing in by an identity provider: OpenID Connect Core 1.0, authorization
 * code flow with PKCE (RFC 7636, S256), state and nonce. The ID token must be
 * signed with RS256 or ES256 by a key of the provider's set.
 *
 * A person is found by an identity entry (issuer and subject) that somebody of
 * the house made; never by e-mail or name.
 *
 * For a face:
 *	begin	-> redirect to *ret_url, put `browser` into a cookie (HttpOnly,
 *		   SameSite=Lax, FLOW_S)
 *	finish	<- query parameters of the redirect URI and that cookie
 */
#ifndef VT_API_OFFICE_OIDC_H
#define VT_API_OFFICE_OIDC_H

#include "api/office/sessions.h"

struct vt_oidc;

/* One provider; strings borrowed until vt_oidc_free. */
struct vt_oidc_provider {
	const char *id;     /* [a-z0-9-]{1,32}, in our paths */
	const char *title;  /* on the button */
	const char *issuer; /* https://..., as its discovery says, exactly */
	const char *client_id, *client_secret; /* secret "" = public client */
	const char *scope; /* "openid" and more; NULL = "openid" */
};

/*
 * Fetches for this: appends at most `limit` bytes of a 200 answer.
 * authorization: value of that header, or NULL. body.p NULL: GET, else POST of
 * content_type.
 */
typedef int vt_oidc_fetch(void *arg, const char *url, const char *authorization,
    const char *content_type, struct vt_span body, size_t limit,
    struct vt_buf *ret, struct vt_err *reterr);

struct vt_oidc_options {
	struct vt_office *office;
	const struct vt_oidc_provider *providers;
	size_t n_providers;
	vt_oidc_fetch *fetch;
	void *fetch_arg;
	/* Where the provider sends people back: this, "/", and its id. E.g.
	 * "https://vanthu.example/desk/oidc". */
	const char *redirect_base;
};

/* *ret owned. Asks nobody yet. Errors: VT_E_USAGE, VT_E_NOMEM. */
VT_NODISCARD int vt_oidc_new(const struct vt_oidc_options *o,
    struct vt_oidc **ret, struct vt_err *reterr);
void vt_oidc_free(struct vt_oidc *c); /* NULL allowed */

/* What buttons to show. *Borrowed from c*. */
size_t vt_oidc_providers(
    const struct vt_oidc *c, const struct vt_oidc_provider **ret);

/*
 * Where to send the browser. return_to: path of ours to come back to at last,
 * "/desk/..."; anything else counts as "/desk". browser: 43 characters and a
 * NUL that the browser keeps until finish.
 * Errors: VT_E_NOT_FOUND (no such provider), VT_E_ENVIRONMENT, VT_E_TIMEOUT
 * (it does not answer), VT_E_ID_TOKEN (its discovery document is not right).
 */
VT_NODISCARD int vt_oidc_begin(struct vt_oidc *c, const char *provider,
    const char *return_to, struct vt_buf *ret_url, char ret_browser[44],
    struct vt_err *reterr);

/* What came back with the browser; any may be NULL. */
struct vt_oidc_back {
	const char *provider; /* last segment of the redirect URI */
	const char *state, *code, *error, *iss;
	const char *browser; /* the cookie */
};

/*
 * Errors: VT_E_ID_TOKEN (anything about state, code or token is wrong; used
 * twice, too), VT_E_IDENTITY_UNKNOWN, VT_E_ENVIRONMENT, VT_E_TIMEOUT.
 * *ret_to: where the person wanted to go, appended.
 */
VT_NODISCARD int vt_oidc_finish(struct vt_oidc *c,
    const struct vt_oidc_back *back, struct vt_session *ret,
    struct vt_buf *ret_to, struct vt_err *reterr);

#endif
