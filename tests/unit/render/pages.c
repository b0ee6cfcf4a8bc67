/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages worker, through a real spawner and sandbox. */
#include "tests/tap.h"

#include <unistd.h>

#include "base/context.h"
#include "base/limits.h"
#include "tests/unit/render/samples.h"

static struct vt_spawner *spawner;
static struct vt_err err;

static int
memfd(struct vt_span s)
{
	int fd = -1;

	tap_need(vt_job_memfd(s, &fd, &err) == VT_OK, "memfd");
	return fd;
}

static int
text_of(struct vt_span s, struct vt_buf *ret, size_t *ret_pages)
{
	int fd = memfd(s);
	int rc = vt_pages_text(spawner, fd, ret, ret_pages, &err);

	(void)close(fd);
	return rc;
}

static int
png_of(struct vt_span s, size_t page, int dpi, struct vt_buf *ret)
{
	int fd = memfd(s);
	int rc = vt_pages_png(spawner, fd, page, dpi, ret, &err);

	(void)close(fd);
	return rc;
}

static void
test_text(void)
{
	struct vt_notice n = sample_notice();
	struct vt_places p;
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(text);
	size_t pages = 0;

	tap_need(vt_render_notice(&n, &pdf, &p, &err) == VT_OK, "a notice");
	tap_call(text_of(vt_buf_view(&pdf), &text, &pages), &err, "its text");
	tap_eq_int(pages, 1, "one page");
	tap_ok(strstr(vt_buf_str(&text), "Họ và tên Nguyễn Thị Hồng Nhung") !=
		   NULL,
	    "cells of a table stay apart");
	tap_ok(strstr(vt_buf_str(&text), "7KQ2-9XMD-4TPA") != NULL,
	    "the code stands in groups of four");
}

static void
test_two_pages(void)
{
	const char *body[12];
	struct vt_letter l;
	struct vt_places p;
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(png);
	size_t pages = 0;

	sample_paragraphs(body, 12);
	l = sample_decision(body, 12);
	tap_need(vt_render_letter(&l, &pdf, &p, &err) == VT_OK, "a decision");
	tap_call(text_of(vt_buf_view(&pdf), &text, &pages), &err, "its text");
	tap_eq_int(pages, 2, "two pages");
	tap_ok(strchr(vt_buf_str(&text), '\f') != NULL &&
		   strchr(vt_buf_str(&text), '\f') ==
		       strrchr(vt_buf_str(&text), '\f'),
	    "one form feed between them");
	tap_call(png_of(vt_buf_view(&pdf), 1, 72, &png), &err, "page 2");
	tap_ok(png.n > 24 && png.p[19] == 596 % 256 && png.p[18] == 596 / 256,
	    "596 pixels wide at 72 dpi");
	tap_code(png_of(vt_buf_view(&pdf), 2, 72, &png), VT_E_NOT_FOUND, &err,
	    "page 3: %s", err.msg);
	tap_code(png_of(vt_buf_view(&pdf), 0, 35, &png), VT_E_INVALID, &err,
	    "35 dpi");
	tap_code(png_of(vt_buf_view(&pdf), 0, 301, &png), VT_E_INVALID, &err,
	    "301 dpi");
}

/* A PDF of one page, w x h points, with these page entries and objects. */
static void
small_pdf(struct vt_buf *b, const char *size, const char *entries,
    const char *objects)
{
	vt_buf_printf(b,
	    "%%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R "
	    "/AcroForm << /Fields [4 0 R] >> >>\nendobj\n2 0 obj\n<< /Type "
	    "/Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type "
	    "/Page /Parent 2 0 R /MediaBox [0 0 %s] %s >>\nendobj\n%s\n"
	    "trailer\n<< /Size 6 /Root 1 0 R >>\n",
	    size, entries, objects);
}

static void
test_typed(void)
{
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(text);
	size_t pages = 0;

	/* Poppler repairs what has no cross-reference table. */
	small_pdf(&pdf, "300 300", "/Annots [4 0 R 5 0 R]",
	    "4 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /V "
	    "<FEFF003100320038002F0054011000200061030200CC> /Rect [9 9 99 29] "
	    ">>\nendobj\n5 0 obj\n<< /Type /Annot /Subtype /FreeText "
	    "/Contents (but phe) /DA (/Helv 9 Tf) /Rect [9 40 99 60] >>\n"
	    "endobj");
	tap_call(
	    text_of(vt_buf_view(&pdf), &text, &pages), &err, "a filled field");
	tap_ok(strstr(vt_buf_str(&text), "128/TĐ âÌ") != NULL,
	    "its value follows, in NFC");
	tap_ok(strstr(vt_buf_str(&text), "but phe") != NULL,
	    "so does a note typed on the page");
}

static void
test_refused(void)
{
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(out);
	size_t pages = 7;

	tap_code(text_of(VT_SPAN_LIT("no paper"), &out, &pages), VT_E_NOT_PDF,
	    &err, "not a PDF");
	tap_code(text_of(VT_SPAN_LIT("%PDF-1.7\nrubbish"), &out, &pages),
	    VT_E_PDF_SYNTAX, &err, "a PDF that is none: %s", err.msg);
	tap_code(text_of(VT_SPAN(NULL, 0), &out, &pages), VT_E_FILE_EMPTY, &err,
	    "an empty file");
	tap_ok(pages == 7 && out.n == 0, "outputs are untouched");
	small_pdf(&pdf, "14400 14400", "", "4 0 obj\nnull\nendobj");
	tap_code(png_of(vt_buf_view(&pdf), 0, 300, &out), VT_E_LIMIT, &err,
	    "a page of 5 m by 5 m at 300 dpi: %s", err.msg);
	tap_call(png_of(vt_buf_view(&pdf), 0, 36, &out) == VT_E_LIMIT
		     ? VT_OK
		     : VT_E_INTERNAL,
	    &err, "nor at 36");
	/* 1440 pt at 300 dpi: 6000 pixels; 6000 x 6000 is PAGE_PIXELS_MAX */
	vt_buf_reset(&pdf);
	small_pdf(&pdf, "1440 1440", "", "4 0 obj\nnull\nendobj");
	tap_call(png_of(vt_buf_view(&pdf), 0, 300, &out), &err,
	    "PAGE_PIXELS_MAX pixels");
	vt_buf_reset(&pdf);
	small_pdf(&pdf, "1440.1 1440", "", "4 0 obj\nnull\nendobj");
	tap_code(png_of(vt_buf_view(&pdf), 0, 300, &out), VT_E_LIMIT, &err,
	    "one column more");
}

int
main(void)
{
	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "spawner: %s", vt_worker_sandbox());
	test_text();
	test_two_pages();
	test_typed();
	test_refused();
	vt_spawner_free(spawner);
	return tap_done();
}
