/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docstore KEEPS papers. This is the one header a caller includes; it brings
 *
 *	docstore/record.h	what is stored, and how it is read back
 *	docstore/act.h		how anything is changed
 *	docstore/receipt.h	receipts, checkpoints, proofs (also offline)
 *	docstore/destroy.h	bytes destroyed by a named act
 *	docstore/work.h		events and the work that outlives a request
 *	docstore/entry.h	keyed records of the house
 *	docstore/consign.h	what came from elsewhere
 *	docstore/state.h	rows beside the ledger
 *	docstore/search.h	papers by words and numbers
 *	docstore/room.h		how much room is left
 *
 * Caveats
 * - A data directory is opened once per process and by one process at a time
 *   (lock file). Never fork with a store open.
 * - One writer thread commits everything. Callers hand it acts; any thread
 *   may do so. Uploads of different threads go side by side.
 * - A view belongs to the thread that began it, lives at most VIEW_US, and is
 *   never held across network I/O or while waiting for an act.
 * - What a function hands out as a pointer into a view is *borrowed until
 *   vt_view_end*. Bytes of papers are only ever copied.
 * - Everything returned with VT_OK by vt_upload_end, vt_store_do and the done
 *   callback of vt_store_submit is on disk (fsync) before it is returned.
 *
 * The format on disk is docs/format.md.
 */
#ifndef VT_DOCSTORE_STORE_H
#define VT_DOCSTORE_STORE_H

#include "base/source.h"
#include "docstore/act.h"
#include "docstore/consign.h"
#include "docstore/destroy.h"
#include "docstore/entry.h"
#include "docstore/receipt.h"
#include "docstore/record.h"
#include "docstore/room.h"
#include "docstore/search.h"
#include "docstore/state.h"
#include "docstore/work.h"

/* ---- the data directory ---- */

/* The parts of a store key; wiped by whoever holds it. */
struct vt_store_key {
	uint32_t epoch;   /* of wrap; 1, and one more with each rotation */
	uint8_t wrap[32]; /* wraps the data keys */
	uint8_t id[32];   /* makes chunk ids and tags; never changes */
	/* What vt_store_mac hangs on; never changes. Zero in the first epoch:
	 * the wrap key is that, too (keys of the first release). */
	uint8_t mac[32];
};

/* File in $CREDENTIALS_DIRECTORY (LoadCredential=, LoadCredentialEncrypted=)
 * with the text of a key file. */
#define VT_STORE_CREDENTIAL "vanthu.store-key"

struct vt_store_options {
	/* Where the ledgers' names begin, <= 39 characters of [a-z0-9.-], e.g.
	 * "vanthu.tinhmau.gov.vn". Only vt_store_init reads it. */
	const char *domain;
	/* Address space of one environment in bytes; 0 = 64 GiB, and for the
	 * byte environment that is written what bytes_max needs. The file grows
	 * with its content, not to this. */
	uint64_t map_size;
	/* Where the store key lies; NULL: the systemd credential
	 * VT_STORE_CREDENTIAL when the service has one, else
	 * <path>/store.key, mode 0600. */
	const char *key_file;
	/* Gives the store key instead of a file (unwrapped by a token, handed
	 * out by a service). Called once by each init and open, on the caller's
	 * thread, before anything is encrypted; never kept. The other two are
	 * then not looked at. VT_OK, or any error: it is handed on. */
	int (*unwrap)(
	    void *arg, struct vt_store_key *ret, struct vt_err *reterr);
	void *unwrap_arg;
	/* Only views and byte reads; acts and uploads answer
	 * VT_E_STORE_READ_ONLY. */
	bool read_only;
	/* Bytes of disk below which nothing is taken (docstore/room.h); 0 =
	 * ROOM_FREE_MIN. */
	uint64_t room_free;
	/* Keep everything in memory and lose it at close: the reference model
	 * that the conformance suite compares LMDB with. path may be NULL. */
	bool in_memory;
	/* The list of what was destroyed that lies beside the data directory
	 * (docstore/destroy.h); NULL = <path>.destroyed. */
	const char *destroy_list;
	/* Files that come make work items of kind VT_WORK_TEXT
	 * (docstore/pagetext.h): for who has a worker that reads them. */
	bool read_texts;
	/* For who calls vt_store_migrate: a migration that was cut off does
	 * not stand in the way of writing. */
	bool migrates;
	/* A byte environment is sealed before it has more than this many bytes,
	 * counted in whole chunks, and the next one begins; 0 = BYTES_ENV_MAX.
	 * At most 7/8 of map_size. */
	uint64_t bytes_max;
	/* Sealed byte environments may be written, too: for vt_store_repair. */
	bool mending;
};

