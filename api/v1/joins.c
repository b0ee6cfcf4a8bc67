/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paper originals and e-versions; what may be here already. */
#include "api/office/joins.h"
#include "api/v1/acts.h"

#define ALIKE_MAX 16

int
vt_v1_act_original(struct vt_v1_call *c)
{
	struct vt_original n = {
		.on = vt_in_str(&c->root, "on"),
		.pages = (uint32_t)vt_in_uint(&c->root, "pages", 100000),
		.from = vt_in_str(&c->root, "from"),
		.note = vt_in_str(&c->root, "note"),
	};
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_original(
	    c->office, &c->rq, &c->paper, &n, c->ret, c->reterr);
}

int
vt_v1_act_join(struct vt_v1_call *c)
{
	vt_id other = vt_in_need_id(&c->root, "other");
	const char *note = vt_in_str(&c->root, "note");
	int rc;

	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_join(
	    c->office, &c->rq, &c->paper, &other, note, c->ret, c->reterr);
}

int
vt_v1_alike(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_paper p, *l;
	struct vt_json j;
	size_t n = 0;
	vt_id id;
	int rc;

	l = vt_arena_array(req->arena, ALIKE_MAX, sizeof(*l));
	if (l == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK)
		return rc;
	if (p.direction == VT_DIR_IN &&
	    (rc = vt_office_alike(v, vt_v1_actor(req), &p.meta, &id, l,
		 ALIKE_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "papers");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kid(&j, "id", &l[i].id);
		vt_json_kstr(&j, "state", vt_paper_state_name(l[i].state));
		vt_v1_kstr(&j, "subject", l[i].meta.subject);
		vt_v1_kstr(&j, "arrival", l[i].arrival.text);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}
