/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Turns the library's callbacks into the life of a request that http.h
 * describes: header, guard, route, body.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "api/http/exchange.h"
#include "api/http/target.h"
#include "base/limits.h"
#include "base/log.h"

#define LINGER_MS 1000

/* --- ending --- */

static void
sink_abort(struct vt_exchange *x)
{
	if (x->sink_open)
		x->req.route->sink->abort(x->req.stream);
	x->sink_open = false;
	x->req.stream = NULL;
}

static void
uncount(struct vt_exchange *x)
{
	struct vt_http *h = x->server;

	pthread_mutex_lock(&h->lock);
	if (x->prev != NULL)
		x->prev->next = x->next;
	else
		h->counted = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	pthread_mutex_unlock(&h->lock);
}

static void
exchange_free(struct vt_exchange *x)
{
	if (x == NULL)
		return;
	sink_abort(x);
	if (x->counted)
		uncount(x);
	if (x->req.user_free != NULL)
		x->req.user_free(x->req.user);
	vt_buf_free(&x->body);
	vt_arena_free(x->req.arena);
	free(x);
}

/* The route's pattern, not the path: no ids, codes or names in the log. */
#define LINE                                                                   \
	"id=%s method=%s route=%s status=%d in=%" PRIu64 " out=%" PRIu64       \
	" us=%" PRId64 " code=%s"

