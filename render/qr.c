/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/qr.h"

#include <errno.h>
#include <qrencode.h>

#include "base/limits.h"
#include "base/secret.h"
#include "render/render.h"

#define QUIET 4 /* modules, ISO/IEC 18004 §6.3.8 */

/* *ret: QRcode_free. */
static int
encode(const char *text, QRcode **ret, struct vt_err *reterr)
{
	size_t n = strlen(text);
	QRcode *q;

	if (n > VT_L(QR_TEXT_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "QR code: QR_TEXT_MAX: %zu bytes wanted, %zu allowed", n,
		    VT_L(QR_TEXT_MAX));
	q = QRcode_encodeData(
	    (int)n, (const unsigned char *)text, 0, QR_ECLEVEL_M);
	if (q == NULL)
		return vt_err_errno(reterr,
		    errno == ENOMEM ? VT_E_NOMEM : VT_E_INVALID, errno,
		    "QR code: ISO/IEC 18004: %zu bytes not encodable", n);
	*ret = q;
	return VT_OK;
}

/* One rectangle for each run of dark modules in a row. */
static void
put_row(struct vt_layout *l, struct vt_unit *u, const unsigned char *row,
    int width, const double at[2], double module)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && (row[x] & 1) != 0)
			x++;
		if (x > from)
			vt_ops_rect(l, &u->ops, at[0] + from * module, at[1],
			    (x - from) * module, module);
	}
}

void
vt_qr_put(struct vt_layout *l, struct vt_unit *u, const char *text,
    const double at[2], double side)
{
	struct vt_err err = VT_ERR_INIT;
	double module;
	QRcode *q;

	if (l->rc != VT_OK || u == NULL)
		return;
	if (encode(text, &q, &err) != VT_OK) {
		vt_layout_fail(l, &err);
		return;
	}
	module = side / (q->width + 2 * QUIET);
	for (int y = 0; y < q->width; y++)
		put_row(l, u, q->data + (size_t)y * (size_t)q->width, q->width,
		    (double[2]){
			at[0] + QUIET * module, at[1] + (QUIET + y) * module },
		    module);
	QRcode_free(q);
}

int
vt_qr_path(const char *text, struct vt_buf *ret, unsigned *ret_side,
    struct vt_err *reterr)
{
	QRcode *q;
	int rc = encode(text, &q, reterr);

	if (rc != VT_OK)
		return rc;
	for (int y = 0; y < q->width; y++) {
		const unsigned char *row =
		    q->data + (size_t)y * (size_t)q->width;

		for (int x = 0; x < q->width; x++) {
			int from = x;

			while (x < q->width && (row[x] & 1) != 0)
				x++;
			if (x > from)
				vt_buf_printf(ret, "M%d %dh%dv1h-%dz",
				    QUIET + from, QUIET + y, x - from,
				    x - from);
		}
	}
	*ret_side = (unsigned)(q->width + 2 * QUIET);
	/* It may hold a secret, which a reader takes out of it again. */
	vt_wipe(q->data, (size_t)q->width * (size_t)q->width);
	QRcode_free(q);
	return vt_buf_status(ret, reterr);
}
