/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Older forms that are still sent: the SOAP envelope alone and as a MIME
 * message, the status in a SOAP header, the e-doc.vn namespace. */
#include "tests/unit/api/edxml/paper.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

static const char soap_head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"" SOAP "\" xmlns:edXML=\"" SOAP
    "\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">"
    "<SOAP-ENV:Header><edXML:MessageHeader>"
    "<edXML:From><edXML:OrganId>000.00.07.H99</edXML:OrganId>"
    "<edXML:OrganName>Sở Mẫu</edXML:OrganName></edXML:From>"
    "<edXML:To><edXML:OrganId>000.00.31.H99</edXML:OrganId></edXML:To>"
    "<edXML:Code><edXML:CodeNumber>7</edXML:CodeNumber>"
    "<edXML:CodeNotation>SM-VP</edXML:CodeNotation></edXML:Code>"
    "<edXML:PromulgationInfo><edXML:Place>Mẫu</edXML:Place>"
    "<edXML:PromulgationDate>02/03/2026</edXML:PromulgationDate>"
    "</edXML:PromulgationInfo>"
    "<edXML:DocumentType><edXML:Type>2</edXML:Type>"
    "<edXML:TypeName>Công văn</edXML:TypeName></edXML:DocumentType>"
    "<edXML:Subject>V/v mẫu</edXML:Subject>"
    "<edXML:SignerInfo><edXML:Function>GIÁM ĐỐC</edXML:Function>"
    "<edXML:FullName>Lê Ví Dụ</edXML:FullName></edXML:SignerInfo>"
    "<edXML:DocumentId>000.00.07.H99,2026/03/02,7/SM-VP</edXML:DocumentId>"
    "</edXML:MessageHeader>"
    "<edXML:TraceHeaderList><edXML:TraceHeader>"
    "<edXML:OrganId>000.00.07.H99</edXML:OrganId>"
    "<edXML:Timestamp>02/03/2026 08:15:30</edXML:Timestamp>"
    "</edXML:TraceHeader><edXML:Business>"
    "<edXML:BusinessDocType>0</edXML:BusinessDocType>"
    "</edXML:Business></edXML:TraceHeaderList></SOAP-ENV:Header>"
    "<SOAP-ENV:Body><edXML:Manifest edXML:version=\"1.0\">"
    "<edXML:Reference xlink:href=\"cid:goc@mau\" xlink:role=\"XLinkRole\" "
    "xlink:type=\"simple\"><edXML:AttachmentName>7.pdf"
    "</edXML:AttachmentName><edXML:Description>Văn bản</edXML:Description>"
    "</edXML:Reference></edXML:Manifest></SOAP-ENV:Body>"
    "</SOAP-ENV:Envelope>";

static void
put_mime(struct vt_buf *b, const char *nl, bool top)
{
	if (top)
		vt_buf_printf(b,
		    "MIME-Version: 1.0%sContent-Type: multipart/related;%s\t"
		    "boundary=\"--=_Mau\"; type=text/xml%s%s",
		    nl, nl, nl, nl);
	vt_buf_printf(b, "----=_Mau%sContent-Type: text/xml%s%s", nl, nl, nl);
	vt_buf_puts(b, soap_head);
	vt_buf_printf(b,
	    "%s----=_Mau%sContent-Type: application/pdf; name=\"7.pdf\"%s"
	    "Content-Transfer-Encoding: BASE64%sContent-ID: <goc@mau>%s%s",
	    nl, nl, nl, nl, nl, nl);
	vt_buf_printf(b, "JVBERi0xLjcK%s", nl);
	vt_buf_puts(b, "JSVFT0YK");
	vt_buf_printf(b,
	    "%s----=_Mau%sContent-Type: text/plain%s"
	    "Content-Disposition: attachment; filename=ghi-chu.txt%s%s",
	    nl, nl, nl, nl, nl);
	vt_buf_printf(b, "ghi ch\xC3\xBA%s--x%s----=_Mau--%s", nl, nl, nl);
}

