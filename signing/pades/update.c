/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes what plan.c decided. docs/pdf-steps.md says why each object. */
#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "signing/pades/pades.h"
#include "signing/pades/place.h"
#include "signing/pades/plan.h"
#include "signing/pades/write.h"

#define ARENA_LIMIT ((size_t)128 << 20)

struct update {
	struct vt_pdf *pdf;
	struct vt_source *src;
	const struct vt_pades_change *change;
	struct vt_arena *arena;
	struct vt_plan plan;
	struct vt_pdf_append *app;
	uint32_t *nums;               /* of each planned field */
	uint32_t *appearances;        /* of each planned field; 0: none */
	uint32_t signature;           /* 0: none */
	struct vt_write_known *fonts; /* laid now */
	const uint32_t *graft_nums;   /* of the merged graft's objects */
};

/* Appends "N G R". */
static void
put_ref(struct vt_buf *b, struct vt_pdf_ref r)
{
	vt_buf_printf(b, "%" PRIu32 " %u R", r.num, (unsigned)r.gen);
}

static struct vt_pdf_ref
new_ref(uint32_t num)
{
	return (struct vt_pdf_ref){ .num = num, .gen = 0 };
}

static int
put_object(struct update *u, uint32_t num, const struct vt_buf *b,
    struct vt_err *reterr)
{
	int rc = vt_buf_status(b, reterr);

	if (rc != VT_OK)
		return rc;
	return vt_pdf_append_put(u->app, num, vt_buf_view(b), reterr);
}

/* ---- fonts and appearances ---- */

/* The fonts into the merged graft, under the paths by which appearances will
 * look for them. */
static int
merge_fonts(struct update *u, struct vt_write_merge *m, struct vt_err *reterr)
{
	const struct vt_pades_change *c = u->change;
	size_t i, n, first;
	char *path;
	int rc;

	if (c->n_fonts == 0)
		return VT_OK;
	u->fonts = vt_arena_array(u->arena, c->n_fonts, sizeof(*u->fonts));
	if (u->fonts == NULL)
		return vt_arena_err(u->arena, reterr);
	rc = vt_write_merge_add(m, c->fonts, NULL, &first, reterr);
	if (rc != VT_OK)
		return rc;
	for (i = 0; i < c->n_fonts; i++) {
		if (c->font_keys[i].object >= c->fonts->n_objects)
			return vt_err_set(reterr, VT_E_INVALID,
			    "font %s: object %zu of a graft of %zu",
			    c->font_keys[i].key, c->font_keys[i].object,
			    c->fonts->n_objects);
		n = strlen(c->font_keys[i].key) + sizeof("DR/Font/");
		path = vt_arena_alloc(u->arena, n);
		if (path == NULL)
			return vt_arena_err(u->arena, reterr);
		snprintf(path, n, "DR/Font/%s", c->font_keys[i].key);
		u->fonts[i].path = path;
		u->fonts[i].object = first + c->font_keys[i].object;
	}
	m->known = u->fonts;
	m->n_known = c->n_fonts;
	return VT_OK;
}

/* A form XObject that draws nothing: what a laid field shows until it is
 * filled. There for PDF/A, which wants an appearance (ISO 19005-2 §6.3.3). */
static int
merge_blank(struct vt_write_merge *m, const struct vt_plan_field *f,
    size_t *ret_first, struct vt_err *reterr)
{
	struct vt_pdf_graft_object object = { .is_stream = true };
	struct vt_pdf_graft graft = { .objects = &object, .n_objects = 1 };
	VT_BUF_AUTO(dict);
	int rc;

	vt_buf_puts(&dict, "<< /Type /XObject /Subtype /Form /BBox [0 0 ");
	vt_pdf_print_real(f->w, &dict);
	vt_buf_putc(&dict, ' ');
	vt_pdf_print_real(f->h, &dict);
	vt_buf_puts(&dict, "] /Resources << >> >>");
	rc = vt_buf_status(&dict, reterr);
	if (rc != VT_OK)
		return rc;
	object.body = vt_buf_view(&dict);
	return vt_write_merge_add(m, &graft, NULL, ret_first, reterr);
}

