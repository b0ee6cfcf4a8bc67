/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is stored, and how it is read back. Structs handed out by a view, their
 * strings and arrays are *borrowed until vt_view_end*. Strings are UTF-8, NFC,
 * never NULL ("" when absent). Inputs of acts use the same structs; there a
 * NULL string means "".
 */
#ifndef VT_DOCSTORE_RECORD_H
#define VT_DOCSTORE_RECORD_H

#include "base/id.h"
#include "base/time.h"
#include "docstore/series.h"

struct vt_view;

/* ---- agencies ---- */

/* A dated attribute set: what the agency was called from a time on. */
struct vt_agency_name {
	vt_time from;
	const char *code; /* mã định danh, e.g. "H99.07", <= 35 characters */
	const char *name;       /* "Sở Khoa học và Công nghệ" */
	const char *short_name; /* for notations, "SKHCN" */
	const char *place;      /* địa danh of its papers */
};

struct vt_epoch_end;

struct vt_agency {
	uint32_t no; /* given once, never reused; keys of all rows */
	vt_id id;
	struct vt_agency_name now;          /* in force when it was read */
	const struct vt_agency_name *names; /* as they were given, oldest
					     * first; the last may be to come */
	size_t n_names;
	const struct vt_span *certs; /* agency (seal) certificates, DER, newest
				      * last */
	size_t n_certs;
	const char *key_ref; /* where its key is, e.g. "file:…", "remote:…" */
	const char *origin;  /* name of its ledger */
	uint8_t log_key[32]; /* Ed25519 public key of its ledger */
	uint32_t successor;  /* agency_no after a merger, 0 */
	/* ledgers that it had before (docstore/epoch.h), oldest first */
	const struct vt_epoch_end *ended;
	size_t n_ended;
};

/* Errors: VT_E_AGENCY_UNKNOWN, VT_E_TIMEOUT, VT_E_STORE_CORRUPT, VT_E_NOMEM;
 * the last three are possible for every read below and not repeated. */
VT_NODISCARD int vt_agency_get(struct vt_view *v, uint32_t no,
    struct vt_agency *ret, struct vt_err *reterr);
/* By any code it has or had. */
VT_NODISCARD int vt_agency_by_code(struct vt_view *v, const char *code,
    struct vt_agency *ret, struct vt_err *reterr);
/* Who has its tasks now: itself, or after mergers the last of its successors.
 * In place. */
VT_NODISCARD int vt_agency_follow(
    struct vt_view *v, struct vt_agency *a, struct vt_err *reterr);
/* Agencies with no > after, ascending; *ret_n <= max. */
VT_NODISCARD int vt_agency_list(struct vt_view *v, uint32_t after,
    struct vt_agency *ret, size_t max, size_t *ret_n, struct vt_err *reterr);

/* What it was called at t: of those that had begun the one given last; before
 * all of them, the first. Borrowed like a. */
const struct vt_agency_name *vt_agency_name_at(
    const struct vt_agency *a, vt_time t);

/* ---- people and system credentials ---- */

enum vt_role {                /* bits */
	VT_ROLE_LEADER = 1,   /* competent person: signs */
	VT_ROLE_OFFICER = 2,  /* chuyên viên: drafts, handles */
	VT_ROLE_CLERK = 4,    /* văn thư: numbers, seals, sends, registers */
	VT_ROLE_ADMIN = 8,    /* agencies, people, series */
	VT_ROLE_SYSTEM = 16,  /* a program; never activates a personal or agency
			       * key */
	VT_ROLE_AUDITOR = 32, /* reads everything, changes nothing */
	VT_ROLE_ARCHIVIST = 64 /* lưu trữ: keeps files, reads what is kept */
};

/*
 * A post of a person, in force from <= t < until. Posts are added and ended,
 * never rewritten, so that what somebody was when he did something can be told
 * for ever; their number is their place, from 1.
 */
