/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axis as a server: routes, who calls, how it is answered. */
#include "api/exchange/axis/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/exchange/axis/axis.h"
#include "api/exchange/axis/server_priv.h"
#include "api/http/stream.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"

#define SMALL ((uint64_t)65536) /* "{}", or an agency as JSON */
/* Boundary and part headers come on top of a packet in a form. */
#define SEND_MAX (VT_L(PACKET_MAX) + 65536)

static int admit(struct vt_http_req *req, struct vt_err *reterr);

#define CALL(method, path, handler)                                            \
	{                                                                      \
		method, "/axis" path, VT_HTTP_BODY_BUFFER, SMALL, admit,       \
		    handler, NULL                                              \
	}

static const struct vt_http_route routes[] = {
	{ "POST", "/axis/sendEdoc", VT_HTTP_BODY_STREAM, SEND_MAX, admit,
	    vt_axis_serve_send, &vt_axis_send_sink },
	CALL("POST", "/getAgenciesList", vt_axis_serve_agencies),
	CALL("POST", "/getAgenciesListQD20", vt_axis_serve_agencies_qd20),
	CALL("POST", "/getSynchronizeUnit", vt_axis_serve_changes),
	CALL("POST", "/registerAgency", vt_axis_serve_register),
	CALL("POST", "/deleteAgency", vt_axis_serve_remove),
	CALL("POST", "/getReceivedEdocList", vt_axis_serve_received),
	CALL("POST", "/getEdoc", vt_axis_serve_fetch),
	CALL("GET", "/downloadEdoc", vt_axis_serve_download),
	CALL("POST", "/getSentEdocList", vt_axis_serve_sent),
	CALL("POST", "/updateStatus", vt_axis_serve_update),
	CALL("GET", "/countReceiveEdoc", vt_axis_serve_count_edoc),
	CALL("GET", "/countReceiveStatus", vt_axis_serve_count_status),
};

int
vt_axis_server_new(const struct vt_axis_server_options *o,
    struct vt_axis_server **ret, struct vt_err *reterr)
{
	struct vt_axis_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "axis server");
	s->o = *o;
	if (s->o.clock_s <= 0)
		s->o.clock_s = (int64_t)VT_L(AXIS_CLOCK_S);
	atomic_init(&s->spooled, 0);
	*ret = s;
	return VT_OK;
}

void
vt_axis_server_free(struct vt_axis_server *s)
{
	free(s);
}

/* ---- who calls ---- */

static struct vt_span
find_field(void *arg, const char *name)
{
	return vt_http_header(arg, name);
}

static int
check_secret(
    struct vt_http_req *req, struct vt_axis_caller *c, struct vt_err *reterr)
{
	const struct vt_axis_server *s = req->app;
	VT_CLEANUP(vt_secret_free) struct vt_secret *secret = NULL;
	int rc =
	    vt_axis_secret(s->o.key_dir, c->who.secret_ref, &secret, reterr);

	if (rc != VT_OK)
		return rc;
	return vt_axis_check_claims(&c->claims, find_field, req,
	    vt_secret_view(secret), vt_now(s->o.ctx), VT_TIME_S(s->o.clock_s),
	    reterr);
}

static int
admit(struct vt_http_req *req, struct vt_err *reterr)
{
	const struct vt_axis_server *s = req->app;
	struct vt_axis_caller *c = vt_arena_alloc(req->arena, sizeof(*c));
	int rc;

	if (c == NULL)
		return vt_arena_err(req->arena, reterr);
	rc = vt_axis_read_claims(
	    find_field, req, req->arena, &c->claims, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_office_hosted_find(s->o.office,
	    vt_axis_claim(&c->claims, "systemid"), &c->who, reterr);
	/* who is unknown is told what a wrong secret is told */
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "axis call: hash-header: RFC 2104 HMAC of the sign-header "
		    "differs");
	if (rc == VT_OK)
		rc = check_secret(req, c, reterr);
	if (rc == VT_OK)
		req->user = c; /* the arena's */
	return rc;
}

const char *
vt_axis_param(const struct vt_http_req *req, const char *name)
{
	const struct vt_axis_caller *c = req->user;
	const char *v = vt_axis_claim(&c->claims, name);

	return v == NULL ? "" : v;
}

int
vt_axis_kind(const struct vt_http_req *req, enum vt_packet_kind *ret,
    struct vt_err *reterr)
{
	const char *type = vt_axis_param(req, "messagetype");

