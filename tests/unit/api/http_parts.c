/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small parts of api/http by themselves: rates, spools, limits at their
 * edges. */
#include "tests/unit/api/http_fixture.h"

#include "api/http/accept.h"
#include "api/http/address.h"
#include "api/http/rate.h"
#include "api/http/spool.h"
#include "base/limits.h"

/* --- rates, by a clock that stands still until told --- */

static int64_t the_time = 5000000;

static vt_time
clock_now(void *arg)
{
	(void)arg;
	return the_time;
}

static void
no_random(void *arg, void *p, size_t n)
{
	(void)arg;
	memset(p, 1, n);
}

static void
test_rate(void)
{
	const struct vt_context c = { clock_now, clock_now, no_random, NULL };
	struct vt_http_rate *r = vt_http_rate_new(&c, 3, 60);
	struct vt_err err = VT_ERR_INIT;
	unsigned wait = 0;
	char peer[40];
	int rc = VT_OK;

	tap_need(r != NULL, "a table");
	for (int i = 0; i < 3; i++)
		tap_call(vt_http_rate_take(r, "192.0.2.1", &wait, &err), &err,
		    "request %d of 3", i + 1);
	tap_code(vt_http_rate_take(r, "192.0.2.1", &wait, &err),
	    VT_E_HTTP_TOO_MANY, &err, "the fourth at once");
	tap_ok(wait == 60 || wait == 61, "come back in a minute (%u s)", wait);
	tap_call(vt_http_rate_take(r, "192.0.2.2", &wait, &err), &err,
	    "another address");
	the_time += 59 * 1000000;
	tap_code(vt_http_rate_take(r, "192.0.2.1", &wait, &err),
	    VT_E_HTTP_TOO_MANY, &err, "too early");
	the_time += 1100000;
	tap_call(vt_http_rate_take(r, "192.0.2.1", &wait, &err), &err,
	    "after the wait");
	the_time += 90000000000LL;
	for (int i = 0; i < 3; i++)
		tap_call(vt_http_rate_take(r, "192.0.2.1", &wait, &err), &err,
		    "a day later %d of 3", i + 1);
	tap_code(vt_http_rate_take(r, "192.0.2.1", &wait, &err),
	    VT_E_HTTP_TOO_MANY, &err, "and no more than that");
	for (int i = 0; i < 3; i++)
		tap_call(vt_http_rate_take(r, "2001:db8:1:2::1", &wait, &err),
		    &err, "IPv6 %d of 3", i + 1);
	tap_code(vt_http_rate_take(r, "2001:db8:1:2:ffff::9", &wait, &err),
	    VT_E_HTTP_TOO_MANY, &err, "one /64 is one network");
	tap_call(vt_http_rate_take(r, "2001:db8:1:3::1", &wait, &err), &err,
	    "the next /64 is another");
	tap_call(vt_http_rate_take(r, "net 20010db80001", &wait, &err), &err,
	    "a text that is no address");
	for (int i = 0; i < 9; i++)
		vt_http_rate_give(r, "net 20010db80001");
	for (int i = 0; i < 3; i++)
		tap_call(vt_http_rate_take(r, "net 20010db80001", &wait, &err),
		    &err, "what was given back %d of 3", i + 1);
	tap_code(vt_http_rate_take(r, "net 20010db80001", &wait, &err),
	    VT_E_HTTP_TOO_MANY, &err, "never more than at first");
	for (int i = 0; i < 100000 && rc == VT_OK; i++) {
		snprintf(peer, sizeof(peer), "10.%d.%d.%d", i >> 16,
		    i >> 8 & 255, i & 255);
		rc = vt_http_rate_take(r, peer, &wait, &err);
	}
	tap_eq_int(rc, VT_OK, "more addresses than room: nobody is locked out");
	vt_http_rate_free(r);
}

/* --- spools --- */

static int
fill(const char *multipart, uint64_t limit, const char *bytes, size_t *ret_n)
{
	VT_CLEANUP(vt_http_spool_free) struct vt_http_spool *s = NULL;
	int fd = -1, rc;

	rc = vt_http_spool_new(VT_HTTP_SHARE_PUBLIC, "10.0.0.1",
	    multipart == NULL ? VT_SPAN(NULL, 0) : vt_span_str(multipart),
	    limit, &s, NULL);
	if (rc == VT_OK)
		rc = vt_http_spool_put(s, vt_span_str(bytes), NULL);
	if (rc == VT_OK)
		rc = vt_http_spool_end(s, &fd, NULL);
	if (rc == VT_OK)
		*ret_n = (size_t)lseek(fd, 0, SEEK_END);
	return rc;
}

