/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The provincial wrapper's client against a gateway made here: its token, its
 * three headers, its calls and answers. */
#include <stdatomic.h>

#include "api/exchange/axis/wrapper.h"
#include "api/fetch/fetch.h"
#include "api/http/http.h"
#include "api/http/multipart.h"
#include "base/log.h"
#include "tests/tap.h"

static atomic_int logins, good_token; /* token "t<N>" */
static struct vt_buf last_file, last_type, last_query, last_body;
static int send_answer; /* ErrorCode of the next sendEdoc; 0 = success */
static bool as_xml;     /* getEdoc gives XML, not base64 */

static int
json(struct vt_http_res *res, const char *text)
{
	vt_http_res_type(res, "application/json");
	vt_buf_puts(&res->body, text);
	return VT_OK;
}

static int
login(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_span b = req->body;
	char text[96];

	if (memmem(b.p, b.n, "\"username\":\"demo\"", 17) == NULL ||
	    memmem(b.p, b.n, "\"password\":\"m\\\"k\"", 17) == NULL ||
	    memmem(b.p, b.n, "\"typeObjs\":[0,1]", 16) == NULL ||
	    vt_http_query(req, "allow_anonymous") == NULL)
		return vt_err_set(reterr, VT_E_FORBIDDEN, "login");
	snprintf(text, sizeof(text), "{\"data\":{\"token\":\"t%d\"}}",
	    atomic_fetch_add(&logins, 1) + 1);
	atomic_store(&good_token, atomic_load(&logins));
	return json(res, text);
}

static int
admit(struct vt_http_req *req, struct vt_err *reterr)
{
	char want[32];

	snprintf(want, sizeof(want), "t%d", atomic_load(&good_token));
	if (vt_span_is(vt_http_bearer(req), want) &&
	    vt_span_is(vt_http_header(req, "X-SystemId"), "sys") &&
	    vt_span_is(vt_http_header(req, "X-SecretKey"), "secret"))
		return VT_OK;
	return vt_err_set(reterr, VT_E_UNAUTHENTICATED, "token");
}

static void
keep(struct vt_buf *b, const char *s)
{
	vt_buf_reset(b);
	vt_buf_puts(b, s == NULL ? "" : s);
}

static int part_is_file;

static int
on_part(void *arg, const char *name, bool is_file, struct vt_err *reterr)
{
	(void)arg;
	(void)reterr;
	part_is_file = is_file && strcmp(name, "edocFile") == 0;
	if (!is_file && strcmp(name, "messageType") != 0)
		part_is_file = -1;
	return VT_OK;
}

static int
on_bytes_of_part(void *arg, struct vt_span s, struct vt_err *reterr)
{
	(void)arg;
	(void)reterr;
	vt_buf_span(part_is_file == 1 ? &last_file : &last_type, s);
	return VT_OK;
}

static int
send_edoc(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	static const struct vt_multipart_ops ops = { on_part,
		on_bytes_of_part };
	struct vt_multipart *m = NULL;
	char text[160];
	int rc;

	vt_buf_reset(&last_file);
	vt_buf_reset(&last_type);
	rc = vt_multipart_new(
	    vt_http_header(req, "Content-Type"), &ops, NULL, &m, reterr);
	if (rc == VT_OK)
		rc = vt_multipart_put(m, req->body, reterr);
	if (rc == VT_OK)
		rc = vt_multipart_end(m, reterr);
	vt_multipart_free(m);
	if (rc != VT_OK || vt_http_header(req, "Content-Length").p == NULL)
		return rc != VT_OK ? rc
				   : vt_err_set(reterr, VT_E_INVALID, "length");
	if (send_answer == 0)
		return json(res,
		    "{\"success\":true,\"message\":\"\",\"docId\":\"d-1\"}");
	snprintf(text, sizeof(text),
	    "{\"success\":false,\"data\":{\"status\":\"FAIL\","
	    "\"errorCode\":\"%d\",\"errorDesc\":\"no\"}}",
	    send_answer);
	return json(res, text);
}

