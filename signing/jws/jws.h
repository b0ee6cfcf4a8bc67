/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures of JSON Web Tokens (RFC 7515, RFC 7518), verified: RS256 and
 * ES256 and nothing else. JSON is the caller's: he gives the numbers of the
 * key, the bytes that were signed, and the signature.
 */
#ifndef VT_SIGNING_JWS_H
#define VT_SIGNING_JWS_H

#include "base/err.h"
#include "base/span.h"

enum vt_jws_alg { VT_JWS_RS256, VT_JWS_ES256 };

/* A public key as RFC 7518 §6 has it; big-endian numbers, decoded. */
struct vt_jws_key {
	enum vt_jws_alg alg;
	struct vt_span n, e; /* RSA: modulus of 2048 to 8192 bits, exponent */
	struct vt_span x, y; /* P-256: 32 bytes each */
};

/*
 * input: "header.payload" as it was sent; signature: decoded (ES256: r ‖ s).
 * Errors: VT_E_SIGNATURE_MISMATCH, VT_E_KEY_FORMAT (numbers that are no key),
 * VT_E_KEY_WEAK (RSA below 2048 bits, or an exponent that signs for anybody),
 * VT_E_NOMEM. Any thread.
 */
VT_NODISCARD int vt_jws_verify(const struct vt_jws_key *key,
    struct vt_span input, struct vt_span signature, struct vt_err *reterr);

#endif
