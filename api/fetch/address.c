/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "api/fetch/address.h"

static bool
is_private4(uint32_t a)
{
	return a >> 24 == 0 || a >> 24 == 10 || a >> 24 == 127 ||
	       a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 16 == 0xa9fe ||
	       a >> 22 == (0x64400000U >> 22) || a >> 28 >= 0xe;
}

bool
vt_fetch_is_private(const struct sockaddr *sa)
{
	const struct sockaddr_in6 *in6;
	const struct sockaddr_in *in4;
	struct in6_addr a;
	uint32_t v4;

	if (sa->sa_family == AF_INET) {
		in4 = (const struct sockaddr_in *)(const void *)sa;
		return is_private4(ntohl(in4->sin_addr.s_addr));
	}
	if (sa->sa_family != AF_INET6)
		return true;
	in6 = (const struct sockaddr_in6 *)(const void *)sa;
	a = in6->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		memcpy(&v4, a.s6_addr + 12, 4);
		return is_private4(ntohl(v4));
	}
	/* only global unicast, 2000::/3, is anybody's public address */
	return (a.s6_addr[0] & 0xe0) != 0x20;
}
