/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/pictures.h"

#include <unistd.h>

#include "api/office/look.h"

static int
open_pdf(struct vt_office *o, const struct vt_content *c, int *ret_fd,
    struct vt_err *reterr)
{
	VT_CHECK(o, VT_OFFICE_MAGIC);
	if (!vt_look_is_pdf(c->name, c->media_type))
		return vt_err_set(reterr, VT_E_NOT_PDF,
		    "pictures are made of PDF files only");
	return vt_office_fd(o, &c->blob.hash, ret_fd, reterr);
}

int
vt_office_picture(struct vt_office *o, const struct vt_content *c, size_t page,
    int dpi, struct vt_buf *ret, struct vt_err *reterr)
{
	int fd, rc;

	if (dpi != VT_PICTURE_READ && dpi != VT_PICTURE_LARGE)
		return vt_err_set(reterr, VT_E_INVALID,
		    "page picture: %d or %d dpi wanted, %d asked for",
		    VT_PICTURE_READ, VT_PICTURE_LARGE, dpi);
	if ((rc = open_pdf(o, c, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_pages_png(o->o.spawner, fd, page, dpi, ret, reterr);
	close(fd);
	return rc;
}

int
vt_office_page_count(struct vt_office *o, const struct vt_content *c,
    size_t *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(text);
	int fd, rc;

	if ((rc = open_pdf(o, c, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_pages_text(o->o.spawner, fd, &text, ret, reterr);
	close(fd);
	return rc;
}
