/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader: every element back, every dialect and quirk that is met, and
 * what it says of each. */
#include <libxml/c14n.h>

#include "base/cbor.h"
#include "base/json_out.h"
#include "tests/unit/api/edxml/paper.h"

/* Canonical XML 1.0; *ret owned by libxml2. */
static int
canonical(const struct vt_buf *b, xmlChar **ret)
{
	xmlDocPtr doc = xmlReadMemory((const char *)b->p, (int)b->n, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_HUGE);
	int n = doc == NULL ? -1
			    : xmlC14NDocDumpMemory(
				  doc, NULL, XML_C14N_1_0, NULL, 0, ret);

	xmlFreeDoc(doc);
	return n;
}

static void
same_canonical(const struct vt_buf *a, const struct vt_buf *b, const char *what)
{
	xmlChar *x = NULL, *y = NULL;
	int n = canonical(a, &x), m = canonical(b, &y);

	tap_ok(n > 0 && n == m && memcmp(x, y, (size_t)n) == 0, "%s", what);
	xmlFree(x);
	xmlFree(y);
}

/* Writes what was read once more. */
static void
write_again(struct vt_edxml *x, const struct vt_buf *files, struct vt_buf *ret)
{
	struct vt_edxml_document *d = &x->document;
	static struct vt_source sources[8];

	for (size_t i = 0; i < d->n_attachments; i++) {
		struct vt_edxml_attachment *a = &d->attachments[i];

		tap_need(a->present && a->at + a->size <= files->n && i < 8,
		    "attachment %zu is there", i);
		vt_source_memory(
		    &sources[i], VT_SPAN(files->p + a->at, (size_t)a->size));
		a->source = &sources[i];
	}
	paper_write(d, ret);
}

static void
goes_round(const struct vt_edxml_document *d, const char *what)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);
	VT_BUF_AUTO(again);
	VT_BUF_AUTO(cbor);
	VT_BUF_AUTO(cbor_again);

	paper_write(d, &b);
	x = paper_must(&b, &files);
	paper_print_findings(x);
	tap_eq_int(x->n_findings, 0, "%s: nothing to remark", what);
	vt_edxml_put(x, &cbor);
	tap_call(vt_edxml_get(vt_buf_view(&cbor), &y, &err), &err,
	    "%s: kept and taken out again", what);
	vt_edxml_put(y, &cbor_again);
	tap_ok(vt_span_eq(vt_buf_view(&cbor), vt_buf_view(&cbor_again)),
	    "%s: the same bytes are kept again", what);
	write_again(x, &files, &again);
	tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)),
	    "%s: written again it is the same", what);
	vt_buf_reset(&again);
	write_again(y, &files, &again);
	same_canonical(&b, &again, "the same from what was kept");
}

static void
test_round(void)
{
	struct paper p;
	struct vt_edxml_receiver receivers[2] = { { "H99.31", 0 },
		{ "H99.32", 1 } };
	const char *organs[2] = { "H99.31", "H99.33" };
	struct vt_edxml_replacement replaces[2] = {
		{ "H99.07,2026/01/05,3/SKHCN-CĐS", organs, 2 },
		{ "H99.07,2026/01/06,4/SKHCN-CĐS", NULL, 0 }
	};
	const char *tasks[2] = { "T1", "T2" };

	paper_make(&p);
	goes_round(&p.d, "a new paper");
	p.d.business = VT_EDXML_REVOKE;
	p.d.acts_on = p.d.document_id;
	goes_round(&p.d, "a revocation");
	p.d.business = VT_EDXML_UPDATE;
	p.d.info_document = 1;
	p.d.info_receiver = 1;
	p.d.receivers = receivers;
	p.d.n_receivers = 2;
	goes_round(&p.d, "an update");
	paper_make(&p);
	p.d.business = VT_EDXML_REPLACE;
	p.d.replaces = replaces;
	p.d.n_replaces = 2;
	p.d.reply_fors = "r";
	p.d.reference_codes = "000.00.19.H99-260105-0001";
	p.d.tasks = tasks;
	p.d.n_tasks = 2;
	p.d.application = "1";
	p.d.staff.department_id = "D1";
	p.d.staff.staff_id = "S1";
	p.d.paper = 1;
	goes_round(&p.d, "a replacement with everything");
}

