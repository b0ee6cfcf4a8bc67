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

#include "docstore/consign.h"
#include "docstore/destroy.h"
#include "docstore/entry.h"
#include "docstore/pagetext.h"
#include "docstore/record.h"
#include "docstore/use.h"
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
	/* three acts called recall (vietnam.md 18): never mixed up */
	VT_STEP_TAKE_BACK = 17, /* lấy lại: the sender asks for it back */
	VT_STEP_RECALL = 18,    /* thu hồi: by a numbered notice */
	VT_STEP_REPLACE = 19,   /* another paper stands for this one */
	VT_STEP_COPY = 20,      /* this one is a copy of another */
	VT_STEP_FREEZE = 21,    /* nothing changes it until it is released */
	VT_STEP_READ = 22,      /* looked at: docstore/use.h */
	VT_STEP_FORWARD = 23,   /* handed on to somebody */
	VT_STEP_PROCESS = 24,   /* work on it has begun (05) */
	VT_STEP_FINISH = 25,    /* answered, or closed without (06) */
	VT_STEP_OPENED = 26,    /* somebody read it first */
	VT_STEP_TAKE_BACK_ANSWER = 27, /* the receiver: 15 or 16 */
	VT_STEP_PRINT = 28,
	VT_STEP_ACCEPT = 29, /* a paper that waits gets its số đến (03) */
	VT_STEP_REFUSE = 30, /* or does not (02) */
	/* the house */
	VT_STEP_AGENCY = 32, /* a new agency; alone in its act */
	VT_STEP_AGENCY_NAME = 33,
	VT_STEP_AGENCY_KEYS = 34,  /* certificates and key reference replaced */
	VT_STEP_PERSON = 35,       /* new, or replaced when the id exists */
	VT_STEP_SERIES = 36,       /* new, or title changed */
	VT_STEP_ENTRY = 37,        /* docstore/entry.h */
	VT_STEP_AGENCY_MERGE = 38, /* into another one of this store */
	/* bytes */
	VT_STEP_ERASED = 46, /* vt_destroy_finish alone */
	/* numbers: docstore/series.h */
	VT_STEP_TERM = 40,          /* a term or event begins */
	VT_STEP_RESERVE = 41,       /* the next number, for a paper to come */
	VT_STEP_CANCEL_NUMBER = 42, /* held ones: nobody's for ever */
	VT_STEP_OUTAGE = 43,        /* a block to be given by hand */
	VT_STEP_BOOK_CLOSE = 44,    /* đóng sổ */
	/* work */
	VT_STEP_WORK = 48,      /* enqueue */
	VT_STEP_WORK_DONE = 49, /* complete under a lease */
	VT_STEP_LETTER = 75,    /* a dead letter: made, tried again, dropped */
	/* papers again */
	VT_STEP_CHECK = 50,     /* content or form of a draft, by version */
	VT_STEP_WITHDRAW = 51,  /* a submission taken back by who made it */
	VT_STEP_OPINION = 52,   /* on a paper that came; nobody is assigned */
	VT_STEP_EXTEND = 53,    /* the deadline of an assignment */
	VT_STEP_CANCEL = 54,    /* came, and its issuer orders it void */
	VT_STEP_LINK = 58,      /* to another paper, or to one that is cited */
	VT_STEP_JOIN = 59,      /* paper original and e-version: one arrival */
	VT_STEP_RENDITION = 60, /* a file derived from one version */
	VT_STEP_HANDED = 61, /* the paper of a delivery: waybill, who has it */
	/* secrecy (docstore/acts/secrecy.c) */
	VT_STEP_ISOLATE = 55, /* suspected: nobody but head and clerk sees it */
	VT_STEP_CLEAR = 56,   /* it holds none: released by decision */
	VT_STEP_SECRET = 57,  /* declared: refused at the door; on no paper */
#define VT_STEP_PAPER_LAST 61 /* of those from CHECK on; 57 is on none */
	VT_STEP_DESTROY = 67, /* docstore/destroy.h */
	VT_STEP_TEXT = 70,    /* docstore/pagetext.h */
	/* the ledger (68, 71 and 72 pass the gate of a restored store) */
	VT_STEP_EPOCH = 68,  /* a new ledger: docstore/epoch.h */
	VT_STEP_RESUME = 71, /* a restored store writes again */
	VT_STEP_LOST = 72,   /* numbers that were given and are lost */
	VT_STEP_MIGRATED = 74, /* docstore/migrate.h alone does it */
	/* use, by people whom nobody knows (docstore/use.h) */
	VT_STEP_COUNTED = 76,
	/* exchange */
	VT_STEP_CONSIGN = 80,      /* docstore/consign.h */
	VT_STEP_CONSIGN_READ = 81, /* what its worker or a person found */
	VT_STEP_STATUS = 82,       /* into the log of a delivery */
	VT_STEP_RESEND = 83        /* a dead or withdrawn delivery again */
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

