/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON (RFC 8259) as a stream: bytes go in as they come, tokens come out. An
 * answer of the axis may be a list of 111,000 agencies or one packet in
 * base64; neither is ever held. Memory: one name, one number, one piece of a
 * string.
 *
 * Strings are unescaped to UTF-8, \u0000 and halves of surrogate pairs to
 * U+FFFD; whether the bytes between escapes are UTF-8 is for the receiver of
 * the pieces to judge.
 */
#ifndef VT_API_EXCHANGE_AXIS_JSON_IN_H
#define VT_API_EXCHANGE_AXIS_JSON_IN_H

#include "base/buf.h"

struct vt_json_in_ops {
	/* An object or array begins, ends. */
	int (*begin)(void *arg, bool array, struct vt_err *reterr);
	int (*end)(void *arg, struct vt_err *reterr);
	int (*name)(void *arg, struct vt_span name, struct vt_err *reterr);
	/* A string, in pieces; the last one (maybe empty) says so. */
	int (*text)(
	    void *arg, struct vt_span piece, bool last, struct vt_err *reterr);
	/* A number, true, false or null, as it stands. */
	int (*literal)(void *arg, struct vt_span s, struct vt_err *reterr);
};

struct vt_json_in;

/* ops: borrowed. *owned*; NULL when out of memory. */
struct vt_json_in *vt_json_in_new(const struct vt_json_in_ops *ops, void *arg);
void vt_json_in_free(struct vt_json_in *j); /* NULL allowed */

/* Errors: VT_E_SYNTAX, VT_E_LIMIT (depth, a name), those of ops. */
VT_NODISCARD int vt_json_in_put(
    struct vt_json_in *j, struct vt_span s, struct vt_err *reterr);
/* VT_E_SYNTAX unless exactly one value has ended. */
VT_NODISCARD int vt_json_in_end(struct vt_json_in *j, struct vt_err *reterr);

#endif
