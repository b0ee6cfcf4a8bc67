/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which representations and languages a client takes (RFC 9110 §12.5); pure. */
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
bool vt_http_accepts(const struct vt_http_req *req, const char *const *types);

/*
 * Which of two languages an Accept-Language prefers: true for Vietnamese, false
 * for English, also when it names neither or is absent (p == NULL). A range of
 * either is any that begins with it ("vi-VN"); of equal weight the first holds.
 */
bool vt_http_language_vi(struct vt_span accept_language);

#endif
