/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The facts of a validation, gathered before anything is judged. Internal to
 * signing/verdict.
 *
 * Two kinds. Values: what the file, the CMS, the certificates and the answers
 * from outside say. Findings: what was seen to break a standard, under the
 * name that reason.def gives it; what a finding is worth is decided by the
 * judge alone.
 */
#ifndef VT_VERDICT_FACTS_H
#define VT_VERDICT_FACTS_H

#include <openssl/x509.h>

#include "base/pdf/pdf.h"
#include "signing/cms/parse.h"
#include "signing/verdict/verdict.h"

enum vt_reason_id {
#define VT_REASON(name, code, clause, indication, sub, vi, en) VT_R_##name,
#include "signing/verdict/reason.def"
#undef VT_REASON
	VT_R__MAX
};

struct vt_reason_row {
	const char *code, *clause;
	enum vt_indication indication;
	const char *sub;
	const char *vi, *en;
};

extern const struct vt_reason_row vt_reason_rows[VT_R__MAX];

struct vt_finding {
	enum vt_reason_id id;
	const char *detail; /* may be NULL */
};

/* Kinds of signature a PDF can hold (ISO 32000-2 Table 260). */
enum vt_subfilter {
	VT_SUBFILTER_CADES,   /* ETSI.CAdES.detached */
	VT_SUBFILTER_PKCS7,   /* adbe.pkcs7.detached */
	VT_SUBFILTER_RFC3161, /* ETSI.RFC3161 */
	VT_SUBFILTER_SHA1,    /* adbe.pkcs7.sha1 */
	VT_SUBFILTER_X509,    /* adbe.x509.rsa_sha1 */
	VT_SUBFILTER_OTHER
};

enum vt_revocation_state {
	VT_REVOCATION_NOT_NEEDED, /* a trust anchor */
	VT_REVOCATION_NO_SOURCE,  /* no OCSP URL */
	VT_REVOCATION_MISSING,    /* nobody asked yet */
	VT_REVOCATION_NOT_FETCHED,
	VT_REVOCATION_UNUSABLE, /* an answer, but not a good one */
	VT_REVOCATION_UNKNOWN,
	VT_REVOCATION_REVOKED,
	VT_REVOCATION_GOOD
};

/* One certificate of the chain, signer first. */
struct vt_link {
	X509 *x;     /* borrowed from the chain */
	bool anchor; /* trusted as given */
	vt_time not_before, not_after;
	enum vt_revocation_state revocation;
	vt_time revoked_at; /* when REVOKED */
	const char *url;    /* OCSP, NULL when none */
	const char *detail; /* about the revocation, may be NULL */
};

/* A field of the form as one revision has it. */
struct vt_field {
	const char *name; /* full name, UTF-8 */
	uint32_t num;     /* object number, 0 when not an object */
	struct vt_pdf_object *dict;
	struct vt_pdf_object
	    *value;          /* /V as it stands, inherited; may be NULL */
	struct vt_span type; /* /FT, inherited: "Tx", "Sig", ...; empty */
	bool merged;         /* field and widget are one dictionary */
};

struct vt_fields {
	bool walked;
	struct vt_pdf_ref form; /* object of AcroForm, num 0 when direct */
	struct vt_pdf_ref root; /* catalog */
	uint32_t fields_array;  /* object of /Fields, 0 when direct */
	struct vt_field *items;
	size_t n, cap;
};

/* What a lock or a FieldMDP says (ISO 32000-1 §12.7.4.5, §12.8.2.4). */
struct vt_lock {
	enum {
		VT_LOCK_NONE,
		VT_LOCK_ALL,
		VT_LOCK_INCLUDE,
		VT_LOCK_EXCLUDE
	} action;
	const char **names;
	size_t n_names;
};

struct vt_signature_facts {
	const char *field;
	uint32_t field_num;         /* object of the field, 0 when direct */
	uint32_t num;               /* object of the signature, 0 when direct */
	struct vt_pdf_slot slot;    /* of that object */
	struct vt_pdf_object *dict; /* NULL when /V is no dictionary */
	size_t revision;
	size_t last_seen; /* last revision that still has it */

	/* dictionary */
	enum vt_subfilter subfilter;
	const char *subfilter_name;
	bool has_cert_entry;     /* /Cert */
	vt_time m;               /* /M */
	struct vt_lock locks[2]; /* FieldMDP, /Lock */
	int docmdp;              /* P of DocMDP or of /Lock; 0 none */

	/* byte range */
	bool range_ok; /* usable for a digest */
	uint64_t range[4];
	struct vt_span contents; /* decoded /Contents */
	enum vt_coverage coverage;

	/* CMS */
	bool has_cms;
	struct vt_cms cms;
	struct vt_span digest; /* of the byte range, empty unless made */
	vt_time signing_time;  /* signed attribute */
	bool bound;            /* signing-certificate(-v2) fits */
	bool verified;         /* digest and value fit */
	X509 *signer;          /* owned by pool */
	struct vt_span signer_der;

	/* chain */
	STACK_OF(X509) * pool;  /* certificates of the CMS, owned */
	STACK_OF(X509) * chain; /* signer .. anchor, owned; NULL: none */
	struct vt_link *links;
	size_t n_links;

	/* changes after it */
	struct vt_change *changes;
	size_t n_changes;

