/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer: what a handler wrote, or what went wrong, to the library. */
#include <inttypes.h>
#include <stdlib.h>

#include "api/http/exchange.h"
#include "base/log.h"

#define READ_BLOCK ((size_t)128 << 10)

/* A response source under way; freed by the library when it is done. */
struct reading {
	struct vt_source *source;
	void (*source_free)(struct vt_source *s);
	uint64_t off, n;
	size_t piece;
};

/* So many of n bytes that the next ones begin with a piece: what is asked for
 * in two halves is made twice. */
static size_t
up_to_piece(const struct reading *r, uint64_t at, size_t n)
{
	size_t rest = r->piece == 0 ? 0 : (size_t)((at + n) % r->piece);

	return rest < n ? n - rest : n;
}

static ssize_t
read_some(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct reading *r = cls;
	struct vt_err err = VT_ERR_INIT;
	size_t n = max;

	if (pos >= r->n)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n > r->n - pos)
		n = (size_t)(r->n - pos);
	else
		n = up_to_piece(r, r->off + pos, n);
	if (r->source->read(r->source, r->off + pos, buf, n, &err) != VT_OK) {
		vt_log_err("http.read", &err);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	return (ssize_t)n;
}

static void
read_free(void *cls)
{
	struct reading *r = cls;

	if (r->source_free != NULL)
		r->source_free(r->source);
	free(r);
}

static void
body_free(void *cls)
{
	struct vt_buf *b = cls;

	vt_buf_free(b);
	free(b);
}

static struct MHD_Response *
from_source(struct vt_http_res *res)
{
	struct reading *r = malloc(sizeof(*r));
	struct MHD_Response *m;

	if (r == NULL)
		return NULL;
	*r = (struct reading){ res->source, res->source_free, res->source_off,
		res->source_n, res->source_piece };
	m = MHD_create_response_from_callback(
	    r->n, READ_BLOCK, read_some, r, read_free);
	if (m == NULL)
		free(r);
	else
		res->source = NULL;
	return m;
}

static struct MHD_Response *
from_buffer(struct vt_http_res *res)
{
	struct vt_buf *b = malloc(sizeof(*b));
	struct MHD_Response *m;

	if (b == NULL)
		return NULL;
	*b = res->body;
	m = MHD_create_response_from_buffer_with_free_callback_cls(
	    b->n, b->n == 0 ? NULL : b->p, body_free, b);
	if (m == NULL)
		free(b);
	else
		vt_buf_init(&res->body, 0);
	return m;
}

/* Takes what res holds. */
static enum MHD_Result
queue(struct vt_exchange *x, struct MHD_Connection *conn,
    struct vt_http_res *res, bool close_after)
{
	const char *name, *value;
	struct MHD_Response *m;
	enum MHD_Result ok = MHD_YES;
	size_t at = 0;

	x->sent = res->source != NULL ? res->source_n : res->body.n;
	m = res->source != NULL ? from_source(res) : from_buffer(res);
	if (m == NULL) {
		vt_http_res_clear(res);
		return MHD_NO;
	}
	while (ok == MHD_YES && vt_http_res_next(res, &at, &name, &value))
		ok = MHD_add_response_header(m, name, value);
	if (ok == MHD_YES && (close_after || atomic_load(&x->server->stopping)))
		ok = MHD_add_response_header(m, "Connection", "close");
	if (ok == MHD_YES)
		ok = MHD_queue_response(conn, (unsigned)res->status, m);
	if (ok == MHD_YES)
		x->status = res->status;
	MHD_destroy_response(m);
	vt_http_res_clear(res);
	return ok;
}

static bool
res_is_whole(const struct vt_http_res *res, struct vt_err *reterr)
{
	return vt_buf_status(&res->body, reterr) == VT_OK &&
	       vt_buf_status(&res->headers, reterr) == VT_OK;
}

static void
fail(struct vt_exchange *x, struct vt_http_res *res)
{
	vt_http_res_clear(res);
	if (vt_err_info(x->err.code)->level >= VT_LEVEL_ERROR)
		vt_log_err("http.failed", &x->err);
	if (x->err.code == VT_E_BUSY && x->req.retry_after_s == 0)
		x->req.retry_after_s = 1;
	if (x->found.face->fail != NULL)
		x->found.face->fail(&x->req, &x->err, res);
	else
		vt_http_problem(&x->req, &x->err, res);
	if (x->err.code == VT_E_HTTP_METHOD)
		vt_http_res_header(res, "Allow", x->found.allow);
}

enum MHD_Result
vt_exchange_answer(
    struct vt_exchange *x, struct MHD_Connection *conn, bool close_after)
{
	struct vt_http_res res;

	vt_http_res_init(&res);
	if (x->err.code == VT_OK && x->req.route == NULL) { /* OPTIONS */
		res.status = 204;
		vt_http_res_header(&res, "Allow", x->found.allow);
	} else if (x->err.code == VT_OK) {
		x->sink_open = false; /* the handler's from here */
		if (x->req.route->handle(&x->req, &res, &x->err) == VT_OK &&
		    res_is_whole(&res, &x->err))
			x->err.code = VT_OK;
		else if (x->err.code == VT_OK)
			vt_err_set(&x->err, VT_E_INTERNAL,
			    "handler of %s failed without a reason",
			    x->req.route->pattern);
	}
	if (x->err.code != VT_OK)
		fail(x, &res);
	vt_http_res_defaults(&res, &x->req);
	if (!res_is_whole(&res, NULL)) {
		vt_http_res_clear(&res);
		return MHD_NO;
	}
	return queue(x, conn, &res, close_after);
}
