/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments: base64, the one-entry ZIP, what the content says; each way to
 * be wrong has its own finding, and the rest of the packet is read. */
#include <zlib.h>

#include "api/exchange/edxml/wire.h"
#include "tests/unit/api/edxml/paper.h"

/* ---- a ZIP with everything settable ---- */

struct zip {
	const char *name;
	struct vt_span content;
	uint16_t method, flags;
	uint32_t crc_off;              /* added to the right CRC */
	uint32_t size_off;             /* to the right size */
	bool descriptor, no_signature; /* of the descriptor */
	size_t entries;                /* 1, or more */
	size_t counted;                /* by the end record; 0 = entries */
	const char *tail;              /* behind the end */
	size_t cut;                    /* bytes taken off */
};

static void
le16(struct vt_buf *b, uint32_t v)
{
	vt_buf_putc(b, (uint8_t)v);
	vt_buf_putc(b, (uint8_t)(v >> 8));
}

static void
le32(struct vt_buf *b, uint32_t v)
{
	le16(b, v & 0xFFFF);
	le16(b, v >> 16);
}

static void
deflated(struct vt_span s, struct vt_buf *ret)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)s.p,
		.avail_in = (uInt)s.n };
	uint8_t out[4096];
	int rc = deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);

	VT_ASSERT(rc == Z_OK);
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = deflate(&z, Z_FINISH);
		vt_buf_put(ret, out, sizeof(out) - z.avail_out);
	} while (rc != Z_STREAM_END);
	VT_ASSERT(deflateEnd(&z) == Z_OK);
}

static void
numbers(const struct zip *z, size_t packed, bool zero, struct vt_buf *ret)
{
	uint32_t crc =
	    (uint32_t)crc32(0, z->content.p, (uInt)z->content.n) + z->crc_off;

	le32(ret, zero ? 0 : crc);
	le32(ret, zero ? 0 : (uint32_t)packed);
	le32(ret, zero ? 0 : (uint32_t)z->content.n + z->size_off);
}

static void
make_zip(const struct zip *z, struct vt_buf *ret)
{
	size_t n = strlen(z->name), central, at[4] = { 0 };
	struct vt_buf packed = VT_BUF_INIT;
	uint32_t flags = z->flags | (z->descriptor ? 8U : 0U);

	if (z->method == 8)
		deflated(z->content, &packed);
	else
		vt_buf_span(&packed, z->content);
	for (size_t i = 0; i < z->entries; i++) {
		at[i] = ret->n;
		vt_buf_puts(ret, "PK\3\4");
		le16(ret, 20), le16(ret, flags), le16(ret, z->method);
		le32(ret, 0);
		numbers(z, packed.n, z->descriptor, ret);
		le16(ret, (uint32_t)n), le16(ret, 0);
		vt_buf_put(ret, z->name, n);
		vt_buf_span(ret, vt_buf_view(&packed));
		if (z->descriptor && !z->no_signature)
			vt_buf_puts(ret, "PK\7\10");
		if (z->descriptor)
			numbers(z, packed.n, false, ret);
	}
	central = ret->n;
	for (size_t i = 0; i < z->entries; i++) {
		vt_buf_puts(ret, "PK\1\2");
		le16(ret, 20), le16(ret, 20), le16(ret, flags);
		le16(ret, z->method), le32(ret, 0);
		numbers(z, packed.n, false, ret);
		le16(ret, (uint32_t)n), le16(ret, 0), le16(ret, 0);
		le16(ret, 0), le16(ret, 0), le32(ret, 0);
		le32(ret, (uint32_t)at[i]);
		vt_buf_put(ret, z->name, n);
	}
	at[0] = ret->n - central;
	vt_buf_puts(ret, "PK\5\6");
	le16(ret, 0), le16(ret, 0);
	le16(ret, (uint32_t)(z->counted == 0 ? z->entries : z->counted));
	le16(ret, (uint32_t)(z->counted == 0 ? z->entries : z->counted));
	le32(ret, (uint32_t)at[0]), le32(ret, (uint32_t)central), le16(ret, 0);
	vt_buf_puts(ret, z->tail == NULL ? "" : z->tail);
	vt_buf_truncate(ret, ret->n - z->cut);
	vt_buf_free(&packed);
}

