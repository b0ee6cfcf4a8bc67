/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Structs as deterministic CBOR, by a table of their fields. A .def file has a
 * line a field, in ascending order of its number:
 *
 *   VT_FIELD(number, KIND, member)
 *   VT_LIST(number, KIND, member, count)    an array; absent when empty
 *   VT_FULL(number, KIND, member, count)    an array; always there
 *   VT_ROW(number, row, member)             another row; always there
 *   VT_ROW_IF(number, row, member, is)      there when member `is` is not 0; a
 *                                           bool is set when it is read
 *   VT_ROWS(number, row, member, count)     an array of rows
 *   VT_ROWS_FULL(number, row, member, count)
 *   VT_OWN(number, hooks)                   a value with code of its own
 *
 * and a table is made of it by
 *
 *   #define VT_ROW_T struct vt_term
 *   static const struct vt_row_field term_fields[] = {
 *   #include "docstore/fields/term.def"
 *   };
 *   #undef VT_ROW_T
 *   static const struct vt_row term = VT_ROW_MAP("term", term_fields);
 *
 * A row is a map of field numbers, in which an empty, zero or absent field is
 * not written, so that equal content has equal bytes; or, VT_ROW_ARRAY, an
 * array of all fields in order, in which no time is null. Reading gives every
 * field that is absent its empty value and refuses what the table does not
 * know. A member of another type than its KIND's does not compile.
 */
#ifndef VT_BASE_ROW_H
#define VT_BASE_ROW_H

#include <stddef.h>

#include "base/arena.h"
#include "base/cbor.h"
#include "base/time.h"

/* KIND, type of the member, its empty value. */
enum vt_row_kind {
	VT_KIND_ID,    /* vt_id, zero */
	VT_KIND_HASH,  /* vt_hash, zero */
	VT_KIND_TIME,  /* vt_time, VT_TIME_NONE */
	VT_KIND_TEXT,  /* const char *, "" (written: NULL, too); copied */
	VT_KIND_CHARS, /* char [n], "" */
	VT_KIND_U16,   /* uint16_t, 0; and so on */
	VT_KIND_U32,   /* or an enum */
	VT_KIND_U64,
	VT_KIND_FLAG,  /* bool, false; as a number, 1 */
	VT_KIND_BOOL,  /* bool, false; as true */
	VT_KIND_BYTES, /* struct vt_span, empty; copied */
	VT_KIND_SPAN,  /* the same; borrowed from what is read */
	VT_KIND_RAW,   /* uint8_t [n], always there, of this length */
	VT_KIND_ROW,
	VT_KIND_OWN
};

struct vt_row;

/* of: the struct that the row is of. take records failures in c. */
struct vt_row_hooks {
	bool (*is_empty)(const void *of);
	void (*put)(struct vt_buf *b, const void *of);
	void (*take)(struct vt_cbor *c, struct vt_arena *a, void *of);
};

struct vt_row_field {
	uint16_t no;
	uint8_t kind;  /* enum vt_row_kind */
	bool list;     /* at: a pointer to items; more: their size_t count */
	bool always;   /* written when it is empty, too */
	uint8_t is;    /* size of the member at `more` that a row hangs on */
	uint32_t at;   /* where the member is */
	uint32_t size; /* of it, or of an item */
	uint32_t more;
	const void *to; /* of ROW: struct vt_row; of OWN: hooks */
};

struct vt_row {
	const char *what; /* for messages: "term" */
	const struct vt_row_field *field;
	size_t n;
	bool array;
	size_t few; /* of an array: so many alone, when the rest is empty */
};

#define VT_ROW_MAP(name, f)                                                    \
	{                                                                      \
		name, f, sizeof(f) / sizeof((f)[0]), false, 0                  \
	}
#define VT_ROW_ARRAY(name, f)                                                  \
	{                                                                      \
		name, f, sizeof(f) / sizeof((f)[0]), true, 0                   \
	}
#define VT_ROW_ARRAY_OR(name, f, few)                                          \
	{                                                                      \
		name, f, sizeof(f) / sizeof((f)[0]), true, few                 \
	}

/* Appends x. Cost: its size. */
void vt_row_put(const struct vt_row *row, const void *x, struct vt_buf *ret);
/* Reads the next item of c, a row, into x; texts, BYTES and arrays in a, which
 * may be NULL where none are. Failures stay in c. Members that are no field are
 * left alone. */
void vt_row_take(
    const struct vt_row *row, struct vt_cbor *c, struct vt_arena *a, void *x);
/* Every field of x is what it is when it is absent. */
void vt_row_clear(const struct vt_row *row, void *x);
/* Texts of x and of the rows in it that are NULL become "". */
void vt_row_texts(const struct vt_row *row, void *x);

/* ---- fields by hand ---- */

