/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside migrate/ only: the migrations, and where one that runs stands. */
#ifndef VT_DOCSTORE_MIGRATE_PRIV_H
#define VT_DOCSTORE_MIGRATE_PRIV_H

#include "docstore/migrate.h"
#include "docstore/store_priv.h"

/* Row `migrating` of table super. */
struct vt_migrating {
	bool is;           /* there is one; else the rest is zero */
	vt_time began;
	char by[800];      /* NAME_MAX characters */
	uint32_t from;     /* format */
	uint64_t backup;   /* increment; 0: none */
	uint32_t agency;   /* at hand, from 1 */
	uint32_t done;     /* number of the last migration done in it */
	uint64_t paper;    /* seq done through, by the one after that */
	uint64_t rows;     /* written in this agency */
	uint64_t all_rows; /* over all agencies before it */
};
VT_NODISCARD int vt_migrating_get(
    struct vt_txn *t, struct vt_migrating *ret, struct vt_err *reterr);
VT_NODISCARD int vt_migrating_put(struct vt_batch *b,
    const struct vt_migrating *x, struct vt_err *reterr);

/* What is looked up once a call: nobody else writes meanwhile. */
struct vt_migrate_seen {
	vt_id *read; /* papers that have an item of kind TEXT, sorted */
	size_t n_read;
};
VT_NODISCARD int vt_migrate_look(
    struct vt_txn *t, struct vt_migrate_seen *ret, struct vt_err *reterr);
void vt_migrate_forget(struct vt_migrate_seen *x);

struct vt_migration {
	uint32_t number; /* stored; ascending, never used twice */
	const char *name, *vi, *en;
	/* Rows that it would write in an agency. */
	int (*count)(struct vt_txn *t, uint32_t agency_no,
	    const struct vt_migrate_seen *seen, uint64_t *ret,
	    struct vt_err *reterr);
	/* The next piece: from x->paper on, which it moves, as it adds to
	 * x->rows. *ret_more false: it is through with this agency. */
	int (*piece)(struct vt_batch *b, struct vt_migrating *x,
	    const struct vt_migrate_seen *seen, bool *ret_more,
	    struct vt_err *reterr);
};

/* texts.c */
int vt_migrate_texts_count(struct vt_txn *t, uint32_t agency_no,
    const struct vt_migrate_seen *seen, uint64_t *ret, struct vt_err *reterr);
int vt_migrate_texts(struct vt_batch *b, struct vt_migrating *x,
    const struct vt_migrate_seen *seen, bool *ret_more, struct vt_err *reterr);

#endif
