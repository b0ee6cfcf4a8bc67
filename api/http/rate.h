/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests per address, as token buckets in a table of fixed size. IPv6
 * addresses count by their /64. When the table is full the entry that has been
 * silent longest is forgotten, which favours the caller, never blocks him.
 */
#ifndef VT_API_HTTP_RATE_H
#define VT_API_HTTP_RATE_H

#include "base/context.h"

struct vt_http_rate;

/* burst: requests at once; per_hour: how fast they come back. *owned*,
 * NULL when out of memory. */
struct vt_http_rate *vt_http_rate_new(
    const struct vt_context *c, unsigned burst, unsigned per_hour);
void vt_http_rate_free(struct vt_http_rate *r); /* NULL allowed */

/*
 * Takes one token of the address (as in req->peer; any other text counts as
 * itself). Errors:
 * VT_E_HTTP_TOO_MANY, then *ret_wait_s says when to come again. Thread-safe.
 */
VT_NODISCARD int vt_http_rate_take(struct vt_http_rate *r, const char *peer,
    unsigned *ret_wait_s, struct vt_err *reterr);
/* Gives one back: the request turned out to be no burden. */
void vt_http_rate_give(struct vt_http_rate *r, const char *peer);

#endif
