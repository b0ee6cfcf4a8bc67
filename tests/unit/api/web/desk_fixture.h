/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk over a fake office, on a port, and what a browser sends it. */
#ifndef VT_TESTS_API_WEB_DESK_FIXTURE_H
#define VT_TESTS_API_WEB_DESK_FIXTURE_H

#include "api/web/web.h"
#include "tests/unit/api/fake_office.h"
#include "tests/unit/api/http_fixture.h"
#include "tests/unit/api/web/fake_desk.h"

#define UNUSED __attribute__((unused))

#define HAS(s) (strstr(vt_buf_str(b), s) != NULL)
#define PAPER  "/desk/papers/05050505050505050505050505050505"
#define KEY    "0123456789abcdef0123456789abcdef"
#define FORM   "application/x-www-form-urlencoded"
#define CSRF_C                                                                 \
	"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
/* a hash */
#define OTHER "2222222222222222222222222222222222222222222222222222222222222222"

static uint16_t port;
static struct vt_http *desk_server;
static struct vt_web *desk_web;

/* who: of fake_token, 0: nobody. more: header lines. */
static UNUSED int
ask(struct vt_buf *b, const char *method, const char *path, char who,
    const char *more, const char *body)
{
	VT_BUF_AUTO(q);

	vt_buf_printf(&q,
	    "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s", method,
	    path, more);
	if (who != 0)
		vt_buf_printf(&q, "Cookie: x=1; vt=%s\r\n", fake_token(who));
	if (body != NULL)
		vt_buf_printf(&q, "Content-Length: %zu\r\n", strlen(body));
	vt_buf_printf(&q, "\r\n%s", body == NULL ? "" : body);
	return raw_ask(port, vt_buf_view(&q), b);
}

static UNUSED int
get(struct vt_buf *b, const char *path, char who)
{
	return ask(b, "GET", path, who, "", NULL);
}

static UNUSED int
post(struct vt_buf *b, const char *path, char who, const char *body)
{
	return ask(b, "POST", path, who, "Content-Type: " FORM "\r\n", body);
}

/* A form of this person's with more fields. */
static UNUSED int
form(struct vt_buf *b, const char *act, char who, const char *fields)
{
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(path);

	vt_buf_printf(&path, PAPER "/acts/%s", act);
	vt_buf_printf(&body, "csrf=%s&key=" KEY "&rev=3&seen=40&%s",
	    fake_csrf(who), fields);
	return post(b, vt_buf_str(&path), who, vt_buf_str(&body));
}

static UNUSED void
desk_begin(void)
{
	static struct vt_http_face face;
	struct vt_http_options opt = VT_HTTP_OPTIONS_INIT;
	struct vt_web_options o = { .office = fake_office(),
		.ctx = vt_context_system() };
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base %s", err.msg);
	tap_need(vt_web_new(&o, &desk_web, &err) == VT_OK, "desk %s", err.msg);
	face = vt_web_face(desk_web);
	opt.context = vt_context_system();
	opt.faces = &face;
	opt.nfaces = 1;
	tap_need(vt_http_start(&opt, &desk_server, &err) == VT_OK, "server %s",
	    err.msg);
	port = vt_http_port(desk_server);
}

static UNUSED void
desk_end(void)
{
	vt_http_stop(desk_server);
	vt_web_free(desk_web);
}

#endif
