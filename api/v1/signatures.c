/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two-step signing: prepare gives what the holder's own token has to sign,
 * value brings the signature back.
 */
#include <inttypes.h>
#include <stdio.h>

#include "api/v1/kept.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

static void
order_in(const struct vt_in_obj *root, struct vt_signing_order *ret)
{
	static const struct {
		const char *name;
		enum vt_signing_act act;
	} acts[] = {
		{ "initial", VT_SIGNING_INITIALS },
		{ "sign", VT_SIGNING_COMPETENT },
		{ "seal", VT_SIGNING_SEAL },
	};
	const char *name = vt_in_need_str(root, "act");
	bool known = false;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].name, name) == 0) {
			ret->act = acts[i].act;
			known = true;
		}
	if (!known)
		(void)vt_in_fail(
		    root, "act", VT_E_INVALID, "wanted initial, sign or seal");
	ret->number_first = vt_in_bool(root, "number_first");
	ret->reason = vt_in_str(root, "reason");
}

static const struct vt_span *
chain_in(const struct vt_in_obj *root, size_t *ret_n)
{
	size_t n = vt_in_array(root, "chain", VT_L(CHAIN_MAX));
	struct vt_span *v;

	*ret_n = 0;
	if (n == 0)
		return NULL;
	v = vt_arena_array(root->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(root, "chain", VT_E_LIMIT, "too large");
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = vt_in_item_bytes(root, "chain", i);
	*ret_n = n;
	return v;
}

static void
prepared_out(struct vt_http_res *res, const struct vt_office_prepared *p)
{
	char id[VT_ID_TEXT + 1], where[80], rev[24];
	struct vt_json j;

	vt_id_text(&p->id, id);
	snprintf(where, sizeof(where), "/v1/signatures/%s/value", id);
	snprintf(rev, sizeof(rev), "%" PRIu64, p->paper_rev);
	res->status = 201;
	vt_v1_json(res, &j);
	vt_http_res_etag(res, rev);
	vt_json_kid(&j, "signature", &p->id);
	vt_json_kstr(&j, "value", where);
	vt_v1_ktime(&j, "expires", p->expires);
	vt_json_kstr(&j, "algorithm", p->algorithm);
	vt_json_key(&j, "signed_attributes");
	vt_json_base64(&j, vt_buf_view(&p->attrs));
	vt_json_khash(&j, "signed_attributes_sha256", &p->attrs_digest);
	vt_json_khash(&j, "document_sha256", &p->document_digest);
	vt_json_kuint(&j, "rev", p->paper_rev);
	vt_v1_kstr(&j, "number", p->number_text);
	vt_json_end(&j);
}

int
vt_v1_prepare_signature(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_office_prepared p = { .attrs = VT_BUF_INIT };
	struct vt_signing_order order;
	const struct vt_span *chain;
	struct vt_in_obj root;
	struct vt_request rq;
	bool done = false;
	size_t nchain;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	order_in(&root, &order);
	chain = chain_in(&root, &nchain);
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, &id, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_kept_answer(req, &rq, res, &done, reterr)) != VT_OK ||
	    done)
		return rc;
	rc = vt_office_prepare(
	    vt_v1_office(req), &rq, &id, &order, chain, nchain, &p, reterr);
	if (rc == VT_E_FIELD_REQUIRED)
		vt_in_about(&root, "chain");
	if (rc != VT_OK)
		return rc;
	prepared_out(res, &p);
	vt_office_prepared_free(&p);
	return vt_v1_kept_end(req, &rq, res, &vt_v1_kept_a_week, reterr);
}

int
vt_v1_complete_signature(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_in_obj root;
	struct vt_request rq;
	struct vt_span value;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	value = vt_in_need_bytes(&root, "value");
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK)
		return rc;
	rc = vt_office_complete(vt_v1_office(req), &rq, &id, value, &r, reterr);
	if (rc != VT_OK && vt_v1_overtaken(req, &rq))
		rc = vt_office_complete(
		    vt_v1_office(req), &rq, &id, value, &r, reterr);
	if (rc == VT_OK)
		return vt_v1_act_answer(req, res, &r, reterr);
	vt_act_result_free(&r);
	return rc;
}
