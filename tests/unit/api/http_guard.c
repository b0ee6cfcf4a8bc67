/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the guard refuses, over a raw socket, and that it refuses no more. */
#include "tests/unit/api/http_fixture.h"

struct vector {
	const char *what;
	int status;
	const char *p;
	size_t n;
};

#define R(s) s, sizeof(s) - 1
#define HOST "Host: a\r\n"
#define GET  "GET /hello HTTP/1.1\r\n" HOST
#define POST "POST /echo HTTP/1.1\r\n" HOST

static const struct vector vectors[] = {
	{ "a plain request", 200, R(GET "\r\n") },
	{ "no blank after the colon", 200,
	    R("GET /hello HTTP/1.1\r\nHost:a\r\nX:y\r\n\r\n") },
	{ "an empty value", 200, R(GET "X-A:\r\nX-B: \r\nX-C: d\r\n\r\n") },
	{ "blanks around values", 200,
	    R(GET "X-A: \t y \t\r\nX-B: z\r\n\r\n") },
	{ "blanks after the last value", 200, R(GET "X-A: y  \r\n\r\n") },
	{ "an empty last value", 200, R(GET "X-A:\r\n\r\n") },
	{ "UTF-8 in a value", 200, R(GET "X-A: Tr\xc3\xad nh\r\n\r\n") },
	{ "IPv6 host", 200,
	    R("GET /hello HTTP/1.1\r\nHost: [::1]:80\r\n\r\n") },
	{ "HTTP/1.0", 200, R("GET /hello HTTP/1.0\r\nHost: a\r\n\r\n") },
	{ "a query", 200,
	    R("GET /hello?a=b&c=%C3%AD+d HTTP/1.1\r\n" HOST "\r\n") },
	{ "chunked body", 200,
	    R(POST "Transfer-Encoding: chunked\r\n\r\n"
		   "3\r\nabc\r\n0\r\n\r\n") },
	{ "an empty line before the request", 200, R("\r\n" GET "\r\n") },

	/* framing */
	{ "two Content-Length, different", 400,
	    R(POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd") },
	{ "two Content-Length, equal", 400,
	    R(POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc") },
	{ "Content-Length list", 400,
	    R(POST "Content-Length: 3, 3\r\n\r\nabc") },
	{ "Content-Length and chunked", 400,
	    R(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "3\r\nabc\r\n0\r\n\r\n") },
	{ "chunked and Content-Length", 400,
	    R(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
		   "3\r\nabc\r\n0\r\n\r\n") },
	{ "unknown transfer coding", 400,
	    R(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n") },
	{ "unknown transfer coding and Content-Length", 400,
	    R(POST "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\n"
		   "abc") },
	{ "Content-Length and unknown transfer coding", 400,
	    R(POST "Content-Length: 3\r\nTransfer-Encoding: xchunked\r\n\r\n"
		   "abc") },
	{ "gzip, chunked", 400,
	    R(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") },
	{ "two Transfer-Encoding", 400,
	    R(POST
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
		"\r\n0\r\n\r\n") },
	{ "chunked in HTTP/1.0", 400,
	    R("POST /echo HTTP/1.0\r\n" HOST
	      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
	{ "negative length", 400, R(POST "Content-Length: -3\r\n\r\n") },
	{ "signed length", 400, R(POST "Content-Length: +3\r\n\r\nabc") },
	{ "hexadecimal length", 400, R(POST "Content-Length: 0x3\r\n\r\n") },
	{ "empty length", 400, R(POST "Content-Length:\r\n\r\n") },
	{ "hexadecimal chunk prefix", 400,
	    R(POST
		"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n") },
	{ "a body on GET", 400, R(GET "Content-Length: 3\r\n\r\nabc") },

	/* host */
	{ "no Host", 400, R("GET /hello HTTP/1.1\r\n\r\n") },
	{ "two Hosts", 400, R(GET "Host: b\r\n\r\n") },
	{ "an empty Host", 400, R("GET /hello HTTP/1.1\r\nHost:\r\n\r\n") },
	{ "a Host with a path", 400,
	    R("GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n") },
	{ "no Host in HTTP/1.0", 400, R("GET /hello HTTP/1.0\r\n\r\n") },

	/* lines */
	{ "space before the colon", 400, R(GET "X-A : y\r\n\r\n") },
	{ "tab before the colon", 400, R(GET "X-A\t: y\r\n\r\n") },
	{ "a folded line", 400, R(GET "X-A: y\r\n z\r\n\r\n") },
	{ "a folded line, tab", 400, R(GET "X-A: y\r\n\tz\r\n\r\n") },
	{ "a fold of nothing", 400, R(GET "X-A: y\r\n \r\n\r\n") },
	{ "a folded Host", 400,
	    R("GET /hello HTTP/1.1\r\nHost: a\r\n b\r\n\r\n") },
	{ "a fold before the first field", 400,
	    R("GET /hello HTTP/1.1\r\n Host: a\r\n\r\n") },
	{ "bare LF line ends", 400, R("GET /hello HTTP/1.1\nHost: a\n\n") },
	{ "bare LF after the request line", 400,
	    R("GET /hello HTTP/1.1\nHost: a\r\n\r\n") },
	{ "bare LF after a field", 400, R(GET "X-A: y\nX-B: z\r\n\r\n") },
	{ "bare LF at the end", 400, R(GET "X-A: y\r\n\n") },
	{ "bare CR in a value", 400, R(GET "X-A: y\rz\r\n\r\n") },
	{ "NUL in a value", 400, R(GET "X-A: y\0z\r\n\r\n") },
	{ "NULs that look like a line's end", 400,
	    R(GET "X-A: y\0\0X-B: z\r\n\r\n") },
	{ "NULs that look like the end", 400,
	    R(GET "X-A: y\0\0\0\0z\r\n\r\n") },
	{ "NUL in the value before the last", 400,
	    R(GET "X-A: y\0z\r\nX-B: a\r\n\r\n") },
	{ "NUL in a name", 400, R(GET "X\0A: y\r\n\r\n") },
	{ "NUL in the method", 400,
	    R("G\0ET /hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "NUL in the target", 400,
	    R("GET /hello\0x HTTP/1.1\r\n" HOST "\r\n") },
	{ "control character in a value", 400, R(GET "X-A: \x01\r\n\r\n") },
	{ "DEL in a value", 400, R(GET "X-A: \x7f\r\n\r\n") },
	{ "ill-formed UTF-8 in a value", 400, R(GET "X-A: \xc3(\r\n\r\n") },
	{ "no name", 400, R(GET ": y\r\n\r\n") },
	{ "no colon", 400, R(GET "X-A y\r\n\r\n") },
	{ "a name that is no token", 400, R(GET "X(A): y\r\n\r\n") },

	/* request line and target */
	{ "two spaces", 400, R("GET  /hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "a space in the target", 400,
	    R("GET /hello /x HTTP/1.1\r\n" HOST "\r\n") },
	{ "a tab", 400, R("GET\t/hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "trailing space", 400, R("GET /hello HTTP/1.1 \r\n" HOST "\r\n") },
	{ "HTTP/1.2", 400, R("GET /hello HTTP/1.2\r\n" HOST "\r\n") },
	{ "HTTP/2.0", 505, R("GET /hello HTTP/2.0\r\n" HOST "\r\n") },
	{ "HTTP/0.9", 400, R("GET /hello\r\n\r\n") },
	{ "absolute form", 400,
	    R("GET http://a/hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "a method with a slash", 400,
	    R("G/T /hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "\"*\" with GET", 400, R("GET * HTTP/1.1\r\n" HOST "\r\n") },
	{ "dot-dot", 400, R("GET /../../etc/passwd HTTP/1.1\r\n" HOST "\r\n") },
	{ "dot-dot at the end", 400,
	    R("GET /hello/.. HTTP/1.1\r\n" HOST "\r\n") },
	{ "a dot", 400, R("GET /./hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "escaped dots", 400,
	    R("GET /%2e%2E/hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "three dots are a name", 404,
	    R("GET /... HTTP/1.1\r\n" HOST "\r\n") },
	{ "two slashes", 400, R("GET //hello HTTP/1.1\r\n" HOST "\r\n") },
	{ "two slashes inside", 400,
	    R("GET /items//a HTTP/1.1\r\n" HOST "\r\n") },
	{ "escaped slash", 400,
	    R("GET /items/a%2fb HTTP/1.1\r\n" HOST "\r\n") },
	{ "escaped backslash", 400,
	    R("GET /items/a%5cb HTTP/1.1\r\n" HOST "\r\n") },
	{ "backslash", 400, R("GET /items/a\\b HTTP/1.1\r\n" HOST "\r\n") },
	{ "escaped NUL", 400, R("GET /items/a%00 HTTP/1.1\r\n" HOST "\r\n") },
	{ "escaped line feed", 400,
	    R("GET /items/a%0a HTTP/1.1\r\n" HOST "\r\n") },
	{ "ill-formed UTF-8", 400,
	    R("GET /items/%c3%28 HTTP/1.1\r\n" HOST "\r\n") },
	{ "overlong UTF-8", 400,
	    R("GET /items/%c0%af HTTP/1.1\r\n" HOST "\r\n") },
	{ "raw bytes in the path", 400,
	    R("GET /items/\xc3\xad HTTP/1.1\r\n" HOST "\r\n") },
	{ "broken escape", 400, R("GET /items/%4 HTTP/1.1\r\n" HOST "\r\n") },
	{ "escape that is none", 400,
	    R("GET /items/%zz HTTP/1.1\r\n" HOST "\r\n") },
	{ "a fragment", 400, R("GET /hello#x HTTP/1.1\r\n" HOST "\r\n") },
	{ "NUL in the query", 400,
	    R("GET /hello?a=%00 HTTP/1.1\r\n" HOST "\r\n") },
	{ "ill-formed UTF-8 in the query", 400,
	    R("GET /hello?a=%ff HTTP/1.1\r\n" HOST "\r\n") },
	{ "a dot-dot in the query is data", 200,
	    R("GET /hello?a=/../b HTTP/1.1\r\n" HOST "\r\n") },

	/* once only */
	{ "two Authorization", 400,
	    R(GET "Authorization: Bearer a\r\n"
		  "Authorization: Bearer b\r\n\r\n") },
	{ "two Idempotency-Key", 400,
	    R(GET "Idempotency-Key: a\r\n"
		  "idempotency-key: a\r\n\r\n") },
	{ "two If-Match are a list", 200,
	    R(GET "If-Match: \"a\"\r\nIf-Match: \"b\"\r\n\r\n") },
	{ "two X-HTTP-Method-Override", 400,
	    R(POST "X-HTTP-Method-Override: PATCH\r\n"
		   "X-HTTP-Method-Override: DELETE\r\n"
		   "Content-Length: 0\r\n\r\n") },
	{ "unknown Expect", 400, R(GET "Expect: 200-maybe\r\n\r\n") },
	{ "encoded body", 415,
	    R(POST "Content-Encoding: gzip\r\n"
		   "Content-Length: 3\r\n\r\nabc") },
};

/* Refused by the library before we see them, in its own words. */
static const char *const by_library[] = { "Content-Length list",
	"negative length", "signed length", "hexadecimal length",
	"empty length", "hexadecimal chunk prefix", "no colon", "NUL in a name",
	"a tab", "trailing space", "HTTP/2.0", "HTTP/0.9" };

static bool
is_by_library(const char *what)
{
	for (size_t i = 0; i < sizeof(by_library) / sizeof(by_library[0]); i++)
		if (strcmp(by_library[i], what) == 0)
			return true;
	return false;
}

static bool
has_code(const struct vt_buf *b, int status)
{
	const char *code = status == 404   ? "\"code\":\"not-found\""
			   : status == 415 ? "\"code\":\"unsupported-media-"
					     "type\""
					   : "\"code\":\"bad-request\"";

	return strstr(raw_body(b), code) != NULL;
}

static void
test_vectors(uint16_t port)
{
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		int status = raw_ask(port, VT_SPAN(v->p, v->n), &b);

		if (!tap_ok(status == v->status, "%s: %d", v->what, v->status))
			printf("# got %d: %.60s\n", status, raw_body(&b));
		if (status >= 400)
			tap_ok(has_code(&b, status) != is_by_library(v->what),
			    "%s: its code", v->what);
	}
}

/* What follows a refused request on the wire must not become a request. */
static void
test_no_second_answer(uint16_t port)
{
	static const char *const smuggled[] = {
		POST "Content-Length: 3\r\nContent-Length: 40\r\n\r\nabc" GET
		     "\r\n",
		POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "0\r\n\r\n" GET "\r\n",
		GET "X-A : y\r\n\r\n" GET "\r\n",
		POST "Content-Length: 2000\r\n\r\n" GET "\r\n",
	};

	for (size_t i = 0; i < sizeof(smuggled) / sizeof(smuggled[0]); i++) {
		VT_BUF_AUTO(b);
		const char *second;
		int fd = raw_open(port);

		(void)raw_send(fd, smuggled[i], strlen(smuggled[i]));
		raw_recv(fd, 1500, &b);
		close(fd);
		second = strstr(vt_buf_str(&b), "HTTP/1.1 ");
		second =
		    second == NULL ? NULL : strstr(second + 1, "HTTP/1.1 ");
		tap_ok(raw_status(&b) >= 400 && second == NULL,
		    "smuggling %zu: one answer, then the end", i + 1);
	}
}

static void
test_sizes(uint16_t port)
{
	VT_BUF_AUTO(q);
	VT_BUF_AUTO(b);

	/* 4096 bytes of target pass, one more does not. */
	for (int more = 0; more < 2; more++) {
		vt_buf_reset(&q);
		vt_buf_puts(&q, "GET /hello?a=");
		for (size_t i = 0; i < 4096 - 9 + (size_t)more; i++)
			vt_buf_putc(&q, 'x');
		vt_buf_puts(&q, " HTTP/1.1\r\n" HOST "\r\n");
		tap_eq_int(raw_ask(port, vt_buf_view(&q), &b), more ? 414 : 200,
		    "target of 4096 + %d bytes", more);
	}
	for (int more = 0; more < 2; more++) {
		vt_buf_reset(&q);
		vt_buf_puts(&q, GET);
		for (int i = 0; i < 63 + more; i++)
			vt_buf_printf(&q, "X-%d: y\r\n", i);
		vt_buf_puts(&q, "\r\n");
		tap_eq_int(raw_ask(port, vt_buf_view(&q), &b), more ? 431 : 200,
		    "64 + %d fields", more);
	}
	for (int more = 0; more < 2; more++) {
		vt_buf_reset(&q);
		vt_buf_puts(&q, GET "X-A: ");
		while (q.n < 32768 - 4 + (size_t)more)
			vt_buf_putc(&q, 'x');
		vt_buf_puts(&q, "\r\n\r\n");
		tap_eq_int(raw_ask(port, vt_buf_view(&q), &b), more ? 431 : 200,
		    "header of 32768 + %d bytes", more);
	}
}

/* The decoded path and query reach the handler as written. */
static void
test_decoded(uint16_t port)
{
	VT_BUF_AUTO(b);

	tap_eq_int(raw_ask(port,
		       VT_SPAN_LIT("GET /items/s%E1%BB%91%2012?q=a%2Bb+c"
				   " HTTP/1.1\r\n" HOST "\r\n"),
		       &b),
	    200, "escapes");
	tap_eq_str(raw_body(&b), "id=số 12 q=a+b c\n", "decoded once");
	tap_eq_int(
	    raw_ask(port,
		VT_SPAN_LIT("GET /items/%2541 HTTP/1.1\r\n" HOST "\r\n"), &b),
	    200, "double escape");
	tap_eq_str(raw_body(&b), "id=%41 q=-\n", "not decoded twice");
}

int
main(void)
{
	struct vt_http *h = fixture_start();

	test_vectors(vt_http_port(h));
	test_no_second_answer(vt_http_port(h));
	test_sizes(vt_http_port(h));
	test_decoded(vt_http_port(h));
	vt_http_stop(h);
	return tap_done();
}
