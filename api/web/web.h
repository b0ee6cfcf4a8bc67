/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The officer's desk under /desk: sign in, see what waits, read a paper, do
 * what this person may do with it now, register what arrives, find. Rendered
 * here, works without JavaScript, Vietnamese first.
 */
#ifndef VT_API_WEB_WEB_H
#define VT_API_WEB_WEB_H

#include "api/http/http.h"
#include "api/office/office.h"

struct vt_oidc_provider;
struct vt_web;

struct vt_web_options {
	struct vt_office *office; /* borrowed */
	const struct vt_context *ctx;
	/* Browsers reach it by https only, here or at a proxy in front: the
	 * cookie is then Secure and bound to this host. */
	bool secure;
	/* Identity providers to sign in by: links to api/oidc's addresses.
	 * Borrowed; may be none. */
	const struct vt_oidc_provider *providers;
	size_t n_providers;
};

/* *owned*. VT_E_NOMEM. */
VT_NODISCARD int vt_web_new(
    const struct vt_web_options *o, struct vt_web **ret, struct vt_err *reterr);
void vt_web_free(struct vt_web *w); /* after vt_http_stop; NULL allowed */

/* Its routes; *borrowed from w*. */
struct vt_http_face vt_web_face(struct vt_web *w);

#endif