/* *ret_first: index of the form XObject; untouched when there is none. */
static int
merge_appearance(struct vt_write_merge *m, const struct vt_plan_field *f,
    size_t *ret_first, struct vt_err *reterr)
{
	const struct vt_pdf_graft *graft = NULL;
	double matrix[6];
	bool turned;
	int rc;

	if (f->fill != NULL)
		graft = f->fill->appearance;
	else if (f->sign != NULL)
		graft = f->sign->appearance;
	if (graft == NULL && f->spec != NULL)
		return merge_blank(m, f, ret_first, reterr);
	if (graft == NULL)
		return VT_OK; /* an old field keeps its /AP */
	turned = vt_place_matrix(&f->at, f->w, f->h, matrix);
	rc = vt_write_merge_add(
	    m, graft, turned ? matrix : NULL, ret_first, reterr);
	if (rc == VT_OK)
		rc = vt_write_check_form(m, *ret_first, reterr);
	return rc;
}

/* Everything made elsewhere goes into the file as one graft. */
static int
put_grafts(struct update *u, struct vt_err *reterr)
{
	struct vt_write_merge m = { .arena = u->arena };
	struct vt_pdf_graft all;
	size_t i, *firsts;
	uint32_t *nums;
	int rc;

	firsts = vt_arena_array(u->arena, u->plan.n_fields, sizeof(*firsts));
	if (firsts == NULL)
		return vt_arena_err(u->arena, reterr);
	rc = merge_fonts(u, &m, reterr);
	for (i = 0; rc == VT_OK && i < u->plan.n_fields; i++) {
		firsts[i] = SIZE_MAX;
		rc = merge_appearance(
		    &m, &u->plan.fields[i], &firsts[i], reterr);
	}
	if (rc != VT_OK || m.n_objects == 0)
		return rc;
	nums = vt_arena_array(u->arena, m.n_objects, sizeof(*nums));
	if (nums == NULL)
		return vt_arena_err(u->arena, reterr);
	all = (struct vt_pdf_graft){ m.objects, m.n_objects, m.imports,
		m.n_imports };
	rc = vt_pdf_append_graft(u->app, &all, nums, reterr);
	if (rc != VT_OK)
		return rc;
	u->graft_nums = nums;
	for (i = 0; i < u->plan.n_fields; i++)
		u->appearances[i] = firsts[i] == SIZE_MAX ? 0 : nums[firsts[i]];
	return VT_OK;
}

/* ---- fields ---- */

static void
put_value(
    const struct update *u, const struct vt_plan_field *f, struct vt_buf *b)
{
	if (f->fill != NULL)
		vt_pdf_print_text(vt_span_str(f->fill->value), b);
	else if (f->sign != NULL)
		put_ref(b, new_ref(u->signature));
}

static void
put_rect(const double r[4], struct vt_buf *b)
{
	size_t i;

	vt_buf_putc(b, '[');
	for (i = 0; i < 4; i++) {
		if (i > 0)
			vt_buf_putc(b, ' ');
		vt_pdf_print_real(r[i], b);
	}
	vt_buf_putc(b, ']');
}

static void
put_default_appearance(const struct vt_field_spec *s, struct vt_buf *b)
{
	VT_BUF_AUTO(da);

	vt_pdf_print_name(vt_span_str(s->font), &da);
	vt_buf_putc(&da, ' ');
	vt_pdf_print_real(s->font_size, &da);
	vt_buf_puts(&da, " Tf 0 g");
	vt_buf_puts(b, "\n/DA ");
	vt_pdf_print_string(vt_buf_view(&da), b);
}

