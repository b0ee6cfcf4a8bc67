/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Known ways to fool a verifier of signed PDFs, on files of our own: universal
 * forgery (entries missing or odd), signature wrapping (a range that leaves
 * out more than the value), incremental saving (a change appended), shadow
 * documents (a change prepared), evil annotation and sneaky signature. The
 * forger may even hold the signer's key. Every anchor is trusted and every
 * certificate is good, so nothing but the rules stands in the way; each rule
 * must answer under its own name.
 */
#include "base/context.h"
#include "base/limits.h"
#include "signing/cms/cms.h"
#include "tests/attack/forge.h"
#include "tests/unit/signing/verdict_help.h"

static struct trust t;

/* A laid file, and the same signed by the leader. */
struct base {
	struct vt_buf laid, done;
};

static void
base_open(struct base *b, const struct walk_pdf *kind)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bare);

	vt_buf_init(&b->laid, 0);
	vt_buf_init(&b->done, 0);
	walk_pdf(kind, &bare);
	tap_need(walk_lay(&bare, 0, &b->laid, &err) == VT_OK &&
		     walk_sign(&b->laid, "vt_leader", 120, 60, t.key, &b->done,
			 &err) == VT_OK,
	    "a signed file %s", err.msg);
}

static void
base_close(struct base *b)
{
	vt_buf_free(&b->laid);
	vt_buf_free(&b->done);
}

/* The first signature must not pass, with this reason; nor may the file. */
static void
refused(const struct vt_buf *file, enum vt_indication least, const char *code,
    const char *what)
{
	struct vt_verdict *v = judge_trusted(file, &t);
	bool ok = v->overall == VT_OVERALL_FAILED ||
		  v->overall == VT_OVERALL_INDETERMINATE;

	ok = ok && v->n_signatures > 0 &&
	     v->signatures[0].indication == least && reason(v, 0, code) != NULL;
	if (!tap_ok(ok, "%s: %s", what, code))
		show(v);
	vt_verdict_free(v);
}

/* Whatever it says, it does not say that all is well. */
static void
not_passed(const struct vt_buf *file, const char *what)
{
	struct vt_verdict *v = judge_trusted(file, &t);

	if (!tap_ok(v->overall != VT_OVERALL_PASSED, "%s: overall %d", what,
		(int)v->overall))
		show(v);
	vt_verdict_free(v);
}

static void
passes(const struct vt_buf *file, const char *what)
{
	struct vt_verdict *v = judge_trusted(file, &t);

	if (!tap_ok(v->overall == VT_OVERALL_PASSED, "%s", what))
		show(v);
	vt_verdict_free(v);
}

/* ---- incremental saving, one forged update each ---- */

static void
isa_content(struct forge *f)
{
	uint32_t content = forge_entry(f, forge_page(f), "Contents");

	forge_stream(f, content, "<< >>", "1 0 0 rg 0 0 595 842 re f");
}

static void
isa_page(struct forge *f)
{
	uint32_t content = forge_new(f);
	static const char *const drop[] = { "Contents", NULL };

	forge_stream(f, content, "<< >>", "1 0 0 rg 0 0 595 842 re f");
	forge_edit(f, forge_page(f), drop, "/Contents %u 0 R", content);
}

static void
isa_new_page(struct forge *f)
{
	uint32_t page = forge_page(f), more = forge_new(f);
	uint32_t pages = forge_entry(f, page, "Parent");

	forge_edit(f, page, NULL, "/StructParents 0");
	forge_put(f, more,
	    "<< /Type /Page /Parent %u 0 R /MediaBox "
	    "[0 0 595 842] >>",
	    pages);
	forge_put(f, pages, "<< /Type /Pages /Kids [%u 0 R %u 0 R] /Count 2 >>",
	    page, more);
}

static void
isa_catalog(struct forge *f)
{
	forge_edit(f, forge_catalog(f), NULL,
	    "/OpenAction << /S /URI /URI (http://example.org) >>");
}

static void
evil_annotation(struct forge *f)
{
	static const char *const drop[] = { "Annots", NULL };
	uint32_t note = forge_new(f);

	forge_put(f, note,
	    "<< /Type /Annot /Subtype /FreeText /Rect "
	    "[50 500 500 600] /DA (/Helv 20 Tf) /Contents "
	    "(128 ty dong) >>");
	forge_edit(f, forge_page(f), drop, "/Annots [%u 0 R %u 0 R]",
	    forge_field(f, FORGE_LEADER), note);
}

static void
metadata(struct forge *f)
{
	uint32_t m = forge_new(f);

	forge_stream(f, m, "<< /Type /Metadata /Subtype /XML >>", "<x/>");
	forge_edit(f, forge_catalog(f), NULL, "/Metadata %u 0 R", m);
}

static void
orphan(struct forge *f)
{
	forge_put(f, forge_new(f), "(waiting for a later revision)");
}

static void
false_structure(struct forge *f)
{
	forge_stream(
	    f, forge_new(f), "<< /Type /XRef /W [1 1 1] /Size 1 >>", "");
}

/* An appearance of w x h with this content. */
static uint32_t
appearance(struct forge *f, const char *resources)
{
	uint32_t n = forge_new(f);
	char dict[200];

	snprintf(dict, sizeof(dict),
	    "<< /Type /XObject /Subtype /Form /BBox [0 0 120 20] /Resources "
	    "<< %s >> >>",
	    resources);
	forge_stream(f, n, dict, "0 g 0 0 120 20 re f");
	return n;
}

