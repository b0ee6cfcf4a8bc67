/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that go out, made from what is stored; for the office's own files
 * (faces: api/office/deliver.h). */
#ifndef VT_API_OFFICE_PACKET_H
#define VT_API_OFFICE_PACKET_H

#include "api/exchange/edxml/edxml.h"
#include "api/office/deliver.h"

/* A status that is to be told: payload of VT_WORK_STATUS. Plain values. */
struct vt_telling {
	vt_id id; /* minted once: the consignment's */
	uint32_t code;
	vt_time at; /* when it happened */
	char description[2048];
	char staff[256];
};

void vt_telling_encode(const struct vt_telling *t, struct vt_buf *ret);
/* What the store enqueued itself (13) has no id and no time: they are taken
 * from the work item, so that every attempt has the same ones. */
VT_NODISCARD int vt_telling_decode(
    const struct vt_work *w, struct vt_telling *ret, struct vt_err *reterr);

/* What a status is about, and who is told. Plain values. */
struct vt_told {
	char organ[64]; /* who is to be told */
	char code[128]; /* "128/SKHCN-CĐS" */
	char document_id[256];
	char promulgated[16]; /* YYYY-MM-DD, "" */
};

/* The packet of a status. from: our agency. *ret owned. */
VT_NODISCARD int vt_packet_status(struct vt_office *o, uint32_t from,
    const struct vt_telling *t, const struct vt_told *about,
    struct vt_office_packet **ret, struct vt_err *reterr);

/* The same from bytes that were kept; from and to: agency codes. */
VT_NODISCARD int vt_packet_kept(const vt_id *id, const char *from,
    const char *to, struct vt_span bytes, struct vt_office_packet **ret,
    struct vt_err *reterr);

/* One that came and is carried on: its bytes, as they are kept. */
struct vt_relay;
VT_NODISCARD int vt_packet_carried(struct vt_office *o,
    const struct vt_relay *r, struct vt_office_packet **ret,
    struct vt_err *reterr);

/*
 * Before the first try: notes what of its packet may be otherwise later. to:
 * who has the addressee's tasks now, "" when nobody took it over. The first
 * call counts; there may be nothing to note.
 */
VT_NODISCARD int vt_packet_settle(struct vt_office *o, const vt_id *delivery,
    const char *to, struct vt_err *reterr);

/* The packet of a delivery. */
VT_NODISCARD int vt_packet_delivery(struct vt_office *o, const vt_id *delivery,
    struct vt_office_packet **ret, struct vt_err *reterr);

void vt_packet_attempt(struct vt_office_packet *pk, uint32_t attempt);

/* YYYY?MM?DD at the start of s, with that character between. */
bool vt_day_parse(const char *s, char between, struct vt_edxml_day *ret);

/* DocumentId of one of our own papers, as its packets state it, appended. */
void vt_packet_document_id(
    const struct vt_agency *a, const struct vt_paper *p, struct vt_buf *ret);

#endif
