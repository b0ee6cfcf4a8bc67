/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From elements to structures. Elements are known by their expanded name, in
 * any order; the places that hold a packet together are a table here, what is
 * inside them are the tables of fields.c.
 */
#include <stdarg.h>
#include <stdio.h>

#include "api/exchange/edxml/reader.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char soap[] = "http://schemas.xmlsoap.org/soap/envelope/";
static const char edoc[] = "http://www.e-doc.vn/Schema/";
static const char xlink[] = "http://www.w3.org/1999/xlink";

static const struct step {
	const char *name;
	enum vt_place from, to;
} steps[] = {
	{ "edXML", VT_P_DOCUMENT, VT_P_ROOT },
	{ "Envelope", VT_P_DOCUMENT, VT_P_ENVELOPE },
	{ "SendDocument", VT_P_DOCUMENT, VT_P_ROOT },
	{ "GetDocumentResponse", VT_P_DOCUMENT, VT_P_ROOT },
	{ "edXML", VT_P_ROOT, VT_P_ROOT },
	{ "edXMLEnvelope", VT_P_ROOT, VT_P_ENVELOPE },
	{ "Envelope", VT_P_ROOT, VT_P_ENVELOPE },
	{ "AttachmentEncoded", VT_P_ROOT, VT_P_ATTACHMENTS },
	{ "edXMLHeader", VT_P_ENVELOPE, VT_P_HEADER },
	{ "Header", VT_P_ENVELOPE, VT_P_HEADER },
	{ "edXMLBody", VT_P_ENVELOPE, VT_P_BODY },
	{ "Body", VT_P_ENVELOPE, VT_P_BODY },
	{ "AttachmentEncoded", VT_P_ENVELOPE, VT_P_ATTACHMENTS },
	{ "MessageHeader", VT_P_HEADER, VT_P_MESSAGE },
	{ "Status", VT_P_HEADER, VT_P_MESSAGE },
	{ "TraceHeaderList", VT_P_HEADER, VT_P_TRACE },
	{ "Signature", VT_P_HEADER, VT_P_SIGNATURE },
	{ "DigitalSignature", VT_P_HEADER, VT_P_SIGNATURE },
	{ "Signature", VT_P_ROOT, VT_P_SIGNATURE },
	{ "Signature", VT_P_ENVELOPE, VT_P_SIGNATURE },
	{ "edXML", VT_P_BODY, VT_P_ROOT },
	{ "SendDocument", VT_P_BODY, VT_P_ROOT },
	{ "GetDocumentResponse", VT_P_BODY, VT_P_ROOT },
	{ "edXMLManifest", VT_P_BODY, VT_P_MANIFEST },
	{ "Manifest", VT_P_BODY, VT_P_MANIFEST },
	{ "AttachmentEncoded", VT_P_BODY, VT_P_ATTACHMENTS },
	{ "Reference", VT_P_MANIFEST, VT_P_REFERENCE },
	{ "Attachment", VT_P_ATTACHMENTS, VT_P_ATTACHMENT },
};

/* ---- failing, memory ---- */

int
vt_reader_fail(struct vt_reader *r, const struct vt_err *err)
{
	if (r->rc == VT_OK) {
		r->rc = (int)err->code;
		r->err = *err;
	}
	return r->rc;
}

int
vt_reader_stop(struct vt_reader *r, enum vt_code code, const char *fmt, ...)
{
	char msg[320];
	va_list ap;
	int n;

	if (r->rc != VT_OK)
		return r->rc;
	va_start(ap, fmt);
	n = vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	VT_ASSERT(n >= 0);
	r->rc = vt_err_set(&r->err, code, "edXML packet: %s", msg);
	return r->rc;
}

void *
vt_reader_alloc(struct vt_reader *r, size_t n)
{
	void *p = r->rc == VT_OK ? vt_arena_alloc(r->arena, n) : NULL;

	if (p == NULL && r->rc == VT_OK)
		r->rc = vt_arena_err(r->arena, &r->err);
	return p;
}

