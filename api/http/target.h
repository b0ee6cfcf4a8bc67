/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Request targets: decoding, query parameters, matching of patterns. */
#ifndef VT_API_HTTP_TARGET_H
#define VT_API_HTTP_TARGET_H

#include "api/http/http.h"

/*
 * Decodes %XX (and '+' as a space when form). Refuses what is not %XX, control
 * characters and ill-formed UTF-8. NULL when refused or out of memory.
 */
char *vt_http_decode(struct vt_arena *a, struct vt_span s, bool form);

/*
 * Splits name=value&... into at most HTTP_FIELDS_MAX pairs, decoded. False
 * when one is refused by vt_http_decode or there are too many.
 */
bool vt_http_pairs(struct vt_arena *a, struct vt_span s,
    const struct vt_http_param **ret, size_t *ret_n);

/* Path and query of a target: what is before and after the first '?'. */
void vt_http_target_split(
    struct vt_span target, struct vt_span *ret_path, struct vt_span *ret_query);

/*
 * Does the raw path fit the pattern? Parameters are decoded into the arena.
 * At most 8 parameters. False also when out of memory.
 */
bool vt_http_match(struct vt_arena *a, const char *pattern,
    struct vt_span raw_path, const struct vt_http_param **ret, size_t *ret_n);

#endif
