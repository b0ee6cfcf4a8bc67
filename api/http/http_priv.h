/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of api/http only. */
#ifndef VT_API_HTTP_PRIV_H
#define VT_API_HTTP_PRIV_H

#include "api/http/http.h"

/* Listening TCP socket, non-blocking. Errors as vt_http_start. */
VT_NODISCARD int vt_http_listen(const char *address, uint16_t port, int *ret_fd,
    uint16_t *ret_port, struct vt_err *reterr);

void vt_http_res_init(struct vt_http_res *res);
/* Frees what a response holds; it is then as after vt_http_res_init. */
void vt_http_res_clear(struct vt_http_res *res);

/* Walks the headers: *at starts at 0; false at the end. */
bool vt_http_res_next(const struct vt_http_res *res, size_t *at,
    const char **ret_name, const char **ret_value);
bool vt_http_res_has(const struct vt_http_res *res, const char *name);

/* Headers that every answer carries, unless the handler set its own. */
void vt_http_res_defaults(
    struct vt_http_res *res, const struct vt_http_req *req);
/* What such an answer says of when to come again, in its header and in the
 * problem; 0: nothing. */
unsigned vt_http_retry_s(const struct vt_http_req *req, int status);

/* What was found for a path and method. */
struct vt_http_found {
	const struct vt_http_face *face; /* never NULL */
	const struct vt_http_route *route;
	const struct vt_http_param *params;
	size_t nparams;
	bool path_known;
	char allow[96]; /* methods of that path; "" when route is found */
};

/* faces: at least one. */
void vt_http_find(struct vt_arena *a, const struct vt_http_face *faces,
    size_t nfaces, const char *method, struct vt_span raw_path,
    struct vt_http_found *ret);

#endif
