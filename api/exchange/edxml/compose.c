/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/edxml/compose.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/exchange/edxml/sniff.h"
#include "api/exchange/edxml/wire.h"
#include "base/limits.h"
#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Down to a header or an attachment: the prefix is bound in the envelope, and
 * the attachments stand outside it. */
static const char prefix[] = "edXML:";

struct out {
	struct vt_buf *b;
	const char *prefix;
	int depth;
	struct vt_err *err;
	int rc;
};

static void
fail(struct out *o, int code, const char *element, const char *why)
{
	if (o->rc == VT_OK)
		o->rc = vt_err_set(o->err, (enum vt_code)code,
		    "packet to be written: %s: %s", element, why);
}

static void
indent(struct out *o)
{
	for (int i = 0; i < o->depth; i++)
		vt_buf_puts(o->b, "  ");
}

static void
open_tag(struct out *o, const char *name, const char *attributes)
{
	indent(o);
	vt_buf_printf(o->b, "<%s%s%s>\n", o->prefix, name, attributes);
	o->depth++;
}

static void
close_tag(struct out *o, const char *name)
{
	o->depth--;
	indent(o);
	vt_buf_printf(o->b, "</%s%s>\n", o->prefix, name);
}

/* XML 1.0 §2.2: what may stand in a document at all. */
static bool
is_xml_text(struct vt_span s)
{
	if (!vt_utf8_is_valid(s))
		return false;
	for (size_t at = 0; at < s.n;) {
		int32_t c = vt_utf8_next(s, &at);

		if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') ||
		    c == 0xFFFE || c == 0xFFFF)
			return false;
	}
	return true;
}

static void
escape(struct vt_buf *b, struct vt_span s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *r = s.p[i] == '&'    ? "&amp;"
				: s.p[i] == '<'  ? "&lt;"
				: s.p[i] == '>'  ? "&gt;"
				: s.p[i] == '\r' ? "&#13;"
						 : NULL;

		if (r == NULL)
			continue;
		vt_buf_put(b, s.p + from, i - from);
		vt_buf_puts(b, r);
		from = i + 1;
	}
	vt_buf_put(b, s.p + from, s.n - from);
}

static void
element(struct out *o, const char *name, const char *text)
{
	struct vt_span s = vt_span_str(text);

	if (!is_xml_text(s))
		fail(o, VT_E_INVALID, name,
		    "XML 1.0 §2.2: UTF-8 without control characters wanted");
	else if (s.n > VT_L(EDXML_TEXT_MAX))
		fail(o, VT_E_LIMIT, name, "longer than EDXML_TEXT_MAX");
	if (o->rc != VT_OK)
		return;
	indent(o);
	vt_buf_printf(o->b, "<%s%s>", o->prefix, name);
	escape(o->b, s);
	vt_buf_printf(o->b, "</%s%s>\n", o->prefix, name);
}

static bool
has_text(const char *s)
{
	return s != NULL && *s != '\0';
}

/* Codes are keys: one that others would cut is refused. Free text that is
 * longer than the standard says is taken with a warning everywhere. */
static void
text(struct out *o, const struct vt_edxml_field *f, const char *s)
{
	if (!has_text(s))
		return;
	if (f->kind == VT_F_CODE && vt_utf8_length(vt_span_str(s)) > f->max)
		fail(o, VT_E_INVALID, f->name,
		    "QCVN 102:2016: longer than the standard allows");
	element(o, f->name, s);
}

static void
number(struct out *o, const struct vt_edxml_field *f, int64_t v)
{
	char s[24];
	int n;

	if (v == VT_EDXML_NONE)
		return;
	if (v < 0 || v > f->max)
		fail(o, VT_E_INVALID, f->name, "number out of range");
	n = snprintf(s, sizeof(s), "%0*" PRId64, (int)f->digits, v);
	VT_ASSERT(n > 0 && (size_t)n < sizeof(s));
	element(o, f->name, s);
}

