/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To whom a paper goes, as it is typed: by code or by name. */
#ifndef VT_API_WEB_RECIPIENTS_H
#define VT_API_WEB_RECIPIENTS_H

#include "api/web/web_priv.h"

/* "H99.31": letters, digits, dots and dashes, a digit among them. */
bool vt_recipient_is_code(const char *text);

/* What was typed on a line: an agency's code, its name looked up, or a name
 * alone. Borrowed from the request's arena and text. */
struct vt_recipient vt_recipient_typed(struct vt_desk *d, const char *text);

/* The same one: by code, or by name where neither has a code. */
bool vt_recipient_eq(
    const struct vt_recipient *a, const struct vt_recipient *b);

/*
 * Names that the book has get their codes, the others stay; then each is there
 * once, in the order it was in. *n: how many there are, and are left.
 * Errors: VT_E_AGENCY_UNKNOWN: several have a name that was typed.
 * Cost: once through the book, however many names.
 */
VT_NODISCARD int vt_recipients_named(struct vt_desk *d, struct vt_recipient *to,
    size_t *n, struct vt_err *reterr);

#endif