/* Field and widget in one dictionary, /AP direct with /N alone. */
static int
put_new_field(struct update *u, size_t i, struct vt_err *reterr)
{
	const struct vt_plan_field *f = &u->plan.fields[i];
	const struct vt_field_spec *s = f->spec;
	bool text = s->kind == VT_FIELD_TEXT;
	VT_BUF_AUTO(b);

	vt_buf_printf(&b, "<<\n/Type /Annot\n/Subtype /Widget\n/FT /%s\n/T ",
	    text ? "Tx" : "Sig");
	vt_pdf_print_text(vt_span_str(s->name), &b);
	if (s->label != NULL) {
		vt_buf_puts(&b, "\n/TU ");
		vt_pdf_print_text(vt_span_str(s->label), &b);
	}
	vt_buf_puts(&b, "\n/Rect ");
	put_rect(f->rect, &b);
	vt_buf_puts(&b, "\n/P ");
	put_ref(&b, f->at.ref);
	/* Print; a signature's place is locked, too (§12.5.3). */
	vt_buf_printf(&b, "\n/F %d", text ? 4 : 132);
	if (text)
		put_default_appearance(s, &b);
	vt_buf_printf(&b, "\n/AP << /N %" PRIu32 " 0 R >>", u->appearances[i]);
	if (f->fill != NULL || f->sign != NULL) {
		vt_buf_puts(&b, "\n/V ");
		put_value(u, f, &b);
	}
	vt_buf_puts(&b, "\n>>");
	return put_object(u, u->nums[i], &b, reterr);
}

static int
put_old_field(struct update *u, size_t i, struct vt_err *reterr)
{
	const struct vt_plan_field *f = &u->plan.fields[i];
	struct vt_write_edit edits[2];
	size_t n = 0;
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(ap);
	VT_BUF_AUTO(b);
	int rc;

	put_value(u, f, &value);
	if (vt_buf_status(&value, reterr) != VT_OK)
		return value.failed;
	edits[n++] = (struct vt_write_edit){ "V", vt_buf_view(&value) };
	if (u->appearances[i] != 0) {
		vt_buf_printf(
		    &ap, "<< /N %" PRIu32 " 0 R >>", u->appearances[i]);
		if (vt_buf_status(&ap, reterr) != VT_OK)
			return ap.failed;
		edits[n++] = (struct vt_write_edit){ "AP", vt_buf_view(&ap) };
	}
	rc = vt_write_edited(u->src, f->old->dict, edits, n, &b, reterr);
	return rc != VT_OK ? rc : put_object(u, u->nums[i], &b, reterr);
}

static int
put_fields(struct update *u, struct vt_err *reterr)
{
	size_t i;
	int rc = VT_OK;

	for (i = 0; rc == VT_OK && i < u->plan.n_fields; i++) {
		const struct vt_plan_field *f = &u->plan.fields[i];

		u->nums[i] = f->old == NULL ? 0 : f->old->ref.num;
		if (f->old == NULL)
			rc = vt_pdf_append_alloc(u->app, &u->nums[i], reterr);
	}
	if (rc == VT_OK && u->change->sign != NULL)
		rc = vt_pdf_append_alloc(u->app, &u->signature, reterr);
	for (i = 0; rc == VT_OK && i < u->plan.n_fields; i++) {
		rc = u->plan.fields[i].old == NULL
			 ? put_new_field(u, i, reterr)
			 : put_old_field(u, i, reterr);
	}
	return rc;
}

/* ---- pages ---- */

static int
put_annots(struct update *u, const struct vt_pdf_object *old, size_t page,
    struct vt_buf *b, struct vt_err *reterr)
{
	size_t i;
	int rc;

	vt_buf_putc(b, '[');
	for (i = 0; old != NULL && i < old->u.array.n; i++) {
		rc =
		    vt_write_original(u->src, old->u.array.items[i], b, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_putc(b, ' ');
	}
	for (i = 0; i < u->plan.n_laid; i++) {
		if (u->plan.fields[i].page != page)
			continue;
		put_ref(b, new_ref(u->nums[i]));
		vt_buf_putc(b, ' ');
	}
	vt_buf_putc(b, ']');
	return vt_buf_status(b, reterr);
}

/* Some writers give all pages without annotations one and the same array. */
static int
is_shared(struct update *u, size_t page, uint32_t array, bool *ret,
    struct vt_err *reterr)
{
	struct vt_pdf_object *entry;
	struct vt_pdf_page other;
	size_t i, n;
	int rc;

