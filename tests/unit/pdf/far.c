/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources that are not in memory: files of many gigabytes that exist only as
 * a function, sources that fail, and the byte range where its numbers grow.
 */
#include <stdlib.h>

#include "base/pdf/append.h"
#include "tests/unit/pdf/open_file.h"

/* A file that is `head`, then zeros, then `tail`, `size` bytes in all. */
struct sparse {
	struct vt_buf head, tail;
	uint64_t size, reads, most; /* calls; bytes of the largest */
	uint64_t fail_at;           /* the call that fails, 0 = none */
};

static int
sparse_read(struct vt_source *src, uint64_t off, void *p, size_t n,
    struct vt_err *reterr)
{
	struct sparse *s = src->arg;
	uint8_t *q = p;

	s->most = n > s->most ? n : s->most;
	if (++s->reads == s->fail_at)
		return vt_err_set(reterr, VT_E_IO, "read %" PRIu64, s->reads);
	for (size_t i = 0; i < n; i++, off++) {
		if (off < s->head.n)
			q[i] = s->head.p[off];
		else if (off >= s->size - s->tail.n)
			q[i] = s->tail.p[off - (s->size - s->tail.n)];
		else
			q[i] = 0;
	}
	return VT_OK;
}

static struct vt_source
sparse_source(struct sparse *s)
{
	return (
	    struct vt_source){ .size = s->size, .read = sparse_read, .arg = s };
}

/* Catalog and pages at the start; object 3, the section and the end at the
 * end of `size` bytes. */
static void
make_far(struct sparse *s, uint64_t size, bool stream)
{
	static const char head[] =
	    "%PDF-1.7\n"
	    "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
	    "2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n";
	uint64_t at3, xref;
	struct vt_buf *b = &s->tail;
	uint64_t pos[5];

	*s = (struct sparse){
		.head = VT_BUF_INIT, .tail = VT_BUF_INIT, .size = size
	};
	vt_buf_puts(&s->head, head);
	/* twice: the length of the tail does not depend on the offsets */
	for (int pass = 0; pass < 2; pass++) {
		uint64_t base = size - b->n;
		vt_buf_reset(b);
		vt_buf_puts(b, "\n");
		at3 = base + b->n;
		vt_buf_puts(b, "3 0 obj\n(far)\nendobj\n");
		xref = base + b->n;
		pos[1] = 9;
		pos[2] = (uint64_t)(strstr(head, "2 0 obj") - head);
		pos[3] = at3;
		pos[4] = xref;
		if (stream) {
			vt_buf_puts(b,
			    "4 0 obj\n<< /Type /XRef /W [1 8 1] /Size 5 "
			    "/Index [1 4] /Root 1 0 R /Length 40 >>\n"
			    "stream\n");
			for (int i = 1; i < 5; i++) {
				vt_buf_putc(b, 1);
				for (int k = 7; k >= 0; k--)
					vt_buf_putc(
					    b, (uint8_t)(pos[i] >> 8 * k));
				vt_buf_putc(b, 0);
			}
			vt_buf_puts(b, "\nendstream\nendobj\n");
		} else {
			vt_buf_puts(b, "xref\n0 4\n0000000000 65535 f \n");
			for (int i = 1; i < 4; i++)
				vt_buf_printf(
				    b, "%010" PRIu64 " 00000 n \n", pos[i]);
			vt_buf_puts(b, "trailer\n<< /Size 4 /Root 1 0 R >>\n");
		}
		vt_buf_printf(b, "startxref\n%020" PRIu64 "\n%%%%EOF\n", xref);
	}
}

static void
free_far(struct sparse *s)
{
	vt_buf_free(&s->head);
	vt_buf_free(&s->tail);
}

static int
update(struct vt_pdf *pdf, struct vt_pdf_tail *t, struct vt_err *err)
{
	VT_CLEANUP(vt_pdf_append_free) struct vt_pdf_append *a = NULL;
	uint32_t num = 0;
	int rc;

	if ((rc = vt_pdf_append_new(pdf, &a, err)) != VT_OK ||
	    (rc = vt_pdf_append_alloc(a, &num, err)) != VT_OK ||
	    (rc = vt_pdf_append_signature(
		 a, num, VT_SPAN_LIT("/Type /Sig"), 64, err)) != VT_OK)
		return rc;
	return vt_pdf_append_finish(a, t, err);
}

