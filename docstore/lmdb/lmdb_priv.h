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
	size_t refs;            /* transactions on it, spare ones aside */
	bool retired;           /* another one is in use */
};

struct lmdb_engine {
	struct vt_engine base;
	char *path;
	uint64_t map_size;
	bool read_only;
	/* Held by the one write transaction of a space, or its rewriting. */
	pthread_mutex_t writing[VT_SPACES];
	bool broken[VT_SPACES];        /* under writing: see vt_lmdb_rewrite */
	unsigned int begun[VT_SPACES]; /* under writing: write transactions */
	pthread_mutex_t lock;          /* of what follows */
	struct lmdb_gen *gen[VT_SPACES];
	/* Ended read transactions that keep their slot of the reader table: to
	 * begin one again takes neither memory nor the table's lock. All of
	 * the generation in use. */
	struct lmdb_txn *spare[VT_SPACES];
	size_t n_spare[VT_SPACES];
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

extern const char *const vt_lmdb_dir[VT_SPACES];

/* Sets the error for an LMDB return code. */
int vt_lmdb_err(int rc, const char *what, struct vt_err *reterr);

VT_NODISCARD int vt_lmdb_gen_open(const struct vt_engine_options *o,
    enum vt_space space, struct lmdb_gen **ret, struct vt_err *reterr);
void vt_lmdb_gen_free(struct lmdb_gen *g); /* NULL allowed */
/* Frees the spare transactions of a space; under e->lock, or alone. */
void vt_lmdb_drain(struct lmdb_engine *e, enum vt_space space);

/* Now and then, by who writes: readers that died are forgotten, others that
 * hold old pages are named in the log (readers.c). */
void vt_lmdb_readers(MDB_env *env, enum vt_space space);

/*
 * Looks at the pages of one state, through the file (pages.c): all of them, or
 * (deep false) the length of the file, the tree of tables and table super.
 * told: a line a fault, the first 16; *ret: how many. Beside a writer.
 */
VT_NODISCARD int vt_lmdb_pages(MDB_env *env, const char *name, bool deep,
    void (*told)(void *arg, const char *line), void *arg, uint64_t *ret,
    struct vt_err *reterr);

/* At open: ends a rewriting that was cut off (rewrite.c). */
VT_NODISCARD int vt_lmdb_settle(const struct vt_engine_options *o,
    enum vt_space space, struct vt_err *reterr);
int vt_lmdb_rewrite(
    struct vt_engine *base, enum vt_space space, struct vt_err *reterr);

#endif
