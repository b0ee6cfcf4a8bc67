/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making a CMS SignedData (RFC 5652) for CAdES/PAdES baseline B-B
 * (EN 319 122-1 §6, EN 319 142-1 §6.3): detached, one SignerInfo, signed
 * attributes content-type, message-digest, signing-certificate-v2 (RFC 5035),
 * cms-algorithm-protection (RFC 6211); no signing-time, which PAdES puts in
 * the dictionary's /M. Structures are ours; DER is written by base rules, the
 * signature value comes from the caller.
 */
#ifndef VT_SIGNING_CMS_H
#define VT_SIGNING_CMS_H

#include "base/id.h"
#include "signing/key/key.h"

/*
 * Appends the DER of SignedAttributes as an explicit SET OF (tag 0x31): the
 * very bytes that are signed.
 */
VT_NODISCARD int vt_cms_attributes(const vt_hash *content_digest,
    struct vt_span signer_der, enum vt_key_alg alg, struct vt_buf *ret,
    struct vt_err *reterr);

/*
 * Checks value against the public key of the signer's certificate over attrs.
 * Errors: VT_E_SIGNATURE_MISMATCH, VT_E_KEY_FORMAT.
 */
VT_NODISCARD int vt_cms_check_value(struct vt_span attrs,
    struct vt_span signer_der, enum vt_key_alg alg, struct vt_span value,
    struct vt_err *reterr);

/* Appends the ContentInfo. chain: signer first. attrs: as made above. */
VT_NODISCARD int vt_cms_build(struct vt_span attrs,
    const struct vt_span *chain, size_t n_chain, enum vt_key_alg alg,
    struct vt_span value, struct vt_buf *ret, struct vt_err *reterr);

/*
 * Upper bound of vt_cms_build's result for this chain and algorithm, from the
 * sizes themselves (never a constant). Bytes; 0 when the signer's certificate
 * cannot be read or the chain's length is not 1 to CHAIN_MAX.
 */
size_t vt_cms_size(const struct vt_span *chain, size_t n_chain,
    enum vt_key_alg alg);

#endif
