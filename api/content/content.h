/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored file as the faces hand it out. */
#ifndef VT_API_CONTENT_H
#define VT_API_CONTENT_H

#include "api/http/http.h"
#include "api/office/office.h"

/*
 * Answers with content that the office has allowed: ranges, digests and tags
 * as vt_http_res_file. The type is the stored one when it is well formed, the
 * file is always an attachment: what was uploaded never runs in our origin.
 */
VT_NODISCARD int vt_content_answer(struct vt_office *office,
    struct vt_http_req *req, struct vt_http_res *res,
    const struct vt_content *c, struct vt_err *reterr);

/*
 * Answers with a file that was made for this request (vt_store_scratch). fd is
 * taken, whatever happens. name NULL: shown, not saved.
 */
VT_NODISCARD int vt_content_made(struct vt_http_req *req,
    struct vt_http_res *res, int fd, const vt_hash *hash, const char *type,
    const char *name, struct vt_err *reterr);

#endif
