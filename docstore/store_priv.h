/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the room only: the store, its threads, and what verbs share. */
#ifndef VT_DOCSTORE_STORE_PRIV_H
#define VT_DOCSTORE_STORE_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/secret.h"
#include "docstore/codec.h"
#include "docstore/engine.h"
#include "docstore/ledger.h"
#include "docstore/note.h"
#include "docstore/store.h"

#define VT_STORE_MAGIC  0x76747331U
#define VT_VIEW_MAGIC   0x76747631U
#define VT_UPLOAD_MAGIC 0x76747531U

#define VT_STORE_FORMAT   1U
#define VT_FEATURE_EPOCHS (1ULL << 1) /* rows of wrap say by which key */
#define VT_FEATURE_ENVS   (1ULL << 2) /* several byte environments */
#define VT_FEATURE_LEDGERS (1ULL << 4) /* a ledger is in a later epoch */
#define VT_FEATURE_MIGRATED (1ULL << 6) /* ledgers have acts of migration */
/* Bits this release knows. */
#define VT_STORE_FEATURES                                                      \
	(VT_FEATURE_EPOCHS | VT_FEATURE_ENVS | VT_FEATURE_LEDGERS |            \
	    VT_FEATURE_MIGRATED)
/* What the superblock names as the release that a store needs. */
#define VT_STORE_RELEASE "vanthu " VT_VERSION

#define VT_SEGMENT_CHUNKS 62 /* ids in one manifest row: it fits a page */
#define VT_ENVELOPE_SIZE  48
#define VT_WRAPPED_SIZE   40
#define VT_ARENA_ACT      ((size_t)32 << 20)
#define VT_ARENA_CHECK    ((size_t)1 << 30) /* all acts of one paper */

static_assert(VT_CHUNK_SIZE + VT_ENVELOPE_SIZE == 16 * 4096 - 16,
    "a chunk fills LMDB pages exactly");

/* ---- queue of operations (queue.c) ---- */

struct vt_batch;

struct vt_op_wait {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
};

struct vt_op {
	struct vt_op *next;
	/*
	 * Re-runnable: may be called again on a new transaction. A failure
	 * sets *reterr; one that comes after a write makes the batch run
	 * again without this operation.
	 */
	int (*apply)(
	    struct vt_batch *b, struct vt_op *op, struct vt_err *reterr);
	/* After the commit (rc == VT_OK) or the failure; on the writer thread;
	 * op may be freed in it. */
	void (*done)(struct vt_op *op);
	int rc;
	struct vt_err err;
	size_t weight;           /* bytes it will write, about */
	bool settled;            /* failed in this batch, leave out */
	bool taken;              /* it got into the queue */
	struct vt_op_wait *wait; /* of vt_queue_run */
};

struct vt_queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct vt_op *head, **tail;
	size_t n, limit;
	bool closed;
};

VT_NODISCARD int vt_queue_init(
    struct vt_queue *q, size_t limit, struct vt_err *reterr);
void vt_queue_fini(struct vt_queue *q);
/* VT_E_BUSY when full or closed. */
VT_NODISCARD int vt_queue_push(
    struct vt_queue *q, struct vt_op *op, struct vt_err *reterr);
/* Waits for work; takes as much as fits in a batch. NULL: closed and empty. */
struct vt_op *vt_queue_take(
    struct vt_queue *q, size_t max_weight, size_t max_n);
void vt_queue_close(struct vt_queue *q);

/* Pushes op and waits for its done. Returns op->rc, copies op->err. op->done
 * is set by this function. */
VT_NODISCARD int vt_queue_run(
    struct vt_queue *q, struct vt_op *op, struct vt_err *reterr);

/* The same, waiting some seconds for room in the queue. */
VT_NODISCARD int vt_queue_run_patient(
    struct vt_queue *q, struct vt_op *op, struct vt_err *reterr);

/* ---- keys (keys.c) and chunks (chunk.c) ---- */

struct vt_keys {
	uint32_t epoch;
	struct vt_secret *wrap; /* wraps data keys, 32 bytes */
	struct vt_secret *id;   /* makes chunk ids, 32 bytes */
	struct vt_secret *mac;  /* what vt_keys_mac hangs on, 32 bytes */
};

/* Writes a new key file (0600, synced). */
VT_NODISCARD int vt_keys_create(const char *file, const struct vt_context *ctx,
    struct vt_keys *ret, struct vt_err *reterr);
VT_NODISCARD int vt_keys_load(
    const char *file, struct vt_keys *ret, struct vt_err *reterr);
/* What a caller unwrapped; VT_E_INVALID for half a key. */
VT_NODISCARD int vt_keys_given(
    const struct vt_store_key *k, struct vt_keys *ret, struct vt_err *reterr);
VT_NODISCARD int vt_keys_random(
    const struct vt_context *ctx, struct vt_keys *ret, struct vt_err *reterr);
void vt_keys_clear(struct vt_keys *k);
/* A new wrap key for the next epoch; and is it one? */
VT_NODISCARD int vt_keys_next(const struct vt_keys *k,
    const struct vt_context *ctx, struct vt_keys *ret, struct vt_err *reterr);
bool vt_keys_follow(const struct vt_keys *k, const struct vt_keys *next);
/* A new file of format 2: VT_E_EXISTS. */
VT_NODISCARD int vt_keys_save(
    const char *file, const struct vt_keys *k, struct vt_err *reterr);
/* vt_store_mac. */
vt_hash vt_keys_mac(
    const struct vt_keys *k, const char *purpose, struct vt_span bytes);
/* What the superblock keeps to recognise the key file. */
vt_hash vt_keys_check(const struct vt_keys *k, const vt_id *store);

vt_hash vt_chunk_id(const struct vt_keys *k, struct vt_span plain);
/* envelope: plain.n + VT_ENVELOPE_SIZE bytes. */
VT_NODISCARD int vt_chunk_seal(const struct vt_keys *k,
    const struct vt_context *ctx, const vt_hash *id, struct vt_span plain,
    uint8_t *envelope, uint8_t wrapped[static VT_WRAPPED_SIZE],
    struct vt_err *reterr);
/* A data key out of one wrapping into another. VT_E_STORE_CORRUPT. */
VT_NODISCARD int vt_chunk_rewrap(const struct vt_keys *from,
    const struct vt_keys *to, struct vt_span wrapped,
    uint8_t ret[static VT_WRAPPED_SIZE], struct vt_err *reterr);
/* plain: at least VT_CHUNK_SIZE bytes. VT_E_STORE_CORRUPT. */
VT_NODISCARD int vt_chunk_open(const struct vt_keys *k, const vt_hash *id,
    struct vt_span envelope, struct vt_span wrapped, uint8_t *plain,
    size_t *ret_n, struct vt_err *reterr);

/* ---- bytes (bytes.c) ---- */

