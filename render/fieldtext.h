/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where text stands inside a laid field: layout and appearances agree. */
#ifndef VT_RENDER_FIELDTEXT_H
#define VT_RENDER_FIELDTEXT_H

#define VT_FIELD_PAD 2.0 /* space at the left and right of the text, pt */

/* Height of the baseline above the lower edge: the font's box in the middle. */
double vt_field_baseline(double font_size, double h);

#endif
