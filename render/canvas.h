/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A one-colour picture drawn by code: a plane of coverage, filled by exact
 * areas of polygons and by discs, written as PNG with alpha. Pixels, y down.
 */
#ifndef VT_RENDER_CANVAS_H
#define VT_RENDER_CANVAS_H

#include "base/buf.h"

struct vt_point {
	double x, y;
};

struct vt_canvas {
	int w, h;
	float *ink;  /* owned: 0..1 a pixel */
	float *area; /* owned: signed area differences of the open path */
	struct vt_point pen, start;
};

/* Zeroed c on failure. */
VT_NODISCARD int vt_canvas_init(
    struct vt_canvas *c, int w, int h, struct vt_err *reterr);
void vt_canvas_free(struct vt_canvas *c);

/* A path; vt_canvas_fill closes it. Parts outside the picture are cut off. */
void vt_canvas_move(struct vt_canvas *c, struct vt_point p);
void vt_canvas_line(struct vt_canvas *c, struct vt_point p);
void vt_canvas_quad(struct vt_canvas *c, struct vt_point a, struct vt_point p);
/* A circle; `turn` 1 or -1: two of opposite turn make a ring. */
void vt_canvas_circle(
    struct vt_canvas *c, struct vt_point m, double r, int turn);
void vt_canvas_fill(struct vt_canvas *c);

/* A soft-edged dot, for strokes of a pen. */
void vt_canvas_dot(struct vt_canvas *c, struct vt_point m, double r);

/* PNG: rgb everywhere, alpha = ink * opacity. */
VT_NODISCARD int vt_canvas_png(const struct vt_canvas *c, const uint8_t rgb[3],
    double opacity, struct vt_buf *ret, struct vt_err *reterr);

#endif
