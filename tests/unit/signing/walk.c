/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/signing/walk.h"

#include <stdio.h>

#include "signing/cms/cms.h"
#include "tests/pdf_script.h"

#define ARENA_LIMIT ((size_t)256 << 20)

/* ---- files ---- */

static void
put_page_objects(const struct walk_pdf *p, struct vt_buf *s)
{
	vt_buf_printf(s,
	    "<< /Type /Page /Parent 2 0 R /Contents 4 0 R\n"
	    "/Resources << >> /MediaBox [%s]%s%s%s\n"
	    "/Rotate %d %s >>",
	    p->media == NULL ? "0 0 595 842" : p->media,
	    p->crop == NULL ? "" : " /CropBox [",
	    p->crop == NULL ? "" : p->crop, p->crop == NULL ? "" : "]",
	    p->rotate, p->page == NULL ? "" : p->page);
}

static void
put_table(const struct walk_pdf *p, struct vt_buf *s)
{
	bool more = p->objects != NULL;

	vt_buf_printf(s,
	    "%%PDF-1.7\n@La1 0 obj\n<< /Type /Catalog /Pages 2 0 R"
	    " %s >>\nendobj\n@Lb2 0 obj\n<< /Type /Pages "
	    "/Kids [3 0 R] /Count 1 >>\nendobj\n@Lc3 0 obj\n",
	    p->catalog == NULL ? "" : p->catalog);
	put_page_objects(p, s);
	vt_buf_puts(s, "\nendobj\n@Ld4 0 obj\n<< /Length @N01 >>\nstream\n@L0"
		       "0.9 g 0 0 100 100 re f@L1\nendstream\nendobj\n");
	if (more)
		vt_buf_puts(s, p->objects);
	vt_buf_puts(s, "@Lxxref\n0 5\n0000000000 65535 f \n@Da 00000 n \n"
		       "@Db 00000 n \n@Dc 00000 n \n@Dd 00000 n \n");
	if (more)
		vt_buf_puts(s, "20 2\n@De 00000 n \n@Df 00000 n \n");
	vt_buf_printf(s,
	    "trailer\n<< /Size %d /Root 1 0 R "
	    "/ID [<00112233445566778899aabbccddeeff> "
	    "<00112233445566778899aabbccddeeff>] >>\n"
	    "startxref\n@Dx\n%%%%EOF\n",
	    more ? 22 : 5);
}

