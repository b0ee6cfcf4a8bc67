/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/verdict/layout.h"

#include <inttypes.h>
#include <stdlib.h>

struct extent {
	uint64_t from, to; /* "N G obj" to what follows the value */
	uint32_t num;
};

struct layout {
	struct vt_facts *f;
	uint64_t at;  /* accounted for up to here */
	uint64_t end; /* of the revision */
};

/* The byte at off, or -1 at the end of the revision. */
static int
byte_at(const struct layout *l, uint64_t off)
{
	struct vt_err err;
	uint8_t c;

	if (off >= l->end)
		return -1;
	if (l->f->src->map != NULL)
		return l->f->src->map[off];
	return vt_source_read(l->f->src, off, &c, 1, &err) == VT_OK ? c : -1;
}

static void
skip_blank(struct layout *l)
{
	for (;; l->at++) {
		switch (byte_at(l, l->at)) {
		case ' ':
		case '\t':
		case '\r':
		case '\n':
		case '\f':
		case '\0':
			continue;
		default:
			return;
		}
	}
}

/* Skips blanks and this word; false (and nothing but blanks skipped) when it
 * is not there. */
static bool
skip_word(struct layout *l, const char *word)
{
	size_t i;

	skip_blank(l);
	for (i = 0; word[i] != '\0'; i++)
		if (byte_at(l, l->at + i) != word[i])
			return false;
	l->at += i;
	return true;
}

static void
skip_digits(struct layout *l)
{
	int c;

	skip_blank(l);
	while ((c = byte_at(l, l->at)) >= '0' && c <= '9')
		l->at++;
}

static int
by_place(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Where the value of an object in the file ends. */
static uint64_t
value_end(const struct vt_pdf_object *o)
{
	uint64_t end = o->end;

	if (o->type == VT_PDF_STREAM &&
	    o->u.stream.offset + o->u.stream.length > end)
		end = o->u.stream.offset + o->u.stream.length;
	return end;
}

static int
extents(struct layout *l, size_t rev, struct extent **ret, size_t *ret_n,
    struct vt_err *reterr)
{
	const struct vt_pdf_revision *r = vt_pdf_revision(l->f->pdf, rev);
	struct vt_pdf_object *o;
	struct extent *e;
	size_t i, n = 0;
	int rc;

	*ret_n = 0;
	if (r->n_objects == 0)
		return VT_OK;
	e = vt_arena_array(l->f->work, r->n_objects, sizeof(*e));
	if (e == NULL)
		return vt_arena_err(l->f->work, reterr);
	for (i = 0; i < r->n_objects; i++) {
		struct vt_pdf_slot slot =
		    vt_pdf_slot(l->f->pdf, rev, r->objects[i]);

		if (slot.state != VT_PDF_SLOT_FILE || slot.offset < l->at)
			continue;
		rc = vt_pdf_get(l->f->pdf, rev, r->objects[i], &o, reterr);
		if (rc != VT_OK)
			return rc;
		e[n++] =
		    (struct extent){ slot.offset, value_end(o), r->objects[i] };
	}
	if (n > 0)
		qsort(e, n, sizeof(*e), by_place);
	*ret = e;
	*ret_n = n;
	return VT_OK;
}

static const char *
stray(const struct layout *l)
{
	return vt_facts_printf(l->f,
	    "the bytes at %" PRIu64 " belong to nothing that is listed", l->at);
}

/* One object after the other, nothing but blanks between them. */
static const char *
walk_objects(struct layout *l, const struct extent *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		skip_blank(l);
		if (l->at != e[i].from)
			return stray(l);
		l->at = e[i].to;
		(void)skip_word(l, "endstream");
		if (!skip_word(l, "endobj"))
			return vt_facts_printf(l->f,
			    "object %" PRIu32 " is not closed at %" PRIu64,
			    e[i].num, l->at);
	}
	return NULL;
}

/* A classic section: numbers and the letters n, f only. */
static const char *
walk_table(struct layout *l, const struct vt_pdf_revision *r)
{
	int c;

	skip_blank(l);
	if (l->at != r->xref_offset || !skip_word(l, "xref"))
		return stray(l);
	while ((c = byte_at(l, l->at)) == ' ' || c == '\r' || c == '\n' ||
	       c == 'n' || c == 'f' || (c >= '0' && c <= '9'))
		l->at++;
	if (!skip_word(l, "trailer"))
		return stray(l);
	skip_blank(l);
	if (l->at != r->trailer->offset)
		return stray(l);
	l->at = r->trailer->end;
	return NULL;
}

const char *
vt_layout_fault(
    struct vt_facts *f, size_t rev, int *ret_rc, struct vt_err *reterr)
{
	const struct vt_pdf_revision *r = vt_pdf_revision(f->pdf, rev);
	struct layout l = { f, vt_pdf_revision(f->pdf, rev - 1)->end, r->end };
	struct extent *e = NULL;
	const char *why;
	size_t n;

	*ret_rc = extents(&l, rev, &e, &n, reterr);
	if (*ret_rc != VT_OK)
		return NULL;
	why = walk_objects(&l, e, n);
	if (why == NULL && r->kind != VT_PDF_XREF_STREAM)
		why = walk_table(&l, r);
	if (why != NULL)
		return why;
	if (!skip_word(&l, "startxref"))
		return stray(&l);
	skip_digits(&l);
	if (!skip_word(&l, "%%EOF") || l.at != r->eof)
		return stray(&l);
	return NULL;
}
