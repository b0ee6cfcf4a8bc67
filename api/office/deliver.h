/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Getting papers to their addressees: one work item each, routed
 * (api/office/routes.h), carried by a transport, tried again with back-off,
 * then a dead letter that a person may replay; what no system takes is put on
 * a list to be printed. Also what our axis server hands to agencies that
 * fetch ("hosted").
 */
#ifndef VT_API_OFFICE_DELIVER_H
#define VT_API_OFFICE_DELIVER_H

#include "api/exchange/transport.h"
#include "api/office/office.h"
#include "api/office/routes.h"

/* t is copied, what it points to borrowed until vt_office_close. At most 8,
 * one a name. May be called while the office runs. VT_E_LIMIT, VT_E_EXISTS. */
VT_NODISCARD int vt_office_transport_add(
    struct vt_office *o, const struct vt_transport *t, struct vt_err *reterr);

/* When a peer is tried again after so many tries: 1 min, 5 min, 30 min, 2 h,
 * then every 6 h. */
vt_time vt_deliver_next(vt_time now, uint32_t attempt);

/*
 * A dead letter (or one that was withdrawn) again, now, with a fresh budget.
 * Same consignment id, same bytes. Roles: clerk, admin. VT_E_OUT_OF_ORDER when
 * it has been taken, or still waits for its next try.
 */
VT_NODISCARD int vt_office_replay_delivery(struct vt_office *o,
    const struct vt_request *rq, const vt_id *delivery,
    struct vt_act_result *ret, struct vt_err *reterr);
/* One that waits for its next try: now. No act: nothing changes but the hour.
 * Roles as above. VT_E_OUT_OF_ORDER when it does not wait. */
VT_NODISCARD int vt_office_hurry_delivery(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *delivery, struct vt_err *reterr);

/* Tries begun so far: as the queue counts them while it waits there, else as
 * the last of them was reported. */
uint32_t vt_office_attempts(struct vt_view *v, const struct vt_delivery *d);

/* Deliveries of the actor's agency that are to be printed, with their papers
 * (danh sách phát hành bản giấy), newest first; before, *ret_next: as
 * vt_delivery_scan. Borrowed until vt_view_end. */
VT_NODISCARD int vt_office_delivery_list(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);
/* Dead letters of the actor's agency. */
VT_NODISCARD int vt_office_dead_letters(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_delivery *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);

/*
 * A status of ours that does not get through: the peer refused it, or its
 * budget is spent and it is tried once a day. Plain values.
 */
struct vt_untold {
	vt_id id;    /* of the consignment, for all attempts */
	vt_id paper; /* of the actor's agency; zero: none was made */
	uint32_t code;
	char to[64];               /* who is not told */
	char text[512], note[200]; /* of the status; why the last try failed */
	vt_time at;                /* when it happened */
	vt_time next;              /* VT_TIME_NONE: it waits for a person */
	uint32_t attempts;
};
/* Those of the actor's agency, oldest first; after: *ret_next of the page
 * before, 0 at the end. A page may come short before the end. */
VT_NODISCARD int vt_office_untold(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t after, struct vt_untold *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);
/* One of them is tried now. Roles: clerk, admin. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_office_hurry_status(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *status, struct vt_untold *ret,
    struct vt_err *reterr);

/* ---- hosted agencies: they fetch from our axis server ---- */

struct vt_pickup {
	vt_id id; /* stays: the docId */
	enum vt_packet_kind kind;
	char from[64], to[64];
	char title[512], notation[128];
	vt_time created_at;
	bool fetched; /* acknowledged "processing" */
};
/* What waits for the hosted agency `code`, oldest first. after: *ret_next of
 * the page before, 0 = from the first. */
VT_NODISCARD int vt_office_pickups(struct vt_office *o, const char *code,
    enum vt_packet_kind kind, uint64_t after, struct vt_pickup *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);
/* done: it has it (the delivery is stored there, the work ends). Else it could
 * not read it: note says why, the delivery becomes a dead letter. A repeat is
 * VT_OK. VT_E_NOT_FOUND: not for that code. */
VT_NODISCARD int vt_office_pickup_end(struct vt_office *o, const char *code,
    const vt_id *id, bool done, const char *note, struct vt_err *reterr);

/*
 * The packet of a delivery or status as it is sent: the same bytes each time.
 * code: the agency that fetches, checked; NULL: not checked (the sender's own
 * desk, after its own check). *ret owned: vt_office_packet_close. One thread.
 */
struct vt_office_packet;
VT_NODISCARD int vt_office_packet_open(struct vt_office *o, const char *code,
    const vt_id *id, struct vt_office_packet **ret, struct vt_err *reterr);
/* Borrowed from pk until it is closed. */
const struct vt_packet *vt_office_packet_get(const struct vt_office_packet *pk);
void vt_office_packet_close(struct vt_office_packet *pk); /* NULL allowed */

#endif
