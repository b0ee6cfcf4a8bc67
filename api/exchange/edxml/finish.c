/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said of a packet once all of it was read. */
#include <stdio.h>

#include "api/exchange/edxml/reader.h"

#define TYPES_KNOWN 3 /* largest BussinessDocType of the standard */

static const struct vt_span nothing = { NULL, 0 };

static void
note(struct vt_reader *r, enum vt_edxml_rule rule, const char *at)
{
	vt_reader_finding_at(r, rule, at, nothing);
}

/* ---- attachments and the manifest ---- */

static bool
same_id(
    const struct vt_edxml_attachment *a, const struct vt_edxml_attachment *b)
{
	struct vt_span x = vt_part_id(vt_span_str(a->id));
	struct vt_span y = vt_part_id(vt_span_str(b->id));

	return x.n > 0 && vt_span_eq(x, y);
}

static bool
same_name(
    const struct vt_edxml_attachment *a, const struct vt_edxml_attachment *b)
{
	return a->name != NULL && b->name != NULL &&
	       strcmp(a->name, b->name) == 0;
}

/* By id; else by name, since some write other ids in the two places. */
static struct vt_edxml_attachment *
attachment_of(
    struct vt_edxml_document *d, const struct vt_edxml_attachment *ref)
{
	for (size_t i = 0; i < d->n_attachments; i++)
		if (!d->attachments[i].referenced &&
		    same_id(&d->attachments[i], ref))
			return &d->attachments[i];
	for (size_t i = 0; i < d->n_attachments; i++)
		if (!d->attachments[i].referenced &&
		    same_name(&d->attachments[i], ref))
			return &d->attachments[i];
	return NULL;
}

static void
meet(struct vt_edxml_attachment *a, const struct vt_edxml_attachment *ref)
{
	a->referenced = true;
	if (a->id == NULL)
		a->id = ref->id;
	if (a->name == NULL)
		a->name = ref->name;
	if (a->description == NULL)
		a->description = ref->description;
	if (a->content_type == NULL)
		a->content_type = ref->content_type;
}

static void
meet_references(struct vt_reader *r)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		const struct vt_edxml_attachment *ref = &r->refs[i];
		struct vt_edxml_attachment *a =
		    attachment_of(&r->x->document, ref);
		char at[40];

		if (a != NULL) {
			meet(a, ref);
			continue;
		}
		(void)snprintf(at, sizeof(at), "Reference[%zu]", i + 1);
		if (ref->id != NULL || ref->name != NULL)
			vt_reader_finding_at(r, VT_EDXML_R_REFERENCE_ALONE, at,
			    vt_span_str(
				ref->name != NULL ? ref->name : ref->id));
	}
}

/* Content ids go without "cid:" from here on. */
static void
bare_id(struct vt_reader *r, struct vt_edxml_attachment *a)
{
	struct vt_span s = vt_part_id(vt_span_str(a->id));
	char *p;

	if (a->id == NULL || s.n == strlen(a->id))
		return;
	p = vt_reader_alloc(r, s.n + 1);
	if (p == NULL)
		return;
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	a->id = p;
}

static void
check_attachments(struct vt_reader *r)
{
	struct vt_edxml_document *d = &r->x->document;

	meet_references(r);
	for (size_t i = 0; i < d->n_attachments; i++) {
		struct vt_edxml_attachment *a = &d->attachments[i];
		char at[40];

		(void)snprintf(at, sizeof(at), "Attachment[%zu]", i + 1);
		bare_id(r, a);
		if (!a->referenced && r->n_refs > 0)
			note(r, VT_EDXML_R_ATTACHMENT_ALONE, at);
		if (a->name == NULL)
			note(r, VT_EDXML_R_NO_ATTACHMENT_NAME, at);
		if (i >= r->part.last && !r->x->broken)
			note(r, VT_EDXML_R_ATTACHMENT_EMPTY, at);
		for (size_t k = 0; k < i; k++)
			if (same_id(a, &d->attachments[k])) {
				note(r, VT_EDXML_R_ATTACHMENT_TWICE, at);
				break;
			}
	}
	if (d->n_attachments == 0 && !r->x->broken)
		note(r,
		    d->business == VT_EDXML_NEW || d->business == VT_EDXML_NONE
			? VT_EDXML_R_NO_ATTACHMENT
			: VT_EDXML_R_NO_ATTACHMENT_CHANGE,
		    "AttachmentEncoded");
}

/* ---- a document's header ---- */

/* Not for lists as long as a packet may hold: neighbours of the sorted are
 * looked at by hashing each once. */
static uint32_t
hash_code(const char *s)
{
	uint32_t h = 2166136261U;

	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 16777619U;
	return h;
}

static void
check_receivers(struct vt_reader *r)
{
	const struct vt_edxml_document *d = &r->x->document;
	size_t room = 16, some = 0;
	const char **seen;

	while (room < d->n_to * 2)
		room *= 2;
	seen = vt_reader_alloc(r, room * sizeof(*seen));
	for (size_t i = 0; seen != NULL && i < d->n_to; i++) {
		const char *id = d->to[i].id;
		size_t at;

		if (id == NULL)
			continue;
		some++;
		at = hash_code(id) & (room - 1);
		while (seen[at] != NULL && strcmp(seen[at], id) != 0)
			at = (at + 1) & (room - 1);
		if (seen[at] != NULL)
			vt_reader_finding_at(r, VT_EDXML_R_RECEIVER_TWICE, "To",
			    vt_span_str(id));
		seen[at] = id;
	}
	if (some == 0)
		note(r, VT_EDXML_R_NO_RECEIVER, "To");
}

