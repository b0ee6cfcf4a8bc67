/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of a stored paper as pictures, for reading at a desk. Made by the
 * `pages` worker each time: who shows them often keeps them (the bytes of a
 * version never change).
 */
#ifndef VT_API_OFFICE_PICTURES_H
#define VT_API_OFFICE_PICTURES_H

#include "api/office/office.h"

/* Resolutions that can be asked for, dots per inch. */
#define VT_PICTURE_READ  96  /* beside its facts */
#define VT_PICTURE_LARGE 160 /* alone on the screen */

/*
 * Page `page` (from 0) of a content that vt_office_content gave, as PNG
 * appended to ret. Errors: VT_E_NOT_FOUND (no such page), VT_E_NOT_PDF,
 * VT_E_PDF_*, VT_E_LIMIT, VT_E_INVALID (dpi), VT_E_WORKER_*, VT_E_BUSY.
 */
VT_NODISCARD int vt_office_picture(struct vt_office *o,
    const struct vt_content *c, size_t page, int dpi, struct vt_buf *ret,
    struct vt_err *reterr);

/* How many pages it has, as the reader of pictures counts them. */
VT_NODISCARD int vt_office_page_count(struct vt_office *o,
    const struct vt_content *c, size_t *ret, struct vt_err *reterr);

#endif
