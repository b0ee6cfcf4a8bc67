/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts, the bytes first given, whenever they are asked for. */
#include "api/v1/v1_priv.h"

int
vt_v1_receipt(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char tag[VT_HASH_TEXT + 1];
	VT_BUF_AUTO(b);
	uint64_t index;
	vt_hash h;
	int rc;

	if ((rc = vt_v1_param_uint(req, "index", INT64_MAX, &index, reterr)) !=
		VT_OK ||
	    (rc = vt_office_receipt(vt_v1_office(req), vt_v1_actor(req), index,
		 &b, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	h = vt_sha256(vt_buf_view(&b));
	vt_hash_text(&h, tag);
	vt_http_res_etag(res, tag);
	if (vt_http_none_match(req, tag)) {
		res->status = 304;
		return VT_OK;
	}
	vt_http_res_type(res, "application/vnd.vanthu.receipt+cbor");
	vt_buf_span(&res->body, vt_buf_view(&b));
	return VT_OK;
}
