/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FlateDecode and its predictors (ISO 32000-2 §7.4.4), bounded. */
#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

#define CLAUSE      "7.4.4"
#define PIECE       32768
#define FILTERS_MAX 4

/* /DecodeParms of FlateDecode, Table 8. */
struct parms {
	int64_t predictor, colors, bits, columns;
};

static int
fail(
    const struct vt_pdf_object *stream, const char *what, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_PDF_SYNTAX,
	    "PDF stream at byte %" PRIu64 ": ISO 32000-2 §" CLAUSE ": %s",
	    stream->u.stream.offset, what);
}

/* An entry of the stream's dictionary as every later revision sees it; while
 * the chain is being read there are no revisions, and it must be direct. */
static int
value(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    struct vt_pdf_object *o, struct vt_pdf_object **ret, struct vt_err *reterr)
{
	struct pdf_view view = { stream->u.stream.revision, pdf->n_revs - 1 };

	if (pdf->cache == NULL)
		view = (struct pdf_view){ 1, 0 };
	return pdf_fixed_value(pdf, o, view, 0, ret, reterr);
}

static int
one_parm(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    const struct vt_pdf_object *dict, const char *key, int64_t *io,
    struct vt_err *reterr)
{
	struct vt_pdf_object *o;
	int rc;

	rc = value(pdf, stream, vt_pdf_dict_get(dict, key), &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o == NULL)
		return VT_OK;
	if (!vt_pdf_int(o, io) || *io < 1 || *io > 1 << 20)
		return fail(
		    stream, "a decode parameter is out of range", reterr);
	return VT_OK;
}

static int
read_parms(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    const struct vt_pdf_object *dict, struct parms *ret, struct vt_err *reterr)
{
	int rc;

	*ret = (struct parms){ 1, 1, 8, 1 };
	if ((rc = one_parm(pdf, stream, dict, "Predictor", &ret->predictor,
		 reterr)) != VT_OK ||
	    (rc = one_parm(
		 pdf, stream, dict, "Colors", &ret->colors, reterr)) != VT_OK ||
	    (rc = one_parm(pdf, stream, dict, "BitsPerComponent", &ret->bits,
		 reterr)) != VT_OK ||
	    (rc = one_parm(
		 pdf, stream, dict, "Columns", &ret->columns, reterr)) != VT_OK)
		return rc;
	if (ret->colors > 32 ||
	    (ret->bits != 1 && ret->bits != 2 && ret->bits != 4 &&
		ret->bits != 8 && ret->bits != 16))
		return fail(stream,
		    "/Colors or /BitsPerComponent is out of "
		    "range",
		    reterr);
	if (ret->predictor > 2 && (ret->predictor < 10 || ret->predictor > 15))
		return fail(stream, "unknown /Predictor", reterr);
	return VT_OK;
}

/* Compressed bytes: of the file for the first filter, memory afterwards. */
struct input {
	struct pdf_lexer *lx;
	uint64_t at, left;
	const uint8_t *mem;
	uint8_t piece[PIECE];
};

static int
next_piece(struct input *in, z_stream *z, struct vt_err *reterr)
{
	size_t n = in->left < PIECE ? (size_t)in->left : PIECE;
	int rc = VT_OK;

	if (in->mem != NULL) {
		memcpy(in->piece, in->mem + in->at, n);
	} else {
		rc = pdf_lexer_copy(in->lx, in->at, in->piece, n, reterr);
	}
	in->at += n;
	in->left -= n;
	z->next_in = in->piece;
	z->avail_in = (uInt)n;
	return rc;
}

static int
inflate_run(const struct vt_pdf_object *stream, struct input *in, z_stream *z,
    struct vt_buf *ret, struct vt_err *reterr)
{
	uint8_t out[PIECE];
	int rc, zrc = Z_OK;

