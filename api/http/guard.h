/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The header guard: refuses what the HTTP library lets pass and two parsers
 * could read in two ways (RFC 9112 §11.2, request smuggling). A pure function
 * of the header block and of what the library made of it.
 */
#ifndef VT_API_HTTP_GUARD_H
#define VT_API_HTTP_GUARD_H

#include "api/http/http.h"

/*
 * The block runs from the first byte of the request line to the last byte of
 * the empty line. The library has overwritten with NUL the blanks of the
 * request line, each field's colon and both bytes of each line's end; target
 * is a copy made before its '?', '=' and '&' were overwritten too, and
 * target_at is its place in the block. method, version and fields lie inside
 * the block, in the order received.
 *
 * What cannot be told from such a block: NULs that were sent right beside a
 * line's end. They count as part of that end, as they do for the library.
 */
struct vt_http_head {
	struct vt_span block;
	struct vt_span method, target, version;
	size_t target_at;
	const struct vt_http_field *fields;
	size_t nfields;
};

/* What the headers say of the body. */
struct vt_http_length {
	bool chunked;
	bool declared;   /* Content-Length is there */
	uint64_t length; /* its value */
};

/*
 * Checks, in this order: sizes; that request line and fields tile the block
 * without a byte left over (no folded line, no bare LF, no hidden NUL);
 * syntax of method, target, version, names, values; exactly one Host;
 * Content-Length and Transfer-Encoding; fields that may stand only once.
 * Errors: VT_E_HTTP_BAD_REQUEST with the clause, VT_E_HTTP_TARGET_TOO_LONG,
 * VT_E_HTTP_HEADERS_TOO_LARGE.
 */
VT_NODISCARD int vt_http_guard(const struct vt_http_head *head,
    struct vt_http_length *ret, struct vt_err *reterr);

/*
 * The target alone: origin-form, or "*". RFC 3986 characters only; the
 * decoded path is UTF-8 without control characters, has no "." or ".."
 * segment, no empty segment but the last, no encoded slash or backslash.
 */
VT_NODISCARD int vt_http_guard_target(
    struct vt_span target, struct vt_err *reterr);

/* RFC 9110 §5.6.2 token. */
bool vt_http_is_token(struct vt_span s);

/* ASCII case-insensitive comparison. */
bool vt_http_span_is(struct vt_span a, const char *s);

#endif