/* Why the receiver of a paper is asked about it. Stored. */
enum vt_ask {
	VT_ASK_TAKE_BACK = 1, /* status 13 */
	VT_ASK_RECALL = 2,    /* edoc of type 1 */
	VT_ASK_UPDATE = 3,    /* edoc of type 2 */
	VT_ASK_REPLACE = 4    /* edoc of type 3 */
};

enum vt_replace_kind {      /* Decree 30, Article 18(3). Stored. */
	VT_REPLACE_NEW = 1, /* thay thế */
	VT_REPLACE_AMEND = 2,
	VT_REPLACE_CORRECT = 3 /* đính chính */
};

enum vt_extend {             /* stored */
	VT_EXTEND_ASK = 1,   /* somebody who works on it wants more time */
	VT_EXTEND_ORDER = 2, /* the deadline is another one from now on */
	VT_EXTEND_DECLINE = 3
};

enum vt_freeze { VT_FREEZE_BEGIN = 1, VT_FREEZE_END = 2 }; /* stored */

enum vt_join {                /* stored */
	VT_JOIN_ORIGINAL = 1, /* the paper original of this one came */
	VT_JOIN_SAME = 2,     /* this one, which waits, is `other` */
	VT_JOIN_SOURCE = 3    /* `other` is joined to this one */
};

enum vt_letter_act { /* stored */
	VT_LETTER_DEAD = 1,
	VT_LETTER_AGAIN = 2,
	VT_LETTER_DROP = 3
};

enum vt_print {             /* stored */
	VT_PRINT_PAPER = 1, /* the paper original */
	VT_PRINT_COPY = 2,
	VT_PRINT_LIST = 3 /* of deliveries to be printed */
};

