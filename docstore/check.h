/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the room only: the parts of vt_store_check. */
#ifndef VT_DOCSTORE_CHECK_H
#define VT_DOCSTORE_CHECK_H

#include "docstore/store_priv.h"

/* 64-bit key -> 64-bit value; keys are hash prefixes or row numbers. */
struct vt_tally {
	uint64_t *slot; /* pairs: key, value; key 0 = free */
	size_t n, cap;
};
/* The value of key, made as 0 when it is new; NULL when out of memory. */
uint64_t *vt_tally_at(struct vt_tally *t, uint64_t key);
uint64_t vt_tally_get(const struct vt_tally *t, uint64_t key);
void vt_tally_free(struct vt_tally *t);
/* The first 8 bytes of a hash, never 0. */
uint64_t vt_tally_hash(const vt_hash *h);

struct vt_check {
	struct vt_store *store;
	const struct vt_check_options *o;
	struct vt_reading r;    /* one state of records, keys, bytes */
	struct vt_arena *arena; /* of the row at hand */
	uint64_t findings;
	bool stopped;
	struct vt_counters count;
	struct vt_open_env open; /* set by vt_check_envs */
	uint32_t env_seen; /* of vt_check_env_there; 0: none yet */
	bool env_there;
	/* gathered on the way */
	struct vt_tally blob_refs;  /* blob -> versions and uploads */
	struct vt_tally chunk_refs; /* chunk -> places in manifests */
	struct vt_tally manifests;  /* manifest -> 0 when nothing names it,
				     * vt_tally_hash of the blob that does */
	uint64_t agencies, papers, acts, deliveries, events, keys, codes;
	uint64_t codes_of_agencies, tokens, numbers, received, people, series;
	uint64_t versions, works, turns, logs, links, consigns, documents,
	    entries, held, held_numbers, books;
	uint64_t destroyed, renditions, texts, reads;
	struct vt_tally gone;       /* consignment -> 1, its words too: 3 */
	struct vt_tally entry_revs; /* entry -> newest revision seen */
	struct vt_tally entry_rows; /* entry -> its row then, by hash */
};

void vt_check_finding(struct vt_check *c, const char *fmt, ...) VT_PRINTF(2, 3);
/*
 * The pages first (check_pages.c), before a row is believed: *ret_rows false:
 * those of records/ or keys/ are damaged, and no row is looked at;
 * *ret_bytes false: those of the bytes are.
 */
VT_NODISCARD int vt_check_pages(struct vt_check *c, bool *ret_rows,
    bool *ret_bytes, struct vt_err *reterr);
/* Is an error about the data (VT_E_STORE_CORRUPT and the like)? */
bool vt_is_finding(int rc);
/* A finding made of an error that is about the data; other errors (memory,
 * input/output) are handed back and end the check. */
int vt_finding_err(
    struct vt_check *c, int rc, const struct vt_err *err, const char *what);
/* False: stop. */
bool vt_check_progress(
    struct vt_check *c, const char *stage, uint64_t done, uint64_t total);
/* An empty arena for the next row. */
VT_NODISCARD int vt_check_arena(struct vt_check *c, struct vt_err *reterr);

/*
 * Calls f for every row of a table whose key starts with prefix. Spans are
 * borrowed for the call. f returns VT_OK to go on.
 */
typedef int vt_check_row(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr);
VT_NODISCARD int vt_check_rows(struct vt_check *c, enum vt_table table,
    const struct vt_key *prefix, vt_check_row *f, void *arg,
    struct vt_err *reterr);
/* Compares a row with what it must be; a finding when it differs. */
VT_NODISCARD int vt_check_equal(struct vt_check *c, enum vt_table table,
    const struct vt_key *k, const struct vt_buf *want, struct vt_err *reterr);

/* Renditions of a paper as its acts, played again, leave them (rendition.c). */
struct vt_check_renditions {
	struct vt_rendition *x;
	size_t n;
};
VT_NODISCARD int vt_rendition_replay(struct vt_check_renditions *all,
    const struct vt_srec *r, const struct vt_evolve *e, struct vt_err *reterr);
/* gone: the paper was destroyed, and the bytes with it. */
VT_NODISCARD int vt_check_renditions(struct vt_check *c, uint32_t agency_no,
    uint64_t paper, const struct vt_check_renditions *all, bool gone,
    struct vt_err *reterr);

/* Rows that the newest of several acts left, by what they are and number. */
enum { VT_ROW_AGENCY = 1, VT_ROW_PERSON, VT_ROW_SERIES, VT_ROW_CONSIGN };
uint64_t vt_check_name(unsigned int kind, uint64_t seq);
/* The first 8 bytes of a row's SHA-256, never 0. */
uint64_t vt_check_hash(struct vt_span row);

/* The work item that a row names: whose it must be, and must it be there? */
struct vt_check_item {
	uint64_t no;
	uint32_t agency_no;
	enum vt_work_kind kind;
	const vt_id *subject;
	const char *what; /* of the row that names it, and its seq */
	uint64_t seq;
	bool needed;
};
VT_NODISCARD int vt_check_work_of(struct vt_check *c,
    const struct vt_check_item *want, struct vt_err *reterr);

