/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP/1.1 by hand, both sides: a kit that cuts answers in the middle cannot
 * use a library that does not. Only for the kit; IPv4 and plain http. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/exchange/axis/peer_priv.h"
#include "base/limits.h"

#define WAIT_MS  30000
#define HEAD_MAX ((size_t)65536)

void
vt_peer_message_free(struct vt_peer_message *m)
{
	vt_buf_free(&m->head);
	vt_buf_free(&m->body);
}

struct vt_span
vt_peer_header(void *message, const char *name)
{
	const struct vt_peer_message *m = message;
	const char *p = vt_buf_str(&m->head);
	size_t n = strlen(name), len;

	while (*p != '\0') {
		len = strcspn(p, "\r\n");
		if (len > n && strncasecmp(p, name, n) == 0 && p[n] == ':') {
			const char *v = p + n + 1, *end = p + len;

			while (v < end && (*v == ' ' || *v == '\t'))
				v++;
			while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
				end--;
			return VT_SPAN(v, (size_t)(end - v));
		}
		p += len;
		p += strspn(p, "\r\n");
	}
	return VT_SPAN(NULL, 0);
}

static ssize_t
read_some(int fd, void *p, size_t n)
{
	struct pollfd w = { fd, POLLIN, 0 };
	ssize_t got;

	if (poll(&w, 1, WAIT_MS) <= 0)
		return -1;
	do
		got = recv(fd, p, n, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

bool
vt_peer_write(int fd, struct vt_span s)
{
	size_t at = 0;

	while (at < s.n) {
		ssize_t n = send(fd, s.p + at, s.n - at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* The head ends with an empty line; what follows it goes to the body. */
static bool
read_head(int fd, struct vt_peer_message *m, struct vt_buf *b)
{
	uint8_t piece[8192];
	const uint8_t *end = NULL;
	size_t n;

	while (end == NULL) {
		ssize_t got;

		if (b->n > HEAD_MAX ||
		    (got = read_some(fd, piece, sizeof(piece))) <= 0)
			return false;
		vt_buf_put(b, piece, (size_t)got);
		if (b->failed != VT_OK)
			return false;
		end = memmem(b->p, b->n, "\r\n\r\n", 4);
	}
	n = (size_t)(end - b->p);
	if (memchr(b->p, 0, n) != NULL)
		return false;
	vt_buf_put(&m->head, b->p, n);
	vt_buf_put(&m->body, b->p + n + 4, b->n - n - 4);
	return m->head.failed == VT_OK && m->body.failed == VT_OK;
}

static bool
start_line(struct vt_peer_message *m)
{
	const char *p = vt_buf_str(&m->head);
	size_t n;

	for (size_t i = 0; i < 3; i++) {
		n = strcspn(p, i < 2 ? " \r\n" : "\r\n");
		if (n >= sizeof(m->start[i]))
			return false;
		memcpy(m->start[i], p, n);
		m->start[i][n] = '\0';
		p += n;
		if (*p == ' ')
			p++;
	}
	m->status = strtol(m->start[1], NULL, 10);
	return m->start[1][0] != '\0';
}

/* RFC 9112 §7.1: what came until the end, out of its chunks. */
static bool
unchunk(struct vt_buf *b)
{
	size_t at = 0, to = 0;

	while (at < b->n) {
		char *end;
		unsigned long n = strtoul((const char *)b->p + at, &end, 16);
		const uint8_t *nl = memmem(b->p + at, b->n - at, "\r\n", 2);

		if (nl == NULL || end == (const char *)b->p + at)
			return false;
		at = (size_t)(nl - b->p) + 2;
		if (n == 0) {
			vt_buf_truncate(b, to);
			return true;
		}
		if (n > b->n - at)
			return false;
		memmove(b->p + to, b->p + at, n);
		to += n;
		at += n + 2;
	}
	return false;
}

static bool
read_to_end(int fd, struct vt_peer_message *m)
{
	struct vt_span te = vt_peer_header(m, "Transfer-Encoding");
	uint8_t piece[65536];
	ssize_t got;

	while ((got = read_some(fd, piece, sizeof(piece))) > 0) {
		vt_buf_put(&m->body, piece, (size_t)got);
		if (m->body.failed != VT_OK)
			return false;
	}
	return got == 0 && (te.p == NULL || unchunk(&m->body));
}

static bool
read_body(int fd, bool answer, struct vt_peer_message *m)
{
	struct vt_span v = vt_peer_header(m, "Content-Length");
	struct vt_span e = vt_peer_header(m, "Expect");
	uint8_t piece[65536];
	uint64_t want = 0;
	char text[24];

	if (v.p == NULL && answer)
		return read_to_end(fd, m);
	if (v.p == NULL || v.n >= sizeof(text))
		return v.p == NULL;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	want = strtoull(text, NULL, 10);
	if (!answer && e.n > 0 && m->body.n < want &&
	    !vt_peer_write(fd, VT_SPAN_LIT("HTTP/1.1 100 Continue\r\n\r\n")))
		return false;
	while (m->body.n < want) {
		size_t n = want - m->body.n < sizeof(piece)
			       ? (size_t)(want - m->body.n)
			       : sizeof(piece);
		ssize_t got = read_some(fd, piece, n);

		if (got <= 0)
			return false;
		vt_buf_put(&m->body, piece, (size_t)got);
		if (m->body.failed != VT_OK)
			return false;
	}
	return true;
}

bool
vt_peer_read(int fd, bool answer, struct vt_peer_message *ret)
{
	const uint8_t *end;
	VT_BUF_AUTO(b);

	vt_buf_init(&ret->head, HEAD_MAX + 16384);
	vt_buf_init(&ret->body, VT_L(PACKET_MAX) * 2);
	do {
		vt_buf_reset(&b);
		vt_buf_span(&b, vt_buf_view(&ret->body));
		vt_buf_reset(&ret->head);
		vt_buf_reset(&ret->body);
		/* after "100 Continue" the rest may be here already */
		end = b.n == 0 ? NULL : memmem(b.p, b.n, "\r\n\r\n", 4);
		if (end != NULL) {
			size_t n = (size_t)(end - b.p);

			vt_buf_put(&ret->head, b.p, n);
			vt_buf_put(&ret->body, b.p + n + 4, b.n - n - 4);
		} else if (!read_head(fd, ret, &b)) {
			return false;
		}
		if (!start_line(ret))
			return false;
	} while (answer && ret->status == 100);
	return read_body(fd, answer, ret);
}

int
vt_peer_connect(const char *url, const char **ret_path, struct vt_err *reterr)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char host[64];
	const char *p, *colon;
	size_t n;
	long port;
	int fd;

	if (strncmp(url, "http://", 7) != 0)
		return vt_err_set(reterr, VT_E_USAGE,
		    "%s: http://ADDRESS:PORT/PATH wanted", url);
	p = url + 7;
	n = strcspn(p, "/");
	colon = memchr(p, ':', n);
	if (colon == NULL || (size_t)(colon - p) >= sizeof(host))
		return vt_err_set(reterr, VT_E_USAGE,
		    "%s: http://ADDRESS:PORT/PATH wanted", url);
	memcpy(host, p, (size_t)(colon - p));
	host[colon - p] = '\0';
	port = strtol(colon + 1, NULL, 10);
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1 || port < 1 ||
	    port > 65535)
		return vt_err_set(reterr, VT_E_USAGE,
		    "%s: a numeric IPv4 address and a port wanted", url);
	a.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		int e = errno;

		if (fd >= 0)
			close(fd);
		return vt_err_errno(reterr, VT_E_ENVIRONMENT, e, "%s", url);
	}
	*ret_path = p + n;
	return fd;
}
