/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How anything is changed: an act is a list of steps, done together or not at
 * all, in one transaction with its ledger leaf, events, work and receipt.
 *
 * The store holds what must be true under concurrency (a number once, the
 * approval bound to the content, appended bytes, order of signature and seal);
 * who may do it is decided by api/office before.
 */
#ifndef VT_DOCSTORE_ACT_H
#define VT_DOCSTORE_ACT_H

#include "docstore/record.h"
#include "docstore/work.h"

/* Stored; numbers are never reused. */
enum vt_step_kind {
	/* papers */
	VT_STEP_REGISTER = 1, /* a new paper (draft, incoming, result) */
	VT_STEP_META = 2,     /* its metadata replaced */
	VT_STEP_VERSION = 3,  /* a new version of a part */
	VT_STEP_SUBMIT = 4,
	VT_STEP_APPROVE = 5,
	VT_STEP_RETURN = 6,
	VT_STEP_NUMBER = 7,
	VT_STEP_SIGN = 8, /* initials or the competent person */
	VT_STEP_SEAL = 9,
	VT_STEP_ISSUE = 10,
	VT_STEP_DISPATCH = 11,
	VT_STEP_RECEIVE = 12,   /* a delivery of this store */
	VT_STEP_DELIVERED = 13, /* what became of a delivery, at the sender */
	VT_STEP_CODE = 14,      /* public code */
	VT_STEP_ASSIGN = 15,
	VT_STEP_PROBLEM = 16, /* why a part cannot be read */
	/* the house */
	VT_STEP_AGENCY = 32, /* a new agency; alone in its act */
	VT_STEP_AGENCY_NAME = 33,
	VT_STEP_AGENCY_KEYS = 34, /* certificates and key reference replaced */
	VT_STEP_PERSON = 35,      /* new, or replaced when the id exists */
	VT_STEP_SERIES = 36,      /* new, or title changed */
	/* work */
	VT_STEP_WORK = 48,     /* enqueue */
	VT_STEP_WORK_DONE = 49 /* complete under a lease */
};

/*
 * Content an act names. upload: from vt_upload_end, of the same agency; the
 * act consumes it. hash must be its content's: "one act names them by hash".
 */
struct vt_file {
	vt_id upload;
	vt_hash hash;
	const char *name;       /* <= NAME_MAX characters */
	const char *media_type; /* "" = application/octet-stream */
};

enum vt_sign_kind {
	VT_SIGN_INITIALS = 1, /* ký nháy */
	VT_SIGN_COMPETENT = 2 /* the person who signs the paper */
};

/* One step; the member of u named like the kind, in lower case, counts. */
struct vt_step {
	enum vt_step_kind kind;
	union {
		/*
		 * files[0] is the main file. arrival_series: for VT_DIR_IN the
		 * series that gives the số đến, else NULL. The paper's id is
		 * made here, or id when that is not zero.
		 * VT_E_SECRECY_REFUSED for meta.secrecy != 0.
		 */
		struct {
			vt_id id;
			enum vt_direction direction;
			const struct vt_meta *meta;
			const struct vt_file *files;
			size_t n_files;                /* 1..PAPER_PARTS_MAX */
			enum vt_version_reason reason; /* 0 = RECEIVED */
			const char *arrival_series;
		} reg;
		/* Until issued; number, date and agency are not metadata. */
		struct {
			const struct vt_meta *meta;
		} meta;
		/*
		 * expect: hash of the version it follows; another current one
		 * is VT_E_CONFLICT with result.current. Appending reasons need
		 * bytes that begin with the version before, else VT_E_INVALID;
		 * once a part carries a signature, only those are taken
		 * (VT_E_OUT_OF_ORDER). part 0 = 1.
		 */
		struct {
			uint16_t part;
			struct vt_file file;
			vt_hash expect;
			enum vt_version_reason reason;
		} version;
		/* main: hash of the main file that is meant; VT_E_CONFLICT when
		 * it is no longer the current one. */
		struct {
			vt_hash main;
			const char *note;
		} submit, approve, sendback;
		/*
		 * Bound to the paper once: the second ask is
		 * VT_E_ALREADY_NUMBERED with the number in the result.
		 * value: 0, or the number given by an external series.
		 * VT_E_STORE_CLOCK when the clock stepped back > 1 h.
		 * A result or draft may be numbered from SUBMITTED on;
		 * VT_E_OUT_OF_ORDER for incoming papers.
		 */
		struct {
			const char *series;
			const char *notation; /* NULL: meta.notation */
			uint64_t value;
		} number;
		/*
		 * main: hash of the signed version (current after a version
		 * step of the same act). Competent: the paper must be approved
		 * (VT_E_NOT_APPROVED), once.
		 */
		struct {
			enum vt_sign_kind kind;
			vt_hash main;
			vt_id signer;
			const char *field;
			vt_hash cert;         /* SHA-256 of the certificate */
			vt_time signing_time; /* as the signature states it */
			const char *level;    /* "B-B", … */
		} sign;
		/* VT_E_NOT_SIGNED_BY_LEADER before the competent signature. */
		struct {
			vt_hash main;
			const char *field;
			vt_hash cert;
			vt_time signing_time;
			const char *level;
		} seal;
		/* Needs the competent signature and the number. */
		struct {
			const char *note;
		} issue;
		/* After issue. One delivery and one work item each; code ""
		 * gives a delivery to be printed. Nobody twice: VT_E_INVALID
		 * in one step, VT_E_EXISTS for an agency that has a delivery
		 * of this paper. */
		struct {
			const struct vt_recipient *to;
			size_t n_to;
		} dispatch;
		/*
		 * Makes the incoming paper of a delivery: same bytes shared,
		 * metadata taken over, số đến from series. Idempotent per
		 * (agency, delivery), whatever the key: the second time answers
		 * with the first act's result, repeated.
		 */
		struct {
			vt_id delivery;
			const char *series;
		} receive;
		/* At the sender; forward only. Ends the delivery's work item
		 * when state is final (needs no lease). */
		struct {
			vt_id delivery;
			enum vt_delivery_state state;
			const char *note;
			struct vt_span receipt;
		} delivered;
		/* VT_E_EXISTS when the code is taken; once a paper. */
		struct {
			const char *code; /* [0-9A-Z-]{4,40} */
		} code;
		struct {
			vt_id person;
			const char *note;
		} assign;
		struct {
			uint16_t part;
			const char *note; /* "" clears it */
		} problem;
		/* act.agency_no is 0; result.agency_no tells. */
		struct {
			struct vt_agency_name name; /* from: ignored */
			const struct vt_span *certs;
			size_t n_certs;
			const char *key_ref;
		} agency;
		struct {
			struct vt_agency_name name;
		} agency_name;
		struct {
			const struct vt_span *certs;
			size_t n_certs;
			const char *key_ref;
		} agency_keys;
		/* seq, since and agency_no are the store's; id zero: made here
		 * and returned in result.person. */
		struct vt_person person;
		struct vt_series series; /* period, last: ignored */
		struct vt_work_new work;
		struct {
			uint64_t work;
			uint64_t
			    lease; /* vt_work.lease; VT_E_CONFLICT if lost */
		} work_done;
	} u;
};

