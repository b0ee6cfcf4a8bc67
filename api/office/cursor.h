/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a transport remembers between two pulls: how far a gateway was read,
 * which packets it could not fetch. Rows beside the ledger: losing one costs a
 * packet fetched twice, which the store knows.
 *
 * key: "axis/<route>/…", chosen by the transport; at most 255 bytes.
 */
#ifndef VT_API_OFFICE_CURSOR_H
#define VT_API_OFFICE_CURSOR_H

#include "api/office/office.h"

/* Appends the value; nothing when there is none. */
VT_NODISCARD int vt_office_cursor_get(struct vt_office *o, const char *key,
    struct vt_buf *ret, struct vt_err *reterr);

/* expires: VT_TIME_NONE = never. */
VT_NODISCARD int vt_office_cursor_put(struct vt_office *o, const char *key,
    struct vt_span value, vt_time expires, struct vt_err *reterr);

/* None there is VT_OK, too. */
VT_NODISCARD int vt_office_cursor_drop(
    struct vt_office *o, const char *key, struct vt_err *reterr);

#endif
