/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which addresses are public: both ends of every reserved range. */
#include <arpa/inet.h>
#include <sys/un.h>

#include "api/fetch/address.h"
#include "base/context.h"
#include "tests/tap.h"

static const char *const refused[] = {
	/* IPv4: first and last of each */
	"0.0.0.0",
	"0.255.255.255",
	"10.0.0.0",
	"10.255.255.255",
	"100.64.0.0",
	"100.127.255.255",
	"127.0.0.0",
	"127.0.0.1",
	"127.255.255.255",
	"169.254.0.0",
	"169.254.169.254",
	"169.254.255.255",
	"172.16.0.0",
	"172.31.255.255",
	"192.0.0.0",
	"192.0.0.255",
	"192.0.2.0",
	"192.0.2.255",
	"192.88.99.0",
	"192.88.99.255",
	"192.168.0.0",
	"192.168.255.255",
	"198.18.0.0",
	"198.19.255.255",
	"198.51.100.0",
	"198.51.100.255",
	"203.0.113.0",
	"203.0.113.255",
	"224.0.0.0",
	"239.255.255.255",
	"240.0.0.0",
	"255.255.255.254",
	"255.255.255.255",
	/* IPv6 */
	"::",
	"::1",
	"::7f00:1",
	"::808:808",
	"100::1",
	"1fff:ffff::1",
	"4000::1",
	"5f00::1",
	"fc00::1",
	"fd12:3456::1",
	"fdff:ffff::1",
	"fe80::1",
	"febf:ffff::1",
	"fec0::1",
	"ff02::1",
	"2001::1",
	"2001:0:4136:e378:8000:63bf:3fff:fdd2",
	"2001:1ff:ffff::1",
	"2001:db8::",
	"2001:db8:ffff:ffff::1",
	"2002:7f00:1::1",
	"2002:808:808::1",
	"3fff::1",
	"3fff:fff:ffff::1",
	/* IPv4 inside of IPv6 */
	"::ffff:127.0.0.1",
	"::ffff:10.1.2.3",
	"::ffff:169.254.169.254",
	"::ffff:0.0.0.0",
	"::ffff:255.255.255.255",
	"64:ff9b::127.0.0.1",
	"64:ff9b::10.0.0.1",
	"64:ff9b::192.168.1.1",
	"64:ff9b:1::1",
	"64:ff9b:1::8.8.8.8",
	"::ffff:0:8.8.8.8",
};

static const char *const taken[] = {
	/* the neighbours of the ranges above */
	"1.0.0.0",
	"9.255.255.255",
	"11.0.0.0",
	"100.63.255.255",
	"100.128.0.0",
	"126.255.255.255",
	"128.0.0.0",
	"169.253.255.255",
	"169.255.0.0",
	"172.15.255.255",
	"172.32.0.0",
	"191.255.255.255",
	"192.0.1.0",
	"192.0.1.255",
	"192.0.3.0",
	"192.88.98.255",
	"192.88.100.0",
	"192.167.255.255",
	"192.169.0.0",
	"198.17.255.255",
	"198.20.0.0",
	"198.51.99.255",
	"198.51.101.0",
	"203.0.112.255",
	"203.0.114.0",
	"223.255.255.255",
	"8.8.8.8",
	"2000::1",
	"2001:200::1",
	"2001:db7:ffff::1",
	"2001:db9::1",
	"2001:ffff::1",
	"2003::1",
	"2606:4700:4700::1111",
	"3ffe:ffff::1",
	"3fff:1000::1",
	"::ffff:8.8.8.8",
	"64:ff9b::8.8.8.8",
};

static bool
judge(const char *text)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	bool by_text = vt_fetch_text_is_private(text), by_socket;

	if (inet_pton(AF_INET, text, &in4.sin_addr) == 1) {
		by_socket = vt_fetch_is_private((struct sockaddr *)&in4);
	} else {
		tap_need(inet_pton(AF_INET6, text, &in6.sin6_addr) == 1,
		    "%s is an address", text);
		by_socket = vt_fetch_is_private((struct sockaddr *)&in6);
	}
	tap_ok(
	    by_text == by_socket, "%s: equal as text and as a socket's", text);
	return by_socket;
}

int
main(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		tap_ok(judge(refused[i]), "%s is not public", refused[i]);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		tap_ok(!judge(taken[i]), "%s is public", taken[i]);
	tap_ok(vt_fetch_is_private((struct sockaddr *)&un),
	    "a socket in the file system is not public");
	tap_ok(!vt_fetch_text_is_private("localhost"),
	    "of a name nothing is known yet");
	return tap_done();
}