struct vt_post {
	const char *position, *unit;
	uint32_t roles; /* enum vt_role bits that it gives */
	vt_time from;
	vt_time until; /* VT_TIME_NONE: open */
	bool waits;    /* until a second person confirms it: gives nothing */
};

struct vt_former_name {
	vt_time until;
	const char *name;
};

struct vt_person {
	vt_id id;
	uint32_t agency_no;
	uint64_t seq;
	const char *name;
	/* With posts the next three are those in force when it was read:
	 * position and unit of the first of them, roles of all. */
	const char *position; /* chức vụ, as it stands under a signature */
	const char *unit;     /* its department; "" */
	uint32_t roles;       /* enum vt_role bits */
	bool active;
	const vt_hash *tokens; /* SHA-256 of bearer tokens that are valid */
	size_t n_tokens;
	const struct vt_span *certs; /* DER, newest last: allowed to sign with,
				      * shown */
	size_t n_certs;
	const char *key_ref; /* "file:…", "two-step", "remote:…"; "" none */
	vt_time since;
	const char *email, *phone;   /* at work; "" */
	const struct vt_post *posts; /* none: what stands above, since then */
	size_t n_posts;
	const struct vt_former_name *former; /* oldest first */
	size_t n_former;
	const struct vt_span *waiting; /* certificates to be confirmed */
	size_t n_waiting;
	vt_id asked_by; /* who asked for what waits, or zero */
};

bool vt_post_in_force(const struct vt_post *p, vt_time t);
/* The post shown at t: the first in force then; of somebody without posts what
 * stands in p itself. NULL when there is none. */
const struct vt_post *vt_person_post_at(
    const struct vt_person *p, vt_time t, struct vt_post *own);
/* What he was called at t. */
const char *vt_person_name_at(const struct vt_person *p, vt_time t);

struct vt_arena;
/* A copy that outlives the view, as it is stored: to be changed and given to
 * VT_STEP_PERSON. Position, unit and roles of somebody with posts are empty.
 * Errors: VT_E_NOMEM. */
VT_NODISCARD int vt_person_keep(const struct vt_person *p, struct vt_arena *a,
    struct vt_person *ret, struct vt_err *reterr);

/* Errors: VT_E_PERSON_UNKNOWN. */
VT_NODISCARD int vt_person_get(struct vt_view *v, const vt_id *id,
    struct vt_person *ret, struct vt_err *reterr);
/* By SHA-256 of a bearer token; inactive people are not found. */
VT_NODISCARD int vt_person_by_token(struct vt_view *v, const vt_hash *token,
    struct vt_person *ret, struct vt_err *reterr);
