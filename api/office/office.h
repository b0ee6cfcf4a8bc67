/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The office: one function per act of a paper's walk (design §2): who may, in
 * which order, what follows. The one place where use cases live, and the one
 * choke point of rights (deny by default, table in who.c). No HTTP types.
 *
 * Faces (HTTP, web, command line) parse, call here, print. Types of stored
 * things come from docstore/record.h, verdicts from signing/verdict.
 *
 * Threads: every function is safe on any thread unless it says otherwise. They
 * block: on the store's writer, on a worker, on a fetch.
 *
 * Errors common to all that take an actor: VT_E_FORBIDDEN (role or agency),
 * VT_E_NOT_FOUND (no such paper, or not one of the actor's agency: the two
 * are not told apart), VT_E_BUSY, VT_E_STORE_*.
 */
#ifndef VT_API_OFFICE_H
#define VT_API_OFFICE_H

#include "api/office/who.h"
#include "base/limits.h"
#include "docstore/store.h"
#include "render/render.h"
#include "signing/signing.h"

struct vt_office;

/*
 * Fetches for validation (law 7: workers never fetch): POSTs request, appends
 * at most `limit` bytes of the answer. Given by the program; NULL = offline.
 */
typedef int vt_office_fetch(void *arg, const char *url,
    const char *content_type, struct vt_span request, size_t limit,
    struct vt_buf *ret, struct vt_err *reterr);

struct vt_office_options {
	struct vt_store *store;        /* borrowed, as all of these */
	struct vt_spawner *spawner;
	const struct vt_context *ctx;
	const char *public_url;        /* "http://127.0.0.1:8480", no slash */
	const char *key_dir;           /* base of relative "file:" key_refs */
	const struct vt_span *anchors; /* DER */
	size_t n_anchors;
	vt_office_fetch *fetch;
	void *fetch_arg;
};

/* *ret owned. The work queue waits for vt_office_run. */
VT_NODISCARD int vt_office_open(const struct vt_office_options *o,
    struct vt_office **ret, struct vt_err *reterr);
/* Starts the threads that do the work queue: after the transports are added,
 * so that nothing is looked at too early. Once. VT_E_ENVIRONMENT. */
VT_NODISCARD int vt_office_run(struct vt_office *o, struct vt_err *reterr);
void vt_office_close(struct vt_office *o); /* joins threads; NULL allowed */

struct vt_store *vt_office_store(struct vt_office *o); /* for views */
struct vt_spawner *vt_office_spawner(struct vt_office *o);
/* How many trust anchors validation has: none means that nothing can pass. */
size_t vt_office_anchors(const struct vt_office *o);
/* Can files still be read? False: the workers' spawner has ended. */
bool vt_office_workers_alive(const struct vt_office *o);

/* ---- who ---- */

/* A delegation in force by which somebody acts for another. Plain values. */
struct vt_acting {
	vt_id delegation, from;
	struct vt_duties duties;
};

/* A post in force. */
struct vt_actor_post {
	uint32_t no; /* its place among the person's, from 1 */
	uint32_t roles;
};

/* A person or program at work. Plain values. */
struct vt_actor {
	vt_id person;
	uint32_t agency_no;
	uint32_t roles;                /* enum vt_role bits */
	char name[256], position[256], agency_code[64], agency_name[512];
	/* The credential is limited to scopes (enum vt_scope bits). */
	bool scoped;
	uint32_t scopes;
	/* Signed in with a password that somebody else set: may do nothing but
	 * choose his own. */
	bool must_change;
	/* Delegations to this person, in force when he was recognised. */
	struct vt_acting acting[VT_L(ACTING_MAX)];
	size_t n_acting;
	/* His posts then; none: roles stand above alone. */
	struct vt_actor_post posts[VT_L(POSTS_MAX)];
	size_t n_posts;
};

/* VT_E_UNAUTHENTICATED for an unknown or empty token. */
VT_NODISCARD int vt_office_authenticate(struct vt_office *o,
    struct vt_span bearer_token, struct vt_actor *ret, struct vt_err *reterr);

/* One request that changes something. */
struct vt_request {
	const struct vt_actor *actor;
	const char *key;               /* Idempotency-Key; required */
	vt_hash hash;                  /* SHA-256 over route and body */
	uint64_t if_match;             /* paper rev, 0 = any */
	uint32_t post;                 /* the actor's, in which he acts; 0: as
	                                * it follows (vt_who_post) */
	/* Told which field a refusal is about, as "/files/0/upload"; may be
	 * NULL. */
	void (*about)(void *arg, const char *field);
	void *about_arg;
};

/* ---- bytes in ---- */

