/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening: header, startxref, chain (ISO 32000-2 §7.5.2, §7.5.5). */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

/* How far from the start and the end the two marks are looked for. */
#define MARK_WINDOW 1024

int
pdf_xref_fail(struct vt_err *reterr, uint64_t at, const char *clause,
    const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return vt_err_set(reterr, VT_E_PDF_XREF,
	    "PDF byte %" PRIu64 ": ISO 32000-2 §%s: %s", at, clause, what);
}

static bool
stands(struct pdf_lexer *lx, uint64_t at, const char *s)
{
	for (size_t i = 0; s[i] != '\0'; i++)
		if (pdf_byte(lx, at + i) != (uint8_t)s[i])
			return false;
	return true;
}

static int
find_header(struct vt_pdf *pdf, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	int major, minor;

	for (uint64_t at = 0; at + 8 <= MARK_WINDOW; at++) {
		if (!stands(lx, at, "%PDF-"))
			continue;
		major = pdf_byte(lx, at + 5);
		minor = pdf_byte(lx, at + 7);
		if (!pdf_is_digit(major) || !pdf_is_digit(minor) ||
		    pdf_byte(lx, at + 6) != '.')
			break;
		pdf->header = at;
		pdf->version = 10 * (major - '0') + minor - '0';
		return VT_OK;
	}
	if (lx->rc != VT_OK)
		return pdf_fail(lx, VT_E_IO, "7.5.2", "the header", reterr);
	return vt_err_set(reterr, VT_E_NOT_PDF,
	    "ISO 32000-2 §7.5.2: no %%PDF-n.n in the first %d bytes",
	    MARK_WINDOW);
}

/* Annex F.3.2: a first object, wholly in the first 1024 bytes, that is a
 * dictionary with /Linearized. Anything else means: not linearized. */
static void
look_for_linearized(struct vt_pdf *pdf)
{
	struct pdf_lexer *lx = &pdf->lx;
	struct vt_pdf_object *o = NULL;
	uint32_t num;
	uint16_t gen;

	lx->at = pdf->header;
	if (lx->end - pdf->header > MARK_WINDOW)
		lx->end = pdf->header + MARK_WINDOW;
	pdf_skip(lx);
	if (pdf_object_head(lx, &num, &gen) &&
	    pdf_parse_value(&pdf->parser, lx, &o, NULL) == VT_OK)
		pdf->linearized = o->type == VT_PDF_DICT &&
				  vt_pdf_dict_get(o, "Linearized") != NULL;
	lx->end = pdf->src->size;
}

/* A section begins at this very position, not within a word or number. */
static bool
section_at(struct vt_pdf *pdf, uint64_t at)
{
	struct pdf_lexer *lx = &pdf->lx;
	uint32_t num;
	uint16_t gen;

	lx->at = at;
	if (at > 0 && !pdf_is_regular(pdf_byte(lx, at - 1)) &&
	    pdf_word(lx, "xref"))
		return true;
	return pdf_starts_number(lx) && pdf_object_head(lx, &num, &gen);
}

/*
 * What the offsets of a file count from when bytes precede its header: the
 * header by the standard, the start of the file in files that were written
 * with those bytes. The section that startxref names decides; when both
 * readings find one, or neither, the file is ambiguous and refused.
 */
static int
decide_base(struct vt_pdf *pdf, uint64_t offset, struct vt_err *reterr)
{
	bool from_start, from_header;

	if (pdf->header == 0)
		return VT_OK;
	from_start = section_at(pdf, offset);
	from_header = offset < pdf->src->size - pdf->header &&
		      section_at(pdf, offset + pdf->header);
	if (from_start == from_header)
		return pdf_xref_fail(reterr, offset, "7.5.2",
		    "%" PRIu64 " bytes precede the header, and startxref fits "
		    "%s way of counting",
		    pdf->header, from_start ? "either" : "neither");
	pdf->base = from_header ? pdf->header : 0;
	return VT_OK;
}

