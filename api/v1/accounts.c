/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Administrators: local accounts, and identities known elsewhere. */
#include "api/office/accounts.h"
#include "api/office/identity.h"
#include "api/v1/v1_priv.h"

#define PAGE_MAX 100

/* A removal does the same however often: its key is the request's own. */
int
vt_v1_removal(
    struct vt_http_req *req, struct vt_request *ret, struct vt_err *reterr)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(&req->id, id);
	memset(ret, 0, sizeof(*ret));
	ret->actor = vt_v1_actor(req);
	ret->key = vt_arena_strdup(req->arena, id);
	ret->hash = vt_sha256(vt_span_str(id));
	return ret->key != NULL ? VT_OK : vt_arena_err(req->arena, reterr);
}

static void
account_out(struct vt_json *j, const struct vt_account_info *a)
{
	vt_json_object(j);
	vt_json_kstr(j, "login", a->login);
	vt_json_kid(j, "person", &a->person);
	vt_json_kbool(j, "locked", a->locked);
	vt_json_kbool(j, "must_change_password", a->must_change);
	vt_json_kbool(j, "second_factor", a->totp);
	vt_json_kuint(j, "recovery_codes_left", a->recovery_left);
	vt_v1_ktime(j, "changed_at", a->changed_at);
	vt_json_end(j);
}

int
vt_v1_list_accounts(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_account_info *a;
	const char *after;
	char next[65];
	struct vt_json j;
	size_t n = 0;
	int rc;

	a = vt_arena_array(req->arena, PAGE_MAX, sizeof(*a));
	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_query_cursor_text(req, &after, reterr)) != VT_OK ||
	    (rc = vt_office_accounts(vt_v1_office(req), vt_v1_actor(req), after,
		 a, PAGE_MAX, &n, next, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "accounts");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++)
		account_out(&j, &a[i]);
	vt_json_end(&j);
	vt_json_kstr(
	    &j, "next", next[0] == '\0' ? NULL : vt_v1_cursor_text(req, next));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_get_account(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_account_info a;
	struct vt_json j;
	int rc;

	rc = vt_office_account(vt_v1_office(req), vt_v1_actor(req),
	    vt_http_param(req, "login"), &a, reterr);
	if (rc != VT_OK)
		return rc;
	vt_http_res_type(res, "application/json");
	vt_json_open(&j, &res->body, false);
	account_out(&j, &a);
	return VT_OK;
}

int
vt_v1_add_account(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_request rq;
	struct vt_in_obj root;
	const char *login;
	bool done = false;
	struct vt_json j;
	VT_IN_AUTO(in);
	vt_id person;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_ACCOUNTS, reterr)) !=
	    VT_OK)
		return rc;
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	login = vt_in_need_str(&root, "login");
	person = vt_in_need_id(&root, "person");
	password = vt_in_take_secret(&root, "password");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_account_add(vt_v1_office(req), &rq, login, &person,
		 password, reterr)) != VT_OK)
		return rc;
	res->status = 201;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "login", login);
	vt_json_kid(&j, "person", &person);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_act_on_account(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const struct {
		const char *name;
		enum vt_account_act act;
	} acts[] = {
		{ "lock", VT_ACCOUNT_LOCK },
		{ "unlock", VT_ACCOUNT_UNLOCK },
		{ "set_password", VT_ACCOUNT_PASSWORD },
		{ "drop_second_factor", VT_ACCOUNT_TOTP_OFF },
	};
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	struct vt_request rq;
	struct vt_in_obj root;
	const char *act;
	bool done = false;
	size_t i = 0;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_ACCOUNTS, reterr)) !=
	    VT_OK)
		return rc;
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	act = vt_in_need_str(&root, "act");
	password = vt_in_take_secret(&root, "password");
	while (i < 4 && strcmp(acts[i].name, act) != 0)
		i++;
	if (i == 4)
		(void)vt_in_fail(
		    &root, "act", VT_E_INVALID, "there is no such act");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	return vt_office_account_act(vt_v1_office(req), &rq,
	    vt_http_param(req, "login"), acts[i].act, password, reterr);
}

int
vt_v1_remove_account(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	int rc = vt_v1_removal(req, &rq, reterr);

	if (rc != VT_OK)
		return rc;
	res->status = 204;
	return vt_office_account_act(vt_v1_office(req), &rq,
	    vt_http_param(req, "login"), VT_ACCOUNT_REMOVE, NULL, reterr);
}

/* ---- identities ---- */

int
vt_v1_link_identity(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *issuer, *subject;
	struct vt_identity_key key;
	struct vt_request rq;
	struct vt_in_obj root;
	struct vt_span der;
	bool done = false;
	struct vt_json j;
	VT_IN_AUTO(in);
	VT_BUF_AUTO(hex);
	vt_id person;
	vt_hash h;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_ACCOUNTS, reterr)) !=
	    VT_OK)
		return rc;
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	person = vt_in_need_id(&root, "person");
	issuer = vt_in_str(&root, "issuer");
	subject = vt_in_str(&root, "subject");
	der = vt_in_bytes(&root, "certificate");
	if ((der.n > 0) == (issuer != NULL && subject != NULL))
		(void)vt_in_fail(&root, "issuer", VT_E_INVALID,
		    "issuer and subject, or a certificate");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK)
		return rc;
	if (der.n > 0) {
		h = vt_sha256(der);
		key = vt_identity_certificate(&h);
		rc = vt_office_link_certificate(
		    vt_v1_office(req), &rq, &person, der, reterr);
	} else {
		key = vt_identity_oidc(issuer, subject);
		rc = vt_office_link_oidc(
		    vt_v1_office(req), &rq, &person, issuer, subject, reterr);
	}
	if (rc != VT_OK)
		return rc;
	vt_buf_hex(&hex, VT_SPAN(key.b, sizeof(key.b)));
	res->status = 201;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "id", vt_buf_str(&hex));
	vt_json_kid(&j, "person", &person);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_unlink_identity(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *text = vt_http_param(req, "id");
	struct vt_identity_key key;
	struct vt_request rq;
	vt_hash h;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_ACCOUNTS, reterr)) !=
	    VT_OK)
		return rc;
	/* the kind in two digits, then 32 bytes */
	if (strlen(text) != 2 + VT_HASH_TEXT || text[0] != '0' ||
	    (text[1] != '1' && text[1] != '2') ||
	    !vt_hash_parse(vt_span_str(text + 2), &h))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "identity: there is none");
	key.b[0] = (uint8_t)(text[1] - '0');
	memcpy(key.b + 1, h.b, sizeof(h.b));
	if ((rc = vt_v1_removal(req, &rq, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	return vt_office_unlink(vt_v1_office(req), &rq, &key, reterr);
}
