/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an update does, and everything it refuses. */
#include "base/context.h"
#include "signing/pades/place.h"
#include "tests/pdf_script.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

static struct pki *ca, *signer;
static struct vt_key *key;

static const struct vt_field_font font_keys[] = { { "VtSerif", 0 } };

static bool
has(const struct vt_buf *file, size_t from, const char *text)
{
	return memmem(file->p + from, file->n - from, text, strlen(text)) !=
	       NULL;
}

/* A plain page with these additions. */
static void
make(const char *catalog, const char *objects, struct vt_buf *ret)
{
	struct walk_pdf p = {
		.xref = WALK_TABLE, .catalog = catalog, .objects = objects
	};

	walk_pdf(&p, ret);
}

static void
refused(const struct vt_buf *file, const struct vt_pades_change *c,
    enum vt_code want, const char *about)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(out);

	tap_code(walk_step(file, c, NULL, &out, &err), want, &err, "%s", about);
	tap_ok(out.n == 0 && strlen(err.msg) > 10, "%s: says why (%s)", about,
	    err.msg);
}

static void
lay_refused(const struct vt_buf *file, const struct vt_field_spec *spec,
    enum vt_code want, const char *about)
{
	struct vt_pades_change c = { .lay = spec,
		.n_lay = 1,
		.fonts = &walk_font_graft,
		.font_keys = font_keys,
		.n_fonts = 1 };

	refused(file, &c, want, about);
}

static struct vt_field_spec
text_spec(const char *name)
{
	return (struct vt_field_spec){ .kind = VT_FIELD_TEXT,
		.name = name,
		.x = 10,
		.y = 10,
		.w = 100,
		.h = 20,
		.font = "VtSerif",
		.font_size = 13 };
}

static struct vt_field_spec
sign_spec(const char *name)
{
	return (struct vt_field_spec){ .kind = VT_FIELD_SIGNATURE,
		.name = name,
		.x = 10,
		.y = 10,
		.w = 120,
		.h = 60 };
}

static void
test_lay_refusals(void)
{
	struct vt_field_spec two[2] = { text_spec("a"), text_spec("b") };
	struct vt_pades_change c = { .lay = two,
		.n_lay = 2,
		.fonts = &walk_font_graft,
		.font_keys = font_keys,
		.n_fonts = 1 };
	struct vt_pades_change none = { 0 };
	struct vt_field_spec s;
	VT_BUF_AUTO(file);

	make(NULL, NULL, &file);
	refused(&file, &none, VT_E_INVALID, "an update of nothing");
	refused(&file, &c, VT_E_INVALID, "one field over another");
	two[1].name = "a";
	two[1].y = 100;
	refused(&file, &c, VT_E_EXISTS, "one name twice");
	lay_refused(
	    &file, &(struct vt_field_spec){ 0 }, VT_E_INVALID, "no name");
	s = text_spec("a.b");
	lay_refused(&file, &s, VT_E_INVALID, "a dot in the name");
	s = text_spec("");
	lay_refused(&file, &s, VT_E_INVALID, "an empty name");
	s = text_spec("a");
	s.page = 1;
	lay_refused(&file, &s, VT_E_INVALID, "a page past the last");
	s = text_spec("a");
	s.x = 500;
	lay_refused(&file, &s, VT_E_INVALID, "off the page to the right");
	s = text_spec("a");
	s.y = -5;
	lay_refused(&file, &s, VT_E_INVALID, "off the page below");
	s = text_spec("a");
	s.w = 0;
	s.h = 0;
	lay_refused(&file, &s, VT_E_INVALID, "an invisible text field");
	s = text_spec("a");
	s.x = 0.0 / 0.0;
	lay_refused(&file, &s, VT_E_INVALID, "a place that is no number");
	s = text_spec("a");
	s.font = "Other";
	lay_refused(&file, &s, VT_E_INVALID, "a font that is nowhere");
	s = text_spec("a");
	s.font_size = 0;
	lay_refused(&file, &s, VT_E_INVALID, "a font of no size");
	s = text_spec("a");
	s.label = "\xff";
	lay_refused(&file, &s, VT_E_INVALID, "a label that is not UTF-8");
}

