/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the office share. Not for faces. */
#ifndef VT_API_OFFICE_PRIV_H
#define VT_API_OFFICE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include <stdio.h>
#include <string.h>

#include "api/exchange/transport.h"
#include "api/office/admission.h"
#include "api/office/held.h"
#include "api/office/lanes.h"
#include "api/office/office.h"
#include "api/office/own_keys.h"
#include "api/office/password.h"
#include "api/office/quota.h"
#include "api/office/tries.h"
#include "api/office/uses_priv.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

#define VT_OFFICE_MAGIC 0x6f666663U

/* Names of the fields laid for the walk (docs/pdf-steps.md). */
#define VT_FIELD_NUMBER   "vt_number"
#define VT_FIELD_DATE     "vt_date"
#define VT_FIELD_LEADER   "vt_leader"
#define VT_FIELD_SEAL     "vt_seal"
#define VT_FIELD_INITIALS "vt_initials_" /* 1, 2 */

/* Books every agency has: papers out and papers in. */
#define VT_BOOK_OUT "di"
#define VT_BOOK_IN  "den"
/* And one for all copies, opened with the first (copies.c). */
#define VT_BOOK_COPIES "sao"

/* Keys that callers choose stay shorter than the store's limit, so that an
 * act the office derives from theirs can have a key of its own. */
#define VT_OFFICE_KEY_MAX VT_L(API_KEY_MAX)

/* Threads that do the work queue: one for each side of lanes.h, but for peers
 * so many. */
#define VT_OFFICE_FAR        12
#define VT_OFFICE_THREADS    (VT_SIDE_FAR + VT_OFFICE_FAR)
#define VT_OFFICE_TRANSPORTS 8

struct vt_office_thread {
	struct vt_office *o;
	pthread_t thread;
	bool started;
};

struct vt_office {
	uint32_t magic;
	struct vt_office_options o;
	vt_id worker;          /* owner of leases taken by the thread */
	struct vt_office_thread threads[VT_OFFICE_THREADS];
	struct vt_office_thread indexer; /* of words, beside the queue */
	pthread_mutex_t lock;  /* guards the next five */
	pthread_cond_t wake;
	bool stop;
	uint64_t woken;        /* how often: nobody sleeps through one */
	struct vt_transport transports[VT_OFFICE_TRANSPORTS];
	size_t n_transports;
	struct vt_lanes lanes;
	struct vt_admission admission;
	struct vt_held held;   /* papers in memory for workers */
	struct vt_tries *pins; /* wrong PINs of each key */
	struct vt_tries *sign_ins; /* wrong passwords of each login name */
	struct vt_password_gate passwords;
	struct vt_quota uploads; /* that no act has named */
	struct vt_uses uses;   /* readings and counts to be written */
	struct vt_own_keys own_keys; /* service keys that are open */
	struct vt_hooks *hooks; /* the senders of webhooks, or NULL */
	struct vt_anchors *anchors; /* who anchors the ledgers, or NULL */
	atomic_uint waiters;    /* requests that wait for events */
};

/* ---- acts.c: what all verbs do first and last ---- */

/* The request is complete (actor, key) and the duty allowed. */
VT_NODISCARD int vt_office_enter(const struct vt_request *rq,
    enum vt_duty duty, struct vt_err *reterr);

/*
 * Was this very request answered before? Then *ret is that answer and
 * *ret_done true. VT_E_IDEMPOTENCY_KEY_REUSED for another request.
 */
VT_NODISCARD int vt_office_replay(struct vt_office *o,
    const struct vt_request *rq, struct vt_act_result *ret, bool *ret_done,
    struct vt_err *reterr);

/* Fills the head of an act from the request; paper may be NULL. */
void vt_office_act(const struct vt_request *rq, const vt_id *paper,
    const struct vt_step *steps, size_t n_steps, struct vt_act *ret);

/*
 * Does an act of a request. Where its main step is somebody's by delegation
 * only, the act also keeps whose (vt_office_acted): history shows it.
 */