static void
test_spool(void)
{
	size_t n = 0;

	tap_eq_int(fill(NULL, 4, "1234", &n), VT_OK, "as many as the limit");
	tap_eq_int(n, 4, "all there");
	tap_eq_int(fill(NULL, 4, "12345", &n), VT_E_LIMIT, "one too many");
	tap_eq_int(fill(NULL, 4, "", &n), VT_E_FILE_EMPTY, "none");
	tap_eq_int(fill("multipart/form-data; boundary=b", 4,
		       "--b\r\nContent-Disposition: form-data; name=\"lang\""
		       "\r\n\r\nen is longer\r\n--b\r\nContent-Disposition: "
		       "form-data; name=f; filename=x\r\n\r\n1234\r\n--b--",
		       &n),
	    VT_OK, "of a form only the file counts");
	tap_eq_int(n, 4, "its bytes");
	tap_eq_int(fill("multipart/form-data; boundary=b", 3,
		       "--b\r\nContent-Disposition: form-data; name=f; "
		       "filename=x\r\n\r\n1234\r\n--b--",
		       &n),
	    VT_E_LIMIT, "and its limit holds");
	tap_eq_int(fill("multipart/form-data; boundary=b", 9,
		       "--b\r\nContent-Disposition: form-data; name=f\r\n\r\n"
		       "1\r\n--b--",
		       &n),
	    VT_E_FILE_EMPTY, "a form without");
}

/* A spool of that address with one byte in it. */
static int
one(enum vt_http_share share, const char *peer, struct vt_http_spool **ret)
{
	int rc = vt_http_spool_new(share, peer, VT_SPAN(NULL, 0),
	    VT_L(SPOOL_BYTES_MAX) + 1, ret, NULL);

	return rc != VT_OK ? rc
			   : vt_http_spool_put(*ret, VT_SPAN_LIT("1"), NULL);
}

/* Places are for whole files, and each share has its own. */
static void
test_shares(void)
{
	const size_t most = VT_L(CHECKS_MAX), own = VT_L(VALIDATIONS_MAX);
	struct vt_http_spool *s[64] = { NULL }, *o[64] = { NULL };
	char peer[32];
	int fd, rc = VT_OK;

	tap_need(most + 8 <= 64 && own < 64, "room");
	for (size_t i = 0; i < most + 8 && rc == VT_OK; i++) {
		snprintf(peer, sizeof(peer), "10.0.1.%zu", i);
		rc = one(VT_HTTP_SHARE_PUBLIC, peer, &s[i]);
	}
	tap_eq_int(rc, VT_OK, "files under way take no place");
	for (size_t i = 0; i < most && rc == VT_OK; i++)
		rc = vt_http_spool_end(s[i], &fd, NULL);
	tap_eq_int(rc, VT_OK, "%zu whole files are checked at once", most);
	tap_eq_int(vt_http_spool_end(s[most], &fd, NULL), VT_E_BUSY,
	    "one more has to wait");
	for (size_t i = 0; i < own && rc == VT_OK; i++) {
		rc = one(VT_HTTP_SHARE_OWN, "10.0.0.1", &o[i]);
		if (rc == VT_OK)
			rc = vt_http_spool_end(o[i], &fd, NULL);
	}
	tap_eq_int(
	    rc, VT_OK, "those with an account have %zu of their own", own);
	tap_eq_int(one(VT_HTTP_SHARE_OWN, "10.0.0.1", &o[own]), VT_OK,
	    "a file of theirs comes in");
	tap_eq_int(vt_http_spool_end(o[own], &fd, NULL), VT_E_BUSY,
	    "and waits as well");
	vt_http_spool_free(s[0]);
	s[0] = NULL;
	tap_eq_int(
	    vt_http_spool_end(s[most], &fd, NULL), VT_OK, "until one is done");
	for (size_t i = 0; i < 64; i++) {
		vt_http_spool_free(s[i]);
		vt_http_spool_free(o[i]);
	}
}

