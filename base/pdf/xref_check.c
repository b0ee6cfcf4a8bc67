/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the cross-reference tells the truth. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

/* The entry points at "N G obj" inside the bytes its revision had. */
static int
check_file_entry(
    struct vt_pdf *pdf, const struct pdf_entry *e, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	uint32_t num;
	uint16_t gen;

	if (e->pos >= pdf->revs[e->rev].end)
		return pdf_xref_fail(reterr, e->pos, "7.5.6",
		    "object %" PRIu32 " of revision %u stands after the end "
		    "of that revision (%" PRIu64 ")",
		    e->num, (unsigned)e->rev, pdf->revs[e->rev].end);
	/* "in use" at 0 is what Quartz and Skia list for an object they never
	 * wrote. Nothing stands there, so reading it fails; a file that never
	 * refers to it is sound. */
	if (e->pos == pdf->base)
		return VT_OK;
	pdf_seek_token(lx, e->pos);
	if (!pdf_starts_number(lx) || !pdf_object_head(lx, &num, &gen)) {
		char want[64];

		(void)snprintf(want, sizeof(want), "\"%" PRIu32 " %u obj\"",
		    e->num, (unsigned)e->gen);
		/* a cut file shows itself before, by its missing end */
		return pdf_fail(lx, VT_E_PDF_XREF, "7.5.4", want, reterr);
	}
	if (num != e->num || gen != e->gen)
		return pdf_xref_fail(reterr, e->pos, "7.5.4",
		    "object %" PRIu32 " %u is said to stand here, found "
		    "object %" PRIu32 " %u",
		    e->num, (unsigned)e->gen, num, (unsigned)gen);
	return VT_OK;
}

/* The stream is a plain object, the same in all revisions that use it. */
static int
check_stream_entry(struct vt_pdf *pdf, size_t i, struct vt_err *reterr)
{
	const struct pdf_entry *e = &pdf->index.v[i];
	uint32_t num = (uint32_t)(e->pos >> 32);
	size_t k = pdf_entry_find(pdf, e->rev, num);

	if (k == PDF_NO_ENTRY || pdf->index.v[k].state != VT_PDF_SLOT_FILE ||
	    pdf->index.v[k].gen != 0)
		return pdf_xref_fail(reterr, pdf->revs[e->rev].xref_offset,
		    "7.5.7",
		    "object %" PRIu32 " is said to be in object "
		    "stream %" PRIu32 ", which is no object of the file",
		    e->num, num);
	if (!pdf_entry_stable(pdf, num, e->rev, pdf_entry_last(pdf, i)))
		return pdf_xref_fail(reterr, pdf->revs[e->rev].xref_offset,
		    "7.5.7",
		    "object %" PRIu32 " is read from object stream %" PRIu32
		    ", which a later revision replaces",
		    e->num, num);
	VT_ASSERT(num / 8 < pdf->n_containers);
	pdf->containers[num / 8] |= (uint8_t)(1u << num % 8);
	return VT_OK;
}

int
pdf_chain_check(struct vt_pdf *pdf, struct vt_err *reterr)
{
	uint32_t most = 0;
	int rc = VT_OK;

	for (size_t i = 0; i < pdf->index.n; i++)
		if (pdf->index.v[i].num > most)
			most = pdf->index.v[i].num;
	pdf->n_containers = most / 8 + 1;
	pdf->containers = calloc(pdf->n_containers, 1);
	if (pdf->containers == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF object streams");
	for (size_t i = 0; i < pdf->index.n && rc == VT_OK; i++) {
		if (pdf->index.v[i].state == VT_PDF_SLOT_FILE)
			rc = check_file_entry(pdf, &pdf->index.v[i], reterr);
		else if (pdf->index.v[i].state == VT_PDF_SLOT_OBJSTM)
			rc = check_stream_entry(pdf, i, reterr);
	}
	return rc;
}
