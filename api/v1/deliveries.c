/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deliveries: what waits for us, receiving it, what became of what we sent. */
#include "api/v1/v1_priv.h"

#define INBOX_MAX 200
#define SENT_MAX  1000

static const char *
state_name(enum vt_delivery_state s)
{
	static const char *const names[] = { [VT_DELIVERY_WAITING] = "waiting",
		[VT_DELIVERY_ARRIVED] = "arrived",
		[VT_DELIVERY_REGISTERED] = "registered",
		[VT_DELIVERY_REFUSED] = "refused",
		[VT_DELIVERY_FAILED] = "failed",
		[VT_DELIVERY_PRINT] = "print" };

	VT_ASSERT(s >= VT_DELIVERY_WAITING && s <= VT_DELIVERY_PRINT);
	return names[s];
}

static void
deliveries_out(
    struct vt_http_res *res, const struct vt_delivery *d, size_t n, bool sent)
{
	struct vt_json j;

	vt_v1_json(res, &j);
	vt_json_key(&j, "deliveries");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		vt_json_kid(&j, "id", &d[i].id);
		/* The paper is the sender's; the receiver makes its own. */
		if (sent)
			vt_json_kid(&j, "paper", &d[i].paper);
		vt_json_key(&j, "to");
		vt_json_object(&j);
		vt_v1_kstr(&j, "code", d[i].to.code);
		vt_v1_kstr(&j, "name", d[i].to.name);
		vt_json_end(&j);
		vt_json_kstr(&j, "state", state_name(d[i].state));
		vt_v1_kstr(&j, "note", d[i].note);
		vt_v1_ktime(&j, "created_at", d[i].created_at);
		vt_v1_ktime(&j, "changed_at", d[i].changed_at);
		vt_json_key(&j, "receipt");
		if (d[i].receipt.n == 0)
			vt_json_null(&j);
		else
			vt_json_base64(&j, d[i].receipt);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_end(&j);
}

int
vt_v1_inbox(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_delivery *d;
	size_t n = 0;
	int rc;

	d = vt_arena_array(req->arena, INBOX_MAX, sizeof(*d));
	if (d == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_inbox(
		 o, v, vt_v1_actor(req), d, INBOX_MAX, &n, reterr)) != VT_OK)
		return rc;
	deliveries_out(res, d, n, false);
	return VT_OK;
}

int
vt_v1_sent(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_office *o = vt_v1_office(req);
	struct vt_delivery *d;
	struct vt_paper p;
	size_t n = 0;
	vt_id id;
	int rc;

	d = vt_arena_array(req->arena, SENT_MAX, sizeof(*d));
	if (d == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(o), &v, reterr)) != VT_OK ||
	    (rc = vt_office_paper(o, v, vt_v1_actor(req), &id, &p, reterr)) !=
		VT_OK ||
	    (rc = vt_delivery_list(v, &id, d, SENT_MAX, &n, reterr)) != VT_OK)
		return rc;
	deliveries_out(res, d, n, true);
	return VT_OK;
}

int
vt_v1_receive(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_in_obj root;
	struct vt_request rq;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	if (strcmp(vt_in_need_str(&root, "act"), "receive") != 0)
		(void)vt_in_fail(
		    &root, "act", VT_E_INVALID, "wanted \"receive\"");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, false, &rq, reterr)) != VT_OK)
		return rc;
	rc = vt_office_receive(vt_v1_office(req), &rq, &id, &r, reterr);
	if (rc == VT_OK)
		return vt_v1_act_answer(req, res, &r, reterr);
	vt_act_result_free(&r);
	return rc;
}