static void
test_spool_room(void)
{
	const size_t most = VT_L(SPOOLS_PER_IP);
	struct vt_http_spool *s[64] = { NULL }, *more = NULL;
	static char block[1 << 20];
	int fd = -1, rc = VT_OK;
	uint64_t n;

	tap_need(most <= 64, "room");
	for (size_t i = 0; i < most && rc == VT_OK; i++)
		rc = one(VT_HTTP_SHARE_PUBLIC,
		    i == 0 ? "2001:db8::1" : "2001:db8::2", &s[i]);
	tap_eq_int(rc, VT_OK, "%zu of one network", most);
	tap_eq_int(one(VT_HTTP_SHARE_PUBLIC, "2001:db8::3", &more),
	    VT_E_HTTP_TOO_MANY, "one more is refused");
	for (size_t i = 0; i < most; i++)
		vt_http_spool_free(s[i]);
	tap_eq_int(one(VT_HTTP_SHARE_PUBLIC, "2001:db8::3", &s[0]), VT_OK,
	    "and comes in afterwards");
	tap_eq_int(one(VT_HTTP_SHARE_PUBLIC, "2001:db8::3", &s[1]), VT_OK,
	    "with another");
	/* What was written is cut off again: the test needs no such memory. */
	tap_eq_int(vt_http_spool_end(s[0], &fd, NULL), VT_OK, "its memory");
	n = 2;
	while (n + sizeof(block) <= VT_L(SPOOL_BYTES_MAX) && rc == VT_OK) {
		rc = vt_http_spool_put(
		    s[0], VT_SPAN(block, sizeof(block)), NULL);
		if (ftruncate(fd, 0) != 0)
			rc = VT_E_IO;
		n += sizeof(block);
	}
	tap_eq_int(rc, VT_OK, "memory of the share up to %zu bytes",
	    VT_L(SPOOL_BYTES_MAX));
	rc = vt_http_spool_put(
	    s[0], VT_SPAN(block, VT_L(SPOOL_BYTES_MAX) - n), NULL);
	tap_eq_int(rc, VT_OK, "to the last");
	tap_eq_int(vt_http_spool_put(s[0], VT_SPAN_LIT("1"), NULL), VT_E_BUSY,
	    "and no byte more");
	tap_eq_int(one(VT_HTTP_SHARE_OWN, "10.0.0.1", &s[2]), VT_OK,
	    "the other share has its own");
	for (size_t i = 0; i < 3; i++)
		vt_http_spool_free(s[i]);
}

/* --- limits of connections --- */

static struct vt_http *
start(unsigned all, unsigned per_ip, unsigned idle_s)
{
	static const struct vt_http_face face = { "/", fixture_routes, 1, NULL,
		NULL, NULL };
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;

	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.connections_max = all;
	opt.per_ip_max = per_ip;
	opt.idle_s = idle_s;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	return h;
}

