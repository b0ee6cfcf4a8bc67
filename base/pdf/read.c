/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects of the file body (ISO 32000-2 §7.3.8, §7.3.10), and getting them. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

/* An object whose /Length stands in an object stream whose /Length ...: three
 * are enough for any honest file. */
#define NESTING_MAX    8
#define REFERENCES_MAX 32

/* Bytes of white space and comments before an object or a section: writers
 * that count one line too early exist, and what follows is checked anyway. */
#define SLACK_MAX 128

void
pdf_seek_token(struct pdf_lexer *lx, uint64_t at)
{
	uint64_t end = lx->end;

	lx->at = at;
	if (end > at && end - at > SLACK_MAX)
		lx->end = at + SLACK_MAX;
	pdf_skip(lx);
	lx->end = end;
}

bool
pdf_starts_number(struct pdf_lexer *lx)
{
	int c = lx->at > 0 ? pdf_byte(lx, lx->at - 1) : -1;

	return !pdf_is_digit(c) && c != '+' && c != '-' && c != '.' &&
	       pdf_is_digit(pdf_peek(lx));
}

/* To read an object, others may have to be read: pdf->nesting ends that.
 * NOLINTBEGIN(misc-no-recursion) */
int
pdf_fixed_value(struct vt_pdf *pdf, struct vt_pdf_object *o,
    struct pdf_view view, uint32_t owner, struct vt_pdf_object **ret,
    struct vt_err *reterr)
{
	uint64_t at = pdf->lx.at;
	uint32_t num;
	int rc;

	if (o != NULL && o->type == VT_PDF_REF) {
		num = o->u.ref.num;
		if (view.first > view.last)
			return pdf_xref_fail(reterr, o->offset, "7.5.8",
			    "an entry of a cross-reference stream is "
			    "indirect");
		if (!pdf_entry_stable(pdf, num, view.first, view.last))
			return pdf_xref_fail(reterr, o->offset, "7.5.6",
			    "object %" PRIu32 " is read with the help of "
			    "object %" PRIu32 ", which a later revision "
			    "replaces",
			    owner, num);
		rc = vt_pdf_resolve(pdf, view.first, o, &o, reterr);
		pdf->lx.at = at;
		if (rc != VT_OK)
			return rc;
	}
	*ret = o != NULL && o->type == VT_PDF_NULL ? NULL : o;
	return VT_OK;
}

/* The data of a stream, lx->at after the word `stream`. */
static int
read_stream(struct vt_pdf *pdf, const struct pdf_place *place,
    struct vt_pdf_object *dict, struct vt_pdf_object **ret,
    struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	struct vt_pdf_object *length = vt_pdf_dict_get(dict, "Length"), *o;
	uint64_t data;
	int64_t n = -1;
	int rc;

	if (pdf_peek(lx) == '\r' && pdf_byte(lx, lx->at + 1) == '\n')
		lx->at += 2;
	else if (pdf_peek(lx) == '\n')
		lx->at++;
	else
		return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.8.1",
		    "CR LF or LF after the word stream", reterr);
	data = lx->at;
	rc = pdf_fixed_value(
	    pdf, length, place->view, place->num, &length, reterr);
	if (rc != VT_OK)
		return rc;
	if (length != NULL && length->type == VT_PDF_INT)
		n = length->u.integer;
	if (n < 0 || data > place->limit || (uint64_t)n > place->limit - data)
		return vt_err_set(reterr, VT_E_PDF_SYNTAX,
		    "PDF byte %" PRIu64 ": ISO 32000-2 §7.3.8.2: the stream of "
		    "object %" PRIu32 " has no /Length, or one (%" PRId64
		    ") that leaves its revision",
		    data, place->num, n);
	lx->at = data + (uint64_t)n;
	pdf_skip_space(lx);
	if (!pdf_word(lx, "endstream"))
		return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.8.1",
		    "endstream where /Length says that the data ends", reterr);
	o = pdf_new(pdf->arena, VT_PDF_STREAM);
	if (o == NULL)
		return vt_arena_err(pdf->arena, reterr);
	o->offset = dict->offset;
	o->end = lx->at;
	o->u.stream.dict = dict;
	o->u.stream.offset = data;
	o->u.stream.length = (uint64_t)n;
	o->u.stream.revision = (uint32_t)place->view.first;
	*ret = o;
	return VT_OK;
}

