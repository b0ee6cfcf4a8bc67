/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server with a few routes, and a raw client: bytes out, bytes back, so
 * that no client library mends what a test wants broken.
 */
#ifndef VT_TESTS_API_HTTP_FIXTURE_H
#define VT_TESTS_API_HTTP_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/http.h"
#include "tests/tap.h"

#define FIXTURE_FILE_SIZE ((uint64_t)1 << 20)
#define FIXTURE_PIECE     ((size_t)65472)
#define FIXTURE_UPLOAD    ((uint64_t)256 << 20)

struct fixture_sink {
	uint64_t n;
	uint8_t sum;
};

static atomic_int fixture_open, fixture_aborted, fixture_finished;
static atomic_int fixture_admitted;
static atomic_int fixture_cut; /* reads that begin inside a piece */

static inline int
fixture_hello(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)req;
	(void)reterr;
	vt_http_res_type(res, "text/plain");
	vt_buf_puts(&res->body, "hello\n");
	return VT_OK;
}

static inline int
fixture_item(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *q = vt_http_query(req, "q");

	if (strcmp(vt_http_param(req, "id"), "missing") == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "item: none");
	vt_http_res_type(res, "text/plain");
	vt_buf_printf(&res->body, "id=%s q=%s\n", vt_http_param(req, "id"),
	    q == NULL ? "-" : q);
	return VT_OK;
}

static inline int
fixture_echo(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_http_res_type(res, "application/octet-stream");
	vt_buf_span(&res->body, req->body);
	return VT_OK;
}

/* Waits as a handler on the store's writer would. */
static inline int
fixture_slow(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	poll(NULL, 0, 700);
	return fixture_hello(req, res, reterr);
}

static inline int
fixture_broken(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)req;
	vt_http_res_type(res, "text/plain");
	vt_buf_puts(&res->body, "half an answer");
	return vt_err_set(reterr, VT_E_INTERNAL, "secret path /etc/x");
}

static inline uint8_t
fixture_byte(uint64_t at)
{
	return (uint8_t)((at * 31) ^ (at >> 8));
}

static inline int
fixture_read(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	uint8_t *b = p;

	(void)s;
	(void)reterr;
	if (off % FIXTURE_PIECE != 0)
		atomic_fetch_add(&fixture_cut, 1);
	for (size_t i = 0; i < n; i++)
		b[i] = fixture_byte(off + i);
	return VT_OK;
}

static inline void
fixture_source_free(struct vt_source *s)
{
	atomic_fetch_sub(&fixture_open, 1);
	free(s);
}

static inline vt_hash
fixture_hash(void)
{
	vt_hash h;

	memset(h.b, 0xab, sizeof(h.b));
	return h;
}

static inline int
fixture_file(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_source *s = calloc(1, sizeof(*s));
	struct vt_http_file f = { s, fixture_source_free, fixture_hash(),
		"application/pdf", "Công văn \"1\".pdf", true, FIXTURE_PIECE };

	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "source");
	s->size = FIXTURE_FILE_SIZE;
	s->read = fixture_read;
	atomic_fetch_add(&fixture_open, 1);
	return vt_http_res_file(req, res, &f, reterr);
}

static inline int
fixture_admit(struct vt_http_req *req, struct vt_err *reterr)
{
	if (!vt_span_is(vt_http_bearer(req), "good"))
		return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
		    "Authorization: RFC 6750: no known token");
	atomic_fetch_add(&fixture_admitted, 1);
	return VT_OK;
}

static inline int
fixture_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	struct fixture_sink *s = calloc(1, sizeof(*s));

	(void)req;
	(void)length;
	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "sink");
	*ret = s;
	return VT_OK;
}

/* A first byte of '!' stands for a full disk. */
static inline int
fixture_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	struct fixture_sink *s = stream;

	if (s->n == 0 && b.n > 0 && b.p[0] == '!')
		return vt_err_set(reterr, VT_E_STORE_FULL, "the disk is full");
	s->n += b.n;
	for (size_t i = 0; i < b.n; i += 997)
		s->sum = (uint8_t)(s->sum + b.p[i]);
	return VT_OK;
}

static inline void
fixture_abort(void *stream)
{
	atomic_fetch_add(&fixture_aborted, 1);
	free(stream);
}

static inline int
fixture_upload(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct fixture_sink *s = req->stream;

	(void)reterr;
	res->status = 201;
	vt_http_res_type(res, "text/plain");
	vt_buf_printf(&res->body, "%llu\n", (unsigned long long)s->n);
	free(s);
	atomic_fetch_add(&fixture_finished, 1);
	return VT_OK;
}

