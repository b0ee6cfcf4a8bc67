/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server as a client sees it: methods, bodies, ranges, limits, ends. */
#include "tests/unit/api/http_fixture.h"

#define HOST   "Host: a\r\n"
#define AUTH   "Authorization: Bearer good\r\n"
#define ASK(s) raw_ask(port, VT_SPAN_LIT(s), &b)
#define HAS(s) (strstr(vt_buf_str(&b), s) != NULL)

static bool
wait_for(atomic_int *v, int want)
{
	for (int i = 0; i < 300; i++) {
		if (atomic_load(v) == want)
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

static void
test_methods(uint16_t port)
{
	VT_BUF_AUTO(b);

	tap_eq_int(ASK("GET /hello HTTP/1.1\r\n" HOST "\r\n"), 200, "GET");
	tap_eq_str(raw_body(&b), "hello\n", "its body");
	tap_ok(HAS("X-Content-Type-Options: nosniff\r\n") &&
		   HAS("Content-Security-Policy: default-src 'none'") &&
		   HAS("Referrer-Policy: same-origin") &&
		   !HAS("Strict-Transport-Security") &&
		   HAS("Cross-Origin-Opener-Policy: same-origin") &&
		   HAS("Permissions-Policy: camera=()") &&
		   HAS("Cache-Control: no-store") && HAS("X-Request-Id: "),
	    "security headers");
	tap_eq_int(
	    ASK("HEAD /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"),
	    200, "HEAD");
	tap_eq_str(raw_body(&b), "", "HEAD has no body");
	tap_ok(HAS("Content-Length: 6\r\n"), "HEAD has the length");
	tap_eq_int(
	    ASK("POST /hello HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"),
	    405, "POST to a GET route");
	tap_ok(HAS("Allow: GET, HEAD, OPTIONS\r\n"), "Allow");
	tap_ok(HAS("application/problem+json") &&
		   HAS("\"code\":\"method-not-allowed\"") &&
		   HAS("\"retryable\":false") && HAS("\"vi\":") &&
		   HAS("\"detail\":\"POST: ") && HAS("\"request_id\":"),
	    "problem+json");
	tap_ok(HAS("X-Content-Type-Options: nosniff\r\n") &&
		   HAS("X-Frame-Options: DENY\r\n") &&
		   HAS("Content-Security-Policy: default-src 'none'; "
		       "frame-ancestors 'none'; sandbox\r\n") &&
		   HAS("Cross-Origin-Resource-Policy: same-origin\r\n") &&
		   HAS("Cache-Control: no-store\r\n"),
	    "JSON has the security headers");
	tap_ok(!HAS("Referrer-Policy") && !HAS("Cross-Origin-Opener-Policy") &&
		   !HAS("Permissions-Policy"),
	    "but those of a page");
	tap_eq_int(
	    ASK("DELETE /items/1 HTTP/1.1\r\n" HOST "\r\n"), 405, "DELETE");
	tap_ok(HAS("Allow: GET, HEAD, POST, OPTIONS\r\n"), "Allow of two");
	tap_eq_int(
	    ASK("OPTIONS /items/1 HTTP/1.1\r\n" HOST "\r\n"), 204, "OPTIONS");
	tap_ok(HAS("Allow: GET, HEAD, POST, OPTIONS\r\n"), "its Allow");
	tap_eq_int(ASK("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 204, "OPTIONS *");
	tap_eq_int(ASK("TRACE /hello HTTP/1.1\r\n" HOST "\r\n"), 405, "TRACE");
	tap_eq_int(ASK("GET /nothing HTTP/1.1\r\n" HOST "\r\n"), 404, "404");
	tap_eq_int(ASK("GET /hello/ HTTP/1.1\r\n" HOST "\r\n"), 404,
	    "a trailing slash is another path");
	tap_eq_int(ASK("GET /items/ HTTP/1.1\r\n" HOST "\r\n"), 404,
	    "a parameter is not empty");
	tap_eq_int(ASK("GET /items/missing HTTP/1.1\r\n" HOST "\r\n"), 404,
	    "an error of a handler");
	tap_ok(!HAS("\"detail\""), "says nothing more: it may be another's");
	tap_eq_int(ASK("GET /broken HTTP/1.1\r\n" HOST "\r\n"), 500,
	    "a handler that fails half-way");
	tap_ok(!HAS("/etc/x") && !HAS("half an answer"),
	    "neither its reason nor its half answer goes out");
}

static void
test_keep_alive(uint16_t port)
{
	static const char two[] =
	    "GET /hello HTTP/1.1\r\n" HOST "\r\n"
	    "GET /nothing HTTP/1.1\r\n" HOST "\r\n"
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
	    "GET /items/last HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";
	VT_BUF_AUTO(b);
	int fd = raw_open(port), n = 0;

	(void)raw_send(fd, two, sizeof(two) - 1);
	raw_recv(fd, 3000, &b);
	close(fd);
	for (const char *s = vt_buf_str(&b);
	     (s = strstr(s, "HTTP/1.1 ")) != NULL; s++)
		n++;
	tap_ok(n == 4 && HAS("id=last"),
	    "four requests in one connection, an error among them (%d)", n);
}

static void
test_bodies(uint16_t port)
{
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(q);

	for (int more = 0; more < 2; more++) {
		vt_buf_reset(&q);
		vt_buf_printf(&q,
		    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n",
		    1000 + more);
		for (int i = 0; i < 1000 + more; i++)
			vt_buf_putc(&q, 'x');
		tap_eq_int(raw_ask(port, vt_buf_view(&q), &b), more ? 413 : 200,
		    "body of 1000 + %d bytes", more);
	}
	tap_ok(HAS("limit-exceeded"), "its code");
	for (int more = 0; more < 2; more++) {
		vt_buf_reset(&q);
		vt_buf_printf(&q,
		    "POST /echo HTTP/1.1\r\n" HOST
		    "Transfer-Encoding: chunked\r\n\r\n%x\r\n",
		    1000 + more);
		for (int i = 0; i < 1000 + more; i++)
			vt_buf_putc(&q, 'x');
		vt_buf_puts(&q, "\r\n0\r\n\r\n");
		tap_eq_int(raw_ask(port, vt_buf_view(&q), &b), more ? 413 : 200,
		    "chunked body of 1000 + %d", more);
	}
	tap_eq_int(ASK("POST /echo HTTP/1.1\r\n" HOST
		       "Content-Length: 9000000000000000000\r\n\r\n"),
	    413, "a length beyond all");
	tap_eq_int(ASK("POST /echo HTTP/1.1\r\n" HOST
		       "Content-Length: 99999999999999999999999\r\n\r\n"),
	    413, "a length beyond 64 bits");
}

/* Sends headers and n bytes of body, then reads or hangs up. */
static int
send_upload(uint16_t port, const char *auth, uint64_t declared, uint64_t n,
    uint8_t first)
{
	static _Thread_local char block[1 << 16];
	struct vt_buf b = VT_BUF_INIT;
	int fd = raw_connect(port), status;
	bool open;

	vt_buf_printf(&b,
	    "POST /upload HTTP/1.1\r\n" HOST "%s"
	    "Content-Length: %llu\r\n\r\n",
	    auth, (unsigned long long)declared);
	open = raw_send(fd, b.p, b.n);
	memset(block, 'x', sizeof(block));
	block[0] = (char)first;
	for (uint64_t at = 0; at < n && open;) {
		size_t k =
		    n - at < sizeof(block) ? (size_t)(n - at) : sizeof(block);

		open = raw_send(fd, block, k);
		at += k;
		block[0] = 'x';
	}
	vt_buf_reset(&b);
	if (n == declared)
		raw_answer(fd, &b);
	status = raw_status(&b);
	close(fd);
	vt_buf_free(&b);
	return status;
}

static void
test_uploads(uint16_t port)
{
	int admitted = atomic_load(&fixture_admitted);

	tap_eq_int(
	    send_upload(port, AUTH, 1 << 20, 1 << 20, 'x'), 201, "an upload");
	tap_eq_int(atomic_load(&fixture_finished), 1, "finished once");
	tap_eq_int(send_upload(port, "", 16 << 20, 16 << 20, 'x'), 401,
	    "refused before its body, and the answer arrives");
	tap_eq_int(
	    atomic_load(&fixture_admitted), admitted + 1, "it never began");
	tap_eq_int(send_upload(port, AUTH, FIXTURE_UPLOAD + 1, 3 << 20, 'x'),
	    -1, "announced too large: given up by us");
	tap_eq_int(atomic_load(&fixture_aborted), 0, "it never began either");
	tap_eq_int(send_upload(port, AUTH, 8 << 20, 8 << 20, '!'), 507,
	    "a full disk half-way is told");
	tap_ok(wait_for(&fixture_aborted, 1), "and the sink was told");
	(void)send_upload(port, AUTH, 8 << 20, 3 << 20, 'x');
	tap_ok(wait_for(&fixture_aborted, 2), "cut off: the sink was told");
	(void)send_upload(port, AUTH, 8 << 20, 0, 'x');
	tap_ok(wait_for(&fixture_aborted, 3), "cut off before the first byte");
	tap_eq_int(atomic_load(&fixture_finished), 1, "nothing half is named");
}

static void
test_continue(uint16_t port)
{
	static const char head[] =
	    "POST /upload HTTP/1.1\r\n" HOST
	    "Content-Length: 100000000\r\nExpect: 100-continue\r\n";
	VT_BUF_AUTO(b);
	int fd = raw_open(port);

	(void)raw_send(fd, head, sizeof(head) - 1);
	(void)raw_send(fd, "\r\n", 2);
	raw_answer(fd, &b);
	tap_eq_int(raw_status(&b), 401, "no 100 Continue for the unknown");
	close(fd);
	vt_buf_reset(&b);
	fd = raw_open(port);
	(void)raw_send(fd, head, sizeof(head) - 1);
	(void)raw_send(fd, AUTH "\r\n", sizeof(AUTH) + 1);
	raw_recv(fd, 300, &b);
	tap_eq_int(raw_status(&b), 100, "100 Continue for the known");
	close(fd);
}

static void
expect_file(
    uint16_t port, const char *headers, int status, uint64_t off, uint64_t n)
{
	VT_BUF_AUTO(q);
	VT_BUF_AUTO(b);
	const char *body;
	bool equal = true;

	vt_buf_printf(&q, "GET /file HTTP/1.1\r\n" HOST "%s\r\n", headers);
	tap_eq_int(raw_ask(port, vt_buf_view(&q), &b), status, "%.*s -> %d",
	    (int)strcspn(headers, "\r"), headers, status);
	if (status != 200 && status != 206)
		return;
	body = raw_body(&b);
	tap_eq_int(b.n - (size_t)(body - vt_buf_str(&b)), n, "its length");
	for (uint64_t i = 0; i < n && b.n > i; i++)
		equal = equal && (uint8_t)body[i] == fixture_byte(off + i);
	tap_ok(equal, "its bytes");
}

static void
test_ranges(uint16_t port)
{
	const uint64_t size = FIXTURE_FILE_SIZE;
	char tag[300], hash[VT_HASH_TEXT + 1];
	vt_hash h = fixture_hash();
	VT_BUF_AUTO(b);

	vt_hash_text(&h, hash);
	expect_file(port, "", 200, 0, size);
	tap_eq_int(atomic_load(&fixture_cut), 0, "no piece is read in halves");
	expect_file(port, "Range: bytes=0-0\r\n", 206, 0, 1);
	expect_file(port, "Range: bytes=100-199\r\n", 206, 100, 100);
	expect_file(port, "Range: bytes=1048575-\r\n", 206, size - 1, 1);
	expect_file(port, "Range: bytes=5-99999999999\r\n", 206, 5, size - 5);
	tap_eq_int(atomic_load(&fixture_cut), 3,
	    "but the first, where a range begins inside it");
	expect_file(port, "Range: bytes=-7\r\n", 206, size - 7, 7);
	expect_file(port, "Range: bytes=-99999999\r\n", 206, 0, size);
	expect_file(port, "Range: bytes=1048576-\r\n", 416, 0, 0);
	expect_file(port, "Range: bytes=-0\r\n", 416, 0, 0);
	expect_file(port, "Range: bytes=99999999999999999999-\r\n", 416, 0, 0);
	expect_file(port, "Range: bytes=2-1\r\n", 200, 0, size);
	expect_file(port, "Range: bytes=0-1,4-5\r\n", 200, 0, size);
	expect_file(port, "Range: bytes= 0-1\r\n", 200, 0, size);
	expect_file(port, "Range: bytes=-\r\n", 200, 0, size);
	expect_file(port, "Range: pages=1-2\r\n", 200, 0, size);
	expect_file(port, "Range: bytes=0x0-1\r\n", 200, 0, size);
	snprintf(
	    tag, sizeof(tag), "Range: bytes=0-9\r\nIf-Range: \"%s\"\r\n", hash);
	expect_file(port, tag, 206, 0, 10);
	snprintf(tag, sizeof(tag), "Range: bytes=0-9\r\nIf-Range: W/\"%s\"\r\n",
	    hash);
	expect_file(port, tag, 200, 0, size);
	expect_file(
	    port, "Range: bytes=0-9\r\nIf-Range: \"old\"\r\n", 200, 0, size);
	snprintf(tag, sizeof(tag), "If-None-Match: \"x\", W/\"%s\"\r\n", hash);
	expect_file(port, tag, 304, 0, 0);
	expect_file(port, "If-None-Match: \"x\"\r\n", 200, 0, size);
	expect_file(port, "If-Match: \"x\"\r\n", 412, 0, 0);
	tap_eq_int(
	    ASK("GET /file HTTP/1.1\r\n" HOST "Range: bytes=1048576-\r\n\r\n"),
	    416, "outside");
	tap_ok(HAS("Content-Range: bytes */1048576\r\n"), "and how long it is");
	tap_eq_int(
	    ASK("HEAD /file HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"),
	    200, "HEAD of a file");
	tap_ok(
	    HAS("Content-Length: 1048576\r\n") &&
		HAS("Repr-Digest: sha-256=:q6urq6urq6urq6urq6urq6urq6urq6urq6"
		    "urq6urq6s=:\r\n") &&
		HAS("Accept-Ranges: bytes\r\n") &&
		HAS("filename*=UTF-8''C%C3%B4ng%20v%C4%83n%20%221%22.pdf\r\n"),
	    "digest, ranges and the true name");
	tap_ok(wait_for(&fixture_open, 0), "every source is freed");
}

/* --- clients that hold others up --- */

static void *
slow_client(void *arg)
{
	uint16_t port = *(uint16_t *)arg;
	int fd = raw_connect(port);

	for (const char *p = "GET /hello HTTP/1.1\r\nHost"; *p != '\0'; p++) {
		if (!raw_send(fd, p, 1))
			break;
		poll(NULL, 0, 30);
	}
	close(fd);
	return NULL;
}

static void *
ask_slow(void *arg)
{
	static const char q[] = "GET /slow HTTP/1.1\r\n" HOST "\r\n";
	struct vt_buf b = VT_BUF_INIT;

	(void)raw_ask(*(uint16_t *)arg, VT_SPAN_LIT(q), &b);
	vt_buf_free(&b);
	return NULL;
}

static void
test_no_stall(uint16_t port)
{
	const struct vt_context *c = vt_context_system();
	pthread_t t[12];
	VT_BUF_AUTO(b);
	int64_t from, took;

	for (int i = 0; i < 12; i++)
		tap_need(pthread_create(&t[i], NULL,
			     i < 8 ? slow_client : ask_slow, &port) == 0,
		    "thread");
	poll(NULL, 0, 100);
	from = vt_monotonic_us(c);
	for (int i = 0; i < 20; i++)
		if (ASK("GET /hello HTTP/1.1\r\n" HOST "\r\n") != 200)
			break;
	took = vt_monotonic_us(c) - from;
	tap_ok(raw_status(&b) == 200 && took < 400000,
	    "8 dripping clients and 4 waiting handlers hold nobody up "
	    "(20 requests in %lld ms)",
	    (long long)took / 1000);
	for (int i = 0; i < 12; i++)
		pthread_join(t[i], NULL);
}

/* Idle time starts anew with every byte; the wait for a header does not. */
static void
test_dripping(void)
{
	static const struct vt_http_face face = { "/", fixture_routes, 1, NULL,
		NULL, NULL };
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;
	int fd, i;

	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.header_s = 1;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	fd = raw_open(vt_http_port(h));
	for (i = 0; i < 80; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (!raw_send(fd,
			i == 0   ? "G"
			: i == 1 ? "E"
				 : "T",
			1) ||
		    poll(&p, 1, 50) > 0)
			break;
	}
	tap_ok(i > 10 && i < 80, "a dripping client is cut (byte %d)", i);
	close(fd);
	vt_http_stop(h);
}

#define SLOW_UPLOAD                                                            \
	"POST /upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\n"   \
	"Content-Length: 200000000\r\n\r\n"

/* Sends a body in pieces of n bytes, 50 ms between; how many before the
 * server cut the connection, most if it never did. */
static int
drip(uint16_t to, const char *head, size_t n, int most)
{
	static char piece[8192];
	int fd = raw_open(to), i;

	tap_need(n <= sizeof(piece), "room");
	(void)raw_send(fd, head, strlen(head));
	for (i = 0; i < most; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (!raw_send(fd, piece, n) || poll(&p, 1, 50) > 0)
			break;
	}
	close(fd);
	return i;
}

/* A body has to keep up a rate, and to end. */
static void
test_slow_body(void)
{
	static const struct vt_http_face face = { "/", fixture_routes,
		sizeof(fixture_routes) / sizeof(fixture_routes[0]), NULL, NULL,
		NULL };
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;
	int aborted, i;

	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.window_s = 1;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	aborted = atomic_load(&fixture_aborted);
	i = drip(vt_http_port(h), SLOW_UPLOAD, 100, 100);
	tap_ok(i > 10 && i < 80, "a dripping body is cut (piece %d)", i);
	for (i = 0; i < 100 && atomic_load(&fixture_aborted) == aborted; i++)
		poll(NULL, 0, 20);
	tap_eq_int(
	    atomic_load(&fixture_aborted), aborted + 1, "and its sink is told");
	/* 8 KiB each 50 ms is over 64 KiB a second, even twice as slow. */
	tap_eq_int(drip(vt_http_port(h), SLOW_UPLOAD, 8192, 80), 80,
	    "one that keeps up the rate is not");
	vt_http_stop(h);
	/* Its end is timed, too: a short one has no window to fill. */
	opt.window_s = 0;
	opt.body_s = 1;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	i = drip(vt_http_port(h),
	    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: "
	    "1000\r\n\r\n",
	    1, 100);
	tap_ok(i > 10 && i < 80, "a body without end is cut (byte %d)", i);
	vt_http_stop(h);
}

static long
rss_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[200];
	long kb = -1;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	if (f != NULL)
		fclose(f);
	return kb;
}

static void *
big_upload(void *arg)
{
	static _Thread_local int status;

	status = send_upload(*(uint16_t *)arg, AUTH, 200 << 20, 200 << 20, 'x');
	return status == 201 ? arg : NULL;
}

static void
test_memory(uint16_t port)
{
	long before = rss_kb(), peak = before;
	int done = atomic_load(&fixture_finished);
	pthread_t t[2];
	void *ok[2];

	for (int i = 0; i < 2; i++)
		tap_need(pthread_create(&t[i], NULL, big_upload, &port) == 0,
		    "thread");
	for (int i = 0; i < 600 && atomic_load(&fixture_finished) < done + 2;
	     i++) {
		long now = rss_kb();

		peak = now > peak ? now : peak;
		poll(NULL, 0, 10);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], &ok[i]);
	tap_ok(ok[0] != NULL && ok[1] != NULL, "two uploads of 200 MiB");
	tap_ok(peak - before < 8192, "in constant memory (+%ld KiB)",
	    peak - before);
}

/* --- start and stop --- */

static void
test_port_in_use(uint16_t port)
{
	static const struct vt_http_face face = { "/", fixture_routes, 1, NULL,
		NULL, NULL };
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;

	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.port = port;
	tap_code(vt_http_start(&opt, &h, &err), VT_E_PORT_IN_USE, &err,
	    "the port is taken");
	opt.address = "nowhere";
	tap_code(
	    vt_http_start(&opt, &h, &err), VT_E_USAGE, &err, "no such address");
	tap_ok(h == NULL, "nothing is handed out");
}

static void
test_stop(struct vt_http *h)
{
	static const char q[] = "GET /slow HTTP/1.1\r\n" HOST "\r\n";
	uint16_t port = vt_http_port(h);
	int slow = raw_open(port), idle = raw_open(port);
	int64_t from;
	VT_BUF_AUTO(b);

	(void)raw_send(slow, q, sizeof(q) - 1);
	(void)raw_send(idle, "GET /hel", 8);
	poll(NULL, 0, 100);
	from = vt_monotonic_us(vt_context_system());
	vt_http_stop(h);
	tap_ok(vt_monotonic_us(vt_context_system()) - from < 5000000,
	    "stops soon, whoever is silent");
	raw_recv(slow, 100, &b);
	tap_eq_str(
	    raw_body(&b), "hello\n", "a request under way gets its answer");
	close(slow);
	close(idle);
}

int
main(void)
{
	struct vt_http *h = fixture_start();
	uint16_t port = vt_http_port(h);

	test_methods(port);
	test_keep_alive(port);
	test_bodies(port);
	test_uploads(port);
	test_continue(port);
	test_ranges(port);
	test_no_stall(port);
	test_dripping();
	test_slow_body();
	test_memory(port);
	test_port_in_use(port);
	test_stop(h);
	return tap_done();
}