/* ---- packets with one attachment of given bytes ---- */

/* text: of ContentTransferEncoded. */
static void
packet_with(const char *name, const char *text, struct vt_buf *ret)
{
	struct paper p;

	paper_make(&p);
	p.d.n_attachments = 1;
	p.files[0].name = "@NAME@";
	vt_source_memory(&p.sources[0], VT_SPAN_LIT("x"));
	paper_write(&p.d, ret);
	/* "@NAME@" has no extension: it was wrapped */
	for (size_t i = 0; i + 3 < ret->n; i++)
		if (memcmp(ret->p + i, "UEsD", 4) == 0) {
			struct vt_buf out = VT_BUF_INIT;
			const uint8_t *lt = memchr(ret->p + i, '<', ret->n - i);

			vt_buf_put(&out, ret->p, i);
			vt_buf_puts(&out, text);
			vt_buf_put(&out, lt, (size_t)(ret->p + ret->n - lt));
			vt_buf_free(ret);
			*ret = out;
			break;
		}
	paper_edit(ret, "@NAME@", name);
}

static void
encode(struct vt_span s, struct vt_buf *ret)
{
	char *p = (char *)vt_buf_extend(ret, VT_BASE64_ROOM(s.n));

	VT_ASSERT(p != NULL && vt_wire_base64(p, s.p, s.n) == ret->n);
}

static struct vt_edxml *
read_bytes(const char *name, struct vt_span s, struct vt_buf *files)
{
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(b);

	encode(s, &text);
	packet_with(name, vt_buf_str(&text), &b);
	return paper_must(&b, files);
}

/* Reads a packet with these bytes; the finding, or none and this content. */
static void
expect(const char *what, const char *name, struct vt_span s,
    const char *finding, struct vt_span content)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const struct vt_edxml_attachment *a;
	VT_BUF_AUTO(files);

	x = read_bytes(name, s, &files);
	tap_need(x->document.n_attachments == 1, "%s: an attachment", what);
	a = &x->document.attachments[0];
	tap_eq_str(x->document.subject,
	    "V/v rà soát việc ký số văn bản điện tử", "%s: the header is there",
	    what);
	if (finding != NULL) {
		tap_ok(paper_found(x, finding), "%s: %s", what, finding);
		tap_ok(!a->present, "%s: nothing is handed on as whole", what);
		tap_ok(vt_edxml_refusal(x) != NULL, "%s: refused", what);
	} else {
		tap_ok(a->present && a->size == content.n &&
			   memcmp(files.p + a->at, content.p, content.n) == 0,
		    "%s: its bytes", what);
	}
	if (finding == NULL ? x->n_findings > 0 : !paper_found(x, finding))
		paper_print_findings(x);
}

static void
zip_case(const char *what, const struct zip *z, const char *finding)
{
	VT_BUF_AUTO(b);

	make_zip(z, &b);
	expect(what, "phu-luc.txt", vt_buf_view(&b), finding, z->content);
}

#define Z                                                                      \
	.name = "0b6d2f0c-7a55-4b7c-9b0e-2f6a1c3d4e5f.txt", .method = 8,       \
	.entries = 1, .content = VT_SPAN_LIT("a file that is wrapped")

