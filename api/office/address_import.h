/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many addresses at once, out of a table (RFC 4180, UTF-8), on a store at rest:
 * a reform ends hundreds of codes on one day. The first line names columns:
 * code, and any of name, parent, mail, gateway, old_code, successor, from,
 * until (days, YYYY-MM-DD). An empty cell leaves what is there, "-" empties it.
 */
#ifndef VT_API_OFFICE_ADDRESS_IMPORT_H
#define VT_API_OFFICE_ADDRESS_IMPORT_H

#include "api/office/routes.h"

enum vt_import_what {
	VT_IMPORT_SAME,
	VT_IMPORT_ADDED,
	VT_IMPORT_CHANGED,
	VT_IMPORT_WRONG
};

/* What a line does. Valid during the call. */
struct vt_import_line {
	size_t line; /* of the file, from 1 */
	enum vt_import_what what;
	const char *code;
	const char *detail; /* "successor: H99.40; until: 2025-06-30", or why */
};

struct vt_import {
	bool dry; /* nothing is written */
	/* may be NULL */
	void (*tell)(void *arg, const struct vt_import_line *l);
	void *arg;
	size_t count[VT_IMPORT_WRONG + 1]; /* of lines; set by the call */
};

/*
 * Every line is looked at before the first is written; with one that is wrong
 * nothing is. Wrong is: a code that is none, stands twice, or is of an agency of
 * this store; a successor that is neither there nor in the file, or leads back;
 * days that are none, or until before from. Written in acts of some hundred
 * rows: cut off, the same file goes on. An old_code that nobody has led
 * elsewhere gets its row, too.
 * Errors: VT_E_SYNTAX (no table, no such column), VT_E_INVALID (n lines are
 * wrong), VT_E_CONFLICT, those of acts.
 * Cost: a look into the book a line, all rows in memory.
 */
VT_NODISCARD int vt_addresses_import(struct vt_store *s,
    const struct vt_context *ctx, struct vt_span table, struct vt_import *im,
    struct vt_err *reterr);

#endif
