/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public pages: a result by its code, a download with one more fact that
 * the holder knows, a check of any PDF. No account, no cookie, works without
 * JavaScript, Vietnamese first (?lang=en).
 */
#ifndef VT_API_CITIZEN_CITIZEN_H
#define VT_API_CITIZEN_CITIZEN_H

#include "api/http/http.h"
#include "api/office/office.h"

struct vt_citizen;

/* office: borrowed. *owned*. */
VT_NODISCARD int vt_citizen_new(struct vt_office *office,
    const struct vt_context *ctx, struct vt_citizen **ret,
    struct vt_err *reterr);
void vt_citizen_free(struct vt_citizen *c); /* after vt_http_stop */

/* Its routes; *borrowed from c*. */
struct vt_http_face vt_citizen_face(struct vt_citizen *c);

#endif
