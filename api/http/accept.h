/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which representations a client takes (RFC 9110 §12.5.1); pure. */
#ifndef VT_API_HTTP_ACCEPT_H
#define VT_API_HTTP_ACCEPT_H

#include "api/http/http.h"

/*
 * Does the Accept header (p == NULL: absent, takes all) let one of the types
 * through? types: "application/json", NULL-terminated. The most specific range
 * decides; q=0 refuses. What is not a media range is passed over.
 */
bool vt_http_accept_lists(struct vt_span accept, const char *const *types);

/* The same for a request. */
bool vt_http_accepts(
    const struct vt_http_req *req, const char *const *types);

#endif
