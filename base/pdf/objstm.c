/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Object streams (ISO 32000-2 §7.5.7). */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

#define CLAUSE "7.5.7"

void
pdf_objstm_free(struct pdf_objstm *s)
{
	vt_buf_free(&s->data);
	free(s->nums);
	free(s->offsets);
	*s = (struct pdf_objstm){ 0 };
}

static int
fail(struct vt_err *reterr, uint32_t num, const char *what)
{
	return vt_err_set(reterr, VT_E_PDF_SYNTAX,
	    "PDF object stream %" PRIu32 ": ISO 32000-2 §" CLAUSE ": %s", num,
	    what);
}

/* The pairs "number offset" before /First. */
static int
read_pairs(struct pdf_objstm *s, uint32_t num, uint64_t first, size_t n,
    struct vt_err *reterr)
{
	struct pdf_lexer lx;
	uint64_t v, off;

	s->nums = calloc(n == 0 ? 1 : n, sizeof(*s->nums));
	s->offsets = calloc(n == 0 ? 1 : n, sizeof(*s->offsets));
	if (s->nums == NULL || s->offsets == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "object stream");
	pdf_lexer_memory(&lx, VT_SPAN(s->data.p, (size_t)first));
	lx.objstm = num;
	for (size_t i = 0; i < n; i++) {
		pdf_skip(&lx);
		if (!pdf_uint(&lx, VT_L(PDF_OBJECTS_MAX), &v))
			return pdf_fail(&lx, VT_E_PDF_SYNTAX, CLAUSE,
			    "an object number", reterr);
		pdf_skip(&lx);
		if (!pdf_uint(&lx, s->data.n - first, &off))
			return pdf_fail(&lx, VT_E_PDF_SYNTAX, CLAUSE,
			    "an offset inside the stream", reterr);
		s->nums[i] = (uint32_t)v;
		s->offsets[i] = first + off;
	}
	s->n = n;
	return VT_OK;
}

static int
load(struct vt_pdf *pdf, size_t entry, struct pdf_objstm *s,
    struct vt_err *reterr)
{
	uint32_t num = pdf->index.v[entry].num;
	struct pdf_view view = { pdf->index.v[entry].rev,
		pdf_entry_last(pdf, entry) };
	struct vt_pdf_object *o, *on, *ofirst;
	int64_t n, first;
	int rc;

	rc = pdf_get_entry(pdf, entry, &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o->type != VT_PDF_STREAM ||
	    !vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "ObjStm"))
		return fail(reterr, num, "it is not a stream of /Type /ObjStm");
	vt_buf_init(&s->data, VT_L(PDF_INFLATE_MAX));
	rc =
	    vt_pdf_stream_data(pdf, o, VT_L(PDF_INFLATE_MAX), &s->data, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = pdf_fixed_value(pdf, vt_pdf_dict_get(o, "N"), view, num, &on,
		 reterr)) != VT_OK ||
	    (rc = pdf_fixed_value(pdf, vt_pdf_dict_get(o, "First"), view, num,
		 &ofirst, reterr)) != VT_OK)
		return rc;
	if (!vt_pdf_int(on, &n) || !vt_pdf_int(ofirst, &first) || n < 0 ||
	    (uint64_t)n > s->data.n / 2 || first < 0 ||
	    (uint64_t)first > s->data.n)
		return fail(reterr, num, "/N or /First does not fit the data");
	s->entry = entry;
	return read_pairs(s, num, (uint64_t)first, (size_t)n, reterr);
}

/* The decoded stream, from the cache or read into its oldest place. */
static int
find(struct vt_pdf *pdf, size_t entry, struct pdf_objstm **ret,
    struct vt_err *reterr)
{
	struct pdf_objstm fresh = { 0 }, *old = &pdf->objstms[0];
	int rc;

	for (size_t i = 0; i < PDF_OBJSTM_CACHE; i++) {
		struct pdf_objstm *s = &pdf->objstms[i];
		if (s->used != 0 && s->entry == entry) {
			s->used = ++pdf->tick;
			*ret = s;
			return VT_OK;
		}
	}
	/* loading may itself use the cache, so its place is chosen after */
	rc = load(pdf, entry, &fresh, reterr);
	if (rc != VT_OK) {
		pdf_objstm_free(&fresh);
		return rc;
	}
	for (size_t i = 1; i < PDF_OBJSTM_CACHE; i++)
		if (pdf->objstms[i].used < old->used)
			old = &pdf->objstms[i];
	pdf_objstm_free(old);
	*old = fresh;
	old->used = ++pdf->tick;
	*ret = old;
	return VT_OK;
}

int
pdf_objstm_read(struct vt_pdf *pdf, size_t i, struct vt_pdf_object **ret,
    struct vt_err *reterr)
{
	const struct pdf_entry *e = &pdf->index.v[i];
	uint32_t num = (uint32_t)(e->pos >> 32), k = (uint32_t)e->pos;
	struct pdf_objstm *s = NULL;
	struct pdf_lexer lx;
	size_t entry;
	int rc;

	/* one and the same stream in every revision that shows this object:
	 * pdf_chain_check saw to it */
	entry = pdf_entry_find(pdf, e->rev, num);
	VT_ASSERT(entry != PDF_NO_ENTRY);
	rc = find(pdf, entry, &s, reterr);
	if (rc != VT_OK)
		return rc;
	if (k >= s->n || s->nums[k] != e->num)
		return vt_err_set(reterr, VT_E_PDF_XREF,
		    "PDF object %" PRIu32 ": ISO 32000-2 §7.5.8.3: said to be "
		    "number %" PRIu32 " in object stream %" PRIu32
		    ", which has object %" PRIu32 " there",
		    e->num, k, num, k < s->n ? s->nums[k] : 0);
	pdf_lexer_memory(&lx, vt_buf_view(&s->data));
	lx.objstm = num;
	lx.at = s->offsets[k];
	return pdf_parse_value(&pdf->parser, &lx, ret, reterr);
}
