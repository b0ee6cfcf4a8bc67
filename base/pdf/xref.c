/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of cross-reference sections (ISO 32000-2 §7.5.6, Annex F). */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/pdf/file.h"

int
pdf_entries_add(
    struct pdf_entries *v, const struct pdf_entry *e, struct vt_err *reterr)
{
	struct pdf_entry *q;
	size_t cap;

	if (v->n == VT_L(PDF_OBJECTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF cross-reference: more than %zu entries",
		    VT_L(PDF_OBJECTS_MAX));
	if (v->n == v->cap) {
		cap = v->cap == 0 ? 256 : v->cap * 2;
		q = realloc(v->v, cap * sizeof(*q));
		if (q == NULL)
			return vt_err_set(
			    reterr, VT_E_NOMEM, "PDF cross-reference");
		v->v = q;
		v->cap = cap;
	}
	v->v[v->n++] = *e;
	return VT_OK;
}

bool
pdf_absolute(const struct vt_pdf *pdf, int64_t offset, uint64_t *ret)
{
	uint64_t at;

	if (offset < 0 ||
	    __builtin_add_overflow((uint64_t)offset, pdf->base, &at) ||
	    at >= pdf->src->size)
		return false;
	*ret = at;
	return true;
}

static int
section_read(struct vt_pdf *pdf, struct pdf_section *s,
    const struct pdf_entry *tmpl, struct vt_err *reterr)
{
	size_t first = pdf->index.n;
	int rc;

	pdf_seek_token(&pdf->lx, s->at);
	s->start = pdf->lx.at;
	rc = pdf_peek(&pdf->lx) == 'x'
		 ? pdf_table_read(pdf, s, tmpl, reterr)
		 : pdf_xref_stream_read(pdf, s, tmpl, reterr);
	if (rc != VT_OK)
		return rc;
	for (size_t i = first; i < pdf->index.n; i++) {
		if (pdf->index.v[i].num >= s->size)
			return pdf_xref_fail(reterr, s->at, "7.5.5",
			    "object %" PRIu32
			    " is listed, but /Size is %" PRIu32,
			    pdf->index.v[i].num, s->size);
	}
	return VT_OK;
}

/*
 * "startxref N %%EOF" after a section. Sets the end of the revision. at: the
 * section that N must name; startxref: where the word must stand (0: right
 * after the section).
 */
static int
read_tail(struct vt_pdf *pdf, uint64_t after, uint64_t startxref,
    struct vt_pdf_revision *r, struct vt_err *reterr)
{
	struct pdf_lexer *lx = &pdf->lx;
	uint64_t v, at;

	lx->at = after;
	pdf_skip(lx); /* some writers leave a comment here */
	if (startxref != 0 && lx->at != startxref)
		return pdf_xref_fail(reterr, lx->at, "7.5.5",
		    "the last startxref (byte %" PRIu64 ") does not follow the "
		    "section that it names",
		    startxref);
	if (!pdf_word(lx, "startxref"))
		return pdf_fail(lx, VT_E_PDF_XREF, "7.5.5",
		    "startxref after the trailer", reterr);
	pdf_skip_space(lx);
	if (!pdf_uint(lx, INT64_MAX, &v))
		return pdf_fail(lx, VT_E_PDF_XREF, "7.5.5",
		    "an offset after startxref", reterr);
	if (!pdf_absolute(pdf, (int64_t)v, &at) || at != r->xref_offset)
		return pdf_xref_fail(reterr, lx->at, "7.5.5",
		    "the startxref after this section names %" PRIu64
		    ", the section stands at %" PRIu64,
		    v, r->xref_offset - pdf->base);
	pdf_skip_space(lx);
	for (const char *p = "%%EOF"; *p != '\0'; p++, lx->at++) {
		if (pdf_peek(lx) != *p)
			return pdf_fail(lx, VT_E_PDF_XREF, "7.5.5",
			    "%%EOF after startxref", reterr);
	}
	r->eof = lx->at;
	if (pdf_peek(lx) == '\r')
		lx->at++;
	if (pdf_peek(lx) == '\n')
		lx->at++;
	r->end = lx->at;
	return VT_OK;
}

/* What /Prev led to: a section, the stream of a hybrid one, and in a
 * linearized file the main section as well. */
struct group {
	struct pdf_section s; /* the one named */
	uint64_t after;       /* where the last of them ends */
	bool has_prev;
	uint64_t prev;
	uint16_t sections;
};

/* The stream that a hybrid section names is asked after its table. */
static int
read_section(struct vt_pdf *pdf, struct group *g, struct pdf_section *s,
    struct vt_err *reterr)
{
	struct pdf_entry tmpl = { .rev = (uint16_t)pdf->n_revs };
	struct pdf_section h = { 0 };
	int rc;

