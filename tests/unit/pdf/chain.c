/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cross-reference chain: what opens, how revisions are cut, what lies. */
#include "base/limits.h"
#include "tests/unit/pdf/open_file.h"

#define OBJ1  "@La1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
#define OBJ2  "@Lb2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
#define HEAD  "%PDF-1.7\n" OBJ1 OBJ2
#define FREE0 "0000000000 65535 f \n"
#define ROWS  FREE0 "@Da 00000 n \n@Db 00000 n \n"
#define TRAIL "trailer\n<< /Size 3 /Root 1 0 R >>\n"
#define TAIL  "startxref\n@Dx\n%%EOF\n"
#define XREF  "@Lxxref\n0 3\n" ROWS TRAIL TAIL

/* The word n-th from the start (0 = first), as a position. */
static uint64_t
find(const struct open_file *f, const char *word, size_t n)
{
	for (size_t i = 0; i + strlen(word) <= f->bytes.n; i++)
		if (memcmp(f->bytes.p + i, word, strlen(word)) == 0 && n-- == 0)
			return i;
	return UINT64_MAX;
}

static void
test_samples(void)
{
	static const enum vt_pdf_xref_kind kind[] = { VT_PDF_XREF_TABLE,
		VT_PDF_XREF_TABLE, VT_PDF_XREF_STREAM, VT_PDF_XREF_HYBRID,
		VT_PDF_XREF_TABLE };
	static const size_t revisions[] = { 1, 2, 1, 1, 1 };
	struct vt_pdf_object *o, *form;
	struct vt_pdf_ref ref;
	struct open_file f;

	for (size_t i = 0; i < PDF_SAMPLES; i++) {
		const char *name = pdf_samples[i].name;
		const struct vt_pdf_revision *r;
		VT_BUF_AUTO(data);
		size_t last;

		tap_call(
		    open_script(&f, pdf_samples[i].script, pdf_samples[i].n),
		    &f.err, "%s: opens", name);
		last = vt_pdf_revisions(f.pdf) - 1;
		r = vt_pdf_revision(f.pdf, last);
		tap_eq_int(last + 1, revisions[i], "%s: revisions", name);
		tap_eq_int(r->kind, kind[i], "%s: kind", name);
		tap_eq_int(r->end, f.bytes.n, "%s: ends with the file", name);
		tap_eq_int(r->eof, f.bytes.n - 1, "%s: %%%%EOF", name);
		tap_eq_int(vt_pdf_is_linearized(f.pdf), i == 4,
		    "%s: linearized", name);
		tap_call(vt_pdf_catalog(f.pdf, VT_PDF_LATEST, &o, &ref, &f.err),
		    &f.err, "%s: catalog", name);
		tap_eq_int(ref.num, 1, "%s: is object 1", name);
		tap_call(vt_pdf_lookup(f.pdf, VT_PDF_LATEST, o, "AcroForm",
			     &form, &f.err),
		    &f.err, "%s: form", name);
		tap_ok(vt_pdf_dict_get(form, "Fields") != NULL,
		    "%s: has fields", name);
		tap_eq_int(form->objstm, i == 2 || i == 3 ? 8 : 0,
		    "%s: stands in object stream", name);
		tap_call(vt_pdf_get(f.pdf, 0, 6, &o, &f.err), &f.err,
		    "%s: stream", name);
		tap_call(vt_pdf_stream_data(f.pdf, o, 5, &data, &f.err), &f.err,
		    "%s: its data", name);
		tap_eq_str(vt_buf_str(&data), "BT ET", "%s: as written", name);
		tap_ok(memcmp(f.bytes.p + o->offset, "<<", 2) == 0 &&
			   memcmp(f.bytes.p + o->end - 9, "endstream", 9) == 0,
		    "%s: from << to endstream", name);
		tap_call(vt_pdf_get(f.pdf, 0, 4711, &o, &f.err), &f.err,
		    "%s: an unknown number", name);
		tap_eq_int(o->type, VT_PDF_NULL, "%s: is null", name);
		open_close(&f);
	}
}

