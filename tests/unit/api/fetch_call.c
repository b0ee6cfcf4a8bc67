/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that stay open between calls, and peers that close them. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/fetch/call.h"
#include "base/source.h"
#include "tests/tap.h"

#define BODY (300 * 1024)

/* A server of one connection at a time. */
struct server {
	int fd;
	uint16_t port;
	int answers;         /* of one connection; then it is closed */
	int connections;     /* seen; read after the thread has ended */
	int requests, whole; /* and those whose body came as it should */
	int until;           /* requests it lives for */
	pthread_t thread;
};

static uint8_t body[BODY];

/* One request; false: the client closed. */
static bool
take(int fd, bool *ret_whole)
{
	static char buf[BODY + 4096];
	size_t n = 0, length = 0, head = 0;
	char *end, *field;
	ssize_t got;

	do {
		got = read(fd, buf + n, sizeof(buf) - 1 - n);
		if (got <= 0)
			return false;
		n += (size_t)got;
		buf[n] = '\0';
		if (head == 0 && (end = strstr(buf, "\r\n\r\n")) != NULL) {
			head = (size_t)(end - buf) + 4;
			field = strstr(buf, "Content-Length: ");
			length =
			    field == NULL ? 0 : strtoul(field + 16, NULL, 10);
		}
	} while (head == 0 || n < head + length);
	*ret_whole = length == BODY && n == head + BODY &&
		     memcmp(buf + head, body, BODY) == 0;
	return true;
}

static void *
serve(void *arg)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
				 "Connection: keep-alive\r\n\r\nok";
	struct server *s = arg;
	bool whole;

	while (s->requests < s->until) {
		int fd = accept(s->fd, NULL, NULL);

		s->connections++;
		for (int i = 0; i < s->answers && s->requests < s->until; i++) {
			if (!take(fd, &whole))
				break;
			s->requests++;
			s->whole += whole;
			if (write(fd, ok, sizeof(ok) - 1) < 0)
				break;
		}
		close(fd);
	}
	return NULL;
}

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

static void
start(struct server *s, int answers, int until)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);

	*s = (struct server){ .answers = answers, .until = until };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(s->fd >= 0 &&
		 bind(s->fd, (struct sockaddr *)(void *)&a, sizeof(a)) == 0 &&
		 listen(s->fd, 8) == 0 &&
		 getsockname(s->fd, (struct sockaddr *)(void *)&a, &n) == 0 &&
		 pthread_create(&s->thread, NULL, serve, s) == 0,
	    "the test's server");
	s->port = ntohs(a.sin_port);
}

static void
finish(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->fd);
}

static int
post(const struct server *s, struct vt_call_pool *pool, struct vt_err *err)
{
	struct vt_call_answer a;
	struct vt_call c = VT_CALL_INIT;
	struct vt_source src;
	char url[64];
	int rc;

	vt_source_memory(&src, VT_SPAN(body, BODY));
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", s->port);
	c.method = "POST";
	c.url = url;
	c.source = &src;
	c.allow_private = true;
	c.timeout_ms = 20000;
	c.pool = pool;
	rc = vt_call(&c, &a, err);
	vt_source_close(&src);
	if (rc == VT_OK && a.status != 200)
		return vt_err_set(err, VT_E_ENVIRONMENT, "HTTP %ld", a.status);
	return rc;
}

static void
calls(int answers, int connections, const char *what)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_call_pool *pool = NULL;
	struct server s;

	start(&s, answers, 4);
	must(vt_call_pool_new(&pool, &err) == VT_OK, "pool");
	for (int i = 0; i < 4; i++)
		tap_call(
		    post(&s, pool, &err), &err, "%s: call %d", what, i + 1);
	vt_call_pool_free(pool);
	finish(&s);
	tap_eq_int(s.connections, connections, "%s: connections", what);
	tap_eq_int(s.whole, 4, "%s: each body came whole, once", what);
}

/* A pool is shared by calls that may go to the same places only. */
enum misuse { NONE, OTHER_PLACES, OTHER_NAMES, OTHER_CA, OTHER_KEY };

static void
misuse(enum misuse how)
{
	static const char *const names[] = { "a.test:80:127.0.0.1", NULL };
	struct vt_err err = VT_ERR_INIT;
	struct vt_call_pool *pool = NULL;
	struct vt_call c = VT_CALL_INIT;
	struct vt_call_answer a;

	VT_ASSERT(vt_call_pool_new(&pool, &err) == VT_OK);
	c.url = "http://127.0.0.1:1/"; /* nobody listens */
	c.allow_private = true;
	c.pool = pool;
	if (vt_call(&c, &a, &err) == VT_OK)
		_exit(1);
	c.allow_private = how != OTHER_PLACES;
	c.resolve = how == OTHER_NAMES ? names : NULL;
	if (how == OTHER_CA)
		c.ca = VT_SPAN_LIT("x");
	if (how == OTHER_KEY)
		c.key = VT_SPAN_LIT("x");
	if (vt_call(&c, &a, &err) == VT_OK)
		_exit(1);
	vt_call_pool_free(pool);
}

static bool
aborts(enum misuse how)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		misuse(how);
		_exit(0);
	}
	VT_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int
main(void)
{
	tap_ok(!aborts(NONE), "the same calls share a pool");
	tap_ok(aborts(OTHER_PLACES), "never one that may go elsewhere");
	tap_ok(aborts(OTHER_NAMES), "nor one that is told its names");
	tap_ok(aborts(OTHER_CA), "nor one that believes another CA");
	tap_ok(aborts(OTHER_KEY), "nor one that is somebody else");
	for (size_t i = 0; i < BODY; i++)
		body[i] = (uint8_t)(i * 31 + i / 251);
	calls(4, 1, "a peer that keeps it open");
	/* The pool offers a connection that is closed already: the body is sent
	 * again over a new one. */
	calls(1, 4, "a peer that closes after each answer");
	calls(3, 2, "a peer that closes after three");
	return tap_done();
}
