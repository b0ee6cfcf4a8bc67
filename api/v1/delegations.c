/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delegations: given, listed, revoked. */
#include "api/office/accounts.h"
#include "api/office/delegation.h"
#include "api/v1/v1_priv.h"

#define PAGE_MAX 32

static void
delegation_out(struct vt_json *j, const struct vt_delegation *d)
{
	vt_json_object(j);
	vt_json_kid(j, "id", &d->id);
	vt_json_kid(j, "from", &d->from);
	vt_json_kid(j, "to", &d->to);
	vt_json_key(j, "duties");
	vt_json_array(j);
	for (int i = 0; i < VT_DUTY__MAX; i++)
		if (vt_duties_has(&d->duties, (enum vt_duty)i))
			vt_json_str(j, vt_duty_name((enum vt_duty)i));
	vt_json_end(j);
	vt_v1_ktime(j, "since", d->since);
	vt_v1_ktime(j, "until", d->until);
	vt_v1_kid(j, "paper", &d->paper);
	vt_v1_kstr(j, "text", d->text);
	vt_v1_ktime(j, "made_at", d->made_at);
	vt_v1_ktime(j, "revoked_at", d->revoked_at);
	vt_v1_kid(j, "revoked_by", &d->revoked_by);
	vt_json_end(j);
}

static const char *
cursor_of(struct vt_http_req *req, const struct vt_delegation *d)
{
	char text[2 * VT_ID_TEXT + 1], id[VT_ID_TEXT + 1];

	vt_id_text(&d->to, id);
	memcpy(text, id, VT_ID_TEXT);
	vt_id_text(&d->id, id);
	memcpy(text + VT_ID_TEXT, id, VT_ID_TEXT + 1);
	return vt_v1_cursor_text(req, text);
}

static int
cursor_in(struct vt_http_req *req, struct vt_delegation *ret, bool *ret_any,
    struct vt_err *reterr)
{
	const char *s;
	int rc = vt_v1_query_cursor_text(req, &s, reterr);

	*ret_any = rc == VT_OK && s[0] != '\0';
	if (*ret_any &&
	    (strlen(s) != (size_t)2 * VT_ID_TEXT ||
		!vt_id_parse(VT_SPAN(s, VT_ID_TEXT), &ret->to) ||
		!vt_id_parse(VT_SPAN(s + VT_ID_TEXT, VT_ID_TEXT), &ret->id)))
		rc = vt_err_set(reterr, VT_E_CURSOR_FOREIGN,
		    "cursor: not one of this list");
	return rc;
}

int
vt_v1_list_delegations(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_delegation *d, after = { 0 };
	struct vt_json j;
	size_t n = 0;
	bool any;
	int rc;

	d = vt_arena_array(req->arena, PAGE_MAX, sizeof(*d));
	if (d == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = cursor_in(req, &after, &any, reterr)) != VT_OK ||
	    (rc = vt_office_delegations(vt_v1_office(req), vt_v1_actor(req),
		 any ? &after : NULL, d, PAGE_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "delegations");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++)
		delegation_out(&j, &d[i]);
	vt_json_end(&j);
	vt_json_kstr(
	    &j, "next", n < PAGE_MAX ? NULL : cursor_of(req, &d[n - 1]));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_get_delegation(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_delegation d;
	struct vt_json j;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_office_delegation(vt_v1_office(req), vt_v1_actor(req), &id,
		 &d, reterr)) != VT_OK)
		return rc;
	vt_http_res_type(res, "application/json");
	vt_json_open(&j, &res->body, false);
	delegation_out(&j, &d);
	return VT_OK;
}

static vt_time
time_in(const struct vt_in_obj *root, const char *name)
{
	vt_time t = 0;

	if (vt_time_parse_rfc3339(vt_in_need_str(root, name), &t, NULL) !=
	    VT_OK)
		(void)vt_in_fail(
		    root, name, VT_E_INVALID, "a time after RFC 3339 wanted");
	return t;
}

static void
duties_in(const struct vt_in_obj *root, struct vt_duties *ret)
{
	size_t n = vt_in_array(root, "duties", 64);
	enum vt_duty duty;

	for (size_t i = 0; i < n; i++) {
		const char *s = vt_in_item_str(root, "duties", i);

		if (s == NULL || !vt_duty_parse(s, &duty))
			(void)vt_in_fail(root, "duties", VT_E_INVALID,
			    "there is no such duty");
		else
			vt_duties_add(ret, duty);
	}
}

int
vt_v1_delegate(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_delegation d = { 0 };
	struct vt_request rq;
	struct vt_in_obj root;
	const char *text;
	bool done = false;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_DELEGATE, reterr)) !=
	    VT_OK)
		return rc;
	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	d.to = vt_in_need_id(&root, "to");
	duties_in(&root, &d.duties);
	d.since = time_in(&root, "since");
	d.until = time_in(&root, "until");
	if (vt_in_has(&root, "paper"))
		d.paper = vt_in_need_id(&root, "paper");
	text = vt_in_str(&root, "text");
	if (text != NULL &&
	    snprintf(d.text, sizeof(d.text), "%s", text) >= (int)sizeof(d.text))
		(void)vt_in_fail(&root, "text", VT_E_LIMIT, "too long");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_delegate(
		 vt_v1_office(req), &rq, &d, &id, reterr)) != VT_OK)
		return rc;
	vt_v1_created(res, &id);
	return VT_OK;
}

int
vt_v1_revoke_delegation(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_request rq;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_removal(req, &rq, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	return vt_office_revoke(vt_v1_office(req), &rq, &id, reterr);
}
