/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came from elsewhere, as it came, and what was found in it. */
#include "api/content/content.h"
#include "api/office/consign.h"
#include "api/office/quarantine.h"
#include "api/v1/v1_priv.h"
#include "base/text.h"

#define CONSIGNMENTS_MAX 100
#define ARRIVALS_MAX     100

static const char *
edoc_type_name(enum vt_edoc_type t)
{
	switch (t) {
	case VT_EDOC_NEW:
		return "new";
	case VT_EDOC_REVOKE:
		return "revoke";
	case VT_EDOC_UPDATE:
		return "update";
	case VT_EDOC_REPLACE:
		return "replace";
	default:
		return NULL;
	}
}

static void
consignment_out(struct vt_json *j, const struct vt_consignment *c)
{
	vt_json_kid(j, "id", &c->id);
	vt_json_kstr(j, "kind", c->kind == VT_CONSIGN_EDOC ? "edoc" : "status");
	vt_json_kstr(j, "transport", vt_transport_kind_name(c->transport));
	vt_json_kstr(j, "state", vt_consign_state_name(c->state));
	vt_json_kstr(j, "external", c->external);
	vt_v1_kstr(j, "peer", c->peer);
	vt_v1_kstr(j, "headers", c->headers);
	vt_json_khash(j, "sha256", &c->packet);
	vt_json_kuint(j, "size", c->size);
	vt_v1_ktime(j, "received_at", c->received_at);
	vt_json_kstr(j, "type", edoc_type_name(c->type));
	vt_json_key(j, "from");
	vt_json_object(j);
	vt_v1_kstr(j, "code", c->from_code);
	vt_v1_kstr(j, "name", c->from_name);
	vt_json_end(j);
	vt_v1_kstr(j, "document_id", c->document_id);
	vt_v1_kstr(j, "code", c->code);
	vt_v1_kstr(j, "promulgated", c->promulgated);
	vt_v1_kstr(j, "subject", c->subject);
	vt_v1_kstr(j, "note", c->note);
	vt_v1_kid(j, "paper", &c->paper);
	vt_v1_ktime(j, "changed_at", c->changed_at);
	vt_json_kuint(j, "act", c->act);
	vt_json_kuint(j, "last_act", c->last_act);
}

int
vt_v1_list_consignments(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_consignment *c;
	uint64_t before, next = 0;
	struct vt_json j;
	size_t n = 0;
	int rc;

	c = vt_arena_array(req->arena, CONSIGNMENTS_MAX, sizeof(*c));
	if (c == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_query_cursor(req, &before, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_consignments(o, v, vt_v1_actor(req), before, c,
		 CONSIGNMENTS_MAX, &n, &next, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "consignments");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		consignment_out(&j, &c[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next", next == 0 ? NULL : vt_v1_cursor(req, next));
	vt_json_end(&j);
	return VT_OK;
}

/* What the reader found in it, worst first. */
static void
findings_out(struct vt_json *j, const struct vt_found *f, size_t n)
{
	vt_json_key(j, "findings");
	vt_json_array(j);
	for (size_t i = 0; i < n; i++) {
		const char class[2] = { f[i].class, '\0' };

		vt_json_object(j);
		vt_json_kstr(j, "class", class);
		vt_json_kstr(j, "code", f[i].slug);
		vt_json_kstr(j, "at", f[i].at);
		vt_json_kstr(j, "detail", f[i].detail);
		vt_json_kstr(j, "vi", f[i].vi);
		vt_json_kstr(j, "en", f[i].en);
		vt_json_end(j);
	}
	vt_json_end(j);
}

int
vt_v1_read_consignment(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_consign_arrival *a;
	struct vt_found *f = NULL;
	struct vt_consignment c;
	struct vt_json j;
	size_t n = 0, n_found = 0;
	vt_id id;
	int rc;

	a = vt_arena_array(req->arena, ARRIVALS_MAX, sizeof(*a));
	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_consignment(
		 o, v, vt_v1_actor(req), &id, &c, reterr)) != VT_OK ||
	    (rc = vt_consign_log(v, &id, 0, a, ARRIVALS_MAX, &n, reterr)) !=
		VT_OK ||
	    (rc = vt_office_findings(&c, req->arena, &f, &n_found, reterr)) !=
		VT_OK)
		return rc;
	vt_v1_json(res, &j);
	consignment_out(&j, &c);
	findings_out(&j, f, n_found);
	vt_json_key(&j, "arrivals");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kuint(&j, "no", a[i].no);
		vt_v1_ktime(&j, "received_at", a[i].received_at);
		vt_json_khash(&j, "sha256", &a[i].packet);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
	return vt_v1_tagged(req, res, reterr);
}

/* The packet, byte for byte as it came. */
int
vt_v1_consignment_content(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office *o = vt_v1_office(req);
	struct vt_consignment c;
	struct vt_content w;
	struct vt_view *v;
	vt_id id;
	int rc;

	memset(&w, 0, sizeof(w));
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_consignment(o, v, vt_v1_actor(req), &id, &c, reterr);
	if (rc == VT_OK) {
		w.blob.hash = c.packet;
		w.blob.size = c.size;
		vt_text_fit(w.name, sizeof(w.name), c.name);
		vt_text_fit(w.media_type, sizeof(w.media_type), c.media_type);
	}
	vt_view_end(v);
	return rc == VT_OK ? vt_content_answer(o, req, res, &w, reterr) : rc;
}

static int
do_act(struct vt_office *o, const struct vt_request *rq,
    const struct vt_in_obj *root, const vt_id *id, struct vt_act_result *r,
    struct vt_err *reterr)
{
	if (strcmp(vt_in_need_str(root, "act"), "reread") == 0)
		return vt_office_consignment_reread(o, rq, id, r, reterr);
	return vt_office_set_aside(
	    o, rq, id, vt_in_need_str(root, "reason"), r, reterr);
}

int
vt_v1_consignment_act(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	return vt_v1_act_on(req, res, do_act, reterr);
}
