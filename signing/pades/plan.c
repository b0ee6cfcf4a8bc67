/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/pades/plan.h"

#include "base/limits.h"
#include "base/text.h"
#include "signing/pades/place.h"

#define SLACK_PT 0.01 /* of a place, for sums of decimals */

/* ---- the file as a whole ---- */

static int
check_file(const struct vt_form *form, const struct vt_pades_change *c,
    struct vt_err *reterr)
{
	size_t i;

	if (form->xfa)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "PDF form: it is an XFA form (ISO 32000-1 §12.7.8), whose "
		    "fields a PDF reader cannot fill");
	if (form->docmdp == 1)
		return vt_err_set(reterr, VT_E_PDF_CHANGE_FORBIDDEN,
		    "PDF: ISO 32000-2 §12.8.2.2: certified with P=1 (by %s): "
		    "no change at all is permitted",
		    form->docmdp_by);
	if (form->docmdp != 0 &&
	    (c->n_lay > 0 || (c->sign != NULL && c->sign->create != NULL)))
		return vt_err_set(reterr, VT_E_PDF_CHANGE_FORBIDDEN,
		    "PDF: ISO 32000-2 §12.8.2.2: certified with P=%d (by %s): "
		    "its fields may be filled and signed, none added",
		    form->docmdp, form->docmdp_by);
	if (form->signatures == 0)
		return VT_OK;
	for (i = 0; i < c->n_lay; i++)
		if (c->lay[i].kind == VT_FIELD_TEXT)
			return vt_err_set(reterr, VT_E_PDF_SIGNED_NO_FIELDS,
			    "field %s: the file has %zu signature%s and not "
			    "this text field, which only a change before the "
			    "first of them could have added",
			    c->lay[i].name, form->signatures,
			    form->signatures == 1 ? "" : "s");
	if (c->n_fonts > 0)
		return vt_err_set(reterr, VT_E_PDF_CHANGE_FORBIDDEN,
		    "font %s: the form's resources of a signed file do not "
		    "change",
		    c->font_keys[0].key);
	return VT_OK;
}

/* ---- laying ---- */

static bool
is_plain_name(const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	return n > 0 && n <= VT_L(FIELD_NAME_MAX) &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_-") == n;
}

/* Taken when a field has the name or lies below it. */
static bool
name_in_use(const struct vt_plan *p, const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < p->form.n_fields; i++) {
		const char *other = p->form.fields[i].name;

		if (strncmp(other, name, n) == 0 &&
		    (other[n] == '\0' || other[n] == '.'))
			return true;
	}
	for (i = 0; i < p->n_fields; i++)
		if (strcmp(p->fields[i].name, name) == 0)
			return true;
	return false;
}

static bool
overlaps(const double a[4], const double b[4])
{
	return a[0] + SLACK_PT < b[2] && b[0] + SLACK_PT < a[2] &&
	       a[1] + SLACK_PT < b[3] && b[1] + SLACK_PT < a[3];
}

static int
check_overlap(const struct vt_plan *p, const struct vt_plan_field *f,
    struct vt_err *reterr)
{
	const char *other = NULL;
	size_t i;

	for (i = 0; i < p->form.n_fields && other == NULL; i++)
		if (p->form.fields[i].page == f->page &&
		    overlaps(p->form.fields[i].rect, f->rect))
			other = p->form.fields[i].name;
	for (i = 0; i < p->n_fields && other == NULL; i++)
		if (p->fields[i].page == f->page &&
		    !p->fields[i].spec->may_overlap &&
		    overlaps(p->fields[i].rect, f->rect))
			other = p->fields[i].name;
	if (other == NULL || f->spec->may_overlap)
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "field %s: its place on page %zu covers that of field %s", f->name,
	    f->page + 1, other);
}

static int
check_place(const struct vt_plan_field *f, struct vt_err *reterr)
{
	const struct vt_field_spec *s = f->spec;
	bool invisible = s->w == 0 && s->h == 0;
	double w, h;

	if (invisible && s->kind == VT_FIELD_SIGNATURE)
		return VT_OK;
	vt_place_size(&f->at, &w, &h);
	if (!(s->w > 0 && s->h > 0))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: %g x %g pt, want a width and a height", f->name,
		    s->w, s->h);
	if (!(s->x >= -SLACK_PT && s->y >= -SLACK_PT &&
		s->x + s->w <= w + SLACK_PT && s->y + s->h <= h + SLACK_PT))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: %g,%g with %g x %g pt lies off page %zu, which "
		    "shows %g x %g pt",
		    f->name, s->x, s->y, s->w, s->h, f->page + 1, w, h);
	return VT_OK;
}

