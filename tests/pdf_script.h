/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDF files written down as text, with the offsets left to be filled in, so
 * that a test shows the structure it is about:
 *
 *	@Lx     label x stands here (nothing is written)
 *	@Dx     its offset, ten digits
 *	@Bx     its offset, four bytes, big-endian
 *	@Nxy    the distance from label x to label y, ten digits
 *	@@      an @
 *
 * x and y are any characters. Anything else after an @ stays as it is. An
 * unknown label is at 0.
 */
#ifndef VT_TESTS_PDF_SCRIPT_H
#define VT_TESTS_PDF_SCRIPT_H

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"

static inline __attribute__((unused)) void
pdf_script_put(struct vt_buf *out, char what, uint64_t v)
{
	char digits[32];

	if (what == 'B') {
		for (int i = 3; i >= 0; i--)
			vt_buf_putc(out, (uint8_t)(v >> 8 * i));
	} else {
		snprintf(digits, sizeof(digits), "%010" PRIu64, v);
		vt_buf_put(out, digits, 10);
	}
}

/* The file that script s stands for, appended to out (empty before). */
static inline __attribute__((unused)) void
pdf_script(struct vt_span s, struct vt_buf *out)
{
	uint64_t label[256] = { 0 };

	/* the first pass finds the labels: widths do not depend on them */
	for (int pass = 0; pass < 2; pass++) {
		vt_buf_reset(out);
		for (size_t i = 0; i < s.n; i++) {
			char what = i + 2 < s.n ? (char)s.p[i + 1] : '\0';
			uint8_t x = i + 2 < s.n ? s.p[i + 2] : 0;
			uint8_t y = i + 3 < s.n ? s.p[i + 3] : 0;

			if (s.p[i] != '@') {
				vt_buf_putc(out, s.p[i]);
			} else if (what == 'L') {
				label[x] = out->n;
				i += 2;
			} else if (what == 'D' || what == 'B') {
				pdf_script_put(out, what, label[x]);
				i += 2;
			} else if (what == 'N' && i + 3 < s.n) {
				pdf_script_put(out, what,
				    label[y] > label[x] ? label[y] - label[x]
							: 0);
				i += 3;
			} else {
				vt_buf_putc(out, '@');
				i += i + 1 < s.n && s.p[i + 1] == '@';
			}
		}
	}
}

/* ---- one file of each kind; two pages, a form, an update where it tells ----
 */

#define PDF_BODY                                                               \
	"%PDF-1.7\n"                                                           \
	"@La1 0 obj\n<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>\n"      \
	"endobj\n"                                                             \
	"@Lb2 0 obj\n<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2\n"           \
	"/MediaBox [0 0 595 842] /Rotate 90 >>\nendobj\n"                      \
	"@Lc3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 6 0 R >>\n"        \
	"endobj\n"                                                             \
	"@Ld4 0 obj\n<< /Type /Page /Parent 2 0 R /CropBox [10 10 99 99]\n"    \
	"/Rotate 0 >>\nendobj\n"

#define PDF_FORM                                                               \
	"@Le5 0 obj\n<< /Fields [] /DR << /Font << /VtSerif 7 0 R >> >> >>\n"  \
	"endobj\n"

#define PDF_STREAM                                                             \
	"@Lf6 0 obj\n<< /Length @N01 >>\nstream\n@L0BT ET@L1\nendstream\n"     \
	"endobj\n"                                                             \
	"@Lg7 0 obj\n<< /Type /Font >>\nendobj\n"

#define PDF_ROOT                                                               \
	"/Root 1 0 R /ID [<00112233445566778899aabbccddeeff> "                 \
	"<00112233445566778899aabbccddeeff>]"

/* A table. */
#define PDF_TABLE                                                              \
	PDF_BODY PDF_FORM PDF_STREAM                                           \
	    "@Lxxref\n0 8\n0000000000 65535 f \n"                              \
	    "@Da 00000 n \n@Db 00000 n \n@Dc 00000 n \n@Dd 00000 n \n"         \
	    "@De 00000 n \n@Df 00000 n \n@Dg 00000 n \n"                       \
	    "trailer\n<< /Size 8 " PDF_ROOT " >>\n"                            \
	    "startxref\n@Dx\n%%EOF\n"

/* A table and an update: object 3 anew, object 7 freed, 8 added. */
#define PDF_UPDATED                                                            \
	PDF_TABLE                                                              \
	"@Lh3 0 obj\n<< /Type /Page /Parent 2 0 R /New true >>\nendobj\n"      \
	"@Li8 0 obj\n(added)\nendobj\n"                                        \
	"@Lyxref\n0 1\n0000000007 65535 f \n3 1\n@Dh 00000 n \n"               \
	"7 2\n0000000000 00001 f \n@Di 00000 n \n"                             \
	"trailer\n<< /Size 9 /Prev @Dx " PDF_ROOT " >>\n"                      \
	"startxref\n@Dy\n%%EOF\n"

