/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One update of a PDF for the walk of a paper: laying fields, filling laid
 * text fields, preparing one signature - each alone or together in a single
 * revision. Runs in the `proof` worker. docs/pdf-steps.md has the table
 * step -> objects written -> rule that permits it.
 *
 * Coordinates: points, origin at the lower left corner of the page *as
 * displayed* (CropBox after /Rotate), x to the right, y up.
 */
#ifndef VT_SIGNING_PADES_H
#define VT_SIGNING_PADES_H

#include "base/pdf/append.h"

enum vt_field_kind { VT_FIELD_TEXT, VT_FIELD_SIGNATURE };

struct vt_field_spec {
	enum vt_field_kind kind;
	const char *name;      /* /T: ASCII letters, digits, '_', '-'; unique */
	const char *label;     /* /TU: UTF-8, read out by screen readers; NULL */
	size_t page;           /* from 0 */
	double x, y, w, h;     /* displayed; w = h = 0: invisible (signature) */
	const char *font;      /* TEXT: key in /DR /Font */
	double font_size;      /* TEXT */
	bool may_overlap;      /* the seal over a third of the hand signature */
};

struct vt_field_font {
	const char *key;       /* name in /DR /Font, e.g. "VtSerif" */
	size_t object;         /* index in the change's `fonts` graft */
};

struct vt_field_fill {
	const char *name;
	const char *value;     /* UTF-8 */
	/* Object 0 is a form XObject with /BBox [0 0 w h] of the field; the
	 * rotation of the page is added here (/Matrix). */
	const struct vt_pdf_graft *appearance;
};

struct vt_signature_spec {
	const char *field;     /* an empty signature field of the file, or NULL */
	const struct vt_field_spec *create; /* ... then this one is laid, too */
	const struct vt_pdf_graft *appearance; /* as above; NULL: none */
	const char *name, *reason, *location;  /* /Name /Reason /Location; NULL */
	vt_time time;          /* /M */
	size_t contents_size;  /* bytes, from vt_cms_size() */
};

struct vt_pades_change {
	const struct vt_field_spec *lay;
	size_t n_lay;
	const struct vt_pdf_graft *fonts;   /* NULL when n_fonts is 0 */
	const struct vt_field_font *font_keys;
	size_t n_fonts;
	const struct vt_field_fill *fills;
	size_t n_fills;
	const struct vt_signature_spec *sign; /* NULL: no signature */
};

/*
 * Builds the update. With a signature, *ret_digest is the SHA-256 of the byte
 * range, hashed in one pass.
 *
 * Refused: laying text fields into a file that has a signature already
 * (VT_E_PDF_SIGNED_NO_FIELDS), laying any field there that the signatures do
 * not permit (DocMDP, VT_E_PDF_CHANGE_FORBIDDEN), a name in use
 * (VT_E_EXISTS), a place off the page or over another field
 * (VT_E_INVALID), an unknown field (VT_E_PDF_NO_FIELD), a filled or signed one
 * (VT_E_PDF_FIELD_USED), a locked one (VT_E_PDF_CHANGE_FORBIDDEN).
 */
VT_NODISCARD int vt_pades_update(struct vt_pdf *pdf, struct vt_source *src,
    const struct vt_pades_change *change, struct vt_pdf_tail *ret_tail,
    vt_hash *ret_digest, struct vt_err *reterr);

/* ---- what a file is, before anything is decided ---- */

struct vt_field_info {
	char name[128];        /* full name, UTF-8, cut */
	enum vt_field_kind kind;
	bool filled;           /* text with a value, or signed */
	size_t page;           /* from 0; SIZE_MAX when on no page */
	double x, y, w, h;     /* displayed */
};

struct vt_inspection {
	int version;           /* 17 for 1.7 */
	uint64_t size;
	size_t pages, revisions, signatures;
	double page_w, page_h; /* of the first page, displayed */
	int docmdp;            /* 0 none, else P of the certification */
	bool linearized, tagged, has_xfa;
	int xref_kind;         /* enum vt_pdf_xref_kind of the last revision */
	int pdfa_part;         /* 0 none claimed */
	struct vt_field_info *fields;  /* owned, vt_inspection_free */
	size_t n_fields;
};

VT_NODISCARD int vt_pades_inspect(struct vt_pdf *pdf,
    struct vt_inspection *ret, struct vt_err *reterr);
void vt_inspection_free(struct vt_inspection *i);

#endif
