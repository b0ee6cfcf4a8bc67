/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two addresses that signing in by an identity provider needs, under
 * /desk/oidc: GET /desk/oidc/{provider}/go?next=/desk/... leaves for it, GET
 * /desk/oidc/{provider} is where it sends the browser back to. A session that
 * begins here is the desk's: same cookie.
 */
#ifndef VT_API_OIDC_FACE_H
#define VT_API_OIDC_FACE_H

#include "api/http/http.h"
#include "api/office/oidc.h"

struct vt_oidc_face;

/*
 * oidc: borrowed. secure: browsers come by https only (as the desk's option).
 * *owned*. VT_E_NOMEM.
 */
VT_NODISCARD int vt_oidc_face_new(struct vt_oidc *oidc,
    const struct vt_context *ctx, bool secure, struct vt_oidc_face **ret,
    struct vt_err *reterr);
void vt_oidc_face_free(struct vt_oidc_face *f); /* after vt_http_stop */

/* *Borrowed from f*. */
struct vt_http_face vt_oidc_face(struct vt_oidc_face *f);

#endif