/* A cross-reference stream; the form lies in object stream 8. */
#define PDF_XREF_STREAM                                                        \
	PDF_BODY PDF_STREAM                                                    \
	    "@Lj8 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length @N23 >>\n"     \
	    "stream\n@L25 0 << /Fields [] /DR << /Font << /VtSerif 7 0 R >> "  \
	    ">> "                                                              \
	    ">>@L3\nendstream\nendobj\n"                                       \
	    "@Lx9 0 obj\n<< /Type /XRef /W [1 4 1] /Size 10 " PDF_ROOT         \
	    " /Length @N45 >>\nstream\n@L4"                                    \
	    "\0@B_\377\001@Ba\0\001@Bb\0\001@Bc\0\001@Bd\0\002\0\0\0\010\0"    \
	    "\001@Bf\0\001@Bg\0\001@Bj\0\001@Bx\0@L5\nendstream\nendobj\n"     \
	    "startxref\n@Dx\n%%EOF\n"

/* Hybrid: object 5 is hidden in object stream 8, listed by stream 9. */
#define PDF_HYBRID                                                             \
	PDF_BODY PDF_STREAM                                                    \
	    "@Lj8 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length @N23 >>\n"     \
	    "stream\n@L25 0 << /Fields [] /DR << /Font << /VtSerif 7 0 R >> "  \
	    ">> "                                                              \
	    ">>@L3\nendstream\nendobj\n"                                       \
	    "@Lz9 0 obj\n<< /Type /XRef /W [1 4 1] /Size 10 /Index [5 1 8 2] " \
	    "/Length @N45 >>\nstream\n@L4"                                     \
	    "\002\0\0\0\010\0\001@Bj\0\001@Bz\0@L5\nendstream\nendobj\n"       \
	    "@Lxxref\n0 8\n0000000005 65535 f \n"                              \
	    "@Da 00000 n \n@Db 00000 n \n@Dc 00000 n \n@Dd 00000 n \n"         \
	    "0000000000 00000 f \n@Df 00000 n \n@Dg 00000 n \n"                \
	    "trailer\n<< /Size 10 /XRefStm @Dz " PDF_ROOT " >>\n"              \
	    "startxref\n@Dx\n%%EOF\n"

/* Linearized: the first page's section before the main one. */
#define PDF_LINEARIZED                                                         \
	"%PDF-1.4\n"                                                           \
	"@Lk8 0 obj\n<< /Linearized 1 /L 0 /H [0 0] /O 3 /E 0 /N 2 /T 0 >>\n"  \
	"endobj\n"                                                             \
	"@Lxxref\n3 2\n@Dc 00000 n \n@Dd 00000 n \n8 1\n@Dk 00000 n \n"        \
	"trailer\n<< /Size 9 /Prev @Dm " PDF_ROOT " >>\n"                      \
	"startxref\n0\n%%EOF\n"                                                \
	"@Lc3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 6 0 R >>\n"        \
	"endobj\n"                                                             \
	"@Ld4 0 obj\n<< /Type /Page /Parent 2 0 R /CropBox [10 10 99 99]\n"    \
	"/Rotate 0 >>\nendobj\n"                                               \
	"@La1 0 obj\n<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>\n"      \
	"endobj\n"                                                             \
	"@Lb2 0 obj\n<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2\n"           \
	"/MediaBox [0 0 595 842] /Rotate 90 >>\nendobj\n" PDF_FORM PDF_STREAM  \
	"@Lmxref\n0 3\n0000000000 65535 f \n"                                  \
	"@Da 00000 n \n@Db 00000 n \n5 3\n"                                    \
	"@De 00000 n \n@Df 00000 n \n@Dg 00000 n \n"                           \
	"trailer\n<< /Size 8 >>\nstartxref\n@Dx\n%%EOF\n"

static const struct pdf_sample {
	const char *name;
	const char *script;
	size_t n; /* scripts hold zero bytes */
} pdf_samples[] __attribute__((unused)) = {
	{ "table", PDF_TABLE, sizeof(PDF_TABLE) - 1 },
	{ "updated", PDF_UPDATED, sizeof(PDF_UPDATED) - 1 },
	{ "xref stream", PDF_XREF_STREAM, sizeof(PDF_XREF_STREAM) - 1 },
	{ "hybrid", PDF_HYBRID, sizeof(PDF_HYBRID) - 1 },
	{ "linearized", PDF_LINEARIZED, sizeof(PDF_LINEARIZED) - 1 },
};
#define PDF_SAMPLES (sizeof(pdf_samples) / sizeof(pdf_samples[0]))

#endif