static void
test_revisions(void)
{
	const struct vt_pdf_revision *r;
	struct vt_pdf_object *o;
	struct vt_pdf_slot s;
	struct open_file f;

	tap_call(OPEN_LIT(&f, PDF_UPDATED), &f.err, "an update opens");
	r = vt_pdf_revision(f.pdf, 0);
	tap_eq_int(r->end, find(&f, "%%EOF\n", 0) + 6,
	    "the first revision ends after its end of line");
	tap_eq_int(r->n_objects, 7, "and mentions seven objects");
	tap_eq_int(r->xref_offset, find(&f, "xref\n0 8", 0),
	    "its section stands where it says");
	r = vt_pdf_revision(f.pdf, 1);
	tap_ok(r->n_objects == 3 && r->objects[0] == 3 && r->objects[1] == 7 &&
		   r->objects[2] == 8,
	    "the second mentions 3, 7, 8, and not 0");
	tap_eq_int(vt_pdf_slot(f.pdf, 0, 3).offset, find(&f, "3 0 obj", 0),
	    "object 3 as the first saw it");
	s = vt_pdf_slot(f.pdf, 1, 3);
	tap_ok(s.offset == find(&f, "3 0 obj", 1) && s.revision == 1,
	    "and as the second");
	tap_ok(vt_pdf_slot(f.pdf, 1, 2).revision == 0, "object 2 is old");
	tap_eq_int(vt_pdf_slot(f.pdf, 1, 7).state, VT_PDF_SLOT_FREE,
	    "object 7 is freed");
	tap_eq_int(vt_pdf_slot(f.pdf, 0, 8).state, VT_PDF_SLOT_NONE,
	    "object 8 did not exist");
	tap_call(vt_pdf_get(f.pdf, 0, 3, &o, &f.err), &f.err, "old 3");
	tap_ok(vt_pdf_dict_get(o, "New") == NULL, "is the old one");
	tap_call(
	    vt_pdf_get(f.pdf, VT_PDF_LATEST, 3, &o, &f.err), &f.err, "new 3");
	tap_ok(vt_pdf_dict_get(o, "New") != NULL, "is the new one");
	tap_call(vt_pdf_get(f.pdf, 1, 7, &o, &f.err), &f.err, "freed 7");
	tap_eq_int(o->type, VT_PDF_NULL, "is null");
	open_close(&f);
}

struct row {
	const char *what, *script;
	size_t n;
	enum vt_code code;
	const char *says; /* a part of the message */
};
#define ROW(what, script, code, says)                                          \
	{                                                                      \
		what, script, sizeof(script) - 1, code, says                   \
	}

/* Two revisions; the second's section is what is given. */
#define SECOND(s) HEAD XREF s
#define NEW3      "@Lc3 0 obj\n(new)\nendobj\n"
#define TRAIL2    "trailer\n<< /Size 4 /Root 1 0 R /Prev @Dx >>\n"
#define TAIL2     "startxref\n@Dy\n%%EOF\n"

static const struct row harmless[] = {
	ROW("CR LF after %%EOF",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n@Dx\n%%EOF\r\n", VT_OK,
	    ""),
	ROW("nothing after %%EOF",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n@Dx\n%%EOF", VT_OK,
	    ""),
	ROW("zeros after %%EOF", HEAD XREF "\0\0\0\0\0\0", VT_OK, ""),
	ROW("junk after %%EOF", HEAD XREF "<html>", VT_OK, ""),
	ROW("entries of 19 bytes",
	    HEAD "@Lxxref\n0 3\n0000000000 65535 f\n"
		 "@Da 00000 n\n@Db 00000 n\n" TRAIL TAIL,
	    VT_OK, ""),
	ROW("entries of 21 bytes",
	    HEAD "@Lxxref\n0 3\n0000000000 65535 f \r\n"
		 "@Da 00000 n \r\n@Db 00000 n \r\n" TRAIL TAIL,
	    VT_OK, ""),
	ROW("a free list that starts at 1",
	    HEAD "@Lxxref\n1 3\n" ROWS TRAIL TAIL, VT_OK, ""),
	ROW("generation 65536 of a free object",
	    HEAD "@Lxxref\n0 3\n"
		 "0000000000 65536 f \n@Da 00000 n \n@Db 00000 n \n" TRAIL TAIL,
	    VT_OK, ""),
	ROW("an object never written, at 0",
	    HEAD
	    "@Lxxref\n0 4\n" ROWS
	    "0000000000 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\n" TAIL,
	    VT_OK, ""),
	ROW("a comment before startxref",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "%made by x\n" TAIL, VT_OK, ""),
	ROW("white space before an object",
	    "%PDF-1.7\n@La\r\n1 0 obj\n"
	    "<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" OBJ2 XREF,
	    VT_OK, ""),
	ROW("white space before xref",
	    HEAD "@Lx\n \nxref\n0 3\n" ROWS TRAIL TAIL, VT_OK, ""),
	ROW("an update straight after %%EOF",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n@Dx\n%%EOF" NEW3
		 "@Lyxref\n3 1\n@Dc 00000 n \n" TRAIL2 TAIL2,
	    VT_OK, ""),
	ROW("/Prev 0",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Prev 0 >>\n" TAIL,
	    VT_OK, ""),
	ROW("bytes before the header, not counted",
	    "junk\n%PDF-1.7\n"
	    "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
	    "xref\n0 2\n" FREE0 "0000000009 00000 n \n"
	    "trailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n58\n%%EOF\n",
	    VT_OK, ""),
	ROW("bytes before the header, counted", "junk\n" HEAD XREF, VT_OK, ""),
	ROW("a section that runs into the newer one",
	    HEAD
	    "@Lxxref\n0 3\n" ROWS TRAIL "@Lyxref\n0 0\n"
	    "trailer\n<< /Size 3 /Root 1 0 R /Prev @Dx >>\nstartxref\n@Dy\n"
	    "%%EOF\n",
	    VT_OK, ""),
	ROW("spaces before endstream",
	    "%PDF-1.7\n" OBJ1 "@Lb2 0 obj\n<< /Length 2 >>\nstream\nab  \r\n "
	    "endstream\nendobj\n" XREF,
	    VT_OK, ""),
};