/* Opens, updates, opens again; all through the callback. */
static void
test_size(uint64_t size, bool stream)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *arena = vt_arena_new(1 << 20);
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL, *new = NULL;
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_pdf_object *o = NULL;
	struct vt_source src, src2;
	struct sparse s, s2;
	int64_t v = 0;

	make_far(&s, size, stream);
	src = sparse_source(&s);
	tap_call(vt_pdf_open(&src, arena, &pdf, &err), &err,
	    "%" PRIu64 " bytes, %s: opens", size, stream ? "stream" : "table");
	tap_call(vt_pdf_get(pdf, 0, 3, &o, &err), &err, "object 3");
	tap_ok(o->type == VT_PDF_STRING && vt_span_is(o->u.string, "far") &&
		   o->offset == size - s.tail.n + 9,
	    "is far away");
	tap_ok(s.most <= 16384 && s.reads < 64,
	    "in %" PRIu64 " reads of at most %" PRIu64, s.reads, s.most);
	tap_call(update(pdf, &t, &err), &err, "update");
	s2 = s;
	s2.size = size + t.bytes.n;
	s2.tail = (struct vt_buf)VT_BUF_INIT;
	vt_buf_span(&s2.tail, vt_buf_view(&s.tail));
	vt_buf_span(&s2.tail, vt_buf_view(&t.bytes));
	src2 = sparse_source(&s2);
	tap_call(vt_pdf_open(&src2, arena, &new, &err), &err, "opens again");
	tap_call(
	    vt_pdf_get(new, 1, stream ? 5 : 4, &o, &err), &err, "signature");
	for (size_t i = 0; i < 4; i++) {
		tap_ok(vt_pdf_int(
			   vt_pdf_dict_get(o, "ByteRange")->u.array.items[i],
			   &v) &&
			   (uint64_t)v == t.byte_range[i],
		    "byte range: %" PRIi64, v);
	}
	tap_eq_int(
	    t.byte_range[2] + t.byte_range[3], s2.size, "covers the file");
	vt_buf_free(&s2.tail);
	free_far(&s);
	vt_pdf_tail_free(&t);
}

/* The edges where the numbers of a byte range grow: sizes from 80 bytes below
 * to 80 above, so that each of the numbers passes it. */
static void
test_byte_range_widths(void)
{
	static const uint64_t edge[] = { 99999999, 100000000, 2147483648,
		4294967296 };
	static const int64_t around[] = { -2, -1, 0, 1, 2 };

	for (size_t i = 0; i < sizeof(edge) / sizeof(edge[0]); i++)
		for (size_t k = 0; k < 5; k++) {
			test_size(edge[i] + (uint64_t)(around[k] * 40), i % 2);
		}
}

/* Ten digits end at 10^10: a table says so, a stream goes on. */
static void
test_table_end(void)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *arena = vt_arena_new(1 << 20);
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	struct sparse s;

	test_size(9999999999, false);
	test_size(10000000001, true);
	test_size((uint64_t)1 << 50, true);
	make_far(&s, 10000000000, false);
	src = sparse_source(&s);
	tap_call(vt_pdf_open(&src, arena, &pdf, &err), &err,
	    "a table just below 10^10");
	tap_code(update(pdf, &t, &err), VT_E_PDF_UNSUPPORTED, &err,
	    "cannot be continued");
	free_far(&s);
}

/* Whatever read fails, its error is what comes out. */
static void
test_failing_reads(void)
{
	struct vt_err err;
	size_t failed = 0;

	for (size_t i = 0; i < PDF_SAMPLES; i++) {
		struct sparse s = { .head = VT_BUF_INIT, .tail = VT_BUF_INIT };
		struct vt_source src;
		int rc = VT_E_IO;

		pdf_script(
		    VT_SPAN(pdf_samples[i].script, pdf_samples[i].n), &s.head);
		s.size = s.head.n;
		for (uint64_t n = 1; n < 200 && rc == VT_E_IO; n++) {
			struct vt_arena *arena = vt_arena_new(1 << 20);
			struct vt_pdf *pdf = NULL;
			size_t pages;

			s.reads = 0;
			s.fail_at = n;
			src = sparse_source(&s);
			rc = vt_pdf_open(&src, arena, &pdf, &err);
			if (rc == VT_OK)
				rc = vt_pdf_page_count(
				    pdf, VT_PDF_LATEST, &pages, &err);
			failed += rc == VT_E_IO;
			vt_pdf_free(pdf);
			vt_arena_free(arena);
		}
		tap_code(rc, VT_OK, &err,
		    "%s: fails as long as a read fails, then works",
		    pdf_samples[i].name);
		vt_buf_free(&s.head);
	}
	tap_ok(failed > 5, "%zu failures", failed);
}

int
main(void)
{
	test_byte_range_widths();
	test_table_end();
	test_failing_reads();
	return tap_done();
}