	tmpl.order = g->sections++;
	rc = section_read(pdf, s, &tmpl, reterr);
	if (rc != VT_OK || !s->has_xrefstm)
		return rc;
	h.at = s->xrefstm;
	tmpl.order = g->sections++;
	tmpl.via_stream = true;
	rc = section_read(pdf, &h, &tmpl, reterr);
	if (rc == VT_OK && h.is_table)
		return pdf_xref_fail(
		    reterr, h.at, "7.5.8.4", "/XRefStm names a table");
	return rc;
}

static int
read_group(
    struct vt_pdf *pdf, uint64_t at, struct group *g, struct vt_err *reterr)
{
	struct pdf_section m = { 0 };
	int rc;

	*g = (struct group){ .s = { .at = at } };
	rc = read_section(pdf, g, &g->s, reterr);
	if (rc != VT_OK)
		return rc;
	g->after = g->s.after;
	g->has_prev = g->s.has_prev && g->s.prev != 0;
	g->prev = g->s.prev;
	if (!g->has_prev || g->prev < at)
		return VT_OK;
	/* Annex F: the first page's section stands before the main one, and
	 * both make the oldest revision */
	if (!pdf->linearized || g->prev == at)
		return pdf_xref_fail(reterr, at, "7.5.6",
		    "/Prev of this section names a later one (byte %" PRIu64
		    ")",
		    g->prev);
	m.at = g->prev;
	rc = read_section(pdf, g, &m, reterr);
	if (rc == VT_OK && m.has_prev)
		return pdf_xref_fail(reterr, m.at, "F.3.4",
		    "the main section of a linearized file has /Prev");
	g->after = m.after;
	g->has_prev = false;
	return rc;
}

/* How far the chain has been walked, from newest to oldest. */
struct chain {
	uint64_t at;        /* next section */
	uint64_t startxref; /* of the newest section; 0 afterwards */
	uint64_t newer;     /* first byte of the section read before */
	uint64_t limit;     /* what is still to come ends before this */
	size_t order;       /* sections of the revision so far */
	size_t sections;
};

static int add_revision(
    struct vt_pdf *pdf, const struct vt_pdf_revision *r, struct vt_err *reterr);

/*
 * A section without startxref of its own, straight before the newer one (as
 * Adobe's converters for Word write it), is part of the newer one's
 * revision: no file ever ended there.
 */
static bool
runs_into_newer(
    struct vt_pdf *pdf, const struct chain *c, const struct group *g)
{
	pdf->lx.at = g->after;
	pdf_skip(&pdf->lx);
	return c->newer != 0 && pdf->lx.at == c->newer;
}

static int
take_group(struct vt_pdf *pdf, struct chain *c, const struct group *g,
    size_t first, struct vt_err *reterr)
{
	struct vt_pdf_revision r = { .xref_offset = g->s.at,
		.size = g->s.size,
		.trailer = g->s.trailer };
	int rc;

	/* of all its sections, the one that startxref names tells the size */
	for (size_t i = first; i < pdf->index.n; i++)
		if (pdf->index.v[i].num >= g->s.size)
			return pdf_xref_fail(reterr, g->s.at, "7.5.5",
			    "object %" PRIu32
			    " is listed, but /Size is %" PRIu32,
			    pdf->index.v[i].num, g->s.size);
	if (runs_into_newer(pdf, c, g)) {
		for (size_t i = first; i < pdf->index.n; i++) {
			pdf->index.v[i].rev--;
			pdf->index.v[i].order =
			    (uint16_t)(pdf->index.v[i].order + c->order);
		}
		c->order += g->sections;
		return VT_OK;
	}
	r.kind = !g->s.is_table     ? VT_PDF_XREF_STREAM
		 : g->s.has_xrefstm ? VT_PDF_XREF_HYBRID
				    : VT_PDF_XREF_TABLE;
	rc = read_tail(pdf, g->after, c->startxref, &r, reterr);
	if (rc != VT_OK)
		return rc;
	/* each older one ends before the newer section begins, which also
	 * rules out a chain that loops */
	if (r.end > c->limit)
		return pdf_xref_fail(reterr, r.xref_offset, "7.5.6",
		    "the revision of this section ends at %" PRIu64
		    ", inside the next one",
		    r.end);
	c->order = g->sections;
	return add_revision(pdf, &r, reterr);
}

static int
entry_order(const void *a, const void *b)
{
	const struct pdf_entry *x = a, *y = b;

	if (x->num != y->num)
		return x->num < y->num ? -1 : 1;
	if (x->rev != y->rev)
		return x->rev < y->rev ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* Most files have one section, in order already. */
static void
sort_entries(struct pdf_entries *e)
{
	for (size_t i = 1; i < e->n; i++)
		if (entry_order(&e->v[i - 1], &e->v[i]) > 0) {
			qsort(e->v, e->n, sizeof(*e->v), entry_order);
			return;
		}
}

static bool
same_place(const struct pdf_entry *a, const struct pdf_entry *b)
{
	return a->state == b->state && a->gen == b->gen && a->pos == b->pos;
}

/*
 * Several entries of one number in one revision: allowed only where every
 * reader comes to the same object. A table's free entry is overridden by a
 * /XRefStm (§7.5.8.4); else they must agree, and must not stand twice in one
 * section.
 */
static int
merge_entries(struct vt_pdf *pdf, struct vt_err *reterr)
{
	struct pdf_entry *v = pdf->index.v;
	size_t n = 0;

	for (size_t i = 0; i < pdf->index.n; i++) {
		struct pdf_entry *last = n > 0 ? &v[n - 1] : NULL;
		if (last == NULL || last->num != v[i].num ||
		    last->rev != v[i].rev) {
			v[n++] = v[i];
			continue;
		}
		if (last->order == v[i].order)
			return pdf_xref_fail(reterr,
			    pdf->revs[v[i].rev].xref_offset, "7.5.4",
			    "object %" PRIu32 " is listed twice", v[i].num);
		if (last->state == VT_PDF_SLOT_FREE && v[i].via_stream)
			*last = v[i];
		else if (last->via_stream && v[i].state == VT_PDF_SLOT_FREE)
			last->order = v[i].order;
		else if (!same_place(last, &v[i]))
			return pdf_xref_fail(reterr,
			    pdf->revs[v[i].rev].xref_offset, "7.5.8.4",
			    "two sections of one revision disagree about "
			    "object %" PRIu32,
			    v[i].num);
	}
	pdf->index.n = n;
	return VT_OK;
}

/* Gives each revision its list of numbers, ascending as the index is. */
static int
list_objects(struct vt_pdf *pdf, struct vt_err *reterr)
{
	struct vt_pdf_revision *r;
	size_t i;

	for (i = 0; i < pdf->index.n; i++)
		pdf->revs[pdf->index.v[i].rev].n_objects++;
	for (i = 0; i < pdf->n_revs; i++) {
		r = &pdf->revs[i];
		r->objects = calloc(
		    r->n_objects == 0 ? 1 : r->n_objects, sizeof(*r->objects));
		if (r->objects == NULL)
			return vt_err_set(
			    reterr, VT_E_NOMEM, "objects of a revision");
		r->n_objects = 0;
	}
	for (i = 0; i < pdf->index.n; i++) {
		r = &pdf->revs[pdf->index.v[i].rev];
		r->objects[r->n_objects++] = pdf->index.v[i].num;
	}
	return VT_OK;
}

static int
add_revision(
    struct vt_pdf *pdf, const struct vt_pdf_revision *r, struct vt_err *reterr)
{
	struct vt_pdf_revision *q;

	if (pdf->n_revs == VT_L(PDF_REVISIONS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF cross-reference: more than %zu revisions",
		    VT_L(PDF_REVISIONS_MAX));
	q = realloc(pdf->revs, (pdf->n_revs + 1) * sizeof(*q));
	if (q == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF revisions");
	pdf->revs = q;
	pdf->revs[pdf->n_revs++] = *r;
	return VT_OK;
}

/* From newest first to oldest first. */
static void
turn_round(struct vt_pdf *pdf)
{
	struct vt_pdf_revision t;
	size_t i, j;

	for (i = 0, j = pdf->n_revs - 1; i < j; i++, j--) {
		t = pdf->revs[i];
		pdf->revs[i] = pdf->revs[j];
		pdf->revs[j] = t;
	}
	for (i = 0; i < pdf->index.n; i++)
		pdf->index.v[i].rev =
		    (uint16_t)(pdf->n_revs - 1 - pdf->index.v[i].rev);
}

int
pdf_chain_read(
    struct vt_pdf *pdf, uint64_t at, uint64_t startxref, struct vt_err *reterr)
{
	struct chain c = {
		.at = at, .startxref = startxref, .limit = pdf->src->size
	};
	struct group g;
	size_t first;
	int rc;

	do {
		first = pdf->index.n;
		rc = read_group(pdf, c.at, &g, reterr);
		if (rc == VT_OK)
			rc = take_group(pdf, &c, &g, first, reterr);
		if (rc != VT_OK)
			return rc;
		c.sections += g.sections;
		if (c.sections > 2 * VT_L(PDF_REVISIONS_MAX))
			return vt_err_set(reterr, VT_E_LIMIT,
			    "PDF cross-reference: more than %zu sections",
			    2 * VT_L(PDF_REVISIONS_MAX));
		c.newer = g.s.start;
		c.limit = g.s.at;
		c.startxref = 0;
		c.at = g.prev;
	} while (g.has_prev);
	turn_round(pdf);
	sort_entries(&pdf->index);
	rc = merge_entries(pdf, reterr);
	return rc != VT_OK ? rc : list_objects(pdf, reterr);
}

size_t
pdf_entry_find(const struct vt_pdf *pdf, size_t rev, uint32_t num)
{
	size_t lo = 0, hi = pdf->index.n, mid;
	const struct pdf_entry *e;

	/* the first entry past (num, rev) */
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		e = &pdf->index.v[mid];
		if (e->num < num || (e->num == num && e->rev <= rev))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && pdf->index.v[lo - 1].num == num ? lo - 1
							 : PDF_NO_ENTRY;
}

size_t
pdf_entry_last(const struct vt_pdf *pdf, size_t i)
{
	const struct pdf_entry *v = pdf->index.v;

	return i + 1 < pdf->index.n && v[i + 1].num == v[i].num
		   ? v[i + 1].rev - 1u
		   : pdf->n_revs - 1;
}

bool
pdf_entry_stable(
    const struct vt_pdf *pdf, uint32_t num, size_t first, size_t last)
{
	size_t i = pdf_entry_find(pdf, first, num);
	size_t j = pdf_entry_find(pdf, last, num);

	if (i == PDF_NO_ENTRY || j == PDF_NO_ENTRY)
		return i == j;
	for (size_t k = i + 1; k <= j; k++)
		if (!same_place(&pdf->index.v[i], &pdf->index.v[k]))
			return false;
	return true;
}

struct vt_pdf_slot
vt_pdf_slot(const struct vt_pdf *pdf, size_t rev, uint32_t num)
{
	struct vt_pdf_slot s = { .state = VT_PDF_SLOT_NONE };
	const struct pdf_entry *e;
	size_t i;

	VT_CHECK(pdf, VT_PDF_MAGIC);
	i = pdf_entry_find(pdf, rev, num);
	if (i == PDF_NO_ENTRY)
		return s;
	e = &pdf->index.v[i];
	s.state = (enum vt_pdf_slot_state)e->state;
	s.gen = e->gen;
	s.revision = e->rev;
	if (s.state == VT_PDF_SLOT_FILE)
		s.offset = e->pos;
	if (s.state == VT_PDF_SLOT_OBJSTM) {
		s.stream = (uint32_t)(e->pos >> 32);
		s.index = (uint32_t)e->pos;
	}
	return s;
}
