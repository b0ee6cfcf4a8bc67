/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PNG picture as an image XObject (ISO 32000-1 §8.9): RGB, and a soft mask
 * when it is transparent anywhere. */
#ifndef VT_RENDER_PICTURE_H
#define VT_RENDER_PICTURE_H

#include "render/graft.h"

struct vt_picture {
	size_t object; /* index of the image in the graft */
	double w, h;   /* pixels */
};

/* Adds the picture. VT_E_INVALID: not a PNG; VT_E_LIMIT: IMAGE_MAX,
 * IMAGE_PIXELS_MAX. */
VT_NODISCARD int vt_picture_put(struct vt_grafter *g, struct vt_span png,
    struct vt_picture *ret, struct vt_err *reterr);

#endif
