/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/http_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int
parse_address(const char *address, uint16_t port, struct sockaddr_storage *ret,
    socklen_t *ret_n, struct vt_err *reterr)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		v4.sin_port = htons(port);
		memcpy(ret, &v4, sizeof(v4));
		*ret_n = sizeof(v4);
		return VT_OK;
	}
	if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
		v6.sin6_port = htons(port);
		memcpy(ret, &v6, sizeof(v6));
		*ret_n = sizeof(v6);
		return VT_OK;
	}
	return vt_err_set(reterr, VT_E_USAGE,
	    "address to listen on: wanted a numeric IPv4 or IPv6 address, "
	    "found \"%s\"",
	    address);
}

static int
bind_and_listen(int fd, const struct sockaddr_storage *ss, socklen_t n,
    const char *address, struct vt_err *reterr)
{
	int one = 1;

	/* Only lets a restart bind while old connections fade; a second
	 * listener is still refused. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "SO_REUSEADDR");
	if (bind(fd, (const struct sockaddr *)ss, n) == 0 &&
	    listen(fd, SOMAXCONN) == 0)
		return VT_OK;
	if (errno == EADDRINUSE)
		return vt_err_set(reterr, VT_E_PORT_IN_USE,
		    "port %u of %s: another program listens there",
		    (unsigned)ntohs(
			ss->ss_family == AF_INET
			    ? ((const struct sockaddr_in *)ss)->sin_port
			    : ((const struct sockaddr_in6 *)ss)->sin6_port),
		    address);
	return vt_err_errno(
	    reterr, VT_E_ENVIRONMENT, errno, "listening on %s", address);
}

int
vt_http_listen(const char *address, uint16_t port, int *ret_fd,
    uint16_t *ret_port, struct vt_err *reterr)
{
	struct sockaddr_storage ss;
	socklen_t n = 0;
	int fd, rc = parse_address(address, port, &ss, &n, reterr);

	if (rc != VT_OK)
		return rc;
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "socket for %s", address);
	rc = bind_and_listen(fd, &ss, n, address, reterr);
	n = sizeof(ss);
	if (rc == VT_OK && getsockname(fd, (struct sockaddr *)&ss, &n) != 0)
		rc = vt_err_errno(
		    reterr, VT_E_ENVIRONMENT, errno, "getsockname");
	if (rc != VT_OK) {
		close(fd);
		return rc;
	}
	*ret_port = ntohs(ss.ss_family == AF_INET
			      ? ((const struct sockaddr_in *)&ss)->sin_port
			      : ((const struct sockaddr_in6 *)&ss)->sin6_port);
	*ret_fd = fd;
	return VT_OK;
}
