/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our witnesses are asked how much of our ledgers they have seen, before a
 * restored store writes again: a store at rest, no server has it open. Each
 * question is a checkpoint that they may cosign (C2SP tlog-witness).
 */
#ifndef VT_API_OFFICE_ASK_WITNESSES_H
#define VT_API_OFFICE_ASK_WITNESSES_H

#include "api/office/cosign.h"

struct vt_transport;

/* Who holds the most of what is not here. */
struct vt_witnesses_say {
	bool beyond; /* more than is here, or than is known to be lost */
	bool forked; /* another history; beyond is told first */
	char who[128]; /* the cosigner */
	uint32_t agency_no;
	uint64_t seen, here; /* leaves */
};

/*
 * Of an agency's ledgers, or (0) of all. told: a line for each witness and
 * ledger, also of those that do not answer, is appended. Errors: of the store;
 * a witness that does not answer is none.
 */
VT_NODISCARD int vt_witnesses_ask(struct vt_store *s,
    const struct vt_transport *t, uint32_t agency_no, struct vt_buf *told,
    struct vt_witnesses_say *ret, struct vt_err *reterr);

#endif