struct vt_chunk_row {
	uint32_t env;
	uint64_t seq, refs;
};
struct vt_wrap_row {
	uint32_t epoch; /* of the key that wraps it */
	struct vt_span wrapped;
	vt_hash id; /* of the chunk */
};
struct vt_blob_row {
	uint64_t size, refs, manifest, chunks;
};
void vt_wrap_row_encode(const struct vt_wrap_row *r, struct vt_buf *ret);
/* Borrows from v. */
VT_NODISCARD int vt_wrap_row_decode(
    struct vt_span v, struct vt_wrap_row *ret, struct vt_err *reterr);
struct vt_upload_row {
	uint32_t agency_no;
	uint64_t manifest; /* while streaming */
	uint64_t size;
	vt_time expires;
	bool ended;
	vt_hash blob; /* once ended */
	/* Of the fleeting row that goes with it; n 0: none. */
	struct vt_key state;
};
void vt_chunk_row_encode(const struct vt_chunk_row *x, struct vt_buf *ret);
VT_NODISCARD int vt_chunk_row_decode(
    struct vt_span v, struct vt_chunk_row *ret, struct vt_err *reterr);
void vt_blob_row_encode(const struct vt_blob_row *x, struct vt_buf *ret);
VT_NODISCARD int vt_blob_row_decode(
    struct vt_span v, struct vt_blob_row *ret, struct vt_err *reterr);
void vt_upload_row_encode(const struct vt_upload_row *x, struct vt_buf *ret);
VT_NODISCARD int vt_upload_row_decode(
    struct vt_span v, struct vt_upload_row *ret, struct vt_err *reterr);

struct vt_key vt_key_hash(const vt_hash *h);
struct vt_key vt_key_id(const vt_id *id);
/* Of tables wrap, bytes and unmapped. */
struct vt_key vt_key_wrap(uint32_t env, uint64_t seq);
/* Where in table wrap the keys of sequences from seq on begin: they ascend with
 * the environments. */
VT_NODISCARD int vt_wrap_from(struct vt_txn *keys, uint64_t seq,
    struct vt_key *ret, struct vt_err *reterr);

/* Chunk ids of one segment, borrowed from the transaction. */
VT_NODISCARD int vt_manifest_segment(struct vt_txn *t, uint64_t manifest,
    uint32_t segment, struct vt_span *ret_ids, struct vt_err *reterr);
VT_NODISCARD int vt_blob_get(struct vt_txn *t, const vt_hash *blob,
    struct vt_blob_row *ret, struct vt_err *reterr);

/* Several read transactions that together can read bytes. */
struct vt_reading {
	struct vt_store *store;
	struct vt_txn *records, *keys, *bytes;
};
VT_NODISCARD int vt_reading_begin(
    struct vt_store *s, struct vt_reading *r, struct vt_err *reterr);
void vt_reading_end(struct vt_reading *r);
VT_NODISCARD int vt_reading_chunk(struct vt_reading *r, const vt_hash *id,
    uint8_t *plain, size_t *ret_n, struct vt_err *reterr);
/* The chunk will be read soon; whatever is wrong with it is said then. */
void vt_reading_ahead(struct vt_reading *r, const vt_hash *id);

/* The chunk stored at a sequence, mapped or not. */
VT_NODISCARD int vt_reading_at(struct vt_reading *r, uint32_t env, uint64_t seq,
    const vt_hash *id, uint8_t *plain, size_t *ret_n, struct vt_err *reterr);

/* One chunk on its way in. */
struct vt_chunk_in {
	vt_hash id;
	struct vt_span plain;
	uint32_t env;   /* where written, */
	uint64_t seq;   /* 0: was there already */
	size_t same_as; /* index of an equal chunk of the piece, or own */
	uint8_t wrapped[VT_WRAPPED_SIZE];
	uint8_t *envelope; /* NULL: not written by us */
};

/* Row `bytes` of table super: the byte environment that is written. */
struct vt_open_env {
	uint32_t env;
	vt_time begun;  /* its year is the one in which it is sealed */
	uint64_t first; /* sequence */
};
VT_NODISCARD int vt_open_env_get(
    struct vt_txn *t, struct vt_open_env *ret, struct vt_err *reterr);
/* Before n chunks more are written, on the byte thread: seals the environment
 * if it is time, and the next one begins (roll.c). */
VT_NODISCARD int vt_byter_roll(
    struct vt_store *s, size_t n, struct vt_err *reterr);
/* At open: which environment is written, and what is in it. */
VT_NODISCARD int vt_byter_look(
    struct vt_store *s, struct vt_txn *records, struct vt_err *reterr);

/* Group commit of keys and bytes; fills env and seq. Any thread. */
VT_NODISCARD int vt_byter_write(struct vt_store *s, struct vt_chunk_in *chunk,
    size_t n, uint64_t *ret_first, struct vt_err *reterr);
/* The piece that began at first is mapped (a failed one never settles: the
 * next open sweeps it). */
void vt_byter_settle(struct vt_store *s, uint64_t first);
/* Every sequence up to this one is mapped or removed. */
uint64_t vt_byter_settled(struct vt_store *s);
VT_NODISCARD int vt_byter_start(struct vt_store *s, struct vt_err *reterr);
void vt_byter_stop(struct vt_store *s);
/* Removes bytes of rows in table unmapped; at most max. */
VT_NODISCARD int vt_bytes_collect(
    struct vt_store *s, size_t max, size_t *ret_n, struct vt_err *reterr);
/* At open: what a crash left behind. */
VT_NODISCARD int vt_bytes_recover(struct vt_store *s, struct vt_err *reterr);

/* ---- what nothing names any more (collect.c) ---- */

VT_NODISCARD int vt_blob_ref(
    struct vt_batch *b, const vt_hash *blob, struct vt_err *reterr);
VT_NODISCARD int vt_blob_unref(
    struct vt_batch *b, const vt_hash *blob, struct vt_err *reterr);
/* Drops the uploads of an agency that hold one of these contents. */
VT_NODISCARD int vt_uploads_of(struct vt_batch *b, uint32_t agency_no,
    const vt_hash *blob, size_t n, struct vt_err *reterr);
/* An upload of an agency goes, inside a batch: VT_E_NOT_FOUND. */
VT_NODISCARD int vt_upload_remove(struct vt_batch *b, uint32_t agency_no,
    const vt_id *id, struct vt_err *reterr);
VT_NODISCARD int vt_garbage_collect(struct vt_store *s, struct vt_err *reterr);
/* At open: uploads whose process died before their end. */
VT_NODISCARD int vt_uploads_forget(struct vt_store *s, struct vt_err *reterr);

/* ---- the writer (writer.c) ---- */

/* Row "counters" of table super. */
struct vt_counters {
	vt_time time;       /* of the last commit */
	uint32_t agencies;  /* highest agency_no */
	uint64_t work;      /* highest work no */
	uint64_t manifests; /* highest manifest no */
	uint64_t settled;   /* vt_byter_settled */
	uint64_t revisions; /* highest given to an entry or state */
};

