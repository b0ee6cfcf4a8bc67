/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second factor: TOTP (RFC 6238; SHA-1, 6 digits, 30 s, as every
 * authenticator has it) and recovery codes. Pure; what was used already is
 * the caller's to know.
 */
#ifndef VT_API_OFFICE_TOTP_H
#define VT_API_OFFICE_TOTP_H

#include "base/buf.h"
#include "base/context.h"

#define VT_TOTP_SECRET   20 /* bytes, RFC 4226 §4 R6 */
#define VT_TOTP_DIGITS   6
#define VT_RECOVERY_CODE 14 /* characters: XXXX-XXXX-XXXX */

/* The secret for typing: 32 characters of base32 (RFC 4648 §6), appended. */
void vt_totp_text(
    const uint8_t secret[static VT_TOTP_SECRET], struct vt_buf *ret);

/* otpauth://totp/issuer:login?secret=..., for a QR code; appended. */
void vt_totp_uri(const uint8_t secret[static VT_TOTP_SECRET],
    const char *issuer, const char *login, struct vt_buf *ret);

/*
 * Six digits, with blanks or hyphens anywhere; false for anything else (it may
 * be a recovery code).
 */
bool vt_totp_parse(const char *s, uint32_t *ret);

/*
 * The step whose code this is, of the one at `now`, the one before and the
 * one after; *ret_step 0: none of them. Tried all, whichever fits.
 */
VT_NODISCARD int vt_totp_step(const uint8_t secret[static VT_TOTP_SECRET],
    vt_time now, uint32_t code, uint64_t *ret_step, struct vt_err *reterr);

/* 60 of these bits as text; they are random, or derived from a secret. */
#define VT_RECOVERY_BYTES 12
void vt_recovery_text(const uint8_t raw[static VT_RECOVERY_BYTES],
    char ret[static VT_RECOVERY_CODE + 1]);

/* As typed (blanks, hyphens, case) -> as made; false if it cannot be one. */
bool vt_recovery_parse(const char *s, char ret[static VT_RECOVERY_CODE + 1]);

#endif
