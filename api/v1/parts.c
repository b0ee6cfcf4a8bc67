/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a paper: versions, bytes, verdict. */
#include "api/content/content.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

#define VERSIONS_MAX 200

static int
which(struct vt_http_req *req, vt_id *ret_id, uint16_t *ret_part,
    struct vt_err *reterr)
{
	uint64_t n = 0;
	int rc = vt_v1_param_id(req, "id", ret_id, reterr);

	if (rc == VT_OK)
		rc = vt_v1_param_uint(req, "n", UINT16_MAX, &n, reterr);
	*ret_part = (uint16_t)n;
	return rc;
}

static const char *
reason_name(enum vt_version_reason r)
{
	static const char *const names[] = { [VT_VERSION_RECEIVED] = "received",
		[VT_VERSION_EDITED] = "edited",
		[VT_VERSION_LAID] = "laid",
		[VT_VERSION_FILLED] = "filled",
		[VT_VERSION_INITIALLED] = "initialled",
		[VT_VERSION_SIGNED] = "signed",
		[VT_VERSION_SEALED] = "sealed",
		[VT_VERSION_AUGMENTED] = "augmented",
		[VT_VERSION_RENDERED] = "rendered" };

	VT_ASSERT(r >= VT_VERSION_RECEIVED && r <= VT_VERSION_RENDERED);
	return names[r];
}

int
vt_v1_versions(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_version *ver;
	struct vt_paper p;
	struct vt_json j;
	uint64_t after;
	uint16_t part;
	size_t n = 0;
	vt_id id;
	int rc;

	ver = vt_arena_array(req->arena, VERSIONS_MAX, sizeof(*ver));
	if (ver == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = which(req, &id, &part, reterr)) != VT_OK ||
	    (rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_version_list(v, &id, part, (uint32_t)after, ver,
		 VERSIONS_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "versions");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "no", ver[i].no);
		vt_json_kstr(&j, "reason", reason_name(ver[i].reason));
		vt_json_khash(&j, "sha256", &ver[i].hash);
		vt_json_kuint(&j, "size", ver[i].size);
		vt_v1_kid(&j, "person", &ver[i].person);
		vt_v1_ktime(&j, "time", ver[i].time);
		vt_json_kuint(&j, "act", ver[i].act);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < VERSIONS_MAX ? NULL : vt_v1_cursor(req, ver[n - 1].no));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_content(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office *o = vt_v1_office(req);
	struct vt_content c;
	uint64_t version;
	uint16_t part;
	vt_id id;
	int rc;

	if ((rc = which(req, &id, &part, reterr)) != VT_OK ||
	    (rc = vt_v1_query_uint(
		 req, "version", 0, UINT32_MAX, &version, reterr)) != VT_OK ||
	    (rc = vt_office_download(o, vt_v1_actor(req), &id, part,
		 (uint32_t)version, &c, reterr)) != VT_OK)
		return rc;
	return vt_content_answer(o, req, res, &c, reterr);
}

int
vt_v1_validate_part(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *verdict = NULL;
	uint16_t part;
	vt_id id;
	int rc;

	if ((rc = which(req, &id, &part, reterr)) != VT_OK ||
	    (rc = vt_office_validate(vt_v1_office(req), vt_v1_actor(req), &id,
		 part, &verdict, reterr)) != VT_OK)
		return rc;
	return vt_v1_verdict_answer(res, verdict);
}
