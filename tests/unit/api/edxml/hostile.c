/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that are built to hurt, and each limit at its edge. */
#include "base/limits.h"
#include "tests/guard.h"
#include "tests/unit/api/edxml/paper.h"

#define NS "xmlns=\"" VT_EDXML_NS "\""

static void
refused(const char *what, const char *text, int code)
{
	struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, text);
	tap_code(paper_read(&b, NULL, &x, &err), code, &err, "%s", what);
	tap_ok(err.msg[0] != '\0' && err.code == (enum vt_code)code,
	    "it says why: %s", err.msg);
	vt_edxml_free(x);
}

static void
test_documents(void)
{
	refused("nothing", "", VT_E_SYNTAX);
	refused("white space", " \n ", VT_E_SYNTAX);
	refused("no XML", "hello", VT_E_SYNTAX);
	refused("characters in front",
	    "1212<?xml version=\"1.0\"?><edXML " NS "/>", VT_E_SYNTAX);
	refused("another root", "<html/>", VT_E_SYNTAX);
	refused("no namespace", "<edXML/>", VT_E_SYNTAX);
	refused("another namespace", "<edXML xmlns=\"urn:x\"/>", VT_E_SYNTAX);
	refused("a prefix nobody declared",
	    "<edXML " NS "><Reference xlink:href=\"\"/></edXML>", VT_E_SYNTAX);
	refused("a DTD", "<!DOCTYPE edXML><edXML " NS "/>", VT_E_SYNTAX);
	refused("an external DTD",
	    "<!DOCTYPE edXML SYSTEM \"http://127.0.0.1/x.dtd\"><edXML " NS "/>",
	    VT_E_SYNTAX);
	refused("an external entity",
	    "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
	    "<edXML " NS ">&x;</edXML>",
	    VT_E_SYNTAX);
	refused("a billion laughs",
	    "<!DOCTYPE e [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>"
	    "<edXML " NS ">&b;</edXML>",
	    VT_E_SYNTAX);
	refused("an entity nobody declared", "<edXML " NS ">&nbsp;</edXML>",
	    VT_E_SYNTAX);
	refused("bytes that are not UTF-8",
	    "<edXML " NS "><a>\xC3\x28</a></edXML>", VT_E_SYNTAX);
	refused("a control character", "<edXML " NS "><a>\x01</a></edXML>",
	    VT_E_SYNTAX);
	refused("two roots", "<edXML " NS "/><edXML " NS "/>", VT_E_SYNTAX);
	refused("a part of a tag", "<edXML " NS, VT_E_SYNTAX);
	refused("Latin-1",
	    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
	    "<edXML " NS "><a>\xE9</a></edXML>",
	    VT_E_SYNTAX);
	refused(
	    "half a byte-order mark", "\xEF\xBB<edXML " NS "/>", VT_E_SYNTAX);
}

static void
test_utf16(void)
{
	static const char text[] = "\xFF\xFE<\0e\0/\0>\0";
	struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_buf b = { .p = (uint8_t *)(uintptr_t)text,
		.n = sizeof(text) - 1 };

	tap_code(paper_read(&b, NULL, &x, &err), VT_E_SYNTAX, &err, "UTF-16");
	b.p += 2;
	b.n -= 2;
	tap_code(paper_read(&b, NULL, &x, &err), VT_E_SYNTAX, &err,
	    "UTF-16 without its mark");
}

/* A packet with `n` of something in its envelope; what comes of it. */
static int
with(const char *before, const char *one, size_t n, const char *after)
{
	struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(b);
	int rc;

	vt_buf_puts(&b, before);
	for (size_t i = 0; i < n; i++)
		vt_buf_puts(&b, one);
	vt_buf_puts(&b, after);
	rc = paper_read(&b, NULL, &x, &err);
	if (rc != VT_OK)
		printf("# %s\n", err.msg);
	vt_edxml_free(x);
	return rc;
}

