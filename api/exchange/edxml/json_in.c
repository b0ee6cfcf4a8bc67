/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document as a person or a program states it, by the same tables as the
 * rest. */
#include <jansson.h>

#include "api/exchange/edxml/reader.h"
#include "base/text.h"

struct in {
	struct vt_edxml *x;
	struct vt_err *err;
	int rc;
};

static void
fail(struct in *in, int code, const char *member, const char *why)
{
	if (in->rc == VT_OK)
		in->rc = vt_err_set(in->err, (enum vt_code)code,
		    "packet as JSON: member \"%.60s\": %s", member, why);
}

static void *
alloc(struct in *in, size_t n, size_t size)
{
	void *p = vt_arena_array(in->x->arena, n, size);

	if (p == NULL && in->rc == VT_OK)
		in->rc = vt_arena_err(in->x->arena, in->err);
	return p;
}

static const char *
text(struct in *in, const char *name, const json_t *v)
{
	const char *s;

	if (!json_is_string(v)) {
		fail(in, VT_E_INVALID, name, "a string wanted");
		return NULL;
	}
	/* jansson refuses NUL and what is no UTF-8 */
	s = vt_arena_strdup(in->x->arena, json_string_value(v));
	if (s == NULL && in->rc == VT_OK)
		in->rc = vt_arena_err(in->x->arena, in->err);
	return s;
}

static void
number(
    struct in *in, const struct vt_edxml_field *f, int64_t *at, const json_t *v)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) > f->max)
		fail(in, VT_E_INVALID, f->json, "a number in range wanted");
	else
		*at = json_integer_value(v);
}

static void
day(struct in *in, const char *name, struct vt_edxml_day *at, const json_t *v)
{
	if (!json_is_string(v) || !vt_edxml_day_parse(json_string_value(v), at))
		fail(in, VT_E_INVALID, name, "a date wanted, yyyy-MM-dd");
}

static void
stamp(struct in *in, const char *name, vt_time *at, const json_t *v)
{
	if (!json_is_string(v) ||
	    !vt_edxml_stamp_parse(json_string_value(v), at))
		fail(in, VT_E_INVALID, name, "a time wanted, RFC 3339");
}

/* As deep as the tables. NOLINTBEGIN(misc-no-recursion) */

/* Takes the members that belong to the group out of o. */
static void group(
    struct in *in, const struct vt_edxml_group *g, void *base, json_t *o);

/* What is left in an object was not known. */
static void
nothing_left(struct in *in, json_t *o)
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v)
	{
		(void)v;
		fail(in, VT_E_INVALID, name, "not known");
	}
}

static void
list(struct in *in, const struct vt_edxml_field *f, void *base, json_t *v)
{
	size_t n = json_array_size(v);
	size_t size =
	    f->kind == VT_F_TEXTS ? sizeof(const char *) : f->group->size;
	char *p;

	if (!json_is_array(v)) {
		fail(in, VT_E_INVALID, f->json, "an array wanted");
		return;
	}
	if (n > VT_L(EDXML_ELEMENTS_MAX)) {
		fail(in, VT_E_LIMIT, f->json, "more than EDXML_ELEMENTS_MAX");
		return;
	}
	if (n == 0 || (p = alloc(in, n, size)) == NULL)
		return;
	memcpy(vt_edxml_at(base, f->at), &p, sizeof(p));
	memcpy(vt_edxml_at(base, f->at_n), &n, sizeof(n));
	for (size_t i = 0; i < n && in->rc == VT_OK; i++) {
		json_t *one = json_array_get(v, i);

		if (f->kind == VT_F_TEXTS) {
			((const char **)(void *)p)[i] = text(in, f->json, one);
			continue;
		}
		vt_value_init(f->group, p + i * size);
		group(in, f->group, p + i * size, one);
		nothing_left(in, one);
	}
}

static void
field(struct in *in, const struct vt_edxml_field *f, void *base, json_t *v)
{
	void *p = vt_edxml_at(base, f->at);

	switch (f->kind) {
	case VT_F_TEXT:
	case VT_F_CODE:
		*(const char **)p = text(in, f->json, v);
		break;
	case VT_F_NUMBER:
		number(in, f, p, v);
		break;
	case VT_F_DAY:
		day(in, f->json, p, v);
		break;
	case VT_F_STAMP:
		stamp(in, f->json, &((struct vt_edxml_stamp *)p)->at, v);
		break;
	case VT_F_GROUP:
		if (!json_is_object(v)) {
			fail(in, VT_E_INVALID, f->json, "an object wanted");
			break;
		}
		group(in, f->group, p, v);
		nothing_left(in, v);
		break;
	case VT_F_GROUPS:
	case VT_F_TEXTS:
		list(in, f, base, v);
		break;
	default:
		break;
	}
}