/* The last startxref: its position and the section it names. */
static int
find_startxref(struct vt_pdf *pdf, uint64_t *ret_at, uint64_t *ret_section,
    struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	uint64_t size = pdf->src->size, at, v;
	uint64_t stop = size > MARK_WINDOW ? size - MARK_WINDOW : 0;
	int rc;

	/* read the window once, from its start, not backwards byte by byte */
	(void)pdf_byte(lx, stop);
	for (at = size; at > stop; at--)
		if (stands(lx, at - 1, "startxref"))
			break;
	if (at == stop) {
		lx->at = size;
		return pdf_fail(lx, VT_E_PDF_TRUNCATED, "7.5.5",
		    "startxref and %%EOF in the last 1024 bytes", reterr);
	}
	lx->at = at - 1;
	*ret_at = lx->at;
	if (!pdf_word(lx, "startxref"))
		return pdf_fail(
		    lx, VT_E_PDF_XREF, "7.5.5", "startxref", reterr);
	pdf_skip_space(lx);
	if (!pdf_uint(lx, INT64_MAX, &v))
		return pdf_fail(lx, VT_E_PDF_XREF, "7.5.5",
		    "an offset after startxref", reterr);
	pdf_skip_space(lx);
	if (!stands(lx, lx->at, "%%EOF")) {
		lx->at = size;
		return pdf_fail(lx, VT_E_PDF_TRUNCATED, "7.5.5",
		    "%%EOF after the last startxref", reterr);
	}
	rc = decide_base(pdf, v, reterr);
	if (rc != VT_OK)
		return rc;
	if (!pdf_absolute(pdf, (int64_t)v, ret_section))
		return pdf_xref_fail(reterr, *ret_at, "7.5.5",
		    "startxref names %" PRIu64 ", outside the file", v);
	return VT_OK;
}

static int
open_file(struct vt_pdf *pdf, struct vt_err *reterr)
{
	uint64_t startxref = 0, section = 0;
	int rc;

	rc = pdf_lexer_source(&pdf->lx, pdf->src, reterr);
	if (rc == VT_OK)
		rc = find_header(pdf, reterr);
	if (rc != VT_OK)
		return rc;
	pdf->null = pdf_new(pdf->arena, VT_PDF_NULL);
	if (pdf->null == NULL)
		return vt_arena_err(pdf->arena, reterr);
	look_for_linearized(pdf);
	if ((rc = find_startxref(pdf, &startxref, &section, reterr)) != VT_OK ||
	    (rc = pdf_chain_read(pdf, section, startxref, reterr)) != VT_OK ||
	    (rc = pdf_chain_check(pdf, reterr)) != VT_OK)
		return rc;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	pdf->cache = calloc(pdf->index.n + 1, sizeof(*pdf->cache));
	if (pdf->cache == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF objects");
	return VT_OK;
}

int
vt_pdf_open(struct vt_source *src, struct vt_arena *arena, struct vt_pdf **ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	int rc;

	if (src->size == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "the file has no bytes");
	if (src->size > INT64_MAX)
		return vt_err_set(reterr, VT_E_LIMIT, "the file is too large");
	pdf = calloc(1, sizeof(*pdf));
	if (pdf == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF");
	pdf->magic = VT_PDF_MAGIC;
	pdf->src = src;
	pdf->arena = arena;
	pdf_parser_init(&pdf->parser, arena);
	rc = open_file(pdf, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = VT_TAKE(pdf);
	return VT_OK;
}

void
vt_pdf_free(struct vt_pdf *pdf)
{
	if (pdf == NULL)
		return;
	VT_CHECK(pdf, VT_PDF_MAGIC);
	for (size_t i = 0; i < pdf->n_revs; i++)
		free(pdf->revs[i].objects);
	for (size_t i = 0; i < PDF_OBJSTM_CACHE; i++)
		pdf_objstm_free(&pdf->objstms[i]);
	free(pdf->revs);
	free(pdf->index.v);
	free(pdf->cache);
	free(pdf->containers);
	free(pdf->leaves);
	pdf_parser_free(&pdf->parser);
	pdf_lexer_free(&pdf->lx);
	pdf->magic = 0;
	free(pdf);
}

uint64_t
vt_pdf_size(const struct vt_pdf *pdf)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	return pdf->src->size;
}

size_t
vt_pdf_revisions(const struct vt_pdf *pdf)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	return pdf->n_revs;
}

const struct vt_pdf_revision *
vt_pdf_revision(const struct vt_pdf *pdf, size_t i)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	VT_ASSERT(i < pdf->n_revs);
	return &pdf->revs[i];
}

int
vt_pdf_version(const struct vt_pdf *pdf, uint64_t *ret_offset)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	if (ret_offset != NULL)
		*ret_offset = pdf->header;
	return pdf->version;
}

bool
vt_pdf_is_linearized(const struct vt_pdf *pdf)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	return pdf->linearized;
}
