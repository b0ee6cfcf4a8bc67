/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the axis server share. */
#ifndef VT_API_EXCHANGE_AXIS_SERVER_PRIV_H
#define VT_API_EXCHANGE_AXIS_SERVER_PRIV_H

#include <stdatomic.h>

#include "api/exchange/axis/server.h"
#include "api/exchange/axis/sign.h"
#include "api/office/hosted.h"
#include "base/json_out.h"

struct vt_axis_server {
	struct vt_axis_server_options o;
	atomic_uint_fast64_t spooled; /* bytes of packets arriving */
};

/* Who calls, with what it signed: req->user, after admit. */
struct vt_axis_caller {
	struct vt_hosted who;
	struct vt_axis_claims claims; /* in the request's arena */
};

/* A signed parameter; "" when it is not there. */
const char *vt_axis_param(const struct vt_http_req *req, const char *name);
/* messagetype. VT_E_INVALID when it is neither edoc nor status. */
VT_NODISCARD int vt_axis_kind(const struct vt_http_req *req,
    enum vt_packet_kind *ret, struct vt_err *reterr);

/* {"status":"OK","ErrorCode":"0","ErrorDesc":…, and the object left open. */
void vt_axis_open_ok(struct vt_http_res *res, struct vt_json *j);
/* "2026/03/02 08:15:30", in UTC+7. */
void vt_axis_stamp(struct vt_json *j, const char *key, vt_time t);

/* Answers with the whole file; fd is taken. */
VT_NODISCARD int vt_axis_spool_answer(
    struct vt_http_res *res, int fd, struct vt_err *reterr);

/* ---- handlers ---- */

/* server_send.c */
extern const struct vt_http_sink vt_axis_send_sink;
int vt_axis_serve_send(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
/* server_fetch.c */
int vt_axis_serve_received(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_count_edoc(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_count_status(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_fetch(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_download(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_update(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_sent(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
/* server_book.c */
int vt_axis_serve_agencies(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_agencies_qd20(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_changes(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_register(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);
int vt_axis_serve_remove(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);

#endif