static bool
has_font(struct vt_plan *p, const char *key)
{
	struct vt_pdf_object *dr = NULL, *fonts = NULL;
	struct vt_err err = VT_ERR_INIT;
	size_t i;

	for (i = 0; i < p->change->n_fonts; i++)
		if (strcmp(p->change->font_keys[i].key, key) == 0)
			return true;
	if (p->form.acroform == NULL ||
	    vt_pdf_lookup(p->pdf, VT_PDF_LATEST, p->form.acroform, "DR", &dr,
		&err) != VT_OK ||
	    dr == NULL ||
	    vt_pdf_lookup(p->pdf, VT_PDF_LATEST, dr, "Font", &fonts, &err) !=
		VT_OK ||
	    fonts == NULL)
		return false;
	return vt_pdf_dict_get(fonts, key) != NULL;
}

static int
check_text_spec(
    struct vt_plan *p, const struct vt_field_spec *s, struct vt_err *reterr)
{
	if (s->kind != VT_FIELD_TEXT)
		return VT_OK;
	if (s->font == NULL || !has_font(p, s->font))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: font %s is neither in the file's form nor in "
		    "this update",
		    s->name, s->font == NULL ? "(none)" : s->font);
	if (!(s->font_size > 0 && s->font_size <= 144))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: a font size of %g pt", s->name, s->font_size);
	return VT_OK;
}

static int
plan_laid(
    struct vt_plan *p, const struct vt_field_spec *s, struct vt_err *reterr)
{
	struct vt_plan_field f = {
		.name = s->name, .spec = s, .page = s->page
	};
	double xywh[4] = { s->x, s->y, s->w, s->h };
	const struct vt_form_lock *lock;
	struct vt_err why = VT_ERR_INIT;
	int rc;

	if (!is_plain_name(s->name))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field name \"%.64s\": want 1 to %zu of A-Z a-z 0-9 _ -",
		    s->name == NULL ? "" : s->name, VT_L(FIELD_NAME_MAX));
	if (s->label != NULL && !vt_utf8_is_valid(vt_span_str(s->label)))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: its label is not UTF-8", s->name);
	if (name_in_use(p, s->name))
		return vt_err_set(reterr, VT_E_EXISTS,
		    "field %s: the form has this name already", s->name);
	lock = vt_form_locked(&p->form, s->name);
	if (lock != NULL)
		return vt_err_set(reterr, VT_E_PDF_CHANGE_FORBIDDEN,
		    "field %s: ISO 32000-2 §12.8.2.4: locked by the signature "
		    "in %s",
		    s->name, lock->by);
	rc = vt_pdf_page(p->pdf, VT_PDF_LATEST, s->page, &f.at, &why);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(
		    reterr, VT_E_INVALID, "field %s: %.300s", s->name, why.msg);
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = why;
		return rc;
	}
	f.w = s->w;
	f.h = s->h;
	vt_place_to_page(&f.at, xywh, f.rect);
	if ((rc = check_place(&f, reterr)) != VT_OK ||
	    (rc = check_overlap(p, &f, reterr)) != VT_OK ||
	    (rc = check_text_spec(p, s, reterr)) != VT_OK)
		return rc;
	p->fields[p->n_fields++] = f;
	p->n_laid++;
	return VT_OK;
}

/* ---- filling and signing ---- */

static struct vt_plan_field *
planned(struct vt_plan *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_fields; i++)
		if (strcmp(p->fields[i].name, name) == 0)
			return &p->fields[i];
	return NULL;
}

static int
check_old(const struct vt_plan *p, const struct vt_form_field *f,
    const char *name, struct vt_err *reterr)
{
	const struct vt_form_lock *lock;
	size_t i, same = 0;

	for (i = 0; i < p->form.n_fields; i++)
		if (strcmp(p->form.fields[i].name, name) == 0)
			same++;
	if (same > 1)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: ISO 32000-2 §12.7.4.2: %zu fields have this "
		    "name",
		    name, same);
	if (f->ref.num == 0)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: its dictionary is not an indirect object", name);
	if (!f->merged && f->widgets > 0)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: it has %zu widget%s apart from the field; want "
		    "field and widget in one dictionary",
		    name, f->widgets, f->widgets == 1 ? "" : "s");
	lock = vt_form_locked(&p->form, name);
	if (lock != NULL)
		return vt_err_set(reterr, VT_E_PDF_CHANGE_FORBIDDEN,
		    "field %s: ISO 32000-2 §12.8.2.4: locked by the signature "
		    "in %s",
		    name, lock->by);
	return VT_OK;
}