/* The form of a file of others: object 20 is a field, 21 the form. */
#define FORM(field)                                                            \
	"@Le20 0 obj\n<< " field " >>\nendobj\n@Lf21 0 obj\n<< /Fields "       \
	"[20 0 R] >>\nendobj\n"
#define WIDGET "/Type /Annot /Subtype /Widget /Rect [300 300 420 360] /P 3 0 R"

static void
fill_refused(
    const char *objects, const char *name, enum vt_code want, const char *about)
{
	struct vt_field_fill fill = { name, "1", &walk_text_graft };
	struct vt_pades_change c = { .fills = &fill, .n_fills = 1 };
	VT_BUF_AUTO(file);

	make("/AcroForm 21 0 R", objects, &file);
	refused(&file, &c, want, about);
}

static void
sign_refused(
    const char *objects, const char *name, enum vt_code want, const char *about)
{
	struct vt_signature_spec s = {
		.field = name, .time = WALK_TIME, .contents_size = 4096
	};
	struct vt_pades_change c = { .sign = &s };
	VT_BUF_AUTO(file);

	make("/AcroForm 21 0 R", objects, &file);
	refused(&file, &c, want, about);
}

static void
test_field_refusals(void)
{
	fill_refused(FORM("/T (n) /FT /Tx " WIDGET), "x", VT_E_PDF_NO_FIELD,
	    "fill: no such field");
	fill_refused(FORM("/T (n) /FT /Tx /V (7) " WIDGET), "n",
	    VT_E_PDF_FIELD_USED, "fill: filled already");
	fill_refused(FORM("/T (n) /FT /Btn " WIDGET), "n", VT_E_INVALID,
	    "fill: a button");
	fill_refused(FORM("/T (n) /FT /Tx /Kids [<< /Subtype /Widget /Rect "
			  "[1 1 2 2] >>]"),
	    "n", VT_E_PDF_UNSUPPORTED, "fill: a widget of its own");
	fill_refused(FORM("/T (n) /FT /Tx"), "n", VT_E_PDF_UNSUPPORTED,
	    "fill: on no page");
	fill_refused("@Le20 0 obj\nnull\nendobj\n@Lf21 0 obj\n<< /Fields "
		     "[<< /T (n) /FT /Tx " WIDGET " >>] >>\nendobj\n",
	    "n", VT_E_PDF_UNSUPPORTED, "fill: a direct dictionary");
	fill_refused("@Le20 0 obj\n<< /T (n) /FT /Tx " WIDGET " >>\nendobj\n"
		     "@Lf21 0 obj\n<< /Fields [20 0 R] /XFA (x) >>\nendobj\n",
	    "n", VT_E_PDF_UNSUPPORTED, "fill: an XFA form");
	fill_refused("@Le20 0 obj\n<< /T (n) /FT /Tx " WIDGET " >>\nendobj\n"
		     "@Lf21 0 obj\n<< /Fields [20 0 R 20 0 R] >>\nendobj\n",
	    "n", VT_E_PDF_UNSUPPORTED, "fill: two fields of one name");
	sign_refused(FORM("/T (n) /FT /Tx " WIDGET), "n", VT_E_INVALID,
	    "sign: a text field");
	sign_refused(FORM("/T (n) /FT /Sig /SV << /Ff 2 >> " WIDGET), "n",
	    VT_E_PDF_UNSUPPORTED, "sign: mandatory seed values");
	sign_refused(
	    FORM("/T (n) /FT /Sig /Lock << /Action /All /P 1 >> " WIDGET), "n",
	    VT_E_PDF_UNSUPPORTED, "sign: a lock with a permission");
	sign_refused(FORM("/T (n) /FT /Sig /Lock << /Action /Some >> " WIDGET),
	    "n", VT_E_PDF_UNSUPPORTED, "sign: a lock of an unknown kind");
	sign_refused(FORM("/T (n) /FT /Sig /Rect 5 /Subtype /Widget"), "n",
	    VT_E_PDF_SYNTAX, "sign: a /Rect that is none");
}

