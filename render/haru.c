/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/haru.h"

#include <hpdf.h>
#include <stdlib.h>

#define HARU_MAGIC 0x48617275U

struct vt_haru {
	uint32_t magic;
	HPDF_Doc doc;
	HPDF_Page page;
	HPDF_Font font[VT_STYLES];
	const struct vt_faces *faces;
	bool in_text;
	enum vt_style style; /* of the text state, valid in_text */
	double size;
	double line_width; /* of the graphics state, 0 = unset */
	HPDF_STATUS error; /* first failure, HPDF_OK if none */
	HPDF_STATUS detail;
	const char *what; /* what was being done; static */
};

/* libharu calls this at every failure; only the first one tells anything. */
static void
on_error(HPDF_STATUS error_no, HPDF_STATUS detail_no, void *user)
{
	struct vt_haru *h = user;

	if (h->error != HPDF_OK)
		return;
	h->error = error_no;
	h->detail = detail_no;
}

int
vt_haru_new(
    const struct vt_faces *faces, struct vt_haru **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_haru_free) struct vt_haru *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF writer: no memory");
	h->magic = HARU_MAGIC;
	h->faces = faces;
	h->what = "new document";
	h->doc = HPDF_New(on_error, h);
	if (h->doc == NULL)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "PDF writer: libharu: no document (0x%04lX)",
		    (unsigned long)h->error);
	HPDF_SetCompressionMode(h->doc, HPDF_COMP_ALL);
	HPDF_UseUTFEncodings(h->doc);
	/* Makes the information dictionary's strings UTF-16BE with a BOM. */
	HPDF_SetCurrentEncoder(h->doc, "UTF-8");
	*ret = VT_TAKE(h);
	return VT_OK;
}

void
vt_haru_free(struct vt_haru *h)
{
	if (h == NULL)
		return;
	VT_CHECK(h, HARU_MAGIC);
	if (h->doc != NULL)
		HPDF_Free(h->doc);
	h->magic = 0;
	free(h);
}

void
vt_haru_title(struct vt_haru *h, const char *title)
{
	VT_CHECK(h, HARU_MAGIC);
	if (h->error != HPDF_OK)
		return;
	h->what = "title";
	HPDF_SetInfoAttr(h->doc, HPDF_INFO_TITLE, title);
}

static void
end_text(struct vt_haru *h)
{
	if (h->in_text && h->error == HPDF_OK)
		HPDF_Page_EndText(h->page);
	h->in_text = false;
}

void
vt_haru_page(struct vt_haru *h, bool lying)
{
	VT_CHECK(h, HARU_MAGIC);
	if (h->error != HPDF_OK)
		return;
	end_text(h);
	h->what = "page";
	h->page = HPDF_AddPage(h->doc);
	HPDF_Page_SetSize(h->page, HPDF_PAGE_SIZE_A4,
	    lying ? HPDF_PAGE_LANDSCAPE : HPDF_PAGE_PORTRAIT);
	h->line_width = 0;
}

static HPDF_Font
haru_font(struct vt_haru *h, enum vt_style style)
{
	const char *name;

	VT_ASSERT(style < VT_STYLES);
	if (h->font[style] != NULL)
		return h->font[style];
	h->what = h->faces->f[style].path;
	name =
	    HPDF_LoadTTFontFromFile(h->doc, h->faces->f[style].path, HPDF_TRUE);
	if (name != NULL)
		h->font[style] = HPDF_GetFont(h->doc, name, "UTF-8");
	return h->font[style];
}

void
vt_haru_text(struct vt_haru *h, enum vt_style style, double size, double x,
    double y, const char *text)
{
	HPDF_Font font;

	VT_CHECK(h, HARU_MAGIC);
	VT_ASSERT(h->page != NULL);
	if (h->error != HPDF_OK)
		return;
	font = haru_font(h, style);
	if (h->error != HPDF_OK)
		return;
	h->what = "text";
	if (!h->in_text) {
		HPDF_Page_BeginText(h->page);
		h->in_text = true;
		h->size = 0;
	}
	if (h->size <= 0 || h->style != style || h->size < size ||
	    h->size > size) {
		HPDF_Page_SetFontAndSize(h->page, font, (HPDF_REAL)size);
		h->style = style;
		h->size = size;
	}
	HPDF_Page_SetTextMatrix(
	    h->page, 1, 0, 0, 1, (HPDF_REAL)x, (HPDF_REAL)y);
	HPDF_Page_ShowText(h->page, text);
}