/* An agency that the running batch touches. */
struct vt_live {
	struct vt_live *next;
	struct vt_agency_state st;
	uint64_t before; /* st.acts at the start of the batch */
	bool changed;
	vt_id id;
	char origin[VT_ORIGIN_MAX + 1];
	uint32_t epoch; /* of its ledger, which begins behind so many acts */
	uint64_t begin;
	uint8_t log_key[VT_LOG_KEY_SIZE];
	vt_hash root;             /* at the end of the batch */
	struct vt_buf checkpoint; /* signed after the commit */
};

struct vt_act_op;

struct vt_batch {
	struct vt_store *store;
	struct vt_txn *txn;
	struct vt_arena *arena; /* of the running operation */
	vt_time time;           /* of all acts of the batch */
	vt_time clock;          /* as it was when the batch began */
	vt_time work_time;      /* by which work is due: vt_work_now */
	bool clock_back;        /* the clock stepped back > 1 h */
	bool dirty;             /* the running operation has written */
	bool wrote;             /* any has */
	struct vt_counters count;
	struct vt_live *live;
	struct vt_act_op *acts, **acts_tail; /* applied, for finish_batch */
};

VT_NODISCARD int vt_batch_put(struct vt_batch *b, enum vt_table t,
    const struct vt_key *k, const struct vt_buf *value, struct vt_err *reterr);
VT_NODISCARD int vt_batch_del(struct vt_batch *b, enum vt_table t,
    const struct vt_key *k, struct vt_err *reterr);
/* The agency with its counters; VT_E_AGENCY_UNKNOWN. */
VT_NODISCARD int vt_batch_agency(struct vt_batch *b, uint32_t no,
    struct vt_live **ret, struct vt_err *reterr);
/* For an agency made in this batch. */
VT_NODISCARD int vt_batch_new_agency(struct vt_batch *b,
    const struct vt_agency *a, struct vt_live **ret, struct vt_err *reterr);

struct vt_writer {
	struct vt_queue queue;
	pthread_t thread;
	bool running;
	struct vt_live *unsaved; /* checkpoints signed, not yet stored */
	pthread_mutex_t lock;    /* unsaved and the figures below */
	uint64_t batches, acts;
	vt_time last;      /* time of the last commit */
	vt_time work_at;   /* what vt_work_now said last, and when */
	int64_t work_mono;
	bool clock_behind; /* reported; the writer's own */
};

/*
 * Who waits for events (watch.c): a round a bucket of agencies, raised by each
 * commit that concerns one of them. The first is for any commit.
 */
#define VT_WATCH_BUCKETS 64
struct vt_watch {
	pthread_mutex_t lock;
	pthread_cond_t cond[1 + VT_WATCH_BUCKETS];
	uint64_t round[1 + VT_WATCH_BUCKETS];
	bool ready, ended;
};
VT_NODISCARD int vt_watch_init(struct vt_watch *w, struct vt_err *reterr);
void vt_watch_fini(struct vt_watch *w);
/* After a commit, on the writer's thread: what the batch touched. */
void vt_watch_tell(struct vt_watch *w, const struct vt_live *live);
/* After a commit of which nobody knows whether it came. */
void vt_watch_tell_all(struct vt_watch *w);

/* Takes expired states away, at most max; inside a batch (states.c). */
VT_NODISCARD int vt_states_sweep(
    struct vt_batch *b, size_t max, size_t *ret_removed, struct vt_err *reterr);
/* Answers kept for repeats that name a paper; through the writer. */
VT_NODISCARD int vt_states_forget(
    struct vt_store *s, const vt_id *paper, struct vt_err *reterr);
/* The row of table fleeting, if it is there. */
VT_NODISCARD int vt_states_drop(
    struct vt_batch *b, const struct vt_key *k, struct vt_err *reterr);

/* A signed checkpoint that is not on disk yet; false if there is none. */
bool vt_writer_unsaved(
    struct vt_store *s, uint32_t agency_no, uint64_t size, struct vt_buf *ret);
VT_NODISCARD int vt_writer_start(struct vt_store *s, struct vt_err *reterr);
void vt_writer_stop(struct vt_store *s);

/* ---- acts (prepare.c, apply.c, decide.c, keep.c, evolve.c, acts.c) ---- */

/* What a book sums up to. */
struct vt_book_sum {
	uint64_t count, first, last, cancelled, open;
	vt_hash hash;
};
struct vt_book_prep {
	struct vt_book_sum sum;
	uint64_t acts_seen; /* acts of the agency when it was summed up */
};

/* A step made ready on any thread: cleaned text, checked forms, ids. */
struct vt_prep {
	struct vt_srec r;            /* apply completes a copy of it */
	const struct vt_file *files; /* one for each r.files, or r's version */
	size_t n_files;
	bool extends; /* version: the bytes begin with expect's */
	bool whole;   /* submit, approve, return, issue */
	struct vt_agency agency;
	struct vt_person person;
	struct vt_series series;
	struct vt_consignment consign; /* consign, consign_read */
	struct vt_book_prep book;      /* book_close */
	bool again;                    /* consign_read */
	struct vt_erase *erase;        /* destroy */
	uint64_t lease;                /* work_done, letter */
	char why[200];                 /* letter */
};

struct vt_act_op {
	struct vt_op op;
	struct vt_act_op *next_act; /* of the batch */
	struct vt_store *store;
	const struct vt_act *act;
	/* prepared */
	struct vt_arena *arena;
	vt_id act_id;
	vt_id paper_id; /* of a paper to be made */
	vt_hash key;    /* SHA-256 of the idempotency key, zero: none */
	uint8_t salt[16], record_salt[16];
	struct vt_prep *prep;
	bool new_log_key; /* made for the agency to be */
	/* applied; every run starts afresh */
	uint32_t agency_no;
	uint64_t index;
	bool repeated;
	struct vt_buf facts;       /* CBOR, bound by the leaf */
	struct vt_buf body;        /* of the receipt, after finish_batch */
	struct vt_act_result hint; /* what a refusal tells */
	/* caller's */
	vt_act_done *done;
	void *arg;
};

VT_NODISCARD int vt_act_prepare(struct vt_store *s, const struct vt_act *act,
    struct vt_act_op *ret, struct vt_err *reterr);
void vt_act_unprepare(struct vt_act_op *a);
int vt_act_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr);

/* An act while it is applied. */
struct vt_apply {
	struct vt_batch *b;
	struct vt_act_op *op;
	struct vt_arena *arena;
	struct vt_live *live;      /* NULL while an agency is made */
	struct vt_agency_state st; /* counters as the act leaves them */
	uint64_t work;             /* highest work no as the act leaves it */
	uint64_t revisions;        /* the same of revisions */
	uint32_t agencies;
	struct vt_paper *paper; /* NULL: none */
	struct vt_arec rec;
	bool repeat; /* found to be a repeat */
	uint64_t repeat_index;
	uint64_t repeat_consign; /* seq of the consignment that came again */
};

