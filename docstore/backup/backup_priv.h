/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the room only: places, manifests and objects of backups. */
#ifndef VT_DOCSTORE_BACKUP_PRIV_H
#define VT_DOCSTORE_BACKUP_PRIV_H

#include "docstore/backup.h"
#include "docstore/store_priv.h"

#define VT_BACKUP_VERSION 1U
#define VT_OBJECT_MAX     ((size_t)64 << 20) /* bytes of one object */

/* ---- a place (backup_place.c) ---- */

/* Objects lie in two directories, one of them apart. */
enum vt_side { VT_SIDE_MAIN, VT_SIDE_KEYS };

struct vt_place {
	const char *dir[2]; /* borrowed: place, keys */
	int lock_fd;
	int stream; /* -1, or where objects and manifests go instead */
};
/* make: the directories, and the lock of the one who writes. */
VT_NODISCARD int vt_place_open(struct vt_place *p, const char *place,
    const char *keys, bool make, struct vt_err *reterr);
/* A stream instead, which holds nothing yet; keys go to their folder. */
VT_NODISCARD int vt_place_stream(
    struct vt_place *p, int fd, const char *keys, struct vt_err *reterr);
void vt_place_close(struct vt_place *p);
/* Is there an object of this name and size? */
bool vt_place_has(const struct vt_place *p, enum vt_side side,
    const vt_hash *name, uint64_t size);
/* Synced, read back and compared; one that is there is left alone, and
 * *ret_fresh is false. */
VT_NODISCARD int vt_place_put(const struct vt_place *p, enum vt_side side,
    struct vt_span content, vt_hash *ret_name, bool *ret_fresh,
    struct vt_err *reterr);
/* The whole object, its SHA-256 compared. VT_E_NO_INPUT, VT_E_STORE_CORRUPT;
 * both name it. */
VT_NODISCARD int vt_place_get(const struct vt_place *p, enum vt_side side,
    const vt_hash *name, struct vt_buf *ret, struct vt_err *reterr);
/* The highest number of a manifest, or the highest one below; 0: none. */
VT_NODISCARD int vt_place_newest(const struct vt_place *p, uint64_t below,
    uint64_t *ret, struct vt_err *reterr);
VT_NODISCARD int vt_place_manifest_put(const struct vt_place *p,
    uint64_t number, struct vt_span content, struct vt_err *reterr);
VT_NODISCARD int vt_place_manifest_get(const struct vt_place *p,
    uint64_t number, struct vt_buf *ret, struct vt_err *reterr);
VT_NODISCARD int vt_place_manifest_drop(
    const struct vt_place *p, uint64_t number, struct vt_err *reterr);
/* Removes objects for which keep says no, and what was cut off. */
VT_NODISCARD int vt_place_sweep(const struct vt_place *p, enum vt_side side,
    bool (*keep)(const void *arg, const vt_hash *name), const void *arg,
    uint64_t *ret_removed, struct vt_err *reterr);

#define VT_BYTES_PART 256   /* sequences in an object of chunks */
#define VT_KEYS_PART  16384 /* and of wrapped keys */

struct vt_manifest;

/*
 * After a manifest was written: increments and keys that are old enough go,
 * those with words that were destroyed (up to wiped; VT_TIME_NONE: none) once
 * that is long enough ago. Nothing goes as long as one that stays cannot be
 * read.
 */
VT_NODISCARD int vt_backup_prune(const struct vt_place *p,
    const struct vt_keys *keys, const struct vt_backup_options *o,
    const struct vt_manifest *newest, vt_time wiped, uint64_t *ret_removed,
    struct vt_err *reterr);

/* ---- manifests (backup_manifest.c) ---- */

enum vt_bpart_kind {
	VT_PART_ROWS = 1,    /* rows of a table of records/, encrypted */
	VT_PART_KEYS = 2,    /* rows of table wrap */
	VT_PART_BYTES = 3,   /* rows of table bytes */
	VT_PART_LOG_KEYS = 4 /* seeds, encrypted */
};

/* One object and what is in it. */
struct vt_bpart {
	enum vt_bpart_kind kind;
	struct vt_span table; /* name on disk; rows only */
	uint32_t env;         /* keys and bytes */
	uint64_t index; /* the same: sequences index·n to (index+1)·n-1 */
	uint64_t rows;
	vt_hash id;   /* equal for equal content; rows: HMAC of the plaintext;
		       * bytes: SHA-256 of the sequences */
	vt_hash name; /* of the object */
	uint64_t size;
};

struct vt_manifest_agency {
	uint32_t agency_no;
	vt_id id;
	struct vt_span origin;
	uint64_t size; /* of its ledger */
	vt_hash root;
};

struct vt_manifest {
	vt_id store;
	uint64_t number;
	vt_time time;    /* of the last commit in it */
	vt_time made;    /* the clock when it was taken */
	vt_hash before;  /* body of the one before; zero: none */
	uint32_t signer; /* agency_no whose log key signs */
	vt_hash log_key; /* its public key */
	bool final;      /* the store was handed over with it */
	uint32_t epoch;  /* of the store key under which it is enciphered */
	struct vt_manifest_agency *agency;
	size_t n_agency;
	struct vt_bpart *part;
	size_t n_part, cap;
	vt_hash body;           /* SHA-256; set by encode and decode */
	struct vt_arena *arena; /* of the spans; owned */
};

