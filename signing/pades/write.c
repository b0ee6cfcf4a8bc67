/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/pades/write.h"

#include "base/limits.h"

/* Generations that mark references inside a graft (base/pdf/append.h). */
#define GRAFT_LOCAL  65535
#define GRAFT_IMPORT 65534

int
vt_write_original(struct vt_source *src, const struct vt_pdf_object *o,
    struct vt_buf *ret, struct vt_err *reterr)
{
	uint8_t *p;
	size_t n;

	if (o->objstm != 0 || o->end <= o->offset || o->end > src->size) {
		vt_pdf_print(o, ret);
		return vt_buf_status(ret, reterr);
	}
	n = (size_t)(o->end - o->offset);
	p = vt_buf_extend(ret, n);
	if (p == NULL)
		return vt_buf_status(ret, reterr);
	return vt_source_read(src, o->offset, p, n, reterr);
}

static bool
is_edited(struct vt_span key, const struct vt_write_edit *edits, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (vt_span_is(key, edits[i].key))
			return true;
	return false;
}

int
vt_write_edited(struct vt_source *src, const struct vt_pdf_object *dict,
    const struct vt_write_edit *edits, size_t n, struct vt_buf *ret,
    struct vt_err *reterr)
{
	size_t i;
	int rc;

	vt_buf_puts(ret, "<<");
	for (i = 0; dict != NULL && i < dict->u.dict.n; i++) {
		const struct vt_pdf_entry *e = &dict->u.dict.entries[i];

		if (is_edited(e->key, edits, n))
			continue;
		vt_buf_putc(ret, '\n');
		vt_pdf_print_name(e->key, ret);
		vt_buf_putc(ret, ' ');
		rc = vt_write_original(src, e->value, ret, reterr);
		if (rc != VT_OK)
			return rc;
	}
	for (i = 0; i < n; i++) {
		if (edits[i].value.n == 0)
			continue;
		vt_buf_putc(ret, '\n');
		vt_pdf_print_name(vt_span_str(edits[i].key), ret);
		vt_buf_putc(ret, ' ');
		vt_buf_span(ret, edits[i].value);
	}
	vt_buf_puts(ret, "\n>>");
	return vt_buf_status(ret, reterr);
}

/* ---- grafts ---- */

/* How references of the graft being added are renamed. */
struct renaming {
	size_t first; /* where its objects start in the merged graft */
	size_t n_objects, n_imports;
	size_t *import;  /* place of each import in the merged list, or */
	bool *is_object; /* index of the object that stands in for it */
};

static int
rename_ref(
    struct vt_pdf_ref *ref, const struct renaming *to, struct vt_err *reterr)
{
	size_t num = ref->num;
	bool local = ref->gen == GRAFT_LOCAL, import = ref->gen == GRAFT_IMPORT;

	if ((local && num >= to->n_objects) || (import && num >= to->n_imports))
		return vt_err_set(reterr, VT_E_SYNTAX, "graft: %s %zu of %zu",
		    local ? "object" : "import", num,
		    local ? to->n_objects : to->n_imports);
	if (local) {
		ref->num = (uint32_t)(to->first + num);
	} else if (import) {
		ref->num = (uint32_t)to->import[num];
		if (to->is_object[num])
			ref->gen = GRAFT_LOCAL;
	}
	return VT_OK;
}

/* As deep as values are read. NOLINTBEGIN(misc-no-recursion) */
static int
rename_refs(
    struct vt_pdf_object *o, const struct renaming *to, struct vt_err *reterr)
{
	size_t i;
	int rc = VT_OK;

	switch (o->type) {
	case VT_PDF_ARRAY:
		for (i = 0; rc == VT_OK && i < o->u.array.n; i++)
			rc = rename_refs(o->u.array.items[i], to, reterr);
		return rc;
	case VT_PDF_DICT:
		for (i = 0; rc == VT_OK && i < o->u.dict.n; i++)
			rc =
			    rename_refs(o->u.dict.entries[i].value, to, reterr);
		return rc;
	case VT_PDF_REF:
		return rename_ref(&o->u.ref, to, reterr);
	default:
		return VT_OK;
	}
}

/* NOLINTEND(misc-no-recursion) */

/* The dictionary with a /Matrix at its end. */
static int
put_with_matrix(const struct vt_pdf_object *dict, const double m[6],
    struct vt_buf *b, struct vt_err *reterr)
{
	size_t i;
	int rc;

	if (dict->type != VT_PDF_DICT || vt_pdf_dict_get(dict, "Matrix"))
		return vt_err_set(reterr, VT_E_INVALID,
		    "appearance: ISO 32000-2 §8.10.2: object 0 has a /Matrix "
		    "already or is no dictionary");
	vt_pdf_print(dict, b);
	rc = vt_buf_status(b, reterr);
	if (rc != VT_OK)
		return rc;
	VT_ASSERT(b->n > 2);
	vt_buf_truncate(b, b->n - 2); /* before its >> */
	vt_buf_puts(b, "/Matrix [");
	for (i = 0; i < 6; i++) {
		vt_pdf_print_real(m[i], b);
		vt_buf_putc(b, i < 5 ? ' ' : ']');
	}
	vt_buf_puts(b, " >>");
	return VT_OK;
}