void
vt_haru_rule(
    struct vt_haru *h, const double from[2], const double to[2], double width)
{
	VT_CHECK(h, HARU_MAGIC);
	VT_ASSERT(h->page != NULL && width > 0);
	if (h->error != HPDF_OK)
		return;
	end_text(h);
	h->what = "rule";
	if (h->line_width < width || h->line_width > width) {
		HPDF_Page_SetLineWidth(h->page, (HPDF_REAL)width);
		h->line_width = width;
	}
	HPDF_Page_MoveTo(h->page, (HPDF_REAL)from[0], (HPDF_REAL)from[1]);
	HPDF_Page_LineTo(h->page, (HPDF_REAL)to[0], (HPDF_REAL)to[1]);
	HPDF_Page_Stroke(h->page);
}

void
vt_haru_rect(struct vt_haru *h, double x, double y, double w, double hh)
{
	VT_CHECK(h, HARU_MAGIC);
	VT_ASSERT(h->page != NULL);
	if (h->error != HPDF_OK)
		return;
	end_text(h);
	h->what = "rectangle";
	HPDF_Page_Rectangle(
	    h->page, (HPDF_REAL)x, (HPDF_REAL)y, (HPDF_REAL)w, (HPDF_REAL)hh);
	HPDF_Page_Fill(h->page);
}

static int
haru_failed(const struct vt_haru *h, struct vt_err *reterr)
{
	int code = VT_E_INTERNAL;

	if (h->error == HPDF_FAILD_TO_ALLOC_MEM)
		code = VT_E_NOMEM;
	else if (h->error == HPDF_FILE_IO_ERROR ||
		 h->error == HPDF_FILE_OPEN_ERROR)
		code = VT_E_ENVIRONMENT;
	return vt_err_set(reterr, (enum vt_code)code,
	    "PDF writer: libharu: %s: error 0x%04lX, detail %lu", h->what,
	    (unsigned long)h->error, (unsigned long)h->detail);
}

/* Copies libharu's memory stream out. */
static void
take_stream(struct vt_haru *h, struct vt_buf *out)
{
	HPDF_ResetStream(h->doc);
	for (;;) {
		HPDF_BYTE chunk[16384];
		HPDF_UINT32 n = sizeof(chunk);
		HPDF_STATUS s = HPDF_ReadFromStream(h->doc, chunk, &n);

		vt_buf_put(out, chunk, n);
		if (s == HPDF_STREAM_EOF || n == 0)
			break;
		if (s != HPDF_OK)
			break;
	}
	/* The end of the stream is reported like an error; it is none. */
	HPDF_ResetError(h->doc);
}

int
vt_haru_finish(struct vt_haru *h, struct vt_buf *ret, struct vt_err *reterr)
{
	static const char want[] = "%PDF-1.";
	VT_BUF_AUTO(out);
	uint32_t size;

	VT_CHECK(h, HARU_MAGIC);
	if (h->error == HPDF_OK) {
		end_text(h);
		h->what = "saving";
		HPDF_SaveToStream(h->doc);
	}
	if (h->error != HPDF_OK)
		return haru_failed(h, reterr);
	size = HPDF_GetStreamSize(h->doc);
	take_stream(h, &out);
	if (vt_buf_status(&out, reterr) != VT_OK)
		return out.failed;
	if (out.n != size || out.n < 16 ||
	    memcmp(out.p, want, sizeof(want) - 1) != 0)
		return vt_err_set(reterr, VT_E_INTERNAL,
		    "PDF writer: libharu gave %zu bytes, announced %u", out.n,
		    size);
	/* Signatures with SHA-256 and the fields laid later are of PDF 1.7. */
	out.p[sizeof(want) - 1] = '7';
	vt_buf_put(ret, out.p, out.n);
	return vt_buf_status(ret, reterr);
}
