/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs, for the files of the office. */
#ifndef VT_API_OFFICE_CLIENTS_PRIV_H
#define VT_API_OFFICE_CLIENTS_PRIV_H

#include "api/office/clients.h"

/* As stored: the value of a CLIENT entry, whose key is the client id. */
struct vt_client_row {
	struct vt_client c;
	uint8_t salt[16]; /* of the secret; zero: none */
	struct vt_client_key keys[VT_L(CLIENT_KEYS_MAX)];
};

/* VT_E_NOT_FOUND. */
VT_NODISCARD int vt_client_get(struct vt_view *v, const char *id,
    struct vt_client_row *ret, struct vt_err *reterr);

/* Its secret, from the salt; c->salt is not zero. */
void vt_client_secret(const struct vt_store *s, const struct vt_client_row *c,
    char ret[static VT_CLIENT_SECRET + 1]);

/* A program that was recognised gets the scopes of its client entry, if it has
 * one; VT_E_UNAUTHENTICATED when that is not active. A person: nothing. */
VT_NODISCARD int vt_client_limit(
    struct vt_view *v, struct vt_actor *actor, struct vt_err *reterr);

#endif
