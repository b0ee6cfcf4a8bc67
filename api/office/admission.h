/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much a peer may bring: PEER_PACKETS_DAY packets and PEER_BYTES_DAY bytes
 * at once, and as much again in the course of a day. Who brings more is
 * refused before its packet is kept, for a time that it is told. A packet that
 * is known is never refused. Counted in memory; after a restart by what came
 * in the last day.
 */
#ifndef VT_API_OFFICE_ADMISSION_H
#define VT_API_OFFICE_ADMISSION_H

#include <pthread.h>

#include "base/err.h"
#include "base/time.h"
#include "docstore/consign.h"

struct vt_office;
struct vt_route;
struct vt_view;

/* A peer, and until when what it brought counts: when that is a day ahead, a
 * bound is reached. */
struct vt_admitted {
	char peer[64];
	vt_time packets, bytes;
};

struct vt_admission {
	pthread_mutex_t lock; /* guards all of it */
	struct vt_admitted *peers;
	size_t n, cap;
};

void vt_admission_init(struct vt_admission *a);
void vt_admission_fini(struct vt_admission *a);

/* Is what comes this way counted? What is fetched from a gateway, or brought by
 * a person, is not. */
bool vt_admission_counts(enum vt_transport_kind via);

/* What came in the last day. Before anything is brought. */
VT_NODISCARD int vt_admission_load(struct vt_office *o, struct vt_err *reterr);

/*
 * Who brought a packet: the key of the route to the code that it came under,
 * after successors and gateways, so that a peer is one under all its codes;
 * the code itself when there is no route. r: a place for one.
 */
void vt_admission_peer(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_route *r, char ret[64]);

/* One packet more, of so many bytes. VT_E_PEER_QUOTA: *ret_wait_s seconds are
 * to be waited; VT_E_NOMEM. */
VT_NODISCARD int vt_admission_take(struct vt_office *o, const char *peer,
    uint64_t bytes, unsigned *ret_wait_s, struct vt_err *reterr);
/* So much of it did not come after all. */
void vt_admission_give_back(
    struct vt_office *o, const char *peer, unsigned packets, uint64_t bytes);

#endif