/* As the kinds are written: nothing when it is empty. */
void vt_put_text(struct vt_cbor_map_writer *w, uint64_t key, const char *s);
void vt_put_uint(struct vt_cbor_map_writer *w, uint64_t key, uint64_t v);
void vt_put_time(struct vt_cbor_map_writer *w, uint64_t key, vt_time t);
void vt_put_id(struct vt_cbor_map_writer *w, uint64_t key, const vt_id *id);
void vt_put_hash(struct vt_cbor_map_writer *w, uint64_t key, const vt_hash *h);
void vt_put_bytes(struct vt_cbor_map_writer *w, uint64_t key, struct vt_span s);

/* Copies in a; when it is exhausted c->failed is VT_E_NOMEM. */
const char *vt_take_text(struct vt_cbor *c, struct vt_arena *a);
struct vt_span vt_take_bytes(struct vt_cbor *c, struct vt_arena *a);
/* An array's head, and room for its items, zeroed. */
void *vt_take_array(
    struct vt_cbor *c, struct vt_arena *a, size_t size, size_t *ret_n);
uint32_t vt_take_u32(struct vt_cbor *c);

/* ---- what the macros are made of ---- */

#define VT_FIELD_AT(m)   offsetof(VT_ROW_T, m)
#define VT_FIELD_M(m)    (((VT_ROW_T *)NULL)->m)
#define VT_FIELD_SIZE(m) sizeof(VT_FIELD_M(m))

/* v, if x is of the kind's type. */
#define VT_IS_ID(x, v)    _Generic((x), vt_id : (v))
#define VT_IS_HASH(x, v)  _Generic((x), vt_hash : (v))
#define VT_IS_TIME(x, v)  _Generic((x), vt_time : (v))
#define VT_IS_TEXT(x, v)  _Generic((x), const char * : (v))
#define VT_IS_CHARS(x, v) _Generic((x), char * : (v))
#define VT_IS_U16(x, v)   _Generic((x), uint16_t : (v))
#define VT_IS_U32(x, v)   _Generic((x), uint32_t : (v))
#define VT_IS_U64(x, v)   _Generic((x), uint64_t : (v))
#define VT_IS_FLAG(x, v)  _Generic((x), bool : (v))
#define VT_IS_BOOL(x, v)  _Generic((x), bool : (v))
#define VT_IS_BYTES(x, v) _Generic((x), struct vt_span : (v))
#define VT_IS_SPAN(x, v)  _Generic((x), struct vt_span : (v))
#define VT_IS_RAW(x, v)   _Generic((x), uint8_t * : (v))

#define VT_FIELD(number, KIND, member)                                         \
	{ .no = (number),                                                      \
		.kind = VT_KIND_##KIND,                                        \
		.at = VT_IS_##KIND(VT_FIELD_M(member), VT_FIELD_AT(member)),   \
		.size = VT_FIELD_SIZE(member) },
#define VT_FIELD_LIST(number, KIND, member, count, full)                       \
	{ .no = (number),                                                      \
		.kind = VT_KIND_##KIND,                                        \
		.list = true,                                                  \
		.always = (full),                                              \
		.at = VT_IS_##KIND(*VT_FIELD_M(member), VT_FIELD_AT(member)),  \
		.size = VT_FIELD_SIZE(member[0]),                              \
		.more = VT_IS_U64(VT_FIELD_M(count), VT_FIELD_AT(count)) },
#define VT_LIST(number, KIND, member, count)                                   \
	VT_FIELD_LIST(number, KIND, member, count, false)
#define VT_FULL(number, KIND, member, count)                                   \
	VT_FIELD_LIST(number, KIND, member, count, true)
#define VT_ROW(number, row, member)                                            \
	{ .no = (number),                                                      \
		.kind = VT_KIND_ROW,                                           \
		.always = true,                                                \
		.at = VT_FIELD_AT(member),                                     \
		.size = VT_FIELD_SIZE(member),                                 \
		.to = &(row) },
#define VT_ROW_IF(number, row, member, hangs_on)                               \
	{ .no = (number),                                                      \
		.kind = VT_KIND_ROW,                                           \
		.is = VT_FIELD_SIZE(hangs_on),                                 \
		.at = VT_FIELD_AT(member),                                     \
		.size = VT_FIELD_SIZE(member),                                 \
		.more = VT_FIELD_AT(hangs_on),                                 \
		.to = &(row) },
#define VT_FIELD_ROWS(number, row, member, count, full)                        \
	{ .no = (number),                                                      \
		.kind = VT_KIND_ROW,                                           \
		.list = true,                                                  \
		.always = (full),                                              \
		.at = VT_FIELD_AT(member),                                     \
		.size = VT_FIELD_SIZE(member[0]),                              \
		.more = VT_IS_U64(VT_FIELD_M(count), VT_FIELD_AT(count)),      \
		.to = &(row) },
#define VT_ROWS(number, row, member, count)                                    \
	VT_FIELD_ROWS(number, row, member, count, false)
#define VT_ROWS_FULL(number, row, member, count)                               \
	VT_FIELD_ROWS(number, row, member, count, true)
#define VT_OWN(number, hooks)                                                  \
	{ .no = (number), .kind = VT_KIND_OWN, .to = &(hooks) },

#endif
