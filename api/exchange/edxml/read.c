/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libxml2's push parser in front of the tree. What it could do for a hostile
 * document is off: no DTD, no entity but the five of XML, no network, no
 * encoding but UTF-8, no document in memory.
 */
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <strings.h>

#include "api/exchange/edxml/reader.h"

#define CHUNK      262144
#define PIECE      4096 /* for the parser: attachments soon go past it */
#define ATTRIBUTES (VT_L(EDXML_ATTRIBUTES))

struct parser {
	struct vt_reader *r;
	xmlParserCtxtPtr xml;
	size_t n_head; /* bytes held until the first '<' */
	bool begun, ended;
};

/* ---- callbacks ----
 *
 * Once r->rc is set they do nothing; the parser is not stopped from within,
 * where it may still hold pointers: no further chunk is pushed.
 */

static const char *
chars(const xmlChar *s)
{
	return (const char *)s;
}

static struct vt_reader *
reader(void *arg)
{
	return ((struct parser *)arg)->r;
}

/* localname/prefix/URI/value/end, as libxml2 hands attributes over. */
static void
take_attribute(const xmlChar **a, struct vt_attribute *ret)
{
	ret->name = vt_span_str(chars(a[0]));
	ret->uri = vt_span_str(chars(a[2]));
	ret->value = VT_SPAN(a[3], (size_t)(a[4] - a[3]));
}

/* libxml2's signature. NOLINTBEGIN(readability-function-size) */
static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n, int n_defaulted,
    const xmlChar **a)
{
	struct vt_attribute attributes[VT_L(EDXML_ATTRIBUTES)];
	struct parser *p = arg;
	struct vt_reader *r = p->r;

	(void)prefix, (void)ns, (void)n_defaulted;
	if (r->rc != VT_OK)
		return;
	if ((size_t)n + (size_t)n_ns > ATTRIBUTES) {
		vt_reader_stop(r, VT_E_LIMIT,
		    "EDXML_ATTRIBUTES: an element with at most %zu attributes "
		    "wanted, %zu found",
		    ATTRIBUTES, (size_t)n + (size_t)n_ns);
		return;
	}
	for (size_t i = 0; i < (size_t)n; i++) {
		take_attribute(a + 5 * i, &attributes[i]);
		if (attributes[i].value.n > VT_L(EDXML_TEXT_MAX))
			vt_reader_stop(r, VT_E_LIMIT,
			    "EDXML_TEXT_MAX: an attribute of at most %zu "
			    "bytes wanted",
			    VT_L(EDXML_TEXT_MAX));
	}
	vt_tree_start(r, chars(uri), chars(name), attributes, (size_t)n);
}

/* NOLINTEND(readability-function-size) */

static void
on_end(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)prefix, (void)uri;
	vt_tree_end(reader(arg), chars(name));
}

static void
on_text(void *arg, const xmlChar *s, int n)
{
	vt_tree_text(reader(arg), VT_SPAN(s, (size_t)n));
}

static void
on_dtd(void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	vt_reader_stop(reader(arg), VT_E_SYNTAX,
	    "a document type declaration; none is wanted");
}

/* The parser's own words, without its line end, and where. */
static void
on_error(void *arg, xmlErrorPtr e)
{
	struct parser *p = arg;
	VT_BUF_AUTO(msg);

	if (e->level < XML_ERR_ERROR || p->r->rc != VT_OK)
		return;
	if (e->code == XML_ERR_NO_MEMORY) {
		vt_reader_stop(p->r, VT_E_NOMEM, "memory of the XML parser");
		return;
	}
	for (const char *s = e->message == NULL ? "" : e->message;
	     *s != '\0' && *s != '\n' && msg.n < 160; s++)
		vt_buf_putc(
		    &msg, *s >= ' ' && *s < 0x7F ? (uint8_t)*s : (uint8_t)'?');
	vt_reader_stop(p->r, VT_E_SYNTAX, "%s, line %d: %s",
	    e->domain == XML_FROM_NAMESPACE ? "Namespaces in XML 1.0"
					    : "XML 1.0",
	    e->line, vt_buf_str(&msg));
}

static const xmlSAXHandler handler = {
	.internalSubset = on_dtd,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.serror = on_error,
};

/* ---- feeding ---- */

static int
push(struct parser *p, struct vt_span s)
{
	struct vt_reader *r = p->r;

	if (r->rc == VT_OK && s.n > 0 &&
	    xmlParseChunk(p->xml, (const char *)s.p, (int)s.n, 0) != 0)
		/* said by on_error already, unless it is an odd one */
		vt_reader_stop(r, VT_E_SYNTAX, "XML 1.0: not well-formed");
	return r->rc;
}