/* People of an agency with seq > after, ascending. */
VT_NODISCARD int vt_person_list(struct vt_view *v, uint32_t agency_no,
    uint64_t after, struct vt_person *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* ---- papers ---- */

enum vt_direction {
	VT_DIR_OUT = 1,   /* văn bản đi */
	VT_DIR_IN = 2,    /* văn bản đến */
	VT_DIR_RESULT = 3 /* result for a citizen: outgoing, with a code */
};

/* Derived from acts; check derives it again. */
enum vt_paper_state {
	VT_PAPER_DRAFT = 1,
	VT_PAPER_SUBMITTED = 2,
	VT_PAPER_RETURNED = 3,
	VT_PAPER_APPROVED = 4,
	VT_PAPER_SIGNED = 5, /* by the competent person */
	VT_PAPER_SEALED = 6, /* by the agency */
	VT_PAPER_ISSUED = 7,
	VT_PAPER_DISPATCHED = 8, /* at least one delivery made */
	VT_PAPER_ARRIVED = 9,    /* incoming, registered */
	VT_PAPER_ASSIGNED = 10,  /* incoming, given to somebody */
	VT_PAPER_WAITING = 11, /* incoming, no số đến yet: for the clerk */
	VT_PAPER_REFUSED = 12, /* incoming, sent back with a reason */
	VT_PAPER_PROCESSING = 13,
	VT_PAPER_FINISHED = 14,
	VT_PAPER_TAKEN_BACK = 15, /* incoming, given back; số đến stays used */
	VT_PAPER_RECALLED = 16 /* by a notice; bytes stay */
};
#define VT_PAPER_STATE_MAX VT_PAPER_RECALLED
const char *vt_paper_state_name(enum vt_paper_state st); /* "draft", … */

enum vt_part_role { VT_PART_MAIN = 1, VT_PART_ANNEX = 2 };

enum vt_version_reason {
	VT_VERSION_RECEIVED = 1, /* first, as it came */
	VT_VERSION_EDITED = 2,   /* another file; voids an approval */
	VT_VERSION_LAID = 3,     /* fields laid; voids an approval */
	/* The next five append to the version before, byte by byte; an approval
	 * stays. */
	VT_VERSION_FILLED = 4,     /* laid fields filled */
	VT_VERSION_INITIALLED = 5, /* ký nháy */
	VT_VERSION_SIGNED = 6,
	VT_VERSION_SEALED = 7,
	VT_VERSION_AUGMENTED = 8, /* timestamps, validation data */
	VT_VERSION_RENDERED = 9   /* made by us from data; voids an approval */
};
/* True for the reasons whose bytes must begin with the version before. */
bool vt_version_reason_appends(enum vt_version_reason r);

struct vt_part {
	uint16_t no; /* 1 is the main file, then in order */
	enum vt_part_role role;
	const char *name; /* file name as given, cleaned */
	const char *media_type;
	uint32_t version; /* current, from 1 */
	vt_hash hash;     /* of the current version */
	uint64_t size;
	const char *problem; /* why it could not be read, or what is wrong with
			      * it: nobody signed it validly; "" */
};

struct vt_version {
	uint16_t part;
	uint32_t no;          /* from 1 */
	vt_hash hash, parent; /* parent zero for the first */
	uint64_t size;
	enum vt_version_reason reason;
	vt_id person; /* zero: a program */
	vt_time time;
	uint64_t act; /* leaf index of the act that made it */
};

struct vt_number {
	uint64_t value;       /* 0: none yet */
	uint32_t period;      /* calendar year in UTC+7, or 0 */
	const char *series;   /* key of the series */
	const char *notation; /* ký hiệu, "QĐ-UBND" */
	const char *text;     /* "05/QĐ-UBND" */
	vt_time time;         /* of the act; the paper's date */
	uint64_t act;
	/* A number given by hand during an outage: time is what stands on the
	 * paper, and this is when it was entered; else VT_TIME_NONE. */
	vt_time entered;
	uint32_t held; /* enum vt_hold_kind that it was before, 0 */
};

struct vt_recipient {
	const char *code; /* agency code, "" when it has no system */
	const char *name;
};

/* Who an addressee is. Stored; 0: not said (a code: an agency). */
enum vt_addressee_kind {
	VT_ADDRESSEE_AXIS = 1,         /* an agency that has a system */
	VT_ADDRESSEE_AGENCY = 2,       /* one that has none */
	VT_ADDRESSEE_VILLAGE = 3,      /* thôn, tổ dân phố */
	VT_ADDRESSEE_ORGANISATION = 4, /* not of the state */
	VT_ADDRESSEE_PERSON = 5
};

/* How a paper goes. Stored; 0: not said (a code: ELECTRONIC, else PAPER). */
enum vt_channel {
	VT_CHANNEL_ELECTRONIC = 1,
	VT_CHANNEL_PARALLEL = 2, /* and a paper beside it (gửi song song) */
	VT_CHANNEL_PAPER = 3,
	VT_CHANNEL_POST = 4 /* with a waybill, known now or later */
};

#define VT_WAYBILL_MAX 60

struct vt_way {
	uint32_t kind, channel;
	const char *waybill;
};
const char *vt_addressee_kind_name(uint32_t k); /* "axis", …; "" not said */
const char *vt_channel_name(uint32_t c);        /* "electronic", … */
/* Does (also) a paper go? Is it sent electronically? Pure. */
bool vt_way_has_paper(const struct vt_recipient *to, const struct vt_way *w);
bool vt_way_is_sent(const struct vt_recipient *to, const struct vt_way *w);

struct vt_key_fact { /* a line shown on the public page */
	const char *label, *value;
};

/* Another agency's document that a paper answers, as it is cited. */
struct vt_answered {
	const char *agency_code; /* who issued it */
	const char *code;        /* "45/UBND-VP" */
	const char *issued_on;   /* YYYY-MM-DD */
	const char *document_id; /* DocumentId of its packet, "" */
};

/* What a paper is to another one. Stored; numbers are never reused. */
enum vt_link_kind {
	VT_LINK_REPLACES = 1, /* thay thế */
	VT_LINK_RECALLS = 2,  /* thu hồi, as its notice */
	VT_LINK_COPIES = 3,   /* sao y, sao lục, trích sao */
	VT_LINK_ANSWERS = 4,
	VT_LINK_AMENDS = 5,   /* sửa đổi, bổ sung */
	VT_LINK_CORRECTS = 6, /* đính chính */
	VT_LINK_RELATES = 7,  /* liên quan */
	VT_LINK_JOINS = 8 /* its e-version: one số đến (VT_STEP_JOIN) */
};

/* A paper known only by how it is cited. */
struct vt_cited {
	enum vt_link_kind kind;
	struct vt_answered to;
};

/*
 * Metadata (Decree 30, Appendix VI; QCVN 102:2016). Every field may be absent.
 * Longer values than the Appendix's lengths are kept.
 */
#define VT_META_APPENDIX_MAX    250 /* characters of a title, and so on */
#define VT_META_TASK_MAX        200
#define VT_META_CODE_MAX        100
#define VT_META_DOCUMENT_ID_MAX 200

/* Độ khẩn, as edXML numbers it. Stored. */
enum vt_urgency {
	VT_URGENCY_NORMAL = 0,
	VT_URGENCY_URGENT = 1,      /* khẩn */
	VT_URGENCY_VERY_URGENT = 2, /* thượng khẩn */
	VT_URGENCY_FLASH = 3,       /* hỏa tốc */
	VT_URGENCY_FLASH_TIMED = 4  /* hỏa tốc hẹn giờ */
};

struct vt_meta {
	const char *type_code; /* "QĐ", "CV", … */
	const char *type_name; /* "Quyết định", … */
	const char *subject;   /* trích yếu */
	const char *notation; /* ký hiệu asked for; incoming: the sender's */
	const char *number;   /* incoming: the sender's number as text */
	const char *issued_on;   /* incoming: YYYY-MM-DD on the paper */
	const char *agency_code; /* issuing agency */
	const char *agency_name;
	const char *place;
	const char *signer_name;
	const char *signer_position;
	const char *signer_competence; /* TM., KT., TL., … */
	const char *language;          /* BCP 47 */
	const char *description;
	const char *due_on; /* YYYY-MM-DD */
	const char *draft_unit;
	const char *procedure_code; /* results: TTHC */
	const char *procedure_name;
	const char *case_code;   /* results: mã số hồ sơ */
	const char *holder_name; /* results: whose it is */
	const char *reply_to;    /* outgoing: id of the incoming paper that it
				  * answers, 32 hex digits */
	struct vt_span holder_check; /* salted hash of the fact the holder
				      * knows, as office makes it */
	uint32_t urgency; /* enum vt_urgency */
	uint32_t secrecy; /* only 0 is accepted */
	uint32_t pages;
	uint32_t copies;
	const struct vt_recipient *recipients; /* nơi nhận */
	size_t n_recipients;
	const struct vt_key_fact
	    *facts; /* key facts to compare with a print-out */
	size_t n_facts;
	const char *circulation; /* SphereOfPromulgation: "lưu hành nội bộ" */
	const char *typist;      /* TyperNotation: "NTVD" */
	/* of edXML, their meaning not published: kept and sent as stated */
	const char *reply_fors, *direction, *application;
	uint32_t legal;    /* 1: văn bản quy phạm pháp luật (Type 1) */
	uint32_t on_paper; /* 1: it goes on paper, too (gửi song song) */
	uint32_t steering; /* SteeringType */
	const char *const *appendixes; /* their titles */
	size_t n_appendixes;
	const char *const *tasks; /* ResponseForTask: codes of tasks */
	size_t n_tasks;
	const struct vt_answered *answers; /* ResponseFor, beside reply_to */
	size_t n_answers;
};
/*
 * The form of a copy that the agency makes of a paper (Decree 30/2020, Articles
 * 25-27), by its type code: SY "Sao y", SL "Sao lục", TrS "Trích sao". Static;
 * NULL: the paper is no copy. A copy bears the agency's signature alone.
 */
const char *vt_copy_form(const struct vt_meta *m);

/* Decree 30/2020, Article 12: two duties, two answerable. Stored. */
enum vt_draft_check_kind { VT_DRAFT_CONTENT = 1, VT_DRAFT_FORM = 2 };
struct vt_draft_check {
	enum vt_draft_check_kind kind;
	vt_id person;
	uint32_t post; /* in which he checked it, 0 */
	vt_time time;
	vt_hash main;     /* what he read: the main file's hash */
	vt_hash manifest; /* and that over all files; zero: of that alone */
};

struct vt_paper {
	vt_id id;
	uint32_t agency_no;
	uint64_t seq; /* inside; cursors of lists */
	uint64_t rev; /* acts that changed it so far: the ETag */
	enum vt_direction direction;
	enum vt_paper_state state;
	struct vt_meta meta;
	const struct vt_part *parts;
	size_t n_parts;
	struct vt_number number;  /* số đi */
	struct vt_number arrival; /* số đến */
	/* approval of the current content; approved_hash is zero when there is
	 * none or a later version voided it */
	vt_hash approved_hash; /* main file's hash at approval */
	vt_id approved_by;
	vt_time approved_at;
	uint32_t initials; /* digital initials on the current lineage */
	vt_id signed_by;   /* zero: not yet by the competent person */
	vt_time signed_at;
	vt_time sealed_at; /* VT_TIME_NONE: not yet */
	vt_time issued_at;
	const char *code;   /* public code, "" */
	vt_id source_paper; /* incoming: the outgoing paper, or zero */
	vt_id source_delivery;
	vt_id assigned_to; /* person who leads, or zero */
	vt_id created_by;
	vt_time created_at;
	vt_time changed_at;
	uint64_t last_act; /* leaf index */
	/* exchange and handling; times are VT_TIME_NONE when it has not been */
	vt_id source_consignment;   /* incoming by packet, or zero */
	const vt_id *assigned_with; /* coordinating */
	size_t n_assigned_with;
	const char *assigned_unit;
	const char *assigned_due; /* YYYY-MM-DD, "" */
	vt_id forwarded_to;       /* person, the last one */
	const char *forwarded_unit;
	vt_time forwarded_at;
	vt_time opened_at; /* first */
	vt_id opened_by;
	vt_time finished_at;
	vt_id answered_by; /* our paper that answers it, or zero */
	uint32_t asked;    /* enum vt_ask that waits for an answer, 0 */
	vt_time asked_at;
	const char *asked_note; /* the sender's reason */
	vt_id asked_consignment;
	uint32_t ask_answer; /* 15 or 16, the last one given; 0 */
	vt_id recalled_by;   /* the notice, or zero */
	vt_time recalled_at;
	vt_id replaced_by; /* the paper that stands for it, or amended it last,
			    * or zero */
	uint32_t replaced_kind;  /* enum vt_replace_kind */
	const vt_id *amended_by; /* those that amended it before that one */
	size_t n_amended_by;
	const char *closed_note; /* reason of REFUSED, RECALLED, … */
	uint32_t printed;        /* copies in all */
	vt_id asked_delivery;    /* of the sender, a tenant, that asks */
	/* checks of the current content, oldest first */
	const struct vt_draft_check *checks;
	size_t n_checks;
	const char *extend_asked; /* deadline somebody asks for, "" */
	vt_id extend_by;          /* who, or zero */
	const char *due_first;    /* before it was extended, "" */
	uint32_t extended;        /* how often, since it was assigned */
	vt_time frozen_at;        /* VT_TIME_NONE: it is not */
	const char *frozen_order; /* cited, "" */
	/* Manifest hash at approval; zero like approved_hash, and of approvals
	 * that were about the main file alone. */
	vt_hash approved_manifest;
	const struct vt_cited *cited; /* by steps, beside meta.answers */
	size_t n_cited;
	/* incoming: when its paper original came, of how many pages, who
	 * brought it */
	vt_time original_at;
	uint32_t original_pages;
	const char *original_from;
	vt_id joined_to; /* the paper that it is, registered before; or zero */
	/* docstore/destroy.h */
	vt_time destroyed_at;   /* ordered: its bytes are not to be had */
	uint32_t destroyed_why; /* enum vt_destroy_reason, 0 */
	vt_time erased_at;      /* they are gone */
	uint32_t wiped;         /* 1: so are subject, names, opinions */
	vt_time isolated_at;    /* VT_TIME_NONE: it is not */
	vt_id isolated_by;
	const char *isolated_note; /* why, "" */
};
/* Whoever decides has done his part - signed it, or approved the making of a
 * copy - and number and seal come next. */
bool vt_paper_is_ready(const struct vt_paper *p);

/* How did `by` change p? enum vt_replace_kind (of an earlier amendment AMEND);
 * 0: it did not. */
uint32_t vt_paper_replaced_how(const struct vt_paper *p, const vt_id *by);

/*
 * A view hands no isolated paper out until it is told to, by who knows that its
 * reader is the head or the clerk, or reads for the machinery and shows nobody:
 * vt_paper_get and its like answer VT_E_ISOLATED, searches and lists leave it
 * out. Deny by default: a face that asks nobody shows nothing.
 */
void vt_view_isolated(struct vt_view *v, bool see);

/* Errors: VT_E_NOT_FOUND, VT_E_ISOLATED. The caller checks agency_no (office
 * does). */
VT_NODISCARD int vt_paper_get(struct vt_view *v, const vt_id *id,
    struct vt_paper *ret, struct vt_err *reterr);
/* By public code: exact, upper-case. */
VT_NODISCARD int vt_paper_by_code(struct vt_view *v, const char *code,
    struct vt_paper *ret, struct vt_err *reterr);
/* Outgoing, by its whole number as others cite it: text "05/QĐ-UBND", and
 * issued_on YYYY-MM-DD ("" = any: the newest). VT_E_NOT_FOUND. Cost: one look
 * a series and year. */
VT_NODISCARD int vt_paper_by_number_text(struct vt_view *v, uint32_t agency_no,
    const char *text, const char *issued_on, struct vt_paper *ret,
    struct vt_err *reterr);

struct vt_paper_filter {
	enum vt_direction direction; /* 0 = any */
	enum vt_paper_state state;   /* 0 = any */
	uint64_t before; /* seq of the last one seen; 0 = from the newest */
};
/* Newest first. *ret_next: `before` of the next page, 0 at the end. With a
 * filter a page may come short or empty before the end. */
VT_NODISCARD int vt_paper_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_paper_filter *f, struct vt_paper *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);

