/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What agencies ask of us that have only the SDK of the national axis and use
 * our axis server in its place: who they are (a route of kind "hosted", its
 * key their code, with system id and secret), who can be written to, what
 * became of what they sent. What they fetch: deliver.h, pickups. What they
 * send: consign.h; what of it is carried on: relay.h.
 *
 * They are no actors: a hosted agency reads and changes only what is its own,
 * which these functions see to by its code.
 */
#ifndef VT_API_OFFICE_HOSTED_H
#define VT_API_OFFICE_HOSTED_H

#include "api/exchange/transport.h"
#include "api/office/office.h"

struct vt_address;

struct vt_hosted {
	char code[64]; /* the key of its route */
	char system_id[128], secret_ref[512];
};

/* VT_E_NOT_FOUND: no active hosted route has this system id. */
VT_NODISCARD int vt_office_hosted_find(struct vt_office *o,
    const char *system_id, struct vt_hosted *ret, struct vt_err *reterr);

/* May it speak for this code: its own, or that of an agency it registered?
 * VT_E_FORBIDDEN. */
VT_NODISCARD int vt_office_hosted_speaks(struct vt_office *o,
    const struct vt_hosted *h, const char *code, struct vt_err *reterr);

/* How many packets wait for it, AXIS_COUNT_MAX or a few more at most. */
VT_NODISCARD int vt_office_pickups_count(struct vt_office *o, const char *code,
    enum vt_packet_kind kind, uint64_t *ret, struct vt_err *reterr);

/* ---- who can be written to: tenants, then the address book ---- */

struct vt_listed {
	const char *id, *parent, *code, *name, *mail, *old_code;
	bool deleted;
	vt_time changed_at;
};
typedef int vt_office_on_listed(
    void *arg, const struct vt_listed *row, struct vt_err *reterr);
/* Row by row; no view is held while row runs longer than a page. deleted: also
 * those that are gone. */
VT_NODISCARD int vt_office_listed_each(struct vt_office *o, bool deleted,
    vt_office_on_listed *row, void *arg, struct vt_err *reterr);

/* A unit below the hosted agency into the address book, reached through it; and
 * out of it. VT_E_FORBIDDEN: not below it, or somebody else's. */
VT_NODISCARD int vt_office_hosted_register(struct vt_office *o,
    const struct vt_hosted *h, const struct vt_address *a,
    struct vt_err *reterr);
VT_NODISCARD int vt_office_hosted_remove(struct vt_office *o,
    const struct vt_hosted *h, const char *code, struct vt_err *reterr);

/* ---- what it sent ---- */

/* Receivers of one packet. */
#define VT_HOSTED_TO_MAX ((int)VT_L(HOSTED_TO_MAX))

/* A receiver of a packet: a tenant, or (code is not "") an agency that fetches
 * here, to whom the packet is carried on; then agency_no is the one that runs
 * this store, under whose consignments it is kept. */
struct vt_hosted_to {
	uint32_t agency_no;
	char code[64];
};

/* Whom codes name, each once; tenants first, in an order of their own.
 * VT_E_AGENCY_UNKNOWN names the first code that is none of them; VT_E_LIMIT. */
VT_NODISCARD int vt_office_hosted_targets(struct vt_office *o,
    const char *const *codes, size_t n,
    struct vt_hosted_to ret[VT_HOSTED_TO_MAX], size_t *ret_n,
    struct vt_err *reterr);

#define VT_HOSTED_EXTERNAL 128
/* The id that a packet's consignment has at a receiver (vt_consign_new). */
void vt_office_hosted_external(const char *doc_id,
    const struct vt_hosted_to *to, char ret[VT_HOSTED_EXTERNAL]);

/* A packet that came again: if it could not be carried on, that is tried
 * anew. */
VT_NODISCARD int vt_office_hosted_again(
    struct vt_office *o, const vt_id *consignment, struct vt_err *reterr);

/* Remembered for HOSTED_SENT_S, beside the ledger: the consignments are the
 * record. A repeat changes nothing. */
VT_NODISCARD int vt_office_hosted_sent_put(struct vt_office *o,
    const struct vt_hosted *h, enum vt_packet_kind kind, const char *doc_id,
    const struct vt_hosted_to *to, size_t n_to, struct vt_err *reterr);

/* One packet at one receiver. */
struct vt_hosted_sent {
	const char *doc_id, *from, *to;
	const char *title, *notation; /* "" until it was read there */
	const char *state;            /* of the consignment, "stored", … */
	const char *note;             /* why it was refused, … */
	bool waits;                   /* for its receiver to fetch it */
	vt_time sent_at, received_at;
};
typedef int vt_office_on_sent(
    void *arg, const struct vt_hosted_sent *row, struct vt_err *reterr);
struct vt_hosted_query {
	enum vt_packet_kind kind;
	const char *doc_id;  /* one packet, or "" for all */
	vt_time from, until; /* sent in [from, until); VT_TIME_NONE: open */
	size_t max;          /* rows; those of one packet are not parted */
};
/* Newest first. *ret_more: there are others in that time. */
VT_NODISCARD int vt_office_hosted_sent(struct vt_office *o,
    const struct vt_hosted *h, const struct vt_hosted_query *q,
    vt_office_on_sent *row, void *arg, bool *ret_more, struct vt_err *reterr);

#endif