static void
test_wrapper(void)
{
	zip_case("deflated, sizes in front", &(struct zip){ Z }, NULL);
	zip_case("deflated, sizes behind",
	    &(struct zip){ Z, .descriptor = true }, NULL);
	zip_case("sizes behind without signature",
	    &(struct zip){ Z, .descriptor = true, .no_signature = true }, NULL);
	zip_case("stored",
	    &(struct zip){ .name = "a.txt",
		.entries = 1,
		.content = VT_SPAN_LIT("stored") },
	    NULL);
	zip_case("another method",
	    &(struct zip){ .name = "a.txt",
		.method = 12,
		.entries = 1,
		.content = VT_SPAN_LIT("?") },
	    "wrapper-form");
	zip_case(
	    "encrypted", &(struct zip){ Z, .flags = 1 }, "wrapper-encrypted");
	zip_case("strongly encrypted", &(struct zip){ Z, .flags = 0x41 },
	    "wrapper-encrypted");
	zip_case("a wrong checksum", &(struct zip){ Z, .crc_off = 1 },
	    "wrapper-checksum");
	zip_case("a wrong checksum behind",
	    &(struct zip){ Z, .crc_off = 1, .descriptor = true },
	    "wrapper-checksum");
	zip_case(
	    "a wrong size", &(struct zip){ Z, .size_off = 1 }, "wrapper-form");
	zip_case("cut", &(struct zip){ Z, .cut = 1 }, "wrapper-form");
	zip_case(
	    "cut in the entry", &(struct zip){ Z, .cut = 120 }, "wrapper-form");
	zip_case("bytes behind its end", &(struct zip){ Z, .tail = "x" },
	    "wrapper-form");
	zip_case("an end that counts two", &(struct zip){ Z, .counted = 2 },
	    "wrapper-entries");
}

static void
test_two_entries(void)
{
	struct zip z = { Z };

	z.entries = 2;
	zip_case("two entries", &z, "wrapper-entries");
	z.descriptor = true;
	zip_case("two entries, sizes behind", &z, "wrapper-entries");
	z.name = "";
	z.content = VT_SPAN_LIT("");
	z.method = 0;
	z.descriptor = false;
	zip_case("two empty entries", &z, "wrapper-entries");
	z.entries = 1;
	zip_case("an empty entry", &z, "attachment-empty");
}

static void
test_names(void)
{
	static const char *const strays[] = { "../../etc/passwd", "/etc/passwd",
		"..\\a.txt", "C:\\a.txt", "a/../../b.txt" };

	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		struct zip z = { Z };
		VT_BUF_AUTO(b);

		z.name = strays[i];
		make_zip(&z, &b);
		x = read_bytes("phu-luc.txt", vt_buf_view(&b), NULL);
		tap_ok(paper_found(x, "wrapper-name"), "\"%s\" is noted",
		    strays[i]);
		tap_ok(x->document.attachments[0].present &&
			   vt_edxml_refusal(x) == NULL,
		    "and ignored");
		tap_eq_str(x->document.attachments[0].name, "phu-luc.txt",
		    "the attachment's name stays");
	}
}

static void
test_bomb(void)
{
	static uint8_t zeros[52428801];
	struct zip z = { Z };

	z.content = VT_SPAN(zeros, 1 << 20);
	zip_case("a bomb", &z, "wrapper-ratio");
	z.content = VT_SPAN(zeros, 65536);
	zip_case("64 KB of nothing are no bomb", &z, NULL);
	z.descriptor = true;
	z.content = VT_SPAN(zeros, 1 << 20);
	zip_case("a bomb that states no size", &z, "wrapper-ratio");
	z = (struct zip){ Z };
	z.method = 0;
	z.content = VT_SPAN(zeros, sizeof(zeros));
	zip_case("one byte beyond 50 MB", &z, "attachment-too-large");
	z.content = VT_SPAN(zeros, sizeof(zeros) - 1);
	zip_case("50 MB", &z, NULL);
}

/* The ratio at its edge: noise, then as many zeros as may follow it. */
static void
test_ratio(void)
{
	static uint8_t content[2 << 20];
	struct zip z = { Z };
	size_t low = 5000, high = sizeof(content);
	uint32_t noise = 1;

	for (size_t i = 0; i < low; i++) {
		noise = noise * 1664525 + 1013904223;
		content[i] = (uint8_t)(noise >> 24);
	}
	while (low + 1 < high) { /* low is taken, high is not */
		size_t middle = (low + high) / 2;
		VT_BUF_AUTO(packed);

		deflated(VT_SPAN(content, middle), &packed);
		if (middle / 200 > packed.n)
			high = middle;
		else
			low = middle;
	}
	tap_ok(low > 1000000, "%zu bytes are 200 times what they pack to", low);
	z.content = VT_SPAN(content, low);
	zip_case("of the largest ratio", &z, NULL);
	z.content = VT_SPAN(content, high);
	zip_case("one byte more", &z, "wrapper-ratio");
}