/* A paper and what it is to another one; back: the other one to it. */
struct vt_paper_link {
	enum vt_link_kind kind;
	bool back;
	vt_id paper;              /* of this agency, or zero: */
	struct vt_answered cited; /* known by what is cited alone */
};
const char *vt_link_kind_name(enum vt_link_kind k); /* "replaces", … */
/*
 * All links of a paper, each once, whichever act made them: first what stands
 * for it or recalls it and what it answers, then the others by kind, then what
 * it cites. Of more than max the first. Cost: also
 * the acts of a paper that was amended more than once, which say how.
 */
VT_NODISCARD int vt_paper_links(struct vt_view *v, const vt_id *paper,
    struct vt_paper_link *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* The e-version that was joined to a paper which came before it on paper; zero:
 * none. Its sender is that paper's, whether an act has said so yet or not. */
VT_NODISCARD int vt_paper_e_version(
    struct vt_view *v, const vt_id *paper, vt_id *ret, struct vt_err *reterr);

/*
 * The manifest hash: SHA-256 over role, name, media type and SHA-256 of the
 * current version of each part, in their order (docs/format.md, section 5).
 * Another file, another name, another order give another one. Pure.
 * Errors: VT_E_NOMEM.
 */
VT_NODISCARD int vt_paper_manifest(
    const struct vt_paper *p, vt_hash *ret, struct vt_err *reterr);

/* Versions of one part, oldest first, with no > after. */
VT_NODISCARD int vt_version_list(struct vt_view *v, const vt_id *paper,
    uint16_t part, uint32_t after, struct vt_version *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);
/* The version of any part that has this content. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_version_by_hash(struct vt_view *v, const vt_id *paper,
    const vt_hash *hash, struct vt_version *ret, struct vt_err *reterr);

/* ---- renditions: derived files, by which a version is read ---- */

enum vt_rendition_kind {        /* stored */
	VT_RENDITION_PDF = 1,   /* pages of what is no PDF: docx, xlsx, text */
	VT_RENDITION_TEXT = 2,  /* its words alone */
	VT_RENDITION_PICTURE = 3
};
#define VT_RENDITION_BY_MAX 100
const char *vt_rendition_kind_name(enum vt_rendition_kind k); /* "pdf", … */

struct vt_rendition {
	uint16_t part;
	uint32_t version;
	enum vt_rendition_kind kind;
	vt_hash of;   /* content of that version */
	vt_hash hash; /* its own */
	uint64_t size;
	const char *media_type;
	const char *by; /* what made it */
	vt_id person;   /* zero: a program */
	vt_time time;
	uint64_t act; /* leaf index */
};

/* All of a paper, by part, version and kind; of more than max the first.
 * Errors: those of vt_paper_get. Of a destroyed paper the rows stay, the bytes
 * are gone. */
VT_NODISCARD int vt_rendition_list(struct vt_view *v, const vt_id *paper,
    struct vt_rendition *ret, size_t max, size_t *ret_n, struct vt_err *reterr);
/* The one of which->part, version and kind. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_rendition_get(struct vt_view *v, const vt_id *paper,
    const struct vt_rendition *which, struct vt_rendition *ret,
    struct vt_err *reterr);

/* ---- deliveries: one per addressee of a dispatch ---- */

enum vt_delivery_state {
	VT_DELIVERY_WAITING = 1,    /* in the work queue */
	VT_DELIVERY_ARRIVED = 2,    /* stored by the receiver */
	VT_DELIVERY_REGISTERED = 3, /* has its số đến there */
	VT_DELIVERY_REFUSED = 4,    /* the receiver said no, with a reason */
	VT_DELIVERY_FAILED = 5,     /* given up */
	VT_DELIVERY_PRINT = 6, /* addressee without a system: to be printed */
	VT_DELIVERY_SENT = 7,  /* a transport took it over, for good */
	VT_DELIVERY_WITHDRAWN = 8 /* taken back before anybody tried to send */
};

struct vt_delivery {
	vt_id id;           /* of the consignment, for all attempts */
	uint32_t agency_no; /* sender */
	uint64_t seq;
	vt_id paper;
	struct vt_recipient to;
	enum vt_delivery_state state;
	const char *note; /* reason, số đến as the receiver says it */
	struct vt_span receipt; /* the receiver's receipt, "" until then */
	vt_time created_at, changed_at;
	uint64_t work; /* its work item, 0 when done */
	/* how it went */
	uint32_t transport;   /* enum vt_transport_kind, 0: not known yet */
	const char *external; /* the transport's id of it, "" */
	uint32_t attempts;    /* as last reported; the work item counts on */
	bool dead;            /* budget spent: FAILED, for a person to replay */
	/* Evidence, from what transports and statuses state; VT_TIME_NONE: none
	 * of it yet. */
	vt_time sent_at;      /* the transport took it */
	vt_time stored_at;    /* the receiver's system has the bytes */
	vt_time delivered_at; /* earliest status 01 */
	vt_time opened_at;    /* earliest VT_LOG_OPENED */
	vt_time accepted_at;  /* earliest of 03 to 06 */
	vt_time refused_at;   /* latest 02 */
	vt_time answered_at;  /* earliest 06 */
	vt_time asked_at;     /* latest 13, ours */
	vt_time agreed_at;    /* latest 15 */
	vt_time declined_at;  /* latest 16 */
	uint32_t progress;    /* highest of 01 03 04 05 06 so far, 0 */
	uint32_t unknown;     /* highest code that is none of these, 0 */
	uint32_t log;         /* rows in its log */
	const char *reason;   /* description of the latest 02, 15 or 16 */
	vt_id about; /* paper of ours that `paper` recalls or replaces for this
		      * addressee, which is why it is sent; or zero */
	/* When we heard the latest 13, 16 and 15: which came last. */
	vt_time asked_seen, declined_seen, agreed_seen;
	/* Who sent it and in which department, as they were called then. */
	const char *staff, *unit;
	struct vt_way way;
	/* The paper: when it was handed over, and who has it; noted by us. */
	vt_time handed_at;
	const char *handed_to;
};

/*
 * The one code that is shown (vietnam.md §2.8.2), 0 when no status came: 13
 * while an ask has no answer, also after a 15 to something else (02 if it was
 * refused); else 15; else 02 when it was refused and never accepted; else
 * progress; else the unknown one. The others stay to be seen beside it. Any
 * order of the same rows gives the same.
 */
uint32_t vt_delivery_shown(const struct vt_delivery *d);

/* A code of ours besides those of edXML, told only between vanthu and inside a
 * store: somebody opened it. */
#define VT_LOG_OPENED 91U

VT_NODISCARD int vt_delivery_get(struct vt_view *v, const vt_id *id,
    struct vt_delivery *ret, struct vt_err *reterr);
VT_NODISCARD int vt_delivery_list(struct vt_view *v, const vt_id *paper,
    struct vt_delivery *ret, size_t max, size_t *ret_n, struct vt_err *reterr);
/* The same, those with seq > after: for pages. */
VT_NODISCARD int vt_delivery_list_after(struct vt_view *v, const vt_id *paper,
    uint64_t after, struct vt_delivery *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);
/* Deliveries of an agency, newest first; state 0 = any. Looks at 4,096 rows at
 * most; *ret_next: `before` of the next page, 0 at the end. */
VT_NODISCARD int vt_delivery_scan(struct vt_view *v, uint32_t agency_no,
    enum vt_delivery_state state, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);

/* A row of a delivery's log, as it was told; never changed. */
struct vt_delivery_status {
	uint32_t no; /* from 1 */
	uint32_t code;
	vt_time at; /* as stated */
	const char *from, *staff, *note;
	vt_hash evidence;
	vt_id consignment;
	vt_time received_at;
	uint64_t act; /* leaf index */
};
/* Oldest first, with no > after. */
VT_NODISCARD int vt_delivery_log(struct vt_view *v, const vt_id *delivery,
    uint32_t after, struct vt_delivery_status *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* The paper that this agency made of a delivery; VT_E_NOT_FOUND if none. */
VT_NODISCARD int vt_paper_by_delivery(struct vt_view *v, uint32_t agency_no,
    const vt_id *delivery, struct vt_paper *ret, struct vt_err *reterr);

/* The one that its addressee, a tenant, made of it, or, merged, its successor.
 * VT_E_NOT_FOUND if none. */
VT_NODISCARD int vt_paper_of_delivery(struct vt_view *v,
    const struct vt_delivery *d, struct vt_paper *ret, struct vt_err *reterr);

#endif
