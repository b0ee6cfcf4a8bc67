/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing PDF values for an update: dictionaries of the file with a few
 * entries changed, and grafts fitted to their place. Internal to
 * signing/pades.
 */
#ifndef VT_SIGNING_WRITE_H
#define VT_SIGNING_WRITE_H

#include "base/pdf/append.h"

/*
 * Appends a value as the file has it: its very bytes where it stands in the
 * file itself, so that a comparison sees nothing but what we changed; printed
 * anew where it stands in an object stream.
 */
VT_NODISCARD int vt_write_original(struct vt_source *src,
    const struct vt_pdf_object *o, struct vt_buf *ret, struct vt_err *reterr);

struct vt_write_edit {
	const char *key;
	struct vt_span value; /* in PDF syntax; empty: the entry is dropped */
};

/* Appends dict with these entries replaced or added, the others as they are,
 * in their order. dict NULL: a dictionary of the edits alone. */
VT_NODISCARD int vt_write_edited(struct vt_source *src,
    const struct vt_pdf_object *dict, const struct vt_write_edit *edits,
    size_t n, struct vt_buf *ret, struct vt_err *reterr);

/* An import of a graft that this very update creates. */
struct vt_write_known {
	const char *path;  /* as in vt_pdf_graft: "DR/Font/VtSerif" */
	uint32_t num;
};

/*
 * A copy of g in the arena whose imports named in known are references to
 * those objects, and whose object 0 has this /Matrix (NULL: none added).
 * Errors: VT_E_INVALID when object 0 is no form XObject or has a /Matrix
 * already; VT_E_SYNTAX for a body that cannot be read.
 */
VT_NODISCARD int vt_write_fit_graft(const struct vt_pdf_graft *g,
    const double *matrix, const struct vt_write_known *known, size_t n_known,
    struct vt_arena *arena, struct vt_pdf_graft *ret, struct vt_err *reterr);

#endif