static void
day(struct out *o, const struct vt_edxml_field *f, const struct vt_edxml_day *d)
{
	struct vt_edxml_day again;
	char s[11];

	if (d->year == 0)
		return;
	vt_edxml_day_text(d, s);
	if (!vt_edxml_day_parse(s, &again) || again.year != d->year)
		fail(o, VT_E_INVALID, f->name, "no day of the calendar");
	element(o, f->name, s);
}

static void
stamp(struct out *o, const struct vt_edxml_field *f, vt_time t)
{
	char s[20];

	if (t == VT_TIME_NONE)
		return;
	vt_edxml_stamp_text(t, s);
	element(o, f->name, s);
}

/* ---- is there anything to write ---- */

/* As deep as the tables: at most 6. NOLINTBEGIN(misc-no-recursion) */
static bool group_is_set(const struct vt_edxml_group *g, const void *base);

static bool
is_set(const struct vt_edxml_field *f, const void *base)
{
	const void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		return has_text(*(const char *const *)p);
	case VT_F_NUMBER:
		return *(const int64_t *)p != VT_EDXML_NONE;
	case VT_F_DAY:
		return ((const struct vt_edxml_day *)p)->year != 0;
	case VT_F_STAMP:
		return ((const struct vt_edxml_stamp *)p)->at != VT_TIME_NONE;
	case VT_F_GROUPS:
	case VT_F_TEXTS:
		return *(const size_t *)vt_edxml_at(base, f->at_n) > 0;
	case VT_F_GROUP:
		return group_is_set(f->group, p);
	case VT_F_FLAT:
		return group_is_set(f->group, base);
	default:
		return false;
	}
}

static bool
group_is_set(const struct vt_edxml_group *g, const void *base)
{
	for (size_t i = 0; i < g->n; i++)
		if (is_set(&g->fields[i], base))
			return true;
	return false;
}

/* ---- the walk ---- */

static void group(
    struct out *o, const struct vt_edxml_group *g, const void *base);

static void
list(struct out *o, const struct vt_edxml_field *f, const void *base)
{
	size_t n = *(const size_t *)vt_edxml_at(base, f->at_n);
	const void *p = vt_edxml_at(base, f->at);

	for (size_t i = 0; i < n && o->rc == VT_OK; i++) {
		if (f->kind == VT_F_TEXTS) {
			text(o, f, (*(const char *const *const *)p)[i]);
			continue;
		}
		open_tag(o, f->name, "");
		group(
		    o, f->group, *(const char *const *)p + i * f->group->size);
		close_tag(o, f->name);
	}
}

static void
field(struct out *o, const struct vt_edxml_field *f, const void *base)
{
	const void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		text(o, f, *(const char *const *)p);
		break;
	case VT_F_NUMBER:
		number(o, f, *(const int64_t *)p);
		break;
	case VT_F_DAY:
		day(o, f, p);
		break;
	case VT_F_STAMP:
		stamp(o, f, ((const struct vt_edxml_stamp *)p)->at);
		break;
	case VT_F_GROUP:
	case VT_F_FLAT:
		open_tag(o, f->name, "");
		group(o, f->group, f->kind == VT_F_GROUP ? p : base);
		close_tag(o, f->name);
		break;
	case VT_F_GROUPS:
	case VT_F_TEXTS:
		list(o, f, base);
		break;
	default:
		break;
	}
}

static bool
has_wanted(const struct vt_edxml_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->fields[i].wanted)
			return true;
	return false;
}

static void
group(struct out *o, const struct vt_edxml_group *g, const void *base)
{
	for (size_t i = 0; i < g->n && o->rc == VT_OK; i++) {
		const struct vt_edxml_field *f = &g->fields[i];

		if (is_set(f, base) ||
		    (f->kind == VT_F_FLAT && has_wanted(f->group)))
			field(o, f, base);
		else if (f->wanted)
			fail(o, VT_E_INVALID, f->name,
			    "QCVN 102:2016: the element is missing");
	}
}
/* NOLINTEND(misc-no-recursion) */

