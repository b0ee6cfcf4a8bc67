/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A form's fields, as a browser sends them: urlencoded, or multipart with one
 * small file. Longer files are streamed (arrive.c). */
#ifndef VT_API_WEB_FORM_H
#define VT_API_WEB_FORM_H

#include "api/http/http.h"
#include "base/secret.h"
#include "base/time.h"

struct vt_webform_field {
	const char *name, *value;
};

struct vt_webform {
	const struct vt_webform_field *fields; /* in the request's arena */
	size_t n;
	struct vt_span file; /* of a multipart form; p NULL: none */
};

/*
 * Reads req->body. Values are UTF-8 without control characters but TAB and LF
 * (CR LF becomes LF). Errors: VT_E_SYNTAX, VT_E_LIMIT (fields), VT_E_NOMEM,
 * VT_E_HTTP_MEDIA_TYPE.
 */
VT_NODISCARD int vt_webform_read(
    struct vt_http_req *req, struct vt_webform *ret, struct vt_err *reterr);

/* The first field of this name, "" when there is none. form may be NULL. */
const char *vt_webform_get(const struct vt_webform *form, const char *name);
bool vt_webform_has(const struct vt_webform *form, const char *name);

/* A field that is a secret. *ret owned (vt_secret_free). VT_E_NOMEM. */
VT_NODISCARD int vt_webform_secret(const struct vt_webform *form,
    const char *name, struct vt_secret **ret, struct vt_err *reterr);

/* Is this a value as above? Rewrites CR LF in place. */
bool vt_webform_clean(char *value);

/* SHA-256 over a name and the fields that say what is asked for: not those
 * that only prove who asks (csrf, pin). */
vt_hash vt_webform_hash(const struct vt_webform *form, const char *what);

/* A hidden number of ours; 0 when it is none. */
uint64_t vt_webform_number(const struct vt_webform *form, const char *name);

/* "2026-03-02" or "2026-03-02T08:30", as a browser sends it, in Vietnam;
 * VT_TIME_NONE: neither. */
vt_time vt_webform_moment(const char *value);

#endif