static const struct row refused[] = {
	ROW("no bytes", "", VT_E_FILE_EMPTY, ""),
	ROW("another format", "PK\3\4 and so on", VT_E_NOT_PDF, "%PDF-"),
	ROW("a header without version", "%PDF-x.y\n" OBJ1 XREF, VT_E_NOT_PDF,
	    ""),
	ROW("no end", HEAD, VT_E_PDF_TRUNCATED, "startxref"),
	ROW("cut in the trailer", HEAD "@Lxxref\n0 3\n" ROWS "trailer\n<<",
	    VT_E_PDF_TRUNCATED, ""),
	ROW("cut after startxref",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n@Dx\n%%EO",
	    VT_E_PDF_TRUNCATED, "%%EOF"),
	ROW("encrypted",
	    HEAD "@Lxxref\n0 3\n" ROWS "trailer\n"
		 "<< /Size 3 /Root 1 0 R /Encrypt << /V 5 >> >>\n" TAIL,
	    VT_E_PDF_ENCRYPTED, "/Encrypt"),
	ROW("encrypted in an older trailer",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Encrypt 2 0 R >>\n" TAIL NEW3
		 "@Lyxref\n3 1\n@Dc 00000 n \n" TRAIL2 TAIL2,
	    VT_E_PDF_ENCRYPTED, "/Encrypt"),
	ROW("startxref outside the file",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n999999\n%%EOF\n",
	    VT_E_PDF_XREF, "outside the file"),
	ROW("startxref that names an object",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n@Da\n%%EOF\n",
	    VT_E_PDF_XREF, "none"),
	ROW("a second startxref",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n1\n" TAIL,
	    VT_E_PDF_XREF, "last startxref"),
	ROW("a missing object",
	    HEAD
	    "@Lxxref\n0 4\n" ROWS
	    "@Lc0000000077 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\n" TAIL,
	    VT_E_PDF_XREF, "3 0 obj"),
	ROW("another object",
	    HEAD "@Lxxref\n0 3\n" FREE0
		 "@Db 00000 n \n@Da 00000 n \n" TRAIL TAIL,
	    VT_E_PDF_XREF,
	    "object 1 0 is said to stand here, found object 2 0"),
	ROW("another generation",
	    HEAD "@Lxxref\n0 3\n" FREE0
		 "@Da 00001 n \n@Db 00000 n \n" TRAIL TAIL,
	    VT_E_PDF_XREF, "object 1 1"),
	ROW("the middle of a number",
	    "%PDF-1.7\n" OBJ1 "1@Lb2 0 obj\n[]\nendobj\n" XREF, VT_E_PDF_XREF,
	    "2 0 obj"),
	ROW("an offset outside the file",
	    HEAD "@Lxxref\n0 3\n" FREE0
		 "@Da 00000 n \n9999999999 00000 n \n" TRAIL TAIL,
	    VT_E_PDF_XREF, "object 2"),
	ROW("an object listed twice",
	    HEAD "@Lxxref\n0 3\n" ROWS "1 1\n@Da 00000 n \n" TRAIL TAIL,
	    VT_E_PDF_XREF, "listed twice"),
	ROW("object 0 in use",
	    HEAD "@Lxxref\n0 3\n0000000000 00000 n \n"
		 "@Da 00000 n \n@Db 00000 n \n" TRAIL TAIL,
	    VT_E_PDF_XREF, "object 0"),
	ROW("a number above /Size",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 2 /Root 1 0 R >>\n" TAIL,
	    VT_E_PDF_XREF, "/Size is 2"),
	ROW("no /Size",
	    HEAD "@Lxxref\n0 3\n" ROWS "trailer\n<< /Root 1 0 R >>\n" TAIL,
	    VT_E_PDF_XREF, "/Size"),
	ROW("nine digits", HEAD "@Lxxref\n0 1\n000000000 65535 f \n" TRAIL TAIL,
	    VT_E_PDF_XREF, "entry"),
	ROW("fewer entries than said", HEAD "@Lxxref\n0 4\n" ROWS TRAIL TAIL,
	    VT_E_PDF_XREF, "entry"),
	ROW("a key twice in the trailer",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Size 3 >>\n" TAIL,
	    VT_E_PDF_SYNTAX, "/Size twice"),
	ROW("/Prev that names itself",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Prev @Dx >>\n" TAIL,
	    VT_E_PDF_XREF, "/Prev"),
	ROW("/Prev that names a later section",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Prev @Dy >>\n" TAIL
		 "@Lyxref\n0 0\n" TRAIL2 TAIL2,
	    VT_E_PDF_XREF, "/Prev"),
	ROW("/Prev outside the file",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Prev 99999 >>\n" TAIL,
	    VT_E_PDF_XREF, "/Prev"),
	ROW("/Prev that is no number",
	    HEAD "@Lxxref\n0 3\n" ROWS
		 "trailer\n<< /Size 3 /Root 1 0 R /Prev 1 0 R >>\n" TAIL,
	    VT_E_PDF_XREF, "/Prev"),
	ROW("an old table that points past its end",
	    HEAD "@Lxxref\n0 4\n" ROWS "@Dc 00000 n \n"
		 "trailer\n<< /Size 4 /Root 1 0 R >>\n" TAIL NEW3
		 "@Lyxref\n0 0\n" TRAIL2 TAIL2,
	    VT_E_PDF_XREF, "after the end of that revision"),
	ROW("a revision without %%EOF",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n@Dx\n" NEW3
		 "@Lyxref\n3 1\n@Dc 00000 n \n" TRAIL2 TAIL2,
	    VT_E_PDF_XREF, "%%EOF"),
	ROW("a revision whose startxref lies",
	    HEAD "@Lxxref\n0 3\n" ROWS TRAIL "startxref\n17\n%%EOF\n" NEW3
		 "@Lyxref\n3 1\n@Dc 00000 n \n" TRAIL2 TAIL2,
	    VT_E_PDF_XREF, "names 17"),
	ROW("bytes before the header, and both ways fit",
	    "junk\n%PDF-1.7\n@Lxxref\nxref\n0 0\n"
	    "trailer\n<< /Size 1 /Root 1 0 R >>\n" TAIL,
	    VT_E_PDF_XREF, "either way"),
};

