/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * multipart/form-data (RFC 7578, RFC 2046 §5.1) as a stream: tells where parts
 * begin and hands on their bytes. Memory: one header line and one boundary.
 */
#ifndef VT_API_HTTP_MULTIPART_H
#define VT_API_HTTP_MULTIPART_H

#include "base/buf.h"

struct vt_multipart;

struct vt_multipart_ops {
	/* A part begins: its field name, and whether it is a file. */
	int (*begin)(
	    void *arg, const char *name, bool is_file, struct vt_err *reterr);
	int (*bytes)(void *arg, struct vt_span s, struct vt_err *reterr);
};

/* VT_E_SYNTAX when content_type has no usable boundary. *owned*. */
VT_NODISCARD int vt_multipart_new(struct vt_span content_type,
    const struct vt_multipart_ops *ops, void *arg, struct vt_multipart **ret,
    struct vt_err *reterr);
/* The file name of the part under way, as sent: any bytes; empty when it has
 * none. Borrowed until the next part begins. */
struct vt_span vt_multipart_file(const struct vt_multipart *m);
/* Errors: VT_E_SYNTAX, VT_E_LIMIT (part headers), those of ops. */
VT_NODISCARD int vt_multipart_put(
    struct vt_multipart *m, struct vt_span s, struct vt_err *reterr);
/* VT_E_SYNTAX when the closing boundary has not come. */
VT_NODISCARD int vt_multipart_end(
    const struct vt_multipart *m, struct vt_err *reterr);
void vt_multipart_free(struct vt_multipart *m); /* NULL allowed */

#endif
