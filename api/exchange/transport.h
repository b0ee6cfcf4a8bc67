/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a packet travels: one table of functions a transport (the axis, the
 * provincial wrapper, direct exchange). The office decides what goes where,
 * when and how often; a transport only carries, and never keeps state that
 * matters (cursors excepted: docstore/state.h).
 *
 * Who calls: the office's work threads. The program makes a transport, gives
 * it to vt_office_transport_add() (api/office/deliver.h) and frees it after
 * vt_office_close(). What comes in, by pull or as a server, goes to
 * vt_office_consign_begin/put/end (api/office/consign.h), called by the
 * transport itself, which acknowledges only after _end gave VT_OK.
 *
 * Threads: send and pull are called by several threads at once, also for the
 * same peer. They may block, but no longer than their own time limits; the
 * lease of a delivery is TRANSPORT_LEASE_S, and send must end before. After
 * stop they end within about a second.
 *
 * Errors of send. What base/err.def calls retryable (VT_E_PEER_UNAVAILABLE,
 * VT_E_TIMEOUT, VT_E_BUSY, …) and conflicts (vt_outcome): the delivery is tried
 * again after 1 min, 5 min, 30 min, 2 h, 6 h; after DELIVERY_ATTEMPTS_MAX
 * attempts it is a dead letter. Anything else (VT_E_PEER_REFUSED: the peer will
 * say no again; VT_E_PEER_UNTRUSTED: not the one that is pinned) makes it one
 * at once, with the message as its reason; a person may send it again. A status
 * is no delivery: VT_E_PEER_REFUSED parks it until a person sends it again,
 * after any other error it is tried again, in the end once a day. VT_E_BUSY
 * while the office closes counts for neither.
 */
#ifndef VT_API_EXCHANGE_TRANSPORT_H
#define VT_API_EXCHANGE_TRANSPORT_H

#include "base/id.h"
#include "base/source.h"
#include "base/time.h"

struct vt_office;
struct vt_route; /* api/office/routes.h */

/* What a packet is; the axis calls it messagetype. Stored; never reused. */
enum vt_packet_kind { VT_PACKET_EDOC = 1, VT_PACKET_STATUS = 2 };

/* One packet to one addressee. Everything is borrowed for the call. */
struct vt_packet {
	/* Minted once for the consignment (of an edoc: the delivery's id) and
	 * the same at every attempt: what the receiver knows a repeat by. */
	vt_id id;
	enum vt_packet_kind kind;
	const char *from, *to; /* agency codes, as they stand in the packet */
	/*
	 * The edXML, made anew from stored parts as it is read: the same bytes
	 * at every attempt. Read ascending, from any offset again; nothing of
	 * it is held in memory.
	 */
	struct vt_source *body;
	vt_hash hash;     /* SHA-256 of body */
	uint32_t attempt; /* from 1, for the log */
};

/* What the peer answered to a packet that it took. */
struct vt_packet_answer {
	char external[201]; /* the peer's id of it (axis docId); "" none */
	/* Signed by the peer, e.g. the receipt of another vanthu, checked by
	 * the transport: kept with the delivery, same bytes at every repeat. */
	struct vt_buf receipt;
	/* Does the answer come from the addressee itself (direct), so that the
	 * packet is "stored" there, or from one that will carry it on? */
	bool by_addressee;
	/* The receipt is somebody's whose key nobody has told us: kept, shown
	 * as not verified, no evidence. */
	bool unverified;
	vt_time stored_at; /* as the peer states it; VT_TIME_NONE */
};

#define VT_PACKET_ANSWER_INIT                                                  \
	{                                                                      \
		.receipt = VT_BUF_INIT, .stored_at = VT_TIME_NONE              \
	}

/* What a witness answered (C2SP tlog-witness). */
struct vt_cosign_answer {
	long status;
	uint64_t size;      /* with 409: the largest that it has seen */
	struct vt_buf body; /* with 200 its cosignature, else why; *owned* */
};
#define VT_COSIGN_ANSWER_INIT                                                  \
	{                                                                      \
		.body = VT_BUF_INIT                                            \
	}

struct vt_transport {
	const char *name; /* "axis", "wrapper", "direct"; static */
	void *arg;        /* borrowed by the office until vt_office_close */
	/*
	 * Carries one packet over this route. VT_OK: the peer has it durably
	 * (also when it had it before: a repeat is never an error). *ret is
	 * VT_PACKET_ANSWER_INIT on entry; its receipt is *owned* by the caller.
	 */
	int (*send)(void *arg, const struct vt_route *route,
	    const struct vt_packet *p, struct vt_packet_answer *ret,
	    struct vt_err *reterr);
	/*
	 * Fetches what waits for us at the route's gateway: list, fetch, hand
	 * to vt_office_consign_*, and only then acknowledge there. Ends when
	 * nothing waits or after PULL_PACKETS_MAX packets; *ret_taken counts
	 * those handed over (repeats too), also on error. NULL: this transport
	 * brings, nothing is fetched. Called every route->pull_s seconds as
	 * work of the store.
	 */
	int (*pull)(void *arg, struct vt_office *o,
	    const struct vt_route *route, size_t *ret_taken,
	    struct vt_err *reterr);
	/* The gateway's list of agencies into the address book
	 * (vt_office_addresses_sync). NULL: it has none. */
	int (*sync)(void *arg, struct vt_office *o,
	    const struct vt_route *route, struct vt_err *reterr);
	/*
	 * Brings a checkpoint to the node at that URL to be cosigned. VT_OK:
	 * it answered, whatever. NULL: this transport knows no witnesses.
	 */
	int (*cosign)(void *arg, const char *url, struct vt_span request,
	    struct vt_cosign_answer *ret, struct vt_err *reterr);
	/* The office closes: what is under way gives up (VT_E_BUSY), nothing
	 * begins any more. Any thread; at once. The item stays claimed, and is
	 * due when an office opens again. NULL: nothing here waits long. */
	void (*stop)(void *arg);
};

#endif