/*
 * In the middle of an attachment there is nothing to parse: what is base64 up
 * to the next tag need not pass the parser, once it holds nothing back.
 */
static size_t
shortcut(struct parser *p, struct vt_span s)
{
	const xmlParserInput *in = p->xml->input;
	const uint8_t *lt;
	size_t n;

	if (vt_tree_place(p->r) != VT_P_BYTES || in == NULL ||
	    in->cur != in->end || p->xml->instate != XML_PARSER_CONTENT)
		return 0;
	lt = memchr(s.p, '<', s.n);
	n = lt == NULL ? s.n : (size_t)(lt - s.p);
	if (memchr(s.p, '&', n) != NULL)
		return 0;
	vt_tree_text(p->r, VT_SPAN(s.p, n));
	return n;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What stands before the first '<': a byte-order mark, white space. */
static int
pass_head(struct parser *p, struct vt_span *s)
{
	static const char bom[] = "\xEF\xBB\xBF";
	struct vt_reader *r = p->r;

	while (s->n > 0 && s->p[0] != '<') {
		uint8_t c = s->p[0];

		if (p->n_head < 3 && c == (uint8_t)bom[p->n_head])
			p->n_head++;
		else if (is_space(c) && (p->n_head == 0 || p->n_head >= 3))
			p->n_head = p->n_head == 0 ? 4 : p->n_head + 1;
		else
			return vt_reader_stop(r, VT_E_SYNTAX,
			    "XML 1.0 §2.1: '<' wanted as its first character, "
			    "byte 0x%02x found",
			    c);
		s->p++;
		s->n--;
	}
	if (s->n > 0 && (p->n_head == 1 || p->n_head == 2))
		return vt_reader_stop(
		    r, VT_E_SYNTAX, "XML 1.0 §4.3.3: half a byte-order mark");
	if (s->n > 0) {
		p->begun = true;
		if (p->n_head > 3)
			vt_reader_finding_at(
			    r, VT_EDXML_R_LEADING_SPACE, "", VT_SPAN(NULL, 0));
	}
	return r->rc;
}

static void
end_xml(struct parser *p)
{
	struct vt_reader *r = p->r;

	if (r->rc != VT_OK || p->ended)
		return;
	p->ended = true;
	if (!p->begun) {
		vt_reader_stop(r, VT_E_SYNTAX, "nothing but white space");
		return;
	}
	(void)xmlParseChunk(p->xml, "", 0, 1);
	if (r->rc == VT_E_SYNTAX && r->depth > 0) {
		/* the parser's own words lead astray here */
		r->rc = VT_OK;
		vt_reader_stop(r, VT_E_SYNTAX,
		    "XML 1.0 §2.1: it breaks off while %zu elements are open",
		    r->depth);
	}
	if (r->rc == VT_OK && !p->xml->wellFormed)
		vt_reader_stop(r, VT_E_SYNTAX, "XML 1.0: not well-formed");
}

/* vt_edxml_sink: bytes of the XML document; none: it is over. */
static int
feed(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct parser *p = arg;
	struct vt_reader *r = p->r;

	if (s.n == 0)
		end_xml(p);
	else if (!p->begun)
		(void)pass_head(p, &s);
	while (r->rc == VT_OK && s.n > 0) {
		size_t n = shortcut(p, s);

		s = VT_SPAN(s.p + n, s.n - n);
		if (r->rc != VT_OK || s.n == 0)
			break;
		n = s.n < PIECE ? s.n : PIECE;
		(void)push(p, VT_SPAN(s.p, n));
		s = VT_SPAN(s.p + n, s.n - n);
	}
	if (r->rc != VT_OK && reterr != NULL)
		*reterr = r->err;
	return r->rc;
}

/* ---- the packet ---- */

/* The oldest form is a MIME message, or the parts of one. */
static bool
is_mime(struct vt_span s)
{
	static const char *const starts[] = { "MIME-Version:", "Content-Type:",
		"Content-Id:", "Message-Id:", "--" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t n = strlen(starts[i]);

		if (s.n >= n &&
		    strncasecmp((const char *)s.p, starts[i], n) == 0)
			return true;
	}
	return false;
}

static int
read_all(struct parser *p, struct vt_source *src, uint8_t *chunk)
{
	struct vt_reader *r = p->r;
	struct vt_mime *mime = NULL;
	struct vt_err err = VT_ERR_INIT;
	int rc = VT_OK;

	for (uint64_t at = 0; rc == VT_OK && at < src->size;) {
		size_t n =
		    src->size - at < CHUNK ? (size_t)(src->size - at) : CHUNK;

		rc = vt_source_read(src, at, chunk, n, &err);
		if (rc == VT_OK && at == 0 && is_mime(VT_SPAN(chunk, n)))
			rc = vt_mime_new(r, feed, p, &mime, &err);
		if (rc == VT_OK)
			rc = mime != NULL
				 ? vt_mime_put(mime, VT_SPAN(chunk, n), &err)
				 : feed(p, VT_SPAN(chunk, n), &err);
		at += n;
	}
	if (rc == VT_OK && mime != NULL)
		rc = vt_mime_end(mime, &err);
	if (rc != VT_OK)
		vt_reader_fail(r, &err);
	vt_mime_free(mime);
	end_xml(p);
	return r->rc;
}

static int
parse(struct vt_reader *r, struct vt_source *src)
{
	struct parser p = { .r = r };
	xmlSAXHandler sax = handler;
	uint8_t *chunk;

	if (src->size > VT_L(PACKET_MAX))
		return vt_reader_stop(r, VT_E_LIMIT,
		    "PACKET_MAX: at most %zu bytes wanted", VT_L(PACKET_MAX));
	chunk = malloc(CHUNK);
	p.xml = xmlCreatePushParserCtxt(&sax, &p, NULL, 0, NULL);
	if (chunk == NULL || p.xml == NULL) {
		vt_reader_stop(r, VT_E_NOMEM, "memory of the XML parser");
	} else {
		(void)xmlCtxtUseOptions(
		    p.xml, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
		(void)read_all(&p, src, chunk);
	}
	free(chunk);
	if (p.xml != NULL) {
		/* of a DTD that was refused; the context does not own it */
		xmlFreeDoc(p.xml->myDoc);
		p.xml->myDoc = NULL;
		xmlFreeParserCtxt(p.xml);
	}
	return r->rc;
}

/* A failure behind the header of a known sender is a finding: the sender can
 * be told. Memory and descriptors failing are not the packet's fault. */
static bool
is_tellable(const struct vt_reader *r)
{
	const struct vt_edxml_document *d = &r->x->document;

	return (r->rc == VT_E_SYNTAX || r->rc == VT_E_LIMIT) && r->header &&
	       d->from.id != NULL;
}

static void
settle(struct vt_reader *r)
{
	if (r->rc != VT_OK && is_tellable(r)) {
		bool limit = r->rc == VT_E_LIMIT;

		r->rc = VT_OK;
		r->x->broken = true;
		vt_reader_finding_at(r,
		    limit ? VT_EDXML_R_LIMIT : VT_EDXML_R_BROKEN, "",
		    vt_span_str(r->err.msg));
	}
	if (r->rc == VT_OK)
		vt_reader_finish(r);
}

struct vt_edxml *
vt_edxml_new(void)
{
	struct vt_arena *a = vt_arena_new(VT_L(EDXML_MEMORY_MAX));
	struct vt_edxml *x = a == NULL ? NULL : vt_arena_alloc(a, sizeof(*x));

	if (x == NULL) {
		vt_arena_free(a);
		return NULL;
	}
	x->arena = a;
	x->kind = VT_EDXML_DOCUMENT;
	x->dialect = VT_EDXML_QCVN_2016;
	vt_value_init(&vt_edxml_g_header, &x->document);
	vt_value_init(&vt_edxml_g_trace, &x->document);
	vt_value_init(&vt_edxml_g_status, &x->status);
	return x;
}

int
vt_edxml_read(struct vt_source *packet, const struct vt_edxml_reading *how,
    struct vt_edxml **ret, struct vt_err *reterr)
{
	struct vt_reader *r = calloc(1, sizeof(*r));
	struct vt_edxml *x = vt_edxml_new();
	int rc;

	if (r == NULL || x == NULL) {
		free(r);
		vt_edxml_free(x);
		return vt_err_set(reterr, VT_E_NOMEM, "edXML packet: memory");
	}
	r->x = x;
	r->arena = x->arena;
	r->how = how;
	vt_buf_init(&r->signature, VT_L(EDXML_SIGNATURE_MAX));
	(void)parse(r, packet);
	settle(r);
	rc = r->rc;
	if (rc == VT_OK)
		*ret = x;
	else
		vt_edxml_free(x);
	if (rc != VT_OK && reterr != NULL)
		*reterr = r->err;
	vt_part_drop(r);
	vt_buf_free(&r->text);
	vt_buf_free(&r->signature);
	free(r);
	return rc;
}

void
vt_edxml_free(struct vt_edxml *x)
{
	if (x != NULL)
		vt_arena_free(x->arena);
}
