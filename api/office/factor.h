/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's own second factor: is it on, and off with it. (Turning it on is
 * vt_office_totp_offer and _confirm; an administrator turns off that of
 * somebody who lost it by vt_office_account_act.) */
#ifndef VT_API_OFFICE_FACTOR_H
#define VT_API_OFFICE_FACTOR_H

#include "api/office/office.h"

struct vt_factor {
	char login[65]; /* of the account */
	bool on;
	uint32_t recovery_left; /* recovery codes that are not used */
};

/* VT_E_NOT_FOUND: no local account. */
VT_NODISCARD int vt_office_factor(struct vt_office *o,
    const struct vt_actor *actor, struct vt_factor *ret, struct vt_err *reterr);

/*
 * Turns it off, recovery codes too. password: his; code: one of it, or a
 * recovery code. When it is not on: VT_OK, nothing happens. Errors:
 * VT_E_NOT_FOUND, VT_E_SIGN_IN_FAILED, VT_E_SECOND_FACTOR (no code),
 * VT_E_HTTP_TOO_MANY, VT_E_FORBIDDEN (the password was set by somebody else,
 * or the credential is for less than this person may).
 */
VT_NODISCARD int vt_office_factor_off(struct vt_office *o,
    const struct vt_request *rq, const struct vt_secret *password,
    const char *code, struct vt_err *reterr);

#endif
