/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks do not reach our own network: the rules for addresses, and a
 * listener on loopback that names lead to by a name service of the test's own.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "api/fetch/fetch.h"
#include "api/fetch/hook.h"
#include "base/context.h"
#include "base/limits.h"
#include "tests/tap.h"

/* --- addresses --- */

static void
addresses(void)
{
	static const char *const intranet[] = { "hooks.intranet", "127.0.0.1" };
	static const char *const good[] = { "https://example.org",
		"https://example.org/a?b=c", "https://example.org:8443/",
		"https://example.org:1024/", "https://8.8.8.8/",
		"https://[2606:4700:4700::1111]/x" };
	static const char *const bad[] = { "", "example.org", "/x",
		"http://example.org/", "ftp://example.org/",
		"file:///etc/passwd", "gopher://example.org/",
		"https://u:p@example.org/", "https://u@example.org/",
		"https://example.org/#a", "https://example.org:22/",
		"https://example.org:25/", "https://example.org:1023/",
		"https://example.org:99999/", "https://example.org:0/",
		"https://127.0.0.1/", "https://127.1/", "https://0x7f.1/",
		"https://2130706433/", "https://10.0.0.1:8443/",
		"https://[::1]/", "https://[::ffff:127.0.0.1]/",
		"https://[fe80::1]/", "https://[fe80::1%25eth0]/",
		"https://169.254.169.254/latest", "https://exa mple.org/",
		"https://example.org/\r\nX: y", "https://ex\xc3\xa4mple.org/",
		"https://", "https:///x", "https:/example.org/",
		"//example.org/" };
	static const char *const named[] = { "http://hooks.intranet/",
		"http://hooks.intranet:81/", "https://HOOKS.intranet:22/x",
		"http://127.0.0.1:9/" };
	static const char *const still_bad[] = { "ftp://hooks.intranet/",
		"http://u@hooks.intranet/", "http://a.hooks.intranet/",
		"http://127.0.0.2:9/", "http://hooks.intranet.org/" };
	struct vt_fetch_hook_options o = { 0 };
	struct vt_err err = VT_ERR_INIT;
	char longest[VT_L(URL_MAX) + 2];

#define EACH(list, i)                                                          \
	for (size_t i = 0; i < sizeof(list) / sizeof((list)[0]); i++)
	EACH(good, i)
	tap_call(vt_fetch_hook_check(&o, good[i], &err), &err, "%s", good[i]);
	EACH(bad, i)
	tap_code(vt_fetch_hook_check(&o, bad[i], &err), VT_E_INVALID, &err,
	    "address %zu is refused", i);
	EACH(named, i)
	tap_code(vt_fetch_hook_check(&o, named[i], &err), VT_E_INVALID, &err,
	    "%s is refused while nobody named it", named[i]);
	o.hosts = intranet;
	o.n_hosts = 2;
	EACH(named, i)
	tap_call(vt_fetch_hook_check(&o, named[i], &err), &err,
	    "%s is taken once the operator named it", named[i]);
	EACH(still_bad, i)
	tap_code(vt_fetch_hook_check(&o, still_bad[i], &err), VT_E_INVALID,
	    &err, "%s is not", still_bad[i]);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "https://example.org/", 20);
	longest[VT_L(URL_MAX)] = '\0';
	tap_call(vt_fetch_hook_check(&o, longest, &err), &err,
	    "%zu bytes are taken", VT_L(URL_MAX));
	longest[VT_L(URL_MAX)] = 'a';
	longest[VT_L(URL_MAX) + 1] = '\0';
	tap_code(vt_fetch_hook_check(&o, longest, &err), VT_E_LIMIT, &err,
	    "one more is not");
}

/* --- a listener --- */

struct listener {
	int fd;
	unsigned port;
	_Atomic(const char *) answer; /* NULL: none, and the line stays open */
	_Atomic size_t more;          /* bytes of body after it */
	atomic_int accepted;
	atomic_bool end;
	char got[4096];
	pthread_t thread;
};

static void
serve(struct listener *l, int c)
{
	struct timespec pause = { 0, 1000000 };
	const char *answer;
	char piece[4096];
	ssize_t n = 0;
	size_t at = 0;

	memset(l->got, 0, sizeof(l->got));
	while (strstr(l->got, "{\"x\":1}") == NULL && at + 1 < sizeof(l->got) &&
	       (n = read(c, l->got + at, sizeof(l->got) - at - 1)) > 0)
		at += (size_t)n;
	memset(piece, 'x', sizeof(piece));
	answer = l->answer;
	if (answer == NULL) {
		while (!atomic_load(&l->end))
			nanosleep(&pause, NULL);
		return;
	}
	if (write(c, answer, strlen(answer)) < 0)
		return;
	for (size_t i = 0; i < l->more; i += sizeof(piece))
		if (send(c, piece, sizeof(piece), MSG_NOSIGNAL) < 0)
			return;
}

static void *
listener_main(void *arg)
{
	struct listener *l = arg;
	struct pollfd p = { l->fd, POLLIN, 0 };

	while (!atomic_load(&l->end)) {
		int c;

		if (poll(&p, 1, 20) <= 0 || (c = accept(l->fd, NULL, NULL)) < 0)
			continue;
		atomic_fetch_add(&l->accepted, 1);
		serve(l, c);
		close(c);
	}
	return NULL;
}