static void
check_soap(const struct vt_edxml *x)
{
	const struct vt_edxml_document *d = &x->document;

	tap_eq_int(x->dialect, VT_EDXML_SOAP, "the SOAP form");
	tap_ok(paper_found(x, "old-dialect"), "is noted");
	tap_eq_str(d->from.id, "000.00.07.H99", "From");
	tap_ok(d->promulgated.year == 2026 && d->promulgated.day == 2,
	    "dd/MM/yyyy");
	tap_eq_str(d->signer_position, "GIÁM ĐỐC", "Function");
	tap_eq_int(d->hops[0].at.at, VT_TIME_S(1772414130), "a moment");
	tap_eq_int(d->business, VT_EDXML_NEW, "Business");
}

static void
test_soap(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_edxml_reading strict = { .no_old_dialects = true };
	struct vt_err err = VT_ERR_INIT;
	struct vt_source s;
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, soap_head);
	x = paper_must(&b, NULL);
	check_soap(x);
	tap_ok(paper_found(x, "attachment-missing") &&
		   paper_found(x, "reference-without-attachment"),
	    "alone it has lost its attachment");
	vt_source_memory(&s, vt_buf_view(&b));
	vt_edxml_free(x);
	x = NULL;
	tap_code(vt_edxml_read(&s, &strict, &x, &err), VT_E_UNSUPPORTED, &err,
	    "the switch refuses it");
}

static void
test_mime(const char *nl, bool top, const char *what)
{
	struct vt_edxml_reading strict = { .no_old_dialects = true };
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const struct vt_edxml_attachment *a;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source s;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);
	VT_BUF_AUTO(want);

	put_mime(&b, nl, top);
	x = paper_must(&b, &files);
	check_soap(x);
	tap_need(x->document.n_attachments == 2, "%s: two files", what);
	a = x->document.attachments;
	tap_ok(a[0].present && a[0].size == 15 &&
		   memcmp(files.p + a[0].at, "%PDF-1.7\n%%EOF\n", 15) == 0,
	    "%s: the PDF", what);
	tap_eq_str(a[0].name, "7.pdf", "its name");
	tap_eq_str(a[0].description, "Văn bản", "and description");
	tap_ok(a[0].referenced, "the manifest names it, by xlink:href");
	vt_buf_printf(&want, "ghi ch\xC3\xBA%s--x", nl);
	tap_ok(a[1].present && a[1].size == want.n &&
		   memcmp(files.p + a[1].at, want.p, want.n) == 0,
	    "%s: a part that is not encoded", what);
	tap_eq_str(a[1].name, "ghi-chu.txt", "its name");
	tap_ok(vt_edxml_refusal(x) == NULL, "%s: acceptable", what);
	vt_source_memory(&s, vt_buf_view(&b));
	vt_edxml_free(x);
	x = NULL;
	tap_code(vt_edxml_read(&s, &strict, &x, &err), VT_E_UNSUPPORTED, &err,
	    "%s: the switch refuses it", what);
}

static void
test_mime_cut(void)
{
	struct vt_err err = VT_ERR_INIT;
	size_t whole = 0;
	VT_BUF_AUTO(b);

	put_mime(&b, "\r\n", true);
	for (size_t n = 0; n < b.n - 4; n++) {
		struct vt_edxml *x = NULL;
		struct vt_buf part = { .p = b.p, .n = n };

		if (paper_read(&part, NULL, &x, &err) == VT_OK)
			whole += !x->broken;
		vt_edxml_free(x);
	}
	tap_eq_int(whole, 0, "a message that is cut anywhere is never whole");
}

/* The envelope breaks off inside an attachment; others follow. */
static void
test_mime_open(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	put_mime(&b, "\n", true);
	paper_edit(&b, "</SOAP-ENV:Body></SOAP-ENV:Envelope>",
	    "</SOAP-ENV:Body><edXML:AttachmentEncoded><edXML:Attachment>"
	    "<edXML:ContentTransferEncoded>AAA");
	tap_call(paper_read(&b, NULL, &x, &err), &err, "an open envelope");
	tap_ok(x->broken && paper_found(x, "packet-broken"), "is broken");
}