/* A file whose field s is signed, with these entries of the signature, and
 * which has an empty field n. */
static void
signed_refused(const char *reference, const char *more, bool fill,
    enum vt_code want, const char *about)
{
	struct vt_field_fill f = { "n", "1", &walk_text_graft };
	struct vt_pades_change c = { 0 };
	struct vt_field_spec s = sign_spec("new");
	VT_BUF_AUTO(objects);
	VT_BUF_AUTO(file);

	vt_buf_printf(&objects,
	    "@Le20 0 obj\n<< /T (n) /FT /Tx " WIDGET " >>\nendobj\n"
	    "@Lf21 0 obj\n<< /Fields [20 0 R << /T (s) /FT /Sig %s /V << "
	    "/Type /Sig %s >> >>] >>\nendobj\n",
	    more, reference);
	make("/AcroForm 21 0 R", vt_buf_str(&objects), &file);
	if (fill) {
		c.fills = &f;
		c.n_fills = 1;
	} else {
		c.lay = &s;
		c.n_lay = 1;
	}
	refused(&file, &c, want, about);
}

#define DOCMDP(p)                                                              \
	"/Reference [<< /TransformMethod /DocMDP /TransformParams << /P " p    \
	" >> >>]"
#define FIELDMDP(x)                                                            \
	"/Reference [<< /TransformMethod /FieldMDP /TransformParams << " x     \
	" >> >>]"

static void
test_permissions(void)
{
	struct vt_field_spec text = text_spec("t");
	struct vt_inspection i;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(out);

	signed_refused(DOCMDP("1"), "", true, VT_E_PDF_CHANGE_FORBIDDEN,
	    "certified with P=1: fill");
	signed_refused(DOCMDP("1"), "", false, VT_E_PDF_CHANGE_FORBIDDEN,
	    "certified with P=1: lay");
	signed_refused(DOCMDP("2"), "", false, VT_E_PDF_CHANGE_FORBIDDEN,
	    "certified with P=2: lay");
	signed_refused(DOCMDP("x"), "", true, VT_E_PDF_SYNTAX,
	    "a permission that is no PDF");
	signed_refused(DOCMDP("(x)"), "", true, VT_E_PDF_CHANGE_FORBIDDEN,
	    "certified with a P that is no number");
	signed_refused(FIELDMDP("/Action /All"), "", true,
	    VT_E_PDF_CHANGE_FORBIDDEN, "FieldMDP All");
	signed_refused(FIELDMDP("/Action /Include /Fields [(n)]"), "", true,
	    VT_E_PDF_CHANGE_FORBIDDEN, "FieldMDP naming it");
	signed_refused(FIELDMDP("/Action /Exclude /Fields [(m)]"), "", true,
	    VT_E_PDF_CHANGE_FORBIDDEN, "FieldMDP excluding another");
	signed_refused(FIELDMDP("/Action /Odd"), "", true,
	    VT_E_PDF_CHANGE_FORBIDDEN, "FieldMDP of an unknown kind");
	signed_refused("", "/Lock << /Action /Include /Fields [(n)] >>", true,
	    VT_E_PDF_CHANGE_FORBIDDEN, "the field's lock alone");
	signed_refused(FIELDMDP("/Action /All"), "", false,
	    VT_E_PDF_CHANGE_FORBIDDEN, "FieldMDP All: lay");

	make(NULL, NULL, &file);
	tap_call(walk_lay(&file, 0, &out, &err), &err, "lays");
	vt_buf_reset(&file);
	tap_call(walk_sign(&out, "vt_leader", 120, 60, key, &file, &err), &err,
	    "signs");
	lay_refused(&file, &text, VT_E_PDF_SIGNED_NO_FIELDS,
	    "a text field into a signed file");
	tap_call(walk_inspect(&file, &i, &err), &err, "inspects");
	tap_ok(i.signatures == 1 && i.revisions == 3 && i.n_fields == 4 &&
		   i.pages == 1 && i.version == 17 && i.docmdp == 0,
	    "is what it is");
	tap_ok(strcmp(i.fields[2].name, "vt_leader") == 0 &&
		   i.fields[2].kind == VT_FIELD_SIGNATURE &&
		   i.fields[2].filled && i.fields[2].page == 0 &&
		   i.fields[2].x == 300 && i.fields[2].y == 200 &&
		   i.fields[2].w == 120 && i.fields[2].h == 60 &&
		   !i.fields[3].filled,
	    "its fields are told");
	vt_inspection_free(&i);
	tap_code(walk_sign(&file, "vt_leader", 120, 60, key, &out, &err),
	    VT_E_PDF_FIELD_USED, &err, "signed already");
}

