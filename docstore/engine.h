/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an engine must do: ordered tables of byte strings in three spaces
 * (records, keys, bytes), each with its own transactions. Everything above
 * this line (verbs, formats, checks) is the same for every engine.
 *
 * Promises of an engine
 * - A read transaction sees one state for its whole life, whatever is
 *   committed meanwhile. Several threads may read at once.
 * - One write transaction a space at a time; begin waits for the other.
 *   It sees its own writes; after commit returns VT_OK they are durable.
 * - When commit fails with VT_E_STORE_FULL, or the process dies before it
 *   returned, the state is that of before or (death only) after, never
 *   between. VT_E_UNKNOWN_OUTCOME is the one code that leaves it open.
 * - Keys are 1..VT_KEY_MAX bytes, ordered by memcmp, shorter first.
 *
 * Spans handed out are *borrowed until the next write of the same transaction
 * or its end*; keys of table BYTES until its next ge or lt. A transaction
 * belongs to one thread.
 *
 * The space of bytes is several environments (docs/format.md §3): the first
 * four bytes of a key of table BYTES are the number of the one it lies in. The
 * last one is written, the others are sealed: to write into one of them fails
 * with VT_E_INTERNAL. A write transaction is about one environment. To read
 * from one that is missing fails with VT_E_STORE_CORRUPT and names it; ge and
 * lt pass it over.
 */
#ifndef VT_DOCSTORE_ENGINE_H
#define VT_DOCSTORE_ENGINE_H

#include "base/err.h"
#include "base/span.h"

enum vt_space { VT_SPACE_RECORDS, VT_SPACE_KEYS, VT_SPACE_BYTES };
#define VT_SPACES 3

enum vt_table {
#define VT_TABLE(name, space, disk, key) VT_T_##name,
#include "docstore/table.def"
#undef VT_TABLE
	VT_T__MAX
};

/* Tables from here on may be missing in an older store of this format. */
#define VT_T_ADDED VT_T_ENTRY

#define VT_KEY_MAX 288

struct vt_engine_options {
	const char *path;  /* data directory; NULL for the model */
	uint64_t map_size; /* bytes of address space records and keys may use */
	uint64_t bytes_map; /* the byte environment that is written; 0: as
			     * map_size */
	bool create;        /* make the spaces and tables */
	bool read_only; /* else missing tables from VT_T_ADDED on are made */
	bool copying;   /* every byte environment may be written, not the last
			 * alone: for who makes a store out of another */
};

/* A byte environment. */
struct vt_env_look {
	uint32_t last;  /* the highest number there is */
	bool there;     /* is this one? */
	bool full;      /* nearly out of its address space */
	uint64_t rows;  /* chunks in it */
	uint64_t bytes; /* of its file */
};

struct vt_engine_ops;

/* Both are the first member of the engine's own struct. */
struct vt_engine {
	const struct vt_engine_ops *ops;
};
struct vt_txn {
	const struct vt_engine_ops *ops;
};

struct vt_engine_ops {
	const char *name;
	/* Errors of open: VT_E_IO, VT_E_STORE_FORMAT (tables missing),
	 * VT_E_STORE_READ_ONLY, VT_E_STORE_FULL, VT_E_NOMEM. */
	int (*open)(const struct vt_engine_options *o, struct vt_engine **ret,
	    struct vt_err *reterr);
	void (*close)(struct vt_engine *e);
	int (*begin)(struct vt_engine *e, enum vt_space space, bool write,
	    struct vt_txn **ret, struct vt_err *reterr);
	/* Ends the transaction whatever it returns. */
	int (*commit)(struct vt_txn *t, struct vt_err *reterr);
	void (*abort)(struct vt_txn *t);
	/* VT_E_NOT_FOUND is an ordinary answer: *reterr is then not set. */
	int (*get)(struct vt_txn *t, enum vt_table table, struct vt_span key,
	    struct vt_span *ret, struct vt_err *reterr);
	int (*put)(struct vt_txn *t, enum vt_table table, struct vt_span key,
	    struct vt_span value, struct vt_err *reterr);
	int (*del)(struct vt_txn *t, enum vt_table table, struct vt_span key,
	    struct vt_err *reterr);
	/* The first row with key >= from (from may be empty). */
	int (*ge)(struct vt_txn *t, enum vt_table table, struct vt_span from,
	    struct vt_span *ret_key, struct vt_span *ret_value,
	    struct vt_err *reterr);
	/* The last row with key < before (before empty: the last of all). */
	int (*lt)(struct vt_txn *t, enum vt_table table, struct vt_span before,
	    struct vt_span *ret_key, struct vt_span *ret_value,
	    struct vt_err *reterr);
	/* Rows of a table. */
	int (*count)(struct vt_txn *t, enum vt_table table, uint64_t *ret,
	    struct vt_err *reterr);
	/* A value that get handed out will be read whole, soon. A hint. */
	void (*ahead)(struct vt_txn *t, struct vt_span value);
	/*
	 * Writes a space (not BYTES) anew, so that nothing deleted from it is
	 * left in its files: the same rows, for readers and writers alike.
	 * Write transactions wait meanwhile, none may be the caller's own;
	 * reads go on. Needs room for a second copy. When it fails all is as
	 * before. O(size of the space).
	 */
	int (*rewrite)(
	    struct vt_engine *e, enum vt_space space, struct vt_err *reterr);
	/*
	 * Looks at what the rows lie in, not at what they say: told gets a
	 * line a fault (the first 16 of them), *ret how many there are. None:
	 * reading and writing the space cannot go astray. NULL: there is
	 * nothing to look at. O(pages), beside readers and writers.
	 */
	int (*pages)(struct vt_engine *e, enum vt_space space,
	    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
	    struct vt_err *reterr);
	/* Makes a byte environment; fine if it is there. A number above all
	 * others: it is the one that is written from now on, those before are
	 * sealed. Durable when it returns. */
	int (*env_make)(
	    struct vt_engine *e, uint32_t env, struct vt_err *reterr);
	int (*env_look)(struct vt_engine *e, uint32_t env,
	    struct vt_env_look *ret, struct vt_err *reterr);
};

