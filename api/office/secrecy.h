/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * State secrets do not belong here (docs/operating.md, "Secrecy"). Declared:
 * refused at the door, and nothing but the fact of it is kept. Suspected:
 * isolated at once by anybody who reads, seen by the head and the clerk alone;
 * then cleared by the head, or destroyed by a decision.
 */
#ifndef VT_API_OFFICE_SECRECY_H
#define VT_API_OFFICE_SECRECY_H

#include "api/office/office.h"

/* In any state. The reason is required. Roles: leader, officer, clerk,
 * archivist; VT_E_EXISTS when it is isolated. */
VT_NODISCARD int vt_office_isolate(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr);

/* By decision: it holds no secret. Role: leader. The reason is required. */
VT_NODISCARD int vt_office_clear(struct vt_office *o,
    const struct vt_request *rq, const vt_id *paper, const char *reason,
    struct vt_act_result *ret, struct vt_err *reterr);

/*
 * What declares itself secret is not taken: its staged files go, and an act of
 * the agency keeps who brought it, when and from where; a repeat of the request
 * makes no second one. Always an error: VT_E_SECRECY_REFUSED, or the store's
 * when not even that could be kept.
 */
VT_NODISCARD int vt_secrecy_refused(struct vt_office *o,
    const struct vt_request *rq, const struct vt_meta *meta,
    const struct vt_office_file *files, size_t n_files, struct vt_err *reterr);

#endif