/* ---- archives that are no wrapper ---- */

static void
test_containers(void)
{
	struct zip inner = { Z };
	VT_BUF_AUTO(zip);

	inner.name = "[Content_Types].xml";
	make_zip(&inner, &zip);
	expect("docx", "a.docx", vt_buf_view(&zip), NULL, vt_buf_view(&zip));
	expect("xlsx as it is", "a.XLSX", vt_buf_view(&zip), NULL,
	    vt_buf_view(&zip));
	expect("zip", "a.zip", vt_buf_view(&zip), NULL, vt_buf_view(&zip));
	expect("asice", "a.asice", vt_buf_view(&zip), NULL, vt_buf_view(&zip));
	inner.entries = 2;
	vt_buf_reset(&zip);
	make_zip(&inner, &zip);
	expect("xlsx of several entries", "a.xlsx", vt_buf_view(&zip), NULL,
	    vt_buf_view(&zip));
}

/* A docx that is called doc, as it is: stated so, no wrapper. */
static void
test_renamed(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct zip inner = { Z };
	struct paper p;
	VT_BUF_AUTO(docx);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);

	inner.name = "[Content_Types].xml";
	inner.entries = 2;
	make_zip(&inner, &docx);
	paper_make(&p);
	vt_source_memory(&p.sources[0], vt_buf_view(&docx));
	p.files[0].name = "a.doc";
	/* and one that would be taken for wrapped: it is wrapped */
	inner.name = "other.pdf";
	make_zip(&inner, &files);
	vt_source_memory(&p.sources[1], vt_buf_view(&files));
	p.files[1].name = "a.pdf";
	paper_write(&p.d, &b);
	vt_buf_reset(&files);
	x = paper_must(&b, &files);
	tap_ok(!x->document.attachments[0].wrapped &&
		   x->document.attachments[0].present &&
		   x->document.attachments[0].size == docx.n,
	    "a docx called doc is handed on as it is");
	tap_ok(
	    x->document.attachments[1].wrapped &&
		x->document.attachments[1].present &&
		memcmp(files.p + x->document.attachments[1].at, "PK", 2) == 0,
	    "an archive called pdf comes back as it was");
	tap_ok(paper_found(x, "attachment-type") && vt_edxml_refusal(x) == NULL,
	    "with a warning");
}

/* The SDK's slip: xlsx is not in its list, so it is wrapped. */
static void
test_wrapped_xlsx(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct zip inner = { Z };
	struct paper p;
	VT_BUF_AUTO(xlsx);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);

	inner.name = "[Content_Types].xml";
	make_zip(&inner, &xlsx);
	paper_make(&p);
	vt_source_memory(&p.sources[1], vt_buf_view(&xlsx));
	p.files[1].name = "bang.xlsx";
	paper_write(&p.d, &b);
	x = paper_must(&b, &files);
	tap_ok(x->document.attachments[1].wrapped,
	    "an xlsx in the SDK's wrapper is taken out");
	tap_ok(x->document.attachments[1].size == xlsx.n &&
		   memcmp(files.p + x->document.attachments[1].at, xlsx.p,
		       xlsx.n) == 0,
	    "and is what it was");
	tap_eq_str(x->document.attachments[1].media_type,
	    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	    "and called so");
}

/* Gateways label a zipped PDF application/pdf. */
static void
test_wrapped_pdf(void)
{
	struct zip z = { Z };
	VT_BUF_AUTO(b);

	z.name = "7091b48b-9e89-4b11-bdb8-4265d0200f0e.pdf";
	z.content = VT_SPAN_LIT(PAPER_PDF);
	z.descriptor = true;
	make_zip(&z, &b);
	expect("a zipped PDF", "a.pdf", vt_buf_view(&b), NULL, z.content);
}

