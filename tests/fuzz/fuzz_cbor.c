/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CBOR reader and writer. Input that the reader accepts has one encoding
 * only: decoded item by item and written again, it must be the same bytes.
 * vt_cbor_skip and the typed readers must agree on what is accepted.
 */
#include "base/cbor.h"
#include "tests/fuzz/fuzz.h"

/* The recursion ends at VT_CBOR_DEPTH. NOLINTBEGIN(misc-no-recursion) */
static void copy_item(struct vt_cbor *c, struct vt_buf *b, int depth);

static void
copy_map(struct vt_cbor *c, struct vt_buf *b, int depth)
{
	struct vt_cbor_map_writer w;
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, c);
	vt_cbor_map_begin(&w, b);
	while (vt_cbor_next(&m, &key)) {
		vt_cbor_key(&w, key);
		copy_item(c, b, depth + 1);
	}
	vt_cbor_map_end(&w);
}

static void
copy_array(struct vt_cbor *c, struct vt_buf *b, int depth)
{
	size_t n = vt_cbor_get_array(c);

	VT_FUZZ_HOLDS(n <= c->in.n);
	vt_cbor_array(b, n);
	for (size_t i = 0; i < n && c->failed == VT_OK; i++)
		copy_item(c, b, depth + 1);
}

static void
copy_nint(struct vt_cbor *c, struct vt_buf *b)
{
	int64_t v = vt_cbor_get_int(c);

	if (c->failed != VT_OK)
		return;
	VT_FUZZ_HOLDS(v < 0);
	vt_cbor_int(b, v);
}

static void
copy_item(struct vt_cbor *c, struct vt_buf *b, int depth)
{
	switch (vt_cbor_peek(c)) {
	case VT_CBOR_UINT:
		vt_cbor_uint(b, vt_cbor_get_uint(c));
		break;
	case VT_CBOR_NINT:
		copy_nint(c, b);
		break;
	case VT_CBOR_BYTES:
		vt_cbor_bytes(b, vt_cbor_get_bytes(c));
		break;
	case VT_CBOR_TEXT:
		vt_cbor_text(b, vt_cbor_get_text(c));
		break;
	case VT_CBOR_BOOL:
		vt_cbor_bool(b, vt_cbor_get_bool(c));
		break;
	case VT_CBOR_NULL:
		VT_FUZZ_HOLDS(vt_cbor_get_null(c));
		vt_cbor_null(b);
		break;
	case VT_CBOR_ARRAY:
	case VT_CBOR_MAP:
		if (depth == VT_CBOR_DEPTH)
			vt_cbor_fail(c, "nested too deeply");
		else if (vt_cbor_peek(c) == VT_CBOR_MAP)
			copy_map(c, b, depth);
		else
			copy_array(c, b, depth);
		break;
	case VT_CBOR_END:
	default:
		vt_cbor_fail(c, "no item");
	}
}

/* NOLINTEND(misc-no-recursion) */

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct vt_cbor typed, skipped;
	struct vt_span whole;
	VT_BUF_AUTO(b);
	bool ok;

	vt_cbor_open(&typed, VT_SPAN(p, n));
	copy_item(&typed, &b, 0);
	ok = vt_cbor_finish(&typed, "fuzz", NULL) == VT_OK;
	if (ok)
		VT_FUZZ_HOLDS(vt_span_eq(vt_buf_view(&b), VT_SPAN(p, n)));

	vt_cbor_open(&skipped, VT_SPAN(p, n));
	whole = vt_cbor_skip(&skipped);
	if (vt_cbor_finish(&skipped, "fuzz", NULL) == VT_OK)
		VT_FUZZ_HOLDS(whole.p == p && whole.n == n);
	/* Only a negative integer below INT64_MIN parts the two: it is well
	 * formed, and no typed reader can return it. */
	if (ok)
		VT_FUZZ_HOLDS(skipped.failed == VT_OK && skipped.at == n);
	return 0;
}

#define SEED(s)                                                                \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const struct {
		const char *p;
		size_t n;
	} seed[] = {
		SEED("\x00"),
		SEED("\x18\x18"),
		SEED("\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
		SEED("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"),
		SEED("\x43"
		     "abc"),
		SEED("\x65s\xe1\xbb\x91 1"),
		SEED("\x83\xf4\xf5\xf6"),
		SEED("\xa3\x00\x01\x01\x82\x20\x40\x18\x64\xa1\x00\x60"),
		SEED("\xbf\x00\x01\xff"),
		SEED("\xc0\x00"),
		SEED("\xf9\x3c\x00"),
	};

	if (i >= sizeof(seed) / sizeof(seed[0]))
		return NULL;
	*ret_n = seed[i].n;
	return seed[i].p;
}
