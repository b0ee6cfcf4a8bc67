/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passwords as they are kept: Argon2id with a salt of 16 bytes and the
 * parameters of limits.def, which stand beside each so that they can grow.
 */
#ifndef VT_API_OFFICE_PASSWORD_H
#define VT_API_OFFICE_PASSWORD_H

#include <pthread.h>

#include "base/argon2.h"
#include "base/context.h"
#include "base/limits.h"
#include "base/secret.h"

#define VT_PASSWORD_SALT 16

struct vt_password {
	uint8_t salt[VT_PASSWORD_SALT];
	uint8_t hash[VT_ARGON2_SIZE];
	uint32_t memory_kib, passes, lanes;
};

/*
 * Lets PASSWORDS_AT_ONCE of strangers be computed at a time; PASSWORDS_WAITING
 * others wait, of one place PASSWORDS_WAITING_PLACE, and no more. Who is known
 * (by his device, or signed in) has PASSWORDS_RESERVED further ones and a queue
 * of his own, so that strangers, however many, do not keep him out.
 */
struct vt_password_gate {
	pthread_mutex_t lock;
	pthread_cond_t open;
	size_t in, strangers; /* being computed: all; of strangers */
	size_t known_waiting;
	/* Strangers that wait: where from, the waiting one's own; or NULL. */
	const char *waiting[VT_L(PASSWORDS_WAITING)];
};
void vt_password_gate_init(struct vt_password_gate *g);
void vt_password_gate_fini(struct vt_password_gate *g);

/*
 * May it be a password? PASSWORD_MIN characters at least, PASSWORD_MAX bytes
 * at most, UTF-8, not the login name.
 * Errors: VT_E_PASSWORD_WEAK, VT_E_LIMIT, VT_E_SYNTAX.
 */
VT_NODISCARD int vt_password_check(
    const struct vt_secret *password, const char *login, struct vt_err *reterr);

/* A new verifier with a new salt, for somebody who is signed in. gate: NULL
 * when nobody else is there, as below. Errors: VT_E_BUSY, VT_E_NOMEM,
 * VT_E_INVALID. */
VT_NODISCARD int vt_password_make(struct vt_password_gate *gate,
    const struct vt_context *ctx, const struct vt_secret *password,
    struct vt_password *ret, struct vt_err *reterr);

/*
 * *ret_right: is it the one? kept NULL: never right, at the same cost, for
 * names that are not known. place: where a stranger comes from, NULL: somebody
 * who is known. Errors: VT_E_BUSY (too many wait), VT_E_NOMEM, VT_E_LIMIT
 * (PASSWORD_MAX).
 */
VT_NODISCARD int vt_password_try(struct vt_password_gate *gate,
    const char *place, const struct vt_password *kept,
    const struct vt_secret *password, bool *ret_right, struct vt_err *reterr);

#endif