static const char *const value_keys[] = { "V", "AP", "AS", "F", "DA", "Q",
	NULL };

/* What a filler of ours writes for the text "128", and ways to do worse. */
struct fill {
	const char *value, *box, *matrix, *font, *text, *flags;
};
#define GOOD_VALUE "(128)"
#define GOOD_BOX   "0 0 120 20"
#define GOOD_TEXT  "2 5 Td <003100320038> Tj"

static uint32_t
laid_font(struct forge *f)
{
	struct vt_pdf_object *catalog, *form, *dr, *fonts = NULL;
	struct vt_pdf_ref ref;
	struct vt_err err = VT_ERR_INIT;
	size_t rev = vt_pdf_revisions(f->pdf) - 1;
	const struct vt_pdf_object *o;

	tap_need(
	    vt_pdf_catalog(f->pdf, rev, &catalog, &ref, &err) == VT_OK &&
		vt_pdf_lookup(f->pdf, rev, catalog, "AcroForm", &form, &err) ==
		    VT_OK &&
		vt_pdf_lookup(f->pdf, rev, form, "DR", &dr, &err) == VT_OK &&
		vt_pdf_lookup(f->pdf, rev, dr, "Font", &fonts, &err) == VT_OK,
	    "the fonts of the form %s", err.msg);
	o = vt_pdf_dict_get(fonts, "VtSerif");
	tap_need(o != NULL && o->type == VT_PDF_REF, "the laid font");
	return o->u.ref.num;
}

static void
fill_as(struct forge *f, struct fill w)
{
	static const char *const keep_flags[] = { "V", "AP", NULL };
	static const char *const flags[] = { "V", "AP", "F", NULL };
	uint32_t n = forge_new(f);
	char dict[300], data[300];

	snprintf(dict, sizeof(dict),
	    "<< /Type /XObject /Subtype /Form /BBox [%s] %s /Resources "
	    "<< /Font << /VtSerif %u 0 R >> >> >>",
	    w.box == NULL ? GOOD_BOX : w.box, w.matrix == NULL ? "" : w.matrix,
	    laid_font(f));
	snprintf(data, sizeof(data), "/Tx BMC q BT /%s Tf 0 g %s ET Q EMC",
	    w.font == NULL ? "VtSerif 13" : w.font,
	    w.text == NULL ? GOOD_TEXT : w.text);
	forge_stream(f, n, dict, data);
	forge_edit(f, forge_field(f, FORGE_NUMBER),
	    w.flags == NULL ? keep_flags : flags,
	    "/V %s %s /AP << /N %u 0 R >>",
	    w.value == NULL ? GOOD_VALUE : w.value,
	    w.flags == NULL ? "" : w.flags, n);
}

static void
good_fill(struct forge *f)
{
	fill_as(f, (struct fill){ 0 });
}

/* Ends an update of a laid file, which the leader then signs. */
static void
done_signed(struct forge *f, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(laid);

	forge_done(f, &laid);
	forge_close(f);
	tap_need(
	    walk_sign(&laid, "vt_leader", 120, 60, t.key, ret, &err) == VT_OK,
	    "signed with it %s", err.msg);
}

/* Ends the update; what it filled is then signed by the agency. */
static void
done_sealed(struct forge *f, struct vt_buf *ret)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(filled);

	forge_done(f, &filled);
	tap_need(
	    walk_sign(&filled, "vt_agency", 120, 60, t.key, ret, &err) == VT_OK,
	    "sealed %s", err.msg);
}

static void
fill_moved(struct forge *f)
{
	static const char *const drop[] = { "V", "AP", "Rect", NULL };

	forge_edit(f, forge_field(f, FORGE_NUMBER), drop,
	    "/V (1) /Rect [0 0 595 842] /AP << /N %u 0 R >>",
	    appearance(f, ""));
}

static void
fill_hidden(struct forge *f)
{
	forge_edit(f, forge_field(f, FORGE_NUMBER), value_keys,
	    "/V (1) /F 6 /AP << /N %u 0 R >>", appearance(f, ""));
}

static void
fill_old_appearance(struct forge *f)
{
	forge_edit(f, forge_field(f, FORGE_NUMBER), value_keys,
	    "/V (1) /F 4 /AP << /N %u 0 R >>",
	    forge_entry(f, forge_page(f), "Contents"));
}

static void
fill_old_parts(struct forge *f)
{
	char resources[80];

	snprintf(resources, sizeof(resources), "/XObject << /X %u 0 R >>",
	    forge_entry(f, forge_page(f), "Contents"));
	forge_edit(f, forge_field(f, FORGE_NUMBER), value_keys,
	    "/V (1) /F 4 /AP << /N %u 0 R >>", appearance(f, resources));
}

static void
fill_rollover(struct forge *f)
{
	uint32_t ap = appearance(f, "");

	forge_edit(f, forge_field(f, FORGE_NUMBER), value_keys,
	    "/V (1) /F 4 /AP << /N %u 0 R /R %u 0 R >>", ap, ap);
}

static void
fill_action(struct forge *f)
{
	forge_edit(f, forge_field(f, FORGE_NUMBER), value_keys,
	    "/V (1) /F 4 /AP << /N %u 0 R >> /AA << /K << /S /JavaScript "
	    "/JS (app.alert(1)) >> >>",
	    appearance(f, ""));
}

