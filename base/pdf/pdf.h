/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading PDF (ISO 32000-1/-2 §7.3, §7.5) strictly and by revision.
 *
 * The file is read through a vt_source; memory depends on the number of
 * objects and on the objects looked at, not on the size of the file. What a
 * strict reader refuses is refused with the offset, the clause and the reason:
 * no repair, no scan for objects, no guessing. Files met in practice differ
 * from the letter of the standard in known harmless ways; what is tolerated
 * stands in base/pdf/README.md, each with its reason.
 *
 * Objects live in the arena given at open and are borrowed until it is freed.
 * One thread per vt_pdf. Runs in workers; in the server only on our own bytes.
 */
#ifndef VT_BASE_PDF_H
#define VT_BASE_PDF_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/source.h"

enum vt_pdf_type {
	VT_PDF_NULL, VT_PDF_BOOL, VT_PDF_INT, VT_PDF_REAL, VT_PDF_STRING,
	VT_PDF_NAME, VT_PDF_ARRAY, VT_PDF_DICT, VT_PDF_STREAM, VT_PDF_REF
};

struct vt_pdf_ref {
	uint32_t num;
	uint16_t gen;
};

struct vt_pdf_entry;

struct vt_pdf_object {
	enum vt_pdf_type type;
	/* Where the token stands: in the file, or inside the decoded object
	 * stream `objstm` (its number; 0 = the file itself). */
	uint64_t offset, end;
	uint32_t objstm;
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct vt_span string;        /* decoded bytes */
		struct vt_span name;          /* decoded, without the slash */
		struct {
			struct vt_pdf_object **items;
			size_t n;
		} array;
		struct {
			struct vt_pdf_entry *entries; /* in file order */
			size_t n;                     /* duplicates refused */
		} dict;
		struct {
			struct vt_pdf_object *dict;
			uint64_t offset;      /* of the raw data in the file */
			uint64_t length;      /* raw bytes */
			uint32_t revision;    /* whose view resolves its keys */
		} stream;
		struct vt_pdf_ref ref;
	} u;
	bool hex;   /* a string written as <...> */
};

struct vt_pdf_entry {
	struct vt_span key; /* decoded name */
	struct vt_pdf_object *value;
};

enum vt_pdf_xref_kind {
	VT_PDF_XREF_TABLE, VT_PDF_XREF_STREAM,
	VT_PDF_XREF_HYBRID /* table whose trailer has /XRefStm */
};

/* One revision: an xref section (a linearized file's two count as one) and
 * the objects it defines. Revision 0 is the oldest. */
struct vt_pdf_revision {
	enum vt_pdf_xref_kind kind;
	uint64_t xref_offset;  /* what startxref names for this revision */
	uint64_t eof;          /* first byte after its %%EOF */
	uint64_t end;          /* the same after the end of line, if any */
	struct vt_pdf_object *trailer; /* dictionary in force, own arena */
	uint32_t size;         /* /Size */
	uint32_t *objects;     /* numbers its sections mention, ascending;
	                          0, the head of the free list, left out */
	size_t n_objects;
};

enum vt_pdf_slot_state {
	VT_PDF_SLOT_NONE,      /* never mentioned */
	VT_PDF_SLOT_FREE,
	VT_PDF_SLOT_FILE,      /* at offset */
	VT_PDF_SLOT_OBJSTM     /* in object stream `stream`, at `index` */
};

struct vt_pdf_slot {
	enum vt_pdf_slot_state state;
	uint16_t gen;
	uint64_t offset;       /* FILE */
	uint32_t stream, index; /* OBJSTM */
	uint32_t revision;     /* the one that defined this state */
};

struct vt_pdf;

/*
 * Opens a file: finds startxref, walks the /Prev chain (loops, backward jumps
 * and sections outside the file refused), reads every section and checks that
 * each entry of a table points at "N G obj".
 *
 * src: borrowed until vt_pdf_free. arena: borrowed likewise.
 * Errors: VT_E_FILE_EMPTY, VT_E_NOT_PDF (no %PDF- in the first 1024 bytes),
 * VT_E_PDF_TRUNCATED (no startxref / %%EOF at the end), VT_E_PDF_XREF,
 * VT_E_PDF_SYNTAX, VT_E_PDF_ENCRYPTED (trailer has /Encrypt),
 * VT_E_PDF_UNSUPPORTED, VT_E_LIMIT, VT_E_NOMEM.
 * Cost: O(entries of all sections); object bodies are not read.
 */
VT_NODISCARD int vt_pdf_open(struct vt_source *src, struct vt_arena *arena,
    struct vt_pdf **ret, struct vt_err *reterr);
void vt_pdf_free(struct vt_pdf *pdf);
VT_CLEANUP_DEFINE(struct vt_pdf, vt_pdf_free)

uint64_t vt_pdf_size(const struct vt_pdf *pdf);         /* bytes of the file */
size_t vt_pdf_revisions(const struct vt_pdf *pdf);      /* >= 1 */
const struct vt_pdf_revision *vt_pdf_revision(const struct vt_pdf *pdf,
    size_t i);
