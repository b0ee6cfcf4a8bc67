/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/qr.h"

#include "render/render.h"

int
vt_office_qr(const char *text, struct vt_buf *ret, unsigned *ret_side,
    struct vt_err *reterr)
{
	return vt_qr_path(text, ret, ret_side, reterr);
}