	struct vt_finding *findings;
	size_t n_findings, cap_findings;
};

/* One change between a revision and the one before it. */
enum vt_change_kind {
	VT_CHANGE_UNEXPLAINED,
	VT_CHANGE_FILL,     /* rule: fill a laid text field */
	VT_CHANGE_SIGN,     /* rule: sign a laid signature field */
	VT_CHANGE_STRUCTURE /* rule: cross-reference and object streams */
};

struct vt_step {
	enum vt_change_kind kind;
	uint32_t object;
	const char *path, *rule, *meaning;
	const char *field; /* FILL, SIGN: full name */
	uint32_t field_num;
};

struct vt_revision_steps {
	bool done;
	struct vt_step *items;
	size_t n, cap;
	const char *failure; /* why it could not be analysed, or NULL */
};

struct vt_facts {
	struct vt_source *src;
	struct vt_pdf *pdf;
	const struct vt_verify_input *in;
	struct vt_arena *work; /* PDF objects, scratch */
	struct vt_arena *out;  /* lives as long as the verdict */
	struct vt_signature_facts **signatures;
	size_t n_signatures, cap_signatures;
	struct vt_fields *fields;        /* per revision */
	struct vt_revision_steps *steps; /* per revision */
	size_t visits;                   /* budget of limits.def */
	STACK_OF(X509) * anchors;        /* owned */
	struct vt_need *needs;
	size_t n_needs, cap_needs;
	bool nomem;           /* sticky: the verdict cannot be trusted */
	const char *too_much; /* a limit that was met, or NULL */
};

/* Adds a finding; the detail is formatted into f->out. fmt may be NULL. */
void vt_finding(struct vt_facts *f, struct vt_signature_facts *s,
    enum vt_reason_id id, const char *fmt, ...) VT_PRINTF(4, 5);
bool vt_has_finding(const struct vt_signature_facts *s, enum vt_reason_id id);

/* A copy that people and CBOR can take: valid UTF-8 without control
 * characters, '?' where they stood. Never NULL. */
const char *vt_facts_text(struct vt_facts *f, struct vt_span s);

/* Arena helpers that remember failure in f->nomem. NULL then. */
const char *vt_facts_printf(struct vt_facts *f, const char *fmt, ...)
    VT_PRINTF(2, 3);
/* Makes room for one more item of an array in an arena of f. */
bool vt_facts_grow(struct vt_facts *f, struct vt_arena *arena, void *array,
    size_t n, size_t *cap, size_t size);

/* facts_fields.c: the form of a revision, walked once. */
VT_NODISCARD int vt_facts_fields(struct vt_facts *f, size_t rev,
    struct vt_fields **ret, struct vt_err *reterr);
/* facts_signatures.c: finds the signatures of all revisions. */
VT_NODISCARD int vt_facts_signatures(struct vt_facts *f, struct vt_err *reterr);
/* facts_range.c: byte range, coverage, /Contents. */
void vt_facts_range(struct vt_facts *f, struct vt_signature_facts *s);
void vt_facts_collisions(struct vt_facts *f);
/* facts_digest.c: digests of all byte ranges, in one pass. */
struct vt_digest;
const struct vt_digest *vt_digest_find(const char *oid);
const char *vt_digest_name(const struct vt_digest *d);
bool vt_digest_is_weak(const struct vt_digest *d);
/* Appends the digest of s to out; false when OpenSSL refuses it. */
bool vt_digest_span(const struct vt_digest *d, struct vt_span s,
    uint8_t ret[static 64], size_t *ret_n);
void vt_facts_digests(struct vt_facts *f);
/* facts_cms.c: CMS, signer's certificate, attributes, signature value. */
void vt_facts_cms(struct vt_facts *f, struct vt_signature_facts *s);
void vt_facts_verify(struct vt_facts *f, struct vt_signature_facts *s);
/* facts_value.c: is this the value of a signature by this key? */
enum vt_value_result { VT_VALUE_GOOD, VT_VALUE_BAD, VT_VALUE_UNSUPPORTED };
struct vt_value_input {
	const struct vt_cms_algorithm *algorithm, *digest;
	EVP_PKEY *key;
	struct vt_span tbs;      /* what is signed, or empty ... */
	struct vt_span tbs_hash; /* ... and then its digest by `digest` */
	struct vt_span value;
};
enum vt_value_result vt_value_check(const struct vt_value_input *in,
    const struct vt_digest **ret_digest, const char **ret_why);
/* NULL when the key is strong enough, else what is wrong (static). */
const char *vt_key_weakness(EVP_PKEY *key);
/* facts_chain.c, facts_ocsp.c */
void vt_facts_chain(struct vt_facts *f, struct vt_signature_facts *s);
void vt_facts_revocation(struct vt_facts *f, struct vt_signature_facts *s);
/* changes.c: everything after the signature, explained or not. */
void vt_facts_changes(struct vt_facts *f, struct vt_signature_facts *s);
/* The same file: what was filled after s, a proven signature covers. */
void vt_facts_vouched(struct vt_facts *f, struct vt_signature_facts *s);

/* judge.c */
void vt_judge(struct vt_facts *f, struct vt_signature_facts *s,
    struct vt_signature_verdict *ret);

/* PDF date (ISO 32000-1 §7.9.4) or VT_TIME_NONE. */
vt_time vt_pdf_date(struct vt_span s);

#endif
