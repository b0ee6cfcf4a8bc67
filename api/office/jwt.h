/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signed tokens of others (RFC 7519 in RFC 7515's compact form): ID tokens
 * and clients' assertions. Read strictly, verified by signing/jws, judged by
 * what the caller wants. Nothing of a token is used before its signature.
 */
#ifndef VT_API_OFFICE_JWT_H
#define VT_API_OFFICE_JWT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/time.h"
#include "signing/jws/jws.h"

struct vt_jwt {
	enum vt_jws_alg alg;
	char kid[128];        /* "" when it names none */
	struct vt_span input; /* borrowed from the text */
	struct vt_buf signature;
	json_t *claims; /* an object; not to be believed before verify */
};
#define VT_JWT_INIT                                                            \
	{                                                                      \
		.signature = VT_BUF_INIT                                       \
	}

/*
 * Takes it apart. Errors: VT_E_ID_TOKEN: not three parts, over JWT_MAX, JSON
 * that is not strict, an algorithm other than RS256 and ES256 (and "none"),
 * `crit`. vt_jwt_free in any case.
 */
VT_NODISCARD int vt_jwt_parse(
    const char *text, struct vt_jwt *ret, struct vt_err *reterr);
void vt_jwt_free(struct vt_jwt *j);
#define VT_JWT_AUTO(name)                                                      \
	__attribute__((cleanup(vt_jwt_free))) struct vt_jwt name = VT_JWT_INIT

/* A public key of a JWK (RFC 7517), decoded. */
struct vt_jwk {
	char kid[128];
	bool rsa;
	struct vt_buf a, b; /* n and e, or x and y */
};
void vt_jwk_free(struct vt_jwk *k);
#define VT_JWK_INIT                                                            \
	{                                                                      \
		.a = VT_BUF_INIT, .b = VT_BUF_INIT                             \
	}
/* VT_E_KEY_FORMAT: not a public key for RS256 or ES256 signatures. */
VT_NODISCARD int vt_jwk_read(
    const json_t *jwk, struct vt_jwk *ret, struct vt_err *reterr);
/* Verifies with one key. VT_E_ID_TOKEN when its kind is another's, else those
 * of vt_jws_verify. */
VT_NODISCARD int vt_jwk_verify(
    const struct vt_jwk *k, const struct vt_jwt *j, struct vt_err *reterr);

/*
 * With a key set ({"keys": [...]}): the key that the token names, or each that
 * could be when it names none. *ret_known false: no key of that name, perhaps
 * the set is old. Errors: VT_E_ID_TOKEN.
 */
VT_NODISCARD int vt_jwt_verify_set(const struct vt_jwt *j, const json_t *set,
    bool *ret_known, struct vt_err *reterr);

/* What is wanted of the claims (RFC 7519 §4.1); NULL: not looked at. */
struct vt_jwt_want {
	const char *iss, *sub;
	const char *const *aud; /* one of them has to be in aud */
	size_t n_aud;
	bool alone; /* and nobody else, unless azp says us (OIDC 3.1.3.7) */
	const char *nonce;
	vt_time now;
	int64_t life_s; /* exp may lie so far ahead; 0: any */
};
VT_NODISCARD int vt_jwt_judge(
    const struct vt_jwt *j, const struct vt_jwt_want *w, struct vt_err *reterr);

/* A claim that is a string, or NULL. Borrowed from j. */
const char *vt_jwt_str(const struct vt_jwt *j, const char *claim);

#endif