static void
test_values(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const struct vt_edxml_document *d;
	struct paper p;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);

	paper_make(&p);
	paper_write(&p.d, &b);
	x = paper_must(&b, &files);
	d = &x->document;
	tap_eq_int(x->kind, VT_EDXML_DOCUMENT, "a document");
	tap_eq_int(x->dialect, VT_EDXML_QCVN_2016, "of the current form");
	tap_eq_str(d->from.id, "H99.07", "From/OrganId");
	tap_eq_str(d->from.website, "skhcn.example.vn", "From/Website");
	tap_eq_int(d->n_to, 2, "two addressees");
	tap_eq_str(d->to[1].id, "000.00.12.H99", "the second");
	tap_eq_str(d->code_notation, "SKHCN-CĐS", "CodeNotation");
	tap_ok(d->promulgated.year == 2026 && d->promulgated.month == 3 &&
		   d->promulgated.day == 2,
	    "PromulgationDate");
	tap_eq_str(d->promulgated.text, "2026/03/02", "as it stood");
	tap_eq_int(d->type_detail, 18, "TypeDetail");
	tap_eq_str(d->signer_position, "PHÓ GIÁM ĐỐC", "Position");
	tap_eq_str(d->answers[0].code, "45/UBND-VP", "ResponseFor/Code");
	tap_eq_int(d->hops[0].at.at, VT_TIME_S(1772414130),
	    "a moment without zone is Vietnam's");
	tap_eq_int(d->business, VT_EDXML_NEW, "BussinessDocType");
	tap_eq_str(d->staff.mobile, "84900000001", "StaffInfo/Mobile");
	tap_eq_int(d->n_attachments, 2, "two attachments");
	tap_ok(d->attachments[0].size == sizeof(PAPER_PDF) - 1 &&
		   memcmp(files.p + d->attachments[0].at, PAPER_PDF,
		       sizeof(PAPER_PDF) - 1) == 0,
	    "the PDF's bytes");
	tap_eq_str(d->attachments[0].media_type, "application/pdf",
	    "known by its content");
	tap_ok(!d->attachments[0].wrapped && d->attachments[1].wrapped,
	    "the text came wrapped");
	tap_ok(d->attachments[1].size == sizeof(PAPER_TXT) - 1 &&
		   memcmp(files.p + d->attachments[1].at, PAPER_TXT,
		       sizeof(PAPER_TXT) - 1) == 0,
	    "and is out of it");
	tap_eq_str(d->attachments[1].id, "6f1d8d1e-55a7-4a55-9a2b-0c8a6a1b0002",
	    "ids without cid:");
	tap_eq_str(d->attachments[1].content_type, "application/zip",
	    "the type that was stated");
}

static void
test_status(void)
{
	static const int codes[] = { 1, 2, 3, 4, 5, 6, 13, 15, 16, 7, 99 };
	struct vt_err err = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		struct vt_edxml_status s = paper_status();
		VT_BUF_AUTO(b);
		VT_BUF_AUTO(again);

		s.code = codes[i];
		tap_call(vt_edxml_write_status(&s, &b, &err), &err, "status %d",
		    codes[i]);
		x = paper_must(&b, NULL);
		tap_eq_int(x->kind, VT_EDXML_STATUS, "is read as one");
		tap_eq_int(x->status.code, codes[i], "with its code");
		tap_ok(paper_found(x, "status-code-unknown") ==
			   (codes[i] == 7 || codes[i] == 99),
		    "unknown codes are kept and noted");
		tap_ok(vt_edxml_refusal(x) == NULL, "none is refused");
		tap_call(vt_edxml_write_status(&x->status, &again, &err), &err,
		    "written again");
		tap_ok(vt_span_eq(vt_buf_view(&b), vt_buf_view(&again)),
		    "it is the same");
	}
}

/* ---- variants of the letter ---- */

struct variant {
	const char *what;
	const char *old, *new;
	const char *finding; /* that it gives, or NULL */
};

