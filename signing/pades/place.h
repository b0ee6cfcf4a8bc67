/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the page as displayed (CropBox after /Rotate, origin lower left) and
 * default user space (ISO 32000-2 §8.3.2.3). Internal to signing/pades.
 */
#ifndef VT_SIGNING_PLACE_H
#define VT_SIGNING_PLACE_H

#include "base/pdf/pdf.h"

/* Width and height as displayed, in points. */
void vt_place_size(const struct vt_pdf_page *p, double *ret_w, double *ret_h);

/* Displayed x, y, w, h to a /Rect: x0, y0, x1, y1. */
void vt_place_to_page(const struct vt_pdf_page *p, const double xywh[4],
    double ret_rect[4]);

/* The inverse. */
void vt_place_to_display(const struct vt_pdf_page *p, const double rect[4],
    double ret_xywh[4]);

/*
 * /Matrix of a form with /BBox [0 0 w h] (w, h as displayed) that makes it
 * stand upright on the page: a, b, c, d, e, f (§12.5.5, algorithm of
 * appearance streams). False when it is the identity.
 */
bool vt_place_matrix(const struct vt_pdf_page *p, double w, double h,
    double ret[6]);

#endif
