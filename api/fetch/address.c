/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/fetch/address.h"

/* IANA IPv4 Special-Purpose Address Registry, and class D and E. */
static const struct {
	uint32_t net;
	unsigned bits;
} not_public4[] = {
	{ 0x00000000, 8 },  /* 0.0.0.0/8: this network, RFC 791 */
	{ 0x0a000000, 8 },  /* 10/8: private, RFC 1918 */
	{ 0x64400000, 10 }, /* 100.64/10: carriers' NAT, RFC 6598 */
	{ 0x7f000000, 8 },  /* 127/8: loopback, RFC 1122 */
	{ 0xa9fe0000, 16 }, /* 169.254/16: link-local, RFC 3927 */
	{ 0xac100000, 12 }, /* 172.16/12: private, RFC 1918 */
	{ 0xc0000000, 24 }, /* 192.0.0/24: protocol assignments, RFC 6890 */
	{ 0xc0000200, 24 }, /* 192.0.2/24: documentation, RFC 5737 */
	{ 0xc0586300, 24 }, /* 192.88.99/24: 6to4 relays, RFC 7526 */
	{ 0xc0a80000, 16 }, /* 192.168/16: private, RFC 1918 */
	{ 0xc6120000, 15 }, /* 198.18/15: benchmarks, RFC 2544 */
	{ 0xc6336400, 24 }, /* 198.51.100/24: documentation, RFC 5737 */
	{ 0xcb007100, 24 }, /* 203.0.113/24: documentation, RFC 5737 */
	{ 0xe0000000, 4 },  /* 224/4: multicast, RFC 5771 */
	{ 0xf0000000, 4 },  /* 240/4: reserved, and broadcast, RFC 1112 */
};

/* Inside 2000::/3, which is all of global unicast (RFC 4291 section 2.4). */
static const struct {
	uint8_t net[4];
	unsigned bits;
} not_public6[] = {
	{ { 0x20, 0x01, 0x00, 0x00 }, 23 }, /* 2001::/23: Teredo, ORCHID,
					     * benchmarks; RFC 2928 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation, RFC 3849 */
	{ { 0x20, 0x02, 0x00, 0x00 }, 16 }, /* 6to4, RFC 7526 */
	{ { 0x3f, 0xff, 0x00, 0x00 }, 20 }, /* documentation, RFC 9637 */
};

static bool
is_private4(uint32_t a)
{
	for (size_t i = 0; i < sizeof(not_public4) / sizeof(not_public4[0]);
	     i++)
		if ((a ^ not_public4[i].net) >> (32 - not_public4[i].bits) == 0)
			return true;
	return false;
}

static bool
has_prefix(const uint8_t *a, const uint8_t *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, net, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ net[whole]) >> (8 - rest) == 0);
}

static bool
is_private6(const uint8_t a[16])
{
	/* ::ffff:0:0/96, RFC 4291; 64:ff9b::/96, RFC 6052 section 2.1 */
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_private4((uint32_t)a[12] << 24 |
				   (uint32_t)a[13] << 16 |
				   (uint32_t)a[14] << 8 | a[15]);
	if ((a[0] & 0xe0) != 0x20)
		return true;
	for (size_t i = 0; i < sizeof(not_public6) / sizeof(not_public6[0]);
	     i++)
		if (has_prefix(a, not_public6[i].net, not_public6[i].bits))
			return true;
	return false;
}

bool
vt_fetch_is_private(const struct sockaddr *sa)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&in4, sa, sizeof(in4));
		return is_private4(ntohl(in4.sin_addr.s_addr));
	case AF_INET6:
		memcpy(&in6, sa, sizeof(in6));
		return is_private6(in6.sin6_addr.s6_addr);
	default:
		return true;
	}
}

bool
vt_fetch_text_is_private(const char *text)
{
	struct in_addr a4;
	struct in6_addr a6;

	if (inet_pton(AF_INET, text, &a4) == 1)
		return is_private4(ntohl(a4.s_addr));
	if (inet_pton(AF_INET6, text, &a6) == 1)
		return is_private6(a6.s6_addr);
	return false;
}