static void
fill_indirect(struct forge *f)
{
	uint32_t v = forge_new(f);

	forge_put(f, v, "(1)");
	forge_edit(f, forge_field(f, FORGE_NUMBER), value_keys,
	    "/V %u 0 R /F 4 /AP << /N %u 0 R >>", v, appearance(f, ""));
}

static void
refill_signature_text(struct forge *f)
{
	forge_edit(f, forge_field(f, FORGE_LEADER), value_keys,
	    "/V (signed, honestly) /F 132 /AP << /N %u 0 R >>",
	    appearance(f, ""));
}

static void
remove_signature(struct forge *f)
{
	static const char *const drop[] = { "V", NULL };

	forge_edit(f, forge_field(f, FORGE_LEADER), drop, " ");
}

static void
remove_field(struct forge *f)
{
	uint32_t form = forge_entry(f, forge_catalog(f), "AcroForm");
	static const char *const drop[] = { "Fields", NULL };

	forge_edit(f, form == 0 ? forge_catalog(f) : form, drop,
	    "/Fields [%u 0 R]", forge_field(f, FORGE_NUMBER));
}

static void
replace_signature(struct forge *f)
{
	uint32_t v = forge_entry(f, forge_field(f, FORGE_LEADER), "V");

	forge_put(f, v,
	    "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter "
	    "/ETSI.CAdES.detached /Contents <00> /ByteRange "
	    "[0 1 2 3] >>");
}

static void
exchange_signature(struct forge *f)
{
	static const char *const drop[] = { "V", NULL };
	uint32_t n = forge_new(f);

	forge_put(f, n,
	    "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter "
	    "/ETSI.CAdES.detached /Contents <00> /ByteRange "
	    "[0 1 2 3] >>");
	forge_edit(f, forge_field(f, FORGE_LEADER), drop, "/V %u 0 R", n);
}

static const struct {
	void (*make)(struct forge *f);
	enum vt_indication indication;
	const char *code, *what;
} updates[] = {
	{ isa_content, VT_INDETERMINATE, "change-unexplained",
	    "page content replaced" },
	{ isa_page, VT_INDETERMINATE, "change-unexplained", "page replaced" },
	{ isa_new_page, VT_INDETERMINATE, "change-unexplained",
	    "page appended" },
	{ isa_catalog, VT_INDETERMINATE, "change-unexplained",
	    "catalog with an action" },
	{ evil_annotation, VT_INDETERMINATE, "change-unexplained",
	    "evil annotation" },
	{ metadata, VT_INDETERMINATE, "change-unexplained", "metadata added" },
	{ orphan, VT_INDETERMINATE, "change-unexplained",
	    "an object nobody needs" },
	{ false_structure, VT_INDETERMINATE, "change-unexplained",
	    "an object dressed as a cross-reference" },
	{ fill_moved, VT_INDETERMINATE, "change-unexplained",
	    "a field filled and moved over the page" },
	{ fill_hidden, VT_INDETERMINATE, "change-unexplained",
	    "a field filled and hidden" },
	{ fill_old_appearance, VT_INDETERMINATE, "change-unexplained",
	    "a field shown as an object of the signed file" },
	{ fill_old_parts, VT_INDETERMINATE, "change-unexplained",
	    "an appearance that shows an object of the signed file" },
	{ fill_rollover, VT_INDETERMINATE, "change-unexplained",
	    "a field with a second face" },
	{ fill_action, VT_INDETERMINATE, "change-unexplained",
	    "a field filled with a script" },
	{ fill_indirect, VT_INDETERMINATE, "change-unexplained",
	    "a value that is an object of its own" },
	{ refill_signature_text, VT_TOTAL_FAILED, "signature-replaced",
	    "a text where the signature was" },
	{ remove_signature, VT_TOTAL_FAILED, "signature-removed",
	    "signature taken out of its field" },
	{ remove_field, VT_TOTAL_FAILED, "signature-removed",
	    "signature field dropped" },
	{ replace_signature, VT_TOTAL_FAILED, "signature-replaced",
	    "signature replaced in place" },
	{ exchange_signature, VT_TOTAL_FAILED, "signature-replaced",
	    "signature exchanged" },
};

static void
test_updates(const struct base *b)
{
	struct forge f;
	size_t i;
	VT_BUF_AUTO(file);

	for (i = 0; i < sizeof(updates) / sizeof(*updates); i++) {
		forge_open(&f, &b->done);
		updates[i].make(&f);
		forge_done(&f, &file);
		forge_close(&f);
		refused(&file, updates[i].indication, updates[i].code,
		    updates[i].what);
	}
}

/* ---- fills: what a field shows is what it says, and somebody signs it ---- */