	while (zrc != Z_STREAM_END) {
		if (z->avail_in == 0 && in->left > 0) {
			rc = next_piece(in, z, reterr);
			if (rc != VT_OK)
				return rc;
		}
		z->next_out = out;
		z->avail_out = sizeof(out);
		zrc = inflate(z, Z_NO_FLUSH);
		if (zrc == Z_MEM_ERROR)
			return vt_err_set(reterr, VT_E_NOMEM, "zlib");
		if (zrc != Z_OK && zrc != Z_STREAM_END)
			return fail(stream,
			    zrc == Z_BUF_ERROR
				? "the compressed data ends too early"
				: "the compressed data is damaged",
			    reterr);
		vt_buf_put(ret, out, sizeof(out) - z->avail_out);
		rc = vt_buf_status(ret, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
inflate_all(const struct vt_pdf_object *stream, struct input *in,
    struct vt_buf *ret, struct vt_err *reterr)
{
	z_stream z = { 0 };
	int rc;

	if (inflateInit(&z) != Z_OK)
		return vt_err_set(reterr, VT_E_NOMEM, "zlib");
	rc = inflate_run(stream, in, &z, ret, reterr);
	inflateEnd(&z);
	return rc;
}

static uint8_t
paeth(int a, int b, int c)
{
	int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	if (pa <= pb && pa <= pc)
		return (uint8_t)a;
	return (uint8_t)(pb <= pc ? b : c);
}

/* Undoes one PNG row (PNG §9.2) of n bytes: src may be dst + something. */
static bool
png_row(int type, uint8_t *dst, const uint8_t *src, const uint8_t *up, size_t n,
    size_t bpp)
{
	for (size_t i = 0; i < n; i++) {
		int a = i >= bpp ? dst[i - bpp] : 0;
		int b = up != NULL ? up[i] : 0;
		int c = i >= bpp && up != NULL ? up[i - bpp] : 0;
		int v = src[i];

		switch (type) {
		case 0:
			break;
		case 1:
			v += a;
			break;
		case 2:
			v += b;
			break;
		case 3:
			v += (a + b) / 2;
			break;
		case 4:
			v += paeth(a, b, c);
			break;
		default:
			return false;
		}
		dst[i] = (uint8_t)v;
	}
	return true;
}

static int
undo_png(const struct vt_pdf_object *stream, const struct parms *pm,
    struct vt_buf *b, size_t start, struct vt_err *reterr)
{
	size_t bits = (size_t)(pm->colors * pm->bits);
	size_t row = (bits * (size_t)pm->columns + 7) / 8;
	size_t bpp = (bits + 7) / 8, rows = (b->n - start) / (row + 1);
	uint8_t *dst = b->p + start, *up = NULL;

	if ((b->n - start) % (row + 1) != 0)
		return fail(
		    stream, "the data is no whole number of rows", reterr);
	/* in place: each row ends before the next one is read */
	for (size_t i = 0; i < rows; i++) {
		const uint8_t *src = b->p + start + i * (row + 1);
		if (!png_row(src[0], dst, src + 1, up, row, bpp))
			return fail(stream, "unknown PNG row type", reterr);
		up = dst;
		dst += row;
	}
	vt_buf_truncate(b, start + rows * row);
	return VT_OK;
}

/* TIFF predictor 2: components of 8 and 16 bits; smaller ones by bits. */
static void
tiff_row(uint8_t *p, size_t row, const struct parms *pm)
{
	size_t colors = (size_t)pm->colors, bits = (size_t)pm->bits;
	size_t n = colors * (size_t)pm->columns;
	unsigned mask = (1u << bits) - 1, v, left;

	if (bits == 8) {
		for (size_t i = colors; i < row; i++)
			p[i] = (uint8_t)(p[i] + p[i - colors]);
		return;
	}
	if (bits == 16) {
		for (size_t i = 2 * colors; i + 1 < row; i += 2) {
			v = (unsigned)(p[i] << 8 | p[i + 1]) +
			    (unsigned)(p[i - 2 * colors] << 8 |
				       p[i - 2 * colors + 1]);
			p[i] = (uint8_t)(v >> 8);
			p[i + 1] = (uint8_t)v;
		}
		return;
	}
	for (size_t i = colors; i < n; i++) {
		size_t at = i * bits, from = (i - colors) * bits;
		unsigned shift = (unsigned)(8 - bits - at % 8);

		left = (unsigned)p[from / 8] >> (8 - bits - from % 8);
		v = (((unsigned)p[at / 8] >> shift) + left) & mask;
		p[at / 8] =
		    (uint8_t)((p[at / 8] & ~(mask << shift)) | v << shift);
	}
}

static int
undo_predictor(const struct vt_pdf_object *stream, const struct parms *pm,
    struct vt_buf *b, size_t start, struct vt_err *reterr)
{
	size_t row;

	if (pm->predictor == 1)
		return VT_OK;
	if (pm->predictor >= 10)
		return undo_png(stream, pm, b, start, reterr);
	row = (size_t)((pm->colors * pm->bits * pm->columns + 7) / 8);
	if ((b->n - start) % row != 0)
		return fail(
		    stream, "the data is no whole number of rows", reterr);
	for (size_t at = start; at < b->n; at += row)
		tiff_row(b->p + at, row, pm);
	return VT_OK;
}

/* The filters of a stream and their parameters; NULL where there are none. */
struct chain {
	struct vt_pdf_object *parms[FILTERS_MAX];
	size_t n;
};

static int
add_filter(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    struct vt_pdf_object *filter, struct vt_pdf_object *parms, struct chain *c,
    struct vt_err *reterr)
{
	struct vt_span name = VT_SPAN_LIT("");
	int rc;

	if ((rc = value(pdf, stream, filter, &filter, reterr)) != VT_OK ||
	    (rc = value(pdf, stream, parms, &parms, reterr)) != VT_OK)
		return rc;
	if (!vt_pdf_is_name(filter, "FlateDecode") || c->n == FILTERS_MAX) {
		name = filter != NULL && filter->type == VT_PDF_NAME &&
			       filter->u.name.n < 40
			   ? filter->u.name
			   : name;
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "PDF stream at byte %" PRIu64 ": ISO 32000-2 §7.4: only "
		    "FlateDecode is read here, found /%.*s",
		    stream->u.stream.offset, (int)name.n, (const char *)name.p);
	}
	c->parms[c->n++] = parms;
	return VT_OK;
}

static int
read_chain(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    struct chain *c, struct vt_err *reterr)
{
	struct vt_pdf_object *f, *p, *item;
	int rc;

	if (vt_pdf_dict_get(stream, "F") != NULL)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "PDF stream at byte %" PRIu64 ": ISO 32000-2 §7.3.8.2: its "
		    "data is said to be in another file",
		    stream->u.stream.offset);
	if ((rc = value(pdf, stream, vt_pdf_dict_get(stream, "Filter"), &f,
		 reterr)) != VT_OK ||
	    (rc = value(pdf, stream, vt_pdf_dict_get(stream, "DecodeParms"), &p,
		 reterr)) != VT_OK)
		return rc;
	if (f == NULL)
		return VT_OK;
	if (f->type != VT_PDF_ARRAY)
		return add_filter(pdf, stream, f,
		    p != NULL && p->type == VT_PDF_ARRAY && p->u.array.n == 1
			? p->u.array.items[0]
			: p,
		    c, reterr);
	for (size_t i = 0; i < f->u.array.n; i++) {
		item = p != NULL && p->type == VT_PDF_ARRAY
			   ? (i < p->u.array.n ? p->u.array.items[i] : NULL)
		       : i == 0 ? p
				: NULL;
		rc = add_filter(
		    pdf, stream, f->u.array.items[i], item, c, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
copy_raw(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    struct vt_buf *ret, struct vt_err *reterr)
{
	uint64_t n = stream->u.stream.length;
	uint8_t *p;
	int rc;

	if (n == 0)
		return VT_OK;
	if (n > SIZE_MAX)
		return vt_err_set(reterr, VT_E_LIMIT, "PDF stream");
	p = vt_buf_extend(ret, (size_t)n);
	if (p == NULL) {
		rc = vt_buf_status(ret, reterr);
		return rc != VT_OK ? rc : VT_E_NOMEM;
	}
	return pdf_lexer_copy(
	    &pdf->lx, stream->u.stream.offset, p, (size_t)n, reterr);
}

/* One filter from `in` to the end of out. */
static int
decode_step(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    const struct vt_pdf_object *parms, struct input *in, struct vt_buf *out,
    struct vt_err *reterr)
{
	size_t start = out->n;
	struct parms pm;
	int rc;

	if ((rc = read_parms(pdf, stream, parms, &pm, reterr)) != VT_OK ||
	    (rc = inflate_all(stream, in, out, reterr)) != VT_OK)
		return rc;
	return undo_predictor(stream, &pm, out, start, reterr);
}

static int
decode(struct vt_pdf *pdf, const struct vt_pdf_object *stream, size_t limit,
    struct vt_buf *out, struct vt_err *reterr)
{
	struct input in = { .lx = &pdf->lx,
		.at = stream->u.stream.offset,
		.left = stream->u.stream.length };
	struct chain c = { 0 };
	VT_BUF_AUTO(before);
	int rc;

	rc = read_chain(pdf, stream, &c, reterr);
	if (rc != VT_OK)
		return rc;
	if (c.n == 0)
		return copy_raw(pdf, stream, out, reterr);
	for (size_t i = 0; i < c.n; i++) {
		if (i > 0) {
			vt_buf_free(&before);
			before = *out;
			vt_buf_init(out, limit);
			in.mem = before.p;
			in.at = 0;
			in.left = before.n;
		}
		rc = decode_step(pdf, stream, c.parms[i], &in, out, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

int
vt_pdf_stream_data(struct vt_pdf *pdf, const struct vt_pdf_object *stream,
    size_t limit, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(out);
	int rc;

	VT_CHECK(pdf, VT_PDF_MAGIC);
	VT_ASSERT(stream->type == VT_PDF_STREAM);
	vt_buf_init(&out, limit);
	rc = decode(pdf, stream, limit, &out, reterr);
	if (rc != VT_OK)
		return rc;
	vt_buf_span(ret, vt_buf_view(&out));
	return vt_buf_status(ret, reterr);
}