#define VT_BYTES_ENVS 9999 /* they have four digits */

extern const struct vt_engine_ops vt_engine_lmdb;
extern const struct vt_engine_ops vt_engine_model;

enum vt_space vt_table_space(enum vt_table t);
const char *vt_table_name(enum vt_table t);

/* ---- keys ---- */

struct vt_key {
	uint8_t b[VT_KEY_MAX];
	size_t n;
};

void vt_key_u8(struct vt_key *k, uint8_t v);
void vt_key_u16(struct vt_key *k, uint16_t v);
void vt_key_u32(struct vt_key *k, uint32_t v);
void vt_key_u64(struct vt_key *k, uint64_t v);
void vt_key_bytes(struct vt_key *k, const void *p, size_t n);
/* agency_no(4) ‖ seq(8), the key of most rows. */
struct vt_key vt_key_row(uint32_t agency_no, uint64_t seq);
struct vt_span vt_key_view(const struct vt_key *k);

/* Integers back out of a key; the caller checked its length. */
uint32_t vt_be32(const uint8_t *p);
uint64_t vt_be64(const uint8_t *p);

/* ---- calls ---- */

static inline int
vt_tx_get(struct vt_txn *t, enum vt_table table, const struct vt_key *k,
    struct vt_span *ret, struct vt_err *reterr)
{
	return t->ops->get(t, table, vt_key_view(k), ret, reterr);
}

static inline int
vt_tx_put(struct vt_txn *t, enum vt_table table, const struct vt_key *k,
    struct vt_span value, struct vt_err *reterr)
{
	return t->ops->put(t, table, vt_key_view(k), value, reterr);
}

static inline int
vt_tx_del(struct vt_txn *t, enum vt_table table, const struct vt_key *k,
    struct vt_err *reterr)
{
	return t->ops->del(t, table, vt_key_view(k), reterr);
}

static inline int
vt_tx_ge(struct vt_txn *t, enum vt_table table, const struct vt_key *k,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	return t->ops->ge(t, table, vt_key_view(k), ret_key, ret_value, reterr);
}

static inline int
vt_tx_lt(struct vt_txn *t, enum vt_table table, const struct vt_key *k,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr)
{
	return t->ops->lt(t, table, vt_key_view(k), ret_key, ret_value, reterr);
}

/* Key and row of the last row whose key begins with prefix, and comes before
 * `before`. VT_E_NOT_FOUND. */
int vt_tx_last(struct vt_txn *t, enum vt_table table,
    const struct vt_key *prefix, const struct vt_key *before,
    struct vt_span *ret_key, struct vt_span *ret_value, struct vt_err *reterr);

/* True when key starts with the n bytes of k. */
static inline bool
vt_key_is_prefix(const struct vt_key *k, struct vt_span key)
{
	return key.n >= k->n && memcmp(key.p, k->b, k->n) == 0;
}

/* ---- scans ---- */

/*
 * The rows of a table whose keys begin with a prefix, in order. The place is
 * a key, so the transaction may write between two rows.
 */
struct vt_scan {
	struct vt_txn *txn;
	enum vt_table table;
	bool down;
	struct vt_key prefix;
	struct vt_key at;      /* the next row is >= at, downwards < at */
	struct vt_span k, row; /* what vt_scan_next found */
	int rc;
};

/* Upwards from the first key >= from (NULL: the first of the prefix). */
struct vt_scan vt_scan_up(struct vt_txn *t, enum vt_table table,
    const struct vt_key *prefix, const struct vt_key *from);
/* Downwards from the last key < before. */
struct vt_scan vt_scan_down(struct vt_txn *t, enum vt_table table,
    const struct vt_key *prefix, const struct vt_key *before);
/* Rows of key agency_no ‖ seq: those after a seq, oldest first... */
struct vt_scan vt_scan_agency(
    struct vt_txn *t, enum vt_table table, uint32_t agency_no, uint64_t after);
/* ...or those before one (0: all), newest first. */
struct vt_scan vt_scan_newest(
    struct vt_txn *t, enum vt_table table, uint32_t agency_no, uint64_t before);
/* Is there a row more? s->rc is VT_OK unless reading failed. */
bool vt_scan_next(struct vt_scan *s, struct vt_err *reterr);

#endif
