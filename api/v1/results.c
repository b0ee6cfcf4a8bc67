/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results for citizens: made from data here, looked up by code by anyone. */
#include "api/office/uses.h"
#include "api/v1/v1_priv.h"
#include "base/limits.h"

static const char *const *
lines_in(const struct vt_in_obj *o, const char *key, size_t *ret_n)
{
	size_t n = vt_in_array(o, key, VT_L(RESULT_LINES_MAX));
	const char **v;

	*ret_n = 0;
	if (n == 0)
		return NULL;
	v = vt_arena_array(o->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(o, key, VT_E_LIMIT, "too many");
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = vt_in_item_str(o, key, i);
	*ret_n = n;
	return v;
}

static const struct vt_notice_fact *
facts_in(const struct vt_in_obj *o, size_t *ret_n)
{
	size_t n = vt_in_array(o, "facts", VT_L(RESULT_FACTS_MAX));
	struct vt_notice_fact *v;

	*ret_n = 0;
	if (n == 0)
		return NULL;
	v = vt_arena_array(o->in->req->arena, n, sizeof(*v));
	if (v == NULL) {
		(void)vt_in_fail(o, "facts", VT_E_LIMIT, "too many");
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		struct vt_in_obj f = vt_in_item(o, "facts", i);

		v[i].label = vt_in_need_str(&f, "label");
		v[i].value = vt_in_need_str(&f, "value");
	}
	*ret_n = n;
	return v;
}

static void
notice_in(const struct vt_in_obj *o, struct vt_notice *n)
{
	memset(n, 0, sizeof(*n));
	n->parent = vt_in_str(o, "parent");
	n->type_name = vt_in_need_str(o, "type_name");
	n->subject = vt_in_need_str(o, "subject");
	n->citizen = vt_in_need_str(o, "citizen");
	n->case_code = vt_in_need_str(o, "case_code");
	n->facts = facts_in(o, &n->n_facts);
	n->body = lines_in(o, "body", &n->n_body);
	n->authority = vt_in_str(o, "authority");
	n->title = vt_in_need_str(o, "title");
	n->signer = vt_in_need_str(o, "signer");
	n->copies = lines_in(o, "copies", &n->n_copies);
}

int
vt_v1_make_result(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *fact = NULL;
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	const char *notation;
	struct vt_in_obj root;
	struct vt_notice n;
	struct vt_request rq;
	struct vt_json j;
	char code[32];
	VT_IN_AUTO(in);
	int rc;

	if ((rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	/* Kept as a salted hash only, so it stays out of the request's. */
	fact = vt_in_take_secret(&root, "holder_fact");
	if (fact == NULL)
		(void)vt_in_fail(
		    &root, "holder_fact", VT_E_INVALID, "is required");
	notation = vt_in_need_str(&root, "notation");
	notice_in(&root, &n);
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK)
		return rc;
	rc = vt_office_result(vt_v1_office(req), &rq, &n,
	    (const char *)vt_secret_view(fact).p, notation, &r, code, reterr);
	if (rc == VT_OK) {
		res->status = 201;
		vt_v1_json(res, &j);
		vt_v1_act_headers(req, res, &r);
		vt_json_kstr(&j, "code", code);
		vt_v1_act_fields(&j, &r);
		vt_json_end(&j);
	}
	vt_act_result_free(&r);
	return rc;
}

int
vt_v1_look_up_result(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_v1 *v = req->app;
	struct vt_public_result p;
	struct vt_json j;
	int rc;

	if ((rc = vt_office_public(
		 v->office, vt_http_param(req, "code"), &p, reterr)) != VT_OK)
		return rc;
	if (p.status == VT_PUBLIC_VALID)
		vt_office_count_use(v->office, p.code, VT_USE_CHECK);
	vt_v1_json(res, &j);
	vt_json_kstr(&j, "code", p.code);
	vt_json_kstr(
	    &j, "status", p.status == VT_PUBLIC_VALID ? "valid" : "not-issued");
	vt_json_key(&j, "issuer");
	vt_json_object(&j);
	vt_json_kstr(&j, "code", p.issuer_code);
	vt_json_kstr(&j, "name", p.issuer);
	vt_json_end(&j);
	vt_v1_kstr(&j, "type", p.type);
	if (p.status == VT_PUBLIC_VALID) {
		vt_v1_kstr(&j, "subject", p.subject);
		vt_v1_kstr(&j, "number", p.number);
		vt_v1_ktime(&j, "date", p.date);
		vt_v1_kstr(&j, "holder", p.masked_holder);
		vt_json_key(&j, "facts");
		vt_json_array(&j);
		for (size_t i = 0; i < p.n_facts; i++) {
			vt_json_object(&j);
			vt_json_kstr(&j, "label", p.facts[i].label);
			vt_json_kstr(&j, "value", p.facts[i].value);
			vt_json_end(&j);
		}
		vt_json_end(&j);
		vt_json_kuint(&j, "pages", p.pages);
		vt_json_khash(&j, "sha256", &p.hash);
		vt_json_kuint(&j, "size", p.size);
	}
	vt_json_end(&j);
	return VT_OK;
}
