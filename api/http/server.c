/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one file that knows libmicrohttpd: it turns the library's callbacks
 * into the life of a request that http.h describes.
 */
#include "api/http/http_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/guard.h"
#include "api/http/target.h"
#include "api/http/watch.h"
#include "base/limits.h"
#include "base/log.h"

#define SERVER_MAGIC   0x76744853u
#define EXCHANGE_MAGIC 0x76744858u
#define LINGER_MS      1000
#define READ_BLOCK     ((size_t)128 << 10)
#define UPLOAD_BUFFER  ((size_t)64 << 10)
#ifdef VT_SANITIZED
#define STACK_BYTES ((size_t)4 << 20)
#else
#define STACK_BYTES ((size_t)1 << 20)
#endif

struct vt_http {
	uint32_t magic;
	struct MHD_Daemon *daemon;
	const struct vt_context *context;
	struct vt_http_face *faces; /* owned copy */
	size_t nfaces;
	struct vt_watch *watch;
	uint16_t port;
	atomic_int active; /* requests between first callback and the end */
	atomic_bool stopping;
};

/* One request and its answer. */
struct exchange {
	uint32_t magic;
	struct vt_http *server;
	char *target;          /* owned copy, as received */
	const char *target_at; /* where the library has it */
	int64_t began_us;
	struct vt_http_req req;
	struct vt_http_found found;
	struct vt_http_length length;
	struct vt_buf body;
	struct vt_err err; /* what refused it, or VT_OK */
	uint64_t got;      /* bytes of body seen */
	int status;
	uint64_t sent;
	bool seen, sink_open, linger;
};

/* --- ending --- */

static void
sink_abort(struct exchange *x)
{
	if (x->sink_open)
		x->req.route->sink->abort(x->req.stream);
	x->sink_open = false;
	x->req.stream = NULL;
}

static void
exchange_free(struct exchange *x)
{
	if (x == NULL)
		return;
	sink_abort(x);
	if (x->req.user_free != NULL)
		x->req.user_free(x->req.user);
	vt_buf_free(&x->body);
	vt_arena_free(x->req.arena);
	free(x->target);
	free(x);
}

/* The route's pattern, not the path: no ids, codes or names in the log. */
static void
log_exchange(const struct exchange *x)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(&x->req.id, id);
	vt_log(x->status >= 500 ? VT_LEVEL_WARN : VT_LEVEL_INFO, "http.request",
	    "id=%s method=%s route=%s status=%d in=%" PRIu64 " out=%" PRIu64
	    " us=%" PRId64 " code=%s",
	    id, x->req.method == NULL ? "-" : x->req.method,
	    x->req.route == NULL ? "-" : x->req.route->pattern, x->status,
	    x->got, x->sent, vt_monotonic_us(x->server->context) - x->began_us,
	    x->err.code == VT_OK ? "ok" : vt_err_info(x->err.code)->slug);
}

/*
 * After an early refusal the client may still be sending. Closing now would
 * reset the connection and could destroy the answer before it is read, so
 * what comes is read and dropped for a moment.
 */
static void
linger(struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd p = { .events = POLLIN };
	size_t dropped = 0;
	char sink[16384];

	if (info == NULL)
		return;
	p.fd = info->connect_fd;
	if (shutdown(p.fd, SHUT_WR) != 0)
		return;
	while (
	    dropped < VT_L(HTTP_LINGER_BYTES) && poll(&p, 1, LINGER_MS) > 0) {
		ssize_t n = recv(p.fd, sink, sizeof(sink), MSG_DONTWAIT);

		if (n <= 0)
			return;
		dropped += (size_t)n;
	}
}

static struct vt_watched *
watched(struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

/* The library calls this before it closes the socket. */
static void
on_connection(void *cls, struct MHD_Connection *conn, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct vt_http *h = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED && info != NULL) {
		*socket_context = vt_watch_add(h->watch, info->connect_fd);
	} else if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		vt_watch_remove(h->watch, *socket_context);
		*socket_context = NULL;
	}
}

static void
on_completed(void *cls, struct MHD_Connection *conn, void **px,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *px;
	struct vt_http *h = cls;

	if (x == NULL)
		return;
	VT_CHECK(x, EXCHANGE_MAGIC);
	*px = NULL;
	if (x->seen) {
		if (x->status == 0) /* cut off before an answer */
			x->err.code = VT_E_UPLOAD_INCOMPLETE;
		else if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK &&
			 x->linger)
			linger(conn);
		log_exchange(x);
		vt_watch_waiting(h->watch, watched(conn));
		atomic_fetch_sub(&h->active, 1);
	}
	exchange_free(x);
}

/* --- answering --- */

