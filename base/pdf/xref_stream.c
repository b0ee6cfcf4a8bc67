/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cross-reference streams (ISO 32000-2 §7.5.8). */
#include <inttypes.h>

#include "base/limits.h"
#include "base/pdf/file.h"

#define CLAUSE "7.5.8"

/* Bytes that a stream may have past its entries. */
#define DATA_SLACK 1024

/* Widths of the three fields and the rows still to come. */
struct rows {
	size_t w[3];
	const uint8_t *p;
	size_t left; /* bytes */
	uint64_t at; /* of the stream, for messages */
};

static int
take_widths(
    const struct vt_pdf_object *dict, struct rows *r, struct vt_err *reterr)
{
	struct vt_pdf_object *w = vt_pdf_dict_get(dict, "W");
	int64_t v;

	if (w == NULL || w->type != VT_PDF_ARRAY || w->u.array.n != 3)
		return pdf_xref_fail(reterr, r->at, CLAUSE,
		    "/W is not an array of three widths");
	for (size_t i = 0; i < 3; i++) {
		if (!vt_pdf_int(w->u.array.items[i], &v) || v < 0 || v > 8)
			return pdf_xref_fail(reterr, r->at, CLAUSE,
			    "a width in /W is not between 0 and 8");
		r->w[i] = (size_t)v;
	}
	if (r->w[1] == 0)
		return pdf_xref_fail(
		    reterr, r->at, CLAUSE, "the second width in /W is 0");
	return VT_OK;
}

static uint64_t
field(struct rows *r, size_t i, uint64_t absent)
{
	uint64_t v = 0;

	if (r->w[i] == 0)
		return absent;
	for (size_t k = 0; k < r->w[i]; k++)
		v = v << 8 | *r->p++;
	r->left -= r->w[i];
	return v;
}

static int
take_row(struct vt_pdf *pdf, struct rows *r, uint64_t num,
    const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	struct pdf_entry e = *tmpl;
	uint64_t type, second, third;

	if (r->left < r->w[0] + r->w[1] + r->w[2])
		return pdf_xref_fail(reterr, r->at, CLAUSE,
		    "the stream ends before the entry of object %" PRIu64, num);
	type = field(r, 0, 1);
	second = field(r, 1, 0);
	third = field(r, 2, 0);
	e.num = (uint32_t)num;
	if (type == 0) {
		e.state = VT_PDF_SLOT_FREE;
		e.gen = (uint16_t)(third & UINT16_MAX);
		return num == 0 ? VT_OK
				: pdf_entries_add(&pdf->index, &e, reterr);
	}
	if (num == 0)
		return pdf_xref_fail(
		    reterr, r->at, CLAUSE, "object 0 is marked as in use");
	if (type == 1) {
		e.state = VT_PDF_SLOT_FILE;
		e.gen = (uint16_t)third;
		if (third > UINT16_MAX || second > INT64_MAX ||
		    !pdf_absolute(pdf, (int64_t)second, &e.pos))
			return pdf_xref_fail(reterr, r->at, CLAUSE,
			    "object %" PRIu64 " is said to stand at %" PRIu64
			    " with generation %" PRIu64
			    ", outside the file or the limits",
			    num, second, third);
	} else if (type == 2) {
		e.state = VT_PDF_SLOT_OBJSTM;
		if (second == 0 || second > VT_L(PDF_OBJECTS_MAX) ||
		    third > VT_L(PDF_OBJECTS_MAX))
			return pdf_xref_fail(reterr, r->at, CLAUSE,
			    "object %" PRIu64 " is said to be number %" PRIu64
			    " in object stream %" PRIu64,
			    num, third, second);
		e.pos = second << 32 | third;
	} else {
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "PDF byte %" PRIu64
		    ": ISO 32000-2 §7.5.8.3: object %" PRIu64
		    " has an entry of the unknown type %" PRIu64,
		    r->at, num, type);
	}
	return pdf_entries_add(&pdf->index, &e, reterr);
}

