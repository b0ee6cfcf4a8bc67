/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/canvas.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>

int
vt_canvas_init(struct vt_canvas *c, int w, int h, struct vt_err *reterr)
{
	VT_ASSERT(w > 0 && h > 0 && w <= 4096 && h <= 4096);
	memset(c, 0, sizeof(*c));
	c->w = w;
	c->h = h;
	/* one column more: an edge may end at the right border */
	c->ink = calloc((size_t)w * (size_t)h, sizeof(*c->ink));
	c->area = calloc((size_t)(w + 2) * (size_t)h, sizeof(*c->area));
	if (c->ink != NULL && c->area != NULL)
		return VT_OK;
	vt_canvas_free(c);
	return vt_err_set(reterr, VT_E_NOMEM, "picture: no memory");
}

void
vt_canvas_free(struct vt_canvas *c)
{
	free(c->ink);
	free(c->area);
	memset(c, 0, sizeof(*c));
}

static double
clamp(double v, double lo, double hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/*
 * The part of an edge inside one row of pixels, from x0 to x1, covering dy of
 * the row (signed). Each pixel gets the share of the row to the right of the
 * edge, as a difference to its left neighbour; a running sum gives coverage.
 */
static void
edge_in_row(struct vt_canvas *c, int row, double x0, double x1, double dy)
{
	float *a = c->area + (size_t)row * (size_t)(c->w + 2);
	double lo, hi, sum = 0;
	int from, to;

	x0 = clamp(x0, 0, c->w);
	x1 = clamp(x1, 0, c->w);
	lo = x0 < x1 ? x0 : x1;
	hi = x0 < x1 ? x1 : x0;
	from = (int)floor(lo);
	to = (int)floor(hi);
	for (int x = from; x <= to; x++) {
		double l = clamp(lo, x, x + 1), r = clamp(hi, x, x + 1);
		double part = hi > lo ? (r - l) / (hi - lo) : 1;
		/* coverage of this pixel: the area right of the edge */
		double cover = part * (x + 1 - (l + r) / 2);

		/* what earlier pixels let in is full here */
		a[x] += (float)(dy * cover);
		a[x + 1] += (float)(dy * (part - cover));
		sum += part;
	}
	/* rounding never lets a row leak */
	a[to + 1] += (float)(dy * (1 - sum));
}

static void
edge(struct vt_canvas *c, struct vt_point p, struct vt_point q)
{
	double sign = 1, slope;
	int from, to;

	if (p.y > q.y) {
		struct vt_point t = p;

		p = q;
		q = t;
		sign = -1;
	}
	if (q.y - p.y < 1e-9 || q.y <= 0 || p.y >= c->h)
		return;
	slope = (q.x - p.x) / (q.y - p.y);
	from = (int)floor(p.y < 0 ? 0 : p.y);
	to = (int)ceil(q.y > c->h ? c->h : q.y);
	for (int row = from; row < to; row++) {
		double y0 = p.y > row ? p.y : row;
		double y1 = q.y < row + 1 ? q.y : row + 1;

		if (y1 > y0)
			edge_in_row(c, row, p.x + (y0 - p.y) * slope,
			    p.x + (y1 - p.y) * slope, sign * (y1 - y0));
	}
}

void
vt_canvas_line(struct vt_canvas *c, struct vt_point p)
{
	edge(c, c->pen, p);
	c->pen = p;
}

void
vt_canvas_move(struct vt_canvas *c, struct vt_point p)
{
	vt_canvas_line(c, c->start);
	c->pen = c->start = p;
}

void
vt_canvas_quad(struct vt_canvas *c, struct vt_point a, struct vt_point p)
{
	struct vt_point from = c->pen;

	for (int i = 1; i <= 8; i++) {
		double t = i / 8.0, u = 1 - t;

		vt_canvas_line(
		    c, (struct vt_point){
			   u * u * from.x + 2 * u * t * a.x + t * t * p.x,
			   u * u * from.y + 2 * u * t * a.y + t * t * p.y });
	}
}

void
vt_canvas_circle(struct vt_canvas *c, struct vt_point m, double r, int turn)
{
	vt_canvas_move(c, (struct vt_point){ m.x + r, m.y });
	for (int i = 1; i <= 360; i++) {
		double t = turn * i * M_PI / 180;

		vt_canvas_line(
		    c, (struct vt_point){ m.x + r * cos(t), m.y + r * sin(t) });
	}
}

void
vt_canvas_fill(struct vt_canvas *c)
{
	vt_canvas_line(c, c->start);
	for (int y = 0; y < c->h; y++) {
		float *a = c->area + (size_t)y * (size_t)(c->w + 2);
		float *ink = c->ink + (size_t)y * (size_t)c->w;
		float sum = 0;

		for (int x = 0; x < c->w; x++) {
			float v;

			sum += a[x];
			v = fabsf(sum) > 1 ? 1 : fabsf(sum);
			ink[x] += v * (1 - ink[x]);
		}
		memset(a, 0, (size_t)(c->w + 2) * sizeof(*a));
	}
}

void
vt_canvas_dot(struct vt_canvas *c, struct vt_point m, double r)
{
	int x0 = (int)clamp(floor(m.x - r - 1), 0, c->w);
	int x1 = (int)clamp(ceil(m.x + r + 1), 0, c->w);
	int y0 = (int)clamp(floor(m.y - r - 1), 0, c->h);
	int y1 = (int)clamp(ceil(m.y + r + 1), 0, c->h);

	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			double d = hypot(x + 0.5 - m.x, y + 0.5 - m.y);
			float v = (float)clamp(r + 0.5 - d, 0, 1);
			float *ink = c->ink + (size_t)y * (size_t)c->w + x;

			*ink = v > *ink ? v : *ink;
		}
}

int
vt_canvas_png(const struct vt_canvas *c, const uint8_t rgb[3], double opacity,
    struct vt_buf *ret, struct vt_err *reterr)
{
	size_t n = (size_t)c->w * (size_t)c->h;
	png_alloc_size_t size = 0;
	VT_BUF_AUTO(rgba);
	uint8_t *p = vt_buf_extend(&rgba, n * 4), *out;
	png_image im;

	if (p == NULL)
		return vt_buf_status(&rgba, reterr);
	for (size_t i = 0; i < n; i++) {
		memcpy(p + 4 * i, rgb, 3);
		p[4 * i + 3] = (uint8_t)lround(c->ink[i] * opacity * 255);
	}
	memset(&im, 0, sizeof(im));
	im.version = PNG_IMAGE_VERSION;
	im.width = (png_uint_32)c->w;
	im.height = (png_uint_32)c->h;
	im.format = PNG_FORMAT_RGBA;
	if (!png_image_write_get_memory_size(im, size, 0, p, 0, NULL))
		return vt_err_set(reterr, VT_E_NOMEM, "PNG: %s", im.message);
	n = ret->n;
	out = vt_buf_extend(ret, size);
	if (out == NULL)
		return vt_buf_status(ret, reterr);
	if (!png_image_write_to_memory(&im, out, &size, 0, p, 0, NULL)) {
		vt_buf_truncate(ret, n);
		return vt_err_set(reterr, VT_E_NOMEM, "PNG: %s", im.message);
	}
	vt_buf_truncate(ret, n + size);
	return VT_OK;
}