static int
read_head(struct vt_pdf *pdf, struct pdf_place *place, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	uint32_t num;
	uint16_t gen;

	pdf_seek_token(lx, place->at);
	if (!pdf_starts_number(lx) || !pdf_object_head(lx, &num, &gen))
		return pdf_fail(lx, VT_E_PDF_XREF, "7.5.4",
		    "an object, \"N G obj\"", reterr);
	if (place->any) {
		place->num = num;
		place->gen = gen;
	}
	if (num != place->num || gen != place->gen)
		return pdf_xref_fail(reterr, place->at, "7.5.4",
		    "object %" PRIu32 " %u is said to stand here, found "
		    "object %" PRIu32 " %u",
		    place->num, (unsigned)place->gen, num, (unsigned)gen);
	return VT_OK;
}

int
pdf_read_object(struct vt_pdf *pdf, struct pdf_place *place,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	struct vt_pdf_object *o;
	int rc;

	if ((rc = read_head(pdf, place, reterr)) != VT_OK ||
	    (rc = pdf_parse_value(&pdf->parser, lx, &o, reterr)) != VT_OK)
		return rc;
	pdf_skip(lx);
	if (o->type == VT_PDF_DICT && pdf_word(lx, "stream")) {
		rc = read_stream(pdf, place, o, &o, reterr);
		if (rc != VT_OK)
			return rc;
		pdf_skip(lx);
	}
	if (!pdf_word(lx, "endobj"))
		return pdf_fail(lx, VT_E_PDF_SYNTAX, "7.3.10",
		    "endobj after the value of an object", reterr);
	if (lx->at > place->limit)
		return pdf_xref_fail(reterr, place->at, "7.5.6",
		    "object %" PRIu32 " goes on past the end of its revision",
		    place->num);
	*ret = o;
	return VT_OK;
}

static int
read_entry(struct vt_pdf *pdf, size_t i, struct vt_pdf_object **ret,
    struct vt_err *reterr)
{
	const struct pdf_entry *e = &pdf->index.v[i];
	struct pdf_place place = { .at = e->pos,
		.num = e->num,
		.gen = e->gen,
		.limit = pdf->revs[e->rev].end,
		.view = { e->rev, pdf_entry_last(pdf, i) } };
	int rc;

	if (pdf->nesting >= NESTING_MAX)
		return pdf_xref_fail(reterr, e->pos, "7.3.10",
		    "object %" PRIu32 " needs itself to be read", e->num);
	pdf->nesting++;
	rc = e->state == VT_PDF_SLOT_FILE
		 ? pdf_read_object(pdf, &place, ret, reterr)
		 : pdf_objstm_read(pdf, i, ret, reterr);
	pdf->nesting--;
	return rc;
}

int
pdf_get_entry(struct vt_pdf *pdf, size_t i, struct vt_pdf_object **ret,
    struct vt_err *reterr)
{
	struct vt_pdf_object *o = NULL;
	int rc;

	if (i == PDF_NO_ENTRY || pdf->index.v[i].state == VT_PDF_SLOT_FREE) {
		*ret = pdf->null;
		return VT_OK;
	}
	if (pdf->cache[i] == NULL) {
		rc = read_entry(pdf, i, &o, reterr);
		if (rc != VT_OK)
			return rc;
		pdf->cache[i] = o;
	}
	VT_ASSERT(pdf->cache[i] != NULL);
	*ret = pdf->cache[i];
	return VT_OK;
}

int
vt_pdf_get(struct vt_pdf *pdf, size_t rev, uint32_t num,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	return pdf_get_entry(pdf, pdf_entry_find(pdf, rev, num), ret, reterr);
}

