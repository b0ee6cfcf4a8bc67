/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/pades/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

#define NO_PAGE SIZE_MAX

/* What a node of the field tree hands down (ISO 32000-2 §12.7.4.1). */
struct inherited {
	const char *name; /* full name of the parent, "" at the root */
	const char *type;
	struct vt_pdf_object *value;
};

struct reader {
	struct vt_pdf *pdf;
	size_t rev;
	struct vt_arena *arena;
	struct vt_form *form;
	size_t cap_fields, cap_locks, visited;
	/* Page of a page object's number: sorted, binary search. */
	struct page_number {
		uint32_t num;
		size_t page;
	} * pages;
	size_t n_pages;
};

static int
fail(struct vt_err *reterr, struct vt_pdf_ref ref, const char *clause,
    const char *what)
{
	return vt_err_set(reterr, VT_E_PDF_SYNTAX,
	    "PDF form, object %" PRIu32 ": ISO 32000-2 §%s: %s", ref.num,
	    clause, what);
}

/* Grows an array of the arena by doubling; NULL when memory is out. */
static void *
grow(struct vt_arena *a, void *old, size_t n, size_t *io_cap, size_t size)
{
	size_t cap = *io_cap == 0 ? 8 : *io_cap * 2;
	void *p = vt_arena_array(a, cap, size);

	if (p == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, old, n * size);
	*io_cap = cap;
	return p;
}

static int
lookup(struct reader *r, const struct vt_pdf_object *o, const char *key,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	return vt_pdf_lookup(r->pdf, r->rev, o, key, ret, reterr);
}

/* A text string as a C string; a NUL in it ends it. */
static const char *
text(struct reader *r, const struct vt_pdf_object *o)
{
	struct vt_span s = vt_pdf_text(o, r->arena);

	return s.n == 0 ? "" : vt_arena_strndup(r->arena, s.p, s.n);
}

/* ---- where widgets stand ---- */

static int
by_number(const void *va, const void *vb)
{
	const struct page_number *a = va, *b = vb;

	return (a->num > b->num) - (a->num < b->num);
}

static int
read_pages(struct reader *r, struct vt_err *reterr)
{
	struct vt_pdf_page page;
	size_t i, n;
	int rc;

	rc = vt_pdf_page_count(r->pdf, r->rev, &n, reterr);
	if (rc != VT_OK || n == 0)
		return rc;
	r->pages = vt_arena_array(r->arena, n, sizeof(*r->pages));
	if (r->pages == NULL)
		return vt_arena_err(r->arena, reterr);
	for (i = 0; i < n; i++) {
		rc = vt_pdf_page(r->pdf, r->rev, i, &page, reterr);
		if (rc != VT_OK)
			return rc;
		r->pages[i].num = page.ref.num;
		r->pages[i].page = i;
	}
	qsort(r->pages, n, sizeof(*r->pages), by_number);
	r->n_pages = n;
	return VT_OK;
}

static size_t
page_of_number(const struct reader *r, uint32_t num)
{
	struct page_number key = { .num = num };
	const struct page_number *found;

	found = r->n_pages == 0 ? NULL
				: bsearch(&key, r->pages, r->n_pages,
				      sizeof(*r->pages), by_number);
	return found == NULL ? NO_PAGE : found->page;
}

/* /P is optional (§12.5.2): without it the pages' /Annots are searched. */
static int
search_annots(struct reader *r, struct vt_pdf_ref widget, size_t *ret,
    struct vt_err *reterr)
{
	struct vt_pdf_object *annots, *o;
	struct vt_pdf_page page;
	size_t i, j;
	int rc;

	for (i = 0; i < r->n_pages; i++) {
		rc = vt_pdf_page(r->pdf, r->rev, i, &page, reterr);
		if (rc == VT_OK)
			rc = lookup(r, page.dict, "Annots", &annots, reterr);
		if (rc != VT_OK)
			return rc;
		if (annots == NULL || annots->type != VT_PDF_ARRAY)
			continue;
		for (j = 0; j < annots->u.array.n; j++) {
			o = annots->u.array.items[j];
			if (o->type != VT_PDF_REF || o->u.ref.num != widget.num)
				continue;
			*ret = i;
			return VT_OK;
		}
	}
	*ret = NO_PAGE;
	return VT_OK;
}

