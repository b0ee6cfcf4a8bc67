/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole files: the input is a script (tests/pdf_script.h), so that offsets
 * fit again after a change elsewhere. A file that opens is walked in all its
 * revisions; what the reader promises of it must hold.
 */
#include "base/pdf/pdf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/pdf_script.h"

#define ARENA ((size_t)64 << 20)

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	if (i >= PDF_SAMPLES)
		return NULL;
	*ret_n = pdf_samples[i].n;
	return pdf_samples[i].script;
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "xref\n", "trailer\n", "obj\n",
		"endobj\n", "stream\n", "endstream\n", "startxref\n", "%%EOF\n",
		"/Prev @Dx", "/XRefStm @Dz", "/Encrypt 1 0 R", "/Size 9",
		"/Length 5 0 R", "@La", "@Da 00000 n \n", "@Ba", "0 1\n",
		"/Filter /FlateDecode", "/Index [1 2]", "/W [1 2 1]",
		"/Linearized 1", NULL };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

static void
check_revision(struct vt_pdf *pdf, size_t rev)
{
	const struct vt_pdf_revision *r = vt_pdf_revision(pdf, rev);
	struct vt_pdf_object *o;
	VT_BUF_AUTO(data);

	VT_FUZZ_HOLDS(r->end <= vt_pdf_size(pdf) && r->eof <= r->end &&
		      r->end - r->eof <= 2);
	VT_FUZZ_HOLDS(
	    rev == 0 || vt_pdf_revision(pdf, rev - 1)->end <= r->xref_offset);
	for (size_t i = 0; i < r->n_objects; i++) {
		struct vt_pdf_slot s = vt_pdf_slot(pdf, rev, r->objects[i]);
		VT_FUZZ_HOLDS(i == 0 || r->objects[i - 1] < r->objects[i]);
		VT_FUZZ_HOLDS(s.revision == rev && s.state != VT_PDF_SLOT_NONE);
		VT_FUZZ_HOLDS(s.offset < r->end);
		if (vt_pdf_get(pdf, rev, r->objects[i], &o, NULL) != VT_OK)
			continue;
		VT_FUZZ_HOLDS(o->objstm != 0 || o->end <= r->end);
		if (o->type == VT_PDF_STREAM)
			(void)!vt_pdf_stream_data(pdf, o, 1 << 20, &data, NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_arena *arena = vt_arena_new(ARENA);
	struct vt_pdf *pdf = NULL;
	struct vt_pdf_page page;
	struct vt_source src;
	VT_BUF_AUTO(file);
	size_t pages = 0;

	VT_FUZZ_HOLDS(arena != NULL);
	pdf_script(VT_SPAN(p, n), &file);
	vt_source_memory(&src, vt_buf_view(&file));
	if (vt_pdf_open(&src, arena, &pdf, NULL) == VT_OK) {
		VT_FUZZ_HOLDS(vt_pdf_revisions(pdf) >= 1);
		for (size_t rev = 0; rev < vt_pdf_revisions(pdf); rev++)
			check_revision(pdf, rev);
		if (vt_pdf_page_count(pdf, VT_PDF_LATEST, &pages, NULL) ==
		    VT_OK)
			for (size_t i = 0; i < pages; i++)
				(void)!vt_pdf_page(
				    pdf, VT_PDF_LATEST, i, &page, NULL);
	}
	vt_pdf_free(pdf);
	vt_arena_free(arena);
	return 0;
}
