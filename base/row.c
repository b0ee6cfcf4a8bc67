/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows by their tables. A row in a row makes these functions call each other;
 * the tables are constant and end after a few levels, and the reader of CBOR
 * refuses what is nested deeper than VT_CBOR_DEPTH.
 */
#include "base/row.h"

#include <stdio.h>

#include "base/text.h"

/* ---- fields by hand ---- */

void
vt_put_text(struct vt_cbor_map_writer *w, uint64_t key, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	vt_cbor_key(w, key);
	vt_cbor_str(w->b, s);
}

void
vt_put_uint(struct vt_cbor_map_writer *w, uint64_t key, uint64_t v)
{
	if (v == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_uint(w->b, v);
}

void
vt_put_time(struct vt_cbor_map_writer *w, uint64_t key, vt_time t)
{
	if (t == VT_TIME_NONE)
		return;
	vt_cbor_key(w, key);
	vt_cbor_int(w->b, t);
}

void
vt_put_id(struct vt_cbor_map_writer *w, uint64_t key, const vt_id *id)
{
	if (vt_id_is_zero(id))
		return;
	vt_cbor_key(w, key);
	vt_cbor_id(w->b, id);
}

void
vt_put_hash(struct vt_cbor_map_writer *w, uint64_t key, const vt_hash *h)
{
	if (vt_hash_is_zero(h))
		return;
	vt_cbor_key(w, key);
	vt_cbor_hash(w->b, h);
}

void
vt_put_bytes(struct vt_cbor_map_writer *w, uint64_t key, struct vt_span s)
{
	if (s.n == 0)
		return;
	vt_cbor_key(w, key);
	vt_cbor_bytes(w->b, s);
}

/* The row is well; the arena is at its end. */
static void
no_room(struct vt_cbor *c)
{
	if (c->failed != VT_OK)
		return;
	vt_cbor_fail(c, "no memory is left to read it");
	c->failed = VT_E_NOMEM;
}

const char *
vt_take_text(struct vt_cbor *c, struct vt_arena *a)
{
	struct vt_span s = vt_cbor_get_text(c);
	const char *p;

	if (s.n == 0)
		return "";
	p = vt_arena_strndup(a, s.p, s.n);
	if (p == NULL)
		no_room(c);
	return p == NULL ? "" : p;
}

struct vt_span
vt_take_bytes(struct vt_cbor *c, struct vt_arena *a)
{
	struct vt_span s = vt_cbor_get_bytes(c);
	bool ok = true;

	if (s.n == 0)
		return VT_SPAN(NULL, 0);
	s = vt_arena_copy(a, s, &ok);
	if (!ok)
		no_room(c);
	return s;
}

void *
vt_take_array(struct vt_cbor *c, struct vt_arena *a, size_t size, size_t *ret_n)
{
	size_t n = vt_cbor_get_array(c);
	void *p = NULL;

	if (c->failed != VT_OK)
		n = 0;
	/* At most as many as bytes are left: vt_cbor_get_array saw to it. */
	if (n > 0 && (p = vt_arena_array(a, n, size)) == NULL) {
		no_room(c);
		n = 0;
	}
	*ret_n = n;
	return p;
}

static uint64_t
take_uint(struct vt_cbor *c, uint64_t max, const char *why)
{
	uint64_t v = vt_cbor_get_uint(c);

	if (v <= max)
		return v;
	vt_cbor_fail(c, why);
	return 0;
}

uint32_t
vt_take_u32(struct vt_cbor *c)
{
	return (uint32_t)take_uint(c, UINT32_MAX, "number over 32 bits");
}

/* ---- members ---- */

static void *
items_get(const struct vt_row_field *f, const void *x, size_t *ret_n)
{
	void *p;

	memcpy(&p, (const char *)x + f->at, sizeof(p));
	memcpy(ret_n, (const char *)x + f->more, sizeof(*ret_n));
	return p;
}

static bool
hangs(const struct vt_row_field *f, const void *x)
{
	static const uint8_t zero[sizeof(uint64_t)];

	VT_ASSERT(f->is <= sizeof(zero));
	return f->is == 0 ||
	       memcmp((const char *)x + f->more, zero, f->is) != 0;
}

/* A list of it is not looked at here. */
static bool
is_empty(const struct vt_row_field *f, const void *x)
{
	const void *m = (const char *)x + f->at;
	const struct vt_row_hooks *h;

	switch ((enum vt_row_kind)f->kind) {
	case VT_KIND_ID:
		return vt_id_is_zero(m);
	case VT_KIND_HASH:
		return vt_hash_is_zero(m);
	case VT_KIND_TIME:
		return *(const vt_time *)m == VT_TIME_NONE;
	case VT_KIND_TEXT:
		return *(const char *const *)m == NULL ||
		       **(const char *const *)m == '\0';
	case VT_KIND_CHARS:
		return *(const char *)m == '\0';
	case VT_KIND_U16:
		return *(const uint16_t *)m == 0;
	case VT_KIND_U32:
		return *(const uint32_t *)m == 0;
	case VT_KIND_U64:
		return *(const uint64_t *)m == 0;
	case VT_KIND_FLAG:
	case VT_KIND_BOOL:
		return !*(const bool *)m;
	case VT_KIND_BYTES:
	case VT_KIND_SPAN:
		return ((const struct vt_span *)m)->n == 0;
	case VT_KIND_RAW:
		return false;
	case VT_KIND_ROW:
		return !hangs(f, x);
	case VT_KIND_OWN:
		h = f->to;
		return h->is_empty(x);
	}
	VT_ASSERT(f->kind <= VT_KIND_OWN); /* no kind is left */
	return true;
}

/* NOLINTBEGIN(misc-no-recursion): as the head says, bounded by the tables */

/* ---- writing ---- */

/* x: what an own field is of; m: the member or item. */
static void
put_value(const struct vt_row_field *f, struct vt_buf *b, const void *x,
    const void *m)
{
	const struct vt_row_hooks *h;
	const char *s;

	switch ((enum vt_row_kind)f->kind) {
	case VT_KIND_ID:
		vt_cbor_id(b, m);
		break;
	case VT_KIND_HASH:
		vt_cbor_hash(b, m);
		break;
	case VT_KIND_TIME:
		if (*(const vt_time *)m == VT_TIME_NONE)
			vt_cbor_null(b);
		else
			vt_cbor_int(b, *(const vt_time *)m);
		break;
	case VT_KIND_TEXT:
		s = *(const char *const *)m;
		vt_cbor_str(b, s == NULL ? "" : s);
		break;
	case VT_KIND_CHARS:
		vt_cbor_str(b, m);
		break;
	case VT_KIND_U16:
		vt_cbor_uint(b, *(const uint16_t *)m);
		break;
	case VT_KIND_U32:
		vt_cbor_uint(b, *(const uint32_t *)m);
		break;
	case VT_KIND_U64:
		vt_cbor_uint(b, *(const uint64_t *)m);
		break;
	case VT_KIND_FLAG:
		vt_cbor_uint(b, *(const bool *)m);
		break;
	case VT_KIND_BOOL:
		vt_cbor_bool(b, *(const bool *)m);
		break;
	case VT_KIND_BYTES:
	case VT_KIND_SPAN:
		vt_cbor_bytes(b, *(const struct vt_span *)m);
		break;
	case VT_KIND_RAW:
		vt_cbor_bytes(b, VT_SPAN(m, f->size));
		break;
	case VT_KIND_ROW:
		vt_row_put(f->to, m, b);
		break;
	case VT_KIND_OWN:
		h = f->to;
		h->put(b, x);
		break;
	}
}

static void
put_field(const struct vt_row_field *f, struct vt_buf *b, const void *x)
{
	const char *items;
	size_t n;

	if (!f->list) {
		put_value(f, b, x, (const char *)x + f->at);
		return;
	}
	items = items_get(f, x, &n);
	vt_cbor_array(b, n);
	for (size_t i = 0; i < n; i++)
		put_value(f, b, x, items + i * f->size);
}

static bool
is_written(const struct vt_row_field *f, const void *x)
{
	size_t n;

	if (f->always)
		return true;
	if (!f->list)
		return !is_empty(f, x);
	(void)items_get(f, x, &n);
	return n > 0;
}

static void
put_array(const struct vt_row *row, const void *x, struct vt_buf *ret)
{
	size_t n = row->few == 0 ? row->n : row->few;

	for (size_t i = n; i < row->n; i++)
		if (is_written(&row->field[i], x))
			n = row->n;
	vt_cbor_array(ret, n);
	for (size_t i = 0; i < n; i++)
		put_field(&row->field[i], ret, x);
}

void
vt_row_put(const struct vt_row *row, const void *x, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	if (row->array) {
		put_array(row, x, ret);
		return;
	}
	vt_cbor_map_begin(&w, ret);
	for (size_t i = 0; i < row->n; i++) {
		if (!is_written(&row->field[i], x))
			continue;
		vt_cbor_key(&w, row->field[i].no);
		put_field(&row->field[i], ret, x);
	}
	vt_cbor_map_end(&w);
}

/* ---- reading ---- */

static void
take_raw(const struct vt_row_field *f, struct vt_cbor *c, void *m)
{
	struct vt_span s = vt_cbor_get_bytes(c);

	if (s.n == f->size)
		memcpy(m, s.p, s.n);
	else
		vt_cbor_fail(c, "bytes of another length");
}

static void
take_value(const struct vt_row_field *f, struct vt_cbor *c, struct vt_arena *a,
    void *x, void *m)
{
	const struct vt_row_hooks *h;

	switch ((enum vt_row_kind)f->kind) {
	case VT_KIND_ID:
		*(vt_id *)m = vt_cbor_get_id(c);
		break;
	case VT_KIND_HASH:
		*(vt_hash *)m = vt_cbor_get_hash(c);
		break;
	case VT_KIND_TIME:
		*(vt_time *)m = vt_cbor_get_int(c);
		break;
	case VT_KIND_TEXT:
		*(const char **)m = vt_take_text(c, a);
		break;
	case VT_KIND_CHARS:
		vt_cbor_get_str(c, m, f->size);
		break;
	case VT_KIND_U16:
		*(uint16_t *)m =
		    (uint16_t)take_uint(c, UINT16_MAX, "number over 16 bits");
		break;
	case VT_KIND_U32:
		*(uint32_t *)m = vt_take_u32(c);
		break;
	case VT_KIND_U64:
		*(uint64_t *)m = vt_cbor_get_uint(c);
		break;
	case VT_KIND_FLAG:
		*(bool *)m = take_uint(c, 1, "neither 0 nor 1") != 0;
		break;
	case VT_KIND_BOOL:
		*(bool *)m = vt_cbor_get_bool(c);
		break;
	case VT_KIND_BYTES:
		*(struct vt_span *)m = vt_take_bytes(c, a);
		break;
	case VT_KIND_SPAN:
		*(struct vt_span *)m = vt_cbor_get_bytes(c);
		break;
	case VT_KIND_RAW:
		take_raw(f, c, m);
		break;
	case VT_KIND_ROW:
		vt_row_take(f->to, c, a, m);
		break;
	case VT_KIND_OWN:
		h = f->to;
		h->take(c, a, x);
		break;
	}
}

static void
take_items(const struct vt_row_field *f, struct vt_cbor *c, struct vt_arena *a,
    void *x)
{
	size_t n;
	char *p = vt_take_array(c, a, f->size, &n);

	memcpy((char *)x + f->at, &p, sizeof(p));
	memcpy((char *)x + f->more, &n, sizeof(n));
	for (size_t i = 0; i < n && c->failed == VT_OK; i++)
		take_value(f, c, a, x, p + i * f->size);
}

static void
take_field(const struct vt_row *row, const struct vt_row_field *f,
    struct vt_cbor *c, struct vt_arena *a, void *x)
{
	if (f->list)
		take_items(f, c, a, x);
	else if (row->array && f->kind == VT_KIND_TIME && vt_cbor_get_null(c))
		return;
	else
		take_value(f, c, a, x, (char *)x + f->at);
	if (f->kind == VT_KIND_ROW && f->is == sizeof(bool))
		*(bool *)((char *)x + f->more) = true;
}

static void
take_array(
    const struct vt_row *row, struct vt_cbor *c, struct vt_arena *a, void *x)
{
	size_t n = vt_cbor_get_array(c);
	char why[80];

	if (n != row->n && (row->few == 0 || n != row->few)) {
		(void)snprintf(why, sizeof(why), "not the %zu values of a %s",
		    row->n, row->what);
		vt_cbor_fail(c, why);
	}
	for (size_t i = 0; i < n && c->failed == VT_OK; i++)
		take_field(row, &row->field[i], c, a, x);
}

void
vt_row_take(
    const struct vt_row *row, struct vt_cbor *c, struct vt_arena *a, void *x)
{
	struct vt_cbor_map_reader m;
	uint64_t key;
	size_t i = 0;
	char why[80];

	vt_row_clear(row, x);
	if (row->array) {
		take_array(row, c, a, x);
		return;
	}
	vt_cbor_map_open(&m, c);
	/* Both ascend. */
	while (vt_cbor_next(&m, &key)) {
		while (i < row->n && row->field[i].no < key)
			i++;
		if (i < row->n && row->field[i].no == key) {
			take_field(row, &row->field[i], c, a, x);
			continue;
		}
		(void)snprintf(why, sizeof(why), "unknown field %llu of a %s",
		    (unsigned long long)key, row->what);
		vt_cbor_fail(c, why);
	}
}

void
vt_row_clear(const struct vt_row *row, void *x)
{
	for (size_t i = 0; i < row->n; i++) {
		const struct vt_row_field *f = &row->field[i];
		void *m = (char *)x + f->at;

		if (f->kind == VT_KIND_OWN)
			continue;
		if (f->list) {
			memset(m, 0, sizeof(void *));
			memset((char *)x + f->more, 0, sizeof(size_t));
		} else if (f->kind == VT_KIND_ROW) {
			vt_row_clear(f->to, m);
			memset((char *)x + f->more, 0, f->is);
		} else if (f->kind == VT_KIND_TIME) {
			*(vt_time *)m = VT_TIME_NONE;
		} else if (f->kind == VT_KIND_TEXT) {
			*(const char **)m = "";
		} else {
			memset(m, 0, f->size);
		}
	}
}

void
vt_row_texts(const struct vt_row *row, void *x)
{
	for (size_t i = 0; i < row->n; i++) {
		const struct vt_row_field *f = &row->field[i];
		void *m = (char *)x + f->at;

		if (f->list)
			continue;
		if (f->kind == VT_KIND_ROW)
			vt_row_texts(f->to, m);
		else if (f->kind == VT_KIND_TEXT && *(const char **)m == NULL)
			*(const char **)m = "";
	}
}

/* NOLINTEND(misc-no-recursion) */
