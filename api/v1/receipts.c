/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts, the bytes first given, whenever they are asked for. */
#include "api/office/destruction.h"
#include "api/office/proofs.h"
#include "api/v1/v1_priv.h"

int
vt_v1_receipt(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	uint64_t index;
	int rc;

	if ((rc = vt_v1_param_uint(req, "index", INT64_MAX, &index, reterr)) !=
		VT_OK ||
	    (rc = vt_office_receipt(vt_v1_office(req), vt_v1_actor(req), index,
		 &b, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	vt_http_res_type(res, "application/vnd.vanthu.receipt+cbor");
	vt_buf_span(&res->body, vt_buf_view(&b));
	return vt_v1_tagged(req, res, reterr);
}

/*
 * The proof bundle (C2SP tlog-proof) at the checkpoint with the best evidence:
 * unlike the receipt it grows newer with the ledger.
 */
int
vt_v1_proof(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *opening = vt_http_query(req, "opening");
	struct vt_bundle_wish wish = { .opening = true };
	VT_BUF_AUTO(b);
	uint64_t index;
	int rc;

	wish.opening = opening == NULL || strcmp(opening, "false") != 0;
	if ((rc = vt_v1_param_uint(req, "index", INT64_MAX, &index, reterr)) !=
		VT_OK ||
	    (rc = vt_office_bundle(vt_v1_office(req), vt_v1_actor(req), index,
		 &wish, &b, reterr)) != VT_OK)
		return rc;
	vt_http_res_type(res, "text/plain");
	vt_buf_span(&res->body, vt_buf_view(&b));
	return vt_buf_status(&res->body, reterr);
}

/* What was destroyed, and how: text in both languages. */
int
vt_v1_certificate(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	vt_id paper;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &paper, reterr)) != VT_OK ||
	    (rc = vt_office_certificate(vt_v1_office(req), vt_v1_actor(req),
		 &paper, &b, reterr)) != VT_OK)
		return rc;
	vt_http_res_type(res, "text/plain");
	vt_buf_span(&res->body, vt_buf_view(&b));
	return VT_OK;
}

/* The newest signed checkpoint of the caller's agency (C2SP). */
int
vt_v1_checkpoint(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_actor *actor = vt_v1_actor(req);
	VT_BUF_AUTO(b);
	int rc;

	if ((rc = vt_office_may_read(actor, reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK ||
	    (rc = vt_checkpoint_get(v, actor->agency_no, &b, reterr)) !=
		VT_OK ||
	    (rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	vt_http_res_type(res, "text/plain");
	vt_buf_span(&res->body, vt_buf_view(&b));
	return VT_OK;
}