/* What the rules of docs/pdf-steps.md say is written, and no more. */
static void
test_objects(void)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(laid);
	VT_BUF_AUTO(filled);
	VT_BUF_AUTO(done);

	make(NULL, NULL, &file);
	tap_call(walk_lay(&file, 0, &laid, &err), &err, "lays");
	tap_ok(laid.n > file.n && memcmp(laid.p, file.p, file.n) == 0,
	    "lay: the file is a prefix");
	tap_ok(has(&laid, file.n, "/SigFlags 3") &&
		   has(&laid, file.n, "/ESIC <<") &&
		   !has(&laid, file.n, "NeedAppearances"),
	    "lay: flags, extension, no NeedAppearances");
	tap_ok(has(&laid, file.n, "/DA (/VtSerif 13 Tf 0 g)") &&
		   has(&laid, file.n, "/F 132") &&
		   has(&laid, file.n, "/F 4\n") &&
		   has(&laid, file.n, "/Annots ["),
	    "lay: fields and page");
	tap_call(walk_fill(&laid, &filled, &err), &err, "fills");
	tap_ok(memcmp(filled.p, laid.p, laid.n) == 0,
	    "fill: the file is a prefix");
	tap_ok(!has(&filled, laid.n, "/Type /Catalog") &&
		   !has(&filled, laid.n, "/Type /Page") &&
		   !has(&filled, laid.n, "/SigFlags") &&
		   has(&filled, laid.n, "/V (128/SKHCN") == false &&
		   has(&filled, laid.n, "/V <FEFF"),
	    "fill: neither page nor form nor catalog");
	tap_call(walk_sign(&filled, "vt_leader", 120, 60, key, &done, &err),
	    &err, "signs");
	tap_ok(memcmp(done.p, filled.p, filled.n) == 0,
	    "sign: the file is a prefix");
	tap_ok(!has(&done, filled.n, "/Type /Catalog") &&
		   !has(&done, filled.n, "/Type /Page") &&
		   !has(&done, filled.n, "/Fields") &&
		   has(&done, filled.n, "/SubFilter /ETSI.CAdES.detached") &&
		   has(&done, filled.n, "/M (D:2026"),
	    "sign: the field and its signature only");
	vt_buf_reset(&file);
	tap_call(walk_sign(&filled, "vt_leader", 120, 60, key, &file, &err),
	    &err, "signs again");
	tap_ok(vt_span_eq(vt_buf_view(&file), vt_buf_view(&done)),
	    "same input, same bytes");
}

