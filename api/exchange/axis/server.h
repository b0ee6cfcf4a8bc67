/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The axis, as a server: the calls of the national SDK under /axis, for
 * agencies that have only that SDK (hosted routes, api/office/routes.h) and
 * write to the tenants of this store and to one another. Same paths, headers and answers; what
 * differs between the SDK's versions is taken either way.
 *
 * Answers: HTTP 200 and {"status":"OK"|"FAIL","ErrorCode","ErrorDesc",…}; a
 * failure that may pass is ErrorCode 20 with the HTTP status 500 or above.
 */
#ifndef VT_API_EXCHANGE_AXIS_SERVER_H
#define VT_API_EXCHANGE_AXIS_SERVER_H

#include "api/http/http.h"
#include "api/office/office.h"

struct vt_axis_server_options {
	struct vt_office *office;
	struct vt_spawner *spawner; /* reads addressees of packets */
	const struct vt_context *ctx;
	const char *key_dir;   /* base of relative "file:" secret_refs */
	const char *spool_dir; /* where packets wait while they arrive */
	int64_t clock_s;       /* a timestamp may be off; 0 = AXIS_CLOCK_S */
	bool tls_outside;      /* callers come over TLS that a proxy ends */
};

struct vt_axis_server;

/* o: what it points to is borrowed. *owned*. */
VT_NODISCARD int vt_axis_server_new(const struct vt_axis_server_options *o,
    struct vt_axis_server **ret, struct vt_err *reterr);
void vt_axis_server_free(struct vt_axis_server *s); /* after vt_http_stop */

/* Its routes, under "/axis"; *borrowed from s*. */
struct vt_http_face vt_axis_server_face(struct vt_axis_server *s);

#endif