/* A response source under way; freed by the library when it is done. */
struct reading {
	struct vt_source *source;
	void (*source_free)(struct vt_source *s);
	uint64_t off, n;
};

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
		res->source_n };
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
queue(struct exchange *x, struct MHD_Connection *conn, struct vt_http_res *res,
    bool close_after)
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
fail(struct exchange *x, struct vt_http_res *res)
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

static enum MHD_Result
answer(struct exchange *x, struct MHD_Connection *conn, bool close_after)
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

/* --- the request --- */

static void *
on_target(void *cls, const char *uri, struct MHD_Connection *conn)
{
	struct exchange *x = calloc(1, sizeof(*x));
	struct vt_http *h = cls;

	(void)conn;
	if (x == NULL)
		return NULL;
	x->magic = EXCHANGE_MAGIC;
	x->server = h;
	x->target = strdup(uri);
	x->target_at = uri;
	x->began_us = vt_monotonic_us(h->context);
	x->req.arena = vt_arena_new(VT_L(HTTP_ARENA_MAX));
	if (x->target == NULL || x->req.arena == NULL) {
		exchange_free(x);
		return NULL;
	}
	vt_buf_init(&x->body, 0);
	x->body.secret = true; /* it may hold a PIN */
	return x;
}

/* The library must not undo escapes: the guard and the router do. */
static size_t
no_unescape(void *cls, struct MHD_Connection *conn, char *s)
{
	(void)cls;
	(void)conn;
	return strlen(s);
}

struct collect {
	struct vt_http_field *v;
	size_t n, max;
};

static enum MHD_Result
collect_field(void *cls, enum MHD_ValueKind kind, const char *name,
    size_t nname, const char *value, size_t nvalue)
{
	struct collect *c = cls;

	(void)kind;
	if (c->n == c->max)
		return MHD_NO;
	c->v[c->n++] = (struct vt_http_field){ VT_SPAN(name, nname),
		VT_SPAN(value, nvalue) };
	return MHD_YES;
}

static void
set_peer(struct vt_http_req *req, struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info == NULL ? NULL : info->client_addr;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(req->peer, "-", 2);
	if (sa != NULL && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, req->peer, sizeof(req->peer));
	} else if (sa != NULL && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		inet_ntop(
		    AF_INET6, &v6.sin6_addr, req->peer, sizeof(req->peer));
	}
}

/* Collects what the library parsed and lets the guard judge it. */
static int
guard(struct exchange *x, struct MHD_Connection *conn, const char *method,
    const char *version)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(
	    conn, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct vt_arena *a = x->req.arena;
	struct collect c = { NULL, 0, VT_L(HTTP_FIELDS_MAX) + 1 };
	struct vt_http_head head;
	struct vt_http_field *copy;

	c.v = vt_arena_array(a, c.max, sizeof(*c.v));
	copy = vt_arena_array(a, c.max, sizeof(*copy));
	if (c.v == NULL || copy == NULL || size == NULL)
		return vt_err_set(&x->err, VT_E_NOMEM, "request header");
	MHD_get_connection_values_n(conn, MHD_HEADER_KIND, collect_field, &c);
	head = (struct vt_http_head){
		.block = VT_SPAN(method, size->header_size),
		.method = vt_span_str(method),
		.target = vt_span_str(x->target),
		.version = vt_span_str(version),
		.target_at = (size_t)(x->target_at - method),
		.fields = c.v,
		.nfields = c.n,
	};
	x->req.method = vt_arena_strdup(a, method);
	if (x->req.method == NULL)
		return vt_err_set(&x->err, VT_E_NOMEM, "request header");
	if (vt_http_guard(&head, &x->length, &x->err) != VT_OK)
		return x->err.code;
	/* The library's buffer is its own business from here on. */
	for (size_t i = 0; i < c.n; i++) {
		struct vt_span v = c.v[i].value;
		bool ok = true, ok2 = true;

		while (v.n > 0 && (v.p[v.n - 1] == ' ' || v.p[v.n - 1] == '\t'))
			v.n--;
		copy[i].name = vt_arena_copy(a, c.v[i].name, &ok);
		copy[i].value = vt_arena_copy(a, v, &ok2);
		if (!ok || !ok2)
			return vt_err_set(
			    &x->err, VT_E_NOMEM, "request header");
	}
	x->req.fields = copy;
	x->req.nfields = c.n;
	return VT_OK;
}

