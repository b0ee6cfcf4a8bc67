/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three acts that are called recall (vietnam.md §18), never mixed up:
 *
 * lấy lại	take back: sent by mistake. Status 13 asks, with a reason; the
 *		receiver answers 15 or 16. Where nobody has acted yet (state
 *		01) the answer 15 is given at once, by the program.
 * thu hồi	recall: by a numbered, signed notice (Decree 30, Art. 18(4)),
 *		a paper of its own. The paper and its metadata are frozen; its
 *		receivers get an edoc of type 1, cancel and report.
 * thay thế	replace (18(3)): a new signed paper stands for the old one,
 *		which stays, marked; receivers get an edoc of type 3.
 * sửa đổi, đính chính	amend (18(3)): another paper changes or corrects the
 *		old one, which stays in force, marked; an edoc of type 2. As
 *		often as needed, by another paper each, until it is replaced.
 *
 * Nothing is deleted: states, marks and leaves. Bytes stay by retention.
 *
 * The act that recalls, replaces or amends has the work in it that tells who
 * got the paper; the call does it before it returns, if it can. Whoever is sent
 * the other paper besides never had the first one: to him it is new (type 0).
 */
#ifndef VT_API_OFFICE_RECALL_H
#define VT_API_OFFICE_RECALL_H

#include "api/office/office.h"

/* ---- the sender ---- */

/* delivery NULL: all of the paper's deliveries that are not refused. The
 * reason is required. Roles: clerk, system. VT_E_OUT_OF_ORDER: never sent. */
VT_NODISCARD int vt_office_take_back(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *delivery,
    const char *reason, struct vt_act_result *ret, struct vt_err *reterr);
/*
 * notice: our issued, numbered paper that orders it. The paper becomes
 * RECALLED (frozen) and everybody who got it is sent the notice as an edoc of
 * type 1. Role: clerk. VT_E_OUT_OF_ORDER when the notice is not issued.
 */
VT_NODISCARD int vt_office_recall(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *notice,
    const char *reason, struct vt_act_result *ret, struct vt_err *reterr);
/* by: our issued paper that stands for `paper` from now on; sent to all who
 * got the old one as an edoc of type 3. Role: clerk. */
VT_NODISCARD int vt_office_replace(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *by,
    const char *reason, struct vt_act_result *ret, struct vt_err *reterr);

/* The same for a paper that changes or corrects it (an amendment; for errors
 * of form an official letter); an edoc of type 2. */
VT_NODISCARD int vt_office_amend(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const vt_id *by,
    const char *reason, struct vt_act_result *ret, struct vt_err *reterr);

/* ---- the receiver ---- */

/* Answer to 13, or to an edoc of type 1, 2 or 3: agree (15; the paper becomes
 * TAKEN_BACK or RECALLED, or gets its mark) or decline (16, reason required).
 * Role: clerk. VT_E_OUT_OF_ORDER when nothing was asked. */
VT_NODISCARD int vt_office_answer_recall(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, bool agree,
    const char *reason, struct vt_act_result *ret, struct vt_err *reterr);

#endif
