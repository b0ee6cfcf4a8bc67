/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A script (tests/pdf_script.h) opened as a PDF. */
#ifndef VT_TESTS_UNIT_PDF_OPEN_FILE_H
#define VT_TESTS_UNIT_PDF_OPEN_FILE_H

#include "base/pdf/pdf.h"
#include "tests/pdf_script.h"
#include "tests/tap.h"

struct open_file {
	struct vt_buf bytes;
	struct vt_source src;
	struct vt_arena *arena;
	struct vt_pdf *pdf;
	struct vt_err err;
};

/* Opens what is in f->bytes. */
static inline __attribute__((unused)) int
open_bytes(struct open_file *f)
{
	f->err = (struct vt_err)VT_ERR_INIT;
	f->arena = vt_arena_new((size_t)64 << 20);
	vt_source_memory(&f->src, vt_buf_view(&f->bytes));
	return vt_pdf_open(&f->src, f->arena, &f->pdf, &f->err);
}

static inline __attribute__((unused)) int
open_script(struct open_file *f, const char *script, size_t n)
{
	*f = (struct open_file){ .bytes = VT_BUF_INIT };
	pdf_script(VT_SPAN(script, n), &f->bytes);
	return open_bytes(f);
}

/* The same for a string literal, which may hold zero bytes. */
#define OPEN_LIT(f, s) open_script((f), (s), sizeof(s) - 1)

static inline __attribute__((unused)) void
open_close(struct open_file *f)
{
	vt_pdf_free(f->pdf);
	vt_arena_free(f->arena);
	vt_buf_free(&f->bytes);
	*f = (struct open_file){ .bytes = VT_BUF_INIT };
}

#endif
