/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The appender's round trip. The input's first bytes choose what is appended,
 * the rest is a file (as in fuzz_pdf_xref). If the file opens and takes the
 * update, then the new file opens, has one revision more, the older ones are
 * as they were, and the new one holds what was put.
 */
#include "base/pdf/append.h"
#include "tests/fuzz/fuzz.h"
#include "tests/pdf_script.h"

#define ARENA  ((size_t)64 << 20)
#define CHOICE 4

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static uint8_t seed[PDF_SAMPLES][8192];

	if (i >= PDF_SAMPLES)
		return NULL;
	*ret_n = pdf_samples[i].n + CHOICE;
	memcpy(seed[i], "\3\2\1\0", CHOICE);
	memcpy(seed[i] + CHOICE, pdf_samples[i].script, pdf_samples[i].n);
	return seed[i];
}

/* Up to seven values, one of them a stream, perhaps an object of the file
 * anew, perhaps a signature. False when the file does not take them. */
static bool
update(struct vt_pdf *pdf, const uint8_t *choice, struct vt_pdf_tail *t,
    uint32_t nums[static 8], size_t *ret_n)
{
	struct vt_pdf_append *a = NULL;
	size_t n = choice[0] % 8, i;
	bool ok;

	if (vt_pdf_append_new(pdf, &a, NULL) != VT_OK)
		return false;
	ok = true;
	for (i = 0; i < n && ok; i++) {
		ok = vt_pdf_append_alloc(a, &nums[i], NULL) == VT_OK;
		if (!ok)
			break;
		ok = (i == 1 ? vt_pdf_append_stream(a, nums[i],
				   VT_SPAN_LIT("<< /N 1 >>"),
				   VT_SPAN(choice, CHOICE), NULL)
			     : vt_pdf_append_put(a, nums[i],
				   VT_SPAN_LIT("[(put)]"), NULL)) == VT_OK;
	}
	/* refused for numbers that are no objects of the file */
	if (ok && choice[1] != 0)
		(void)!vt_pdf_append_put(
		    a, choice[1], VT_SPAN_LIT("<< /Anew true >>"), NULL);
	if (ok && choice[2] != 0) {
		uint32_t sig = 0;
		ok = vt_pdf_append_alloc(a, &sig, NULL) == VT_OK &&
		     vt_pdf_append_signature(a, sig, VT_SPAN_LIT("/Type /Sig"),
			 choice[2], NULL) == VT_OK;
	}
	ok = ok && vt_pdf_append_finish(a, t, NULL) == VT_OK;
	vt_pdf_append_free(a);
	*ret_n = n;
	return ok;
}

static void
compare(struct vt_pdf *old, struct vt_pdf *new, const uint32_t *nums, size_t n)
{
	size_t last = vt_pdf_revisions(old);
	struct vt_pdf_object *o;

	VT_FUZZ_HOLDS(vt_pdf_revisions(new) == last + 1);
	for (size_t rev = 0; rev < last; rev++) {
		const struct vt_pdf_revision *r = vt_pdf_revision(old, rev);
		const struct vt_pdf_revision *s = vt_pdf_revision(new, rev);
		/* a file that ends right after %%EOF is given a line end */
		VT_FUZZ_HOLDS(r->eof == s->eof &&
			      r->n_objects == s->n_objects &&
			      (r->end == s->end ||
				  (rev + 1 == last && r->end == r->eof &&
				      s->end == r->eof + 1)));
		for (size_t i = 0; i < r->n_objects; i++) {
			struct vt_pdf_slot x =
			    vt_pdf_slot(old, rev, r->objects[i]);
			struct vt_pdf_slot y =
			    vt_pdf_slot(new, rev, r->objects[i]);
			VT_FUZZ_HOLDS(x.state == y.state &&
				      x.offset == y.offset && x.gen == y.gen &&
				      x.stream == y.stream &&
				      x.index == y.index);
		}
	}
	for (size_t i = 0; i < n; i++) {
		VT_FUZZ_HOLDS(
		    vt_pdf_get(new, last, nums[i], &o, NULL) == VT_OK);
		VT_FUZZ_HOLDS(
		    o->type == (i == 1 ? VT_PDF_STREAM : VT_PDF_ARRAY));
		VT_FUZZ_HOLDS(vt_pdf_slot(new, last - 1, nums[i]).state ==
			      VT_PDF_SLOT_NONE);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_arena *arena = vt_arena_new(ARENA);
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_pdf *old = NULL, *new = NULL;
	struct vt_source src, src2;
	uint32_t nums[8] = { 0 };
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(both);
	size_t put = 0;

	VT_FUZZ_HOLDS(arena != NULL);
	if (n > CHOICE)
		pdf_script(VT_SPAN(p + CHOICE, n - CHOICE), &file);
	vt_source_memory(&src, vt_buf_view(&file));
	if (n > CHOICE && vt_pdf_open(&src, arena, &old, NULL) == VT_OK &&
	    update(old, p, &t, nums, &put)) {
		VT_FUZZ_HOLDS(t.base == file.n);
		vt_buf_span(&both, vt_buf_view(&file));
		vt_buf_span(&both, vt_buf_view(&t.bytes));
		vt_source_memory(&src2, vt_buf_view(&both));
		VT_FUZZ_HOLDS(vt_pdf_open(&src2, arena, &new, NULL) == VT_OK);
		compare(old, new, nums, put);
	}
	vt_pdf_tail_free(&t);
	vt_pdf_free(new);
	vt_pdf_free(old);
	vt_arena_free(arena);
	return 0;
}
