/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which addresses are somebody's public ones. Judged where a socket is made,
 * after the name was looked up, so that no name can change its mind.
 */
#ifndef VT_API_FETCH_ADDRESS_H
#define VT_API_FETCH_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Loopback, private, link-local, multicast, carrier NAT, unknown families. */
bool vt_fetch_is_private(const struct sockaddr *sa);

#endif