	if (strcmp(type, "edoc") == 0)
		*ret = VT_PACKET_EDOC;
	else if (strcmp(type, "status") == 0)
		*ret = VT_PACKET_STATUS;
	else
		return vt_err_set(reterr, VT_E_INVALID,
		    "messagetype: edoc or status wanted, found \"%.40s\"",
		    type);
	return VT_OK;
}

/* ---- answers ---- */

void
vt_axis_open_ok(struct vt_http_res *res, struct vt_json *j)
{
	vt_http_res_type(res, "application/json;charset=UTF-8");
	vt_json_open(j, &res->body, false);
	vt_json_object(j);
	vt_json_kstr(j, "status", "OK");
	vt_json_kstr(j, "ErrorCode", "0");
	vt_json_kstr(j, "ErrorDesc", "Thành công");
}

void
vt_axis_stamp(struct vt_json *j, const char *key, vt_time t)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);
	char text[64];

	snprintf(text, sizeof(text), "%04d/%02d/%02d %02d:%02d:%02d", d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
	vt_json_kstr(j, key, text);
}

/* The axis's own codes (provincial guide v2.2 §4). */
static const char *
error_code(int code)
{
	switch (code) {
	case VT_E_UNAUTHENTICATED:
		return "15";
	case VT_E_AGENCY_UNKNOWN:
		return "18";
	case VT_E_FORBIDDEN:
		return "19";
	case VT_E_SYNTAX:
	case VT_E_UNSUPPORTED:
		return "22";
	case VT_E_WORKER_CRASHED:
	case VT_E_WORKER_TIMEOUT:
	case VT_E_WORKER_LIMIT:
	case VT_E_CONFLICT:
		return "21";
	default:
		return vt_err_info(code)->http_status >= 500 ? "20" : "10";
	}
}

static void
fail(struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res)
{
	const struct vt_err_info *info = vt_err_info(err->code);
	const char *code = error_code(err->code);
	struct vt_json j;
	VT_BUF_AUTO(desc);

	/* for the operator; the caller is told less */
	if (err->code == VT_E_UNAUTHENTICATED)
		vt_log_err("axis.refused", err);
	/* The SDK reads the body of any answer, and the status of none that
	 * is not 200. What HTTP itself refuses keeps its status. */
	res->status = req->user != NULL || strcmp(code, "15") == 0
			  ? 200
			  : info->http_status;
	if (strcmp(code, "20") == 0)
		res->status = info->http_status;
	vt_http_res_type(res, "application/json;charset=UTF-8");
	vt_json_open(&j, &res->body, false);
	vt_json_object(&j);
	vt_json_kstr(&j, "status", "FAIL");
	vt_json_kstr(&j, "ErrorCode", code);
	if (err->code == VT_E_UNAUTHENTICATED)
		vt_buf_puts(&desc, "Không xác nhận được hệ thống gọi: sai "
				   "khóa, sai chữ ký hoặc lệch đồng hồ");
	else
		vt_buf_puts(&desc, info->vi);
	/* from 500 on the reason is for the log */
	if (info->http_status < 500 && err->code != VT_E_UNAUTHENTICATED)
		vt_buf_printf(&desc, ": %s", err->msg);
	vt_json_kstr(&j, "ErrorDesc", vt_buf_str(&desc));
	vt_json_end(&j);
}

struct vt_http_face
vt_axis_server_face(struct vt_axis_server *s)
{
	return (struct vt_http_face){
		.prefix = "/axis",
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]),
		.app = s,
		.fail = fail,
	};
}

/* ---- a file as an answer ---- */

struct spool_source {
	struct vt_source s;
	int fd;
};

static void
spool_free(struct vt_source *s)
{
	struct spool_source *f = (struct spool_source *)(void *)s;

	vt_source_close(&f->s);
	close(f->fd);
	free(f);
}

int
vt_axis_spool_answer(struct vt_http_res *res, int fd, struct vt_err *reterr)
{
	struct spool_source *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL) {
		close(fd);
		return vt_err_set(reterr, VT_E_NOMEM, "spool");
	}
	f->fd = fd;
	if ((rc = vt_source_pread_fd(&f->s, fd, reterr)) != VT_OK) {
		close(fd);
		free(f);
		return rc;
	}
	vt_http_res_source(res, &f->s, spool_free);
	return VT_OK;
}