static void
put_stream(const struct walk_pdf *p, struct vt_buf *s)
{
	static const char rows[] = "\0@B_\377\001@Ba\0\001@Bb\0\001@Bc\0\001"
				   "@Bd\0\001@Bx\0";
	static const char packed[] = "\0@B_\377\002\0\0\0\006\0\002\0\0\0\006"
				     "\001\002\0\0\0\006\002\001@Bd\0\001@Bx"
				     "\0\001@Be\0";
	bool objstm = p->xref == WALK_OBJSTM;
	VT_BUF_AUTO(pages);
	VT_BUF_AUTO(page);
	VT_BUF_AUTO(cat);

	vt_buf_printf(&cat, "<< /Type /Catalog /Pages 2 0 R %s >>",
	    p->catalog == NULL ? "" : p->catalog);
	vt_buf_puts(&pages, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	put_page_objects(p, &page);
	vt_buf_puts(s, "%PDF-1.7\n@Ld4 0 obj\n<< /Length @N01 >>\nstream\n@L0"
		       "0.9 g 0 0 100 100 re f@L1\nendstream\nendobj\n");
	if (objstm) {
		VT_BUF_AUTO(head);

		vt_buf_printf(
		    &head, "1 0 2 %zu 3 %zu ", cat.n + 1, cat.n + pages.n + 2);
		vt_buf_printf(s,
		    "@Le6 0 obj\n<< /Type /ObjStm /N 3 /First %zu "
		    "/Length @N23 >>\nstream\n@L2%s%s %s %s@L3\n"
		    "endstream\nendobj\n",
		    head.n, vt_buf_str(&head), vt_buf_str(&cat),
		    vt_buf_str(&pages), vt_buf_str(&page));
	} else {
		vt_buf_printf(s,
		    "@La1 0 obj\n%s\nendobj\n@Lb2 0 obj\n%s\n"
		    "endobj\n@Lc3 0 obj\n%s\nendobj\n",
		    vt_buf_str(&cat), vt_buf_str(&pages), vt_buf_str(&page));
	}
	vt_buf_printf(s,
	    "@Lx5 0 obj\n<< /Type /XRef /W [1 4 1] /Size %d "
	    "/Root 1 0 R /ID [<00112233445566778899aabbccddeeff> "
	    "<00112233445566778899aabbccddeeff>] /Length @N45 >>\n"
	    "stream\n@L4",
	    objstm ? 7 : 6);
	if (objstm)
		vt_buf_put(s, packed, sizeof(packed) - 1);
	else
		vt_buf_put(s, rows, sizeof(rows) - 1);
	vt_buf_puts(s, "@L5\nendstream\nendobj\nstartxref\n@Dx\n%%EOF\n");
}

void
walk_pdf(const struct walk_pdf *p, struct vt_buf *ret)
{
	const struct pdf_sample *sample;
	VT_BUF_AUTO(s);
	size_t i;

	if (p->xref == WALK_HYBRID || p->xref == WALK_LINEARIZED) {
		sample = NULL;
		for (i = 0; i < PDF_SAMPLES; i++)
			if (strcmp(pdf_samples[i].name,
				p->xref == WALK_HYBRID ? "hybrid"
						       : "linearized") == 0)
				sample = &pdf_samples[i];
		VT_ASSERT(sample != NULL);
		pdf_script(VT_SPAN(sample->script, sample->n), ret);
		return;
	}
	if (p->xref == WALK_TABLE)
		put_table(p, &s);
	else
		put_stream(p, &s);
	pdf_script(vt_buf_view(&s), ret);
}

/* ---- grafts ---- */

#define S(lit)                                                                 \
	{                                                                      \
		(const uint8_t *)(lit), sizeof(lit) - 1                        \
	}

static const char *const text_imports[] = { "DR/Font/VtSerif" };
static const struct vt_pdf_graft_object text_objects[] = {
	{ S("<< /Type /XObject /Subtype /Form /BBox [0 0 120 20] /Resources "
	    "<< /Font << /VtSerif 0 65534 R >> >> >>"),
	    S("/Tx BMC q BT /VtSerif 12 Tf 0 g 2 5 Td "
	      "<003100320038002F0053004B00480043004E002D004301100053> Tj ET Q "
	      "EMC"),
	    true },
};
const struct vt_pdf_graft walk_text_graft = { text_objects, 1, text_imports,
	1 };

static const struct vt_pdf_graft_object date_objects[] = {
	{ S("<< /Type /XObject /Subtype /Form /BBox [0 0 120 20] /Resources "
	    "<< /Font << /VtSerif 0 65534 R >> >> >>"),
	    S("/Tx BMC q BT /VtSerif 12 Tf 0 g 2 5 Td "
	      "<0041006E0020004D1EAB0075002C0020006E006700E00079002000320031"
	      "00200074006800E1006E00670020003100310020006E0103006D0020003200"
	      "3000320036> Tj ET Q EMC"),
	    true },
};
static const struct vt_pdf_graft date_graft = { date_objects, 1, text_imports,
	1 };

static const struct vt_pdf_graft_object box_objects[] = {
	{ S("<< /Type /XObject /Subtype /Form /BBox [0 0 120 60] /Resources "
	    "<< /XObject << /In 1 65535 R >> >> >>"),
	    S("q 0 0 1 RG 1 1 118 58 re S /In Do Q"), true },
	{ S("<< /Type /XObject /Subtype /Form /BBox [0 0 120 60] /Resources "
	    "<< >> >>"),
	    S("1 0 0 RG 10 10 m 110 50 l S"), true },
};
const struct vt_pdf_graft walk_box_graft = { box_objects, 2, NULL, 0 };

static const struct vt_pdf_graft_object font_objects[] = {
	{ S("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding "
	    "/WinAnsiEncoding >>"),
	    { NULL, 0 }, false },
};
const struct vt_pdf_graft walk_font_graft = { font_objects, 1, NULL, 0 };

/* ---- steps ---- */

int
walk_step(const struct vt_buf *file, const struct vt_pades_change *change,
    struct vt_key *key, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_pades_change c = *change;
	struct vt_signature_spec sign;
	struct vt_span chain[10];
	struct vt_source src;
	VT_BUF_AUTO(attrs);
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(cms);
	vt_hash digest;
	size_t i, n = key == NULL ? 0 : vt_key_chain_length(key);
	int rc;

	for (i = 0; i < n; i++)
		chain[i] = vt_key_chain(key, i);
	if (c.sign != NULL) {
		sign = *c.sign;
		if (key != NULL && sign.contents_size == 0)
			sign.contents_size =
			    vt_cms_size(chain, n, vt_key_algorithm(key));
		c.sign = &sign;
	}
	vt_source_memory(&src, vt_buf_view(file));
	arena = vt_arena_new(ARENA_LIMIT);
	rc = vt_pdf_open(&src, arena, &pdf, reterr);
	if (rc == VT_OK)
		rc = vt_pades_update(pdf, &src, &c, &tail, &digest, reterr);
	if (rc == VT_OK && c.sign != NULL && key != NULL) {
		if ((rc = vt_cms_attributes(&digest, chain[0],
			 vt_key_algorithm(key), &attrs, reterr)) == VT_OK &&
		    (rc = vt_key_sign(
			 key, vt_buf_view(&attrs), &value, reterr)) == VT_OK &&
		    (rc = vt_cms_build(vt_buf_view(&attrs), chain, n,
			 vt_key_algorithm(key), vt_buf_view(&value), &cms,
			 reterr)) == VT_OK)
			rc =
			    vt_pdf_tail_embed(&tail, vt_buf_view(&cms), reterr);
	}
	if (rc == VT_OK) {
		vt_buf_reset(ret);
		vt_buf_span(ret, vt_buf_view(file));
		vt_buf_span(ret, vt_buf_view(&tail.bytes));
		rc = vt_buf_status(ret, reterr);
	}
	vt_pdf_tail_free(&tail);
	return rc;
}

int
walk_lay(const struct vt_buf *file, size_t initials, struct vt_buf *ret,
    struct vt_err *reterr)
{
	static const char *const names[] = { "vt_initials_1", "vt_initials_2" };
	const struct vt_field_font fonts[] = { { "VtSerif", 0 } };
	struct vt_field_spec lay[6] = {
		{ .kind = VT_FIELD_TEXT,
		    .name = "vt_number",
		    .label = "Số, ký hiệu",
		    .x = 60,
		    .y = 520,
		    .w = 120,
		    .h = 20,
		    .font = "VtSerif",
		    .font_size = 13 },
		{ .kind = VT_FIELD_TEXT,
		    .name = "vt_date",
		    .label = "Ngày ban hành",
		    .x = 200,
		    .y = 520,
		    .w = 120,
		    .h = 20,
		    .font = "VtSerif",
		    .font_size = 13 },
		{ .kind = VT_FIELD_SIGNATURE,
		    .name = "vt_leader",
		    .label = "Chữ ký của người có thẩm quyền",
		    .x = 300,
		    .y = 200,
		    .w = 120,
		    .h = 60 },
		{ .kind = VT_FIELD_SIGNATURE,
		    .name = "vt_agency",
		    .label = "Chữ ký số của cơ quan",
		    .x = 240,
		    .y = 190,
		    .w = 120,
		    .h = 60,
		    .may_overlap = true },
	};
	struct vt_pades_change c = { .lay = lay,
		.n_lay = 4 + initials,
		.fonts = &walk_font_graft,
		.font_keys = fonts,
		.n_fonts = 1 };
	size_t i;

	VT_ASSERT(initials <= 2);
	/* The hybrid and linearized samples bring a font of this name. */
	if (memmem(file->p, file->n, "/VtSerif", 8) != NULL) {
		c.fonts = NULL;
		c.n_fonts = 0;
	}
	for (i = 0; i < initials; i++) {
		lay[4 + i].kind = VT_FIELD_SIGNATURE;
		lay[4 + i].name = names[i];
		lay[4 + i].x = 20 + 130 * (double)i;
		lay[4 + i].y = 100;
		lay[4 + i].w = 120;
		lay[4 + i].h = 60;
	}
	return walk_step(file, &c, NULL, ret, reterr);
}

int
walk_fill(const struct vt_buf *file, struct vt_buf *ret, struct vt_err *reterr)
{
	const struct vt_field_fill fills[] = {
		{ "vt_number", "128/SKHCN-CĐS", &walk_text_graft },
		{ "vt_date", "An Mẫu, ngày 21 tháng 11 năm 2026", &date_graft },
	};
	struct vt_pades_change c = { .fills = fills, .n_fills = 2 };

	return walk_step(file, &c, NULL, ret, reterr);
}

int
walk_sign(const struct vt_buf *file, const char *field, double w, double h,
    struct vt_key *key, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_signature_spec s = { .field = field,
		.appearance = w > 0 && h > 0 ? &walk_box_graft : NULL,
		.name = "Nguyễn Văn Mẫu",
		.reason = "Ký ban hành",
		.location = "An Mẫu",
		.time = WALK_TIME,
		.contents_size = key == NULL ? 8192 : 0 };
	struct vt_pades_change c = { .sign = &s };

	return walk_step(file, &c, key, ret, reterr);
}

int
walk_inspect(
    const struct vt_buf *file, struct vt_inspection *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_source src;
	int rc;

	vt_source_memory(&src, vt_buf_view(file));
	arena = vt_arena_new(ARENA_LIMIT);
	rc = vt_pdf_open(&src, arena, &pdf, reterr);
	return rc != VT_OK ? rc : vt_pades_inspect(pdf, ret, reterr);
}
