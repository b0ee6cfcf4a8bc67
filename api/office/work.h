/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handlers of the work queue, for the office's own threads. Each is idempotent:
 * an item may be done again after a crash, or by two who hold its lease one
 * after the other.
 */
#ifndef VT_API_OFFICE_WORK_H
#define VT_API_OFFICE_WORK_H

#include "api/office/office_priv.h"
#include "api/office/routes.h"

/* When an item is to be looked at again, by the wall clock; VT_TIME_NONE: it is done (VT_OK), or
 * the queue's own back-off decides (error). */
typedef int vt_work_handler(struct vt_office *o, const struct vt_work *w,
    vt_time *ret_due, struct vt_err *reterr);

vt_work_handler vt_deliver_work; /* deliver.c: VT_WORK_DELIVERY */
vt_work_handler vt_tell_work;    /* tell.c: VT_WORK_STATUS */
vt_work_handler vt_arrive_work;  /* arrive.c: VT_WORK_PACKET */
vt_work_handler vt_pull_work;    /* gateways.c: VT_WORK_PULL */
vt_work_handler vt_sync_work;    /* gateways.c: VT_WORK_SYNC */
vt_work_handler vt_ask_work;     /* asks.c: VT_WORK_ASK */
vt_work_handler vt_answered_work; /* answered.c: VT_WORK_ANSWERED */
vt_work_handler vt_recall_work;  /* recall.c: VT_WORK_RECALL */
vt_work_handler vt_expire_work;  /* books.c: VT_WORK_EXPIRE */
vt_work_handler vt_text_work;    /* texts.c: VT_WORK_TEXT */
vt_work_handler vt_cosign_work;  /* cosign.c: VT_WORK_COSIGN */
vt_work_handler vt_judge_work;   /* arrive_signed.c: VT_WORK_VALIDATE */

/* While the program has not started the transport: 2 s, 4 s, ... 5 min. */
vt_time vt_deliver_soon(vt_time now, uint32_t attempt);

/* The work step that has the signatures of a paper judged. */
void vt_judge_later(const vt_id *paper, struct vt_step *ret);

/* The work step that sends `by` to all who got `about`, which it recalls or
 * replaces. payload keeps what the step borrows. */
void vt_recall_later(const struct vt_request *rq, const vt_id *about,
    const vt_id *by, struct vt_buf *payload, struct vt_step *ret);

/* ---- transports ---- */

struct vt_transport;
struct vt_packet;
struct vt_packet_answer;

/* The key of the route that an item of a gateway is for. */
VT_NODISCARD int vt_gateway_key(
    const struct vt_work *w, char ret[64], struct vt_err *reterr);

/*
 * Which way does a packet about this go: a delivery of ours to its addressee,
 * a status to the sender of a consignment? *ret_kind PRINT: no way (any more).
 * ret_route as in vt_office_route_find; ret_no may be NULL. VT_E_NOT_FOUND:
 * it is neither.
 */
VT_NODISCARD int vt_tell_route(struct vt_office *o, struct vt_view *v,
    const vt_id *subject, enum vt_route_kind *ret_kind,
    struct vt_route *ret_route, uint32_t *ret_no, struct vt_err *reterr);

/* Does an older item of this kind and subject go on? Of such kinds there are
 * as many items as gateways or witnesses. */
VT_NODISCARD int vt_work_is_double(struct vt_office *o, const struct vt_work *w,
    bool *ret, struct vt_err *reterr);

/* VT_E_PEER_UNAVAILABLE when the program has none of that name. */
VT_NODISCARD int vt_transport_named(struct vt_office *o, const char *name,
    struct vt_transport *ret, struct vt_err *reterr);

/* The transport of a route; VT_E_PEER_UNAVAILABLE when the program has none. */
VT_NODISCARD int vt_transport_of(struct vt_office *o, const struct vt_route *r,
    struct vt_transport *ret, struct vt_err *reterr);

/* ---- pickups.c: what waits to be fetched ---- */

struct vt_office_packet;
struct vt_relay;

/*
 * The delivery, or a packet that is carried on, waits for the agency that
 * fetches. *ret_due: when that is to be looked at again, or untouched: it is
 * done, or was not fetched for HOSTED_DAYS and its sender is told.
 */
VT_NODISCARD int vt_hosted_put_delivery(struct vt_office *o, const char *code,
    const vt_id *id, const char *from, vt_time *ret_due, struct vt_err *reterr);
VT_NODISCARD int vt_hosted_put_carried(struct vt_office *o, const char *code,
    const struct vt_relay *c, vt_time *ret_due, struct vt_err *reterr);
/* The same for a status; work: the item, which is due when it was fetched.
 * VT_E_PEER_REFUSED: it was not for HOSTED_DAYS, and waits no more. */
VT_NODISCARD int vt_hosted_put_status(struct vt_office *o, const char *code,
    const struct vt_office_packet *pk, uint64_t work, vt_time *ret_due,
    struct vt_err *reterr);
/* Those of a paper's deliveries (NULL: all) that wait there and were not
 * fetched never left: they wait no more, and are dead letters. */
VT_NODISCARD int vt_hosted_call_in(struct vt_office *o, const vt_id *paper,
    const vt_id *delivery, struct vt_err *reterr);

/* ---- statuses.c: what follows from an act ---- */

struct vt_telling;

/*
 * The work step that tells the sender of an incoming paper. payload keeps what
 * the step borrows. False: there is nobody to tell (it came on paper).
 */
bool vt_tell_later(const struct vt_paper *p, const struct vt_telling *t,
    struct vt_buf *payload, struct vt_step *ret);
void vt_telling_new(struct vt_office *o, unsigned code, const char *text,
    const char *staff, struct vt_telling *ret);

#endif
