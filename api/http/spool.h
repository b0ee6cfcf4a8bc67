/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A body that a worker will read: collected in a memory file, which vanishes
 * with its descriptor. Never on disk, so that "the file is not kept" is true.
 *
 * The process has two shares of room, so that the public cannot shut out those
 * who have an account: SPOOL_BYTES_MAX of memory each, and CHECKS_MAX or
 * VALIDATIONS_MAX places for checking, taken only once a file is complete.
 */
#ifndef VT_API_HTTP_SPOOL_H
#define VT_API_HTTP_SPOOL_H

#include "api/http/http.h"

struct vt_http_spool;

enum vt_http_share {
	VT_HTTP_SHARE_PUBLIC, /* at most SPOOLS_PER_IP for one address */
	VT_HTTP_SHARE_OWN,    /* callers with an account */
	VT_HTTP_SHARE__MAX
};

/*
 * peer: as in req->peer; copied. multipart: Content-Type of an HTML form
 * (multipart/form-data); then the bytes put are a form and the spool keeps
 * those of its first file. NULL: the bytes put are the file. limit: bytes of
 * the file. *owned*. Errors: VT_E_HTTP_TOO_MANY (of that address), VT_E_SYNTAX
 * (no boundary), VT_E_NOMEM, VT_E_IO.
 */
VT_NODISCARD int vt_http_spool_new(enum vt_http_share share, const char *peer,
    struct vt_span multipart, uint64_t limit, struct vt_http_spool **ret,
    struct vt_err *reterr);

/* Errors: VT_E_LIMIT, VT_E_BUSY (the share's memory is full), VT_E_SYNTAX (not
 * a form), VT_E_STORE_FULL, VT_E_IO. */
VT_NODISCARD int vt_http_spool_put(
    struct vt_http_spool *s, struct vt_span bytes, struct vt_err *reterr);

/*
 * The file, complete; *ret_fd borrowed from s, at any offset. Errors:
 * VT_E_FILE_EMPTY, VT_E_SYNTAX (a form that breaks off or has no file),
 * VT_E_BUSY (as many are being checked as the share has places). The place is
 * held until vt_http_spool_free.
 */
VT_NODISCARD int vt_http_spool_end(
    struct vt_http_spool *s, int *ret_fd, struct vt_err *reterr);

void vt_http_spool_free(struct vt_http_spool *s); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_http_spool, vt_http_spool_free)

#endif
