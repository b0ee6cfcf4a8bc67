/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a CMS SignedData (RFC 5652 §5): its structure only, as spans of the
 * stored bytes. What it means, and whether it is good, is signing/verdict's.
 */
#ifndef VT_SIGNING_CMS_PARSE_H
#define VT_SIGNING_CMS_PARSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "signing/cms/tlv.h"

#define VT_OID_TEXT 64

#define VT_OID_DATA           "1.2.840.113549.1.7.1"
#define VT_OID_SIGNED_DATA    "1.2.840.113549.1.7.2"
#define VT_OID_CONTENT_TYPE   "1.2.840.113549.1.9.3"
#define VT_OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define VT_OID_SIGNING_TIME   "1.2.840.113549.1.9.5"
#define VT_OID_ALG_PROTECTION "1.2.840.113549.1.9.52"
#define VT_OID_SIGNING_CERT   "1.2.840.113549.1.9.16.2.12"
#define VT_OID_SIGNING_CERT_2 "1.2.840.113549.1.9.16.2.47"
#define VT_OID_TIME_STAMP     "1.2.840.113549.1.9.16.2.14"
#define VT_OID_POLICY         "1.2.840.113549.1.9.16.2.15"

struct vt_cms_algorithm {
	char oid[VT_OID_TEXT];
	struct vt_span params; /* raw element; empty when absent */
	struct vt_span raw;    /* the AlgorithmIdentifier */
};

struct vt_cms_attribute {
	char oid[VT_OID_TEXT];
	struct vt_span raw;    /* the Attribute */
	struct vt_span values; /* contents of the SET */
	struct vt_span value;  /* its first element, raw; empty when none */
	size_t n_values;
};

struct vt_cms_attributes {
	bool present;
	struct vt_cms_attribute *items;
	size_t n;
};

struct vt_cms_signer {
	uint64_t version;
	struct vt_span issuer; /* raw Name, empty when ski is used */
	struct vt_span serial; /* INTEGER contents */
	struct vt_span ski;    /* SubjectKeyIdentifier contents */
	struct vt_cms_algorithm digest, signature;
	struct vt_cms_attributes attrs, unsigned_attrs;
	struct vt_span attrs_raw; /* contents of signedAttrs as stored */
	struct vt_span value;     /* of the signature */
};

struct vt_cms {
	size_t size;                    /* bytes of the ContentInfo */
	char content_type[VT_OID_TEXT]; /* eContentType */
	bool has_content;               /* eContent present */
	struct vt_cms_algorithm *digests;
	size_t n_digests;
	struct vt_span *certificates; /* raw, in file order */
	size_t n_certificates;
	size_t n_other_certificates; /* other choices than Certificate */
	bool has_crls;
	size_t n_signers;
	struct vt_cms_signer signer; /* the first; valid when n_signers > 0 */
};

/*
 * Parses the ContentInfo at the start of s; what follows it (padding) is the
 * caller's to look at: ret->size bytes were used.
 *
 * Input: at most VT_L(CMS_MAX) bytes, borrowed as long as ret is used.
 * Output: arrays in the arena.
 * Errors: VT_E_SYNTAX (message names element and RFC 5652 clause),
 * VT_E_UNSUPPORTED (not SignedData), VT_E_LIMIT, VT_E_NOMEM.
 */
VT_NODISCARD int vt_cms_parse(struct vt_span s, struct vt_arena *arena,
    struct vt_cms *ret, struct vt_err *reterr);

/* First attribute of this type, NULL when none; *ret_count (may be NULL): how
 * many attributes of the type there are. */
const struct vt_cms_attribute *vt_cms_attribute(
    const struct vt_cms_attributes *a, const char *oid, size_t *ret_count);

/*
 * Appends the bytes the signature is over (RFC 5652 §5.4): the signed
 * attributes as a DER SET OF, each as it is stored; in the order of X.690
 * §11.6, or with `stored` in the order in which they stand (the same set; some
 * signers do not sort). False when the stored attributes are not DER, and
 * nothing useful is appended.
 */
bool vt_cms_signed_bytes(const struct vt_cms_signer *s, bool stored,
    struct vt_arena *arena, struct vt_buf *ret);

/* Reads an AlgorithmIdentifier element. */
bool vt_cms_algorithm(struct vt_tlv_reader *r, struct vt_cms_algorithm *ret);

#endif
