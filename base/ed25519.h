/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ed25519 (RFC 8032) by OpenSSL's libcrypto: deterministic, so equal input
 * gives equal bytes. For service keys only; keys of people and agencies are
 * signing's. Some 0.1 ms each; libgcrypt 1.10 takes 0.3 ms to sign and 0.7 to
 * verify, which a commit and a check of the store would wait for.
 */
#ifndef VT_BASE_ED25519_H
#define VT_BASE_ED25519_H

#include "base/err.h"
#include "base/span.h"

#define VT_ED25519_KEY       32 /* seed, and public key */
#define VT_ED25519_SIGNATURE 64

/* Public key of a seed of VT_ED25519_KEY bytes. VT_E_INTERNAL. Any thread. */
VT_NODISCARD int vt_ed25519_public(struct vt_span seed,
    uint8_t ret[static VT_ED25519_KEY], struct vt_err *reterr);

/* RFC 8032 section 5.1.6, over the text itself; the public key in it is derived
 * from the seed each time. VT_E_INTERNAL. Any thread. */
VT_NODISCARD int vt_ed25519_sign(struct vt_span seed, struct vt_span text,
    uint8_t ret[static VT_ED25519_SIGNATURE], struct vt_err *reterr);

/* Is it this key's signature over the text? Any thread. */
bool vt_ed25519_verify(const uint8_t pub[static VT_ED25519_KEY],
    struct vt_span text, const uint8_t sig[static VT_ED25519_SIGNATURE]);

#endif