int
vt_pdf_resolve(struct vt_pdf *pdf, size_t rev, struct vt_pdf_object *o,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct vt_pdf_ref ref;
	size_t i;
	int rc;

	VT_CHECK(pdf, VT_PDF_MAGIC);
	for (unsigned n = 0; o->type == VT_PDF_REF; n++) {
		if (n == REFERENCES_MAX)
			return vt_err_set(reterr, VT_E_PDF_SYNTAX,
			    "PDF byte %" PRIu64 ": ISO 32000-2 §7.3.10: "
			    "reference through more than %d objects",
			    o->offset, REFERENCES_MAX);
		ref = o->u.ref;
		i = pdf_entry_find(pdf, rev, ref.num);
		/* another generation is another object: missing, so null */
		if (i != PDF_NO_ENTRY && pdf->index.v[i].gen != ref.gen)
			i = PDF_NO_ENTRY;
		rc = pdf_get_entry(pdf, i, &o, reterr);
		if (rc != VT_OK)
			return rc;
	}
	*ret = o;
	return VT_OK;
}

/* NOLINTEND(misc-no-recursion) */

struct vt_pdf_object *
vt_pdf_dict_get(const struct vt_pdf_object *o, const char *key)
{
	if (o != NULL && o->type == VT_PDF_STREAM)
		o = o->u.stream.dict;
	if (o == NULL || o->type != VT_PDF_DICT)
		return NULL;
	for (size_t i = 0; i < o->u.dict.n; i++) {
		if (vt_span_is(o->u.dict.entries[i].key, key))
			return o->u.dict.entries[i].value;
	}
	return NULL;
}

int
vt_pdf_lookup(struct vt_pdf *pdf, size_t rev, const struct vt_pdf_object *o,
    const char *key, struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct vt_pdf_object *v = vt_pdf_dict_get(o, key);
	int rc;

	if (v != NULL) {
		rc = vt_pdf_resolve(pdf, rev, v, &v, reterr);
		if (rc != VT_OK)
			return rc;
	}
	*ret = v != NULL && v->type == VT_PDF_NULL ? NULL : v;
	return VT_OK;
}

bool
vt_pdf_is_name(const struct vt_pdf_object *o, const char *name)
{
	return o != NULL && o->type == VT_PDF_NAME &&
	       vt_span_is(o->u.name, name);
}

bool
vt_pdf_int(const struct vt_pdf_object *o, int64_t *ret)
{
	if (o != NULL && o->type == VT_PDF_INT) {
		*ret = o->u.integer;
		return true;
	}
	if (o != NULL && o->type == VT_PDF_REAL && o->u.real > -1e15 &&
	    o->u.real < 1e15 && (double)(int64_t)o->u.real == o->u.real) {
		*ret = (int64_t)o->u.real;
		return true;
	}
	return false;
}

bool
vt_pdf_number(const struct vt_pdf_object *o, double *ret)
{
	if (o == NULL || (o->type != VT_PDF_INT && o->type != VT_PDF_REAL))
		return false;
	*ret = o->type == VT_PDF_INT ? (double)o->u.integer : o->u.real;
	return true;
}

int
vt_pdf_catalog(struct vt_pdf *pdf, size_t rev, struct vt_pdf_object **ret,
    struct vt_pdf_ref *ret_ref, struct vt_err *reterr)
{
	const struct vt_pdf_revision *r;
	struct vt_pdf_object *root, *o = NULL;
	int rc;

	VT_CHECK(pdf, VT_PDF_MAGIC);
	r = vt_pdf_revision(pdf, rev == VT_PDF_LATEST ? pdf->n_revs - 1 : rev);
	root = vt_pdf_dict_get(r->trailer, "Root");
	if (root == NULL || root->type != VT_PDF_REF)
		return vt_err_set(reterr, VT_E_PDF_SYNTAX,
		    "PDF byte %" PRIu64 ": ISO 32000-2 §7.5.5: the trailer "
		    "lacks a reference /Root",
		    r->trailer->offset);
	rc = vt_pdf_resolve(pdf, rev, root, &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o->type != VT_PDF_DICT ||
	    !vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "Catalog"))
		return vt_err_set(reterr, VT_E_PDF_SYNTAX,
		    "PDF object %" PRIu32 ": ISO 32000-2 §7.7.2: /Root is not "
		    "a dictionary of /Type /Catalog",
		    root->u.ref.num);
	*ret = o;
	*ret_ref = root->u.ref;
	return VT_OK;
}
