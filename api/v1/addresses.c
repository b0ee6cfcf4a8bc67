/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address book: agencies elsewhere, old and new codes, successors. */
#include "api/office/routes.h"
#include "api/v1/v1_priv.h"
#include "base/text.h"

#define ADDRESSES_MAX 200

static void
address_out(struct vt_json *j, const struct vt_address *a)
{
	vt_json_kstr(j, "code", a->code);
	vt_json_kstr(j, "name", a->name);
	vt_v1_kstr(j, "parent", a->parent);
	vt_v1_kstr(j, "mail", a->mail);
	vt_v1_kstr(j, "old_code", a->old_code);
	vt_v1_kstr(j, "successor", a->successor);
	vt_v1_kstr(j, "from", a->from);
	vt_v1_kstr(j, "until", a->until);
	vt_v1_kstr(j, "gateway", a->gateway);
	vt_json_kbool(j, "verified", a->verified);
	vt_json_kbool(j, "deleted", a->deleted);
	vt_v1_ktime(j, "changed_at", a->changed_at);
	vt_json_kuint(j, "rev", a->rev);
}

int
vt_v1_list_addresses(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_address *a;
	const char *after;
	struct vt_json j;
	size_t n = 0;
	int rc;

	a = vt_arena_array(req->arena, ADDRESSES_MAX, sizeof(*a));
	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor_text(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_address_list(
		 o, v, after, a, ADDRESSES_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "addresses");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		address_out(&j, &a[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < ADDRESSES_MAX ? NULL : vt_v1_cursor_text(req, a[n - 1].code));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_read_address(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_address *a = vt_arena_alloc(req->arena, sizeof(*a));
	struct vt_json j;
	bool unchanged;
	int rc;

	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_address_get(o, v, vt_http_param(req, "code"), a, reterr);
	if (rc == VT_E_AGENCY_UNKNOWN)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the address book has no such code");
	if (rc != VT_OK ||
	    (rc = vt_v1_unchanged(req, res, a->rev, &unchanged, reterr)) !=
		VT_OK ||
	    unchanged)
		return rc;
	vt_v1_json(res, &j);
	address_out(&j, a);
	vt_json_end(&j);
	return VT_OK;
}

static void
text_in(const struct vt_in_obj *o, const char *key, char *to, size_t size)
{
	vt_text_fit(to, size, vt_in_str(o, key));
}

/* One that is new has no tag yet; "*" is any that there is. */
static int
which_one(struct vt_http_req *req, const char *code, uint64_t *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_address *a = vt_arena_alloc(req->arena, sizeof(*a));
	struct vt_office *o = vt_v1_office(req);
	struct vt_err err = VT_ERR_INIT;
	int rc;

	*ret = 0;
	if (vt_http_header(req, "If-Match").p == NULL)
		return VT_OK;
	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	/* of it nothing is said; who may not, the change itself tells */
	if ((rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_address_get(o, v, code, a, &err);
	if (rc == VT_E_AGENCY_UNKNOWN) {
		a->rev = 0;
	} else if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	rc = vt_http_if_match_number(req, a->rev, ret, reterr);
	/* no row has the last one, so that none fails */
	if (rc == VT_OK && *ret == 0)
		*ret = a->rev > 0 ? a->rev : UINT64_MAX;
	return rc;
}

int
vt_v1_put_address(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_address *a = vt_arena_alloc(req->arena, sizeof(*a));
	struct vt_in_obj root;
	struct vt_request rq;
	VT_IN_AUTO(in);
	int rc;

	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	vt_text_fit(a->code, sizeof(a->code), vt_http_param(req, "code"));
	text_in(&root, "name", a->name, sizeof(a->name));
	text_in(&root, "parent", a->parent, sizeof(a->parent));
	text_in(&root, "mail", a->mail, sizeof(a->mail));
	text_in(&root, "old_code", a->old_code, sizeof(a->old_code));
	text_in(&root, "successor", a->successor, sizeof(a->successor));
	text_in(&root, "from", a->from, sizeof(a->from));
	text_in(&root, "until", a->until, sizeof(a->until));
	text_in(&root, "gateway", a->gateway, sizeof(a->gateway));
	a->verified = true;
	if ((rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = which_one(req, a->code, &rq.if_match, reterr)) != VT_OK)
		return rc;
	rc = vt_office_address_put(vt_v1_office(req), &rq, a, &r, reterr);
	if (rc != VT_OK && vt_v1_overtaken(req, &rq))
		rc = vt_office_address_put(
		    vt_v1_office(req), &rq, a, &r, reterr);
	if (rc == VT_OK)
		return vt_v1_act_answer(req, res, &r, reterr);
	vt_act_result_free(&r);
	return rc;
}
