/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What validation found, in words for people who are no engineers. */
#ifndef VT_API_HTML_VERDICT_H
#define VT_API_HTML_VERDICT_H

#include "api/html/page.h"
#include "api/office/office.h"

/* The main thing: a tone, a few words, and what they mean. Static, or
 * borrowed from the table of errors. */
struct vt_said {
	enum vt_tone tone;
	const char *head, *more;
};
struct vt_said vt_page_overall(
    const struct vt_page *p, const struct vt_verdict *v);

/* "✓ Hợp lệ": one signature's. Static. */
const char *vt_page_indication(const struct vt_page *p, enum vt_indication i);

/* Whether it is an agency's (seal) or a person's, by the certificate; says so
 * when that is not known. NULL: there is none. Static. */
const char *vt_page_signer_kind(
    const struct vt_page *p, const struct vt_signature_verdict *s);

/* A section on signature number no (from 1): who, when, what, why. */
void vt_page_signature(
    struct vt_page *p, const struct vt_signature_verdict *s, size_t no);

#endif