/* First of all: which packets are gone. */
VT_NODISCARD int vt_check_gather_destroyed(
    struct vt_check *c, struct vt_err *reterr);
bool vt_check_packet_gone(const struct vt_check *c, uint32_t agency_no,
    uint64_t seq, bool *ret_wiped);
struct vt_check_words { /* an act, and must its words be gone? */
	uint32_t agency_no;
	uint64_t index;
	const struct vt_arec *rec;
	struct vt_span row;
	bool wiped;
	const uint64_t *consigns;
	size_t n_consigns;
};
VT_NODISCARD int vt_check_redacted(
    struct vt_check *c, const struct vt_check_words *w, struct vt_err *reterr);
VT_NODISCARD int vt_check_bare_act(struct vt_check *c, uint32_t agency_no,
    uint64_t index, const struct vt_arec *rec, struct vt_span row,
    struct vt_err *reterr);
/* Consignments of an agency against what their acts recorded last. */
VT_NODISCARD int vt_check_consigns(struct vt_check *c, uint32_t agency_no,
    const struct vt_tally *newest, uint64_t *ret_n, struct vt_err *reterr);
/* Numbers: steps as they are met; held numbers and closed books, all rows. */
VT_NODISCARD int vt_check_numbers_step(struct vt_check *c, uint32_t agency_no,
    const struct vt_srec *r, const struct vt_evolve *e, struct vt_err *reterr);
VT_NODISCARD int vt_check_held(struct vt_check *c, struct vt_err *reterr);
/* A number in table number was not given after its book was closed. */
VT_NODISCARD int vt_check_number_in_book(
    struct vt_check *c, const struct vt_register_at *at, struct vt_err *reterr);
/* Text of pages: a paper's rows as its steps imply them (check_texts.c). */
struct vt_check_texts {
	struct vt_pagetext *x; /* in the arena, by part; state 0: none */
	size_t n;
};
VT_NODISCARD int vt_check_text_step(struct vt_check *c,
    struct vt_check_texts *t, const struct vt_srec *s,
    const struct vt_evolve *e, struct vt_err *reterr);
VT_NODISCARD int vt_check_texts_of(struct vt_check *c, const struct vt_paper *p,
    const struct vt_check_texts *t, struct vt_err *reterr);
/* Readings and counts of use: each act as it is met, then all rows. */
VT_NODISCARD int vt_check_use_act(struct vt_check *c, struct vt_tally *uses,
    uint32_t agency_no, uint64_t index, const struct vt_arec *rec,
    struct vt_err *reterr);
VT_NODISCARD int vt_check_uses(struct vt_check *c, const struct vt_tally *uses,
    uint32_t agency_no, struct vt_err *reterr);
/* Entries: each step as it is met, then all rows. */
VT_NODISCARD int vt_check_entry_step(struct vt_check *c, uint32_t agency_no,
    uint64_t index, const struct vt_arec *rec, const struct vt_srec *r,
    struct vt_err *reterr);
VT_NODISCARD int vt_check_entries(struct vt_check *c, struct vt_err *reterr);
VT_NODISCARD int vt_check_anchors(struct vt_check *c, struct vt_err *reterr);
/* Cosignatures, and what was seen of others' ledgers (witness.c). */
VT_NODISCARD int vt_check_witness(struct vt_check *c, struct vt_err *reterr);
VT_NODISCARD int vt_check_states(struct vt_check *c, struct vt_err *reterr);
/* What names manifests and blobs; then, once versions are counted, the rest. */
VT_NODISCARD int vt_check_manifests(struct vt_check *c, struct vt_err *reterr);
/* Is this one there? A missing one is named once, not for each chunk. */
VT_NODISCARD int vt_check_env_there(
    struct vt_check *c, uint32_t env, bool *ret, struct vt_err *reterr);
/* Is every byte environment there? */
VT_NODISCARD int vt_check_envs(struct vt_check *c, struct vt_err *reterr);
VT_NODISCARD int vt_check_bytes(struct vt_check *c, struct vt_err *reterr);
/*
 * The files that c->manifests names, read by threads that begin at once:
 * c->manifests and c->count stay as they are until the end. end waits for
 * them, helps, and tells what they found; or stops them, and tells nothing.
 */
struct vt_check_reading;
VT_NODISCARD int vt_check_read_begin(
    struct vt_check *c, struct vt_check_reading **ret, struct vt_err *reterr);
int vt_check_read_end(
    struct vt_check_reading *w, bool stop, struct vt_err *reterr);
VT_NODISCARD int vt_check_ledger(struct vt_check *c, const struct vt_agency *a,
    const struct vt_agency_state *st, struct vt_err *reterr);
VT_NODISCARD int vt_check_acts(struct vt_check *c, const struct vt_agency *a,
    const struct vt_agency_state *st, struct vt_err *reterr);
VT_NODISCARD int vt_check_papers(struct vt_check *c,
    const struct vt_agency_state *st, struct vt_err *reterr);
VT_NODISCARD int vt_check_indexes(struct vt_check *c, struct vt_err *reterr);

#endif