static void
check_variant(const struct variant *v, bool same, struct vt_edxml **ret)
{
	struct paper p;
	VT_BUF_AUTO(letter);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);
	VT_BUF_AUTO(again);

	paper_make(&p);
	paper_write(&p.d, &letter);
	vt_buf_span(&b, vt_buf_view(&letter));
	paper_edit(&b, v->old, v->new);
	*ret = paper_must(&b, &files);
	if (same) {
		(*ret)->document.signature = NULL; /* never sent on */
		write_again(*ret, &files, &again);
		same_canonical(&letter, &again, v->what);
	}
	if (v->finding == NULL)
		tap_ok(
		    (*ret)->n_findings == 0, "%s: nothing to remark", v->what);
	else
		tap_ok(paper_found(*ret, v->finding), "%s: %s", v->what,
		    v->finding);
	if (v->finding == NULL && (*ret)->n_findings > 0)
		paper_print_findings(*ret);
}

#define DATE_AT "PromulgationDate>2026/03/02<"
#define XMLDSIG                                                                \
	"<SignedInfo><SignatureMethod Algorithm=\"http://www.w3.org/2000/09/"  \
	"xmldsig#rsa-sha1\"/></SignedInfo><SignatureValue>AAAA"                \
	"</SignatureValue>"

/* The letter, written as others write it: written again by us it is the
 * letter, by canonical form. */
static const struct variant same[] = {
	{ "a byte-order mark", "<?xml", "\xEF\xBB\xBF<?xml", NULL },
	{ "white space in front", "<?xml", "\r\n <?xml", "leading-space" },
	{ "comments", "<edXML:Subject>", "<!-- c --><edXML:Subject>", NULL },
	{ "a comment inside a value", "rà soát việc", "rà <!-- c -->soát việc",
	    NULL },
	{ "CDATA", "V/v rà soát", "<![CDATA[V/v rà]]> soát", NULL },
	{ "CR LF", "\n", "\r\n", NULL },
	{ "no prefix", "edXML:", "", NULL },
	{ "Business with one s", "Bussiness", "Business", NULL },
	{ "an empty ResponseFor", "<edXML:SteeringType>",
	    "<edXML:ResponseFor/><edXML:SteeringType>", NULL },
	{ "Function for Position", "edXML:Position", "edXML:Function", NULL },
	{ "bare content ids of attachments", "<ContentId>cid:", "<ContentId>",
	    NULL },
	{ "bare content ids in the manifest",
	    "<edXML:ContentId>cid:", "<edXML:ContentId>", NULL },
	{ "content ids in capitals",
	    "<ContentId>cid:", "<ContentId>CID:", NULL },
	{ "attributes of the trace", "<edXML:TraceHeaderList>",
	    "<edXML:TraceHeaderList id=\"1\" version=\"1.0\" "
	    "mustUnderstand=\"1\" "
	    "actor=\"http://schemas.xmlsoap.org/soap/actor/next\">",
	    NULL },
	{ "an encoding that is stated wrongly", "encoding=\"UTF-8\"",
	    "encoding=\"utf-16\"", NULL },
	{ "xmldsig in the envelope", "<edXML:edXMLBody>",
	    "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">" XMLDSIG
	    "</Signature><edXML:edXMLBody>",
	    "packet-signature" },
	{ "xmldsig in the header", "</edXML:edXMLHeader>",
	    "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">" XMLDSIG
	    "</Signature></edXML:edXMLHeader>",
	    "packet-signature" },
	{ "a signature in the packet's own namespace", "</edXML:edXMLHeader>",
	    "<Signature>" XMLDSIG "</Signature></edXML:edXMLHeader>",
	    "packet-signature" },
	{ "an empty DigitalSignature", "</edXML:edXMLHeader>",
	    "<edXML:DigitalSignature/></edXML:edXMLHeader>",
	    "packet-signature" },
	{ "an unknown element", "<edXML:Subject>",
	    "<edXML:Colour>red</edXML:Colour><edXML:Subject>",
	    "unknown-element" },
	{ "an element of another namespace", "<edXML:Subject>",
	    "<Subject xmlns=\"urn:x\">no</Subject><edXML:Subject>",
	    "unknown-element" },
	{ "a second subject", "<edXML:Content>",
	    "<edXML:Subject>2</edXML:Subject><edXML:Content>",
	    "element-repeated" },
	{ "the manifest by xlink:href, as the .NET SDK writes it",
	    "<edXML:Reference>\n          "
	    "<edXML:ContentId>cid:6f1d8d1e-55a7-4a55-9a2b-0c8a6a1b0001",
	    "<edXML:Reference xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
	    "xlink:href=\"cid:6f1d8d1e-55a7-4a55-9a2b-0c8a6a1b0001\" "
	    "xlink:role=\"XLinkRole\" xlink:type=\"simple\">"
	    "<edXML:ContentId>cid:6f1d8d1e-55a7-4a55-9a2b-0c8a6a1b0001",
	    NULL },
};