void *
vt_reader_append(struct vt_reader *r, void *list, size_t *n, size_t size)
{
	char *p, *old;

	memcpy(&old, list, sizeof(old));
	p = old;
	/* room for a power of two */
	if ((*n & (*n - 1)) == 0) {
		size_t room = *n == 0 ? 1 : *n * 2;

		if (room > VT_L(EDXML_ELEMENTS_MAX)) /* never: they count */
			return NULL;
		p = vt_reader_alloc(r, room * size);
		if (p == NULL)
			return NULL;
		if (*n > 0)
			memcpy(p, old, *n * size);
		memcpy(list, &p, sizeof(p));
	}
	p += *n * size;
	memset(p, 0, size);
	++*n;
	return p;
}

/* ---- starting an element ---- */

static bool
is_attribute(const struct vt_attribute *a, const char *uri, const char *name)
{
	return vt_span_is(a->uri, uri) && vt_span_is(a->name, name);
}

/* Reference/@xlink:href of older forms stands for its ContentId. */
static void
reference_href(struct vt_reader *r, const struct vt_attribute *a, size_t n)
{
	struct vt_edxml_attachment *ref = r->stack[r->depth].base;

	for (size_t i = 0; i < n; i++) {
		char *p;

		if (!is_attribute(&a[i], xlink, "href") || a[i].value.n == 0)
			continue;
		p = vt_reader_alloc(r, a[i].value.n + 1);
		if (p == NULL)
			return;
		memcpy(p, a[i].value.p, a[i].value.n);
		p[a[i].value.n] = '\0';
		ref->id = p;
	}
}

static struct vt_frame_xml *
push(struct vt_reader *r, enum vt_place place, const char *name)
{
	struct vt_frame_xml *f = &r->stack[++r->depth];

	*f = (struct vt_frame_xml){ .place = place, .name = name };
	vt_buf_reset(&r->text);
	return f;
}

static void
push_attachment(struct vt_reader *r, enum vt_place place,
    const struct vt_attribute *a, size_t n)
{
	struct vt_edxml_document *d = &r->x->document;
	bool ref = place == VT_P_REFERENCE;
	struct vt_frame_xml *f;
	void *p;

	if ((ref ? r->n_refs : d->n_attachments) >=
	    VT_L(EDXML_ATTACHMENTS_MAX)) {
		vt_reader_stop(r, VT_E_LIMIT,
		    "EDXML_ATTACHMENTS_MAX: at most %zu attachments wanted, "
		    "more found",
		    VT_L(EDXML_ATTACHMENTS_MAX));
		return;
	}
	f = push(r, place, ref ? "Reference" : "Attachment");
	p = ref ? vt_reader_append(r, &r->refs, &r->n_refs, sizeof(*r->refs))
		: vt_reader_append(r, &d->attachments, &d->n_attachments,
		      sizeof(*d->attachments));
	f->index = ref ? r->n_refs : d->n_attachments;
	f->base = p;
	f->g = &vt_edxml_g_attachment;
	if (p != NULL && ref)
		reference_href(r, a, n);
}

/* The top of something that is kept together. */
static void
push_place(struct vt_reader *r, const struct step *s,
    const struct vt_attribute *a, size_t n)
{
	struct vt_frame_xml *f;

	if (s->to == VT_P_REFERENCE || s->to == VT_P_ATTACHMENT) {
		push_attachment(r, s->to, a, n);
		return;
	}
	f = push(r, s->to, s->name);
	f->base = &r->x->document;
	if (s->to == VT_P_MESSAGE)
		f->g = &vt_edxml_g_header;
	else if (s->to == VT_P_TRACE)
		f->g = &vt_edxml_g_trace;
	if (strcmp(s->name, "Status") == 0)
		r->status = true;
}

static void
push_list(struct vt_reader *r, const struct vt_edxml_field *f, void *base)
{
	struct vt_frame_xml *top = push(r, VT_P_GROUP, f->name);
	size_t *n = vt_edxml_at(base, f->at_n);

	top->base =
	    vt_reader_append(r, vt_edxml_at(base, f->at), n, f->group->size);
	top->index = *n;
	top->g = f->group;
	top->f = f;
	if (top->base != NULL)
		vt_value_init(f->group, top->base);
}