/* Fields of others' making. */
static void
test_foreign(void)
{
	struct vt_field_spec create = sign_spec("new");
	struct vt_signature_spec s = { .create = &create, .time = WALK_TIME };
	struct vt_pades_change c = { .sign = &s };
	struct vt_inspection i;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(out);
	VT_BUF_AUTO(twice);

	/* Inherited type, dotted name, locks that have to be repeated. */
	make("/AcroForm 21 0 R",
	    "@Le20 0 obj\n<< /T (giam doc) /Parent << >> /Lock << /Action "
	    "/Include /Fields [(a) (b)] >> " WIDGET " >>\nendobj\n"
	    "@Lf21 0 obj\n<< /Fields [<< /T (ky) /FT /Sig /Kids [20 0 R] >>] "
	    ">>\nendobj\n",
	    &file);
	tap_call(walk_sign(&file, "ky.giam doc", 120, 60, key, &out, &err),
	    &err, "a field with a dotted name and an inherited type");
	tap_ok(has(&out, file.n, "/TransformMethod /FieldMDP") &&
		   has(&out, file.n, "/Action /Include /Fields [(a) (b)]") &&
		   has(&out, file.n, "/SigFlags 3"),
	    "its lock is repeated, the form gets its flags");
	tap_call(walk_inspect(&out, &i, &err), &err, "inspects");
	tap_ok(i.signatures == 1 && i.n_fields == 1 &&
		   strcmp(i.fields[0].name, "ky.giam doc") == 0,
	    "its name is told");
	vt_inspection_free(&i);
	tap_call(walk_step(&out, &c, key, &twice, &err), &err,
	    "a second signature in a field of its own");
	tap_ok(has(&twice, out.n, "/Fields [") &&
		   memcmp(twice.p, out.p, out.n) == 0,
	    "the form got the field");
	vt_buf_reset(&file);
	make("/AcroForm << /Fields [] >>", NULL, &file);
	tap_call(walk_lay(&file, 0, &out, &err), &err,
	    "a form in the catalog itself");
	vt_buf_reset(&file);
	make("/AcroForm 21 0 R",
	    "@Le20 0 obj\n[]\nendobj\n@Lf21 0 obj\n<< /Fields 20 0 R /DR << "
	    "/Font << /Helv << >> >> >> >>\nendobj\n",
	    &file);
	tap_call(walk_lay(&file, 0, &out, &err), &err,
	    "a list of fields of its own, other fonts");
	tap_ok(has(&out, file.n, "/Helv"), "the other fonts stay");
}

/* Two pages with one array of annotations: only one of them gets the field. */
static void
test_shared_annots(void)
{
	static const char script[] =
	    "%PDF-1.7\n@La1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
	    "@Lb2 0 obj\n<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 "
	    "/MediaBox [0 0 595 842] >>\nendobj\n"
	    "@Lc3 0 obj\n<< /Type /Page /Parent 2 0 R /Annots 5 0 R >>\n"
	    "endobj\n@Ld4 0 obj\n<< /Type /Page /Parent 2 0 R /Annots 5 0 R "
	    ">>\nendobj\n@Le5 0 obj\n[]\nendobj\n@Lxxref\n0 6\n"
	    "0000000000 65535 f \n@Da 00000 n \n@Db 00000 n \n@Dc 00000 n \n"
	    "@Dd 00000 n \n@De 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R >>\n"
	    "startxref\n@Dx\n%%EOF\n";
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(out);

	pdf_script(VT_SPAN(script, sizeof(script) - 1), &file);
	tap_call(walk_lay(&file, 0, &out, &err), &err, "lays");
	tap_ok(!has(&out, file.n, "\n5 0 obj") &&
		   has(&out, file.n, "\n3 0 obj") &&
		   !has(&out, file.n, "\n4 0 obj"),
	    "the array of both pages stays, one page changes");
}

