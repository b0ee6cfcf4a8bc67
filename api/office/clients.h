/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs: OAuth2 clients (RFC 6749 §4.4, client credentials). Each is a
 * person row with the role system and an entry with its scopes. A program
 * proves itself by a secret, by a signed assertion (RFC 7523) or by its TLS
 * certificate (RFC 8705 §2.1), and gets a short-lived opaque access token.
 *
 * The secret is never kept: it follows from a salt in the entry and the store's
 * key, so the answer to a repeat of the request that made it is the same.
 */
#ifndef VT_API_OFFICE_CLIENTS_H
#define VT_API_OFFICE_CLIENTS_H

#include "api/office/office.h"

#define VT_CLIENT_SECRET 43 /* characters of base64url */

struct vt_client_key {          /* of its assertions; JWK, RFC 7517 */
	char kid[65];           /* "" = any */
	bool rsa;               /* RS256, else ES256 */
	uint8_t a[1024], b[64]; /* n and e, or x and y */
	uint32_t n_a, n_b;
};

struct vt_client {
	char id[65]; /* client_id: [A-Za-z0-9._-]{3,64} */
	vt_id person;
	uint32_t agency_no;
	char name[256];
	uint32_t scopes; /* enum vt_scope bits; never HOUSE */
	bool has_secret, active;
	uint32_t n_keys;
	uint64_t rev;
	vt_time changed_at;
};

struct vt_new_client {
	const char *id, *name; /* id NULL: made here */
	uint32_t scopes;
	bool secret; /* wanted */
	const struct vt_client_key *keys;
	size_t n_keys; /* <= CLIENT_KEYS_MAX */
};

/*
 * Makes a program of the actor's agency. *ret_secret: "" when none is wanted.
 * A repeat gives the secret that the first one gave, be it another's by now.
 * Errors: VT_E_EXISTS, VT_E_INVALID, VT_E_KEY_FORMAT.
 */
VT_NODISCARD int vt_office_client_add(struct vt_office *o,
    const struct vt_request *rq, const struct vt_new_client *n,
    struct vt_client *ret, char ret_secret[VT_CLIENT_SECRET + 1],
    struct vt_err *reterr);

enum vt_client_act {
	VT_CLIENT_DISABLE, /* and all its tokens end */
	VT_CLIENT_ENABLE,
	VT_CLIENT_NEW_SECRET /* the old one ends */
};
VT_NODISCARD int vt_office_client_act(struct vt_office *o,
    const struct vt_request *rq, const char *id, enum vt_client_act act,
    char ret_secret[VT_CLIENT_SECRET + 1], struct vt_err *reterr);

/* Clients of the actor's agency, by id, after the one named (NULL: from the
 * first). *ret_next: where to go on, "" at the end. A page may come short. */
VT_NODISCARD int vt_office_clients(struct vt_office *o,
    const struct vt_actor *actor, const char *after, struct vt_client *ret,
    size_t max, size_t *ret_n, char ret_next[65], struct vt_err *reterr);

/* By the operator at the machine: agency_no tells whose it is. */
VT_NODISCARD int vt_client_add(struct vt_store *s, const struct vt_context *ctx,
    uint32_t agency_no, const struct vt_new_client *n, struct vt_client *ret,
    char ret_secret[VT_CLIENT_SECRET + 1], struct vt_err *reterr);

/* A request to the token endpoint, as it came; NULL for what did not. */
struct vt_token_request {
	const char *client_id;
	const struct vt_secret *client_secret;
	const char *assertion;      /* JWT, RFC 7523 §2.2 */
	struct vt_span certificate; /* DER, trusted; empty: none */
	const char *scope;          /* NULL: all that the client has */
};

struct vt_token {
	char token[65];
	uint32_t expires_s;
	uint32_t scopes;
};

/*
 * An assertion is meant (aud) for the token endpoint, "/v1/token" under the
 * server's public URL, or for that URL. Errors: VT_E_SIGN_IN_FAILED (RFC 6749
 * §5.2 invalid_client), VT_E_SCOPE (invalid_scope), VT_E_USAGE
 * (invalid_request).
 */
VT_NODISCARD int vt_office_token(struct vt_office *o,
    const struct vt_token_request *rq, struct vt_token *ret,
    struct vt_err *reterr);

#endif