/* Another letter. */
static const struct variant variants[] = {
	{ "another order", "<edXML:Subject>",
	    "<edXML:ApplicationType>2</edXML:ApplicationType><edXML:Subject>",
	    NULL },
	{ "a trace without sender",
	    "<edXML:OrganId>H99.07</edXML:OrganId>\n"
	    "          <edXML:Timestamp>",
	    "<edXML:Timestamp>", NULL },
	{ "an organ called null",
	    "<edXML:OrganId>H99.07</edXML:OrganId>\n"
	    "          <edXML:Timestamp>",
	    "<edXML:OrganId>null"
	    "</edXML:OrganId><edXML:Timestamp>",
	    NULL },
	{ "the sender called null",
	    "<edXML:From>\n          "
	    "<edXML:OrganId>H99.07",
	    "<edXML:From><edXML:OrganId>null", "sender-missing" },
	{ "an addressee twice", ">000.00.12.H99<", ">H99.31<",
	    "receiver-repeated" },
	{ "no subject", ">V/v rà soát việc ký số văn bản điện tử<", "> \n<",
	    "subject-missing" },
	{ "another DocumentId", ">H99.07,2026/03/02,128/SKHCN-CĐS<",
	    ">5e515fca-3627-4f2e-b517-7169acdc8bda<", "document-id-form" },
	{ "no number", ">128<", "><", "code-missing" },
	{ "a number with letters", "<edXML:Priority>1", "<edXML:Priority>x",
	    "value-not-number" },
	{ "a number too large", "<edXML:Priority>1", "<edXML:Priority>70000",
	    "value-not-number" },
	{ "a long agency code",
	    ">H99.31</edXML:OrganId>\n          "
	    "<edXML:OrganizationInCharge>",
	    ">H99.31.0123456789012345678901234567890</edXML:OrganId>"
	    "<edXML:OrganizationInCharge>",
	    "value-too-long" },
	{ "no such kind of business", "BussinessDocType>0<",
	    "BussinessDocType>9<", "business-unknown" },
	{ "no kind of business", "BussinessDocType>0<", "BussinessDocType><",
	    "business-missing" },
	{ "an impossible date", DATE_AT, "PromulgationDate>2026/02/30<",
	    "value-not-date" },
	{ "no date", DATE_AT, "PromulgationDate><", "date-missing" },
	{ "an id in the manifest that no attachment has",
	    "<edXML:AttachmentName>phu-luc.txt</edXML:AttachmentName>\n"
	    "        </edXML:Reference>",
	    "<edXML:AttachmentName>phu-luc.txt</edXML:AttachmentName>"
	    "</edXML:Reference><edXML:Reference><edXML:ContentId>cid:9"
	    "</edXML:ContentId></edXML:Reference>",
	    "reference-without-attachment" },
	{ "two attachments with one id", "8a6a1b0002</ContentId>",
	    "8a6a1b0001</ContentId>", "attachment-id-repeated" },
	{ "a name that lies", "phu-luc.txt", "phu-luc.pdf", "attachment-type" },
};

static void
test_variant(const struct variant *v, bool is_same)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;

	check_variant(v, is_same, &x);
	tap_ok(!x->broken && x->document.n_attachments == 2 &&
		   x->document.attachments[0].present &&
		   x->document.attachments[1].present,
	    "%s: all attachments are there", v->what);
	tap_ok((vt_edxml_refusal(x) != NULL) ==
		   (v->finding != NULL &&
		       strcmp(v->finding, "sender-missing") == 0),
	    "%s: refused only without a sender", v->what);
}

static void
test_variants(void)
{
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		test_variant(&same[i], true);
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		test_variant(&variants[i], false);
}

/* The header's elements in the order that the standard's XSD and others have
 * (vietnam.md 2.2): the last first. */
