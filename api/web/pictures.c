/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages as pictures. The newest are kept in memory (shelf.h), so that a paper
 * passed round a desk is drawn once; the bytes of a version never change, so
 * that browsers keep them, too.
 */
#include "api/office/pictures.h"
#include "api/office/renditions.h"

#include "api/content/content.h"
#include "api/web/sheet.h"
#include "api/web/shelf.h"

size_t
vt_pictures_count(struct vt_desk *d, const struct vt_content *c)
{
	struct vt_shelf_key k = { c->blob.hash, VT_KEPT_COUNT, 0, 0 };
	size_t n = 0;
	VT_BUF_AUTO(kept);

	if (vt_shelf_get(d->web->shelf, &k, &kept, NULL) &&
	    kept.n == sizeof(n)) {
		memcpy(&n, kept.p, sizeof(n));
		return n;
	}
	if (vt_office_page_count(d->office, c, &n, NULL) != VT_OK)
		return 0;
	vt_shelf_put(
	    d->web->shelf, &k, VT_SPAN((const uint8_t *)&n, sizeof(n)), 0);
	return n;
}

static uint64_t
number(const char *s)
{
	uint64_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > 100000000)
			return 0;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	return n;
}

int
vt_web_picture(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	uint64_t version = number(vt_http_param(req, "version"));
	uint64_t page = number(vt_http_param(req, "page"));
	int dpi = vt_http_query(req, "large") != NULL ? VT_PICTURE_LARGE
						      : VT_PICTURE_READ;
	struct vt_shelf_key k;
	struct vt_content c;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	if (page == 0 || version == 0 || version > UINT32_MAX)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such page");
	rc = vt_office_content(
	    d.office, d.me, &paper, 1, (uint32_t)version, &c, reterr);
	if (rc != VT_OK)
		return rc;
	vt_http_res_type(res, "image/png");
	vt_http_res_header(
	    res, "Cache-Control", "private, max-age=86400, immutable");
	k = (struct vt_shelf_key){ c.blob.hash, VT_KEPT_PAGE, (uint32_t)page,
		(uint32_t)dpi };
	if (vt_shelf_get(d.web->shelf, &k, &res->body, NULL))
		return vt_buf_status(&res->body, reterr);
	rc = vt_office_picture(
	    d.office, &c, (size_t)page - 1, dpi, &res->body, reterr);
	if (rc == VT_OK)
		vt_shelf_put(d.web->shelf, &k, vt_buf_view(&res->body), 0);
	return rc;
}

int
vt_web_rendition(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	uint64_t part = number(vt_http_param(req, "part"));
	const char *asked = vt_http_query(req, "version");
	uint64_t version = asked == NULL ? 0 : number(asked);
	struct vt_rendition which = { .kind = vt_rendition_kind_parse(
					  vt_http_param(req, "kind")) };
	struct vt_content c;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	if (part == 0 || part > VT_L(PAPER_PARTS_MAX) || version > UINT32_MAX)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such part");
	which.part = (uint16_t)part;
	which.version = (uint32_t)version;
	rc = vt_office_rendition(d.office, d.me, &paper, &which, &c, reterr);
	return rc != VT_OK ? rc
			   : vt_content_answer(d.office, req, res, &c, reterr);
}

int
vt_web_part(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	uint64_t part = number(vt_http_param(req, "part"));
	const char *asked = vt_http_query(req, "version");
	uint64_t version = asked == NULL ? 0 : number(asked);
	struct vt_content c;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	if (part == 0 || part > VT_L(PAPER_PARTS_MAX) || version > UINT32_MAX ||
	    (asked != NULL && version == 0))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such part");
	rc = vt_office_download(d.office, d.me, &paper, (uint16_t)part,
	    (uint32_t)version, &c, reterr);
	return rc != VT_OK ? rc
			   : vt_content_answer(d.office, req, res, &c, reterr);
}
