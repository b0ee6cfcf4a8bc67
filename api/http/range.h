/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte ranges and entity tags (RFC 9110 §14, §8.8.3, §13.1); pure. */
#ifndef VT_API_HTTP_RANGE_H
#define VT_API_HTTP_RANGE_H

#include "base/span.h"

enum vt_http_range {
	VT_HTTP_RANGE_WHOLE, /* none, not understood, or several: send all */
	VT_HTTP_RANGE_PART,
	VT_HTTP_RANGE_OUTSIDE, /* 416 */
};

/* header: value of Range, p == NULL when absent. size: of the whole. */
enum vt_http_range vt_http_range_parse(
    struct vt_span header, uint64_t size, uint64_t *ret_off, uint64_t *ret_n);

struct vt_http_etag {
	struct vt_span tag; /* between the quotes, of the list */
	bool weak;
};

/* The next of a list of entity tags; *at begins at 0. False at its end, or
 * where it is none any more. */
bool vt_http_etag_next(
    struct vt_span list, size_t *at, struct vt_http_etag *ret);

/*
 * Does a list of entity tags ("*", or "a", W/"b", ...) name the tag? weak:
 * W/ tags count as equal (If-None-Match); else only strong ones (If-Match).
 */
bool vt_http_etag_listed(struct vt_span list, const char *token, bool weak);

#endif
