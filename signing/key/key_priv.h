/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside signing/key: what readers of key files hand over. */
#ifndef VT_SIGNING_KEY_PRIV_H
#define VT_SIGNING_KEY_PRIV_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "signing/key/key.h"

/* A key file taken apart. Owned; vt_key_parts_free. */
struct vt_key_parts {
	/* NULL, or the library context the key belongs to: one with OpenSSL's
	 * legacy provider, for PKCS#12 encrypted in the ways of 2000. */
	OSSL_LIB_CTX *libctx;
	struct ossl_provider_st *providers[2];
	EVP_PKEY *pkey;
	STACK_OF(X509) * certs; /* in file order */
};
void vt_key_parts_free(struct vt_key_parts *p);

/* name: of the file, for messages. Errors as vt_key_open. */
VT_NODISCARD int vt_key_read_p12(struct vt_span file, const char *name,
    const struct vt_secret *pin, struct vt_key_parts *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_key_read_pem(struct vt_span file, const char *name,
    const struct vt_secret *pin, struct vt_key_parts *ret,
    struct vt_err *reterr);

/* Which of our algorithms a key is for; VT_E_KEY_WEAK when none. */
VT_NODISCARD int vt_pkey_algorithm(const EVP_PKEY *pkey, const char *what,
    enum vt_key_alg *ret, struct vt_err *reterr);

#endif
