/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Consignments: what came from elsewhere. Raw bytes are durable and named by
 * an act before anything looks inside (design laws 1, 2); then the `packet`
 * worker reads them as work of the store, and one act makes the paper that
 * waits for the clerk (status 01 goes back), or refuses it (02 with the
 * reason), or puts it into quarantine (cannot be read at all).
 *
 * Callers: transports that pull, the axis server, the direct face, `vanthu
 * edoc`. Who the peer is was settled by the caller (its route).
 */
#ifndef VT_API_OFFICE_CONSIGN_H
#define VT_API_OFFICE_CONSIGN_H

#include "api/exchange/transport.h"
#include "api/office/office.h"
#include "docstore/consign.h"

/* What is known before the first byte. Strings borrowed until _end. */
struct vt_consign_new {
	/* The tenant it is for: any code that it has or had; "" is allowed when
	 * agency_no is given. */
	const char *to;
	uint32_t agency_no;         /* or 0 */
	enum vt_transport_kind via; /* how it came; not TENANT */
	enum vt_packet_kind kind;
	const char *external;  /* the transport's id: docId, consignment id;
				* 1..200 bytes, unique for (agency, via) */
	const char *peer;      /* key of the route, or the caller's code */
	const char *headers;   /* transport headers, "Name: value\n" lines;
				* no secrets; ""; what is no clean text is
				* kept as ASCII with "?" */
	const vt_hash *expect; /* digest that was stated, or NULL */
	uint64_t size; /* 0 = unknown; more than PACKET_MAX is refused */
	unsigned *retry_after_s; /* of VT_E_PEER_QUOTA; may be NULL */
};

struct vt_consigning;

/*
 * VT_E_AGENCY_UNKNOWN (to is no tenant), VT_E_LIMIT, VT_E_INVALID (external),
 * VT_E_PEER_QUOTA (admission.h; not of a packet that is known), VT_E_BUSY,
 * VT_E_STORE_*. *ret owned.
 */
VT_NODISCARD int vt_office_consign_begin(struct vt_office *o,
    const struct vt_consign_new *n, struct vt_consigning **ret,
    struct vt_err *reterr);
VT_NODISCARD int vt_office_consign_put(
    struct vt_consigning *c, const void *p, size_t n, struct vt_err *reterr);
/*
 * Durable when it returns VT_OK: now the transport may acknowledge. *ret: the
 * act with its receipt; a repeat (same agency, via, external id) answers with
 * the first one's, byte for byte, ret->repeated, whatever became of it since.
 * Errors: VT_E_DIGEST_MISMATCH, VT_E_FILE_EMPTY, VT_E_CONFLICT (the same
 * external id was another packet: final), VT_E_STORE_*.
 */
VT_NODISCARD int vt_office_consign_end(struct vt_consigning *c,
    vt_id *ret_consignment, struct vt_act_result *ret, struct vt_err *reterr);
void vt_office_consign_free(struct vt_consigning *c); /* NULL allowed */
VT_CLEANUP_DEFINE(struct vt_consigning, vt_office_consign_free)

/* Begin, put, end over memory. */
VT_NODISCARD int vt_office_consign_bytes(struct vt_office *o,
    const struct vt_consign_new *n, struct vt_span bytes,
    vt_id *ret_consignment, struct vt_act_result *ret, struct vt_err *reterr);

/* ---- looking; the actor's agency only, and nothing that is only carried on
 * (api/office/relay.h). Borrowed until vt_view_end. ---- */

/* Leaves those out of a list that are carried on, and those whose paper is
 * isolated from the actor; how many stay. */
size_t vt_office_consignments_own(struct vt_view *v,
    const struct vt_actor *actor, struct vt_consignment *c, size_t n);

/* VT_E_NOT_FOUND, VT_E_ISOLATED: what is in it is what is in the paper. */

VT_NODISCARD int vt_office_consignment(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const vt_id *id, struct vt_consignment *ret,
    struct vt_err *reterr);
/* Newest first; before: *ret_next of the page before, 0 = from the newest. */
VT_NODISCARD int vt_office_consignments(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, uint64_t before, struct vt_consignment *ret,
    size_t max, size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr);
/* One out of quarantine, to be read again (a newer reader may manage).
 * Role: clerk. VT_E_OUT_OF_ORDER when it is not there. */
VT_NODISCARD int vt_office_consignment_reread(struct vt_office *o,
    const struct vt_request *rq, const vt_id *consignment,
    struct vt_act_result *ret, struct vt_err *reterr);

#endif
