/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows as deterministic CBOR (base/row.h): fields/NAME.def has the fields of a
 * row, docs/format.md says what they mean, and a test compares the numbers.
 * Decoders copy into an arena and refuse what they do not know
 * (VT_E_STORE_CORRUPT): a newer format is refused by the superblock before.
 */
#ifndef VT_DOCSTORE_CODEC_H
#define VT_DOCSTORE_CODEC_H

#include "base/row.h"
#include "docstore/act.h"
#include "docstore/record.h"
#include "docstore/state.h"
#include "docstore/work.h"

/* VT_E_STORE_CORRUPT, VT_E_NOMEM or VT_OK. */
VT_NODISCARD int vt_take_end(
    struct vt_cbor *c, const char *what, struct vt_err *reterr);

/* ---- small values ---- */
void vt_pair_encode(uint64_t a, uint64_t b, struct vt_buf *ret); /* [a, b] */
VT_NODISCARD int vt_pair_decode(
    struct vt_span v, uint64_t *ret_a, uint64_t *ret_b, struct vt_err *reterr);

enum vt_object { /* kinds in table id; stored */
	VT_OBJECT_AGENCY = 1,
	VT_OBJECT_PERSON = 2,
	VT_OBJECT_PAPER = 3,
	VT_OBJECT_DELIVERY = 4,
	VT_OBJECT_ACT = 5,
	VT_OBJECT_CONSIGNMENT = 6
};
struct vt_ref {
	enum vt_object kind;
	uint32_t agency_no;
	uint64_t seq;
};
void vt_ref_encode(const struct vt_ref *r, struct vt_buf *ret);
VT_NODISCARD int vt_ref_decode(
    struct vt_span v, struct vt_ref *ret, struct vt_err *reterr);

/* ---- rows ---- */
extern const struct vt_row vt_meta_row;
void vt_meta_encode(const struct vt_meta *m, struct vt_buf *ret);
void vt_meta_take(struct vt_cbor *c, struct vt_arena *a, struct vt_meta *ret);
/* Every string of m that is NULL becomes "". */
void vt_meta_defaults(struct vt_meta *m);

void vt_paper_encode(const struct vt_paper *x, struct vt_buf *ret);
VT_NODISCARD int vt_paper_decode(struct vt_span v, struct vt_arena *a,
    struct vt_paper *ret, struct vt_err *reterr);
/* A paper of which nothing is known. */
void vt_paper_clear(struct vt_paper *p);
/* Direction and state alone, which stand first in the row. */
VT_NODISCARD int vt_paper_peek(struct vt_span v, enum vt_direction *ret_dir,
    enum vt_paper_state *ret_state, struct vt_err *reterr);

void vt_version_encode(const struct vt_version *x, struct vt_buf *ret);
VT_NODISCARD int vt_version_decode(
    struct vt_span v, struct vt_version *ret, struct vt_err *reterr);

void vt_delivery_encode(const struct vt_delivery *x, struct vt_buf *ret);
VT_NODISCARD int vt_delivery_decode(struct vt_span v, struct vt_arena *a,
    struct vt_delivery *ret, struct vt_err *reterr);

/* A delivery as its dispatch makes it, but for ids and addressee. */
void vt_delivery_defaults(struct vt_delivery *d);

void vt_consign_encode(const struct vt_consignment *x, struct vt_buf *ret);
VT_NODISCARD int vt_consign_decode(struct vt_span v, struct vt_arena *a,
    struct vt_consignment *ret, struct vt_err *reterr);

void vt_arrival_encode(const struct vt_consign_arrival *x, struct vt_buf *ret);
VT_NODISCARD int vt_arrival_decode(struct vt_span v, struct vt_arena *a,
    struct vt_consign_arrival *ret, struct vt_err *reterr);

/* Row in the log of a delivery; no is in its key. */
void vt_status_encode(const struct vt_delivery_status *x, struct vt_buf *ret);
VT_NODISCARD int vt_status_decode(struct vt_span v, struct vt_arena *a,
    struct vt_delivery_status *ret, struct vt_err *reterr);

/* Entries and states are read in place: the value is borrowed from v. */
void vt_entry_encode(const struct vt_entry *x, struct vt_buf *ret);
VT_NODISCARD int vt_entry_decode(
    struct vt_span v, struct vt_entry *ret, struct vt_err *reterr);
void vt_fleeting_encode(const struct vt_state *x, struct vt_buf *ret);
VT_NODISCARD int vt_fleeting_decode(
    struct vt_span v, struct vt_state *ret, struct vt_err *reterr);

void vt_agency_encode(const struct vt_agency *x, struct vt_buf *ret);
VT_NODISCARD int vt_agency_decode(struct vt_span v, struct vt_arena *a,
    struct vt_agency *ret, struct vt_err *reterr);

void vt_person_encode(const struct vt_person *x, struct vt_buf *ret);
VT_NODISCARD int vt_person_decode(struct vt_span v, struct vt_arena *a,
    struct vt_person *ret, struct vt_err *reterr);

void vt_series_encode(const struct vt_series *x, struct vt_buf *ret);
VT_NODISCARD int vt_series_decode(struct vt_span v, struct vt_arena *a,
    struct vt_series *ret, struct vt_err *reterr);