static void
part(struct out *o, const char *name, const struct vt_edxml_group *g,
    const void *base)
{
	open_tag(o, name, "");
	group(o, g, base);
	close_tag(o, name);
}

/* ---- a packet ---- */

static void
begin(struct out *o)
{
	vt_buf_puts(o->b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	o->prefix = "";
	open_tag(o, "edXML", " xmlns=\"" VT_EDXML_NS "\"");
	o->prefix = prefix;
	open_tag(o, "edXMLEnvelope", " xmlns:edXML=\"" VT_EDXML_NS "\"");
	open_tag(o, "edXMLHeader", "");
}

/* What the SDK sends as it is, with the media types it uses: two of them are
 * its own slips, which its readers expect. */
static const char *const plain[][2] = {
	{ "pdf", "application/pdf" },
	{ "doc", "application/doc" },
	{ "docx", "application/docx" },
	{ "xsl", "application/xsl" },
	{ "xslx", "application/xslx" },
	{ "zip", "application/zip" },
};

static const char *
plain_type(const char *name)
{
	char ext[11];

	vt_wire_extension(vt_span_str(name), ext);
	for (size_t i = 0; i < COUNT(plain); i++)
		if (strcmp(ext, plain[i][0]) == 0)
			return plain[i][1];
	return NULL;
}

static const char *
stated_type(const struct vt_edxml_attachment *a, bool wrapped)
{
	return wrapped ? "application/zip" : plain_type(a->name);
}

/* Wrapped are files of other types, and those that a reader would take for
 * wrapped. */
static void
decide_wrapping(
    struct out *o, const struct vt_edxml_attachment *a, bool *ret_wrapped)
{
	uint8_t head[VT_SNIFF_WRAPPER];
	size_t n = a->source->size < sizeof(head) ? (size_t)a->source->size
						  : sizeof(head);
	const char *type = plain_type(a->name);

	*ret_wrapped = type == NULL;
	if (type == NULL || o->rc != VT_OK)
		return;
	o->rc = vt_source_read(a->source, 0, head, n, o->err);
	if (o->rc == VT_OK)
		*ret_wrapped =
		    vt_sniff_is_wrapper(VT_SPAN(head, n), a->name, type);
}

static void
cid(struct out *o, const struct vt_edxml_attachment *a)
{
	VT_BUF_AUTO(id);

	vt_buf_printf(&id, "cid:%s", a->id);
	element(o, "ContentId", vt_buf_str(&id));
}

static void
optional(struct out *o, const char *name, const char *s)
{
	if (has_text(s))
		element(o, name, s);
}

static void
reference(struct out *o, const struct vt_edxml_attachment *a, bool wrapped)
{
	open_tag(o, "Reference", "");
	cid(o, a);
	element(o, "ContentType", stated_type(a, wrapped));
	optional(o, "Description", a->description);
	element(o, "AttachmentName", a->name);
	close_tag(o, "Reference");
}

static void
manifest(struct out *o, const struct vt_edxml_document *d,
    const struct vt_edxml_hole *holes)
{
	open_tag(o, "edXMLBody", "");
	open_tag(o, "edXMLManifest", " version=\"1.0\"");
	for (size_t i = 0; i < d->n_attachments; i++)
		reference(o, &d->attachments[i], holes[i].wrapped);
	close_tag(o, "edXMLManifest");
	close_tag(o, "edXMLBody");
}

static void
attachments(struct out *o, const struct vt_edxml_document *d,
    struct vt_edxml_hole *holes)
{
	open_tag(o, "AttachmentEncoded", "");
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		open_tag(o, "Attachment", "");
		cid(o, a);
		element(o, "AttachmentName", a->name);
		optional(o, "Description", a->description);
		element(o, "ContentType", stated_type(a, holes[i].wrapped));
		indent(o);
		vt_buf_puts(o->b, "<edXML:ContentTransferEncoded "
				  "xmlns:edXML=\"" VT_EDXML_NS "\">");
		holes[i].at = o->b->n;
		vt_buf_puts(o->b, "</edXML:ContentTransferEncoded>\n");
		close_tag(o, "Attachment");
	}
	close_tag(o, "AttachmentEncoded");
}

