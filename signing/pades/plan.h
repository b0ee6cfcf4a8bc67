/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an update will do, decided and checked before a byte is written: every
 * refusal of vt_pades_update() but those of memory is made here. Internal to
 * signing/pades.
 */
#ifndef VT_SIGNING_PLAN_H
#define VT_SIGNING_PLAN_H

#include "signing/pades/form.h"
#include "signing/pades/pades.h"

/* One field that the update touches: laid now, or in the file. */
struct vt_plan_field {
	const char *name;
	const struct vt_field_spec *spec;     /* NULL: it is in the file */
	const struct vt_form_field *old;      /* NULL: it is laid now */
	size_t page;                          /* SIZE_MAX: on none */
	struct vt_pdf_page at;                /* set when page is */
	double rect[4];                       /* page space */
	double w, h;                          /* displayed */
	const struct vt_field_fill *fill;     /* NULL: not filled now */
	const struct vt_signature_spec *sign; /* NULL: not signed now */
};

struct vt_plan {
	struct vt_pdf *pdf;
	const struct vt_pades_change *change;
	struct vt_arena *arena;
	struct vt_form form;
	struct vt_plan_field *fields;
	size_t n_fields;
	size_t n_laid;  /* of them; they come first */
};

VT_NODISCARD int vt_plan_make(struct vt_pdf *pdf,
    const struct vt_pades_change *change, struct vt_arena *arena,
    struct vt_plan *ret, struct vt_err *reterr);

#endif