/* Without its place: period and value are in the key. */
void vt_hold_encode(const struct vt_hold *x, struct vt_buf *ret);
VT_NODISCARD int vt_hold_decode(struct vt_span v, struct vt_arena *a,
    struct vt_hold *ret, struct vt_err *reterr);
/* Of a closed book; period is in the key. */
void vt_book_encode(const struct vt_book_row *x, struct vt_buf *ret);
VT_NODISCARD int vt_book_decode(struct vt_span v, struct vt_arena *a,
    struct vt_book_row *ret, struct vt_err *reterr);

void vt_event_encode(const struct vt_event *x, struct vt_buf *ret);
VT_NODISCARD int vt_event_decode(
    struct vt_span v, struct vt_event *ret, struct vt_err *reterr);

/* The payload is borrowed from v. */
void vt_work_encode(const struct vt_work *x, struct vt_buf *ret);
VT_NODISCARD int vt_work_decode(
    struct vt_span v, struct vt_work *ret, struct vt_err *reterr);

/* Counters of one agency (table state). */
struct vt_agency_state {
	uint32_t agency_no;
	uint64_t acts; /* leaves in its ledger */
	uint64_t papers, people, deliveries, events, consignments;
	uint32_t series;
};
void vt_state_encode(const struct vt_agency_state *x, struct vt_buf *ret);
VT_NODISCARD int vt_state_decode(
    struct vt_span v, struct vt_agency_state *ret, struct vt_err *reterr);

/* ---- acts as recorded ---- */

struct vt_srec_file {
	const char *name, *media_type;
	vt_hash hash;
	uint64_t size;
};

struct vt_srec_to {
	vt_id id; /* of the delivery */
	struct vt_recipient to;
	struct vt_way way;
	uint64_t seq, work; /* rows it made; work 0: to be printed. Of a take
			     * back: the status item; 0: withdrawn */
};

/* A change of an entry. The value is there, or its hash only (a secret), or
 * neither: removed. */
struct vt_srec_entry {
	enum vt_entry_kind kind;
	uint32_t agency_no;
	struct vt_span key, value;
	uint64_t rev;
	vt_hash hash;
	/* not recorded */
	bool secret;
	uint64_t expect;
};

/*
 * One step as recorded: everything that was decided, so that the record can be
 * derived again from its acts alone. Which members a kind uses is in
 * docs/format.md; the others are zero.
 */
struct vt_srec {
	enum vt_step_kind kind;
	const char *note;
	vt_hash main; /* hash meant, or of the new version */
	vt_hash parent;
	uint32_t part, reason, direction;
	uint64_t size;
	const char *name, *media_type;
	vt_id who;    /* signer, assignee, person */
	vt_id object; /* paper made, delivery */
	vt_id source; /* outgoing paper of a delivery */
	bool has_meta;
	struct vt_meta meta;
	struct vt_srec_file *files;
	size_t n_files;
	const char *series, *notation;
	uint64_t value;
	uint32_t period;
	uint32_t sub; /* sign kind, delivery state, work kind */
	const char *field, *level;
	vt_hash cert;
	vt_time at;
	struct vt_srec_to *to;
	size_t n_to;
	struct vt_span blob; /* a row (agency, person, series), receipt or
			      * payload */
	const char *code;
	uint64_t work;
	uint64_t seq; /* row the step made or changed */
	struct vt_srec_entry *entries;
	size_t n_entries;
	const vt_id *people; /* coordinating */
	size_t n_people;
	const char *due;
	vt_time received;
	const char *unit, *external;
	uint32_t transport, attempts;
	vt_time sent, stored;
	vt_id consignment;
	const char *from, *staff;
	vt_id about; /* paper that a dispatch is about */
	const char *was_due, *order;
	vt_hash manifest; /* hash of the files meant */
	uint32_t wipe;    /* destroy: the words, too */
	uint32_t letter_kind; /* letter: kind of work */
	uint32_t pages;   /* text: of the file that was read */
	/* numbers: size is how many, value the first or last of them */
	uint32_t family, held;
	vt_time stated, begins, ends;
	uint64_t first, cancelled;
	/* epoch: the checkpoints shown; leaves that the ledger is known to
	 * have had */
	struct vt_span shown;
	uint64_t lost;
	/* a migration: of the store, and the backup taken before it */
	uint32_t format_from, format_to;
	const char *release;
	uint64_t increment;
};

/* Every recorded member is empty. */
void vt_srec_clear(struct vt_srec *r);

/* The stored act. */
struct vt_arec {
	vt_id act;
	vt_time time;
	vt_id person, caller;
	vt_id paper;
	uint64_t paper_seq;
	uint8_t salt[16]; /* so that SHA-256 of the record is a commitment */
	vt_hash request, key; /* key: SHA-256 of the idempotency key */
	struct vt_span keep;
	struct vt_srec *steps;
	size_t n_steps;
	vt_hash main; /* main file's hash after it */
	uint64_t paper_rev;
	uint32_t post; /* of the person, in which he did it; 0 */
	/* SHA-256 of it before its words were destroyed, which is what the leaf
	 * is about; zero: as it was written */
	vt_hash was;
};

void vt_arec_encode(const struct vt_arec *x, struct vt_buf *ret);
VT_NODISCARD int vt_arec_decode(struct vt_span v, struct vt_arena *a,
    struct vt_arec *ret, struct vt_err *reterr);

#endif