/* Header version as 10 * major + minor (17 for %PDF-1.7), and where the
 * header stands (0 unless junk precedes it). */
int vt_pdf_version(const struct vt_pdf *pdf, uint64_t *ret_offset);
/* True when the first object is a linearization dictionary. */
bool vt_pdf_is_linearized(const struct vt_pdf *pdf);

/* State of object num as revision rev saw it (rev < revisions). O(log n). */
struct vt_pdf_slot vt_pdf_slot(const struct vt_pdf *pdf, size_t rev,
    uint32_t num);

#define VT_PDF_LATEST SIZE_MAX

/*
 * Reads object num as revision rev saw it. A free or unknown number gives the
 * null object, as the standard says (§7.3.10). Results are cached.
 * Errors: VT_E_PDF_SYNTAX, VT_E_PDF_XREF (number at the offset differs),
 * VT_E_PDF_TRUNCATED, VT_E_LIMIT, VT_E_NOMEM.
 */
VT_NODISCARD int vt_pdf_get(struct vt_pdf *pdf, size_t rev, uint32_t num,
    struct vt_pdf_object **ret, struct vt_err *reterr);

/* Follows references (at most 32) until a value; others are returned as is. */
VT_NODISCARD int vt_pdf_resolve(struct vt_pdf *pdf, size_t rev,
    struct vt_pdf_object *o, struct vt_pdf_object **ret,
    struct vt_err *reterr);

/* Entry of a dictionary (or of a stream's), not resolved; NULL when absent or
 * when o is neither. */
struct vt_pdf_object *vt_pdf_dict_get(const struct vt_pdf_object *o,
    const char *key);

/* The same, resolved; *ret = NULL when absent or null. */
VT_NODISCARD int vt_pdf_lookup(struct vt_pdf *pdf, size_t rev,
    const struct vt_pdf_object *o, const char *key,
    struct vt_pdf_object **ret, struct vt_err *reterr);

bool vt_pdf_is_name(const struct vt_pdf_object *o, const char *name);
/* Integer value, or real with no fraction; false otherwise (o may be NULL). */
bool vt_pdf_int(const struct vt_pdf_object *o, int64_t *ret);
bool vt_pdf_number(const struct vt_pdf_object *o, double *ret);

/* The document catalog as revision rev saw it. */
VT_NODISCARD int vt_pdf_catalog(struct vt_pdf *pdf, size_t rev,
    struct vt_pdf_object **ret, struct vt_pdf_ref *ret_ref,
    struct vt_err *reterr);

/*
 * Appends the decoded data of a stream. Filters: none and FlateDecode with
 * predictors 1, 2, 10-15 (others: VT_E_PDF_UNSUPPORTED). limit: bytes.
 */
VT_NODISCARD int vt_pdf_stream_data(struct vt_pdf *pdf,
    const struct vt_pdf_object *stream, size_t limit, struct vt_buf *ret,
    struct vt_err *reterr);

/* ---- pages ---- */

struct vt_pdf_page {
	struct vt_pdf_ref ref;
	struct vt_pdf_object *dict;
	double media[4], crop[4]; /* pt: x0 < x1, y0 < y1; inherited resolved */
	int rotate;               /* 0, 90, 180, 270, clockwise */
};

VT_NODISCARD int vt_pdf_page_count(struct vt_pdf *pdf, size_t rev,
    size_t *ret, struct vt_err *reterr);
/* Page i, from 0. VT_E_NOT_FOUND past the last. */
VT_NODISCARD int vt_pdf_page(struct vt_pdf *pdf, size_t rev, size_t i,
    struct vt_pdf_page *ret, struct vt_err *reterr);

/* ---- writing values ---- */

/* Appends o in PDF syntax; references stay references, streams are refused
 * (assert). Reals keep their value to 1e-5. */
void vt_pdf_print(const struct vt_pdf_object *o, struct vt_buf *ret);
/* A literal string, escaped; a name, with #xx where needed. */
void vt_pdf_print_string(struct vt_span s, struct vt_buf *ret);
void vt_pdf_print_name(struct vt_span s, struct vt_buf *ret);
/* A text string (§7.9.2.2): ASCII as literal, else UTF-16BE with BOM in hex. */
void vt_pdf_print_text(struct vt_span utf8, struct vt_buf *ret);
/* A number without exponent, at most 4 decimals. */
void vt_pdf_print_real(double v, struct vt_buf *ret);

/* Parses one value from memory (no streams) into the arena; trailing bytes
 * other than white space are refused. For grafts and tests. */
VT_NODISCARD int vt_pdf_parse(struct vt_span s, struct vt_arena *arena,
    struct vt_pdf_object **ret, struct vt_err *reterr);

/* Text string to UTF-8 NFC-free copy in the arena (PDFDocEncoding, UTF-16BE,
 * UTF-8 with BOM); undecodable bytes become U+FFFD. */
struct vt_span vt_pdf_text(const struct vt_pdf_object *o,
    struct vt_arena *arena);

#endif