#define VT_STORE_OPTIONS_INIT                                                  \
	{                                                                      \
		NULL, 0, NULL, NULL, NULL, false, 0, false, NULL, false,       \
		    false, 0, false                                            \
	}

/*
 * Makes a new data directory: superblock, environments, store key. The
 * directory may exist when it is empty.
 * Errors: VT_E_EXISTS (already a store, or not empty), VT_E_INVALID (domain),
 * VT_E_STORE_READ_ONLY, VT_E_STORE_FULL, VT_E_IO.
 */
VT_NODISCARD int vt_store_init(const char *path,
    const struct vt_store_options *o, const struct vt_context *ctx,
    struct vt_err *reterr);

struct vt_rotate_options {
	/* The store key of now: as in vt_store_options. */
	const char *key_file;
	int (*unwrap)(
	    void *arg, struct vt_store_key *ret, struct vt_err *reterr);
	void *unwrap_arg;
	/* The next one: a key file, made (0600) when it is not there; where
	 * the store then finds it is the caller's affair. NULL: made beside
	 * the key file of now, which it replaces at the end. */
	const char *next;
	/* A copy of the key file of now, for backups of its time, made before
	 * anything changes; needed when next is NULL. */
	const char *keep_old;
	uint64_t map_size; /* as in vt_store_options */
};
struct vt_rotate_report {
	uint32_t epoch;  /* of the key from now on */
	uint64_t keys;   /* data keys, over all */
	uint64_t before; /* of them, wrapped anew by a call that was cut off */
};

/*
 * A new wrap key for a store that nobody has open: every data key is
 * unwrapped and wrapped anew, keys/ is written anew so that no form under the
 * old key is left in it, then the superblock knows the new key alone. Chunks,
 * their ids, tags and what vt_store_mac made stay as they are. Killed at any
 * step, the store opens with the key of before, or not at all until the same
 * call has completed it (VT_E_CONFLICT says so), or with the new one.
 * Backups of before open with the key of their time alone.
 * Errors: VT_E_INVALID (no place for the next key; next is no next key),
 * VT_E_EXISTS (keep_old is another file), VT_E_STORE_LOCKED, VT_E_NO_INPUT,
 * VT_E_STORE_CORRUPT (the key of another store; a data key that does not
 * unwrap: nothing is lost, `check` names it), VT_E_STORE_FULL, VT_E_IO.
 * Cost: reads and writes keys/ once, some 2 us a chunk.
 */
VT_NODISCARD int vt_store_rotate(const char *path,
    const struct vt_rotate_options *o, const struct vt_context *ctx,
    struct vt_rotate_report *ret, struct vt_err *reterr);

/* The key after the one in a file, as a new file: for a safe, a credential or
 * a token. Errors: VT_E_EXISTS, VT_E_NO_INPUT, VT_E_STORE_FORMAT, VT_E_IO. */
VT_NODISCARD int vt_store_key_next(const char *file, const char *next,
    const struct vt_context *ctx, struct vt_err *reterr);

/*
 * Opens a data directory: checks the superblock, takes the lock, clears dead
 * readers, sweeps bytes that no upload ever named, starts the writer.
 * ctx must outlive the store. *owned*, closed by vt_store_close.
 * Errors: VT_E_NO_INPUT (no store there), VT_E_STORE_LOCKED,
 * VT_E_STORE_READ_ONLY (directory not writable and !o->read_only),
 * VT_E_STORE_FORMAT (newer format, unknown feature bits, not a store, or a
 * restore into it was cut off), VT_E_STORE_CORRUPT (store key does not belong
 * to this store), VT_E_CONFLICT (a rotation of its key was cut off:
 * vt_store_rotate again; or a migration: vt_store_migrate), VT_E_NO_INPUT
 * (store key missing), VT_E_IO, VT_E_NOMEM, what unwrap returned.
 */
