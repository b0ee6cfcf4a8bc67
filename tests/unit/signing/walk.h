/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDFs to sign, and the steps of a paper on them, all in memory and in this
 * process: what the tests of signing share.
 */
#ifndef VT_TESTS_WALK_H
#define VT_TESTS_WALK_H

#include "signing/pades/pades.h"
#include "tests/unit/signing/pki.h"

enum walk_xref {
	WALK_TABLE,
	WALK_STREAM, /* a cross-reference stream */
	WALK_OBJSTM, /* the same, catalog and pages in an object stream */
	WALK_HYBRID,
	WALK_LINEARIZED,
	WALK_XREF_MAX
};

struct walk_pdf {
	enum walk_xref xref;
	int rotate;
	const char *media, *crop; /* NULL: A4, none */
	const char *page;         /* more entries of the page; may be NULL */
	const char *catalog;      /* more entries of the catalog; may be NULL */
	const char *objects;      /* more objects from 20 on, "20 0 obj ..." */
};

/* A file of one page; HYBRID and LINEARIZED take nothing but rotate. */
void walk_pdf(const struct walk_pdf *p, struct vt_buf *ret);

/*
 * file + update -> ret (the whole new file). key: signs when the change has a
 * signature; a contents_size of 0 is what the key needs. Errors of vt_pades_update().
 */
int walk_step(const struct vt_buf *file, const struct vt_pades_change *c,
    struct vt_key *key, struct vt_buf *ret, struct vt_err *reterr);

/* Two text fields (number, date), the leader's and the agency's signature
 * fields, `initials` more; lays them with a font "VtSerif". */
int walk_lay(const struct vt_buf *file, size_t initials, struct vt_buf *ret,
    struct vt_err *reterr);
/* Fills vt_number and vt_date. */
int walk_fill(
    const struct vt_buf *file, struct vt_buf *ret, struct vt_err *reterr);
/* Signs a laid field with a small picture of w x h. */
int walk_sign(const struct vt_buf *file, const char *field, double w, double h,
    struct vt_key *key, struct vt_buf *ret, struct vt_err *reterr);

/* Grafts: a text in the font "VtSerif" of the form; a framed box. */
extern const struct vt_pdf_graft walk_text_graft, walk_box_graft,
    walk_font_graft;
#define WALK_TIME VT_TIME_S(1795000000) /* 2026-11-18 */

/* Inspects; the caller frees. */
int walk_inspect(const struct vt_buf *file, struct vt_inspection *ret,
    struct vt_err *reterr);

#endif
