/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the LMDB engine only: environments and their generations. */
#ifndef VT_DOCSTORE_LMDB_PRIV_H
#define VT_DOCSTORE_LMDB_PRIV_H

#include <lmdb.h>
#include <pthread.h>

#include "docstore/engine.h"

#define LMDB_MAX_READERS 512

/* An environment as it is open: replaced as a whole when it is written anew,
 * closed when the last transaction on it has ended. */
#define VT_LMDB_READERS_EVERY 64   /* write transactions */
#define VT_LMDB_READER_OLD    1000 /* transactions behind: it is named */

struct lmdb_gen {
	MDB_env *env;
	MDB_dbi dbi[VT_T__MAX];
	bool absent[VT_T__MAX]; /* an older store, opened for reading */
	size_t refs; /* transactions on it, spare ones aside; sets with it */
	bool retired; /* another one is in use */
	/* Ended read transactions that keep their slot of the reader table: to
	 * begin one again takes neither memory nor the table's lock. */
	struct lmdb_txn *spare;
	size_t n_spare;
};

/*
 * The byte environments, as they are at a time: bytes-0001 is the first; NULL:
 * it is missing. Replaced as a whole when one more is made. A sealed one never
 * changes, so who holds a set sees one state of it whenever he looks.
 */
struct lmdb_set {
	size_t refs;
	uint32_t n;
	struct lmdb_gen *gen[];
};

/* Which environment, and how it is opened. */
struct lmdb_at {
	const char *path; /* data directory */
	const char *name; /* folder in it */
	enum vt_space space;
	uint64_t map;
	bool read_only, create;
};

struct lmdb_engine {
	struct vt_engine base;
	char *path;
	uint64_t map_size, bytes_map;
	bool read_only, copying;
	/* Held by the one write transaction of a space, or its rewriting. */
	pthread_mutex_t writing[VT_SPACES];
	bool broken[VT_SPACES];        /* under writing: see vt_lmdb_rewrite */
	unsigned int begun[VT_SPACES]; /* under writing: write transactions */
	pthread_mutex_t lock;          /* of what follows */
	struct lmdb_gen *gen[VT_SPACES]; /* NULL of bytes */
	struct lmdb_set *set;            /* of bytes */
};

struct lmdb_txn {
	struct vt_txn base;
	struct lmdb_engine *engine;
	struct lmdb_gen *gen;
	MDB_txn *txn;
	enum vt_space space;
	bool write;
	struct lmdb_txn *next; /* spare */
	MDB_cursor *cursor[VT_T__MAX];
};

extern const char *const vt_lmdb_dir[VT_SPACES]; /* NULL of bytes */

/* Sets the error for an LMDB return code. */
int vt_lmdb_err(int rc, const char *what, struct vt_err *reterr);

VT_NODISCARD int vt_lmdb_gen_open(
    const struct lmdb_at *at, struct lmdb_gen **ret, struct vt_err *reterr);
/* With its spare transactions. NULL allowed. */
void vt_lmdb_gen_free(struct lmdb_gen *g);
/* Frees the spare transactions; under e->lock, or alone. */
void vt_lmdb_drain(struct lmdb_gen *g);
/* Lets go of a generation; the last one out of a retired one closes it. */
void vt_lmdb_leave(struct lmdb_engine *e, struct lmdb_gen *g);
/* A transaction on g, which the caller holds: it has that from now on, or lets
 * go of it when it fails. Writing: under e->writing, which its end unlocks,
 * but not its failure. */
VT_NODISCARD int vt_lmdb_begin_on(struct lmdb_engine *e, struct lmdb_gen *g,
    enum vt_space space, bool write, struct vt_txn **ret,
    struct vt_err *reterr);

/* ---- many environments as one space (many.c) ---- */

VT_NODISCARD int vt_lmdb_many_open(struct lmdb_engine *e,
    const struct vt_engine_options *o, struct vt_err *reterr);
void vt_lmdb_many_close(struct lmdb_engine *e);
VT_NODISCARD int vt_lmdb_many_begin(struct lmdb_engine *e, bool write,
    struct vt_txn **ret, struct vt_err *reterr);
/* vt_lmdb_pages of each of them; a missing one is check_bytes.c's. */
VT_NODISCARD int vt_lmdb_many_pages(struct lmdb_engine *e,
    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
    struct vt_err *reterr);
int vt_lmdb_env_make(
    struct vt_engine *base, uint32_t env, struct vt_err *reterr);
int vt_lmdb_env_look(struct vt_engine *base, uint32_t env,
    struct vt_env_look *ret, struct vt_err *reterr);

/* Now and then, by who writes: readers that died are forgotten, others that
 * hold old pages are named in the log (readers.c). */
void vt_lmdb_readers(MDB_env *env, const char *name);

/*
 * Looks at the pages of one state, through the file (pages.c): all of them, or
 * (deep false) the length of the file, the tree of tables and table super.
 * told: a line a fault, the first 16; *ret: how many. Beside a writer.
 */
VT_NODISCARD int vt_lmdb_pages(MDB_env *env, const char *name, bool deep,
    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
    struct vt_err *reterr);

/* At open: ends a rewriting that was cut off (rewrite.c). */
VT_NODISCARD int vt_lmdb_settle(
    const struct vt_engine_options *o, const char *name, struct vt_err *reterr);
/* The folder of an environment with its two files; none is fine. */
VT_NODISCARD int vt_lmdb_remove(const char *dir, struct vt_err *reterr);
int vt_lmdb_rewrite(
    struct vt_engine *base, enum vt_space space, struct vt_err *reterr);

#endif
