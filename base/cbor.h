/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deterministic CBOR (RFC 8949 §4.2.1): the codec of every stored value,
 * ledger leaf and worker message. Subset: unsigned and negative integers,
 * byte and text strings, arrays, maps with unsigned integer keys, false, true,
 * null. Definite lengths, shortest heads, keys strictly ascending; no floats,
 * no tags, no indefinite lengths. Depth at most VT_CBOR_DEPTH.
 *
 * Field numbers are never reused. A reader takes the keys it knows in
 * ascending order, and decides itself whether unknown ones are an error.
 */
#ifndef VT_BASE_CBOR_H
#define VT_BASE_CBOR_H

#include "base/buf.h"
#include "base/id.h"

#define VT_CBOR_DEPTH 16

/* ---- writing: into a vt_buf, which remembers failure ---- */
void vt_cbor_uint(struct vt_buf *b, uint64_t v);
void vt_cbor_int(struct vt_buf *b, int64_t v);
void vt_cbor_bytes(struct vt_buf *b, struct vt_span s);
void vt_cbor_text(struct vt_buf *b, struct vt_span s); /* valid UTF-8 */
void vt_cbor_str(struct vt_buf *b, const char *s);     /* NULL gives null */
void vt_cbor_bool(struct vt_buf *b, bool v);
void vt_cbor_null(struct vt_buf *b);
void vt_cbor_array(struct vt_buf *b, size_t n); /* n items follow */
void vt_cbor_map(struct vt_buf *b, size_t n);   /* n key, value pairs follow */
void vt_cbor_id(struct vt_buf *b, const vt_id *id);
void vt_cbor_hash(struct vt_buf *b, const vt_hash *h);

/* Map building where the number of fields is not known beforehand. Keys must
 * come in ascending order (asserted). */
struct vt_cbor_map_writer {
	struct vt_buf *b;
	size_t at;       /* where the head goes */
	size_t n;        /* fields so far */
	int64_t last;    /* last key, -1 at the start */
};
void vt_cbor_map_begin(struct vt_cbor_map_writer *w, struct vt_buf *b);
/* Writes the key; the caller writes exactly one value next. */
void vt_cbor_key(struct vt_cbor_map_writer *w, uint64_t key);
void vt_cbor_map_end(struct vt_cbor_map_writer *w);

/* ---- reading: strict, from borrowed bytes ---- */
enum vt_cbor_type {
	VT_CBOR_UINT, VT_CBOR_NINT, VT_CBOR_BYTES, VT_CBOR_TEXT, VT_CBOR_ARRAY,
	VT_CBOR_MAP, VT_CBOR_BOOL, VT_CBOR_NULL, VT_CBOR_END
};

struct vt_cbor {
	struct vt_span in; /* borrowed; spans handed out point into it */
	size_t at;
	int failed;        /* VT_OK or VT_E_SYNTAX; sticky */
	char why[80];      /* what was wrong, for the message */
};

void vt_cbor_open(struct vt_cbor *c, struct vt_span in);

/* Type of the next item, VT_CBOR_END at the end of input or after failure. */
enum vt_cbor_type vt_cbor_peek(const struct vt_cbor *c);

/* Each reads one item of that type; on any other it records the failure and
 * returns 0, an empty span or false. */
uint64_t vt_cbor_get_uint(struct vt_cbor *c);
int64_t vt_cbor_get_int(struct vt_cbor *c);
struct vt_span vt_cbor_get_bytes(struct vt_cbor *c);
struct vt_span vt_cbor_get_text(struct vt_cbor *c);  /* checked UTF-8 */
bool vt_cbor_get_bool(struct vt_cbor *c);
size_t vt_cbor_get_array(struct vt_cbor *c);
size_t vt_cbor_get_map(struct vt_cbor *c);
vt_id vt_cbor_get_id(struct vt_cbor *c);     /* 16 bytes */
vt_hash vt_cbor_get_hash(struct vt_cbor *c); /* 32 bytes */
bool vt_cbor_get_null(struct vt_cbor *c);    /* true and consumed if null */
/* Skips one whole item and returns its bytes. */
struct vt_span vt_cbor_skip(struct vt_cbor *c);
/* Text copied into an arena-less fixed array; too long is a failure. */
void vt_cbor_get_str(struct vt_cbor *c, char *ret, size_t size);

/*
 * Map reading. Between begin and end, vt_cbor_next() gives the next key or
 * false at the end of the map; the caller reads or skips exactly one value.
 */
struct vt_cbor_map_reader {
	struct vt_cbor *c;
	size_t left;
	int64_t last;
};
void vt_cbor_map_open(struct vt_cbor_map_reader *m, struct vt_cbor *c);
bool vt_cbor_next(struct vt_cbor_map_reader *m, uint64_t *ret_key);

/* Records a failure of meaning ("field 3 missing"). */
void vt_cbor_fail(struct vt_cbor *c, const char *why);

/* VT_OK when nothing failed and all input was consumed; else VT_E_SYNTAX,
 * naming what (the kind of record), the offset and the reason. */
VT_NODISCARD int vt_cbor_finish(const struct vt_cbor *c, const char *what,
    struct vt_err *reterr);

#endif
