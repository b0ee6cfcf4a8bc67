/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Papers that went on paper: no system of the addressee says that they came,
 * so the clerk does, from the book of handing over (sổ chuyển giao). */
#ifndef VT_API_OFFICE_HANDED_H
#define VT_API_OFFICE_HANDED_H

#include "api/office/office.h"

/*
 * The addressee of a delivery that was printed has it. on: YYYY-MM-DD, the day
 * in Vietnam; NULL: now. note: who signed for it, number of the receipt; may
 * be NULL. It is a row of the delivery's log like any other: status 01, said
 * by the actor. Roles: clerk, system. Errors: VT_E_NOT_FOUND (not one of the
 * actor's agency), VT_E_OUT_OF_ORDER (not to be printed, or said before),
 * VT_E_INVALID (no day, one to come, or one before it was sent).
 */
VT_NODISCARD int vt_office_handed(struct vt_office *o,
    const struct vt_request *rq, const vt_id *delivery, const char *on,
    const char *note, struct vt_act_result *ret, struct vt_err *reterr);

#endif
