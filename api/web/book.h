/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a paper can be sent to: the agencies of this store, then the address
 * book, without one's own, those that are gone or have ended, and those that have it. */
#ifndef VT_API_WEB_BOOK_H
#define VT_API_WEB_BOOK_H

#include "api/office/routes.h"
#include "api/web/web_priv.h"

#define VT_BOOK_BATCH 32

struct vt_book {
	struct vt_desk *d;
	struct vt_view *v;
	struct vt_buf words; /* asked for, folded */
	const char **sent;   /* codes, or ' ' and names, in order */
	size_t n_sent;
	bool addresses; /* the agencies are done */
	struct vt_agency g[VT_BOOK_BATCH];
	struct vt_address *a; /* VT_BOOK_BATCH; the batch that is read */
	size_t n, i;
	bool last;
	uint32_t after_no;
	char after[64];
	struct vt_code_now now; /* of a code that has ended */
	char shown[64];         /* the last one that such a code led to */
};

/* paper NULL: whoever has it. words: of the name or code, "" = all. Ended by
 * vt_book_close in any case. */
VT_NODISCARD int vt_book_open(struct vt_book *k, struct vt_desk *d,
    struct vt_view *v, const vt_id *paper, const char *words,
    struct vt_err *reterr);
void vt_book_close(struct vt_book *k);

/* The next that fits; *ret_code NULL at the end. Borrowed until the next. */
VT_NODISCARD int vt_book_next(struct vt_book *k, const char **ret_code,
    const char **ret_name, struct vt_err *reterr);

/* Was it sent there? By code, or by name when the code is "". */
bool vt_book_has_it(
    const struct vt_book *k, const char *code, const char *name);

#endif
