/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was read, for people and programs: absent elements are left out, flat
 * groups are members of what holds them. */
#include "api/exchange/edxml/fields.h"
#include "base/json_out.h"

/* A day that is none is shown as it stood. */
static void
day(struct vt_json *j, const char *key, const struct vt_edxml_day *d)
{
	char s[16];

	if (d->year == 0) {
		if (d->text != NULL)
			vt_json_kstr(j, key, d->text);
		return;
	}
	vt_edxml_day_text(d, s);
	s[4] = s[7] = '-';
	vt_json_kstr(j, key, s);
}

static void
stamp(struct vt_json *j, const char *key, const struct vt_edxml_stamp *s)
{
	if (s->at != VT_TIME_NONE)
		vt_json_ktime(j, key, s->at);
	else if (s->text != NULL)
		vt_json_kstr(j, key, s->text);
}

/* As deep as the tables. NOLINTBEGIN(misc-no-recursion) */
static void group(
    struct vt_json *j, const struct vt_edxml_group *g, const void *base);

static void
list(struct vt_json *j, const struct vt_edxml_field *f, const void *base)
{
	size_t n = *(const size_t *)vt_edxml_at(base, f->at_n);
	const void *p = vt_edxml_at(base, f->at);

	if (n == 0)
		return;
	vt_json_key(j, f->json);
	vt_json_array(j);
	for (size_t i = 0; i < n; i++) {
		if (f->kind == VT_F_TEXTS) {
			vt_json_str(j, (*(const char *const *const *)p)[i]);
			continue;
		}
		vt_json_object(j);
		group(
		    j, f->group, *(const char *const *)p + i * f->group->size);
		vt_json_end(j);
	}
	vt_json_end(j);
}

static void
field(struct vt_json *j, const struct vt_edxml_field *f, const void *base)
{
	const void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		if (*(const char *const *)p != NULL)
			vt_json_kstr(j, f->json, *(const char *const *)p);
		break;
	case VT_F_NUMBER:
		if (*(const int64_t *)p != VT_EDXML_NONE)
			vt_json_kint(j, f->json, *(const int64_t *)p);
		break;
	case VT_F_DAY:
		day(j, f->json, p);
		break;
	case VT_F_STAMP:
		stamp(j, f->json, p);
		break;
	case VT_F_FLAT:
		group(j, f->group, base);
		break;
	case VT_F_GROUP:
		vt_json_key(j, f->json);
		vt_json_object(j);
		group(j, f->group, p);
		vt_json_end(j);
		break;
	case VT_F_GROUPS:
	case VT_F_TEXTS:
		list(j, f, base);
		break;
	default:
		break;
	}
}

static void
group(struct vt_json *j, const struct vt_edxml_group *g, const void *base)
{
	for (size_t i = 0; i < g->n; i++)
		field(j, &g->fields[i], base);
}
/* NOLINTEND(misc-no-recursion) */

static void
attachments(struct vt_json *j, const struct vt_edxml_document *d)
{
	vt_json_key(j, "attachments");
	vt_json_array(j);
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		vt_json_object(j);
		group(j, &vt_edxml_g_attachment, a);
		if (a->file != NULL)
			vt_json_kstr(j, "file", a->file);
		vt_json_kbool(j, "whole", a->present);
		if (a->present) {
			vt_json_kuint(j, "size", a->size);
			vt_json_kstr(j, "media_type", a->media_type);
			vt_json_kbool(j, "wrapped", a->wrapped);
		}
		vt_json_kbool(j, "in_manifest", a->referenced);
		vt_json_end(j);
	}
	vt_json_end(j);
}

static void
findings(struct vt_json *j, const struct vt_edxml *x)
{
	vt_json_key(j, "findings");
	vt_json_array(j);
	for (size_t i = 0; i < x->n_findings; i++) {
		const struct vt_edxml_finding *f = &x->findings[i];
		const struct vt_edxml_rule_info *r =
		    vt_edxml_rule_info(f->rule);
		char class[2] = { (char)r->class, '\0' };

		vt_json_object(j);
		vt_json_kstr(j, "class", class);
		vt_json_kstr(j, "code", r->slug);
		vt_json_kstr(j, "at", f->at);
		vt_json_kstr(j, "found", f->detail);
		vt_json_kstr(j, "vi", r->vi);
		vt_json_kstr(j, "en", r->en);
		vt_json_end(j);
	}
	vt_json_end(j);
}

void
vt_edxml_json(const struct vt_edxml *x, struct vt_json *j)
{
	static const char *const dialects[] = { NULL, "qcvn-102-2016", "soap",
		"e-doc" };
	bool status = x->kind == VT_EDXML_STATUS;

	vt_json_object(j);
	vt_json_kstr(j, "kind", status ? "status" : "document");
	vt_json_kstr(j, "form", dialects[x->dialect]);
	vt_json_kbool(j, "broken", x->broken);
	vt_json_kbool(j, "acceptable", vt_edxml_refusal(x) == NULL);
	if (status) {
		group(j, &vt_edxml_g_status, &x->status);
	} else {
		group(j, &vt_edxml_g_header, &x->document);
		group(j, &vt_edxml_g_trace, &x->document);
		attachments(j, &x->document);
	}
	findings(j, x);
	vt_json_end(j);
}
