/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People: signing in and out, their own password and second factor. */
#include "api/office/sessions.h"
#include "api/office/accounts.h"
#include "api/v1/v1_priv.h"

int
vt_v1_sign_in(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_sign_in who = { .address = req->peer };
	struct vt_in_obj root;
	struct vt_session s;
	struct vt_json j;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	who.login = vt_in_need_str(&root, "login");
	who.code = vt_in_str(&root, "code");
	who.device = vt_in_str(&root, "device");
	password = vt_in_take_secret(&root, "password");
	who.password = password;
	if ((rc = vt_in_ok(&in)) != VT_OK)
		return rc;
	rc = vt_office_sign_in(
	    vt_v1_office(req), &who, &req->retry_after_s, &s, reterr);
	if (rc != VT_OK)
		return rc;
	res->status = 201;
	vt_v1_json(res, &j);
	res->body.secret = true;
	vt_json_kstr(&j, "token", s.token);
	vt_json_kstr(&j, "device", s.device);
	vt_v1_ktime(&j, "until", s.until);
	vt_json_kbool(&j, "must_change_password", s.must_change);
	vt_json_kid(&j, "person", &s.actor.person);
	vt_json_kstr(&j, "name", s.actor.name);
	vt_v1_roles_out(&j, s.actor.roles);
	vt_json_end(&j);
	vt_http_res_header(res, "Cache-Control", "no-store");
	vt_wipe(&s, sizeof(s));
	return VT_OK;
}

int
vt_v1_sign_out(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	res->status = 204;
	return vt_office_sign_out(
	    vt_v1_office(req), vt_http_bearer(req), reterr);
}

int
vt_v1_sign_out_everywhere(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	res->status = 204;
	return vt_office_sign_out_all(
	    vt_v1_office(req), vt_v1_actor(req), NULL, reterr);
}

int
vt_v1_change_password(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *old = NULL;
	VT_CLEANUP(vt_secret_free) struct vt_secret *fresh = NULL;
	struct vt_in_obj root;
	struct vt_request rq;
	VT_IN_AUTO(in);
	bool done;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	old = vt_in_take_secret(&root, "old");
	fresh = vt_in_take_secret(&root, "new");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	return vt_office_change_password(
	    vt_v1_office(req), &rq, old, fresh, vt_http_bearer(req), reterr);
}

int
vt_v1_offer_totp(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_totp_offer offer;
	struct vt_in_obj root;
	const char *code;
	struct vt_json j;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	password = vt_in_take_secret(&root, "password");
	code = vt_in_str(&root, "code");
	if ((rc = vt_in_ok(&in)) != VT_OK)
		return rc;
	rc = vt_office_totp_offer(vt_v1_office(req), vt_v1_actor(req), password,
	    code, &offer, reterr);
	if (rc != VT_OK)
		return rc;
	res->status = 201;
	vt_v1_json(res, &j);
	res->body.secret = true;
	vt_json_kstr(&j, "secret", offer.secret);
	vt_json_kstr(&j, "uri", offer.uri);
	vt_json_end(&j);
	vt_http_res_header(res, "Cache-Control", "no-store");
	vt_wipe(&offer, sizeof(offer));
	return VT_OK;
}

int
vt_v1_confirm_totp(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1];
	struct vt_request rq;
	struct vt_in_obj root;
	const char *code;
	struct vt_json j;
	VT_IN_AUTO(in);
	bool done;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	code = vt_in_need_str(&root, "code");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_totp_confirm(vt_v1_office(req), &rq, code,
		 vt_http_bearer(req), codes, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	res->body.secret = true;
	vt_json_key(&j, "recovery_codes");
	vt_json_array(&j);
	for (size_t i = 0; i < VT_L(RECOVERY_CODES); i++)
		vt_json_str(&j, codes[i]);
	vt_json_end(&j);
	vt_json_end(&j);
	vt_http_res_header(res, "Cache-Control", "no-store");
	vt_wipe(codes, sizeof(codes));
	return VT_OK;
}