static void
test_order(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	static const char open[] = "<edXML:MessageHeader>",
			  close[] = "</edXML:MessageHeader>";
	const char *at[64], *from, *to;
	struct paper p;
	size_t n = 0;
	VT_BUF_AUTO(letter);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(files);
	VT_BUF_AUTO(again);

	paper_make(&p);
	p.d.n_to = 1; /* addressees keep their order among themselves */
	paper_write(&p.d, &letter);
	from = strstr(vt_buf_str(&letter), open) + strlen(open);
	to = strstr(from, close);
	/* children stand on lines of their own, eight blanks in */
	for (const char *c = from; c < to && n < 63; c = strchr(c + 1, '\n'))
		if (strncmp(c, "\n        <edXML:", 16) == 0 ||
		    strncmp(c, "\n        </", 11) == 0)
			if (c[10] != '/')
				at[n++] = c;
	at[n] = strstr(from, "\n      </edXML:MessageHeader>");
	tap_need(n > 10 && at[n] != NULL, "%zu elements of the header", n);
	vt_buf_put(&b, letter.p, (size_t)(from - vt_buf_str(&letter)));
	for (size_t i = n; i-- > 0;)
		vt_buf_put(&b, at[i], (size_t)(at[i + 1] - at[i]));
	vt_buf_puts(&b, at[n]);
	x = paper_must(&b, &files);
	tap_eq_int(x->n_findings, 0, "elements in another order: no remark");
	write_again(x, &files, &again);
	same_canonical(&letter, &again, "elements in another order");
}

static void
test_prefix(void)
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
	paper_edit(&b, "edXML:", "ex:");
	paper_edit(&b, "xmlns:edXML", "xmlns:ex");
	x = paper_must(&b, &files);
	tap_eq_int(x->n_findings, 0, "the prefix does not matter");
	write_again(x, &files, &again);
	same_canonical(&letter, &again, "another prefix");
}

static void
test_kept(void)
{
	static const struct {
		const char *old, *new;
	} signatures[] = {
		{ "</edXML:edXMLHeader>",
		    "<Signature "
		    "xmlns=\"http://www.w3.org/2000/09/xmldsig#\">" XMLDSIG
		    "</Signature></edXML:edXMLHeader>" },
	};
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct variant v = { "a signature", signatures[0].old,
		signatures[0].new, "packet-signature" };

	check_variant(&v, false, &x);
	tap_eq_str(x->document.signature,
	    "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"
	    "<SignedInfo><SignatureMethod "
	    "Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\">"
	    "</SignatureMethod></SignedInfo>"
	    "<SignatureValue>AAAA</SignatureValue></Signature>",
	    "the packet's own signature is kept as text");
}

/* ---- dates ---- */

static void
test_dates(void)
{
	static const struct {
		const char *text;
		bool good;
	} days[] = { { "2026/03/02", true }, { "02/03/2026", true },
		{ "2026-03-02", true }, { "2026/3/2", true },
		{ "2/3/2026", true }, { " 2026/03/02 ", true },
		{ "2026-03-02T08:15:30", true },
		{ "2026/03/02 08:15:30", true },
		{ "02/03/2026 08:15:30", true }, { "2026/02/29", false },
		{ "2014/02/30", false }, { "2026/13/01", false },
		{ "02-03-2026", false }, { "2026/03", false },
		{ "20260302", false }, { "2026/03/02x", false },
		{ "0000/00/00", false }, { "2026/03-02", false } };

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		const struct vt_edxml_day *d;
		struct paper p;
		VT_BUF_AUTO(b);
		VT_BUF_AUTO(new);

		paper_make(&p);
		paper_write(&p.d, &b);
		vt_buf_printf(&new, "PromulgationDate>%s<", days[i].text);
		paper_edit(&b, DATE_AT, vt_buf_str(&new));
		x = paper_must(&b, NULL);
		d = &x->document.promulgated;
		tap_ok(days[i].good
			   ? d->year == 2026 && d->month == 3 && d->day == 2
			   : d->year == 0,
		    "day \"%s\"", days[i].text);
		tap_ok(paper_found(x, "value-not-date") == !days[i].good,
		    "and what is said of it");
		tap_ok(vt_edxml_refusal(x) == NULL, "never a refusal");
	}
}