/*
 * Row of table idem: which act a key leads to. again: zero, or a MAC of the
 * row, when the act had another key and was found by its consignment or
 * delivery; no record holds that key.
 */
struct vt_idem {
	vt_hash request;
	uint32_t agency_no;
	uint64_t index;
	vt_hash again;
};
void vt_idem_encode(const struct vt_idem *x, struct vt_buf *ret);
VT_NODISCARD int vt_idem_decode(
    struct vt_span v, struct vt_idem *ret, struct vt_err *reterr);
VT_NODISCARD int vt_idem_again(const struct vt_store *s, const struct vt_key *k,
    const struct vt_idem *x, vt_hash *ret, struct vt_err *reterr);

/* Checks step i and completes x->rec.steps[i]; writes nothing. */
int vt_step_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Writes the rows of step i. */
int vt_step_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* The current main file must be the one meant, and so on: the refusal that a
 * paper is at another step (decide.c). */
int vt_out_of_order(
    const struct vt_paper *p, const char *what, struct vt_err *reterr);
/* The main file meant must be the current one: VT_E_CONFLICT. */
int vt_main_current(
    struct vt_apply *x, const vt_hash *main, struct vt_err *reterr);
/* An upload of this agency with the content the act states. */
int vt_find_upload(struct vt_apply *x, const struct vt_file *f,
    uint64_t *ret_size, struct vt_err *reterr);
/* The act takes an upload over: its reference becomes the record's. */
int vt_consume(
    struct vt_apply *x, const struct vt_file *f, struct vt_err *reterr);
/* One row in table id. */
int vt_put_object(struct vt_apply *x, const vt_id *id, enum vt_object kind,
    uint64_t seq, struct vt_err *reterr);
/* Is the step one of those that change the paper they are on? */
bool vt_step_is_of_paper(enum vt_step_kind k);
/* Do the steps leave the paper's row alone, though they are about it? */
bool vt_arec_leaves_paper(const struct vt_arec *rec);
/* The subject of a step's event besides the paper. */
vt_id vt_step_subject(const struct vt_srec *r);

/* Incoming papers and handling (handle.c), recall (recall.c), deliveries
 * (status.c), consignments (consign.c), entries (entry.c). */
int vt_handle_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Checks and withdrawals of drafts (agree.c); opinions, deadlines, orders,
 * freezing (course.c). */
int vt_agree_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_extend_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_freeze_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_cancel_decide(
    const struct vt_paper *p, const char *what, struct vt_err *reterr);
/* Secrecy (secrecy.c). */
int vt_isolated_gate(
    const struct vt_paper *p, enum vt_step_kind k, struct vt_err *reterr);
int vt_secrecy_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_secret_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_secret_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Before any step on a paper, those on its deliveries, too: VT_E_FROZEN,
 * VT_E_ISOLATED. */
int vt_gate_decide(
    const struct vt_paper *p, enum vt_step_kind k, struct vt_err *reterr);
int vt_recall_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_recall_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Links and copies (link.c), all files of a paper (manifest.c). */
int vt_link_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr);
int vt_link_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_link_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_link_evolve(struct vt_paper *p, const struct vt_srec *r,
    struct vt_arena *a, struct vt_err *reterr);
int vt_manifest_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Readings and counts (use.c). */
bool vt_step_is_use(enum vt_step_kind k);
/* Nothing but these: the act stands in table read, not in the history. */
bool vt_arec_is_use(const struct vt_arec *rec);
int vt_prep_use(
    const struct vt_step *st, struct vt_srec *r, struct vt_err *reterr);
int vt_use_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_use_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
struct vt_key vt_key_use(
    uint32_t agency_no, uint32_t month, uint64_t paper, enum vt_use use);
/* How many uses the step is, and in which month. */
uint64_t vt_use_of_step(
    const struct vt_srec *r, vt_time time, uint32_t *ret_month);
/* Text of pages (pagetext.c). */
int vt_pagetext_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_pagetext_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_pagetext_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
void vt_pagetext_of(const struct vt_srec *r, vt_time time, uint64_t index,
    struct vt_pagetext *ret);
void vt_pagetext_encode(const struct vt_pagetext *x, struct vt_buf *ret);
VT_NODISCARD int vt_pagetext_decode(struct vt_span v, struct vt_arena *a,
    struct vt_pagetext *ret, struct vt_err *reterr);
struct vt_key vt_key_pagetext(
    uint32_t agency_no, uint64_t paper, uint16_t part);
/* Each row of a paper, by part; f may keep no pointer of it. */
typedef int vt_pagetext_fn(
    void *arg, const struct vt_pagetext *x, struct vt_err *reterr);
int vt_row_pagetexts(struct vt_txn *t, uint32_t agency_no, uint64_t paper,
    vt_pagetext_fn *f, void *arg, struct vt_err *reterr);
/* Of steps that bring files: the work item that reads them is numbered, and
 * written; the text of other pages goes. */
/* Appends at most max bytes of a text; none when it is gone. */
int vt_pagetext_bytes(struct vt_store *s, const struct vt_pagetext *x,
    size_t max, struct vt_buf *ret, struct vt_err *reterr);
bool vt_pagetext_ends(const struct vt_srec *r);
void vt_pagetext_later(struct vt_apply *x, struct vt_srec *r);
int vt_pagetext_files(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr);
int vt_pagetext_destroy(
    struct vt_batch *b, const struct vt_paper *p, struct vt_err *reterr);
/* One upload twice in an act: VT_E_INVALID (decide.c). */
int vt_uploads_differ(struct vt_apply *x, struct vt_err *reterr);
/* Paper originals and e-versions (join.c). */
int vt_join_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr);
int vt_join_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Addressees and ways (way.c). */
int vt_way_prepare(struct vt_act_op *a, const struct vt_recipient *to,
    const struct vt_way *in, struct vt_way *ret, struct vt_err *reterr);
int vt_uploads_differ(struct vt_apply *x, struct vt_err *reterr);
/* Renditions (rendition.c). */
int vt_rendition_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_rendition_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_rendition_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Calls f for the content of each; f returns VT_OK to go on. */
VT_NODISCARD int vt_rendition_each(struct vt_txn *t, uint32_t agency_no,
    uint64_t paper,
    int (*f)(void *arg, const vt_hash *blob, struct vt_err *reterr), void *arg,
    struct vt_err *reterr);
int vt_handed_prepare(struct vt_act_op *a, const struct vt_step *st,
    struct vt_srec *r, struct vt_err *reterr);
int vt_handed_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
void vt_handed_evolve(struct vt_delivery *d, const struct vt_srec *r);
struct vt_evolve;
bool vt_join_evolve(
    struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e);
