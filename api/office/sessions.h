/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions: a person signs in once, by password and one-time code or by an
 * identity provider, and then shows a token. The token is 48 random-looking
 * bytes as 64 characters of base64url; the store keeps its SHA-256 and no more.
 * A session ends by signing out, when nobody uses it for SESSION_IDLE_S, after
 * SESSION_S in all, when the password changes, and when its person is no
 * longer active or his account is locked.
 *
 * For a browser: the token goes into a cookie that is HttpOnly,
 * SameSite=Strict, Path=/ and, where browsers come by https, Secure; every form
 * carries the CSRF token, which follows from the session and needs no keeping.
 *
 * The same token works as a bearer token of the API (vt_office_authenticate).
 * Times are the context's. All functions: any thread.
 */
#ifndef VT_API_OFFICE_SESSIONS_H
#define VT_API_OFFICE_SESSIONS_H

#include "api/office/office.h"

#define VT_SESSION_TOKEN 64 /* characters */
#define VT_DEVICE_TOKEN  64 /* likewise */

/* How somebody was recognised; stored, never renumbered. */
enum vt_session_kind {
	VT_SESSION_PASSWORD = 1, /* local account, password alone */
	VT_SESSION_TOTP = 2,     /* local account, password and code */
	VT_SESSION_OIDC = 3,     /* an identity provider */
	VT_SESSION_CLIENT = 4    /* an OAuth2 access token of a system */
};

struct vt_session {
	char token[VT_SESSION_TOKEN + 1]; /* wipe it when it has been sent */
	vt_time until;                    /* ends then, whatever happens */
	enum vt_session_kind kind;
	bool must_change; /* the password was set by somebody else */
	struct vt_actor actor;
	/* For this device to keep and to show at the next sign-in; "" when it
	 * was not the password that opened the session. */
	char device[VT_DEVICE_TOKEN + 1];
};

/* Somebody who wants in; what did not come is NULL or "". */
struct vt_sign_in {
	const char *login; /* as typed; case and blanks around do not matter */
	const struct vt_secret *password; /* as it is (UTF-8, NFC) */
	const char *code;    /* of the authenticator or a recovery code, blanks
			      * and hyphens allowed */
	const char *address; /* numeric, where it comes from */
	const char *device;  /* what an earlier session of this account gave */
};

/*
 * Signs a person in by his local account.
 * Wrong ones are counted for the name and where they come from: a device that
 * is known by what an earlier session gave it, or the address (of IPv6 its
 * first 48 bits). See docs/access.md.
 * Errors: VT_E_SIGN_IN_FAILED (no such name, wrong password, wrong or used
 * code: not told apart, and of equal cost), VT_E_SECOND_FACTOR (the password
 * is right, a code is wanted), VT_E_HTTP_TOO_MANY (wait; the message says how
 * many seconds and *ret_wait_s, which may be NULL, too), VT_E_ACCOUNT_LOCKED
 * (only with the right password), VT_E_BUSY.
 * Cost: one Argon2id, about 0.2 s; PASSWORDS_AT_ONCE at a time,
 * PASSWORDS_WAITING wait, of one place PASSWORDS_WAITING_PLACE. A device that
 * is known waits for no stranger.
 */
VT_NODISCARD int vt_office_sign_in(struct vt_office *o,
    const struct vt_sign_in *in, unsigned *ret_wait_s, struct vt_session *ret,
    struct vt_err *reterr);

/*
 * The place that this sign-in is counted for: the device where it is known as
 * this account's, else the address, of IPv6 its first 48 bits. For counts that
 * a face makes of its own. in->password and code do not matter.
 */
#define VT_SIGN_IN_PLACE 64
VT_NODISCARD int vt_office_sign_in_place(struct vt_office *o,
    const struct vt_sign_in *in, char ret[VT_SIGN_IN_PLACE + 1],
    struct vt_err *reterr);

/*
 * Who is it? Also keeps the session from idling. ret->token is not filled.
 * Errors: VT_E_UNAUTHENTICATED (no such session, not a session's token),
 * VT_E_TOKEN_EXPIRED.
 */
VT_NODISCARD int vt_office_session(struct vt_office *o, struct vt_span token,
    struct vt_session *ret, struct vt_err *reterr);

/* Ends this session; an unknown one is no error. */
VT_NODISCARD int vt_office_sign_out(
    struct vt_office *o, struct vt_span token, struct vt_err *reterr);

/* Ends all sessions of the actor's person, on every device. */
VT_NODISCARD int vt_office_sign_out_all(struct vt_office *o,
    const struct vt_actor *actor, size_t *ret_ended, struct vt_err *reterr);

/* What a form of this session carries: HMAC of the token by the store's key. */
void vt_session_csrf(
    struct vt_office *o, struct vt_span token, char ret[VT_HASH_TEXT + 1]);
/* VT_E_CSRF unless given is that. Constant time. given may be NULL. */
VT_NODISCARD int vt_session_csrf_check(struct vt_office *o,
    struct vt_span token, const char *given, struct vt_err *reterr);

/*
 * A person changes his own password; all his sessions end but the one of
 * `keep` (its token; may be empty). A repeat of the request does it to its end
 * and is no error. Errors: VT_E_SIGN_IN_FAILED (the old one
 * is wrong; counted as for signing in), VT_E_HTTP_TOO_MANY, VT_E_PASSWORD_WEAK
 * (also: the new one is the old one),
 * VT_E_NOT_FOUND (he has no local account).
 */
VT_NODISCARD int vt_office_change_password(struct vt_office *o,
    const struct vt_request *rq, const struct vt_secret *old,
    const struct vt_secret *new_password, struct vt_span keep,
    struct vt_err *reterr);

#endif
