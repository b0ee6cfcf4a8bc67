/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classic cross-reference tables and trailers (ISO 32000-2 §7.5.4, §7.5.5). */
#include "base/limits.h"
#include "base/pdf/file.h"

#define CLAUSE "7.5.4"

#define LINE_END_MAX 4

/* The 18 characters of an entry before its end of line. */
struct line {
	uint64_t offset, gen;
	int type; /* 'n' or 'f' */
};

static bool
fixed_digits(struct pdf_lexer *lx, size_t n, uint64_t *ret)
{
	uint64_t v = 0;
	int c;

	for (size_t i = 0; i < n; i++, lx->at++) {
		c = pdf_peek(lx);
		if (!pdf_is_digit(c))
			return false;
		v = v * 10 + (uint64_t)(c - '0');
	}
	*ret = v;
	return true;
}

static bool
read_line(struct pdf_lexer *lx, struct line *ret)
{
	size_t i;

	if (!fixed_digits(lx, 10, &ret->offset) || pdf_peek(lx) != ' ')
		return false;
	lx->at++;
	if (!fixed_digits(lx, 5, &ret->gen) || pdf_peek(lx) != ' ')
		return false;
	lx->at++;
	ret->type = pdf_peek(lx);
	if (ret->type != 'n' && ret->type != 'f')
		return false;
	lx->at++;
	/* two bytes by the standard; one to LINE_END_MAX are met, and cannot
	 * be misread, as the next entry starts with a digit */
	if (!pdf_is_space(pdf_peek(lx)))
		return false;
	for (i = 0; i < LINE_END_MAX && pdf_is_space(pdf_peek(lx)); i++)
		lx->at++;
	return true;
}

static int
take_line(struct vt_pdf *pdf, const struct line *l, uint64_t num,
    const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	struct pdf_entry e = *tmpl;

	/* a free entry's 65536 is a known slip and says nothing */
	if (l->gen > UINT16_MAX && l->type == 'n')
		return pdf_xref_fail(reterr, pdf->lx.at, CLAUSE,
		    "generation %llu of object %llu is above 65535",
		    (unsigned long long)l->gen, (unsigned long long)num);
	e.num = (uint32_t)num;
	e.gen = l->gen > UINT16_MAX ? UINT16_MAX : (uint16_t)l->gen;
	e.state = VT_PDF_SLOT_FREE;
	if (l->type == 'n') {
		e.state = VT_PDF_SLOT_FILE;
		if (num == 0)
			return pdf_xref_fail(reterr, pdf->lx.at, CLAUSE,
			    "object 0 is marked as in use");
		if (!pdf_absolute(pdf, (int64_t)l->offset, &e.pos))
			return pdf_xref_fail(reterr, pdf->lx.at, CLAUSE,
			    "object %llu is said to stand at %llu, outside "
			    "the file",
			    (unsigned long long)num,
			    (unsigned long long)l->offset);
	}
	return num == 0 ? VT_OK : pdf_entries_add(&pdf->index, &e, reterr);
}

static int
read_subsection(
    struct vt_pdf *pdf, const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	struct line l = { 0 };
	uint64_t first, count, i;
	int rc;

	if (!pdf_uint(lx, VT_L(PDF_OBJECTS_MAX), &first))
		return pdf_fail(lx, VT_E_PDF_XREF, CLAUSE,
		    "a subsection or the word trailer", reterr);
	pdf_skip_space(lx);
	if (!pdf_uint(lx, VT_L(PDF_OBJECTS_MAX) + 1 - first, &count))
		return pdf_fail(lx, VT_E_PDF_XREF, CLAUSE,
		    "the number of entries of a subsection", reterr);
	pdf_skip_space(lx);
	for (i = 0; i < count; i++) {
		if (!read_line(lx, &l))
			return pdf_fail(lx, VT_E_PDF_XREF, CLAUSE,
			    "an entry \"nnnnnnnnnn ggggg n\"", reterr);
		/* The head of the free list is object 0 by definition: a
		 * section that starts it at 1 is numbered one too high. Each
		 * entry is compared with its object later, so a wrong guess
		 * cannot pass. */
		if (i == 0 && first == 1 && l.type == 'f' && l.offset == 0 &&
		    l.gen >= UINT16_MAX)
			first = 0;
		rc = take_line(pdf, &l, first + i, tmpl, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

int
pdf_table_read(struct vt_pdf *pdf, struct pdf_section *s,
    const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	struct vt_pdf_object *o;
	int rc;

	lx->at = s->start;
	if (!pdf_word(lx, "xref"))
		return pdf_fail(
		    lx, VT_E_PDF_XREF, CLAUSE, "the word xref", reterr);
	for (;;) {
		pdf_skip_space(lx);
		if (pdf_word(lx, "trailer"))
			break;
		rc = read_subsection(pdf, tmpl, reterr);
		if (rc != VT_OK)
			return rc;
	}
	pdf_skip(lx);
	rc = pdf_parse_value(&pdf->parser, lx, &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o->type != VT_PDF_DICT)
		return pdf_xref_fail(reterr, o->offset, "7.5.5",
		    "the trailer is not a dictionary");
	s->is_table = true;
	s->trailer = o;
	s->after = lx->at;
	return pdf_trailer_take(pdf, s, reterr);
}

/* An offset-valued key of a trailer. */
static int
take_offset(struct vt_pdf *pdf, struct pdf_section *s, const char *key,
    bool *ret_has, uint64_t *ret, struct vt_err *reterr)
{
	struct vt_pdf_object *o = vt_pdf_dict_get(s->trailer, key);
	int64_t v;

	if (o == NULL || o->type == VT_PDF_NULL)
		return VT_OK;
	if (!vt_pdf_int(o, &v) || !pdf_absolute(pdf, v, ret))
		return pdf_xref_fail(reterr, o->offset, "7.5.5",
		    "/%s of the trailer is no offset inside the file", key);
	*ret_has = true;
	return VT_OK;
}

int
pdf_trailer_take(
    struct vt_pdf *pdf, struct pdf_section *s, struct vt_err *reterr)
{
	struct vt_pdf_object *o;
	int64_t size;
	int rc;

	o = vt_pdf_dict_get(s->trailer, "Encrypt");
	if (o != NULL && o->type != VT_PDF_NULL)
		return vt_err_set(reterr, VT_E_PDF_ENCRYPTED,
		    "PDF byte %llu: ISO 32000-2 §7.6: the trailer has "
		    "/Encrypt: the file is encrypted",
		    (unsigned long long)o->offset);
	o = vt_pdf_dict_get(s->trailer, "Size");
	if (!vt_pdf_int(o, &size) || size < 1 ||
	    (uint64_t)size > VT_L(PDF_OBJECTS_MAX) + 1)
		return pdf_xref_fail(reterr, s->trailer->offset, "7.5.5",
		    "the trailer lacks a /Size between 1 and %zu",
		    VT_L(PDF_OBJECTS_MAX) + 1);
	s->size = (uint32_t)size;
	rc = take_offset(pdf, s, "Prev", &s->has_prev, &s->prev, reterr);
	if (rc == VT_OK && s->is_table)
		rc = take_offset(
		    pdf, s, "XRefStm", &s->has_xrefstm, &s->xrefstm, reterr);
	return rc;
}