VT_NODISCARD int vt_office_do(struct vt_office *o,
    const struct vt_request *rq, const struct vt_act *act,
    struct vt_act_result *ret, struct vt_err *reterr);

/* A view for the machinery, whose reader is shown nothing: isolated papers are
 * handed out, too (docstore/record.h). */
VT_NODISCARD int vt_office_view_all(
    struct vt_office *o, struct vt_view **ret, struct vt_err *reterr);

/* ---- facts.c: a paper, copied out of its view ---- */

struct vt_facts {
	uint32_t agency_no;
	uint64_t rev;
	enum vt_direction direction;
	enum vt_paper_state state;
	struct vt_blob main;
	char name[1024], media_type[128]; /* of the main file */
	char notation[96];                /* ký hiệu, agency's short name if
	                                   * the paper asks for none */
	char type[84];   /* its code */
	char series[164]; /* that numbers its type */
	enum vt_number_family family; /* of that series */
	uint64_t number;
	char number_text[96];
	vt_time number_time;
	vt_hash approved;
	vt_id signed_by;
	bool sealed, issued;
	const char *copy; /* vt_copy_form: a copy of a paper; or NULL */
	bool ready;       /* vt_paper_is_ready */
	char place[256], agency_name[512], agency_key[512];
	vt_hash agency_certs[VT_L(CERTS_MAX)]; /* SHA-256 of each, newest last */
	size_t n_agency_certs;
};

/* VT_E_NOT_FOUND unless the paper is the actor's agency's. if_match: checked,
 * 0 = any (VT_E_PRECONDITION_FAILED). */
/* An upload of the actor's agency: VT_E_UPLOAD_GONE. */
VT_NODISCARD int vt_office_find_upload(struct vt_office *o,
    const struct vt_actor *a, const vt_id *id, struct vt_blob *ret,
    struct vt_err *reterr);

/* Nobody has opened it yet, of a paper that came. */
bool vt_office_is_new(const struct vt_paper *p);
/* Somebody reads it first: its sender may know. Of who handles papers;
 * programs and auditors look on, and nobody reads less because it cannot be
 * told. Hold no view. */
void vt_office_first_read(
    struct vt_office *o, const struct vt_actor *actor, const vt_id *paper);

VT_NODISCARD int vt_facts_load(struct vt_office *o, const vt_id *paper,
    uint32_t agency_no, uint64_t if_match, struct vt_facts *ret,
    struct vt_err *reterr);

/* A stored blob as a sealed memfd for a worker. *ret_fd owned (close).
 * VT_E_BUSY when the papers held so take PAPER_MEMORY_MAX. */
VT_NODISCARD int vt_office_fd(struct vt_office *o, const vt_hash *blob,
    int *ret_fd, struct vt_err *reterr);

/* The main file looked at in the worker. *ret owned (vt_inspection_free). */
VT_NODISCARD int vt_office_inspect(struct vt_office *o, const vt_hash *blob,
    struct vt_inspection *ret, struct vt_err *reterr);

const struct vt_field_info *vt_office_field(const struct vt_inspection *i,
    const char *name);

/* ---- fields.c: laying and filling ---- */

/* "An Mẫu, ngày 05 tháng 02 năm 2026": Decree 30, Appendix I. */
void vt_office_date_text(const char *place, vt_time t, struct vt_buf *ret);

/* Where fields go on a file that brings no places of its own. */
void vt_office_default_places(const struct vt_inspection *i,
    struct vt_places *ret);

/*
 * Tail of the update that lays what is missing; *ret_laid false: nothing.
 * VT_E_PDF_FIELD_USED: the file brings its fields, but not empty.
 */
VT_NODISCARD int vt_office_lay(struct vt_spawner *w, int fd,
    const struct vt_inspection *i, const struct vt_places *places,
    unsigned initials, struct vt_pdf_tail *ret, bool *ret_laid,
    struct vt_err *reterr);

