/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/v1/contract.h"

#include "api/http/accept.h"
#include "api/http/rate.h"
#include "api/v1/v1_priv.h"

const struct vt_contract_op *
vt_contract_of(const struct vt_http_req *req)
{
	size_t i = (size_t)(req->route - vt_contract_routes);

	VT_ASSERT(i < vt_contract_n);
	return &vt_contract_ops[i];
}

/* --- who --- */

static int
admit_who(struct vt_http_req *req, const struct vt_contract_op *op,
    struct vt_err *reterr)
{
	const struct vt_v1 *v = req->app;
	const struct vt_actor *a;
	int rc;

	if ((op->flags & VT_CONTRACT_LIMITED) != 0 &&
	    (rc = vt_http_rate_take(v->public_rate, req->peer,
		 &req->retry_after_s, reterr)) != VT_OK)
		return rc;
	if ((op->flags & VT_CONTRACT_OPEN) != 0)
		return VT_OK;
	if ((rc = vt_v1_admit(req, reterr)) != VT_OK)
		return rc;
	a = vt_v1_actor(req);
	if (op->scope != 0 && a->scoped && (a->scopes & op->scope) == 0)
		return vt_err_set(reterr, VT_E_SCOPE, "%s wants the scope %s",
		    op->id, vt_scope_name((enum vt_scope)op->scope));
	return VT_OK;
}

/* --- the query --- */

static int
wrong_parameter(struct vt_http_req *req, const char *name, enum vt_code code,
    const char *what, struct vt_err *reterr)
{
	req->parameter = name;
	return vt_err_set(reterr, code, "parameter %s: %s", name, what);
}

static int
admit_query(struct vt_http_req *req, const struct vt_contract_op *op,
    struct vt_err *reterr)
{
	for (size_t i = 0; i < req->nquery; i++) {
		const struct vt_contract_parameter *p = NULL;
		const char *name = req->query[i].name;

		for (size_t k = 0; k < op->nparameters && p == NULL; k++)
			if (strcmp(op->parameters[k].name, name) == 0)
				p = &op->parameters[k];
		if (p == NULL)
			return wrong_parameter(req, name,
			    VT_E_PARAMETER_UNKNOWN,
			    "there is no such parameter here", reterr);
		for (size_t k = 0; k < i; k++)
			if (strcmp(req->query[k].name, name) == 0)
				return wrong_parameter(req, name,
				    VT_E_PARAMETER_VALUE, "stands twice",
				    reterr);
		req->parameter = name;
		if (vt_schema_check_text(
			p->schema, name, req->query[i].value, reterr) != VT_OK)
			return VT_E_PARAMETER_VALUE;
		req->parameter = NULL;
	}
	for (size_t k = 0; k < op->nparameters; k++)
		if (op->parameters[k].required &&
		    vt_http_query(req, op->parameters[k].name) == NULL)
			return wrong_parameter(req, op->parameters[k].name,
			    VT_E_PARAMETER_VALUE, "is required", reterr);
	return VT_OK;
}

/* --- representations --- */

/* A body without a type is bytes of no known kind (RFC 9110 §8.3). */
static bool
listed(const char *const *types, const struct vt_http_req *req)
{
	bool none = vt_http_header(req, "Content-Type").p == NULL;

	for (; *types != NULL; types++)
		if (strcmp(*types, "*/*") == 0 ||
		    (none && strcmp(*types, "application/octet-stream") == 0) ||
		    (!none && vt_http_type_is(req, *types)))
			return true;
	return false;
}

static int
admit_types(struct vt_http_req *req, const struct vt_contract_op *op,
    struct vt_err *reterr)
{
	if (op->produces != NULL && !vt_http_accepts(req, op->produces))
		return vt_err_set(reterr, VT_E_HTTP_NOT_ACCEPTABLE,
		    "Accept: RFC 9110 §12.5.1: this answer is %s",
		    op->produces[0]);
	/* A body that is not there has no type. */
	if (op->consumes == NULL || !req->has_body || listed(op->consumes, req))
		return VT_OK;
	return vt_err_set(reterr, VT_E_HTTP_MEDIA_TYPE,
	    "Content-Type: RFC 9110 §15.5.16: wanted %s", op->consumes[0]);
}

int
vt_contract_admit(struct vt_http_req *req, struct vt_err *reterr)
{
	const struct vt_contract_op *op = vt_contract_of(req);
	struct vt_span key;
	int rc;

	if ((rc = admit_who(req, op, reterr)) != VT_OK ||
	    (rc = admit_query(req, op, reterr)) != VT_OK ||
	    (rc = admit_types(req, op, reterr)) != VT_OK)
		return rc;
	if ((op->flags & VT_CONTRACT_IDEMPOTENT) != 0) {
		rc = vt_http_idempotency_key(req, &key, reterr);
		/* The office makes keys of its own out of these. */
		if (rc == VT_OK && key.n > VT_L(API_KEY_MAX))
			rc = vt_err_set(reterr, VT_E_SYNTAX,
			    "Idempotency-Key: at most %zu characters",
			    VT_L(API_KEY_MAX));
		if (rc != VT_OK)
			return rc;
	}
	if ((op->flags & VT_CONTRACT_IF_MATCH) != 0 &&
	    vt_http_header(req, "If-Match").p == NULL)
		return vt_err_set(reterr, VT_E_PRECONDITION_REQUIRED,
		    "If-Match: RFC 6585 §3: wanted the ETag of the record "
		    "that was read");
	return VT_OK;
}
