/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libharu behind a small drawing interface. The only file that includes
 * hpdf.h. libharu's error callback never jumps: the first failure is kept,
 * everything after it does nothing, and vt_haru_finish() tells.
 */
#ifndef VT_RENDER_HARU_H
#define VT_RENDER_HARU_H

#include "render/face.h"

struct vt_haru;

/* faces: borrowed until vt_haru_free; a face is loaded when first used. */
VT_NODISCARD int vt_haru_new(
    const struct vt_faces *faces, struct vt_haru **ret, struct vt_err *reterr);
void vt_haru_free(struct vt_haru *h);
VT_CLEANUP_DEFINE(struct vt_haru, vt_haru_free)

/* /Title of the document information; UTF-8. */
void vt_haru_title(struct vt_haru *h, const char *title);

/* A new A4 page, upright or lying; what follows is drawn on it. */
void vt_haru_page(struct vt_haru *h, bool lying);

/* Text with its baseline starting at (x, y). NFC, letters of the BMP that the
 * face has. */
void vt_haru_text(struct vt_haru *h, enum vt_style style, double size, double x,
    double y, const char *text);
/* A straight black line. */
void vt_haru_rule(
    struct vt_haru *h, const double from[2], const double to[2], double width);
/* A black rectangle. */
void vt_haru_rect(struct vt_haru *h, double x, double y, double w, double hh);

/* The file. VT_E_NOMEM, VT_E_ENVIRONMENT (a font file cannot be read),
 * VT_E_INTERNAL with libharu's error number. */
VT_NODISCARD int vt_haru_finish(
    struct vt_haru *h, struct vt_buf *ret, struct vt_err *reterr);

#endif