static int
take_rows(struct vt_pdf *pdf, struct rows *r, uint64_t first, uint64_t count,
    const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	int rc;

	if (first > VT_L(PDF_OBJECTS_MAX) ||
	    count > VT_L(PDF_OBJECTS_MAX) + 1 - first)
		return pdf_xref_fail(reterr, r->at, CLAUSE,
		    "/Index names objects above %zu", VT_L(PDF_OBJECTS_MAX));
	for (uint64_t i = 0; i < count; i++) {
		rc = take_row(pdf, r, first + i, tmpl, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* Pair i of /Index, or all of /Size without one. False past the last. */
static bool
index_pair(const struct pdf_section *s, const struct vt_pdf_object *index,
    size_t i, int64_t ret[2])
{
	if (index == NULL) {
		ret[0] = 0;
		ret[1] = s->size;
		return i == 0;
	}
	return 2 * i < index->u.array.n &&
	       vt_pdf_int(index->u.array.items[2 * i], &ret[0]) &&
	       vt_pdf_int(index->u.array.items[2 * i + 1], &ret[1]);
}

/* Checks /Index and counts the entries it names. */
static int
count_rows(const struct pdf_section *s, const struct vt_pdf_object *index,
    const struct rows *r, uint64_t *ret, struct vt_err *reterr)
{
	uint64_t n = 0;
	int64_t pair[2];
	size_t i;

	if (index != NULL &&
	    (index->type != VT_PDF_ARRAY || index->u.array.n % 2 != 0))
		return pdf_xref_fail(
		    reterr, r->at, CLAUSE, "/Index is not an array of pairs");
	for (i = 0; index_pair(s, index, i, pair); i++) {
		if (pair[0] < 0 || pair[1] < 0 || pair[1] > s->size)
			return pdf_xref_fail(reterr, r->at, CLAUSE,
			    "/Index names more objects than /Size");
		n += (uint64_t)pair[1];
	}
	if ((index != NULL && 2 * i != index->u.array.n) || n > s->size)
		return pdf_xref_fail(reterr, r->at, CLAUSE,
		    "/Index holds something else than numbers, or names more "
		    "objects than /Size");
	*ret = n;
	return VT_OK;
}

int
pdf_xref_stream_read(struct vt_pdf *pdf, struct pdf_section *s,
    const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	struct pdf_place place = { .at = s->start,
		.limit = pdf->src->size,
		.any = true,
		.view = { 1, 0 } };
	struct vt_pdf_object *o = NULL, *index;
	struct rows r = { .at = s->at };
	VT_BUF_AUTO(data);
	uint64_t n = 0;
	int64_t pair[2];
	int rc;

	rc = pdf_read_object(pdf, &place, &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o->type != VT_PDF_STREAM ||
	    !vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "XRef"))
		return pdf_xref_fail(reterr, s->at, CLAUSE,
		    "object %" PRIu32 " stands where a cross-reference is "
		    "said to be, and is none",
		    place.num);
	s->trailer = o->u.stream.dict;
	s->after = pdf->lx.at;
	index = vt_pdf_dict_get(s->trailer, "Index");
	if ((rc = pdf_trailer_take(pdf, s, reterr)) != VT_OK ||
	    (rc = take_widths(s->trailer, &r, reterr)) != VT_OK ||
	    (rc = count_rows(s, index, &r, &n, reterr)) != VT_OK)
		return rc;
	/* no more is inflated than the entries can need: a chain of sections
	 * that are bombs costs what its entries cost */
	n = n * (r.w[0] + r.w[1] + r.w[2]) * 2 + DATA_SLACK;
	if (n > VT_L(PDF_INFLATE_MAX))
		n = VT_L(PDF_INFLATE_MAX);
	rc = vt_pdf_stream_data(pdf, o, (size_t)n, &data, reterr);
	if (rc != VT_OK)
		return rc;
	r.p = data.p;
	r.left = data.n;
	for (size_t i = 0; index_pair(s, index, i, pair) && rc == VT_OK; i++)
		rc = take_rows(pdf, &r, (uint64_t)pair[0], (uint64_t)pair[1],
		    tmpl, reterr);
	return rc;
}