VT_NODISCARD int vt_store_open(const char *path,
    const struct vt_store_options *o, const struct vt_context *ctx,
    struct vt_store **ret, struct vt_err *reterr);

/*
 * Finishes what was submitted, stops the writer, frees. NULL allowed. No view,
 * upload or reader of the store may be left.
 */
void vt_store_close(struct vt_store *s);
VT_CLEANUP_DEFINE(struct vt_store, vt_store_close)

struct vt_store_info {
	vt_id id; /* of the store, given at init */
	char domain[40];
	uint32_t format;   /* of docs/format.md */
	uint64_t features; /* feature bits of the superblock */
	vt_time created;
	uint32_t agencies;      /* how many there are */
	uint64_t blobs, chunks; /* distinct files and chunks kept */
	uint32_t bytes_envs;    /* the byte environment that is written */
	uint64_t batches, acts; /* committed since open, for the metrics */
	uint64_t clock_back_us; /* how far the clock lags the last commit */
	struct vt_room room;    /* what is left */
	bool restored;          /* it must not write: docstore/restored.h */
	/* A commit failed in a way that leaves open whether it was done: the
	 * environment takes no more. Close the store and open it again. */
	bool broken;
};

/* Safe on any thread. */
VT_NODISCARD int vt_store_info(
    struct vt_store *s, struct vt_store_info *ret, struct vt_err *reterr);

/* ---- bytes in ---- */

/*
 * An upload: bytes go in first, under an id, hashed while they stream; then
 * one act names them. An upload that no act names expires after
 * UPLOAD_EXPIRY_S. One thread at a time; different uploads side by side.
 */
struct vt_upload;

struct vt_blob {
	vt_hash hash;  /* SHA-256 of the content, its name everywhere */
	uint64_t size; /* bytes */
};

/*
 * agency_no: for whom; only acts of this agency can name the upload.
 * limit: bytes, 0 = UPLOAD_MAX (never more). *owned*: vt_upload_free.
 * Errors: VT_E_AGENCY_UNKNOWN, VT_E_STORE_READ_ONLY, VT_E_NOMEM.
 */
VT_NODISCARD int vt_upload_begin(struct vt_store *s, uint32_t agency_no,
    uint64_t limit, struct vt_upload **ret, struct vt_err *reterr);

/*
 * Adds n bytes. Memory stays within two pieces of 4 MiB, whatever the size.
 * Errors: VT_E_LIMIT (the limit is passed; the upload is spoilt),
 * VT_E_STORE_FULL, VT_E_BUSY (the queues stayed full for two seconds),
 * VT_E_IO. After any error the upload is spoilt: free it and begin again.
 */
VT_NODISCARD int vt_upload_put(
    struct vt_upload *u, const void *p, size_t n, struct vt_err *reterr);

/*
 * Makes it durable: keys, bytes, then read back through a fresh view and
 * compared with the hash that streamed. expect: the digest the sender stated,
 * or NULL. *ret_id is what an act names. Empty content is allowed here (a
 * caller that does not want it refuses it before).
 * Errors: those of put, VT_E_DIGEST_MISMATCH, VT_E_STORE_CORRUPT.
 */
VT_NODISCARD int vt_upload_end(struct vt_upload *u, const vt_hash *expect,
    vt_id *ret_id, struct vt_blob *ret_blob, struct vt_err *reterr);

/* Before end: gives the bytes up. After end: only frees. NULL allowed. */
void vt_upload_free(struct vt_upload *u);
VT_CLEANUP_DEFINE(struct vt_upload, vt_upload_free)

/* Begin, put, end over memory. */
VT_NODISCARD int vt_upload_memory(struct vt_store *s, uint32_t agency_no,
    struct vt_span bytes, vt_id *ret_id, struct vt_blob *ret_blob,
    struct vt_err *reterr);

/*
 * Begin, put, end for a later version of a file: the first prefix_size bytes
 * are those of the stored blob `prefix` and are neither read by the caller nor
 * written again; tail follows. This is how an incremental update is stored.
 * prefix_size is usually the whole of prefix.
 * Errors: VT_E_NOT_FOUND (prefix), VT_E_INVALID (prefix_size too large), those
 * of vt_upload_end. Cost: hashes the prefix once, O(size).
 */