static int
read_rect(struct reader *r, struct vt_form_field *f, struct vt_err *reterr)
{
	struct vt_pdf_object *rect, *item;
	double v[4];
	size_t i;
	int rc;

	rc = lookup(r, f->widget, "Rect", &rect, reterr);
	if (rc != VT_OK || rect == NULL)
		return rc;
	if (rect->type != VT_PDF_ARRAY || rect->u.array.n != 4)
		return fail(reterr, f->widget_ref, "7.9.5",
		    "/Rect is not four numbers");
	for (i = 0; i < 4; i++) {
		rc = vt_pdf_resolve(
		    r->pdf, r->rev, rect->u.array.items[i], &item, reterr);
		if (rc != VT_OK)
			return rc;
		if (!vt_pdf_number(item, &v[i]))
			return fail(reterr, f->widget_ref, "7.9.5",
			    "/Rect is not four numbers");
	}
	f->rect[0] = v[0] < v[2] ? v[0] : v[2];
	f->rect[1] = v[1] < v[3] ? v[1] : v[3];
	f->rect[2] = v[0] < v[2] ? v[2] : v[0];
	f->rect[3] = v[1] < v[3] ? v[3] : v[1];
	return VT_OK;
}

static int
place_widget(struct reader *r, struct vt_form_field *f, struct vt_err *reterr)
{
	struct vt_pdf_object *p;
	int rc;

	f->page = NO_PAGE;
	if (f->widget == NULL)
		return VT_OK;
	rc = read_rect(r, f, reterr);
	if (rc != VT_OK)
		return rc;
	if (r->pages == NULL) {
		rc = read_pages(r, reterr);
		if (rc != VT_OK)
			return rc;
	}
	p = vt_pdf_dict_get(f->widget, "P");
	if (p != NULL && p->type == VT_PDF_REF)
		f->page = page_of_number(r, p->u.ref.num);
	if (f->page == NO_PAGE && f->widget_ref.num != 0)
		rc = search_annots(r, f->widget_ref, &f->page, reterr);
	return rc;
}

/* ---- the field tree ---- */

static int
own_or_inherited(struct reader *r, struct vt_pdf_object *node,
    const struct inherited *from, struct inherited *ret, struct vt_err *reterr)
{
	struct vt_pdf_object *t, *ft, *v;
	const char *partial;
	size_t n;
	char *full;
	int rc;

	*ret = *from;
	if ((rc = lookup(r, node, "T", &t, reterr)) != VT_OK ||
	    (rc = lookup(r, node, "FT", &ft, reterr)) != VT_OK ||
	    (rc = lookup(r, node, "V", &v, reterr)) != VT_OK)
		return rc;
	if (ft != NULL && ft->type == VT_PDF_NAME)
		ret->type =
		    vt_arena_strndup(r->arena, ft->u.name.p, ft->u.name.n);
	if (v != NULL)
		ret->value = v;
	if (t == NULL)
		return ret->type == NULL ? vt_arena_err(r->arena, reterr)
					 : VT_OK;
	partial = text(r, t);
	if (partial == NULL || ret->type == NULL)
		return vt_arena_err(r->arena, reterr);
	n = strlen(from->name) + 1 + strlen(partial) + 1;
	full = vt_arena_alloc(r->arena, n);
	if (full == NULL)
		return vt_arena_err(r->arena, reterr);
	snprintf(full, n, "%s%s%s", from->name,
	    from->name[0] == '\0' ? "" : ".", partial);
	ret->name = full;
	return VT_OK;
}

static int
add_terminal(
    struct reader *r, const struct vt_form_field *field, struct vt_err *reterr)
{
	struct vt_form *f = r->form;

