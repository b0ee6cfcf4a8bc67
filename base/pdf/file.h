/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The open file as the parts of base/pdf see it; private to base/pdf. */
#ifndef VT_BASE_PDF_FILE_H
#define VT_BASE_PDF_FILE_H

#include "base/pdf/object.h"

#define VT_PDF_MAGIC 0x70646631

/* One line of a cross-reference section. */
struct pdf_entry {
	uint64_t pos; /* FILE: absolute offset; OBJSTM: stream << 32 | index */
	uint32_t num;
	uint16_t gen;
	uint16_t rev; /* while the chain is read: 0 = newest; then 0 = oldest */
	uint16_t
	    order;     /* sections of one revision: the lowest is asked first */
	uint8_t state; /* enum vt_pdf_slot_state, never NONE */
	bool via_stream; /* came from the /XRefStm of a hybrid section */
};

struct pdf_entries {
	struct pdf_entry *v; /* owned */
	size_t n, cap;
};

/* One section as read, before revisions are made of them. */
struct pdf_section {
	uint64_t at;    /* what startxref or /Prev names */
	uint64_t start; /* its first byte, after white space */
	uint64_t after; /* one past its trailer or its endobj */
	bool is_table;
	struct vt_pdf_object *trailer;
	uint32_t size; /* /Size */
	bool has_prev, has_xrefstm;
	uint64_t prev, xrefstm; /* absolute */
};

/* A decoded object stream; kept while it is among the last few used. */
struct pdf_objstm {
	size_t entry;  /* index of the entry that defines the stream */
	uint64_t used; /* tick of last use, 0 = vacant */
	struct vt_buf data;
	uint32_t *nums;    /* owned */
	uint64_t *offsets; /* owned, absolute in data */
	size_t n;
};

#define PDF_OBJSTM_CACHE 8

/* One leaf of the page tree, with what it inherits. */
struct pdf_leaf {
	struct vt_pdf_ref ref;
	struct vt_pdf_object *media, *crop, *rotate; /* unresolved, or NULL */
};

struct vt_pdf {
	uint32_t magic;
	struct vt_source *src;  /* borrowed */
	struct vt_arena *arena; /* borrowed */
	struct pdf_lexer lx;
	struct pdf_parser parser;
	uint64_t header; /* where %PDF- stands */
	uint64_t base;   /* what offsets in the file count from */
	int version;
	bool linearized;
	struct vt_pdf_revision *revs; /* owned, and each one's objects */
	size_t n_revs;
	struct pdf_entries index;     /* ascending by number, then revision */
	struct vt_pdf_object **cache; /* owned; one per entry, or NULL */
	uint8_t *containers; /* owned bitmap: used as an object stream */
	size_t n_containers; /* bytes of it: up to the highest of the index */
	struct vt_pdf_object *null;
	struct pdf_objstm objstms[PDF_OBJSTM_CACHE];
	uint64_t tick;
	unsigned nesting;        /* objects being read within one another */
	struct pdf_leaf *leaves; /* owned; page tree of leaves_rev */
	size_t n_leaves, cap_leaves, leaves_rev;
};

#define PDF_NO_ENTRY SIZE_MAX

/* xref.c: walks the chain from the section at `at` (absolute); `startxref` is
 * where that word stands for it. Fills revs, n_revs and index. */
VT_NODISCARD int pdf_chain_read(
    struct vt_pdf *pdf, uint64_t at, uint64_t startxref, struct vt_err *reterr);
/* Position of the entry in force for num at revision rev, or PDF_NO_ENTRY. */
size_t pdf_entry_find(const struct vt_pdf *pdf, size_t rev, uint32_t num);
/* True when num has one and the same place from revision first to last. */
bool pdf_entry_stable(
    const struct vt_pdf *pdf, uint32_t num, size_t first, size_t last);
/* The last revision in which entry i is in force. */
size_t pdf_entry_last(const struct vt_pdf *pdf, size_t i);
VT_NODISCARD int pdf_entries_add(
    struct pdf_entries *v, const struct pdf_entry *e, struct vt_err *reterr);

/* xref_check.c: each entry against the file, object streams against the
 * revisions that use them. */
VT_NODISCARD int pdf_chain_check(struct vt_pdf *pdf, struct vt_err *reterr);

/* xref_table.c, xref_stream.c: the section at s->at; entries get what `tmpl`
 * says about revision, order and origin. */
VT_NODISCARD int pdf_table_read(struct vt_pdf *pdf, struct pdf_section *s,
    const struct pdf_entry *tmpl, struct vt_err *reterr);
VT_NODISCARD int pdf_xref_stream_read(struct vt_pdf *pdf, struct pdf_section *s,
    const struct pdf_entry *tmpl, struct vt_err *reterr);
/* Reads /Prev, /XRefStm, refuses /Encrypt. */
VT_NODISCARD int pdf_trailer_take(
    struct vt_pdf *pdf, struct pdf_section *s, struct vt_err *reterr);
/* An offset of the file as an absolute position; false outside the file. */
bool pdf_absolute(const struct vt_pdf *pdf, int64_t offset, uint64_t *ret);

/* read.c: moves lx to the first token at or soon after `at`, where an object
 * or a section is said to stand. */
void pdf_seek_token(struct pdf_lexer *lx, uint64_t at);
/* True when a number or reference begins at lx->at, not in the middle of a
 * longer number. */
bool pdf_starts_number(struct pdf_lexer *lx);

/* Revisions `first` to `last`; none when first > last, as long as the chain is
 * still being read. */
struct pdf_view {
	size_t first, last;
};

/*
 * A value that must not depend on who asks: direct, or a reference to an
 * object that is the same in all revisions of the view; in an empty one it
 * must be direct. *ret = NULL when o is NULL or null. owner: number, for
 * messages.
 */
VT_NODISCARD int pdf_fixed_value(struct vt_pdf *pdf, struct vt_pdf_object *o,
    struct pdf_view view, uint32_t owner, struct vt_pdf_object **ret,
    struct vt_err *reterr);

/*
 * read.c: the object that stands at `at`, up to and with its endobj, which must
 * lie before `limit`. view: the revisions in which it is in force. lx is left
 * after endobj.
 */
struct pdf_place {
	uint64_t at, limit;
	uint32_t num;
	uint16_t gen;
	bool any; /* take whatever number stands there */
	struct pdf_view view;
};
VT_NODISCARD int pdf_read_object(struct vt_pdf *pdf, struct pdf_place *place,
    struct vt_pdf_object **ret, struct vt_err *reterr);

/* objstm.c: the object that entry i (state OBJSTM) names. */
VT_NODISCARD int pdf_objstm_read(struct vt_pdf *pdf, size_t i,
    struct vt_pdf_object **ret, struct vt_err *reterr);
void pdf_objstm_free(struct pdf_objstm *s);
VT_NODISCARD int pdf_get_entry(struct vt_pdf *pdf, size_t i,
    struct vt_pdf_object **ret, struct vt_err *reterr);

/* open.c: fails with VT_E_PDF_XREF at an absolute position. */
int pdf_xref_fail(struct vt_err *reterr, uint64_t at, const char *clause,
    const char *fmt, ...) VT_PRINTF(4, 5);

#endif
