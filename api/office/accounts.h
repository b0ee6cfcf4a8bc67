/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local accounts: a login name of one person, with a password (Argon2id) and,
 * if he wants or must, a second factor. A person has at most one. Signing in
 * is in sessions.h.
 *
 * Administrators manage the accounts of their agency; another agency's are as
 * if absent. The operator at the machine manages all (`vanthu user`).
 */
#ifndef VT_API_OFFICE_ACCOUNTS_H
#define VT_API_OFFICE_ACCOUNTS_H

#include "api/office/office.h"
#include "api/office/totp.h"

struct vt_account_info {
	char login[65]; /* [a-z0-9._@-]{3,64} */
	vt_id person;
	uint32_t agency_no;
	bool locked, must_change, totp;
	uint32_t recovery_left;
	uint64_t rev;
	vt_time changed_at;
};

enum vt_account_act {
	VT_ACCOUNT_LOCK,     /* and all his sessions end */
	VT_ACCOUNT_UNLOCK,   /* and wrong passwords are forgotten */
	VT_ACCOUNT_PASSWORD, /* a new one, to be changed at the next sign-in */
	VT_ACCOUNT_TOTP_OFF, /* he lost his authenticator */
	VT_ACCOUNT_REMOVE
};

/*
 * password must be changed at the first sign-in. Errors: VT_E_EXISTS (login
 * name, or the person has one), VT_E_PERSON_UNKNOWN, VT_E_INVALID (login name;
 * programs have none), VT_E_PASSWORD_WEAK.
 */
VT_NODISCARD int vt_office_account_add(struct vt_office *o,
    const struct vt_request *rq, const char *login, const vt_id *person,
    const struct vt_secret *password, struct vt_err *reterr);

/* password: for VT_ACCOUNT_PASSWORD, else NULL. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_office_account_act(struct vt_office *o,
    const struct vt_request *rq, const char *login, enum vt_account_act act,
    const struct vt_secret *password, struct vt_err *reterr);

/* Those of the actor's agency, by login name after the one given (NULL: from
 * the first). *ret_next: where to go on, "" at the end; a page may come
 * short. */
VT_NODISCARD int vt_office_accounts(struct vt_office *o,
    const struct vt_actor *actor, const char *after,
    struct vt_account_info *ret, size_t max, size_t *ret_n, char ret_next[65],
    struct vt_err *reterr);

VT_NODISCARD int vt_office_account(struct vt_office *o,
    const struct vt_actor *actor, const char *login,
    struct vt_account_info *ret, struct vt_err *reterr);

/*
 * Was an act with this key and request done before (account, client,
 * delegation, identity)? Their functions then answer as they did, and do
 * nothing. VT_E_IDEMPOTENCY_KEY_REUSED.
 */
VT_NODISCARD int vt_office_answered(struct vt_office *o,
    const struct vt_request *rq, bool *ret, struct vt_err *reterr);

/* ---- one's own second factor ---- */

struct vt_totp_offer {
	char secret[33]; /* for typing */
	char uri[512];   /* for a QR code */
};
/*
 * A new secret, good for FLOW_S until a code of it comes back. password: his;
 * code: of the factor that is on and is to be replaced, or a recovery code; ""
 * when there is none. So a session alone, found open, replaces nothing.
 * Errors: VT_E_NOT_FOUND (no local account), VT_E_SIGN_IN_FAILED,
 * VT_E_SECOND_FACTOR (a code is wanted), VT_E_HTTP_TOO_MANY, VT_E_FORBIDDEN
 * (the password was set by somebody else).
 */
VT_NODISCARD int vt_office_totp_offer(struct vt_office *o,
    const struct vt_actor *actor, const struct vt_secret *password,
    const char *code, struct vt_totp_offer *ret, struct vt_err *reterr);
/*
 * Turns it on; the code is used up by this. *ret: RECOVERY_CODES codes; a
 * repeat of the request gives the same, nothing else shows them again. The
 * person's other sessions end, but for the one of `keep` (its token; may be
 * empty). Errors: VT_E_SIGN_IN_FAILED (not a code of it), VT_E_NOT_FOUND (no
 * offer), VT_E_FORBIDDEN.
 */
VT_NODISCARD int vt_office_totp_confirm(struct vt_office *o,
    const struct vt_request *rq, const char *code, struct vt_span keep,
    char ret[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1],
    struct vt_err *reterr);

/* ---- the operator at the machine ---- */

/* must_change false: the person chose it himself. */
VT_NODISCARD int vt_account_add(struct vt_store *s,
    const struct vt_context *ctx, const char *login, const vt_id *person,
    const struct vt_secret *password, bool must_change, struct vt_err *reterr);
/* Whose login name it is, however it is typed; zero: nobody's. VT_E_INVALID (no
 * login name). */
VT_NODISCARD int vt_account_whose(struct vt_view *v, const char *login,
    vt_id *ret, struct vt_err *reterr);
VT_NODISCARD int vt_account_act(struct vt_store *s,
    const struct vt_context *ctx, const char *login, enum vt_account_act act,
    const struct vt_secret *password, struct vt_err *reterr);
/* A second factor made for him; recovery codes as in confirm. */
VT_NODISCARD int vt_account_totp(struct vt_store *s,
    const struct vt_context *ctx, const char *login, struct vt_totp_offer *ret,
    char ret_codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1],
    struct vt_err *reterr);

#endif
