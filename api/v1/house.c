/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of the house, to be read: agencies. */
#include "api/v1/v1_priv.h"

#define AGENCIES_MAX 100

static void
agency_out(struct vt_json *j, struct vt_view *v, const struct vt_agency *a)
{
	struct vt_agency next;

	vt_json_kid(j, "id", &a->id);
	vt_json_kstr(j, "code", a->now.code);
	vt_json_kstr(j, "name", a->now.name);
	vt_v1_kstr(j, "short_name", a->now.short_name);
	vt_v1_kstr(j, "place", a->now.place);
	vt_json_key(j, "successor");
	if (a->successor == 0 ||
	    vt_agency_get(v, a->successor, &next, NULL) != VT_OK)
		vt_json_null(j);
	else
		vt_json_str(j, next.now.code);
	vt_json_key(j, "names");
	vt_json_array(j);
	for (size_t i = 0; i < a->n_names; i++) {
		vt_json_object(j);
		vt_v1_ktime(j, "from", a->names[i].from);
		vt_json_kstr(j, "code", a->names[i].code);
		vt_json_kstr(j, "name", a->names[i].name);
		vt_json_end(j);
	}
	vt_json_end(j);
}

int
vt_v1_list_agencies(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency *a;
	struct vt_json j;
	uint64_t after;
	size_t n = 0;
	int rc;

	a = vt_arena_array(req->arena, AGENCIES_MAX, sizeof(*a));
	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK ||
	    (rc = vt_agency_list(
		 v, (uint32_t)after, a, AGENCIES_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "agencies");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		agency_out(&j, v, &a[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < AGENCIES_MAX ? NULL : vt_v1_cursor(req, a[n - 1].no));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_read_agency(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_json j;
	int rc;

	if ((rc = vt_office_may_read(vt_v1_actor(req), reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, vt_http_param(req, "code"), &a, reterr);
	if (rc == VT_E_AGENCY_UNKNOWN)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "there is no agency of this code here");
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	agency_out(&j, v, &a);
	vt_json_end(&j);
	return vt_v1_tagged(req, res, reterr);
}
