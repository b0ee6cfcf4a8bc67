/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receiver's acts on an incoming paper, and the statuses that follow from
 * them (vietnam.md §2.8): accept 03, refuse 02, assign 04, process 05, finish
 * 06, answer 06. The sender is told by work of the store: with a packet, or,
 * when it is a tenant too, by its delivery alone. Same states either way.
 *
 * All begin as every verb of office.h: replay first, same answer, same receipt.
 */
#ifndef VT_API_OFFICE_STATUSES_H
#define VT_API_OFFICE_STATUSES_H

#include "api/office/office.h"

/* Codes of status messages; others are kept and shown as unknown. */
enum vt_status_code {
	VT_STATUS_ARRIVED = 1,
	VT_STATUS_REFUSED = 2,
	VT_STATUS_ACCEPTED = 3,
	VT_STATUS_ASSIGNED = 4,
	VT_STATUS_PROCESSING = 5,
	VT_STATUS_FINISHED = 6,
	VT_STATUS_TAKE_BACK = 13,
	VT_STATUS_AGREED = 15,
	VT_STATUS_DECLINED = 16
};
/* "Đã đến", "Từ chối tiếp nhận", …; "không rõ" for others. Static. */
const char *vt_status_vi(unsigned code);
const char *vt_status_name(unsigned code); /* "inbox", "rejection", … */

/* Papers that came by exchange and wait for the clerk (state WAITING). */

/* Số đến from the book of papers in; 03. Roles: clerk, system. A paper that
 * has its number answers with the act that gave it, whatever the key. */
VT_NODISCARD int vt_office_accept(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, struct vt_act_result *ret,
    struct vt_err *reterr);
/* 02; the reason is required and reaches the sender. Role: clerk. */
VT_NODISCARD int vt_office_refuse(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr);

/* An order of the deciding person (Decree 30, Art. 23): who leads, who helps,
 * until when, what opinion. */
struct vt_assignment {
	vt_id lead;
	const vt_id *with;   /* coordinating */
	size_t n_with;       /* at most 16 */
	const char *due_on;  /* YYYY-MM-DD, NULL: none */
	const char *opinion; /* NULL: none */
};
/* 04. Roles: leader, clerk (by the leader's word). */
VT_NODISCARD int vt_office_assign(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_assignment *as, struct vt_act_result *ret,
    struct vt_err *reterr);
/* Handed on to somebody, no status. Roles: leader, clerk, officer. */
VT_NODISCARD int vt_office_forward(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *person,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);
/* 05. Roles: leader, officer, clerk, system. */
VT_NODISCARD int vt_office_process(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr);
/* 06. answer: our outgoing paper that answers it, or NULL: work closed
 * without one. Roles: as process. */
VT_NODISCARD int vt_office_finish(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *answer,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);
/* Somebody read it first; once a paper, later ones are VT_OK and do nothing.
 * Called by vt_office_content for those who handle papers. The sender is told
 * when it is a tenant or another vanthu (code VT_LOG_OPENED); the axis has no
 * code for it. */
VT_NODISCARD int vt_office_opened(struct vt_office *o,
    const struct vt_actor *actor, const vt_id *paper, struct vt_err *reterr);

#endif