	*ret = false;
	rc = vt_pdf_page_count(u->pdf, VT_PDF_LATEST, &n, reterr);
	for (i = 0; rc == VT_OK && i < n; i++) {
		rc = vt_pdf_page(u->pdf, VT_PDF_LATEST, i, &other, reterr);
		if (rc != VT_OK || i == page)
			continue;
		entry = vt_pdf_dict_get(other.dict, "Annots");
		if (entry != NULL && entry->type == VT_PDF_REF &&
		    entry->u.ref.num == array)
			*ret = true;
	}
	return rc;
}

/* The page takes its new widgets: in its /Annots when that is an object of
 * its own and of no other page, else in the page. */
static int
put_page(struct update *u, const struct vt_plan_field *f, struct vt_err *reterr)
{
	struct vt_pdf_object *entry = vt_pdf_dict_get(f->at.dict, "Annots");
	struct vt_pdf_object *annots = NULL;
	struct vt_write_edit edit;
	bool shared;
	VT_BUF_AUTO(list);
	VT_BUF_AUTO(b);
	int rc;

	rc = vt_pdf_lookup(
	    u->pdf, VT_PDF_LATEST, f->at.dict, "Annots", &annots, reterr);
	if (rc != VT_OK)
		return rc;
	if (annots != NULL && annots->type != VT_PDF_ARRAY)
		return vt_err_set(reterr, VT_E_PDF_SYNTAX,
		    "PDF page %zu: ISO 32000-2 §7.7.3.3: /Annots is not an "
		    "array",
		    f->page + 1);
	rc = put_annots(u, annots, f->page, &list, reterr);
	if (rc != VT_OK)
		return rc;
	if (annots != NULL && entry->type == VT_PDF_REF) {
		rc = is_shared(u, f->page, entry->u.ref.num, &shared, reterr);
		if (rc != VT_OK || !shared)
			return rc != VT_OK ? rc
					   : put_object(u, entry->u.ref.num,
						 &list, reterr);
	}
	edit = (struct vt_write_edit){ "Annots", vt_buf_view(&list) };
	rc = vt_write_edited(u->src, f->at.dict, &edit, 1, &b, reterr);
	return rc != VT_OK ? rc : put_object(u, f->at.ref.num, &b, reterr);
}

static int
put_pages(struct update *u, struct vt_err *reterr)
{
	size_t i, j;
	int rc = VT_OK;

	for (i = 0; rc == VT_OK && i < u->plan.n_laid; i++) {
		for (j = 0; j < i; j++)
			if (u->plan.fields[j].page == u->plan.fields[i].page)
				break;
		if (j == i)
			rc = put_page(u, &u->plan.fields[i], reterr);
	}
	return rc;
}

/* ---- form and catalog ---- */

static int
put_field_list(struct update *u, const struct vt_pdf_object *old,
    struct vt_buf *b, struct vt_err *reterr)
{
	size_t i;
	int rc;

