/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of series, of held numbers and of closed books. */
#include "docstore/fields.h"

/* ---- series ---- */

static void
types_encode(struct vt_cbor_map_writer *w, const struct vt_series *x)
{
	if (x->n_types == 0)
		return;
	vt_cbor_key(w, 6);
	vt_cbor_array(w->b, x->n_types);
	for (size_t i = 0; i < x->n_types; i++)
		vt_cbor_str(w->b, x->types[i]);
}

static void
terms_encode(struct vt_cbor_map_writer *w, const struct vt_series *x)
{
	if (x->n_terms == 0)
		return;
	vt_cbor_key(w, 8);
	vt_cbor_array(w->b, x->n_terms);
	for (size_t i = 0; i < x->n_terms; i++) {
		const struct vt_term *t = &x->terms[i];
		struct vt_cbor_map_writer m;

		vt_cbor_map_begin(&m, w->b);
		vt_put_uint(&m, 1, t->no);
		vt_put_text(&m, 2, t->title);
		vt_put_time(&m, 3, t->from);
		vt_put_time(&m, 4, t->until);
		vt_cbor_map_end(&m);
	}
}

void
vt_series_encode(const struct vt_series *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_put_text(&w, 1, x->key);
	vt_put_text(&w, 2, x->title);
	vt_put_uint(&w, 3, x->reset);
	vt_put_uint(&w, 4, x->authority);
	vt_put_uint(&w, 5, x->family);
	types_encode(&w, x);
	vt_put_text(&w, 7, x->terms_of);
	terms_encode(&w, x);
	vt_cbor_map_end(&w);
}

static void
take_types(struct vt_cbor *c, struct vt_arena *a, struct vt_series *x)
{
	const char **t = vt_take_array(c, a, sizeof(*t), &x->n_types);

	for (size_t i = 0; i < x->n_types; i++)
		t[i] = vt_take_text(c, a);
	x->types = t;
}

static void
take_term(struct vt_cbor *c, struct vt_arena *a, struct vt_term *t)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	*t = (struct vt_term){ 0, "", VT_TIME_NONE, VT_TIME_NONE };
	vt_cbor_map_open(&m, c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			t->no = vt_take_u32(c);
			break;
		case 2:
			t->title = vt_take_text(c, a);
			break;
		case 3:
			t->from = vt_cbor_get_int(c);
			break;
		case 4:
			t->until = vt_cbor_get_int(c);
			break;
		default:
			vt_cbor_fail(c, "unknown field of a term");
		}
	}
}

static void
take_terms(struct vt_cbor *c, struct vt_arena *a, struct vt_series *x)
{
	struct vt_term *t = vt_take_array(c, a, sizeof(*t), &x->n_terms);

	for (size_t i = 0; i < x->n_terms; i++)
		take_term(c, a, &t[i]);
	x->terms = t;
}

int
vt_series_decode(struct vt_span v, struct vt_arena *a, struct vt_series *ret,
    struct vt_err *reterr)
{
	struct vt_series x = { .key = "", .title = "", .terms_of = "" };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			x.key = vt_take_text(&c, a);
			break;
		case 2:
			x.title = vt_take_text(&c, a);
			break;
		case 3:
			x.reset = (enum vt_series_reset)vt_take_u32(&c);
			break;
		case 4:
			x.authority = (enum vt_series_authority)vt_take_u32(&c);
			break;
		case 5:
			x.family = (enum vt_number_family)vt_take_u32(&c);
			break;
		case 6:
			take_types(&c, a, &x);
			break;
		case 7:
			x.terms_of = vt_take_text(&c, a);
			break;
		case 8:
			take_terms(&c, a, &x);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "series", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* ---- numbers without a paper ---- */

void
vt_hold_encode(const struct vt_hold *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(&w, no, x->member);
#include "docstore/held.def"
#undef VT_FIELD
	vt_cbor_map_end(&w);
}

int
vt_hold_decode(struct vt_span v, struct vt_arena *a, struct vt_hold *ret,
    struct vt_err *reterr)
{
	struct vt_hold x = { .value = 0 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

#define VT_FIELD(no, kind, member) VT_NONE_##kind(x.member)
#include "docstore/held.def"
#undef VT_FIELD
	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		x.member = VT_TAKE_##kind(&c, a);                              \
		break;
#include "docstore/held.def"
#undef VT_FIELD
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "held number", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}

/* ---- books ---- */

void
vt_book_encode(const struct vt_book_row *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
#define VT_FIELD(no, kind, member) VT_PUT_##kind(&w, no, x->member);
#include "docstore/book.def"
#undef VT_FIELD
	vt_cbor_map_end(&w);
}

int
vt_book_decode(struct vt_span v, struct vt_arena *a, struct vt_book_row *ret,
    struct vt_err *reterr)
{
	struct vt_book_row x = {
		.closed = true, .from = VT_TIME_NONE, .until = VT_TIME_NONE
	};
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

#define VT_FIELD(no, kind, member) VT_NONE_##kind(x.member)
#include "docstore/book.def"
#undef VT_FIELD
	vt_cbor_open(&c, v);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
#define VT_FIELD(no, kind, member)                                             \
	case no:                                                               \
		x.member = VT_TAKE_##kind(&c, a);                              \
		break;
#include "docstore/book.def"
#undef VT_FIELD
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_take_end(&c, "closed book", reterr)) != VT_OK)
		return rc;
	*ret = x;
	return VT_OK;
}