/* An element of the tables. */
static void
push_field(struct vt_reader *r, const struct vt_edxml_field *f, void *base)
{
	struct vt_frame_xml *top;

	switch (f->kind) {
	case VT_F_GROUP:
		top = push(r, VT_P_GROUP, f->name);
		top->g = f->group;
		top->base = vt_edxml_at(base, f->at);
		break;
	case VT_F_FLAT:
		top = push(r, VT_P_GROUP, f->name);
		top->g = f->group;
		top->base = base;
		break;
	case VT_F_GROUPS:
		push_list(r, f, base);
		break;
	case VT_F_BYTES:
		if (vt_tree_place(r) == VT_P_ATTACHMENT && !r->part.open) {
			size_t index = r->stack[r->depth].index;

			push(r, VT_P_BYTES, f->name);
			vt_part_begin(r, index - 1);
		} else {
			push(r, VT_P_UNKNOWN, "");
		}
		break;
	default:
		top = push(r, VT_P_LEAF, f->name);
		top->f = f;
		top->base = base;
		break;
	}
}

/* A status' own elements stand among those of a document. */
static const struct vt_edxml_field *
find_field(struct vt_reader *r, const char *name, void **ret_base)
{
	const struct vt_frame_xml *top = &r->stack[r->depth];
	const struct vt_edxml_field *f;

	*ret_base = top->base;
	if (top->g == NULL || top->base == NULL)
		return NULL;
	f = vt_edxml_field(top->g, name);
	if (f != NULL || top->place != VT_P_MESSAGE)
		return f;
	f = vt_edxml_field(&vt_edxml_g_status, name);
	if (f != NULL && strcmp(f->name, "StatusCode") == 0)
		r->status = true;
	*ret_base = &r->x->status;
	return f;
}

static bool
is_known_space(const char *uri)
{
	return uri != NULL &&
	       (strcmp(uri, VT_EDXML_NS) == 0 || strcmp(uri, soap) == 0 ||
		   strcmp(uri, edoc) == 0);
}

static void
note_dialect(struct vt_reader *r, const char *uri)
{
	if (strcmp(uri, soap) == 0)
		r->x->dialect = VT_EDXML_SOAP;
	else if (strcmp(uri, edoc) == 0)
		r->x->dialect = VT_EDXML_EDOC;
	else
		return;
	if (r->how->no_old_dialects)
		vt_reader_stop(r, VT_E_UNSUPPORTED,
		    "an older form, by its namespace %s; " VT_EDXML_NS
		    " wanted",
		    uri);
}

static void
enter(struct vt_reader *r, const char *uri, const char *name,
    const struct vt_attribute *a, size_t n)
{
	const struct vt_edxml_field *f;
	enum vt_place at = vt_tree_place(r);
	bool known = is_known_space(uri);
	void *base;

	for (size_t i = 0; i < COUNT(steps); i++)
		if (steps[i].from == at && strcmp(steps[i].name, name) == 0 &&
		    (known || steps[i].to == VT_P_SIGNATURE)) {
			if (at == VT_P_DOCUMENT)
				note_dialect(r, uri);
			push_place(r, &steps[i], a, n);
			return;
		}
	if (at == VT_P_DOCUMENT) {
		vt_reader_stop(r, VT_E_SYNTAX,
		    "the root is {%.80s}%.40s, wanted {" VT_EDXML_NS "}edXML",
		    uri == NULL ? "" : uri, name);
		return;
	}
	f = known ? find_field(r, name, &base) : NULL;
	if (f != NULL) {
		push_field(r, f, base);
		return;
	}
	if (at != VT_P_UNKNOWN && at != VT_P_SIGNATURE)
		vt_reader_finding(
		    r, VT_EDXML_R_UNKNOWN_ELEMENT, vt_span_str(name));
	push(r, at == VT_P_SIGNATURE ? VT_P_SIGNATURE : VT_P_UNKNOWN, "");
}

/* ---- the packet's own signature, as text for the eye ---- */

static void
escape(struct vt_buf *b, struct vt_span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			vt_buf_puts(b, "&amp;");
			break;
		case '<':
			vt_buf_puts(b, "&lt;");
			break;
		case '"':
			vt_buf_puts(b, "&quot;");
			break;
		default:
			vt_buf_putc(b, s.p[i]);
			break;
		}
}