	if (f->n_fields == VT_L(PDF_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF form: more than %zu fields", VT_L(PDF_FIELDS_MAX));
	if (f->n_fields == r->cap_fields) {
		void *p = grow(r->arena, f->fields, f->n_fields, &r->cap_fields,
		    sizeof(*f->fields));

		if (p == NULL)
			return vt_arena_err(r->arena, reterr);
		f->fields = p;
	}
	f->fields[f->n_fields++] = *field;
	return VT_OK;
}

/* As deep as PDF_DEPTH_MAX. NOLINTBEGIN(misc-no-recursion) */
static int visit(struct reader *r, struct vt_pdf_object *o,
    const struct inherited *from, unsigned depth, struct vt_err *reterr);

/* A kid without a /T of its own is a widget of its parent (§12.7.4.1). */
static int
is_widget_kid(struct reader *r, struct vt_pdf_object *kid, bool *ret,
    struct vt_err *reterr)
{
	struct vt_pdf_object *dict;
	int rc = vt_pdf_resolve(r->pdf, r->rev, kid, &dict, reterr);

	if (rc == VT_OK)
		*ret = dict->type == VT_PDF_DICT &&
		       vt_pdf_dict_get(dict, "T") == NULL;
	return rc;
}

static int
visit_kids(struct reader *r, const struct vt_pdf_object *kids,
    const struct inherited *mine, struct vt_form_field *field, unsigned depth,
    struct vt_err *reterr)
{
	struct vt_pdf_object *kid;
	bool widget;
	size_t i;
	int rc;

	for (i = 0; i < kids->u.array.n; i++) {
		kid = kids->u.array.items[i];
		rc = is_widget_kid(r, kid, &widget, reterr);
		if (rc != VT_OK)
			return rc;
		if (!widget) {
			rc = visit(r, kid, mine, depth + 1, reterr);
			if (rc != VT_OK)
				return rc;
			continue;
		}
		if (field->widgets++ == 0) {
			rc = vt_pdf_resolve(
			    r->pdf, r->rev, kid, &field->widget, reterr);
			if (rc != VT_OK)
				return rc;
			if (kid->type == VT_PDF_REF)
				field->widget_ref = kid->u.ref;
		}
	}
	return VT_OK;
}

static int
visit(struct reader *r, struct vt_pdf_object *o, const struct inherited *from,
    unsigned depth, struct vt_err *reterr)
{
	struct vt_form_field field = { 0 };
	struct inherited mine;
	struct vt_pdf_object *kids;
	int rc;

	if (depth > VT_L(PDF_DEPTH_MAX) || r->visited++ > VT_L(PDF_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF form: field tree deeper than %zu or larger than %zu",
		    VT_L(PDF_DEPTH_MAX), VT_L(PDF_FIELDS_MAX));
	if (o->type == VT_PDF_REF)
		field.ref = o->u.ref;
	if ((rc = vt_pdf_resolve(r->pdf, r->rev, o, &field.dict, reterr)) !=
	    VT_OK)
		return rc;
	if (field.dict->type == VT_PDF_NULL)
		return VT_OK; /* a reference to nothing: ignored (§7.3.10) */
	if (field.dict->type != VT_PDF_DICT)
		return fail(reterr, field.ref, "12.7.4.1",
		    "a field is not a dictionary");
	if ((rc = own_or_inherited(r, field.dict, from, &mine, reterr)) !=
		VT_OK ||
	    (rc = lookup(r, field.dict, "Kids", &kids, reterr)) != VT_OK)
		return rc;
	if (kids != NULL && kids->type == VT_PDF_ARRAY) {
		rc = visit_kids(r, kids, &mine, &field, depth, reterr);
		if (rc != VT_OK)
			return rc;
		if (field.widgets == 0 && kids->u.array.n > 0)
			return VT_OK; /* not terminal */
	} else if (vt_pdf_dict_get(field.dict, "Rect") != NULL ||
		   vt_pdf_dict_get(field.dict, "Subtype") != NULL) {
		field.merged = true;
		field.widgets = 1;
		field.widget = field.dict;
		field.widget_ref = field.ref;
	}
	field.name = mine.name;
	field.type = mine.type;
	field.value = mine.value;
	rc = place_widget(r, &field, reterr);
	return rc != VT_OK ? rc : add_terminal(r, &field, reterr);
}

/* NOLINTEND(misc-no-recursion) */

/* ---- what signatures forbid ---- */

static int
read_names(struct reader *r, const struct vt_pdf_object *params,
    struct vt_form_lock *lock, struct vt_err *reterr)
{
	struct vt_pdf_object *fields, *item;
	size_t i;
	int rc;

	rc = lookup(r, params, "Fields", &fields, reterr);
	if (rc != VT_OK || fields == NULL || fields->type != VT_PDF_ARRAY ||
	    fields->u.array.n == 0)
		return rc;
	lock->names =
	    vt_arena_array(r->arena, fields->u.array.n, sizeof(*lock->names));
	if (lock->names == NULL)
		return vt_arena_err(r->arena, reterr);
	for (i = 0; i < fields->u.array.n; i++) {
		rc = vt_pdf_resolve(
		    r->pdf, r->rev, fields->u.array.items[i], &item, reterr);
		if (rc != VT_OK)
			return rc;
		if (item->type != VT_PDF_STRING)
			continue;
		lock->names[lock->n_names] = text(r, item);
		if (lock->names[lock->n_names++] == NULL)
			return vt_arena_err(r->arena, reterr);
	}
	return VT_OK;
}

/* A lock dictionary or the parameters of FieldMDP: /Action and /Fields. An
 * action that is neither of the three locks everything. */
static int
add_lock(struct reader *r, const struct vt_pdf_object *params, const char *by,
    struct vt_err *reterr)
{
	struct vt_form *f = r->form;
	struct vt_form_lock lock = { .by = by };
	struct vt_pdf_object *action;
	int rc;

	if ((rc = lookup(r, params, "Action", &action, reterr)) != VT_OK ||
	    (rc = read_names(r, params, &lock, reterr)) != VT_OK)
		return rc;
	lock.exclude = vt_pdf_is_name(action, "Exclude");
	lock.all = !lock.exclude && !vt_pdf_is_name(action, "Include");
	if (f->n_locks == r->cap_locks) {
		void *p = grow(r->arena, f->locks, f->n_locks, &r->cap_locks,
		    sizeof(*f->locks));

		if (p == NULL)
			return vt_arena_err(r->arena, reterr);
		f->locks = p;
	}
	f->locks[f->n_locks++] = lock;
	return VT_OK;
}

/* /P of DocMDP (§12.8.2.2); 2 is the default, what is no number is strict. */
static int
note_docmdp(struct reader *r, const struct vt_pdf_object *params,
    const char *by, struct vt_err *reterr)
{
	struct vt_pdf_object *o = NULL;
	int64_t p = 2;
	int rc;

	if (params != NULL) {
		rc = lookup(r, params, "P", &o, reterr);
		if (rc != VT_OK)
			return rc;
		if (o != NULL && (!vt_pdf_int(o, &p) || p < 1 || p > 3))
			p = 1;
	}
	if (r->form->docmdp == 0 || p < r->form->docmdp) {
		r->form->docmdp = (int)p;
		r->form->docmdp_by = by;
	}
	return VT_OK;
}

static int
read_reference(struct reader *r, struct vt_pdf_object *entry, const char *by,
    struct vt_err *reterr)
{
	struct vt_pdf_object *ref, *method, *params;
	int rc;

	if ((rc = vt_pdf_resolve(r->pdf, r->rev, entry, &ref, reterr)) !=
		VT_OK ||
	    (rc = lookup(r, ref, "TransformMethod", &method, reterr)) !=
		VT_OK ||
	    (rc = lookup(r, ref, "TransformParams", &params, reterr)) != VT_OK)
		return rc;
	if (vt_pdf_is_name(method, "DocMDP"))
		return note_docmdp(r, params, by, reterr);
	if (vt_pdf_is_name(method, "FieldMDP") && params != NULL) {
		rc = add_lock(r, params, by, reterr);
		/* ISO 32000-2 Table 256 lets FieldMDP carry a /P, too. */
		if (rc == VT_OK && vt_pdf_dict_get(params, "P") != NULL)
			rc = note_docmdp(r, params, by, reterr);
		return rc;
	}
	return VT_OK;
}

static int
read_signature(
    struct reader *r, const struct vt_form_field *f, struct vt_err *reterr)
{
	struct vt_pdf_object *refs, *lock;
	size_t i;
	int rc;

	r->form->signatures++;
	rc = lookup(r, f->value, "Reference", &refs, reterr);
	for (i = 0; rc == VT_OK && refs != NULL && refs->type == VT_PDF_ARRAY &&
		    i < refs->u.array.n;
	     i++)
		rc = read_reference(r, refs->u.array.items[i], f->name, reterr);
	if (rc != VT_OK)
		return rc;
	/* A signer that honours /Lock writes FieldMDP; we obey either. */
	rc = lookup(r, f->dict, "Lock", &lock, reterr);
	if (rc == VT_OK && lock != NULL)
		rc = add_lock(r, lock, f->name, reterr);
	return rc;
}

/* The certification (§12.8.6) may stand outside every field. */
static int
read_perms(struct reader *r, struct vt_err *reterr)
{
	struct vt_pdf_object *perms, *sig, *refs;
	size_t i;
	int rc;

	rc = lookup(r, r->form->catalog, "Perms", &perms, reterr);
	if (rc != VT_OK || perms == NULL)
		return rc;
	rc = lookup(r, perms, "DocMDP", &sig, reterr);
	if (rc != VT_OK || sig == NULL)
		return rc;
	rc = lookup(r, sig, "Reference", &refs, reterr);
	for (i = 0; rc == VT_OK && refs != NULL && refs->type == VT_PDF_ARRAY &&
		    i < refs->u.array.n;
	     i++)
		rc =
		    read_reference(r, refs->u.array.items[i], "/Perms", reterr);
	return rc;
}

static int
read_fields(struct reader *r, struct vt_err *reterr)
{
	struct inherited root = { .name = "", .type = "" };
	struct vt_form *f = r->form;
	struct vt_pdf_object *fields;
	size_t i;
	int rc;

	rc = lookup(r, f->acroform, "Fields", &fields, reterr);
	if (rc != VT_OK || fields == NULL)
		return rc;
	if (fields->type != VT_PDF_ARRAY)
		return fail(reterr, f->acroform_ref, "12.7.3",
		    "/Fields is not an array");
	for (i = 0; i < fields->u.array.n; i++) {
		rc = visit(r, fields->u.array.items[i], &root, 0, reterr);
		if (rc != VT_OK)
			return rc;
	}
	for (i = 0; i < f->n_fields; i++) {
		const struct vt_form_field *field = &f->fields[i];

		if (strcmp(field->type, "Sig") != 0 || field->value == NULL)
			continue;
		rc = read_signature(r, field, reterr);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

int
vt_form_read(struct vt_pdf *pdf, size_t rev, struct vt_arena *arena,
    struct vt_form *ret, struct vt_err *reterr)
{
	struct vt_form form = { 0 };
	struct reader r = {
		.pdf = pdf, .rev = rev, .arena = arena, .form = &form
	};
	struct vt_pdf_object *entry;
	int rc;

	rc = vt_pdf_catalog(pdf, rev, &form.catalog, &form.catalog_ref, reterr);
	if (rc != VT_OK)
		return rc;
	rc = read_perms(&r, reterr);
	if (rc != VT_OK)
		return rc;
	entry = vt_pdf_dict_get(form.catalog, "AcroForm");
	if (entry != NULL && entry->type == VT_PDF_REF)
		form.acroform_ref = entry->u.ref;
	rc = lookup(&r, form.catalog, "AcroForm", &form.acroform, reterr);
	if (rc != VT_OK)
		return rc;
	if (form.acroform == NULL) {
		form.acroform_ref.num = 0; /* names an object that is not */
	} else if (form.acroform->type != VT_PDF_DICT) {
		return fail(reterr, form.acroform_ref, "12.7.3",
		    "/AcroForm is not a dictionary");
	} else {
		form.xfa = vt_pdf_dict_get(form.acroform, "XFA") != NULL;
		rc = read_fields(&r, reterr);
		if (rc != VT_OK)
			return rc;
	}
	*ret = form;
	return VT_OK;
}

const struct vt_form_field *
vt_form_find(const struct vt_form *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n_fields; i++)
		if (strcmp(f->fields[i].name, name) == 0)
			return &f->fields[i];
	return NULL;
}

/* A listed name stands for the field and all below it (Table 236). */
static bool
names_field(const char *listed, const char *name)
{
	size_t n = strlen(listed);

	return strncmp(listed, name, n) == 0 &&
	       (name[n] == '\0' || name[n] == '.');
}

const struct vt_form_lock *
vt_form_locked(const struct vt_form *f, const char *name)
{
	size_t i, j;

	for (i = 0; i < f->n_locks; i++) {
		const struct vt_form_lock *l = &f->locks[i];
		bool listed = false;

		for (j = 0; j < l->n_names; j++)
			listed = listed || names_field(l->names[j], name);
		if (l->all || listed != l->exclude)
			return l;
	}
	return NULL;
}