struct vt_office_upload;
VT_NODISCARD int vt_office_upload_begin(struct vt_office *o,
    const struct vt_actor *actor, struct vt_office_upload **ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_office_upload_put(struct vt_office_upload *u,
    const void *p, size_t n, struct vt_err *reterr);
/* VT_E_FILE_EMPTY, VT_E_DIGEST_MISMATCH (expect may be NULL). */
VT_NODISCARD int vt_office_upload_end(struct vt_office_upload *u,
    const vt_hash *expect, vt_id *ret_id, struct vt_blob *ret_blob,
    struct vt_err *reterr);
void vt_office_upload_free(struct vt_office_upload *u); /* gives up if open */

/* ---- the walk. Every function fills *ret as vt_store_do does; the answer
 * to a repeat is equal, receipt byte for byte. ---- */

struct vt_office_file {
	vt_id upload;
	const char *name, *media_type;
};

struct vt_new_paper {
	enum vt_direction direction; /* OUT, IN */
	const struct vt_meta *meta;
	const struct vt_office_file *files; /* [0] is the main one */
	size_t n_files;
	/* IN: its số đến, when it was given by hand in an outage block, and the
	 * moment that stands on the paper; 0: the next one. */
	uint64_t by_hand;
	vt_time stated;
};

/*
 * 1 arrive: an outgoing draft (VT_DIR_OUT) or an incoming paper that came
 * outside the exchange (VT_DIR_IN, gets its số đến). The main file is looked at
 * in a worker; what is wrong with it is noted on the part (problem), never
 * refused. Roles: officer, clerk, system.
 */
VT_NODISCARD int vt_office_register(struct vt_office *o,
    const struct vt_request *rq, const struct vt_new_paper *n,
    struct vt_act_result *ret, struct vt_err *reterr);

/* Another file in place of a part's content; voids an approval. */
VT_NODISCARD int vt_office_edit(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, uint16_t part,
    const struct vt_office_file *file, const vt_hash *expect,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * 3, 4 submit: lays the fields that the file lacks, in one update, then hands
 * the paper to the leader. places NULL: those of Decree 30's boxes on the page
 * size of the file (number and date on page 1, signature and seal on the
 * last). initials: digital initials wanted, 0..2. Of a copy (vt_copy_form) the
 * agency's field alone is laid, at the upper right of page 1; places NULL and
 * no initials (VT_E_INVALID), and once approved it is numbered and sealed.
 * VT_E_PDF_SIGNED_NO_FIELDS, VT_E_NOT_PDF, VT_E_PDF_*. Roles: officer, clerk,
 * system.
 */
VT_NODISCARD int vt_office_submit(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_places *places, unsigned initials, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * What was read when somebody agrees or does not: the main file's hash, and the
 * manifest hash over all files (vt_paper_manifest), zero: those of the revision
 * that is asked for. The act is recorded with the manifest hash in any case;
 * VT_E_CONFLICT when a file, an annex too, is another one now.
 */
struct vt_files_read {
	vt_hash main;
	vt_hash manifest;
};

/* Role: leader. */
VT_NODISCARD int vt_office_approve(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_return(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_files_read *files, const char *note, struct vt_act_result *ret, struct vt_err *reterr);

/*
 * Order B: the clerk gives number and date after the leader signed: number and
 * filled version. The second ask is VT_E_ALREADY_NUMBERED with the number in
 * *ret. Roles: clerk, system (it may number, not sign).
 */
VT_NODISCARD int vt_office_number(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    struct vt_act_result *ret, struct vt_err *reterr);

enum vt_signing_act {
	VT_SIGNING_INITIALS,  /* person's key, fills the next initials field */
	VT_SIGNING_COMPETENT, /* leader's key */
	VT_SIGNING_SEAL       /* agency's key, by a clerk; last */
};

/*
 * 5, 6 sign or seal with the key registered for the person (or the agency),
 * activated by its PIN for this act. number_first (competent only): order A,
 * the number is given now and stands in the signed revision; a failed signing
 * keeps it for this paper.
 * Errors: VT_E_SOLE_CONTROL (a system asks), VT_E_PIN_WRONG,
 * VT_E_CERT_*, VT_E_KEY_*, VT_E_NOT_APPROVED, VT_E_NOT_SIGNED_BY_LEADER,
 * VT_E_OUT_OF_ORDER, VT_E_PDF_*.
 */
struct vt_signing_order {
	enum vt_signing_act act;
	bool number_first;
	const struct vt_secret *pin;   /* NULL when two-step */
	struct vt_span picture;        /* PNG; empty: drawn by us */
	const char *reason;            /* may be NULL */
};
VT_NODISCARD int vt_office_sign(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_signing_order *order, struct vt_act_result *ret,
    struct vt_err *reterr);

/*
 * Two-step: prepare with the certificate registered for the holder (chain:
 * signer first, DER; empty = the registered one). A system may prepare and
 * complete; the value can only come from the holder's token.
 */
struct vt_office_prepared {
	vt_id id;
	vt_time expires;
	struct vt_buf attrs;           /* DER to be signed */
	vt_hash attrs_digest;          /* its SHA-256 */
	vt_hash document_digest;       /* of the byte range, for display */
	char algorithm[32];            /* "RSA-PKCS1-SHA256", "ECDSA-SHA256" */
	uint64_t paper_rev;
	char number_text[96];          /* order A: the number given */
};
void vt_office_prepared_free(struct vt_office_prepared *p);
VT_NODISCARD int vt_office_prepare(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_signing_order *order, const struct vt_span *chain,
    size_t n_chain, struct vt_office_prepared *ret, struct vt_err *reterr);
/* VT_E_SIGNATURE_MISMATCH before anything is embedded; VT_E_NOT_FOUND when it
 * expired; VT_E_CONFLICT when the paper moved on. */
VT_NODISCARD int vt_office_complete(struct vt_office *o,
    const struct vt_request *rq, const vt_id *prepared, struct vt_span value,
    struct vt_act_result *ret, struct vt_err *reterr);

/* 6, 7 issue; send to the addressees (agency codes must exist or be printed).
 * n_to 0: the paper's recipients. Role: clerk. VT_E_AGENCY_UNKNOWN. */
VT_NODISCARD int vt_office_issue(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    struct vt_act_result *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_dispatch(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_recipient *to, size_t n_to, struct vt_act_result *ret,
    struct vt_err *reterr);

/* The same, and who each of them is and which way it goes to them: ways NULL,
 * or n_to of them, with n_to > 0. VT_E_INVALID (nothing goes electronically to
 * who has no code; a waybill is of the post). */
VT_NODISCARD int vt_office_dispatch_by(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_recipient *to, const struct vt_way *ways, size_t n_to,
    struct vt_act_result *ret, struct vt_err *reterr);

/* Deliveries of agencies of this store that wait for the actor's agency: those
 * sent this moment, then by their papers, newest first; before: 0, or *ret_next
 * of the page before, which is 0 at the end. Borrowed until vt_view_end. */
VT_NODISCARD int vt_office_inbox(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);
/* 8 receive: số đến, same bytes; again: the same receipt. Role: clerk,
 * system. */
VT_NODISCARD int vt_office_receive(struct vt_office *o,
    const struct vt_request *rq, const vt_id *delivery,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * 9 result: renders the notice, lays its fields, gives it its public code and
 * registers it, in one act. holder_fact: what the holder will be asked before
 * a download (e.g. the last 4 digits of the identity number); only a salted
 * hash is kept. notice->code, url, parent, agency are filled in here.
 * *ret_code: the code. Roles: officer, system.
 */
VT_NODISCARD int vt_office_result(struct vt_office *o,
    const struct vt_request *rq, const struct vt_notice *notice,
    const char *holder_fact, const char *notation,
    struct vt_act_result *ret, char ret_code[32], struct vt_err *reterr);

/* ---- reading ---- */

/* From here on the view hands isolated papers out, if the actor is one of those
 * who see them. The functions below that take a view and an actor do it. */
void vt_office_see(struct vt_view *v, const struct vt_actor *actor);
/* Is the act of this leaf one that the actor may know: of his agency, and not
 * of a paper that is isolated from him? VT_E_NOT_FOUND, VT_E_ISOLATED. */
VT_NODISCARD int vt_office_may_see_act(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t index, struct vt_err *reterr);

VT_NODISCARD int vt_office_paper(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *paper, struct vt_paper *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_office_papers(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_paper_filter *f,
    struct vt_paper *ret, size_t max, size_t *ret_n, uint64_t *ret_next,
    struct vt_err *reterr);

/* Content of a part (version 0: current): what to serve, then bytes by range
 * with vt_office_read. When one of those who handle papers (leader, clerk,
 * officer) is the first to ask for content of a paper that came in, that is
 * evidence, and told to its sender (vt_office_opened). Before anything is
 * handed out the reading is recorded: as opened, or (vt_office_download) as
 * downloaded (api/office/uses.h). */
struct vt_content {
	struct vt_blob blob;
	char name[1024], media_type[128];
	uint32_t version;
};
VT_NODISCARD int vt_office_content(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *paper, uint16_t part,
    uint32_t version, struct vt_content *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_download(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *paper, uint16_t part,
    uint32_t version, struct vt_content *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_read(struct vt_office *o, const vt_hash *blob,
    uint64_t off, void *p, size_t n, size_t *ret_n, struct vt_err *reterr);

/* Events of the actor's agency with seq > after, ascending. Borrowed until
 * vt_view_end. */
VT_NODISCARD int vt_office_events(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t after, struct vt_event *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr);

/* May the actor read, and have files judged? Asked before a body travels. */
VT_NODISCARD int vt_office_may_read(
    const struct vt_actor *actor, struct vt_err *reterr);

/* Validates a stored part, or any PDF (fd); fetches what the worker needs. */
VT_NODISCARD int vt_office_validate(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *paper, uint16_t part,
    struct vt_verdict **ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_validate_fd(struct vt_office *o, int fd,
    struct vt_verdict **ret, struct vt_err *reterr);

/* Receipt of an act of the actor's agency, by its leaf index. */
VT_NODISCARD int vt_office_receipt(struct vt_office *o,
    const struct vt_actor *actor, uint64_t index, struct vt_buf *ret,
    struct vt_err *reterr);

/* ---- the public, without an account ---- */

enum vt_public_status {
	VT_PUBLIC_VALID,      /* issued and in force */
	VT_PUBLIC_NOT_ISSUED, /* the code exists, the paper is not issued yet */
};
struct vt_public_result {
	enum vt_public_status status;
	char code[32], issuer[512], issuer_code[64], type[256], subject[1024];
	char number[128];
	vt_time date;
	char masked_holder[512];
	struct { char label[256], value[512]; } facts[16]; /* to compare */
	size_t n_facts;
	uint32_t pages;
	vt_hash hash;         /* SHA-256 of the issued file */
	uint64_t size;
};
/* Accepts spaces, hyphens and lower case. VT_E_NOT_FOUND: never issued here. */
VT_NODISCARD int vt_office_public(struct vt_office *o, const char *code,
    struct vt_public_result *ret, struct vt_err *reterr);
/* What receipts and checkpoints of an agency are checked against. */
struct vt_office_log {
	char code[64], name[512]; /* of the agency, the newest */
	char origin[64];
	uint8_t key[32];          /* Ed25519, public */
};
/* code: any the agency has or had. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_office_log(struct vt_office *o, const char *code,
    struct vt_office_log *ret, struct vt_err *reterr);
/* VT_E_FORBIDDEN when the fact is not the holder's. */
VT_NODISCARD int vt_office_public_content(struct vt_office *o,
    const char *code, const char *holder_fact, struct vt_content *ret,
    struct vt_err *reterr);

/* ---- setting up (vanthu init, administrators) ---- */

struct vt_new_person {
	const char *name, *position, *unit;
	uint32_t roles;
	struct vt_span token; /* bearer token, hashed here; empty: none */
	const struct vt_span *certs;
	size_t n_certs;
	const char *key_ref;
};
/* Also opens the agency's books of papers out and in; one that is there without
 * them (it was cut off) is completed as it is. VT_E_EXISTS. */
VT_NODISCARD int vt_office_add_agency(struct vt_store *s,
    const struct vt_agency_name *name, const struct vt_span *certs,
    size_t n_certs, const char *key_ref, uint32_t *ret_no,
    struct vt_err *reterr);

/* Both books of an agency, as far as they are not open; how many were not. */
VT_NODISCARD int vt_office_open_books(struct vt_store *s, uint32_t agency_no,
    uint32_t *ret_opened, struct vt_err *reterr);

/*
 * Both of this store, by any code they have or had; into "": it stands for
 * itself again. From now on what is sent to the codes of the first is for the
 * second (also what waits), and it is offered to nobody as an addressee. Its
 * papers, people and ledger stay, and its people may finish what they have.
 */
VT_NODISCARD int vt_office_merge_agency(struct vt_store *s, const char *code,
    const char *into, struct vt_err *reterr);

/*
 * What the agency of a code is called from n->from on (0: now). Members that
 * are NULL stay as they will be then. The codes before go on leading to it, in
 * searches and for packets under way. VT_E_INVALID (in the past), VT_E_EXISTS
 * (another agency has or had the code).
 */
VT_NODISCARD int vt_office_name_agency(struct vt_store *s,
    const struct vt_context *ctx, const char *code,
    const struct vt_agency_name *n, struct vt_err *reterr);
/* One more certificate to seal with, the newest; signatures that were made stay
 * as they are. VT_E_EXISTS, VT_E_KEY_FORMAT. */
VT_NODISCARD int vt_office_bind_agency(struct vt_store *s, const char *code,
    struct vt_span der, struct vt_err *reterr);
/* Seals no more; by SHA-256. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_office_unbind_agency(struct vt_store *s, const char *code,
    const vt_hash *cert, struct vt_err *reterr);
VT_NODISCARD int vt_office_key_agency(struct vt_store *s, const char *code,
    const char *key_ref, struct vt_err *reterr);

VT_NODISCARD int vt_office_add_person(struct vt_store *s, uint32_t agency_no,
    const struct vt_new_person *p, vt_id *ret, struct vt_err *reterr);

#endif