/* Sealed afterwards, all of them: only the rule stands in the way. */
static const struct {
	struct fill fill;
	const char *what;
} fills[] = {
	{ { .value = "(129)" }, "a field that shows another text than /V" },
	{ { .value = "(1280)" }, "a field that shows less than /V" },
	{ { .box = "0 0 60 20" }, "a box that stretches the text" },
	{ { .box = "0 0 120 0" }, "a box without height" },
	{ { .box = "-500 -500 595 842" }, "a box larger than the field" },
	{ { .matrix = "/Matrix [1 0 0.5 1 0 0]" }, "a slanting matrix" },
	{ { .matrix = "/Matrix [0.7 0.7 -0.7 0.7 0 0]" },
	    "a matrix that turns by an eighth" },
	{ { .matrix = "/Matrix [-1 0 0 1 0 0]" }, "a matrix that mirrors" },
	{ { .matrix = "/Group << /S /Transparency >>" },
	    "an appearance with a transparency group" },
	{ { .font = "Other 13" }, "a font that the appearance lacks" },
	{ { .font = "VtSerif 0.1" }, "text too small to see" },
	{ { .font = "VtSerif 1.3.1" }, "a size that is no number" },
	{ { .font = "VtSerif 500" }, "text too large for the field" },
	{ { .text = "500 5 Td <003100320038> Tj" }, "text beside the field" },
	{ { .text = "2 5 Td <003100320038> Tj 1 0 0 rg 0 0 120 20 re f" },
	    "text, and a box over it" },
	{ { .text = "3 Tr 2 5 Td <003100320038> Tj" }, "text drawn invisibly" },
	{ { .flags = "/F 0" }, "a field that is not printed any more" },
	{ { .flags = "/F 6" }, "a field hidden while it is filled" },
};

static void
test_fills(const struct base *b)
{
	struct forge f;
	size_t i;
	VT_BUF_AUTO(file);

	forge_open(&f, &b->done);
	good_fill(&f);
	done_sealed(&f, &file);
	forge_close(&f);
	passes(&file, "the honest fill that the others are held against");
	forge_open(&f, &b->done);
	good_fill(&f);
	forge_done(&f, &file);
	forge_close(&f);
	refused(&file, VT_INDETERMINATE, "filled-unsigned",
	    "an honest fill that nobody signed");
	for (i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
		forge_open(&f, &b->done);
		fill_as(&f, fills[i].fill);
		done_sealed(&f, &file);
		forge_close(&f);
		refused(&file, VT_INDETERMINATE, "change-unexplained",
		    fills[i].what);
	}
}

/* A text field as large as the page waits under the signature. */
static void
test_page_field(const struct base *b)
{
	static const char *const drop[] = { "Rect", NULL };
	struct forge f;
	VT_BUF_AUTO(done);
	VT_BUF_AUTO(file);

	forge_open(&f, &b->laid);
	forge_edit(
	    &f, forge_field(&f, FORGE_NUMBER), drop, "/Rect [0 0 595 842]");
	done_signed(&f, &done);
	forge_open(&f, &done);
	fill_as(&f, (struct fill){ .box = "0 0 595 842" });
	forge_done(&f, &file);
	forge_close(&f);
	refused(&file, VT_INDETERMINATE, "filled-unsigned",
	    "a field as large as the page, filled after the only signature");
	forge_open(&f, &done);
	fill_old_appearance(&f);
	forge_done(&f, &file);
	forge_close(&f);
	refused(&file, VT_INDETERMINATE, "change-unexplained",
	    "the same, painted over the page");
}

/*
 * An honest update (classic table) with something before its
 * cross-reference that the cross-reference does not list: only readers that
 * repair files would find it.
 */
static void
test_unlisted(const struct base *b)
{
	static const struct {
		const char *bytes, *what;
		bool passes;
	} rows[] = {
		{ "\n \n", "blanks before the cross-reference", true },
		{ "4 0 obj\n(new content)\nendobj\n", "an unlisted object",
		    false },
		{ "% 4 0 obj (x) endobj\n", "a comment that is more", false },
	};
	const char *last;
	size_t i, at;
	uint64_t xref;
	struct forge f;
	VT_BUF_AUTO(honest);
	VT_BUF_AUTO(file);

	forge_open(&f, &b->done);
	good_fill(&f);
	forge_done(&f, &honest);
	xref = f.tail.base + f.tail.bytes.n;
	forge_close(&f);
	last = (const char *)honest.p + xref - 40;
	last = strstr(last, "startxref");
	tap_need(last != NULL, "the end of the update");
	at = (size_t)(last - (const char *)honest.p);
	xref = strtoull(last + 9, NULL, 10);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		vt_buf_reset(&file);
		vt_buf_put(&file, honest.p, (size_t)xref);
		vt_buf_puts(&file, rows[i].bytes);
		vt_buf_put(&file, honest.p + xref, at - (size_t)xref);
		vt_buf_printf(&file, "startxref\n%llu\n%%%%EOF\n",
		    (unsigned long long)xref + strlen(rows[i].bytes));
		if (rows[i].passes)
			refused(&file, VT_INDETERMINATE, "filled-unsigned",
			    rows[i].what);
		else
			refused(&file, VT_INDETERMINATE, "change-unexplained",
			    rows[i].what);
	}
}

/* Hidden again: a change, and a later revision that takes it back. */
static void
test_hidden_again(const struct base *b)
{
	struct forge f;
	VT_BUF_AUTO(once);
	VT_BUF_AUTO(twice);

	forge_open(&f, &b->done);
	isa_content(&f);
	forge_done(&f, &once);
	forge_close(&f);
	forge_open(&f, &once);
	forge_stream(&f, forge_entry(&f, forge_page(&f), "Contents"), "<< >>",
	    "0.9 g 0 0 100 100 re f");
	forge_done(&f, &twice);
	forge_close(&f);
	refused(&twice, VT_INDETERMINATE, "change-unexplained",
	    "a change taken back later");
}

