/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the acts on incoming papers begin and end; for the office's own files. */
#ifndef VT_API_OFFICE_INCOMING_H
#define VT_API_OFFICE_INCOMING_H

#include "api/office/office_priv.h"

/* A paper as these acts need it, copied out of its view. Plain values. */
struct vt_incoming {
	vt_id id;
	uint32_t agency_no;
	uint64_t rev;
	enum vt_direction direction;
	enum vt_paper_state state;
	vt_id source_paper, source_delivery, source_consignment;
	uint64_t arrival;     /* số đến, 0 */
	uint64_t arrival_act; /* leaf index */
	char arrival_text[96];
	uint32_t arrival_period;
	bool opened;
	uint32_t asked; /* enum vt_ask, 0 */
	vt_id asked_consignment, asked_delivery;
};

/* A reason that people read, cleaned: VT_E_INVALID when there is none. what:
 * the act, for the message. */
VT_NODISCARD int vt_incoming_reason(const char *reason, const char *what,
    struct vt_buf *ret, struct vt_err *reterr);

/* VT_E_NOT_FOUND unless it is the agency's; if_match as vt_facts_load. */
VT_NODISCARD int vt_incoming_load(struct vt_office *o, const vt_id *paper,
    uint32_t agency_no, uint64_t if_match, struct vt_incoming *ret,
    struct vt_err *reterr);

/*
 * One act on it: the steps, and, when code is not 0, the status that follows.
 * steps has room for one more behind n.
 */
struct vt_follow {
	unsigned code;
	const char *text;
};
VT_NODISCARD int vt_incoming_act(struct vt_office *o,
    const struct vt_request *rq, const struct vt_incoming *p,
    struct vt_step *steps, size_t n, const struct vt_follow *follow,
    struct vt_act_result *ret, struct vt_err *reterr);

/* The answer to who asks again for a số đến that was given: that act's. */
VT_NODISCARD int vt_incoming_given(struct vt_office *o,
    const struct vt_incoming *p, struct vt_act_result *ret,
    struct vt_err *reterr);

/* Accepts a paper that waits; a paper that has its number answers with it. */
VT_NODISCARD int vt_incoming_accept(struct vt_office *o,
    const struct vt_request *rq, const struct vt_incoming *p,
    struct vt_act_result *ret, struct vt_err *reterr);

#endif
