/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Are two PDF values the same? References are compared, not followed.
 * Internal to signing/verdict. */
#ifndef VT_VERDICT_COMPARE_H
#define VT_VERDICT_COMPARE_H

#include "base/pdf/pdf.h"

/* Streams: dictionary and raw bytes. A failing read counts as different. */
bool vt_pdf_value_same(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b);

/* Two dictionaries, leaving out the keys of a NULL-ended list; no order. */
bool vt_pdf_dict_same(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b, const char *const *except);

/* a and b may be NULL (absent). */
bool vt_pdf_entry_same(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b);

#endif
