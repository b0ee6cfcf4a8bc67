/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/worker/wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Room for one message of descriptors, aligned as cmsg(3) wants. */
union control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int) * VT_WIRE_FDS)];
};

int64_t
vt_wire_now(void)
{
	struct timespec ts;

	VT_ASSERT(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
vt_wire_close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
}

/* Milliseconds for poll(2), rounded up so that it never returns early. */
static int
timeout_ms(int64_t deadline_us)
{
	int64_t left;

	if (deadline_us == VT_WIRE_FOREVER)
		return -1;
	left = deadline_us - vt_wire_now();
	if (left <= 0)
		return 0;
	left = left / 1000 + 1;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static int
wait_for(int fd, short events, int64_t deadline_us)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int n;

		/* Checked first: a peer that dribbles bytes never waits. */
		if (deadline_us != VT_WIRE_FOREVER &&
		    vt_wire_now() >= deadline_us)
			return -ETIMEDOUT;
		n = poll(&p, 1, timeout_ms(deadline_us));
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

static void
attach(struct msghdr *m, union control *c, const int *fds, size_t n)
{
	struct cmsghdr *h;

	VT_ASSERT(n <= VT_WIRE_FDS);
	if (n == 0)
		return;
	memset(c, 0, sizeof(*c));
	m->msg_control = c->room;
	m->msg_controllen = CMSG_SPACE(sizeof(int) * n);
	h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(h), fds, sizeof(int) * n);
}

/* Takes the descriptors out of a received message. */
static int
detach(struct msghdr *m, int ret_fds[static VT_WIRE_FDS], size_t *n)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		const unsigned char *p = CMSG_DATA(h);
		size_t count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, p + i * sizeof(int), sizeof(fd));
			if (*n < VT_WIRE_FDS)
				ret_fds[(*n)++] = fd;
			else
				(void)close(fd);
		}
	}
	return (m->msg_flags & MSG_CTRUNC) != 0 ? -EPROTO : 0;
}

static int
gone(int e)
{
	return e == ECONNRESET || e == EPIPE ? -EPIPE : -e;
}

/* iovec has no const; only sending calls get this one. */
static struct iovec
iovec_of(struct vt_span s)
{
	struct iovec v = { .iov_len = s.n };

	memcpy(&v.iov_base, &s.p, sizeof(s.p));
	return v;
}

int
vt_wire_send(int fd, int64_t deadline_us, struct vt_span head,
    struct vt_span body, const int *fds, size_t n_fds)
{
	size_t at = 0, total = head.n + body.n;

	while (at < total) {
		size_t skip = at < head.n ? 0 : at - head.n;
		struct iovec iov[2];
		struct msghdr m = { .msg_iov = iov };
		union control c;
		ssize_t n;

		if (at < head.n)
			iov[m.msg_iovlen++] =
			    iovec_of(VT_SPAN(head.p + at, head.n - at));
		if (body.n > skip)
			iov[m.msg_iovlen++] =
			    iovec_of(VT_SPAN(body.p + skip, body.n - skip));
		if (at == 0)
			attach(&m, &c, fds, n_fds);
		n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			at += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			int rc = wait_for(fd, POLLOUT, deadline_us);

			if (rc != 0)
				return rc;
		} else if (n < 0 && errno != EINTR) {
			return gone(errno);
		}
	}
	return 0;
}

int
vt_wire_recv(int fd, int64_t deadline_us, void *p, size_t n)
{
	uint8_t *at = p;

	while (n > 0) {
		ssize_t got = recv(fd, at, n, MSG_DONTWAIT);

		if (got > 0) {
			at += got;
			n -= (size_t)got;
		} else if (got == 0) {
			return -EPIPE;
		} else if (errno == EAGAIN) {
			int rc = wait_for(fd, POLLIN, deadline_us);

			if (rc != 0)
				return rc;
		} else if (errno != EINTR) {
			return gone(errno);
		}
	}
	return 0;
}

int
vt_wire_recv_fds(
    int fd, void *p, size_t n, int ret_fds[static VT_WIRE_FDS], size_t *ret_n)
{
	int fds[VT_WIRE_FDS];
	size_t n_fds = 0, at = 0;
	int rc = 0;

	while (rc == 0 && at < n) {
		struct iovec iov = { (uint8_t *)p + at, n - at };
		union control c;
		struct msghdr m = { .msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = c.room,
			.msg_controllen = sizeof(c.room) };
		ssize_t got = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

		if (got > 0) {
			at += (size_t)got;
			rc = detach(&m, fds, &n_fds);
		} else if (got == 0) {
			rc = -EPIPE;
		} else if (errno != EINTR) {
			rc = gone(errno);
		}
	}
	if (rc != 0) {
		vt_wire_close_all(fds, n_fds);
		return rc;
	}
	memcpy(ret_fds, fds, sizeof(int) * n_fds);
	*ret_n = n_fds;
	return 0;
}

int
vt_wire_packet_send(int fd, struct vt_span packet, const int *fds, size_t n_fds)
{
	struct iovec iov = iovec_of(packet);
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control c;

	attach(&m, &c, fds, n_fds);
	for (;;) {
		if (sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno != EINTR)
			return gone(errno);
	}
}

/* The kernel writes to ret. NOLINTBEGIN(readability-non-const-parameter) */
int
vt_wire_packet_recv(int fd, int64_t deadline_us,
    uint8_t ret[static VT_WIRE_PACKET], int ret_fds[static VT_WIRE_FDS],
    size_t *ret_n)
/* NOLINTEND(readability-non-const-parameter) */
{
	for (;;) {
		struct iovec iov = { ret, VT_WIRE_PACKET };
		union control c;
		struct msghdr m = { .msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = c.room,
			.msg_controllen = sizeof(c.room) };
		ssize_t got = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		size_t n_fds = 0;
		int rc;

		if (got < 0 && errno == EAGAIN) {
			rc = wait_for(fd, POLLIN, deadline_us);
			if (rc != 0)
				return rc;
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? -EPIPE : gone(errno);
		rc = detach(&m, ret_fds, &n_fds);
		if (rc != 0 || (m.msg_flags & MSG_TRUNC) != 0) {
			vt_wire_close_all(ret_fds, n_fds);
			return -EPROTO;
		}
		*ret_n = n_fds;
		return (int)got;
	}
}
