/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is public of an agency: the name and the key of its ledger. */
#include "api/v1/v1_priv.h"

/*
 * A receipt names its key itself, which proves nothing about who made it: this
 * is where the key can be known beforehand, by anyone.
 */
int
vt_v1_agency_log(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_v1 *v = req->app;
	VT_BUF_AUTO(key);
	struct vt_office_log l;
	struct vt_json j;
	int rc;

	if ((rc = vt_office_log(
		 v->office, vt_http_param(req, "code"), &l, reterr)) != VT_OK)
		return rc;
	vt_buf_hex(&key, VT_SPAN(l.key, sizeof(l.key)));
	vt_v1_json(res, &j);
	vt_json_key(&j, "agency");
	vt_json_object(&j);
	vt_json_kstr(&j, "code", l.code);
	vt_json_kstr(&j, "name", l.name);
	vt_json_end(&j);
	vt_json_kstr(&j, "origin", l.origin);
	vt_json_kstr(&j, "log_key", vt_buf_str(&key));
	vt_json_end(&j);
	return vt_buf_status(&key, reterr);
}