static void
test_moments(void)
{
	static const struct {
		const char *text;
		vt_time at;
	} moments[] = {
		{ "2026/03/02 08:15:30", VT_TIME_S(1772414130) },
		{ "02/03/2026 08:15:30", VT_TIME_S(1772414130) },
		{ "2026-03-02T08:15:30", VT_TIME_S(1772414130) },
		{ "2026-03-02T08:15:30.123+07:00", VT_TIME_S(1772414130) },
		{ "2026-03-02T01:15:30Z", VT_TIME_S(1772414130) },
		{ "2026/03/02", VT_TIME_S(1772384400) },
		{ "2026/03/02 24:15:30", VT_TIME_NONE },
		{ "hôm nay", VT_TIME_NONE },
	};

	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		struct paper p;
		VT_BUF_AUTO(b);
		VT_BUF_AUTO(new);

		paper_make(&p);
		paper_write(&p.d, &b);
		vt_buf_printf(&new, "Timestamp>%s<", moments[i].text);
		paper_edit(
		    &b, "Timestamp>2026/03/02 08:15:30<", vt_buf_str(&new));
		x = paper_must(&b, NULL);
		tap_need(x->document.n_hops == 1, "a hop");
		tap_ok(x->document.hops[0].at.at == moments[i].at,
		    "moment \"%s\"", moments[i].text);
		tap_eq_str(x->document.hops[0].at.text, moments[i].text,
		    "kept as it stood");
	}
}

/* ---- judging ---- */

static void
test_judge(void)
{
	static const char *const ours[] = { "H99.99", "h99.31" };
	struct vt_edxml_receiving r = { .codes = ours,
		.n_codes = 2,
		.now = VT_TIME_S(1772414130),
		.signed_pdfs = -1 };
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct paper p;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(why);

	paper_make(&p);
	paper_write(&p.d, &b);
	x = paper_must(&b, NULL);
	tap_call(vt_edxml_judge(x, &r, &err), &err, "judged");
	tap_eq_int(x->n_findings, 0, "addressed to one of our codes, today");
	r.signed_pdfs = 0;
	r.now -= VT_TIME_S(86400);
	tap_call(vt_edxml_judge(x, &r, &err), &err, "judged");
	tap_ok(paper_found(x, "no-valid-signature") &&
		   paper_found(x, "date-in-future"),
	    "unsigned, and dated tomorrow");
	tap_ok(vt_edxml_refusal(x) == NULL, "is no refusal");
	r.n_codes = 1;
	r.forwarded = true;
	tap_call(vt_edxml_judge(x, &r, &err), &err, "judged");
	tap_ok(!paper_found(x, "not-addressed-to-us"), "forwarded: for us");
	r.forwarded = false;
	tap_call(vt_edxml_judge(x, &r, &err), &err, "judged");
	tap_need(vt_edxml_refusal(x) != NULL, "not for us: refused");
	tap_ok(
	    vt_edxml_refusal(x) == &x->findings[0], "the worst stands first");
	vt_edxml_reason(x, true, &why);
	tap_eq_str(vt_buf_str(&why),
	    "Cơ quan này không có trong danh sách nhận (To)",
	    "the reason for status 02");
}

static void
test_same_text(void)
{
	tap_ok(vt_edxml_same_text("V/v rà soát", "V/v ra\xCC\x80 soa\xCC\x81t"),
	    "NFC and NFD are the same text");
	tap_ok(vt_edxml_same_text(" V/v  rà\n soát ", "V/v rà soát"),
	    "white space does not count");
	tap_ok(!vt_edxml_same_text("V/v rà soát", "V/v ra soát"), "marks do");
	tap_ok(!vt_edxml_same_text("a", NULL) && vt_edxml_same_text(NULL, NULL),
	    "absent is only absent");
	tap_ok(!vt_edxml_same_text("\xFF", "\xFF"), "what is no text is not");
}

static void
test_json(void)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_json j;
	struct paper p;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(out);

	paper_make(&p);
	p.d.subject = NULL;
	p.d.subject = "x";
	paper_write(&p.d, &b);
	paper_edit(&b, ">x<", "><");
	x = paper_must(&b, NULL);
	vt_json_open(&j, &out, false);
	vt_edxml_json(x, &j);
	tap_ok(strstr(vt_buf_str(&out),
		   "{\"kind\":\"document\",\"form\":\"qcvn-102-2016\","
		   "\"broken\":false,\"acceptable\":true,"
		   "\"from\":{\"code\":\"H99.07\",") == vt_buf_str(&out),
	    "as JSON");
	tap_ok(strstr(vt_buf_str(&out), "\"date\":\"2026-03-02\"") != NULL,
	    "days in ISO 8601");
	tap_ok(strstr(vt_buf_str(&out),
		   "{\"class\":\"W\",\"code\":\"subject-missing\","
		   "\"at\":\"Subject\",") != NULL,
	    "findings with class, code and both texts");
}

