/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the room only: rows of a store, by the tables of fields/NAME.def
 * (base/row.h). A member that is no field is zero when a row was read.
 */
#ifndef VT_DOCSTORE_FIELDS_H
#define VT_DOCSTORE_FIELDS_H

#include "base/row.h"
#include "docstore/codec.h"

/* The whole of v is one row. VT_E_STORE_CORRUPT, VT_E_NOMEM. */
VT_NODISCARD int vt_row_read(const struct vt_row *row, struct vt_span v,
    struct vt_arena *a, void *ret, struct vt_err *reterr);

/* vt_NAME_encode() and vt_NAME_decode() of a row that is all table. */
#define VT_ROW_ENCODE(name, T)                                                 \
	void vt_##name##_encode(const T *x, struct vt_buf *ret)                \
	{                                                                      \
		vt_row_put(&name##_row, x, ret);                               \
	}
#define VT_ROW_CODEC(name, T)                                                  \
	VT_ROW_ENCODE(name, T)                                                 \
	int vt_##name##_decode(struct vt_span v, struct vt_arena *a, T *ret,   \
	    struct vt_err *reterr)                                             \
	{                                                                      \
		T x = { 0 };                                                   \
		int rc = vt_row_read(&name##_row, v, a, &x, reterr);           \
                                                                               \
		if (rc == VT_OK)                                               \
			*ret = x;                                              \
		return rc;                                                     \
	}
/* The same of a row that needs no arena. */
#define VT_ROW_CODEC_FLAT(name, T)                                             \
	VT_ROW_ENCODE(name, T)                                                 \
	int vt_##name##_decode(                                                \
	    struct vt_span v, T *ret, struct vt_err *reterr)                   \
	{                                                                      \
		T x = { 0 };                                                   \
		int rc = vt_row_read(&name##_row, v, NULL, &x, reterr);        \
                                                                               \
		if (rc == VT_OK)                                               \
			*ret = x;                                              \
		return rc;                                                     \
	}

#endif
