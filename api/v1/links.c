/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links between papers: the act that says one, and all of a paper. */
#include "api/office/links.h"
#include "api/v1/acts.h"
#include "base/limits.h"

/* Those of a paper's own row and a page of others; more are not shown. */
#define LINKS_MAX 512

static void
cited_out(struct vt_json *j, const struct vt_answered *c)
{
	vt_json_key(j, "cited");
	vt_json_object(j);
	vt_v1_kstr(j, "agency_code", c->agency_code);
	vt_json_kstr(j, "code", c->code);
	vt_v1_kstr(j, "issued_on", c->issued_on);
	vt_v1_kstr(j, "document_id", c->document_id);
	vt_json_end(j);
}

int
vt_v1_links(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_paper_link *l;
	struct vt_json j;
	size_t n = 0;
	vt_id id;
	int rc;

	l = vt_arena_array(req->arena, LINKS_MAX, sizeof(*l));
	if (l == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_links(o, v, vt_v1_actor(req), &id, l, LINKS_MAX, &n,
		 reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "links");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kstr(&j, "kind", vt_link_kind_name(l[i].kind));
		vt_json_kbool(&j, "back", l[i].back);
		vt_v1_kid(&j, "paper", &l[i].paper);
		if (vt_id_is_zero(&l[i].paper))
			cited_out(&j, &l[i].cited);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_act_link(struct vt_v1_call *c)
{
	struct vt_in_obj cited = vt_in_object(&c->root, "cited");
	struct vt_link_order l = {
		.kind = vt_link_kind_parse(vt_in_need_str(&c->root, "kind")),
		.note = vt_in_str(&c->root, "note"),
	};
	int rc;

	if (vt_in_has(&c->root, "paper"))
		l.paper = vt_in_need_id(&c->root, "paper");
	if (cited.o != NULL) {
		l.cited.agency_code = vt_in_str(&cited, "agency_code");
		l.cited.code = vt_in_need_str(&cited, "code");
		l.cited.issued_on = vt_in_str(&cited, "issued_on");
		l.cited.document_id = vt_in_str(&cited, "document_id");
	}
	if (vt_in_has(&c->root, "version"))
		l.version = vt_in_need_hash(&c->root, "version");
	if ((rc = vt_in_ok(c->root.in)) != VT_OK)
		return rc;
	return vt_office_link(
	    c->office, &c->rq, &c->paper, &l, c->ret, c->reterr);
}
