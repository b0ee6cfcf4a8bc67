/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tiêu hủy: the bytes of a paper are destroyed by two persons. One asks, with
 * the reason and what decided it; the head, who did not ask, orders it
 * (docstore/destroy.h has what goes and what stays). The ask is an act of the
 * paper, too, and a note of the agency until it is ordered or withdrawn by
 * another ask.
 */
#ifndef VT_API_OFFICE_DESTRUCTION_H
#define VT_API_OFFICE_DESTRUCTION_H

#include "api/office/office.h"

struct vt_destruction {
	enum vt_destroy_reason reason;
	const char *note;      /* what was decided; or "" with a decision */
	const vt_id *decision; /* our paper that decided it, or NULL */
	bool wipe;             /* subject, names and opinions, too */
	/* of vt_office_destruction_asked */
	vt_id asked_by;
	vt_time asked_at;
	vt_id decided; /* what decision points to */
};

/* secret, disposal, court; 0: none of them. */
enum vt_destroy_reason vt_destroy_reason_parse(const char *name);
const char *vt_destroy_reason_name(enum vt_destroy_reason r);

/* Replaces an earlier ask. Roles: leader, clerk, archivist.
 * Errors: VT_E_INVALID (no reason; neither note nor decision), VT_E_DESTROYED.
 */
VT_NODISCARD int vt_office_ask_destroy(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_destruction *d, struct vt_act_result *ret,
    struct vt_err *reterr);

/* The head orders what somebody else asked for, as it was asked. Role: leader.
 * Errors: VT_E_OUT_OF_ORDER (nobody asked; a delivery waits), VT_E_FORBIDDEN
 * (he asked for it himself), VT_E_FROZEN, VT_E_DESTROYED. */
VT_NODISCARD int vt_office_destroy(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, struct vt_act_result *ret,
    struct vt_err *reterr);

/* What was asked and not yet ordered; VT_E_NOT_FOUND. The note is copied into
 * room. */
VT_NODISCARD int vt_office_destruction_asked(struct vt_view *v,
    uint32_t agency_no, const vt_id *paper, struct vt_destruction *ret,
    struct vt_buf *room, struct vt_err *reterr);

/*
 * The certificate (biên bản tiêu hủy) as text in both languages: the act, what
 * was destroyed by hash and size, what stayed and why, when each step was
 * complete, the leaves. Whoever may read papers. VT_E_NOT_FOUND.
 */
VT_NODISCARD int vt_office_certificate(struct vt_office *o,
    const struct vt_actor *who, const vt_id *paper, struct vt_buf *ret,
    struct vt_err *reterr);

/* A work item (VT_WORK_ERASE). */
VT_NODISCARD int vt_erase_work(struct vt_office *o, const struct vt_work *w,
    vt_time *ret_due, struct vt_err *reterr);

#endif
