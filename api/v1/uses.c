/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looked at a paper; how often papers were used. */
#include "api/office/uses.h"

#include "api/v1/v1_priv.h"

#define PAGE_MAX 100

int
vt_v1_list_reads(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_read *r;
	struct vt_person p;
	struct vt_json j;
	uint64_t before;
	size_t n = 0;
	vt_id id;
	int rc;

	r = vt_arena_array(req->arena, PAGE_MAX, sizeof(*r));
	if (r == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &before, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_reads(o, v, vt_v1_actor(req), &id, before, r,
		 PAGE_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "reads");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "index", r[i].index);
		vt_v1_ktime(&j, "time", r[i].at);
		if (r[i].at != r[i].time)
			vt_v1_ktime(&j, "recorded", r[i].time);
		vt_v1_kid(&j, "person", &r[i].person);
		if (vt_person_get(v, &r[i].person, &p, NULL) == VT_OK) {
			vt_json_kstr(&j, "name", p.name);
			if (r[i].post > 0 && r[i].post <= p.n_posts)
				vt_v1_kstr(&j, "position",
				    p.posts[r[i].post - 1].position);
		}
		vt_json_kstr(&j, "use", vt_use_name(r[i].use));
		vt_json_kuint(&j, "part", r[i].part);
		vt_json_khash(&j, "sha256", &r[i].main);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < PAGE_MAX ? NULL : vt_v1_cursor(req, r[n - 1].index));
	vt_json_end(&j);
	return VT_OK;
}

static void
counts_out(struct vt_json *j, const struct vt_use_row *r)
{
	for (int u = VT_USE_OPEN; u < VT_USE__MAX; u++)
		vt_json_kuint(j, vt_use_name((enum vt_use)u), r->n[u]);
	vt_json_end(j);
}

int
vt_v1_list_uses(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(VT_L(USES_ARENA));
	const char *month = vt_http_query(req, "month");
	struct vt_use_report r;
	struct vt_json j;
	int rc;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "uses: no memory");
	if ((rc = vt_office_uses(vt_v1_office(req), vt_v1_actor(req), month, a,
		 &r, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "month", month);
	vt_json_key(&j, "rows");
	vt_json_array(&j);
	for (size_t i = 0; i < r.n_rows; i++) {
		vt_json_object(&j);
		vt_json_kstr(&j, "paper", r.rows[i].id);
		vt_v1_kstr(&j, "number", r.rows[i].number);
		vt_json_kstr(&j, "subject", r.rows[i].subject);
		counts_out(&j, &r.rows[i]);
	}
	vt_json_end(&j);
	vt_json_key(&j, "rest");
	vt_json_object(&j);
	counts_out(&j, &r.rest);
	vt_json_key(&j, "total");
	vt_json_object(&j);
	counts_out(&j, &r.total);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_export_uses(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	vt_http_res_type(res, "text/csv; charset=utf-8");
	return vt_office_uses_csv(vt_v1_office(req), vt_v1_actor(req),
	    vt_http_query(req, "month"), &res->body, reterr);
}
