/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a signature protects (ISO 32000-1 §12.8.1): the byte range must be the
 * whole of its revision but for the very token of /Contents, and the revision
 * must need nothing outside. Each rule closes a known class of forgery:
 * universal (missing or odd entries), wrapping (a gap that is not the token),
 * incremental saving (bytes after the end).
 */
#include "base/limits.h"
#include "signing/verdict/facts.h"

#include <inttypes.h>

static bool
read_range(struct vt_facts *f, struct vt_signature_facts *s)
{
	struct vt_pdf_object *o = vt_pdf_dict_get(s->dict, "ByteRange");
	size_t i;

	if (o == NULL) {
		vt_finding(f, s, VT_R_BYTE_RANGE, "/ByteRange missing");
		return false;
	}
	if (o->type != VT_PDF_ARRAY || o->u.array.n != 4) {
		vt_finding(f, s, VT_R_BYTE_RANGE,
		    "/ByteRange: want a direct array of 4 integers, found %s "
		    "of %zu",
		    o->type == VT_PDF_ARRAY ? "an array" : "another type",
		    o->type == VT_PDF_ARRAY ? o->u.array.n : (size_t)0);
		return false;
	}
	for (i = 0; i < 4; i++) {
		const struct vt_pdf_object *v = o->u.array.items[i];

		if (v->type != VT_PDF_INT || v->u.integer < 0) {
			vt_finding(f, s, VT_R_BYTE_RANGE,
			    "/ByteRange[%zu]: want an integer >= 0", i);
			return false;
		}
		s->range[i] = (uint64_t)v->u.integer;
	}
	return true;
}

/* First 0, in order, inside the file; nothing overflows after this. */
static bool
check_range(struct vt_facts *f, struct vt_signature_facts *s)
{
	const uint64_t *r = s->range;
	uint64_t size = f->src->size;

	if (r[0] != 0) {
		vt_finding(f, s, VT_R_BYTE_RANGE,
		    "/ByteRange: want it to begin at 0, found %" PRIu64, r[0]);
		return false;
	}
	if (r[1] == 0 || r[1] > size || r[2] > size || r[3] > size - r[2] ||
	    r[2] <= r[1]) {
		vt_finding(f, s, VT_R_BYTE_RANGE,
		    "/ByteRange [0 %" PRIu64 " %" PRIu64 " %" PRIu64
		    "]: out of order or outside the %" PRIu64 " bytes of the "
		    "file",
		    r[1], r[2], r[3], size);
		return false;
	}
	return true;
}

static bool
check_contents(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_pdf_object *o = vt_pdf_dict_get(s->dict, "Contents");

	if (o == NULL || o->type != VT_PDF_STRING) {
		vt_finding(f, s, VT_R_CONTENTS, "/Contents %s",
		    o == NULL ? "missing" : "is not a direct string");
		return false;
	}
	if (s->dict->objstm != 0 || o->objstm != 0) {
		vt_finding(f, s, VT_R_CONTENTS,
		    "the signature stands in object stream %" PRIu32,
		    s->dict->objstm);
		return false;
	}
	if (!o->hex)
		vt_finding(f, s, VT_R_CONTENTS,
		    "/Contents: want a hexadecimal string");
	s->contents = o->u.string;
	if (s->range[1] != o->offset || s->range[2] != o->end) {
		vt_finding(f, s, VT_R_BYTE_RANGE_GAP,
		    "left out: bytes %" PRIu64 "..%" PRIu64
		    "; /Contents: bytes %" PRIu64 "..%" PRIu64,
		    s->range[1], s->range[2], o->offset, o->end);
		return false;
	}
	return true;
}

/* Are the bytes [from, to) nothing but what may stand after %%EOF? */
static bool
is_blank(struct vt_facts *f, uint64_t from, uint64_t to)
{
	uint8_t b[512];
	struct vt_err err;

	while (from < to) {
		size_t i,
		    n = to - from < sizeof(b) ? (size_t)(to - from) : sizeof(b);

		if (vt_source_read(f->src, from, b, n, &err) != VT_OK)
			return false;
		for (i = 0; i < n; i++)
			if (b[i] != '\r' && b[i] != '\n' && b[i] != ' ' &&
			    b[i] != '\t' && b[i] != '\0')
				return false;
		from += n;
	}
	return true;
}

/* The signed bytes, read as a file of their own, must be that very revision:
 * whoever cuts the file at the end of the byte range sees what was signed. */
