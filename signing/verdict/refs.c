/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/verdict/refs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"

#define EDGES_MAX      200000
#define PATH_MAX_DEPTH 32

int
vt_refs_new(
    struct vt_facts *f, uint32_t n, struct vt_refs *ret, struct vt_err *reterr)
{
	size_t bits, max = vt_pdf_revisions(f->pdf), i, j;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < max; i++) {
		const struct vt_pdf_revision *r = vt_pdf_revision(f->pdf, i);

		for (j = 0; j < r->n_objects; j++)
			if (r->objects[j] >= n)
				n = r->objects[j] + 1;
	}
	bits = n / 8 + 1;
	ret->n = n;
	ret->interest = vt_arena_alloc(f->work, bits);
	ret->seen = vt_arena_alloc(f->work, bits);
	ret->parent =
	    vt_arena_array(f->work, (size_t)n + 1, sizeof(*ret->parent));
	if (ret->interest == NULL || ret->seen == NULL || ret->parent == NULL)
		return vt_arena_err(f->work, reterr);
	return VT_OK;
}

void
vt_refs_want(struct vt_refs *r, uint32_t num)
{
	if (num < r->n)
		r->interest[num / 8] |= (uint8_t)(1u << (num % 8));
}

bool
vt_refs_wanted(const struct vt_refs *r, uint32_t num)
{
	return num < r->n && (r->interest[num / 8] >> (num % 8) & 1) != 0;
}

/* As deep as values are read. NOLINTBEGIN(misc-no-recursion) */
static int
each(const struct vt_pdf_object *o, vt_ref_fn fn, void *arg,
    const struct vt_ref_step *up, const struct vt_pdf_object *holder)
{
	struct vt_ref_step step = { up, { NULL, 0 }, 0 };
	size_t i;
	int rc = VT_OK;

	switch (o->type) {
	case VT_PDF_REF:
		return fn(arg, o->u.ref, up, holder);
	case VT_PDF_ARRAY:
		for (i = 0; i < o->u.array.n && rc == VT_OK; i++) {
			step.index = i;
			rc = each(o->u.array.items[i], fn, arg, &step, holder);
		}
		return rc;
	case VT_PDF_DICT:
		for (i = 0; i < o->u.dict.n && rc == VT_OK; i++) {
			step.key = o->u.dict.entries[i].key;
			rc =
			    each(o->u.dict.entries[i].value, fn, arg, &step, o);
		}
		return rc;
	case VT_PDF_STREAM:
		return each(o->u.stream.dict, fn, arg, up, holder);
	default:
		return VT_OK;
	}
}

/* NOLINTEND(misc-no-recursion) */

int
vt_refs_each(const struct vt_pdf_object *value, vt_ref_fn fn, void *arg)
{
	return each(value, fn, arg, NULL, NULL);
}

/* Bytes of a name as people may see them in a report. */
static void
put_name(struct vt_buf *b, struct vt_span key)
{
	size_t i;

	for (i = 0; i < key.n && i < 64; i++)
		vt_buf_putc(
		    b, key.p[i] > ' ' && key.p[i] < 0x7f ? key.p[i] : '?');
}

const char *
vt_ref_path(
    struct vt_facts *f, const char *prefix, const struct vt_ref_step *at)
{
	const struct vt_ref_step *steps[PATH_MAX_DEPTH];
	size_t n = 0;
	const char *ret;
	VT_BUF_AUTO(b);

	for (; at != NULL && n < PATH_MAX_DEPTH; at = at->up)
		steps[n++] = at;
	if (at != NULL)
		vt_buf_puts(&b, "...");
	vt_buf_puts(&b, prefix);
	while (n-- > 0) {
		if (steps[n]->key.p == NULL) {
			vt_buf_printf(&b, "[%zu]", steps[n]->index);
			continue;
		}
		if (b.n > 0)
			vt_buf_putc(&b, '/');
		put_name(&b, steps[n]->key);
	}
	ret = vt_arena_strdup(f->out, vt_buf_str(&b));
	if (ret == NULL)
		f->nomem = true;
	return ret == NULL ? "" : ret;
}

struct build {
	struct vt_facts *f;
	struct vt_refs *r;
	size_t rev;
	uint32_t source;
	uint32_t *queue;
	size_t head, tail;
	struct vt_err *err;
};

static int
add_edge(struct build *b, uint32_t target, const struct vt_ref_step *at,
    const struct vt_pdf_object *holder)
{
	struct vt_refs *r = b->r;

	if (r->n_edges >= EDGES_MAX)
		return vt_err_set(b->err, VT_E_LIMIT,
		    "PDF: more than %d references to changed objects",
		    EDGES_MAX);
	if (!vt_facts_grow(b->f, b->f->work, &r->edges, r->n_edges,
		&r->cap_edges, sizeof(*r->edges)))
		return vt_err_set(b->err, VT_E_NOMEM, "PDF references");
	r->edges[r->n_edges] = (struct vt_edge){
		.target = target,
		.source = b->source,
		.path = vt_ref_path(b->f, "", at),
		.holder = holder,
		.order = r->n_edges,
	};
	r->n_edges++;
	return VT_OK;
}

static int
on_ref(void *arg, struct vt_pdf_ref ref, const struct vt_ref_step *at,
    const struct vt_pdf_object *holder)
{
	struct build *b = arg;
	struct vt_refs *r = b->r;

	if (ref.num == 0 || ref.num >= r->n)
		return VT_OK;
	if ((r->seen[ref.num / 8] >> (ref.num % 8) & 1) == 0) {
		r->seen[ref.num / 8] |= (uint8_t)(1u << (ref.num % 8));
		r->parent[ref.num] = b->source;
		b->queue[b->tail++] = ref.num;
	}
	if (vt_refs_wanted(r, ref.num))
		return add_edge(b, ref.num, at, holder);
	return VT_OK;
}

