/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses of clients, and for whom a trusted proxy asks: X-Forwarded-For, or
 * Forwarded (RFC 7239). Only the last hop counts, which the proxy itself wrote;
 * what stands before it came from the client.
 */
#ifndef VT_API_HTTP_ADDRESS_H
#define VT_API_HTTP_ADDRESS_H

#include "api/http/http.h"

#define VT_HTTP_ADDRESS_MAX 48

/*
 * A numeric address in its one spelling: IPv6 compressed and in lower case, an
 * IPv4 address mapped into IPv6 as IPv4. False when it is none.
 */
bool vt_http_address(struct vt_span s, char ret[VT_HTTP_ADDRESS_MAX]);

/* What limits per address count by: the address; of IPv6 its /64, which one
 * customer has. Any other text stays. */
void vt_http_network(const char *peer, char ret[VT_HTTP_ADDRESS_MAX]);

/*
 * The last hop. False, and ret untouched: none is named, it is no numeric
 * address, or the two headers disagree: then one of them is the client's own,
 * and which is not known.
 */
bool vt_http_forwarded(
    const struct vt_http_req *req, char ret[VT_HTTP_ADDRESS_MAX]);

#endif