static const struct vt_http_sink fixture_sink_ops = { fixture_begin,
	fixture_put, fixture_abort };

static const struct vt_http_route fixture_routes[] = {
	{ "GET", "/hello", VT_HTTP_BODY_NONE, 0, NULL, fixture_hello, NULL },
	{ "GET", "/slow", VT_HTTP_BODY_NONE, 0, NULL, fixture_slow, NULL },
	{ "GET", "/broken", VT_HTTP_BODY_NONE, 0, NULL, fixture_broken, NULL },
	{ "GET", "/file", VT_HTTP_BODY_NONE, 0, NULL, fixture_file, NULL },
	{ "GET", "/items/{id}", VT_HTTP_BODY_NONE, 0, NULL, fixture_item,
	    NULL },
	{ "POST", "/items/{id}", VT_HTTP_BODY_BUFFER, 64, NULL, fixture_echo,
	    NULL },
	{ "POST", "/echo", VT_HTTP_BODY_BUFFER, 1000, NULL, fixture_echo,
	    NULL },
	{ "POST", "/upload", VT_HTTP_BODY_STREAM, FIXTURE_UPLOAD, fixture_admit,
	    fixture_upload, &fixture_sink_ops },
};

static inline struct vt_http *
fixture_start(void)
{
	static const struct vt_http_face face = { "/", fixture_routes,
		sizeof(fixture_routes) / sizeof(fixture_routes[0]), NULL, NULL,
		NULL };
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;

	tap_need(vt_base_init(&err) == VT_OK, "base: %s", err.msg);
	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server starts %s",
	    err.msg);
	return h;
}

/* --- the raw client --- */

/* -1 when it fails. Unlike raw_open on any thread: TAP has one writer. */
static inline int
raw_connect(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

static inline int
raw_open(uint16_t port)
{
	int fd = raw_connect(port);

	tap_need(fd >= 0, "connects");
	return fd;
}

/* False when the other end has closed. */
static inline bool
raw_send(int fd, const void *p, size_t n)
{
	const char *c = p;

	while (n > 0) {
		ssize_t w = send(fd, c, n, MSG_NOSIGNAL);

		if (w <= 0)
			return false;
		c += w;
		n -= (size_t)w;
	}
	return true;
}

/* Reads until the other end closes or is silent for ms. */
static inline void
raw_recv(int fd, int ms, struct vt_buf *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char b[65536];

	while (poll(&p, 1, ms) > 0) {
		ssize_t n = recv(fd, b, sizeof(b), 0);

		if (n <= 0)
			break;
		vt_buf_put(ret, b, (size_t)n);
	}
}

/* One request, one answer up to the end of the connection or of its length. */
static inline void
raw_answer(int fd, struct vt_buf *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const char *end, *cl;
	char b[65536];

	for (;;) {
		const char *s = vt_buf_str(ret);
		ssize_t n;

		end = strstr(s, "\r\n\r\n");
		cl = end == NULL ? NULL : strstr(s, "Content-Length: ");
		if (end != NULL && (strncmp(s, "HTTP/1.1 204", 12) == 0 ||
				       strncmp(s, "HTTP/1.1 304", 12) == 0))
			return; /* never a body */
		if (cl != NULL && ret->n >= (size_t)(end - s) + 4 +
						strtoull(cl + 16, NULL, 10))
			return;
		if (poll(&p, 1, 5000) <= 0)
			return;
		n = recv(fd, b, sizeof(b), 0);
		if (n <= 0)
			return;
		vt_buf_put(ret, b, (size_t)n);
	}
}

static inline int
raw_status(const struct vt_buf *b)
{
	const char *s = vt_buf_str(b);

	return strncmp(s, "HTTP/1.1 ", 9) == 0 ? atoi(s + 9) : -1;
}

/* Status of the one answer to these bytes; the answer stays in ret. */
static inline int
raw_ask(uint16_t port, struct vt_span request, struct vt_buf *ret)
{
	int fd = raw_connect(port);

	vt_buf_reset(ret);
	(void)raw_send(fd, request.p, request.n);
	raw_answer(fd, ret);
	close(fd);
	return raw_status(ret);
}

static inline const char *
raw_body(const struct vt_buf *b)
{
	const char *end = strstr(vt_buf_str(b), "\r\n\r\n");

	return end == NULL ? "" : end + 4;
}

#endif