/* ---- shadows: the signed file waits for an object ---- */

static void
test_waiting(void)
{
	struct walk_pdf kind = { .xref = WALK_TABLE, .page = "/B [900 0 R]" };
	struct base b;
	struct forge f;
	VT_BUF_AUTO(file);

	base_open(&b, &kind);
	passes(&b.done, "a reference to nothing harms nobody");
	forge_open(&f, &b.done);
	/* The appender gives numbers in order: take them up to 900. */
	while (forge_new(&f) < 900)
		continue;
	good_fill(&f);
	forge_put(&f, 900, "<< /Type /Bead >>");
	forge_done(&f, &file);
	forge_close(&f);
	refused(&file, VT_INDETERMINATE, "change-unexplained",
	    "until the object it waits for appears");
	base_close(&b);
}

/* A field that is something else, too, is filled and sealed. */
static void
role_refused(const struct vt_buf *done, const char *what)
{
	struct forge f;
	VT_BUF_AUTO(file);

	passes(done, what);
	forge_open(&f, done);
	good_fill(&f);
	done_sealed(&f, &file);
	forge_close(&f);
	refused(&file, VT_INDETERMINATE, "change-unexplained", what);
}

static void
test_double_role(const struct base *b)
{
	static const char *const annots[] = { "Annots", NULL };
	struct forge f;
	uint32_t i;
	VT_BUF_AUTO(list);
	VT_BUF_AUTO(done);

	forge_open(&f, &b->laid);
	forge_edit(&f, forge_page(&f), NULL, "/PieceInfo %u 0 R",
	    forge_field(&f, FORGE_NUMBER));
	done_signed(&f, &done);
	role_refused(&done, "a field with two roles");
	forge_open(&f, &b->laid);
	for (i = 0; i < 4; i++)
		vt_buf_printf(&list, "%u 0 R ", forge_field(&f, i));
	forge_edit(&f, forge_page(&f), annots,
	    "/Annots [%s << /Type /Annot /Subtype /Text /Rect [0 0 9 9] "
	    "/Popup %u 0 R >>]",
	    vt_buf_str(&list), forge_field(&f, FORGE_NUMBER));
	done_signed(&f, &done);
	role_refused(&done, "a field inside an element of /Annots");
}

/* ---- raw bytes after the end ---- */

static void
test_raw(const struct base *b)
{
	static const struct {
		const char *bytes, *code, *what;
	} tails[] = {
		{ "\n<< /Type /Page >> and more", "trailing-bytes",
		    "trailing data" },
		{ "4 0 obj\n<< /Length 2 >>\nstream\nq \nendstream\nendobj\n",
		    "trailing-bytes", "an object without a cross-reference" },
	};
	char text[200];
	struct vt_verdict *v;
	uint64_t xref;
	size_t i;
	VT_BUF_AUTO(file);

	for (i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		vt_buf_reset(&file);
		vt_buf_span(&file, vt_buf_view(&b->done));
		vt_buf_puts(&file, tails[i].bytes);
		not_passed(&file, tails[i].what);
	}
	/* The old cross-reference announced again after new bytes. */
	xref = strtoull(strrchr(vt_buf_str(&b->done), 'f') + 1, NULL, 10);
	snprintf(text, sizeof(text),
	    "4 0 obj\n<< /Length 2 >>\nstream\nq \nendstream\nendobj\n"
	    "startxref\n%llu\n%%%%EOF\n",
	    (unsigned long long)xref);
	vt_buf_reset(&file);
	vt_buf_span(&file, vt_buf_view(&b->done));
	vt_buf_puts(&file, text);
	not_passed(&file, "an object, and the old cross-reference again");
	/* Whatever a cut or padded start does, it is not a pass. */
	vt_buf_reset(&file);
	vt_buf_puts(&file, "junk before\n");
	vt_buf_span(&file, vt_buf_view(&b->done));
	not_passed(&file, "bytes before the file");
	vt_buf_reset(&file);
	vt_buf_put(&file, b->done.p, b->done.n - 40);
	not_passed(&file, "cut off");
	vt_buf_reset(&file);
	vt_buf_span(&file, vt_buf_view(&b->laid));
	v = judge_trusted(&file, &t);
	tap_ok(v->overall == VT_OVERALL_NO_SIGNATURE,
	    "cut back before the signature: unsigned, and says so");
	vt_verdict_free(v);
}

static size_t
flips_that_pass(const struct base *b, size_t from, size_t to, size_t step)
{
	size_t at, passed = 0;
	VT_BUF_AUTO(file);

	for (at = from; at < to; at += step) {
		struct vt_verdict *v;

		vt_buf_reset(&file);
		vt_buf_span(&file, vt_buf_view(&b->done));
		file.p[at] ^= 1;
		v = judge_trusted(&file, &t);
		passed += v->overall == VT_OVERALL_PASSED;
		if (v->overall == VT_OVERALL_PASSED)
			printf("# byte %zu may change\n", at);
		vt_verdict_free(v);
	}
	return passed;
}

/*
 * Every byte outside /Contents counts. Inside it the CMS has parts that no
 * signature covers (copies of issuers' certificates); its padding has none.
 */
