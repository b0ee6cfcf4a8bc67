/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The JSON face: /v1 and /healthz. Each handler reads the request, calls one
 * function of the office, prints the answer. Routes and checks are made from
 * api/openapi.yaml (contract.h).
 */
#ifndef VT_API_V1_V1_H
#define VT_API_V1_V1_H

#include "api/http/http.h"
#include "api/office/office.h"

struct vt_v1;

/* office: borrowed. ctx: for the rate of public look-ups. *owned*. */
VT_NODISCARD int vt_v1_new(struct vt_office *office,
    const struct vt_context *ctx, struct vt_v1 **ret, struct vt_err *reterr);
void vt_v1_free(struct vt_v1 *v); /* after vt_http_stop; NULL allowed */

/* Its routes; *borrowed from v*. */
struct vt_http_face vt_v1_face(struct vt_v1 *v);

#endif
