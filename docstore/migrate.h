/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an older store lacks of what this release keeps: named, and brought by
 * a command on a store at rest. What was written stays as it is; a migration
 * adds rows, or writes derived ones anew, and the ledger of each agency has an
 * act that says so: who, when, from which format to which, how many rows.
 *
 * A store needs no migration to be opened, unless its format says so: without
 * one it lacks what the plan names. Once migrated it has feature bit 6 and
 * says which release it needs; older ones refuse it with that sentence.
 *
 * It goes in pieces, each one transaction with its place in row `migrating` of
 * table super. Killed anywhere, the store is opened for reading as before, and
 * for writing by the same command alone, which goes on where it was.
 */
#ifndef VT_DOCSTORE_MIGRATE_H
#define VT_DOCSTORE_MIGRATE_H

#include "docstore/store.h"

#define VT_MIGRATE_PIECE 256 /* papers looked at in one transaction */

struct vt_migrate_item {
	const char *name;    /* static, [a-z-]: "texts" */
	const char *vi, *en; /* what it brings; static */
	uint64_t rows;       /* it would write now */
};
#define VT_MIGRATE_ITEMS 8

struct vt_migrate_plan {
	uint32_t from, to;       /* formats: of the store, of this release */
	const char *release;     /* this one: "vanthu 1.2" */
	bool under_way;          /* one was cut off; it is to be completed */
	size_t n;                /* what has something to do */
	struct vt_migrate_item item[VT_MIGRATE_ITEMS];
};

/* Nothing to be done: n is 0 and !under_way. Changes nothing; s may be open
 * for reading. Errors: VT_E_STORE_CORRUPT, VT_E_IO, VT_E_NOMEM. Cost: reads
 * every paper once. */
VT_NODISCARD int vt_store_migrate_plan(struct vt_store *s,
    struct vt_migrate_plan *ret, struct vt_err *reterr);

struct vt_migrate_options {
	const char *by;  /* who does it, <= NAME_MAX characters; needed */
	uint64_t backup; /* increment taken before it; 0: none, knowingly */
	/* After each transaction; false stops, and the store waits to be
	 * migrated on. May be NULL. */
	bool (*progress)(
	    void *arg, const char *name, uint64_t done, uint64_t total);
	void *arg;
};

struct vt_migrate_report {
	uint64_t rows;     /* written, by this call and those cut off */
	uint32_t agencies; /* whose ledgers say so */
};

/*
 * Does what the plan says, or what is left of it. s: open for writing, with
 * o.migrates. Nothing to be done: VT_OK, and no act.
 * Errors: VT_E_INVALID (by), VT_E_STORE_READ_ONLY, VT_E_STORE_RESTORED (a
 * restored store writes nothing), VT_E_TIMEOUT (stopped by progress),
 * VT_E_STORE_FULL, VT_E_STORE_CORRUPT, VT_E_NO_INPUT (a log key is missing),
 * VT_E_IO. After any of them: ask again.
 */
VT_NODISCARD int vt_store_migrate(struct vt_store *s,
    const struct vt_migrate_options *o, struct vt_migrate_report *ret,
    struct vt_err *reterr);

#endif
