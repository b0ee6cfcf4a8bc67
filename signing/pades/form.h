/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interactive form of a file (ISO 32000-2 §12.7) as one revision saw it:
 * its terminal fields with what they inherit, where their widgets stand, and
 * what the signatures already there permit. Read only; internal to signing.
 */
#ifndef VT_SIGNING_FORM_H
#define VT_SIGNING_FORM_H

#include "base/pdf/pdf.h"

struct vt_form_field {
	const char *name;      /* full name (§12.7.4.2), UTF-8 */
	struct vt_pdf_ref ref; /* num 0: the dictionary is not indirect */
	struct vt_pdf_object *dict;
	const char *type;      /* /FT, own or inherited: "Tx", "Sig", ...; "" */
	struct vt_pdf_object *value; /* /V, own or inherited; NULL: none */
	bool merged;           /* field and widget are one dictionary */
	size_t widgets;        /* 1 when merged, else its kids */
	struct vt_pdf_object *widget; /* the first; NULL: none */
	struct vt_pdf_ref widget_ref;
	size_t page;           /* of the first widget; SIZE_MAX: unknown */
	double rect[4];        /* page space, ordered; zeros when absent */
};

/* What one signature forbids (§12.8.2.4, §12.7.5.5). */
struct vt_form_lock {
	const char *by;        /* the signature's field */
	bool all, exclude;     /* of `names`; all: every field */
	const char **names;    /* full names; each covers what is below it */
	size_t n_names;
};

struct vt_form {
	struct vt_pdf_object *catalog;
	struct vt_pdf_ref catalog_ref;
	struct vt_pdf_object *acroform;  /* NULL: none */
	struct vt_pdf_ref acroform_ref;  /* num 0: direct in the catalog */
	struct vt_form_field *fields;    /* terminal ones, in tree order */
	size_t n_fields;
	size_t signatures;     /* signature fields that have a value */
	int docmdp;            /* strictest P of DocMDP in the file; 0: none */
	const char *docmdp_by;
	struct vt_form_lock *locks;
	size_t n_locks;
	bool xfa;
};

/*
 * Everything lives in arena, except the objects, which live in pdf's.
 * Errors: VT_E_PDF_SYNTAX and those of reading objects, VT_E_LIMIT.
 * Cost: O(fields + pages when there are fields).
 */
VT_NODISCARD int vt_form_read(struct vt_pdf *pdf, size_t rev,
    struct vt_arena *arena, struct vt_form *ret, struct vt_err *reterr);

/* By full name; NULL when there is none. */
const struct vt_form_field *vt_form_find(const struct vt_form *f,
    const char *name);

/* The lock that covers a field of this name, or NULL. */
const struct vt_form_lock *vt_form_locked(const struct vt_form *f,
    const char *name);

#endif
