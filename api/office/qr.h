/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text as a QR code, for a page to draw. */
#ifndef VT_API_OFFICE_QR_H
#define VT_API_OFFICE_QR_H

#include "base/buf.h"

/*
 * The path of an SVG, one unit a module, in a square of *ret_side units,
 * appended. text: at most QR_TEXT_MAX bytes, VT_E_LIMIT.
 */
VT_NODISCARD int vt_office_qr(const char *text, struct vt_buf *ret,
    unsigned *ret_side, struct vt_err *reterr);

#endif