/* The field of this name among those planned, taken from the file when it is
 * not there yet. */
static int
take_field(struct vt_plan *p, const char *name, struct vt_plan_field **ret,
    struct vt_err *reterr)
{
	struct vt_plan_field f = { .name = name, .page = SIZE_MAX };
	double xywh[4];
	int rc;

	*ret = planned(p, name);
	if (*ret != NULL)
		return VT_OK;
	f.old = vt_form_find(&p->form, name);
	if (f.old == NULL)
		return vt_err_set(reterr, VT_E_PDF_NO_FIELD,
		    "field %s: the form has %zu fields and none of this name",
		    name, p->form.n_fields);
	rc = check_old(p, f.old, name, reterr);
	if (rc != VT_OK)
		return rc;
	memcpy(f.rect, f.old->rect, sizeof(f.rect));
	f.page = f.old->page;
	if (f.page != SIZE_MAX) {
		rc = vt_pdf_page(p->pdf, VT_PDF_LATEST, f.page, &f.at, reterr);
		if (rc != VT_OK)
			return rc;
		vt_place_to_display(&f.at, f.rect, xywh);
		f.w = xywh[2];
		f.h = xywh[3];
	}
	*ret = &p->fields[p->n_fields++];
	**ret = f;
	return VT_OK;
}

static const char *
type_of(const struct vt_plan_field *f)
{
	if (f->old != NULL)
		return f->old->type;
	return f->spec->kind == VT_FIELD_TEXT ? "Tx" : "Sig";
}

static int
plan_fill(
    struct vt_plan *p, const struct vt_field_fill *fill, struct vt_err *reterr)
{
	const struct vt_pdf_object *v;
	struct vt_plan_field *f;
	int rc;

	if (fill->name == NULL || fill->value == NULL ||
	    fill->appearance == NULL ||
	    !vt_utf8_is_valid(vt_span_str(fill->value)))
		return vt_err_set(reterr, VT_E_INVALID,
		    "fill of field %s: want a name, a value in UTF-8 and an "
		    "appearance",
		    fill->name == NULL ? "(none)" : fill->name);
	rc = take_field(p, fill->name, &f, reterr);
	if (rc != VT_OK)
		return rc;
	if (strcmp(type_of(f), "Tx") != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: of type /%s, want a text field (/Tx)",
		    fill->name, type_of(f));
	v = f->old == NULL ? NULL : f->old->value;
	if (f->fill != NULL ||
	    (v != NULL && (v->type != VT_PDF_STRING || v->u.string.n > 0)))
		return vt_err_set(reterr, VT_E_PDF_FIELD_USED,
		    "field %s: it has a value already", fill->name);
	if (f->page == SIZE_MAX || f->w <= 0 || f->h <= 0)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: it stands on no page", fill->name);
	f->fill = fill;
	return VT_OK;
}

/* Seed values (§12.7.5.5) that the author of the form made mandatory and that
 * a B-B signature as we make it does not promise are refused. */
static int
check_seed(
    struct vt_plan *p, const struct vt_form_field *f, struct vt_err *reterr)
{
	struct vt_pdf_object *sv, *ff, *lock;
	int64_t flags = 0;
	int rc;

	if ((rc = vt_pdf_lookup(
		 p->pdf, VT_PDF_LATEST, f->dict, "SV", &sv, reterr)) != VT_OK ||
	    (rc = vt_pdf_lookup(p->pdf, VT_PDF_LATEST, f->dict, "Lock", &lock,
		 reterr)) != VT_OK)
		return rc;
	if (lock != NULL && vt_pdf_dict_get(lock, "P") != NULL)
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: ISO 32000-2 Table 236: its /Lock asks for a "
		    "document permission /P",
		    f->name);
	if (sv == NULL)
		return VT_OK;
	rc = vt_pdf_lookup(p->pdf, VT_PDF_LATEST, sv, "Ff", &ff, reterr);
	if (rc != VT_OK)
		return rc;
	if (ff != NULL && (!vt_pdf_int(ff, &flags) || flags != 0))
		return vt_err_set(reterr, VT_E_PDF_UNSUPPORTED,
		    "field %s: ISO 32000-2 Table 237: its seed value sets "
		    "mandatory constraints (/Ff %lld)",
		    f->name, (long long)flags);
	return VT_OK;
}