static void
signature_start(struct vt_reader *r, const char *uri, const char *name,
    const struct vt_attribute *a, size_t n)
{
	struct vt_buf *b = &r->signature;

	vt_buf_printf(b, "<%s", name);
	if (r->deep_signature == 0 && uri != NULL)
		vt_buf_printf(b, " xmlns=\"%s\"", uri);
	if (r->deep_signature == 0)
		r->deep_signature = r->depth;
	for (size_t i = 0; i < n; i++) {
		if (a[i].uri.n > 0 || vt_span_is(a[i].name, "xmlns"))
			continue;
		vt_buf_putc(b, ' ');
		vt_buf_span(b, a[i].name);
		vt_buf_puts(b, "=\"");
		escape(b, a[i].value);
		vt_buf_putc(b, '"');
	}
	vt_buf_putc(b, '>');
}

static void
signature_end(struct vt_reader *r, const char *name)
{
	struct vt_buf *b = &r->signature;
	char *p;

	vt_buf_printf(b, "</%s>", name);
	if (r->deep_signature != r->depth)
		return;
	r->deep_signature = 0;
	if (b->failed != VT_OK) { /* it is for the eye only */
		vt_buf_reset(b);
		vt_buf_puts(b, "<Signature/>");
	}
	p = vt_reader_alloc(r, b->n + 1);
	if (p != NULL)
		memcpy(p, vt_buf_str(b), b->n + 1);
	r->x->document.signature = p;
}

/* ---- what the parser tells ---- */

void
vt_tree_start(struct vt_reader *r, const char *uri, const char *name,
    const struct vt_attribute *a, size_t n)
{
	if (r->rc != VT_OK)
		return;
	if (r->depth >= VT_L(EDXML_DEPTH)) {
		vt_reader_stop(r, VT_E_LIMIT,
		    "EDXML_DEPTH: elements nested at most %zu deep wanted",
		    VT_L(EDXML_DEPTH));
		return;
	}
	if (++r->elements > VT_L(EDXML_ELEMENTS_MAX)) {
		vt_reader_stop(r, VT_E_LIMIT,
		    "EDXML_ELEMENTS_MAX: at most %zu elements wanted",
		    VT_L(EDXML_ELEMENTS_MAX));
		return;
	}
	enter(r, uri, name, a, n);
	if (r->rc == VT_OK && vt_tree_place(r) == VT_P_SIGNATURE &&
	    r->x->document.signature == NULL)
		signature_start(r, uri, name, a, n);
}

void
vt_tree_text(struct vt_reader *r, struct vt_span s)
{
	struct vt_frame_xml *top = &r->stack[r->depth];

	if (r->rc != VT_OK)
		return;
	if (top->place == VT_P_BYTES) {
		vt_part_text(r, s);
		return;
	}
	top->text += s.n;
	if (top->text > VT_L(EDXML_TEXT_MAX)) {
		vt_reader_stop(r, VT_E_LIMIT,
		    "EDXML_TEXT_MAX: a value of at most %zu bytes wanted "
		    "(%.60s)",
		    VT_L(EDXML_TEXT_MAX), top->name);
		return;
	}
	if (top->place == VT_P_LEAF)
		vt_buf_span(&r->text, s);
	else if (top->place == VT_P_SIGNATURE)
		escape(&r->signature, s);
}

/* A list's element that held nothing was none: <ResponseFor/>. */
static void
drop_empty(struct vt_frame_xml *top, const struct vt_frame_xml *above)
{
	size_t *n;

	if (top->f == NULL || top->f->kind != VT_F_GROUPS || top->touched ||
	    top->base == NULL)
		return;
	n = vt_edxml_at(above->base, top->f->at_n);
	VT_ASSERT(*n > 0);
	--*n;
}

void
vt_tree_end(struct vt_reader *r, const char *name)
{
	struct vt_frame_xml *top = &r->stack[r->depth];

	if (r->rc != VT_OK)
		return;
	VT_ASSERT(r->depth > 0);
	switch (top->place) {
	case VT_P_LEAF:
		if (vt_buf_status(&r->text, &r->err) != VT_OK)
			r->rc = (int)r->err.code;
		else
			vt_value_store(r, top);
		break;
	case VT_P_BYTES:
		vt_part_end(r, true);
		break;
	case VT_P_GROUP:
		drop_empty(top, &r->stack[r->depth - 1]);
		break;
	case VT_P_MESSAGE:
		r->header = true;
		break;
	case VT_P_SIGNATURE:
		if (r->deep_signature != 0)
			signature_end(r, name);
		break;
	default:
		break;
	}
	r->depth--;
}