	vt_buf_putc(b, '[');
	for (i = 0; old != NULL && i < old->u.array.n; i++) {
		rc =
		    vt_write_original(u->src, old->u.array.items[i], b, reterr);
		if (rc != VT_OK)
			return rc;
		vt_buf_putc(b, ' ');
	}
	for (i = 0; i < u->plan.n_laid; i++) {
		put_ref(b, new_ref(u->nums[i]));
		vt_buf_putc(b, ' ');
	}
	vt_buf_putc(b, ']');
	return vt_buf_status(b, reterr);
}

/* /DR with the laid fonts, written out in place: what it names stays where it
 * is, and other users of a shared dictionary are not touched. */
static int
put_resources(struct update *u, struct vt_buf *b, struct vt_err *reterr)
{
	struct vt_pdf_object *dr = NULL, *fonts = NULL;
	const struct vt_pades_change *c = u->change;
	struct vt_write_edit *edits, font;
	VT_BUF_AUTO(refs);
	VT_BUF_AUTO(dict);
	size_t i, *ends;
	int rc = VT_OK;

	if (u->plan.form.acroform != NULL)
		rc = vt_pdf_lookup(u->pdf, VT_PDF_LATEST, u->plan.form.acroform,
		    "DR", &dr, reterr);
	if (rc == VT_OK && dr != NULL)
		rc = vt_pdf_lookup(
		    u->pdf, VT_PDF_LATEST, dr, "Font", &fonts, reterr);
	if (rc != VT_OK)
		return rc;
	if ((dr != NULL && dr->type != VT_PDF_DICT) ||
	    (fonts != NULL && fonts->type != VT_PDF_DICT))
		return vt_err_set(reterr, VT_E_PDF_SYNTAX,
		    "PDF form: ISO 32000-2 §12.7.3: /DR or its /Font is not a "
		    "dictionary");
	edits = vt_arena_array(u->arena, c->n_fonts, sizeof(*edits));
	ends = vt_arena_array(u->arena, c->n_fonts, sizeof(*ends));
	if (edits == NULL || ends == NULL)
		return vt_arena_err(u->arena, reterr);
	for (i = 0; i < c->n_fonts; i++) {
		if (fonts != NULL &&
		    vt_pdf_dict_get(fonts, c->font_keys[i].key) != NULL)
			return vt_err_set(reterr, VT_E_EXISTS,
			    "font %s: the form has another one of this name",
			    c->font_keys[i].key);
		put_ref(&refs, new_ref(u->graft_nums[u->fonts[i].object]));
		ends[i] = refs.n;
	}
	rc = vt_buf_status(&refs, reterr);
	if (rc != VT_OK)
		return rc;
	for (i = 0; i < c->n_fonts; i++) {
		size_t from = i == 0 ? 0 : ends[i - 1];

		edits[i].key = c->font_keys[i].key;
		edits[i].value = VT_SPAN(refs.p + from, ends[i] - from);
	}
	rc = vt_write_edited(u->src, fonts, edits, c->n_fonts, &dict, reterr);
	if (rc != VT_OK)
		return rc;
	font = (struct vt_write_edit){ "Font", vt_buf_view(&dict) };
	return vt_write_edited(u->src, dr, &font, 1, b, reterr);
}

/* True when the form's dictionary lacks what a file to be signed has. */
static bool
needs_sig_flags(const struct update *u)
{
	const struct vt_form *f = &u->plan.form;
	int64_t flags = 0;

	if (f->signatures > 0)
		return false; /* a signed form's own entries stay */
	if (f->acroform == NULL)
		return true;
	if (!vt_pdf_int(vt_pdf_dict_get(f->acroform, "SigFlags"), &flags))
		flags = 0;
	return (flags & 3) != 3;
}

/* *ret_changed: the form's own dictionary differs, and b has it. */
static int
put_form(struct update *u, struct vt_buf *b, bool *ret_changed,
    struct vt_err *reterr)
{
	const struct vt_form *f = &u->plan.form;
	struct vt_pdf_object *entry = NULL, *fields = NULL;
	struct vt_write_edit edits[3];
	size_t n = 0;
	VT_BUF_AUTO(list);
	VT_BUF_AUTO(dr);
	int rc = VT_OK;