static void
test_flips(const struct base *b)
{
	static const char key[] = "/Contents <";
	const uint8_t *p = memmem(b->done.p, b->done.n, key, sizeof(key) - 1);
	size_t gap, end;

	tap_need(p != NULL, "one signature");
	gap = (size_t)(p - b->done.p) + sizeof(key) - 2;
	p = memchr(p, '>', b->done.n - gap);
	end = (size_t)(p - b->done.p) + 1;
	tap_eq_int(flips_that_pass(b, 0, gap + 1, gap / 150 + 1) +
		       flips_that_pass(
			   b, end - 1, b->done.n, (b->done.n - end) / 50 + 1),
	    0, "no flipped bit of what is signed passes");
	tap_eq_int(
	    flips_that_pass(b, end - 20, end, 1), 0, "nor one of the padding");
}

/* ---- universal forgery and wrapping by the holder of the key ---- */

static void
start_late(uint64_t r[4])
{
	r[0] = 20;
	r[1] -= 20;
}

static void
gap_before(uint64_t r[4])
{
	r[1] -= 30;
}

static void
gap_after(uint64_t r[4])
{
	r[2] += 3;
	r[3] -= 3;
}

static void
inside_contents(uint64_t r[4])
{
	r[1] += 1;
}

static void
short_end(uint64_t r[4])
{
	r[3] -= 30;
}

static void
only_first(uint64_t r[4])
{
	r[2] = r[1] + 1;
	r[3] = 0;
}

static void
backwards(uint64_t r[4])
{
	r[2] = 10;
	r[3] = 10;
}

static const struct {
	void (*range)(uint64_t r[4]);
	const char *text, *code, *what;
} ranges[] = {
	{ start_late, NULL, "byte-range", "begins late" },
	{ gap_before, NULL, "byte-range-gap", "gap begins early" },
	{ gap_after, NULL, "byte-range-gap", "gap ends late" },
	{ inside_contents, NULL, "byte-range-gap", "gap inside the value" },
	{ short_end, NULL, "byte-range-end", "ends early" },
	{ only_first, NULL, "byte-range-gap", "no second part" },
	{ backwards, NULL, "byte-range", "second part first" },
	{ NULL, "[]", "byte-range", "empty" },
	{ NULL, "[0 100]", "byte-range", "two numbers" },
	{ NULL, "[0 100 200 300 400 500]", "byte-range", "six numbers" },
	{ NULL, "[0 -100 200 300]", "byte-range", "negative" },
	{ NULL, "[0 99.5 200 300]", "byte-range", "a fraction" },
	{ NULL, "[0 0 0 0]", "byte-range", "nothing" },
	{ NULL, "null", "byte-range", "null" },
	{ NULL, "[0 100 200 9223372036854775807]", "byte-range", "overflow" },
	{ NULL, "[0 1 0 R 200 300]", "byte-range", "a reference" },
	{ NULL, "1 0 R", "byte-range", "an object of its own" },
};

static void
test_ranges(const struct base *b)
{
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		struct forge_signature s = { .range = ranges[i].range,
			.range_text = ranges[i].text };
		struct forge f;
		uint32_t v;
		VT_BUF_AUTO(file);

		forge_open(&f, &b->laid);
		v = forge_new(&f);
		forge_edit(
		    &f, forge_field(&f, FORGE_LEADER), NULL, "/V %u 0 R", v);
		forge_sign(&f, v, &s, t.key, &file);
		forge_close(&f);
		refused(&file, VT_TOTAL_FAILED, ranges[i].code, ranges[i].what);
	}
}

/* ---- permissions ---- */

static void
sign_with(const struct vt_buf *laid, const char *entries, const char *lock,
    struct vt_buf *ret)
{
	struct forge_signature s = { .entries = entries };
	struct forge f;
	uint32_t v;
	VT_BUF_AUTO(locked);

	if (lock != NULL) {
		forge_open(&f, laid);
		forge_edit(&f, forge_field(&f, FORGE_LEADER), NULL,
		    "/Lock << /Type /SigFieldLock %s >>", lock);
		forge_done(&f, &locked);
		forge_close(&f);
		laid = &locked;
	}
	forge_open(&f, laid);
	v = forge_new(&f);
	forge_edit(&f, forge_field(&f, FORGE_LEADER), NULL, "/V %u 0 R", v);
	forge_sign(&f, v, &s, t.key, ret);
	forge_close(&f);
}

#define HONEST                                                                 \
	"/Type /Sig /Filter /Adobe.PPKLite "                                   \
	"/SubFilter /ETSI.CAdES.detached "                                     \
	"/M (D:20261118181640+07'00') "
#define MDP(method, params)                                                    \
	HONEST "/Reference [<< /Type /SigRef /TransformMethod /" method        \
	       " /TransformParams << /V /1.2 " params " >> >>]"

