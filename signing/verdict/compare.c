/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/verdict/compare.h"

static bool
same_bytes(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b)
{
	uint64_t n = a->u.stream.length, at = 0;
	uint8_t x[4096], y[4096];
	struct vt_err err;

	if (n != b->u.stream.length)
		return false;
	if (a->u.stream.offset == b->u.stream.offset)
		return true;
	while (at < n) {
		size_t k = n - at < sizeof(x) ? (size_t)(n - at) : sizeof(x);

		if (vt_source_read(src, a->u.stream.offset + at, x, k, &err) !=
			VT_OK ||
		    vt_source_read(src, b->u.stream.offset + at, y, k, &err) !=
			VT_OK ||
		    memcmp(x, y, k) != 0)
			return false;
		at += k;
	}
	return true;
}

static bool
listed(struct vt_span key, const char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		if (vt_span_is(key, *list))
			return true;
	return false;
}

static const struct vt_pdf_object *
entry(const struct vt_pdf_object *d, struct vt_span key)
{
	size_t i;

	for (i = 0; i < d->u.dict.n; i++)
		if (vt_span_eq(d->u.dict.entries[i].key, key))
			return d->u.dict.entries[i].value;
	return NULL;
}

/* As deep as values are read. NOLINTBEGIN(misc-no-recursion) */

bool
vt_pdf_dict_same(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b, const char *const *except)
{
	size_t i, left = 0;

	if (a->type != VT_PDF_DICT || b->type != VT_PDF_DICT)
		return false;
	for (i = 0; i < a->u.dict.n; i++) {
		const struct vt_pdf_entry *e = &a->u.dict.entries[i];
		const struct vt_pdf_object *other;

		if (listed(e->key, except))
			continue;
		other = entry(b, e->key);
		if (other == NULL || !vt_pdf_value_same(src, e->value, other))
			return false;
		left++;
	}
	/* Keys are unique, so equal counts mean that b has no others. */
	for (i = 0; i < b->u.dict.n; i++)
		if (!listed(b->u.dict.entries[i].key, except))
			left--;
	return left == 0;
}

bool
vt_pdf_value_same(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b)
{
	size_t i;

	if (a == b)
		return true;
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case VT_PDF_NULL:
		return true;
	case VT_PDF_BOOL:
		return a->u.boolean == b->u.boolean;
	case VT_PDF_INT:
		return a->u.integer == b->u.integer;
	case VT_PDF_REAL:
		return !(a->u.real < b->u.real) && !(a->u.real > b->u.real);
	case VT_PDF_STRING:
		return vt_span_eq(a->u.string, b->u.string);
	case VT_PDF_NAME:
		return vt_span_eq(a->u.name, b->u.name);
	case VT_PDF_ARRAY:
		if (a->u.array.n != b->u.array.n)
			return false;
		for (i = 0; i < a->u.array.n; i++)
			if (!vt_pdf_value_same(
				src, a->u.array.items[i], b->u.array.items[i]))
				return false;
		return true;
	case VT_PDF_DICT:
		return vt_pdf_dict_same(src, a, b, NULL);
	case VT_PDF_STREAM:
		return vt_pdf_dict_same(
			   src, a->u.stream.dict, b->u.stream.dict, NULL) &&
		       same_bytes(src, a, b);
	case VT_PDF_REF:
		return a->u.ref.num == b->u.ref.num &&
		       a->u.ref.gen == b->u.ref.gen;
	}
	return false;
}

/* NOLINTEND(misc-no-recursion) */

bool
vt_pdf_entry_same(struct vt_source *src, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return vt_pdf_value_same(src, a, b);
}
