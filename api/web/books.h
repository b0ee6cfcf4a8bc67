/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An act on a number book that was refused: its form comes back as it was,
 * with the reason beside the field. Private to api/web. */
#ifndef VT_API_WEB_BOOKS_H
#define VT_API_WEB_BOOKS_H

#include "api/web/web_priv.h"

/* A form that was refused, to be shown as it was typed. */
struct vt_book_refusal {
	const struct vt_webform *form;
	const char *act, *book;
	uint64_t period, number; /* cancel, close: which of them */
	const char *field;       /* that it is about, NULL: the whole */
	const char *why;         /* in the reader's language */
	struct vt_err err;
};

/* Sets field and why from act and err, unless the form said why itself. */
void vt_book_say_why(const struct vt_desk *d, struct vt_book_refusal *r);

#endif
