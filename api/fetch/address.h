/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which addresses are somebody's public ones. Judged where a socket is made,
 * after the name was looked up, so that no name can change its mind.
 */
#ifndef VT_API_FETCH_ADDRESS_H
#define VT_API_FETCH_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * True unless it is a global unicast address that a host of the Internet may
 * have: the IANA special-purpose registries of IPv4 and IPv6 (RFC 6890) name
 * the rest. An IPv6 address that carries an IPv4 one (mapped, NAT64) is what
 * the IPv4 one is; 6to4 and Teredo are refused, as are unknown families.
 */
bool vt_fetch_is_private(const struct sockaddr *sa);

/* The same of a numeric address, IPv6 without brackets. False too when the
 * text is a name: nothing is known of it before it is looked up. */
bool vt_fetch_text_is_private(const char *text);

#endif