/* Is this connection answered? */
static bool
answers(int fd)
{
	static const char q[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
	VT_BUF_AUTO(b);

	(void)raw_send(fd, q, sizeof(q) - 1);
	raw_answer(fd, &b);
	return raw_status(&b) == 200;
}

static void
test_connections(void)
{
	for (int which = 0; which < 2; which++) {
		const char *what = which == 0 ? "in all" : "one address";
		struct vt_http *h =
		    start(which == 0 ? 3 : 9, which == 0 ? 9 : 3, 20);
		bool again = false;
		int fd[4];

		for (int i = 0; i < 4; i++) {
			fd[i] = raw_open(vt_http_port(h));
			tap_ok(answers(fd[i]) == (i < 3), "%s: %d of 3", what,
			    i + 1);
		}
		close(fd[0]);
		/* The server learns of it in its own time. */
		for (int i = 0; i < 100 && !again; i++) {
			close(fd[3]);
			poll(NULL, 0, 20);
			fd[3] = raw_open(vt_http_port(h));
			again = answers(fd[3]);
		}
		tap_ok(again, "%s: the next after one has left", what);
		for (int i = 1; i < 4; i++)
			close(fd[i]);
		vt_http_stop(h);
	}
}

/* --- behind a proxy --- */

static void
test_forwarded(void)
{
	static const struct {
		const char *x, *f, *want;
	} v[] = {
		{ NULL, NULL, "-" },
		{ "10.1.2.3", NULL, "10.1.2.3" },
		{ "6.6.6.6, 10.1.2.3", NULL, "10.1.2.3" },
		{ "6.6.6.6,10.1.2.3:4711 ", NULL, "10.1.2.3" },
		{ "2001:DB8:0::1", NULL, "2001:db8::1" },
		{ "[2001:db8::1]:4711", NULL, "2001:db8::1" },
		{ "::ffff:10.1.2.3", NULL, "10.1.2.3" },
		{ "10.1.2.3, unknown", NULL, "-" },
		{ "10.1.2.3,", NULL, "-" },
		{ "10.1.2.300", NULL, "-" },
		{ NULL, "for=10.1.2.3", "10.1.2.3" },
		{ NULL, "for=6.6.6.6, by=1.1.1.1; For=10.1.2.3 ;proto=https",
		    "10.1.2.3" },
		{ NULL, "for=\"[2001:db8::1]:4711\"", "2001:db8::1" },
		{ NULL, "for=10.1.2.3, for=_hidden", "-" },
		{ NULL, "for=10.1.2.3, proto=https", "-" },
		{ "10.1.2.3", "for=10.1.2.3", "10.1.2.3" },
		{ "6.6.6.6", "for=10.1.2.3", "-" },
		{ "10.1.2.3", "for=", "-" },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		char got[VT_HTTP_ADDRESS_MAX] = "-";
		struct vt_http_field h[4];
		struct vt_http_req q = { .fields = h };

		/* What a client sends itself stands first. */
		if (v[i].x != NULL) {
			h[q.nfields++] = (struct vt_http_field){
				VT_SPAN_LIT("X-Forwarded-For"),
				VT_SPAN_LIT("7.7.7.7")
			};
			h[q.nfields++] = (struct vt_http_field){
				VT_SPAN_LIT("x-forwarded-for"),
				vt_span_str(v[i].x)
			};
		}
		if (v[i].f != NULL)
			h[q.nfields++] =
			    (struct vt_http_field){ VT_SPAN_LIT("Forwarded"),
				    vt_span_str(v[i].f) };
		tap_ok(vt_http_forwarded(&q, got) == (v[i].want[0] != '-'),
		    "%s | %s", v[i].x == NULL ? "" : v[i].x,
		    v[i].f == NULL ? "" : v[i].f);
		tap_eq_str(got, v[i].want, "the client");
	}
}

static int
say_peer(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_http_res_type(res, "text/plain");
	vt_buf_puts(&res->body, req->peer);
	return VT_OK;
}

static const struct vt_http_route peer_routes[] = {
	{ "GET", "/", VT_HTTP_BODY_NONE, 0, NULL, say_peer, NULL },
	{ "POST", "/", VT_HTTP_BODY_BUFFER, 9, NULL, say_peer, NULL },
};

static struct vt_http *
start_behind(const char *proxy)
{
	static const struct vt_http_face face = { "/", peer_routes, 2, NULL,
		NULL, NULL };
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;

	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.trusted_proxy = proxy;
	opt.per_ip_max = 2;
	tap_need(vt_http_start(&opt, &h, &err) == VT_OK, "server %s", err.msg);
	return h;
}

/* Opens a request of that client whose body does not come. */
static int
hold(uint16_t to, const char *client)
{
	int fd = raw_open(to);
	VT_BUF_AUTO(b);

	vt_buf_printf(&b,
	    "POST / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: "
	    "%s\r\nContent-Length: 1\r\n\r\n",
	    client);
	(void)raw_send(fd, b.p, b.n);
	return fd;
}

static void
test_proxy(void)
{
	static const struct {
		const char *proxy, *want;
	} v[] = { { NULL, "127.0.0.1" }, { "127.0.0.2", "127.0.0.1" },
		{ "127.0.0.1", "10.1.2.3" },
		{ "::ffff:127.0.0.1", "10.1.2.3" } };
	const struct vt_span ask =
	    VT_SPAN_LIT("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
			"X-Forwarded-For: 6.6.6.6, 10.1.2.3\r\n\r\n");
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_http_face face = { "/", peer_routes, 2, NULL, NULL, NULL };
	struct vt_http *h = NULL;
	int fd[3], status = 0;
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		h = start_behind(v[i].proxy);
		tap_eq_int(raw_ask(vt_http_port(h), ask, &b), 200, "proxy %s",
		    v[i].proxy == NULL ? "none" : v[i].proxy);
		tap_eq_str(raw_body(&b), v[i].want, "the client");
		vt_http_stop(h);
	}
	h = start_behind("127.0.0.1");
	fd[0] = hold(vt_http_port(h), "10.1.2.3");
	fd[1] = hold(vt_http_port(h), "10.1.2.3");
	fd[2] = hold(vt_http_port(h), "10.1.2.4");
	for (int i = 0; i < 100 && status != 429; i++) {
		poll(NULL, 0, 20);
		status = raw_ask(vt_http_port(h), ask, &b);
	}
	tap_eq_int(status, 429, "requests count by client, not by proxy");
	tap_eq_int(raw_ask(vt_http_port(h),
		       VT_SPAN_LIT("GET / HTTP/1.1\r\nHost: a\r\nForwarded: "
				   "for=10.1.2.4\r\n\r\n"),
		       &b),
	    200, "another is served");
	close(fd[0]);
	for (int i = 0; i < 100 && status == 429; i++) {
		poll(NULL, 0, 20);
		status = raw_ask(vt_http_port(h), ask, &b);
	}
	tap_eq_int(status, 200, "and the first once one is done");
	close(fd[1]);
	close(fd[2]);
	vt_http_stop(h);
	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.trusted_proxy = "localhost";
	tap_eq_int(vt_http_start(&opt, &h, NULL), VT_E_USAGE,
	    "a proxy has a number, no name");
}

