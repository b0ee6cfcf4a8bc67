/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acts beside the main walk. On our drafts: who checks content and form, a
 * submission that is taken back. On what came: opinions, deadlines extended, an
 * order of its issuer that did not come through a System. On what was issued:
 * kept as it is while an order is looked into (Appendix VI).
 *
 * Cancelling is no fourth recall (recall.h): a paper that came ends in one
 * state, RECALLED, whether its issuer's notice lies here as a paper
 * (vt_office_answer_recall) or is only cited, which is vt_office_cancel.
 */
#ifndef VT_API_OFFICE_COURSE_H
#define VT_API_OFFICE_COURSE_H

#include "api/office/office.h"

/* Roles: content leader, officer; form leader, officer, clerk. Errors: those of
 * VT_STEP_CHECK. */
VT_NODISCARD int vt_office_check_draft(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    enum vt_draft_check_kind kind, const struct vt_files_read *files,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);

/* By who submitted it, or who made it; VT_E_FORBIDDEN for others. Roles:
 * officer, clerk, system. VT_E_OUT_OF_ORDER once somebody has decided. */
VT_NODISCARD int vt_office_withdraw(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper,
    const struct vt_files_read *files, const char *note,
    struct vt_act_result *ret, struct vt_err *reterr);

/* Roles: leader, officer, clerk. */
VT_NODISCARD int vt_office_opinion(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *opinion,
    struct vt_act_result *ret, struct vt_err *reterr);

/* ASK: by those who have it, and clerks (VT_E_FORBIDDEN for others); ORDER and
 * DECLINE: leader, clerk. due_on: not of a DECLINE. The reason is required. */
VT_NODISCARD int vt_office_extend(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, enum vt_extend kind,
    const char *due_on, const char *reason, struct vt_act_result *ret,
    struct vt_err *reterr);

/* order: as cited, required. Its sender is told 15. Role: clerk. */
VT_NODISCARD int vt_office_cancel(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *order,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);

/* BEGIN: by an order, cited; END: with a reason. What waits to be sent waits
 * until the END. Roles: leader, clerk. */
VT_NODISCARD int vt_office_freeze(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *order,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);
VT_NODISCARD int vt_office_release(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr);

#endif
