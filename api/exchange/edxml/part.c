/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One attachment: base64, then perhaps the wrapper, then out. Nothing of it is
 * kept but its first bytes, which are looked at when it ends. What is wrong
 * with it becomes a finding; the packet goes on.
 */
#include <stdio.h>
#include <strings.h>

#include "api/exchange/edxml/reader.h"

#define DECODED ((size_t)49152)
#define LOCAL   VT_WIRE_LOCAL

struct vt_span
vt_part_id(struct vt_span s)
{
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = VT_SPAN(s.p + 1, s.n - 2);
	if (s.n >= 4 && strncasecmp((const char *)s.p, "cid:", 4) == 0)
		s = VT_SPAN(s.p + 4, s.n - 4);
	return s;
}

static struct vt_edxml_attachment *
attachment(struct vt_reader *r)
{
	return &r->x->document.attachments[r->part.index];
}

/* What the manifest, which stands in front, says of it; or NULL. */
static const struct vt_edxml_attachment *
reference_of(struct vt_reader *r)
{
	struct vt_span id = vt_part_id(vt_span_str(attachment(r)->id));

	for (size_t i = 0; id.n > 0 && i < r->n_refs; i++)
		if (vt_span_eq(id, vt_part_id(vt_span_str(r->refs[i].id))))
			return &r->refs[i];
	return NULL;
}

static const char *
name_of(struct vt_reader *r)
{
	const struct vt_edxml_attachment *ref = reference_of(r);
	const struct vt_edxml_attachment *a = attachment(r);

	return a->name != NULL || ref == NULL ? a->name : ref->name;
}

static void
fail_part(struct vt_reader *r, enum vt_edxml_rule rule, const char *why)
{
	char at[40];

	if (r->part.failed)
		return;
	r->part.failed = true;
	(void)snprintf(at, sizeof(at), "Attachment[%zu]", r->part.index + 1);
	vt_reader_finding_at(r, rule, at, vt_span_str(why));
}

void
vt_part_drop(struct vt_reader *r)
{
	struct vt_part *p = &r->part;

	vt_unwrap_free(p->unwrap);
	vt_buf_free(&p->head);
	vt_buf_free(&p->sniff);
	*p = (struct vt_part){ .last = p->last };
}

void
vt_part_begin(struct vt_reader *r, size_t index)
{
	struct vt_part *p = &r->part;

	vt_part_drop(r);
	p->open = true;
	p->index = index;
	p->start = r->out;
	p->failed = index < p->last; /* a second time: passed over */
	p->last = index + 1;
}

/* ---- decoded bytes of the file itself ---- */

/* vt_edxml_sink */
static int
deliver(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct vt_reader *r = arg;
	struct vt_part *p = &r->part;
	size_t head = VT_L(EDXML_SNIFF_MAX) - p->sniff.n;
	int rc = VT_OK;

	if (p->size + s.n > VT_L(EDXML_ATTACHMENT_MAX) ||
	    r->out + s.n > VT_L(PACKET_OUTPUT_MAX)) {
		fail_part(r, VT_EDXML_R_ATTACHMENT_LARGE,
		    p->size + s.n > VT_L(EDXML_ATTACHMENT_MAX)
			? "EDXML_ATTACHMENT_MAX"
			: "PACKET_OUTPUT_MAX");
		return VT_OK;
	}
	vt_buf_put(&p->sniff, s.p, head < s.n ? head : s.n);
	if (r->how->out != NULL)
		rc = r->how->out(r->how->arg, s, reterr);
	p->size += s.n;
	r->out += s.n;
	return rc;
}

/* ---- wrapped or not ---- */

/* Is what comes the SDK's wrapper? */
static bool
is_wrapper(struct vt_reader *r)
{
	const struct vt_edxml_attachment *ref = reference_of(r);
	const struct vt_edxml_attachment *a = attachment(r);
	const char *type = a->content_type;

	if (type == NULL && ref != NULL)
		type = ref->content_type;
	return vt_sniff_is_wrapper(
	    vt_buf_view(&r->part.head), name_of(r), type);
}

/* Enough of the head to tell? */
static bool
can_tell(const struct vt_buf *h)
{
	size_t n;

	if (h->n < 4)
		return false;
	if (memcmp(h->p, "PK\3\4", 4) != 0)
		return true;
	if (h->n < LOCAL)
		return false;
	n = (size_t)h->p[26] | (size_t)h->p[27] << 8;
	return n > VT_L(EDXML_WRAPPER_NAME) || h->n >= LOCAL + n;
}

static int
unwrap(struct vt_reader *r, struct vt_span s, struct vt_err *err)
{
	struct vt_part *p = &r->part;
	int rc = vt_unwrap_put(p->unwrap, s, err);

	if (rc == VT_E_INVALID &&
	    vt_unwrap_rule(p->unwrap) != VT_EDXML_R__MAX) {
		fail_part(r, vt_unwrap_rule(p->unwrap), err->msg);
		return VT_OK;
	}
	return rc;
}