VT_NODISCARD int vt_manifest_new(struct vt_manifest *m, struct vt_err *reterr);
void vt_manifest_free(struct vt_manifest *m);
VT_NODISCARD int vt_manifest_add(
    struct vt_manifest *m, const struct vt_bpart *part, struct vt_err *reterr);
/* The file: body, signed note, MAC of the store key. */
VT_NODISCARD int vt_manifest_seal(struct vt_manifest *m,
    const struct vt_keys *keys, const struct vt_log_key *log_key,
    const char *domain, struct vt_buf *ret, struct vt_err *reterr);
/* Reads and verifies both. VT_E_STORE_CORRUPT, VT_E_CONFLICT (made under
 * another store key), VT_E_STORE_FORMAT (a newer version). */
VT_NODISCARD int vt_manifest_open(struct vt_span file,
    const struct vt_keys *keys, struct vt_manifest *ret, struct vt_err *reterr);
/* VT_E_CONFLICT, in words, when keys are of another epoch. */
VT_NODISCARD int vt_manifest_epoch(const struct vt_manifest *m,
    const struct vt_keys *keys, struct vt_err *reterr);
VT_NODISCARD int vt_manifest_load(const struct vt_place *p, uint64_t number,
    const struct vt_keys *keys, struct vt_manifest *ret, struct vt_err *reterr);
enum vt_side vt_bpart_side(const struct vt_bpart *part);

/* ---- streams (backup_stream.c) ---- */

VT_NODISCARD int vt_stream_put(
    int fd, const char *name, struct vt_span content, struct vt_err *reterr);
VT_NODISCARD int vt_stream_end(int fd, struct vt_err *reterr);

/* ---- restoring (restore.c), also bit by bit (standby.c) ---- */

struct vt_restore {
	const char *target;
	const struct vt_restore_options *o;
	const struct vt_context *ctx;
	struct vt_place place;
	struct vt_keys keys;
	struct vt_keys later; /* of the newest increment; epoch 0: not given */
	struct vt_manifest m;
	struct vt_manifest newest; /* arena NULL: m is it */
	struct vt_engine *engine;
	int undone_fd; /* -1, or the lock of a restore under way */
	struct vt_buf object, plain;
	struct vt_restore_report rep;
};
/* In any case: vt_restore_fini. */
VT_NODISCARD int vt_restore_init(struct vt_restore *x, const char *target,
    const struct vt_restore_options *o, const struct vt_context *ctx,
    struct vt_err *reterr);
void vt_restore_fini(struct vt_restore *x);
/* The manifest asked for. */
VT_NODISCARD int vt_restore_load(struct vt_restore *x, struct vt_err *reterr);
/* An object into x->object; *ret_later: keys, as the newest has them. */
VT_NODISCARD int vt_restore_fetch(struct vt_restore *x,
    const struct vt_bpart *part, bool *ret_later, struct vt_err *reterr);
/* x->object into x->plain. */
VT_NODISCARD int vt_restore_decipher(
    struct vt_restore *x, const struct vt_keys *keys, struct vt_err *reterr);
VT_NODISCARD int vt_restore_table(
    struct vt_span name, enum vt_table *ret, struct vt_err *reterr);
/* The rows of what was fetched; bytes: only keys of chunks that are there. */
VT_NODISCARD int vt_restore_rows(struct vt_restore *x, struct vt_txn *t,
    const struct vt_bpart *part, enum vt_table table, struct vt_txn *bytes,
    uint64_t *ret_n, struct vt_err *reterr);
/* The key of a row as the store has it: in an object of chunks it lacks the
 * environment. Borrows from k or *at. */
struct vt_span vt_restore_key(
    const struct vt_bpart *part, struct vt_span k, struct vt_key *at);
/* Makes the byte environments that the rows of t speak of. */
VT_NODISCARD int vt_restore_envs(
    struct vt_restore *x, struct vt_txn *t, struct vt_err *reterr);
/* Address space of one that is being filled: as much as any may have. */
#define VT_RESTORE_BYTES_MAP                                                   \
	((uint64_t)VT_L(BYTES_ENV_MAX) / 8 * 9 + ((uint64_t)64 << 20))
VT_NODISCARD int vt_restore_log_keys(
    struct vt_restore *x, struct vt_err *reterr);
/* By which mark a store says which increment it holds. */
VT_NODISCARD int vt_restore_mark(
    struct vt_restore *x, struct vt_txn *t, struct vt_err *reterr);
void vt_restore_tell(struct vt_restore *x);
/* Is there a data directory, made to its end? */
bool vt_restore_is_there(const char *target);

/* ---- objects (backup_object.c) ---- */

/* Encrypts plain in pieces of a chunk's size; and back. */
VT_NODISCARD int vt_object_seal(const struct vt_keys *k,
    const struct vt_context *ctx, struct vt_span plain, struct vt_buf *ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_object_open(const struct vt_keys *k, struct vt_span object,
    struct vt_buf *ret, struct vt_err *reterr);
/* Rows in an object: key and value with their lengths. */
void vt_object_row(struct vt_buf *b, struct vt_span key, struct vt_span value);
/* The next row; false at the end. VT_E_STORE_CORRUPT in *ret_rc. */
bool vt_object_next(struct vt_span *in, struct vt_span *ret_key,
    struct vt_span *ret_value, int *ret_rc, struct vt_err *reterr);

#endif