static void
log_exchange(const struct vt_exchange *x)
{
	const char *method = x->req.method == NULL ? "-" : x->req.method;
	const char *route = x->req.route == NULL ? "-" : x->req.route->pattern;
	const char *code =
	    x->err.code == VT_OK ? "ok" : vt_err_info(x->err.code)->slug;
	int64_t now = vt_monotonic_us(x->server->context);
	char id[VT_ID_TEXT + 1];

	vt_id_text(&x->req.id, id);
	if (x->status >= 500)
		vt_log(VT_LEVEL_WARN, "http.request", LINE, id, method, route,
		    x->status, x->got, x->sent, now - x->began_us, code);
	else
		vt_log_often(now, "http.request", LINE, id, method, route,
		    x->status, x->got, x->sent, now - x->began_us, code);
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
void
vt_exchange_on_connection(void *cls, struct MHD_Connection *conn,
    void **socket_context, enum MHD_ConnectionNotificationCode code)
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

void
vt_exchange_on_completed(void *cls, struct MHD_Connection *conn, void **px,
    enum MHD_RequestTerminationCode code)
{
	struct vt_exchange *x = *px;
	struct vt_http *h = cls;

	if (x == NULL)
		return;
	VT_CHECK(x, VT_EXCHANGE_MAGIC);
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

/* --- the request --- */

void *
vt_exchange_on_target(void *cls, const char *uri, struct MHD_Connection *conn)
{
	struct vt_exchange *x = calloc(1, sizeof(*x));
	struct vt_http *h = cls;

	(void)conn;
	if (x == NULL)
		return NULL;
	x->magic = VT_EXCHANGE_MAGIC;
	x->server = h;
	x->target_at = uri;
	x->began_us = vt_monotonic_us(h->context);
	x->req.arena = vt_arena_new(VT_L(HTTP_ARENA_MAX));
	if (x->req.arena != NULL)
		x->target = vt_arena_strdup(x->req.arena, uri);
	if (x->target == NULL) {
		exchange_free(x);
		return NULL;
	}
	vt_buf_init(&x->body, 0);
	x->body.secret = true; /* it may hold a PIN */
	return x;
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

/* As inet_ntop, which goes the long way through printf. */
static void
put_ipv4(const struct in_addr *a, char *ret)
{
	uint8_t b[4];

	memcpy(b, a, sizeof(b));
	for (int i = 0; i < 4; i++) {
		if (b[i] >= 100)
			*ret++ = (char)('0' + b[i] / 100);
		if (b[i] >= 10)
			*ret++ = (char)('0' + b[i] / 10 % 10);
		*ret++ = (char)('0' + b[i] % 10);
		*ret++ = i < 3 ? '.' : '\0';
	}
}

static void
set_peer(struct vt_http_req *req, struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info == NULL ? NULL : info->client_addr;
	char text[VT_HTTP_ADDRESS_MAX];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(req->peer, "-", 2);
	if (sa != NULL && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		put_ipv4(&v4.sin_addr, req->peer);
	} else if (sa != NULL && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		if (inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text)) !=
		    NULL)
			(void)vt_http_address(vt_span_str(text), req->peer);
	}
}

/* Over our own TLS: the certificate that the client showed, if any. */
static int
set_peer_cert(struct vt_exchange *x, struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info;

	if (x->server->tls == NULL)
		return VT_OK;
	x->req.tls = true;
	info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (info == NULL || x->server->tls->client_ca.n == 0)
		return VT_OK;
	return vt_tls_peer(
	    info->tls_session, x->req.arena, &x->req.peer_cert, &x->err);
}

/* Is there room for one more of this client? Counts it. */
static int
count(struct vt_exchange *x)
{
	struct vt_http *h = x->server;
	unsigned same = 0;

	vt_http_network(x->req.peer, x->network);
	pthread_mutex_lock(&h->lock);
	for (const struct vt_exchange *i = h->counted; i != NULL; i = i->next)
		if (strcmp(i->network, x->network) == 0)
			same++;
	if (same < h->per_ip_max) {
		x->next = h->counted;
		if (h->counted != NULL)
			h->counted->prev = x;
		h->counted = x;
		x->counted = true;
	}
	pthread_mutex_unlock(&h->lock);
	if (x->counted)
		return VT_OK;
	x->req.retry_after_s = 1;
	return vt_err_set(&x->err, VT_E_HTTP_TOO_MANY,
	    "%u requests of this address are under way", same);
}

/* Who asks, when a proxy may stand between. */
static int
find_client(struct vt_exchange *x)
{
	const char *proxy = x->server->trusted_proxy;

	if (*proxy == '\0')
		return VT_OK;
	if (strcmp(x->req.peer, proxy) == 0)
		(void)vt_http_forwarded(&x->req, x->req.peer);
	return count(x);
}

/* RFC 9110 §5.3: a list may come on several lines; this is one again. Other
 * lists count by their first line. */
static bool
join_list(struct vt_arena *a, struct vt_http_field *had, size_t n,
    const struct vt_http_field *f, bool *ret_joined)
{
	bool ok = true;

	*ret_joined = false;
	if (!vt_http_span_is(f->name, "If-Match") &&
	    !vt_http_span_is(f->name, "If-None-Match"))
		return true;
	for (size_t i = 0; i < n && !*ret_joined; i++) {
		VT_BUF_AUTO(b);

		if (had[i].name.n != f->name.n ||
		    strncasecmp((const char *)had[i].name.p,
			(const char *)f->name.p, f->name.n) != 0)
			continue;
		vt_buf_span(&b, had[i].value);
		vt_buf_puts(&b, ", ");
		vt_buf_span(&b, f->value);
		had[i].value = vt_arena_copy(a, vt_buf_view(&b), &ok);
		*ret_joined = true;
	}
	return ok;
}

/* The library's buffer is its own business from here on. */
static int
copy_fields(struct vt_exchange *x, const struct vt_http_field *seen, size_t n)
{
	struct vt_arena *a = x->req.arena;
	struct vt_http_field *copy = vt_arena_array(a, n + 1, sizeof(*copy));
	size_t kept = 0;

	if (copy == NULL)
		return vt_err_set(&x->err, VT_E_NOMEM, "request header");
	for (size_t i = 0; i < n; i++) {
		struct vt_http_field f = seen[i];
		bool ok = true, ok2 = true, joined;

		while (f.value.n > 0 && (f.value.p[f.value.n - 1] == ' ' ||
					    f.value.p[f.value.n - 1] == '\t'))
			f.value.n--;
		if (!join_list(a, copy, kept, &f, &joined))
			ok = false;
		if (ok && !joined) {
			copy[kept].name = vt_arena_copy(a, f.name, &ok);
			copy[kept++].value = vt_arena_copy(a, f.value, &ok2);
		}
		if (!ok || !ok2)
			return vt_err_set(
			    &x->err, VT_E_NOMEM, "request header");
	}
	x->req.fields = copy;
	x->req.nfields = kept;
	return VT_OK;
}

/* Collects what the library parsed and lets the guard judge it. */
static int
guard(struct vt_exchange *x, struct MHD_Connection *conn, const char *method,
    const char *version)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(
	    conn, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct vt_arena *a = x->req.arena;
	struct vt_http_field seen[VT_L(HTTP_FIELDS_MAX) + 1];
	struct collect c = { seen, 0, VT_L(HTTP_FIELDS_MAX) + 1 };
	struct vt_http_head head;

	MHD_get_connection_values_n(conn, MHD_HEADER_KIND, collect_field, &c);
	if (size == NULL)
		return vt_err_set(&x->err, VT_E_NOMEM, "request header");
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
	return copy_fields(x, c.v, c.n);
}

/* For clients whose network lets nothing but GET and POST through. */
static void
override(struct vt_exchange *x, struct vt_span path)
{
	struct vt_span v = vt_http_header(&x->req, "X-HTTP-Method-Override");
	const struct vt_http *h = x->server;

	if (v.p == NULL || strcmp(x->req.method, "POST") != 0)
		return;
	for (size_t i = 0; i < h->nfaces; i++) {
		const char *under = h->faces[i].overridden;
		size_t n = under == NULL ? 0 : strlen(under);

		if (n == 0 || path.n <= n || memcmp(path.p, under, n) != 0 ||
		    path.p[n] != '/')
			continue;
		if (vt_span_is(v, "PATCH"))
			x->req.method = "PATCH";
		else if (vt_span_is(v, "DELETE"))
			x->req.method = "DELETE";
	}
}

static int
route(struct vt_exchange *x)
{
	struct vt_http *h = x->server;
	struct vt_http_req *q = &x->req;
	struct vt_span path, query;

	vt_http_target_split(vt_span_str(x->target), &path, &query);
	override(x, path);
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
has_body(const struct vt_exchange *x)
{
	return x->length.chunked || x->length.length > 0;
}

/* Everything that can be decided before the body is. */
static int
admit(struct vt_exchange *x)
{
	struct vt_span enc = vt_http_header(&x->req, "Content-Encoding");
	const struct vt_http_route *r;
	int rc = route(x);

	r = x->req.route;
	x->req.has_body = has_body(x);
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
take_headers(struct vt_exchange *x, struct MHD_Connection *conn,
    const char *method, const char *version)
{
	struct vt_http *h = x->server;

	x->seen = true;
	atomic_fetch_add(&h->active, 1);
	vt_watch_busy(h->watch, watched(conn));
	x->req.id = vt_watch_id(h->watch, watched(conn));
	x->found.face = &h->faces[0];
	set_peer(&x->req, conn);
	if (guard(x, conn, method, version) != VT_OK) {
		/* Where this request ends is not known: answer and close. */
		x->linger = true;
		return vt_exchange_answer(x, conn, true);
	}
	if ((find_client(x) != VT_OK || set_peer_cert(x, conn) != VT_OK ||
		admit(x) != VT_OK) &&
	    has_body(x)) {
		x->linger = true;
		return vt_exchange_answer(x, conn, true);
	}
	if (has_body(x))
		vt_watch_body(h->watch, watched(conn),
		    (unsigned)(h->body_base_s +
			       x->req.route->limit / VT_L(HTTP_BODY_RATE)));
	return MHD_YES;
}

/*
 * Once a body is refused half-way the rest is read and dropped, because the
 * library takes no answer in the middle of a body; past the route's limit the
 * connection is cut.
 */
static enum MHD_Result
take_body(struct vt_exchange *x, const char *p, size_t n)
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
enum MHD_Result
vt_exchange_on_request(void *cls, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **px)
{
	struct vt_exchange *x = *px;
	struct vt_http *h = cls;

	(void)url;
	if (x == NULL)
		return MHD_NO;
	VT_CHECK(x, VT_EXCHANGE_MAGIC);
	if (!x->seen)
		return take_headers(x, conn, method, version);
	if (*n > 0) {
		enum MHD_Result ok;

		vt_watch_took(h->watch, watched(conn), *n);
		ok = take_body(x, data, *n);
		vt_watch_next(h->watch, watched(conn));
		*n = 0;
		return ok;
	}
	vt_watch_busy(h->watch, watched(conn));
	if (x->err.code == VT_OK && vt_buf_status(&x->body, &x->err) == VT_OK)
		x->req.body = vt_buf_view(&x->body);
	return vt_exchange_answer(x, conn, false);
}
/* NOLINTEND(readability-function-size) */
