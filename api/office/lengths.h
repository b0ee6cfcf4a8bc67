/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lengths of Appendix VI of Decree 30/2020: longer values are kept, and
 * told (docs/phu-luc-vi.md). */
#ifndef VT_API_OFFICE_LENGTHS_H
#define VT_API_OFFICE_LENGTHS_H

#include "docstore/record.h"

#define VT_LONG_MAX 16 /* fields that have a length there */

struct vt_long {
	const char *field;  /* of the contract, "subject" */
	const char *vi;     /* what people call it */
	size_t length, max; /* characters, of numbers digits */
};

/* The fields of a paper's metadata that are longer than there; static text.
 * At most VT_LONG_MAX. Pure. */
size_t vt_meta_long(
    const struct vt_meta *m, struct vt_long ret[static VT_LONG_MAX]);

#endif