static int
list_edoc(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_reset(&last_query);
	vt_buf_printf(&last_query, "%s %s %s",
	    vt_http_query(req, "messageType"), vt_http_query(req, "fromDate"),
	    vt_http_query(req, "toDate"));
	return json(res,
	    "{\"success\":true,\"count\":2,\"data\":[{\"docId\":\"a\","
	    "\"status\":\"initial\"},{\"docId\":\"b\",\"status\":\"done\"}]}");
}

static int
get_edoc(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	keep(&last_query, vt_http_query(req, "docId"));
	return json(res,
	    as_xml
		? "{\"success\":true,\"data\":{\"docId\":\"a\",\"from\":\"x\","
		  "\"edxml\":\"<?xml?><edXML\\/>\",\"attachments\":"
		  "[{\"fileName\":\"f\",\"fileContent\":\"QUJD\"}]}}"
		: "{\"success\":true,\"data\":{\"docId\":\"a\","
		  "\"edxml\":\"PD94bWw/PjxlZFhNTC8+\"}}");
}

static int
update(struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_reset(&last_body);
	vt_buf_span(&last_body, req->body);
	return json(res, "{\"success\":true}");
}

static int
agencies(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	(void)req;
	(void)reterr;
	return json(res, "{\"data\":[{\"code\":\"H1\"},{"
			 "\"code\":\"H2\"}]}");
}

static const struct vt_http_route routes[] = {
	{ "POST", "/v1/auth/login", VT_HTTP_BODY_BUFFER, 4096, NULL, login,
	    NULL },
	{ "POST", "/v1/sendEdoc", VT_HTTP_BODY_BUFFER, 1 << 20, admit,
	    send_edoc, NULL },
	{ "GET", "/v1/syncReceivedEdocList", VT_HTTP_BODY_NONE, 0, admit,
	    list_edoc, NULL },
	{ "GET", "/v1/getEdoc", VT_HTTP_BODY_NONE, 0, admit, get_edoc, NULL },
	{ "POST", "/v1/updateStatus", VT_HTTP_BODY_BUFFER, 4096, admit, update,
	    NULL },
	{ "GET", "/v1/getAgenciesList", VT_HTTP_BODY_NONE, 0, admit, agencies,
	    NULL },
};

/* ---- the client ---- */

static vt_time clock_now = VT_TIME_S(1772414130);

static vt_time
fixed_now(void *arg)
{
	(void)arg;
	return clock_now;
}

static int64_t
mono(void *arg)
{
	(void)arg;
	return vt_monotonic_us(vt_context_system());
}

static void
rnd(void *arg, void *p, size_t n)
{
	(void)arg;
	vt_random(vt_context_system(), p, n);
}

static const struct vt_context ctx = { fixed_now, mono, rnd, NULL };

static int
count_rows(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	(void)row;
	(void)reterr;
	++*(size_t *)arg;
	return VT_OK;
}

static int
collect(void *arg, struct vt_span s, struct vt_err *reterr)
{
	(void)reterr;
	vt_buf_span(arg, s);
	return VT_OK;
}

static void
test_token(struct vt_wrapper_client *c)
{
	struct vt_wrapper_client wrong = *c;
	struct vt_err err = VT_ERR_INIT;
	size_t rows = 0;

	tap_call(vt_wrapper_login(c, &err), &err, "login");
	tap_call(vt_wrapper_agencies(c, count_rows, &rows, &err), &err,
	    "a call with its token");
	tap_eq_int(rows, 2, "has its rows");
	tap_eq_int(atomic_load(&logins), 1, "one login serves both");
	clock_now += VT_TIME_S(1501);
	tap_call(vt_wrapper_agencies(c, count_rows, &rows, &err), &err,
	    "25 minutes later");
	tap_eq_int(atomic_load(&logins), 2, "it logs in anew");
	atomic_store(&good_token, 99);
	tap_call(vt_wrapper_agencies(c, count_rows, &rows, &err), &err,
	    "a token that is refused early");
	tap_eq_int(atomic_load(&logins), 3, "is asked for anew, once");
	wrong.secret = VT_SPAN_LIT("other");
	tap_code(vt_wrapper_agencies(&wrong, count_rows, &rows, &err),
	    VT_E_PEER_REFUSED, &err, "all three headers are needed");
	wrong = *c;
	wrong.password = VT_SPAN_LIT("x");
	wrong.token = vt_wrapper_token_new();
	tap_code(vt_wrapper_login(&wrong, &err), VT_E_PEER_REFUSED, &err,
	    "a wrong password is final");
	vt_wrapper_token_free(wrong.token);
}

