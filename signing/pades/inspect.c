/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is: asked before anything is decided about it. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "signing/pades/form.h"
#include "signing/pades/pades.h"
#include "signing/pades/place.h"

#define ARENA_LIMIT ((size_t)128 << 20)

void
vt_inspection_free(struct vt_inspection *i)
{
	free(i->fields);
	memset(i, 0, sizeof(*i));
}

static void
copy_name(const char *name, char *ret, size_t size)
{
	struct vt_span s = vt_span_str(name);
	size_t at = 0, fits = 0;

	while (at < s.n) {
		vt_utf8_next(s, &at);
		if (at >= size)
			break;
		fits = at;
	}
	memcpy(ret, name, fits);
	ret[fits] = '\0';
}

static int
describe_field(struct vt_pdf *pdf, const struct vt_form_field *f,
    struct vt_field_info *ret, struct vt_err *reterr)
{
	struct vt_pdf_page page;
	double xywh[4];
	int rc;

	copy_name(f->name, ret->name, sizeof(ret->name));
	ret->kind =
	    strcmp(f->type, "Sig") == 0 ? VT_FIELD_SIGNATURE : VT_FIELD_TEXT;
	ret->filled = f->value != NULL && (f->value->type != VT_PDF_STRING ||
					      f->value->u.string.n > 0);
	ret->page = f->page;
	if (f->page == SIZE_MAX)
		return VT_OK;
	rc = vt_pdf_page(pdf, VT_PDF_LATEST, f->page, &page, reterr);
	if (rc != VT_OK)
		return rc;
	vt_place_to_display(&page, f->rect, xywh);
	ret->x = xywh[0];
	ret->y = xywh[1];
	ret->w = xywh[2];
	ret->h = xywh[3];
	return VT_OK;
}

/* Fields that this program fills or signs; buttons and lists are none. */
static int
inspect_fields(struct vt_pdf *pdf, const struct vt_form *form,
    struct vt_inspection *i, struct vt_err *reterr)
{
	size_t j;
	int rc;

	if (form->n_fields == 0)
		return VT_OK;
	i->fields = calloc(form->n_fields, sizeof(*i->fields));
	if (i->fields == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "fields");
	for (j = 0; j < form->n_fields; j++) {
		const struct vt_form_field *f = &form->fields[j];

		if (strcmp(f->type, "Sig") != 0 && strcmp(f->type, "Tx") != 0)
			continue;
		rc = describe_field(pdf, f, &i->fields[i->n_fields], reterr);
		if (rc != VT_OK)
			return rc;
		i->n_fields++;
	}
	return VT_OK;
}

/*
 * pdfaid:part of the catalog's XMP (ISO 19005-2 §6.6.4), as an element or an
 * attribute. A claim only, so a search is enough; what cannot be read claims
 * nothing.
 */
static int
claimed_pdfa(struct vt_pdf *pdf, const struct vt_pdf_object *catalog)
{
	static const char key[] = "pdfaid:part";
	struct vt_err err = VT_ERR_INIT;
	struct vt_pdf_object *meta = NULL;
	VT_BUF_AUTO(xmp);
	const char *p;

	if (vt_pdf_lookup(pdf, VT_PDF_LATEST, catalog, "Metadata", &meta,
		&err) != VT_OK ||
	    meta == NULL || meta->type != VT_PDF_STREAM ||
	    vt_pdf_stream_data(pdf, meta, VT_L(XMP_MAX), &xmp, &err) != VT_OK)
		return 0;
	p = strstr(vt_buf_str(&xmp), key);
	if (p == NULL)
		return 0;
	p += sizeof(key) - 1;
	p += strspn(p, " \t\r\n=>\"'");
	return *p >= '1' && *p <= '9' ? *p - '0' : 0;
}

static bool
is_tagged(struct vt_pdf *pdf, const struct vt_pdf_object *catalog)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_pdf_object *info = NULL, *marked = NULL;

	return vt_pdf_lookup(pdf, VT_PDF_LATEST, catalog, "MarkInfo", &info,
		   &err) == VT_OK &&
	       info != NULL &&
	       vt_pdf_lookup(pdf, VT_PDF_LATEST, info, "Marked", &marked,
		   &err) == VT_OK &&
	       marked != NULL && marked->type == VT_PDF_BOOL &&
	       marked->u.boolean;
}

/* The later of the header and the catalog's /Version (§7.2.2). */
static int
version_of(const struct vt_pdf *pdf, const struct vt_pdf_object *catalog)
{
	const struct vt_pdf_object *v = vt_pdf_dict_get(catalog, "Version");
	int header = vt_pdf_version(pdf, NULL), own = 0;

	if (v != NULL && v->type == VT_PDF_NAME && v->u.name.n == 3 &&
	    v->u.name.p[0] >= '1' && v->u.name.p[0] <= '9' &&
	    v->u.name.p[1] == '.' && v->u.name.p[2] >= '0' &&
	    v->u.name.p[2] <= '9')
		own = (v->u.name.p[0] - '0') * 10 + (v->u.name.p[2] - '0');
	return own > header ? own : header;
}

static int
inspect(struct vt_pdf *pdf, struct vt_arena *arena, struct vt_inspection *i,
    struct vt_err *reterr)
{
	struct vt_pdf_page first;
	struct vt_form form;
	int rc;

	rc = vt_form_read(pdf, VT_PDF_LATEST, arena, &form, reterr);
	if (rc == VT_OK)
		rc = vt_pdf_page_count(pdf, VT_PDF_LATEST, &i->pages, reterr);
	if (rc == VT_OK && i->pages > 0) {
		rc = vt_pdf_page(pdf, VT_PDF_LATEST, 0, &first, reterr);
		if (rc == VT_OK)
			vt_place_size(&first, &i->page_w, &i->page_h);
	}
	if (rc == VT_OK)
		rc = inspect_fields(pdf, &form, i, reterr);
	if (rc != VT_OK)
		return rc;
	i->version = version_of(pdf, form.catalog);
	i->size = vt_pdf_size(pdf);
	i->revisions = vt_pdf_revisions(pdf);
	i->signatures = form.signatures;
	i->docmdp = form.docmdp;
	i->linearized = vt_pdf_is_linearized(pdf);
	i->tagged = is_tagged(pdf, form.catalog);
	i->has_xfa = form.xfa;
	i->xref_kind = (int)vt_pdf_revision(pdf, i->revisions - 1)->kind;
	i->pdfa_part = claimed_pdfa(pdf, form.catalog);
	return VT_OK;
}

int
vt_pades_inspect(
    struct vt_pdf *pdf, struct vt_inspection *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	struct vt_inspection i = { 0 };
	int rc;

	arena = vt_arena_new(ARENA_LIMIT);
	if (arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "inspection");
	rc = inspect(pdf, arena, &i, reterr);
	if (rc != VT_OK) {
		vt_inspection_free(&i);
		return rc;
	}
	*ret = i;
	return VT_OK;
}