int vt_status_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_status_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_consign_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_consign_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* A consignment that a step names is one of the act's agency; zero: none. */
int vt_consign_ours(struct vt_apply *x, const vt_id *id, struct vt_err *reterr);
/* After find_repeat or a decision said so: one more arrival. */
int vt_consign_repeat(struct vt_apply *x, struct vt_err *reterr);
/* The order to destroy a paper, and that it was done (destroy.c). */
struct vt_erase {           /* what was found before the writer's transaction */
	uint64_t *consigns; /* of the paper: their seq, ascending */
	size_t n_consigns;
	uint64_t *acts; /* those about them: their index */
	size_t n_acts;
	uint64_t until; /* acts of the agency that were looked at */
};
/* Looks at a paper before its order; *ret in the arena. */
int vt_erase_look(struct vt_store *s, const vt_id *paper, struct vt_arena *a,
    struct vt_erase **ret, struct vt_err *reterr);
/* Files and consigns of *ret, in the arena. VT_E_CONFLICT when a consignment
 * was read again since. */
int vt_erase_survey(struct vt_txn *t, const struct vt_paper *p,
    const struct vt_erase *e, struct vt_arena *a, struct vt_destroyed *ret,
    struct vt_err *reterr);
int vt_prep_destroy(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
/* Nothing more is done to a paper that was destroyed: VT_E_DESTROYED. */
int vt_destroy_guard(
    struct vt_apply *x, enum vt_step_kind kind, struct vt_err *reterr);
int vt_destroy_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_destroy_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_entry_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_entry_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
struct vt_key vt_key_entry(
    uint32_t agency_no, enum vt_entry_kind kind, struct vt_span key);
/* agency ‖ seq ‖ no: logs. */
struct vt_key vt_key_log(uint32_t agency_no, uint64_t seq, uint32_t no);
/* The rows of one log after a number. */
struct vt_scan vt_scan_log(struct vt_txn *t, enum vt_table table,
    const struct vt_ref *of, uint32_t after);
struct vt_key vt_key_external(
    uint32_t agency_no, enum vt_transport_kind transport, const char *external);
/* Without the seq at the end: of a sender's document. */
struct vt_key vt_key_document(
    uint32_t agency_no, const char *from, const char *document);
/* May the paper of this consignment stand for its document? Such ones have a
 * row by it. */
bool vt_consign_may_stand(const struct vt_consignment *c);
/* Keys of the rows that a step adds to table paper_link: how many. */
size_t vt_step_links(const struct vt_srec *r, uint32_t agency_no,
    uint64_t paper, struct vt_key ret[static 2]);
/* A delivery of this agency and of the act's paper. */
int vt_delivery_of_act(struct vt_apply *x, const vt_id *id,
    struct vt_delivery *ret, struct vt_err *reterr);
int vt_put_delivery(
    struct vt_apply *x, const struct vt_delivery *d, struct vt_err *reterr);
/* The log row of a status or a take back; no = d->log after it. */
void vt_status_row(const struct vt_srec *r, vt_time time, uint64_t index,
    struct vt_delivery_status *ret);

/* Preparing (prepare.c): text cleaned into the arena, files, certificates. */
int vt_prep_invalid(struct vt_err *reterr, const char *why);
int vt_prep_text(struct vt_act_op *a, const char **s, size_t max,
    const char *what, struct vt_err *reterr);
int vt_prep_need(const char *s, const char *what, struct vt_err *reterr);
int vt_prep_file(struct vt_act_op *a, const struct vt_file *f,
    struct vt_srec_file *ret, struct vt_err *reterr);
/* Steps of handling, recall and exchange; entries (prepare_exchange.c). */
int vt_prep_exchange(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
/* Steps of agree.c and course.c (prepare_course.c). */
int vt_prep_course(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_prep_secret(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
/* YYYY-MM-DD, or nothing. */
int vt_prep_date(struct vt_act_op *a, const char **s, const char *what,
    struct vt_err *reterr);
/* Two changes of one entry, or of one delivery, in the steps of an act. */
int vt_prep_rows_differ(const struct vt_act_op *a, struct vt_err *reterr);

/* The same for steps of the house and of work (house.c, work.c). */
/* The row after the step into r->blob. */
int vt_agency_record(struct vt_apply *x, struct vt_srec *r,
    struct vt_agency *a, struct vt_err *reterr);
int vt_house_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_house_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_work_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_work_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* VT_STEP_LETTER (letter.c). */
VT_NODISCARD int vt_letter_prepare(
    const struct vt_step *st, struct vt_prep *p, struct vt_err *reterr);
VT_NODISCARD int vt_letter_decide(
    struct vt_apply *x, size_t i, struct vt_err *reterr);
VT_NODISCARD int vt_letter_keep(
    struct vt_apply *x, size_t i, struct vt_err *reterr);
/* The row of an item, its payload borrowed; VT_E_NOT_FOUND: done. */
VT_NODISCARD int vt_work_row(struct vt_txn *t, uint64_t no, struct vt_work *ret,
    struct vt_err *reterr);
/* The item under another hour, as w says; was: where it stood in the index.
 * w may be borrowed from the transaction. */
VT_NODISCARD int vt_work_move(struct vt_batch *b, const struct vt_work *was,
    const struct vt_work *w, struct vt_err *reterr);
/* vt_work_now, which is not before `least` from now on (clock.c). */
vt_time vt_work_clock(struct vt_store *s, vt_time least);
/* A new work item of the act, with this number. */
int vt_work_put_new(struct vt_apply *x, uint64_t no,
    const struct vt_work_new *n, struct vt_err *reterr);
/* The same outside an act, of work that nobody waits for. */
int vt_work_put_backfill(struct vt_batch *b, uint32_t agency_no, uint64_t no,
    const struct vt_work_new *n, struct vt_err *reterr);
int vt_work_remove(struct vt_batch *b, uint64_t no, struct vt_err *reterr);
/* An item that waits is due now; w may be borrowed from the transaction. */
int vt_work_make_due(
    struct vt_batch *b, struct vt_work *w, struct vt_err *reterr);
/* A new item stands behind those before it (turn.c): w->due is VT_WORK_TURN
 * then. */
int vt_turn_enter(struct vt_batch *b, struct vt_work *w, struct vt_err *reterr);
/* It stands there no more, if it did: the next is due now. */
int vt_turn_leave(
    struct vt_batch *b, const struct vt_work *w, struct vt_err *reterr);
/* Does it stand there, as the first? */
int vt_turn_check(struct vt_txn *t, const struct vt_work *w, bool *ret_stands,
    bool *ret_first, struct vt_err *reterr);
/* An item that is held: due then once it is given back. */
int vt_work_note_hurry(
    struct vt_batch *b, struct vt_work *w, vt_time due, struct vt_err *reterr);
/* Is there such an item? 0: no. */
int vt_work_exists(
    struct vt_txn *t, uint64_t no, bool *ret, struct vt_err *reterr);
/* ---- numbers: registers.c, series.c, held.c, book.c ---- */

/* A place in table number, and the row that was found there. */
struct vt_register_at {
	uint32_t agency_no, series, period;
	uint64_t value;
	struct vt_span row;
};
/* The number a series gives next, or takes; fills value and period. */
int vt_number_decide(
    struct vt_apply *x, struct vt_srec *r, bool arrival, struct vt_err *reterr);
/* The clock stands for it, and the series is there. */
int vt_number_may(struct vt_apply *x, const char *key, uint32_t *ret_no,
    struct vt_series *ret, struct vt_err *reterr);
/* The next n of r->period; r->value is the first. */
int vt_number_next(struct vt_apply *x, struct vt_srec *r, uint32_t no,
    uint64_t n, struct vt_err *reterr);
int vt_register_row_of(struct vt_txn *t, const struct vt_register_at *at,
    struct vt_arena *a, struct vt_register_row *ret, struct vt_err *reterr);

/* Steps TERM to BOOK_CLOSE (series.c). */
bool vt_step_is_of_numbers(enum vt_step_kind k);
int vt_numbers_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_numbers_keep(struct vt_apply *x, size_t i, struct vt_err *reterr);
/* Does the step give, hold, take or end a number of the series? */
bool vt_step_numbers(const struct vt_srec *r, const char *series);
/* The series whose terms s has: itself, or another one. */
int vt_row_terms(struct vt_txn *t, uint32_t agency_no,
    const struct vt_series *s, struct vt_arena *a, struct vt_series *ret,
    struct vt_err *reterr);
/* VT_E_OUT_OF_ORDER: no term is in force at that time. */
int vt_row_period(struct vt_txn *t, uint32_t agency_no,
    const struct vt_series *s, vt_time at, struct vt_arena *a, uint32_t *ret,
    struct vt_err *reterr);

struct vt_evolve;
struct vt_key vt_key_held(const struct vt_register_at *at);
/* VT_E_NOT_FOUND: no such number was held. */
int vt_row_held(struct vt_txn *t, const struct vt_register_at *at,
    struct vt_arena *a, struct vt_hold *ret, struct vt_err *reterr);
void vt_hold_begin(const struct vt_srec *r, const struct vt_evolve *e,
    uint64_t value, struct vt_hold *ret);
void vt_hold_end(
    struct vt_hold *h, const struct vt_srec *r, const struct vt_evolve *e);
int vt_hold_decide(
    struct vt_apply *x, struct vt_srec *r, struct vt_err *reterr);
int vt_hold_keep(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr);
/* A paper takes a held number: may it, and then its row. */
int vt_hold_take(struct vt_apply *x, struct vt_srec *r, uint32_t no,
    const struct vt_series *s, struct vt_err *reterr);
int vt_hold_used(struct vt_apply *x, const struct vt_srec *r, uint32_t no,
    struct vt_err *reterr);

/* VT_E_OUT_OF_ORDER for a closed one. */
int vt_book_open_for(struct vt_apply *x, uint32_t series, const char *key,
    uint32_t period, struct vt_err *reterr);
/* Of a closed book; VT_E_NOT_FOUND, without a message, of another. */
int vt_row_book(struct vt_txn *t, const struct vt_register_at *at,
    struct vt_arena *a, struct vt_book_row *ret, struct vt_err *reterr);
int vt_book_sum(struct vt_txn *t, const struct vt_register_at *book,
    const char *key, struct vt_book_sum *ret, struct vt_err *reterr);
int vt_book_prepare(
    struct vt_act_op *a, struct vt_prep *p, struct vt_err *reterr);
int vt_book_decide(struct vt_apply *x, size_t i, struct vt_err *reterr);
int vt_book_keep(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr);
void vt_book_of(const struct vt_srec *r, const struct vt_evolve *e,
    struct vt_book_row *ret);
/* Preparing them (prepare_numbers.c). */
int vt_prep_numbers(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
int vt_prep_series(struct vt_act_op *a, const struct vt_step *st,
    struct vt_prep *p, struct vt_err *reterr);
/* Two steps on one series, where that is about its rows. */
bool vt_prep_series_meet(const struct vt_prep *x, const struct vt_prep *y);

/* The agency that has or had a code; 0: none. */
int vt_code_owner(struct vt_apply *x, const char *code, uint64_t *ret_no,
    struct vt_err *reterr);
/* Nobody twice: VT_E_INVALID inside the step, VT_E_EXISTS against earlier
 * deliveries of the paper. */
int vt_addressees_decide(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr);
int vt_number_keep(
    struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr);

/* Everything a step does to the paper itself, or to a delivery; pure, used
 * again by check. */
struct vt_evolve {
	vt_id paper;
	vt_id person;
	uint32_t post; /* in which he acts, 0 */
	vt_time time;
	uint64_t index;
	struct vt_arena *arena;
};
/* Its parts by noun: a check of a draft (agree.c); what course.c decides,
 * false when the step is none of it; no ask for another deadline any more. */
int vt_check_evolve(struct vt_paper *p, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr);
bool vt_course_evolve(
    struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e);
bool vt_secrecy_evolve(
    struct vt_paper *p, const struct vt_srec *r, const struct vt_evolve *e);
void vt_extend_clear(struct vt_paper *p);
struct vt_evolve vt_evolve_of(const struct vt_apply *x);
int vt_paper_evolve(struct vt_paper *p, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr);
int vt_destroy_evolve(struct vt_paper *p, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr);
/* Takes the words out of an act of a paper whose words were destroyed, and out
 * of the consignments named; the same again changes nothing more. row: the act
 * as it is stored. */
int vt_arec_redact(struct vt_arec *rec, struct vt_span row,
    const uint64_t *consigns, size_t n_consigns, struct vt_arena *a,
    struct vt_err *reterr);
void vt_consign_redact(struct vt_consignment *c);

/* Row of table destroyed; files and consigns in the arena. */
struct vt_destroyed_row {
	struct vt_destroyed d; /* but for agency_no, agency, seq: of its key */
	uint64_t work;
};
/* Takes the bytes of p away from every record, and its words if the row says
 * so, and writes the row. */
int vt_erase_apply(struct vt_batch *b, const struct vt_paper *p,
    const struct vt_destroyed_row *row, const struct vt_erase *e,
    struct vt_err *reterr);
/* The step that a replayed row stands for, and when. */
void vt_destroyed_step(const struct vt_destroyed_row *row,
    struct vt_srec *ret_step, struct vt_evolve *ret_e);
/* What was found, as the order's step keeps it. */
void vt_destroyed_list_encode(const struct vt_destroyed *d, struct vt_buf *ret);
void vt_destroyed_encode(const struct vt_destroyed_row *x, struct vt_buf *ret);
VT_NODISCARD int vt_destroyed_decode(struct vt_span v, struct vt_arena *a,
    struct vt_destroyed_row *ret, struct vt_err *reterr);
/* VT_E_NOT_FOUND without a message: it was not destroyed. */
VT_NODISCARD int vt_row_destroyed(struct vt_txn *t, uint32_t agency_no,
    uint64_t seq, struct vt_arena *a, struct vt_destroyed_row *ret,
    struct vt_err *reterr);
/* What an order left: the row as it is until it is erased. */
int vt_destroyed_of(const struct vt_arec *rec, const struct vt_srec *r,
    uint64_t index, struct vt_arena *a, struct vt_destroyed_row *ret,
    struct vt_err *reterr);

/* Once an act, after its steps. */
void vt_paper_touch(struct vt_paper *p, const struct vt_evolve *e);
/* Versions a step makes; at most max are stored, all are counted. */
size_t vt_step_versions(const struct vt_srec *r, const struct vt_evolve *e,
    struct vt_version *ret, size_t max);

void vt_delivery_begin(struct vt_delivery *d, const struct vt_srec *dispatch,
    size_t i, const vt_id *paper, vt_time time);
void vt_delivery_evolve(
    struct vt_delivery *d, const struct vt_srec *r, vt_time time);
/* May a DELIVERED step come now? Forward only. */
bool vt_delivery_may(const struct vt_delivery *d, const struct vt_srec *r);

/* True when the bytes of blob begin with those of prefix and go on. */
VT_NODISCARD int vt_blob_extends(struct vt_store *s, const vt_hash *prefix,
    const vt_hash *blob, bool *ret, struct vt_err *reterr);

/* The answer to an act as the store holds it. */
VT_NODISCARD int vt_result_load(struct vt_store *s, struct vt_txn *t,
    uint32_t agency_no, uint64_t index, struct vt_act_result *ret,
    struct vt_err *reterr);

/* ---- receipts (receipts.c) ---- */

/* Ledger nodes of an epoch of an agency in a transaction; batch NULL: for
 * reading. */
struct vt_ledger_tx {
	struct vt_txn *txn;
	uint32_t agency_no;
	struct vt_batch *batch;
	uint32_t epoch;
};
struct vt_ledger_io vt_ledger_on(struct vt_ledger_tx *t);
struct vt_key vt_key_node(
    uint32_t agency_no, uint32_t epoch, unsigned int level, uint64_t index);
void vt_facts_encode(const struct vt_receipt *x, struct vt_buf *ret);
/* A checkpoint that was verified: many receipts have the same. *owned*: its
 * note, by vt_buf_free. */
struct vt_verified {
	struct vt_buf note; /* empty: none yet */
	uint8_t key[VT_LOG_KEY_SIZE];
	struct vt_checkpoint checkpoint;
};
/* As vt_receipt_verify; the signature is verified unless the note is, byte for
 * byte, the one of before. */
VT_NODISCARD int vt_receipt_verify_next(struct vt_span bytes,
    const uint8_t log_key[32], struct vt_verified *known,
    struct vt_receipt *ret, struct vt_err *reterr);
VT_NODISCARD int vt_facts_decode(
    struct vt_span facts, struct vt_receipt *r, struct vt_err *reterr);
/* What opens the leaf: of a receipt, or of a row of table receipt. Borrowed. */
VT_NODISCARD int vt_receipt_opening(struct vt_span receipt,
    struct vt_span *ret_salt, struct vt_span *ret_facts, struct vt_err *reterr);
VT_NODISCARD int vt_receipt_body_opening(struct vt_span body,
    struct vt_span *ret_salt, struct vt_span *ret_facts, struct vt_err *reterr);
void vt_leaf_encode(
    const uint8_t salt[static 16], struct vt_span facts, struct vt_buf *ret);
struct vt_receipt_open { /* what the body needs besides the facts */
	const uint8_t *salt;
	struct vt_span facts;
	uint64_t index, size;
	const vt_hash *root;
	const struct vt_ledger_proof *proof;
	const uint8_t *log_key;
};
void vt_receipt_body(const struct vt_receipt_open *o, struct vt_buf *ret);
void vt_receipt_join(
    struct vt_span body, struct vt_span checkpoint, struct vt_buf *ret);
/* The receipt of an act in a transaction; signs again when the signature was
 * not stored yet. */
VT_NODISCARD int vt_receipt_read(struct vt_store *s, struct vt_txn *t,
    uint32_t agency_no, uint64_t index, struct vt_buf *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_checkpoint_at(struct vt_store *s, struct vt_txn *t,
    uint32_t agency_no, uint64_t size, struct vt_buf *ret,
    struct vt_err *reterr);
/* Acts of an agency; of its checkpoint of so many (docstore/epoch.h). */
VT_NODISCARD int vt_ledger_size(
    struct vt_txn *t, uint32_t agency_no, uint64_t *ret, struct vt_err *reterr);

/* ---- log keys (logkey.c) ---- */

struct vt_log_key {
	struct vt_log_key *next;
	vt_id agency;
	struct vt_secret *seed;
	uint8_t pub[VT_LOG_KEY_SIZE];
};
/* A name for a ledger: <store domain>/log/<random>. */
VT_NODISCARD int vt_origin_new(
    struct vt_store *s, struct vt_buf *ret, struct vt_err *reterr);
/* Makes and saves the key of an agency to be. */
VT_NODISCARD int vt_log_key_create(
    struct vt_store *s, const vt_id *agency, struct vt_err *reterr);
/* Removes it again when the act was refused. */
void vt_log_key_drop(struct vt_store *s, const vt_id *agency);
/* Borrowed from the store. VT_E_NO_INPUT when the file is missing. */
VT_NODISCARD int vt_log_key_get(struct vt_store *s, const vt_id *agency,
    const struct vt_log_key **ret, struct vt_err *reterr);

/* ---- rows used by several verbs ---- */

VT_NODISCARD int vt_row_agency(struct vt_txn *t, uint32_t no,
    struct vt_arena *a, struct vt_agency *ret, struct vt_err *reterr);
VT_NODISCARD int vt_row_ref(struct vt_txn *t, const vt_id *id,
    enum vt_object kind, struct vt_ref *ret, struct vt_err *reterr);
VT_NODISCARD int vt_row_paper(struct vt_txn *t, uint32_t agency_no,
    uint64_t seq, struct vt_arena *a, struct vt_paper *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_row_person(struct vt_txn *t, uint32_t agency_no,
    uint64_t seq, struct vt_arena *a, struct vt_person *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_row_delivery(struct vt_txn *t, uint32_t agency_no,
    uint64_t seq, struct vt_arena *a, struct vt_delivery *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_row_consign(struct vt_txn *t, uint32_t agency_no,
    uint64_t seq, struct vt_arena *a, struct vt_consignment *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_row_act(struct vt_txn *t, uint32_t agency_no,
    uint64_t index, struct vt_arena *a, struct vt_arec *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_row_state(struct vt_txn *t, uint32_t agency_no,
    struct vt_agency_state *ret, struct vt_err *reterr);
/* Series by key: its number inside the agency. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_row_series(struct vt_txn *t, uint32_t agency_no,
    const char *key, struct vt_arena *a, uint32_t *ret_no,
    struct vt_series *ret, struct vt_err *reterr);
/* Highest number of a series in a period, 0 if none. */
VT_NODISCARD int vt_row_last_number(struct vt_txn *t, uint32_t agency_no,
    uint32_t series, uint32_t period, uint64_t *ret, struct vt_err *reterr);
VT_NODISCARD int vt_row_counters(
    struct vt_txn *t, struct vt_counters *ret, struct vt_err *reterr);
void vt_counters_encode(const struct vt_counters *x, struct vt_buf *ret);
struct vt_key vt_key_text(const char *s);
struct vt_key vt_key_number(
    uint32_t agency_no, uint32_t series, uint32_t period, uint64_t value);
struct vt_key vt_key_version(
    uint32_t agency_no, uint64_t paper, uint16_t part, uint32_t no);
/* What is due of a kind and priority begins so. */
struct vt_key vt_key_due_of(enum vt_work_kind kind, enum vt_work_priority p);
struct vt_key vt_key_due(const struct vt_work *w);
struct vt_key vt_key_work(uint64_t no);
/* Three-part key: agency ‖ paper ‖ seq. */
struct vt_key vt_key_of_paper(uint32_t agency_no, uint64_t paper, uint64_t seq);
struct vt_key vt_key_idem(const vt_id *caller, const vt_hash *key);

/* ---- the store and views ---- */

struct vt_super {
	uint32_t format;
	uint64_t features;
	vt_id id;
	char domain[40];
	vt_time created;
	vt_hash key_check;
	char release[32]; /* that it needs, when a bit says so; "" */
};
void vt_super_encode(const struct vt_super *x, struct vt_buf *ret);
VT_NODISCARD int vt_super_get(
    struct vt_txn *t, struct vt_super *ret, struct vt_err *reterr);
VT_NODISCARD int vt_super_read(
    struct vt_engine *e, struct vt_super *ret, struct vt_err *reterr);

/* A rotation under way (row "rekey" of table super): the key that comes. */
struct vt_rekey {
	uint32_t epoch; /* 0: none */
	vt_hash key_check;
};
VT_NODISCARD int vt_rekey_get(
    struct vt_txn *t, struct vt_rekey *ret, struct vt_err *reterr);

/* The data directory's lock, and its key file (store.c). */
VT_NODISCARD int vt_store_lock(
    const char *path, bool create, int *ret, struct vt_err *reterr);
VT_NODISCARD int vt_store_key_file(const char *path,
    const struct vt_store_options *o, char *ret, size_t size,
    struct vt_err *reterr);
VT_NODISCARD int vt_store_key_load(const char *path,
    const struct vt_store_options *o, struct vt_keys *ret,
    struct vt_err *reterr);
/* FILE.new, made by a rotation that was cut off before it was named FILE: its
 * key into *ret when that is the one of the superblock. VT_E_NOT_FOUND without
 * a message. settle: names it. */
VT_NODISCARD int vt_rotated_key(const char *file, const struct vt_super *super,
    bool settle, struct vt_keys *ret, struct vt_err *reterr);

struct vt_inflight {
	struct vt_inflight *next;
	uint64_t first;
};

struct vt_store {
	uint32_t magic;
	const struct vt_context *ctx;
	struct vt_engine *engine;
	char *path;  /* NULL: in memory */
	int lock_fd; /* -1: none */
	bool read_only, read_texts, mending;
	uint64_t map_size, bytes_map, room_free;
	_Atomic int64_t room_next; /* when the room is looked at again */
	atomic_bool room_full, broken;
	struct vt_super super;
	struct vt_keys keys;
	struct vt_writer writer;
	struct vt_watch watch;
	struct {
		struct vt_queue queue;
		pthread_t thread;
		bool running;
		uint64_t next; /* sequence, only the byte thread */
		/* the byte thread's own, too: */
		struct vt_open_env open;
		uint64_t rows, rows_max; /* chunks in it, and at most */
		pthread_mutex_t lock;
		struct vt_inflight *inflight;
		uint64_t last; /* highest handed out */
	} byter;
	pthread_mutex_t log_lock;
	struct vt_log_key *log_keys;
	_Atomic bool erasing; /* vt_destroy_finish is at it */
	char *destroy_list;   /* beside the data directory; NULL: in memory */
	struct vt_indexes *indexes; /* of words; NULL: none (index.h) */
};

struct vt_view {
	uint32_t magic;
	struct vt_store *store;
	struct vt_txn *txn;
	struct vt_arena *arena;
	int64_t until; /* monotonic us */
	bool isolated; /* hands isolated papers out */
};

/* The paper of a row, for a view: VT_E_ISOLATED. */
VT_NODISCARD int vt_view_paper(struct vt_view *v, uint32_t agency_no,
    uint64_t seq, struct vt_paper *ret, struct vt_err *reterr);

/* ---- posts.c ---- */

/* What holds now of what is dated. */
void vt_agency_today(struct vt_agency *a, const struct vt_context *ctx);
void vt_person_today(struct vt_person *p, const struct vt_context *ctx);
/* Makes p the row that follows old (NULL: none) at `now`: its former names and
 * the times of its posts. VT_E_INVALID when it rewrites a post. */
VT_NODISCARD int vt_person_follow(const struct vt_person *old,
    struct vt_person *p, vt_time now, struct vt_arena *a,
    struct vt_err *reterr);

/* May who asks see this paper at all? */
bool vt_view_shows(const struct vt_view *v, const struct vt_paper *p);
/* VT_E_TIMEOUT after VIEW_US. */
VT_NODISCARD int vt_view_check(struct vt_view *v, struct vt_err *reterr);
/* The same, and where the row of an id is. */
VT_NODISCARD int vt_view_ref(struct vt_view *v, const vt_id *id,
    enum vt_object kind, struct vt_ref *ret, struct vt_err *reterr);
/* A reading transaction of records/, that ret->ops->abort ends. */
VT_NODISCARD int vt_store_read(
    struct vt_store *s, struct vt_txn **ret, struct vt_err *reterr);

/* Sets VT_E_NOMEM for an arena that could not give. */
int vt_nomem(struct vt_err *reterr);

/*
 * Memory for one row after another of a long walk: what *a held is gone when
 * it has grown large. *a NULL: the first. *owned*: vt_arena_free.
 */
VT_NODISCARD int vt_scratch(struct vt_arena **a, struct vt_err *reterr);

#endif