static void
test_idle(void)
{
	struct vt_http *h = start(0, 0, 1);
	struct pollfd p = { .events = POLLIN };

	p.fd = raw_open(vt_http_port(h));
	tap_ok(poll(&p, 1, 300) == 0, "a silent connection is left alone");
	tap_ok(poll(&p, 1, 4000) == 1, "for its time, then closed");
	close(p.fd);
	vt_http_stop(h);
}

static void
test_language(void)
{
	static const struct {
		const char *header;
		bool vi;
	} cases[] = {
		{ "", false },
		{ "vi", true },
		{ "VI-vn", true },
		{ "en", false },
		{ "fr, de;q=0.5", false },
		{ "*", false },
		{ "vi, en", true },
		{ "en, vi", false },
		{ "en;q=0.8, vi", true },
		{ "en;q=0.8,vi;q=0.801", true },
		{ "vi;q=0.8,en;q=0.9", false },
		{ "vi;q=0", false },
		{ "vi;q=0.0, en;q=0", false },
		{ "vie", false },
		{ "fr, vi;q=0.1", true },
		{ ",;,vi;q=;x", true },
	};

	tap_ok(!vt_http_language_vi(VT_SPAN(NULL, 0)), "no language: English");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_ok(vt_http_language_vi(vt_span_str(cases[i].header)) ==
			   cases[i].vi,
		    "\"%s\": %s", cases[i].header, cases[i].vi ? "vi" : "en");
}

static void
test_accept(void)
{
	static const struct {
		const char *header;
		bool json;
	} cases[] = {
		{ "", true },
		{ "application/json", true },
		{ "APPLICATION/JSON; q=0.001", true },
		{ "application/json;q=0.000", false },
		{ "*/*, application/json;q=0", false },
		{ "application/*;q=0, */*", false },
		{ "text/html", false },
		{ "text/html, */*;q=0.1", true },
		{ "text/html;x=\"a,b;q=0\", application/json", true },
		{ "json", false },
	};
	static const char *const types[] = { "application/json", NULL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_ok(vt_http_accept_lists(vt_span_str(cases[i].header),
			   types) == cases[i].json,
		    "Accept \"%s\": %s", cases[i].header,
		    cases[i].json ? "served" : "406");
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base %s", err.msg);
	test_language();
	test_accept();
	test_rate();
	test_spool();
	test_shares();
	test_spool_room();
	test_connections();
	test_forwarded();
	test_proxy();
	test_idle();
	return tap_done();
}
