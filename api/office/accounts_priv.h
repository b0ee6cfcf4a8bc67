/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local accounts, for the files of the office. */
#ifndef VT_API_OFFICE_ACCOUNTS_PRIV_H
#define VT_API_OFFICE_ACCOUNTS_PRIV_H

#include "api/office/accounts.h"
#include "api/office/password.h"

/* As stored: the value of an ACCOUNT entry, whose key is the login name. */
struct vt_account {
	char login[65];
	vt_id person;
	uint32_t agency_no;
	struct vt_password password;
	bool locked, must_change;
	/* The TOTP secret, hidden under the store's key; nonce zero: none. */
	uint8_t totp_nonce[16], totp_hidden[VT_TOTP_SECRET];
	/* Recovery codes left, each as a tag by the store's key. */
	vt_hash recovery[VT_L(RECOVERY_CODES)];
	uint32_t n_recovery;
	uint64_t rev;
	vt_time changed_at;
};

/* Lower case, blanks around it gone; false when it is no login name. */
bool vt_login_clean(const char *typed, char ret[65]);

VT_NODISCARD int vt_account_decode(
    const struct vt_entry *e, struct vt_account *ret, struct vt_err *reterr);

/* VT_E_NOT_FOUND. */
VT_NODISCARD int vt_account_get(struct vt_view *v, const char *login,
    struct vt_account *ret, struct vt_err *reterr);

/*
 * Writes it (new when rev is 0). rq NULL: by the program or the operator; who
 * says for whom (zero: nobody).
 */
VT_NODISCARD int vt_account_put(struct vt_store *s, const struct vt_account *a,
    const struct vt_request *rq, const vt_id *who, struct vt_err *reterr);

bool vt_account_has_totp(const struct vt_account *a);
/* Nothing of it stays, recovery codes neither. */
void vt_account_totp_off(struct vt_account *a);

/* A person's own; VT_E_NOT_FOUND when he has none. */
VT_NODISCARD int vt_account_own(struct vt_office *o, const vt_id *person,
    struct vt_account *ret, struct vt_err *reterr);

/* Locks the account of somebody who leaves, if he has one that is open. */
VT_NODISCARD int vt_account_lock_of(
    struct vt_store *s, const vt_id *person, struct vt_err *reterr);

/* VT_E_ACCOUNT_LOCKED when a person has a local account and it is locked: it
 * keeps him out whichever way he comes. */
VT_NODISCARD int vt_account_open(
    struct vt_view *v, const vt_id *person, struct vt_err *reterr);

/*
 * The one who is signed in proves that he is the account's holder: by the
 * password, and where a second factor is on by a code of it, which is used up.
 * Wrong ones are counted beside those of signing in. code: NULL: the password
 * is enough. Errors: as vt_office_sign_in's.
 */
VT_NODISCARD int vt_account_prove(struct vt_office *o, struct vt_account *a,
    const struct vt_secret *password, const char *code, struct vt_err *reterr);

/* A code counts once: *ret_ok false when it was used. */
VT_NODISCARD int vt_account_use_step(struct vt_office *o,
    const struct vt_account *a, uint64_t step, bool *ret_ok,
    struct vt_err *reterr);

/* Hides, and shows (its own inverse): under the store's key, nonce and login
 * name. */
void vt_account_totp_pad(const struct vt_store *s, const char *login,
    const uint8_t nonce[static 16], const uint8_t in[static VT_TOTP_SECRET],
    uint8_t out[static VT_TOTP_SECRET]);

/* What a recovery code is kept as. */
vt_hash vt_account_recovery_tag(
    const struct vt_store *s, const char *login, const char *code);

#endif