static void
test_calls(struct vt_wrapper_client *c)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_source src;
	char id[201] = "";
	VT_BUF_AUTO(got);
	size_t rows = 0;

	vt_source_memory(&src, VT_SPAN_LIT("<edXML/>\r\n--"));
	tap_call(vt_wrapper_send(c, VT_PACKET_EDOC, &src, id, &err), &err,
	    "sendEdoc");
	tap_eq_str(id, "d-1", "its docId");
	tap_eq_str(vt_buf_str(&last_file), "<edXML/>\r\n--", "the packet");
	tap_eq_str(vt_buf_str(&last_type), "edoc", "messageType");
	send_answer = 18;
	tap_code(vt_wrapper_send(c, VT_PACKET_STATUS, &src, id, &err),
	    VT_E_PEER_REFUSED, &err, "code 18 is final");
	send_answer = 20;
	tap_code(vt_wrapper_send(c, VT_PACKET_STATUS, &src, id, &err),
	    VT_E_PEER_UNAVAILABLE, &err, "code 20 is not");
	send_answer = 0;
	tap_call(vt_wrapper_received(c, VT_PACKET_STATUS,
		     clock_now - VT_TIME_S(86400 * 7), clock_now, count_rows,
		     &rows, &err),
	    &err, "list");
	tap_eq_int(rows, 2, "two rows");
	tap_eq_str(vt_buf_str(&last_query), "status 2026/02/23 2026/03/02",
	    "days in Vietnam's time");
	tap_call(
	    vt_wrapper_fetch(c, "a/b c", collect, &got, &err), &err, "getEdoc");
	tap_eq_str(vt_buf_str(&got), "<?xml?><edXML/>", "from base64");
	tap_eq_str(vt_buf_str(&last_query), "a/b c", "its id escaped");
	as_xml = true;
	vt_buf_reset(&got);
	tap_call(vt_wrapper_fetch(c, "a", collect, &got, &err), &err,
	    "getEdoc again");
	tap_eq_str(vt_buf_str(&got), "<?xml?><edXML/>", "as XML");
	tap_call(
	    vt_wrapper_acknowledge(c, "a", "done", &err), &err, "updateStatus");
	tap_eq_str(vt_buf_str(&last_body),
	    "{\"docId\":\"a\",\"status\":\"done\"}", "its body");
}

int
main(void)
{
	struct vt_http_face face = { .prefix = "/",
		.routes = routes,
		.nroutes = sizeof(routes) / sizeof(routes[0]) };
	struct vt_http_options o = VT_HTTP_OPTIONS_INIT;
	struct vt_http *h = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_wrapper_client c = { .system_id = "sys",
		.user = "demo",
		.application = "app",
		.secret = VT_SPAN_LIT("secret"),
		.password = VT_SPAN_LIT("m\"k"),
		.ctx = &ctx,
		.allow_private = true };
	char url[64];

	tap_need(vt_base_init(&err) == VT_OK, "base");
	tap_need(vt_fetch_init(&err) == VT_OK, "libcurl");
	vt_log_setup(2, VT_LEVEL_ERROR);
	o.context = vt_context_system();
	o.faces = &face;
	o.nfaces = 1;
	tap_call(vt_http_start(&o, &h, &err), &err, "gateway");
	tap_need(h != NULL, "gateway");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", vt_http_port(h));
	c.url = url;
	c.token = vt_wrapper_token_new();
	test_token(&c);
	test_calls(&c);
	vt_wrapper_token_free(c.token);
	vt_http_stop(h);
	vt_buf_free(&last_file);
	vt_buf_free(&last_type);
	vt_buf_free(&last_query);
	vt_buf_free(&last_body);
	return tap_done();
}
