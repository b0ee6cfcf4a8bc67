/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only place that fetches (design law 7): one POST or GET over http or
 * https by libcurl, bounded in time and bytes, no redirects, no proxies from
 * the environment. URLs come out of certificates, so addresses that are not
 * public (loopback, private, link-local) are refused unless the caller allows
 * them: a certificate must not make the server talk to its own network.
 */
#ifndef VT_API_FETCH_H
#define VT_API_FETCH_H

#include "base/buf.h"

struct vt_fetch_options {
	bool allow_private; /* also loopback and private addresses */
	long timeout_ms;    /* 0 = FETCH_MS */
};

/*
 * arg: struct vt_fetch_options, borrowed. Appends the answer's body (status
 * 200 only). Fits vt_office_fetch. Threads: safe.
 * Errors: VT_E_INVALID (scheme, address), VT_E_LIMIT, VT_E_TIMEOUT,
 * VT_E_ENVIRONMENT (not reached, other status; the message says which).
 */
VT_NODISCARD int vt_fetch_post(void *arg, const char *url,
    const char *content_type, struct vt_span request, size_t limit,
    struct vt_buf *ret, struct vt_err *reterr);

/* Once per process, before threads. */
VT_NODISCARD int vt_fetch_init(struct vt_err *reterr);

#endif
