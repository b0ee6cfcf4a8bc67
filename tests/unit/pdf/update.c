/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The appender: updates, grafts, the place of a signature. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/append.h"
#include "tests/unit/pdf/open_file.h"

/* The file f with the tail t behind it. */
static int
open_updated(const struct open_file *f, const struct vt_pdf_tail *t,
    struct open_file *ret)
{
	*ret = (struct open_file){ .bytes = VT_BUF_INIT };
	vt_buf_span(&ret->bytes, vt_buf_view(&f->bytes));
	vt_buf_span(&ret->bytes, vt_buf_view(&t->bytes));
	return open_bytes(ret);
}

/* Catalog anew, a new value, a new stream, a signature of 100 bytes. */
static int
make_update(struct open_file *f, struct vt_pdf_tail *t)
{
	VT_CLEANUP(vt_pdf_append_free) struct vt_pdf_append *a = NULL;
	uint32_t v = 0, s = 0, g = 0;
	int rc;

	if ((rc = vt_pdf_append_new(f->pdf, &a, &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_alloc(a, &v, &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_alloc(a, &s, &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_alloc(a, &g, &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_stream(a, s,
		 VT_SPAN_LIT(" << /Type /XObject % c\n >> "),
		 VT_SPAN_LIT("\0data"), &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_signature(a, g,
		 VT_SPAN_LIT("/Type /Sig /Filter /Adobe.PPKLite % c"), 100,
		 &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_put(a, 1,
		 VT_SPAN_LIT("<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R "
			     "/New true >> % c"),
		 &f->err)) != VT_OK ||
	    (rc = vt_pdf_append_put(a, v, VT_SPAN_LIT("(value)"), &f->err)) !=
		VT_OK)
		return rc;
	return vt_pdf_append_finish(a, t, &f->err);
}

/* What the new file holds, n being the first new number. */
static void
check_update(const char *name, struct open_file *f, uint32_t n)
{
	size_t last = vt_pdf_revisions(f->pdf) - 1;
	const struct vt_pdf_revision *r = vt_pdf_revision(f->pdf, last);
	struct vt_pdf_object *o;
	struct vt_pdf_ref ref;
	VT_BUF_AUTO(data);

	tap_eq_int(r->end, f->bytes.n, "%s: ends with the file", name);
	tap_call(vt_pdf_catalog(f->pdf, last, &o, &ref, &f->err), &f->err,
	    "%s: catalog", name);
	tap_ok(vt_pdf_dict_get(o, "New") != NULL, "%s: is the new one", name);
	tap_call(vt_pdf_catalog(f->pdf, last - 1, &o, &ref, &f->err), &f->err,
	    "%s: old catalog", name);
	tap_ok(vt_pdf_dict_get(o, "New") == NULL, "%s: is the old one", name);
	tap_call(vt_pdf_get(f->pdf, last, n, &o, &f->err), &f->err, "%s: value",
	    name);
	tap_ok(o->type == VT_PDF_STRING && vt_span_is(o->u.string, "value"),
	    "%s: is what was put", name);
	tap_call(vt_pdf_get(f->pdf, last, n + 1, &o, &f->err), &f->err,
	    "%s: stream", name);
	tap_call(vt_pdf_stream_data(f->pdf, o, 5, &data, &f->err), &f->err,
	    "%s: its data", name);
	tap_ok(vt_span_eq(vt_buf_view(&data), VT_SPAN_LIT("\0data")) &&
		   vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "XObject"),
	    "%s: are what was put", name);
}

/* The signature's dictionary as read back says what the tail says. */
static void
check_signature(const char *name, struct open_file *f,
    const struct vt_pdf_tail *t, uint32_t num)
{
	struct vt_pdf_object *o, *range, *contents;
	int64_t v = -1;

	tap_call(vt_pdf_get(f->pdf, VT_PDF_LATEST, num, &o, &f->err), &f->err,
	    "%s: signature", name);
	range = vt_pdf_dict_get(o, "ByteRange");
	contents = vt_pdf_dict_get(o, "Contents");
	tap_need(range != NULL && contents != NULL, "%s: has both", name);
	for (size_t i = 0; i < 4; i++)
		tap_ok(vt_pdf_int(range->u.array.items[i], &v) &&
			   (uint64_t)v == t->byte_range[i],
		    "%s: byte range %zu", name, i);
	tap_eq_int(contents->offset, t->byte_range[1],
	    "%s: the first part ends before <", name);
	tap_eq_int(contents->end, t->byte_range[2],
	    "%s: the second begins after >", name);
	tap_eq_int(t->byte_range[2] + t->byte_range[3], f->bytes.n,
	    "%s: and ends with the file", name);
	tap_eq_int(t->base + t->hole, contents->offset + 1,
	    "%s: the hole is between", name);
	tap_eq_int(t->hole_size, contents->u.string.n * 2,
	    "%s: as long as asked for", name);
}

static void
test_samples(void)
{
	static const uint32_t next[] = { 8, 9, 10, 10, 9 };

	for (size_t i = 0; i < PDF_SAMPLES; i++) {
		__attribute__((cleanup(
		    vt_pdf_tail_free))) struct vt_pdf_tail t = VT_PDF_TAIL_INIT,
							   u = VT_PDF_TAIL_INIT;
		const char *name = pdf_samples[i].name;
		struct open_file f, g, h;
		enum vt_pdf_xref_kind kind;
		size_t last;

		tap_need(open_script(&f, pdf_samples[i].script,
			     pdf_samples[i].n) == VT_OK,
		    "%s", name);
		last = vt_pdf_revisions(f.pdf);
		tap_call(make_update(&f, &t), &f.err, "%s: update", name);
		tap_call(open_updated(&f, &t, &g), &g.err, "%s: opens", name);
		tap_eq_int(vt_pdf_revisions(g.pdf), last + 1,
		    "%s: one revision more", name);
		kind = vt_pdf_revision(f.pdf, last - 1)->kind;
		tap_eq_int(vt_pdf_revision(g.pdf, last)->kind,
		    kind == VT_PDF_XREF_STREAM ? VT_PDF_XREF_STREAM
					       : VT_PDF_XREF_TABLE,
		    "%s: of the same kind", name);
		tap_eq_int(vt_pdf_revision(g.pdf, last)->n_objects,
		    kind == VT_PDF_XREF_STREAM ? 5 : 4,
		    "%s: only what was given", name);
		check_update(name, &g, next[i]);
		check_signature(name, &g, &t, next[i] + 2);
		/* a second one on top of the first */
		tap_call(make_update(&g, &u), &g.err, "%s: again", name);
		tap_call(open_updated(&g, &u, &h), &h.err, "%s: opens", name);
		tap_eq_int(vt_pdf_revisions(h.pdf), last + 2, "%s: two", name);
		check_signature(
		    name, &h, &u, next[i] + 5 + (kind == VT_PDF_XREF_STREAM));
		open_close(&h);
		open_close(&g);
		open_close(&f);
	}
}

static void
test_same_bytes(void)
{
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT, u = VT_PDF_TAIL_INIT;
	struct vt_pdf_object *id, *old;
	struct open_file f, g;

	tap_need(OPEN_LIT(&f, PDF_TABLE) == VT_OK, "a file");
	tap_need(make_update(&f, &t) == VT_OK && make_update(&f, &u) == VT_OK,
	    "the same update twice");
	tap_ok(vt_span_eq(vt_buf_view(&t.bytes), vt_buf_view(&u.bytes)),
	    "gives the same bytes");
	tap_need(open_updated(&f, &t, &g) == VT_OK, "opens");
	id = vt_pdf_dict_get(vt_pdf_revision(g.pdf, 1)->trailer, "ID");
	old = vt_pdf_dict_get(vt_pdf_revision(g.pdf, 0)->trailer, "ID");
	tap_ok(vt_span_eq(id->u.array.items[0]->u.string,
		   old->u.array.items[0]->u.string),
	    "/ID: the first string stays");
	tap_ok(id->u.array.items[1]->u.string.n == 16 &&
		   !vt_span_eq(id->u.array.items[1]->u.string,
		       old->u.array.items[1]->u.string),
	    "the second is new");
	open_close(&g);
	open_close(&f);
	vt_pdf_tail_free(&t);
	vt_pdf_tail_free(&u);
}

/* The digest, counted here in the plainest way. */
static void
test_digest(void)
{
	__attribute__((cleanup(vt_pdf_tail_free))) struct vt_pdf_tail t =
	    VT_PDF_TAIL_INIT;
	struct open_file f, g;
	uint8_t cms[101];
	VT_BUF_AUTO(covered);
	vt_hash want, got;

	memset(cms, 0xab, sizeof(cms));
	tap_need(OPEN_LIT(&f, PDF_XREF_STREAM) == VT_OK, "a file");
	tap_need(make_update(&f, &t) == VT_OK, "an update");
	tap_need(open_updated(&f, &t, &g) == VT_OK, "opens");
	vt_buf_put(&covered, g.bytes.p, (size_t)t.byte_range[1]);
	vt_buf_put(
	    &covered, g.bytes.p + t.byte_range[2], (size_t)t.byte_range[3]);
	want = vt_sha256(vt_buf_view(&covered));
	tap_call(
	    vt_pdf_tail_digest(&t, &f.src, &got, &f.err), &f.err, "digest");
	tap_ok(vt_hash_eq(&want, &got), "is that of the byte range");
	tap_code(vt_pdf_tail_digest(&t, &g.src, &got, &f.err), VT_E_INVALID,
	    &f.err, "not of another file");
	tap_code(vt_pdf_tail_embed(&t, VT_SPAN(cms, 101), &f.err),
	    VT_E_HOLE_TOO_SMALL, &f.err, "one byte too long");
	tap_call(vt_pdf_tail_embed(&t, VT_SPAN(cms, 100), &f.err), &f.err,
	    "just as long as the hole");
	tap_call(vt_pdf_tail_embed(&t, VT_SPAN(cms, 2), &f.err), &f.err,
	    "a shorter one afterwards");
	tap_ok(memcmp(t.bytes.p + t.hole - 1, "<abab0000", 9) == 0,
	    "leaves nothing of the longer");
	tap_call(vt_pdf_tail_digest(&t, &f.src, &got, &f.err), &f.err,
	    "digest after");
	tap_ok(vt_hash_eq(&want, &got), "is the same");
	open_close(&g);
	open_close(&f);
}

static void
test_refused(void)
{
	struct vt_pdf_append *a = NULL;
	struct vt_pdf_tail t = VT_PDF_TAIL_INIT;
	struct vt_span null = VT_SPAN_LIT("null");
	struct open_file f;
	struct vt_err err;
	uint32_t n = 0;
	vt_hash h;

	tap_need(OPEN_LIT(&f, PDF_UPDATED) == VT_OK, "a file");
	tap_need(vt_pdf_append_new(f.pdf, &a, &err) == VT_OK, "an update");
	tap_code(vt_pdf_append_put(a, 9, null, &err), VT_E_INVALID, &err,
	    "a number not allocated");
	tap_code(vt_pdf_append_put(a, 0, null, &err), VT_E_INVALID, &err,
	    "object 0");
	tap_code(vt_pdf_append_put(a, 7, null, &err), VT_E_INVALID, &err,
	    "a freed number");
	tap_code(vt_pdf_append_put(a, UINT32_MAX, null, &err), VT_E_INVALID,
	    &err, "a number past all");
	tap_need(vt_pdf_append_alloc(a, &n, &err) == VT_OK && n == 9, "new");
	tap_code(vt_pdf_append_put(a, n, VT_SPAN_LIT("1 2"), &err), VT_E_SYNTAX,
	    &err, "two values");
	tap_code(
	    vt_pdf_append_put(a, n, VT_SPAN_LIT("1 endobj 5 0 obj 1"), &err),
	    VT_E_SYNTAX, &err, "a value with another object in it");
	tap_code(vt_pdf_append_stream(a, n, VT_SPAN_LIT("[]"), null, &err),
	    VT_E_SYNTAX, &err, "a stream without dictionary");
	tap_code(vt_pdf_append_stream(
		     a, n, VT_SPAN_LIT("<</Length 1>>"), null, &err),
	    VT_E_SYNTAX, &err, "a length from the caller");
	tap_code(
	    vt_pdf_append_signature(a, n, VT_SPAN_LIT("/Contents <>"), 1, &err),
	    VT_E_SYNTAX, &err, "contents from the caller");
	tap_code(vt_pdf_append_signature(a, n, VT_SPAN_LIT(">> /A"), 1, &err),
	    VT_E_SYNTAX, &err, "entries that leave their dictionary");
	tap_code(vt_pdf_append_signature(a, n, VT_SPAN_LIT(""), 0, &err),
	    VT_E_LIMIT, &err, "no place");
	tap_code(vt_pdf_append_signature(a, n, VT_SPAN_LIT(""),
		     VT_L(PDF_CONTENTS_MAX) / 2 + 1, &err),
	    VT_E_LIMIT, &err, "too much place");
	tap_call(vt_pdf_append_signature(
		     a, n, VT_SPAN_LIT(""), VT_L(PDF_CONTENTS_MAX) / 2, &err),
	    &err, "the most there can be");
	tap_code(vt_pdf_append_put(a, n, null, &err), VT_E_INVALID, &err,
	    "an object twice");
	tap_need(vt_pdf_append_alloc(a, &n, &err) == VT_OK, "new");
	tap_code(vt_pdf_append_signature(a, n, VT_SPAN_LIT(""), 1, &err),
	    VT_E_INVALID, &err, "a second signature");
	vt_pdf_append_free(a);
	tap_code(vt_pdf_tail_digest(&t, &f.src, &h, &err), VT_E_INVALID, &err,
	    "digest without signature");
	tap_code(vt_pdf_tail_embed(&t, null, &err), VT_E_INVALID, &err,
	    "embed without signature");
	open_close(&f);
	tap_need(OPEN_LIT(&f, "junk\n" PDF_TABLE) == VT_OK,
	    "a file with bytes before its header");
	tap_code(vt_pdf_append_new(f.pdf, &a, &err), VT_E_PDF_UNSUPPORTED, &err,
	    "takes no update");
	open_close(&f);
	tap_need(OPEN_LIT(&f, PDF_XREF_STREAM) == VT_OK, "a file");
	tap_need(vt_pdf_append_new(f.pdf, &a, &err) == VT_OK, "an update");
	tap_code(vt_pdf_append_put(a, 8, null, &err), VT_E_INVALID, &err,
	    "an object stream in use");
	tap_call(vt_pdf_append_put(a, 5, null, &err), &err, "an object in one");
	vt_pdf_append_free(a);
	open_close(&f);
}

/* A file that does not end with a line gets an end of line; one without
 * objects of its own, and one without /ID. */
static void
test_edges(void)
{
	static const char script[] =
	    "%PDF-1.4\n@La1 0 obj\n<< /Type /Catalog >>\nendobj\n"
	    "@Lxxref\n0 2\n0000000000 65535 f \n@Da 00000 n \n"
	    "trailer\n<< /Size 2 /Root 1 0 R /Info << /A (b) >> /Q [1] >>\n"
	    "startxref\n@Dx\n%%EOF";
	__attribute__((cleanup(vt_pdf_tail_free))) struct vt_pdf_tail t =
	    VT_PDF_TAIL_INIT;
	struct vt_pdf_append *a = NULL;
	const struct vt_pdf_object *trailer;
	struct open_file f, g;

	tap_need(OPEN_LIT(&f, script) == VT_OK, "a file");
	tap_need(vt_pdf_append_new(f.pdf, &a, &f.err) == VT_OK, "an update");
	tap_call(vt_pdf_append_finish(a, &t, &f.err), &f.err, "of nothing");
	vt_pdf_append_free(a);
	tap_eq_int(t.bytes.p[0], '\n', "begins a line");
	tap_call(open_updated(&f, &t, &g), &g.err, "opens");
	trailer = vt_pdf_revision(g.pdf, 1)->trailer;
	tap_ok(vt_pdf_dict_get(trailer, "ID") == NULL, "no /ID, as before");
	tap_ok(vt_pdf_dict_get(trailer, "Info") != NULL &&
		   vt_pdf_dict_get(trailer, "Q") != NULL,
	    "the other keys stay");
	open_close(&g);
	open_close(&f);
}

/* ---- grafts ---- */

static void
test_graft(void)
{
	const struct vt_pdf_graft_object objects[] = {
		{ VT_SPAN_LIT("<< /Next 1 65535 R /Font 0 65534 R >>"),
		    { NULL, 0 }, false },
		{ VT_SPAN_LIT("<< /Type /XObject /Back [0 65535 R] >>"),
		    VT_SPAN_LIT("q Q"), true },
	};
	static const char *const imports[] = { "DR/Font/VtSerif" };
	const struct vt_pdf_graft g = { objects, 2, imports, 1 };
	__attribute__((cleanup(vt_pdf_tail_free))) struct vt_pdf_tail t =
	    VT_PDF_TAIL_INIT;
	struct vt_pdf_append *a = NULL;
	struct open_file f, n;
	struct vt_pdf_object *o, *ref;
	uint32_t nums[2] = { 0 };

	tap_need(OPEN_LIT(&f, PDF_HYBRID) == VT_OK, "a file");
	tap_need(vt_pdf_append_new(f.pdf, &a, &f.err) == VT_OK, "an update");
	tap_call(vt_pdf_append_graft(a, &g, nums, &f.err), &f.err, "a graft");
	tap_call(vt_pdf_append_finish(a, &t, &f.err), &f.err, "finished");
	vt_pdf_append_free(a);
	tap_ok(nums[0] == 10 && nums[1] == 11, "new numbers");
	tap_call(open_updated(&f, &t, &n), &n.err, "opens");
	tap_call(vt_pdf_get(n.pdf, 1, nums[0], &o, &n.err), &n.err, "first");
	ref = vt_pdf_dict_get(o, "Next");
	tap_ok(ref->u.ref.num == nums[1] && ref->u.ref.gen == 0,
	    "refers to the second");
	ref = vt_pdf_dict_get(o, "Font");
	tap_ok(ref->u.ref.num == 7 && ref->u.ref.gen == 0,
	    "and to the font of the file");
	tap_call(vt_pdf_get(n.pdf, 1, nums[1], &o, &n.err), &n.err, "second");
	ref = vt_pdf_dict_get(o, "Back")->u.array.items[0];
	tap_ok(o->type == VT_PDF_STREAM && ref->u.ref.num == nums[0],
	    "refers to the first");
	open_close(&n);
	open_close(&f);
}

static void
test_graft_refused(void)
{
	static const struct {
		const char *what, *body, *import;
		enum vt_code code;
	} row[] = {
		{ "an object it lacks", "1 65535 R", NULL, VT_E_SYNTAX },
		{ "an import it lacks", "[0 65534 R]", NULL, VT_E_SYNTAX },
		{ "an object of the file", "<< /A 1 0 R >>", NULL,
		    VT_E_SYNTAX },
		{ "no value", "<< /A", NULL, VT_E_SYNTAX },
		{ "a path that ends early", "null", "DR/Font/Other",
		    VT_E_PDF_NO_FIELD },
		{ "a path through nothing", "null", "XX/Font/VtSerif",
		    VT_E_PDF_NO_FIELD },
		{ "a direct value", "null", "DR/Font", VT_E_PDF_NO_FIELD },
		{ "no path", "null", "", VT_E_PDF_NO_FIELD },
	};
	struct open_file f;
	struct vt_err err;
	uint32_t num = 77;

	tap_need(OPEN_LIT(&f, PDF_TABLE) == VT_OK, "a file");
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct vt_pdf_graft_object o = { vt_span_str(row[i].body),
			{ NULL, 0 }, false };
		const char *const imports[] = { row[i].import };
		const struct vt_pdf_graft g = { &o, 1, imports,
			row[i].import != NULL };
		struct vt_pdf_append *a = NULL;

		tap_need(vt_pdf_append_new(f.pdf, &a, &err) == VT_OK, "new");
		tap_code(vt_pdf_append_graft(a, &g, &num, &err), row[i].code,
		    &err, "graft: %s", row[i].what);
		tap_eq_int(num, 77, "output untouched");
		vt_pdf_append_free(a);
	}
	open_close(&f);
}

int
main(void)
{
	test_samples();
	test_same_bytes();
	test_digest();
	test_refused();
	test_edges();
	test_graft();
	test_graft_refused();
	return tap_done();
}