static void
test_status(void)
{
	static const char status[] =
	    "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"" SOAP "\" xmlns:edXML=\"" SOAP
	    "\"><SOAP-ENV:Header><edXML:Status>"
	    "<edXML:ResponseFor><edXML:OrganId>000.00.07.H99</edXML:OrganId>"
	    "<edXML:Code>7/SM-VP</edXML:Code>"
	    "<edXML:PromulgationDate>02/03/2026</edXML:PromulgationDate>"
	    "<edXML:DocumentId>id</edXML:DocumentId></edXML:ResponseFor>"
	    "<edXML:From><edXML:OrganId>000.00.31.H99</edXML:OrganId>"
	    "</edXML:From><edXML:StatusCode>02</edXML:StatusCode>"
	    "<edXML:Description>Sai nơi nhận</edXML:Description>"
	    "<edXML:TimeStamp>02/03/2026 08:15:30</edXML:TimeStamp>"
	    "<edXML:StaffInfo><edXML:Department>VP</edXML:Department>"
	    "<edXML:Staff>Lê</edXML:Staff></edXML:StaffInfo>"
	    "</edXML:Status></SOAP-ENV:Header><SOAP-ENV:Body/>"
	    "</SOAP-ENV:Envelope>";
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, status);
	x = paper_must(&b, NULL);
	tap_eq_int(x->kind, VT_EDXML_STATUS, "the old status");
	tap_eq_int(x->status.code, 2, "its code");
	tap_eq_str(x->status.from.id, "000.00.31.H99", "who reports");
	tap_eq_str(x->status.of.document_id, "id", "of what");
	tap_ok(x->status.of.promulgated.year == 2026, "its date");
	tap_eq_str(x->status.description, "Sai nơi nhận", "why");
	tap_eq_int(x->status.at.at, VT_TIME_S(1772414130), "when");
	tap_eq_str(x->status.staff.staff, "Lê", "by whom");
	tap_ok(vt_edxml_refusal(x) == NULL, "it is taken");
}

static void
test_edoc(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct paper p;
	VT_BUF_AUTO(letter);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);
	VT_BUF_AUTO(again);

	paper_make(&p);
	paper_write(&p.d, &letter);
	vt_buf_span(&b, vt_buf_view(&letter));
	paper_edit(&b, VT_EDXML_NS, "http://www.e-doc.vn/Schema/");
	x = paper_must(&b, &files);
	tap_eq_int(x->dialect, VT_EDXML_EDOC, "the e-doc.vn namespace");
	tap_ok(x->n_findings == 1 && paper_found(x, "old-dialect"),
	    "is noted, and nothing else");
	tap_need(x->document.n_attachments == 2 &&
		     x->document.attachments[0].present &&
		     x->document.attachments[1].present,
	    "all is there");
	for (size_t i = 0; i < 2; i++) {
		struct vt_edxml_attachment *f = &x->document.attachments[i];

		vt_source_memory(
		    &p.sources[i], VT_SPAN(files.p + f->at, (size_t)f->size));
		f->source = &p.sources[i];
	}
	paper_write(&x->document, &again);
	tap_ok(vt_span_eq(vt_buf_view(&letter), vt_buf_view(&again)),
	    "written again it is the letter, in the current form");
}

static void
test_wrapped_edoc(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct paper p;
	VT_BUF_AUTO(b);

	paper_make(&p);
	paper_write(&p.d, &b);
	paper_edit(&b, "<edXML xmlns=",
	    "<S:Envelope xmlns:S=\"" SOAP "\"><S:Body>"
	    "<e:SendDocument xmlns:e=\"http://www.e-doc.vn/Schema/\">"
	    "<edXML xmlns=");
	paper_edit(
	    &b, "</edXML>", "</edXML></e:SendDocument></S:Body></S:Envelope>");
	x = paper_must(&b, NULL);
	tap_ok(x->document.n_attachments == 2 && x->document.n_to == 2,
	    "a packet inside a SOAP call");
}

int
main(void)
{
	tap_need(vt_base_init(NULL) == VT_OK, "base");
	test_soap();
	test_mime("\r\n", true, "MIME");
	test_mime("\n", true, "MIME with bare LF");
	test_mime("\r\n", false, "parts without a head");
	test_mime_cut();
	test_mime_open();
	test_status();
	test_edoc();
	test_wrapped_edoc();
	return tap_done();
}