static void
test_rows(const struct row *row, size_t n)
{
	struct open_file f;

	for (size_t i = 0; i < n; i++) {
		int rc = open_script(&f, row[i].script, row[i].n);
		tap_code(rc, row[i].code, &f.err, "%s", row[i].what);
		if (rc != VT_OK)
			tap_ok(strstr(f.err.msg, row[i].says) != NULL,
			    "says: %s", f.err.msg);
		open_close(&f);
	}
}

/* Offsets of a file with bytes before its header. */
static void
test_before_header(void)
{
	struct open_file f;
	uint64_t at = 0;

	tap_call(open_script(&f, harmless[14].script, harmless[14].n), &f.err,
	    "%s", harmless[14].what);
	tap_eq_int(vt_pdf_version(f.pdf, &at), 17, "version");
	tap_eq_int(at, 5, "the header's place");
	tap_eq_int(vt_pdf_slot(f.pdf, 0, 1).offset, find(&f, "1 0 obj", 0),
	    "offsets are of the whole file");
	open_close(&f);
}

/* No revision of the file ended inside such a pair. */
static void
test_pair(void)
{
	struct open_file f;

	tap_call(open_script(&f, harmless[16].script, harmless[16].n), &f.err,
	    "%s", harmless[16].what);
	tap_eq_int(vt_pdf_revisions(f.pdf), 1, "is one revision");
	tap_eq_int(vt_pdf_revision(f.pdf, 0)->n_objects, 2, "with both");
	open_close(&f);
}

int
main(void)
{
	test_samples();
	test_revisions();
	test_rows(harmless, sizeof(harmless) / sizeof(harmless[0]));
	test_rows(refused, sizeof(refused) / sizeof(refused[0]));
	test_before_header();
	test_pair();
	return tap_done();
}