	if (f->acroform != NULL) {
		entry = vt_pdf_dict_get(f->acroform, "Fields");
		rc = vt_pdf_lookup(u->pdf, VT_PDF_LATEST, f->acroform, "Fields",
		    &fields, reterr);
	}
	if (rc == VT_OK && u->plan.n_laid > 0)
		rc = put_field_list(u, fields, &list, reterr);
	if (rc == VT_OK && u->change->n_fonts > 0)
		rc = put_resources(u, &dr, reterr);
	if (rc != VT_OK)
		return rc;
	if (u->plan.n_laid > 0 && fields != NULL && entry->type == VT_PDF_REF)
		rc = put_object(u, entry->u.ref.num, &list, reterr);
	else if (u->plan.n_laid > 0)
		edits[n++] =
		    (struct vt_write_edit){ "Fields", vt_buf_view(&list) };
	if (rc != VT_OK)
		return rc;
	if (needs_sig_flags(u))
		edits[n++] =
		    (struct vt_write_edit){ "SigFlags", VT_SPAN_LIT("3") };
	if (u->change->n_fonts > 0)
		edits[n++] = (struct vt_write_edit){ "DR", vt_buf_view(&dr) };
	*ret_changed = n > 0;
	if (n == 0)
		return VT_OK;
	return vt_write_edited(u->src, f->acroform, edits, n, b, reterr);
}

/*
 * EN 319 142-1 §6.3 (and Annex A): below PDF 2.0 the catalog declares the
 * extension that has ETSI.CAdES.detached. Only where the catalog is written
 * anyway and nothing is signed yet: it may not change afterwards.
 */
static int
put_extensions(struct update *u, struct vt_buf *b, struct vt_err *reterr)
{
	static const char esic[] = "<< /BaseVersion /1.7 /ExtensionLevel 1 >>";
	struct vt_pdf_object *old;
	struct vt_write_edit edit = { "ESIC", VT_SPAN_LIT(esic) };
	int rc;

	if (u->plan.form.signatures > 0 || vt_pdf_version(u->pdf, NULL) >= 20)
		return VT_OK;
	rc = vt_pdf_lookup(u->pdf, VT_PDF_LATEST, u->plan.form.catalog,
	    "Extensions", &old, reterr);
	if (rc != VT_OK)
		return rc;
	if (old != NULL &&
	    (old->type != VT_PDF_DICT || vt_pdf_dict_get(old, "ESIC") != NULL))
		return VT_OK;
	return vt_write_edited(u->src, old, &edit, 1, b, reterr);
}

static int
put_catalog(struct update *u, struct vt_span acroform, struct vt_err *reterr)
{
	struct vt_write_edit edits[2] = { { "AcroForm", acroform } };
	size_t n = 1;
	VT_BUF_AUTO(extensions);
	VT_BUF_AUTO(b);
	int rc;

	rc = put_extensions(u, &extensions, reterr);
	if (rc != VT_OK)
		return rc;
	if (extensions.n > 0)
		edits[n++] = (struct vt_write_edit){ "Extensions",
			vt_buf_view(&extensions) };
	rc =
	    vt_write_edited(u->src, u->plan.form.catalog, edits, n, &b, reterr);
	return rc != VT_OK
		   ? rc
		   : put_object(u, u->plan.form.catalog_ref.num, &b, reterr);
}

static int
put_form_and_catalog(struct update *u, struct vt_err *reterr)
{
	const struct vt_form *f = &u->plan.form;
	bool changed = false;
	VT_BUF_AUTO(form);
	VT_BUF_AUTO(ref);
	uint32_t num;
	int rc;

	/* A fill alone does not touch the form: it may come after the first
	 * signature, and SigFlags were set when the field was laid. */
	if (u->plan.n_laid == 0 && u->change->sign == NULL)
		return VT_OK;
	rc = put_form(u, &form, &changed, reterr);
	if (rc != VT_OK || !changed)
		return rc;
	if (f->acroform != NULL && f->acroform_ref.num != 0)
		return put_object(u, f->acroform_ref.num, &form, reterr);
	if (f->acroform != NULL)
		return put_catalog(u, vt_buf_view(&form), reterr);
	rc = vt_pdf_append_alloc(u->app, &num, reterr);
	if (rc == VT_OK)
		rc = put_object(u, num, &form, reterr);
	if (rc != VT_OK)
		return rc;
	put_ref(&ref, new_ref(num));
	return put_catalog(u, vt_buf_view(&ref), reterr);
}

/* ---- the signature dictionary ---- */

/* A field with a /Lock makes its signature say the same by FieldMDP
 * (§12.7.5.5, §12.8.2.4). */
static int
put_lock(struct update *u, struct vt_buf *b, struct vt_err *reterr)
{
	struct vt_pdf_object *lock = NULL, *action = NULL, *fields = NULL;
	const struct vt_plan_field *f = NULL;
	size_t i;
	int rc;

	for (i = 0; i < u->plan.n_fields; i++)
		if (u->plan.fields[i].sign != NULL)
			f = &u->plan.fields[i];
	if (f == NULL || f->old == NULL)
		return VT_OK;
	rc = vt_pdf_lookup(
	    u->pdf, VT_PDF_LATEST, f->old->dict, "Lock", &lock, reterr);
	if (rc != VT_OK || lock == NULL)
		return rc;
	if ((rc = vt_pdf_lookup(u->pdf, VT_PDF_LATEST, lock, "Action", &action,
		 reterr)) != VT_OK ||
	    (rc = vt_pdf_lookup(u->pdf, VT_PDF_LATEST, lock, "Fields", &fields,
		 reterr)) != VT_OK)
		return rc;
	if (!vt_pdf_is_name(action, "All") &&
	    !vt_pdf_is_name(action, "Include") &&
	    !vt_pdf_is_name(action, "Exclude"))
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: ISO 32000-2 Table 236: its /Lock has an unknown "
		    "/Action",
		    f->name);
	vt_buf_puts(b,
	    "\n/Reference [<< /Type /SigRef /TransformMethod /FieldMDP"
	    " /TransformParams << /Type /TransformParams /V /1.2 /Action ");
	vt_pdf_print(action, b);
	if (fields != NULL) {
		vt_buf_puts(b, " /Fields ");
		rc = vt_write_original(u->src, fields, b, reterr);
		if (rc != VT_OK)
			return rc;
	}
	vt_buf_puts(b, " >> /Data ");
	put_ref(b, u->plan.form.catalog_ref);
	vt_buf_puts(b, " >>]");
	return VT_OK;
}

