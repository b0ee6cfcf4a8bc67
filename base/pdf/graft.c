/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting objects that were made elsewhere into a file. */
#include <inttypes.h>

#include "base/limits.h"
#include "base/pdf/update.h"

/* Generations that no reference of a file has in practice mark references to
 * the graft itself and to its imports. */
#define LOCAL_GEN  65535
#define IMPORT_GEN 65534

#define GRAFT_ARENA ((size_t)64 << 20)

struct rewrite {
	const struct vt_pdf_graft *g;
	const uint32_t *nums;             /* of the graft's objects */
	const struct vt_pdf_ref *imports; /* what its imports are */
};

static int
no_import(struct vt_err *reterr, const char *path)
{
	return vt_err_set(reterr, VT_E_PDF_NO_FIELD,
	    "PDF AcroForm: no indirect object /%s", path);
}

/* One step of a path: the entry of o, as a reference when `last`. */
static int
step(struct vt_pdf *pdf, struct vt_pdf_object *o, const char *key, bool last,
    struct vt_pdf_object **ret, struct vt_err *reterr)
{
	if (last) {
		*ret = vt_pdf_dict_get(o, key);
		return VT_OK;
	}
	return vt_pdf_lookup(pdf, VT_PDF_LATEST, o, key, ret, reterr);
}

/* Follows "A/B/C" from the AcroForm dictionary to a reference. */
static int
find_import(struct vt_pdf *pdf, const char *path, struct vt_pdf_ref *ret,
    struct vt_err *reterr)
{
	struct vt_pdf_object *o;
	struct vt_pdf_ref ref;
	const char *p = path;
	char key[128];
	size_t n;
	int rc;

	if ((rc = vt_pdf_catalog(pdf, VT_PDF_LATEST, &o, &ref, reterr)) !=
		VT_OK ||
	    (rc = vt_pdf_lookup(
		 pdf, VT_PDF_LATEST, o, "AcroForm", &o, reterr)) != VT_OK)
		return rc;
	for (;;) {
		n = strcspn(p, "/");
		if (o == NULL || n >= sizeof(key))
			return no_import(reterr, path);
		memcpy(key, p, n);
		key[n] = '\0';
		p += n;
		rc = step(pdf, o, key, *p == '\0', &o, reterr);
		if (rc != VT_OK)
			return rc;
		if (*p == '\0')
			break;
		p++;
	}
	if (o == NULL || o->type != VT_PDF_REF)
		return no_import(reterr, path);
	*ret = o->u.ref;
	return VT_OK;
}

static int
rewrite_ref(
    const struct rewrite *w, struct vt_pdf_ref *ref, struct vt_err *reterr)
{
	size_t n = ref->gen == LOCAL_GEN ? w->g->n_objects : w->g->n_imports;

	if (ref->gen != LOCAL_GEN && ref->gen != IMPORT_GEN)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "PDF graft: \"%" PRIu32 " %u R\" refers to neither the "
		    "graft nor an import",
		    ref->num, (unsigned)ref->gen);
	if (ref->num >= n)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "PDF graft: reference to number %" PRIu32 " of %zu",
		    ref->num, n);
	if (ref->gen == IMPORT_GEN) {
		*ref = w->imports[ref->num];
	} else {
		ref->num = w->nums[ref->num];
		ref->gen = 0;
	}
	return VT_OK;
}

/* As deep as values are read. NOLINTBEGIN(misc-no-recursion) */
static int
rewrite(const struct rewrite *w, struct vt_pdf_object *o, struct vt_err *reterr)
{
	int rc = VT_OK;

	if (o->type == VT_PDF_REF)
		return rewrite_ref(w, &o->u.ref, reterr);
	if (o->type == VT_PDF_ARRAY)
		for (size_t i = 0; i < o->u.array.n && rc == VT_OK; i++)
			rc = rewrite(w, o->u.array.items[i], reterr);
	if (o->type == VT_PDF_DICT)
		for (size_t i = 0; i < o->u.dict.n && rc == VT_OK; i++)
			rc = rewrite(w, o->u.dict.entries[i].value, reterr);
	return rc;
}

/* NOLINTEND(misc-no-recursion) */

static int
put_object(struct vt_pdf_append *a, const struct rewrite *w, size_t i,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	const struct vt_pdf_graft_object *src = &w->g->objects[i];
	struct vt_pdf_object *o = NULL;
	struct vt_err why = VT_ERR_INIT;
	VT_BUF_AUTO(body);
	int rc;

	arena = vt_arena_new(GRAFT_ARENA);
	if (arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF graft");
	rc = vt_pdf_parse(src->body, arena, &o, &why);
	if (rc == VT_E_NOMEM || rc == VT_E_LIMIT)
		return vt_err_set(reterr, (enum vt_code)rc, "%s", why.msg);
	if (rc != VT_OK)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "PDF graft, object %zu: %s", i, why.msg);
	rc = rewrite(w, o, reterr);
	if (rc != VT_OK)
		return rc;
	vt_pdf_print(o, &body);
	rc = vt_buf_status(&body, reterr);
	if (rc != VT_OK)
		return rc;
	return src->is_stream ? vt_pdf_append_stream(a, w->nums[i],
				    vt_buf_view(&body), src->data, reterr)
			      : vt_pdf_append_put(
				    a, w->nums[i], vt_buf_view(&body), reterr);
}

int
vt_pdf_append_graft(struct vt_pdf_append *a, const struct vt_pdf_graft *g,
    uint32_t *ret_nums, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	struct rewrite w = { .g = g };
	struct vt_pdf_ref *imports;
	uint32_t *nums;
	int rc = VT_OK;

	VT_CHECK(a, PDF_APPEND_MAGIC);
	arena = vt_arena_new(GRAFT_ARENA);
	if (arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF graft");
	imports = vt_arena_array(arena, g->n_imports + 1, sizeof(*imports));
	nums = vt_arena_array(arena, g->n_objects + 1, sizeof(*nums));
	if (imports == NULL || nums == NULL)
		return vt_arena_err(arena, reterr);
	w.imports = imports;
	w.nums = nums;
	for (size_t i = 0; i < g->n_imports && rc == VT_OK; i++)
		rc = find_import(a->pdf, g->imports[i], &imports[i], reterr);
	for (size_t i = 0; i < g->n_objects && rc == VT_OK; i++)
		rc = vt_pdf_append_alloc(a, &nums[i], reterr);
	for (size_t i = 0; i < g->n_objects && rc == VT_OK; i++)
		rc = put_object(a, &w, i, reterr);
	if (rc == VT_OK && g->n_objects > 0)
		memcpy(ret_nums, nums, g->n_objects * sizeof(*nums));
	return rc;
}
