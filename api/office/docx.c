/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/docx.h"

#include "base/text.h"

static void
text(struct vt_buf *b, const char *s)
{
	struct vt_span in = vt_span_str(s);
	size_t at = 0;

	while (at < in.n) {
		int32_t c = vt_utf8_next(in, &at);

		if (c == '&')
			vt_buf_puts(b, "&amp;");
		else if (c == '<')
			vt_buf_puts(b, "&lt;");
		else if (c == '>')
			vt_buf_puts(b, "&gt;");
		else if (c < 0 || (c < 0x20 && c != '\t') || c == 0xfffe ||
			 c == 0xffff)
			vt_utf8_put(b, 0xfffd);
		else
			vt_utf8_put(b, (uint32_t)c);
	}
}

static void
run(struct vt_buf *b, const char *s, bool bold)
{
	vt_buf_puts(b, "<w:p><w:r><w:rPr><w:rFonts w:ascii=\"Times New Roman\" "
		       "w:hAnsi=\"Times New Roman\" w:cs=\"Times New "
		       "Roman\"/>");
	vt_buf_puts(b, bold ? "<w:b/>" : "");
	vt_buf_puts(b, "<w:sz w:val=\"20\"/></w:rPr>"
		       "<w:t xml:space=\"preserve\">");
	text(b, s);
	vt_buf_puts(b, "</w:t></w:r></w:p>");
}

void
vt_docx_row(struct vt_buf *body, bool begin)
{
	vt_buf_puts(body, begin ? "<w:tr>" : "</w:tr>");
}

void
vt_docx_cell(struct vt_buf *body, const char *s, bool heading)
{
	vt_buf_puts(body, "<w:tc>");
	run(body, s, heading);
	vt_buf_puts(body, "</w:tc>");
}

/* ---- the archive (APPNOTE 6.3, 4.3) ---- */

#define MEMBERS 3
#define NS      "http://schemas.openxmlformats.org/"
#define XML     "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

struct member {
	const char *name;
	struct vt_span data;
	uint32_t crc, at;
};

/* CRC-32 of ISO 3309, as archives have it. */
static uint32_t
crc32_of(struct vt_span s)
{
	uint32_t c = UINT32_MAX;

	for (size_t i = 0; i < s.n; i++) {
		c ^= s.p[i];
		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ ((c & 1) != 0 ? 0xedb88320U : 0);
	}
	return ~c;
}

static void
le(struct vt_buf *b, uint32_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vt_buf_putc(b, (uint8_t)(v >> 8 * i));
}

/* What local and central headers share: version 2.0, stored, 1980-01-01. */
static void
header(struct vt_buf *b, const struct member *m)
{
	le(b, 20, 2);
	le(b, 1U << 11, 2); /* names are UTF-8 */
	le(b, 0, 2);
	le(b, 0, 2);
	le(b, 1U << 5 | 1, 2);
	le(b, m->crc, 4);
	le(b, (uint32_t)m->data.n, 4);
	le(b, (uint32_t)m->data.n, 4);
	le(b, (uint32_t)strlen(m->name), 2);
	le(b, 0, 2);
}

static void
archive(struct member *m, struct vt_buf *b)
{
	size_t from = b->n, central;

	for (size_t i = 0; i < MEMBERS; i++) {
		m[i].crc = crc32_of(m[i].data);
		m[i].at = (uint32_t)(b->n - from);
		le(b, 0x04034b50, 4);
		header(b, &m[i]);
		vt_buf_puts(b, m[i].name);
		vt_buf_span(b, m[i].data);
	}
	central = b->n;
	for (size_t i = 0; i < MEMBERS; i++) {
		le(b, 0x02014b50, 4);
		le(b, 20, 2);
		header(b, &m[i]);
		le(b, 0, 2);
		le(b, 0, 2);
		le(b, 0, 2);
		le(b, 0, 4);
		le(b, m[i].at, 4);
		vt_buf_puts(b, m[i].name);
	}
	le(b, 0x06054b50, 4);
	le(b, 0, 4);
	le(b, MEMBERS, 2);
	le(b, MEMBERS, 2);
	le(b, (uint32_t)(b->n - central - 12), 4);
	le(b, (uint32_t)(central - from), 4);
	le(b, 0, 2);
}

int
vt_docx_finish(struct vt_span body, const char *below, struct vt_buf *ret,
    struct vt_err *reterr)
{
	static const char types[] =
	    XML "<Types xmlns=\"" NS "package/2006/content-types\">"
		"<Default Extension=\"rels\" ContentType=\"application/"
		"vnd.openxmlformats-package.relationships+xml\"/>"
		"<Override PartName=\"/word/document.xml\" ContentType=\""
		"application/vnd.openxmlformats-officedocument."
		"wordprocessingml.document.main+xml\"/></Types>";
	static const char rels[] =
	    XML "<Relationships xmlns=\"" NS "package/2006/relationships\">"
		"<Relationship Id=\"r1\" Type=\"" NS
		"officeDocument/2006/relationships/officeDocument\" "
		"Target=\"word/document.xml\"/></Relationships>";
	static const char head[] = XML
	    "<w:document xmlns:w=\"" NS "wordprocessingml/2006/main\"><w:body>"
	    "<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/><w:tblBorders>"
	    "<w:top w:val=\"single\" w:sz=\"4\"/>"
	    "<w:left w:val=\"single\" w:sz=\"4\"/>"
	    "<w:bottom w:val=\"single\" w:sz=\"4\"/>"
	    "<w:right w:val=\"single\" w:sz=\"4\"/>"
	    "<w:insideH w:val=\"single\" w:sz=\"4\"/>"
	    "<w:insideV w:val=\"single\" w:sz=\"4\"/>"
	    "</w:tblBorders></w:tblPr><w:tblGrid/>";
	/* A4, lying: lists have many columns. */
	static const char tail[] =
	    "<w:sectPr><w:pgSz w:w=\"16838\" w:h=\"11906\" "
	    "w:orient=\"landscape\"/></w:sectPr></w:body></w:document>";
	VT_BUF_AUTO(doc);
	struct member m[MEMBERS] = { { .name = "[Content_Types].xml",
					 .data = VT_SPAN_LIT(types) },
		{ .name = "_rels/.rels", .data = VT_SPAN_LIT(rels) },
		{ .name = "word/document.xml" } };
	int rc;

	vt_buf_puts(&doc, head);
	vt_buf_span(&doc, body);
	vt_buf_puts(&doc, "</w:tbl>");
	run(&doc, below, false);
	vt_buf_puts(&doc, tail);
	if ((rc = vt_buf_status(&doc, reterr)) != VT_OK)
		return rc;
	if (doc.n > UINT32_MAX / 2)
		return vt_err_set(reterr, VT_E_LIMIT, "document: too large");
	m[2].data = vt_buf_view(&doc);
	archive(m, ret);
	return vt_buf_status(ret, reterr);
}