static void
put_entry(const char *key, const char *value, struct vt_buf *b)
{
	if (value == NULL || value[0] == '\0')
		return;
	vt_buf_printf(b, "\n/%s ", key);
	vt_pdf_print_text(vt_span_str(value), b);
}

static int
put_signature(struct update *u, struct vt_err *reterr)
{
	const struct vt_signature_spec *s = u->change->sign;
	VT_BUF_AUTO(date);
	VT_BUF_AUTO(b);
	int rc;

	if (s == NULL)
		return VT_OK;
	vt_buf_puts(&b, "/Type /Sig\n/Filter /Adobe.PPKLite\n"
			"/SubFilter /ETSI.CAdES.detached\n/M ");
	vt_time_pdf(s->time, VT_TIME_VN_S, &date);
	vt_pdf_print_string(vt_buf_view(&date), &b);
	put_entry("Name", s->name, &b);
	put_entry("Reason", s->reason, &b);
	put_entry("Location", s->location, &b);
	rc = put_lock(u, &b, reterr);
	if (rc == VT_OK)
		rc = vt_buf_status(&b, reterr);
	if (rc != VT_OK)
		return rc;
	return vt_pdf_append_signature(
	    u->app, u->signature, vt_buf_view(&b), s->contents_size, reterr);
}

/* ---- */

static int
write_update(struct update *u, struct vt_pdf_tail *tail, vt_hash *digest,
    struct vt_err *reterr)
{
	int rc;

	u->nums = vt_arena_array(u->arena, u->plan.n_fields, sizeof(*u->nums));
	u->appearances =
	    vt_arena_array(u->arena, u->plan.n_fields, sizeof(*u->appearances));
	if (u->nums == NULL || u->appearances == NULL)
		return vt_arena_err(u->arena, reterr);
	if ((rc = put_grafts(u, reterr)) != VT_OK ||
	    (rc = put_fields(u, reterr)) != VT_OK ||
	    (rc = put_pages(u, reterr)) != VT_OK ||
	    (rc = put_form_and_catalog(u, reterr)) != VT_OK ||
	    (rc = put_signature(u, reterr)) != VT_OK ||
	    (rc = vt_pdf_append_finish(u->app, tail, reterr)) != VT_OK)
		return rc;
	if (u->change->sign == NULL)
		return VT_OK;
	return vt_pdf_tail_digest(tail, u->src, digest, reterr);
}

int
vt_pades_update(struct vt_pdf *pdf, struct vt_source *src,
    const struct vt_pades_change *change, struct vt_pdf_tail *ret_tail,
    vt_hash *ret_digest, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_append_free) struct vt_pdf_append *app = NULL;
	struct update u = { .pdf = pdf, .src = src, .change = change };
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	vt_hash digest = { 0 };
	int rc;

	arena = vt_arena_new(ARENA_LIMIT);
	if (arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "update");
	u.arena = arena;
	rc = vt_plan_make(pdf, change, arena, &u.plan, reterr);
	if (rc == VT_OK)
		rc = vt_pdf_append_new(pdf, &app, reterr);
	u.app = app;
	if (rc == VT_OK)
		rc = write_update(&u, &tail, &digest, reterr);
	if (rc != VT_OK) {
		vt_pdf_tail_free(&tail);
		return rc;
	}
	*ret_tail = tail;
	if (change->sign != NULL && ret_digest != NULL)
		*ret_digest = digest;
	return VT_OK;
}
