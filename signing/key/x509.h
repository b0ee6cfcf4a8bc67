/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between DER and OpenSSL's certificates: strict reading, and what the rooms
 * of signing say of a certificate in their messages. Internal to signing.
 */
#ifndef VT_SIGNING_X509_H
#define VT_SIGNING_X509_H

#include <openssl/x509.h>

#include "base/err.h"
#include "base/span.h"
#include "base/time.h"

static inline void
vt_x509_free(X509 *x)
{
	X509_free(x);
}
VT_CLEANUP_DEFINE(X509, vt_x509_free)

/*
 * One certificate, nothing after it. what: names it in the message.
 * Errors: VT_E_KEY_FORMAT. *ret owned (X509_free).
 */
VT_NODISCARD int vt_x509_read(
    struct vt_span der, const char *what, X509 **ret, struct vt_err *reterr);

/* The last value of an attribute of a name as UTF-8, cut at a character
 * border to size - 1 bytes, control characters replaced by '?'. "" if none. */
void vt_x509_name_text(const X509_NAME *name, int nid, char *ret, size_t size);

/* The subject for a message: CN, else O, else the serial number. */
void vt_x509_subject(const X509 *x, char *ret, size_t size);

/*
 * Is this the certificate of somebody who signs documents (RFC 5280 §4.2.1.3,
 * §4.2.1.9, §4.2.1.12)? subject: for the message.
 * Errors: VT_E_CERT_USAGE, VT_E_KEY_FORMAT.
 */
VT_NODISCARD int vt_x509_check_usage(
    X509 *x, const char *subject, struct vt_err *reterr);

/* VT_TIME_NONE when the field is malformed. */
vt_time vt_x509_time(const ASN1_TIME *t);

/* Why OpenSSL failed last; clears its queue. "unknown" when it does not say.
 * Static or OpenSSL's own string. */
const char *vt_ossl_reason(void);

/* An RSA key whose public exponent is odd and at least 3 (RFC 8017 §3.1):
 * with 1 everybody can sign. */
bool vt_rsa_exponent_ok(const EVP_PKEY *key);

#endif
