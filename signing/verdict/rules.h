/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that explain a change between one revision and the next. Internal
 * to signing/verdict; docs/pdf-steps.md tells which step writes what.
 */
#ifndef VT_VERDICT_RULES_H
#define VT_VERDICT_RULES_H

#include "signing/verdict/refs.h"

enum vt_object_state {
	VT_OBJECT_SAME, /* mentioned, but as it was */
	VT_OBJECT_CHANGED,
	VT_OBJECT_NEW, /* number never used before */
	VT_OBJECT_FREED,
	VT_OBJECT_REUSED /* number was free, or has another generation now */
};

/* One object that the revision's cross-reference mentions. */
struct vt_changed {
	uint32_t num;
	enum vt_object_state state;
	struct vt_pdf_object *before, *after; /* NULL when there is none */
	struct vt_step *step; /* what explains it; NULL: nothing so far */
};

/* What is being compared: revision `rev` with rev - 1. */
struct vt_diff {
	struct vt_facts *f;
	size_t rev;
	struct vt_changed *items; /* ascending by num */
	size_t n;
	struct vt_refs *refs;     /* of rev - 1 */
	struct vt_fields *fields; /* of rev - 1 */
	struct vt_err *err;
};

struct vt_changed *vt_diff_find(const struct vt_diff *d, uint32_t num);

/*
 * Tries the rules on one changed object. On success its step is filled, and
 * those of the new objects that belong to it (in f->out). *ret_why: why no
 * rule fits, static or in f->out.
 * Errors: reading failed, limits.
 */
VT_NODISCARD int vt_rules_apply(struct vt_diff *d, struct vt_changed *c,
    const char **ret_why, struct vt_err *reterr);

/* NULL in *ret when the new appearance of a text field shows its /V and
 * nothing else; else what is wrong. Errors: reading failed. */
VT_NODISCARD int vt_shown_fault(struct vt_diff *d,
    const struct vt_pdf_object *form, const struct vt_pdf_object *field,
    const char **ret);

/* Cross-reference and object streams of an update (ISO 32000-1 §7.5.7-8). */
bool vt_rule_structure(const struct vt_diff *d, const struct vt_changed *c);

#endif
