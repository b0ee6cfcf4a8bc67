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

/* An import that an object of the merged graft stands in for. */
struct vt_write_known {
	const char *path; /* as in vt_pdf_graft: "DR/Font/VtSerif" */
	size_t object;    /* its index in the merged graft */
};

/*
 * Several grafts as one, so that one may name objects of another: the fonts
 * laid by this very update and the appearances that use them.
 */
struct vt_write_merge {
	struct vt_arena *arena;
	const struct vt_write_known *known; /* for those added from now on */
	size_t n_known;
	struct vt_pdf_graft_object *objects;
	const char **imports;
	size_t n_objects, cap_objects, n_imports, cap_imports;
};

/*
 * Adds g; *ret_first is the index of its object 0. matrix: added to object 0
 * (NULL: none). Errors: VT_E_INVALID when object 0 has a /Matrix already;
 * VT_E_SYNTAX for a body that cannot be read or refers outside g; VT_E_LIMIT
 * for more than GRAFT_OBJECTS_MAX objects.
 */
VT_NODISCARD int vt_write_merge_add(struct vt_write_merge *m,
    const struct vt_pdf_graft *g, const double *matrix, size_t *ret_first,
    struct vt_err *reterr);

/* VT_E_INVALID when object i is not a form XObject. */
VT_NODISCARD int vt_write_check_form(const struct vt_write_merge *m, size_t i,
    struct vt_err *reterr);

#endif