/* Stated to be a PDF, called so, and an archive: the wrapper, whatever its
 * entry is called. */
static void
test_named_otherwise(void)
{
	static const struct {
		const char *entry;
		size_t entries;
		bool taken;
	} rows[] = { { "content", 1, true }, { "van-ban.bin", 1, true },
		{ "../../etc/van-ban", 1, true }, { "content", 2, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		struct zip z = { Z };
		VT_BUF_AUTO(zip);
		VT_BUF_AUTO(text);
		VT_BUF_AUTO(b);
		VT_BUF_AUTO(files);

		z.name = rows[i].entry;
		z.entries = rows[i].entries;
		z.content = VT_SPAN_LIT(PAPER_PDF);
		make_zip(&z, &zip);
		encode(vt_buf_view(&zip), &text);
		packet_with("a.pdf", vt_buf_str(&text), &b);
		while (memmem(b.p, b.n, "application/zip", 15) != NULL)
			paper_edit(&b, "application/zip", "application/pdf");
		x = paper_must(&b, &files);
		tap_ok(x->document.attachments[0].present == rows[i].taken,
		    "%zu entries called \"%s\"", z.entries, z.name);
		tap_ok(rows[i].taken
			   ? x->document.attachments[0].size == z.content.n
			   : paper_found(x, "wrapper-entries") &&
				 vt_edxml_refusal(x) != NULL,
		    "%s", rows[i].taken ? "taken out" : "refused");
	}
}

/* ---- base64 ---- */

static void
text_case(const char *what, const char *text, const char *want)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const struct vt_edxml_attachment *a;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);

	packet_with("a.txt", text, &b);
	x = paper_must(&b, &files);
	a = &x->document.attachments[0];
	if (want == NULL)
		tap_ok(paper_found(x, "attachment-base64") && !a->present,
		    "%s: refused", what);
	else
		tap_ok(a->present && a->size == strlen(want) &&
			   memcmp(files.p + a->at, want, a->size) == 0,
		    "%s: taken", what);
}

static void
test_base64(void)
{
	text_case("plain", "YW55IGJ5dGVz", "any bytes");
	text_case("one =", "YW55IGJ5dGU=", "any byte");
	text_case("two =", "YW55IGJ5dA==", "any byt");
	text_case("lines", "YW55\r\n  IGJ5\tdG\nVz\r\n", "any bytes");
	text_case("white space in the padding", "YW55IGJ5dA= \n =", "any byt");
	text_case("as references", "YW55IGJ5dA&#61;&#x3d;", "any byt");
	text_case("in CDATA", "<![CDATA[YW55IGJ5]]>dGVz", "any bytes");
	text_case("a comment inside", "YW55<!-- x -->IGJ5dGVz", "any bytes");
	text_case("bits left over", "YW55IGJ5dB==", "any byt");
	text_case("cut by one", "YW55IGJ5dGV", NULL);
	text_case("cut by two", "YW55IGJ5dG", NULL);
	text_case("cut by three", "YW55IGJ5d", NULL);
	text_case("padding is short", "YW55IGJ5dA=", NULL);
	text_case("padding is long", "YW55IGJ5dA===", NULL);
	text_case("padding in front", "=YW55", NULL);
	text_case("more behind the padding", "YW55IGJ5dA==YW55", NULL);
	text_case("URL alphabet", "YW55-GJ5", NULL);
	text_case("a character that is none", "YW55*GJ5", NULL);
	text_case("not even ASCII", "YW5\xE1\xBA\xA1", NULL);
}

