/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The form fields of one revision (ISO 32000-1 §12.7.3): terminal fields with
 * their full names and inherited type and value.
 */
#include "base/limits.h"
#include "signing/verdict/facts.h"

struct inherited {
	const char *name;
	struct vt_span type;
	struct vt_pdf_object *value;
};

struct walk {
	struct vt_facts *f;
	size_t rev;
	struct vt_fields *ret;
	struct vt_err *err;
};

static int
field_add(struct walk *w, const struct vt_field *field)
{
	if (!vt_facts_grow(w->f, w->f->work, &w->ret->items, w->ret->n,
		&w->ret->cap, sizeof(*w->ret->items)))
		return vt_err_set(w->err, VT_E_NOMEM, "PDF form fields");
	w->ret->items[w->ret->n++] = *field;
	return VT_OK;
}

/* Partial name joined to the parent's with a full stop (§12.7.3.2). */
static int
join_name(struct walk *w, const char *parent, const struct vt_pdf_object *t,
    const char **ret)
{
	VT_BUF_AUTO(b);

	if (parent != NULL) {
		vt_buf_puts(&b, parent);
		vt_buf_putc(&b, '.');
	}
	vt_buf_span(&b, vt_pdf_text(t, w->f->work));
	*ret = vt_facts_text(w->f, vt_buf_view(&b));
	return vt_buf_status(&b, w->err);
}

static int
kid_is_field(struct walk *w, struct vt_pdf_object *kid, bool *ret)
{
	struct vt_pdf_object *dict;
	int rc = vt_pdf_resolve(w->f->pdf, w->rev, kid, &dict, w->err);

	if (rc == VT_OK)
		*ret = dict->type == VT_PDF_DICT &&
		       vt_pdf_dict_get(dict, "T") != NULL;
	return rc;
}

static int walk_field(
    struct walk *w, struct vt_pdf_object *o, struct inherited up, int depth);

/* As deep as PDF_DEPTH_MAX. NOLINTBEGIN(misc-no-recursion) */

/* Kids that are fields are walked into; *ret_fields tells whether any was. */
static int
walk_kids(struct walk *w, struct vt_pdf_object *dict,
    const struct inherited *mine, int depth, bool *ret_fields)
{
	struct vt_pdf_object *kids;
	size_t i;
	int rc;

	*ret_fields = false;
	rc = vt_pdf_lookup(w->f->pdf, w->rev, dict, "Kids", &kids, w->err);
	if (rc != VT_OK || kids == NULL || kids->type != VT_PDF_ARRAY)
		return rc;
	for (i = 0; i < kids->u.array.n; i++) {
		bool field = false;

		rc = kid_is_field(w, kids->u.array.items[i], &field);
		if (rc == VT_OK && field) {
			*ret_fields = true;
			rc = walk_field(
			    w, kids->u.array.items[i], *mine, depth + 1);
		}
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

static int
walk_field(
    struct walk *w, struct vt_pdf_object *o, struct inherited up, int depth)
{
	struct vt_pdf_object *dict, *v;
	struct vt_field field = { 0 };
	struct inherited mine = up;
	bool has_fields;
	int rc;

	if (depth > (int)VT_L(PDF_DEPTH_MAX) ||
	    ++w->f->visits > VT_L(VERDICT_VISITS_MAX))
		return vt_err_set(w->err, VT_E_LIMIT,
		    "PDF form: more than %zu fields in all revisions, or "
		    "%zu levels",
		    VT_L(VERDICT_VISITS_MAX), VT_L(PDF_DEPTH_MAX));
	rc = vt_pdf_resolve(w->f->pdf, w->rev, o, &dict, w->err);
	if (rc != VT_OK || dict->type != VT_PDF_DICT)
		return rc;
	rc = vt_pdf_lookup(w->f->pdf, w->rev, dict, "T", &v, w->err);
	if (rc == VT_OK && v != NULL && v->type == VT_PDF_STRING)
		rc = join_name(w, up.name, v, &mine.name);
	if (rc != VT_OK)
		return rc;
	rc = vt_pdf_lookup(w->f->pdf, w->rev, dict, "FT", &v, w->err);
	if (rc != VT_OK)
		return rc;
	if (v != NULL && v->type == VT_PDF_NAME)
		mine.type = v->u.name;
	if ((v = vt_pdf_dict_get(dict, "V")) != NULL)
		mine.value = v;
	rc = walk_kids(w, dict, &mine, depth, &has_fields);
	if (rc != VT_OK || has_fields)
		return rc;
	field.name = mine.name == NULL ? "" : mine.name;
	field.num = o->type == VT_PDF_REF ? o->u.ref.num : 0;
	field.dict = dict;
	field.type = mine.type;
	field.value = mine.value;
	field.merged =
	    vt_pdf_dict_get(dict, "Kids") == NULL &&
	    vt_pdf_is_name(vt_pdf_dict_get(dict, "Subtype"), "Widget");
	return field_add(w, &field);
}

/* NOLINTEND(misc-no-recursion) */

int
vt_facts_fields(struct vt_facts *f, size_t rev, struct vt_fields **ret,
    struct vt_err *reterr)
{
	struct vt_fields *fields = &f->fields[rev];
	struct walk w = { f, rev, fields, reterr };
	struct vt_pdf_object *catalog, *form, *array, *o;
	size_t i;
	int rc;

	*ret = fields;
	if (fields->walked)
		return VT_OK;
	rc = vt_pdf_catalog(f->pdf, rev, &catalog, &fields->root, reterr);
	if (rc != VT_OK)
		return rc;
	o = vt_pdf_dict_get(catalog, "AcroForm");
	if (o != NULL && o->type == VT_PDF_REF)
		fields->form = o->u.ref;
	rc = vt_pdf_lookup(f->pdf, rev, catalog, "AcroForm", &form, reterr);
	if (rc != VT_OK)
		return rc;
	fields->walked = true;
	if (form == NULL || form->type != VT_PDF_DICT)
		return VT_OK;
	o = vt_pdf_dict_get(form, "Fields");
	if (o != NULL && o->type == VT_PDF_REF)
		fields->fields_array = o->u.ref.num;
	rc = vt_pdf_lookup(f->pdf, rev, form, "Fields", &array, reterr);
	if (rc != VT_OK || array == NULL || array->type != VT_PDF_ARRAY)
		return rc;
	for (i = 0; i < array->u.array.n; i++) {
		struct inherited top = { 0 };

		rc = walk_field(&w, array->u.array.items[i], top, 0);
		if (rc != VT_OK) {
			fields->walked = false;
			fields->n = 0;
			return rc;
		}
	}
	return VT_OK;
}
