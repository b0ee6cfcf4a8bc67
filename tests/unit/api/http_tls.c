/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS: versions, keys that fit, and what is said of a client's certificate. */
#include "api/http/http.h"
#include "tests/unit/api/tls_fixture.h"

#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"

/* What the server knows of the client, as text. */
static int
say(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_http_res_type(res, "text/plain");
	vt_buf_printf(&res->body, "tls=%d trusted=%d der=", req->tls,
	    req->peer_cert.trusted);
	vt_buf_hex(&res->body, req->peer_cert.der);
	return VT_OK;
}

/* The certificate is there before the body is: admit decides by it. */
static int
only_known(struct vt_http_req *req, struct vt_err *reterr)
{
	if (req->peer_cert.trusted)
		return VT_OK;
	return vt_err_set(
	    reterr, VT_E_UNAUTHENTICATED, "no certificate that is believed");
}

static const struct vt_http_route routes[] = {
	{ "GET", "/say", VT_HTTP_BODY_NONE, 0, NULL, say, NULL },
	{ "GET", "/known", VT_HTTP_BODY_NONE, 0, only_known, say, NULL },
	{ "POST", "/known", VT_HTTP_BODY_BUFFER, 1000, only_known, say, NULL },
};
static const struct vt_http_face face = { "/", routes, 3, NULL, NULL, NULL };

static struct tls_identity ca, other_ca, server, client, stranger, expired,
    wrong_use;

static int
start(const struct vt_http_tls *tls, struct vt_http **ret, struct vt_err *err)
{
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;

	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	opt.tls = tls;
	return vt_http_start(&opt, ret, err);
}

static void
files(void)
{
	struct vt_http_tls t = { server.cert_file, server.key_file, NULL };
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;

	t.cert = "/nonexistent";
	tap_code(start(&t, &h, &err), VT_E_NO_INPUT, &err, "no certificate");
	t.cert = server.key_file;
	tap_code(
	    start(&t, &h, &err), VT_E_KEY_FORMAT, &err, "a key in its place");
	t.cert = server.cert_file;
	t.key = client.key_file;
	tap_code(start(&t, &h, &err), VT_E_KEY_MISMATCH, &err, "another's key");
	t.key = server.key_file;
	t.client_ca = server.key_file;
	tap_code(
	    start(&t, &h, &err), VT_E_KEY_FORMAT, &err, "no CA in the file");
	t.client_ca = tls_dir;
	tap_code(start(&t, &h, &err), VT_E_IO, &err, "a directory");
}

static void
without_clients(void)
{
	struct vt_http_tls t = { server.cert_file, server.key_file, NULL };
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;
	VT_BUF_AUTO(b);
	uint16_t port;

	tap_need(start(&t, &h, &err) == VT_OK, "starts %s", err.msg);
	port = vt_http_port(h);
	tap_eq_int(tls_ask(port, ca.cert_file, NULL, NULL,
		       "GET /say HTTP/1.1\r\n" CLOSE, &b),
	    200, "over TLS");
	tap_ok(strstr(vt_buf_str(&b), "tls=1 trusted=0 der=") != NULL,
	    "the request says so");
	tap_ok(
	    strstr(vt_buf_str(&b),
		"\r\nStrict-Transport-Security: max-age=31536000\r\n") != NULL,
	    "and browsers are told to come so only (RFC 6797)");
	tap_eq_int(tls_ask(port, ca.cert_file, &client, NULL,
		       "GET /say HTTP/1.1\r\n" CLOSE, &b),
	    200, "a client with a certificate");
	tap_ok(b.n > 4 && memcmp(vt_buf_str(&b) + b.n - 4, "der=", 4) == 0,
	    "is not asked for it");
	tap_eq_int(
	    tls_ask(port, ca.cert_file, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		"GET /say HTTP/1.1\r\n" CLOSE, &b),
	    200, "TLS 1.2");
	tap_eq_int(
	    tls_ask(port, ca.cert_file, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.3",
		"GET /say HTTP/1.1\r\n" CLOSE, &b),
	    200, "TLS 1.3");
	tap_eq_int(tls_ask(port, ca.cert_file, NULL,
		       "LEGACY:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0",
		       "GET /say HTTP/1.1\r\n" CLOSE, &b),
	    -1, "not TLS 1.1 or 1.0");
	tap_eq_int(tls_ask(port, ca.cert_file, NULL,
		       "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:"
		       "+AES-128-CBC:+AES-256-CBC",
		       "GET /say HTTP/1.1\r\n" CLOSE, &b),
	    -1, "no CBC");
	tap_eq_int(tls_ask(port, other_ca.cert_file, NULL, NULL,
		       "GET /say HTTP/1.1\r\n" CLOSE, &b),
	    -1, "a client of another CA does not believe us");
	vt_http_stop(h);
}

