/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/graft.h"

#include <zlib.h>

void
vt_grafter_init(struct vt_grafter *g, struct vt_arena *a)
{
	memset(g, 0, sizeof(*g));
	g->a = a;
}

void
vt_grafter_fail(struct vt_grafter *g, const struct vt_err *err)
{
	if (g->rc != VT_OK)
		return;
	g->rc = err->code;
	g->err = *err;
}

size_t
vt_grafter_reserve(struct vt_grafter *g)
{
	VT_ASSERT(g->n < VT_GRAFT_OBJECTS);
	return g->n++;
}

static struct vt_span
copy(struct vt_grafter *g, const struct vt_buf *b)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_span s = VT_SPAN(NULL, 0);
	bool ok = false;

	if (vt_buf_status(b, &err) != VT_OK) {
		vt_grafter_fail(g, &err);
		return s;
	}
	s = vt_arena_copy(g->a, vt_buf_view(b), &ok);
	if (!ok && vt_arena_err(g->a, &err) != VT_OK)
		vt_grafter_fail(g, &err);
	return s;
}

void
vt_grafter_body(struct vt_grafter *g, size_t i, const struct vt_buf *b)
{
	VT_ASSERT(i < g->n);
	if (g->rc == VT_OK)
		g->o[i].body = copy(g, b);
}

/* Level 9: these streams are written once and kept for decades. */
static bool
deflated(struct vt_span data, struct vt_buf *ret)
{
	uLongf n = compressBound((uLong)data.n);
	uint8_t *p = vt_buf_extend(ret, n);

	if (p == NULL || compress2(p, &n, data.p, (uLong)data.n, 9) != Z_OK ||
	    n >= data.n)
		return false;
	vt_buf_truncate(ret, n);
	return true;
}

static void
put_stream(struct vt_grafter *g, size_t i, const struct vt_buf *b,
    struct vt_span data, bool pack)
{
	VT_BUF_AUTO(dict);
	VT_BUF_AUTO(packed);
	struct vt_err err = VT_ERR_INIT;
	bool ok = false;

	VT_ASSERT(i < g->n);
	if (g->rc != VT_OK)
		return;
	if (vt_buf_status(b, &err) != VT_OK) {
		vt_grafter_fail(g, &err);
		return;
	}
	vt_buf_puts(&dict, "<< ");
	vt_buf_span(&dict, vt_buf_view(b));
	if (pack && deflated(data, &packed)) {
		vt_buf_puts(&dict, " /Filter /FlateDecode");
		data = vt_buf_view(&packed);
	}
	vt_buf_puts(&dict, " >>");
	g->o[i].body = copy(g, &dict);
	if (g->rc != VT_OK)
		return;
	g->o[i].data = vt_arena_copy(g->a, data, &ok);
	g->o[i].is_stream = true;
	if (!ok && vt_arena_err(g->a, &err) != VT_OK)
		vt_grafter_fail(g, &err);
}

void
vt_grafter_stream(
    struct vt_grafter *g, size_t i, const struct vt_buf *b, struct vt_span data)
{
	put_stream(g, i, b, data, true);
}

void
vt_grafter_form(
    struct vt_grafter *g, size_t i, const struct vt_buf *b, struct vt_span data)
{
	put_stream(g, i, b, data, false);
}

int
vt_grafter_finish(
    struct vt_grafter *g, struct vt_pdf_graft *ret, struct vt_err *reterr)
{
	struct vt_pdf_graft_object *o = NULL;
	const char **imports = NULL;

	if (g->rc == VT_OK) {
		o = vt_arena_array(g->a, g->n, sizeof(*o));
		imports = vt_arena_array(g->a, 1, sizeof(*imports));
		if (o == NULL || imports == NULL)
			return vt_arena_err(g->a, reterr);
	}
	if (g->rc != VT_OK) {
		if (reterr != NULL)
			*reterr = g->err;
		return g->rc;
	}
	memcpy(o, g->o, g->n * sizeof(*o));
	*ret = (struct vt_pdf_graft){ .objects = o, .n_objects = g->n };
	if (g->import != NULL) {
		imports[0] = vt_arena_strdup(g->a, g->import);
		if (imports[0] == NULL)
			return vt_arena_err(g->a, reterr);
		ret->imports = imports;
		ret->n_imports = 1;
	}
	return VT_OK;
}
