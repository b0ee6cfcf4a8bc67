/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A packet that is being taken in; shared by arrive*.c only. */
#ifndef VT_API_OFFICE_ARRIVE_H
#define VT_API_OFFICE_ARRIVE_H

#include "api/exchange/edxml/edxml.h"
#include "api/office/office_priv.h"
#include "docstore/consign.h"

struct vt_arrival {
	struct vt_office *o;
	vt_id id; /* of the consignment */
	uint32_t agency_no;
	enum vt_consign_kind kind;
	enum vt_consign_state state;
	enum vt_transport_kind via;
	char peer[256]; /* who handed it over: a route's key or a code */
	vt_hash packet;
	vt_time received_at;
	struct vt_edxml *x;
	int out; /* the attachments' bytes */
	struct vt_arena *arena;
	struct vt_buf findings, reason;
};

/*
 * Foreign text as ours may be: NFC, without controls, at most max characters.
 * Never NULL, never an error but of memory: what cannot be kept so is in the
 * packet.
 */
const char *vt_arrival_text(
    struct vt_arrival *a, const char *s, size_t max, bool *ok);
/* YYYY-MM-DD, "" for no day. */
const char *vt_arrival_day(
    struct vt_arrival *a, const struct vt_edxml_day *d, bool *ok);

/* The CONSIGN_READ step with what was read; the caller adds paper, note. */
VT_NODISCARD int vt_arrival_read(struct vt_arrival *a,
    enum vt_consign_state state, struct vt_step *ret, struct vt_err *reterr);

/* An act of the consignment's agency, by nobody. paper may be NULL. */
VT_NODISCARD int vt_arrival_act(struct vt_arrival *a, const vt_id *paper,
    const struct vt_step *steps, size_t n, struct vt_act_result *ret,
    struct vt_err *reterr);

/* arrive_paper.c, arrive_status.c */
VT_NODISCARD int vt_arrive_paper(struct vt_arrival *a, struct vt_err *reterr);
VT_NODISCARD int vt_arrive_status(struct vt_arrival *a, struct vt_err *reterr);

#endif
