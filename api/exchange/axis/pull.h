/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pull loop, one for every gateway that keeps our packets until we fetch
 * them: list, fetch, durable here, and only then the gateway is told. A
 * packet that comes damaged AXIS_TRIES times is kept as it came and told
 * "fail"; one that cannot be fetched at all stays at the gateway.
 */
#ifndef VT_API_EXCHANGE_AXIS_PULL_H
#define VT_API_EXCHANGE_AXIS_PULL_H

#include "api/exchange/axis/answer.h"
#include "api/office/consign.h"
#include "api/office/routes.h"

/* How to speak to the gateway; errors as in client.h. */
struct vt_pull_gateway {
	void *arg;
	enum vt_transport_kind via;
	bool initial_only; /* its list also has what was fetched */
	int (*list)(void *arg, enum vt_packet_kind kind, vt_axis_on_row *row,
	    void *row_arg, struct vt_err *reterr);
	/* attempt: from 0; another way may do better the second time.
	 * VT_E_SYNTAX: it came, but damaged. */
	int (*fetch)(void *arg, const char *doc_id, const char *file_path,
	    unsigned attempt, vt_axis_on_bytes *put, void *put_arg,
	    struct vt_err *reterr);
	/* The answer as it comes, for quarantine. */
	int (*fetch_raw)(void *arg, const char *doc_id, vt_axis_on_bytes *put,
	    void *put_arg, struct vt_err *reterr);
	int (*acknowledge)(void *arg, const char *doc_id, const char *status,
	    struct vt_err *reterr);
	/* Asked before each packet: the round ends here (VT_E_BUSY), and what
	 * was cut off by it counts as no try. */
	bool (*stop)(void *arg);
	void *stop_arg;
};

/*
 * One round over both kinds. *ret_taken as in struct vt_transport. Errors:
 * when the gateway does not answer at all, or nothing can be kept here; what
 * is wrong with one packet is logged and tried again later.
 */
VT_NODISCARD int vt_gateway_pull(const struct vt_pull_gateway *g,
    struct vt_office *o, const struct vt_context *ctx,
    const struct vt_route *route, size_t *ret_taken, struct vt_err *reterr);

/*
 * Codes in a list's `to`: one code, several between commas, semicolons or
 * blanks, or a JSON array. Gives the next one at *at; false at the end. One
 * that is too long for any agency's is "?".
 */
bool vt_gateway_next_code(const char *to, size_t *at, char ret[static 64]);

#endif