static void
check_alone(struct vt_facts *f, struct vt_signature_facts *s, uint64_t end)
{
	struct vt_source part = *f->src;
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_err err = VT_ERR_INIT;
	size_t i;

	arena = vt_arena_new(VT_L(VERDICT_PDF_MEMORY));
	if (arena == NULL) {
		f->nomem = true;
		return;
	}
	part.size = end;
	if (vt_pdf_open(&part, arena, &pdf, &err) != VT_OK) {
		vt_finding(f, s, VT_R_OUTSIDE_SIGNED,
		    "the signed bytes alone are not a readable file: %s",
		    err.msg);
		return;
	}
	if (vt_pdf_revisions(pdf) != s->revision + 1) {
		vt_finding(f, s, VT_R_OUTSIDE_SIGNED,
		    "the signed bytes alone have %zu revisions, want %zu",
		    vt_pdf_revisions(pdf), s->revision + 1);
		return;
	}
	for (i = 0; i <= s->revision; i++)
		if (vt_pdf_revision(pdf, i)->xref_offset !=
		    vt_pdf_revision(f->pdf, i)->xref_offset)
			vt_finding(f, s, VT_R_OUTSIDE_SIGNED,
			    "revision %zu: cross-reference at %" PRIu64
			    " in the signed bytes, at %" PRIu64 " in the file",
			    i, vt_pdf_revision(pdf, i)->xref_offset,
			    vt_pdf_revision(f->pdf, i)->xref_offset);
}

/* No cross-reference and no object of the signed revisions lies outside the
 * signed bytes, or inside the gap. */
static void
check_inside(struct vt_facts *f, struct vt_signature_facts *s, uint64_t end)
{
	size_t i, j;

	for (i = 0; i <= s->revision; i++) {
		const struct vt_pdf_revision *r = vt_pdf_revision(f->pdf, i);

		if (r->xref_offset >= end) {
			vt_finding(f, s, VT_R_OUTSIDE_SIGNED,
			    "cross-reference of revision %zu at %" PRIu64
			    ", signed up to %" PRIu64,
			    i, r->xref_offset, end);
			return;
		}
		for (j = 0; j < r->n_objects; j++) {
			struct vt_pdf_slot slot =
			    vt_pdf_slot(f->pdf, i, r->objects[j]);

			if (slot.state != VT_PDF_SLOT_FILE ||
			    (slot.offset < end &&
				(slot.offset < s->range[1] ||
				    slot.offset >= s->range[2])))
				continue;
			vt_finding(f, s, VT_R_OUTSIDE_SIGNED,
			    "object %" PRIu32 " of revision %zu at %" PRIu64,
			    r->objects[j], i, slot.offset);
			return;
		}
	}
}

void
vt_facts_range(struct vt_facts *f, struct vt_signature_facts *s)
{
	const struct vt_pdf_revision *r, *last;
	uint64_t end;

	if (s->dict == NULL || !read_range(f, s) || !check_range(f, s))
		return;
	s->range_ok = true;
	end = s->range[2] + s->range[3];
	if (!check_contents(f, s))
		return;
	r = vt_pdf_revision(f->pdf, s->revision);
	last = vt_pdf_revision(f->pdf, vt_pdf_revisions(f->pdf) - 1);
	/*
	 * A signer may end the range before or after the end of line that
	 * follows %%EOF; nothing but blanks may lie between the two ends.
	 */
	if (!is_blank(
		f, end < r->end ? end : r->end, end < r->end ? r->end : end) ||
	    end <= r->xref_offset) {
		s->coverage = VT_COVERAGE_PARTIAL;
		vt_finding(f, s, VT_R_BYTE_RANGE_END,
		    "signed up to byte %" PRIu64
		    "; revision %zu ends at %" PRIu64 " of %" PRIu64,
		    end, s->revision, r->end, f->src->size);
		return;
	}
	check_inside(f, s, end);
	if (end < f->src->size)
		check_alone(f, s, end);
	s->coverage =
	    end == f->src->size ? VT_COVERAGE_WHOLE_FILE : VT_COVERAGE_REVISION;
	if (!is_blank(f, end > last->end ? end : last->end, f->src->size))
		vt_finding(f, s, VT_R_TRAILING_BYTES,
		    "the last revision ends at %" PRIu64
		    ", the file at %" PRIu64,
		    last->end, f->src->size);
}

/* The gaps of two signatures must be apart: each leaves out its own value. */
void
vt_facts_collisions(struct vt_facts *f)
{
	size_t i, j;

	for (i = 0; i < f->n_signatures; i++) {
		for (j = i + 1; j < f->n_signatures; j++) {
			struct vt_signature_facts *a = f->signatures[i];
			struct vt_signature_facts *b = f->signatures[j];

			if (!a->range_ok || !b->range_ok ||
			    a->range[2] <= b->range[1] ||
			    b->range[2] <= a->range[1])
				continue;
			vt_finding(f, a, VT_R_BYTE_RANGE_COLLISION,
			    "with field \"%s\"", b->field);
			vt_finding(f, b, VT_R_BYTE_RANGE_COLLISION,
			    "with field \"%s\"", a->field);
		}
	}
}
