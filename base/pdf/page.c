/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page tree (ISO 32000-2 §7.7.3). */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

#define CLAUSE "7.7.3"

/* State of one walk: nodes seen, so that a tree that is none is refused. */
struct walk {
	struct vt_pdf *pdf;
	size_t rev;
	uint8_t *seen; /* owned bitmap over object numbers */
	size_t n_seen; /* bytes */
};

static int
fail(struct vt_err *reterr, uint32_t num, const char *what)
{
	return vt_err_set(reterr, VT_E_PDF_SYNTAX,
	    "PDF page tree, object %" PRIu32 ": ISO 32000-2 §" CLAUSE ": %s",
	    num, what);
}

static int
add_leaf(struct vt_pdf *pdf, const struct pdf_leaf *leaf, struct vt_err *reterr)
{
	struct pdf_leaf *q;
	size_t cap;

	if (pdf->n_leaves == VT_L(PDF_PAGES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF page tree: more than %zu pages", VT_L(PDF_PAGES_MAX));
	if (pdf->n_leaves == pdf->cap_leaves) {
		cap = pdf->cap_leaves == 0 ? 16 : pdf->cap_leaves * 2;
		q = realloc(pdf->leaves, cap * sizeof(*q));
		if (q == NULL)
			return vt_err_set(reterr, VT_E_NOMEM, "PDF pages");
		pdf->leaves = q;
		pdf->cap_leaves = cap;
	}
	pdf->leaves[pdf->n_leaves++] = *leaf;
	return VT_OK;
}

/* Takes what this node says of the inheritable keys. */
static void
inherit(struct pdf_leaf *l, const struct vt_pdf_object *node)
{
	struct vt_pdf_object *o;

	if ((o = vt_pdf_dict_get(node, "MediaBox")) != NULL)
		l->media = o;
	if ((o = vt_pdf_dict_get(node, "CropBox")) != NULL)
		l->crop = o;
	if ((o = vt_pdf_dict_get(node, "Rotate")) != NULL)
		l->rotate = o;
}

/* The mark of an object: a bit each, as far as the highest of the tree. */
static int
mark(struct walk *w, uint32_t num, bool *ret_was, struct vt_err *reterr)
{
	size_t at = num / 8, n;
	uint8_t *more, bit = (uint8_t)(1u << num % 8);

	VT_ASSERT(num <= VT_L(PDF_OBJECTS_MAX));
	if (at >= w->n_seen) {
		n = at + at / 2 + 64;
		if ((more = realloc(w->seen, n)) == NULL)
			return vt_err_set(reterr, VT_E_NOMEM, "PDF page tree");
		memset(more + w->n_seen, 0, n - w->n_seen);
		w->seen = more;
		w->n_seen = n;
	}
	*ret_was = (w->seen[at] & bit) != 0;
	w->seen[at] |= bit;
	return VT_OK;
}

/* As deep as PDF_DEPTH_MAX. NOLINTBEGIN(misc-no-recursion) */
static int visit(struct walk *w, struct pdf_leaf from, unsigned depth,
    struct vt_err *reterr);

static int
visit_kids(struct walk *w, const struct vt_pdf_object *node,
    const struct pdf_leaf *from, unsigned depth, struct vt_err *reterr)
{
	struct vt_pdf_object *kids, *kid, *count;
	uint32_t num = from->ref.num;
	size_t before = w->pdf->n_leaves;
	struct pdf_leaf next;
	int64_t n;
	int rc;

	if ((rc = vt_pdf_lookup(w->pdf, w->rev, node, "Kids", &kids, reterr)) !=
		VT_OK ||
	    (rc = vt_pdf_lookup(
		 w->pdf, w->rev, node, "Count", &count, reterr)) != VT_OK)
		return rc;
	if (kids == NULL || kids->type != VT_PDF_ARRAY)
		return fail(reterr, num, "/Kids is not an array");
	for (size_t i = 0; i < kids->u.array.n; i++) {
		kid = kids->u.array.items[i];
		if (kid->type != VT_PDF_REF)
			return fail(reterr, num,
			    "/Kids holds something else than references");
		next = *from;
		next.ref = kid->u.ref;
		rc = visit(w, next, depth + 1, reterr);
		if (rc != VT_OK)
			return rc;
	}
	/* readers that trust /Count would show other pages than those that
	 * count */
	if (!vt_pdf_int(count, &n) || n != (int64_t)(w->pdf->n_leaves - before))
		return fail(reterr, num,
		    "/Count differs from the number of pages below");
	return VT_OK;
}

static int
visit(
    struct walk *w, struct pdf_leaf from, unsigned depth, struct vt_err *reterr)
{
	struct vt_pdf_object ref = { .type = VT_PDF_REF, .u.ref = from.ref };
	struct vt_pdf_object *node, *type;
	uint32_t num = from.ref.num;
	bool seen = false;
	int rc;

	if (depth > VT_L(PDF_DEPTH_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF page tree: deeper than %zu", VT_L(PDF_DEPTH_MAX));
	if ((rc = mark(w, num, &seen, reterr)) != VT_OK)
		return rc;
	if (seen)
		return fail(reterr, num, "it stands twice in the tree");
	rc = vt_pdf_resolve(w->pdf, w->rev, &ref, &node, reterr);
	if (rc != VT_OK)
		return rc;
	if (node->type != VT_PDF_DICT)
		return fail(reterr, num, "it is not a dictionary");
	rc = vt_pdf_lookup(w->pdf, w->rev, node, "Type", &type, reterr);
	if (rc != VT_OK)
		return rc;
	inherit(&from, node);
	if (vt_pdf_is_name(type, "Pages"))
		return visit_kids(w, node, &from, depth, reterr);
	if (!vt_pdf_is_name(type, "Page"))
		return fail(reterr, num, "its /Type is not Pages or Page");
	return add_leaf(w->pdf, &from, reterr);
}

/* NOLINTEND(misc-no-recursion) */

static int
walk_tree(struct vt_pdf *pdf, size_t rev, struct vt_err *reterr)
{
	struct walk w = { .pdf = pdf, .rev = rev };
	struct pdf_leaf root = { 0 };
	struct vt_pdf_object *catalog, *pages;
	struct vt_pdf_ref ref;
	int rc;

	pdf->n_leaves = 0;
	pdf->leaves_rev = PDF_NO_ENTRY;
	rc = vt_pdf_catalog(pdf, rev, &catalog, &ref, reterr);
	if (rc != VT_OK)
		return rc;
	pages = vt_pdf_dict_get(catalog, "Pages");
	if (pages == NULL || pages->type != VT_PDF_REF)
		return fail(
		    reterr, ref.num, "the catalog lacks a reference /Pages");
	root.ref = pages->u.ref;
	rc = visit(&w, root, 0, reterr);
	free(w.seen);
	if (rc == VT_OK)
		pdf->leaves_rev = rev;
	return rc;
}

static int
need_tree(struct vt_pdf *pdf, size_t *io_rev, struct vt_err *reterr)
{
	VT_CHECK(pdf, VT_PDF_MAGIC);
	if (*io_rev == VT_PDF_LATEST)
		*io_rev = pdf->n_revs - 1;
	VT_ASSERT(*io_rev < pdf->n_revs);
	if (pdf->leaves != NULL && pdf->leaves_rev == *io_rev)
		return VT_OK;
	return walk_tree(pdf, *io_rev, reterr);
}

int
vt_pdf_page_count(
    struct vt_pdf *pdf, size_t rev, size_t *ret, struct vt_err *reterr)
{
	int rc = need_tree(pdf, &rev, reterr);

	if (rc == VT_OK)
		*ret = pdf->n_leaves;
	return rc;
}

/* §7.9.5: four numbers, any two opposite corners. */
static int
read_box(struct vt_pdf *pdf, size_t rev, struct vt_pdf_object *o, uint32_t num,
    double ret[4], struct vt_err *reterr)
{
	struct vt_pdf_object *item;
	double v[4];
	int rc;

	rc = vt_pdf_resolve(pdf, rev, o, &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o->type != VT_PDF_ARRAY || o->u.array.n != 4)
		return fail(reterr, num, "a page box is not four numbers");
	for (size_t i = 0; i < 4; i++) {
		rc = vt_pdf_resolve(
		    pdf, rev, o->u.array.items[i], &item, reterr);
		if (rc != VT_OK)
			return rc;
		if (!vt_pdf_number(item, &v[i]))
			return fail(
			    reterr, num, "a page box is not four numbers");
	}
	ret[0] = fmin(v[0], v[2]);
	ret[1] = fmin(v[1], v[3]);
	ret[2] = fmax(v[0], v[2]);
	ret[3] = fmax(v[1], v[3]);
	if (!(ret[0] < ret[2] && ret[1] < ret[3]))
		return fail(reterr, num, "a page box is empty");
	return VT_OK;
}

static int
read_rotate(struct vt_pdf *pdf, size_t rev, const struct pdf_leaf *leaf,
    int *ret, struct vt_err *reterr)
{
	struct vt_pdf_object *o = leaf->rotate;
	int64_t v;
	int rc;

	*ret = 0;
	if (o == NULL)
		return VT_OK;
	rc = vt_pdf_resolve(pdf, rev, o, &o, reterr);
	if (rc != VT_OK || o->type == VT_PDF_NULL)
		return rc;
	if (!vt_pdf_int(o, &v) || v % 90 != 0)
		return fail(
		    reterr, leaf->ref.num, "/Rotate is no multiple of 90");
	*ret = (int)((v % 360 + 360) % 360);
	return VT_OK;
}

static int
read_crop(struct vt_pdf *pdf, size_t rev, const struct pdf_leaf *leaf,
    struct vt_pdf_page *p, struct vt_err *reterr)
{
	struct vt_pdf_object *o = leaf->crop;
	double c[4] = { 0 };
	int rc;

	memcpy(p->crop, p->media, sizeof(p->crop));
	if (o == NULL)
		return VT_OK;
	if ((rc = vt_pdf_resolve(pdf, rev, o, &o, reterr)) != VT_OK ||
	    o->type == VT_PDF_NULL ||
	    (rc = read_box(pdf, rev, o, leaf->ref.num, c, reterr)) != VT_OK)
		return rc;
	/* §14.11.2: only what lies in the media box shows */
	c[0] = fmax(c[0], p->media[0]);
	c[1] = fmax(c[1], p->media[1]);
	c[2] = fmin(c[2], p->media[2]);
	c[3] = fmin(c[3], p->media[3]);
	if (c[0] < c[2] && c[1] < c[3])
		memcpy(p->crop, c, sizeof(p->crop));
	return VT_OK;
}

int
vt_pdf_page(struct vt_pdf *pdf, size_t rev, size_t i, struct vt_pdf_page *ret,
    struct vt_err *reterr)
{
	struct vt_pdf_object ref = { .type = VT_PDF_REF };
	struct vt_pdf_page p = { 0 };
	struct pdf_leaf leaf;
	int rc;

	rc = need_tree(pdf, &rev, reterr);
	if (rc != VT_OK)
		return rc;
	if (i >= pdf->n_leaves)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "page %zu: the file has %zu", i + 1, pdf->n_leaves);
	leaf = pdf->leaves[i];
	p.ref = ref.u.ref = leaf.ref;
	if (leaf.media == NULL)
		return fail(reterr, leaf.ref.num, "the page lacks a /MediaBox");
	if ((rc = vt_pdf_resolve(pdf, rev, &ref, &p.dict, reterr)) != VT_OK ||
	    (rc = read_box(pdf, rev, leaf.media, leaf.ref.num, p.media,
		 reterr)) != VT_OK ||
	    (rc = read_crop(pdf, rev, &leaf, &p, reterr)) != VT_OK ||
	    (rc = read_rotate(pdf, rev, &leaf, &p.rotate, reterr)) != VT_OK)
		return rc;
	*ret = p;
	return VT_OK;
}
