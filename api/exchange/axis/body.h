/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The body of sendEdoc, as clients send it: the packet itself (SDK 2.0.1, which
 * adds CR LF that is not part of it), or a form with the packet as file
 * `file_doc`. Streamed; memory: one boundary and two bytes.
 */
#ifndef VT_API_EXCHANGE_AXIS_BODY_H
#define VT_API_EXCHANGE_AXIS_BODY_H

#include "base/id.h"

struct vt_axis_body;

/* Takes the packet's bytes. */
typedef int vt_axis_body_sink(
    void *arg, struct vt_span bytes, struct vt_err *reterr);

/* content_type: multipart/form-data, or anything else for a raw body. limit:
 * bytes of the packet. *owned*. Errors: VT_E_SYNTAX (no boundary), VT_E_NOMEM.
 */
VT_NODISCARD int vt_axis_body_new(struct vt_span content_type, uint64_t limit,
    vt_axis_body_sink *sink, void *arg, struct vt_axis_body **ret,
    struct vt_err *reterr);
void vt_axis_body_free(struct vt_axis_body *b); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_axis_body, vt_axis_body_free)

/* Errors: VT_E_LIMIT, VT_E_SYNTAX (a form that is none, two packets), the
 * sink's. */
VT_NODISCARD int vt_axis_body_put(
    struct vt_axis_body *b, struct vt_span bytes, struct vt_err *reterr);

/* What came: the packet as given to the sink. */
struct vt_axis_body_found {
	uint64_t size;
	vt_hash hash;
	bool has_tail;     /* it ends with CR LF */
	vt_hash bare_hash; /* then: without them */
};
/* VT_E_SYNTAX (a form that breaks off or has no packet), VT_E_FILE_EMPTY. */
VT_NODISCARD int vt_axis_body_end(struct vt_axis_body *b,
    struct vt_axis_body_found *ret, struct vt_err *reterr);

/*
 * Which of the two is the packet that hash-file speaks of? *ret_size and
 * *ret_hash are its. VT_E_DIGEST_MISMATCH: neither.
 */
VT_NODISCARD int vt_axis_body_match(const struct vt_axis_body_found *f,
    const char *hash_file, uint64_t *ret_size, vt_hash *ret_hash,
    struct vt_err *reterr);

#endif
