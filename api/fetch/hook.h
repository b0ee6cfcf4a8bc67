/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending a webhook: one POST to an address that a subscriber chose, so it
 * must not make the server talk to its own network (SSRF). https only, a
 * certificate that holds, public addresses only, judged on the socket after
 * the name was looked up once; no redirects, no credentials in the address,
 * no ports of other services; bounded in time and bytes. For hosts that the
 * operator named (an intranet, a test) http, private addresses and any port
 * are allowed.
 */
#ifndef VT_API_FETCH_HOOK_H
#define VT_API_FETCH_HOOK_H

#include "api/fetch/call.h"

struct vt_fetch_hook_options {
	const char *const *hosts; /* named by the operator, as in an URL */
	size_t n_hosts;
	struct vt_span ca;          /* PEM; empty: the system's */
	const char *const *resolve; /* for tests, see struct vt_call */
};

/*
 * Is this an address that may be called at all? Says nothing of where its
 * name leads. VT_E_INVALID with the reason, VT_E_LIMIT (length). Any thread.
 */
VT_NODISCARD int vt_fetch_hook_check(const struct vt_fetch_hook_options *o,
    const char *url, struct vt_err *reterr);

struct vt_fetch_hook {
	const char *url;
	const struct vt_call_field *fields;
	size_t n_fields;
	struct vt_span body;
	bool (*stop)(void *arg); /* may be NULL; see struct vt_call */
	void *stop_arg;
};

/*
 * VT_OK: an answer came, whatever its status, also when the rest of its body
 * was too large. Errors: those of the check and of vt_call. Any thread.
 */
VT_NODISCARD int vt_fetch_hook_post(const struct vt_fetch_hook_options *o,
    const struct vt_fetch_hook *hook, struct vt_call_answer *ret,
    struct vt_err *reterr);

#endif
