/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/cms/der.h"

#include <stdlib.h>

/* Octets of the length field (X.690 §8.1.3, the shortest form). */
static size_t
length_octets(size_t n)
{
	size_t octets = 1;

	if (n < 0x80)
		return 1;
	for (; n != 0; n >>= 8)
		octets++;
	return octets;
}

static void
length_write(uint8_t *p, size_t n)
{
	size_t octets = length_octets(n);
	size_t i;

	if (octets == 1) {
		p[0] = (uint8_t)n;
		return;
	}
	p[0] = (uint8_t)(0x80 | (octets - 1));
	for (i = octets - 1; i > 0; i--, n >>= 8)
		p[i] = (uint8_t)n;
}

size_t
vt_der_size(size_t content)
{
	return 1 + length_octets(content) + content;
}

size_t
vt_der_open(struct vt_buf *b, uint8_t tag)
{
	vt_buf_putc(b, tag);
	return b->n;
}

void
vt_der_close(struct vt_buf *b, size_t mark)
{
	size_t content, octets;

	if (b->failed != VT_OK)
		return;
	VT_ASSERT(mark > 0 && mark <= b->n);
	content = b->n - mark;
	octets = length_octets(content);
	if (vt_buf_extend(b, octets) == NULL)
		return;
	memmove(b->p + mark + octets, b->p + mark, content);
	length_write(b->p + mark, content);
}

void
vt_der_put(struct vt_buf *b, uint8_t tag, struct vt_span content)
{
	uint8_t head[1 + 1 + sizeof(size_t)];

	head[0] = tag;
	length_write(head + 1, content.n);
	vt_buf_put(b, head, 1 + length_octets(content.n));
	vt_buf_span(b, content);
}

void
vt_der_small(struct vt_buf *b, uint8_t v)
{
	VT_ASSERT(v < 0x80);
	vt_der_put(b, VT_DER_INTEGER, VT_SPAN(&v, 1));
}

/* X.690 §11.6: as octet strings, the shorter padded with zeros at its end. A
 * TLV is never a prefix of another, so the padding decides nothing. */
static int
by_octets(const void *va, const void *vb)
{
	const struct vt_span *a = va, *b = vb;
	size_t n = a->n < b->n ? a->n : b->n;
	int order = n == 0 ? 0 : memcmp(a->p, b->p, n);

	if (order != 0)
		return order;
	return (a->n > b->n) - (a->n < b->n);
}

void
vt_der_sorted(struct vt_buf *b, struct vt_span *items, size_t n)
{
	size_t i;

	if (n > 1)
		qsort(items, n, sizeof(*items), by_octets);
	for (i = 0; i < n; i++) {
		if (i > 0 && vt_span_eq(items[i - 1], items[i]))
			continue;
		vt_buf_span(b, items[i]);
	}
}