static void
test_permissions(const struct base *b)
{
	static const struct {
		const char *entries, *lock, *code; /* code NULL: passes */
		const char *what;
	} rows[] = {
		{ NULL, NULL, NULL, "no restriction" },
		{ MDP("DocMDP", "/P 1"), NULL, "change-forbidden",
		    "certified, no changes" },
		{ MDP("DocMDP", "/P 2"), NULL, NULL,
		    "certified, forms may be filled" },
		{ MDP("DocMDP", ""), NULL, NULL, "the default is 2" },
		{ MDP("DocMDP", "/P (x)"), NULL, "change-forbidden",
		    "an unreadable permission permits nothing" },
		{ MDP("FieldMDP", "/Action /All"), NULL, "change-locked",
		    "all fields locked" },
		{ MDP("FieldMDP", "/Action /Include /Fields [(vt_number)]"),
		    NULL, "change-locked", "this field locked" },
		{ MDP("FieldMDP", "/Action /Include /Fields [(vt_date)]"), NULL,
		    NULL, "another field locked" },
		{ MDP("FieldMDP", "/Action /Exclude /Fields [(vt_number) "
				  "(vt_agency)]"),
		    NULL, NULL, "all but this field and the seal locked" },
		{ MDP("FieldMDP", "/Action /Exclude /Fields [(vt_date)]"), NULL,
		    "change-locked", "all but another one locked" },
		{ NULL, "/Action /All", "change-locked",
		    "the field's own lock" },
		{ NULL, "/Action /Include /Fields [(vt)]", NULL,
		    "a name is not a prefix" },
		{ NULL, "/Action /Exclude /Fields [(vt_number)] /P 1",
		    "change-forbidden", "a lock with a permission" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct forge f;
		VT_BUF_AUTO(done);
		VT_BUF_AUTO(file);

		sign_with(&b->laid, rows[i].entries, rows[i].lock, &done);
		forge_open(&f, &done);
		good_fill(&f);
		if (rows[i].code == NULL)
			done_sealed(&f, &file);
		else
			forge_done(&f, &file);
		forge_close(&f);
		if (rows[i].code == NULL)
			passes(&file, rows[i].what);
		else
			refused(
			    &file, VT_TOTAL_FAILED, rows[i].code, rows[i].what);
	}
}

/* ---- a sneaky signature: a second one, in a field of its own ---- */

static void
test_sneaky(const struct base *b)
{
	static const char *const annots[] = { "Annots", NULL };
	static const char *const fields[] = { "Fields", NULL };
	struct forge_signature s = { 0 };
	struct forge f;
	uint32_t v, w, form, i;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(list);

	forge_open(&f, &b->done);
	v = forge_new(&f);
	w = forge_new(&f);
	form = forge_entry(&f, forge_catalog(&f), "AcroForm");
	tap_need(form != 0, "the form is an object");
	for (i = 0; i < 4; i++)
		vt_buf_printf(&list, "%u 0 R ", forge_field(&f, i));
	forge_put(&f, w,
	    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (sneaky) /F 132 "
	    "/Rect [0 0 595 842] /P %u 0 R /V %u 0 R >>",
	    forge_page(&f), v);
	forge_edit(
	    &f, form, fields, "/Fields [%s %u 0 R]", vt_buf_str(&list), w);
	forge_edit(&f, forge_page(&f), annots, "/Annots [%s %u 0 R]",
	    vt_buf_str(&list), w);
	forge_sign(&f, v, &s, t.key, &file);
	forge_close(&f);
	refused(
	    &file, VT_INDETERMINATE, "change-unexplained", "sneaky signature");
}

/* The same value claimed by two fields of one revision, two ranges. */
static void
test_collision(const struct base *b)
{
	struct forge_signature s = { 0 };
	struct forge f;
	uint32_t v, w;
	VT_BUF_AUTO(file);

	forge_open(&f, &b->laid);
	v = forge_new(&f);
	w = forge_new(&f);
	forge_edit(&f, forge_field(&f, FORGE_LEADER), NULL, "/V %u 0 R", v);
	forge_edit(&f, forge_field(&f, FORGE_AGENCY), NULL, "/V %u 0 R", w);
	/* The second dictionary points into the middle of the first's gap. */
	forge_put(&f, w,
	    "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter "
	    "/ETSI.CAdES.detached /Contents <00> /ByteRange "
	    "[0 1000 9000 10] >>");
	forge_sign(&f, v, &s, t.key, &file);
	forge_close(&f);
	refused(&file, VT_TOTAL_FAILED, "byte-range-collision",
	    "two signatures in one place");
}

/* Limits at their edges. */
static void
test_limits(const struct base *b)
{
	size_t max = VT_L(PDF_SIGNATURES_MAX), n, extra;
	struct vt_verdict *v;
	struct forge f;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(list);

	for (extra = 0; extra < 2; extra++) {
		uint32_t form;
		static const char *const drop[] = { "Fields", NULL };

		vt_buf_reset(&list);
		forge_open(&f, &b->laid);
		form = forge_entry(&f, forge_catalog(&f), "AcroForm");
		for (n = 0; n < max + extra; n++) {
			uint32_t num = forge_new(&f);

			forge_put(&f, num,
			    "<< /FT /Sig /T (s%zu) /V << /Type /Sig >> >>", n);
			vt_buf_printf(&list, "%u 0 R ", num);
		}
		forge_edit(&f, form, drop, "/Fields [%s]", vt_buf_str(&list));
		forge_done(&f, &file);
		forge_close(&f);
		v = judge_trusted(&file, &t);
		tap_ok(extra == 0 ? v->overall == VT_OVERALL_FAILED &&
					v->n_signatures == max
				  : v->overall == VT_OVERALL_NOT_READABLE &&
					v->unreadable.code == VT_E_LIMIT,
		    "%zu signatures", max + extra);
		vt_verdict_free(v);
	}
	for (extra = 0; extra < 2; extra++) {
		forge_open(&f, &b->done);
		for (n = 0; n < VT_L(VERDICT_CHANGES_MAX) + extra; n++)
			forge_put(&f, forge_new(&f), "%zu", n);
		forge_done(&f, &file);
		forge_close(&f);
		refused(&file, VT_INDETERMINATE,
		    extra == 0 ? "change-unexplained" : "changes-not-analysed",
		    extra == 0 ? "as many changes as can be listed"
			       : "one more");
	}
}

/* ---- numbers, and what stands there already ---- */

/* A field is filled once: who fills a number again gives the paper another. */
static void
test_once(const struct base *b)
{
	struct forge f;
	VT_BUF_AUTO(filled);
	VT_BUF_AUTO(file);

	forge_open(&f, &b->done);
	good_fill(&f);
	forge_done(&f, &filled);
	forge_close(&f);
	forge_open(&f, &filled);
	fill_as(&f, (struct fill){
			.value = "(999)", .text = "2 5 Td <003900390039> Tj" });
	done_sealed(&f, &file);
	forge_close(&f);
	refused(&file, VT_INDETERMINATE, "change-unexplained",
	    "a field filled a second time");
}

/* The number field as it is, under generation gen, in an update of this
 * /Size (0: as before). */
static void
same_again(
    const struct base *b, unsigned gen, unsigned size, struct vt_buf *ret)
{
	const char *last = strrchr(vt_buf_str(&b->done), 'f') + 1;
	uint64_t prev = strtoull(last, NULL, 10), at, xref;
	const struct vt_pdf_revision *r;
	const struct vt_pdf_object *id;
	struct vt_pdf_object *o;
	uint32_t num, root;
	struct vt_err err;
	struct forge f;

	forge_open(&f, &b->done);
	num = forge_field(&f, FORGE_NUMBER);
	root = forge_catalog(&f);
	tap_need(vt_pdf_get(f.pdf, VT_PDF_LATEST, num, &o, &err) == VT_OK,
	    "the number field");
	r = vt_pdf_revision(f.pdf, vt_pdf_revisions(f.pdf) - 1);
	id = vt_pdf_dict_get(r->trailer, "ID");
	tap_need(id != NULL, "the identifier of the file");
	vt_buf_reset(ret);
	vt_buf_span(ret, vt_buf_view(&b->done));
	at = ret->n;
	vt_buf_printf(ret, "%u %u obj\n", num, gen);
	vt_buf_put(ret, b->done.p + o->offset, (size_t)(o->end - o->offset));
	vt_buf_puts(ret, "\nendobj\n");
	xref = ret->n;
	vt_buf_printf(ret,
	    "xref\n%u 1\n%010llu %05u n \ntrailer\n<< /Size %u /Root %u 0 R "
	    "/Prev %llu /ID ",
	    num, (unsigned long long)at, gen, size == 0 ? r->size : size, root,
	    (unsigned long long)prev);
	vt_buf_put(ret, b->done.p + id->offset, (size_t)(id->end - id->offset));
	vt_buf_printf(
	    ret, " >>\nstartxref\n%llu\n%%%%EOF\n", (unsigned long long)xref);
	forge_close(&f);
}

static void
test_numbers(const struct base *b)
{
	VT_BUF_AUTO(file);

	same_again(b, 0, 0, &file);
	passes(&file, "the number field written again as it is");
	/* Whoever asks for generation 0 finds nothing. */
	same_again(b, 1, 0, &file);
	refused(&file, VT_INDETERMINATE, "change-unexplained",
	    "a field under another generation");
	/* What has a number from /Size on is missing (7.5.5, Table 15). */
	same_again(b, 0, 13, &file);
	refused(&file, VT_INDETERMINATE, "change-unexplained",
	    "an update with a smaller /Size");
}

/* One signature may not stand in for two persons. */
static void
test_two_fields(const struct base *b)
{
	struct forge_signature s = { 0 };
	struct forge f;
	uint32_t v;
	VT_BUF_AUTO(file);

	forge_open(&f, &b->laid);
	v = forge_new(&f);
	forge_edit(&f, forge_field(&f, FORGE_LEADER), NULL, "/V %u 0 R", v);
	forge_edit(&f, forge_field(&f, FORGE_AGENCY), NULL, "/V %u 0 R", v);
	forge_sign(&f, v, &s, t.key, &file);
	forge_close(&f);
	refused(&file, VT_TOTAL_FAILED, "signature-dictionary",
	    "one signature in two fields");
}

static void
all_attacks(enum walk_xref xref, const char *name)
{
	struct walk_pdf kind = { .xref = xref };
	struct base b;

	printf("# %s\n", name);
	base_open(&b, &kind);
	passes(&b.done, "untouched");
	test_updates(&b);
	test_fills(&b);
	test_page_field(&b);
	test_hidden_again(&b);
	test_once(&b);
	test_two_fields(&b);
	test_raw(&b);
	test_flips(&b);
	test_ranges(&b);
	test_permissions(&b);
	base_close(&b);
}

int
main(void)
{
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	struct base b;

	tap_call(vt_base_init(&err), &err, "base");
	trust_open(&t, VT_KEY_ECDSA_P256_SHA256);
	all_attacks(WALK_TABLE, "classic table");
	all_attacks(WALK_OBJSTM, "object streams");
	test_waiting();
	base_open(&b, &kind);
	test_double_role(&b);
	test_unlisted(&b);
	test_numbers(&b);
	test_limits(&b);
	test_sneaky(&b);
	test_collision(&b);
	base_close(&b);
	trust_close(&t);
	return tap_done();
}
