/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The edXML packet (QCVN 102:2016/BTTTT, amendment 1:2022): a document with
 * its attachments, or a status message.
 *
 * Writing (vt_edxml_write) is for our own data and runs anywhere. Reading is
 * for hostile bytes: a server asks the `packet` worker (vt_edxml_ask); the
 * reader itself (vt_edxml_read) runs in that worker, and in tests.
 *
 * Strings are NUL-terminated UTF-8; NULL = the element is absent. The same
 * structures serve both ways:
 *   writing   everything is *borrowed* from the caller until the call returns;
 *   reading   everything is *borrowed from the struct vt_edxml until it is
 *             freed*; text is as it stood in the packet (not NFC).
 * Numbers: VT_EDXML_NONE = absent (or, when reading, not a number: then there
 * is a finding). Start a structure for writing from VT_EDXML_DOCUMENT_INIT.
 *
 * Threads: no shared state; one thread an object.
 */
#ifndef VT_API_EXCHANGE_EDXML_H
#define VT_API_EXCHANGE_EDXML_H

#include "base/id.h"
#include "base/source.h"
#include "base/time.h"
#include "base/worker/worker.h"

#define VT_EDXML_NS   "http://www.mic.gov.vn/TBT/QCVN_102_2016"
#define VT_EDXML_NONE (-1)

/* ---- the pieces of a header ---- */

/* A day. When written: year != 0. When read: text is what stood there; year is
 * 0 when that is no day of the calendar in a form we know. */
struct vt_edxml_day {
	int year, month, day;
	const char *text; /* reading only */
};

/* A moment, in UTC+7 on the wire. When read and not understood: VT_TIME_NONE.
 */
struct vt_edxml_stamp {
	vt_time at;       /* VT_TIME_NONE = absent */
	const char *text; /* reading only */
};

struct vt_edxml_organ {
	const char *id;        /* OrganId: the agency code; wanted */
	const char *in_charge; /* OrganizationInCharge: parent agency */
	const char *name;      /* OrganName */
	const char *address;   /* OrganAdd */
	const char *email, *telephone, *fax, *website;
};

/* ResponseFor: the document that is answered or reported on. */
struct vt_edxml_reference {
	const char *organ;       /* OrganId: who issued it */
	const char *code;        /* "45/UBND-VP" */
	const char *document_id; /* DocumentId */
	struct vt_edxml_day promulgated;
};

/* StaffInfo: personal data of the clerk who sent. */
struct vt_edxml_staff {
	const char *department, *staff, *email, *mobile;
	const char *department_id, *staff_id; /* newer SDK */
};

/* TraceHeader: one hop. */
struct vt_edxml_hop {
	const char *organ;
	struct vt_edxml_stamp at;
};

/* BussinessDocumentInfo/ReceiverList/Receiver. Which digit adds and which
 * removes is not known: it is kept as it stood. */
struct vt_edxml_receiver {
	const char *organ;
	int64_t type;
};

/* ReplacementInfo: a document replaced, and for whom (none = for all). */
struct vt_edxml_replacement {
	const char *document_id;
	const char **organs;
	size_t n_organs;
};

enum vt_edxml_business {
	VT_EDXML_NEW = 0,
	VT_EDXML_REVOKE = 1,
	VT_EDXML_UPDATE = 2,
	VT_EDXML_REPLACE = 3
};

/* ---- attachments ---- */

struct vt_edxml_attachment {
	const char *id;   /* ContentId without "cid:"; a UUID when ours */
	const char *name; /* AttachmentName: the original file name */
	const char *description; /* "Văn bản chính" */

	/* writing: the file's bytes, read once in order. *borrowed* */
	struct vt_source *source;
	/* Where a program keeps the bytes: part of the JSON, never of the
	 * packet. */
	const char *file;

	/* reading */
	const char *content_type; /* as stated; the writer makes its own */
	const char *field_name, *mime_type, *format; /* newer SDK */
	const char *media_type; /* found out from the content */
	uint64_t at, size;      /* its bytes in the output of the reading */
	bool present;           /* bytes were there and are whole */
	bool wrapped;           /* they had come in the one-entry ZIP */
	bool referenced;        /* the manifest names it */
};

/* ---- the two kinds of message ---- */