static void
test_depth(void)
{
	for (size_t n = 31; n <= 32; n++) {
		VT_BUF_AUTO(b);
		struct vt_edxml *x = NULL;
		struct vt_err err = VT_ERR_INIT;
		int rc;

		vt_buf_puts(&b, "<edXML " NS ">");
		for (size_t i = 0; i < n; i++)
			vt_buf_puts(&b, "<a>");
		for (size_t i = 0; i < n; i++)
			vt_buf_puts(&b, "</a>");
		vt_buf_puts(&b, "</edXML>");
		rc = paper_read(&b, NULL, &x, &err);
		tap_eq_int(rc, n == 31 ? VT_OK : VT_E_LIMIT,
		    "%zu elements deep", n + 1);
		vt_edxml_free(x);
	}
}

static void
test_attributes(void)
{
	for (size_t n = 15; n <= 16; n++) {
		VT_BUF_AUTO(b);
		struct vt_edxml *x = NULL;
		struct vt_err err = VT_ERR_INIT;

		vt_buf_puts(&b, "<edXML " NS);
		for (size_t i = 0; i < n; i++)
			vt_buf_printf(&b, " a%zu=\"\"", i);
		vt_buf_puts(&b, "/>");
		tap_eq_int(paper_read(&b, NULL, &x, &err),
		    n == 15 ? VT_OK : VT_E_LIMIT,
		    "%zu attributes and a namespace", n);
		vt_edxml_free(x);
	}
	tap_eq_int(with("<edXML " NS " a=\"", "x", 65536, "\"/>"), VT_OK,
	    "an attribute of 64 KB");
	tap_eq_int(with("<edXML " NS " a=\"", "x", 65537, "\"/>"), VT_E_LIMIT,
	    "and one byte more");
}

static void
test_text(void)
{
	tap_eq_int(with("<edXML " NS "><a>", "x", 65536, "</a></edXML>"), VT_OK,
	    "an element of 64 KB");
	tap_eq_int(with("<edXML " NS "><a>", "x", 65537, "</a></edXML>"),
	    VT_E_LIMIT, "and one byte more");
	tap_eq_int(with("<edXML " NS "><edXMLEnvelope><edXMLHeader>"
			"<MessageHeader><Subject>",
		       "x<!-- -->", 65537,
		       "</Subject></MessageHeader>"
		       "</edXMLHeader></edXMLEnvelope></edXML>"),
	    VT_E_LIMIT, "in pieces too");
	tap_eq_int(with("<edXML " NS ">", "<a/>", 131071, "</edXML>"), VT_OK,
	    "131,072 elements");
	tap_eq_int(with("<edXML " NS ">", "<a/>", 131072, "</edXML>"),
	    VT_E_LIMIT, "and one more");
}

static void
test_memory(void)
{
	static const char head[] = "<edXML " NS "><edXMLEnvelope><edXMLHeader>"
				   "<MessageHeader>";
	static char value[60001];
	VT_BUF_AUTO(one);

	memset(value, 'x', sizeof(value) - 1);
	vt_buf_printf(&one, "<To><OrganName>%s</OrganName></To>", value);
	tap_eq_int(with(head, vt_buf_str(&one), 1000,
		       "</MessageHeader></edXMLHeader></edXMLEnvelope>"
		       "</edXML>"),
	    VT_E_LIMIT, "60 MB of header are refused");
	tap_eq_int(with(head, "<To/>", 100000,
		       "</MessageHeader></edXMLHeader></edXMLEnvelope>"
		       "</edXML>"),
	    VT_OK, "100,000 empty addressees are none");
}

static void
test_many_findings(void)
{
	struct vt_err err = VT_ERR_INIT;
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_BUF_AUTO(b);

	vt_buf_puts(&b, "<edXML " NS ">");
	for (size_t i = 0; i < 5000; i++)
		vt_buf_puts(&b, "<a/>");
	vt_buf_puts(&b, "</edXML>");
	tap_call(paper_read(&b, NULL, &x, &err), &err, "5,000 findings");
	tap_ok(x->n_findings <= 2 * VT_L(EDXML_FINDINGS_MAX) &&
		   x->n_findings >= VT_L(EDXML_FINDINGS_MAX),
	    "are cut to EDXML_FINDINGS_MAX");
	tap_ok(vt_edxml_refusal(x) != NULL &&
		   x->findings[0].rule == VT_EDXML_R_NO_SENDER,
	    "what refuses it still has its place");
}