/* However it is cut, and against a plain encoder. */
static void
test_base64_pieces(void)
{
	bool good = true;

	for (size_t n = 0; n < 200 && good; n++) {
		uint8_t in[200], out[256];
		char text[300];
		size_t len, got;

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)(i * 37 + n);
		len = vt_wire_base64(text, in, n);
		for (size_t step = 1; step < 9; step++) {
			struct vt_unbase64 u = { 0 };

			got = 0;
			for (size_t at = 0; at < len; at += step)
				got += vt_unbase64_put(&u, out + got,
				    (uint8_t *)text + at,
				    len - at < step ? len - at : step);
			good = good && got == n && vt_unbase64_end(&u) &&
			       memcmp(in, out, n) == 0;
		}
	}
	tap_ok(good, "base64 in pieces of any size comes back");
}

/* ---- content ---- */

static void
test_ruined(void)
{
	static const char sound[] =
	    "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj <</Length 9>> stream\n"
	    "\x78\x9C\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\x80\n";
	static const char ruined[] =
	    "%PDF-1.4\n%\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n"
	    "1 0 obj <</Length 9>> stream\nx\xEF\xBF\xBD\x03\n";
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_BUF_AUTO(why);

	expect("a sound PDF that has EF BF BD in a stream", "a.pdf",
	    VT_SPAN_LIT(sound), NULL, VT_SPAN_LIT(sound));
	expect("a ruined PDF", "a.pdf", VT_SPAN_LIT(ruined), "pdf-corrupted",
	    VT_SPAN(NULL, 0));
	x = read_bytes("128.pdf", VT_SPAN_LIT(ruined), NULL);
	vt_edxml_reason(x, true, &why);
	tap_eq_str(vt_buf_str(&why),
	    "Tệp PDF đã bị hỏng khi chuyển mã văn bản (chuỗi EF BF BD), không "
	    "thể khôi phục; đề nghị gửi lại tệp gốc (128.pdf)",
	    "the reason that goes back with status 02");
}

static void
test_empty(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *z = NULL;
	struct paper p;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(none);

	packet_with("a.txt", " \n", &b);
	x = paper_must(&b, NULL);
	tap_ok(paper_found(x, "attachment-empty"), "no bytes at all");
	paper_make(&p);
	p.d.n_attachments = 0;
	paper_write(&p.d, &none);
	y = paper_must(&none, NULL);
	tap_ok(
	    paper_found(y, "attachment-missing") && vt_edxml_refusal(y) != NULL,
	    "a new paper without attachments is refused");
	paper_edit(&none, "BussinessDocType>0<", "BussinessDocType>1<");
	z = paper_must(&none, NULL);
	tap_ok(paper_found(z, "no-attachment") && vt_edxml_refusal(z) == NULL,
	    "a revocation is not");
}

static void
test_many(void)
{
	static const char one[] =
	    "<Attachment><ContentId>cid:%zu</ContentId><AttachmentName>%zu.txt"
	    "</AttachmentName><ContentTransferEncoded>YQ=="
	    "</ContentTransferEncoded></Attachment>";
	struct paper p;

	for (size_t n = 50; n <= 51; n++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		VT_BUF_AUTO(all);
		VT_BUF_AUTO(b);

		vt_buf_puts(&all, "<AttachmentEncoded>");
		for (size_t i = 0; i < n; i++)
			vt_buf_printf(&all, one, i, i);
		vt_buf_puts(&all, "</AttachmentEncoded></edXML>");
		paper_make(&p);
		p.d.n_attachments = 0;
		paper_write(&p.d, &b);
		paper_edit(&b, "</edXML>", vt_buf_str(&all));
		x = paper_must(&b, NULL);
		tap_eq_int(x->document.n_attachments, 50, "%zu attachments", n);
		tap_ok(x->broken == (n > 50) &&
			   paper_found(x, "packet-limit") == (n > 50),
		    "50 are the limit");
	}
}

int
main(void)
{
	tap_need(vt_base_init(NULL) == VT_OK, "base");
	test_wrapper();
	test_two_entries();
	test_names();
	test_bomb();
	test_ratio();
	test_containers();
	test_renamed();
	test_wrapped_xlsx();
	test_wrapped_pdf();
	test_named_otherwise();
	test_base64();
	test_base64_pieces();
	test_ruined();
	test_empty();
	test_many();
	return tap_done();
}