struct vt_edxml_document {
	struct vt_edxml_organ from;
	struct vt_edxml_organ *to;
	size_t n_to;
	const char *document_id; /* vt_edxml_document_id() makes one */
	const char *code_number, *code_notation; /* "128", "SKHCN-CĐS" */
	const char *place;
	struct vt_edxml_day promulgated;
	int64_t type;          /* 1 legal document, 2 administrative */
	int64_t type_detail;   /* row of the table; a hint only */
	const char *type_name; /* "Công văn": trust this */
	const char *subject, *content;
	const char *signer_competence, *signer_position, *signer_name;
	struct vt_edxml_day due;
	int64_t priority; /* 0 thường .. 3 hỏa tốc, 4 hỏa tốc hẹn giờ */
	const char *sphere, *typist;
	int64_t copies, pages; /* PromulgationAmount, PageAmount */
	const char *direction; /* "true", "false"; meaning not known */
	const char **appendixes;
	size_t n_appendixes;
	const char *reply_fors, *reference_codes; /* newer SDK */
	struct vt_edxml_reference *answers;       /* ResponseFor */
	size_t n_answers;
	int64_t steering;       /* SteeringType */
	const char **to_places; /* lines of "Nơi nhận" */
	size_t n_to_places;
	const char **tasks; /* ResponseForTask/TaskCode */
	size_t n_tasks;
	const char *application; /* ApplicationType */

	/* TraceHeaderList */
	struct vt_edxml_hop *hops;
	size_t n_hops;
	int64_t business;    /* enum vt_edxml_business, or as it stood */
	const char *reason;  /* BussinessDocReason; shown beside the code */
	const char *acts_on; /* Bussiness/DocumentId: revoked or updated */
	int64_t info_document, info_receiver; /* update: what changed, 0 or 1 */
	struct vt_edxml_receiver *receivers;
	size_t n_receivers;
	int64_t paper; /* 1 = on paper too (gửi song song) */
	struct vt_edxml_staff staff;
	struct vt_edxml_replacement *replaces;
	size_t n_replaces;

	/* reading: the packet's own Signature element, kept as text and never
	 * shown as "signed": nobody's verifies. NULL = none. Never written. */
	const char *signature;

	struct vt_edxml_attachment *attachments;
	size_t n_attachments;
};

#define VT_EDXML_DOCUMENT_INIT                                                 \
	{                                                                      \
		.type = VT_EDXML_NONE, .type_detail = VT_EDXML_NONE,           \
		.priority = VT_EDXML_NONE, .copies = VT_EDXML_NONE,            \
		.pages = VT_EDXML_NONE, .steering = VT_EDXML_NONE,             \
		.business = VT_EDXML_NONE, .info_document = VT_EDXML_NONE,     \
		.info_receiver = VT_EDXML_NONE, .paper = VT_EDXML_NONE         \
	}

/* Codes of status messages; others are kept as they come. */
enum vt_edxml_code {
	VT_EDXML_INBOX = 1,
	VT_EDXML_REJECTED = 2,
	VT_EDXML_ACCEPTED = 3,
	VT_EDXML_ASSIGNED = 4,
	VT_EDXML_PROCESSING = 5,
	VT_EDXML_FINISHED = 6,
	VT_EDXML_TAKE_BACK = 13,
	VT_EDXML_CHANGE_ACCEPTED = 15,
	VT_EDXML_CHANGE_REJECTED = 16
};

struct vt_edxml_status {
	struct vt_edxml_organ from;   /* who reports */
	struct vt_edxml_reference of; /* .organ: who is to be told */
	struct vt_edxml_staff staff;
	int64_t code; /* 1..99, written with two digits */
	const char *description;
	struct vt_edxml_stamp at;
};

#define VT_EDXML_STATUS_INIT                                                   \
	{                                                                      \
		.code = VT_EDXML_NONE, .at = {.at = VT_TIME_NONE }             \
	}

/* ---- writing: the form of the national SDK, always the same bytes ---- */

/* Takes the next bytes of a packet. */
typedef int vt_edxml_sink(void *arg, struct vt_span bytes, struct vt_err *err);

/*
 * Writes a document packet. Attachments are read in pieces and never held:
 * those of the types the SDK sends as they are (pdf, doc, docx, zip) go as
 * they are, others in the one-entry ZIP, their entry named after the
 * attachment's id. Element order and layout are the SDK's; an element whose
 * value is absent is left out.
 * Errors: VT_E_INVALID for a wanted element that is missing (From and To with
 * OrganId, DocumentId, Code, promulgation date, type name, subject, at least
 * one hop, business type), for text XML cannot hold, a value that is too long
 * for the standard's amendment, two attachments with one id; VT_E_LIMIT; the
 * sink's and the sources' own. What the sink got before an error is no packet.
 */
VT_NODISCARD int vt_edxml_write(const struct vt_edxml_document *d,
    vt_edxml_sink *sink, void *arg, struct vt_err *reterr);

/*
 * The same bytes to be read as a source: what transports take. Opening writes
 * the packet once, into nothing, for its size and SHA-256; reading makes it
 * anew, so that nothing of it is held (64 KiB of state). Ascending reads cost
 * what they return; an earlier offset begins anew.
 * d and its sources: *borrowed until vt_edxml_body_free*. *ret: *owned*.
 * Errors: those of vt_edxml_write.
 */
