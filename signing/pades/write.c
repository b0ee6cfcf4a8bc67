/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/pades/write.h"

#define GRAFT_IMPORT 65534 /* the generation that marks an import */

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

/* What becomes of each import: the number of an object of this update, or its
 * place in the shortened list. */
struct import_map {
	uint32_t *num; /* 0: not known */
	uint32_t *place;
	size_t n;
};

static int
bind(struct vt_pdf_object *o, const struct import_map *map,
    struct vt_err *reterr)
{
	size_t i;
	int rc = VT_OK;

	switch (o->type) {
	case VT_PDF_ARRAY:
		for (i = 0; rc == VT_OK && i < o->u.array.n; i++)
			rc = bind(o->u.array.items[i], map, reterr);
		return rc;
	case VT_PDF_DICT:
		for (i = 0; rc == VT_OK && i < o->u.dict.n; i++)
			rc = bind(o->u.dict.entries[i].value, map, reterr);
		return rc;
	case VT_PDF_REF:
		if (o->u.ref.gen != GRAFT_IMPORT)
			return VT_OK;
		if (o->u.ref.num >= map->n)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "graft: import %u of %zu", o->u.ref.num, map->n);
		if (map->num[o->u.ref.num] != 0) {
			o->u.ref.gen = 0;
			o->u.ref.num = map->num[o->u.ref.num];
		} else {
			o->u.ref.num = map->place[o->u.ref.num];
		}
		return VT_OK;
	default:
		return VT_OK;
	}
}

static int
check_form(const struct vt_pdf_graft_object *o, const struct vt_pdf_object *v,
    bool with_matrix, struct vt_err *reterr)
{
	if (!o->is_stream || v->type != VT_PDF_DICT ||
	    !vt_pdf_is_name(vt_pdf_dict_get(v, "Subtype"), "Form") ||
	    vt_pdf_dict_get(v, "BBox") == NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "appearance: ISO 32000-2 §8.10.2: object 0 is not a form "
		    "XObject");
	if (with_matrix && vt_pdf_dict_get(v, "Matrix") != NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "appearance: ISO 32000-2 §8.10.2: /Matrix is set already");
	return VT_OK;
}

static void
print_matrix(const double m[6], struct vt_buf *b)
{
	size_t i;

	vt_buf_putc(b, '[');
	for (i = 0; i < 6; i++) {
		if (i > 0)
			vt_buf_putc(b, ' ');
		vt_pdf_print_real(m[i], b);
	}
	vt_buf_putc(b, ']');
}

static int
fit_object(const struct vt_pdf_graft_object *in, bool first,
    const double *matrix, const struct import_map *map, struct vt_arena *arena,
    struct vt_pdf_graft_object *ret, struct vt_err *reterr)
{
	struct vt_pdf_object *v = NULL;
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(m);
	bool ok = true;
	int rc;

	*ret = *in;
	rc = vt_pdf_parse(in->body, arena, &v, reterr);
	if (rc == VT_OK && first)
		rc = check_form(in, v, matrix != NULL, reterr);
	if (rc == VT_OK)
		rc = bind(v, map, reterr);
	if (rc != VT_OK)
		return rc;
	if (first && matrix != NULL) {
		/* The body ends in >>: the matrix goes in front of that. */
		vt_pdf_print(v, &body);
		print_matrix(matrix, &m);
		if (vt_buf_status(&body, reterr) != VT_OK)
			return body.failed;
		VT_ASSERT(body.n > 2);
		vt_buf_truncate(&body, body.n - 2);
		vt_buf_puts(&body, "/Matrix ");
		vt_buf_span(&body, vt_buf_view(&m));
		vt_buf_puts(&body, " >>");
	} else {
		vt_pdf_print(v, &body);
	}
	rc = vt_buf_status(&body, reterr);
	if (rc != VT_OK)
		return rc;
	ret->body = vt_arena_copy(arena, vt_buf_view(&body), &ok);
	return ok ? VT_OK : vt_arena_err(arena, reterr);
}

static int
map_imports(const struct vt_pdf_graft *g, const struct vt_write_known *known,
    size_t n_known, struct vt_arena *arena, struct import_map *map,
    struct vt_pdf_graft *out, struct vt_err *reterr)
{
	const char **left;
	size_t i, j;

	map->n = g->n_imports;
	out->imports = NULL;
	out->n_imports = 0;
	if (g->n_imports == 0)
		return VT_OK;
	map->num = vt_arena_array(arena, g->n_imports, sizeof(*map->num));
	map->place = vt_arena_array(arena, g->n_imports, sizeof(*map->place));
	left = vt_arena_array(arena, g->n_imports, sizeof(*left));
	if (map->num == NULL || map->place == NULL || left == NULL)
		return vt_arena_err(arena, reterr);
	for (i = 0; i < g->n_imports; i++) {
		for (j = 0; j < n_known; j++)
			if (strcmp(g->imports[i], known[j].path) == 0)
				map->num[i] = known[j].num;
		if (map->num[i] != 0)
			continue;
		map->place[i] = (uint32_t)out->n_imports;
		left[out->n_imports++] = g->imports[i];
	}
	out->imports = left;
	return VT_OK;
}

int
vt_write_fit_graft(const struct vt_pdf_graft *g, const double *matrix,
    const struct vt_write_known *known, size_t n_known, struct vt_arena *arena,
    struct vt_pdf_graft *ret, struct vt_err *reterr)
{
	struct vt_pdf_graft_object *objects;
	struct vt_pdf_graft out = *g;
	struct import_map map = { 0 };
	size_t i;
	int rc;

	if (g->n_objects == 0)
		return vt_err_set(
		    reterr, VT_E_INVALID, "appearance: has no objects");
	objects = vt_arena_array(arena, g->n_objects, sizeof(*objects));
	if (objects == NULL)
		return vt_arena_err(arena, reterr);
	rc = map_imports(g, known, n_known, arena, &map, &out, reterr);
	for (i = 0; rc == VT_OK && i < g->n_objects; i++)
		rc = fit_object(&g->objects[i], i == 0, matrix, &map, arena,
		    &objects[i], reterr);
	if (rc != VT_OK)
		return rc;
	out.objects = objects;
	*ret = out;
	return VT_OK;
}
