/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The appender: one incremental update (ISO 32000-1 §7.5.6) after the last
 * revision of an open file. Follows that revision's xref kind: a table after
 * a table (and after a hybrid one), a stream after a stream. Writes only the
 * objects given. The result is a *tail*: the new file is the old bytes, as
 * they are, followed by the tail.
 */
#ifndef VT_BASE_PDF_APPEND_H
#define VT_BASE_PDF_APPEND_H

#include "base/id.h"
#include "base/pdf/pdf.h"

/*
 * Objects made elsewhere, to be put into a file later: how render hands
 * appearances, fonts and pictures to signing. Plain values: encodable, no
 * pointers into a file.
 *
 * In a body, "i 65535 R" refers to object i of the graft, and "j 65534 R" to
 * import j: something the file already has, named by path from the AcroForm
 * dictionary, e.g. "DR/Font/VtSerif" (must resolve to an indirect object).
 */
struct vt_pdf_graft_object {
	struct vt_span body;   /* any value; for a stream its dictionary without
	                          /Length */
	struct vt_span data;   /* stream data */
	bool is_stream;
};

struct vt_pdf_graft {
	const struct vt_pdf_graft_object *objects;
	size_t n_objects;
	const char *const *imports;
	size_t n_imports;
};

struct vt_pdf_append;

/*
 * pdf: borrowed until vt_pdf_append_free. Errors: VT_E_PDF_UNSUPPORTED when
 * bytes precede the header (readers count a byte range differently then);
 * VT_E_PDF_SYNTAX without a catalog; VT_E_LIMIT, VT_E_NOMEM.
 */
VT_NODISCARD int vt_pdf_append_new(struct vt_pdf *pdf,
    struct vt_pdf_append **ret, struct vt_err *reterr);
void vt_pdf_append_free(struct vt_pdf_append *a);
VT_CLEANUP_DEFINE(struct vt_pdf_append, vt_pdf_append_free)

/* Next free object number (beyond /Size of every revision; a freed number is
 * never reused). */
VT_NODISCARD int vt_pdf_append_alloc(struct vt_pdf_append *a, uint32_t *ret,
    struct vt_err *reterr);

/* Gives object num (new, or existing with its generation) this value; body is
 * copied. An object may be put once. */
VT_NODISCARD int vt_pdf_append_put(struct vt_pdf_append *a, uint32_t num,
    struct vt_span body, struct vt_err *reterr);
/* A stream: dictionary without /Length, and its raw data, both copied. */
VT_NODISCARD int vt_pdf_append_stream(struct vt_pdf_append *a, uint32_t num,
    struct vt_span dict, struct vt_span data, struct vt_err *reterr);

/*
 * Puts every object of a graft, rewriting its local references. ret_nums: one
 * number per object. Errors: VT_E_PDF_NO_FIELD for an import that the file
 * lacks; VT_E_SYNTAX for a bad body.
 */
VT_NODISCARD int vt_pdf_append_graft(struct vt_pdf_append *a,
    const struct vt_pdf_graft *g, uint32_t *ret_nums, struct vt_err *reterr);

/*
 * Reserves a signature's place: the object is written last, with
 * "/ByteRange [...]" padded to 60 characters and "/Contents <00...>" of
 * 2 * contents_size digits after the given entries (dictionary body without
 * << >>, e.g. "/Type /Sig /Filter ..."). At most once per update.
 */
VT_NODISCARD int vt_pdf_append_signature(struct vt_pdf_append *a,
    uint32_t num, struct vt_span entries, size_t contents_size,
    struct vt_err *reterr);

struct vt_pdf_tail {
	struct vt_buf bytes;     /* to be appended; owned, vt_pdf_tail_free */
	uint64_t base;           /* size of the file it belongs to */
	bool has_signature;
	uint64_t byte_range[4];  /* absolute; filled into bytes already */
	uint64_t hole;           /* offset in bytes of the first hex digit */
	size_t hole_size;        /* hex digits */
};

#define VT_PDF_TAIL_INIT { .bytes = VT_BUF_INIT }
void vt_pdf_tail_free(struct vt_pdf_tail *t);
/* Use: __attribute__((cleanup(vt_pdf_tail_free))) struct vt_pdf_tail t = ...*/

/*
 * Finishes the update: objects in ascending order, xref section, trailer
 * (/Root, /Info, /ID kept; /ID's second string new, derived from the tail's
 * hash so that the same input gives the same bytes; /Prev; /Size), startxref.
 * A file that ends without an end of line gets one first. Once per update.
 * Errors: VT_E_NOMEM, VT_E_LIMIT, VT_E_PDF_UNSUPPORTED (a classic table past
 * 10^10 bytes).
 */
VT_NODISCARD int vt_pdf_append_finish(struct vt_pdf_append *a,
    struct vt_pdf_tail *ret, struct vt_err *reterr);

/*
 * SHA-256 over the byte range of file + tail. src: the old file. One pass.
 */
VT_NODISCARD int vt_pdf_tail_digest(const struct vt_pdf_tail *t,
    struct vt_source *src, vt_hash *ret, struct vt_err *reterr);

/* Writes the CMS into the hole. VT_E_HOLE_TOO_SMALL. Pure memory. */
VT_NODISCARD int vt_pdf_tail_embed(struct vt_pdf_tail *t, struct vt_span cms,
    struct vt_err *reterr);

#endif
