/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An update while it is collected; private to base/pdf. */
#ifndef VT_BASE_PDF_UPDATE_H
#define VT_BASE_PDF_UPDATE_H

#include "base/pdf/append.h"
#include "base/pdf/file.h"

#define PDF_APPEND_MAGIC 0x70646131

/* Characters reserved for "[0 a b c]": three numbers of 18 digits fit. */
#define PDF_BYTE_RANGE_WIDTH 60

enum pdf_item_kind { PDF_ITEM_VALUE, PDF_ITEM_STREAM, PDF_ITEM_SIGNATURE };

/* One object to be written; offsets are into vt_pdf_append.store. */
struct pdf_item {
	uint32_t num;
	uint16_t gen;
	enum pdf_item_kind kind;
	size_t body, body_n;  /* the value; of a dictionary that gets more keys,
				 what stands between << and >> */
	size_t data, data_n;  /* of a stream */
	size_t contents_size; /* of a signature, bytes */
	uint64_t at; /* where it stands in the new file, once written */
};

struct vt_pdf_append {
	uint32_t magic;
	struct vt_pdf *pdf; /* borrowed */
	uint32_t first_new; /* numbers from here on are ours */
	uint32_t next;
	struct pdf_item *items; /* owned */
	size_t n, cap;
	struct vt_buf store; /* bodies and data */
	bool has_signature;
	bool finished;
};

VT_NODISCARD int pdf_items_add(struct vt_pdf_append *a,
    const struct pdf_item *item, struct vt_err *reterr);

/* xref_write.c: cross-reference section, trailer and startxref at the end of
 * t, for the items as they stand (ascending, positions known). Returns the
 * place of the 32 digits of /ID's second string in *ret_id, 0 without /ID. */
VT_NODISCARD int pdf_xref_write(struct vt_pdf_append *a, struct vt_pdf_tail *t,
    size_t *ret_id, struct vt_err *reterr);

#endif