static void
listener_start(struct listener *l)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	tap_need(l->fd >= 0 && bind(l->fd, (struct sockaddr *)&a, n) == 0 &&
		     listen(l->fd, 8) == 0 &&
		     getsockname(l->fd, (struct sockaddr *)&a, &n) == 0 &&
		     pthread_create(&l->thread, NULL, listener_main, l) == 0,
	    "a listener on loopback");
	l->port = ntohs(a.sin_port);
}

static void
listener_stop(struct listener *l)
{
	atomic_store(&l->end, true);
	pthread_join(l->thread, NULL);
	close(l->fd);
}

/* --- posts --- */

static int
post(const struct vt_fetch_hook_options *o, const char *url,
    struct vt_call_answer *ret, struct vt_err *reterr)
{
	static const struct vt_call_field fields[] = {
		{ "webhook-id", "evt_1" },
		{ "Content-Type", "application/json" },
	};
	struct vt_fetch_hook h = { .url = url,
		.fields = fields,
		.n_fields = 2,
		.body = VT_SPAN_LIT("{\"x\":1}") };

	return vt_fetch_hook_post(o, &h, ret, reterr);
}

/* Names that lead here are refused, whatever they are called. */
static void
names(void)
{
	static const char *const where[] = { "127.0.0.1", "[::1]", "0.0.0.0",
		"[::ffff:127.0.0.1]", "[::]", "[64:ff9b::7f00:1]", "[fe80::1]",
		"10.0.0.1" };
	struct listener l = { .answer = "HTTP/1.1 200 OK\r\n"
					"Content-Length: 0\r\n\r\n" };
	struct vt_fetch_hook_options o = { 0 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_call_answer a;
	char url[64], name[80];
	const char *resolve[2] = { name, NULL };

	listener_start(&l);
	o.resolve = resolve;
	snprintf(url, sizeof(url), "https://hooks.example:%u/", l.port);
	EACH(where, i)
	{
		snprintf(name, sizeof(name), "hooks.example:%u:%s", l.port,
		    where[i]);
		tap_code(post(&o, url, &a, &err), VT_E_INVALID, &err,
		    "a name that leads to %s is refused", where[i]);
		tap_ok(
		    strstr(err.msg, "not a public one") != NULL, "it says why");
	}
	snprintf(
	    name, sizeof(name), "hooks.example:%u:127.0.0.1,[::1]", l.port);
	tap_code(post(&o, url, &a, &err), VT_E_INVALID, &err,
	    "and one that leads to two of them");
	tap_eq_int(atomic_load(&l.accepted), 0, "nobody called the listener");
	listener_stop(&l);
}

static bool
stop_at_once(void *arg)
{
	(*(int *)arg)++;
	return true;
}

static void
answers(void)
{
	static const char *const hosts[] = { "hooks.example" };
	struct listener l = { .answer = "HTTP/1.1 204 No Content\r\n\r\n" };
	struct vt_fetch_hook_options o = { .hosts = hosts, .n_hosts = 1 };
	struct vt_err err = VT_ERR_INIT;
	struct vt_call_answer a;
	struct vt_fetch_hook h = { 0 };
	char url[64], name[80];
	const char *resolve[2] = { name, NULL };
	int asked = 0;

	listener_start(&l);
	o.resolve = resolve;
	snprintf(url, sizeof(url), "http://hooks.example:%u/in", l.port);
	snprintf(name, sizeof(name), "hooks.example:%u:127.0.0.1", l.port);
	tap_call(post(&o, url, &a, &err), &err, "a named host is reached");
	tap_eq_int(a.status, 204, "its status is known");
	tap_ok(strncmp(l.got, "POST /in HTTP/1.1\r\n", 19) == 0 &&
		   strstr(l.got, "webhook-id: evt_1\r\n") != NULL &&
		   strstr(l.got, "Content-Length: 7\r\n") != NULL &&
		   strstr(l.got, "Expect:") == NULL,
	    "it got what was sent");
	l.answer = "HTTP/1.1 302 Found\r\nLocation: https://example.org/\r\n"
		   "Content-Length: 0\r\n\r\n";
	tap_call(post(&o, url, &a, &err), &err, "a redirection is an answer");
	tap_eq_int(a.status, 302, "and is not followed");
	l.answer = "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n"
		   "Content-Length: 0\r\n\r\n";
	tap_call(post(&o, url, &a, &err), &err, "busy is an answer");
	tap_eq_str(a.retry_after, "120", "Retry-After is handed on");
	l.answer = "HTTP/1.1 200 OK\r\n\r\n";
	l.more = 4 * VT_L(WEBHOOK_ANSWER_MAX);
	tap_call(post(&o, url, &a, &err), &err,
	    "an answer that does not end is cut, its status counts");
	tap_eq_int(a.status, 200, "it is known");
	tap_ok(a.bytes <= VT_L(WEBHOOK_ANSWER_MAX), "no more was taken");
	l.more = 0;
	l.answer = NULL;
	h.url = url;
	h.stop = stop_at_once;
	h.stop_arg = &asked;
	tap_code(vt_fetch_hook_post(&o, &h, &a, &err), VT_E_BUSY, &err,
	    "a call ends when the server stops");
	tap_ok(asked > 0, "it asked");
	listener_stop(&l);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK && vt_fetch_init(&err) == VT_OK,
	    "libraries start");
	addresses();
	names();
	answers();
	return tap_done();
}
