/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What validation says (EN 319 102-1): facts gathered first, judged after.
 * Three values and reasons, never a bare yes.
 */
#ifndef VT_SIGNING_VERDICT_H
#define VT_SIGNING_VERDICT_H

#include "base/buf.h"
#include "base/json_out.h"
#include "base/source.h"

enum vt_indication { VT_TOTAL_PASSED, VT_INDETERMINATE, VT_TOTAL_FAILED };

/* Of the whole file; the worst signature decides. */
enum vt_overall {
	VT_OVERALL_PASSED,
	VT_OVERALL_INDETERMINATE,
	VT_OVERALL_FAILED,
	VT_OVERALL_NO_SIGNATURE,
	VT_OVERALL_NOT_READABLE
};

enum vt_coverage {
	VT_COVERAGE_WHOLE_FILE, /* to the last byte */
	VT_COVERAGE_REVISION,   /* its whole revision; later ones follow */
	VT_COVERAGE_PARTIAL,    /* less than its revision */
	VT_COVERAGE_UNCLEAR     /* byte range, gap or /Contents do not fit */
};

/* One reason: stable code, EN 319 102-1 block or other clause, people's text
 * in both languages, technical detail. Strings owned by the verdict's arena. */
struct vt_reason {
	const char *code; /* "byte-range-gap", "change-unexplained", ... */
	const char
	    *clause; /* "EN 319 102-1 5.2.7", "ISO 32000-1 12.8.1", ... */
	const char *vi, *en;
	const char *detail; /* may be NULL */
};

/* One object changed after a signature, and what explains it. */
struct vt_change {
	size_t revision; /* of the file, from 0 */
	uint32_t object;
	const char *path;    /* "Root/AcroForm/Fields[2]/V" */
	const char *rule;    /* name of the rule, NULL: unexplained */
	const char *meaning; /* "fills the laid text field vt_number" */
};

/* Whose certificate signed, as far as it says (signer_kind.h). */
enum vt_signer_kind {
	VT_SIGNER_UNKNOWN = 0,
	VT_SIGNER_PERSON,
	VT_SIGNER_ORGANISATION
};

struct vt_signature_verdict {
	const char *field;
	enum vt_indication indication;
	const char *sub_indication; /* EN 319 102-1 Table 6, NULL when passed */
	const char *format;         /* "PAdES", "PKCS7", "RFC3161", ... */
	const char *level;          /* "B-B", ...; NULL when none */
	const char *signer;         /* subject CN, NULL when unknown */
	const char *signer_org, *issuer, *serial;
	enum vt_signer_kind signer_kind;
	struct vt_span certificate; /* DER; empty when unknown */
	vt_time claimed_time;       /* /M or signing-time; VT_TIME_NONE */
	size_t revision;
	enum vt_coverage coverage;
	const char *revocation; /* "good", "revoked", "unknown", "missing",
				 * "not-needed" (the signer is an anchor) */
	struct vt_reason *reasons;
	size_t n_reasons;
	struct vt_change *changes;
	size_t n_changes;
};

/* What the worker lacks; the parent fetches and calls again. */
struct vt_need {
	const char *kind; /* "ocsp" */
	const char *url;
	struct vt_span request; /* body of the POST */
	size_t limit;           /* bytes of the answer */
};

struct vt_verdict {
	enum vt_overall overall;
	struct vt_err unreadable; /* set when NOT_READABLE */
	vt_time judged_at;
	size_t revisions;
	struct vt_signature_verdict *signatures;
	size_t n_signatures;
	struct vt_need *needs;
	size_t n_needs;
	struct vt_arena *arena; /* owns all of it */
};

/* Facts from outside the file. All borrowed. */
struct vt_fact {
	const char *kind;               /* "ocsp" */
	const char *url;                /* where it came from, as in the need */
	struct vt_span request, answer; /* answer empty: could not be fetched */
	const char *failure;            /* why, when empty; else NULL */
};

struct vt_verify_input {
	const struct vt_span *anchors; /* DER certificates trusted as given */
	size_t n_anchors;
	const struct vt_fact *facts;
	size_t n_facts;
	vt_time now;  /* judged at this time */
	bool offline; /* ask for nothing */
};

/*
 * Judges every signature of a PDF. A pure function of its arguments; runs in
 * the `proof` worker. A file that cannot be read gives NOT_READABLE with the
 * reason, not an error. Errors: VT_E_NOMEM only. *ret owned (vt_verdict_free).
 */
VT_NODISCARD int vt_verify_pdf(struct vt_source *src,
    const struct vt_verify_input *in, struct vt_verdict **ret,
    struct vt_err *reterr);
void vt_verdict_free(struct vt_verdict *v);
VT_CLEANUP_DEFINE(struct vt_verdict, vt_verdict_free)

/* What the worst of the signatures makes of the file. */
enum vt_overall vt_verdict_overall(const struct vt_verdict *v);

/* CBOR for the worker's answer and for storing. Reading refuses a verdict
 * that says another thing of the file than of its signatures. */
void vt_verdict_encode(const struct vt_verdict *v, struct vt_buf *ret);
VT_NODISCARD int vt_verdict_decode(
    struct vt_span s, struct vt_verdict **ret, struct vt_err *reterr);

/* The JSON object of `vanthu verify --json` and of the validation route. */
void vt_verdict_json(const struct vt_verdict *v, struct vt_json *j);
/* For a person at a terminal. vi: Vietnamese, else English. */
void vt_verdict_print(const struct vt_verdict *v, bool vi, struct vt_buf *ret);
/* 0 all passed, 1 any failed, 2 any indeterminate, 3 none, 4 not readable */
int vt_verdict_exit(const struct vt_verdict *v);

#endif