static int
add_object(struct vt_write_merge *m, const struct vt_pdf_graft_object *in,
    const double *matrix, const struct renaming *to, struct vt_err *reterr)
{
	struct vt_pdf_graft_object *out = &m->objects[m->n_objects];
	struct vt_pdf_object *v = NULL;
	VT_BUF_AUTO(body);
	bool ok = true;
	int rc;

	*out = *in;
	rc = vt_pdf_parse(in->body, m->arena, &v, reterr);
	if (rc == VT_OK)
		rc = rename_refs(v, to, reterr);
	if (rc == VT_OK && matrix != NULL)
		rc = put_with_matrix(v, matrix, &body, reterr);
	else if (rc == VT_OK)
		vt_pdf_print(v, &body);
	if (rc == VT_OK)
		rc = vt_buf_status(&body, reterr);
	if (rc != VT_OK)
		return rc;
	out->body = vt_arena_copy(m->arena, vt_buf_view(&body), &ok);
	if (!ok)
		return vt_arena_err(m->arena, reterr);
	m->n_objects++;
	return VT_OK;
}

/* Room for n more items in an array of the arena; NULL: no memory. */
static void *
reserve(struct vt_arena *a, void *old, size_t used, size_t *io_cap, size_t n,
    size_t size)
{
	size_t cap = *io_cap;
	void *p;

	if (old != NULL && used + n <= cap)
		return old;
	cap = (used + n) * 2 + 8;
	p = vt_arena_array(a, cap, size);
	if (p == NULL)
		return NULL;
	if (old != NULL && used > 0)
		memcpy(p, old, used * size);
	*io_cap = cap;
	return p;
}

static int
add_imports(struct vt_write_merge *m, const struct vt_pdf_graft *g,
    struct renaming *to, struct vt_err *reterr)
{
	size_t i, j;
	void *p;

	to->n_imports = g->n_imports;
	to->import =
	    vt_arena_array(m->arena, g->n_imports + 1, sizeof(*to->import));
	to->is_object =
	    vt_arena_array(m->arena, g->n_imports + 1, sizeof(*to->is_object));
	p = reserve(m->arena, m->imports, m->n_imports, &m->cap_imports,
	    g->n_imports, sizeof(*m->imports));
	if (to->import == NULL || to->is_object == NULL || p == NULL)
		return vt_arena_err(m->arena, reterr);
	m->imports = p;
	for (i = 0; i < g->n_imports; i++) {
		for (j = 0; j < m->n_known; j++) {
			if (strcmp(g->imports[i], m->known[j].path) != 0)
				continue;
			to->import[i] = m->known[j].object;
			to->is_object[i] = true;
		}
		if (to->is_object[i])
			continue;
		to->import[i] = m->n_imports;
		m->imports[m->n_imports++] = g->imports[i];
	}
	return VT_OK;
}

int
vt_write_merge_add(struct vt_write_merge *m, const struct vt_pdf_graft *g,
    const double *matrix, size_t *ret_first, struct vt_err *reterr)
{
	struct renaming to = { .first = m->n_objects,
		.n_objects = g->n_objects };
	size_t i;
	void *p;
	int rc;

	if (g->n_objects == 0 || g->n_objects > VT_L(GRAFT_OBJECTS_MAX) ||
	    g->n_imports > VT_L(GRAFT_OBJECTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "graft: %zu objects and %zu imports, want 1 to %zu",
		    g->n_objects, g->n_imports, VT_L(GRAFT_OBJECTS_MAX));
	p = reserve(m->arena, m->objects, m->n_objects, &m->cap_objects,
	    g->n_objects, sizeof(*m->objects));
	if (p == NULL)
		return vt_arena_err(m->arena, reterr);
	m->objects = p;
	rc = add_imports(m, g, &to, reterr);
	for (i = 0; rc == VT_OK && i < g->n_objects; i++)
		rc = add_object(
		    m, &g->objects[i], i == 0 ? matrix : NULL, &to, reterr);
	if (rc == VT_OK)
		*ret_first = to.first;
	return rc;
}

int
vt_write_check_form(
    const struct vt_write_merge *m, size_t i, struct vt_err *reterr)
{
	struct vt_pdf_object *v = NULL;
	int rc = vt_pdf_parse(m->objects[i].body, m->arena, &v, reterr);

	if (rc != VT_OK)
		return rc;
	if (!m->objects[i].is_stream || v->type != VT_PDF_DICT ||
	    !vt_pdf_is_name(vt_pdf_dict_get(v, "Subtype"), "Form") ||
	    vt_pdf_dict_get(v, "BBox") == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "appearance: ISO 32000-2 §8.10.2: object 0 is not a form "
		    "XObject with a /BBox");
	return VT_OK;
}