static int
check_signature_spec(const struct vt_signature_spec *s, struct vt_err *reterr)
{
	const char *const texts[] = { s->name, s->reason, s->location };
	size_t i;

	for (i = 0; i < 3; i++)
		if (texts[i] != NULL &&
		    (strlen(texts[i]) > 1024 ||
			!vt_utf8_is_valid(vt_span_str(texts[i]))))
			return vt_err_set(reterr, VT_E_INVALID,
			    "signature: /Name, /Reason, /Location: want UTF-8 "
			    "of at most 1024 bytes");
	if ((s->field == NULL) == (s->create == NULL))
		return vt_err_set(reterr, VT_E_INVALID,
		    "signature: want either an existing field or one to "
		    "create");
	if (s->create != NULL && s->create->kind != VT_FIELD_SIGNATURE)
		return vt_err_set(reterr, VT_E_INVALID,
		    "signature: the field to create is not a signature field");
	if (s->contents_size == 0 || s->contents_size > VT_L(CMS_MAX))
		return vt_err_set(reterr, VT_E_INVALID,
		    "signature: room of %zu bytes, want 1 to %zu",
		    s->contents_size, VT_L(CMS_MAX));
	if (s->time == VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_INVALID,
		    "signature: EN 319 142-1 §6.3: /M is required");
	return VT_OK;
}

static int
plan_sign(
    struct vt_plan *p, const struct vt_signature_spec *s, struct vt_err *reterr)
{
	struct vt_plan_field *f;
	int rc;

	rc = check_signature_spec(s, reterr);
	if (rc == VT_OK)
		rc = take_field(p,
		    s->create == NULL ? s->field : s->create->name, &f, reterr);
	if (rc != VT_OK)
		return rc;
	if (strcmp(type_of(f), "Sig") != 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: of type /%s, want a signature field (/Sig)",
		    f->name, type_of(f));
	if (f->old != NULL && f->old->value != NULL)
		return vt_err_set(reterr, VT_E_PDF_FIELD_USED,
		    "field %s: it is signed already", f->name);
	if (s->appearance != NULL &&
	    (f->page == SIZE_MAX || f->w <= 0 || f->h <= 0))
		return vt_err_set(reterr, VT_E_INVALID,
		    "field %s: it is invisible and cannot show a picture",
		    f->name);
	if (f->old != NULL)
		rc = check_seed(p, f->old, reterr);
	f->sign = s;
	return rc;
}

int
vt_plan_make(struct vt_pdf *pdf, const struct vt_pades_change *change,
    struct vt_arena *arena, struct vt_plan *ret, struct vt_err *reterr)
{
	struct vt_plan p = { .pdf = pdf, .change = change, .arena = arena };
	size_t i, n;
	int rc;

	n = change->n_lay + change->n_fills + 2;
	if (change->n_lay > VT_L(FIELDS_PER_UPDATE_MAX) ||
	    change->n_fills > VT_L(FIELDS_PER_UPDATE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "update: more than %zu fields",
		    VT_L(FIELDS_PER_UPDATE_MAX));
	if (n == 2 && change->sign == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "update: nothing to lay, fill or sign");
	rc = vt_form_read(pdf, VT_PDF_LATEST, arena, &p.form, reterr);
	if (rc == VT_OK)
		rc = check_file(&p.form, change, reterr);
	if (rc != VT_OK)
		return rc;
	p.fields = vt_arena_array(arena, n, sizeof(*p.fields));
	if (p.fields == NULL)
		return vt_arena_err(arena, reterr);
	for (i = 0; rc == VT_OK && i < change->n_lay; i++)
		rc = plan_laid(&p, &change->lay[i], reterr);
	if (rc == VT_OK && change->sign != NULL && change->sign->create != NULL)
		rc = plan_laid(&p, change->sign->create, reterr);
	for (i = 0; rc == VT_OK && i < change->n_fills; i++)
		rc = plan_fill(&p, &change->fills[i], reterr);
	if (rc == VT_OK && change->sign != NULL)
		rc = plan_sign(&p, change->sign, reterr);
	if (rc != VT_OK)
		return rc;
	*ret = p;
	return VT_OK;
}
