/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/pades/place.h"

void
vt_place_size(const struct vt_pdf_page *p, double *ret_w, double *ret_h)
{
	double w = p->crop[2] - p->crop[0], h = p->crop[3] - p->crop[1];
	bool turned = p->rotate == 90 || p->rotate == 270;

	*ret_w = turned ? h : w;
	*ret_h = turned ? w : h;
}

/*
 * With W, H the crop box's own size and u, v a point in it, a page turned
 * clockwise shows the point at
 *	  0: (u, v)      90: (v, W - u)     180: (W - u, H - v)
 *	270: (H - v, u)
 */
void
vt_place_to_page(
    const struct vt_pdf_page *p, const double xywh[4], double ret_rect[4])
{
	double w = p->crop[2] - p->crop[0], h = p->crop[3] - p->crop[1];
	double u = xywh[0], v = xywh[1], du = xywh[2], dv = xywh[3];

	switch (p->rotate) {
	case 90:
		u = w - xywh[1] - xywh[3];
		v = xywh[0];
		break;
	case 180:
		u = w - xywh[0] - xywh[2];
		v = h - xywh[1] - xywh[3];
		break;
	case 270:
		u = xywh[1];
		v = h - xywh[0] - xywh[2];
		break;
	default:
		break;
	}
	if (p->rotate == 90 || p->rotate == 270) {
		du = xywh[3];
		dv = xywh[2];
	}
	ret_rect[0] = p->crop[0] + u;
	ret_rect[1] = p->crop[1] + v;
	ret_rect[2] = ret_rect[0] + du;
	ret_rect[3] = ret_rect[1] + dv;
}

void
vt_place_to_display(
    const struct vt_pdf_page *p, const double rect[4], double ret_xywh[4])
{
	double w = p->crop[2] - p->crop[0], h = p->crop[3] - p->crop[1];
	double u0 = rect[0] - p->crop[0], v0 = rect[1] - p->crop[1];
	double u1 = rect[2] - p->crop[0], v1 = rect[3] - p->crop[1];
	bool turned = p->rotate == 90 || p->rotate == 270;

	ret_xywh[0] = u0;
	ret_xywh[1] = v0;
	if (p->rotate == 90) {
		ret_xywh[0] = v0;
		ret_xywh[1] = w - u1;
	} else if (p->rotate == 180) {
		ret_xywh[0] = w - u1;
		ret_xywh[1] = h - v1;
	} else if (p->rotate == 270) {
		ret_xywh[0] = h - v1;
		ret_xywh[1] = u0;
	}
	ret_xywh[2] = turned ? v1 - v0 : u1 - u0;
	ret_xywh[3] = turned ? u1 - u0 : v1 - v0;
}

bool
vt_place_matrix(const struct vt_pdf_page *p, double w, double h, double ret[6])
{
	const double turned[4][6] = {
		{ 1, 0, 0, 1, 0, 0 },
		{ 0, 1, -1, 0, h, 0 },
		{ -1, 0, 0, -1, w, h },
		{ 0, -1, 1, 0, 0, w },
	};

	memcpy(ret, turned[p->rotate / 90 % 4], sizeof(turned[0]));
	return p->rotate != 0;
}