static int
pass_on(struct vt_reader *r, struct vt_span s, struct vt_err *err)
{
	if (r->part.failed || s.n == 0)
		return VT_OK;
	return r->part.unwrap != NULL ? unwrap(r, s, err) : deliver(r, s, err);
}

static int
decide(struct vt_reader *r, struct vt_err *err)
{
	struct vt_part *p = &r->part;
	int rc;

	p->decided = true;
	if ((rc = vt_buf_status(&p->head, err)) != VT_OK)
		return rc;
	if (is_wrapper(r)) {
		rc = vt_unwrap_new(deliver, r, &p->unwrap, err);
		if (rc != VT_OK)
			return rc;
	}
	return pass_on(r, vt_buf_view(&p->head), err);
}

void
vt_part_bytes(struct vt_reader *r, struct vt_span s)
{
	struct vt_part *p = &r->part;
	struct vt_err err = VT_ERR_INIT;
	int rc = VT_OK;

	if (r->rc != VT_OK || p->failed)
		return;
	VT_ASSERT(p->open);
	if (!p->decided) {
		size_t room = LOCAL + VT_L(EDXML_WRAPPER_NAME) - p->head.n;
		size_t k = room < s.n ? room : s.n;

		vt_buf_put(&p->head, s.p, k);
		s.p += k;
		s.n -= k;
		if (!can_tell(&p->head))
			return; /* then s is used up: LOCAL + name fit */
		rc = decide(r, &err);
	}
	if (rc == VT_OK)
		rc = pass_on(r, s, &err);
	if (rc != VT_OK)
		vt_reader_fail(r, &err);
}

void
vt_part_text(struct vt_reader *r, struct vt_span s)
{
	struct vt_part *p = &r->part;
	uint8_t out[DECODED + 3];

	while (s.n > 0 && r->rc == VT_OK && !p->failed) {
		size_t k = s.n < DECODED / 3 * 4 ? s.n : DECODED / 3 * 4;
		size_t n = vt_unbase64_put(&p->base64, out, s.p, k);

		if (n > 0)
			vt_part_bytes(r, VT_SPAN(out, n));
		if (p->base64.failed)
			fail_part(r, VT_EDXML_R_BASE64,
			    "a character that is not base64");
		s.p += k;
		s.n -= k;
	}
}

/* ---- the end ---- */

static void
look(struct vt_reader *r, const char *name)
{
	struct vt_part *p = &r->part;
	struct vt_edxml_attachment *a = attachment(r);
	struct vt_span head = vt_buf_view(&p->sniff);
	char at[40];

	a->media_type = vt_sniff_type(head, name);
	(void)snprintf(at, sizeof(at), "Attachment[%zu]", p->index + 1);
	if (vt_sniff_ruined_pdf(head)) {
		fail_part(
		    r, VT_EDXML_R_PDF_CORRUPTED, name == NULL ? "" : name);
		return;
	}
	if (vt_sniff_mismatch(a->media_type, name))
		vt_reader_finding_at(
		    r, VT_EDXML_R_TYPE_MISMATCH, at, vt_span_str(name));
	if (p->unwrap != NULL && vt_unwrap_strays(p->unwrap))
		vt_reader_finding_at(
		    r, VT_EDXML_R_ZIP_NAME, at, vt_span_str(name));
}

static void
end_unwrap(struct vt_reader *r)
{
	struct vt_err err = VT_ERR_INIT;

	if (vt_unwrap_end(r->part.unwrap, &err) != VT_OK)
		fail_part(r, vt_unwrap_rule(r->part.unwrap), err.msg);
}

void
vt_part_end(struct vt_reader *r, bool encoded)
{
	struct vt_part *p = &r->part;
	struct vt_edxml_attachment *a = attachment(r);
	struct vt_err err = VT_ERR_INIT;

	if (r->rc != VT_OK || !p->open)
		return;
	if (!p->failed && encoded && !vt_unbase64_end(&p->base64))
		fail_part(r, VT_EDXML_R_BASE64, "it breaks off");
	if (!p->failed && !p->decided && decide(r, &err) != VT_OK)
		vt_reader_fail(r, &err);
	if (!p->failed && p->unwrap != NULL && r->rc == VT_OK)
		end_unwrap(r);
	if (!p->failed && vt_buf_status(&p->sniff, &err) != VT_OK)
		vt_reader_fail(r, &err);
	if (!p->failed && p->size == 0)
		fail_part(r, VT_EDXML_R_ATTACHMENT_EMPTY, "");
	if (!p->failed && r->rc == VT_OK)
		look(r, name_of(r));
	if (r->rc == VT_OK && !p->failed) {
		a->at = p->start;
		a->size = p->size;
		a->present = true;
		a->wrapped = p->unwrap != NULL;
	}
	vt_part_drop(r);
}
