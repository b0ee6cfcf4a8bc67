/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renditions: the act that brings one, all of a paper, one to be read. */
#include "api/office/renditions.h"
#include "api/content/content.h"
#include "api/v1/acts.h"
#include "base/limits.h"

#define RENDITIONS_MAX 512

int
vt_v1_renditions(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_rendition *l;
	struct vt_json j;
	size_t n = 0;
	vt_id id;
	int rc;

	l = vt_arena_array(req->arena, RENDITIONS_MAX, sizeof(*l));
	if (l == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_renditions(o, v, vt_v1_actor(req), &id, l,
		 RENDITIONS_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "renditions");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "part", l[i].part);
		vt_json_kuint(&j, "version", l[i].version);
		vt_json_kstr(&j, "kind", vt_rendition_kind_name(l[i].kind));
		vt_json_khash(&j, "of", &l[i].of);
		vt_json_khash(&j, "sha256", &l[i].hash);
		vt_json_kuint(&j, "size", l[i].size);
		vt_json_kstr(&j, "media_type", l[i].media_type);
		vt_json_kstr(&j, "made_by", l[i].by);
		vt_v1_kid(&j, "person", &l[i].person);
		vt_v1_ktime(&j, "time", l[i].time);
		vt_json_kuint(&j, "act", l[i].act);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_rendition(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office *o = vt_v1_office(req);
	struct vt_rendition which = { .kind = vt_rendition_kind_parse(
					  vt_http_param(req, "kind")) };
	uint64_t part, version;
	struct vt_content c;
	vt_id id;
	int rc;

	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_v1_param_uint(
		 req, "n", VT_L(PAPER_PARTS_MAX), &part, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(
		 req, "version", 0, UINT32_MAX, &version, reterr)) != VT_OK)
		return rc;
	which.part = (uint16_t)part;
	which.version = (uint32_t)version;
	rc = vt_office_rendition(o, vt_v1_actor(req), &id, &which, &c, reterr);
	return rc != VT_OK ? rc : vt_content_answer(o, req, res, &c, reterr);
}

int
vt_v1_act_rendition(struct vt_v1_call *c)
{
	struct vt_rendition_order r = {
		.part = (uint16_t)vt_in_uint(
		    &c->root, "part", VT_L(PAPER_PARTS_MAX)),
		.of = vt_in_need_hash(&c->root, "of"),
		.kind =
		    vt_rendition_kind_parse(vt_in_need_str(&c->root, "kind")),
		.upload = vt_in_need_id(&c->root, "upload"),
		.media_type = vt_in_str(&c->root, "media_type"),
		.by = vt_in_need_str(&c->root, "made_by"),
	};
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_render(
	    c->office, &c->rq, &c->paper, &r, c->ret, c->reterr);
}
