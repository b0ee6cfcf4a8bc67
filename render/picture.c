/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/picture.h"

#include <png.h>
#include <stdlib.h>

#include "base/limits.h"

/* Pixels as R, G, B, alpha; not premultiplied. */
struct pixels {
	uint8_t *p;     /* owned */
	size_t w, h, n; /* n = w * h */
};

static int
decode(struct vt_span png, struct pixels *ret, struct vt_err *reterr)
{
	png_image im;
	uint8_t *p;
	size_t n;

	memset(&im, 0, sizeof(im));
	im.version = PNG_IMAGE_VERSION;
	if (png.n > VT_L(IMAGE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "picture: IMAGE_MAX: %zu bytes, allowed %zu", png.n,
		    VT_L(IMAGE_MAX));
	if (!png_image_begin_read_from_memory(&im, png.p, png.n))
		return vt_err_set(reterr, VT_E_INVALID,
		    "picture: PNG (ISO/IEC 15948): %s", im.message);
	n = (size_t)im.width * im.height;
	if (n > VT_L(IMAGE_PIXELS_MAX)) {
		vt_err_set(reterr, VT_E_LIMIT,
		    "picture: IMAGE_PIXELS_MAX: %u x %u pixels, allowed %zu",
		    im.width, im.height, VT_L(IMAGE_PIXELS_MAX));
		png_image_free(&im);
		return VT_E_LIMIT;
	}
	im.format = PNG_FORMAT_RGBA;
	p = malloc(n * 4);
	if (p == NULL) {
		png_image_free(&im);
		return vt_err_set(reterr, VT_E_NOMEM, "picture: no memory");
	}
	if (!png_image_finish_read(&im, NULL, p, 0, NULL)) {
		vt_err_set(reterr, VT_E_INVALID,
		    "picture: PNG (ISO/IEC 15948): %s", im.message);
		png_image_free(&im);
		free(p);
		return VT_E_INVALID;
	}
	*ret = (struct pixels){ .p = p, .w = im.width, .h = im.height, .n = n };
	return VT_OK;
}

/*
 * Colour of the invisible pixels: the mean of the visible ones, so that a
 * viewer that smooths colour and mask apart shows no fringe, and so that the
 * plane packs well.
 */
static void
mean_colour(const struct pixels *px, uint8_t ret[3])
{
	uint64_t sum[3] = { 0, 0, 0 }, weight = 0;

	for (size_t i = 0; i < px->n; i++) {
		const uint8_t *p = px->p + 4 * i;

		for (int c = 0; c < 3; c++)
			sum[c] += (uint64_t)p[c] * p[3];
		weight += p[3];
	}
	for (int c = 0; c < 3; c++)
		ret[c] = (uint8_t)(weight == 0 ? 255 : sum[c] / weight);
}

static bool
is_opaque(const struct pixels *px)
{
	for (size_t i = 0; i < px->n; i++)
		if (px->p[4 * i + 3] != 255)
			return false;
	return true;
}

static void
image_dict(struct vt_buf *b, const struct pixels *px, const char *space)
{
	vt_buf_printf(b,
	    "/Type /XObject /Subtype /Image /Width %zu "
	    "/Height %zu /ColorSpace /%s /BitsPerComponent 8",
	    px->w, px->h, space);
}

static size_t
put_planes(struct vt_grafter *g, const struct pixels *px)
{
	VT_BUF_AUTO(rgb);
	VT_BUF_AUTO(alpha);
	VT_BUF_AUTO(dict);
	VT_BUF_AUTO(mask);
	size_t image = vt_grafter_reserve(g);
	uint8_t none[3], *c, *a;

	mean_colour(px, none);
	c = vt_buf_extend(&rgb, px->n * 3);
	a = vt_buf_extend(&alpha, px->n);
	for (size_t i = 0; c != NULL && a != NULL && i < px->n; i++) {
		const uint8_t *p = px->p + 4 * i;

		memcpy(c + 3 * i, p[3] == 0 ? none : p, 3);
		a[i] = p[3];
	}
	image_dict(&dict, px, "DeviceRGB");
	if (!is_opaque(px)) {
		size_t smask = vt_grafter_reserve(g);

		vt_buf_printf(&dict, " /SMask %zu %d R", smask, VT_GRAFT_LOCAL);
		image_dict(&mask, px, "DeviceGray");
		mask.failed =
		    alpha.failed != VT_OK ? alpha.failed : mask.failed;
		vt_grafter_stream(g, smask, &mask, vt_buf_view(&alpha));
	}
	dict.failed = rgb.failed != VT_OK ? rgb.failed : dict.failed;
	vt_grafter_stream(g, image, &dict, vt_buf_view(&rgb));
	return image;
}

int
vt_picture_put(struct vt_grafter *g, struct vt_span png, struct vt_picture *ret,
    struct vt_err *reterr)
{
	struct pixels px = { NULL, 0, 0, 0 };
	int rc = decode(png, &px, reterr);

	if (rc != VT_OK)
		return rc;
	ret->object = put_planes(g, &px);
	ret->w = (double)px.w;
	ret->h = (double)px.h;
	free(px.p);
	return VT_OK;
}
