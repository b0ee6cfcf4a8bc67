/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small authority for tests: keys and certificates made at run time. Every
 * function aborts when OpenSSL fails, so that tests read straight.
 */
#ifndef VT_TESTS_PKI_H
#define VT_TESTS_PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "signing/key/key.h"

struct pki_options {
	enum vt_key_alg alg;
	const char *cn, *o;     /* subject; o may be NULL */
	const char *more[2][2]; /* attributes by name, with values; or NULL */
	const char *policies, *qc; /* extensions in OpenSSL's syntax; or NULL */
	vt_time not_before, not_after; /* 0: 2026-01-01 to 2036-01-01 */
	const char *key_usage;         /* OpenSSL's syntax; NULL: the usual of a
					  signer or CA; "": no extension */
	const char *eku;               /* "" or NULL: none */
	bool ca;
	const char *ocsp_url; /* AIA; NULL: none */
	const char *ca_issuers_url;
	uint64_t serial;   /* 0: 4097 */
	size_t rsa_bits;   /* 0: 2048 */
	const char *curve; /* NULL: P-256 */
	bool no_check;     /* id-pkix-ocsp-nocheck */
};

struct pki {
	EVP_PKEY *key;
	X509 *cert;
	struct vt_buf der;        /* of cert */
	const struct pki *issuer; /* borrowed; NULL: self-signed */
};

/* issuer NULL: self-signed. Free with pki_free. */
struct pki *pki_issue(const struct pki_options *o, const struct pki *issuer);
void pki_free(struct pki *p); /* NULL allowed */

/* A CA ("CA mẫu") and a signer under it, with defaults: what most need. */
struct pki *pki_ca(enum vt_key_alg alg);
struct pki *pki_signer(
    enum vt_key_alg alg, const char *cn, const struct pki *issuer);

struct vt_span pki_der(const struct pki *p);

/* PKCS#12 of p's key and its chain.
 */
void pki_p12(const struct pki *p, const char *pin, struct vt_buf *ret);
/* PEM: the key (encrypted when pin is not NULL), then the chain. */
void pki_pem(const struct pki *p, const char *pin, struct vt_buf *ret);

/* Writes bytes to a new file under $TMPDIR; the path is to be freed. */
char *pki_file(const struct vt_buf *b, const char *suffix);

/* A key as vt_key_open gives it, through a file. */
struct vt_key *pki_key(const struct pki *p);

/* A timestamp token (RFC 3161, DER ContentInfo) of tsa over data's SHA-256.
 * tsa: with extended key usage "critical,timeStamping". */
void pki_token(
    const struct pki *tsa, struct vt_span data, vt_time at, struct vt_buf *ret);

/*
 * An OCSP answer (DER OCSPResponse) of responder about cert. status: 0 good,
 * 1 revoked, 2 unknown. nonce_of: the DER of a request whose nonce is copied,
 * or empty.
 */
void pki_ocsp(const struct pki *responder, const struct pki *cert, int status,
    vt_time this_update, vt_time next_update, struct vt_span nonce_of,
    struct vt_buf *ret);

#endif