/* RFC 2392 takes more; these need no escaping anywhere. */
static bool
is_id(const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	return n > 0 && n <= 200 &&
	       strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.@") == n;
}

static void
check_attachments(struct out *o, const struct vt_edxml_document *d)
{
	if (d->n_attachments > VT_L(EDXML_ATTACHMENTS_MAX)) {
		fail(o, VT_E_LIMIT, "Attachment",
		    "more than EDXML_ATTACHMENTS_MAX");
		return;
	}
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		if (!is_id(a->id))
			fail(o, VT_E_INVALID, "ContentId",
			    "letters, digits and -_.@ wanted");
		if (!has_text(a->name) ||
		    vt_utf8_length(vt_span_str(a->name)) > 200)
			fail(o, VT_E_INVALID, "AttachmentName",
			    "a name of at most 200 characters wanted");
		if (a->source == NULL || a->source->size == 0)
			fail(o, VT_E_INVALID, "Attachment", "it is empty");
		else if (a->source->size > VT_L(EDXML_ATTACHMENT_MAX))
			fail(o, VT_E_LIMIT, "Attachment",
			    "larger than EDXML_ATTACHMENT_MAX");
		for (size_t k = 0; k < i && o->rc == VT_OK; k++)
			if (strcmp(a->id, d->attachments[k].id) == 0)
				fail(o, VT_E_INVALID, "ContentId",
				    "two attachments have the same");
	}
}

int
vt_edxml_compose(const struct vt_edxml_document *d, struct vt_buf *ret,
    struct vt_edxml_hole *ret_holes, struct vt_err *reterr)
{
	struct out o = { .b = ret, .err = reterr };

	check_attachments(&o, d);
	for (size_t i = 0; i < d->n_attachments && o.rc == VT_OK; i++)
		decide_wrapping(&o, &d->attachments[i], &ret_holes[i].wrapped);
	if (o.rc != VT_OK)
		return o.rc;
	begin(&o);
	part(&o, "MessageHeader", &vt_edxml_g_header, d);
	part(&o, "TraceHeaderList", &vt_edxml_g_trace, d);
	close_tag(&o, "edXMLHeader");
	manifest(&o, d, ret_holes);
	close_tag(&o, "edXMLEnvelope");
	o.prefix = "";
	if (d->n_attachments > 0)
		attachments(&o, d, ret_holes);
	close_tag(&o, "edXML");
	return o.rc != VT_OK ? o.rc : vt_buf_status(ret, reterr);
}

int
vt_edxml_write_status(
    const struct vt_edxml_status *s, struct vt_buf *ret, struct vt_err *reterr)
{
	size_t from = ret->n;
	struct out o = { .b = ret, .err = reterr };

	begin(&o);
	part(&o, "MessageHeader", &vt_edxml_g_status, s);
	close_tag(&o, "edXMLHeader");
	close_tag(&o, "edXMLEnvelope");
	o.prefix = "";
	close_tag(&o, "edXML");
	if (o.rc == VT_OK)
		o.rc = vt_buf_status(ret, reterr);
	if (o.rc != VT_OK && ret->n > from)
		vt_buf_truncate(ret, from);
	return o.rc;
}

void
vt_edxml_document_id(const char *organ, const struct vt_edxml_day *d,
    const char *number, const char *notation, struct vt_buf *ret)
{
	char s[11];

	vt_edxml_day_text(d, s);
	vt_buf_printf(ret, "%s,%s,%s/%s", organ, s, number, notation);
}

void
vt_edxml_uuid(const vt_id *id, char ret[static VT_EDXML_UUID + 1])
{
	char hex[VT_ID_TEXT + 1];
	size_t at = 0;

	vt_id_text(id, hex);
	for (size_t i = 0; i < VT_ID_TEXT; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			ret[at++] = '-';
		ret[at++] = hex[i];
	}
	ret[at] = '\0';
}