#define VT_ACT_STEPS_MAX 16

struct vt_act {
	uint32_t agency_no;
	vt_id person; /* who did it; zero: no one person */
	/* Idempotency: scope, key (NULL: none) and SHA-256 of the request. The
	 * same (caller, key) with another request hash is
	 * VT_E_IDEMPOTENCY_KEY_REUSED, for the life of the record. */
	vt_id caller;
	const char *key;
	vt_hash request;
	vt_id paper;         /* what the steps are on; zero if a step makes
			      * it or none is concerned */
	uint64_t expect_rev; /* If-Match: 0 = any, else VT_E_PRECONDITION_
			      * FAILED */
	const struct vt_step *steps;
	size_t n_steps; /* 1..VT_ACT_STEPS_MAX */
	/* Kept with the act and handed back with every repeat (<= 64 KiB): what
	 * the caller needs to answer with the same bytes. */
	struct vt_span keep;
};

struct vt_act_result {
	bool repeated; /* an earlier act's answer */
	vt_id act;
	uint32_t agency_no;
	uint64_t index; /* leaf index in the agency's ledger */
	vt_time time;
	vt_id paper; /* made or changed; zero if none */
	uint64_t paper_rev;
	vt_hash current; /* main file's hash after it (or, on conflict,
			  * that of the part in conflict) */
	uint64_t number; /* given by this act, 0 if none */
	uint32_t number_period;
	char number_text[96];  /* "05/QĐ-UBND" */
	uint64_t arrival;      /* số đến given by this act, 0 if none */
	vt_id person;          /* of VT_STEP_PERSON */
	struct vt_buf receipt; /* owned: vt_act_result_free */
	struct vt_buf keep;    /* owned: act.keep of the first request */
};

#define VT_ACT_RESULT_INIT                                                     \
	{                                                                      \
		.receipt = VT_BUF_INIT, .keep = VT_BUF_INIT                    \
	}

void vt_act_result_free(struct vt_act_result *r); /* NULL allowed */

/*
 * The answer that was given to (caller, key): what to ask when the outcome is
 * unknown, with or without the request (request NULL: not compared).
 * Errors: VT_E_NOT_FOUND, VT_E_IDEMPOTENCY_KEY_REUSED.
 */
VT_NODISCARD int vt_act_by_key(struct vt_view *v, const vt_id *caller,
    const char *key, const vt_hash *request, struct vt_act_result *ret,
    struct vt_err *reterr);

/* ---- reading acts later ---- */

struct vt_act_entry {
	uint64_t index; /* leaf index */
	vt_id act;
	vt_time time;
	vt_id person, caller;
	vt_id paper; /* or zero */
	const enum vt_step_kind *kinds;
	size_t n_kinds;
	vt_hash main;     /* main file's hash after it, or zero */
	const char *note; /* of submit, approve, return, issue, assign */
	uint64_t number;  /* given by it, 0 */
};
const char *vt_step_kind_name(enum vt_step_kind k); /* "register", … */

/* History of a paper, oldest first, with index >= from. */
VT_NODISCARD int vt_act_list(struct vt_view *v, const vt_id *paper,
    uint64_t from, struct vt_act_entry *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

#endif