VT_NODISCARD int vt_upload_append(struct vt_store *s, uint32_t agency_no,
    const struct vt_blob *prefix, struct vt_span tail, vt_id *ret_id,
    struct vt_blob *ret_blob, struct vt_err *reterr);

/*
 * What an upload that no act has named yet holds (a caller that came back
 * after a restart). Errors: VT_E_NOT_FOUND (expired, or named by an act).
 */
VT_NODISCARD int vt_upload_find(struct vt_view *v, const vt_id *id,
    uint32_t *ret_agency_no, struct vt_blob *ret_blob, struct vt_err *reterr);

/*
 * Removes uploads that expired at or before now. Called by the server now and
 * then; cheap when there are none. At most max at once.
 */
VT_NODISCARD int vt_upload_expire(
    struct vt_store *s, size_t max, size_t *ret_removed, struct vt_err *reterr);

/* Gives up an upload that no act is going to name: it does not wait until it
 * expires. One that is gone: VT_OK. Its bytes stay while something has them. */
VT_NODISCARD int vt_upload_drop(
    struct vt_store *s, const vt_id *id, struct vt_err *reterr);

/* ---- bytes out ---- */

/* Size of a stored blob. VT_E_NOT_FOUND when there is none. Any thread. */
VT_NODISCARD int vt_bytes_stat(struct vt_store *s, const vt_hash *blob,
    struct vt_blob *ret, struct vt_err *reterr);

/*
 * Copies up to n bytes at off; *ret_n < n only at the end. Every chunk is
 * authenticated (AES-256-GCM) before a byte of it is handed out. Reads that
 * start and end at multiples of VT_CHUNK_SIZE cost the least. Any thread.
 * Errors: VT_E_NOT_FOUND, VT_E_STORE_CORRUPT, VT_E_IO.
 */
VT_NODISCARD int vt_bytes_read(struct vt_store *s, const vt_hash *blob,
    uint64_t off, void *p, size_t n, size_t *ret_n, struct vt_err *reterr);

#define VT_CHUNK_SIZE 65472 /* plaintext bytes of one chunk */

/*
 * A blob as a source (base/source.h), with the last chunk kept. One thread at
 * a time; closed by vt_bytes_source_close. The store must outlive it.
 */
VT_NODISCARD int vt_bytes_source(struct vt_store *s, const vt_hash *blob,
    struct vt_source *ret, struct vt_err *reterr);
void vt_bytes_source_close(struct vt_source *src);

/*
 * Writes the whole blob to fd (a memfd for a worker, a file) and checks its
 * SHA-256 on the way. Errors: those of read, VT_E_IO.
 */
VT_NODISCARD int vt_bytes_to_fd(
    struct vt_store *s, const vt_hash *blob, int fd, struct vt_err *reterr);

/*
 * An empty file without a name on the disk of the store, for large bytes that a
 * worker reads or writes: gone when it is closed, or the program ends. What is
 * in it lies there in the clear until then. In memory where the file system has
 * no such files, or for a store in memory. Errors: VT_E_STORE_FULL, VT_E_IO.
 */
VT_NODISCARD int vt_store_scratch(
    struct vt_store *s, int *ret_fd, struct vt_err *reterr);

/* ---- what the store vouches for ---- */

/*
 * A tag over bytes that the caller gives away and takes back later (a prepared
 * signature): HMAC-SHA-256 under a key derived from the store key and purpose,
 * the same in every epoch of it.
 * Nobody without the store key can make one. Any thread.
 */
vt_hash vt_store_mac(
    const struct vt_store *s, const char *purpose, struct vt_span bytes);

/* ---- acts (docstore/act.h says what can be done) ---- */

/*
 * Does one act and waits until it is durable. *ret is filled on VT_OK; on
 * VT_E_CONFLICT its current and paper_rev, on VT_E_ALREADY_NUMBERED its number
 * fields are set too. vt_act_result_free it in any case. A repeat (same caller
 * and key, same request hash) is VT_OK with ret->repeated and the bytes of
 * the first answer.
 * Outcomes by code, see vt_outcome(). Any thread but the writer's.
 */