static void
group(struct in *in, const struct vt_edxml_group *g, void *base, json_t *o)
{
	if (!json_is_object(o)) {
		fail(in, VT_E_INVALID, "(of a list)", "an object wanted");
		return;
	}
	for (size_t i = 0; i < g->n && in->rc == VT_OK; i++) {
		const struct vt_edxml_field *f = &g->fields[i];
		json_t *v;

		if (f->kind == VT_F_FLAT) {
			group(in, f->group, base, o);
			continue;
		}
		v = f->json == NULL ? NULL : json_object_get(o, f->json);
		if (v == NULL)
			continue;
		if (!json_is_null(v))
			field(in, f, base, v);
		(void)json_object_del(o, f->json);
	}
}
/* NOLINTEND(misc-no-recursion) */

/* Said by reading, not by a writer. */
static void
drop(json_t *o, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)json_object_del(o, names[i]);
}

static void
attachment(struct in *in, struct vt_edxml_attachment *a, json_t *o)
{
	static const char *const read[] = { "content_type", "whole", "size",
		"media_type", "wrapped", "in_manifest", "sha256" };
	const json_t *file;

	if (!json_is_object(o)) {
		fail(in, VT_E_INVALID, "attachments", "objects wanted");
		return;
	}
	drop(o, read, sizeof(read) / sizeof(read[0]));
	file = json_object_get(o, "file");
	if (file != NULL)
		a->file = text(in, "file", file);
	(void)json_object_del(o, "file");
	group(in, &vt_edxml_g_attachment, a, o);
	nothing_left(in, o);
}

static void
attachments(struct in *in, json_t *o)
{
	struct vt_edxml_document *d = &in->x->document;
	json_t *list = json_object_get(o, "attachments");
	size_t n = json_array_size(list);

	if (list == NULL)
		return;
	if (!json_is_array(list) || n > VT_L(EDXML_ATTACHMENTS_MAX)) {
		fail(in, VT_E_INVALID, "attachments",
		    "an array of at most EDXML_ATTACHMENTS_MAX wanted");
		return;
	}
	if (n > 0 &&
	    (d->attachments = alloc(in, n, sizeof(*d->attachments))) == NULL)
		return;
	d->n_attachments = n;
	for (size_t i = 0; i < n && in->rc == VT_OK; i++)
		attachment(in, &d->attachments[i], json_array_get(list, i));
	(void)json_object_del(o, "attachments");
}

static void
document(struct in *in, json_t *o)
{
	static const char *const read[] = { "kind", "form", "broken",
		"acceptable", "findings" };
	const char *kind = json_string_value(json_object_get(o, "kind"));

	if (!json_is_object(o)) {
		fail(in, VT_E_SYNTAX, "", "an object wanted");
		return;
	}
	if (kind != NULL && strcmp(kind, "document") != 0)
		fail(in, VT_E_INVALID, "kind", "a document wanted");
	drop(o, read, sizeof(read) / sizeof(read[0]));
	group(in, &vt_edxml_g_header, &in->x->document, o);
	if (in->rc == VT_OK)
		group(in, &vt_edxml_g_trace, &in->x->document, o);
	if (in->rc == VT_OK)
		attachments(in, o);
	nothing_left(in, o);
}

int
vt_edxml_from_json(
    struct vt_span json, struct vt_edxml **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct in in = { .err = reterr };
	json_error_t e;
	json_t *o;

	if (json.n > VT_L(EDXML_MEMORY_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "packet as JSON: EDXML_MEMORY_MAX: %zu bytes", json.n);
	o = json_loadb(
	    (const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &e);
	if (o == NULL)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "packet as JSON: RFC 8259: line %d: %.100s", e.line,
		    e.text);
	if ((x = vt_edxml_new()) == NULL) {
		json_decref(o);
		return vt_err_set(reterr, VT_E_NOMEM, "packet: memory");
	}
	in.x = x;
	document(&in, o);
	json_decref(o);
	if (in.rc == VT_OK)
		*ret = VT_TAKE(x);
	return in.rc;
}
