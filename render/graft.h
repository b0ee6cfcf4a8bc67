/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building grafts (base/pdf/append.h): bodies and streams in an arena. */
#ifndef VT_RENDER_GRAFT_H
#define VT_RENDER_GRAFT_H

#include "base/arena.h"
#include "base/pdf/append.h"

#define VT_GRAFT_OBJECTS 24

/* What references in a body mean. */
#define VT_GRAFT_LOCAL  65535
#define VT_GRAFT_IMPORT 65534

/* The first failure sticks, as in vt_buf. Objects are numbered in the order
 * they are added; vt_grafter_reserve() numbers one that is filled later. */
struct vt_grafter {
	struct vt_arena *a; /* borrowed */
	struct vt_pdf_graft_object o[VT_GRAFT_OBJECTS];
	size_t n;
	const char *import; /* at most one, NULL: none; borrowed */
	int rc;
	struct vt_err err;
};

void vt_grafter_init(struct vt_grafter *g, struct vt_arena *a);
size_t vt_grafter_reserve(struct vt_grafter *g);
/* Body of object i: copied. */
void vt_grafter_body(struct vt_grafter *g, size_t i, const struct vt_buf *b);
/* Stream with these dictionary entries (without << >>); data is deflated when
 * that makes it shorter, and /Filter added then. */
void vt_grafter_stream(struct vt_grafter *g, size_t i, const struct vt_buf *b,
    struct vt_span data);
/* The same without packing, for an appearance: the laid field's empty one has
 * no /Filter either, and EU DSS calls a filter that comes with the filled one
 * an undefined change. */
void vt_grafter_form(struct vt_grafter *g, size_t i, const struct vt_buf *b,
    struct vt_span data);
void vt_grafter_fail(struct vt_grafter *g, const struct vt_err *err);
VT_NODISCARD int vt_grafter_finish(
    struct vt_grafter *g, struct vt_pdf_graft *ret, struct vt_err *reterr);

#endif
