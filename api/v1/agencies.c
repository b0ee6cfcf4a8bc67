/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is public of an agency: the name and the key of its ledger. */
#include "api/office/proofs.h"
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
	VT_BUF_AUTO(text);
	struct vt_vkey vkey;
	struct vt_office_log l;
	struct vt_json j;
	int rc;

	if ((rc = vt_office_log(
		 v->office, vt_http_param(req, "code"), &l, reterr)) != VT_OK ||
	    (rc = vt_office_log_vkey(v->office, vt_http_param(req, "code"),
		 &vkey, reterr)) != VT_OK)
		return rc;
	vt_vkey_put(&vkey, &text);
	vt_buf_hex(&key, VT_SPAN(l.key, sizeof(l.key)));
	vt_v1_json(res, &j);
	vt_json_key(&j, "agency");
	vt_json_object(&j);
	vt_json_kstr(&j, "code", l.code);
	vt_json_kstr(&j, "name", l.name);
	vt_json_end(&j);
	vt_json_kstr(&j, "origin", l.origin);
	vt_json_kstr(&j, "log_key", vt_buf_str(&key));
	vt_json_kstr(&j, "vkey", vt_buf_str(&text));
	vt_json_end(&j);
	rc = vt_buf_status(&key, reterr);
	return rc == VT_OK ? vt_buf_status(&text, reterr) : rc;
}

static int
answer(struct vt_http_res *res, const char *type, const struct vt_buf *b,
    struct vt_err *reterr)
{
	vt_http_res_type(res, type);
	vt_buf_span(&res->body, vt_buf_view(b));
	return vt_buf_status(&res->body, reterr);
}

/* Any agency's newest checkpoint: signed, and nothing but a hash. */
int
vt_v1_log_checkpoint(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc = vt_office_log_checkpoint(
	    vt_v1_office(req), vt_http_param(req, "code"), &b, reterr);

	return rc == VT_OK ? answer(res, "text/plain", &b, reterr) : rc;
}

/* The same as one line, to be printed daily. */
int
vt_v1_log_line(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	int rc = vt_office_log_line(
	    vt_v1_office(req), vt_http_param(req, "code"), &b, reterr);

	return rc == VT_OK ? answer(res, "text/plain", &b, reterr) : rc;
}

/* From an old size to now; verified with vanthu-proof extends. */
int
vt_v1_log_consistency(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	uint64_t old;
	int rc;

	if ((rc = vt_v1_query_uint(req, "old", 0, INT64_MAX, &old, reterr)) !=
		VT_OK ||
	    (rc = vt_office_log_consistency(vt_v1_office(req),
		 vt_http_param(req, "code"), old, &b, reterr)) != VT_OK)
		return rc;
	return answer(res, "text/plain", &b, reterr);
}

/* A tile's path is cut into as many segments as it has. */
static int
tile(struct vt_http_req *req, struct vt_http_res *res, const char *path,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	bool whole;
	int rc = vt_office_log_tile(vt_v1_office(req),
	    vt_http_param(req, "code"), path, &b, &whole, reterr);

	return rc == VT_OK ? answer(res, "application/octet-stream", &b, reterr)
			   : rc;
}

int
vt_v1_log_tile(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(path);

	vt_buf_printf(&path, "%s/%s", vt_http_param(req, "level"),
	    vt_http_param(req, "n"));
	return tile(req, res, vt_buf_str(&path), reterr);
}

int
vt_v1_log_tile_two(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(path);

	vt_buf_printf(&path, "%s/%s/%s", vt_http_param(req, "level"),
	    vt_http_param(req, "n"), vt_http_param(req, "m"));
	return tile(req, res, vt_buf_str(&path), reterr);
}

int
vt_v1_log_tile_three(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_BUF_AUTO(path);

	vt_buf_printf(&path, "%s/%s/%s/%s", vt_http_param(req, "level"),
	    vt_http_param(req, "n"), vt_http_param(req, "m"),
	    vt_http_param(req, "w"));
	return tile(req, res, vt_buf_str(&path), reterr);
}