static void
check_document_id(struct vt_reader *r)
{
	const struct vt_edxml_document *d = &r->x->document;
	VT_BUF_AUTO(want);

	if (d->document_id == NULL) {
		note(r, VT_EDXML_R_NO_DOCUMENT_ID, "DocumentId");
		return;
	}
	if (d->from.id == NULL || d->promulgated.year == 0 ||
	    d->code_number == NULL || d->code_notation == NULL)
		return;
	vt_edxml_document_id(d->from.id, &d->promulgated, d->code_number,
	    d->code_notation, &want);
	if (!vt_edxml_same_text(d->document_id, vt_buf_str(&want)))
		vt_reader_finding_at(r, VT_EDXML_R_OTHER_DOCUMENT_ID,
		    "DocumentId", vt_span_str(d->document_id));
}

static void
check_business(struct vt_reader *r)
{
	const struct vt_edxml_document *d = &r->x->document;
	bool names =
	    d->acts_on != NULL || d->n_answers > 0 || d->document_id != NULL;

	if (d->business == VT_EDXML_NONE)
		note(r, VT_EDXML_R_NO_BUSINESS, "Bussiness/BussinessDocType");
	else if (d->business > TYPES_KNOWN)
		note(r, VT_EDXML_R_UNKNOWN_BUSINESS,
		    "Bussiness/BussinessDocType");
	if (d->business == VT_EDXML_REPLACE)
		names = d->n_replaces > 0 || d->acts_on != NULL;
	if (d->business > VT_EDXML_NEW && d->business <= TYPES_KNOWN && !names)
		note(r, VT_EDXML_R_NOTHING_ACTED_ON, "Bussiness");
	if (d->n_hops == 0)
		note(r, VT_EDXML_R_NO_HOP, "TraceHeader");
}

static void
check_document(struct vt_reader *r)
{
	const struct vt_edxml_document *d = &r->x->document;

	if (d->from.id == NULL)
		note(r, VT_EDXML_R_NO_SENDER, "From/OrganId");
	check_receivers(r);
	check_document_id(r);
	if (d->code_number == NULL || d->code_notation == NULL)
		note(r, VT_EDXML_R_NO_CODE, "Code");
	if (d->subject == NULL)
		note(r, VT_EDXML_R_NO_SUBJECT, "Subject");
	if (d->promulgated.text == NULL)
		note(
		    r, VT_EDXML_R_NO_DATE, "PromulgationInfo/PromulgationDate");
	if (d->type_name == NULL)
		note(r, VT_EDXML_R_NO_TYPE_NAME, "DocumentType/TypeName");
	check_business(r);
	check_attachments(r);
}

/* ---- a status ---- */

static bool
is_known_code(int64_t c)
{
	return (c >= VT_EDXML_INBOX && c <= VT_EDXML_FINISHED) ||
	       c == VT_EDXML_TAKE_BACK || c == VT_EDXML_CHANGE_ACCEPTED ||
	       c == VT_EDXML_CHANGE_REJECTED;
}

/* What was read as a document's header is a status'. */
static void
become_status(struct vt_reader *r)
{
	struct vt_edxml_document *d = &r->x->document;
	struct vt_edxml_status *s = &r->x->status;
	const char *signature = d->signature;

	r->x->kind = VT_EDXML_STATUS;
	s->from = d->from;
	if (d->n_answers > 0)
		s->of = d->answers[0];
	memset(d, 0, sizeof(*d));
	vt_value_init(&vt_edxml_g_header, d);
	vt_value_init(&vt_edxml_g_trace, d);
	d->signature = signature;
}

static void
check_status(struct vt_reader *r)
{
	const struct vt_edxml_status *s = &r->x->status;

	if (s->from.id == NULL)
		note(r, VT_EDXML_R_NO_SENDER, "From/OrganId");
	if (s->code == VT_EDXML_NONE)
		note(r, VT_EDXML_R_NO_STATUS_CODE, "StatusCode");
	else if (!is_known_code(s->code))
		note(r, VT_EDXML_R_UNKNOWN_STATUS_CODE, "StatusCode");
	if (s->of.document_id == NULL && s->of.code == NULL)
		note(r, VT_EDXML_R_NO_STATUS_SUBJECT, "ResponseFor");
	if ((s->code == VT_EDXML_REJECTED || s->code == VT_EDXML_TAKE_BACK) &&
	    s->description == NULL)
		note(r, VT_EDXML_R_NO_REASON, "Description");
}

void
vt_reader_finish(struct vt_reader *r)
{
	static const char *const forms[] = { NULL, NULL, "SOAP", "e-doc.vn" };

	if (r->x->dialect != VT_EDXML_QCVN_2016)
		vt_reader_finding_at(r, VT_EDXML_R_OLD_DIALECT, "",
		    vt_span_str(forms[r->x->dialect]));
	if (r->x->document.signature != NULL)
		note(r, VT_EDXML_R_PACKET_SIGNATURE, "Signature");
	if (r->status) {
		become_status(r);
		check_status(r);
	} else {
		check_document(r);
	}
	vt_edxml_sort_findings(r->x);
}