static void
test_rules(void)
{
	bool good = true;

	for (unsigned i = 0; i < VT_EDXML_R__MAX; i++) {
		const struct vt_edxml_rule_info *r =
		    vt_edxml_rule_info((enum vt_edxml_rule)i);

		good =
		    good && *r->vi != '\0' && *r->en != '\0' &&
		    vt_edxml_rule_from_slug(r->slug) == (enum vt_edxml_rule)i &&
		    (r->class == VT_EDXML_E || r->class == VT_EDXML_W ||
			r->class == VT_EDXML_I);
	}
	tap_ok(good, "every rule has its own code, a class, two texts");
	tap_ok(vt_edxml_rule_from_slug("no such") == VT_EDXML_R__MAX,
	    "no code, no rule");
}

/* What refuses a packet, what warns, what is only noted (vietnam.md 12.2). */
static void
test_classes(void)
{
	static const struct {
		const char *slug;
		char class;
	} rows[] = { { "sender-missing", 'E' }, { "not-addressed-to-us", 'E' },
		{ "attachment-missing", 'E' }, { "no-attachment", 'W' },
		{ "subject-missing", 'W' }, { "date-in-future", 'W' },
		{ "no-valid-signature", 'W' }, { "document-id-form", 'I' },
		{ "packet-signature", 'I' } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_ok((char)vt_edxml_rule_info(
			   vt_edxml_rule_from_slug(rows[i].slug))
			       ->class
			   == rows[i].class,
		    "%s is of class %c", rows[i].slug, rows[i].class);
}

static void
test_kept_form(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_edxml *x = NULL;
	struct paper p;
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(cbor);
	size_t taken = 0;

	paper_make(&p);
	paper_write(&p.d, &b);
	x = paper_must(&b, NULL);
	vt_edxml_put(x, &cbor);
	vt_edxml_free(x);
	for (size_t n = 0; n < cbor.n; n++) {
		x = NULL;
		if (vt_edxml_get(VT_SPAN(cbor.p, n), &x, &err) == VT_OK)
			taken++;
		vt_edxml_free(x);
	}
	tap_eq_int(taken, 0, "a kept packet that is cut is not taken");
}

/* As many addressees, and texts as long, as it takes. */
static void
test_within(void)
{
	static char text[60001];
	static struct vt_edxml_organ many[2000];
	struct vt_err err = VT_ERR_INIT;
	struct paper p;

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 4; i++) {
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
		VT_CLEANUP(vt_edxml_free) struct vt_edxml *y = NULL;
		VT_BUF_AUTO(b);
		VT_BUF_AUTO(kept);

		paper_make(&p);
		for (size_t k = 0; k < 2000; k++)
			many[k] = p.to[0];
		if (i >= 1) {
			p.d.to = many;
			p.d.n_to = i == 1 ? 1500 : 2000;
		}
		if (i == 3)
			p.d.subject = p.d.content = text;
		paper_write(&p.d, &b);
		x = paper_must(&b, NULL);
		tap_ok(vt_edxml_put_within(x, i == 2 ? 16384 : 65536, &kept) ==
			   (i == 0),
		    "kept whole: %s", i == 0 ? "yes" : "no");
		tap_ok(kept.n <= (i == 2 ? 16384 : 65536), "within the limit");
		tap_call(vt_edxml_get(vt_buf_view(&kept), &y, &err), &err,
		    "taken out again");
		tap_eq_int(y->document.n_to,
		    i == 0   ? 2
		    : i == 1 ? 1500
			     : 0,
		    "addressees that fit");
		tap_ok(i == 3 || strcmp(y->document.subject, p.d.subject) == 0,
		    "the subject, unless it is what is too long");
		tap_eq_int(y->document.business, VT_EDXML_NEW, "its business");
	}
}

int
main(void)
{
	tap_need(vt_base_init(NULL) == VT_OK, "base");
	test_values();
	test_round();
	test_status();
	test_variants();
	test_order();
	test_prefix();
	test_kept();
	test_dates();
	test_moments();
	test_judge();
	test_same_text();
	test_json();
	test_rules();
	test_classes();
	test_kept_form();
	test_within();
	return tap_done();
}
