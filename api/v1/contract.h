/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The contract, api/openapi.yaml, as tables: contract.py makes them when the
 * program is built, so that what callers read and what is served cannot
 * differ. An operation's handler is vt_v1_ and its operationId in snake case.
 */
#ifndef VT_API_V1_CONTRACT_H
#define VT_API_V1_CONTRACT_H

#include "api/http/http.h"
#include "api/v1/schema.h"

struct vt_contract_parameter {
	const char *name; /* in the query */
	const struct vt_schema *schema;
	bool required;
};

enum vt_contract_flag {             /* bits */
	VT_CONTRACT_OPEN = 1,       /* no credentials: security: [] */
	VT_CONTRACT_LIMITED = 2,    /* x-rate: public; so many an hour */
	VT_CONTRACT_IDEMPOTENT = 4, /* wants an Idempotency-Key */
	VT_CONTRACT_IF_MATCH = 8,   /* wants an If-Match */
	VT_CONTRACT_BODY = 16       /* requestBody.required */
};

struct vt_contract_op {
	const char *id; /* operationId */
	uint32_t scope; /* enum vt_scope that a limited credential needs; 0: the
			 * office decides by what is asked */
	unsigned flags; /* enum vt_contract_flag */
	/* Media types, NULL-terminated; NULL: nothing to choose. */
	const char *const *consumes, *const *produces;
	const struct vt_contract_parameter *parameters;
	size_t nparameters;
	const struct vt_schema *body; /* NULL: not JSON */
};

/* Row i of both is the same operation. */
extern const struct vt_http_route vt_contract_routes[];
extern const struct vt_contract_op vt_contract_ops[];
extern const size_t vt_contract_n;

/* The operation of a request that was routed here. */
const struct vt_contract_op *vt_contract_of(const struct vt_http_req *req);

/*
 * The admit of every route: who asks, may he at all, does the request keep to
 * the contract in all that its head says. In this order: VT_E_HTTP_TOO_MANY,
 * VT_E_UNAUTHENTICATED, VT_E_FORBIDDEN (scope), VT_E_PARAMETER_*,
 * VT_E_HTTP_NOT_ACCEPTABLE, VT_E_HTTP_MEDIA_TYPE,
 * VT_E_IDEMPOTENCY_KEY_MISSING, VT_E_PRECONDITION_REQUIRED.
 */
VT_NODISCARD int vt_contract_admit(
    struct vt_http_req *req, struct vt_err *reterr);

#endif
