/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets that are carried on: an agency that uses our axis server writes to
 * another one that does. The packet is a consignment of the agency that runs
 * this store, one for each receiver, its bytes kept as they came; nobody's
 * paper is made of it. It waits for the receiver like any other (pickups.c) and
 * is handed out as it came.
 *
 *	STORED ──> ARRIVED: waits to be fetched ──> APPLIED: fetched
 *	   └──────────┴──> REFUSED: cannot be read, is not its sender's, was not
 *			   fetched or not readable there; the sender gets 02
 *			   with the reason, and may send it again
 *
 * For the office's own files.
 */
#ifndef VT_API_OFFICE_RELAY_H
#define VT_API_OFFICE_RELAY_H

#include "api/exchange/transport.h"
#include "api/office/work.h"
#include "docstore/consign.h"

struct vt_arrival;
struct vt_office_packet;

/* To whom it is carried on; borrowed from c. NULL: it is no such packet. */
const char *vt_relay_to(const struct vt_consignment *c);

/* One of them, copied out of its view. */
struct vt_relay {
	vt_id id; /* the docId under which it is fetched */
	uint32_t agency_no;
	enum vt_packet_kind kind;
	enum vt_consign_state state;
	char from[64], to[64];
	char title[512], notation[128];
	vt_hash packet;
	vt_time received_at;
};

/* It was read, or (why) it cannot be carried on. */
VT_NODISCARD int vt_relay_read(
    struct vt_arrival *a, const struct vt_err *why, struct vt_err *reterr);
/* VT_WORK_DELIVERY of such a packet. VT_E_NOT_FOUND: it is none. */
vt_work_handler vt_relay_work;
/* Its receiver has it, or will not: note says why. A repeat is VT_OK. */
VT_NODISCARD int vt_relay_end(struct vt_office *o, const vt_id *id, bool taken,
    const char *note, struct vt_err *reterr);
/* The packet as it came. *ret owned: vt_office_packet_close. */
VT_NODISCARD int vt_relay_packet(struct vt_office *o, const vt_id *id,
    struct vt_office_packet **ret, struct vt_err *reterr);

#endif