/* What is said of one client; der expected or not. */
static void
shows(uint16_t port, const struct tls_identity *who, bool trusted,
    const char *what)
{
	VT_BUF_AUTO(want);
	VT_BUF_AUTO(b);

	vt_buf_printf(&want, "tls=1 trusted=%d der=", trusted);
	if (who != NULL)
		vt_buf_hex(&want, VT_SPAN(who->der, who->n_der));
	tap_eq_int(tls_ask(port, ca.cert_file, who, NULL,
		       "GET /say HTTP/1.1\r\n" CLOSE, &b),
	    200, "%s is answered", what);
	tap_ok(strstr(vt_buf_str(&b), vt_buf_str(&want)) != NULL,
	    "%s: trusted=%d, and its very bytes", what, trusted);
	tap_eq_int(tls_ask(port, ca.cert_file, who, NULL,
		       "GET /known HTTP/1.1\r\n" CLOSE, &b),
	    trusted ? 200 : 401, "%s: admit decides", what);
}

static void
with_clients(void)
{
	struct vt_http_tls t = { server.cert_file, server.key_file,
		ca.cert_file };
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;
	VT_BUF_AUTO(b);
	uint16_t port;

	tap_need(start(&t, &h, &err) == VT_OK, "starts %s", err.msg);
	port = vt_http_port(h);
	shows(port, NULL, false, "no certificate");
	shows(port, &client, true, "a client of the CA");
	shows(port, &stranger, false, "a client of another CA");
	shows(port, &expired, false, "an expired one");
	shows(port, &wrong_use, false, "a server's certificate");
	tap_eq_int(tls_ask(port, ca.cert_file, &client,
		       "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		       "GET /known HTTP/1.1\r\n" CLOSE, &b),
	    200, "TLS 1.2 the same");
	tap_eq_int(
	    tls_ask(port, ca.cert_file, &stranger, NULL,
		"POST /known HTTP/1.1\r\nContent-Length: 900\r\n" CLOSE, &b),
	    401, "refused before the body is read");
	vt_http_stop(h);
}

/* A plain request on a TLS port gets nothing of ours. */
static void
plain_client(void)
{
	struct vt_http_tls t = { server.cert_file, server.key_file, NULL };
	struct vt_err err = VT_ERR_INIT;
	struct vt_http *h = NULL;
	static const char ask[] = "GET /say HTTP/1.1\r\n" CLOSE;
	char b[512] = "";
	int fd;

	tap_need(start(&t, &h, &err) == VT_OK, "starts %s", err.msg);
	fd = tls_connect(vt_http_port(h));
	tap_ok(
	    send(fd, ask, strlen(ask), MSG_NOSIGNAL) > 0, "plain HTTP is sent");
	(void)recv(fd, b, sizeof(b) - 1, 0);
	tap_ok(strncmp(b, "HTTP/", 5) != 0, "and not answered as such");
	close(fd);
	vt_http_stop(h);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct tls_identity *all[] = { &ca, &other_ca, &server, &client,
		&stranger, &expired, &wrong_use };

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tls_fixture_begin();
	tls_make(&ca, "ca", TLS_CA, NULL, 30);
	tls_make(&other_ca, "other-ca", TLS_CA, NULL, 30);
	tls_make(&server, "server", TLS_SERVER, &ca, 30);
	tls_make(&client, "client", TLS_CLIENT, &ca, 30);
	tls_make(&stranger, "stranger", TLS_CLIENT, &other_ca, 30);
	tls_make(&expired, "expired", TLS_CLIENT, &ca, 0);
	tls_make(&wrong_use, "wrong-use", TLS_SERVER, &ca, 30);
	files();
	without_clients();
	with_clients();
	plain_client();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		tls_forget(all[i]);
	tls_fixture_end();
	return tap_done();
}