/* Are the fields for number and date there, and empty? Asked before a number
 * is given. VT_E_PDF_NO_FIELD, _SIGNED_NO_FIELDS, _FIELD_USED. */
VT_NODISCARD int vt_office_can_number(struct vt_office *o,
    const struct vt_facts *f, const struct vt_inspection *i,
    struct vt_err *reterr);

/*
 * The fills that write number and date into their fields, in the arena;
 * *ret_n 0 when the paper has no number yet or they are filled already.
 */
VT_NODISCARD int vt_office_fills(const struct vt_facts *f,
    const struct vt_inspection *i, struct vt_arena *a,
    struct vt_field_fill ret[2], size_t *ret_n, struct vt_err *reterr);

/* Fills the number given into the file as a version of its own (order B);
 * nothing to do is VT_OK. */
VT_NODISCARD int vt_office_fill_number(struct vt_office *o,
    uint32_t agency_no, const vt_id *paper, struct vt_err *reterr);

/* ---- copies.c: sao y, sao lục, trích sao ---- */

#define VT_COPY_LINES 3
/* The block of a copy signed then: form, agency, time. Lines in the arena. */
VT_NODISCARD int vt_copy_block(const struct vt_facts *f, vt_time signed_at,
    struct vt_arena *a, struct vt_stamp *ret, struct vt_err *reterr);

/* As vt_office_lay, for a copy: the agency's field alone, at the upper right
 * of page 1. VT_E_PDF_SIGNED_NO_FIELDS: it is no scan of a paper. */
VT_NODISCARD int vt_copy_lay(struct vt_spawner *w, int fd,
    const struct vt_inspection *i, const struct vt_facts *f,
    struct vt_pdf_tail *ret, bool *ret_laid, struct vt_err *reterr);

/* The agency has its book of copies from here on. */
VT_NODISCARD int vt_copy_book(struct vt_office *o, uint32_t agency_no,
    struct vt_err *reterr);

/* ---- setup.c ---- */

/* A book with numbers of our own, from 1 each year; again: nothing new. */
VT_NODISCARD int vt_office_open_book(struct vt_store *s, uint32_t agency_no,
    const char *key, const char *title, struct vt_err *reterr);

/* ---- answered.c ---- */

/* With the issue of a paper that answers others: the work that finishes those.
 * steps has room for one more behind *n; payload is what it borrows. */
VT_NODISCARD int vt_answered_later(struct vt_office *o, const vt_id *paper,
    const vt_id *person, struct vt_buf *payload, struct vt_step *steps,
    size_t *n, struct vt_err *reterr);

/* ---- walk.c ---- */

/* Who sends, as he is called now: a dispatch keeps it. A person that is not
 * known has no name. */
struct vt_sender {
	char name[1024], unit[1024];
};
VT_NODISCARD int vt_office_sender(struct vt_office *o, const vt_id *person,
    struct vt_sender *ret, struct vt_err *reterr);

/* ---- intake.c ---- */

/* The refusal that follows is about this field of the request's body. */
void vt_office_about(const struct vt_request *rq, const char *fmt, ...)
    VT_PRINTF(2, 3);

/* Metadata cleaned into the arena: NFC, trimmed, no control characters. rq: of
 * which it is /meta, or NULL. */
VT_NODISCARD int vt_office_clean_meta(const struct vt_request *rq,
    const struct vt_meta *m, struct vt_arena *a, struct vt_meta *ret,
    struct vt_err *reterr);

/* ---- exchange.c ---- */

/* Does a claimed item, and gives it back when it is not done. *ret_done: how
 * the try went; the result: whether the queue knows. */
struct vt_work;
VT_NODISCARD int vt_office_work_item(struct vt_office *o,
    const struct vt_work *w, int *ret_done, struct vt_err *reterr);

/* ---- office.c ---- */

/* Has vt_office_close begun? Any thread; cheap. */
bool vt_office_is_closing(struct vt_office *o);

/* Work was enqueued: the threads look now. Any thread; cheap. */
void vt_office_wake(struct vt_office *o);

#endif