/* Cut anywhere: never whole; behind the header the sender is still known. */
static void
test_cut(void)
{
	size_t header, told = 0, wrong = 0;
	struct paper p;
	VT_BUF_AUTO(b);

	paper_make(&p);
	paper_write(&p.d, &b);
	header =
	    (size_t)((uint8_t *)memmem(b.p, b.n, "<edXML:TraceHeaderList", 22) -
		     b.p);
	for (size_t n = 0; n < b.n - 1; n++) {
		struct guard g;
		struct vt_span s = guard_put(&g, VT_SPAN(b.p, n));
		struct vt_buf part = { .p = (uint8_t *)(uintptr_t)s.p, .n = n };
		struct vt_edxml *x = NULL;
		int rc = paper_read(&part, NULL, &x, NULL);

		if (n == b.n - 500)
			tap_ok(rc == VT_OK && strstr(x->findings[0].detail,
						  "breaks off while") != NULL,
			    "it says that it breaks off");
		if (rc == VT_OK && (!x->broken || vt_edxml_refusal(x) == NULL))
			wrong++;
		if (rc == VT_OK && strcmp(x->document.from.id, "H99.07") == 0)
			told++;
		if ((rc == VT_OK) != (n >= header))
			wrong += n < header - 40 || n > header;
		vt_edxml_free(x);
		guard_drop(&g);
	}
	tap_eq_int(wrong, 0, "cut anywhere it is never whole");
	tap_ok(told >= b.n - 1 - header,
	    "behind the header it is known whom to tell");
}

/* One byte changed, everywhere: no crash, no wrong bytes taken as whole. */
static void
test_flips(void)
{
	struct paper p;
	size_t n = 0;
	VT_BUF_AUTO(b);

	paper_make(&p);
	paper_write(&p.d, &b);
	for (size_t i = 0; i < b.n; i++)
		for (unsigned bit = 0; bit < 8; bit += 3) {
			struct vt_edxml *x = NULL;

			b.p[i] = (uint8_t)(b.p[i] ^ 1U << bit);
			n += paper_read(&b, NULL, &x, NULL) == VT_OK;
			vt_edxml_free(x);
			b.p[i] = (uint8_t)(b.p[i] ^ 1U << bit);
		}
	tap_ok(n > 0, "%zu packets with a flipped bit were read", n);
}

static int
blanks(struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *err)
{
	(void)s, (void)off, (void)err;
	memset(p, ' ', n);
	if (off == 0)
		memcpy(p, "<edXML " NS ">", strlen("<edXML " NS ">"));
	if (off + n == s->size)
		memcpy((char *)p + n - 8, "</edXML>", 8);
	return VT_OK;
}

static void
test_size(void)
{
	struct vt_edxml_reading how = { .out = NULL };
	struct vt_source s = { .size = 104857601, .read = blanks };
	struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;

	tap_code(vt_edxml_read(&s, &how, &x, &err), VT_E_LIMIT, &err,
	    "a packet beyond PACKET_MAX");
	s.size = 60000;
	tap_call(vt_edxml_read(&s, &how, &x, &err), &err, "one that is not");
	vt_edxml_free(x);
}

static int
full(void *arg, struct vt_span s, struct vt_err *err)
{
	(void)arg, (void)s;
	return vt_err_set(err, VT_E_STORE_FULL, "no room");
}

static void
test_sink(void)
{
	struct vt_edxml_reading how = { .out = full };
	struct vt_edxml *x = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_source s;
	struct paper p;
	VT_BUF_AUTO(b);

	paper_make(&p);
	paper_write(&p.d, &b);
	vt_source_memory(&s, vt_buf_view(&b));
	tap_code(vt_edxml_read(&s, &how, &x, &err), VT_E_STORE_FULL, &err,
	    "a full disk is no fault of the packet");
}

int
main(void)
{
	tap_need(vt_base_init(NULL) == VT_OK, "base");
	test_documents();
	test_utf16();
	test_depth();
	test_attributes();
	test_text();
	test_memory();
	test_many_findings();
	test_cut();
	test_flips();
	test_sink();
	test_size();
	return tap_done();
}
