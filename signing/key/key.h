/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing keys: a certificate chain and sign(). Here file keys (PKCS#12, PEM);
 * tokens and remote services implement the same interface later. A key lives
 * in the process of its holder's act, never in a worker that reads papers.
 */
#ifndef VT_SIGNING_KEY_H
#define VT_SIGNING_KEY_H

#include "base/buf.h"
#include "base/secret.h"
#include "base/time.h"

/* Signature algorithms we make. Digest SHA-256 with all of them. */
enum vt_key_alg { VT_KEY_RSA_PKCS1_SHA256, VT_KEY_ECDSA_P256_SHA256 };

struct vt_key;

/*
 * Opens "file:PATH" (or a bare path): PKCS#12 (RFC 7292), or PEM holding the
 * key (PKCS#8, may be encrypted) and the certificates. pin: may be NULL. The
 * signer's certificate is the one whose public key is the private key's.
 * Chain order: signer first, then issuers as far as the file has them.
 * Errors: VT_E_NO_INPUT, VT_E_PIN_WRONG, VT_E_KEY_FORMAT, VT_E_KEY_MISMATCH,
 * VT_E_KEY_WEAK (RSA < 2048, other curves), VT_E_LIMIT.
 * *ret owned. One thread at a time per key (clone by opening again).
 */
VT_NODISCARD int vt_key_open(const char *uri, const struct vt_secret *pin,
    struct vt_key **ret, struct vt_err *reterr);
void vt_key_free(struct vt_key *k);
VT_CLEANUP_DEFINE(struct vt_key, vt_key_free)

enum vt_key_alg vt_key_algorithm(const struct vt_key *k);
/* Certificates in DER, signer first; borrowed from k. */
size_t vt_key_chain_length(const struct vt_key *k);
struct vt_span vt_key_chain(const struct vt_key *k, size_t i);

/*
 * Signs tbs (the bytes, not their digest); appends the value as CMS wants it:
 * PKCS#1 v1.5 block, or DER ECDSA-Sig-Value.
 */
VT_NODISCARD int vt_key_sign(struct vt_key *k, struct vt_span tbs,
    struct vt_buf *ret, struct vt_err *reterr);

/*
 * May this certificate sign a document at that time? Checks validity, key
 * usage (digitalSignature or nonRepudiation where the extension is present,
 * not a CA), extended key usage where present, key size.
 * Errors: VT_E_CERT_EXPIRED, VT_E_CERT_NOT_YET_VALID, VT_E_CERT_USAGE,
 * VT_E_KEY_WEAK, VT_E_KEY_FORMAT; the message names subject, dates, clause.
 */
VT_NODISCARD int vt_certificate_check(struct vt_span der, vt_time at,
    struct vt_err *reterr);

/* What people see of a certificate. Strings are UTF-8, owned by the struct. */
struct vt_certificate_info {
	char subject_cn[256], subject_o[256], issuer_cn[256];
	char serial[64];                /* hex */
	vt_time not_before, not_after;
	enum vt_key_alg alg;
	size_t bits;
};
VT_NODISCARD int vt_certificate_describe(struct vt_span der,
    struct vt_certificate_info *ret, struct vt_err *reterr);

#endif
