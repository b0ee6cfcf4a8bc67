/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/cms/tlv.h"

#include <stdio.h>

/* Nesting of indefinite lengths, and of elements looked into for DER. */
#define TLV_DEPTH 32

struct head {
	uint8_t tag;
	size_t head;   /* bytes of identifier and length */
	size_t length; /* of the contents; meaningless when indefinite */
	bool indefinite;
	bool shortest;
};

static const char *
head_read(struct vt_span in, struct head *h)
{
	size_t n, i;

	if (in.n < 2)
		return "element cut off";
	h->tag = in.p[0];
	h->indefinite = false;
	h->shortest = true;
	if ((h->tag & 0x1f) == 0x1f)
		return "tag number above 30";
	if (in.p[1] < 0x80) {
		h->head = 2;
		h->length = in.p[1];
	} else if (in.p[1] == 0x80) {
		if ((h->tag & 0x20) == 0)
			return "indefinite length of a primitive element";
		h->head = 2;
		h->length = 0;
		h->indefinite = true;
		h->shortest = false;
		return NULL;
	} else {
		n = in.p[1] & 0x7f;
		if (n > 4)
			return "length of more than four bytes";
		if (in.n < 2 + n)
			return "length cut off";
		h->length = 0;
		for (i = 0; i < n; i++)
			h->length = h->length << 8 | in.p[2 + i];
		h->head = 2 + n;
		h->shortest = in.p[2] != 0 && h->length >= 0x80;
	}
	if (h->length > in.n - h->head)
		return "element longer than what holds it";
	return NULL;
}

/* As deep as TLV_DEPTH. NOLINTBEGIN(misc-no-recursion) */

/* Bytes of the contents of an indefinite element, without its end mark. */
static const char *
indefinite_length(struct vt_span in, int depth, size_t *ret)
{
	struct head h;
	const char *why;
	size_t at = 0, inner;

	if (depth > TLV_DEPTH)
		return "nested too deeply";
	for (;;) {
		if (in.n - at < 2)
			return "end of contents missing";
		if (in.p[at] == 0 && in.p[at + 1] == 0) {
			*ret = at;
			return NULL;
		}
		why = head_read(VT_SPAN(in.p + at, in.n - at), &h);
		if (why != NULL)
			return why;
		at += h.head;
		if (h.indefinite) {
			why = indefinite_length(
			    VT_SPAN(in.p + at, in.n - at), depth + 1, &inner);
			if (why != NULL)
				return why;
			at += inner + 2;
		} else {
			at += h.length;
		}
	}
}

/* NOLINTEND(misc-no-recursion) */

void
vt_tlv_open(struct vt_tlv_reader *r, struct vt_span in)
{
	r->in = in;
	r->at = 0;
	r->why = NULL;
}

bool
vt_tlv_next(struct vt_tlv_reader *r, struct vt_tlv *ret)
{
	struct head h;
	struct vt_span rest;
	size_t length, total;

	if (r->why != NULL || r->at == r->in.n)
		return false;
	rest = VT_SPAN(r->in.p + r->at, r->in.n - r->at);
	r->why = head_read(rest, &h);
	if (r->why != NULL)
		return false;
	length = h.length;
	total = h.head + length;
	if (h.indefinite) {
		r->why = indefinite_length(
		    VT_SPAN(rest.p + h.head, rest.n - h.head), 0, &length);
		if (r->why != NULL)
			return false;
		total = h.head + length + 2;
	}
	ret->tag = h.tag;
	ret->raw = VT_SPAN(rest.p, total);
	ret->body = VT_SPAN(rest.p + h.head, length);
	r->at += total;
	return true;
}

bool
vt_tlv_at(const struct vt_tlv_reader *r, uint8_t tag)
{
	return r->why == NULL && r->at < r->in.n && r->in.p[r->at] == tag;
}

bool
vt_tlv_expect(struct vt_tlv_reader *r, uint8_t tag, struct vt_tlv *ret)
{
	struct vt_tlv t;

	if (r->why != NULL)
		return false;
	if (!vt_tlv_at(r, tag)) {
		r->why = r->at == r->in.n ? "element missing"
					  : "element of another type";
		return false;
	}
	if (!vt_tlv_next(r, &t))
		return false;
	*ret = t;
	return true;
}

bool
vt_tlv_end(struct vt_tlv_reader *r)
{
	if (r->why == NULL && r->at != r->in.n)
		r->why = "bytes left over";
	return r->why == NULL;
}

/* NOLINTBEGIN(misc-no-recursion) */
static bool
is_der(struct vt_span s, int depth)
{
	struct head h;
	size_t at = 0;

	if (depth > TLV_DEPTH)
		return false;
	while (at < s.n) {
		if (head_read(VT_SPAN(s.p + at, s.n - at), &h) != NULL ||
		    !h.shortest)
			return false;
		at += h.head;
		if ((h.tag & 0x20) != 0 &&
		    !is_der(VT_SPAN(s.p + at, h.length), depth + 1))
			return false;
		at += h.length;
	}
	return true;
}

/* NOLINTEND(misc-no-recursion) */

bool
vt_tlv_is_der(struct vt_span s)
{
	return s.n > 0 && is_der(s, 0);
}

bool
vt_tlv_oid_text(struct vt_span body, char *ret, size_t size)
{
	uint64_t arc = 0;
	size_t i, at = 0;
	bool first = true;
	int n;

	if (body.n == 0 || (body.p[body.n - 1] & 0x80) != 0 || size == 0)
		return false;
	for (i = 0; i < body.n; i++) {
		if (arc == 0 && body.p[i] == 0x80)
			return false; /* padded, X.690 §8.19.2 */
		if (arc >> 56 != 0)
			return false;
		arc = arc << 7 | (body.p[i] & 0x7f);
		if ((body.p[i] & 0x80) != 0)
			continue;
		if (first) {
			unsigned top = arc < 40 ? 0 : arc < 80 ? 1 : 2;

			n = snprintf(ret + at, size - at, "%u.%llu", top,
			    (unsigned long long)(arc - 40ull * top));
			first = false;
		} else {
			n = snprintf(ret + at, size - at, ".%llu",
			    (unsigned long long)arc);
		}
		if (n < 0 || (size_t)n >= size - at)
			return false;
		at += (size_t)n;
		arc = 0;
	}
	return true;
}