/* An object must end inside the revision that defined it: what runs on into
 * later bytes reads differently before and after they were added. */
static int
check_extent(struct build *b, uint32_t num, const struct vt_pdf_object *o)
{
	struct vt_pdf_slot slot = vt_pdf_slot(b->f->pdf, b->rev, num);
	uint64_t end = o->end, limit;

	if (slot.state != VT_PDF_SLOT_FILE)
		return VT_OK;
	limit = vt_pdf_revision(b->f->pdf, slot.revision)->end;
	if (o->type == VT_PDF_STREAM &&
	    o->u.stream.offset + o->u.stream.length > end)
		end = o->u.stream.offset + o->u.stream.length;
	if (end > limit)
		return vt_err_set(b->err, VT_E_PDF_SYNTAX,
		    "PDF object %" PRIu32 " runs to byte %" PRIu64
		    ", past its revision %" PRIu32 " that ends at %" PRIu64,
		    num, end, slot.revision, limit);
	return VT_OK;
}

static int
walk(struct build *b)
{
	struct vt_pdf_object *o;
	int rc;

	b->head = b->tail = 0;
	b->source = 0;
	memset(b->r->seen, 0, b->r->n / 8 + 1);
	rc = vt_refs_each(
	    vt_pdf_revision(b->f->pdf, b->rev)->trailer, on_ref, b);
	while (rc == VT_OK && b->head < b->tail) {
		b->source = b->queue[b->head++];
		if (++b->f->visits > VT_L(VERDICT_VISITS_MAX))
			return vt_err_set(b->err, VT_E_LIMIT,
			    "PDF: more than %zu objects to look at",
			    VT_L(VERDICT_VISITS_MAX));
		rc = vt_pdf_get(b->f->pdf, b->rev, b->source, &o, b->err);
		if (rc == VT_OK)
			rc = check_extent(b, b->source, o);
		if (rc == VT_OK)
			rc = vt_refs_each(o, on_ref, b);
	}
	return rc;
}

/* Arrays that hold a wanted reference become wanted; true if any is new. */
static int
want_arrays(struct build *b, bool *ret_more)
{
	size_t i;
	int rc;

	*ret_more = false;
	for (i = 0; i < b->r->n_edges; i++) {
		uint32_t source = b->r->edges[i].source;
		struct vt_pdf_object *o;

		if (source == 0 || vt_refs_wanted(b->r, source))
			continue;
		rc = vt_pdf_get(b->f->pdf, b->rev, source, &o, b->err);
		if (rc != VT_OK)
			return rc;
		if (o->type == VT_PDF_ARRAY) {
			vt_refs_want(b->r, source);
			*ret_more = true;
		}
	}
	return VT_OK;
}

static int
by_target(const void *a, const void *b)
{
	const struct vt_edge *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

const struct vt_edge *
vt_refs_edges(const struct vt_refs *r, uint32_t num, size_t *ret_n)
{
	size_t lo = 0, hi = r->n_edges;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->edges[mid].target < num)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*ret_n = 0;
	     lo + *ret_n < r->n_edges && r->edges[lo + *ret_n].target == num;
	     ++*ret_n)
		continue;
	return *ret_n == 0 ? NULL : &r->edges[lo];
}

int
vt_refs_build(
    struct vt_facts *f, size_t rev, struct vt_refs *r, struct vt_err *reterr)
{
	struct build b = { .f = f, .r = r, .rev = rev, .err = reterr };
	bool more = true;
	int rc = VT_OK, pass;

	b.queue = malloc(((size_t)r->n + 1) * sizeof(*b.queue));
	if (b.queue == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF references");
	/* Arrays of arrays of references do not occur where it matters. */
	for (pass = 0; pass < 3 && more && rc == VT_OK; pass++) {
		r->n_edges = 0;
		rc = walk(&b);
		if (rc == VT_OK)
			rc = want_arrays(&b, &more);
	}
	free(b.queue);
	if (rc == VT_OK && r->n_edges > 0)
		qsort(r->edges, r->n_edges, sizeof(*r->edges), by_target);
	return rc;
}

struct find {
	struct vt_facts *f;
	uint32_t target;
	const char *prefix, *path;
};

static int
find_ref(void *arg, struct vt_pdf_ref ref, const struct vt_ref_step *at,
    const struct vt_pdf_object *holder)
{
	struct find *find = arg;

	(void)holder;
	if (ref.num != find->target)
		return VT_OK;
	find->path = vt_ref_path(find->f, find->prefix, at);
	return VT_E_EXISTS; /* found: stop */
}

const char *
vt_refs_path(
    struct vt_facts *f, const struct vt_refs *r, size_t rev, uint32_t num)
{
	uint32_t chain[PATH_MAX_DEPTH];
	size_t n = 0;
	struct find find = { f, 0, "", "" };
	struct vt_err err;

	if (num >= r->n || (r->seen[num / 8] >> (num % 8) & 1) == 0)
		return "";
	while (num != 0 && n < PATH_MAX_DEPTH) {
		chain[n++] = num;
		num = r->parent[num];
	}
	while (n-- > 0) {
		struct vt_pdf_object *o = vt_pdf_revision(f->pdf, rev)->trailer;

		if (num != 0 && vt_pdf_get(f->pdf, rev, num, &o, &err) != VT_OK)
			break;
		find.target = chain[n];
		find.prefix = find.path;
		if (vt_refs_each(o, find_ref, &find) != VT_E_EXISTS)
			break;
		num = chain[n];
	}
	return find.path;
}