/* One step; the member of u named like the kind, in lower case, counts. */
struct vt_step {
	enum vt_step_kind kind;
	union {
		/*
		 * files[0] is the main file. arrival_series: for VT_DIR_IN the
		 * series that gives the số đến, or NULL: the paper is WAITING
		 * for VT_STEP_ACCEPT or _REFUSE; else NULL. The paper's id is
		 * made here, or id when that is not zero. consignment: the one
		 * it was made of (VT_DIR_IN only; of this agency), or zero;
		 * the act has its CONSIGN_READ too, ARRIVED or APPLIED.
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
			vt_id consignment;
			/* Its số đến was given by hand in an outage block, at
			 * arrival_stated, as in number; 0: not. */
			uint64_t arrival_value;
			vt_time arrival_stated;
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
		/*
		 * main: hash of the main file that is meant; VT_E_CONFLICT when
		 * it is no longer the current one. whole: the step is about all
		 * files of the paper, and its record names them by the manifest
		 * hash (vt_paper_manifest); manifest, if not zero, must be that
		 * one, else VT_E_CONFLICT. sendback needs its note.
		 */
		struct {
			vt_hash main;
			const char *note;
			bool whole;
			vt_hash manifest;
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
			/* RESERVED: value was reserved in this very period and
			 * the time has not passed, else VT_E_OUT_OF_ORDER.
			 * OUTAGE: value was given by hand at `stated`, which
			 * lies inside the block's time and before the act;
			 * VT_E_OUT_OF_ORDER outside of a block. The paper may
			 * then be a draft. */
			enum vt_hold_kind held; /* 0: none */
			vt_time stated; /* OUTAGE: as it stands on the paper */
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
			bool whole;           /* as in submit; so in seal */
		} sign;
		/* VT_E_NOT_SIGNED_BY_LEADER before the competent signature;
		 * a copy (vt_copy_form) has none and is sealed once its making
		 * is approved. */
		struct {
			vt_hash main;
			const char *field;
			vt_hash cert;
			vt_time signing_time;
			const char *level;
			bool whole;
		} seal;
		/* Needs the competent signature and the number. whole,
		 * manifest: as in submit. */
		struct {
			const char *note;
			bool whole;
			vt_hash manifest;
		} issue;
		/* After issue. One delivery and one work item each; code ""
		 * gives a delivery to be printed. Nobody twice: VT_E_INVALID
		 * in one step, VT_E_EXISTS for an agency that has a delivery
		 * of this paper which it did not refuse. about: a paper of the
		 * agency that this one
		 * recalls or replaces, for those who got it: then one delivery
		 * an agency and such paper, beside the plain one. */
		struct {
			const struct vt_recipient *to;
			size_t n_to;
			vt_id about; /* or zero */
			/* NULL, or who each of `to` is and which way it goes:
			 * PAPER and POST give a delivery to be printed though
			 * there is a code. VT_E_INVALID for ELECTRONIC and
			 * PARALLEL without one, for a waybill not by POST. */
			const struct vt_way *ways;
			const char *staff, *unit; /* who sends; may be NULL */
		} dispatch;
		/*
		 * Makes the incoming paper of a delivery: same bytes shared,
		 * metadata taken over, số đến from series (NULL: it is WAITING,
		 * as in reg). Idempotent per (agency, delivery), whatever the
		 * key: the second time answers with the first act's result,
		 * repeated. VT_E_OUT_OF_ORDER when the delivery was withdrawn
		 * or its paper recalled.
		 */
		struct {
			vt_id delivery;
			const char *series;
		} receive;
		/*
		 * At the sender; forward only. Ends the delivery's work item
		 * when nothing is left to be sent (any state but ARRIVED; needs
		 * no lease). SENT: a transport took it over and vouches for
		 * it; once also after a status has come, for its evidence, and
		 * the state stays. PRINT: there is no way but paper. FAILED: a
		 * dead letter, note says why; VT_E_CONFLICT when the addressee
		 * has answered: nothing was lost. The members from transport on
		 * are kept when they are not zero (times: not VT_TIME_NONE and
		 * not 0). With transport or attempts it is a transport's word
		 * and changes no revision of the paper.
		 */
		struct {
			vt_id delivery;
			enum vt_delivery_state state;
			const char *note;
			struct vt_span receipt;
			enum vt_transport_kind transport;
			const char *external; /* the transport's id, <= 200 */
			uint32_t attempts; /* at the peer; 0: never offered */
			vt_time sent_at, stored_at;
		} delivered;
		/* VT_E_EXISTS when the code is taken; once a paper. */
		struct {
			const char *code; /* [0-9A-Z-]{4,40} */
		} code;
		/*
		 * An order of the deciding person (Decree 30, Article 23):
		 * person leads, `with` coordinate, note is the opinion. ARRIVED
		 * or ASSIGNED becomes ASSIGNED; what is PROCESSING stays so.
		 * All of this agency: VT_E_PERSON_UNKNOWN.
		 */
		struct {
			vt_id person;
			const char *note;
			const vt_id *with; /* <= ASSIGNED_MAX, nobody twice */
			size_t n_with;
			const char *unit;   /* "" */
			const char *due_on; /* YYYY-MM-DD, "" */
		} assign;
		struct {
			uint16_t part;
			const char *note; /* "" clears it */
		} problem;
		/*
		 * Deciding about a WAITING paper: số đến from the series,
		 * ARRIVED; or REFUSED with the reason. VT_E_OUT_OF_ORDER in
		 * any other state.
		 */
		struct {
			const char *series;
			const char *note;
		} accept;
		struct {
			const char *note; /* needed: it reaches the sender */
		} refuse;
		/* person, unit or both. Changes no state; not on a paper that
		 * is refused, taken back or recalled. */
		struct {
			vt_id person;
			const char *unit;
			const char *note;
		} forward;
		/* ARRIVED or ASSIGNED becomes PROCESSING. */
		struct {
			const char *note;
		} process;
		/* ARRIVED, ASSIGNED or PROCESSING becomes FINISHED. answer: our
		 * paper that answers it (of this agency, not incoming), or
		 * zero. */
		struct {
			vt_id answer;
			const char *note;
		} finish;
		/* VT_STEP_OPENED has no member. Incoming papers, once:
		 * VT_E_EXISTS. */
		/*
		 * On our paper: its sender asks for it back, from one delivery
		 * or from all that are neither refused nor taken back. Each
		 * gets status 13 in its log and one VT_WORK_STATUS item; one
		 * that no peer was ever offered (attempts 0, its work item
		 * never claimed) is WITHDRAWN instead, dead letters included,
		 * and one to be printed that is not noted as handed over.
		 * No delivery left to ask: VT_E_OUT_OF_ORDER.
		 * On an incoming paper: the sender asks us; ask, note, and
		 * consignment or (between tenants) the sender's delivery say
		 * how. VT_E_EXISTS while another
		 * ask waits for its answer; VT_E_OUT_OF_ORDER when it is
		 * refused, taken back or recalled.
		 */
		struct {
			vt_id delivery;
			const char *note; /* the reason; needed on ours */
			enum vt_ask ask;  /* 0 = TAKE_BACK */
			vt_id consignment;
			vt_time at; /* as stated; 0: that of the act */
		} take_back;
		/* On an incoming paper that is asked for. Agreeing to TAKE_BACK
		 * makes it TAKEN_BACK; to another ask: only the answer is
		 * kept, the act brings its own RECALL, REPLACE or META step.
		 * VT_E_OUT_OF_ORDER for agreeing to TAKE_BACK when the paper
		 * was refused, taken back or recalled. */
		struct {
			bool agree; /* 15, else 16 */
			const char *note;
		} take_back_answer;
		/*
		 * notice: the numbered paper that orders it (of this agency and
		 * of the same direction; an outgoing one is issued). An
		 * outgoing paper from ISSUED on, an incoming one that was not
		 * refused or taken back, becomes RECALLED. Bytes stay. Its
		 * deliveries that never left are WITHDRAWN, as by TAKE_BACK.
		 */
		struct {
			vt_id notice;
			const char *note;
		} recall;
		/* by: a paper of this agency and of the same direction, issued
		 * if outgoing. Changes no state. A paper may be amended and
		 * corrected several times, by another paper each; VT_E_EXISTS
		 * when one stands for it (NEW) already. */
		struct {
			vt_id by;
			enum vt_replace_kind kind; /* 0 = NEW */
			const char *note;
		} replace;
		/*
		 * What this paper is to another one: of this agency, or (paper
		 * zero) cited, for what lies elsewhere. To a paper of the store
		 * LINK says ANSWERS (what came, by what did not) or RELATES,
		 * and COPY COPIES; replacing, amending and recalling it are
		 * steps of their own on that paper. What is cited takes every
		 * kind; its code is needed. In any state; never taken back.
		 * VT_E_INVALID (kind, itself, no code), VT_E_EXISTS (said
		 * already), VT_E_LIMIT (META_LIST_MAX citations),
		 * VT_E_NOT_FOUND. COPY is on a copy (vt_copy_form), once;
		 * version: what of the other was copied, or zero.
		 */
		struct {
			enum vt_link_kind kind; /* COPY: ignored */
			vt_id paper;
			struct vt_answered cited;
			vt_hash version;
			const char *note;
		} link, copy;
		/*
		 * Incoming papers (Decree 30/2020, Article 22(2)). ORIGINAL:
		 * came on paper, at (0: at the act), of so many pages, brought
		 * by `from`; once (VT_E_EXISTS), not on one that is refused,
		 * taken back or recalled (VT_E_OUT_OF_ORDER).
		 * SAME: a WAITING paper is the one that was registered before
		 * by hand: it takes the số đến of `other` and is FINISHED, no
		 * number is given. VT_E_OUT_OF_ORDER when `other` has none,
		 * or is over; VT_E_EXISTS when it has an e-version.
		 * SOURCE: on that other one, then: it has the sender of the
		 * e-version from now on, who is told what becomes of it.
		 */
		struct {
			enum vt_join how;
			vt_id other;
			vt_time at;
			uint32_t pages;
			const char *from;
			const char *note;
		} join;
		struct {
			enum vt_print what;
			uint32_t copies; /* 1..PRINT_COPIES_MAX */
			vt_hash version; /* printed; zero: none (a list) */
			const char *note;
		} print;
		/*
		 * Decree 30, Article 12: who answers for the content, who for
		 * the form. On a draft that is SUBMITTED or APPROVED; main as
		 * in submit, and whole and manifest. Changes no state; kept in
		 * the paper until a new version of any part or other metadata
		 * void it, as an approval.
		 * VT_E_EXISTS when this person has checked the same of this
		 * version; VT_E_LIMIT after DRAFT_CHECKS_MAX.
		 */
		struct {
			enum vt_draft_check_kind kind;
			vt_hash main;
			const char *note;
			bool whole;
			vt_hash manifest;
		} check;
		/* SUBMITTED becomes DRAFT: nobody has decided, and no number
		 * was given (VT_E_OUT_OF_ORDER). The rest as in submit. */
		struct {
			vt_hash main;
			const char *note;
			bool whole;
			vt_hash manifest;
		} withdraw;
		/* Decree 30, Article 23(4): on a paper that is ARRIVED,
		 * ASSIGNED or PROCESSING. Changes no state, hands it to
		 * nobody. */
		struct {
			const char *note; /* needed */
		} opinion;
		/*
		 * Of a paper that is ASSIGNED or PROCESSING with a deadline
		 * (VT_E_OUT_OF_ORDER). due_on: later than the one there is
		 * (VT_E_INVALID); not of a DECLINE. One ASK waits at a time
		 * (VT_E_EXISTS); an ORDER answers it, so does DECLINE, which
		 * needs one (VT_E_OUT_OF_ORDER). The first deadline stays in
		 * the paper, each one before in the acts.
		 */
		struct {
			enum vt_extend kind;
			const char *due_on; /* YYYY-MM-DD */
			const char *note;   /* needed */
		} extend;
		/*
		 * Appendix VI, recall: an incoming paper is void by an order of
		 * its issuer that did not come as a paper of ours (else RECALL)
		 * nor as a status 13 (else TAKE_BACK_ANSWER; VT_E_OUT_OF_ORDER
		 * while one waits). order cites it. Not of a paper that is
		 * refused, taken back or recalled. It becomes RECALLED: one
		 * end, whichever way the order came. Bytes and số đến stay.
		 */
		struct {
			const char *order; /* needed; <= NAME_MAX characters */
			const char *note;
		} cancel;
		/*
		 * Appendix VI, recall: on an order, an outgoing paper from
		 * ISSUED on, recalled or not, is kept as it is: every step on
		 * it is VT_E_FROZEN but TAKE_BACK, RECALL, what comes back from
		 * its addressees, and the END. VT_E_EXISTS when it is frozen,
		 * VT_E_OUT_OF_ORDER for the END of what is not.
		 */
		struct {
			enum vt_freeze kind;
			const char *order; /* cited; BEGIN needs it */
			const char *note;  /* END needs it */
		} freeze;
		/*
		 * A paper that may hold a state secret: at once, in any state,
		 * VT_E_EXISTS when it is. From then on a view does not hand it
		 * out (vt_view_isolated), it is not received from us, and every
		 * step on it is VT_E_ISOLATED but CLEAR, REFUSE, CANCEL, TAKE_
		 * BACK and its answer, RECALL, what comes back from addressees,
		 * and destroying. CLEAR: VT_E_OUT_OF_ORDER when it is not.
		 */
		struct {
			const char *note; /* needed */
		} isolate, clear;
		/*
		 * Something declared to be secret came and was refused. Alone
		 * in its act, on no paper. uploads: what was staged for it, of
		 * this agency: gone with the act, whose record names none of
		 * it, no hash and no subject. The act's request hash is to be
		 * one that follows from its key alone.
		 */
		struct {
			uint32_t level; /* 1 mật, 2 tối mật, 3 tuyệt mật */
			const char *from; /* agency code, or the way; "" */
			enum vt_transport_kind transport; /* 0: by hand, /v1 */
			const struct vt_file *uploads;    /* .upload counts */
			size_t n_uploads; /* <= PAPER_PARTS_MAX */
		} secret;
		/* Each on another entry, 1..ENTRIES_MAX in an act together.
		 * VT_E_CONFLICT when one is not what it expects. */
		struct {
			const struct vt_entry_change *changes;
			size_t n;
		} entry;
		/*
		 * The first step of an act that is on no paper. packet: an
		 * upload of the agency; the consignment holds its bytes from
		 * now on. Enqueues one VT_WORK_PACKET (subject: the
		 * consignment). Idempotent per (agency, transport, external),
		 * whatever the key: a repeat answers with the first act's
		 * result, adds a row to the log of arrivals, and leaves its
		 * upload to expire. Another packet under the same external id:
		 * VT_E_CONFLICT. result.consignment tells.
		 */
		struct {
			vt_id id; /* made here when zero */
			enum vt_transport_kind transport;
			enum vt_consign_kind kind;
			const char *external; /* 1..200 characters */
			const char *peer;     /* <= 200 characters */
			struct vt_file packet;
			const char *headers; /* <= CONSIGN_HEADERS_MAX bytes */
			vt_time received_at; /* 0: that of the act */
		} consign;
		/*
		 * From STORED or QUARANTINED: all members are taken; the work
		 * item ends (needs no lease); state STORED (from QUARANTINED,
		 * from REFUSED without a paper, from STORED when the item is
		 * gone, or of an edoc that is ARRIVED, REFUSED or a DUPLICATE
		 * when its paper was refused or taken back: that paper is not
		 * its own any more) enqueues another one and takes nothing
		 * else. From
		 * ARRIVED only to APPLIED or REFUSED, taking state, note and
		 * paper. Else VT_E_OUT_OF_ORDER.
		 * paper: zero: the act's, if it has one.
		 * VT_E_EXISTS for state ARRIVED and a paper, unless again is
		 * set, when an earlier edoc of the same sender and DocumentId
		 * has a paper that was not refused or taken back, and is the
		 * same edoc (type and about are equal), or its paper is the
		 * document that the act's own paper would be once more (`paper`
		 * is zero, neither is about itself); result.paper and
		 * result.consignment then name the two.
		 */
		struct {
			vt_id consignment;
			enum vt_consign_state state;
			enum vt_edoc_type type; /* 0: a status */
			const char *from_code, *from_name;
			const char *document_id; /* <= 200 characters */
			const char *code;        /* <= 100 characters */
			const char *promulgated; /* YYYY-MM-DD or "" */
			const char *subject;
			struct vt_span findings; /* <= KEEP_MAX bytes */
			const char *note;
			vt_id paper;
			bool again;
			enum vt_consign_kind kind; /* as read; 0: not known */
			vt_hash about; /* of what it acts on, or zero */
			bool itself;   /* its own DocumentId is among that */
		} consign_read;
		/*
		 * One more row in the log of a delivery of act.paper. What is
		 * shown follows from the set of rows, in whatever order they
		 * came, repeats included. Codes 1 to 6 end the delivery's work
		 * item: it is there. Changes no revision of the paper.
		 * After DELIVERY_LOG_MAX rows the state follows, and only what
		 * is new about the delivery gets a row. `at` before the
		 * delivery was made or after received_at, by more than
		 * STATUS_CLOCK_S, is kept in the log; the delivery's times and
		 * reason go by received_at.
		 */
		struct {
			vt_id delivery;
			uint32_t code;    /* 1..99; unknown ones are kept */
			vt_time at;       /* as stated; 0: received_at */
			const char *from; /* agency code that says so */
			const char *staff;
			const char *note; /* description */
			/* who has the paper, said of one that went on paper */
			const char *name;
			vt_hash evidence;    /* of the message, or zero */
			vt_id consignment;   /* ours, that brought it, or 0 */
			vt_time received_at; /* 0: that of the act */
		} status;
		/*
		 * Of a delivery of which a paper goes (vt_way_has_paper): its
		 * waybill, or who has it and since when (0: the act); each
		 * once (VT_E_EXISTS). The state stays: one that went on paper
		 * alone arrives by STATUS with its name. VT_E_OUT_OF_ORDER
		 * when no paper goes, or it was withdrawn.
		 */
		struct {
			vt_id delivery;
			vt_time at;
			const char *name, *waybill, *note;
		} handed;
		/*
		 * A file that was derived from the version of the part (0 = 1)
		 * that has the content `of`; one a version and kind: a newer
		 * one takes its place, and its bytes go. It is no part of the
		 * paper: neither its manifest nor its revision knows it. by:
		 * the program and release that made it, needed. The file's
		 * name is not kept. In any state; VT_E_NOT_FOUND (no version
		 * has that content), VT_E_EXISTS (this very file is there),
		 * VT_E_INVALID (kind, by, or the version's own content);
		 * not of a paper that is frozen, isolated or destroyed.
		 */
		struct {
			uint16_t part;
			vt_hash of;
			enum vt_rendition_kind kind;
			struct vt_file file;
			const char *by; /* <= VT_RENDITION_BY_MAX characters */
		} rendition;
		/* FAILED or WITHDRAWN becomes WAITING with a new work item, so
		 * does one that WAITS and whose item is gone;
		 * VT_E_OUT_OF_ORDER otherwise. Same delivery id. */
		struct {
			vt_id delivery;
			const char *note;
		} resend;
		/*
		 * The order to destroy the bytes of act.paper; act.person is
		 * who confirmed it, asked_by the other one. decision: the
		 * deciding paper (of this agency, another one), or zero; note:
		 * what was decided, or where it says so: one of the two is
		 * needed. wipe: the words, too. Nothing but what became of its
		 * deliveries is done to the paper afterwards: VT_E_DESTROYED,
		 * also when it is asked again. VT_E_OUT_OF_ORDER while one of
		 * its deliveries waits to be sent (take it back first), or
		 * for a paper that is being agreed on or signed (it is ours
		 * and not issued) unless its reason is SECRET or COURT.
		 * VT_E_CONFLICT when one of its consignments was read again
		 * meanwhile: ask again. Cost: all its versions and acts in the
		 * writer's transaction, some 20 ms for 1,000 acts or 1 GB.
		 */
		struct {
			enum vt_destroy_reason reason;
			vt_id asked_by;
			vt_id decision;
			const char *note;
			bool wipe;
		} destroy;
		/*
		 * act.person looked at a version of part `part` (0 = 1): OPEN
		 * or DOWNLOAD, alone in its act, under vt_read_key. at: when,
		 * if it could not be written then; 0: now. Passes all gates;
		 * no event.
		 */
		struct {
			enum vt_use use;
			uint16_t part;
			vt_hash main;
			vt_time at;
		} read;
		/* n uses since the last time: PRINT (with its step), CHECK,
		 * FETCH. Nothing is said of who. */
		struct {
			enum vt_use use;
			uint64_t n;
		} counted;
		/*
		 * The text of part `part` (0 = 1) of act.paper, read out of
		 * version `of`, the current one (VT_E_CONFLICT); VT_E_EXISTS
		 * when that was read already. file: an upload of the agency
		 * that holds it, for READ alone; VT_E_LIMIT over PAGETEXT_MAX.
		 * Passes the gates of frozen and isolated papers; changes no
		 * revision.
		 */
		struct {
			uint16_t part;
			vt_hash of;
			enum vt_pagetext_state state;
			struct vt_file file;
			uint32_t pages;
			const char *note;
		} text;
		/* act.agency_no is 0; result.agency_no tells. */
		struct {
			struct vt_agency_name name; /* from: ignored */
			const struct vt_span *certs;
			size_t n_certs;
			const char *key_ref;
		} agency;
		/* from: when it begins, at the act if that is later. Of what
		 * has begun the one given last counts, so a change that is to
		 * come is undone by another. */
		struct {
			struct vt_agency_name name;
		} agency_name;
		struct {
			const struct vt_span *certs;
			size_t n_certs;
			const char *key_ref;
		} agency_keys;
		/*
		 * A restored store writes again (docstore/resume.h). The
		 * act's person and second answer for it; shown: signed
		 * checkpoints of ledgers of this store (at most
		 * VT_RESUME_SHOWN); asked: who was asked, in words.
		 * VT_E_STORE_RESTORED (one is beyond ours: says what is
		 * missing; or it was handed over), VT_E_LEDGER_PROOF (of
		 * another history), VT_E_SYNTAX, VT_E_INVALID (foreign; one
		 * person; nobody asked), VT_E_CONFLICT (not restored),
		 * VT_E_PERSON_UNKNOWN (not there, or not active).
		 */
		struct {
			vt_id second;
			const struct vt_span *shown;
			size_t n_shown;
			const char *asked;
		} resume;
		/*
		 * A ledger goes on in a new epoch (docstore/epoch.h), in a
		 * store that stays as restored as it was. As resume; lost: how
		 * many leaves the old one is known to have had, 0: as shown
		 * says. VT_E_CONFLICT also when nothing is lost, or another
		 * act of the agency came in the same moment. Alone in its act.
		 */
		struct {
			vt_id second;
			const struct vt_span *shown;
			size_t n_shown;
			const char *asked;
			uint64_t lost;
		} epoch;
		/*
		 * Numbers behind the last that is known, up to `last`, may have
		 * been given in what a restored store lost: none is given
		 * again. Each is held (VT_HOLD_LOST) until its paper turns up,
		 * or it is cancelled. last not beyond: none is. period 0: that
		 * of now. VT_E_CONFLICT (not restored), VT_E_LIMIT
		 * (LOST_NUMBERS_MAX).
		 */
		struct {
			vt_id second;
			const char *series;
			uint32_t period;
			uint64_t last;
			const char *note;
		} lost;
		/* Of vt_store_migrate, while it runs (VT_E_CONFLICT); the rest
		 * of what is recorded is the store's. */
		struct {
			const char *what;
		} migrated;
		/* Who has its tasks from now on; 0: itself again. What is sent
		 * to its codes is for that one; its papers, people and ledger
		 * stay. VT_E_INVALID when that leads back to itself. */
		struct {
			uint32_t successor;
		} agency_merge;
		/*
		 * seq, since, former and agency_no are the store's; id zero:
		 * made here and returned in result.person. Posts of the row
		 * before stay, in order: of one only an end that has not come
		 * may be set, and one that waits may be confirmed; else
		 * VT_E_INVALID. What would begin or end before the act does so
		 * at the act. Somebody without posts who gets some: the first
		 * is what he was so far.
		 */
		struct vt_person person;
		/* period, last, terms: ignored. Of one that is there reset,
		 * authority and terms_of must be the same: VT_E_CONFLICT; the
		 * rest is replaced and touches no number given. terms_of: a
		 * series of own terms and the same reset, else VT_E_INVALID.
		 */
		struct vt_series series;
		/*
		 * Of a series with own terms. from: its first moment; the term
		 * before ends there at the latest, and may have given no
		 * number (nor any series that follows it) at or after it.
		 * until: needed by TERM, later than from and than the act;
		 * VT_TIME_NONE for an event that closing ends.
		 * VT_E_OUT_OF_ORDER for a series without own terms, or a from
		 * not after that of the term before; VT_E_CONFLICT when
		 * numbers stand in the way.
		 */
		struct {
			const char *series;
			const char *title;
			vt_time from, until;
		} term;
		/*
		 * The next number, held for a paper to come: result.number.
		 * note: for what (needed). until: after the act; the end of
		 * the period if that is earlier. Not of an external series:
		 * VT_E_INVALID.
		 */
		struct {
			const char *series;
			const char *note;
			vt_time until;
		} reserve;
		/*
		 * Those of value..value+n-1 that are still open (at least one:
		 * VT_E_OUT_OF_ORDER) become cancelled; all of them were held:
		 * VT_E_NOT_FOUND. note: the reason, needed. Without a person
		 * only after their time: VT_E_FORBIDDEN.
		 */
		struct {
			const char *series;
			uint32_t period;
			uint64_t value, n;
			const char *note;
		} cancel_number;
		/*
		 * The next n numbers (<= OUTAGE_BLOCK_MAX), result.number the
		 * first, to be given by hand from `from` (0: the act) to `to`,
		 * inside the period, and entered before `until`, when what is
		 * left is cancelled. note: which outage (needed).
		 * VT_E_INVALID when the times are not in this order, or of an
		 * external series.
		 */
		struct {
			const char *series;
			uint64_t n;
			vt_time from, to, until;
			const char *note;
		} outage;
		/*
		 * Nothing is numbered in it any more; no step opens it again.
		 * YEAR, TERM: its time has passed (VT_E_OUT_OF_ORDER). EVENT:
		 * it ends with this. NEVER: the series ends with this. None of
		 * its numbers is open (VT_E_OUT_OF_ORDER); twice: VT_E_EXISTS;
		 * VT_E_CONFLICT when a number of it was given while the rows
		 * were hashed: again.
		 */
		struct {
			const char *series;
			uint32_t period;
			const char *note;
		} book_close;
		struct vt_work_new work;
		struct {
			uint64_t work;
			uint64_t
			    lease; /* vt_work.lease; VT_E_CONFLICT if lost */
		} work_done;
		/*
		 * DEAD: under the lease; its holder gives up and says why, and
		 * the item waits for a person. AGAIN: it is due at once, with
		 * a new budget, under its number and its fence: whoever held
		 * it before is done with. DROP: it is gone; VT_E_OUT_OF_ORDER
		 * for a delivery or a packet, whose record waits for it.
		 * VT_E_OUT_OF_ORDER for what is not dead; VT_E_NOT_FOUND.
		 */
		struct {
			enum vt_letter_act what;
			uint64_t work;
			uint64_t lease; /* DEAD */
			const char *why; /* DEAD: into the item, not the act */
		} letter;
	} u;
};

