/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Administrators: programs that may ask for access tokens. */
#include "api/office/clients.h"
#include "api/office/accounts.h"
#include "api/v1/v1_priv.h"
#include "base/base64.h"

#define PAGE_MAX 100

static void
scopes_out(struct vt_json *j, uint32_t scopes)
{
	vt_json_key(j, "scopes");
	vt_json_array(j);
	for (uint32_t bit = 1; bit <= VT_SCOPE__ALL; bit <<= 1)
		if ((scopes & bit) != 0)
			vt_json_str(j, vt_scope_name((enum vt_scope)bit));
	vt_json_end(j);
}

int
vt_v1_list_clients(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_client *c;
	const char *after;
	char next[65];
	struct vt_json j;
	size_t n = 0;
	int rc;

	c = vt_arena_array(req->arena, PAGE_MAX, sizeof(*c));
	if (c == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_query_cursor_text(req, &after, reterr)) != VT_OK ||
	    (rc = vt_office_clients(vt_v1_office(req), vt_v1_actor(req), after,
		 c, PAGE_MAX, &n, next, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "clients");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kstr(&j, "client_id", c[i].id);
		vt_json_kid(&j, "person", &c[i].person);
		vt_json_kstr(&j, "name", c[i].name);
		scopes_out(&j, c[i].scopes);
		vt_json_kbool(&j, "active", c[i].active);
		vt_json_kbool(&j, "has_secret", c[i].has_secret);
		vt_json_kuint(&j, "keys", c[i].n_keys);
		vt_v1_ktime(&j, "changed_at", c[i].changed_at);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(
	    &j, "next", next[0] == '\0' ? NULL : vt_v1_cursor_text(req, next));
	vt_json_end(&j);
	return VT_OK;
}

static uint32_t
scopes_in(const struct vt_in_obj *root)
{
	size_t n = vt_in_array(root, "scopes", 16);
	uint32_t all = 0, one;

	for (size_t i = 0; i < n; i++) {
		const char *s = vt_in_item_str(root, "scopes", i);

		if (s == NULL || strchr(s, ' ') != NULL ||
		    !vt_scope_parse(s, &one))
			(void)vt_in_fail(root, "scopes", VT_E_INVALID,
			    "there is no such scope");
		else
			all |= one;
	}
	return all;
}

static bool
number(struct vt_in_obj *o, const char *name, uint8_t *ret, size_t max,
    uint32_t *ret_n)
{
	const char *s = vt_in_need_str(o, name);
	VT_BUF_AUTO(b);

	if (vt_base64url_get(vt_span_str(s), &b, NULL) != VT_OK || b.n == 0 ||
	    b.n > max) {
		(void)vt_in_fail(o, name, VT_E_KEY_FORMAT,
		    "a number of a public key in base64url wanted");
		return false;
	}
	memcpy(ret, b.p, b.n);
	*ret_n = (uint32_t)b.n;
	return true;
}

/* JWKs (RFC 7517); the office tries each. */
static struct vt_client_key *
keys_in(const struct vt_in_obj *root, size_t *ret_n)
{
	size_t n = vt_in_array(root, "keys", VT_L(CLIENT_KEYS_MAX));
	struct vt_client_key *k;

	*ret_n = 0;
	if (n == 0)
		return NULL;
	k = vt_arena_array(root->in->req->arena, n, sizeof(*k));
	if (k == NULL) {
		(void)vt_in_fail(root, "keys", VT_E_LIMIT, "too many");
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj o = vt_in_item(root, "keys", i);
		const char *kid = vt_in_str(&o, "kid");

		k[i].rsa = strcmp(vt_in_need_str(&o, "kty"), "RSA") == 0;
		if (kid != NULL)
			snprintf(k[i].kid, sizeof(k[i].kid), "%s", kid);
		if (!number(&o, k[i].rsa ? "n" : "x", k[i].a, sizeof(k[i].a),
			&k[i].n_a) ||
		    !number(&o, k[i].rsa ? "e" : "y", k[i].b, sizeof(k[i].b),
			&k[i].n_b))
			return NULL;
	}
	*ret_n = n;
	return k;
}

int
vt_v1_add_client(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_new_client n = { 0 };
	struct vt_request rq;
	struct vt_in_obj root;
	struct vt_client c;
	bool done = false;
	struct vt_json j;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_CLIENTS, reterr)) !=
	    VT_OK)
		return rc;
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	n.id = vt_in_str(&root, "client_id");
	n.name = vt_in_need_str(&root, "name");
	n.scopes = scopes_in(&root);
	n.keys = keys_in(&root, &n.n_keys);
	n.secret = vt_in_bool(&root, "secret");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_client_add(
		 vt_v1_office(req), &rq, &n, &c, secret, reterr)) != VT_OK)
		return rc;
	res->status = 201;
	vt_v1_json(res, &j);
	res->body.secret = true;
	vt_json_kstr(&j, "client_id", c.id);
	vt_json_kid(&j, "person", &c.person);
	vt_json_kstr(&j, "name", c.name);
	scopes_out(&j, c.scopes);
	vt_v1_kstr(&j, "client_secret", secret);
	vt_json_end(&j);
	vt_http_res_header(res, "Cache-Control", "no-store");
	vt_wipe(secret, sizeof(secret));
	return VT_OK;
}

int
vt_v1_act_on_client(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const struct {
		const char *name;
		enum vt_client_act act;
	} acts[] = {
		{ "disable", VT_CLIENT_DISABLE },
		{ "enable", VT_CLIENT_ENABLE },
		{ "new_secret", VT_CLIENT_NEW_SECRET },
	};
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_request rq;
	struct vt_in_obj root;
	const char *act;
	bool done = false;
	struct vt_json j;
	size_t i = 0;
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_CLIENTS, reterr)) !=
	    VT_OK)
		return rc;
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	act = vt_in_need_str(&root, "act");
	while (i < 3 && strcmp(acts[i].name, act) != 0)
		i++;
	if (i == 3)
		(void)vt_in_fail(
		    &root, "act", VT_E_INVALID, "there is no such act");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_client_act(vt_v1_office(req), &rq,
		 vt_http_param(req, "id"), acts[i].act, secret, reterr)) !=
		VT_OK)
		return rc;
	vt_v1_json(res, &j);
	res->body.secret = true;
	vt_json_kstr(&j, "client_id", vt_http_param(req, "id"));
	vt_v1_kstr(&j, "client_secret", secret);
	vt_json_end(&j);
	vt_http_res_header(res, "Cache-Control", "no-store");
	vt_wipe(secret, sizeof(secret));
	return VT_OK;
}
