/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes (ISO/IEC 18004) as rectangles: sharp at any size, no picture. */
#ifndef VT_RENDER_QR_H
#define VT_RENDER_QR_H

#include "render/layout.h"

/*
 * Adds the code of text (error correction level M) to a unit, its quiet zone
 * of four modules included in the square of `side` points with its upper left
 * corner at (x, y). Failures stick to l: VT_E_LIMIT past QR_TEXT_MAX.
 */
void vt_qr_put(struct vt_layout *l, struct vt_unit *u, const char *text,
    const double at[2], double side);

#endif