#define VT_ACT_STEPS_MAX 16

struct vt_act {
	uint32_t agency_no;
	vt_id person; /* who did it; zero: no one person */
	/* The post he does it in (their number is their place, from 1), in
	 * force at the act and not waiting; else VT_E_POST. 0: not said. */
	uint32_t post;
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
	vt_id consignment;     /* of VT_STEP_CONSIGN */
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

#define VT_ACT_TO_NAMED 3

/* Whom a step names, besides who did it. */
struct vt_act_whom {
	vt_id person; /* signer, in charge, handed on to; or zero */
	const vt_id *with;
	size_t n_with;          /* who coordinate */
	const char *unit, *due; /* "" */
	const char *was_due;    /* the deadline before an extension, "" */
	const char *order;      /* that a step was done by, as cited, "" */
	uint32_t how;           /* of CHECK, EXTEND, FREEZE, PRINT: its kind */
	uint32_t copies;        /* of PRINT */
	vt_hash printed;        /* the version, or zero */
	vt_id delivery;         /* that it is about, or zero */
	uint32_t said;          /* the status, or the delivery's new state */
	const char *staff;      /* who says so there, "" */
	/* The deliveries it made, or asked about: the first ones. An asked one
	 * has no recipient here (code and name ""). */
	vt_id to[VT_ACT_TO_NAMED];
	struct vt_recipient recipient[VT_ACT_TO_NAMED];
	size_t n_to; /* all of them */
};

struct vt_act_entry {
	uint64_t index; /* leaf index */
	vt_id act;
	vt_time time;
	vt_id person, caller;
	uint32_t post;      /* of person, in which he did it; 0 */
	vt_id paper;        /* or zero */
	uint64_t paper_rev; /* after it */
	const enum vt_step_kind *kinds;
	const struct vt_act_whom *whom; /* of each step, as kinds */
	size_t n_kinds;
	vt_hash main;     /* main file's hash after it, or zero */
	const char *note; /* the first of its steps' */
	uint64_t number;  /* given by it, 0 */
};
const char *vt_step_kind_name(enum vt_step_kind k); /* "register", … */

/* The paper that an act is on, zero: none. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_act_paper(struct vt_view *v, uint32_t agency_no,
    uint64_t index, vt_id *ret, struct vt_err *reterr);

/* History of a paper, oldest first, with index >= from. */
VT_NODISCARD int vt_act_list(struct vt_view *v, const vt_id *paper,
    uint64_t from, struct vt_act_entry *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

#endif