struct vt_edxml_body;
VT_NODISCARD int vt_edxml_body_open(const struct vt_edxml_document *d,
    struct vt_edxml_body **ret, struct vt_err *reterr);
/* *Borrowed from b until it is freed.* */
struct vt_source *vt_edxml_body_source(struct vt_edxml_body *b);
const vt_hash *vt_edxml_body_hash(const struct vt_edxml_body *b);
void vt_edxml_body_free(struct vt_edxml_body *b); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_edxml_body, vt_edxml_body_free)

/* Appends a status packet. Errors as above (From and ResponseFor with OrganId,
 * StatusCode, Timestamp are wanted). */
VT_NODISCARD int vt_edxml_write_status(
    const struct vt_edxml_status *s, struct vt_buf *ret, struct vt_err *reterr);

/* Appends "H99.07,2026/03/02,128/SKHCN-CĐS". */
void vt_edxml_document_id(const char *organ, const struct vt_edxml_day *day,
    const char *number, const char *notation, struct vt_buf *ret);

/* A kind of paper: a row of api/exchange/edxml/types.def, which says more. */
struct vt_edxml_type {
	int64_t type, detail; /* 0: in neither table of the standard */
	uint32_t decree;      /* of Decree 30's 29 kinds, 0: none of them */
	const char *code;     /* abbreviation, "" */
	const char *name;
};
/* All of them, in the order of the tables. Static. */
const struct vt_edxml_type *vt_edxml_types(size_t *ret_n);

/*
 * DocumentType. Names decide, whatever their letters' case and form; numbers
 * are a hint where both tables have a name (Nghị quyết, Quyết định, Chỉ thị).
 * vt_edxml_type_of: what stands in a packet for a name; of a name in neither
 * table Type 1 or 2 as `legal` says, and no row. _is_legal: what a packet
 * says with that Type. _name and _code: of an abbreviation ("QĐ"), and back;
 * NULL when there is none. Static.
 */
void vt_edxml_type_of(
    const char *name, bool legal, int64_t *ret_type, int64_t *ret_detail);
bool vt_edxml_type_is_legal(const char *name, int64_t type);
const char *vt_edxml_type_name(const char *code);
const char *vt_edxml_type_code(const char *name);

/* An id of ours as the UUID text that content ids have: 36 digits and a NUL. */
#define VT_EDXML_UUID 36
void vt_edxml_uuid(const vt_id *id, char ret[static VT_EDXML_UUID + 1]);

/* Any of the forms that are met (yyyy/MM/dd, dd/MM/yyyy, yyyy-MM-dd); false for
 * what is no day. White space around is passed over. */
bool vt_edxml_day_parse(const char *s, struct vt_edxml_day *ret);
/* The day of t in Vietnam. */
struct vt_edxml_day vt_edxml_day_of(vt_time t);

/* ---- findings ---- */

enum vt_edxml_class {
	VT_EDXML_E = 'E', /* refuse: answer 02 with the text */
	VT_EDXML_W = 'W', /* take, with a warning */
	VT_EDXML_I = 'I'  /* a note */
};

enum vt_edxml_rule {
#define VT_EDXML_RULE(name, slug, class, vi, en) VT_EDXML_R_##name,
#include "api/exchange/edxml/rules.def"
#undef VT_EDXML_RULE
	VT_EDXML_R__MAX
};

struct vt_edxml_rule_info {
	const char *slug;          /* stable code, "pdf-corrupted" */
	enum vt_edxml_class class; /* of every finding of the rule */
	const char *vi, *en;
};

/* Row of the table; rule < VT_EDXML_R__MAX. */
const struct vt_edxml_rule_info *vt_edxml_rule_info(enum vt_edxml_rule rule);
/* VT_EDXML_R__MAX when there is none. */
enum vt_edxml_rule vt_edxml_rule_from_slug(const char *slug);

struct vt_edxml_finding {
	enum vt_edxml_rule rule;
	const char *at;     /* "To[2]/OrganId", "Attachment[1]"; may be "" */
	const char *detail; /* what was found, cut; may be "" */
};

/* ---- reading ---- */

enum vt_edxml_kind { VT_EDXML_DOCUMENT = 1, VT_EDXML_STATUS = 2 };

enum vt_edxml_dialect {
	VT_EDXML_QCVN_2016 = 1, /* current */
	VT_EDXML_SOAP = 2,      /* v1: SOAP envelope, alone or as MIME */
	VT_EDXML_EDOC = 3       /* Bkav eDoc namespace */
};

struct vt_edxml {
	enum vt_edxml_kind kind; /* which of the two below was filled */
	enum vt_edxml_dialect dialect;
	struct vt_edxml_document document;
	struct vt_edxml_status status;
	struct vt_edxml_finding *findings; /* worst first, then as found */
	size_t n_findings;
	/* The packet broke off or broke the rules behind its header: what
	 * stands here is what had been read; a finding of class E says why. */
	bool broken;
	struct vt_arena *arena; /* owns all of it */
};