VT_NODISCARD int vt_store_do(struct vt_store *s, const struct vt_act *act,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * The same without waiting. act and all it points to are *borrowed until done
 * is called*; done runs on the writer thread, must be short and must not call
 * the store (it hands the result to its own loop). rc, err and result are
 * borrowed for the call; done may take the receipt buffer by VT_BUF move.
 * Returns VT_OK when queued. VT_E_BUSY (queue full) and errors of preparing
 * are returned at once; done is then never called.
 */
typedef void vt_act_done(
    void *arg, int rc, const struct vt_err *err, struct vt_act_result *result);
VT_NODISCARD int vt_store_submit(struct vt_store *s, const struct vt_act *act,
    vt_act_done *done, void *arg, struct vt_err *reterr);

enum vt_outcome {
	VT_OUTCOME_OK,
	VT_OUTCOME_CONFLICT, /* the record moved on: read again */
	VT_OUTCOME_REFUSED,  /* will be refused again, unchanged */
	VT_OUTCOME_RETRY,    /* nothing happened; may succeed later */
	VT_OUTCOME_UNKNOWN   /* ask vt_act_by_key before trying again */
};
enum vt_outcome vt_outcome(int code);

/* ---- views ---- */

/*
 * A consistent state of all records. After VIEW_US every read on it answers
 * VT_E_TIMEOUT, so that no forgotten view makes the file grow.
 * *owned*: vt_view_end, on the same thread.
 */
VT_NODISCARD int vt_view_begin(
    struct vt_store *s, struct vt_view **ret, struct vt_err *reterr);
void vt_view_end(struct vt_view *v); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_view, vt_view_end)

/* ---- waiting for what happens ---- */

/*
 * Blocks until the agency has an event with seq > after, or timeout_us has
 * passed; *ret_last (may be NULL): seq of its newest event. VT_OK in both
 * cases: the caller compares. agency_no 0: until anything was committed;
 * after and *ret_last then count commits since open (work may have come).
 * Hold no view meanwhile. Real time passes, whatever the context's clock says.
 * Errors: VT_E_AGENCY_UNKNOWN. Any thread but the writer's.
 */
VT_NODISCARD int vt_store_watch(struct vt_store *s, uint32_t agency_no,
    uint64_t after, int64_t timeout_us, uint64_t *ret_last,
    struct vt_err *reterr);

/* Ends every wait now and each later one at once: before the threads that
 * wait are joined, and the store is closed. */
void vt_store_watch_end(struct vt_store *s);

/* ---- check ---- */

struct vt_check_options {
	/* Called now and then; false stops the check. May be NULL. */
	bool (*progress)(
	    void *arg, const char *stage, uint64_t done, uint64_t total);
	/* One line a finding, in plain English, UTF-8 without newline. */
	void (*finding)(void *arg, const char *line);
	/* Plain figures ("papers 12"), one line each. May be NULL. */
	void (*figure)(void *arg, const char *line);
	void *arg;
	bool skip_bytes; /* do not decrypt every chunk */
};

/*
 * Re-derives everything from the bytes: every chunk decrypts and has its id,
 * every manifest gives its SHA-256, reference counts, every leaf and node and
 * root of every ledger, every stored checkpoint and receipt, every index from
 * the records, paper states from the acts, numbers unique and gap-free,
 * idempotency rows, events gap-free, nothing unmapped.
 * VT_OK with *ret_findings == 0 when clean. Errors: only when the check itself
 * could not go on. Any thread; meant for a store at rest, but safe on a live
 * one (bytes of uploads under way are then not findings).
 */
VT_NODISCARD int vt_store_check(struct vt_store *s,
    const struct vt_check_options *o, uint64_t *ret_findings,
    struct vt_err *reterr);

/*
 * SHA-256 over the logical content of all record tables (key, value in key
 * order, table by table): equal for equal stores, whatever the engine. For
 * the format fixture and the conformance suite.
 */
VT_NODISCARD int vt_store_digest(
    struct vt_store *s, vt_hash *ret, struct vt_err *reterr);

#endif