static int
route(struct exchange *x)
{
	struct vt_http *h = x->server;
	struct vt_http_req *q = &x->req;
	struct vt_span path, query;

	vt_http_target_split(vt_span_str(x->target), &path, &query);
	vt_http_find(q->arena, h->faces, h->nfaces, q->method, path, &x->found);
	q->app = x->found.face->app;
	if (vt_span_is(path, "*")) {
		memcpy(x->found.allow, "GET, HEAD, POST, OPTIONS", 25);
		return VT_OK;
	}
	q->path = vt_http_decode(q->arena, path, false);
	if (q->path == NULL)
		return vt_err_set(&x->err, VT_E_NOMEM, "request path");
	if (!vt_http_pairs(q->arena, query, &q->query, &q->nquery))
		return vt_err_set(&x->err, VT_E_HTTP_BAD_REQUEST,
		    "query: ill-formed, or more than %zu parameters",
		    VT_L(HTTP_FIELDS_MAX));
	q->route = x->found.route;
	q->params = x->found.params;
	q->nparams = x->found.nparams;
	if (q->route != NULL)
		return VT_OK;
	if (!x->found.path_known)
		return vt_err_set(
		    &x->err, VT_E_NOT_FOUND, "there is no such address here");
	if (strcmp(q->method, "OPTIONS") == 0)
		return VT_OK;
	return vt_err_set(&x->err, VT_E_HTTP_METHOD,
	    "%s: RFC 9110 §15.5.6: this address takes %s", q->method,
	    x->found.allow);
}

static bool
has_body(const struct exchange *x)
{
	return x->length.chunked || x->length.length > 0;
}

/* Everything that can be decided before the body is. */
static int
admit(struct exchange *x)
{
	struct vt_span enc = vt_http_header(&x->req, "Content-Encoding");
	const struct vt_http_route *r;
	int rc = route(x);

	r = x->req.route;
	if (rc != VT_OK)
		return rc;
	if (has_body(x) && (r == NULL || r->body == VT_HTTP_BODY_NONE))
		return vt_err_set(&x->err, VT_E_HTTP_BAD_REQUEST,
		    "this request takes no body");
	if (r == NULL)
		return VT_OK;
	if (enc.p != NULL && !vt_http_span_is(enc, "identity"))
		return vt_err_set(&x->err, VT_E_HTTP_MEDIA_TYPE,
		    "Content-Encoding: only identity is taken");
	if (r->admit != NULL)
		rc = r->admit(&x->req, &x->err);
	if (rc == VT_OK && x->length.declared && x->length.length > r->limit)
		rc = vt_err_set(&x->err, VT_E_LIMIT,
		    "body: at most %" PRIu64 " bytes, %" PRIu64 " announced",
		    r->limit, x->length.length);
	if (rc == VT_OK && r->body == VT_HTTP_BODY_STREAM) {
		rc = r->sink->begin(&x->req,
		    x->length.declared ? x->length.length
				       : VT_HTTP_LENGTH_UNKNOWN,
		    &x->req.stream, &x->err);
		x->sink_open = rc == VT_OK;
	}
	return rc;
}

static enum MHD_Result
take_headers(struct exchange *x, struct MHD_Connection *conn,
    const char *method, const char *version)
{
	struct vt_http *h = x->server;

	x->seen = true;
	atomic_fetch_add(&h->active, 1);
	vt_watch_busy(h->watch, watched(conn));
	x->req.id = vt_id_new(h->context);
	x->found.face = &h->faces[0];
	set_peer(&x->req, conn);
	if (guard(x, conn, method, version) != VT_OK) {
		/* Where this request ends is not known: answer and close. */
		x->linger = true;
		return answer(x, conn, true);
	}
	if (admit(x) != VT_OK && has_body(x)) {
		x->linger = true;
		return answer(x, conn, true);
	}
	return MHD_YES;
}

/*
 * Once a body is refused half-way the rest is read and dropped, because the
 * library takes no answer in the middle of a body; past the route's limit the
 * connection is cut.
 */
static enum MHD_Result
take_body(struct exchange *x, const char *p, size_t n)
{
	const struct vt_http_route *r = x->req.route;
	int rc = VT_OK;

	x->got += n;
	if (x->err.code != VT_OK)
		return x->got <= r->limit + VT_L(HTTP_LINGER_BYTES) ? MHD_YES
								    : MHD_NO;
	if (x->got > r->limit)
		rc = vt_err_set(&x->err, VT_E_LIMIT,
		    "body: at most %" PRIu64 " bytes", r->limit);
	else if (r->body == VT_HTTP_BODY_STREAM)
		rc = r->sink->put(x->req.stream, VT_SPAN(p, n), &x->err);
	else
		vt_buf_put(&x->body, p, n);
	if (rc != VT_OK) {
		sink_abort(x);
		vt_buf_reset(&x->body);
	}
	return MHD_YES;
}

