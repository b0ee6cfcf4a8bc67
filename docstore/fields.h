/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the room only: rows whose fields stand in a table. A .def file says
 * VT_FIELD(number, KIND, member) in ascending order; what writing, reading and
 * the absent value of a KIND are stands here, once.
 */
#ifndef VT_DOCSTORE_FIELDS_H
#define VT_DOCSTORE_FIELDS_H

#include "docstore/codec.h"

#define VT_PUT_ID(w, no, m)    vt_put_id((w), (no), &(m))
#define VT_PUT_HASH(w, no, m)  vt_put_hash((w), (no), &(m))
#define VT_PUT_TIME(w, no, m)  vt_put_time((w), (no), (m))
#define VT_PUT_TEXT(w, no, m)  vt_put_text((w), (no), (m))
#define VT_PUT_U32(w, no, m)   vt_put_uint((w), (no), (m))
#define VT_PUT_U64(w, no, m)   vt_put_uint((w), (no), (m))
#define VT_PUT_BYTES(w, no, m) vt_put_bytes((w), (no), (m))

#define VT_TAKE_ID(c, a)    vt_cbor_get_id(c)
#define VT_TAKE_HASH(c, a)  vt_cbor_get_hash(c)
#define VT_TAKE_TIME(c, a)  vt_cbor_get_int(c)
#define VT_TAKE_TEXT(c, a)  vt_take_text((c), (a))
#define VT_TAKE_U32(c, a)   vt_take_u32(c)
#define VT_TAKE_U64(c, a)   vt_cbor_get_uint(c)
#define VT_TAKE_BYTES(c, a) vt_take_bytes((c), (a))

/* What a member of a fresh struct is when its field is absent; zero is right
 * already for the others. */
#define VT_NONE_ID(m)
#define VT_NONE_HASH(m)
#define VT_NONE_TIME(m) (m) = VT_TIME_NONE;
#define VT_NONE_TEXT(m) (m) = "";
#define VT_NONE_U32(m)
#define VT_NONE_U64(m)
#define VT_NONE_BYTES(m)

#endif