void vt_edxml_free(struct vt_edxml *x); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_edxml, vt_edxml_free)

/* Takes the bytes of the attachments, decoded and unwrapped, one after the
 * other; each attachment's at and size point into what it got. (What belongs
 * to no attachment had to be dropped after all.) */
struct vt_edxml_reading {
	vt_edxml_sink *out; /* NULL: checked and sized, not kept */
	void *arg;
	bool no_old_dialects; /* take the current form only */
};

/*
 * Reads a packet. Only for the `packet` worker and tests (design law 7).
 * *ret: *owned*, freed by vt_edxml_free. Errors, when not even a header with
 * a sender came out: VT_E_SYNTAX (not XML, not namespace-well-formed, a DTD,
 * another root), VT_E_LIMIT (limits.def, EDXML_*), VT_E_UNSUPPORTED (an old
 * dialect that was not asked for), VT_E_NOMEM, and the source's and sink's
 * own. Anything else becomes a finding.
 */
VT_NODISCARD int vt_edxml_read(struct vt_source *packet,
    const struct vt_edxml_reading *how, struct vt_edxml **ret,
    struct vt_err *reterr);

/*
 * The same by the `packet` worker. packet: descriptor of the packet. out: an
 * empty file open for reading and writing (memfd or O_TMPFILE), which gets the
 * attachments; -1: they are only checked. The answer is checked like any
 * foreign input. Errors: those above, and the workers' (worker.h).
 * Threads: safe.
 */
VT_NODISCARD int vt_edxml_ask(struct vt_spawner *s, int packet, int out,
    bool no_old_dialects, struct vt_edxml **ret, struct vt_err *reterr);

/* The kind of worker that vt_edxml_ask needs, for the program's table. */
extern const struct vt_worker_kind vt_packet_worker;

/* ---- judging: what depends on who receives ---- */

struct vt_edxml_receiving {
	const char *const *codes; /* every code, old and new, of the receiver */
	size_t n_codes;           /* 0: the rule about addressees is left out */
	bool forwarded; /* it came from another agency of ours: same */
	vt_time now;
	/* How many PDF attachments carry a valid signature, once that is
	 * known; -1 = not looked at yet. */
	int signed_pdfs;
};

/* Adds the findings that depend on the receiver: not addressed to us, dated in
 * the future, no valid signature. Errors: VT_E_NOMEM, VT_E_LIMIT. */
VT_NODISCARD int vt_edxml_judge(struct vt_edxml *x,
    const struct vt_edxml_receiving *r, struct vt_err *reterr);

/* The first finding of class E, NULL when there is none. *Borrowed from x*. */
const struct vt_edxml_finding *vt_edxml_refusal(const struct vt_edxml *x);

/* Appends the reason for status 02: the texts of the E findings, and what they
 * are about, at most 500 characters. */
void vt_edxml_reason(const struct vt_edxml *x, bool vi, struct vt_buf *ret);

/* The subjects of two papers are the same text (NFC, white space at the ends
 * and in runs does not count). */
bool vt_edxml_same_text(const char *a, const char *b);

/* ---- keeping what was read ---- */

/* Appends what was read as one CBOR map (keys in fields.c and codec.c, never
 * reused): everything of *x but the attachments' bytes. */
void vt_edxml_put(const struct vt_edxml *x, struct vt_buf *ret);

/*
 * The same in at most max bytes (>= 16 KiB): what is longest goes first when
 * it does not fit: names and addresses of addressees, then the lists, then
 * texts and notes. Returns false when something was left out; the packet
 * itself still has it.
 */
bool vt_edxml_put_within(
    const struct vt_edxml *x, size_t max, struct vt_buf *ret);

/* Back again. Errors: VT_E_SYNTAX, VT_E_LIMIT, VT_E_NOMEM. */
VT_NODISCARD int vt_edxml_get(
    struct vt_span s, struct vt_edxml **ret, struct vt_err *reterr);

/* What was read, as one JSON object: the desk, the API and the command line
 * show the same. */
struct vt_json;
void vt_edxml_json(const struct vt_edxml *x, struct vt_json *j);

/*
 * A document from such an object (RFC 8259), for writing: what only reading
 * tells (findings, sizes, …) is passed over, a member that is not known is
 * refused, and so is one of another type. Attachments have no source yet.
 * Errors: VT_E_SYNTAX, VT_E_INVALID, VT_E_LIMIT, VT_E_NOMEM.
 */
VT_NODISCARD int vt_edxml_from_json(
    struct vt_span json, struct vt_edxml **ret, struct vt_err *reterr);

#endif