/* The library's signature. */
/* NOLINTBEGIN(readability-function-size) */
static enum MHD_Result
on_request(void *cls, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **px)
{
	struct exchange *x = *px;

	(void)cls;
	(void)url;
	if (x == NULL)
		return MHD_NO;
	VT_CHECK(x, EXCHANGE_MAGIC);
	if (!x->seen)
		return take_headers(x, conn, method, version);
	if (*n > 0) {
		enum MHD_Result ok = take_body(x, data, *n);

		*n = 0;
		return ok;
	}
	if (x->err.code == VT_OK && vt_buf_status(&x->body, &x->err) == VT_OK)
		x->req.body = vt_buf_view(&x->body);
	return answer(x, conn, false);
}
/* NOLINTEND(readability-function-size) */

/* --- the server --- */

static void __attribute__((format(printf, 2, 0)))
on_log(void *cls, const char *fmt, va_list ap)
{
	VT_BUF_AUTO(b);

	(void)cls;
	vt_buf_vprintf(&b, fmt, ap);
	while (b.n > 0 && b.p[b.n - 1] == '\n')
		vt_buf_truncate(&b, b.n - 1);
	/* May quote what a client sent: only when somebody looks for it. */
	vt_log(VT_LEVEL_DEBUG, "http.library", "text=%s", vt_buf_str(&b));
}

static int
start_daemon(struct vt_http *h, int fd, const struct vt_http_options *opt,
    struct vt_err *reterr)
{
	unsigned conns = opt->connections_max, per_ip = opt->per_ip_max;
	unsigned idle = opt->idle_s;

	if (conns == 0)
		conns = (unsigned)VT_L(HTTP_CONNECTIONS_MAX);
	if (per_ip == 0)
		per_ip = (unsigned)VT_L(HTTP_CONNECTIONS_PER_IP);
	if (idle == 0)
		idle = (unsigned)VT_L(HTTP_IDLE_S);
	h->daemon = MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
		MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_log,
	    NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
	    on_target, h, MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT, conns,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_ip,
	    MHD_OPTION_CONNECTION_TIMEOUT, idle,
	    /* Header block, parsed fields, and a block of body. */
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    2 * VT_L(HTTP_HEADER_MAX) + UPLOAD_BUFFER,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, UPLOAD_BUFFER,
	    MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, MHD_OPTION_END);
	if (h->daemon == NULL)
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, errno,
		    "starting the HTTP threads");
	return VT_OK;
}

int
vt_http_start(const struct vt_http_options *opt, struct vt_http **ret,
    struct vt_err *reterr)
{
	struct vt_http *h = calloc(1, sizeof(*h));
	int fd = -1, rc;

	VT_ASSERT(opt->nfaces > 0);
	if (h != NULL)
		h->faces = calloc(opt->nfaces, sizeof(*h->faces));
	if (h == NULL || h->faces == NULL) {
		free(h);
		return vt_err_set(reterr, VT_E_NOMEM, "HTTP server");
	}
	h->magic = SERVER_MAGIC;
	h->context = opt->context;
	memcpy(h->faces, opt->faces, opt->nfaces * sizeof(*h->faces));
	h->nfaces = opt->nfaces;
	rc = vt_http_listen(opt->address == NULL ? "127.0.0.1" : opt->address,
	    opt->port, &fd, &h->port, reterr);
	if (rc == VT_OK)
		rc = vt_watch_start(h->context,
		    opt->header_s == 0 ? (unsigned)VT_L(HTTP_WAIT_S)
				       : opt->header_s,
		    &h->watch, reterr);
	if (rc == VT_OK)
		rc = start_daemon(h, fd, opt, reterr);
	if (rc != VT_OK) {
		vt_watch_stop(h->watch);
		if (fd >= 0)
			close(fd);
		free(h->faces);
		free(h);
		return rc;
	}
	*ret = h;
	return VT_OK;
}

uint16_t
vt_http_port(const struct vt_http *h)
{
	VT_CHECK(h, SERVER_MAGIC);
	return h->port;
}

void
vt_http_stop(struct vt_http *h)
{
	int64_t until;
	int fd;

	if (h == NULL)
		return;
	VT_CHECK(h, SERVER_MAGIC);
	atomic_store(&h->stopping, true);
	fd = MHD_quiesce_daemon(h->daemon);
	until =
	    vt_monotonic_us(h->context) + (int64_t)VT_L(HTTP_STOP_S) * 1000000;
	while (
	    atomic_load(&h->active) > 0 && vt_monotonic_us(h->context) < until)
		poll(NULL, 0, 10);
	MHD_stop_daemon(h->daemon);
	vt_watch_stop(h->watch);
	if (fd >= 0)
		close(fd);
	h->magic = 0;
	free(h->faces);
	free(h);
}