/* lay, fill and sign at once: order A in one revision. */
static void
test_at_once(void)
{
	struct vt_field_spec lay[2] = { text_spec("n"), sign_spec("s") };
	struct vt_field_fill fill = { "n", "128/SKHCN", &walk_text_graft };
	struct vt_signature_spec s = {
		.field = "s", .time = WALK_TIME, .appearance = &walk_box_graft
	};
	struct vt_pades_change c = { .lay = lay,
		.n_lay = 2,
		.fills = &fill,
		.n_fills = 1,
		.fonts = &walk_font_graft,
		.font_keys = font_keys,
		.n_fonts = 1,
		.sign = &s };
	struct vt_inspection i;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(out);

	lay[1].y = 100;
	make(NULL, NULL, &file);
	tap_call(walk_step(&file, &c, key, &out, &err), &err,
	    "lay, fill and sign at once");
	tap_call(walk_inspect(&out, &i, &err), &err, "inspects");
	tap_ok(i.revisions == 2 && i.signatures == 1 && i.n_fields == 2 &&
		   i.fields[0].filled,
	    "one revision has it all");
	vt_inspection_free(&i);
	lay[1].w = lay[1].h = 0;
	refused(&file, &c, VT_E_INVALID, "a picture in an invisible field");
	s.appearance = NULL;
	tap_call(walk_step(&file, &c, key, &out, &err), &err,
	    "an invisible signature");
}

static void
test_signature_refusals(void)
{
	struct vt_field_spec create = sign_spec("s");
	struct vt_signature_spec s = {
		.create = &create, .time = WALK_TIME, .contents_size = 4096
	};
	struct vt_pades_change c = { .sign = &s };
	VT_BUF_AUTO(file);

	make(NULL, NULL, &file);
	s.contents_size = 0;
	refused(&file, &c, VT_E_INVALID, "no room for the signature");
	s.contents_size = (size_t)64 << 20;
	refused(&file, &c, VT_E_INVALID, "room without measure");
	s.contents_size = 4096;
	s.time = VT_TIME_NONE;
	refused(&file, &c, VT_E_INVALID, "no time");
	s.time = WALK_TIME;
	s.field = "s";
	refused(&file, &c, VT_E_INVALID, "both an old and a new field");
	s.field = NULL;
	s.reason = "\xc3";
	refused(&file, &c, VT_E_INVALID, "a reason that is not UTF-8");
	s.reason = NULL;
	create.kind = VT_FIELD_TEXT;
	refused(&file, &c, VT_E_INVALID, "a text field to sign in");
	s.create = NULL;
	s.field = "s";
	refused(&file, &c, VT_E_PDF_NO_FIELD, "no form at all");
}

static void
test_place(void)
{
	static const double want[4][4] = { { 30, 50, 60, 90 },
		{ 160, 40, 200, 70 }, { 180, 370, 210, 410 },
		{ 40, 390, 80, 420 } };
	struct vt_pdf_page p = { .crop = { 20, 30, 220, 430 } };
	double d[4] = { 10, 20, 30, 40 }, rect[4], back[4], w, h, m[6];
	int turn;

	for (turn = 0; turn < 4; turn++) {
		p.rotate = turn * 90;
		vt_place_size(&p, &w, &h);
		tap_ok(
		    turn % 2 == 0 ? w == 200 && h == 400 : w == 400 && h == 200,
		    "turned by %d: size", p.rotate);
		vt_place_to_page(&p, d, rect);
		tap_ok(memcmp(rect, want[turn], sizeof(rect)) == 0,
		    "turned by %d: %g %g %g %g", p.rotate, rect[0], rect[1],
		    rect[2], rect[3]);
		vt_place_to_display(&p, rect, back);
		tap_ok(memcmp(back, d, sizeof(d)) == 0,
		    "turned by %d: and back", p.rotate);
		tap_ok(vt_place_matrix(&p, 30, 40, m) == (turn != 0),
		    "turned by %d: a matrix when needed", p.rotate);
	}
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	signer = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	key = pki_key(signer);
	test_place();
	test_objects();
	test_lay_refusals();
	test_field_refusals();
	test_permissions();
	test_foreign();
	test_shared_annots();
	test_at_once();
	test_signature_refusals();
	vt_key_free(key);
	pki_free(signer);
	pki_free(ca);
	return tap_done();
}
