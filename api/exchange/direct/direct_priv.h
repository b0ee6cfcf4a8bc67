/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two sides of direct exchange share. */
#ifndef VT_API_EXCHANGE_DIRECT_PRIV_H
#define VT_API_EXCHANGE_DIRECT_PRIV_H

#include <stdatomic.h>

#include "api/exchange/direct/direct.h"
#include "api/fetch/call.h"

#define VT_DIRECT_MAGIC 0x64697263U

#define VT_DIRECT_PATH    "/exchange/direct"
#define VT_DIRECT_COSIGN  VT_DIRECT_PATH "/witness/add-checkpoint"
#define VT_DIRECT_RECEIPT "application/vnd.vanthu.receipt+cbor"

#define VT_DIRECT_FROM      "X-Vanthu-From"
#define VT_DIRECT_TO        "X-Vanthu-To"
#define VT_DIRECT_KIND      "X-Vanthu-Kind"
#define VT_DIRECT_SIGNATURE "X-Vanthu-Signature"

struct vt_direct {
	uint32_t magic;
	struct vt_direct_options o;
	struct vt_call_pool *calls; /* connections to peers */
	atomic_bool stopping;
};

/* direct/cosign.c */
int vt_direct_cosign(void *arg, const char *url, struct vt_span request,
    struct vt_cosign_answer *ret, struct vt_err *reterr);
int vt_direct_add_checkpoint(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr);

/* direct/send.c */
/* Of struct vt_call: what a peer answers, into a vt_buf. */
int vt_direct_take(void *arg, struct vt_span bytes, struct vt_err *reterr);
int vt_direct_send(void *arg, const struct vt_route *route,
    const struct vt_packet *p, struct vt_packet_answer *ret,
    struct vt_err *reterr);

#endif
